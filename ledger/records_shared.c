/*
 * records_shared.c - rules that record types of several kinds share.
 */
#include "fields.h"

void list_unlike(const struct value *list, const struct field *f, struct err *e)
{
    int width = field_count(f->of);
    for (int i = 0; i < list->count; i++) {
        struct str s = list->row[i * width].s;
        for (int j = 0; j < i; j++) {
            if (str_eq(s, list->row[j * width].s)) {
                err_add(e, E_REPEATED, arena_printf(e->a, "/%s/%d/%s", f->name, i, f->of->name),
                    "%s", s.p);
                break;
            }
        }
    }
}

void step_key(struct arena *a, struct value *key, const struct value *seen, const char *step)
{
    if (!key->present && seen->present)
        *key = (struct value){.present = true, .s = arena_printf(a, "%s %s", step, seen->s.p)};
}

const struct member no_read_only[] = {{.name = NULL}};
