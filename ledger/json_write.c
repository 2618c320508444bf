/*
 * json_write.c - JSON out, without a tree: the last byte written says whether a comma is due.
 */
#include "json.h"

static void separate(struct buf *b)
{
    if (b->n && !strchr("{[:,\n", b->p[b->n - 1]))
        buf_char(b, ',');
}

void json_open(struct buf *b, char bracket)
{
    separate(b);
    buf_char(b, bracket);
}

void json_close(struct buf *b, char bracket)
{
    /* A trailing "{", "[" stays: an empty object or list. */
    buf_char(b, bracket);
}

static void write_string(struct buf *b, struct str s)
{
    static const char plain[] = "\b\f\n\r\t\"\\", escaped[] = "bfnrt\"\\";
    buf_char(b, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(b, s.p + from, i - from);
        from = i + 1;
        const char *at = c ? strchr(plain, c) : NULL;
        if (at) {
            buf_char(b, '\\');
            buf_char(b, escaped[at - plain]);
        } else {
            buf_printf(b, "\\u%04x", c);
        }
    }
    buf_add(b, s.p + from, s.n - from);
    buf_char(b, '"');
}

void json_key(struct buf *b, const char *key)
{
    separate(b);
    write_string(b, str_of(key));
    buf_char(b, ':');
}

void json_str(struct buf *b, struct str s)
{
    separate(b);
    write_string(b, s);
}

void json_text(struct buf *b, const char *c_string)
{
    json_str(b, str_of(c_string));
}

void json_i64(struct buf *b, int64_t n)
{
    separate(b);
    buf_printf(b, "%lld", (long long)n);
}

void json_bool(struct buf *b, bool yes)
{
    separate(b);
    buf_text(b, yes ? "true" : "false");
}

void json_null(struct buf *b)
{
    separate(b);
    buf_text(b, "null");
}

void json_money(struct buf *b, money m)
{
    json_str(b, money_text(b->a, m));
}

void json_rate(struct buf *b, rate r)
{
    json_str(b, rate_text(b->a, r));
}

void json_raw(struct buf *b, struct str json)
{
    separate(b);
    buf_str(b, json);
}

/* ---- members -------------------------------------------------------------------------------- */

void json_member_str(struct buf *b, const char *key, struct str s)
{
    json_key(b, key);
    json_str(b, s);
}

void json_member_known(struct buf *b, const char *key, struct str s)
{
    json_key(b, key);
    if (s.p)
        json_str(b, s);
    else
        json_null(b);
}

void json_member_text(struct buf *b, const char *key, const char *c_string)
{
    json_key(b, key);
    json_text(b, c_string);
}

void json_member_int(struct buf *b, const char *key, int64_t n)
{
    json_key(b, key);
    json_i64(b, n);
}

void json_member_bool(struct buf *b, const char *key, bool yes)
{
    json_key(b, key);
    json_bool(b, yes);
}

void json_member_null(struct buf *b, const char *key)
{
    json_key(b, key);
    json_null(b);
}

void json_member_money(struct buf *b, const char *key, money m)
{
    json_key(b, key);
    json_money(b, m);
}

void json_member_rate(struct buf *b, const char *key, rate r)
{
    json_key(b, key);
    json_rate(b, r);
}

void json_member_raw(struct buf *b, const char *key, struct str json)
{
    json_key(b, key);
    json_raw(b, json);
}

void json_member_object(struct buf *b, const char *key)
{
    json_key(b, key);
    json_open(b, '{');
}

void json_member_list(struct buf *b, const char *key)
{
    json_key(b, key);
    json_open(b, '[');
}

/* ---- one text into another --------------------------------------------------------------------
 */

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static const char *skip_blank(const char *p, const char *end)
{
    while (p < end && is_blank(*p))
        p++;
    return p;
}

/* Behind the string that begins at p. */
static const char *string_end(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++) {
        if (*p == '\\')
            p++;
    }
    return p + 1;
}

/* Behind the value that begins at p, and behind blanks before the comma or bracket that follows. */
static const char *value_end(const char *p, const char *end)
{
    for (int depth = 0; p < end && (depth || !strchr(",}]", *p));) {
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p = *p == '"' ? string_end(p, end) : p + 1;
    }
    return p;
}

void json_members(struct buf *b, struct str object)
{
    const char *end = object.p + object.n, *p = skip_blank(object.p, end);
    MUST(p < end && *p == '{');
    while ((p = skip_blank(p + 1, end)) < end && *p == '"') {
        const char *key = p, *key_end = string_end(p, end);
        const char *value = skip_blank(key_end, end);
        MUST(value < end && *value == ':');
        value = skip_blank(value + 1, end);
        p = value_end(value, end);
        MUST(p < end && (*p == ',' || *p == '}'));
        struct str text = {value, (size_t)(p - value)};
        while (text.n && is_blank(text.p[text.n - 1]))
            text.n--;
        if (str_is(text, "null"))
            continue;
        json_raw(b, (struct str){key, (size_t)(key_end - key)});
        buf_char(b, ':');
        buf_str(b, text);
    }
}

void json_tree(struct buf *b, const struct json *in)
{
    switch (in->kind) {
    case JSON_NULL: json_null(b); break;
    case JSON_BOOL: json_bool(b, in->yes); break;
    case JSON_NUMBER: json_i64(b, in->n); break;
    case JSON_STRING: json_str(b, in->text); break;
    case JSON_LIST:
    case JSON_OBJECT:
        json_open(b, in->kind == JSON_LIST ? '[' : '{');
        for (const struct json *m = in->child; m; m = m->next) {
            if (m->key.p)
                json_key(b, m->key.p);
            json_tree(b, m);
        }
        json_close(b, in->kind == JSON_LIST ? ']' : '}');
        break;
    default: BUG("JSON kind");
    }
}
