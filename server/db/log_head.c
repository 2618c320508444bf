/*
 * log_head.c - signed heads over the log of records.
 *
 * The texts that are hashed and signed are plain lines, so that an auditor can make them again with
 * printf and check them with sha256sum and `openssl pkeyutl -verify -rawin`.
 */
#include "log_head.h"
#include "keyfile.h"

struct head_signer {
    struct signing_key *key;
};

struct head_signer *head_signer_open(const char *folder, bool make)
{
    struct signing_key *key = keyfile_open(folder, "log.key", SIGNING_ED25519, make);
    if (!key)
        return NULL;
    struct head_signer *k = calloc(1, sizeof *k);
    MUST(k);
    k->key = key;
    return k;
}

void head_signer_free(struct head_signer *k)
{
    if (!k)
        return;
    signing_free(k->key);
    free(k);
}

/* The text that a head's signature covers. */
static struct str head_text(struct arena *a, uint64_t size, hash root, struct str signed_at)
{
    return arena_printf(a, "pledged-head-1\n%llu\n%s\n%s\n", (unsigned long long)size,
        hash_hex(a, root).p, signed_at.p);
}

struct str leaf_text(struct arena *a, struct str id, int64_t version, struct str sha256,
    struct str recorded_at, struct str recorded_by, struct str envelope)
{
    return arena_printf(a, "pledged-leaf-2\n%s\n%lld\n%s\n%s\n%s\n%s\n", id.p, (long long)version,
        sha256.p, recorded_at.p, recorded_by.p, envelope.p);
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

struct str head_signer_sign(
    struct arena *a, const struct head_signer *k, uint64_t size, hash root, struct str signed_at)
{
    struct str signature = signing_sign(a, k->key, head_text(a, size, root, signed_at));
    return hex_text(a, (const unsigned char *)signature.p, signature.n);
}

struct str head_signer_public(struct arena *a, const struct head_signer *k)
{
    return signing_public(a, k->key);
}
