/*
 * session.c - the secret of a session of the console.
 *
 * The cookie goes along with any request that a browser makes to us, whoever makes it do so. A page
 * of ours proves itself by what was told to it alone (X-Csrf), and by the Origin, where one is
 * sent.
 */
#include "session.h"
#include "merkle.h"
#include "secret.h"
#include "server.h"
#include <openssl/crypto.h>

enum { SECRET_CHARS = 47 }; /* of token_make */

static bool is_secret(struct str s)
{
    return s.n == SECRET_CHARS && str_starts(s, "plg_");
}

/* A cookie with this prefix is taken by browsers with TLS alone, and from this host alone. */
static const char *cookie_name(const struct req *r)
{
    return r->server->process.conf.tls_cert ? "__Host-pledged" : "pledged";
}

struct str session_cookie(struct req *r)
{
    struct str all = req_header(r, "cookie");
    const char *name = cookie_name(r);
    size_t n = strlen(name);
    for (const char *p = all.p; p && *p;) {
        size_t long_ = strcspn(p, ";");
        if (long_ > n && strncmp(p, name, n) == 0 && p[n] == '=') {
            struct str secret = arena_str(r->a, p + n + 1, long_ - n - 1);
            return is_secret(secret) ? secret : (struct str){NULL, 0};
        }
        p += long_;
        p += strspn(p, "; ");
    }
    return (struct str){NULL, 0};
}

/* A browser that speaks TLS, to us or to a proxy before us, shall not show the cookie without. */
void session_cookie_set(struct req *r, struct str secret)
{
    struct str origin = req_header(r, "origin");
    bool tls = r->server->process.conf.tls_cert || (origin.p && str_starts(origin, "https://"));
    reply_header(r, "Set-Cookie",
        arena_printf(r->a, "%s=%s; Path=/; %sHttpOnly; SameSite=Strict%s", cookie_name(r), secret.p,
            tls ? "Secure; " : "", secret.n ? "" : "; Max-Age=0"));
}

struct str session_hash(struct arena *a, struct str secret)
{
    return hash_hex(a, hash_sha256(secret.p, secret.n));
}

bool session_row_is_ours(struct req *r, struct str digest, const struct rows *rows)
{
    struct str master = secret_master(r->a, r->server->process.conf.data);
    return rows->n > 0 && secret_row_is(r->a, master, "session", digest,
                              rows_at(rows, 0, CONSOLE_SESSION_ACTOR_SHA256),
                              rows_at(rows, 0, CONSOLE_SESSION_ACTOR_MAC));
}

struct str session_csrf(struct arena *a, struct str secret)
{
    struct str text = arena_printf(a, "pledged-csrf\n%s", secret.p);
    return hash_hex(a, hash_sha256(text.p, text.n));
}

/* "http://127.0.0.1:8420" is from "127.0.0.1:8420". */
static bool origin_is_ours(struct req *r)
{
    struct str origin = req_header(r, "origin"), host = req_header(r, "host");
    const char *at = origin.p ? strstr(origin.p, "://") : NULL;
    return !origin.p || (at && host.p && strcasecmp(at + 3, host.p) == 0);
}

static bool only_reads(const struct req *r)
{
    return r->method == METHOD_GET || r->method == METHOD_HEAD;
}

bool session_is_no_other_site(struct req *r)
{
    return only_reads(r) || origin_is_ours(r);
}

bool session_is_own(struct req *r, struct str secret)
{
    if (only_reads(r))
        return true;
    struct str sent = req_header(r, "x-csrf"), own = session_csrf(r->a, secret);
    return origin_is_ours(r) && sent.n == own.n && CRYPTO_memcmp(sent.p, own.p, own.n) == 0;
}
