/* Identifiers: the worked examples of the standards and the numbers seen in public sources. */
#include "unit.h"
#include "ident.h"
#include <string.h>

static struct arena *a;

static const char *canonical(ident_fn *check, const char *s)
{
    enum err_code code;
    struct str out = {NULL, 0}, hint = STR("");
    return check(a, str_of(s), &out, &code, &hint) ? arena_str(a, out.p, out.n).p : "refused";
}

static const char *hint_of(ident_fn *check, const char *s)
{
    enum err_code code;
    struct str out, hint = STR("");
    assert_false(check(a, str_of(s), &out, &code, &hint));
    return hint.p;
}

static const char *const district_codes[] = {"91310101QX0101011R", "91310104QX0104028H",
    "91310105QX0105039B", "91310106QX010604X0", "91310107QX0107050W", "91310109QX0109064M",
    "91310110QX0110073P", "91310112QX0112087G", "91310113QX0113098A", "91310114QX0114103W",
    "91310115QX0115114N", "91310116QX0116125G", "91310117QX0117136A", "91310118QX01181474",
    "91310120QX01201595", "91310151QX01511668"};

static void test_credit_codes_pass_with_both_check_characters(void **state)
{
    (void)state;
    assert_string_equal(canonical(ident_uscc, "91350100M000100Y43"), "91350100M000100Y43");
    assert_string_equal(canonical(ident_uscc, "91350100m000100y43"), "91350100M000100Y43");
    for (size_t i = 0; i < COUNT_OF(district_codes); i++)
        assert_string_equal(canonical(ident_uscc, district_codes[i]), district_codes[i]);
}

static void test_wrong_credit_codes_say_what_would_be_right(void **state)
{
    (void)state;
    assert_string_equal(hint_of(ident_uscc, "91350100M000100Y4Z"), "#18");
    assert_string_equal(hint_of(ident_uscc, "91350100M000100Y44"), "#18 = 3");
    assert_string_equal(hint_of(ident_uscc, "91310115MA1H8R7C6D"), "#17 = 4");
    assert_string_equal(hint_of(ident_uscc, "9135010"), "7 != 18");
    assert_string_equal(canonical(ident_uscc, "91350100M000100Y4３"), "refused");
}

static void test_one_wrong_character_of_a_credit_code_is_always_found(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    for (size_t i = 0; i < COUNT_OF(district_codes); i++) {
        for (size_t at = 0; at < 18; at++) {
            for (const char *c = alphabet; *c; c++) {
                char code[19];
                memcpy(code, district_codes[i], 19);
                if (code[at] == *c)
                    continue;
                code[at] = *c;
                assert_string_equal(canonical(ident_uscc, code), "refused");
            }
        }
        arena_reset(a);
    }
}

static void test_patents_are_stored_without_prefix_and_dot(void **state)
{
    (void)state;
    assert_string_equal(canonical(ident_ip, "ZL202119999001.9"), "2021199990019");
    assert_string_equal(canonical(ident_ip, "2021199990019"), "2021199990019");
    assert_string_equal(canonical(ident_ip, "CN202119999001.9"), "2021199990019");
    assert_string_equal(canonical(ident_ip, "201710601862.3"), "2017106018623");
    assert_string_equal(canonical(ident_ip, "95115608.X"), "95115608X");
    assert_string_equal(canonical(ident_ip, "zl95115608x"), "95115608X");
    assert_string_equal(canonical(ident_ip, "971017654"), "971017654");
    assert_string_equal(canonical(ident_ip, "202119999017X"), "202119999017X");
    assert_string_equal(canonical(ident_ip, "202119999008.0"), "2021199990080");
}

static void test_the_kind_follows_from_the_number(void **state)
{
    (void)state;
    assert_int_equal(ident_ip_kind(STR("2021199990019")), IP_INVENTION);
    assert_int_equal(ident_ip_kind(STR("2021299990029")), IP_UTILITY_MODEL);
    assert_int_equal(ident_ip_kind(STR("2021399990039")), IP_DESIGN);
    assert_int_equal(ident_ip_kind(STR("2020899990046")), IP_INVENTION);
    assert_int_equal(ident_ip_kind(STR("2019999990053")), IP_UTILITY_MODEL);
    assert_int_equal(ident_ip_kind(STR("95115608X")), IP_INVENTION);
    assert_int_equal(ident_ip_kind(STR("12345678")), IP_TRADEMARK);
    assert_int_equal(ident_ip_kind(STR("G1234567")), IP_TRADEMARK);
    assert_int_equal(ident_ip_kind(STR("1")), IP_TRADEMARK);
}

static void test_wrong_patents_say_the_check_digit(void **state)
{
    (void)state;
    assert_string_equal(hint_of(ident_ip, "ZL202119999001.8"), "202119999001.9");
    static const char *const bad[] = {"202119999001", "ZL2021199990", "202149999001.1", "ZL", "",
        "95115608.1", "2021 19999001.9", "202119999001..9"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_string_equal(canonical(ident_ip, bad[i]), "refused");
}

static void test_wrong_or_swapped_digits_of_a_patent_are_found(void **state)
{
    (void)state;
    static const char good[] = "2017106018623";
    for (size_t at = 0; at < 12; at++) {
        char s[14];
        memcpy(s, good, 14);
        for (char c = '0'; c <= '9'; c++) {
            s[at] = c;
            assert_string_equal(canonical(ident_ip, s), c == good[at] ? good : "refused");
        }
        memcpy(s, good, 14);
        if (at == 11 || s[at] == s[at + 1])
            continue;
        char c = s[at];
        s[at] = s[at + 1];
        s[at + 1] = c;
        assert_string_equal(canonical(ident_ip, s), "refused");
    }
}

static void test_trademarks_are_told_from_patents(void **state)
{
    (void)state;
    assert_string_equal(canonical(ident_ip, "12345678"), "12345678");
    assert_string_equal(canonical(ident_ip, "1234567A"), "1234567A");
    assert_string_equal(canonical(ident_ip, "g1234567"), "G1234567");
    assert_string_equal(canonical(ident_ip, "G12345678"), "refused");
    assert_string_equal(canonical(ident_ip, "A1234567"), "refused");
    assert_string_equal(canonical(ident_ip, "12345678Q"), "12345678Q");
}

static void test_rights_end_as_the_law_says(void **state)
{
    (void)state;
    day last;
    assert_true(ip_expiry(IP_INVENTION, day_of(2005, 6, 15), &last));
    assert_string_equal(day_text(a, last).p, "2025-06-15");
    assert_true(ip_expiry(IP_UTILITY_MODEL, day_of(2015, 6, 15), &last));
    assert_string_equal(day_text(a, last).p, "2025-06-15");
    assert_true(ip_expiry(IP_DESIGN, day_of(2021, 5, 31), &last));
    assert_string_equal(day_text(a, last).p, "2031-05-31");
    assert_true(ip_expiry(IP_DESIGN, day_of(2021, 6, 1), &last));
    assert_string_equal(day_text(a, last).p, "2036-06-01");
    assert_false(ip_expiry(IP_TRADEMARK, day_of(2021, 6, 1), &last));
}

static void test_industries_carry_the_letter_of_their_section(void **state)
{
    (void)state;
    assert_string_equal(canonical(ident_industry, "C3973"), "C3973");
    assert_string_equal(canonical(ident_industry, "3973"), "C3973");
    assert_string_equal(canonical(ident_industry, "I6513"), "I6513");
    assert_string_equal(canonical(ident_industry, "m73"), "M73");
    static const char *const bad[] = {"C6513", "C", "Z3973", "C39735", "9999", "C3", "", "C39 3"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_string_equal(canonical(ident_industry, bad[i]), "refused");
}

static void test_pledge_numbers(void **state)
{
    (void)state;
    assert_string_equal(canonical(ident_pledge_no, "Y2021310000123"), "Y2021310000123");
    assert_string_equal(canonical(ident_pledge_no, "2015990000410"), "2015990000410");
    assert_string_equal(canonical(ident_pledge_no, "Y202131000012"), "refused");
    assert_string_equal(canonical(ident_pledge_no, "Y1821310000123"), "refused");
}

static void test_only_shanghai_districts(void **state)
{
    (void)state;
    assert_string_equal(canonical(ident_district, "310115"), "310115");
    assert_string_equal(canonical(ident_district, "310103"), "refused");
    assert_string_equal(canonical(ident_district, "110101"), "refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_credit_codes_pass_with_both_check_characters),
        cmocka_unit_test(test_wrong_credit_codes_say_what_would_be_right),
        cmocka_unit_test(test_one_wrong_character_of_a_credit_code_is_always_found),
        cmocka_unit_test(test_patents_are_stored_without_prefix_and_dot),
        cmocka_unit_test(test_the_kind_follows_from_the_number),
        cmocka_unit_test(test_wrong_patents_say_the_check_digit),
        cmocka_unit_test(test_wrong_or_swapped_digits_of_a_patent_are_found),
        cmocka_unit_test(test_trademarks_are_told_from_patents),
        cmocka_unit_test(test_rights_end_as_the_law_says),
        cmocka_unit_test(test_industries_carry_the_letter_of_their_section),
        cmocka_unit_test(test_pledge_numbers),
        cmocka_unit_test(test_only_shanghai_districts),
    };
    return unit_run(&a, tests);
}
