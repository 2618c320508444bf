/*
 * nonce.h - numbers that were used once.
 *
 * They are kept in the database, so that a request that was signed is taken once by all daemons
 * together, before and after a restart. Those that wait are asked for together, as records are.
 */
#ifndef PLEDGED_NONCE_H
#define PLEDGED_NONCE_H
#include "db.h"

enum nonce_is { NONCE_NEW, NONCE_USED, NONCE_UNKNOWN /* the database is away */ };
typedef void nonce_fn(void *arg, enum nonce_is is);

struct nonces;
struct nonces *nonces_open(const struct database *d);
/* key: hex of what it belongs to; until_s: it need not be known any longer. done: once, later. */
void nonces_take(
    struct nonces *n, struct str key, struct str nonce, int64_t until_s, nonce_fn *done, void *arg);
void nonces_close(struct nonces *n);
#endif
