/* Numbers of a workbook as the text that a spreadsheet shows: digits alone, nothing binary. */
#include "../../ledger/book_parts.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

static const char *shown(const char *number, int id, const char *code, bool is_1904)
{
    return book_number(a, str_of(number), look_of(id, code), is_1904).p;
}

static void test_numbers_are_the_decimal_text_of_the_file(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"5000000", "5000000"}, {"5000000.5", "5000000.5"},
        {"8.8000000000000007", "8.8"}, {"68.400000000000006", "68.4"},
        {"19.989999999999998", "19.99"}, {"0.30000000000000004", "0.3"},
        {"1.0000000000000001E-2", "0.01"}, {"5E-2", "0.05"}, {"1.5E+7", "15000000"}, {"0", "0"},
        {"-0", "0"}, {"-12.50", "-12.5"}, {"1E-7", "0.0000001"}, {"999999999999999.9", "1E+15"},
        {"123456789012345", "123456789012345"}, {"1234567890123.45", "1234567890123.45"},
        {"1234567890123456", "1.23456E+15"}, {"2.0220101123456701E+16", "2.02201E+16"},
        {"1E+15", "1E+15"}, {"00012", "12"}, {"abc", "abc"}, {"", ""}, {"1.2.3", "1.2.3"},
        {"1E99999", "1E99999"}, {"NaN", "NaN"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(shown(cases[i][0], 0, NULL, false), cases[i][1]);
}

static void test_days_of_both_systems(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        bool is_1904;
        const char *day;
    } cases[] = {{"44743", false, "2022-07-01"}, {"43281", true, "2022-07-01"},
        {"44743.5", false, "2022-07-01 12:00:00"}, {"44743.999999", false, "2022-07-02"},
        {"44743.00001157", false, "2022-07-01 00:00:01"}, {"1", false, "1900-01-01"},
        {"59", false, "1900-02-28"}, {"60", false, "60"}, {"61", false, "1900-03-01"},
        {"1", true, "1904-01-02"}, {"-1", false, "-1"}, {"0.5", false, "0.5"},
        {"2958465", false, "2958465"} /* 9999 is not ours */, {"109574", false, "2199-12-31"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(shown(cases[i].number, 14, NULL, cases[i].is_1904), cases[i].day);
}

static void test_a_text_of_a_format_is_told_unless_it_is_yuan_or_of_a_day(void **state)
{
    (void)state;
    static const struct {
        const char *code, *shown; /* of 44743 */
    } cases[] = {{"\"PJ-\"00000000", "44743 另有显示“PJ-”"}, {"0000-0000", "44743 另有显示“-”"},
        {"[$$-409]#,##0.00", "44743 另有显示“$”"}, {"$#,##0", "44743 另有显示“$”"},
        {"[$€-2] #,##0", "44743 另有显示“€”"}, {"#,##0.00\"美元\"", "44743 另有显示“美元”"},
        {"#,##0€", "44743 另有显示“€”"}, {"\"PJ\"General", "44743 另有显示“PJ”"},
        {"0\\.00", "44743 另有显示“.”"}, {"0\"年\"", "44743 另有显示“年”"},
        {"\"甲乙丙丁甲乙丙丁\"0", "44743 另有显示“甲乙丙丁甲乙丙”"},
        {"\"第\"yyyy", "44743 另有显示“第”"}, {"#,##0.00\"元\"", "44743"}, {"\\¥#,##0.00", "44743"},
        {"[$¥-804]#,##0.00", "44743"}, {"[$￥-411]#,##0", "44743"}, {"\"￥\"* #,##0.00_)", "44743"},
        {"￥#,##0.00;[红色]-￥#,##0.00", "44743"}, {"_ * #,##0.00_ ;_ * \\-#,##0.00_ ", "44743"},
        {"0.00;\"亏\"0.00", "44743"}, {"0.00E+00", "44743"}, {"0.00E-00", "44743"},
        {"[>100][Blue]0.00\\ ", "44743"}, {"# ?/?", "44743"}, {"[DBNum1]0", "44743"},
        {"0.00\"%\"", "44743"}, {"0\" \"%", "4474300%"}, {"000000\"元\"", "044743"},
        {"[$-804]yyyy\"年\"m\"月\"d\"日\";@", "2022-07-01"}, {"yyyy\\-mm\\-dd", "2022-07-01"},
        {"yyyy\\.mm\\.dd\\ hh:mm", "2022-07-01"}, {"h\"时\"mm\"分\";@", "44743"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(shown("44743", 164, cases[i].code, false), cases[i].shown);
}

static void test_what_number_formats_show(void **state)
{
    (void)state;
    static const struct {
        int id;
        const char *code, *shown; /* of 44743 */
    } cases[] = {{0, NULL, "44743"}, {4, NULL, "44743"}, {9, NULL, "4474300%"},
        {14, NULL, "2022-07-01"}, {22, NULL, "2022-07-01"}, {31, NULL, "2022-07-01"},
        {58, NULL, "2022-07-01"}, {21, NULL, "44743"}, {55, NULL, "44743"}, {49, NULL, "44743"},
        {164, "yyyy\"年\"m\"月\"d\"日\"", "2022-07-01"}, {164, "yyyy/m/d;@", "2022-07-01"},
        {164, "[$-804]yyyy-mm-dd", "2022-07-01"}, {164, "DD.MM.YYYY", "2022-07-01"},
        {164, "h:mm:ss", "44743"}, {164, "[h]:mm", "44743"}, {164, "General", "44743"},
        {164, "G/通用格式", "44743"}, {164, "Standard", "44743"}, {164, "0.00%", "4474300%"},
        {164, "#,##0.00_);[Red](#,##0.00)", "44743"}, {164, "0\"day\"", "44743 另有显示“day”"},
        {164, "00000000", "00044743"}, {164, "0!.0,\"万\"", "44743 另有显示单位"},
        {164, "#,##0.00,,", "44743 另有显示单位"}, {164, "#,##0.00\"亿元\"", "44743 另有显示单位"},
        {164, "#,##0", "44743"}, {164, "#,##0_ ;[Red]-#,##0 ", "44743"},
        {164, "\\y0", "44743 另有显示“y”"}, {164, "0\"", "44743"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(shown("44743", cases[i].id, cases[i].code, false), cases[i].shown);
    assert_string_equal(shown("3.6499999999999998E-2", 10, NULL, false), "3.65%");
    assert_string_equal(shown("0", 10, NULL, false), "0%");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_the_decimal_text_of_the_file),
        cmocka_unit_test(test_days_of_both_systems),
        cmocka_unit_test(test_what_number_formats_show),
        cmocka_unit_test(test_a_text_of_a_format_is_told_unless_it_is_yuan_or_of_a_day),
    };
    return unit_run(&a, tests);
}
