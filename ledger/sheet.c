/*
 * sheet.c - rows out of CSV bytes, by libcsv and iconv.
 *
 * libcsv works on bytes; that is safe for GB18030, whose second to fourth bytes are never a quote,
 * a comma or a line end. So cells are found first and each complete cell is converted by itself.
 */
#include "sheet.h"
#include "json.h"
#include <csv.h>
#include <errno.h>
#include <iconv.h>

struct sheet {
    struct csv_parser parser;
    enum sheet_charset charset;
    iconv_t to_utf8;
    sheet_row_fn *fn;
    void *arg;
    struct arena *a; /* of the row being read */
    struct str cell[SHEET_CELLS_MAX];
    int n;
    bool filled;
    int64_t row;
    size_t row_bytes;
    unsigned char start[4]; /* first bytes of the file, until it is known whether they are a BOM */
    size_t start_n;
    bool begun, dead;
    int last_end;
    struct err *err; /* of the current feed; NULL once it has a problem */
};

bool sheet_charset_parse(struct str name, enum sheet_charset *out)
{
    static const struct {
        const char *name;
        enum sheet_charset charset;
    } names[] = {{"utf-8", SHEET_UTF8}, {"utf8", SHEET_UTF8}, {"gb18030", SHEET_GB18030},
        {"gbk", SHEET_GB18030}, {"gb2312", SHEET_GB18030}};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strlen(names[i].name) == name.n && strncasecmp(names[i].name, name.p, name.n) == 0) {
            *out = names[i].charset;
            return true;
        }
    }
    return false;
}

static void fail(struct sheet *s, enum err_code code, const char *what)
{
    if (s->err && !s->dead)
        err_add(s->err, code, STR(""), "%lld %s", (long long)s->row + 1, what);
    s->dead = true;
}

static struct str convert(struct sheet *s, const char *p, size_t n)
{
    size_t at, room = n * 4 + 4, left = room;
    if (s->charset == SHEET_UTF8) {
        struct str same = arena_str(s->a, p, n);
        if (!utf8_check(same, &at))
            fail(s, E_UTF8, "UTF-8");
        return same;
    }
    char *out = arena_alloc(s->a, room + 1), *to = out;
    char *from = arena_alloc(s->a, n + 1);
    if (n)
        memcpy(from, p, n);
    bool has_nul = memchr(p, 0, n) != NULL;
    iconv(s->to_utf8, NULL, NULL, NULL, NULL);
    if (has_nul || iconv(s->to_utf8, &from, &n, &to, &left) == (size_t)-1)
        fail(s, E_UTF8, "GB18030");
    return (struct str){out, room - left};
}

static void on_cell(void *p, size_t n, void *arg)
{
    struct sheet *s = arg;
    if (s->dead)
        return;
    if (s->n == SHEET_CELLS_MAX) {
        fail(s, E_CSV, "> 200 ,");
        return;
    }
    s->filled |= n > 0;
    s->cell[s->n++] = convert(s, p, n);
}

static void on_row(int end, void *arg)
{
    struct sheet *s = arg;
    if (s->dead)
        return;
    /* CRLF is one end; a bare line end with no cells is a blank row, which Excel counts. */
    bool second_half = end == '\n' && s->last_end == '\r' && s->n == 0;
    s->last_end = end;
    if (second_half)
        return;
    s->row++;
    if (s->filled)
        s->fn(s->arg, s->row, s->cell, s->n);
    s->n = 0;
    s->filled = false;
    s->row_bytes = 0;
    arena_reset(s->a);
}

struct sheet *sheet_new(enum sheet_charset charset, sheet_row_fn *fn, void *arg)
{
    struct sheet *s = calloc(1, sizeof *s);
    MUST(s);
    s->charset = charset;
    s->fn = fn;
    s->arg = arg;
    s->a = arena_new();
    s->to_utf8 = iconv_open("UTF-8", "GB18030");
    MUST(s->to_utf8 != (iconv_t)-1);
    MUST(csv_init(&s->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL) == 0);
    return s;
}

/* libcsv reads in pieces so that a quote that never closes is noticed at SHEET_ROW_MAX. */
static bool parse(struct sheet *s, const char *p, size_t n)
{
    while (n && !s->dead) {
        size_t piece = n < 4096 ? n : 4096;
        s->row_bytes += piece; /* on_row clears it */
        size_t done = csv_parse(&s->parser, p, piece, on_cell, on_row, s);
        if (done != piece && !s->dead)
            fail(s, E_CSV, csv_strerror(csv_error(&s->parser)));
        if (s->row_bytes > SHEET_ROW_MAX)
            fail(s, E_CSV, "> 1 MiB");
        p += piece;
        n -= piece;
    }
    return !s->dead;
}

static bool begin(struct sheet *s)
{
    static const char utf8_bom[] = "\xEF\xBB\xBF", gb_bom[] = "\x84\x31\x95\x33";
    size_t skip = 0;
    if (s->charset == SHEET_UTF8 && s->start_n >= 3 && memcmp(s->start, utf8_bom, 3) == 0)
        skip = 3;
    if (s->charset == SHEET_GB18030 && s->start_n == 4 && memcmp(s->start, gb_bom, 4) == 0)
        skip = 4;
    s->begun = true;
    return parse(s, (const char *)s->start + skip, s->start_n - skip);
}

bool sheet_feed(struct sheet *s, const char *p, size_t n, struct err *e)
{
    s->err = e;
    while (!s->begun && n && s->start_n < sizeof s->start) {
        s->start[s->start_n++] = (unsigned char)*p++;
        n--;
    }
    if (!s->begun && s->start_n == sizeof s->start && !begin(s))
        return false;
    return s->begun ? parse(s, p, n) : !s->dead;
}

bool sheet_end(struct sheet *s, struct err *e)
{
    s->err = e;
    if (!s->begun && !begin(s))
        return false;
    if (csv_fini(&s->parser, on_cell, on_row, s) != 0 && !s->dead)
        fail(s, E_CSV, csv_strerror(csv_error(&s->parser)));
    return !s->dead;
}

void sheet_free(struct sheet *s)
{
    if (!s)
        return;
    csv_free(&s->parser);
    iconv_close(s->to_utf8);
    arena_free(s->a);
    free(s);
}

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
