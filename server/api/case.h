/*
 * case.h - a policy and the facts of one case, out of rows.
 */
#ifndef PLEDGED_CASE_H
#define PLEDGED_CASE_H
#include "db.h"
#include "http.h"
#include "records.h"
#include "rule.h"

struct policy_case {
    struct str id, sha256, state, effective_from, available, guard, loan, insurance;
    struct str asks, months; /* what the rule looks at, as JSON (rules_ask) */
    enum version_by version_by;
    day governs_from, governs_until; /* the days for which this version was the answer */
    int64_t queue;
    const struct rule *rule;
    struct lpr *lpr;
    int lprs;
    struct value *facts; /* FACT_COUNT, complete */
};

struct case_cache; /* policies as they were asked for within the last second */
struct case_cache *case_cache_new(void);
void case_cache_free(struct case_cache *c);
void case_forget(struct case_cache *c);
/* key: who asks, for which policy, version and day of the case; governs: the day whose version is
 * wanted. What is returned holds until the loop turns. Not a second old, and nothing was written
 * since; asked: how often all was forgotten so far, to be handed in with what is asked for now. */
const struct policy_case *case_fresh(
    struct case_cache *c, struct str key, day governs, int64_t *asked);
/* What was found or kept by whoever asked then, or somebody later. */
const struct policy_case *case_cached(
    struct case_cache *c, struct str key, day governs, int64_t asked);
/* When something was written since these rows were asked for, they are for whoever asked, and for
 * nobody after him. */
const struct policy_case *case_keep(struct case_cache *c, struct str key, int64_t asked,
    const struct rows *rows, struct str code, struct err *e);
/* The policy of a row of policy_case, in a; false after adding problems. */
MUST_USE bool case_policy(struct arena *a, const struct rows *rows, struct str code,
    struct policy_case *k, struct err *e);
/* The rule of a policy's text, and the day that governs; NULL: not readable any more. */
const struct rule *case_rule(struct arena *a, struct str body, enum version_by *by);
/* The loan prime rates of a column `lpr`. */
void case_lpr(struct arena *a, struct str text, struct policy_case *k);
/* The facts of a row of loan_case, copied into k; problems are in r->err. */
MUST_USE bool case_loan(
    struct req *r, const struct rows *rows, int row, struct str asked, struct policy_case *k);
/* The same of insurance_case. */
MUST_USE bool case_insurance(
    struct req *r, const struct rows *rows, struct str asked, struct policy_case *k);
/* The day of the case whose version of the policy governs: on, or that of its loan. */
day case_version_day(enum version_by by, const struct value *facts, day on);
/* Invoices of the case: the fees that they prove. */
void case_invoices(struct value *facts, const struct value *list);
/* Facts out of the columns from `first` on: loan_cases' and subsidy_loan_usage's,
 * subsidy_firm_usage's when there.
 */
void case_facts(struct arena *a, const struct rows *rows, int row, int first, struct value *facts);
/* Add what was told; a fact that the row knows otherwise is a problem. */
MUST_USE bool case_tell(struct value *facts, const struct value *told, struct err *e);
/* Fill loan prime rates and what follows. */
MUST_USE bool case_complete(const struct policy_case *k, struct value *facts, struct err *e);
/* The same from what was stored: a policy's body and the facts of a case; taken: what it gives item
 * by item, each as ";interest 2587500 2023-01-16/2024-01-15". false: they are not readable any
 * more. */
MUST_USE bool decision_again(struct arena *a, struct str body, struct str facts, struct buf *out,
    struct buf *taken, int64_t *amount);
/* {"eligible":…}: what is stored of a decision. */
void decision_write(const struct rule *rule, const struct value *facts, struct buf *out);
#endif
