/*
 * http_signature.h - signed requests: RFC 9421 with HMAC, and RFC 9530's digest of the body.
 *
 * What is read here is strict: the one form in which RFC 9651 writes it, so that what was sent is
 * what was signed. Component names have no parameters.
 */
#ifndef PLEDGED_HTTP_SIGNATURE_H
#define PLEDGED_HTTP_SIGNATURE_H
#include "arena.h"

enum { SIGNED_COMPONENTS_MAX = 32, SIGNATURES_MAX = 8 };

struct http_signature {
    struct str label;
    struct str params; /* as they stand in @signature-params: ("@method" …);created=… */
    int n;
    struct str component[SIGNED_COMPONENTS_MAX];
    int64_t created, expires;     /* seconds since 1970; -1: not told */
    struct str nonce, alg, keyid; /* p == NULL: not told */
    struct str mac;               /* bytes */
};

/* All that are in the two fields of a request, Signature-Input and Signature. *why: what is wrong
 * with them. */
MUST_USE bool http_signatures_read(struct arena *a, struct str input, struct str signature,
    struct http_signature out[SIGNATURES_MAX], int *n, const char **why);
bool http_signature_covers(const struct http_signature *s, const char *component);

/* The value of a component in the request that is judged; p == NULL: it has none. */
typedef struct str http_component_fn(void *arg, struct str name);
/* The text that is signed; p == NULL: a component of it is not in the request (*missing). */
struct str http_signature_base(struct arena *a, const struct http_signature *s,
    http_component_fn *find, void *arg, struct str *missing);

/* digest: "SHA256" or "SM3". */
struct str http_mac(struct arena *a, const char *digest, struct str key, struct str text);
/* Takes as long wherever they differ. */
bool http_mac_eq(struct str a, struct str b);

/* Does the body have the digests that Content-Digest tells? One at least must be known here:
 * sha-256, sha-512 or sm3. */
bool http_digest_fits(struct arena *a, struct str content_digest, struct str body);
#endif
