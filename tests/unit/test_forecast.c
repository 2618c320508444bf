/* Forecasts: points and ranges worked by hand, and what the back-test finds over many series. */
#include "forecast.h"
#include "unit.h"
#include <stdio.h>

static void test_a_quarter_grows_as_the_last_year_did(void **state)
{
    (void)state;
    /* Two years, 100 and 150 in all: growth 1.5. Next quarters: 15 × 1.5 = 22.5 -> 23, 30 × 1.5
     * = 45. */
    static const int64_t v[] = {10, 20, 30, 40, 15, 30, 45, 60};
    struct forecast f = forecast_sum(v, 8, 0, 2);
    assert_true(f.known && f.growth);
    assert_int_equal(f.point, 23 + 45);
    /* Two quarters passed over: 45 × 1.5 = 67.5 -> 68, 60 × 1.5 = 90. */
    assert_int_equal(forecast_sum(v, 8, 2, 2).point, 68 + 90);
    /* A year further on: 23 × 1.5 = 34.5 -> 35. */
    assert_int_equal(forecast_sum(v, 8, 4, 1).point, 35);
}

static void test_the_range_is_what_past_forecasts_missed_by(void **state)
{
    (void)state;
    /* From quarter 4 on the mean of the last four foretells the next: 100 each time; what came is
     * 80, then (100+100+100+80)/4 = 95 foretold and 114 came. Ratios 0.8 and 1.2. */
    static const int64_t v[] = {100, 100, 100, 100, 80, 114};
    struct forecast f = forecast_sum(v, 6, 0, 1);
    assert_int_equal(f.errors, 2);
    assert_false(f.growth);
    /* The mean of 100, 100, 80, 114 is 98.5 -> 99; × 0.8 = 79.2 -> 79; × 1.2 = 118.8 -> 119. */
    assert_int_equal(f.point, 99);
    assert_int_equal(f.low, 79);
    assert_int_equal(f.high, 119);
}

static void test_a_steady_series_is_foretold_exactly(void **state)
{
    (void)state;
    int64_t v[16];
    for (int i = 0; i < 16; i++)
        v[i] = 1000;
    struct forecast f = forecast_sum(v, 16, 0, 4);
    assert_int_equal(f.point, 4000);
    assert_int_equal(f.low, 4000);
    assert_int_equal(f.high, 4000);
    assert_int_equal(f.within, f.tested);
    assert_true(f.tested > 0);
}

static void test_little_is_known_of_a_short_series(void **state)
{
    (void)state;
    static const int64_t v[] = {10, 40, 20, 30};
    assert_false(forecast_sum(v, 3, 0, 1).known);
    struct forecast f = forecast_sum(v, 4, 0, 2);
    assert_true(f.known);
    assert_int_equal(f.errors, 0);
    assert_int_equal(f.point, 50); /* 2 × 25 */
    assert_int_equal(f.low, 20);
    assert_int_equal(f.high, 80);
    f = forecast_sum(v, 4, 0, 0);
    assert_true(f.known);
    assert_int_equal(f.point, 0);
}

static void test_huge_and_empty_series_stay_within_64_bits(void **state)
{
    (void)state;
    int64_t v[12];
    for (int i = 0; i < 12; i++)
        v[i] = i < 8 ? 1 : INT64_C(100000000000000000);
    struct forecast f = forecast_sum(v, 12, 0, 12);
    assert_int_equal(f.high, INT64_MAX);
    for (int i = 0; i < 12; i++)
        v[i] = 0;
    f = forecast_sum(v, 12, 0, 4);
    assert_true(f.known);
    assert_int_equal(f.high, 0);
}

static uint64_t seed = 20211;
static int64_t roll(int64_t least, int64_t most)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return least + (int64_t)((seed >> 33) % (uint64_t)(most - least + 1));
}

/* 2,000 series of 12 to 24 quarters: seasons, a growth of -10 % to +90 % a year, noise of ±25 % a
 * quarter. The four quarters held out lie in the range in about as many cases as it promises. */
static void test_what_comes_lies_in_the_range_as_often_as_promised(void **state)
{
    (void)state;
    int within = 0, all = 0, tested = 0, test_within = 0;
    for (int s = 0; s < 2000; s++) {
        int64_t v[28], season[4], level = roll(1000000, 100000000), growth = roll(900, 1900);
        int n = (int)roll(12, 24);
        for (int i = 0; i < 4; i++)
            season[i] = roll(700, 1300);
        for (int i = 0; i < n + 4; i++) {
            if (i && i % 4 == 0)
                level = level * growth / 1000;
            v[i] = level * season[i % 4] / 1000 * roll(750, 1250) / 1000;
        }
        struct forecast f = forecast_sum(v, n, 0, 4);
        int64_t came = v[n] + v[n + 1] + v[n + 2] + v[n + 3];
        all++;
        within += came >= f.low && came <= f.high;
        tested += f.tested;
        test_within += f.within;
    }
    printf("figure: forecast: %d of %d held-out years in the range (%d %%); back-test %d of %d (%d "
           "%%)\n",
        within, all, within * 100 / all, test_within, tested, test_within * 100 / tested);
    assert_true(within * 100 >= all * 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_quarter_grows_as_the_last_year_did),
        cmocka_unit_test(test_the_range_is_what_past_forecasts_missed_by),
        cmocka_unit_test(test_a_steady_series_is_foretold_exactly),
        cmocka_unit_test(test_little_is_known_of_a_short_series),
        cmocka_unit_test(test_huge_and_empty_series_stay_within_64_bits),
        cmocka_unit_test(test_what_comes_lies_in_the_range_as_often_as_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
