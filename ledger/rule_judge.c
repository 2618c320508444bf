/*
 * rule_judge.c - the arithmetic: what an item gives in one case, and what caps leave of it.
 *
 * Interest is the sum over the days of balance × rate, rounded to the fen once, half up, and at
 * most what the borrower paid for these days; the share of it is rounded once more. Everything else
 * is one product, rounded half up, or a lesser of two amounts. Each step is a line for the reader.
 */
#include "records.h"
#include "rule_parts.h"
#include <stdlib.h>

/* For the reader only; nothing is formatted when nobody reads. */
#define LINE(out, what, fen, ...)                                                                  \
    do {                                                                                           \
        if (out)                                                                                   \
            rule_line((out), (what), arena_printf((out)->a, __VA_ARGS__), (fen));                  \
    } while (0)

static const char *yuan(struct buf *out, int64_t fen)
{
    return money_text(out->a, (money){fen}).p;
}

static const char *percent(struct buf *out, int64_t ppm)
{
    return rate_text(out->a, (rate){(int32_t)ppm}).p;
}

static bool none(struct buf *out, enum fact fact)
{
    LINE(out, "缺少事实", 0, "%s", fact_fields[fact].zh);
    return false;
}

/* An item that gives nothing for want of a fact: what would have to be supplied. */
static int64_t missing(struct subsidy *o, struct buf *out, enum fact fact)
{
    (void)none(out, fact); /* it says so to the reader, and that is all */
    o->missing[o->missing_n].item = o->judged;
    o->missing[o->missing_n++].fact = fact;
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

/* "interest 45.00; guarantee_fee 30.00": what the office decided for the item; < 0: nothing yet. */
static int64_t decided_share(const struct item *item, const struct value *facts)
{
    const char *p = facts[FACT_OFFICE_SHARES].present ? facts[FACT_OFFICE_SHARES].s.p : "";
    while (*p) {
        rate share;
        size_t n = strcspn(p, " "), m = strcspn(p + n + 1, ";");
        MUST(rate_parse((struct str){p + n + 1, m}, &share));
        if (strlen(item->name) == n && memcmp(p, item->name, n) == 0)
            return share.ppm;
        p += n + 1 + m;
        p += *p ? 2 : 0;
    }
    return -1;
}

static int64_t share_of(
    const struct item *item, const struct value *facts, int64_t base, struct buf *out)
{
    int64_t share = item->share_max ? decided_share(item, facts) : item->share;
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

__extension__ typedef __int128 wide;

/* Days over which one balance was owed at one rate. */
struct stretch {
    day from, until;
    int64_t balance, ppm;
};

/* What was drawn; of a case that is only supposed, the loan. */
static const struct value *drawn_of(const struct value *facts)
{
    return &facts[facts[FACT_LOAN_DRAWN].present ? FACT_LOAN_DRAWN : FACT_LOAN_AMOUNT];
}

/* The last day of a loan whose days are all alike: repaid, or else due. */
static const struct value *end_of(const struct value *facts)
{
    return &facts[facts[FACT_LOAN_SETTLED_ON].present ? FACT_LOAN_SETTLED_ON
                                                      : FACT_LOAN_MATURES_ON];
}

/* "2023-01-16/2023-02-16 3000000.00 3.45; …": the next one; false at the end. */
static bool stretch_read(const char **at, struct stretch *s)
{
    money balance;
    rate ppm;
    const char *p = *at;
    if (!*p)
        return false;
    size_t n = strcspn(p + 22, " "), m = strcspn(p + 23 + n, ";");
    MUST(
        day_parse((struct str){p, 10}, &s->from) && day_parse((struct str){p + 11, 10}, &s->until));
    MUST(money_parse((struct str){p + 22, n}, &balance));
    MUST(rate_parse((struct str){p + 23 + n, m}, &ppm));
    s->balance = balance.fen;
    s->ppm = ppm.ppm;
    p += 23 + n + m;
    *at = *p ? p + 2 : p;
    return true;
}

/* The account by day as far as it is known: its stretches, else one of the whole loan. */
static bool stretch_next(const struct value *facts, const char **at, struct stretch *s)
{
    if (facts[FACT_LOAN_STRETCHES].present) {
        *at = *at ? *at : facts[FACT_LOAN_STRETCHES].s.p;
        return stretch_read(at, s);
    }
    if (*at)
        return false;
    *at = "";
    *s = (struct stretch){.from = {(int32_t)facts[FACT_LOAN_DISBURSED_ON].n},
        .until = {(int32_t)end_of(facts)->n},
        .balance = drawn_of(facts)->n,
        .ppm = facts[FACT_LOAN_RATE].n};
    return s->from.n < s->until.n;
}

/* The days of interest: from the first draw for so many months, no longer than money was owed. */
static bool period_of(const struct item *item, const struct value *facts, day *from, day *until)
{
    const struct value *drawn = &facts[FACT_LOAN_DISBURSED_ON];
    bool whole = facts[FACT_LOAN_STRETCHES].present || end_of(facts)->present;
    if (!drawn->present || (!item->months && !whole))
        return false;
    *from = (day){(int32_t)drawn->n};
    *until = item->months ? day_add_months(*from, item->months) : DAY_MAX;
    struct stretch s;
    day last = *from;
    for (const char *at = NULL; whole && stretch_next(facts, &at, &s);)
        last = s.until;
    if (whole && last.n < until->n)
        *until = last;
    return true;
}

static enum day_count day_count_of(const struct item *item, const struct value *facts)
{
    if (item->has_day_count)
        return item->day_count;
    return facts[FACT_LOAN_DAY_COUNT].present ? (enum day_count)facts[FACT_LOAN_DAY_COUNT].n
                                              : THIRTY_360; /* supposed, and nobody said */
}

/* "2023-01-05/2023-07-05 …", the first first, the last of each not taken: days of the period from
 * its first one on are skipped. false: what is left is none, or not in one piece. */
static bool days_left(const struct value *facts, day *from, day until)
{
    const struct value *v = &facts[FACT_USED_INTEREST_DAYS];
    for (const char *p = v->present ? v->s.p : ""; strlen(p) >= 21; p += p[21] ? 22 : 21) {
        day a, b;
        MUST(day_parse((struct str){p, 10}, &a) && day_parse((struct str){p + 11, 10}, &b));
        if (a.n > from->n && a.n < until.n)
            return false;
        if (a.n <= from->n && b.n > from->n)
            *from = b;
    }
    return from->n < until.n;
}

/* What interest is counted by: a bound on the rate of each day, and whether it stands for it. */
struct counting {
    enum day_count count;
    int64_t bound, points; /* ppm; INT64_MAX: no bound; points < 0: the rate of the day */
    int64_t part, whole;   /* of the balance */
    day first;             /* of the period; from: of its days that are not taken */
    day from, until;
};

static int64_t common(int64_t a, int64_t b)
{
    return b ? common(b, a % b) : a;
}

static bool counting_of(
    const struct item *item, const struct value *facts, struct counting *c, struct buf *out)
{
    c->count = day_count_of(item, facts);
    c->bound = INT64_MAX;
    c->points = item->has_points ? item->points : -1;
    c->part = c->whole = 1;
    if (!item->has_points && !item->base_is_lpr && !facts[FACT_LOAN_RATE].present)
        return none(out, FACT_LOAN_RATE);
    if (item->ip_part_only && facts[FACT_LOAN_AMOUNT].n > 0) {
        c->part = facts[FACT_LOAN_IP_AMOUNT].n;
        c->whole = facts[FACT_LOAN_AMOUNT].n;
        int64_t by = common(c->part, c->whole);
        c->part /= by;
        c->whole /= by;
    }
    if (!item->ceiling.present)
        return true;
    if (!lpr_bound_of(&item->ceiling, facts, &c->bound))
        return none(out, item->ceiling.fact);
    if (item->base_is_lpr)
        c->points = c->bound;
    LINE(out, "利率上限", NO_AMOUNT, "%s %s%% × %s + %s → %s%%", fact_fields[item->ceiling.fact].zh,
        percent(out, facts[item->ceiling.fact].n), percent(out, item->ceiling.multiplier),
        percent(out, item->ceiling.spread), percent(out, c->bound));
    return true;
}

static int64_t rate_on(const struct counting *c, const struct stretch *s)
{
    int64_t ppm = c->points >= 0 ? c->points : s->ppm;
    return ppm < c->bound ? ppm : c->bound;
}

static void stretch_line(
    struct buf *out, const struct counting *c, const struct stretch *s, int32_t days)
{
    struct str part = STR("");
    int64_t balance = s->balance;
    if (balance % c->whole == 0)
        balance = balance / c->whole * c->part;
    else
        part = arena_printf(out->a, " × %lld/%lld", (long long)c->part, (long long)c->whole);
    rule_line(out, "余额计息",
        arena_printf(out->a, "%s%s × %s%% × %d/%s %s–%s", yuan(out, balance), part.p,
            percent(out, rate_on(c, s)), (int)days, c->count == ACTUAL_365 ? "365" : "360",
            day_text(out->a, s->from).p, day_text(out->a, s->until).p),
        NO_AMOUNT);
}

/* Balance × rate × days, stretch by stretch in the period, of the part that counts; rounded once.
 */
static int64_t interest_on(const struct counting *c, const struct value *facts, struct buf *out)
{
    wide sum = 0, base = (wide)(c->count == ACTUAL_365 ? 365000000 : 360000000) * c->whole;
    struct stretch s;
    for (const char *at = NULL; stretch_next(facts, &at, &s);) {
        s.from = s.from.n < c->from.n ? c->from : s.from;
        s.until = s.until.n > c->until.n ? c->until : s.until;
        if (s.from.n >= s.until.n)
            continue;
        int32_t days = day_count_days(s.from, s.until, c->count);
        sum += (wide)s.balance * c->part * rate_on(c, &s) * days;
        if (out)
            stretch_line(out, c, &s, days);
    }
    return (int64_t)((2 * sum + base) / (2 * base));
}

/* "6:13225.00 0:18486.25": what was paid for the first so many months, 0 being the whole loan. */
static bool paid_for(const struct value *facts, int months, int64_t *fen)
{
    const char *p = facts[FACT_LOAN_PAID_FOR].s.p;
    while (p && *p) {
        money paid;
        char *end = NULL;
        long term = strtol(p, &end, 10);
        size_t n = strcspn(end + 1, " ");
        MUST(*end == ':' && money_parse((struct str){end + 1, n}, &paid));
        *fen = paid.fen;
        if (term == months)
            return true;
        p = end + 1 + n + (end[1 + n] == ' ');
    }
    return false;
}

/* What the contract says for some days. */
static int64_t interest_due(const struct value *facts, enum day_count count, day from, day until)
{
    struct counting contract = {.count = count,
        .bound = INT64_MAX,
        .points = -1,
        .part = 1,
        .whole = 1,
        .from = from,
        .until = until};
    return interest_on(&contract, facts, NULL);
}

static enum day_count loan_count(const struct value *facts)
{
    return facts[FACT_LOAN_DAY_COUNT].present ? (enum day_count)facts[FACT_LOAN_DAY_COUNT].n
                                              : ACTUAL_360;
}

/* What the borrower paid in interest for the period; of a case that is only supposed what its
 * contract says, while nothing is told. false: it is not known. */
static bool period_paid(
    const struct item *item, const struct value *facts, const struct counting *c, int64_t *paid)
{
    const struct value *all = &facts[FACT_LOAN_INTEREST_PAID];
    if (facts[FACT_LOAN_PAID_FOR].present)
        return paid_for(facts, item->months, paid);
    if (all->present && end_of(facts)->present) { /* one payment for all days alike */
        enum day_count count = loan_count(facts);
        int32_t days = day_count_days(c->first, (day){(int32_t)end_of(facts)->n}, count);
        int32_t part = day_count_days(c->first, c->until, count);
        *paid = days <= part ? all->n : money_part(all->n, part, days);
    } else if (all->present) {
        *paid = all->n;
    } else {
        *paid = interest_due(facts, c->count, c->first, c->until);
    }
    return all->present || (!facts[FACT_LOAN_DRAWN].present && facts[FACT_LOAN_RATE].present);
}

/* The same for the days that are not taken: what was paid went to the oldest days first. */
static bool interest_paid(
    const struct item *item, const struct value *facts, const struct counting *c, int64_t *paid)
{
    if (!period_paid(item, facts, c, paid))
        return false;
    bool told = facts[FACT_LOAN_PAID_FOR].present || facts[FACT_LOAN_INTEREST_PAID].present;
    if (c->from.n > c->first.n && facts[FACT_LOAN_RATE].present)
        *paid -= interest_due(facts, told ? loan_count(facts) : c->count, c->first, c->from);
    *paid = *paid < 0 ? 0 : *paid;
    return true;
}

static int64_t interest_judge(
    const struct item *item, const struct value *facts, struct subsidy *o, struct buf *out)
{
    struct counting c;
    int64_t paid = 0;
    if (!drawn_of(facts)->present)
        return missing(o, out, FACT_LOAN_AMOUNT);
    if (item->ip_part_only && !facts[FACT_LOAN_IP_AMOUNT].present)
        return missing(o, out, FACT_LOAN_IP_AMOUNT);
    if (!period_of(item, facts, &c.from, &c.until))
        return missing(o, out, FACT_LOAN_DISBURSED_ON);
    c.first = c.from;
    if (!counting_of(item, facts, &c, out))
        return 0;
    if (!days_left(facts, &c.from, c.until)) {
        LINE(out, "这些天的利息已获贴息", 0, "%s", facts[FACT_USED_INTEREST_DAYS].s.p);
        return 0;
    }
    if (c.from.n > c.first.n)
        LINE(out, "此前的利息已获贴息", NO_AMOUNT, "%s–%s", day_text(out->a, c.first).p,
            day_text(out->a, c.from).p);
    if (!interest_paid(item, facts, &c, &paid))
        return missing(o, out, FACT_LOAN_INTEREST_PAID);
    int64_t interest = interest_on(&c, facts, out);
    LINE(out, item->ip_part_only ? "知识产权部分利息" : "利息", interest, "%s–%s",
        day_text(out->a, c.from).p, day_text(out->a, c.until).p);
    interest = at_most(out, interest, paid, "不超过该期实付利息");
    int64_t amount = share_of(item, facts, interest, out);
    amount = at_most(out, amount, paid - facts[FACT_AID_INTEREST].n, "不超过实付利息减其他资助");
    if (amount > 0) {
        o->interest_from = c.from;
        o->interest_until = c.until;
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

/* A fixed amount, or what the tier gives that the drawn amount reaches; < 0: neither is asked. */
static int64_t given(const struct item *item, const struct value *drawn, struct buf *out)
{
    const struct tier *reached = NULL;
    if (item->amount) {
        LINE(out, "定额", item->amount, "%s", yuan(out, item->amount));
        return item->amount;
    }
    for (int i = 0; i < item->tiers && drawn->n >= item->tier[i].from; i++)
        reached = &item->tier[i];
    if (!item->tiers)
        return NO_AMOUNT;
    if (!reached) {
        LINE(out, "未达起点", 0, "%s < %s", yuan(out, drawn->n), yuan(out, item->tier[0].from));
        return 0;
    }
    int64_t amount =
        reached->amount ? reached->amount : money_part(drawn->n, reached->share, 1000000);
    LINE(out, "分档", amount, "%s ≥ %s → %s%s", yuan(out, drawn->n), yuan(out, reached->from),
        reached->amount ? yuan(out, reached->amount) : percent(out, reached->share),
        reached->amount ? "" : "%");
    return amount;
}

/* Is a word in a list of words: an award that was given, a premium that was subsidised. */
static bool is_taken(const struct item *item, const struct value *facts)
{
    const struct value *taken = &facts[FACT_USED_ITEMS];
    return taken->present && strstr(taken->s.p, item->name);
}

/* At most what a limit of the loan leaves after what it has had of this item. */
static int64_t still(const struct item *item, const struct value *facts, int64_t amount,
    int64_t limit, const char *what, struct buf *out)
{
    return at_most(out, amount, limit - loan_used(facts, item->name), what);
}

static int64_t fee_judge(
    const struct item *item, const struct value *facts, struct subsidy *o, struct buf *out)
{
    const struct value *paid = &facts[costs[item->kind].paid], *drawn = drawn_of(facts);
    if (!paid->present)
        return missing(o, out, costs[item->kind].paid);
    if (is_taken(item, facts)) {
        LINE(out, "此项费用已获补贴", 0, "%s", policy_items[item->kind].zh);
        return 0;
    }
    if ((item->tiers || item->has_of_loan) && !drawn->present)
        return missing(o, out, FACT_LOAN_DRAWN);
    int64_t amount = given(item, drawn, out);
    if (amount < 0 && !item->has_of_loan)
        amount = share_of(item, facts, paid->n, out);
    if (amount < 0) {
        amount = money_part(drawn->n, item->of_loan, 1000000);
        LINE(
            out, "贷款比例", amount, "%s × %s%%", yuan(out, drawn->n), percent(out, item->of_loan));
    }
    if (item->amount || item->tiers || item->has_of_loan)
        amount = still(item, facts, amount, amount, "本笔贷款尚余额度", out);
    return at_most(
        out, amount, paid->n - facts[costs[item->kind].aid].n, "不超过实付费用减其他资助");
}

/* Of what was drawn, or of the part of it that rights secure. */
static int64_t award_judge(
    const struct item *item, const struct value *facts, struct subsidy *o, struct buf *out)
{
    const struct value *drawn = drawn_of(facts), *part = &facts[FACT_LOAN_IP_AMOUNT];
    if (!drawn->present)
        return missing(o, out, FACT_LOAN_DRAWN);
    if (item->ip_part_only && !part->present)
        return missing(o, out, FACT_LOAN_IP_AMOUNT);
    if (is_taken(item, facts)) {
        LINE(out, "此项奖励已发放", 0, "%s", policy_items[item->kind].zh);
        return 0;
    }
    int64_t fixed = given(item, drawn, out);
    if (fixed >= 0)
        return drawn->n > 0 ? fixed : 0;
    int64_t base = drawn->n;
    if (item->ip_part_only) {
        base = money_part(base, part->n, facts[FACT_LOAN_AMOUNT].n);
        LINE(out, "知识产权部分", base, "%s × %s/%s", yuan(out, drawn->n), yuan(out, part->n),
            yuan(out, facts[FACT_LOAN_AMOUNT].n));
    }
    return share_of(item, facts, base, out);
}

int64_t item_judge(
    const struct item *item, const struct value *facts, struct subsidy *o, struct buf *out)
{
    int64_t amount;
    if (item->share_max && decided_share(item, facts) < 0)
        return missing(o, out, FACT_OFFICE_SHARES);
    if (item->when && cond_truth(item->when, facts) != YES) {
        LINE(out, "此项不适用", 0, "%s", policy_items[item->kind].zh);
        return 0;
    }
    switch (item->kind) {
    case ITEM_INTEREST: amount = interest_judge(item, facts, o, out); break;
    case ITEM_INSURANCE_FEE:
    case ITEM_GUARANTEE_FEE:
    case ITEM_VALUATION_FEE:
    case ITEM_PREMIUM: amount = fee_judge(item, facts, o, out); break;
    case ITEM_PRINCIPAL_AWARD:
    case ITEM_LENDER_AWARD: amount = award_judge(item, facts, o, out); break;
    default: BUG("item");
    }
    if (item->max_of_loan && drawn_of(facts)->present)
        amount = still(item, facts, amount,
            money_part(drawn_of(facts)->n, item->max_of_loan, 1000000), "不超过贷款的比例", out);
    return item->cap ? still(item, facts, amount, item->cap, "单笔上限", out) : amount;
}

/* ---- the whole ------------------------------------------------------------------------------- */

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
    struct usage used;
    out->eligible = cond_truth(rule->eligible, facts) == YES;
    out->failed = out->eligible ? NULL : first_failed(rule->eligible, facts)->clause.p;
    out->amount = 0;
    out->missing_n = 0;
    out->n = rule->items;
    out->interest_from = out->interest_until = (day){0};
    for (int i = 0; i < rule->items; i++) {
        out->judged = i;
        out->item[i] = out->eligible ? item_judge(&rule->item[i], facts, out, NULL) : 0;
    }
    rule_usage(rule, facts, &used);
    out->amount = rule_cap(rule, &used, out->item);
    for (int i = 0; i < rule->items; i++) {
        if (rule->item[i].kind == ITEM_INTEREST && out->item[i] > 0)
            return;
    }
    out->interest_until = out->interest_from; /* caps left nothing of the interest */
}

/* ---- what is not known ------------------------------------------------------------------------
 */

static void cond_unknown(const struct cond *c, const struct value *facts, bool *unknown)
{
    if (cond_truth(c, facts) != UNKNOWN)
        return;
    if (c->kind == COND_TEST && !facts[c->fact].present)
        unknown[c->fact] = true;
    if (c->kind == COND_TEST && c->has_than && !facts[c->than].present)
        unknown[c->than] = true;
    for (const struct cond *m = c->child; m; m = m->next)
        cond_unknown(m, facts, unknown);
}

void rule_unknown(
    const struct rule *rule, const struct value *facts, const struct subsidy *o, bool *unknown)
{
    for (const struct cond *m = rule->eligible->child; m; m = m->next)
        cond_unknown(m, facts, unknown);
    for (int i = 0; o->amount == 0 && i < o->missing_n; i++)
        unknown[o->missing[i].fact] = true;
}

/* ---- loan prime rates that must be known ---------------------------------------------------- */

static bool bound_known(
    const struct lpr_bound *b, const struct value *facts, const char *base, struct err *e)
{
    if (!b->present || facts[b->fact].present)
        return true;
    enum fact fact = facts_lpr_day(b->fact);
    if (!facts[fact].present)
        return true; /* the day itself is missing: a clause says so */
    return err_add(e, E_NO_LPR, arena_printf(e->a, "%s/%s", base, fact_fields[fact].name), "%s %s",
        fact_fields[b->fact].zh, day_text(e->a, (day){(int32_t)facts[fact].n}).p);
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
