/* Identifiers: the worked examples of the standards and the numbers seen in public sources. */
#include "city.h"
#include "ident.h"
#include "sheet.h"
#include "unit.h"
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

static const char *canonical_bytes(ident_fn *check, struct str s)
{
    enum err_code code;
    struct str out = {NULL, 0}, hint = STR("");
    return check(a, s, &out, &code, &hint) ? out.p : "refused";
}

static enum err_code code_of(ident_fn *check, const char *s)
{
    enum err_code code = ERR_CODE_COUNT;
    struct str out, hint = STR("");
    assert_false(check(a, str_of(s), &out, &code, &hint));
    return code;
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

/* Numbers of public sources and invented ones; check digits worked by hand. */
static const struct {
    const char *digits, *check;
    enum ip_kind kind;
} patents[] = {
    {"201710601862", "3", IP_INVENTION},
    {"95115608", "X", IP_INVENTION},
    {"97101765", "4", IP_INVENTION},
    {"202119999001", "9", IP_INVENTION},
    {"202129999002", "9", IP_UTILITY_MODEL},
    {"202139999003", "9", IP_DESIGN},
    {"202089999004", "6", IP_INVENTION},
    {"201999999005", "3", IP_UTILITY_MODEL},
    {"202119999017", "X", IP_INVENTION},
    {"202119999008", "0", IP_INVENTION},
    /* PCT entries of 1998 to 2003: 18+24+32+0+30+14+32+45 = 195 = 17*11 + 8; 87 = 7*11 + 10 */
    {"98805245", "8", IP_INVENTION},
    {"98900001", "X", IP_UTILITY_MODEL},
};

static void test_every_spelling_of_a_patent_gives_one_form(void **state)
{
    (void)state;
    static const char *const prefixes[] = {"", "ZL", "CN", "zl"}, *const dots[] = {"", "."};
    for (size_t i = 0; i < COUNT_OF(patents); i++) {
        struct str one = arena_printf(a, "%s%s", patents[i].digits, patents[i].check);
        for (size_t p = 0; p < COUNT_OF(prefixes) * COUNT_OF(dots); p++) {
            struct str typed = arena_printf(
                a, "%s%s%s%s", prefixes[p / 2], patents[i].digits, dots[p % 2], patents[i].check);
            assert_string_equal(canonical(ident_ip, typed.p), one.p);
        }
        assert_int_equal(ident_ip_kind(one), patents[i].kind);
    }
}

/* With ZL, because a bare nine characters ending in X may be a trademark. */
static void test_wrong_or_swapped_characters_of_any_patent_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(patents); i++) {
        struct str good = arena_printf(a, "ZL%s%s", patents[i].digits, patents[i].check);
        char *s = arena_alloc(a, good.n + 1);
        for (size_t at = 2; at < good.n; at++) {
            for (const char *c = "0123456789X"; *c; c++) {
                memcpy(s, good.p, good.n);
                s[at] = *c;
                if (*c != good.p[at])
                    assert_string_equal(canonical(ident_ip, s), "refused");
            }
            memcpy(s, good.p, good.n);
            if (at + 1 == good.n || s[at] == s[at + 1])
                continue;
            s[at] = good.p[at + 1];
            s[at + 1] = good.p[at];
            assert_string_equal(canonical(ident_ip, s), "refused");
        }
    }
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
    assert_int_equal(ident_ip_kind(STR("12345678X")), IP_TRADEMARK); /* the check would be 9 */
}

static void test_a_refusal_names_the_register_that_was_meant(void **state)
{
    (void)state;
    static const char *const patent[] = {"ZL1", "CN12345678", "12.345", "1.2345678", "202119999001",
        "20211999900195", "2021199990018", "971017653", "97101765X.4", "ZL202119999001."};
    for (size_t i = 0; i < COUNT_OF(patent); i++)
        assert_int_equal(code_of(ident_ip, patent[i]), E_PATENT);
    static const char *const trademark[] = {
        "", "A1234567", "G1234", "12AB", "G", "G1", "第ZL1号", "第号"};
    for (size_t i = 0; i < COUNT_OF(trademark); i++)
        assert_int_equal(code_of(ident_ip, trademark[i]), E_TRADEMARK);
    assert_string_equal(hint_of(ident_ip, "202149999001.5"), "1, 2, 3, 8, 9");
    assert_string_equal(hint_of(ident_ip, "200219999001.6"), "2003-2199");
}

/* A NUL ended the copy without the dot, so that what stood behind it went unseen. */
static void test_a_nul_inside_a_number_is_not_mended(void **state)
{
    (void)state;
    assert_string_equal(canonical_bytes(ident_ip, STR("95115608\0\0.X")), "refused");
    assert_string_equal(canonical_bytes(ident_ip, STR("1234\0005")), "refused");
    assert_string_equal(canonical_bytes(ident_uscc, STR("91350100M000100Y4\0")), "refused");
    assert_string_equal(canonical_bytes(ident_industry, STR("C39\0")), "refused");
    assert_string_equal(canonical_bytes(ident_district, STR("310115\0")), "refused");
}

static void test_a_patent_number_carries_its_year(void **state)
{
    (void)state;
    int year = 0;
    assert_true(ip_number_year(STR("2017106018623"), &year));
    assert_int_equal(year, 2017);
    assert_true(ip_number_year(STR("95115608X"), &year));
    assert_int_equal(year, 1995);
    assert_false(ip_number_year(STR("12345678"), &year));
}

static void test_wrong_patents_say_the_check_digit(void **state)
{
    (void)state;
    assert_string_equal(hint_of(ident_ip, "ZL202119999001.8"), "202119999001.9");
    static const char *const bad[] = {"202119999001", "ZL2021199990", "202149999001.1", "ZL", "",
        "95115608.1", "2021-19999001.9", "202119999001..9"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_string_equal(canonical(ident_ip, bad[i]), "refused");
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

static void test_numbers_are_taken_as_they_are_printed(void **state)
{
    (void)state;
    static const char *const patent[] = {"ZL 2021 1 9999001.9", "zl\u00a02021\u00a01 9999001.9",
        "ZL\u30002021\u20091\u20079999001\uff0e9", "\uff3a\uff2c202\uff11199990019"};
    for (size_t i = 0; i < COUNT_OF(patent); i++)
        assert_string_equal(canonical(ident_ip, patent[i]), "2021199990019");
    static const char *const trademark[] = {
        "第12345678号", "第 12345678 号", "第123\uff14\uff15678号", " 1234 5678"};
    for (size_t i = 0; i < COUNT_OF(trademark); i++)
        assert_string_equal(canonical(ident_ip, trademark[i]), "12345678");
    assert_string_equal(canonical(ident_ip, "第G1234567号"), "G1234567");
    assert_string_equal(canonical(ident_ip, "g12345"), "G12345");
    /* what is not seen is no space, and letters of other scripts are no letters of ours */
    assert_string_equal(canonical(ident_ip, "2021199990019\u200b"), "refused");
    assert_string_equal(canonical(ident_ip, "\u0421N2021199990019"), "refused");
}

static void test_a_patent_says_what_was_expected_of_it(void **state)
{
    (void)state;
    assert_string_equal(hint_of(ident_ip, "ZL 2017 1 0601862.4"), "201710601862.3");
    assert_string_equal(hint_of(ident_ip, "ZL 95 1 15608.0"), "95115608.X");
    assert_string_equal(hint_of(ident_ip, "ZL 2017 1 060186.3"), "12 != 13 (12 + 1), 9 (8 + 1)");
    assert_string_equal(hint_of(ident_ip, "ZL 2017 1 O601862.3"), "#6");
    assert_string_equal(hint_of(ident_ip, "ZL 2017"), "4 != 13 (12 + 1), 9 (8 + 1)");
}

/* 0*2 + 3*3 + 1*4 + 1*9 = 22 = 2*11; with 04: 25 = 2*11 + 3; with 84: 41 = 3*11 + 8; with 85: 44 */
static void test_short_patent_numbers_are_of_1985_to_2003(void **state)
{
    (void)state;
    assert_string_equal(canonical(ident_ip, "031000010"), "031000010");
    assert_string_equal(canonical(ident_ip, "85100001.0"), "851000010");
    assert_string_equal(hint_of(ident_ip, "ZL04100001.3"), "8 + 1: 1985-2003");
    assert_string_equal(hint_of(ident_ip, "841000018"), "8 + 1: 1985-2003");
}

static void test_a_name_holds_no_identity_card_number(void **state)
{
    (void)state;
    static const char *const with[] = {"张三 310101199001011237", "31010119900101123x",
        "310101900101123", "张三(3101 0119 9001 0112 37)", "a-310101900101123b"};
    static const char *const without[] = {"", "张三", "张三 13800000000", "12345678901234567",
        "3101011990010112371", "12345678901234567A", "1234567 X"};
    for (size_t i = 0; i < COUNT_OF(with); i++)
        assert_true(ident_has_card_no(a, str_of(with[i])));
    for (size_t i = 0; i < COUNT_OF(without); i++)
        assert_false(ident_has_card_no(a, str_of(without[i])));
}

static void test_rights_end_as_the_law_says(void **state)
{
    (void)state;
    day last;
    assert_true(ip_expiry(IP_INVENTION, day_of(2005, 6, 15), &last));
    assert_string_equal(day_text(a, last).p, "2025-06-14");
    assert_true(
        ip_expiry(IP_UTILITY_MODEL, day_of(1999, 9, 6), &last)); /* the Guidelines' example */
    assert_string_equal(day_text(a, last).p, "2009-09-05");
    assert_true(ip_expiry(IP_UTILITY_MODEL, day_of(2015, 6, 15), &last));
    assert_string_equal(day_text(a, last).p, "2025-06-14");
    assert_true(ip_expiry(IP_DESIGN, day_of(2021, 5, 31), &last));
    assert_string_equal(day_text(a, last).p, "2031-05-30");
    assert_true(ip_expiry(IP_DESIGN, day_of(2021, 6, 1), &last));
    assert_string_equal(day_text(a, last).p, "2036-05-31");
    assert_false(ip_expiry(IP_TRADEMARK, day_of(2021, 6, 1), &last));
    /* filed on a leap day: the day before the 29th where there is one, else the last of February */
    assert_true(ip_expiry(IP_INVENTION, day_of(2004, 2, 29), &last));
    assert_string_equal(day_text(a, last).p, "2024-02-28");
    assert_true(ip_expiry(IP_UTILITY_MODEL, day_of(2004, 2, 29), &last));
    assert_string_equal(day_text(a, last).p, "2014-02-28");
}

static void test_a_trademark_ends_the_day_before_its_tenth_anniversary(void **state)
{
    (void)state;
    assert_string_equal(day_text(a, trademark_expiry(day_of(2012, 3, 14))).p, "2022-03-13");
    assert_string_equal(day_text(a, trademark_expiry(day_of(2012, 3, 1))).p, "2022-02-28");
    assert_string_equal(day_text(a, trademark_expiry(day_of(2012, 2, 29))).p, "2022-02-28");
    assert_string_equal(day_text(a, trademark_expiry(day_of(2014, 3, 1))).p, "2024-02-29");
}

static void test_industries_carry_the_letter_of_their_section(void **state)
{
    (void)state;
    assert_string_equal(canonical(ident_industry, "C3973"), "C3973");
    assert_string_equal(canonical(ident_industry, "3973"), "C3973");
    assert_string_equal(canonical(ident_industry, "I6513"), "I6513");
    assert_string_equal(canonical(ident_industry, "m73"), "M73");
    /* how many divisions each section has, A to T: 97 in all */
    static const int divisions[20] = {5, 7, 31, 3, 4, 2, 8, 2, 3, 4, 1, 2, 3, 4, 3, 1, 2, 5, 6, 1};
    for (int section = 0, division = 1; section < 20; section++) {
        for (int i = 0; i < divisions[section]; i++, division++) {
            struct str whole = arena_printf(a, "%c%02d", 'A' + section, division);
            assert_string_equal(canonical(ident_industry, whole.p + 1), whole.p);
            for (char letter = 'A'; letter <= 'Z'; letter++) {
                struct str s = arena_printf(a, "%c%02d", letter, division);
                assert_string_equal(
                    canonical(ident_industry, s.p), letter == whole.p[0] ? whole.p : "refused");
            }
        }
    }
    static const char *const bad[] = {
        "A00", "00", "98", "T98", "C6513", "C", "Z3973", "C39735", "9999", "C3", "", "C39 3"};
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
    assert_string_equal(canonical(ident_pledge_no, "Y20213100001234"), "refused");
    assert_string_equal(canonical(ident_pledge_no, "商标质字2022-15号"), "商标质字2022-15号");
    assert_string_equal(canonical(ident_pledge_no, ""), "refused");
    assert_string_equal(canonical(ident_pledge_no, "a\tb"), "refused");
    /* 40 characters, whatever their length in bytes */
    struct buf forty;
    buf_init(&forty, a);
    for (int i = 0; i < 40; i++)
        buf_text(&forty, "𠮷");
    assert_string_equal(canonical(ident_pledge_no, forty.p), forty.p);
    buf_char(&forty, '1');
    assert_string_equal(canonical(ident_pledge_no, forty.p), "refused");
}

static void on_district(void *arg, const struct sheet_row *row)
{
    int *seen = arg;
    const struct str *cell = row->cell;
    assert_int_equal(row->n, 4);
    if (row->number == 1)
        return;
    const struct district *d = district_find(cell[0]);
    assert_non_null(d);
    assert_ptr_equal(d, &city_here()->district[*seen]);
    assert_string_equal(d->zh, cell[1].p);
    assert_string_equal(d->en, cell[2].p);
    assert_string_equal(canonical(ident_uscc, cell[3].p), cell[3].p);
    ++*seen;
}

static void test_districts_are_those_of_the_official_list(void **state)
{
    (void)state;
    static char text[4096];
    int seen = 0;
    struct err e;
    FILE *f = fopen("tests/data/districts.csv", "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    assert_int_equal(fclose(f), 0);
    err_init(&e, a);
    struct sheet *sheet = sheet_new(SHEET_UTF8, on_district, &seen);
    assert_true(sheet_feed(sheet, text, n, &e) && sheet_end(sheet, &e));
    sheet_free(sheet);
    assert_int_equal(seen, city_here()->n);
}

static void test_only_districts_of_the_city(void **state)
{
    (void)state;
    const struct city *shanghai = city_here();
    assert_string_equal(canonical(ident_district, "310115"), "310115");
    assert_string_equal(canonical(ident_district, "310103"), "refused");
    assert_string_equal(canonical(ident_district, "440106"), "refused");
    city_choose(city_find(a, STR("440100")));
    assert_string_equal(canonical(ident_district, "440106"), "440106");
    assert_string_equal(canonical(ident_district, "310115"), "refused");
    assert_string_equal(hint_of(ident_district, "310115"), "440103 (荔湾区)");
    city_choose(shanghai);
}

/* Municipalities, a city without districts, one that a province governs itself, the last of all. */
static void test_every_city_is_there(void **state)
{
    (void)state;
    static const struct {
        const char *code, *zh, *en, *first;
        int n;
    } want[] = {{"110000", "北京市", "Beijing", "110101", 16},
        {"440100", "广州市", "Guangzhou", "440103", 11},
        {"330100", "杭州市", "Hangzhou", "330102", 13},
        {"500000", "重庆市", "Chongqing", "500101", 38},
        {"441900", "东莞市", "Dongguan", "441900", 1}, {"429004", "仙桃市", "Xiantao", "429004", 1},
        {"659012", "白杨市", "Baiyang", "659012", 1}};
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        const struct city *c = city_find(a, str_of(want[i].code));
        assert_non_null(c);
        assert_string_equal(c->zh, want[i].zh);
        assert_string_equal(c->en, want[i].en);
        assert_int_equal(c->n, want[i].n);
        assert_string_equal(c->district[0].code, want[i].first);
    }
    assert_null(city_find(a, STR("310100")));
    assert_null(city_find(a, STR("440106"))); /* a district is no city */
    assert_null(city_find(a, STR("")));
}

static void test_addresses_that_can_be_sent_to(void **state)
{
    (void)state;
    static const char *const good[] = {"https://a.example/", "https://a.example",
        "http://127.0.0.1:80/x?y=1&z=%20", "https://[2001:db8::1]:8443/",
        "https://a-b.example:65535"};
    static const char *const bad[] = {"", "https://", "https:///x", "ftp://a/", "HTTPS://a/",
        "https://u@a/", "https://a/#x", "https://a/ b", "https://a:/", "https://a:123456/",
        "https://[::1/", "https://[::1]x/", "https://a\\b/", "https://\xe4\xb8\x8a/",
        "https://a/\x01", "//a/", "a.example"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_string_equal(canonical(ident_url, good[i]), good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_string_equal(canonical(ident_url, bad[i]), "refused");
}

static void test_figures_and_periods_are_kept_as_written(void **state)
{
    (void)state;
    const char *const good[] = {"0", "37", "0.75", "123456789012345.1234", "10.50"};
    const char *const bad[] = {"", "-1", "+1", "01", "00", "1.", ".5", "1.2.3", "1e3", " 1",
        "1,000", "1.00001", "1234567890123456", "१२"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_string_equal(canonical(ident_decimal, good[i]), good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(code_of(ident_decimal, bad[i]), E_DECIMAL);
    assert_string_equal(canonical_bytes(ident_decimal, (struct str){"1\0", 2}), "refused");
    assert_string_equal(canonical(ident_period, "2022"), "2022");
    assert_string_equal(canonical(ident_period, "2022Q4"), "2022Q4");
    assert_int_equal(code_of(ident_period, "2022Q5"), E_PERIOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_credit_codes_pass_with_both_check_characters),
        cmocka_unit_test(test_wrong_credit_codes_say_what_would_be_right),
        cmocka_unit_test(test_one_wrong_character_of_a_credit_code_is_always_found),
        cmocka_unit_test(test_patents_are_stored_without_prefix_and_dot),
        cmocka_unit_test(test_every_spelling_of_a_patent_gives_one_form),
        cmocka_unit_test(test_wrong_or_swapped_characters_of_any_patent_are_found),
        cmocka_unit_test(test_the_kind_follows_from_the_number),
        cmocka_unit_test(test_a_refusal_names_the_register_that_was_meant),
        cmocka_unit_test(test_a_nul_inside_a_number_is_not_mended),
        cmocka_unit_test(test_a_patent_number_carries_its_year),
        cmocka_unit_test(test_wrong_patents_say_the_check_digit),
        cmocka_unit_test(test_trademarks_are_told_from_patents),
        cmocka_unit_test(test_numbers_are_taken_as_they_are_printed),
        cmocka_unit_test(test_a_patent_says_what_was_expected_of_it),
        cmocka_unit_test(test_short_patent_numbers_are_of_1985_to_2003),
        cmocka_unit_test(test_a_name_holds_no_identity_card_number),
        cmocka_unit_test(test_rights_end_as_the_law_says),
        cmocka_unit_test(test_a_trademark_ends_the_day_before_its_tenth_anniversary),
        cmocka_unit_test(test_industries_carry_the_letter_of_their_section),
        cmocka_unit_test(test_pledge_numbers),
        cmocka_unit_test(test_districts_are_those_of_the_official_list),
        cmocka_unit_test(test_only_districts_of_the_city),
        cmocka_unit_test(test_every_city_is_there),
        cmocka_unit_test(test_addresses_that_can_be_sent_to),
        cmocka_unit_test(test_figures_and_periods_are_kept_as_written),
    };
    return unit_run(&a, tests);
}
