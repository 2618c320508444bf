/*
 * words.c - Chinese has no spaces: words are what ICU's boundary analysis cuts by its dictionary.
 *
 * A term that the dictionary lacks comes out as single characters, of which each stands in half of
 * all texts; those that follow one another are taken in pairs instead. The dictionary may differ
 * between versions of ICU: words that a record brings are good when they stand in its texts.
 */
#include "words.h"
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

enum { WORD_BYTES_MAX = 90, WORDS_MAX = 400 };

struct folded {
    UChar *p;
    int32_t n;
};

/* NFKC, then lower case. */
static struct folded fold(struct arena *a, struct str text)
{
    UErrorCode status = U_ZERO_ERROR;
    enum { NFKC_MOST = 18 }; /* units that one can become (U+FDFA) */
    int32_t n = 0;
    UChar *in = arena_alloc(a, (text.n + 1) * sizeof *in);
    (void)u_strFromUTF8(in, (int32_t)text.n + 1, &n, text.p, (int32_t)text.n, &status);
    int32_t room = n * NFKC_MOST + 1;
    UChar *wide = arena_alloc(a, (size_t)room * sizeof *wide);
    struct folded f = {arena_alloc(a, (size_t)room * sizeof *f.p), 0};
    int32_t m = unorm2_normalize(unorm2_getNFKCInstance(&status), in, n, wide, room, &status);
    f.n = u_strToLower(f.p, room, wide, m, "", &status);
    MUST(U_SUCCESS(status)); /* the text is valid UTF-8, and there is room */
    return f;
}

static struct str utf8_of(struct arena *a, const UChar *p, int32_t n)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t room = n * 3 + 1, bytes = 0;
    char *out = arena_alloc(a, (size_t)room);
    (void)u_strToUTF8(out, room, &bytes, p, n, &status);
    MUST(U_SUCCESS(status));
    return (struct str){out, (size_t)bytes};
}

/* Is the word in the list, between spaces? */
static bool has_word(struct str list, struct str word)
{
    const char *end = list.p + list.n;
    for (const char *p = list.p; p < end;) {
        const char *space = memchr(p, ' ', (size_t)(end - p));
        size_t n = (size_t)((space ? space : end) - p);
        if (n == word.n && memcmp(p, word.p, n) == 0)
            return true;
        p += n + 1;
    }
    return false;
}

static void add_word(struct arena *a, struct buf *out, int *count, const UChar *p, int32_t n)
{
    struct str word = utf8_of(a, p, n);
    if (word.n > WORD_BYTES_MAX || *count >= WORDS_MAX || has_word(buf_view(out), word))
        return;
    buf_printf(out, "%s%s", out->n ? " " : "", word.p);
    ++*count;
}

static void cut(
    struct arena *a, UBreakIterator *words, struct str text, struct buf *out, int *count)
{
    UErrorCode status = U_ZERO_ERROR;
    struct folded f = fold(a, text);
    int32_t single = UBRK_DONE; /* where a single character stands that ended just here */
    ubrk_setText(words, f.p, f.n, &status);
    MUST(U_SUCCESS(status));
    for (int32_t from = 0, to = ubrk_next(words); to != UBRK_DONE;
         from = to, to = ubrk_next(words)) {
        bool is_word = ubrk_getRuleStatus(words) >= UBRK_WORD_NONE_LIMIT;
        bool is_single = is_word && u_countChar32(f.p + from, to - from) == 1;
        if (is_word && !is_single)
            add_word(a, out, count, f.p + from, to - from);
        if (is_single && single != UBRK_DONE)
            add_word(a, out, count, f.p + single, to - single);
        single = is_single ? from : UBRK_DONE;
    }
}

struct str words_cut(struct arena *a, const struct str *texts, int n)
{
    UErrorCode status = U_ZERO_ERROR;
    struct buf out;
    int count = 0;
    UBreakIterator *words = ubrk_open(UBRK_WORD, "zh", NULL, 0, &status);
    MUST(U_SUCCESS(status));
    buf_init(&out, a);
    for (int i = 0; i < n; i++) {
        if (texts[i].n)
            cut(a, words, texts[i], &out, &count);
    }
    ubrk_close(words);
    return buf_view(&out);
}

struct str words_foreign(struct arena *a, struct str words, const struct str *texts, int n)
{
    const char *end = words.p + words.n;
    struct folded *text = arena_alloc(a, (size_t)n * sizeof *text);
    for (int i = 0; i < n; i++)
        text[i] = fold(a, texts[i].n ? texts[i] : STR(""));
    for (const char *p = words.p; p < end;) {
        const char *space = memchr(p, ' ', (size_t)(end - p));
        size_t length = (size_t)((space ? space : end) - p);
        struct folded word = fold(a, (struct str){p, length});
        bool found = length == 0;
        for (int i = 0; i < n && !found; i++)
            found = u_strFindFirst(text[i].p, text[i].n, word.p, word.n) != NULL;
        if (!found)
            return arena_str(a, p, length);
        p += length + 1;
    }
    return (struct str){NULL, 0};
}
