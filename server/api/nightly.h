/*
 * nightly.h - the scan for red flags that the program runs by itself once a day.
 */
#ifndef PLEDGED_NIGHTLY_H
#define PLEDGED_NIGHTLY_H
#include "server.h"

struct nightly *nightly_open(struct server *s);
void nightly_close(struct nightly *n);
#endif
