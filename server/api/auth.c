/*
 * auth.c - who is asking: bearer token, client certificate or session of the console to
 * organisation and person.
 *
 * Only the SHA-256 of a token is known. Actors are cached; a notification from the database empties
 * the cache when a token was added or revoked, so that a revoked token stops at once.
 */
#include "auth.h"
#include "clock.h"
#include "db.h"
#include "merkle.h"
#include "nonce.h"
#include "secret.h"
#include "server.h"
#include "session.h"
#include "signed.h"
#include "slow.h"
#include "writer.h"
#include <event2/event.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

enum { CACHE_SLOTS = 4096, CACHE_TTL_S = 60 };
enum { HEX_OF_HASH = 64 };
enum { SECOND_HALF = 1 + 43 }; /* a dot and 32 bytes in base64url */

struct cached {
    struct cached *next;
    struct arena *a;
    struct str token;
    struct actor actor;
    int64_t until_us;
};
struct auth {
    struct cached *slot[CACHE_SLOTS];
    int generation; /* an answer asked for before a change must not enter the cache after it */
};

struct lookup {
    struct req *r;
    req_fn *next;
    struct str token; /* hex of the hash, 'c' before that of a certificate, 's' of a session */
    int generation;
};

struct auth *auth_open(void)
{
    struct auth *auth = calloc(1, sizeof *auth);
    MUST(auth);
    return auth;
}

static void cached_free(struct cached *c)
{
    while (c) {
        struct cached *next = c->next;
        arena_free(c->a); /* c lives in it */
        c = next;
    }
}

void auth_forget(struct auth *auth)
{
    auth->generation++;
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        cached_free(auth->slot[i]);
        auth->slot[i] = NULL;
    }
}

int auth_generation(const struct auth *auth)
{
    return auth->generation;
}

void auth_close(struct auth *auth)
{
    auth_forget(auth);
    free(auth);
}

static struct cached **slot_of(struct auth *auth, struct str token)
{
    size_t n = 0;
    for (size_t i = 0; i < 6 && i < token.n; i++)
        n = n * 31 + (unsigned char)token.p[i];
    return &auth->slot[n % CACHE_SLOTS];
}

static struct actor *actor_copy(struct arena *a, const struct actor *from)
{
    struct actor *to = arena_alloc(a, sizeof *to);
    *to = actor_keep(a, from);
    return to;
}

static const struct actor *cache_find(struct auth *auth, struct str token)
{
    for (const struct cached *c = *slot_of(auth, token); c; c = c->next) {
        if (str_eq(c->token, token) && c->until_us > clock_us())
            return &c->actor;
    }
    return NULL;
}

static void cache_add(
    struct auth *auth, struct str token, const struct actor *actor, int64_t until_us)
{
    struct arena *a = arena_new();
    struct cached *c = arena_alloc(a, sizeof *c);
    struct cached **slot = slot_of(auth, token);
    int64_t longest = clock_us() + (int64_t)CACHE_TTL_S * 1000000;
    cached_free(*slot); /* one actor a slot keeps the cache small without a sweep */
    *c = (struct cached){.a = a, .token = arena_str(a, token.p, token.n)};
    c->actor = actor_keep(a, actor);
    c->until_us = until_us && until_us < longest ? until_us : longest;
    *slot = c;
}

static bool actor_read(const struct rows *rows, struct actor *actor, int64_t *until_us)
{
    *actor = (struct actor){0};
    *until_us = 0;
    if (!rows_int(rows, 0, TOKEN_ACTOR_ORG, &actor->org) ||
        !org_kind_parse(rows_at(rows, 0, TOKEN_ACTOR_KIND), &actor->kind))
        return false;
    actor->code = rows_at(rows, 0, TOKEN_ACTOR_CODE);
    actor->name = rows_at(rows, 0, TOKEN_ACTOR_NAME);
    actor->district = rows_at(rows, 0, TOKEN_ACTOR_DISTRICT);
    actor->person = rows_at(rows, 0, TOKEN_ACTOR_PERSON);
    actor->person_id = rows_at(rows, 0, TOKEN_ACTOR_PERSON_ID);
    actor->token = rows_at(rows, 0, TOKEN_ACTOR_SHA256);
    actor->duties = duties_parse(rows_at(rows, 0, TOKEN_ACTOR_DUTIES));
    (void)rows_int(rows, 0, TOKEN_ACTOR_EXPIRES_US, until_us); /* absent: never */
    return true;
}

bool auth_actor_read(const struct rows *rows, struct actor *actor)
{
    int64_t until_us;
    return rows->n > 0 && actor_read(rows, actor, &until_us);
}

/* ---- wrong ones ------------------------------------------------------------------------------ */

static void refuse_token(struct req *r)
{
    (void)err_add(&r->err, E_AUTH, STR(""), "%s",
        r->english ? "unknown or revoked token" : "令牌无效或已吊销");
    reply_slowly(r);
}

static void refuse_session(struct req *r)
{
    reply_refuse(r, E_AUTH, "", "%s",
        r->english ? "the session has ended, sign in again" : "登录已过期,请重新登录");
}

static void on_used(void *arg, const struct fail *fail)
{
    (void)arg;
    (void)fail; /* the next request says it again */
}

static void session_used(struct server *s, const char *hex)
{
    struct str params[] = {str_of(hex)};
    writer_send(s->sessions, SQL_CONSOLE_SESSION_USE, params, 1, on_used, NULL);
}

static void on_actor(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct lookup *l = arg;
    struct req *r = l->r;
    struct actor actor;
    int64_t until_us;
    if (fail) {
        reply_refuse(r, E_BUSY, "", "database");
        return;
    }
    bool is_session = l->token.p[0] == 's';
    if (rows->n == 0 || !actor_read(rows, &actor, &until_us) ||
        (is_session && !session_row_is_ours(r, str_of(l->token.p + 1), rows))) {
        if (is_session)
            refuse_session(r); /* nobody guesses 256 bits, and everybody's ends */
        else
            refuse_token(r);
        return;
    }
    if (!is_session) /* what was shown to us; a session's row is proven */
        actor.token = l->token.n > HEX_OF_HASH ? str_of(l->token.p + 1) : l->token;
    if (is_session && str_is(rows_at(rows, 0, CONSOLE_SESSION_ACTOR_IS_DUE), "t"))
        session_used(r->server, l->token.p + 1);
    if (l->generation == r->server->auth->generation)
        cache_add(r->server->auth, l->token, &actor, until_us);
    r->actor = actor_copy(r->a, &actor);
    l->next(r);
}

static struct str bearer(struct req *r)
{
    struct str h = req_header(r, "authorization");
    static const char scheme[] = "Bearer ";
    if (h.n <= sizeof scheme - 1 || strncasecmp(h.p, scheme, sizeof scheme - 1) != 0)
        return (struct str){NULL, 0};
    return (struct str){h.p + sizeof scheme - 1, h.n - (sizeof scheme - 1)};
}

/* The digest that a token is known by. What two persons gave is of two halves (directory.sql),
 * whose digests are joined: the ledger never has both at once, save here. */
hash token_digest(struct str token)
{
    size_t first = token.n > SECOND_HALF ? token.n - SECOND_HALF : 0;
    hash half[2];
    if (!first || token.p[first] != '.')
        return hash_sha256(token.p, token.n);
    half[0] = hash_sha256(token.p, first);
    half[1] = hash_sha256(token.p + first, SECOND_HALF);
    return hash_sha256(half, sizeof half);
}

struct str auth_credential(struct req *r, bool *is_certificate)
{
    struct str token = bearer(r);
    if (token.p && str_starts(token, SECRET_BEGINS))
        return (struct str){NULL, 0}; /* a key that signs is never sent */
    *is_certificate = !token.p;
    if (token.p)
        return hash_hex(r->a, token_digest(token));
    struct str print = http_client_fingerprint(r);
    return print.p ? arena_printf(r->a, "c%s", print.p) : print;
}

/* The actor behind what hashes to hex, then next. kind: 0 of a token, else the letter before it. */
static void find_actor(struct req *r, struct str hex, char kind, req_fn *next)
{
    const struct actor *known = cache_find(r->server->auth, hex);
    if (known) {
        r->actor = actor_copy(r->a, known);
        next(r);
        return;
    }
    struct lookup *l = arena_alloc(r->a, sizeof *l);
    *l = (struct lookup){r, next, hex, r->server->auth->generation};
    struct str params[] = {kind ? arena_str(r->a, hex.p + 1, hex.n - 1) : hex,
        kind == 'c' ? STR("true") : STR("false")};
    if (kind == 's')
        db_query(r->server->db, r->a, NULL, SQL_CONSOLE_SESSION_ACTOR, params, 1, on_actor, l);
    else
        db_query(r->server->db, r->a, NULL, SQL_TOKEN_ACTOR, params, 2, on_actor, l);
}

struct str token_make(struct arena *a)
{
    unsigned char random[32], text[64];
    MUST(RAND_bytes(random, sizeof random) == 1);
    int n = EVP_EncodeBlock(text, random, sizeof random);
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, "plg_");
    for (int i = 0; i < n && text[i] != '='; i++)
        buf_char(&b, text[i] == '+' ? '-' : text[i] == '/' ? '_' : (char)text[i]);
    return buf_view(&b);
}

/* ---- signed requests ------------------------------------------------------------------------- */

struct signer {
    struct signed_request request;
    req_fn *next;
};

static void on_nonce(void *arg, enum nonce_is is)
{
    struct req *r = arg;
    const struct signer *s = r->state;
    r->state = NULL;
    if (is == NONCE_NEW)
        s->next(r);
    else if (is == NONCE_USED)
        reply_refuse(r, E_SIGNATURE, "", "%s",
            r->english ? "this nonce was used before" : "该 nonce 已用过(重放)");
    else
        reply_refuse(r, E_BUSY, "", "%s", r->english ? "database" : "数据库");
}

/* The key is in force. */
static void on_signer(struct req *r)
{
    const struct signer *s = r->state;
    nonces_take(
        r->server->nonces, s->request.token, s->request.nonce, s->request.until_s, on_nonce, r);
}

static void actor_of_signature(struct req *r, req_fn *next)
{
    struct signer *s = arena_alloc(r->a, sizeof *s);
    if (!signed_read(r, &s->request))
        return;
    s->next = next;
    r->state = s;
    find_actor(r, s->request.token, 0, on_signer);
}

static void actor_of_session(struct req *r, struct str secret, req_fn *next)
{
    if (session_is_own(r, secret))
        find_actor(r, arena_printf(r->a, "s%s", session_hash(r->a, secret).p), 's', next);
    else
        reply_refuse(r, E_CSRF, "", NULL);
}

void auth_actor(struct req *r, req_fn *next)
{
    bool is_certificate;
    if (signed_is(r)) {
        actor_of_signature(r, next);
        return;
    }
    struct str secret =
        req_header(r, "authorization").p ? (struct str){NULL, 0} : session_cookie(r);
    if (secret.p) {
        actor_of_session(r, secret, next);
        return;
    }
    struct str hex = auth_credential(r, &is_certificate);
    if (!hex.p)
        reply_refuse(r, E_AUTH, "", "%s", r->english ? "no bearer token" : "未带令牌");
    else if (is_certificate && !session_is_no_other_site(r))
        reply_refuse(r, E_CSRF, "", NULL);
    else
        find_actor(r, hex, is_certificate ? 'c' : 0, next);
}
