/*
 * session.h - a sub-command's work on the database, blocking, as its owner.
 *
 * A private cluster that is not running is started for the command and stopped again.
 */
#ifndef PLEDGED_SESSION_H
#define PLEDGED_SESSION_H
#include "cli.h"
#include "cluster.h"
#include "conf.h"
#include "db.h"
#include "sql.h"
#include <libpq-fe.h>

struct session {
    struct arena *a;
    struct conf conf;
    struct cluster *pg;
    PGconn *c;
};

/* Settings and the command's own flags; connects and brings the schema up to date. */
MUST_USE bool session_open(
    struct session *s, int argc, char **argv, struct flag *extra, int extras);
/* Always after session_open, whatever it said. Returns status. */
int session_close(struct session *s, int status);
/* Prints and returns 2, the exit status for a wrong call. */
int session_complain(const char *what);
/* The result, to be cleared; NULL after printing what PostgreSQL minds. */
PGresult *session_ask(struct session *s, const char *sql, const char *const *params, int n);
#endif
