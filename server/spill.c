/*
 * spill.c - what a client has not read yet, kept in an unlinked file.
 */
#include "spill.h"

enum { PIECE = 64 * 1024 };

void spill_add(struct spill *s, struct str text)
{
    if (!s->file)
        s->file = tmpfile();
    /* No disk for an answer is no state to go on in: the client sends again, the ledger is sound.
     */
    MUST(s->file && fseek(s->file, s->written, SEEK_SET) == 0 &&
         fwrite(text.p, 1, text.n, s->file) == text.n);
    s->written += (long)text.n;
}

bool spill_is_empty(const struct spill *s)
{
    return s->read == s->written;
}

struct str spill_take(struct spill *s, struct arena *a)
{
    if (spill_is_empty(s))
        return (struct str){NULL, 0};
    size_t n = (size_t)(s->written - s->read) < PIECE ? (size_t)(s->written - s->read) : PIECE;
    char *p = arena_alloc(a, n + 1);
    MUST(fseek(s->file, s->read, SEEK_SET) == 0 && fread(p, 1, n, s->file) == n);
    s->read += (long)n;
    return (struct str){p, n};
}

void spill_close(struct spill *s)
{
    if (s->file)
        (void)fclose(s->file); /* unlinked: nothing to save */
    *s = (struct spill){0};
}
