/*
 * indicators.h - figures of the plan's other goals, told by year or quarter.
 *
 * Which figures a side of the plan has, whether by way of transfer; and the value of a year as far
 * as its own figure or its quarters tell it. What is not told is missing, never nought.
 */
#ifndef PLEDGED_INDICATORS_H
#define PLEDGED_INDICATORS_H
#include "day.h"

enum indicator_side {
    SIDE_SME_ACQUISITION,
    SIDE_UNIVERSITY_OUTFLOW,
    SIDE_PRODUCT_FILING,
    SIDE_IMPLEMENTATION,
    SIDE_BENEFITING_FIRM,
    SIDE_COUNT
};
enum indicator_way { WAY_TRANSFER, WAY_LICENCE, WAY_CONTRIBUTION, WAY_COUNT };
enum indicator_figure {
    FIGURE_COUNT,
    FIGURE_CONTRACT_VALUE,
    FIGURE_CASH_RECEIVED,
    FIGURE_REVENUE,
    FIGURE_EMPLOYEES,
    FIGURE_KINDS
};

struct side_rule {
    const char *name;
    bool by_way;
    bool whole_years; /* sums of quarters would count a firm four times */
    bool has[FIGURE_KINDS];
};
extern const struct side_rule side_rules[SIDE_COUNT];
struct figure_rule {
    const char *name, *zh, *en;
    bool money;
};
extern const struct figure_rule figure_rules[FIGURE_KINDS];
struct way_rule {
    const char *name, *zh, *en;
};
extern const struct way_rule way_rules[WAY_COUNT];

/* One figure of one side and way in one year. */
struct told {
    bool known, assumed;
    bool own; /* the ledger's records come to it */
    int64_t value;
    struct str source;
};
struct told_year {
    struct told whole, quarter[4];
};
/* The first n quarters of a year: all four by the year's own figure, else by its quarters. What is
 * known of them is added to *sum; false when it is not all. *fits turns false beyond 64 bits. */
bool told_sum(const struct told_year *y, int n, int64_t *sum, bool *fits);
/* Is quarter q (1..4) of the first n missing; with q == 0: the whole year, told by nothing. */
bool told_missing(const struct told_year *y, int n, int q);
#endif
