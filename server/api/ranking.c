/*
 * ranking.c - the standing of units by what their patents brought, its weights, and the examples.
 */
#include "api.h"
#include "records.h"
#include "standing.h"

/* The document of the first row as the page that write makes of it. */
static void answer_page(struct req *r, const struct rows *rows, const struct fail *fail,
    void (*write)(const struct json *doc, struct buf *out))
{
    struct err e;
    struct buf out;
    struct str doc = rows && rows->n ? rows_at(rows, 0, RANKING_LIST_DOCUMENT) : (struct str){0};
    if (fail || !doc.p) {
        on_document(r, rows, fail);
        return;
    }
    err_init(&e, r->a);
    buf_init(&out, r->a);
    const struct json *in = json_parse(r->a, doc, &e);
    MUST(in);
    write(in, &out);
    reply_bytes(r, 200, "text/html; charset=utf-8", buf_view(&out));
}

static void on_page(void *arg, const struct rows *rows, const struct fail *fail)
{
    answer_page(arg, rows, fail, standing_write);
}

static void on_benchmark(void *arg, const struct rows *rows, const struct fail *fail)
{
    answer_page(arg, rows, fail, benchmark_write);
}

static void benchmark_page(struct req *r)
{
    if (uuid_is(r->capture[0]))
        db_query(r->server->db, r->a, r->actor, SQL_BENCHMARK_PAGE, r->capture, 1, on_benchmark, r);
    else
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
}

static void ranking_get(struct req *r)
{
    enum { PLAN, AS_OF, KNOWN_AT, BY, KIND, LIMIT, UNIT, P_COUNT };
    struct str p[P_COUNT] = {r->capture[0]};
    struct str format = req_param(r, "format");
    bool page = format.p && str_is(format, "html");
    int64_t limit = 0;
    day as_of;
    (void)param_instant(r, "known_at", &p[KNOWN_AT]); /* problems are in r->err */
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &limit);
    if (param_day(r, "as_of", day_today(), &as_of))
        p[AS_OF] = day_text(r->a, as_of);
    p[BY] = req_param(r, "by").p ? req_param(r, "by") : STR("score");
    p[KIND] = req_param(r, "kind");
    p[UNIT] = req_param(r, "unit");
    if (page && !p[UNIT].p)
        err_add(&r->err, E_NEED, STR("?unit"), NULL);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[LIMIT] = arena_printf(r->a, "%lld", (long long)limit);
    db_query(r->server->db, r->a, r->actor, SQL_RANKING_LIST, p, P_COUNT,
        page ? on_page : on_document, r);
}

static const struct member part_members[] = {
    {"by", M_WORD, "指标", .en = "What is ranked", .words = "deals product_revenue jobs loans"},
    {"value", M_FIGURE, "数值", .en = "Of this unit"},
    {"best", M_FIGURE, "最高", .en = "The greatest of all"},
    {"weight", M_PERCENT, "权重", .en = "Weight", .maybe = true},
    {"points", M_PERCENT, "得分", .en = "weight x value / best", .maybe = true},
    {"records", M_COUNT, "记录数", .en = "Records behind it"},
    {.name = NULL},
};
static const struct member fact_members[] = {
    {"by", M_WORD, "指标", .en = "What it counts for", .words = "deals product_revenue jobs loans"},
    {"type", M_TEXT, "记录种类", .en = "Type of record"},
    {"id", M_ID, "记录", .en = "Record"},
    {"version", M_COUNT, "版本", .en = "Version"},
    {"reference", M_TEXT, "编号", .en = "Its reference"},
    {"on", M_DAY, "日期", .en = "Its day"},
    {"value", M_FIGURE, "数值", .en = "What it adds"},
    {.name = NULL},
};
static const struct member unit_members[] = {
    {"rank", M_COUNT, "名次", .en = "Rank"},
    {"key", M_TEXT, "代码", .en = "Credit code, else the name"},
    {"name", M_TEXT, "名称", .en = "Name"},
    {"kind", M_WORD, "类型", .en = "Kind", .words = "unit firm"},
    {"score", M_PERCENT, "总分", .en = "Score; absent: no weights in force", .maybe = true},
    {"page", M_TEXT, "单位页", .en = "Address of its page"},
    {"parts", M_OBJECT, "各项", .en = "How the score comes about", .of = part_members,
        .list = true},
    {"facts", M_OBJECT, "依据", .en = "The records behind it", .of = fact_members, .list = true,
        .maybe = true},
    {.name = NULL},
};
static const struct member weights_members[] = {
    {"id", M_ID, "权重", .en = "Record"},
    {"version", M_COUNT, "版本", .en = "Version"},
    {"effective_from", M_DAY, "生效日", .en = "In force from"},
    {"deals", M_PERCENT, "转移转化", .en = "Deals"},
    {"product_revenue", M_PERCENT, "专利产品营收", .en = "Product revenue"},
    {"jobs", M_PERCENT, "吸纳就业", .en = "Jobs"},
    {"loans", M_PERCENT, "质押融资", .en = "Loans"},
    {.name = NULL},
};
static const struct member ranking_members[] = {
    {"plan", M_TEXT, "计划", .en = "Plan"},
    {"from", M_DAY, "起日", .en = "From"},
    {"to", M_DAY, "止日", .en = "To"},
    {"by", M_WORD, "排序", .en = "Ranked by", .words = "score deals product_revenue jobs loans"},
    {"weights", M_OBJECT, "权重", .en = "Weights in force", .of = weights_members, .null = true},
    {"items", M_OBJECT, "排名", .en = "The best first", .of = unit_members, .list = true},
    {.name = NULL},
};
static const struct shape ranking_shape = {"plan_ranking", ranking_members};

/* ---- routes ---------------------------------------------------------------------------------- */

#define READERS (DISTRICT | FINANCE | IP_OFFICE | AUDITOR)

static const struct query q_by = {"by", Q_WORD, .zh = "按什么排名",
                              .words = "score deals product_revenue jobs loans"},
                          q_kind = {"kind", Q_WORD, .zh = "单位类型", .words = "unit firm"},
                          q_unit = {"unit", Q_TEXT, .zh = "单位代码,无代码的为名称"},
                          q_page = {"format", Q_WORD, .zh = "json、csv、xlsx,或一个单位的 html 页",
                              .words = "json csv xlsx html"};

const struct route ranking_routes[] = {
    RECORD_ROUTES("/v1/ranking-weights", &ranking_weight_record, IP_OFFICE, EVERYBODY, &q_state,
        "排名权重", "set of weights of the standing"),
    RECORD_ROUTES("/v1/benchmarks", &benchmark_record, IP_OFFICE, EVERYBODY, &q_state,
        "标杆单位与典型案例", "example for others"),
    CONFIRM_ROUTE("/v1/ranking-weights", FINANCE, "排名权重", "set of weights of the standing"),
    CONFIRM_ROUTE("/v1/benchmarks", DISTRICT | FINANCE | IP_OFFICE, "标杆单位与典型案例",
        "example for others"),
    {.method = METHOD_GET,
        .path = "/v1/benchmarks/{id}/page",
        .roles = EVERYBODY,
        .handle = benchmark_page,
        .answers = ANSWERS(BYTES_OF("text/html")),
        .zh = "标杆单位或典型案例(打印页)",
        .en = "One example as a page to be printed"},
    {.method = METHOD_GET,
        .path = "/v1/plans/{code}/ranking",
        .roles = READERS,
        .handle = ranking_get,
        .query = {&q_by, &q_kind, &q_unit, &q_as_of, &q_known_at, &q_limit, &q_page},
        .answers = ANSWERS(ROWS_OF(ranking_shape), BYTES_OF("text/html")),
        .zh = "专利运营绩效排名",
        .en = "Standing of units by what their patents brought"},
    {.path = NULL},
};
