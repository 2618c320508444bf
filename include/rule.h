/*
 * rule.h - subsidy policies as data: load once, judge cases, explain, say what would change it.
 *
 * A policy is a record (records_policy.c) whose conditions are JSON in a closed form:
 *   {"all":[…]} {"any":[…]} {"not":…} {"clause","text","legal_ref","fact","op","value"}
 * with op eq ne lt le gt ge in between exists. Judging is pure: the same rule and facts give the
 * same bytes. What is not known is neither true nor false, and only true passes.
 */
#ifndef PLEDGED_RULE_H
#define PLEDGED_RULE_H
#include "facts.h"

struct rule;
enum { RULE_ITEMS_MAX = 12, RULE_CAPS_MAX = 10 };

/* Which caps there are in a case, and what counts against each so far. */
struct usage {
    int n;
    bool applies[RULE_CAPS_MAX];
    int64_t used[RULE_CAPS_MAX];
};
/* Whose cases count together against a cap; neither: each case for itself. */
struct cap_scope {
    bool firm, bank, lifetime;
};

struct subsidy {
    bool eligible;
    const char *failed; /* the first clause that did not pass, or NULL */
    int64_t amount;     /* fen, after caps; 0 when not eligible */
    int n;
    int64_t item[RULE_ITEMS_MAX];
    day interest_from, interest_until; /* the days of interest it takes; equal: none */
    struct {
        enum fact fact;
        int item;
    } missing[RULE_ITEMS_MAX]; /* facts for want of which items give nothing */
    int missing_n, judged;     /* judged: the item at hand */
};

/* policy: the values of a policy record. NULL after adding every problem of its conditions and
 * items: unknown facts (with the nearest name), values of another kind, empty windows, two items
 * that answer one case. The rule lives in a and borrows from policy. */
const struct rule *rule_load(struct arena *a, const struct value *policy, struct err *e);
/* The same of conditions alone, without items: those of a scheme of risk sharing. base: the pointer
 * of in. */
const struct rule *rule_conditions(
    struct arena *a, const struct json *in, struct str base, struct str legal_ref, struct err *e);
/* [["E_CONDITIONS","/scheme","clause text; its cure"],…]: each condition that does not hold, as the
 * problem that it is. was: only those that held by these facts; NULL: all. */
void rule_problems(
    const struct rule *rule, const struct value *facts, const struct value *was, struct buf *out);
/* The loan prime rates that the rule asks for are known for the days of this case. */
MUST_USE bool rule_has_lpr(
    const struct rule *rule, const struct value *facts, const char *base, struct err *e);
/* facts: FACT_COUNT values after facts_derive. */
void rule_judge(const struct rule *rule, const struct value *facts, struct subsidy *out);
/* "eligible":…,"amount":…,"items":[…],"trace":[…],"cures":[…] without the braces. */
void rule_explain(const struct rule *rule, const struct value *facts, struct buf *out);
/* The same without items and clauses: "eligible", "amount", "cures", "incurable". */
void rule_brief(const struct rule *rule, const struct value *facts, struct buf *out);
/* What these are, a line of arithmetic, and what facts say in words. */
extern const struct member rule_members[], line_members[], said_members[];
/* A member of what rule_explain wrote, now or long ago, with its titles and in words; false, and
 * nothing written: it needs none. */
bool rule_told(const struct json *m, struct buf *out);
/* Mark the facts for want of which a case gets nothing or cannot be judged; o: its judgement. */
void rule_unknown(
    const struct rule *rule, const struct value *facts, const struct subsidy *o, bool *unknown);
/* Change facts so that every failed threshold is just passed; false when no such change is known.
 * What changes is proven by judging again. */
MUST_USE bool rule_cure(const struct rule *rule, struct arena *a, struct value *facts);
/* The same by what a person can still do: as many clauses as can be; true when all pass. */
MUST_USE bool rule_cure_possible(const struct rule *rule, struct arena *a, struct value *facts);
/* Can it be supplied, or made another? What happened cannot. */
bool fact_can_change(enum fact f, const struct value *facts);
void rule_usage(const struct rule *rule, const struct value *facts, struct usage *out);
/* Reduce the items of a case to what caps leave, earlier items first; the sum. */
int64_t rule_cap(const struct rule *rule, const struct usage *used, int64_t *item);
struct cap_scope rule_cap_scope(const struct rule *rule, int cap);
/* What of these items counts against it. */
int64_t rule_cap_sum(const struct rule *rule, int cap, const int64_t *item);
/* ["loan.amount",…]: the facts that n rules look at and somebody tells; [6,0]: the terms in months
 * of their interest, 0 being the whole loan. */
void rules_ask(const struct rule *const *rules, int n, struct buf *asks, struct buf *months);
/* The shares that the office decided, into facts; outside the range of their items are problems. */
MUST_USE bool rule_shares(const struct rule *rule, const struct value *list, struct value *facts,
    struct arena *a, struct err *e);
/* Names of items, for statements: "interest". */
const char *rule_item_name(const struct rule *rule, int item);
#endif
