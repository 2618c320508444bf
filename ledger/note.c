/*
 * note.c - signed notes and checkpoints, in and out.
 */
#include "note.h"
#include "json.h"
#include <string.h>

#define DASH "\xe2\x80\x94" /* U+2014 */

static const struct {
    const char *type; /* bytes in front of the public key */
    size_t n;
    enum signing_kind signing;
} kinds[NOTE_KIND_COUNT] = {
    [NOTE_ED25519] = {"\x01", 1, SIGNING_ED25519},
    [NOTE_SM2] = {"\xff"
                  "pledged sm2-sm3",
        16, SIGNING_SM2},
    [NOTE_COSIGNATURE] = {"\x04", 1, SIGNING_ED25519},
};

/* ---- small words ----------------------------------------------------------------------------- */

bool line_next(struct str *rest, struct str *line)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    if (!end)
        return false;
    *line = (struct str){rest->p, (size_t)(end - rest->p)};
    rest->p = end + 1;
    rest->n -= line->n + 1;
    return true;
}

bool note_number(struct str s, uint64_t *out)
{
    uint64_t n = 0;
    if (s.n == 0 || s.n > 18 || (s.n > 1 && s.p[0] == '0'))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    }
    *out = n;
    return true;
}

struct str hash_base64(struct arena *a, hash h)
{
    return base64(a, (struct str){(const char *)h.b, sizeof h.b});
}

bool hash_base64_read(struct arena *a, struct str text, hash *out)
{
    struct str bytes = text.n == 44 ? base64_read(a, text) : (struct str){NULL, 0};
    if (bytes.n != sizeof out->b)
        return false;
    memcpy(out->b, bytes.p, sizeof out->b);
    return true;
}

/* The spaces of Unicode that are more than a byte. */
static bool begins_with_space(const char *p, size_t n)
{
    static const char *const spaces[] = {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
    for (size_t i = 0; i < COUNT_OF(spaces); i++) {
        size_t length = strlen(spaces[i]);
        if (n >= length && memcmp(p, spaces[i], length) == 0)
            return true;
    }
    return n >= 3 && memcmp(p, "\xe2\x80", 2) == 0 && (unsigned char)p[2] <= 0x8a;
}

bool note_name_fits(struct str name)
{
    size_t at;
    for (size_t i = 0; i < name.n; i++) {
        if ((unsigned char)name.p[i] <= ' ' || name.p[i] == 0x7f || name.p[i] == '+' ||
            begins_with_space(name.p + i, name.n - i))
            return false;
    }
    return name.n > 0 && utf8_check(name, &at);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static struct str material_of(struct arena *a, enum note_kind kind, const struct signing_key *key)
{
    struct buf b;
    buf_init(&b, a);
    buf_add(&b, kinds[kind].type, kinds[kind].n);
    buf_str(&b, signing_raw(a, key));
    return buf_view(&b);
}

struct note_key note_key_of(
    struct arena *a, struct str name, enum note_kind kind, const struct signing_key *key)
{
    struct buf b;
    buf_init(&b, a);
    buf_str(&b, name);
    buf_char(&b, '\n');
    buf_str(&b, material_of(a, kind, key));
    hash h = hash_sha256(b.p, b.n);
    uint32_t id = (uint32_t)h.b[0] << 24 | (uint32_t)h.b[1] << 16 | (uint32_t)h.b[2] << 8 | h.b[3];
    return (struct note_key){name, kind, id, key};
}

struct str note_vkey(struct arena *a, const struct note_key *k)
{
    struct str material = base64(a, material_of(a, k->kind, k->key));
    return arena_printf(a, "%s+%08x+%s", k->name.p, (unsigned)k->id, material.p);
}

static bool kind_of(struct str material, enum note_kind *kind)
{
    for (int i = 0; i < NOTE_KIND_COUNT; i++) {
        if (material.n > kinds[i].n && memcmp(material.p, kinds[i].type, kinds[i].n) == 0) {
            *kind = (enum note_kind)i;
            return true;
        }
    }
    return false;
}

bool note_vkey_read(
    struct arena *a, struct str text, struct note_key *out, struct signing_key **key)
{
    const char *first = text.n ? memchr(text.p, '+', text.n) : NULL;
    size_t name = first ? (size_t)(first - text.p) : 0, rest = text.n - name;
    enum note_kind kind;
    if (!first || rest < 11 || first[9] != '+')
        return false;
    struct str material = base64_read(a, (struct str){first + 10, rest - 10});
    if (!material.p || !kind_of(material, &kind) || !note_name_fits((struct str){text.p, name}))
        return false;
    size_t skip = kinds[kind].n;
    *key = signing_of_raw(kinds[kind].signing, arena_str(a, material.p + skip, material.n - skip));
    if (!*key)
        return false;
    *out = note_key_of(a, arena_str(a, text.p, name), kind, *key);
    struct str told = arena_str(a, first + 1, 8);
    if (str_eq(told, arena_printf(a, "%08x", (unsigned)out->id)))
        return true;
    signing_free(*key);
    *key = NULL;
    return false;
}

/* ---- notes in -------------------------------------------------------------------------------- */

static bool read_line(struct arena *a, struct str line, struct note_line *out)
{
    static const char dash[] = DASH " ";
    size_t skip = sizeof dash - 1;
    if (line.n < skip || memcmp(line.p, dash, skip) != 0)
        return false;
    const char *name = line.p + skip, *space = memchr(name, ' ', line.n - skip);
    if (!space)
        return false;
    out->name = arena_str(a, name, (size_t)(space - name));
    struct str bytes = base64_read(a, arena_str(a, space + 1, line.n - skip - out->name.n - 1));
    if (!note_name_fits(out->name) || !bytes.p || bytes.n < 5)
        return false;
    const unsigned char *b = (const unsigned char *)bytes.p;
    out->id = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    out->signature = arena_str(a, bytes.p + 4, bytes.n - 4);
    out->text = arena_str(a, line.p, line.n + 1);
    return true;
}

static bool read_lines(struct arena *a, struct str bytes, struct note *out)
{
    struct str line;
    for (out->n = 0; bytes.n; out->n++) {
        if (out->n == NOTE_LINES_MAX || !line_next(&bytes, &line) ||
            !read_line(a, line, &out->line[out->n]))
            return false;
    }
    return out->n > 0;
}

static bool is_text(struct str bytes)
{
    size_t at;
    for (size_t i = 0; i < bytes.n; i++) {
        if ((unsigned char)bytes.p[i] < ' ' && bytes.p[i] != '\n')
            return false;
    }
    return bytes.n <= NOTE_BYTES_MAX && utf8_check(bytes, &at);
}

bool note_lines_read(struct arena *a, struct str bytes, struct note *out)
{
    out->text = STR("");
    return is_text(bytes) && read_lines(a, bytes, out);
}

/* The last empty line divides. */
bool note_read(struct arena *a, struct str bytes, struct note *out)
{
    size_t at = bytes.n;
    if (!is_text(bytes))
        return false;
    while (at >= 2 && !(bytes.p[at - 1] == '\n' && bytes.p[at - 2] == '\n'))
        at--;
    if (at < 2)
        return false;
    out->text = arena_str(a, bytes.p, at - 1);
    return at > 2 && read_lines(a, arena_str(a, bytes.p + at, bytes.n - at), out);
}

bool note_next(struct arena *a, struct str *rest, struct str *note)
{
    const char *p = rest->p, *divide = rest->n ? strstr(p, "\n\n") : NULL;
    const char *end = divide ? strstr(divide + 2, "\n\n") : NULL;
    if (!divide)
        return false;
    size_t n = end ? (size_t)(end - p) + 1 : rest->n;
    *note = arena_str(a, p, n);
    rest->p += end ? n + 1 : n;
    rest->n -= end ? n + 1 : n;
    return true;
}

/* ---- signatures ------------------------------------------------------------------------------ */

struct str note_sign(struct arena *a, struct str text, const struct note_key *k)
{
    struct str signature = signing_sign(a, k->key, text);
    const char id[] = {(char)(k->id >> 24), (char)(k->id >> 16), (char)(k->id >> 8), (char)k->id};
    struct buf b;
    buf_init(&b, a);
    buf_add(&b, id, sizeof id);
    buf_str(&b, signature);
    return arena_printf(a, DASH " %s %s\n", k->name.p, base64(a, buf_view(&b)).p);
}

static bool cosigned(
    struct arena *a, const struct note *n, const struct note_key *k, struct str signature)
{
    enum { SECONDS = 8, SIGNATURE = 64 };
    uint64_t at = 0;
    if (signature.n != SECONDS + SIGNATURE)
        return false;
    for (int i = 0; i < SECONDS; i++)
        at = at << 8 | (unsigned char)signature.p[i];
    struct str message =
        arena_printf(a, "cosignature/v1\ntime %llu\n%s", (unsigned long long)at, n->text.p);
    return at <= INT64_MAX &&
           signing_verify(k->key, message, arena_str(a, signature.p + SECONDS, SIGNATURE));
}

enum note_found note_check(struct arena *a, const struct note *n, const struct note_key *k)
{
    enum note_found found = NOTE_UNSIGNED;
    for (int i = 0; i < n->n; i++) {
        const struct note_line *l = &n->line[i];
        if (l->id != k->id || !str_eq(l->name, k->name))
            continue;
        bool good = k->kind == NOTE_COSIGNATURE ? cosigned(a, n, k, l->signature)
                                                : signing_verify(k->key, n->text, l->signature);
        if (!good)
            return NOTE_BAD;
        found = NOTE_GOOD;
    }
    return found;
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

struct str checkpoint_text(struct arena *a, const struct checkpoint *c)
{
    return arena_printf(
        a, "%s\n%llu\n%s\n", c->origin.p, (unsigned long long)c->size, hash_base64(a, c->root).p);
}

bool checkpoint_read(struct arena *a, struct str text, struct checkpoint *out)
{
    struct str origin, size, root, more;
    if (!line_next(&text, &origin) || !line_next(&text, &size) || !line_next(&text, &root))
        return false;
    while (text.n) {
        if (!line_next(&text, &more) || more.n == 0)
            return false;
    }
    out->origin = arena_str(a, origin.p, origin.n);
    return origin.n > 0 && note_number(size, &out->size) && hash_base64_read(a, root, &out->root);
}
