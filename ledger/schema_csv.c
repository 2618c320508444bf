/*
 * schema_csv.c - the same records out of spreadsheets: a row by the meaning of its columns.
 *
 * A list column holds the first field of each element, one text each, or, where an element needs
 * more, its fields in their order with "|" between. Every problem carries what was read; a cell
 * that cannot be read does not hide what is wrong with the others.
 */
#include "cell.h"
#include "fields.h"
#include "sheet.h"

static struct str trim(struct str s)
{
    static const char blank[] = " \t\r\n";
    while (s.n && strchr(blank, s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && strchr(blank, s.p[s.n - 1]))
        s.n--;
    return s;
}

/* ---- lists ------------------------------------------------------------------------------------
 */

/* What parts the elements of a list in one cell. Names may hold a 、 or a comma, codes do not. */
static size_t separator_at(const char *p, bool of_codes)
{
    static const char *const any[] = {";", "\xEF\xBC\x9B", "\n", "\r"};
    static const char *const codes[] = {"、", ",", "\xEF\xBC\x8C"};
    for (size_t i = 0; i < COUNT_OF(any); i++) {
        if (strncmp(p, any[i], strlen(any[i])) == 0)
            return strlen(any[i]);
    }
    for (size_t i = 0; of_codes && i < COUNT_OF(codes); i++) {
        if (strncmp(p, codes[i], strlen(codes[i])) == 0)
            return strlen(codes[i]);
    }
    return 0;
}

/* The next part of a cell; rest: what follows, p == NULL after the last. */
static struct str next_part(struct str *rest, bool of_codes)
{
    struct str cell = *rest;
    size_t n = 0, skip = 0;
    while (n < cell.n && !(skip = separator_at(cell.p + n, of_codes)))
        n++;
    *rest = n < cell.n ? (struct str){cell.p + n + skip, cell.n - n - skip} : (struct str){NULL, 0};
    return trim((struct str){cell.p, n});
}

static bool csv_value(struct arena *a, const struct field *f, const struct csv_column *c,
    struct str cell, struct str pointer, struct value *v, struct err *e);

/* The next of "名称|类型|代码"; rest: p == NULL after the last. */
static struct str next_field(struct arena *a, struct str *rest)
{
    static const char wide[] = "\xEF\xBD\x9C";
    const char *bar = memchr(rest->p, '|', rest->n);
    const char *other = memmem(rest->p, rest->n, wide, sizeof wide - 1);
    size_t skip = 1;
    if (other && (!bar || other < bar)) {
        bar = other;
        skip = sizeof wide - 1;
    }
    size_t n = bar ? (size_t)(bar - rest->p) : rest->n;
    struct str part = trim((struct str){rest->p, n});
    *rest = bar ? (struct str){rest->p + n + skip, rest->n - n - skip} : (struct str){NULL, 0};
    return arena_str(a, part.p, part.n);
}

/* The fields of one element, the last of which may be missing. */
static bool csv_parts(struct arena *a, const struct field *f, struct str text, struct str pointer,
    struct value *item, struct err *e)
{
    static const struct csv_column plain = {0};
    bool good = true;
    int i = 0;
    for (; f->of[i].name; i++) {
        struct str at = arena_printf(a, "%s/%s", pointer.p, f->of[i].name);
        struct str part = text.p ? next_field(a, &text) : STR("");
        item[i].present = part.n > 0;
        if (part.n)
            good &= cell_is_plain(a, part, at, e) &&
                    csv_value(a, &f->of[i], &plain, part, at, &item[i], e);
        else if (f->of[i].need)
            good = err_add(e, E_NEED, at, NULL);
    }
    if (text.p)
        good = err_add(e, E_LENGTH, pointer, "1–%d", i);
    return good;
}

static bool csv_list(struct arena *a, const struct field *f, struct str cell, struct str pointer,
    struct value *v, struct err *e)
{
    bool of_codes = f->of[0].kind == F_IDENT;
    int width = field_count(f->of), count = 0;
    for (struct str rest = cell; rest.p;)
        count += next_part(&rest, of_codes).n > 0;
    if (count > f->max)
        return err_add(e, E_LENGTH, pointer, "%lld–%lld", (long long)f->min, (long long)f->max);
    v->row = arena_alloc(a, (size_t)count * (size_t)width * sizeof *v->row);
    bool good = true;
    while (cell.p) {
        struct str part = next_part(&cell, of_codes);
        if (part.n == 0)
            continue; /* "A;B;" */
        struct value *item = v->row + v->count * width;
        struct str at = arena_printf(a, "%s/%d/%s", pointer.p, v->count, f->of[0].name);
        part = arena_str(a, part.p, part.n);
        if (schema_is_packed(f)) {
            good &= csv_parts(a, f, part, arena_printf(a, "%s/%d", pointer.p, v->count), item, e);
        } else {
            item->present = true;
            good &=
                cell_is_plain(a, part, at, e) && field_from_text(a, &f->of[0], part, at, item, e);
        }
        v->count++;
    }
    if (v->count && v->count < f->min)
        good = err_add(e, E_LENGTH, pointer, "%lld–%lld", (long long)f->min, (long long)f->max);
    return good;
}

/* The choice that a reader would see in the text; else the text. */
static struct str csv_choice(struct arena *a, const struct field *f, struct str text)
{
    struct str form = cell_form(a, text);
    for (const struct choice *c = f->choices; c->name; c++) {
        if (str_eq(form, cell_form(a, str_of(c->zh))) ||
            str_eq(form, cell_form(a, str_of(c->name))))
            return str_of(c->name);
    }
    return text;
}

static bool csv_words(struct arena *a, const struct field *f, struct str cell, struct str pointer,
    struct value *v, struct err *e)
{
    bool good = true;
    while (cell.p) {
        struct str part = next_part(&cell, true);
        if (part.n)
            good &= words_add(a, f, csv_choice(a, f, arena_str(a, part.p, part.n)), pointer, v, e);
    }
    return good;
}

/* ---- cells ------------------------------------------------------------------------------------
 */

/* The day of a cell that could not be read: neither early nor late. */
static const int64_t unread = INT64_MAX;

static bool csv_money(struct arena *a, const struct field *f, int scale, struct str cell,
    struct str pointer, struct value *v, struct err *e)
{
    struct str number;
    money m;
    if (!cell_number(a, cell, E_MONEY, pointer, &number, e))
        return false;
    if (!money_parse_scaled(number, scale, &m))
        return err_add(e, E_MONEY, pointer, NULL);
    v->n = m.fen;
    return field_in_range(a, f, v->n, pointer, e);
}

/* Whole numbers by the money parser: digits without leading zeros and no decimals. */
static bool csv_count(struct arena *a, const struct field *f, struct str cell, struct str pointer,
    struct value *v, struct err *e)
{
    struct str number;
    money m;
    if (!cell_number(a, cell, E_TYPE, pointer, &number, e))
        return false;
    if (number.n > 15 || !money_parse(number, &m) || m.fen % 100)
        return err_add(e, E_TYPE, pointer, "integer");
    v->n = m.fen / 100;
    return field_in_range(a, f, v->n, pointer, e);
}

static bool csv_bool(
    struct arena *a, struct str cell, struct str pointer, struct value *v, struct err *e)
{
    bool yes;
    if (!cell_bool(a, cell, &yes))
        return err_add(e, E_TYPE, pointer, "是/否");
    v->n = yes;
    return true;
}

static bool csv_value(struct arena *a, const struct field *f, const struct csv_column *c,
    struct str cell, struct str pointer, struct value *v, struct err *e)
{
    struct str text = cell;
    switch (f->kind) {
    case F_LIST: return csv_list(a, f, cell, pointer, v, e);
    case F_WORDS: return csv_words(a, f, cell, pointer, v, e);
    case F_INT: return csv_count(a, f, cell, pointer, v, e);
    case F_BOOL: return csv_bool(a, cell, pointer, v, e);
    case F_MONEY: return csv_money(a, f, c->scale, cell, pointer, v, e);
    case F_RATE:
        return cell_rate(a, cell, c->percent, pointer, &text, e) &&
               field_from_text(a, f, text, pointer, v, e);
    case F_DAY:
        return cell_day(a, cell, pointer, &text, e) && field_from_text(a, f, text, pointer, v, e);
    case F_ENUM: return field_from_text(a, f, csv_choice(a, f, cell), pointer, v, e);
    case F_TEXT:
    case F_IDENT: return field_from_text(a, f, text, pointer, v, e);
    case F_OBJECT:
    case F_JSON:
    default: BUG("this kind has no column");
    }
}

static bool csv_cell(struct arena *a, const struct field *f, const struct csv_column *c,
    struct str cell, struct value *v, struct err *e)
{
    struct str pointer = arena_printf(a, "/%s", f->name);
    const struct problem *before = e->last;
    v->present = true;
    bool good = cell_is_plain(a, cell, pointer, e) && csv_value(a, f, c, cell, pointer, v, e);
    err_value(e, before, cell);
    if (!good && f->kind == F_DAY)
        v->n = unread;
    return good;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

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
        bool known = before >= 0 && v[before].present && v[before].n != unread;
        if (known && v[i].n < v[before].n)
            good = err_add(e, E_ORDER, pointer, "%s", f->after);
    }
    return good;
}

/* The key of a row that is refused as a whole, so that its verdict can name it. */
static void read_key(struct arena *a, const struct record *r, const struct csv_map *map,
    const struct sheet_row *row, struct value *v)
{
    struct err quiet;
    err_init(&quiet, a);
    for (int i = 0; i < row->n && i < map->n; i++) {
        const struct csv_column *c = &map->column[i];
        struct str cell = trim(row->cell[i]);
        if (c->field == r->key && cell.n)
            (void)csv_cell(
                a, &r->fields[r->key], c, arena_str(a, cell.p, cell.n), &v[r->key], &quiet);
    }
}

static void cell_fault(const struct record *r, const struct csv_column *c,
    const struct sheet_row *row, int i, struct value *v, struct err *e)
{
    const struct problem *before = e->last;
    struct str pointer = STR("");
    if (c->field >= 0) {
        pointer = arena_printf(e->a, "/%s", r->fields[c->field].name);
        v[c->field].present = true; /* it is not missing */
        v[c->field].n = unread;
        v[c->field].count = 1;
    }
    err_add(e, row->fault->code, pointer, "%s", row->fault->arg.p);
    err_value(e, before, row->cell[i]);
}

static void read_cells(struct arena *a, const struct record *r, const struct csv_map *map,
    const struct sheet_row *row, struct value *v, struct err *e)
{
    static const struct csv_column none = {.field = -1, .untitled = true};
    for (int i = 0; i < row->n; i++) {
        const struct csv_column *c = i < map->n ? &map->column[i] : &none;
        struct str cell = trim(row->cell[i]);
        const struct problem *before = e->last;
        if (row->fault && row->fault->cell == i) {
            cell_fault(r, c, row, i, v, e);
        } else if (c->untitled && cell.n) {
            err_add(e, E_NO_TITLE, STR(""), "%d", i + 1);
            err_value(e, before, cell);
        } else if (c->field >= 0 && cell.n) {
            (void)csv_cell(
                a, &r->fields[c->field], c, arena_str(a, cell.p, cell.n), &v[c->field], e);
        }
    }
}

bool schema_csv_row(struct arena *a, const struct record *r, const struct csv_map *map,
    const struct sheet_row *row, struct value *v, struct err *e)
{
    int before = e->n;
    if (row->fault && row->fault->cell < 0) {
        read_key(a, r, map, row, v);
        return err_add(e, row->fault->code, STR(""), "%s", row->fault->arg.p);
    }
    read_cells(a, r, map, row, v, e);
    (void)need_fields(r, v, e);
    codes_confirm(r, v, e);
    return e->n == before && record_finish(a, r, v, e);
}
