/*
 * fits.c - which policies fit a loan: one question over all that take applications today.
 *
 * All versions of all policies are read, then the loan's facts once a policy in one statement; the
 * rules are judged here. The version that governs follows from the loan, so it is chosen last.
 */
#include "api.h"
#include "case.h"
#include "records.h"
#include <stdlib.h>

struct offer {
    struct str code, title, district, from, to, available;
    day first, last; /* in force */
    int64_t queue;
    enum version_by version_by;
    const struct rule *rule;
};
struct fits {
    struct req *r;
    struct str loan;
    day on;
    struct offer *offer; /* by code, the newest version first */
    int n;
    struct policy_case rates; /* its LPR alone */
};
/* One policy's answer, to be put in order. */
struct fit {
    bool eligible;
    int64_t fen;
    int place;
    struct str text;
};

static const struct member fit_members[] = {
    {"policy", M_TEXT, "政策", .en = "Code of the policy"},
    {"title", M_TEXT, "名称", .en = "Title"},
    {"district", M_TEXT, "区", .en = "District; 310000: the city"},
    {"policy_version", M_DAY, "政策版本", .en = "The day from which it is in force"},
    {"", M_ALSO, .of = rule_members, .maybe = true},
    {"problems", M_TEXT, "无从判断", .en = "Why it cannot be judged", .list = true, .maybe = true},
    {"budget_left", M_YUAN, "预算余额", .en = "Null: no budget", .null = true},
    {"queue", M_COUNT, "排队件数", .en = "How many wait for the budget"},
    {.name = NULL},
};
static const struct shape fit_shape = {"policy_fit", fit_members};

/* ---- judging --------------------------------------------------------------------------------- */

/* Of the versions of a code, from `first` on, the one in force on the day that governs. */
static const struct offer *governing(const struct fits *f, int first, const struct value *facts)
{
    day by = case_version_day(f->offer[first].version_by, facts, f->on);
    for (int i = first; i < f->n && str_eq(f->offer[i].code, f->offer[first].code); i++) {
        if (f->offer[i].first.n <= by.n && by.n <= f->offer[i].last.n)
            return &f->offer[i];
    }
    return &f->offer[first];
}

static void write_problems(struct buf *out, const struct err *e)
{
    json_member_list(out, "problems");
    for (const struct problem *p = e->first; p; p = p->next)
        json_str(out, err_title(out->a, p->code, p->arg, false));
    json_close(out, ']');
}

static void judge(struct fits *f, const struct offer *o, struct value *facts, struct fit *fit)
{
    struct policy_case k = {.rule = o->rule, .lpr = f->rates.lpr, .lprs = f->rates.lprs};
    struct subsidy judged = {.amount = 0};
    struct buf out, brief;
    struct err e;
    err_init(&e, f->r->a);
    buf_init(&out, f->r->a);
    json_open(&out, '{');
    json_member_str(&out, "policy", o->code);
    json_member_str(&out, "title", o->title);
    json_member_str(&out, "district", o->district);
    json_member_str(&out, "policy_version", o->from);
    if (case_complete(&k, facts, &e)) {
        rule_judge(o->rule, facts, &judged);
        buf_init(&brief, f->r->a);
        json_open(&brief, '{');
        rule_brief(o->rule, facts, &brief);
        json_close(&brief, '}');
        life_members(&out, rule_told, buf_view(&brief));
    } else {
        json_member_bool(&out, "eligible", false);
        json_member_money(&out, "amount", (money){0});
        write_problems(&out, &e);
    }
    json_member_known(&out, "budget_left", o->available);
    json_member_int(&out, "queue", o->queue);
    json_close(&out, '}');
    fit->eligible = judged.amount > 0;
    fit->fen = judged.amount;
    fit->text = buf_view(&out);
}

/* What pays most first, then by code. */
static int by_worth(const void *x, const void *y)
{
    const struct fit *a = x, *b = y;
    if (a->fen != b->fen)
        return a->fen > b->fen ? -1 : 1;
    return a->place - b->place;
}

static void answer(struct fits *f, struct fit *fit, int n)
{
    struct buf out;
    buf_init(&out, f->r->a);
    if (n)
        qsort(fit, (size_t)n, sizeof *fit, by_worth);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < n; i++)
        json_raw(&out, fit[i].text);
    json_close(&out, ']');
    json_member_raw(&out, "next", STR("null"));
    json_close(&out, '}');
    reply_list(f->r, buf_view(&out), f->n);
}

static bool is_code(const struct fits *f, int i)
{
    return i == 0 || !str_eq(f->offer[i].code, f->offer[i - 1].code);
}

/* A row a code, in their order. */
static void on_cases(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct fits *f = arg;
    struct req *r = f->r;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    struct fit *fit = arena_alloc(r->a, (size_t)(f->n + 1) * sizeof *fit);
    int n = 0;
    for (int i = 0; i < f->n; i++) {
        if (!is_code(f, i))
            continue;
        struct policy_case k = {.facts = arena_alloc(r->a, FACT_COUNT * sizeof *k.facts)};
        if (!case_loan(r, rows, n, f->loan, &k)) {
            reply_problem(r);
            return;
        }
        fit[n].place = n;
        judge(f, governing(f, i, k.facts), k.facts, &fit[n]);
        n++;
    }
    answer(f, fit, n);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void ask_cases(struct fits *f)
{
    struct req *r = f->r;
    const struct rule **rules = arena_alloc(r->a, (size_t)(f->n + 1) * sizeof *rules);
    struct buf asks, months, list;
    buf_init(&asks, r->a);
    buf_init(&months, r->a);
    buf_init(&list, r->a);
    for (int i = 0; i < f->n; i++)
        rules[i] = f->offer[i].rule;
    rules_ask(rules, f->n, &asks, &months);
    json_open(&list, '[');
    for (int i = 0; i < f->n; i++) {
        if (!is_code(f, i))
            continue;
        json_open(&list, '{');
        json_member_str(&list, "loan", f->loan);
        json_member_str(&list, "code", f->offer[i].code);
        json_member_str(&list, "on", day_text(r->a, f->on));
        json_member_bool(&list, "guard", false);
        json_member_raw(&list, "asks", buf_view(&asks));
        json_member_raw(&list, "months", buf_view(&months));
        json_close(&list, '}');
    }
    json_close(&list, ']');
    struct str p[] = {buf_view(&list)};
    db_query(r->server->db, r->a, r->actor, SQL_LOAN_CASE, p, COUNT_OF(p), on_cases, f);
}

/* A version that this program cannot read any more offers nothing. */
static void take_offer(struct fits *f, const struct rows *rows, int i)
{
    struct arena *a = f->r->a;
    struct offer *o = &f->offer[f->n];
    *o = (struct offer){.code = arena_keep(a, rows_at(rows, i, POLICY_OFFERS_CODE)),
        .title = arena_keep(a, rows_at(rows, i, POLICY_OFFERS_TITLE)),
        .district = arena_keep(a, rows_at(rows, i, POLICY_OFFERS_DISTRICT)),
        .from = arena_keep(a, rows_at(rows, i, POLICY_OFFERS_EFFECTIVE_FROM)),
        .available = arena_keep(a, rows_at(rows, i, POLICY_OFFERS_AVAILABLE)),
        .last = DAY_MAX};
    struct str to = rows_at(rows, i, POLICY_OFFERS_EFFECTIVE_TO);
    (void)rows_int(rows, i, POLICY_OFFERS_QUEUE, &o->queue); /* none without a budget */
    MUST(day_parse(o->from, &o->first) && (!to.p || day_parse(to, &o->last)));
    o->rule = case_rule(a, arena_keep(a, rows_at(rows, i, POLICY_OFFERS_BODY)), &o->version_by);
    f->n += o->rule != NULL;
}

static void on_offers(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct fits *f = arg;
    if (fail) {
        reply_fail(f->r, fail);
        return;
    }
    f->offer = arena_alloc(f->r->a, (size_t)(rows->n + 1) * sizeof *f->offer);
    if (rows->n)
        case_lpr(f->r->a, rows_at(rows, 0, POLICY_OFFERS_LPR), &f->rates);
    for (int i = 0; i < rows->n; i++)
        take_offer(f, rows, i);
    ask_cases(f);
}

static void fits_get(struct req *r)
{
    struct fits *f = arena_alloc(r->a, sizeof *f);
    *f = (struct fits){.r = r, .loan = req_param(r, "loan"), .on = day_today()};
    struct str p[] = {day_text(r->a, f->on)};
    db_query(r->server->db, r->a, r->actor, SQL_POLICY_OFFERS, p, COUNT_OF(p), on_offers, f);
}

static const struct query q_loan = {"loan", Q_TEXT, .need = true, .zh = "贷款合同编号或记录"},
                          q_order_of_fits = {
                              "order", Q_WORD, "排序;前加 - 为倒序", .words = "policy -policy"};

const struct route fits_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/eligibility-checks",
        .roles = BANK | DISTRICT | FINANCE | IP_OFFICE | AUDITOR,
        .handle = fits_get,
        .query = {&q_loan, &q_q, &q_order_of_fits, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(fit_shape)),
        .zh = "适用于此贷款的政策",
        .en = "Which policies that take applications fit this loan"},
    {.path = NULL},
};
