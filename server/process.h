/*
 * process.h - what every service of the daemon is given: the loop, the settings, the counters.
 */
#ifndef PLEDGED_PROCESS_H
#define PLEDGED_PROCESS_H
#include "conf.h"

struct event_base;

struct counters {
    int64_t requests, by_class[6]; /* by_class[2]: 2xx … */
    int64_t flights, records, refused, resent, db_lost;
};

struct process {
    struct event_base *base;
    struct conf conf;
    struct counters count;
};
#endif
