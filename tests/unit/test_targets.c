/* Growth by both readings and totals, worked by hand and with exact fractions. */
#include "targets.h"
#include "unit.h"

static struct arena *a;

static struct target_answer growth(struct series s, int64_t ppm)
{
    struct target_answer t;
    target_evaluate(a, TARGET_GROWTH, ppm, &s, &t);
    return t;
}

/* +80 %, -20 %, +50 % on 100: 180, 144, 216. 216/100 = 2.16, its cube root 1.29266; (80-20+50)/3 =
 * 36.67. The plan's 30 % is passed by the mean and missed by the compound rate. */
static void test_one_reading_may_pass_where_the_other_fails(void **state)
{
    (void)state;
    struct target_answer t = growth((struct series){.first_year = 2021,
                                        .last_year = 2023,
                                        .as_of = quarter_make(2023, 4),
                                        .base_known = true,
                                        .base = 100,
                                        .year = {180, 144, 216}},
        300000);
    assert_string_equal(t.yoy[0].text.p, "80.00");
    assert_string_equal(t.yoy[1].text.p, "-20.00");
    assert_string_equal(t.yoy[2].text.p, "50.00");
    assert_string_equal(t.growth_compound.text.p, "29.27");
    assert_string_equal(t.growth_mean.text.p, "36.67");
    assert_int_equal(t.status_compound, TARGET_MISSED);
    assert_int_equal(t.status_mean, TARGET_MET);
    /* 100 x 1.3^3 = 219.7, rounded up */
    assert_int_equal(t.required_compound, 220);
    assert_int_equal(t.missing_compound, 4);
    /* 90 % in three rates, 60 % after two of them: 144 x 1.3 = 187.2 for the third */
    assert_int_equal(t.required_mean, 188);
    assert_int_equal(t.missing_mean, 0);
}

/* Shanghai 2021-2024 as published: 76.36, 121.53, 227.60, 320 (亿元); 190, 519, 1370, 2223.
 * Expected values by exact fractions: the mean of 329/190, 851/519, 853/1370 is 133.1299 %. */
static void test_published_shanghai_figures(void **state)
{
    (void)state;
    struct target_answer t = growth((struct series){.first_year = 2022,
                                        .last_year = 2024,
                                        .as_of = quarter_make(2024, 4),
                                        .base_known = true,
                                        .base = 7636,
                                        .year = {12153, 22760, 32000}},
        300000);
    assert_string_equal(t.growth_compound.text.p, "61.22");
    assert_string_equal(t.yoy[1].text.p, "87.28");
    assert_string_equal(t.yoy[2].text.p, "40.60");
    t = growth((struct series){.first_year = 2022,
                   .last_year = 2024,
                   .as_of = quarter_make(2024, 4),
                   .base_known = true,
                   .base = 190,
                   .year = {519, 1370, 2223}},
        200000);
    assert_string_equal(t.growth_compound.text.p, "127.02");
    assert_string_equal(t.growth_mean.text.p, "133.13");
    assert_string_equal(t.yoy[0].text.p, "173.16");
    assert_string_equal(t.yoy[1].text.p, "163.97");
    assert_int_equal(t.status_compound, TARGET_MET);
    t = growth((struct series){.first_year = 2022,
                   .last_year = 2023,
                   .as_of = quarter_make(2023, 4),
                   .base_known = true,
                   .base = INT64_C(763570000000),
                   .year = {INT64_C(1215300000000), INT64_C(2276000000000)}},
        300000);
    assert_string_equal(t.yoy[0].text.p, "59.16");
    assert_string_equal(t.yoy[1].text.p, "87.28");
    assert_string_equal(t.growth_compound.text.p, "72.65");
    t = growth((struct series){.first_year = 2022,
                   .last_year = 2023,
                   .as_of = quarter_make(2023, 4),
                   .base_known = true,
                   .base = 7636,
                   .year = {12153, 22760}},
        300000);
    assert_string_equal(t.growth_compound.text.p, "72.64");
    /* from 76.357, which printed as 76.36 gives 62.34 */
    t = growth((struct series){.first_year = 2022,
                   .last_year = 2024,
                   .as_of = quarter_make(2024, 4),
                   .base_known = true,
                   .base = 76357,
                   .year = {121530, 227600, 320000}},
        300000);
    assert_string_equal(t.growth_mean.text.p, "62.35");
    assert_string_equal(ratio_percent(a, 42549, 15000).text.p, "283.66");
}

/* 100, 120, 0, 300: the cube root of 3 is 1.44225; the third year has nothing to grow from. */
static void test_a_year_of_zero_leaves_the_compound_rate_but_no_mean(void **state)
{
    (void)state;
    struct target_answer t = growth((struct series){.first_year = 2021,
                                        .last_year = 2023,
                                        .as_of = quarter_make(2023, 4),
                                        .base_known = true,
                                        .base = 100,
                                        .year = {120, 0, 300}},
        300000);
    assert_string_equal(t.yoy[0].text.p, "20.00");
    assert_string_equal(t.yoy[1].text.p, "-100.00");
    assert_false(t.yoy[2].known);
    assert_string_equal(t.growth_compound.text.p, "44.22");
    assert_int_equal(t.status_compound, TARGET_MET);
    assert_false(t.growth_mean.known);
    assert_int_equal(t.status_mean, TARGET_NO_BASE);
    assert_int_equal(t.required_compound, 220);
}

/* Needed: 90 % in three yearly rates on 100. */
static void test_the_mean_spreads_what_is_still_needed(void **state)
{
    (void)state;
    struct series s = {.first_year = 2021,
        .last_year = 2023,
        .as_of = quarter_make(2021, 4),
        .base_known = true,
        .base = 100,
        .year = {180}};
    struct target_answer t = growth(s, 300000);
    assert_int_equal(t.required_mean, 199); /* 10 % in two: 180 x 1.05 x 1.05 = 198.45 */
    assert_int_equal(t.per_quarter_mean, 50);
    s.as_of = quarter_make(2022, 4);
    s.year[1] = 144;
    t = growth(s, 300000);
    assert_int_equal(t.required_mean, 188); /* 30 % in one: 187.2 */
    assert_int_equal(t.missing_mean, 188);
    assert_int_equal(t.per_quarter_mean, 47);
    s = (struct series){.first_year = 2021,
        .last_year = 2023,
        .as_of = quarter_make(2023, 4),
        .base_known = true,
        .base = 100,
        .year = {110, 110, 110}};
    t = growth(s, 300000);
    assert_int_equal(t.status_mean, TARGET_MISSED);
    assert_int_equal(t.required_mean, 198); /* 80 % in the last: 110 x 1.8 */
    assert_int_equal(t.missing_mean, 88);
    assert_int_equal(t.per_quarter_mean, 0); /* too late */
}

/* What cannot be written as a figure stays the largest one, also when spread over quarters. */
static void test_figures_beyond_measure_do_not_wrap(void **state)
{
    (void)state;
    struct target_answer t = growth((struct series){.first_year = 2021,
                                        .last_year = 2032,
                                        .as_of = quarter_make(2021, 4),
                                        .base_known = true,
                                        .base = INT64_C(1000000000000),
                                        .year = {INT64_C(1000000000000)}},
        100000000);
    assert_int_equal(t.required_compound, INT64_MAX);
    assert_int_equal(t.per_quarter_compound, INT64_C(2305843009213693952)); /* 2^61 */
    struct series s = {.first_year = 2021, .last_year = 2023, .as_of = quarter_make(2020, 4)};
    target_evaluate(a, TARGET_TOTAL, INT64_MAX, &s, &t);
    /* (2^63 - 1) / 12 = 768614336404564650.58 */
    assert_int_equal(t.per_quarter_total, INT64_C(768614336404564651));
}

static void test_without_a_base_nothing_is_guessed(void **state)
{
    (void)state;
    struct series s = {.first_year = 2021,
        .last_year = 2023,
        .as_of = quarter_make(2023, 4),
        .year = {100, 200, 300}};
    struct target_answer t = growth(s, 300000);
    assert_int_equal(t.status_compound, TARGET_NO_BASE);
    assert_int_equal(t.status_mean, TARGET_NO_BASE);
    assert_false(t.growth_compound.known);
    assert_false(t.yoy[0].known);
    assert_string_equal(t.yoy[1].text.p, "100.00");
    s.base_known = true; /* a base of zero is no base either */
    assert_int_equal(growth(s, 300000).status_compound, TARGET_NO_BASE);
}

static void test_a_threshold_is_compared_before_rounding(void **state)
{
    (void)state;
    struct series s = {.first_year = 2021,
        .last_year = 2021,
        .as_of = quarter_make(2021, 4),
        .base_known = true,
        .base = 1000000,
        .year = {1299999}};
    struct target_answer t = growth(s, 300000);
    assert_string_equal(t.growth_compound.text.p, "30.00");
    assert_int_equal(t.status_compound, TARGET_MISSED);
    s.year[0] = 1300000;
    assert_int_equal(growth(s, 300000).status_compound, TARGET_MET);
}

static void test_a_running_year_compares_with_the_same_quarters(void **state)
{
    (void)state;
    struct target_answer t = growth((struct series){.first_year = 2021,
                                        .last_year = 2023,
                                        .as_of = quarter_make(2022, 3),
                                        .base_known = true,
                                        .base = 100,
                                        .year = {130, 120, 0},
                                        .prior_to_date = 80,
                                        .prior_to_date_known = true},
        300000);
    assert_string_equal(t.yoy[1].text.p, "50.00");
    assert_false(t.yoy[2].known);
    assert_string_equal(t.growth_compound.text.p, "30.00");
    assert_int_equal(t.status_compound, TARGET_ON_TRACK);
    assert_int_equal(t.remaining_quarters, 5);
    /* 219.7 up to 220 in 2023, over its four quarters */
    assert_int_equal(t.per_quarter_compound, 55);
}

static void test_a_running_year_without_quarters_before_it_is_not_compared(void **state)
{
    (void)state;
    struct series s = {.first_year = 2021,
        .last_year = 2023,
        .as_of = quarter_make(2022, 3),
        .base_known = true,
        .base = 100,
        .year = {129, 500, 0},
        .prior_to_date = 80};
    struct target_answer t = growth(s, 300000);
    assert_false(t.yoy[1].known);
    assert_int_equal(t.complete_years, 1);
    assert_int_equal(t.status_compound, TARGET_AT_RISK); /* 29 % is all that is known */
    s.year[0] = 130;
    assert_int_equal(growth(s, 300000).status_compound, TARGET_ON_TRACK);
}

static void test_with_nothing_to_compare_yet_there_is_no_base(void **state)
{
    (void)state;
    struct target_answer t = growth((struct series){.first_year = 2021,
                                        .last_year = 2023,
                                        .as_of = quarter_make(2021, 2),
                                        .base_known = true,
                                        .base = 100,
                                        .year = {60}},
        300000);
    assert_int_equal(t.status_compound, TARGET_NO_BASE);
    assert_int_equal(t.status_mean, TARGET_NO_BASE);
    assert_int_equal(t.required_compound, 220);
}

/* 100 -> 150 -> ? -> 400: the cube root of 4 is 1.58740; without the second year there is no mean
 * and neither the second nor the third rate. */
static void test_a_year_not_told_leaves_what_does_not_need_it(void **state)
{
    (void)state;
    struct series s = {.first_year = 2021,
        .last_year = 2023,
        .as_of = quarter_make(2023, 4),
        .base_known = true,
        .base = 100,
        .year = {150, 70, 400},
        .year_missing = {false, true, false}};
    struct target_answer t = growth(s, 300000);
    assert_string_equal(t.yoy[0].text.p, "50.00");
    assert_false(t.yoy[1].known);
    assert_false(t.yoy[2].known);
    assert_string_equal(t.growth_compound.text.p, "58.74");
    assert_false(t.growth_mean.known);
    assert_int_equal(t.status_compound, TARGET_MET);
    assert_int_equal(t.status_mean, TARGET_NO_BASE);
}

/* 2023 has ended and is not told: 100 -> 125 -> 196 in two years is 40 % a year, by which the plan
 * is on track and not yet met; 100 -> 110 -> 121 is 10 %, at risk and not yet missed. */
static void test_nothing_is_final_before_the_last_year_is_told(void **state)
{
    (void)state;
    struct series s = {.first_year = 2021,
        .last_year = 2023,
        .as_of = quarter_make(2023, 4),
        .base_known = true,
        .base = 100,
        .year = {125, 196, 1},
        .year_missing = {false, false, true}};
    struct target_answer t = growth(s, 300000);
    assert_int_equal(t.complete_years, 2);
    assert_string_equal(t.growth_compound.text.p, "40.00");
    assert_int_equal(t.status_compound, TARGET_ON_TRACK);
    assert_false(t.yoy[2].known);
    s.year[0] = 110;
    s.year[1] = 121;
    t = growth(s, 300000);
    assert_string_equal(t.growth_compound.text.p, "10.00");
    assert_int_equal(t.status_compound, TARGET_AT_RISK);
}

/* 2022 is not told as a whole, its first two quarters are: 2023 so far doubles them, but a chain
 * over the hole would take two years for one. What is judged ends with 2021. */
static void test_a_running_year_behind_a_hole_does_not_count(void **state)
{
    (void)state;
    struct target_answer t = growth((struct series){.first_year = 2021,
                                        .last_year = 2023,
                                        .as_of = quarter_make(2023, 2),
                                        .base_known = true,
                                        .base = 100,
                                        .year = {129, 80, 100},
                                        .year_missing = {false, true, false},
                                        .prior_to_date = 50,
                                        .prior_to_date_known = true},
        300000);
    assert_int_equal(t.complete_years, 1);
    assert_int_equal(t.status_compound, TARGET_AT_RISK); /* 29 % */
    assert_string_equal(t.yoy[2].text.p, "100.00");      /* by itself it compares */
}

static struct bounds exactly(int64_t n)
{
    return (struct bounds){true, n, n};
}

static struct bounds at_least(int64_t n)
{
    return (struct bounds){true, n, INT64_MAX};
}

static void test_rising_every_year(void **state)
{
    (void)state;
    const struct bounds none = {0};
    struct bounds y[] = {exactly(10), exactly(11), exactly(12), exactly(13)};
    assert_int_equal(target_rising(y, 3, 3, none, none), TARGET_MET);
    y[2] = exactly(11); /* to stay is not to rise */
    assert_int_equal(target_rising(y, 3, 3, none, none), TARGET_MISSED);
    assert_int_equal(target_rising(y, 3, 1, none, none), TARGET_ON_TRACK);
    assert_int_equal(target_rising(y, 3, 1, exactly(5), exactly(5)), TARGET_AT_RISK);
    assert_int_equal(target_rising(y, 3, 1, exactly(6), exactly(5)), TARGET_ON_TRACK);
    assert_int_equal(target_rising(y, 3, 0, none, none), TARGET_NO_BASE);
    y[0] = none;
    y[2] = exactly(12);
    assert_int_equal(target_rising(y, 3, 3, none, none), TARGET_NO_BASE);
    y[3] = exactly(12); /* missed whatever the base was */
    assert_int_equal(target_rising(y, 3, 3, none, none), TARGET_MISSED);
}

/* Firms without a figure only add: 100 of some firms is at least 100. */
static void test_a_rise_is_proven_by_bounds(void **state)
{
    (void)state;
    const struct bounds none = {0};
    struct bounds y[] = {exactly(90), at_least(100), exactly(200), at_least(201)};
    assert_int_equal(target_rising(y, 3, 1, none, none), TARGET_ON_TRACK); /* 100 > 90 */
    assert_int_equal(target_rising(y, 3, 2, none, none), TARGET_NO_BASE);  /* 100 may be 250 */
    y[2] = exactly(100);
    assert_int_equal(
        target_rising(y, 3, 2, none, none), TARGET_MISSED); /* 100 is no more than 100 or more */
    y[1] = exactly(100);
    y[2] = exactly(200);
    assert_int_equal(target_rising(y, 3, 3, none, none), TARGET_MET);
    y[3] = at_least(200); /* may be 201 */
    assert_int_equal(target_rising(y, 3, 3, none, none), TARGET_NO_BASE);
}

static void test_totals(void **state)
{
    (void)state;
    struct series s = {
        .first_year = 2021, .last_year = 2023, .as_of = quarter_make(2022, 2), .year = {40, 34, 0}};
    struct target_answer t;
    target_evaluate(a, TARGET_TOTAL, 150, &s, &t);
    assert_int_equal(t.status_total, TARGET_AT_RISK); /* 74 of the 75 that half the time asks for */
    assert_int_equal(t.missing_total, 76);
    assert_int_equal(t.per_quarter_total, 13); /* 76 over 6 quarters, rounded up */
    s.year[1] = 35;
    target_evaluate(a, TARGET_TOTAL, 150, &s, &t);
    assert_int_equal(t.status_total, TARGET_ON_TRACK);
    s.year[1] = 110;
    target_evaluate(a, TARGET_TOTAL, 150, &s, &t);
    assert_int_equal(t.status_total, TARGET_MET);
    s.year[1] = 100;
    s.as_of = quarter_make(2023, 4);
    target_evaluate(a, TARGET_TOTAL, 150, &s, &t);
    assert_int_equal(t.status_total, TARGET_MISSED);
}

static void test_percentages_round_half_up_away_from_zero(void **state)
{
    (void)state;
    assert_string_equal(ratio_percent(a, 1, 800).text.p, "0.13"); /* 0.125 */
    assert_string_equal(ratio_percent(a, -1, 800).text.p, "-0.13");
    assert_string_equal(ratio_percent(a, 1, 3).text.p, "33.33");
    assert_string_equal(ratio_percent(a, 2, 3).text.p, "66.67");
    assert_string_equal(ratio_percent(a, -1, 1000000).text.p, "0.00");
    assert_false(ratio_percent(a, 1, 0).known);
}

/* In the third quarter of 2022: 53 after 10 in the same quarters of 2021; 30 % on 10 are 13, 53 are
 * 407.69 % of them. After the plan its last year stands for good. */
static void test_how_a_target_stands(void **state)
{
    (void)state;
    struct series s = {.first_year = 2021,
        .last_year = 2023,
        .as_of = quarter_make(2022, 3),
        .base_known = true,
        .base = 4,
        .year = {16, 53, 0},
        .prior_to_date_known = true,
        .prior_to_date = 10};
    struct target_now now = growth(s, 300000).now;
    assert_int_equal(now.year, 2022);
    assert_true(now.value_known && now.base_known && now.required_known);
    assert_int_equal(now.value, 53);
    assert_int_equal(now.base, 10);
    assert_int_equal(now.required, 13);
    assert_string_equal(now.growth.text.p, "430.00");
    assert_string_equal(now.progress.text.p, "407.69");
    s.year[2] = 106;
    for (int year = 2023; year < 2026; year++) {
        s.as_of = quarter_make(year, 4);
        now = growth(s, 300000).now;
        assert_int_equal(now.year, 2023);
        assert_int_equal(now.value, 106);
        assert_int_equal(now.base, 53);
        assert_int_equal(now.required, 69); /* 68.9, rounded up */
        assert_string_equal(now.growth.text.p, "100.00");
    }
    s.as_of = quarter_make(2020, 4); /* it has not begun */
    now = growth(s, 300000).now;
    assert_false(now.value_known || now.base_known || now.required_known);
    struct target_answer t;
    s.as_of = quarter_make(2023, 4);
    target_evaluate(a, TARGET_TOTAL, 350, &s, &t);
    assert_int_equal(t.now.value, 175);
    assert_string_equal(t.now.progress.text.p, "50.00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_a_target_stands),
        cmocka_unit_test(test_one_reading_may_pass_where_the_other_fails),
        cmocka_unit_test(test_published_shanghai_figures),
        cmocka_unit_test(test_without_a_base_nothing_is_guessed),
        cmocka_unit_test(test_a_threshold_is_compared_before_rounding),
        cmocka_unit_test(test_a_running_year_compares_with_the_same_quarters),
        cmocka_unit_test(test_a_running_year_without_quarters_before_it_is_not_compared),
        cmocka_unit_test(test_a_year_of_zero_leaves_the_compound_rate_but_no_mean),
        cmocka_unit_test(test_the_mean_spreads_what_is_still_needed),
        cmocka_unit_test(test_figures_beyond_measure_do_not_wrap),
        cmocka_unit_test(test_with_nothing_to_compare_yet_there_is_no_base),
        cmocka_unit_test(test_a_year_not_told_leaves_what_does_not_need_it),
        cmocka_unit_test(test_nothing_is_final_before_the_last_year_is_told),
        cmocka_unit_test(test_a_running_year_behind_a_hole_does_not_count),
        cmocka_unit_test(test_rising_every_year),
        cmocka_unit_test(test_a_rise_is_proven_by_bounds),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_percentages_round_half_up_away_from_zero),
    };
    return unit_run(&a, tests);
}
