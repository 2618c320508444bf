/*
 * catalogue.c - patents on offer, what firms look for, and how the two are brought together.
 */
#include "api.h"
#include "records.h"

enum { MATCHES_SHOWN = 20 };

static void matches(struct req *r, bool of_offer)
{
    int64_t most = 0;
    day as_of;
    struct str p[4] = {{NULL, 0}};
    (void)param_count(
        r, "limit", 1, LIST_LIMIT_MAX, MATCHES_SHOWN, &most); /* problems are in r->err */
    if (param_day(r, "as_of", day_today(), &as_of))
        p[2] = day_text(r->a, as_of);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    if (!uuid_is(r->capture[0])) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
        return;
    }
    p[of_offer ? 0 : 1] = r->capture[0];
    p[3] = arena_printf(r->a, "%lld", (long long)most);
    db_query(r->server->db, r->a, r->actor, SQL_CATALOGUE_MATCHES, p, COUNT_OF(p), on_document, r);
}

static void matches_of_offer(struct req *r)
{
    matches(r, true);
}

static void matches_of_need(struct req *r)
{
    matches(r, false);
}

static const struct member reason_members[] = {
    {"code", M_WORD, "类别", .en = "Kind of reason",
        .words = "ipc industry words place price size way"},
    {"points", M_COUNT, "分值", .en = "What it adds"},
    {"text", M_TEXT, "理由", .en = "In Chinese"},
    {"text_en", M_TEXT, "英文理由", .en = "In English"},
    {.name = NULL},
};
static const struct member match_members[] = {
    {"score", M_COUNT, "匹配度", .en = "The sum of the points"},
    {"offer", M_ID, "供给", .en = "Offer"},
    {"offer_reference", M_TEXT, "供给编号", .en = "Its reference"},
    {"offer_title", M_TEXT, "技术名称", .en = "Its title"},
    {"holder_name", M_TEXT, "持有人", .en = "Holder"},
    {"number", M_TEXT, "专利号", .en = "Patent"},
    {"need", M_ID, "需求", .en = "Need"},
    {"need_reference", M_TEXT, "需求编号", .en = "Its reference"},
    {"need_title", M_TEXT, "需求名称", .en = "Its title"},
    {"firm", M_TEXT, "企业", .en = "Firm"},
    {"district", M_TEXT, "所在区代码", .en = "Its district"},
    {"reasons", M_OBJECT, "理由", .en = "Why", .of = reason_members, .list = true},
    {.name = NULL},
};
static const struct member matches_members[] = {
    {"as_of", M_DAY, "截至", .en = "As of"},
    {"items", M_OBJECT, "匹配", .en = "The best first", .of = match_members, .list = true},
    {.name = NULL},
};
static const struct shape matches_shape = {"catalogue_matches", matches_members};

/* ---- routes ---------------------------------------------------------------------------------- */

#define TELLERS  (DISTRICT | IP_OFFICE)
#define BRINGERS (DISTRICT | IP_OFFICE | BANK)

static const struct query q_patent = {"number", Q_TEXT, .zh = "专利号"},
                          q_seeker = {"uscc", Q_TEXT, .zh = "企业"},
                          q_taker = {"acquirer_uscc", Q_TEXT, .zh = "被许可方"},
                          q_offer = {"offer", Q_TEXT, .zh = "供给编号"};

// clang-format off
#define MATCHES(base, who, name_zh, name_en) \
    {.method = METHOD_GET, .path = base "/{id}/matches", .roles = EVERYBODY, .handle = who, \
        .query = {&q_limit, &q_as_of, &q_list_format}, .answers = ANSWERS(ROWS_OF(matches_shape)), .zh = name_zh, \
        .en = name_en}
// clang-format on

const struct route catalogue_routes[] = {
    RECORD_ROUTES("/v1/catalogue-offers", &catalogue_offer_record, TELLERS, EVERYBODY,
        WITH_STATE(&q_patent), "专利技术供给", "patent on offer"),
    RECORD_ROUTES("/v1/catalogue-needs", &catalogue_need_record, BRINGERS, EVERYBODY,
        WITH_STATE(&q_seeker), "专利技术需求", "need of a technique"),
    RECORD_ROUTES("/v1/catalogue-followups", &catalogue_followup_record, BRINGERS, EVERYBODY,
        &q_offer, "供需对接进展", "thing that came of a match"),
    RECORD_ROUTES("/v1/offer-acceptances", &offer_acceptance_record, TELLERS, EVERYBODY,
        WITH_STATE(&q_taker), "开放许可", "open licence taken"),
    MATCHES("/v1/catalogue-offers", matches_of_offer, "供给匹配的需求", "Needs that an offer fits"),
    MATCHES("/v1/catalogue-needs", matches_of_need, "需求匹配的供给", "Offers that fit a need"),
    {.method = METHOD_POST,
        .path = "/v1/catalogue-offers/{id}/accept",
        .roles = TELLERS,
        .handle = record_step,
        .takes = TAKES_JSON,
        .record = &offer_acceptance_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "接受开放许可",
        .en = "Take an open licence at its stated terms"},
    {.path = NULL},
};
