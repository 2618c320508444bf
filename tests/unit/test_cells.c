/* Columns by their titles and cells as people write them: what has one reading is taken, what has
 * two is refused and both are named. */
#include "records.h"
#include "sheet.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

/* ---- headers ----------------------------------------------------------------------------------
 */

static struct csv_map map;

/* "" or the arguments of what is wrong, with | between. */
static const char *header(const struct record *r, const char *const *title, int n)
{
    struct str cell[64];
    struct err e;
    struct buf b;
    err_init(&e, a);
    buf_init(&b, a);
    for (int i = 0; i < n; i++)
        cell[i] = str_of(title[i]);
    struct sheet_row row = {.number = 1, .cell = cell, .n = n};
    bool good = schema_csv_header(r, &row, NO_FIELD, &map, &e);
    assert_int_equal(good, e.n == 0);
    for (const struct problem *p = e.first; p; p = p->next)
        buf_printf(&b, "%s%s", b.n ? "|" : "", p->arg.p);
    return buf_view(&b).p;
}

#define LOAN "贷款合同编号", "贷款产品", "借款企业统一社会信用代码", "借款企业名称", "所在区代码"
#define REST "年利率", "合同签订日", "到期日", "质押知识产权"

static void test_titles_are_read_as_a_person_reads_them(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        int scale;
    } cases[] = {{"贷款金额", 0}, {"*贷款金额", 0}, {"贷款金额 *", 0}, {"贷款\n金额", 0},
        {" 贷款 金额 ", 0}, {"\xE3\x80\x80贷款金额", 0}, {"AMOUNT", 0}, {"Amount (元)", 0},
        {"贷款金额(万元)", 4}, {"贷款金额\xEF\xBC\x88万元\xEF\xBC\x89", 4}, {"贷款金额【万元】", 4},
        {"贷款金额[单位:万元]", 4}, {"贷款金额(亿元)", 8}, {"贷款金额(元)(必填)", 0},
        {"(必填)贷款金额(人民币元)", 0}, {"贷款金额万元", 4}, {"贷款金额\xE2\x80\x8B(千元)", 3}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const titles[] = {LOAN, cases[i].title, REST};
        assert_string_equal(header(&loan_record, titles, COUNT_OF(titles)), "");
        assert_string_equal(loan_record.fields[map.column[5].field].name, "amount");
        assert_int_equal(map.column[5].scale, cases[i].scale);
    }
}

static void test_another_title_is_refused_and_the_nearest_named(void **state)
{
    (void)state;
    static const char need[] = "|缺少 贷款金额 (amount)";
    static const struct {
        const char *title, *told;
    } cases[] = {{"贷款总金额", "贷款总金额 ? → 贷款金额 (amount)"},
        {"贷款金额(美元)", "贷款金额(美元) ? → 贷款金额 (amount)"},
        {"贷款金额(%)", "贷款金额(%): %"}, {"amuont", "amuont ? → 贷款金额 (amount)"},
        {"xyz", "xyz ?"}, {"贷款金额(元)(万元)", "贷款金额(元)(万元): 元"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const titles[] = {LOAN, cases[i].title, REST};
        assert_string_equal(header(&loan_record, titles, COUNT_OF(titles)),
            arena_printf(a, "%s%s", cases[i].told, need).p);
    }
    const char *const twice[] = {LOAN, "贷款金额", "amount", REST};
    assert_string_equal(header(&loan_record, twice, COUNT_OF(twice)), "贷款金额 ×2");
    const char *const other[] = {"贷款合同编号;贷款产品;年利率"};
    assert_non_null(strstr(header(&loan_record, other, 1), "“;” → “,”"));
}

static void test_columns_without_a_title_may_be_empty(void **state)
{
    (void)state;
    const char *const titles[] = {LOAN, "贷款金额", REST, "", " ", "#备注"};
    assert_string_equal(header(&loan_record, titles, COUNT_OF(titles)), "");
}

/* ---- cells ------------------------------------------------------------------------------------
 */

enum { AMOUNT = 5, RATE, SIGNED, MATURES, IP, CELLS };

/* The canonical text of a loan with one cell changed, or "E_CODE argument" of its first problem. */
static const char *loan_with(int at, const char *text)
{
    struct str cell[CELLS + 3] = {STR("PJ-1"), STR("单一质押"), STR("91310115QX0115114N"),
        STR("上海示例有限公司"), STR("310115"), STR("5000000.00"), STR("3.65"), STR("2022-07-01"),
        STR("2023-07-01"), STR("2019195296755"), STR(""), STR(""), STR("")};
    const struct record *r = &loan_record;
    struct value *v = arena_alloc(a, (size_t)field_count(r->fields) * sizeof *v);
    struct err e;
    struct buf out;
    err_init(&e, a);
    buf_init(&out, a);
    cell[at] = str_of(text);
    struct sheet_row row = {.number = 2, .cell = cell, .n = COUNT_OF(cell)};
    if (schema_csv_row(a, r, &map, &row, v, &e)) {
        schema_canonical(r, v, &out);
        return buf_view(&out).p;
    }
    assert_int_equal(e.n, 1);
    return arena_printf(
        a, "%s %s", err_text(e.first->code)->name, e.first->arg.p ? e.first->arg.p : "")
        .p;
}

static void use_header(const char *amount, const char *interest)
{
    const char *const titles[] = {
        LOAN, amount, interest, "合同签订日", "到期日", "质押知识产权", "", "", ""};
    assert_string_equal(header(&loan_record, titles, COUNT_OF(titles)), "");
}

struct case_of {
    const char *cell, *told; /* a member of the canonical text, or the problem */
};

static void judge(int at, const struct case_of *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *told = loan_with(at, cases[i].cell);
        if (!strstr(told, cases[i].told))
            fail_msg("%s: %s, not %s", cases[i].cell, told, cases[i].told);
    }
}

static void test_amounts(void **state)
{
    (void)state;
    static const struct case_of yuan[] = {{"5000000", "\"amount\":\"5000000.00\""},
        {"5,000,000.00", "\"amount\":\"5000000.00\""}, {"5,000,000", "\"amount\":\"5000000.00\""},
        {"\xEF\xBC\x95\xEF\xBC\x8C\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x90.5",
            "\"amount\":\"5000.50\""},
        {" 5000000.00 ", "\"amount\":\"5000000.00\""},
        {"5000000.0000", "\"amount\":\"5000000.00\""}, {"5,00,000", "E_MONEY"},
        {"50,0000", "E_MONEY"}, {"5000000.001", "E_MONEY"}, {"1 000", "E_MONEY"},
        {"500万", "E_CELL_UNIT 500万"}, {"5000000元", "E_CELL_UNIT"},
        {"\xC2\xA5"
         "5000000",
            "E_CELL_UNIT"},
        {"5E+06", "E_DIGITS_LOST"}, {"-", "E_MONEY"}, {"5.0.0", "E_MONEY"}, {",500", "E_MONEY"},
        {"0500", "E_MONEY"}, {"#N/A", "E_CELL_ERROR #N/A"}, {"#####", "E_CELL_ERROR"},
        {"=A1*2", "E_FORMULA =A1*2"}, {"'5000000", "E_APOSTROPHE 5000000"}};
    use_header("贷款金额", "年利率");
    judge(AMOUNT, yuan, COUNT_OF(yuan));
    static const struct case_of wan[] = {{"520.000001", "\"amount\":\"5200000.01\""},
        {"1,520", "\"amount\":\"15200000.00\""}, {"520.0000001", "E_MONEY"}};
    use_header("贷款金额(万元)", "年利率");
    judge(AMOUNT, wan, COUNT_OF(wan));
    static const struct case_of yi[] = {
        {"0.05", "\"amount\":\"5000000.00\""}, {"1.2345678912", "\"amount\":\"123456789.12\""}};
    use_header("贷款金额(亿元)", "年利率");
    judge(AMOUNT, yi, COUNT_OF(yi));
}

static void test_rates(void **state)
{
    (void)state;
    static const struct case_of plain[] = {{"3.65%", "\"rate\":\"3.65\""},
        {"3.65 %", "\"rate\":\"3.65\""}, {"3.65\xEF\xBC\x85", "\"rate\":\"3.65\""},
        {"3.650000", "\"rate\":\"3.65\""}, {"0.0365", "E_TWO_READINGS 0.0365% / 3.65%"},
        {"0.5", "E_TWO_READINGS 0.50% / 50.00%"}, {"0.0365%", "\"rate\":\"0.0365\""},
        {"0", "\"rate\":\"0.00\""}, {"3.65\xE2\x80\xB0", "E_CELL_UNIT"}, {"3.65%%", "E_CELL_UNIT"},
        {"36.5.1", "E_RATE"}};
    use_header("贷款金额", "年利率");
    judge(RATE, plain, COUNT_OF(plain));
    static const struct case_of percent[] = {
        {"0.95", "\"rate\":\"0.95\""}, {"3.65%", "\"rate\":\"3.65\""}};
    use_header("贷款金额", "年利率(%)");
    judge(RATE, percent, COUNT_OF(percent));
}

static void test_days(void **state)
{
    (void)state;
    static const char first_of_may[] = "\"signed_on\":\"2022-05-01\"";
    static const struct case_of cases[] = {{"2022-05-01", first_of_may}, {"2022/5/1", first_of_may},
        {"2022.5.1", first_of_may}, {"2022-5-1", first_of_may}, {"2022年5月1日", first_of_may},
        {"2022 年 05 月 01 日", first_of_may}, {"20220501", first_of_may},
        {"2022/5/1 0:00", first_of_may}, {"2022-05-01 00:00:00", first_of_may},
        {"2022-05-01T00:00:00", first_of_may}, {"2022/5/1 9:30", "E_DAY"}, {"2022/5-1", "E_DAY"},
        {"2022/2/30", "E_DAY"}, {"2022年5月", "E_DAY"}, {"20220230", "E_DAY"},
        {"44682", "E_SERIAL 2022-05-01 (1904: 2026-05-02)"}, {"44682.0", "E_SERIAL 2022-05-01"},
        {"5/1/2022", "E_TWO_READINGS 2022-05-01 / 2022-01-05"},
        {"13/5/2022", "E_DAY_ORDER 2022-05-13"}, {"5/5/2022", "E_DAY_ORDER 2022-05-05"},
        {"22/5/1", "E_TWO_READINGS 2022-05-01 / 2001-05-22"}, {"1-May-22", "E_DAY"},
        {"2062-05-01", "E_FUTURE"}, {"31/31/2022", "E_DAY"}};
    use_header("贷款金额", "年利率");
    judge(SIGNED, cases, COUNT_OF(cases));
}

static void test_keys_are_never_what_a_spreadsheet_made_of_them(void **state)
{
    (void)state;
    static const struct case_of cases[] = {{"2.02201E+15", "E_DIGITS_LOST 2.02201E+15"},
        {"2E+15", "E_DIGITS_LOST"}, {"2.02201E+015", "E_DIGITS_LOST"},
        {"'PJ-9", "E_APOSTROPHE PJ-9"}, {"=\"PJ-9\"", "E_FORMULA PJ-9"}, {"#REF!", "E_CELL_ERROR"},
        {"PJ\xEF\xBF\xBD"
         "1",
            "E_CHARS U+FFFD"},
        {"12 另有显示“PJ-”", "E_CELL_FORMAT 12 另有显示“PJ-”"},
        {"-1.5 另有显示单位", "E_CELL_FORMAT"},
        {"合同12 另有显示", "\"contract_no\":\"合同12 另有显示\""},
        {"2022E15", "\"contract_no\":\"2022E15\""}, {"PJ-9#N/A", "\"contract_no\":\"PJ-9#N/A\""},
        {"A='9'", "\"contract_no\":\"A='9'\""}};
    use_header("贷款金额", "年利率");
    judge(0, cases, COUNT_OF(cases));
}

static void test_several_rights_in_one_cell(void **state)
{
    (void)state;
    static const char *const marks[] = {
        ";", "\xEF\xBC\x9B", "\xE3\x80\x81", "\n", "\r\n", ",", "\xEF\xBC\x8C", "; \n"};
    use_header("贷款金额", "年利率");
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        const char *told =
            loan_with(IP, arena_printf(a, "2019195296755%s12345678%s", marks[i], marks[i]).p);
        assert_non_null(strstr(told, "{\"number\":\"2019195296755\",\"kind\":\"invention\"},"
                                     "{\"number\":\"12345678\",\"kind\":\"trademark\"}"));
    }
}

static void test_data_below_no_title_is_not_passed_over(void **state)
{
    (void)state;
    use_header("贷款金额", "年利率");
    assert_string_equal(loan_with(CELLS + 1, "x"), "E_NO_TITLE 12");
}

static void test_every_problem_carries_what_was_read(void **state)
{
    (void)state;
    struct str cell[] = {STR("PJ-1"), STR("单一质押"), STR("91310115QX0115114N"), STR("某企业"),
        STR("310115"), STR("5,00"), STR("3.65"), STR("2022-07-01"), STR("2021-07-01"), STR("x")};
    struct value *v = arena_alloc(a, (size_t)field_count(loan_record.fields) * sizeof *v);
    struct err e;
    err_init(&e, a);
    use_header("贷款金额", "年利率");
    struct sheet_row row = {.number = 2, .cell = cell, .n = COUNT_OF(cell)};
    assert_false(schema_csv_row(a, &loan_record, &map, &row, v, &e));
    schema_tell(&loan_record, NULL, &e);
    assert_string_equal(e.first->field, "贷款金额");
    assert_string_equal(e.first->value.p, "5,00");
    assert_string_equal(e.first->next->value.p, "x");
    assert_string_equal(e.last->pointer.p, "/matures_on"); /* before it was signed */
    assert_string_equal(v[0].s.p, "PJ-1");
}

static void test_the_words_of_every_choice(void **state)
{
    (void)state;
    for (int n = 0; n < record_count; n++) {
        for (const struct field *f = records[n]->fields; f->name; f++) {
            for (const struct choice *c = f->choices; f->kind == F_ENUM && c->name; c++) {
                struct value v = {0};
                struct err e;
                err_init(&e, a);
                assert_true(field_from_text(a, f, str_of(c->zh), STR("/x"), &v, &e));
                assert_string_equal(f->choices[v.n].name, c->name);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_titles_are_read_as_a_person_reads_them),
        cmocka_unit_test(test_another_title_is_refused_and_the_nearest_named),
        cmocka_unit_test(test_columns_without_a_title_may_be_empty),
        cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_keys_are_never_what_a_spreadsheet_made_of_them),
        cmocka_unit_test(test_several_rights_in_one_cell),
        cmocka_unit_test(test_data_below_no_title_is_not_passed_over),
        cmocka_unit_test(test_every_problem_carries_what_was_read),
        cmocka_unit_test(test_the_words_of_every_choice),
    };
    return unit_run(&a, tests);
}
