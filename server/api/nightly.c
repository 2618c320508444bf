/*
 * nightly.c - a scan a rule, one after the other, each a record of its own through the write lane.
 *
 * The book is read beside the lane (scan.h). The reference names the day and the rule: a daemon
 * that was started again, or a second one, finds the scan done. Only the daemon that holds the lane
 * scans.
 */
#include "nightly.h"
#include "api.h"
#include "records.h"
#include "scan.h"
#include <event2/event.h>
#include <stdlib.h>

enum { DAY_S = 86400, SHANGHAI_S = 8 * 3600 };

struct nightly {
    struct server *s;
    struct event *timer;
    struct arena *a; /* of the scan under way */
    struct actor actor;
    struct rows rules;
    int next;
    bool running;
    struct scan scan;
    struct work work;
};

static void arm(struct nightly *n)
{
    int at;
    if (!time_of_day_parse(str_of(n->s->process.conf.flag_scan_at), &at))
        return; /* off: conf.c takes nothing else */
    int64_t now = (clock_us() / 1000000 + SHANGHAI_S) % DAY_S;
    struct timeval wait = {at > now ? at - now : at - now + DAY_S, 0};
    evtimer_add(n->timer, &wait);
}

static void scan_next(struct nightly *n);

static void on_recorded(void *arg, const struct verdict *v, int count, const struct fail *fail)
{
    struct nightly *n = arg;
    (void)count;
    if (fail || !v || v->outcome > OUT_REPLAY) /* v: none where it never came to the lane */
        log_event(LOG_ERROR, SAY_FLAG_SCAN, "rule", n->scan.rule.p, "text",
            fail ? fail->text : "refused", NULL);
    n->next++;
    scan_next(n);
}

/* What came of a rule, as a record. */
static void on_scanned(void *arg, const struct fail *fail)
{
    struct nightly *n = arg;
    const struct record *rec = &flag_scan_record;
    struct value v[SCAN_WIDTH] = {{.present = true}, {.present = true}};
    struct buf element, canonical, told;
    if (fail || n->s->draining) {
        on_recorded(n, NULL, 0, fail ? fail : &(struct fail){.text = "the program ends"});
        return;
    }
    buf_init(&told, n->a);
    json_open(&told, '{');
    json_member_list(&told, "rules");
    scan_write(&told, &n->scan);
    json_close(&told, ']');
    json_close(&told, '}');
    v[SCAN_RULE].s = n->scan.rule;
    v[SCAN_REFERENCE].s =
        arena_printf(n->a, "nightly %s %s", day_text(n->a, day_today()).p, v[SCAN_RULE].s.p);
    buf_init(&element, n->a);
    buf_init(&canonical, n->a);
    schema_canonical(rec, v, &canonical);
    element_write(
        &element, rec, v, buf_view(&canonical), uuid_make(n->a), 0, STR(""), buf_view(&told));
    n->work = (struct work){.a = n->a,
        .actor = &n->actor,
        .type = rec->name,
        .write = rec->write,
        .elements = buf_view(&element),
        .n = 1,
        .done = on_recorded,
        .arg = n};
    if (!lane_submit(n->s->lane, &n->work)) {
        n->running = false;
        log_event(LOG_ERROR, SAY_FLAG_SCAN, "text", "the queue is full", NULL);
    }
}

static void scan_next(struct nightly *n)
{
    if (n->next == n->rules.n || n->s->draining) {
        n->running = false;
        log_event(LOG_INFO, SAY_FLAG_SCAN, "rules", arena_printf(n->a, "%d", n->next).p, NULL);
        return;
    }
    n->scan = (struct scan){.s = n->s,
        .a = n->a,
        .actor = &n->actor,
        .rule = rows_at(&n->rules, n->next, NIGHTLY_RULES_RULE),
        .done = on_scanned,
        .arg = n};
    scan_begin(&n->scan);
}

static void on_rules(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct nightly *n = arg;
    int64_t org = 0;
    if (fail || rows->n == 0 || !rows_int(rows, 0, NIGHTLY_RULES_ORG, &org)) {
        n->running = false;
        log_event(LOG_ERROR, SAY_FLAG_SCAN, "text", fail ? fail->text : "no rules", NULL);
        return;
    }
    n->rules = *rows;
    n->next = 0;
    n->actor = (struct actor){.org = org,
        .kind = ORG_IP_OFFICE,
        .code = rows_at(rows, 0, NIGHTLY_RULES_CODE),
        .district = STR(""),
        .person = STR("nightly")};
    scan_next(n);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    struct nightly *n = arg;
    (void)fd;
    (void)what;
    arm(n);
    if (n->running || n->s->draining || !lane_ready(n->s->lane))
        return;
    n->running = true;
    arena_reset(n->a);
    db_query(n->s->db, n->a, NULL, SQL_NIGHTLY_RULES, NULL, 0, on_rules, n);
}

struct nightly *nightly_open(struct server *s)
{
    struct nightly *n = calloc(1, sizeof *n);
    MUST(n);
    n->s = s;
    n->a = arena_new();
    n->timer = evtimer_new(s->process.base, on_time, n);
    MUST(n->timer);
    arm(n);
    return n;
}

void nightly_close(struct nightly *n)
{
    if (!n)
        return;
    event_free(n->timer);
    arena_free(n->a);
    free(n);
}
