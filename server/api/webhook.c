/*
 * webhook.c - the feed, sent to those who have subscribed to it.
 *
 * What is sent is what the subscriber would read at /v1/changes, in pages, one after the other: the
 * next when the one before was taken (2xx). What was not is sent again, later and later. How far a
 * subscription has come is written down after that, so that whatever dies, nothing is missed; the
 * last page may come twice, and the numbers of its changes tell.
 *
 * Signed as Standard Webhooks say: v1 over id, time and body. No key is stored: each follows from
 * organisation and reference by signing.key. Only the daemon that holds the lane sends.
 */
#include "webhook.h"
#include "access.h"
#include "api.h"
#include "http_signature.h"
#include "outgoing.h"
#include "records.h"
#include "secret.h"
#include "signing.h"
#include "writer.h"
#include <event2/event.h>
#include <netdb.h>
#include <stdlib.h>

enum { LOOK_MS = 500, AT_ONCE = 16, PAGE = 100, LEAVES_AT_ONCE = 20000 };

/* A page on its way to one subscriber. */
struct delivery {
    struct webhooks *of;
    struct arena *a;
    bool busy;
    struct str id, url, reference, now;
    struct actor actor;
    int64_t from, until;
};

struct webhooks {
    struct server *s;
    struct writer *writer;
    struct event *timer;
    struct arena *a; /* of a look */
    bool looking;
    struct delivery of[AT_ONCE];
};

/* ---- keys ------------------------------------------------------------------------------------ */

static struct str key_of(struct arena *a, struct str master, struct str org, struct str reference)
{
    struct str text = arena_printf(a, "pledged-webhook-key-1\n%s\n%s", org.p, reference.p);
    return http_mac(a, "SHA256", master, text);
}

/* ---- one delivery ---------------------------------------------------------------------------- */

static void on_noted(void *arg, const struct fail *fail)
{
    struct delivery *d = arg;
    if (fail) /* it will be sent once more */
        log_event(LOG_WARN, SAY_WEBHOOK, "id", d->id.p, "text", fail->text, NULL);
    d->busy = false;
}

/* failure == NULL: it has come as far as d->until. */
static void note(struct delivery *d, bool sent, const char *failure)
{
    struct webhooks *w = d->of;
    const struct str params[] = {d->id, arena_printf(d->a, "%lld", (long long)d->until),
        sent ? STR("true") : STR("false"),
        failure ? arena_text(d->a, failure) : (struct str){NULL, 0},
        arena_printf(d->a, "%lld", (long long)w->s->process.conf.webhook_retry_s)};
    if (failure)
        log_event(LOG_WARN, SAY_WEBHOOK, "id", d->id.p, "url", d->url.p, "text", failure, NULL);
    writer_send(w->writer, SQL_WEBHOOK_NOTE, params, COUNT_OF(params), on_noted, d);
}

static void on_answer(void *arg, const struct outgoing_answer *answer)
{
    struct delivery *d = arg;
    if (answer->status >= 200 && answer->status < 300)
        note(d, true, NULL);
    else if (answer->status)
        note(d, true, arena_printf(d->a, "status %ld", answer->status).p);
    else
        note(d, true, *answer->error ? answer->error : "no answer");
}

static struct str payload(struct delivery *d, const struct rows *rows, int n)
{
    struct buf out;
    buf_init(&out, d->a);
    json_open(&out, '{');
    json_member_text(&out, "type", "changes");
    json_member_str(&out, "timestamp", d->now);
    json_key(&out, "data");
    changes_write(&out, rows, n, PAGE);
    json_close(&out, '}');
    return buf_view(&out);
}

static void post(struct delivery *d, const struct rows *rows, int n)
{
    struct webhooks *w = d->of;
    struct arena *a = d->a;
    struct str master = secret_master(a, w->s->process.conf.data);
    if (!master.p) {
        note(d, false, SECRET_FILE " of the data folder is missing");
        return;
    }
    struct str body = payload(d, rows, n);
    struct str id =
        arena_printf(a, "%s-%lld-%lld", d->id.p, (long long)d->from, (long long)d->until);
    struct str at = arena_printf(a, "%lld", (long long)(clock_us() / 1000000));
    struct str mac = http_mac(a, "SHA256", key_of(a, master, d->actor.code, d->reference),
        arena_printf(a, "%s.%s.%s", id.p, at.p, body.p));
    const struct str headers[] = {STR("Content-Type: application/json"), STR("User-Agent: pledged"),
        arena_printf(a, "webhook-id: %s", id.p), arena_printf(a, "webhook-timestamp: %s", at.p),
        arena_printf(a, "webhook-signature: v1,%s", base64(a, mac).p)};
    const struct outgoing_post p = {.url = d->url,
        .body = body,
        .header = headers,
        .headers = COUNT_OF(headers),
        .public_only = !w->s->process.conf.webhook_private};
    if (!outgoing_send(w->s->outgoing, &p, on_answer, d)) {
        note(d, false, "no thread");
        return;
    }
    access_note(w->s, &d->actor, "/v1/webhooks", /* it is out of the house, taken or not */
        arena_printf(a, "%s %s %s", d->reference.p, id.p, d->url.p), n);
}

static void on_changes(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct delivery *d = arg;
    if (fail || d->of->s->draining || rows->n == 0) {
        d->busy = false;
        return;
    }
    int n = rows_at(rows, 0, CHANGE_LIST_SEQ).p ? rows->n : 0;
    int at = n >= PAGE ? n - 1 : 0;
    MUST(rows_int(rows, at, n >= PAGE ? CHANGE_LIST_SEQ : CHANGE_LIST_UNTIL, &d->until));
    if (n > 0)
        post(d, rows, n);
    else if (d->until > d->from)
        note(d, false, NULL); /* looked through, nothing for him */
    else
        d->busy = false;
}

static void begin(struct delivery *d, const struct rows *rows, int i)
{
    int64_t org = 0;
    enum org_kind kind = ORG_BANK;
    arena_reset(d->a);
    MUST(rows_int(rows, i, WEBHOOK_DUE_DELIVERED, &d->from) &&
         rows_int(rows, i, WEBHOOK_DUE_ORG, &org) &&
         org_kind_parse(rows_at(rows, i, WEBHOOK_DUE_KIND), &kind));
    d->busy = true;
    d->until = d->from;
    d->id = arena_keep(d->a, rows_at(rows, i, WEBHOOK_DUE_ID));
    d->url = arena_keep(d->a, rows_at(rows, i, WEBHOOK_DUE_URL));
    d->reference = arena_keep(d->a, rows_at(rows, i, WEBHOOK_DUE_REFERENCE));
    d->now = arena_keep(d->a, rows_at(rows, i, WEBHOOK_DUE_NOW));
    const struct actor actor = {.org = org,
        .kind = kind,
        .code = rows_at(rows, i, WEBHOOK_DUE_CODE),
        .name = rows_at(rows, i, WEBHOOK_DUE_NAME),
        .district = rows_at(rows, i, WEBHOOK_DUE_DISTRICT),
        .person = rows_at(rows, i, WEBHOOK_DUE_PERSON),
        .person_id = rows_at(rows, i, WEBHOOK_DUE_PERSON_ID)};
    d->actor = actor_keep(d->a, &actor);
    const struct str params[] = {arena_printf(d->a, "%lld", (long long)d->from),
        arena_printf(d->a, "%d", PAGE), arena_printf(d->a, "%d", LEAVES_AT_ONCE)};
    db_query(d->of->s->db, d->a, &d->actor, SQL_CHANGE_LIST, params, 3, on_changes, d);
}

/* ---- what is due ----------------------------------------------------------------------------- */

static bool under_way(const struct webhooks *w, struct str id)
{
    for (int i = 0; i < AT_ONCE; i++) {
        if (w->of[i].busy && str_eq(w->of[i].id, id))
            return true;
    }
    return false;
}

static struct delivery *free_one(struct webhooks *w)
{
    for (int i = 0; i < AT_ONCE; i++) {
        if (!w->of[i].busy)
            return &w->of[i];
    }
    return NULL;
}

static void on_due(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct webhooks *w = arg;
    w->looking = false;
    for (int i = 0; !fail && i < rows->n && !w->s->draining; i++) {
        struct delivery *d = free_one(w);
        if (d && !under_way(w, rows_at(rows, i, WEBHOOK_DUE_ID)))
            begin(d, rows, i);
    }
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    struct webhooks *w = arg;
    (void)fd;
    (void)what;
    if (w->looking || w->s->draining || !lane_ready(w->s->lane) || !writer_is_up(w->writer) ||
        !free_one(w))
        return;
    w->looking = true;
    arena_reset(w->a);
    /* those under way are due as well: more than can be sent at once are asked for */
    struct str most = arena_printf(w->a, "%d", 2 * AT_ONCE);
    db_query(w->s->db, w->a, NULL, SQL_WEBHOOK_DUE, &most, 1, on_due, w);
}

struct webhooks *webhooks_open(struct server *s, const struct database *d)
{
    static const struct timeval every = {.tv_usec = LOOK_MS * 1000};
    struct webhooks *w = calloc(1, sizeof *w);
    MUST(w);
    w->s = s;
    w->a = arena_new();
    w->writer = writer_open(d, "webhooks", NULL, NULL);
    w->timer = event_new(s->process.base, -1, EV_PERSIST, on_time, w);
    MUST(w->timer && event_add(w->timer, &every) == 0);
    for (int i = 0; i < AT_ONCE; i++) {
        w->of[i].of = w;
        w->of[i].a = arena_new();
    }
    return w;
}

void webhooks_close(struct webhooks *w)
{
    if (!w)
        return;
    event_free(w->timer);
    writer_close(w->writer);
    for (int i = 0; i < AT_ONCE; i++)
        arena_free(w->of[i].a);
    arena_free(w->a);
    free(w);
}

/* ---- subscriptions --------------------------------------------------------------------------- */

/* An address that is written as numbers is judged at once, a name when it is resolved. */
static bool host_may_be(struct req *r, struct str url)
{
    const char *host = strstr(url.p, "://") + 3;
    size_t n = *host == '[' ? strcspn(++host, "]") : strcspn(host, ":/?");
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = NULL;
    if (r->server->process.conf.webhook_private)
        return true;
    if (!str_starts(url, "https://"))
        return err_add(&r->err, E_URL, STR("/url"), "https://");
    if (getaddrinfo(arena_str(r->a, host, n).p, NULL, &hints, &found) != 0)
        return true;
    bool open = address_is_public(found->ai_addr);
    freeaddrinfo(found);
    return open || err_add(&r->err, E_URL, STR("/url"), "%s", arena_str(r->a, host, n).p);
}

static void webhook_post(struct req *r)
{
    struct value *v = values_new(r, r->a);
    const struct json *in = json_parse(r->a, r->body, &r->err);
    if (!in || !schema_decode(r->a, r->route->record, in, v, &r->err) ||
        !host_may_be(r, v[WEBHOOK_URL].s)) {
        reply_problem(r);
        return;
    }
    struct str master = secret_master_made(r->a, r->server->process.conf.data);
    if (!master.p) {
        reply_refuse(r, E_INTERNAL, "", "%s", SECRET_FILE);
        return;
    }
    struct str key = key_of(r->a, master, r->actor->code, v[WEBHOOK_REFERENCE].s);
    record_secret(r, v, "secret", arena_printf(r->a, "whsec_%s", base64(r->a, key).p));
}

static void webhook_list(struct req *r)
{
    const struct str none = {NULL, 0};
    db_query(r->server->db, r->a, r->actor, SQL_WEBHOOK_LIST, &none, 1, on_items, r);
}

static void webhook_get(struct req *r)
{
    if (uuid_is(r->capture[0]))
        db_query(r->server->db, r->a, r->actor, SQL_WEBHOOK_LIST, r->capture, 1, on_document, r);
    else
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct member webhook_members[] = {
    {"id", M_ID, "订阅", .en = "Subscription"},
    {"reference", M_TEXT, "编号", .en = "Its number as the subscriber knows it"},
    {"url", M_TEXT, "投递地址", .en = "Where changes are sent"},
    {"person", M_TEXT, "订阅人", .en = "Who subscribed"},
    {"created_at", M_INSTANT, "订阅时刻", .en = "Since when"},
    {"state", M_WORD, "状态", .en = "Whether deliveries are taken",
        .words = "delivering failing disabled"},
    {"delivered", M_COUNT, "已投递至", .en = "Up to which number of the log"},
    {"delivered_at", M_INSTANT, "最近投递时刻", .en = "When the last delivery was taken",
        .maybe = true},
    {"failing_since", M_INSTANT, "失败自", .en = "Since when deliveries fail", .maybe = true},
    {"failures", M_COUNT, "失败次数", .en = "How often since", .maybe = true},
    {"failure", M_TEXT, "失败原因", .en = "Why the last one failed", .maybe = true},
    {"next_at", M_INSTANT, "下次投递时刻", .en = "When it is tried again", .maybe = true},
    {"disabled_at", M_INSTANT, "停止时刻", .en = "When it was disabled", .maybe = true},
    {.name = NULL},
};
static const struct shape webhook_shape = {"webhook_shown", webhook_members};

static const struct query q_order_of_webhooks = {
    "order", Q_WORD, "排序;前加 - 为倒序", .words = "reference -reference created_at -created_at"};

const struct route webhook_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/webhooks",
        .roles = EVERYBODY,
        .administers = true,
        .handle = webhook_post,
        .takes = TAKES_JSON,
        .record = &webhook_record,
        .query = {&q_dry_run},
        .answers = record_made,
        .zh = "订阅变化投递",
        .en =
            "Have the feed sent to an address; the key of its signatures is in this answer alone"},
    {.method = METHOD_GET,
        .path = "/v1/webhooks",
        .roles = EVERYBODY,
        .handle = webhook_list,
        .query = {&q_q, &q_order_of_webhooks, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(webhook_shape)),
        .zh = "投递订阅列表",
        .en = "Subscriptions of one's own organisation, and how far each has come"},
    {.method = METHOD_GET,
        .path = "/v1/webhooks/{id}",
        .roles = EVERYBODY,
        .handle = webhook_get,
        .answers = ANSWERS(JSON_OF(webhook_shape)),
        .zh = "投递订阅",
        .en = "One subscription"},
    {.method = METHOD_POST,
        .path = "/v1/webhooks/{id}/disable",
        .roles = EVERYBODY,
        .administers = true,
        .handle = record_step,
        .takes = TAKES_JSON,
        .record = &webhook_disable_record,
        .query = {&q_dry_run},
        .answers = record_made,
        .zh = "停止投递",
        .en = "End a subscription at once"},
    {.path = NULL},
};
