/*
 * form_xlsx_sheet.c - a sheet of the workbook: looks, the page, a section's table.
 *
 * The table stands once, in the unit that was chosen: its cells hold amounts to the fen and show
 * them rounded, its totals are sums of the cells above them. libxlsxwriter takes its numbers as
 * double: see xlsx_number.
 */
#include "form_xlsx.h"

double xlsx_number(int64_t n, int64_t per)
{
    return (double)n / (double)per;
}

bool xlsx_exact(int64_t n)
{
    return n < INT64_C(1000000000000000) && n > -INT64_C(1000000000000000);
}

void xlsx_must(lxw_error e)
{
    MUST(e == LXW_NO_ERROR);
}

/* ---- looks ---------------------------------------------------------------------------------- */

enum { INK_MUTE = 0x5A6878, INK_LINK = 0x1D5FA7, FILL_HEAD = 0xEAF0F7, LINE = 0xC4CEDA };

static lxw_format *format_new(struct workbook *w, const char *number, enum lxw_format_alignments to)
{
    lxw_format *f = workbook_add_format(w->book);
    MUST(f);
    if (number)
        format_set_num_format(f, number);
    format_set_align(f, (uint8_t)to);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    return f;
}

static void make_cell_looks(struct workbook *w, int total)
{
    w->look[LOOK_ROW][total] = format_new(w, NULL, LXW_ALIGN_LEFT);
    w->look[LOOK_TEXT][total] = format_new(w, NULL, LXW_ALIGN_LEFT);
    w->look[LOOK_NONE][total] = format_new(w, NULL, LXW_ALIGN_RIGHT);
    w->look[LOOK_COUNT][total] = format_new(w, "#,##0", LXW_ALIGN_RIGHT);
    w->look[LOOK_PERCENT][total] = format_new(w, "0.00%", LXW_ALIGN_RIGHT);
    w->look[LOOK_MONEY][total] = format_new(w, form_units[w->r->unit].number, LXW_ALIGN_RIGHT);
    for (int i = LOOK_ROW; i <= LOOK_MONEY; i++) {
        format_set_border(w->look[i][total], LXW_BORDER_THIN);
        format_set_border_color(w->look[i][total], LINE);
        if (total) {
            format_set_bold(w->look[i][total]);
            format_set_top(w->look[i][total], LXW_BORDER_MEDIUM);
        }
    }
}

void xlsx_looks(struct workbook *w)
{
    w->look[LOOK_TITLE][0] = format_new(w, NULL, LXW_ALIGN_LEFT);
    format_set_bold(w->look[LOOK_TITLE][0]);
    format_set_font_size(w->look[LOOK_TITLE][0], 15);
    w->look[LOOK_NOTE][0] = format_new(w, NULL, LXW_ALIGN_LEFT);
    format_set_font_color(w->look[LOOK_NOTE][0], INK_MUTE);
    w->look[LOOK_NAME][0] = format_new(w, NULL, LXW_ALIGN_LEFT);
    format_set_bold(w->look[LOOK_NAME][0]);
    w->look[LOOK_LINK][0] = format_new(w, NULL, LXW_ALIGN_LEFT);
    format_set_font_color(w->look[LOOK_LINK][0], INK_LINK);
    w->look[LOOK_HEAD][0] = format_new(w, NULL, LXW_ALIGN_CENTER);
    format_set_bold(w->look[LOOK_HEAD][0]);
    format_set_text_wrap(w->look[LOOK_HEAD][0]);
    format_set_bg_color(w->look[LOOK_HEAD][0], FILL_HEAD);
    format_set_border(w->look[LOOK_HEAD][0], LXW_BORDER_THIN);
    format_set_border_color(w->look[LOOK_HEAD][0], LINE);
    w->look[LOOK_WORDS][0] = format_new(w, NULL, LXW_ALIGN_LEFT);
    format_set_text_wrap(w->look[LOOK_WORDS][0]);
    format_set_align(w->look[LOOK_WORDS][0], LXW_ALIGN_VERTICAL_TOP);
    w->look[LOOK_UNIT][0] = format_new(w, NULL, LXW_ALIGN_RIGHT);
    w->look[LOOK_HIDDEN][0] = format_new(w, NULL, LXW_ALIGN_LEFT);
    format_set_font_color(w->look[LOOK_HIDDEN][0], 0xFFFFFF);
    make_cell_looks(w, 0);
    make_cell_looks(w, 1);
}

/* ---- the table ------------------------------------------------------------------------------ */

/* Headings name no unit: the first of them stands on every printed page, and so does the line above
 * that says it. */
struct block {
    struct workbook *w;
    const struct report_table *t;
    lxw_worksheet *sheet;
    lxw_row_t top;
};

static enum xlsx_look look_of(const struct report_cell *c, enum cell_kind kind)
{
    switch (kind) {
    case CELL_COUNT: return form_shown(c) ? LOOK_COUNT : LOOK_NONE;
    case CELL_MONEY: return form_shown(c) ? LOOK_MONEY : LOOK_NONE;
    case CELL_PERCENT: return form_shown(c) ? LOOK_PERCENT : LOOK_NONE;
    case CELL_TEXT: return LOOK_TEXT;
    case CELL_BY_ROW:
    default: BUG("cell kind");
    }
}

/* A whole number of what the cell shows: fen in the unit, hundredths of a percent in one. */
static double number_of(const struct block *b, int64_t n, enum cell_kind kind)
{
    return xlsx_number(n, kind == CELL_MONEY     ? form_units[b->w->r->unit].fen
                          : kind == CELL_PERCENT ? 10000
                                                 : 1);
}

/* Is the total the sum of what stands above it? Distinct firms and percentages are not, nor is it
 * one that a reader could check when a row is not shown. */
static bool adds_up(const struct report_table *t, int column)
{
    int64_t sum = 0;
    for (int i = 0; i < t->n; i++) {
        const struct report_cell *c = &t->row[i].cell[column];
        if (!form_shown(c) || !xlsx_exact(c->n) || __builtin_add_overflow(sum, c->n, &sum))
            return false;
    }
    return t->section->columns[column].from == FROM_FACTS && t->n > 0 &&
           sum == t->total.cell[column].n;
}

static const char *cell_name(struct arena *a, lxw_row_t row, int column)
{
    char name[LXW_MAX_CELL_NAME_LENGTH];
    lxw_rowcol_to_cell(name, row, (lxw_col_t)column);
    return arena_text(a, name).p;
}

/* As it is printed. */
static struct str shown_text(const struct block *b, const struct report_row *row, int column)
{
    struct arena *a = b->w->a;
    const struct report_column *c = &b->t->section->columns[column];
    const struct report_cell *cell = &row->cell[column];
    enum cell_kind kind = form_kind(c, row);
    if (kind == CELL_MONEY && form_shown(cell))
        return form_money(a, b->w->r->unit, cell->n);
    struct str s = report_cell_text(a, c, row, column);
    return kind == CELL_TEXT ? s : digits_grouped(a, s);
}

static void put_cell(struct block *b, const struct report_row *row, lxw_row_t at, int column)
{
    struct arena *a = b->w->a;
    const struct report_cell *cell = &row->cell[column];
    enum cell_kind kind = form_kind(&b->t->section->columns[column], row);
    bool total = row == &b->t->total;
    lxw_format *look = b->w->look[look_of(cell, kind)][total];
    lxw_col_t x = (lxw_col_t)(column + 1);
    if (kind == CELL_TEXT || !form_shown(cell) || !xlsx_exact(cell->n)) {
        struct str s = kind == CELL_MONEY && form_shown(cell)
                           ? form_money(a, b->w->r->unit, cell->n)
                           : report_cell_text(a, &b->t->section->columns[column], row, column);
        xlsx_must(worksheet_write_string(b->sheet, at, x, s.p, look));
        return;
    }
    double value = number_of(b, cell->n, kind);
    if (total && adds_up(b->t, column))
        xlsx_must(worksheet_write_formula_num(b->sheet, at, x,
            arena_printf(a, "=SUM(%s:%s)", cell_name(a, b->top + XLSX_FIRST, column + 1),
                cell_name(a, at - 1, column + 1))
                .p,
            look, value));
    else
        xlsx_must(worksheet_write_number(b->sheet, at, x, value, look));
}

static void put_row(struct block *b, const struct report_row *row, struct str title, lxw_row_t at)
{
    bool total = row == &b->t->total;
    xlsx_must(worksheet_write_string(b->sheet, at, 0, title.p, b->w->look[LOOK_ROW][total]));
    for (int i = 0; b->t->section->columns[i].key; i++)
        put_cell(b, row, at, i);
}

/* Returns the row behind the last. */
static lxw_row_t put_block(struct block *b)
{
    const struct report_section *s = b->t->section;
    struct workbook *w = b->w;
    bool english = w->english;
    lxw_row_t at = b->top + XLSX_HEAD;
    xlsx_must(worksheet_set_row(b->sheet, at, 33, NULL));
    xlsx_must(worksheet_write_string(
        b->sheet, at, 0, form_row_head(s, english).p, w->look[LOOK_HEAD][0]));
    for (int i = 0; s->columns[i].key; i++)
        xlsx_must(worksheet_write_string(b->sheet, at, (lxw_col_t)(i + 1),
            form_pick(english, s->columns[i].zh, s->columns[i].en).p, w->look[LOOK_HEAD][0]));
    for (int i = 0; i < b->t->n; i++)
        put_row(
            b, &b->t->row[i], form_row_title(w->a, s, &b->t->row[i], w->r->unit, english), ++at);
    if (b->t->n == 0)
        xlsx_must(worksheet_write_string(
            b->sheet, ++at, 0, form_nothing(english).p, w->look[LOOK_NOTE][0]));
    if (b->t->total.cell)
        put_row(b, &b->t->total, form_total_title(english), ++at);
    return at + 1;
}

/* ---- a section's sheet ---------------------------------------------------------------------- */

static int wider(int width, struct str s, int room)
{
    int w = form_width(s) + room;
    return w > width ? w : width;
}

static int width_of(const struct block *b, const struct report_row *row, int column, int width)
{
    bool text = form_kind(&b->t->section->columns[column], row) == CELL_TEXT;
    return wider(width, shown_text(b, row, column), text ? 2 : 3);
}

static int title_width(const struct block *b, int width)
{
    enum { TITLE_MAX = 44 };
    const struct report_section *s = b->t->section;
    width = wider(width, form_row_head(s, b->w->english), 4);
    for (int i = 0; i < b->t->n; i++)
        width = wider(
            width, form_row_title(b->w->a, s, &b->t->row[i], b->w->r->unit, b->w->english), 2);
    return width > TITLE_MAX ? TITLE_MAX : width;
}

static int column_width(const struct block *b, int column, int width)
{
    enum { TEXT_MAX = 60 };
    const struct report_column *c = &b->t->section->columns[column];
    width = wider(width, STR(""), form_width(form_pick(b->w->english, c->zh, c->en)) / 2 + 5);
    for (int i = 0; i < b->t->n; i++)
        width = width_of(b, &b->t->row[i], column, width);
    if (b->t->total.cell)
        width = wider(width, STR(""), width_of(b, &b->t->total, column, 0) + 1); /* bold */
    return width > TEXT_MAX ? TEXT_MAX : width;
}

/* By what stands in them, also of the tables that follow; headings find room in two lines, with the
 * filter's arrow beside. Returns the width of all. */
static int set_widths(const struct block *b, int table)
{
    int columns = report_columns(b->t->section), all = 0;
    for (int i = -1; i < columns; i++) { /* -1: what rows are called */
        lxw_col_t x = (lxw_col_t)(i + 1);
        struct block of = *b;
        int width = i < 0 ? 10 : 0, k = table;
        do {
            of.t = &b->w->r->table[k];
            width = i < 0 ? title_width(&of, width) : column_width(&of, i, width);
        } while (xlsx_follows(b->w, ++k));
        xlsx_must(worksheet_set_column(b->sheet, x, x, xlsx_number(width, 1), NULL));
        all += width;
    }
    return all;
}

void xlsx_page(struct workbook *w, lxw_worksheet *sheet, int pages_wide)
{
    struct str title = form_title(w->a, w->r, w->english);
    struct str by = w->r->reporter.p ? w->r->reporter : STR("");
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_set_margins(sheet, 0.5, 0.5, 0.7, 0.8);
    if (pages_wide > 0)
        worksheet_fit_to_pages(sheet, (uint16_t)pages_wide, 0);
    xlsx_must(worksheet_set_header(sheet, arena_printf(w->a, "&L%s&R&A", title.p).p));
    xlsx_must(worksheet_set_footer(sheet,
        arena_printf(w->a,
            w->english ? "&LReported by: %s   Drawn up by:          Checked by:          Released "
                         "by:          &RPage &P of &N"
                       : "&L填报单位：%s　制表：　　　　　审核：　　　　　签发：　　　　　&R第 &P "
                         "页，共 &N 页",
            form_cut(w->a, by, 40).p)
            .p));
}

/* What the section counts, over the width of a page below the table. */
static void put_note(struct block *b, lxw_row_t at, int columns, int width)
{
    struct workbook *w = b->w;
    struct str note = arena_printf(
        w->a, w->english ? "Definitions: %s" : "口径：%s", form_note(b->t->section, w->english).p);
    int lines = form_width(note) * 11 / 10 / (width > 20 ? width : 20) + 1;
    xlsx_must(worksheet_set_row(b->sheet, at, xlsx_number(16 * lines, 1), NULL));
    xlsx_must(worksheet_merge_range(
        b->sheet, at, 0, at, (lxw_col_t)columns, note.p, w->look[LOOK_WORDS][0]));
}

bool xlsx_follows(const struct workbook *w, int table)
{
    const struct report_table *t = w->r->table;
    return table > 0 && table < w->r->n &&
           t[table].section->columns == t[table - 1].section->columns;
}

lxw_row_t xlsx_rows(const struct report_table *t)
{
    return (lxw_row_t)(XLSX_FIRST + (t->n ? t->n : 1) + (t->total.cell != NULL) + 3);
}

/* What stands above the table. */
static void put_heading(const struct block *b)
{
    struct workbook *w = b->w;
    xlsx_must(worksheet_write_string(b->sheet, b->top, 0,
        form_section_title(b->t->section, w->english).p, w->look[LOOK_TITLE][0]));
    xlsx_must(worksheet_write_string(b->sheet, b->top + 1, 0,
        arena_printf(w->a, w->english ? "%s, %s, counted to %s" : "%s　%s　截至 %s",
            w->english ? w->r->scope_en.p : w->r->scope_zh.p, quarter_text(w->a, w->r->quarter).p,
            day_text(w->a, w->r->as_of).p)
            .p,
        w->look[LOOK_NOTE][0]));
    if (form_has_money(b->t))
        xlsx_must(
            worksheet_write_string(b->sheet, b->top + 1, (lxw_col_t)report_columns(b->t->section),
                form_unit_line(w->a, w->r, w->english).p, w->look[LOOK_UNIT][0]));
}

/* A new sheet: on one page where its rows are not many; else one with one table has its heading on
 * every page. */
static void begin_sheet(struct workbook *w, int table)
{
    enum { PAGE_ROWS = 44 };
    const struct report_table *t = &w->r->table[table];
    bool alone = !xlsx_follows(w, table + 1);
    lxw_row_t rows = (lxw_row_t)(t->n ? t->n : 1), all = 0;
    for (int i = table; i == table || xlsx_follows(w, i); i++)
        all += xlsx_rows(&w->r->table[i]);
    w->page = workbook_add_worksheet(w->book, w->sheet[table]);
    MUST(w->page);
    worksheet_freeze_panes(w->page, alone ? XLSX_FIRST : 0, 1);
    xlsx_page(w, w->page, 1);
    if (all <= PAGE_ROWS)
        worksheet_fit_to_pages(w->page, 1, 1);
    if (!alone)
        return;
    xlsx_must(worksheet_autofilter(
        w->page, XLSX_HEAD, 0, XLSX_HEAD + rows, (lxw_col_t)report_columns(t->section)));
    xlsx_must(worksheet_repeat_rows(w->page, XLSX_HEAD - 1, XLSX_HEAD));
}

void xlsx_section(struct workbook *w, int table)
{
    const struct report_table *t = &w->r->table[table];
    if (!xlsx_follows(w, table))
        begin_sheet(w, table);
    struct block b = {.w = w, .t = t, .sheet = w->page, .top = w->top[table]};
    if (b.top == 0)
        w->width = set_widths(&b, table);
    put_heading(&b);
    lxw_row_t end = put_block(&b);
    put_note(&b, end + 1, report_columns(t->section), w->width);
}
