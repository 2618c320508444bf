/*
 * sheet.c - rows out of CSV bytes: where a row ends, its cells, their charset.
 *
 * The rows are looked for in bytes; that is safe for GB18030, whose second to fourth bytes are
 * never a quote, a comma or a line end. So cells are found first and each complete cell is
 * converted by itself. No ready reader serves: one that is strict gives the file up at the first
 * stray quote, one that is lenient guesses.
 */
#include "sheet.h"
#include "json.h"
#include <errno.h>
#include <iconv.h>

static const char utf8_mark[] = "\xEF\xBB\xBF", gb_mark[] = "\x84\x31\x95\x33";
static const char replacement[] = "\xEF\xBF\xBD";

static const struct {
    const char *name;
    enum sheet_charset charset;
} charsets[] = {{"utf-8", SHEET_UTF8}, {"gb18030", SHEET_GB18030}, {"utf8", SHEET_UTF8},
    {"gbk", SHEET_GB18030}, {"gb2312", SHEET_GB18030}};

bool sheet_charset_parse(struct str name, enum sheet_charset *out)
{
    for (size_t i = 0; i < COUNT_OF(charsets); i++) {
        if (strlen(charsets[i].name) == name.n &&
            strncasecmp(charsets[i].name, name.p, name.n) == 0) {
            *out = charsets[i].charset;
            return true;
        }
    }
    return false;
}

const char *sheet_charset_name(enum sheet_charset c)
{
    return charsets[c].name;
}

/* ---- what kind of bytes -----------------------------------------------------------------------
 */

const char *sheet_stranger(struct str start)
{
    static const struct {
        const char *start, *name;
    } known[] = {{"PK\x03\x04", "XLSX"}, {"\xD0\xCF\x11\xE0", "XLS"}, {"\xFF\xFE", "UTF-16"},
        {"\xFE\xFF", "UTF-16"}, {"<", "HTML"}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (str_starts(start, known[i].start))
            return known[i].name;
    }
    return NULL;
}

/* How many bytes follow this first one of a UTF-8 character, and the bounds of the next. */
static int utf8_follow(unsigned char c, unsigned char *low, unsigned char *high)
{
    *low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    *high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (c >= 0xc2 && c <= 0xdf)
        return 1;
    if (c >= 0xe0 && c <= 0xef)
        return 2;
    return c >= 0xf0 && c <= 0xf4 ? 3 : 0;
}

static void look_utf8(struct sheet_look *x, unsigned char c)
{
    if (x->need && c >= x->low && c <= x->high) {
        x->low = 0x80;
        x->high = 0xbf;
        if (--x->need == 0)
            *(x->width > 1 ? &x->more : &x->two) += 1;
        return;
    }
    x->bad += x->need > 0;
    x->need = x->width = c < 0x80 ? 0 : utf8_follow(c, &x->low, &x->high);
    x->bad += c >= 0x80 && x->need == 0;
}

/* Lead and second byte, or lead, digit, lead, digit. */
static void look_gb(struct sheet_look *x, unsigned char c)
{
    bool lead = c >= 0x81 && c <= 0xfe, digit = c >= '0' && c <= '9';
    bool second = c >= 0x40 && c <= 0xfe && c != 0x7f;
    switch (x->gb_at) {
    case 0:
        x->gb_at = lead;
        x->gb_bad += c >= 0x80 && !lead;
        break;
    case 1:
        x->gb_at = digit ? 2 : 0;
        x->gb += second;
        x->gb_bad += !digit && !second;
        break;
    case 2:
        x->gb_at = lead ? 3 : 0;
        x->gb_bad += !lead;
        break;
    default:
        x->gb_at = 0;
        x->gb += digit;
        x->gb_bad += !digit;
        break;
    }
}

void sheet_look(struct sheet_look *x, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (x->start_n < (int)sizeof x->start)
            x->start[x->start_n++] = c;
        if (c < 0x80 && !x->need && !x->gb_at)
            continue;
        look_utf8(x, c);
        look_gb(x, c);
    }
}

bool sheet_look_decide(struct sheet_look *x, enum sheet_charset *out)
{
    bool marked_gb = x->start_n == 4 && memcmp(x->start, gb_mark, 4) == 0;
    bool marked = x->start_n >= 3 && memcmp(x->start, utf8_mark, 3) == 0;
    x->bad += x->need > 0;
    x->gb_bad += x->gb_at > 0;
    x->need = x->gb_at = 0;
    *out = marked_gb ? SHEET_GB18030 : SHEET_UTF8;
    if (marked || marked_gb)
        return true;
    /* Characters of two bytes alone (ü, ж) are Chinese ones just as well, and the other way round:
     * they speak for neither. */
    if (x->bad == 0)
        return x->more > 0 || x->two == 0 || x->gb_bad > 0;
    if (x->bad * 4 <= x->more)
        return true;
    *out = SHEET_GB18030;
    return x->more * 4 <= x->bad && x->gb_bad * 4 <= x->gb;
}

/* ---- where a row ends -------------------------------------------------------------------------
 */

enum { AT_START, AT_PLAIN, AT_FORMULA, AT_QUOTED, AT_QUOTE, AT_CLOSED };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A quote opens only at the start of a cell and is doubled inside; after the closing one the cell
 * is over. What begins with '=' is a formula, and quotes are its own business. */
static int mode_after(struct sheet_scan *x, char c)
{
    switch (x->mode) {
    case AT_START:
        if (c == '"')
            return AT_QUOTED;
        return is_blank(c) || c == ',' ? AT_START : c == '=' ? AT_FORMULA : AT_PLAIN;
    case AT_QUOTED: return c == '"' ? AT_QUOTE : AT_QUOTED;
    case AT_QUOTE:
    case AT_CLOSED:
        if (c == '"' && x->mode == AT_QUOTE)
            return AT_QUOTED;
        x->spoilt |= c != ',' && !is_blank(c);
        return c == ',' ? AT_START : is_blank(c) ? AT_CLOSED : AT_PLAIN;
    default: x->spoilt |= c == '"' && x->mode == AT_PLAIN; return c == ',' ? AT_START : x->mode;
    }
}

static bool row_ends(struct sheet_scan *x, size_t n, size_t skip)
{
    x->n = n;
    x->skip = skip;
    return true;
}

/* Whatever the quotes meant, lines below are rows of their own: the row ends at its first line. */
static bool row_is_cut(struct sheet_scan *x, size_t n)
{
    x->spoilt = true;
    return x->breaks ? row_ends(x, x->first, x->first_skip) : row_ends(x, n, 0);
}

bool sheet_scan(struct sheet_scan *x, struct str s, bool last)
{
    for (size_t skip; x->at < s.n; x->at += skip) {
        char c = s.p[x->at];
        skip = 1;
        if (x->at > SHEET_ROW_MAX && x->breaks)
            return row_is_cut(x, s.n);
        if (c != '\n' && c != '\r') {
            x->mode = mode_after(x, c);
            if (x->spoilt && x->breaks)
                return row_is_cut(x, s.n);
            continue;
        }
        if (c == '\r' && x->at + 1 == s.n && !last)
            return false; /* its \n may still come */
        skip += c == '\r' && x->at + 1 < s.n && s.p[x->at + 1] == '\n';
        if (x->mode != AT_QUOTED)
            return row_ends(x, x->at, skip);
        if (x->breaks++ == 0) {
            x->first = x->at;
            x->first_skip = skip;
        }
        if (x->breaks > SHEET_BREAKS_MAX)
            return row_is_cut(x, s.n);
    }
    if (last && x->mode == AT_QUOTED)
        return row_is_cut(x, s.n);
    return last && s.n && row_ends(x, s.n, 0);
}

/* ---- cells ------------------------------------------------------------------------------------
 */

static struct str trimmed(const char *p, size_t n)
{
    while (n && is_blank(*p)) {
        p++;
        n--;
    }
    while (n && is_blank(p[n - 1]))
        n--;
    return (struct str){p, n};
}

/* The text between the quotes that open at row.p[i]; *i: behind the closing one. */
static struct str unquoted(struct arena *a, struct str row, size_t *i)
{
    struct buf b;
    buf_init(&b, a);
    for (++*i; *i < row.n; ++*i) {
        bool quote = row.p[*i] == '"';
        if (quote && (*i + 1 == row.n || row.p[*i + 1] != '"'))
            break;
        *i += quote;
        buf_char(&b, row.p[*i]);
    }
    *i += *i < row.n;
    return buf_view(&b);
}

int sheet_split(struct arena *a, struct str row, struct str *cell, int max)
{
    int n = 0;
    for (size_t i = 0;; i++) {
        size_t start = i;
        while (i < row.n && is_blank(row.p[i]))
            i++;
        struct str text = {NULL, 0};
        if (i < row.n && row.p[i] == '"')
            text = unquoted(a, row, &i);
        while (i < row.n && row.p[i] != ',')
            i++;
        if (!text.p)
            text = trimmed(row.p + start, i - start);
        if (n < max)
            cell[n] = text;
        n++;
        if (i >= row.n)
            return n;
    }
}

/* ---- charsets ---------------------------------------------------------------------------------
 */

static struct str utf8_lossy(struct arena *a, struct str s)
{
    struct buf b;
    size_t bad;
    buf_init(&b, a);
    while (!utf8_check(s, &bad)) {
        buf_add(&b, s.p, bad);
        buf_text(&b, replacement);
        s = (struct str){s.p + bad + 1, s.n - bad - 1};
    }
    buf_str(&b, s);
    return buf_view(&b);
}

/* true: all of it was GB18030. */
static bool gb_to_utf8(struct arena *a, iconv_t cd, struct str s, struct str *out)
{
    size_t room = s.n * 4 + 4, left = room, n = s.n;
    char *to = arena_alloc(a, room + 1), *text = to;
    char *in = arena_alloc(a, s.n + 1);
    bool good = !memchr(s.p, 0, s.n);
    memcpy(in, s.p, s.n);
    while (n && iconv(cd, &in, &n, &to, &left) == (size_t)-1) {
        MUST(left >= sizeof replacement - 1);
        memcpy(to, replacement, sizeof replacement - 1);
        to += sizeof replacement - 1;
        left -= sizeof replacement - 1;
        in++;
        n--;
        good = false;
    }
    *out = (struct str){text, room - left};
    return good;
}

static iconv_t from_gb(void)
{
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    MUST(cd != (iconv_t)-1);
    return cd;
}

struct str sheet_lossy(struct arena *a, enum sheet_charset charset, struct str bytes)
{
    struct str out;
    if (charset == SHEET_UTF8)
        return utf8_lossy(a, bytes);
    iconv_t cd = from_gb();
    (void)gb_to_utf8(a, cd, bytes, &out); /* what could not be read is marked */
    (void)iconv_close(cd);
    return utf8_lossy(a, out);
}

/* ---- the reader -------------------------------------------------------------------------------
 */

enum { KEPT_OF_LONG_ROWS = 4096 };

struct sheet {
    enum sheet_charset charset;
    iconv_t to_utf8;
    sheet_row_fn *fn;
    void *arg;
    struct arena *a; /* of the row being read */
    int64_t row;
    unsigned char start[4]; /* first bytes of the file, until it is known whether they are a mark */
    size_t start_n;
    bool begun, dead;
    char *held; /* bytes of rows that are not complete */
    size_t n;
    struct sheet_scan scan; /* of the first of them */
    bool is_long;           /* its end was too far away: only its beginning is held */
};

struct sheet *sheet_new(enum sheet_charset charset, sheet_row_fn *fn, void *arg)
{
    struct sheet *s = calloc(1, sizeof *s);
    MUST(s);
    s->charset = charset;
    s->fn = fn;
    s->arg = arg;
    s->a = arena_new();
    s->to_utf8 = from_gb();
    return s;
}

void sheet_free(struct sheet *s)
{
    if (!s)
        return;
    free(s->held);
    (void)iconv_close(s->to_utf8);
    arena_free(s->a);
    free(s);
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\0' || (unsigned char)s.p[i] >= 0x80)
            return false;
    }
    return true;
}

/* Chinese as UTF-8 writes it, in a file that is not in UTF-8. */
static bool reads_as_utf8(struct str bytes)
{
    struct sheet_look x = {0};
    sheet_look(&x, bytes.p, bytes.n);
    return x.more > 1 && x.bad == 0 && x.two == 0 && x.need == 0;
}

/* A cell in UTF-8; false with why it spoils its row. */
static bool cell_text(struct sheet *s, struct str *cell, struct sheet_fault *fault)
{
    struct str bytes = *cell;
    size_t at;
    if (is_ascii(bytes)) {
        *cell = arena_str(s->a, bytes.p, bytes.n);
        return true;
    }
    bool is_gb = s->charset == SHEET_GB18030;
    bool good = is_gb ? gb_to_utf8(s->a, s->to_utf8, bytes, cell) : utf8_check(bytes, &at);
    if (!is_gb || !good)
        *cell = is_gb ? utf8_lossy(s->a, *cell) : utf8_lossy(s->a, bytes);
    *fault =
        (struct sheet_fault){.code = E_BYTES, .arg = arena_text(s->a, is_gb ? "GB18030" : "UTF-8")};
    if (!good || !is_gb || !reads_as_utf8(bytes))
        return good;
    *fault = (struct sheet_fault){.code = E_TWO_READINGS,
        .arg = arena_printf(s->a, "GB18030 %s / UTF-8 %.*s", cell->p, (int)bytes.n, bytes.p)};
    return false;
}

/* What is wrong with the row as a whole; false: nothing. */
static bool row_fault(const struct sheet *s, int n, struct sheet_fault *fault)
{
    fault->cell = -1;
    fault->arg = STR("");
    fault->code = E_QUOTE;
    if (s->is_long) {
        fault->code = E_TOO_LARGE;
        fault->arg = arena_printf(s->a, "%d", SHEET_ROW_MAX);
    } else if (!s->scan.spoilt && n > SHEET_CELLS_MAX) {
        fault->code = E_CSV;
        fault->arg = arena_printf(s->a, "%d > %d", n, SHEET_CELLS_MAX);
    }
    return s->is_long || s->scan.spoilt || n > SHEET_CELLS_MAX;
}

static void row_done(struct sheet *s, struct str bytes)
{
    struct str cell[SHEET_CELLS_MAX];
    struct sheet_fault whole, fault, first = {.cell = -1};
    bool filled = false, broken = false;
    s->row++;
    int n = sheet_split(s->a, bytes, cell, SHEET_CELLS_MAX);
    bool is_bad = row_fault(s, n, &whole);
    n = n < SHEET_CELLS_MAX ? n : SHEET_CELLS_MAX;
    for (int i = 0; i < n; i++) {
        filled |= cell[i].n > 0;
        if (cell_text(s, &cell[i], &fault) || broken)
            continue;
        broken = true;
        first = fault;
        first.cell = i;
    }
    struct sheet_row row = {.number = s->row, .cell = cell, .n = n};
    row.fault = is_bad ? &whole : broken ? &first : NULL;
    if (filled || row.fault)
        s->fn(s->arg, &row);
    arena_reset(s->a);
}

/* The first bytes held were a row. */
static void row_leaves(struct sheet *s, size_t at)
{
    row_done(s, (struct str){s->held + at, s->is_long ? KEPT_OF_LONG_ROWS : s->scan.n});
    s->scan = (struct sheet_scan){0};
    s->is_long = false;
}

static void forget(struct sheet *s, size_t n)
{
    s->n -= n;
    if (n)
        memmove(s->held, s->held + n, s->n);
}

/* Rows that are complete leave; what is left is moved to the front. */
static void take_rows(struct sheet *s, bool last)
{
    size_t at = 0;
    while (sheet_scan(&s->scan, (struct str){s->held + at, s->n - at}, last)) {
        size_t next = at + s->scan.n + s->scan.skip;
        row_leaves(s, at);
        at = next;
    }
    forget(s, at);
}

/* No end within SHEET_ROW_MAX: the row is passed over, only its beginning is held. */
static void bound(struct sheet *s)
{
    if (s->n <= SHEET_ROW_MAX || s->scan.breaks)
        return; /* a quote that is open that long is noticed at its next byte */
    s->is_long = true;
    s->n = s->scan.at = KEPT_OF_LONG_ROWS;
    s->scan.mode = AT_PLAIN;
}

static void parse(struct sheet *s, const char *p, size_t n)
{
    enum { PIECE = 64 * 1024 };
    if (!s->held) {
        s->held = malloc(SHEET_ROW_MAX + 2 * PIECE);
        MUST(s->held);
    }
    while (n) {
        size_t piece = n < PIECE ? n : PIECE;
        memcpy(s->held + s->n, p, piece);
        s->n += piece;
        take_rows(s, false);
        bound(s);
        p += piece;
        n -= piece;
    }
}

static bool begin(struct sheet *s, struct err *e)
{
    struct str start = {(const char *)s->start, s->start_n};
    const char *stranger = sheet_stranger(start);
    size_t skip = 0;
    s->begun = true;
    if (stranger) {
        s->dead = true;
        return err_add(e, E_WORKBOOK, STR(""), "%s", stranger);
    }
    if (s->charset == SHEET_UTF8 && start.n >= 3 && memcmp(start.p, utf8_mark, 3) == 0)
        skip = 3;
    if (s->charset == SHEET_GB18030 && start.n == 4 && memcmp(start.p, gb_mark, 4) == 0)
        skip = 4;
    parse(s, start.p + skip, start.n - skip);
    return true;
}

bool sheet_feed(struct sheet *s, const char *p, size_t n, struct err *e)
{
    while (!s->begun && n && s->start_n < sizeof s->start) {
        s->start[s->start_n++] = (unsigned char)*p++;
        n--;
    }
    if (!s->begun && s->start_n == sizeof s->start && !begin(s, e))
        return false;
    if (s->begun && !s->dead)
        parse(s, p, n);
    return !s->dead;
}

bool sheet_end(struct sheet *s, struct err *e)
{
    if (!s->begun && !begin(s, e))
        return false;
    if (!s->dead && s->n)
        take_rows(s, true);
    return !s->dead;
}

/* ---- cells out --------------------------------------------------------------------------------
 */

void sheet_cell(struct buf *b, struct str s, bool first)
{
    if (!first)
        buf_char(b, ',');
    /* A reader drops outer spaces of a cell without quotes. */
    bool quote = s.n && (strchr(" \t", s.p[0]) || strchr(" \t", s.p[s.n - 1]));
    for (size_t i = 0; i < s.n; i++)
        quote |= strchr(",\"\r\n", s.p[i]) != NULL;
    if (!quote) {
        buf_str(b, s);
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '"');
}

struct str sheet_defused(struct arena *a, struct str s)
{
    /* Tab and carriage return are dropped on import, and what follows them is looked at. */
    bool formula = s.n && strchr("=+-@\t\r", s.p[0]);
    return formula ? arena_printf(a, "'%.*s", (int)s.n, s.p) : s;
}

struct str sheet_encoded(struct arena *a, enum sheet_charset charset, struct str utf8)
{
    if (charset == SHEET_UTF8)
        return utf8;
    if (str_starts(utf8, "\xEF\xBB\xBF"))
        utf8 = (struct str){utf8.p + 3, utf8.n - 3};
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    MUST(cd != (iconv_t)-1);
    size_t in_left = utf8.n, room = utf8.n * 4, left = room; /* a byte never becomes more than 4 */
    char *in = arena_alloc(a, in_left + 1), *out = arena_alloc(a, room + 1), *end = out;
    if (in_left)
        memcpy(in, utf8.p, in_left);
    while (iconv(cd, &in, &in_left, &end, &left) == (size_t)-1) {
        /* glibc knows no place for 24 private characters (U+E78D to U+E864): 〓 stands for them. */
        MUST(errno == EILSEQ && in_left >= 3 && left >= 2);
        in += 3;
        in_left -= 3;
        *end++ = '\xA1';
        *end++ = '\xFE';
        left -= 2;
    }
    (void)iconv_close(cd);
    return (struct str){out, room - left};
}
