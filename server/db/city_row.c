/*
 * city_row.c - the city that a ledger is of, for good, and its districts.
 */
#include "city_row.h"
#include "city.h"
#include "json.h"
#include "log.h"
#include <libpq-fe.h>
#include <string.h>

static bool failed(PGconn *c)
{
    log_event(LOG_ERROR, SAY_MIGRATE_FAILED, "what", "city", "text", PQerrorMessage(c), NULL);
    return false;
}

static struct str districts_json(struct arena *a, const struct city *city)
{
    struct buf out;
    buf_init(&out, a);
    json_open(&out, '[');
    for (int i = 0; i < city->n; i++) {
        json_open(&out, '{');
        json_member_text(&out, "code", city->district[i].code);
        json_member_text(&out, "zh", city->district[i].zh);
        json_member_text(&out, "en", city->district[i].en);
        json_close(&out, '}');
    }
    json_close(&out, ']');
    return buf_view(&out);
}

static bool city_settle(struct arena *a, PGconn *c, const char *code)
{
    const struct city *city = city_find(a, str_of(code));
    if (!city) {
        log_event(
            LOG_ERROR, SAY_MIGRATE_FAILED, "what", "no such city by GB/T 2260", "name", code, NULL);
        return false;
    }
    const char *params[] = {city->code, city->zh, city->en, districts_json(a, city).p};
    PGresult *r =
        PQexecParams(c, "call city_settle($1, $2, $3, $4)", 4, NULL, params, NULL, NULL, 0);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    return good || failed(c);
}

/* One row a district, the city beside each. What is read here is kept until the process ends. */
static bool city_read(PGconn *c, const char *wanted)
{
    static struct arena *kept;
    PGresult *r = PQexec(c, "select d.code, d.zh, d.en, c.code, c.zh, c.en from city_district d"
                            " cross join (select x.* from city x order by x.code limit 1) c"
                            " order by d.code");
    int n = PQntuples(r);
    if (!kept)
        kept = arena_new();
    struct city *city = arena_alloc(kept, sizeof *city);
    struct district *list = arena_alloc(kept, (size_t)(n + 1) * sizeof *list);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        return failed(c); /* r and kept go with the process */
    for (int i = 0; i < n; i++)
        list[i] = (struct district){arena_text(kept, PQgetvalue(r, i, 0)).p,
            arena_text(kept, PQgetvalue(r, i, 1)).p, arena_text(kept, PQgetvalue(r, i, 2)).p};
    if (n > 0) /* else rows were taken away, as verify will say */
        *city = (struct city){arena_text(kept, PQgetvalue(r, 0, 3)).p,
            arena_text(kept, PQgetvalue(r, 0, 4)).p, arena_text(kept, PQgetvalue(r, 0, 5)).p, list,
            n};
    PQclear(r);
    if (n > 0 && wanted && strcmp(wanted, city->code) != 0) {
        log_event(LOG_ERROR, SAY_MIGRATE_FAILED, "what",
            "this ledger is of another city, for good: leave --city away, or name its own", "name",
            city->code, NULL);
        return false;
    }
    if (n > 0)
        city_choose(city);
    return true;
}

bool city_stand(struct arena *a, PGconn *c, const char *wanted)
{
    PGresult *r = PQexec(c, "select 1 from city");
    bool settled = PQntuples(r) > 0;
    PQclear(r);
    return (settled || city_settle(a, c, wanted ? wanted : city_here()->code)) &&
           city_read(c, wanted);
}
