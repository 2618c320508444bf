/*
 * targets.h - the plan's numeric targets: growth by both readings, totals, what is still required.
 *
 * Pure arithmetic on whole numbers. Ratios are exact (big integers from libcrypto) until they are
 * printed: percent with two decimals, rounded half up, away from zero for negatives.
 */
#ifndef PLEDGED_TARGETS_H
#define PLEDGED_TARGETS_H
#include "arena.h"
#include "day.h"

enum { PLAN_YEARS_MAX = 12, MEASURE_NO_MAX = 999 };

enum target_kind { TARGET_GROWTH, TARGET_TOTAL };
enum target_status { TARGET_MET, TARGET_ON_TRACK, TARGET_AT_RISK, TARGET_MISSED, TARGET_NO_BASE };
const char *target_status_name(enum target_status s);
/* In words: "按进度", "on track". */
const char *target_status_title(enum target_status s, bool english);
/* Quarters of a plan after one of them; all of them before it begins. */
int plan_quarters_left(quarter after, int first_year, int last_year);

/* One measured series. Values are fen or a count, all >= 0. */
struct series {
    int first_year, last_year; /* of the plan; years = last - first + 1 */
    quarter as_of;             /* the last quarter that counts */
    bool base_known;
    int64_t base;                 /* of first_year - 1 */
    int64_t year[PLAN_YEARS_MAX]; /* year to date in the year of as_of; 0 after it */
    /* Not told, or not all of it: no rate is computed from it, and none is final without it. */
    bool year_missing[PLAN_YEARS_MAX];
    /* The same quarters of the year before, for the year of as_of when it is not complete. */
    int64_t prior_to_date;
    bool prior_to_date_known; /* false when that year is a baseline without quarters */
};
struct ratio_text {
    bool known;
    struct str text; /* "59.16" */
};
/* How a target stands at as_of: of growth the year that runs against the same quarters of the year
 * before, or the last year of a plan that is over; of a total all so far. */
struct target_now {
    int year; /* 0: of a total, or the plan has not begun */
    bool value_known, base_known, required_known;
    int64_t value, base;
    int64_t required;                   /* the base grown by the threshold, rounded up; the total */
    struct ratio_text growth, progress; /* progress: value in percent of required */
};
struct target_answer {
    struct ratio_text yoy[PLAN_YEARS_MAX]; /* year on year; the current year compares to date */
    /* Over the complete years of the plan up to as_of, up to the last that is told. */
    int complete_years;
    struct ratio_text growth_compound, growth_mean;
    enum target_status status_compound, status_mean;
    int64_t total;
    enum target_status status_total;
    int remaining_quarters; /* of the plan, after as_of */
    /* Growth targets: what the last year must reach by each reading (rounded up), what is missing
     * from it, and that divided over the remaining quarters of the last year (rounded up). */
    bool required_known, required_mean_known; /* a year without a base leaves no mean */
    int64_t required_compound, required_mean, missing_compound, missing_mean;
    int64_t per_quarter_compound, per_quarter_mean;
    /* Total target. */
    int64_t missing_total, per_quarter_total;
    struct target_now now;
};
/* threshold: growth in ppm (30 % = 300000) or, for totals, the value to reach. */
void target_evaluate(struct arena *a, enum target_kind kind, int64_t threshold,
    const struct series *s, struct target_answer *out);

/* What is known of a figure: not less than least, not more than most. */
struct bounds {
    bool known;
    int64_t least, most; /* INT64_MAX: no bound */
};
/*
 * "Increases every year": each complete year over the one before it.
 *   years   n of them behind the base year, years[0]; complete of them have ended
 *   running the year that runs and the same quarters of the year before it; may be not known
 * A rise is proven when the least of a year exceeds the most of the year before, and disproven when
 * its most does not exceed the least of it. missed as soon as one year is disproven; met when all
 * have ended and are proven; no_base while something between cannot be told.
 */
enum target_status target_rising(const struct bounds *years, int n, int complete,
    struct bounds running, struct bounds running_before);
/* value as a percentage of whole, two decimals, half up; known == false when whole is 0. */
struct ratio_text ratio_percent(struct arena *a, int64_t value, int64_t whole);
#endif
