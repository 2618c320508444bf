/*
 * spill.h - what a client has not read yet, kept on disk.
 *
 * Many HTTP clients send their whole body before they read a byte of the answer. Waiting for them
 * would never end, and keeping their verdicts in memory would make it grow with the file.
 */
#ifndef PLEDGED_SPILL_H
#define PLEDGED_SPILL_H
#include "arena.h"
#include <stdio.h>

struct spill {
    FILE *file; /* made when first needed, unlinked at once */
    long written, read;
};

/* false: the disk did not take it; nothing was added. */
MUST_USE bool spill_add(struct spill *s, struct str text);
bool spill_is_empty(const struct spill *s);
/* The next piece, in order; {NULL,0} when there is none or the disk does not give it back. */
struct str spill_take(struct spill *s, struct arena *a);
void spill_close(struct spill *s);
#endif
