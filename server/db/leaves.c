/*
 * leaves.c - numbering the leaves of one flight and the head that covers them.
 *
 * Pure but for the signature: the lane sends what is made here in the flight's own transaction.
 */
#include "leaves.h"

static struct str hashes_hex(struct arena *a, const hash *list, int n)
{
    struct buf b;
    buf_init(&b, a);
    for (int i = 0; i < n; i++)
        buf_str(&b, hash_hex(a, list[i]));
    return buf_view(&b);
}

/* Array literals, one element a leaf: ids, versions, hashes, the nodes that it completes. */
enum { LEAF_COLUMNS = 4 };

static void add_element(struct buf *column, struct str text)
{
    buf_char(column, column->n ? ',' : '{');
    buf_char(column, '"'); /* an empty one must be quoted; none holds anything to escape */
    buf_str(column, text);
    buf_char(column, '"');
}

static void add_leaf(
    struct arena *a, struct frontier *f, struct verdict *v, int64_t head, struct buf *columns)
{
    struct str text = leaf_text(a, v->id, v->version, v->sha256, v->recorded_at, v->recorded_by);
    hash h = merkle_leaf(text), completed[64];
    v->leaf = (int64_t)f->size;
    v->head = head;
    v->leaf_hash = hash_hex(a, h);
    int n = frontier_add(f, h, completed);
    const struct str row[LEAF_COLUMNS] = {v->id, arena_printf(a, "%lld", (long long)v->version),
        v->leaf_hash, hashes_hex(a, completed, n)};
    for (int i = 0; i < LEAF_COLUMNS; i++)
        add_element(&columns[i], row[i]);
}

static int by_id(const void *x, const void *y)
{
    const struct verdict *const *a = x, *const *b = y;
    return strcmp((*a)->id.p, (*b)->id.p);
}

/* Lines that repeat one created in this same flight share its receipt and flags. */
static void share_receipts(struct arena *a, struct work *flying, int created)
{
    struct verdict **made = arena_alloc(a, (size_t)created * sizeof *made);
    int n = 0;
    for (struct work *w = flying; w; w = w->next) {
        for (int i = 0; i < w->n; i++) {
            if (w->verdict[i].outcome == OUT_CREATED)
                made[n++] = &w->verdict[i];
        }
    }
    qsort(made, (size_t)n, sizeof(struct verdict *), by_id);
    for (struct work *w = flying; w; w = w->next) {
        for (int i = 0; i < w->n; i++) {
            struct verdict *v = &w->verdict[i];
            if (v->leaf >= 0 || !v->id.p)
                continue;
            struct verdict **same = bsearch(&v, made, (size_t)n, sizeof(struct verdict *), by_id);
            if (!same)
                continue;
            v->leaf = (*same)->leaf;
            v->leaf_hash = (*same)->leaf_hash;
            v->head = (*same)->head;
            v->flags = (*same)->flags;
        }
    }
}

int created_of(const struct verdict *v, int n)
{
    int created = 0;
    for (int i = 0; i < n; i++)
        created += v[i].outcome == OUT_CREATED;
    return created;
}

bool leaves_number(struct arena *a, struct work *flying, struct frontier *f,
    const struct head_signer *signer, struct str params[LOG_WRITE_PARAMS])
{
    struct buf columns[LEAF_COLUMNS];
    struct str signed_at = STR("");
    int created = 0;
    for (const struct work *w = flying; w; w = w->next)
        created += created_of(w->verdict, w->n);
    if (!created)
        return false;
    int64_t head = (int64_t)f->size + created; /* one covers them all */
    for (int i = 0; i < LEAF_COLUMNS; i++)
        buf_init(&columns[i], a);
    for (struct work *w = flying; w; w = w->next) {
        for (int i = 0; i < w->n; i++) {
            if (w->verdict[i].outcome != OUT_CREATED)
                continue;
            signed_at = w->verdict[i].recorded_at;
            add_leaf(a, f, &w->verdict[i], head, columns);
        }
    }
    share_receipts(a, flying, created);
    hash root = frontier_root(f);
    for (int i = 0; i < LEAF_COLUMNS; i++) {
        buf_char(&columns[i], '}');
        params[i] = buf_view(&columns[i]);
    }
    const struct str signed_head[] = {
        arena_printf(a, "%llu", (unsigned long long)f->size),
        hash_hex(a, root),
        hashes_hex(a, f->node, __builtin_popcountll(f->size)),
        head_signer_sign(a, signer, f->size, root, signed_at),
        signed_at,
    };
    for (size_t i = 0; i < COUNT_OF(signed_head); i++)
        params[LEAF_COLUMNS + i] = signed_head[i];
    return true;
}
