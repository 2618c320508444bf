/*
 * rehearsal.c - what a policy would cost, whom it would reach, when its budget would run out.
 *
 * Money is summed in fen; nothing is rounded here. A loan whose supposed facts contradict its own
 * is a loser by the clause "facts", one without a known loan prime rate by "lpr".
 */
#include "rehearsal.h"
#include "records.h"
#include <stdlib.h>

struct tally {
    struct str key;
    int64_t count, fen; /* winners */
    int64_t losers;
};
struct tallies {
    struct tally *t;
    int n, room;
};

/* One loan under one policy. */
struct side {
    bool eligible;
    const char *failed;
    int64_t *item; /* before what firm and bank used up in this rehearsal */
    struct usage used;
    int64_t fen;
    bool queued;
};
struct tried {
    struct tried *next;
    day on;
    struct str id, bank, contract, borrower, district;
    const char *size;
    int64_t others; /* applications that the loan has already */
    struct side side[REHEARSAL_SIDES];
};

struct firm {
    struct str uscc;
    int year; /* with the cap; 0: for ever */
    int64_t fen;
};
struct firms {
    struct firm *f;
    size_t room; /* a power of two */
};

struct rehearsal {
    struct arena *a;
    const struct value *v;
    struct rehearsal_policy policy[REHEARSAL_SIDES];
    const struct rehearsal_had *had[REHEARSAL_SIDES];
    int hads[REHEARSAL_SIDES];
    int sides;
    struct tried *all, **sorted;
    int n, seen, shown;
    int64_t missing[REHEARSAL_SIDES][FACT_COUNT]; /* for how many loans a fact is not known */
};

static const char *const by_names[] = {"settled_on", "disbursed_on", "signed_on"};
static const enum fact by_facts[] = {
    FACT_LOAN_SETTLED_ON, FACT_LOAN_DISBURSED_ON, FACT_LOAN_SIGNED_ON};

struct rehearsal *rehearsal_new(
    struct arena *a, const struct value *request, const struct rehearsal_policy *policy, int sides)
{
    struct rehearsal *h = arena_alloc(a, sizeof *h);
    *h = (struct rehearsal){.a = a, .v = request, .sides = sides};
    memcpy(h->policy, policy, (size_t)sides * sizeof *policy);
    return h;
}

int rehearsal_seen(const struct rehearsal *h)
{
    return h->seen;
}

/* ---- tallies and firms ----------------------------------------------------------------------- */

static struct tally *tally_of(struct arena *a, struct tallies *all, struct str key)
{
    int i = 0;
    while (i < all->n && !str_eq(all->t[i].key, key))
        i++;
    if (i == all->room) {
        all->room = all->room ? 2 * all->room : 32;
        all->t = arena_grow(
            a, all->t, (size_t)all->n * sizeof *all->t, (size_t)all->room * sizeof *all->t);
    }
    if (i == all->n)
        all->t[all->n++] = (struct tally){.key = key};
    return &all->t[i];
}

/* fen == 0: one who gets nothing. */
static void tally_add(struct arena *a, struct tallies *all, struct str key, int64_t fen)
{
    struct tally *t = tally_of(a, all, key);
    t->count += fen > 0;
    t->losers += fen == 0;
    t->fen += fen;
}

static int by_key(const void *x, const void *y)
{
    return strcmp(((const struct tally *)x)->key.p, ((const struct tally *)y)->key.p);
}

static void tallies_write(struct buf *out, const char *name, const struct tallies *all)
{
    if (all->n)
        qsort(all->t, (size_t)all->n, sizeof *all->t, by_key);
    json_member_list(out, name);
    for (int i = 0; i < all->n; i++) {
        json_open(out, '{');
        json_member_str(out, "key", all->t[i].key);
        json_member_int(out, "count", all->t[i].count);
        json_member_money(out, "amount", (money){all->t[i].fen});
        json_member_int(out, "losers", all->t[i].losers);
        json_close(out, '}');
    }
    json_close(out, ']');
}

/* What a firm or bank got in this rehearsal that counts against a cap. */
static struct firm *firm_of(struct firms *all, struct str uscc, int year)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < uscc.n; i++)
        h = (h ^ (unsigned char)uscc.p[i]) * 1099511628211u;
    h ^= (uint64_t)year * 0x9e3779b97f4a7c15u;
    for (size_t i = h & (all->room - 1);; i = (i + 1) & (all->room - 1)) {
        struct firm *f = &all->f[i];
        if (!f->uscc.p)
            *f = (struct firm){.uscc = uscc, .year = year};
        if (f->year == year && str_eq(f->uscc, uscc))
            return f;
    }
}

/* ---- judging --------------------------------------------------------------------------------- */

static void count_missing(
    struct rehearsal *h, int i, const struct value *facts, const struct subsidy *o)
{
    bool unknown[FACT_COUNT] = {false};
    rule_unknown(h->policy[i].rule, facts, o, unknown);
    for (int k = 0; k < FACT_COUNT; k++)
        h->missing[i][k] += unknown[k];
}

static void judge_side(
    struct rehearsal *h, int i, struct arena *page, struct value *facts, struct side *side)
{
    struct subsidy o;
    struct err none;
    err_init(&none, page);
    facts_lpr(facts, h->policy[i].lpr, h->policy[i].lprs);
    if (!rule_has_lpr(h->policy[i].rule, facts, "", &none)) {
        side->failed = "lpr";
        return;
    }
    rule_judge(h->policy[i].rule, facts, &o);
    count_missing(h, i, facts, &o);
    side->eligible = o.eligible;
    side->failed = o.failed;
    rule_usage(h->policy[i].rule, facts, &side->used);
    if (o.eligible) {
        side->item = arena_alloc(h->a, (size_t)o.n * sizeof *side->item);
        memcpy(side->item, o.item, (size_t)o.n * sizeof *side->item);
    }
}

/* Facts that nobody knows are as the request supposes them. false: they contradict the others. */
static bool suppose(const struct rehearsal *h, struct arena *page, struct value *facts)
{
    const struct value *told = &h->v[REHEARSAL_FACTS];
    struct err none;
    err_init(&none, page);
    for (int i = 0; told->present && i < FACT_TOLD; i++) {
        if (told->row[i].present && !facts[i].present)
            facts[i] = told->row[i];
    }
    return facts_derive(facts, "", &none);
}

static struct tried *tried_new(
    struct rehearsal *h, const struct rehearsal_loan *loan, const struct value *facts, int64_t on)
{
    struct tried *t = arena_alloc(h->a, sizeof *t);
    const struct value *size = &facts[FACT_BORROWER_SIZE];
    *t = (struct tried){.next = h->all,
        .on = {(int32_t)on},
        .id = arena_keep(h->a, loan->id),
        .bank = arena_keep(h->a, loan->bank),
        .contract = arena_keep(h->a, loan->contract_no),
        .borrower = arena_keep(h->a, facts[FACT_BORROWER_USCC].s),
        .district = arena_keep(h->a, facts[FACT_BORROWER_DISTRICT].s),
        .size = size->present ? fact_fields[FACT_BORROWER_SIZE].choices[size->n].name : "unknown",
        .others = facts[FACT_USED_APPLICATIONS].n};
    h->all = t;
    h->n++;
    return t;
}

void rehearsal_firms(struct rehearsal *h, int side, const struct rehearsal_had *had, int n)
{
    h->had[side] = had;
    h->hads[side] = n;
}

static int by_firm(const void *x, const void *y)
{
    const struct rehearsal_had *a = x, *b = y;
    int firms = strcmp(a->firm.p, b->firm.p);
    return firms ? firms : (a->year > b->year) - (a->year < b->year);
}

static struct value had_of(const struct rehearsal *h, int side, struct str firm, int year)
{
    const struct rehearsal_had key = {.firm = firm, .year = year}, *found = NULL;
    if (firm.p && h->hads[side])
        found = bsearch(&key, h->had[side], (size_t)h->hads[side], sizeof key, by_firm);
    return (struct value){.present = true, .n = found ? found->fen : 0};
}

static int year_of(day d)
{
    int y, m, n;
    day_split(d, &y, &m, &n);
    return y;
}

static void tell_had(const struct rehearsal *h, int side, day on, struct value *facts)
{
    struct str firm = facts[FACT_BORROWER_USCC].s;
    facts[FACT_USED_ENTERPRISE_YEAR] = had_of(h, side, firm, year_of(on));
    facts[FACT_USED_ENTERPRISE_LIFETIME] = had_of(h, side, firm, 0);
}

void rehearsal_add(
    struct rehearsal *h, struct arena *page, const struct rehearsal_loan *loan, struct value *facts)
{
    const struct value *on = &facts[by_facts[h->v[REHEARSAL_BY].n]];
    h->seen++;
    if (!on->present || on->n < h->v[REHEARSAL_FROM].n || on->n > h->v[REHEARSAL_TO].n)
        return;
    struct tried *t = tried_new(h, loan, facts, on->n);
    tell_had(h, 0, t->on, facts);
    if (!suppose(h, page, facts)) {
        t->side[0].failed = t->side[1].failed = "facts";
        return;
    }
    for (int i = 0; i < h->sides; i++) {
        tell_had(h, i, t->on, facts);
        judge_side(h, i, page, facts, &t->side[i]);
    }
}

static int by_day(const void *x, const void *y)
{
    const struct tried *a = *(struct tried *const *)x, *b = *(struct tried *const *)y;
    return a->on.n != b->on.n ? (a->on.n < b->on.n ? -1 : 1) : strcmp(a->id.p, b->id.p);
}

static void sort_cases(struct rehearsal *h)
{
    int i = 0;
    h->sorted = arena_alloc(h->a, (size_t)(h->n + 1) * sizeof *h->sorted);
    for (struct tried *t = h->all; t; t = t->next)
        h->sorted[i++] = t;
    if (h->n)
        qsort(h->sorted, (size_t)h->n, sizeof *h->sorted, by_day);
}

/* ---- one policy over all cases --------------------------------------------------------------- */

struct sum {
    int64_t eligible, winners, fen, queued, queued_fen, overlap, overlap_fen, left;
    struct tallies failed, districts, sizes, banks, months;
    struct str out_in; /* the month in which the budget runs out */
};

/* The amount after what firm and bank have had, here and before. */
static void take(const struct rehearsal *h, int i, struct tried *t, struct firms *firms)
{
    struct side *s = &t->side[i];
    struct firm *had[RULE_CAPS_MAX] = {NULL};
    for (int k = 0; k < s->used.n; k++) {
        struct cap_scope scope = rule_cap_scope(h->policy[i].rule, k);
        if (!scope.firm && !scope.bank)
            continue;
        int year = scope.lifetime ? 0 : year_of(t->on);
        had[k] = firm_of(firms, scope.bank ? t->bank : t->borrower, year * RULE_CAPS_MAX + k);
        s->used.used[k] += had[k]->fen;
    }
    s->fen = rule_cap(h->policy[i].rule, &s->used, s->item);
    for (int k = 0; k < s->used.n; k++) {
        if (had[k])
            had[k]->fen += rule_cap_sum(h->policy[i].rule, k, s->item);
    }
}

static void count_winner(const struct tried *t, int i, struct sum *sum)
{
    const struct side *s = &t->side[i];
    sum->winners++;
    sum->fen += s->fen;
    if (t->others) {
        sum->overlap++;
        sum->overlap_fen += s->fen;
    }
}

static void tally_case(const struct rehearsal *h, const struct tried *t, int i, struct sum *sum)
{
    struct arena *a = h->a;
    const struct side *s = &t->side[i];
    tally_add(a, &sum->districts, t->district, s->fen);
    tally_add(a, &sum->sizes, str_of(t->size), s->fen);
    tally_add(a, &sum->banks, t->bank, s->fen);
    tally_add(a, &sum->months, arena_str(a, day_text(a, t->on).p, 7), s->fen);
}

/* First come, first served; once one has to wait, all behind it wait. */
static void spend(const struct rehearsal *h, struct tried *t, int i, struct sum *sum)
{
    struct side *s = &t->side[i];
    s->queued = sum->out_in.p || s->fen > sum->left;
    if (!s->queued) {
        sum->left -= s->fen;
        return;
    }
    if (!sum->out_in.p)
        sum->out_in = arena_str(h->a, day_text(h->a, t->on).p, 7);
    sum->queued++;
    sum->queued_fen += s->fen;
}

static void sum_up(const struct rehearsal *h, int i, struct sum *sum)
{
    struct firms firms = {.room = 64};
    while (firms.room < (size_t)h->n * 2 * (RULE_CAPS_MAX + 1))
        firms.room *= 2;
    firms.f = arena_alloc(h->a, firms.room * sizeof *firms.f);
    *sum = (struct sum){.left = h->v[REHEARSAL_BUDGET].n};
    for (int k = 0; k < h->n; k++) {
        struct tried *t = h->sorted[k];
        struct side *s = &t->side[i];
        if (s->eligible)
            take(h, i, t, &firms);
        else
            tally_add(h->a, &sum->failed, str_of(s->failed), 0);
        sum->eligible += s->eligible;
        tally_case(h, t, i, sum);
        if (s->fen > 0)
            count_winner(t, i, sum);
        if (s->fen > 0 && h->v[REHEARSAL_BUDGET].present)
            spend(h, t, i, sum);
    }
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void write_number(struct buf *out, const char *name, int64_t n)
{
    json_member_int(out, name, n);
}

static void write_amount(struct buf *out, const char *name, int64_t fen)
{
    json_member_money(out, name, (money){fen});
}

static void write_failed(struct buf *out, struct tallies *failed)
{
    if (failed->n)
        qsort(failed->t, (size_t)failed->n, sizeof *failed->t, by_key);
    json_member_object(out, "losers_by_clause");
    for (int i = 0; i < failed->n; i++)
        write_number(out, failed->t[i].key.p, failed->t[i].losers);
    json_close(out, '}');
}

/* What is not known of how many loans: supplied, or supposed in the request, they may win. */
static void write_missing(struct buf *out, const struct rehearsal *h, int i)
{
    json_member_list(out, "missing");
    for (int k = 0; k < FACT_COUNT; k++) {
        if (!h->missing[i][k])
            continue;
        json_open(out, '{');
        json_member_text(out, "fact", fact_fields[k].name);
        json_member_text(out, "title", fact_fields[k].zh);
        write_number(out, "loans", h->missing[i][k]);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void write_budget(struct buf *out, const struct rehearsal *h, const struct sum *sum)
{
    if (!h->v[REHEARSAL_BUDGET].present)
        return;
    json_member_object(out, "budget");
    write_amount(out, "amount", h->v[REHEARSAL_BUDGET].n);
    write_amount(out, "left", sum->left);
    json_member_known(out, "runs_out_in", sum->out_in);
    write_number(out, "queued", sum->queued);
    write_amount(out, "queued_amount", sum->queued_fen);
    json_close(out, '}');
}

static void write_side(struct buf *out, struct rehearsal *h, int i)
{
    struct sum sum;
    sum_up(h, i, &sum);
    json_open(out, '{');
    json_member_str(out, "policy", h->policy[i].code);
    json_member_str(out, "policy_version", h->policy[i].effective_from);
    json_member_str(out, "policy_state", h->policy[i].state);
    json_member_str(out, "rule", h->policy[i].sha256);
    write_number(out, "cases", h->n);
    write_number(out, "eligible", sum.eligible);
    write_number(out, "winners", sum.winners);
    write_number(out, "losers", h->n - sum.winners);
    write_amount(out, "cost", sum.fen);
    write_failed(out, &sum.failed);
    write_missing(out, h, i);
    tallies_write(out, "by_district", &sum.districts);
    tallies_write(out, "by_size", &sum.sizes);
    tallies_write(out, "by_bank", &sum.banks);
    tallies_write(out, "by_month", &sum.months);
    json_member_object(out, "overlap");
    write_number(out, "count", sum.overlap);
    write_amount(out, "amount", sum.overlap_fen);
    json_close(out, '}');
    write_budget(out, h, &sum);
    json_close(out, '}');
}

/* Who gains and who loses between the two. */
static void write_difference(struct buf *out, const struct rehearsal *h)
{
    int64_t both = 0, first = 0, second = 0, fen = 0;
    for (int k = 0; k < h->n; k++) {
        const struct side *s = h->sorted[k]->side;
        both += s[0].fen > 0 && s[1].fen > 0;
        first += s[0].fen > 0 && s[1].fen == 0;
        second += s[0].fen == 0 && s[1].fen > 0;
        fen += s[1].fen - s[0].fen;
    }
    json_member_object(out, "difference");
    write_number(out, "both", both);
    write_number(out, "only_first", first);
    write_number(out, "only_second", second);
    write_amount(out, "cost", fen);
    json_close(out, '}');
}

void rehearsal_result(struct rehearsal *h, struct buf *out)
{
    sort_cases(h);
    json_open(out, '{');
    write_number(out, "loans", h->seen);
    json_member_text(out, "by", by_names[h->v[REHEARSAL_BY].n]);
    json_key(out, "result");
    write_side(out, h, 0);
    if (h->sides == 2) {
        json_key(out, "against");
        write_side(out, h, 1);
        write_difference(out, h);
    }
    json_close(out, '}');
}

static void write_tried(struct buf *out, const struct rehearsal *h, const struct tried *t)
{
    json_open(out, '{');
    json_member_str(out, "loan", t->id);
    json_member_str(out, "bank", t->bank);
    json_member_str(out, "contract_no", t->contract);
    json_member_str(out, "borrower_uscc", t->borrower);
    json_member_str(out, "district", t->district);
    json_member_text(out, "size", t->size);
    json_member_str(out, "on", day_text(out->a, t->on));
    for (int i = 0; i < h->sides; i++) {
        const struct side *s = &t->side[i];
        json_member_object(out, i ? "against" : "result");
        write_amount(out, "amount", s->fen);
        if (s->failed)
            json_member_text(out, "failed", s->failed);
        if (s->queued)
            json_member_bool(out, "queued", true);
        json_close(out, '}');
    }
    json_close(out, '}');
    buf_char(out, '\n');
}

void rehearsal_list(struct rehearsal *h, int n, struct buf *out)
{
    for (; n > 0 && h->shown < h->n; n--)
        write_tried(out, h, h->sorted[h->shown++]);
}

/* ---- what it is ------------------------------------------------------------------------------ */

static const struct member tally_members[] = {
    {"key", M_TEXT, "类", .en = "Which"},
    {"count", M_COUNT, "获补数", .en = "Cases that get something"},
    {"amount", M_YUAN, "金额", .en = "What they get"},
    {"losers", M_COUNT, "未获数", .en = "Cases that get nothing"},
    {.name = NULL},
};
static const struct member losers_members[] = {{"", M_COUNT, "数", .en = "Cases"}, {.name = NULL}};
static const struct member missing_members[] = {
    {"fact", M_TEXT, "事实", .en = "Fact"},
    {"title", M_TEXT, "名称", .en = "Title"},
    {"loans", M_COUNT, "贷款数", .en = "Loans of which it is not known"},
    {.name = NULL},
};
static const struct member overlap_members[] = {
    {"count", M_COUNT, "笔数", .en = "Cases"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {.name = NULL},
};
static const struct member budget_members[] = {
    {"amount", M_YUAN, "预算", .en = "Budget"},
    {"left", M_YUAN, "余额", .en = "What is left"},
    {"runs_out_in", M_TEXT, "用尽月份", .en = "The month in which it runs out", .null = true},
    {"queued", M_COUNT, "排队笔数", .en = "Cases that wait"},
    {"queued_amount", M_YUAN, "排队金额", .en = "What they wait for"},
    {.name = NULL},
};
static const struct member side_members[] = {
    {"policy", M_TEXT, "政策代码", .en = "Policy"},
    {"policy_version", M_DAY, "政策版本的生效日", .en = "Version"},
    {"policy_state", M_TEXT, "政策状态", .en = "State"},
    {"rule", M_HASH, "规则摘要", .en = "Digest of the rule"},
    {"cases", M_COUNT, "案数", .en = "Cases"},
    {"eligible", M_COUNT, "符合条件", .en = "Eligible"},
    {"winners", M_COUNT, "获补", .en = "Get something"},
    {"losers", M_COUNT, "未获", .en = "Get nothing"},
    {"cost", M_YUAN, "费用", .en = "Cost"},
    {"losers_by_clause", M_MAP, "未获原因", .en = "By the first clause that failed",
        .of = losers_members},
    {"missing", M_OBJECT, "缺少的事实", .en = "Facts that are not known, of how many loans",
        .of = missing_members, .list = true},
    {"by_district", M_OBJECT, "按区", .en = "By district", .of = tally_members, .list = true},
    {"by_size", M_OBJECT, "按规模", .en = "By size", .of = tally_members, .list = true},
    {"by_bank", M_OBJECT, "按银行", .en = "By bank", .of = tally_members, .list = true},
    {"by_month", M_OBJECT, "按月", .en = "By month", .of = tally_members, .list = true},
    {"overlap", M_OBJECT, "重复", .en = "Cases with other applications", .of = overlap_members},
    {"budget", M_OBJECT, "预算", .en = "How far the budget goes", .of = budget_members,
        .maybe = true},
    {.name = NULL},
};
static const struct member difference_members[] = {
    {"both", M_COUNT, "两者皆获", .en = "Get something by both"},
    {"only_first", M_COUNT, "仅前者", .en = "By the first alone"},
    {"only_second", M_COUNT, "仅后者", .en = "By the second alone"},
    {"cost", M_YUAN, "费用之差", .en = "What the second costs more"},
    {.name = NULL},
};
static const struct member result_members[] = {
    {"loans", M_COUNT, "贷款数", .en = "Loans looked at"},
    {"by", M_WORD, "申请日", .en = "Which day is that of the application",
        .words = "settled_on disbursed_on signed_on"},
    {"result", M_OBJECT, "结果", .en = "What it comes to", .of = side_members},
    {"against", M_OBJECT, "对照", .en = "The other policy", .of = side_members, .maybe = true},
    {"difference", M_OBJECT, "差异", .en = "Who gains and who loses", .of = difference_members,
        .maybe = true},
    {.name = NULL},
};
static const struct member case_side_members[] = {
    {"amount", M_YUAN, "金额", .en = "What it gets"},
    {"failed", M_TEXT, "未通过条款", .en = "The first clause that failed", .maybe = true},
    {"queued", M_BOOL, "排队", .en = "The budget has run out", .maybe = true},
    {.name = NULL},
};
static const struct member case_members[] = {
    {"loan", M_ID, "贷款", .en = "Loan of the case"},
    {"bank", M_TEXT, "银行", .en = "Bank"},
    {"contract_no", M_TEXT, "合同编号", .en = "Contract"},
    {"borrower_uscc", M_TEXT, "借款企业", .en = "Borrower"},
    {"district", M_TEXT, "注册区", .en = "District of registration"},
    {"size", M_WORD, "企业规模", .en = "Size of the firm",
        .words = "micro small medium large unknown"},
    {"on", M_DAY, "申请日", .en = "Day of the application"},
    {"result", M_OBJECT, "结果", .en = "What it comes to", .of = case_side_members},
    {"against", M_OBJECT, "对照", .en = "By the other policy", .of = case_side_members,
        .maybe = true},
    {.name = NULL},
};
static const struct member progress_members[] = {
    {"progress", M_COUNT, "进度", .en = "Loans looked at so far"}, {.name = NULL}};
const struct shape rehearsal_shape = {"rehearsal_result", result_members};
const struct shape rehearsal_case_shape = {"rehearsal_case", case_members};
const struct shape rehearsal_progress_shape = {"rehearsal_progress", progress_members};
