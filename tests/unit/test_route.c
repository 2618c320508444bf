/* Paths and methods find their row, refusals say why, and no row hides another. */
#include "replies.h"
#include "unit.h"

static struct arena *a;

static struct req *asked(enum http_method method, const char *path)
{
    return dispatch(a, method, str_of(path));
}

/* The pattern with a word for each {x}. */
static struct str example(const char *pattern)
{
    struct buf b;
    buf_init(&b, a);
    for (const char *p = pattern; *p; p++) {
        if (*p == '{') {
            buf_text(&b, "w0");
            p = strchr(p, '}');
        } else {
            buf_char(&b, *p);
        }
    }
    return buf_view(&b);
}

static unsigned lowest(unsigned roles)
{
    unsigned kind = 0;
    while (roles && !(roles & 1u << kind))
        kind++;
    return kind;
}

static void test_every_row_is_found_by_its_own_path(void **state)
{
    (void)state;
    const struct route *t;
    for (int i = 0; (t = route_at(i)); i++) {
        if (t->page)
            continue;
        acting = (enum org_kind)lowest(t->roles);
        struct req *r = dispatch(a, t->method, example(t->path));
        if (r->route != t)
            fail_msg("%s is hidden by %s", t->path, r->route ? r->route->path : "nothing");
        assert_string_equal(r->route_path, t->path);
        assert_int_equal(replied.n, 1);
        assert_int_equal(replied.code, E_PARAM);
        if (strchr(t->path, '{'))
            assert_string_equal(r->capture[0].p, "w0");
    }
}

static void test_segments_are_captured_in_order(void **state)
{
    (void)state;
    acting = ORG_AUDITOR;
    assert_string_equal(
        asked(METHOD_GET, "/v1/loans/abc/history")->route->path, "/v1/loans/{id}/history");
    assert_string_equal(asked(METHOD_GET, "/v1/loans/a%b")->capture[0].p, "a%b");
    assert_string_equal(
        asked(METHOD_GET, "/v1/loans/template.csv")->route->path, "/v1/loans/template.csv");
    assert_string_equal(asked(METHOD_HEAD, "/v1/loans")->route->path, "/v1/loans");
}

static void test_other_paths_are_not_there(void **state)
{
    static const char *const paths[] = {"/", "/v1", "/v1/", "/v1/loans/", "//v1/loans",
        "/v1/loans//history", "/v1/Loans", "/v1/loans/a/history/", "/v1/loans/a/b/c/d/e/f/g"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct req *r = asked(METHOD_GET, paths[i]);
        assert_null(r->route);
        assert_null(r->route_path);
        assert_int_equal(replied.code, E_NOT_FOUND);
    }
}

static void test_a_wrong_method_is_told_the_right_ones(void **state)
{
    (void)state;
    (void)asked(METHOD_DELETE, "/v1/loans");
    assert_int_equal(replied.code, E_METHOD);
    assert_string_equal(replied.allow.p, "POST, GET, HEAD");
    (void)asked(METHOD_POST, "/healthz");
    assert_string_equal(replied.allow.p, "GET, HEAD");
    /* Two patterns fit: a method is named once. */
    (void)asked(METHOD_OTHER, "/v1/loans/template.csv");
    assert_string_equal(replied.allow.p, "GET, HEAD, PUT");
}

static void test_roles_come_before_parameters(void **state)
{
    (void)state;
    acting = ORG_AUDITOR;
    (void)asked(METHOD_POST, "/v1/loans");
    assert_int_equal(replied.code, E_ROLE);
    acting = ORG_BANK;
    (void)asked(METHOD_POST, "/v1/loans");
    assert_int_equal(replied.code, E_PARAM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_found_by_its_own_path),
        cmocka_unit_test(test_segments_are_captured_in_order),
        cmocka_unit_test(test_other_paths_are_not_there),
        cmocka_unit_test(test_a_wrong_method_is_told_the_right_ones),
        cmocka_unit_test(test_roles_come_before_parameters),
    };
    return unit_run(&a, tests);
}
