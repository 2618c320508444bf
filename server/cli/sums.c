/*
 * sums.c - numbers by a key of three small ones, and names by number: open addressing.
 */
#include "sums.h"
#include <stdlib.h>
#include <string.h>

enum { CAP_FIRST = 1024 };

static uint64_t mixed(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ULL;
    return x ^ x >> 33;
}

static struct sum *slot_of(const struct sums *s, int32_t row, int32_t day, int32_t before)
{
    uint64_t h = mixed(mixed((uint64_t)(uint32_t)row << 32 | (uint32_t)day) ^ (uint32_t)before);
    for (size_t i = h & (s->cap - 1);; i = (i + 1) & (s->cap - 1)) {
        struct sum *x = &s->slot[i];
        if (!x->there || (x->row == row && x->day == day && x->before == before))
            return x;
    }
}

static void sums_grow(struct sums *s)
{
    struct sums wide = {.cap = s->cap ? s->cap * 2 : CAP_FIRST, .used = s->used};
    wide.slot = calloc(wide.cap, sizeof *wide.slot);
    MUST(wide.slot);
    for (size_t i = 0; i < s->cap; i++) {
        const struct sum *x = &s->slot[i];
        if (x->there)
            *slot_of(&wide, x->row, x->day, x->before) = *x;
    }
    free(s->slot);
    *s = wide;
}

struct sum *sums_at(struct sums *s, int32_t row, int32_t day, int32_t before)
{
    if (s->used * 2 >= s->cap)
        sums_grow(s);
    struct sum *x = slot_of(s, row, day, before);
    if (!x->there) {
        *x = (struct sum){.row = row, .day = day, .before = before, .there = true};
        s->used++;
    }
    return x;
}

bool sums_are_none(const struct sums *s)
{
    static const int64_t none[SUM_COLUMNS];
    for (size_t i = 0; i < s->cap; i++) {
        if (s->slot[i].there && memcmp(s->slot[i].n, none, sizeof none) != 0)
            return false;
    }
    return true;
}

void sums_free(struct sums *s)
{
    free(s->slot);
    *s = (struct sums){0};
}

/* ---- names ----------------------------------------------------------------------------------- */

static uint64_t text_hash(struct str t)
{
    uint64_t h = 0xcbf29ce484222325ULL; /* FNV-1a */
    for (size_t i = 0; i < t.n; i++)
        h = (h ^ (unsigned char)t.p[i]) * 0x100000001b3ULL;
    return mixed(h);
}

static size_t place_of(const struct names *x, struct str text)
{
    size_t i = text_hash(text) & (x->cap - 1);
    while (x->slot[i] && !str_eq(x->text[x->slot[i] - 1], text))
        i = (i + 1) & (x->cap - 1);
    return i;
}

static void names_grow(struct names *x)
{
    size_t cap = x->cap ? x->cap * 2 : CAP_FIRST;
    if (!x->a)
        x->a = arena_new();
    free(x->slot);
    x->slot = calloc(cap, sizeof *x->slot);
    x->text = realloc(x->text, cap * sizeof *x->text);
    MUST(x->slot && x->text);
    x->cap = cap;
    for (size_t i = 0; i < x->n; i++)
        x->slot[place_of(x, x->text[i])] = (int32_t)i + 1;
}

int32_t names_find(const struct names *x, struct str text)
{
    return x->cap ? x->slot[place_of(x, text)] - 1 : -1;
}

int32_t names_at(struct names *x, struct str text)
{
    if (x->n * 2 >= x->cap)
        names_grow(x);
    size_t i = place_of(x, text);
    if (!x->slot[i]) {
        x->text[x->n++] = arena_keep(x->a, text);
        x->slot[i] = (int32_t)x->n;
    }
    return x->slot[i] - 1;
}

void names_free(struct names *x)
{
    if (x->a)
        arena_free(x->a);
    free(x->slot);
    free(x->text);
    *x = (struct names){0};
}
