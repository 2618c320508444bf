/*
 * unit.h - what every unit test needs: cmocka, an arena per program, a seeded generator.
 */
#ifndef PLEDGED_UNIT_H
#define PLEDGED_UNIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include <cmocka.h> /* wants those above before it */

/* xorshift64*: the same sequence everywhere for a printed seed. */
static inline uint64_t unit_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

#define unit_run(arena, tests)                                                                     \
    (*(arena) = arena_new(), unit_finish(*(arena), cmocka_run_group_tests(tests, NULL, NULL)))

static inline int unit_finish(struct arena *a, int status)
{
    arena_free(a);
    return status;
}
#endif
