/* Rows out of CSV bytes, whatever the charset and wherever the bytes are cut. */
#include "sheet.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

struct seen {
    struct buf text; /* "row:cell|cell|\n" */
};

static void on_row(void *arg, int64_t row, const struct str *cells, int n)
{
    struct seen *s = arg;
    buf_printf(&s->text, "%lld:", (long long)row);
    for (int i = 0; i < n; i++) {
        buf_str(&s->text, cells[i]);
        buf_char(&s->text, '|');
    }
    buf_char(&s->text, '\n');
}

/* The rows of text, fed in pieces; or the code of the problem. */
static const char *rows(enum sheet_charset charset, struct str text, size_t piece)
{
    struct seen s;
    struct err e;
    bool good = true;
    buf_init(&s.text, a);
    err_init(&e, a);
    struct sheet *sheet = sheet_new(charset, on_row, &s);
    for (size_t i = 0; i < text.n && good; i += piece)
        good = sheet_feed(sheet, text.p + i, text.n - i < piece ? text.n - i : piece, &e);
    good = good && sheet_end(sheet, &e);
    sheet_free(sheet);
    assert_int_equal(good, e.n == 0);
    return good ? buf_view(&s.text).p : err_text(e.first->code)->name;
}

static void test_cells_and_rows_as_excel_counts_them(void **state)
{
    (void)state;
    const struct str text = STR("a,b\r\n1,\"x,\"\"y\"\"\r\nz\"\r\n\r\n,,\r\n 2 ,\r\n3");
    for (size_t piece = 1; piece < 12; piece++)
        assert_string_equal(
            rows(SHEET_UTF8, text, piece), "1:a|b|\n2:1|x,\"y\"\r\nz|\n5:2||\n6:3|\n");
    assert_string_equal(rows(SHEET_UTF8, STR("a\nb\n"), 99), "1:a|\n2:b|\n");
    assert_string_equal(rows(SHEET_UTF8, STR("a\rb\r"), 99), "1:a|\n2:b|\n");
}

static void test_a_byte_order_mark_is_no_part_of_the_first_cell(void **state)
{
    (void)state;
    assert_string_equal(rows(SHEET_UTF8, STR("\xEF\xBB\xBF甲,乙\n"), 2), "1:甲|乙|\n");
    assert_string_equal(rows(SHEET_GB18030, STR("\x84\x31\x95\x33\xBC\xD7\n"), 1), "1:甲|\n");
}

static void test_gb18030_of_two_and_four_bytes(void **state)
{
    (void)state;
    /* 甲 BCD7; 㐀 (U+3400) 8139EE39; 镕 E946; 、 A1A2 */
    const struct str text = STR("\xBC\xD7,\x81\x39\xEE\x39,\"\xE9\x46\xA1\xA2\"\r\n");
    for (size_t piece = 1; piece < 9; piece++)
        assert_string_equal(rows(SHEET_GB18030, text, piece), "1:甲|㐀|镕、|\n");
}

static void test_what_is_not_in_the_charset_is_refused(void **state)
{
    (void)state;
    assert_string_equal(rows(SHEET_UTF8, STR("\xBC\xD7\n"), 9), "E_UTF8");
    assert_string_equal(rows(SHEET_GB18030, STR("\xFF\xFF\n"), 9), "E_UTF8");
    assert_string_equal(rows(SHEET_UTF8, STR("a\0b\n"), 9), "E_UTF8");
    assert_string_equal(rows(SHEET_GB18030, STR("a\0b\n"), 9), "E_UTF8");
}

static void test_stray_and_open_quotes_are_refused(void **state)
{
    (void)state;
    assert_string_equal(rows(SHEET_UTF8, STR("a\"b,c\n"), 9), "E_CSV");
    assert_string_equal(rows(SHEET_UTF8, STR("\"a\"b\n"), 9), "E_CSV");
    assert_string_equal(rows(SHEET_UTF8, STR("\"abc"), 9), "E_CSV");
}

static void test_a_quote_that_never_closes_does_not_grow_memory(void **state)
{
    (void)state;
    struct seen s;
    struct err e;
    static char block[65536];
    memset(block, 'x', sizeof block);
    buf_init(&s.text, a);
    err_init(&e, a);
    struct sheet *sheet = sheet_new(SHEET_UTF8, on_row, &s);
    assert_true(sheet_feed(sheet, "\"start", 6, &e));
    size_t taken = 0;
    while (sheet_feed(sheet, block, sizeof block, &e))
        taken += sizeof block;
    assert_true(taken <= SHEET_ROW_MAX);
    assert_string_equal(err_text(e.first->code)->name, "E_CSV");
    sheet_free(sheet);
}

static void test_cells_are_quoted_when_they_must_be(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, a);
    sheet_cell(&b, STR("甲"), true);
    sheet_cell(&b, STR("a,b"), false);
    sheet_cell(&b, STR("say \"x\""), false);
    assert_string_equal(b.p, "甲,\"a,b\",\"say \"\"x\"\"\"");
}

static void test_what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const cells[] = {"甲", " outer ", "tab\t", "two\r\nlines", "\"", ",", "x"};
    struct buf line, expected;
    buf_init(&line, a);
    buf_init(&expected, a);
    buf_text(&expected, "1:");
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        sheet_cell(&line, str_of(cells[i]), i == 0);
        buf_printf(&expected, "%s|", cells[i]);
    }
    buf_char(&expected, '\n');
    for (size_t piece = 1; piece <= line.n; piece++)
        assert_string_equal(rows(SHEET_UTF8, buf_view(&line), piece), expected.p);
}

static void test_rows_have_a_limit_of_cells(void **state)
{
    (void)state;
    static char commas[SHEET_CELLS_MAX + 1];
    memset(commas, ',', SHEET_CELLS_MAX);
    commas[0] = 'x';
    assert_string_not_equal(
        rows(SHEET_UTF8, (struct str){commas, SHEET_CELLS_MAX}, 7), "E_CSV"); /* 200 cells */
    commas[0] = ',';
    assert_string_equal(rows(SHEET_UTF8, (struct str){commas, SHEET_CELLS_MAX}, 7), "E_CSV");
}

static void test_a_character_cut_short_is_refused_at_the_end(void **state)
{
    (void)state;
    assert_string_equal(rows(SHEET_UTF8, STR("\xE7\x94"), 1), "E_UTF8");
    assert_string_equal(rows(SHEET_GB18030, STR("a,\x81\x39\xEE"), 1), "E_UTF8");
    assert_string_equal(rows(SHEET_UTF8, STR("\xED\xA0\x80\n"), 1), "E_UTF8"); /* a surrogate */
    assert_string_equal(rows(SHEET_UTF8, STR("\xC0\xAF\n"), 1), "E_UTF8");     /* overlong */
    assert_string_equal(rows(SHEET_UTF8, STR(""), 1), "");
    assert_string_equal(rows(SHEET_UTF8, STR("\xEF\xBB\xBF"), 1), "");
}

static void test_a_file_in_gb18030_goes_out_as_it_came_in(void **state)
{
    (void)state;
    struct str gb = sheet_encoded(a, SHEET_GB18030, STR("\xEF\xBB\xBF甲,㐀,€\r\n"));
    assert_string_equal(gb.p, "\xBC\xD7,\x81\x39\xEE\x39,\xA2\xE3\r\n");
    assert_int_equal(gb.n, 12);
    assert_string_equal(sheet_encoded(a, SHEET_UTF8, STR("\xEF\xBB\xBF甲")).p, "\xEF\xBB\xBF甲");
    /* U+E78D has no place in the converter: the geta mark, and the rest of the row stays. */
    assert_string_equal(
        sheet_encoded(a, SHEET_GB18030, STR("a\xEE\x9E\x8D,甲")).p, "a\xA1\xFE,\xBC\xD7");
    assert_int_equal(sheet_encoded(a, SHEET_GB18030, STR("")).n, 0);
}

static void test_no_cell_begins_a_formula(void **state)
{
    (void)state;
    static const char *const hostile[] = {"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"};
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        struct str s = sheet_defused(a, str_of(hostile[i]));
        assert_int_equal(s.p[0], '\'');
        assert_string_equal(s.p + 1, hostile[i]);
    }
    assert_string_equal(sheet_defused(a, STR("1-1=0")).p, "1-1=0");
    assert_int_equal(sheet_defused(a, STR("")).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_and_rows_as_excel_counts_them),
        cmocka_unit_test(test_a_byte_order_mark_is_no_part_of_the_first_cell),
        cmocka_unit_test(test_gb18030_of_two_and_four_bytes),
        cmocka_unit_test(test_a_file_in_gb18030_goes_out_as_it_came_in),
        cmocka_unit_test(test_no_cell_begins_a_formula),
        cmocka_unit_test(test_what_is_not_in_the_charset_is_refused),
        cmocka_unit_test(test_stray_and_open_quotes_are_refused),
        cmocka_unit_test(test_a_quote_that_never_closes_does_not_grow_memory),
        cmocka_unit_test(test_cells_are_quoted_when_they_must_be),
        cmocka_unit_test(test_what_is_written_reads_back_the_same),
        cmocka_unit_test(test_rows_have_a_limit_of_cells),
        cmocka_unit_test(test_a_character_cut_short_is_refused_at_the_end),
    };
    return unit_run(&a, tests);
}
