/*
 * answer.c - between the records' rows and the database: elements in, answers out.
 */
#include "api.h"
#include "merkle.h"

/* ---- values ---------------------------------------------------------------------------------- */

/* Which choice the address's last part is: "/v1/claims/{id}/approve". */
static int64_t verb_of(const struct req *r, const struct field *f)
{
    const char *last = strrchr(r->route->path, '/') + 1;
    for (int i = 0; f->choices[i].name; i++) {
        if (strcmp(f->choices[i].name, last) == 0)
            return i;
    }
    BUG("a route that names no choice");
}

/* Does the address fix the step: of one record, or of many ("/v1/applications/approve")? */
static bool has_verb(const struct req *r)
{
    return r->route->record->verb && (r->parent_key.p || !strchr(r->route->path, '{'));
}

struct value *values_new(const struct req *r, struct arena *a)
{
    const struct record *rec = r->route->record;
    struct value *v = arena_alloc(a, (size_t)field_count(rec->fields) * sizeof *v);
    if (r->parent_key.p)
        v[rec->parent] = (struct value){.present = true, .s = r->parent_key};
    if (has_verb(r))
        v[rec->verb] = (struct value){.present = true, .n = verb_of(r, &rec->fields[rec->verb])};
    return v;
}

/* Steps on many name what they are on as its answer does: by id. */
const struct json *values_named(const struct req *r, struct arena *a, const struct json *in)
{
    const struct record *rec = r->route->record;
    if (!has_verb(r) || r->parent_key.p || !json_get(in, "id"))
        return in;
    struct json *object = arena_alloc(a, sizeof *object);
    const struct json **end = &object->child;
    *object = *in;
    for (const struct json *m = in->child; m; m = m->next) {
        struct json *copy = arena_alloc(a, sizeof *copy);
        *copy = *m;
        if (str_is(m->key, "id"))
            copy->key = str_of(rec->fields[rec->parent].name);
        *end = copy;
        end = &copy->next;
    }
    return object;
}

bool values_fit(const struct req *r, const struct value *v, struct err *e)
{
    const struct record *rec = r->route->record;
    if (has_verb(r) && v[rec->verb].n != verb_of(r, &rec->fields[rec->verb]))
        return err_add(e, E_PATH, arena_printf(e->a, "/%s", rec->fields[rec->verb].name), "%s",
            strrchr(r->route->path, '/') + 1);
    if (!r->parent_key.p)
        return true;
    if (str_eq(v[rec->parent].s, r->parent_key))
        return true;
    struct str pointer = arena_printf(e->a, "/%s", rec->fields[rec->parent].name);
    return err_add(e, E_PATH, pointer, "%s", r->parent_key.p);
}

/* ---- elements ------------------------------------------------------------------------------- */

static void write_parties(struct buf *out, const struct record *rec, const struct value *v)
{
    /* A PostgreSQL array literal: identifiers hold only letters and digits. */
    struct buf list;
    buf_init(&list, out->a);
    buf_char(&list, '{');
    for (int i = 0; rec->fields[i].name; i++) {
        if (!rec->fields[i].party || !v[i].present)
            continue;
        if (list.n > 1)
            buf_char(&list, ',');
        buf_str(&list, v[i].s);
    }
    buf_char(&list, '}');
    json_member_str(out, "parties", buf_view(&list));
}

void element_write(struct buf *out, const struct record *rec, const struct value *v,
    struct str canonical, struct str id, int64_t expect, struct str reason, struct str derived)
{
    json_open(out, '{');
    json_member_str(out, "id", id);
    if (expect)
        json_member_int(out, "expect", expect);
    if (reason.n)
        json_member_str(out, "reason", reason);
    json_key(out, "key");
    if (rec->key_also)
        json_str(out, arena_printf(out->a, "%s %s", v[rec->key].s.p,
                          day_text(out->a, (day){(int32_t)v[rec->key_also].n}).p));
    else
        json_str(out, v[rec->key].s);
    json_member_str(out, "subject", v[rec->subject].s);
    if (rec->district != NO_FIELD)
        json_member_str(out, "district", v[rec->district].s);
    if (rec->on != NO_FIELD)
        json_member_str(out, "on", day_text(out->a, (day){(int32_t)v[rec->on].n}));
    write_parties(out, rec, v);
    json_member_str(out, "sha256", hash_hex(out->a, hash_sha256(canonical.p, canonical.n)));
    json_key(out, "derived");
    if (derived.p) {
        json_raw(out, derived);
    } else {
        json_open(out, '{');
        if (rec->answer)
            rec->answer(v, out);
        json_close(out, '}');
    }
    json_member_raw(out, "body", canonical);
    json_close(out, '}');
}

/* ---- answers -------------------------------------------------------------------------------- */

/* flags: [[code, severity, pointer, title, title_en], …] of flag_of_record (migrations). */
void warnings_write(struct buf *out, struct arena *a, struct str flags)
{
    static const char *const keys[] = {"code", "severity", "pointer", "title", "title_en"};
    struct err none;
    err_init(&none, a);
    const struct json *list = flags.p ? json_parse(a, flags, &none) : NULL;
    json_open(out, '[');
    for (const struct json *x = list ? list->child : NULL; x; x = x->next) {
        const struct json *cell = x->child;
        MUST(x->count == COUNT_OF(keys));
        json_open(out, '{');
        for (size_t i = 0; i < COUNT_OF(keys); i++, cell = cell->next)
            json_member_str(out, keys[i], cell->text);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void write_receipt(struct buf *out, const struct verdict *v)
{
    json_open(out, '{');
    json_member_int(out, "leaf", v->leaf);
    json_member_str(out, "leaf_hash", v->leaf_hash);
    json_member_int(out, "head", v->head);
    if (v->proof.p)
        json_member_str(out, "proof", v->proof);
    json_close(out, '}');
}

/* What follows from the values. A record stored under older rules may no longer decode; it is shown
 * as it was stored, without them. */
static void write_derived(struct buf *out, const struct record *rec, const struct verdict *verdict)
{
    struct err e;
    day recorded = DAY_MIN;
    if (!rec->answer)
        return;
    err_init(&e, out->a);
    const struct json *in = json_parse(out->a, verdict->body, &e);
    struct value *v = arena_alloc(out->a, (size_t)field_count(rec->fields) * sizeof *v);
    if (!in || !schema_decode(out->a, rec, in, v, &e))
        return;
    rec->answer(v, out);
    if (rec->fresh && !verdict->life.p && verdict->recorded_at.p &&
        day_parse(arena_str(out->a, verdict->recorded_at.p, 10), &recorded))
        rec->fresh(v, recorded, out);
}

static void write_errors(struct buf *out, const struct json *list)
{
    struct err e;
    err_init(&e, out->a);
    for (const struct json *x = list->child; x; x = x->next) {
        MUST(x->count == 3);
        const struct json *pointer = x->child->next;
        err_add(&e, err_by_name(x->child->text), pointer->text, "%s", pointer->next->text.p);
    }
    json_key(out, "errors");
    err_write(&e, false, out);
}

static void write_life(struct buf *out, told_fn *told, const struct json *life)
{
    for (const struct json *m = life->child; m; m = m->next) {
        if (m->kind == JSON_NULL)
            continue;
        if (str_is(m->key, "problems")) {
            write_errors(out, m);
            continue;
        }
        if (told && told(m, out))
            continue;
        json_key(out, m->key.p);
        if (m->kind == JSON_OBJECT && json_get(m, "problems")) {
            json_open(out, '{');
            write_life(out, told, m);
            json_close(out, '}');
        } else {
            json_tree(out, m);
        }
    }
}

void life_members(struct buf *out, told_fn *told, struct str life)
{
    struct err none;
    if (!told && !strstr(life.p, "\"problems\"")) {
        json_members(out, life);
        return;
    }
    err_init(&none, out->a);
    const struct json *in = json_parse(out->a, life, &none);
    MUST(in && in->kind == JSON_OBJECT);
    write_life(out, told, in);
}

void answer_members(struct buf *out, const struct record *rec, const struct verdict *v)
{
    json_members(out, v->body);
    write_derived(out, rec, v);
    if (v->life.p)
        life_members(out, rec->told, v->life);
    json_member_str(out, "id", v->id);
    json_member_int(out, "version", v->version);
    json_member_str(out, "recorded_at", v->recorded_at);
    json_member_str(out, "recorded_by", v->recorded_by);
    json_key(out, "warnings");
    warnings_write(out, out->a, v->flags);
    if (v->leaf >= 0) {
        json_key(out, "receipt");
        write_receipt(out, v);
    }
}

void answer_write(struct buf *out, const struct record *rec, const struct verdict *v)
{
    json_open(out, '{');
    answer_members(out, rec, v);
    json_close(out, '}');
}

/* The title of a member of a record: that of its field, else its name. */
static struct str title_at(struct arena *a, struct str type, struct str pointer)
{
    struct str name = arena_str(a, pointer.p + 1, strcspn(pointer.p + 1, "/"));
    for (int i = 0; type.p && i < record_count; i++) {
        int f = str_is(type, records[i]->name) ? field_index(records[i]->fields, name) : -1;
        if (f >= 0)
            return str_of(records[i]->fields[f].zh);
    }
    return name;
}

struct str difference_told(struct arena *a, const struct json *list)
{
    struct buf out;
    buf_init(&out, a);
    for (const struct json *x = list->child; x; x = x->next) {
        MUST(x->count == 5);
        const struct json *pointer = x->child->next, *title = pointer->next, *seen = title->next;
        if (out.n)
            buf_char(&out, ',');
        struct buf one;
        buf_init(&one, a);
        json_open(&one, '{');
        json_member_str(&one, "pointer", pointer->text);
        json_member_str(&one, "title",
            title->kind == JSON_STRING ? title->text : title_at(a, x->child->text, pointer->text));
        json_member_known(&one, "seen", seen->text);
        json_member_known(&one, "now", seen->next->text);
        json_close(&one, '}');
        buf_str(&out, buf_view(&one));
    }
    return buf_view(&out);
}

/* The database's own refusals. A code it invents shows as an internal error. */
static void refused_problems(struct str body, struct err *e)
{
    struct err none;
    err_init(&none, e->a);
    const struct json *list = json_parse(e->a, body, &none);
    MUST(list && list->kind == JSON_LIST && list->count > 0);
    for (const struct json *x = list->child; x; x = x->next) {
        MUST(x->count == 3 || x->count == 4);
        const struct json *pointer = x->child->next, *more = pointer->next->next;
        err_add(e, err_by_name(x->child->text), pointer->text, "%s", pointer->next->text.p);
        if (more && e->last)
            e->last->beside = difference_told(e->a, more);
    }
}

void verdict_problems(
    const struct record *rec, const struct verdict *v, struct str body, struct err *e)
{
    struct str key = arena_printf(e->a, "/%s", rec->fields[rec->key].name);
    switch (v->outcome) {
    case OUT_CONFLICT: {
        struct str all = schema_diff(e->a, v->body, body);
        if (all.n == 0) /* the same members, written differently by an earlier version of ours */
            err_add(e, E_KEY_REUSED, key, "%s", key.p);
        for (const char *p = all.p; p;) {
            const char *comma = strstr(p, ", ");
            size_t n = comma ? (size_t)(comma - p) : strlen(p);
            struct str pointer = arena_str(e->a, p, n);
            err_add(e, E_KEY_REUSED, pointer, "%s", pointer.p);
            p = comma ? comma + 2 : NULL;
        }
        break;
    }
    case OUT_REFUSED: refused_problems(v->body, e); break;
    case OUT_STALE: err_add(e, E_STALE, STR("/version"), "%lld", (long long)v->version); break;
    case OUT_MISSING: err_add(e, E_NOT_FOUND, STR(""), "%s", rec->zh); break;
    case OUT_KEY_CHANGED: err_add(e, E_KEY_CHANGED, key, "%s", key.p + 1); break;
    case OUT_CREATED:
    case OUT_REPLAY: break;
    default: BUG("outcome");
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

bool rows_found(struct req *r, const struct rows *rows, const struct fail *fail)
{
    if (fail)
        reply_fail(r, fail);
    else if (rows->n == 0 && list_failed(r))
        return false; /* a page of an answer that has begun */
    else if (rows->n == 0)
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
    return !fail && rows->n > 0;
}

/* Numbers and truth values are what they are, all else is a text. */
static void write_cell(struct buf *out, const struct member *m, struct str cell)
{
    json_key(out, m->name);
    if (m->kind == M_COUNT)
        json_raw(out, cell);
    else if (m->kind == M_BOOL)
        json_bool(out, str_is(cell, "t"));
    else
        json_str(out, cell);
}

void write_row(
    struct buf *out, const struct rows *rows, int i, int column, const struct member *members)
{
    json_open(out, '{');
    for (const struct member *m = members; m->name; m++, column++) {
        struct str cell = rows_at(rows, i, column);
        if (cell.p)
            write_cell(out, m, cell);
    }
    json_close(out, '}');
}

void reply_row(
    struct req *r, const struct rows *rows, const struct fail *fail, const struct member *members)
{
    struct buf out;
    if (!rows_found(r, rows, fail))
        return;
    buf_init(&out, r->a);
    write_row(&out, rows, 0, 0, members);
    reply_json(r, 200, buf_view(&out));
}

void reply_rows(
    struct req *r, const struct rows *rows, const struct fail *fail, const struct member *members)
{
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < rows->n; i++) {
        if (members)
            write_row(&out, rows, i, 0, members);
        else
            json_raw(&out, rows_at(rows, i, 0));
    }
    json_close(&out, ']');
    json_member_known(&out, "next", (struct str){NULL, 0});
    json_close(&out, '}');
    reply_list(r, buf_view(&out), rows->n);
}

void on_items(void *arg, const struct rows *rows, const struct fail *fail)
{
    reply_rows(arg, rows, fail, NULL);
}

/* ---- requests -------------------------------------------------------------------------------- */

const struct value *request_values(struct req *r)
{
    const struct record *rec = r->route->record;
    const struct json *in = json_parse(r->a, r->body, &r->err);
    struct value *v = arena_alloc(r->a, (size_t)field_count(rec->fields) * sizeof *v);
    if (in && schema_decode(r->a, rec, in, v, &r->err))
        return v;
    reply_problem(r);
    return NULL;
}
