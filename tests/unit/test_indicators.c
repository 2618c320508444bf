/* What the figures of a year tell, and which are missing. */
#include "indicators.h"
#include "unit.h"

static struct arena *a;

static struct told_year year(int64_t whole, int64_t q1, int64_t q2, int64_t q3, int64_t q4)
{
    const int64_t quarters[] = {q1, q2, q3, q4}; /* -1: not told */
    struct told_year y = {.whole = {.known = whole >= 0, .value = whole}};
    for (int i = 0; i < 4; i++)
        y.quarter[i] = (struct told){.known = quarters[i] >= 0, .value = quarters[i]};
    return y;
}

static bool sums_to(struct told_year y, int n, int64_t want, bool all)
{
    int64_t sum = 0;
    bool fits = true, got = told_sum(&y, n, &sum, &fits);
    return fits && sum == want && got == all;
}

static void test_a_year_is_told_by_itself_or_by_four_quarters(void **state)
{
    (void)state;
    assert_true(sums_to(year(100, 20, 30, -1, -1), 4, 100, true));
    assert_true(sums_to(year(-1, 20, 30, 10, 0), 4, 60, true));
    assert_true(sums_to(year(-1, 20, 30, -1, 5), 4, 55, false));
    assert_true(sums_to(year(-1, -1, -1, -1, -1), 4, 0, false));
}

/* A figure of the whole year says nothing of its first two quarters. */
static void test_part_of_a_year_is_told_by_quarters_only(void **state)
{
    (void)state;
    assert_true(sums_to(year(100, 20, 30, -1, -1), 2, 50, true));
    assert_true(sums_to(year(100, 20, -1, 40, 40), 2, 20, false));
}

static void test_what_is_missing_is_named_once(void **state)
{
    (void)state;
    struct told_year none = year(-1, -1, -1, -1, -1), some = year(-1, 1, -1, 1, -1),
                     whole = year(5, -1, -1, -1, -1);
    assert_true(told_missing(&none, 4, 0)); /* the year, not its quarters one by one */
    assert_false(told_missing(&none, 4, 1));
    assert_true(told_missing(&none, 2, 1)); /* of a year that runs its quarters */
    assert_true(told_missing(&none, 2, 2));
    assert_false(told_missing(&none, 2, 3));
    assert_false(told_missing(&some, 4, 0));
    assert_true(told_missing(&some, 4, 2));
    assert_true(told_missing(&some, 4, 4));
    assert_false(told_missing(&some, 4, 3));
    for (int q = 0; q <= 4; q++)
        assert_false(told_missing(&whole, 4, q));
    assert_true(told_missing(&whole, 1, 1));
}

static void test_a_sum_beyond_64_bits_is_said(void **state)
{
    (void)state;
    struct told_year y = year(-1, INT64_MAX, 1, -1, -1);
    int64_t sum = 0;
    bool fits = true;
    (void)told_sum(&y, 2, &sum, &fits);
    assert_false(fits);
}

static void test_periods(void **state)
{
    (void)state;
    struct period p;
    assert_true(period_parse(STR("2022"), &p));
    assert_true(p.year == 2022 && p.quarter == 0);
    assert_string_equal(day_text(a, period_last(p)).p, "2022-12-31");
    assert_true(period_parse(STR("2022Q1"), &p));
    assert_true(p.year == 2022 && p.quarter == 1);
    assert_string_equal(day_text(a, period_last(p)).p, "2022-03-31");
    const char *const bad[] = {
        "", "22", "2022Q", "2022Q0", "2022Q5", "2022q1", "20221", "1899", "2200", "202x"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(period_parse(str_of(bad[i]), &p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_year_is_told_by_itself_or_by_four_quarters),
        cmocka_unit_test(test_part_of_a_year_is_told_by_quarters_only),
        cmocka_unit_test(test_what_is_missing_is_named_once),
        cmocka_unit_test(test_a_sum_beyond_64_bits_is_said),
        cmocka_unit_test(test_periods),
    };
    return unit_run(&a, tests);
}
