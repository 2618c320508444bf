/*
 * rights.h - what somebody may do, out of the table that decides it.
 */
#ifndef PLEDGED_RIGHTS_H
#define PLEDGED_RIGHTS_H
#include "route.h"

/* "POST /v1/claims/{id}/accept" and so on into the open list, in the order of the routes. */
void rights_write(struct buf *out, const struct actor *me);
/* What is written by which duties, of each route that writes a record, as a list: `type`, `field`
 * (in which the record tells the step, where it does), `step`, `duties` (a token needs one). */
void rights_needs(struct buf *out);
/* Can a record of this type be read at its path and an id or a key? A step, say, is read with what
 * it is a step of. */
bool rights_page(const struct record *rec);
#endif
