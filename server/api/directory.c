/*
 * directory.c - organisations, persons and tokens.
 *
 * What gives somebody power is proposed; what takes it away counts at once (migrations/functions/
 * directory.sql). A token is told in halves, so that nobody but its owner ever has it: the first is
 * in the answer to the proposer's POST and nowhere else, the second in that to the last approval.
 */
#include "api.h"
#include "auth.h"
#include "merkle.h"
#include "records.h"
#include "secret.h"

static const struct list organisation_list = {.sql = SQL_DIRECTORY_ORGANISATIONS,
                             .rows = LIST_JSON},
                         person_list = {.sql = SQL_DIRECTORY_PERSONS, .rows = LIST_JSON},
                         token_list = {.sql = SQL_DIRECTORY_TOKENS, .rows = LIST_JSON};

/* ---- acts ------------------------------------------------------------------------------------ */

/* On the organisation whose code the address names. */
static void organisation_step(struct req *r)
{
    r->parent_key = r->capture[0];
    record_post_one(r);
}

static struct value value_of(struct str s)
{
    return (struct value){.present = true, .s = s};
}

/* A key that signs requests: its digest follows from its id. What is shown of it: the first half,
 * unless the id is named, as it is in what is sent again. */
static struct str key_make(struct req *r, struct value *m)
{
    const struct secret_kind *kind = secret_kind_named(token_digests[m[MEANS_HMAC].n]);
    struct str master = secret_master_made(r->a, r->server->process.conf.data), none = {NULL, 0};
    bool is_named = m[MEANS_KEY_ID].present;
    if (is_named && !secret_halves_id_is(m[MEANS_KEY_ID].s, kind))
        err_add(&r->err, E_TYPE, STR("/key_id"), "%s.…", kind->id);
    else if (!master.p)
        err_add(&r->err, E_BUSY, STR("/hmac"), SECRET_FILE);
    if (r->err.n)
        return none;
    if (!is_named)
        m[MEANS_KEY_ID] = value_of(secret_halves_id_make(r->a, kind));
    struct str key = secret_whole(r->a, master, db_secret(r->server->db), m[MEANS_KEY_ID].s);
    struct str hex = hash_hex(r->a, hash_sha256(key.p, key.n));
    if (m[MEANS_SHA256].present && !str_eq(m[MEANS_SHA256].s, hex))
        err_add(&r->err, E_UNWANTED, STR("/sha256"), "hmac");
    m[MEANS_SHA256] = value_of(hex);
    return is_named ? none : secret_of(r->a, master, m[MEANS_KEY_ID].s);
}

/* What is shown of it once, to whoever proposes it: nothing of a certificate, nor where the digest
 * of a first half of its owner's own is told. */
static struct str means_make(struct req *r, struct value *m)
{
    struct str token = {NULL, 0};
    if (m[MEANS_HMAC].present)
        return key_make(r, m);
    if (m[MEANS_CERTIFICATE].present || m[MEANS_SHA256].present)
        return token;
    token = token_make(r->a);
    m[MEANS_SHA256] = value_of(hash_hex(r->a, hash_sha256(token.p, token.n)));
    return token;
}

static void means_post(struct req *r, int at)
{
    struct value *v = values_new(r, r->a);
    const struct json *in = json_parse(r->a, r->body, &r->err);
    struct str first = {NULL, 0};
    if (in && schema_decode(r->a, r->route->record, in, v, &r->err) && values_fit(r, v, &r->err))
        first = means_make(r, v + at);
    if (r->err.n)
        reply_problem(r);
    else
        record_secret(r, v, "token_first", first);
}

static void token_post(struct req *r)
{
    means_post(r, TOKEN_MEANS);
}

static void token_rotate(struct req *r)
{
    if (!uuid_is(r->capture[0])) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
        return;
    }
    r->parent_key = r->capture[0];
    means_post(r, ROTATE_MEANS);
}

/* ---- history --------------------------------------------------------------------------------- */

static void on_history(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    if (!fail && rows->n == 0)
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
    else
        on_items(r, rows, fail);
}

static void ask_history(struct req *r, struct str what)
{
    const struct str p[] = {what, r->capture[0]};
    db_query(r->server->db, r->a, r->actor, SQL_DIRECTORY_HISTORY, p, COUNT_OF(p), on_history, r);
}

static void organisation_history(struct req *r)
{
    ask_history(r, STR("organisation"));
}

static void person_history(struct req *r)
{
    ask_history(r, STR("person"));
}

static void token_history(struct req *r)
{
    db_query(
        r->server->db, r->a, r->actor, SQL_DIRECTORY_TOKEN_HISTORY, r->capture, 1, on_history, r);
}

/* ---- answers --------------------------------------------------------------------------------- */

#define KINDS "bank insurer guarantor district finance ip_office auditor"

/* In a history alone: which version, and by which record of whom; a command on the machine has
 * none, and says so. */
// clang-format off
#define HISTORY_MEMBERS \
    {"version", M_COUNT, "版本", .en = "Its number, in a history", .maybe = true}, \
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When the log signed it", .maybe = true}, \
    {"leaf", M_COUNT, "日志叶号", .en = "Leaf of the log that proves it", .maybe = true}, \
    {"act", M_TEXT, "事项", .en = "Type of the record that made it so; bootstrap, command: on the machine", .maybe = true}, \
    {"act_id", M_ID, "事项编号", .en = "Id of that record", .maybe = true}, \
    {"recorded_by", M_TEXT, "经办人", .en = "Who recorded or proposed it", .maybe = true}, \
    {"approved_by", M_TEXT, "复核人", .en = "Who approved it last", .maybe = true}, \
    {"reason", M_TEXT, "理由", .en = "Why", .maybe = true}
// clang-format on
static const struct member organisation_members[] = {
    {"code", M_TEXT, "机构代码", .en = "Code"},
    {"kind", M_WORD, "机构类别", .en = "Kind", .words = KINDS},
    {"name", M_TEXT, "机构名称", .en = "Name"},
    {"district", M_TEXT, "区代码", .en = "District", .maybe = true},
    {"uscc", M_TEXT, "统一社会信用代码", .en = "Unified social credit code", .maybe = true},
    {"disabled_at", M_INSTANT, "停用时刻", .en = "When it was disabled", .maybe = true},
    HISTORY_MEMBERS,
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
    {"same_as", M_ID, "与此人为同一人", .en = "The person that he was found to be", .maybe = true},
    HISTORY_MEMBERS,
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
    {"key_id", M_TEXT, "签名密钥编号", .en = "It is a key that signs requests: its id",
        .maybe = true},
    {"follows", M_ID, "接替的令牌", .en = "The token that it was given in the place of",
        .maybe = true},
    {"created_at", M_INSTANT, "签发时刻", .en = "When it was made"},
    {"expires_at", M_INSTANT, "失效时刻", .en = "When it ends", .maybe = true},
    {"revoked_at", M_INSTANT, "吊销时刻", .en = "When it was revoked", .maybe = true},
    {"state", M_WORD, "状态",
        .en = "Whether it is in force; rotated: another follows, and it is until its end",
        .words = "live rotated expired revoked ended"},
    HISTORY_MEMBERS,
    {.name = NULL},
};
static const struct shape organisation_shape = {"organisation_shown", organisation_members},
                          person_shape = {"person_shown", person_members},
                          token_shape = {"token_shown", token_members};

/* ---- routes ---------------------------------------------------------------------------------- */

#define READERS (IP_OFFICE | AUDITOR)

static const struct query q_after_code = {"after", Q_TEXT, .zh = "上一页的 next"},
                          q_organisation = {"organisation", Q_TEXT, .zh = "机构代码"},
                          q_of_kind = {"kind", Q_WORD, .zh = "机构类别", .words = KINDS},
                          q_order_of_organisations = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "code -code name -name kind -kind"},
                          q_order_of_persons = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "recorded -recorded name -name"},
                          q_order_of_tokens = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "recorded -recorded person -person expires_at -expires_at"};

// clang-format off
#define ASKED_OF(who, at, by, rec, said, name_zh, name_en) \
    {.method = METHOD_POST, .path = at, .roles = who, .administers = true, .handle = by, \
        .takes = TAKES_JSON, .record = &rec, .query = {&q_dry_run, &q_receipt}, .answers = said, \
        .zh = name_zh, .en = name_en}
#define ASKED(...) ASKED_OF(IP_OFFICE, __VA_ARGS__)
// clang-format on

const struct route directory_routes[] = {
    ASKED("/v1/organisations", record_post_one, organisation_record, record_proposed, "登记机构",
        "Propose an organisation"),
    {.method = METHOD_GET,
        .path = "/v1/organisations",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &organisation_list,
        .query = {&q_limit, &q_after_code, &q_of_kind, &q_q, &q_order_of_organisations, &q_total,
            &q_list_format},
        .answers = ANSWERS(PAGE_OF(organisation_shape)),
        .zh = "机构列表",
        .en = "List the organisations that whoever asks may know of"},
    {.method = METHOD_GET,
        .path = "/v1/organisations/{code}/history",
        .roles = READERS,
        .handle = organisation_history,
        .answers = ANSWERS(PAGE_OF(organisation_shape)),
        .zh = "机构的历史",
        .en = "What an organisation was, by which record of whom"},
    ASKED("/v1/organisations/{code}/rename", organisation_step, organisation_rename_record,
        record_proposed, "机构更名", "Propose another name of an organisation"),
    ASKED("/v1/organisations/{code}/disable", organisation_step, organisation_disable_record,
        record_made, "停用机构", "End all tokens of an organisation at once"),
    ASKED("/v1/districts", record_post_one, district_record, record_proposed, "增设区",
        "Propose a district that came to be since the list was made"),
    ASKED("/v1/persons", record_post_one, person_record, record_proposed, "登记人员",
        "Propose a person in an organisation"),
    {.method = METHOD_GET,
        .path = "/v1/persons",
        .roles = READERS,
        .handle = list_get,
        .list = &person_list,
        .query = {&q_limit, &q_after, &q_organisation, &q_q, &q_order_of_persons, &q_total,
            &q_list_format},
        .answers = ANSWERS(PAGE_OF(person_shape)),
        .zh = "人员列表",
        .en = "List persons with their posts"},
    {.method = METHOD_GET,
        .path = "/v1/persons/{id}/history",
        .roles = READERS,
        .handle = person_history,
        .answers = ANSWERS(PAGE_OF(person_shape)),
        .zh = "人员的历史",
        .en = "What a person was, and where he sat, by which record of whom"},
    ASKED("/v1/persons/{id}/disable", record_step, person_disable_record, record_made, "停用人员",
        "End a person's posts, or one of them, at once"),
    ASKED("/v1/organisations/{code}/enable", organisation_step, organisation_enable_record,
        record_proposed, "恢复机构",
        "Propose that a disabled organisation goes on: with new tokens"),
    ASKED("/v1/persons/{id}/enable", record_step, person_enable_record, record_proposed, "恢复人员",
        "Propose that a person goes on in the posts that ended, or in one: with new tokens"),
    ASKED("/v1/persons/{id}/same-as", record_step, person_same_record, record_proposed,
        "合并同一人", "Propose that two persons are one: what both decided so far is told"),
    ASKED("/v1/tokens", token_post, token_record, record_proposed, "签发令牌",
        "Propose a token; the first half of its text is in this answer alone"),
    {.method = METHOD_GET,
        .path = "/v1/tokens",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &token_list,
        .query = {&q_limit, &q_after, &q_organisation, &q_q, &q_order_of_tokens, &q_total,
            &q_list_format},
        .answers = ANSWERS(PAGE_OF(token_shape)),
        .zh = "令牌列表",
        .en = "List tokens: whose, for what, until when"},
    {.method = METHOD_GET,
        .path = "/v1/tokens/{id}/history",
        .roles = EVERYBODY,
        .handle = token_history,
        .answers = ANSWERS(PAGE_OF(token_shape)),
        .zh = "令牌的历史",
        .en = "The life of a token: made, followed, ended, by whom, when and why"},
    ASKED_OF(EVERYBODY, "/v1/tokens/{id}/rotate", token_rotate, token_rotate_record,
        record_proposed, "轮换令牌",
        "Propose a token in the place of one of one's own organisation, which goes on for a while"),
    ASKED_OF(EVERYBODY, "/v1/tokens/{id}/revoke", record_step, token_revoke_record, record_made,
        "吊销令牌", "End a token of one's own organisation at once"),
    {.path = NULL},
};
