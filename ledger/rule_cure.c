/*
 * rule_cure.c - what would have to be different: the smallest change of each failed threshold.
 *
 * A change of one fact carries those that follow from it, and is tried by judging again. Rules
 * whose thresholds pull one fact both ways have no cure; that is found out by trying too.
 */
#include "rule_parts.h"

enum { ROUNDS = 4 };

static bool cure_cond(
    const struct cond *c, bool want, struct arena *a, struct value *facts, int *changes);

/* Facts that nobody can change by doing something. */
static bool is_fixed(enum fact f)
{
    return f == FACT_BORROWER_USCC || f >= FACT_LPR_1Y_DISBURSED;
}

/* What follows from a changed fact is dropped and derived anew; a share is reached through its
 * amount, being on time through the day. */
static bool carry(struct arena *a, struct value *facts, enum fact changed)
{
    static const enum fact follows[][2] = {{FACT_LOAN_IP_AMOUNT, FACT_LOAN_IP_SHARE},
        {FACT_LOAN_AMOUNT, FACT_LOAN_IP_SHARE}, {FACT_LOAN_IP_SHARE, FACT_LOAN_IP_AMOUNT},
        {FACT_LOAN_MATURES_ON, FACT_LOAN_TERM_DAYS}, {FACT_LOAN_DISBURSED_ON, FACT_LOAN_TERM_DAYS},
        {FACT_LOAN_MATURES_ON, FACT_LOAN_SETTLED_ON_TIME},
        {FACT_LOAN_SETTLED_ON, FACT_LOAN_SETTLED_ON_TIME}, {FACT_BORROWER_SIZE, FACT_BORROWER_SME},
        {FACT_BORROWER_SME, FACT_BORROWER_SIZE}, {FACT_LOAN_TERM_DAYS, FACT_LOAN_MATURES_ON},
        {FACT_LOAN_UNDER_SCHEME, FACT_LOAN_SCHEME}, {FACT_LOAN_SCHEME, FACT_LOAN_UNDER_SCHEME}};
    struct err none;
    err_init(&none, a);
    for (size_t i = 0; i < COUNT_OF(follows); i++) {
        if (follows[i][0] == changed)
            facts[follows[i][1]] = (struct value){0};
    }
    struct value *settled = &facts[FACT_LOAN_SETTLED_ON], *due = &facts[FACT_LOAN_MATURES_ON];
    const struct value *drawn = &facts[FACT_LOAN_DISBURSED_ON];
    if (changed == FACT_LOAN_SETTLED_ON_TIME && settled->present && due->present)
        settled->n = due->n + (facts[changed].n ? 0 : 1);
    if (changed == FACT_LOAN_TERM_DAYS && drawn->present)
        *due = (struct value){.present = true, .n = drawn->n + facts[changed].n};
    return facts_derive(facts, "", &none);
}

static bool set(struct arena *a, struct value *facts, enum fact f, struct value v, int *changes)
{
    const struct field *field = &fact_fields[f];
    if (is_fixed(f) || ((field->min || field->max) && field->kind != F_TEXT && v.s.p == NULL &&
                           (v.n < field->min || v.n > field->max)))
        return false;
    v.present = true;
    facts[f] = v;
    ++*changes;
    return carry(a, facts, f);
}

static bool is_listed(const struct cond *c, int64_t n)
{
    for (int i = 0; i < c->values; i++) {
        if (c->value[i].n == n)
            return true;
    }
    return false;
}

/* The value nearest to what is that is none of those listed: of a choice the first, else up, then
 * down. */
static bool set_other(struct arena *a, const struct cond *c, struct value *facts, int *changes)
{
    const struct field *f = &fact_fields[c->fact];
    bool choice = f->kind == F_BOOL || f->kind == F_ENUM;
    int64_t last = f->kind == F_BOOL   ? 1
                   : f->kind == F_ENUM ? choices_count(f->choices) - 1
                                       : f->max;
    int64_t now = facts[c->fact].present ? facts[c->fact].n : c->value[0].n;
    if (f->kind == F_TEXT || f->kind == F_IDENT)
        return false; /* which other text nobody can say */
    if (f->kind == F_DAY)
        last = DAY_MAX.n;
    for (int64_t n = choice ? 0 : now; n <= last; n++) {
        if (!is_listed(c, n))
            return set(a, facts, c->fact, (struct value){.n = n}, changes);
    }
    for (int64_t n = now; n >= f->min; n--) {
        if (!is_listed(c, n))
            return set(a, facts, c->fact, (struct value){.n = n}, changes);
    }
    return false;
}

/* Any value does; of a day one that fits the loan. */
static bool set_any(struct arena *a, enum fact f, struct value *facts, int *changes)
{
    const struct field *field = &fact_fields[f];
    const struct value *due = &facts[FACT_LOAN_MATURES_ON], *drawn = &facts[FACT_LOAN_DISBURSED_ON];
    struct value v = {.n = field->min};
    if (field->kind == F_IDENT)
        return false; /* nobody can say which */
    if (field->kind == F_TEXT)
        v.s = STR("-");
    if (field->kind == F_DAY)
        v.n = due->present ? due->n : drawn->n;
    return set(a, facts, f, v, changes);
}

/* The listed value nearest to what is. */
static struct value nearest(const struct cond *c, const struct value *now)
{
    struct value best = c->value[0];
    for (int i = 1; i < c->values; i++) {
        int64_t d = c->value[i].n - now->n, b = best.n - now->n;
        if (now->present && (d < 0 ? -d : d) < (b < 0 ? -b : b))
            best = c->value[i];
    }
    return best;
}

static enum op opposite(enum op op)
{
    static const enum op of[] = {[OP_EQ] = OP_NE,
        [OP_NE] = OP_EQ,
        [OP_LT] = OP_GE,
        [OP_LE] = OP_GT,
        [OP_GT] = OP_LE,
        [OP_GE] = OP_LT,
        [OP_IN] = OP_NE};
    return of[op];
}

static bool cure_test(
    const struct cond *c, bool want, struct arena *a, struct value *facts, int *changes)
{
    const struct value *now = &facts[c->fact];
    enum op op = want || c->op == OP_BETWEEN || c->op >= OP_EXISTS ? c->op : opposite(c->op);
    int64_t bound = c->values ? c->value[0].n : 0;
    if (c->op == OP_LACKS || (c->op == OP_EXISTS && !want))
        return false;
    if (c->op == OP_EXISTS)
        return set_any(a, c->fact, facts, changes);
    if (c->lpr.present && !lpr_bound_of(&c->lpr, facts, &bound))
        return false;
    struct value v = {.n = bound};
    switch (op) {
    case OP_EQ:
        if (!c->lpr.present)
            v = nearest(c, now);
        break;
    case OP_IN: v = nearest(c, now); break;
    case OP_NE: return set_other(a, c, facts, changes);
    case OP_LT: v.n = bound - 1; break;
    case OP_GT: v.n = bound + 1; break;
    case OP_LE:
    case OP_GE: break;
    case OP_BETWEEN:
        if (want)
            v = now->present && now->n > c->value[1].n ? c->value[1] : c->value[0];
        else
            v.n = now->n - c->value[0].n < c->value[1].n - now->n ? c->value[0].n - 1
                                                                  : c->value[1].n + 1;
        break;
    case OP_EXISTS:
    case OP_LACKS:
    default: return false;
    }
    return set(a, facts, c->fact, v, changes);
}

/* Of the members, the one whose cure changes least. */
static bool cure_one(
    const struct cond *c, bool want, struct arena *a, struct value *facts, int *changes)
{
    struct value *best = NULL;
    int least = 0;
    for (const struct cond *m = c->child; m; m = m->next) {
        struct value *copy = arena_alloc(a, FACT_COUNT * sizeof *copy);
        int n = 0;
        memcpy(copy, facts, FACT_COUNT * sizeof *copy);
        if (cure_cond(m, want, a, copy, &n) && (!best || n < least)) {
            best = copy;
            least = n;
        }
    }
    if (!best)
        return false;
    memcpy(facts, best, FACT_COUNT * sizeof *facts);
    *changes += least;
    return true;
}

static bool cure_cond(
    const struct cond *c, bool want, struct arena *a, struct value *facts, int *changes)
{
    if (cond_truth(c, facts) == (want ? YES : NO))
        return true;
    if (c->kind == COND_TEST)
        return cure_test(c, want, a, facts, changes);
    if (c->kind == COND_NOT)
        return cure_cond(c->child, !want, a, facts, changes);
    if ((c->kind == COND_ANY) == want)
        return cure_one(c, want, a, facts, changes);
    for (const struct cond *m = c->child; m; m = m->next) {
        if (!cure_cond(m, want, a, facts, changes))
            return false;
    }
    return true;
}

bool rule_cure(const struct rule *rule, struct arena *a, struct value *facts)
{
    for (int round = 0; round < ROUNDS; round++) {
        int changes = 0;
        if (!cure_cond(rule->eligible, true, a, facts, &changes))
            return false;
        if (cond_truth(rule->eligible, facts) == YES)
            return true;
    }
    return false;
}
