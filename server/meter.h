/*
 * meter.h - counts and durations, as Prometheus reads them (text format 0.0.4).
 */
#ifndef PLEDGED_METER_H
#define PLEDGED_METER_H
#include "arena.h"

/* How many were at most so large; the bounds are those of its family. */
enum { HISTOGRAM_BOUNDS = 12 };
struct histogram {
    int64_t below[HISTOGRAM_BOUNDS]; /* not cumulative */
    int64_t count, sum;
};
struct meter_bounds {
    int64_t bound[HISTOGRAM_BOUNDS]; /* ascending */
    int64_t scale;                   /* what is written is divided by it: 1000000 of microseconds */
};
extern const struct meter_bounds meter_seconds; /* of microseconds: 1 ms to 30 s */
extern const struct meter_bounds meter_sizes;   /* 1, 2, 4 … 2048 */

void histogram_note(struct histogram *h, const struct meter_bounds *b, int64_t value);

/* One family's head, then its samples. labels: "a=\"b\",c=\"d\"", or "" for none. */
void meter_family(struct buf *out, const char *name, const char *kind, const char *help);
void meter_sample(struct buf *out, const char *name, const char *labels, int64_t value);
void meter_histogram(struct buf *out, const char *name, const char *labels,
    const struct histogram *h, const struct meter_bounds *b);
/* A label's value with what must not stand in it as it is. */
struct str meter_label(struct arena *a, struct str value);
/* value / scale without floating point: "0.0025". */
void meter_number(struct buf *out, int64_t value, int64_t scale);
#endif
