/*
 * upload_answer.c - the verdicts of a batch on their way out.
 */
#include "intake.h"
#include "reconcile.h"
#include "upload.h"

static const struct member verdict_members[] = {
    {"line", M_COUNT, "行号", .en = "Line of the file"},
    {"key", M_TEXT, "报送单位自编号", .en = "The sender's own reference, when it could be read",
        .maybe = true},
    {"outcome", M_WORD, "结果", .en = "Outcome", .words = "created replay conflict refused"},
    {"id", M_ID, "记录编号", .en = "Id of the record", .maybe = true},
    {"errors", M_OBJECT, "问题", .en = "What is wrong", .of = error_members, .list = true},
    {"difference", M_OBJECT, "与所见的不同", .en = "What differs from what was seen (E_SEEN)",
        .of = seen_members, .list = true, .maybe = true},
    {"warnings", M_OBJECT, "预警", .en = "Red flags", .of = warning_members, .list = true,
        .maybe = true},
    {.name = NULL},
};
static const struct member count_members[] = {
    {"created", M_COUNT, "入库", .en = "Stored"},
    {"replay", M_COUNT, "重复", .en = "Known already"},
    {"conflict", M_COUNT, "冲突", .en = "Known with other content"},
    {"refused", M_COUNT, "拒绝", .en = "Refused"},
    {.name = NULL},
};
static const struct member summary_members[] = {
    {"summary", M_OBJECT, "合计", .en = "The last line", .of = count_members},
    {"read", M_OBJECT, "如何读取", .en = "How the file was read", .of = read_members,
        .maybe = true},
    {"incomplete", M_BOOL, "未完", .en = "Lines without a verdict are not stored", .maybe = true},
    {"dry_run", M_BOOL, "试运行", .en = "Nothing is stored", .maybe = true},
    {.name = NULL},
};
const struct shape verdict_shape = {"batch_verdict", verdict_members};
const struct shape summary_shape = {"batch_summary", summary_members};

static const char *const outcome_names[] = {"created", "replay", "conflict", "refused"};

void upload_problems(const struct err *from, struct str prefix, struct err *to)
{
    for (const struct problem *p = from->first; p; p = p->next) {
        const struct problem *before = to->last;
        err_add(to, p->code, arena_printf(to->a, "%s%s", prefix.p, p->pointer.p), "%s",
            p->arg.p ? p->arg.p : "");
        if (to->last == before)
            continue; /* counted, not kept */
        to->last->field = p->field;
        to->last->value = arena_keep(to->a, p->value);
    }
}

/* ---- verdicts out --------------------------------------------------------------------------- */

/* What the database said of the line, with its problems added to the line's own. NULL: refused. */
static const struct verdict *line_verdict(
    const struct upload *up, const struct slice *s, struct line *l)
{
    schema_tell(up->rec, NULL, &l->err);
    if (l->element < 0 || !s->verdict)
        return NULL;
    const struct verdict *v = &s->verdict[l->element];
    verdict_problems(up->rec, v, l->canonical, &l->err);
    if (l->err.n) {
        struct err none;
        err_init(&none, s->a);
        schema_tell(up->rec, json_parse(s->a, l->canonical, &none), &l->err);
    }
    return v;
}

static void write_line(struct upload *up, struct slice *s, struct line *l, struct buf *out)
{
    const struct verdict *v = line_verdict(up, s, l);
    int outcome = 3;
    if (v) {
        outcome = (int)v->outcome;
    }
    up->count[outcome]++;
    json_open(out, '{');
    json_member_int(out, "line", l->number);
    if (l->key.p)
        json_member_str(out, "key", l->key);
    json_member_text(out, "outcome", outcome_names[outcome]);
    if (v && v->id.p && v->outcome != OUT_CONFLICT)
        json_member_str(out, "id", v->id);
    json_key(out, "errors");
    err_write(&l->err, up->r->english, out);
    err_write_difference(&l->err, out);
    if (v && v->outcome != OUT_CONFLICT && v->flags.p && v->flags.n > 2) {
        json_key(out, "warnings");
        warnings_write(out, s->a, v->flags);
    }
    json_close(out, '}');
    buf_char(out, '\n');
}

static void on_drained(struct req *r)
{
    struct upload *up = r->state;
    struct arena *a = arena_new();
    up->draining = false;
    while (!up->draining && !spill_is_empty(&up->spill)) {
        struct str piece = spill_take(&up->spill, a);
        up->broken |= !piece.p;
        up->draining = !reply_chunk(r, piece, on_drained);
        arena_reset(a);
    }
    arena_free(a);
    up->to->advance(up);
}

bool upload_is_full(const struct upload *up)
{
    return up->spill.written - up->spill.read > UNREAD_MAX;
}

void upload_say(struct upload *up, struct str text)
{
    if (text.n == 0)
        return;
    if (!up->started)
        reply_start(up->r, 200, "application/x-ndjson");
    up->started = true;
    if (up->draining && !spill_add(&up->spill, text))
        up->broken = up->halted = true; /* stored, but not told: the summary says incomplete */
    else if (!up->draining)
        up->draining = !reply_chunk(up->r, text, on_drained);
}

void upload_answer(struct upload *up, struct slice *s)
{
    struct buf out;
    buf_init(&out, s->a);
    for (struct line *l = s->first; l; l = l->next) {
        if (l->element >= 0 && !(up->reconcile ? (const void *)s->rows : s->verdict))
            continue; /* neither stored nor looked up: nothing to say of it */
        if (up->reconcile)
            reconcile_line(up, s, l, &out);
        else
            write_line(up, s, l, &out);
    }
    upload_say(up, buf_view(&out));
}

static void write_counts(const struct upload *up, struct buf *out)
{
    json_member_object(out, "summary");
    for (int i = 0; i < 4; i++)
        json_member_int(out, outcome_names[i], up->count[i]);
    json_close(out, '}');
}

void upload_summary(struct upload *up)
{
    struct buf out;
    buf_init(&out, up->r->a);
    json_open(&out, '{');
    if (up->reconcile)
        reconcile_summary(up, &out);
    else
        write_counts(up, &out);
    if (up->broken) { /* the lines without a verdict are not stored: send the file again */
        json_member_bool(&out, "incomplete", true);
    }
    source_told(up, &out);
    if (up->dry_run && !up->reconcile)
        json_member_bool(&out, "dry_run", true);
    json_close(&out, '}');
    buf_char(&out, '\n');
    if (!up->started)
        reply_start(up->r, 200, "application/x-ndjson");
    (void)reply_chunk(up->r, buf_view(&out), NULL); /* the last one */
    up->r->server->process.count.refused += up->count[OUT_REFUSED];
    if (!up->dry_run && !up->reconcile)
        intake_note(up->r->server, up->r->actor, up->rec->name, up->count[OUT_REFUSED],
            up->count[OUT_CONFLICT]);
    reply_end(up->r);
}

/* All lines of an atomic batch that failed, as one problem document: /lines/<number>/<field>. */
void upload_refuse(struct upload *up, struct slice *s)
{
    struct err *e = &up->r->err;
    int failed = 0;
    err_add(e, E_BATCH, STR(""), "…");
    for (struct line *l = s->first; l; l = l->next) {
        (void)line_verdict(up, s, l); /* for its problems */
        failed += l->err.n > 0;
        upload_problems(&l->err, arena_printf(e->a, "/lines/%lld", (long long)l->number), e);
    }
    e->first->arg = arena_printf(e->a, "%d", failed);
    intake_note(up->r->server, up->r->actor, up->rec->name, failed, 0);
}
