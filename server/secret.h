/*
 * secret.h - what follows from the secret of the data folder: keys that requests are signed with,
 * and the proof that a row of the database which lets somebody in is our own.
 *
 * No key is stored: each follows from its id by a secret of the data folder (signing.key), so
 * that neither the database nor a copy of it is enough to sign. What the database has of it is what
 * it has of any token, the SHA-256: organisation, person, end and revocation are those of a token.
 */
#ifndef PLEDGED_SECRET_H
#define PLEDGED_SECRET_H
#include "arena.h"

#define SECRET_FILE "signing.key"

/* The two digests that a key may be for, told by how its id begins. */
struct secret_kind {
    const char *id;     /* "plk_" */
    const char *alg;    /* "hmac-sha256" */
    const char *digest; /* OpenSSL's name */
};
const struct secret_kind *secret_kind_of(struct str key_id); /* NULL: not an id of ours */
const struct secret_kind *secret_kind_named(const char *digest);

/* 32 random bytes in hex, for the file. */
struct str secret_master_make(struct arena *a);
/* p == NULL: the file is not there, or is none of ours. */
struct str secret_master(struct arena *a, const char *folder);
/* The same, made where it is not there. */
struct str secret_master_made(struct arena *a, const char *folder);
struct str secret_id_make(struct arena *a, const struct secret_kind *kind);
/* Of a key that two persons give (plk_.…, plm_.…): whether it is one, for that digest. */
struct str secret_halves_id_make(struct arena *a, const struct secret_kind *kind);
MUST_USE bool secret_halves_id_is(struct str key_id, const struct secret_kind *kind);
/* "pls_…": its bytes are the key of the HMAC. */
struct str secret_of(struct arena *a, struct str master, struct str key_id);
#define SECRET_BEGINS "pls_"
/* The key of any id. That of a key in halves goes on with what the database can tell
 * (directory.sql, key_second_half), by what the daemon knows of it: one half is told to who
 * proposed the key, the other to who approved it. */
struct str secret_whole(struct arena *a, struct str master, const char *wall, struct str key_id);

/* Hex of an HMAC over what the row is ("session", "link"), the digest of what its holder has and
 * the token that it stands for (both hex). Whoever owns the database can write such a row, or turn
 * one to the token of another person, and take it out again; he cannot make this. */
struct str secret_row(
    struct arena *a, struct str master, const char *what, struct str digest, struct str token);
MUST_USE bool secret_row_is(struct arena *a, struct str master, const char *what, struct str digest,
    struct str token, struct str mac);
#endif
