/*
 * process.h - what every service of the daemon is given: the loop, the settings, the counters.
 */
#ifndef PLEDGED_PROCESS_H
#define PLEDGED_PROCESS_H
#include "conf.h"
#include "err.h"
#include "meter.h"

struct event_base;

struct counters {
    int64_t requests;
    int64_t flights, records, refused, resent, db_lost;
    int64_t problems[ERR_CODE_COUNT]; /* told in answers, by code */
    struct histogram flight_records;  /* of meter_sizes */
    struct histogram commit;          /* of meter_seconds: from being handed in to being durable */
};

struct process {
    struct event_base *base;
    struct conf conf;
    int64_t began_us; /* monotonic */
    struct counters count;
};
#endif
