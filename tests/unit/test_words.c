/*
 * Words of a catalogue: cut at ICU's boundaries, folded, each once; foreign ones are found.
 */
#include "ident.h"
#include "unit.h"
#include "words.h"

static struct arena *a;

static void test_words_are_cut_folded_and_told_once(void **state)
{
    (void)state;
    const struct str texts[] = {STR("半导体封装,ＬＥＤ 半导体"), STR("led 封装")};
    assert_string_equal(words_cut(a, texts, 2).p, "半导体 封装 led");
    assert_int_equal(words_cut(a, texts, 0).n, 0);
    const struct str signs[] = {STR("——。, !")};
    assert_int_equal(words_cut(a, signs, 1).n, 0);
}

static void test_words_of_nobodys_text_are_foreign(void **state)
{
    (void)state;
    const struct str texts[] = {STR("半导体封装"), {NULL, 0}};
    assert_null(words_foreign(a, STR("半导体 封装"), texts, 2).p);
    assert_null(words_foreign(a, STR(""), texts, 2).p);
    assert_null(words_foreign(a, STR("体封"), texts, 2).p); /* another version may cut so */
    assert_string_equal(words_foreign(a, STR("封装 区块链 机器人"), texts, 2).p, "区块链");
}

static void test_symbols_of_the_patent_classification(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {{"H01L", "H01L"}, {"h01l21/67", "H01L 21/67"}, {"H01L 21/67", "H01L 21/67"},
        {" A61K 31/506 ", "A61K 31/506"}, {"H01L 21/671234", "H01L 21/671234"}, {"H01", NULL},
        {"I01L", NULL}, {"H01L21", NULL}, {"H01L 21/6", NULL}, {"H01L 21/6712345", NULL},
        {"H01L 21111/67", NULL}, {"H01L 21/67a", NULL}, {"", NULL}, {"H01L 21/67 21/67", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum err_code code = E_TYPE;
        struct str out = STR(""), hint = STR("");
        bool good = ident_ipc(a, str_of(cases[i].in), &out, &code, &hint);
        assert_int_equal(good, cases[i].out != NULL);
        if (good)
            assert_string_equal(out.p, cases[i].out);
        else
            assert_int_equal(code, E_IPC);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_cut_folded_and_told_once),
        cmocka_unit_test(test_words_of_nobodys_text_are_foreign),
        cmocka_unit_test(test_symbols_of_the_patent_classification),
    };
    return unit_run(&a, tests);
}
