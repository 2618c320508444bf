/*
 * seal_keys.h - the private keys of a data folder, encrypted to a certificate and back.
 */
#ifndef PLEDGED_SEAL_KEYS_H
#define PLEDGED_SEAL_KEYS_H
#include "place.h"

/* Encrypt text to the certificate in that file: CMS in PEM, as `openssl cms -decrypt -inform PEM`
 * reads it. p == NULL after printing why. */
struct str envelope_close(struct arena *a, const char *certificate, struct str text);
/* With the private key (PEM) that the certificate belongs to. */
struct str envelope_open(struct arena *a, const char *key, struct str envelope);

/* Every key of the data folder into folder/NAME.cms. */
MUST_USE bool keys_put(
    struct arena *a, const struct place *p, const char *folder, const char *certificate);
/* Back into the data folder; one that is there is left as it is. How many, -1 after printing. */
int keys_take(struct arena *a, const struct place *p, const char *folder, const char *key);
#endif
