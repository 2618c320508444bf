/*
 * migrate.h - blocking queries, for start-up and sub-commands only.
 */
#ifndef PLEDGED_MIGRATE_H
#define PLEDGED_MIGRATE_H
#include <libpq-fe.h>

/* PQexecParams with texts. The caller clears the result. */
PGresult *sql_run(PGconn *c, const char *sql, const char *const *params, int n);
#endif
