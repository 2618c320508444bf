/*
 * sums.h - numbers by a key of three small ones, and names by number.
 */
#ifndef PLEDGED_SUMS_H
#define PLEDGED_SUMS_H
#include "arena.h"

enum { SUM_COLUMNS = 6 };

struct sum {
    int32_t row, day, before;
    bool there, told; /* told: taken off by what is held against it */
    int64_t n[SUM_COLUMNS];
};

struct sums {
    struct sum *slot;
    size_t cap, used;
};

/* That of a key, of noughts when it is new; it stays where it is until the next is asked for. */
struct sum *sums_at(struct sums *s, int32_t row, int32_t day, int32_t before);
/* All are nought. */
bool sums_are_none(const struct sums *s);
void sums_free(struct sums *s);

/* Texts and their numbers, from 0 on. */
struct names {
    struct arena *a;
    struct str *text; /* by number */
    int32_t *slot;    /* number + 1 */
    size_t n, cap;
};

/* The number of a text, a new one when it is not known. */
int32_t names_at(struct names *x, struct str text);
/* The same, -1 when it is not known. */
int32_t names_find(const struct names *x, struct str text);
void names_free(struct names *x);
#endif
