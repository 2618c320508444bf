/*
 * log_head.c - signed heads over the log of records.
 *
 * The texts that are hashed and signed are plain lines, so that an auditor can make them again with
 * printf and check them with sha256sum and `openssl pkeyutl -verify -rawin`.
 */
#include "log_head.h"
#include "keyfile.h"
#include "note.h"

struct head_signer {
    struct signing_key *key;
    struct signing_key *sm2; /* NULL: this OpenSSL offers none */
};

#define SM2_FILE "log-sm2.key"

struct head_signer *head_signer_open(const char *folder, bool make)
{
    struct signing_key *key = keyfile_open(folder, "log.key", SIGNING_ED25519, make);
    if (!key)
        return NULL;
    struct head_signer *k = calloc(1, sizeof *k);
    MUST(k);
    k->key = key;
    if (signing_offered(SIGNING_SM2))
        k->sm2 = keyfile_open(folder, SM2_FILE, SIGNING_SM2, make);
    return k;
}

void head_signer_complete(struct head_signer *k, const char *folder)
{
    if (!k->sm2 && signing_offered(SIGNING_SM2))
        k->sm2 = keyfile_open(folder, SM2_FILE, SIGNING_SM2, true);
}

void head_signer_free(struct head_signer *k)
{
    if (!k)
        return;
    signing_free(k->key);
    signing_free(k->sm2);
    free(k);
}

/* The text that a head's signature covers. */
static struct str head_text(struct arena *a, uint64_t size, hash root, struct str signed_at)
{
    return arena_printf(a, "pledged-head-1\n%llu\n%s\n%s\n", (unsigned long long)size,
        hash_hex(a, root).p, signed_at.p);
}

struct str leaf_text(struct arena *a, struct str id, int64_t version, struct str sha256,
    struct str recorded_at, struct str recorded_by, struct str envelope, struct str token)
{
    const struct str line[] = {id, arena_printf(a, "%lld", (long long)version), sha256, recorded_at,
        recorded_by, envelope, token};
    struct buf b;
    buf_init(&b, a);
    buf_printf(&b, "pledged-leaf-%d\n",
        (int)(token.p      ? LEAF_RECORD
              : envelope.p ? LEAF_RECORD_2
                           : LEAF_RECORD_1));
    for (size_t i = 0; i < COUNT_OF(line) && line[i].p; i++) {
        buf_str(&b, line[i]);
        buf_char(&b, '\n');
    }
    return buf_view(&b);
}

struct str rows_text(struct arena *a, struct str flight, struct str n, struct str digest)
{
    return arena_printf(a, "pledged-rows-1\n%s\n%s\n%s\n", flight.p, n.p, digest.p);
}

struct str rows_sign(struct arena *a, const struct head_signer *k, struct str text)
{
    struct str signature = signing_sign(a, k->key, text);
    return hex_text(a, (const unsigned char *)signature.p, signature.n);
}

struct str rows_wait(
    struct arena *a, const struct head_signer *k, enum rows_writer by, struct str text)
{
    return rows_sign(a, k,
        by == ROWS_OF_COMMAND ? text
                              : arena_printf(a, "pledged-upgrade-1\n%.*s", (int)text.n, text.p));
}

struct str rows_writer(
    struct arena *a, const struct head_signer *k, enum rows_writer by, struct str text)
{
    struct str said = arena_printf(a, "pledged-writer-1\n%d\n%.*s", (int)by, (int)text.n, text.p);
    return arena_printf(a, "%02x%s", (unsigned)by, rows_sign(a, k, said).p);
}

struct str head_signer_sign(
    struct arena *a, const struct head_signer *k, uint64_t size, hash root, struct str signed_at)
{
    struct str signature = signing_sign(a, k->key, head_text(a, size, root, signed_at));
    return hex_text(a, (const unsigned char *)signature.p, signature.n);
}

bool head_signer_signed(struct arena *a, const struct head_signer *k, uint64_t size, hash root,
    struct str signed_at, struct str signature)
{
    /* Ed25519 signs alike every time. */
    return str_eq(head_signer_sign(a, k, size, root, signed_at), signature);
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

struct str log_origin(struct arena *a, const struct head_signer *k, const char *told, int64_t epoch)
{
    struct str name =
        told ? str_of(told)
             : arena_printf(a, "pledged.internal/%.16s", signing_fingerprint(a, k->key).p);
    return epoch ? arena_printf(a, "%s/%lld", name.p, (long long)epoch) : arena_keep(a, name);
}

static int keys_of(
    struct arena *a, const struct head_signer *k, struct str origin, struct note_key key[2])
{
    int n = 0;
    key[n++] = note_key_of(a, origin, NOTE_ED25519, k->key);
    if (k->sm2)
        key[n++] = note_key_of(a, origin, NOTE_SM2, k->sm2);
    return n;
}

struct str head_signer_checkpoint(
    struct arena *a, const struct head_signer *k, struct str origin, uint64_t size, hash root)
{
    const struct checkpoint c = {origin, size, root};
    struct str text = checkpoint_text(a, &c);
    struct note_key key[2];
    struct buf b;
    buf_init(&b, a);
    buf_str(&b, text);
    buf_char(&b, '\n');
    for (int i = 0, n = keys_of(a, k, origin, key); i < n; i++)
        buf_str(&b, note_sign(a, text, &key[i]));
    return buf_view(&b);
}

struct str head_signer_vkeys(struct arena *a, const struct head_signer *k, struct str origin)
{
    struct note_key key[2];
    struct buf b;
    buf_init(&b, a);
    for (int i = 0, n = keys_of(a, k, origin, key); i < n; i++)
        buf_printf(&b, "%s\n", note_vkey(a, &key[i]).p);
    return buf_view(&b);
}

struct str head_signer_public(struct arena *a, const struct head_signer *k)
{
    return signing_public(a, k->key);
}
