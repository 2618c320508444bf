/* Days and quarters of the civil calendar. */
#include "day.h"
#include "unit.h"

static struct arena *a;

static bool is_day(const char *s)
{
    day d;
    return day_parse(str_of(s), &d);
}

static void test_only_days_that_exist_are_read(void **state)
{
    (void)state;
    assert_true(is_day("2000-02-29"));
    assert_true(is_day("2024-02-29"));
    assert_true(is_day("1900-01-01"));
    assert_true(is_day("2199-12-31"));
    static const char *const bad[] = {"1900-02-29", "2100-02-29", "2024-02-30", "2023-02-29",
        "2022-13-01", "2022-00-10", "2022-04-31", "2022-4-1", "2022/04/01", "20220401", "",
        "2022-04-01 ", "1899-12-31", "2200-01-01", "２０２２-04-01"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(is_day(bad[i]));
}

static void test_days_count_from_1970(void **state)
{
    (void)state;
    day d;
    assert_int_equal(day_of(1970, 1, 1).n, 0);
    assert_int_equal(day_of(2000, 3, 1).n, 11017);
    assert_int_equal(day_of(1900, 1, 1).n, DAY_MIN.n);
    assert_int_equal(day_of(2199, 12, 31).n, DAY_MAX.n);
    assert_true(day_parse(STR("2022-07-01"), &d));
    assert_int_equal(d.n, 19174);
}

static void test_every_day_survives_printing_and_reading(void **state)
{
    (void)state;
    for (int32_t n = DAY_MIN.n; n <= DAY_MAX.n; n++) {
        day d = {0};
        assert_true(day_parse(day_text(a, (day){n}), &d));
        assert_int_equal(d.n, n);
        if (n % 1000 == 0)
            arena_reset(a);
    }
}

static void test_a_leap_day_becomes_the_28th_in_other_years(void **state)
{
    (void)state;
    assert_string_equal(day_text(a, day_add_years(day_of(2004, 2, 29), 20)).p, "2024-02-29");
    assert_string_equal(day_text(a, day_add_years(day_of(2004, 2, 29), 10)).p, "2014-02-28");
    assert_string_equal(day_text(a, day_add_years(day_of(2001, 3, 1), 20)).p, "2021-03-01");
}

static void test_quarters_have_their_days(void **state)
{
    (void)state;
    quarter q;
    assert_true(quarter_parse(STR("2022Q3"), &q));
    assert_string_equal(day_text(a, quarter_first(q)).p, "2022-07-01");
    assert_string_equal(day_text(a, quarter_last(q)).p, "2022-09-30");
    assert_string_equal(quarter_text(a, q).p, "2022Q3");
    assert_int_equal(quarter_of(day_of(2022, 9, 30)).n, q.n);
    assert_int_equal(quarter_of(day_of(2022, 10, 1)).n, q.n + 1);
    assert_int_equal(quarter_make(2022, 4).n + 1, quarter_make(2023, 1).n);
    static const char *const bad[] = {
        "2022Q0", "2022Q5", "2022q1", "22Q1", "2022-Q1", "2022Q11", ""};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(quarter_parse(str_of(bad[i]), &q));
}

static void test_instants_need_a_zone(void **state)
{
    (void)state;
    int64_t us;
    assert_true(instant_parse(STR("1970-01-01T00:00:00Z"), &us));
    assert_int_equal(us, 0);
    assert_true(instant_parse(STR("2022-07-01T09:30:00+08:00"), &us)); /* 2022-07-01T01:30:00Z */
    assert_int_equal(us, INT64_C(1656639000000000));
    assert_true(instant_parse(STR("2022-07-01T09:30:00 08:00"), &us));
    assert_int_equal(us, INT64_C(1656639000000000));
    assert_true(instant_parse(STR("2022-06-30T20:30:00.000001-05:00"), &us));
    assert_int_equal(us, INT64_C(1656639000000001));
    static const char *const bad[] = {"2022-07-01T09:30:00", "2022-07-01", "2022-07-01T25:00:00Z",
        "2022-07-01T09:60:00Z", "2022-07-01T09:30:60Z", "2022-07-01T09:30:00+99:99",
        "2022-07-01T09:30:00.--Z", "2022-07-01T09:30:00.Z", "2022-07-01T09:30:00.1234567Z",
        "2022-07-01T09:30:00-", "2022-02-30T09:30:00Z", "2022-07-01 09:30:00Z",
        "2022-07-01T09:30:00+0800", "2022-07-01T09:30:00Zx"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(instant_parse(str_of(bad[i]), &us));
}

static void test_times_of_day_are_seconds(void **state)
{
    (void)state;
    int second = -1;
    assert_true(time_of_day_parse(STR("00:00"), &second));
    assert_int_equal(second, 0);
    assert_true(time_of_day_parse(STR("02:30"), &second));
    assert_int_equal(second, 9000);
    assert_true(time_of_day_parse(STR("23:59:59"), &second));
    assert_int_equal(second, 86399);
    static const char *const bad[] = {"24:00", "02:60", "02:30:60", "2:30", "02:30:", "02:30:1",
        "02-30", "02:30:00:00", "02:3a", "off", "02", ""};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(time_of_day_parse(str_of(bad[i]), &second));
    assert_int_equal(second, 86399); /* untouched */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_days_that_exist_are_read),
        cmocka_unit_test(test_days_count_from_1970),
        cmocka_unit_test(test_every_day_survives_printing_and_reading),
        cmocka_unit_test(test_a_leap_day_becomes_the_28th_in_other_years),
        cmocka_unit_test(test_quarters_have_their_days),
        cmocka_unit_test(test_instants_need_a_zone),
        cmocka_unit_test(test_times_of_day_are_seconds),
    };
    return unit_run(&a, tests);
}
