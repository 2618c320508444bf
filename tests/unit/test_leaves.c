/* The leaves of a flight: numbered in order, one signed head over them, repeats share receipts. */
#include "leaves.h"
#include "signing.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *a;
static struct head_signer *signer;

static const struct rows no_rows;
static const struct row_leaves none = {.rows = &no_rows};

static struct verdict verdict(enum outcome outcome, const char *id)
{
    return (struct verdict){.outcome = outcome,
        .id = str_of(id),
        .version = 1,
        .sha256 = STR("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        .recorded_at = STR("2022-07-01T09:30:00+08:00"),
        .recorded_by = STR("p@b"),
        .leaf_hash = STR("9f2c"), /* of its envelope, until it has a leaf */
        .flags = outcome == OUT_CREATED ? STR("[\"f\"]") : STR("[]"),
        .leaf = -1};
}

static void test_nothing_created_signs_nothing(void **state)
{
    struct verdict v[] = {verdict(OUT_REPLAY, "a"), verdict(OUT_REFUSED, "b")};
    struct work w = {.verdict = v, .n = 2};
    struct frontier f = {0};
    struct str params[LOG_WRITE_PARAMS];
    hash root;
    (void)state;
    assert_false(leaves_number(a, &w, &none, &f, signer, params, &root));
    assert_int_equal(f.size, 0);
    assert_true(v[0].leaf == -1 && v[1].leaf == -1);
}

static void test_leaves_follow_the_log_in_order(void **state)
{
    struct verdict v1[] = {verdict(OUT_CREATED, "a"), verdict(OUT_CONFLICT, "b")};
    struct verdict v2[] = {verdict(OUT_CREATED, "c")};
    const struct actor someone = {.token = STR("d0c1")};
    struct work second = {.verdict = v2, .n = 1, .actor = &someone},
                first = {.verdict = v1, .n = 2, .next = &second};
    struct frontier f = {0};
    struct str params[LOG_WRITE_PARAMS];
    hash root;
    hash completed[64];
    (void)state;
    frontier_add(&f, merkle_leaf(STR("before")), completed);
    struct frontier by_hand = f;
    assert_true(leaves_number(a, &first, &none, &f, signer, params, &root));
    assert_int_equal(v1[0].leaf, 1);
    assert_int_equal(v1[1].leaf, -1);
    assert_int_equal(v2[0].leaf, 2);
    assert_true(v1[0].head == 3 && v2[0].head == 3);
    assert_string_equal(params[0].p, "{\"a\",\"c\"}");
    assert_string_equal(params[1].p, "{\"1\",\"1\"}");
    assert_string_equal(params[4].p, "{\"4\",\"4\"}");
    assert_string_equal(params[5].p, "{\"-\",\"d0c1\"}");
    assert_string_equal(params[6].p, "3");
    /* The same tree from the lines that README tells an auditor to hash. */
    static const char line[] =
        "pledged-leaf-4\n%s\n1\n44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n"
        "2022-07-01T09:30:00+08:00\np@b\n9f2c\n%s\n";
    hash of_a = merkle_leaf(arena_printf(a, line, "a", "-"));
    frontier_add(&by_hand, of_a, completed);
    frontier_add(&by_hand, merkle_leaf(arena_printf(a, line, "c", "d0c1")), completed);
    assert_string_equal(v1[0].leaf_hash.p, hash_hex(a, of_a).p);
    assert_string_equal(params[7].p, hash_hex(a, frontier_root(&by_hand)).p);
    assert_string_equal(params[10].p, "2022-07-01T09:30:00+08:00");
    assert_int_equal(params[9].n, 128); /* Ed25519: 64 bytes in hex */
}

static void test_a_repeat_within_the_flight_has_the_same_receipt(void **state)
{
    struct verdict v[] = {
        verdict(OUT_REPLAY, "b"), verdict(OUT_CREATED, "b"), verdict(OUT_REPLAY, "other")};
    struct work w = {.verdict = v, .n = 3};
    struct frontier f = {0};
    struct str params[LOG_WRITE_PARAMS];
    hash root;
    (void)state;
    assert_true(leaves_number(a, &w, &none, &f, signer, params, &root));
    assert_true(v[0].leaf == 0 && v[0].head == 1);
    assert_string_equal(v[0].leaf_hash.p, v[1].leaf_hash.p);
    assert_string_equal(v[0].flags.p, "[\"f\"]");
    assert_int_equal(v[2].leaf, -1);
    assert_int_equal(created_of(v, 3), 1);
}

/* What waits is taken when it is signed as an operator's, or as an upgrade's to this schema. */
static void test_rows_beside_records_have_a_leaf_behind_them(void **state)
{
    enum { OWN, SIGNED, FORGED, UPGRADE, OTHER_UPGRADE, UNSIGNED, AS_COMMAND, ROWS };
    struct str absent = {NULL, 0}, at = STR("2022-07-01T09:30:01+08:00"), n = STR("2"),
               digest = STR("ab");
    struct str text = rows_text(a, STR("f1"), n, digest),
               upgrade = rows_text(a, STR("f3"), n, digest);
    struct str cell[ROWS][LOG_ROWS_COLUMNS] = {
        [OWN] = {STR("f0"), n, digest, at, absent, absent},
        [SIGNED] = {STR("f1"), n, digest, at, rows_sign(a, signer, text), absent},
        [FORGED] = {STR("f2"), n, digest, at, rows_sign(a, signer, text), absent},
        [UPGRADE] = {STR("f3"), n, digest, at, rows_wait(a, signer, ROWS_OF_UPGRADE, upgrade),
            STR("now")},
        [OTHER_UPGRADE] = {STR("f3"), n, digest, at, rows_wait(a, signer, ROWS_OF_UPGRADE, upgrade),
            STR("then")},
        [UNSIGNED] = {STR("f5"), n, digest, at, absent, STR("now")},
        [AS_COMMAND] = {STR("f1"), n, digest, at, rows_sign(a, signer, text), STR("now")},
    };
    struct rows rows = {.n = ROWS, .columns = LOG_ROWS_COLUMNS, .cell = cell[0]};
    struct row_leaves beside = leaves_beside(a, &rows, signer, STR("now"), false);
    struct verdict v[] = {verdict(OUT_CREATED, "a")};
    struct work w = {.verdict = v, .n = 1};
    struct frontier f = {0};
    struct str params[LOG_WRITE_PARAMS];
    hash root;
    (void)state;
    assert_true(leaves_number(a, &w, &beside, &f, signer, params, &root));
    assert_string_equal(params[0].p, "{\"a\",\"f0\",\"f1\",\"f3\"}");
    assert_string_equal(params[1].p, "{\"1\",\"0\",\"0\",\"0\"}");
    assert_string_equal(params[4].p, "{\"4\",\"3\",\"3\",\"3\"}");
    /* Who wrote what the flight did not: a command (01), an upgrade (02), and 64 bytes signed. */
    enum { SIGNED_HEX = 2 * 65, FIRST = sizeof "{\"-\",\"-\",\"" - 1 };
    assert_memory_equal(params[5].p, "{\"-\",\"-\",\"01", FIRST + 2);
    assert_memory_equal(params[5].p + FIRST + SIGNED_HEX, "\",\"02", 5);
    assert_string_equal(params[5].p + FIRST + 2 * SIGNED_HEX + 3, "\"}");
    assert_true(v[0].leaf == 0 && v[0].head == 4);
    assert_string_equal(text.p, "pledged-rows-1\nf1\n2\nab\n");
    f = (struct frontier){0};
    assert_true(
        leaves_number(a, NULL, &beside, &f, signer, params, &root)); /* without any record */
    assert_string_equal(params[10].p, at.p);
    beside =
        leaves_beside(a, &rows, signer, STR("now"), true); /* the log begins: no key was there */
    assert_true(beside.taken[UNSIGNED] && !beside.taken[OTHER_UPGRADE] && !beside.taken[FORGED]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_created_signs_nothing),
        cmocka_unit_test(test_leaves_follow_the_log_in_order),
        cmocka_unit_test(test_a_repeat_within_the_flight_has_the_same_receipt),
        cmocka_unit_test(test_rows_beside_records_have_a_leaf_behind_them),
    };
    char folder[] = "/tmp/pledged-leaves-XXXXXX", key[64];
    MUST(mkdtemp(folder));
    signer = head_signer_open(folder, true);
    MUST(signer);
    int status = unit_run(&a, tests);
    head_signer_free(signer);
    snprintf(key, sizeof key, "%s/log.key", folder);
    MUST(remove(key) == 0);
    snprintf(key, sizeof key, "%s/log-sm2.key", folder);
    MUST(remove(key) == 0 && remove(folder) == 0);
    return status;
}
