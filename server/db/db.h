/*
 * db.h - PostgreSQL on the loop: read connections.
 *
 * Only link.c, db.c, lane.c, migrate.c and the sub-commands see libpq. Nobody gets an answer before
 * the Sync of his group.
 */
#ifndef PLEDGED_DB_H
#define PLEDGED_DB_H
#include "process.h"
#include "role.h"
#include "sql_names.h"

struct db;
struct cluster;

/* Where the links go. */
struct database {
    struct process *process;
    const char *conninfo;
    struct cluster *cluster; /* the private one, revived when it has died; or NULL */
    const char *secret;      /* by which the database believes who acts */
    /* Of the role that reads, NULL: as conninfo says; of the role that writes. "": none is needed.
     */
    const char *reader_password, *writer_password;
};

/* An environment failure. sqlstate "08006" when the connection was lost. */
struct fail {
    char sqlstate[6];
    char constraint[64];
    char text[256];
};

/* A result copied into an arena. Absent (NULL) cells have p == NULL. */
struct rows {
    int n, columns;
    const struct str *cell; /* n * columns, row by row */
};
struct str rows_at(const struct rows *rows, int row, int column);
bool rows_int(const struct rows *rows, int row, int column, int64_t *out);

/* fail == NULL: worked. rows live in the arena given to db_query. */
typedef void db_rows_fn(void *arg, const struct rows *rows, const struct fail *fail);

enum { DB_PARAMS_MAX = 16 };

/* Run the embedded statement `sql` for `actor` (NULL: nobody; sees no tenant's rows) on a read
 * connection. Parameters are texts, p == NULL is SQL null; they are copied at once. done is called
 * exactly once, later on the loop; before db_query returns when no connection is up. */
void db_query(struct db *db, struct arena *a, const struct actor *actor, enum sql_id sql,
    const struct str *params, int n, db_rows_fn *done, void *arg);

/* The same for a dry run: as the role that may write, on a connection that does not. */
void db_try(struct db *db, struct arena *a, const struct actor *actor, enum sql_id sql,
    const struct str *params, int n, db_rows_fn *done, void *arg);

/* One of the statements that see the same snapshot. */
struct db_ask {
    enum sql_id sql;
    struct str params[DB_PARAMS_MAX];
    int n;
    struct rows rows; /* the answer */
};
/* fail == NULL: all worked. */
typedef void db_snapshot_fn(void *arg, const struct fail *fail);
/* Run all n statements for `actor` in one REPEATABLE READ, read-only transaction. ask stays where
 * it is until done is called; the rows live in the arena. One such transaction runs at a time. */
void db_snapshot(struct db *db, struct arena *a, const struct actor *actor, struct db_ask *ask,
    int n, db_snapshot_fn *done, void *arg);

/* tokens_changed: a token was added or revoked, or that may have been missed. */
struct db *db_open(
    const struct database *d, int readers, void (*tokens_changed)(void *arg), void *arg);
bool db_ready(const struct db *db);
const char *db_secret(const struct db *db); /* of struct database */
/* Of the read connections: how many there are, are connected, have work; groups in them. The one
 * for reports counts as the others. */
struct db_figures {
    int links, up, busy, pending;
};
struct db_figures db_figures(const struct db *db);
void db_close(struct db *db);
#endif
