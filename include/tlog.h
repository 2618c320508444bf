/*
 * tlog.h - proofs of the log as texts: C2SP tlog-proof, and the consistency proof of tlog-witness.
 */
#ifndef PLEDGED_TLOG_H
#define PLEDGED_TLOG_H
#include "note.h"

enum { TLOG_PATH_MAX = 64 };

/* "This entry is in the log of that checkpoint." */
struct tlog_proof {
    struct str extra; /* of ours: the entry itself; p == NULL: none */
    uint64_t index;
    int length;
    hash path[TLOG_PATH_MAX];
    struct str checkpoint; /* the note, verbatim */
};
struct str tlog_proof_text(struct arena *a, const struct tlog_proof *p);
MUST_USE bool tlog_proof_read(struct arena *a, struct str text, struct tlog_proof *out);

/* "That checkpoint's log begins with the `old` entries that you know." What is posted to a witness.
 */
struct tlog_step {
    uint64_t old;
    int length;
    hash path[TLOG_PATH_MAX];
    struct str checkpoint;
};
struct str tlog_step_text(struct arena *a, const struct tlog_step *s);
MUST_USE bool tlog_step_read(struct arena *a, struct str text, struct tlog_step *out);

/* Where a tile lies below the prefix of a log: tile/<level or entries>/x001/x234/067[.p/5]. */
enum { TLOG_TILE = 256, TLOG_ENTRIES = -1 };
struct tlog_tile {
    int level; /* TLOG_ENTRIES: the entries themselves */
    uint64_t n;
    int width; /* 1 to 256 */
};
struct str tlog_tile_path(struct arena *a, const struct tlog_tile *t);
/* Behind ".../tile/". */
MUST_USE bool tlog_tile_read(struct str path, struct tlog_tile *out);
#endif
