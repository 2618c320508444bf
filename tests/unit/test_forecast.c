/* Forecasts: what is worked by hand, and a trial over fifty made-up series against two plain
 * methods. */
#include "forecast.h"
#include "unit.h"
#include <stdio.h>

enum { PPM = 1000000 };

/* ---- by hand ----------------------------------------------------------------------------------
 */

/* No season, no slope, no noise: the level. Its spread: noise root(3/10) × 12 % = 65,726 ppm, over
 * four quarters × root(1/4 + 1/4) = 46,475; with 4 × 11,000 for looking ahead 90,475 ppm. 80 % lie
 * within 1.281552 times that: 115,948. 4,000 / 1.115948 = 3,584.39 and 4,000 × 1.115948 = 4,463.79.
 */
static void test_a_steady_series_goes_on(void **state)
{
    (void)state;
    int64_t v[16];
    for (int i = 0; i < 16; i++)
        v[i] = 1000;
    struct forecast f = forecast_sum(v, 16, 0, 4);
    assert_true(f.known && !f.jump && !f.spikes);
    assert_int_equal(f.point, 4000);
    assert_int_equal(f.spread_ppm, 90475);
    assert_int_equal(f.low, 3584);
    assert_int_equal(f.high, 4464);
    /* Quarters passed over widen the range alone. */
    struct forecast later = forecast_sum(v, 16, 4, 4);
    assert_int_equal(later.point, 4000);
    assert_true(later.low < f.low && later.high > f.high);
}

static void test_less_than_two_years_tell_nothing(void **state)
{
    (void)state;
    static const int64_t v[] = {10, 40, 20, 30, 10, 40, 20, 30};
    assert_false(forecast_sum(v, 7, 0, 4).known);
    assert_true(forecast_sum(v, 8, 0, 4).known);
    struct forecast f = forecast_sum(v, 3, 0, 0); /* nothing is to come */
    assert_true(f.known);
    assert_int_equal(f.point, 0);
}

static void test_one_spike_changes_little(void **state)
{
    (void)state;
    int64_t v[12];
    for (int i = 0; i < 12; i++)
        v[i] = 1000;
    v[6] = 9000;
    struct forecast f = forecast_sum(v, 12, 0, 4);
    assert_int_equal(f.spikes, 1);
    assert_in_range(f.point, 3600, 4400);
}

static void test_after_a_jump_the_new_level_counts(void **state)
{
    (void)state;
    int64_t v[12];
    for (int i = 0; i < 12; i++)
        v[i] = i < 7 ? 1000 : 3000;
    struct forecast f = forecast_sum(v, 12, 0, 4);
    assert_true(f.jump);
    assert_in_range(f.point, 11000, 13000);
    /* What once was foretold as 64 million. */
    static const int64_t from_nought[] = {0, 0, 0, 1, 100, 100, 100, 100};
    f = forecast_sum(from_nought, 8, 0, 8);
    assert_in_range(f.point, 500, 2000);
}

static void test_huge_and_empty_series_stay_within_64_bits(void **state)
{
    (void)state;
    int64_t v[12];
    for (int i = 0; i < 12; i++)
        v[i] = INT64_C(100000000000000000);
    struct forecast f = forecast_sum(v, 12, 0, 12);
    assert_true(f.low > 0 && f.high >= f.point);
    for (int i = 0; i < 12; i++)
        v[i] = i < 8 ? 1 : INT64_C(100000000000000000);
    f = forecast_sum(v, 12, 0, 12);
    assert_true(f.point >= 0 && f.low <= f.point && f.point <= f.high);
    for (int i = 0; i < 12; i++)
        v[i] = 0;
    f = forecast_sum(v, 12, 0, 4);
    assert_true(f.known);
    assert_int_equal(f.high, 0);
    assert_int_equal(forecast_chance(&f, 1), 0);
}

/* 10 % above the point with a spread of 10 %: one deviation, 15.87 %; as much below: 84.13 %. */
static void test_chances(void **state)
{
    (void)state;
    struct forecast f = {.known = true, .point = 1000000, .spread_ppm = 100000};
    assert_int_equal(forecast_chance(&f, 1100000), 16);
    assert_int_equal(forecast_chance(&f, 1000000), 50);
    assert_int_equal(forecast_chance(&f, 909091), 84);
    assert_int_equal(forecast_chance(&f, 0), 100); /* reached already */
    assert_int_equal(forecast_chance(&f, 1), 99);
    assert_int_equal(forecast_chance(&f, INT64_MAX), 1);
}

static void test_earlier_forecasts_are_held_against_what_came(void **state)
{
    (void)state;
    struct forecast_test test[FORECAST_QUARTERS_MAX];
    int64_t v[16];
    for (int i = 0; i < 16; i++)
        v[i] = 1000;
    v[15] = 2000;
    assert_int_equal(forecast_tests(v, 11, 0, 4, test), 0);
    assert_int_equal(forecast_tests(v, 16, 0, 4, test), 5); /* from 8, 9, 10, 11 and 12 quarters */
    assert_int_equal(test[0].known, 8);
    assert_true(test[0].within);
    assert_int_equal(test[4].came, 5000);
    assert_false(test[4].within);
}

/* ---- the trial --------------------------------------------------------------------------------
 */

static uint64_t seed;
static int64_t drawn(int64_t least, int64_t most)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return least + (int64_t)((seed >> 33) % (uint64_t)(most - least + 1));
}

/* About normal, its deviation in ppm. */
static int64_t noise(int64_t deviation)
{
    int64_t sum = 0;
    for (int i = 0; i < 12; i++)
        sum += drawn(0, PPM);
    return (sum - 6 * PPM) * deviation / PPM;
}

enum kind { GROWTH, FLAT, S_CURVE, SPIKE, JUMP, DECLINE, KINDS };
enum { LONGEST = 16, AHEAD = 8 };

/* 1 / (1 + e^-x) in ppm at halves from -4 to 4. */
static int64_t logistic(int64_t halves)
{
    static const int64_t at[] = {17986, 29312, 47426, 75858, 119203, 182426, 268941, 377541, 500000,
        622459, 731059, 817574, 880797, 924142, 952574, 970688, 982014};
    int64_t i = halves + 8;
    return at[i < 0 ? 0 : i > 16 ? 16 : i];
}

static void series_make(enum kind kind, int known, int64_t v[LONGEST + AHEAD])
{
    int64_t base = drawn(100000, 100000000), rate = drawn(30000, 120000);
    int64_t rough = drawn(40000, 180000), season = drawn(0, 1) ? drawn(0, 300000) : 0;
    int64_t at = drawn(3, known - 3), times = drawn(2500000, 6000000),
            middle = drawn(known * 4 / 10, known * 7 / 10);
    int64_t level = base;
    for (int t = 0; t < known + AHEAD; t++) {
        static const int share[] = {-3, -1, 1, 3};
        int64_t x = level;
        if (kind == S_CURVE)
            x = base / 5 + base * 2 / PPM * logistic(t - middle) +
                base * 2 % PPM * logistic(t - middle) / PPM;
        if ((kind == SPIKE && t == at) || (kind == JUMP && t >= at))
            x = base * (times / 1000) / 1000;
        x += x / 1000 * (season / 3 * share[t % 4] / 1000);
        x += x / 1000 * (noise(rough) / 1000);
        v[t] = x > 0 ? x : 0;
        if (kind == GROWTH)
            level += level * (rate / 1000) / 1000;
        if (kind == DECLINE)
            level -= level * (rate / 1000) / 1000;
    }
}

static int64_t seasonal_naive(const int64_t *v, int n, int ahead)
{
    int64_t sum = 0;
    for (int h = 0; h < ahead; h++)
        sum += v[n - 4 + h % 4];
    return sum;
}

/* Holt's, damped: level 1/2, trend 1/5, damping 9/10. */
static int64_t damped_trend(const int64_t *v, int n, int ahead)
{
    int64_t level = v[0], trend = v[1] - v[0], sum = 0;
    for (int t = 1; t < n; t++) {
        int64_t before = level;
        level = (v[t] + level + trend * 9 / 10) / 2;
        trend = (level - before) / 5 + trend * 9 / 10 * 4 / 5;
    }
    for (int h = 1; h <= ahead; h++) {
        trend = trend * 9 / 10;
        level += trend;
        sum += level > 0 ? level : 0;
    }
    return sum;
}

static int64_t error_ppm(int64_t told, int64_t came)
{
    int64_t away = told > came ? told - came : came - told;
    return came > 0 ? away * 1000 / (came / 1000 + 1) : 0;
}

/* 50 series of six kinds, 8, 12 and 16 quarters known, 4 and 8 ahead. */
static void test_it_does_better_than_plain_methods_and_its_range_holds(void **state)
{
    (void)state;
    int64_t own = 0, naive = 0, damped = 0;
    int n = 0, within = 0;
    for (int s = 0; s < 50; s++) {
        for (int known = 8; known <= LONGEST; known += 4) {
            for (int ahead = 4; ahead <= AHEAD; ahead += 4) {
                int64_t v[LONGEST + AHEAD], came = 0;
                seed = (uint64_t)(s * 1000 + known * 10 + ahead);
                series_make((enum kind)(s % KINDS), known, v);
                for (int h = 0; h < ahead; h++)
                    came += v[known + h];
                struct forecast f = forecast_sum(v, known, 0, ahead);
                assert_true(f.known && f.low < f.point && f.point < f.high);
                own += error_ppm(f.point, came);
                naive += error_ppm(seasonal_naive(v, known, ahead), came);
                damped += error_ppm(damped_trend(v, known, ahead), came);
                within += came >= f.low && came <= f.high;
                n++;
            }
        }
    }
    printf(
        "mean error %lld ppm, seasonal naive %lld, damped trend %lld; %d of %d within the range\n",
        (long long)(own / n), (long long)(naive / n), (long long)(damped / n), within, n);
    assert_true(own <= naive && own <= damped);
    assert_in_range(within * 100 / n, 70, 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_steady_series_goes_on),
        cmocka_unit_test(test_less_than_two_years_tell_nothing),
        cmocka_unit_test(test_one_spike_changes_little),
        cmocka_unit_test(test_after_a_jump_the_new_level_counts),
        cmocka_unit_test(test_huge_and_empty_series_stay_within_64_bits),
        cmocka_unit_test(test_chances),
        cmocka_unit_test(test_earlier_forecasts_are_held_against_what_came),
        cmocka_unit_test(test_it_does_better_than_plain_methods_and_its_range_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
