/*
 * rule_judge.c - the arithmetic: what an item gives in one case, and what caps leave of it.
 *
 * Interest is rounded to the fen once, half up, and the share of it once more; everything else is
 * one product, rounded half up, or a lesser of two amounts. Each step is a line for the reader.
 */
#include "rule_parts.h"

enum { NO_AMOUNT = -1 };

const struct member line_members[] = {
    {"line", M_TEXT, "步骤", .en = "Step"},
    {"text", M_TEXT, "说明", .en = "The same in words", .maybe = true},
    {"formula", M_TEXT, "算式", .en = "Formula"},
    {"amount", M_YUAN, "金额", .en = "What it comes to", .maybe = true},
    {.name = NULL},
};

static void line(struct buf *out, const char *what, struct str formula, int64_t fen)
{
    json_open(out, '{');
    json_member_text(out, "line", what);
    json_member_str(out, "formula", formula);
    if (fen != NO_AMOUNT)
        json_member_money(out, "amount", (money){fen});
    json_close(out, '}');
}

/* For the reader only; nothing is formatted when nobody reads. */
#define LINE(out, what, fen, ...)                                                                  \
    do {                                                                                           \
        if (out)                                                                                   \
            line((out), (what), arena_printf((out)->a, __VA_ARGS__), (fen));                       \
    } while (0)

static const char *yuan(struct buf *out, int64_t fen)
{
    return money_text(out->a, (money){fen}).p;
}

static const char *percent(struct buf *out, int64_t ppm)
{
    return rate_text(out->a, (rate){(int32_t)ppm}).p;
}

static int64_t none(struct buf *out, enum fact missing)
{
    LINE(out, "缺少事实", 0, "%s", fact_fields[missing].name);
    return 0;
}

static int64_t at_most(struct buf *out, int64_t amount, int64_t limit, const char *what)
{
    limit = limit < 0 ? 0 : limit;
    if (amount <= limit)
        return amount;
    LINE(out, what, limit, "min(%s, %s)", yuan(out, amount), yuan(out, limit));
    return limit;
}

static int64_t share_of(
    const struct item *item, const struct value *facts, int64_t base, struct buf *out)
{
    int64_t share = item->share;
    for (int i = 0; i < item->uplifts; i++) {
        if (cond_truth(item->uplift[i].when, facts) != YES)
            continue;
        share += item->uplift[i].share;
        LINE(out, "加成", NO_AMOUNT, "+%s%%", percent(out, item->uplift[i].share));
    }
    share = share > 1000000 ? 1000000 : share;
    int64_t amount = money_part(base, share, 1000000);
    LINE(out, "补贴比例", amount, "%s × %s%%", yuan(out, base), percent(out, share));
    return amount;
}

/* ---- interest ------------------------------------------------------------------------------- */

/* The days of interest: from the draw-down for so many months, no longer than the loan. */
static bool period_of(const struct item *item, const struct value *facts, day *from, day *until)
{
    const struct value *drawn = &facts[FACT_LOAN_DISBURSED_ON];
    const struct value *ends[] = {&facts[FACT_LOAN_SETTLED_ON], &facts[FACT_LOAN_MATURES_ON]};
    if (!drawn->present || (!item->months && !ends[0]->present && !ends[1]->present))
        return false;
    *from = (day){(int32_t)drawn->n};
    *until = item->months ? day_add_months(*from, item->months) : DAY_MAX;
    const struct value *end = ends[0]->present ? ends[0] : ends[1];
    if (end->present && end->n < until->n)
        *until = (day){(int32_t)(end->n < from->n ? from->n : end->n)};
    return true;
}

static int64_t interest_on(int64_t principal, int64_t ppm, int day_count, day from, day until)
{
    int64_t days = day_count == 0 ? days_30_360(from, until) : until.n - from.n;
    return money_part(principal, ppm * days, day_count == 2 ? 365000000 : 360000000);
}

/* "2023-01-05/2023-07-05 …": do any of these days lie in the period? The last is not taken. */
static bool days_taken(const struct value *facts, day from, day until)
{
    const struct value *v = &facts[FACT_USED_INTEREST_DAYS];
    for (const char *p = v->present ? v->s.p : ""; strlen(p) >= 21; p += p[21] ? 22 : 21) {
        day a, b;
        MUST(day_parse((struct str){p, 10}, &a) && day_parse((struct str){p + 11, 10}, &b));
        if (a.n < until.n && from.n < b.n)
            return true;
    }
    return false;
}

/* The rate by which interest is counted. */
static bool rate_of(
    const struct item *item, const struct value *facts, int64_t *ppm, struct buf *out)
{
    int64_t bound = 0;
    *ppm = item->has_points ? item->points : facts[FACT_LOAN_RATE].n;
    if (!item->has_points && !item->base_is_lpr && !facts[FACT_LOAN_RATE].present)
        return none(out, FACT_LOAN_RATE);
    if (!item->ceiling.present)
        return true;
    if (!lpr_bound_of(&item->ceiling, facts, &bound))
        return none(out, item->ceiling.fact);
    *ppm = item->base_is_lpr || bound < *ppm ? bound : *ppm;
    LINE(out, "计息利率", NO_AMOUNT, "%s %s%% × %s + %s → %s%%",
        fact_fields[item->ceiling.fact].name, percent(out, facts[item->ceiling.fact].n),
        percent(out, item->ceiling.multiplier), percent(out, item->ceiling.spread),
        percent(out, *ppm));
    return true;
}

/* What the interest of those days cost: as paid, or by the contract while nobody told. */
static int64_t interest_cost(
    const struct item *item, const struct value *facts, day from, day until, struct buf *out)
{
    const struct value *paid = &facts[FACT_LOAN_INTEREST_PAID];
    int64_t cost;
    if (!paid->present && !facts[FACT_LOAN_RATE].present)
        return none(out, FACT_LOAN_INTEREST_PAID);
    if (paid->present) {
        cost = paid->n;
        LINE(out, "实付利息", cost, "%s", fact_fields[FACT_LOAN_INTEREST_PAID].name);
    } else {
        cost = interest_on(
            facts[FACT_LOAN_AMOUNT].n, facts[FACT_LOAN_RATE].n, item->day_count, from, until);
        LINE(out, "按合同应付利息", cost, "%s × %s%%", yuan(out, facts[FACT_LOAN_AMOUNT].n),
            percent(out, facts[FACT_LOAN_RATE].n));
    }
    return cost - facts[FACT_AID_INTEREST].n - facts[FACT_USED_INTEREST].n;
}

static int64_t interest_judge(
    const struct item *item, const struct value *facts, struct subsidy *o, struct buf *out)
{
    enum fact part = item->ip_part_only ? FACT_LOAN_IP_AMOUNT : FACT_LOAN_AMOUNT;
    day from = {0}, until = {0};
    int64_t ppm;
    if (!facts[FACT_LOAN_AMOUNT].present || !facts[part].present)
        return none(out, part);
    if (!period_of(item, facts, &from, &until))
        return none(out, FACT_LOAN_DISBURSED_ON);
    if (!rate_of(item, facts, &ppm, out))
        return 0;
    if (days_taken(facts, from, until)) {
        LINE(out, "这些天的利息已获贴息", 0, "%s", facts[FACT_USED_INTEREST_DAYS].s.p);
        return 0;
    }
    int64_t principal = facts[part].n;
    int64_t interest = interest_on(principal, ppm, item->day_count, from, until);
    if (out)
        line(out, item->ip_part_only ? "知识产权部分利息" : "利息",
            arena_printf(out->a, "%s × %s%% × %s/%s %s–%s", yuan(out, principal), percent(out, ppm),
                arena_printf(out->a, "%d",
                    item->day_count == 0 ? days_30_360(from, until) : until.n - from.n)
                    .p,
                item->day_count == 2 ? "365" : "360", day_text(out->a, from).p,
                day_text(out->a, until).p),
            interest);
    int64_t amount = share_of(item, facts, interest, out);
    amount = at_most(out, amount, interest_cost(item, facts, from, until, out), "不超过实付利息");
    if (amount > 0) {
        o->interest_from = from;
        o->interest_until = until;
    }
    return amount;
}

/* ---- fees and awards ------------------------------------------------------------------------ */

static const struct {
    enum fact paid, aid;
} costs[] = {[ITEM_INSURANCE_FEE] = {FACT_FEE_INSURANCE, FACT_AID_INSURANCE_FEE},
    [ITEM_GUARANTEE_FEE] = {FACT_FEE_GUARANTEE, FACT_AID_GUARANTEE_FEE},
    [ITEM_VALUATION_FEE] = {FACT_FEE_VALUATION, FACT_AID_VALUATION_FEE},
    [ITEM_PREMIUM] = {FACT_INSURANCE_PREMIUM, FACT_AID_PREMIUM}};

static int64_t fee_judge(const struct item *item, const struct value *facts, struct buf *out)
{
    const struct value *paid = &facts[costs[item->kind].paid];
    const struct value *taken = &facts[FACT_USED_ITEMS];
    if (!paid->present)
        return none(out, costs[item->kind].paid);
    if (taken->present && strstr(taken->s.p, item->name)) {
        LINE(out, "此项费用已获补贴", 0, "%s", item->name);
        return 0;
    }
    int64_t amount;
    if (!item->has_of_loan) {
        amount = share_of(item, facts, paid->n, out);
    } else if (facts[FACT_LOAN_AMOUNT].present) {
        amount = money_part(facts[FACT_LOAN_AMOUNT].n, item->of_loan, 1000000);
        LINE(out, "贷款比例", amount, "%s × %s%%", yuan(out, facts[FACT_LOAN_AMOUNT].n),
            percent(out, item->of_loan));
    } else {
        return none(out, FACT_LOAN_AMOUNT);
    }
    return at_most(out, amount, paid->n - facts[costs[item->kind].aid].n, "不超过实付费用");
}

static int64_t award_judge(const struct item *item, const struct value *facts, struct buf *out)
{
    enum fact part = item->ip_part_only ? FACT_LOAN_IP_AMOUNT : FACT_LOAN_AMOUNT;
    const struct value *taken = &facts[FACT_USED_ITEMS];
    if (!facts[part].present)
        return none(out, part);
    if (taken->present && strstr(taken->s.p, item->name)) {
        LINE(out, "此项奖励已发放", 0, "%s", item->name);
        return 0;
    }
    return share_of(item, facts, facts[part].n, out);
}

int64_t item_judge(
    const struct item *item, const struct value *facts, struct subsidy *o, struct buf *out)
{
    int64_t amount;
    if (item->when && cond_truth(item->when, facts) != YES) {
        LINE(out, "此项不适用", 0, "%s", "when");
        return 0;
    }
    switch (item->kind) {
    case ITEM_INTEREST: amount = interest_judge(item, facts, o, out); break;
    case ITEM_INSURANCE_FEE:
    case ITEM_GUARANTEE_FEE:
    case ITEM_VALUATION_FEE:
    case ITEM_PREMIUM: amount = fee_judge(item, facts, out); break;
    case ITEM_PRINCIPAL_AWARD:
    case ITEM_LENDER_AWARD: amount = award_judge(item, facts, out); break;
    default: BUG("item");
    }
    if (item->max_of_loan && facts[FACT_LOAN_AMOUNT].present)
        amount = at_most(out, amount,
            money_part(facts[FACT_LOAN_AMOUNT].n, item->max_of_loan, 1000000), "不超过贷款的比例");
    return item->cap ? at_most(out, amount, item->cap, "单笔上限") : amount;
}

/* ---- caps over all items -------------------------------------------------------------------- */

/* Down to limit, earlier items first; the sum of what stays. */
static int64_t cut(const struct rule *rule, int64_t limit, int64_t *item)
{
    int64_t left = limit < 0 ? 0 : limit, sum = 0;
    for (int i = 0; i < rule->items; i++) {
        item[i] = item[i] < left ? item[i] : left;
        left -= item[i];
        sum += item[i];
    }
    return sum;
}

static int64_t cap_left(const struct cap *cap, int64_t used_year, int64_t used_lifetime)
{
    return cap->amount - (cap->per_loan ? 0 : cap->lifetime ? used_lifetime : used_year);
}

int64_t rule_cap(const struct rule *rule, int64_t used_year, int64_t used_lifetime, int64_t *item)
{
    int64_t sum = cut(rule, INT64_MAX, item);
    for (int i = 0; i < rule->caps; i++)
        sum = cut(rule, cap_left(&rule->cap[i], used_year, used_lifetime), item);
    return sum;
}

void caps_explain(
    const struct rule *rule, const struct value *facts, int64_t *item, struct buf *out)
{
    int64_t year = facts[FACT_USED_ENTERPRISE_YEAR].n,
            ever = facts[FACT_USED_ENTERPRISE_LIFETIME].n;
    int64_t sum = cut(rule, INT64_MAX, item);
    for (int i = 0; i < rule->caps; i++) {
        const struct cap *cap = &rule->cap[i];
        int64_t left = cap_left(cap, year, ever), after = cut(rule, left, item);
        if (after < sum)
            LINE(out,
                cap->per_loan   ? "每笔贷款上限"
                : cap->lifetime ? "每户累计上限"
                                : "每户年度上限",
                after, "min(%s, %s)", yuan(out, sum), yuan(out, left));
        sum = after;
    }
}

static const struct cond *first_failed(const struct cond *c, const struct value *facts)
{
    if (c->kind == COND_ALL) {
        for (const struct cond *m = c->child; m; m = m->next) {
            if (cond_truth(m, facts) != YES)
                return first_failed(m, facts);
        }
    }
    return c;
}

void rule_judge(const struct rule *rule, const struct value *facts, struct subsidy *out)
{
    out->eligible = cond_truth(rule->eligible, facts) == YES;
    out->failed = out->eligible ? NULL : first_failed(rule->eligible, facts)->clause.p;
    out->amount = 0;
    out->n = rule->items;
    out->interest_from = out->interest_until = (day){0};
    for (int i = 0; i < rule->items; i++) {
        out->item[i] = out->eligible ? item_judge(&rule->item[i], facts, out, NULL) : 0;
    }
    out->amount = rule_cap(rule, facts[FACT_USED_ENTERPRISE_YEAR].n,
        facts[FACT_USED_ENTERPRISE_LIFETIME].n, out->item);
    for (int i = 0; i < rule->items; i++) {
        if (rule->item[i].kind == ITEM_INTEREST && out->item[i] > 0)
            return;
    }
    out->interest_until = out->interest_from; /* caps left nothing of the interest */
}

/* ---- loan prime rates that must be known ---------------------------------------------------- */

static bool bound_known(
    const struct lpr_bound *b, const struct value *facts, const char *base, struct err *e)
{
    static const enum fact days[] = {
        FACT_LOAN_DISBURSED_ON, FACT_LOAN_SIGNED_ON, FACT_LOAN_SIGNED_ON, FACT_LOAN_SETTLED_ON};
    if (!b->present || facts[b->fact].present)
        return true;
    enum fact fact = days[((int)b->fact - (int)FACT_LPR_1Y_DISBURSED) / 2];
    if (!facts[fact].present)
        return true; /* the day itself is missing: a clause says so */
    return err_add(e, E_NO_LPR, arena_printf(e->a, "%s/%s", base, fact_fields[fact].name), "%s",
        day_text(e->a, (day){(int32_t)facts[fact].n}).p);
}

static bool cond_known(
    const struct cond *c, const struct value *facts, const char *base, struct err *e)
{
    bool good = c->kind != COND_TEST || bound_known(&c->lpr, facts, base, e);
    for (const struct cond *m = c->child; m; m = m->next)
        good &= cond_known(m, facts, base, e);
    return good;
}

static bool item_known(
    const struct item *item, const struct value *facts, const char *base, struct err *e)
{
    bool good = bound_known(&item->ceiling, facts, base, e);
    if (item->when)
        good &= cond_known(item->when, facts, base, e);
    for (int i = 0; i < item->uplifts; i++)
        good &= cond_known(item->uplift[i].when, facts, base, e);
    return good;
}

bool rule_has_lpr(
    const struct rule *rule, const struct value *facts, const char *base, struct err *e)
{
    bool good = cond_known(rule->eligible, facts, base, e);
    for (int i = 0; good && i < rule->items; i++)
        good = item_known(&rule->item[i], facts, base, e);
    return good;
}
