/*
 * book_number.c - numbers of a workbook as the text that a spreadsheet shows.
 *
 * All of it is done on digits: the text in the file, at most 15 of them, shifted.
 */
#include "book_parts.h"
#include "day.h"
#include "glyph.h"

/* ---- number formats ---------------------------------------------------------------------------
 */

/* Formats without a code in the file: 14-17 and 22 everywhere, 27-31, 36, 50-54, 57 and 58 in
 * Chinese (32-35, 55 and 56 are times of day), 9 and 10 are percentages. */
static struct look built_in(int id)
{
    static const int days[][2] = {{14, 17}, {22, 22}, {27, 31}, {36, 36}, {50, 54}, {57, 58}};
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        if (id >= days[i][0] && id <= days[i][1])
            return (struct look){.kind = LOOK_DAY};
    }
    return (struct look){.kind = id == 9 || id == 10 ? LOOK_PERCENT : LOOK_PLAIN};
}

/* A code's first section: the signs that stand for digits and parts of days, and the texts that it
 * shows beside them (in quotes, escaped, of a currency, and signs that need neither). */
struct section {
    char signs[256], texts[256];
    size_t n, m;
};

static size_t char_bytes(const char *p)
{
    size_t n = *p != '\0';
    while (n && ((unsigned char)p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static void add_shown(struct section *x, const char *p, size_t n)
{
    size_t room = sizeof x->texts - 1 - x->m;
    memcpy(x->texts + x->m, p, n < room ? n : room); /* no format is as long */
    x->m += n < room ? n : room;
}

/* [$¥-804] shows the ¥; [Red], [>100] and [DBNum1] nothing. */
static void take_bracket(struct section *x, const char *p, const char *end)
{
    if (*p == '$')
        add_shown(x, p + 1, strcspn(p + 1, "-]"));
    else if (strchr("hHmMsS", *p) && end - p == (ptrdiff_t)strspn(p, "hHmMsS"))
        x->signs[x->n++] = 'h'; /* [h]: hours that have passed */
}

/* A sign that stands for itself or for a part of the value. */
static void take_sign(struct section *x, const char *p, size_t bytes)
{
    bool is_exponent = x->n && x->signs[x->n - 1] == 'e';
    if (bytes > 1 || (strchr("$-()&^'~{}<>=:", *p) && !is_exponent))
        add_shown(x, p, bytes);
    x->signs[x->n++] = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
}

static void read_section(const char *code, struct section *x)
{
    *x = (struct section){.n = 0};
    for (const char *p = code; *p && *p != ';' && x->n + 1 < sizeof x->signs;) {
        size_t bytes = char_bytes(p);
        if (*p == '"' || *p == '[') {
            const char *end = strchr(p + 1, *p == '"' ? '"' : ']');
            if (!end)
                break;
            if (*p == '[')
                take_bracket(x, p + 1, end);
            else
                add_shown(x, p + 1, (size_t)(end - p) - 1);
            p = end + 1;
        } else if (*p == '\\' || *p == '_' || *p == '*' || *p == '!') {
            size_t next = char_bytes(p + 1);
            if (*p == '\\' || *p == '!')
                add_shown(x, p + 1, next);
            p += 1 + next;
        } else {
            take_sign(x, p, bytes);
            p += bytes;
        }
    }
}

/* What leaves a number of yuan and a day what they are. */
static bool is_harmless(const char *texts, bool is_day)
{
    static const char *const any[] = {
        " ", "\u00a0", "\u3000", "元", "圆", "¥", "￥", "%", "通", "用", "格", "式", NULL};
    static const char *const of_days[] = {
        "年", "月", "日", "时", "分", "秒", "上", "下", "午", "-", "/", ".", ":", ",", "T", NULL};
    for (size_t n; (n = char_bytes(texts)) > 0; texts += n) {
        bool known = false;
        for (const char *const *one = any; *one; one++)
            known |= strlen(*one) == n && memcmp(*one, texts, n) == 0;
        for (const char *const *one = of_days; is_day && *one; one++)
            known |= strlen(*one) == n && memcmp(*one, texts, n) == 0;
        if (!known)
            return false;
    }
    return true;
}

/* PJ-0012 of 12, [$$-409] before a number of yuan: what is shown is not what the cell holds. */
static struct look worded(const char *texts)
{
    struct look look = {.kind = LOOK_WORDED};
    size_t n = 0;
    for (size_t next; (next = char_bytes(texts + n)) > 0 && n + next < sizeof look.shown;)
        n += next;
    memcpy(look.shown, texts, n);
    return look;
}

/* The format shows another number than the cell holds (a comma behind the digits divides by a
 * thousand), or puts a unit behind it: 500.0万 may be five million, or what it says in a column of
 * 万元. */
static bool is_scaled(const char *code, const char *signs)
{
    static const char *const units[] = {"万", "亿", "千"};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (strstr(code, units[i]))
            return true;
    }
    size_t last = strlen(signs);
    while (last > 0 && !strchr("0#?,", signs[last - 1]))
        last--;
    return last > 1 && signs[last - 1] == ',';
}

struct look look_of(int id, const char *code)
{
    struct section x;
    if (!code)
        return built_in(id);
    read_section(code, &x);
    bool is_general = strstr(x.signs, "general") || strstr(x.signs, "standard");
    bool is_time = !is_general && strpbrk(x.signs, "hs");
    bool is_day = !is_general && (strpbrk(x.signs, "yd") || (strchr(x.signs, 'm') && !is_time));
    if (!is_general && is_scaled(code, x.signs))
        return (struct look){.kind = LOOK_SCALED};
    if (!is_harmless(x.texts, is_day || is_time))
        return worded(x.texts);
    if (is_day)
        return (struct look){.kind = LOOK_DAY};
    if (strchr(x.signs, '%'))
        return (struct look){.kind = LOOK_PERCENT};
    if (x.n > 1 && strspn(x.signs, "0") == x.n)
        return (struct look){.kind = LOOK_PADDED, .width = (int)x.n};
    return (struct look){.kind = LOOK_PLAIN};
}

/* ---- digits -----------------------------------------------------------------------------------
 */

enum { DIGITS_KEPT = 15, DIGITS_READ = 64, POINT_MAX = 40 };

/* 0.digits × 10^point, without leading zeros. */
struct decimal {
    bool minus;
    char digit[DIGITS_READ];
    int n, point;
};

static bool read_exponent(const char *p, int *out)
{
    int sign = *p == '-' ? -1 : 1;
    int n = 0;
    p += *p == '-' || *p == '+';
    if (!*p || strlen(p) > 4 || strspn(p, "0123456789") != strlen(p))
        return false;
    for (; *p; p++)
        n = n * 10 + (*p - '0');
    *out = sign * n;
    return true;
}

/* [-]digits[.digits][E[+-]digits] */
static bool read_decimal(struct str s, struct decimal *d)
{
    bool point = false, any = false;
    size_t i = s.n && s.p[0] == '-';
    int exponent = 0;
    *d = (struct decimal){.minus = i == 1};
    for (; i < s.n && s.p[i] != 'E' && s.p[i] != 'e'; i++) {
        char c = s.p[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        any = true;
        if (d->n == 0 && c == '0')
            d->point -= point;
        else if (d->n < DIGITS_READ) {
            d->digit[d->n++] = c;
            d->point += !point;
        } else
            return false;
    }
    if (!any || (i < s.n && !read_exponent(s.p + i + 1, &exponent)))
        return false;
    d->point = d->n ? d->point + exponent : 0;
    return d->point < POINT_MAX && d->point > -POINT_MAX;
}

/* Half up to so many digits; zeros at the end go. */
static void round_to(struct decimal *d, int n)
{
    bool up = d->n > n && d->digit[n] >= '5';
    if (d->n > n)
        d->n = n;
    while (up && d->n > 0 && d->digit[d->n - 1] == '9')
        d->n--;
    if (up && d->n > 0) {
        d->digit[d->n - 1]++;
    } else if (up) {
        d->digit[d->n++] = '1';
        d->point++;
    }
    while (d->n > 0 && d->digit[d->n - 1] == '0')
        d->n--;
}

static struct str plain_text(struct arena *a, const struct decimal *d)
{
    struct buf b;
    buf_init(&b, a);
    if (d->minus && d->n)
        buf_char(&b, '-');
    if (d->point <= 0)
        buf_char(&b, '0');
    for (int i = 0; i < d->point; i++)
        buf_char(&b, i < d->n ? d->digit[i] : '0');
    if (d->n > d->point) {
        buf_char(&b, '.');
        for (int i = d->point; i < 0; i++)
            buf_char(&b, '0');
        for (int i = d->point > 0 ? d->point : 0; i < d->n; i++)
            buf_char(&b, d->digit[i]);
    }
    return buf_view(&b);
}

/* 2.02201E+15: the sign that digits are lost. */
static struct str lost_text(struct arena *a, const struct decimal *d)
{
    int shown = d->n < 6 ? d->n : 6;
    return arena_printf(a, "%s%c%s%.*sE+%02d", d->minus ? "-" : "", d->digit[0],
        shown > 1 ? "." : "", shown - 1, d->digit + 1, d->point - 1);
}

/* ---- days -------------------------------------------------------------------------------------
 */

/* Days and seconds of a serial; false when it is none. */
static bool read_serial(const struct decimal *d, int32_t *days, int *seconds)
{
    enum { LAST = 2958465 };
    int64_t whole = 0, part = 0;
    if (d->minus || d->point > 7)
        return false;
    for (int i = 0; i < d->point; i++)
        whole = whole * 10 + (i < d->n ? d->digit[i] - '0' : 0);
    for (int i = 0; i < 10; i++) { /* a unit of the tenth decimal is 9 microseconds */
        int at = d->point + i;
        part = part * 10 + (at >= 0 && at < d->n ? d->digit[at] - '0' : 0);
    }
    *seconds = (int)((part * 864 + 50000000) / 100000000);
    *days = (int32_t)whole;
    return whole >= 1 && whole <= LAST;
}

static bool serial_day(int32_t serial, bool is_1904, day *out)
{
    if (is_1904)
        *out = (day){day_of(1904, 1, 1).n + serial};
    else /* the 29 February 1900 that never was is the sixtieth */
        *out = (day){day_of(1899, 12, 30).n + serial + (serial < 60)};
    return (is_1904 || serial != 60) && out->n <= DAY_MAX.n;
}

static struct str day_shown(struct arena *a, const struct decimal *d, bool is_1904)
{
    int32_t serial;
    int seconds;
    day on;
    if (!read_serial(d, &serial, &seconds))
        return plain_text(a, d);
    if (seconds == 86400) {
        serial++;
        seconds = 0;
    }
    if (!serial_day(serial, is_1904, &on))
        return plain_text(a, d);
    if (seconds == 0)
        return day_text(a, on);
    return arena_printf(
        a, "%s %02d:%02d:%02d", day_text(a, on).p, seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* ---- all of it --------------------------------------------------------------------------------
 */

struct str book_number(struct arena *a, struct str number, struct look look, bool is_1904)
{
    struct decimal d;
    if (!read_decimal(number, &d))
        return number;
    round_to(&d, DIGITS_KEPT);
    if (d.point > DIGITS_KEPT)
        return lost_text(a, &d);
    if (look.kind == LOOK_DAY)
        return day_shown(a, &d, is_1904);
    if (look.kind == LOOK_PERCENT) {
        d.point += d.n ? 2 : 0;
        return arena_printf(a, "%s%%", plain_text(a, &d).p);
    }
    if (look.kind ==
        LOOK_SCALED) /* no field takes that (cell_is_plain), and its refusal shows it */
        return arena_printf(a, "%s 另有显示单位", plain_text(a, &d).p);
    if (look.kind == LOOK_WORDED)
        return arena_printf(a, "%s 另有显示“%s”", plain_text(a, &d).p, look.shown);
    if (look.kind == LOOK_PADDED && d.n <= d.point && d.point < look.width && !d.minus)
        return arena_printf(a, "%0*lld", look.width, strtoll(plain_text(a, &d).p, NULL, 10));
    return plain_text(a, &d);
}
