/*
 * form_xlsx_chart.c - the workbook's own pictures, drawn by the program that opens it.
 *
 * They refer to the cells in yuan and show them in 亿元 by a number format: a chart keeps a copy
 * of its figures, and libxlsxwriter copies numbers, not the results of formulas.
 */
#include "form_xlsx.h"

enum {
    WIDTH = 576, /* pixels */
    ROW_PX = 20, /* of the sheet below them */
    COLUMN_PX = 64,
    BAR_PX = 24,    /* of one lying bar */
    FRAME_PX = 110, /* title and axis */
    HEIGHT = 320,
    SCALE = 64,    /* percent: two beside each other on A4, also where a wide font widens columns */
    PAGE_ROWS = 49 /* of such a page */
};

/* Commas divide by a thousand each; the decimal point is put before the digits that are left. */
struct unit {
    const char *format, *name;
};

static struct unit unit_of(const struct workbook *w, enum cell_kind kind, int64_t most)
{
    if (kind == CELL_PERCENT)
        return (struct unit){"0.00%", ""};
    if (kind != CELL_MONEY)
        return (struct unit){"#,##0", ""};
    if (w->english)
        return (struct unit){"#,##0.00,,", " (million yuan)"};
    return most >= INT64_C(10000000000) ? (struct unit){"0\\.00,,", "（亿元）"}
                                        : (struct unit){"0\\.0,", "（万元）"};
}

static bool has_figures(const struct report_table *t)
{
    if (t->section->chart == CHART_NONE)
        return false;
    for (int i = 0; i < t->n; i++) {
        const struct report_cell *c = &t->row[i].cell[t->section->chart_column];
        if (form_shown(c) && c->n != 0)
            return true;
    }
    return false;
}

static int64_t most_of(const struct report_table *t)
{
    int64_t most = 0;
    for (int i = 0; i < t->n; i++) {
        const struct report_cell *c = &t->row[i].cell[t->section->chart_column];
        most = form_shown(c) && c->n > most ? c->n : most;
    }
    return most;
}

static int height_of(const struct report_table *t)
{
    int needed = t->section->chart == CHART_LINE ? HEIGHT : FRAME_PX + t->n * BAR_PX;
    return needed > HEIGHT ? needed : HEIGHT;
}

static lxw_chart_series *series_add(struct workbook *w, lxw_chart *chart, int table)
{
    const struct report_table *t = &w->r->table[table];
    lxw_row_t last = (lxw_row_t)(XLSX_FIRST + t->n - 1);
    lxw_col_t column = (lxw_col_t)(t->section->chart_column + 1);
    lxw_chart_series *s = chart_add_series(chart, NULL, NULL);
    lxw_chart_fill fill = {.color = 0x1D5FA7};
    MUST(s);
    chart_series_set_categories(s, w->sheet[table], XLSX_FIRST, 0, last, 0);
    chart_series_set_values(s, w->sheet[table], XLSX_FIRST, column, last, column);
    chart_series_set_name_range(s, w->sheet[table], XLSX_HEAD, column);
    chart_series_set_fill(s, &fill);
    return s;
}

static void set_axes(lxw_chart *chart, const struct report_table *t, const char *format)
{
    lxw_chart_line grid = {.color = 0xD5DCE4, .width = 0.75F};
    lxw_chart_font small = {.size = 9, .rotation = 0};
    /* Of lying bars the library calls the upright axis y all the same. */
    bool lying = t->section->chart != CHART_LINE;
    lxw_chart_axis *figures = lying ? chart->x_axis : chart->y_axis;
    if (lying) { /* the first row on top, as in the table */
        chart_axis_set_reverse(chart->y_axis);
        chart_axis_set_crossing_max(chart->y_axis);
        chart_axis_major_gridlines_set_visible(chart->y_axis, LXW_FALSE);
    }
    chart_axis_set_num_format(figures, format);
    chart_axis_set_num_font(figures, &small);
    chart_axis_set_num_font(lying ? chart->y_axis : chart->x_axis, &small);
    if (lying && t->section->chart != CHART_PROGRESS) /* each bar has its figure */
        chart_axis_set_label_position(figures, LXW_CHART_AXIS_LABEL_POSITION_NONE);
    chart_axis_major_gridlines_set_visible(figures, LXW_TRUE);
    chart_axis_major_gridlines_set_line(figures, &grid);
    if (t->section->chart == CHART_PROGRESS)
        chart_axis_set_min(figures, 0);
}

/* The threshold as a frame around each bar: a second series of 100 %, whose cells the picture lies
 * upon. at, column: the first of them. */
static void set_goal(struct workbook *w, lxw_chart *chart, int table, lxw_worksheet *sheet,
    lxw_row_t at, lxw_col_t column)
{
    const char *name = form_pick(w->english, "图表", "Charts").p;
    lxw_row_t last = at + (lxw_row_t)w->r->table[table].n - 1;
    lxw_chart_line frame = {.color = 0xB3421B, .width = 1.5F};
    lxw_chart_fill empty = {.none = LXW_TRUE};
    lxw_chart_series *s = chart_add_series(chart, NULL, NULL);
    MUST(s);
    for (lxw_row_t row = at; row <= last; row++)
        xlsx_must(worksheet_write_number(sheet, row, column, 1, w->look[LOOK_PERCENT][0]));
    chart_series_set_values(s, name, at, column, last, column);
    chart_series_set_name(s, form_pick(w->english, "目标（100%）", "threshold (100%)").p);
    chart_series_set_fill(s, &empty);
    chart_series_set_line(s, &frame);
    chart_set_series_overlap(chart, 100);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
}

static lxw_chart *chart_new(struct workbook *w, int table)
{
    const struct report_table *t = &w->r->table[table];
    const struct report_column *c = &t->section->columns[t->section->chart_column];
    bool line = t->section->chart == CHART_LINE;
    struct unit unit = unit_of(w, form_kind(c, &t->row[0]), most_of(t));
    lxw_chart *chart = workbook_add_chart(w->book, line ? LXW_CHART_LINE : LXW_CHART_BAR);
    lxw_chart_line stroke = {.color = 0x1D5FA7, .width = 2.25F};
    lxw_chart_font font = {.size = 12, .bold = LXW_TRUE};
    MUST(chart);
    lxw_chart_series *s = series_add(w, chart, table);
    if (line) {
        chart_series_set_line(s, &stroke);
        chart_series_set_marker_type(s, LXW_CHART_MARKER_CIRCLE);
        chart_series_set_labels_position(s, LXW_CHART_LABEL_POSITION_ABOVE);
    }
    chart_series_set_labels(s);
    chart_series_set_labels_num_format(s, unit.format);
    set_axes(chart, t, form_kind(c, &t->row[0]) == CELL_PERCENT ? "0%" : unit.format);
    if (!line)
        chart_set_series_gap(chart, 60);
    chart_title_set_name(chart, arena_printf(w->a, w->english ? "%s: %s%s" : "%s：%s%s",
                                    form_section_title(t->section, w->english).p,
                                    form_pick(w->english, c->zh, c->en).p, unit.name)
                                    .p);
    chart_title_set_name_font(chart, &font);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    return chart;
}

/* Two beside each other; a band that a page cuts begins the next page. */
struct layout {
    lxw_row_t at, page; /* first row of this band and of this page */
    lxw_row_t rows;     /* that the band takes */
    int column;         /* 0, 1 */
    lxw_row_t *breaks;  /* ends with 0 */
    int n;
};

static void band_next(struct layout *l)
{
    l->at += l->rows;
    l->rows = 0;
    l->column = 0;
}

static void place(struct workbook *w, lxw_worksheet *sheet, struct layout *l, int table)
{
    int height = height_of(&w->r->table[table]);
    lxw_row_t rows = (lxw_row_t)(height / ROW_PX + 2);
    lxw_chart_options options = {
        .x_offset = l->column ? 16 : 0, .object_position = LXW_OBJECT_MOVE_AND_SIZE};
    lxw_col_t column = (lxw_col_t)(l->column * (WIDTH / COLUMN_PX));
    l->rows = rows > l->rows ? rows : l->rows;
    if (l->at + l->rows > l->page + PAGE_ROWS && l->at > l->page && l->column == 0) {
        l->breaks[l->n++] = l->at;
        l->page = l->at;
    }
    options.x_scale = xlsx_number(WIDTH, 480); /* of the library's usual picture, 480 x 288 */
    options.y_scale = xlsx_number(height, 288);
    lxw_chart *chart = chart_new(w, table);
    if (w->r->table[table].section->chart == CHART_PROGRESS)
        set_goal(w, chart, table, sheet, l->at, column);
    xlsx_must(worksheet_insert_chart_opt(sheet, l->at, column, chart, &options));
    if (l->column++ == 1)
        band_next(l);
}

void xlsx_charts(struct workbook *w)
{
    struct layout *l = arena_alloc(w->a, sizeof *l);
    lxw_worksheet *sheet =
        workbook_add_worksheet(w->book, form_pick(w->english, "图表", "Charts").p);
    MUST(sheet);
    l->breaks = arena_alloc(w->a, ((size_t)w->r->n + 1) * sizeof *l->breaks);
    for (int i = 0; i < w->r->n; i++) {
        if (has_figures(&w->r->table[i]))
            place(w, sheet, l, i);
    }
    if (l->n)
        xlsx_must(worksheet_set_h_pagebreaks(sheet, l->breaks));
    xlsx_page(w, sheet, 0);
    worksheet_center_horizontally(sheet);
    worksheet_set_print_scale(
        sheet, SCALE); /* Excel breaks no page by hand where it fits by itself */
}
