/*
 * me.c - who acts, and what he may do.
 */
#include "api.h"
#include "city.h"
#include "day.h"

static const char *const kind_titles[] = {[ORG_BANK] = "银行",
    [ORG_INSURER] = "保险机构",
    [ORG_GUARANTOR] = "担保机构",
    [ORG_DISTRICT] = "区级主管部门",
    [ORG_FINANCE] = "市财政局",
    [ORG_IP_OFFICE] = "市知识产权局",
    [ORG_AUDITOR] = "审计"};

void me_write(struct buf *out, const struct server *s, const struct actor *me)
{
    json_open(out, '{');
    json_member_str(out, "organisation", me->code);
    json_member_str(out, "organisation_name", me->name);
    json_member_text(out, "kind", org_kind_name(me->kind));
    json_member_text(out, "kind_title", kind_titles[me->kind]);
    const struct district *district = me->district.n ? district_find(me->district) : NULL;
    if (me->district.n)
        json_member_str(out, "district", me->district);
    if (district)
        json_member_text(out, "district_title", district->zh);
    json_member_text(out, "city", city_here()->code);
    json_member_str(out, "person", me->person);
    json_member_str(out, "person_id", me->person_id);
    json_member_list(out, "duties");
    for (int d = 0; d < DUTY_COUNT; d++) {
        if (me->duties & (1u << d))
            json_str(out, str_of(duty_name((enum duty)d)));
    }
    json_close(out, ']');
    json_member_list(out, "may");
    s->rights(out, me);
    json_close(out, ']');
    json_member_str(out, "today", day_text(out->a, day_today()));
    json_close(out, '}');
}

static void me_get(struct req *r)
{
    struct buf out;
    buf_init(&out, r->a);
    me_write(&out, r->server, r->actor);
    reply_json(r, 200, buf_view(&out));
}

static const struct member me_members[] = {
    {"organisation", M_TEXT, "机构代码", .en = "Code of the organisation"},
    {"organisation_name", M_TEXT, "机构名称", .en = "Its name"},
    {"kind", M_WORD, "机构类别", .en = "Its kind",
        .words = "bank insurer guarantor district finance ip_office auditor"},
    {"kind_title", M_TEXT, "机构类别名称", .en = "Its kind in Chinese"},
    {"district", M_TEXT, "区", .en = "Its district", .maybe = true},
    {"district_title", M_TEXT, "区名", .en = "Name of its district", .maybe = true},
    {"city", M_TEXT, "城市代码", .en = "Code of the city that this ledger is of"},
    {"person", M_TEXT, "姓名", .en = "The person, as it stands beside what he does"},
    {"person_id", M_ID, "人员编号", .en = "Id of the person, one over all offices"},
    {"duties", M_WORD, "职责", .en = "What the token may be used for beside reading",
        .words = "submit decide pay administer", .list = true},
    {"may", M_TEXT, "可用接口", .en = "Methods and addresses that are open to whoever asks",
        .list = true},
    {"today", M_DAY, "今天", .en = "Today, in Shanghai"},
    {.name = NULL},
};
static const struct shape me_shape = {"me", me_members};

const struct route me_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/me",
        .roles = EVERYBODY,
        .handle = me_get,
        .answers = ANSWERS(JSON_OF(me_shape)),
        .zh = "我是谁",
        .en = "Who the token says that its bearer is"},
    {.path = NULL},
};
