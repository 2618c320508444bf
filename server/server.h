/*
 * server.h - what the rooms of the process share: the request, the process, logging.
 *
 * A request's path: listen.c reads the head -> route.c finds the row, auth.c the actor -> the body
 * is read -> a handler submits to the lane or queries a reader -> reply.c answers once, arena gone.
 */
#ifndef PLEDGED_SERVER_H
#define PLEDGED_SERVER_H
#include "day.h"
#include "err.h"
#include "json.h"
#include "role.h"
#include <event2/event.h>

struct server;
struct req;
struct conn;
struct route;

/* ---- log.c ---------------------------------------------------------------------------------- */
/* One JSON line on stderr: ts, level, event, then the pairs. Event names are a fixed list in
 * log.c (BUG otherwise). Arguments after `event`: name, value pairs of C strings, then NULL.
 *   log_event(LOG_INFO, "ready", "listen", "127.0.0.1:8420", NULL); */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));
/* Events below this level are dropped. false: no such level. */
bool log_level_set(const char *name);

/* ---- conf.c --------------------------------------------------------------------------------- */
struct conf {
    const char *listen;       /* "127.0.0.1:8420" */
    const char *data;         /* folder of the private cluster, keys, spool */
    const char *database;     /* conninfo of the owner; NULL = private cluster under data */
    const char *database_app; /* conninfo to serve with; NULL = database with role=pledged_app */
    const char *tls_cert, *tls_key, *client_ca;
    const char *log_level;
    const char *flag_scan_at; /* Shanghai time of the nightly scan; "off" */
    int64_t readers;          /* read connections */
    int64_t header_deadline_ms, body_deadline_ms, idle_deadline_ms, db_deadline_ms;
    int64_t body_floor_bytes; /* a body's deadline grows by a second for each of these */
    int64_t json_limit_bytes;
    int64_t connections_max;
    int64_t queue_max; /* records waiting in the lane */
};

/* ---- listen.c / reply.c ---------------------------------------------------------------------- */
enum http_method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_PUT, METHOD_DELETE, METHOD_OTHER };

struct param {
    struct str name, value; /* percent-decoded, valid UTF-8 */
    struct param *next;
};

/*
 * A request lives from its head to its reply: exactly one of reply_json, reply_bytes,
 * reply_problem, or reply_start … reply_end must be called, once, at any later time on the loop.
 * When the client has gone meanwhile the reply is dropped; the request and its arena stay valid
 * until then. After the reply call the request must not be touched.
 */
struct req {
    struct arena *a;
    struct err err; /* problems for reply_problem */
    struct server *server;
    struct conn *conn; /* listen.c's; NULL once the client has gone */
    struct str request_id;
    enum http_method method;
    struct str method_name;
    struct str path;        /* percent-decoded, begins with '/', no NUL, no "." segments */
    struct param *params;   /* query */
    bool english;           /* Accept-Language prefers en over zh */
    bool has_body;          /* Content-Length > 0 or chunked */
    int64_t content_length; /* -1 when chunked */
    struct str body;        /* after http_read_whole */
    const struct route *route;
    struct str capture[3]; /* path segments that matched {…} in the route */
    struct actor *actor;
    struct str parent_key;    /* of the record that the address names; p == NULL: none */
    void *state;              /* of the handler */
    int64_t started_us;       /* monotonic */
    struct str extra_headers; /* complete lines, made by reply_header */
};

typedef void req_fn(struct req *r);
/* complete == false: the client went away or was cut; no more data will come. A reply must still
 * be made (it is dropped). */
typedef void req_data_fn(struct req *r, const char *p, size_t n);
typedef void req_end_fn(struct req *r, bool complete);

struct http;
struct ssl_ctx_st;
/* NULL after logging "listen_failed". on_head is called for each request after its head was read
 * and found well-formed; reading stands still until the handler replies or asks for the body. tls
 * is taken over and freed by http_free. */
struct http *http_listen(
    struct server *s, const char *address, struct ssl_ctx_st *tls, req_fn *on_head);
/* The port bound (when address asked for port 0). */
int http_port(const struct http *h);
/* Stop accepting; close idle connections; answered requests close theirs. */
void http_drain(struct http *h);
/* Requests whose reply is still owed, and replies still on their way out. */
int http_active(const struct http *h);
int http_connections(const struct http *h);
void http_free(struct http *h);

/* First value of a header (name in lower case), trimmed; {NULL,0} when absent. Repeated headers
 * other than Host, Content-Length, Transfer-Encoding are joined by ", ". */
struct str req_header(const struct req *r, const char *name);
struct str req_param(const struct req *r, const char *name); /* {NULL,0} when absent */
/* Read the body into r->body and call on_body; more than limit -> 413 by listen.c itself,
 * connection closed. No body: on_body at once with an empty text. */
void http_read_whole(struct req *r, size_t limit, req_fn *on_body);
/* Hand the body over as it arrives. Between http_pause and http_resume nothing is read. */
void http_read_stream(struct req *r, req_data_fn *on_data, req_end_fn *on_end);
void http_pause(struct req *r);
void http_resume(struct req *r);
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

/* ---- tls.c ----------------------------------------------------------------------------------- */
/* NULL after logging "tls_failed". client_ca may be NULL (no client certificates asked for). */
struct ssl_ctx_st *tls_server(const char *cert, const char *key, const char *client_ca);

/* ---- route.c, auth.c --------------------------------------------------------------------------
 */
struct route {
    enum http_method method;
    const char *path; /* "/v1/loans/{id}" */
    unsigned roles;   /* bits of role.h; 0 = no token needed */
    req_fn *handle;   /* body read whole unless stream */
    bool stream;      /* the handler reads the body itself */
    const struct record *record;
    const char *params;  /* query parameters it knows: "limit,after" */
    const char *zh, *en; /* summary for OpenAPI */
};
void route_dispatch(struct req *r); /* the on_head of http_listen */
/* Find the actor of the request, then call next; replies 401 by itself. */
void auth_actor(struct req *r, req_fn *next);
/* Forget cached tokens (a token was added or revoked). */
void auth_forget(struct server *s);

/* ---- metrics ----------------------------------------------------------------------------------
 */
struct counters {
    int64_t requests, by_class[6]; /* by_class[2]: 2xx … */
    int64_t flights, records, refused, resent, db_lost;
};

struct server {
    struct event_base *base;
    struct conf conf;
    struct http *http;
    struct db *db;
    struct lane *lane;
    struct intake *intake;
    struct auth *auth;
    struct embedded_pg *pg;
    struct case_cache *cases;
    struct loan_lane *loans;
    struct report_keys *report_keys;
    struct counters count;
    bool ready, draining;
};

int64_t clock_us(void); /* wall clock, microseconds since 1970 */
int64_t monotonic_us(void);
day today_shanghai(void);
#endif
