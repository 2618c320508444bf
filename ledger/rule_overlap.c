/*
 * rule_overlap.c - can two conditions hold at once?
 *
 * Each test compares one fact with constants (or two with each other, which is tried at one place),
 * so a fact matters only by where it lies among the constants: each of them, its neighbours, and
 * absence stand for all values. Trying every combination is exact; with too many facts it is
 * refused rather than guessed: the loop waits for it, so all pairs of a policy together have a
 * limit.
 */
#include "rule_parts.h"

enum { FACTS_MAX = 12, VALUES_MAX = 600 };

struct asked {
    enum fact fact;
    int n, at;
    struct value value[VALUES_MAX]; /* the first is absence */
};
struct asking {
    struct asked *fact;
    int n;
    bool overflow;
};

static struct asked *asked_for(struct asking *q, enum fact fact)
{
    for (int i = 0; i < q->n; i++) {
        if (q->fact[i].fact == fact)
            return &q->fact[i];
    }
    if (q->n == FACTS_MAX) {
        q->overflow = true;
        return NULL;
    }
    struct asked *x = &q->fact[q->n++];
    x->fact = fact;
    x->n = 1; /* absent */
    return x;
}

static void add(struct asking *q, struct asked *x, struct value v)
{
    const struct field *f = &fact_fields[x->fact];
    bool text = f->kind == F_TEXT || f->kind == F_IDENT;
    v.present = true;
    if (!text && (f->min || f->max) && (v.n < f->min || v.n > f->max))
        return;
    for (int i = 1; i < x->n; i++) {
        if (text ? str_eq(x->value[i].s, v.s) : x->value[i].n == v.n)
            return;
    }
    if (x->n == VALUES_MAX)
        q->overflow = true;
    else
        x->value[x->n++] = v;
}

static void add_values(struct asking *q, struct asked *x, const struct cond *c)
{
    const struct field *f = &fact_fields[c->fact];
    if (f->kind == F_BOOL || f->kind == F_ENUM) {
        int n = f->kind == F_BOOL ? 2 : choices_count(f->choices);
        for (int i = 0; i < n; i++)
            add(q, x, (struct value){.n = i});
        return;
    }
    for (int i = 0; i < c->values; i++) {
        add(q, x, c->value[i]);
        for (int64_t d = -1; d <= 1 && !c->value[i].s.p; d += 2)
            add(q, x, (struct value){.n = c->value[i].n + d});
    }
    if (f->kind == F_TEXT || f->kind == F_IDENT)
        add(q, x, (struct value){.s = STR("?")});
}

/* Two facts that are compared with each other: below, the same and above, at one place of many. */
static void add_pair(struct asking *q, struct asked *x, struct asked *than, const struct cond *c)
{
    const struct field *f = &fact_fields[c->fact];
    if (f->kind == F_BOOL || f->kind == F_ENUM || f->kind == F_TEXT || f->kind == F_IDENT) {
        add_values(q, x, c);
        add_values(q, than, c);
        return;
    }
    int64_t middle = f->kind == F_DAY ? 19000 : (f->min + 1000);
    int64_t shifted = c->months ? day_add_months((day){(int32_t)middle}, c->months).n : middle;
    add(q, than, (struct value){.n = middle});
    for (int64_t d = -1; d <= 1; d++)
        add(q, x, (struct value){.n = shifted + d});
}

static void ask(struct asking *q, const struct cond *c)
{
    for (const struct cond *m = c->child; m; m = m->next)
        ask(q, m);
    if (c->kind != COND_TEST || q->overflow)
        return;
    struct asked *x = asked_for(q, c->fact);
    struct asked *than = c->has_than ? asked_for(q, c->than) : NULL;
    if (c->has_than) {
        if (x && than)
            add_pair(q, x, than, c);
    } else if (x && c->lpr.present) { /* at a rate of 3.65 %, as good as any */
        int64_t bound = money_part(36500, c->lpr.multiplier, 10000) + c->lpr.spread;
        for (int64_t d = -1; d <= 1; d++)
            add(q, x, (struct value){.n = bound + d});
    } else if (x) {
        add_values(q, x, c);
    }
}

static void write_case(const struct asking *q, const struct value *facts, struct buf *out)
{
    for (int i = 0; i < q->n; i++) {
        struct buf one;
        buf_init(&one, out->a);
        fact_write(q->fact[i].fact, &facts[q->fact[i].fact], &one);
        buf_printf(
            out, "%s%s=%s", i ? ", " : "", fact_fields[q->fact[i].fact].name, buf_view(&one).p);
    }
    if (!q->n)
        buf_text(out, "*");
}

bool cond_meet(
    struct arena *a, const struct cond *x, const struct cond *y, struct buf *out, int64_t *left)
{
    struct asking q = {.fact = arena_alloc(a, FACTS_MAX * sizeof *q.fact)};
    struct value *facts = arena_alloc(a, FACT_COUNT * sizeof *facts);
    int64_t cases = 1;
    ask(&q, x);
    ask(&q, y);
    for (int i = 0; i < q.n && cases <= *left; i++)
        cases *= q.fact[i].n;
    *left = q.overflow ? -1 : *left - cases;
    for (int f = FACT_LPR_1Y_DISBURSED; f < FACT_USED_CITY; f++)
        facts[f] = (struct value){.present = true, .n = 36500};
    for (int64_t i = 0; i < cases && *left >= 0; i++) {
        int64_t rest = i;
        for (int k = 0; k < q.n; k++) {
            facts[q.fact[k].fact] = q.fact[k].value[rest % q.fact[k].n];
            rest /= q.fact[k].n;
        }
        if (cond_truth(x, facts) == YES && cond_truth(y, facts) == YES) {
            write_case(&q, facts, out);
            return true;
        }
    }
    return false;
}
