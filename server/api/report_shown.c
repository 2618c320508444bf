/*
 * report_shown.c - figures of a report that somebody was shown, until he seals what he saw.
 *
 * He names their digest. When others stand by then he is told which: those that were shown are kept
 * for a while, in memory alone. Of a digest that nobody remembers he is told that it is another.
 */
#include "memo.h"
#include "report_ask.h"

static const char *name_of(struct arena *a, struct str sha256)
{
    return arena_printf(a, "figures %s", sha256.p).p;
}

void figures_shown(struct req *r, const struct figures *f)
{
    memo_keep(r->server->shown, str_of(name_of(r->a, f->sha256)), f->json);
}

/* What is compared: a line of figures that were shown, or stand, or both; of one row. */
struct pair {
    const struct json *seen, *now; /* NULL: there is none */
    struct buf *out;
    int n; /* differences so far */
};
enum { DIFFERENCES_MAX = 40 }; /* one loan is in a cell of each section */

static const char *text_of(const struct json *line, const char *key)
{
    return json_get(line, key)->text.p;
}

static const struct report_row *row_of(const struct report_table *t, const char *key)
{
    for (int i = 0; i < t->n; i++) {
        if (str_is(t->row[i].key, key))
            return &t->row[i];
    }
    return NULL; /* it is gone since */
}

static const struct json *figure_at(const struct json *line, int i)
{
    const struct json *v = line ? json_get(line, "v")->child : NULL;
    while (v && i-- > 0)
        v = v->next;
    return v && v->kind == JSON_NUMBER ? v : NULL;
}

static void write_figure(
    struct buf *out, const char *name, const struct json *v, enum cell_kind kind)
{
    if (!v)
        json_member_null(out, name);
    else if (kind == CELL_MONEY)
        json_member_str(out, name, digits_grouped(out->a, money_text(out->a, (money){v->n})));
    else
        json_member_str(
            out, name, digits_grouped(out->a, arena_printf(out->a, "%lld", (long long)v->n)));
}

static void compare_cell(struct pair *x, const struct report_table *t, const char *key,
    const struct report_column *c, bool english)
{
    const struct report_section *s = t->section;
    const struct report_row *row = row_of(t, key);
    const struct json *seen = figure_at(x->seen, c->a - 1), *now = figure_at(x->now, c->a - 1);
    if ((!seen && !now) || (seen && now && seen->n == now->n))
        return;
    if (x->n++ >= DIFFERENCES_MAX)
        return;
    struct arena *a = x->out->a;
    enum cell_kind kind = c->kind == CELL_BY_ROW && row ? row->kind : c->kind;
    json_open(x->out, '{');
    json_member_str(x->out, "pointer", arena_printf(a, "/%s/%s/%s", s->name, key, c->key));
    json_member_str(x->out, "title",
        arena_printf(a, "%s · %s · %s", english ? s->en : s->zh, row ? row->title.p : key,
            english ? c->en : c->zh));
    write_figure(x->out, "seen", seen, kind);
    write_figure(x->out, "now", now, kind);
    json_close(x->out, '}');
}

static void compare_row(struct pair *x, const struct report_table *t, bool english)
{
    const char *key = text_of(x->now ? x->now : x->seen, "row_key");
    for (const struct report_column *c = t->section->columns; c->key; c++) {
        if (c->from == FROM_FACTS)
            compare_cell(x, t, key, c, english);
    }
}

/* From this line on the first of the section; NULL: it has no more. */
static const struct json *line_of(const struct json *line, const char *section)
{
    while (line && strcmp(text_of(line, "section"), section) != 0)
        line = line->next;
    return line;
}

static void compare_table(struct pair *x, const struct report_table *t, const struct json *seen,
    const struct json *now, bool english)
{
    const char *section = t->section->name;
    seen = line_of(seen, section);
    now = line_of(now, section);
    while (seen || now) {
        int c = seen && now ? strcmp(text_of(seen, "row_key"), text_of(now, "row_key")) : 0;
        x->seen = c <= 0 ? seen : NULL; /* both are in the order of their rows */
        x->now = c >= 0 ? now : NULL;
        compare_row(x, t, english);
        if (x->seen)
            seen = line_of(seen->next, section);
        if (x->now)
            now = line_of(now->next, section);
    }
}

static void write_digests(struct buf *out, struct str seen, struct str now)
{
    json_open(out, '{');
    json_member_text(out, "pointer", "/seen");
    json_member_text(out, "title", "汇总数字的摘要");
    json_member_str(out, "seen", seen);
    json_member_str(out, "now", now);
    json_close(out, '}');
}

struct str figures_differ(const struct report_ask *k, struct str seen, const struct figures *now)
{
    struct req *r = k->r;
    struct report p;
    struct err none;
    struct buf out;
    struct str shown = memo_find(r->server->shown, str_of(name_of(r->a, seen)));
    buf_init(&out, r->a);
    err_init(&none, r->a);
    write_digests(&out, seen, now->sha256);
    if (shown.p && report_ask_make(k, r->english, &p)) {
        const struct json *before = json_parse(r->a, shown, &none);
        const struct json *after = json_parse(r->a, now->json, &none);
        struct pair x = {.out = &out};
        MUST(before && after);
        for (int i = 0; i < p.n; i++)
            compare_table(&x, &p.table[i], before->child, after->child, r->english);
    }
    return buf_view(&out);
}
