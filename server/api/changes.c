/*
 * changes.c - the feed of what was recorded: /v1/changes in the order of the log.
 *
 * A reader goes on from the number that the last answer ended with. The log has no gaps and its
 * numbers come in the order of commits, so that nothing that he may see is missed or told twice.
 * With wait= an answer without changes is held back until there is one, who waits is gone, or some
 * token has changed: perhaps his, and then it is not he that is told more.
 */
#include "api.h"
#include "auth.h"
#include <event2/event.h>

enum { LEAVES_AT_ONCE = 20000, WAIT_MAX_S = 60, LOOK_AGAIN_MS = 250 };

struct follow {
    struct req *r;
    struct event *timer; /* NULL: it has not waited yet */
    int64_t after, limit, wait_s, until_us;
    int generation; /* of the tokens, when he was let in */
};

static void ask(struct follow *f);

/* ---- the answer ------------------------------------------------------------------------------ */

static void write_change(struct buf *out, const struct rows *rows, int i)
{
    struct str body = rows_at(rows, i, CHANGE_LIST_BODY);
    json_open(out, '{');
    json_member_raw(out, "seq", rows_at(rows, i, CHANGE_LIST_SEQ));
    json_member_str(out, "type", rows_at(rows, i, CHANGE_LIST_TYPE));
    json_member_str(out, "id", rows_at(rows, i, CHANGE_LIST_ID));
    json_member_raw(out, "version", rows_at(rows, i, CHANGE_LIST_VERSION));
    json_member_str(out, "key", rows_at(rows, i, CHANGE_LIST_KEY));
    if (!body.p) {
        json_member_bool(out, "gone", true); /* out of the reader's sight */
    } else {
        json_member_str(out, "recorded_at", rows_at(rows, i, CHANGE_LIST_RECORDED_AT));
        json_member_str(out, "recorded_by", rows_at(rows, i, CHANGE_LIST_RECORDED_BY));
        if (rows_at(rows, i, CHANGE_LIST_REASON).p)
            json_member_str(out, "reason", rows_at(rows, i, CHANGE_LIST_REASON));
        json_member_raw(out, "record", body);
    }
    json_close(out, '}');
}

void changes_write(struct buf *out, const struct rows *rows, int n, int64_t limit)
{
    json_open(out, '{');
    json_member_list(out, "items");
    for (int i = 0; i < n; i++)
        write_change(out, rows, i);
    json_close(out, ']');
    /* With more to see the next page begins behind the last that is shown. */
    json_member_raw(out, "next",
        n >= limit ? rows_at(rows, n - 1, CHANGE_LIST_SEQ) : rows_at(rows, 0, CHANGE_LIST_UNTIL));
    json_member_raw(out, "head", rows_at(rows, 0, CHANGE_LIST_HEAD));
    json_close(out, '}');
}

static void answer(struct follow *f, const struct rows *rows, int n)
{
    struct buf out;
    buf_init(&out, f->r->a);
    changes_write(&out, rows, n, f->limit);
    reply_json(f->r, 200, buf_view(&out));
}

/* He goes on from where he was, if he may. */
static void answer_nothing(struct follow *f, int64_t head)
{
    struct buf out;
    buf_init(&out, f->r->a);
    buf_printf(
        &out, "{\"items\":[],\"next\":%lld,\"head\":%lld}", (long long)f->after, (long long)head);
    reply_json(f->r, 200, buf_view(&out));
}

/* ---- waiting --------------------------------------------------------------------------------- */

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    ask(arg);
}

static void done_waiting(struct follow *f)
{
    if (f->timer)
        event_free(f->timer);
    f->timer = NULL;
}

/* Nothing yet: true when it will be looked at again. */
static bool waits(struct follow *f)
{
    static const struct timeval soon = {.tv_usec = LOOK_AGAIN_MS * 1000};
    struct server *s = f->r->server;
    if (f->wait_s == 0 || s->draining || clock_us() >= f->until_us || http_client_left(f->r))
        return false;
    if (!f->timer)
        f->timer = evtimer_new(s->process.base, on_time, f);
    MUST(f->timer && evtimer_add(f->timer, &soon) == 0);
    return true;
}

static void on_changes(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct follow *f = arg;
    int64_t until = 0, head = 0;
    if (fail) {
        done_waiting(f);
        reply_fail(f->r, fail);
        return;
    }
    MUST(rows->n > 0 && rows_int(rows, 0, CHANGE_LIST_UNTIL, &until) &&
         rows_int(rows, 0, CHANGE_LIST_HEAD, &head));
    if (f->after > head) { /* of a log that was longer before a restore */
        done_waiting(f);
        reply_refuse(f->r, E_CURSOR, "?after", NULL);
        return;
    }
    if (f->generation != auth_generation(f->r->server->auth)) {
        done_waiting(f);
        answer_nothing(f, head);
        return;
    }
    int n = rows_at(rows, 0, CHANGE_LIST_SEQ).p ? rows->n : 0;
    if (n == 0 && until > f->after) /* looked through, nothing for him: goes on behind it */
        f->after = until;
    if (n == 0 && until < head) {
        ask(f);
        return;
    }
    if (n == 0 && waits(f))
        return;
    done_waiting(f);
    answer(f, rows, n);
}

static void ask(struct follow *f)
{
    struct req *r = f->r;
    struct str params[] = {arena_printf(r->a, "%lld", (long long)f->after),
        arena_printf(r->a, "%lld", (long long)f->limit), arena_printf(r->a, "%d", LEAVES_AT_ONCE)};
    db_query(r->server->db, r->a, r->actor, SQL_CHANGE_LIST, params, 3, on_changes, f);
}

static void changes_get(struct req *r)
{
    struct follow *f = arena_alloc(r->a, sizeof *f);
    f->r = r;
    (void)param_count(r, "after", 0, INT64_C(999999999999999), 0, &f->after);
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &f->limit);
    (void)param_count(r, "wait", 0, WAIT_MAX_S, 0, &f->wait_s);
    f->until_us = clock_us() + f->wait_s * 1000000;
    f->generation = auth_generation(r->server->auth);
    if (r->err.n)
        reply_problem(r);
    else
        ask(f);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_after_seq = {"after", Q_COUNT, .zh = "上次答复的 next;从头为 0",
                              .max = INT64_C(999999999999999)},
                          q_wait = {
                              "wait", Q_COUNT, .zh = "没有变化时最多等待的秒数", .max = WAIT_MAX_S};

static const struct member change_members[] = {
    {"seq", M_COUNT, "序号", .en = "Its place in the log, from 1"},
    {"type", M_TEXT, "类别", .en = "Type of the record"},
    {"id", M_TEXT, "记录", .en = "Record"},
    {"version", M_COUNT, "版本", .en = "Version"},
    {"key", M_TEXT, "编号", .en = "Its number as the submitter knows it"},
    {"gone", M_BOOL, "已移出", .en = "With this version it has left the reader's scope",
        .maybe = true},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded", .maybe = true},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it", .maybe = true},
    {"reason", M_TEXT, "原因", .en = "Reason of a correction", .maybe = true},
    {"record", M_JSON, "内容", .en = "The record as it was stored", .maybe = true},
    {.name = NULL},
};
static const struct member changes_members[] = {
    {"items", M_OBJECT, "变化", .en = "In the order of the log", .of = change_members,
        .list = true},
    {"next", M_COUNT, "下次的 after", .en = "What to ask with as after the next time"},
    {"head", M_COUNT, "日志末尾", .en = "The last number that there is"},
    {.name = NULL},
};
static const struct shape changes_shape = {"changes", changes_members};

const struct route change_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/changes",
        .roles = EVERYBODY,
        .handle = changes_get,
        .query = {&q_after_seq, &q_limit, &q_wait},
        .answers = ANSWERS(JSON_OF(changes_shape)),
        .zh = "变化流",
        .en = "What was recorded, in the order of the log, as a feed"},
    {.path = NULL},
};
