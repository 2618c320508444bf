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
#include "city_row.h"
#include "head_file.h"
#include "locks.h"
#include "log.h"
#include "log_head.h"
#include "merkle.h"
#include "sql.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

/* The digest of the rows r of a flight, by no function of the database. */
#define ROWS_DIGEST                                                                                \
    "encode(sha256(string_agg(sha256(convert_to(r.tab || ' ' || r.op || ' ' || r.content::text,"   \
    " 'UTF8')), ''::bytea order by r.no)), 'hex')"

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

static bool did(PGresult *r)
{
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    return good;
}

/* What waits for a leaf: the rows of a flight, under a signature so that nobody who has not the key
 * can say that an upgrade wrote them. k == NULL: of a ledger whose log has not begun. */
static bool flight_waits(
    struct arena *a, PGconn *c, const struct head_signer *k, const char *flight)
{
    enum { N, DIGEST };
    static const char rows[] =
        "select count(*), " ROWS_DIGEST " from log_row r where r.flight = $1";
    static const char waits[] = "insert into log_pending (flight, signature, schema_digest)"
                                " values ($1, decode($2, 'hex'), $3) on conflict (flight) do update"
                                " set signature = excluded.signature";
    char schema[SCHEMA_DIGEST_SIZE];
    PGresult *r = sql_run(c, rows, &flight, 1);
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
    if (good) {
        struct str text = rows_text(
            a, str_of(flight), str_of(PQgetvalue(r, 0, N)), str_of(PQgetvalue(r, 0, DIGEST)));
        const char *params[] = {
            flight, k ? rows_wait(a, k, ROWS_OF_UPGRADE, text).p : NULL, migrate_schema(schema)};
        good = did(sql_run(c, waits, params, COUNT_OF(params)));
    }
    PQclear(r);
    return good;
}

/* What a migration writes into tables that are kept goes with it: its flight enters the log at the
 * next start. */
static bool rows_pend(struct arena *a, PGconn *c, const struct head_signer *k)
{
    PGresult *r = PQexec(c, "select left(current_setting('pledged.flight', true), 36)");
    const char *flight = PQntuples(r) == 1 ? arena_text(a, PQgetvalue(r, 0, 0)).p : NULL;
    PQclear(r);
    return flight && (!*flight || flight_waits(a, c, k, flight));
}

static bool apply(
    struct arena *a, PGconn *c, const struct head_signer *k, int version, const struct embedded *m)
{
    const char *params[] = {arena_printf(a, "%d", version).p, m->name, checksum(a, m).p};
    if (!run(c, "begin") || !run(c, (const char *)m->text))
        return failed(c, m->name);
    bool good = did(sql_run(
        c, "insert into schema_migration (version, name, sha256) values ($1, $2, $3)", params, 3));
    if (!good || !rows_pend(a, c, k) || !run(c, "commit"))
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
static bool functions_apply(struct arena *a, PGconn *c, const struct head_signer *k, bool *changed)
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
    if (!did(sql_run(c, noted, &digest, 1)) || !rows_pend(a, c, k) || !run(c, "commit"))
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
    bool signs;          /* a release that signs what upgrades write has been here */
};

/* May this flight wait for its leaf? One that an operator has signed (leaves.c), and what an
 * upgrade to this schema wrote, or one that was never served since: signed as well, unless an
 * earlier release did it that signed none, or the log had not begun. */
static bool may_wait(struct arena *a, const PGresult *r, int i, const struct head_signer *signer,
    const struct before *b)
{
    enum { FLIGHT, N, DIGEST, SIGNATURE, LED_HERE, OF_UPGRADE, UNSIGNED };
    struct str text = rows_text(a, str_of(PQgetvalue(r, i, FLIGHT)), str_of(PQgetvalue(r, i, N)),
        str_of(PQgetvalue(r, i, DIGEST)));
    bool of_upgrade = *PQgetvalue(r, i, OF_UPGRADE) == 't';
    if (of_upgrade && *PQgetvalue(r, i, LED_HERE) != 't')
        return false;
    if (PQgetisnull(r, i, SIGNATURE))
        return *PQgetvalue(r, i, UNSIGNED) == 't' && !b->signs;
    struct str again =
        signer ? rows_wait(a, signer, of_upgrade ? ROWS_OF_UPGRADE : ROWS_OF_COMMAND, text)
               : STR("");
    return strcmp(PQgetvalue(r, i, SIGNATURE), again.p) == 0;
}

static bool is_any_signed(const PGresult *r)
{
    enum { SIGNATURE = 3 };
    int i = 0;
    while (i < PQntuples(r) && PQgetisnull(r, i, SIGNATURE))
        i++;
    return i < PQntuples(r);
}

static const char *flights_of(
    struct arena *a, const PGresult *r, const struct head_signer *signer, const struct before *b)
{
    struct buf list;
    buf_init(&list, a);
    for (int i = 0; i < PQntuples(r); i++) {
        if (may_wait(a, r, i, signer, b))
            buf_printf(&list, "%c%s", list.n ? ',' : '{', PQgetvalue(r, i, 0));
    }
    buf_text(&list, list.n ? "}" : "{}");
    return buf_view(&list).p;
}

static bool asked(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    bool so = PQntuples(r) == 1;
    PQclear(r);
    return so;
}

/* Does the log name an upgrade as who wrote rows, under our key? Releases that name it sign what
 * waits, but for the first few. */
static bool log_names_upgrades(struct arena *a, PGconn *c, const struct head_signer *signer)
{
    enum { FLIGHT, N, DIGEST, WRITER };
    static const char ask[] =
        "select l.record_id, x.n, x.digest, encode(l.writer, 'hex') from log_leaf l"
        " cross join lateral (select count(*) as n, " ROWS_DIGEST
        " as digest from log_row r where r.flight = l.record_id) x"
        " where l.form = 3 and l.writer is not null and get_byte(l.writer, 0) = 2";
    if (!signer || !asked(c, "select 1 from pg_attribute where attname = 'writer' and attrelid ="
                             " to_regclass('public.log_leaf')"))
        return false;
    PGresult *r = PQexec(c, ask);
    bool names = false;
    for (int i = 0; !names && i < PQntuples(r); i++) {
        struct str text = rows_text(a, str_of(PQgetvalue(r, i, FLIGHT)),
            str_of(PQgetvalue(r, i, N)), str_of(PQgetvalue(r, i, DIGEST)));
        names =
            strcmp(PQgetvalue(r, i, WRITER), rows_writer(a, signer, ROWS_OF_UPGRADE, text).p) == 0;
    }
    PQclear(r);
    return names;
}

/* By no function of the database, which may be somebody else's. */
static bool find_waiting(
    struct arena *a, PGconn *c, const struct head_signer *signer, struct before *b)
{
    static const char ask[] =
        "select p.flight, x.n, x.digest, encode(p.signature, 'hex'),"
        " coalesce(p.schema_digest = $1 or not exists (select from log_row r join log_leaf l"
        " on l.record_id = r.flight and l.version = 0 where r.tab = 'log_adoption'"
        " and r.content ->> 'schema_digest' = p.schema_digest)"
        " and (exists (select from schema_migration m where m.version = 0"
        " and m.sha256 = p.schema_digest)"
        " or exists (select from log_adoption o where o.schema_digest = p.schema_digest)), false),"
        " p.schema_digest is not null,"
        " not exists (select from log_leaf) or p.schema_digest <> $1"
        " from log_pending p cross join lateral (select count(*) as n, " ROWS_DIGEST
        " as digest from log_row r where r.flight = p.flight) x"
        " where x.n > 0 and num_nonnulls(p.signature, p.schema_digest) > 0 and not exists"
        " (select from log_leaf l where l.record_id = p.flight and l.version = 0)";
    char schema[SCHEMA_DIGEST_SIZE];
    const char *digest = migrate_schema(schema);
    PGresult *r = sql_run(c, ask, &digest, 1);
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
    if (!good)
        (void)failed(c, "flights that wait for the log");
    else if (!signer && is_any_signed(r))
        good = failed(c, "what commands wrote waits for the log under a signature: an upgrade needs"
                         " log.key, which is not in the data folder");
    else
        b->waiting = flights_of(a, r, signer, b);
    PQclear(r);
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

/* Of a ledger of a time that cannot tell, nothing. Whoever owns the database can hide for a while
 * what it says of releases: what this daemon has signed last, beside the key, says so too. */
static bool look_before(struct arena *a, PGconn *c, const struct head_signer *signer,
    const char *folder, struct before *b)
{
    if (!asked(c, "select 1 where to_regclass('log_adoption') is not null"))
        return true;
    b->signs = (folder && head_file_signs_upgrades(folder)) || log_names_upgrades(a, c, signer);
    bool tells = asked(c, "select 1 from log_leaf where form = 3 limit 1");
    if (!find_waiting(a, c, signer, b) || (tells && !find_differences(a, c, b)))
        return false;
    if (b->found)
        log_event(LOG_ERROR, SAY_ADOPTED, "text", b->found, NULL);
    return true;
}

/* What was taken before such were signed waits under a signature from now on, as what is taken now.
 */
static bool adopted_wait(struct arena *a, PGconn *c, const struct head_signer *k,
    const struct before *b, const char *now)
{
    static const char ask[] = "select flight from log_pending where signature is null"
                              " and schema_digest is not null"
                              " and (flight = any ($1::uuid[]) or flight = $2::uuid)";
    const char *params[] = {b->waiting, now};
    PGresult *r = sql_run(c, ask, params, COUNT_OF(params));
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
    for (int i = 0; good && i < PQntuples(r); i++)
        good = flight_waits(a, c, k, PQgetvalue(r, i, 0));
    PQclear(r);
    return good;
}

/* After an upgrade: what it made or changed without the lane enters the log, once. */
static bool adopt(struct arena *a, PGconn *c, const struct head_signer *k, const struct before *b)
{
    char schema[SCHEMA_DIGEST_SIZE];
    const char *params[] = {migrate_schema(schema), b->found, b->waiting};
    if (!run(c, "begin") || !run(c, "call log_rows_attach()"))
        return failed(c, "triggers of the log");
    PGresult *r = sql_run(c, "select log_adopt($1, $2, $3)", params, COUNT_OF(params));
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
    const char *now = good && !PQgetisnull(r, 0, 0) ? PQgetvalue(r, 0, 0) : NULL;
    good = good && (!k || adopted_wait(a, c, k, b, now));
    PQclear(r);
    return good && run(c, "commit") ? true : failed(c, "rows for the log");
}

/* A log that has begun: then a key has signed it, by which an upgrade is known. */
static bool has_begun(PGconn *c)
{
    return asked(c, "select 1 where to_regclass('public.log_leaf') is not null") &&
           asked(c, "select 1 from log_leaf limit 1");
}

static bool apply_all(struct arena *a, PGconn *c, const struct head_signer *k, const char *city,
    const char *folder, int n)
{
    char schema[SCHEMA_DIGEST_SIZE];
    bool changed = n < (int)migrations_count;
    struct before before = {.waiting = "{}"};
    if (n > 0 && !functions_stand(c, migrate_schema(schema))) {
        if (!k && has_begun(c))
            return failed(c, "an upgrade of a ledger whose log has begun is signed: log.key is not "
                             "in the data folder");
        if (!look_before(a, c, k, folder, &before))
            return false;
    }
    for (int i = n; i < (int)migrations_count; i++) {
        if (!apply(a, c, k, i + 1, &migrations[i]))
            return false;
    }
    if (!functions_apply(a, c, k, &changed) || !city_stand(a, c, city))
        return false;
    return !changed || adopt(a, c, k, &before);
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
    *empty = n == 0;
    struct head_signer *k = folder ? head_signer_open(folder, false) : NULL;
    bool good = n >= 0 && apply_all(a, c, k, city, folder, n);
    head_signer_free(k);
    return good;
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
