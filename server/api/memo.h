/*
 * memo.h - what was counted before, kept so that the next count can go on from it.
 */
#ifndef PLEDGED_MEMO_H
#define PLEDGED_MEMO_H
#include "arena.h"

struct memos;
struct memos *memos_new(void);
void memos_free(struct memos *m);

/* The text that was kept last under a name; p == NULL: none. It stays where it is until the next
 * memo_keep. */
struct str memo_find(const struct memos *m, struct str name);
void memo_keep(struct memos *m, struct str name, struct str text);
#endif
