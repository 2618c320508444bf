/*
 * console.c - the pages of the console, and signing in to them.
 *
 * Every address under /console/ that is not a file's is a page's, and all pages are one document;
 * its script finds what to show by the address. Files lie under the version of them all and never
 * change there. A session begins with a token, a client certificate, or a link of `pledged
 * console-link`, which works once, soon, and on the machine itself.
 */
#include "console.h"
#include "api.h"
#include "auth.h"
#include "limit.h"
#include "merkle.h"
#include "secret.h"
#include "session.h"
#include "writer.h"

enum { TRIES_MAX = 10, TRIES_WAIT_S = 60 };

/* ---- files ----------------------------------------------------------------------------------- */

static void page_headers(struct req *r)
{
    reply_header(r, "Content-Security-Policy",
        STR("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types pledged"));
    reply_header(r, "Referrer-Policy", STR("no-referrer"));
    reply_header(r, "Cross-Origin-Opener-Policy", STR("same-origin"));
    reply_header(r, "Cross-Origin-Resource-Policy", STR("same-origin"));
}

static const struct asset *file_named(struct str name)
{
    for (size_t i = 0; i < console_files_count; i++) {
        if (str_is(name, console_files[i].name))
            return &console_files[i];
    }
    return NULL;
}

static const char *type_of(const char *name)
{
    static const struct {
        const char *ending, *type;
    } types[] = {{".html", "text/html; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"}};
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < COUNT_OF(types); i++) {
        if (strcmp(types[i].ending, ending) == 0)
            return types[i].type;
    }
    return "application/octet-stream";
}

static void send_file(struct req *r, const struct asset *f)
{
    MUST(f);
    reply_bytes(r, 200, type_of(f->name), (struct str){(const char *)f->text, f->length});
}

static void file_get(struct req *r)
{
    const struct asset *f = file_named(r->capture[1]);
    page_headers(r);
    if (!f || !str_is(r->capture[0], console_version)) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->path.p);
        return;
    }
    reply_header(r, "Cache-Control", STR("public, max-age=31536000, immutable"));
    send_file(r, f);
}

/* "logo.png", but not the right "ZL202119999001.9". */
static bool is_file_name(struct str path)
{
    const char *dot = strrchr(path.p, '.');
    size_t n = dot ? strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz") : 0;
    return n >= 2 && !dot[n + 1];
}

static void add_preload(struct buf *out, struct str file)
{
    const struct asset *index = file_named(STR("index.html"));
    MUST(index);
    const char *it = arena_printf(out->a, "</console/-/%s/%s>", console_version, file.p).p;
    if (!strstr((const char *)index->text, arena_printf(out->a, "/%s\"", file.p).p) &&
        !strstr(buf_view(out).p, it)) /* else it has it */
        buf_printf(out, "%s%s; rel=modulepreload", out->n ? ", " : "", it);
}

/* What every page asks for first comes beside the files and not when they have been read: who is
 * there, and the titles of words. A page of one word has its file by that name, which comes too,
 * with what it imports. */
static void preload(struct req *r, struct str page)
{
    static const char from[] = "from '../", asked[] = "; rel=preload; as=fetch; crossorigin";
    struct buf out;
    buf_init(&out, r->a);
    struct str name = arena_printf(r->a, "page/%s.js", page.p);
    const struct asset *f = strchr(page.p, '/') ? NULL : file_named(name);
    if (str_is(page, "enter")) /* by a link that works once: nobody is there yet */
        return;
    buf_printf(&out, "</console/session>%s, </v1/words>%s", asked, asked);
    if (f)
        add_preload(&out, name);
    for (const char *p = f ? (const char *)f->text : ""; (p = strstr(p, from));) {
        p += sizeof from - 1;
        add_preload(&out, arena_str(r->a, p, strcspn(p, "'")));
    }
    reply_header(r, "Link", buf_view(&out));
}

static void index_get(struct req *r)
{
    struct str tag = arena_printf(r->a, "\"%s\"", console_version), known;
    page_headers(r);
    if (is_file_name(r->path)) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->path.p);
        return;
    }
    reply_header(r, "Cache-Control", STR("no-cache"));
    reply_header(r, "ETag", tag);
    preload(r, r->capture[0]);
    known = req_header(r, "if-none-match");
    if (known.p && strstr(known.p, tag.p))
        reply_bytes(r, 304, "text/html; charset=utf-8", STR(""));
    else
        send_file(r, file_named(STR("index.html")));
}

static void to_index(struct req *r)
{
    reply_header(r, "Location", STR("/console/"));
    reply_bytes(r, 303, NULL, STR(""));
}

/* ---- sessions -------------------------------------------------------------------------------- */

struct sign_in {
    struct req *r;
    struct str secret; /* of the cookie; p == NULL: there is none */
    bool is_new;
    /* of a new one: */
    struct str token, link; /* hex of their SHA-256; p == NULL: it has no link */
    bool is_certificate;
};

static void tell_none(struct req *r)
{
    reply_json(r, 200, STR("{\"signed_in\":false}"));
}

static void tell(struct sign_in *s, const struct rows *rows)
{
    struct req *r = s->r;
    struct buf out;
    struct actor me = {0};
    if (!auth_actor_read(rows, &me)) {
        tell_none(r);
        return;
    }
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_bool(&out, "signed_in", true);
    json_member_str(&out, "csrf", session_csrf(r->a, s->secret));
    json_member_str(&out, "expires_at", rows_at(rows, 0, CONSOLE_SESSION_ACTOR_ENDS_AT));
    json_key(&out, "me");
    me_write(&out, r->server, &me);
    json_close(&out, '}');
    if (s->is_new)
        session_cookie_set(r, s->secret);
    reply_json(r, 200, buf_view(&out));
}

static struct str tries_key(struct req *r)
{
    return arena_printf(r->a, "console %s", r->peer.p);
}

static void refuse_sign_in(struct req *r)
{
    (void)limit_strike(r->server->limits, tries_key(r));
    reply_refuse(r, E_AUTH, "", "%s",
        r->english ? "token or link unknown, used or ended" : "令牌或链接无效、已用过或已失效");
}

static void on_session(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct sign_in *s = arg;
    struct req *r = s->r;
    if (fail) {
        reply_fail(r, fail);
    } else if (session_row_is_ours(r, session_hash(r->a, s->secret), rows)) {
        tell(s, rows);
    } else if (s->is_new) {
        refuse_sign_in(r);
    } else {
        tell_none(r);
    }
}

static void find_session(struct sign_in *s)
{
    struct req *r = s->r;
    struct str params[] = {session_hash(r->a, s->secret)};
    db_query(r->server->db, r->a, NULL, SQL_CONSOLE_SESSION_ACTOR, params, 1, on_session, s);
}

static void session_get(struct req *r)
{
    struct sign_in *s = arena_alloc(r->a, sizeof *s);
    page_headers(r);
    *s = (struct sign_in){.r = r, .secret = session_cookie(r)};
    if (s->secret.p)
        find_session(s);
    else
        tell_none(r);
}

static void on_opened(void *arg, const struct fail *fail)
{
    struct sign_in *s = arg;
    if (fail)
        reply_fail(s->r, fail);
    else
        find_session(s);
}

static void open_session(struct sign_in *s)
{
    struct req *r = s->r;
    struct str master = secret_master_made(r->a, r->server->process.conf.data);
    if (!master.p) {
        reply_refuse(r, E_INTERNAL, "", "%s", SECRET_FILE);
        return;
    }
    struct str digest = session_hash(r->a, s->secret);
    struct str params[] = {digest, s->token, s->is_certificate ? STR("true") : STR("false"),
        s->link, secret_row(r->a, master, "session", digest, s->token)};
    writer_send(r->server->sessions, SQL_CONSOLE_SESSION_OPEN, params, 5, on_opened, s);
}

static void on_link(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct sign_in *s = arg;
    struct req *r = s->r;
    struct str master = secret_master(r->a, r->server->process.conf.data);
    if (fail) {
        reply_fail(r, fail);
    } else if (rows->n == 0 || !secret_row_is(r->a, master, "link", s->link,
                                   rows_at(rows, 0, CONSOLE_LINK_TOKEN_SHA256),
                                   rows_at(rows, 0, CONSOLE_LINK_TOKEN_MAC))) {
        refuse_sign_in(r);
    } else {
        struct str token = rows_at(rows, 0, CONSOLE_LINK_TOKEN_SHA256);
        s->token = arena_str(r->a, token.p, token.n);
        open_session(s);
    }
}

static struct str hashed(struct arena *a, const struct json *text)
{
    return text && text->kind == JSON_STRING ? session_hash(a, text->text) : (struct str){NULL, 0};
}

/* A link is for whoever sits at the machine, and not for whom a proxy on it speaks. */
static bool is_loopback(const struct req *r)
{
    static const char *const by_proxy[] = {"forwarded", "x-forwarded-for", "x-real-ip", "via"};
    for (size_t i = 0; i < COUNT_OF(by_proxy); i++) {
        if (req_header(r, by_proxy[i]).p)
            return false;
    }
    return str_starts(r->peer, "127.") || str_is(r->peer, "::1") ||
           str_starts(r->peer, "::ffff:127.");
}

static bool tries_too_often(struct req *r)
{
    if (limit_struck(r->server->limits, tries_key(r), TRIES_WAIT_S) < TRIES_MAX)
        return false;
    reply_header(r, "Retry-After", arena_printf(r->a, "%d", TRIES_WAIT_S));
    reply_refuse(r, E_TOO_OFTEN, "", "%s", r->peer.p);
    return true;
}

static void session_post(struct req *r)
{
    struct sign_in *s = arena_alloc(r->a, sizeof *s);
    bool is_certificate = false;
    page_headers(r);
    const struct json *in = json_parse(r->a, r->body, &r->err);
    if (in && in->kind != JSON_OBJECT)
        err_add(&r->err, E_TYPE, STR(""), "object");
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    if (tries_too_often(r))
        return;
    const struct json *token = json_get(in, "token");
    struct str link = hashed(r->a, json_get(in, "link")), who = {NULL, 0};
    if (token && token->kind == JSON_STRING)
        who = hash_hex(r->a, token_digest(token->text));
    if (link.p && !is_loopback(r))
        link = STR("");
    if (!link.p && !who.p)
        who = auth_credential(r, &is_certificate);
    if (is_certificate && who.p)
        who = arena_str(r->a, who.p + 1, who.n - 1);
    *s = (struct sign_in){.r = r,
        .secret = token_make(r->a),
        .is_new = true,
        .token = who,
        .link = link,
        .is_certificate = is_certificate};
    if (link.p)
        db_query(r->server->db, r->a, NULL, SQL_CONSOLE_LINK_TOKEN, &link, 1, on_link, s);
    else if (who.p)
        open_session(s);
    else
        refuse_sign_in(r);
}

static void on_closed(void *arg, const struct fail *fail)
{
    struct req *r = arg;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    auth_forget(r->server->auth);
    session_cookie_set(r, STR(""));
    tell_none(r);
}

static void sign_out(struct req *r)
{
    struct str secret = session_cookie(r);
    page_headers(r);
    if (!secret.p) {
        tell_none(r);
    } else if (!session_is_own(r, secret)) {
        reply_refuse(r, E_CSRF, "", NULL);
    } else {
        struct str params[] = {session_hash(r->a, secret)};
        writer_send(r->server->sessions, SQL_CONSOLE_SESSION_CLOSE, params, 1, on_closed, r);
    }
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define PAGE(how, at, by)                                                                          \
    {                                                                                              \
        .method = how, .path = at, .handle = by, .page = true                                      \
    }

const struct route console_routes[] = {
    {.method = METHOD_POST,
        .path = "/console/session",
        .handle = session_post,
        .takes = TAKES_JSON,
        .page = true},
    PAGE(METHOD_GET, "/console/session", session_get),
    PAGE(METHOD_POST, "/console/sign-out", sign_out),
    PAGE(METHOD_GET, "/console/-/{version}/{*}", file_get),
    PAGE(METHOD_GET, "/console", to_index),
    PAGE(METHOD_GET, "/console/{*}", index_get),
    {.path = NULL},
};
