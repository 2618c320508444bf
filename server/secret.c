/*
 * secret.c - what follows from the secret of the data folder.
 */
#include "secret.h"
#include "http_signature.h"
#include "keyfile.h"
#include "merkle.h"
#include "signing.h"
#include <openssl/rand.h>
#include <string.h>

enum { MASTER_BYTES = 32, ID_BYTES = 16 };

static const struct secret_kind kinds[] = {
    {"plk_", "hmac-sha256", "SHA256"}, {"plm_", "hmac-sm3", "SM3"}};

const struct secret_kind *secret_kind_of(struct str key_id)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (str_starts(key_id, kinds[i].id))
            return &kinds[i];
    }
    return NULL;
}

const struct secret_kind *secret_kind_named(const char *digest)
{
    return strcmp(digest, "sha256") == 0 ? &kinds[0]
           : strcmp(digest, "sm3") == 0  ? &kinds[1]
                                         : NULL;
}

/* Base64 that goes into a header or an address as it is. */
static struct str url_text(struct arena *a, const char *begins, struct str bytes)
{
    struct str text = base64(a, bytes);
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, begins);
    for (size_t i = 0; i < text.n && text.p[i] != '='; i++)
        buf_char(&b, text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i]);
    return buf_view(&b);
}

struct str secret_master_make(struct arena *a)
{
    unsigned char random[MASTER_BYTES];
    MUST(RAND_bytes(random, sizeof random) == 1);
    return arena_printf(a, "%s\n", hex_text(a, random, sizeof random).p);
}

struct str secret_master(struct arena *a, const char *folder)
{
    struct str text = file_read(a, arena_printf(a, "%s/" SECRET_FILE, folder).p, 256);
    if (text.n != (size_t)MASTER_BYTES * 2 + 1)
        return (struct str){NULL, 0};
    return arena_str(a, text.p, text.n - 1);
}

struct str secret_master_made(struct arena *a, const char *folder)
{
    struct str found = secret_master(a, folder);
    if (found.p || !keyfile_write(folder, SECRET_FILE, secret_master_make(a)))
        return found;
    return secret_master(a, folder);
}

struct str secret_id_make(struct arena *a, const struct secret_kind *kind)
{
    char random[ID_BYTES];
    MUST(RAND_bytes((unsigned char *)random, sizeof random) == 1);
    return url_text(a, kind->id, (struct str){random, sizeof random});
}

struct str secret_halves_id_make(struct arena *a, const struct secret_kind *kind)
{
    struct str id = secret_id_make(a, kind);
    return arena_printf(a, "%s.%s", kind->id, id.p + strlen(kind->id));
}

bool secret_halves_id_is(struct str key_id, const struct secret_kind *kind)
{
    size_t n = strlen(kind->id);
    return str_starts(key_id, kind->id) && key_id.n > n && key_id.p[n] == '.';
}

struct str secret_of(struct arena *a, struct str master, struct str key_id)
{
    struct str text = arena_printf(a, "pledged-request-key-1\n%s", key_id.p);
    return url_text(a, SECRET_BEGINS, http_mac(a, "SHA256", master, text));
}

static struct str secret_second(struct arena *a, const char *wall, struct str key_id)
{
    struct str text = arena_printf(a, "%skey %s", wall, key_id.p);
    hash inner = hash_sha256(text.p, text.n);
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, wall);
    buf_str(&b, (struct str){(const char *)inner.b, sizeof inner.b});
    hash h = hash_sha256(buf_view(&b).p, buf_view(&b).n);
    return url_text(a, ".", (struct str){(const char *)h.b, sizeof h.b});
}

struct str secret_whole(struct arena *a, struct str master, const char *wall, struct str key_id)
{
    const struct secret_kind *kind = secret_kind_of(key_id);
    struct str first = secret_of(a, master, key_id);
    if (!kind || !secret_halves_id_is(key_id, kind))
        return first;
    return arena_printf(a, "%s%s", first.p, secret_second(a, wall, key_id).p);
}

struct str secret_row(
    struct arena *a, struct str master, const char *what, struct str digest, struct str token)
{
    struct str text = arena_printf(a, "pledged-row-1\n%s\n%s\n%s", what, digest.p, token.p);
    struct str mac = http_mac(a, "SHA256", master, text);
    return hex_text(a, (const unsigned char *)mac.p, mac.n);
}

bool secret_row_is(struct arena *a, struct str master, const char *what, struct str digest,
    struct str token, struct str mac)
{
    return master.p && mac.p && http_mac_eq(secret_row(a, master, what, digest, token), mac);
}
