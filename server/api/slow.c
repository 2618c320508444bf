/*
 * slow.c - whoever tries keys is answered later and later.
 */
#include "slow.h"
#include "limit.h"
#include "server.h"
#include <event2/event.h>

static void on_waited(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    reply_problem(arg);
}

void reply_slowly(struct req *r)
{
    int64_t ms = r->server->draining ? 0 : limit_strike(r->server->limits, r->peer);
    struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    if (!ms || event_base_once(r->server->process.base, -1, EV_TIMEOUT, on_waited, r, &wait) != 0)
        reply_problem(r);
}
