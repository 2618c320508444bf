/*
 * records_proposal.c - what waits for a second person: steps on proposals, and the tiers by which
 * amounts need more than one.
 *
 * A proposal is no type of its own: it is the record that is proposed (struct record, proposed).
 */
#include "fields.h"
#include "records.h"

#define STATES "waiting approved refused"

static const struct member brief_members[] = {
    {"state", M_WORD, "状态", .en = "State", .words = STATES},
    {"needs", M_COUNT, "须复核人数", .en = "How many persons approve it"},
    {"decided_by", M_TEXT, "复核人", .en = "Who took a step on it", .list = true},
    {.name = NULL},
};
const struct member proposed_read_only[] = {
    {"proposal", M_OBJECT, "复核", .en = "How it stands with the second person",
        .of = brief_members, .maybe = true},
    {.name = NULL},
};

/* ---- steps ----------------------------------------------------------------------------------- */

static const struct choice steps[] = {{"approve", "同意"}, {"refuse", "不同意"}, {NULL, NULL}};
static const struct field step_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "approve 64 hex digits"},
    {"proposal", "待复核事项", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"step", "步骤", F_ENUM, .need = true, .choices = steps, .example = "approve"},
    {"seen", "所见版本", F_TEXT, .need = true, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "核对无误"},
    {.name = NULL},
};
enum { STEP_REFERENCE, STEP_OF, STEP_STEP, STEP_SEEN };

static void step_derive(struct arena *a, struct value *v)
{
    step_key(a, &v[STEP_REFERENCE], &v[STEP_SEEN], steps[v[STEP_STEP].n].name);
}

static const struct member step_read_only[] = {
    {"state", M_WORD, "其后状态", .en = "State after it", .words = STATES, .maybe = true},
    {"token_second", M_TEXT, "令牌后半(只向复核人本人显示)",
        .en = "Second half of the token that was approved: told to whoever took this step alone",
        .maybe = true},
    {.name = NULL},
};

const struct record proposal_step_record = {
    .name = "proposal_step",
    .path = "/v1/proposal-steps",
    .zh = "复核",
    .fields = step_fields,
    .key = STEP_REFERENCE,
    .subject = STEP_OF,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .tokens = true, /* what is approved may be one, a budget or a rate */
    .subsidy = true,
    .peek = SQL_RECORD_TRY,
    .decided = true,
    .parent = STEP_OF,
    .verb = STEP_STEP,
    .derive = step_derive,
    .read_only = step_read_only,
};

/* ---- tiers ----------------------------------------------------------------------------------- */

static const struct field tier_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "档次-2024-01"},
    {"act", "事项", F_TEXT, .need = true, .min = 1, .max = 40, .example = "transfer"},
    {"from", "起点金额", F_MONEY, .need = true, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "10000000.00"},
    {"persons", "须复核人数", F_INT, .need = true, .min = 1, .max = 5, .example = "2"},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "大额须两人复核"},
    {.name = NULL},
};

const struct record approval_tier_record = {
    .name = "approval_tier",
    .path = "/v1/approval-tiers",
    .zh = "复核档次",
    .fields = tier_fields,
    .key = 0,
    .subject = 1,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .proposed = true,
    .parent = NO_FIELD,
    .read_only = proposed_read_only,
};
