/*
 * case.c - rows of policy_case and of rehearsals become rules and facts.
 */
#include "case.h"
#include "clock.h"
#include "records.h"
#include <stdlib.h>
#include <string.h>

/* ---- the policy ------------------------------------------------------------------------------ */

const struct rule *case_rule(struct arena *a, struct str body, enum version_by *by)
{
    struct err e;
    struct value *v = arena_alloc(a, POLICY_FIELD_COUNT * sizeof *v);
    err_init(&e, a);
    const struct json *in = json_parse(a, body, &e);
    if (!in || !schema_decode(a, &policy_record, in, v, &e))
        return NULL;
    *by = (enum version_by)v[POLICY_VERSION_BY].n;
    return rule_load(a, v, &e);
}

/* What the rule looks at, as the statements of cases are told. */
static void load_asks(struct arena *a, struct policy_case *k)
{
    struct buf asks, months;
    buf_init(&asks, a);
    buf_init(&months, a);
    rules_ask(&k->rule, 1, &asks, &months);
    k->asks = buf_view(&asks);
    k->months = buf_view(&months);
}

/* "18128:42500:48500 18159:…" */
void case_lpr(struct arena *a, struct str text, struct policy_case *k)
{
    int n = 0;
    for (const char *p = text.p; p && *p; p++)
        n += *p == ':';
    k->lprs = n / 2;
    k->lpr = arena_alloc(a, (size_t)(k->lprs + 1) * sizeof *k->lpr);
    char *end = NULL;
    const char *p = text.p;
    for (int i = 0; i < k->lprs; i++) {
        k->lpr[i].on.n = (int32_t)strtol(p, &end, 10);
        k->lpr[i].ppm[0] = (int32_t)strtol(end + 1, &end, 10);
        k->lpr[i].ppm[1] = (int32_t)strtol(end + 1, &end, 10);
        p = end + (*end == ' ');
    }
}

bool case_policy(
    struct arena *a, const struct rows *rows, struct str code, struct policy_case *k, struct err *e)
{
    *k = (struct policy_case){.lprs = 0};
    if (rows->n == 0)
        return err_add(e, E_NO_POLICY, STR("/policy"), "%s", code.p);
    k->id = arena_keep(a, rows_at(rows, 0, POLICY_CASE_ID));
    k->sha256 = arena_keep(a, rows_at(rows, 0, POLICY_CASE_SHA256));
    k->state = arena_keep(a, rows_at(rows, 0, POLICY_CASE_STATE));
    k->effective_from = arena_keep(a, rows_at(rows, 0, POLICY_CASE_EFFECTIVE_FROM));
    k->available = arena_keep(a, rows_at(rows, 0, POLICY_CASE_AVAILABLE));
    (void)rows_int(rows, 0, POLICY_CASE_QUEUE, &k->queue); /* a draft has none */
    int64_t from = 0, until = INT32_MAX;
    (void)rows_int(rows, 0, POLICY_CASE_GOVERNS_FROM, &from);
    (void)rows_int(rows, 0, POLICY_CASE_GOVERNS_UNTIL, &until); /* null: it has no end */
    k->governs_from.n = (int32_t)from;
    k->governs_until.n = (int32_t)until;
    case_lpr(a, rows_at(rows, 0, POLICY_CASE_LPR), k);
    k->rule = case_rule(a, arena_keep(a, rows_at(rows, 0, POLICY_CASE_BODY)), &k->version_by);
    if (!k->rule)
        return err_add(e, E_NO_POLICY, STR("/policy"), "%s", code.p);
    load_asks(a, k);
    return true;
}

/* ---- policies that were asked for just now --------------------------------------------------- */

/* What this process writes is forgotten at once; what another one writes shows within a second. */
enum { SLOTS = 64, KEPT_US = 1000000 };

struct case_cache {
    struct slot {
        struct arena *a;
        struct str key;
        int64_t until_us, asked;
        struct policy_case policy;
    } slot[SLOTS];
    int next;
    int64_t forgotten; /* how often */
};

struct case_cache *case_cache_new(void)
{
    return calloc(1, sizeof(struct case_cache));
}

void case_cache_free(struct case_cache *c)
{
    for (int i = 0; c && i < SLOTS; i++) {
        if (c->slot[i].a)
            arena_free(c->slot[i].a);
    }
    free(c);
}

void case_forget(struct case_cache *c)
{
    c->forgotten++;
    for (int i = 0; i < SLOTS; i++)
        c->slot[i].until_us = 0;
}

/* The slot of this key that was asked for last and is the answer for a day from `from` to `until`.
 */
static struct slot *slot_of(struct case_cache *c, struct str key, day from, day until)
{
    struct slot *found = NULL;
    for (int i = 0; i < SLOTS; i++) {
        struct slot *s = &c->slot[i];
        if (s->key.p && str_eq(s->key, key) && s->policy.governs_from.n <= until.n &&
            from.n <= s->policy.governs_until.n && (!found || s->asked > found->asked))
            found = s;
    }
    return found;
}

const struct policy_case *case_cached(
    struct case_cache *c, struct str key, day governs, int64_t asked)
{
    const struct slot *s = slot_of(c, key, governs, governs);
    return s && s->asked >= asked ? &s->policy : NULL;
}

const struct policy_case *case_fresh(
    struct case_cache *c, struct str key, day governs, int64_t *asked)
{
    const struct slot *s = slot_of(c, key, governs, governs);
    *asked = c->forgotten;
    return s && s->until_us > monotonic_us() ? &s->policy : NULL;
}

/* A day has one answer, that which was asked for last. */
static void forget_older(struct case_cache *c, const struct slot *s)
{
    for (int i = 0; i < SLOTS; i++) {
        struct slot *old = &c->slot[i];
        const struct policy_case *k = &s->policy;
        if (old != s && old->key.p && str_eq(old->key, s->key) && old->asked <= s->asked &&
            old->policy.governs_from.n <= k->governs_until.n &&
            k->governs_from.n <= old->policy.governs_until.n)
            old->key = (struct str){NULL, 0};
    }
}

const struct policy_case *case_keep(struct case_cache *c, struct str key, int64_t asked,
    const struct rows *rows, struct str code, struct err *e)
{
    struct slot *s = &c->slot[c->next++ % SLOTS];
    s->key = (struct str){NULL, 0};
    if (s->a)
        arena_reset(s->a);
    else
        s->a = arena_new();
    if (!case_policy(s->a, rows, code, &s->policy, e))
        return NULL;
    s->key = arena_keep(s->a, key);
    s->asked = asked;
    s->until_us = asked == c->forgotten ? monotonic_us() + KEPT_US : 0;
    forget_older(c, s);
    return &s->policy;
}

/* ---- facts ----------------------------------------------------------------------------------- */

/* The column of a fact behind the first: records' facts, then what was used. */
static void fact_of(struct arena *a, enum fact fact, struct str cell, struct value *v)
{
    const struct field *f = &fact_fields[fact];
    if (!cell.p)
        return;
    v->present = true;
    switch (f->kind) {
    case F_BOOL: v->n = str_is(cell, "t"); break;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_DAY: v->n = strtoll(cell.p, NULL, 10); break;
    case F_ENUM:
        v->present = false;
        for (int i = 0; f->choices[i].name; i++) {
            if (str_is(cell, f->choices[i].name))
                *v = (struct value){.present = true, .n = i};
        }
        break;
    case F_TEXT:
    case F_IDENT: v->s = arena_str(a, cell.p, cell.n); break;
    case F_OBJECT:
    case F_LIST:
    case F_WORDS:
    case F_JSON:
    default: BUG("no fact is of this kind");
    }
}

void case_facts(struct arena *a, const struct rows *rows, int row, int first, struct value *facts)
{
    int told = FACT_LOAN_LAST + 1;
    for (int i = 0; i < told && first + i < rows->columns; i++)
        fact_of(a, (enum fact)i, rows_at(rows, row, first + i), &facts[i]);
    for (int i = FACT_USED_CITY;
         i < FACT_COUNT && first + told + i - FACT_USED_CITY < rows->columns; i++)
        fact_of(a, (enum fact)i, rows_at(rows, row, first + told + i - FACT_USED_CITY), &facts[i]);
}

bool case_tell(struct value *facts, const struct value *told, struct err *e)
{
    bool good = true;
    for (int i = 0; told->present && i < FACT_TOLD; i++) {
        const struct value *v = &told->row[i];
        if (!v->present)
            continue;
        bool text = fact_fields[i].kind == F_TEXT || fact_fields[i].kind == F_IDENT;
        if (facts[i].present && (text ? !str_eq(facts[i].s, v->s) : facts[i].n != v->n))
            good = err_add(e, E_KNOWN, arena_printf(e->a, "/facts/%s", fact_fields[i].name), "%s",
                fact_natures[i].supply);
        else
            facts[i] = *v;
    }
    return good;
}

day case_version_day(enum version_by by, const struct value *facts, day on)
{
    static const enum fact days[] = {
        [BY_SETTLEMENT] = FACT_LOAN_SETTLED_ON, [BY_DRAW_DOWN] = FACT_LOAN_DISBURSED_ON};
    if (by == BY_APPLICATION || !facts[days[by]].present)
        return on;
    return (day){(int32_t)facts[days[by]].n};
}

void case_invoices(struct value *facts, const struct value *list)
{
    static const enum fact fees[] = {FACT_FEE_INSURANCE, FACT_FEE_GUARANTEE, FACT_FEE_VALUATION};
    for (int i = 0; i < list->count; i++) {
        const struct value *x = list->row + i * INVOICE_WIDTH;
        struct value *fee = &facts[fees[x[INVOICE_ITEM].n]];
        *fee = (struct value){.present = true, .n = fee->n + x[INVOICE_AMOUNT].n};
    }
}

/* Nothing was used where no loan is known. */
static void none_used(struct value *facts)
{
    static const enum fact noughts[] = {FACT_USED_CITY, FACT_USED_DISTRICT, FACT_USED_APPLICATIONS,
        FACT_USED_INTEREST, FACT_USED_ENTERPRISE_YEAR, FACT_USED_ENTERPRISE_LIFETIME};
    for (size_t i = 0; i < COUNT_OF(noughts); i++)
        facts[noughts[i]].present = true;
}

bool case_complete(const struct policy_case *k, struct value *facts, struct err *e)
{
    none_used(facts);
    facts_lpr(facts, k->lpr, k->lprs);
    return facts_derive(facts, "/facts", e) && rule_has_lpr(k->rule, facts, "/facts", e);
}

bool case_loan(
    struct req *r, const struct rows *rows, int row, struct str asked, struct policy_case *k)
{
    int64_t loans = 0;
    (void)rows_int(rows, row, LOAN_CASE_LOANS, &loans);
    if (loans > 1)
        return err_add(&r->err, E_AMBIGUOUS, STR("/loan"), NULL);
    if (loans == 0)
        return err_add(&r->err, E_LOAN, STR("/loan"), "%s", asked.p);
    k->guard = arena_keep(r->a, rows_at(rows, row, LOAN_CASE_GUARD));
    k->loan = arena_keep(r->a, rows_at(rows, row, LOAN_CASE_ID));
    case_facts(r->a, rows, row, LOAN_CASE_BORROWER_USCC, k->facts);
    return true;
}

bool case_insurance(struct req *r, const struct rows *rows, struct str asked, struct policy_case *k)
{
    static const struct {
        enum fact fact;
        int column;
    } told[] = {{FACT_BORROWER_USCC, INSURANCE_CASE_BORROWER_USCC},
        {FACT_BORROWER_DISTRICT, INSURANCE_CASE_BORROWER_DISTRICT},
        {FACT_BORROWER_SIZE, INSURANCE_CASE_BORROWER_SIZE},
        {FACT_BORROWER_EMPLOYEES, INSURANCE_CASE_BORROWER_EMPLOYEES},
        {FACT_BORROWER_REVENUE, INSURANCE_CASE_BORROWER_REVENUE},
        {FACT_INSURANCE_KIND, INSURANCE_CASE_INSURANCE_KIND},
        {FACT_INSURANCE_PREMIUM, INSURANCE_CASE_INSURANCE_PREMIUM},
        {FACT_INSURANCE_SUM, INSURANCE_CASE_INSURANCE_SUM_INSURED},
        {FACT_INSURANCE_STARTS_ON, INSURANCE_CASE_INSURANCE_STARTS_ON},
        {FACT_INSURANCE_ENDS_ON, INSURANCE_CASE_INSURANCE_ENDS_ON}};
    int64_t policies = 0;
    (void)rows_int(rows, 0, INSURANCE_CASE_POLICIES, &policies);
    if (policies > 1)
        return err_add(&r->err, E_AMBIGUOUS, STR("/insurance_policy"), NULL);
    if (policies == 0)
        return err_add(&r->err, E_INSURANCE, STR("/insurance_policy"), "%s", asked.p);
    k->guard = arena_keep(r->a, rows_at(rows, 0, INSURANCE_CASE_GUARD));
    k->insurance = arena_keep(r->a, rows_at(rows, 0, INSURANCE_CASE_ID));
    for (size_t i = 0; i < COUNT_OF(told); i++)
        fact_of(r->a, told[i].fact, rows_at(rows, 0, told[i].column), &k->facts[told[i].fact]);
    for (int i = FACT_USED_CITY; i < FACT_COUNT; i++)
        fact_of(r->a, (enum fact)i, rows_at(rows, 0, INSURANCE_CASE_USED_CITY + i - FACT_USED_CITY),
            &k->facts[i]);
    return true;
}

void decision_write(const struct rule *rule, const struct value *facts, struct buf *out)
{
    json_open(out, '{');
    rule_explain(rule, facts, out);
    json_close(out, '}');
}

/* In the order of the items' names, as the database sorts them; two of one name are one sum. */
static void taken_write(const struct rule *rule, const struct subsidy *o, struct buf *out)
{
    const char *last = "", *next;
    do {
        int64_t sum = 0;
        next = NULL;
        for (int i = 0; i < o->n; i++) {
            const char *name = rule_item_name(rule, i);
            if (strcmp(name, last) > 0 && (!next || strcmp(name, next) < 0))
                next = name;
        }
        for (int i = 0; next && i < o->n; i++)
            sum += strcmp(rule_item_name(rule, i), next) == 0 ? o->item[i] : 0;
        if (sum > 0)
            buf_printf(out, ";%s %lld", next, (long long)sum);
        if (sum > 0 && strcmp(next, "interest") == 0)
            buf_printf(out, " %s/%s", day_text(out->a, o->interest_from).p,
                day_text(out->a, o->interest_until).p);
        last = next;
    } while (next);
}

bool decision_again(struct arena *a, struct str body, struct str facts, struct buf *out,
    struct buf *taken, int64_t *amount)
{
    struct err e;
    struct subsidy o;
    struct value *f = arena_alloc(a, FACT_COUNT * sizeof *f);
    err_init(&e, a);
    enum version_by by;
    const struct rule *rule = case_rule(a, body, &by);
    const struct json *in = json_parse(a, facts, &e);
    if (!rule || !in || !facts_read(a, in, f, &e) || !facts_derive(f, "", &e))
        return false;
    rule_judge(rule, f, &o);
    *amount = o.amount;
    taken_write(rule, &o, taken);
    decision_write(rule, f, out);
    return true;
}
