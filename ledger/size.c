/*
 * size.c - firm size by 工信部联企业〔2011〕300号, thresholds of its 16 industries.
 *
 * The wording ("two conditions, else the lower class") equals: find the tier of each metric, take
 * the lowest. X employees, Y revenue, Z assets; money in 万元. The mapping from GB/T 4754-2017
 * divisions follows the standard's own scope; rail transport, finance, education, health and public
 * bodies are not classified. Of section Q the standard names social work (85), not health (84).
 */
#include "size.h"
#include <string.h>

struct metric {
    char which; /* 'X', 'Y', 'Z'; 0: none */
    int64_t large, medium, small;
};
struct industry {
    int row; /* of the standard */
    struct metric a, b;
};

static const struct industry industries[] = {
    {1, {'Y', 20000, 500, 50}, {0, 0, 0, 0}},
    {2, {'X', 1000, 300, 20}, {'Y', 40000, 2000, 300}},
    {3, {'Y', 80000, 6000, 300}, {'Z', 80000, 5000, 300}},
    {4, {'X', 200, 20, 5}, {'Y', 40000, 5000, 1000}},
    {5, {'X', 300, 50, 10}, {'Y', 20000, 500, 100}},
    {6, {'X', 1000, 300, 20}, {'Y', 30000, 3000, 200}},
    {7, {'X', 200, 100, 20}, {'Y', 30000, 1000, 100}},
    {8, {'X', 1000, 300, 20}, {'Y', 30000, 2000, 100}},
    {9, {'X', 300, 100, 10}, {'Y', 10000, 2000, 100}},
    {10, {'X', 300, 100, 10}, {'Y', 10000, 2000, 100}},
    {11, {'X', 2000, 100, 10}, {'Y', 100000, 1000, 100}},
    {12, {'X', 300, 100, 10}, {'Y', 10000, 1000, 50}},
    {13, {'Y', 200000, 1000, 100}, {'Z', 10000, 5000, 2000}},
    {14, {'X', 1000, 300, 100}, {'Y', 5000, 1000, 500}},
    {15, {'X', 300, 100, 10}, {'Z', 120000, 8000, 100}},
    {16, {'X', 300, 100, 10}, {0, 0, 0, 0}},
};

/* Divisions of GB/T 4754 to rows of the standard; 0: not classified. */
static const struct {
    int first, last, row;
} scopes[] = {{1, 5, 1}, {6, 46, 2}, {47, 50, 3}, {51, 51, 4}, {52, 52, 5}, {54, 58, 6},
    {59, 59, 7}, {60, 60, 8}, {61, 61, 9}, {62, 62, 10}, {63, 64, 11}, {65, 65, 12}, {71, 72, 15},
    {73, 79, 16}, {80, 82, 16}, {85, 90, 16}};

static const struct industry *row_of(struct str code)
{
    if (code.n < 3)
        return NULL;
    int division = (code.p[1] - '0') * 10 + code.p[2] - '0';
    int row = 0;
    for (size_t i = 0; i < COUNT_OF(scopes); i++) {
        if (division >= scopes[i].first && division <= scopes[i].last)
            row = scopes[i].row;
    }
    if (division == 70) /* real estate is split by group, which needs more than the division */
        row = code.n < 4 ? 0 : code.p[3] == '1' ? 13 : code.p[3] == '2' ? 14 : 16;
    return row ? &industries[row - 1] : NULL;
}

/* The figure of a metric in its unit times 10^6 (fen of 万元), so that nothing is rounded. */
static bool figure(const struct firm_metrics *m, char which, int64_t *out)
{
    switch (which) {
    case 'X': *out = m->employees; return m->employees_known;
    case 'Y': *out = m->revenue.fen; return m->revenue_known;
    default: *out = m->assets.fen; return m->assets_known;
    }
}

static enum firm_size tier(const struct firm_metrics *m, const struct metric *t)
{
    const int64_t unit = t->which == 'X' ? 1 : 1000000; /* 1 万元 = 10^6 fen */
    int64_t n;
    if (t->which == 0)
        return SIZE_LARGE; /* no second metric: the first decides */
    if (!figure(m, t->which, &n))
        return SIZE_UNKNOWN;
    if (n >= t->large * unit)
        return SIZE_LARGE;
    if (n >= t->medium * unit)
        return SIZE_MEDIUM;
    return n >= t->small * unit ? SIZE_SMALL : SIZE_MICRO;
}

enum firm_size firm_size(const struct firm_metrics *m)
{
    const struct industry *row = row_of(m->industry);
    if (!row)
        return SIZE_UNKNOWN;
    enum firm_size a = tier(m, &row->a), b = tier(m, &row->b);
    return a < b ? a : b; /* SIZE_UNKNOWN is the lowest: one missing metric leaves it unknown */
}

const char *firm_size_name(enum firm_size s)
{
    static const char *const names[] = {"unknown", "micro", "small", "medium", "large"};
    return names[s];
}
