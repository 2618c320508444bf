/*
 * scan.c - one rule of red flags over the whole book: read beside the lane, stored through it.
 */
#include "scan.h"
#include "clock.h"
#include "json.h"
#include "records.h"
#include <stdlib.h>

static void store_next(struct scan *x);

static void on_stored(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct scan *x = arg;
    (void)n;
    if (fail) {
        x->done(x->arg, fail);
        return;
    }
    x->raised += strtoll(v->body.p, NULL, 10);
    x->next++;
    store_next(x);
}

static void store_next(struct scan *x)
{
    static const struct fail busy = {.sqlstate = "53000", .text = "the queue is full"};
    struct buf element;
    struct str fresh = x->next < x->ask.rows.n
                           ? rows_at(&x->ask.rows, x->next, FLAG_SCAN_FIND_FRESH)
                           : (struct str){NULL, 0};
    if (!fresh.p) {
        x->ms = (monotonic_us() - x->since_us) / 1000;
        x->done(x->arg, NULL);
        return;
    }
    buf_init(&element, x->a);
    json_open(&element, '{');
    json_member_raw(&element, "cases", fresh);
    json_close(&element, '}');
    x->work = (struct work){.a = x->a,
        .actor = x->actor,
        .type = flag_scan_record.name,
        .write = SQL_FLAG_SCAN_STORE,
        .elements = buf_view(&element),
        .n = 1,
        .done = on_stored,
        .arg = x,
        .patient = true};
    if (!lane_submit(x->s->lane, &x->work))
        x->done(x->arg, &busy);
}

static void on_found(void *arg, const struct fail *fail)
{
    struct scan *x = arg;
    if (fail || x->ask.rows.n == 0) {
        x->done(x->arg, fail);
        return;
    }
    (void)rows_int(&x->ask.rows, 0, FLAG_SCAN_FIND_CASES, &x->cases);
    store_next(x);
}

void scan_begin(struct scan *x)
{
    x->cases = x->raised = x->ms = 0;
    x->next = 0;
    x->since_us = monotonic_us();
    x->ask = (struct db_ask){.sql = SQL_FLAG_SCAN_FIND, .params = {x->rule}, .n = 1};
    db_snapshot(x->s->db, x->a, x->actor, &x->ask, 1, on_found, x);
}

void scan_write(struct buf *out, const struct scan *x)
{
    json_open(out, '{');
    json_member_str(out, "rule", x->rule);
    json_member_int(out, "cases", x->cases);
    json_member_int(out, "raised", x->raised);
    json_member_int(out, "ms", x->ms);
    json_close(out, '}');
}
