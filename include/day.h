/*
 * day.h - civil days (Asia/Shanghai by convention, no zone) and quarters.
 */
#ifndef PLEDGED_DAY_H
#define PLEDGED_DAY_H
#include "arena.h"

typedef struct {
    int32_t n; /* days since 1970-01-01, proleptic Gregorian */
} day;
typedef struct {
    int32_t n; /* year * 4 + (0..3) */
} quarter;

#define DAY_MIN ((day){-25567}) /* 1900-01-01 */
#define DAY_MAX ((day){84005})  /* 2199-12-31 */

/* Strict "YYYY-MM-DD", 1900-01-01 to 2199-12-31. */
MUST_USE bool day_parse(struct str s, day *out);
struct str day_text(struct arena *a, day d);
day day_of(int year, int month, int mday); /* a real date; BUG otherwise */
void day_split(day d, int *year, int *month, int *mday);
/* The same day of the month n years later; 29 February becomes 28 in other years. */
day day_add_years(day d, int n);
/* The same day of the month n months later, or the last day of a shorter month. */
day day_add_months(day d, int n);
/* Days from a to b where every month has 30, its last day being the 30th, and every year 360
 * (30E/360 ISDA): counted over two stretches they give the same as over both at once. */
int32_t days_30_360(day a, day b);
/* How days of interest are counted. */
enum day_count { ACTUAL_360, ACTUAL_365, THIRTY_360 };
int32_t day_count_days(day a, day b, enum day_count how);
/* Today in China, which keeps UTC+8 all year: the one place of ledger and reports where time comes
 * in. */
day day_today(void);

/* RFC 3339 with a zone: "2022-07-01T09:30:00+08:00", "…Z", at most six decimals of a second; in
 * microseconds since 1970 UTC. A space stands for the '+' that an unescaped query turned into one.
 */
MUST_USE bool instant_parse(struct str s, int64_t *us);

/* "HH:MM" or "HH:MM:SS", 24 hours, as seconds since midnight. */
MUST_USE bool time_of_day_parse(struct str s, int *second);

/* Strict "2022Q3", 1900 to 2199. */
MUST_USE bool quarter_parse(struct str s, quarter *out);
struct str quarter_text(struct arena *a, quarter q);
quarter quarter_of(day d);
quarter quarter_make(int year, int q /* 1..4 */);
int quarter_year(quarter q);
int quarter_number(quarter q); /* 1..4 */
day quarter_first(quarter q);
day quarter_last(quarter q);

/* A year or a quarter, as statistics are reported: strict "2022" or "2022Q3", 1900 to 2199. */
struct period {
    int year, quarter; /* quarter 0: the whole year */
};
MUST_USE bool period_parse(struct str s, struct period *out);
day period_last(struct period p);
#endif
