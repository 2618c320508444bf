/*
 * letter.c - decisions of subsidies as pages to be printed and read out.
 *
 * Everything comes from the stored decision, so a letter printed twice is the same. No name of a
 * fact is shown, but its title; values as a clerk writes them.
 */
#include "letter.h"
#include "facts.h"
#include "form.h"
#include "records.h"

static const struct {
    const char *title, *mark; /* mark: of the number */
} kinds[] = {[LETTER_GRANT] = {"补贴决定书", "补决字"},
    [LETTER_REFUSE] = {"不予补贴告知书", "补不予字"},
    [LETTER_SUPPLY] = {"一次性告知单", "补告字"}};

static const char style[] =
    "@page{size:A4;margin:25mm 22mm}body{font-family:SimSun,'Noto Serif CJK SC',serif;"
    "font-size:12pt;line-height:1.7;max-width:170mm;margin:auto}h1{text-align:center;"
    "font-size:20pt}.no{text-align:center}table{border-collapse:collapse;width:100%;"
    "font-size:10.5pt}th,td{border:1px solid #000;padding:3px 6px;text-align:left;"
    "vertical-align:top}td.n{text-align:right}.sign{text-align:right;margin-top:2em}"
    "tr{break-inside:avoid}thead th{white-space:nowrap}h3{break-after:avoid}";

static void text(struct buf *out, const char *tag, struct str s)
{
    buf_printf(out, "<%s>", tag);
    html_text(out, s);
    buf_printf(out, "</%s>", tag);
}

static struct str text_of(const struct json *in, const char *key)
{
    const struct json *m = in ? json_get(in, key) : NULL;
    return m && m->kind == JSON_STRING ? m->text : STR("");
}

static struct str day_said(struct arena *a, day d)
{
    int y, m, n;
    day_split(d, &y, &m, &n);
    return arena_printf(a, "%d 年 %d 月 %d 日", y, m, n);
}

/* ---- facts ----------------------------------------------------------------------------------- */

static void write_facts(const struct json *facts, struct buf *out)
{
    for (const struct json *m = facts ? facts->child : NULL; m; m = m->next) {
        int fact = fact_named(m->key);
        html_text(out, fact < 0 ? m->key : str_of(fact_fields[fact].zh));
        buf_text(out, ":");
        html_text(out, fact_said(out->a, fact, m, false));
        buf_text(out, m->next ? "<br>" : "");
    }
}

/* ---- parts ----------------------------------------------------------------------------------- */

static void write_clauses(const struct json *decision, struct buf *out)
{
    const struct json *trace = json_get(decision, "trace");
    buf_text(out, "<h3>逐条审核</h3><table><thead><tr><th>条件</th><th>依据</th><th>事实</th>"
                  "<th>结论</th></tr></thead><tbody>");
    for (const struct json *m = trace ? trace->child : NULL; m; m = m->next) {
        const struct json *passed = json_get(m, "passed");
        if (!json_get(m, "text")) /* a group: its members stand below */
            continue;
        buf_text(out, "<tr>");
        text(out, "td", text_of(m, "text"));
        text(out, "td", text_of(m, "legal_ref"));
        buf_text(out, "<td>");
        write_facts(json_get(m, "facts"), out);
        buf_text(out, "</td>");
        text(out, "td",
            passed && passed->yes    ? STR("符合")
            : json_get(m, "unknown") ? STR("无从判断")
                                     : STR("不符合"));
        buf_text(out, "</tr>");
    }
    buf_text(out, "</tbody></table>");
}

static void write_lines(const struct json *lines, struct buf *out)
{
    for (const struct json *m = lines ? lines->child : NULL; m; m = m->next) {
        buf_text(out, "<tr>");
        text(out, "td", text_of(m, "line"));
        text(out, "td", text_of(m, "formula"));
        buf_text(out, "<td class=n>");
        html_text(out, text_of(m, "amount"));
        buf_text(out, "</td></tr>");
    }
}

static void write_items(const struct json *decision, struct buf *out)
{
    const struct json *items = json_get(decision, "items");
    buf_text(out, "<h3>补贴计算</h3><table><thead><tr><th>步骤</th><th>算式</th><th>金额(元)</th>"
                  "</tr></thead><tbody>");
    for (const struct json *m = items ? items->child : NULL; m; m = m->next) {
        struct str name = text_of(m, "item");
        for (const struct choice *c = policy_items; c->name; c++) {
            if (str_is(name, c->name))
                name = str_of(c->zh);
        }
        write_lines(json_get(m, "arithmetic"), out);
        buf_text(out, "<tr><th colspan=2>");
        html_text(out, name);
        buf_text(out, "</th><td class=n>");
        html_text(out, text_of(m, "amount"));
        buf_text(out, "</td></tr>");
    }
    write_lines(json_get(decision, "caps"), out);
    buf_text(out, "</tbody></table>");
}

/* Acts that are alike once, under who does them. */
static void write_cures(const struct json *decision, struct buf *out)
{
    const struct json *cures = json_get(decision, "cures");
    struct str who = STR(""), act = STR("");
    if (!cures || cures->count == 0)
        return;
    buf_text(out, "<h3>补正办法</h3><ol>");
    for (const struct json *m = cures->child; m; m = m->next) {
        struct str next_who = text_of(m, "who"), next_act = text_of(m, "act");
        if (!next_who.n || (str_eq(who, next_who) && str_eq(act, next_act)))
            continue;
        who = next_who;
        act = next_act;
        buf_text(out, "<li>");
        buf_text(out, fact_person(who.p));
        buf_text(out, ":");
        html_text(out, act);
        buf_text(out, "</li>");
    }
    buf_text(out, "</ol>");
}

static void write_incurable(const struct json *decision, struct buf *out)
{
    const struct json *list = json_get(decision, "incurable");
    if (!list || list->count == 0)
        return;
    buf_text(out, "<h3>不能补正的事项</h3><ol>");
    for (const struct json *m = list->child; m; m = m->next) {
        buf_text(out, "<li>");
        html_text(out, text_of(m, "text"));
        buf_text(out, "(");
        write_facts(json_get(m, "facts"), out);
        buf_text(out, ")</li>");
    }
    buf_text(out, "</ol>");
}

static void write_said(const struct letter *l, struct buf *out)
{
    static const char *const ends[] = {[LETTER_GRANT] = "经审核,符合规定,决定给予补贴",
        [LETTER_REFUSE] = "经审核,决定不予补贴",
        [LETTER_SUPPLY] = "经审核,尚缺下列事项,现一次性告知"};
    buf_text(out, "<p>");
    html_text(out, l->firm);
    buf_text(out, ":</p><p>你单位 ");
    html_text(out, day_said(out->a, l->applied_on));
    buf_text(out, "就");
    html_text(out, l->subject);
    buf_text(out, "提出的申请(");
    html_text(out, l->reference);
    buf_text(out, "),依据《");
    html_text(out, l->policy);
    buf_text(out, "》(");
    html_text(out, l->legal_ref);
    buf_printf(out, ")%s。", ends[l->kind]);
    if (l->reason.n) {
        buf_text(out, "理由:");
        html_text(out, l->reason);
        buf_text(out, "。");
    }
    buf_text(out, "</p>");
}

static void write_amount(const struct letter *l, struct buf *out)
{
    buf_text(out, "<p><b>补贴金额:¥");
    html_text(out, money_text(out->a, l->amount));
    buf_text(out, "(");
    html_text(out, money_capital(out->a, l->amount));
    buf_text(out, ")</b>,由预算账户 ");
    html_text(out, l->budget);
    buf_text(out, " 列支。</p>");
}

void letter_write(const struct letter *l, struct buf *out)
{
    int y, m, d;
    day_split(l->applied_on, &y, &m, &d);
    buf_text(out, "<!doctype html><html lang=zh-CN><head><meta charset=utf-8><title>");
    buf_text(out, kinds[l->kind].title);
    buf_printf(out, "</title><style>%s</style></head><body>", style);
    text(out, "h1", str_of(kinds[l->kind].title));
    buf_text(out, "<p class=no>");
    html_text(out, l->office);
    buf_printf(out, "%s〔%d〕%lld号</p>", kinds[l->kind].mark, y, (long long)l->no);
    write_said(l, out);
    if (l->kind == LETTER_GRANT)
        write_amount(l, out);
    write_clauses(l->decision, out);
    if (l->kind == LETTER_GRANT)
        write_items(l->decision, out);
    if (l->kind != LETTER_GRANT)
        write_cures(l->decision, out);
    if (l->kind == LETTER_REFUSE)
        write_incurable(l->decision, out);
    if (l->kind == LETTER_REFUSE)
        buf_text(out, "<p>对本告知不服的,可依法申请行政复议或者提起行政诉讼。</p>");
    buf_text(out, "<p class=sign>");
    html_text(out, l->office);
    buf_text(out, "<br>");
    html_text(out, day_said(out->a, l->decided_on));
    buf_text(out, "</p></body></html>");
}
