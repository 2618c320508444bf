/*
 * spill.c - what a client has not read yet, kept in an unlinked file.
 */
#include "spill.h"
#include <unistd.h>

enum { PIECE = 64 * 1024 };

bool spill_add(struct spill *s, struct str text)
{
    if (!s->file)
        s->file = tmpfile();
    /* Flushed at once: a full disk must show here, not when the pieces are read. */
    if (!s->file || fseek(s->file, s->written, SEEK_SET) != 0 ||
        fwrite(text.p, 1, text.n, s->file) != text.n || fflush(s->file) != 0)
        return false;
    s->written += (long)text.n;
    return true;
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
    if (fseek(s->file, s->read, SEEK_SET) != 0 || fread(p, 1, n, s->file) != n) {
        s->read = s->written;
        return (struct str){NULL, 0};
    }
    s->read += (long)n;
    if (spill_is_empty(s)) { /* the room on disk is used again */
        s->read = s->written = 0;
        if (ftruncate(fileno(s->file), 0) != 0)
            clearerr(s->file); /* only room is lost */
    }
    return (struct str){p, n};
}

void spill_close(struct spill *s)
{
    if (s->file)
        (void)fclose(s->file); /* unlinked: nothing to save */
    *s = (struct spill){0};
}
