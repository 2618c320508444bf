/*
 * form_json.c - a report for programs: every figure with the address of the records behind it.
 *
 * Money and percentages are texts with two decimals, counts are numbers; null is "not known".
 */
#include "form.h"

static const char *unit_name(enum cell_kind kind)
{
    switch (kind) {
    case CELL_COUNT: return "count";
    case CELL_MONEY: return "yuan";
    case CELL_PERCENT: return "percent";
    case CELL_TEXT: return "text";
    case CELL_BY_ROW: return "by_row";
    default: BUG("cell kind");
    }
}

static void put_value(
    const struct report_table *t, const struct report_row *row, int column, struct buf *out)
{
    const struct report_column *c = &t->section->columns[column];
    const struct report_cell *cell = &row->cell[column];
    json_key(out, "value");
    if (!form_shown(cell))
        json_null(out);
    else if (form_kind(c, row) == CELL_COUNT)
        json_i64(out, cell->n);
    else
        json_str(out, report_cell_text(out->a, c, row, column));
}

/* The two figures that a percentage is made of. */
static void put_sources(
    const struct report_section *s, const struct report_column *c, struct buf *out)
{
    if (c->from != FROM_SHARE && c->from != FROM_GROWTH && c->from != FROM_PART)
        return;
    json_member_list(out, "of");
    json_text(out, s->columns[c->a].key);
    json_str(out, c->from == FROM_PART ? arena_printf(out->a, "total.%s", s->columns[c->a].key)
                                       : str_of(s->columns[c->b].key));
    json_close(out, ']');
}

static void put_cell(const struct report *r, const struct report_table *t,
    const struct report_row *row, int column, struct buf *out)
{
    const struct report_column *c = &t->section->columns[column];
    struct str link = report_link(out->a, r, t, row, column);
    json_member_object(out, c->key);
    put_value(t, row, column, out);
    if (row->cell[column].suppressed)
        json_member_bool(out, "suppressed", true);
    else
        put_sources(t->section, c, out);
    if (link.p)
        json_member_str(out, "rows", link);
    json_close(out, '}');
}

static void put_row(const struct report *r, const struct report_table *t,
    const struct report_row *row, bool english, struct buf *out)
{
    bool total = row == &t->total;
    bool by_row = false;
    json_open(out, '{');
    if (!total)
        json_member_str(out, "key", row->key);
    json_member_str(out, "title", total ? form_total_title(english) : row->title);
    for (const struct report_column *c = t->section->columns; c->key; c++)
        by_row |= c->kind == CELL_BY_ROW;
    if (by_row)
        json_member_text(out, "unit", unit_name(row->kind));
    json_member_object(out, "cells");
    for (int i = 0; t->section->columns[i].key; i++)
        put_cell(r, t, row, i, out);
    json_close(out, '}');
    json_close(out, '}');
}

static void put_columns(const struct report_section *s, bool english, struct buf *out)
{
    json_member_list(out, "columns");
    for (const struct report_column *c = s->columns; c->key; c++) {
        json_open(out, '{');
        json_member_text(out, "key", c->key);
        json_member_str(out, "title", form_pick(english, c->zh, c->en));
        json_member_text(out, "unit", unit_name(c->kind));
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void put_section(
    const struct report *r, const struct report_table *t, bool english, struct buf *out)
{
    json_open(out, '{');
    json_member_text(out, "name", t->section->name);
    json_member_str(out, "title", form_section_title(t->section, english));
    json_member_str(out, "row_title", form_row_head(t->section, english));
    put_columns(t->section, english, out);
    json_member_list(out, "rows");
    for (int i = 0; i < t->n; i++)
        put_row(r, t, &t->row[i], english, out);
    json_close(out, ']');
    json_key(out, "total");
    if (t->total.cell)
        put_row(r, t, &t->total, english, out);
    else
        json_null(out);
    json_close(out, '}');
}

void report_json(const struct report *r, bool english, struct buf *out)
{
    json_open(out, '{');
    json_member_str(out, "quarter", quarter_text(out->a, r->quarter));
    json_member_str(out, "as_of", day_text(out->a, r->as_of));
    json_member_str(out, "known_at", r->known_at);
    json_member_str(out, "basis", r->basis);
    json_member_object(out, "scope");
    json_member_str(out, "zh", r->scope_zh);
    json_member_str(out, "en", r->scope_en);
    json_close(out, '}');
    json_member_known(out, "sealed_at", r->sealed_at);
    json_member_bool(out, "public", r->public_only);
    json_member_list(out, "sections");
    for (int i = 0; i < r->n; i++)
        put_section(r, &r->table[i], english, out);
    json_close(out, ']');
    json_close(out, '}');
}
