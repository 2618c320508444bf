/*
 * migrate.h - migrations and blocking queries, for start-up and sub-commands only.
 */
#ifndef PLEDGED_MIGRATE_H
#define PLEDGED_MIGRATE_H
#include "arena.h"
#include <stdbool.h>

struct pg_conn;

/* The options that every connection begins with, behind those that the conninfo tells: names are
 * looked up where they were made and nowhere else, and conditions mean what they say, whatever a
 * file, a role or a database sets. */
struct str sql_options(struct arena *a, const char *conninfo);
/* PQconnectdb with them, in UTF-8 whatever the environment says. The caller asks for its status. */
struct pg_conn *sql_connect(const char *conninfo);
/* PQexecParams with texts. The caller clears the result. */
struct pg_result *sql_run(struct pg_conn *c, const char *sql, const char *const *params, int n);
enum { SCHEMA_DIGEST_SIZE = 65 };
/* The digest of all that this program brings a database to, in hex. Returns out. */
const char *migrate_schema(char out[SCHEMA_DIGEST_SIZE]);
/* Brings the database up to date and chooses the city that it is of (city.h); one that is made now
 * is of `city`, NULL: Shanghai; *fresh (or NULL) says whether it was empty. folder (or NULL): where
 * the key of its log is. false after logging "migrate_failed". */
bool migrate_apply(const char *conninfo, const char *city, const char *folder, bool *fresh);
#endif
