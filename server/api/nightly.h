/*
 * nightly.h - the scan for red flags that the program runs by itself once a day.
 */
#ifndef PLEDGED_NIGHTLY_H
#define PLEDGED_NIGHTLY_H
#include "server.h"

/* "HH:MM" or "HH:MM:SS" as seconds of the day, "off" as -1; false: neither. */
bool nightly_parse(const char *text, int *second);
struct nightly *nightly_open(struct server *s);
void nightly_close(struct nightly *n);
#endif
