/*
 * lookup.c - an enterprise, a right: what the records add up to for this reader.
 *
 * The statements build the JSON; row-level security decides which rows are in it.
 */
#include "api.h"
#include "ident.h"
#include "records.h"
#include "shapes.h"

void on_document(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    if (fail)
        reply_fail(r, fail);
    else if (rows->n == 0 || !rows_at(rows, 0, ENTERPRISE_GET_DOCUMENT).p)
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
    else if (req_param(r, "format").p) /* one that holds a list */
        reply_list(r, rows_at(rows, 0, ENTERPRISE_GET_DOCUMENT), 1);
    else
        reply_json(r, 200, rows_at(rows, 0, ENTERPRISE_GET_DOCUMENT));
}

static void look_up(struct req *r, ident_fn *check, enum sql_id sql)
{
    enum err_code code = E_TYPE;
    struct str hint = STR(""), key;
    if (!check(r->a, r->capture[0], &key, &code, &hint)) {
        reply_refuse(r, code, "", "%s", hint.p);
        return;
    }
    db_query(r->server->db, r->a, r->actor, sql, &key, 1, on_document, r);
}

static void enterprise_get(struct req *r)
{
    look_up(r, ident_uscc_any, SQL_ENTERPRISE_GET);
}

/* ---- enterprises -------------------------------------------------------------------------------
 */

static const struct member firm_members[] = {
    {"uscc", M_TEXT, "统一社会信用代码", .en = "Credit code"},
    {"name", M_TEXT, "企业名称", .en = "Name", .maybe = true},
    {"district", M_TEXT, "所在区代码", .en = "District", .maybe = true},
    {"industry", M_TEXT, "行业代码", .en = "Industry", .maybe = true},
    {"loans", M_COUNT, "贷款笔数", .en = "Loans of it that the reader sees"},
    {"last_loan_on", M_DAY, "最近签订日", .en = "Day of the last of them", .maybe = true},
    {.name = NULL},
};
static const struct shape firm_shape = {"firm", firm_members};

static const struct list firm_list = {
    .sql = SQL_ENTERPRISE_LIST, .rows = LIST_CELLS, .members = firm_members};

/* A day from the query, or no value. */
static struct str optional_day(struct req *r, const char *name)
{
    day d = day_today();
    bool good = param_day(r, name, d, &d); /* a problem is in r->err */
    return good && req_param(r, name).p ? day_text(r->a, d) : (struct str){NULL, 0};
}

/* A right as of a day, and the grounds against a pledge registered on a day (else that day) for a
 * debt due on another. Who asks for the grounds gets them of any number; else a right that neither
 * a register nor a visible pledge tells of is not found. */
static void ip_get(struct req *r)
{
    enum err_code code = E_TYPE;
    struct str hint = STR("");
    struct str p[6] = {{NULL, 0}};
    if (!ident_ip(r->a, r->capture[0], &p[0], &code, &hint)) {
        reply_refuse(r, code, "", "%s", hint.p);
        return;
    }
    day as_of;
    if (param_day(r, "as_of", day_today(), &as_of))
        p[1] = day_text(r->a, as_of);
    (void)param_instant(r, "known_at", &p[2]); /* problems are in r->err */
    p[3] = optional_day(r, "registered_on");
    p[4] = optional_day(r, "matures_on");
    if (r->err.n == 0 && p[3].p && p[4].p && strcmp(p[4].p, p[3].p) < 0)
        err_add(&r->err, E_ORDER, STR("?matures_on"), "registered_on");
    struct str pledgor = req_param(r, "pledgor");
    if (pledgor.p && !ident_uscc_any(r->a, pledgor, &p[5], &code, &hint))
        err_add(&r->err, code, STR("?pledgor"), "%s", hint.p);
    if (r->err.n)
        reply_problem(r);
    else
        db_query(r->server->db, r->a, r->actor, SQL_IP_GET, p, COUNT_OF(p), on_document, r);
}

/* A facility number is a bank's own text. */
static void facility_get(struct req *r)
{
    db_query(r->server->db, r->a, r->actor, SQL_FACILITY_GET, r->capture, 1, on_document, r);
}

static void write_stretch(struct buf *out, const struct rows *rows, int row)
{
    int64_t balance = 0, ppm = 0, days = 0, interest = 0;
    MUST(rows_int(rows, row, LOAN_INTEREST_BALANCE_FEN, &balance) &&
         rows_int(rows, row, LOAN_INTEREST_RATE_PPM, &ppm) &&
         rows_int(rows, row, LOAN_INTEREST_DAYS, &days) &&
         rows_int(rows, row, LOAN_INTEREST_INTEREST_FEN, &interest));
    json_open(out, '{');
    json_member_str(out, "from", rows_at(rows, row, LOAN_INTEREST_FROM_DAY));
    json_member_str(out, "to", rows_at(rows, row, LOAN_INTEREST_UNTIL_DAY));
    json_member_money(out, "balance", (money){balance});
    json_member_rate(out, "rate", (rate){(int32_t)ppm});
    json_member_int(out, "days", days);
    json_member_money(out, "interest", (money){interest});
    json_close(out, '}');
}

/* The first row is of the whole window. */
static void on_interest(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    int64_t accrued = 0, paid = 0;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (rows->n == 0) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
        return;
    }
    MUST(rows_int(rows, 0, LOAN_INTEREST_INTEREST_FEN, &accrued) &&
         rows_int(rows, 0, LOAN_INTEREST_PAID_FEN, &paid));
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "stretches");
    for (int i = 1; i < rows->n; i++)
        write_stretch(&out, rows, i);
    json_close(&out, ']');
    json_member_money(&out, "accrued", (money){accrued});
    json_member_money(&out, "paid", (money){paid});
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

/* The stretches of a window over which a balance was owed at one rate, what accrued, what was paid.
 */
static void loan_interest(struct req *r)
{
    day from = DAY_MIN, to = DAY_MAX;
    struct str p[4] = {r->capture[0]};
    bool good = param_day(r, "from", DAY_MIN, &from);
    good = param_day(r, "to", DAY_MAX, &to) && good;
    good = param_instant(r, "known_at", &p[3]) && good;
    if (good && to.n <= from.n)
        err_add(&r->err, E_ORDER, STR("?to"), "from");
    if (!uuid_is(p[0])) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", p[0].p);
        return;
    }
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[1] = day_text(r->a, from);
    p[2] = day_text(r->a, to);
    db_query(r->server->db, r->a, r->actor, SQL_LOAN_INTEREST, p, 4, on_interest, r);
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define PROFILERS (BANK | DISTRICT | IP_OFFICE)

/* Both are asked for: a window that nobody named would be somebody's guess. */
static const struct query q_first = {"from", Q_DAY, .zh = "起日", .need = true},
                          q_end = {"to", Q_DAY, .zh = "止日的次日", .need = true};
static const struct query q_uscc = {"uscc", Q_TEXT, .zh = "企业"},
                          q_registered_on = {"registered_on", Q_DAY, .zh = "质权登记日"},
                          q_matures_on = {"matures_on", Q_DAY, .zh = "债务到期日"},
                          q_pledgor = {"pledgor", Q_IDENT, .zh = "出质人", .ident = ident_uscc_any};

static const struct query q_after_firm = {"after", Q_IDENT, .zh = "上一页的 next",
                              .ident = ident_uscc_any},
                          q_order_of_firms = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "code -code name -name"};

const struct route lookup_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/loans/{id}/interest",
        .roles = EVERYBODY,
        .handle = loan_interest,
        .query = {&q_first, &q_end, &q_known_at},
        .answers = ANSWERS(JSON_OF(interest_shape)),
        .zh = "贷款利息:分段计算",
        .en = "Interest of a loan, stretch by stretch"},
    RECORD_ROUTES("/v1/enterprise-profiles", &enterprise_profile_record, PROFILERS, EVERYBODY,
        &q_uscc, "企业年度情况", "yearly profile of a firm"),
    {.method = METHOD_GET,
        .path = "/v1/enterprises",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &firm_list,
        .query = {&q_limit, &q_after_firm, &q_q, &q_order_of_firms, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(firm_shape)),
        .zh = "企业列表",
        .en = "List firms that submissions are about"},
    {.method = METHOD_GET,
        .path = "/v1/enterprises/{uscc}",
        .roles = EVERYBODY,
        .handle = enterprise_get,
        .answers = ANSWERS(JSON_OF(enterprise_shape)),
        .zh = "企业",
        .en = "A firm as its submissions show it"},
    {.method = METHOD_GET,
        .path = "/v1/facilities/{facility_no}",
        .roles = EVERYBODY,
        .handle = facility_get,
        .answers = ANSWERS(JSON_OF(facility_shape)),
        .zh = "集合授信",
        .en = "Pooled credit: the loans of a facility"},
    {.method = METHOD_GET,
        .path = "/v1/ip/{number}",
        .roles = EVERYBODY,
        .handle = ip_get,
        .query = {&q_as_of, &q_known_at, &q_registered_on, &q_matures_on, &q_pledgor},
        .answers = ANSWERS(JSON_OF(ip_shape)),
        .zh = "知识产权",
        .en = "A right: its status on a day, owners, events, pledges, and what speaks against a "
              "pledge"},
    {.path = NULL},
};
