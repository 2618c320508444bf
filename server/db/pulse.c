/*
 * pulse.c - is the database there?
 *
 * The other connections would not know for long: nothing comes back over one that waits for a slow
 * report, and just as little when PostgreSQL is frozen or the network swallows. Here a question is
 * asked that is answered at once by whoever is alive.
 */
#include "pulse.h"
#include "clock.h"
#include "link.h"
#include <event2/event.h>

enum { EVERY_MS = 500 };

struct pulse {
    struct link *link;
    struct event *timer;
    struct arena *a; /* of the answer that is being read */
    pulse_fn *heard;
    void *arg;
    int64_t asked_us, took_us;
    bool waits;    /* for the answer to what was asked at asked_us */
    bool answered; /* once at least since the connection is up */
    bool writable, unsynced;
    int64_t behind_s;
};

static void on_row(void *arg, const PGresult *r)
{
    struct pulse *p = arg;
    struct rows rows = {0};
    if (!r)
        return;
    arena_reset(p->a);
    rows_copy(p->a, r, &rows);
    p->writable = rows.n == 1 && str_is(rows_at(&rows, 0, PULSE_WRITABLE), "t");
    p->unsynced = rows.n == 1 && str_is(rows_at(&rows, 0, PULSE_UNSYNCED), "t");
    if (rows.n != 1 || !rows_int(&rows, 0, PULSE_BEHIND_S, &p->behind_s))
        p->behind_s = 0;
    if (rows.n == 1)
        p->heard(p->arg, &rows);
}

static void on_end(void *arg, const struct fail *fail)
{
    struct pulse *p = arg;
    p->waits = false;
    p->answered = !fail;
    if (!fail)
        p->took_us = monotonic_us() - p->asked_us;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct pulse *p = arg;
    if (p->waits || !link_is_up(p->link))
        return;
    p->waits = true;
    p->asked_us = monotonic_us();
    link_prepare(p->link, SQL_PULSE);
    link_send(p->link, SQL_PULSE, NULL, 0, on_row, p);
    link_sync(p->link, on_end, p);
}

static void on_up(void *arg)
{
    on_timer(-1, 0, arg);
}

static void on_down(void *arg)
{
    struct pulse *p = arg;
    p->waits = p->answered = false;
}

struct pulse *pulse_open(const struct database *d, pulse_fn *heard, void *arg)
{
    static const char *const settings[] = {"set default_transaction_read_only = on",
        "set statement_timeout = '5s'", "set jit = off", NULL};
    static const struct timeval every = {EVERY_MS / 1000, EVERY_MS % 1000 * 1000};
    struct pulse *p = calloc(1, sizeof *p);
    MUST(p);
    p->a = arena_new();
    p->took_us = -1;
    p->heard = heard;
    p->arg = arg;
    const struct link_setup setup = {
        .name = "pulse", .first = settings, .up = on_up, .down = on_down, .arg = p};
    p->link = link_open(d, &setup);
    p->timer = event_new(d->process->base, -1, EV_PERSIST, on_timer, p);
    MUST(p->timer && event_add(p->timer, &every) == 0);
    return p;
}

/* The cure of a clock that is behind is the operator's. */
static struct str behind(const struct pulse *p, struct arena *a, bool english)
{
    long long s = (long long)p->behind_s;
    return arena_printf(a,
        english
            ? "the clock is %lld s behind the newest record: set it right, or `pledged clock "
              "--accept` if it is right now"
            : "时钟比最新记录落后 %lld 秒:请校准时钟;若时钟现已正确,执行 pledged clock --accept",
        s);
}

struct str pulse_trouble(const struct pulse *p, struct arena *a, bool english)
{
    int64_t waited_us = monotonic_us() - p->asked_us;
    if (!link_is_up(p->link))
        return english ? STR("no connection to the database") : STR("数据库连接不上");
    if (p->waits && waited_us > PULSE_PATIENCE_MS * 1000)
        return arena_printf(a,
            english ? "no answer from the database for %lld ms" : "数据库已 %lld 毫秒没有响应",
            (long long)waited_us / 1000);
    if (!p->answered)
        return english ? STR("the database has not answered yet") : STR("数据库尚未响应");
    if (!p->writable)
        return english ? STR("the database is read-only (a replica)") : STR("数据库只读(从库)");
    if (p->unsynced)
        return english ? STR("commits wait for the backup or a replica to have them")
                       : STR("等待备份或从库确认,写入停顿");
    return p->behind_s ? behind(p, a, english) : (struct str){NULL, 0};
}

int64_t pulse_took_us(const struct pulse *p)
{
    return p->took_us;
}

void pulse_close(struct pulse *p)
{
    if (!p)
        return;
    link_close(p->link);
    event_free(p->timer);
    arena_free(p->a);
    free(p);
}
