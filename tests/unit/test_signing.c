/* Signatures and the text of a seal: what is altered by one bit is no longer signed. */
#include "manifest.h"
#include "merkle.h"
#include "signing.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

static struct str altered(struct str s, size_t at, unsigned bit)
{
    struct str copy = arena_str(a, s.p, s.n);
    char *p = arena_alloc(a, s.n + 1);
    memcpy(p, copy.p, s.n);
    p[at] = (char)((unsigned char)p[at] ^ (1u << bit));
    return (struct str){p, s.n};
}

static void test_what_is_signed_verifies_and_nothing_else(void **state)
{
    (void)state;
    for (int kind = 0; kind < SIGNING_KIND_COUNT; kind++) {
        struct signing_key *k = signing_make((enum signing_kind)kind);
        struct signing_key *other = signing_make((enum signing_kind)kind);
        assert_non_null(k);
        struct signing_key *public = signing_read(signing_public(a, k));
        assert_non_null(public);
        struct str text = STR("季度报告 2022Q3\n"), signature = signing_sign(a, k, text);
        assert_true(signing_verify(k, text, signature));
        assert_true(signing_verify(public, text, signature));
        assert_false(signing_verify(other, text, signature));
        for (size_t i = 0; i < text.n; i++)
            assert_false(signing_verify(public, altered(text, i, i % 8), signature));
        for (size_t i = 0; i < signature.n; i++)
            assert_false(signing_verify(public, text, altered(signature, i, i % 8)));
        assert_false(signing_verify(public, text, STR("")));
        signing_free(public);
        signing_free(other);
        signing_free(k);
    }
}

static void test_a_key_is_the_same_after_its_file(void **state)
{
    (void)state;
    for (int kind = 0; kind < SIGNING_KIND_COUNT; kind++) {
        struct signing_key *k = signing_make((enum signing_kind)kind);
        struct signing_key *back = signing_read(signing_private(a, k));
        assert_non_null(back);
        assert_int_equal(signing_kind_of(back), kind);
        assert_string_equal(signing_fingerprint(a, back).p, signing_fingerprint(a, k).p);
        assert_true(signing_verify(k, STR("x"), signing_sign(a, back, STR("x"))));
        signing_free(back);
        signing_free(k);
    }
    assert_null(signing_read(STR("-----BEGIN PUBLIC KEY-----\n")));
    assert_null(signing_read((struct str){NULL, 0}));
}

/* GB/T 32905-2016, appendix A.1. */
static void test_sm3_is_that_of_the_standard(void **state)
{
    (void)state;
    assert_string_equal(sm3_hex(a, STR("abc")).p,
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

/* RFC 4648 section 10, and what is not base64. */
static void test_base64(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    static const char *const bad[] = {
        "Zg", "Zg=", "Zh==", "Z===", "====", "Zm9v\n", " Zm9v", "Zm=v", "Zm9v=", "中文"};
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        assert_string_equal(base64(a, str_of(pairs[i][0])).p, pairs[i][1]);
        struct str back = base64_read(a, str_of(pairs[i][1]));
        assert_true(str_is(back, pairs[i][0]));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_null(base64_read(a, str_of(bad[i])).p);
}

static struct manifest sample(void)
{
    struct manifest m = {.quarter = STR("2022Q3"),
        .as_of = STR("2022-09-30"),
        .basis = STR("signed_on"),
        .known_at = STR("2022-10-12T09:30:00.123456+08:00"),
        .log_size = STR("17"),
        .log_root = STR("00ff"),
        .sealed_at = STR("2022-10-12T09:31:00.000000+08:00"),
        .sealed_by = STR("王 敏@FINANCE"),
        .previous = STR("none"),
        .cells = STR("2 abcd"),
        .n = 2};
    m.form[0] = sealed_form_of(a, STR("json"), STR("zh"), STR("{}"));
    m.form[1] = sealed_form_of(a, STR("csv"), STR("zh"), STR("a,b\n"));
    return m;
}

static void test_a_manifest_reads_back(void **state)
{
    (void)state;
    struct manifest m = sample(), back;
    struct str text = manifest_text(a, &m);
    assert_true(manifest_parse(a, text, &back));
    assert_string_equal(back.sealed_by.p, "王 敏@FINANCE");
    assert_int_equal(back.n, 2);
    assert_ptr_equal(manifest_form(a, &back, STR("a,b\n")), &back.form[1]);
    assert_null(manifest_form(a, &back, STR("a,c\n")));
    /* sha256sum and openssl dgst -sm3 of "{}" */
    assert_non_null(strstr(text.p,
        "form json zh 2 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a "));
}

static void test_a_text_that_is_not_quite_a_manifest_is_refused(void **state)
{
    (void)state;
    struct manifest m = sample(), back;
    struct str text = manifest_text(a, &m);
    for (size_t n = 0; n < text.n; n++) {
        struct str cut = arena_str(a, text.p, n);
        if (manifest_parse(a, cut, &back))
            assert_int_equal(back.n, 1);
    }
    assert_false(manifest_parse(a, arena_printf(a, "%s\n", text.p), &back));
    assert_false(manifest_parse(a, arena_printf(a, " %s", text.p), &back));
    assert_false(manifest_parse(a, (struct str){text.p, text.n + 1}, &back));
    m.form[1].bytes = -4;
    assert_false(manifest_parse(a, manifest_text(a, &m), &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_signed_verifies_and_nothing_else),
        cmocka_unit_test(test_a_key_is_the_same_after_its_file),
        cmocka_unit_test(test_sm3_is_that_of_the_standard),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_a_manifest_reads_back),
        cmocka_unit_test(test_a_text_that_is_not_quite_a_manifest_is_refused),
    };
    return unit_run(&a, tests);
}
