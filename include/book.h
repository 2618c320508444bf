/*
 * book.h - rows out of a workbook (.xlsx), as text per cell.
 *
 * A number is the decimal text that the file holds, never a binary one. Spreadsheets keep binary
 * fractions and write them with up to 17 digits (8.8 as 8.8000000000000007) but show, and let
 * people type, 15: so a number of more digits is rounded half up to 15 significant ones, which
 * gives what was typed. A whole number of 16 digits and more has lost some and comes out as
 * 2.02201E+15, which no field takes. A number that is shown as a day comes out as 2022-07-01, one
 * that is shown as a percentage as 3.65%.
 */
#ifndef PLEDGED_BOOK_H
#define PLEDGED_BOOK_H
#include "sheet.h"

enum {
    BOOK_FILE_MAX = 32 << 20, /* bytes of the file */
    BOOK_HIDDEN_SHOWN = 100,
};

struct book;
struct book_told {
    struct str sheet;                  /* the one that is read */
    struct str others;                 /* visible ones that are not, "a, b"; or "" */
    int hidden_n;                      /* hidden rows with content so far */
    int64_t hidden[BOOK_HIDDEN_SHOWN]; /* the first of them */
    int hidden_columns;
};

/* The workbook in a file of which fd stays the caller's. sheet: its name, or p == NULL for the
 * first visible one. NULL with E_BOOK, E_SHEET or E_TOO_LARGE. */
struct book *book_open(int fd, struct str sheet, sheet_row_fn *fn, void *arg, struct err *e);
/* Read on by about so many unpacked bytes, so that others wait no longer. false with a problem: the
 * rest cannot be read. *end: all is read. */
MUST_USE bool book_read(struct book *b, size_t budget, bool *end, struct err *e);
const struct book_told *book_told(const struct book *b);
void book_free(struct book *b);
#endif
