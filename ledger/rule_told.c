/*
 * rule_told.c - a decision as its readers are told it: facts by their titles and in words, what a
 * cure means, steps of the arithmetic in both languages.
 *
 * What was decided is stored as it was judged, so that judging again gives the same bytes; words
 * come to it whenever somebody reads it.
 */
#include "records.h"
#include "rule_parts.h"
#include "titles.h"
#include <string.h>

const struct member said_members[] = {
    {"fact", M_TEXT, "事实", .en = "Fact"},
    {"title", M_TEXT, "名称", .en = "Its title"},
    {"title_en", M_TEXT, "英文名称", .en = "Its title in English"},
    {"text", M_TEXT, "内容", .en = "What it says, in words"},
    {"text_en", M_TEXT, "英文内容", .en = "The same in English"},
    {.name = NULL},
};

/* What was decided, left open for what comes to it. */
static void tell_object(const struct json *x, struct buf *out)
{
    json_open(out, '{');
    for (const struct json *m = x->child; m; m = m->next) {
        json_key(out, m->key.p);
        json_tree(out, m);
    }
}

static void tell_list(
    const struct json *list, void (*tell)(const struct json *x, struct buf *out), struct buf *out)
{
    json_open(out, '[');
    for (const struct json *x = list->child; x; x = x->next)
        tell(x, out);
    json_close(out, ']');
}

static void tell_text(struct buf *out, struct str name, int fact, struct str zh, struct str en)
{
    json_open(out, '{');
    json_member_str(out, "fact", fact < 0 ? name : str_of(fact_fields[fact].name));
    json_member_str(out, "title", fact < 0 ? name : str_of(fact_fields[fact].zh));
    json_member_str(out, "title_en", fact < 0 ? name : str_of(fact_english((enum fact)fact)));
    json_member_str(out, "text", zh);
    json_member_str(out, "text_en", en);
    json_close(out, '}');
}

/* ---- facts ----------------------------------------------------------------------------------- */

static void tell_said(const struct json *x, struct buf *out)
{
    const struct json *facts = json_get(x, "facts");
    tell_object(x, out);
    if (facts) {
        json_member_list(out, "said");
        for (const struct json *m = facts->child; m; m = m->next) {
            int fact = fact_named(m->key);
            tell_text(out, m->key, fact, fact_said(out->a, fact, m, false),
                fact_said(out->a, fact, m, true));
        }
        json_close(out, ']');
    }
    json_close(out, '}');
}

/* ---- cures ----------------------------------------------------------------------------------- */

static bool follows(int fact, int from)
{
    enum fact of[FACT_SOURCES_MAX];
    int n = fact_sources_of((enum fact)fact, of);
    for (int i = 0; i < n; i++) {
        if ((int)of[i] == from)
            return true;
    }
    return false;
}

static struct str change_said(struct arena *a, const struct json *cure, int fact, bool english)
{
    const struct json *from = json_get(cure, "from"), *to = json_get(cure, "to");
    if (json_get(cure, "any") || !from || !to)
        return str_of(english ? "as it is" : "如实填报即可");
    const char *wanted = fact_said(a, fact, to, english).p;
    if (from->kind == JSON_NULL)
        return arena_printf(a, english ? "must be %s" : "须为 %s", wanted);
    return arena_printf(a, "%s → %s", fact_said(a, fact, from, english).p, wanted);
}

static void tell_change(const struct json *cure, int fact, struct buf *out)
{
    tell_text(out, json_get(cure, "fact")->text, fact, change_said(out->a, cure, fact, false),
        change_said(out->a, cure, fact, true));
}

/* Its own change first, then that of each fact which it follows from, or which follows from it. */
static void tell_means(const struct json *cures, const struct json *cure, int fact, struct buf *out)
{
    json_member_list(out, "means");
    tell_change(cure, fact, out);
    for (const struct json *x = cures->child; x; x = x->next) {
        int other = fact_named(json_get(x, "fact")->text);
        if (x != cure && fact >= 0 && other >= 0 && (follows(fact, other) || follows(other, fact)))
            tell_change(x, other, out);
    }
    json_close(out, ']');
}

static void tell_cures(const struct json *cures, struct buf *out)
{
    json_open(out, '[');
    for (const struct json *x = cures->child; x; x = x->next) {
        const struct json *kind = json_get(x, "kind"), *act = json_get(x, "act");
        int fact = fact_named(json_get(x, "fact")->text);
        tell_object(x, out);
        if (fact >= 0)
            json_member_text(out, "title_en", fact_english((enum fact)fact));
        if (fact >= 0 && kind && act)
            json_member_text(out, "act_en",
                str_is(act->text, fact_settle)
                    ? "Bank and department compare the size of the firm, and whoever is wrong "
                      "corrects it"
                    : fact_act_english(out->a, (enum fact)fact, str_is(kind->text, "supply")));
        tell_means(cures, x, fact, out);
        json_close(out, '}');
    }
    json_close(out, ']');
}

/* ---- the arithmetic -------------------------------------------------------------------------- */

/* Steps as rule_judge.c and rule_caps.c call them. */
static const char *const steps[][2] = {{"缺少事实", "A fact is missing"}, {"加成", "Uplift"},
    {"补贴比例", "Share"}, {"利率上限", "Upper bound of the rate"},
    {"余额计息", "Interest on the balance"},
    {"这些天的利息已获贴息", "Interest of these days was subsidised"},
    {"此前的利息已获贴息", "Interest before it was subsidised"},
    {"知识产权部分利息", "Interest of the IP part"}, {"利息", "Interest"},
    {"不超过该期实付利息", "At most the interest paid for the period"},
    {"不超过实付利息减其他资助", "At most the interest paid, less other aid"},
    {"定额", "Fixed amount"}, {"未达起点", "Below the first step"}, {"分档", "By steps"},
    {"此项费用已获补贴", "This fee was subsidised"}, {"贷款比例", "Share of the loan"},
    {"本笔贷款尚余额度", "What the loan has left"},
    {"不超过实付费用减其他资助", "At most the fee paid, less other aid"},
    {"此项奖励已发放", "This award was paid"}, {"知识产权部分", "IP part"},
    {"此项不适用", "Does not apply"}, {"不超过贷款的比例", "At most this share of the loan"},
    {"单笔上限", "Cap of a case"}, {"每笔上限", "Cap of a loan"},
    {"每户年度上限", "Cap of a firm in a year"}, {"每户累计上限", "Cap of a firm in all"},
    {"每家银行年度上限", "Cap of a bank in a year"}};

/* "每户年度上限(保费,按险种)": the step, and of which item. */
static struct str step_english(struct arena *a, struct str line)
{
    size_t n = strcspn(line.p, "("), i = 0;
    while (i < COUNT_OF(steps) && (strlen(steps[i][0]) != n || memcmp(steps[i][0], line.p, n) != 0))
        i++;
    if (i == COUNT_OF(steps))
        return line;
    for (const struct choice *c = policy_items; c->name && n < line.n; c++) {
        if (strncmp(line.p + n + 1, c->zh, strlen(c->zh)) == 0)
            return arena_printf(a, "%s (%s%s)", steps[i][1], word_english(a, c->name),
                strchr(line.p, ',') ? ", by kind of insurance" : "");
    }
    return str_of(steps[i][1]);
}

/* A formula may begin with a fact, or be the name of an item. */
static struct str formula_english(struct arena *a, struct str formula)
{
    size_t least = strcspn(formula.p, " ");
    for (const struct choice *c = policy_items; c->name; c++) {
        if (str_is(formula, c->zh))
            return str_of(word_english(a, c->name));
    }
    for (int i = 0; i < FACT_COUNT; i++) {
        size_t n = strlen(fact_fields[i].zh);
        if (n >= least && n <= formula.n && memcmp(fact_fields[i].zh, formula.p, n) == 0)
            return arena_printf(a, "%s%s", fact_english((enum fact)i), formula.p + n);
    }
    return formula;
}

static void tell_line(const struct json *x, struct buf *out)
{
    const struct json *line = json_get(x, "line"), *formula = json_get(x, "formula");
    tell_object(x, out);
    json_member_str(out, "title", line->text);
    json_member_str(out, "title_en", step_english(out->a, line->text));
    json_member_str(out, "formula_en", formula_english(out->a, formula->text));
    json_close(out, '}');
}

static void tell_item(const struct json *x, struct buf *out)
{
    json_open(out, '{');
    for (const struct json *m = x->child; m; m = m->next) {
        json_key(out, m->key.p);
        if (str_is(m->key, "arithmetic"))
            tell_list(m, tell_line, out);
        else
            json_tree(out, m);
    }
    json_close(out, '}');
}

bool rule_told(const struct json *m, struct buf *out)
{
    static const struct {
        const char *name;
        void (*tell)(const struct json *x, struct buf *out);
    } lists[] = {
        {"trace", tell_said}, {"incurable", tell_said}, {"items", tell_item}, {"caps", tell_line}};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (!str_is(m->key, lists[i].name) || m->kind != JSON_LIST)
            continue;
        json_key(out, m->key.p);
        tell_list(m, lists[i].tell, out);
        return true;
    }
    if (!str_is(m->key, "cures") || m->kind != JSON_LIST)
        return false;
    json_key(out, "cures");
    tell_cures(m, out);
    return true;
}
