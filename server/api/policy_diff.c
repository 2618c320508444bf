/*
 * policy_diff.c - two versions of a policy beside each other: what one says otherwise than the
 * other.
 */
#include "api.h"
#include "records.h"

static const struct member diff_members[] = {
    {"id", M_ID, "政策版本", .en = "Version of the policy"},
    {"against", M_ID, "对照的版本", .en = "The one that it is held against"},
    {"difference", M_OBJECT, "不同之处", .en = "What differs: seen there, now here",
        .of = seen_members, .list = true},
    {.name = NULL},
};
static const struct shape diff_shape = {"policy_difference", diff_members};

static void on_diff(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (rows->n == 0) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
        return;
    }
    const struct json *list = json_parse(r->a, rows_at(rows, 0, POLICY_DIFF_LIST), &r->err);
    MUST(list);
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_str(&out, "id", r->capture[0]);
    json_member_str(&out, "against", req_param(r, "against"));
    json_member_list(&out, "difference");
    json_raw(&out, difference_told(r->a, list));
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void policy_diff(struct req *r)
{
    const struct str p[] = {r->capture[0], req_param(r, "against")};
    for (size_t i = 0; i < COUNT_OF(p); i++) {
        if (!uuid_is(p[i])) {
            reply_refuse(r, E_NOT_FOUND, i ? "?against" : "", "%s", p[i].p);
            return;
        }
    }
    db_query(r->server->db, r->a, r->actor, SQL_POLICY_DIFF, p, COUNT_OF(p), on_diff, r);
}

static const struct query q_against = {"against", Q_TEXT, .zh = "对照的政策版本", .need = true};

const struct route policy_diff_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/policies/{id}/diff",
        .roles = BANK | DISTRICT | FINANCE | IP_OFFICE | AUDITOR,
        .handle = policy_diff,
        .query = {&q_against},
        .answers = ANSWERS(JSON_OF(diff_shape)),
        .zh = "政策两个版本的不同",
        .en = "What a version of a policy says otherwise than another"},
    {.path = NULL},
};
