/*
 * verify_catalogue.c - functions, triggers, rights and all else that the database is made of, with
 * what this program makes: whatever else looks for differences is made of them.
 */
#include "catalogue.h"
#include "city.h"
#include "verify.h"
#include <stdio.h>
#include <string.h>

/* A line without its digest. */
static struct str object(struct arena *a, const char *line)
{
    size_t n = strcspn(line, "\n");
    while (n && line[n - 1] != ' ')
        n--;
    return arena_str(a, line, n ? n - 1 : 0);
}

static const char *behind(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

static bool is_same_line(const char *x, const char *y)
{
    size_t n = (size_t)(behind(x) - x);
    return n == (size_t)(behind(y) - y) && memcmp(x, y, n) == 0;
}

/* Both are in the order of their objects. */
static void compare(struct look *l, const char *ours, const char *found)
{
    while (*ours || *found) {
        struct str was = object(l->a, ours), is = object(l->a, found);
        int order = !*ours ? 1 : !*found ? -1 : strcmp(was.p, is.p);
        if (order < 0)
            finding(l, "%s: gone, though this program makes it", was.p);
        else if (order > 0)
            finding(l, "%s: none that this program makes", is.p);
        else if (!is_same_line(ours, found))
            finding(l, "%s: not as this program makes it", is.p);
        ours = order <= 0 ? behind(ours) : ours;
        found = order >= 0 ? behind(found) : found;
    }
}

static void check_catalogue(struct look *l)
{
    struct str found = catalogue_read(l->a, l->c);
    if (found.p)
        compare(l, l->v->catalogue.p, found.p);
    else
        finding(l, "catalogue that cannot be read");
}

/* What was not looked at was not found whole. */
static void say_no_catalogue(struct look *l)
{
    finding(
        l, "functions and triggers are not compared with this program's: %s", l->v->no_catalogue);
}

/* Of what our connections cannot set for themselves (sql_options): with these every trigger works,
 * and no library is asked first. The function reads them, and no view that could be another. */
static void check_settings(struct look *l)
{
    enum { NAME, SET, MEANT };
    static const char ask[] =
        "select x.name, s.stands, x.meant from (values ('session_replication_role', 'origin', "
        "true),"
        " ('allow_system_table_mods', 'off', true), ('local_preload_libraries', '', true),"
        " ('session_preload_libraries', '', pg_has_role('pg_read_all_settings', 'usage')))"
        " x(name, meant, told) cross join lateral"
        " (select case when x.told then current_setting(x.name) end as stands) s"
        " where s.stands <> x.meant";
    PGresult *r = verify_ask(l, ask, NULL, 0);
    for (int i = 0; r && i < PQntuples(r); i++)
        finding(l, "setting %s: '%s', where '%s' is meant", PQgetvalue(r, i, NAME),
            PQgetvalue(r, i, SET), PQgetvalue(r, i, MEANT));
    PQclear(r);
}

void verify_catalogue(struct verify *v)
{
    const char *why = NULL;
    (void)verify_part(v, check_settings, "settings");
    v->catalogue = catalogue_ours(v->s->a, v->s->c, v->s->conf.data, city_here()->code, &why);
    v->no_catalogue = why;
    (void)verify_part(v, v->catalogue.p ? check_catalogue : say_no_catalogue, "catalogue");
}
