/*
 * schema_fields.c - the JSON Schema (2020-12, as in OpenAPI 3.1) of fields, from their rows.
 */
#include "schema.h"

static void write_object(const struct field *f, struct buf *out);

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

static void write_choices(const struct field *f, struct buf *out)
{
    json_member_list(out, "enum");
    for (int i = 0; f->choices[i].name; i++)
        json_text(out, f->choices[i].name);
    json_close(out, ']');
    if (!f->choices[0].zh)
        return;
    json_member_object(out, "x-titles"); /* as spreadsheets say them */
    for (int i = 0; f->choices[i].name; i++)
        json_member_text(out, f->choices[i].name, f->choices[i].zh);
    json_close(out, '}');
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
        [F_LIST] = "array",
        [F_WORDS] = "array"};
    if (f->kind == F_JSON) {
        json_member_text(out, "description", f->example);
        return;
    }
    json_member_text(out, "type", types[f->kind]);
    switch (f->kind) {
    case F_TEXT: write_limits(f, "minLength", "maxLength", out); break;
    case F_INT: write_limits(f, "minimum", "maximum", out); break;
    case F_ENUM: write_choices(f, out); break;
    case F_WORDS:
        json_member_int(out, "minItems", 1);
        json_member_bool(out, "uniqueItems", true);
        json_member_object(out, "items");
        json_member_text(out, "type", "string");
        write_choices(f, out);
        json_close(out, '}');
        break;
    case F_MONEY:
    case F_RATE: write_pattern(f, out); break;
    case F_DAY: json_member_text(out, "format", "date"); break;
    case F_OBJECT: fields_openapi(f->of, out); break;
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
    if (!f->example || f->kind == F_JSON || f->kind == F_WORDS)
        return;
    json_member_list(out, "examples");
    if (f->kind == F_INT || f->kind == F_BOOL)
        json_raw(out, str_of(f->example));
    else
        json_text(out, f->example);
    json_close(out, ']');
}

void field_properties(const struct field *f, struct buf *out)
{
    for (int i = 0; f[i].name; i++) {
        json_member_object(out, f[i].name);
        json_member_text(out, "title", f[i].zh);
        write_type(&f[i], out);
        write_example(&f[i], out);
        json_close(out, '}');
    }
}

void fields_needed(const struct field *f, int but, int and_but, struct buf *out)
{
    for (int i = 0; f[i].name; i++) {
        if (f[i].need && i != but && i != and_but)
            json_text(out, f[i].name);
    }
}

void fields_openapi(const struct field *f, struct buf *out)
{
    json_member_list(out, "required");
    fields_needed(f, NO_FIELD, NO_FIELD, out);
    json_close(out, ']');
    json_member_bool(out, "additionalProperties", false);
    json_member_object(out, "properties");
    field_properties(f, out);
    json_close(out, '}');
}

static void write_object(const struct field *f, struct buf *out)
{
    json_open(out, '{');
    json_member_text(out, "type", "object");
    fields_openapi(f, out);
    json_close(out, '}');
}
