/*
 * leaves.c - numbering the leaves of one flight and the head that covers them.
 *
 * Pure but for the signature: the lane sends what is made here in the flight's own transaction.
 */
#include "leaves.h"
#include "sql.h"

struct str hashes_hex(struct arena *a, const hash *list, int n)
{
    struct buf b;
    buf_init(&b, a);
    for (int i = 0; i < n; i++)
        buf_str(&b, hash_hex(a, list[i]));
    return buf_view(&b);
}

/* Array literals, one element a leaf: ids, versions, hashes, the nodes that it completes, forms,
 * tokens or, of rows, who wrote them. */
enum { LEAF_COLUMNS = 6 };

struct numbering {
    struct arena *a;
    struct frontier *f;
    int64_t head; /* one covers them all */
    struct buf column[LEAF_COLUMNS];
};

static void add_element(struct buf *column, struct str text)
{
    buf_char(column, column->n ? ',' : '{');
    buf_char(column, '"'); /* an empty one must be quoted; none holds anything to escape */
    buf_str(column, text);
    buf_char(column, '"');
}

/* Returns the leaf's hash, in hex. */
static struct str add_leaf(struct numbering *n, struct str id, int64_t version, struct str text,
    enum leaf_form form, struct str token)
{
    hash h = merkle_leaf(text), completed[64];
    struct str hex = hash_hex(n->a, h);
    int nodes = frontier_add(n->f, h, completed);
    const struct str row[LEAF_COLUMNS] = {id, arena_printf(n->a, "%lld", (long long)version), hex,
        hashes_hex(n->a, completed, nodes), arena_printf(n->a, "%d", (int)form), token};
    for (int i = 0; i < LEAF_COLUMNS; i++)
        add_element(&n->column[i], row[i]);
    return hex;
}

/* Of what was shown to us, and not what the database says of it; the daemon itself has none. */
static struct str token_of(const struct work *w)
{
    return w->actor && w->actor->token.p ? w->actor->token : STR(LEAF_NO_TOKEN);
}

static void add_record(struct numbering *n, struct verdict *v, struct str token)
{
    struct str text = leaf_text(n->a, v->id, v->version, v->sha256, v->recorded_at, v->recorded_by,
        v->leaf_hash /* still that of its envelope */, token);
    v->leaf = (int64_t)n->f->size;
    v->head = n->head;
    v->leaf_hash = add_leaf(n, v->id, v->version, text, LEAF_RECORD, token);
}

/* Of rows that were not written in this flight, by whom they were, so that it can be told for ever:
 * signed, as whoever owns the database could say so as well. */
static struct str writer_of(
    struct arena *a, const struct rows *rows, int i, const struct head_signer *k, struct str text)
{
    if (rows_at(rows, i, LOG_ROWS_SCHEMA_DIGEST).p)
        return rows_writer(a, k, ROWS_OF_UPGRADE, text);
    if (rows_at(rows, i, LOG_ROWS_SIGNATURE).p)
        return rows_writer(a, k, ROWS_OF_COMMAND, text);
    return STR(LEAF_NO_TOKEN);
}

static void add_beside(
    struct numbering *n, const struct row_leaves *beside, int i, const struct head_signer *k)
{
    struct str flight = rows_at(beside->rows, i, LOG_ROWS_FLIGHT);
    struct str text = rows_text(n->a, flight, rows_at(beside->rows, i, LOG_ROWS_N),
        rows_at(beside->rows, i, LOG_ROWS_DIGEST));
    (void)add_leaf(n, flight, 0, text, LEAF_ROWS,
        writer_of(n->a, beside->rows, i, k, text)); /* nobody asks for its receipt */
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

/* Before the first leaf there is no key: what made the ledger is taken as it is found. */
static bool may_take(struct arena *a, const struct rows *rows, int i, const struct head_signer *k,
    struct str schema, bool first)
{
    struct str signature = rows_at(rows, i, LOG_ROWS_SIGNATURE);
    struct str led_to = rows_at(rows, i, LOG_ROWS_SCHEMA_DIGEST);
    if (led_to.p && !str_eq(led_to, schema))
        return false;
    if (!signature.p)
        return !led_to.p || first; /* this flight's own, else */
    struct str text = rows_text(a, rows_at(rows, i, LOG_ROWS_FLIGHT), rows_at(rows, i, LOG_ROWS_N),
        rows_at(rows, i, LOG_ROWS_DIGEST));
    /* Ed25519 signs alike every time */
    return str_eq(signature, rows_wait(a, k, led_to.p ? ROWS_OF_UPGRADE : ROWS_OF_COMMAND, text));
}

struct row_leaves leaves_beside(struct arena *a, const struct rows *rows,
    const struct head_signer *signer, struct str schema_digest, bool first)
{
    bool *taken = arena_alloc(a, (size_t)(rows->n + 1) * sizeof *taken);
    for (int i = 0; i < rows->n; i++)
        taken[i] = may_take(a, rows, i, signer, schema_digest, first);
    return (struct row_leaves){.rows = rows, .taken = taken};
}

static int taken_of(const struct row_leaves *beside)
{
    int n = 0;
    for (int i = 0; i < beside->rows->n; i++)
        n += beside->taken[i];
    return n;
}

/* The last record's, else that of the rows: all were stored at one instant. */
static struct str instant_of(const struct work *flying, const struct row_leaves *beside)
{
    for (const struct work *w = flying; w; w = w->next) {
        for (int i = 0; i < w->n; i++) {
            if (w->verdict[i].outcome == OUT_CREATED)
                return w->verdict[i].recorded_at;
        }
    }
    return rows_at(beside->rows, 0, LOG_ROWS_AT);
}

static void sign_head(struct numbering *n, const struct head_signer *signer, struct str signed_at,
    struct str params[LOG_WRITE_PARAMS], hash *root)
{
    struct frontier *f = n->f;
    *root = frontier_root(f);
    for (int i = 0; i < LEAF_COLUMNS; i++) {
        buf_char(&n->column[i], '}');
        params[i] = buf_view(&n->column[i]);
    }
    const struct str signed_head[] = {
        arena_printf(n->a, "%llu", (unsigned long long)f->size),
        hash_hex(n->a, *root),
        hashes_hex(n->a, f->node, __builtin_popcountll(f->size)),
        head_signer_sign(n->a, signer, f->size, *root, signed_at),
        signed_at,
    };
    for (size_t i = 0; i < COUNT_OF(signed_head); i++)
        params[LEAF_COLUMNS + i] = signed_head[i];
}

bool leaves_number(struct arena *a, struct work *flying, const struct row_leaves *beside,
    struct frontier *f, const struct head_signer *signer, struct str params[LOG_WRITE_PARAMS],
    hash *root)
{
    int created = 0, taken = taken_of(beside);
    for (const struct work *w = flying; w; w = w->next)
        created += created_of(w->verdict, w->n);
    if (created + taken == 0)
        return false;
    struct numbering n = {.a = a, .f = f, .head = (int64_t)f->size + created + taken};
    for (int i = 0; i < LEAF_COLUMNS; i++)
        buf_init(&n.column[i], a);
    for (struct work *w = flying; w; w = w->next) {
        for (int i = 0; i < w->n; i++) {
            if (w->verdict[i].outcome == OUT_CREATED)
                add_record(&n, &w->verdict[i], token_of(w));
        }
    }
    share_receipts(a, flying, created);
    for (int i = 0; i < beside->rows->n; i++) {
        if (beside->taken[i])
            add_beside(&n, beside, i, signer);
    }
    sign_head(&n, signer, instant_of(flying, beside), params, root);
    return true;
}
