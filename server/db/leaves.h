/*
 * leaves.h - the places in the log of what a flight created.
 */
#ifndef PLEDGED_LEAVES_H
#define PLEDGED_LEAVES_H
#include "lane.h"
#include "log_head.h"
#include "merkle.h"

enum { LOG_WRITE_PARAMS = 11 };

/* Rows of log_rows, in their order: what the flight itself wrote, and what waited for a leaf.
 * Absent where they are not to be taken. */
struct row_leaves {
    const struct rows *rows;
    const bool *taken; /* one a row */
};

/* One behind the other. */
struct str hashes_hex(struct arena *a, const hash *list, int n);

int created_of(const struct verdict *v, int n);
/* Number every created verdict of the works, in their order, as leaves behind *f, which grows, and
 * then the rows that were written beside them; lines that repeat one of them share its receipt.
 * Fills the parameters of the statement log_write, in a, and the root that was signed. false:
 * nothing is to be signed. */
bool leaves_number(struct arena *a, struct work *flying, const struct row_leaves *beside,
    struct frontier *f, const struct head_signer *signer, struct str params[LOG_WRITE_PARAMS],
    hash *root);
/* Which of the rows may have a leaf: those of this flight, and of others those that are signed as
 * an operator's or as an upgrade's to this very schema. first: the log has none yet. */
struct row_leaves leaves_beside(struct arena *a, const struct rows *rows,
    const struct head_signer *signer, struct str schema_digest, bool first);
#endif
