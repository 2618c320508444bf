/*
 * rights.c - what somebody may do, out of the table that decides it: a menu cannot drift from it.
 */
#include "rights.h"

static bool may(const struct route *t, const struct actor *me)
{
    unsigned duties = route_duties(t);
    return (t->roles & (1u << me->kind)) && (!duties || (me->duties & duties));
}

void rights_write(struct buf *out, const struct actor *me)
{
    static const char *const names[] = {
        [METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_PUT] = "PUT"};
    const struct route *t;
    for (int i = 0; (t = route_at(i)); i++) {
        if (may(t, me))
            json_str(out, arena_printf(out->a, "%s %s", names[t->method], t->path));
    }
}

bool rights_page(const struct record *rec)
{
    size_t n = strlen(rec->path);
    const struct route *t;
    for (int i = 0; (t = route_at(i)); i++) {
        if (t->method == METHOD_GET && strncmp(t->path, rec->path, n) == 0 && t->path[n] == '/' &&
            t->path[n + 1] == '{')
            return true;
    }
    return false;
}
