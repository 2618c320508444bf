/*
 * turns.h - many rows of a statement, some thousands a turn, in the binary format.
 */
#ifndef PLEDGED_TURNS_H
#define PLEDGED_TURNS_H
#include "verify.h"

/* false: it cannot be read. */
MUST_USE bool turns_begin(struct look *l, const char *name, const char *sql);
/* The next rows; NULL: there are none, or they cannot be read, which l->failed says. */
PGresult *turns_next(struct look *l, const char *name);

/* Hands each row of sql to takes, with of and which, until one is refused; true: all were taken. */
bool turns_taken(struct look *l, const char *name, const char *sql,
    bool (*takes)(void *of, int which, const PGresult *r, int row), void *of, int which);

int64_t turn_number(const PGresult *r, int row, int column);
int32_t turn_day(const PGresult *r, int row, int column);
bool turn_is_true(const PGresult *r, int row, int column);
struct str turn_text(const PGresult *r, int row, int column);
#endif
