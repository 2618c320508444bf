/* Counts and durations as Prometheus reads them. */
#include "meter.h"
#include "unit.h"

static struct arena *a;

static const char *number(int64_t value, int64_t scale)
{
    struct buf b;
    buf_init(&b, a);
    meter_number(&b, value, scale);
    return buf_view(&b).p;
}

static void test_numbers_have_no_more_digits_than_they_need(void **state)
{
    (void)state;
    assert_string_equal(number(0, 1000000), "0");
    assert_string_equal(number(2500, 1000000), "0.0025");
    assert_string_equal(number(1000000, 1000000), "1");
    assert_string_equal(number(30000001, 1000000), "30.000001");
    assert_string_equal(number(-1500000, 1000000), "-1.5");
    assert_string_equal(number(-1, 1000000), "-0.000001");
    assert_string_equal(number(2048, 1), "2048");
}

static void test_a_value_counts_in_the_first_bucket_that_holds_it_and_in_all_above(void **state)
{
    struct histogram h = {0};
    struct buf b;
    (void)state;
    histogram_note(&h, &meter_seconds, 1000);     /* just within 1 ms */
    histogram_note(&h, &meter_seconds, 1001);     /* just beyond */
    histogram_note(&h, &meter_seconds, 30000001); /* beyond all */
    buf_init(&b, a);
    meter_histogram(&b, "x", "k=\"v\"", &h, &meter_seconds);
    const char *text = buf_view(&b).p;
    assert_non_null(strstr(text, "x_bucket{k=\"v\",le=\"0.001\"} 1\n"));
    assert_non_null(strstr(text, "x_bucket{k=\"v\",le=\"0.0025\"} 2\n"));
    assert_non_null(strstr(text, "x_bucket{k=\"v\",le=\"30\"} 2\n"));
    assert_non_null(strstr(text, "x_bucket{k=\"v\",le=\"+Inf\"} 3\n"));
    assert_non_null(strstr(text, "x_sum{k=\"v\"} 30.002002\nx_count{k=\"v\"} 3\n"));
}

static void test_without_labels_there_are_no_braces_but_for_the_bound(void **state)
{
    struct histogram h = {0};
    struct buf b;
    (void)state;
    buf_init(&b, a);
    meter_histogram(&b, "x", "", &h, &meter_sizes);
    meter_sample(&b, "y", "", 7);
    const char *text = buf_view(&b).p;
    assert_non_null(strstr(text, "x_bucket{le=\"1\"} 0\n"));
    assert_non_null(strstr(text, "x_sum 0\nx_count 0\ny 7\n"));
}

static void test_what_would_end_a_label_is_written_otherwise(void **state)
{
    (void)state;
    assert_string_equal(meter_label(a, STR("a\"b\\c\nd")).p, "a\\\"b\\\\c\\nd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_no_more_digits_than_they_need),
        cmocka_unit_test(test_a_value_counts_in_the_first_bucket_that_holds_it_and_in_all_above),
        cmocka_unit_test(test_without_labels_there_are_no_braces_but_for_the_bound),
        cmocka_unit_test(test_what_would_end_a_label_is_written_otherwise),
    };
    return unit_run(&a, tests);
}
