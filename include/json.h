/*
 * json.h - strict JSON in, exact JSON out.
 *
 * In: RFC 8259 and nothing beside it: valid UTF-8, no BOM, no NUL, no duplicate keys, nothing after
 * the document, at most JSON_DEPTH_MAX levels. The tree is read-only and lives in the arena.
 * Out: one growing buffer, no tree; commas are placed by looking at the last byte written.
 */
#ifndef PLEDGED_JSON_H
#define PLEDGED_JSON_H
#include "err.h"
#include "money.h"

enum { JSON_DEPTH_MAX = 16 };

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_OBJECT };

struct json {
    enum json_kind kind;
    bool yes;        /* JSON_BOOL */
    bool whole;      /* JSON_NUMBER: an integer, exactly representable, |n| < 2^53 */
    int64_t n;       /* JSON_NUMBER when whole */
    struct str text; /* JSON_STRING */
    struct str key;  /* member of an object; {NULL,0} otherwise */
    int count;       /* members of a list or object */
    const struct json *child, *next;
};

/* NULL and a problem (E_JSON, E_UTF8, E_DEPTH, E_DUPLICATE_KEY) when the text is not acceptable.
 * Pointers of the problems are "" or, for a duplicate key, the path of the object. */
const struct json *json_parse(struct arena *a, struct str text, struct err *e);
const struct json *json_get(const struct json *object, const char *key);
/* Is this whole text valid UTF-8 without NUL? *at is the first bad byte otherwise. */
bool utf8_check(struct str s, size_t *at);

/* Writing. json_key before a member's value inside an object, or json_member_… for both; values
 * elsewhere separate themselves. json_open/json_close take '{' or '[' / '}' or ']'. */
void json_open(struct buf *b, char bracket);
void json_close(struct buf *b, char bracket);
void json_key(struct buf *b, const char *key);
void json_str(struct buf *b, struct str s);
void json_text(struct buf *b, const char *c_string);
void json_i64(struct buf *b, int64_t n);
void json_bool(struct buf *b, bool yes);
void json_null(struct buf *b);
void json_money(struct buf *b, money m);
void json_rate(struct buf *b, rate r);
void json_raw(struct buf *b, struct str json);        /* already JSON */
void json_tree(struct buf *b, const struct json *in); /* what was parsed; numbers are whole */
void json_member_str(struct buf *b, const char *key, struct str s);
void json_member_known(struct buf *b, const char *key, struct str s); /* null without s.p */
void json_member_text(struct buf *b, const char *key, const char *c_string);
void json_member_int(struct buf *b, const char *key, int64_t n);
void json_member_bool(struct buf *b, const char *key, bool yes);
void json_member_null(struct buf *b, const char *key);
void json_member_money(struct buf *b, const char *key, money m);
void json_member_rate(struct buf *b, const char *key, rate r);
void json_member_raw(struct buf *b, const char *key, struct str json);
void json_member_object(struct buf *b, const char *key); /* left open, as */
void json_member_list(struct buf *b, const char *key);   /* this one */
/* The members of an object, as they stand, into the open one. Those that are null are not written:
 * what is not known is not told. The text is JSON that we or the database wrote. */
void json_members(struct buf *b, struct str object);
#endif
