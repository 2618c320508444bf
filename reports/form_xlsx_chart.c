/*
 * form_xlsx_chart.c - the workbook's own pictures, drawn by the program that opens it.
 *
 * They refer to the cells of the tables, in the unit of these; of progress to cells of their own
 * that nobody sees: targets that are known, by their numbers, as their titles would fill the
 * picture.
 */
#include "form_xlsx.h"

enum {
    WIDTH = 576, /* pixels */
    ROW_PX = 20, /* of the sheet below them */
    COLUMN_PX = 64,
    BAR_PX = 20,    /* of one lying bar */
    FRAME_PX = 110, /* title and axis */
    HEIGHT = 240,
    SCALE = 60,    /* percent: two beside each other on A4, also where a wide font widens columns */
    PAGE_ROWS = 52 /* of such a page */
};

/* As a label shows it: amounts in the unit of the report, whole but in 亿元. */
static const char *format_of(const struct workbook *w, enum cell_kind kind)
{
    return kind == CELL_PERCENT                          ? "0.00%"
           : kind == CELL_MONEY && w->r->unit == UNIT_YI ? "#,##0.00"
                                                         : "#,##0";
}

static struct str unit_of(const struct workbook *w, enum cell_kind kind)
{
    const struct form_unit *u = &form_units[w->r->unit];
    return kind != CELL_MONEY ? STR("")
           : w->english       ? arena_printf(w->a, " (%s)", u->en)
                              : arena_printf(w->a, "（%s）", u->zh);
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

/* Lying bars: of progress those that are known. */
static int height_of(const struct report_table *t)
{
    int bars = t->section->chart == CHART_PROGRESS ? 0 : t->n;
    for (int i = 0; t->section->chart == CHART_PROGRESS && i < t->n; i++)
        bars += form_shown(&t->row[i].cell[t->section->chart_column]);
    int needed = t->section->chart == CHART_LINE ? HEIGHT : FRAME_PX + bars * BAR_PX;
    return needed > HEIGHT ? needed : HEIGHT;
}

static lxw_chart_series *series_new(lxw_chart *chart)
{
    lxw_chart_series *s = chart_add_series(chart, NULL, NULL);
    lxw_chart_fill fill = {.color = 0x1D5FA7};
    MUST(s);
    chart_series_set_fill(s, &fill);
    return s;
}

/* Of the cells of a table. */
static lxw_chart_series *series_add(struct workbook *w, lxw_chart *chart, int table)
{
    const struct report_table *t = &w->r->table[table];
    lxw_row_t first = w->top[table] + XLSX_FIRST, last = first + (lxw_row_t)t->n - 1;
    lxw_col_t column = (lxw_col_t)(t->section->chart_column + 1);
    lxw_chart_series *s = series_new(chart);
    chart_series_set_categories(s, w->sheet[table], first, 0, last, 0);
    chart_series_set_values(s, w->sheet[table], first, column, last, column);
    chart_series_set_name_range(s, w->sheet[table], w->top[table] + XLSX_HEAD, column);
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

/* Where a picture lies, and with it the cells that it hides. */
struct spot {
    lxw_worksheet *sheet;
    lxw_row_t at;
    lxw_col_t column;
};

/* Progress as far as it is known, and the threshold as a frame around each bar: a second series of
 * 100 %. */
static lxw_chart_series *series_of_progress(
    struct workbook *w, lxw_chart *chart, int table, const struct spot *spot)
{
    const char *name = form_pick(w->english, "图表", "Charts").p;
    const struct report_table *t = &w->r->table[table];
    int figures = t->section->chart_column;
    lxw_row_t row = spot->at, at = spot->at;
    lxw_col_t x = spot->column;
    for (int i = 0; i < t->n; i++) {
        const struct report_cell *c = &t->row[i].cell[figures];
        if (!form_shown(c))
            continue;
        xlsx_must(
            worksheet_write_string(spot->sheet, row, x, t->row[i].key.p, w->look[LOOK_HIDDEN][0]));
        xlsx_must(worksheet_write_number(spot->sheet, row, (lxw_col_t)(x + 1),
            xlsx_number(c->n, 10000), w->look[LOOK_HIDDEN][0]));
        xlsx_must(worksheet_write_number(
            spot->sheet, row++, (lxw_col_t)(x + 2), 1, w->look[LOOK_HIDDEN][0]));
    }
    lxw_chart_line frame = {.color = 0xB3421B, .width = 1.5F};
    lxw_chart_fill empty = {.none = LXW_TRUE};
    lxw_chart_series *s[2] = {series_new(chart), series_new(chart)};
    for (int i = 0; i < 2; i++) {
        lxw_col_t values = (lxw_col_t)(x + 1 + i);
        chart_series_set_categories(s[i], name, at, x, row - 1, x);
        chart_series_set_values(s[i], name, at, values, row - 1, values);
    }
    const struct report_column *c = &t->section->columns[figures];
    chart_series_set_name(s[0], form_pick(w->english, c->zh, c->en).p);
    chart_series_set_name(s[1], form_pick(w->english, "目标（100%）", "threshold (100%)").p);
    chart_series_set_fill(s[1], &empty);
    chart_series_set_line(s[1], &frame);
    chart_set_series_overlap(chart, 100);
    return s[0];
}

static lxw_chart *chart_new(struct workbook *w, int table, const struct spot *spot)
{
    const struct report_table *t = &w->r->table[table];
    const struct report_column *c = &t->section->columns[t->section->chart_column];
    enum cell_kind kind = form_kind(c, &t->row[0]);
    bool line = t->section->chart == CHART_LINE, progress = t->section->chart == CHART_PROGRESS;
    lxw_chart *chart = workbook_add_chart(w->book, line ? LXW_CHART_LINE : LXW_CHART_BAR);
    lxw_chart_line stroke = {.color = 0x1D5FA7, .width = 2.25F};
    lxw_chart_font font = {.size = 12, .bold = LXW_TRUE};
    MUST(chart);
    lxw_chart_series *s =
        progress ? series_of_progress(w, chart, table, spot) : series_add(w, chart, table);
    if (line) {
        chart_series_set_line(s, &stroke);
        chart_series_set_marker_type(s, LXW_CHART_MARKER_CIRCLE);
        chart_series_set_labels_position(s, LXW_CHART_LABEL_POSITION_ABOVE);
    }
    chart_series_set_labels(s);
    chart_series_set_labels_num_format(s, format_of(w, kind));
    set_axes(chart, t, kind == CELL_PERCENT ? "0%" : format_of(w, kind));
    if (!line)
        chart_set_series_gap(chart, 60);
    chart_title_set_name(chart, arena_printf(w->a, w->english ? "%s: %s%s" : "%s：%s%s",
                                    form_section_title(t->section, w->english).p,
                                    form_pick(w->english, c->zh, c->en).p, unit_of(w, kind).p)
                                    .p);
    chart_title_set_name_font(chart, &font);
    chart_legend_set_position(chart, progress ? LXW_CHART_LEGEND_BOTTOM : LXW_CHART_LEGEND_NONE);
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
    struct spot spot = {.sheet = sheet, .at = l->at, .column = column};
    lxw_chart *chart = chart_new(w, table, &spot);
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
