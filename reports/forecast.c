/*
 * forecast.c - the range that a quarterly series can reach; see forecast.h for the method.
 */
#include "forecast.h"
#include <stdlib.h>

__extension__ typedef __int128 wide;

enum {
    YEAR = 4,
    PPM = 1000000,
    TREND_QUARTERS = 12, /* the trend goes by the last three years */
    RECENT = 6,          /* and is not steeper than of late */
    FADE = 750000,       /* of the trend, a quarter; a clear one fades less */
    FADE_CLEAR = 60000,
    LEVEL = 600000, /* of a forecast, at most: the level of the last year */
    SLOPES_MAX = TREND_QUARTERS * (TREND_QUARTERS - 1) / 2
};
#define MOST INT64_C(100000000000000000)

/* ---- whole numbers ----------------------------------------------------------------------------
 */

/* x × num ÷ den, half up away from zero, within 64 bits; den > 0. */
static int64_t scaled(int64_t x, int64_t num, int64_t den)
{
    wide product = (wide)x * num;
    product = (product < 0 ? product - den / 2 : product + den / 2) / den;
    return product > INT64_MAX ? INT64_MAX : product < -INT64_MAX ? -INT64_MAX : (int64_t)product;
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

static int64_t magnitude(int64_t n)
{
    return n < 0 ? -n : n;
}

static int64_t between(int64_t n, int64_t least, int64_t most)
{
    return n < least ? least : n > most ? most : n;
}

/* The largest whole number whose square is not more. */
static int64_t root(int64_t n)
{
    int64_t low = 0, high = INT64_C(3037000499);
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (middle * middle <= n)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Of an even number the mean of the two in the middle. */
static int64_t median(const int64_t *value, int n)
{
    int64_t sorted[FORECAST_QUARTERS_MAX] = {0};
    MUST(n > 0 && n <= FORECAST_QUARTERS_MAX);
    for (int i = 0; i < n; i++)
        sorted[i] = value[i];
    qsort(sorted, (size_t)n, sizeof *sorted, by_size);
    return n % 2 ? sorted[n / 2] : sorted[n / 2 - 1] + (sorted[n / 2] - sorted[n / 2 - 1]) / 2;
}

/* ---- season -----------------------------------------------------------------------------------
 */

/* A quarter over the mean of the year around it, in ppm; -1 where that is nought. */
static int64_t over_its_year(const int64_t *v)
{
    wide year = (wide)v[-2] + 2 * (wide)v[-1] + 2 * (wide)v[0] + 2 * (wide)v[1] + v[2];
    return year > 0 ? (int64_t)(((wide)v[0] * 8 * PPM + year / 2) / year) : -1;
}

/* The median ratios of each quarter of the year, how many years told the fewest of them, and how
 * far the ratios of one quarter lie from their median. */
struct seen {
    int64_t middle[YEAR], within;
    int years;
};

static void see_season(const int64_t *value, int n, struct seen *s)
{
    int64_t away[FORECAST_QUARTERS_MAX] = {0};
    int all = 0;
    s->years = FORECAST_QUARTERS_MAX;
    for (int q = 0; q < YEAR; q++) {
        int64_t ratio[FORECAST_QUARTERS_MAX];
        int k = 0;
        for (int t = 2; t + 2 < n; t++) {
            int64_t r = t % YEAR == q ? over_its_year(value + t) : -1;
            if (r >= 0)
                ratio[k++] = r;
        }
        s->middle[q] = k ? between(median(ratio, k), 300000, 3000000) : PPM;
        s->years = k < s->years ? k : s->years;
        for (int i = 0; i < k; i++)
            away[all++] = between(magnitude(ratio[i] - s->middle[q]), 0, 3 * PPM);
    }
    enum { UNTOLD = 80000 }; /* one year tells nothing of that */
    s->within = s->years > 1 ? median(away, all) : UNTOLD;
}

/* The share of each quarter in ppm, by its number modulo four; together 4 × PPM. What does not
 * stand out of the noise is no season. */
static void find_season(const int64_t *value, int n, int64_t season[YEAR])
{
    static const int64_t weight[] = {0, 550000, 750000, 900000}; /* by years seen */
    enum { DOUBT = 8 };
    struct seen s;
    int64_t away[YEAR], sum = 0;
    see_season(value, n, &s);
    for (int q = 0; q < YEAR; q++)
        away[q] = magnitude(s.middle[q] - PPM);
    int64_t between_quarters = median(away, YEAR);
    int64_t up = between_quarters * between_quarters, down = up + DOUBT * s.within * s.within;
    int64_t clear = down ? scaled(up, PPM, down) : 0;
    int64_t share = scaled(weight[s.years < 3 ? s.years : 3], clear, PPM);
    for (int q = 0; q < YEAR; q++) {
        season[q] = PPM + scaled(s.middle[q] - PPM, share, PPM);
        sum += season[q];
    }
    for (int q = 0; q < YEAR; q++)
        season[q] = scaled(season[q], YEAR * PPM, sum);
}

/* ---- spikes and jumps -------------------------------------------------------------------------
 */

/* Does quarter t stand far out of those around it? median_of: theirs. */
static bool is_spike(const int64_t *v, int n, int t, int64_t *median_of)
{
    int64_t near[YEAR], away[YEAR], most = 0;
    int k = 0;
    for (int i = t < 2 ? 0 : t - 2; i < n && i <= t + 2; i++) {
        if (i != t)
            near[k++] = v[i];
    }
    *median_of = median(near, k);
    for (int i = 0; i < k; i++) {
        away[i] = magnitude(near[i] - *median_of);
        most = away[i] > most ? away[i] : most;
    }
    int64_t own = magnitude(v[t] - *median_of);
    return *median_of > 0 && own > *median_of / 2 && own / 3 > median(away, k) &&
           own > most + most / 2;
}

/* The last quarter may be a spike or a new level: it counts half. */
static int smooth(const int64_t *v, int n, int64_t *out)
{
    int spikes = 0;
    for (int t = 0; t < n; t++) {
        int64_t m;
        out[t] = v[t];
        if (!is_spike(v, n, t, &m))
            continue;
        out[t] = t == n - 1 ? m + (v[t] - m) / 2 : m;
        spikes++;
    }
    return spikes;
}

struct trend {
    int64_t level, slope; /* at the last quarter; a quarter */
};

static struct trend find_trend(const int64_t *v, int n)
{
    int64_t slope[SLOPES_MAX + 1], ends[FORECAST_QUARTERS_MAX];
    struct trend t = {0};
    int k = 0;
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++)
            slope[k++] = (v[j] - v[i]) / (j - i);
    }
    t.slope = k ? median(slope, k) : 0;
    for (int i = 0; i < n; i++)
        ends[i] = v[i] + t.slope * (n - 1 - i);
    t.level = median(ends, n);
    return t;
}

static int64_t misfit(const int64_t *v, int n, struct trend t)
{
    int64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum = added(sum, magnitude(v[i] - (t.level - t.slope * (n - 1 - i))));
    return sum;
}

/* Where a new level began, if two levels fit far better than one trend: 0 if not. */
static int find_jump(const int64_t *v, int n)
{
    int64_t best = misfit(v, n, find_trend(v, n));
    int at = 0;
    best = best / 10 * 6;
    for (int k = 2; k < n - 1; k++) {
        struct trend before = {median(v, k), 0}, after = {median(v + k, n - k), 0};
        int64_t sum = added(misfit(v, k, before), misfit(v + k, n - k, after));
        int64_t step = magnitude(after.level - before.level);
        int64_t higher = after.level > before.level ? after.level : before.level;
        if (sum < best && step > higher / 10 * 4) {
            best = sum;
            at = k;
        }
    }
    return at;
}

/* ---- the forecast -----------------------------------------------------------------------------
 */

struct model {
    int64_t unit; /* the series is held in so many parts, for counts are small */
    int64_t season[YEAR];
    struct trend trend;
    int64_t year;                 /* level of the last year */
    int64_t noise_ppm, clear_ppm; /* clear: how far the trend stands out of the noise */
    int n, spikes;
    bool jump;
};

/* What the last quarters say of the slope when there are enough: less steep than before it is
 * taken, the other way hardly. */
static int64_t recent_slope(const int64_t *v, int n, int64_t slope)
{
    if (n < 2 * YEAR)
        return slope;
    int64_t of_late = find_trend(v + n - RECENT, RECENT).slope;
    if ((of_late <= 0 && slope >= 0) || (of_late >= 0 && slope <= 0))
        return slope * 3 / 10;
    return magnitude(of_late) < magnitude(slope) ? of_late : slope;
}

/* The quarters since the last jump: trend, noise, the level of the last year. */
static void fit_trend(struct model *m, const int64_t *v, int n)
{
    int64_t away[FORECAST_QUARTERS_MAX] = {0};
    int last = n < YEAR ? n : YEAR;
    m->trend = find_trend(v, n);
    m->year = sum_of(v + n - last, last) / last;
    for (int i = 0; i < n; i++)
        away[i] = magnitude(v[i] - (m->trend.level - m->trend.slope * (n - 1 - i)));
    int64_t level = m->trend.level > 0 ? m->trend.level : 1;
    m->noise_ppm = between(scaled(median(away, n), PPM, level), 0, 2 * PPM);
    if (m->jump) /* few quarters tell little of a slope */
        m->trend.slope = m->trend.slope * (n - 2) / (n + 3);
    else
        m->trend.slope = recent_slope(v, n, m->trend.slope);
    m->trend.level = m->trend.level > 0 ? m->trend.level : 0;
    m->trend.slope = between(m->trend.slope, -m->trend.level / 4, m->trend.level / 4);
    int64_t rise = scaled(magnitude(m->trend.slope) * (n - 1), PPM, level);
    m->clear_ppm = rise ? scaled(rise, PPM, rise + 5 * m->noise_ppm) : 0;
}

static void fit(const int64_t *value, int n, struct model *m)
{
    int64_t part[FORECAST_QUARTERS_MAX] = {0}, clean[FORECAST_QUARTERS_MAX] = {0}, most = 1;
    int first = n > TREND_QUARTERS ? n - TREND_QUARTERS : 0;
    *m = (struct model){.unit = 1, .n = n};
    for (int i = 0; i < n; i++)
        most = value[i] > most ? value[i] : most;
    while (m->unit < PPM && most <= MOST / 100 / m->unit)
        m->unit *= 10;
    find_season(value, n, m->season);
    for (int i = 0; i < n; i++)
        part[i] = scaled(value[i] * m->unit, PPM, m->season[i % YEAR]);
    m->spikes = smooth(part + first, n - first, clean);
    int jump = find_jump(clean, n - first);
    m->jump = jump > 0;
    fit_trend(m, clean + jump, n - first - jump);
}

/* Quarters skip + 1 … skip + ahead after the last. */
static int64_t point_of(const struct model *m, int skip, int ahead)
{
    int64_t sum = 0, reach = 0, share = PPM;
    int64_t fade = FADE + scaled(FADE_CLEAR, m->clear_ppm, PPM);
    int64_t level = scaled(LEVEL, PPM - m->clear_ppm, PPM);
    for (int h = 1; h <= skip + ahead; h++) {
        share = scaled(share, fade, PPM);
        reach += share;
        int64_t v = m->trend.level + scaled(m->trend.slope, reach, PPM);
        v = v > m->trend.level / 7 ? v : m->trend.level / 7;
        v = scaled(v, PPM - level, PPM) + scaled(m->year, level, PPM);
        if (h > skip)
            sum = added(sum, scaled(v, m->season[(m->n + h - 1) % YEAR], PPM));
    }
    return scaled(sum, 1, m->unit);
}

/* Standard deviation of the sum, in ppm of it: of the quarters themselves, of how far ahead is
 * looked, of a trend that may end. Fitted on made-up series (tests/unit/test_forecast.c). */
static int64_t spread_of(const struct model *m, int skip, int ahead)
{
    enum { PRIOR = 120000, NOISE_TENTHS = 7, DRIFT = 11000, JUMP = 40000 };
    int64_t own = m->noise_ppm * 148 / 100, level = m->trend.level > 0 ? m->trend.level : 1;
    int64_t noise =
        root((NOISE_TENTHS * own * own + (10 - NOISE_TENTHS) * PRIOR * INT64_C(1) * PRIOR) / 10);
    int64_t few = root(INT64_C(1000000000000) / ahead + INT64_C(250000000000));
    int64_t steep = scaled(magnitude(m->trend.slope), PPM, level);
    return scaled(noise, few, PPM) + (int64_t)(skip + ahead) * DRIFT +
           steep * (skip + ahead) * 2 / 5 + (m->jump ? JUMP : 0);
}

static int64_t in_range(int64_t point, int64_t spread_ppm, bool high)
{
    enum { EIGHTY = 1281552 }; /* 80 % of a normal variable lie within so many deviations, in ppm */
    int64_t width = PPM + scaled(spread_ppm, EIGHTY, PPM);
    return high ? scaled(point, width, PPM) : scaled(point, PPM, width);
}

struct forecast forecast_sum(const int64_t *value, int n, int skip, int ahead)
{
    bool near = skip + ahead <= FORECAST_AHEAD_MAX;
    struct forecast f = {.known = ahead == 0 || (n >= FORECAST_QUARTERS_MIN && near)};
    struct model m;
    MUST(n >= 0 && n <= FORECAST_QUARTERS_MAX);
    if (!f.known || ahead == 0)
        return f;
    fit(value, n, &m);
    f.point = point_of(&m, skip, ahead);
    f.spread_ppm = spread_of(&m, skip, ahead);
    f.low = in_range(f.point, f.spread_ppm, false);
    f.high = in_range(f.point, f.spread_ppm, true);
    f.spikes = m.spikes;
    f.jump = m.jump;
    return f;
}

/* ---- chance -----------------------------------------------------------------------------------
 */

/* The normal distribution at z ppm, in hundredths of a percent. */
static int64_t normal(int64_t z)
{
    static const int at_tenths[] = {5000, 5398, 5793, 6179, 6554, 6915, 7257, 7580, 7881, 8159,
        8413, 8643, 8849, 9032, 9192, 9332, 9452, 9554, 9641, 9713, 9772, 9821, 9861, 9893, 9918,
        9938, 9953, 9965, 9974, 9981, 9987};
    enum { TENTH = 100000, LAST = COUNT_OF(at_tenths) - 1 };
    int64_t i = z / TENTH;
    if (i >= LAST)
        return at_tenths[LAST];
    return at_tenths[i] + (at_tenths[i + 1] - at_tenths[i]) * (z % TENTH) / TENTH;
}

int forecast_chance(const struct forecast *f, int64_t needed)
{
    if (needed <= 0)
        return 100;
    if (f->point <= 0 || f->spread_ppm <= 0)
        return f->point >= needed ? 100 : 0;
    bool above = needed > f->point; /* as the range: by ratio on both sides */
    int64_t ratio = above ? scaled(needed, PPM, f->point) : scaled(f->point, PPM, needed);
    int64_t z = scaled(between(ratio - PPM, 0, INT64_C(1000000000000)), PPM, f->spread_ppm);
    int64_t p = above ? 10000 - normal(z) : normal(z);
    return (int)between((p + 50) / 100, 1, 99);
}

/* ---- back-test --------------------------------------------------------------------------------
 */

int forecast_tests(const int64_t *value, int n, int skip, int ahead, struct forecast_test *out)
{
    int k = 0;
    bool near = skip + ahead <= FORECAST_AHEAD_MAX;
    for (int t = FORECAST_QUARTERS_MIN; ahead > 0 && near && t + skip + ahead <= n; t++) {
        struct forecast_test *x = &out[k++];
        *x = (struct forecast_test){.known = t,
            .f = forecast_sum(value, t, skip, ahead),
            .came = sum_of(value + t + skip, ahead)};
        x->within = x->came >= x->f.low && x->came <= x->f.high;
    }
    return k;
}
