/*
 * deal.c - deals over patents, payments on them, product filings, the second look at each; and the
 * records behind a figure of the goals T4 to T6.
 */
#include "api.h"
#include "indicators.h"
#include "records.h"

/* ---- the records behind a figure ------------------------------------------------------------- */

/* The first and the last day of a year or a quarter, which the query's check has taken. */
static void read_span(struct req *r, struct str *first, struct str *last)
{
    struct period p;
    MUST(period_parse(req_param(r, "period"), &p));
    quarter from = quarter_make(p.year, p.quarter ? p.quarter : 1);
    *first = day_text(r->a, (day){quarter_last((quarter){from.n - 1}).n + 1});
    *last = day_text(r->a, period_last(p));
}

static void figure_rows(struct req *r)
{
    enum { PLAN, SIDE, FIGURE, WAY, FIRST, LAST, KNOWN_AT, AFTER, LIMIT, P_COUNT };
    struct str p[P_COUNT] = {
        r->capture[0], req_param(r, "side"), req_param(r, "figure"), req_param(r, "way")};
    int64_t after = 0, limit = 0;
    (void)param_instant(r, "known_at", &p[KNOWN_AT]); /* problems are in r->err */
    (void)param_count(r, "after", 0, INT32_MAX, 0, &after);
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &limit);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    read_span(r, &p[FIRST], &p[LAST]);
    p[AFTER] = arena_printf(r->a, "%lld", (long long)after);
    p[LIMIT] = arena_printf(r->a, "%lld", (long long)limit);
    db_query(r->server->db, r->a, r->actor, SQL_PLAN_FIGURE_ROWS, p, P_COUNT, on_document, r);
}

static const struct member figure_row_members[] = {
    {"type", M_WORD, "记录种类", .en = "Type of record",
        .words = "ip_deal ip_deal_payment offer_acceptance product_filing"},
    {"id", M_ID, "记录", .en = "Record"},
    {"version", M_COUNT, "版本", .en = "The version that counts"},
    {"reference", M_TEXT, "编号", .en = "Its reference"},
    {"on", M_DAY, "日期", .en = "The day that it counts on"},
    {"way", M_WORD, "方式", .en = "Way", .words = "transfer licence contribution", .null = true},
    {"firm", M_TEXT, "企业", .en = "The firm that acquires, or files"},
    {"district", M_TEXT, "所在区代码", .en = "District"},
    {"value", M_FIGURE, "值", .en = "What it adds"},
    {.name = NULL},
};
static const struct member figure_rows_members[] = {
    {"plan", M_TEXT, "计划", .en = "Plan"},
    {"side", M_TEXT, "指标", .en = "Side"},
    {"figure", M_TEXT, "数值", .en = "Figure"},
    {"from", M_DAY, "起日", .en = "From"},
    {"to", M_DAY, "止日", .en = "To"},
    {"rows", M_COUNT, "记录数", .en = "Records that the reader sees"},
    {"total", M_FIGURE, "合计", .en = "What they come to"},
    {"items", M_OBJECT, "明细", .en = "The records", .of = figure_row_members, .list = true},
    {"next", M_COUNT, "下一页", .en = "after= of the next page", .null = true},
    {.name = NULL},
};
static const struct shape figure_rows_shape = {"plan_figure_rows", figure_rows_members};

/* ---- routes ---------------------------------------------------------------------------------- */

#define TELLERS    (DISTRICT | IP_OFFICE)
#define CONFIRMERS (DISTRICT | FINANCE | IP_OFFICE)

static const struct query q_acquirer = {"acquirer_name", Q_TEXT, .zh = "受让方名称"},
                          q_deal = {"deal", Q_TEXT, .zh = "专利交易编号"},
                          q_filer = {"uscc", Q_TEXT, .zh = "企业"},
                          q_of_record = {"record", Q_ID, .zh = "所确认的记录"};
static const struct query
    q_side = {"side", Q_WORD, .zh = "指标",
        .words = "sme_acquisition university_outflow product_filing implementation", .need = true},
    q_figure = {"figure", Q_WORD, .zh = "数值", .words = "count contract_value cash_received",
        .need = true},
    q_way = {"way", Q_WORD, .zh = "方式", .words = "transfer licence contribution"},
    q_period = {"period", Q_IDENT, .zh = "期间", .ident = ident_period, .need = true},
    q_passed = {"after", Q_COUNT, .zh = "上一页的 next", .max = INT32_MAX};

const struct route deal_routes[] = {
    RECORD_ROUTES("/v1/ip-deals", &ip_deal_record, TELLERS, EVERYBODY, WITH_STATE(&q_acquirer),
        "专利交易", "deal over patents"),
    RECORD_ROUTES("/v1/ip-deal-payments", &ip_deal_payment_record, TELLERS, EVERYBODY,
        WITH_STATE(&q_deal), "专利交易到账", "payment on a deal"),
    RECORD_ROUTES("/v1/product-filings", &product_filing_record, TELLERS, EVERYBODY,
        WITH_STATE(&q_filer), "专利产品备案", "filing of a patented product"),
    CONFIRM_ROUTE("/v1/ip-deals", CONFIRMERS, "专利交易", "deal"),
    CONFIRM_ROUTE("/v1/ip-deal-payments", CONFIRMERS, "专利交易到账", "payment"),
    CONFIRM_ROUTE("/v1/product-filings", CONFIRMERS, "专利产品备案", "filing"),
    CONFIRM_ROUTE("/v1/offer-acceptances", CONFIRMERS, "开放许可", "open licence"),
    {.method = METHOD_POST,
        .path = "/v1/confirmations",
        .roles = CONFIRMERS,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &confirmation_record,
        .query = {&q_atomic, &q_dry_run, &q_sheet},
        .answers = record_batch,
        .zh = "确认他机构报送的记录",
        .en = "Confirm what another organisation told, or a batch of it"},
    {.method = METHOD_GET,
        .path = "/v1/confirmations",
        .roles = CONFIRMERS | AUDITOR,
        .handle = list_get,
        .list = &record_list,
        .record = &confirmation_record,
        .query = {&q_limit, &q_after, &q_q, &q_order, &q_total, &q_list_format, &q_of_record},
        .answers = record_page,
        .zh = "确认列表",
        .en = "List confirmations"},
    {.method = METHOD_GET,
        .path = "/v1/confirmations/template.csv",
        .roles = CONFIRMERS | AUDITOR,
        .handle = record_template,
        .record = &confirmation_record,
        .answers = record_template_csv,
        .zh = "确认 CSV 模板",
        .en = "Header row of a CSV batch of confirmations"},
    {.method = METHOD_GET,
        .path = "/v1/confirmations/{id}",
        .roles = CONFIRMERS | AUDITOR,
        .handle = record_get,
        .record = &confirmation_record,
        .answers = record_one,
        .zh = "确认",
        .en = "One confirmation"},
    {.method = METHOD_GET,
        .path = "/v1/plans/{code}/figures",
        .roles = EVERYBODY,
        .handle = figure_rows,
        .query = {&q_side, &q_figure, &q_way, &q_period, &q_known_at, &q_limit, &q_passed,
            &q_list_format},
        .answers = ANSWERS(ROWS_OF(figure_rows_shape)),
        .zh = "计划指标的明细",
        .en = "The records behind a figure of the goals T4 to T6"},
    {.path = NULL},
};
