/*
 * signing.h - what reports are signed with: Ed25519, and SM2 with SM3 (GB/T 32918, 32905) where
 * OpenSSL offers it.
 *
 * Signatures are over the text itself, as `openssl pkeyutl -verify -rawin` checks them; SM2 with
 * the identifier that GM/T 0009 gives to whoever has none of his own.
 */
#ifndef PLEDGED_SIGNING_H
#define PLEDGED_SIGNING_H
#include "arena.h"

#define SM2_IDENTIFIER "1234567812345678"

enum signing_kind { SIGNING_ED25519, SIGNING_SM2, SIGNING_KIND_COUNT };
const char *signing_name(enum signing_kind kind); /* "Ed25519", "SM2-SM3" */
bool signing_kind_parse(struct str name, enum signing_kind *out);

bool signing_offered(enum signing_kind kind); /* by this OpenSSL */

struct signing_key; /* a private or a public one */
/* NULL: this OpenSSL does not offer the kind. */
struct signing_key *signing_make(enum signing_kind kind);
/* A private or a public key in PEM; NULL: neither, or of no kind known here. */
struct signing_key *signing_read(struct str pem);
void signing_free(struct signing_key *k); /* NULL is nothing */
enum signing_kind signing_kind_of(const struct signing_key *k);
struct str signing_private(struct arena *a, const struct signing_key *k); /* PEM, PKCS 8 */
struct str signing_public(struct arena *a, const struct signing_key *k);  /* PEM */
/* SHA-256 of the public key as it stands in a certificate (DER of SubjectPublicKeyInfo), in hex. */
struct str signing_fingerprint(struct arena *a, const struct signing_key *k);
/* The public key alone: 32 bytes of Ed25519 (RFC 8032), 65 of SM2 (04, x, y); and back. NULL: not
 * one. */
struct str signing_raw(struct arena *a, const struct signing_key *k);
struct signing_key *signing_of_raw(enum signing_kind kind, struct str raw);
/* Ed25519: 64 bytes; SM2: the DER sequence of two integers. */
struct str signing_sign(struct arena *a, const struct signing_key *k, struct str text);
MUST_USE bool signing_verify(const struct signing_key *k, struct str text, struct str signature);

/* SM3 in hex; absent where OpenSSL has none. */
struct str sm3_hex(struct arena *a, struct str bytes);
struct str base64(struct arena *a, struct str bytes);
/* Strict: groups of four, '=' only at the end. Absent: it is not base64. */
struct str base64_read(struct arena *a, struct str text);
struct str hex_text(struct arena *a, const unsigned char *p, size_t n);
#endif
