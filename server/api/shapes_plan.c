/*
 * shapes_plan.c - a plan's targets, their forecast, figures from outside.
 */
#include "shapes.h"

#define BASES    "registered_on signed_on disbursed_on registered_amount"
#define STATUSES "met on_track at_risk missed no_base"

/* ---- years of a target ----------------------------------------------------------------------- */

static const struct member by_members[] = {
    {"loans", M_COUNT, "质押贷款", .en = "By loans"},
    {"insurance", M_COUNT, "保险", .en = "By insurance"},
    {"subsidies", M_COUNT, "补贴", .en = "By subsidies"},
    {.name = NULL},
};
static const struct member year_members[] = {
    {"year", M_COUNT, "年度", .en = "Year"},
    {"value", M_FIGURE, "值", .en = "Value; null: not told", .null = true},
    {"complete", M_BOOL, "完整", .en = "Nothing is missing in it", .maybe = true},
    {"from", M_WORD, "来源", .en = "Where it comes from", .words = "records entered indicators",
        .maybe = true},
    {"records", M_FIGURE, "台账值", .en = "The ledger's own", .maybe = true},
    {"rows", M_TEXT, "明细", .en = "Address of the records behind it", .maybe = true},
    {"published", M_FIGURE, "公布值", .en = "What was published of it", .maybe = true},
    {"difference", M_FIGURE, "差额", .en = "The ledger's own less what was published",
        .maybe = true},
    {"source", M_TEXT, "出处", .en = "Source from outside", .maybe = true},
    {"assumed", M_BOOL, "假定", .en = "Assumed", .maybe = true},
    {"firms", M_COUNT, "企业户数", .en = "Firms on record", .maybe = true},
    {"without", M_COUNT, "缺数户数", .en = "Firms without the figure", .maybe = true},
    {"unknown_size", M_COUNT, "规模不明", .en = "Firms of unknown size", .maybe = true},
    {"by", M_OBJECT, "惠及方式", .en = "What firms benefit from", .of = by_members, .maybe = true},
    {"to_date", M_BOOL, "年初至今", .en = "The year has not ended"},
    {"yoy", M_PERCENT, "同比", .en = "Growth on the year before", .null = true, .maybe = true},
    {.name = NULL},
};
/* Of growth the first seven, of a total the next two, of a rise the last two. */
static const struct member required_members[] = {
    {"last_year_compound", M_FIGURE, "末年须达(复合)", .en = "Value of the last year, compound",
        .maybe = true},
    {"missing_compound", M_FIGURE, "尚缺(复合)", .en = "Missing, compound", .maybe = true},
    {"per_quarter_compound", M_FIGURE, "每季须增(复合)", .en = "A quarter, compound",
        .maybe = true},
    {"last_year_mean", M_FIGURE, "末年须达(算术)", .en = "Value of the last year, mean",
        .maybe = true},
    {"missing_mean", M_FIGURE, "尚缺(算术)", .en = "Missing, mean", .maybe = true},
    {"per_quarter_mean", M_FIGURE, "每季须增(算术)", .en = "A quarter, mean", .maybe = true},
    {"missing", M_FIGURE, "尚缺", .en = "Missing", .maybe = true},
    {"per_quarter", M_FIGURE, "每季须增", .en = "A quarter", .maybe = true},
    {"year", M_COUNT, "年度", .en = "The year that must rise", .maybe = true},
    {"more_than", M_FIGURE, "须超过", .en = "What it must exceed", .maybe = true},
    {.name = NULL},
};
static const struct member gap_members[] = {
    {"period", M_TEXT, "期间", .en = "Year or quarter"},
    {"way", M_TEXT, "方式", .en = "Way", .maybe = true},
    {"without", M_COUNT, "缺数户数", .en = "Firms without the figure", .maybe = true},
    {"unknown_size", M_COUNT, "规模不明", .en = "Firms of unknown size", .maybe = true},
    {"text", M_TEXT, "说明", .en = "In Chinese"},
    {"text_en", M_TEXT, "英文说明", .en = "In English"},
    {.name = NULL},
};
static const struct member series_members[] = {
    {"base", M_OBJECT, "基年", .en = "The base year", .of = year_members, .null = true},
    {"years", M_OBJECT, "各年", .en = "Year by year", .of = year_members, .list = true},
    {.name = NULL},
};
static const struct member growth_members[] = {
    {"growth_compound", M_PERCENT, "年均增长(复合)", .en = "Growth, compound", .null = true},
    {"growth_mean", M_PERCENT, "年均增长(算术)", .en = "Growth, mean", .null = true},
    {.name = NULL},
};
static const struct member both_status_members[] = {
    {"status_compound", M_WORD, "状态(复合)", .en = "Status, compound", .words = STATUSES},
    {"status_mean", M_WORD, "状态(算术)", .en = "Status, mean", .words = STATUSES},
    {.name = NULL},
};

static const struct member now_members[] = {
    {"year", M_COUNT, "年度", .en = "The year that runs, or the last; null: of a total",
        .null = true},
    {"value", M_FIGURE, "完成值", .en = "Reached", .null = true},
    {"base", M_FIGURE, "上年同期", .en = "Same of last year", .null = true},
    {"growth", M_PERCENT, "同比", .en = "On last year", .null = true},
    {"required", M_FIGURE, "目标值", .en = "Required", .null = true},
    {"progress", M_PERCENT, "完成度", .en = "Progress", .null = true},
    {.name = NULL},
};

/* ---- targets --------------------------------------------------------------------------------- */

static const struct member way_members[] = {
    {"way", M_TEXT, "方式", .en = "Way"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"", M_ALSO, .of = series_members},
    {"total", M_FIGURE, "合计", .en = "Total"},
    {"", M_ALSO, .of = growth_members},
    {.name = NULL},
};
static const struct member metric_members[] = {
    {"measure", M_TEXT, "指标", .en = "What is measured"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"now", M_OBJECT, "目前", .en = "How it stands", .of = now_members},
    {"", M_ALSO, .of = series_members},
    {"total", M_FIGURE, "合计", .en = "Total", .maybe = true},
    {"status", M_WORD, "状态", .en = "Status", .words = STATUSES},
    {"status_known", M_WORD, "状态(已知)", .en = "By the figures that are there", .words = STATUSES,
        .maybe = true},
    {"", M_ALSO, .of = growth_members},
    {"", M_ALSO, .of = both_status_members, .maybe = true},
    {"required", M_OBJECT, "须达", .en = "What it takes", .of = required_members, .null = true},
    {"judged_through", M_COUNT, "判断至", .en = "The last year that is told", .null = true,
        .maybe = true},
    {"ways", M_OBJECT, "各方式", .en = "Way by way", .of = way_members, .list = true,
        .maybe = true},
    {"missing", M_OBJECT, "缺报", .en = "What is not told", .of = gap_members, .list = true},
    {.name = NULL},
};
static const struct member target_members[] = {
    {"id", M_TEXT, "目标", .en = "Target"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"kind", M_WORD, "类别", .en = "Kind", .words = "growth total rising"},
    {"measure", M_WORD, "指标", .en = "Of a target over loans", .words = "amount count",
        .maybe = true},
    {"basis", M_WORD, "归入年度依据", .en = "By which day and amount its loans count",
        .words = BASES " drawn", .maybe = true},
    {"threshold", M_SCALAR, "门槛", .en = "Yuan, a count, percent; null: any rise", .null = true},
    {"", M_ALSO, .of = series_members, .maybe = true},
    {"total", M_FIGURE, "合计", .en = "Total", .maybe = true},
    {"now", M_OBJECT, "目前", .en = "How it stands", .of = now_members, .maybe = true},
    {"status", M_WORD, "状态", .en = "Status", .words = STATUSES},
    {"", M_ALSO, .of = growth_members, .maybe = true},
    {"", M_ALSO, .of = both_status_members, .maybe = true},
    {"required", M_OBJECT, "须达", .en = "What it takes", .of = required_members, .null = true,
        .maybe = true},
    {"measures", M_OBJECT, "各指标", .en = "Of a target with several", .of = metric_members,
        .list = true, .maybe = true},
    {"remaining_quarters", M_COUNT, "剩余季度", .en = "Quarters that are left"},
    {.name = NULL},
};
static const struct member targets_members[] = {
    {"plan", M_TEXT, "计划", .en = "Plan"},
    {"title", M_TEXT, "名称", .en = "Title"},
    {"quarter", M_QUARTER, "季度", .en = "The last quarter that counts"},
    {"complete", M_BOOL, "已结束", .en = "That quarter has ended"},
    {"basis", M_WORD, "按哪一天计入", .en = "The day by which loans count", .words = BASES},
    {"undated", M_COUNT, "无日期", .en = "Loans without that day, in no year"},
    {"targets", M_OBJECT, "目标", .en = "Targets", .of = target_members, .list = true},
    {.name = NULL},
};
const struct shape targets_shape = {"plan_targets", targets_members};

/* ---- the text of a plan ---------------------------------------------------------------------- */

static const struct member text_metric_members[] = {
    {"metric", M_TEXT, "指标代码", .en = "Metric"},
    {"side", M_TEXT, "统计口径", .en = "Side"},
    {"figure", M_TEXT, "数值", .en = "Figure"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {.name = NULL},
};
static const struct member text_target_members[] = {
    {"code", M_TEXT, "目标代码", .en = "Target"},
    {"kind", M_WORD, "类别", .en = "Kind", .words = "growth total rising"},
    {"measure", M_WORD, "质押融资指标", .en = "Of a target over loans", .words = "amount count",
        .maybe = true},
    {"basis", M_WORD, "归入年度依据", .en = "If another than the plan's", .words = BASES " drawn",
        .maybe = true},
    {"threshold", M_TEXT, "门槛", .en = "Percent, yuan or a number, by the kind", .maybe = true},
    {"reading", M_WORD, "年均的算法", .en = "How an average is read", .words = "compound mean",
        .maybe = true},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"assumed", M_BOOL, "是否假定", .en = "Its threshold is invented"},
    {"metrics", M_OBJECT, "各项指标", .en = "Of a target with several", .of = text_metric_members,
        .list = true, .maybe = true},
    {.name = NULL},
};
static const struct member text_chapter_members[] = {
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {.name = NULL},
};
static const struct member text_measure_members[] = {
    {"no", M_COUNT, "举措序号", .en = "Number"},
    {"chapter", M_COUNT, "所在章", .en = "Chapter"},
    {"title", M_TEXT, "内容", .en = "What it asks, in Chinese"},
    {"title_en", M_TEXT, "英文内容", .en = "The same in English"},
    {"departments", M_TEXT, "责任部门", .en = "Who answers for it; district: every district",
        .list = true},
    {"figures", M_TEXT, "台账所载数据", .en = "Figures of the ledger that stand beside it",
        .list = true, .maybe = true},
    {"every", M_WORD, "报送频率", .en = "How often it is reported on", .words = "quarter year"},
    {"due_days", M_COUNT, "期末后报送天数", .en = "Days after the period until a report is due"},
    {.name = NULL},
};
static const struct member text_members[] = {
    {"code", M_TEXT, "计划代码", .en = "Code"},
    {"version", M_COUNT, "生效版次", .en = "How often it was put in force"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English", .null = true},
    {"source", M_TEXT, "出处", .en = "Source", .null = true},
    {"assumed", M_BOOL, "门槛是否假定", .en = "Its thresholds are invented"},
    {"first_year", M_COUNT, "起始年度", .en = "First year"},
    {"last_year", M_COUNT, "终止年度", .en = "Last year"},
    {"basis", M_WORD, "归入年度依据", .en = "The day by which loans count", .words = BASES},
    {"approved_by", M_TEXT, "批准人", .en = "Who put it in force"},
    {"approved_at", M_INSTANT, "批准时刻", .en = "When; null: it came with the program",
        .null = true},
    {"record", M_TEXT, "记录", .en = "Its record; null: it came with the program", .null = true},
    {"reason", M_TEXT, "理由", .en = "Reason of the approval", .null = true},
    {"targets", M_OBJECT, "目标", .en = "Targets", .of = text_target_members, .list = true},
    {"chapters", M_OBJECT, "举措分章", .en = "Chapters of its measures, from 1 on",
        .of = text_chapter_members, .list = true},
    {"measures", M_OBJECT, "举措", .en = "What it asks of departments", .of = text_measure_members,
        .list = true},
    {.name = NULL},
};
const struct shape plan_text_shape = {"plan_text", text_members};

/* ---- forecast -------------------------------------------------------------------------------- */

static const struct member figure_ends[] = {
    {"low", M_FIGURE, "低", .en = "Low"},
    {"point", M_FIGURE, "中", .en = "Point"},
    {"high", M_FIGURE, "高", .en = "High"},
    {.name = NULL},
};
static const struct member growth_ends[] = {
    {"low", M_PERCENT, "低", .en = "Low", .null = true},
    {"point", M_PERCENT, "中", .en = "Point", .null = true},
    {"high", M_PERCENT, "高", .en = "High", .null = true},
    {.name = NULL},
};
static const struct member status_ends[] = {
    {"low", M_WORD, "低", .en = "Low", .words = STATUSES},
    {"point", M_WORD, "中", .en = "Point", .words = STATUSES},
    {"high", M_WORD, "高", .en = "High", .words = STATUSES},
    {.name = NULL},
};
static const struct member backtest_members[] = {
    {"held_out", M_COUNT, "检验次数", .en = "Forecasts that were tested"},
    {"within", M_COUNT, "落入区间", .en = "That came within their range"},
    {"coverage", M_PERCENT, "覆盖率", .en = "Share of them", .null = true},
    {"nominal_coverage", M_PERCENT, "名义覆盖率",
        .en = "How often the range should hold; null: fewer than nine outcomes", .null = true},
    {"rows", M_TEXT, "明细", .en = "Address of the forecasts one by one"},
    {.name = NULL},
};
static const struct member district_members[] = {
    {"district", M_TEXT, "行政区划代码", .en = "District"},
    {"last_four_quarters", M_FIGURE, "近四季", .en = "What it brought in four quarters"},
    {"share", M_PERCENT, "占比", .en = "Its share", .null = true},
    {"missing", M_FIGURE, "尚缺", .en = "Its part of what is missing"},
    {"per_month", M_FIGURE, "每月须增", .en = "A month"},
    {.name = NULL},
};
static const struct member reach_members[] = {
    {"remaining_quarters", M_COUNT, "剩余季度", .en = "Quarters that are left"},
    {"quarters_known", M_COUNT, "已知季度", .en = "Quarters to go by"},
    {"so_far", M_FIGURE, "至今", .en = "So far"},
    {"last_year", M_OBJECT, "末年", .en = "Of growth: the last year", .of = figure_ends,
        .null = true, .maybe = true},
    {"total", M_OBJECT, "合计", .en = "Of a total: all of it", .of = figure_ends, .null = true,
        .maybe = true},
    {"growth_compound", M_OBJECT, "年均增长(复合)", .en = "Growth", .of = growth_ends,
        .maybe = true},
    {"status", M_OBJECT, "状态", .en = "Status", .of = status_ends, .maybe = true},
    {"chance", M_COUNT, "达标可能", .en = "Chance to reach the target in percent; null: not known",
        .null = true},
    {"sentence", M_TEXT, "结论", .en = "In one sentence"},
    {"sentence_en", M_TEXT, "英文结论", .en = "In one sentence, in English"},
    {"backtest", M_OBJECT, "回测", .en = "How such forecasts did", .of = backtest_members},
    {"missing", M_FIGURE, "尚缺", .en = "What is missing; null: not known", .null = true},
    {"districts", M_OBJECT, "各区", .en = "District by district", .of = district_members,
        .list = true, .maybe = true},
    {.name = NULL},
};
static const struct member outlook_metric_members[] = {
    {"measure", M_TEXT, "指标", .en = "What is measured"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"", M_ALSO, .of = reach_members},
    {.name = NULL},
};
static const struct member outlook_members[] = {
    {"id", M_TEXT, "目标", .en = "Target"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"measure", M_WORD, "指标", .en = "Of a target over loans", .words = "amount count",
        .maybe = true},
    {"", M_ALSO, .of = reach_members, .maybe = true},
    {"measures", M_OBJECT, "各指标", .en = "Of a target with several", .of = outlook_metric_members,
        .list = true, .maybe = true},
    {.name = NULL},
};
static const struct member method_members[] = {
    {"name", M_TEXT, "方法", .en = "Method"},
    {"title", M_TEXT, "说明", .en = "In Chinese"},
    {"title_en", M_TEXT, "英文说明", .en = "In English"},
    {.name = NULL},
};
static const struct member forecast_members[] = {
    {"plan", M_TEXT, "计划", .en = "Plan"},
    {"quarter", M_QUARTER, "季度", .en = "The last quarter that counts"},
    {"basis", M_WORD, "按哪一天计入", .en = "The day by which loans count", .words = BASES},
    {"method", M_OBJECT, "方法", .en = "How it is done", .of = method_members},
    {"targets", M_OBJECT, "目标", .en = "Targets", .of = outlook_members, .list = true},
    {.name = NULL},
};
const struct shape forecast_shape = {"plan_forecast", forecast_members};

static const struct member test_members[] = {
    {"quarter", M_QUARTER, "季度", .en = "The last quarter that it went by"},
    {"low", M_FIGURE, "低", .en = "Low"},
    {"point", M_FIGURE, "中", .en = "Point"},
    {"high", M_FIGURE, "高", .en = "High"},
    {"came", M_FIGURE, "实际", .en = "What came"},
    {"within", M_BOOL, "落入区间", .en = "It came within the range"},
    {.name = NULL},
};
static const struct member tested_members[] = {
    {"tests", M_OBJECT, "回测", .en = "The earliest first", .of = test_members, .list = true},
    {.name = NULL},
};
static const struct member tested_metric_members[] = {
    {"measure", M_TEXT, "指标", .en = "What is measured"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"", M_ALSO, .of = tested_members},
    {.name = NULL},
};
static const struct member tested_target_members[] = {
    {"id", M_TEXT, "目标", .en = "Target"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"measure", M_WORD, "指标", .en = "Of a target over loans", .words = "amount count",
        .maybe = true},
    {"", M_ALSO, .of = tested_members, .maybe = true},
    {"measures", M_OBJECT, "各指标", .en = "Of a target with several", .of = tested_metric_members,
        .list = true, .maybe = true},
    {.name = NULL},
};
static const struct member backtest_of_members[] = {
    {"plan", M_TEXT, "计划", .en = "Plan"},
    {"quarter", M_QUARTER, "季度", .en = "The last quarter that counts"},
    {"basis", M_WORD, "按哪一天计入", .en = "The day by which loans count", .words = BASES},
    {"targets", M_OBJECT, "目标", .en = "Targets", .of = tested_target_members, .list = true},
    {.name = NULL},
};
const struct shape backtest_shape = {"plan_backtest", backtest_of_members};

/* ---- figures from outside -------------------------------------------------------------------- */

static const struct member baseline_members[] = {
    {"year", M_COUNT, "年度", .en = "Year"},
    {"amount", M_YUAN, "金额", .en = "Amount", .maybe = true},
    {"count", M_COUNT, "项目数", .en = "Loans", .maybe = true},
    {"source", M_TEXT, "来源", .en = "Source"},
    {"assumed", M_BOOL, "是否假定", .en = "Assumed"},
    {"version", M_COUNT, "版本", .en = "Version"},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it"},
    {.name = NULL},
};
static const struct member baselines_members[] = {
    {"years", M_OBJECT, "年度基数", .en = "Year by year", .of = baseline_members, .list = true},
    {.name = NULL},
};
const struct shape baselines_shape = {"plan_baselines", baselines_members};
