/*
 * targets.c - growth and totals of a plan, exact until printed.
 *
 * Ratios stay fractions of big integers. A percentage is printed with two decimals, half up (away
 * from zero); a threshold is compared with the exact fraction, never with what was printed.
 */
#include "targets.h"
#include <openssl/bn.h>
#include <string.h>

enum { PPM = 1000000, PRINT = 10000 /* a percentage with two decimals */ };

/* ---- fractions ------------------------------------------------------------------------------ */

struct fraction {
    BIGNUM *up, *down; /* down > 0 */
};
struct maths {
    BN_CTX *ctx;
};

static BIGNUM *big(struct maths *m, int64_t n)
{
    BIGNUM *b = BN_CTX_get(m->ctx);
    MUST(b && BN_set_word(b, n < 0 ? 0 - (BN_ULONG)n : (BN_ULONG)n) == 1);
    BN_set_negative(b, n < 0);
    return b;
}

static BIGNUM *times(struct maths *m, const BIGNUM *a, const BIGNUM *b)
{
    BIGNUM *r = big(m, 0);
    MUST(BN_mul(r, a, b, m->ctx) == 1);
    return r;
}

static BIGNUM *plus(struct maths *m, const BIGNUM *a, const BIGNUM *b)
{
    BIGNUM *r = big(m, 0);
    MUST(BN_add(r, a, b) == 1);
    return r;
}

static BIGNUM *minus(struct maths *m, const BIGNUM *a, const BIGNUM *b)
{
    BIGNUM *r = big(m, 0);
    MUST(BN_sub(r, a, b) == 1);
    return r;
}

static BIGNUM *power(struct maths *m, const BIGNUM *a, int n)
{
    BIGNUM *r = big(m, 1);
    for (int i = 0; i < n; i++)
        r = times(m, r, a);
    return r;
}

/* up / down rounded to the next whole number above; at most INT64_MAX. */
static int64_t ceiling(struct maths *m, const BIGNUM *up, const BIGNUM *down)
{
    BIGNUM *quotient = big(m, 0), *rest = big(m, 0);
    MUST(BN_div(quotient, rest, up, down, m->ctx) == 1);
    if (!BN_is_zero(rest) && !BN_is_negative(up))
        MUST(BN_add_word(quotient, 1) == 1);
    if (BN_is_negative(quotient))
        return 0;
    return BN_num_bits(quotient) > 63 ? INT64_MAX : (int64_t)BN_get_word(quotient);
}

/* A fraction in units of 0.01 % as text: "59.16". */
static struct ratio_text percent(
    struct arena *a, struct maths *m, const BIGNUM *up, const BIGNUM *down)
{
    bool negative = BN_is_negative(up);
    BIGNUM *twice = times(m, up, big(m, 2 * PRINT)), *quotient = big(m, 0);
    BN_set_negative(twice, 0);
    twice = plus(m, twice, down); /* floor(x + 1/2) of the magnitude */
    MUST(BN_div(quotient, NULL, twice, times(m, down, big(m, 2)), m->ctx) == 1);
    char *digits = BN_bn2dec(quotient);
    MUST(digits);
    size_t n = strlen(digits);
    struct str s = arena_printf(a, "%s%s", n < 3 ? (n == 1 ? "00" : "0") : "", digits);
    OPENSSL_free(digits);
    bool zero = BN_is_zero(quotient);
    return (struct ratio_text){true, arena_printf(a, "%s%.*s.%s", negative && !zero ? "-" : "",
                                         (int)s.n - 2, s.p, s.p + s.n - 2)};
}

struct ratio_text ratio_percent(struct arena *a, int64_t value, int64_t whole)
{
    struct maths m = {BN_CTX_new()};
    struct ratio_text r = {0};
    MUST(m.ctx);
    BN_CTX_start(m.ctx);
    if (whole > 0)
        r = percent(a, &m, big(&m, value), big(&m, whole));
    BN_CTX_end(m.ctx);
    BN_CTX_free(m.ctx);
    return r;
}

/* ---- yearly ratios -------------------------------------------------------------------------- */

/* Rates value / before, and the years that they span together: one each for the mean; for the
 * compound rate one entry reaches from the base to the last complete year. */
struct chain {
    int n, years;
    int64_t value[PLAN_YEARS_MAX], before[PLAN_YEARS_MAX];
};

static void chain_add(struct chain *c, int64_t value, int64_t before, int years)
{
    c->value[c->n] = value;
    c->before[c->n++] = before;
    c->years += years;
}

static struct fraction product(struct maths *m, const struct chain *c)
{
    struct fraction f = {big(m, 1), big(m, 1)};
    for (int i = 0; i < c->n; i++) {
        f.up = times(m, f.up, big(m, c->value[i]));
        f.down = times(m, f.down, big(m, c->before[i]));
    }
    return f;
}

static struct fraction sum(struct maths *m, const struct chain *c)
{
    struct fraction f = {big(m, 0), big(m, 1)};
    for (int i = 0; i < c->n; i++) {
        BIGNUM *left = times(m, f.up, big(m, c->before[i]));
        f.up = plus(m, left, times(m, f.down, big(m, c->value[i])));
        f.down = times(m, f.down, big(m, c->before[i]));
    }
    return f;
}

/* (up/down)^(1/years) - 1. The root in units of 0.01 %, rounded: the largest k with
 * (2k - 1)^years · down <= up · (2 · 10000)^years, found by halving; below 1 a tie goes the other
 * way. */
static struct ratio_text compound(struct arena *a, struct maths *m, const struct chain *c)
{
    struct fraction f = product(m, c);
    BIGNUM *right = times(m, f.up, power(m, big(m, 2 * PRINT), c->years));
    BIGNUM *low = big(m, 0), *high = plus(m, right, big(m, 2));
    bool falling = BN_cmp(f.up, f.down) < 0;
    while (BN_cmp(plus(m, low, big(m, 1)), high) < 0) {
        BN_CTX_start(m->ctx);
        BIGNUM *middle = plus(m, low, high);
        MUST(BN_rshift1(middle, middle) == 1);
        BIGNUM *odd = minus(m, times(m, middle, big(m, 2)), big(m, 1));
        int order = BN_cmp(times(m, power(m, odd, c->years), f.down), right);
        bool fits = falling ? order < 0 : order <= 0;
        MUST(BN_copy(fits ? low : high, middle));
        BN_CTX_end(m->ctx);
    }
    return percent(a, m, minus(m, low, big(m, PRINT)), big(m, PRINT));
}

static struct ratio_text mean(struct arena *a, struct maths *m, const struct chain *c)
{
    struct fraction f = sum(m, c);
    BIGNUM *down = times(m, f.down, big(m, c->n));
    return percent(a, m, minus(m, f.up, down), down);
}

static bool compound_passes(struct maths *m, const struct chain *c, int64_t ppm)
{
    struct fraction f = product(m, c);
    return BN_cmp(times(m, f.up, power(m, big(m, PPM), c->years)),
               times(m, f.down, power(m, big(m, PPM + ppm), c->years))) >= 0;
}

static bool mean_passes(struct maths *m, const struct chain *c, int64_t ppm)
{
    struct fraction f = sum(m, c);
    return BN_cmp(times(m, f.up, big(m, PPM)),
               times(m, f.down, times(m, big(m, PPM + ppm), big(m, c->n)))) >= 0;
}

/* ---- growth --------------------------------------------------------------------------------- */

static int years_of(const struct series *s)
{
    return s->last_year - s->first_year + 1;
}

static int ended_years(const struct series *s)
{
    int n = quarter_year(s->as_of) - s->first_year + (quarter_number(s->as_of) == 4);
    return n < 0 ? 0 : n > years_of(s) ? years_of(s) : n;
}

/* The years that a rate can be told of: up to the last of the ended ones that is known. */
static int told_years(const struct series *s)
{
    int n = ended_years(s);
    while (n > 0 && s->year_missing[n - 1])
        n--;
    return n;
}

/* What year i grows from; false when there is none, or year i itself is not known. */
static bool value_before(const struct series *s, int i, int64_t *before)
{
    *before = i == 0 ? s->base : s->year[i - 1];
    return (i > 0 ? !s->year_missing[i - 1] : s->base_known) && !s->year_missing[i] && *before > 0;
}

/* Rates of the first n years; false when one of them has no base. */
static bool chain_yearly(const struct series *s, int n, struct chain *c)
{
    for (int i = 0; i < n; i++) {
        int64_t before;
        if (!value_before(s, i, &before))
            return false;
        chain_add(c, s->year[i], before, 1);
    }
    return true;
}

/* The running year against the same quarters of the year before. */
static bool chain_running(const struct series *s, struct chain *c)
{
    int i = quarter_year(s->as_of) - s->first_year;
    if (quarter_number(s->as_of) == 4 || i < 0 || i >= years_of(s) || s->year_missing[i])
        return false;
    if (!s->prior_to_date_known || s->prior_to_date <= 0)
        return false;
    chain_add(c, s->year[i], s->prior_to_date, 1);
    return true;
}

static void year_on_year(
    struct arena *a, struct maths *m, const struct series *s, struct target_answer *out)
{
    for (int i = 0; i < years_of(s); i++) {
        struct chain one = {0};
        int64_t before;
        if (i < out->complete_years && value_before(s, i, &before))
            chain_add(&one, s->year[i], before, 1);
        else if (i == ended_years(s))
            (void)chain_running(s, &one); /* leaves it empty when there is nothing to compare */
        if (one.n)
            out->yoy[i] = mean(a, m, &one);
    }
}

static enum target_status interim(bool final, bool passes)
{
    if (final)
        return passes ? TARGET_MET : TARGET_MISSED;
    return passes ? TARGET_ON_TRACK : TARGET_AT_RISK;
}

/* Quarters of the last year still to come (all four when it has not begun). */
static int last_year_quarters(const struct series *s)
{
    int left = quarter_make(s->last_year, 4).n - s->as_of.n;
    return left < 0 ? 0 : left > 4 ? 4 : left;
}

/* n / parts rounded up; 0 parts: nothing is left to spread over. */
static int64_t spread(int64_t n, int parts)
{
    return parts ? n / parts + (n % parts != 0) : 0;
}

static void missing(const struct series *s, int64_t required, int64_t *gap, int64_t *per_quarter)
{
    int64_t have = s->year[years_of(s) - 1];
    *gap = required > have ? required - have : 0;
    *per_quarter = spread(*gap, last_year_quarters(s));
}

/* base · (1 + t)^N, rounded up. */
static int64_t required_compound(struct maths *m, int64_t ppm, const struct series *s)
{
    int all = years_of(s);
    BIGNUM *grown = times(m, big(m, s->base), power(m, big(m, PPM + ppm), all));
    return ceiling(m, grown, power(m, big(m, PPM), all));
}

/* The rates still needed, spread evenly over the years not complete and rounded up. When all are
 * complete: what the last one had to reach after those before it. false when a year without a base
 * leaves no mean. */
static bool required_mean(
    struct maths *m, int64_t ppm, const struct series *s, int complete, int64_t *out)
{
    int all = years_of(s), done = complete < all ? complete : all - 1, left = all - done;
    struct chain c = {0};
    *out = 0;
    if (!chain_yearly(s, done, &c))
        return false;
    struct fraction had = sum(m, &c);
    BIGNUM *up = minus(m, times(m, had.down, times(m, big(m, PPM + ppm), big(m, all))),
        times(m, had.up, big(m, PPM)));
    BIGNUM *down = times(m, had.down, times(m, big(m, PPM), big(m, left)));
    int64_t from = done ? s->year[done - 1] : s->base;
    if (!BN_is_negative(up)) /* else the years so far carry the mean by themselves */
        *out = ceiling(m, times(m, big(m, from), power(m, up, left)), power(m, down, left));
    return true;
}

static void required(
    struct maths *m, int64_t ppm, const struct series *s, struct target_answer *out)
{
    out->required_known = true;
    out->required_compound = required_compound(m, ppm, s);
    out->required_mean_known = required_mean(m, ppm, s, out->complete_years, &out->required_mean);
    missing(s, out->required_compound, &out->missing_compound, &out->per_quarter_compound);
    missing(s, out->required_mean, &out->missing_mean, &out->per_quarter_mean);
}

/* The compound rate needs the base and the last year only; the mean needs every year between, so a
 * year of zero leaves it without a base. */
static void evaluate_growth(struct arena *a, struct maths *m, int64_t ppm, const struct series *s,
    struct target_answer *out)
{
    int n = out->complete_years;
    bool final = n == years_of(s);
    struct chain whole = {0}, yearly = {0};
    out->status_compound = out->status_mean = TARGET_NO_BASE;
    if (!s->base_known || s->base <= 0)
        return;
    required(m, ppm, s, out);
    bool chained = chain_yearly(s, n, &yearly);
    if (n) {
        chain_add(&whole, s->year[n - 1], s->base, n);
        out->growth_compound = compound(a, m, &whole);
    }
    if (n && chained)
        out->growth_mean = mean(a, m, &yearly);
    /* Before the end the running year counts by its quarters so far, where they compare and no
     * year between is missing. */
    if (!final && n == ended_years(s) && chain_running(s, &whole))
        chain_add(&yearly, whole.value[whole.n - 1], whole.before[whole.n - 1], 1);
    /* With nothing to compare yet there is no base to judge by. */
    if (whole.n)
        out->status_compound = interim(final, compound_passes(m, &whole, ppm));
    if (chained && yearly.n)
        out->status_mean = interim(final, mean_passes(m, &yearly, ppm));
}

/* ---- totals --------------------------------------------------------------------------------- */

static void evaluate_total(int64_t threshold, const struct series *s, struct target_answer *out)
{
    __extension__ typedef __int128 wide;
    int all = years_of(s) * 4, elapsed = s->as_of.n - quarter_make(s->first_year, 1).n + 1;
    elapsed = elapsed < 0 ? 0 : elapsed > all ? all : elapsed;
    out->missing_total = out->total < threshold ? threshold - out->total : 0;
    out->per_quarter_total = spread(out->missing_total, out->remaining_quarters);
    if (out->total >= threshold)
        out->status_total = TARGET_MET;
    else
        out->status_total = interim(
            elapsed == all, (wide)out->total * all >= (wide)threshold * elapsed && elapsed < all);
}

/* ---- where it stands ------------------------------------------------------------------------ */

/* A year that has ended compares with the whole year before it, one that runs with its quarters. */
static void compare_year(const struct series *s, int i, struct target_now *now)
{
    bool ended = i < ended_years(s);
    now->year = s->first_year + i;
    now->value = s->year[i];
    now->value_known = !s->year_missing[i];
    if (!ended) {
        now->base = s->prior_to_date;
        now->base_known = s->prior_to_date_known;
    } else {
        now->base = i ? s->year[i - 1] : s->base;
        now->base_known = i ? !s->year_missing[i - 1] : s->base_known;
    }
}

static void evaluate_now(struct arena *a, struct maths *m, enum target_kind kind, int64_t threshold,
    const struct series *s, struct target_answer *out)
{
    struct target_now *now = &out->now;
    int i = quarter_year(s->as_of) - s->first_year;
    if (kind == TARGET_TOTAL) {
        now->value = out->total;
        now->value_known = true;
        now->required = threshold;
        now->required_known = true;
    } else if (i >= 0) {
        i = i < years_of(s) ? i : years_of(s) - 1;
        compare_year(s, i, now);
        now->growth = out->yoy[i];
        now->required_known = now->base_known && now->base > 0;
        if (now->required_known)
            now->required =
                ceiling(m, times(m, big(m, now->base), big(m, PPM + threshold)), big(m, PPM));
    }
    if (now->value_known && now->required_known)
        now->progress = ratio_percent(a, now->value, now->required);
}

void target_evaluate(struct arena *a, enum target_kind kind, int64_t threshold,
    const struct series *s, struct target_answer *out)
{
    struct maths m = {BN_CTX_new()};
    MUST(m.ctx && years_of(s) >= 1 && years_of(s) <= PLAN_YEARS_MAX);
    *out = (struct target_answer){0};
    BN_CTX_start(m.ctx);
    out->remaining_quarters = plan_quarters_left(s->as_of, s->first_year, s->last_year);
    out->complete_years = told_years(s);
    for (int i = 0; i < years_of(s); i++)
        out->total += s->year[i];
    year_on_year(a, &m, s, out);
    if (kind == TARGET_GROWTH)
        evaluate_growth(a, &m, threshold, s, out);
    else
        evaluate_total(threshold, s, out);
    evaluate_now(a, &m, kind, threshold, s, out);
    BN_CTX_end(m.ctx);
    BN_CTX_free(m.ctx);
}

int plan_quarters_left(quarter after, int first_year, int last_year)
{
    int all = (last_year - first_year + 1) * 4, left = quarter_make(last_year, 4).n - after.n;
    return left < 0 ? 0 : left > all ? all : left;
}

/* ---- rising --------------------------------------------------------------------------------- */

enum rise { RISE_UNTOLD, RISE_PROVEN, RISE_DISPROVEN };

static enum rise rise(struct bounds before, struct bounds after)
{
    if (!before.known || !after.known)
        return RISE_UNTOLD;
    if (after.least > before.most)
        return RISE_PROVEN;
    return after.most <= before.least ? RISE_DISPROVEN : RISE_UNTOLD;
}

enum target_status target_rising(const struct bounds *years, int n, int complete,
    struct bounds running, struct bounds running_before)
{
    bool untold = false;
    for (int i = 1; i <= complete; i++) {
        enum rise r = rise(years[i - 1], years[i]);
        if (r == RISE_DISPROVEN)
            return TARGET_MISSED;
        untold |= r == RISE_UNTOLD;
    }
    if (complete == n)
        return untold ? TARGET_NO_BASE : TARGET_MET;
    enum rise now = rise(running_before, running);
    if (now == RISE_DISPROVEN)
        return TARGET_AT_RISK;
    return untold || (now == RISE_UNTOLD && complete == 0) ? TARGET_NO_BASE : TARGET_ON_TRACK;
}

const char *target_status_name(enum target_status s)
{
    static const char *const names[] = {"met", "on_track", "at_risk", "missed", "no_base"};
    return names[s];
}

const char *target_status_title(enum target_status s, bool english)
{
    static const char *const titles[][2] = {[TARGET_MET] = {"已达成", "met"},
        [TARGET_ON_TRACK] = {"符合进度", "on track"},
        [TARGET_AT_RISK] = {"落后于进度", "at risk"},
        [TARGET_MISSED] = {"未达成", "missed"},
        [TARGET_NO_BASE] = {"缺基数", "no base"}};
    return titles[s][english];
}
