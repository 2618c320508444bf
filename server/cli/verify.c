/*
 * verify.c - trust nothing: the log made again from the rows, and the tables from the log.
 *
 * All of it reads one snapshot. What was found is kept in the table verification, signed like all
 * that an operator writes.
 */
#include "verify.h"
#include "case.h"
#include "log_head.h"
#include <stdlib.h>

/* What follows from rows of several tables. */
static void check_rows(struct verify *v)
{
    PGresult *r = verify_ask(v, (const char *)statements[SQL_VERIFY - 1].text, NULL, 0);
    if (!r)
        finding(&v->found, "tables that cannot be looked through together");
    for (int i = 0; r && i < PQntuples(r); i++)
        finding(&v->found, "%s: %s", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
    PQclear(r);
}

/* Every stored decision, judged again by the rule and the facts that are stored with it. */
static void check_decisions(struct verify *v)
{
    enum { ID, FACTS, DECISION, BODY, AMOUNT };
    static const char ask[] =
        "select a.id, a.facts, a.decision, p.body, a.amount_fen"
        " from application a join policy p on p.id = a.policy"
        " join log_leaf l on l.record_id = a.id and l.version = 1"
        " where a.asks is not null and l.no >= $1" /* null: by rules that are no more */
        " order by a.id";
    const char *since = arena_printf(v->s->a, "%llu", (unsigned long long)v->since).p;
    PGresult *r = verify_ask(v, ask, &since, 1);
    if (!r)
        finding(&v->found, "decisions that cannot be read");
    for (int i = 0; r && i < PQntuples(r); i++) {
        struct buf again;
        int64_t amount = 0;
        arena_reset(v->a);
        buf_init(&again, v->a);
        bool judged = decision_again(
            v->a, str_of(PQgetvalue(r, i, BODY)), str_of(PQgetvalue(r, i, FACTS)), &again, &amount);
        if (!judged || strcmp(buf_view(&again).p, PQgetvalue(r, i, DECISION)) != 0 ||
            amount != strtoll(PQgetvalue(r, i, AMOUNT), NULL, 10))
            finding(&v->found, "decision that its rule and facts do not give: %s",
                PQgetvalue(r, i, ID));
    }
    PQclear(r);
}

/* From where on: behind what the newest clean look has seen. */
static void find_since(struct verify *v)
{
    static const char ask[] = "select log_size, row_no from verification where defects = 0"
                              " and row_no is not null order by ended_at desc limit 1";
    PGresult *r = session_ask(v->s, ask, NULL, 0);
    if (r && PQntuples(r) == 1) {
        v->since = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
        v->since_row = strtoll(PQgetvalue(r, 0, 1), NULL, 10);
    } else {
        puts("nothing was found clean before: all is looked through");
    }
    PQclear(r);
}

static void note_row(struct verify *v)
{
    PGresult *r = verify_ask(v, "select coalesce(max(no), 0) from log_row", NULL, 0);
    v->row = r ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
    PQclear(r);
}

static void look(struct verify *v)
{
    PQclear(session_ask(v->s, "begin isolation level repeatable read read only", NULL, 0));
    note_row(v);
    verify_log(v);
    verify_tables(v);
    if (!v->since)
        check_rows(v);
    check_decisions(v);
    if (!v->since)
        verify_seals(v);
    PQclear(session_ask(v->s, "commit", NULL, 0));
}

/* The operator's metrics tell how long ago that was. Only told when it cannot be kept: a replica
 * can be verified as well. */
static void keep_result(struct verify *v, const char *started_at)
{
    static const char sql[] = "insert into verification (started_at, since, log_size, row_no,"
                              " defects, findings) values ($1, $2, $3, $4, $5, $6)";
    struct arena *a = v->s->a;
    json_close(&v->found.kept, ']');
    const char *params[] = {started_at, arena_printf(a, "%llu", (unsigned long long)v->since).p,
        arena_printf(a, "%llu", (unsigned long long)v->size).p,
        arena_printf(a, "%lld", (long long)v->row).p, arena_printf(a, "%d", v->found.n).p,
        buf_view(&v->found.kept).p};
    PQclear(session_write(v->s, sql, params, COUNT_OF(params)));
}

enum { SINCE_LAST };
static const struct cli_option options[] = {
    [SINCE_LAST] = {"--since-last", NULL, OPTIONAL,
        "only what was recorded since the last look that found nothing"},
    {0},
};

static int run(int argc, char **argv)
{
    struct session s;
    struct flag f[FLAGS_MAX];
    if (!session_open(&s, argc, argv, f, option_flags(options, f)))
        return session_close(&s, 2);
    struct verify v = {.s = &s, .signer = head_signer_open(s.conf.data, false), .a = arena_new()};
    buf_init(&v.found.kept, s.a);
    json_open(&v.found.kept, '[');
    if (!v.signer)
        puts("log.key is not in the data folder: signatures are not checked");
    PGresult *now = session_ask(&s, "select clock_timestamp()", NULL, 0);
    if (f[SINCE_LAST].value)
        find_since(&v);
    look(&v);
    if (v.found.n)
        printf("%d defects\n", v.found.n);
    else
        puts("no defects");
    keep_result(&v, now ? PQgetvalue(now, 0, 0) : NULL);
    PQclear(now);
    head_signer_free(v.signer);
    arena_free(v.a);
    return session_close(&s, v.found.n ? 1 : 0);
}

const struct command command_verify = {.name = "verify",
    .run = run,
    .words = "",
    .help =
        "Check that all that was recorded is whole: the log's hashes and signed heads, every\n"
        "table with what the log says it holds, stored decisions and seals. Each difference is\n"
        "named by table, key and column. Ends with 0 when nothing is wrong, with 1 and a line\n"
        "for each defect, with 2 when it could not look.",
    .options = options,
    .settings = CONF_STORE};
