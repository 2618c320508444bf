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
#endif
