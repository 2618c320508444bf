/*
 * flag.c - red flags and their rules, as the database writes them (flag_json, migrations).
 */
#include "api.h"
#include "records.h"
#include "scan.h"

static const struct list flag_list = {.sql = SQL_FLAG_LIST, .rows = LIST_JSON};

/* {"items":[…]} of texts that are JSON; shown: rows of them. Left open. */
static void write_items(struct buf *out, const struct rows *rows, int shown, int column)
{
    json_open(out, '{');
    json_member_list(out, "items");
    for (int i = 0; i < shown; i++)
        json_raw(out, rows_at(rows, i, column));
    json_close(out, ']');
}

static void on_rules(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    buf_init(&out, r->a);
    write_items(&out, rows, rows->n, 0);
    json_close(&out, '}');
    reply_list(r, buf_view(&out), rows->n);
}

static void flag_rules(struct req *r)
{
    db_query(r->server->db, r->a, r->actor, SQL_FLAG_RULES, NULL, 0, on_rules, r);
}

static void on_flag(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    if (!rows_found(r, rows, fail))
        return;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_members(&out, rows_at(rows, 0, FLAG_GET_FLAG));
    json_member_raw(&out, "standing", rows_at(rows, 0, FLAG_GET_STANDING));
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void flag_get(struct req *r)
{
    if (uuid_is(r->capture[0]))
        db_query(r->server->db, r->a, r->actor, SQL_FLAG_GET, r->capture, 1, on_flag, r);
    else
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
}

/* ---- POST /v1/flag-scans --------------------------------------------------------------------- */

struct scanning {
    struct req *r;
    struct value *v;
    const struct rows *rules;
    int next;
    struct scan scan;
    struct buf told;
};

static void scan_next(struct scanning *k);

static void on_scanned(void *arg, const struct fail *fail)
{
    struct scanning *k = arg;
    if (fail) {
        reply_fail(k->r, fail);
        return;
    }
    scan_write(&k->told, &k->scan);
    scan_next(k);
}

/* Rule by rule; then the scan is recorded with what came of it. */
static void scan_next(struct scanning *k)
{
    struct req *r = k->r;
    struct str rule = {NULL, 0};
    while (!rule.p && k->next < k->rules->n) {
        rule = rows_at(k->rules, k->next++, NIGHTLY_RULES_RULE);
        if (k->v[SCAN_RULE].present && !str_eq(rule, k->v[SCAN_RULE].s))
            rule.p = NULL;
    }
    if (!rule.p) {
        json_close(&k->told, ']');
        json_close(&k->told, '}');
        record_decided(r, k->v, buf_view(&k->told), NULL);
        return;
    }
    k->scan = (struct scan){
        .s = r->server, .a = r->a, .actor = r->actor, .rule = rule, .done = on_scanned, .arg = k};
    scan_begin(&k->scan);
}

static void on_scan_rules(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct scanning *k = arg;
    if (fail) {
        reply_fail(k->r, fail);
        return;
    }
    k->rules = rows;
    scan_next(k);
}

static void scan_post(struct req *r)
{
    const struct json *in = json_parse(r->a, r->body, &r->err);
    struct scanning *k = arena_alloc(r->a, sizeof *k);
    *k = (struct scanning){.r = r, .v = values_new(r, r->a)};
    if (!in || !schema_decode(r->a, &flag_scan_record, in, k->v, &r->err) ||
        param_flag(r, "dry_run")) {
        err_init(&r->err, r->a);
        record_post_one(r); /* which says what is wrong, or what would be recorded */
        return;
    }
    buf_init(&k->told, r->a);
    json_open(&k->told, '{');
    json_member_list(&k->told, "rules");
    db_query(r->server->db, r->a, r->actor, SQL_NIGHTLY_RULES, NULL, 0, on_scan_rules, k);
}

/* ---- answers --------------------------------------------------------------------------------- */

#define SEVERITIES "high med low"

static const struct member history_members[] = {
    {"effective_from", M_DAY, "生效日", .en = "In force from"},
    {"value", M_TEXT, "阈值", .en = "Value"},
    {"by", M_TEXT, "调整人", .en = "Who changed it, for the city's offices", .maybe = true},
    {.name = NULL},
};
static const struct member threshold_members[] = {
    {"threshold", M_TEXT, "阈值", .en = "Threshold"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"unit", M_TEXT, "单位", .en = "Unit"},
    {"value", M_TEXT, "现值", .en = "Value in force"},
    {"least", M_TEXT, "下限", .en = "The least that it may be"},
    {"most", M_TEXT, "上限", .en = "The most that it may be"},
    {"history", M_OBJECT, "调整", .en = "How it came about", .of = history_members, .list = true,
        .maybe = true},
    {.name = NULL},
};
static const struct member rule_of_flags_members[] = {
    {"code", M_TEXT, "规则", .en = "Rule"},
    {"severity", M_WORD, "级别", .en = "Severity", .words = SEVERITIES},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"fires", M_TEXT, "条件", .en = "When it fires, in Chinese"},
    {"fires_en", M_TEXT, "英文条件", .en = "When it fires, in English"},
    {"basis", M_TEXT, "依据", .en = "Why there is such a rule", .maybe = true},
    {"supported", M_BOOL, "已实现", .en = "The ledger can tell"},
    {"why_not", M_TEXT, "未实现原因", .en = "Why it can not, in Chinese", .maybe = true},
    {"why_not_en", M_TEXT, "英文原因", .en = "Why it can not, in English", .maybe = true},
    {"stops_payment", M_BOOL, "暂停支付", .en = "An open flag stops payments"},
    {"of_firm", M_BOOL, "按企业", .en = "About a firm, not a loan"},
    {"thresholds", M_OBJECT, "阈值", .en = "Thresholds", .of = threshold_members, .list = true},
    {.name = NULL},
};
static const struct member rules_members[] = {
    {"items", M_OBJECT, "规则", .en = "Rules", .of = rule_of_flags_members, .list = true},
    {.name = NULL},
};
static const struct member fact_members[] = {
    {"", M_JSON, "事实", .en = "A fact of this rule"}, {.name = NULL}};
static const struct member flag_record_members[] = {
    {"type", M_TEXT, "类别", .en = "Type of the record"},
    {"id", M_ID, "记录编号", .en = "Id of the record"},
    {"version", M_COUNT, "版本", .en = "Version"},
    {"reference", M_TEXT, "编号", .en = "Its own number", .maybe = true},
    {"pointer", M_TEXT, "位置", .en = "Which member"},
    {"facts", M_MAP, "事实", .en = "The facts that decided", .of = fact_members},
    {.name = NULL},
};
static const struct member flag_members[] = {
    {"id", M_ID, "预警", .en = "Id of the flag"},
    {"code", M_TEXT, "规则", .en = "Rule"},
    {"severity", M_WORD, "级别", .en = "Severity", .words = SEVERITIES},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"state", M_WORD, "状态", .en = "State", .words = "open cleared"},
    {"raised_at", M_INSTANT, "触发时刻", .en = "When it was raised"},
    {"raised_by", M_WORD, "触发方式", .en = "What raised it", .words = "submission scan payment"},
    {"stops_payment", M_BOOL, "暂停支付", .en = "It stops payments"},
    {"figures", M_MAP, "案情", .en = "Figures of the case as a whole", .of = fact_members,
        .maybe = true},
    {"records", M_OBJECT, "所涉记录", .en = "Records that the reader may see",
        .of = flag_record_members, .list = true, .maybe = true},
    {"records_shown", M_COUNT, "已列记录", .en = "How many are shown"},
    {"records_of_others", M_COUNT, "他人记录", .en = "How many the reader may not see"},
    {"seen", M_TEXT, "所见", .en = "What clearing it may name as seen", .maybe = true},
    {"cleared_at", M_INSTANT, "解除时刻", .en = "When it was cleared", .maybe = true},
    {"cleared_by", M_TEXT, "解除人", .en = "Who cleared it", .maybe = true},
    {"cleared_because", M_TEXT, "解除理由", .en = "Why", .maybe = true},
    {"double", M_TEXT, "重复登记的贷款", .en = "The loan that was found to be told twice",
        .maybe = true},
    {.name = NULL},
};
static const struct member one_flag_members[] = {
    {"", M_ALSO, .of = flag_members},
    {"standing", M_BOOL, "仍成立", .en = "Its records still show the case"},
    {.name = NULL},
};
static const struct shape rules_shape = {"flag_rules", rules_members},
                          flag_shape = {"flag", flag_members},
                          one_flag_shape = {"flag_standing", one_flag_members};

/* ---- routes ---------------------------------------------------------------------------------- */

#define READERS (FINANCE | IP_OFFICE | AUDITOR)

static const struct query q_is = {"state", Q_WORD, .zh = "状态", .words = "open cleared"},
                          q_severity = {"severity", Q_WORD, .zh = "级别", .words = "high med low"},
                          q_record = {"record", Q_ID, .zh = "所涉记录"},
                          q_order_of_rules = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "code -code severity -severity title -title"},
                          q_order_of_flags = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "recorded -recorded severity -severity code -code amount "
                                       "-amount"};

const struct route flag_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/flag-rules",
        .roles = EVERYBODY,
        .handle = flag_rules,
        .query = {&q_q, &q_order_of_rules, &q_list_format},
        .answers = ANSWERS(ROWS_OF(rules_shape)),
        .zh = "预警规则",
        .en = "Rules of red flags with their thresholds"},
    {.method = METHOD_POST,
        .path = "/v1/flag-thresholds",
        .roles = FINANCE | IP_OFFICE,
        .handle = record_post_one,
        .takes = TAKES_JSON,
        .record = &flag_threshold_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_proposed,
        .zh = "调整预警阈值",
        .en = "Change a threshold from a day on"},
    {.method = METHOD_GET,
        .path = "/v1/flag-thresholds",
        .roles = READERS,
        .handle = list_get,
        .list = &record_list,
        .record = &flag_threshold_record,
        .query = {&q_limit, &q_after, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "预警阈值调整",
        .en = "Changes of thresholds"},
    {.method = METHOD_POST,
        .path = "/v1/flag-scans",
        .roles = FINANCE | IP_OFFICE,
        .handle = scan_post,
        .takes = TAKES_JSON,
        .record = &flag_scan_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "扫描预警",
        .en = "Look for red flags in the whole book"},
    {.method = METHOD_GET,
        .path = "/v1/flag-scans",
        .roles = READERS,
        .handle = list_get,
        .list = &record_list,
        .record = &flag_scan_record,
        .query = {&q_limit, &q_after, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "预警扫描列表",
        .en = "List scans"},
    {.method = METHOD_GET,
        .path = "/v1/flag-scans/{id}",
        .roles = READERS,
        .handle = record_get,
        .record = &flag_scan_record,
        .answers = record_one,
        .zh = "预警扫描",
        .en = "One scan and what it raised"},
    {.method = METHOD_GET,
        .path = "/v1/flags",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &flag_list,
        .query = {&q_limit, &q_after, &q_is, &q_severity, &q_code, &q_record, &q_q,
            &q_order_of_flags, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(flag_shape)),
        .zh = "预警列表",
        .en = "List red flags"},
    {.method = METHOD_GET,
        .path = "/v1/flags/{id}",
        .roles = EVERYBODY,
        .handle = flag_get,
        .answers = ANSWERS(JSON_OF(one_flag_shape)),
        .zh = "预警",
        .en = "One red flag and the records that raised it"},
    {.method = METHOD_POST,
        .path = "/v1/flags/{id}/clear",
        .roles = FINANCE | IP_OFFICE,
        .handle = record_step,
        .takes = TAKES_JSON,
        .record = &flag_clearing_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "解除预警",
        .en = "Clear a red flag, with the reason"},
    {.path = NULL},
};
