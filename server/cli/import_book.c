/*
 * import_book.c - a workbook is sent as the CSV that says the same.
 *
 * The rows come from the reader that the service uses (book.h) and stand at the same numbers, so
 * that cutting, going on and rejected rows are as for any CSV. The CSV is an unlinked file.
 */
#include "book.h"
#include "import.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

struct copy {
    FILE *out;
    struct arena *a;
    int64_t row; /* the last one written */
};

static void on_row(void *arg, const struct sheet_row *row)
{
    struct copy *c = arg;
    struct buf line;
    buf_init(&line, c->a);
    for (; c->row + 1 < row->number; c->row++)
        buf_text(&line, "\r\n");
    for (int i = 0; i < row->n; i++)
        sheet_cell(&line, row->cell[i], i == 0);
    if (row->fault) /* more cells than a row may have: the service says so */
        buf_text(&line, ",,");
    buf_text(&line, "\r\n");
    c->row = row->number;
    (void)fwrite(line.p, 1, line.n, c->out); /* ferror() below */
    arena_reset(c->a);
}

static void tell_rest(const char *path, const struct book_told *t)
{
    (void)fprintf(stderr, "%s: sheet %s", path, t->sheet.p);
    if (t->others.n)
        (void)fprintf(stderr, "; not read: %s", t->others.p);
    if (t->hidden_n)
        (void)fprintf(stderr, "; %lld hidden rows are read, the first is row %lld",
            (long long)t->hidden_n, (long long)t->hidden[0]);
    if (t->hidden_columns)
        (void)fprintf(stderr, "; %d hidden columns are read", t->hidden_columns);
    (void)fprintf(stderr, "\n");
}

static bool copy_rows(struct import_source *s, const char *sheet, struct copy *c, struct err *e)
{
    struct str name = sheet ? str_of(sheet) : (struct str){NULL, 0};
    struct book *b = book_open(s->fd, name, on_row, c, e);
    bool end = false;
    while (b && !end && book_read(b, PIECE, &end, e))
        continue;
    if (e->n == 0)
        tell_rest(s->path, book_told(b));
    book_free(b);
    return e->n == 0;
}

static bool refuse(const char *path, const struct err *e)
{
    const struct problem *p = e->first;
    (void)fprintf(stderr, "pledged import: %s: %s\n  %s\n", path,
        err_title(e->a, p->code, p->arg, false).p, err_cure(e->a, p->code, p->arg, false).p);
    return false;
}

bool import_book(struct import_source *s, const char *sheet)
{
    struct arena *a = arena_new();
    struct copy c = {.out = tmpfile(), .a = arena_new()};
    struct err e;
    err_init(&e, a);
    bool good = c.out != NULL;
    if (!good)
        (void)fprintf(stderr, "pledged import: %s\n", strerror(errno));
    else if (!copy_rows(s, sheet, &c, &e))
        good = refuse(s->path, &e);
    int fd = good && fflush(c.out) == 0 && !ferror(c.out) ? dup(fileno(c.out)) : -1;
    if (good && fd < 0)
        (void)fprintf(stderr, "pledged import: %s\n", strerror(errno));
    if (fd >= 0) {
        (void)close(s->fd); /* opened for reading only */
        s->fd = fd;
        s->size = lseek(fd, 0, SEEK_END);
    }
    if (c.out)
        (void)fclose(c.out); /* flushed above */
    arena_free(c.a);
    arena_free(a);
    return fd >= 0;
}
