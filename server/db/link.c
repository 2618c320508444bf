/*
 * link.c - one PostgreSQL connection on the loop, always in pipeline mode.
 *
 * The lane prepares every statement of the build in one burst after connecting, so that one that
 * does not fit the schema shows at start; the others prepare what they are asked, when they first
 * are: 13 connections with all 150 took 3 s of processor at each start. An error dooms its group up
 * to the Sync and no further: the first failure is kept and given to the group's end function. A
 * lost connection ends every group with 08006 and is opened again with back-off; libpq is only ever
 * used non-blocking.
 */
#include "link.h"
#include "clock.h"
#include "cluster.h"
#include "log.h"
#include "migrate.h"
#include "sql.h"
#include <event2/event.h>

enum { STATEMENT_MAX_PARAMS = DB_PARAMS_MAX, RETRY_MIN_MS = 20, RETRY_MAX_MS = 2000 };

struct pending {
    struct pending *next;
    bool is_sync;
    bool is_prepare; /* a group of the link's own: nobody waits for it alone */
    link_result_fn *result;
    link_end_fn *end;
    void *arg;
};

struct link {
    struct process *process;
    struct cluster *cluster;
    struct link_setup setup;
    const struct database *database; /* outlives all links */
    PGconn *c;
    struct event *io, *retry, *watchdog;
    int64_t moved_us; /* when the connection last got on: monotonic */
    struct pending *first, **last;
    int syncs, owed, retry_ms; /* owed: entries in the queue */
    bool up, failed;
    bool begun;       /* connected; settings and statements are on their way */
    bool broken;      /* a statement could not be queued: its group must not reach a Sync */
    bool *prepared;   /* by statement; or on its way */
    struct fail fail; /* first failure of the group now coming in */
};

static void link_connect(struct link *l);

static void fail_set(struct fail *f, const char *sqlstate, const char *constraint, const char *text)
{
    *f = (struct fail){0};
    snprintf(f->sqlstate, sizeof f->sqlstate, "%s", sqlstate ? sqlstate : "XX000");
    snprintf(f->constraint, sizeof f->constraint, "%s", constraint ? constraint : "");
    snprintf(f->text, sizeof f->text, "%s", text ? text : "");
}

static void queue(struct link *l, struct pending p)
{
    if (l->owed++ == 0)
        l->moved_us = monotonic_us();
    struct pending *item = malloc(sizeof *item);
    MUST(item);
    *item = p;
    item->next = NULL;
    *l->last = item;
    l->last = &item->next;
    l->syncs += p.is_sync && !p.is_prepare;
}

static struct pending unqueue(struct link *l)
{
    struct pending *item = l->first;
    struct pending p = *item;
    l->first = item->next;
    if (!l->first)
        l->last = &l->first;
    l->syncs -= p.is_sync && !p.is_prepare;
    l->owed--;
    free(item);
    return p;
}

/* Watch for what libpq wants: always reading (or both ends could wait for each other), writing only
 * while something is left to send. Level-triggered. */
static void link_watch(struct link *l, short what, event_callback_fn fn)
{
    if (l->io)
        event_free(l->io);
    l->io = event_new(l->process->base, PQsocket(l->c), what, fn, l);
    MUST(l->io && event_add(l->io, NULL) == 0);
}

static void link_drop(struct link *l, const char *why)
{
    bool was_up = l->up;
    struct fail lost;
    fail_set(&lost, "08006", "", why);
    log_event(was_up ? LOG_WARN : LOG_DEBUG, SAY_DB_LOST, "link", l->setup.name, "why", why, NULL);
    if (l->io)
        event_free(l->io);
    l->io = NULL;
    l->up = false;
    l->broken = false;
    PQfinish(l->c);
    l->c = NULL;
    l->process->count.db_lost += was_up;
    /* A group's end function may queue new groups: they wait for the next connection. */
    struct pending *old = l->first;
    l->first = NULL;
    l->last = &l->first;
    l->syncs = l->owed = 0;
    while (old) {
        struct pending p = *old;
        free(old);
        old = p.next;
        if (p.is_sync && p.end)
            p.end(p.arg, &lost);
    }
    if (was_up && l->setup.down)
        l->setup.down(l->setup.arg);
    struct timeval wait = {l->retry_ms / 1000, l->retry_ms % 1000 * 1000};
    l->retry_ms = l->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : l->retry_ms * 2;
    event_add(l->retry, &wait);
}

static void on_io(evutil_socket_t fd, short what, void *arg);

/* A database that is frozen, or a network that swallows: nothing would ever come back. What has
 * waited without any progress is answered 503 and sent again by its client. */
static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct link *l = arg;
    bool waits = l->up ? l->owed > 0 : l->c && !(l->begun && l->setup.patient);
    if (waits && monotonic_us() - l->moved_us > l->process->conf.db_deadline_ms * 1000)
        link_drop(l, "no answer within the time limit");
}

/* false: the connection was lost and l->c is gone. */
static bool link_push(struct link *l)
{
    int left = PQflush(l->c);
    if (left < 0) {
        link_drop(l, PQerrorMessage(l->c));
        return false;
    }
    short want = left ? EV_READ | EV_WRITE | EV_PERSIST : EV_READ | EV_PERSIST;
    if (!l->io || event_get_events(l->io) != want)
        link_watch(l, want, on_io);
    return true;
}

static void take_error(struct link *l, const PGresult *r)
{
    if (l->failed)
        return;
    l->failed = true;
    fail_set(&l->fail, PQresultErrorField(r, PG_DIAG_SQLSTATE),
        PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME),
        PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
}

/* One result belongs to the pending entry in front. A deferred constraint fails at the Sync: an
 * error result arrives in front of it (the entry in front is the Sync itself by then). */
static void take_result(struct link *l, const PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    if (status == PGRES_PIPELINE_SYNC) {
        MUST(l->first && l->first->is_sync);
        struct pending p = unqueue(l);
        bool failed = l->failed;
        struct fail fail = l->fail;
        l->failed = false;
        if (p.end)
            p.end(p.arg, failed ? &fail : NULL);
        return;
    }
    MUST(l->first);
    if (l->first->is_sync) {
        take_error(l, r);
        return;
    }
    struct pending p = unqueue(l);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        if (p.result)
            p.result(p.arg, r);
        return;
    }
    if (status != PGRES_PIPELINE_ABORTED)
        take_error(l, r);
    if (p.result)
        p.result(p.arg, NULL);
}

static void link_notifications(struct link *l)
{
    PGnotify *n;
    while (l->c && (n = PQnotifies(l->c))) {
        if (l->setup.notified)
            l->setup.notified(l->setup.arg, n->relname);
        PQfreemem(n);
    }
}

static void on_io(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    struct link *l = arg;
    if (l->broken || ((what & EV_READ) && !PQconsumeInput(l->c))) {
        link_drop(l, PQerrorMessage(l->c));
        return;
    }
    /* In pipeline mode a NULL only separates results; the queue says when to stop. */
    while (l->c && l->first && !PQisBusy(l->c)) {
        PGresult *r = PQgetResult(l->c);
        if (r) {
            l->moved_us = monotonic_us();
            take_result(l, r);
            PQclear(r);
        } else if (PQstatus(l->c) == CONNECTION_BAD) {
            break;
        }
    }
    if (!l->c)
        return;
    if (PQstatus(l->c) == CONNECTION_BAD) {
        link_drop(l, PQerrorMessage(l->c));
        return;
    }
    link_notifications(l);
    link_push(l);
}

static void on_prepared(void *arg, const struct fail *fail)
{
    struct link *l = arg;
    if (fail) {
        log_event(LOG_ERROR, SAY_DB_FAILED, "link", l->setup.name, "sqlstate", fail->sqlstate,
            "text", fail->text, NULL);
        link_reset(l, fail->text); /* and tries again: what was wrong may be mended meanwhile */
        return;
    }
    l->up = true;
    l->retry_ms = RETRY_MIN_MS;
    log_event(LOG_DEBUG, SAY_DB_CONNECTED, "link", l->setup.name, NULL);
    if (l->setup.up)
        l->setup.up(l->setup.arg);
}

static bool prepare(struct link *l, size_t i)
{
    const struct embedded *s = &statements[i];
    if (!PQsendPrepare(l->c, s->name, (const char *)s->text, 0, NULL))
        return false;
    queue(l, (struct pending){0});
    l->prepared[i] = true;
    return true;
}

/* At once: all of them, or those that stand within the groups of others. */
static bool prepare_first(struct link *l)
{
    for (size_t i = 0; i < statements_count; i++) {
        enum sql_id sql = (enum sql_id)(i + 1);
        bool within = sql == SQL_IDENTITY || sql == SQL_PLAN_KEPT;
        l->prepared[i] = false;
        if ((l->setup.prepares_all || within) && !prepare(l, i))
            return false;
    }
    return true;
}

/* A parameter, so that no view of running statements shows it. */
static bool send_secret(struct link *l)
{
    static const char sql[] = "select set_config('pledged.secret', $1, false)";
    if (!PQsendQueryParams(l->c, sql, 1, NULL, &l->database->secret, NULL, NULL, 0))
        return false;
    queue(l, (struct pending){0});
    return true;
}

static bool send_settings(struct link *l)
{
    for (const char *const *q = l->setup.first; q && *q; q++) {
        if (!PQsendQueryParams(l->c, *q, 0, NULL, NULL, NULL, NULL, 0))
            return false;
        queue(l, (struct pending){0});
    }
    return true;
}

static void link_begin(struct link *l)
{
    l->begun = true;
    PQsetnonblocking(l->c, 1);
    if (!PQenterPipelineMode(l->c) || !send_secret(l) || !send_settings(l) || !prepare_first(l) ||
        !PQpipelineSync(l->c)) {
        link_drop(l, PQerrorMessage(l->c));
        return;
    }
    queue(l, (struct pending){.is_sync = true, .end = on_prepared, .arg = l});
    link_push(l);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct link *l = arg;
    switch (PQconnectPoll(l->c)) {
    case PGRES_POLLING_READING: link_watch(l, EV_READ, on_connecting); break;
    case PGRES_POLLING_WRITING: link_watch(l, EV_WRITE, on_connecting); break;
    case PGRES_POLLING_OK:
        event_free(l->io);
        l->io = NULL;
        link_begin(l);
        break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
    default: link_drop(l, PQerrorMessage(l->c));
    }
}

static void on_notice(void *arg, const PGresult *r)
{
    struct link *l = arg;
    const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    log_event(LOG_DEBUG, SAY_NOTICE, "link", l->setup.name, "text", text ? text : "", NULL);
}

static void link_connect(struct link *l)
{
    const struct database *d = l->database;
    const char *password = l->setup.writes ? d->writer_password : d->reader_password;
    const char *user = l->setup.writes ? "pledged_lane" : password ? "pledged_app" : NULL;
    /* What stands behind dbname counts more than what is in it; what is empty counts as absent. */
    struct arena *a = arena_new();
    const char *keys[] = {
        "dbname", "user", "password", "options", "application_name", "client_encoding", NULL};
    const char *values[] = {d->conninfo, user, password && *password ? password : NULL,
        sql_options(a, d->conninfo).p, "pledged", "UTF8", NULL};
    l->failed = false;
    l->begun = false;
    l->moved_us = monotonic_us();
    l->c = PQconnectStartParams(keys, values, 1);
    arena_free(a);
    MUST(l->c);
    PQsetNoticeReceiver(l->c, on_notice, l);
    if (PQstatus(l->c) == CONNECTION_BAD)
        link_drop(l, PQerrorMessage(l->c));
    else
        link_watch(l, EV_WRITE, on_connecting);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct link *l = arg;
    if (l->cluster)
        cluster_revive(l->cluster);
    link_connect(l);
}

struct link *link_open(const struct database *d, const struct link_setup *setup)
{
    struct link *l = calloc(1, sizeof *l);
    MUST(l);
    l->process = d->process;
    l->cluster = d->cluster;
    l->setup = *setup;
    l->database = d;
    l->prepared = calloc(statements_count, sizeof *l->prepared);
    MUST(l->prepared);
    static const struct timeval often = {0, 500000};
    l->retry = evtimer_new(d->process->base, on_retry, l);
    l->watchdog = event_new(d->process->base, -1, EV_PERSIST, on_watchdog, l);
    MUST(l->watchdog && event_add(l->watchdog, &often) == 0);
    l->last = &l->first;
    l->retry_ms = RETRY_MIN_MS;
    MUST(l->retry);
    link_connect(l);
    return l;
}

bool link_is_up(const struct link *l)
{
    return l->up;
}

int link_pending(const struct link *l)
{
    return l->syncs;
}

int64_t link_waits_us(const struct link *l)
{
    return l->syncs ? monotonic_us() - l->moved_us : 0;
}

/* What could not be prepared is tried again when it is next asked; what stood behind it for this
 * one fails by itself, and nobody else's does. arg: its mark, which lives as long as its link. */
static void on_one_prepared(void *arg, const struct fail *fail)
{
    bool *prepared = arg;
    if (!fail)
        return;
    log_event(LOG_ERROR, SAY_DB_FAILED, "what", "prepare", "sqlstate", fail->sqlstate, "text",
        fail->text, NULL);
    *prepared = false;
}

/* In a group of its own, so that no failure beside it leaves it undone. */
void link_prepare(struct link *l, enum sql_id sql)
{
    if (!l->up || l->broken || l->prepared[sql - 1])
        return;
    if (!prepare(l, sql - 1) || !PQpipelineSync(l->c)) {
        l->broken = true;
        event_active(l->io, EV_READ, 0);
        return;
    }
    queue(l, (struct pending){.is_sync = true,
                 .is_prepare = true,
                 .end = on_one_prepared,
                 .arg = &l->prepared[sql - 1]});
}

/* A call on a lost connection is queued all the same: its group ends with 08006 at link_sync. */
void link_send(struct link *l, enum sql_id sql, const struct str *params, int n,
    link_result_fn *result, void *arg)
{
    const char *values[STATEMENT_MAX_PARAMS];
    MUST(n <= STATEMENT_MAX_PARAMS);
    for (int i = 0; i < n; i++)
        values[i] = params[i].p;
    if (!l->up)
        return;
    if (!PQsendQueryPrepared(l->c, statements[sql - 1].name, n, values, NULL, NULL, 0)) {
        l->broken = true;
        event_active(l->io, EV_READ, 0);
        return;
    }
    queue(l, (struct pending){.result = result, .arg = arg});
}

static void identify(struct link *l, const struct actor *actor, bool live)
{
    static const struct str nobody[] = {
        {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
    if (!actor) {
        link_send(l, SQL_IDENTITY, nobody, COUNT_OF(nobody), NULL, NULL);
        return;
    }
    char org[24], duties[DUTIES_TEXT_MAX];
    snprintf(org, sizeof org, "%lld", (long long)actor->org);
    const struct str who[] = {
        str_of(org),
        str_of(org_kind_name(actor->kind)),
        actor->code,
        actor->district.p ? actor->district : STR(""),
        actor->person,
        actor->person_id.p ? actor->person_id : STR(""),
        str_of(duties_text(actor->duties, " ", duties)),
        actor->token,
    };
    int n = COUNT_OF(who);
    if (live && actor->token.p)
        link_send(l, SQL_IDENTITY_LIVE, who, n, NULL, NULL);
    else
        link_send(l, SQL_IDENTITY, who, n - 1, NULL, NULL);
}

void link_identity(struct link *l, const struct actor *actor)
{
    identify(l, actor, false);
}

void link_identity_live(struct link *l, const struct actor *actor)
{
    identify(l, actor, true);
}

void link_nudge(struct link *l)
{
    if (l->up && PQsendFlushRequest(l->c))
        link_push(l);
}

void link_sync(struct link *l, link_end_fn *end, void *arg)
{
    if (!l->up || l->broken || !PQpipelineSync(l->c)) {
        struct fail lost;
        fail_set(&lost, "08006", "", "not connected");
        end(arg, &lost);
        return;
    }
    queue(l, (struct pending){.is_sync = true, .end = end, .arg = arg});
    link_push(l);
}

void link_reset(struct link *l, const char *why)
{
    if (l->c)
        link_drop(l, why);
}

void link_close(struct link *l)
{
    if (!l)
        return;
    if (l->io)
        event_free(l->io);
    event_free(l->retry);
    event_free(l->watchdog);
    if (l->c)
        PQfinish(l->c);
    while (l->first)
        unqueue(l);
    free(l->prepared);
    free(l);
}
