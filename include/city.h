/*
 * city.h - the city that a ledger is of, and its districts.
 *
 * The program carries all cities by the codes of GB/T 2260 (ledger/data/places.tsv); a ledger is of
 * one. Which one is said when it is made and stands in its database; whoever opens that database
 * chooses it here, once, before anything is judged. Until then it is Shanghai.
 */
#ifndef PLEDGED_CITY_H
#define PLEDGED_CITY_H
#include "arena.h"

struct district {
    const char *code, *zh, *en;
};
struct city {
    const char *code, *zh, *en;
    const struct district *district; /* in the order of their codes */
    int n;
};

/* Of those that the program carries; NULL when there is none. */
const struct city *city_find(struct arena *a, struct str code);
/* The city of this process from now on; its texts must outlive the process. */
void city_choose(const struct city *c);
const struct city *city_here(void);
/* A district of the city of this process; NULL when there is none. */
const struct district *district_find(struct str code);
#endif
