/*
 * migrate.c - apply migrations, and the blocking queries of sub-commands.
 *
 * Numbered files go forward only. What is applied must be exactly what this program carries: a
 * changed file, a gap or an unknown row is refused by name. Each runs in its own transaction with
 * its row.
 *
 * Functions have one address each, migrations/functions/, and no history there: all are made again
 * in one transaction whenever their text, or a numbered file, differs from what the row of version
 * 0 says was run last: some are written out of the rows of tables.
 */
#include "migrate.h"
#include "city.h"
#include "json.h"
#include "locks.h"
#include "log.h"
#include "log_head.h"
#include "merkle.h"
#include "sql.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

static bool failed(PGconn *c, const char *what)
{
    log_event(LOG_ERROR, SAY_MIGRATE_FAILED, "what", what, "text", PQerrorMessage(c), NULL);
    return false;
}

static bool run(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return good;
}

/* What stands last holds. Options that the environment tells count where the conninfo has none. */
struct str sql_options(struct arena *a, const char *conninfo)
{
    static const char ours[] = "-c search_path=public,pg_temp -c row_security=on"
                               " -c transform_null_equals=off -c array_nulls=on"
                               " -c standard_conforming_strings=on";
    PQconninfoOption *all = PQconninfoParse(conninfo, NULL);
    const char *told = getenv("PGOPTIONS");
    for (const PQconninfoOption *o = all; o && o->keyword; o++) {
        if (strcmp(o->keyword, "options") == 0 && o->val)
            told = o->val;
    }
    struct str options = arena_printf(a, "%s %s", told ? told : "", ours);
    PQconninfoFree(all);
    return options;
}

PGconn *sql_connect(const char *conninfo)
{
    struct arena *a = arena_new();
    const char *keys[] = {"dbname", "options", "application_name", "client_encoding", NULL};
    const char *values[] = {conninfo, sql_options(a, conninfo).p, "pledged", "UTF8", NULL};
    PGconn *c = PQconnectdbParams(keys, values, 1);
    arena_free(a);
    return c;
}

PGresult *sql_run(PGconn *c, const char *sql, const char *const *params, int n)
{
    return PQexecParams(c, sql, n, NULL, params, NULL, NULL, 0);
}

static struct str checksum(struct arena *a, const struct embedded *m)
{
    return hash_hex(a, hash_sha256(m->text, m->length));
}

/* What a migration writes into tables that are kept goes with it: its flight enters the log at the
 * next start. */
static bool rows_pend(struct arena *a, PGconn *c)
{
    char schema[SCHEMA_DIGEST_SIZE];
    return run(c, arena_printf(a,
                      "do $$ begin"
                      " if coalesce(current_setting('pledged.flight', true), '') <> '' then"
                      " insert into log_pending (flight, schema_digest)"
                      " values (left(current_setting('pledged.flight'), 36)::uuid, '%s');"
                      " end if; end $$",
                      migrate_schema(schema))
                      .p);
}

static bool apply(struct arena *a, PGconn *c, int version, const struct embedded *m)
{
    const char *params[] = {arena_printf(a, "%d", version).p, m->name, checksum(a, m).p};
    if (!run(c, "begin") || !run(c, (const char *)m->text))
        return failed(c, m->name);
    PGresult *r = sql_run(
        c, "insert into schema_migration (version, name, sha256) values ($1, $2, $3)", params, 3);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    if (!good || !rows_pend(a, c) || !run(c, "commit"))
        return failed(c, m->name);
    log_event(LOG_INFO, SAY_MIGRATED, "name", m->name, NULL);
    return true;
}

/* How many are applied, or -1 after logging that they are not ours. */
static int applied(struct arena *a, PGconn *c)
{
    PGresult *r = PQexec(
        c, "select version, name, sha256 from schema_migration where version > 0 order by version");
    int n = PQntuples(r);
    if (PQresultStatus(r) != PGRES_TUPLES_OK || n > (int)migrations_count) {
        failed(c, "the database is newer than this program");
        n = -1;
    }
    for (int i = 0; i < n; i++) {
        const struct embedded *m = &migrations[i];
        if (strcmp(PQgetvalue(r, i, 1), m->name) != 0 ||
            strcmp(PQgetvalue(r, i, 2), checksum(a, m).p) != 0) {
            log_event(LOG_ERROR, SAY_MIGRATE_FAILED, "what",
                "an applied migration differs from ours", "name", PQgetvalue(r, i, 1), NULL);
            n = -1;
        }
    }
    PQclear(r);
    return n;
}

/* One digest over all function files: a file added, changed or taken away changes it. */
static const char *functions_digest(struct arena *a)
{
    struct buf all;
    buf_init(&all, a);
    for (size_t i = 0; i < functions_count; i++) {
        buf_text(&all, functions[i].name);
        buf_char(&all, ' ');
        buf_str(&all, checksum(a, &functions[i]));
        buf_char(&all, '\n');
    }
    return hash_hex(a, hash_sha256(all.p, all.n)).p;
}

static bool functions_stand(PGconn *c, const char *digest)
{
    static const char asked[] = "select 1 from schema_migration where version = 0 and sha256 = $1";
    PGresult *r = sql_run(c, asked, &digest, 1);
    bool same = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
    PQclear(r);
    return same;
}

/* Bodies are not checked while they are made: each may name any other, whatever the order. */
static bool functions_apply(struct arena *a, PGconn *c, bool *changed)
{
    static const char noted[] =
        "insert into schema_migration (version, name, sha256) values (0, 'functions', $1)"
        " on conflict (version) do update set sha256 = excluded.sha256, applied_at = now(),"
        " applied_by = current_user";
    char schema[SCHEMA_DIGEST_SIZE];
    const char *digest = migrate_schema(schema);
    if (functions_stand(c, digest))
        return true;
    *changed = true;
    if (!run(c, "begin") || !run(c, "set local check_function_bodies = off"))
        return failed(c, "functions");
    for (size_t i = 0; i < functions_count; i++) {
        if (!run(c, (const char *)functions[i].text))
            return failed(c, functions[i].name);
    }
    PGresult *r = sql_run(c, noted, &digest, 1);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    if (!good || !rows_pend(a, c) || !run(c, "commit"))
        return failed(c, "functions");
    log_event(LOG_INFO, SAY_MIGRATED, "name", "functions", NULL);
    return true;
}

const char *migrate_schema(char out[SCHEMA_DIGEST_SIZE])
{
    struct arena *a = arena_new();
    struct buf all;
    buf_init(&all, a);
    for (size_t i = 0; i < migrations_count; i++)
        buf_str(&all, checksum(a, &migrations[i]));
    buf_text(&all, functions_digest(a));
    snprintf(out, SCHEMA_DIGEST_SIZE, "%s", hash_hex(a, hash_sha256(all.p, all.n)).p);
    arena_free(a);
    return out;
}

/* ---- what an upgrade takes ------------------------------------------------------------------- */

/* What an upgrade finds in a ledger that keeps its rows. */
struct before {
    const char *waiting; /* flights without a leaf that may have one, as an array */
    const char *found;   /* what differs from the log all the same; NULL: nothing */
};

/* May this flight wait for its leaf? One that an operator has signed (leaves.c), and what an
 * upgrade to this schema wrote, or one that was never served since. */
static bool may_wait(struct arena *a, const PGresult *r, int i, const struct head_signer *signer)
{
    enum { FLIGHT, N, DIGEST, SIGNATURE, LED_HERE };
    struct str text = rows_text(a, str_of(PQgetvalue(r, i, FLIGHT)), str_of(PQgetvalue(r, i, N)),
        str_of(PQgetvalue(r, i, DIGEST)));
    if (PQgetisnull(r, i, SIGNATURE))
        return *PQgetvalue(r, i, LED_HERE) == 't';
    return signer && strcmp(PQgetvalue(r, i, SIGNATURE), rows_sign(a, signer, text).p) == 0;
}

static bool is_any_signed(const PGresult *r)
{
    enum { SIGNATURE = 3 };
    int i = 0;
    while (i < PQntuples(r) && PQgetisnull(r, i, SIGNATURE))
        i++;
    return i < PQntuples(r);
}

static const char *flights_of(struct arena *a, const PGresult *r, const struct head_signer *signer)
{
    struct buf list;
    buf_init(&list, a);
    for (int i = 0; i < PQntuples(r); i++) {
        if (may_wait(a, r, i, signer))
            buf_printf(&list, "%c%s", list.n ? ',' : '{', PQgetvalue(r, i, 0));
    }
    buf_text(&list, list.n ? "}" : "{}");
    return buf_view(&list).p;
}

/* By no function of the database, which may be somebody else's. */
static bool find_waiting(struct arena *a, PGconn *c, const char *folder, struct before *b)
{
    static const char ask[] =
        "select p.flight, x.n, x.digest, encode(p.signature, 'hex'),"
        " coalesce(p.schema_digest = $1 or not exists (select from log_row r join log_leaf l"
        " on l.record_id = r.flight and l.version = 0 where r.tab = 'log_adoption'"
        " and r.content ->> 'schema_digest' = p.schema_digest)"
        " and (exists (select from schema_migration m where m.version = 0"
        " and m.sha256 = p.schema_digest)"
        " or exists (select from log_adoption o where o.schema_digest = p.schema_digest)), false)"
        " from log_pending p cross join lateral (select count(*) as n, encode(sha256(string_agg("
        "sha256(convert_to(r.tab || ' ' || r.op || ' ' || r.content::text, 'UTF8')), ''::bytea"
        " order by r.no)), 'hex') as digest from log_row r where r.flight = p.flight) x"
        " where x.n > 0 and num_nonnulls(p.signature, p.schema_digest) = 1 and not exists"
        " (select from log_leaf l where l.record_id = p.flight and l.version = 0)";
    char schema[SCHEMA_DIGEST_SIZE];
    const char *digest = migrate_schema(schema);
    struct head_signer *signer = folder ? head_signer_open(folder, false) : NULL;
    PGresult *r = sql_run(c, ask, &digest, 1);
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
    if (!good)
        (void)failed(c, "flights that wait for the log");
    else if (!signer && is_any_signed(r))
        good = failed(c, "what commands wrote waits for the log under a signature: an upgrade needs"
                         " log.key, which is not in the data folder");
    else
        b->waiting = flights_of(a, r, signer);
    PQclear(r);
    head_signer_free(signer);
    return good;
}

static const struct embedded *functions_file(const char *name)
{
    size_t i = 0;
    while (i < functions_count && strcmp(functions[i].name, name) != 0)
        i++;
    MUST(i < functions_count);
    return &functions[i];
}

/* By functions of this program's text, in a schema that goes again. */
static bool find_differences(struct arena *a, PGconn *c, struct before *b)
{
    bool good = run(c, "begin") && run(c, "create schema pledged_compare") &&
                run(c, "set local search_path = pledged_compare, public, pg_temp") &&
                run(c, (const char *)functions_file("compare")->text);
    PGresult *r = good ? sql_run(c, "select log_differences($1)", &b->waiting, 1) : NULL;
    good = good && PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
    if (!good)
        (void)failed(c, "what stands cannot be held against the log, and an upgrade would take it"
                        " as it is: mend what is told here, or restore a backup");
    else if (!PQgetisnull(r, 0, 0))
        b->found = arena_text(a, PQgetvalue(r, 0, 0)).p;
    PQclear(r);
    return run(c, "rollback") && good;
}

/* Of a ledger of a time that cannot tell, nothing. */
static bool look_before(struct arena *a, PGconn *c, const char *folder, struct before *b)
{
    PGresult *r = PQexec(c, "select 1 where to_regclass('log_adoption') is not null");
    bool tells = PQntuples(r) == 1;
    PQclear(r);
    if (!tells)
        return true;
    r = PQexec(c, "select 1 from log_leaf where form = 3 limit 1");
    tells = PQntuples(r) == 1;
    PQclear(r);
    if (!find_waiting(a, c, folder, b) || (tells && !find_differences(a, c, b)))
        return false;
    if (b->found)
        log_event(LOG_ERROR, SAY_ADOPTED, "text", b->found, NULL);
    return true;
}

/* After an upgrade: what it made or changed without the lane enters the log, once. */
static bool adopt(PGconn *c, const struct before *b)
{
    char schema[SCHEMA_DIGEST_SIZE];
    const char *params[] = {migrate_schema(schema), b->found, b->waiting};
    if (!run(c, "begin") || !run(c, "call log_rows_attach()"))
        return failed(c, "triggers of the log");
    PGresult *r = sql_run(c, "select log_adopt($1, $2, $3)", params, COUNT_OF(params));
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return good && run(c, "commit") ? true : failed(c, "rows for the log");
}

/* ---- the city -------------------------------------------------------------------------------- */

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
    PGresult *r = sql_run(c, "call city_settle($1, $2, $3, $4)", params, 4);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    return good || failed(c, "city");
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
        return failed(c, "city"); /* r and kept go with the process */
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

static bool city_stand(struct arena *a, PGconn *c, const char *wanted)
{
    PGresult *r = PQexec(c, "select 1 from city");
    bool settled = PQntuples(r) > 0;
    PQclear(r);
    return (settled || city_settle(a, c, wanted ? wanted : city_here()->code)) &&
           city_read(c, wanted);
}

static bool apply_rest(
    struct arena *a, PGconn *c, const char *city, const char *folder, bool *empty)
{
    static const char table[] =
        "create table if not exists schema_migration (version int primary key, name text not null,"
        " sha256 text not null, applied_at timestamptz not null default now(),"
        " applied_by text not null default current_user)";
    if (!run(c, "set client_min_messages = warning") ||
        !run(c, "select pg_advisory_lock(" LOCK_MIGRATE ")") || !run(c, table))
        return failed(c, "start");
    int n = applied(a, c);
    bool changed = n >= 0 && n < (int)migrations_count;
    *empty = n == 0;
    char schema[SCHEMA_DIGEST_SIZE];
    struct before before = {.waiting = "{}"};
    if (n > 0 && !functions_stand(c, migrate_schema(schema)) && !look_before(a, c, folder, &before))
        return false;
    for (int i = n; n >= 0 && i < (int)migrations_count; i++) {
        if (!apply(a, c, i + 1, &migrations[i]))
            return false;
    }
    if (n < 0 || !functions_apply(a, c, &changed) || !city_stand(a, c, city))
        return false;
    return !changed || adopt(c, &before);
}

bool migrate_apply(const char *conninfo, const char *city, const char *folder, bool *fresh)
{
    PGconn *c = sql_connect(conninfo);
    struct arena *a = arena_new();
    bool empty = false;
    bool good = PQstatus(c) == CONNECTION_OK ? apply_rest(a, c, city, folder, &empty)
                                             : failed(c, "connect");
    if (fresh)
        *fresh = empty;
    PQfinish(c);
    arena_free(a);
    return good;
}
