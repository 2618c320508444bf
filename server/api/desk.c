/*
 * desk.c - the conditions of schemes are judged here, everything else by the database.
 *
 *   recorded as pending --> facts read --> conditions judged --> coverage_judgement through the
 * lane
 *
 * A cover whose loan was corrected is judged again: what counts against it is what does not hold by
 * the newest facts and did by those that it was given on.
 *
 * A judgement is a record of its own, in the name of the ledger: it decides what a claim is paid.
 * Facts that moved between reading and storing leave the request pending; the next round sees it
 * again. What a daemon left behind that was killed is found by the clock.
 */
#include "desk.h"
#include "api.h"
#include "case.h"
#include "records.h"
#include <event2/event.h>
#include <stdlib.h>

enum { MOST = 100, ROUNDS = 50, EVERY_S = 20 };

struct desk {
    struct server *s;
    struct event *timer;
    struct arena *a; /* of the round */
    struct actor actor;
    struct desk_seat *waiting, *served; /* came since the round began; before it */
    struct work work;
    int rounds;
    bool running;
};

static void round_begin(struct desk *d);

/* ---- conditions ------------------------------------------------------------------------------ */

/* Points that the scheme adds to the fund's share in this case; ppm. */
static int64_t uplift_of(struct arena *a, const struct json *scheme, const struct value *facts)
{
    const struct json *list = json_get(scheme, "uplifts");
    int64_t sum = 0;
    for (const struct json *x = list ? list->child : NULL; x; x = x->next) {
        struct err none;
        struct subsidy o;
        rate share = {0};
        err_init(&none, a);
        const struct rule *when =
            rule_conditions(a, json_get(x, "when"), STR("/when"), STR("-"), &none);
        if (!when || !rate_parse(json_get(x, "share")->text, &share))
            continue;
        rule_judge(when, facts, &o);
        sum += o.eligible ? share.ppm : 0;
    }
    return sum;
}

/* A problem of ours as the database writes it: [code, pointer, argument]. */
static void write_problems(struct buf *out, const struct err *e)
{
    json_open(out, '[');
    for (const struct problem *p = e->first; p; p = p->next) {
        json_open(out, '[');
        json_text(out, err_text(p->code)->name);
        json_text(out, "/scheme");
        json_str(out, p->arg);
        json_close(out, ']');
    }
    json_close(out, ']');
}

/* The scheme of a row, and the facts of its case; true: its conditions can be judged by them. */
static bool read_case(struct desk *d, const struct rows *rows, int row, const struct json **scheme,
    struct policy_case *k, struct err *e)
{
    struct str body = rows_at(rows, row, COVERAGE_PENDING_BODY);
    const struct json *conditions = NULL;
    *k = (struct policy_case){.facts = arena_alloc(d->a, FACT_COUNT * sizeof *k->facts)};
    *scheme = NULL;
    if (body.p) {
        *scheme = json_parse(d->a, body, e);
        conditions = *scheme ? json_get(*scheme, "conditions") : NULL;
    }
    case_facts(d->a, rows, row, COVERAGE_PENDING_BORROWER_USCC, k->facts);
    case_lpr(d->a, rows_at(rows, row, COVERAGE_PENDING_LPR), k);
    if (conditions)
        k->rule = rule_conditions(
            d->a, conditions, STR("/conditions"), json_get(*scheme, "legal_ref")->text, e);
    else if (!facts_derive(k->facts, "", e)) /* uplifts ask for what follows too */
        log_event(
            LOG_ERROR, SAY_COVERAGE_FAILED, "text", "a loan's facts contradict each other", NULL);
    return k->rule && case_complete(k, k->facts, e);
}

/* The facts that a cover was given on; NULL: nothing can be judged by them. */
static const struct value *held_facts(struct desk *d, const struct rows *rows, int row)
{
    const struct json *scheme;
    struct policy_case k;
    struct err none;
    err_init(&none, d->a);
    return read_case(d, rows, row, &scheme, &k, &none) ? k.facts : NULL;
}

/* What the scheme's conditions say of one request, or of a cover that was given on other facts. */
static void judge(
    struct desk *d, const struct rows *rows, int row, const struct value *held, struct buf *out)
{
    const struct json *scheme;
    struct policy_case k;
    struct buf problems;
    struct err e;
    err_init(&e, d->a);
    buf_init(&problems, d->a);
    if (read_case(d, rows, row, &scheme, &k, &e))
        rule_problems(k.rule, k.facts, held, &problems);
    json_open(out, '{');
    json_member_str(out, "coverage", rows_at(rows, row, COVERAGE_PENDING_ID));
    json_member_str(out, "guard", rows_at(rows, row, COVERAGE_PENDING_GUARD));
    json_key(out, "problems");
    if (e.n || problems.n == 0)
        write_problems(out, &e);
    else
        json_raw(out, buf_view(&problems));
    if (scheme)
        json_member_rate(out, "uplift", (rate){(int32_t)uplift_of(d->a, scheme, k.facts)});
    json_close(out, '}');
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static void serve(struct desk *d)
{
    struct desk_seat *seat = d->served, *next;
    d->served = NULL;
    d->running = false;
    for (; seat; seat = next) {
        next = seat->next; /* it goes with its answer */
        seat->done(seat->arg);
    }
    if (d->waiting && !d->running)
        round_begin(d);
}

static void look(struct desk *d);

static void on_judged(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct desk *d = arg;
    (void)n;
    if (!fail && v->outcome == OUT_CREATED && ++d->rounds < ROUNDS) {
        look(d);
        return;
    }
    log_event(
        LOG_ERROR, SAY_COVERAGE_FAILED, "text", fail ? fail->text : "requests stay unjudged", NULL);
    serve(d);
}

static void store(struct desk *d, struct str list)
{
    enum { REFERENCE, OF, WIDTH };
    const struct record *rec = &coverage_judgement_record;
    struct value v[WIDTH] = {{.present = true}, {.present = true}};
    struct buf element, canonical;
    struct err none;
    err_init(&none, d->a);
    struct str id = uuid_make(d->a);
    v[REFERENCE].s = arena_printf(d->a, "judge %s", id.p);
    v[OF].json = json_parse(d->a, list, &none);
    MUST(v[OF].json);
    buf_init(&element, d->a);
    buf_init(&canonical, d->a);
    schema_canonical(rec, v, &canonical);
    element_write(&element, rec, v, buf_view(&canonical), id, 0, STR(""), (struct str){NULL, 0});
    d->work = (struct work){.a = d->a,
        .actor = &d->actor,
        .type = rec->name,
        .write = rec->write,
        .elements = buf_view(&element),
        .n = 1,
        .own = true,
        .done = on_judged,
        .arg = d};
    if (!lane_submit(d->s->lane, &d->work)) {
        log_event(LOG_ERROR, SAY_COVERAGE_FAILED, "text", "the queue is full", NULL);
        serve(d);
    }
}

static void on_pending(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct desk *d = arg;
    int64_t org = 0;
    if (fail || rows->n == 0 || !rows_int(rows, 0, COVERAGE_PENDING_ORG, &org)) {
        if (fail)
            log_event(LOG_ERROR, SAY_COVERAGE_FAILED, "text", fail->text, NULL);
        serve(d);
        return;
    }
    d->actor = (struct actor){.org = org,
        .kind = ORG_IP_OFFICE,
        .code = rows_at(rows, 0, COVERAGE_PENDING_CODE),
        .district = STR(""),
        .person = STR("pledged")};
    struct buf list;
    const struct value *held = NULL;
    buf_init(&list, d->a);
    json_open(&list, '[');
    for (int i = 0; i < rows->n; i++) {
        if (!rows_at(rows, i, COVERAGE_PENDING_ID).p)
            continue; /* claims have lapsed: see the statement */
        if (str_is(rows_at(rows, i, COVERAGE_PENDING_HELD), "t")) {
            held = held_facts(d, rows, i);
            continue;
        }
        judge(d, rows, i, held, &list);
        held = NULL;
    }
    json_close(&list, ']');
    store(d, buf_view(&list));
}

static void look(struct desk *d)
{
    arena_reset(d->a);
    struct str most = arena_printf(d->a, "%d", MOST);
    db_query(d->s->db, d->a, NULL, SQL_COVERAGE_PENDING, &most, 1, on_pending, d);
}

static void round_begin(struct desk *d)
{
    d->running = true;
    d->rounds = 0;
    d->served = d->waiting;
    d->waiting = NULL;
    look(d);
}

void desk_wait(struct desk *d, struct desk_seat *seat, void (*done)(void *arg), void *arg)
{
    *seat = (struct desk_seat){.next = d->waiting, .done = done, .arg = arg};
    d->waiting = seat;
    if (!d->running)
        round_begin(d);
}

void desk_poke(struct desk *d)
{
    if (!d->running)
        round_begin(d);
}

/* ---- the clock ------------------------------------------------------------------------------- */

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    struct desk *d = arg;
    static const struct timeval every = {EVERY_S, 0};
    (void)fd;
    (void)what;
    evtimer_add(d->timer, &every);
    if (!d->s->draining && lane_ready(d->s->lane))
        desk_poke(d);
}

struct desk *desk_open(struct server *s)
{
    static const struct timeval soon = {1, 0};
    struct desk *d = calloc(1, sizeof *d);
    MUST(d);
    d->s = s;
    d->a = arena_new();
    d->timer = evtimer_new(s->process.base, on_time, d);
    MUST(d->timer);
    evtimer_add(d->timer, &soon);
    return d;
}

void desk_close(struct desk *d)
{
    if (!d)
        return;
    event_free(d->timer);
    arena_free(d->a);
    free(d);
}
