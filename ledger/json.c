/*
 * json.c - the wall in front of cJSON.
 *
 * cJSON takes much that RFC 8259 forbids and keeps numbers as doubles. So a scanner reads every
 * byte first and refuses what is not strict JSON; then cJSON builds its tree; then one walk copies
 * it to the arena, refuses duplicate keys, and takes whole numbers from their digits.
 */
#include "json.h"
#include <cjson/cJSON.h>

struct scan {
    const unsigned char *p, *end, *start;
    int depth;
    struct err *e;
};

/* Length of the UTF-8 sequence at p, 0 when it is not one (overlong, surrogate, cut off …). */
static size_t utf8_length(const unsigned char *p, const unsigned char *end)
{
    static const struct {
        unsigned char first, last, low, high; /* of the lead byte; of the second byte */
        size_t length;
    } forms[] = {{0x01, 0x7f, 0, 0, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (*p < forms[i].first || *p > forms[i].last)
            continue;
        if ((size_t)(end - p) < forms[i].length)
            return 0;
        if (forms[i].length > 1 && (p[1] < forms[i].low || p[1] > forms[i].high))
            return 0;
        for (size_t j = 2; j < forms[i].length; j++) {
            if ((p[j] & 0xc0) != 0x80)
                return 0;
        }
        return forms[i].length;
    }
    return 0;
}

bool utf8_check(struct str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p, *end = p + s.n;
    while (p < end) {
        size_t n = utf8_length(p, end);
        if (n == 0) {
            *at = (size_t)(p - (const unsigned char *)s.p);
            return false;
        }
        p += n;
    }
    return true;
}

/* ---- scanner -------------------------------------------------------------------------------- */

static bool refuse(struct scan *s, const char *what)
{
    return err_add(s->e, E_JSON, STR(""), "%s, byte %zu", what, (size_t)(s->p - s->start));
}

static int peek(const struct scan *s)
{
    return s->p < s->end ? *s->p : -1;
}

static void space(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
}

static int hex4(const unsigned char *p)
{
    int n = 0;
    for (int i = 0; i < 4; i++) {
        int c = p[i] | 0x20;
        if (p[i] >= '0' && p[i] <= '9')
            n = n * 16 + p[i] - '0';
        else if (c >= 'a' && c <= 'f')
            n = n * 16 + c - 'a' + 10;
        else
            return -1;
    }
    return n;
}

/* s->p is behind "\u". Surrogates must come in pairs; NUL does not come at all. */
static bool scan_unicode(struct scan *s)
{
    int n = s->end - s->p >= 4 ? hex4(s->p) : -1;
    if (n < 0)
        return refuse(s, "bad \\u escape");
    if (n == 0)
        return refuse(s, "NUL in text");
    s->p += 4;
    if (n < 0xd800 || n > 0xdfff)
        return true;
    bool pair = n < 0xdc00 && s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u' &&
                hex4(s->p + 2) >= 0xdc00 && hex4(s->p + 2) <= 0xdfff;
    if (!pair)
        return refuse(s, "lone surrogate");
    s->p += 6;
    return true;
}

static bool scan_string(struct scan *s)
{
    for (s->p++; s->p < s->end; s->p++) {
        if (*s->p == '"') {
            s->p++;
            return true;
        }
        if (*s->p < 0x20)
            return refuse(s, "control character in text");
        if (*s->p != '\\')
            continue;
        s->p++;
        if (peek(s) == 'u') {
            s->p++;
            if (!scan_unicode(s))
                return false;
            s->p--;
        } else if (peek(s) <= 0 || !strchr("\"\\/bfnrt", peek(s))) {
            return refuse(s, "bad escape");
        }
    }
    return refuse(s, "text without end");
}

static bool scan_digits(struct scan *s)
{
    const unsigned char *from = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return s->p > from || refuse(s, "digit expected");
}

static bool scan_number(struct scan *s)
{
    s->p += peek(s) == '-';
    if (peek(s) == '0')
        s->p++;
    else if (!scan_digits(s))
        return false;
    if (peek(s) == '.') {
        s->p++;
        if (!scan_digits(s))
            return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->p++;
        s->p += peek(s) == '+' || peek(s) == '-';
        return scan_digits(s);
    }
    return true;
}

static bool scan_word(struct scan *s, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return refuse(s, "value expected");
    s->p += n;
    return true;
}

static bool scan_value(struct scan *s);

static bool scan_member(struct scan *s)
{
    if (peek(s) != '"')
        return refuse(s, "key expected");
    if (!scan_string(s))
        return false;
    space(s);
    if (peek(s) != ':')
        return refuse(s, "':' expected");
    s->p++;
    return scan_value(s);
}

static bool scan_group(struct scan *s, char close)
{
    if (++s->depth > JSON_DEPTH_MAX)
        return err_add(s->e, E_DEPTH, STR(""), "%d", JSON_DEPTH_MAX);
    s->p++;
    space(s);
    if (peek(s) != close) {
        for (;;) {
            space(s);
            if (!(close == '}' ? scan_member(s) : scan_value(s)))
                return false;
            space(s);
            if (peek(s) != ',')
                break;
            s->p++;
        }
        if (peek(s) != close)
            return refuse(s, "',' or end expected");
    }
    s->p++;
    s->depth--;
    return true;
}

static bool scan_value(struct scan *s)
{
    space(s);
    switch (peek(s)) {
    case '{': return scan_group(s, '}');
    case '[': return scan_group(s, ']');
    case '"': return scan_string(s);
    case 't': return scan_word(s, "true");
    case 'f': return scan_word(s, "false");
    case 'n': return scan_word(s, "null");
    default: return scan_number(s);
    }
}

static bool scan_document(struct str text, struct err *e)
{
    const unsigned char *p = (const unsigned char *)text.p;
    struct scan s = {.p = p, .start = p, .end = p + text.n, .e = e};
    size_t at;
    if (text.n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        return refuse(&s, "byte order mark");
    if (!utf8_check(text, &at))
        return err_add(e, E_UTF8, STR(""), "%zu", at);
    if (!scan_value(&s))
        return false;
    space(&s);
    return s.p == s.end || refuse(&s, "text after the end");
}

/* ---- tree ----------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    const struct json *x = *(const struct json *const *)a, *y = *(const struct json *const *)b;
    return strcmp(x->key.p, y->key.p);
}

/* Sorting keeps the cost of a hostile object at n log n. */
static bool keys_differ(struct arena *a, const struct json *object, struct err *e)
{
    if (object->count < 2)
        return true;
    const struct json **m = arena_alloc(a, (size_t)object->count * sizeof(*m));
    int n = 0;
    for (const struct json *x = object->child; x; x = x->next)
        m[n++] = x;
    qsort(m, (size_t)n, sizeof *m, by_key);
    for (int i = 1; i < n; i++) {
        if (str_eq(m[i - 1]->key, m[i]->key))
            return err_add(e, E_DUPLICATE_KEY, STR(""), "%s", m[i]->key.p);
    }
    return true;
}

/* Doubles hold every integer up to 2^53, so cJSON's value is exact there and rounds to more beyond.
 */
static void take_number(struct json *out, double d)
{
    const double limit = 9007199254740992.0;
    if (d <= -limit || d >= limit)
        return;
    out->n = (int64_t)d;
    out->whole = !((double)out->n < d) && !((double)out->n > d);
    if (!out->whole)
        out->n = 0;
}

static struct json *copy_node(struct arena *a, const cJSON *in, struct err *e);

static bool copy_children(struct arena *a, const cJSON *in, struct json *out, struct err *e)
{
    struct json *last = NULL;
    const cJSON *c;
    cJSON_ArrayForEach(c, in)
    {
        struct json *child = copy_node(a, c, e);
        if (!child)
            return false;
        if (last)
            last->next = child;
        else
            out->child = child;
        last = child;
        out->count++;
    }
    return out->kind != JSON_OBJECT || keys_differ(a, out, e);
}

static struct json *copy_node(struct arena *a, const cJSON *in, struct err *e)
{
    struct json *out = arena_alloc(a, sizeof *out);
    if (in->string)
        out->key = arena_text(a, in->string);
    if (cJSON_IsString(in)) {
        out->kind = JSON_STRING;
        out->text = arena_text(a, in->valuestring);
    } else if (cJSON_IsNumber(in)) {
        out->kind = JSON_NUMBER;
        take_number(out, in->valuedouble);
    } else if (cJSON_IsBool(in)) {
        out->kind = JSON_BOOL;
        out->yes = cJSON_IsTrue(in);
    } else if (cJSON_IsArray(in) || cJSON_IsObject(in)) {
        out->kind = cJSON_IsArray(in) ? JSON_LIST : JSON_OBJECT;
        if (!copy_children(a, in, out, e))
            return NULL;
    }
    return out;
}

const struct json *json_parse(struct arena *a, struct str text, struct err *e)
{
    if (!scan_document(text, e))
        return NULL;
    struct str copy = arena_str(a, text.p, text.n);
    cJSON *tree = cJSON_ParseWithLengthOpts(copy.p, copy.n + 1, NULL, 1);
    if (!tree) {
        err_add(e, E_JSON, STR(""), "unreadable");
        return NULL;
    }
    const struct json *root = copy_node(a, tree, e);
    cJSON_Delete(tree);
    return root;
}

const struct json *json_get(const struct json *object, const char *key)
{
    for (const struct json *m = object->child; m; m = m->next) {
        if (m->key.p && str_is(m->key, key))
            return m;
    }
    return NULL;
}
