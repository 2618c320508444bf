/*
 * openapi.c - OpenAPI 3.1 out of the route table and the record table.
 */
#include "openapi.h"
#include "api.h"

static const char problem_schema[] = "{\"type\":\"object\",\"required\":[\"type\",\"title\","
                                     "\"status\",\"request_id\"],\"properties\":{"
                                     "\"type\":{\"type\":\"string\"},\"title\":{\"type\":"
                                     "\"string\"},\"status\":{\"type\":\"integer\"},"
                                     "\"detail\":{\"type\":\"string\"},\"request_id\":{\"type\":"
                                     "\"string\"},\"errors\":{\"type\":\"array\","
                                     "\"items\":{\"type\":\"object\",\"required\":[\"pointer\","
                                     "\"code\",\"title\",\"cure\"],\"properties\":{"
                                     "\"pointer\":{\"type\":\"string\"},\"code\":{\"type\":"
                                     "\"string\"},\"title\":{\"type\":\"string\"},"
                                     "\"cure\":{\"type\":\"string\"}}}}}}";
static const char *method_of(const struct route *t)
{
    return t->method == METHOD_GET ? "get" : t->method == METHOD_POST ? "post" : "put";
}

static void write_parameter(struct buf *out, const char *in, struct str name)
{
    json_open(out, '{');
    json_member_str(out, "name", name);
    json_member_text(out, "in", in);
    json_member_bool(out, "required", strcmp(in, "path") == 0);
    json_member_raw(out, "schema", STR("{\"type\":\"string\"}"));
    json_close(out, '}');
}

static void write_parameters(struct buf *out, const struct route *t)
{
    json_member_list(out, "parameters");
    for (const char *p = strchr(t->path, '{'); p; p = strchr(p + 1, '{'))
        write_parameter(out, "path", arena_str(out->a, p + 1, strcspn(p + 1, "}")));
    for (const char *p = t->params; *p;) {
        size_t n = strcspn(p, ",");
        write_parameter(out, "query", arena_str(out->a, p, n));
        p += n + (p[n] == ',');
    }
    json_close(out, ']');
}

static void write_body(struct buf *out, const struct route *t)
{
    if (t->method == METHOD_GET)
        return;
    json_member_object(out, "requestBody");
    json_member_bool(out, "required", true);
    json_member_object(out, "content");
    json_key(out, "application/json");
    if (t->record)
        json_raw(out, arena_printf(out->a, "{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}",
                          t->record->name));
    else
        json_raw(out, STR("{\"schema\":{\"type\":\"object\"}}"));
    if (t->method == METHOD_POST && t->record) {
        json_member_raw(out, "application/x-ndjson", STR("{\"schema\":{\"type\":\"string\"}}"));
        json_member_raw(out, "text/csv", STR("{\"schema\":{\"type\":\"string\"}}"));
    }
    json_close(out, '}');
    json_close(out, '}');
}

static void write_answers(struct buf *out, const struct route *t)
{
    json_member_object(out, "responses");
    json_key(out, "200");
    if (t->record && strstr(t->path, "{id}") && !strstr(t->path, "history"))
        json_raw(out, arena_printf(out->a,
                          "{\"description\":\"OK\",\"content\":{\"application/json\":{\"schema\":"
                          "{\"$ref\":\"#/components/schemas/%s_answer\"}}}}",
                          t->record->name));
    else
        json_raw(out, STR("{\"description\":\"OK\"}"));
    if (t->method == METHOD_POST && t->record) {
        json_member_raw(out, "201",
            arena_printf(out->a,
                "{\"description\":\"Created\",\"content\":{\"application/json\":{\"schema\":"
                "{\"$ref\":\"#/components/schemas/%s_answer\"}}}}",
                t->record->name));
    }
    json_member_raw(out, "4XX", STR("{\"$ref\":\"#/components/responses/problem\"}"));
    json_close(out, '}');
}

/* "get_v1_loans_id" out of method and path. */
static struct str operation_id(struct arena *a, const struct route *t)
{
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, method_of(t));
    for (const char *p = t->path; *p; p++) {
        bool word = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
        if (word)
            buf_char(&b, *p);
        else if (b.p[b.n - 1] != '_' && *p != '}')
            buf_char(&b, '_');
    }
    return buf_view(&b);
}

static void write_operation(struct buf *out, const struct route *t)
{
    json_member_object(out, method_of(t));
    json_member_str(out, "operationId", operation_id(out->a, t));
    json_member_text(out, "summary", t->zh);
    json_member_text(out, "description", t->en);
    json_member_raw(out, "security", t->roles ? STR("[{\"bearer\":[]}]") : STR("[]"));
    write_parameters(out, t);
    write_body(out, t);
    write_answers(out, t);
    json_close(out, '}');
}

static bool is_first_of_path(const struct route *t)
{
    for (const struct route *e = routes; e < t; e++) {
        if (strcmp(e->path, t->path) == 0)
            return false;
    }
    return true;
}

static void write_paths(struct buf *out)
{
    json_member_object(out, "paths");
    for (const struct route *t = routes; t->path; t++) {
        if (!is_first_of_path(t))
            continue;
        json_member_object(out, t->path);
        for (const struct route *m = t; m->path; m++) {
            if (strcmp(m->path, t->path) == 0)
                write_operation(out, m);
        }
        json_close(out, '}');
    }
    json_close(out, '}');
}

static void write_schemas(struct buf *out)
{
    json_member_object(out, "schemas");
    for (int i = 0; i < record_count; i++) {
        json_key(out, records[i]->name);
        schema_openapi_body(records[i], false, false, out);
        json_key(out, arena_printf(out->a, "%s_answer", records[i]->name).p);
        schema_openapi_answer(records[i], out);
    }
    for (const struct record *const *r = request_records; *r; r++) {
        json_key(out, (*r)->name);
        schema_openapi_body(*r, false, false, out);
        json_member_raw(
            out, arena_printf(out->a, "%s_answer", (*r)->name).p, STR("{\"type\":\"object\"}"));
    }
    json_member_raw(out, "problem", str_of(problem_schema));
    json_close(out, '}');
}

void openapi_write(struct buf *out)
{
    json_open(out, '{');
    json_member_text(out, "openapi", "3.1.0");
    json_member_raw(out, "info",
        STR("{\"title\":\"pledged\",\"version\":\"1\",\"summary\":\"知识产权质押融资台账\","
            "\"license\":{\"name\":\"Proprietary\",\"identifier\":\"LicenseRef-Pledged\"}}"));
    json_member_raw(out, "servers", STR("[{\"url\":\"/\"}]"));
    write_paths(out);
    json_member_object(out, "components");
    json_member_raw(
        out, "securitySchemes", STR("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
    json_member_raw(out, "responses",
        STR("{\"problem\":{\"description\":\"问题\",\"content\":{\"application/problem+json\":"
            "{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}}"));
    write_schemas(out);
    json_close(out, '}');
    json_close(out, '}');
}
