/*
 * records_ip.c - what the patent and trademark registers tell of a right, one dated event a record.
 *
 * Which event may follow which, and what a right is on a day, is the business of the database
 * (ip_transition, ip_fold in migrations): it needs the events that are stored.
 */
#include "fields.h"
#include "records.h"
#include "titles.h"
#include <assert.h>

enum kind {
    APPLIED,
    GRANTED,
    TRANSFERRED,
    GRACE,
    ANNUITY_PAID,
    SUSPENDED,
    RESUMED,
    LAPSED,
    RESTORED,
    RENEWED,
    INVALIDATION_FILED,
    INVALIDATION_CLOSED,
    INVALIDATED,
    TWIN_FILED,
    REVERSED,
    KIND_COUNT
};
static_assert(COUNT_OF(ip_event_kinds) == KIND_COUNT + 1, "enum kind follows the list");

static const struct field co_owner_fields[] = {
    {"uscc", "共有人统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310101QX0101011R"},
    {.name = NULL},
};

static const struct field fields[] = {
    {"reference", "登记簿事项编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "DJB-2023-000031"},
    {"number", "专利号或商标注册号", F_IDENT, .need = true, .ident = ident_ip,
        .example = "ZL202119999001.9"},
    {"kind", "事项种类", F_ENUM, .need = true, .choices = ip_event_kinds, .example = "lapsed"},
    {"on", "生效日", F_DAY, .need = true, .example = "2023-03-01"},
    {"document_no", "公告或决定书编号", F_TEXT, .min = 1, .max = 64, .example = "第561234号"},
    {"owner_uscc", "权利人统一社会信用代码", F_IDENT, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"owner_name", "权利人名称", F_TEXT, .min = 1, .max = 100, .example = "上海示例半导体有限公司"},
    {"co_owners", "共有人", F_LIST, .min = 1, .max = 20, .of = co_owner_fields},
    {"filed_on", "申请日", F_DAY, .example = "2021-03-01"},
    {"expires_on", "届满日", F_DAY, .after = "on", .example = "2041-03-01"},
    {"twin", "同日申请号", F_IDENT, .ident = ident_ip, .example = "ZL202129999002.9"},
    {"reverses", "冲销的事项编号", F_TEXT, .min = 1, .max = 64, .example = "DJB-2023-000030"},
    {.name = NULL},
};
enum {
    REFERENCE,
    NUMBER,
    KIND,
    ON,
    DOCUMENT_NO,
    OWNER,
    OWNER_NAME,
    CO_OWNERS,
    FILED_ON,
    EXPIRES_ON,
    TWIN,
    REVERSES,
    WIDTH
};
static_assert(COUNT_OF(fields) == WIDTH + 1, "the enum follows the table");

/* Which of the fields behind document_no a kind takes (T) or needs (N). An owner is told by its
 * credit code, or by its name where it has none. */
enum { NOT = 0, T = 1, N = 2 };
static const unsigned char takes[KIND_COUNT][WIDTH] = {
    [APPLIED] = {[OWNER] = T, [OWNER_NAME] = T, [CO_OWNERS] = T},
    [GRANTED] = {[OWNER] = T, [OWNER_NAME] = T, [CO_OWNERS] = T, [FILED_ON] = T, [EXPIRES_ON] = T},
    [TRANSFERRED] = {[OWNER] = T, [OWNER_NAME] = T, [CO_OWNERS] = T},
    [RENEWED] = {[EXPIRES_ON] = T},
    [TWIN_FILED] = {[TWIN] = N},
    [REVERSED] = {[REVERSES] = N},
};

/* The term by law, unless the register states another (an extension of the term, art. 42). */
static void derive(struct arena *a, struct value *v)
{
    (void)a;
    day last;
    enum ip_kind right = ident_ip_kind(v[NUMBER].s);
    if (v[KIND].n != GRANTED || v[EXPIRES_ON].present)
        return;
    if (right == IP_TRADEMARK)
        last = trademark_expiry((day){(int32_t)v[ON].n});
    else if (!v[FILED_ON].present || !ip_expiry(right, (day){(int32_t)v[FILED_ON].n}, &last))
        return;
    v[EXPIRES_ON] = (struct value){.present = true, .n = last.n};
}

static void check_takes(const struct value *v, struct err *e)
{
    int64_t kind = v[KIND].n;
    for (int i = DOCUMENT_NO + 1; i < WIDTH; i++) {
        struct str pointer = arena_printf(e->a, "/%s", fields[i].name);
        if (v[i].present && takes[kind][i] == NOT)
            err_add(e, E_UNWANTED, pointer, "%s", ip_event_kinds[kind].name);
        if (!v[i].present && takes[kind][i] == N)
            err_add(e, E_NEED, pointer, NULL);
    }
    if (takes[kind][OWNER] && !v[OWNER].present && !v[OWNER_NAME].present)
        err_add(e, E_NEED, STR("/owner_uscc"), NULL);
}

static void check_owners(const struct value *v, struct err *e)
{
    const struct value *list = &v[CO_OWNERS];
    for (int i = 0; i < list->count; i++) {
        bool again = v[OWNER].present && str_eq(list->row[i].s, v[OWNER].s);
        for (int j = 0; j < i && !again; j++)
            again = str_eq(list->row[i].s, list->row[j].s);
        if (again)
            err_add(
                e, E_REPEATED, arena_printf(e->a, "/co_owners/%d/uscc", i), "%s", list->row[i].s.p);
    }
}

/* A patent number carries the year of its filing, or a later one: PCT entries and divisional
 * applications keep an earlier filing day. */
static void check_filing(const struct value *v, enum ip_kind right, struct err *e)
{
    int year;
    int filed = v[KIND].n == APPLIED ? ON : FILED_ON;
    if (v[KIND].n == GRANTED && right != IP_TRADEMARK && !v[FILED_ON].present)
        err_add(e, E_NEED, STR("/filed_on"), NULL);
    if (!v[filed].present || !ip_number_year(v[NUMBER].s, &year))
        return;
    day last = day_of(year, 12, 31);
    if (v[filed].n > last.n)
        err_add(e, E_LATER, arena_printf(e->a, "/%s", fields[filed].name), "%s",
            day_text(e->a, last).p);
}

/* An invention and a utility model of one day (Patent Law art. 9). */
static void check_twin(const struct value *v, enum ip_kind right, struct err *e)
{
    if (v[KIND].n != TWIN_FILED || !v[TWIN].present)
        return;
    if (right != IP_INVENTION && right != IP_UTILITY_MODEL)
        return; /* no such event: the database says which there are */
    enum ip_kind other = right == IP_INVENTION ? IP_UTILITY_MODEL : IP_INVENTION;
    if (ident_ip_kind(v[TWIN].s) != other)
        err_add(e, E_IP_KIND, STR("/twin"), "%s", ip_kind_name(other));
}

static void check(const struct value *v, struct err *e)
{
    enum ip_kind right = ident_ip_kind(v[NUMBER].s);
    check_takes(v, e);
    check_owners(v, e);
    check_filing(v, right, e);
    check_twin(v, right, e);
}

const struct record ip_event_record = {
    .name = "ip_event",
    .path = "/v1/ip-events",
    .zh = "知识产权登记簿事项",
    .fields = fields,
    .key = REFERENCE,
    .subject = NUMBER,
    .district = NO_FIELD,
    .on = ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NUMBER,
    .derive = derive,
    .check = check,
    .read_only = no_read_only,
};
