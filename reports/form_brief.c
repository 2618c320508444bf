/*
 * form_brief.c - the first page: three sentences and four figures out of the report's own tables.
 */
#include "form.h"

struct brief {
    struct arena *a;
    const struct report *r;
    bool english;
};

static const struct report_table *table_of(const struct brief *b, const char *name)
{
    for (int i = 0; i < b->r->n; i++) {
        if (strcmp(b->r->table[i].section->name, name) == 0)
            return &b->r->table[i];
    }
    return NULL;
}

static const struct report_row *row_of(const struct report_table *t, const char *key)
{
    for (int i = 0; t && i < t->n; i++) {
        if (str_is(t->row[i].key, key))
            return &t->row[i];
    }
    return NULL;
}

/* The text of a cell, money with its unit; p == NULL when it is not shown. */
static struct str told(const struct brief *b, const struct report_table *t,
    const struct report_row *row, const char *column)
{
    int at = t ? report_column(t->section, str_of(column)) : -1;
    if (at < 0 || !row || !row->cell || !form_shown(&row->cell[at]))
        return (struct str){NULL, 0};
    const struct report_column *c = &t->section->columns[at];
    if (form_kind(c, row) == CELL_MONEY)
        return form_amount(b->a, row->cell[at].n, b->english);
    struct str s = report_cell_text(b->a, c, row, at);
    return form_kind(c, row) == CELL_COUNT ? digits_grouped(b->a, s) : s;
}

/* ",同比增长 12.30%"; nothing without a base. */
static struct str growth_words(
    const struct brief *b, struct str growth, const char *zh, const char *en)
{
    bool falls = growth.p && growth.p[0] == '-';
    if (!growth.p)
        return STR("");
    const char *number = growth.p + falls;
    if (b->english)
        return arena_printf(b->a, " (%s %s%s %%)", en, falls ? "−" : "+", number);
    return arena_printf(b->a, ",%s%s %s%%", zh, falls ? "下降" : "增长", number);
}

static struct str of_the_quarter(const struct brief *b)
{
    const struct report_table *t = table_of(b, "headline");
    const struct report_row *count = row_of(t, "count"), *amount = row_of(t, "amount");
    struct str n = told(b, t, count, "quarter"), sum = told(b, t, amount, "quarter"),
               year = told(b, t, amount, "ytd");
    struct str grew = growth_words(b, told(b, t, amount, "yoy"), "同比", "on last year");
    if (!n.p || !sum.p)
        return (struct str){NULL, 0};
    if (b->english)
        return arena_printf(b->a,
            "In %s %s, %s pledge loans of %s were made%s; %s this year so far.",
            quarter_text(b->a, b->r->quarter).p, b->r->scope_en.p, n.p, sum.p, grew.p,
            year.p ? year.p : "—");
    return arena_printf(b->a, "%d年第%d季度,%s知识产权质押融资 %s 笔、%s%s;本年累计 %s。",
        quarter_year(b->r->quarter), quarter_number(b->r->quarter), b->r->scope_zh.p, n.p, sum.p,
        grew.p, year.p ? year.p : "—");
}

/* "T1 同比 59.16%、符合进度;…": each target over loans. */
static struct str of_the_plan(const struct brief *b)
{
    const struct report_table *t = table_of(b, "targets");
    struct buf out;
    buf_init(&out, b->a);
    for (int i = 0; t && i < t->n; i++) {
        const struct report_row *row = &t->row[i];
        struct str value = told(b, t, row, "value"), progress = told(b, t, row, "progress"),
                   status = told(b, t, row, "status");
        if (strchr(row->key.p, '.') || !value.p || !status.p)
            continue;
        buf_text(&out, !out.n ? "" : b->english ? "; " : ";");
        buf_printf(&out, b->english ? "%s at %s" : "%s 完成 %s", row->key.p, value.p);
        if (progress.p)
            buf_printf(
                &out, b->english ? ", %s %% of what is required" : "、完成度 %s%%", progress.p);
        buf_printf(&out, b->english ? ", %s" : ",%s", status.p);
    }
    if (!out.n || !b->r->plan_title.p)
        return (struct str){NULL, 0};
    return arena_printf(
        b->a, b->english ? "%s: %s." : "%s:%s。", b->r->plan_title.p, buf_view(&out).p);
}

static struct str of_what_is_owed(const struct brief *b)
{
    const struct report_table *t = table_of(b, "balances");
    const struct report_row *total = t ? &t->total : NULL;
    struct str owed = told(b, t, total, "outstanding"), late = told(b, t, total, "overdue_rate"),
               bad = told(b, t, total, "npl_rate");
    if (!owed.p)
        return (struct str){NULL, 0};
    return arena_printf(b->a,
        b->english ? "%s are outstanding, %s %% of that overdue and %s %% non-performing."
                   : "期末贷款余额 %s,逾期率 %s%%,不良率 %s%%。",
        owed.p, late.p ? late.p : "—", bad.p ? bad.p : "—");
}

void form_sentences(
    struct arena *a, const struct report *r, bool english, struct str out[FORM_SENTENCES])
{
    struct brief b = {a, r, english};
    out[0] = of_the_quarter(&b);
    out[1] = of_the_plan(&b);
    out[2] = of_what_is_owed(&b);
}

int form_figures(
    struct arena *a, const struct report *r, bool english, struct form_figure out[FORM_FIGURES])
{
    static const struct {
        const char *table, *row, *column, *more, *zh, *en, *more_zh, *more_en;
    } figures[FORM_FIGURES] = {
        {"headline", "amount", "quarter", "yoy", "本季质押融资金额", "Amount of the quarter",
            "同比", "on last year"},
        {"headline", "count", "quarter", "yoy", "本季质押融资笔数", "Loans of the quarter", "同比",
            "on last year"},
        {"headline", "amount", "ytd", "ytd_yoy", "本年累计金额", "Amount this year", "累计同比",
            "on last year"},
        {"balances", NULL, "outstanding", "npl_rate", "期末贷款余额", "Outstanding", "不良率",
            "non-performing"},
    };
    struct brief b = {a, r, english};
    int n = 0;
    for (int i = 0; i < FORM_FIGURES; i++) {
        const struct report_table *t = table_of(&b, figures[i].table);
        const struct report_row *row = !t               ? NULL
                                       : figures[i].row ? row_of(t, figures[i].row)
                                                        : &t->total;
        struct str value = told(&b, t, row, figures[i].column),
                   more = told(&b, t, row, figures[i].more);
        if (!value.p)
            continue;
        out[n++] = (struct form_figure){form_pick(english, figures[i].zh, figures[i].en), value,
            more.p ? arena_printf(
                         a, "%s %s%%", english ? figures[i].more_en : figures[i].more_zh, more.p)
                   : STR("")};
    }
    return n;
}
