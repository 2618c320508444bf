/*
 * keyfile.h - private keys in the data folder.
 */
#ifndef PLEDGED_KEYFILE_H
#define PLEDGED_KEYFILE_H
#include "signing.h"

/* The key in folder/name. When no such file is there and `make`: made, mode 0600, written beside
 * and renamed, so that a crash leaves no half key; a file that is there is never replaced. NULL:
 * there is none, or (after logging "seal_failed") it cannot be read or made, or is of another
 * kind. */
struct signing_key *keyfile_open(
    const char *folder, const char *name, enum signing_kind kind, bool make);
/* A file of a key into the folder, as keyfile_open makes it; false: there is one, or it cannot be.
 */
MUST_USE bool keyfile_write(const char *folder, const char *name, struct str text);
/* A whole file, at most `most` bytes; absent when it cannot be read. */
struct str file_read(struct arena *a, const char *path, size_t most);
#endif
