/*
 * params.c - ids, the media type of a body, and the values of query parameters.
 */
#include "api.h"
#include "ident.h"
#include <openssl/rand.h>

struct str uuid_make(struct arena *a)
{
    static int64_t last_ms;
    static unsigned counter;
    unsigned char tail[8], start[2];
    int64_t ms = clock_us() / 1000;
    MUST(RAND_bytes(tail, sizeof tail) == 1 && RAND_bytes(start, sizeof start) == 1);
    if (ms > last_ms) {
        last_ms = ms;
        counter = start[0] * 4u; /* random start, room to count upwards */
    } else if (++counter > 0xfff) {
        last_ms++;
        counter = 0;
    }
    unsigned long long t = (unsigned long long)last_ms;
    return arena_printf(a, "%08llx-%04llx-7%03x-%02x%02x-%02x%02x%02x%02x%02x%02x", t >> 16,
        t & 0xffff, counter, (tail[0] & 0x3fu) | 0x80u, tail[1], tail[2], tail[3], tail[4], tail[5],
        tail[6], tail[7]);
}

bool uuid_is(struct str s)
{
    enum err_code code;
    struct str same, hint;
    return ident_id(NULL, s, &same, &code, &hint);
}

static struct str param_pointer(struct req *r, const char *name)
{
    return arena_printf(r->a, "?%s", name);
}

bool param_flag(struct req *r, const char *name)
{
    struct str s = req_param(r, name);
    if (!s.p || str_is(s, "false"))
        return false;
    if (!str_is(s, "true"))
        err_add(&r->err, E_CHOICE, param_pointer(r, name), "true, false");
    return true;
}

bool param_day(struct req *r, const char *name, day fallback, day *out)
{
    struct str s = req_param(r, name);
    *out = fallback;
    if (s.p && !day_parse(s, out))
        return err_add(&r->err, E_DAY, param_pointer(r, name), NULL);
    return true;
}

/* As PostgreSQL takes it. "now" is the live view, as is no instant at all. */
bool param_instant(struct req *r, const char *name, struct str *out)
{
    struct str s = req_param(r, name);
    int64_t us;
    *out = (struct str){NULL, 0};
    if (!s.p || str_is(s, "now"))
        return true;
    if (!instant_parse(s, &us))
        return err_add(&r->err, E_INSTANT, param_pointer(r, name), NULL);
    char *zone = arena_alloc(r->a, s.n + 1);
    memcpy(zone, s.p, s.n);
    for (size_t i = 19; i < s.n; i++) {
        if (zone[i] == ' ')
            zone[i] = '+';
    }
    *out = (struct str){zone, s.n};
    return true;
}

bool count_parse(struct str s, int64_t least, int64_t most, int64_t *out)
{
    int64_t n = 0;
    if (!s.p || s.n == 0 || s.n > 15)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (s.p[i] - '0');
    }
    *out = n;
    return n >= least && n <= most;
}

bool param_count(
    struct req *r, const char *name, int64_t least, int64_t most, int64_t fallback, int64_t *out)
{
    struct str s = req_param(r, name);
    *out = fallback;
    return !s.p || count_parse(s, least, most, out) ||
           err_add(&r->err, E_RANGE, param_pointer(r, name), "%lld–%lld", (long long)least,
               (long long)most);
}

void param_put(struct req *r, struct arena *a, const char *name, struct str value)
{
    struct param *p = r->params;
    while (p && !str_is(p->name, name))
        p = p->next;
    if (!p) {
        p = arena_alloc(a, sizeof *p);
        *p = (struct param){.name = str_of(name), .next = r->params};
        r->params = p;
    }
    p->value = value;
}

const char xlsx_type[] = XLSX_TYPE;

bool body_is(const struct req *r, const char *want)
{
    struct str type = req_header(r, "content-type");
    size_t n = strlen(want);
    return type.p && type.n >= n && strncasecmp(type.p, want, n) == 0 &&
           (type.n == n || type.p[n] == ';' || type.p[n] == ' ');
}

struct str late_reason(struct req *r)
{
    struct str text = req_param(r, "reason");
    struct value v = {.s = STR("")};
    if (text.p && !field_from_text(r->a, &reason_field, text, STR("?reason"), &v, &r->err))
        return STR("");
    return v.s;
}
