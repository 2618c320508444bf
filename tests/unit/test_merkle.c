/* The log's tree: RFC 6962 by its own definition, proofs that only the truth passes. */
#include "merkle.h"
#include "unit.h"
#include <string.h>

static struct arena *a;
enum { LEAVES = 33 };
static hash leaf[LEAVES];

/* MTH of RFC 6962 section 2.1, word for word. */
static hash definition(const hash *d, uint64_t n)
{
    if (n == 1)
        return d[0];
    uint64_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return merkle_node(definition(d, k), definition(d + k, n - k));
}

/* As the log stores them: the subtrees that each leaf completes. */
static hash nodes[LEAVES][64];

static hash find(void *arg, int level, uint64_t last)
{
    (void)arg;
    return level ? nodes[last][level - 1] : leaf[last];
}

static bool same(hash x, hash y)
{
    return memcmp(x.b, y.b, sizeof x.b) == 0;
}

static void fill(void)
{
    for (int i = 0; i < LEAVES; i++)
        leaf[i] = merkle_leaf(arena_printf(a, "record %d", i));
}

static void test_the_empty_tree_is_the_hash_of_nothing(void **state)
{
    (void)state;
    struct frontier f = {0};
    assert_string_equal(hash_hex(a, frontier_root(&f)).p,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /* leaf of the empty text: SHA-256(0x00), by `printf '\0' | sha256sum` */
    assert_string_equal(hash_hex(a, merkle_leaf(STR(""))).p,
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

static void test_appending_gives_the_root_of_the_definition(void **state)
{
    (void)state;
    struct frontier f = {0};
    fill();
    for (uint64_t n = 1; n <= LEAVES; n++) {
        assert_int_equal(frontier_add(&f, leaf[n - 1], nodes[n - 1]), __builtin_ctzll(n));
        assert_true(same(frontier_root(&f), definition(leaf, n)));
    }
}

/* The eight leaves of the Certificate Transparency test data and their roots for 1 to 8 leaves. */
static void test_the_published_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *leaf;
        size_t n;
        const char *root;
    } vectors[] = {
        {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"\0", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"PQRSTUVW", 8, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"`abcdefghijklmno", 16,
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    struct frontier f = {0};
    hash completed[64];
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        (void)frontier_add(&f, merkle_leaf((struct str){vectors[i].leaf, vectors[i].n}), completed);
        assert_string_equal(hash_hex(a, frontier_root(&f)).p, vectors[i].root);
    }
}

static void test_every_leaf_of_every_tree_can_be_proven_and_nothing_else(void **state)
{
    (void)state;
    fill();
    for (uint64_t n = 1; n <= LEAVES; n++) {
        hash root = definition(leaf, n), path[64];
        for (uint64_t i = 0; i < n; i++) {
            int length = merkle_path(find, NULL, n, i, path);
            assert_true(merkle_verify(leaf[i], i, n, path, length, root));
            assert_false(merkle_verify(merkle_leaf(STR("other")), i, n, path, length, root));
            assert_false(merkle_verify(leaf[i], i, n * 2 + 2, path, length, root));
            if (length == 0)
                continue;
            assert_false(merkle_verify(leaf[i], i, n, path, length - 1, root));
            assert_false(merkle_verify(leaf[i], i ^ 1, n, path, length, root));
            path[length - 1].b[7] ^= 1;
            assert_false(merkle_verify(leaf[i], i, n, path, length, root));
        }
    }
}

static void test_every_tree_grows_out_of_each_before_it_and_of_nothing_else(void **state)
{
    (void)state;
    fill();
    for (uint64_t n = 1; n <= LEAVES; n++) {
        hash root = definition(leaf, n), path[64];
        for (uint64_t old = 1; old <= n; old++) {
            hash before = definition(leaf, old), other = merkle_leaf(STR("other"));
            int length = merkle_consistency(find, NULL, n, old, path);
            assert_true(merkle_consistent(old, before, n, root, path, length));
            assert_false(merkle_consistent(old, other, n, root, path, length));
            assert_false(merkle_consistent(old, before, n, other, path, length));
            assert_false(merkle_consistent(old, before, n, root, path, length + 1));
            assert_true(old == n || !merkle_consistent(old, before, old, root, path, length));
            if (length == 0)
                continue;
            assert_false(merkle_consistent(old, before, n, root, path, length - 1));
            path[length / 2].b[31] ^= 1;
            assert_false(merkle_consistent(old, before, n, root, path, length));
        }
    }
    assert_false(merkle_consistent(0, definition(leaf, 1), 1, definition(leaf, 1), NULL, 0));
    assert_false(merkle_consistent(2, definition(leaf, 2), 1, definition(leaf, 1), NULL, 0));
}

static void test_hex_is_read_strictly(void **state)
{
    (void)state;
    hash h;
    assert_true(hash_parse(hash_hex(a, merkle_leaf(STR("x"))), &h));
    assert_true(same(h, merkle_leaf(STR("x"))));
    assert_false(hash_parse(STR("00"), &h));
    assert_false(
        hash_parse(STR("E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), &h));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_empty_tree_is_the_hash_of_nothing),
        cmocka_unit_test(test_appending_gives_the_root_of_the_definition),
        cmocka_unit_test(test_the_published_vectors),
        cmocka_unit_test(test_every_leaf_of_every_tree_can_be_proven_and_nothing_else),
        cmocka_unit_test(test_every_tree_grows_out_of_each_before_it_and_of_nothing_else),
        cmocka_unit_test(test_hex_is_read_strictly),
    };
    return unit_run(&a, tests);
}
