/* Any Signature-Input, Signature and Content-Digest: no crash; what is read was written in one way.
 */
#include "http_signature.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str component(void *arg, struct str name)
{
    (void)arg;
    return name.n % 2 ? STR("value") : (struct str){NULL, 0};
}

/* The bytes up to the first zero, and those behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    size_t n = zero ? (size_t)(zero - data) : size;
    struct str one = arena_str(a, (const char *)data, n), two = STR("");
    struct http_signature *s = arena_alloc(a, SIGNATURES_MAX * sizeof *s);
    const char *why = "";
    int count = 0;
    if (zero)
        two = arena_str(a, (const char *)zero + 1, size - n - 1);
    if (http_signatures_read(a, one, two, s, &count, &why)) {
        struct str missing;
        MUST(count > 0 && count <= SIGNATURES_MAX);
        for (int i = 0; i < count; i++) {
            MUST(strstr(one.p, s[i].params.p));
            struct str base = http_signature_base(a, &s[i], component, NULL, &missing);
            MUST(!base.p || base.n >= s[i].params.n);
        }
    } else {
        MUST(*why);
    }
    (void)http_digest_fits(a, one, two);
    arena_free(a);
    return 0;
}
