/*
 * report_seal.c - sealing a quarter, its sealed files, and what the seal says.
 *
 * One person asks for it with the digest of the figures that he saw, a second one agrees to just
 * these (POST /v1/proposals/{id}/approve comes here for it, and each seal of a list of them); then
 * it is sealed, by whoever agreed.
 * Was it agreed to and not sealed, since the daemon was killed in between, then asking again seals.
 *
 * All files are made from one snapshot and kept beside the write lane (report_form_draft), one
 * after the other; the lane then moves them, with the seal, in one transaction. From then on they
 * are read, never made again. The instant that a seal shows is that of the newest signed head in
 * the snapshot: whatever is in it was recorded by then, whatever comes later is recorded later
 * (log_head_later).
 */
#include "manifest.h"
#include "merkle.h"
#include "receipt.h"
#include "records.h"
#include "report_ask.h"
#include "report_keys.h"
#include "shapes.h"
#include "signing.h"
#include "writer.h"

enum { SEAL_TRIES = 3 };

/* ---- the seal as an answer ------------------------------------------------------------------- */

static void write_files(struct buf *out, const struct manifest *m)
{
    json_member_list(out, "files");
    for (int i = 0; i < m->n; i++) {
        const struct sealed_form *f = &m->form[i];
        json_open(out, '{');
        json_member_str(out, "format", f->format);
        json_member_str(out, "language", f->language);
        json_member_int(out, "bytes", f->bytes);
        json_member_str(out, "sha256", f->sha256);
        json_member_str(out, "sm3", f->sm3);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void write_receipt(struct buf *out, const struct rows *rows)
{
    json_member_object(out, "receipt");
    json_member_raw(out, "leaf", rows_at(rows, 0, REPORT_SEAL_GET_LEAF));
    json_member_str(out, "leaf_hash", rows_at(rows, 0, REPORT_SEAL_GET_LEAF_HASH));
    json_member_raw(out, "head", rows_at(rows, 0, REPORT_SEAL_GET_HEAD));
    json_close(out, '}');
}

static struct str seal_document(struct arena *a, const struct rows *rows)
{
    static const char *const names[] = {"quarter", "id", "as_of", "basis", "known_at", "sealed_at",
        "sealed_by", "reason", "previous", "manifest_sha256", "manifest"};
    struct manifest m;
    struct buf out;
    buf_init(&out, a);
    json_open(&out, '{');
    for (int i = 0; i <= REPORT_SEAL_GET_MANIFEST; i++) {
        if (!rows_at(rows, 0, i).p)
            continue; /* no reason was given */
        json_member_str(&out, names[i], rows_at(rows, 0, i));
    }
    json_member_raw(&out, "signatures", rows_at(rows, 0, REPORT_SEAL_GET_SIGNATURES));
    if (manifest_parse(a, rows_at(rows, 0, REPORT_SEAL_GET_MANIFEST), &m))
        write_files(&out, &m);
    write_receipt(&out, rows);
    json_close(&out, '}');
    return buf_view(&out);
}

/* The bytes of one signature, for openssl. */
static void reply_signature(struct req *r, const struct rows *rows, enum signing_kind kind)
{
    const struct json *list =
        json_parse(r->a, rows_at(rows, 0, REPORT_SEAL_GET_SIGNATURES), &r->err);
    for (const struct json *s = list ? list->child : NULL; s; s = s->next) {
        if (!str_is(json_get(s, "algorithm")->text, signing_name(kind)))
            continue;
        struct str bytes = base64_read(r->a, json_get(s, "signature")->text);
        reply_bytes(r, 200, "application/octet-stream", bytes.p ? bytes : STR(""));
        return;
    }
    reply_refuse(r, E_NOT_FOUND, "", "%s", signing_name(kind));
}

static const char *const seal_parts[] = {"json", "manifest", "ed25519", "sm2", NULL};
enum { PART_JSON, PART_MANIFEST, PART_ED25519, PART_SM2 };

static void on_seal(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct str part = req_param(r, "part");
    if (fail)
        reply_fail(r, fail);
    else if (rows->n == 0)
        reply_refuse(r, E_NOT_SEALED, "", "%s", r->capture[0].p);
    else if (str_is(part, seal_parts[PART_MANIFEST]))
        reply_bytes(
            r, 200, "text/plain; charset=utf-8", rows_at(rows, 0, REPORT_SEAL_GET_MANIFEST));
    else if (str_is(part, seal_parts[PART_ED25519]))
        reply_signature(r, rows, SIGNING_ED25519);
    else if (str_is(part, seal_parts[PART_SM2]))
        reply_signature(r, rows, SIGNING_SM2);
    else
        reply_json(r, 200, seal_document(r->a, rows));
}

static bool part_known(struct str part)
{
    for (int i = 0; seal_parts[i]; i++) {
        if (str_is(part, seal_parts[i]))
            return true;
    }
    return !part.p;
}

static void report_seal_get(struct req *r)
{
    struct report_ask *k = arena_alloc(r->a, sizeof *k);
    k->r = r;
    report_ask_quarter(k);
    if (!part_known(req_param(r, "part")))
        err_add(&r->err, E_CHOICE, STR("?part"), "json, manifest, ed25519, sm2");
    if (r->err.n)
        reply_problem(r);
    else
        db_query(r->server->db, r->a, r->actor, SQL_REPORT_SEAL_GET, r->capture, 1, on_seal, r);
}

/* ---- POST …/seal ----------------------------------------------------------------------------- */

enum { SEALED_FORMS = 2 * REPORT_FORMAT_COUNT }; /* every form in both languages */

struct sealing {
    struct report_ask ask; /* first */
    struct value *v;       /* of the one who asks */
    struct value *step;    /* of the one who agrees; NULL: nobody does here */
    struct str expected;   /* the figures that are agreed to */
    bool agreed;           /* his step is stored */
    struct verdict said;   /* of it */
    struct str by, reason; /* of what is agreed to already; p == NULL: nothing is */
    struct manifest m;
    struct report report; /* in the language of the form that is made */
    struct str file;      /* that form, base64 */
    struct str id, body, canonical, figures;
    struct work work;
    int tries;
    line_stored_fn *told; /* of a line of a list, instead of an answer; or NULL */
    void *told_arg;
};

static void seal_try(struct sealing *s);

/* It ends here: with what is wrong, in r->err, or because the database failed. */
static void ended(struct sealing *s, const struct fail *fail)
{
    struct req *r = s->ask.r;
    if (s->told)
        s->told(s->told_arg, NULL, &r->err, fail);
    else if (fail)
        reply_fail(r, fail);
    else
        reply_problem(r);
}

static void lane_is_full(struct sealing *s)
{
    struct req *r = s->ask.r;
    err_add(&r->err, E_BUSY, STR(""), "%s", r->english ? "queue" : "排队已满");
    ended(s, NULL);
}

static void on_step_proof(void *arg, struct str proof)
{
    struct sealing *s = arg;
    struct req *r = s->ask.r;
    struct buf out;
    buf_init(&out, r->a);
    s->said.proof = proof;
    answer_write(&out, &proposal_step_record, &s->said);
    reply_header(
        r, "Location", arena_printf(r->a, "%s/%s", proposal_step_record.path, s->said.id.p));
    reply_json(r, s->said.outcome == OUT_CREATED ? 201 : 200, buf_view(&out));
}

/* Whoever agreed hears of his step. */
static void reply_step(struct sealing *s)
{
    s->said.life = s->by.p ? STR("{\"state\":\"approved\"}") : STR("{\"state\":\"waiting\"}");
    if (s->told)
        s->told(s->told_arg, &s->said, NULL, NULL);
    else
        receipt_asked(s->ask.r, &s->said, on_step_proof, s);
}

static void on_sealed_seal(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct sealing *s = arg;
    struct req *r = s->ask.r;
    if (s->step) {
        reply_step(s);
        return;
    }
    if (!rows_found(r, rows, fail))
        return; /* it is stored all the same, as GET …/seal will tell */
    reply_header(r, "Location",
        arena_printf(
            r->a, "/v1/reports/quarterly/%s/seal", rows_at(rows, 0, REPORT_SEAL_GET_QUARTER).p));
    reply_json(r, 201, seal_document(r->a, rows));
}

static void on_stored(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct sealing *s = arg;
    struct req *r = s->ask.r;
    (void)n;
    if (fail) {
        ended(s, fail);
        return;
    }
    if (v->outcome == OUT_CONFLICT) /* another seal of this quarter was faster */
        err_add(&r->err, E_SEALED, STR(""), "%s %s %s", s->m.quarter.p, v->recorded_at.p, v->id.p);
    else
        verdict_problems(&seal_record, v, s->body, &r->err);
    if (r->err.n == 1 && r->err.first->code == E_FACTS_MOVED && ++s->tries < SEAL_TRIES) {
        err_init(&r->err, r->a);
        seal_try(s);
        return;
    }
    if (r->err.n)
        ended(s, NULL);
    else
        db_query(
            r->server->db, r->a, r->actor, SQL_REPORT_SEAL_GET, r->capture, 1, on_sealed_seal, s);
}

static void submit(struct sealing *s)
{
    struct req *r = s->ask.r;
    struct buf e;
    buf_init(&e, r->a);
    json_open(&e, '{');
    json_member_str(&e, "id", s->id);
    json_member_str(&e, "key", s->m.quarter);
    json_member_str(&e, "subject", s->m.quarter);
    json_member_str(&e, "on", s->m.as_of);
    json_member_str(&e, "sha256", hash_hex(r->a, hash_sha256(s->body.p, s->body.n)));
    json_member_object(&e, "derived");
    json_member_raw(&e, "figures", s->figures);
    json_close(&e, '}');
    json_member_raw(&e, "body", s->body);
    json_close(&e, '}');
    s->work = (struct work){.a = r->a,
        .actor = r->actor,
        .type = "report_seal",
        .write = SQL_REPORT_SEAL_WRITE,
        .elements = buf_view(&e),
        .n = 1,
        .done = on_stored,
        .arg = s};
    if (!lane_submit(r->server->lane, &s->work))
        lane_is_full(s);
}

/* The next form, those in Chinese first; its digest goes to the manifest. */
static bool render(struct sealing *s)
{
    static const char *const languages[] = {"zh", "en"};
    struct arena *a = s->ask.r->a;
    bool english = s->m.n >= REPORT_FORMAT_COUNT;
    enum report_format f = (enum report_format)(s->m.n % REPORT_FORMAT_COUNT);
    struct buf out;
    buf_init(&out, a);
    if (f == 0 && !report_ask_make(&s->ask, english, &s->report))
        return false;
    if (!report_write(f, &s->report, english, &out))
        return err_add(&s->ask.r->err, E_INTERNAL, STR(""), NULL);
    struct str bytes = buf_view(&out), format = str_of(report_extension(f));
    s->file = base64(a, bytes);
    s->m.form[s->m.n++] = sealed_form_of(a, format, str_of(languages[english]), bytes);
    return true;
}

/* The record: its hash is the leaf in the log. */
static bool write_body(struct sealing *s)
{
    struct req *r = s->ask.r;
    struct str manifest = manifest_text(r->a, &s->m);
    const char *missing = NULL;
    struct buf body, signatures;
    buf_init(&body, r->a);
    buf_init(&signatures, r->a);
    if (!report_keys_sign(r->server->report_keys, manifest, &signatures, &missing))
        return err_add(&r->err, E_SEAL_KEY, STR(""), "%s", missing);
    json_open(&body, '{');
    json_member_str(&body, "quarter", s->m.quarter);
    if (s->reason.p)
        json_member_str(&body, "reason", s->reason);
    json_member_str(&body, "manifest", manifest);
    json_member_raw(&body, "signatures", buf_view(&signatures));
    json_close(&body, '}');
    s->body = buf_view(&body);
    return true;
}

static void keep_next(struct sealing *s);

static void on_kept(void *arg, const struct fail *fail)
{
    struct sealing *s = arg;
    if (fail)
        ended(s, fail);
    else
        keep_next(s);
}

/* The files one by one, so that nobody's request waits until all are made, nor his session until
 * all are stored; then the seal. */
static void keep_next(struct sealing *s)
{
    bool all = s->m.n == SEALED_FORMS;
    if (all ? !write_body(s) : !render(s)) {
        ended(s, NULL);
        return;
    }
    if (all) {
        submit(s);
        return;
    }
    const struct sealed_form *f = &s->m.form[s->m.n - 1];
    const struct str params[] = {s->id, f->format, f->language, s->file};
    writer_send(
        s->ask.r->server->sessions, SQL_REPORT_FORM_DRAFT, params, COUNT_OF(params), on_kept, s);
}

static bool stands_on(struct sealing *s, const struct rows *before)
{
    struct req *r = s->ask.r;
    struct str problems = rows_at(before, 0, REPORT_SEAL_BEFORE_PROBLEMS);
    if (problems.p) {
        struct verdict refused = {.outcome = OUT_REFUSED, .body = problems};
        verdict_problems(&seal_record, &refused, STR(""), &r->err);
        return r->err.n == 0;
    }
    if (!rows_at(before, 0, REPORT_SEAL_BEFORE_KNOWN_AT).p)
        return err_add(&r->err, E_EMPTY, STR(""), NULL);
    s->ask.known_at = rows_at(before, 0, REPORT_SEAL_BEFORE_KNOWN_AT);
    s->ask.basis = rows_at(before, 0, REPORT_SEAL_BEFORE_BASIS);
    s->ask.sealed_at = rows_at(before, 0, REPORT_SEAL_BEFORE_SEALED_AT);
    s->m = (struct manifest){.quarter = quarter_text(r->a, s->ask.quarter),
        .as_of = day_text(r->a, s->ask.cut),
        .basis = s->ask.basis,
        .known_at = s->ask.known_at,
        .log_size = rows_at(before, 0, REPORT_SEAL_BEFORE_LOG_SIZE),
        .log_root = rows_at(before, 0, REPORT_SEAL_BEFORE_LOG_ROOT),
        .sealed_at = s->ask.sealed_at,
        .sealed_by = arena_printf(r->a, "%s@%s", r->actor->person.p, r->actor->code.p),
        .previous = rows_at(before, 0, REPORT_SEAL_BEFORE_PREVIOUS)};
    return true;
}

/* Who asked for just these figures, if that was agreed to. */
static void find_agreed(struct sealing *s, struct str list, struct str figures)
{
    struct err none;
    err_init(&none, s->ask.r->a);
    const struct json *in = list.p ? json_parse(s->ask.r->a, list, &none) : NULL;
    s->by = s->reason = (struct str){NULL, 0};
    for (const struct json *x = in ? in->child : NULL; x && !s->by.p; x = x->next) {
        const struct json *reason = json_get(x, "reason");
        if (!str_eq(json_get(x, "seen")->text, figures))
            continue;
        s->by = json_get(x, "by")->text;
        if (reason->kind == JSON_STRING)
            s->reason = reason->text;
    }
}

static void on_agreed(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct sealing *s = arg;
    struct req *r = s->ask.r;
    (void)n;
    if (fail) {
        ended(s, fail);
        return;
    }
    verdict_problems(&proposal_step_record, v, s->canonical, &r->err);
    if (r->err.n) {
        ended(s, NULL);
        return;
    }
    s->said = *v;
    s->agreed = true;
    seal_try(s);
}

static void agree(struct sealing *s)
{
    struct req *r = s->ask.r;
    struct buf e, canonical;
    buf_init(&e, r->a);
    buf_init(&canonical, r->a);
    schema_canonical(&proposal_step_record, s->step, &canonical);
    s->canonical = buf_view(&canonical);
    element_write(&e, &proposal_step_record, s->step, s->canonical, uuid_make(r->a), 0, STR(""),
        STR("{\"seals\":true}")); /* whoever stores it so goes on to seal */
    s->work = (struct work){.a = r->a,
        .actor = r->actor,
        .type = proposal_step_record.name,
        .write = proposal_step_record.write,
        .elements = buf_view(&e),
        .n = 1,
        .done = on_agreed,
        .arg = s};
    if (!lane_submit(r->server->lane, &s->work))
        lane_is_full(s);
}

/* Nothing is sealed yet: the figures are put before a second person, or he agrees to them, or more
 * persons have to. */
static void ask_or_agree(struct sealing *s, const struct figures *figures)
{
    struct req *r = s->ask.r;
    if (s->step && s->agreed) {
        reply_step(s);
    } else if (s->step) {
        agree(s);
    } else {
        s->v[SEAL_SEEN] = (struct value){.present = true, .s = figures->sha256};
        figures_shown(r, figures);
        if (!s->v[SEAL_REFERENCE].present)
            s->v[SEAL_REFERENCE] = (struct value){.present = true,
                .s = arena_printf(r->a, "%s %s", s->m.quarter.p, figures->sha256.p)};
        record_decided(r, s->v, (struct str){NULL, 0}, NULL);
    }
}

/* The figures are others than those that somebody looked at. */
static void seen_other(struct sealing *s, const struct figures *now)
{
    struct req *r = s->ask.r;
    err_add(&r->err, E_SEEN, STR("/seen"), "%s", now->sha256.p);
    r->err.last->beside = figures_differ(&s->ask, s->expected, now);
}

static void on_snapshot(void *arg, const struct fail *fail)
{
    struct sealing *s = arg;
    struct req *r = s->ask.r;
    if (fail) {
        ended(s, fail);
        return;
    }
    if (!stands_on(s, &s->ask.statement[0].rows)) {
        ended(s, NULL);
        return;
    }
    struct figures figures = figures_of(&s->ask);
    s->m.cells = figures.cells;
    if (s->expected.p && !str_eq(s->expected, figures.sha256)) {
        seen_other(s, &figures);
        ended(s, NULL);
        return;
    }
    find_agreed(
        s, rows_at(&s->ask.statement[0].rows, 0, REPORT_SEAL_BEFORE_AGREED), figures.sha256);
    s->m.proposed_by = s->by;
    s->m.reason = s->reason.p ? s->reason : STR("-");
    if (!s->by.p || (s->step && !s->agreed)) {
        ask_or_agree(s, &figures);
        return;
    }
    s->id = uuid_make(r->a);
    s->figures = figures.json;
    keep_next(s);
}

static void seal_try(struct sealing *s)
{
    const struct db_ask before = {
        .sql = SQL_REPORT_SEAL_BEFORE, .params = {s->ask.r->capture[0], {NULL, 0}}, .n = 2};
    s->ask.known_at = s->ask.basis = (struct str){NULL, 0};
    report_ask_run(&s->ask, &before, 1, on_snapshot);
}

static void seal_begin(struct sealing *s, struct req *r)
{
    s->ask.r = r;
    report_ask_quarter(&s->ask);
    report_ask_sections(&s->ask);
    if (r->err.n) {
        ended(s, NULL);
        return;
    }
    s->ask.cut = quarter_last(s->ask.quarter);
    s->ask.unit = UNIT_WAN;
    seal_try(s);
}

static void report_seal_post(struct req *r)
{
    struct sealing *s = arena_alloc(r->a, sizeof *s);
    if (r->body.n == 0)
        r->body = STR("{}");
    const struct json *in = json_parse(r->a, r->body, &r->err);
    r->parent_key = r->capture[0];
    s->v = values_new(r, r->a);
    if (in && schema_decode(r->a, &seal_record, in, s->v, &r->err) && values_fit(r, s->v, &r->err))
        s->expected = s->v[SEAL_SEEN].s;
    seal_begin(s, r);
}

static void agree_to(struct sealing *s, struct req *r, struct str q, struct str figures)
{
    const struct json *in = json_parse(r->a, r->body, &r->err);
    r->parent_key = r->capture[0];
    s->step = values_new(r, r->a);
    if (in && schema_decode(r->a, &proposal_step_record, in, s->step, &r->err) &&
        values_fit(r, s->step, &r->err))
        s->expected = figures;
    r->capture[0] = q;
    seal_begin(s, r);
}

void report_seal_agree(struct req *r, struct str q, struct str figures)
{
    agree_to(arena_alloc(r->a, sizeof(struct sealing)), r, q, figures);
}

/* A line has problems of its own, so it is judged as a request of its own that nobody answers. */
void report_seal_line(struct req *r, struct arena *a, struct str q, struct str figures,
    struct str step, line_stored_fn *told, void *arg)
{
    struct sealing *s = arena_alloc(a, sizeof *s);
    struct req *line = arena_alloc(a, sizeof *line);
    const struct json *in;
    *line = *r;
    line->a = a;
    err_init(&line->err, a);
    line->body = step;
    s->told = told;
    s->told_arg = arg;
    in = json_parse(a, step, &line->err);
    line->capture[0] = in ? json_get(in, "proposal")->text : STR("");
    agree_to(s, line, q, figures);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_part = {
    "part", Q_WORD, "哪一部分", .words = "json manifest ed25519 sm2"};

static const struct answer seal_answers[] = {JSON_OF(seal_shape), BYTES_OF("text/plain"),
    BYTES_OF("application/octet-stream"), {.status = 0}};
static const struct answer sealed_answers[] = {{.status = 202, .is = IS_RECORD},
    {.status = 200, .is = IS_RECORD}, {.status = 201, .shape = &seal_shape}, {.status = 0}};

const struct route report_seal_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/reports/quarterly/{quarter}/seal",
        .roles = FINANCE,
        .handle = report_seal_post,
        .takes = TAKES_MAYBE,
        .record = &seal_record,
        .answers = sealed_answers,
        .zh = "封存季度报告",
        .en = "Seal the report of a quarter"},
    {.method = METHOD_GET,
        .path = "/v1/reports/quarterly/{quarter}/seal",
        .roles = EVERYBODY,
        .handle = report_seal_get,
        .query = {&q_part},
        .answers = seal_answers,
        .zh = "季度报告的封存",
        .en = "The seal of a quarter: manifest and signatures"},
    {.path = NULL},
};
