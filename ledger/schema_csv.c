/*
 * schema_csv.c - the same records out of spreadsheets.
 *
 * A header is read before any line: names in English or Chinese, any order, a money column may say
 * its unit. A list column holds the first field of each element, separated by ';'.
 */
#include "fields.h"
#include "sheet.h"

struct unit {
    const char *suffix;
    int scale;
};
static const struct unit units[] = {
    {"(万元)", 4}, {"(万元)", 4}, {"(元)", 0}, {"(元)", 0}, {NULL, 0}};

static struct str trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static struct str without_unit(struct str name, int *scale, bool *has_unit)
{
    *scale = 0;
    *has_unit = false;
    for (const struct unit *u = units; u->suffix; u++) {
        size_t n = strlen(u->suffix);
        if (name.n > n && memcmp(name.p + name.n - n, u->suffix, n) == 0) {
            *scale = u->scale;
            *has_unit = true;
            return trim((struct str){name.p, name.n - n});
        }
    }
    return name;
}

static int column_field(const struct record *r, struct str name)
{
    for (int i = 0; r->fields[i].name; i++) {
        const struct field *f = &r->fields[i];
        if (str_is(name, f->name) || str_is(name, f->zh))
            return i;
    }
    return -1;
}

/* A cell holds one value, or a list of what its elements must have: one text each. */
static bool fits_a_cell(const struct field *f)
{
    if (f->kind == F_OBJECT || f->kind == F_JSON)
        return false;
    for (int i = 1; f->kind == F_LIST && f->of[i].name; i++) {
        if (f->of[i].need)
            return false;
    }
    return f->kind != F_LIST || f->of[0].kind != F_DAY;
}

static bool read_column(
    struct arena *a, const struct record *r, struct str cell, struct csv_column *out, struct err *e)
{
    bool has_unit;
    struct str whole = trim(cell);
    *out = (struct csv_column){.field = -1};
    if (whole.n && whole.p[0] == '#')
        return true;
    struct str name = without_unit(whole, &out->scale, &has_unit);
    out->field = column_field(r, name);
    struct str shown = arena_str(a, whole.p, whole.n);
    if (out->field < 0)
        return err_add(e, E_HEADER, STR(""), "%s ?", shown.p);
    if (!fits_a_cell(&r->fields[out->field]))
        return err_add(e, E_HEADER, STR(""), "%s: application/x-ndjson", shown.p);
    if (has_unit && r->fields[out->field].kind != F_MONEY)
        return err_add(e, E_HEADER, STR(""), "%s: (万元)/(元)", shown.p);
    return true;
}

bool schema_csv_header(const struct record *r, const struct str *cells, int n, int given,
    struct csv_map *map, struct err *e)
{
    bool seen[RECORD_FIELDS_MAX] = {false};
    bool good = true;
    map->n = n;
    for (int i = 0; i < n; i++) {
        struct csv_column *c = &map->column[i];
        good &= read_column(e->a, r, cells[i], c, e);
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

static bool read_bool(struct str s, bool *yes)
{
    static const char *const words[][2] = {
        {"true", "false"}, {"TRUE", "FALSE"}, {"是", "否"}, {"1", "0"}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_is(s, words[i][0]) || str_is(s, words[i][1])) {
            *yes = str_is(s, words[i][0]);
            return true;
        }
    }
    return false;
}

/* Whole numbers by the money parser: digits without leading zeros and no decimals. */
static bool read_count(struct str s, int64_t *n)
{
    money m;
    if (s.n == 0 || s.n > 15 || memchr(s.p, '.', s.n) || !money_parse(s, &m))
        return false;
    *n = m.fen / 100;
    return true;
}

/* The next part of a cell before ';'; rest: what follows, p == NULL after the last. */
static struct str next_part(struct str *rest)
{
    struct str cell = *rest;
    const char *end = memchr(cell.p, ';', cell.n);
    size_t n = end ? (size_t)(end - cell.p) : cell.n;
    *rest = end ? (struct str){end + 1, cell.n - n - 1} : (struct str){NULL, 0};
    return trim((struct str){cell.p, n});
}

static bool csv_list(struct arena *a, const struct field *f, struct str cell, struct str pointer,
    struct value *v, struct err *e)
{
    int width = field_count(f->of);
    int count = 1;
    for (size_t i = 0; i < cell.n; i++)
        count += cell.p[i] == ';';
    if (count > f->max)
        return err_add(e, E_LENGTH, pointer, "%lld–%lld", (long long)f->min, (long long)f->max);
    v->row = arena_alloc(a, (size_t)count * (size_t)width * sizeof *v->row);
    bool good = true;
    while (cell.p) {
        struct str part = next_part(&cell);
        if (part.n == 0)
            continue; /* "A;B;" */
        struct value *item = v->row + v->count * width;
        struct str at = arena_printf(a, "%s/%d/%s", pointer.p, v->count, f->of[0].name);
        item->present = true;
        good &= field_from_text(a, &f->of[0], arena_str(a, part.p, part.n), at, item, e);
        v->count++;
    }
    return good;
}

static bool csv_words(struct arena *a, const struct field *f, struct str cell, struct str pointer,
    struct value *v, struct err *e)
{
    bool good = true;
    while (cell.p) {
        struct str part = next_part(&cell);
        if (part.n)
            good &= words_add(a, f, arena_str(a, part.p, part.n), pointer, v, e);
    }
    return good;
}

static bool csv_cell(struct arena *a, const struct field *f, int scale, struct str cell,
    struct value *v, struct err *e)
{
    struct str pointer = arena_printf(a, "/%s", f->name);
    bool yes;
    money m;
    v->present = true;
    if (f->kind == F_LIST)
        return csv_list(a, f, cell, pointer, v, e);
    if (f->kind == F_WORDS)
        return csv_words(a, f, cell, pointer, v, e);
    if (f->kind == F_INT) {
        if (!read_count(cell, &v->n))
            return err_add(e, E_TYPE, pointer, "integer");
        return field_in_range(a, f, v->n, pointer, e);
    }
    if (f->kind == F_BOOL) {
        if (!read_bool(cell, &yes))
            return err_add(e, E_TYPE, pointer, "是/否");
        v->n = yes;
        return true;
    }
    if (f->kind == F_MONEY && scale) {
        if (!money_parse_scaled(cell, scale, &m))
            return err_add(e, E_MONEY, pointer, NULL);
        v->n = m.fen;
        return field_in_range(a, f, v->n, pointer, e);
    }
    return field_from_text(a, f, cell, pointer, v, e);
}

static bool need_fields(const struct record *r, const struct value *v, struct err *e)
{
    bool good = true;
    for (int i = 0; r->fields[i].name; i++) {
        const struct field *f = &r->fields[i];
        struct str pointer = arena_printf(e->a, "/%s", f->name);
        if (!v[i].present || (f->kind == F_LIST && v[i].count == 0)) {
            if (f->need)
                good = err_add(e, E_NEED, pointer, NULL);
            continue;
        }
        int before = f->after ? field_index(r->fields, str_of(f->after)) : -1;
        if (before >= 0 && v[before].present && v[i].n < v[before].n)
            good = err_add(e, E_ORDER, pointer, "%s", f->after);
    }
    return good;
}

bool schema_csv_row(struct arena *a, const struct record *r, const struct csv_map *map,
    const struct str *cells, int n, struct value *v, struct err *e)
{
    int before = e->n;
    if (n > map->n)
        return err_add(e, E_CSV, STR(""), "%d > %d", n, map->n);
    for (int i = 0; i < n; i++) {
        const struct csv_column *c = &map->column[i];
        struct str cell = trim(cells[i]);
        if (c->field < 0 || cell.n == 0)
            continue;
        (void)csv_cell(
            a, &r->fields[c->field], c->scale, arena_str(a, cell.p, cell.n), &v[c->field], e);
    }
    (void)need_fields(r, v, e);
    codes_confirm(r, v, e);
    return e->n == before && record_finish(a, r, v, e);
}

void schema_csv_template(const struct record *r, struct buf *out)
{
    for (int i = 0, n = 0; r->fields[i].name; i++) {
        if (fits_a_cell(&r->fields[i]))
            sheet_cell(out, str_of(r->fields[i].zh), n++ == 0);
    }
    buf_text(out, "\r\n");
}
