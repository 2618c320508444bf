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

/* Flights that wait for a leaf and may have one, as an array. */
const char *verify_waiting(struct verify *v)
{
    char schema[SCHEMA_DIGEST_SIZE];
    struct arena *a = v->s->a;
    struct rows waiting = {0};
    struct row_leaves beside = {0};
    struct buf list;
    PGresult *r = session_ask(v->s, (const char *)statements[SQL_LOG_ROWS - 1].text, NULL, 0);
    if (r)
        rows_copy(a, r, &waiting);
    PQclear(r);
    r = session_ask(v->s, "select 1 from log_leaf limit 1", NULL, 0);
    if (v->signer)
        beside = leaves_beside(
            a, &waiting, v->signer, str_of(migrate_schema(schema)), r && PQntuples(r) == 0);
    PQclear(r);
    buf_init(&list, a);
    for (int i = 0; beside.taken && i < waiting.n; i++) {
        if (beside.taken[i])
            buf_printf(&list, "%c%s", list.n ? ',' : '{', rows_at(&waiting, i, LOG_ROWS_FLIGHT).p);
    }
    buf_text(&list, list.n ? "}" : "{}");
    return buf_view(&list).p;
}

/* Flights that neither have a leaf nor may wait for one, as an array; NULL: nobody knows. */
static const char *outside(struct verify *v)
{
    static const char ask[] = "select coalesce(array_agg(x), '{}') from log_flights_leafless($2) x"
                              " where x <> all ($1)";
    const char *params[] = {
        verify_waiting(v), arena_printf(v->s->a, "%lld", (long long)v->since_row).p};
    PGresult *r = session_ask(v->s, ask, params, COUNT_OF(params));
    const char *found = r ? arena_text(v->s->a, PQgetvalue(r, 0, 0)).p : NULL;
    PQclear(r);
    return found;
}

static void say_past(struct look *l)
{
    if (!l->v->past)
        finding(l, "flights that cannot be looked through");
    else if (strcmp(l->v->past, "{}") != 0)
        finding(l, "rows that were written past the log: flights %s", l->v->past);
}

static void say_no_tables(struct look *l)
{
    finding(l, "tables that cannot be listed");
}

static void compare(struct look *l)
{
    verify_compare(l, l->part->name, l->part->proof);
}

static void check_triggers(struct look *l)
{
    static const char triggers[] =
        "select tab || ' ' || key, col, told, found from verify_triggers()";
    PGresult *r = verify_ask(l, triggers, NULL, 0);
    verify_differences(l, "trigger", r);
    PQclear(r);
}

/* The size of a firm is reckoned by the program. */
static void check_sizes(struct look *l)
{
    enum { INDUSTRY, EMPLOYEES, REVENUE, ASSETS, SIZE, ID };
    static const char ask[] =
        "select x.industry, x.employees, x.revenue_fen, x.assets_fen, x.size,"
        " min(x.id || ' ' || x.version) from loan x where $1::bigint = 0 group by 1, 2, 3, 4, 5"
        " union all"
        " select x.industry, x.employees, x.revenue_fen, x.assets_fen, x.size,"
        " min(x.id || ' ' || x.version) from log_leaf l join loan x on x.id = l.record_id"
        " and x.version = l.version where $1 > 0 and l.no >= $1 group by 1, 2, 3, 4, 5";
    const char *since = arena_printf(l->a, "%llu", (unsigned long long)l->v->since).p;
    PGresult *r = verify_ask(l, ask, &since, 1);
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
            finding(l, "loan %s size: %s in the log, %s in the table", PQgetvalue(r, i, ID), size,
                PQgetvalue(r, i, SIZE));
    }
    PQclear(r);
}

/* Caches come of all loans, whatever their own size. */
void verify_tables(struct verify *v)
{
    enum { TAB, PROOF, WEIGHT };
    static const char list[] =
        "select tab, proof, pg_relation_size(case proof when 'made' then 'loan' else tab end)"
        " from log_table() where proof = any ($1) order by tab::text";
    const char *proofs = v->since ? "{kept,record}" : "{kept,record,made}";
    v->past = outside(v);
    (void)verify_part(v, say_past, "flights");
    PGresult *tables = session_ask(v->s, list, &proofs, 1);
    for (int i = 0; tables && i < PQntuples(tables); i++) {
        if (verify_is_sum(PQgetvalue(tables, i, TAB)) ||
            verify_is_balance(PQgetvalue(tables, i, TAB)))
            continue; /* with the others */
        struct part *p = verify_part(v, compare, arena_text(v->s->a, PQgetvalue(tables, i, TAB)).p);
        p->proof = arena_text(v->s->a, PQgetvalue(tables, i, PROOF)).p;
        p->weight = strtoll(PQgetvalue(tables, i, WEIGHT), NULL, 10);
    }
    if (!tables)
        (void)verify_part(v, say_no_tables, "tables");
    PQclear(tables);
    if (!v->since) {
        verify_part(v, verify_sums, "sums of loans")->weight = INT64_MAX - 1;
        verify_part(v, verify_balances, "sums of balances")->weight = INT64_MAX - 1;
    }
    (void)verify_part(v, check_triggers, "triggers");
    (void)verify_part(v, check_sizes, "sizes");
}
