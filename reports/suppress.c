/*
 * suppress.c - what is derived from hidden figures of a public report is hidden with them.
 *
 * Which figures are hidden was decided when a quarter was published (migrations/functions/
 * publication.sql states the rule); here percentages go with what they are made of, and what the
 * published cells do not tell is not known.
 */
#include "form.h"
#include <string.h>

/* Sections whose loans are published by quarter; the others tell of few firms and are not. */
bool report_is_public(const struct report_section *s)
{
    static const char *const names[] = {"headline", "by_quarter", "by_district", "by_bank",
        "by_kind", "by_ip_kind", "by_product", "by_size", "by_industry", "small_loans",
        "first_loans"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(s->name, names[i]) == 0)
            return true;
    }
    return false;
}

static void hide_derived(const struct report_table *t, struct report_row *row)
{
    const struct report_column *c = t->section->columns;
    for (int i = 0; c[i].key; i++) {
        if (c[i].from == FROM_SHARE || c[i].from == FROM_GROWTH)
            row->cell[i].suppressed = row->cell[c[i].a].suppressed || row->cell[c[i].b].suppressed;
        else if (c[i].from == FROM_PART && t->total.cell)
            row->cell[i].suppressed =
                row->cell[c[i].a].suppressed || t->total.cell[c[i].a].suppressed;
    }
}

/* A quarter of the column is not published: nobody's figure is known, that of a row without loans
 * neither. */
static void forget_column(struct report_table *t, const struct report_row *whole, int column)
{
    if (t->section->columns[column].from != FROM_FACTS || whole->cell[column].known)
        return;
    for (int i = 0; i < t->n; i++)
        t->row[i].cell[column] = (struct report_cell){0};
}

/* Of firms only those of the quarter itself are published, of rights none. */
static void forget_row(const struct report_table *t, struct report_row *row)
{
    const struct report_column *c = t->section->columns;
    bool firms = str_is(row->key, "firms"),
         rights = str_is(row->key, "patents") || str_is(row->key, "trademarks");
    for (int i = 0; (firms || rights) && c[i].key; i++) {
        if (rights || c[i].from != FROM_FACTS || c[i].a != 1)
            row->cell[i] = (struct report_cell){0};
    }
}

void report_publish(struct report *r)
{
    for (int i = 0; i < r->n; i++) {
        struct report_table *t = &r->table[i];
        bool measures = strcmp(t->section->name, "headline") == 0;
        for (int c = 0; t->total.cell && t->section->columns[c].key; c++)
            forget_column(t, &t->total, c);
        for (int row = 0; row < t->n; row++) {
            if (measures)
                forget_row(t, &t->row[row]);
            hide_derived(t, &t->row[row]);
        }
        if (t->total.cell)
            hide_derived(t, &t->total);
    }
    r->public_only = true;
}
