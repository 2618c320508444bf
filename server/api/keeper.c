/*
 * keeper.c - what the log needs beside its records.
 *
 * Once a minute in which something was recorded, and at the end, the checkpoint is appended to
 * log.checkpoints. What the operator has accepted on the command line becomes a record: that the
 * log goes on from an earlier state lies in the data folder until then (head_file.h), that the
 * clock was wrong in the database.
 */
#include "keeper.h"
#include "api.h"
#include "head_file.h"
#include "log_end.h"
#include "records.h"
#include <event2/event.h>
#include <stdlib.h>

enum { TICK_S = 1, LOOK_TICKS = 5, NOTE_TICKS = 60 };

struct keeper {
    struct server *s;
    struct event *timer;
    int64_t ticks;
    uint64_t noted;  /* size of the checkpoint that was appended last */
    struct arena *a; /* of the act that is being recorded */
    bool asked;
    struct restore restore;
    bool restoring;
    struct actor actor;
    struct work work;
};

static void note(struct keeper *k)
{
    uint64_t size;
    struct arena *a = arena_new();
    struct str text = log_end_checkpoint(lane_log(k->s->lane), a, &size);
    if (text.p && size != k->noted && size > 0) {
        log_end_note(lane_log(k->s->lane), text, false, size);
        k->noted = size;
    }
    arena_free(a);
}

/* ---- acts ------------------------------------------------------------------------------------ */

static void on_stored(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct keeper *k = arg;
    (void)n;
    if (fail || v->outcome > OUT_REPLAY)
        log_event(LOG_ERROR, SAY_RESTORE, "what", "an act of the operator could not be recorded",
            "text", fail ? fail->text : "refused", NULL);
    else if (k->restoring)
        restore_forget(k->s->process.conf.data);
    k->asked = false;
}

static void submit(struct keeper *k, struct value *v)
{
    const struct record *rec = &operator_act_record;
    struct buf element, canonical;
    for (int i = 0; i < OPERATOR_FIELD_COUNT; i++)
        v[i].present = true;
    buf_init(&element, k->a);
    buf_init(&canonical, k->a);
    schema_canonical(rec, v, &canonical);
    element_write(
        &element, rec, v, buf_view(&canonical), uuid_make(k->a), 0, STR(""), (struct str){NULL, 0});
    k->actor.person = v[OPERATOR_PERSON].s;
    k->work = (struct work){.a = k->a,
        .actor = &k->actor,
        .type = rec->name,
        .write = rec->write,
        .elements = buf_view(&element),
        .n = 1,
        .done = on_stored,
        .arg = k};
    k->asked = lane_submit(k->s->lane, &k->work);
}

static void submit_restore(struct keeper *k)
{
    const struct restore *r = &k->restore;
    struct value v[OPERATOR_FIELD_COUNT] = {{0}};
    v[OPERATOR_REFERENCE].s = restore_reference(k->a, r);
    v[OPERATOR_ACT].n = ACT_RESTORE;
    v[OPERATOR_PERSON].s = r->person;
    v[OPERATOR_REASON].s = r->reason;
    v[OPERATOR_DETAIL].s = arena_printf(k->a, "%llu %s → %llu %s", (unsigned long long)r->lost_size,
        hash_hex(k->a, r->lost_root).p, (unsigned long long)r->size, hash_hex(k->a, r->root).p);
    submit(k, v);
}

static void submit_clock(struct keeper *k, const struct rows *rows)
{
    struct value v[OPERATOR_FIELD_COUNT] = {{0}};
    v[OPERATOR_REFERENCE].s = rows_at(rows, 0, OPERATOR_PENDING_REFERENCE);
    v[OPERATOR_ACT].n = ACT_CLOCK;
    v[OPERATOR_PERSON].s = rows_at(rows, 0, OPERATOR_PENDING_PERSON);
    v[OPERATOR_REASON].s = rows_at(rows, 0, OPERATOR_PENDING_REASON);
    v[OPERATOR_DETAIL].s = rows_at(rows, 0, OPERATOR_PENDING_DETAIL);
    submit(k, v);
}

static void on_pending(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct keeper *k = arg;
    int64_t org = 0;
    k->asked = false;
    if (fail || rows->n == 0 || !rows_int(rows, 0, OPERATOR_PENDING_ORG, &org) || k->s->draining ||
        !lane_ready(k->s->lane))
        return;
    k->actor = (struct actor){.org = org,
        .kind = ORG_IP_OFFICE,
        .code = rows_at(rows, 0, OPERATOR_PENDING_CODE),
        .district = STR("")};
    if (k->restoring)
        submit_restore(k);
    else if (rows_at(rows, 0, OPERATOR_PENDING_REFERENCE).p)
        submit_clock(k, rows);
}

static void look(struct keeper *k)
{
    arena_reset(k->a);
    k->restoring = restore_read(k->a, k->s->process.conf.data, &k->restore);
    k->asked = true;
    db_query(k->s->db, k->a, NULL, SQL_OPERATOR_PENDING, NULL, 0, on_pending, k);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct keeper *k = arg;
    k->ticks++;
    if (!lane_ready(k->s->lane) || k->s->draining)
        return;
    if (k->ticks % NOTE_TICKS == 0)
        note(k);
    if (k->ticks % LOOK_TICKS == 1 && !k->asked)
        look(k);
}

struct keeper *keeper_open(struct server *s)
{
    static const struct timeval every = {TICK_S, 0};
    struct keeper *k = calloc(1, sizeof *k);
    MUST(k);
    k->s = s;
    k->a = arena_new();
    k->timer = event_new(s->process.base, -1, EV_PERSIST, on_tick, k);
    MUST(k->timer && event_add(k->timer, &every) == 0);
    return k;
}

void keeper_close(struct keeper *k)
{
    if (!k)
        return;
    note(k);
    event_free(k->timer);
    arena_free(k->a);
    free(k);
}
