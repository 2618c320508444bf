/*
 * verify_report.c - is this file what was sealed? Without a database and without a network.
 *
 * The seal document (GET …/seal, or FILE.seal.json that `pledged report` writes beside a sealed
 * report) holds the manifest, its signatures and the public keys. Keys given by --key are the ones
 * trusted; without any, the document's own are used and the reader is told to compare them.
 */
#include "cli.h"
#include "json.h"
#include "keyfile.h"
#include "manifest.h"
#include <stdarg.h>

enum { FILE_BYTES_MAX = 256 << 20, KEYS_MAX = 32, KEY_FILE_MAX = 1 << 16 };

struct check {
    struct arena *a;
    const char *file, *seal;
    struct signing_key *key[KEYS_MAX]; /* trusted */
    int keys;
    struct manifest m;
    struct str manifest;
    int good; /* signatures */
};

/* Says what is wrong; always false. */
static bool PRINTF(1, 2) wrong(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("pledged: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return false;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* A file may hold several keys, as GET /v1/reports/keys?format=pem does. */
static bool keys_read(struct check *c, const char *path)
{
    static const char begin[] = "-----BEGIN ";
    struct str text = file_read(c->a, path, KEY_FILE_MAX);
    int before = c->keys;
    for (const char *p = text.p ? strstr(text.p, begin) : NULL; p && c->keys < KEYS_MAX;) {
        const char *next = strstr(p + 1, begin);
        struct str pem = str_of(p);
        if (next)
            pem = arena_str(c->a, p, (size_t)(next - p));
        c->key[c->keys] = signing_read(pem);
        if (!c->key[c->keys++])
            return wrong("%s holds a key that is neither Ed25519 nor SM2", path);
        p = next;
    }
    return c->keys > before || wrong("%s: no public key in PEM can be read from it", path);
}

/* ---- signatures ------------------------------------------------------------------------------ */

static struct str member(const struct json *o, const char *name)
{
    const struct json *m = o && o->kind == JSON_OBJECT ? json_get(o, name) : NULL;
    return m && m->kind == JSON_STRING ? m->text : (struct str){NULL, 0};
}

static bool verified(
    struct check *c, enum signing_kind kind, const struct signing_key *k, struct str signature)
{
    struct str fingerprint = signing_fingerprint(c->a, k);
    if (!signing_verify(k, c->manifest, signature))
        return wrong("the %s signature is not one of this manifest by key %s: the manifest, the "
                     "signature or the key was altered",
            signing_name(kind), fingerprint.p);
    printf("%-10s good, key %s\n", signing_name(kind), fingerprint.p);
    c->good++;
    return true;
}

static bool check_by_document(
    struct check *c, enum signing_kind kind, struct str pem, struct str signature)
{
    struct signing_key *k = signing_read(pem);
    bool good = k && signing_kind_of(k) == kind
                    ? verified(c, kind, k, signature)
                    : wrong("%s: not a public key of kind %s", c->seal, signing_name(kind));
    signing_free(k);
    return good;
}

static bool check_by_trusted(
    struct check *c, enum signing_kind kind, struct str fingerprint, struct str signature)
{
    int of_kind = 0;
    for (int i = 0; i < c->keys; i++) {
        if (signing_kind_of(c->key[i]) != kind)
            continue;
        of_kind++;
        if (str_eq(signing_fingerprint(c->a, c->key[i]), fingerprint))
            return verified(c, kind, c->key[i], signature);
    }
    if (of_kind)
        return wrong("the %s signature is by another key (%s) than the one given",
            signing_name(kind), fingerprint.p);
    printf("%-10s not checked: no --key of this kind\n", signing_name(kind));
    return true;
}

static bool check_signature(struct check *c, const struct json *s, enum signing_kind *kind)
{
    struct str pem = member(s, "public_key"), fingerprint = member(s, "fingerprint");
    struct str text = member(s, "signature"), name = member(s, "algorithm");
    struct str signature = text.p ? base64_read(c->a, text) : text;
    if (!name.p || !signing_kind_parse(name, kind) || !pem.p || !fingerprint.p || !signature.p)
        return wrong("%s: a signature in it cannot be read", c->seal);
    return c->keys ? check_by_trusted(c, *kind, fingerprint, signature)
                   : check_by_document(c, *kind, pem, signature);
}

static bool check_signatures(struct check *c, const struct json *list)
{
    bool seen[SIGNING_KIND_COUNT] = {false};
    for (const struct json *s = list && list->kind == JSON_LIST ? list->child : NULL; s;
         s = s->next) {
        enum signing_kind kind;
        if (!check_signature(c, s, &kind))
            return false;
        seen[kind] = true;
    }
    for (int i = 0; i < c->keys; i++) {
        if (!seen[signing_kind_of(c->key[i])])
            return wrong(
                "%s carries no %s signature", c->seal, signing_name(signing_kind_of(c->key[i])));
    }
    return c->good > 0 || wrong("%s: nothing in it is signed by a key that is trusted", c->seal);
}

/* ---- the file -------------------------------------------------------------------------------- */

/* What was sealed in this file's format, to say how far it is from it. */
static const struct sealed_form *nearest(const struct check *c)
{
    const char *dot = strrchr(c->file, '.');
    for (int i = 0; dot && i < c->m.n; i++) {
        if (str_is(c->m.form[i].format, dot + 1))
            return &c->m.form[i];
    }
    return NULL;
}

static bool check_file(struct check *c, struct str bytes)
{
    const struct sealed_form *f = manifest_form(c->a, &c->m, bytes);
    struct sealed_form got = sealed_form_of(c->a, STR(""), STR(""), bytes);
    if (!f) {
        f = nearest(c);
        return f ? wrong("%s is not the sealed %s of %s: it has %lld bytes and SHA-256 %s, sealed "
                         "were %lld bytes with %s",
                       c->file, f->format.p, c->m.quarter.p, (long long)got.bytes, got.sha256.p,
                       (long long)f->bytes, f->sha256.p)
                 : wrong("%s is none of the %d files sealed for %s: its SHA-256 is %s", c->file,
                       c->m.n, c->m.quarter.p, got.sha256.p);
    }
    printf("%-10s %s, %s (%s), %lld bytes\n%-10s %s\n", "report", c->m.quarter.p, f->format.p,
        f->language.p, (long long)f->bytes, "sha256", f->sha256.p);
    printf("%-10s %s by %s, with what was recorded by %s\n", "sealed", c->m.sealed_at.p,
        c->m.sealed_by.p, c->m.known_at.p);
    return true;
}

static bool check_all(struct check *c)
{
    struct str bytes = file_read(c->a, c->file, FILE_BYTES_MAX);
    struct str text = file_read(c->a, c->seal, FILE_BYTES_MAX);
    struct err e;
    if (!bytes.p || !text.p)
        return wrong("%s cannot be read", bytes.p ? c->seal : c->file);
    err_init(&e, c->a);
    const struct json *doc = json_parse(c->a, text, &e);
    c->manifest = member(doc, "manifest");
    if (!c->manifest.p)
        return wrong("%s is not a seal document", c->seal);
    if (!manifest_parse(c->a, c->manifest, &c->m))
        return wrong("%s: the manifest in it was altered", c->seal);
    if (!check_signatures(c, json_get(doc, "signatures")) || !check_file(c, bytes))
        return false;
    if (!c->keys)
        puts("keys       those of the seal document itself: compare their fingerprints with the "
             "ones that the bureau publishes (GET /v1/reports/keys), or give them by --key");
    puts("the file is as it was sealed");
    return true;
}

enum { MANIFEST, KEY };
static const struct cli_option options[] = {
    [MANIFEST] = {"--manifest", "FILE", OPTIONAL,
        "the seal document (FILE.seal.json beside the report)"},
    [KEY] = {"--key", "FILE", OPTIONAL,
        "a public key to trust (PEM), as published; may be given again, else those in the seal"},
    {0},
};

static int run(int argc, char **argv)
{
    struct check c = {.a = arena_new()};
    bool good = true;
    for (int i = 0; i < argc && good; i++) {
        int option = i + 1 < argc ? option_find(options, argv[i]) : -1;
        if (option == KEY)
            good = keys_read(&c, argv[++i]);
        else if (option == MANIFEST)
            c.seal = argv[++i];
        else if (!c.file && argv[i][0] != '-')
            c.file = argv[i];
        else
            good = wrong("verify-report FILE [--manifest FILE.seal.json] [--key PEM]…");
    }
    int status = 2;
    if (good && c.file) {
        if (!c.seal)
            c.seal = arena_printf(c.a, "%s.seal.json", c.file).p;
        status = check_all(&c) ? 0 : 1;
    } else if (good) {
        (void)wrong("verify-report: which file?");
    }
    for (int i = 0; i < c.keys; i++)
        signing_free(c.key[i]);
    arena_free(c.a);
    return status;
}

const struct command command_verify_report = {.name = "verify-report",
    .run = run,
    .words = "FILE",
    .help =
        "Is this file of a report what was sealed? Neither database nor network is needed. Ends\n"
        "with 0 when it is, with 1 when it is not, with 2 when the call is wrong.",
    .options = options};
