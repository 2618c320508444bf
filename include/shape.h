/*
 * shape.h - what an answer is made of, as data: from the rows comes its JSON Schema.
 *
 * Requests are described by fields (schema.h), which also decode them; what only goes out is
 * described by members. An answer has the members of its table and no other: the tests hold every
 * answer that they see against it.
 */
#ifndef PLEDGED_SHAPE_H
#define PLEDGED_SHAPE_H
#include "arena.h"

struct field;

enum member_kind {
    M_TEXT,
    M_ID,      /* UUID */
    M_DAY,     /* 2022-07-01 */
    M_INSTANT, /* RFC 3339 */
    M_QUARTER, /* 2022Q3 */
    M_HASH,    /* 64 hex digits */
    M_YUAN,    /* "121530000.00" */
    M_PERCENT, /* "59.16" */
    M_COUNT,   /* a whole number */
    M_BOOL,
    M_WORD,   /* one of `words` */
    M_FIGURE, /* yuan or a count, as its row says */
    M_SCALAR, /* a text, a number, a truth value */
    M_JSON,   /* anything */
    M_OBJECT, /* of: its members */
    M_MAP,    /* an object whose names are data; of: one row, that of every value */
    M_FIELDS, /* an object of fields, none of which is needed */
    M_ALSO,   /* no member itself: those of `of` stand here, all or, maybe, some */
};

struct member {
    const char *name;
    enum member_kind kind;
    const char *zh, *en;
    const char *words; /* "open cleared" */
    const struct member *of;
    const struct field *fields;
    bool list;  /* many of that kind */
    bool null;  /* or null */
    bool maybe; /* may be absent */
};

/* components/schemas/<name> */
struct shape {
    const char *name;
    const struct member *of; /* ends with {NULL} */
};

const struct member *member_named(const struct member *m, struct str name); /* NULL: none */
/* "<name>":{…}, one after the other. */
void members_write(const struct member *m, struct buf *out);
/* The names that are never absent, one after the other. */
void members_needed(const struct member *m, struct buf *out);
/* The closed object schema of these members. */
void shape_write(const struct member *m, struct buf *out);
/* ["open","cleared"] of "open cleared"; null among them when it is possible. */
void words_write(const char *words, bool null, struct buf *out);
#endif
