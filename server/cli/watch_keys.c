/*
 * watch_keys.c - whom a reader of the log's notes trusts.
 */
#include "watch_keys.h"
#include "keyfile.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { KEY_FILE_MAX = 1 << 16 };

bool watch_wrong(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("pledged: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return false;
}

static bool read_pems(struct watch_keys *k, struct str text)
{
    static const char begin[] = "-----BEGIN ";
    for (const char *p = strstr(text.p, begin); p && k->n < WATCH_KEYS_MAX;) {
        const char *next = strstr(p + 1, begin);
        struct str pem = next ? arena_str(k->a, p, (size_t)(next - p)) : str_of(p);
        k->key[k->n].key = signing_read(pem);
        if (!k->key[k->n++].key)
            return false;
        p = next;
    }
    return true;
}

static bool read_vkeys(struct watch_keys *k, struct str text)
{
    struct str line;
    while (k->n < WATCH_KEYS_MAX && line_next(&text, &line)) {
        if (line.n == 0)
            continue;
        if (!note_vkey_read(k->a, line, &k->key[k->n].note, &k->key[k->n].key))
            return false;
        k->n++;
    }
    return true;
}

bool watch_keys_read(struct watch_keys *k, const char *path)
{
    struct str text = file_read(k->a, path, KEY_FILE_MAX);
    int before = k->n;
    if (!text.p)
        return watch_wrong("%s cannot be read", path);
    bool pem = strstr(text.p, "-----BEGIN ") != NULL;
    if (text.n && text.p[text.n - 1] != '\n')
        text = arena_printf(k->a, "%s\n", text.p);
    bool good = pem ? read_pems(k, text) : read_vkeys(k, text);
    return (good && k->n > before) ||
           watch_wrong(
               "%s: neither a public key in PEM nor vkeys (GET /v1/log/key?format=vkey)", path);
}

void watch_keys_free(struct watch_keys *k)
{
    for (int i = 0; i < k->n; i++)
        signing_free(k->key[i].key);
}

static struct note_key key_at(const struct watch_keys *k, int i, struct str origin)
{
    if (k->key[i].note.name.p)
        return k->key[i].note;
    enum note_kind kind = signing_kind_of(k->key[i].key) == SIGNING_SM2 ? NOTE_SM2 : NOTE_ED25519;
    return note_key_of(k->a, origin, kind, k->key[i].key);
}

bool watch_checkpoint(const struct watch_keys *k, const char *file, struct str bytes,
    struct checkpoint *out, bool quiet)
{
    static const char *const kinds[NOTE_KIND_COUNT] = {
        [NOTE_ED25519] = "Ed25519", [NOTE_SM2] = "SM2-SM3", [NOTE_COSIGNATURE] = "witness"};
    struct note *note = arena_alloc(k->a, sizeof *note);
    if (!note_read(k->a, bytes, note) || !checkpoint_read(k->a, note->text, out))
        return watch_wrong("%s: not a checkpoint", file);
    for (int i = 0; i < k->n; i++) {
        struct note_key key = key_at(k, i, out->origin);
        bool of_log = key.kind != NOTE_COSIGNATURE;
        if (of_log && !str_eq(key.name, out->origin))
            return watch_wrong(
                "%s: a checkpoint of the log %s, not of %s", file, out->origin.p, key.name.p);
        enum note_found found = note_check(k->a, note, &key);
        if (found != NOTE_GOOD)
            return watch_wrong(found == NOTE_BAD ? "%s: the %s signature of %s is wrong"
                                                 : "%s: no %s signature of %s",
                file, kinds[key.kind], key.name.p);
        if (!quiet)
            printf("%-10s good, by %s\n", kinds[key.kind], key.name.p);
    }
    return true;
}

const struct signing_key *watch_pem(const struct watch_keys *k)
{
    for (int i = 0; i < k->n; i++) {
        if (signing_kind_of(k->key[i].key) == SIGNING_ED25519 &&
            (!k->key[i].note.name.p || k->key[i].note.kind == NOTE_ED25519))
            return k->key[i].key;
    }
    return NULL;
}
