/*
 * pulse.h - is the database there? Asked twice a second on a connection of its own, so that the
 * answer is known when somebody asks.
 */
#ifndef PLEDGED_PULSE_H
#define PLEDGED_PULSE_H
#include "db.h"

struct pulse;
/* heard: called with each answer, a row of the statement `pulse`. */
typedef void pulse_fn(void *arg, const struct rows *rows);
struct pulse *pulse_open(const struct database *d, pulse_fn *heard, void *arg);
/* What keeps it from taking writes, in the language asked for; p == NULL: nothing. Never older than
 * PULSE_PATIENCE_MS and a half second. */
enum { PULSE_PATIENCE_MS = 2000 };
struct str pulse_trouble(const struct pulse *p, struct arena *a, bool english);
/* How long the last question took, in microseconds; -1 before the first answer. */
int64_t pulse_took_us(const struct pulse *p);
void pulse_close(struct pulse *p);
#endif
