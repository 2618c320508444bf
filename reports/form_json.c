/*
 * form_json.c - a report for programs: every figure with the address of the records behind it.
 *
 * Money and percentages are texts with two decimals, counts are numbers; null is "not known".
 */
#include "form.h"

#define UNITS "count yuan percent text by_row"

static const struct member cell_members[] = {
    {"value", M_SCALAR, "值", .en = "Yuan and percent are texts; null: not known", .null = true},
    {"suppressed", M_BOOL, "已隐去", .en = "Fewer than three firms stand behind it", .maybe = true},
    {"of", M_TEXT, "由何而来", .en = "The columns that a percentage is made of", .list = true,
        .maybe = true},
    {"rows", M_TEXT, "明细地址", .en = "Where the records behind it are listed", .maybe = true},
    {.name = NULL},
};
static const struct member cell_map[] = {
    {"", M_OBJECT, "单元格", .en = "One figure", .of = cell_members}, {.name = NULL}};
static const struct member column_members[] = {
    {"key", M_TEXT, "列", .en = "Column: the name of its cells"},
    {"title", M_TEXT, "名称", .en = "Title"},
    {"unit", M_WORD, "单位", .en = "Unit", .words = UNITS},
    {.name = NULL},
};
static const struct member row_members[] = {
    {"key", M_TEXT, "行", .en = "Row"},
    {"title", M_TEXT, "名称", .en = "Title"},
    {"unit", M_WORD, "单位", .en = "Unit of by_row columns", .words = UNITS, .maybe = true},
    {"cells", M_MAP, "单元格", .en = "Figures by column", .of = cell_map},
    {.name = NULL},
};
static const struct member total_members[] = {
    {"title", M_TEXT, "名称", .en = "Title"},
    {"unit", M_WORD, "单位", .en = "Unit of by_row columns", .words = UNITS, .maybe = true},
    {"cells", M_MAP, "单元格", .en = "Figures by column", .of = cell_map},
    {.name = NULL},
};
static const struct member section_members[] = {
    {"name", M_TEXT, "章节", .en = "Section"},
    {"title", M_TEXT, "名称", .en = "Title"},
    {"row_title", M_TEXT, "行名", .en = "What its rows are"},
    {"columns", M_OBJECT, "列", .en = "Columns", .of = column_members, .list = true},
    {"rows", M_OBJECT, "行", .en = "Rows", .of = row_members, .list = true},
    {"total", M_OBJECT, "合计", .en = "Total row", .of = total_members, .null = true},
    {.name = NULL},
};
static const struct member scope_members[] = {
    {"zh", M_TEXT, "范围", .en = "Whose figures, in Chinese"},
    {"en", M_TEXT, "英文范围", .en = "Whose figures, in English"},
    {.name = NULL},
};
static const struct member report_members[] = {
    {"quarter", M_QUARTER, "季度", .en = "Quarter"},
    {"as_of", M_DAY, "截至", .en = "The last day that counts"},
    {"known_at", M_INSTANT, "截至时刻", .en = "What was recorded by then"},
    {"basis", M_WORD, "按哪一天计入", .en = "The day by which loans count",
        .words = "registered_on signed_on disbursed_on"},
    {"plan", M_TEXT, "计划", .en = "Whose targets; null: there is no plan; older seals lack it",
        .null = true, .maybe = true},
    {"scope", M_OBJECT, "范围", .en = "Whose figures", .of = scope_members},
    {"sealed_at", M_INSTANT, "封存时刻", .en = "When it was sealed; null: live", .null = true},
    {"public", M_BOOL, "可公开", .en = "Small figures are hidden"},
    {"sections", M_OBJECT, "章节", .en = "Sections", .of = section_members, .list = true},
    {.name = NULL},
};
const struct shape report_shape = {"quarterly_report", report_members};

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
    json_member_known(out, "plan", r->plan_code);
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
