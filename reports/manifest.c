/*
 * manifest.c - the text of a seal, out and in.
 */
#include "manifest.h"
#include "merkle.h"
#include "signing.h"
#include <string.h>

#define FIRST_HEAD    "pledged-report-seal-1\n"
#define MANIFEST_HEAD "pledged-report-seal-2\n"

/* The lines before the forms, in their order; later: not in the first form. */
// clang-format off
#define LINE(member)  {#member, offsetof(struct manifest, member), false}
#define LATER(member) {#member, offsetof(struct manifest, member), true}
// clang-format on
static const struct {
    const char *name;
    size_t at;
    bool later;
} lines[] = {LINE(quarter), LINE(as_of), LINE(basis), LINE(known_at), LINE(log_size),
    LINE(log_root), LINE(sealed_at), LINE(sealed_by), LATER(proposed_by), LATER(reason),
    LINE(previous), LINE(cells)};

struct sealed_form sealed_form_of(
    struct arena *a, struct str format, struct str language, struct str bytes)
{
    struct str sm3 = sm3_hex(a, bytes);
    return (struct sealed_form){.format = format,
        .language = language,
        .bytes = (int64_t)bytes.n,
        .sha256 = hash_hex(a, hash_sha256(bytes.p, bytes.n)),
        .sm3 = sm3.p ? sm3 : STR("-")};
}

const struct sealed_form *manifest_form(struct arena *a, const struct manifest *m, struct str bytes)
{
    struct sealed_form got = sealed_form_of(a, STR(""), STR(""), bytes);
    for (int i = 0; i < m->n; i++) {
        const struct sealed_form *f = &m->form[i];
        bool sm3 = str_is(f->sm3, "-") || str_is(got.sm3, "-") || str_eq(f->sm3, got.sm3);
        if (f->bytes == got.bytes && str_eq(f->sha256, got.sha256) && sm3)
            return f;
    }
    return NULL;
}

struct str manifest_text(struct arena *a, const struct manifest *m)
{
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, m->proposed_by.p ? MANIFEST_HEAD : FIRST_HEAD);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct str value;
        if (lines[i].later && !m->proposed_by.p)
            continue;
        memcpy(&value, (const char *)m + lines[i].at, sizeof value);
        buf_printf(&b, "%s %s\n", lines[i].name, value.p);
    }
    for (int i = 0; i < m->n; i++) {
        const struct sealed_form *f = &m->form[i];
        buf_printf(&b, "form %s %s %lld %s %s\n", f->format.p, f->language.p, (long long)f->bytes,
            f->sha256.p, f->sm3.p);
    }
    return buf_view(&b);
}

/* ---- in -------------------------------------------------------------------------------------- */

/* What stands before the next `end`; *p moves behind it. */
static bool take(struct arena *a, struct str *p, char end, struct str *out)
{
    const char *at = memchr(p->p, end, p->n);
    if (!at)
        return false;
    size_t n = (size_t)(at - p->p);
    *out = arena_str(a, p->p, n);
    *p = (struct str){at + 1, p->n - n - 1};
    return true;
}

static bool take_word(struct str *p, const char *word)
{
    if (!str_starts(*p, word))
        return false;
    *p = (struct str){p->p + strlen(word), p->n - strlen(word)};
    return true;
}

static bool take_form(struct arena *a, struct str *p, struct sealed_form *f)
{
    struct str bytes;
    if (!take_word(p, "form ") || !take(a, p, ' ', &f->format) || !take(a, p, ' ', &f->language) ||
        !take(a, p, ' ', &bytes) || !take(a, p, ' ', &f->sha256) || !take(a, p, '\n', &f->sm3))
        return false;
    f->bytes = strtoll(bytes.p, NULL, 10);
    return f->bytes >= 0;
}

/* Whatever is read loosely here is made strict by writing it again. */
bool manifest_parse(struct arena *a, struct str text, struct manifest *m)
{
    struct str p = text;
    *m = (struct manifest){0};
    bool first = take_word(&p, FIRST_HEAD);
    if (memchr(text.p, 0, text.n) || (!first && !take_word(&p, MANIFEST_HEAD)))
        return false;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct str value;
        if (lines[i].later && first)
            continue;
        if (!take_word(&p, lines[i].name) || !take_word(&p, " ") || !take(a, &p, '\n', &value))
            return false;
        memcpy((char *)m + lines[i].at, &value, sizeof value);
    }
    while (p.n > 0) {
        if (m->n == MANIFEST_FORMS_MAX || !take_form(a, &p, &m->form[m->n]))
            return false;
        m->n++;
    }
    return m->n > 0 && str_eq(manifest_text(a, m), text);
}
