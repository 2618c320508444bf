/*
 * tree.h - the hashes of the log's tree as the database stores them.
 */
#ifndef PLEDGED_TREE_H
#define PLEDGED_TREE_H
#include "db.h"
#include "merkle.h"

/* Two rounds over the same path: the first only collects which leaves it needs (log_nodes), the
 * second finds the hashes in what came back. A hash that is not there is nought: such a path leads
 * to no root. */
struct tree_rows {
    const struct rows *rows; /* of log_nodes; NULL in the first round */
    struct buf wanted;
};
void tree_begin(struct tree_rows *t, struct arena *a);
struct str tree_wanted(struct tree_rows *t); /* JSON array of leaves */
merkle_find_fn tree_find;                    /* arg: struct tree_rows */
#endif
