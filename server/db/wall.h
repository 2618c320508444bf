/*
 * wall.h - how this daemon is known to its database: a secret, and two roles that own nothing.
 */
#ifndef PLEDGED_WALL_H
#define PLEDGED_WALL_H
#include "db.h"

/* As the owner: reads the installation's secret and, in a database of somebody else's, gives the
 * serving roles their passwords; that of the reader too, unless it has a conninfo of its own. */
MUST_USE bool wall_enter(struct arena *a, struct database *d, const char *owner, bool reader_too);
#endif
