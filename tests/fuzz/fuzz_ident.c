/* Any text: no crash; a canonical form stays as it is; numbers print as they were read. */
#include "day.h"
#include "ident.h"
#include "money.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ident(struct arena *a, ident_fn *check, struct str s)
{
    enum err_code code;
    struct str once, twice, hint = STR("");
    if (!check(a, s, &once, &code, &hint))
        return;
    MUST(check(a, once, &twice, &code, &hint) && str_eq(once, twice));
    /* No identifier holds a NUL; a canonical form that lost one would be another's. */
    MUST(!memchr(s.p, 0, s.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ident_fn *const checks[] = {
        ident_uscc, ident_ip, ident_pledge_no, ident_industry, ident_district};
    struct arena *a = arena_new();
    struct str s = arena_str(a, (const char *)data, size);
    for (size_t i = 0; i < COUNT_OF(checks); i++)
        check_ident(a, checks[i], s);
    enum err_code code;
    struct str number, hint;
    if (ident_ip(a, s, &number, &code, &hint))
        MUST(ip_kind_name(ident_ip_kind(number)) != NULL);
    money m, m2;
    rate r, r2;
    day d;
    quarter q;
    if (money_parse(s, &m))
        MUST(money_parse(money_text(a, m), &m2) && m.fen == m2.fen);
    if (rate_parse(s, &r))
        MUST(rate_parse(rate_text(a, r), &r2) && r.ppm == r2.ppm);
    if (day_parse(s, &d))
        MUST(str_eq(day_text(a, d), s));
    if (quarter_parse(s, &q))
        MUST(str_eq(quarter_text(a, q), s));
    arena_free(a);
    return 0;
}
