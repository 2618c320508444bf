/*
 * route.c - from a head to a handler.
 *
 * Path, method, actor, role, parameters, media type, body, handler: each step answers by itself
 * when it refuses.
 */
#include "api.h"
#include "auth.h"
#include "http_signature.h"
#include "limit.h"
#include "server.h"

/* Of paths that two patterns fit the literal one stands before {x}, in one table. */
static const struct route *const tables[] = {admin_routes, loan_routes, ip_routes, fund_routes,
    scheme_routes, coverage_routes, claim_routes, policy_routes, policy_diff_routes, budget_routes,
    fact_routes, fits_routes, letter_routes, rehearsal_routes, insurance_routes, issue_routes,
    measure_routes, flag_routes, lookup_routes, plan_routes, baseline_routes, forecast_routes,
    report_key_routes, report_routes, report_row_routes, report_seal_routes, report_diff_routes,
    access_routes, verification_routes, deal_routes, catalogue_routes, register_routes,
    ranking_routes, proposal_routes, directory_routes, log_routes, witness_routes, receipt_routes,
    plan_record_routes, change_routes, webhook_routes, publication_routes, me_routes,
    quarter_routes, word_routes, console_routes};

const struct route *route_at(int i)
{
    for (size_t t = 0; t < COUNT_OF(tables); t++) {
        for (const struct route *row = tables[t]; row->path; row++) {
            if (i-- == 0)
                return row;
        }
    }
    return NULL;
}

/* ---- path ----------------------------------------------------------------------------------- */

static struct str segment(const char **p, const char *end)
{
    const char *from = *p + 1, *to = from;
    while (to < end && *to != '/')
        to++;
    *p = to;
    return (struct str){from, (size_t)(to - from)};
}

/* {x} takes one segment that is not empty; {*} all that is left, in the console's last row. */
static bool path_matches(struct arena *a, const char *pattern, struct str path, struct str *capture)
{
    const char *p = pattern, *pe = p + strlen(p), *q = path.p, *qe = q + path.n;
    int n = 0;
    while (p < pe && q < qe) {
        struct str want = segment(&p, pe), got = segment(&q, qe);
        if (str_is(want, "{*}")) {
            capture[n] = arena_str(a, got.p, (size_t)(qe - got.p));
            return true;
        }
        if (want.n && want.p[0] == '{') {
            if (got.n == 0)
                return false;
            capture[n++] = arena_str(a, got.p, got.n);
        } else if (!str_eq(want, got)) {
            return false;
        }
    }
    return p == pe && q == qe;
}

static void allow_method(struct buf *allow, enum http_method method)
{
    static const char *const names[] = {
        [METHOD_GET] = "GET, HEAD", [METHOD_POST] = "POST", [METHOD_PUT] = "PUT"};
    if (allow->n && strstr(buf_view(allow).p, names[method]))
        return; /* two patterns fit this path */
    if (allow->n)
        buf_text(allow, ", ");
    buf_text(allow, names[method]);
}

static const struct route *find_in(const struct route *table, struct req *r, struct buf *allow)
{
    enum http_method want = r->method == METHOD_HEAD ? METHOD_GET : r->method;
    for (const struct route *t = table; t->path; t++) {
        struct str capture[CAPTURE_MAX] = {{NULL, 0}};
        if (!path_matches(r->a, t->path, r->path, capture))
            continue;
        if (t->method == want) {
            memcpy(r->capture, capture, sizeof capture);
            return t;
        }
        allow_method(allow, t->method);
    }
    return NULL;
}

/* The route; or NULL with the methods that the path knows. */
static const struct route *find(struct req *r, struct buf *allow)
{
    const struct route *found = NULL;
    for (size_t t = 0; t < COUNT_OF(tables) && !found; t++)
        found = find_in(tables[t], r, allow);
    return found;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static bool body_is_taken(const struct req *r)
{
    enum takes takes = r->route->takes;
    bool lines =
        body_is(r, "application/x-ndjson") || body_is(r, "text/csv") || body_is(r, xlsx_type);
    bool untold = !req_header(r, "content-type").p;
    return takes == TAKES_NOTHING || body_is(r, "application/json") ||
           (takes == TAKES_MAYBE && untold) || (takes == TAKES_BATCH && lines);
}

static void refuse_media_type(struct req *r)
{
    struct str type = req_header(r, "content-type");
    reply_refuse(r, E_MEDIA_TYPE, "", "%s", type.p ? type.p : "-");
}

/* A body that is packed would be read as rubbish, or as a bomb. */
static bool is_unpacked(const struct req *r)
{
    struct str coding = req_header(r, "content-encoding");
    return !coding.p || coding.n == 0 || str_is(coding, "identity");
}

static void refuse_coding(struct req *r)
{
    reply_header(r, "Accept-Encoding", STR("identity"));
    reply_refuse(r, E_CODING, "", "%s", req_header(r, "content-encoding").p);
}

/* ---- duties ---------------------------------------------------------------------------------- */

#define SUBMITS     (1u << DUTY_SUBMIT)
#define DECIDES     (1u << DUTY_DECIDE)
#define PAYS        (1u << DUTY_PAY)
#define ADMINISTERS (1u << DUTY_ADMINISTER)

/* By the end of a path, which is a step, the first that fits; what is not here is submitted. Which
 * of several a proposal needs follows from what it proposes, which the database knows
 * (proposal_person_refusal); who proposed it may take it back. */
static const struct {
    const char *end;
    unsigned duties;
} steps[] = {
    {"/proposals/{id}/approve", DECIDES | ADMINISTERS},
    {"/proposals/approve", DECIDES | ADMINISTERS},
    {"/proposals/{id}/refuse", DECIDES | ADMINISTERS | SUBMITS},
    {"/proposals/refuse", DECIDES | ADMINISTERS | SUBMITS},
    {"/catalogue-offers/{id}/accept", SUBMITS}, /* tells of a deal, which others confirm */
    {"/approve", DECIDES},
    {"/refuse", DECIDES},
    {"/confirm", DECIDES},
    {"/confirmations", DECIDES},
    {"/accept", DECIDES},
    {"/accept_costs", DECIDES},
    {"/receive", DECIDES},
    {"/return", DECIDES},
    {"/renew", DECIDES},
    {"/release", DECIDES},
    {"/close", DECIDES},
    {"/clear", DECIDES},
    {"/end", DECIDES},
    {"/seal", DECIDES},
    {"/publish", DECIDES},
    {"/pay", PAYS},
    {"/clawback", PAYS},
};

static bool ends_with(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && strcmp(path + n - m, end) == 0;
}

/* Of a question by POST and of what is read: none. */
unsigned route_duties(const struct route *t)
{
    if (t->method == METHOD_GET || t->asks)
        return 0;
    if (t->administers)
        return ADMINISTERS;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        if (ends_with(t->path, steps[i].end))
            return steps[i].duties;
    }
    return SUBMITS;
}

static bool lacks_duty(struct req *r)
{
    unsigned needed = r->route->roles ? route_duties(r->route) : 0;
    char text[DUTIES_TEXT_MAX];
    if (!needed || (r->actor->duties & needed))
        return false;
    reply_refuse(r, E_DUTY, "", "%s", duties_text(needed, " / ", text));
    return true;
}

/* ---- how often ------------------------------------------------------------------------------- */

static void refuse_for_now(struct req *r, struct str whose, int64_t wait_s)
{
    reply_header(r, "Retry-After", arena_printf(r->a, "%lld", (long long)wait_s));
    reply_refuse(r, E_TOO_OFTEN, "", "%s", whose.p);
}

/* What needs no token is for probes and counts for nobody. */
static bool comes_too_often(struct req *r, const char *what, struct str key, int64_t per_s)
{
    int64_t wait_s = 0;
    struct str whose = arena_printf(r->a, "%s %s", what, key.p);
    if (!r->route->roles || limit_take(r->server->limits, whose, per_s, &wait_s))
        return false;
    refuse_for_now(r, whose, wait_s);
    return true;
}

static struct str organisation_of(struct req *r)
{
    return arena_printf(r->a, "organisation %s", r->actor->code.p);
}

static void on_answered(struct req *r, int status)
{
    if (r->asked.p)
        access_answered(r, status);
    if (r->server->process.conf.waiting_org > 0)
        limit_leave(r->server->limits, organisation_of(r));
}

/* Whoever has many requests before the database keeps others from it, however slowly they come. */
static bool too_many_wait(struct req *r)
{
    int64_t most = r->server->process.conf.waiting_org;
    if (!r->route->roles)
        return false;
    if (most <= 0 || limit_enter(r->server->limits, organisation_of(r), most)) {
        r->answered = on_answered;
        return false;
    }
    refuse_for_now(r, arena_printf(r->a, "%s, %lld", organisation_of(r).p, (long long)most), 1);
    return true;
}

static void begin(struct req *r)
{
    const struct route *t = r->route;
    if (t->takes == TAKES_JSON || t->takes == TAKES_MAYBE)
        http_read_whole(r, (size_t)r->server->process.conf.json_limit_bytes, t->handle);
    else
        t->handle(r);
}

/* Nothing of a signed body is looked at before all of it is known to be what was signed. */
static void on_signed_body(struct req *r)
{
    if (http_digest_fits(r->a, r->content_digest, r->body))
        begin(r);
    else
        reply_refuse(r, E_SIGNATURE, "", "%s",
            r->english ? "the body does not fit Content-Digest" : "正文与 Content-Digest 不符");
}

/* Is he given what is on record? Also by what is asked by POST, or compared with it. */
static bool reads(struct req *r)
{
    struct str compared = req_param(r, "reconcile");
    return r->method == METHOD_GET || r->route->asks || (compared.p && str_is(compared, "true"));
}

static void with_actor(struct req *r)
{
    const struct route *t = r->route;
    if (t->roles &&
        comes_too_often(r, "organisation", r->actor->code, r->server->process.conf.rate_org))
        return;
    if (too_many_wait(r))
        return;
    if (r->actor && reads(r))
        access_begin(r);
    if (t->roles && !(t->roles & (1u << r->actor->kind)))
        reply_refuse(r, E_ROLE, "", "%s", org_kind_name(r->actor->kind));
    else if (lacks_duty(r))
        return;
    else if (!query_check(r))
        reply_problem(r);
    else if (t->takes != TAKES_NOTHING && r->has_body && !is_unpacked(r))
        refuse_coding(r);
    else if (!body_is_taken(r))
        refuse_media_type(r);
    else if (r->content_digest.p)
        http_read_whole(r, SIGNED_BODY_MAX, on_signed_body);
    else
        begin(r);
}

void route_dispatch(struct req *r)
{
    struct buf allow;
    buf_init(&allow, r->a);
    r->route = find(r, &allow);
    r->route_path = r->route ? r->route->path : NULL;
    if (!r->route && allow.n) {
        reply_header(r, "Allow", buf_view(&allow));
        reply_refuse(r, E_METHOD, "", "%s", r->method_name.p);
    } else if (!r->route) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->path.p);
    } else if (comes_too_often(r, "address", r->peer, r->server->process.conf.rate_address)) {
        return;
    } else if (r->route->roles) {
        auth_actor(r, with_actor);
    } else {
        with_actor(r);
    }
}
