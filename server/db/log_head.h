/*
 * log_head.h - signed heads over the log of records.
 */
#ifndef PLEDGED_LOG_HEAD_H
#define PLEDGED_LOG_HEAD_H
#include "merkle.h"

struct head_signer;

/* The Ed25519 key of this installation: read from folder/log.key; when it is not there and `make`,
 * made (mode 0600). NULL when it is missing, or after logging "seal_failed". Beside it stands an
 * SM2 key (log-sm2.key), which signs checkpoints too. */
struct head_signer *head_signer_open(const char *folder, bool make);
void head_signer_free(struct head_signer *k);
/* A log that was begun without the second key gets it. */
void head_signer_complete(struct head_signer *k, const char *folder);
/* Signature over "pledged-head-1\n<size>\n<root hex>\n<signed_at>\n", in hex. */
struct str head_signer_sign(
    struct arena *a, const struct head_signer *k, uint64_t size, hash root, struct str signed_at);
/* Is that the signature of this head by this key? */
bool head_signer_signed(struct arena *a, const struct head_signer *k, uint64_t size, hash root,
    struct str signed_at, struct str signature);
/* The name of the log: as told, else one made of its key. A log that was restored to an earlier
 * state and goes on from there is another log, by its epoch. */
struct str log_origin(
    struct arena *a, const struct head_signer *k, const char *told, int64_t epoch);
/* The head as a signed note (note.h), and the vkeys that check it, one a line. */
struct str head_signer_checkpoint(
    struct arena *a, const struct head_signer *k, struct str origin, uint64_t size, hash root);
struct str head_signer_vkeys(struct arena *a, const struct head_signer *k, struct str origin);
/* What a leaf stands for; the numbers are those of log_leaf. */
enum leaf_form { LEAF_RECORD_1 = 1, LEAF_RECORD_2 = 2, LEAF_ROWS = 3, LEAF_RECORD = 4 };
#define LEAF_NO_TOKEN "-"
/* The text whose leaf hash enters the log for a record version; envelope: record_envelope of it,
 * absent in the first form; token: hex of the SHA-256 of the token by which it was made, absent in
 * the first two, LEAF_NO_TOKEN for what the daemon itself records. */
struct str leaf_text(struct arena *a, struct str id, int64_t version, struct str sha256,
    struct str recorded_at, struct str recorded_by, struct str envelope, struct str token);
/* The same for the n rows that a flight wrote into tables of their own. */
struct str rows_text(struct arena *a, struct str flight, struct str n, struct str digest);
/* Signature over such a text, in hex: of rows that wait for their leaf. */
struct str rows_sign(struct arena *a, const struct head_signer *k, struct str text);
/* Who wrote rows that a flight found waiting, as their leaf keeps it: in hex, a byte that says so,
 * and the signature over that and the text. */
enum rows_writer { ROWS_OF_COMMAND = 1, ROWS_OF_UPGRADE };
/* The signature under which rows wait for a leaf: of an upgrade over another text than of a
 * command, so that neither is taken for the other. */
struct str rows_wait(
    struct arena *a, const struct head_signer *k, enum rows_writer by, struct str text);
struct str rows_writer(
    struct arena *a, const struct head_signer *k, enum rows_writer by, struct str text);
/* The public key, PEM. */
struct str head_signer_public(struct arena *a, const struct head_signer *k);
#endif
