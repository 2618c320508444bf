/* Firm size by the national standard: the test vectors worked from its table. */
#include "unit.h"
#include "size.h"

static struct arena *a;

/* revenue and assets in 万元 as text; NULL: not known; employees < 0: not known */
static const char *size(const char *industry, int64_t employees, const char *revenue, const char *assets)
{
    struct firm_metrics m = {.industry = str_of(industry)};
    m.employees_known = employees >= 0;
    m.employees = employees;
    m.revenue_known = revenue && money_parse_scaled(str_of(revenue), 4, &m.revenue);
    m.assets_known = assets && money_parse_scaled(str_of(assets), 4, &m.assets);
    return firm_size_name(firm_size(&m));
}

static void test_industry_is_the_lower_of_staff_and_revenue(void **state)
{
    (void)state;
    assert_string_equal(size("C3973", 1000, "40000", NULL), "large");
    assert_string_equal(size("C3973", 999, "900000", NULL), "medium");
    assert_string_equal(size("C3973", 300, "1999", NULL), "small");
    assert_string_equal(size("C3973", 20, "300", NULL), "small");
    assert_string_equal(size("C3973", 19, "30000", NULL), "micro");
    assert_string_equal(size("C3973", 300, "1999.999999", NULL), "small");
}

static void test_software(void **state)
{
    (void)state;
    assert_string_equal(size("I6513", 100, "1000", NULL), "medium");
    assert_string_equal(size("I6513", 300, "9999.99", NULL), "medium");
}

static void test_real_estate_looks_at_revenue_and_assets(void **state)
{
    (void)state;
    assert_string_equal(size("K7010", -1, "200000", "9999"), "medium");
    assert_string_equal(size("K7010", -1, "100", "1999"), "micro");
    assert_string_equal(size("K7020", 1000, "5000", NULL), "large");
}

static void test_research_firms_are_judged_on_staff_alone(void **state)
{
    (void)state;
    assert_string_equal(size("M7340", 100, NULL, NULL), "medium");
    assert_string_equal(size("M7340", 9, "999999", NULL), "micro");
}

static void test_what_is_missing_leaves_the_size_unknown(void **state)
{
    (void)state;
    assert_string_equal(size("C3973", 100, NULL, NULL), "unknown");
    assert_string_equal(size("J66", 100, "1000", "1000"), "unknown");
    assert_string_equal(size("G53", 100, "1000", "1000"), "unknown");
    assert_string_equal(size("K70", 100, "1000", "1000"), "unknown");
    assert_string_equal(size("", 100, "1000", "1000"), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_industry_is_the_lower_of_staff_and_revenue),
        cmocka_unit_test(test_software),
        cmocka_unit_test(test_real_estate_looks_at_revenue_and_assets),
        cmocka_unit_test(test_research_firms_are_judged_on_staff_alone),
        cmocka_unit_test(test_what_is_missing_leaves_the_size_unknown),
    };
    return unit_run(&a, tests);
}
