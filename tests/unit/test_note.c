/* Signed notes, checkpoints, proofs and tile addresses: the published example, and nothing beside
 * the form. */
#include "tlog.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

#define DASH "\xe2\x80\x94"
/* golang.org/x/mod/sumdb/note, "Example". */
#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_TEXT                                                                                 \
    "If you think cryptography is the answer to your problem,\n"                                   \
    "then you don't know what your problem is.\n"
#define PETER_LINE                                                                                 \
    DASH " PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngo" \
         "tpRZb6KE6RyyBwJnAM=\n"

static void test_the_published_example(void **state)
{
    (void)state;
    struct note n;
    struct note_key key;
    struct signing_key *own;
    assert_true(note_vkey_read(a, STR(PETER), &key, &own));
    assert_string_equal(note_vkey(a, &key).p, PETER);
    assert_true(note_read(a, STR(PETER_TEXT "\n" PETER_LINE), &n));
    assert_string_equal(n.text.p, PETER_TEXT);
    assert_int_equal(note_check(a, &n, &key), NOTE_GOOD);
    n.text.p = "If you think cryptographY is the answer to your problem,\n"
               "then you don't know what your problem is.\n";
    assert_int_equal(note_check(a, &n, &key), NOTE_BAD);
    key.id ^= 1;
    assert_int_equal(note_check(a, &n, &key), NOTE_UNSIGNED);
    signing_free(own);
}

static void test_keys_that_are_none(void **state)
{
    (void)state;
    static const char *const none[] = {"", "x", "PeterNeumann+c74f20a3", "+c74f20a3+ARpc",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+CRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T"};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        struct note_key key;
        struct signing_key *own = NULL;
        assert_false(note_vkey_read(a, str_of(none[i]), &key, &own));
        assert_null(own);
    }
}

static void test_notes_that_are_none(void **state)
{
    (void)state;
    static const char *const none[] = {"", "\n", "\n\n", "text\n", "text\n\n", "text\n\nno dash\n",
        "text\n" PETER_LINE, "text\n\n" DASH " name\n", "text\n\n" DASH " na+me AAAAAAA=\n",
        "text\n\n" DASH " na\xc2\xa0me AAAAAAA=\n",
        "text\n\n" DASH " name AAAAAAA=", "text\n\n" DASH " name AAAA\n",
        "te\rxt\n\n" DASH " name AAAAAAA=\n", "te\xffxt\n\n" DASH " name AAAAAAA=\n",
        "text\n\n" DASH "  name AAAAAAA=\n", "text\n\n" DASH " name AAAAAAA= \n",
        "text\n\n" DASH " name AAAAAAA=\n\n"};
    struct note n;
    for (size_t i = 0; i < COUNT_OF(none); i++)
        assert_false(note_read(a, str_of(none[i]), &n));
    assert_true(note_read(a, STR("te\n\nxt\n\n" DASH " name AAAAAAA=\n"), &n));
    assert_string_equal(n.text.p, "te\n\nxt\n"); /* the last empty line divides */
}

static void test_both_kinds_of_signatures_and_a_key_of_neither(void **state)
{
    (void)state;
    static const enum note_kind kinds[] = {NOTE_ED25519, NOTE_SM2};
    struct str text = STR("log.example/1\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct signing_key *own = signing_make((enum signing_kind)i), *other, *again;
        struct note_key key = note_key_of(a, STR("log.example/1"), kinds[i], own), read, wrong;
        struct note n;
        struct str line = note_sign(a, text, &key);
        assert_true(note_read(a, arena_printf(a, "%s\n%s", text.p, line.p), &n));
        assert_true(note_vkey_read(a, note_vkey(a, &key), &read, &again));
        assert_int_equal(note_check(a, &n, &read), NOTE_GOOD);
        other = signing_make((enum signing_kind)i);
        wrong = note_key_of(a, STR("log.example/1"), kinds[i], other);
        assert_int_equal(note_check(a, &n, &wrong), NOTE_UNSIGNED);
        wrong.id = key.id; /* a key that somebody found for this id */
        assert_int_equal(note_check(a, &n, &wrong), NOTE_BAD);
        signing_free(own);
        signing_free(other);
        signing_free(again);
    }
}

static void test_checkpoints(void **state)
{
    (void)state;
    static const char *const none[] = {"a\n1\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"};
    struct checkpoint c;
    for (size_t i = 0; i < COUNT_OF(none); i++)
        assert_false(checkpoint_read(a, str_of(none[i]), &c));
    struct str text = STR("example.com/behind-the-sofa\n20852163\n"
                          "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
    assert_true(checkpoint_read(a, text, &c));
    assert_true(c.size == 20852163);
    assert_string_equal(checkpoint_text(a, &c).p, text.p);
    assert_true(checkpoint_read(a, arena_printf(a, "%smore\n", text.p), &c));
}

static void test_proofs(void **state)
{
    (void)state;
#define HASH "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
    static const char *const none[] = {"", "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v2\nindex 0\n\nx", "c2sp.org/tlog-proof@v1\nindex 00\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\n" HASH, "c2sp.org/tlog-proof@v1\nindex 0\n" HASH "\n",
        "c2sp.org/tlog-proof@v1\nextra YQ\nindex 0\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx"};
    struct tlog_proof p;
    struct tlog_step s;
    for (size_t i = 0; i < COUNT_OF(none); i++)
        assert_false(tlog_proof_read(a, str_of(none[i]), &p));
    struct str text = STR("c2sp.org/tlog-proof@v1\nextra YWI=\nindex 7\n" HASH HASH "\nnote\n");
    assert_true(tlog_proof_read(a, text, &p));
    assert_true(
        p.index == 7 && p.length == 2 && str_is(p.extra, "ab") && str_is(p.checkpoint, "note\n"));
    assert_string_equal(tlog_proof_text(a, &p).p, text.p);
    text = STR("old 0\n\nnote\n");
    assert_true(tlog_step_read(a, text, &s) && s.length == 0);
    assert_string_equal(tlog_step_text(a, &s).p, text.p);
    assert_false(tlog_step_read(a, STR("old  1\n\nnote\n"), &s));
    assert_false(tlog_step_read(a, STR("old 3\ngSKyXoYZ"), &s)); /* a line that does not end */
}

static void test_addresses_of_tiles(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        struct tlog_tile t;
    } good[] = {{"0/000", {0, 0, 256}}, {"0/999.p/1", {0, 999, 1}}, {"3/x001/000", {3, 1000, 256}},
        {"entries/x001/x234/067", {TLOG_ENTRIES, 1234067, 256}},
        {"entries/x001/x234/067.p/255", {TLOG_ENTRIES, 1234067, 255}}};
    static const char *const none[] = {"", "0", "0/", "0/0", "0/00", "0/0000", "0/000/",
        "0/x000/001", "0/x001/001/002", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p",
        "0/000.p/1/2", "64/000", "00/000", "data/000", "0/abc", "0/x001", "0/x1/001",
        "entriesx/000", "0//000"};
    struct tlog_tile t;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(tlog_tile_read(str_of(good[i].path), &t));
        assert_true(t.level == good[i].t.level && t.n == good[i].t.n && t.width == good[i].t.width);
        assert_string_equal(tlog_tile_path(a, &t).p + strlen("tile/"), good[i].path);
    }
    for (size_t i = 0; i < COUNT_OF(none); i++)
        assert_false(tlog_tile_read(str_of(none[i]), &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_published_example),
        cmocka_unit_test(test_keys_that_are_none),
        cmocka_unit_test(test_notes_that_are_none),
        cmocka_unit_test(test_both_kinds_of_signatures_and_a_key_of_neither),
        cmocka_unit_test(test_checkpoints),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_addresses_of_tiles),
    };
    return unit_run(&a, tests);
}
