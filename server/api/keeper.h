/*
 * keeper.h - what the log needs beside its records: checkpoints kept, the operator's acts recorded.
 */
#ifndef PLEDGED_KEEPER_H
#define PLEDGED_KEEPER_H
#include "server.h"

struct keeper;
struct keeper *keeper_open(struct server *s);
void keeper_close(struct keeper *k);
#endif
