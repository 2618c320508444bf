/*
 * message.c - from bytes to requests: one step of a connection at a time.
 *
 * Input is pulled: a step takes from the buffer what the state of the connection allows and leaves
 * the rest, so pipelining, pausing and flat memory are one mechanism: libevent stops reading at
 * INPUT_BYTES_MAX and the client's window closes. llhttp runs strictly, over what head.c has
 * found well-formed.
 */
#include "conn.h"

/* ---- heads ---------------------------------------------------------------------------------- */

static int on_headers_complete(llhttp_t *parser)
{
    struct conn *c = parser->data;
    const struct exchange *ex = c->ex;
    bool chunked = (parser->flags & F_CHUNKED) != 0;

    /* An Upgrade header is a wish that we do not follow; without this llhttp would stop here. */
    parser->upgrade = 0;
    c->head_ok =
        chunked == (ex->length < 0) && (chunked || parser->content_length == (uint64_t)ex->length);
    return c->head_ok ? 0 : -1;
}

/* Two readers of one head must agree before anything is done: ours and llhttp's. Framing does not
 * depend on the method, so a method that llhttp has no name for is shown to it as POST. */
static bool framing_agrees(struct conn *c, const char *p, size_t n, struct fault *f)
{
    struct http *h = c->http;
    size_t skip = c->ex->r.method == METHOD_OTHER ? c->ex->r.method_name.n : 0;

    llhttp_init(&c->parser, HTTP_REQUEST, &h->settings);
    c->parser.data = c;
    c->head_ok = c->message_done = false;
    enum llhttp_errno code = skip > 0 ? llhttp_execute(&c->parser, "POST", 4) : HPE_OK;
    if (code == HPE_OK)
        code = llhttp_execute(&c->parser, p + skip, n - skip);
    if (code == HPE_PAUSED)
        llhttp_resume(&c->parser);
    if ((code == HPE_OK || code == HPE_PAUSED) && c->head_ok)
        return true;
    *f = (struct fault){400, E_HTTP, llhttp_errno_name(code)};
    return false;
}

static void request_begin(struct conn *c, const char *p, size_t n)
{
    struct exchange *ex = exchange_new(c);
    struct fault f;
    bool ok = head_parse(ex, p, n, &f) && framing_agrees(c, p, n, &f);

    evbuffer_drain(bufferevent_get_input(c->bev), n);
    c->http->process->count.requests++;
    c->state = CONN_REQUEST;
    c->first = false;
    if (!ok)
        exchange_refuse(ex, &f);
    else if (c->surplus)
        exchange_refuse(ex, &(struct fault){503, E_BUSY, "connections"});
    else
        c->http->on_head(&ex->r);
}

/* An empty line before a request is tolerated (RFC 9112 2.2), as a relic of old clients. */
static void skip_empty_lines(struct evbuffer *in)
{
    char two[2];

    while (evbuffer_copyout(in, two, 2) == 2 && memcmp(two, "\r\n", 2) == 0)
        evbuffer_drain(in, 2);
}

static bool head_step(struct conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->bev);
    struct fault f;

    /* Earlier answers first: a client that pipelines must also read. */
    if (conn_waiting_out(c) > OUTPUT_LOW_BYTES)
        return false;
    if (c->scanned == 0)
        skip_empty_lines(in);
    size_t n = evbuffer_get_length(in);
    if (n > HEAD_BYTES_MAX)
        n = HEAD_BYTES_MAX;
    if (n > c->scanned) {
        if (!c->begun && !c->first)
            c->deadline_us = after_ms(c->http->process->conf.header_deadline_ms);
        c->begun = true;
        const char *p = (const char *)evbuffer_pullup(in, (ev_ssize_t)n);
        switch (head_scan(p, n, &c->scanned, &f)) {
        case SCAN_DONE: request_begin(c, p, c->scanned); return true;
        case SCAN_BAD: conn_refuse(c, &f); return true;
        case SCAN_MORE: break;
        }
    }
    if (!c->eof && (c->begun || !c->http->draining))
        return false;
    c->state = CONN_CLOSING;
    return true;
}

/* ---- bodies --------------------------------------------------------------------------------- */

/* Pieces of a slice are moved together over framing bytes already read, so that a body in tiny
 * chunks does not become a call for each. */
static int on_body(llhttp_t *parser, const char *p, size_t n)
{
    struct conn *c = parser->data;

    memmove(c->piece + c->piece_n, p, n);
    c->piece_n += n;
    return 0;
}

static int on_message_complete(llhttp_t *parser)
{
    struct conn *c = parser->data;

    c->message_done = true;
    return HPE_PAUSED;
}

/* Trailers would be headers that came too late to be checked, extensions mean nothing to us. */
static int on_header_field(llhttp_t *parser, const char *p, size_t n)
{
    (void)p;
    (void)n;
    return parser->flags & F_TRAILING ? -1 : 0;
}

static int on_chunk_extension(llhttp_t *parser, const char *p, size_t n)
{
    (void)parser;
    (void)p;
    (void)n;
    return -1;
}

/* What does not fit is refused when its size is told, not when it has come. */
static int on_chunk_header(llhttp_t *parser)
{
    struct conn *c = parser->data;
    const struct exchange *ex = c->ex;

    c->too_large = ex && ex->want == WANT_WHOLE &&
                   parser->content_length > ex->limit - ex->body.n - c->piece_n;
    return c->too_large ? -1 : 0;
}

static void body_deliver(struct conn *c)
{
    struct exchange *ex = c->ex;

    if (!ex || c->piece_n == 0)
        return;
    ex->expects_continue = false;
    c->deadline_us += (int64_t)c->piece_n * 1000000 / c->http->process->conf.body_floor_bytes;
    if (ex->want == WANT_STREAM)
        ex->on_data(&ex->r, c->piece, c->piece_n);
    else if (c->piece_n > ex->limit - ex->body.n)
        conn_refuse_size(c, ex);
    else
        buf_add(&ex->body, c->piece, c->piece_n);
}

/* llhttp takes a bare LF for the empty line that ends a chunked body. */
static bool ends_in_crlf(const struct conn *c, size_t n)
{
    bool chunked = c->ex && c->ex->length < 0;

    return !chunked || (n > 1 ? c->piece[n - 2] : c->last_byte) == '\r';
}

/* Take one slice of the body; without an exchange it is thrown away. */
static bool body_step(struct conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->bev);
    size_t n = evbuffer_get_length(in);

    if (n == 0 && c->eof)
        conn_refuse(c, &(struct fault){400, E_HTTP, "body cut short"});
    if (n == 0)
        return c->eof;
    if (n > SLICE_BYTES)
        n = SLICE_BYTES;
    c->piece = (char *)evbuffer_pullup(in, (ev_ssize_t)n);
    c->piece_n = 0;
    enum llhttp_errno code = llhttp_execute(&c->parser, c->piece, n);
    if (code == HPE_PAUSED) {
        n = (size_t)(llhttp_get_error_pos(&c->parser) - c->piece);
        llhttp_resume(&c->parser);
    }
    if (code == HPE_PAUSED && !ends_in_crlf(c, n))
        code = HPE_CR_EXPECTED;
    if (c->too_large) {
        conn_refuse_size(c, c->ex);
        return true;
    }
    if (code != HPE_OK && code != HPE_PAUSED) {
        conn_refuse(c, &(struct fault){400, E_HTTP, llhttp_errno_name(code)});
        return true;
    }
    c->last_byte = c->piece[n - 1];
    body_deliver(c);
    evbuffer_drain(in, n);
    return true;
}

static void body_finish(struct exchange *ex)
{
    enum want want = ex->want;

    ex->want = WANT_NOTHING;
    ex->expects_continue = false;
    if (want == WANT_STREAM) {
        ex->on_end(&ex->r, true);
    } else {
        ex->held = ex->r.has_body;
        ex->r.body = buf_view(&ex->body);
        ex->on_body(&ex->r);
    }
}

/* A body that was read whole goes to who asks for it in pieces. */
static bool held_step(struct exchange *ex)
{
    size_t n = ex->body.n - ex->held_at;
    const char *p = ex->body.p + ex->held_at;

    if (ex->want != WANT_STREAM || !ex->held || n == 0)
        return false;
    if (n > SLICE_BYTES)
        n = SLICE_BYTES;
    ex->held_at += n;
    ex->on_data(&ex->r, p, n);
    return true;
}

static bool request_step(struct conn *c)
{
    struct exchange *ex = c->ex;

    if (ex->on_drained && conn_waiting_out(c) <= OUTPUT_LOW_BYTES) {
        req_fn *drained = ex->on_drained;
        ex->on_drained = NULL;
        drained(&ex->r);
        return true;
    }
    if (ex->want == WANT_NOTHING || ex->paused)
        return false;
    if (!c->message_done)
        return body_step(c);
    if (!held_step(ex))
        body_finish(ex);
    return true;
}

/* ---- the connection's turn ------------------------------------------------------------------- */

/* true: something was done, look again. */
bool conn_step(struct conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->bev);

    switch (c->state) {
    case CONN_HEAD: return head_step(c);
    case CONN_REQUEST: return request_step(c);
    case CONN_DRAIN:
        if (!c->message_done)
            return body_step(c);
        conn_await_head(c);
        return true;
    case CONN_CLOSING:
        if (conn_waiting_out(c) > 0)
            return false;
        conn_linger(c);
        return true;
    case CONN_LINGER:
        evbuffer_drain(in, evbuffer_get_length(in));
        if (c->eof)
            conn_close(c);
        return false;
    case CONN_CLOSED: return false;
    }
    return false;
}

void conn_settings(llhttp_settings_t *settings)
{
    llhttp_settings_init(settings);
    settings->on_headers_complete = on_headers_complete;
    settings->on_header_field = on_header_field;
    settings->on_chunk_extension_name = on_chunk_extension;
    settings->on_chunk_header = on_chunk_header;
    settings->on_body = on_body;
    settings->on_message_complete = on_message_complete;
}
