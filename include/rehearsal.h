/*
 * rehearsal.h - a policy, or two side by side, tried on many loans as if each had applied on its
 * day.
 *
 * Loans are judged as they come; what stays of each is small. The result takes them in the order of
 * their days: caps of firms and the budget are used up in that order, as they really are.
 */
#ifndef PLEDGED_REHEARSAL_H
#define PLEDGED_REHEARSAL_H
#include "rule.h"

enum { REHEARSAL_SIDES = 2 };

struct rehearsal_policy {
    const struct rule *rule;
    const struct lpr *lpr;
    int lprs;
    struct str code, effective_from, state, sha256;
};
struct rehearsal_loan {
    struct str id, bank, contract_no;
};
/* What a firm has had under a policy in a year, or ever (0). */
struct rehearsal_had {
    struct str firm;
    int year;
    int64_t fen;
};
struct rehearsal;

/* request: the values of a rehearsal record (the period, the day of a case, budget, supposed
 * facts), borrowed; everything lives in a. */
struct rehearsal *rehearsal_new(
    struct arena *a, const struct value *request, const struct rehearsal_policy *policy, int sides);
/* What firms have had under the policy of a side, in the order of firm (bytes) and year; kept. */
void rehearsal_firms(struct rehearsal *h, int side, const struct rehearsal_had *had, int n);
/* facts: as the ledger tells them; changed. page: memory that may go afterwards. */
void rehearsal_add(struct rehearsal *h, struct arena *page, const struct rehearsal_loan *loan,
    struct value *facts);
int rehearsal_seen(const struct rehearsal *h);
/* Once, after the last loan: {"loans":…,"result":{…},"against":{…},"difference":{…}}. */
void rehearsal_result(struct rehearsal *h, struct buf *out);
/* After it: the next n cases, a line each; nothing when all are told. */
void rehearsal_list(struct rehearsal *h, int n, struct buf *out);
/* What these write. */
extern const struct shape rehearsal_shape, rehearsal_case_shape, rehearsal_progress_shape;
#endif
