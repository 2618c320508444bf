/*
 * receipt.h - the proof that a record is in the log, as a text that is checked without us.
 */
#ifndef PLEDGED_RECEIPT_H
#define PLEDGED_RECEIPT_H
#include "api.h"

/* The tlog-proof of a record version against the newest checkpoint, or the newest that witnesses
 * have signed; p == NULL: it cannot be had now. Called once, later on the loop. */
typedef void receipt_fn(void *arg, struct str proof);
void receipt_proof(struct req *r, struct str id, int64_t version, receipt_fn *done, void *arg);
/* The same where ?receipt=full asks for it; else p == NULL, at once. */
void receipt_asked(struct req *r, const struct verdict *v, receipt_fn *done, void *arg);
#endif
