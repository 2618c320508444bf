/*
 * verify_tables.c - every table with what the log says it holds: kept rows with the rows, rows that
 * follow from records or other rows with what is made again.
 */
#include "leaves.h"
#include "link.h"
#include "migrate.h"
#include "size.h"
#include "verify.h"
#include <stdlib.h>

/* Flights that neither have a leaf nor may wait for one, as an array. */
static const char *outside(struct verify *v)
{
    static const char ask[] =
        "select array_agg(x.flight) from (select distinct r.flight from log_row r where r.no > $2"
        " and r.flight <> all ($1) and not exists (select from log_leaf l"
        " where l.record_id = r.flight and l.version = 0)) x";
    char schema[SCHEMA_DIGEST_SIZE];
    struct rows waiting = {0};
    struct row_leaves beside = {0};
    struct buf list;
    PGresult *r = verify_ask(v, (const char *)statements[SQL_LOG_ROWS - 1].text, NULL, 0);
    if (r)
        rows_copy(v->a, r, &waiting);
    PQclear(r);
    if (v->signer)
        beside = leaves_beside(v->a, &waiting, v->signer, str_of(migrate_schema(schema)));
    buf_init(&list, v->a);
    for (int i = 0; beside.taken && i < waiting.n; i++) {
        if (beside.taken[i])
            buf_printf(&list, "%c%s", list.n ? ',' : '{', rows_at(&waiting, i, LOG_ROWS_FLIGHT).p);
    }
    buf_text(&list, list.n ? "}" : "{}");
    const char *params[] = {
        buf_view(&list).p, arena_printf(v->a, "%lld", (long long)v->since_row).p};
    r = verify_ask(v, ask, params, COUNT_OF(params));
    bool any = r && !PQgetisnull(r, 0, 0);
    const char *found = any ? arena_keep(v->a, str_of(PQgetvalue(r, 0, 0))).p : "{}";
    if (any)
        finding(&v->found, "rows that were written past the log: flights %s", found);
    PQclear(r);
    return found;
}

static const char *value_or(const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? "nothing" : PQgetvalue(r, row, column);
}

/* Each difference: table, key, column, what the log says, what stands. */
static void say_differences(struct verify *v, const char *table, PGresult *r)
{
    enum { KEY, COLUMN, TOLD, FOUND };
    if (!r)
        finding(&v->found, "table that cannot be compared: %s", table);
    for (int i = 0; r && i < PQntuples(r); i++)
        finding(&v->found, "%s %s %s: %s in the log, %s in the table", table, PQgetvalue(r, i, KEY),
            PQgetvalue(r, i, COLUMN), value_or(r, i, TOLD), value_or(r, i, FOUND));
    PQclear(r);
}

/* What one table holds can make its comparison fail; that of the others goes on. */
static void compare(struct verify *v, const char *table, const char *proof, const char *past)
{
    static const char ask[] = "select * from verify_table($1::regclass, $2, $3, $4, $5)";
    const char *params[] = {table, proof, past,
        arena_printf(v->a, "%lld", (long long)v->since_row).p,
        arena_printf(v->a, "%llu", (unsigned long long)v->since).p};
    PGresult *r = verify_ask(v, ask, params, COUNT_OF(params));
    say_differences(v, table, r);
}

/* The size of a firm is reckoned by the program. */
static void check_sizes(struct verify *v)
{
    enum { INDUSTRY, EMPLOYEES, REVENUE, ASSETS, SIZE, ID };
    static const char ask[] =
        "select industry, employees, revenue_fen, assets_fen, size, min(id || ' ' || version)"
        " from loan where $1::bigint = 0 or exists (select from log_leaf l where l.record_id = id"
        " and l.version = loan.version and l.no >= $1) group by 1, 2, 3, 4, 5";
    const char *since = arena_printf(v->a, "%llu", (unsigned long long)v->since).p;
    PGresult *r = verify_ask(v, ask, &since, 1);
    for (int i = 0; r && i < PQntuples(r); i++) {
        struct firm_metrics m = {
            .industry = {PQgetisnull(r, i, INDUSTRY) ? NULL : PQgetvalue(r, i, INDUSTRY),
                (size_t)PQgetlength(r, i, INDUSTRY)},
            .employees_known = !PQgetisnull(r, i, EMPLOYEES),
            .employees = strtoll(PQgetvalue(r, i, EMPLOYEES), NULL, 10),
            .revenue_known = !PQgetisnull(r, i, REVENUE),
            .revenue = {strtoll(PQgetvalue(r, i, REVENUE), NULL, 10)},
            .assets_known = !PQgetisnull(r, i, ASSETS),
            .assets = {strtoll(PQgetvalue(r, i, ASSETS), NULL, 10)},
        };
        const char *size = firm_size_name(firm_size(&m));
        if (strcmp(size, PQgetvalue(r, i, SIZE)) != 0)
            finding(&v->found, "loan %s size: %s in the log, %s in the table", PQgetvalue(r, i, ID),
                size, PQgetvalue(r, i, SIZE));
    }
    PQclear(r);
}

void verify_tables(struct verify *v)
{
    static const char list[] = "select tab, proof from log_table() where proof = any ($1)"
                               " order by tab::text";
    static const char triggers[] =
        "select tab || ' ' || key, col, told, found from verify_triggers()";
    arena_reset(v->a);
    const char *past = outside(v), *proofs = v->since ? "{kept,record}" : "{kept,record,made}";
    PGresult *tables = verify_ask(v, list, &proofs, 1);
    for (int i = 0; tables && i < PQntuples(tables); i++)
        compare(v, PQgetvalue(tables, i, 0), PQgetvalue(tables, i, 1), past);
    PQclear(tables);
    say_differences(v, "trigger", verify_ask(v, triggers, NULL, 0));
    check_sizes(v);
}
