/*
 * reply.c - answers: status line, headers, problems, streams.
 *
 * Every way to answer ends in exchange_end, once. When the client has gone there is nowhere to
 * write; the same calls are made and only the bytes are dropped, so handlers need not ask.
 */
#include "answers.h"
#include "conn.h"
#include "zip.h"

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } reasons[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
        {303, "See Other"}, {304, "Not Modified"}, {400, "Bad Request"}, {401, "Unauthorized"},
        {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
        {408, "Request Timeout"}, {409, "Conflict"}, {412, "Precondition Failed"},
        {413, "Content Too Large"}, {414, "URI Too Long"}, {415, "Unsupported Media Type"},
        {417, "Expectation Failed"}, {422, "Unprocessable Content"}, {429, "Too Many Requests"},
        {428, "Precondition Required"}, {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"}, {503, "Service Unavailable"}};

    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Status";
}

static struct evbuffer *output(const struct exchange *ex)
{
    return bufferevent_get_output(ex->r.conn->bev);
}

/* Out of memory ends the process, as in the arena. */
static void put(struct evbuffer *out, const char *p, size_t n)
{
    MUST(evbuffer_add(out, p, n) == 0);
}

static const char *http_date(struct http *h)
{
    time_t now = (time_t)(clock_us() / 1000000);
    struct tm tm;

    if (now != h->date_s && gmtime_r(&now, &tm)) {
        /* The daemon never sets a locale: %a and %b are English. */
        MUST(strftime(h->date, sizeof h->date, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0);
        h->date_s = now;
    }
    return h->date;
}

static bool has_extra(const struct req *r, const char *name)
{
    size_t n = strlen(name);
    const char *p = r->extra_headers.p;

    while (p && *p) {
        if (strncmp(p, name, n) == 0 && p[n] == ':')
            return true;
        p = strchr(p, '\n');
        p = p ? p + 1 : NULL;
    }
    return false;
}

void reply_header(struct req *r, const char *name, struct str value)
{
    struct buf b;

    buf_init(&b, r->a);
    if (r->extra_headers.p)
        buf_str(&b, r->extra_headers);
    buf_text(&b, name);
    buf_text(&b, ": ");
    /* A value may hold what a client sent; a line break in it would be a header of his. */
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        buf_char(&b, c < 0x20 || c == 0x7f ? '?' : value.p[i]);
    }
    buf_text(&b, "\r\n");
    r->extra_headers = buf_view(&b);
}

static void head_defaults(const struct exchange *ex, const char *type, struct buf *b)
{
    if (!has_extra(&ex->r, "Cache-Control"))
        buf_text(b, "Cache-Control: no-store\r\n");
    buf_text(b, "X-Content-Type-Options: nosniff\r\n");
    if (ex->http->tls) /* for a year: whoever has come by TLS once does not come without again */
        buf_text(b, "Strict-Transport-Security: max-age=31536000\r\n");
    if (type && strncmp(type, "text/html", 9) == 0 && !has_extra(&ex->r, "Content-Security-Policy"))
        buf_text(b, "Content-Security-Policy: default-src 'self'; base-uri 'none'; "
                    "form-action 'self'; frame-ancestors 'none'\r\n");
}

/* A packed answer is not byte for byte the one that its tag names: RFC 9110 8.8.3.3. */
static void put_extra(struct exchange *ex, bool packed, struct buf *b)
{
    static const char tag[] = "ETag: ";
    struct str extra = ex->r.extra_headers;
    const char *at = packed ? strstr(extra.p ? extra.p : "", tag) : NULL;
    size_t n = at ? (size_t)(at - extra.p) + sizeof tag - 1 : 0;

    if (!extra.p)
        return;
    buf_add(b, extra.p, n);
    if (at)
        buf_text(b, "W/");
    buf_add(b, extra.p + n, extra.n - n);
}

/* How the body comes. length < 0: chunked, or to the end of the connection for HTTP/1.0. */
struct body {
    const char *type;
    int64_t length;
    bool packed, varies; /* varies: it would be packed for who takes it so */
};

static void put_head(struct exchange *ex, int status, const struct body *body)
{
    struct conn *c = ex->r.conn;
    struct buf b;

    ex->chunked = body->length < 0 && ex->minor > 0;
    ex->keep = ex->wants_keep_alive && conn_keeps(c) && (body->length >= 0 || ex->chunked);
    buf_init(&b, ex->r.a);
    buf_printf(&b, "HTTP/1.1 %d %s\r\nDate: %s\r\nX-Request-Id: %s\r\n", status, reason(status),
        http_date(ex->http), ex->r.request_id.p);
    if (body->type)
        buf_printf(&b, "Content-Type: %s\r\n", body->type);
    if (body->packed)
        buf_text(&b, "Content-Encoding: gzip\r\n");
    if (body->varies)
        buf_text(&b, "Vary: Accept-Encoding\r\n");
    if (ex->chunked)
        buf_text(&b, "Transfer-Encoding: chunked\r\n");
    else if (body->length >= 0 && status != 204 && status != 304)
        buf_printf(&b, "Content-Length: %lld\r\n", (long long)body->length);
    buf_printf(&b, "Connection: %s\r\n", ex->keep ? "keep-alive" : "close");
    head_defaults(ex, body->type, &b);
    put_extra(ex, body->packed, &b);
    buf_text(&b, "\r\n");
    put(output(ex), b.p, b.n);
}

static bool without_body(const struct exchange *ex, int status)
{
    return ex->r.method == METHOD_HEAD || status == 204 || status == 304;
}

static void begin(struct exchange *ex, int status)
{
    if (ex->started || ex->ended)
        BUG("request answered twice");
    ex->started = true;
    ex->status = status;
}

/* Neither path nor query: they may name firms. */
static void log_request(const struct exchange *ex)
{
    const struct req *r = &ex->r;
    enum log_level level = ex->status < 400 ? LOG_DEBUG : ex->status < 500 ? LOG_INFO : LOG_WARN;
    char status[16], ms[24];

    MUST(snprintf(status, sizeof status, "%d", ex->status) > 0);
    MUST(snprintf(ms, sizeof ms, "%lld", (long long)(monotonic_us() - r->started_us) / 1000) > 0);
    log_event(level, SAY_REQUEST, "req", r->request_id.p, "peer", r->peer.p, "actor",
        r->actor ? r->actor->code.p : "", "person", r->actor ? r->actor->person.p : "", "method",
        r->method_name.p, "route", r->route_path ? r->route_path : "", "status", status, "ms", ms,
        NULL);
}

static void finish(struct exchange *ex)
{
    log_request(ex);
    answers_note(ex->http->answers, &ex->r, ex->status);
    if (ex->r.answered)
        ex->r.answered(&ex->r, ex->status);
    exchange_end(ex);
}

/* Packed as a whole, so that its length is known. */
static void put_packed(struct exchange *ex, int status, struct body *head, struct str body)
{
    struct evbuffer *packed = evbuffer_new();
    struct zip *z = zip_new();

    MUST(packed);
    zip_add(z, body, true, packed);
    zip_free(z);
    head->packed = true;
    head->length = (int64_t)evbuffer_get_length(packed);
    put_head(ex, status, head);
    if (!without_body(ex, status))
        MUST(evbuffer_add_buffer(output(ex), packed) == 0);
    evbuffer_free(packed);
}

void reply_bytes(struct req *r, int status, const char *type, struct str body)
{
    struct exchange *ex = (struct exchange *)r;
    struct body head = {.type = status == 204 || status == 304 ? NULL : type,
        .length = (int64_t)body.n,
        .varies = body.n >= ZIP_BYTES_MIN && zip_shrinks(type)};

    begin(ex, status);
    if (r->conn && head.varies && takes_gzip(r)) {
        put_packed(ex, status, &head, body);
    } else if (r->conn) {
        put_head(ex, status, &head);
        if (!without_body(ex, status))
            put(output(ex), body.p, body.n);
    }
    finish(ex);
}

void reply_json(struct req *r, int status, struct str body)
{
    reply_bytes(r, status, "application/json", body);
}

/* The cure with its {} filled in. */
static struct str cure(struct arena *a, const struct problem *p, bool english)
{
    const char *text = english ? err_text(p->code)->cure_en : err_text(p->code)->cure_zh;
    const char *hole = strstr(text, "{}");
    struct buf b;

    buf_init(&b, a);
    buf_add(&b, text, hole ? (size_t)(hole - text) : strlen(text));
    if (hole) {
        buf_str(&b, p->arg);
        buf_text(&b, hole + 2);
    }
    return buf_view(&b);
}

static void problem_words(const struct req *r, struct str *title, struct str *detail)
{
    const struct problem *p = r->err.first;

    if (r->err.n == 1) {
        *title = err_title(r->a, p->code, p->arg, r->english);
        *detail = cure(r->a, p, r->english);
        return;
    }
    *title = arena_printf(r->a, r->english ? "%d problems" : "共 %d 处问题", r->err.n);
    *detail = r->english ? STR("Each is listed in errors") : STR("逐项见 errors");
}

static struct str problem_document(const struct req *r, int status)
{
    const char *code = err_text(r->err.first->code)->name;
    struct str title, detail;
    struct buf b;

    problem_words(r, &title, &detail);
    buf_init(&b, r->a);
    json_open(&b, '{');
    json_member_str(&b, "type", arena_printf(r->a, "urn:pledged:problem:%s", code));
    json_member_str(&b, "title", title);
    json_member_int(&b, "status", status);
    json_member_str(&b, "detail", detail);
    json_member_str(&b, "request_id", r->request_id);
    json_key(&b, "errors");
    err_write(&r->err, r->english, &b);
    err_write_difference(&r->err, &b);
    json_close(&b, '}');
    return buf_view(&b);
}

void reply_problem(struct req *r)
{
    struct exchange *ex = (struct exchange *)r;

    if (r->err.n == 0)
        BUG("a refusal without a problem");
    for (const struct problem *p = r->err.first; p; p = p->next)
        ex->http->process->count.problems[p->code]++;
    int status = ex->status ? ex->status : err_text(r->err.first->code)->status;
    if ((status == 429 || status == 503) && !has_extra(r, "Retry-After"))
        reply_header(r, "Retry-After", STR("1"));
    if (status == 401 && !has_extra(r, "WWW-Authenticate"))
        reply_header(r, "WWW-Authenticate", STR("Bearer"));
    if (!has_extra(r, "Content-Language"))
        reply_header(r, "Content-Language", r->english ? STR("en") : STR("zh-CN"));
    reply_bytes(r, status, "application/problem+json", problem_document(r, status));
}

void reply_refuse(struct req *r, enum err_code code, const char *pointer, const char *fmt, ...)
{
    va_list ap;
    struct str arg = STR("");

    va_start(ap, fmt);
    if (fmt)
        arg = arena_vprintf(r->a, fmt, ap);
    va_end(ap);
    /* Always false: it says that there is a problem. */
    (void)err_add(&r->err, code, str_of(pointer), "%s", arg.p);
    reply_problem(r);
}

void reply_start(struct req *r, int status, const char *type)
{
    struct exchange *ex = (struct exchange *)r;
    struct body head = {.type = type, .length = -1, .varies = zip_shrinks(type)};

    begin(ex, status);
    if (!r->conn)
        return;
    head.packed = head.varies && takes_gzip(r);
    if (head.packed)
        ex->zip = zip_new();
    put_head(ex, status, &head);
}

/* A chunk of no bytes would end the body. */
static void put_chunk(struct exchange *ex, struct evbuffer *piece)
{
    size_t n = evbuffer_get_length(piece);
    struct evbuffer *out = output(ex);

    if (n == 0)
        return;
    if (ex->chunked)
        MUST(evbuffer_add_printf(out, "%zx\r\n", n) > 0);
    MUST(evbuffer_add_buffer(out, piece) == 0);
    if (ex->chunked)
        put(out, "\r\n", 2);
}

static void put_piece(struct exchange *ex, struct str bytes, bool end)
{
    struct evbuffer *piece = evbuffer_new();

    MUST(piece);
    if (ex->zip)
        zip_add(ex->zip, bytes, end, piece);
    else
        put(piece, bytes.p, bytes.n);
    put_chunk(ex, piece);
    evbuffer_free(piece);
}

bool reply_chunk(struct req *r, struct str bytes, req_fn *on_drained)
{
    struct exchange *ex = (struct exchange *)r;

    MUST(ex->started && !ex->ended);
    if (!r->conn || bytes.n == 0 || r->method == METHOD_HEAD)
        return true;
    put_piece(ex, bytes, false);
    if (evbuffer_get_length(output(ex)) <= OUTPUT_FULL_BYTES)
        return true;
    ex->on_drained = on_drained;
    return false;
}

void reply_end(struct req *r)
{
    struct exchange *ex = (struct exchange *)r;

    MUST(ex->started && !ex->ended);
    if (r->conn && ex->zip && r->method != METHOD_HEAD)
        put_piece(ex, STR(""), true);
    if (r->conn && ex->chunked && r->method != METHOD_HEAD)
        put(output(ex), "0\r\n\r\n", 5);
    finish(ex);
}

void reply_cut(struct req *r)
{
    struct exchange *ex = (struct exchange *)r;

    MUST(ex->started && !ex->ended);
    ex->keep = false;
    finish(ex);
}
