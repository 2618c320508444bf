/*
 * sheet.h - rows out of CSV bytes as they arrive, in UTF-8 whatever the file was in; and cells into
 * CSV, for spreadsheets and in their charset.
 *
 * A file is never given up because of one row: a stray quote, a quote that is not closed or bytes
 * that are not of the charset spoil the row they stand in, and reading goes on at the next line
 * end. Rows without any content (Excel's trailing ",,,,") are passed over but counted.
 */
#ifndef PLEDGED_SHEET_H
#define PLEDGED_SHEET_H
#include "err.h"

enum sheet_charset { SHEET_UTF8, SHEET_GB18030 };
enum { SHEET_ROW_MAX = 1 << 20, SHEET_CELLS_MAX = 200, SHEET_BREAKS_MAX = 100 };

/* "utf-8", "gb18030" and its older names, in any case. */
MUST_USE bool sheet_charset_parse(struct str name, enum sheet_charset *out);
const char *sheet_charset_name(enum sheet_charset c); /* "utf-8" */

/* ---- what kind of bytes -----------------------------------------------------------------------
 */

/* What a file is that is no CSV, by its first (four) bytes: "XLSX", "XLS", "UTF-16", "HTML"; NULL
 * when it may be one. */
const char *sheet_stranger(struct str start);

/* The charset of a file by all its bytes, looked at in pieces of any size. */
struct sheet_look {
    int64_t two, more, bad;  /* UTF-8: characters of two bytes, of more; malformed ones */
    int64_t gb, gb_bad;      /* GB18030 likewise */
    unsigned char low, high; /* bounds of the next byte of a UTF-8 character */
    int need, width, gb_at;
    unsigned char start[4];
    int start_n;
};
void sheet_look(struct sheet_look *x, const char *p, size_t n);
/* One malformed character in a few does not turn a file into the other charset. false: there is no
 * telling; both readings stay possible or neither holds. */
MUST_USE bool sheet_look_decide(struct sheet_look *x, enum sheet_charset *out);

/* ---- rows -------------------------------------------------------------------------------------
 */

/* Where a row ends. Begin with {0}; call again with more bytes of the same row until it is true. */
struct sheet_scan {
    size_t at; /* looked at so far */
    int mode, breaks;
    size_t first, first_skip; /* the first line end between quotes */
    bool spoilt;              /* by a quote */
    size_t n, skip;           /* result: bytes of the row, of its line end */
};
/* last: nothing follows these bytes. */
MUST_USE bool sheet_scan(struct sheet_scan *x, struct str s, bool last);
/* The cells of a row as bytes, quotes and outer blanks off; how many there are, also beyond max. */
int sheet_split(struct arena *a, struct str row, struct str *cell, int max);
/* As UTF-8; U+FFFD stands for what is not of the charset. */
struct str sheet_lossy(struct arena *a, enum sheet_charset charset, struct str bytes);

struct sheet_fault {
    enum err_code code;
    struct str arg;
    int cell; /* from 0; -1: the row as a whole */
};
/* Valid until the call returns. number counts records from 1 (the header); of a row with a fault
 * the cells are what could be read. */
struct sheet_row {
    int64_t number;
    const struct str *cell;
    int n;
    const struct sheet_fault *fault; /* or NULL */
    bool hidden;                     /* in a workbook */
};
typedef void sheet_row_fn(void *arg, const struct sheet_row *row);

struct sheet;
struct sheet *sheet_new(enum sheet_charset charset, sheet_row_fn *fn, void *arg);
/* false with E_WORKBOOK once, when it is no CSV at all; the reader is then dead. */
MUST_USE bool sheet_feed(struct sheet *s, const char *p, size_t n, struct err *e);
MUST_USE bool sheet_end(struct sheet *s, struct err *e);
void sheet_free(struct sheet *s);

/* ---- cells out --------------------------------------------------------------------------------
 */

/* Append one cell, quoted when it must be. */
void sheet_cell(struct buf *b, struct str s, bool first);
/* A spreadsheet would run a text that begins like a formula: an apostrophe keeps it a text. */
struct str sheet_defused(struct arena *a, struct str s);
/* Valid UTF-8 as the bytes of a file in that charset; the mark that begins a UTF-8 file goes. */
struct str sheet_encoded(struct arena *a, enum sheet_charset charset, struct str utf8);
#endif
