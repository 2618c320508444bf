/*
 * form.c - a report's words and figures as every form of it writes them.
 */
#include "form.h"

static const struct {
    const char *name, *type;
} formats[REPORT_FORMAT_COUNT] = {
    [REPORT_JSON] = {"json", "application/json"},
    [REPORT_CSV] = {"csv", "text/csv; charset=utf-8"},
    [REPORT_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    [REPORT_HTML] = {"html", "text/html; charset=utf-8"},
};

bool report_format_parse(struct str s, enum report_format *out)
{
    for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
        if (str_is(s, formats[i].name)) {
            *out = (enum report_format)i;
            return true;
        }
    }
    return false;
}

const char *report_type(enum report_format f)
{
    return formats[f].type;
}

const char *report_extension(enum report_format f)
{
    return formats[f].name;
}

/* ---- words ---------------------------------------------------------------------------------- */

struct str form_pick(bool english, const char *zh, const char *en)
{
    return str_of(english ? en : zh);
}

struct str form_title(struct arena *a, const struct report *r, bool english)
{
    static const char *const zh[] = {"一", "二", "三", "四"};
    int year = quarter_year(r->quarter), q = quarter_number(r->quarter);
    if (english)
        return arena_printf(a, "IP pledge financing, quarterly report, Q%d %d", q, year);
    return arena_printf(a, "%d年第%s季度知识产权质押融资报告", year, zh[q - 1]);
}

static struct str basis_title(struct str basis, bool english)
{
    static const char *const names[][3] = {{"signed_on", "合同签订日", "date of signing"},
        {"registered_on", "质押登记日", "date of pledge registration"},
        {"disbursed_on", "放款日", "date of disbursement"}};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_is(basis, names[i][0]))
            return form_pick(english, names[i][1], names[i][2]);
    }
    return basis;
}

int form_facts(struct arena *a, const struct report *r, bool english, struct form_fact *out)
{
    int n = 0;
    out[n++] = (struct form_fact){
        form_pick(english, "统计范围", "Scope"), english ? r->scope_en : r->scope_zh};
    out[n++] =
        (struct form_fact){form_pick(english, "统计截至", "Counted to"), day_text(a, r->as_of)};
    out[n++] = (struct form_fact){form_pick(english, "记录截至", "As recorded at"), r->known_at};
    out[n++] = (struct form_fact){
        form_pick(english, "归入季度依据", "Quarter by"), basis_title(r->basis, english)};
    out[n++] = (struct form_fact){form_pick(english, "封存", "Sealed"),
        r->sealed_at.p ? r->sealed_at : form_pick(english, "未封存", "not sealed")};
    if (r->public_only)
        out[n++] = (struct form_fact){form_pick(english, "公开版", "Public edition"),
            form_pick(english, "不足三家企业的数据以 * 代替",
                "figures of fewer than three firms are replaced by *")};
    return n;
}

struct str form_section_title(const struct report_section *s, bool english)
{
    return form_pick(english, s->zh, s->en);
}

struct str form_row_head(const struct report_section *s, bool english)
{
    return form_pick(english, s->row_zh, s->row_en);
}

const struct form_unit form_units[] = {
    [UNIT_YUAN] = {100, "yuan", "元", "yuan", "#,##0.00", 2},
    [UNIT_WAN] = {1000000, "wan", "万元", "10,000 yuan", "#,##0.00", 2},
    [UNIT_YI] = {INT64_C(10000000000), "yi", "亿元", "100 million yuan", "#,##0.0000", 4},
};

bool report_unit_parse(struct str s, int *out)
{
    for (int i = 0; i < UNIT_COUNT; i++) {
        if (str_is(s, form_units[i].name) || str_is(s, form_units[i].zh)) {
            *out = i;
            return true;
        }
    }
    return false;
}

struct str form_unit_line(struct arena *a, const struct report *r, bool english)
{
    const struct form_unit *u = &form_units[r->unit];
    return arena_printf(a, english ? "Unit: %s" : "单位：%s", english ? u->en : u->zh);
}

static struct str with_unit(
    struct arena *a, struct str title, enum cell_kind kind, int unit, bool english)
{
    const struct form_unit *u = &form_units[unit];
    if (kind == CELL_MONEY)
        return arena_printf(a, english ? "%s (%s)" : "%s（%s）", title.p, english ? u->en : u->zh);
    if (kind == CELL_PERCENT)
        return arena_printf(a, english ? "%s (%%)" : "%s（%%）", title.p);
    return title;
}

struct str form_column_title(struct arena *a, const struct report_column *c, bool english)
{
    return with_unit(a, form_pick(english, c->zh, c->en), c->kind, UNIT_YUAN, english);
}

struct str form_head(struct arena *a, const struct report_column *c, bool english)
{
    struct str title = form_pick(english, c->zh, c->en);
    return c->kind == CELL_MONEY ? title : with_unit(a, title, c->kind, UNIT_YUAN, english);
}

struct str form_row_title(struct arena *a, const struct report_section *s,
    const struct report_row *row, int unit, bool english)
{
    for (const struct report_column *c = s->columns; c->key; c++) {
        if (c->kind == CELL_BY_ROW)
            return with_unit(a, row->title, row->kind, unit, english);
    }
    return row->title;
}

bool form_has_money(const struct report_table *t)
{
    for (const struct report_column *c = t->section->columns; c->key; c++) {
        for (int i = 0; i < t->n; i++) {
            if (form_kind(c, &t->row[i]) == CELL_MONEY)
                return true;
        }
    }
    return false;
}

struct str form_total_title(bool english)
{
    return form_pick(english, "合计", "Total");
}

struct str form_nothing(bool english)
{
    return form_pick(english, "本期无记录", "No records in this period");
}

void html_text(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&': buf_text(out, "&amp;"); break;
        case '<': buf_text(out, "&lt;"); break;
        case '>': buf_text(out, "&gt;"); break;
        case '"': buf_text(out, "&quot;"); break;
        case '\'': buf_text(out, "&#39;"); break;
        default: buf_char(out, s.p[i]);
        }
    }
}

/* ---- figures -------------------------------------------------------------------------------- */

enum cell_kind form_kind(const struct report_column *c, const struct report_row *row)
{
    return c->kind == CELL_BY_ROW ? row->kind : c->kind;
}

bool form_shown(const struct report_cell *c)
{
    return c->known && !c->suppressed;
}

struct str report_cell_text(
    struct arena *a, const struct report_column *c, const struct report_row *row, int column)
{
    const struct report_cell *cell = &row->cell[column];
    if (cell->suppressed)
        return STR("*");
    if (!cell->known)
        return STR("—");
    switch (form_kind(c, row)) {
    case CELL_COUNT: return arena_printf(a, "%lld", (long long)cell->n);
    case CELL_MONEY:
    case CELL_PERCENT: return money_text(a, (money){cell->n}); /* hundredths, both of them */
    case CELL_TEXT: return cell->text;
    case CELL_BY_ROW:
    default: BUG("cell kind");
    }
}

static void put_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-._~", c));
        if (plain)
            buf_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

static void put_param(struct buf *out, char before, const char *name, struct str value)
{
    buf_char(out, before);
    buf_text(out, name);
    buf_char(out, '=');
    put_escaped(out, value);
}

/* The column of records that a figure of the plan is the sum of; itself when there is none, or
 * another figure was entered in its place. */
static const struct report_column *recorded(
    const struct report_table *t, const struct report_row *row, int column)
{
    const struct report_column *c = &t->section->columns[column];
    int at = report_column(t->section, c->a == PLAN_VALUE  ? STR("records")
                                       : c->a == PLAN_BASE ? STR("records_last_year")
                                                           : STR(""));
    bool same = at >= 0 && row->cell[at].known && row->cell[at].n == row->cell[column].n;
    return same ? &t->section->columns[at] : c;
}

struct str report_link(struct arena *a, const struct report *r, const struct report_table *t,
    const struct report_row *row, int column)
{
    const struct report_column *c = &t->section->columns[column];
    struct buf out;
    if (r->public_only) /* who may not see the records needs no address of them */
        return (struct str){NULL, 0};
    if (form_shown(&row->cell[column]) && c->from == FROM_PLAN)
        c = recorded(t, row, column);
    if (!form_shown(&row->cell[column]) || (c->from != FROM_FACTS && c->from != FROM_FIRMS))
        return (struct str){NULL, 0};
    buf_init(&out, a);
    buf_text(&out, "/v1/reports/quarterly/");
    buf_str(&out, quarter_text(a, r->quarter));
    buf_text(&out, "/rows");
    put_param(&out, '?', "section", str_of(t->section->name));
    if (row != &t->total)
        put_param(&out, '&', "row", row->key);
    put_param(&out, '&', "column", str_of(c->key));
    if (r->as_of_asked)
        put_param(&out, '&', "as_of", day_text(a, r->as_of));
    if (r->known_at_asked)
        put_param(&out, '&', "known_at", r->known_at);
    if (r->basis_asked)
        put_param(&out, '&', "basis", r->basis);
    return buf_view(&out);
}

int form_width(struct str s)
{
    int width = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c & 0xC0) != 0x80) /* from U+1100 (E1 84 80) on, characters are wide */
            width += c > 0xE1 || (c == 0xE1 && (unsigned char)s.p[i + 1] >= 0x84) ? 2 : 1;
    }
    return width;
}

struct str form_cut(struct arena *a, struct str s, int width)
{
    if (form_width(s) <= width)
        return s;
    while (s.n && form_width(s) >= width) {
        while (s.n && ((unsigned char)s.p[--s.n] & 0xC0) == 0x80)
            ;
    }
    return arena_printf(a, "%.*s…", (int)s.n, s.p);
}

struct str form_money(struct arena *a, int unit, int64_t fen)
{
    const struct form_unit *u = &form_units[unit];
    __extension__ typedef unsigned __int128 wide;
    uint64_t n = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen, ten = 1, per = (uint64_t)u->fen;
    for (int i = 0; i < u->decimals; i++)
        ten *= 10;
    uint64_t parts = (uint64_t)(((wide)n * ten * 2 + per) / ((wide)per * 2));
    struct str digits = arena_printf(a, "%llu.%0*llu", (unsigned long long)(parts / ten),
        u->decimals, (unsigned long long)(parts % ten));
    return arena_printf(a, "%s%s", fen < 0 && parts ? "-" : "", digits_grouped(a, digits).p);
}

struct str form_amount(struct arena *a, int64_t fen, bool english)
{
    static const struct {
        int64_t fen;
        const char *unit;
    } zh[] = {{INT64_C(10000000000), "亿元"}, {1000000, "万元"}, {100, "元"}},
      en[] = {{INT64_C(100000000000), " bn yuan"}, {100000000, " m yuan"}, {100, " yuan"}};
    uint64_t n = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    size_t i = 0;
    while (i + 1 < COUNT_OF(zh) && n < (uint64_t)(english ? en[i].fen : zh[i].fen))
        i++;
    uint64_t unit = (uint64_t)(english ? en[i].fen : zh[i].fen);
    uint64_t whole = n / unit, hundredths = ((n % unit) * 200 + unit) / (unit * 2);
    struct str text = money_text(a, (money){(int64_t)(whole * 100 + hundredths)});
    return arena_printf(a, "%s%s%s", fen < 0 ? "-" : "", digits_grouped(a, text).p,
        english ? en[i].unit : zh[i].unit);
}
