/*
 * forecast.h - how far a quarterly series can come, said as a range and as a chance.
 *
 * Method "robust damped trend" (稳健阻尼趋势):
 *   season  the share of each quarter of a year: medians of value over the moving mean of a year,
 *           drawn towards 1 while few years are known or the noise is as large
 *   clean   a quarter that stands far out of its neighbours (a spike) gives way to their median;
 *           where the level has jumped, only what came after it counts
 *   trend   Theil and Sen: the median of the slopes between all pairs of quarters, not steeper than
 * of late; it fades by a fifth a quarter; the less it stands out of the noise, the more the level
 * of the last year counts range   80 %, on both sides of the point: from how far the quarters lie
 * from the trend, how far ahead is looked, and how steep the trend is Fewer than eight quarters
 * tell no season: nothing is foretold. Whole numbers only, each product is rounded half up.
 */
#ifndef PLEDGED_FORECAST_H
#define PLEDGED_FORECAST_H
#include "arena.h"

enum {
    FORECAST_QUARTERS_MAX = 80,
    FORECAST_QUARTERS_MIN = 8,
    FORECAST_AHEAD_MAX = 24, /* what lies further ahead is not known */
    FORECAST_NOMINAL_PERCENT = 80,
    FORECAST_ERRORS_MIN = 9 /* outcomes, before the range is given a nominal coverage */
};

struct forecast {
    bool known; /* false: fewer than eight quarters, or too far ahead; nothing is said */
    int64_t low, point, high;
    int64_t spread_ppm; /* standard deviation, of the point */
    int spikes;         /* quarters that gave way to their neighbours */
    bool jump;          /* only the quarters after a jump count */
};

/*
 * The sum of quarters n + skip + 1 … n + skip + ahead of a series of n complete quarters.
 *   value  n values >= 0, the oldest first; n <= FORECAST_QUARTERS_MAX, each <= 10^17
 *   ahead  0 gives a known sum of nought
 * Products that leave 64 bits stay at INT64_MAX.
 */
struct forecast forecast_sum(const int64_t *value, int n, int skip, int ahead);
/* In percent: that the sum reaches so much; 1 to 99 while it is open. */
int forecast_chance(const struct forecast *f, int64_t needed);

/* The same forecast from an earlier end of the series, and what came. */
struct forecast_test {
    int known; /* quarters that it went by */
    struct forecast f;
    int64_t came;
    bool within;
};
/* All of them, the earliest first: how many, at most FORECAST_QUARTERS_MAX. */
int forecast_tests(const int64_t *value, int n, int skip, int ahead, struct forecast_test *out);
#endif
