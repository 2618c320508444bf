/*
 * conn.h - connections and exchanges, for the files that carry HTTP.
 *
 * An exchange is a struct req with our private part behind it; it outlives its connection when the
 * client goes first. Nothing is freed inside a callback: closed connections and answered exchanges
 * wait on a list for the next turn of the loop (http_reap), so that no caller up the stack is left
 * holding freed memory.
 */
#ifndef PLEDGED_CONN_H
#define PLEDGED_CONN_H
#include "clock.h"
#include "http.h"
#include "log.h"
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <llhttp.h>
#include <netinet/in.h>

enum {
    HEAD_BYTES_MAX = 16 << 10,
    HEADERS_MAX = 100,
    TARGET_BYTES_MAX = 8 << 10,
    SLICE_BYTES = 64 << 10,      /* of a body, handed over at once */
    INPUT_BYTES_MAX = 128 << 10, /* read ahead of the handler */
    DRAIN_BYTES_MAX = 64 << 10,  /* an unread body up to this is swallowed to keep a connection */
    OUTPUT_FULL_BYTES = 1 << 20,
    OUTPUT_LOW_BYTES = 256 << 10,
    SURPLUS_CONNECTIONS = 64, /* beyond connections_max: accepted to be told 503 */
    LINGER_MS = 1000,
    SWEEP_MS = 100,       /* precision of every deadline */
    REST_SWEEPS = 10,     /* then a connection that nothing is asked on gives its buffers back */
    ZIP_BYTES_MIN = 4096, /* an answer below this is not worth packing */
};

struct header {
    struct str name, value; /* name in lower case, value trimmed */
    struct header *next;
};

/* Why a message is refused before or instead of its handler. */
struct fault {
    int status;
    enum err_code code;
    const char *what; /* for the client: static, or in the exchange's arena */
};

/* What the handler has asked for and not yet been given. */
enum want { WANT_NOTHING, WANT_WHOLE, WANT_STREAM };

struct exchange {
    struct req r; /* first: every struct req is one of these */
    struct http *http;
    struct header *headers;
    int minor;             /* of HTTP/1.x */
    int64_t length;        /* of the body; -1 when chunked */
    bool wants_keep_alive; /* the client's wish */
    bool expects_continue; /* 100 Continue is still owed */

    enum want want;
    bool paused;
    int64_t paused_us;
    size_t limit;
    struct buf body;
    bool held;      /* body holds all of it already: it was read whole before it is asked for */
    size_t held_at; /* handed over of it */
    req_fn *on_body;
    req_data_fn *on_data;
    req_end_fn *on_end;

    int status; /* sent; before that, overrides that of the problem; 0 = none */
    bool started, ended, keep, chunked, orphaned;
    struct zip *zip; /* the answer is streamed through it; NULL: as it is */
    req_fn *on_drained;
    struct exchange *next_orphan, *next_ended;
};

enum conn_state {
    CONN_HEAD,    /* between requests, or a head is arriving; no exchange */
    CONN_REQUEST, /* an exchange is with its handler */
    CONN_DRAIN,   /* answered; the small rest of its body is swallowed */
    CONN_CLOSING, /* the last answer is on its way out */
    CONN_LINGER,  /* our side is shut; reading on so that the answer is not lost to a reset */
    CONN_CLOSED,  /* on the dead list */
};

struct conn {
    struct http *http;
    struct bufferevent *bev;
    struct exchange *ex;
    enum conn_state state;
    bool running; /* inside conn_run */
    bool held;    /* not reading: the input is full */
    bool eof;     /* the client has finished sending */
    bool begun;   /* first byte of a head seen */
    bool first;   /* no request yet on this connection */
    bool surplus;
    bool head_ok, message_done, too_large; /* set by the parser's callbacks */
    int quiet;                             /* sweeps since it was answered, up to REST_SWEEPS */
    size_t scanned;                        /* bytes of the head already looked at */
    int64_t deadline_us;                   /* by state; see listen.c */
    int64_t progress_us;                   /* last time the client took bytes */
    char peer[INET6_ADDRSTRLEN];           /* the client's address, without its port */
    llhttp_t parser;
    char *piece; /* body bytes of the current slice, moved together in place */
    size_t piece_n;
    char last_byte; /* of the slice before */
    struct conn *next, *prev, *next_dead;
};

struct http {
    struct process *process;
    struct server *server; /* of the requests */
    struct ssl_ctx_st *tls;
    req_fn *on_head;
    struct evconnlistener *listener;
    struct event *sweep, *reaper;
    struct answers *answers;
    llhttp_settings_t settings;
    struct conn *conns, *dead;
    struct exchange *orphans, *ended;
    int connections, active;
    bool draining, released;
    int64_t date_s; /* the second that date[] shows */
    char date[40];
};

/* ---- head.c ---- */
enum scan { SCAN_MORE, SCAN_DONE, SCAN_BAD };
/* Look at the n bytes that have arrived, of which *seen were looked at before. DONE: *seen is the
 * length of the head. */
enum scan head_scan(const char *p, size_t n, size_t *seen, struct fault *f);
/* Fill the request from a scanned head. What was understood before a fault stays filled in. */
MUST_USE bool head_parse(struct exchange *ex, const char *p, size_t n, struct fault *f);

/* Does the client take answers that are packed by gzip? */
bool takes_gzip(const struct req *r);

/* ---- conn.c ---- */
/* Take over an accepted connection. */
void conn_new(struct http *h, struct bufferevent *bev, const struct sockaddr *peer);
void conn_close(struct conn *c);
/* Look at the connection again, on the next turn of the loop. */
void conn_kick(struct conn *c);
/* Answer with this fault instead of the handler, then close. */
void conn_refuse(struct conn *c, const struct fault *f);
void conn_refuse_size(struct conn *c, struct exchange *ex);
/* May this connection carry another request after the reply that starts now? */
bool conn_keeps(const struct conn *c);
size_t conn_waiting_out(const struct conn *c);
int64_t after_ms(int64_t ms);
/* The last request is answered: wait for the next. */
void conn_await_head(struct conn *c);
/* The last answer is out: shut our side, read on for a moment. */
void conn_linger(struct conn *c);
struct exchange *exchange_new(struct conn *c);
void exchange_refuse(struct exchange *ex, const struct fault *f);
/* The reply is complete: leave the connection, which goes on or closes. */
void exchange_end(struct exchange *ex);
/* The client has gone, or asked for something that a client who has gone cannot give: tell the
 * handler on the next turn. */
void exchange_orphan(struct exchange *ex);
/* Tell orphans, free what has ended. */
void http_reap(struct http *h);

/* ---- message.c ---- */
/* Do what can be done now. true: something was done, look again. */
bool conn_step(struct conn *c);
void conn_settings(llhttp_settings_t *settings);

/* ---- tls.c ---- */
struct bufferevent *tls_accept(struct http *h, evutil_socket_t fd);
/* Tell the peer that no more will come. */
void tls_finish(struct bufferevent *bev);
void tls_rest(struct bufferevent *bev);
struct str tls_fingerprint(struct arena *a, struct bufferevent *bev);
void tls_forget_errors(void);
int64_t tls_ends_s(const struct ssl_ctx_st *tls);
#endif
