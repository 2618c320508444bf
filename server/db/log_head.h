/*
 * log_head.h - signed heads over the log of records.
 */
#ifndef PLEDGED_LOG_HEAD_H
#define PLEDGED_LOG_HEAD_H
#include "merkle.h"

struct head_signer;

/* The Ed25519 key of this installation: read from folder/log.key; when it is not there and `make`,
 * made (mode 0600). NULL when it is missing, or after logging "seal_failed". */
struct head_signer *head_signer_open(const char *folder, bool make);
void head_signer_free(struct head_signer *k);
/* Signature over "pledged-head-1\n<size>\n<root hex>\n<signed_at>\n", in hex. */
struct str head_signer_sign(
    struct arena *a, const struct head_signer *k, uint64_t size, hash root, struct str signed_at);
/* The text whose leaf hash enters the log for a record version. */
struct str leaf_text(struct arena *a, struct str id, int64_t version, struct str sha256,
    struct str recorded_at, struct str recorded_by);
/* The public key, PEM. */
struct str head_signer_public(struct arena *a, const struct head_signer *k);
#endif
