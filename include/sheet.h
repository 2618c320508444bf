/*
 * sheet.h - rows out of CSV bytes as they arrive, in UTF-8 whatever the file was in; and cells into
 * CSV, for spreadsheets and in their charset.
 *
 * libcsv finds cells and rows (RFC 4180, strict quotes), iconv converts. A BOM is dropped. Rows
 * without any content (Excel's trailing ",,,,") are passed over but counted.
 */
#ifndef PLEDGED_SHEET_H
#define PLEDGED_SHEET_H
#include "err.h"

enum sheet_charset { SHEET_UTF8, SHEET_GB18030 };
enum { SHEET_ROW_MAX = 1 << 20, SHEET_CELLS_MAX = 200 };

/* "utf-8", "gb18030" and its older names, in any case. */
MUST_USE bool sheet_charset_parse(struct str name, enum sheet_charset *out);

/* Cells are valid until the call returns. row counts records from 1 (the header). */
typedef void sheet_row_fn(void *arg, int64_t row, const struct str *cells, int n);

struct sheet;
struct sheet *sheet_new(enum sheet_charset charset, sheet_row_fn *fn, void *arg);
/* false with E_CSV or E_UTF8 (arg: the row) once; the reader is then dead. */
MUST_USE bool sheet_feed(struct sheet *c, const char *p, size_t n, struct err *e);
MUST_USE bool sheet_end(struct sheet *c, struct err *e);
void sheet_free(struct sheet *c);
/* Append one cell, quoted when it must be. */
void sheet_cell(struct buf *b, struct str s, bool first);
/* A spreadsheet would run a text that begins like a formula: an apostrophe keeps it a text. */
struct str sheet_defused(struct arena *a, struct str s);
/* Valid UTF-8 as the bytes of a file in that charset; the mark that begins a UTF-8 file goes. */
struct str sheet_encoded(struct arena *a, enum sheet_charset charset, struct str utf8);
#endif
