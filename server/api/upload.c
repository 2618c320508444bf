/*
 * upload.c - batches: NDJSON and spreadsheets of any length, in slices through the write lane.
 *
 * Lines come in as they are complete (upload_read.c), sound ones gather in a slice; a full slice is
 * one submission. Reading stops while two slices are under way, so that memory stays at a few
 * slices whatever the file's length and other clients' records board between them. Verdicts go out
 * in the order of the lines. An atomic batch is one slice that lands whole or not at all.
 */
#include "upload.h"
#include "api.h"
#include "case.h"
#include "reconcile.h"

enum { LINE_TRIES = 500 };

/* Whatever happened: write what is ready, in order; go on reading; finish. */
static void advance(struct upload *up);

/* ---- slices --------------------------------------------------------------------------------- */

static struct slice *slice_new(struct upload *up)
{
    struct arena *a = arena_new();
    struct slice *s = arena_alloc(a, sizeof *s);
    *s = (struct slice){.up = up, .a = a};
    s->last = &s->first;
    buf_init(&s->elements, a);
    return s;
}

static struct line *line_add(struct slice *s, int64_t number)
{
    struct line *l = arena_alloc(s->a, sizeof *l);
    *l = (struct line){.number = number, .element = -1};
    err_init(&l->err, s->a);
    *s->last = l;
    s->last = &l->next;
    s->lines++;
    return l;
}

/* What was asked for with these lines has been decided. */
static void on_slice_judged(void *arg)
{
    struct slice *s = arg;
    s->done = true;
    advance(s->up);
}

static void judge_line(struct slice *s);

/* ---- lines that go alone ---- */

static void line_alone_next(struct slice *s, struct line *l);

static void on_line_alone(
    void *arg, const struct verdict *v, const struct err *problems, const struct fail *fail)
{
    struct slice *s = arg;
    struct line *l = s->alone;
    if (v) {
        s->said[l->element] = *v;
    } else {
        l->element = -1;
        if (fail)
            err_add(&l->err, E_BUSY, STR(""), "%s", s->up->r->english ? "database" : "数据库");
        else
            upload_problems(problems, STR(""), &l->err);
    }
    line_alone_next(s, l->next);
}

static bool goes_alone(const struct slice *s, const struct line *l)
{
    struct err e;
    if (l->element < 0 || s->verdict[l->element].outcome != OUT_REFUSED)
        return false;
    err_init(&e, s->a);
    verdict_problems(s->up->rec, &s->verdict[l->element], l->canonical, &e);
    return e.n == 1 && e.first->code == E_ALONE;
}

/* One after the other: each is judged by what those before it have stored. */
static void line_alone_next(struct slice *s, struct line *l)
{
    while (l && !goes_alone(s, l))
        l = l->next;
    s->alone = l;
    if (l && !s->said) {
        s->said = arena_alloc(s->a, (size_t)s->work.n * sizeof *s->said);
        memcpy(s->said, s->verdict, (size_t)s->work.n * sizeof *s->said);
        s->verdict = s->said;
    }
    if (l)
        s->up->alone(s->up->r, s->a, l->canonical, on_line_alone, s);
    else
        on_slice_judged(s);
}

/* The facts of a line moved between judging and storing. */
static bool has_moved(const struct slice *s, const struct verdict *v)
{
    struct err e;
    if (!s->up->judge || s->up->dry_run || !v || v->outcome != OUT_REFUSED)
        return false;
    err_init(&e, s->a);
    verdict_problems(s->up->rec, v, s->first->canonical, &e);
    return e.n == 1 && e.first->code == E_FACTS_MOVED && s->tries < LINE_TRIES;
}

static void on_slice_stored(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct slice *s = arg;
    if (!fail && n == 1 && has_moved(s, v)) {
        s->tries++;
        judge_line(s);
        return;
    }
    if (!fail && n > 0 && s->up->rec->subsidy && !s->up->dry_run)
        case_forget(s->up->r->server->cases);
    s->verdict = v;
    s->failed = fail != NULL;
    if (fail)
        s->fail = *fail;
    if (v && s->up->alone && !s->up->atomic && !s->up->dry_run)
        line_alone_next(s, s->first);
    else if (!fail && s->up->rec->asks_cover && !s->up->dry_run)
        desk_wait(s->up->r->server->desk, &s->seat, on_slice_judged, s);
    else
        on_slice_judged(s);
}

/* What is on record under the keys of these lines. */
static void on_slice_known(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct slice *s = arg;
    if (!fail) {
        struct rows *kept = arena_alloc(s->a, sizeof *kept);
        *kept = *rows;
        s->rows = kept;
    }
    s->failed = fail != NULL;
    if (fail)
        s->fail = *fail;
    on_slice_judged(s);
}

static void on_slice_peeked(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct slice *s = arg;
    struct verdict *v = arena_alloc(s->a, (size_t)s->work.n * sizeof *v);
    for (int i = 0; !fail && i < rows->n; i++)
        MUST(i < s->work.n && verdict_read(rows, i, RECORD_WRITE_OUTCOME, &v[i]));
    on_slice_stored(s, v, s->work.n, fail);
}

static void slice_submit(struct slice *s)
{
    struct upload *up = s->up;
    struct req *r = up->r;
    s->work.a = s->a;
    s->work.actor = r->actor;
    s->work.type = up->rec->name;
    s->work.write = up->rec->write;
    s->work.project = up->rec->project;
    s->work.weight = up->rec->weight;
    s->work.elements = buf_view(&s->elements);
    s->work.atomic = up->atomic;
    s->work.patient = true; /* reading stands still meanwhile */
    s->work.done = on_slice_stored;
    s->work.arg = s;
    if (up->reconcile && !up->broken) {
        reconcile_ask(up, s, on_slice_known);
        return;
    }
    if (s->work.n == 0 || up->broken) {
        on_slice_stored(s, NULL, 0, NULL);
        return;
    }
    if (up->dry_run) {
        struct str params[] = {
            str_of(up->rec->name), arena_printf(s->a, "[%s]", s->work.elements.p)};
        db_try(r->server->db, s->a, r->actor, up->rec->peek, params, 2, on_slice_peeked, s);
    } else if (!lane_submit(r->server->lane, &s->work)) {
        struct fail away = {.sqlstate = "08006", .text = "database away"};
        on_slice_stored(s, NULL, s->work.n, &away);
    }
}

static void on_line_judged(
    void *arg, struct str decision, const struct err *problems, const struct fail *fail)
{
    struct slice *s = arg;
    struct line *l = s->first;
    if (fail) {
        on_slice_stored(s, NULL, 1, fail);
        return;
    }
    if (problems) {
        upload_problems(problems, STR(""), &l->err);
        l->element = -1;
        on_slice_stored(s, NULL, 0, NULL);
        return;
    }
    buf_init(&s->elements, s->a);
    element_write(&s->elements, s->up->rec, s->values, l->canonical, uuid_make(s->a), 0,
        late_reason(s->up->r), decision);
    slice_submit(s);
}

static void judge_line(struct slice *s)
{
    s->up->judge(s->up->r, s->a, s->values, on_line_judged, s);
}

static void slice_send(struct slice *s)
{
    s->sent = true;
    if (s->up->judge && s->work.n == 1 && !s->up->broken)
        judge_line(s);
    else
        slice_submit(s);
}

static void slice_close(struct upload *up)
{
    struct slice *s = up->filling;
    if (!s)
        return;
    up->filling = NULL;
    *up->queue_last = s;
    up->queue_last = &s->next;
    up->under_way++;
    if (up->under_way >= SLICES_UNDER_WAY && !up->finished)
        source_pause(up);
    if (!up->judge) /* else when those before it are done */
        slice_send(s);
}

/* ---- lines in ------------------------------------------------------------------------------- */

static void line_take(struct upload *up, struct line *l, const struct value *v)
{
    struct slice *s = up->filling;
    struct buf canonical;
    buf_init(&canonical, s->a);
    schema_canonical(up->rec, v, &canonical);
    l->canonical = buf_view(&canonical);
    l->element = s->work.n++;
    s->values = v;
    element_write(&s->elements, up->rec, v, l->canonical, uuid_make(s->a), 0, late_reason(up->r),
        (struct str){NULL, 0});
}

static void line_done(struct upload *up)
{
    struct slice *s = up->filling;
    if (up->atomic)
        return; /* goes as one */
    if (up->judge) {
        slice_close(up);
        return;
    }
    if (s->lines >= lane_slice(up->r->server->lane, up->rec->weight) || s->bytes >= SLICE_INPUT_MAX)
        slice_close(up);
}

static bool atomic_has_room(struct upload *up)
{
    const struct slice *s = up->filling;
    if (s->lines < ATOMIC_LINES_MAX && s->bytes < ATOMIC_INPUT_MAX)
        return true;
    if (s->lines >= ATOMIC_LINES_MAX)
        err_add(&up->r->err, E_LINES, STR(""), "%d", ATOMIC_LINES_MAX);
    else
        err_add(&up->r->err, E_TOO_LARGE, STR(""), "%d", ATOMIC_INPUT_MAX);
    up->halted = true;
    return false;
}

/* Room for a further line of n bytes; NULL when an atomic batch has become too large. */
static struct line *line_begin(struct upload *up, size_t n)
{
    if (!up->filling)
        up->filling = slice_new(up);
    if (up->atomic && !up->halted && !atomic_has_room(up))
        return NULL;
    up->filling->bytes += n;
    arena_reset(up->scratch);
    return line_add(up->filling, up->number);
}

/* Where a line is decoded: kept until it is stored when it is judged then. */
static struct arena *line_arena(struct upload *up)
{
    return up->judge ? up->filling->a : up->scratch;
}

/* The sender's own reference, also of a line that is refused. */
static void keep_key(struct upload *up, struct line *l, const struct value *v)
{
    const struct value *key = &v[up->rec->key];
    if (key->present && key->s.p)
        l->key = arena_str(up->filling->a, key->s.p, key->s.n);
}

/* in: NULL when the line is not JSON, which l says. */
static void take_json(struct upload *up, struct line *l, const struct json *in)
{
    struct arena *a = line_arena(up);
    struct value *v = values_new(up->r, a);
    in = in ? values_named(up->r, a, in) : NULL;
    if (in && schema_decode(a, up->rec, in, v, &l->err) && values_fit(up->r, v, &l->err))
        line_take(up, l, v);
    keep_key(up, l, v);
    schema_tell(up->rec, in, &l->err);
    line_done(up);
}

static void take_line(struct upload *up, const char *p, size_t n)
{
    up->number++;
    if (n && p[n - 1] == '\r')
        n--;
    if (n == 0 || up->halted)
        return; /* blank lines are counted and passed over */
    struct line *l = line_begin(up, n);
    if (!l)
        return;
    struct arena *a = line_arena(up);
    take_json(up, l, json_parse(a, arena_str(a, p, n), &l->err));
}

static void take_header(struct upload *up, const struct sheet_row *row)
{
    int given = up->r->parent_key.p ? up->rec->parent : NO_FIELD;
    up->has_header = true;
    if (!schema_csv_header(up->rec, row, given, &up->map, &up->r->err))
        up->halted = true;
}

static void take_row(void *arg, const struct sheet_row *row)
{
    struct upload *up = arg;
    size_t bytes = 0;
    up->number = row->number;
    if (up->halted)
        return;
    if (!up->has_header) {
        take_header(up, row);
        return;
    }
    for (int i = 0; i < row->n; i++)
        bytes += row->cell[i].n;
    struct line *l = line_begin(up, bytes);
    if (!l)
        return;
    struct arena *a = line_arena(up);
    struct value *v = values_new(up->r, a);
    if (schema_csv_row(a, up->rec, &up->map, row, v, &l->err) && values_fit(up->r, v, &l->err))
        line_take(up, l, v);
    keep_key(up, l, v);
    line_done(up);
}

static void halt(struct upload *up, const struct err *why)
{
    bool header = up->is_rows && !up->has_header;
    up->number++;
    struct line *l = header ? NULL : line_begin(up, 0);
    upload_problems(why, STR(""), l ? &l->err : &up->r->err);
    up->halted = true;
}

static void input_end(struct upload *up, bool complete)
{
    if (!complete && up->atomic) /* half a batch is no batch */
        up->broken = true;
    up->finished = true;
    if (up->atomic && !up->dry_run && up->filling) {
        bool sound = !up->halted && up->filling->work.n == up->filling->lines;
        up->broken |= !sound;
    }
    slice_close(up);
}

/* ---- the end -------------------------------------------------------------------------------- */

static void upload_free(struct upload *up)
{
    source_close(up);
    reconcile_free(up->reconcile);
    spill_close(&up->spill);
    arena_free(up->scratch);
    for (struct slice *s = up->queue, *next; s; s = next) {
        next = s->next;
        arena_free(s->a);
    }
    if (up->filling)
        arena_free(up->filling->a);
    free(up);
}

static void finish(struct upload *up)
{
    if (up->started)
        upload_summary(up);
    else
        reply_problem(up->r);
    upload_free(up);
}

/* A slice that could not be stored ends the upload: its client sends the rest again, what was
 * answered stays stored. */
static void slice_failed(struct upload *up, const struct fail *fail)
{
    up->broken = true;
    up->halted = true;
    if (!up->started)
        fail_problem(up->r, fail);
}

static bool atomic_landed(const struct slice *s)
{
    for (const struct line *l = s->first; l; l = l->next) {
        if (l->element < 0 || !s->verdict || s->verdict[l->element].outcome > OUT_REPLAY)
            return false;
    }
    return true;
}

static void take_slice(struct upload *up)
{
    struct slice *s = up->queue;
    up->queue = s->next;
    if (!up->queue)
        up->queue_last = &up->queue;
    up->under_way--;
    if (s->failed)
        slice_failed(up, &s->fail);
    else if (up->atomic && !up->dry_run && up->r->err.n == 0 && !atomic_landed(s))
        upload_refuse(up, s);
    else if (up->r->err.n == 0)
        upload_answer(up, s);
    arena_free(s->a);
}

/* Answer what is done, in order; of lines that go one by one send the next. */
static void settle(struct upload *up)
{
    for (;;) {
        while (up->queue && up->queue->done)
            take_slice(up);
        if (!up->queue || up->queue->sent)
            return;
        up->busy = true; /* it may be done within the call */
        slice_send(up->queue);
        up->busy = false;
    }
}

/* Nothing is left to say; else it is said, or asked for. */
static bool rest_is_told(struct upload *up)
{
    if (!up->reconcile || !up->started || up->broken)
        return true;
    upload_say(up, reconcile_take(up));
    return !up->draining && reconcile_rest(up);
}

static void advance(struct upload *up)
{
    struct req *r = up->r;
    if (up->busy)
        return;
    settle(up);
    if (up->halted && r->err.n && !up->finished && up->under_way == 0) {
        up->finished = true; /* refuse now: the rest of the body is of no use */
        finish(up);
        return;
    }
    if (up->finished && up->under_way == 0 && !up->draining) {
        if (!rest_is_told(up))
            return;
        if (!up->started && r->err.n == 0)
            err_add(&r->err, E_EMPTY, STR(""), NULL);
        finish(up);
    } else if (!up->finished && upload_is_full(up)) {
        source_pause(up); /* who reads nothing now is cut by the rule for writing */
    } else if (!up->finished && up->under_way < SLICES_UNDER_WAY) {
        source_read_on(up);
    }
}

/* ---- start ---------------------------------------------------------------------------------- */

static const struct upload_takes takes = {take_line, take_row, halt, input_end, advance};

static struct upload *upload_new(struct req *r)
{
    bool dry_run = param_flag(r, "dry_run"), atomic = param_flag(r, "atomic");
    struct upload *up = calloc(1, sizeof *up);
    MUST(up);
    up->r = r;
    up->to = &takes;
    up->scratch = arena_new();
    up->rec = r->route->record;
    up->dry_run = dry_run;
    up->atomic = atomic;
    up->reconcile = param_flag(r, "reconcile") ? reconcile_new() : NULL;
    if (up->reconcile && atomic)
        err_add(&r->err, E_UNWANTED, STR("?atomic"), "reconcile");
    up->queue_last = &up->queue;
    r->state = up;
    return up;
}

/* The elements of a JSON list are the lines. */
static void on_list(struct req *r)
{
    line_alone_fn *const *alone = r->state;
    const struct json *in = json_parse(r->a, r->body, &r->err);
    if (in && in->kind != JSON_LIST)
        err_add(&r->err, E_TYPE, STR(""), "array");
    struct upload *up = upload_new(r); /* it is the request's state */
    up->alone = *alone;
    if (r->err.n) {
        reply_problem(r);
        upload_free(up);
        return;
    }
    up->busy = true;
    for (const struct json *m = in->child; m && !up->halted; m = m->next) {
        up->number++;
        struct line *l = line_begin(up, r->body.n / (size_t)in->count);
        if (l)
            take_json(up, l, m);
    }
    input_end(up, true);
    up->busy = false;
    advance(up);
}

static void upload_open(struct req *r, line_judge_fn *judge, line_alone_fn *alone)
{
    struct upload *up = upload_new(r);
    up->judge = judge;
    up->alone = alone;
    if (r->err.n == 0 && source_open(up))
        return;
    reply_problem(r);
    upload_free(up);
}

void upload_judged(struct req *r, line_judge_fn *judge)
{
    upload_open(r, judge, NULL);
}

void upload_start(struct req *r)
{
    upload_open(r, NULL, NULL);
}

void upload_list_alone(struct req *r, line_alone_fn *alone)
{
    line_alone_fn **kept = arena_alloc(r->a, sizeof *kept);
    *kept = alone;
    r->state = kept;
    if (body_is(r, "application/json"))
        http_read_whole(r, (size_t)r->server->process.conf.json_limit_bytes, on_list);
    else
        upload_open(r, NULL, alone);
}

void upload_list(struct req *r)
{
    upload_list_alone(r, NULL);
}
