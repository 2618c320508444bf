/*
 * list_book.c - a list as a workbook: one sheet, its head frozen.
 */
#include "list_book.h"
#include "day.h"
#include "form_xlsx.h"
#include "money.h"
#include <stdlib.h>
#include <string.h>

struct list_book {
    FILE *file;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *look[LIST_COUNT + 1];
    const struct list_column *columns;
    int n;
    lxw_row_t row;
};

enum { TEXT_MAX = 32767 / 4 /* what Excel takes in characters, in bytes that are surely fewer */ };

static lxw_format *number_look(lxw_workbook *book, const char *format)
{
    lxw_format *f = workbook_add_format(book);
    MUST(f);
    format_set_num_format(f, format);
    return f;
}

static void put_head(struct list_book *b)
{
    lxw_format *head = workbook_add_format(b->book);
    MUST(head);
    format_set_bold(head);
    for (int i = 0; i < b->n; i++) {
        lxw_col_t at = (lxw_col_t)i;
        double wide = b->columns[i].kind == LIST_TEXT ? 20 : 16;
        xlsx_must(worksheet_set_column(b->sheet, at, at, wide, NULL));
        xlsx_must(worksheet_write_string(b->sheet, 0, at, b->columns[i].title, head));
    }
    worksheet_freeze_panes(b->sheet, 1, 0);
}

struct list_book *list_book_new(const char *sheet, const struct list_column *columns, int n)
{
    struct list_book *b = calloc(1, sizeof *b);
    char name[32];
    MUST(b);
    b->file = tmpfile();
    if (!b->file) {
        free(b);
        return NULL;
    }
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fileno(b->file)); /* fits */
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    b->book = workbook_new_opt(name, &options);
    MUST(b->book);
    b->sheet = workbook_add_worksheet(b->book, sheet);
    MUST(b->sheet);
    b->look[LIST_MONEY] = number_look(b->book, "#,##0.00");
    b->look[LIST_RATE] = number_look(b->book, "0.00##");
    b->look[LIST_COUNT] = number_look(b->book, "0");
    b->columns = columns;
    b->n = n;
    put_head(b);
    return b;
}

/* The whole number and its unit; false: it stays a text. */
static bool read_number(enum list_kind kind, struct str s, int64_t *n, int64_t *per)
{
    money m;
    rate r;
    *per = kind == LIST_MONEY ? 100 : kind == LIST_RATE ? 10000 : 1;
    if (kind == LIST_RATE && rate_parse(s, &r)) {
        *n = r.ppm;
        return true;
    }
    if (kind == LIST_TEXT || kind == LIST_RATE || !money_parse(s, &m))
        return false;
    *n = kind == LIST_COUNT ? m.fen / 100 : m.fen;
    return xlsx_exact(m.fen) && (kind == LIST_MONEY || m.fen % 100 == 0);
}

static void put_text(struct list_book *b, lxw_col_t at, struct str s)
{
    char text[TEXT_MAX + 4];
    if (s.n <= TEXT_MAX) {
        xlsx_must(worksheet_write_string(b->sheet, b->row, at, s.p, NULL));
        return;
    }
    size_t n = TEXT_MAX;
    while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    memcpy(text, s.p, n);
    memcpy(text + n, "…", sizeof "…");
    xlsx_must(worksheet_write_string(b->sheet, b->row, at, text, NULL));
}

void list_book_row(struct list_book *b, const struct str *cells)
{
    MUST(b->row < LIST_BOOK_ROWS_MAX);
    b->row++;
    for (int i = 0; i < b->n; i++) {
        enum list_kind kind = b->columns[i].kind;
        int64_t n, per;
        if (!cells[i].p || cells[i].n == 0)
            continue;
        if (read_number(kind, cells[i], &n, &per))
            xlsx_must(worksheet_write_number(
                b->sheet, b->row, (lxw_col_t)i, xlsx_number(n, per), b->look[kind]));
        else
            put_text(b, (lxw_col_t)i, cells[i]);
    }
}

FILE *list_book_close(struct list_book *b)
{
    FILE *file = b->file;
    bool good = workbook_close(b->book) == LXW_NO_ERROR && fseeko(file, 0, SEEK_SET) == 0;
    free(b);
    if (good)
        return file;
    (void)fclose(file); /* unlinked: nothing to save */
    return NULL;
}
