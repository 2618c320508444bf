/*
 * listen.c - the listener, the deadlines and what handlers call to read a body.
 *
 * Deadlines are fields of the connections that one timer looks over every SWEEP_MS: they are
 * totals, so a byte now and then buys no time, and setting one costs nothing.
 *
 * Beyond connections_max a few more are accepted, to be told 503 in answer to their first request;
 * beyond those a connection is closed at once.
 */
#include "address.h"
#include "answers.h"
#include "conn.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- deadlines ------------------------------------------------------------------------------ */

static const struct fault too_slow = {408, E_TIMEOUT, ""};

static void expire(struct conn *c)
{
    const struct exchange *ex = c->ex;

    switch (c->state) {
    case CONN_HEAD:
        /* While earlier answers wait to be read, only the rule for writing counts. */
        if (conn_waiting_out(c) > 0)
            return;
        if (c->begun)
            conn_refuse(c, &too_slow);
        else
            conn_close(c);
        return;
    case CONN_REQUEST:
        if (ex->want != WANT_NOTHING && !ex->paused)
            conn_refuse(c, &too_slow);
        return;
    case CONN_DRAIN:
    case CONN_LINGER: conn_close(c); return;
    case CONN_CLOSING:
    case CONN_CLOSED: return;
    }
}

/* Then the deadline of the body rules: many clients read nothing before they have sent all. */
static bool reading_body(const struct conn *c)
{
    return c->state == CONN_REQUEST && c->ex->want != WANT_NOTHING && !c->ex->paused;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
    struct http *h = arg;
    int64_t now = monotonic_us();
    int64_t patience = h->process->conf.body_deadline_ms * 1000;

    (void)fd;
    (void)what;
    /* Nothing leaves the list before http_reap. */
    for (struct conn *c = h->conns; c; c = c->next) {
        if (c->state == CONN_CLOSED)
            continue;
        if (h->tls && c->quiet < REST_SWEEPS && ++c->quiet == REST_SWEEPS)
            tls_rest(c->bev);
        if (reading_body(c))
            c->progress_us = now;
        if (conn_waiting_out(c) > 0 && now - c->progress_us > patience)
            conn_close(c);
        else if (now >= c->deadline_us)
            expire(c);
    }
    /* Accepting stops when descriptors run out, see on_accept_error. */
    if (h->listener && !h->draining)
        evconnlistener_enable(h->listener);
}

/* ---- the listener --------------------------------------------------------------------------- */

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
    int length, void *arg)
{
    struct http *h = arg;
    struct bufferevent *bev = NULL;
    int on = 1;

    (void)listener;
    (void)length;
    /* Answers are written whole; waiting for more to send would only delay them. Not an error when
     * it fails: the answers are just slower. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (h->connections < h->process->conf.connections_max + SURPLUS_CONNECTIONS)
        bev = h->tls ? tls_accept(h, fd)
                     : bufferevent_socket_new(
                           h->process->base, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (bev)
        conn_new(h, bev, address);
    else
        evutil_closesocket(fd);
}

/* Out of descriptors, most likely: trying again at once would spin until one is free. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    (void)arg;
    evconnlistener_disable(listener);
}

static void http_end(struct http *h)
{
    event_free(h->reaper);
    answers_free(h->answers);
    free(h);
}

static void on_reap(evutil_socket_t fd, short what, void *arg)
{
    struct http *h = arg;

    (void)fd;
    (void)what;
    http_reap(h);
    if (h->released && h->active == 0)
        http_end(h);
}

/* ---- the address ----------------------------------------------------------------------------- */

static int cannot_listen(const char *address, const char *why)
{
    log_event(LOG_ERROR, SAY_LISTEN_FAILED, "address", address, "error", why, NULL);
    return -1;
}

static bool is_loopback(const struct sockaddr *at)
{
    if (at->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)at)->sin_addr.s_addr) >> 24 == 127;
    const struct in6_addr *a = &((const struct sockaddr_in6 *)(const void *)at)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

static int bind_one(const struct addrinfo *at)
{
    int on = 1;
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, at->ai_addr, at->ai_addrlen) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

int http_bind(const char *address, bool plain_may_leave)
{
    const struct addrinfo hints = {
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    struct address at;
    int fd = -1;

    int code = address_parse(address, &at)
                   ? getaddrinfo(at.host[0] ? at.host : NULL, at.port, &hints, &found)
                   : EAI_NONAME;
    if (code != 0)
        return cannot_listen(address, gai_strerror(code));
    for (const struct addrinfo *one = found; one && !plain_may_leave; one = one->ai_next) {
        if (is_loopback(one->ai_addr))
            continue;
        freeaddrinfo(found);
        return cannot_listen(address,
            "without TLS tokens would cross the network in the clear: set "
            "--tls-cert and --tls-key, or --allow-plain behind a proxy");
    }
    for (const struct addrinfo *one = found; one && fd < 0; one = one->ai_next)
        fd = bind_one(one);
    freeaddrinfo(found);
    return fd >= 0 ? fd : cannot_listen(address, strerror(errno));
}

struct http *http_listen(
    struct process *p, struct server *s, int fd, struct ssl_ctx_st *tls, req_fn *on_head)
{
    const struct timeval every = {SWEEP_MS / 1000, SWEEP_MS % 1000 * 1000};
    struct http *h = calloc(1, sizeof *h);

    MUST(h);
    h->process = p;
    h->server = s;
    h->tls = tls;
    h->on_head = on_head;
    h->answers = answers_new();
    conn_settings(&h->settings);
    h->listener = evconnlistener_new(
        p->base, on_accept, h, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 1024, fd);
    if (!h->listener) {
        (void)cannot_listen(p->conf.listen, strerror(errno));
        tls_free(tls);
        answers_free(h->answers);
        free(h);
        return NULL;
    }
    evconnlistener_set_error_cb(h->listener, on_accept_error);
    h->sweep = event_new(p->base, -1, EV_PERSIST, on_sweep, h);
    h->reaper = event_new(p->base, -1, 0, on_reap, h);
    MUST(h->sweep && h->reaper && event_add(h->sweep, &every) == 0);
    return h;
}

/* Connections keep the context that they began with: OpenSSL counts who uses it. */
void http_tls_replace(struct http *h, struct ssl_ctx_st *tls)
{
    tls_free(h->tls);
    h->tls = tls;
}

int64_t http_tls_ends_s(const struct http *h)
{
    return h->tls ? tls_ends_s(h->tls) : 0;
}

int http_port(const struct http *h)
{
    struct sockaddr_storage at;
    socklen_t n = sizeof at;
    uint16_t port;

    if (getsockname(evconnlistener_get_fd(h->listener), (struct sockaddr *)&at, &n) != 0)
        return 0;
    /* sin_port and sin6_port lie at the same place. */
    memcpy(&port, (const char *)&at + offsetof(struct sockaddr_in, sin_port), sizeof port);
    return ntohs(port);
}

void http_drain(struct http *h)
{
    h->draining = true;
    evconnlistener_disable(h->listener);
    for (struct conn *c = h->conns; c; c = c->next)
        conn_kick(c);
}

int http_active(const struct http *h)
{
    int owed = h->active;

    for (const struct conn *c = h->conns; c; c = c->next)
        if (c->state != CONN_CLOSED && conn_waiting_out(c) > 0)
            owed++;
    return owed;
}

int http_connections(const struct http *h)
{
    return h->connections;
}

void http_answers_write(const struct http *h, struct buf *out)
{
    answers_write(h->answers, out);
}

void http_free(struct http *h)
{
    evconnlistener_free(h->listener);
    h->listener = NULL;
    h->draining = true;
    event_free(h->sweep);
    for (struct conn *c = h->conns; c; c = c->next)
        conn_close(c);
    http_reap(h);
    tls_free(h->tls);
    h->tls = NULL;
    /* Requests still with their handlers keep h until they are answered. */
    h->released = true;
    if (h->active == 0)
        http_end(h);
}

/* ---- bodies --------------------------------------------------------------------------------- */

static void begin_reading(struct exchange *ex)
{
    struct conn *c = ex->r.conn;

    if (!c) {
        exchange_orphan(ex);
        return;
    }
    /* Not sent when the body is already coming: RFC 9110 10.1.1 leaves it out then. */
    if (ex->expects_continue && evbuffer_get_length(bufferevent_get_input(c->bev)) == 0) {
        static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
        MUST(evbuffer_add(bufferevent_get_output(c->bev), text, sizeof text - 1) == 0);
    }
    ex->expects_continue = false;
    c->deadline_us = after_ms(c->http->process->conf.body_deadline_ms);
    conn_kick(c);
}

void http_read_whole(struct req *r, size_t limit, req_fn *on_body)
{
    struct exchange *ex = (struct exchange *)r;

    MUST(ex->want == WANT_NOTHING && !ex->ended);
    ex->want = WANT_WHOLE;
    ex->limit = limit;
    ex->on_body = on_body;
    if (!ex->held)
        buf_init(&ex->body, r->a);
    if (r->conn && ((ex->length > 0 && (uint64_t)ex->length > limit) || ex->body.n > limit))
        conn_refuse_size(r->conn, ex);
    else
        begin_reading(ex);
}

void http_read_stream(struct req *r, req_data_fn *on_data, req_end_fn *on_end)
{
    struct exchange *ex = (struct exchange *)r;

    MUST(ex->want == WANT_NOTHING && !ex->ended);
    ex->want = WANT_STREAM;
    ex->on_data = on_data;
    ex->on_end = on_end;
    begin_reading(ex);
}

void http_pause(struct req *r)
{
    struct exchange *ex = (struct exchange *)r;

    if (ex->paused)
        return;
    ex->paused = true;
    ex->paused_us = monotonic_us();
}

void http_resume(struct req *r)
{
    struct exchange *ex = (struct exchange *)r;

    if (!ex->paused)
        return;
    ex->paused = false;
    if (!r->conn)
        return;
    r->conn->deadline_us += monotonic_us() - ex->paused_us;
    conn_kick(r->conn);
}

struct str http_client_fingerprint(const struct req *r)
{
    if (!r->conn || !r->conn->http->tls)
        return (struct str){NULL, 0};
    return tls_fingerprint(r->a, r->conn->bev);
}
