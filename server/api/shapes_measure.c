/*
 * shapes_measure.c - the plan's measures: lists, one of them, what is overdue, the evaluation.
 */
#include "shapes.h"

/* ---- lists ----------------------------------------------------------------------------------- */

static const struct member last_report_members[] = {
    {"id", M_ID, "进展", .en = "Report"},
    {"period", M_TEXT, "期间", .en = "Period"},
    {"on", M_DAY, "报送日", .en = "Reported on"},
    {.name = NULL},
};
static const struct member due_members[] = {
    {"period", M_TEXT, "期间", .en = "Period"},
    {"due_on", M_DAY, "应报日", .en = "Due on"},
    {.name = NULL},
};
static const struct member department_members[] = {
    {"department", M_TEXT, "部门", .en = "Department"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"recorder", M_TEXT, "填报方", .en = "Which kind of organisation reports for it"},
    {"reports", M_COUNT, "已报", .en = "Reports so far"},
    {"last_report", M_OBJECT, "最近进展", .en = "The last one", .of = last_report_members,
        .maybe = true},
    {"overdue", M_COUNT, "逾期", .en = "Periods that are overdue"},
    {"overdue_since", M_DAY, "逾期起日", .en = "Since", .maybe = true},
    {"next_due", M_OBJECT, "下次应报", .en = "Due next", .of = due_members, .maybe = true},
    {.name = NULL},
};
static const struct member measure_members[] = {
    {"measure", M_COUNT, "举措", .en = "Number of the measure"},
    {"chapter", M_COUNT, "章", .en = "Chapter"},
    {"chapter_title", M_TEXT, "章名", .en = "Title of the chapter in Chinese"},
    {"chapter_title_en", M_TEXT, "英文章名", .en = "Title of the chapter in English"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"reports", M_COUNT, "已报", .en = "Reports so far"},
    {"overdue", M_COUNT, "逾期", .en = "Periods that are overdue"},
    {"departments", M_OBJECT, "部门", .en = "Who answers for it", .of = department_members,
        .list = true},
    {.name = NULL},
};
static const struct member plan_members[] = {
    {"plan", M_TEXT, "计划", .en = "Plan"},
    {"plan_title", M_TEXT, "计划名称", .en = "Its title in Chinese"},
    {"plan_title_en", M_TEXT, "计划英文名称", .en = "Its title in English"},
    {.name = NULL},
};
static const struct member list_members[] = {
    {"", M_ALSO, .of = plan_members},
    {"as_of", M_DAY, "截至", .en = "As of"},
    {"measures", M_OBJECT, "举措", .en = "Measures", .of = measure_members, .list = true},
    {.name = NULL},
};
const struct shape measures_shape = {"measures", list_members};

/* ---- one of them ----------------------------------------------------------------------------- */

static const struct member ledger_members[] = {
    {"name", M_TEXT, "名目", .en = "What is counted"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"count", M_COUNT, "数量", .en = "How many"},
    {"amount", M_YUAN, "金额", .en = "Amount", .null = true},
    {.name = NULL},
};
static const struct member report_members[] = {
    {"id", M_ID, "进展", .en = "Report"},
    {"reference", M_TEXT, "编号", .en = "Reference"},
    {"department", M_TEXT, "部门", .en = "Department"},
    {"period", M_TEXT, "期间", .en = "Period"},
    {"on", M_DAY, "报送日", .en = "Reported on"},
    {"late", M_BOOL, "迟报", .en = "After it was due; absent: it was not due", .maybe = true},
    {"text", M_TEXT, "进展", .en = "What was done"},
    {"figure", M_TEXT, "数量", .en = "Figure, a decimal number", .maybe = true},
    {"unit", M_TEXT, "单位", .en = "Its unit", .maybe = true},
    {"evidence", M_TEXT, "佐证", .en = "Evidence", .maybe = true},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it"},
    {.name = NULL},
};
static const struct member one_members[] = {
    {"", M_ALSO, .of = measure_members},
    {"", M_ALSO, .of = plan_members},
    {"as_of", M_DAY, "截至", .en = "As of"},
    {"ledger", M_OBJECT, "台账所载", .en = "What the records hold of it since the plan began",
        .of = ledger_members, .list = true},
    {"items", M_OBJECT, "进展", .en = "The 1,000 of the latest periods", .of = report_members,
        .list = true},
    {.name = NULL},
};
const struct shape measure_shape = {"measure", one_members};

/* ---- overdue --------------------------------------------------------------------------------- */

static const struct member late_members[] = {
    {"measure", M_COUNT, "举措", .en = "Number of the measure"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"department", M_TEXT, "部门", .en = "Department"},
    {"department_title", M_TEXT, "部门名称", .en = "Its title"},
    {"recorder", M_TEXT, "填报方", .en = "Which kind of organisation reports for it"},
    {"overdue", M_COUNT, "逾期", .en = "Periods that are overdue"},
    {"since", M_DAY, "起日", .en = "When the first of them was due"},
    {"days", M_COUNT, "天数", .en = "Days since"},
    {"periods", M_OBJECT, "期间", .en = "Periods", .of = due_members, .list = true},
    {.name = NULL},
};
static const struct member late_group_members[] = {
    {"department", M_TEXT, "部门", .en = "Department"},
    {"department_title", M_TEXT, "部门名称", .en = "Its title"},
    {"recorder", M_TEXT, "填报方", .en = "Which kind of organisation reports for it"},
    {"overdue", M_COUNT, "逾期", .en = "Periods that are overdue"},
    {"since", M_DAY, "起日", .en = "When the first of them was due"},
    {"days", M_COUNT, "天数", .en = "Days since"},
    {"measures", M_COUNT, "举措", .en = "Measures that are concerned", .list = true},
    {"never", M_BOOL, "从未报送",
        .en = "It never reported: its items are told when asked for by name"},
    {.name = NULL},
};
static const struct member overdue_members[] = {
    {"plan", M_TEXT, "计划", .en = "Plan"},
    {"as_of", M_DAY, "截至", .en = "As of"},
    {"overdue", M_COUNT, "逾期", .en = "Periods that are overdue"},
    {"groups", M_OBJECT, "按部门", .en = "A line a department", .of = late_group_members,
        .list = true},
    {"items", M_OBJECT, "逾期未报", .en = "By measure and department", .of = late_members,
        .list = true},
    {.name = NULL},
};
const struct shape overdue_shape = {"overdue_measures", overdue_members};

/* ---- evaluation ------------------------------------------------------------------------------ */

static const struct member count_members[] = {
    {"due", M_COUNT, "应报", .en = "Periods that were due"},
    {"reported", M_COUNT, "已报", .en = "Reported"},
    {"on_time", M_COUNT, "按期", .en = "On time"},
    {"late", M_COUNT, "迟报", .en = "Late"},
    {"missing", M_COUNT, "未报", .en = "Missing"},
    {.name = NULL},
};
static const struct member figure_report_members[] = {
    {"department", M_TEXT, "部门", .en = "Department"},
    {"period", M_TEXT, "期间", .en = "Period"},
    {"figure", M_TEXT, "数量", .en = "Figure, a decimal number"},
    {"evidence", M_TEXT, "佐证", .en = "Evidence", .null = true},
    {"id", M_ID, "进展", .en = "Report"},
    {.name = NULL},
};
static const struct member figure_members[] = {
    {"unit", M_TEXT, "单位", .en = "Unit"},
    {"total", M_TEXT, "合计", .en = "Exact sum, a decimal number"},
    {"reports", M_COUNT, "进展数", .en = "Reports in it"},
    {"of", M_OBJECT, "构成", .en = "Report by report", .of = figure_report_members, .list = true},
    {.name = NULL},
};
static const struct member counted_department_members[] = {
    {"department", M_TEXT, "部门", .en = "Department"},
    {"title", M_TEXT, "名称", .en = "Its title"},
    {"", M_ALSO, .of = count_members},
    {.name = NULL},
};
static const struct member evaluated_members[] = {
    {"measure", M_COUNT, "举措", .en = "Number of the measure"},
    {"chapter", M_COUNT, "章", .en = "Chapter"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"", M_ALSO, .of = count_members},
    {"rate", M_PERCENT, "报送率", .en = "Reported of what was due", .null = true},
    {"figures", M_OBJECT, "所报数量", .en = "Figures of the reports by unit", .of = figure_members,
        .list = true},
    {"ledger", M_OBJECT, "台账所载", .en = "What the records hold", .of = ledger_members,
        .list = true},
    {"departments", M_OBJECT, "部门", .en = "By department", .of = counted_department_members,
        .list = true},
    {.name = NULL},
};
static const struct member evaluation_members[] = {
    {"plan", M_TEXT, "计划", .en = "Plan"},
    {"from", M_DAY, "起日", .en = "From"},
    {"to", M_DAY, "止日", .en = "To"},
    {"total", M_OBJECT, "合计", .en = "All measures", .of = count_members},
    {"measures", M_OBJECT, "举措", .en = "Measure by measure", .of = evaluated_members,
        .list = true},
    {.name = NULL},
};
const struct shape evaluation_shape = {"measure_evaluation", evaluation_members};
