/*
 * columns.h - tables of text for a terminal, where a Chinese character takes two columns.
 */
#ifndef PLEDGED_COLUMNS_H
#define PLEDGED_COLUMNS_H
#include "arena.h"

enum { COLUMNS_MAX = 12 };

/* Rows of cells, each column as wide as its widest cell. Nothing is printed before table_print. */
struct table {
    struct arena *a;
    int rows, room;
    struct str (*row)[COLUMNS_MAX]; /* cells behind the last one of a row: p == NULL */
};
void table_init(struct table *t, struct arena *a);
/* A row of n cells. */
void table_row(struct table *t, const struct str *cell, int n);
void table_print(const struct table *t, const char *indent);
/* How many columns of a terminal a text takes. */
int columns_of(struct str s);
#endif
