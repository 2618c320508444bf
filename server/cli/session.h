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

/* What a command of the operator says of what it writes; command == NULL: nothing. */
struct session_note {
    const char *command, *person, *reason;
};

struct session {
    struct session_note note;
    struct arena *a;
    struct conf conf;
    struct place place;
    struct cluster *pg;
    PGconn *c;
};

/* Settings and the command's own flags; connects and brings the schema up to date. Refused where no
 * ledger is yet: a mistyped folder, or none, must not become a second one. */
MUST_USE bool session_open(
    struct session *s, int argc, char **argv, struct flag *extra, int extras);
/* Settings and flags alone. */
MUST_USE bool session_begin(
    struct session *s, int argc, char **argv, struct flag *extra, int extras);
/* Always after session_open, whatever it said. Returns status. */
int session_close(struct session *s, int status);
/* Prints and returns 2, the exit status for a wrong call. */
int session_complain(const char *what);
/* The token by which a command acts on a daemon: --token, else the first line of --token-file ("-":
 * standard input), else PLEDGED_TOKEN. NULL after printing what is wrong. An argument is what
 * everybody on the machine can read in ps; the two others are not. */
const char *session_token(struct arena *a, const char *token, const char *file);
#define TOKEN_OPTION                                                                               \
    {                                                                                              \
        "--token", "TOKEN", OPTIONAL, "a token of `pledged token add`; ps shows it to everybody"   \
    }
#define TOKEN_FILE_OPTION                                                                          \
    {                                                                                              \
        "--token-file", "FILE", OPTIONAL,                                                          \
            "a file that holds it, - for standard input; else PLEDGED_TOKEN counts"                \
    }
/* The result, to be cleared; NULL after printing what PostgreSQL minds. */
PGresult *session_ask(struct session *s, const char *sql, const char *const *params, int n);
/* The same for a statement that writes: in a transaction of its own, whose rows are signed by the
 * key of the log, so that the daemon takes them into it. The note goes with them, and is not
 * written alone. */
PGresult *session_write(struct session *s, const char *sql, const char *const *params, int n);
#endif
