/*
 * rule_explain.c - the answer to "eligible, for how much, if not why, and what would change it?"
 */
#include "rule_parts.h"
#include <stdlib.h>

static const struct member value_members[] = {
    {"", M_SCALAR, "值", .en = "Value", .null = true}, {.name = NULL}};
static const struct member item_members[] = {
    {"item", M_TEXT, "补贴项目", .en = "Item"},
    {"payee", M_WORD, "收款方", .en = "Who gets it",
        .words = "lender borrower bank insurer guarantor"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {"arithmetic", M_OBJECT, "计算过程", .en = "Line by line", .of = line_members, .list = true},
    {.name = NULL},
};
static const struct member trace_members[] = {
    {"clause", M_TEXT, "条款", .en = "Clause"},
    {"part_of", M_COUNT, "所属组", .en = "The group that it is part of", .maybe = true},
    {"group", M_COUNT, "组号", .en = "Its own number, of a group", .maybe = true},
    {"legal_ref", M_TEXT, "依据", .en = "Source of law", .maybe = true},
    {"text", M_TEXT, "条文", .en = "What it asks for", .maybe = true},
    {"facts", M_MAP, "所用事实", .en = "The facts that it looks at", .of = value_members,
        .maybe = true},
    {"said", M_OBJECT, "事实内容", .en = "The same facts by title, in words", .of = said_members,
        .list = true, .maybe = true},
    {"passed", M_BOOL, "通过", .en = "Does it pass"},
    {"unknown", M_BOOL, "无从判断", .en = "A fact is not known", .maybe = true},
    {.name = NULL},
};
static const struct member cure_members[] = {
    {"clause", M_TEXT, "条款", .en = "Clause; null: follows from another change", .null = true},
    {"item", M_TEXT, "补贴项目", .en = "Item that gives nothing without it", .maybe = true},
    {"kind", M_WORD, "办法", .en = "A paper or report that is missing, or an act still open",
        .words = "supply do", .maybe = true},
    {"who", M_WORD, "由谁办理", .en = "Who does it", .words = "bank insurer office firm finance",
        .maybe = true},
    {"act", M_TEXT, "怎样办理", .en = "What that person does", .maybe = true},
    {"fact", M_TEXT, "事实", .en = "Fact"},
    {"title", M_TEXT, "名称", .en = "Title of the fact"},
    {"from", M_SCALAR, "现值", .en = "What it is", .null = true},
    {"to", M_SCALAR, "改为", .en = "What it would have to be", .null = true},
    {"any", M_BOOL, "任一值", .en = "Any value would do", .maybe = true},
    {"title_en", M_TEXT, "英文名称", .en = "Title of the fact in English", .maybe = true},
    {"act_en", M_TEXT, "英文办法", .en = "What that person does, in English", .maybe = true},
    {"means", M_OBJECT, "改动内容",
        .en = "What it means, in words: the change of the fact, then of those that go with it",
        .of = said_members, .list = true, .maybe = true},
    {.name = NULL},
};
static const struct member incurable_members[] = {
    {"clause", M_TEXT, "条款", .en = "Clause"},
    {"text", M_TEXT, "条文", .en = "What it asks for"},
    {"facts", M_MAP, "所用事实", .en = "What stands against it", .of = value_members},
    {"said", M_OBJECT, "事实内容", .en = "The same facts by title, in words", .of = said_members,
        .list = true, .maybe = true},
    {.name = NULL},
};
const struct member rule_members[] = {
    {"eligible", M_BOOL, "符合条件", .en = "Eligible"},
    {"amount", M_YUAN, "金额", .en = "Amount after caps"},
    {"items", M_OBJECT, "补贴项目", .en = "Item by item", .of = item_members, .list = true},
    {"caps", M_OBJECT, "限额", .en = "What caps take away", .of = line_members, .list = true},
    {"trace", M_OBJECT, "逐条判断", .en = "Clause by clause", .of = trace_members, .list = true},
    {"cures", M_OBJECT, "补正办法", .en = "What a person can do, acts that are alike together",
        .of = cure_members, .list = true},
    {"incurable", M_OBJECT, "不能补正", .en = "What happened and cannot be made another",
        .of = incurable_members, .list = true,
        .maybe = true}, /* decisions of earlier rules lack it */
    {"amount_if_cured", M_YUAN, "符合后的金额", .en = "Amount after these changes", .maybe = true},
    {.name = NULL},
};

/* ---- clause by clause ----------------------------------------------------------------------- */

/* What its sources say where they differ stands beside a fact that is not known for that. */
static void write_fact(enum fact f, bool titled, const struct value *facts, struct buf *out)
{
    json_key(out, titled ? fact_fields[f].zh : fact_fields[f].name);
    fact_write(f, &facts[f], out);
    if (fact_disputed(f, facts) != FACT_COUNT)
        write_fact(fact_disputed(f, facts), titled, facts, out);
}

static void write_used(const struct cond *c, const struct value *facts, struct buf *out)
{
    json_member_object(out, "facts");
    write_fact(c->fact, false, facts, out);
    if (c->lpr.present) {
        json_key(out, fact_fields[c->lpr.fact].name);
        fact_write(c->lpr.fact, &facts[c->lpr.fact], out);
    }
    if (c->has_than) {
        json_key(out, fact_fields[c->than].name);
        fact_write(c->than, &facts[c->than], out);
    }
    json_close(out, '}');
}

static void write_passed(const struct cond *c, const struct value *facts, struct buf *out)
{
    enum truth t = cond_truth(c, facts);
    json_member_bool(out, "passed", t == YES);
    if (t == UNKNOWN)
        json_member_bool(out, "unknown", true);
}

/* A group that is not plain `all` is a row of its own, before its members; they carry its number.
 */
static void write_trace(
    const struct cond *c, const struct value *facts, int group, int *groups, struct buf *out)
{
    if (c->kind == COND_ALL && group == 0) {
        for (const struct cond *m = c->child; m; m = m->next)
            write_trace(m, facts, 0, groups, out);
        return;
    }
    json_open(out, '{');
    json_member_str(out, "clause", c->clause);
    int own = c->kind == COND_TEST ? 0 : ++*groups;
    if (group)
        json_member_int(out, "part_of", group);
    if (own) {
        json_member_int(out, "group", own);
    } else {
        json_member_str(out, "legal_ref", c->legal_ref);
        json_member_str(out, "text", c->text);
        write_used(c, facts, out);
    }
    write_passed(c, facts, out);
    json_close(out, '}');
    for (const struct cond *m = c->child; m; m = m->next)
        write_trace(m, facts, own, groups, out);
}

/* ---- items ---------------------------------------------------------------------------------- */

static void write_items(
    const struct rule *rule, const struct value *facts, struct subsidy *o, struct buf *out)
{
    struct subsidy again = *o;
    again.missing_n = 0;
    json_member_list(out, "items");
    for (int i = 0; o->eligible && i < rule->items; i++) {
        const struct item *item = &rule->item[i];
        struct buf lines;
        buf_init(&lines, out->a);
        json_open(&lines, '[');
        again.item[i] = item_judge(item, facts, &again, &lines);
        json_close(&lines, ']');
        json_open(out, '{');
        json_member_text(out, "item", item->name);
        json_member_text(out, "payee", item->payee);
        json_member_money(out, "amount", (money){o->item[i]});
        json_member_raw(out, "arithmetic", buf_view(&lines));
        json_close(out, '}');
    }
    json_close(out, ']');
    struct buf lines;
    buf_init(&lines, out->a);
    json_open(&lines, '[');
    if (o->eligible)
        caps_explain(rule, facts, again.item, &lines);
    json_close(&lines, ']');
    json_member_raw(out, "caps", buf_view(&lines));
}

/* ---- cures ---------------------------------------------------------------------------------- */

static const struct cond *test_of(const struct cond *c, enum fact fact, const struct value *facts)
{
    if (c->kind == COND_TEST)
        return c->fact == fact && cond_truth(c, facts) != YES ? c : NULL;
    for (const struct cond *m = c->child; m; m = m->next) {
        const struct cond *found = test_of(m, fact, facts);
        if (found)
            return found;
    }
    return NULL;
}

static bool same_value(int fact, const struct value *x, const struct value *y)
{
    bool text = fact_fields[fact].kind == F_TEXT || fact_fields[fact].kind == F_IDENT;
    return x->present == y->present && (!x->present || (text ? str_eq(x->s, y->s) : x->n == y->n));
}

/* What a failed condition says: its text, or those of its members. */
static void write_said(const struct cond *c, struct buf *out)
{
    if (c->kind == COND_TEST) {
        buf_str(out, c->text);
        return;
    }
    if (c->kind == COND_NOT)
        buf_text(out, "并非:");
    for (const struct cond *m = c->child; m; m = m->next) {
        write_said(m, out);
        if (m->next)
            buf_text(out, c->kind == COND_ANY ? " 或 " : ",");
    }
}

/* The facts that a condition looks at, by their titles. */
static void write_titled(const struct cond *c, const struct value *facts, struct buf *out)
{
    if (c->kind == COND_TEST)
        write_fact(c->fact, true, facts, out);
    if (c->has_than) {
        json_key(out, fact_fields[c->than].zh);
        fact_write(c->than, &facts[c->than], out);
    }
    for (const struct cond *m = c->child; m; m = m->next)
        write_titled(m, facts, out);
}

/* What a person does about a fact, and for what. */
struct cure {
    enum fact fact;
    const struct cond *clause; /* NULL: it follows from another change, or is missing to an item */
    const char *item;
    bool supply;
    const char *who, *act;
};

static int by_act(const void *x, const void *y)
{
    const struct cure *a = x, *b = y;
    if (a->supply != b->supply)
        return a->supply ? -1 : 1;
    int order = strcmp(a->who, b->who);
    order = order ? order : strcmp(a->act, b->act);
    return order ? order : (int)a->fact - (int)b->fact;
}

static struct cure cure_of(enum fact fact, const struct value *facts)
{
    const struct fact_nature *n = &fact_natures[fact];
    bool supply = !facts[fact].present;
    return (struct cure){.fact = fact,
        .supply = supply,
        .who = n->who,
        .act = fact_disputed(fact, facts) != FACT_COUNT ? fact_settle
               : supply || !n->act                      ? n->supply
                                                        : n->act};
}

static void write_cure(
    const struct cure *c, const struct value *facts, const struct value *cured, struct buf *out)
{
    bool known = !same_value((int)c->fact, &facts[c->fact], &cured[c->fact]);
    json_open(out, '{');
    json_member_known(out, "clause", c->clause ? c->clause->clause : (struct str){NULL, 0});
    if (c->item)
        json_member_text(out, "item", c->item);
    json_member_text(out, "kind", c->supply ? "supply" : "do");
    json_member_text(out, "who", c->who);
    json_member_text(out, "act", c->act);
    json_member_text(out, "fact", fact_fields[c->fact].name);
    json_member_text(out, "title", fact_fields[c->fact].zh);
    json_key(out, "from");
    fact_write(c->fact, &facts[c->fact], out);
    json_key(out, "to");
    fact_write(c->fact, &cured[c->fact], out);
    if (!known || (c->clause && c->clause->op == OP_EXISTS)) /* `to` is one of many */
        json_member_bool(out, "any", true);
    json_close(out, '}');
}

/* Facts for want of which there is nothing at all, also when all clauses pass. */
static int missing_cures(const struct rule *rule, const struct value *facts,
    const struct value *cured, struct cure *cure)
{
    struct subsidy o;
    int n = 0;
    rule_judge(rule, cured, &o);
    for (int i = 0; o.amount == 0 && i < o.missing_n; i++) {
        cure[n] = cure_of(o.missing[i].fact, facts);
        cure[n++].item = rule->item[o.missing[i].item].name;
    }
    return n;
}

static void write_incurable(
    const struct cond *c, const struct value *cured, const struct value *facts, struct buf *out)
{
    if (c->kind == COND_ALL) {
        for (const struct cond *m = c->child; m; m = m->next)
            write_incurable(m, cured, facts, out);
    } else if (cond_truth(c, cured) != YES) {
        struct buf said;
        buf_init(&said, out->a);
        write_said(c, &said);
        json_open(out, '{');
        json_member_str(out, "clause", c->clause);
        json_member_str(out, "text", buf_view(&said));
        json_member_object(out, "facts");
        write_titled(c, facts, out);
        json_close(out, '}');
        json_close(out, '}');
    }
}

/* What can be supplied or done, acts that are alike together, and what cannot be cured: one clause
 * of that kind does not hide the others. */
static void write_cures(const struct rule *rule, const struct value *facts, struct buf *out)
{
    struct value *cured = arena_alloc(out->a, FACT_COUNT * sizeof *cured);
    struct cure *cure = arena_alloc(out->a, (FACT_COUNT + RULE_ITEMS_MAX) * sizeof *cure);
    memcpy(cured, facts, FACT_COUNT * sizeof *cured);
    bool found = rule_cure_possible(rule, out->a, cured);
    int n = missing_cures(rule, facts, cured, cure);
    bool short_of = n > 0, changed = false;
    for (int i = 0; i < FACT_COUNT; i++) {
        if (same_value(i, &facts[i], &cured[i]))
            continue;
        cure[n] = cure_of((enum fact)i, facts);
        cure[n++].clause = test_of(rule->eligible, (enum fact)i, facts);
        changed = true;
    }
    qsort(cure, (size_t)n, sizeof *cure, by_act);
    json_member_list(out, "cures");
    for (int i = 0; i < n; i++)
        write_cure(&cure[i], facts, cured, out);
    json_close(out, ']');
    json_member_list(out, "incurable");
    write_incurable(rule->eligible, cured, facts, out);
    json_close(out, ']');
    if (found && changed && !short_of) {
        struct subsidy after;
        rule_judge(rule, cured, &after);
        json_member_money(out, "amount_if_cured", (money){after.amount});
    }
}

void rule_explain(const struct rule *rule, const struct value *facts, struct buf *out)
{
    struct subsidy o;
    int groups = 0;
    rule_judge(rule, facts, &o);
    json_member_bool(out, "eligible", o.eligible);
    json_member_money(out, "amount", (money){o.amount});
    write_items(rule, facts, &o, out);
    json_member_list(out, "trace");
    write_trace(rule->eligible, facts, 0, &groups, out);
    json_close(out, ']');
    write_cures(rule, facts, out);
}

void rule_brief(const struct rule *rule, const struct value *facts, struct buf *out)
{
    struct subsidy o;
    rule_judge(rule, facts, &o);
    json_member_bool(out, "eligible", o.eligible);
    json_member_money(out, "amount", (money){o.amount});
    write_cures(rule, facts, out);
}

/* ---- conditions as problems ------------------------------------------------------------------ */

static void write_in_words(enum fact f, const struct value *v, struct buf *out)
{
    struct buf b;
    struct err none;
    buf_init(&b, out->a);
    err_init(&none, out->a);
    fact_write(f, v, &b);
    buf_str(out, fact_said(out->a, (int)f, json_parse(out->a, buf_view(&b), &none), false));
}

/* ";企业规模 大型 → 中型" for every fact that would have to be another. */
static void write_change(const struct cond *c, const struct value *facts, struct buf *out)
{
    const struct rule one = {.eligible = c};
    struct value *cured = arena_alloc(out->a, FACT_COUNT * sizeof *cured);
    memcpy(cured, facts, FACT_COUNT * sizeof *cured);
    if (!rule_cure(&one, out->a, cured))
        return;
    for (int i = 0; i < FACT_COUNT; i++) {
        if (same_value(i, &facts[i], &cured[i]) || !test_of(c, (enum fact)i, facts))
            continue;
        buf_text(out, ";");
        buf_text(out, fact_fields[i].zh);
        buf_text(out, " ");
        write_in_words((enum fact)i, &facts[i], out);
        buf_text(out, " → ");
        write_in_words((enum fact)i, &cured[i], out);
    }
}

static void write_problem(
    const struct cond *c, const struct value *facts, const struct value *was, struct buf *out)
{
    if (c->kind == COND_ALL) {
        for (const struct cond *m = c->child; m; m = m->next)
            write_problem(m, facts, was, out);
        return;
    }
    if (cond_truth(c, facts) == YES || (was && cond_truth(c, was) != YES))
        return;
    struct buf said;
    buf_init(&said, out->a);
    write_said(c, &said);
    write_change(c, facts, &said);
    json_open(out, '[');
    json_text(out, "E_CONDITIONS");
    json_text(out, "/scheme");
    json_str(out, buf_view(&said));
    json_close(out, ']');
}

void rule_problems(
    const struct rule *rule, const struct value *facts, const struct value *was, struct buf *out)
{
    json_open(out, '[');
    write_problem(rule->eligible, facts, was, out);
    json_close(out, ']');
}
