/*
 * lane.c - the write lane: many requests, one commit.
 *
 * A durable commit costs the same whatever it carries, so waiting requests travel together: an idle
 * lane sends at the end of the loop turn, arrivals during a flight form the next one. No timer.
 *
 *   idle --submit--> flying --verdicts--> ending --Sync ok--> answer all, launch what waited
 *                      |--SQL error--> rolled back whole; each member is sent again alone, once
 *                      |--connection lost--> members kept, the same sent again after reconnecting
 *
 * When much waits the next flight is sent right behind the end of the one ahead, so that the
 * database finds it as soon as that one has landed. It is a transaction of its own, begun after the
 * other has ended, and ends only when the other has landed. If the one ahead is rolled back
 * and its members must travel again, the one behind is recalled (aborted) and goes after them: what
 * was handed in first is judged first.
 *
 * Batches are patient: single requests board before their parts, which are short while single
 * requests are about. What was left behind once begins the next flight, so that batches end too.
 * Single requests are turned away (503) when their queue is full; parts of batches never are.
 *
 * Refusals are verdict rows and never fail a flight. Sending again is harmless: the natural key
 * decides in the same transaction, a record that was stored comes back as a replay. The head over
 * the log is signed and stored in the transaction of its records, so no receipt names a head that
 * does not exist; whether the log may be continued at all is log_end.c's.
 * One session advisory lock makes this daemon the only writer; a second one waits.
 */
#include "lane.h"
#include "clock.h"
#include "json.h"
#include "leaves.h"
#include "link.h"
#include "locks.h"
#include "log.h"
#include "log_end.h"
#include "sql.h"
#include <event2/event.h>

enum {
    FLIGHT_SHARED_MAX =
        256, /* weight of a flight, 20 ms of loans; a longer part of a batch flies by itself */
    FLIGHT_HEAVY_MAX = 192,  /* of it what is heavy: there is room for others */
    FLIGHT_ALONE_MAX = 1000, /* of a batch's part while nobody else is about */
    FLIGHT_BYTES_MAX = 1 << 20,
    SLICE_SHARED_MAX = 128,   /* of a batch while single requests are about: half of a flight */
    ABOUT_US = 1000000,       /* so long after one came others may be coming */
    FILE_PAUSE_US = 10000000, /* likewise after a part of a file */
    EARLY_MIN = 256,  /* so many must wait for a flight to follow another before it has landed */
    LOSSES_MAX = 3,   /* flights that a work may lose with the connection */
    DOWN_GRACE_S = 5, /* how long members wait for a lost database before they get 503 */
};

struct queue {
    struct work *first, **last;
    int records;
};

struct flight {
    struct arena *a; /* of its groups and verdicts */
    struct work *first, **last;
    struct rows beside; /* of log_rows: what was written beside its records */
    int awaited;        /* results still to come before its end */
    bool broken;        /* a statement of it failed or answered nonsense */
    bool ended;         /* its Sync is on its way */
    bool recalled;      /* to be rolled back: the flight ahead of it failed */
};

struct group {
    struct lane *lane;
    struct flight *flight;
    struct work *first;
    int records;
};

struct lane {
    struct process *process;
    struct link *link;
    struct log_end *log;
    struct event *launch, *grace;
    struct queue waiting; /* single requests */
    struct queue held;    /* the patient: parts of batches */
    bool left_behind;     /* the patient, by the flight before: they board first */
    int64_t urgent_us;    /* when the last single request came */
    int64_t part_us;      /* when the last part of a batch came */
    struct flight flight[3];
    struct flight *ahead;    /* whose results come next; NULL: idle */
    struct flight *behind;   /* sent after it; NULL mostly */
    struct flight *grounded; /* failed; its members wait for the recalled one that is now ahead */
};

/* ---- queues --------------------------------------------------------------------------------- */

static void queue_init(struct queue *q)
{
    *q = (struct queue){.last = &q->first};
}

static void queue_add(struct queue *q, struct work *w)
{
    w->next = NULL;
    *q->last = w;
    q->last = &w->next;
    q->records += w->n;
}

/* The work at this place of the queue. */
static struct work *queue_take(struct queue *q, struct work **at)
{
    struct work *w = *at;
    *at = w->next;
    if (!w->next)
        q->last = at;
    q->records -= w->n;
    w->next = NULL;
    return w;
}

/* All of `from` before what is in q. */
static void queue_prepend(struct queue *q, struct queue *from)
{
    if (!from->first)
        return;
    *from->last = q->first;
    if (!q->first)
        q->last = from->last;
    q->first = from->first;
    q->records += from->records;
    queue_init(from);
}

static int weight_of(const struct work *w)
{
    return w->n * (w->weight ? w->weight : 1);
}

/* Batches alone are many flights: they leave room behind each for whom they would keep waiting. */
static bool is_shared(const struct lane *l)
{
    return l->waiting.first || monotonic_us() - l->urgent_us < ABOUT_US;
}

static bool may_launch(const struct lane *l)
{
    if (!log_end_taken(l->log) || !(l->waiting.first || l->held.first))
        return false;
    if (!l->ahead)
        return true;
    int many = l->waiting.records + (is_shared(l) ? 0 : l->held.records);
    return l->ahead->ended && !l->behind && !l->grounded && many >= EARLY_MIN;
}

static void schedule(struct lane *l)
{
    if (may_launch(l))
        event_active(l->launch, EV_TIMEOUT, 0);
}

bool lane_submit(struct lane *l, struct work *w)
{
    const struct queue *q = &l->waiting;
    if (!w->patient && q->first && q->records + w->n > l->process->conf.queue_max)
        return false;
    if (!log_end_taken(l->log) && !evtimer_pending(l->grace, NULL))
        return false; /* down for longer than the grace time */
    w->alone = w->atomic;
    w->verdict = NULL;
    w->losses = 0;
    w->submitted_us = monotonic_us();
    if (!w->patient && !w->own)
        l->urgent_us = w->submitted_us;
    if (w->patient)
        l->part_us = w->submitted_us;
    queue_add(w->patient ? &l->held : &l->waiting, w);
    schedule(l);
    return true;
}

int lane_slice(const struct lane *l, int weight)
{
    int most = (is_shared(l) ? SLICE_SHARED_MAX : FLIGHT_ALONE_MAX) / (weight ? weight : 1);
    return most ? most : 1;
}

static struct flight *flight_new(struct lane *l)
{
    struct flight *f = l->flight;
    while (f == l->ahead || f == l->behind || f == l->grounded)
        f++;
    MUST(f < l->flight + COUNT_OF(l->flight));
    *f = (struct flight){.a = f->a, .last = &f->first};
    return f;
}

/* The flight's members go back to the front, in their order. */
static void put_back(struct lane *l, struct flight *f)
{
    struct queue back, back_held;
    if (!f)
        return;
    queue_init(&back);
    queue_init(&back_held);
    for (struct work *w = f->first, *next; w; w = next) {
        next = w->next;
        w->verdict = NULL;
        queue_add(w->patient ? &back_held : &back, w);
    }
    queue_prepend(&l->waiting, &back);
    queue_prepend(&l->held, &back_held);
    f->first = NULL;
    f->last = &f->first;
    arena_reset(f->a);
}

/* One of the members may be what made the flight fail: they travel alone from now on. */
static void go_alone(struct flight *f, bool lost)
{
    for (struct work *w = f ? f->first : NULL; w; w = w->next) {
        w->alone = true;
        w->losses += lost;
    }
}

/* All that flies goes back, in the order in which it was handed in. */
static void put_all_back(struct lane *l)
{
    put_back(l, l->behind);
    put_back(l, l->ahead);
    put_back(l, l->grounded);
    l->ahead = l->behind = l->grounded = NULL;
}

/* ---- verdicts ------------------------------------------------------------------------------- */

/* The verdict of the group's element number ord (from 1). */
static struct verdict *group_verdict(struct group *g, int64_t ord, struct work **owner)
{
    int64_t left = ord - 1;
    for (struct work *w = g->first; w; w = w->next) {
        if (left < w->n) {
            *owner = w;
            return &w->verdict[left];
        }
        left -= w->n;
    }
    return NULL;
}

static void flight_end(struct lane *l, struct flight *f);

static void result_arrived(const struct group *g)
{
    if (--g->flight->awaited == 0)
        flight_end(g->lane, g->flight);
}

static void on_verdicts(void *arg, const PGresult *r)
{
    struct group *g = arg;
    struct flight *f = g->flight;
    if (!r || PQntuples(r) != g->records) {
        f->broken = true;
        result_arrived(g);
        return;
    }
    struct rows rows;
    rows_copy(f->a, r, &rows);
    for (int i = 0; i < rows.n; i++) {
        int64_t ord = 0;
        struct work *w = NULL;
        bool good = rows_int(&rows, i, RECORD_WRITE_ORD, &ord);
        struct verdict *v = good ? group_verdict(g, ord, &w) : NULL;
        if (!v || !verdict_read(&rows, i, RECORD_WRITE_OUTCOME, v))
            f->broken = true;
    }
    result_arrived(g);
}

static void on_flags(void *arg, const PGresult *r)
{
    struct group *g = arg;
    struct flight *f = g->flight;
    struct rows rows = {0};
    if (r)
        rows_copy(f->a, r, &rows);
    else
        f->broken = true;
    for (int i = 0; i < rows.n; i++) {
        int64_t ord = 0;
        struct work *w = NULL;
        struct verdict *v =
            rows_int(&rows, i, LOAN_PROJECT_ORD, &ord) ? group_verdict(g, ord, &w) : NULL;
        if (v)
            v->flags = rows_at(&rows, i, LOAN_PROJECT_FLAGS);
        else
            f->broken = true;
    }
    result_arrived(g);
}

static void on_beside(void *arg, const PGresult *r)
{
    struct group *g = arg;
    struct flight *f = g->flight;
    if (r)
        rows_copy(f->a, r, &f->beside);
    else
        f->broken = true;
    result_arrived(g);
}

/* ---- the end of a flight -------------------------------------------------------------------- */

static void on_landed(void *arg, const struct fail *fail);

static bool must_abort(const struct work *w)
{
    for (int i = 0; w->atomic && i < w->n; i++) {
        if (w->verdict[i].outcome > OUT_REPLAY)
            return true;
    }
    return false;
}

static void launch(struct lane *l);

/* Its verdicts have come, so the one ahead of it has landed and the frontier stands. */
static void flight_end(struct lane *l, struct flight *f)
{
    MUST(f == l->ahead);
    /* An atomic work always flies alone. Behind a failed statement the abort is skipped. */
    if (f->broken || f->recalled || must_abort(f->first))
        link_send(l->link, SQL_ABORT_FLIGHT, NULL, 0, NULL, NULL);
    else
        (void)log_end_write(
            l->log, f->a, f->first, &f->beside); /* none: nothing new, and it lands as well */
    f->ended = true;
    bool sound = !f->broken && !f->recalled;
    link_sync(l->link, on_landed, l); /* may lose the connection, and with it the flight */
    if (sound && may_launch(l))
        launch(l);
}

/* ---- flights -------------------------------------------------------------------------------- */

static int records_of(const struct flight *f)
{
    int n = 0;
    for (const struct work *w = f ? f->first : NULL; w; w = w->next)
        n += w->n;
    return n;
}

static void note_landing(struct lane *l, const struct flight *f, const struct fail *fail)
{
    struct counters *count = &l->process->count;
    int64_t now = monotonic_us();
    if (fail)
        return;
    histogram_note(&count->flight_records, &meter_sizes, records_of(f));
    for (const struct work *w = f->first; w; w = w->next)
        histogram_note(&count->commit, &meter_seconds, now - w->submitted_us);
}

static void finish_members(struct lane *l, struct flight *f, const struct fail *fail)
{
    struct work *w = f->first;
    note_landing(l, f, fail);
    for (struct work *m = w; m && !fail; m = m->next)
        verdicts_keep(m);
    f->first = NULL;
    f->last = &f->first;
    arena_reset(f->a);
    while (w) {
        struct work *next = w->next; /* done may free w */
        l->process->count.records += fail ? 0 : created_of(w->verdict, w->n);
        w->done(w->arg, fail ? NULL : w->verdict, w->n, fail);
        w = next;
    }
}

/* Rolled back, and one member among several may be why. */
static void ground(struct lane *l, struct flight *f)
{
    l->process->count.resent++;
    go_alone(f, false);
    if (!l->ahead) {
        put_back(l, f);
        return;
    }
    l->grounded = f;
    l->ahead->recalled = true;
    log_event(LOG_WARN, SAY_LANE_RECALLED, NULL);
}

static void on_landed(void *arg, const struct fail *fail)
{
    struct lane *l = arg;
    struct flight *f = l->ahead;
    l->process->count.flights++;
    if (fail && strcmp(fail->sqlstate, "08006") == 0)
        return; /* lane_down comes next */
    l->ahead = l->behind;
    l->behind = NULL;
    if (f->recalled) {
        put_back(l, f);
        put_back(l, l->grounded);
        l->grounded = NULL;
    } else if (!fail) {
        log_end_advance(l->log);
        finish_members(l, f, NULL);
    } else if (strcmp(fail->sqlstate, "PB001") == 0 && !f->broken) {
        finish_members(l, f, NULL);
    } else {
        log_event(LOG_ERROR, SAY_LANE_FAILED, "sqlstate", fail->sqlstate, "constraint",
            fail->constraint, "text", fail->text, NULL);
        if (f->first->next)
            ground(l, f);
        else
            finish_members(l, f, fail);
    }
    schedule(l);
}

static bool same_group(const struct work *a, const struct work *b)
{
    return a->write == b->write && strcmp(a->type, b->type) == 0 &&
           a->actor->org == b->actor->org && str_eq(a->actor->person, b->actor->person) &&
           str_eq(a->actor->token, b->actor->token);
}

/* Members of one group are neighbours in the flight: insert behind the last of the same kind. */
static void board(struct flight *f, struct work *w)
{
    for (struct work *m = f->first; m; m = m->next) {
        if (same_group(m, w) && (!m->next || !same_group(m->next, w))) {
            w->next = m->next;
            m->next = w;
            if (!w->next)
                f->last = &w->next;
            return;
        }
    }
    *f->last = w;
    f->last = &w->next;
}

/* In the order of the queue; but what is heavy - claims, applications - does not hold up what is
 * light and came behind it. Among themselves the heavy keep their order: a file's lines are parts
 * of several, and what room is left goes to the first. Who waits longest is always on board. */
static void flight_board(struct flight *f, struct queue *q, int *count, size_t *bytes)
{
    bool left = false; /* something heavy stays behind */
    for (struct work **at = &q->first; *at;) {
        struct work *w = *at;
        bool heavy = w->weight > 1;
        bool full =
            f->first && *count + weight_of(w) > (heavy ? FLIGHT_HEAVY_MAX : FLIGHT_SHARED_MAX);
        if (heavy && (full || left) && !w->alone) {
            left = true;
            at = &w->next;
            continue;
        }
        if (f->first &&
            (w->alone || f->first->alone || full || *bytes + w->elements.n > FLIGHT_BYTES_MAX))
            break;
        *count += weight_of(w);
        *bytes += w->elements.n;
        board(f, queue_take(q, at));
    }
}

/* Single requests first; the patient when the flight before left them behind. */
static void flight_fill(struct lane *l, struct flight *f)
{
    int count = 0;
    const struct work *front = l->held.first;
    size_t bytes = 0;
    struct queue *first = l->left_behind ? &l->held : &l->waiting;
    flight_board(f, first, &count, &bytes);
    flight_board(f, first == &l->held ? &l->waiting : &l->held, &count, &bytes);
    /* Who travels again after a failure keeps the order: what waited behind them waits on. */
    l->left_behind = front && l->held.first == front && !f->first->alone;
}

static void send_group(struct group *g, struct str elements)
{
    struct lane *l = g->lane;
    const struct work *w = g->first;
    struct str params[] = {str_of(w->type), elements};
    link_identity_live(l->link, w->actor); /* it may have waited for long */
    link_send(l->link, w->write, params, 2, on_verdicts, g);
    g->flight->awaited++;
    if (w->project) {
        link_send(l->link, w->project, &elements, 1, on_flags, g);
        g->flight->awaited++;
    }
}

/* One group from w on; returns the first work of the next. */
static struct work *launch_group(struct lane *l, struct flight *f, struct work *w)
{
    struct group *g = arena_alloc(f->a, sizeof *g);
    struct buf elements;
    *g = (struct group){.lane = l, .flight = f, .first = w};
    buf_init(&elements, f->a);
    json_open(&elements, '[');
    struct work *m = w;
    for (; m && same_group(w, m); m = m->next) {
        json_raw(&elements, m->elements);
        g->records += m->n;
        m->verdict = arena_alloc(f->a, (size_t)m->n * sizeof *m->verdict);
    }
    json_close(&elements, ']');
    send_group(g, buf_view(&elements));
    return m;
}

/* Last of its statements: what they wrote into tables of their own. */
static void ask_beside(struct lane *l, struct flight *f)
{
    struct group *g = arena_alloc(f->a, sizeof *g);
    *g = (struct group){.lane = l, .flight = f};
    link_send(l->link, SQL_LOG_ROWS, NULL, 0, on_beside, g);
    f->awaited++;
}

/* A work whose flights kill the connection again and again must not keep all others waiting. */
static void drop_poison(struct queue *q)
{
    struct fail poison = {.sqlstate = "08006", .text = "lost with every flight"};
    while (q->first && q->first->losses >= LOSSES_MAX) {
        struct work *w = queue_take(q, &q->first);
        log_event(LOG_ERROR, SAY_LANE_FAILED, "text", poison.text, "write",
            statements[w->write - 1].name, NULL);
        w->done(w->arg, NULL, w->n, &poison);
    }
}

static void launch(struct lane *l)
{
    if (may_launch(l)) {
        drop_poison(&l->waiting);
        drop_poison(&l->held);
    }
    if (!may_launch(l))
        return;
    struct flight *f = flight_new(l);
    flight_fill(l, f);
    *(l->ahead ? &l->behind : &l->ahead) = f;
    for (struct work *w = f->first; w;)
        w = launch_group(l, f, w);
    ask_beside(l, f);
    link_nudge(l->link);
}

static void on_launch(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    launch(arg);
}

/* ---- connection ----------------------------------------------------------------------------- */

/* The log is taken: what waits may fly. */
static void on_taken(void *arg)
{
    struct lane *l = arg;
    evtimer_del(l->grace);
    log_event(LOG_INFO, SAY_LANE_CONNECTED, NULL);
    schedule(l);
}

static void lane_up(void *arg)
{
    struct lane *l = arg;
    log_end_ask(l->log);
}

static void lane_down(void *arg)
{
    struct lane *l = arg;
    static const struct timeval grace = {DOWN_GRACE_S, 0};
    log_end_lost(l->log);
    go_alone(l->ahead, true); /* it was at work; what flew behind had not begun */
    put_all_back(l);
    log_event(LOG_WARN, SAY_LANE_LOST, NULL);
    evtimer_add(l->grace, &grace);
}

/* The database stayed away: whoever waits is told to come again. Nothing of it is lost, the client
 * sends the same key again. */
static void on_grace_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct lane *l = arg;
    struct fail away = {.sqlstate = "08006", .text = "database away"};
    while (l->waiting.first || l->held.first) {
        struct queue *q = l->waiting.first ? &l->waiting : &l->held;
        struct work *w = queue_take(q, &q->first);
        w->done(w->arg, NULL, w->n, &away);
    }
}

struct lane *lane_open(const struct database *d)
{
    /* The lock first: a second daemon waits here, without a time limit, as a warm standby. Plans
     * are made once and only look things up by index: made while the tables were empty, they would
     * otherwise scan them for ever. */
    static const char *const settings[] = {"set synchronous_commit = on", /* with backup_wait */
        "set statement_timeout = 0", "select pg_advisory_lock(" LOCK_LANE ")",
        "set statement_timeout = '60s'", "set idle_in_transaction_session_timeout = '60s'",
        "set jit = off", "set enable_seqscan = off", "set plan_cache_mode = force_generic_plan",
        NULL};
    struct lane *l = calloc(1, sizeof *l);
    MUST(l);
    l->process = d->process;
    l->log = log_end_new(d->process, on_taken, l);
    queue_init(&l->waiting);
    queue_init(&l->held);
    for (size_t i = 0; i < COUNT_OF(l->flight); i++)
        l->flight[i].a = arena_new();
    l->launch = event_new(d->process->base, -1, 0, on_launch, l);
    l->grace = evtimer_new(d->process->base, on_grace_over, l);
    MUST(l->launch && l->grace);
    const struct link_setup setup = {.name = "lane",
        .writes = true,
        .first = settings + !d->process->conf.backup_wait,
        .patient = true,
        .prepares_all = true,
        .up = lane_up,
        .down = lane_down,
        .arg = l};
    l->link = link_open(d, &setup);
    log_end_link(l->log, l->link);
    return l;
}

bool lane_ready(const struct lane *l)
{
    return log_end_taken(l->log);
}

struct lane_figures lane_figures(const struct lane *l)
{
    return (struct lane_figures){.waiting = l->waiting.records,
        .held = l->held.records,
        .flying = records_of(l->ahead) + records_of(l->behind) + records_of(l->grounded)};
}

bool lane_takes_file(const struct lane *l)
{
    return l->held.first || (l->part_us && monotonic_us() - l->part_us < FILE_PAUSE_US);
}

bool lane_idle(const struct lane *l)
{
    return !l->waiting.first && !l->held.first && !l->ahead;
}

struct log_end *lane_log(struct lane *l)
{
    return l->log;
}

void lane_close(struct lane *l)
{
    if (!l)
        return;
    link_close(l->link);
    event_free(l->launch);
    event_free(l->grace);
    for (size_t i = 0; i < COUNT_OF(l->flight); i++)
        arena_free(l->flight[i].a);
    log_end_free(l->log);
    free(l);
}
