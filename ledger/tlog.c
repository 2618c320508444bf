/*
 * tlog.c - proofs of the log as texts, and the addresses of its tiles.
 */
#include "tlog.h"
#include <string.h>

#define PROOF_HEAD "c2sp.org/tlog-proof@v1"

/* ---- proofs ---------------------------------------------------------------------------------- */

static void write_path(struct buf *b, const hash *path, int length, struct str checkpoint)
{
    for (int i = 0; i < length; i++)
        buf_printf(b, "%s\n", hash_base64(b->a, path[i]).p);
    buf_char(b, '\n');
    buf_str(b, checkpoint);
}

/* Hashes up to the empty line; behind it stands the checkpoint. */
static bool read_path(struct arena *a, struct str rest, hash *path, int *length, struct str *note)
{
    struct str line;
    for (*length = 0; line_next(&rest, &line); ++*length) {
        if (line.n == 0) {
            *note = arena_str(a, rest.p, rest.n);
            return rest.n > 0;
        }
        if (*length == TLOG_PATH_MAX || !hash_base64_read(a, line, &path[*length]))
            return false;
    }
    return false; /* the last line does not end */
}

/* What stands behind the word; absent: another word stands there. */
static struct str behind(struct str line, const char *word)
{
    size_t n = strlen(word);
    return line.n >= n && memcmp(line.p, word, n) == 0 ? (struct str){line.p + n, line.n - n}
                                                       : (struct str){NULL, 0};
}

struct str tlog_proof_text(struct arena *a, const struct tlog_proof *p)
{
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, PROOF_HEAD "\n");
    if (p->extra.p)
        buf_printf(&b, "extra %s\n", base64(a, p->extra).p);
    buf_printf(&b, "index %llu\n", (unsigned long long)p->index);
    write_path(&b, p->path, p->length, p->checkpoint);
    return buf_view(&b);
}

bool tlog_proof_read(struct arena *a, struct str text, struct tlog_proof *out)
{
    struct str line;
    *out = (struct tlog_proof){.extra = {NULL, 0}};
    if (!line_next(&text, &line) || line.n != sizeof PROOF_HEAD - 1 ||
        memcmp(line.p, PROOF_HEAD, line.n) != 0 || !line_next(&text, &line))
        return false;
    struct str extra = behind(line, "extra ");
    if (extra.p) {
        out->extra = base64_read(a, arena_str(a, extra.p, extra.n));
        if (!out->extra.p || !line_next(&text, &line))
            return false;
        out->extra = arena_str(a, out->extra.p, out->extra.n);
    }
    struct str index = behind(line, "index ");
    return index.p && note_number(index, &out->index) &&
           read_path(a, text, out->path, &out->length, &out->checkpoint);
}

struct str tlog_step_text(struct arena *a, const struct tlog_step *s)
{
    struct buf b;
    buf_init(&b, a);
    buf_printf(&b, "old %llu\n", (unsigned long long)s->old);
    write_path(&b, s->path, s->length, s->checkpoint);
    return buf_view(&b);
}

bool tlog_step_read(struct arena *a, struct str text, struct tlog_step *out)
{
    struct str line;
    *out = (struct tlog_step){.old = 0};
    if (!line_next(&text, &line))
        return false;
    struct str old = behind(line, "old ");
    return old.p && note_number(old, &out->old) &&
           read_path(a, text, out->path, &out->length, &out->checkpoint);
}

/* ---- tiles ----------------------------------------------------------------------------------- */

struct str tlog_tile_path(struct arena *a, const struct tlog_tile *t)
{
    struct str digits = arena_printf(a, "%03llu", (unsigned long long)t->n);
    size_t lead = digits.n % 3 ? 3 - digits.n % 3 : 0;
    struct buf b;
    digits = arena_printf(a, "%.*s%s", (int)lead, "00", digits.p);
    buf_init(&b, a);
    if (t->level == TLOG_ENTRIES)
        buf_text(&b, "tile/entries");
    else
        buf_printf(&b, "tile/%d", t->level);
    for (size_t i = 0; i < digits.n; i += 3)
        buf_printf(&b, "/%s%.3s", i + 3 < digits.n ? "x" : "", digits.p + i);
    if (t->width < TLOG_TILE)
        buf_printf(&b, ".p/%d", t->width);
    return buf_view(&b);
}

static struct str part_next(struct str *rest)
{
    const char *slash = rest->n ? memchr(rest->p, '/', rest->n) : NULL;
    struct str part = {rest->p, slash ? (size_t)(slash - rest->p) : rest->n};
    size_t skip = part.n + (slash ? 1 : 0);
    rest->p += skip;
    rest->n -= skip;
    return part;
}

static bool three_digits(struct str s, uint64_t *n)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *n = *n * 10 + (uint64_t)(s.p[i] - '0');
    }
    return s.n == 3;
}

/* Strict: each tile has one address, so that what was read is written again the same. */
bool tlog_tile_read(struct str path, struct tlog_tile *out)
{
    struct str part = part_next(&path);
    uint64_t level = 0, width = TLOG_TILE;
    bool entries = part.n == 7 && memcmp(part.p, "entries", 7) == 0, first = true;
    *out = (struct tlog_tile){0};
    if ((!entries && (!note_number(part, &level) || level > 63)) || !path.n ||
        path.p[path.n - 1] == '/')
        return false;
    for (part = part_next(&path); part.n == 4 && part.p[0] == 'x'; part = part_next(&path)) {
        if (!three_digits((struct str){part.p + 1, 3}, &out->n) || (first && out->n == 0) ||
            out->n > INT64_MAX / 1000000)
            return false;
        first = false;
    }
    if (part.n == 5 && memcmp(part.p + 3, ".p", 2) == 0) {
        part.n = 3;
        if (!note_number(part_next(&path), &width) || width < 1 || width >= TLOG_TILE)
            return false;
    }
    out->level = entries ? TLOG_ENTRIES : (int)level;
    out->width = (int)width;
    return three_digits(part, &out->n) && path.n == 0;
}
