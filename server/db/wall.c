/*
 * wall.c - how this daemon is known to its database.
 *
 * The database believes who acts of a connection that knows its secret (migrations, wall.sql). The
 * roles that serve log in by themselves: a connection that began as the owner's could become the
 * owner's again. The owner's connection lives only as long as this takes.
 */
#include "wall.h"
#include "cluster.h"
#include "log.h"
#include "migrate.h"
#include <libpq-fe.h>

static const char *ask(struct arena *a, PGconn *c, const char *sql, const char *param)
{
    PGresult *r = sql_run(c, sql, &param, param ? 1 : 0);
    const char *said = NULL;
    if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1)
        said = arena_str(a, PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0)).p;
    PQclear(r);
    return said;
}

/* Its digest goes over, so that no log of statements ever holds it. A server where the owner may
 * not give one may know the role by other means (pg_hba.conf): then that is told and no more. */
static const char *password(struct arena *a, PGconn *c, const char *role)
{
    const char *word = ask(a, c, "select wall_password($1)", role);
    char *sealed = word ? PQencryptPasswordConn(c, word, role, NULL) : NULL;
    const char *params[] = {role, sealed};
    PGresult *r = sealed ? sql_run(c, "call wall_let_in($1, $2)", params, 2) : NULL;
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        log_event(LOG_WARN, SAY_WALL, "role", role, "text", PQerrorMessage(c), NULL);
    PQclear(r);
    PQfreemem(sealed);
    return word;
}

bool wall_enter(struct arena *a, struct database *d, const char *owner, bool reader_too)
{
    PGconn *c = sql_connect(owner);
    d->secret = ask(a, c, "select wall_secret()", NULL);
    if (!d->cluster && d->secret) {
        d->writer_password = password(a, c, "pledged_lane");
        d->reader_password = reader_too ? password(a, c, "pledged_app") : NULL;
    }
    bool good = d->secret && (d->cluster || d->writer_password);
    if (!good)
        log_event(LOG_ERROR, SAY_WALL, "text", PQerrorMessage(c), NULL);
    PQfinish(c);
    return good;
}
