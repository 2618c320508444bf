/*
 * records_shared.c - rules that record types of several kinds share.
 */
#include "fields.h"
#include <assert.h>

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

const struct choice firm_sizes[] = {{"unknown", "不明"}, {"micro", "微型"}, {"small", "小型"},
    {"medium", "中型"}, {"large", "大型"}, {NULL, NULL}};
static_assert(COUNT_OF(firm_sizes) == SIZE_LARGE + 2, "the choices follow the sizes");

enum firm_size firm_size_of(const struct value *v, int industry)
{
    const struct value *employees = v + industry + 1, *revenue = employees + 1,
                       *assets = revenue + 1;
    return firm_size(&(struct firm_metrics){
        .industry = v[industry].s,
        .employees_known = employees->present,
        .employees = employees->n,
        .revenue_known = revenue->present,
        .revenue = {revenue->n},
        .assets_known = assets->present,
        .assets = {assets->n},
    });
}

const struct member no_read_only[] = {{.name = NULL}};
