/*
 * upload_read.c - the bytes of a batch as lines: NDJSON, CSV, workbooks.
 *
 * What says how it is to be read is read as it arrives. A CSV that does not say its charset is kept
 * in an unlinked file until its last byte has come: the charset of a file follows from all of it,
 * and what was stored by a wrong guess could not be taken back. A workbook is kept because its
 * table of contents comes last.
 */
#include "book.h"
#include "upload.h"
#include <event2/event.h>

enum { BOOK_PIECE = 64 * 1024, KEPT_PIECES = 16 /* in a turn */ };
static const int64_t kept_max = INT64_C(1) << 30;

struct source {
    enum { OF_NDJSON, OF_CSV, OF_BOOK } of;
    struct sheet *sheet;
    struct book *book;
    struct buf tail;     /* NDJSON: the incomplete last line; in an arena of its own */
    const char *charset; /* CSV: once it is known */
    bool declared;       /* it was said; else all bytes were looked at */
    bool keeps;          /* bytes wait for the last of them; else they are read as they arrive */
    struct spill kept;
    int64_t kept_n;
    struct sheet_look look;
    bool is_whole;       /* the last byte has come */
    struct event *again; /* go on with what is kept, at the loop's next turn */
};

/* ---- NDJSON -----------------------------------------------------------------------------------
 */

static void take_ndjson(struct upload *up, const char *p, size_t n)
{
    struct buf *tail = &up->source->tail;
    while (n && !up->halted) {
        const char *end = memchr(p, '\n', n);
        size_t part = end ? (size_t)(end - p) : n;
        if (tail->n + part > UPLOAD_LINE_MAX) {
            struct err e;
            err_init(&e, up->r->a);
            err_add(&e, E_TOO_LARGE, STR(""), "%d", UPLOAD_LINE_MAX);
            up->to->halt(up, &e);
            return;
        }
        if (!end || tail->n)
            buf_add(tail, p, part);
        if (end && tail->n)
            up->to->line(up, tail->p, tail->n);
        else if (end)
            up->to->line(up, p, part);
        if (end)
            tail->n = 0;
        p += part + (end != NULL);
        n -= part + (end != NULL);
    }
}

/* ---- bytes that are read as they arrive --------------------------------------------------------
 */

static void take(struct upload *up, const char *p, size_t n)
{
    struct err e;
    err_init(&e, up->r->a);
    if (up->source->of == OF_NDJSON)
        take_ndjson(up, p, n);
    else if (!sheet_feed(up->source->sheet, p, n, &e))
        up->to->halt(up, &e);
}

static void take_end(struct upload *up)
{
    struct source *s = up->source;
    struct err e;
    err_init(&e, up->r->a);
    if (s->of == OF_NDJSON && s->tail.n)
        up->to->line(up, s->tail.p, s->tail.n);
    else if (s->of == OF_CSV && !sheet_end(s->sheet, &e))
        up->to->halt(up, &e);
}

/* ---- bytes that are kept -----------------------------------------------------------------------
 */

static void keep(struct upload *up, const char *p, size_t n)
{
    struct source *s = up->source;
    struct err e;
    err_init(&e, up->r->a);
    sheet_look(&s->look, p, n);
    s->kept_n += (int64_t)n;
    int64_t most = s->of == OF_BOOK ? BOOK_FILE_MAX : kept_max;
    if (s->kept_n > most)
        err_add(&e, E_TOO_LARGE, STR(""), "%lld", (long long)most);
    else if (!spill_add(&s->kept, (struct str){p, n}))
        err_add(&e, E_BUSY, STR(""), "%s", strerror(errno));
    if (e.n)
        up->to->halt(up, &e);
}

static void sheet_begin(struct upload *up, enum sheet_charset charset)
{
    up->source->charset = sheet_charset_name(charset);
    up->source->sheet = sheet_new(charset, up->to->row, up);
}

static void csv_whole(struct upload *up, struct err *e)
{
    struct source *s = up->source;
    enum sheet_charset charset;
    struct str start = arena_str(up->r->a, (const char *)s->look.start, (size_t)s->look.start_n);
    if (sheet_stranger(start))
        err_add(e, E_WORKBOOK, STR(""), "%s", sheet_stranger(start));
    else if (!sheet_look_decide(&s->look, &charset))
        err_add(e, E_CHARSET, STR(""), "UTF-8, GB18030");
    else
        sheet_begin(up, charset);
}

/* The last byte has come: now it is known what it all is. */
static void kept_whole(struct upload *up)
{
    struct source *s = up->source;
    struct err e;
    err_init(&e, up->r->a);
    s->is_whole = true;
    if (s->of == OF_CSV)
        csv_whole(up, &e);
    else if (spill_is_empty(&s->kept))
        err_add(&e, E_EMPTY, STR(""), NULL);
    else
        s->book = book_open(fileno(s->kept.file), req_param(up->r, "sheet"), up->to->row, up, &e);
    if (e.n)
        up->to->halt(up, &e);
}

static bool read_book(struct upload *up)
{
    struct err e;
    bool end = false;
    err_init(&e, up->r->a);
    if (!book_read(up->source->book, BOOK_PIECE, &end, &e))
        up->to->halt(up, &e);
    return !end && !up->halted;
}

static bool read_csv(struct upload *up)
{
    struct source *s = up->source;
    struct arena *a = arena_new();
    bool more = !spill_is_empty(&s->kept);
    struct str piece = spill_take(&s->kept, a);
    up->broken |= more && !piece.p;
    if (piece.p)
        take(up, piece.p, piece.n);
    arena_free(a);
    if (more)
        return !up->halted;
    take_end(up);
    return false;
}

/* One turn: until slices are under way, or for so many bytes that others wait no longer. */
static void read_kept(struct upload *up)
{
    bool more = true;
    up->busy = true;
    for (int turn = 0; more && turn < KEPT_PIECES && up->under_way < SLICES_UNDER_WAY; turn++)
        more = up->source->of == OF_BOOK ? read_book(up) : read_csv(up);
    if (!more)
        up->to->end(up, true);
    up->busy = false;
    event_active(up->source->again, 0, 0);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct upload *up = arg;
    up->to->advance(up);
}

/* ---- from the connection -----------------------------------------------------------------------
 */

static void on_data(struct req *r, const char *p, size_t n)
{
    struct upload *up = r->state;
    if (up->halted)
        return;
    up->busy = true;
    if (up->source->keeps)
        keep(up, p, n);
    else
        take(up, p, n);
    up->busy = false;
    up->to->advance(up);
}

static void on_input_end(struct req *r, bool complete)
{
    struct upload *up = r->state;
    up->busy = true;
    if (complete && up->source->keeps && !up->halted)
        kept_whole(up);
    else if (complete && !up->halted)
        take_end(up);
    if (!up->source->is_whole || up->halted)
        up->to->end(up, complete);
    up->busy = false;
    up->to->advance(up);
}

/* ---- what upload.c asks ------------------------------------------------------------------------
 */

void source_read_on(struct upload *up)
{
    if (up->source && up->source->is_whole)
        read_kept(up);
    else if (up->source)
        http_resume(up->r);
}

void source_pause(struct upload *up)
{
    if (up->source && !up->source->is_whole)
        http_pause(up->r);
}

const struct member read_members[] = {
    {"format", M_WORD, "文件格式", .en = "Format of the file", .words = "csv xlsx"},
    {"charset", M_WORD, "字符集", .en = "Charset that it was read in", .words = "utf-8 gb18030",
        .maybe = true},
    {"by", M_WORD, "字符集依据", .en = "Declared, or by all bytes of the file",
        .words = "declared bytes", .maybe = true},
    {"sheet", M_TEXT, "工作表", .en = "The sheet that was read", .maybe = true},
    {"other_sheets", M_TEXT, "未读的工作表", .en = "Visible sheets that were not", .maybe = true},
    {"hidden_rows", M_COUNT, "隐藏行", .en = "Hidden rows that were read, the first hundred",
        .list = true, .maybe = true},
    {"hidden_row_count", M_COUNT, "隐藏行数", .en = "How many there are", .maybe = true},
    {"hidden_column_count", M_COUNT, "隐藏列数", .en = "Hidden columns", .maybe = true},
    {.name = NULL},
};

static void told_book(const struct book_told *t, struct buf *out)
{
    json_member_str(out, "sheet", t->sheet);
    if (t->others.n)
        json_member_str(out, "other_sheets", t->others);
    json_member_list(out, "hidden_rows");
    for (int i = 0; i < t->hidden_n && i < BOOK_HIDDEN_SHOWN; i++)
        json_i64(out, t->hidden[i]);
    json_close(out, ']');
    json_member_int(out, "hidden_row_count", t->hidden_n);
    json_member_int(out, "hidden_column_count", t->hidden_columns);
}

void source_told(const struct upload *up, struct buf *out)
{
    const struct source *s = up->source;
    if (!s || (!s->charset && !s->book))
        return;
    json_member_object(out, "read");
    json_member_text(out, "format", s->book ? "xlsx" : "csv");
    if (s->book) {
        told_book(book_told(s->book), out);
    } else {
        json_member_text(out, "charset", s->charset);
        json_member_text(out, "by", s->declared ? "declared" : "bytes");
    }
    json_close(out, '}');
}

/* The charset that the request declares; told: whether it does. */
static bool read_charset(struct req *r, enum sheet_charset *out, bool *told)
{
    struct str type = req_header(r, "content-type");
    const char *at = strcasestr(type.p, "charset=");
    *out = SHEET_UTF8;
    *told = at != NULL;
    if (!at)
        return true;
    at += strlen("charset=");
    at += *at == '"';
    size_t n = strcspn(at, "\"; ");
    struct str name = arena_str(r->a, at, n);
    if (sheet_charset_parse(name, out))
        return true;
    return err_add(&r->err, E_MEDIA_TYPE, STR(""), "charset=%s", name.p);
}

static void keep_begin(struct upload *up)
{
    struct source *s = up->source;
    s->again = event_new(up->r->server->process.base, -1, 0, on_again, up);
    MUST(s->again);
    s->keeps = true;
}

bool source_open(struct upload *up)
{
    struct source *s = calloc(1, sizeof *s);
    enum sheet_charset charset;
    MUST(s);
    up->source = s;
    buf_init(&s->tail, arena_new());
    s->of = body_is(up->r, "text/csv") ? OF_CSV : body_is(up->r, xlsx_type) ? OF_BOOK : OF_NDJSON;
    up->is_rows = s->of != OF_NDJSON;
    if (!read_charset(up->r, &charset, &s->declared))
        return false;
    if (s->of == OF_CSV && s->declared)
        sheet_begin(up, charset);
    else if (s->of != OF_NDJSON)
        keep_begin(up);
    http_read_stream(up->r, on_data, on_input_end);
    return true;
}

void source_close(struct upload *up)
{
    struct source *s = up->source;
    if (!s)
        return;
    if (s->again)
        event_free(s->again);
    sheet_free(s->sheet);
    book_free(s->book);
    spill_close(&s->kept);
    arena_free(s->tail.a);
    free(s);
}
