/*
 * sift.c - lists that go out whole: searched, ordered and counted in the program, since they are
 * few.
 */
#include "api.h"
#include "json.h"

/* In any of its texts, whatever the case of ASCII. */
static bool tells(const struct json *in, struct str looked_for)
{
    if (in->kind == JSON_STRING)
        return strcasestr(in->text.p, looked_for.p) != NULL;
    for (const struct json *m = in->child; m; m = m->next) {
        if (tells(m, looked_for))
            return true;
    }
    return false;
}

static bool comes_after(const struct json *a, const struct json *b, const char *name, bool falling)
{
    const struct json *x = json_get(a, name), *y = json_get(b, name);
    struct str p = x && x->kind == JSON_STRING ? x->text : STR(""),
               q = y && y->kind == JSON_STRING ? y->text : STR("");
    int c = strcmp(p.p, q.p);
    return falling ? c < 0 : c > 0;
}

/* They are few, and stay as they are where they are alike. */
static void put_in_order(const struct json **item, int n, struct str order)
{
    bool falling = order.p[0] == '-';
    for (int i = 1; i < n; i++) {
        const struct json *x = item[i];
        int at = i;
        for (; at > 0 && comes_after(item[at - 1], x, order.p + falling, falling); at--)
            item[at] = item[at - 1];
        item[at] = x;
    }
}

static void write_rows(
    struct req *r, struct buf *out, const struct json *rows, struct str q, struct str order)
{
    const struct json **item = arena_alloc(r->a, sizeof(void *) * (size_t)(rows->count + 1));
    int n = 0;
    for (const struct json *m = rows->child; m; m = m->next) {
        if (q.n == 0 || tells(m, q))
            item[n++] = m;
    }
    if (order.p)
        put_in_order(item, n, order);
    json_member_list(out, rows->key.p);
    for (int i = 0; i < n; i++)
        json_tree(out, item[i]);
    json_close(out, ']');
    if (param_flag(r, "total"))
        json_member_int(out, "total", n);
}

struct str list_sifted(struct req *r, struct str page, const char *rows)
{
    struct str q = req_param(r, "q"), order = req_param(r, "order");
    struct err none;
    struct buf out;
    if (q.n == 0 && !order.p && !req_param(r, "total").p)
        return page;
    err_init(&none, r->a);
    const struct json *in = json_parse(r->a, page, &none);
    MUST(in);
    buf_init(&out, r->a);
    json_open(&out, '{');
    for (const struct json *m = in->child; m; m = m->next) {
        if (str_is(m->key, rows)) {
            write_rows(r, &out, m, q, order);
        } else {
            json_key(&out, m->key.p);
            json_tree(&out, m);
        }
    }
    json_close(&out, '}');
    return buf_view(&out);
}
