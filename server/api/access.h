/*
 * access.h - who read what.
 */
#ifndef PLEDGED_ACCESS_H
#define PLEDGED_ACCESS_H
#include "server.h"

struct database;
/* Somebody was given so many things, by an address of this pattern, as asked for. */
void access_note(
    struct server *s, const struct actor *who, const char *route, struct str what, int64_t shown);
struct access *access_open(struct server *s, const struct database *d);
/* true: all that was noted is in the log, or the database is away. */
bool access_flush(struct access *x);
void access_close(struct access *x);
#endif
