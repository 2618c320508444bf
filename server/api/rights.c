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

/* Of one that tells the step in a field, this is what the address ends with. */
static void write_need(struct buf *out, const struct route *t)
{
    const struct record *rec = t->record;
    unsigned duties = route_duties(t);
    json_open(out, '{');
    json_member_text(out, "type", rec->name);
    if (rec->verb)
        json_member_text(out, "field", rec->fields[rec->verb].name);
    json_member_text(out, "step", rec->verb ? strrchr(t->path, '/') + 1 : "");
    json_member_list(out, "duties");
    for (int d = 0; d < DUTY_COUNT; d++) {
        if (duties & (1u << d))
            json_text(out, duty_name((enum duty)d));
    }
    json_close(out, ']');
    json_close(out, '}');
}

void rights_needs(struct buf *out)
{
    const struct route *t;
    json_open(out, '[');
    for (int i = 0; (t = route_at(i)); i++) {
        if (t->record && route_duties(t))
            write_need(out, t);
    }
    json_close(out, ']');
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
