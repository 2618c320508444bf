/*
 * days.c - what reports up to a day are summed from (migrations/functions/rollup_days.sql).
 *
 * It is kept beside the lane, so that no submit pays for it, and in slices: whoever reads counts on
 * what the log has had since. While much is recorded it waits: of a file until its end, but not
 * longer than WAITS_MAX turns. Only the daemon that holds the lane keeps it.
 */
#include "days.h"
#include "api.h"
#include "writer.h"
#include <event2/event.h>
#include <stdlib.h>

enum { EVERY_S = 5, WAITS_MAX = 12 };

struct days {
    struct server *s;
    struct writer *writer;
    struct event *timer;
    bool keeping;
    int waits; /* turns that a file took */
};

static void on_kept(void *arg, const struct fail *fail)
{
    struct days *d = arg;
    d->keeping = false;
    if (fail && !d->s->draining)
        log_event(LOG_ERROR, SAY_DAYS, "text", fail->text, NULL);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    struct days *d = arg;
    /* leaves at most; while more than that come within seconds, none */
    const struct str params[] = {STR("2000"), STR("1000")};
    (void)fd;
    (void)what;
    if (d->keeping || d->s->draining || !lane_ready(d->s->lane) || !writer_is_up(d->writer))
        return;
    if (lane_takes_file(d->s->lane) && ++d->waits < WAITS_MAX)
        return;
    d->waits = 0;
    d->keeping = true;
    writer_send(d->writer, SQL_ROLLUP_DAYS_KEEP, params, COUNT_OF(params), on_kept, d);
}

struct days *days_open(struct server *s, const struct database *database)
{
    static const struct timeval every = {EVERY_S, 0};
    struct days *d = calloc(1, sizeof *d);
    MUST(d);
    d->s = s;
    d->writer = writer_open(database, "days", NULL, NULL);
    d->timer = event_new(s->process.base, -1, EV_PERSIST, on_time, d);
    MUST(d->timer && event_add(d->timer, &every) == 0);
    return d;
}

void days_close(struct days *d)
{
    if (!d)
        return;
    event_free(d->timer);
    writer_close(d->writer);
    free(d);
}
