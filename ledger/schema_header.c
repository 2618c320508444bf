/*
 * schema_header.c - what the columns of a spreadsheet hold, by their titles.
 *
 * Titles are compared as a reader would: width, case, spaces, line breaks, stars and the kind of
 * brackets do not matter; a bracket may say the unit or that the column must be filled. Anything
 * else in it makes another title of it, which is refused with the nearest one that there is.
 */
#include "cell.h"
#include "fields.h"
#include "sheet.h"

/* ---- remarks in brackets ----------------------------------------------------------------------
 */

enum remark_kind { REMARK_UNIT, REMARK_PERCENT, REMARK_DAY, REMARK_NONE };
static const struct remark {
    const char *text; /* in its cell_form */
    enum remark_kind kind;
    int scale;
} remarks[] = {{"百万元", REMARK_UNIT, 6}, {"人民币万元", REMARK_UNIT, 4},
    {"单位万元", REMARK_UNIT, 4}, {"万元", REMARK_UNIT, 4}, {"单位亿元", REMARK_UNIT, 8},
    {"亿元", REMARK_UNIT, 8}, {"千元", REMARK_UNIT, 3}, {"人民币元", REMARK_UNIT, 0},
    {"单位元", REMARK_UNIT, 0}, {"元", REMARK_UNIT, 0}, {"%", REMARK_PERCENT, 0},
    {"百分数", REMARK_PERCENT, 0}, {"yyyymmdd", REMARK_DAY, 0}, {"yyyy/mm/dd", REMARK_DAY, 0},
    {"yyyy.mm.dd", REMARK_DAY, 0}, {"年月日", REMARK_DAY, 0}, {"必填", REMARK_NONE, 0},
    {"必输", REMARK_NONE, 0}, {"选填", REMARK_NONE, 0}, {"可选", REMARK_NONE, 0}};

static const struct remark *remark_of(struct str s)
{
    for (size_t i = 0; i < COUNT_OF(remarks); i++) {
        if (str_is(s, remarks[i].text))
            return &remarks[i];
    }
    return NULL;
}

/* A title is taken apart from its ends, one remark at a time. */
struct title {
    struct str rest;
    const struct remark *unit; /* or percent, or day */
    bool twice;
};

static void keep_remark(struct title *t, const struct remark *r)
{
    if (r->kind == REMARK_NONE)
        return;
    t->twice |= t->unit && t->unit != r;
    t->unit = r;
}

/* "成员单位(名称|类型)" -> "成员单位": the parts of a list's elements. */
static bool take_parts(struct arena *a, struct title *t)
{
    const char *bar = memchr(t->rest.p, '|', t->rest.n);
    const char *open = bar ? memrchr(t->rest.p, '(', (size_t)(bar - t->rest.p)) : NULL;
    if (!open || open == t->rest.p || t->rest.p[t->rest.n - 1] != ')')
        return false;
    t->rest = arena_str(a, t->rest.p, (size_t)(open - t->rest.p));
    return true;
}

/* "(必填)金额(万元)" -> "(必填)金额" -> "金额"; false: no remark in brackets is left. */
static bool take_bracket(struct arena *a, struct title *t)
{
    struct str s = t->rest;
    const char *open = memrchr(s.p, '(', s.n), *close = memchr(s.p, ')', s.n);
    const struct remark *r;
    if (open && s.p[s.n - 1] == ')' && open > s.p) {
        r = remark_of((struct str){open + 1, (size_t)(s.p + s.n - open) - 2});
        if (r) {
            keep_remark(t, r);
            t->rest = arena_str(a, s.p, (size_t)(open - s.p));
            return true;
        }
    }
    if (!close || s.p[0] != '(')
        return false;
    r = remark_of((struct str){s.p + 1, (size_t)(close - s.p) - 1});
    if (!r)
        return false;
    keep_remark(t, r);
    t->rest = arena_str(a, close + 1, (size_t)(s.p + s.n - close) - 1);
    return true;
}

/* "金额万元" -> "金额". */
static bool take_suffix(struct arena *a, struct title *t)
{
    struct str s = t->rest;
    for (size_t i = 0; i < COUNT_OF(remarks); i++) {
        size_t n = strlen(remarks[i].text);
        bool is_unit = remarks[i].kind == REMARK_UNIT || remarks[i].kind == REMARK_PERCENT;
        if (is_unit && s.n > n && memcmp(s.p + s.n - n, remarks[i].text, n) == 0) {
            keep_remark(t, &remarks[i]);
            t->rest = arena_str(a, s.p, s.n - n);
            return true;
        }
    }
    return false;
}

/* ---- fields by their titles -------------------------------------------------------------------
 */

static int field_of(struct arena *a, const struct record *r, struct str form)
{
    for (int i = 0; r->fields[i].name; i++) {
        const struct field *f = &r->fields[i];
        if (str_eq(form, cell_form(a, str_of(f->zh))) ||
            str_eq(form, cell_form(a, str_of(f->name))))
            return i;
    }
    return -1;
}

static int find_field(struct arena *a, const struct record *r, struct title *t)
{
    int found = field_of(a, r, t->rest);
    while (found < 0 && (take_bracket(a, t) || take_parts(a, t)))
        found = field_of(a, r, t->rest);
    if (found < 0 && take_suffix(a, t))
        found = field_of(a, r, t->rest);
    return found;
}

/* Bytes of characters that both have in this order, of texts of at most 120 bytes. */
static int in_common(struct str x, struct str y)
{
    int row[121] = {0};
    if (x.n > 120 || y.n > 120)
        return 0;
    for (size_t i = 0; i < x.n; i++) {
        int diagonal = 0;
        for (size_t j = 0; j < y.n; j++) {
            int above = row[j + 1];
            int best = above > row[j] ? above : row[j];
            row[j + 1] = x.p[i] == y.p[j] ? diagonal + 1 : best;
            diagonal = above;
        }
    }
    return row[y.n];
}

/* The field whose title or name shares most with it; NULL when that is less than half. */
static const struct field *nearest(struct arena *a, const struct record *r, struct str form)
{
    const struct field *best = NULL;
    int most = 50;
    for (int i = 0; r->fields[i].name; i++) {
        const struct field *f = &r->fields[i];
        struct str both[] = {cell_form(a, str_of(f->zh)), cell_form(a, str_of(f->name))};
        for (size_t k = 0; k < COUNT_OF(both); k++) {
            int part = 200 * in_common(form, both[k]) / (int)(form.n + both[k].n);
            if (part > most) {
                most = part;
                best = f;
            }
        }
    }
    return best;
}

/* ---- columns ----------------------------------------------------------------------------------
 */

bool schema_is_packed(const struct field *f)
{
    if (f->kind != F_LIST)
        return false;
    for (int i = 1; f->of[i].name; i++) {
        if (f->of[i].need)
            return true;
    }
    return f->of[0].kind == F_DAY;
}

/* A cell holds one value, or a list: of what its elements must have one text each, or their parts.
 */
bool schema_has_column(const struct field *f)
{
    return f->kind != F_OBJECT && f->kind != F_JSON;
}

struct str schema_column_title(struct arena *a, const struct field *f)
{
    struct buf b;
    if (!schema_is_packed(f))
        return str_of(f->zh);
    buf_init(&b, a);
    buf_printf(&b, "%s(", f->zh);
    for (int i = 0; f->of[i].name; i++)
        buf_printf(&b, "%s%s", i ? "|" : "", f->of[i].zh);
    buf_char(&b, ')');
    return buf_view(&b);
}

static bool unit_fits(const struct field *f, const struct title *t)
{
    if (t->twice)
        return false;
    switch (t->unit ? t->unit->kind : REMARK_NONE) {
    case REMARK_UNIT: return f->kind == F_MONEY;
    case REMARK_PERCENT: return f->kind == F_RATE;
    case REMARK_DAY: return f->kind == F_DAY;
    case REMARK_NONE: return true;
    default: BUG("kind of a remark");
    }
}

static bool refuse_title(
    struct arena *a, const struct record *r, struct str shown, struct str form, struct err *e)
{
    const struct field *f = nearest(a, r, form);
    if (!f)
        return err_add(e, E_HEADER, STR(""), "%s ?", shown.p);
    return err_add(e, E_HEADER, STR(""), "%s ? → %s (%s)", shown.p, f->zh, f->name);
}

static bool read_column(
    const struct record *r, struct str cell, struct csv_column *out, struct err *e)
{
    struct arena *a = e->a;
    struct title t = {.rest = cell_form(a, cell)};
    struct str whole = t.rest;
    *out = (struct csv_column){.field = -1, .untitled = whole.n == 0};
    if (whole.n == 0 || whole.p[0] == '#')
        return true;
    int found = find_field(a, r, &t);
    if (found < 0)
        return refuse_title(a, r, cell, whole, e);
    const struct field *f = &r->fields[found];
    if (!schema_has_column(f))
        return err_add(e, E_HEADER, STR(""), "%s: application/x-ndjson", cell.p);
    if (!unit_fits(f, &t))
        return err_add(e, E_HEADER, STR(""), "%s: %s", cell.p, t.unit->text);
    out->field = found;
    out->scale = t.unit ? t.unit->scale : 0;
    out->percent = t.unit && t.unit->kind == REMARK_PERCENT;
    return true;
}

/* One column, and its only title holds what parts columns elsewhere. */
static bool refuse_separator(const struct sheet_row *row, struct err *e)
{
    static const char *const signs[] = {"\t", ";", "|", "\xEF\xBC\x8C", "\xEF\xBC\x9B"};
    for (size_t i = 0; row->n == 1 && i < COUNT_OF(signs); i++) {
        if (strstr(row->cell[0].p, signs[i]))
            return !err_add(e, E_CSV, STR(""), "“%s” → “,”", *signs[i] == '\t' ? "Tab" : signs[i]);
    }
    return false;
}

static bool header_fault(const struct sheet_fault *f, struct err *e)
{
    if (f->code == E_BYTES || f->code == E_TWO_READINGS)
        return err_add(e, E_CHARSET, STR(""), "%s", f->arg.p);
    return err_add(e, f->code, STR(""), "%s", f->arg.p);
}

bool schema_csv_header(const struct record *r, const struct sheet_row *row, int given,
    struct csv_map *map, struct err *e)
{
    bool seen[RECORD_FIELDS_MAX] = {false};
    bool good = true;
    if (row->fault)
        return header_fault(row->fault, e);
    if (refuse_separator(row, e))
        return false;
    map->n = row->n;
    for (int i = 0; i < row->n; i++) {
        struct csv_column *c = &map->column[i];
        good &= read_column(r, row->cell[i], c, e);
        if (c->field < 0)
            continue;
        if (seen[c->field])
            good = err_add(e, E_HEADER, STR(""), "%s ×2", r->fields[c->field].zh);
        seen[c->field] = true;
    }
    for (int i = 0; r->fields[i].name; i++) {
        if (r->fields[i].need && !seen[i] && i != given)
            good =
                err_add(e, E_HEADER, STR(""), "缺少 %s (%s)", r->fields[i].zh, r->fields[i].name);
    }
    return good;
}

void schema_csv_template(const struct record *r, struct buf *out)
{
    for (int i = 0, n = 0; r->fields[i].name; i++) {
        if (schema_has_column(&r->fields[i]))
            sheet_cell(out, schema_column_title(out->a, &r->fields[i]), n++ == 0);
    }
    buf_text(out, "\r\n");
}
