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
        cmocka_unit_test(test_every_leaf_of_every_tree_can_be_proven_and_nothing_else),
        cmocka_unit_test(test_hex_is_read_strictly),
    };
    return unit_run(&a, tests);
}
