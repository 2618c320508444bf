/*
 * reference.c - what rules are written with: the catalogue of facts, loan prime rates, districts.
 */
#include "api.h"
#include "city.h"
#include "facts.h"
#include "records.h"

/* ---- loan prime rates ------------------------------------------------------------------------ */

static const struct member rate_members[] = {
    {"on", M_DAY, "公布日", .en = "Published on"},
    {"one_year", M_PERCENT, "一年期", .en = "One year"},
    {"five_year", M_PERCENT, "五年期以上", .en = "Over five years", .maybe = true},
    {.name = NULL},
};
static const struct shape rate_shape = {"prime_rate", rate_members};

static void on_lpr(void *arg, const struct rows *rows, const struct fail *fail)
{
    reply_rows(arg, rows, fail, rate_members);
}

static void lpr_list(struct req *r)
{
    db_query(r->server->db, r->a, r->actor, SQL_LPR_LIST, NULL, 0, on_lpr, r);
}

/* ---- the catalogue of facts ------------------------------------------------------------------ */

static const struct member choice_members[] = {{"", M_TEXT, "名称", .en = "Title"}, {.name = NULL}};
static const struct member catalogue_members[] = {
    {"name", M_TEXT, "代码", .en = "Name, as rules and requests write it"},
    {"title", M_TEXT, "名称", .en = "Title"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {"kind", M_WORD, "类型", .en = "Kind",
        .words = "text integer boolean choice money percent date code"},
    {"unit", M_TEXT, "单位", .en = "Unit", .maybe = true},
    {"from", M_WORD, "来源", .en = "Who tells it: the ledger, or the office with a document",
        .words = "ledger office"},
    {"supply", M_TEXT, "缺少时怎样补", .en = "What is done when it is not known", .maybe = true},
    {"derived_from", M_TEXT, "由哪些事实得出", .en = "The facts that it follows from", .list = true,
        .maybe = true},
    {"choices", M_MAP, "可选值", .en = "What it can be", .of = choice_members, .maybe = true},
    {.name = NULL},
};
static const struct shape catalogue_shape = {"fact", catalogue_members};

static const char *kind_of(const struct field *f)
{
    static const char *const kinds[] = {[F_TEXT] = "text",
        [F_INT] = "integer",
        [F_BOOL] = "boolean",
        [F_ENUM] = "choice",
        [F_MONEY] = "money",
        [F_RATE] = "percent",
        [F_DAY] = "date",
        [F_IDENT] = "code"};
    return kinds[f->kind];
}

static const char *unit_of(const struct field *f)
{
    return f->kind == F_MONEY                       ? "元"
           : f->kind == F_RATE                      ? "%"
           : strcmp(f->name, "loan.term_days") == 0 ? "天"
                                                    : NULL;
}

static void write_fact(int i, struct buf *out)
{
    const struct field *f = &fact_fields[i];
    const struct fact_nature *n = &fact_natures[i];
    json_open(out, '{');
    json_member_text(out, "name", f->name);
    json_member_text(out, "title", f->zh);
    json_member_text(out, "title_en", fact_english((enum fact)i));
    json_member_text(out, "kind", kind_of(f));
    if (unit_of(f))
        json_member_text(out, "unit", unit_of(f));
    json_member_text(out, "from", fact_sources[n->from].name);
    if (n->supply)
        json_member_text(out, "supply", n->supply);
    enum fact of[FACT_SOURCES_MAX];
    int sources = fact_sources_of((enum fact)i, of);
    if (sources > 0) {
        json_member_list(out, "derived_from");
        for (int k = 0; k < sources; k++)
            json_text(out, fact_fields[of[k]].name);
        json_close(out, ']');
    }
    if (f->kind == F_ENUM) {
        json_member_object(out, "choices");
        for (const struct choice *c = f->choices; c->name; c++)
            json_member_text(out, c->name, c->zh);
        json_close(out, '}');
    }
    json_close(out, '}');
}

static void facts_list(struct req *r)
{
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < FACT_COUNT; i++)
        write_fact(i, &out);
    json_close(&out, ']');
    json_member_raw(&out, "next", STR("null"));
    json_close(&out, '}');
    reply_list(r, buf_view(&out), FACT_COUNT);
}

/* ---- districts ------------------------------------------------------------------------------- */

static const struct member district_members[] = {
    {"code", M_TEXT, "区代码", .en = "Code of the district (GB/T 2260)"},
    {"title", M_TEXT, "名称", .en = "Name"},
    {"title_en", M_TEXT, "英文名称", .en = "Name in English"},
    {"city", M_TEXT, "城市代码", .en = "Code of the city that this ledger is of"},
    {"city_title", M_TEXT, "城市", .en = "Name of the city"},
    {.name = NULL},
};
static const struct shape district_shape = {"district_of_city", district_members};

/* Each list stays until the process ends, as fields may point into one that another followed. */
static struct arena *kept;

static void on_districts(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct arena *asked = arg;
    const struct city *now = city_here();
    if (!fail && rows->n > now->n) {
        kept = kept ? kept : arena_new();
        struct city *city = arena_alloc(kept, sizeof *city);
        struct district *list = arena_alloc(kept, (size_t)rows->n * sizeof *list);
        for (int i = 0; i < rows->n; i++)
            list[i] = (struct district){arena_keep(kept, rows_at(rows, i, CITY_DISTRICTS_CODE)).p,
                arena_keep(kept, rows_at(rows, i, CITY_DISTRICTS_ZH)).p,
                arena_keep(kept, rows_at(rows, i, CITY_DISTRICTS_EN)).p};
        *city = (struct city){now->code, now->zh, now->en, list, rows->n};
        city_choose(city);
    }
    arena_free(asked);
}

void districts_read(struct server *s)
{
    struct arena *a = arena_new();
    db_query(s->db, a, NULL, SQL_CITY_DISTRICTS, NULL, 0, on_districts, a);
}

static void districts_list(struct req *r)
{
    const struct city *c = city_here();
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < c->n; i++) {
        json_open(&out, '{');
        json_member_text(&out, "code", c->district[i].code);
        json_member_text(&out, "title", c->district[i].zh);
        json_member_text(&out, "title_en", c->district[i].en);
        json_member_text(&out, "city", c->code);
        json_member_text(&out, "city_title", c->zh);
        json_close(&out, '}');
    }
    json_close(&out, ']');
    json_member_raw(&out, "next", STR("null"));
    json_close(&out, '}');
    reply_list(r, buf_view(&out), c->n);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_order_of_districts = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "code -code title -title"},
                          q_order_of_facts = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "name -name title -title from -from"},
                          q_order_of_rates = {
                              "order", Q_WORD, "排序;前加 - 为倒序", .words = "on -on"};

const struct route fact_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/facts",
        .roles = EVERYBODY,
        .handle = facts_list,
        .query = {&q_q, &q_order_of_facts, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(catalogue_shape)),
        .zh = "事实目录",
        .en = "The facts that rules may ask for, and who tells them"},
    {.method = METHOD_GET,
        .path = "/v1/districts",
        .roles = EVERYBODY,
        .handle = districts_list,
        .query = {&q_q, &q_order_of_districts, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(district_shape)),
        .zh = "本市各区",
        .en = "The districts of the city that this ledger is of"},
    TEMPLATE_ROUTE("/v1/lpr", &lpr_record, EVERYBODY, "LPR", "loan prime rate"),
    {.method = METHOD_POST,
        .path = "/v1/lpr",
        .roles = FINANCE | IP_OFFICE,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &lpr_record,
        .query = {&q_atomic, &q_dry_run, &q_sheet},
        .answers = proposed_batch,
        .zh = "补录 LPR",
        .en = "Record a loan prime rate"},
    {.method = METHOD_GET,
        .path = "/v1/lpr",
        .roles = EVERYBODY,
        .handle = lpr_list,
        .query = {&q_q, &q_order_of_rates, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(rate_shape)),
        .zh = "LPR 历史",
        .en = "Loan prime rates"},
    {.path = NULL},
};
