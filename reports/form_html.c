/*
 * form_html.c - a report as one page that prints on A4, without a script.
 *
 * Tables are in the unit that was chosen, each amount with its fen behind it; the first page and
 * the pictures round for reading. Every figure that records stand behind is a link to them. Style
 * and pictures are inside the page, so that it can be kept as one file and says the same in ten
 * years.
 */
#include "form.h"

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2733;--mute:#5a6878;--line:#d5dce4;--paper:#fff;"
    "--band:#f4f6f9;--accent:#1d5fa7;--soft:#b9d2ec;--done:#2e7d4f;--goal:#b3421b}"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e4e9ef;--mute:#9aa8b7;"
    "--line:#35414e;--paper:#12181f;--band:#1a222b;--accent:#6cabeb;--soft:#2c4a68;--done:#5fbf86;"
    "--goal:#f08a5d}}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;padding:24px 28px 48px;max-width:1300px;background:var(--paper);"
    "color:var(--ink);font:14px/1.55 system-ui,\"PingFang SC\",\"Microsoft YaHei\","
    "\"Noto Sans CJK SC\",sans-serif}"
    "h1{font-size:25px;line-height:1.3;margin:0 0 10px}"
    "h2{font-size:17px;margin:36px 0 10px;padding-left:10px;border-left:4px solid var(--accent)}"
    "a{color:inherit;text-decoration:none}a:hover,a:focus{color:var(--accent);"
    "text-decoration:underline}"
    "dl.facts{display:flex;flex-wrap:wrap;gap:4px 26px;margin:0;color:var(--mute);font-size:13px}"
    "dl.facts div{display:flex;gap:8px}dl.facts dd{margin:0;color:var(--ink)}"
    "nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:14px 0 0;padding:8px 0;font-size:13px;"
    "border-top:1px solid var(--line);border-bottom:1px solid var(--line)}nav "
    "a{color:var(--accent)}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;"
    "margin:18px 0 0}.tile{background:var(--band);border:1px solid var(--line);border-radius:8px;"
    "padding:12px 14px}.tile p{margin:0}.tile .name{color:var(--mute);font-size:13px}"
    ".tile .big{font-size:23px;font-weight:650;font-variant-numeric:tabular-nums}"
    ".tile .more{font-size:12.5px;color:var(--mute)}"
    ".wrap{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;font-size:13px}table.few{width:auto;min-width:60%}"
    ".tiles+.wrap,.wrap+.wrap{margin-top:14px}"
    "th,td{padding:5px 9px;border-bottom:1px solid var(--line);vertical-align:bottom}"
    "thead th{border-bottom:2px solid var(--mute);font-weight:600;text-align:right;"
    "background:var(--band);min-width:4.8em}thead th.text{text-align:left}"
    "th:first-child{text-align:left;position:sticky;left:0;background:var(--paper);min-width:10."
    "5em}"
    "thead th:first-child{background:var(--band)}"
    "tbody th{font-weight:400}.wide tbody "
    "th{white-space:nowrap}td{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}td.text{text-align:left;white-space:normal;min-width:8em}"
    "tfoot th,tfoot td{border-top:2px solid var(--mute);border-bottom:0;font-weight:650}"
    "td.none{color:var(--mute)}p.none{color:var(--mute);margin:6px 0}"
    "svg.chart{display:block;width:100%;max-width:760px;height:auto;margin:4px 0 16px}"
    ".chart text{fill:var(--mute);font-size:12px}.chart .caption{font-size:12.5px}"
    ".chart .figure{fill:var(--ink);font-variant-numeric:tabular-nums;paint-order:stroke;"
    "stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}"
    ".chart .bar{fill:var(--accent)}.chart .reached{fill:var(--done)}"
    ".chart .track{fill:var(--band);stroke:var(--line)}.chart .column{fill:var(--soft)}"
    ".chart .grid{stroke:var(--line)}.chart .base{stroke:var(--mute)}"
    ".chart .trend{fill:none;stroke:var(--accent);stroke-width:2}.chart .dot{fill:var(--accent)}"
    ".chart .goal{stroke:var(--goal);stroke-width:2;stroke-dasharray:5 3}"
    ".brief{margin:18px 0 0}.say{font-size:16px;margin:6px 0;max-width:70em}"
    "p.unit{text-align:right;margin:0 0 4px;font-size:13px}p.note{color:var(--mute);font-size:12px;"
    "margin:6px 0 0;max-width:90em}"
    "dl.sign{display:flex;flex-wrap:wrap;gap:8px 30px;margin:22px 0 0}dl.sign div{display:flex}"
    "dl.sign dd{margin:0}dd.line{min-width:7em;border-bottom:1px solid var(--mute)}"
    "footer{margin-top:32px;color:var(--mute);font-size:12.5px}";
static const char print_style[] =
    "@page{size:A4 landscape;margin:12mm 11mm 14mm;@bottom-right{content:counter(page) \" / \" "
    "counter(pages);font-size:8pt}}"
    "@media "
    "print{.brief{break-after:page}*{print-color-adjust:exact}body{max-width:none;padding:0;font-"
    "size:9.5pt}nav{display:none}"
    "h1{font-size:17pt}h2{font-size:12pt;margin:16pt 0 5pt;break-after:avoid}"
    ".tiles{grid-template-columns:repeat(4,1fr);gap:6pt}.tile .big{font-size:14pt}"
    ".tile{padding:6pt 8pt}.wrap{overflow:visible;break-inside:avoid}table{font-size:8pt}"
    "table.wide{font-size:7pt}th,td{padding:2.4pt 4pt}table.wide th,table.wide td{padding:2pt "
    "2.2pt}thead "
    "th{min-width:3.6em}th:first-child,thead "
    "th:first-child{position:static;min-width:5em}tr,svg,.tile{break-inside:"
    "avoid}"
    "svg.chart{max-width:112mm;break-after:avoid}"
    "thead{display:table-header-group}tfoot{display:table-row-group;break-before:avoid}}";

/* <tag>text</tag> */
static void put_element(struct buf *out, const char *tag, const char *attributes, struct str text)
{
    buf_printf(out, "<%s%s>", tag, attributes);
    html_text(out, text);
    buf_printf(out, "</%s>", tag);
}

static void open_link(struct buf *out, struct str link)
{
    if (!link.p)
        return;
    buf_text(out, "<a href=\"");
    html_text(out, link);
    buf_text(out, "\">");
}

static void close_link(struct buf *out, struct str link)
{
    if (link.p)
        buf_text(out, "</a>");
}

/* ---- the first page ------------------------------------------------------------------------- */

/* 填报单位, and who drew it up, looked it through, lets it go out: lines to be signed. */
static void put_signatures(const struct report *r, bool english, struct buf *out)
{
    static const char *const names[][2] = {
        {"制表", "Drawn up by"}, {"审核", "Checked by"}, {"签发", "Released by"}, {"日期", "Date"}};
    buf_text(out, "<dl class=\"sign\"><div>");
    put_element(out, "dt", "", form_pick(english, "填报单位：", "Reported by: "));
    put_element(out, "dd", "", r->reporter.p ? r->reporter : STR(""));
    buf_text(out, "</div>");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        buf_text(out, "<div>");
        put_element(
            out, "dt", "", arena_printf(out->a, english ? "%s: " : "%s：", names[i][english]));
        buf_text(out, "<dd class=\"line\"></dd></div>");
    }
    buf_text(out, "</dl>");
}

static void put_brief(const struct report *r, bool english, struct buf *out)
{
    struct str sentence[FORM_SENTENCES];
    struct form_figure figure[FORM_FIGURES];
    int n = form_figures(out->a, r, english, figure);
    form_sentences(out->a, r, english, sentence);
    buf_text(out, "<div class=\"brief\">");
    for (int i = 0; i < FORM_SENTENCES; i++) {
        if (sentence[i].p)
            put_element(out, "p", " class=\"say\"", sentence[i]);
    }
    buf_text(out, "<div class=\"tiles\">");
    for (int i = 0; i < n; i++) {
        buf_text(out, "<div class=\"tile\">");
        put_element(out, "p", " class=\"name\"", figure[i].name);
        put_element(out, "p", " class=\"big\"", figure[i].value);
        put_element(out, "p", " class=\"more\"", figure[i].more);
        buf_text(out, "</div>");
    }
    buf_text(out, "</div>");
    put_signatures(r, english, out);
    buf_text(out, "</div>\n");
}

/* ---- tables --------------------------------------------------------------------------------- */

static void put_cell(const struct report *r, const struct report_table *t,
    const struct report_row *row, int column, struct buf *out)
{
    const struct report_column *c = &t->section->columns[column];
    struct str text = report_cell_text(out->a, c, row, column);
    struct str link = report_link(out->a, r, t, row, column);
    enum cell_kind kind = form_kind(c, row);
    bool figure = form_shown(&row->cell[column]) && kind != CELL_TEXT;
    bool rounded = figure && kind == CELL_MONEY && r->unit != UNIT_YUAN;
    if (rounded) /* to the fen, for whoever points at it */
        buf_printf(out, "<td title=\"%s\">", digits_grouped(out->a, text).p);
    else
        buf_text(out, kind == CELL_TEXT                ? "<td class=\"text\">"
                      : form_shown(&row->cell[column]) ? "<td>"
                                                       : "<td class=\"none\">");
    open_link(out, link);
    html_text(out, rounded  ? form_money(out->a, r->unit, row->cell[column].n)
                   : figure ? digits_grouped(out->a, text)
                            : text);
    close_link(out, link);
    buf_text(out, "</td>");
}

/* Columns of one table: a page is not wide enough for all of a section's. */
struct span {
    int from, to;
};

static void put_row(const struct report *r, const struct report_table *t,
    const struct report_row *row, struct str title, struct span columns, struct buf *out)
{
    buf_text(out, "<tr>");
    put_element(out, "th", " scope=\"row\"", title);
    for (int i = columns.from; i < columns.to; i++)
        put_cell(r, t, row, i, out);
    buf_text(out, "</tr>\n");
}

static void put_head_row(
    const struct report_section *s, struct span columns, bool english, struct buf *out)
{
    buf_text(out, "<thead><tr>");
    put_element(out, "th", " scope=\"col\"", form_row_head(s, english));
    for (int i = columns.from; i < columns.to; i++) {
        const struct report_column *c = &s->columns[i];
        put_element(out, "th",
            c->kind == CELL_TEXT ? " scope=\"col\" class=\"text\"" : " scope=\"col\"",
            form_head(out->a, c, english));
    }
    buf_text(out, "</tr></thead>\n");
}

static void put_table(const struct report *r, const struct report_table *t, struct span columns,
    bool english, struct buf *out)
{
    const struct report_section *s = t->section;
    enum { FEW = 3, MANY = 9 }; /* columns: a page wide would tear them apart; small letters */
    int n = report_columns(s);  /* both tables of a section look the same */
    buf_printf(out, "<div class=\"wrap\"><table class=\"%s\">",
        n <= FEW   ? "few"
        : n > MANY ? "wide"
                   : "usual");
    put_head_row(s, columns, english, out);
    buf_text(out, "<tbody>\n");
    for (int i = 0; i < t->n; i++)
        put_row(r, t, &t->row[i], form_row_title(out->a, s, &t->row[i], r->unit, english), columns,
            out);
    buf_text(out, "</tbody>\n");
    if (t->total.cell) {
        buf_text(out, "<tfoot>");
        put_row(r, t, &t->total, form_total_title(english), columns, out);
        buf_text(out, "</tfoot>");
    }
    buf_text(out, "</table></div>\n");
}

/* Where the second table of a wide section begins: past the middle, at a number that follows a
 * percentage, for that is where a new comparison begins. */
static int second_table(const struct report_section *s)
{
    enum { PAGE = 12 };
    int n = report_columns(s);
    for (int i = n / 2; n > PAGE && i < n; i++) {
        if (s->columns[i].kind == CELL_COUNT && s->columns[i - 1].kind == CELL_PERCENT)
            return i;
    }
    return n;
}

static void put_tables(
    const struct report *r, const struct report_table *t, bool english, struct buf *out)
{
    int n = report_columns(t->section), second = second_table(t->section);
    put_table(r, t, (struct span){0, second}, english, out);
    if (second < n)
        put_table(r, t, (struct span){second, n}, english, out);
}

static void put_section(
    const struct report *r, const struct report_table *t, bool english, struct buf *out)
{
    buf_printf(out, "<section id=\"%s\">", t->section->name);
    put_element(out, "h2", "", form_section_title(t->section, english));
    buf_char(out, '\n');
    chart_svg(t, english, out);
    if (t->n == 0 && !t->total.cell) {
        put_element(out, "p", " class=\"none\"", form_nothing(english));
    } else {
        if (form_has_money(t))
            put_element(out, "p", " class=\"unit\"", form_unit_line(out->a, r, english));
        put_tables(r, t, english, out);
    }
    put_element(out, "p", " class=\"note\"",
        arena_printf(
            out->a, english ? "Definitions: %s" : "口径：%s", form_note(t->section, english).p));
    buf_text(out, "</section>\n");
}

/* ---- the page ------------------------------------------------------------------------------- */

static void put_head(const struct report *r, bool english, struct buf *out)
{
    struct form_fact facts[FORM_FACTS_MAX];
    int n = form_facts(out->a, r, english, facts);
    struct str title = form_title(out->a, r, english);
    buf_printf(out, "<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">",
        english ? "en" : "zh-CN");
    buf_text(out, "<meta name=\"viewport\" content=\"width=device-width\">");
    put_element(out, "title", "", title);
    buf_printf(out, "<style>%s%s</style></head>\n<body>\n<header>", style, print_style);
    put_element(out, "h1", "", title);
    buf_text(out, "<dl class=\"facts\">");
    for (int i = 0; i < n; i++) {
        buf_text(out, "<div>");
        put_element(out, "dt", "", facts[i].name);
        put_element(out, "dd", "", facts[i].value);
        buf_text(out, "</div>");
    }
    buf_text(out, "</dl></header>\n");
    put_brief(r, english, out);
    buf_text(out, "<nav>");
    for (int i = 0; i < r->n; i++) {
        const struct report_section *s = r->table[i].section;
        buf_printf(out, "<a href=\"#%s\">", s->name);
        html_text(out, form_section_title(s, english));
        buf_text(out, "</a>");
    }
    buf_text(out, "</nav>\n<main>\n");
}

void report_html(const struct report *r, bool english, struct buf *out)
{
    put_head(r, english, out);
    for (int i = 0; i < r->n; i++)
        put_section(r, &r->table[i], english, out);
    buf_text(out, "</main>\n<footer>");
    html_text(out,
        form_pick(english,
            "金额按所示单位四舍五入，合计由未经舍入的数值相加；同比、环比为未经舍入的数值之比，保留"
            "两位"
            "小数；“—”表示无可比数据，“*”表示不公开。",
            "Amounts are rounded to the unit that is shown, totals are sums of unrounded figures. "
            "Rates of growth come from unrounded figures and keep two decimals; — means that there "
            "is nothing to compare with, * that a figure is not published."));
    buf_text(out, "</footer>\n</body>\n</html>\n");
}
