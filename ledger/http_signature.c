/*
 * http_signature.c - signed requests: RFC 9421 with HMAC, and RFC 9530's digest of the body.
 */
#include "http_signature.h"
#include "signing.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* ---- structured fields (RFC 9651) ------------------------------------------------------------ */

static bool take(struct str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    s->p++;
    s->n--;
    return true;
}

static bool is_key_byte(char c, bool first)
{
    bool low = (c >= 'a' && c <= 'z') || c == '*';
    return low || (!first && ((c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'));
}

static bool take_key(struct arena *a, struct str *s, struct str *out)
{
    size_t n = 0;
    while (n < s->n && is_key_byte(s->p[n], n == 0))
        n++;
    *out = arena_str(a, s->p, n);
    s->p += n;
    s->n -= n;
    return n > 0;
}

static bool take_string(struct arena *a, struct str *s, struct str *out)
{
    struct buf b;
    buf_init(&b, a);
    if (!take(s, '"'))
        return false;
    while (s->n && s->p[0] != '"') {
        if (take(s, '\\') && (s->n == 0 || (s->p[0] != '"' && s->p[0] != '\\')))
            return false;
        if (s->n == 0 || s->p[0] < ' ' || s->p[0] > '~')
            return false;
        buf_char(&b, s->p[0]);
        s->p++;
        s->n--;
    }
    *out = arena_keep(a, buf_view(&b));
    return take(s, '"');
}

/* Whole seconds since 1970: no sign, no zeros in front. */
static bool take_seconds(struct str *s, int64_t *out)
{
    size_t n = 0;
    for (*out = 0; n < s->n && n <= 12 && s->p[n] >= '0' && s->p[n] <= '9'; n++)
        *out = *out * 10 + (s->p[n] - '0');
    bool good = n > 0 && n <= 12 && (n == 1 || s->p[0] != '0');
    s->p += n;
    s->n -= n;
    return good;
}

static bool take_bytes(struct arena *a, struct str *s, struct str *out)
{
    if (!take(s, ':'))
        return false;
    const char *end = s->n ? memchr(s->p, ':', s->n) : NULL;
    size_t n = end ? (size_t)(end - s->p) : 0;
    if (!end)
        return false;
    *out = base64_read(a, arena_str(a, s->p, n));
    s->p += n + 1;
    s->n -= n + 1;
    return out->p != NULL;
}

/* Between two members of a dictionary; false: what stands here is neither that nor the end. */
static bool take_comma(struct str *s, bool *more)
{
    while (take(s, ' ') || take(s, '\t')) {
    }
    *more = s->n > 0;
    if (!*more)
        return true;
    if (!take(s, ','))
        return false;
    while (take(s, ' ') || take(s, '\t')) {
    }
    return s->n > 0;
}

/* ---- Signature-Input ------------------------------------------------------------------------- */

static bool is_named_before(const struct http_signature *s)
{
    for (int i = 0; i < s->n; i++) {
        if (str_eq(s->component[i], s->component[s->n]))
            return true;
    }
    return false;
}

static bool read_components(
    struct arena *a, struct str *in, struct http_signature *s, const char **why)
{
    *why = "Signature-Input: a list of components in quotes is expected";
    if (!take(in, '('))
        return false;
    for (s->n = 0; !take(in, ')'); s->n++) {
        if (s->n == SIGNED_COMPONENTS_MAX || (s->n > 0 && !take(in, ' ')) ||
            !take_string(a, in, &s->component[s->n]))
            return false;
        if (in->n && in->p[0] == ';') {
            *why = "Signature-Input: components with parameters are not taken";
            return false;
        }
        if (is_named_before(s)) {
            *why = "Signature-Input: a component is named twice";
            return false;
        }
    }
    return true;
}

static bool read_param(struct arena *a, struct str *in, struct http_signature *s)
{
    struct str key, tag = {NULL, 0};
    if (!take_key(a, in, &key) || !take(in, '='))
        return false;
    if (str_is(key, "created"))
        return s->created < 0 && take_seconds(in, &s->created);
    if (str_is(key, "expires"))
        return s->expires < 0 && take_seconds(in, &s->expires);
    struct str *text = str_is(key, "nonce")   ? &s->nonce
                       : str_is(key, "alg")   ? &s->alg
                       : str_is(key, "keyid") ? &s->keyid
                       : str_is(key, "tag")   ? &tag
                                              : NULL;
    return text && !text->p && take_string(a, in, text);
}

static bool read_input(struct arena *a, struct str *in, struct http_signature *s, const char **why)
{
    *s = (struct http_signature){.created = -1, .expires = -1};
    *why = "Signature-Input: LABEL=(…) is expected";
    if (!take_key(a, in, &s->label) || !take(in, '='))
        return false;
    struct str from = *in;
    if (!read_components(a, in, s, why))
        return false;
    *why = "Signature-Input: parameters are created, expires, nonce, alg, keyid, tag";
    while (take(in, ';')) {
        if (!read_param(a, in, s))
            return false;
    }
    s->params = arena_str(a, from.p, from.n - in->n);
    return true;
}

static struct http_signature *labelled(struct http_signature *s, int n, struct str label)
{
    for (int i = 0; i < n; i++) {
        if (str_eq(s[i].label, label))
            return &s[i];
    }
    return NULL;
}

static bool read_inputs(
    struct arena *a, struct str in, struct http_signature *out, int *n, const char **why)
{
    for (bool more = true; more; ++*n) {
        if (*n == SIGNATURES_MAX) {
            *why = "Signature-Input: too many signatures";
            return false;
        }
        if (!read_input(a, &in, &out[*n], why))
            return false;
        *why = "Signature-Input: not as RFC 9651 writes it";
        if (labelled(out, *n, out[*n].label) || !take_comma(&in, &more))
            return false;
    }
    return true;
}

static bool read_macs(struct arena *a, struct str in, struct http_signature *out, int n)
{
    for (bool more = true; more;) {
        struct str label, mac;
        if (!take_key(a, &in, &label) || !take(&in, '=') || !take_bytes(a, &in, &mac) ||
            !take_comma(&in, &more))
            return false;
        struct http_signature *s = labelled(out, n, label);
        if (s && s->mac.p)
            return false;
        if (s)
            s->mac = mac;
    }
    return true;
}

bool http_signatures_read(struct arena *a, struct str input, struct str signature,
    struct http_signature out[SIGNATURES_MAX], int *n, const char **why)
{
    *n = 0;
    if (!read_inputs(a, input, out, n, why))
        return false;
    *why = "Signature: LABEL=:base64: is expected";
    return read_macs(a, signature, out, *n);
}

bool http_signature_covers(const struct http_signature *s, const char *component)
{
    for (int i = 0; i < s->n; i++) {
        if (str_is(s->component[i], component))
            return true;
    }
    return false;
}

/* ---- the text that is signed ----------------------------------------------------------------- */

struct str http_signature_base(struct arena *a, const struct http_signature *s,
    http_component_fn *find, void *arg, struct str *missing)
{
    struct buf b;
    buf_init(&b, a);
    for (int i = 0; i < s->n; i++) {
        struct str value = find(arg, s->component[i]);
        *missing = s->component[i];
        if (!value.p)
            return value;
        buf_printf(&b, "\"%s\": ", s->component[i].p);
        buf_str(&b, value);
        buf_char(&b, '\n');
    }
    buf_text(&b, "\"@signature-params\": ");
    buf_str(&b, s->params);
    return buf_view(&b);
}

struct str http_mac(struct arena *a, const char *digest, struct str key, struct str text)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    size_t n = 0;
    if (!EVP_Q_mac(NULL, "HMAC", NULL, digest, NULL, key.p, key.n, (const unsigned char *)text.p,
            text.n, out, sizeof out, &n))
        return (struct str){NULL, 0};
    return arena_str(a, (const char *)out, n);
}

bool http_mac_eq(struct str a, struct str b)
{
    return a.p && b.p && a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

/* ---- Content-Digest -------------------------------------------------------------------------- */

static const struct {
    const char *name, *openssl;
} digests[] = {{"sha-256", "SHA256"}, {"sha-512", "SHA512"}, {"sm3", "SM3"}};

/* 1: it fits, 0: it does not, -1: not known here. */
static int digest_fits(struct str name, struct str told, struct str body)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(digests); i++) {
        if (!str_is(name, digests[i].name))
            continue;
        if (EVP_Q_digest(NULL, digests[i].openssl, NULL, body.p, body.n, out, &n) != 1)
            return -1;
        return told.n == n && memcmp(told.p, out, n) == 0;
    }
    return -1;
}

bool http_digest_fits(struct arena *a, struct str content_digest, struct str body)
{
    int known = 0;
    for (bool more = true; more;) {
        struct str name, told;
        if (!take_key(a, &content_digest, &name) || !take(&content_digest, '=') ||
            !take_bytes(a, &content_digest, &told) || !take_comma(&content_digest, &more))
            return false;
        int fits = digest_fits(name, told, body);
        if (fits == 0)
            return false;
        known += fits > 0;
    }
    return known > 0;
}
