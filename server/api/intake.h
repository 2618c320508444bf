/*
 * intake.h - how many lines of whom were refused: counts by organisation, type and day.
 */
#ifndef PLEDGED_INTAKE_H
#define PLEDGED_INTAKE_H
#include "role.h"
#include "server.h"

/* What was refused is gone; that it was refused is told in the report on reporting quality. Counts
 * are written a moment later, so that a burst of bad lines costs one row; a kill -9 in that moment
 * loses them, and nothing else. */
void intake_note(struct server *s, const struct actor *actor, const char *type, int64_t refused,
    int64_t conflicts);
struct intake *intake_open(struct server *s);
/* Hand over to the lane what is not written yet; true: nothing waits any more. */
bool intake_flush(struct intake *i);
void intake_close(struct intake *i);
#endif
