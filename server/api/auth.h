/*
 * auth.h - who asks: bearer tokens, client certificates, sessions, cached for a moment.
 */
#ifndef PLEDGED_AUTH_H
#define PLEDGED_AUTH_H
#include "db.h"
#include "http.h"
#include "merkle.h"

struct auth *auth_open(void);
void auth_close(struct auth *auth);
/* Find the actor of the request, then call next; replies 401 by itself. */
void auth_actor(struct req *r, req_fn *next);
/* Hex of the hash of its bearer token, else 'c' and that of its client certificate, so that they
 * never meet; p == NULL: it has neither. */
struct str auth_credential(struct req *r, bool *is_certificate);
/* Whom the rows of token_actor or console_session_actor tell; false: nobody. */
MUST_USE bool auth_actor_read(const struct rows *rows, struct actor *actor);
/* What a token is known by: the hash of its text, or of those of its two halves. */
hash token_digest(struct str token);
/* Forget cached tokens (one was added or revoked). */
void auth_forget(struct auth *auth);
/* Another number whenever some were forgotten: who was let in before may be nobody now. */
int auth_generation(const struct auth *auth);
/* A new token: 256 random bits, told once; only the hash is kept. */
struct str token_make(struct arena *a);
#endif
