/*
 * rehearsal.c - a policy tried on the loans that are recorded, before anybody signs it.
 *
 * Loans come page by page, so that the daemon serves others meanwhile: the database fetches the
 * next page while one is judged. What is made of them is reports/rehearsal.c.
 */
#include "rehearsal.h"
#include "api.h"
#include "case.h"
#include "records.h"

enum { PAGE = 2000, LINES_A_CHUNK = 500 };

struct run {
    struct req *r;
    const struct value *v;
    struct arena *page[2]; /* one is judged while the other is filled */
    int turn;
    struct rehearsal_policy policy[REHEARSAL_SIDES];
    struct rehearsal *rehearsal;
    int sides, asked;
    bool lines;
    struct str after, asks, months; /* asks, months: what the rules look at */
};

/* ---- the answer ------------------------------------------------------------------------------ */

static void free_pages(struct run *h)
{
    arena_free(h->page[0]);
    arena_free(h->page[1]);
}

static void finish(struct run *h)
{
    struct req *r = h->r;
    free_pages(h);
    reply_end(r);
}

/* The cases one by one, as there is room for them. */
static void list_on(struct req *r)
{
    struct run *h = r->state;
    for (;;) {
        struct buf out;
        arena_reset(h->page[0]);
        buf_init(&out, h->page[0]);
        rehearsal_list(h->rehearsal, LINES_A_CHUNK, &out);
        if (!out.n) {
            finish(h);
            return;
        }
        if (!reply_chunk(r, buf_view(&out), list_on))
            return;
    }
}

static void answer(struct run *h)
{
    struct req *r = h->r;
    struct buf out;
    bool list = h->v[REHEARSAL_LIST].n != 0;
    buf_init(&out, r->a);
    rehearsal_result(h->rehearsal, &out);
    if (!h->lines) {
        free_pages(h);
        reply_json(r, 200, buf_view(&out));
        return;
    }
    buf_char(&out, '\n');
    bool room = reply_chunk(r, buf_view(&out), list ? list_on : NULL);
    if (!list)
        finish(h);
    else if (room)
        list_on(r);
}

/* ---- loans, page by page --------------------------------------------------------------------- */

static void on_loans(void *arg, const struct rows *rows, const struct fail *fail);

static void ask_page(struct run *h)
{
    struct req *r = h->r;
    struct arena *page = h->page[1 - h->turn];
    struct str p[] = {h->after, arena_printf(r->a, "%d", PAGE), h->policy[0].code,
        h->policy[1].code, str_of(rehearsal_by(h->v)), h->asks, h->months};
    arena_reset(page);
    db_query(r->server->db, page, r->actor, SQL_REHEARSAL_PAGE, p, COUNT_OF(p), on_loans, h);
}

static void progress(struct run *h)
{
    struct buf out;
    buf_init(&out, h->r->a);
    json_open(&out, '{');
    json_member_int(&out, "progress", rehearsal_seen(h->rehearsal));
    json_close(&out, '}');
    buf_char(&out, '\n');
    (void)reply_chunk(h->r, buf_view(&out), NULL); /* a few bytes a page */
}

static void judge_row(struct run *h, const struct rows *rows, int row)
{
    struct arena *page = h->page[h->turn];
    struct value *facts = arena_alloc(page, FACT_COUNT * sizeof *facts);
    struct rehearsal_loan loan = {.id = rows_at(rows, row, REHEARSAL_PAGE_ID),
        .bank = rows_at(rows, row, REHEARSAL_PAGE_BANK),
        .contract_no = rows_at(rows, row, REHEARSAL_PAGE_CONTRACT_NO)};
    if (!str_is(rows_at(rows, row, REHEARSAL_PAGE_CURRENT), "t"))
        return;
    (void)rows_int(rows, row, REHEARSAL_PAGE_YEAR_SECOND, &loan.second_year);
    (void)rows_int(rows, row, REHEARSAL_PAGE_LIFETIME_SECOND, &loan.second_lifetime);
    case_facts(page, rows, row, REHEARSAL_PAGE_BORROWER_USCC, facts);
    rehearsal_add(h->rehearsal, page, &loan, facts);
}

/* The database fetches the next page while this one is judged. */
static void on_loans(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct run *h = arg;
    struct req *r = h->r;
    if (fail && h->lines) { /* the result line is missing: the reader sees that it is cut off */
        finish(h);
        return;
    }
    if (fail) {
        free_pages(h);
        reply_fail(r, fail);
        return;
    }
    h->turn = 1 - h->turn;
    bool more = rows->n == PAGE && r->conn;
    if (rows->n)
        h->after = arena_keep(r->a, rows_at(rows, rows->n - 1, REHEARSAL_PAGE_ID));
    bool asked = more && db_ready(r->server->db); /* else the answer may come within the call */
    if (asked)
        ask_page(h);
    for (int i = 0; i < rows->n; i++)
        judge_row(h, rows, i);
    if (!more)
        answer(h);
    else if (h->lines)
        progress(h);
    if (more && !asked)
        ask_page(h);
}

/* ---- the policies ---------------------------------------------------------------------------- */

static void ask_policy(struct run *h);

static void look_at(struct run *h)
{
    const struct rule *rules[REHEARSAL_SIDES];
    struct buf asks, months;
    buf_init(&asks, h->r->a);
    buf_init(&months, h->r->a);
    for (int i = 0; i < h->sides; i++)
        rules[i] = h->policy[i].rule;
    rules_ask(rules, h->sides, &asks, &months);
    h->asks = buf_view(&asks);
    h->months = buf_view(&months);
}

static void on_policy(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct run *h = arg;
    struct req *r = h->r;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    struct rehearsal_policy *p = &h->policy[h->asked];
    struct policy_case k;
    if (!case_policy(r->a, rows, p->code, &k, &r->err)) {
        reply_problem(r);
        return;
    }
    p->rule = k.rule;
    p->lpr = k.lpr;
    p->lprs = k.lprs;
    p->effective_from = k.effective_from;
    p->state = k.state;
    p->sha256 = k.sha256;
    if (++h->asked < h->sides) {
        ask_policy(h);
        return;
    }
    look_at(h);
    h->rehearsal = rehearsal_new(r->a, h->v, h->policy, h->sides);
    h->page[0] = arena_new();
    h->page[1] = arena_new();
    r->state = h;
    if (h->lines)
        reply_start(r, 200, "application/x-ndjson");
    ask_page(h);
}

static void ask_policy(struct run *h)
{
    struct req *r = h->r;
    const struct value *from = &h->v[h->asked ? REHEARSAL_AGAINST_FROM : REHEARSAL_POLICY_FROM];
    struct str today = day_text(r->a, day_today());
    struct str p[] = {h->policy[h->asked].code, {NULL, 0}, today, today};
    if (from->present)
        p[1] = day_text(r->a, (day){(int32_t)from->n});
    db_query(r->server->db, r->a, r->actor, SQL_POLICY_CASE, p, COUNT_OF(p), on_policy, h);
}

static void rehearsal_post(struct req *r)
{
    struct run *h = arena_alloc(r->a, sizeof *h);
    const struct value *v = request_values(r);
    struct str accept = req_header(r, "accept");
    if (!v)
        return;
    *h = (struct run){.r = r, .v = v, .sides = v[REHEARSAL_AGAINST].present ? 2 : 1};
    h->policy[0].code = r->capture[0];
    h->policy[1].code = v[REHEARSAL_AGAINST].s;
    h->lines = v[REHEARSAL_LIST].n || (accept.p && strstr(accept.p, "application/x-ndjson"));
    ask_policy(h);
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define OFFICES (DISTRICT | FINANCE)

/* The result; with NDJSON asked for, or the cases listed: {"progress"}, the result, a case a line.
 */
static const struct answer rehearsal_answers[] = {JSON_OF(rehearsal_shape),
    {.status = 200,
        .is = IS_LINES,
        .type = "application/x-ndjson",
        .line = {&rehearsal_progress_shape, &rehearsal_shape, &rehearsal_case_shape}},
    {.status = 0}};

const struct route rehearsal_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/policies/{code}/rehearsals",
        .roles = OFFICES,
        .handle = rehearsal_post,
        .takes = TAKES_JSON,
        .record = &rehearsal_record,
        .asks = true,
        .answers = rehearsal_answers,
        .zh = "试算政策",
        .en = "Run a policy over the recorded loans"},
    {.path = NULL},
};
