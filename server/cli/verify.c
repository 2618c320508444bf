/*
 * verify.c - trust nothing: the log made again from the rows, and the tables from the log.
 *
 * All of it reads one snapshot, part beside part (verify_work.c). What was found is kept in the
 * table verification, signed like all that an operator writes.
 */
#include "verify.h"
#include "case.h"
#include "day.h"
#include "head_file.h"
#include "json.h"
#include "log_head.h"
#include "rights.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What follows from rows of several tables: a statement a subject. */
static const struct {
    const char *name;
    enum sql_id sql;
} subjects[] = {
    {"records", SQL_VERIFY_RECORDS},
    {"keys", SQL_VERIFY_KEYS},
    {"voids", SQL_VERIFY_VOIDS},
    {"proposals", SQL_VERIFY_PROPOSALS},
    {"acts", SQL_VERIFY_ACTS},
    {"directory", SQL_VERIFY_DIRECTORY},
    {"who takes steps", SQL_VERIFY_TAKERS},
    {"transfers", SQL_VERIFY_TRANSFERS},
    {"claims", SQL_VERIFY_CLAIMS},
    {"covers", SQL_VERIFY_COVERS},
    {"subsidies", SQL_VERIFY_SUBSIDIES},
    {"insurance", SQL_VERIFY_INSURANCE},
    {"reports of others", SQL_VERIFY_REGISTERS},
    {"deals", SQL_VERIFY_DEALS},
    {"rights", SQL_VERIFY_RIGHTS},
    {"flags", SQL_VERIFY_FLAGS},
    {"seals of reports", SQL_VERIFY_SEALS},
    {"access log", SQL_VERIFY_ACCESS},
};

static void check_said(struct look *l, const char *const *params, int n)
{
    PGresult *r = verify_ask(l, l->part->sql.p, params, n);
    if (!r)
        finding(l, "%s that cannot be looked through together", l->part->name);
    for (int i = 0; r && i < PQntuples(r); i++)
        finding(l, "%s: %s", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
    PQclear(r);
}

static void check_rows(struct look *l)
{
    check_said(l, NULL, 0);
}

static const char *since_text(const struct look *l)
{
    return arena_printf(l->a, "%llu", (unsigned long long)l->v->since).p;
}

static void check_since(struct look *l)
{
    const char *since = since_text(l);
    check_said(l, &since, 1);
}

static void check_tokens(struct look *l)
{
    struct buf needs;
    buf_init(&needs, l->a);
    rights_needs(&needs);
    const char *params[] = {since_text(l), buf_view(&needs).p};
    check_said(l, params, COUNT_OF(params));
}

/* One seal a week, so that it costs the same whatever their number. */
static void check_figures(struct look *l)
{
    const char *turn = arena_printf(l->a, "%d", (int)day_today().n / 7).p;
    check_said(l, &turn, 1);
}

static struct str text_of(enum sql_id sql)
{
    return str_of((const char *)statements[sql - 1].text);
}

static void verify_rows(struct verify *v)
{
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        struct part *p = verify_part(v, check_rows, subjects[i].name);
        p->sql = text_of(subjects[i].sql);
    }
}

/* Every stored decision, judged again by the rule and the facts that are stored with it; what one
 * that counts has taken is what it gives: else the days of a loan's interest are given twice. */
static void check_decisions(struct look *l)
{
    enum { ID, FACTS, DECISION, BODY, AMOUNT, TAKEN };
    static const char ask[] =
        "select a.id, a.facts, a.decision, p.body, a.amount_fen,"
        " case when application_counts(n.state) then u.taken end"
        " from application a join policy p on p.id = a.policy"
        " join application_now n on n.application = a.id"
        " join log_leaf l on l.record_id = a.id and l.version = 1"
        " cross join lateral (select coalesce(string_agg(concat(';', x.item, ' ', x.fen,"
        " ' ' || x.days), '' order by x.item collate \"C\"), '') as taken"
        " from (select s.item, sum(s.amount_fen) as fen, string_agg(lower(s.days) || '/' ||"
        " upper(s.days), ' ' order by s.days) as days from subsidy_unit s"
        " where s.application = a.id group by s.item having sum(s.amount_fen) > 0) x) u"
        " where a.asks is not null and l.no >= $1" /* null: by rules that are no more */
        " order by a.id";
    const char *since = arena_printf(l->a, "%llu", (unsigned long long)l->v->since).p;
    PGresult *r = verify_ask(l, ask, &since, 1);
    if (!r)
        finding(l, "decisions that cannot be read");
    for (int i = 0; r && i < PQntuples(r); i++) {
        struct buf again, taken;
        int64_t amount = 0;
        arena_reset(l->a);
        buf_init(&again, l->a);
        buf_init(&taken, l->a);
        bool judged = decision_again(l->a, str_of(PQgetvalue(r, i, BODY)),
            str_of(PQgetvalue(r, i, FACTS)), &again, &taken, &amount);
        if (!judged || strcmp(buf_view(&again).p, PQgetvalue(r, i, DECISION)) != 0 ||
            amount != strtoll(PQgetvalue(r, i, AMOUNT), NULL, 10))
            finding(l, "decision that its rule and facts do not give: %s", PQgetvalue(r, i, ID));
        if (judged && !PQgetisnull(r, i, TAKEN) &&
            strcmp(buf_view(&taken).p, PQgetvalue(r, i, TAKEN)) != 0)
            finding(
                l, "what a subsidy takes is not what its decision gives: %s", PQgetvalue(r, i, ID));
    }
    PQclear(r);
}

/* From where on: behind what the newest clean look that is believed (of the last 20) has seen.
 * Whoever owns the database could write such a row: it is believed as it stands in the log, with a
 * leaf that this look will check, or signed and waiting for one. */
static void find_since(struct verify *v)
{
    static const char ask[] =
        "select v.log_size, v.row_no from (select * from verification where defects = 0"
        " and row_no is not null order by ended_at desc limit 20) v"
        " cross join lateral (select from log_row r"
        " left join log_leaf l on l.record_id = r.flight and l.version = 0"
        " where r.no > v.row_no and r.tab = 'verification' and r.op = 'I'"
        " and r.content::text = to_json(v)::text"
        " and (l.no >= v.log_size or r.flight = any ($1::uuid[]))"
        " and not exists (select from log_row x where x.flight = r.flight and x.tab = "
        "'log_adoption')"
        " order by r.no limit 1) kept"
        " order by v.ended_at desc limit 1";
    const char *waiting = verify_waiting(v);
    PGresult *r = session_ask(v->s, ask, &waiting, 1);
    if (r && PQntuples(r) == 1) {
        v->since = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
        v->since_row = strtoll(PQgetvalue(r, 0, 1), NULL, 10);
    } else {
        puts("no clean look that the log bears out: all is looked through");
    }
    PQclear(r);
}

/* What the daemon signed last is outside the database, and no later than what it has. */
static void check_kept(struct look *l)
{
    static const char ask[] = "select encode(root, 'hex') from log_head where size = $1";
    const char *size = arena_printf(l->a, "%llu", (unsigned long long)l->v->kept_size).p;
    PGresult *r = verify_ask(l, ask, &size, 1);
    if (r &&
        (PQntuples(r) == 0 || strcmp(PQgetvalue(r, 0, 0), hash_hex(l->a, l->v->kept_root).p) != 0))
        finding(l, "log without the head that was signed here last: %s leaves", size);
    PQclear(r);
}

static void note_row(struct verify *v)
{
    PGresult *r = session_ask(v->s, "select coalesce(max(no), 0) from log_row", NULL, 0);
    v->row = r ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
    PQclear(r);
}

/* The number of lines that say what is wrong. */
static int look(struct verify *v, struct buf *kept)
{
    verify_catalogue(v);
    if (!head_file_peek(v->s->conf.data, &v->kept_size, &v->kept_root))
        v->kept_size = 0;
    PQclear(session_ask(v->s, "begin isolation level repeatable read read only", NULL, 0));
    note_row(v);
    verify_log(v);
    if (v->kept_size)
        (void)verify_part(v, check_kept, "head file");
    verify_tables(v);
    if (!v->since)
        verify_rows(v);
    verify_part(v, check_tokens, "tokens")->sql = text_of(SQL_VERIFY_TOKENS);
    verify_part(v, check_since, "causes")->sql = text_of(SQL_VERIFY_CAUSES);
    verify_part(v, check_since, "facts of decisions")->sql = text_of(SQL_VERIFY_FACTS);
    (void)verify_part(v, check_decisions, "decisions");
    if (!v->since) {
        (void)verify_part(v, verify_seals, "seals");
        verify_part(v, check_figures, "sealed figures")->sql = text_of(SQL_VERIFY_FIGURES);
    }
    int n = verify_work(v, kept);
    PQclear(session_ask(v->s, "commit", NULL, 0));
    return n;
}

/* The operator's metrics tell how long ago that was. Only told when it cannot be kept: a replica
 * can be verified as well. */
static void keep_result(struct verify *v, const char *started_at, int defects, struct buf *kept)
{
    static const char sql[] = "insert into verification (started_at, since, log_size, row_no,"
                              " defects, findings) values ($1, $2, $3, $4, $5, $6)";
    struct arena *a = v->s->a;
    json_close(kept, ']');
    const char *params[] = {started_at, arena_printf(a, "%llu", (unsigned long long)v->since).p,
        arena_printf(a, "%llu", (unsigned long long)v->size).p,
        arena_printf(a, "%lld", (long long)v->row).p, arena_printf(a, "%d", defects).p,
        buf_view(kept).p};
    PQclear(session_write(v->s, sql, params, COUNT_OF(params)));
}

/* No defect, but not by two either: beside what is wrong, as whoever looks should know. */
static void say_alone(struct session *s)
{
    static const char ask[] = "select count(*) from directory_acts() a where a.act = 'alone'";
    PGresult *r = session_ask(s, ask, NULL, 0);
    if (r && strcmp(PQgetvalue(r, 0, 0), "0") != 0)
        fprintf(stderr,
            "pledged: %s commands gave power as one person's act, where two could have agreed: "
            "pledged directory list\n",
            PQgetvalue(r, 0, 0));
    PQclear(r);
}

enum { SINCE_LAST, JOBS, STEPS, JOBS_MAX = 16 };
static const struct cli_option options[] = {
    [SINCE_LAST] = {"--since-last", NULL, OPTIONAL,
        "only what was recorded since the last look that found nothing"},
    [JOBS] = {"--jobs", "N", OPTIONAL,
        "how many parts are looked at side by side, 1 to 16; as many as there are processors"},
    [STEPS] = {"--steps", NULL, OPTIONAL,
        "say what each part took, and its share of the processors"},
    {0},
};

static bool jobs_read(const char *told, int *jobs)
{
    char *end;
    long n = told ? strtol(told, &end, 10) : sysconf(_SC_NPROCESSORS_ONLN);
    *jobs = (int)(n < JOBS_MAX ? n : JOBS_MAX);
    if (!told && n < 1)
        *jobs = 1;
    return !told || (*told && !*end && n >= 1 && n <= JOBS_MAX);
}

static int run(int argc, char **argv)
{
    struct session s;
    struct flag f[FLAGS_MAX];
    struct buf kept;
    if (!session_open(&s, argc, argv, f, option_flags(options, f)))
        return session_close(&s, 2);
    struct verify v = {.s = &s, .last = &v.first, .steps = f[STEPS].value != NULL};
    if (!jobs_read(f[JOBS].value, &v.jobs))
        return session_close(&s, session_complain("--jobs takes a number from 1 to 16"));
    v.signer = head_signer_open(s.conf.data, false);
    buf_init(&kept, s.a);
    json_open(&kept, '[');
    if (!v.signer)
        puts("log.key is not in the data folder: signatures are not checked");
    PGresult *now = session_ask(&s, "select clock_timestamp()", NULL, 0);
    if (f[SINCE_LAST].value)
        find_since(&v);
    int defects = look(&v, &kept);
    if (defects)
        printf("%d defects\n", defects);
    else
        puts("no defects");
    say_alone(&s);
    keep_result(&v, now ? PQgetvalue(now, 0, 0) : NULL, defects, &kept);
    PQclear(now);
    head_signer_free(v.signer);
    return session_close(&s, defects ? 1 : 0);
}

const struct command command_verify = {.name = "verify",
    .run = run,
    .words = "",
    .help =
        "Check that all that was recorded is whole: the log's hashes and signed heads, every\n"
        "table with what the log says it holds, stored decisions and seals. Each difference is\n"
        "named by table, key and column. Ends with 0 when nothing is wrong, with 1 and a line\n"
        "for each defect, with 2 when it could not look. It stands behind the daemon's own work.",
    .options = options,
    .settings = CONF_STORE};
