/*
 * days.h - the days of a report's quarters are brought up to where the log stands, again and again.
 */
#ifndef PLEDGED_DAYS_H
#define PLEDGED_DAYS_H
#include "server.h"

struct database;
struct days;
struct days *days_open(struct server *s, const struct database *d);
void days_close(struct days *d);
#endif
