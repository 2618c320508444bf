/*
 * signing.c - Ed25519 and SM2 signatures by libcrypto.
 */
#include "signing.h"
#include "merkle.h"
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

struct signing_key {
    enum signing_kind kind;
    EVP_PKEY *key;
};

/* By OpenSSL's name, as keys are made and recognised. */
static const struct {
    const char *name, *openssl, *digest;
} kinds[SIGNING_KIND_COUNT] = {
    [SIGNING_ED25519] = {"Ed25519", "ED25519", NULL},
    [SIGNING_SM2] = {"SM2-SM3", "SM2", "SM3"},
};

const char *signing_name(enum signing_kind kind)
{
    return kinds[kind].name;
}

bool signing_kind_parse(struct str name, enum signing_kind *out)
{
    for (int i = 0; i < SIGNING_KIND_COUNT; i++) {
        if (str_is(name, kinds[i].name)) {
            *out = (enum signing_kind)i;
            return true;
        }
    }
    return false;
}

bool signing_offered(enum signing_kind kind)
{
    EVP_KEYMGMT *keys = EVP_KEYMGMT_fetch(NULL, kinds[kind].openssl, NULL);
    EVP_SIGNATURE *signatures = EVP_SIGNATURE_fetch(NULL, kinds[kind].openssl, NULL);
    EVP_MD *digest = EVP_MD_fetch(NULL, kinds[kind].digest ? kinds[kind].digest : "SHA256", NULL);
    bool offered = keys && signatures && digest;
    EVP_KEYMGMT_free(keys);
    EVP_SIGNATURE_free(signatures);
    EVP_MD_free(digest);
    return offered;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* Takes the key over. */
static struct signing_key *wrap(EVP_PKEY *key)
{
    for (int i = 0; key && i < SIGNING_KIND_COUNT; i++) {
        if (!EVP_PKEY_is_a(key, kinds[i].openssl))
            continue;
        struct signing_key *k = calloc(1, sizeof *k);
        MUST(k);
        *k = (struct signing_key){(enum signing_kind)i, key};
        return k;
    }
    EVP_PKEY_free(key);
    return NULL;
}

struct signing_key *signing_make(enum signing_kind kind)
{
    return wrap(EVP_PKEY_Q_keygen(NULL, NULL, kinds[kind].openssl));
}

typedef EVP_PKEY *pem_read_fn(BIO *in, EVP_PKEY **out, pem_password_cb *ask, void *arg);

/* A key under a passphrase is no key here: a daemon has nobody to ask. */
static int no_passphrase(char *out, int size, int writing, void *arg)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

static EVP_PKEY *pem_read(struct str pem, pem_read_fn *read)
{
    BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
    MUST(in);
    EVP_PKEY *key = read(in, NULL, no_passphrase, NULL);
    BIO_free(in);
    return key;
}

struct signing_key *signing_read(struct str pem)
{
    if (!pem.p || pem.n > 1 << 16)
        return NULL;
    EVP_PKEY *key = pem_read(pem, PEM_read_bio_PrivateKey);
    return wrap(key ? key : pem_read(pem, PEM_read_bio_PUBKEY));
}

void signing_free(struct signing_key *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->key);
    free(k);
}

enum signing_kind signing_kind_of(const struct signing_key *k)
{
    return k->kind;
}

static struct str bio_text(struct arena *a, BIO *out)
{
    char *p = NULL;
    long n = BIO_get_mem_data(out, &p);
    struct str text = arena_str(a, p, (size_t)n);
    BIO_free(out);
    return text;
}

struct str signing_private(struct arena *a, const struct signing_key *k)
{
    BIO *out = BIO_new(BIO_s_mem());
    MUST(out && PEM_write_bio_PKCS8PrivateKey(out, k->key, NULL, NULL, 0, NULL, NULL) == 1);
    return bio_text(a, out);
}

struct str signing_public(struct arena *a, const struct signing_key *k)
{
    BIO *out = BIO_new(BIO_s_mem());
    MUST(out && PEM_write_bio_PUBKEY(out, k->key) == 1);
    return bio_text(a, out);
}

struct str signing_fingerprint(struct arena *a, const struct signing_key *k)
{
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(k->key, &der);
    MUST(n > 0);
    struct str hex = hash_hex(a, hash_sha256(der, (size_t)n));
    OPENSSL_free(der);
    return hex;
}

enum { ED25519_BYTES = 32, SM2_POINT_BYTES = 65 };

struct str signing_raw(struct arena *a, const struct signing_key *k)
{
    unsigned char out[SM2_POINT_BYTES];
    size_t n = sizeof out;
    if (k->kind == SIGNING_ED25519)
        MUST(EVP_PKEY_get_raw_public_key(k->key, out, &n) == 1);
    else
        MUST(EVP_PKEY_get_octet_string_param(
                 k->key, OSSL_PKEY_PARAM_PUB_KEY, out, sizeof out, &n) == 1);
    return arena_str(a, (const char *)out, n);
}

static EVP_PKEY *sm2_of_point(struct str raw)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    char group[] = "SM2", point[SM2_POINT_BYTES];
    if (raw.n != sizeof point)
        raw.n = 0;
    memcpy(point, raw.p, raw.n);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, raw.n),
        OSSL_PARAM_construct_end()};
    if (!c || !raw.n || EVP_PKEY_fromdata_init(c) != 1 ||
        EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(c);
    ERR_clear_error();
    return key;
}

struct signing_key *signing_of_raw(enum signing_kind kind, struct str raw)
{
    if (kind == SIGNING_SM2)
        return wrap(sm2_of_point(raw));
    return raw.n == ED25519_BYTES ? wrap(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
                                        (const unsigned char *)raw.p, raw.n))
                                  : NULL;
}

/* ---- signatures ------------------------------------------------------------------------------ */

/* SM2 hashes the signer's identifier along with the text; it must be told before the digest begins.
 * The key's context is the caller's to free, after the digest's. */
static EVP_MD_CTX *digest_context(const struct signing_key *k, EVP_PKEY_CTX **of_key)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    MUST(c);
    *of_key = NULL;
    if (k->kind == SIGNING_SM2) {
        *of_key = EVP_PKEY_CTX_new(k->key, NULL);
        MUST(*of_key &&
             EVP_PKEY_CTX_set1_id(*of_key, SM2_IDENTIFIER, (int)strlen(SM2_IDENTIFIER)) == 1);
        EVP_MD_CTX_set_pkey_ctx(c, *of_key);
    }
    return c;
}

struct str signing_sign(struct arena *a, const struct signing_key *k, struct str text)
{
    unsigned char out[256];
    size_t n = sizeof out;
    EVP_PKEY_CTX *of_key;
    EVP_MD_CTX *c = digest_context(k, &of_key);
    MUST(EVP_DigestSignInit_ex(c, NULL, kinds[k->kind].digest, NULL, NULL, k->key, NULL) == 1 &&
         EVP_DigestSign(c, out, &n, (const unsigned char *)text.p, text.n) == 1);
    EVP_MD_CTX_free(c);
    EVP_PKEY_CTX_free(of_key);
    return arena_str(a, (const char *)out, n);
}

bool signing_verify(const struct signing_key *k, struct str text, struct str signature)
{
    EVP_PKEY_CTX *of_key;
    EVP_MD_CTX *c = digest_context(k, &of_key);
    bool good =
        EVP_DigestVerifyInit_ex(c, NULL, kinds[k->kind].digest, NULL, NULL, k->key, NULL) == 1 &&
        EVP_DigestVerify(c, (const unsigned char *)signature.p, signature.n,
            (const unsigned char *)text.p, text.n) == 1;
    EVP_MD_CTX_free(c);
    EVP_PKEY_CTX_free(of_key);
    return good;
}

/* ---- digests and texts ----------------------------------------------------------------------- */

struct str hex_text(struct arena *a, const unsigned char *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    struct buf b;
    buf_init(&b, a);
    for (size_t i = 0; i < n; i++) {
        buf_char(&b, digits[p[i] >> 4]);
        buf_char(&b, digits[p[i] & 15]);
    }
    return buf_view(&b);
}

struct str sm3_hex(struct arena *a, struct str bytes)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    size_t n = 0;
    if (EVP_Q_digest(NULL, "SM3", NULL, bytes.p, bytes.n, out, &n) != 1)
        return (struct str){NULL, 0};
    return hex_text(a, out, n);
}

struct str base64(struct arena *a, struct str bytes)
{
    unsigned char *out = arena_alloc(a, bytes.n / 3 * 4 + 5);
    int n = EVP_EncodeBlock(out, (const unsigned char *)bytes.p, (int)bytes.n);
    return (struct str){(const char *)out, (size_t)n};
}

/* EVP_DecodeBlock counts the padding as bytes and forgives white space around: both are put right
 * by making the text again. */
struct str base64_read(struct arena *a, struct str text)
{
    unsigned char *out = arena_alloc(a, text.n / 4 * 3 + 4);
    int n =
        text.n <= INT32_MAX ? EVP_DecodeBlock(out, (const unsigned char *)text.p, (int)text.n) : -1;
    for (size_t i = text.n; n > 0 && i > 0 && i + 2 > text.n && text.p[i - 1] == '='; i--)
        n--;
    struct str bytes = {(const char *)out, n < 0 ? 0 : (size_t)n};
    return n >= 0 && str_eq(base64(a, bytes), text) ? bytes : (struct str){NULL, 0};
}
