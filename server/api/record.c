/*
 * record.c - one record of any type: create, correct, read, history.
 *
 * A POST is an array of one for the write lane. Replays answer with the bytes of the first answer;
 * nothing is answered before the lane's commit.
 */
#include "api.h"
#include "auth.h"
#include "case.h"
#include "desk.h"
#include "intake.h"
#include "receipt.h"

const struct answer record_made[] = {
    {.status = 201, .is = IS_RECORD}, {.status = 200, .is = IS_STORED}, {.status = 0}};
const struct answer record_batch[] = {{.status = 201, .is = IS_RECORD},
    {.status = 200, .is = IS_STORED},
    {.status = 200,
        .is = IS_LINES,
        .type = "application/x-ndjson",
        .line = {&verdict_shape, &summary_shape}},
    {.status = 0}};
const struct answer record_proposed[] = {
    {.status = 202, .is = IS_RECORD}, {.status = 200, .is = IS_STORED}, {.status = 0}};
const struct answer proposed_batch[] = {{.status = 202, .is = IS_RECORD},
    {.status = 200, .is = IS_STORED},
    {.status = 200,
        .is = IS_LINES,
        .type = "application/x-ndjson",
        .line = {&verdict_shape, &summary_shape}},
    {.status = 0}};
const struct answer record_put_right[] = {{.status = 200, .is = IS_STORED}, {.status = 0}};
const struct answer record_one[] = {
    {.status = 200, .is = IS_RECORD}, {.status = 304, .is = IS_NOTHING}, {.status = 0}};
const struct answer record_page[] = {
    {.status = 200, .is = IS_PAGE}, BYTES_OF("text/csv"), BYTES_OF(XLSX_TYPE), {.status = 0}};
const struct answer record_template_csv[] = {BYTES_OF("text/csv"), {.status = 0}};

struct submit {
    struct req *r;
    const struct record *rec;
    struct str canonical, key;
    req_fn *again;   /* when the facts moved; may be NULL */
    struct str once; /* a secret that its first answer shows under a name; p == NULL: none */
    const char *once_as;
    bool asks; /* for cover, or may have changed what asked: judged before it is answered */
    struct verdict verdict;
    struct work work;
    struct desk_seat seat;
};

/* ---- decode --------------------------------------------------------------------------------- */

/* The same object without one member. */
static const struct json *without(struct arena *a, const struct json *in, const char *key)
{
    struct json *out = arena_alloc(a, sizeof *out), *last = NULL;
    *out = *in;
    out->child = NULL;
    out->count = 0;
    for (const struct json *m = in->child; m; m = m->next) {
        if (str_is(m->key, key))
            continue;
        struct json *copy = arena_alloc(a, sizeof *copy);
        *copy = *m;
        copy->next = NULL;
        if (last)
            last->next = copy;
        else
            out->child = copy;
        last = copy;
        out->count++;
    }
    return out;
}

static struct value *decode(struct req *r, const struct json *in)
{
    const struct record *rec = r->route->record;
    struct value *v = values_new(r, r->a);
    return in && schema_decode(r->a, rec, in, v, &r->err) && values_fit(r, v, &r->err) ? v : NULL;
}

static struct submit *prepare(struct req *r, const struct value *v, struct str id, int64_t expect,
    struct str reason, struct str derived)
{
    struct submit *s = arena_alloc(r->a, sizeof *s);
    struct buf element, canonical;
    *s = (struct submit){.r = r, .rec = r->route->record};
    s->key = v[s->rec->key].s;
    s->asks = s->rec->asks_cover && (v[s->rec->asks_cover].present || r->method == METHOD_PUT);
    buf_init(&element, r->a);
    buf_init(&canonical, r->a);
    schema_canonical(s->rec, v, &canonical);
    s->canonical = buf_view(&canonical);
    element_write(&element, s->rec, v, s->canonical, id, expect, reason, derived);
    s->work = (struct work){
        .a = r->a,
        .actor = r->actor,
        .type = s->rec->name,
        .write = expect ? SQL_RECORD_CORRECT : s->rec->write,
        .project = s->rec->project,
        .elements = buf_view(&element),
        .n = 1,
        .weight = s->rec->weight,
        .arg = s,
    };
    return s;
}

/* ---- answers -------------------------------------------------------------------------------- */

/* The version; behind it what other records make of it, so that a cached answer is not taken for a
 * loan that has gone overdue since. */
static struct str record_tag(struct arena *a, const struct verdict *v)
{
    return arena_printf(
        a, "\"%lld%s%s\"", (long long)v->version, v->mark.p ? "-" : "", v->mark.p ? v->mark.p : "");
}

static void reply_record(struct req *r, int status, const struct record *rec,
    const struct verdict *v, const char *name, struct str once)
{
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    answer_members(&out, rec, v);
    if (once.p)
        json_member_str(&out, name, once);
    json_close(&out, '}');
    reply_header(r, "ETag", record_tag(r->a, v));
    reply_json(r, status, buf_view(&out));
}

static void count_refused(struct req *r, bool conflict)
{
    struct str dry = req_param(r, "dry_run");
    r->server->process.count.refused++;
    if (!dry.p || !str_is(dry, "true"))
        intake_note(r->server, r->actor, r->route->record->name, !conflict, conflict);
}

static void on_decision(void *arg, const struct rows *rows, const struct fail *fail);
static void answer_decided(void *arg);
static void reply_stored(struct submit *s);

static void on_stored(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct submit *s = arg;
    struct req *r = s->r;
    (void)n;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    verdict_problems(s->rec, v, s->canonical, &r->err);
    if (s->again && r->err.n == 1 && r->err.first->code == E_FACTS_MOVED) {
        err_init(&r->err, r->a);
        s->again(r);
        return;
    }
    if (r->err.n) {
        count_refused(r, v->outcome == OUT_CONFLICT);
        reply_problem(r);
        return;
    }
    s->verdict = *v;
    if (s->rec->subsidy)
        case_forget(r->server->cases);
    if (s->rec->tokens) /* before it is answered: what was ended is ended */
        auth_forget(r->server->auth);
    if (s->asks)
        desk_wait(r->server->desk, &s->seat, answer_decided, s);
    else
        answer_decided(s);
}

/* With what was decided of it, when it is of a type that has that. */
static void answer_decided(void *arg)
{
    struct submit *s = arg;
    struct req *r = s->r;
    if ((s->rec->decided || s->asks) && r->method == METHOD_POST) {
        struct str params[] = {str_of(s->rec->name), s->verdict.id};
        db_query(r->server->db, r->a, r->actor, SQL_RECORD_DECISION, params, 2, on_decision, s);
        return;
    }
    reply_stored(s);
}

static void on_decision(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct submit *s = arg;
    if (!rows_found(s->r, rows, fail))
        return; /* it is stored all the same: sent again it is a replay */
    s->verdict.life = rows_at(rows, 0, RECORD_DECISION_MEMBERS);
    reply_stored(s);
}

static void answer_stored(struct submit *s);

static void on_proof(void *arg, struct str proof)
{
    struct submit *s = arg;
    s->verdict.proof = proof; /* without one: it can be had later at /v1/receipts */
    answer_stored(s);
}

static void reply_stored(struct submit *s)
{
    receipt_asked(s->r, &s->verdict, on_proof, s);
}

/* Where what was made is read; a step with what it is a step of. */
static struct str location(struct submit *s)
{
    struct req *r = s->r;
    size_t n = r->path.n;
    if (!strchr(r->route->path, '{') || r->server->has_page(s->rec))
        return arena_printf(
            r->a, "%s/%s", s->rec->path, s->rec->by_key ? s->key.p : s->verdict.id.p);
    while (n > 1 && r->path.p[n - 1] != '/')
        n--;
    return arena_str(r->a, r->path.p, n - 1);
}

static void answer_stored(struct submit *s)
{
    struct req *r = s->r;
    const struct verdict *v = &s->verdict;
    bool fresh = v->outcome == OUT_CREATED;
    if (!fresh)
        reply_header(r, "Idempotent-Replay", STR("true"));
    if (s->rec->proposed)
        reply_header(r, "Location", arena_printf(r->a, "/v1/proposals/%s", v->id.p));
    else if (r->method == METHOD_POST)
        reply_header(r, "Location", location(s));
    int made = s->rec->proposed ? 202 : r->method == METHOD_POST ? 201 : 200;
    bool waits = s->rec->proposed && r->method == METHOD_PUT; /* its 200 says what stands */
    reply_record(r, fresh || waits ? made : 200, s->rec, v, s->once_as,
        fresh ? s->once : (struct str){NULL, 0});
}

static void submit(struct submit *s)
{
    s->work.done = on_stored;
    if (!lane_submit(s->r->server->lane, &s->work))
        reply_refuse(s->r, E_BUSY, "", "%s", s->r->english ? "queue" : "排队已满");
}

/* ---- dry run -------------------------------------------------------------------------------- */

static void on_peeked(void *arg, const struct rows *rows, const struct fail *fail)
{
    static const char *const names[] = {"created", "replay"};
    struct submit *s = arg;
    struct req *r = s->r;
    struct verdict v;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    MUST(rows->n == 1 && verdict_read(rows, 0, RECORD_WRITE_OUTCOME, &v));
    verdict_problems(s->rec, &v, s->canonical, &r->err);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_bool(&out, "dry_run", true);
    json_member_text(&out, "outcome", names[v.outcome]);
    json_key(&out, "warnings");
    warnings_write(&out, r->a, v.flags);
    json_member_raw(&out, "record", s->canonical);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void peek(struct submit *s)
{
    struct str params[] = {str_of(s->rec->name), arena_printf(s->r->a, "[%s]", s->work.elements.p)};
    enum sql_id sql = s->work.write == SQL_RECORD_CORRECT ? SQL_RECORD_CORRECT_PEEK : s->rec->peek;
    db_try(s->r->server->db, s->r->a, s->r->actor, sql, params, 2, on_peeked, s);
}

static void go(struct submit *s, bool dry)
{
    if (dry)
        peek(s);
    else
        submit(s);
}

/* ---- POST ----------------------------------------------------------------------------------- */

/* For types that hold objects and for steps: no batches. */
void record_post_one(struct req *r)
{
    bool dry = param_flag(r, "dry_run");
    struct str reason = late_reason(r);
    const struct value *v = decode(r, json_parse(r->a, r->body, &r->err));
    if (!v || r->err.n) {
        count_refused(r, false);
        reply_problem(r);
        return;
    }
    go(prepare(r, v, uuid_make(r->a), 0, reason, (struct str){NULL, 0}), dry);
}

void record_decided(struct req *r, const struct value *v, struct str decision, req_fn *again)
{
    bool dry = param_flag(r, "dry_run");
    struct submit *s = prepare(r, v, uuid_make(r->a), 0, STR(""), decision);
    s->again = again;
    if (r->err.n)
        reply_problem(r);
    else
        go(s, dry);
}

void record_secret(struct req *r, const struct value *v, const char *name, struct str secret)
{
    bool dry = param_flag(r, "dry_run");
    struct submit *s = prepare(r, v, uuid_make(r->a), 0, STR(""), (struct str){NULL, 0});
    s->once = secret;
    s->once_as = name;
    if (r->err.n)
        reply_problem(r);
    else
        go(s, dry);
}

void record_post(struct req *r)
{
    bool one = body_is(r, "application/json");
    if (one && param_flag(r, "reconcile")) /* a list is compared, and nothing stored */
        reply_refuse(r, E_MEDIA_TYPE, "", "application/json + ?reconcile=true");
    else if (!one && (late_reason(r), r->err.n))
        reply_problem(r);
    else if (one)
        http_read_whole(r, (size_t)r->server->process.conf.json_limit_bytes, record_post_one);
    else
        upload_start(r);
}

/* A step on the record that the address names. */
void record_step(struct req *r)
{
    if (!uuid_is(r->capture[0])) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
        return;
    }
    r->parent_key = r->capture[0];
    record_post_one(r);
}

/* ---- PUT ------------------------------------------------------------------------------------ */

/* One tag of a GET. A weak one is as good: proxies that pack an answer weaken its tag, and the
 * version in it is what it was. */
static bool read_if_match(struct req *r, int64_t *version)
{
    struct str all = req_header(r, "if-match"), s = all;
    if (!all.p)
        return err_add(&r->err, E_IF_MATCH, STR(""), NULL);
    if (s.n > 2 && memcmp(s.p, "W/", 2) == 0)
        s = arena_str(r->a, s.p + 2, s.n - 2);
    if (s.n > 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        s = arena_str(r->a, s.p + 1, s.n - 2);
    const char *mark = strchr(s.p, '-'); /* of record_tag */
    if (mark)
        s.n = (size_t)(mark - s.p);
    return count_parse(s, 1, INT32_MAX, version) || err_add(&r->err, E_ETAG, STR(""), "%s", all.p);
}

/* The reason travels in the body beside the fields, or as ?reason=. */
static bool read_reason(struct req *r, const struct json *in, struct str *reason)
{
    const struct json *m = json_get(in, "reason");
    struct value v = {0};
    struct str text = m ? m->text : req_param(r, "reason");
    if (m ? m->kind != JSON_STRING : !text.p)
        return err_add(&r->err, m ? E_TYPE : E_NEED, STR("/reason"), "string");
    bool good = field_from_text(r->a, &reason_field, text, STR("/reason"), &v, &r->err);
    *reason = v.s;
    return good;
}

void record_put(struct req *r)
{
    int64_t expect = 0;
    struct str reason = STR("");
    const struct json *in = json_parse(r->a, r->body, &r->err);
    const struct value *v = NULL;
    bool dry = param_flag(r, "dry_run");
    (void)read_if_match(r, &expect); /* problems are in r->err, all at once */
    if (in && in->kind == JSON_OBJECT) {
        (void)read_reason(r, in, &reason);
        v = decode(r, without(r->a, in, "reason"));
    } else if (in) {
        err_add(&r->err, E_TYPE, STR(""), "object");
    }
    if (!uuid_is(r->capture[0]) && !r->err.n)
        err_add(&r->err, E_NOT_FOUND, STR(""), "%s", r->capture[0].p);
    if (!v || r->err.n) {
        count_refused(r, false);
        reply_problem(r);
        return;
    }
    go(prepare(r, v, r->capture[0], expect, reason, (struct str){NULL, 0}), dry);
}

/* ---- GET ------------------------------------------------------------------------------------ */

/* If-None-Match: a list of tags, weak or not, or "*" (RFC 9110 13.1.2: compared weakly). */
static bool tag_is_listed(struct str list, struct str tag)
{
    if (str_is(list, "*"))
        return true;
    for (const char *p = list.p; p && (p = strstr(p, tag.p)); p += tag.n) {
        const char *end = p + tag.n + strspn(p + tag.n, " \t");
        if (*end == '\0' || *end == ',')
            return true;
    }
    return false;
}

static void on_got(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct verdict v;
    if (!rows_found(r, rows, fail))
        return;
    MUST(verdict_read(rows, 0, RECORD_GET_OUTCOME, &v));
    struct str seen = req_header(r, "if-none-match");
    struct str tag = record_tag(r->a, &v);
    if (tag_is_listed(seen, tag)) {
        reply_header(r, "ETag", tag);
        reply_bytes(r, 304, NULL, STR(""));
        return;
    }
    reply_record(r, 200, r->route->record, &v, NULL, (struct str){NULL, 0});
}

static bool read_id(struct req *r, struct str *id)
{
    *id = r->capture[0];
    return uuid_is(*id) || err_add(&r->err, E_NOT_FOUND, STR(""), "%s", id->p);
}

void record_get(struct req *r)
{
    day as_of;
    struct str params[4] = {str_of(r->route->record->name)};
    if (!read_id(r, &params[1]) || !param_day(r, "as_of", day_today(), &as_of) ||
        !param_instant(r, "known_at", &params[2])) {
        reply_problem(r);
        return;
    }
    params[3] = day_text(r->a, as_of);
    db_query(r->server->db, r->a, r->actor, SQL_RECORD_GET, params, 4, on_got, r);
}

static void on_history(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    int64_t page = 0, last = 0;
    if (!rows_found(r, rows, fail))
        return;
    MUST(rows_int(rows, 0, RECORD_HISTORY_PAGE, &page));
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < rows->n; i++) {
        struct verdict v;
        struct str reason = rows_at(rows, i, RECORD_HISTORY_REASON);
        MUST(verdict_read(rows, i, RECORD_HISTORY_OUTCOME, &v));
        last = v.version;
        json_open(&out, '{');
        answer_members(&out, r->route->record, &v);
        if (reason.p)
            json_member_str(&out, "reason", reason);
        json_close(&out, '}');
    }
    json_close(&out, ']');
    json_member_known(&out, "next",
        page > rows->n || page == LIST_LIMIT_MAX ? arena_printf(r->a, "%lld", (long long)last)
                                                 : (struct str){NULL, 0});
    json_close(&out, '}');
    reply_list(r, buf_view(&out), rows->n);
}

void record_history(struct req *r)
{
    struct str params[4] = {str_of(r->route->record->name)};
    int64_t after = 0;
    if (!read_id(r, &params[1]) || !param_count(r, "after", 0, INT32_MAX, 0, &after)) {
        reply_problem(r);
        return;
    }
    params[2] = arena_printf(r->a, "%lld", (long long)after);
    params[3] = arena_printf(r->a, "%d", LIST_LIMIT_MAX);
    db_query(r->server->db, r->a, r->actor, SQL_RECORD_HISTORY, params, 4, on_history, r);
}

void record_template(struct req *r)
{
    struct buf out;
    buf_init(&out, r->a);
    buf_text(&out, "\xEF\xBB\xBF"); /* a BOM, so that Excel opens it as UTF-8 */
    schema_csv_template(r->route->record, &out);
    reply_header(r, "Content-Disposition",
        arena_printf(r->a, "attachment; filename=\"%s-template.csv\"", r->route->record->name));
    reply_bytes(r, 200, "text/csv; charset=utf-8", buf_view(&out));
}
