/*
 * glyph.c - the code points of a text (UTF-8), by the tables of libutf8proc.
 */
#include "glyph.h"
#include <utf8proc.h>

/* The code point at i and its length in bytes; a byte that begins none counts as one. */
static int32_t glyph_at(struct str s, size_t i, size_t *length)
{
    utf8proc_int32_t c = -1;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);
    *length = n > 0 ? (size_t)n : 1;
    return n > 0 ? c : (unsigned char)s.p[i];
}

static bool is_space(int32_t c)
{
    return utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

static bool is_unseen(int32_t c)
{
    if (c >= ' ' && c < 0x7f)
        return false; /* most of all text, without a look into the tables */
    const utf8proc_property_t *p = utf8proc_get_property(c);
    return p->ignorable || p->category == UTF8PROC_CATEGORY_CC ||
           p->category == UTF8PROC_CATEGORY_CF || p->category == UTF8PROC_CATEGORY_ZL ||
           p->category == UTF8PROC_CATEGORY_ZP;
}

int32_t glyph_unseen(struct str s)
{
    for (size_t i = 0, n; i < s.n; i += n) {
        int32_t c = glyph_at(s, i, &n);
        if (is_unseen(c))
            return c;
    }
    return -1;
}

bool glyph_outer_space(struct str s, int32_t *which)
{
    bool first = false, last = false;
    int32_t c = 0;
    for (size_t i = 0, n; i < s.n; i += n) {
        c = glyph_at(s, i, &n);
        last = is_space(c);
        if (i == 0 && last) {
            first = true;
            *which = c;
        }
    }
    if (last && !first)
        *which = c;
    return first || last;
}

struct str glyph_plain(struct arena *a, struct str s)
{
    enum { WIDE_FIRST = 0xff01, WIDE_LAST = 0xff5e, WIDE_SHIFT = 0xfee0 };
    char *p = arena_alloc(a, s.n + 1);
    size_t used = 0;
    for (size_t i = 0, n; i < s.n; i += n) {
        int32_t c = glyph_at(s, i, &n);
        if (c >= WIDE_FIRST && c <= WIDE_LAST) {
            p[used++] = (char)(c - WIDE_SHIFT);
        } else if (!is_space(c)) {
            memcpy(p + used, s.p + i, n);
            used += n;
        }
    }
    p[used] = '\0';
    return (struct str){p, used};
}

struct str glyph_seen(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t used = 0;
    for (size_t i = 0, n; i < s.n; i += n) {
        if (is_unseen(glyph_at(s, i, &n)))
            continue;
        memcpy(p + used, s.p + i, n);
        used += n;
    }
    p[used] = '\0';
    return (struct str){p, used};
}
