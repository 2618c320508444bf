/*
 * import_state.c - what outlives a killed import: how far it came, and what was rejected.
 *
 * FILE.pledged-progress is replaced by rename after each slice and says how long
 * FILE.rejected.csv was then; a later run cuts off what a killed one wrote beyond that. The
 * rejected rows have the columns of the file, followed by two columns whose names begin with
 * '#': the server ignores such columns, so the mended file can be imported as it is.
 */
#include "import.h"
#include "json.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* ---- progress ------------------------------------------------------------------------------- */

static const char *progress_path(struct arena *a, const char *path)
{
    return arena_printf(a, "%s.pledged-progress", path).p;
}

static bool complain(const char *path)
{
    (void)fprintf(stderr, "pledged import: %s: %s\n", path, strerror(errno));
    return false;
}

/* Others may write into the folder: a link that they put there leads nowhere. */
static FILE *open_own(const char *path, int flags, const char *mode)
{
    int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0666);
    FILE *f = fd < 0 ? NULL : fdopen(fd, mode);
    if (fd >= 0 && !f)
        (void)close(fd); /* nothing was written */
    return f;
}

static void write_state(struct buf *b, const struct import_state *st)
{
    json_open(b, '{');
    json_member_str(b, "job", st->job);
    json_member_int(b, "offset", st->offset);
    json_member_int(b, "row", st->row);
    json_member_int(b, "rejected_bytes", st->rejected_bytes);
    for (int i = 0; i < IMPORT_OUTCOMES; i++)
        json_member_int(b, import_outcome_name((enum import_outcome)i), st->count[i]);
    json_member_list(b, "reasons");
    for (int i = 0; i < st->tally.n; i++) {
        const struct import_reason *r = &st->tally.reason[i];
        json_open(b, '{');
        json_member_str(b, "code", r->code);
        json_member_str(b, "field", r->field);
        json_member_str(b, "title", r->title);
        json_member_bool(b, "warning", r->warning);
        json_member_int(b, "n", r->n);
        json_close(b, '}');
    }
    json_close(b, ']');
    json_close(b, '}');
}

bool import_state_save(struct arena *a, const char *path, const struct import_state *st)
{
    struct buf b;
    buf_init(&b, a);
    write_state(&b, st);
    const char *to = progress_path(a, path);
    const char *fresh = arena_printf(a, "%s.new", to).p;
    FILE *f = open_own(fresh, O_WRONLY | O_CREAT | O_TRUNC, "w");
    if (!f)
        return complain(fresh);
    bool good = fwrite(b.p, 1, b.n, f) == b.n;
    good = fclose(f) == 0 && good;
    return (good && rename(fresh, to) == 0) || complain(to);
}

static bool take_i64(const struct json *doc, const char *key, int64_t *out)
{
    const struct json *j = json_get(doc, key);
    if (!j || j->kind != JSON_NUMBER || !j->whole || j->n < 0)
        return false;
    *out = j->n;
    return true;
}

static void take_reasons(struct arena *a, const struct json *list, struct import_tally *tally)
{
    for (const struct json *x = list ? list->child : NULL; x; x = x->next) {
        const struct json *code = json_get(x, "code"), *field = json_get(x, "field");
        const struct json *title = json_get(x, "title"), *warning = json_get(x, "warning");
        int64_t n = 0;
        if (code && field && title && warning && take_i64(x, "n", &n))
            import_reason_add(a,
                (struct import_reason){code->text, field->text, title->text, warning->yes, n},
                tally);
    }
}

bool import_state_load(struct arena *a, const char *path, struct str job, struct import_state *st)
{
    char text[64 * 1024];
    FILE *f = open_own(progress_path(a, path), O_RDONLY, "r");
    if (!f)
        return false;
    size_t n = fread(text, 1, sizeof text, f);
    (void)fclose(f); /* read only */
    struct err e;
    err_init(&e, a);
    const struct json *doc = json_parse(a, arena_str(a, text, n), &e);
    const struct json *of = doc && doc->kind == JSON_OBJECT ? json_get(doc, "job") : NULL;
    if (!of || of->kind != JSON_STRING || !str_eq(of->text, job))
        return false;
    struct import_state found = {.job = job};
    bool good = take_i64(doc, "offset", &found.offset) && take_i64(doc, "row", &found.row) &&
                take_i64(doc, "rejected_bytes", &found.rejected_bytes);
    for (int i = 0; good && i < IMPORT_OUTCOMES; i++)
        good = take_i64(doc, import_outcome_name((enum import_outcome)i), &found.count[i]);
    if (good) {
        take_reasons(a, json_get(doc, "reasons"), &found.tally);
        *st = found;
    }
    return good;
}

void import_state_remove(struct arena *a, const char *path)
{
    const char *name = progress_path(a, path);
    if (unlink(name) != 0 && errno != ENOENT)
        (void)complain(name);
}

/* ---- rejected rows -------------------------------------------------------------------------- */

struct str import_reject_path(struct arena *a, const char *path)
{
    return arena_printf(a, "%s.rejected.csv", path);
}

/* A row in UTF-8, filled up to the width of the header, then our two cells. The cells of one that a
 * quote spoils stand as far as they can be told apart; this file is sound in any case. */
static void add_row(struct buf *out, const struct import_source *s, struct str row,
    struct str number, struct str reason)
{
    struct str cell[SHEET_CELLS_MAX];
    int width = s->is_csv ? sheet_split(out->a, s->header, cell, 0) : 1;
    int n = s->is_csv ? sheet_split(out->a, row, cell, SHEET_CELLS_MAX) : 1;
    if (!s->is_csv)
        sheet_cell(out, row, true);
    n = n < SHEET_CELLS_MAX ? n : SHEET_CELLS_MAX;
    for (int i = 0; s->is_csv && i < n; i++)
        sheet_cell(out, sheet_lossy(out->a, s->charset, cell[i]), i == 0);
    for (int i = n; i < width; i++)
        buf_char(out, ',');
    sheet_cell(out, number, false);
    sheet_cell(out, reason, false);
    buf_text(out, "\r\n");
}

/* In UTF-8 with its mark, whatever the file was in: so that Excel opens it. */
static void add_header(struct buf *out, const struct import_source *s)
{
    struct str header = s->is_csv ? s->header : STR("#原文");
    size_t skip = str_starts(header, "\xEF\xBB\xBF")       ? 3
                  : str_starts(header, "\x84\x31\x95\x33") ? 4
                                                           : 0;
    buf_text(out, "\xEF\xBB\xBF");
    add_row(out, s, (struct str){header.p + skip, header.n - skip}, STR("#行"), STR("#原因"));
}

static bool append(const char *path, int64_t at, struct str text)
{
    FILE *f = open_own(path, O_WRONLY | O_CREAT, "w"); /* it is cut to `at` below */
    if (!f)
        return complain(path);
    bool good = ftruncate(fileno(f), at) == 0 && fseeko(f, at, SEEK_SET) == 0 &&
                fwrite(text.p, 1, text.n, f) == text.n;
    good = fclose(f) == 0 && good;
    return good || complain(path);
}

bool import_reject(struct arena *a, const struct import_source *s, const struct import_slice *slice,
    const struct import_verdict *verdicts, struct import_state *st)
{
    struct buf text;
    buf_init(&text, a);
    if (st->rejected_bytes == 0)
        add_header(&text, s);
    size_t empty = text.n;
    for (int i = 0; i < slice->n; i++) {
        const struct import_verdict *v = &verdicts[i];
        const struct import_record *r = &slice->records[i];
        if (v->outcome == IMPORT_CONFLICT || v->outcome == IMPORT_REFUSED)
            add_row(&text, s, r->bytes, arena_printf(a, "%lld", (long long)r->row), v->reason);
    }
    if (text.n == empty)
        return true;
    if (!append(import_reject_path(a, s->path).p, st->rejected_bytes, buf_view(&text)))
        return false;
    st->rejected_bytes += (int64_t)text.n;
    return true;
}

void import_reject_none(struct arena *a, const char *path)
{
    struct str name = import_reject_path(a, path);
    if (unlink(name.p) != 0 && errno != ENOENT)
        (void)complain(name.p);
}
