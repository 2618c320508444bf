/*
 * form_xlsx.h - the workbook while it is being written.
 */
#ifndef PLEDGED_FORM_XLSX_H
#define PLEDGED_FORM_XLSX_H
#include "form.h"
#include <xlsxwriter.h>

enum xlsx_look {
    LOOK_TITLE,
    LOOK_NOTE,
    LOOK_NAME,
    LOOK_LINK,
    LOOK_HEAD,
    LOOK_ROW,
    LOOK_TEXT,
    LOOK_NONE, /* "—" and "*" */
    LOOK_COUNT,
    LOOK_PERCENT,
    LOOK_MONEY,
    LOOK_WORDS,  /* a paragraph over several columns */
    LOOK_UNIT,   /* at the right */
    LOOK_HIDDEN, /* what a picture alone reads */
    LOOKS
};

struct workbook {
    const struct report *r;
    struct arena *a;
    bool english;
    lxw_workbook *book;
    lxw_format *look[LOOKS][2]; /* [1]: of a total row */
    const char **sheet;         /* name of each table's sheet */
    lxw_row_t *top;             /* and its first row there */
    lxw_worksheet *page;        /* the last one: a table of the same columns follows on it */
    int width;                  /* of its columns together */
};

/* Where heading and first figures of a table are, from its first row on. */
enum { XLSX_HEAD = 2, XLSX_FIRST = 3 };

/* Only here does a figure become floating point. A whole number below 10^15 is exact in a double
 * and n / 100 is then the double nearest to the two-decimal amount: Excel and LibreOffice, which
 * show 15 digits, read it back to the fen. */
double xlsx_number(int64_t n, int64_t per);
bool xlsx_exact(int64_t n);
/* Rows, columns, lengths and names are within Excel's bounds by what the catalogue holds. */
void xlsx_must(lxw_error e);

/* Make w->look. */
void xlsx_looks(struct workbook *w);
/* A4 on its side, so many pages wide (0: at a scale of its own), with the report's name and page
 * numbers. */
void xlsx_page(struct workbook *w, lxw_worksheet *sheet, int pages_wide);
/* Does a table stand below the one before it, as it has the same columns? */
bool xlsx_follows(const struct workbook *w, int table);
/* Rows that a table takes with what is above and below it. */
lxw_row_t xlsx_rows(const struct report_table *t);
/* A table on a sheet of its own, or below the one before: index in the report. */
void xlsx_section(struct workbook *w, int table);
/* A sheet with the pictures of all sections that have one. */
void xlsx_charts(struct workbook *w);
#endif
