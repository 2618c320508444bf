/*
 * rehearsal.c - a policy tried on the loans that are recorded, before anybody signs it.
 *
 * Loans come page by page, so that the daemon serves others meanwhile: the database fetches two
 * further pages while one is judged. Which loans a page has is asked first, and cheap; pages are
 * judged in their order, whichever comes first. What is made of them is reports/rehearsal.c.
 */
#include "rehearsal.h"
#include "api.h"
#include "case.h"
#include "records.h"

enum { PAGE = 1000, PAGES = 3, READERS = 2, LINES_A_CHUNK = 500 };

struct page {
    struct run *h;
    struct arena *a;
    struct rows rows;
    bool come;
};

struct run {
    struct req *r;
    const struct value *v;
    struct page page[PAGES]; /* one is judged while others are filled */
    int asked, judged;       /* pages so far */
    int flying;              /* of them on the way */
    struct arena *of_ids;
    struct str ids;  /* of the next page; p == NULL: not known */
    bool ids_flying; /* they were asked for */
    bool ended;      /* no page comes after those that were asked for */
    bool stepping;
    const struct fail *failed;
    struct rehearsal_policy policy[REHEARSAL_SIDES];
    struct rehearsal *rehearsal;
    int sides, policies, firms; /* policies and what firms have had, as far as they came */
    bool lines;
    struct str after, asks, months; /* asks, months: what the rules look at */
};

/* ---- the answer ------------------------------------------------------------------------------ */

static void free_pages(struct run *h)
{
    for (int i = 0; i < PAGES; i++)
        arena_free(h->page[i].a);
    arena_free(h->of_ids);
    h->r->server->rehearsals--;
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
        arena_reset(h->page[0].a);
        buf_init(&out, h->page[0].a);
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
    r->is_list = list;
    r->shown = rehearsal_seen(h->rehearsal);
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

static void step(struct run *h);

/* The first failure ends it, when nothing is on the way any more. */
static void note_failure(struct run *h, const struct fail *fail)
{
    if (fail && !h->failed) {
        struct fail *kept = arena_alloc(h->r->a, sizeof *kept);
        *kept = *fail;
        h->failed = kept;
    }
    h->ended = h->ended || fail || !h->r->conn;
}

static void on_ids(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct run *h = arg;
    h->ids_flying = false;
    note_failure(h, fail);
    if (!fail && rows->n) {
        h->ids = rows_at(rows, 0, REHEARSAL_IDS_IDS);
        h->after = arena_keep(h->r->a, rows_at(rows, 0, REHEARSAL_IDS_LAST));
    }
    h->ended = h->ended || !h->ids.p;
    step(h);
}

static void ask_ids(struct run *h)
{
    struct req *r = h->r;
    struct str p[] = {h->after, arena_printf(r->a, "%d", PAGE)};
    arena_reset(h->of_ids);
    h->ids_flying = true;
    db_query(r->server->db, h->of_ids, r->actor, SQL_REHEARSAL_IDS, p, COUNT_OF(p), on_ids, h);
}

static void on_loans(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct page *page = arg;
    struct run *h = page->h;
    if (fail)
        page->rows.n = 0;
    else
        page->rows = *rows;
    page->come = true;
    h->flying--;
    note_failure(h, fail);
    step(h);
}

static void ask_page(struct run *h)
{
    struct req *r = h->r;
    struct page *page = &h->page[h->asked++ % PAGES];
    struct str p[] = {h->ids, h->asks, h->months};
    h->ids = (struct str){NULL, 0};
    h->flying++;
    arena_reset(page->a);
    db_query(r->server->db, page->a, r->actor, SQL_REHEARSAL_PAGE, p, COUNT_OF(p), on_loans, page);
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

static void judge_row(struct run *h, struct arena *page, const struct rows *rows, int row)
{
    struct value *facts = arena_alloc(page, FACT_COUNT * sizeof *facts);
    struct rehearsal_loan loan = {.id = rows_at(rows, row, REHEARSAL_PAGE_ID),
        .bank = rows_at(rows, row, REHEARSAL_PAGE_BANK),
        .contract_no = rows_at(rows, row, REHEARSAL_PAGE_CONTRACT_NO)};
    if (!str_is(rows_at(rows, row, REHEARSAL_PAGE_CURRENT), "t"))
        return;
    case_facts(page, rows, row, REHEARSAL_PAGE_BORROWER_USCC, facts);
    rehearsal_add(h->rehearsal, page, &loan, facts);
}

static void judge_page(struct run *h)
{
    struct page *page = &h->page[h->judged++ % PAGES];
    page->come = false;
    for (int i = 0; i < page->rows.n; i++)
        judge_row(h, page->a, &page->rows, i);
    if (h->lines && h->judged < h->asked)
        progress(h);
}

static void end(struct run *h)
{
    struct req *r = h->r;
    if (!h->failed) {
        answer(h);
    } else if (h->lines) { /* the result line is missing: the reader sees that it is cut off */
        finish(h);
    } else {
        free_pages(h);
        reply_fail(r, h->failed);
    }
}

/* One thing that can be done now, what the database works at first. */
static bool step_one(struct run *h)
{
    int readers =
        h->r->server->rehearsals > 1 ? 1 : READERS; /* the others are for who else reads */
    bool room = h->asked - h->judged < PAGES && h->flying < readers;
    if (h->ids.p && room && !h->failed)
        ask_page(h);
    else if (!h->ids.p && !h->ids_flying && !h->ended)
        ask_ids(h);
    else if (h->judged < h->asked && h->page[h->judged % PAGES].come)
        judge_page(h);
    else
        return false;
    return true;
}

/* Answers may come within the call that asks, when no connection is up. */
static void step(struct run *h)
{
    if (h->stepping)
        return;
    h->stepping = true;
    while (step_one(h)) {
    }
    h->stepping = false;
    bool all = h->failed || (h->ended && !h->ids.p && h->judged == h->asked);
    if (all && !h->flying && !h->ids_flying)
        end(h);
}

/* ---- what firms have had ----------------------------------------------------------------------
 */

static void ask_firms(struct run *h);

static void on_firms(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct run *h = arg;
    note_failure(h, fail);
    if (fail || !h->r->conn) {
        step(h);
        return;
    }
    struct rehearsal_had *had = arena_alloc(h->r->a, ((size_t)rows->n + 1) * sizeof *had);
    for (int i = 0; i < rows->n; i++) {
        int64_t year = 0;
        had[i].firm = rows_at(rows, i, REHEARSAL_FIRMS_FIRM);
        (void)rows_int(rows, i, REHEARSAL_FIRMS_YEAR, &year);
        (void)rows_int(rows, i, REHEARSAL_FIRMS_USED, &had[i].fen);
        had[i].year = (int)year;
    }
    rehearsal_firms(h->rehearsal, h->firms++, had, rows->n);
    if (h->firms < h->sides)
        ask_firms(h);
    else
        step(h);
}

static void ask_firms(struct run *h)
{
    struct req *r = h->r;
    db_query(r->server->db, r->a, r->actor, SQL_REHEARSAL_FIRMS, &h->policy[h->firms].code, 1,
        on_firms, h);
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
    struct rehearsal_policy *p = &h->policy[h->policies];
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
    if (++h->policies < h->sides) {
        ask_policy(h);
        return;
    }
    look_at(h);
    h->rehearsal = rehearsal_new(r->a, h->v, h->policy, h->sides);
    for (int i = 0; i < PAGES; i++)
        h->page[i] = (struct page){.h = h, .a = arena_new()};
    h->of_ids = arena_new();
    r->server->rehearsals++;
    r->state = h;
    if (h->lines)
        reply_start(r, 200, "application/x-ndjson");
    ask_firms(h);
}

static void ask_policy(struct run *h)
{
    struct req *r = h->r;
    const struct value *from = &h->v[h->policies ? REHEARSAL_AGAINST_FROM : REHEARSAL_POLICY_FROM];
    struct str today = day_text(r->a, day_today());
    struct str p[] = {h->policy[h->policies].code, {NULL, 0}, today, today};
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
