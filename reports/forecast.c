/*
 * forecast.c - the range that a quarterly series can reach; see forecast.h for the method.
 */
#include "forecast.h"
#include <assert.h>
#include <stdlib.h>

enum { YEAR = 4, PATH_MAX_QUARTERS = 24, PPM = 1000000, ERRORS_FOR_TEST = 2 };
static_assert(FORECAST_NOMINAL_PERCENT == 80, "the quantiles of find_range are 10 % and 90 %");

/* x × num ÷ den, half up, at most INT64_MAX; all >= 0, den > 0. */
static int64_t scaled(int64_t x, int64_t num, int64_t den)
{
    __extension__ typedef __int128 wide;
    wide product = ((wide)x * num + den / 2) / den;
    return product > INT64_MAX ? INT64_MAX : (int64_t)product;
}

static int64_t added(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static int64_t sum_of(const int64_t *value, int n)
{
    int64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum = added(sum, value[i]);
    return sum;
}

/* By growth when eight quarters are known and the earlier four are not nought. */
static bool has_growth(const int64_t *value, int n)
{
    return n >= 2 * YEAR && sum_of(value + n - 2 * YEAR, YEAR) > 0;
}

/* The sum of the quarters after the first n of value, skip of them passed over. */
static int64_t point_of(const int64_t *value, int n, int skip, int ahead)
{
    int64_t path[YEAR + PATH_MAX_QUARTERS];
    MUST(n >= YEAR && skip >= 0 && ahead >= 0 && skip + ahead <= PATH_MAX_QUARTERS);
    for (int i = 0; i < YEAR; i++)
        path[i] = value[n - YEAR + i];
    int64_t last = sum_of(path, YEAR);
    bool growth = has_growth(value, n);
    int64_t before = growth ? sum_of(value + n - 2 * YEAR, YEAR) : 0;
    for (int i = 0; i < skip + ahead; i++)
        path[YEAR + i] = growth ? scaled(path[i], last, before) : scaled(last, 1, YEAR);
    return sum_of(path + YEAR + skip, ahead);
}

struct range {
    int64_t low, high;
};

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The point stays inside. ratio: actual / forecast in ppm; n > 0. */
static struct range find_range(int64_t point, const int64_t *ratio, int n)
{
    int64_t sorted[FORECAST_QUARTERS_MAX] = {0};
    for (int i = 0; i < n; i++)
        sorted[i] = ratio[i];
    qsort(sorted, (size_t)n, sizeof *sorted, by_size);
    int low = (n + 1) / 10, high = ((n + 1) * 9 + 9) / 10; /* ranks from 1, outwards */
    int64_t least = sorted[low < 1 ? 0 : low - 1], most = sorted[high > n ? n - 1 : high - 1];
    return (struct range){
        .low = scaled(point, least < PPM ? least : PPM, PPM),
        .high = scaled(point, most > PPM ? most : PPM, PPM),
    };
}

/* No past forecast to learn from: the least and the greatest of the last quarters. */
static struct range spread(const int64_t *value, int n, int ahead)
{
    int64_t least = value[n - YEAR], most = least;
    for (int i = n - YEAR; i < n; i++) {
        least = value[i] < least ? value[i] : least;
        most = value[i] > most ? value[i] : most;
    }
    return (struct range){scaled(least, ahead, 1), scaled(most, ahead, 1)};
}

/* The errors of all forecasts whose outcome the first n quarters hold. */
static int past_errors(const int64_t *value, int n, int skip, int ahead, int64_t *ratio)
{
    int count = 0;
    for (int t = YEAR; t + skip + ahead <= n; t++) {
        int64_t point = point_of(value, t, skip, ahead);
        if (point > 0)
            ratio[count++] = scaled(sum_of(value + t + skip, ahead), PPM, point);
    }
    return count;
}

static void back_test(const int64_t *value, int n, int skip, int ahead, struct forecast *f)
{
    for (int t = YEAR; t + skip + ahead <= n; t++) {
        int64_t ratio[FORECAST_QUARTERS_MAX];
        int known = past_errors(value, t, skip, ahead, ratio);
        if (known < ERRORS_FOR_TEST)
            continue;
        struct range r = find_range(point_of(value, t, skip, ahead), ratio, known);
        int64_t came = sum_of(value + t + skip, ahead);
        f->tested++;
        f->within += came >= r.low && came <= r.high;
    }
}

struct forecast forecast_sum(const int64_t *value, int n, int skip, int ahead)
{
    struct forecast f = {.known = ahead == 0 || n >= YEAR};
    MUST(n >= 0 && n <= FORECAST_QUARTERS_MAX);
    if (!f.known || ahead == 0)
        return f;
    int64_t ratio[FORECAST_QUARTERS_MAX];
    f.growth = has_growth(value, n);
    f.point = point_of(value, n, skip, ahead);
    f.errors = past_errors(value, n, skip, ahead, ratio);
    struct range r = f.errors ? find_range(f.point, ratio, f.errors) : spread(value, n, ahead);
    f.low = r.low < f.point ? r.low : f.point;
    f.high = r.high > f.point ? r.high : f.point;
    back_test(value, n, skip, ahead, &f);
    return f;
}
