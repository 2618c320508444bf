/*
 * book_parts.h - the rooms of the reader of workbooks: a part of the package as XML events, what
 * the numbers of a style look like, a number as text.
 */
#ifndef PLEDGED_BOOK_PARTS_H
#define PLEDGED_BOOK_PARTS_H
#include "book.h"
#include <expat.h>
#include <zip.h>

/* ---- book_part.c: one part of the package ------------------------------------------------------
 */

/* Names without their namespace; attributes in pairs, ended by NULL, likewise. */
struct part_reader {
    void (*start)(void *arg, const char *name, const char **attributes);
    void (*end)(void *arg, const char *name);
    void (*text)(void *arg, struct str s);
    void *arg;
};
struct part {
    struct part_reader to;
    const char *name;
    zip_file_t *file;
    XML_Parser xml;
    uint64_t unpacked, limit;
    int depth;
    bool refused; /* by a handler, or for what it is made of */
};
/* NULL: there is no such part, or (e) it cannot be read. */
MUST_USE bool part_open(struct part *p, zip_t *zip, int64_t file_size, const char *name,
    uint64_t limit, const struct part_reader *to, struct err *e);
/* About budget bytes of it; *end: that was the last. */
MUST_USE bool part_read(struct part *p, size_t budget, bool *end, struct err *e);
/* All of a small part. */
MUST_USE bool part_whole(zip_t *zip, int64_t file_size, const char *name, uint64_t limit,
    const struct part_reader *to, struct err *e);
void part_close(struct part *p);
const char *attribute(const char **attributes, const char *name); /* NULL: absent */
bool attribute_true(const char **attributes, const char *name);

/* ---- book_number.c -----------------------------------------------------------------------------
 */

enum look_kind { LOOK_PLAIN, LOOK_DAY, LOOK_PERCENT, LOOK_PADDED, LOOK_SCALED, LOOK_WORDED };
struct look {
    enum look_kind kind;
    int width;      /* LOOK_PADDED: digits */
    char shown[24]; /* LOOK_WORDED: beside the number, or its beginning */
};
/* What a number format shows: a code, or (code == NULL) one of those that are built in. */
struct look look_of(int id, const char *code);
/* The text of a number as a spreadsheet shows it; a text that is no number stays. */
struct str book_number(struct arena *a, struct str number, struct look look, bool is_1904);
#endif
