/*
 * standing.c - the page of a unit: its rank, each part of its score with the arithmetic, and the
 * records behind each.
 */
#include "standing.h"
#include "form.h"

static const char style[] =
    "@page{size:A4;margin:22mm 20mm}body{font-family:SimSun,'Noto Serif CJK SC',serif;"
    "font-size:11pt;line-height:1.6;max-width:170mm;margin:auto}h1{text-align:center;"
    "font-size:18pt}table{border-collapse:collapse;width:100%;font-size:10pt}"
    "th,td{border:1px solid #000;padding:3px 6px;text-align:left}td.n{text-align:right}"
    "tr{break-inside:avoid}";

static const struct {
    const char *name, *zh;
} parts[] = {{"deals", "转移转化成交金额(元)"}, {"product_revenue", "专利产品营业收入(元)"},
    {"jobs", "吸纳就业(人)"}, {"loans", "质押融资金额(元)"}};

static const char *part_zh(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (str_is(name, parts[i].name))
            return parts[i].zh;
    }
    return "综合得分";
}

/* A member as text; "—" when it is not there. */
static struct str said(struct arena *a, const struct json *in, const char *key)
{
    const struct json *m = in ? json_get(in, key) : NULL;
    if (m && m->kind == JSON_STRING)
        return m->text;
    if (m && m->kind == JSON_NUMBER)
        return arena_printf(a, "%lld", (long long)m->n);
    return STR("—");
}

static void cell(struct buf *out, const char *open, struct str s)
{
    buf_text(out, open);
    html_text(out, s);
    buf_text(out, "</td>");
}

static void write_parts(const struct json *list, struct buf *out)
{
    buf_text(out, "<table><tr><th>指标</th><th>本单位</th><th>最高</th><th>权重 %</th><th>得分</th>"
                  "<th>记录数</th></tr>");
    for (const struct json *p = list ? list->child : NULL; p; p = p->next) {
        buf_text(out, "<tr>");
        cell(out, "<td>", str_of(part_zh(said(out->a, p, "by"))));
        cell(out, "<td class=n>", said(out->a, p, "value"));
        cell(out, "<td class=n>", said(out->a, p, "best"));
        cell(out, "<td class=n>", said(out->a, p, "weight"));
        cell(out, "<td class=n>", said(out->a, p, "points"));
        cell(out, "<td class=n>", said(out->a, p, "records"));
        buf_text(out, "</tr>");
    }
    buf_text(
        out, "</table><p>得分 = 权重 × 本单位数值 ÷ 最高数值,保留两位小数;各项之和为总分。</p>");
}

static void write_facts(const struct json *list, struct buf *out)
{
    buf_text(
        out, "<h2>依据</h2><table><tr><th>指标</th><th>编号</th><th>日期</th><th>数值</th></tr>");
    for (const struct json *p = list ? list->child : NULL; p; p = p->next) {
        buf_text(out, "<tr>");
        cell(out, "<td>", str_of(part_zh(said(out->a, p, "by"))));
        cell(out, "<td>", said(out->a, p, "reference"));
        cell(out, "<td>", said(out->a, p, "on"));
        cell(out, "<td class=n>", said(out->a, p, "value"));
        buf_text(out, "</tr>");
    }
    buf_text(out, "</table>");
}

/* Up to the heading's text. */
static void begin(struct buf *out, const char *title, const char *before)
{
    buf_printf(out,
        "<!doctype html><html lang=zh><meta charset=utf-8><title>%s</title><style>%s</style>"
        "<h1>%s",
        title, style, before);
}

void benchmark_write(const struct json *doc, struct buf *out)
{
    bool is_case = str_is(said(out->a, doc, "kind"), "case");
    const char *title = is_case ? "专利运营典型案例" : "专利运营标杆单位";
    begin(out, title, "");
    html_text(out, said(out->a, doc, "name"));
    buf_printf(out, "</h1><p>%s,认定日 ", title);
    html_text(out, said(out->a, doc, "named_on"));
    buf_text(out, str_is(said(out->a, doc, "state"), "confirmed") ? ",经两个机构确认。</p><p>"
                                                                  : "(尚待确认)。</p><p>");
    html_text(out, said(out->a, doc, "text"));
    buf_text(out, "</p><p>编号 ");
    html_text(out, said(out->a, doc, "reference"));
    buf_text(out, "</p></html>\n");
}

void standing_write(const struct json *doc, struct buf *out)
{
    const struct json *items = json_get(doc, "items");
    const struct json *unit = items ? items->child : NULL;
    begin(out, "专利运营绩效", "专利运营绩效:");
    html_text(out, said(out->a, unit, "name"));
    buf_text(out, "</h1><p>期间 ");
    html_text(out, said(out->a, doc, "from"));
    buf_text(out, " 至 ");
    html_text(out, said(out->a, doc, "to"));
    buf_printf(out, ",按%s排第 ", part_zh(said(out->a, doc, "by")));
    html_text(out, said(out->a, unit, "rank"));
    buf_text(out, " 位,总分 ");
    html_text(out, said(out->a, unit, "score"));
    buf_text(out, "。</p>");
    write_parts(unit ? json_get(unit, "parts") : NULL, out);
    write_facts(unit ? json_get(unit, "facts") : NULL, out);
    buf_text(out, "</html>\n");
}
