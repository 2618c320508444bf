/*
 * verify_work.c - the parts of `pledged verify` side by side, a thread and a connection each, on
 * one snapshot.
 *
 * What is found is kept until the end and then said in the order of the parts, so that two looks at
 * one ledger say the same. The server's processes that work for it stand behind those that serve:
 * their priority is lowered where they are ours to lower, in the private cluster.
 */
#include "clock.h"
#include "json.h"
#include "migrate.h"
#include "verify.h"
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    KEPT_MAX = 100,
    LINE_MAX_BYTES = 2000,
    BEHIND = 10,
    KEPT_BYTES = 256 << 20,
    ALONE_BYTES = 32 << 20
};

struct line {
    const char *text;
    struct line *next;
};

void finding(struct look *l, const char *format, ...)
{
    struct part *p = l->part;
    char text[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    MUST(n >= 0);
    struct line *line = arena_alloc(p->a, sizeof *line);
    line->text = arena_text(p->a, text).p;
    *p->next_line = line;
    p->next_line = &line->next;
}

static PGresult *checked(PGresult *r)
{
    if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
        return r;
    fprintf(stderr, "pledged: %s", PQresultErrorMessage(r));
    PQclear(r);
    return NULL;
}

static PGresult *ask(PGconn *c, const char *sql)
{
    return checked(PQexec(c, sql));
}

static PGresult *ask_safely(
    struct look *l, const char *sql, const char *const *params, int n, int format)
{
    PQclear(ask(l->c, "savepoint asked"));
    PGresult *r = checked(PQexecParams(l->c, sql, n, NULL, params, NULL, NULL, format));
    PQclear(ask(l->c, r ? "release asked" : "rollback to asked"));
    l->failed |= !r;
    return r;
}

PGresult *verify_ask(struct look *l, const char *sql, const char *const *params, int n)
{
    return ask_safely(l, sql, params, n, 0);
}

PGresult *verify_ask_binary(struct look *l, const char *sql, const char *const *params, int n)
{
    return ask_safely(l, sql, params, n, 1);
}

struct part *verify_part(struct verify *v, void (*run)(struct look *l), const char *name)
{
    struct part *p = arena_alloc(v->s->a, sizeof *p);
    *p = (struct part){.run = run, .name = name, .a = arena_new()};
    p->next_line = &p->line;
    *v->last = p;
    v->last = &p->next;
    return p;
}

/* ---- workers --------------------------------------------------------------------------------- */

struct crew {
    struct verify *v;
    pthread_mutex_t lock;
    const char *snapshot;
};

struct worker {
    struct crew *crew;
    struct look look;
    pthread_t thread;
    bool runs;
};

/* What this thread has cost so far, and the server's process at its other end where it is of this
 * machine. */
static int64_t cost_us(const struct look *l)
{
    struct timespec own = {0, 0};
    unsigned long long user = 0, system = 0;
    char path[64], stat[512] = "";
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &own);
    (void)snprintf(path, sizeof path, "/proc/%d/stat", PQbackendPID(l->c));
    FILE *f = l->v->s->pg ? fopen(path, "re") : NULL;
    if (f) {
        stat[fread(stat, 1, sizeof stat - 1, f)] = '\0';
        (void)fclose(f);
    }
    const char *name_ends = strrchr(stat, ')');
    if (!name_ends || sscanf(name_ends, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
                          &user, &system) != 2)
        user = system = 0;
    return (int64_t)own.tv_sec * 1000000 + own.tv_nsec / 1000 +
           (int64_t)(user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

/* The heaviest that nobody has begun. */
static struct part *take(struct crew *w)
{
    struct part *heaviest = NULL;
    MUST(pthread_mutex_lock(&w->lock) == 0);
    for (struct part *p = w->v->first; p; p = p->next) {
        if (!p->begun && (!heaviest || p->weight > heaviest->weight))
            heaviest = p;
    }
    if (heaviest)
        heaviest->begun = true;
    MUST(pthread_mutex_unlock(&w->lock) == 0);
    return heaviest;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct look *l = &w->look;
    while ((l->part = take(w->crew))) {
        int64_t begun = monotonic_us(), cost = cost_us(l);
        arena_reset(l->a);
        l->failed = false;
        l->part->run(l);
        if (l->failed && !l->part->line) /* what could not be read was not found whole */
            finding(l, "%s that cannot be looked through", l->part->name);
        l->part->took_us = monotonic_us() - begun;
        l->part->cost_us = cost_us(l) - cost;
    }
    return NULL;
}

/* What the look costs is not to be felt by who is served. */
static void stand_behind(const struct verify *v, PGconn *c)
{
    PQclear(ask(c, "set work_mem = '64MB'"));
    PQclear(ask(c, "set jit = off"));
    if (v->s->pg) /* else it may run on another machine */
        (void)setpriority(PRIO_PROCESS, (id_t)PQbackendPID(c), BEHIND); /* else as it is */
}

static void join_in(struct worker *w, const char *conninfo)
{
    static const char begin[] = "begin isolation level repeatable read read only";
    struct arena *a = w->look.a;
    const char *same = arena_printf(a, "set transaction snapshot '%s'", w->crew->snapshot).p;
    w->look.c = sql_connect(conninfo);
    if (PQstatus(w->look.c) != CONNECTION_OK)
        return;
    stand_behind(w->look.v, w->look.c);
    PGresult *begun = ask(w->look.c, begin);
    PGresult *joined = begun ? ask(w->look.c, same) : NULL;
    w->runs = joined && pthread_create(&w->thread, NULL, work, w) == 0;
    PQclear(begun);
    PQclear(joined);
}

static struct worker worker_of(struct crew *crew)
{
    return (struct worker){.crew = crew, .look = {.v = crew->v, .a = arena_new()}};
}

/* Fewer connections than asked for do as well. */
static void work_together(struct crew *crew)
{
    struct verify *v = crew->v;
    struct session *s = v->s;
    const char *conninfo = s->conf.database ? s->conf.database : cluster_owner(s->pg);
    struct worker *beside = arena_alloc(s->a, (size_t)v->jobs * sizeof *beside);
    struct worker self = worker_of(crew);
    int n = 0;
    while (crew->snapshot && n + 1 < v->jobs) {
        beside[n] = worker_of(crew);
        join_in(&beside[n++], conninfo);
    }
    self.look.c = s->c;
    (void)work(&self);
    for (int i = 0; i < n; i++) {
        if (beside[i].runs)
            MUST(pthread_join(beside[i].thread, NULL) == 0);
        PQfinish(beside[i].look.c);
        arena_free(beside[i].look.a);
    }
    arena_free(self.look.a);
}

/* ---- what came of it ------------------------------------------------------------------------- */

static int say_part(struct verify *v, const struct part *p, int said, struct buf *kept)
{
    int n = 0;
    for (const struct line *x = p->line; x; x = x->next, n++) {
        puts(x->text);
        if (said + n >= KEPT_MAX)
            continue;
        buf_text(kept, said + n ? "," : "");
        json_text(kept, x->text);
    }
    if (v->steps)
        printf("%9.2f s %9.2f s of CPU  %s\n", (double)p->took_us / 1e6, (double)p->cost_us / 1e6,
            p->name);
    return n;
}

int verify_work(struct verify *v, struct buf *kept)
{
    struct crew crew = {.v = v, .lock = PTHREAD_MUTEX_INITIALIZER};
    PGresult *r = ask(v->s->c, "select pg_export_snapshot()");
    int n = 0;
    /* turns of rows take as much memory one after another: it need not be asked for each time */
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_MMAP_THRESHOLD, ALONE_BYTES);
    crew.snapshot = r ? PQgetvalue(r, 0, 0) : NULL;
    stand_behind(v, v->s->c);
    work_together(&crew);
    PQclear(r);
    for (struct part *p = v->first; p; p = p->next) {
        n += say_part(v, p, n, kept);
        arena_free(p->a);
    }
    return n;
}
