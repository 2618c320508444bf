/*
 * report_keys.h - the keys that seals are signed with.
 */
#ifndef PLEDGED_REPORT_KEYS_H
#define PLEDGED_REPORT_KEYS_H
#include "server.h"
#include "signing.h"

/* Its name in the data folder. */
const char *report_key_file(enum signing_kind kind);

struct report_keys;
struct report_keys *report_keys_new(void);
void report_keys_free(struct report_keys *k);
/* Read them, or make them, once the database can say whether seals were signed already. Call again
 * and again until true: it is known which keys there are. */
bool report_keys_ready(struct server *s);
/* The signatures of a text as the JSON list of a seal: [{"algorithm", "fingerprint", "public_key",
 * "signature"}, …]. false: a key is missing (in *missing: its file) that seals were signed with
 * before. */
MUST_USE bool report_keys_sign(
    const struct report_keys *k, struct str text, struct buf *out, const char **missing);
#endif
