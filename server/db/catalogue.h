/*
 * catalogue.h - what the database is made of, held against what this program makes of an empty one.
 *
 * Whoever owns the database may write other functions, triggers or rights than ours, and what looks
 * for differences is made of them, too. What a ledger was when this program had just made it is
 * kept in the data folder, for each schema and release of PostgreSQL.
 */
#ifndef PLEDGED_CATALOGUE_H
#define PLEDGED_CATALOGUE_H
#include "arena.h"
#include <stdbool.h>

struct pg_conn;

/* The lines of the statement `catalogue`, in the order of their bytes; p == NULL: it cannot be
 * read. */
struct str catalogue_read(struct arena *a, struct pg_conn *c);
/* What this program makes, of this city: as kept in the folder, else of a cluster that is made for
 * it and goes again, else, where the programs for that are not here, of a database that is made
 * beside and goes again; kept then where the folder lets us. p == NULL after saying in *why what is
 * in the way. */
struct str catalogue_ours(
    struct arena *a, struct pg_conn *c, const char *folder, const char *city, const char **why);
/* migrate_apply; what it made of an empty database is kept in the folder. */
bool catalogue_migrate(const char *conninfo, const char *city, const char *folder);
#endif
