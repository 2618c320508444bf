/*
 * shape.c - the JSON Schema (2020-12, as in OpenAPI 3.1) of an answer, from its members.
 */
#include "shape.h"
#include "schema.h"

const struct member *member_named(const struct member *m, struct str name)
{
    for (; m->name; m++) {
        if (m->kind != M_ALSO && str_is(name, m->name))
            return m;
        const struct member *found = m->kind == M_ALSO ? member_named(m->of, name) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

void words_write(const char *words, bool null, struct buf *out)
{
    json_open(out, '[');
    for (const char *p = words; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        json_str(out, arena_str(out->a, p, n));
        p += n;
    }
    if (null)
        json_null(out);
    json_close(out, ']');
}

static const struct {
    const char *type, *format, *pattern;
} kinds[] = {
    [M_TEXT] = {.type = "string"},
    [M_ID] = {.type = "string", .format = "uuid"},
    [M_DAY] = {.type = "string", .format = "date"},
    [M_INSTANT] = {.type = "string", .format = "date-time"},
    [M_QUARTER] = {.type = "string", .pattern = "^[0-9]{4}Q[1-4]$"},
    [M_HASH] = {.type = "string", .pattern = "^[0-9a-f]{64}$"},
    [M_YUAN] = {.type = "string", .pattern = "^-?(0|[1-9][0-9]*)\\.[0-9]{2}$"},
    [M_PERCENT] = {.type = "string", .pattern = "^-?(0|[1-9][0-9]*)(\\.[0-9]{1,4})?$"},
    [M_COUNT] = {.type = "integer"},
    [M_BOOL] = {.type = "boolean"},
    [M_WORD] = {.type = "string"},
    [M_FIGURE] = {.type = "string integer", .pattern = "^-?(0|[1-9][0-9]*)\\.[0-9]{2}$"},
    [M_SCALAR] = {.type = "string integer boolean"},
    [M_OBJECT] = {.type = "object"},
    [M_MAP] = {.type = "object"},
    [M_FIELDS] = {.type = "object"},
};

static void write_text(const char *key, const char *text, struct buf *out)
{
    if (!text)
        return;
    json_member_text(out, key, text);
}

/* One type, or a list of them. */
static void write_type(const char *types, bool null, struct buf *out)
{
    json_key(out, "type");
    if (null || strchr(types, ' '))
        words_write(null ? arena_printf(out->a, "%s null", types).p : types, false, out);
    else
        json_text(out, types);
}

static void write_kind(const struct member *m, bool null, struct buf *out);

static void write_members(const struct member *m, struct buf *out)
{
    json_member_bool(out, "additionalProperties", false);
    json_member_list(out, "required");
    members_needed(m, out);
    json_close(out, ']');
    json_member_object(out, "properties");
    members_write(m, out);
    json_close(out, '}');
}

static void write_kind(const struct member *m, bool null, struct buf *out)
{
    if (m->kind == M_JSON)
        return;
    write_type(kinds[m->kind].type, null, out);
    write_text("format", kinds[m->kind].format, out);
    write_text("pattern", kinds[m->kind].pattern, out);
    if (m->kind == M_WORD) {
        json_key(out, "enum");
        words_write(m->words, null, out);
    } else if (m->kind == M_OBJECT) {
        write_members(m->of, out);
    } else if (m->kind == M_FIELDS) {
        fields_openapi(m->fields, out);
    } else if (m->kind == M_MAP) {
        json_member_object(out, "additionalProperties");
        write_kind(m->of, m->of->null, out);
        json_close(out, '}');
    }
}

static void write_member(const struct member *m, struct buf *out)
{
    json_open(out, '{');
    write_text("title", m->zh, out);
    write_text("description", m->en, out);
    if (m->list) {
        write_type("array", m->null, out);
        json_member_object(out, "items");
        write_kind(m, false, out);
        json_close(out, '}');
    } else {
        write_kind(m, m->null, out);
    }
    json_close(out, '}');
}

void members_write(const struct member *m, struct buf *out)
{
    for (; m->name; m++) {
        if (m->kind == M_ALSO) {
            members_write(m->of, out);
            continue;
        }
        json_key(out, m->name);
        write_member(m, out);
    }
}

void members_needed(const struct member *m, struct buf *out)
{
    for (; m->name; m++) {
        if (m->kind == M_ALSO && !m->maybe)
            members_needed(m->of, out);
        else if (!m->maybe)
            json_text(out, m->name);
    }
}

void shape_write(const struct member *m, struct buf *out)
{
    json_open(out, '{');
    write_type("object", false, out);
    write_members(m, out);
    json_close(out, '}');
}
