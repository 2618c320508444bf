/*
 * admin.c - health, metrics, description.
 */
#include "api.h"
#include "log_end.h"
#include "pulse.h"
#include "witness.h"

static void health_get(struct req *r)
{
    reply_json(r, 200, STR("{\"status\":\"alive\"}"));
}

/* What keeps the daemon from serving; p == NULL: nothing. */
static struct str trouble(const struct req *r)
{
    const struct server *s = r->server;
    struct str of_database = pulse_trouble(s->pulse, r->a, r->english);
    if (s->draining)
        return r->english ? STR("shutting down") : STR("正在停止服务");
    if (of_database.p)
        return of_database;
    if (!db_ready(s->db))
        return r->english ? STR("connections to the database are being made")
                          : STR("正在建立数据库连接");
    struct str of_lane = log_end_trouble(lane_log(s->lane), r->a, r->english);
    if (of_lane.p)
        return of_lane;
    if (!lane_ready(s->lane))
        return r->english ? STR("another daemon writes (see the log)")
                          : STR("写入权在另一进程(见日志)");
    if (!s->ready)
        return r->english ? STR("starting") : STR("正在启动");
    return (struct str){NULL, 0};
}

static void ready_get(struct req *r)
{
    struct str why = trouble(r);
    struct buf out;
    if (why.p) {
        reply_refuse(r, E_BUSY, "", "%s", why.p);
        return;
    }
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_text(&out, "status", "ready");
    json_member_list(&out, "warnings"); /* what keeps nobody from being served */
    witnesses_late(r->server->witnesses, &out, r->english);
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

/* Whatever the database is about, the program says what it knows itself. */
static void on_dates(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    const struct process *p = &r->server->process;
    bool known = !fail && rows->n == 1;
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_text(&out, "version", PLEDGED_VERSION);
    if (known)
        json_member_raw(&out, "schema_version", rows_at(rows, 0, SERVICE_DATES_SCHEMA_VERSION));
    json_member_int(&out, "uptime_s", (monotonic_us() - p->began_us) / 1000000);
    if (known && rows_at(rows, 0, SERVICE_DATES_VERIFIED_AT).p)
        json_member_known(&out, "verified_at", rows_at(rows, 0, SERVICE_DATES_VERIFIED_AT));
    if (known && rows_at(rows, 0, SERVICE_DATES_SCANNED_AT).p)
        json_member_known(&out, "scanned_at", rows_at(rows, 0, SERVICE_DATES_SCANNED_AT));
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void status_get(struct req *r)
{
    static const struct fail away = {.sqlstate = "08006"};
    static const struct rows none = {0};
    if (db_ready(r->server->db) && !pulse_trouble(r->server->pulse, r->a, true).p)
        db_query(r->server->db, r->a, NULL, SQL_SERVICE_DATES, NULL, 0, on_dates, r);
    else
        on_dates(r, &none, &away);
}

static void openapi_get(struct req *r)
{
    struct buf b;
    buf_init(&b, r->a);
    r->server->describe(&b);
    reply_json(r, 200, buf_view(&b));
}

/* ---- answers --------------------------------------------------------------------------------- */

static const struct member alive_members[] = {
    {"status", M_WORD, "状态", .en = "Status", .words = "alive"}, {.name = NULL}};
static const struct member ready_members[] = {
    {"status", M_WORD, "状态", .en = "Status", .words = "ready"},
    {"warnings", M_TEXT, "须注意", .en = "What should be looked at; nobody waits for it",
        .list = true},
    {.name = NULL}};
static const struct member status_members[] = {
    {"version", M_TEXT, "程序版本", .en = "Version of the program"},
    {"schema_version", M_COUNT, "数据库结构版本", .en = "Version of the schema", .maybe = true},
    {"uptime_s", M_COUNT, "已运行秒数", .en = "For how many seconds it runs"},
    {"verified_at", M_INSTANT, "最近一次核验", .en = "When it was verified last", .maybe = true},
    {"scanned_at", M_INSTANT, "最近一次夜间预警扫描",
        .en = "When it was scanned for red flags by night last", .maybe = true},
    {.name = NULL},
};
static const struct member description_members[] = {
    {"openapi", M_TEXT, "规范版本", .en = "Version of OpenAPI"},
    {"info", M_JSON, "概况", .en = "What it describes"},
    {"servers", M_JSON, "地址", .en = "Where it is served"},
    {"paths", M_JSON, "接口", .en = "Operations"},
    {"components", M_JSON, "组件", .en = "What they name"},
    {.name = NULL},
};
static const struct shape alive_shape = {"alive", alive_members},
                          ready_shape = {"ready", ready_members},
                          status_shape = {"service_status", status_members},
                          description_shape = {"description", description_members};

/* ---- routes ---------------------------------------------------------------------------------- */

const struct route admin_routes[] = {
    {.method = METHOD_GET,
        .path = "/healthz",
        .handle = health_get,
        .answers = ANSWERS(JSON_OF(alive_shape)),
        .zh = "存活检查",
        .en = "Is the process alive"},
    {.method = METHOD_GET,
        .path = "/readyz",
        .handle = ready_get,
        .answers = ANSWERS(JSON_OF(ready_shape)),
        .zh = "就绪检查",
        .en = "Can it serve"},
    {.method = METHOD_GET,
        .path = "/v1/status",
        .handle = status_get,
        .answers = ANSWERS(JSON_OF(status_shape)),
        .zh = "运行状况",
        .en = "What runs here, and since when"},
    {.method = METHOD_GET,
        .path = "/metrics",
        .handle = metrics_get,
        .answers = ANSWERS(BYTES_OF("text/plain")),
        .zh = "运行指标",
        .en = "Prometheus metrics"},
    {.method = METHOD_GET,
        .path = "/openapi.json",
        .handle = openapi_get,
        .answers = ANSWERS(JSON_OF(description_shape)),
        .zh = "接口说明",
        .en = "This description"},
    {.path = NULL},
};
