/*
 * records_register.c - what the plan sets up and holds: matching events, operation centres,
 * portfolios, alliances, clusters, service agencies and what their specialists did, trainings.
 *
 * Measures of the plan of 2021-2023: 4, 5, 11, 15 to 19 and 21 to 23. Each is a thing with a day
 * and a place; the database keeps them in one table (functions/register.sql) and adds up what came
 * of them.
 */
#include "fields.h"
#include "records.h"
#include <assert.h>

static const struct choice member_kinds[] = {{"firm", "企业"}, {"university", "高校"},
    {"institute", "科研院所"}, {"bank", "银行"}, {"insurer", "保险机构"}, {"agency", "服务机构"},
    {"park", "园区"}, {"government", "政府部门"}, {NULL, NULL}};
static const struct field member_fields[] = {
    {"name", "名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "上海示例半导体有限公司"},
    {"kind", "类型", F_ENUM, .need = true, .choices = member_kinds, .example = "firm"},
    {"uscc", "统一社会信用代码", F_IDENT, .ident = ident_uscc, .example = "91310115QX0115114N"},
    {.name = NULL},
};

// clang-format off
#define THE_REFERENCE(zh) {"reference", zh, F_TEXT, .need = true, .min = 1, .max = 64, .example = "DJ-2022-0007"}
#define THE_NAME(name, zh, text) {name, zh, F_TEXT, .need = true, .min = 1, .max = 200, .example = text}
#define SOME_TEXT(name, zh, most, text) {name, zh, F_TEXT, .min = 1, .max = most, .example = text}
#define THE_DISTRICT {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"}
#define THE_DAY(name, zh) {name, zh, F_DAY, .need = true, .past = true, .example = "2022-06-08"}
#define A_CODE(name, zh) {name, zh, F_IDENT, .ident = ident_uscc, .example = "91310115QX0115114N"}
#define VOIDED {"voided", "作废", F_BOOL, .example = "false"}
#define REGISTER(type, at, title, of, day, place, checks, more) \
    const struct record type##_record = {.name = #type, .path = at, .zh = title, .fields = of, .key = 0, \
        .subject = 0, .district = place, .on = day, .write = SQL_RECORD_DECIDE, .peek = SQL_RECORD_TRY, \
        .parent = NO_FIELD, .check = checks, .read_only = more}
// clang-format on

/* ---- events ---------------------------------------------------------------------------------- */

static const struct choice event_kinds[] = {{"park_visit", "入园惠企"},
    {"bank_enterprise", "银企对接"}, {"bank_park", "银园对接"}, {"promotion", "推介会"},
    {"auction", "拍卖会"}, {"briefing", "政策宣讲"}, {NULL, NULL}};
static const struct choice intent_kinds[] = {
    {"loan", "质押融资"}, {"deal", "专利交易"}, {"insurance", "保险"}, {NULL, NULL}};
static const struct field intent_fields[] = {
    {"uscc", "企业统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"kind", "意向种类", F_ENUM, .need = true, .choices = intent_kinds, .example = "loan"},
    {"amount", "意向金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "5000000.00"},
    SOME_TEXT("with", "意向对方", 100, "浦江示范银行"),
    {.name = NULL},
};
static const struct field event_fields[] = {
    THE_REFERENCE("活动编号"),
    {"kind", "活动种类", F_ENUM, .need = true, .choices = event_kinds, .example = "bank_park"},
    THE_NAME("title", "活动名称", "张江园区知识产权质押融资对接会"),
    SOME_TEXT("place", "地点", 200, "张江科学城"),
    THE_DISTRICT,
    THE_DAY("held_on", "举办日"),
    THE_NAME("organiser", "主办单位", "浦东新区知识产权局"),
    {"attended", "参加人数", F_INT, .min = 0, .max = 1000000, .example = "120"},
    {"participants", "参加单位", F_LIST, .min = 1, .max = 2000, .of = member_fields},
    {"intents", "意向", F_LIST, .min = 1, .max = 2000, .of = intent_fields},
    SOME_TEXT("evidence", "佐证材料", 1000, "签到表与意向书"),
    VOIDED,
    {.name = NULL},
};
enum {
    EVENT_OF_REFERENCE,
    EVENT_OF_KIND,
    EVENT_TITLE,
    PLACE,
    EVENT_DISTRICT,
    HELD_ON,
    ORGANISER,
    ATTENDED,
    PARTICIPANTS,
    INTENTS
};
enum { MEMBER_NAME, MEMBER_KIND, MEMBER_USCC, MEMBER_WIDTH };
enum { INTENT_WIDTH = 4 };

/* Who has an intent took part: else anybody's loan could be told to come of any event. */
static void matching_event_check(const struct value *v, struct err *e)
{
    for (int i = 0; i < v[INTENTS].count; i++) {
        struct str code = v[INTENTS].row[i * INTENT_WIDTH].s;
        bool there = false;
        for (int j = 0; j < v[PARTICIPANTS].count && !there; j++) {
            const struct value *one = &v[PARTICIPANTS].row[j * MEMBER_WIDTH + MEMBER_USCC];
            there = one->present && str_eq(one->s, code);
        }
        if (!there)
            err_add(e, E_CONTRADICTS, arena_printf(e->a, "/intents/%d/uscc", i), "participants");
    }
    list_unlike(&v[PARTICIPANTS], &event_fields[PARTICIPANTS], e);
}

static const struct member outcome_members[] = {
    {"rule", M_TEXT, "规则", .en = "What counts as an outcome"},
    {"until", M_DAY, "截止日", .en = "The last day that counts"},
    {"loans", M_COUNT, "贷款笔数", .en = "Loans"},
    {"loan_amount", M_YUAN, "贷款金额", .en = "Their amount"},
    {"deals", M_COUNT, "专利交易数", .en = "Deals"},
    {"deal_value", M_YUAN, "成交金额", .en = "Their value"},
    {"named_after", M_COUNT, "其中事后补报参加单位的笔数",
        .en = "Of these, on record before the unit was told to have taken part"},
    {.name = NULL},
};
static const struct member event_read_only[] = {
    {"outcome", M_OBJECT, "成效", .en = "What came of it, as far as the reader sees",
        .of = outcome_members, .maybe = true},
    {.name = NULL},
};
REGISTER(matching_event, "/v1/matching-events", "对接活动", event_fields, HELD_ON, EVENT_DISTRICT,
    matching_event_check, event_read_only);

/* ---- centres, portfolios, alliances, clusters ------------------------------------------------ */

static const struct choice centre_kinds[] = {
    {"operation", "运营中心"}, {"cultivation", "高价值专利培育中心"}, {NULL, NULL}};
static const struct choice hosts[] = {{"university", "高校"}, {"institute", "科研院所"},
    {"state_firm", "国有企业"}, {"leading_firm", "龙头(领军)企业"}, {"park", "产业园区(集聚区)"},
    {"platform", "产业创新平台"}, {NULL, NULL}};
static const struct field centre_fields[] = {
    THE_REFERENCE("中心编号"),
    {"kind", "中心种类", F_ENUM, .need = true, .choices = centre_kinds, .example = "operation"},
    THE_NAME("name", "中心名称", "示例集成电路产业知识产权运营中心"),
    {"host", "依托单位类型", F_ENUM, .need = true, .choices = hosts, .example = "park"},
    THE_NAME("host_name", "依托单位", "示例产业园"),
    A_CODE("uscc", "依托单位统一社会信用代码"),
    SOME_TEXT("field", "技术领域", 60, "集成电路"),
    THE_DISTRICT,
    THE_DAY("founded_on", "设立日"),
    {"closed_on", "撤销日", F_DAY, .past = true, .after = "founded_on", .example = "2023-06-30"},
    VOIDED,
    {.name = NULL},
};
enum { CENTRE_DISTRICT = 7, CENTRE_FOUNDED_ON };
REGISTER(operation_centre, "/v1/operation-centres", "知识产权运营中心", centre_fields,
    CENTRE_FOUNDED_ON, CENTRE_DISTRICT, NULL, no_read_only);

static const struct field patent_fields[] = {
    {"number", "专利号", F_IDENT, .need = true, .ident = ident_ip, .example = "ZL202119999001.9"},
    {.name = NULL},
};
static const struct field portfolio_fields[] = {
    THE_REFERENCE("组合编号"),
    THE_NAME("name", "组合名称", "低温烧结封装专利组合"),
    THE_NAME("holder_name", "持有人", "示例大学"),
    A_CODE("uscc", "持有人统一社会信用代码"),
    SOME_TEXT("field", "技术领域", 60, "集成电路封装"),
    {"bottleneck", "属“卡脖子”技术", F_BOOL, .example = "true"},
    THE_DISTRICT,
    THE_DAY("formed_on", "形成日"),
    {"ip", "专利", F_LIST, .need = true, .min = 2, .max = 500, .of = patent_fields},
    VOIDED,
    {.name = NULL},
};
enum { PORTFOLIO_DISTRICT = 6, FORMED_ON, PORTFOLIO_IP };
static void portfolio_check(const struct value *v, struct err *e)
{
    list_unlike(&v[PORTFOLIO_IP], &portfolio_fields[PORTFOLIO_IP], e);
}
static const struct member portfolio_read_only[] = {
    {"loans", M_COUNT, "担保贷款笔数", .en = "Loans that it secures", .maybe = true},
    {"loan_amount", M_YUAN, "担保贷款金额", .en = "Their amount", .maybe = true},
    {"issues", M_COUNT, "支持证券化单数", .en = "Issues that it supports", .maybe = true},
    {"issue_amount", M_YUAN, "支持证券化金额", .en = "Their amount", .maybe = true},
    {"deals", M_COUNT, "专利交易数", .en = "Deals over its patents", .maybe = true},
    {"dead", M_TEXT, "已失效专利", .en = "Patents of it that are dead", .list = true,
        .maybe = true},
    {.name = NULL},
};
REGISTER(portfolio, "/v1/portfolios", "高价值专利组合", portfolio_fields, FORMED_ON,
    PORTFOLIO_DISTRICT, portfolio_check, portfolio_read_only);

static const struct field alliance_fields[] = {
    THE_REFERENCE("联盟编号"),
    THE_NAME("name", "联盟名称", "示例智能传感器产业知识产权联盟"),
    THE_NAME("lead_name", "牵头单位", "上海示例半导体有限公司"),
    A_CODE("uscc", "牵头单位统一社会信用代码"),
    SOME_TEXT("field", "技术领域", 60, "智能传感器"),
    THE_DISTRICT,
    THE_DAY("founded_on", "成立日"),
    {"members", "成员单位", F_LIST, .need = true, .min = 2, .max = 1000, .of = member_fields},
    VOIDED,
    {.name = NULL},
};
enum { ALLIANCE_DISTRICT = 5, ALLIANCE_FOUNDED_ON, ALLIANCE_MEMBERS };
static void alliance_check(const struct value *v, struct err *e)
{
    list_unlike(&v[ALLIANCE_MEMBERS], &alliance_fields[ALLIANCE_MEMBERS], e);
}
REGISTER(alliance, "/v1/alliances", "产业知识产权联盟", alliance_fields, ALLIANCE_FOUNDED_ON,
    ALLIANCE_DISTRICT, alliance_check, no_read_only);

static const struct choice window_services[] = {
    {"deals", "许可转让受理"}, {"pledges", "质押融资受理"}, {"consulting", "咨询"}, {NULL, NULL}};
static const struct field window_fields[] = {
    THE_NAME("name", "窗口名称", "张江受理窗口"),
    {"service", "业务", F_ENUM, .need = true, .choices = window_services, .example = "pledges"},
    THE_DAY("opened_on", "设立日"),
    {.name = NULL},
};
static const struct field cluster_fields[] = {
    THE_REFERENCE("集聚区编号"),
    THE_NAME("name", "集聚区名称", "张江专利运营服务集聚区"),
    SOME_TEXT("park", "所在园区", 100, "张江科学城"),
    THE_DISTRICT,
    THE_DAY("founded_on", "设立日"),
    {"windows", "受理窗口", F_LIST, .min = 1, .max = 100, .of = window_fields},
    VOIDED,
    {.name = NULL},
};
enum { CLUSTER_DISTRICT = 3, CLUSTER_FOUNDED_ON, WINDOWS };
REGISTER(cluster, "/v1/clusters", "专利运营服务集聚区", cluster_fields, CLUSTER_FOUNDED_ON,
    CLUSTER_DISTRICT, NULL, no_read_only);

/* ---- agencies and their specialists ---------------------------------------------------------- */

static const struct field specialist_fields[] = {
    THE_NAME("name", "特派员姓名", "王敏"),
    THE_DAY("since", "派出日"),
    SOME_TEXT("to", "派驻单位", 100, "示例大学"),
    {.name = NULL},
};
static const struct field agency_fields[] = {
    THE_REFERENCE("机构编号"),
    THE_NAME("name", "机构名称", "上海示例知识产权服务有限公司"),
    {"uscc", "机构统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"brand", "品牌服务机构", F_BOOL, .need = true, .example = "true"},
    THE_DISTRICT,
    THE_DAY("chosen_on", "入选日"),
    {"closed_on", "退出日", F_DAY, .past = true, .after = "chosen_on", .example = "2023-06-30"},
    {"specialists", "专利运营特派员", F_LIST, .min = 1, .max = 500, .of = specialist_fields},
    VOIDED,
    {.name = NULL},
};
enum { AGENCY_DISTRICT = 4, CHOSEN_ON, AGENCY_CLOSED_ON, SPECIALISTS };

/* A name is stored, never the number of an identity card. */
static void service_agency_check(const struct value *v, struct err *e)
{
    int width = field_count(specialist_fields);
    for (int i = 0; i < v[SPECIALISTS].count; i++) {
        if (ident_has_card_no(e->a, v[SPECIALISTS].row[i * width].s))
            err_add(e, E_CARD_NO, arena_printf(e->a, "/specialists/%d/name", i), NULL);
    }
    list_unlike(&v[SPECIALISTS], &agency_fields[SPECIALISTS], e);
}
static const struct member agency_read_only[] = {
    {"services", M_COUNT, "服务次数", .en = "Services told of", .maybe = true},
    {"served", M_COUNT, "服务单位数", .en = "Units served", .maybe = true},
    {.name = NULL},
};
REGISTER(service_agency, "/v1/service-agencies", "知识产权服务机构", agency_fields, CHOSEN_ON,
    AGENCY_DISTRICT, service_agency_check, agency_read_only);

static const struct choice services[] = {{"catalogue", "供需目录编制"}, {"product", "供给产品开发"},
    {"matching", "供需对接"}, {"portfolio", "高价值专利升级培育"}, {"visit", "点对点服务"},
    {NULL, NULL}};
static const struct field service_fields[] = {
    THE_REFERENCE("服务编号"),
    {"kind", "服务种类", F_ENUM, .need = true, .choices = services, .example = "visit"},
    THE_NAME("agency", "服务机构编号", "DJ-2022-0007"),
    SOME_TEXT("specialist", "特派员姓名", 200, "王敏"),
    THE_NAME("served_name", "服务对象", "上海示例半导体有限公司"),
    A_CODE("uscc", "服务对象统一社会信用代码"),
    THE_DISTRICT,
    THE_DAY("on", "服务日"),
    SOME_TEXT("result", "成果", 500, "完成两件专利的许可谈判"),
    VOIDED,
    {.name = NULL},
};
enum { SERVICE_DISTRICT = 6, SERVED_ON };
REGISTER(agency_service, "/v1/agency-services", "服务机构与特派员的服务", service_fields, SERVED_ON,
    SERVICE_DISTRICT, NULL, no_read_only);

/* ---- trainings ------------------------------------------------------------------------------- */

static const struct choice training_kinds[] = {
    {"course", "实务培训"}, {"seminar", "业务研讨"}, {NULL, NULL}};
static const struct field training_fields[] = {
    THE_REFERENCE("培训编号"),
    {"kind", "培训种类", F_ENUM, .need = true, .choices = training_kinds, .example = "course"},
    THE_NAME("title", "培训名称", "专利运营实务培训班"),
    THE_NAME("organiser", "主办单位", "上海市知识产权服务中心"),
    THE_DISTRICT,
    THE_DAY("on", "举办日"),
    {"attended", "参加人数", F_INT, .need = true, .min = 0, .max = 1000000, .example = "80"},
    {"participants", "参加单位", F_LIST, .min = 1, .max = 2000, .of = member_fields},
    VOIDED,
    {.name = NULL},
};
enum { TRAINING_DISTRICT = 4, TRAINED_ON };
REGISTER(training, "/v1/trainings", "专利运营培训", training_fields, TRAINED_ON, TRAINING_DISTRICT,
    NULL, no_read_only);
