/* Amounts, rates and their sharing: exact to the fen. */
#include "money.h"
#include "unit.h"

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

static void test_parts_add_up_and_odd_fen_go_to_the_largest_remainder(void **state)
{
    (void)state;
    /* 0.01 over 54:26:16:4 goes to the first; 100 over 1:1:1 is 34, 33, 33 (ties to the earlier);
     * 7 over 10:20:30 is 1.16, 2.33, 3.5: 1, 2, 4. */
    static const int64_t zhongshan[] = {54, 26, 16, 4}, even[] = {1, 1, 1}, rising[] = {10, 20, 30};
    int64_t part[4];
    money_allocate(1, zhongshan, 4, part);
    assert_int_equal(part[0], 1);
    assert_int_equal(part[1] + part[2] + part[3], 0);
    money_allocate(100, even, 3, part);
    assert_int_equal(part[0], 34);
    assert_int_equal(part[1], 33);
    assert_int_equal(part[2], 33);
    money_allocate(7, rising, 3, part);
    assert_int_equal(part[0], 1);
    assert_int_equal(part[1], 2);
    assert_int_equal(part[2], 4);
    money_allocate(INT64_MAX, zhongshan, 4, part);
    assert_int_equal(part[0] + part[1] + part[2] + part[3], INT64_MAX);
}

/* The first six are the examples of the Payment and Settlement Measures, annex 1. */
static void test_capital_numerals(void **state)
{
    (void)state;
    static const struct {
        int64_t fen;
        const char *said;
    } cases[] = {{140950, "人民币壹仟肆佰零玖元伍角整"}, {600714, "人民币陆仟零柒元壹角肆分"},
        {168032, "人民币壹仟陆佰捌拾元叁角贰分"}, {10700053, "人民币壹拾万柒仟元伍角叁分"},
        {1640902, "人民币壹万陆仟肆佰零玖元零贰分"}, {32504, "人民币叁佰贰拾伍元零肆分"},
        {2587500, "人民币贰万伍仟捌佰柒拾伍元整"}, {0, "人民币零元整"}, {5, "人民币伍分"},
        {50, "人民币伍角整"}, {1000000, "人民币壹万元整"}, {1000100, "人民币壹万零壹元整"},
        {1001000, "人民币壹万零壹拾元整"}, {10000000000, "人民币壹亿元整"},
        {10000000100, "人民币壹亿零壹元整"}, {10001000000, "人民币壹亿零壹万元整"},
        {100000000000000, "人民币壹万亿元整"},
        {99999999999999, "人民币玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(money_capital(a, (money){cases[i].fen}).p, cases[i].said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capital_numerals),
        cmocka_unit_test(test_parts_add_up_and_odd_fen_go_to_the_largest_remainder),
        cmocka_unit_test(test_amounts_are_read_exactly),
        cmocka_unit_test(test_anything_but_plain_yuan_is_refused),
        cmocka_unit_test(test_ten_thousands_of_yuan_convert_exactly),
        cmocka_unit_test(test_amounts_print_with_two_decimals),
        cmocka_unit_test(test_rates_keep_four_decimals_of_a_percent),
    };
    return unit_run(&a, tests);
}
