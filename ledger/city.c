/*
 * city.c - cities and their districts, read from the list that is built into the program.
 *
 * The list is read when somebody asks, from its beginning: a hundred kilobytes, when a process
 * begins. What is chosen is kept for good.
 */
#include "city.h"
#include "sql.h"
#include <string.h>

enum { DISTRICTS_MAX = 64, COLUMNS = 3 };

static const struct city *here; /* NULL: nobody has chosen yet */

/* The next line that says something, cut at its tabs: what stands there, not ended by NUL. */
static bool next_line(const char **at, struct str cell[COLUMNS + 1], int *n)
{
    while (**at) {
        const char *p = *at, *end = p + strcspn(p, "\n");
        *at = end + (*end == '\n');
        if (*p == '#' || p == end)
            continue;
        for (*n = 0; *n <= COLUMNS && p <= end; p += cell[(*n)++].n + 1)
            cell[*n] = (struct str){p, strcspn(p, "\t\n")};
        return true;
    }
    return false;
}

static const char *kept(struct arena *a, struct str cell)
{
    return arena_str(a, cell.p, cell.n).p;
}

const struct city *city_find(struct arena *a, struct str code)
{
    const char *at = (const char *)places[0].text;
    struct str cell[COLUMNS + 1];
    struct city *found = NULL;
    struct district *list = NULL;
    int n = 0;
    while (next_line(&at, cell, &n)) {
        if (n == COLUMNS && found)
            break;
        if (n == COLUMNS && str_eq(cell[0], code)) {
            found = arena_alloc(a, sizeof *found);
            list = arena_alloc(a, DISTRICTS_MAX * sizeof *list);
            *found = (struct city){kept(a, cell[0]), kept(a, cell[1]), kept(a, cell[2]), list, 0};
        } else if (n == COLUMNS + 1 && found) {
            MUST(found->n < DISTRICTS_MAX);
            list[found->n++] =
                (struct district){kept(a, cell[1]), kept(a, cell[2]), kept(a, cell[3])};
        }
    }
    return found;
}

void city_choose(const struct city *c)
{
    here = c;
}

const struct city *city_here(void)
{
    static struct arena *for_good;
    if (!here) {
        for_good = arena_new();
        here = city_find(for_good, STR("310000"));
    }
    MUST(here);
    return here;
}

const struct district *district_find(struct str code)
{
    const struct city *c = city_here();
    for (int i = 0; i < c->n; i++) {
        if (str_is(code, c->district[i].code))
            return &c->district[i];
    }
    return NULL;
}
