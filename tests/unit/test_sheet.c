/* Rows out of CSV bytes, whatever the charset and wherever the bytes are cut. */
#include "sheet.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

struct seen {
    struct buf text; /* "row:cell|cell|\n", behind a bad row its code: "row:cell|!E_QUOTE\n" */
};

static void on_row(void *arg, const struct sheet_row *row)
{
    struct seen *s = arg;
    buf_printf(&s->text, "%lld:", (long long)row->number);
    for (int i = 0; i < row->n; i++) {
        buf_str(&s->text, row->cell[i]);
        buf_char(&s->text, '|');
    }
    if (row->fault)
        buf_printf(&s->text, "!%s", err_text(row->fault->code)->name);
    buf_char(&s->text, '\n');
}

/* The rows of text, fed in pieces; or the code of what it is instead. */
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

static void test_bytes_of_no_charset_spoil_their_row_alone(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 9; piece++) {
        assert_string_equal(rows(SHEET_UTF8, STR("\xBC\xD7,x\ny\n"), piece),
            "1:\xEF\xBF\xBD\xEF\xBF\xBD|x|!E_BYTES\n2:y|\n");
        assert_string_equal(rows(SHEET_GB18030, STR("y\nx,\xFF\nz\n"), piece),
            "1:y|\n2:x|\xEF\xBF\xBD|!E_BYTES\n3:z|\n");
        assert_string_equal(rows(SHEET_UTF8, STR("a\0b\nc\n"), piece), "1:a\xEF\xBF\xBD"
                                                                       "b|!E_BYTES\n2:c|\n");
    }
}

static void test_chinese_in_utf8_within_a_file_in_gb18030_is_not_guessed_at(void **state)
{
    (void)state;
    /* 汉字 in UTF-8 reads as 姹夊瓧 in GB18030; 锟斤拷 is what such guesses have made famous. */
    assert_string_equal(rows(SHEET_GB18030, STR("\xE6\xB1\x89\xE5\xAD\x97,a\nb\n"), 3),
        "1:姹夊瓧|a|!E_TWO_READINGS\n2:b|\n");
    assert_string_equal(rows(SHEET_GB18030, STR("\xBA\xBA\xD7\xD6,a\n"), 3), "1:汉字|a|\n");
}

static void test_a_stray_quote_spoils_its_row_and_reading_goes_on(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 12; piece++) {
        assert_string_equal(
            rows(SHEET_UTF8, STR("a\"b,c\nd,e\n"), piece), "1:a\"b|c|!E_QUOTE\n2:d|e|\n");
        assert_string_equal(
            rows(SHEET_UTF8, STR("\"a\"b,c\nd,e\n"), piece), "1:a|c|!E_QUOTE\n2:d|e|\n");
        /* A quote that is not closed, or by one of a later row: the rows below are rows. */
        assert_string_equal(rows(SHEET_UTF8, STR("x,\"a,b\r\nd,e\r\nf,g"), piece),
            "1:x|a,b|!E_QUOTE\n2:d|e|\n3:f|g|\n");
        assert_string_equal(rows(SHEET_UTF8, STR("x,\"a,b\nd,\"e\"\nf,\"g\nh\""), piece),
            "1:x|a,b|!E_QUOTE\n2:d|e|\n3:f|g\nh|\n");
    }
    /* the quotes of a formula are its own; what it is worth is said where its field is known */
    assert_string_equal(rows(SHEET_UTF8, STR("=\"310115\",c\n"), 9), "1:=\"310115\"|c|\n");
}

static void test_a_quoted_cell_has_a_limit_of_lines(void **state)
{
    (void)state;
    struct buf text, expected;
    for (int lines = SHEET_BREAKS_MAX; lines <= SHEET_BREAKS_MAX + 1; lines++) {
        buf_init(&text, a);
        buf_char(&text, '"');
        for (int i = 0; i < lines; i++)
            buf_text(&text, "x\n");
        buf_text(&text, "\"\nlast\n");
        const char *out = rows(SHEET_UTF8, buf_view(&text), 64);
        if (lines > SHEET_BREAKS_MAX) {
            assert_string_equal(arena_str(a, out, 15).p, "1:x|!E_QUOTE\n2:");
            continue;
        }
        buf_init(&expected, a);
        buf_text(&expected, "1:");
        buf_add(&expected, text.p + 1, (size_t)lines * 2);
        buf_text(&expected, "|\n2:last|\n");
        assert_string_equal(out, expected.p);
    }
}

static void test_a_row_without_end_does_not_grow_memory(void **state)
{
    (void)state;
    static const char *const starts[] = {"\"start", "start"};
    for (size_t k = 0; k < COUNT_OF(starts); k++) {
        struct seen s;
        struct err e;
        static char block[65536];
        memset(block, 'x', sizeof block);
        buf_init(&s.text, a);
        err_init(&e, a);
        struct sheet *sheet = sheet_new(SHEET_UTF8, on_row, &s);
        assert_true(sheet_feed(sheet, starts[k], strlen(starts[k]), &e));
        for (size_t n = 0; n < 4 * (size_t)SHEET_ROW_MAX; n += sizeof block)
            assert_true(sheet_feed(sheet, block, sizeof block, &e));
        assert_true(sheet_feed(sheet, "\nnext\n", 6, &e));
        assert_true(sheet_end(sheet, &e));
        assert_non_null(strstr(s.text.p, "!E_TOO_LARGE\n2:next|\n"));
        assert_true(s.text.n < 8192);
        sheet_free(sheet);
    }
}

static void test_what_is_no_csv_is_named(void **state)
{
    (void)state;
    static const char *const files[] = {"PK\x03\x04...", "\xD0\xCF\x11\xE0...",
        "\xFF\xFE\x61", /* UTF-16 */
        "<html>"};
    for (size_t i = 0; i < COUNT_OF(files); i++)
        assert_string_equal(rows(SHEET_UTF8, str_of(files[i]), 1), "E_WORKBOOK");
    assert_string_equal(sheet_stranger(STR("PK\x03\x04")), "XLSX");
    assert_null(sheet_stranger(STR("PK,1")));
}

static const char *charset_of(struct str text, size_t piece)
{
    struct sheet_look look = {0};
    enum sheet_charset charset;
    for (size_t i = 0; i < text.n; i += piece)
        sheet_look(&look, text.p + i, text.n - i < piece ? text.n - i : piece);
    return sheet_look_decide(&look, &charset) ? sheet_charset_name(charset) : "?";
}

static void test_the_charset_of_a_file_follows_from_all_its_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *charset;
    } cases[] = {
        {"a,b\n1,2\n", "utf-8"},
        {"\xEF\xBB\xBF"
         "a\n",
            "utf-8"},
        {"\xEF\xBB\xBF"
         "a\n\xBC\xD7\xD2\xD2\xB1\xFB\n",
            "utf-8"}, /* it says so */
        {"\x84\x31\x95\x33"
         "a\n",
            "gb18030"},
        {"name\n上海示例有限公司\n", "utf-8"},
        {"name\n上海示例有限公司\n\xe6\xb1\n", "utf-8"}, /* one broken cell */
        {"name\n\xC9\xCF\xBA\xA3\xCA\xBE\xC0\xFD\n", "gb18030"},
        {"name\n\xC9\xCF\xBA\xA3\xCA\xBE\xC0\xFD\xD3\xD0\xCF\xDE\xFF\n", "gb18030"},
        {"name\n\xC9\xCF\xBA\xA3\xCA\xBE\n上海示例\n", "?"}, /* two files in one */
        {"name\nM\xC3\xBCller\n", "?"},                      /* Müller, or M眉ller */
        {"name\nM\xC3\xBCller 上海\n", "utf-8"},
        {"name\n\xFF\xFF\xFF\n", "?"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t piece = 1; piece < 8; piece++)
            assert_string_equal(charset_of(str_of(cases[i].text), piece), cases[i].charset);
    }
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
    static char commas[SHEET_CELLS_MAX];
    memset(commas, ',', sizeof commas);
    commas[0] = 'x';
    assert_null(strstr(rows(SHEET_UTF8, (struct str){commas, sizeof commas}, 7), "!E_CSV"));
    commas[0] = ',';
    commas[1] = 'x'; /* still 200 cells */
    assert_null(strstr(rows(SHEET_UTF8, (struct str){commas, sizeof commas}, 7), "!E_CSV"));
    struct str more = arena_printf(a, "x%.*s", (int)sizeof commas, commas);
    more = arena_printf(a, "%s,", more.p);
    assert_non_null(strstr(rows(SHEET_UTF8, more, 7), "!E_CSV"));
}

static void test_a_character_cut_short_is_noticed_at_the_end(void **state)
{
    (void)state;
    static const char *const utf8[] = {"\xE7\x94", "\xED\xA0\x80\n", "\xC0\xAF\n"};
    for (size_t i = 0; i < COUNT_OF(utf8); i++) /* cut, a surrogate, overlong */
        assert_non_null(strstr(rows(SHEET_UTF8, str_of(utf8[i]), 1), "!E_BYTES"));
    assert_non_null(strstr(rows(SHEET_GB18030, STR("a,\x81\x39\xEE"), 1), "!E_BYTES"));
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
        cmocka_unit_test(test_bytes_of_no_charset_spoil_their_row_alone),
        cmocka_unit_test(test_chinese_in_utf8_within_a_file_in_gb18030_is_not_guessed_at),
        cmocka_unit_test(test_a_stray_quote_spoils_its_row_and_reading_goes_on),
        cmocka_unit_test(test_a_quoted_cell_has_a_limit_of_lines),
        cmocka_unit_test(test_a_row_without_end_does_not_grow_memory),
        cmocka_unit_test(test_what_is_no_csv_is_named),
        cmocka_unit_test(test_the_charset_of_a_file_follows_from_all_its_bytes),
        cmocka_unit_test(test_cells_are_quoted_when_they_must_be),
        cmocka_unit_test(test_what_is_written_reads_back_the_same),
        cmocka_unit_test(test_rows_have_a_limit_of_cells),
        cmocka_unit_test(test_a_character_cut_short_is_noticed_at_the_end),
        cmocka_unit_test(test_a_file_in_gb18030_goes_out_as_it_came_in),
        cmocka_unit_test(test_no_cell_begins_a_formula),
    };
    return unit_run(&a, tests);
}
