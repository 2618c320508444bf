/*
 * records_directory.c - organisations, persons and tokens.
 */
#include "fields.h"
#include "records.h"
#include "role.h"
#include <assert.h>

#define REFERENCE(shown)                                                                           \
    {                                                                                              \
        "reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = shown           \
    }
#define REASON                                                                                     \
    {                                                                                              \
        "reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "离职"          \
    }
#define ORGANISATION                                                                               \
    {                                                                                              \
        "organisation", "机构代码", F_IDENT, .need = true, .ident = ident_org, .example = "BANK-A" \
    }

/* What records of this room have in common: each is decided by its own function. */
#define DIRECTORY_RECORD                                                                           \
    .key = 0, .district = NO_FIELD, .on = NO_FIELD, .write = SQL_RECORD_DECIDE,                    \
    .peek = SQL_RECORD_TRY
#define PROPOSED .proposed = true

/* ---- organisations --------------------------------------------------------------------------- */

static const struct choice org_kinds[] = {{"bank", "银行"}, {"insurer", "保险机构"},
    {"guarantor", "担保机构"}, {"district", "区"}, {"finance", "财政"}, {"ip_office", "知识产权局"},
    {"auditor", "审计"}, {NULL, NULL}};
static const struct field organisation_fields[] = {
    {"code", "机构代码", F_IDENT, .need = true, .ident = ident_org, .example = "BANK-A"},
    {"kind", "机构类别", F_ENUM, .need = true, .choices = org_kinds, .example = "bank"},
    {"name", "机构名称", F_TEXT, .need = true, .min = 1, .max = 100, .example = "甲银行"},
    {"district", "区代码", F_IDENT, .ident = ident_district, .example = "310115"},
    {"uscc", "统一社会信用代码", F_IDENT, .ident = ident_uscc, .example = "91310115QX0115114N"},
    {.name = NULL},
};
enum { ORGANISATION_CODE, ORGANISATION_KIND, ORGANISATION_NAME, ORGANISATION_DISTRICT };

/* A district has one, and nobody else. */
static void organisation_check(const struct value *v, struct err *e)
{
    bool is_district = v[ORGANISATION_KIND].n == ORG_DISTRICT;
    if (is_district && !v[ORGANISATION_DISTRICT].present)
        err_add(e, E_NEED, STR("/district"), NULL);
    else if (!is_district && v[ORGANISATION_DISTRICT].present)
        err_add(e, E_UNWANTED, STR("/district"), "%s", org_kinds[v[ORGANISATION_KIND].n].name);
}

const struct record organisation_record = {
    .name = "organisation",
    .path = "/v1/organisations",
    .zh = "机构",
    .fields = organisation_fields,
    DIRECTORY_RECORD,
    .subject = ORGANISATION_CODE,
    PROPOSED,
    .parent = NO_FIELD,
    .check = organisation_check,
    .read_only = proposed_read_only,
};

static const struct field rename_fields[] = {
    REFERENCE("GM-2024-01"),
    ORGANISATION,
    {"name", "新名称", F_TEXT, .need = true, .min = 1, .max = 100, .example = "甲银行股份有限公司"},
    {"uscc", "统一社会信用代码(不填则不变)", F_IDENT, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    REASON,
    {.name = NULL},
};

const struct record organisation_rename_record = {
    .name = "organisation_rename",
    .path = "/v1/organisation-renames",
    .zh = "机构更名",
    .fields = rename_fields,
    DIRECTORY_RECORD,
    .tokens = true,
    .subject = 1,
    PROPOSED,
    .parent = 1,
    .read_only = proposed_read_only,
};

static const struct field disable_fields[] = {
    REFERENCE("TY-2024-01"),
    ORGANISATION,
    REASON,
    {.name = NULL},
};

const struct record organisation_disable_record = {
    .name = "organisation_disable",
    .path = "/v1/organisation-disables",
    .zh = "停用机构",
    .fields = disable_fields,
    DIRECTORY_RECORD,
    .tokens = true,
    .subject = 1,
    .parent = 1,
    .read_only = no_read_only,
};

const struct record organisation_enable_record = {
    .name = "organisation_enable",
    .path = "/v1/organisation-enables",
    .zh = "恢复机构",
    .fields = disable_fields,
    DIRECTORY_RECORD,
    .tokens = true,
    .subject = 1,
    PROPOSED,
    .parent = 1,
    .read_only = proposed_read_only,
};

/* ---- districts --------------------------------------------------------------------------------
 */

static const struct field district_fields[] = {
    {"code", "区代码", F_TEXT, .need = true, .min = 6, .max = 6, .example = "310152"},
    {"title", "名称", F_TEXT, .need = true, .min = 1, .max = 40, .example = "临港新区"},
    {"title_en", "英文名称", F_TEXT, .min = 1, .max = 60, .example = "Lingang"},
    REASON,
    {.name = NULL},
};

static void district_check(const struct value *v, struct err *e)
{
    if (strspn(v[0].s.p, "0123456789") != v[0].s.n)
        err_add(e, E_TYPE, STR("/code"), "310152");
}

const struct record district_record = {
    .name = "district",
    .path = "/v1/districts",
    .zh = "区",
    .fields = district_fields,
    DIRECTORY_RECORD,
    .subject = 0,
    PROPOSED,
    .parent = NO_FIELD,
    .check = district_check,
    .read_only = proposed_read_only,
};

/* ---- persons --------------------------------------------------------------------------------- */

static const struct field person_fields[] = {
    REFERENCE("RY-2024-01"),
    ORGANISATION,
    {"name", "姓名", F_TEXT, .need = true, .min = 1, .max = 60, .example = "王敏"},
    {"staff_no", "工号", F_TEXT, .min = 1, .max = 40, .example = "F-0012"},
    {"id_hash", "证件号摘要", F_TEXT, .min = 64, .max = 64,
        .example = "pledged person id-hash 的输出"},
    {"same_as", "与此人为同一人", F_IDENT, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {.name = NULL},
};
enum { PERSON_REFERENCE, PERSON_ORGANISATION, PERSON_NAME, PERSON_STAFF_NO, PERSON_ID_HASH };

static bool is_hash(const struct value *v)
{
    return !v->present || (v->s.n == 64 && strspn(v->s.p, "0123456789abcdef") == 64);
}

static void person_check(const struct value *v, struct err *e)
{
    if (!is_hash(&v[PERSON_ID_HASH]))
        err_add(e, E_HASH, STR("/id_hash"), NULL);
}

const struct record person_record = {
    .name = "person",
    .path = "/v1/persons",
    .zh = "人员",
    .fields = person_fields,
    DIRECTORY_RECORD,
    .subject = PERSON_ORGANISATION,
    PROPOSED,
    .parent = NO_FIELD,
    .check = person_check,
    .read_only = proposed_read_only,
};

static const struct field person_disable_fields[] = {
    REFERENCE("LZ-2024-01"),
    {"person", "人员编号", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"organisation", "机构代码(不填为全部)", F_IDENT, .ident = ident_org, .example = "BANK-A"},
    REASON,
    {.name = NULL},
};

const struct record person_disable_record = {
    .name = "person_disable",
    .path = "/v1/person-disables",
    .zh = "停用人员",
    .fields = person_disable_fields,
    DIRECTORY_RECORD,
    .tokens = true,
    .subject = 1,
    .parent = 1,
    .read_only = no_read_only,
};

const struct record person_enable_record = {
    .name = "person_enable",
    .path = "/v1/person-enables",
    .zh = "恢复人员",
    .fields = person_disable_fields,
    DIRECTORY_RECORD,
    .tokens = true,
    .subject = 1,
    PROPOSED,
    .parent = 1,
    .read_only = proposed_read_only,
};

static const struct field person_same_fields[] = {
    REFERENCE("HB-2024-01"),
    {"person", "人员编号", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"same_as", "与此人为同一人", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f825"},
    REASON,
    {.name = NULL},
};

const struct record person_same_record = {
    .name = "person_same",
    .path = "/v1/person-sames",
    .zh = "合并同一人",
    .fields = person_same_fields,
    DIRECTORY_RECORD,
    .tokens = true,
    .subject = 1,
    PROPOSED,
    .parent = 1,
    .read_only = proposed_read_only,
};

/* ---- tokens ---------------------------------------------------------------------------------- */

static const struct choice duties[] = {
    {"submit", "报送"}, {"decide", "复核"}, {"pay", "支付"}, {"administer", "管理"}, {NULL, NULL}};
static_assert(COUNT_OF(duties) == DUTY_COUNT + 1, "the choices follow the enum");
static const struct choice digests[] = {{"sha256", "SHA-256"}, {"sm3", "SM3"}, {NULL, NULL}};
const char *const token_digests[] = {"sha256", "sm3"};
static_assert(COUNT_OF(digests) == COUNT_OF(token_digests) + 1, "the names are the choices");
// clang-format off
#define MEANS                                                                                      \
    {"sha256", "令牌前半的摘要(不填则由台账生成)", F_TEXT, .min = 64, .max = 64,        \
        .example = HASH_EXAMPLE},                                                                  \
    {"certificate", "客户端证书的 SHA-256 指纹", F_TEXT, .min = 64, .max = 64,               \
        .example = HASH_EXAMPLE},                                                                  \
    {"hmac", "签名密钥的摘要算法(RFC 9421)", F_ENUM, .choices = digests, .example = "sha256"},  \
    {"key_id", "签名密钥编号(由台账生成)", F_TEXT, .min = 5, .max = 40,                 \
        .example = "plk_.aK3n0Xo5hS2fV8bQ1tY7wA"}
// clang-format on
static const struct field token_fields[] = {
    REFERENCE("LP-2024-01"),
    ORGANISATION,
    {"person", "姓名", F_TEXT, .need = true, .min = 1, .max = 60, .example = "王敏"},
    {"duties", "职责(不填为只读)", F_WORDS, .choices = duties, .example = "submit;decide"},
    {"expires_on", "失效日", F_DAY, .example = "2025-12-31"},
    MEANS,
    {.name = NULL},
};
static_assert(
    COUNT_OF(token_fields) == TOKEN_MEANS + MEANS_WIDTH + 1, "the enum follows the table");
static const struct member token_read_only[] = {
    {"", M_ALSO, .of = proposed_read_only},
    {"token_first", M_TEXT, "令牌前半(只显示一次)",
        .en = "First half of the token: shown once; the second is told to its last approver",
        .maybe = true},
    {.name = NULL},
};

/* One of a text, a certificate and a key; the digest and the id of a key are made together. */
static void means_check(const struct value *m, struct err *e)
{
    if (!is_hash(&m[MEANS_SHA256]))
        err_add(e, E_HASH, STR("/sha256"), NULL);
    if (!is_hash(&m[MEANS_CERTIFICATE]))
        err_add(e, E_HASH, STR("/certificate"), NULL);
    if (m[MEANS_CERTIFICATE].present && m[MEANS_SHA256].present)
        err_add(e, E_UNWANTED, STR("/sha256"), "certificate");
    if (m[MEANS_CERTIFICATE].present && m[MEANS_HMAC].present)
        err_add(e, E_UNWANTED, STR("/hmac"), "certificate");
    if (m[MEANS_HMAC].present && m[MEANS_SHA256].present && !m[MEANS_KEY_ID].present)
        err_add(e, E_UNWANTED, STR("/sha256"), "hmac");
    if (!m[MEANS_HMAC].present && m[MEANS_KEY_ID].present)
        err_add(e, E_NEED, STR("/hmac"), NULL);
}

static void token_check(const struct value *v, struct err *e)
{
    means_check(v + TOKEN_MEANS, e);
}

const struct record token_record = {
    .name = "token",
    .path = "/v1/tokens",
    .zh = "令牌",
    .fields = token_fields,
    DIRECTORY_RECORD,
    .subject = TOKEN_ORGANISATION,
    PROPOSED,
    .parent = NO_FIELD,
    .check = token_check,
    .read_only = token_read_only,
};

static const struct field rotate_fields[] = {
    REFERENCE("LH-2024-01"),
    {"token", "令牌编号", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"overlap_hours", "旧令牌继续有效的小时数(不填为 24)", F_INT, .min = 0, .max = 720,
        .example = "24"},
    {"duties", "只保留这些职责(不填则照旧)", F_WORDS, .choices = duties, .example = "submit"},
    {"expires_on", "失效日(不晚于旧令牌)", F_DAY, .example = "2025-12-31"},
    REASON,
    MEANS,
    {.name = NULL},
};
static_assert(
    COUNT_OF(rotate_fields) == ROTATE_MEANS + MEANS_WIDTH + 1, "the enum follows the table");

static void rotate_check(const struct value *v, struct err *e)
{
    means_check(v + ROTATE_MEANS, e);
}

const struct record token_rotate_record = {
    .name = "token_rotate",
    .path = "/v1/token-rotations",
    .zh = "轮换令牌",
    .fields = rotate_fields,
    DIRECTORY_RECORD,
    .tokens = true,
    .subject = ROTATE_TOKEN,
    PROPOSED,
    .parent = ROTATE_TOKEN,
    .check = rotate_check,
    .read_only = token_read_only,
};

static const struct field revoke_fields[] = {
    REFERENCE("DX-2024-01"),
    {"token", "令牌编号", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    REASON,
    {"replaced_by", "接替它的令牌编号(未遗失时填,所办事项照旧有效)", F_IDENT, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f825"},
    {.name = NULL},
};

const struct record token_revoke_record = {
    .name = "token_revoke",
    .path = "/v1/token-revokes",
    .zh = "吊销令牌",
    .fields = revoke_fields,
    DIRECTORY_RECORD,
    .tokens = true,
    .subject = 1,
    .parent = 1,
    .read_only = no_read_only,
};
