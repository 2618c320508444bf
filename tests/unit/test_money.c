/* Amounts, rates and their sharing: exact to the fen. */
#include "unit.h"
#include "money.h"

static struct arena *a;

static int64_t fen(const char *s)
{
    money m;
    return money_parse(str_of(s), &m) ? m.fen : INT64_MIN;
}

static void test_amounts_are_read_exactly(void **state)
{
    (void)state;
    assert_int_equal(fen("5000000.00"), 500000000);
    assert_int_equal(fen("5000000"), 500000000);
    assert_int_equal(fen("0"), 0);
    assert_int_equal(fen("0.5"), 50);
    assert_int_equal(fen("-0.01"), -1);
    assert_int_equal(fen("1000000000000.00"), MONEY_RECORD_MAX);
}

static void test_anything_but_plain_yuan_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "1.234", "01", "1,000", "1e3", " 1", "1 ", "+1", ".5",
        "5.", "--1", "-", "1.2.3", "0x10", "999999999999999999999", "NaN", "００"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(fen(bad[i]), INT64_MIN);
}

static void test_ten_thousands_of_yuan_convert_exactly(void **state)
{
    (void)state;
    money m;
    assert_true(money_parse_scaled(STR("0.000001"), 4, &m));
    assert_int_equal(m.fen, 1);
    assert_true(money_parse_scaled(STR("520"), 4, &m));
    assert_int_equal(m.fen, 520000000);
    assert_true(money_parse_scaled(STR("183825.8"), 4, &m));
    assert_int_equal(m.fen, 183825800000);
    assert_false(money_parse_scaled(STR("0.0000001"), 4, &m));
}

static void test_amounts_print_with_two_decimals(void **state)
{
    (void)state;
    assert_string_equal(money_text(a, (money){500000000}).p, "5000000.00");
    assert_string_equal(money_text(a, (money){-5}).p, "-0.05");
    assert_string_equal(money_text(a, (money){INT64_MIN}).p, "-92233720368547758.08");
}

static void test_rates_keep_four_decimals_of_a_percent(void **state)
{
    (void)state;
    rate r;
    assert_true(rate_parse(STR("3.65"), &r));
    assert_int_equal(r.ppm, 36500);
    assert_string_equal(rate_text(a, r).p, "3.65");
    assert_true(rate_parse(STR("3.4375"), &r));
    assert_string_equal(rate_text(a, r).p, "3.4375");
    assert_true(rate_parse(STR("4"), &r));
    assert_string_equal(rate_text(a, r).p, "4.00");
    assert_false(rate_parse(STR("3.65001"), &r));
    assert_false(rate_parse(STR("3.65%"), &r));
}

static void test_a_share_is_rounded_as_named(void **state)
{
    (void)state;
    money m;
    /* 0.50 yuan x 3 % = 0.015 yuan */
    assert_true(money_share((money){50}, (rate){30000}, ROUND_HALF_UP, &m));
    assert_int_equal(m.fen, 2);
    assert_true(money_share((money){50}, (rate){30000}, ROUND_DOWN, &m));
    assert_int_equal(m.fen, 1);
    assert_true(money_share((money){-50}, (rate){30000}, ROUND_HALF_UP, &m));
    assert_int_equal(m.fen, -2);
    assert_false(money_share((money){INT64_MAX}, (rate){2000000}, ROUND_DOWN, &m));
}

static void test_four_parties_share_a_loss_as_agreed(void **state)
{
    (void)state;
    static const int64_t weights[] = {54, 26, 16, 4};
    money out[4];
    assert_true(money_allocate((money){300000000}, weights, 4, out));
    assert_int_equal(out[0].fen, 162000000);
    assert_int_equal(out[1].fen, 78000000);
    assert_int_equal(out[2].fen, 48000000);
    assert_int_equal(out[3].fen, 12000000);
    assert_true(money_allocate((money){1}, weights, 4, out));
    assert_int_equal(out[0].fen, 1);
}

static void test_parts_always_sum_to_the_whole(void **state)
{
    (void)state;
    uint64_t seed = 20211112;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 200000; round++) {
        int64_t weights[7];
        money out[7];
        int n = (int)(unit_random(&seed) % 7) + 1;
        for (int i = 0; i < n; i++)
            weights[i] = (int64_t)(unit_random(&seed) % 1000000);
        weights[n - 1]++;
        money total = {(int64_t)(unit_random(&seed) % 1000000000000000)};
        assert_true(money_allocate(total, weights, n, out));
        int64_t sum = 0;
        for (int i = 0; i < n; i++)
            sum += out[i].fen;
        assert_int_equal(sum, total.fen);
    }
}

static void test_overflow_is_told_not_wrapped(void **state)
{
    (void)state;
    money m;
    assert_false(money_add((money){INT64_MAX}, (money){1}, &m));
    assert_false(money_sub((money){INT64_MIN}, (money){1}, &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amounts_are_read_exactly),
        cmocka_unit_test(test_anything_but_plain_yuan_is_refused),
        cmocka_unit_test(test_ten_thousands_of_yuan_convert_exactly),
        cmocka_unit_test(test_amounts_print_with_two_decimals),
        cmocka_unit_test(test_rates_keep_four_decimals_of_a_percent),
        cmocka_unit_test(test_a_share_is_rounded_as_named),
        cmocka_unit_test(test_four_parties_share_a_loss_as_agreed),
        cmocka_unit_test(test_parts_always_sum_to_the_whole),
        cmocka_unit_test(test_overflow_is_told_not_wrapped),
    };
    return unit_run(&a, tests);
}
