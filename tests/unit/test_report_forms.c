/*
 * A small report made by hand, in every form. The figures: Pudong lent 519 loans of 1,215.30 yuan
 * and one fen less a year before; a bank's name is an attack; amounts reach the edge of 64 bits.
 */
#include "report.h"
#include "unit.h"

static struct arena *a;

static const struct report_column measures[] = {
    {"count", "笔数", "Loans", CELL_COUNT, FROM_FACTS, 1, 0},
    {"amount", "金额", "Amount", CELL_MONEY, FROM_FACTS, 2, 0},
    {"amount_last_year", "上年同期金额", "Amount last year", CELL_MONEY, FROM_FACTS, 3, 0},
    {"amount_yoy", "同比", "Year on year", CELL_PERCENT, FROM_GROWTH, 1, 2},
    {"firms", "企业数", "Firms", CELL_COUNT, FROM_FIRMS, 0, 0},
    {"remark", "备注", "Remark", CELL_TEXT, FROM_TEXT, 0, 0}, {.key = NULL}};
static const struct report_column by_row[] = {
    {"quarter", "本季", "Quarter", CELL_BY_ROW, FROM_FACTS, 1, 0}, {.key = NULL}};
static const struct report_column progress[] = {
    {"progress", "完成率", "Progress", CELL_PERCENT, FROM_SHARE, 0, 0}, {.key = NULL}};
enum { HEADLINE, DISTRICT, TREND, TARGETS, EMPTY, SECTIONS };
static const struct report_section sections[SECTIONS] = {
    {"headline", "概览", "Headline", "指标", "Measure", by_row, false, CHART_NONE, 0, ROWS_FOUND,
        NULL},
    {"by_district", "分区", "By district", "区", "District", measures, true, CHART_BARS, 1,
        ROWS_FOUND, NULL},
    {"by_quarter", "分季度", "By quarter", "季度", "Quarter", measures, false, CHART_LINE, 1,
        ROWS_FOUND, NULL},
    {"targets", "目标", "Targets", "目标", "Target", progress, false, CHART_PROGRESS, 0, ROWS_FOUND,
        NULL},
    {"claims", "代偿", "Claims", "状态", "State", by_row, false, CHART_BARS, 0, ROWS_FOUND, NULL}};

static struct report_cell known(int64_t n)
{
    return (struct report_cell){.known = true, .n = n, .firms = 3};
}

static void row_make(struct report_row *row, const char *key, const char *title, int cells)
{
    row->key = str_of(key);
    row->title = str_of(title);
    row->cell = arena_alloc(a, (size_t)cells * sizeof *row->cell);
}

static void row_fill(struct report_row *row, int64_t count, int64_t amount, int64_t last_year)
{
    row->cell[0] = known(count);
    row->cell[1] = known(amount);
    row->cell[2] = known(last_year);
    row->cell[4] = known(3);
    row->cell[5] = (struct report_cell){.known = true, .text = STR("")};
}

static void district(struct report_table *t)
{
    t->n = 3;
    row_make(&t->row[0], "310115", "浦东新区", 6);
    row_fill(&t->row[0], 519, 121530, 121529);
    t->row[0].cell[3] = known(0);
    t->row[0].cell[5].text = STR("=HYPERLINK(\"x\")");
    row_make(&t->row[1], "31 0&1", "<script>alert('1')</script>, \"&", 6);
    row_fill(&t->row[1], 1, -5, 0);
    row_make(&t->row[2], "310101", "黄浦区", 6);
    row_fill(&t->row[2], 2, INT64_C(9000000000000000000), 7);
    for (int i = 0; i < 5; i++)
        t->row[2].cell[i].suppressed = true;
    row_make(&t->total, "", "", 6);
    row_fill(&t->total, 520, 121525, 121536);
    t->total.cell[3] = known(-1);
}

static struct report *report_make(void)
{
    struct report *r = arena_alloc(a, sizeof *r);
    *r = (struct report){.quarter = quarter_make(2022, 3),
        .as_of = day_of(2022, 9, 15),
        .known_at = STR("2022-10-11T09:30:00+08:00"),
        .basis = STR("signed_on"),
        .scope_zh = STR("全市"),
        .scope_en = STR("the whole city"),
        .as_of_asked = true,
        .known_at_asked = true,
        .n = SECTIONS};
    r->table = arena_alloc(a, SECTIONS * sizeof *r->table);
    for (int i = 0; i < SECTIONS; i++) {
        r->table[i].section = &sections[i];
        r->table[i].row = arena_alloc(a, 3 * sizeof *r->table[i].row);
    }
    struct report_table *t = &r->table[HEADLINE];
    t->n = 2;
    row_make(&t->row[0], "count", "笔数", 1);
    t->row[0].cell[0] = known(12345);
    row_make(&t->row[1], "amount", "金额", 1);
    t->row[1].kind = CELL_MONEY;
    t->row[1].cell[0] = known(INT64_C(1215300000000));
    district(&r->table[DISTRICT]);
    t = &r->table[TREND];
    t->n = 2;
    row_make(&t->row[0], "2022Q2", "2022Q2", 6);
    row_fill(&t->row[0], 3, INT64_C(2000000000000), 0);
    row_make(&t->row[1], "2022Q3", "2022Q3", 6);
    row_fill(&t->row[1], 4, INT64_C(1000000000000), 0);
    t = &r->table[TARGETS];
    t->n = 2;
    row_make(&t->row[0], "T3", "累计 150 亿元", 1);
    t->row[0].cell[0] = known(20000);
    row_make(&t->row[1], "T1", "年均增长 30%", 1);
    t->row[1].cell[0] = known(5000);
    return r;
}

static struct str written(const struct report *r, enum report_format f, bool english)
{
    struct buf out;
    buf_init(&out, a);
    switch (f) {
    case REPORT_JSON: report_json(r, english, &out); break;
    case REPORT_CSV: report_csv(r, english, &out); break;
    case REPORT_HTML: report_html(r, english, &out); break;
    case REPORT_XLSX: assert_true(report_xlsx(r, english, &out)); break;
    case REPORT_FORMAT_COUNT:
    default: fail();
    }
    return buf_view(&out);
}

static bool has(struct str s, const char *part)
{
    return strstr(s.p, part) != NULL;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static const struct json *at(const struct json *v, const char *path)
{
    for (const char *p = path; v && *p; p = strchr(p, '/') ? strchr(p, '/') + 1 : "") {
        struct str name = arena_str(a, p, strcspn(p, "/"));
        if (v->kind == JSON_OBJECT) {
            v = json_get(v, name.p);
        } else {
            v = v->child;
            for (int i = name.p[0] - '0'; v && i > 0; i--)
                v = v->next;
        }
    }
    return v;
}

static const struct json *parsed(const struct report *r)
{
    struct err e;
    err_init(&e, a);
    const struct json *v = json_parse(a, written(r, REPORT_JSON, false), &e);
    assert_non_null(v);
    return v;
}

static void test_json_says_what_each_figure_is(void **state)
{
    (void)state;
    const struct json *v = parsed(report_make());
    assert_string_equal(at(v, "quarter")->text.p, "2022Q3");
    assert_string_equal(at(v, "as_of")->text.p, "2022-09-15");
    assert_string_equal(at(v, "scope/en")->text.p, "the whole city");
    assert_int_equal(at(v, "sealed_at")->kind, JSON_NULL);
    assert_string_equal(at(v, "sections/1/columns/1/unit")->text.p, "yuan");
    assert_int_equal(at(v, "sections/1/rows/0/cells/count/value")->n, 519);
    assert_string_equal(at(v, "sections/1/rows/0/cells/amount/value")->text.p, "1215.30");
    assert_string_equal(at(v, "sections/1/rows/1/cells/amount/value")->text.p, "-0.05");
    assert_string_equal(at(v, "sections/1/total/cells/amount_yoy/value")->text.p, "-0.01");
    assert_string_equal(
        at(v, "sections/1/total/cells/amount_yoy/of/1")->text.p, "amount_last_year");
    assert_string_equal(at(v, "sections/0/rows/1/unit")->text.p, "yuan");
    assert_string_equal(at(v, "sections/0/rows/1/cells/quarter/value")->text.p, "12153000000.00");
    assert_int_equal(at(v, "sections/4/rows")->count, 0);
    assert_int_equal(at(v, "sections/4/total")->kind, JSON_NULL);
}

static void test_json_keeps_unknown_and_suppressed_apart(void **state)
{
    (void)state;
    const struct json *v = parsed(report_make());
    const struct json *unknown = at(v, "sections/1/rows/1/cells/amount_yoy");
    const struct json *hidden = at(v, "sections/1/rows/2/cells/amount");
    assert_int_equal(json_get(unknown, "value")->kind, JSON_NULL);
    assert_null(json_get(unknown, "suppressed"));
    assert_int_equal(json_get(hidden, "value")->kind, JSON_NULL);
    assert_true(json_get(hidden, "suppressed")->yes);
    assert_null(json_get(hidden, "rows"));
    assert_false(has(written(report_make(), REPORT_JSON, false), "90000000000000000"));
}

static void test_links_are_escaped_and_carry_the_clocks(void **state)
{
    (void)state;
    struct report *r = report_make();
    const struct report_table *t = &r->table[DISTRICT];
    assert_string_equal(report_link(a, r, t, &t->row[1], 1).p,
        "/v1/reports/quarterly/2022Q3/rows?section=by_district&row=31%200%261&column=amount"
        "&as_of=2022-09-15&known_at=2022-10-11T09%3A30%3A00%2B08%3A00");
    assert_null(report_link(a, r, t, &t->row[1], 3).p); /* a percentage */
    assert_null(report_link(a, r, t, &t->row[1], 5).p); /* a text */
    assert_non_null(report_link(a, r, t, &t->row[1], 4).p);
    r->as_of_asked = r->known_at_asked = false;
    r->basis_asked = true;
    assert_string_equal(report_link(a, r, t, &t->total, 0).p,
        "/v1/reports/quarterly/2022Q3/rows?section=by_district&column=count&basis=signed_on");
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static void test_csv_in_full(void **state)
{
    (void)state;
    struct report *r = report_make();
    r->table = &r->table[DISTRICT];
    r->n = 1;
    assert_string_equal(written(r, REPORT_CSV, false).p,
        "\xEF\xBB\xBF"
        "2022年第三季度知识产权质押融资报告\r\n"
        "统计范围,全市\r\n"
        "统计截至,2022-09-15\r\n"
        "记录截至,2022-10-11T09:30:00+08:00\r\n"
        "归入季度依据,合同签订日\r\n"
        "封存,未封存\r\n"
        "\r\n"
        "分区\r\n"
        "区,笔数,金额（元）,上年同期金额（元）,同比（%）,企业数,备注\r\n"
        "浦东新区,519,1215.30,1215.29,0.00,3,\"'=HYPERLINK(\"\"x\"\")\"\r\n"
        "\"<script>alert('1')</script>, \"\"&\",1,-0.05,0.00,—,3,\r\n"
        "黄浦区,*,*,*,*,*,\r\n"
        "合计,520,1215.25,1215.36,-0.01,3,\r\n");
}

static void test_csv_says_units_by_row_and_empty_sections(void **state)
{
    (void)state;
    struct str csv = written(report_make(), REPORT_CSV, true);
    assert_true(has(csv, "\r\nHeadline\r\nMeasure,Quarter\r\n笔数,12345\r\n金额 (yuan),"
                         "12153000000.00\r\n"));
    assert_true(has(csv, "\r\nClaims\r\nState,Quarter\r\nNo records in this period\r\n"));
    assert_true(has(csv, "Scope,the whole city\r\n"));
}

/* ---- HTML ----------------------------------------------------------------------------------- */

static void test_html_runs_nothing_and_shows_every_figure(void **state)
{
    (void)state;
    struct str html = written(report_make(), REPORT_HTML, false);
    assert_false(has(html, "<script"));
    assert_true(has(html, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;, &quot;&amp;"));
    assert_true(has(html, "row=31%200%261&amp;column=amount&amp;as_of=2022-09-15"));
    assert_true(has(html, ">1,215.30</a></td>"));
    assert_true(has(html, ">-0.05</a></td>"));
    assert_true(has(html, "<td class=\"none\">*</td>"));
    assert_true(has(html, "<td class=\"none\">—</td>"));
    assert_true(has(html, ">121.53亿元</p>"));
    assert_true(has(html, "本期无记录"));
    assert_false(has(html, "90000000000000000")); /* suppressed */
}

static void test_pictures_are_to_scale_and_say_their_figures(void **state)
{
    (void)state;
    struct str html = written(report_make(), REPORT_HTML, false);
    /* 200 亿 is the top of an axis in steps of 50; 100 亿 stands half way up its 180 pixels. */
    assert_true(has(html, "分季度：金额</title><desc id=\"d-by_quarter\">2022Q2 200.00亿元；2022Q3 "
                          "100.00亿元</desc>"));
    assert_true(has(html, "y=\"44\" width=\"36\" height=\"180\""));
    assert_true(has(html, "y=\"134\" width=\"36\" height=\"90\""));
    /* Twice the threshold: the mark of 100 % stands half way along. */
    assert_true(has(html, "累计 150 亿元 200.00%"));
    assert_true(has(html, "class=\"bar reached\""));
    assert_true(has(html, "role=\"img\""));
    /* A bar below nought has no length, one that is suppressed is not there. */
    assert_true(has(html, "浦东新区 1,215.30元；&lt;script&gt;"));
    assert_false(has(html, "黄浦区 "));
}

static void test_pictures_stay_within_64_bits(void **state)
{
    (void)state;
    struct report *r = report_make();
    struct report_table *t = &r->table[TREND];
    static const int64_t edges[] = {INT64_MAX, INT64_MIN, 0, 1, -1};
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        for (size_t j = 0; j < COUNT_OF(edges); j++) {
            t->row[0].cell[1].n = edges[i];
            t->row[1].cell[1].n = edges[j];
            r->table[TARGETS].row[0].cell[0].n = edges[i];
            r->table[DISTRICT].row[0].cell[1].n = edges[j];
            assert_true(has(written(r, REPORT_HTML, i % 2), "</html>"));
        }
    }
    t->n = 0;
    assert_false(has(written(r, REPORT_HTML, false), "d-by_quarter"));
}

/* What is in the cells is read back by another program in tests/it/test_report_forms.py. */
static void test_the_same_report_is_the_same_workbook(void **state)
{
    (void)state;
    for (int english = 0; english < 2; english++) {
        struct str first = written(report_make(), REPORT_XLSX, english);
        assert_true(str_starts(first, "PK\x03\x04"));
        assert_true(str_eq(first, written(report_make(), REPORT_XLSX, english)));
    }
    struct report *r = report_make();
    r->known_at = STR("2022-10-11T09:30:01+08:00"); /* a second later */
    struct str later = written(r, REPORT_XLSX, false);
    assert_false(str_eq(later, written(report_make(), REPORT_XLSX, false)));
}

static void test_a_workbook_holds_any_figure_and_none(void **state)
{
    (void)state;
    struct report *r = report_make();
    static const int64_t edges[] = {INT64_MAX, INT64_MIN, 0};
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        r->table[TREND].row[0].cell[1].n = edges[i];
        r->table[TREND].row[1].cell[1].n = edges[2 - i];
        r->table[DISTRICT].total.cell[1].n = edges[i];
        assert_true(written(r, REPORT_XLSX, false).n > 0);
    }
    r->n = 0;
    assert_true(written(r, REPORT_XLSX, false).n > 0);
}

static void test_formats_have_names(void **state)
{
    (void)state;
    enum report_format f;
    assert_true(report_format_parse(STR("html"), &f) && f == REPORT_HTML);
    assert_true(report_format_parse(STR("xlsx"), &f) && f == REPORT_XLSX);
    assert_false(report_format_parse(STR("pdf"), &f));
    assert_string_equal(report_type(REPORT_CSV), "text/csv; charset=utf-8");
    assert_string_equal(report_extension(REPORT_JSON), "json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_says_what_each_figure_is),
        cmocka_unit_test(test_json_keeps_unknown_and_suppressed_apart),
        cmocka_unit_test(test_links_are_escaped_and_carry_the_clocks),
        cmocka_unit_test(test_csv_in_full),
        cmocka_unit_test(test_csv_says_units_by_row_and_empty_sections),
        cmocka_unit_test(test_html_runs_nothing_and_shows_every_figure),
        cmocka_unit_test(test_pictures_are_to_scale_and_say_their_figures),
        cmocka_unit_test(test_pictures_stay_within_64_bits),
        cmocka_unit_test(test_the_same_report_is_the_same_workbook),
        cmocka_unit_test(test_a_workbook_holds_any_figure_and_none),
        cmocka_unit_test(test_formats_have_names),
    };
    return unit_run(&a, tests);
}
