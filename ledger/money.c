/*
 * money.c - exact amounts and rates.
 */
#include "money.h"

__extension__ typedef __int128 wide;

/* [-]digits[.digits] as a whole number of units of 10^-decimals. No leading zeros, no exponent. */
static bool decimal_parse(struct str s, int decimals, int64_t *out)
{
    size_t i = 0;
    bool minus = s.n && s.p[0] == '-';
    int64_t n = 0;
    int digits = 0, fraction = -1;
    for (i = minus; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' && fraction < 0 && digits > 0) {
            fraction = 0;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        if (fraction < 0 && digits == 1 && n == 0)
            return false; /* a leading zero */
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, c - '0', &n))
            return false;
        digits++;
        if (fraction >= 0 && ++fraction > decimals)
            return false;
    }
    if (digits == 0 || fraction == 0)
        return false;
    for (int left = decimals - (fraction < 0 ? 0 : fraction); left > 0; left--) {
        if (__builtin_mul_overflow(n, 10, &n))
            return false;
    }
    *out = minus ? -n : n;
    return true;
}

bool money_parse(struct str s, money *out)
{
    return decimal_parse(s, 2, &out->fen);
}

bool money_parse_scaled(struct str s, int shift, money *out)
{
    return decimal_parse(s, 2 + shift, &out->fen);
}

struct str money_text(struct arena *a, money m)
{
    uint64_t n = m.fen < 0 ? 0 - (uint64_t)m.fen : (uint64_t)m.fen;
    return arena_printf(a, "%s%llu.%02llu", m.fen < 0 ? "-" : "", (unsigned long long)(n / 100),
        (unsigned long long)(n % 100));
}

struct str digits_grouped(struct arena *a, struct str digits)
{
    struct buf out;
    size_t first = digits.n && digits.p[0] == '-', end = first;
    while (end < digits.n && digits.p[end] >= '0' && digits.p[end] <= '9')
        end++;
    buf_init(&out, a);
    for (size_t i = 0; i < digits.n; i++) {
        if (i > first && i < end && (end - i) % 3 == 0)
            buf_char(&out, ',');
        buf_char(&out, digits.p[i]);
    }
    return buf_view(&out);
}

int64_t money_part(int64_t n, int64_t num, int64_t den)
{
    wide part = ((wide)n * num * 2 + den) / ((wide)den * 2);
    MUST(n >= 0 && num >= 0 && den > 0 && part <= INT64_MAX);
    return (int64_t)part;
}

void money_allocate(int64_t total, const int64_t *weight, int n, int64_t *out)
{
    int64_t sum = 0, left = total;
    for (int i = 0; i < n; i++)
        MUST(weight[i] >= 0 && !__builtin_add_overflow(sum, weight[i], &sum));
    MUST(total >= 0 && sum > 0);
    for (int i = 0; i < n; i++) {
        out[i] = (int64_t)((wide)total * weight[i] / sum);
        left -= out[i];
    }
    /* left < n; a part that has got its one more no longer has the remainder it had */
    while (left-- > 0) {
        int best = -1;
        wide most = -1;
        for (int i = 0; i < n; i++) {
            wide rest = (wide)total * weight[i] - (wide)out[i] * sum;
            if (rest > most) {
                most = rest;
                best = i;
            }
        }
        MUST(best >= 0);
        out[best]++;
    }
}

bool rate_parse(struct str s, rate *out)
{
    int64_t n;
    if (!decimal_parse(s, 4, &n) || n > INT32_MAX || n < -INT32_MAX)
        return false;
    out->ppm = (int32_t)n;
    return true;
}

struct str rate_text(struct arena *a, rate r)
{
    int64_t n = r.ppm < 0 ? -(int64_t)r.ppm : r.ppm;
    struct str s = arena_printf(
        a, "%s%lld.%04lld", r.ppm < 0 ? "-" : "", (long long)(n / 10000), (long long)(n % 10000));
    for (int spare = 2; spare > 0 && s.p[s.n - 1] == '0'; spare--)
        s.n--;
    return arena_str(a, s.p, s.n);
}
