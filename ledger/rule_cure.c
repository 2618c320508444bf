/*
 * rule_cure.c - what would have to be different: the smallest change of each failed threshold.
 *
 * A change of one fact carries those that follow from it, and is tried by judging again. Rules
 * whose thresholds pull one fact both ways have no cure; that is found out by trying too. What
 * happened cannot be made another: a cure that a person is told of supplies what is missing or is
 * an act still open (fact_natures.c), and a clause without one does not hide those of the others.
 */
#include "rule_parts.h"

enum { ROUNDS = 4 };

/* Facts as they are being changed. */
struct attempt {
    struct arena *a;
    struct value *facts;
    int changes;
    const struct value *was; /* before: only what a person can still do to them; NULL: anything */
};

static bool cure_cond(const struct cond *c, bool want, struct attempt *t);

/* A loan that is not repaid can still be changed by its parties; so can one that is supposed. */
static bool is_open(const struct value *facts)
{
    return !facts[FACT_LOAN_DRAWN].present || !facts[FACT_LOAN_SETTLED_ON].present;
}

bool fact_can_change(enum fact f, const struct value *facts)
{
    const struct fact_nature *n = &fact_natures[f];
    if (!facts[f].present)
        return n->supply != NULL;
    if (f == FACT_LOAN_SETTLED_ON_TIME && facts[FACT_LOAN_SETTLED_ON].present)
        return false; /* it was repaid, late or by another */
    return n->change == CHANGE_ALWAYS || (n->change == CHANGE_WHILE_OPEN && is_open(facts));
}

/* Facts that nobody can change by doing something. */
static bool is_fixed(const struct attempt *t, enum fact f)
{
    return f == FACT_BORROWER_USCC || f >= FACT_LPR_1Y_DISBURSED ||
           (t->was && !fact_can_change(f, t->was));
}

/* What follows from a changed fact is dropped and derived anew; a share is reached through its
 * amount, being on time through the day. */
static bool carry(struct attempt *t, enum fact changed)
{
    struct value *facts = t->facts;
    static const enum fact follows[][2] = {{FACT_LOAN_IP_AMOUNT, FACT_LOAN_IP_SHARE},
        {FACT_LOAN_AMOUNT, FACT_LOAN_IP_SHARE}, {FACT_LOAN_IP_SHARE, FACT_LOAN_IP_AMOUNT},
        {FACT_LOAN_MATURES_ON, FACT_LOAN_TERM_DAYS}, {FACT_LOAN_DISBURSED_ON, FACT_LOAN_TERM_DAYS},
        {FACT_LOAN_MATURES_ON, FACT_LOAN_SETTLED_ON_TIME},
        {FACT_LOAN_SETTLED_ON, FACT_LOAN_SETTLED_ON_TIME}, {FACT_BORROWER_SIZE, FACT_BORROWER_SME},
        {FACT_BORROWER_SME, FACT_BORROWER_SIZE}, {FACT_LOAN_TERM_DAYS, FACT_LOAN_MATURES_ON},
        {FACT_LOAN_UNDER_SCHEME, FACT_LOAN_SCHEME}, {FACT_LOAN_SCHEME, FACT_LOAN_UNDER_SCHEME}};
    struct err none;
    err_init(&none, t->a);
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

static bool set(struct attempt *t, enum fact f, struct value v)
{
    const struct field *field = &fact_fields[f];
    if (is_fixed(t, f) || ((field->min || field->max) && field->kind != F_TEXT && v.s.p == NULL &&
                              (v.n < field->min || v.n > field->max)))
        return false;
    v.present = true;
    t->facts[f] = v;
    t->changes++;
    return carry(t, f);
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
static bool set_other(struct attempt *t, const struct cond *c)
{
    const struct value *facts = t->facts;
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
            return set(t, c->fact, (struct value){.n = n});
    }
    for (int64_t n = now; n >= f->min; n--) {
        if (!is_listed(c, n))
            return set(t, c->fact, (struct value){.n = n});
    }
    return false;
}

/* Any value does; of a day one that fits the loan. */
static bool set_any(struct attempt *t, enum fact f)
{
    const struct value *facts = t->facts;
    const struct field *field = &fact_fields[f];
    const struct value *due = &facts[FACT_LOAN_MATURES_ON], *drawn = &facts[FACT_LOAN_DISBURSED_ON];
    struct value v = {.n = field->min};
    if (field->kind == F_IDENT)
        return false; /* nobody can say which */
    if (field->kind == F_TEXT)
        v.s = STR("-");
    if (field->kind == F_DAY)
        v.n = due->present ? due->n : drawn->n;
    return set(t, f, v);
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

static bool cure_test(const struct cond *c, bool want, struct attempt *t)
{
    const struct value *facts = t->facts;
    const struct value *now = &facts[c->fact];
    enum op op = want || c->op == OP_BETWEEN || c->op >= OP_EXISTS ? c->op : opposite(c->op);
    int64_t bound = 0;
    if (c->op == OP_LACKS || (c->op == OP_EXISTS && !want))
        return false;
    if (c->op == OP_EXISTS)
        return set_any(t, c->fact);
    if (!cond_bound(c, facts, &bound))
        return false;
    struct value v = {.n = bound};
    switch (op) {
    case OP_EQ:
        if (c->has_than)
            v.s = facts[c->than].s;
        else if (!c->lpr.present)
            v = nearest(c, now);
        break;
    case OP_IN: v = nearest(c, now); break;
    case OP_NE: return !c->has_than && set_other(t, c);
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
    return set(t, c->fact, v);
}

/* Of the members, the one whose cure changes least. */
static bool cure_one(const struct cond *c, bool want, struct attempt *t)
{
    struct attempt best = {.facts = NULL};
    for (const struct cond *m = c->child; m; m = m->next) {
        struct attempt one = *t;
        one.facts = arena_alloc(t->a, FACT_COUNT * sizeof *one.facts);
        memcpy(one.facts, t->facts, FACT_COUNT * sizeof *one.facts);
        if (cure_cond(m, want, &one) && (!best.facts || one.changes < best.changes))
            best = one;
    }
    if (!best.facts)
        return false;
    memcpy(t->facts, best.facts, FACT_COUNT * sizeof *best.facts);
    t->changes = best.changes;
    return true;
}

static bool cure_cond(const struct cond *c, bool want, struct attempt *t)
{
    if (cond_truth(c, t->facts) == (want ? YES : NO))
        return true;
    if (c->kind == COND_TEST)
        return cure_test(c, want, t);
    if (c->kind == COND_NOT)
        return cure_cond(c->child, !want, t);
    if ((c->kind == COND_ANY) == want)
        return cure_one(c, want, t);
    for (const struct cond *m = c->child; m; m = m->next) {
        if (!cure_cond(m, want, t))
            return false;
    }
    return true;
}

/* A change for one clause may undo another: a few rounds settle it, or nothing does. */
static bool cure_all(
    const struct cond *c, struct arena *a, struct value *facts, const struct value *was)
{
    struct attempt t = {.a = a, .facts = facts, .was = was};
    for (int round = 0; round < ROUNDS; round++) {
        if (!cure_cond(c, true, &t))
            return false;
        if (cond_truth(c, facts) == YES)
            return true;
    }
    return false;
}

bool rule_cure(const struct rule *rule, struct arena *a, struct value *facts)
{
    return cure_all(rule->eligible, a, facts, NULL);
}

/* ---- clause by clause ------------------------------------------------------------------------ */

/* Clauses that hold, of those that are asked for one by one. */
static int holding(const struct cond *c, const struct value *facts)
{
    int n = 0;
    if (c->kind != COND_ALL)
        return cond_truth(c, facts) == YES;
    for (const struct cond *m = c->child; m; m = m->next)
        n += holding(m, facts);
    return n;
}

/* The facts of a case on the way to be cured. */
struct healing {
    const struct rule *rule;
    struct arena *a;
    const struct value *was;
    struct value *facts;
};

/* Cure this clause alone, if that undoes none of the others. */
static bool cure_clause(struct healing *h, const struct cond *c)
{
    struct value *copy = arena_alloc(h->a, FACT_COUNT * sizeof *copy);
    memcpy(copy, h->facts, FACT_COUNT * sizeof *copy);
    if (!cure_all(c, h->a, copy, h->was) ||
        holding(h->rule->eligible, copy) <= holding(h->rule->eligible, h->facts))
        return false;
    memcpy(h->facts, copy, FACT_COUNT * sizeof *copy);
    return true;
}

static bool cure_clauses(struct healing *h, const struct cond *c)
{
    bool good = true;
    if (c->kind == COND_ALL) {
        for (const struct cond *m = c->child; m; m = m->next)
            good &= cure_clauses(h, m);
        return good;
    }
    return cond_truth(c, h->facts) == YES || cure_clause(h, c);
}

bool rule_cure_possible(const struct rule *rule, struct arena *a, struct value *facts)
{
    struct value *was = arena_alloc(a, FACT_COUNT * sizeof *was);
    struct value *copy = arena_alloc(a, FACT_COUNT * sizeof *copy);
    struct healing h = {.rule = rule, .a = a, .was = was, .facts = facts};
    memcpy(was, facts, FACT_COUNT * sizeof *was);
    memcpy(copy, facts, FACT_COUNT * sizeof *copy);
    if (!cure_all(rule->eligible, a, copy, was))
        return cure_clauses(&h, rule->eligible);
    memcpy(facts, copy, FACT_COUNT * sizeof *copy);
    return true;
}
