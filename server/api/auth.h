/*
 * auth.h - who asks: bearer tokens and client certificates, cached for a moment.
 */
#ifndef PLEDGED_AUTH_H
#define PLEDGED_AUTH_H
#include "http.h"

struct auth *auth_open(void);
void auth_close(struct auth *auth);
/* Find the actor of the request, then call next; replies 401 by itself. */
void auth_actor(struct req *r, req_fn *next);
/* Forget cached tokens (one was added or revoked). */
void auth_forget(struct auth *auth);
/* A new token: 256 random bits, told once; only the hash is kept. */
struct str token_make(struct arena *a);
#endif
