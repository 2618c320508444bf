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

static void add_leaf(
    struct arena *a, struct frontier *f, struct verdict *v, int64_t head, struct buf *leaves)
{
    struct str text = leaf_text(a, v->id, v->version, v->sha256, v->recorded_at, v->recorded_by);
    hash h = merkle_leaf(text), completed[64];
    v->leaf = (int64_t)f->size;
    v->head = head;
    v->leaf_hash = hash_hex(a, h);
    int n = frontier_add(f, h, completed);
    json_open(leaves, '{');
    json_key(leaves, "no");
    json_i64(leaves, v->leaf);
    json_key(leaves, "hash");
    json_str(leaves, v->leaf_hash);
    json_key(leaves, "nodes");
    json_str(leaves, hashes_hex(a, completed, n));
    json_key(leaves, "id");
    json_str(leaves, v->id);
    json_key(leaves, "version");
    json_i64(leaves, v->version);
    json_close(leaves, '}');
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
    const struct sealer *sealer, struct str params[SEAL_PARAMS])
{
    struct buf leaves;
    struct str signed_at = STR("");
    int created = 0;
    for (const struct work *w = flying; w; w = w->next)
        created += created_of(w->verdict, w->n);
    if (!created)
        return false;
    int64_t head = (int64_t)f->size + created; /* one covers them all */
    buf_init(&leaves, a);
    json_open(&leaves, '[');
    for (struct work *w = flying; w; w = w->next) {
        for (int i = 0; i < w->n; i++) {
            if (w->verdict[i].outcome != OUT_CREATED)
                continue;
            signed_at = w->verdict[i].recorded_at;
            add_leaf(a, f, &w->verdict[i], head, &leaves);
        }
    }
    json_close(&leaves, ']');
    share_receipts(a, flying, created);
    hash root = frontier_root(f);
    params[0] = buf_view(&leaves);
    params[1] = arena_printf(a, "%llu", (unsigned long long)f->size);
    params[2] = hash_hex(a, root);
    params[3] = hashes_hex(a, f->node, __builtin_popcountll(f->size));
    params[4] = sealer_sign(a, sealer, f->size, root, signed_at);
    params[5] = signed_at;
    return true;
}
