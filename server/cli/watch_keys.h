/*
 * watch_keys.h - whom a reader of the log's notes trusts.
 */
#ifndef PLEDGED_WATCH_KEYS_H
#define PLEDGED_WATCH_KEYS_H
#include "note.h"

enum { WATCH_KEYS_MAX = 32 };
struct watch_keys {
    struct arena *a;
    int n, files;
    struct {
        struct signing_key *key;
        struct note_key note; /* name.p == NULL: of PEM, its name is that of the log */
    } key[WATCH_KEYS_MAX];
};

/* Says what is wrong; always false. */
bool watch_wrong(const char *fmt, ...) PRINTF(1, 2);
/* Keys of a file: PEM, or vkeys, one a line. */
MUST_USE bool watch_keys_read(struct watch_keys *k, const char *path);
void watch_keys_free(struct watch_keys *k);
/* Is this a checkpoint that all of the keys have signed? Says so, or what is wrong. file: where it
 * comes from. */
MUST_USE bool watch_checkpoint(const struct watch_keys *k, const char *file, struct str bytes,
    struct checkpoint *out, bool quiet);
/* The key of the log in PEM, for what was signed in the older form; NULL: none was given. */
const struct signing_key *watch_pem(const struct watch_keys *k);
#endif
