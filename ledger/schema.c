/*
 * schema.c - decode, canonicalise and compare records by their table rows.
 *
 * Every problem of a record is reported, not the first: a bank's clerk mends a file once. Rules
 * over several fields run only when each field by itself is sound, so that they need no guards.
 */
#include "fields.h"
#include "glyph.h"

int field_count(const struct field *f)
{
    int n = 0;
    while (f[n].name)
        n++;
    return n;
}

int field_index(const struct field *f, struct str name)
{
    for (int i = 0; f[i].name; i++) {
        if (str_is(name, f[i].name))
            return i;
    }
    return -1;
}

/* ---- nearest names -------------------------------------------------------------------------- */

int name_distance(struct str a, const char *b)
{
    int row[41];
    int n = (int)strlen(b);
    if (a.n > 40 || n > 40)
        return 99;
    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; i < a.n; i++) {
        int diagonal = row[0];
        row[0] = (int)i + 1;
        for (int j = 0; j < n; j++) {
            int best = diagonal + (a.p[i] != b[j]);
            diagonal = row[j + 1];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j + 1] = diagonal + 1 < best ? diagonal + 1 : best;
        }
    }
    return row[n];
}

const char *field_nearest(const struct field *f, struct str name)
{
    const char *best = f[0].name;
    int least = 100;
    for (int i = 0; f[i].name; i++) {
        int d = name_distance(name, f[i].name);
        if (d < least) {
            least = d;
            best = f[i].name;
        }
    }
    return best;
}

int choices_count(const struct choice *c)
{
    int n = 0;
    while (c[n].name)
        n++;
    return n;
}

static struct str choices_text(struct arena *a, const struct choice *c)
{
    struct buf b;
    buf_init(&b, a);
    for (int i = 0; c[i].name; i++) {
        if (i)
            buf_text(&b, ", ");
        buf_printf(&b, strcmp(c[i].name, c[i].zh) == 0 ? "%s" : "%s %s", c[i].name, c[i].zh);
    }
    return buf_view(&b);
}

/* ---- single values -------------------------------------------------------------------------- */

static size_t characters(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

/* What a copied text brings along and nobody sees would make another of two texts that look alike.
 */
static bool text_is_clean(struct str text, struct str pointer, struct err *e)
{
    int32_t c = glyph_unseen(text);
    if (c < 0 && !glyph_outer_space(text, &c))
        return true;
    return err_add(e, E_CHARS, pointer, "U+%04X", (unsigned)c);
}

static bool read_text(
    const struct field *f, struct str text, struct str pointer, struct value *v, struct err *e)
{
    size_t n = characters(text);
    if (!text_is_clean(text, pointer, e))
        return false;
    if ((int64_t)n < f->min || (f->max && (int64_t)n > f->max))
        return err_add(e, E_LENGTH, pointer, "%lld–%lld", (long long)f->min, (long long)f->max);
    v->s = text;
    return true;
}

static bool read_choice(struct arena *a, const struct field *f, struct str text, struct str pointer,
    struct value *v, struct err *e)
{
    for (int i = 0; f->choices[i].name; i++) {
        if (str_is(text, f->choices[i].name) || str_is(text, f->choices[i].zh)) {
            v->n = i;
            return true;
        }
    }
    return err_add(e, E_CHOICE, pointer, "%s", choices_text(a, f->choices).p);
}

/* Words between ';' or in a list, one at a time: each sets its bit. */
bool words_add(struct arena *a, const struct field *f, struct str text, struct str pointer,
    struct value *v, struct err *e)
{
    struct value word = {.present = true};
    if (!read_choice(a, f, text, pointer, &word, e))
        return false;
    if (v->n & (INT64_C(1) << word.n))
        return err_add(e, E_REPEATED, pointer, NULL);
    v->n |= INT64_C(1) << word.n;
    return true;
}

static bool read_ident(struct arena *a, const struct field *f, struct str text, struct str pointer,
    struct value *v, struct err *e)
{
    enum err_code code = E_TYPE;
    struct str hint = STR("");
    int32_t unseen = glyph_unseen(text);
    if (unseen >= 0)
        return err_add(e, E_CHARS, pointer, "U+%04X", (unsigned)unseen);
    if (f->ident(a, text, &v->s, &code, &hint))
        return true;
    return err_add(e, code, pointer, "%s", hint.p);
}

bool field_in_range(
    struct arena *a, const struct field *f, int64_t n, struct str pointer, struct err *e)
{
    if ((f->min == 0 && f->max == 0) || (n >= f->min && n <= f->max))
        return true;
    if (f->kind == F_MONEY)
        return err_add(e, E_RANGE, pointer, "%s–%s", money_text(a, (money){f->min}).p,
            money_text(a, (money){f->max}).p);
    if (f->kind == F_RATE)
        return err_add(e, E_RANGE, pointer, "%s–%s", rate_text(a, (rate){(int32_t)f->min}).p,
            rate_text(a, (rate){(int32_t)f->max}).p);
    return err_add(e, E_RANGE, pointer, "%lld–%lld", (long long)f->min, (long long)f->max);
}

bool field_from_text(struct arena *a, const struct field *f, struct str text, struct str pointer,
    struct value *v, struct err *e)
{
    money m;
    rate r;
    day d;
    switch (f->kind) {
    case F_TEXT: return read_text(f, text, pointer, v, e);
    case F_ENUM: return read_choice(a, f, text, pointer, v, e);
    case F_IDENT: return read_ident(a, f, text, pointer, v, e);
    case F_MONEY:
        if (!money_parse(text, &m))
            return err_add(e, E_MONEY, pointer, NULL);
        v->n = m.fen;
        return field_in_range(a, f, v->n, pointer, e);
    case F_RATE:
        if (!rate_parse(text, &r))
            return err_add(e, E_RATE, pointer, NULL);
        v->n = r.ppm;
        return field_in_range(a, f, v->n, pointer, e);
    case F_DAY:
        if (!day_parse(text, &d))
            return err_add(e, E_DAY, pointer, NULL);
        v->n = d.n;
        if (f->past && d.n > day_today().n)
            return err_add(e, E_FUTURE, pointer, "%s", day_text(a, day_today()).p);
        return true;
    case F_INT:
    case F_BOOL:
    case F_OBJECT:
    case F_LIST:
    case F_WORDS:
    case F_JSON:
    default: BUG("this kind does not travel as text");
    }
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static struct str pointer_to(struct arena *a, struct str base, struct str name)
{
    struct buf b;
    buf_init(&b, a);
    buf_str(&b, base);
    buf_char(&b, '/');
    for (size_t i = 0; i < name.n; i++) { /* RFC 6901 escapes */
        if (name.p[i] == '~')
            buf_text(&b, "~0");
        else if (name.p[i] == '/')
            buf_text(&b, "~1");
        else
            buf_char(&b, name.p[i]);
    }
    return buf_view(&b);
}

static bool decode_fields(struct arena *a, const struct field *fields, const struct member *ignored,
    const struct json *in, struct str base, struct value *v, struct err *e);

static bool decode_list(struct arena *a, const struct field *f, const struct json *in,
    struct str pointer, struct value *v, struct err *e)
{
    if (in->count < f->min || in->count > f->max)
        return err_add(e, E_LENGTH, pointer, "%lld–%lld", (long long)f->min, (long long)f->max);
    int width = field_count(f->of);
    v->count = in->count;
    v->row = arena_alloc(a, (size_t)in->count * (size_t)width * sizeof *v->row);
    bool good = true;
    int i = 0;
    for (const struct json *item = in->child; item; item = item->next, i++) {
        struct str place = arena_printf(a, "%s/%d", pointer.p, i);
        if (item->kind != JSON_OBJECT)
            good = err_add(e, E_TYPE, place, "object");
        else
            good &= decode_fields(a, f->of, NULL, item, place, v->row + i * width, e);
    }
    return good;
}

/* The JSON kind that a field wants, for the message. */
static const char *wanted(enum field_kind k)
{
    switch (k) {
    case F_INT: return "integer";
    case F_BOOL: return "boolean";
    case F_OBJECT: return "object";
    case F_LIST:
    case F_WORDS: return "array";
    case F_JSON:
    case F_TEXT:
    case F_ENUM:
    case F_MONEY:
    case F_RATE:
    case F_DAY:
    case F_IDENT:
    default: return "string";
    }
}

/* Numbers only where they are whole. */
static bool json_is_exact(const struct json *in)
{
    for (const struct json *m = in->child; m; m = m->next) {
        if (!json_is_exact(m))
            return false;
    }
    return in->kind != JSON_NUMBER || in->whole;
}

static bool decode_words(struct arena *a, const struct field *f, const struct json *in,
    struct str pointer, struct value *v, struct err *e)
{
    bool good = in->count > 0 || err_add(e, E_LENGTH, pointer, "1–%d", choices_count(f->choices));
    int i = 0;
    for (const struct json *m = in->child; m; m = m->next, i++) {
        struct str at = arena_printf(a, "%s/%d", pointer.p, i);
        good &= m->kind == JSON_STRING ? words_add(a, f, m->text, at, v, e)
                                       : err_add(e, E_TYPE, at, "string");
    }
    return good;
}

static bool decode_field(struct arena *a, const struct field *f, const struct json *in,
    struct str pointer, struct value *v, struct err *e)
{
    v->present = true;
    if (in->kind == JSON_NULL)
        return err_add(e, E_NULL, pointer, NULL);
    if (f->kind == F_JSON) {
        v->json = in;
        return json_is_exact(in) || err_add(e, E_TEXT_NUMBER, pointer, "\"%s\"", "30.00");
    }
    if (f->kind == F_LIST && in->kind == JSON_LIST)
        return decode_list(a, f, in, pointer, v, e);
    if (f->kind == F_WORDS && in->kind == JSON_LIST)
        return decode_words(a, f, in, pointer, v, e);
    if (f->kind == F_OBJECT && in->kind == JSON_OBJECT) {
        v->count = 1;
        v->row = arena_alloc(a, (size_t)field_count(f->of) * sizeof *v->row);
        return decode_fields(a, f->of, NULL, in, pointer, v->row, e);
    }
    if (f->kind == F_BOOL && in->kind == JSON_BOOL) {
        v->n = in->yes;
        return true;
    }
    if (f->kind == F_INT && in->kind == JSON_NUMBER && in->whole) {
        v->n = in->n;
        return field_in_range(a, f, v->n, pointer, e);
    }
    if ((f->kind == F_MONEY || f->kind == F_RATE) && in->kind == JSON_NUMBER)
        return err_add(e, E_TEXT_NUMBER, pointer, "\"%s\"", f->example);
    if (in->kind == JSON_STRING && f->kind != F_LIST && f->kind != F_OBJECT && f->kind != F_BOOL &&
        f->kind != F_INT && f->kind != F_WORDS)
        return field_from_text(a, f, in->text, pointer, v, e);
    return err_add(e, E_TYPE, pointer, "%s", wanted(f->kind));
}

static bool check_fields(
    const struct field *fields, struct str base, const struct value *v, struct err *e)
{
    bool good = true;
    for (int i = 0; fields[i].name; i++) {
        struct str pointer = pointer_to(e->a, base, str_of(fields[i].name));
        if (!v[i].present) {
            if (fields[i].need)
                good = err_add(e, E_NEED, pointer, NULL);
            continue;
        }
        if (!fields[i].after)
            continue;
        int before = field_index(fields, str_of(fields[i].after));
        if (v[before].present && v[i].n < v[before].n)
            good = err_add(e, E_ORDER, pointer, "%s", fields[i].after);
    }
    return good;
}

/* ignored: NULL inside lists, where every member must be a field. */
static bool decode_fields(struct arena *a, const struct field *fields, const struct member *ignored,
    const struct json *in, struct str base, struct value *v, struct err *e)
{
    bool good = true;
    for (const struct json *m = in->child; m; m = m->next) {
        int i = field_index(fields, m->key);
        if (i < 0 && ignored &&
            (member_named(envelope_members, m->key) || member_named(ignored, m->key)))
            continue;
        struct str pointer = pointer_to(a, base, m->key);
        if (i < 0)
            good = err_add(e, E_UNKNOWN, pointer, "%s", /* counted, not kept, beyond that */
                e->n < ERR_KEPT_MAX ? field_nearest(fields, m->key) : "");
        else
            good &= decode_field(a, &fields[i], m, pointer, &v[i], e);
    }
    return good & check_fields(fields, base, v, e);
}

bool fields_decode(struct arena *a, const struct field *fields, const struct json *in,
    struct str base, struct value *v, struct err *e)
{
    if (in->kind != JSON_OBJECT)
        return err_add(e, E_TYPE, base, "object");
    return decode_fields(a, fields, NULL, in, base, v, e);
}

/* Is it a code whose check digit alone is off, in the field of this name? */
static bool is_digit_off(const struct problem *p, const char *name)
{
    size_t n = strlen(name);
    return p->code == E_USCC && p->arg.n > 3 && memcmp(p->arg.p, "#18", 3) == 0 &&
           p->pointer.n > n && p->pointer.p[p->pointer.n - n - 1] == '/' &&
           memcmp(p->pointer.p + p->pointer.n - n, name, n) == 0;
}

/* What is confirmed without need is a problem, so that nobody confirms always. */
void codes_confirm(const struct record *r, const struct value *v, struct err *e)
{
    if (!r->confirmed)
        return;
    const struct choice *names = r->fields[r->confirmed].choices;
    for (int i = 0; names[i].name; i++) {
        bool is_confirmed = v[r->confirmed].present && v[r->confirmed].n & (INT64_C(1) << i);
        int found = 0;
        for (struct problem *p = e->first, *next; p; p = next) {
            next = p->next;
            if (!is_digit_off(p, names[i].name))
                continue;
            found++;
            if (is_confirmed)
                err_drop(e, p);
            else
                p->code = E_USCC_DIGIT;
        }
        if (is_confirmed && !found)
            err_add(e, E_UNWANTED, arena_printf(e->a, "/%s", r->fields[r->confirmed].name), "%s",
                names[i].name);
    }
}

bool record_finish(struct arena *a, const struct record *r, struct value *v, struct err *e)
{
    int before = e->n;
    if (r->derive)
        r->derive(a, v);
    if (r->check)
        r->check(v, e);
    return e->n == before;
}

bool schema_decode(
    struct arena *a, const struct record *r, const struct json *in, struct value *v, struct err *e)
{
    if (in->kind != JSON_OBJECT)
        return err_add(e, E_TYPE, STR(""), "object");
    int before = e->n;
    (void)decode_fields(a, r->fields, r->read_only, in, STR(""), v, e);
    codes_confirm(r, v, e);
    return e->n == before && record_finish(a, r, v, e);
}

/* ---- what problems are told with ------------------------------------------------------------- */

/* The field that the first part of a pointer names; NULL: none. */
static const struct field *pointed_at(const struct record *r, struct str pointer)
{
    if (pointer.n < 2)
        return NULL;
    const char *end = memchr(pointer.p + 1, '/', pointer.n - 1);
    size_t n = end ? (size_t)(end - pointer.p) - 1 : pointer.n - 1;
    int i = field_index(r->fields, (struct str){pointer.p + 1, n});
    return i < 0 ? NULL : &r->fields[i];
}

static bool is_part(const struct json *m, int i, struct str part)
{
    char number[12];
    if (m->key.p)
        return str_eq(m->key, part);
    (void)snprintf(number, sizeof number, "%d", i); /* fits */
    return str_is(part, number);
}

/* The value at a pointer (whose names hold no '/'); NULL: there is none. */
static const struct json *json_at(const struct json *in, struct str pointer)
{
    for (size_t at = 0; in && at < pointer.n;) {
        const char *name = pointer.p + at + 1;
        const char *end = memchr(name, '/', pointer.n - at - 1);
        size_t n = end ? (size_t)(end - name) : pointer.n - at - 1;
        const struct json *m = in->child;
        for (int i = 0; m && !is_part(m, i, (struct str){name, n}); i++)
            m = m->next;
        in = m;
        at += n + 1;
    }
    return in;
}

static struct str json_shown(struct arena *a, const struct json *in)
{
    if (in->kind == JSON_STRING)
        return in->text;
    if (in->kind == JSON_NUMBER && in->whole)
        return arena_printf(a, "%lld", (long long)in->n);
    if (in->kind == JSON_BOOL)
        return arena_text(a, in->yes ? "true" : "false");
    return (struct str){NULL, 0};
}

void schema_tell(const struct record *r, const struct json *in, struct err *e)
{
    for (struct problem *p = e->first; p; p = p->next) {
        const struct field *f = pointed_at(r, p->pointer);
        const struct json *there = in && p->pointer.n ? json_at(in, p->pointer) : NULL;
        if (f)
            p->field = f->zh;
        if (there && !p->value.p && p->code != E_CARD_NO)
            p->value = arena_keep(e->a, json_shown(e->a, there));
    }
}

/* ---- canonical text ------------------------------------------------------------------------- */

void schema_value(const struct field *f, const struct value *v, struct buf *out)
{
    switch (f->kind) {
    case F_TEXT:
    case F_IDENT: json_str(out, v->s); break;
    case F_INT: json_i64(out, v->n); break;
    case F_BOOL: json_bool(out, v->n != 0); break;
    case F_ENUM: json_text(out, f->choices[v->n].name); break;
    case F_MONEY: json_money(out, (money){v->n}); break;
    case F_RATE: json_rate(out, (rate){(int32_t)v->n}); break;
    case F_DAY: json_str(out, day_text(out->a, (day){(int32_t)v->n})); break;
    case F_OBJECT: schema_object(f->of, v->row, out); break;
    case F_LIST:
        json_open(out, '[');
        for (int i = 0; i < v->count; i++)
            schema_object(f->of, v->row + i * field_count(f->of), out);
        json_close(out, ']');
        break;
    case F_WORDS:
        json_open(out, '[');
        for (int i = 0; f->choices[i].name; i++) {
            if (v->n & (INT64_C(1) << i))
                json_text(out, f->choices[i].name);
        }
        json_close(out, ']');
        break;
    case F_JSON: json_tree(out, v->json); break;
    default: BUG("field kind");
    }
}

void schema_object(const struct field *fields, const struct value *v, struct buf *out)
{
    json_open(out, '{');
    for (int i = 0; fields[i].name; i++) {
        if (!v[i].present)
            continue;
        json_key(out, fields[i].name);
        schema_value(&fields[i], &v[i], out);
    }
    json_close(out, '}');
}

void schema_canonical(const struct record *r, const struct value *v, struct buf *out)
{
    schema_object(r->fields, v, out);
}

/* ---- differences ---------------------------------------------------------------------------- */

static bool same(const struct json *a, const struct json *b)
{
    if (a->kind != b->kind || a->count != b->count || a->yes != b->yes || a->n != b->n ||
        !str_eq(a->text, b->text))
        return false;
    const struct json *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next) {
        if (!str_eq(x->key, y->key) || !same(x, y))
            return false;
    }
    return !x && !y;
}

static void diff_add(struct buf *out, struct str key)
{
    if (out->n)
        buf_text(out, ", ");
    buf_char(out, '/');
    buf_str(out, key);
}

static const struct json *member(const struct json *object, struct str key)
{
    for (const struct json *m = object->child; m; m = m->next) {
        if (str_eq(m->key, key))
            return m;
    }
    return NULL;
}

struct str schema_diff(struct arena *a, struct str before, struct str after)
{
    struct err none;
    err_init(&none, a);
    const struct json *x = json_parse(a, before, &none);
    const struct json *y = json_parse(a, after, &none);
    MUST(x && y);
    struct buf out;
    buf_init(&out, a);
    for (const struct json *m = x->child; m; m = m->next) {
        const struct json *other = member(y, m->key);
        if (!other || !same(m, other))
            diff_add(&out, m->key);
    }
    for (const struct json *m = y->child; m; m = m->next) {
        if (!member(x, m->key))
            diff_add(&out, m->key);
    }
    return buf_view(&out);
}
