/*
 * nonce.c - numbers that were used once.
 */
#include "nonce.h"
#include "json.h"
#include "link.h"
#include <stdlib.h>

enum { WAITING_MAX = 10000 };

struct asked {
    struct str key, nonce;
    int64_t until_s;
    nonce_fn *done;
    void *arg;
    enum nonce_is is;
    struct asked *next;
};

struct nonces {
    struct link *link;
    struct arena *of_flying, *of_waiting;
    struct asked *flying, *waiting, **last;
    int count; /* of those that wait */
};

static void tell(struct asked *list, bool known)
{
    while (list) {
        struct asked *next = list->next;
        list->done(list->arg, known ? list->is : NONCE_UNKNOWN);
        list = next;
    }
}

static void on_taken(void *arg, const PGresult *r)
{
    struct nonces *n = arg;
    struct rows rows = {0};
    int i = 0;
    if (r)
        rows_copy(n->of_flying, r, &rows);
    for (struct asked *x = n->flying; x; x = x->next, i++) {
        bool is_new = i < rows.n && str_is(rows_at(&rows, i, NONCE_TAKE_IS_NEW), "t");
        x->is = i >= rows.n ? NONCE_UNKNOWN : is_new ? NONCE_NEW : NONCE_USED;
    }
}

static void send(struct nonces *n);

static void on_end(void *arg, const struct fail *fail)
{
    struct nonces *n = arg;
    struct asked *told = n->flying;
    struct arena *a = n->of_flying;
    n->flying = NULL;
    tell(told, !fail);
    arena_reset(a);
    send(n);
}

static void send(struct nonces *n)
{
    struct buf list;
    if (n->flying || !n->waiting)
        return;
    struct arena *a = n->of_waiting;
    n->of_waiting = n->of_flying;
    n->of_flying = a;
    n->flying = n->waiting;
    n->waiting = NULL;
    n->last = &n->waiting;
    n->count = 0;
    buf_init(&list, a);
    json_open(&list, '[');
    for (const struct asked *x = n->flying; x; x = x->next) {
        json_open(&list, '{');
        json_member_str(&list, "key", x->key);
        json_member_str(&list, "nonce", x->nonce);
        json_member_int(&list, "until", x->until_s);
        json_close(&list, '}');
    }
    json_close(&list, ']');
    struct str text = buf_view(&list);
    link_prepare(n->link, SQL_NONCE_TAKE);
    link_send(n->link, SQL_NONCE_TAKE, &text, 1, on_taken, n);
    link_sync(n->link, on_end, n);
}

void nonces_take(
    struct nonces *n, struct str key, struct str nonce, int64_t until_s, nonce_fn *done, void *arg)
{
    if (!link_is_up(n->link) || n->count >= WAITING_MAX) {
        done(arg, NONCE_UNKNOWN);
        return;
    }
    struct arena *a = n->of_waiting;
    struct asked *x = arena_alloc(a, sizeof *x);
    *x = (struct asked){.key = arena_keep(a, key),
        .nonce = arena_keep(a, nonce),
        .until_s = until_s,
        .done = done,
        .arg = arg};
    *n->last = x;
    n->last = &x->next;
    n->count++;
    send(n);
}

static void on_down(void *arg)
{
    struct nonces *n = arg;
    struct asked *left = n->waiting;
    n->waiting = NULL;
    n->last = &n->waiting;
    n->count = 0;
    tell(left, false);
    arena_reset(n->of_waiting);
}

static void on_up(void *arg)
{
    (void)arg; /* nothing waits while it is down */
}

struct nonces *nonces_open(const struct database *d)
{
    /* Durable, so that what was used stays so whatever dies; not waiting for the backup. */
    static const char *const settings[] = {
        "set synchronous_commit = local", "set statement_timeout = '10s'", "set jit = off", NULL};
    struct nonces *n = calloc(1, sizeof *n);
    MUST(n);
    n->of_flying = arena_new();
    n->of_waiting = arena_new();
    n->last = &n->waiting;
    const struct link_setup setup = {
        .name = "nonce", .writes = true, .first = settings, .up = on_up, .down = on_down, .arg = n};
    n->link = link_open(d, &setup);
    return n;
}

void nonces_close(struct nonces *n)
{
    if (!n)
        return;
    link_close(n->link);
    arena_free(n->of_flying);
    arena_free(n->of_waiting);
    free(n);
}
