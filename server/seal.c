/*
 * seal.c - signed heads over the log of records.
 *
 * The texts that are hashed and signed are plain lines, so that an auditor can make them again with
 * printf and check them with sha256sum and `openssl pkeyutl -verify -rawin`.
 */
#include "seal.h"
#include "server.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

struct sealer {
    EVP_PKEY *key;
};

static EVP_PKEY *key_read(const char *path)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return NULL;
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    (void)fclose(f); /* only read */
    return key;
}

/* Written beside and renamed, so that a crash leaves no half key. */
static EVP_PKEY *key_make(struct arena *a, const char *folder, const char *path)
{
    struct str draft = arena_printf(a, "%s.new", path);
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    int fd = open(draft.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    bool good = key && f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1 &&
                fflush(f) == 0 && fsync(fd) == 0;
    if (f && fclose(f) != 0)
        good = false;
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = good && rename(draft.p, path) == 0 && dir >= 0 && fsync(dir) == 0;
    if (dir >= 0)
        close(dir);
    if (good)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

struct sealer *sealer_open(const char *folder, bool make)
{
    struct arena *a = arena_new();
    struct str path = arena_printf(a, "%s/log.key", folder);
    EVP_PKEY *key = key_read(path.p);
    if (!key && make && access(path.p, F_OK) != 0 && (mkdir(folder, 0711) == 0 || errno == EEXIST))
        key = key_make(a, folder, path.p);
    struct sealer *k = NULL;
    if (key) {
        k = calloc(1, sizeof *k);
        MUST(k);
        k->key = key;
    } else if (make || access(path.p, F_OK) == 0) {
        log_event(LOG_ERROR, "seal_failed", "key", path.p, "why", "cannot read or make it", NULL);
    }
    arena_free(a);
    return k;
}

void sealer_free(struct sealer *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->key);
    free(k);
}

struct str head_text(struct arena *a, uint64_t size, hash root, struct str signed_at)
{
    return arena_printf(a, "pledged-head-1\n%llu\n%s\n%s\n", (unsigned long long)size,
        hash_hex(a, root).p, signed_at.p);
}

struct str leaf_text(struct arena *a, struct str id, int64_t version, struct str sha256,
    struct str recorded_at, struct str recorded_by)
{
    return arena_printf(a, "pledged-leaf-1\n%s\n%lld\n%s\n%s\n%s\n", id.p, (long long)version,
        sha256.p, recorded_at.p, recorded_by.p);
}

static struct str hex(struct arena *a, const unsigned char *p, size_t n)
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

struct str sealer_sign(
    struct arena *a, const struct sealer *k, uint64_t size, hash root, struct str signed_at)
{
    struct str text = head_text(a, size, root, signed_at);
    unsigned char signature[64];
    size_t n = sizeof signature;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    MUST(c && EVP_DigestSignInit(c, NULL, NULL, NULL, k->key) == 1 &&
         EVP_DigestSign(c, signature, &n, (const unsigned char *)text.p, text.n) == 1);
    EVP_MD_CTX_free(c);
    return hex(a, signature, n);
}

struct str sealer_public(struct arena *a, const struct sealer *k)
{
    BIO *out = BIO_new(BIO_s_mem());
    MUST(out && PEM_write_bio_PUBKEY(out, k->key) == 1);
    char *p = NULL;
    long n = BIO_get_mem_data(out, &p);
    struct str pem = arena_str(a, p, (size_t)n);
    BIO_free(out);
    return pem;
}
