/*
 * plan_view.h - what a plan's targets are computed from, and the words both kinds share.
 *
 * plan_view.c asks and adds up; targets.c writes the targets over pledge loans, plan_goals.c those
 * with several metrics, plan_firms.c the firms that benefit; baselines.c takes figures in.
 */
#ifndef PLEDGED_PLAN_VIEW_H
#define PLEDGED_PLAN_VIEW_H
#include "api.h"
#include "indicators.h"
#include "targets.h"

struct year_figures {
    bool entered, assumed;
    struct str source;
    int64_t amount, count; /* entered */
    bool has_amount, has_count;
    int64_t own_amount, own_count;     /* of the ledger, to date in the year of as_of */
    int64_t prior_amount, prior_count; /* of the ledger up to the same quarter of that year */
};

/* Sums over loans by one day and amount. */
struct basis_figures {
    struct str basis;
    struct year_figures year[PLAN_YEARS_MAX + 1]; /* [0]: the base year */
};
enum { BASES_MAX = 5 };

/* By side, way (0 where there is none) and figure, the base year first. */
typedef struct told_year told_years[SIDE_COUNT][WAY_COUNT][FIGURE_KINDS][PLAN_YEARS_MAX + 1];

/* Firms that benefit in a year, and what is known of a figure of theirs; part: by the same quarter
 * as that asked for. */
struct benefit {
    int64_t value, without, part, part_without;
};
struct benefit_year {
    struct benefit figure[FIGURE_KINDS], unknown_size;
    int64_t loans, insurance, subsidies; /* firms by what they benefit from */
    int64_t firms, part_firms;
};

struct plan_view {
    struct req *r;
    quarter as_of;
    struct str code, title, basis, undated;
    int first, last;
    bool running;                       /* the quarter has not ended */
    bool overflow;                      /* a sum left 64 bits */
    struct basis_figures by[BASES_MAX]; /* the plan's own first */
    int bases;
    told_years *told;
    told_years *published; /* indicators of years that the ledger's own records tell */
    bool with_firms;       /* firms that benefit are asked for */
    struct str memo;       /* under which what was counted of them is kept */
    struct benefit_year benefit[PLAN_YEARS_MAX + 1];
};

/* A target over loans, or a metric of one that has several, as it is computed: once, for whoever
 * shows it. */
struct plan_answer {
    bool money;
    struct series series;
    struct target_answer t;
    enum target_status status;
};

/* plan_goals.c */
/* The metric in row i, of a target with that threshold. */
void plan_metric_evaluate(const struct plan_view *p, const struct rows *rows, int i,
    int64_t threshold, struct plan_answer *out);
/* The members of the target in row i, from its kind on. */
void plan_goals_write(struct plan_view *p, const struct rows *rows, int i, struct buf *out);

/* Is row m a metric of the target in row `target`? */
bool metric_is_of(const struct rows *rows, int m, int target);
/* Opens the object of the metric in row i: its name and titles. */
void metric_head(const struct rows *rows, int i, struct buf *out);
/* The series of the metric in row i, and its quarters up to the plan's, as many as are told
 * without a gap: how many, the oldest first; 0 when the running year is not told. */
int metric_quarters(const struct plan_view *p, const struct rows *rows, int i, struct series *s,
    bool *money_figure, int64_t *value, int most);

/* plan_firms.c */
void plan_firms_evaluate(
    const struct plan_view *p, enum indicator_figure figure, struct plan_answer *out);
/* The members of a metric of firms that benefit. */
void plan_firms_write(struct plan_view *p, enum indicator_figure figure,
    const struct plan_answer *answer, struct buf *out);

/* plan_view.c */
/* What plan_get takes, its sixth from what was counted of firms before: under the name that is
 * returned, which plan_take keeps the new count under. day: the last that counts of firms. */
MUST_USE struct str plan_memo(struct req *r, struct str plan, day last, struct str params[6]);
/* Ask for everything of the plan that the address names, at the quarter and clocks of the query;
 * problems are answered. done gets the rows of plan_get and p. */
void plan_ask(struct plan_view *p, db_rows_fn *done);
/* The rows taken into p; false after answering that there is no such plan, or that it failed. */
MUST_USE bool plan_found(struct plan_view *p, const struct rows *rows, const struct fail *fail);
/* The same without an answer; false: there is no such plan. */
MUST_USE bool plan_take(struct plan_view *p, const struct rows *rows);
/* How many quarters of a year count as of the quarter asked for. */
int plan_quarters_of(const struct plan_view *p, int year);
/* A figure from outside is one of a whole year: it does not count while that year is running. i: of
 * p->year. */
bool plan_is_entered(const struct plan_view *p, int i, bool amount);
bool plan_row_is(const struct rows *rows, int i, const char *kind);
/* Opens the object of the target in row i: its id and titles. */
void target_head(const struct rows *rows, int i, struct buf *out);
struct series plan_series(const struct plan_view *p, const struct basis_figures *by, bool amount);
/* Those that the target over loans in row i goes by. */
const struct basis_figures *plan_basis_of(
    const struct plan_view *p, const struct rows *rows, int i);
/* The target over loans in row i. */
void plan_loans_evaluate(
    const struct plan_view *p, const struct rows *rows, int i, struct plan_answer *out);
void write_figure(struct buf *out, const char *key, bool money_figure, int64_t n);
void write_ratio(struct buf *out, const char *key, struct ratio_text r);
void write_growth(struct buf *out, const struct target_answer *t, bool money_figure);
void write_now(struct buf *out, const struct target_now *now, bool money_figure);

/* plan_progress.c */
/* The targets as rows of the quarterly report. own: its facts are those of this plan. */
struct report_plan;
void plan_progress(
    struct plan_view *p, const struct rows *rows, bool english, bool own, struct report_plan *out);
#endif
