/*
 * ident.c - identifiers and their check digits.
 *
 * Sources: GB 32100-2015 and GB 11714 (credit codes), CNIPA numbering (patents), GB/T 2260
 * (districts), GB/T 4754-2017 (industries). Each takes what a person typed and gives one canonical
 * form, or says what would be right.
 */
#include "ident.h"
#include "city.h"
#include "glyph.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static struct str fold(struct arena *a, struct str in)
{
    char *p = arena_alloc(a, in.n + 1);
    for (size_t i = 0; i < in.n; i++)
        p[i] = upper(in.p[i]);
    return (struct str){p, in.n};
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
    }
    return s.n > 0;
}

/* ---- credit code ---------------------------------------------------------------------------- */

static const char uscc_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* GB 11714: the 9th character of the organisation code inside (characters 9-17). */
static char organisation_check(const char *p)
{
    static const int weight[] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += (is_digit(p[i]) ? p[i] - '0' : p[i] - 'A' + 10) * weight[i];
    int c = 11 - sum % 11;
    return "0123456789X0"[c];
}

static char uscc_check(const char *p)
{
    int sum = 0, weight = 1;
    for (int i = 0; i < 17; i++) {
        sum += (int)(strchr(uscc_alphabet, p[i]) - uscc_alphabet) * weight;
        weight = weight * 3 % 31;
    }
    return uscc_alphabet[(31 - sum % 31) % 31];
}

bool ident_uscc(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    *code = E_USCC;
    if (in.n != 18) {
        *hint = arena_printf(a, "%zu != 18", in.n);
        return false;
    }
    struct str s = fold(a, in);
    for (size_t i = 0; i < s.n; i++) {
        bool digit_only = i >= 2 && i < 8;
        if (!s.p[i] || !strchr(uscc_alphabet, s.p[i]) || (digit_only && !is_digit(s.p[i]))) {
            *hint = arena_printf(a, "#%zu", i + 1);
            return false;
        }
    }
    if (s.p[16] != organisation_check(s.p + 8)) {
        *hint = arena_printf(a, "#17 = %c", organisation_check(s.p + 8));
        return false;
    }
    *canonical = s;
    if (s.p[17] != uscc_check(s.p)) {
        *hint = arena_printf(a, "#18 = %c", uscc_check(s.p));
        return false;
    }
    return true;
}

bool ident_uscc_any(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    return ident_uscc(a, in, canonical, code, hint) || memcmp(hint->p, "#18", 3) == 0;
}

/* ---- patents and trademarks ----------------------------------------------------------------- */

static char patent_check(const char *p, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (p[i] - '0') * (int)(i % 8 + 2);
    return "0123456789X"[sum % 11];
}

/* digits + check, without prefix and dot: 12 + 1 since 2003, 8 + 1 before. */
static bool patent_form(struct str s)
{
    if (s.n != 13 && s.n != 9)
        return false;
    char last = s.p[s.n - 1];
    return all_digits((struct str){s.p, s.n - 1}) && (is_digit(last) || last == 'X');
}

/* 1 invention, 2 utility model, 3 design; 8 and 9 are PCT entries, in the short form too since 1998
 * (98805245.8). */
static char patent_type(struct str s)
{
    return s.n == 13 ? s.p[4] : s.p[2];
}

/* The year of filing. Numbers of two digits for it began with the Patent Law and ended when those
 * of four began, in October 2003. */
static int patent_year(struct str s)
{
    int two = (s.p[0] - '0') * 10 + s.p[1] - '0';
    if (s.n == 13)
        return two * 100 + (s.p[2] - '0') * 10 + s.p[3] - '0';
    return (two >= 85 ? 1900 : 2000) + two;
}

/* What of this number is not as a patent's: a sign that is no digit, or how many there are. */
static struct str patent_form_hint(struct arena *a, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool check = i + 1 == s.n && s.p[i] == 'X';
        if (!is_digit(s.p[i]) && !check)
            return arena_printf(a, "#%zu", i + 1);
    }
    return arena_printf(a, "%zu != 13 (12 + 1), 9 (8 + 1)", s.n);
}

static bool patent_take(struct arena *a, struct str s, struct str *canonical, struct str *hint)
{
    if (!patent_form(s)) {
        *hint = patent_form_hint(a, s);
        return false;
    }
    char check = patent_check(s.p, s.n - 1);
    if (s.p[s.n - 1] != check) {
        *hint = arena_printf(a, "%.*s.%c", (int)s.n - 1, s.p, check);
        return false;
    }
    int year = patent_year(s);
    if (s.n == 13 ? year < 2003 || year > 2199 : year > 2003) {
        *hint = s.n == 13 ? STR("2003-2199") : STR("8 + 1: 1985-2003");
        return false;
    }
    if (!strchr("12389", patent_type(s))) {
        *hint = STR("1, 2, 3, 8, 9");
        return false;
    }
    *canonical = s;
    return true;
}

static bool trademark_form(struct str s)
{
    size_t n = s.n;
    if (n > 1 && s.p[n - 1] >= 'A' && s.p[n - 1] <= 'Z')
        n--;
    if (n && s.p[0] == 'G')
        return n >= 6 && n <= 8 && all_digits((struct str){s.p + 1, n - 1});
    return n >= 1 && n <= 8 && all_digits((struct str){s.p, n});
}

/* Without the dot before the check digit; other dots stay and fail. Copied byte by byte: a print
 * would end at a NUL and so mend what must be refused. */
static struct str without_dot(struct arena *a, struct str s)
{
    if (s.n < 3 || s.p[s.n - 2] != '.')
        return s;
    char *p = arena_alloc(a, s.n);
    memcpy(p, s.p, s.n - 2);
    p[s.n - 2] = s.p[s.n - 1];
    return (struct str){p, s.n - 1};
}

/* As certificates print a trademark's number: 第…号. */
static bool without_ordinal(struct str *s)
{
    static const char first[] = "第", last[] = "号";
    size_t n = sizeof first - 1, m = sizeof last - 1;
    if (!str_starts(*s, first) || s->n < n + m || memcmp(s->p + s->n - m, last, m) != 0)
        return false;
    *s = (struct str){s->p + n, s->n - n - m};
    return true;
}

bool ident_ip(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    struct str s = fold(a, glyph_plain(a, in));
    bool ordinal = without_ordinal(&s);
    bool dotted = memchr(s.p, '.', s.n) != NULL; /* no trademark number holds one */
    bool prefixed = !ordinal && (str_starts(s, "ZL") || str_starts(s, "CN"));
    if (prefixed)
        s = (struct str){s.p + 2, s.n - 2};
    s = without_dot(a, arena_str(a, s.p, s.n));
    *code = E_PATENT;
    bool nine_is_patent =
        s.n == 9 && patent_form(s) && (is_digit(s.p[8]) || s.p[8] == patent_check(s.p, 8));
    if (!ordinal && (prefixed || dotted || s.n >= 12 || nine_is_patent))
        return patent_take(a, s, canonical, hint);
    *code = E_TRADEMARK;
    if (!trademark_form(s) || nine_is_patent)
        return false;
    *canonical = s;
    return true;
}

enum ip_kind ident_ip_kind(struct str s)
{
    if (!patent_form(s) || s.p[s.n - 1] != patent_check(s.p, s.n - 1))
        return IP_TRADEMARK;
    char type = patent_type(s);
    if (type == '2' || type == '9')
        return IP_UTILITY_MODEL;
    return type == '3' ? IP_DESIGN : IP_INVENTION;
}

bool ip_number_year(struct str s, int *year)
{
    if (ident_ip_kind(s) == IP_TRADEMARK)
        return false;
    *year = patent_year(s);
    return true;
}

const char *ip_kind_name(enum ip_kind kind)
{
    static const char *const names[] = {"invention", "utility_model", "design", "trademark"};
    return names[kind];
}

/* The last day of a term of years that begins on a day: the one before its like so many years
 * later, or the last day of that month where it has none like it (the Guidelines for Patent
 * Examination count a utility model filed on 1999-09-06 to 2009-09-05). */
static day term_last(day first, int years)
{
    int year, month, mday, like;
    day end = day_add_years(first, years);
    day_split(first, &year, &month, &mday);
    day_split(end, &year, &month, &like);
    return (day){end.n - (like == mday)};
}

bool ip_expiry(enum ip_kind kind, day filed, day *last)
{
    if (kind == IP_TRADEMARK)
        return false;
    int years = kind == IP_INVENTION ? 20 : 10;
    if (kind == IP_DESIGN && filed.n >= day_of(2021, 6, 1).n)
        years = 15;
    *last = term_last(filed, years);
    return true;
}

day trademark_expiry(day registered)
{
    return term_last(registered, 10);
}

/* ---- pledge numbers ------------------------------------------------------------------------- */

static bool pledge_form(struct str s)
{
    size_t y = s.n && s.p[0] == 'Y';
    struct str digits = {s.p + y, s.n - y};
    return digits.n == 13 && all_digits(digits) &&
           (str_starts(digits, "19") || str_starts(digits, "20"));
}

bool ident_pledge_no(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    (void)hint;
    *code = E_PLEDGE_NO;
    struct str s = fold(a, in);
    bool patent_like = s.n > 1 && s.p[0] == 'Y' && is_digit(s.p[1]);
    if (patent_like && !pledge_form(s))
        return false;
    if (s.n < 1 || s.n > 160 || s.p[0] == ' ' || s.p[s.n - 1] == ' ')
        return false;
    size_t characters = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7f)
            return false;
        characters += (c & 0xc0) != 0x80;
    }
    *canonical = s;
    return characters <= 40;
}

/* ---- persons --------------------------------------------------------------------------------- */

bool ident_has_card_no(struct arena *a, struct str text)
{
    struct str s = fold(a, glyph_plain(a, text));
    for (size_t i = 0, run; i < s.n; i += run + 1) {
        run = strspn(s.p + i, "0123456789");
        bool check_x = run == 17 && s.p[i + run] == 'X';
        if (run == 15 || run == 18 || check_x)
            return true;
    }
    return false;
}

/* ---- names of our own ------------------------------------------------------------------------ */

bool ident_id(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    (void)a;
    (void)hint;
    *code = E_ID;
    *canonical = in;
    if (in.n != 36)
        return false;
    for (size_t i = 0; i < in.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool digit = is_digit(in.p[i]) || (in.p[i] >= 'a' && in.p[i] <= 'f');
        if (dash ? in.p[i] != '-' : !digit)
            return false;
    }
    return true;
}

bool ident_account(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    enum { PARTS_MAX = 6, PART_MAX = 40 };
    int parts = 1, length = 0;
    (void)a;
    (void)hint;
    *code = E_ACCOUNT_CODE;
    *canonical = in;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
        if (c == ':' && length > 0) {
            parts++;
            length = 0;
        } else if (letter || (c == '-' && length > 0)) {
            length++;
        } else {
            return false;
        }
        if (length > PART_MAX)
            return false;
    }
    return length > 0 && parts <= PARTS_MAX;
}

/* ---- industries ----------------------------------------------------------------------------- */

/* First and last division of each section, A to T. */
static const unsigned char sections[20][2] = {{1, 5}, {6, 12}, {13, 43}, {44, 46}, {47, 50},
    {51, 52}, {53, 60}, {61, 62}, {63, 65}, {66, 69}, {70, 70}, {71, 72}, {73, 75}, {76, 79},
    {80, 82}, {83, 83}, {84, 85}, {86, 90}, {91, 96}, {97, 97}};

bool ident_industry(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    (void)hint;
    *code = E_INDUSTRY;
    struct str s = fold(a, in);
    size_t letter = s.n && s.p[0] >= 'A' && s.p[0] <= 'T';
    struct str digits = {s.p + letter, s.n - letter};
    if (digits.n < 2 || digits.n > 4 || !all_digits(digits))
        return false;
    int division = (digits.p[0] - '0') * 10 + digits.p[1] - '0';
    for (int i = 0; i < 20; i++) {
        if (division < sections[i][0] || division > sections[i][1])
            continue;
        if (letter && s.p[0] != 'A' + i)
            return false;
        *canonical = arena_printf(a, "%c%s", 'A' + i, digits.p);
        return true;
    }
    return false;
}

/* ---- districts ------------------------------------------------------------------------------ */

/* A name or an address in brackets, maybe with a port; at most up to n. */
static bool host_is_plain(const char *p, size_t n)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    size_t host = n && *p == '[' ? strcspn(p, "]") + 1 : strspn(p, name);
    if (!host || host > n || (*p == '[' && strspn(p + 1, "0123456789abcdefABCDEF:.") + 2 != host))
        return false;
    if (host == n)
        return true;
    size_t port = strspn(p + host + 1, "0123456789");
    return p[host] == ':' && port && port <= 5 && host + 1 + port == n;
}

bool ident_url(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    enum { URL_MAX = 500 };
    size_t scheme = str_starts(in, "https://") ? 8 : str_starts(in, "http://") ? 7 : 0;
    *code = E_URL;
    *canonical = in;
    *hint = arena_str(a, in.p, in.n < URL_MAX ? in.n : URL_MAX);
    if (!scheme || in.n > URL_MAX || !host_is_plain(in.p + scheme, strcspn(in.p + scheme, "/?")))
        return false;
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] <= ' ' || in.p[i] > '~' || strchr("#\"<>\\^`{|}", in.p[i]))
            return false;
    }
    return true;
}

bool ident_district(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    const struct district *first = city_here()->district;
    *code = E_DISTRICT;
    *canonical = in;
    if (district_find(in))
        return true;
    *hint = arena_printf(a, "%s (%s)", first->code, first->zh);
    return false;
}

bool ident_period(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    struct period p;
    (void)a;
    (void)hint;
    *code = E_PERIOD;
    *canonical = in;
    return period_parse(in, &p);
}

bool ident_decimal(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    static const char digits[] = "0123456789";
    enum { WHOLE_MAX = 15, PART_MAX = 4 };
    (void)a;
    (void)hint;
    *code = E_DECIMAL;
    *canonical = in;
    size_t whole = strspn(in.p, digits);
    size_t part = in.p[whole] == '.' ? strspn(in.p + whole + 1, digits) : 0;
    size_t used = part ? whole + 1 + part : whole;
    return used == in.n && whole >= 1 && whole <= WHOLE_MAX && part <= PART_MAX &&
           (in.p[0] != '0' || whole == 1);
}

bool ident_ipc(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    enum { GROUP_MAX = 4, SUBGROUP_MIN = 2, SUBGROUP_MAX = 6 };
    static const char digits[] = "0123456789";
    char text[16];
    size_t n = 0;
    (void)hint;
    *code = E_IPC;
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] == ' ')
            continue;
        if (n == sizeof text - 1)
            return false;
        text[n++] = (char)(in.p[i] >= 'a' && in.p[i] <= 'z' ? in.p[i] - 'a' + 'A' : in.p[i]);
    }
    text[n] = '\0';
    if (n < 4 || text[0] < 'A' || text[0] > 'H' || strspn(text + 1, digits) != 2 || text[3] < 'A' ||
        text[3] > 'Z')
        return false;
    if (n == 4) {
        *canonical = arena_str(a, text, n);
        return true;
    }
    size_t group = strspn(text + 4, digits), from = 4 + group + 1;
    if (group < 1 || group > GROUP_MAX || text[4 + group] != '/')
        return false;
    size_t subgroup = strspn(text + from, digits);
    if (subgroup < SUBGROUP_MIN || subgroup > SUBGROUP_MAX || from + subgroup != n)
        return false;
    *canonical = arena_printf(a, "%.4s %s", text, text + 4);
    return true;
}

bool ident_org(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    (void)a;
    (void)hint;
    *code = E_ORG_CODE;
    *canonical = in;
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] <= ' ' || in.p[i] > '~' || in.p[i] == '@' || in.p[i] == '/')
            return false;
    }
    return in.n >= 1 && in.n <= 40;
}
