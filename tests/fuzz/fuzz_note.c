/* Any bytes as note, proof, step, vkey, tile address: no crash; what is read is written back the
 * same. */
#include "tlog.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(struct str a, struct str b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static void check_note(struct arena *a, struct str bytes)
{
    struct note *n = arena_alloc(a, sizeof *n);
    struct checkpoint c;
    if (!note_read(a, bytes, n))
        return;
    struct buf b;
    buf_init(&b, a);
    buf_str(&b, n->text);
    buf_char(&b, '\n');
    for (int i = 0; i < n->n; i++)
        buf_str(&b, n->line[i].text);
    MUST(same(buf_view(&b), bytes));
    if (checkpoint_read(a, n->text, &c))
        MUST(str_starts(n->text, checkpoint_text(a, &c).p));
}

static void check_proofs(struct arena *a, struct str bytes)
{
    struct tlog_proof *p = arena_alloc(a, sizeof *p);
    struct tlog_step *s = arena_alloc(a, sizeof *s);
    struct tlog_tile t;
    if (tlog_proof_read(a, bytes, p)) {
        hash root = {{0}};
        MUST(same(tlog_proof_text(a, p), bytes));
        (void)!merkle_verify(root, p->index, p->index + 7, p->path, p->length, root);
    }
    if (tlog_step_read(a, bytes, s)) {
        hash root = {{0}};
        MUST(same(tlog_step_text(a, s), bytes));
        (void)!merkle_consistent(s->old, root, s->old + 5, root, s->path, s->length);
    }
    if (tlog_tile_read(bytes, &t))
        MUST(same(tlog_tile_path(a, &t), arena_printf(a, "tile/%s", bytes.p)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str bytes = arena_str(a, (const char *)data, size);
    struct note_key key;
    struct signing_key *own = NULL;
    struct str rest = bytes, one;
    check_note(a, bytes);
    check_proofs(a, bytes);
    if (!memchr(bytes.p, 0, bytes.n)) {
        while (note_next(a, &rest, &one))
            check_note(a, one);
    }
    if (note_vkey_read(a, bytes, &key, &own))
        MUST(same(note_vkey(a, &key), bytes));
    signing_free(own);
    arena_free(a);
    return 0;
}
