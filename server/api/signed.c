/*
 * signed.c - is this request signed, and by whom?
 *
 * RFC 9421 for banks whose requests pass through proxies that end TLS: what is covered cannot be
 * changed on the way, and nothing that travels lets anybody sign another request. What decides what
 * a request does must be covered; the host may, but need not be, as proxies change it.
 */
#include "signed.h"
#include "clock.h"
#include "db.h"
#include "http_signature.h"
#include "merkle.h"
#include "secret.h"
#include "server.h"
#include "slow.h"
#include <strings.h>

enum { NONCE_MIN = 8, NONCE_MAX = 128 };

bool signed_is(const struct req *r)
{
    return req_header(r, "signature-input").p || req_header(r, "signature").p;
}

static bool PRINTF(3, 4) refuse(struct req *r, const char *zh, const char *en, ...)
{
    va_list ap;
    va_start(ap, en);
    struct str text = arena_vprintf(r->a, en, ap);
    va_end(ap);
    (void)err_add(&r->err, E_SIGNATURE, STR(""), "%s", r->english || !*zh ? text.p : zh);
    reply_slowly(r);
    return false;
}

/* ---- components ------------------------------------------------------------------------------ */

static struct str query_of(const struct req *r)
{
    const char *question = memchr(r->target.p, '?', r->target.n);
    if (!question)
        return STR("?");
    return (struct str){question, r->target.n - (size_t)(question - r->target.p)};
}

static struct str path_of(const struct req *r)
{
    struct str query = query_of(r);
    size_t n = memchr(r->target.p, '?', r->target.n) ? r->target.n - query.n : r->target.n;
    return (struct str){r->target.p, n};
}

/* In lower case; the port that needs no telling is left out by whoever sends it. */
static struct str authority_of(const struct req *r)
{
    struct str host = req_header(r, "host");
    char *low = arena_alloc(r->a, host.n + 1);
    for (size_t i = 0; i < host.n; i++)
        low[i] = host.p[i] >= 'A' && host.p[i] <= 'Z' ? (char)(host.p[i] - 'A' + 'a') : host.p[i];
    return host.p ? (struct str){low, host.n} : host;
}

static struct str component(void *arg, struct str name)
{
    const struct req *r = arg;
    if (name.n && name.p[0] != '@')
        return req_header(r, name.p);
    if (str_is(name, "@method"))
        return r->method_name;
    if (str_is(name, "@path"))
        return path_of(r);
    if (str_is(name, "@query"))
        return query_of(r);
    if (str_is(name, "@request-target"))
        return r->target;
    if (str_is(name, "@authority"))
        return authority_of(r);
    return (struct str){NULL, 0};
}

/* What decides what a request does, and is not covered; NULL: nothing. */
static const char *uncovered(const struct req *r, const struct http_signature *s)
{
    static const char *const headers[] = {"content-type", "if-match", "if-none-match"};
    bool target = http_signature_covers(s, "@request-target");
    if (!http_signature_covers(s, "@method"))
        return "@method";
    if (!target && !http_signature_covers(s, "@path"))
        return "@path";
    if (!target && memchr(r->target.p, '?', r->target.n) && !http_signature_covers(s, "@query"))
        return "@query";
    if (r->has_body && !http_signature_covers(s, "content-digest"))
        return "content-digest";
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        if (req_header(r, headers[i]).p && !http_signature_covers(s, headers[i]))
            return headers[i];
    }
    return NULL;
}

/* ---- one signature --------------------------------------------------------------------------- */

/* Of several the first by a key of ours: proxies may sign, too. */
static const struct http_signature *ours(
    const struct http_signature *s, int n, const struct secret_kind **kind)
{
    for (int i = 0; i < n; i++) {
        *kind = s[i].keyid.p ? secret_kind_of(s[i].keyid) : NULL;
        if (*kind)
            return &s[i];
    }
    return NULL;
}

static bool check_times(struct req *r, const struct http_signature *s)
{
    long long now = (long long)(clock_us() / 1000000);
    if (s->created < 0)
        return refuse(r, "缺少 created", "created is missing");
    if (s->created < now - SIGNED_PAST_S || s->created > now + SIGNED_AHEAD_S)
        return refuse(r, "created 与服务器时间相差过大",
            "created is too far from our clock, which "
            "says %lld",
            now);
    if (s->expires >= 0 && s->expires <= now)
        return refuse(r, "签名已过期(expires)", "it has expired");
    if (!s->nonce.p || s->nonce.n < NONCE_MIN || s->nonce.n > NONCE_MAX)
        return refuse(r, "nonce 须为 8 至 128 个字符", "a nonce of %d to %d signs is needed",
            NONCE_MIN, NONCE_MAX);
    return true;
}

static bool check_mac(
    struct req *r, const struct http_signature *s, const struct secret_kind *kind, struct str *key)
{
    struct str master = secret_master(r->a, r->server->process.conf.data), missing;
    if (!master.p)
        return refuse(r, "密钥无效或已停用", "unknown or revoked key");
    *key = secret_whole(r->a, master, db_secret(r->server->db), s->keyid);
    struct str base = http_signature_base(r->a, s, component, r, &missing);
    if (!base.p)
        return refuse(r, "", "component \"%s\" is not in the request or not taken", missing.p);
    return http_mac_eq(http_mac(r->a, kind->digest, *key, base), s->mac) ||
           refuse(r, "签名与请求不符", "it does not fit the request");
}

bool signed_read(struct req *r, struct signed_request *out)
{
    struct http_signature *all = arena_alloc(r->a, SIGNATURES_MAX * sizeof *all);
    struct str input = req_header(r, "signature-input"), macs = req_header(r, "signature"), key;
    const struct secret_kind *kind = NULL;
    const char *why = "";
    int n = 0;
    if (req_header(r, "authorization").p)
        return refuse(r, "不能同时使用令牌与签名", "a token and a signature in one request");
    if (!input.p || !macs.p)
        return refuse(r, "", "%s is missing", input.p ? "Signature" : "Signature-Input");
    if (!http_signatures_read(r->a, input, macs, all, &n, &why))
        return refuse(r, "", "%s", why);
    const struct http_signature *s = ours(all, n, &kind);
    if (!s || !s->mac.p)
        return refuse(
            r, "没有本系统密钥(plk_、plm_)的签名", "none is by a key of ours (plk_, plm_)");
    if (s->alg.p && !str_is(s->alg, kind->alg))
        return refuse(r, "", "alg must be %s for this key", kind->alg);
    const char *left = uncovered(r, s);
    if (left)
        return refuse(r, "", "\"%s\" must be covered", left);
    if (!check_times(r, s) || !check_mac(r, s, kind, &key))
        return false;
    if (r->has_body)
        r->content_digest = req_header(r, "content-digest");
    out->token = hash_hex(r->a, hash_sha256(key.p, key.n));
    out->nonce = s->nonce;
    out->until_s = s->created + SIGNED_PAST_S + SIGNED_AHEAD_S;
    return true;
}
