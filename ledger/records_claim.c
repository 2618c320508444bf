/*
 * records_claim.c - claims on the fund and their steps.
 *
 * What is checked here needs nothing but the record; what needs the ledger is decided by the
 * functions of migrations/functions/claim.sql.
 */
#include "fields.h"
#include "records.h"
#include "rule.h"
#include "titles.h"
#include <assert.h>
#include <string.h>

/* ---- claims ---------------------------------------------------------------------------------- */

static const struct choice claim_kinds[] = {
    {"compensation", "代偿补偿"}, {"pre_compensation", "前补偿"}, {NULL, NULL}};
static const struct field cost_fields[] = {
    {"what", "费用项目", F_TEXT, .need = true, .min = 1, .max = 100, .example = "诉讼费"},
    {"amount", "金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "12000.00"},
    {"evidence", "凭证", F_TEXT, .need = true, .min = 1, .max = 300,
        .example = "(2023)沪 0115 民初 1 号 票据"},
    {.name = NULL},
};
static const struct field claim_fields[] = {
    {"reference", "理赔编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "LP-2023-001"},
    {"loan", "贷款合同编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "PJ-2022-000123"},
    {"kind", "赔付种类", F_ENUM, .need = true, .choices = claim_kinds, .example = "compensation"},
    {"loss_principal", "本金损失", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "3000000.00"},
    {"loss_interest", "利息损失", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "50000.00"},
    {"costs", "追偿费用", F_LIST, .min = 1, .max = 100, .of = cost_fields},
    {"on", "申请日(今日)", F_DAY, .example = "2023-09-01"},
    {"received_on", "纸质材料收到日", F_DAY, .past = true, .example = "2023-08-20"},
    {"evidence", "纸质材料凭证", F_TEXT, .min = 1, .max = 300, .example = "收文 2023-118"},
    {.name = NULL},
};
enum { CLAIM_REFERENCE, CLAIM_LOAN, CLAIM_RECEIVED_ON = 7, CLAIM_EVIDENCE, CLAIM_WIDTH };
static_assert(COUNT_OF(claim_fields) == CLAIM_WIDTH + 1, "the enum follows the table");

/* A paper that came earlier has a day and a document. */
static void claim_check(const struct value *v, struct err *e)
{
    if (v[CLAIM_RECEIVED_ON].present != v[CLAIM_EVIDENCE].present)
        err_add(
            e, E_NEED, v[CLAIM_EVIDENCE].present ? STR("/received_on") : STR("/evidence"), NULL);
}

static const struct member share_members[] = {
    {"party", M_TEXT, "分担方", .en = "Who bears it"},
    {"share", M_PERCENT, "比例", .en = "Share in percent"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {.name = NULL},
};
/* What is left under each limit of the scheme, by its name. */
static const struct member room_members[] = {
    {"", M_YUAN, "余额", .en = "What is left"}, {.name = NULL}};
static const struct member back_members[] = {
    {"party", M_TEXT, "分担方", .en = "Who gets it"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {.name = NULL},
};
static const struct member claim_step_members[] = {
    {"id", M_ID, "步骤记录", .en = "Record of the step"},
    {"step", M_TEXT, "步骤", .en = "Step"},
    {"state", M_TEXT, "其后状态", .en = "State after it"},
    {"on", M_DAY, "日期", .en = "Day"},
    {"by", M_TEXT, "经办人", .en = "Who took it"},
    {"reason", M_TEXT, "理由", .en = "Reason", .maybe = true},
    {"owner", M_TEXT, "补正责任方", .en = "Who has to act", .maybe = true},
    {"due_on", M_DAY, "补正期限", .en = "By which day", .maybe = true},
    {"fund", M_YUAN, "基金份额", .en = "The fund's share", .maybe = true},
    {"amount", M_YUAN, "金额", .en = "Amount", .maybe = true},
    {"costs", M_YUAN, "费用", .en = "Costs", .maybe = true},
    {"costs_accepted", M_YUAN, "认可的费用", .en = "Costs that finance accepted", .maybe = true},
    {"layers", M_OBJECT, "各层收回", .en = "What each layer got back", .of = back_members,
        .list = true, .maybe = true},
    {"hold_until", M_DAY, "占用至", .en = "The money is held until", .maybe = true},
    {"transfer", M_ID, "转账", .en = "Transfer that it made", .maybe = true},
    {"told", M_ID, "所确认的步骤", .en = "Step that it received or refused", .maybe = true},
    {"at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {.name = NULL},
};
/* Decided when the claim is made: in every answer. */
static const struct member claim_decided[] = {
    {"scheme", M_TEXT, "方案代码", .en = "Scheme", .maybe = true},
    {"scheme_version", M_DAY, "方案版本的生效日", .en = "Version of the scheme", .maybe = true},
    {"filed_on", M_DAY, "收到日", .en = "Day of receipt", .maybe = true},
    {"net_loss", M_YUAN, "净损失", .en = "Net loss", .maybe = true},
    {"fund", M_YUAN, "基金应赔", .en = "What the fund bears", .maybe = true},
    {"split", M_OBJECT, "分担", .en = "Who bears what", .of = share_members, .list = true,
        .maybe = true},
    {"arithmetic", M_OBJECT, "计算过程", .en = "Line by line", .of = line_members, .list = true,
        .maybe = true},
    {"headroom", M_MAP, "各项限额余额", .en = "What is left under each limit", .of = room_members,
        .maybe = true},
    {.name = NULL},
};
static const struct member claim_read_only[] = {
    {"", M_ALSO, .of = claim_decided},
    {"state", M_TEXT, "状态", .en = "State", .maybe = true},
    {"seen", M_HASH, "所见版本", .en = "What an approver names as seen", .maybe = true},
    {"paid", M_YUAN, "已赔付", .en = "What the fund is out of pocket", .maybe = true},
    {"recovery_untold", M_YUAN, "尚未分配的收回", .en = "Recovered and not shared", .maybe = true},
    {"steps", M_OBJECT, "步骤", .en = "Steps taken", .of = claim_step_members, .list = true,
        .maybe = true},
    {"legal_steps", M_TEXT, "可办步骤", .en = "Steps possible now", .list = true, .maybe = true},
    {"owner", M_TEXT, "补正责任方", .en = "Who has to act", .maybe = true},
    {"due_on", M_DAY, "补正期限", .en = "By which day", .maybe = true},
    {"days_returned", M_COUNT, "退回天数", .en = "Days since it was returned", .maybe = true},
    {"days_over", M_COUNT, "逾期天数", .en = "Days past the deadline", .maybe = true},
    {"hold_until", M_DAY, "占用至", .en = "The money is held until", .maybe = true},
    {"errors", M_OBJECT, "现有问题", .en = "What stands against it now", .of = error_members,
        .list = true, .maybe = true},
    {"recovered", M_YUAN, "已收回", .en = "Told by earlier versions", .maybe = true},
    {.name = NULL},
};

/* ---- as it is told --------------------------------------------------------------------------- */

/* Lines as functions/claim.sql writes them. */
static const char *const line_texts[][2] = {
    {"净损失 = 未偿还本金 + 未付利息 + 认可的追偿费用 + 他方已赔付",
        "Net loss = principal owed + interest unpaid + costs accepted + what others paid"},
    {"减:其他方案的补偿", "Less what other schemes pay"},
    {"其中备案部分,四舍五入到分", "Of it the covered part, rounded to the fen"},
    {"损失未达起赔点", "The loss is below the floor"},
    {"扣除免赔额后分担,四舍五入到分", "Share beyond the deductible, rounded to the fen"},
    {"该层上限", "Cap of this layer"}, {"减:已预先补偿", "Less what was paid in advance"},
    {"其中此前理赔已计入、尚未收回", "Of it in earlier claims, and not come back"},
    {"减:此前已赔付、尚未收回", "Less what was paid before and has not come back"},
    {"限额 此前未计入的损失应分担", "Limited: its share of what was not claimed before"},
    {"其他资金至多分担", "The most that other funds bear"}};
static const char limit[] = "限额 ";

static struct str member_text(const struct json *x, const char *key)
{
    const struct json *m = json_get(x, key);
    return m && m->kind == JSON_STRING ? m->text : STR("");
}

/* A limit by its title; a party by its word; all else as the table has it. Earlier editions wrote
 * lines of other members. */
static void line_titles(struct arena *a, const struct json *x, struct str *zh, struct str *en)
{
    struct str text = member_text(x, "text"), line = member_text(x, "line");
    size_t n = strlen(limit);
    *zh = text;
    *en = arena_printf(a, "%s: its share", word_english(a, line.p));
    for (size_t i = 0; i < COUNT_OF(line_texts); i++) {
        if (str_is(text, line_texts[i][0])) {
            *en = str_of(line_texts[i][1]);
            return;
        }
    }
    if (text.n <= n || memcmp(text.p, limit, n) != 0)
        return;
    const struct word *room = word_of("claim.room", (struct str){text.p + n, text.n - n});
    *zh = arena_printf(a, "限于%s", room ? room->zh : text.p + n);
    *en = arena_printf(a, "Limited: %s", room ? room->en : text.p + n);
}

static bool claim_told(const struct json *m, struct buf *out)
{
    if (!str_is(m->key, "arithmetic") || m->kind != JSON_LIST)
        return false;
    json_member_list(out, "arithmetic");
    for (const struct json *x = m->child; x; x = x->next) {
        struct str zh, en;
        line_titles(out->a, x, &zh, &en);
        json_open(out, '{');
        for (const struct json *y = x->child; y; y = y->next) {
            json_key(out, y->key.p);
            json_tree(out, y);
        }
        json_member_str(out, "title", zh);
        json_member_str(out, "title_en", en);
        json_close(out, '}');
    }
    json_close(out, ']');
    return true;
}

static const char *const claim_states[] = {"submitted", "returned", "lapsed", "accepted",
    "approved", "paid", "recovering", "closed", NULL};

static const struct choice claim_steps[] = {{"accept", "受理"}, {"return", "退回"},
    {"resubmit", "重新提交"}, {"withdraw", "撤回"}, {"approve", "批准"}, {"pay", "支付"},
    {"recover", "追偿"}, {"cure", "恢复正常"}, {"close", "结案"}, {"confirm", "确认收到日"},
    {"renew", "续占"}, {"release", "解除占用"}, {"accept_costs", "认可费用"},
    {"receive", "确认到账"}, {"refuse", "不予确认"}, {NULL, NULL}};
enum { STEP_ACCEPT, STEP_RETURN, STEP_RECOVER = 6, STEP_ACCEPT_COSTS = 12, STEP_KINDS = 15 };
static_assert(COUNT_OF(claim_steps) == STEP_KINDS + 1, "the enum follows the list");
static const struct field step_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "ZC-2024-001"},
    {"claim", "理赔", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"step", "步骤", F_ENUM, .need = true, .choices = claim_steps, .example = "approve"},
    {"on", "日期(今日)", F_DAY, .example = "2023-09-10"},
    {"seen", "所见版本", F_TEXT, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"reason", "理由", F_TEXT, .min = 1, .max = 500, .example = "材料齐全"},
    {"owner", "退回后的经办人", F_TEXT, .min = 1, .max = 60, .example = "李华"},
    {"due_on", "补正期限", F_DAY, .after = "on", .example = "2023-09-30"},
    {"amount", "收回金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "1000003.00"},
    {"costs", "追偿费用", F_LIST, .min = 1, .max = 100, .of = cost_fields},
    {"costs_accepted", "认可的费用", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "3.00"},
    {.name = NULL},
};
enum {
    STEP_REFERENCE,
    STEP_CLAIM,
    STEP_STEP,
    STEP_ON,
    STEP_SEEN,
    STEP_REASON,
    STEP_OWNER,
    STEP_DUE_ON,
    STEP_AMOUNT,
    STEP_COSTS,
    STEP_COSTS_ACCEPTED,
    STEP_FIELD_COUNT
};
static_assert(COUNT_OF(step_fields) == STEP_FIELD_COUNT + 1, "the enum follows the table");

/* A recovery has a reference of its own; any other step is taken once on what was seen. */
static void step_derive(struct arena *a, struct value *v)
{
    step_key(a, &v[STEP_REFERENCE], &v[STEP_SEEN], claim_steps[v[STEP_STEP].n].name);
}

/* Which of its further fields a kind of step takes (T) or needs (N); others take none. */
enum { NOT = 0, T = 1, N = 2 };
static const unsigned char step_takes[STEP_KINDS][STEP_FIELD_COUNT] = {
    [STEP_ACCEPT] = {[STEP_COSTS_ACCEPTED] = T},
    [STEP_RETURN] = {[STEP_OWNER] = N, [STEP_DUE_ON] = N},
    [STEP_RECOVER] = {[STEP_AMOUNT] = N, [STEP_COSTS] = T},
    [STEP_ACCEPT_COSTS] = {[STEP_COSTS_ACCEPTED] = N},
};

static void step_check(const struct value *v, struct err *e)
{
    int64_t kind = v[STEP_STEP].n;
    bool is_recovery = kind == STEP_RECOVER;
    int must = is_recovery ? STEP_REFERENCE : STEP_SEEN;
    if (!v[must].present)
        err_add(e, E_NEED, arena_printf(e->a, "/%s", step_fields[must].name), NULL);
    if (!is_recovery && !v[STEP_REASON].present)
        err_add(e, E_NEED, STR("/reason"), NULL);
    for (int i = STEP_OWNER; i < STEP_FIELD_COUNT; i++) {
        struct str pointer = arena_printf(e->a, "/%s", step_fields[i].name);
        if (v[i].present && step_takes[kind][i] == NOT)
            err_add(e, E_UNWANTED, pointer, "%s", claim_steps[kind].name);
        if (!v[i].present && step_takes[kind][i] == N)
            err_add(e, E_NEED, pointer, NULL);
    }
}

const struct record claim_record = {
    .name = "claim",
    .path = "/v1/claims",
    .zh = "风险补偿理赔",
    .fields = claim_fields,
    .key = CLAIM_REFERENCE,
    .subject = CLAIM_LOAN,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .states = claim_states,
    .decided = true,
    .weight = 32,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = claim_check,
    .told = claim_told,
    .read_only = claim_read_only,
};

const struct record claim_step_record = {
    .name = "claim_step",
    .path = "/v1/claim-steps",
    .zh = "理赔步骤",
    .fields = step_fields,
    .key = STEP_REFERENCE,
    .subject = STEP_CLAIM,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .weight = 64,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = STEP_CLAIM,
    .verb = STEP_STEP,
    .derive = step_derive,
    .check = step_check,
    .read_only = no_read_only,
};
