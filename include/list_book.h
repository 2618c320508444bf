/*
 * list_book.h - a list as a workbook, a row at a time.
 *
 * Rows go to disk as they come. Amounts and rates are numbers that Excel can sum (exact to 15
 * digits, a text beyond), codes and keys are texts that it does not touch.
 */
#ifndef PLEDGED_LIST_BOOK_H
#define PLEDGED_LIST_BOOK_H
#include "arena.h"
#include <stdio.h>

enum list_kind { LIST_TEXT, LIST_MONEY, LIST_RATE, LIST_COUNT };
struct list_column {
    const char *title;
    enum list_kind kind;
};
enum { LIST_BOOK_ROWS_MAX = 1048575 };

struct list_book;
/* columns stay the caller's until the book is closed. NULL: errno. */
struct list_book *list_book_new(const char *sheet, const struct list_column *columns, int n);
/* A text a column, p == NULL for an empty cell. At most LIST_BOOK_ROWS_MAX of them. */
void list_book_row(struct list_book *b, const struct str *cells);
/* The file, to be read from its beginning and closed by the caller; NULL when the disk did not take
 * it. b is gone. */
FILE *list_book_close(struct list_book *b);
#endif
