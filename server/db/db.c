/*
 * db.c - read connections: queries that run as somebody and answer after their Sync.
 *
 * Each query is a group of its own: identity, statement, Sync. The least busy connection takes it,
 * one that gets on before one that does not.
 * Readers are read-only and carry row-level security; the first of them listens for changed tokens.
 *
 * Dry runs judge by functions that also store: they have a connection of the role that may write,
 * which is read-only. Reports have a connection of their own, so that nobody waits behind one. All
 * transactions on it are REPEATABLE READ by default: the statements up to a Sync are one
 * transaction, so no BEGIN is needed, and a failure ends with the Sync instead of leaving an
 * aborted transaction open.
 */
#include "link.h"
#include "log.h"

enum { READERS_MAX = 32, SLOW_US = 50000 };

struct reader {
    struct db *db;
    struct link *link;
};
struct db {
    const char *secret;
    void (*tokens_changed)(void *arg);
    void *arg;
    int n;
    struct reader reader[READERS_MAX];
    struct reader reports;
    struct reader trial; /* dry runs */
};

struct query {
    struct arena *a;
    struct rows rows;
    db_rows_fn *done;
    void *arg;
};

struct str rows_at(const struct rows *rows, int row, int column)
{
    MUST(row >= 0 && row < rows->n && column >= 0 && column < rows->columns);
    return rows->cell[row * rows->columns + column];
}

bool rows_int(const struct rows *rows, int row, int column, int64_t *out)
{
    struct str s = rows_at(rows, row, column);
    if (!s.p)
        return false;
    *out = strtoll(s.p, NULL, 10);
    return true;
}

/* Copy a result into an arena: libpq's memory goes when the callback returns. */
void rows_copy(struct arena *a, const PGresult *r, struct rows *out)
{
    out->n = PQntuples(r);
    out->columns = PQnfields(r);
    struct str *cell =
        arena_alloc(a, (size_t)out->n * (size_t)out->columns * sizeof(struct str) + 1);
    for (int i = 0; i < out->n; i++) {
        for (int j = 0; j < out->columns; j++) {
            if (!PQgetisnull(r, i, j))
                cell[i * out->columns + j] =
                    arena_str(a, PQgetvalue(r, i, j), (size_t)PQgetlength(r, i, j));
        }
    }
    out->cell = cell;
}

static void on_rows(void *arg, const PGresult *r)
{
    struct query *q = arg;
    if (r)
        rows_copy(q->a, r, &q->rows);
}

static void on_end(void *arg, const struct fail *fail)
{
    struct query *q = arg;
    if (fail)
        log_event(LOG_WARN, SAY_DB_FAILED, "link", "reader", "sqlstate", fail->sqlstate, "text",
            fail->text, NULL);
    q->done(q->arg, fail ? NULL : &q->rows, fail);
}

/* Behind a query that takes long nobody waits while another connection gets on, however many wait
 * there. */
static bool is_better(const struct link *l, const struct link *than)
{
    int64_t waits = link_waits_us(l), longer = link_waits_us(than);
    if (link_is_up(l) != link_is_up(than))
        return link_is_up(l);
    return waits > SLOW_US || longer > SLOW_US ? waits < longer
                                               : link_pending(l) < link_pending(than);
}

static struct link *least_busy(struct db *db)
{
    struct link *best = db->reader[0].link;
    for (int i = 1; i < db->n; i++) {
        if (is_better(db->reader[i].link, best))
            best = db->reader[i].link;
    }
    return best;
}

/* By one key, and asked all day: planned anew, as readers plan, they took half as long again. */
static bool is_by_key(enum sql_id sql)
{
    return sql == SQL_RECORD_GET || sql == SQL_TOKEN_ACTOR || sql == SQL_CONSOLE_SESSION_ACTOR ||
           sql == SQL_IP_GET;
}

static void query_on(struct link *l, struct arena *a, const struct actor *actor, enum sql_id sql,
    const struct str *params, int n, db_rows_fn *done, void *arg)
{
    struct query *q = arena_alloc(a, sizeof *q);
    *q = (struct query){.a = a, .done = done, .arg = arg};
    link_prepare(l, sql);
    link_identity(l, actor);
    if (is_by_key(sql))
        link_send(l, SQL_PLAN_KEPT, NULL, 0, NULL, NULL);
    link_send(l, sql, params, n, on_rows, q);
    link_sync(l, on_end, q);
}

void db_query(struct db *db, struct arena *a, const struct actor *actor, enum sql_id sql,
    const struct str *params, int n, db_rows_fn *done, void *arg)
{
    query_on(least_busy(db), a, actor, sql, params, n, done, arg);
}

void db_try(struct db *db, struct arena *a, const struct actor *actor, enum sql_id sql,
    const struct str *params, int n, db_rows_fn *done, void *arg)
{
    query_on(db->trial.link, a, actor, sql, params, n, done, arg);
}

struct snapshot {
    struct arena *a;
    struct db_ask *ask;
    int n, answered;
    db_snapshot_fn *done;
    void *arg;
};

static void on_snapshot_rows(void *arg, const PGresult *r)
{
    struct snapshot *s = arg;
    MUST(s->answered < s->n);
    struct db_ask *ask = &s->ask[s->answered++];
    if (r)
        rows_copy(s->a, r, &ask->rows);
}

static void on_snapshot_end(void *arg, const struct fail *fail)
{
    struct snapshot *s = arg;
    if (fail)
        log_event(LOG_WARN, SAY_DB_FAILED, "link", "reports", "sqlstate", fail->sqlstate, "text",
            fail->text, NULL);
    s->done(s->arg, fail);
}

void db_snapshot(struct db *db, struct arena *a, const struct actor *actor, struct db_ask *ask,
    int n, db_snapshot_fn *done, void *arg)
{
    struct snapshot *s = arena_alloc(a, sizeof *s);
    struct link *l = db->reports.link;
    *s = (struct snapshot){.a = a, .ask = ask, .n = n, .done = done, .arg = arg};
    for (int i = 0; i < n; i++)
        link_prepare(l, ask[i].sql);
    link_identity(l, actor);
    for (int i = 0; i < n; i++)
        link_send(l, ask[i].sql, ask[i].params, ask[i].n, on_snapshot_rows, s);
    link_sync(l, on_snapshot_end, s);
}

static void on_notified(void *arg, const char *channel)
{
    const struct reader *r = arg;
    if (strcmp(channel, "pledged_token") == 0)
        r->db->tokens_changed(r->db->arg);
}

/* Notifications may have been missed while the listener was away. */
static void on_up_or_down(void *arg)
{
    const struct reader *r = arg;
    r->db->tokens_changed(r->db->arg);
}

const char *db_secret(const struct db *db)
{
    return db->secret;
}

struct db *db_open(
    const struct database *d, int readers, void (*tokens_changed)(void *arg), void *arg)
{
    /* Custom plans: a plan made while the tables were empty would not do for millions of rows. */
    static const char *const settings[] = {"set default_transaction_read_only = on",
        "set statement_timeout = '30s'", "set idle_in_transaction_session_timeout = '60s'",
        "set jit = off", "set plan_cache_mode = force_custom_plan", NULL};
    static const char *const listener[] = {"listen pledged_token",
        "set default_transaction_read_only = on", "set statement_timeout = '30s'", "set jit = off",
        "set plan_cache_mode = force_custom_plan", NULL};
    /* A report over all rows may take a while, but no longer than the connection's own deadline. */
    static const char *const reports[] = {"set default_transaction_isolation = 'repeatable read'",
        "set default_transaction_read_only = on", "set statement_timeout = '70s'",
        "set idle_in_transaction_session_timeout = '60s'", "set work_mem = '64MB'", "set jit = off",
        "set plan_cache_mode = force_custom_plan", NULL};
    struct db *db = calloc(1, sizeof *db);
    MUST(db && readers >= 1 && readers <= READERS_MAX);
    db->secret = d->secret;
    db->tokens_changed = tokens_changed;
    db->arg = arg;
    db->n = readers;
    for (int i = 0; i < readers; i++) {
        struct reader *r = &db->reader[i];
        r->db = db;
        const struct link_setup first = {.name = "listener",
            .first = listener,
            .up = on_up_or_down,
            .down = on_up_or_down,
            .notified = on_notified,
            .arg = r};
        const struct link_setup other = {.name = "reader", .first = settings, .arg = r};
        r->link = link_open(d, i == 0 ? &first : &other);
    }
    db->reports.db = db;
    const struct link_setup own = {.name = "reports", .first = reports, .arg = &db->reports};
    db->reports.link = link_open(d, &own);
    db->trial.db = db;
    const struct link_setup trial = {
        .name = "trial", .writes = true, .first = settings, .arg = &db->trial};
    db->trial.link = link_open(d, &trial);
    return db;
}

bool db_ready(const struct db *db)
{
    for (int i = 0; i < db->n; i++) {
        if (!link_is_up(db->reader[i].link))
            return false;
    }
    return link_is_up(db->reports.link) && link_is_up(db->trial.link);
}

static void count_link(const struct link *l, struct db_figures *f)
{
    f->links++;
    f->up += link_is_up(l);
    f->busy += link_pending(l) > 0;
    f->pending += link_pending(l);
}

struct db_figures db_figures(const struct db *db)
{
    struct db_figures f = {0};
    for (int i = 0; i < db->n; i++)
        count_link(db->reader[i].link, &f);
    count_link(db->reports.link, &f);
    count_link(db->trial.link, &f);
    return f;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (int i = 0; i < db->n; i++)
        link_close(db->reader[i].link);
    link_close(db->reports.link);
    link_close(db->trial.link);
    free(db);
}
