/*
 * merkle.c - the log's hashing, RFC 6962 section 2.1.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* EVP looks its algorithm up for each hash: half its cost */
#include "merkle.h"
#include <openssl/sha.h>
#include <string.h>

static hash digest(const void *a, size_t na, const void *b, size_t nb, const void *c, size_t nc)
{
    hash h;
    SHA256_CTX x;
    MUST(SHA256_Init(&x) == 1 && SHA256_Update(&x, a, na) == 1 && SHA256_Update(&x, b, nb) == 1 &&
         SHA256_Update(&x, c, nc) == 1 && SHA256_Final(h.b, &x) == 1);
    return h;
}

hash hash_sha256(const void *p, size_t n)
{
    return digest(p, n, "", 0, "", 0);
}

struct str hash_hex(struct arena *a, hash h)
{
    static const char digits[] = "0123456789abcdef";
    char text[64];
    for (size_t i = 0; i < sizeof h.b; i++) {
        text[2 * i] = digits[h.b[i] >> 4];
        text[2 * i + 1] = digits[h.b[i] & 15];
    }
    return arena_str(a, text, sizeof text);
}

bool hash_parse(struct str hex, hash *out)
{
    static const char digits[] = "0123456789abcdef";
    if (hex.n != 2 * sizeof out->b)
        return false;
    for (size_t i = 0; i < hex.n; i++) {
        const char *at = hex.p[i] ? strchr(digits, hex.p[i]) : NULL;
        if (!at)
            return false;
        unsigned n = (unsigned)(at - digits);
        out->b[i / 2] = (unsigned char)(i % 2 ? out->b[i / 2] | n : n << 4);
    }
    return true;
}

hash merkle_leaf(struct str text)
{
    return digest("\0", 1, text.p, text.n, "", 0);
}

hash merkle_node(hash left, hash right)
{
    return digest("\1", 1, left.b, sizeof left.b, right.b, sizeof right.b);
}

int frontier_add(struct frontier *f, hash leaf, hash *completed)
{
    int n = __builtin_popcountll(f->size), count = 0;
    /* Each trailing 1 of size is a complete subtree that the new leaf makes into a larger one. */
    for (uint64_t size = f->size; size & 1; size >>= 1) {
        leaf = merkle_node(f->node[--n], leaf);
        completed[count++] = leaf;
    }
    f->node[n] = leaf;
    f->size++;
    return count;
}

hash frontier_root(const struct frontier *f)
{
    int n = __builtin_popcountll(f->size);
    if (n == 0)
        return hash_sha256("", 0);
    hash root = f->node[n - 1];
    for (int i = n - 2; i >= 0; i--)
        root = merkle_node(f->node[i], root);
    return root;
}

/* The largest power of two below n (n >= 2). */
static uint64_t split(uint64_t n)
{
    uint64_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

struct tree {
    merkle_find_fn *find;
    void *arg;
};

static int level_of(uint64_t n)
{
    return 63 - __builtin_clzll(n);
}

/* The root over leaves [from, from + n): complete subtrees, largest first, joined from the right.
 */
static hash root_of(const struct tree *t, uint64_t from, uint64_t n)
{
    uint64_t whole = UINT64_C(1) << level_of(n);
    hash left = t->find(t->arg, level_of(n), from + whole - 1);
    return whole == n ? left : merkle_node(left, root_of(t, from + whole, n - whole));
}

static int path_of(const struct tree *t, uint64_t from, uint64_t n, uint64_t index, hash *out)
{
    if (n == 1)
        return 0;
    uint64_t k = split(n);
    bool left = index < k;
    int length =
        left ? path_of(t, from, k, index, out) : path_of(t, from + k, n - k, index - k, out);
    out[length] = left ? root_of(t, from + k, n - k) : root_of(t, from, k);
    return length + 1;
}

int merkle_path(merkle_find_fn *find, void *arg, uint64_t n, uint64_t index, hash *out)
{
    const struct tree t = {find, arg};
    MUST(index < n);
    return path_of(&t, 0, n, index, out);
}

/* whole: the subtree of `old` leaves is the old tree itself, whose root the reader knows. */
static int subproof(
    const struct tree *t, uint64_t from, uint64_t n, uint64_t old, bool whole, hash *out)
{
    if (old == n && whole)
        return 0;
    if (old == n) {
        out[0] = root_of(t, from, n);
        return 1;
    }
    uint64_t k = split(n);
    bool left = old <= k;
    int length = left ? subproof(t, from, k, old, whole, out)
                      : subproof(t, from + k, n - k, old - k, false, out);
    out[length] = left ? root_of(t, from + k, n - k) : root_of(t, from, k);
    return length + 1;
}

int merkle_consistency(merkle_find_fn *find, void *arg, uint64_t n, uint64_t old, hash *out)
{
    const struct tree t = {find, arg};
    MUST(old >= 1 && old <= n);
    return subproof(&t, 0, n, old, true, out);
}

/* The two roots that a proof is one of: over the old leaves of this subtree, and over all of it. */
struct roots {
    hash old, all;
};

static bool roots_of(
    uint64_t n, uint64_t old, const hash *whole, const hash *path, int length, struct roots *out)
{
    if (old == n) {
        if (length != (whole ? 0 : 1))
            return false;
        out->old = out->all = whole ? *whole : path[0];
        return true;
    }
    if (length == 0)
        return false;
    uint64_t k = split(n);
    hash last = path[length - 1];
    if (old <= k) {
        if (!roots_of(k, old, whole, path, length - 1, out))
            return false;
        out->all = merkle_node(out->all, last);
        return true;
    }
    if (!roots_of(n - k, old - k, NULL, path, length - 1, out))
        return false;
    out->old = merkle_node(last, out->old);
    out->all = merkle_node(last, out->all);
    return true;
}

bool hash_eq(hash a, hash b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool merkle_consistent(
    uint64_t old, hash old_root, uint64_t n, hash root, const hash *path, int length)
{
    struct roots made;
    return old >= 1 && old <= n && roots_of(n, old, &old_root, path, length, &made) &&
           hash_eq(made.old, old_root) && hash_eq(made.all, root);
}

bool merkle_verify(hash leaf, uint64_t index, uint64_t n, const hash *path, int length, hash root)
{
    if (index >= n)
        return false;
    uint64_t last = n - 1;
    for (int i = 0; i < length; i++) {
        if (last == 0)
            return false;
        if ((index & 1) || index == last) {
            leaf = merkle_node(path[i], leaf);
            while (!(index & 1) && index) {
                index >>= 1;
                last >>= 1;
            }
        } else {
            leaf = merkle_node(leaf, path[i]);
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 && memcmp(leaf.b, root.b, sizeof leaf.b) == 0;
}
