/*
 * Small tables of the real catalogue, suppressed by hand. A figure is written as its amount and the
 * firms behind it; the number of loans is the number of firms.
 */
#include "report.h"
#include "unit.h"
#include <string.h>

static struct arena *a;
static struct report *r;

static void report_new(int year, int q)
{
    r = arena_alloc(a, sizeof *r);
    r->quarter = quarter_make(year, q);
    r->table = arena_alloc(a, 8 * sizeof *r->table);
}

/* Every cell is known and nought. */
static void row_make(const struct report_section *s, struct report_row *row, const char *key)
{
    row->key = str_of(key);
    row->kind = strcmp(key, "amount") == 0 ? CELL_MONEY : CELL_COUNT;
    row->cell = arena_alloc(a, (size_t)report_columns(s) * sizeof *row->cell);
    for (int i = 0; i < report_columns(s); i++)
        row->cell[i].known = true;
}

static struct report_table *table_add(const char *name, const char *const *keys)
{
    struct report_table *t = &r->table[r->n++];
    t->section = report_section(str_of(name));
    assert_non_null(t->section);
    t->row = arena_alloc(a, 8 * sizeof *t->row);
    for (; keys[t->n]; t->n++)
        row_make(t->section, &t->row[t->n], keys[t->n]);
    if (t->section->total)
        row_make(t->section, &t->total, "");
    return t;
}

static struct report_cell *cell(struct report_table *t, const char *key, const char *column)
{
    int i = report_column(t->section, str_of(column));
    assert_true(i >= 0);
    for (int row = 0; row < t->n; row++) {
        if (str_is(t->row[row].key, key))
            return &t->row[row].cell[i];
    }
    assert_true(strcmp(key, "total") == 0);
    return &t->total.cell[i];
}

static void set(
    struct report_table *t, const char *key, const char *column, int64_t n, int64_t firms)
{
    cell(t, key, column)->n = n;
    cell(t, key, column)->firms = firms;
}

/* The amount of the quarter, and its loans and firms. */
static void lend(struct report_table *t, const char *key, int64_t amount, int64_t firms)
{
    set(t, key, "amount", amount, firms);
    set(t, key, "count", firms, firms);
    set(t, key, "firms", firms, firms);
}

/* Keys of the rows whose cell is missing, "total" for that of the total row. */
static const char *hidden(struct report_table *t, const char *column)
{
    struct buf out;
    buf_init(&out, a);
    for (int i = 0; i < t->n; i++) {
        if (cell(t, t->row[i].key.p, column)->suppressed)
            buf_printf(&out, "%s%s", out.n ? " " : "", t->row[i].key.p);
    }
    if (t->total.cell && cell(t, "total", column)->suppressed)
        buf_printf(&out, "%stotal", out.n ? " " : "");
    return arena_text(a, out.n ? buf_view(&out).p : "").p;
}

static const char *const abcd[] = {"a", "b", "c", "d", NULL};

static void test_one_that_is_missing_takes_the_smallest_other_along(void **state)
{
    (void)state;
    report_new(2022, 3);
    struct report_table *t = table_add("by_district", abcd);
    lend(t, "a", 100, 2);
    lend(t, "b", 900, 9);
    lend(t, "c", 300, 4);
    lend(t, "total", 1300, 15);
    report_suppress(a, r);
    assert_true(r->public_only);
    assert_string_equal(hidden(t, "amount"), "a c"); /* not d: nought protects nothing */
    assert_string_equal(hidden(t, "count"), "a c");
    assert_string_equal(hidden(t, "firms"), "a c");
    assert_string_equal(hidden(t, "amount_share"), "a c");
    assert_string_equal(hidden(t, "count_share"), "a c");
    assert_string_equal(hidden(t, "amount_yoy"), "a c");
    assert_string_equal(hidden(t, "amount_last_year"), "");
    assert_string_equal(hidden(t, "amount_ytd"), "");
}

static void test_two_firms_in_two_rows_could_find_each_other(void **state)
{
    (void)state;
    report_new(2022, 3);
    struct report_table *t = table_add("by_bank", abcd);
    lend(t, "a", 100, 1);
    lend(t, "b", 200, 1);
    lend(t, "c", 500, 5);
    lend(t, "d", 600, 6);
    lend(t, "total", 1400, 13);
    report_suppress(a, r);
    assert_string_equal(hidden(t, "amount"), "a b c");
}

static void test_rows_that_hold_three_firms_together_are_enough(void **state)
{
    (void)state;
    /* 1 and 2 firms; of the whole's nine the shown rows can hold six at most. */
    report_new(2022, 3);
    struct report_table *t = table_add("by_bank", abcd);
    lend(t, "a", 100, 1);
    lend(t, "b", 200, 2);
    lend(t, "c", 500, 6);
    lend(t, "total", 800, 9);
    report_suppress(a, r);
    assert_string_equal(hidden(t, "amount"), "a b");
    /* The same rows, but one firm borrows from both: the whole has eight. */
    report_new(2022, 3);
    t = table_add("by_bank", abcd);
    lend(t, "a", 100, 1);
    lend(t, "b", 200, 2);
    lend(t, "c", 500, 6);
    lend(t, "total", 800, 8);
    report_suppress(a, r);
    assert_string_equal(hidden(t, "amount"), "a b c");
}

static void test_three_firms_are_shown_and_nobodys_money_is(void **state)
{
    (void)state;
    report_new(2022, 3);
    struct report_table *t = table_add("by_district", abcd);
    lend(t, "a", 100, 3);
    lend(t, "b", 200, 3);
    lend(t, "total", 300, 6);
    struct report_table *fund = table_add("fund", abcd);
    set(fund, "a", "opening", 5000, 0);
    set(fund, "total", "opening", 5000, 0);
    set(fund, "a", "compensation", -70, 1);
    set(fund, "b", "compensation", -80, 7);
    set(fund, "total", "compensation", -150, 8);
    report_suppress(a, r);
    assert_string_equal(hidden(t, "amount"), "");
    assert_string_equal(hidden(fund, "opening"), "");
    assert_string_equal(hidden(fund, "compensation"), "a b");
}

static void test_a_total_of_two_firms_is_missing_with_all_its_rows(void **state)
{
    (void)state;
    report_new(2022, 3);
    struct report_table *t = table_add("by_district", abcd);
    lend(t, "a", 100, 1);
    lend(t, "b", 200, 1);
    lend(t, "total", 300, 2);
    report_suppress(a, r);
    assert_string_equal(hidden(t, "amount"), "a b total");
    assert_string_equal(hidden(t, "firms"), "a b total");
}

/* District b lends 300 through bank y alone, and bank y nowhere else. */
static void test_the_only_bank_of_a_district_is_missing_with_it(void **state)
{
    static const char *const banks[] = {"x", "y", "z", NULL};
    (void)state;
    report_new(2022, 3);
    struct report_table *t = table_add("by_district", abcd), *bank = table_add("by_bank", banks);
    lend(t, "a", 100, 2);
    lend(t, "b", 300, 3);
    lend(t, "c", 600, 6);
    lend(t, "total", 1000, 11);
    lend(bank, "x", 400, 6);
    lend(bank, "y", 300, 3);
    lend(bank, "z", 300, 4); /* as much, of other firms */
    lend(bank, "total", 1000, 11);
    report_suppress(a, r);
    assert_string_equal(hidden(t, "amount"), "a b");
    assert_string_equal(hidden(bank, "amount"), "y z"); /* y as b's twin, z so that y is none */
    assert_string_equal(hidden(bank, "count"), "y z");
}

static void test_a_half_year_does_not_tell_its_first_quarter(void **state)
{
    (void)state;
    report_new(2022, 2);
    struct report_table *t = table_add("by_district", abcd);
    lend(t, "a", 500, 5);
    set(t, "a", "amount_previous", 100, 1);
    set(t, "a", "count_previous", 1, 1);
    set(t, "a", "amount_ytd", 600, 6);
    lend(t, "b", 700, 7);
    set(t, "b", "amount_ytd", 700, 7);
    lend(t, "c", 800, 8);
    set(t, "c", "amount_previous", 410, 4);
    set(t, "c", "amount_ytd", 1210, 11);
    lend(t, "total", 2000, 20);
    set(t, "total", "amount_previous", 510, 5);
    set(t, "total", "amount_ytd", 2510, 24);
    report_suppress(a, r);
    assert_string_equal(hidden(t, "amount_previous"), "a c");
    /* 600 - 500 would tell a's 100, 1210 - 800 c's 410; the quarter's total holds them both. */
    assert_string_equal(hidden(t, "amount"), "a c");
    assert_string_equal(hidden(t, "amount_ytd"), "");
    assert_string_equal(hidden(t, "amount_qoq"), "a c");
    /* In a third quarter the year holds one more, which is not printed here. */
    r->n = 0;
    report_new(2022, 3);
    t = table_add("by_district", abcd);
    lend(t, "a", 500, 5);
    set(t, "a", "amount_previous", 100, 1);
    set(t, "a", "amount_ytd", 640, 6);
    report_suppress(a, r);
    assert_string_equal(hidden(t, "amount"), "");
}

static void test_the_trend_does_not_tell_a_quarter_of_the_year(void **state)
{
    static const char *const measures[] = {"count", "amount", "firms", NULL};
    static const char *const quarters[] = {"2021Q4", "2022Q1", "2022Q2", "2022Q3", NULL};
    (void)state;
    report_new(2022, 3);
    struct report_table *head = table_add("headline", measures);
    struct report_table *trend = table_add("by_quarter", quarters);
    set(head, "amount", "quarter", 900, 9);
    set(head, "count", "quarter", 9, 9);
    set(head, "firms", "quarter", 9, 9);
    set(head, "amount", "previous", 400, 4);
    set(head, "count", "previous", 4, 4);
    set(head, "amount", "ytd", 1350, 14);
    set(head, "amount", "total", 2000, 20);
    lend(trend, "2021Q4", 650, 6);
    lend(trend, "2022Q1", 50, 2);
    lend(trend, "2022Q2", 400, 4);
    lend(trend, "2022Q3", 900, 9);
    set(trend, "2022Q2", "amount_previous", 50, 2);
    set(trend, "2022Q3", "amount_previous", 400, 4);
    report_suppress(a, r);
    assert_string_equal(hidden(trend, "amount"), "2022Q1 2022Q2");
    assert_string_equal(hidden(trend, "count"), "2022Q1 2022Q2");
    /* Where the same quarters stand as somebody's quarter before. */
    assert_string_equal(hidden(trend, "amount_previous"), "2022Q2 2022Q3");
    assert_string_equal(hidden(head, "previous"), "count amount firms");
    assert_string_equal(hidden(head, "qoq"), "count amount firms");
    assert_string_equal(hidden(head, "quarter"), "");
    assert_string_equal(hidden(head, "ytd"), "");
}

/* What a reader can do with the rest: any one missing row of a column, when it is alone. */
static void test_no_column_with_a_total_is_left_with_one_gap(void **state)
{
    static const char *const many[] = {"a", "b", "c", "d", "e", "f", "g", NULL};
    (void)state;
    uint64_t seed = 20220930;
    for (int round = 0; round < 2000; round++) {
        report_new(2022, 1 + (int)(unit_random(&seed) % 4));
        struct report_table *t = table_add("by_district", many);
        int64_t sum = 0, all = 0;
        for (int i = 0; i < t->n; i++) {
            int64_t firms = (int64_t)(unit_random(&seed) % 6);
            int64_t amount = firms ? 1 + (int64_t)(unit_random(&seed) % 1000) : 0;
            lend(t, many[i], amount, firms);
            sum += amount;
            all += firms;
        }
        lend(t, "total", sum, all);
        report_suppress(a, r);
        int gaps = 0;
        int64_t firms = 0;
        for (int i = 0; i < t->n; i++) {
            const struct report_cell *c = cell(t, many[i], "amount");
            assert_true(c->suppressed || c->firms == 0 || c->firms >= 3);
            gaps += c->suppressed;
            firms += c->suppressed ? c->firms : 0;
        }
        if (!cell(t, "total", "amount")->suppressed && gaps)
            assert_true(gaps > 1 && firms >= 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_that_is_missing_takes_the_smallest_other_along),
        cmocka_unit_test(test_two_firms_in_two_rows_could_find_each_other),
        cmocka_unit_test(test_rows_that_hold_three_firms_together_are_enough),
        cmocka_unit_test(test_three_firms_are_shown_and_nobodys_money_is),
        cmocka_unit_test(test_a_total_of_two_firms_is_missing_with_all_its_rows),
        cmocka_unit_test(test_the_only_bank_of_a_district_is_missing_with_it),
        cmocka_unit_test(test_a_half_year_does_not_tell_its_first_quarter),
        cmocka_unit_test(test_the_trend_does_not_tell_a_quarter_of_the_year),
        cmocka_unit_test(test_no_column_with_a_total_is_left_with_one_gap),
    };
    return unit_run(&a, tests);
}
