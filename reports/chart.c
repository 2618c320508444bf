/*
 * chart.c - pictures of a section as inline SVG: whole numbers in, whole pixels out.
 *
 * Nothing in Debian draws SVG for a C program without a canvas of its own, and the pictures are
 * rectangles, a line and words, so they are written here. Colours come from the page's style.
 * A figure that is not shown in the table is not shown in the picture.
 */
#include "form.h"

enum {
    WIDTH = 720,
    FIGURE_ROOM = 110,
    CHAR_PX = 7,
    LABEL_CHARS_MAX = 46,
    BARS_MAX = 24,
    TICKS = 5
};

/* Sums beyond this are drawn as this high: the span of an axis stays within 64 bits. */
#define DRAWN_MAX INT64_C(2000000000000000000)

struct chart {
    const struct report_table *t;
    const struct report_column *column;
    bool english;
    struct buf *out;
    int n;
    const struct report_row **row; /* those with a figure to show */
};

static int64_t value_of(const struct chart *c, int i)
{
    int64_t n = c->row[i]->cell[c->t->section->chart_column].n;
    return n > DRAWN_MAX ? DRAWN_MAX : n < -DRAWN_MAX ? -DRAWN_MAX : n;
}

static struct str figure(const struct chart *c, int64_t n, enum cell_kind kind)
{
    struct arena *a = c->out->a;
    if (kind == CELL_MONEY)
        return form_amount(a, n, c->english);
    if (kind == CELL_PERCENT)
        return arena_printf(a, "%s%%", money_text(a, (money){n}).p);
    return digits_grouped(a, arena_printf(a, "%lld", (long long)n));
}

static struct str figure_of(const struct chart *c, int i)
{
    return figure(c, value_of(c, i), form_kind(c->column, c->row[i]));
}

/* ---- pieces --------------------------------------------------------------------------------- */

static void put_rect(struct buf *out, const char *class, int x, int y, int width, int height)
{
    buf_printf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\"/>",
        class, x, y, width, height);
}

static void put_line(struct buf *out, const char *class, int x1, int y1, int x2, int y2)
{
    buf_printf(
        out, "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", class, x1, y1, x2, y2);
}

/* anchor: "start", "middle", "end" */
static void put_words(
    struct buf *out, const char *class, const char *anchor, int x, int y, struct str s)
{
    buf_printf(
        out, "<text class=\"%s\" text-anchor=\"%s\" x=\"%d\" y=\"%d\">", class, anchor, x, y);
    html_text(out, s);
    buf_text(out, "</text>");
}

/* The figures in words, for those who hear the page, and the frame of the picture. */
static void open_svg(const struct chart *c, int height)
{
    const struct report_section *s = c->t->section;
    struct buf *out = c->out;
    buf_printf(out,
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"t-%s d-%s\">"
        "<title id=\"t-%s\">",
        WIDTH, height, s->name, s->name, s->name);
    html_text(out, form_section_title(s, c->english));
    buf_text(out, c->english ? ": " : "：");
    html_text(out, form_pick(c->english, c->column->zh, c->column->en));
    buf_printf(out, "</title><desc id=\"d-%s\">", s->name);
    for (int i = 0; i < c->n; i++) {
        if (i)
            buf_text(out, c->english ? "; " : "；");
        html_text(out, c->row[i]->title);
        buf_char(out, ' ');
        html_text(out, figure_of(c, i));
    }
    buf_text(out, "</desc>");
}

/* What the picture shows and in which unit, above it. */
static void put_caption(const struct chart *c, const char *unit)
{
    struct str title = form_pick(c->english, c->column->zh, c->column->en);
    put_words(c->out, "caption", "start", 0, 13,
        unit[0] ? arena_printf(c->out->a, c->english ? "%s, %s" : "%s（%s）", title.p, unit)
                : title);
}

/* ---- lying bars ------------------------------------------------------------------------------ */

enum { BAR = 16, BAR_STEP = 24, BARS_TOP = 24 };

static int label_room(const struct chart *c)
{
    int widest = 4;
    for (int i = 0; i < c->n; i++) {
        int w = form_width(c->row[i]->title);
        widest = w > widest ? w : widest;
    }
    return (widest > LABEL_CHARS_MAX ? LABEL_CHARS_MAX : widest) * CHAR_PX + 10;
}

static void put_label(const struct chart *c, int i, int x, int y)
{
    put_words(c->out, "label", "end", x - 8, y + 12,
        form_cut(c->out->a, c->row[i]->title, LABEL_CHARS_MAX));
}

static void largest_first(struct chart *c)
{
    for (int i = 1; i < c->n; i++) {
        const struct report_row *row = c->row[i];
        int at = i;
        int64_t n = value_of(c, i);
        for (; at > 0 && value_of(c, at - 1) < n; at--)
            c->row[at] = c->row[at - 1];
        c->row[at] = row;
    }
}

static void draw_bars(struct chart *c)
{
    largest_first(c);
    int left = label_room(c), shown = c->n > BARS_MAX ? BARS_MAX : c->n;
    int64_t most = value_of(c, 0) > 0 ? value_of(c, 0) : 1;
    open_svg(c, BARS_TOP + shown * BAR_STEP + (shown < c->n ? 20 : 0));
    put_caption(c, "");
    for (int i = 0; i < shown; i++) {
        int y = BARS_TOP + i * BAR_STEP;
        int64_t n = value_of(c, i) > 0 ? value_of(c, i) : 0;
        int width = (int)money_part(n, WIDTH - left - FIGURE_ROOM, most);
        put_label(c, i, left, y);
        put_rect(c->out, "bar", left, y, width, BAR);
        put_words(c->out, "figure", "start", left + width + 6, y + 12, figure_of(c, i));
    }
    if (shown < c->n)
        put_words(c->out, "label", "start", left, BARS_TOP + shown * BAR_STEP + 12,
            arena_printf(c->out->a, c->english ? "and %d more" : "另有 %d 项见表", c->n - shown));
    buf_text(c->out, "</svg>");
}

/* ---- progress -------------------------------------------------------------------------------- */

/* Percentages of a threshold: the whole is 100.00, or the farthest row beyond it. */
static void draw_progress(struct chart *c)
{
    enum { WHOLE = 10000, FOOT = 20 };
    int64_t scale = WHOLE;
    for (int i = 0; i < c->n; i++)
        scale = value_of(c, i) > scale ? value_of(c, i) : scale;
    int left = label_room(c), room = WIDTH - left - FIGURE_ROOM;
    int goal = left + (int)money_part(WHOLE, room, scale), bottom = BARS_TOP + c->n * BAR_STEP;
    open_svg(c, bottom + FOOT);
    put_caption(c, "");
    for (int i = 0; i < c->n; i++) {
        int y = BARS_TOP + i * BAR_STEP;
        int64_t n = value_of(c, i) > 0 ? value_of(c, i) : 0;
        int width = (int)money_part(n, room, scale);
        put_label(c, i, left, y);
        put_rect(c->out, "track", left, y, room, BAR);
        put_rect(c->out, n >= WHOLE ? "bar reached" : "bar", left, y, width, BAR);
        put_words(c->out, "figure", "start", left + room + 6, y + 12, figure_of(c, i));
    }
    put_line(c->out, "goal", goal, BARS_TOP - 4, goal, bottom);
    put_words(c->out, "figure", "middle", goal, bottom + 13,
        form_pick(c->english, "目标 100%", "threshold 100%"));
    buf_text(c->out, "</svg>");
}

/* ---- a line over the quarters ---------------------------------------------------------------- */

enum { LINE_TOP = 44, LINE_HEIGHT = 180, LINE_FOOT = 28, LINE_LEFT = 64, LINE_RIGHT = 28 };

/* The smallest of 1, 2, 5 times a power of ten that needs at most TICKS steps for the span. */
static int64_t tick_step(int64_t span)
{
    static const int64_t head[] = {1, 2, 5};
    for (int64_t power = 1;; power *= 10) {
        for (size_t i = 0; i < COUNT_OF(head); i++) {
            if ((span - 1) / (power * head[i]) < TICKS)
                return power * head[i];
        }
    }
}

struct axis {
    int64_t low, high, step;
    int64_t unit; /* a figure on the axis is n / unit */
    const char *unit_name;
};

static struct axis axis_of(const struct chart *c)
{
    struct axis x = {.unit = 1, .unit_name = ""};
    int64_t most = 1, least = 0;
    for (int i = 0; i < c->n; i++) {
        most = value_of(c, i) > most ? value_of(c, i) : most;
        least = value_of(c, i) < least ? value_of(c, i) : least;
    }
    x.step = tick_step(most > -least ? most : -least);
    x.high = (most + x.step - 1) / x.step * x.step;
    x.low = -((-least + x.step - 1) / x.step * x.step);
    if (form_kind(c->column, c->row[0]) == CELL_MONEY) {
        bool big = most >= INT64_C(10000000000);
        x.unit = c->english ? 100000000 : big ? INT64_C(10000000000) : 1000000;
        x.unit_name = c->english ? "million yuan" : big ? "亿元" : "万元";
    } else if (form_kind(c->column, c->row[0]) == CELL_PERCENT) {
        x.unit = 100;
        x.unit_name = "%";
    }
    return x;
}

/* n in the axis' unit, two decimals, those of a round figure left out. */
static struct str in_unit(struct arena *a, const struct axis *x, int64_t n, bool round)
{
    int64_t magnitude = n < 0 ? -n : n;
    int64_t hundredths = x->unit == 1 ? magnitude * 100 : money_part(magnitude, 100, x->unit);
    struct str s = digits_grouped(a, money_text(a, (money){n < 0 ? -hundredths : hundredths}));
    while (round && s.n && s.p[s.n - 1] == '0')
        s.n--;
    if (round && s.n && s.p[s.n - 1] == '.')
        s.n--;
    return arena_str(a, s.p, s.n);
}

static int height_of(const struct axis *x, int64_t n)
{
    return LINE_TOP + LINE_HEIGHT - (int)money_part(n - x->low, LINE_HEIGHT, x->high - x->low);
}

static int place_of(const struct chart *c, int i)
{
    int room = WIDTH - LINE_LEFT - LINE_RIGHT;
    return LINE_LEFT + room * (2 * i + 1) / (2 * c->n);
}

static void put_grid(const struct chart *c, const struct axis *x)
{
    for (int64_t n = x->low; n <= x->high; n += x->step) {
        int y = height_of(x, n);
        put_line(c->out, n ? "grid" : "grid base", LINE_LEFT, y, WIDTH, y);
        put_words(c->out, "label", "end", LINE_LEFT - 8, y + 4, in_unit(c->out->a, x, n, true));
    }
}

static void draw_line(struct chart *c)
{
    struct axis x = axis_of(c);
    /* As many words as find room: those of a quarter take 64 pixels. */
    int every = (c->n * 64 + WIDTH - 1) / WIDTH;
    open_svg(c, LINE_TOP + LINE_HEIGHT + LINE_FOOT);
    put_caption(c, x.unit_name);
    put_grid(c, &x);
    for (int i = 0; i < c->n; i++) {
        int y = height_of(&x, value_of(c, i)), zero = height_of(&x, 0), width = 400 / c->n;
        width = width > 36 ? 36 : width < 2 ? 2 : width;
        put_rect(c->out, "column", place_of(c, i) - width / 2, y < zero ? y : zero, width,
            y < zero ? zero - y : y - zero);
    }
    buf_text(c->out, "<polyline class=\"trend\" points=\"");
    for (int i = 0; i < c->n; i++)
        buf_printf(c->out, "%s%d,%d", i ? " " : "", place_of(c, i), height_of(&x, value_of(c, i)));
    buf_text(c->out, "\"/>");
    for (int i = 0; i < c->n; i++) {
        int px = place_of(c, i), y = height_of(&x, value_of(c, i));
        buf_printf(c->out, "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"3\"/>", px, y);
        if ((c->n - 1 - i) % every)
            continue;
        bool whole = form_kind(c->column, c->row[i]) == CELL_COUNT;
        put_words(
            c->out, "figure", "middle", px, y - 9, in_unit(c->out->a, &x, value_of(c, i), whole));
        put_words(c->out, "label", "middle", px, LINE_TOP + LINE_HEIGHT + 18,
            form_cut(c->out->a, c->row[i]->title, 10));
    }
    buf_text(c->out, "</svg>");
}

void chart_svg(const struct report_table *t, bool english, struct buf *out)
{
    const struct report_section *s = t->section;
    struct chart c = {
        .t = t, .column = &s->columns[s->chart_column], .english = english, .out = out};
    if (s->chart == CHART_NONE || t->n == 0)
        return;
    bool any = false; /* a picture of noughts tells nothing */
    c.row = arena_alloc(out->a, (size_t)t->n * sizeof(const struct report_row *));
    for (int i = 0; i < t->n; i++) {
        const struct report_cell *cell = &t->row[i].cell[s->chart_column];
        if (form_shown(cell))
            c.row[c.n++] = &t->row[i];
        any |= form_shown(cell) && cell->n != 0;
    }
    if (!any)
        return;
    switch (s->chart) {
    case CHART_LINE: draw_line(&c); break;
    case CHART_BARS: draw_bars(&c); break;
    case CHART_PROGRESS: draw_progress(&c); break;
    case CHART_NONE:
    default: BUG("chart");
    }
}
