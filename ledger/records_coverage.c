/*
 * records_coverage.c - cover of loans under schemes, its steps, and what the program judged.
 *
 * What is checked here needs nothing but the record; what needs the ledger is decided by the
 * functions of migrations/functions/coverage.sql.
 */
#include "fields.h"
#include "records.h"

static const struct field coverage_fields[] = {
    {"reference", "备案编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "BA-2023-001"},
    {"loan", "贷款合同编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "PJ-2022-000123"},
    {"scheme", "方案代码", F_IDENT, .need = true, .ident = ident_account, .example = "SH-DEPOSIT"},
    {"amount", "备案金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "3000000.00"},
    {"on", "纸质备案日", F_DAY, .past = true, .example = "2022-07-05"},
    {"evidence", "纸质备案凭证", F_TEXT, .min = 1, .max = 300,
        .example = "备案表 2022-07 第 12 号"},
    {.name = NULL},
};
enum { COVERAGE_REFERENCE, COVERAGE_LOAN, COVERAGE_SCHEME, COVERAGE_ON = 4, COVERAGE_EVIDENCE };

/* Cover that was granted on paper has a day and a document; other cover begins when it is asked
 * for. */
static void coverage_check(const struct value *v, struct err *e)
{
    if (v[COVERAGE_ON].present != v[COVERAGE_EVIDENCE].present)
        err_add(e, E_NEED, v[COVERAGE_ON].present ? STR("/evidence") : STR("/on"), NULL);
}

/* What decides what a claim is paid, as it was frozen. */
static const struct member terms_members[] = {
    {"scheme", M_TEXT, "方案代码", .en = "Scheme"},
    {"version", M_DAY, "方案版本的生效日", .en = "Version of the scheme"},
    {"hash", M_HASH, "方案文本哈希", .en = "SHA-256 of the scheme's text", .maybe = true},
    {"amount", M_YUAN, "备案金额", .en = "Covered amount", .maybe = true},
    {"ip_share", M_PERCENT, "知识产权占比", .en = "Share secured by IP", .maybe = true},
    {"rate", M_PERCENT, "年利率", .en = "Rate", .maybe = true},
    {"signed_on", M_DAY, "签订日", .en = "Signed on", .maybe = true},
    {"disbursed_on", M_DAY, "放款日", .en = "Drawn on", .maybe = true},
    {"matures_on", M_DAY, "到期日", .en = "Due on", .maybe = true},
    {"registered_on", M_DAY, "登记日", .en = "Pledge registered on", .maybe = true},
    {"pledge_no", M_TEXT, "登记号", .en = "Registration number", .maybe = true},
    {"first_loan", M_BOOL, "首贷", .en = "First loan, as the ledger knows"},
    {"uplift", M_PERCENT, "加成", .en = "Points added to the fund's share", .maybe = true},
    {"guarantor_uscc", M_TEXT, "担保机构", .en = "Guarantor", .maybe = true},
    {"insurer_uscc", M_TEXT, "保险机构", .en = "Insurer", .maybe = true},
    {"rights", M_TEXT, "权利编号", .en = "Rights", .list = true, .maybe = true},
    {.name = NULL},
};
static const struct member room_left_members[] = {
    {"leverage", M_YUAN, "放大倍数余额", .en = "Left under the leverage limit", .maybe = true},
    {"loan", M_YUAN, "单笔余额", .en = "Left for this loan", .maybe = true},
    {"enterprise", M_YUAN, "单户余额", .en = "Left for this firm", .maybe = true},
    {.name = NULL},
};
static const struct member coverage_step_members[] = {
    {"step", M_TEXT, "步骤", .en = "Step"},
    {"state", M_TEXT, "其后状态", .en = "State after it"},
    {"reason", M_TEXT, "理由", .en = "Reason", .maybe = true},
    {"by", M_TEXT, "经办人", .en = "Who took it"},
    {"at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {.name = NULL},
};
static const struct member begun_members[] = {
    {"step", M_TEXT, "步骤", .en = "Step"},
    {"by", M_TEXT, "先办的人", .en = "Who took it first"},
    {.name = NULL},
};
/* What was judged, and what became of it. */
static const struct member judged_members[] = {
    {"state", M_WORD, "状态", .en = "State", .words = "requested covered refused suspended ended"},
    {"from", M_DAY, "起始日", .en = "Covered from"},
    {"terms", M_OBJECT, "冻结条款", .en = "Frozen terms", .of = terms_members, .maybe = true},
    {"room", M_OBJECT, "余额", .en = "Room that is left", .of = room_left_members, .maybe = true},
    {"errors", M_OBJECT, "问题", .en = "What stands against it", .of = error_members, .list = true,
        .maybe = true},
    {.name = NULL},
};
/* What every answer tells of a cover, that of its loan included. */
const struct member coverage_told[] = {
    {"scheme", M_TEXT, "方案代码", .en = "Scheme"},
    {"amount", M_YUAN, "备案金额", .en = "Covered amount"},
    {"", M_ALSO, .of = judged_members},
    {.name = NULL},
};
const struct member coverage_members[] = {
    {"", M_ALSO, .of = coverage_told},
    {"id", M_ID, "备案记录", .en = "Record"},
    {"reference", M_TEXT, "备案编号", .en = "Reference"},
    {"loan", M_TEXT, "贷款合同编号", .en = "Contract number of the loan"},
    {"loan_id", M_ID, "贷款", .en = "The loan"},
    {"bank", M_TEXT, "银行", .en = "Bank"},
    {"on", M_DAY, "纸质备案日", .en = "Day of cover on paper", .maybe = true},
    {"evidence", M_TEXT, "纸质备案凭证", .en = "Its evidence", .maybe = true},
    {"outstanding", M_YUAN, "未偿还本金", .en = "Owed on the loan"},
    {"seen", M_HASH, "所见版本", .en = "What a taker of a step names as seen"},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it"},
    {"steps", M_OBJECT, "步骤", .en = "Steps taken", .of = coverage_step_members, .list = true},
    {"begun", M_OBJECT, "待另一人办理的步骤", .en = "Steps that wait for a second person",
        .of = begun_members, .list = true},
    {"legal_steps", M_TEXT, "可办步骤", .en = "Steps possible now", .list = true},
    {.name = NULL},
};
static const struct member coverage_read_only[] = {
    {"", M_ALSO, .of = judged_members},
    {"loan_id", M_ID, "贷款", .en = "The loan", .maybe = true},
    {"bank", M_TEXT, "银行", .en = "Bank", .maybe = true},
    {"outstanding", M_YUAN, "未偿还本金", .en = "Owed on the loan", .maybe = true},
    {"seen", M_HASH, "所见版本", .en = "What a taker of a step names as seen", .maybe = true},
    {"steps", M_OBJECT, "步骤", .en = "Steps taken", .of = coverage_step_members, .list = true,
        .maybe = true},
    {"begun", M_OBJECT, "待另一人办理的步骤", .en = "Steps that wait for a second person",
        .of = begun_members, .list = true, .maybe = true},
    {"legal_steps", M_TEXT, "可办步骤", .en = "Steps possible now", .list = true, .maybe = true},
    {.name = NULL},
};
const char *const coverage_states[] = {
    "requested", "covered", "refused", "suspended", "ended", NULL};

const struct record coverage_record = {
    .name = "coverage",
    .path = "/v1/coverages",
    .zh = "备案",
    .fields = coverage_fields,
    .key = COVERAGE_REFERENCE,
    .subject = COVERAGE_LOAN,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .states = coverage_states,
    .decided = true,
    .asks_cover = COVERAGE_SCHEME,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = coverage_check,
    .read_only = coverage_read_only,
};

static const struct choice coverage_steps[] = {
    {"confirm", "确认"}, {"refuse", "不予确认"}, {"end", "终止"}, {NULL, NULL}};
static const struct field coverage_step_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "confirm 64 hex digits"},
    {"coverage", "备案", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"step", "步骤", F_ENUM, .need = true, .choices = coverage_steps, .example = "confirm"},
    {"seen", "所见版本", F_TEXT, .need = true, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "材料齐全"},
    {"evidence", "更正凭证", F_TEXT, .min = 1, .max = 300, .example = "借款合同 2022-07 原件"},
    {.name = NULL},
};
enum { COVERAGE_STEP_REFERENCE, COVERAGE_STEP_OF, COVERAGE_STEP_STEP, COVERAGE_STEP_SEEN };

static void coverage_step_derive(struct arena *a, struct value *v)
{
    step_key(a, &v[COVERAGE_STEP_REFERENCE], &v[COVERAGE_STEP_SEEN],
        coverage_steps[v[COVERAGE_STEP_STEP].n].name);
}

const struct record coverage_step_record = {
    .name = "coverage_step",
    .path = "/v1/coverage-steps",
    .zh = "备案步骤",
    .fields = coverage_step_fields,
    .key = COVERAGE_STEP_REFERENCE,
    .subject = COVERAGE_STEP_OF,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .weight = 32,
    .parent = COVERAGE_STEP_OF,
    .verb = COVERAGE_STEP_STEP,
    .derive = coverage_step_derive,
    .read_only = no_read_only,
};

/* What the program found of requests by the conditions of their schemes. */
static const struct field judgement_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "judge 1"},
    {"of", "备案", F_JSON, .need = true, .example = "[{coverage, guard, problems, uplift}]"},
    {.name = NULL},
};

const struct record coverage_judgement_record = {
    .name = "coverage_judgement",
    .path = "/v1/coverage-judgements",
    .zh = "备案判定",
    .fields = judgement_fields,
    .key = 0,
    .subject = 0,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .read_only = no_read_only,
};
