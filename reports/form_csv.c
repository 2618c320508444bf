/*
 * form_csv.c - a report for a spreadsheet without any charts: one block of rows a section.
 *
 * RFC 4180 with CRLF; the mark in front makes Excel read UTF-8. What is not known is "—", what is
 * suppressed "*", so that neither adds up to a nought.
 */
#include "form.h"
#include "sheet.h"

static void put_text(struct buf *out, struct str s, bool first)
{
    sheet_cell(out, sheet_defused(out->a, s), first);
}

static void put_pair(struct buf *out, struct str name, struct str value)
{
    put_text(out, name, true);
    put_text(out, value, false);
    buf_text(out, "\r\n");
}

/* Figures stay as they are: a minus of ours begins no formula. */
static void put_cells(const struct report_table *t, const struct report_row *row, struct buf *out)
{
    for (int i = 0; t->section->columns[i].key; i++) {
        const struct report_column *c = &t->section->columns[i];
        struct str s = report_cell_text(out->a, c, row, i);
        if (form_kind(c, row) == CELL_TEXT)
            put_text(out, s, false);
        else
            sheet_cell(out, s, false);
    }
    buf_text(out, "\r\n");
}

static void put_section(const struct report_table *t, bool english, struct buf *out)
{
    buf_text(out, "\r\n");
    put_text(out, form_section_title(t->section, english), true);
    buf_text(out, "\r\n");
    put_text(out, form_row_head(t->section, english), true);
    for (const struct report_column *c = t->section->columns; c->key; c++)
        put_text(out, form_column_title(out->a, c, english), false);
    buf_text(out, "\r\n");
    for (int i = 0; i < t->n; i++) {
        put_text(out, form_row_title(out->a, t->section, &t->row[i], UNIT_YUAN, english), true);
        put_cells(t, &t->row[i], out);
    }
    if (t->n == 0) {
        put_text(out, form_nothing(english), true);
        buf_text(out, "\r\n");
    }
    if (t->total.cell) {
        put_text(out, form_total_title(english), true);
        put_cells(t, &t->total, out);
    }
}

void report_csv(const struct report *r, bool english, struct buf *out)
{
    struct form_fact facts[FORM_FACTS_MAX];
    int n = form_facts(out->a, r, english, facts);
    buf_text(out, "\xEF\xBB\xBF");
    put_text(out, form_title(out->a, r, english), true);
    buf_text(out, "\r\n");
    for (int i = 0; i < n; i++)
        put_pair(out, facts[i].name, facts[i].value);
    for (int i = 0; i < r->n; i++)
        put_section(&r->table[i], english, out);
}
