/*
 * session.c - a sub-command's work on the database, blocking, as its owner.
 */
#include "session.h"
#include "catalogue.h"
#include "keyfile.h"
#include "log.h"
#include "log_head.h"
#include "migrate.h"
#include <stdlib.h>
#include <sys/stat.h>

enum { TOKEN_FILE_MAX = 4096 };

static const char *start_cluster(struct session *s, bool make)
{
    bool found = place_open(s->a, s->conf.data, make, &s->place);
    s->pg = found ? cluster_start(&s->place, make ? CLUSTER_MAKE : CLUSTER_USE) : NULL;
    return s->pg ? cluster_owner(s->pg) : NULL;
}

static bool connect_to(struct session *s, const char *owner)
{
    if (!owner || !catalogue_migrate(owner, s->conf.city, s->conf.data))
        return false;
    s->c = sql_connect(owner);
    if (PQstatus(s->c) == CONNECTION_OK)
        return true;
    fprintf(stderr, "pledged: %s", PQerrorMessage(s->c));
    return false;
}

bool session_begin(struct session *s, int argc, char **argv, struct flag *extra, int extras)
{
    *s = (struct session){.a = arena_new()};
    if (!conf_read(s->a, &s->conf, argc, argv, extra, extras))
        return false;
    (void)log_level_set("warn"); /* the command's own lines are the output */
    return true;
}

bool session_open(struct session *s, int argc, char **argv, struct flag *extra, int extras)
{
    if (!session_begin(s, argc, argv, extra, extras))
        return false;
    return connect_to(s, s->conf.database ? s->conf.database : start_cluster(s, false));
}

int session_close(struct session *s, int status)
{
    PQfinish(s->c);
    cluster_close(s->pg, s->pg && cluster_started(s->pg));
    arena_free(s->a);
    return status;
}

int session_complain(const char *what)
{
    fprintf(stderr, "pledged: %s\n", what);
    return 2;
}

/* ---- the token ------------------------------------------------------------------------------- */

/* Its first line, without white space around it. */
static struct str token_line(struct arena *a, const char *file)
{
    bool piped = strcmp(file, "-") == 0;
    struct stat st;
    struct str text = file_read(a, piped ? "/dev/stdin" : file, TOKEN_FILE_MAX);
    if (!text.p) {
        fprintf(stderr, "pledged: cannot read a token from %s\n", file);
        return text;
    }
    if (!piped && stat(file, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH))
        fprintf(stderr, "pledged: %s can be read by everybody: chmod 600 %s\n", file, file);
    text.n = strcspn(text.p, "\r\n");
    while (text.n && (text.p[0] == ' ' || text.p[0] == '\t')) {
        text.p++;
        text.n--;
    }
    while (text.n && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t'))
        text.n--;
    return arena_str(a, text.p, text.n);
}

/* It goes into a header: only what a token may hold. */
static const char *token_checked(struct str token, const char *from)
{
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] <= ' ' || token.p[i] > '~') {
            fprintf(
                stderr, "pledged: %s: not a token (it begins with plg_ and has no spaces)\n", from);
            return NULL;
        }
    }
    if (token.n)
        return token.p;
    fprintf(stderr, "pledged: %s holds no token\n", from);
    return NULL;
}

const char *session_token(struct arena *a, const char *token, const char *file)
{
    const char *told = getenv("PLEDGED_TOKEN");
    if (token && file) {
        (void)session_complain("--token or --token-file, not both");
        return NULL;
    }
    if (file) {
        struct str line = token_line(a, file);
        return line.p ? token_checked(line, file) : NULL;
    }
    if (token)
        return token_checked(str_of(token), "--token");
    if (told && *told)
        return token_checked(str_of(told), "PLEDGED_TOKEN");
    (void)session_complain(
        "a token is needed: set PLEDGED_TOKEN, or name the file that holds it by "
        "--token-file (pledged token add makes one)");
    return NULL;
}

PGresult *session_ask(struct session *s, const char *sql, const char *const *params, int n)
{
    PGresult *r = sql_run(s->c, sql, params, n);
    if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
        return r;
    fprintf(stderr, "pledged: %s", PQresultErrorMessage(r));
    PQclear(r);
    return NULL;
}

static bool did(struct session *s, const char *sql, const char *const *params, int n)
{
    PGresult *r = session_ask(s, sql, params, n);
    PQclear(r);
    return r != NULL;
}

/* What is signed is what was meant: nothing of somebody else's stands before a row of this flight,
 * where it could have changed it. Until the end none can be taken away again. */
static bool wrote_as_meant(struct session *s, const char *flight)
{
    static const char ask[] =
        "select string_agg(c.relname, ', ' order by c.relname) from pg_catalog.pg_class c"
        " where c.relnamespace = 'public'::regnamespace and c.relname in"
        " (select r.tab from public.log_row r where r.flight = $1)"
        " and (exists (select from pg_catalog.pg_trigger g where g.tgrelid = c.oid"
        " and g.tgtype & 3 = 3 and g.tgfoid <> 'public.refuse_change()'::regprocedure)"
        " or exists (select from pg_catalog.pg_rewrite w where w.ev_class = c.oid))";
    PGresult *r = session_ask(s, ask, &flight, 1);
    bool good = r && PQgetisnull(r, 0, 0);
    if (r && !good)
        fprintf(stderr,
            "pledged: a trigger or a rule that is not the program's stands on %s and may have "
            "changed what was to be written: nothing is kept (pledged verify tells which)\n",
            PQgetvalue(r, 0, 0));
    PQclear(r);
    return good;
}

static bool has_begun(struct session *s)
{
    PGresult *r = session_ask(s, "select 1 from log_leaf limit 1", NULL, 0);
    bool has = !r || PQntuples(r) > 0;
    PQclear(r);
    return has;
}

/* Before there is a key, the daemon's first start takes what is there, as it takes an upgrade. */
static bool sign_rows(struct session *s)
{
    enum { FLIGHT, N, DIGEST };
    static const char keep[] = "insert into log_pending (flight, signature, schema_digest)"
                               " values ($1, decode($2, 'hex'), $3)";
    char schema[SCHEMA_DIGEST_SIZE];
    PGresult *r = session_ask(s, "select flight, n, digest from log_flight_rows()", NULL, 0);
    bool good = r != NULL;
    if (r && PQntuples(r) == 1 && !wrote_as_meant(s, PQgetvalue(r, 0, FLIGHT))) {
        good = false;
    } else if (r && PQntuples(r) == 1) {
        struct head_signer *key = head_signer_open(s->conf.data, false);
        if (!key && has_begun(s))
            return session_complain("log.key is not in the data folder: what is written here could "
                                    "not enter the log") == 0;
        struct str text = rows_text(s->a, str_of(PQgetvalue(r, 0, FLIGHT)),
            str_of(PQgetvalue(r, 0, N)), str_of(PQgetvalue(r, 0, DIGEST)));
        const char *params[] = {PQgetvalue(r, 0, FLIGHT), key ? rows_sign(s->a, key, text).p : NULL,
            key ? NULL : migrate_schema(schema)};
        good = did(s, keep, params, 3);
        head_signer_free(key);
    }
    PQclear(r);
    return good;
}

/* Before the statement: whether the directory had begun is said as it was. */
static bool write_note(struct session *s)
{
    static const char sql[] = "insert into directory_command (command, person, reason, bootstrap)"
                              " values ($1, $2, $3, not directory_begun())";
    const char *params[] = {s->note.command, s->note.person, s->note.reason};
    return !s->note.command || did(s, sql, params, COUNT_OF(params));
}

/* Nothing is written but the note. */
static bool did_nothing(struct session *s)
{
    if (!s->note.command)
        return false;
    PGresult *r = session_ask(s, "select n = 1 from log_flight_rows()", NULL, 0);
    bool nothing = r && PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), "t") == 0;
    PQclear(r);
    return nothing;
}

PGresult *session_write(struct session *s, const char *sql, const char *const *params, int n)
{
    if (!did(s, "begin", NULL, 0))
        return NULL;
    PGresult *r = write_note(s) ? session_ask(s, sql, params, n) : NULL;
    bool good = r != NULL, idle = good && did_nothing(s);
    good = good && (idle || sign_rows(s));
    if (did(s, good && !idle ? "commit" : "rollback", NULL, 0) && good)
        return r;
    PQclear(r);
    return NULL;
}

/* Makes a ledger as well, but only in a folder that was named. */
static int migrate(int argc, char **argv)
{
    struct session s;
    bool good = session_begin(&s, argc, argv, NULL, 0);
    good = good &&
           connect_to(&s, s.conf.database ? s.conf.database : start_cluster(&s, s.conf.data_told));
    if (good)
        printf("%zu migrations in place\n", migrations_count);
    return session_close(&s, good ? 0 : 2);
}

const struct command command_migrate = {.name = "migrate",
    .run = migrate,
    .words = "",
    .help = "Bring the database up to date, as `serve` does at its start, and end.",
    .settings = CONF_STORE};
