/*
 * catalogue.c - what the database is made of, held against what this program makes of an empty one.
 */
#include "catalogue.h"
#include "keyfile.h"
#include "merkle.h"
#include "migrate.h"
#include "sql.h"
#include <libpq-fe.h>
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

/* Made of template0, which nobody writes. */
static struct str made_beside(
    struct arena *a, PGconn *c, const char *folder, const char *city, const char **why)
{
    struct str name = arena_printf(a, "pledged_beside_%ld", (long)getpid()), text = {NULL, 0};
    if (!did(c, arena_printf(a, "create database %s template template0", name.p).p)) {
        *why = arena_text(a, PQerrorMessage(c)).p;
        return text;
    }
    struct str conninfo = conninfo_of(a, c, name.p);
    *why = "it cannot be brought to this schema";
    if (migrate_apply(conninfo.p, city, NULL, NULL)) {
        PGconn *beside = sql_connect(conninfo.p);
        text = catalogue_read(a, beside);
        keep(a, beside, folder);
        PQfinish(beside);
    }
    (void)did(c,
        arena_printf(a, "drop database %s", name.p).p); /* else it stays, and says so by its name */
    return text;
}

struct str catalogue_ours(
    struct arena *a, PGconn *c, const char *folder, const char *city, const char **why)
{
    struct str path = arena_printf(a, "%s/%s", folder, file_name(a, c).p);
    struct str kept = file_read(a, path.p, CATALOGUE_BYTES_MAX);
    return kept.p ? kept : made_beside(a, c, folder, city, why);
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
