/*
 * session.c - a sub-command's work on the database, blocking, as its owner.
 */
#include "session.h"
#include "log.h"
#include "migrate.h"

bool session_open(struct session *s, int argc, char **argv, struct flag *extra, int extras)
{
    *s = (struct session){.a = arena_new()};
    if (!conf_read(s->a, &s->conf, argc, argv, extra, extras))
        return false;
    (void)log_level_set("warn"); /* the command's own lines are the output */
    const char *owner = s->conf.database;
    if (!owner) {
        s->pg = cluster_start(s->conf.data, false);
        owner = s->pg ? cluster_owner(s->pg) : NULL;
    }
    if (!owner || !migrate_apply(owner))
        return false;
    s->c = PQconnectdb(owner);
    if (PQstatus(s->c) == CONNECTION_OK)
        return true;
    fprintf(stderr, "pledged: %s", PQerrorMessage(s->c));
    return false;
}

int session_close(struct session *s, int status)
{
    PQfinish(s->c);
    cluster_close(s->pg, s->pg && cluster_started(s->pg));
    arena_free(s->a);
    return status;
}

int session_complain(const char *what)
{
    fprintf(stderr, "pledged: %s\n", what);
    return 2;
}

PGresult *session_ask(struct session *s, const char *sql, const char *const *params, int n)
{
    PGresult *r = sql_run(s->c, sql, params, n);
    if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
        return r;
    fprintf(stderr, "pledged: %s", PQresultErrorMessage(r));
    PQclear(r);
    return NULL;
}

static int migrate(int argc, char **argv)
{
    struct session s;
    bool good = session_open(&s, argc, argv, NULL, 0);
    if (good)
        printf("%zu migrations in place\n", migrations_count);
    return session_close(&s, good ? 0 : 2);
}

const struct command command_migrate = {.name = "migrate",
    .run = migrate,
    .words = "",
    .help = "Bring the database up to date, as `serve` does at its start, and end.",
    .settings = CONF_STORE};
