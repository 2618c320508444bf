/*
 * verify_seals.c - seals of reports: what SQL cannot check of them.
 */
#include "json.h"
#include "manifest.h"
#include "merkle.h"
#include "signing.h"
#include "verify.h"

static void defect(struct look *l, const char *what, const char *of, const char *detail)
{
    finding(l, "%s: %s%s%s", what, of, *detail ? " " : "", detail);
}

static struct str member(const struct json *o, const char *name)
{
    const struct json *m = o->kind == JSON_OBJECT ? json_get(o, name) : NULL;
    return m && m->kind == JSON_STRING ? m->text : STR("");
}

static bool is_signed(struct arena *a, struct str manifest, const struct json *s)
{
    enum signing_kind kind;
    struct signing_key *k = signing_read(member(s, "public_key"));
    bool good = k && signing_kind_parse(member(s, "algorithm"), &kind) &&
                signing_kind_of(k) == kind &&
                str_eq(signing_fingerprint(a, k), member(s, "fingerprint"));
    struct str signature = base64_read(a, member(s, "signature"));
    good = good && signature.p && signing_verify(k, manifest, signature);
    signing_free(k);
    return good;
}

static void check_signatures(struct look *l, const char *of, struct str manifest, struct str list)
{
    struct err e;
    err_init(&e, l->a);
    const struct json *in = json_parse(l->a, list, &e);
    int n = 0;
    for (const struct json *s = in && in->kind == JSON_LIST ? in->child : NULL; s; s = s->next) {
        n++;
        if (!is_signed(l->a, manifest, s))
            defect(l, "seal whose signature does not verify", of, member(s, "algorithm").p);
    }
    if (!n)
        defect(l, "seal without a signature", of, "");
}

/* Lengths and SHA-256 are compared in SQL (report_seal_gaps). */
static void check_forms(struct look *l, const char *of, const struct manifest *m)
{
    static const char ask[] = "select translate(encode(bytes, 'base64'), E'\\n', '') from "
                              "report_form where quarter = $1 and format = $2 and language = $3";
    for (int i = 0; i < m->n; i++) {
        const struct sealed_form *f = &m->form[i];
        const char *params[] = {of, f->format.p, f->language.p};
        PGresult *r = verify_ask(l, ask, params, COUNT_OF(params));
        struct str bytes = {NULL, 0};
        if (r && PQntuples(r) == 1)
            bytes = base64_read(l->a, str_of(PQgetvalue(r, 0, 0)));
        struct str sm3 = bytes.p ? sm3_hex(l->a, bytes) : bytes;
        if (!bytes.p || (sm3.p && !str_is(f->sm3, "-") && !str_eq(f->sm3, sm3)))
            defect(l, "sealed file that does not match its SM3", of, f->format.p);
        PQclear(r);
    }
}

void verify_seals(struct look *l)
{
    enum { QUARTER, MANIFEST, SIGNATURES };
    static const char ask[] =
        "select quarter, manifest, signatures::text from report_seal order by quarter";
    PGresult *r = verify_ask(l, ask, NULL, 0);
    struct arena *of_chain = arena_new();
    struct str last = STR("none");
    if (!r)
        finding(l, "seals that cannot be read");
    for (int i = 0; r && i < PQntuples(r); i++) {
        struct manifest m = {0};
        struct str text = str_of(PQgetvalue(r, i, MANIFEST));
        const char *of = PQgetvalue(r, i, QUARTER);
        arena_reset(l->a);
        if (!manifest_parse(l->a, text, &m))
            defect(l, "seal whose manifest cannot be read", of, "");
        else if (!str_eq(m.previous, last))
            defect(l, "seal that names another one as the one before", of, "");
        check_signatures(l, of, text, str_of(PQgetvalue(r, i, SIGNATURES)));
        check_forms(l, of, &m);
        last = hash_hex(of_chain, hash_sha256(text.p, text.n));
    }
    PQclear(r);
    arena_free(of_chain);
}
