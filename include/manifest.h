/*
 * manifest.h - what a seal says of a quarterly report: the text that is signed.
 *
 * Plain lines, so that an auditor can read them and check each with sha256sum, openssl dgst -sm3
 * and wc -c:
 *
 *   pledged-report-seal-2                   (1: without proposed_by and reason)
 *   quarter 2022Q3
 *   as_of 2022-09-30                        the last day that counts
 *   basis signed_on
 *   known_at 2022-10-12T09:30:00.123456+08:00   what was recorded by then is in it
 *   log_size 48213                          the signed log of records at that instant
 *   log_root 5f1c…
 *   sealed_at 2022-10-12T09:31:02.000000+08:00
 *   sealed_by 李华@FINANCE                  who agreed to it
 *   proposed_by 王敏@FINANCE
 *   reason 季度会审通过                     or -
 *   previous 77ab…                          SHA-256 of the manifest before; or none
 *   cells 812 9e2d…                         figures, and the SHA-256 of their lines
 *   form json zh 48213 SHA-256 SM3          one line a sealed file: bytes and digests
 */
#ifndef PLEDGED_MANIFEST_H
#define PLEDGED_MANIFEST_H
#include "arena.h"

enum { MANIFEST_FORMS_MAX = 16 };

struct sealed_form {
    struct str format, language; /* "xlsx", "zh" */
    int64_t bytes;
    struct str sha256, sm3; /* hex; sm3 "-" where it was not offered */
};
struct manifest {
    struct str quarter, as_of, basis, known_at, log_size, log_root, sealed_at, sealed_by;
    struct str proposed_by, reason; /* p == NULL: of the first form, which has neither */
    struct str previous, cells;
    int n;
    struct sealed_form form[MANIFEST_FORMS_MAX];
};

struct sealed_form sealed_form_of(
    struct arena *a, struct str format, struct str language, struct str bytes);
/* The form with these bytes; NULL: none. */
const struct sealed_form *manifest_form(
    struct arena *a, const struct manifest *m, struct str bytes);
struct str manifest_text(struct arena *a, const struct manifest *m);
/* false: not exactly the text that manifest_text gives. */
MUST_USE bool manifest_parse(struct arena *a, struct str text, struct manifest *m);
#endif
