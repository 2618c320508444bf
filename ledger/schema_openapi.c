/*
 * schema_openapi.c - the JSON Schema (2020-12, as in OpenAPI 3.1) of a record, from its row.
 */
#include "schema.h"

static void open_record(const struct record *r, struct buf *out)
{
    json_open(out, '{');
    json_member_text(out, "type", "object");
    json_member_text(out, "title", r->zh);
    json_member_bool(out, "additionalProperties", false);
    json_member_list(out, "required");
}

static void write_reason(const struct record *r, struct buf *out)
{
    const struct field one[] = {reason_field, {.name = NULL}};
    if (field_index(r->fields, STR("reason")) < 0)
        field_properties(one, out);
}

void schema_openapi_body(const struct record *r, bool given, bool correction, struct buf *out)
{
    open_record(r, out);
    fields_needed(
        r->fields, given ? r->parent : NO_FIELD, given && r->verb ? r->verb : NO_FIELD, out);
    json_close(out, ']');
    json_member_object(out, "properties");
    field_properties(r->fields, out);
    if (correction)
        write_reason(r, out);
    json_close(out, '}');
    json_close(out, '}');
}

/* The reason is that of a correction, among the versions of a history. */
void schema_openapi_answer(const struct record *r, struct buf *out)
{
    open_record(r, out);
    fields_needed(r->fields, NO_FIELD, NO_FIELD, out);
    members_needed(r->read_only, out);
    members_needed(envelope_members, out);
    json_close(out, ']');
    json_member_object(out, "properties");
    field_properties(r->fields, out);
    members_write(r->read_only, out);
    members_write(envelope_members, out);
    write_reason(r, out);
    json_close(out, '}');
    json_close(out, '}');
}
