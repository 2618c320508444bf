/* Signed requests: the RFC's own vector, the strict form, the digest of a body. */
#include "http_signature.h"
#include "signing.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

/* RFC 9421 B.1.5, B.2.5 */
#define SECRET                                                                                     \
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
#define INPUT                                                                                      \
    "sig-b25=(\"date\" \"@authority\" \"content-type\");created=1618884473;"                       \
    "keyid=\"test-shared-secret\""
#define MAC "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"

static struct str component(void *arg, struct str name)
{
    (void)arg;
    return str_is(name, "date")           ? STR("Tue, 20 Apr 2021 02:07:55 GMT")
           : str_is(name, "@authority")   ? STR("example.com")
           : str_is(name, "content-type") ? STR("application/json")
                                          : (struct str){NULL, 0};
}

static void test_the_vector_of_the_rfc(void **state)
{
    (void)state;
    struct http_signature s[SIGNATURES_MAX];
    struct str missing;
    const char *why;
    int n;
    assert_true(http_signatures_read(a, STR(INPUT), STR(MAC), s, &n, &why));
    assert_true(n == 1 && s[0].created == 1618884473 && str_is(s[0].keyid, "test-shared-secret"));
    struct str base = http_signature_base(a, &s[0], component, NULL, &missing);
    assert_string_equal(base.p,
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@authority\": example.com\n"
        "\"content-type\": application/json\n\"@signature-params\": "
        "(\"date\" \"@authority\" "
        "\"content-type\");created=1618884473;keyid=\"test-shared-secret\"");
    struct str mac = http_mac(a, "SHA256", base64_read(a, STR(SECRET)), base);
    assert_true(http_mac_eq(mac, s[0].mac));
    assert_false(http_mac_eq(http_mac(a, "SM3", base64_read(a, STR(SECRET)), base), s[0].mac));
    assert_false(http_mac_eq(http_mac(a, "SHA256", STR("other"), base), s[0].mac));
}

/* GB/T 15852.2's way with SM3; by `printf abc | openssl dgst -sm3 -hmac key`. */
static void test_hmac_with_sm3(void **state)
{
    (void)state;
    struct str mac = http_mac(a, "SM3", STR("key"), STR("abc"));
    assert_int_equal(mac.n, 32);
    assert_string_equal(hex_text(a, (const unsigned char *)mac.p, mac.n).p,
        "28e63256e7c5a087b1f073265dc53092163f7b82729735d06f28f10af9d52393");
}

static void test_what_is_not_the_one_form(void **state)
{
    (void)state;
    static const char *const inputs[] = {"", "x", "x=", "x=(", "x=()x", "x=(\"a\"",
        "x=(\"a\"  \"b\")", "x=( \"a\")", "x=(\"a\" )", "x=(a)", "x=(\"a\" \"a\")", "x=(\"a\";sf)",
        "x=(\"a\");created=\"1\"", "x=(\"a\");created=01", "x=(\"a\");created=-1",
        "x=(\"a\");created=1;created=1", "x=(\"a\");created=1234567890123", "x=(\"a\"); created=1",
        "x=(\"a\");colour=\"red\"", "x=(\"a\");nonce=n", "x=(\"a\");nonce=\"n",
        "x=(\"a\");nonce=\"\\n\"", "X=(\"a\")", "x=(\"a\"),", "x=(\"a\"),x=(\"b\")",
        "x=(\"a\") y=(\"b\")", "x=(\"\xe2\x80\x94\")"};
    static const char *const macs[] = {"", "x",
        "x=YQ==", "x=:YQ==", "x=:YQ=:", "x=:Y Q:", "x=:YQ==:,", "x=:YQ==:,x=:YQ==:", "x=:YQ==:;a"};
    struct http_signature s[SIGNATURES_MAX];
    const char *why;
    int n;
    for (size_t i = 0; i < COUNT_OF(inputs); i++)
        assert_false(http_signatures_read(a, str_of(inputs[i]), STR("x=:YQ==:"), s, &n, &why));
    for (size_t i = 0; i < COUNT_OF(macs); i++)
        assert_false(http_signatures_read(a, STR("x=(\"a\")"), str_of(macs[i]), s, &n, &why));
    assert_true(
        http_signatures_read(a, STR("p=(),x=(\"a\");tag=\"t\" ,\ty=(\"b\");nonce=\"\\\"\\\\\""),
            STR("p=:YQ==:, x=:YQ==:"), s, &n, &why));
    assert_true(n == 3 && s[0].n == 0 && str_is(s[2].nonce, "\"\\") && !s[2].mac.p);
    assert_string_equal(s[1].params.p, "(\"a\");tag=\"t\"");
}

static void test_digests(void **state)
{
    (void)state;
    struct str body = STR("{\"hello\": \"world\"}"); /* RFC 9530, B.1 */
    static const char good[] = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    static const char *const wrong[] = {"",
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPA=:", "md5=:YQ==:",
        "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, sha-512=:YQ==:"};
    assert_true(http_digest_fits(a, str_of(good), body));
    assert_true(http_digest_fits(a, arena_printf(a, "md5=:YQ==:, %s", good), body));
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(http_digest_fits(a, str_of(wrong[i]), body));
    assert_false(http_digest_fits(a, str_of(good), STR("{\"hello\": \"world\"} ")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_vector_of_the_rfc),
        cmocka_unit_test(test_hmac_with_sm3),
        cmocka_unit_test(test_what_is_not_the_one_form),
        cmocka_unit_test(test_digests),
    };
    return unit_run(&a, tests);
}
