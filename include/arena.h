/*
 * arena.h - memory of one request, and text that lives in it.
 *
 * Nothing is freed piecemeal: a request's arena goes when its reply has gone. Allocation never
 * fails (out of memory ends the process; PostgreSQL keeps the truth) and is always zeroed.
 * Under AddressSanitizer each allocation is its own malloc, so that overruns are caught.
 */
#ifndef PLEDGED_ARENA_H
#define PLEDGED_ARENA_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define COUNT_OF(x)  (sizeof(x) / sizeof((x)[0]))

/* Bytes that somebody else owns. p[n] is always NUL, so p may go to a C interface when the bytes
 * themselves hold no NUL. The empty string has p != NULL; {NULL, 0} means "absent". */
struct str {
    const char *p;
    size_t n;
};
#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);
/* Forget everything, keep the first block: for loops that handle one slice a turn. */
void arena_reset(struct arena *a);
void *arena_alloc(struct arena *a, size_t size);
/* A longer copy of old (old_size bytes); old stays valid until the arena goes. */
void *arena_grow(struct arena *a, const void *old, size_t old_size, size_t new_size);
struct str arena_str(struct arena *a, const char *p, size_t n);
/* A copy that lives in a; absent stays absent. */
struct str arena_keep(struct arena *a, struct str s);
struct str arena_text(struct arena *a, const char *c_string);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF(2, 0);

struct str str_of(const char *c_string);
bool str_eq(struct str a, struct str b);
bool str_is(struct str s, const char *c_string);
bool str_starts(struct str s, const char *prefix);

/* A growing text in an arena. buf_init, then append; buf_view borrows what is there. */
struct buf {
    struct arena *a;
    char *p;
    size_t n, cap;
};
void buf_init(struct buf *b, struct arena *a);
void buf_add(struct buf *b, const char *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_text(struct buf *b, const char *c_string);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
struct str buf_view(const struct buf *b);

/* Our own mistake: say where and stop. Never for bad input, never for a lost connection. */
#define BUG(what) bug_at(__FILE__, __LINE__, (what))
__attribute__((noreturn)) void bug_at(const char *file, int line, const char *what);
#define MUST(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond))                                                                               \
            BUG(#cond);                                                                            \
    } while (0)
#endif
