/* Firm size by the national standard: the test vectors worked from its table. */
#include "sheet.h"
#include "size.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

/* revenue and assets in 万元 as text; NULL: not known; employees < 0: not known */
static const char *size(
    const char *industry, int64_t employees, const char *revenue, const char *assets)
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

/* Codes at both ends of what each of the standard's 16 industries covers. */
static const char *const scopes[16][5] = {{"A01", "A05"}, {"B06", "B12", "C13", "C43", "D46"},
    {"E47", "E50"}, {"F51"}, {"F52"}, {"G54", "G58"}, {"G59"}, {"G60"}, {"H61"}, {"H62"},
    {"I63", "I64"}, {"I65"}, {"K7010"}, {"K7020"}, {"L71", "L72"},
    {"K7030", "M73", "N79", "O82", "Q85"}};

/* One firm of the given industry: metric which has n units less short (persons or fen). Only the
 * metrics of used are known; the others of them are beyond every bound. */
static enum firm_size probe(
    const char *industry, const char *used, char which, int64_t n, int64_t less)
{
    const int64_t huge = INT64_C(1000000000), fen = 1000000; /* fen of one 万元 */
    struct firm_metrics m = {.industry = str_of(industry)};
    m.employees_known = strchr(used, 'X');
    m.revenue_known = strchr(used, 'Y');
    m.assets_known = strchr(used, 'Z');
    m.employees = which == 'X' ? n - less : huge;
    m.revenue.fen = which == 'Y' ? n * fen - less : huge * fen;
    m.assets.fen = which == 'Z' ? n * fen - less : huge * fen;
    return firm_size(&m);
}

static void check_metric(const char *industry, const char *used, const struct str *cell)
{
    for (int i = 0; i < 3; i++) { /* lower bounds of large, medium, small */
        money bound;
        assert_true(money_parse(cell[1 + i], &bound));
        int64_t n = bound.fen / 100;
        assert_int_equal(probe(industry, used, cell[0].p[0], n, 0), SIZE_LARGE - i);
        assert_int_equal(probe(industry, used, cell[0].p[0], n, 1), SIZE_LARGE - i - 1);
    }
}

static void on_thresholds(void *arg, const struct sheet_row *row)
{
    const struct str *cell = row->cell;
    assert_int_equal(row->n, 10);
    if (row->number == 1)
        return;
    const char *const *names = scopes[row->number - 2];
    struct str used = arena_printf(a, "%s%s", cell[2].p, cell[6].p);
    for (int i = 0; i < 5 && names[i]; i++) {
        check_metric(names[i], used.p, &cell[2]);
        if (cell[6].n)
            check_metric(names[i], used.p, &cell[6]);
    }
    ++*(int *)arg;
}

static void test_every_bound_is_that_of_the_published_table(void **state)
{
    (void)state;
    static char text[4096];
    int rows = 0;
    struct err e;
    FILE *f = fopen("tests/data/sme_thresholds.csv", "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    assert_int_equal(fclose(f), 0);
    err_init(&e, a);
    struct sheet *sheet = sheet_new(SHEET_UTF8, on_thresholds, &rows);
    assert_true(sheet_feed(sheet, text, n, &e) && sheet_end(sheet, &e));
    sheet_free(sheet);
    assert_int_equal(rows, 16);
}

static void test_finance_education_health_and_public_bodies_have_no_size(void **state)
{
    (void)state;
    static const char *const outside[] = {
        "G53", "G5310", "J66", "J69", "P83", "Q84", "Q8411", "S91", "S96", "T97", "K70"};
    for (size_t i = 0; i < COUNT_OF(outside); i++)
        assert_string_equal(size(outside[i], 100, "1000", "1000"), "unknown");
    assert_string_equal(size("Q8514", 100, NULL, NULL), "medium"); /* social work is named */
    assert_string_equal(size("R90", 9, NULL, NULL), "micro");
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
        cmocka_unit_test(test_every_bound_is_that_of_the_published_table),
        cmocka_unit_test(test_finance_education_health_and_public_bodies_have_no_size),
        cmocka_unit_test(test_what_is_missing_leaves_the_size_unknown),
    };
    return unit_run(&a, tests);
}
