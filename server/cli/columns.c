/*
 * columns.c - tables of text for a terminal; how wide a character is, the C library knows.
 */
#define _XOPEN_SOURCE 700
#include "columns.h"
#include <locale.h>
#include <stdio.h>
#include <wchar.h>

/* C.UTF-8 is built into the C library of Debian. */
int columns_of(struct str s)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), before;
    mbstate_t state = {0};
    int n = 0;
    MUST(utf8 != (locale_t)0);
    before = uselocale(utf8);
    for (size_t at = 0; at < s.n;) {
        wchar_t c;
        size_t used = mbrtowc(&c, s.p + at, s.n - at, &state);
        if (used == 0 || used > s.n - at)
            break; /* what a daemon sends is whole characters */
        int width = wcwidth(c);
        n += width > 0 ? width : 0;
        at += used;
    }
    uselocale(before);
    freelocale(utf8);
    return n;
}

void table_init(struct table *t, struct arena *a)
{
    *t = (struct table){.a = a};
}

void table_row(struct table *t, const struct str *cell, int n)
{
    MUST(n <= COLUMNS_MAX);
    if (t->rows == t->room) {
        int room = t->room ? t->room * 2 : 8;
        t->row = arena_grow(
            t->a, t->row, (size_t)t->room * sizeof *t->row, (size_t)room * sizeof *t->row);
        t->room = room;
    }
    for (int i = 0; i < COLUMNS_MAX; i++)
        t->row[t->rows][i] = i < n ? cell[i] : (struct str){NULL, 0};
    t->rows++;
}

void table_print(const struct table *t, const char *indent)
{
    int width[COLUMNS_MAX] = {0};
    for (int i = 0; i < t->rows; i++) {
        for (int c = 0; c < COLUMNS_MAX && t->row[i][c].p; c++) {
            int n = columns_of(t->row[i][c]);
            width[c] = n > width[c] ? n : width[c];
        }
    }
    for (int i = 0; i < t->rows; i++) {
        fputs(indent, stdout);
        for (int c = 0; c < COLUMNS_MAX && t->row[i][c].p; c++) {
            bool last = c + 1 == COLUMNS_MAX || !t->row[i][c + 1].p;
            fputs(t->row[i][c].p, stdout);
            if (!last)
                printf("%*s", width[c] - columns_of(t->row[i][c]) + 2, "");
        }
        putchar('\n');
    }
}
