/*
 * seal_keys.c - the private keys of a data folder, encrypted to a certificate and back.
 *
 * In the form that every openssl reads (CMS, AES-256-GCM), so that the keys can be had without this
 * program.
 */
#include "seal_keys.h"
#include "backup.h"
#include "keyfile.h"
// clang-format off
#include <openssl/pem.h> /* first: cms.h then declares its functions for PEM */
#include <openssl/cms.h>
// clang-format on
#include <openssl/err.h>
#include <stdio.h>
#include <sys/stat.h>

static const char *const names[] = {
    "log.key", "log-sm2.key", "signing.key", "report-ed25519.key", "report-sm2.key", "backup.pass"};
enum { ENVELOPE_MAX = 1 << 20 };

static struct str complain(const char *what, const char *file)
{
    fprintf(stderr, "pledged: %s: %s\n", file, what);
    ERR_clear_error();
    return (struct str){NULL, 0};
}

static struct str bio_text(struct arena *a, BIO *b)
{
    char *p = NULL;
    long n = BIO_get_mem_data(b, &p);
    return arena_str(a, p, n > 0 ? (size_t)n : 0);
}

static BIO *bio_of(struct str text)
{
    BIO *b = BIO_new_mem_buf(text.p, (int)text.n);
    MUST(b);
    return b;
}

static CMS_ContentInfo *encrypt(X509 *to, struct str text)
{
    STACK_OF(X509) *who = sk_X509_new_null();
    BIO *in = bio_of(text);
    MUST(who && sk_X509_push(who, to) == 1);
    CMS_ContentInfo *cms = CMS_encrypt(who, in, EVP_aes_256_gcm(), CMS_BINARY);
    BIO_free(in);
    sk_X509_free(who);
    return cms;
}

struct str envelope_close(struct arena *a, const char *certificate, struct str text)
{
    struct str pem = file_read(a, certificate, ENVELOPE_MAX);
    BIO *in = pem.p ? bio_of(pem) : NULL, *out = BIO_new(BIO_s_mem());
    X509 *to = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
    CMS_ContentInfo *cms = to ? encrypt(to, text) : NULL;
    bool good = out && cms && PEM_write_bio_CMS(out, cms) == 1;
    struct str sealed = good ? bio_text(a, out) : complain("no certificate in PEM", certificate);
    CMS_ContentInfo_free(cms);
    X509_free(to);
    BIO_free(in);
    BIO_free(out);
    return sealed;
}

struct str envelope_open(struct arena *a, const char *key, struct str envelope)
{
    struct str pem = file_read(a, key, ENVELOPE_MAX);
    BIO *of_key = pem.p ? bio_of(pem) : NULL, *in = bio_of(envelope), *out = BIO_new(BIO_s_mem());
    EVP_PKEY *own = of_key ? PEM_read_bio_PrivateKey(of_key, NULL, NULL, NULL) : NULL;
    CMS_ContentInfo *cms = PEM_read_bio_CMS(in, NULL, NULL, NULL);
    bool good = out && own && cms && CMS_decrypt(cms, own, NULL, NULL, out, CMS_BINARY) == 1;
    struct str text =
        good ? bio_text(a, out) : complain("does not open the keys of the backup", key);
    CMS_ContentInfo_free(cms);
    EVP_PKEY_free(own);
    BIO_free(of_key);
    BIO_free(in);
    BIO_free(out);
    return text;
}

bool keys_put(struct arena *a, const struct place *p, const char *folder, const char *certificate)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct str key = file_read(a, arena_printf(a, "%s/%s", p->data, names[i]).p, ENVELOPE_MAX);
        struct str sealed = key.p ? envelope_close(a, certificate, key) : key;
        if (key.p && !sealed.p)
            return false;
        if (key.p && !backup_write(p, arena_printf(a, "%s/%s.cms", folder, names[i]).p, sealed))
            return false;
    }
    return true;
}

int keys_take(struct arena *a, const struct place *p, const char *folder, const char *key)
{
    int n = 0;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct stat st;
        const char *to = arena_printf(a, "%s/%s", p->data, names[i]).p;
        struct str sealed =
            file_read(a, arena_printf(a, "%s/%s.cms", folder, names[i]).p, ENVELOPE_MAX);
        if (!sealed.p || stat(to, &st) == 0)
            continue;
        struct str text = envelope_open(a, key, sealed);
        if (!text.p || !backup_write(p, to, text))
            return -1;
        n++;
    }
    return n;
}
