/*
 * rule_parts.h - a loaded rule, shared by rule*.c.
 */
#ifndef PLEDGED_RULE_PARTS_H
#define PLEDGED_RULE_PARTS_H
#include "fields.h"
#include "rule.h"

enum cond_kind { COND_ALL, COND_ANY, COND_NOT, COND_TEST };
enum op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_BETWEEN, OP_EXISTS, OP_LACKS };
enum truth { NO, YES, UNKNOWN };

/* A loan prime rate as a bound: rate × multiplier + spread. */
struct lpr_bound {
    bool present;
    enum fact fact;             /* where the rate of the case stands */
    int32_t multiplier, spread; /* 10,000 is 1.00; ppm */
};

struct cond {
    enum cond_kind kind;
    struct str clause, text, legal_ref;
    struct cond *child, *next;
    enum fact fact;
    enum op op;
    struct value *value; /* of the fact's kind */
    int values;
    struct lpr_bound lpr;
    bool has_than; /* compared with another fact of its kind; of days so many months later */
    enum fact than;
    int months;
};

struct uplift {
    int32_t share;
    const struct cond *when;
};

/* From so much drawn on: a share of it, or an amount. */
struct tier {
    int64_t from, amount;
    int32_t share;
};

enum item_kind {
    ITEM_INTEREST,
    ITEM_INSURANCE_FEE,
    ITEM_GUARANTEE_FEE,
    ITEM_VALUATION_FEE,
    ITEM_PREMIUM,
    ITEM_PRINCIPAL_AWARD,
    ITEM_LENDER_AWARD,
};

struct item {
    enum item_kind kind;
    const char *name;
    int32_t share;     /* ppm of the base; of a range the least */
    int32_t share_max; /* of a range that the office decides in; 0: none */
    bool has_points, has_of_loan, base_is_lpr, ip_part_only;
    int32_t points, of_loan;
    struct lpr_bound ceiling;
    int months;         /* 0: no limit */
    bool has_day_count; /* else the loan's own */
    enum day_count day_count;
    int64_t cap, max_of_loan; /* 0: none */
    int64_t amount;           /* fixed; 0: none */
    const char *payee;
    struct tier *tier; /* by what was drawn; the last that it reaches */
    int tiers;
    const struct cond *when; /* NULL: always */
    struct uplift *uplift;
    int uplifts;
};

enum cap_owner { CAP_LOAN, CAP_ENTERPRISE, CAP_BANK };
struct cap {
    enum cap_owner per;
    bool lifetime, has_item, by_kind;
    enum item_kind item; /* of these items alone */
    int64_t amount;
    const struct cond *when; /* NULL: always */
};

struct rule {
    const struct cond *eligible;
    struct item item[RULE_ITEMS_MAX];
    int items;
    struct cap *cap;
    int caps;
};

/* rule_cond.c */
extern const struct field lpr_fields[]; /* of a bound by a loan prime rate */
void lpr_bound_read(const struct value *v, struct lpr_bound *out);
/* NULL after adding problems; base is the pointer of in. */
struct cond *cond_load(
    struct arena *a, const struct json *in, struct str base, struct str legal_ref, struct err *e);
struct cond *cond_test(struct arena *a, enum fact fact, enum op op, struct value value,
    struct str clause, struct str text, struct str legal_ref);
enum truth cond_truth(const struct cond *c, const struct value *facts);
/* The bound of a test or ceiling for this case, in ppm; false when the rate is not known. */
bool lpr_bound_of(const struct lpr_bound *b, const struct value *facts, int64_t *ppm);
/* rule_overlap.c: can both hold? Then with the case in out. *left: how many cases may still be
 * tried; below nought it cannot be told. */
bool cond_meet(
    struct arena *a, const struct cond *x, const struct cond *y, struct buf *out, int64_t *left);
/* What a test compares with: a rate, another fact; false when that is not known. */
bool cond_bound(const struct cond *c, const struct value *facts, int64_t *bound);
/* rule_judge.c: the arithmetic of one item; lines go to out unless it is NULL. */
int64_t item_judge(
    const struct item *item, const struct value *facts, struct subsidy *o, struct buf *out);
/* rule_caps.c: what caps take away, line by line; item is cut. */
void caps_explain(
    const struct rule *rule, const struct value *facts, int64_t *item, struct buf *out);
/* What the loan has had of an item under this policy, "": of all; limits of a loan are less by it.
 */
int64_t loan_used(const struct value *facts, const char *item);
/* rule_line.c: a line for the reader. */
enum { NO_AMOUNT = -1 };
void rule_line(struct buf *out, const char *what, struct str formula, int64_t fen);
#endif
