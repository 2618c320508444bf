/* Any method, path and parameter: no crash, one answer, and a row that is found fits the path. */
#include "api.h"
#include "replies.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int slashes(const char *p, size_t n)
{
    int count = 0;
    for (size_t i = 0; i < n; i++)
        count += p[i] == '/';
    return count;
}

/* What a parameter is read as lies within its bounds. */
static void check_params(struct arena *a, struct str value)
{
    struct param param = {.name = STR("p"), .value = value};
    struct req r = {.a = a, .params = &param};
    int64_t n = 0;
    day d = {0};
    struct str instant = {NULL, 0};
    err_init(&r.err, a);
    if (count_parse(value, 1, 1000, &n))
        MUST(n >= 1 && n <= 1000 && value.n <= 15);
    if (param_day(&r, "p", DAY_MIN, &d))
        MUST(d.n >= DAY_MIN.n && d.n <= DAY_MAX.n);
    (void)param_instant(&r, "p", &instant); /* problems are in r.err */
    if (uuid_is(value))
        MUST(value.n == 36);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    if (size > 1 && !memchr(data, 0, size)) {
        struct str path = arena_printf(a, "/%.*s", (int)(size - 1), (const char *)data + 1);
        acting = (enum org_kind)(data[0] % ORG_KIND_COUNT);
        struct req *r = dispatch(a, (enum http_method)(data[0] / 8 % (METHOD_OTHER + 1)), path);
        MUST(replied.n == 1);
        const char *fits = r->route ? r->route->path : "";
        int deep = slashes(fits, strlen(fits));
        MUST(!r->route || slashes(path.p, path.n) == deep ||
             (strstr(fits, "{*}") && slashes(path.p, path.n) > deep));
        check_params(a, (struct str){path.p + 1, path.n - 1});
    }
    arena_free(a);
    return 0;
}
