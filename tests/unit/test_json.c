/* The JSON wall: what RFC 8259 allows comes in exactly, all else stays out. */
#include "json.h"
#include "unit.h"

static struct arena *a;

static const struct json *parse(struct str s, const char **code)
{
    struct err e;
    err_init(&e, a);
    const struct json *j = json_parse(a, s, &e);
    assert_int_equal(j == NULL, e.n > 0);
    *code = j ? "" : err_text(e.first->code)->name;
    return j;
}

static const char *refusal(struct str s)
{
    const char *code;
    parse(s, &code);
    return code;
}

static void test_what_json_allows_is_read(void **state)
{
    (void)state;
    const char *code;
    const struct json *j = parse(
        STR("{\"a\":[1,-2,0.5,1e3,true,null],\"b\":\"\\u4e2d\\ud83d\\ude00\\n\",\"A\":{}}"), &code);
    assert_non_null(j);
    assert_int_equal(j->count, 3);
    const struct json *list = json_get(j, "a");
    assert_int_equal(list->count, 6);
    assert_int_equal(list->child->n, 1);
    assert_int_equal(list->child->next->n, -2);
    assert_false(list->child->next->next->whole);
    assert_string_equal(json_get(j, "b")->text.p, "中😀\n");
    assert_int_equal(json_get(j, "A")->kind, JSON_OBJECT);
    assert_null(json_get(j, "B"));
}

static void test_what_json_forbids_is_refused(void **state)
{
    (void)state;
    const struct str bad[] = {STR(""), STR(" "), STR("{"), STR("[1,]"), STR("{\"a\":1,}"),
        STR("01"), STR("1."), STR("-"), STR("+1"), STR(".5"), STR("1e"), STR("1e+"), STR("-01"),
        STR("NaN"), STR("Infinity"), STR("0x1F"), STR("truex"), STR("True"), STR("{} x"),
        STR("{}\0"), STR("\"a\tb\""), STR("\"\\x\""), STR("\"\\u12\""), STR("\"\\u0000\""),
        STR("\"\\ud800\""), STR("\"\\ud800\\u0041\""), STR("\"\\udc00\""), STR("'a'"), STR("{a:1}"),
        STR("[1 2]"), STR("{\"a\" 1}"), STR("\f1"), STR("\xEF\xBB\xBF{}"), STR("\"abc"),
        STR("{\"a\":1 \"b\":2}"), STR("[1}"), STR("1,2"), STR("/**/1")};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_string_not_equal(refusal(bad[i]), "");
}

static void test_bytes_that_are_not_utf8_are_named_so(void **state)
{
    (void)state;
    assert_string_equal(refusal(STR("\"\xff\"")), "E_UTF8");
    assert_string_equal(refusal(STR("\"\xc0\xaf\"")), "E_UTF8");
    assert_string_equal(refusal(STR("\"\xed\xa0\x80\"")), "E_UTF8");
    assert_string_equal(refusal(STR("\"\xe4\xb8\"")), "E_UTF8");
    assert_string_equal(refusal(STR("\"\xf5\x80\x80\x80\"")), "E_UTF8");
}

static void test_a_key_twice_is_refused_however_it_is_written(void **state)
{
    (void)state;
    assert_string_equal(refusal(STR("{\"a\":1,\"a\":2}")), "E_DUPLICATE_KEY");
    assert_string_equal(refusal(STR("{\"a\":1,\"\\u0061\":2}")), "E_DUPLICATE_KEY");
    assert_string_equal(refusal(STR("[{\"x\":{\"b\":1,\"c\":2,\"b\":3}}]")), "E_DUPLICATE_KEY");
    assert_string_equal(refusal(STR("{\"a\":1,\"A\":2}")), "");
}

static void test_sixteen_levels_and_no_more(void **state)
{
    (void)state;
    assert_string_equal(refusal(STR("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]")), "");
    assert_string_equal(refusal(STR("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]")), "E_DEPTH");
}

static void test_whole_numbers_are_exact_or_not_whole(void **state)
{
    (void)state;
    const char *code;
    const struct json *j = parse(STR("9007199254740991"), &code);
    assert_true(j->whole);
    assert_int_equal(j->n, INT64_C(9007199254740991));
    assert_false(parse(STR("9007199254740993"), &code)->whole);
    assert_false(parse(STR("1e400"), &code)->whole);
    assert_false(parse(STR("0.1"), &code)->whole);
}

static void test_what_is_written_can_be_read_again(void **state)
{
    (void)state;
    struct buf b;
    const char *code;
    buf_init(&b, a);
    json_open(&b, '{');
    json_key(&b, "text");
    json_str(&b, STR("a\"\\\n\t\x01中/"));
    json_key(&b, "money");
    json_money(&b, (money){-5});
    json_key(&b, "list");
    json_open(&b, '[');
    json_i64(&b, 1);
    json_open(&b, '{');
    json_close(&b, '}');
    json_bool(&b, false);
    json_null(&b);
    json_close(&b, ']');
    json_close(&b, '}');
    assert_string_equal(b.p, "{\"text\":\"a\\\"\\\\\\n\\t\\u0001中/\",\"money\":\"-0.05\","
                             "\"list\":[1,{},false,null]}");
    const struct json *j = parse(buf_view(&b), &code);
    assert_string_equal(json_get(j, "text")->text.p, "a\"\\\n\t\x01中/");
}

static const char *members_of(const char *object)
{
    struct buf out;
    buf_init(&out, a);
    json_open(&out, '{');
    json_key(&out, "first");
    json_i64(&out, 1);
    json_members(&out, str_of(object));
    json_key(&out, "last");
    json_bool(&out, true);
    json_close(&out, '}');
    return buf_view(&out).p;
}

static void test_members_of_one_text_go_into_another_as_they_stand(void **state)
{
    (void)state;
    assert_string_equal(members_of("{}"), "{\"first\":1,\"last\":true}");
    assert_string_equal(members_of(" { } "), "{\"first\":1,\"last\":true}");
    assert_string_equal(members_of("{\"a\":\"x\",\"b\":[1,{\"c\":2}]}"),
        "{\"first\":1,\"a\":\"x\",\"b\":[1,{\"c\":2}],\"last\":true}");
    /* as json_build_object writes them: blanks between members go, those inside of values stay */
    assert_string_equal(members_of("{\"a\" : 1.50, \"b\" : {\"x\" : [1, 2]} , \n\"c\" : \"\" }"),
        "{\"first\":1,\"a\":1.50,\"b\":{\"x\" : [1, 2]},\"c\":\"\",\"last\":true}");
    /* brackets, commas and quotes inside of strings are none */
    assert_string_equal(members_of("{\"k}\\\",\":\"]},{[\\\\\",\"z\":\"\\\"}\"}"),
        "{\"first\":1,\"k}\\\",\":\"]},{[\\\\\",\"z\":\"\\\"}\",\"last\":true}");
}

static void test_members_that_are_null_are_not_told_but_inner_ones_are(void **state)
{
    (void)state;
    assert_string_equal(members_of("{\"a\":null,\"b\" : null , \"c\":{\"d\":null},\"e\":\"null\"}"),
        "{\"first\":1,\"c\":{\"d\":null},\"e\":\"null\",\"last\":true}");
    assert_string_equal(members_of("{\"a\" : null}"), "{\"first\":1,\"last\":true}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_json_allows_is_read),
        cmocka_unit_test(test_what_json_forbids_is_refused),
        cmocka_unit_test(test_bytes_that_are_not_utf8_are_named_so),
        cmocka_unit_test(test_a_key_twice_is_refused_however_it_is_written),
        cmocka_unit_test(test_sixteen_levels_and_no_more),
        cmocka_unit_test(test_whole_numbers_are_exact_or_not_whole),
        cmocka_unit_test(test_what_is_written_can_be_read_again),
        cmocka_unit_test(test_members_of_one_text_go_into_another_as_they_stand),
        cmocka_unit_test(test_members_that_are_null_are_not_told_but_inner_ones_are),
    };
    return unit_run(&a, tests);
}
