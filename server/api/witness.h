/*
 * witness.h - others who sign the log's checkpoints: C2SP tlog-witness.
 */
#ifndef PLEDGED_WITNESS_H
#define PLEDGED_WITNESS_H
#include "server.h"

struct witnesses;
/* NULL after logging: the setting cannot be read. */
struct witnesses *witnesses_open(struct server *s);
void witnesses_close(struct witnesses *w);
/* Seconds for which the witness of this number has not signed what was recorded, and its name; -1:
 * there are not so many. */
int64_t witnesses_behind(const struct witnesses *w, int i, struct str *name);
/* Those that are late (witness_late_s), as the elements of an open list of texts. */
void witnesses_late(const struct witnesses *w, struct buf *b, bool english);
#endif
