/*
 * intake.c - counts of refused lines on their way into the database.
 */
#include "intake.h"
#include "clock.h"
#include "json.h"
#include "lane.h"
#include <event2/event.h>
#include <stdlib.h>

enum { EVERY_MS = 1000 };

struct tally {
    struct arena *a; /* of this, the actor's texts and the work */
    struct actor actor;
    const char *type;
    day on;
    int64_t refused, conflicts;
    bool flying;
    struct work work;
    struct intake *intake;
    struct tally *next;
};
struct intake {
    struct server *s;
    struct event *timer;
    struct tally *first;
};

static struct tally *tally_of(struct intake *i, const struct actor *actor, const char *type)
{
    day on = day_today();
    for (struct tally *t = i->first; t; t = t->next) {
        if (!t->flying && t->actor.org == actor->org && t->type == type && t->on.n == on.n)
            return t;
    }
    struct arena *a = arena_new();
    struct tally *t = arena_alloc(a, sizeof *t);
    t->a = a;
    t->actor = actor_keep(t->a, actor);
    t->type = type;
    t->on = on;
    t->intake = i;
    t->next = i->first;
    i->first = t;
    return t;
}

void intake_note(struct server *s, const struct actor *actor, const char *type, int64_t refused,
    int64_t conflicts)
{
    static const struct timeval soon = {EVERY_MS / 1000, 0};
    struct intake *i = s->intake;
    if (refused + conflicts == 0)
        return;
    struct tally *t = tally_of(i, actor, type);
    t->refused += refused;
    t->conflicts += conflicts;
    if (!evtimer_pending(i->timer, NULL))
        evtimer_add(i->timer, &soon);
}

static void tally_drop(struct tally *t)
{
    struct tally **at = &t->intake->first;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    arena_free(t->a); /* t with it */
}

static void on_written(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    static const struct timeval later = {5, 0};
    struct tally *t = arg;
    (void)v;
    (void)n;
    if (!fail) {
        tally_drop(t);
        return;
    }
    t->flying = false;
    evtimer_add(t->intake->timer, &later);
}

static void tally_send(struct tally *t)
{
    struct buf out;
    buf_init(&out, t->a);
    json_open(&out, '{');
    json_member_str(&out, "on", day_text(t->a, t->on));
    json_member_int(&out, "refused", t->refused);
    json_member_int(&out, "conflicts", t->conflicts);
    json_close(&out, '}');
    t->work = (struct work){.a = t->a,
        .actor = &t->actor,
        .type = t->type,
        .write = SQL_INTAKE_WRITE,
        .elements = buf_view(&out),
        .n = 1,
        .own = true,
        .done = on_written,
        .arg = t};
    t->flying = lane_submit(t->intake->s->lane, &t->work);
}

bool intake_flush(struct intake *i)
{
    static const struct timeval later = {5, 0};
    bool waits = false;
    for (struct tally *t = i->first; t; t = t->next) {
        if (!t->flying)
            tally_send(t);
        waits |= !t->flying;
    }
    if (waits)
        evtimer_add(i->timer, &later);
    return !waits;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)intake_flush(arg); /* what waits is tried again by its own timer */
}

struct intake *intake_open(struct server *s)
{
    struct intake *i = calloc(1, sizeof *i);
    MUST(i);
    i->s = s;
    i->timer = evtimer_new(s->process.base, on_timer, i);
    MUST(i->timer);
    return i;
}

void intake_close(struct intake *i)
{
    while (i->first)
        tally_drop(i->first);
    event_free(i->timer);
    free(i);
}
