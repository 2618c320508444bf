/*
 * rule_asks.c - what a rule looks at.
 *
 * A correction of anything else does not disturb a decision, and what costs a look at other rows is
 * only fetched when it is asked for.
 */
#include "rule_parts.h"

/* What follows from other facts is asked through them. */
static const struct {
    enum fact asked, from[2];
} follows[] = {{FACT_LOAN_IP_SHARE, {FACT_LOAN_IP_AMOUNT, FACT_LOAN_AMOUNT}},
    {FACT_LOAN_TERM_DAYS, {FACT_LOAN_DISBURSED_ON, FACT_LOAN_MATURES_ON}},
    {FACT_LOAN_SETTLED_ON_TIME, {FACT_LOAN_SETTLED_ON, FACT_LOAN_MATURES_ON}},
    {FACT_BORROWER_SME, {FACT_BORROWER_SIZE, FACT_BORROWER_SIZE}},
    {FACT_LOAN_UNDER_SCHEME, {FACT_LOAN_SCHEME, FACT_LOAN_SCHEME}}};

static void cond_asks(const struct cond *c, bool *asks)
{
    if (c->kind == COND_TEST)
        asks[c->fact] = true;
    if (c->lpr.present)
        asks[facts_lpr_day(c->lpr.fact)] = true;
    if (c->has_than)
        asks[c->than] = true;
    for (const struct cond *m = c->child; m; m = m->next)
        cond_asks(m, asks);
}

static void item_asks(const struct item *item, bool *asks)
{
    static const enum fact aid[] = {[ITEM_INTEREST] = FACT_AID_INTEREST,
        [ITEM_INSURANCE_FEE] = FACT_AID_INSURANCE_FEE,
        [ITEM_GUARANTEE_FEE] = FACT_AID_GUARANTEE_FEE,
        [ITEM_VALUATION_FEE] = FACT_AID_VALUATION_FEE,
        [ITEM_PREMIUM] = FACT_AID_PREMIUM};
    bool interest = item->kind == ITEM_INTEREST;
    bool award = item->kind == ITEM_PRINCIPAL_AWARD || item->kind == ITEM_LENDER_AWARD;
    asks[FACT_LOAN_DRAWN] |= award || item->has_of_loan || item->max_of_loan || item->tiers;
    asks[FACT_LOAN_DISBURSED_ON] |= interest;
    asks[FACT_LOAN_DAY_COUNT] |= interest && !item->has_day_count;
    if (item->kind == ITEM_PREMIUM)
        asks[FACT_INSURANCE_PREMIUM] = true;
    /* an award is given once; of the others a loan may have some, and later the rest */
    asks[FACT_USED_LOAN_ITEMS] |= !award && (item->cap || item->max_of_loan || item->has_of_loan ||
                                                item->amount || item->tiers);
    if (!award)
        asks[aid[item->kind]] = true;
    if (item->ip_part_only)
        asks[FACT_LOAN_IP_AMOUNT] = asks[FACT_LOAN_AMOUNT] = true;
    if (item->ceiling.present)
        asks[facts_lpr_day(item->ceiling.fact)] = true;
    if (item->when)
        cond_asks(item->when, asks);
    for (int i = 0; i < item->uplifts; i++)
        cond_asks(item->uplift[i].when, asks);
}

static void cap_asks(const struct cap *cap, bool *asks)
{
    asks[FACT_USED_LOAN_ITEMS] |= cap->per == CAP_LOAN;
    asks[FACT_USED_BANK_YEAR] |= cap->per == CAP_BANK;
    asks[FACT_USED_ITEMS_YEAR] |= cap->has_item && !cap->lifetime;
    asks[FACT_USED_ITEMS_LIFETIME] |= cap->has_item && cap->lifetime;
    if (cap->when)
        cond_asks(cap->when, asks);
}

static void rule_asks(const struct rule *rule, bool *asks)
{
    asks[FACT_BORROWER_USCC] = true; /* whose limits count */
    cond_asks(rule->eligible, asks);
    for (int i = 0; i < rule->items; i++)
        item_asks(&rule->item[i], asks);
    for (int i = 0; i < rule->caps; i++)
        cap_asks(&rule->cap[i], asks);
    for (size_t i = 0; i < COUNT_OF(follows); i++) {
        if (asks[follows[i].asked])
            asks[follows[i].from[0]] = asks[follows[i].from[1]] = true;
    }
}

/* Each term once. */
static void write_months(const struct rule *rule, int *terms, int *n, struct buf *out)
{
    for (int i = 0; i < rule->items; i++) {
        const struct item *item = &rule->item[i];
        bool known = item->kind != ITEM_INTEREST;
        for (int k = 0; k < *n; k++)
            known |= terms[k] == item->months;
        if (!known) {
            json_i64(out, item->months);
            terms[(*n)++] = item->months;
        }
    }
}

void rules_ask(const struct rule *const *rules, int n, struct buf *asks, struct buf *months)
{
    bool asked[FACT_COUNT] = {false};
    int *terms = arena_alloc(months->a, (size_t)n * RULE_ITEMS_MAX * sizeof *terms), count = 0;
    json_open(months, '[');
    for (int i = 0; i < n; i++) {
        rule_asks(rules[i], asked);
        write_months(rules[i], terms, &count, months);
    }
    json_close(months, ']');
    json_open(asks, '[');
    for (int i = 0; i < FACT_COUNT; i++) {
        if (asked[i])
            json_text(asks, fact_fields[i].name);
    }
    json_close(asks, ']');
}
