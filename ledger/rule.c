/*
 * rule.c - a policy record becomes a rule that can be judged many times.
 */
#include "records.h"
#include "rule_parts.h"

/* ---- items ---------------------------------------------------------------------------------- */

/* As enum item_kind. */
const struct choice policy_items[] = {{"interest", "贴息"}, {"insurance_fee", "贴保险费"},
    {"guarantee_fee", "贴担保费"}, {"valuation_fee", "贴评估费"}, {"premium", "贴保费"},
    {"principal_award", "借款奖励"}, {"lender_award", "放款奖励"}, {NULL, NULL}};

static bool takes(const struct item *i, const struct value *v)
{
    bool award = i->kind == ITEM_PRINCIPAL_AWARD || i->kind == ITEM_LENDER_AWARD;
    bool interest = i->kind == ITEM_INTEREST;
    int bases = v[ITEM_SHARE].present + v[ITEM_POINTS].present + v[ITEM_OF_LOAN].present +
                v[ITEM_AMOUNT].present + v[ITEM_TIERS].present + v[ITEM_SHARE_RANGE].present;
    bool rates = v[ITEM_CEILING].present || v[ITEM_RATE_BASIS].present;
    bool period = v[ITEM_MONTHS].present || v[ITEM_YEARS].present || v[ITEM_DAY_COUNT].present;
    if (bases != 1 || (!interest && (v[ITEM_POINTS].present || rates || period)) ||
        (v[ITEM_OF_LOAN].present && (interest || award)) ||
        (interest && (v[ITEM_AMOUNT].present || v[ITEM_TIERS].present)) ||
        (v[ITEM_MONTHS].present && v[ITEM_YEARS].present))
        return false;
    return !i->base_is_lpr || i->ceiling.present;
}

static bool load_uplifts(struct arena *a, struct item *i, const struct value *list, struct str base,
    struct str legal_ref, struct err *e)
{
    bool good = true;
    i->uplifts = list->count;
    i->uplift = arena_alloc(a, (size_t)(list->count + 1) * sizeof *i->uplift);
    for (int k = 0; k < list->count; k++) {
        const struct value *v = list->row + k * UPLIFT_WIDTH;
        i->uplift[k].share = (int32_t)v[UPLIFT_SHARE].n;
        i->uplift[k].when = cond_load(
            a, v[UPLIFT_WHEN].json, arena_printf(a, "%s/uplifts/%d/when", base.p, k), legal_ref, e);
        good &= i->uplift[k].when != NULL;
    }
    return good;
}

/* Rising, each a share or an amount. */
static bool load_tiers(
    struct arena *a, struct item *i, const struct value *list, struct str base, struct err *e)
{
    bool good = true;
    i->tiers = list->count;
    i->tier = arena_alloc(a, (size_t)(list->count + 1) * sizeof *i->tier);
    for (int k = 0; k < list->count; k++) {
        const struct value *v = list->row + k * TIER_WIDTH;
        i->tier[k] = (struct tier){
            .from = v[TIER_FROM].n, .amount = v[TIER_AMOUNT].n, .share = (int32_t)v[TIER_SHARE].n};
        struct str at = arena_printf(a, "%s/tiers/%d", base.p, k);
        if (v[TIER_SHARE].present == v[TIER_AMOUNT].present)
            good = err_add(e, E_ITEM, at, "%s", i->name);
        if (k > 0 && i->tier[k].from <= i->tier[k - 1].from)
            good = err_add(e, E_ORDER, arena_printf(a, "%s/from", at.p), "%s",
                money_text(a, (money){i->tier[k - 1].from}).p);
    }
    return good;
}

/* The lender of its award, else the firm, unless the policy says who. */
static const char *payee_of(const struct value *v)
{
    static const char *const names[] = {"borrower", "bank", "insurer", "guarantor"};
    if (v[ITEM_PAYEE].present)
        return names[v[ITEM_PAYEE].n];
    return v[ITEM_NAME].n == ITEM_LENDER_AWARD ? "lender" : "borrower";
}

static bool load_item(struct arena *a, struct item *i, const struct value *v, struct str base,
    struct str legal_ref, struct err *e)
{
    bool good = true;
    *i = (struct item){.kind = (enum item_kind)v[ITEM_NAME].n,
        .name = policy_items[v[ITEM_NAME].n].name,
        .share = v[ITEM_SHARE].present ? (int32_t)v[ITEM_SHARE].n : 1000000,
        .has_points = v[ITEM_POINTS].present,
        .points = (int32_t)v[ITEM_POINTS].n,
        .has_of_loan = v[ITEM_OF_LOAN].present,
        .of_loan = (int32_t)v[ITEM_OF_LOAN].n,
        .base_is_lpr = v[ITEM_RATE_BASIS].present && v[ITEM_RATE_BASIS].n == 1,
        .ip_part_only = v[ITEM_IP_PART_ONLY].n != 0,
        .months = (int)(v[ITEM_MONTHS].n + 12 * v[ITEM_YEARS].n),
        .has_day_count = v[ITEM_DAY_COUNT].present,
        .day_count = (enum day_count)v[ITEM_DAY_COUNT].n,
        .cap = v[ITEM_CAP].n,
        .max_of_loan = v[ITEM_MAX_OF_LOAN].n,
        .amount = v[ITEM_AMOUNT].n,
        .payee = payee_of(v)};
    if (v[ITEM_CEILING].present)
        lpr_bound_read(v[ITEM_CEILING].row, &i->ceiling);
    if (v[ITEM_SHARE_RANGE].present) {
        i->share = (int32_t)v[ITEM_SHARE_RANGE].row[RANGE_MIN].n;
        i->share_max = (int32_t)v[ITEM_SHARE_RANGE].row[RANGE_MAX].n;
        if (i->share >= i->share_max)
            good = err_add(e, E_WINDOW_EMPTY, arena_printf(a, "%s/share_range", base.p), NULL);
    }
    if (!takes(i, v))
        good = err_add(e, E_ITEM, base, "%s", i->name);
    if (v[ITEM_WHEN].present) {
        i->when = cond_load(a, v[ITEM_WHEN].json, arena_printf(a, "%s/when", base.p), legal_ref, e);
        good &= i->when != NULL;
    }
    good &= load_tiers(a, i, &v[ITEM_TIERS], base, e);
    return load_uplifts(a, i, &v[ITEM_UPLIFTS], base, legal_ref, e) && good;
}

enum { CASES_MAX = 50000 }; /* some 20 ms */

/* Two items of one kind must never both apply. */
static bool items_apart(struct arena *a, const struct rule *rule, struct err *e)
{
    static const struct cond always = {.kind = COND_ALL};
    bool good = true;
    int64_t left = CASES_MAX;
    for (int i = 0; i < rule->items && left >= 0; i++) {
        for (int k = 0; k < i && left >= 0; k++) {
            const struct item *x = &rule->item[k], *y = &rule->item[i];
            struct buf seen;
            buf_init(&seen, a);
            if (x->kind != y->kind)
                continue;
            bool meet = cond_meet(
                a, x->when ? x->when : &always, y->when ? y->when : &always, &seen, &left);
            if (left < 0)
                good = err_add(e, E_TOO_WIDE, arena_printf(a, "/items/%d/when", i), NULL);
            else if (meet)
                good = err_add(
                    e, E_TWO_ANSWERS, arena_printf(a, "/items/%d", i), "%s", buf_view(&seen).p);
        }
    }
    return good;
}

/* ---- exclusions ----------------------------------------------------------------------------- */

/* Words of `excludes` and the fact that must then be false or nought. The days of interest are
 * guarded by the items themselves and by the database. */
static const struct {
    const char *word;
    enum fact fact;
    const char *zh;
} exclusions[] = {{"city_policy", FACT_USED_CITY, "未享受市级补贴"},
    {"district_policy", FACT_USED_DISTRICT, "未享受区级补贴"},
    {"same_loan", FACT_USED_APPLICATIONS, "该贷款未享受其他补贴"},
    {"scheme", FACT_LOAN_UNDER_SCHEME, "贷款不在风险分担方案内"},
    {"guarantee", FACT_LOAN_GUARANTEED, "贷款没有担保"},
    {"compensation", FACT_LOAN_COMPENSATED, "贷款未申请风险补偿"}};

static struct cond *exclusion(struct arena *a, struct str word, struct str legal_ref)
{
    struct str clause = arena_printf(a, "excludes:%s", word.p);
    for (size_t i = 0; i < COUNT_OF(exclusions); i++) {
        if (str_is(word, exclusions[i].word))
            return cond_test(a, exclusions[i].fact, OP_EQ, (struct value){.present = true, .n = 0},
                clause, str_of(exclusions[i].zh), legal_ref);
    }
    return cond_test(a, FACT_USED_POLICIES, OP_LACKS, (struct value){.present = true, .s = word},
        clause, arena_printf(a, "未享受政策 %s", word.p), legal_ref);
}

static bool load_exclusions(
    struct arena *a, struct cond *all, const struct json *list, struct str legal_ref, struct err *e)
{
    struct cond **end = &all->child;
    while (*end)
        end = &(*end)->next;
    if (list && (list->kind != JSON_LIST || list->count > 50))
        return err_add(e, E_TYPE, STR("/excludes"), "array of at most 50 names");
    int i = 0;
    for (const struct json *m = list ? list->child : NULL; m; m = m->next, i++) {
        enum err_code code = E_TYPE;
        struct str name, hint = STR("");
        if (m->kind != JSON_STRING)
            return err_add(e, E_TYPE, arena_printf(a, "/excludes/%d", i), "string");
        if (str_is(m->text, "same_interest_day"))
            continue;
        bool known = false;
        for (size_t k = 0; k < COUNT_OF(exclusions); k++)
            known |= str_is(m->text, exclusions[k].word);
        if (!known && !ident_account(a, m->text, &name, &code, &hint))
            return err_add(e, E_CHOICE, arena_printf(a, "/excludes/%d", i),
                "same_interest_day, city_policy, district_policy, same_loan, scheme, guarantee, "
                "compensation, or the code of a policy");
        *end = exclusion(a, m->text, legal_ref);
        end = &(*end)->next;
    }
    return true;
}

/* ---- what the firm may declare -------------------------------------------------------------- */

/* Names of facts that the office would else state with a document. */
static bool check_declared(struct arena *a, const struct json *list, struct err *e)
{
    bool good = true;
    int i = 0;
    if (list && (list->kind != JSON_LIST || list->count > 50))
        return err_add(e, E_TYPE, STR("/declared"), "array of at most 50 names");
    for (const struct json *m = list ? list->child : NULL; m; m = m->next, i++) {
        struct str pointer = arena_printf(a, "/declared/%d", i);
        int fact = m->kind == JSON_STRING ? field_index(fact_fields, m->text) : -1;
        if (m->kind != JSON_STRING)
            good = err_add(e, E_TYPE, pointer, "string");
        else if (fact < 0)
            good = err_add(e, E_FACT, pointer, "%s", field_nearest(fact_fields, m->text));
        else if (fact_natures[fact].from != FROM_OFFICE)
            good = err_add(e, E_KNOWN, pointer, "%s", fact_natures[fact].supply);
    }
    return good;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool load_caps(struct arena *a, struct rule *rule, const struct value *list,
    struct str legal_ref, struct err *e)
{
    bool good = true;
    rule->caps = list->count;
    rule->cap = arena_alloc(a, (size_t)(list->count + 1) * sizeof *rule->cap);
    for (int i = 0; i < list->count; i++) {
        const struct value *v = list->row + i * CAP_WIDTH;
        struct cap *cap = &rule->cap[i];
        *cap = (struct cap){.per = (enum cap_owner)v[CAP_PER].n,
            .lifetime = v[CAP_PERIOD].present && v[CAP_PERIOD].n == 1,
            .has_item = v[CAP_ITEM].present,
            .item = (enum item_kind)v[CAP_ITEM].n,
            .by_kind = v[CAP_BY_KIND].n != 0,
            .amount = v[CAP_AMOUNT].n};
        if (!v[CAP_WHEN].present)
            continue;
        cap->when =
            cond_load(a, v[CAP_WHEN].json, arena_printf(a, "/caps/%d/when", i), legal_ref, e);
        good &= cap->when != NULL;
    }
    return good;
}

const struct rule *rule_load(struct arena *a, const struct value *policy, struct err *e)
{
    struct rule *rule = arena_alloc(a, sizeof *rule);
    const struct value *items = &policy[POLICY_ITEMS];
    struct str legal_ref = policy[POLICY_LEGAL_REF].s;
    struct cond *all = arena_alloc(a, sizeof *all);
    *all = (struct cond){.kind = COND_ALL, .clause = STR("all")};
    all->child = cond_load(a, policy[POLICY_ELIGIBLE].json, STR("/eligible"), legal_ref, e);
    bool good = all->child != NULL;
    good &= load_exclusions(a, all, policy[POLICY_EXCLUDES].json, legal_ref, e);
    good &= check_declared(a, policy[POLICY_DECLARED].json, e);
    rule->eligible = all;
    rule->items = items->count;
    for (int i = 0; i < items->count; i++)
        good &= load_item(a, &rule->item[i], items->row + i * ITEM_WIDTH,
            arena_printf(a, "/items/%d", i), legal_ref, e);
    good &= load_caps(a, rule, &policy[POLICY_CAPS], legal_ref, e);
    return good && items_apart(a, rule, e) ? rule : NULL;
}

const struct rule *rule_conditions(
    struct arena *a, const struct json *in, struct str base, struct str legal_ref, struct err *e)
{
    struct rule *rule = arena_alloc(a, sizeof *rule);
    *rule = (struct rule){.eligible = cond_load(a, in, base, legal_ref, e)};
    return rule->eligible ? rule : NULL;
}

static const struct item *ranged(const struct rule *rule, int64_t kind)
{
    for (int i = 0; i < rule->items; i++) {
        if ((int64_t)rule->item[i].kind == kind && rule->item[i].share_max)
            return &rule->item[i];
    }
    return NULL;
}

bool rule_shares(const struct rule *rule, const struct value *list, struct value *facts,
    struct arena *a, struct err *e)
{
    struct buf out;
    bool good = true;
    buf_init(&out, a);
    for (int i = 0; i < list->count; i++) {
        const struct value *x = list->row + i * SHARE_WIDTH;
        const struct item *item = ranged(rule, x[SHARE_ITEM].n);
        if (!item)
            good = err_add(e, E_UNWANTED, arena_printf(a, "/shares/%d", i), "%s",
                policy_items[x[SHARE_ITEM].n].name);
        else if (x[SHARE_SHARE].n < item->share || x[SHARE_SHARE].n > item->share_max)
            good = err_add(e, E_RANGE, arena_printf(a, "/shares/%d/share", i), "%s–%s",
                rate_text(a, (rate){item->share}).p, rate_text(a, (rate){item->share_max}).p);
        else
            buf_printf(&out, "%s%s %s", out.n ? "; " : "", item->name,
                rate_text(a, (rate){(int32_t)x[SHARE_SHARE].n}).p);
    }
    if (out.n)
        facts[FACT_OFFICE_SHARES] = (struct value){.present = true, .s = buf_view(&out)};
    return good;
}

const char *rule_item_name(const struct rule *rule, int item)
{
    return rule->item[item].name;
}
