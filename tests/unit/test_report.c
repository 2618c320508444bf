/* The catalogue of the quarterly report, and tables made of sums, worked by hand. */
#include "report.h"
#include "unit.h"

static struct arena *a;

/* ---- the catalogue --------------------------------------------------------------------------- */

static bool is_figure(const struct report_column *c)
{
    return c->from == FROM_FACTS || c->from == FROM_FIRMS || c->from == FROM_PLAN;
}

/* What is derived stands on figures of one kind, never on another derived column. */
static void check_column(const struct report_section *s, int i)
{
    const struct report_column *c = &s->columns[i];
    int n = report_columns(s);
    assert_true(c->zh && *c->zh && c->en && *c->en);
    assert_int_equal(report_column(s, str_of(c->key)), i);
    switch (c->from) {
    case FROM_FACTS:
    case FROM_FIRMS: assert_in_range(c->a, 1, REPORT_WIDTH); break;
    case FROM_SHARE:
    case FROM_GROWTH:
        assert_in_range(c->a, 0, n - 1);
        assert_in_range(c->b, 0, n - 1);
        assert_true(is_figure(&s->columns[c->a]) && is_figure(&s->columns[c->b]));
        assert_int_equal(s->columns[c->a].kind, s->columns[c->b].kind);
        assert_int_not_equal(c->a, c->b);
        break;
    case FROM_PART:
        assert_in_range(c->a, 0, n - 1);
        assert_true(is_figure(&s->columns[c->a]) && s->total);
        break;
    case FROM_PLAN:
        assert_in_range(c->a, 0, PLAN_CELLS - 1);
        assert_int_equal(s->rows, ROWS_TARGETS);
        return; /* figures and percentages alike */
    case FROM_TEXT:
    default: break;
    }
    bool percent = c->from == FROM_SHARE || c->from == FROM_GROWTH || c->from == FROM_PART;
    assert_int_equal(percent, c->kind == CELL_PERCENT);
}

static void check_keys(const struct report_section *s)
{
    assert_true(s->rows != ROWS_LISTED || s->keys);
    for (const struct report_key *k = s->keys; k && k->key; k++) {
        assert_ptr_equal(report_listed(s, str_of(k->key)), k);
        assert_true(*k->zh && *k->en);
        if (k->firms_of) {
            assert_non_null(report_listed(s, str_of(k->firms_of)));
            assert_int_equal(k->kind, CELL_COUNT);
        }
    }
}

static void test_the_catalogue_is_consistent(void **state)
{
    (void)state;
    int n = 0;
    for (const struct report_section *s = report_sections; s->name; s++, n++) {
        assert_ptr_equal(report_section(str_of(s->name)), s);
        assert_true(*s->zh && *s->en && *s->row_zh && *s->row_en);
        assert_in_range(s->chart_column, 0, report_columns(s) - 1);
        for (int i = 0; s->columns[i].key; i++)
            check_column(s, i);
        check_keys(s);
        for (const struct report_section *other = report_sections; other < s; other++)
            assert_string_not_equal(other->zh, s->zh); /* sheets of one workbook */
    }
    assert_in_range(n, 15, REPORT_SECTIONS_MAX);
    assert_null(report_section(STR("by_banks")));
    assert_string_equal(report_section_nearest(STR("by_banks")).p, "by_bank");
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const struct report_key keys[] = {
    {"x", "甲", "X", CELL_COUNT, NULL},
    {"y", "乙", "Y", CELL_COUNT, NULL},
    {NULL, NULL, NULL, CELL_COUNT, NULL},
};
enum { NOW, BEFORE, GREW, RATE, PART };
static const struct report_column columns[] = {
    {"now", "本", "Now", CELL_MONEY, FROM_FACTS, 1, 0},
    {"before", "前", "Before", CELL_MONEY, FROM_FACTS, 2, 0},
    {"grew", "增", "Grew", CELL_PERCENT, FROM_GROWTH, NOW, BEFORE},
    {"rate", "率", "Rate", CELL_PERCENT, FROM_SHARE, NOW, BEFORE},
    {"part", "占", "Part", CELL_PERCENT, FROM_PART, NOW, 0},
    {NULL, NULL, NULL, CELL_COUNT, FROM_FACTS, 0, 0},
};
static const struct report_section listed = {
    "listed", "列", "Listed", "行", "Row", columns, true, CHART_NONE, 0, ROWS_LISTED, keys};

static struct report_figures figures(const char *key, int64_t now, int64_t before)
{
    struct report_figures f = {.facts = 1};
    if (key)
        f.key = str_of(key);
    f.v[0] = (struct report_cell){.known = true, .n = now, .firms = 3};
    f.v[1] = (struct report_cell){.known = true, .n = before, .firms = 2};
    return f;
}

static bool make(
    const struct report_figures *row, int n, struct report_figures whole, struct report_table *out)
{
    return report_table_make(
        a, quarter_make(2022, 3), &listed, row, n, &whole, NULL, (struct str){NULL, 0}, false, out);
}

static void expect(const struct report_row *row, int column, int64_t n)
{
    assert_true(row->cell[column].known);
    assert_int_equal(row->cell[column].n, n);
}

/* 1,005 on 800: 25.625 % is 25.63; 795 on 800: -0.625 % is -0.63, away from nought. Of 1,800:
 * 55.8333 % and 44.1667 %. */
static void test_percentages_round_half_away_from_nought(void **state)
{
    (void)state;
    struct report_figures row[] = {figures("x", 1005, 800), figures("y", 795, 800)};
    struct report_table t;
    assert_true(make(row, 2, figures(NULL, 1800, 1600), &t));
    assert_int_equal(t.n, 2);
    assert_string_equal(t.row[0].title.p, "甲");
    expect(&t.row[0], GREW, 2563);
    expect(&t.row[0], RATE, 12563);
    expect(&t.row[0], PART, 5583);
    expect(&t.row[1], GREW, -63);
    expect(&t.row[1], PART, 4417);
    expect(&t.total, GREW, 1250);
    expect(&t.total, PART, 10000);
    assert_int_equal(t.row[0].cell[NOW].firms, 3);
}

static void test_without_a_base_there_is_no_growth(void **state)
{
    (void)state;
    struct report_figures row[] = {figures("x", 10, 0), figures("y", 10, -5)};
    struct report_table t;
    assert_true(make(row, 2, figures(NULL, 20, -5), &t));
    assert_false(t.row[0].cell[GREW].known);
    assert_false(t.row[1].cell[GREW].known); /* nor on a negative one */
    assert_false(t.total.cell[RATE].known);
}

static void test_what_the_catalogue_lists_is_there_and_what_is_found_follows(void **state)
{
    (void)state;
    struct report_figures row[] = {figures("z", 7, 7), figures("y", 3, 3)};
    struct report_table t;
    assert_true(make(row, 2, figures(NULL, 10, 10), &t));
    assert_int_equal(t.n, 3);
    expect(&t.row[0], NOW, 0); /* x: nothing was counted */
    assert_false(t.row[0].cell[GREW].known);
    expect(&t.row[1], NOW, 3);
    assert_string_equal(t.row[2].title.p, "z");
    expect(&t.row[2], NOW, 7);
}

static void test_rows_that_do_not_add_up_make_no_table(void **state)
{
    (void)state;
    struct report_figures row[] = {figures("x", 1, 2), figures("y", 3, 4)};
    struct report_table t;
    assert_true(make(row, 2, figures(NULL, 4, 6), &t));
    assert_false(make(row, 2, figures(NULL, 5, 6), &t));
    assert_false(make(row, 2, figures(NULL, 4, 7), &t));
    assert_false(make(row, 1, figures(NULL, 4, 6), &t));
    struct report_figures nothing = {.facts = 0};
    assert_true(make(NULL, 0, nothing, &t));
    expect(&t.total, NOW, 0);
    /* beyond 64 bits the sum of the rows is no total either */
    struct report_figures large[] = {figures("x", INT64_MAX, 0), figures("y", INT64_MAX, 0)};
    assert_false(make(large, 2, figures(NULL, -2, 0), &t));
}

static void test_what_is_not_known_stays_so(void **state)
{
    (void)state;
    struct report_figures row[] = {figures("x", 1, 0)}, whole = figures(NULL, 1, 0);
    struct report_table t;
    row[0].v[1].known = whole.v[1].known = false;
    assert_true(make(row, 1, whole, &t));
    assert_false(t.row[0].cell[BEFORE].known);
    assert_false(t.row[0].cell[GREW].known);
    assert_false(t.total.cell[BEFORE].known);
}

/* Targets stand as the plan says; beside them what is on record, where loans count for them. */
static void test_the_plan_says_how_its_targets_stand(void **state)
{
    (void)state;
    static const struct report_target targets[] = {
        {.key = {"T1", 2},
            .title = {"T1 One", 6},
            .money = true,
            .loans = true,
            .cell = {[PLAN_VALUE] = {.known = true, .n = 700},
                [PLAN_PROGRESS] = {.known = true, .n = 5377}}},
        {.key = {"T4.count", 8},
            .title = {"T4 Four: patents", 16},
            .cell = {[PLAN_VALUE] = {.known = true, .n = 12}}}};
    const struct report_plan plan = {.first_year = 2021, .n = 2, .target = targets};
    const struct report_section *s = report_section(STR("targets"));
    struct report_figures row[] = {figures("T1", 651, 1001)}, none = {0};
    struct report_table t;
    int records = report_column(s, STR("records"));
    assert_true(report_table_make(
        a, quarter_make(2022, 3), s, row, 1, &none, &plan, (struct str){NULL, 0}, true, &t));
    assert_int_equal(t.n, 2);
    assert_string_equal(t.row[0].title.p, "T1 One");
    assert_int_equal(t.row[0].kind, CELL_MONEY);
    expect(&t.row[0], report_column(s, STR("value")), 700);
    expect(&t.row[0], report_column(s, STR("progress")), 5377);
    expect(&t.row[0], records, 651);
    expect(&t.row[0], report_column(s, STR("records_last_year")), 1001);
    assert_false(t.row[0].cell[report_column(s, STR("base"))].known);
    expect(&t.row[1], report_column(s, STR("value")), 12);
    assert_false(t.row[1].cell[records].known); /* no loan counts for it */
}

static void test_quarters_and_districts(void **state)
{
    (void)state;
    const struct report_plan plan = {.first_year = 2021};
    struct report_figures none = {0};
    struct report_table t;
    const struct report_section *s = report_section(STR("by_quarter"));
    assert_true(report_table_make(
        a, quarter_make(2022, 2), s, NULL, 0, &none, &plan, (struct str){NULL, 0}, false, &t));
    assert_int_equal(t.n, 6);
    assert_string_equal(t.row[0].key.p, "2021Q1");
    assert_string_equal(t.row[5].key.p, "2022Q2");
    assert_true(report_table_make(
        a, quarter_make(2020, 4), s, NULL, 0, &none, &plan, (struct str){NULL, 0}, false, &t));
    assert_int_equal(t.n, 0);
    s = report_section(STR("by_district"));
    assert_true(report_table_make(
        a, quarter_make(2022, 2), s, NULL, 0, &none, &plan, (struct str){NULL, 0}, true, &t));
    assert_int_equal(t.n, 16);
    assert_true(report_table_make(
        a, quarter_make(2022, 2), s, NULL, 0, &none, &plan, STR("310115"), true, &t));
    assert_int_equal(t.n, 1);
    assert_string_equal(t.row[0].title.p, "Pudong");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_catalogue_is_consistent),
        cmocka_unit_test(test_percentages_round_half_away_from_nought),
        cmocka_unit_test(test_without_a_base_there_is_no_growth),
        cmocka_unit_test(test_what_the_catalogue_lists_is_there_and_what_is_found_follows),
        cmocka_unit_test(test_rows_that_do_not_add_up_make_no_table),
        cmocka_unit_test(test_what_is_not_known_stays_so),
        cmocka_unit_test(test_the_plan_says_how_its_targets_stand),
        cmocka_unit_test(test_quarters_and_districts),
    };
    return unit_run(&a, tests);
}
