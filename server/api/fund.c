/*
 * fund.c - accounts, their entries, transfers and the journal.
 *
 * Posting itself is record_post with the transfer type; what is here reads. The journal goes out
 * page by page as of the newest transfer when it was asked for, so that its closing balances fit it
 * whatever is posted meanwhile.
 */
#include "api.h"
#include "ident.h"
#include "journal.h"
#include "records.h"

/* ---- accounts ------------------------------------------------------------------------------- */

static const struct member account_members[] = {
    {"code", M_TEXT, "账户代码", .en = "Code"},
    {"kind", M_WORD, "账户类别", .en = "Kind", .words = "asset liability equity income expense"},
    {"title", M_TEXT, "账户名称", .en = "Title"},
    {"no_overdraft", M_BOOL, "不得透支", .en = "It may not be overdrawn"},
    {"balance", M_YUAN, "余额", .en = "Balance"},
    {"held", M_YUAN, "冻结", .en = "Held; only of now", .maybe = true},
    {"available", M_YUAN, "可用", .en = "Available; only of now", .maybe = true},
    {"version", M_COUNT, "版本", .en = "Moves with every transfer and hold"},
    {"opened_on", M_DAY, "开户日", .en = "Opened on"},
    {.name = NULL},
};
static const struct shape account_shape = {"account_balance", account_members};

struct fund_list {
    struct req *r;
    int64_t limit;
};

static const struct list account_list = {.sql = SQL_ACCOUNT_LIST,
    .rows = LIST_CELLS,
    .members = account_members,
    .one = ONE_CODE,
    .asked = 3};

/* Two clocks, as parameters of a statement; p == NULL: none. Problems go to r->err. */
static void read_clocks(
    struct req *r, const char *day_name, struct str *as_of, struct str *known_at)
{
    day d;
    if (req_param(r, day_name).p && param_day(r, day_name, DAY_MIN, &d))
        *as_of = day_text(r->a, d);
    if (known_at)
        (void)param_instant(r, "known_at", known_at); /* problems are in r->err */
}

static const struct member entry_members[] = {
    {"on", M_DAY, "日期", .en = "Effective on"},
    {"id", M_ID, "转账", .en = "Transfer"},
    {"reference", M_TEXT, "编号", .en = "Reference"},
    {"other", M_TEXT, "对方账户", .en = "The other account"},
    {"cause", M_TEXT, "事由", .en = "Cause", .maybe = true},
    {"cause_id", M_ID, "事由编号", .en = "The record that caused it", .maybe = true},
    {"amount", M_YUAN, "金额", .en = "Amount, with its sign"},
    {"after", M_YUAN, "余额", .en = "Balance after it"},
    {"memo", M_TEXT, "摘要", .en = "Memo", .maybe = true},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it"},
    {.name = NULL},
};
static const struct member entries_members[] = {
    {"account", M_TEXT, "账户代码", .en = "Code of the account"},
    {"opening", M_YUAN, "期初余额", .en = "Balance before the period"},
    {"items", M_OBJECT, "明细", .en = "Movements", .of = entry_members, .list = true},
    {"closing", M_YUAN, "期末余额", .en = "Balance at the end of the period"},
    {"next", M_TEXT, "下一页", .en = "?after of the next page", .null = true},
    {.name = NULL},
};
static const struct shape entries_shape = {"account_entries", entries_members};

/* Why a balance is what it is. */
static void on_entries(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct fund_list *l = arg;
    struct req *r = l->r;
    struct buf out;
    if (!rows_found(r, rows, fail))
        return;
    int shown = rows->n > l->limit ? (int)l->limit : rows->n;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_str(&out, "account", r->capture[0]);
    json_member_str(&out, "opening", rows_at(rows, 0, ACCOUNT_ENTRIES_OPENING));
    json_member_list(&out, "items");
    for (int i = 0; i < shown && rows_at(rows, i, ACCOUNT_ENTRIES_ID).p; i++)
        write_row(&out, rows, i, ACCOUNT_ENTRIES_ON_DAY, entry_members);
    json_close(&out, ']');
    json_member_str(&out, "closing", rows_at(rows, 0, ACCOUNT_ENTRIES_CLOSING));
    json_key(&out, "next");
    if (rows->n > shown)
        json_str(&out, rows_at(rows, shown - 1, ACCOUNT_ENTRIES_CURSOR));
    else
        json_null(&out);
    json_close(&out, '}');
    reply_list(r, buf_view(&out), shown);
}

/* "<day> <id>" */
static bool entry_cursor(struct str s)
{
    return s.n == 47 && uuid_is((struct str){s.p + 11, 36});
}

static void account_entries(struct req *r)
{
    struct fund_list *l = arena_alloc(r->a, sizeof *l);
    struct str p[6] = {r->capture[0]};
    l->r = r;
    read_clocks(r, "from", &p[1], NULL);
    read_clocks(r, "to", &p[2], &p[3]);
    p[4] = req_param(r, "after");
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &l->limit);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[5] = arena_printf(r->a, "%lld", (long long)l->limit + 1);
    db_query(r->server->db, r->a, r->actor, SQL_ACCOUNT_ENTRIES, p, COUNT_OF(p), on_entries, l);
}

/* ---- transfers ------------------------------------------------------------------------------ */

static const struct member transfer_members[] = {
    {"id", M_ID, "转账", .en = "Id"},
    {"reference", M_TEXT, "编号", .en = "Reference"},
    {"debit", M_TEXT, "借方账户", .en = "Account that is debited"},
    {"credit", M_TEXT, "贷方账户", .en = "Account that is credited"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {"on", M_DAY, "日期", .en = "Effective on"},
    {"cause", M_TEXT, "事由", .en = "Cause", .maybe = true},
    {"cause_id", M_ID, "事由编号", .en = "The record that caused it", .maybe = true},
    {"reverses", M_ID, "冲销", .en = "The transfer that it reverses", .maybe = true},
    {"reversed_by", M_ID, "被冲销", .en = "The transfer that reverses it", .maybe = true},
    {"memo", M_TEXT, "摘要", .en = "Memo", .maybe = true},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it"},
    {.name = NULL},
};
static const struct shape transfer_shape = {"posted_transfer", transfer_members};

static const struct list transfer_list = {.sql = SQL_TRANSFER_LIST,
    .rows = LIST_CELLS,
    .members = transfer_members,
    .one = ONE_ID,
    .asked = 2};

/* ---- the fund of a scheme ------------------------------------------------------------------- */

static const struct member statement_members[] = {
    {"scheme", M_TEXT, "方案", .en = "Code of the scheme"},
    {"from", M_DAY, "起日", .en = "From"},
    {"to", M_DAY, "止日", .en = "To"},
    {"opening", M_YUAN, "期初余额", .en = "Balance before the period"},
    {"appropriations", M_YUAN, "拨入", .en = "Appropriated"},
    {"compensation", M_YUAN, "补偿支出", .en = "Compensation paid"},
    {"recoveries", M_YUAN, "追偿收回", .en = "Recovered"},
    {"returns", M_YUAN, "退回", .en = "Returned"},
    {"adjustments", M_YUAN, "调整", .en = "Adjusted"},
    {"closing", M_YUAN, "期末余额", .en = "Balance at the end of the period"},
    {"held", M_YUAN, "冻结", .en = "Held for approved claims"},
    {.name = NULL},
};
static const struct shape statement_shape = {"scheme_statement", statement_members};

static void on_statement(void *arg, const struct rows *rows, const struct fail *fail)
{
    reply_row(arg, rows, fail, statement_members);
}

static void scheme_statement(struct req *r)
{
    day from, to;
    struct str p[4] = {r->capture[0]};
    if (!param_day(r, "from", DAY_MIN, &from) || !param_day(r, "to", day_today(), &to) ||
        !param_instant(r, "known_at", &p[3])) {
        reply_problem(r);
        return;
    }
    if (to.n < from.n) {
        reply_refuse(r, E_ORDER, "?to", "from");
        return;
    }
    p[1] = day_text(r->a, from);
    p[2] = day_text(r->a, to);
    db_query(r->server->db, r->a, r->actor, SQL_SCHEME_STATEMENT, p, COUNT_OF(p), on_statement, r);
}

/* ---- journal -------------------------------------------------------------------------------- */

enum { JOURNAL_LINES = 2000 }; /* a page */

struct journal_out {
    struct req *r;
    enum journal_format format;
    struct str known_at, closes_on, after;
    struct journal_account *account;
    int accounts;
    struct arena *a; /* of a page */
};

static void journal_next(struct req *r);

static void journal_end(struct journal_out *j, bool complete)
{
    struct req *r = j->r;
    struct buf out;
    buf_init(&out, r->a);
    if (complete) { /* else the assertions are missing, and a reader sees that it is cut off */
        int own = 0;
        for (int i = 0; i < j->accounts; i++) {
            if (j->account[i].balance.p)
                j->account[own++] = j->account[i];
        }
        journal_balances(j->format, j->account, own, j->closes_on, &out);
        journal_tail(j->format, &out);
        if (out.n)
            (void)reply_chunk(r, buf_view(&out), NULL); /* the last one */
    }
    reply_end(r);
    arena_free(j->a);
}

static void on_journal_page(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct journal_out *j = arg;
    struct req *r = j->r;
    struct buf out;
    if (fail || rows->n == 0 || !r->conn) {
        journal_end(j, !fail);
        return;
    }
    buf_init(&out, j->a);
    for (int i = 0; i < rows->n; i++) {
        if (j->format == JOURNAL_JSON && (i || j->after.p))
            buf_char(&out, ',');
        journal_transfer(j->format,
            &(struct journal_transfer){.id = rows_at(rows, i, JOURNAL_PAGE_ID),
                .reference = rows_at(rows, i, JOURNAL_PAGE_REFERENCE),
                .on = rows_at(rows, i, JOURNAL_PAGE_ON_DAY),
                .debit = rows_at(rows, i, JOURNAL_PAGE_DEBIT),
                .debit_kind = rows_at(rows, i, JOURNAL_PAGE_DEBIT_KIND),
                .credit = rows_at(rows, i, JOURNAL_PAGE_CREDIT),
                .credit_kind = rows_at(rows, i, JOURNAL_PAGE_CREDIT_KIND),
                .amount = rows_at(rows, i, JOURNAL_PAGE_AMOUNT),
                .cause = rows_at(rows, i, JOURNAL_PAGE_CAUSE),
                .memo = rows_at(rows, i, JOURNAL_PAGE_MEMO),
                .reverses = rows_at(rows, i, JOURNAL_PAGE_REVERSES),
                .recorded_at = rows_at(rows, i, JOURNAL_PAGE_RECORDED_AT),
                .recorded_by = rows_at(rows, i, JOURNAL_PAGE_RECORDED_BY)},
            &out);
    }
    struct str last = rows_at(rows, rows->n - 1, JOURNAL_PAGE_ID);
    j->after = arena_str(r->a, last.p, last.n);
    bool room = reply_chunk(r, buf_view(&out), journal_next);
    if (room)
        journal_next(r);
}

static void journal_next(struct req *r)
{
    struct journal_out *j = r->state;
    struct str p[3] = {j->after, arena_printf(r->a, "%d", JOURNAL_LINES), j->known_at};
    arena_reset(j->a);
    db_query(r->server->db, j->a, r->actor, SQL_JOURNAL_PAGE, p, COUNT_OF(p), on_journal_page, j);
}

static void on_journal_accounts(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct journal_out *j = arg;
    struct req *r = j->r;
    struct buf out;
    if (fail) {
        arena_free(j->a);
        reply_fail(r, fail);
        return;
    }
    j->accounts = rows->n;
    j->account = arena_alloc(r->a, (size_t)(rows->n + 1) * sizeof *j->account);
    for (int i = 0; i < rows->n; i++) {
        j->known_at = rows_at(rows, i, JOURNAL_ACCOUNTS_KNOWN_AT);
        j->closes_on = rows_at(rows, i, JOURNAL_ACCOUNTS_CLOSES_ON);
        j->account[i] = (struct journal_account){.code = rows_at(rows, i, JOURNAL_ACCOUNTS_CODE),
            .kind = rows_at(rows, i, JOURNAL_ACCOUNTS_KIND),
            .title = rows_at(rows, i, JOURNAL_ACCOUNTS_TITLE),
            .opened_on = rows_at(rows, i, JOURNAL_ACCOUNTS_OPENED_ON),
            .balance = rows_at(rows, i, JOURNAL_ACCOUNTS_BALANCE)};
    }
    buf_init(&out, r->a);
    reply_start(r, 200, journal_type(j->format));
    journal_head(j->format, j->known_at.p ? j->known_at : STR(""), &out);
    journal_accounts(j->format, j->account, j->accounts, &out);
    (void)reply_chunk(r, buf_view(&out), NULL); /* the pages wait for room */
    if (j->known_at.n)
        journal_next(r);
    else
        journal_end(j, true);
}

static void journal_get(struct req *r)
{
    struct journal_out *j = arena_alloc(r->a, sizeof *j);
    struct str format = req_param(r, "format");
    *j = (struct journal_out){.r = r, .format = JOURNAL_JSON};
    if (format.p && !journal_format_parse(format, &j->format)) {
        reply_refuse(r, E_CHOICE, "?format", "hledger, ledger, beancount, csv, json");
        return;
    }
    j->a = arena_new();
    r->state = j;
    db_query(r->server->db, r->a, r->actor, SQL_JOURNAL_ACCOUNTS, NULL, 0, on_journal_accounts, j);
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define OFFICES (FINANCE | IP_OFFICE | AUDITOR)

static const struct query q_after_code = {"after", Q_TEXT, .zh = "上一页的 next"},
                          q_after_entry = {"after", Q_CURSOR, .zh = "上一页的 next",
                              .fits = entry_cursor},
                          q_account = {"account", Q_TEXT, .zh = "账户代码"},
                          q_order_of_accounts = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "code -code balance -balance"},
                          q_journal_format = {"format", Q_WORD, .zh = "格式",
                              .words = "hledger ledger beancount csv json"};

/* Three plain texts; a reader that is cut off finds the balances missing. */
static const struct answer journal_answers[] = {
    JSON_OF(journal_shape), BYTES_OF("text/plain"), BYTES_OF("text/csv"), {.status = 0}};

const struct route fund_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/accounts",
        .roles = FINANCE,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &account_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet},
        .answers = record_batch,
        .zh = "开设账户",
        .en = "Open an account"},
    {.method = METHOD_GET,
        .path = "/v1/accounts",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &account_list,
        .query = {&q_limit, &q_after_code, &q_as_of, &q_known_at, &q_q, &q_order_of_accounts,
            &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(account_shape)),
        .zh = "账户与余额",
        .en = "Accounts with their balances"},
    TEMPLATE_ROUTE("/v1/accounts", &account_record, EVERYBODY, "账户", "account"),
    {.method = METHOD_GET,
        .path = "/v1/accounts/{code}",
        .roles = EVERYBODY,
        .handle = list_get_one,
        .list = &account_list,
        .query = {&q_as_of, &q_known_at},
        .answers = ANSWERS(JSON_OF(account_shape)),
        .zh = "账户余额",
        .en = "One account and its balance"},
    {.method = METHOD_GET,
        .path = "/v1/accounts/{code}/entries",
        .roles = EVERYBODY,
        .handle = account_entries,
        .query = {&q_from, &q_to, &q_known_at, &q_limit, &q_after_entry, &q_list_format},
        .answers = ANSWERS(ROWS_OF(entries_shape)),
        .zh = "账户明细",
        .en = "Why a balance is what it is"},
    {.method = METHOD_POST,
        .path = "/v1/transfers",
        .roles = FINANCE,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &transfer_record,
        .query = {&q_atomic, &q_dry_run, &q_sheet},
        .answers = proposed_batch,
        .zh = "记一笔转账",
        .en = "Post one transfer or a batch"},
    {.method = METHOD_GET,
        .path = "/v1/transfers",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &transfer_list,
        .query = {&q_limit, &q_after, &q_account, &q_q, &q_order_amount, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(transfer_shape)),
        .zh = "转账列表",
        .en = "List transfers"},
    TEMPLATE_ROUTE("/v1/transfers", &transfer_record, EVERYBODY, "转账", "transfer"),
    {.method = METHOD_GET,
        .path = "/v1/transfers/{id}",
        .roles = EVERYBODY,
        .handle = list_get_one,
        .list = &transfer_list,
        .answers = ANSWERS(JSON_OF(transfer_shape)),
        .zh = "转账",
        .en = "One transfer"},
    {.method = METHOD_POST,
        .path = "/v1/transfers/{id}/reverse",
        .roles = FINANCE,
        .handle = record_step,
        .takes = TAKES_JSON,
        .record = &transfer_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_proposed,
        .zh = "冲销转账",
        .en = "Reverse a transfer"},
    {.method = METHOD_GET,
        .path = "/v1/journal",
        .roles = EVERYBODY,
        .handle = journal_get,
        .query = {&q_journal_format},
        .answers = journal_answers,
        .zh = "日记账(hledger、ledger、beancount、csv、json)",
        .en = "The journal for other accounting programs"},
    {.path = NULL},
};

const struct route scheme_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/schemes",
        .roles = IP_OFFICE,
        .handle = record_post_one,
        .takes = TAKES_JSON,
        .record = &scheme_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "起草风险分担方案",
        .en = "Draft a version of a scheme"},
    {.method = METHOD_GET,
        .path = "/v1/schemes",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &record_list,
        .record = &scheme_record,
        .query = {&q_limit, &q_after, &q_code, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "风险分担方案列表",
        .en = "List schemes"},
    {.method = METHOD_GET,
        .path = "/v1/schemes/{id}",
        .roles = EVERYBODY,
        .handle = record_get,
        .record = &scheme_record,
        .answers = record_one,
        .zh = "风险分担方案",
        .en = "One version of a scheme"},
    CORRECTION_ROUTES(
        "/v1/schemes", &scheme_record, IP_OFFICE, EVERYBODY, "方案草稿", "draft of a scheme"),
    {.method = METHOD_POST,
        .path = "/v1/schemes/{id}/approve",
        .roles = FINANCE,
        .handle = record_step,
        .takes = TAKES_JSON,
        .record = &scheme_approval_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "批准方案",
        .en = "Approve a scheme: it is in force from its day"},
    {.method = METHOD_GET,
        .path = "/v1/schemes/{code}/statement",
        .roles = OFFICES,
        .handle = scheme_statement,
        .query = {&q_from, &q_to, &q_known_at},
        .answers = ANSWERS(JSON_OF(statement_shape)),
        .zh = "补偿资金收支表",
        .en = "Statement of a fund"},
    {.path = NULL},
};
