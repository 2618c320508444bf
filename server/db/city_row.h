/*
 * city_row.h - the city that a ledger is of.
 */
#ifndef PLEDGED_CITY_ROW_H
#define PLEDGED_CITY_ROW_H
#include "arena.h"
#include <libpq-fe.h>

/* Settles it where it is not, by what is wanted (NULL: what is chosen here), and reads it. false
 * after logging why: it is another than is wanted. */
bool city_stand(struct arena *a, PGconn *c, const char *wanted);
#endif
