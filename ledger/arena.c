/*
 * arena.c - memory of one request: bump blocks, freed together.
 *
 * Under AddressSanitizer every allocation is a malloc of its own, so that a byte too far is caught.
 */
#include "arena.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define ONE_MALLOC_EACH 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_MALLOC_EACH 1
#endif
#endif
#ifndef ONE_MALLOC_EACH
#define ONE_MALLOC_EACH 0
#endif

enum { FIRST_BLOCK = 4096, ALIGNMENT = 16, BLOCK_MAX = 1 << 20 };

struct block {
    struct block *next; /* older */
    size_t used, size;
};
struct arena {
    struct block *top, *first;
};

void bug_at(const char *file, int line, const char *what)
{
    fprintf(stderr, "{\"level\":\"error\",\"event\":\"bug\",\"at\":\"%s:%d\",\"what\":\"%s\"}\n",
        file, line, what);
    abort();
}

static size_t header_size(void)
{
    return (sizeof(struct block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct block *block_new(struct block *next, size_t size)
{
    struct block *b = malloc(header_size() + size);
    MUST(b);
    *b = (struct block){.next = next, .size = size};
    return b;
}

struct arena *arena_new(void)
{
    struct arena *a = malloc(sizeof *a);
    MUST(a);
    a->first = a->top = block_new(NULL, ONE_MALLOC_EACH ? 0 : FIRST_BLOCK);
    return a;
}

void arena_reset(struct arena *a)
{
    while (a->top != a->first) {
        struct block *older = a->top->next;
        free(a->top);
        a->top = older;
    }
    a->first->used = 0;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    arena_reset(a);
    free(a->first);
    free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
    MUST(size < SIZE_MAX / 4);
    size_t want = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (ONE_MALLOC_EACH) {
        a->top = block_new(a->top, size);
    } else if (a->top->size - a->top->used < want) {
        size_t grown = a->top->size * 2 > BLOCK_MAX ? BLOCK_MAX : a->top->size * 2;
        a->top = block_new(a->top, want > grown ? want : grown);
    }
    char *p = (char *)a->top + header_size() + a->top->used;
    a->top->used += ONE_MALLOC_EACH ? size : want;
    return memset(p, 0, size);
}

void *arena_grow(struct arena *a, const void *old, size_t old_size, size_t new_size)
{
    MUST(new_size >= old_size);
    void *p = arena_alloc(a, new_size);
    if (old_size)
        memcpy(p, old, old_size);
    return p;
}

struct str arena_str(struct arena *a, const char *p, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    if (n)
        memcpy(copy, p, n);
    return (struct str){copy, n};
}

struct str arena_keep(struct arena *a, struct str s)
{
    return s.p ? arena_str(a, s.p, s.n) : s;
}

struct str arena_text(struct arena *a, const char *c_string)
{
    return arena_str(a, c_string, strlen(c_string));
}

struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    MUST(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (struct str){p, (size_t)n};
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

struct str str_of(const char *c_string)
{
    return (struct str){c_string, strlen(c_string)};
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str s, const char *c_string)
{
    return str_eq(s, str_of(c_string));
}

bool str_starts(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

void buf_init(struct buf *b, struct arena *a)
{
    *b = (struct buf){.a = a};
}

/* Room for n more bytes and a NUL. */
static void buf_reserve(struct buf *b, size_t n)
{
    if (b->cap - b->n > n)
        return;
    size_t cap = (b->n + n + 1) * 2 < 256 ? 256 : (b->n + n + 1) * 2;
    b->p = arena_grow(b->a, b->p, b->n, cap);
    b->cap = cap;
}

void buf_add(struct buf *b, const char *p, size_t n)
{
    buf_reserve(b, n);
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void buf_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

void buf_text(struct buf *b, const char *c_string)
{
    buf_add(b, c_string, strlen(c_string));
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_str(b, arena_vprintf(b->a, fmt, ap));
    va_end(ap);
}

struct str buf_view(const struct buf *b)
{
    return b->n ? (struct str){b->p, b->n} : STR("");
}
