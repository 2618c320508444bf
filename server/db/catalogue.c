/*
 * catalogue.c - what the database is made of, held against what this program makes of an empty one.
 */
#include "catalogue.h"
#include "cluster.h"
#include "keyfile.h"
#include "merkle.h"
#include "migrate.h"
#include "secret.h"
#include "sql.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libpq-fe.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CATALOGUE_BYTES_MAX = 16 << 20 };

struct str catalogue_read(struct arena *a, PGconn *c)
{
    PGresult *r = sql_run(c, (const char *)statements[SQL_CATALOGUE - 1].text, NULL, 0);
    struct buf out;
    buf_init(&out, a);
    for (int i = 0; i < PQntuples(r); i++) {
        buf_text(&out, PQgetvalue(r, i, 0));
        buf_char(&out, '\n');
    }
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return good ? buf_view(&out) : (struct str){NULL, 0};
}

/* Of this schema, as this statement tells it, and of this release, which writes definitions in its
 * own way. */
static struct str file_name(struct arena *a, PGconn *c)
{
    char schema[SCHEMA_DIGEST_SIZE];
    struct str of = arena_printf(
        a, "%s%s", migrate_schema(schema), (const char *)statements[SQL_CATALOGUE - 1].text);
    return arena_printf(a, "catalogue-%.16s-%d", hash_hex(a, hash_sha256(of.p, of.n)).p,
        PQserverVersion(c) / 10000);
}

static void keep(struct arena *a, PGconn *c, const char *folder)
{
    struct str text = catalogue_read(a, c);
    if (text.p) /* one that is there stays; where there is no folder, it is made when it is needed
                 */
        (void)!keyfile_write(folder, file_name(a, c).p, text);
}

/* The connection's own settings, with another database. */
static struct str conninfo_of(struct arena *a, PGconn *c, const char *database)
{
    PQconninfoOption *all = PQconninfo(c);
    struct buf out;
    buf_init(&out, a);
    for (const PQconninfoOption *o = all; o && o->keyword; o++) {
        const char *value = strcmp(o->keyword, "dbname") == 0 ? database : o->val;
        if (!value || !*value)
            continue;
        buf_printf(&out, "%s='", o->keyword);
        for (const char *p = value; *p; p++) {
            if (*p == '\'' || *p == '\\')
                buf_char(&out, '\\');
            buf_char(&out, *p);
        }
        buf_text(&out, "' ");
    }
    PQconninfoFree(all);
    return buf_view(&out);
}

static bool did(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    return good;
}

/* ---- made in a cluster that goes again ------------------------------------------------------- */

static int taken_away(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* A thin one: nothing of it is to last. */
static struct str read_apart(struct arena *a, const char *folder, const char *city)
{
    struct str text = {NULL, 0};
    struct place place;
    bool found =
        setenv("PLEDGED_UNSAFE_NO_FSYNC", "1", 1) == 0 && place_open(a, folder, true, &place);
    struct cluster *pg = found ? cluster_start(&place, CLUSTER_MAKE) : NULL;
    if (pg && migrate_apply(cluster_owner(pg), city, NULL, NULL)) {
        PGconn *c = sql_connect(cluster_owner(pg));
        text = catalogue_read(a, c);
        PQfinish(c);
    }
    cluster_close(pg, true);
    return text;
}

/* What happens to the environment there, and which city is chosen, stays with this process. */
static bool write_apart(int out, const char *city)
{
    enum { FILES_MAX = 16 };
    struct arena *a = arena_new();
    const char *temporary = getenv("TMPDIR");
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s/pledged-apart-XXXXXX",
        temporary && *temporary ? temporary : "/tmp");
    struct str text = mkdtemp(folder) ? read_apart(a, folder, city) : (struct str){NULL, 0};
    size_t done = 0;
    while (text.p && done < text.n) {
        ssize_t n = write(out, text.p + done, text.n - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    (void)nftw(folder, taken_away, FILES_MAX, FTW_DEPTH | FTW_PHYS); /* else it stays in /tmp */
    arena_free(a);
    return text.p && done == text.n;
}

static struct str read_whole(struct arena *a, int in)
{
    char part[65536];
    struct buf all;
    buf_init(&all, a);
    for (ssize_t n; (n = read(in, part, sizeof part)) != 0;) {
        if (n < 0 && errno != EINTR)
            break;
        buf_str(&all, (struct str){part, n > 0 ? (size_t)n : 0});
    }
    return buf_view(&all);
}

/* Whoever owns the server has nothing to do with that one. */
static struct str made_apart(struct arena *a, const char *city)
{
    int pipes[2], status = 1;
    struct str text = {NULL, 0};
    if (pipe2(pipes, O_CLOEXEC) != 0)
        return text;
    pid_t pid = fork();
    if (pid == 0)
        _exit(write_apart(pipes[1], city) ? 0 : 1);
    close(pipes[1]);
    if (pid > 0)
        text = read_whole(a, pipes[0]);
    close(pipes[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0 && text.n ? text : (struct str){NULL, 0};
}

/* ---- made beside ----------------------------------------------------------------------------- */

/* Whoever owns the server may be there as well, and change it. */
static bool is_alone(PGconn *beside)
{
    static const char ask[] = "select 1 from pg_stat_activity where datname = current_database()"
                              " and backend_type = 'client backend' and pid <> pg_backend_pid()";
    PGresult *r = PQexec(beside, ask);
    bool alone = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 0;
    PQclear(r);
    return alone;
}

/* Made of template0, which nobody writes, under a name that nobody knows before. */
static struct str made_beside(struct arena *a, PGconn *c, const char *city, const char **why)
{
    struct str text = {NULL, 0};
    struct str name = arena_printf(a, "pledged_beside_%.16s", secret_master_make(a).p);
    struct str make =
        arena_printf(a, "create database %s template template0 connection limit 1", name.p);
    if (!did(c, make.p)) {
        *why = arena_text(a, PQerrorMessage(c)).p;
        return text;
    }
    struct str conninfo = conninfo_of(a, c, name.p);
    *why = "it cannot be brought to this schema, or somebody else is there";
    if (migrate_apply(conninfo.p, city, NULL, NULL)) {
        PGconn *beside = sql_connect(conninfo.p);
        text = catalogue_read(a, beside);
        if (!is_alone(beside))
            text.p = NULL;
        PQfinish(beside);
    }
    (void)did(c,
        arena_printf(a, "drop database %s", name.p).p); /* else it stays, and says so by its name */
    return text;
}

struct str catalogue_ours(
    struct arena *a, PGconn *c, const char *folder, const char *city, const char **why)
{
    const char *name = file_name(a, c).p;
    struct str text = file_read(a, arena_printf(a, "%s/%s", folder, name).p, CATALOGUE_BYTES_MAX);
    if (text.p)
        return text;
    if (cluster_would_be(PQserverVersion(c) / 10000))
        text = made_apart(a, city);
    if (!text.p)
        text = made_beside(a, c, city, why);
    if (text.p) /* where there is no folder, it is made when it is needed */
        (void)!keyfile_write(folder, name, text);
    return text;
}

bool catalogue_migrate(const char *conninfo, const char *city, const char *folder)
{
    bool fresh, good = migrate_apply(conninfo, city, folder, &fresh);
    if (good && fresh) {
        PGconn *c = sql_connect(conninfo);
        struct arena *a = arena_new();
        keep(a, c, folder);
        arena_free(a);
        PQfinish(c);
    }
    return good;
}
