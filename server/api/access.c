/*
 * access.c - who read what: entries in memory, batches in the database, digests in the log.
 *
 * An entry costs a reader some bytes in memory. Every few seconds, or when many have come, they are
 * stored as one batch over a connection of their own; then the lane takes the digest of what was
 * sent, a row that has its leaf as all others: what is taken away in between, or never written,
 * shows. A batch is stored again as often as it takes: under its number there is one. While the
 * database is away batches wait; the oldest is told to be lost when there are too many of them.
 */
#include "access.h"
#include "api.h"
#include "json.h"
#include "merkle.h"
#include "writer.h"
#include <event2/event.h>
#include <stdlib.h>

enum { EVERY_S = 5, BATCH_MAX = 500, BATCHES_MAX = 200, WHAT_MAX = 1000 };

enum stage { FILLING, WAITING, STORING, STORED, SEALING, SEALED };

struct batch {
    struct arena *a; /* of this and its texts */
    struct access *of;
    struct str id;
    struct buf entries;
    struct buf digests; /* of the entries, 32 bytes each */
    int n;
    enum stage stage;
    struct work work;
    struct batch *next;
};

struct access {
    struct server *s;
    struct writer *writer;
    struct event *timer;
    struct actor actor;
    struct batch *first; /* the one that is filling is the first */
    int batches;
};

static void send_batches(struct access *x);

/* ---- entries -------------------------------------------------------------------------------- */

static struct batch *batch_new(struct access *x)
{
    struct arena *a = arena_new();
    struct batch *b = arena_alloc(a, sizeof *b);
    *b = (struct batch){.a = a, .of = x, .id = uuid_make(a), .next = x->first};
    buf_init(&b->entries, a);
    buf_init(&b->digests, a);
    json_open(&b->entries, '[');
    x->first = b;
    x->batches++;
    return b;
}

/* Cut where it is long, not within a letter. */
static struct str cut(struct arena *a, struct str all)
{
    size_t n = all.n > WHAT_MAX ? WHAT_MAX : all.n;
    while (n < all.n && ((unsigned char)all.p[n] & 0xC0) == 0x80)
        n--;
    return arena_str(a, all.p, n);
}

/* The address with its query. */
static struct str asked_for(const struct req *r)
{
    struct buf b;
    buf_init(&b, r->a);
    buf_str(&b, r->path);
    for (const struct param *p = r->params; p; p = p->next)
        buf_printf(&b, "%c%s=%s", p == r->params ? '?' : '&', p->name.p, p->value.p);
    return cut(r->a, buf_view(&b));
}

static void arm(struct access *x)
{
    static const struct timeval soon = {EVERY_S, 0};
    if (!evtimer_pending(x->timer, NULL))
        evtimer_add(x->timer, &soon);
}

/* As access_digest of the database has it. */
static hash entry_digest(struct arena *a, int n, int64_t us, const struct actor *who,
    const char *route, struct str what, int64_t shown)
{
    struct str text = arena_printf(a, "%d|%lld|%lld|%lld|%zu:%s%zu:%s%zu:%s", n, (long long)us,
        (long long)who->org, (long long)shown, who->person.n, who->person.p, strlen(route), route,
        what.n, what.p);
    return hash_sha256(text.p, text.n);
}

void access_note(
    struct server *s, const struct actor *who, const char *route, struct str what, int64_t shown)
{
    struct access *x = s->access;
    if (!x)
        return;
    struct batch *b = x->first && x->first->stage == FILLING ? x->first : batch_new(x);
    struct buf *out = &b->entries;
    int64_t us = clock_us();
    hash digest = entry_digest(b->a, ++b->n, us, who, route, what, shown);
    buf_add(&b->digests, (const char *)digest.b, sizeof digest.b);
    json_open(out, '{');
    json_member_int(out, "us", us);
    json_member_int(out, "org", who->org);
    json_member_str(out, "person", who->person);
    json_member_text(out, "route", route);
    json_member_str(out, "what", what);
    json_member_int(out, "shown", shown);
    json_close(out, '}');
    arm(x);
    if (b->n < BATCH_MAX)
        return;
    b->stage = WAITING;
    send_batches(x);
}

/* Of a question by POST what was asked stands in its body. */
void access_answered(struct req *r, int status)
{
    struct str what = r->asked;
    if (status != 200)
        return;
    if (r->route->asks && r->body.n)
        what = cut(r->a, arena_printf(r->a, "%s %s", what.p, r->body.p));
    access_note(r->server, r->actor, r->route_path, what, r->is_list ? r->shown : 1);
}

void access_begin(struct req *r)
{
    r->asked = asked_for(r); /* an export changes its parameters on its way */
}

/* ---- batches -------------------------------------------------------------------------------- */

static void batch_drop(struct batch *b)
{
    struct batch **at = &b->of->first;
    while (*at != b)
        at = &(*at)->next;
    *at = b->next;
    b->of->batches--;
    arena_free(b->a); /* b with it */
}

static void on_sealed(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct batch *b = arg;
    if (fail) {
        b->stage = STORED; /* the timer tries again */
        return;
    }
    if (n != 1 || v->outcome == OUT_REFUSED)
        log_event(LOG_ERROR, SAY_ACCESS_CHANGED, "batch", b->id.p, NULL);
    batch_drop(b);
}

static void seal(struct batch *b)
{
    struct buf out;
    buf_init(&out, b->a);
    json_open(&out, '{');
    json_member_str(&out, "batch", b->id);
    json_member_int(&out, "n", b->n);
    json_member_str(&out, "digest",
        hash_hex(b->a, hash_sha256(buf_view(&b->digests).p, buf_view(&b->digests).n)));
    json_close(&out, '}');
    b->work = (struct work){.a = b->a,
        .actor = &b->of->actor,
        .type = "access",
        .write = SQL_ACCESS_SEAL,
        .elements = buf_view(&out),
        .n = 1,
        .own = true,
        .done = on_sealed,
        .arg = b};
    b->stage = SEALING;
    if (!lane_ready(b->of->s->lane) || !lane_submit(b->of->s->lane, &b->work))
        b->stage = STORED;
}

static void on_stored(void *arg, const struct fail *fail)
{
    struct batch *b = arg;
    b->stage = fail ? WAITING : STORED;
    if (!fail)
        seal(b);
}

static void store(struct batch *b)
{
    struct buf *out = &b->entries;
    struct str closed = arena_printf(b->a, "%s]", buf_view(out).p);
    const struct str params[] = {b->id, closed};
    b->stage = STORING;
    writer_send(b->of->writer, SQL_ACCESS_STORE, params, COUNT_OF(params), on_stored, b);
}

/* Memory has an end: the oldest goes, and is told to. */
static void drop_oldest(struct access *x)
{
    struct batch *oldest = NULL;
    for (struct batch *b = x->first; b; b = b->next) {
        if (b->stage == WAITING)
            oldest = b;
    }
    if (!oldest)
        return;
    log_event(
        LOG_ERROR, SAY_ACCESS_LOST, "entries", arena_printf(oldest->a, "%d", oldest->n).p, NULL);
    batch_drop(oldest);
}

static void send_batches(struct access *x)
{
    for (struct batch *b = x->first, *next; b; b = next) {
        next = b->next;
        if (b->stage == WAITING && writer_is_up(x->writer))
            store(b);
        else if (b->stage == STORED)
            seal(b);
    }
    if (x->batches > BATCHES_MAX)
        drop_oldest(x);
    if (x->first)
        arm(x);
}

bool access_flush(struct access *x)
{
    if (x->first && x->first->stage == FILLING)
        x->first->stage = WAITING;
    send_batches(x);
    /* a daemon that only reads, another one writing, has no lane to wait for */
    return x->first == NULL || !writer_is_up(x->writer) || !lane_ready(x->s->lane);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)access_flush(arg); /* what waits is tried again by the timer */
}

static void on_up(void *arg)
{
    send_batches(arg);
}

struct access *access_open(struct server *s, const struct database *d)
{
    struct access *x = calloc(1, sizeof *x);
    MUST(x);
    x->s = s;
    x->actor = (struct actor){.kind = ORG_AUDITOR,
        .code = STR("pledged"),
        .name = STR(""),
        .district = STR(""),
        .person = STR("pledged")};
    x->timer = evtimer_new(s->process.base, on_timer, x);
    MUST(x->timer);
    x->writer = writer_open(d, "access", on_up, x);
    return x;
}

void access_close(struct access *x)
{
    if (!x)
        return;
    writer_close(x->writer);
    while (x->first)
        batch_drop(x->first);
    event_free(x->timer);
    free(x);
}

/* ---- the list ------------------------------------------------------------------------------- */

/* <batch>.<number> */
static bool is_entry(struct str s)
{
    const char *dot = memchr(s.p, '.', s.n);
    int64_t n;
    return dot && uuid_is((struct str){s.p, (size_t)(dot - s.p)}) &&
           count_parse((struct str){dot + 1, s.n - (size_t)(dot - s.p) - 1}, 1, BATCH_MAX, &n);
}

static const struct member access_members[] = {
    {"id", M_TEXT, "条目", .en = "The batch and the number in it"},
    {"at", M_INSTANT, "时刻", .en = "When it was answered"},
    {"org", M_TEXT, "机构", .en = "Organisation that read"},
    {"person", M_TEXT, "人员", .en = "Who read"},
    {"route", M_TEXT, "接口", .en = "The address by its pattern"},
    {"what", M_TEXT, "内容", .en = "The address as it was asked for"},
    {"shown", M_COUNT, "条数", .en = "How many things were given"},
    {.name = NULL},
};
static const struct shape access_shape = {"access", access_members};

static const struct list access_list = {
    .sql = SQL_ACCESS_LIST, .rows = LIST_CELLS, .members = access_members};

static const struct query q_entry = {"after", Q_CURSOR, .zh = "上一页的 next", .fits = is_entry},
                          q_org = {"org", Q_TEXT, .zh = "机构"},
                          q_person = {"person", Q_TEXT, .zh = "人员"},
                          q_order_recorded = {
                              "order", Q_WORD, "排序;前加 - 为倒序", .words = "recorded -recorded"};

const struct route access_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/access-log",
        .roles = AUDITOR,
        .handle = list_get,
        .list = &access_list,
        .query = {&q_limit, &q_entry, &q_org, &q_person, &q_from, &q_to, &q_q, &q_order_recorded,
            &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(access_shape)),
        .zh = "查阅日志",
        .en = "Who read what"},
    {.path = NULL},
};
