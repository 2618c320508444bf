/*
 * conn.c - a connection's life: one request at a time, answered in order.
 *
 * libevent's own HTTP server takes malformed framing, has no total deadline and buffers whole
 * bodies, so this is llhttp (message.c) on bufferevents.
 *
 * conn_run is called from the loop only. The public functions change state and ask for a run
 * (conn_kick), so a handler is never called from inside a call of its own.
 */
#include "conn.h"
#include "zip.h"
#include <arpa/inet.h>
#include <sys/socket.h>

size_t conn_waiting_out(const struct conn *c)
{
    return evbuffer_get_length(bufferevent_get_output(c->bev));
}

int64_t after_ms(int64_t ms)
{
    return monotonic_us() + ms * 1000;
}

static const struct conf *conf_of(const struct conn *c)
{
    return &c->http->process->conf;
}

void conn_kick(struct conn *c)
{
    if (!c->running && c->state != CONN_CLOSED)
        bufferevent_trigger(c->bev, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
}

/* ---- exchanges ------------------------------------------------------------------------------ */

static struct str random_id(struct arena *a)
{
    unsigned char bytes[8];
    uint64_t n = 0;

    evutil_secure_rng_get_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        n = n << 8 | bytes[i];
    return arena_printf(a, "%016llx", (unsigned long long)n);
}

struct exchange *exchange_new(struct conn *c)
{
    struct arena *a = arena_new();
    struct exchange *ex = arena_alloc(a, sizeof *ex);

    ex->r.a = a;
    ex->r.server = c->http->server;
    ex->r.conn = c;
    ex->r.request_id = random_id(a);
    ex->r.peer = arena_str(a, c->peer, strlen(c->peer));
    ex->r.method_name = ex->r.path = STR("");
    ex->r.method = METHOD_OTHER;
    ex->r.started_us = monotonic_us();
    ex->http = c->http;
    err_init(&ex->r.err, a);
    c->ex = ex;
    c->http->active++;
    return ex;
}

/* The connection goes its own way; what the handler still waits for is told by http_reap. */
void exchange_orphan(struct exchange *ex)
{
    struct http *h = ex->http;

    if (ex->r.conn)
        ex->r.conn->ex = NULL;
    ex->r.conn = NULL;
    if (ex->orphaned)
        return;
    ex->orphaned = true;
    ex->next_orphan = h->orphans;
    h->orphans = ex;
    event_active(h->reaper, 0, 0);
}

/* No body will come any more. The handler of a stream must know; a request that waited for its
 * whole body has never reached its handler and ends here. */
static void orphan_notify(struct exchange *ex)
{
    enum want want = ex->want;

    ex->orphaned = false;
    ex->want = WANT_NOTHING;
    if (ex->ended)
        return;
    if (want == WANT_STREAM)
        ex->on_end(&ex->r, false);
    else if (want == WANT_WHOLE && ex->r.has_body)
        exchange_end(ex);
    else if (want == WANT_WHOLE)
        ex->on_body(&ex->r);
    req_fn *drained = ex->on_drained;
    ex->on_drained = NULL;
    if (drained && !ex->ended)
        drained(&ex->r);
}

static bool rest_is_small(const struct exchange *ex)
{
    return !ex->expects_continue && ex->length >= 0 && ex->length <= DRAIN_BYTES_MAX;
}

bool conn_keeps(const struct conn *c)
{
    const struct exchange *ex = c->ex;

    return !c->http->draining && (c->message_done || ex->want == WANT_STREAM || rest_is_small(ex));
}

void conn_await_head(struct conn *c)
{
    c->state = CONN_HEAD;
    c->begun = c->first = c->message_done = false;
    c->scanned = 0;
    c->quiet = 0;
    c->deadline_us = after_ms(conf_of(c)->idle_deadline_ms);
}

void exchange_end(struct exchange *ex)
{
    struct http *h = ex->http;
    struct conn *c = ex->r.conn;

    ex->ended = true;
    zip_free(ex->zip);
    h->active--;
    ex->next_ended = h->ended;
    h->ended = ex;
    event_active(h->reaper, 0, 0);
    if (!c)
        return;
    c->ex = NULL;
    ex->r.conn = NULL;
    if (ex->keep && c->message_done) {
        conn_await_head(c);
    } else if (ex->keep && rest_is_small(ex)) {
        c->state = CONN_DRAIN;
        c->deadline_us = after_ms(conf_of(c)->body_deadline_ms);
    } else {
        c->state = CONN_CLOSING;
    }
    conn_kick(c);
}

/* ---- the end of a connection ---------------------------------------------------------------- */

void conn_close(struct conn *c)
{
    struct http *h = c->http;

    if (c->state == CONN_CLOSED)
        return;
    c->state = CONN_CLOSED;
    bufferevent_disable(c->bev, EV_READ | EV_WRITE);
    bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
    if (c->ex)
        exchange_orphan(c->ex);
    c->next_dead = h->dead;
    h->dead = c;
    event_active(h->reaper, 0, 0);
}

static void conn_free(struct conn *c)
{
    struct http *h = c->http;

    if (c->prev)
        c->prev->next = c->next;
    else
        h->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    h->connections--;
    bufferevent_free(c->bev);
    free(c);
}

void http_reap(struct http *h)
{
    while (h->orphans) {
        struct exchange *ex = h->orphans;
        h->orphans = ex->next_orphan;
        orphan_notify(ex);
    }
    while (h->ended) {
        struct exchange *ex = h->ended;
        h->ended = ex->next_ended;
        arena_free(ex->r.a);
    }
    while (h->dead) {
        struct conn *c = h->dead;
        h->dead = c->next_dead;
        conn_free(c);
    }
}

/* The last answer is out. Closing with input unread would reset the connection and could destroy
 * the answer on its way, so only our side is shut and the rest is read and thrown away. */
void conn_linger(struct conn *c)
{
    if (c->eof) {
        conn_close(c);
        return;
    }
    if (c->http->tls)
        tls_finish(c->bev);
    if (shutdown(bufferevent_getfd(c->bev), SHUT_WR) != 0) {
        conn_close(c);
        return;
    }
    c->state = CONN_LINGER;
    c->deadline_us = after_ms(LINGER_MS);
}

bool http_client_left(const struct req *r)
{
    return !r->conn || r->conn->eof;
}

/* ---- refusing by ourselves ------------------------------------------------------------------ */

void exchange_refuse(struct exchange *ex, const struct fault *f)
{
    ex->wants_keep_alive = false;
    ex->status = f->status;
    /* Always false: it says that there is a problem. */
    (void)err_add(&ex->r.err, f->code, STR(""), "%s", f->what);
    reply_problem(&ex->r);
}

/* Answer f and close. A request that waits for the rest of its body is told that none will come;
 * when its own answer has begun there is no room for another, and the cut is the message. */
void conn_refuse(struct conn *c, const struct fault *f)
{
    struct exchange *old = c->ex;

    if (c->state == CONN_DRAIN || (old && old->started)) {
        conn_close(c);
        return;
    }
    struct exchange *ex = exchange_new(c);
    if (old) {
        ex->r.english = old->r.english;
        ex->r.method = old->r.method;
        ex->r.request_id = arena_str(ex->r.a, old->r.request_id.p, old->r.request_id.n);
        old->r.conn = NULL;
        exchange_orphan(old);
    }
    exchange_refuse(ex, f);
}

void conn_refuse_size(struct conn *c, struct exchange *ex)
{
    bool mib = ex->limit % (1 << 20) == 0;
    struct str limit =
        arena_printf(ex->r.a, "%zu %s", mib ? ex->limit >> 20 : ex->limit, mib ? "MiB" : "bytes");

    conn_refuse(c, &(struct fault){413, E_TOO_LARGE, limit.p});
}

/* ---- events ---------------------------------------------------------------------------------- */

static void conn_run(struct conn *c)
{
    if (c->http->tls)
        tls_forget_errors();
    c->running = true;
    while (conn_step(c))
        continue;
    c->running = false;
    if (c->state == CONN_CLOSED)
        return;
    /* A full input that nobody takes now: libevent would call again at once, for ever. conn_kick
     * calls all the same. */
    bool held = evbuffer_get_length(bufferevent_get_input(c->bev)) >= INPUT_BYTES_MAX;
    if (held != c->held) {
        c->held = held;
        (held ? bufferevent_disable : bufferevent_enable)(c->bev, EV_READ);
    }
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    (void)bev;
    conn_run(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct conn *c = arg;

    (void)bev;
    if (what & BEV_EVENT_ERROR) {
        conn_close(c);
    } else if (what & BEV_EVENT_EOF) {
        /* Perhaps only the client's half: what was asked is still answered. */
        c->eof = true;
        conn_run(c);
    }
    if (c->http->tls)
        tls_forget_errors();
}

/* Bytes have left, or the first ones wait: the client has body_deadline from now to take some. */
static void on_output(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
    struct conn *c = arg;

    if (info->n_deleted > 0 || info->orig_size == 0)
        c->progress_us = monotonic_us();
    if (evbuffer_get_length(out) == 0 && c->state == CONN_HEAD && !c->begun && !c->first)
        c->deadline_us = after_ms(conf_of(c)->idle_deadline_ms);
}

/* 127.0.0.1 is the same also where IPv6 carries it. */
static void peer_text(const struct sockaddr *at, char out[INET6_ADDRSTRLEN])
{
    const struct sockaddr_in *four = (const void *)at;
    const struct sockaddr_in6 *six = (const void *)at;
    bool mapped = at->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);
    if (at->sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &four->sin_addr, out, INET6_ADDRSTRLEN); /* else it stays empty */
    else if (mapped)
        (void)inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], out, INET6_ADDRSTRLEN);
    else if (at->sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &six->sin6_addr, out, INET6_ADDRSTRLEN);
}

void conn_new(struct http *h, struct bufferevent *bev, const struct sockaddr *peer)
{
    struct conn *c = calloc(1, sizeof *c);

    MUST(c);
    c->http = h;
    c->bev = bev;
    peer_text(peer, c->peer);
    c->first = true;
    c->surplus = h->connections >= h->process->conf.connections_max;
    c->deadline_us = after_ms(h->process->conf.header_deadline_ms);
    c->next = h->conns;
    if (c->next)
        c->next->prev = c;
    h->conns = c;
    h->connections++;
    bufferevent_setcb(bev, on_readable, on_readable, on_event, c);
    bufferevent_setwatermark(bev, EV_READ, 0, INPUT_BYTES_MAX);
    bufferevent_setwatermark(bev, EV_WRITE, OUTPUT_LOW_BYTES, 0);
    MUST(evbuffer_add_cb(bufferevent_get_output(bev), on_output, c));
    MUST(bufferevent_enable(bev, EV_READ | EV_WRITE) == 0);
}
