/*
 * plan_measures.c - what a plan asks of departments: its measures, in chapters.
 *
 * A measure names who answers for it, how often it is reported on, and which figures of the ledger
 * stand beside it: those that measure_ledger (migrations/functions/measure.sql) knows.
 */
#include "plan_measures.h"
#include "targets.h"
#include <assert.h>

const struct choice measure_departments[] = {{"ip_office", "市知识产权局"},
    {"economy", "市经济和信息化委"}, {"education", "市教委"}, {"science", "市科委"},
    {"health", "市卫健委"}, {"sasac", "市国资委"}, {"financial_regulator", "市地方金融监管局"},
    {"banking_regulator", "银保监局"}, {"district", "各区政府"}, {NULL, NULL}};
static_assert(COUNT_OF(measure_departments) == MEASURE_OFFICES + 2, "offices, then districts");

static const struct choice figures[] = {{"offers", "供给目录"}, {"needs", "需求目录"},
    {"dormant_offers", "高校院所沉睡专利供给产品"}, {"state_firm_offers", "国有企业可许可专利"},
    {"live_offers", "目录中供给"}, {"followups", "供需对接"}, {"promotion", "推介会"},
    {"auction", "拍卖会"}, {"open_offers", "开放许可供给"}, {"open_licences", "开放许可成交"},
    {"quick_licences", "按既定条件一步许可"}, {"dormant_deals", "沉睡专利成交"},
    {"compensation", "风险补偿支付"}, {"subsidies", "补贴支付"}, {"park_visit", "入园惠企"},
    {"bank_enterprise", "银企对接"}, {"bank_park", "银园对接"}, {"loans", "活动后 180 日内的贷款"},
    {"insurance", "知识产权保险"}, {"patent_transaction", "专利技术交易保险"},
    {"securitisations", "知识产权证券化"}, {"pooled_credit", "集合授信"},
    {"invest_loan_linkage", "投贷联动"}, {"trust", "信托"}, {"operation_centres", "运营中心"},
    {"cultivation_centres", "高价值专利培育中心"}, {"portfolios", "高价值专利组合"},
    {"alliances", "产业知识产权联盟"}, {"clusters", "运营服务集聚区"}, {"windows", "受理窗口"},
    {"policies", "专利转化相关政策"}, {"agencies", "服务机构"}, {"services", "机构服务"},
    {"specialists", "专利运营特派员"}, {"visits", "点对点服务"}, {"trainings", "培训与研讨"},
    {"attended", "培训人次"}, {"filings", "专利产品备案"}, {"deals", "专利技术交易备案"},
    {NULL, NULL}};
static_assert(COUNT_OF(figures) <= 63, "a bit each");

static const struct choice rhythms[] = {{"quarter", "按季"}, {"year", "按年"}, {NULL, NULL}};

const struct field plan_chapter_fields[] = {
    {"title", "名称", F_TEXT, .need = true, .min = 1, .max = 100, .example = "强化金融服务"},
    {"title_en", "英文名称", F_TEXT, .min = 1, .max = 200,
        .example = "Strengthen financial services"},
    {.name = NULL},
};

const struct field plan_measure_fields[] = {
    {"no", "举措序号", F_INT, .need = true, .min = 1, .max = MEASURE_NO_MAX, .example = "12"},
    {"chapter", "所在章", F_INT, .need = true, .min = 1, .max = 30, .example = "3"},
    {"title", "内容", F_TEXT, .need = true, .min = 1, .max = 1000,
        .example = "鼓励知识产权保险创新"},
    {"title_en", "英文内容", F_TEXT, .min = 1, .max = 1000,
        .example = "Encourage insurance innovation"},
    {"departments", "责任部门(district 为各区)", F_WORDS, .need = true,
        .choices = measure_departments, .example = "ip_office;district"},
    {"figures", "台账所载数据", F_WORDS, .choices = figures, .example = "insurance"},
    {"every", "报送频率", F_ENUM, .need = true, .choices = rhythms, .example = "quarter"},
    {"due_days", "期末后报送天数", F_INT, .need = true, .min = 1, .max = 365, .example = "15"},
    {.name = NULL},
};
enum { NO, CHAPTER, TITLE, TITLE_EN, DEPARTMENTS, FIGURES, EVERY, DUE_DAYS, MEASURE_WIDTH };
static_assert(COUNT_OF(plan_measure_fields) == MEASURE_WIDTH + 1, "the enum follows the table");

void plan_measures_check(const struct value *chapters, const struct value *measures, struct err *e)
{
    if (chapters->present != measures->present)
        err_add(e, E_NEED, chapters->present ? STR("/measures") : STR("/chapters"), NULL);
    for (int i = 0; i < measures->count; i++) {
        const struct value *m = measures->row + i * MEASURE_WIDTH;
        if (i > 0 && m[NO].n <= m[NO - MEASURE_WIDTH].n)
            err_add(e, E_ORDER, arena_printf(e->a, "/measures/%d/no", i), "%lld",
                (long long)m[NO - MEASURE_WIDTH].n);
        if (chapters->present && m[CHAPTER].n > chapters->count)
            err_add(
                e, E_RANGE, arena_printf(e->a, "/measures/%d/chapter", i), "1–%d", chapters->count);
    }
}
