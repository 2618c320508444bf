/*
 * replies.h - stand-ins at link time for reply.c and auth.c: they write down what a route answers.
 */
#ifndef PLEDGED_REPLIES_H
#define PLEDGED_REPLIES_H
#include "auth.h"
#include "route.h"
#include "server.h"

static struct {
    int n; /* answers */
    enum err_code code;
    struct str allow;
} replied;
static enum org_kind acting; /* who asks */

void reply_header(struct req *r, const char *name, struct str value)
{
    (void)r;
    if (strcmp(name, "Allow") == 0)
        replied.allow = value;
}
void reply_problem(struct req *r)
{
    replied.n++;
    replied.code = r->err.first->code;
}
void reply_refuse(struct req *r, enum err_code code, const char *pointer, const char *fmt, ...)
{
    (void)pointer;
    (void)fmt;
    (void)r;
    replied.n++;
    replied.code = code;
}
void auth_actor(struct req *r, req_fn *next)
{
    static struct actor actor;
    actor.kind = acting;
    actor.duties = (1u << DUTY_COUNT) - 1;
    r->actor = &actor;
    next(r);
}
struct str auth_credential(struct req *r, bool *is_certificate)
{
    (void)r;
    *is_certificate = false;
    return (struct str){NULL, 0};
}
bool auth_actor_read(const struct rows *rows, struct actor *actor)
{
    (void)rows;
    (void)actor;
    return false;
}
void auth_forget(struct auth *auth)
{
    (void)auth;
}
int auth_generation(const struct auth *auth)
{
    (void)auth;
    return 0;
}
hash token_digest(struct str token)
{
    return hash_sha256(token.p, token.n);
}
struct str token_make(struct arena *a)
{
    (void)a;
    return STR("plg_token");
}
/* No handler is reached but those of pages, which take any parameter. */
void reply_bytes(struct req *r, int status, const char *type, struct str body)
{
    MUST(r->route->page);
    replied.n++;
    (void)status;
    (void)type;
    (void)body;
}
void reply_json(struct req *r, int status, struct str body)
{
    reply_bytes(r, status, "", body);
}
void reply_start(struct req *r, int status, const char *type)
{
    reply_bytes(r, status, type, STR(""));
}
bool reply_chunk(struct req *r, struct str bytes, req_fn *on_drained)
{
    (void)on_drained;
    reply_bytes(r, 0, "", bytes);
    return true;
}
void reply_end(struct req *r)
{
    reply_bytes(r, 0, "", STR(""));
}

void reply_cut(struct req *r)
{
    (void)r;
}

/* A request with a parameter that no route knows, so that it stops before its handler. */
static struct req *dispatch(struct arena *a, enum http_method method, struct str path)
{
    static struct param nobody_knows = {.name = {"nope", 4}, .value = {"", 0}};
    static struct server unlimited; /* nobody comes too often */
    enum {
        BEHIND = 4096
    }; /* the rest of struct exchange (conn.h): no header, since it is nought */
    struct req *r = arena_alloc(a, sizeof *r + BEHIND);
    memset(r, 0, sizeof *r + BEHIND);
    *r = (struct req){
        .a = a, .server = &unlimited, .method = method, .method_name = STR("X"), .path = path};
    r->params = &nobody_knows;
    err_init(&r->err, a);
    replied.n = 0;
    replied.allow = STR("");
    route_dispatch(r);
    return r;
}
#endif
