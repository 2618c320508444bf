/*
 * directory.c - organisations, persons and tokens.
 *
 * What gives somebody power is proposed; what takes it away counts at once (migrations/functions/
 * directory.sql). The text of a token is in the answer to its POST and nowhere else.
 */
#include "api.h"
#include "auth.h"
#include "merkle.h"
#include "records.h"

/* ---- lists ----------------------------------------------------------------------------------- */

struct page {
    struct req *r;
    int64_t limit;
};

/* Rows of a cursor and an item; one more than the limit says that there are more. */
static void on_page(void *arg, const struct rows *rows, const struct fail *fail)
{
    const struct page *p = arg;
    struct buf out;
    if (fail) {
        reply_fail(p->r, fail);
        return;
    }
    int shown = rows->n > p->limit ? (int)p->limit : rows->n;
    buf_init(&out, p->r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < shown; i++)
        json_raw(&out, rows_at(rows, i, 1));
    json_close(&out, ']');
    json_member_known(
        &out, "next", rows->n > shown ? rows_at(rows, shown - 1, 0) : (struct str){NULL, 0});
    json_close(&out, '}');
    reply_list(p->r, buf_view(&out), shown);
}

/* by_org: the statement takes ?organisation as well. */
static void list(struct req *r, enum sql_id sql, bool by_org)
{
    struct page *p = arena_alloc(r->a, sizeof *p);
    struct str params[3] = {req_param(r, "after")};
    int n = 1;
    p->r = r;
    if (!param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &p->limit)) {
        reply_problem(r);
        return;
    }
    if (by_org)
        params[n++] = req_param(r, "organisation");
    params[n++] = arena_printf(r->a, "%lld", (long long)p->limit);
    db_query(r->server->db, r->a, r->actor, sql, params, n, on_page, p);
}

static void organisation_list(struct req *r)
{
    list(r, SQL_DIRECTORY_ORGANISATIONS, false);
}

static void person_list(struct req *r)
{
    list(r, SQL_DIRECTORY_PERSONS, true);
}

static void token_list(struct req *r)
{
    list(r, SQL_DIRECTORY_TOKENS, true);
}

/* ---- acts ------------------------------------------------------------------------------------ */

/* On the organisation whose code the address names. */
static void organisation_step(struct req *r)
{
    r->parent_key = r->capture[0];
    record_post_one(r);
}

/* Without a digest of the sender's own the token is made here. */
static void token_post(struct req *r)
{
    struct value *v = values_new(r, r->a);
    const struct json *in = json_parse(r->a, r->body, &r->err);
    struct str token = {NULL, 0};
    if (!in || !schema_decode(r->a, r->route->record, in, v, &r->err)) {
        reply_problem(r);
        return;
    }
    if (!v[TOKEN_SHA256].present) {
        token = token_make(r->a);
        v[TOKEN_SHA256] =
            (struct value){.present = true, .s = hash_hex(r->a, hash_sha256(token.p, token.n))};
    }
    record_token(r, v, token);
}

/* ---- answers --------------------------------------------------------------------------------- */

#define KINDS "bank insurer guarantor district finance ip_office auditor"

static const struct member organisation_members[] = {
    {"code", M_TEXT, "机构代码", .en = "Code"},
    {"kind", M_WORD, "机构类别", .en = "Kind", .words = KINDS},
    {"name", M_TEXT, "机构名称", .en = "Name"},
    {"district", M_TEXT, "区代码", .en = "District", .maybe = true},
    {"uscc", M_TEXT, "统一社会信用代码", .en = "Unified social credit code", .maybe = true},
    {"disabled_at", M_INSTANT, "停用时刻", .en = "When it was disabled", .maybe = true},
    {.name = NULL},
};
static const struct member post_members[] = {
    {"organisation", M_TEXT, "机构代码", .en = "Organisation"},
    {"name", M_TEXT, "姓名", .en = "Name there, as it stands beside what is done"},
    {"staff_no", M_TEXT, "工号", .en = "Staff number", .maybe = true},
    {"ended_at", M_INSTANT, "离岗时刻", .en = "When the post ended", .maybe = true},
    {.name = NULL},
};
static const struct member person_members[] = {
    {"id", M_ID, "人员编号", .en = "Id, one over all offices"},
    {"name", M_TEXT, "姓名", .en = "Name"},
    {"known_by_number", M_BOOL, "已登记证件号摘要", .en = "A hash of the identity number is kept"},
    {"posts", M_OBJECT, "任职", .en = "Where the person sits", .of = post_members, .list = true},
    {"disabled_at", M_INSTANT, "停用时刻", .en = "When disabled everywhere", .maybe = true},
    {.name = NULL},
};
static const struct member token_members[] = {
    {"id", M_ID, "令牌编号", .en = "Id"},
    {"organisation", M_TEXT, "机构代码", .en = "Organisation"},
    {"person", M_TEXT, "姓名", .en = "Person"},
    {"person_id", M_ID, "人员编号", .en = "Id of the person"},
    {"certificate", M_BOOL, "客户端证书", .en = "It is a client certificate"},
    {"duties", M_WORD, "职责", .en = "What it may be used for beside reading",
        .words = "submit decide pay administer", .list = true},
    {"created_at", M_INSTANT, "签发时刻", .en = "When it was made"},
    {"expires_at", M_INSTANT, "失效时刻", .en = "When it ends", .maybe = true},
    {"revoked_at", M_INSTANT, "吊销时刻", .en = "When it was revoked", .maybe = true},
    {.name = NULL},
};
static const struct shape organisation_shape = {"organisation_shown", organisation_members},
                          person_shape = {"person_shown", person_members},
                          token_shape = {"token_shown", token_members};

/* ---- routes ---------------------------------------------------------------------------------- */

#define READERS (IP_OFFICE | AUDITOR)

static const struct query q_after_code = {"after", Q_TEXT, .zh = "上一页的 next"},
                          q_organisation = {"organisation", Q_TEXT, .zh = "机构代码"};

// clang-format off
#define ASKED(at, by, rec, said, name_zh, name_en) \
    {.method = METHOD_POST, .path = at, .roles = IP_OFFICE, .administers = true, .handle = by, \
        .takes = TAKES_JSON, .record = &rec, .query = {&q_dry_run}, .answers = said, \
        .zh = name_zh, .en = name_en}
// clang-format on

const struct route directory_routes[] = {
    ASKED("/v1/organisations", record_post_one, organisation_record, record_proposed, "登记机构",
        "Propose an organisation"),
    {.method = METHOD_GET,
        .path = "/v1/organisations",
        .roles = READERS,
        .handle = organisation_list,
        .query = {&q_limit, &q_after_code, &q_list_format},
        .answers = ANSWERS(PAGE_OF(organisation_shape)),
        .zh = "机构列表",
        .en = "List organisations"},
    ASKED("/v1/organisations/{code}/rename", organisation_step, organisation_rename_record,
        record_proposed, "机构更名", "Propose another name of an organisation"),
    ASKED("/v1/organisations/{code}/disable", organisation_step, organisation_disable_record,
        record_made, "停用机构", "End all tokens of an organisation at once"),
    ASKED("/v1/persons", record_post_one, person_record, record_proposed, "登记人员",
        "Propose a person in an organisation"),
    {.method = METHOD_GET,
        .path = "/v1/persons",
        .roles = READERS,
        .handle = person_list,
        .query = {&q_limit, &q_after, &q_organisation, &q_list_format},
        .answers = ANSWERS(PAGE_OF(person_shape)),
        .zh = "人员列表",
        .en = "List persons with their posts"},
    ASKED("/v1/persons/{id}/disable", record_step, person_disable_record, record_made, "停用人员",
        "End a person's posts, or one of them, at once"),
    ASKED("/v1/tokens", token_post, token_record, record_proposed, "签发令牌",
        "Propose a token; its text is in this answer alone"),
    {.method = METHOD_GET,
        .path = "/v1/tokens",
        .roles = READERS,
        .handle = token_list,
        .query = {&q_limit, &q_after, &q_organisation, &q_list_format},
        .answers = ANSWERS(PAGE_OF(token_shape)),
        .zh = "令牌列表",
        .en = "List tokens: whose, for what, until when"},
    ASKED("/v1/tokens/{id}/revoke", record_step, token_revoke_record, record_made, "吊销令牌",
        "End a token at once"),
    {.path = NULL},
};
