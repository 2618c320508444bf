/*
 * records_plan_draft.c - plans: years, the day by which loans count, targets and what they measure.
 *
 * A target is over pledge loans (measure) or over what is reported of other goals (metrics). What a
 * threshold is follows from the kind: percent a year, yuan or a number. What the plan asks of
 * departments is in plan_measures.c.
 */
#include "fields.h"
#include "indicators.h"
#include "plan_measures.h"
#include "records.h"
#include "targets.h"
#include <assert.h>

static const struct choice kinds[] = {
    {"growth", "年均增幅"}, {"total", "累计总额"}, {"rising", "逐年递增"}, {NULL, NULL}};
enum { GROWTH, TOTAL, RISING };
static const struct choice measures[] = {
    {"amount", "质押融资金额"}, {"count", "质押融资项目数"}, {NULL, NULL}};
enum { OF_AMOUNT, OF_COUNT };
static const struct choice readings[] = {
    {"compound", "几何平均"}, {"mean", "算术平均"}, {NULL, NULL}};
static const struct choice bases[] = {{"signed_on", "合同签订日"}, {"registered_on", "质押登记日"},
    {"disbursed_on", "放款日"}, {NULL, NULL}};
/* Of one target: also what is registered, and what was drawn on the day of each draw. */
static const struct choice target_bases[] = {{"signed_on", "合同签订日"},
    {"registered_on", "质押登记日"}, {"disbursed_on", "放款日"},
    {"registered_amount", "按登记日和登记金额"}, {"drawn", "按放款日和放款金额"}, {NULL, NULL}};
/* As enum indicator_side and enum indicator_figure. */
static const struct choice sides[] = {{"sme_acquisition", "中小企业受让"},
    {"university_outflow", "高校院所输出"}, {"product_filing", "专利产品备案"},
    {"implementation", "专利实施"}, {"benefiting_firm", "惠及企业"}, {NULL, NULL}};
static_assert(COUNT_OF(sides) == SIDE_COUNT + 1, "one a side");
static const struct choice figures[] = {{"count", "数量"}, {"contract_value", "成交金额"},
    {"cash_received", "实际到账金额"}, {"revenue", "营业收入"}, {"employees", "就业人数"},
    {NULL, NULL}};
static_assert(COUNT_OF(figures) == FIGURE_KINDS + 1, "one a figure");

static const struct field metric_fields[] = {
    {"metric", "指标代码", F_TEXT, .need = true, .min = 1, .max = 40, .example = "count"},
    {"side", "统计口径", F_ENUM, .need = true, .choices = sides, .example = "sme_acquisition"},
    {"figure", "数值", F_ENUM, .need = true, .choices = figures, .example = "count"},
    {"title", "名称", F_TEXT, .need = true, .min = 1, .max = 100, .example = "专利数量"},
    {"title_en", "英文名称", F_TEXT, .min = 1, .max = 100, .example = "Number of patents"},
    {.name = NULL},
};
enum { METRIC_NAME, METRIC_SIDE, METRIC_FIGURE, METRIC_TITLE, METRIC_TITLE_EN, METRIC_WIDTH };
static_assert(COUNT_OF(metric_fields) == METRIC_WIDTH + 1, "the enum follows the table");

static const struct field target_fields[] = {
    {"code", "目标代码", F_IDENT, .need = true, .ident = ident_account, .example = "T1"},
    {"title", "名称", F_TEXT, .need = true, .min = 1, .max = 200,
        .example = "专利商标质押融资金额年均增幅达到 30% 以上"},
    {"title_en", "英文名称", F_TEXT, .min = 1, .max = 300,
        .example = "Pledge financing amount grows 30 % a year on average"},
    {"kind", "类别", F_ENUM, .need = true, .choices = kinds, .example = "growth"},
    {"measure", "质押融资指标", F_ENUM, .choices = measures, .example = "amount"},
    {"threshold", "门槛(增幅为百分数,金额为元,数量为整数)", F_TEXT, .min = 1, .max = 20,
        .example = "30.00"},
    {"reading", "年均的算法", F_ENUM, .choices = readings, .example = "compound"},
    {"assumed", "是否假定", F_BOOL, .example = "false"},
    {"metrics", "各项指标", F_LIST, .min = 1, .max = 10, .of = metric_fields},
    {"basis", "归入年度依据(不填同计划)", F_ENUM, .choices = target_bases, .example = "drawn"},
    {.name = NULL},
};
enum {
    TARGET_CODE,
    TARGET_TITLE,
    TARGET_TITLE_EN,
    TARGET_KIND,
    TARGET_MEASURE,
    TARGET_THRESHOLD,
    TARGET_READING,
    TARGET_ASSUMED,
    TARGET_METRICS,
    TARGET_BASIS,
    TARGET_WIDTH
};
static_assert(COUNT_OF(target_fields) == TARGET_WIDTH + 1, "the enum follows the table");

static const struct field plan_fields[] = {
    {"code", "计划代码", F_IDENT, .need = true, .ident = ident_account, .example = "sh-2024-2026"},
    {"title", "名称", F_TEXT, .need = true, .min = 1, .max = 200,
        .example = "上海市知识产权质押融资行动计划(2024—2026)"},
    {"title_en", "英文名称", F_TEXT, .min = 1, .max = 300, .example = "Plan 2024-2026"},
    {"source", "出处", F_TEXT, .need = true, .min = 1, .max = 500, .example = "沪知局〔2021〕17号"},
    {"assumed", "门槛是否假定", F_BOOL, .need = true, .example = "true"},
    {"first_year", "起始年度", F_INT, .need = true, .min = 1990, .max = 2199, .example = "2024"},
    {"last_year", "终止年度", F_INT, .need = true, .min = 1990, .max = 2199, .example = "2026"},
    {"basis", "归入年度依据", F_ENUM, .need = true, .choices = bases, .example = "signed_on"},
    {"targets", "目标", F_LIST, .need = true, .min = 1, .max = 30, .of = target_fields},
    {"chapters", "举措分章", F_LIST, .min = 1, .max = 30, .of = plan_chapter_fields},
    {"measures", "举措(修订时不填则沿用)", F_LIST, .min = 1, .max = 200, .of = plan_measure_fields},
    {.name = NULL},
};
enum {
    PLAN_CODE,
    PLAN_TITLE,
    PLAN_TITLE_EN,
    PLAN_SOURCE,
    PLAN_ASSUMED,
    PLAN_FIRST,
    PLAN_LAST,
    PLAN_BASIS,
    PLAN_TARGETS,
    PLAN_CHAPTERS,
    PLAN_MEASURES,
    PLAN_WIDTH
};
static_assert(COUNT_OF(plan_fields) == PLAN_WIDTH + 1, "the enum follows the table");

/* ---- rules ----------------------------------------------------------------------------------- */

static void whole_check(
    struct str text, const struct field *form, struct str pointer, struct err *e)
{
    int64_t n = 0;
    bool digits = text.n <= 10;
    for (size_t i = 0; i < text.n && digits; i++) {
        digits = text.p[i] >= '0' && text.p[i] <= '9';
        n = n * 10 + (text.p[i] - '0');
    }
    if (!digits)
        err_add(e, E_TYPE, pointer, "%s", form->example);
    else
        (void)field_in_range(e->a, form, n, pointer, e); /* adds its problem */
}

/* A threshold in the form of its kind: percent, yuan, a number. */
static void threshold_check(const struct value *t, struct str at, struct err *e)
{
    static const struct field percent = {
        "threshold", "门槛", F_RATE, .min = 1, .max = 1000000000, .example = "30.00"};
    static const struct field yuan = {"threshold", "门槛", F_MONEY, .min = 1,
        .max = INT64_C(100000000000000000), .example = "15000000000.00"};
    static const struct field whole = {
        "threshold", "门槛", F_INT, .min = 1, .max = 1000000000, .example = "1000"};
    struct str pointer = arena_printf(e->a, "%s/threshold", at.p), text = t[TARGET_THRESHOLD].s;
    struct value v = {0};
    bool there = t[TARGET_THRESHOLD].present, good = true;
    if (t[TARGET_KIND].n == RISING) {
        if (there)
            err_add(e, E_UNWANTED, pointer, "rising");
    } else if (!there) {
        err_add(e, E_NEED, pointer, NULL);
    } else if (t[TARGET_KIND].n == GROWTH) {
        good = field_from_text(e->a, &percent, text, pointer, &v, e);
    } else if (t[TARGET_MEASURE].n == OF_AMOUNT) {
        good = field_from_text(e->a, &yuan, text, pointer, &v, e);
    } else {
        whole_check(text, &whole, pointer, e);
    }
    (void)good; /* its problem is in e */
}

/* Firms that benefit rise; every other goal grows. */
static void metrics_check(const struct value *t, struct str at, struct err *e)
{
    const struct value *list = &t[TARGET_METRICS];
    list_unlike(list, &target_fields[TARGET_METRICS], e);
    for (int i = 0; i < list->count; i++) {
        const struct value *m = list->row + i * METRIC_WIDTH;
        struct str pointer = arena_printf(e->a, "%s/metrics/%d", at.p, i);
        if (!side_rules[m[METRIC_SIDE].n].has[m[METRIC_FIGURE].n])
            err_add(e, E_UNWANTED, arena_printf(e->a, "%s/figure", pointer.p), "%s",
                sides[m[METRIC_SIDE].n].name);
        if ((m[METRIC_SIDE].n == SIDE_BENEFITING_FIRM) != (t[TARGET_KIND].n == RISING))
            err_add(e, E_CHOICE, arena_printf(e->a, "%s/side", pointer.p), "%s",
                t[TARGET_KIND].n == RISING ? "benefiting_firm"
                                           : "sme_acquisition, university_outflow, "
                                             "product_filing, implementation");
    }
}

static void target_check(const struct value *t, int i, struct err *e)
{
    struct str at = arena_printf(e->a, "/targets/%d", i);
    bool loans = t[TARGET_MEASURE].present, several = t[TARGET_METRICS].present;
    if (loans && several)
        err_add(e, E_UNWANTED, arena_printf(e->a, "%s/metrics", at.p), "measure");
    if (!loans && !several)
        err_add(e, E_NEED, arena_printf(e->a, "%s/measure", at.p), NULL);
    if (several && t[TARGET_BASIS].present)
        err_add(e, E_UNWANTED, arena_printf(e->a, "%s/basis", at.p), "metrics");
    if (loans && t[TARGET_KIND].n == RISING)
        err_add(e, E_CHOICE, arena_printf(e->a, "%s/kind", at.p), "growth, total");
    if (several && t[TARGET_KIND].n == TOTAL)
        err_add(e, E_CHOICE, arena_printf(e->a, "%s/kind", at.p), "growth, rising");
    if (t[TARGET_READING].present && t[TARGET_KIND].n != GROWTH)
        err_add(e, E_UNWANTED, arena_printf(e->a, "%s/reading", at.p), "%s",
            kinds[t[TARGET_KIND].n].name);
    if (strchr(t[TARGET_CODE].s.p, ':'))
        err_add(e, E_ACCOUNT_CODE, arena_printf(e->a, "%s/code", at.p), NULL);
    threshold_check(t, at, e);
    if (several)
        metrics_check(t, at, e);
}

static void plan_check(const struct value *v, struct err *e)
{
    const struct value *list = &v[PLAN_TARGETS];
    int64_t years = v[PLAN_LAST].n - v[PLAN_FIRST].n + 1;
    /* The word that stands for the plan of a quarter. */
    if (strchr(v[PLAN_CODE].s.p, ':') || str_is(v[PLAN_CODE].s, "current"))
        err_add(e, E_ACCOUNT_CODE, STR("/code"), NULL);
    if (years < 1 || years > PLAN_YEARS_MAX)
        err_add(e, E_RANGE, STR("/last_year"), "%lld–%lld", (long long)v[PLAN_FIRST].n,
            (long long)v[PLAN_FIRST].n + PLAN_YEARS_MAX - 1);
    list_unlike(list, &plan_fields[PLAN_TARGETS], e);
    for (int i = 0; i < list->count; i++)
        target_check(list->row + i * TARGET_WIDTH, i, e);
    plan_measures_check(&v[PLAN_CHAPTERS], &v[PLAN_MEASURES], e);
}

static const struct member plan_read_only[] = {
    {"state", M_WORD, "状态", .en = "revised: a newer text waits to be approved",
        .words = "draft in_force revised", .maybe = true},
    {"seen", M_HASH, "所见版本", .en = "What an approver names as seen", .maybe = true},
    {"needs", M_COUNT, "须批准人数", .en = "How many persons put it in force", .maybe = true},
    {"assents", M_TEXT, "已同意", .en = "Who has agreed to this text so far", .list = true,
        .maybe = true},
    {"in_force_version", M_COUNT, "生效版次", .en = "How often it was put in force", .maybe = true},
    {"approved_by", M_TEXT, "批准人", .en = "Who approved it", .maybe = true},
    {"approved_at", M_INSTANT, "批准时刻", .en = "When it was approved", .maybe = true},
    {.name = NULL},
};

static const struct field approval_fields[] = {
    {"plan", "计划记录", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"seen", "所见版本", F_TEXT, .need = true, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "经市政府同意"},
    {.name = NULL},
};
enum { APPROVAL_PLAN, APPROVAL_SEEN };
static const struct member approval_read_only[] = {
    {"state", M_WORD, "其后状态", .en = "waiting: its tier needs more persons",
        .words = "waiting in_force", .maybe = true},
    {.name = NULL},
};

const struct record plan_record = {
    .name = "plan",
    .path = "/v1/plans",
    .zh = "计划",
    .fields = plan_fields,
    .key = PLAN_CODE,
    .subject = PLAN_CODE,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = plan_check,
    .read_only = plan_read_only,
};

const struct record plan_approval_record = {
    .name = "plan_approval",
    .path = "/v1/plan-approvals",
    .zh = "计划批准",
    .fields = approval_fields,
    .key = APPROVAL_SEEN,
    .subject = APPROVAL_PLAN,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .decided = true,
    .parent = APPROVAL_PLAN,
    .read_only = approval_read_only,
};
