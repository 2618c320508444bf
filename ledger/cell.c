/*
 * cell.c - numbers, days and words as people and spreadsheets write them.
 */
#include "cell.h"
#include "day.h"
#include "glyph.h"
#include "money.h"
#include <ctype.h>

/* ---- what is no value -------------------------------------------------------------------------
 */

static bool is_error_value(struct str s)
{
    static const char *const errors[] = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!",
        "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#GETTING_DATA"};
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        if (str_is(s, errors[i]))
            return true;
    }
    return (s.n > 1 && strspn(s.p, "#") == s.n) || str_starts(s, "Err:");
}

static size_t digits_at(struct str s, size_t i)
{
    return strspn(s.p + i, "0123456789");
}

/* 2.02201E+15: how spreadsheets show a number of more than eleven digits. */
static bool is_scientific(struct str s)
{
    size_t i = s.n && strchr("+-", s.p[0]) ? 1 : 0;
    if (digits_at(s, i) != 1)
        return false;
    i++;
    if (s.p[i] == '.')
        i += 1 + digits_at(s, i + 1);
    if ((s.p[i] != 'E' && s.p[i] != 'e') || s.p[i + 1] != '+')
        return false;
    size_t exponent = digits_at(s, i + 2);
    return exponent >= 2 && exponent <= 3 && i + 2 + exponent == s.n;
}

/* "12 另有显示“PJ-”": what book_number makes of a number that its format shows as something else.
 */
static bool is_shown_otherwise(struct str s)
{
    static const char mark[] = " 另有显示";
    size_t i = s.n && s.p[0] == '-' ? 1 : 0;
    size_t n = strspn(s.p + i, "0123456789.");
    return n > 0 && strncmp(s.p + i + n, mark, sizeof mark - 1) == 0;
}

/* 310115 of ="310115"; of another formula all of it. */
static struct str formula_value(struct arena *a, struct str s)
{
    bool quoted = s.n > 3 && s.p[1] == '"' && s.p[s.n - 1] == '"';
    return quoted ? arena_str(a, s.p + 2, s.n - 3) : s;
}

bool cell_is_plain(struct arena *a, struct str s, struct str pointer, struct err *e)
{
    if (s.p[0] == '=')
        return err_add(e, E_FORMULA, pointer, "%s", formula_value(a, s).p);
    if (s.p[0] == '\'')
        return err_add(e, E_APOSTROPHE, pointer, "%s", s.p + 1);
    if (is_error_value(s))
        return err_add(e, E_CELL_ERROR, pointer, "%s", s.p);
    if (is_scientific(s))
        return err_add(e, E_DIGITS_LOST, pointer, "%s", s.p);
    if (is_shown_otherwise(s))
        return err_add(e, E_CELL_FORMAT, pointer, "%s", s.p);
    if (strstr(s.p, "\xEF\xBF\xBD"))
        return err_add(e, E_CHARS, pointer, "U+FFFD");
    return true;
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

/* 1,234,567.89: groups of three before the point. */
static bool without_thousands(struct arena *a, struct str s, struct str *out)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0, i = s.n && s.p[0] == '-';
    size_t group = digits_at(s, i);
    *out = s;
    if (!memchr(s.p, ',', s.n))
        return true;
    if (group == 0 || group > 3)
        return false;
    memcpy(p, s.p, i + group);
    n = i += group;
    for (; s.p[i] == ','; i += 4, n += 3) {
        if (digits_at(s, i + 1) != 3)
            return false;
        memcpy(p + n, s.p + i + 1, 3);
    }
    if (memchr(s.p + i, ',', s.n - i))
        return false;
    memcpy(p + n, s.p + i, s.n - i);
    *out = arena_str(a, p, n + s.n - i);
    return true;
}

/* 5000000.000 is 5000000.00. */
static struct str without_idle_zeros(struct arena *a, struct str s)
{
    const char *point = memchr(s.p, '.', s.n);
    size_t least = point ? (size_t)(point - s.p) + 3 : s.n;
    while (s.n > least && s.p[s.n - 1] == '0')
        s.n--;
    return arena_str(a, s.p, s.n);
}

static bool has_inner_space(struct str s)
{
    return memchr(s.p, ' ', s.n) || memchr(s.p, '\t', s.n) || strstr(s.p, "\xE3\x80\x80");
}

bool cell_number(struct arena *a, struct str cell, enum err_code wrong, struct str pointer,
    struct str *out, struct err *e)
{
    struct str s = glyph_plain(a, cell);
    size_t digits = strspn(s.p, "0123456789.,-");
    const char *unit = digits == 0 ? "" : s.p + digits;
    if (str_starts(s, "\xC2\xA5") || str_starts(s, "\xEF\xBF\xA5") || str_starts(s, "$"))
        unit = s.p;
    if (*unit == '%' || *unit == '$' || (unsigned char)*unit >= 0x80)
        return err_add(e, E_CELL_UNIT, pointer, "%s", s.p);
    if (digits < s.n || has_inner_space(cell) || !without_thousands(a, s, &s))
        return err_add(e, wrong, pointer, NULL);
    *out = without_idle_zeros(a, s);
    return true;
}

bool cell_rate(
    struct arena *a, struct str cell, bool said, struct str pointer, struct str *out, struct err *e)
{
    struct str s = glyph_plain(a, cell);
    rate r;
    if (s.n && s.p[s.n - 1] == '%') {
        said = true;
        s = arena_str(a, s.p, s.n - 1);
    }
    if (!cell_number(a, s, E_RATE, pointer, out, e))
        return false;
    /* What a cell of the format "percent" holds is the fraction. */
    if (said || !rate_parse(*out, &r) || r.ppm <= 0 || r.ppm >= 10000)
        return true;
    return err_add(e, E_TWO_READINGS, pointer, "%s%% / %s%%", rate_text(a, r).p,
        rate_text(a, (rate){r.ppm * 100}).p);
}

/* ---- days -------------------------------------------------------------------------------------
 */

/* At most five digits. */
static int number_of(const char *p, size_t n)
{
    int out = 0;
    for (size_t i = 0; i < n; i++)
        out = out * 10 + (p[i] - '0');
    return out;
}

/* Three numbers with the same sign between them, or 年 月 日 behind them. */
struct three {
    int n[3];
    size_t digits[3];
};

static bool read_three(struct str s, struct three *t)
{
    static const char *const signs[][3] = {
        {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}, {"年", "月", "号"}};
    for (size_t k = 0; k < COUNT_OF(signs); k++) {
        size_t at = 0;
        int i = 0;
        for (; i < 3; i++) {
            t->digits[i] = digits_at(s, at);
            if (t->digits[i] < 1 || t->digits[i] > 4)
                break;
            t->n[i] = number_of(s.p + at, t->digits[i]);
            at += t->digits[i];
            size_t n = strlen(signs[k][i]);
            if (strncmp(s.p + at, signs[k][i], n) != 0)
                break;
            at += n;
        }
        if (i == 3 && at == s.n)
            return true;
    }
    return false;
}

static bool is_day(struct arena *a, int y, int m, int d, struct str *out)
{
    day real;
    *out = arena_printf(a, "%04d-%02d-%02d", y, m, d);
    return day_parse(*out, &real);
}

/* The year is not first, or has two digits: every day that may be meant, none twice. */
static bool refuse_order(struct arena *a, const struct three *t, struct str pointer, struct err *e)
{
    static const int orders[][3] = {{0, 1, 2}, {2, 0, 1}, {2, 1, 0}}; /* year, month, day */
    struct str one = STR("");
    struct buf all;
    int found = 0;
    buf_init(&all, a);
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        const int *o = orders[i];
        int year = t->n[o[0]];
        if (t->digits[o[0]] == 3 || t->digits[o[1]] > 2 || t->digits[o[2]] > 2)
            continue;
        if (t->digits[o[0]] < 3)
            year += 2000;
        if (!is_day(a, year, t->n[o[1]], t->n[o[2]], &one) || (all.n && strstr(all.p, one.p)))
            continue;
        buf_printf(&all, "%s%s", all.n ? " / " : "", one.p);
        found++;
    }
    if (found == 0)
        return err_add(e, E_DAY, pointer, NULL);
    return err_add(e, found == 1 ? E_DAY_ORDER : E_TWO_READINGS, pointer, "%s", all.p);
}

/* 44743: days since the last of 1899; 1900 had a 29 February there. */
static bool refuse_serial(struct arena *a, struct str s, struct str pointer, struct err *e)
{
    enum { FIRST = 10000, LAST = 99999, LAG_1904 = 1462 };
    size_t n = digits_at(s, 0);
    int serial = n == 5 ? number_of(s.p, n) : 0;
    bool whole = n == s.n || s.p[n] == '.';
    if (serial < FIRST || serial > LAST || !whole)
        return err_add(e, E_DAY, pointer, NULL);
    day zero = day_of(1899, 12, 30), d = {zero.n + serial}, later = {d.n + LAG_1904};
    return err_add(e, E_SERIAL, pointer, "%s (1904: %s)", day_text(a, d).p, day_text(a, later).p);
}

/* "2022/7/1 0:00:00" -> "2022/7/1"; another time of day stays and fails. */
static struct str without_midnight(struct arena *a, struct str s)
{
    const char *colon = memchr(s.p, ':', s.n), *at = colon;
    while (at && at > s.p && *at != ' ' && *at != 'T')
        at--;
    if (!at || at == s.p || strspn(at + 1, "0:.") != strlen(at + 1))
        return s;
    return arena_str(a, s.p, (size_t)(at - s.p));
}

bool cell_day(struct arena *a, struct str cell, struct str pointer, struct str *out, struct err *e)
{
    struct three t;
    struct str s = glyph_plain(a, without_midnight(a, cell));
    if (digits_at(s, 0) == 8 && s.n == 8)
        s = arena_printf(a, "%.4s-%.2s-%.2s", s.p, s.p + 4, s.p + 6);
    if (!read_three(s, &t))
        return refuse_serial(a, s, pointer, e);
    if (t.digits[0] != 4)
        return refuse_order(a, &t, pointer, e);
    if (t.digits[1] > 2 || t.digits[2] > 2 || !is_day(a, t.n[0], t.n[1], t.n[2], out))
        return err_add(e, E_DAY, pointer, NULL);
    return true;
}

/* ---- words ------------------------------------------------------------------------------------
 */

struct str cell_form(struct arena *a, struct str s)
{
    static const char *const pairs[][2] = {
        {"【", "("}, {"】", ")"}, {"〔", "("}, {"〕", ")"}, {"[", "("}, {"]", ")"}};
    struct str plain = glyph_plain(a, glyph_seen(a, s));
    struct buf b;
    buf_init(&b, a);
    for (size_t i = 0; i < plain.n;) {
        size_t k = 0;
        struct str rest = {plain.p + i, plain.n - i};
        while (k < COUNT_OF(pairs) && !str_starts(rest, pairs[k][0]))
            k++;
        if (k < COUNT_OF(pairs)) {
            buf_text(&b, pairs[k][1]);
            i += strlen(pairs[k][0]);
            continue;
        }
        unsigned char c = (unsigned char)plain.p[i++];
        if (c > ' ' && !strchr("*_-:", c))
            buf_char(&b, (char)tolower(c));
    }
    return buf_view(&b);
}

bool cell_bool(struct arena *a, struct str cell, bool *yes)
{
    static const char *const words[][2] = {
        {"true", "false"}, {"是", "否"}, {"1", "0"}, {"yes", "no"}, {"y", "n"}};
    struct str s = cell_form(a, cell);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_is(s, words[i][0]) || str_is(s, words[i][1])) {
            *yes = str_is(s, words[i][0]);
            return true;
        }
    }
    return false;
}
