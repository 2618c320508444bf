/* Heads of requests: what two servers could read in two ways is refused, the rest is read once. */
#include "conn.h"
#include "unit.h"

static struct arena *a;

/* An exchange without a connection; the head must have been scanned. */
static struct exchange *exchange_alone(void)
{
    struct exchange *ex = arena_alloc(a, sizeof *ex);
    ex->r.a = a;
    err_init(&ex->r.err, a);
    return ex;
}

static struct exchange *parsed(const char *head)
{
    struct exchange *ex = exchange_alone();
    struct fault f = {0, E_HTTP, ""};
    size_t seen = 0, n = strlen(head);
    assert_int_equal(head_scan(head, n, &seen, &f), SCAN_DONE);
    assert_int_equal(seen, n);
    if (!head_parse(ex, head, n, &f))
        fail_msg("%d %s: %s", f.status, f.what, head);
    return ex;
}

static void refused(const char *head, int status, const char *what)
{
    struct exchange *ex = exchange_alone();
    struct fault f = {0, E_HTTP, ""};
    size_t seen = 0, n = strlen(head);
    enum scan scan = head_scan(head, n, &seen, &f);
    assert_int_not_equal(scan, SCAN_MORE);
    if (scan == SCAN_DONE && head_parse(ex, head, seen, &f))
        fail_msg("taken: %s", head);
    assert_int_equal(f.status, status);
    assert_string_equal(f.what, what);
}

static void test_a_head_is_seen_whole_however_it_is_cut(void **state)
{
    static const char head[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET";
    struct fault f;
    (void)state;
    for (size_t cut = 0; cut < sizeof head - 1; cut++) {
        size_t seen = 0;
        enum scan first = head_scan(head, cut, &seen, &f);
        assert_int_equal(first, cut < 27 ? SCAN_MORE : SCAN_DONE);
        assert_int_equal(seen, cut < 27 ? cut : 27);
        if (first == SCAN_MORE)
            assert_int_equal(head_scan(head, sizeof head - 1, &seen, &f), SCAN_DONE);
        assert_int_equal(seen, 27);
    }
}

static void test_what_it_asks_for_is_read(void **state)
{
    (void)state;
    struct exchange *ex = parsed("PUT /v1/loans/%E8%B4%B7?reason=a+b%2Bc&x&y=1 HTTP/1.1\r\n"
                                 "Host: ledger.example:8420\r\nContent-Length: 12\r\n"
                                 "X-A: \t one \r\nx-a: two\r\n\r\n");
    assert_int_equal(ex->r.method, METHOD_PUT);
    assert_string_equal(ex->r.path.p, "/v1/loans/贷");
    assert_string_equal(req_param(&ex->r, "reason").p, "a b+c");
    assert_string_equal(req_param(&ex->r, "x").p, "");
    assert_string_equal(req_param(&ex->r, "y").p, "1");
    assert_null(req_param(&ex->r, "z").p);
    assert_string_equal(req_header(&ex->r, "x-a").p, "one, two");
    assert_null(req_header(&ex->r, "x-b").p);
    assert_true(ex->r.has_body);
    assert_int_equal(ex->length, 12);
    assert_true(ex->wants_keep_alive);
}

static void test_bodies_are_framed_in_one_way_only(void **state)
{
    (void)state;
    assert_int_equal(
        parsed("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")->length, -1);
    assert_false(parsed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")->r.has_body);
    refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        400, "Content-Length and Transfer-Encoding");
    refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400,
        "Content-Length repeated");
    static const char *const lengths[] = {
        "", "+1", "-1", "0x1", "1,1", "1 1", "1234567890123456789"};
    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        refused(
            arena_printf(a, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %s\r\n\r\n", lengths[i])
                .p,
            400, "Content-Length");
    static const char *const codings[] = {"gzip", "chunked, chunked", "Chunked", "identity"};
    for (size_t i = 0; i < COUNT_OF(codings); i++)
        refused(arena_printf(
                    a, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: %s\r\n\r\n", codings[i])
                    .p,
            400, "Transfer-Encoding");
    refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "Transfer-Encoding");
}

static void test_what_smuggles_is_refused(void **state)
{
    (void)state;
    refused("GET / HTTP/1.1\nHost: a\n\n", 400, "CR LF");
    refused("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400, "CR LF");
    refused("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400, "folded header line");
    refused("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "header name");
    refused("GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n", 400, "header name");
    refused("GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400, "control character");
    refused("GET / HTTP/1.1\r\n\r\n", 400, "Host missing");
    refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "Host repeated");
    static const char *const hosts[] = {"a b", "a:b", "[::1", "[]", "a:123456", "a/b", "", "a@b"};
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        refused(arena_printf(a, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i]).p, 400, "Host");
    (void)parsed("GET / HTTP/1.1\r\nHost: [::1]:8420\r\n\r\n");
    (void)parsed("GET / HTTP/1.0\r\n\r\n"); /* had no Host yet */
}

static void test_request_lines_are_strict(void **state)
{
    (void)state;
    static const char *const lines[][2] = {{"GET  / HTTP/1.1", "version"},
        {"GET / HTTP/1.2", "version"}, {"GET / HTTP/2.0", "version"}, {"GET / http/1.1", "version"},
        {"GET /", "request line"}, {"GET /a b HTTP/1.1", "version"}, {"G(T / HTTP/1.1", "method"},
        {"GET http://a/ HTTP/1.1", "target must begin with /"}, {"CONNECT a:1 HTTP/1.1", "CONNECT"},
        {"GET /# HTTP/1.1", "byte in target"}, {"GET /%4 HTTP/1.1", "% in target"},
        {"GET /%zz HTTP/1.1", "% in target"}, {"GET /%ff HTTP/1.1", "UTF-8 in target"},
        {"GET /a/%2e%2e/b HTTP/1.1", "dot segment in target"},
        {"GET /./b HTTP/1.1", "dot segment in target"}, {"GET /%00 HTTP/1.1", "UTF-8 in target"},
        {"GET /%01 HTTP/1.1", "control character"}};
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        refused(arena_printf(a, "%s\r\nHost: a\r\n\r\n", lines[i][0]).p, 400, lines[i][1]);
}

static struct str repeated(const char *head, const char *unit, int n, const char *tail)
{
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, head);
    for (int i = 0; i < n; i++)
        buf_text(&b, unit);
    buf_text(&b, tail);
    return buf_view(&b);
}

static void test_heads_have_a_size(void **state)
{
    (void)state;
    (void)parsed(repeated("GET / HTTP/1.1\r\nHost: a\r\n", "X: 1\r\n", 99, "\r\n").p);
    refused(
        repeated("GET / HTTP/1.1\r\nHost: a\r\n", "X: 1\r\n", 100, "\r\n").p, 431, "headers > 100");
    (void)parsed(repeated("GET /", "x", 8191, " HTTP/1.1\r\nHost: a\r\n\r\n").p);
    refused(repeated("GET /", "x", 8192, " HTTP/1.1\r\nHost: a\r\n\r\n").p, 414, "target > 8 KiB");
    refused(repeated("GET /", "x", 20000, "").p, 414, "target > 8 KiB");
    refused(repeated("GET / HTTP/1.1\r\nX: ", "x", 20000, "").p, 431, "head > 16 KiB");
}

static void test_the_connection_is_kept_as_asked(void **state)
{
    (void)state;
    assert_false(
        parsed("GET / HTTP/1.1\r\nHost: a\r\nConnection: te, Close\r\n\r\n")->wants_keep_alive);
    assert_false(parsed("GET / HTTP/1.0\r\n\r\n")->wants_keep_alive);
    assert_true(parsed("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")->wants_keep_alive);
    assert_false(
        parsed("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n")->wants_keep_alive);
}

static void test_the_language_is_the_one_liked_better(void **state)
{
    static const struct {
        const char *accept;
        bool english;
    } cases[] = {{"en", true}, {"zh-CN", false}, {"zh-CN,zh;q=0.9,en;q=0.8", false},
        {"en-US,en;q=0.9,zh;q=0.8", true}, {"en;q=0.5, zh;q=0.5", false}, {"fr", false},
        {"EN", true}, {"", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *head = arena_printf(
            a, "GET / HTTP/1.1\r\nHost: a\r\nAccept-Language: %s\r\n\r\n", cases[i].accept)
                               .p;
        assert_int_equal(parsed(head)->r.english, cases[i].english);
    }
}

static void test_100_continue_is_owed_only_where_a_body_comes(void **state)
{
    (void)state;
    assert_true(parsed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                       "Expect: 100-Continue\r\n\r\n")
                    ->expects_continue);
    assert_false(
        parsed("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n")->expects_continue);
    refused("GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n", 417, "wonders");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_head_is_seen_whole_however_it_is_cut),
        cmocka_unit_test(test_what_it_asks_for_is_read),
        cmocka_unit_test(test_bodies_are_framed_in_one_way_only),
        cmocka_unit_test(test_what_smuggles_is_refused),
        cmocka_unit_test(test_request_lines_are_strict),
        cmocka_unit_test(test_heads_have_a_size),
        cmocka_unit_test(test_the_connection_is_kept_as_asked),
        cmocka_unit_test(test_the_language_is_the_one_liked_better),
        cmocka_unit_test(test_100_continue_is_owed_only_where_a_body_comes),
    };
    return unit_run(&a, tests);
}
