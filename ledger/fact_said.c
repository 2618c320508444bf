/*
 * fact_said.c - what a fact says, as people read it: amounts with their unit, choices by title.
 */
#include "city.h"
#include "facts.h"
#include "titles.h"

static struct str text_said(struct arena *a, const struct field *f, struct str s, bool english)
{
    if (f->kind == F_MONEY)
        return arena_printf(a, english ? "%s CNY" : "%s 元", digits_grouped(a, s).p);
    if (f->kind == F_RATE)
        return arena_printf(a, "%s%%", s.p);
    for (const struct choice *c = f->choices; c && c->name; c++) {
        if (str_is(s, c->name))
            return str_of(english ? word_english(a, c->name) : c->zh);
    }
    const struct district *d =
        f->kind == F_IDENT && f->ident == ident_district ? district_find(s) : NULL;
    return d ? str_of(english ? d->en : d->zh) : s;
}

int fact_named(struct str name)
{
    int fact = field_index(fact_fields, name);
    for (int i = 0; fact < 0 && i < FACT_COUNT; i++) {
        if (str_is(name, fact_fields[i].zh))
            fact = i;
    }
    return fact;
}

struct str fact_said(struct arena *a, int fact, const struct json *v, bool english)
{
    switch (v->kind) {
    case JSON_NULL: return str_of(english ? "not told yet" : "尚未提供");
    case JSON_BOOL: return str_of(v->yes ? english ? "yes" : "是" : english ? "no" : "否");
    case JSON_NUMBER: return digits_grouped(a, arena_printf(a, "%lld", (long long)v->n));
    case JSON_STRING:
        return fact < 0 ? v->text : text_said(a, &fact_fields[fact], v->text, english);
    case JSON_LIST:
    case JSON_OBJECT:
    default: BUG("a fact is one value");
    }
}
