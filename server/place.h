/*
 * place.h - the data folder, and the user who works there.
 */
#ifndef PLEDGED_PLACE_H
#define PLEDGED_PLACE_H
#include "arena.h"
#include <sys/types.h>

struct place {
    const char *data; /* whole path, links followed */
    const char *user; /* who owns it, and whom daemon and cluster run as */
    uid_t uid;
    gid_t gid;
    bool is_closed; /* that user may not pass through a folder above data */
};

/*
 * Find the data folder; make it where none is, if `make`. Texts live in the arena.
 *
 * What was not made by this program is left as it is, and refused: a device, a file, a folder that
 * others may write to or that holds something else. Root works for the folder's owner; a folder of
 * its own it gives (if `make`) to the user pledged, else postgres, else nobody.
 */
MUST_USE bool place_open(struct arena *a, const char *data, bool make, struct place *out);

/* Where his cluster listens: below the data folder, or in /tmp where that path is too long. */
const char *place_socket(struct arena *a, const struct place *p);
/* A folder of his, closed to others: made, or there already. false after logging. */
MUST_USE bool place_folder(const struct place *p, const char *path);

/* Become the user of the place for good; nothing where this process is not root. Of root's rights
 * one is kept where a folder above data is closed: to pass through it. `aside`: it is kept in any
 * case, but put away; place_reading takes it up. */
MUST_USE bool place_become(const struct place *p, bool aside);
/* The right to read files that are root's, as a private key may be: taken up, put away again, or
 * given up for good. Nothing for who has not kept it. */
enum reading { READING_ASIDE, READING_NOW, READING_NEVER };
void place_reading(const struct place *p, enum reading r);
#endif
