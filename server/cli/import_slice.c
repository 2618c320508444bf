/*
 * import_slice.c - a file of any size as slices of whole records.
 *
 * Only ends of records are looked for, by the scan that the server uses (sheet.h); what is in them
 * is its business. Rows without content are left out of a slice (the server passes them over), so
 * that its line numbers are known beforehand.
 */
#include "import.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLICE_RECORDS = 1000, SLICE_BYTES = 512 * 1024, SCAN_BYTES = 1 << 20 };

/* ---- records ------------------------------------------------------------------------------ */

struct extent {
    size_t n, skip; /* bytes of the record, of its line end */
    bool spoilt;    /* by a quote: it is a row of its own, whatever follows */
};

/* Where the record ends at which s begins; false: no end in sight. */
static bool csv_end(struct str s, bool at_end, struct extent *x)
{
    struct sheet_scan scan = {0};
    if (!sheet_scan(&scan, s, at_end))
        return false;
    *x = (struct extent){scan.n, scan.skip, scan.spoilt};
    return true;
}

static bool ndjson_end(struct str s, struct extent *x)
{
    const char *end = memchr(s.p, '\n', s.n);
    *x = (struct extent){end ? (size_t)(end - s.p) : s.n, 1, false};
    return end != NULL;
}

static bool is_blank(struct str s, bool is_csv)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!strchr(is_csv ? " \t\r,\"" : " \t\r", s.p[i]))
            return false;
    }
    return true;
}

/* pread until the range is full or the file ends; false: errno. */
static bool read_at(int fd, char *p, size_t n, int64_t offset, size_t *got)
{
    for (*got = 0; *got < n;) {
        ssize_t r = pread(fd, p + *got, n - *got, offset + (int64_t)*got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return false;
        if (r == 0)
            return true;
        *got += (size_t)r;
    }
    return true;
}

static bool complain(const char *path, const char *what)
{
    (void)fprintf(stderr, "pledged import: %s: %s\n", path, what);
    return false;
}

static bool window_read(
    struct arena *a, const struct import_source *s, int64_t offset, size_t n, struct str *out)
{
    size_t got;
    char *p = arena_alloc(a, n + 1);
    if (!read_at(s->fd, p, n, offset, &got))
        return complain(s->path, strerror(errno));
    *out = (struct str){p, got};
    return true;
}

/* The next record of the window; the last one of a file may lack its line end. */
static bool next_record(struct str window, size_t at, bool is_csv, bool at_end, struct extent *x)
{
    struct str rest = {window.p + at, window.n - at};
    if (rest.n == 0)
        return false;
    if (is_csv ? csv_end(rest, at_end, x) : ndjson_end(rest, x))
        return true;
    x->n = rest.n - (rest.p[rest.n - 1] == '\r');
    x->skip = rest.n - x->n;
    return at_end;
}

static void add_record(struct arena *a, struct import_slice *out, int *room, struct import_record r)
{
    if (out->n == *room) {
        size_t old = (size_t)*room * sizeof r;
        *room = *room ? *room * 2 : SLICE_RECORDS;
        out->records = arena_grow(a, out->records, old, (size_t)*room * sizeof r);
    }
    out->records[out->n++] = r;
}

static void take_records(struct arena *a, const struct import_source *s, struct str window,
    bool at_end, int limit, struct import_slice *out)
{
    struct buf body;
    struct extent x;
    int room = 0;
    buf_init(&body, a);
    if (s->is_csv) {
        buf_str(&body, s->header);
        buf_char(&body, '\n');
    }
    for (size_t at = 0; out->n < limit && next_record(window, at, s->is_csv, at_end, &x);) {
        struct str bytes = {window.p + at, x.n};
        if (!is_blank(bytes, s->is_csv)) {
            add_record(
                a, out, &room, (struct import_record){bytes, out->next_offset, out->next_row});
            /* An open quote must not take in the rows behind it: a row as bad stands for it. */
            buf_str(&body, x.spoilt ? STR("x\"") : bytes);
            buf_char(&body, '\n');
        }
        out->next_row++;
        out->next_offset += (int64_t)(x.n + x.skip);
        at += x.n + x.skip;
    }
    out->body = buf_view(&body);
}

bool import_cut(struct arena *a, const struct import_source *s, int64_t offset, int64_t row,
    bool whole, struct import_slice *out)
{
    *out = (struct import_slice){.next_offset = offset, .next_row = row};
    size_t size = whole ? (size_t)(s->size - offset) : SLICE_BYTES;
    while (out->n == 0 && out->next_offset < s->size) {
        struct str window;
        int64_t from = out->next_offset;
        if (!window_read(a, s, from, size, &window))
            return false;
        take_records(a, s, window, from + (int64_t)window.n >= s->size,
            whole ? INT32_MAX : SLICE_RECORDS, out);
        if (out->next_offset > from)
            continue; /* only blank rows so far */
        if (size >= 2 * (size_t)SHEET_ROW_MAX || window.n < size) {
            (void)fprintf(stderr,
                "pledged import: %s: row %lld is longer than 1 MiB; is a quote not closed?\n",
                s->path, (long long)out->next_row);
            return false;
        }
        size *= 2;
    }
    return true;
}

/* ---- opening -------------------------------------------------------------------------------- */

static bool ends_with(struct str s, const char *tail)
{
    size_t n = strlen(tail);
    return s.n >= n && strcasecmp(s.p + s.n - n, tail) == 0;
}

static bool tell_stranger(const char *path, const char *what)
{
    (void)fprintf(stderr,
        "pledged import: %s: this is a file of %s; save it as CSV UTF-8 (or .xlsx)\n", path, what);
    return false;
}

/* By all bytes of the file. */
static bool find_charset(struct import_source *s)
{
    struct sheet_look look = {0};
    struct arena *a = arena_new();
    bool good = true;
    for (int64_t at = 0; good && at < s->size; at += SCAN_BYTES) {
        struct str window = STR("");
        arena_reset(a);
        good = window_read(a, s, at, SCAN_BYTES, &window);
        sheet_look(&look, window.p, window.n);
    }
    arena_free(a);
    if (good && !sheet_look_decide(&look, &s->charset))
        return complain(s->path, "UTF-8 or GB18030? some of it is neither; save it as CSV UTF-8");
    return good;
}

/* The first row that holds anything. */
static bool read_header(struct arena *a, struct import_source *s)
{
    struct str window;
    struct extent x;
    size_t at = 0;
    s->first_row = 1;
    if (!s->is_csv)
        return true;
    if (!window_read(a, s, 0, SHEET_ROW_MAX, &window))
        return false;
    do {
        if (!next_record(window, at, true, (int64_t)window.n >= s->size, &x))
            return complain(s->path, "no header row");
        s->header = arena_str(a, window.p + at, x.n);
        at += x.n + x.skip;
        s->first_row++;
    } while (is_blank(s->header, true));
    s->first_offset = (int64_t)at;
    return find_charset(s);
}

static bool is_ndjson(const struct import_source *s, char first)
{
    struct str path = str_of(s->path);
    if (ends_with(path, ".ndjson") || ends_with(path, ".jsonl") || ends_with(path, ".json"))
        return true;
    return !ends_with(path, ".csv") && first == '{';
}

/* What the first bytes are: a workbook becomes a CSV, another kind of file is told. */
static bool look_at_start(struct arena *a, const struct import_options *o, struct import_source *s)
{
    struct str first;
    if (!window_read(a, s, 0, 4, &first))
        return false;
    const char *stranger = sheet_stranger(first);
    s->is_csv = !is_ndjson(s, first.p[0]);
    s->is_book = s->is_csv && stranger && strcmp(stranger, "XLSX") == 0;
    if (s->is_book)
        return import_book(s, o->sheet);
    return !s->is_csv || !stranger || tell_stranger(s->path, stranger);
}

bool import_open(
    struct arena *a, const struct import_options *o, const char *path, struct import_source *s)
{
    struct stat st;
    /* Others write into a drop folder; whoever names a link to us means what it leads to. */
    int link = o->watch ? O_NOFOLLOW : 0;
    *s = (struct import_source){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC | link)};
    if (s->fd < 0 || fstat(s->fd, &st) < 0)
        return complain(path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return complain(path, "not a file");
    if (st.st_size == 0)
        return complain(path, "the file is empty");
    s->size = st.st_size;
    s->header = STR("");
    s->stamp = arena_printf(a, "%lld %lld.%09ld", (long long)st.st_size,
        (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    return look_at_start(a, o, s) && read_header(a, s);
}

void import_close(struct import_source *s)
{
    if (s->fd >= 0)
        (void)close(s->fd); /* opened for reading only */
    s->fd = -1;
}
