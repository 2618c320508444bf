/*
 * rule_caps.c - what caps leave of the items of a case.
 *
 * A cap is of a case, or of all cases of a firm or a bank in a year or ever; of all items, of one,
 * or of one by kinds of insurance. What was used before is told by facts; a rehearsal adds what it
 * granted.
 */
#include "records.h"
#include "rule_parts.h"

/* "interest 52325.00; premium 1000.00; premium/enforcement 1000.00": the sum of one of these; of
 * all without a name, which only a list without kinds has. */
static int64_t sum_of(struct str list, struct str name)
{
    int64_t all = 0;
    for (const char *p = list.p; p && *p;) {
        size_t n = strcspn(p, " "), m = strcspn(p + n + 1, ";");
        money sum;
        MUST(money_parse((struct str){p + n + 1, m}, &sum));
        if (!name.n || (n == name.n && memcmp(p, name.p, n) == 0))
            all += sum.fen;
        p += n + 1 + m;
        p += *p ? 2 : 0;
    }
    return all;
}

int64_t loan_used(const struct value *facts, const char *item)
{
    const struct value *list = &facts[FACT_USED_LOAN_ITEMS];
    return list->present ? sum_of(list->s, (struct str){item, strlen(item)}) : 0;
}

static int64_t items_used(const struct cap *cap, const struct value *facts)
{
    const struct value *list =
        &facts[cap->lifetime ? FACT_USED_ITEMS_LIFETIME : FACT_USED_ITEMS_YEAR];
    const struct value *kind = &facts[FACT_INSURANCE_KIND];
    const char *item = policy_items[cap->item].name;
    char name[80];
    int n = cap->by_kind && kind->present
                ? snprintf(name, sizeof name, "%s/%s", item,
                      fact_fields[FACT_INSURANCE_KIND].choices[kind->n].name)
                : snprintf(name, sizeof name, "%s", item);
    MUST(n > 0 && n < (int)sizeof name);
    return list->present ? sum_of(list->s, (struct str){name, (size_t)n}) : 0;
}

static int64_t used_of(const struct cap *cap, const struct value *facts)
{
    switch (cap->per) {
    case CAP_LOAN: return loan_used(facts, cap->has_item ? policy_items[cap->item].name : "");
    case CAP_BANK: return facts[FACT_USED_BANK_YEAR].n;
    case CAP_ENTERPRISE:
        if (cap->has_item)
            return items_used(cap, facts);
        return facts[cap->lifetime ? FACT_USED_ENTERPRISE_LIFETIME : FACT_USED_ENTERPRISE_YEAR].n;
    default: BUG("cap");
    }
}

void rule_usage(const struct rule *rule, const struct value *facts, struct usage *out)
{
    out->n = rule->caps;
    for (int i = 0; i < rule->caps; i++) {
        const struct cap *cap = &rule->cap[i];
        /* what is not known does not lift a limit */
        out->applies[i] = !cap->when || cond_truth(cap->when, facts) != NO;
        out->used[i] = used_of(cap, facts);
    }
}

struct cap_scope rule_cap_scope(const struct rule *rule, int i)
{
    const struct cap *cap = &rule->cap[i];
    return (struct cap_scope){.firm = cap->per == CAP_ENTERPRISE,
        .bank = cap->per == CAP_BANK,
        .lifetime = cap->lifetime};
}

static bool counts(const struct rule *rule, const struct cap *cap, int item)
{
    return !cap->has_item || rule->item[item].kind == cap->item;
}

int64_t rule_cap_sum(const struct rule *rule, int i, const int64_t *item)
{
    int64_t sum = 0;
    for (int k = 0; k < rule->items; k++)
        sum += counts(rule, &rule->cap[i], k) ? item[k] : 0;
    return sum;
}

/* Down to limit, earlier items first. */
static void cut(const struct rule *rule, const struct cap *cap, int64_t limit, int64_t *item)
{
    int64_t left = limit < 0 ? 0 : limit;
    for (int i = 0; i < rule->items; i++) {
        if (!counts(rule, cap, i))
            continue;
        item[i] = item[i] < left ? item[i] : left;
        left -= item[i];
    }
}

static int64_t sum(const struct rule *rule, const int64_t *item)
{
    int64_t all = 0;
    for (int i = 0; i < rule->items; i++)
        all += item[i];
    return all;
}

int64_t rule_cap(const struct rule *rule, const struct usage *used, int64_t *item)
{
    for (int i = 0; i < rule->caps; i++) {
        if (used->applies[i])
            cut(rule, &rule->cap[i], rule->cap[i].amount - used->used[i], item);
    }
    return sum(rule, item);
}

static const char *cap_title(struct buf *out, const struct cap *cap)
{
    static const char *const owners[] = {[CAP_LOAN] = "每笔上限",
        [CAP_ENTERPRISE] = "每户年度上限",
        [CAP_BANK] = "每家银行年度上限"};
    const char *owner =
        cap->per == CAP_ENTERPRISE && cap->lifetime ? "每户累计上限" : owners[cap->per];
    return cap->has_item ? arena_printf(out->a, "%s(%s%s)", owner, policy_items[cap->item].zh,
                               cap->by_kind ? ",按险种" : "")
                               .p
                         : owner;
}

void caps_explain(
    const struct rule *rule, const struct value *facts, int64_t *item, struct buf *out)
{
    struct usage used;
    rule_usage(rule, facts, &used);
    for (int i = 0; i < rule->caps; i++) {
        const struct cap *cap = &rule->cap[i];
        int64_t before = rule_cap_sum(rule, i, item), left = cap->amount - used.used[i];
        left = left < 0 ? 0 : left;
        if (!used.applies[i] || before <= left)
            continue;
        cut(rule, cap, left, item);
        rule_line(out, cap_title(out, cap),
            arena_printf(out->a, "min(%s, %s)", money_text(out->a, (money){before}).p,
                money_text(out->a, (money){left}).p),
            sum(rule, item));
    }
}
