/*
 * openapi.c - OpenAPI 3.1 out of the routes, the records and the shapes of answers.
 *
 * What is not in the tables is the same for every operation: how it is refused.
 */
#include "openapi.h"
#include "api.h"
#include "report.h"

/* ---- shapes of everybody's answers ----------------------------------------------------------- */

static const struct member problem_members[] = {
    {"type", M_TEXT, "类别", .en = "Kind of problem"},
    {"title", M_TEXT, "问题", .en = "What is wrong"},
    {"status", M_COUNT, "状态码", .en = "Status of the answer"},
    {"detail", M_TEXT, "办法", .en = "What to do", .maybe = true},
    {"request_id", M_TEXT, "请求编号", .en = "For whoever runs the service"},
    {"errors", M_OBJECT, "各项问题", .en = "Each of them", .of = error_members, .list = true},
    {"difference", M_OBJECT, "与所见的不同", .en = "What differs from what was seen (E_SEEN)",
        .of = seen_members, .list = true, .maybe = true},
    {.name = NULL},
};
static const struct member dry_run_members[] = {
    {"dry_run", M_BOOL, "试运行", .en = "Nothing is stored"},
    {"outcome", M_WORD, "结果", .en = "What would come of it", .words = "created replay"},
    {"warnings", M_OBJECT, "预警", .en = "Red flags that can be foreseen", .of = warning_members,
        .list = true},
    {.name = NULL},
};
static const struct shape problem_shape = {"problem", problem_members};

/* How an operation can be refused, beside what its handler finds. */
enum when { ALWAYS, WITH_TOKEN, AT_ADDRESS, WITH_BODY, TO_CORRECT };
static const struct {
    int status;
    enum when when;
    const char *zh;
} refusals[] = {
    {400, ALWAYS, "报文不合规"},
    {401, WITH_TOKEN, "未登录"},
    {403, WITH_TOKEN, "本机构类别无此权限"},
    {404, AT_ADDRESS, "找不到"},
    {408, ALWAYS, "发送过慢"},
    {409, WITH_BODY, "与已登记的内容冲突"},
    {413, WITH_BODY, "内容过大"},
    {414, ALWAYS, "地址过长"},
    {415, WITH_BODY, "不支持的内容类型"},
    {417, ALWAYS, "不支持的 Expect"},
    {422, ALWAYS, "内容或参数有误"},
    {428, TO_CORRECT, "更正须带 If-Match"},
    {429, ALWAYS, "请求过多"},
    {431, ALWAYS, "报文头过大"},
    {500, ALWAYS, "服务内部错误"},
    {503, ALWAYS, "暂时不可用"},
};

/* ---- small pieces ---------------------------------------------------------------------------- */

/* {"$ref":"#/components/schemas/<name><suffix>"} */
static void write_ref(struct buf *out, const char *name, const char *suffix)
{
    json_open(out, '{');
    json_member_text(
        out, "$ref", arena_printf(out->a, "#/components/schemas/%s%s", name, suffix).p);
    json_close(out, '}');
}

static const char *method_of(const struct route *t)
{
    return t->method == METHOD_GET ? "get" : t->method == METHOD_POST ? "post" : "put";
}

static bool is_correction(const struct route *t)
{
    return t->handle == record_put;
}

/* ?plan names what may not be there. */
static bool asks_plan(const struct route *t)
{
    for (int i = 0; i < QUERY_MAX && t->query[i]; i++) {
        if (strcmp(t->query[i]->name, "plan") == 0)
            return true;
    }
    return false;
}

/* The address names the record that the body belongs to. */
static bool is_given(const struct route *t)
{
    return t->method == METHOD_POST && t->record->parent != NO_FIELD && strchr(t->path, '{');
}

static const char *body_suffix(const struct route *t)
{
    return is_correction(t) ? "_correction" : is_given(t) ? "_here" : "";
}

/* ---- parameters ------------------------------------------------------------------------------ */

static void write_sections(struct buf *out)
{
    json_member_text(out, "type", "string");
    json_member_list(out, "enum");
    for (const struct report_section *s = report_sections; s->name; s++)
        json_text(out, s->name);
    json_close(out, ']');
}

static void write_states(struct buf *out, const char *const *states)
{
    json_member_list(out, "enum");
    for (; *states; states++)
        json_text(out, *states);
    json_close(out, ']');
}

static void write_query_kind(struct buf *out, const struct route *t, const struct query *q)
{
    static const char *const types[] = {[Q_BOOL] = "boolean", [Q_COUNT] = "integer"};
    static const char *const formats[] = {[Q_DAY] = "date", [Q_ID] = "uuid", [Q_CURSOR] = "uuid"};
    bool typed = (size_t)q->kind < COUNT_OF(types) && types[q->kind];
    json_member_text(out, "type", typed ? types[q->kind] : "string");
    if ((size_t)q->kind < COUNT_OF(formats) && formats[q->kind] && !q->fits)
        json_member_text(out, "format", formats[q->kind]);
    if (q->kind == Q_COUNT) {
        json_member_int(out, "minimum", q->min);
        json_member_int(out, "maximum", q->max);
    } else if (q->kind == Q_WORD) {
        json_key(out, "enum");
        words_write(q->words, false, out);
    } else if (q->kind == Q_STATE) {
        write_states(out, t->record->states);
    } else if (q->kind == Q_QUARTER) {
        json_member_text(out, "pattern", "^[0-9]{4}Q[1-4]$");
    } else if (q->kind == Q_INSTANT) {
        json_member_text(out, "description", "RFC 3339; now");
    }
}

static void write_query(struct buf *out, const struct route *t, const struct query *q)
{
    json_open(out, '{');
    json_member_text(out, "name", q->name);
    json_member_text(out, "in", "query");
    json_member_text(out, "description", q->zh);
    json_member_bool(out, "required", q->need);
    if (q->kind == Q_SECTIONS) { /* a,b */
        json_member_text(out, "style", "form");
        json_member_bool(out, "explode", false);
    }
    json_member_object(out, "schema");
    if (q->kind == Q_SECTIONS) {
        json_member_text(out, "type", "array");
        json_member_object(out, "items");
        write_sections(out);
        json_close(out, '}');
    } else if (q->kind == Q_SECTION) {
        write_sections(out);
    } else {
        write_query_kind(out, t, q);
    }
    json_close(out, '}');
    json_close(out, '}');
}

static void write_path_part(struct buf *out, struct str name)
{
    json_open(out, '{');
    json_member_str(out, "name", name);
    json_member_text(out, "in", "path");
    json_member_bool(out, "required", true);
    json_member_object(out, "schema");
    json_member_text(out, "type", str_is(name, "no") ? "integer" : "string");
    if (str_is(name, "id"))
        json_member_text(out, "format", "uuid");
    else if (str_is(name, "quarter"))
        json_member_text(out, "pattern", "^[0-9]{4}Q[1-4]$");
    json_close(out, '}');
    json_close(out, '}');
}

static void write_header(struct buf *out, const char *name, bool need, const char *zh)
{
    json_open(out, '{');
    json_member_text(out, "name", name);
    json_member_text(out, "in", "header");
    json_member_text(out, "description", zh);
    json_member_bool(out, "required", need);
    json_member_raw(out, "schema", STR("{\"type\":\"string\"}"));
    json_close(out, '}');
}

static void write_parameters(struct buf *out, const struct route *t)
{
    json_member_list(out, "parameters");
    for (const char *p = strchr(t->path, '{'); p; p = strchr(p + 1, '{'))
        write_path_part(out, arena_str(out->a, p + 1, strcspn(p + 1, "}")));
    for (int i = 0; i < QUERY_MAX && t->query[i]; i++)
        write_query(out, t, t->query[i]);
    if (is_correction(t))
        write_header(out, "If-Match", true, "所更正的版本:ETag 的值");
    for (const struct answer *w = t->answers; w->status; w++) {
        if (w->status == 304)
            write_header(out, "If-None-Match", false, "已有的版本:ETag 的值");
    }
    json_close(out, ']');
}

/* ---- bodies and answers ---------------------------------------------------------------------- */

static void write_lines(struct buf *out, const char *type, const char *zh)
{
    json_member_object(out, type);
    json_member_object(out, "schema");
    json_member_text(out, "type", "string");
    json_member_text(out, "description", zh);
    json_close(out, '}');
    json_close(out, '}');
}

static void write_body(struct buf *out, const struct route *t)
{
    if (t->takes == TAKES_NOTHING)
        return;
    json_member_object(out, "requestBody");
    json_member_bool(out, "required", t->takes != TAKES_MAYBE);
    json_member_object(out, "content");
    json_member_object(out, "application/json");
    json_key(out, "schema");
    write_ref(out, t->record->name, body_suffix(t));
    json_close(out, '}');
    if (t->takes == TAKES_BATCH) {
        write_lines(out, "application/x-ndjson", "每行一个 JSON 对象");
        write_lines(out, "text/csv", "表头见 template.csv;charset=gb18030 亦可");
        write_lines(out, xlsx_type, "工作簿(.xlsx),表头见 template.csv");
    }
    json_close(out, '}');
    json_close(out, '}');
}

/* What was stored, or what a dry run says. */
static void write_stored(struct buf *out, const char *name)
{
    json_open(out, '{');
    json_member_list(out, "anyOf");
    write_ref(out, name, "_answer");
    write_ref(out, name, "_dry_run");
    json_close(out, ']');
    json_close(out, '}');
}

static void write_one_of_lines(struct buf *out, const struct answer *w)
{
    json_open(out, '{');
    json_member_text(out, "description", "每行一个 JSON 对象");
    json_member_list(out, "anyOf");
    for (size_t i = 0; i < COUNT_OF(w->line) && w->line[i]; i++)
        write_ref(out, w->line[i]->name, "");
    json_close(out, ']');
    json_close(out, '}');
}

static void write_page(
    struct buf *out, const struct list *list, const char *name, const char *suffix)
{
    json_open(out, '{');
    json_member_text(out, "type", "object");
    json_member_bool(out, "additionalProperties", false);
    json_member_raw(out, "required", STR("[\"items\",\"next\"]"));
    json_member_object(out, "properties");
    json_member_object(out, "items");
    json_member_text(out, "type", "array");
    json_key(out, "items");
    write_ref(out, name, suffix);
    json_close(out, '}');
    json_key(out, "next");
    json_raw(
        out, STR("{\"type\":[\"string\",\"null\"],\"description\":\"?after of the next page\"}"));
    json_member_raw(out, "total",
        STR("{\"type\":\"integer\",\"description\":\"of all pages, where ?total=true asks\"}"));
    json_member_raw(out, "total_amount",
        STR("{\"type\":\"string\",\"description\":\"what they come to in yuan, likewise\"}"));
    if (list && list->counts) {
        json_key(out, "counts");
        shape_write(list->counts, out);
    }
    json_close(out, '}');
    json_close(out, '}');
}

/* Bytes of which nothing more is said. */
static void write_bytes(struct buf *out, const char *type)
{
    bool text = strncmp(type, "text/", 5) == 0 || strstr(type, "pem");
    json_raw(out,
        text ? STR("{\"type\":\"string\"}") : STR("{\"type\":\"string\",\"format\":\"binary\"}"));
}

static void write_schema(struct buf *out, const struct route *t, const struct answer *w)
{
    json_key(out, "schema");
    switch (w->is) {
    case IS_SHAPE:
        if (w->shape)
            write_ref(out, w->shape->name, "");
        else
            write_bytes(out, w->type);
        break;
    case IS_PAGE:
        write_page(
            out, t->list, w->shape ? w->shape->name : t->record->name, w->shape ? "" : "_answer");
        break;
    case IS_RECORD: write_ref(out, t->record->name, "_answer"); break;
    case IS_STORED: write_stored(out, t->record->name); break;
    case IS_LINES: write_one_of_lines(out, w); break;
    case IS_NOTHING:
    default: BUG("answer without a body");
    }
}

/* All answers of one status. */
static void write_status(struct buf *out, const struct route *t, int status)
{
    json_member_object(out, arena_printf(out->a, "%d", status).p);
    json_member_text(out, "description",
        status == 201   ? "Created"
        : status == 202 ? "Accepted: it waits for a second person"
        : status == 304 ? "Not Modified"
                        : "OK");
    for (const struct answer *w = t->answers, *first = NULL; w->status; w++) {
        if (w->status != status || w->is == IS_NOTHING)
            continue;
        if (!first)
            json_member_object(out, "content");
        first = w;
        json_member_object(out, w->type ? w->type : "application/json");
        write_schema(out, t, w);
        json_close(out, '}');
        if (!w[1].status || w[1].status != status)
            json_close(out, '}');
    }
    json_close(out, '}');
}

static bool is_refusal_of(const struct route *t, enum when when)
{
    switch (when) {
    case ALWAYS: return true;
    case WITH_TOKEN: return t->roles != 0;
    case AT_ADDRESS: return strchr(t->path, '{') || asks_plan(t);
    case WITH_BODY: return t->takes != TAKES_NOTHING;
    case TO_CORRECT: return is_correction(t);
    default: BUG("when");
    }
}

static void write_answers(struct buf *out, const struct route *t)
{
    json_member_object(out, "responses");
    for (const struct answer *w = t->answers; w->status; w++) {
        if (w == t->answers || w[-1].status != w->status) /* of one status they stand together */
            write_status(out, t, w->status);
    }
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        if (!is_refusal_of(t, refusals[i].when))
            continue;
        json_member_object(out, arena_printf(out->a, "%d", refusals[i].status).p);
        json_member_text(out, "$ref", "#/components/responses/problem");
        json_member_text(out, "description", refusals[i].zh);
        json_close(out, '}');
    }
    json_close(out, '}');
}

/* ---- operations ------------------------------------------------------------------------------ */

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

static bool is_first_of_path(int at)
{
    for (int i = 0; i < at; i++) {
        if (strcmp(route_at(i)->path, route_at(at)->path) == 0)
            return false;
    }
    return true;
}

static void write_paths(struct buf *out)
{
    json_member_object(out, "paths");
    for (int i = 0; route_at(i); i++) {
        const char *path = route_at(i)->path;
        if (route_at(i)->page || !is_first_of_path(i))
            continue;
        json_member_object(out, path);
        for (int j = i; route_at(j); j++) {
            if (strcmp(route_at(j)->path, path) == 0)
                write_operation(out, route_at(j));
        }
        json_close(out, '}');
    }
    json_close(out, '}');
}

/* ---- components: what the operations name, each once ----------------------------------------- */

struct components {
    struct buf *out;
    struct buf seen; /* " loan loan_answer " */
};

/* Opens the component for its schema; false when it is there already. */
static bool component(struct components *c, const char *name, const char *suffix)
{
    struct str key = arena_printf(c->out->a, "%s%s", name, suffix);
    if (strstr(buf_view(&c->seen).p, arena_printf(c->out->a, " %s ", key.p).p))
        return false;
    buf_printf(&c->seen, "%s ", key.p);
    json_key(c->out, key.p);
    return true;
}

static void add_shape(struct components *c, const struct shape *s)
{
    if (component(c, s->name, ""))
        shape_write(s->of, c->out);
}

/* {"dry_run":true,"outcome":"created","record":{…}} */
static void add_dry_run(struct components *c, const struct record *r)
{
    struct buf *out = c->out;
    if (component(c, r->name, ""))
        schema_openapi_body(r, false, false, out);
    if (!component(c, r->name, "_dry_run"))
        return;
    json_open(out, '{');
    json_member_text(out, "type", "object");
    json_member_bool(out, "additionalProperties", false);
    json_key(out, "required");
    words_write("dry_run outcome record", false, out);
    json_member_object(out, "properties");
    members_write(dry_run_members, out);
    json_key(out, "record");
    write_ref(out, r->name, "");
    json_close(out, '}');
    json_close(out, '}');
}

static void add_body(struct components *c, const struct route *t)
{
    if (component(c, t->record->name, body_suffix(t)))
        schema_openapi_body(t->record, is_given(t), is_correction(t), c->out);
}

static void add_answer(struct components *c, const struct route *t, const struct answer *w)
{
    if (w->shape)
        add_shape(c, w->shape);
    for (size_t i = 0; i < COUNT_OF(w->line) && w->line[i]; i++)
        add_shape(c, w->line[i]);
    if (w->is == IS_STORED)
        add_dry_run(c, t->record);
    bool record = w->is == IS_RECORD || w->is == IS_STORED || (w->is == IS_PAGE && !w->shape);
    if (record && component(c, t->record->name, "_answer"))
        schema_openapi_answer(t->record, c->out);
}

static void write_schemas(struct buf *out)
{
    struct components c = {.out = out};
    buf_init(&c.seen, out->a);
    buf_char(&c.seen, ' ');
    json_member_object(out, "schemas");
    add_shape(&c, &problem_shape);
    for (int i = 0; route_at(i); i++) {
        const struct route *t = route_at(i);
        if (t->page)
            continue;
        if (t->takes != TAKES_NOTHING)
            add_body(&c, t);
        for (const struct answer *w = t->answers; w->status; w++)
            add_answer(&c, t, w);
    }
    json_close(out, '}');
}

void openapi_write(struct buf *out)
{
    json_open(out, '{');
    json_member_text(out, "openapi", "3.1.0");
    json_key(out, "info");
    json_raw(
        out, STR("{\"title\":\"pledged\",\"version\":\"1\",\"summary\":\"知识产权质押融资台账\","
                 "\"license\":{\"name\":\"Proprietary\",\"identifier\":\"LicenseRef-Pledged\"}}"));
    json_member_raw(out, "servers", STR("[{\"url\":\"/\"}]"));
    write_paths(out);
    json_member_object(out, "components");
    json_member_raw(
        out, "securitySchemes", STR("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
    json_key(out, "responses");
    json_raw(
        out, STR("{\"problem\":{\"description\":\"问题\",\"content\":{\"application/problem+json\":"
                 "{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}}"));
    write_schemas(out);
    json_close(out, '}');
    json_close(out, '}');
}
