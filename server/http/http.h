/*
 * http.h - requests and replies, as handlers see them.
 *
 * A request's path: listen.c accepts, head.c reads the head -> on_head (route.c finds the row,
 * auth.c the actor) -> the body is read -> a handler submits to the lane or queries a reader ->
 * reply.c answers once, arena gone.
 */
#ifndef PLEDGED_HTTP_H
#define PLEDGED_HTTP_H
#include "err.h"
#include "json.h"
#include "process.h"
#include "role.h"

struct server;
struct conn;
struct route;

enum http_method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_PUT, METHOD_DELETE, METHOD_OTHER };

struct param {
    struct str name, value; /* percent-decoded, valid UTF-8 */
    struct param *next;
};

struct req;
typedef void req_fn(struct req *r);

/*
 * A request lives from its head to its reply: exactly one of reply_json, reply_bytes,
 * reply_problem, or reply_start … reply_end must be called, once, at any later time on the loop.
 * When the client has gone meanwhile the reply is dropped; the request and its arena stay valid
 * until then. After the reply call the request must not be touched.
 */
enum { CAPTURE_MAX = 5 };
struct req {
    struct arena *a;
    struct err err;        /* problems for reply_problem */
    struct server *server; /* whose handlers these are; nobody here looks into it */
    struct conn *conn;     /* listen.c's; NULL once the client has gone */
    struct str request_id;
    struct str peer; /* the client's address */
    enum http_method method;
    struct str method_name;
    struct str path;        /* percent-decoded, begins with '/', no NUL, no "." segments */
    struct str target;      /* path and query as they were sent */
    struct param *params;   /* query */
    bool english;           /* Accept-Language prefers en over zh */
    bool has_body;          /* Content-Length > 0 or chunked */
    int64_t content_length; /* -1 when chunked */
    struct str body;        /* after http_read_whole */
    const struct route *route;
    const char *route_path;          /* of it, for the log; NULL: none was found */
    struct str capture[CAPTURE_MAX]; /* path segments that matched {…} in the route */
    struct actor *actor;
    struct str content_digest; /* signed: what the body must fit; p == NULL: it is not signed */
    struct str parent_key;     /* of the record that the address names; p == NULL: none */
    void *state;               /* of the handler */
    void *parts;               /* of an answer that its handler is called for again and again */
    int64_t started_us;        /* monotonic */
    void (*answered)(struct req *r, int status); /* told at the end of the answer; or NULL */
    struct str asked; /* path and query, for whoever notes what was read */
    bool is_list;     /* its answer is one, which gives `shown` things */
    int64_t shown;
    struct str extra_headers; /* complete lines, made by reply_header */
};

/* complete == false: the client went away or was cut; no more data will come. A reply must still
 * be made (it is dropped). */
typedef void req_data_fn(struct req *r, const char *p, size_t n);
typedef void req_end_fn(struct req *r, bool complete);

struct http;
struct ssl_ctx_st;
/* Take an address, so that it is known to be free before anything else is begun; nobody is let in
 * yet. plain_may_leave: it need not be one of this machine alone. -1 after logging
 * "listen_failed". */
int http_bind(const char *address, bool plain_may_leave);
/* Let clients in at fd of http_bind, which is taken over. NULL after logging "listen_failed".
 * on_head is called for each request after its head was read and found well-formed; reading stands
 * still until the handler replies or asks for the body. tls is taken over and freed by http_free.
 */
struct http *http_listen(
    struct process *p, struct server *s, int fd, struct ssl_ctx_st *tls, req_fn *on_head);
/* From now on new connections begin with this one; those that are stay as they are. */
void http_tls_replace(struct http *h, struct ssl_ctx_st *tls);
/* When the certificate ends, in seconds since 1970; 0 without TLS. */
int64_t http_tls_ends_s(const struct http *h);
/* The port bound (when address asked for port 0). */
int http_port(const struct http *h);
/* Stop accepting; close idle connections; answered requests close theirs. */
void http_drain(struct http *h);
/* Requests whose reply is still owed, and replies still on their way out. */
int http_active(const struct http *h);
int http_connections(const struct http *h);
/* How long answers took, by route and status, as Prometheus reads it. */
void http_answers_write(const struct http *h, struct buf *out);
void http_free(struct http *h);

/* First value of a header (name in lower case), trimmed; {NULL,0} when absent. Repeated headers
 * other than Host, Content-Length, Transfer-Encoding are joined by ", ". */
struct str req_header(const struct req *r, const char *name);
struct str req_param(const struct req *r, const char *name); /* {NULL,0} when absent */
/* Read the body into r->body and call on_body; whoever asks for it afterwards, whole or as a
 * stream, gets it again; more than limit -> 413 by listen.c itself,
 * connection closed. No body: on_body at once with an empty text. */
void http_read_whole(struct req *r, size_t limit, req_fn *on_body);
/* Hand the body over as it arrives. Between http_pause and http_resume nothing is read. */
void http_read_stream(struct req *r, req_data_fn *on_data, req_end_fn *on_end);
void http_pause(struct req *r);
void http_resume(struct req *r);
/* Has the client closed, or its half of it? What was asked is owed still, but not for long. */
bool http_client_left(const struct req *r);
/* SHA-256 of the client's certificate in lower-case hex; {NULL,0} without one. */
struct str http_client_fingerprint(const struct req *r);

/* Add a response header before replying. */
void reply_header(struct req *r, const char *name, struct str value);
void reply_bytes(struct req *r, int status, const char *type, struct str body);
void reply_json(struct req *r, int status, struct str body); /* application/json */
/* application/problem+json from r->err: status of the first problem; one problem fills title and
 * detail itself, several are listed. Adds Retry-After for 429/503, WWW-Authenticate for 401. */
void reply_problem(struct req *r);
/* A single problem: err_add and reply_problem in one. */
void reply_refuse(struct req *r, enum err_code code, const char *pointer, const char *fmt, ...)
    PRINTF(4, 5);
/* Streamed answer: start, any number of chunks, end. When much waits to go out reply_chunk returns
 * false (the chunk was taken all the same) and on_drained is called once there is room again. */
void reply_start(struct req *r, int status, const char *type);
bool reply_chunk(struct req *r, struct str bytes, req_fn *on_drained);
void reply_end(struct req *r);
/* The rest of a streamed answer cannot be had: the connection ends without the end of the answer,
 * so that nobody takes what has come for all of it. */
void reply_cut(struct req *r);

/* ---- tls.c ---------------------------------------------------------------------------------- */

/* NULL after logging "tls_failed". client_ca may be NULL (no client certificates asked for). */
struct ssl_ctx_st *tls_server(const char *cert, const char *key, const char *client_ca);
void tls_free(struct ssl_ctx_st *tls); /* NULL is nothing */
#endif
