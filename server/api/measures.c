/*
 * measures.c - the measures of plans: who reports, what is overdue, how they are carried out.
 *
 * The statements build the JSON; a day and an instant decide what of it was there, and which plan
 * is shown when none is named.
 */
#include "api.h"
#include "records.h"
#include "shapes.h"
#include "targets.h"

/* ?as_of and ?known_at; false after answering their problems. */
static bool read_times(struct req *r, struct str *as_of, struct str *known_at)
{
    day d;
    (void)param_instant(r, "known_at", known_at); /* problems are in r->err */
    if (param_day(r, "as_of", day_today(), &d))
        *as_of = day_text(r->a, d);
    if (r->err.n)
        reply_problem(r);
    return r->err.n == 0;
}

/* Without a document there is no such plan, or it has no such measure. */
static void on_measures(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct str plan = req_param(r, "plan");
    bool none = !fail && (rows->n == 0 || !rows_at(rows, 0, MEASURE_LIST_DOCUMENT).p);
    if (none && plan.p && !r->capture[0].p)
        reply_refuse(r, E_NOT_FOUND, "?plan", "%s", plan.p);
    else
        on_document(arg, rows, fail);
}

static void ask(struct req *r, enum sql_id sql, const struct str *p, int n)
{
    db_query(r->server->db, r->a, r->actor, sql, p, n, on_measures, r);
}

static void measure_list(struct req *r)
{
    struct str p[5] = {[4] = req_param(r, "plan")};
    if (param_flag(r, "overdue"))
        p[3] = STR("true");
    if (read_times(r, &p[1], &p[2]))
        ask(r, SQL_MEASURE_LIST, p, COUNT_OF(p));
}

static void measure_get(struct req *r)
{
    struct str p[5] = {[4] = req_param(r, "plan")};
    int64_t no;
    if (!count_parse(r->capture[0], 1, MEASURE_NO_MAX, &no)) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
        return;
    }
    p[0] = arena_printf(r->a, "%lld", (long long)no);
    if (read_times(r, &p[1], &p[2]))
        ask(r, SQL_MEASURE_LIST, p, COUNT_OF(p));
}

static void measure_overdue(struct req *r)
{
    struct str p[4] = {[2] = req_param(r, "department"), [3] = req_param(r, "plan")};
    if (read_times(r, &p[0], &p[1]))
        ask(r, SQL_MEASURE_OVERDUE, p, COUNT_OF(p));
}

/* From one day to another, both of them included. */
static void measure_evaluation(struct req *r)
{
    day from, to;
    struct str p[4] = {[3] = req_param(r, "plan")};
    if (param_day(r, "from", day_of(1900, 1, 1), &from) && param_day(r, "to", day_today(), &to)) {
        if (from.n > to.n)
            err_add(&r->err, E_ORDER, STR("?to"), "from");
        p[0] = day_text(r->a, from);
        p[1] = day_text(r->a, to);
    }
    (void)param_instant(r, "known_at", &p[2]); /* problems are in r->err */
    if (r->err.n)
        reply_problem(r);
    else
        ask(r, SQL_MEASURE_EVALUATION, p, COUNT_OF(p));
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_overdue = {"overdue", Q_BOOL, .zh = "只列逾期未报"},
                          q_department = {"department", Q_TEXT, .zh = "部门"},
                          q_plan = {"plan", Q_TEXT, .zh = "哪个计划(不填为当日所在的计划)"};

const struct route measure_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/measures",
        .roles = EVERYBODY,
        .handle = measure_list,
        .query = {&q_plan, &q_overdue, &q_as_of, &q_known_at, &q_list_format},
        .answers = ANSWERS(ROWS_OF(measures_shape)),
        .zh = "计划举措",
        .en = "Measures of a plan with their departments and what is overdue"},
    {.method = METHOD_GET,
        .path = "/v1/measures/overdue",
        .roles = EVERYBODY,
        .handle = measure_overdue,
        .query = {&q_plan, &q_department, &q_as_of, &q_known_at, &q_list_format},
        .answers = ANSWERS(ROWS_OF(overdue_shape)),
        .zh = "逾期未报",
        .en = "Reports on measures that are overdue"},
    {.method = METHOD_GET,
        .path = "/v1/measures/evaluation",
        .roles = EVERYBODY,
        .handle = measure_evaluation,
        .query = {&q_plan, &q_from, &q_to, &q_known_at, &q_list_format},
        .answers = ANSWERS(ROWS_OF(evaluation_shape)),
        .zh = "举措评估",
        .en = "How the measures were carried out over a time"},
    {.method = METHOD_GET,
        .path = "/v1/measures/{no}",
        .roles = EVERYBODY,
        .handle = measure_get,
        .query = {&q_plan, &q_as_of, &q_known_at},
        .answers = ANSWERS(JSON_OF(measure_shape)),
        .zh = "举措及进展",
        .en = "One measure with its reports"},
    RECORD_ROUTES("/v1/measure-reports", &measure_report_record, DISTRICT | FINANCE | IP_OFFICE,
        EVERYBODY, &q_department, "举措进展", "report on a measure"),
    RECORD_ROUTES("/v1/measure-rhythms", &measure_rhythm_record, IP_OFFICE, EVERYBODY, NULL,
        "举措报送频率", "rhythm of reports on measures"),
    {.path = NULL},
};
