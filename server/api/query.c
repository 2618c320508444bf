/*
 * query.c - the parameters of the query: those that several routes know, and what each kind takes.
 *
 * All problems are told at once, before a handler is called; handlers find values of their kind.
 */
#include "report_ask.h"

const struct query q_limit = {"limit", Q_COUNT, .zh = "每页条数", .min = 1, .max = LIST_LIMIT_MAX};
const struct query q_after = {"after", Q_CURSOR, .zh = "上一页的 next"};
const struct query q_after_version = {"after", Q_COUNT, .zh = "上一页的 next", .max = INT32_MAX};
const struct query q_dry_run = {"dry_run", Q_BOOL, .zh = "只判断,不入库"};
const struct query q_atomic = {"atomic", Q_BOOL, .zh = "整批成败一致"};
const struct query q_sheet = {"sheet", Q_TEXT, .zh = "工作簿中要读的工作表;不写则读第一张可见的"};
const struct query q_q = {"q", Q_TEXT, .zh = "编号、名称或代码中的一段"};
const struct query q_order = {
    "order", Q_WORD, "排序;前加 - 为倒序", .words = "recorded -recorded on -on key -key"};
const struct query q_order_amount = {"order", Q_WORD, "排序;前加 - 为倒序",
    .words = "recorded -recorded on -on key -key amount -amount"};
const struct query q_total = {"total", Q_BOOL, .zh = "同时给出总数"};
const struct query q_list_format = {
    "format", Q_WORD, "json,或整个列表为 csv、xlsx", .words = "json csv xlsx"};
const struct query q_as_of = {"as_of", Q_DAY, .zh = "截至哪一天的情况"};
const struct query q_known_at = {"known_at", Q_INSTANT, .zh = "截至哪一时刻已登记的内容"};
const struct query q_from = {"from", Q_DAY, .zh = "起日"};
const struct query q_to = {"to", Q_DAY, .zh = "止日"};
const struct query q_basis = {
    "basis", Q_WORD, "按哪一天计入", .words = "registered_on signed_on disbursed_on"};
const struct query q_plan_basis = {"basis", Q_WORD,
    "按哪一天计入;registered_amount:按登记日和登记金额",
    .words = "registered_on signed_on disbursed_on registered_amount"};
const struct query q_state = {"state", Q_STATE, .zh = "状态"};
const struct query q_code = {"code", Q_TEXT, .zh = "代码"};
const struct query q_quarter = {"quarter", Q_QUARTER, .zh = "季度"};
const struct query q_receipt = {
    "receipt", Q_WORD, .zh = "单笔报送的回执;full 带完整证明", .words = "short full"};
const struct query q_reason = {"reason", Q_TEXT, .zh = "更正原因,亦可写在正文"};

/* ---- one value ------------------------------------------------------------------------------- */

/* "a, b" of "a b". */
static struct str words_listed(struct arena *a, const char *words)
{
    struct buf b;
    buf_init(&b, a);
    for (const char *p = words; *p; p++)
        buf_text(&b, *p == ' ' ? ", " : arena_str(a, p, 1).p);
    return buf_view(&b);
}

static bool is_word(const char *words, struct str s)
{
    for (const char *p = words; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        if (s.n == n && memcmp(p, s.p, n) == 0)
            return true;
        p += n;
    }
    return false;
}

static bool is_state(const char *const *states, struct str s)
{
    while (*states && !str_is(s, *states))
        states++;
    return *states != NULL;
}

static struct str states_listed(struct arena *a, const char *const *states)
{
    struct buf b;
    buf_init(&b, a);
    for (; *states; states++)
        buf_printf(&b, "%s%s", b.n ? ", " : "", *states);
    return buf_view(&b);
}

static bool ident_check(struct req *r, const struct query *q, struct str s, struct str pointer)
{
    enum err_code code = E_TYPE;
    struct str same, hint = STR("");
    return q->ident(r->a, s, &same, &code, &hint) || err_add(&r->err, code, pointer, "%s", hint.p);
}

/* "a,b" */
static bool sections_check(struct req *r, struct str list)
{
    bool good = true;
    for (size_t at = 0; at <= list.n;) {
        size_t n = strcspn(list.p + at, ",");
        good &= report_ask_section(r, arena_str(r->a, list.p + at, n)) != NULL;
        at += n + 1;
    }
    return good;
}

static bool value_check(struct req *r, const struct query *q, struct str s)
{
    struct err *e = &r->err;
    struct str at = arena_printf(r->a, "?%s", q->name);
    int64_t n;
    day d;
    quarter quarter_;
    switch (q->kind) {
    case Q_BOOL: return is_word("true false", s) || err_add(e, E_CHOICE, at, "true, false");
    case Q_COUNT:
        return count_parse(s, q->min, q->max, &n) ||
               err_add(e, E_RANGE, at, "%lld–%lld", (long long)q->min, (long long)q->max);
    case Q_DAY: return day_parse(s, &d) || err_add(e, E_DAY, at, NULL);
    case Q_INSTANT:
        return str_is(s, "now") || instant_parse(s, &n) || err_add(e, E_INSTANT, at, NULL);
    case Q_QUARTER: return quarter_parse(s, &quarter_) || err_add(e, E_QUARTER, at, NULL);
    case Q_ID: return uuid_is(s) || err_add(e, E_ID, at, NULL);
    case Q_CURSOR: return (q->fits ? q->fits(s) : uuid_is(s)) || err_add(e, E_CURSOR, at, NULL);
    case Q_IDENT: return ident_check(r, q, s, at);
    case Q_WORD:
        return is_word(q->words, s) ||
               err_add(e, E_CHOICE, at, "%s", words_listed(r->a, q->words).p);
    case Q_STATE:
        return is_state(r->route->record->states, s) ||
               err_add(e, E_CHOICE, at, "%s", states_listed(r->a, r->route->record->states).p);
    case Q_SECTION: return report_ask_section(r, s) != NULL;
    case Q_SECTIONS: return sections_check(r, s);
    case Q_TEXT: return true;
    default: BUG("kind of a parameter");
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static const struct query *query_named(const struct route *t, struct str name)
{
    for (int i = 0; i < QUERY_MAX && t->query[i]; i++) {
        if (str_is(name, t->query[i]->name))
            return t->query[i];
    }
    return NULL;
}

static struct str names_known(struct arena *a, const struct route *t)
{
    struct buf b;
    buf_init(&b, a);
    for (int i = 0; i < QUERY_MAX && t->query[i]; i++)
        buf_printf(&b, "%s%s", b.n ? "," : "", t->query[i]->name);
    return b.n ? buf_view(&b) : STR("-");
}

/* The quarter that an address names: told with what else is wrong. */
static void quarter_check(struct req *r)
{
    const char *at = strstr(r->route->path, "/{quarter}");
    quarter q;
    int n = 0;
    for (const char *p = r->route->path; at && p < at; p++)
        n += *p == '{';
    if (at && !quarter_parse(r->capture[n], &q))
        err_add(&r->err, E_QUARTER, STR("{quarter}"), NULL);
}

bool query_check(struct req *r)
{
    const struct route *t = r->route;
    if (t->page)
        return true;
    for (const struct param *p = r->params; p; p = p->next) {
        const struct query *q = query_named(t, p->name);
        if (q)
            (void)value_check(r, q, p->value); /* problems are in r->err, all at once */
        else
            err_add(&r->err, E_PARAM, arena_printf(r->a, "?%s", p->name.p), "%s",
                names_known(r->a, t).p);
    }
    for (int i = 0; i < QUERY_MAX && t->query[i]; i++) {
        if (t->query[i]->need && !req_param(r, t->query[i]->name).p)
            err_add(&r->err, E_NEED, arena_printf(r->a, "?%s", t->query[i]->name), NULL);
    }
    quarter_check(r);
    return r->err.n == 0;
}
