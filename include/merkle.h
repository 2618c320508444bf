/*
 * merkle.h - the log of records as a Merkle tree (hashing of RFC 6962): leaves, heads, proofs.
 *
 * leaf hash = SHA-256(0x00 || leaf text), node hash = SHA-256(0x01 || left || right).
 * The frontier is all that appending needs: the hashes of the complete subtrees of a tree of `size`
 * leaves, largest first (one per set bit of size).
 */
#ifndef PLEDGED_MERKLE_H
#define PLEDGED_MERKLE_H
#include "arena.h"

typedef struct {
    unsigned char b[32];
} hash;

struct frontier {
    uint64_t size;
    hash node[64]; /* popcount(size) of them, largest subtree first */
};

hash hash_sha256(const void *p, size_t n);
struct str hash_hex(struct arena *a, hash h);
bool hash_parse(struct str hex, hash *out);

hash merkle_leaf(struct str text);
hash merkle_node(hash left, hash right);
/* completed: the hashes of the complete subtrees that end with this leaf, of 2, 4, 8 … leaves; room
 * for 64. Returns how many. Stored beside the leaf they make any proof a matter of log n look-ups.
 */
int frontier_add(struct frontier *f, hash leaf, hash *completed);
hash frontier_root(const struct frontier *f); /* SHA-256 of nothing when empty */

/* The hash of the complete subtree of 2^level leaves that ends with leaf number `last`. */
typedef hash merkle_find_fn(void *arg, int level, uint64_t last);
/* Audit path of leaf `index` in a tree of n leaves, bottom up; out holds up to 64. Returns the
 * length. RFC 6962 §2.1.1. Asks find for at most 2 log n subtrees. */
int merkle_path(merkle_find_fn *find, void *arg, uint64_t n, uint64_t index, hash *out);
/* That the tree of the first `old` leaves is the beginning of the one of n: RFC 6962 §2.1.2, 1 <=
 * old
 * <= n. out holds up to 64; empty where both are one. */
int merkle_consistency(merkle_find_fn *find, void *arg, uint64_t n, uint64_t old, hash *out);
bool merkle_consistent(
    uint64_t old, hash old_root, uint64_t n, hash root, const hash *path, int length);
bool hash_eq(hash a, hash b);
/* Does the path lead from leaf to root? */
bool merkle_verify(hash leaf, uint64_t index, uint64_t n, const hash *path, int length, hash root);
#endif
