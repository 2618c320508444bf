/*
 * schema_openapi.c - the JSON Schema (2020-12, as in OpenAPI 3.1) of a record, from its row.
 */
#include "schema.h"

static void write_object(const struct field *f, struct buf *out);
static void write_members(const struct field *f, struct buf *out);

static void write_pattern(const struct field *f, struct buf *out)
{
    json_key(out, "pattern");
    if (f->kind == F_MONEY)
        json_text(out, "^(0|[1-9][0-9]{0,12})(\\.[0-9]{1,2})?$");
    else
        json_text(out, "^(0|[1-9][0-9]{0,6})(\\.[0-9]{1,4})?$");
}

static void write_limits(
    const struct field *f, const char *least, const char *most, struct buf *out)
{
    json_member_int(out, least, f->min);
    if (f->max)
        json_member_int(out, most, f->max);
}

static void write_type(const struct field *f, struct buf *out)
{
    static const char *const types[] = {[F_TEXT] = "string",
        [F_INT] = "integer",
        [F_BOOL] = "boolean",
        [F_ENUM] = "string",
        [F_MONEY] = "string",
        [F_RATE] = "string",
        [F_DAY] = "string",
        [F_IDENT] = "string",
        [F_OBJECT] = "object",
        [F_LIST] = "array"};
    if (f->kind == F_JSON) {
        json_member_text(out, "description", f->example);
        return;
    }
    json_member_text(out, "type", types[f->kind]);
    switch (f->kind) {
    case F_TEXT: write_limits(f, "minLength", "maxLength", out); break;
    case F_INT: write_limits(f, "minimum", "maximum", out); break;
    case F_ENUM:
        json_member_list(out, "enum");
        for (int i = 0; f->choices[i].name; i++)
            json_text(out, f->choices[i].name);
        json_close(out, ']');
        break;
    case F_MONEY:
    case F_RATE: write_pattern(f, out); break;
    case F_DAY: json_member_text(out, "format", "date"); break;
    case F_OBJECT: write_members(f->of, out); break;
    case F_LIST:
        write_limits(f, "minItems", "maxItems", out);
        json_key(out, "items");
        write_object(f->of, out);
        break;
    case F_BOOL:
    case F_JSON:
    case F_IDENT: break;
    default: BUG("field kind");
    }
}

static void write_example(const struct field *f, struct buf *out)
{
    if (!f->example || f->kind == F_JSON)
        return;
    json_member_list(out, "examples");
    if (f->kind == F_INT || f->kind == F_BOOL)
        json_raw(out, str_of(f->example));
    else
        json_text(out, f->example);
    json_close(out, ']');
}

static void write_properties(const struct field *f, struct buf *out)
{
    for (int i = 0; f[i].name; i++) {
        json_member_object(out, f[i].name);
        json_member_text(out, "title", f[i].zh);
        write_type(&f[i], out);
        write_example(&f[i], out);
        json_close(out, '}');
    }
}

static void write_required(const struct field *f, struct buf *out)
{
    json_member_list(out, "required");
    for (int i = 0; f[i].name; i++) {
        if (f[i].need)
            json_text(out, f[i].name);
    }
    json_close(out, ']');
}

static void write_members(const struct field *f, struct buf *out)
{
    write_required(f, out);
    json_member_bool(out, "additionalProperties", false);
    json_member_object(out, "properties");
    write_properties(f, out);
    json_close(out, '}');
}

static void write_object(const struct field *f, struct buf *out)
{
    json_open(out, '{');
    json_member_text(out, "type", "object");
    write_members(f, out);
    json_close(out, '}');
}

/* What the service adds to every record it answers with. */
static const char answer_also[] =
    "{\"id\":{\"type\":\"string\",\"format\":\"uuid\",\"readOnly\":true,\"title\":\"记录编号\"},"
    "\"version\":{\"type\":\"integer\",\"minimum\":1,\"readOnly\":true,\"title\":\"版本\"},"
    "\"recorded_at\":{\"type\":\"string\",\"format\":\"date-time\",\"readOnly\":true,"
    "\"title\":\"记录时刻\"},"
    "\"recorded_by\":{\"type\":\"string\",\"readOnly\":true,\"title\":\"记录人\"},"
    "\"warnings\":{\"type\":\"array\",\"readOnly\":true,\"title\":\"预警\","
    "\"items\":{\"$ref\":\"#/components/schemas/warning\"}},"
    "\"receipt\":{\"$ref\":\"#/components/schemas/receipt\"}}";

void schema_openapi(const struct record *r, bool answer, struct buf *out)
{
    json_open(out, '{');
    json_member_text(out, "type", "object");
    json_member_text(out, "title", r->zh);
    write_required(r->fields, out);
    json_member_object(out, "properties");
    write_properties(r->fields, out);
    if (answer) {
        for (const char *const *name = r->read_only; *name; name++)
            json_member_raw(out, *name, STR("{\"readOnly\":true}"));
        json_members(out, str_of(answer_also));
    }
    json_close(out, '}');
    json_close(out, '}');
}
