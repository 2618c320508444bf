/*
 * memo.c - what was counted before, kept so that the next count can go on from it.
 *
 * A handful of texts by name, in memory alone: a daemon that begins counts once from the start.
 * When there is no room the one that was kept longest ago goes.
 */
#include "memo.h"
#include <stdlib.h>
#include <string.h>

enum { MEMOS = 64 };

struct memo {
    char *name, *text;
    size_t text_n;
};
struct memos {
    struct memo slot[MEMOS];
    int oldest; /* the next to go */
};

struct memos *memos_new(void)
{
    struct memos *m = calloc(1, sizeof *m);
    MUST(m);
    return m;
}

void memos_free(struct memos *m)
{
    for (int i = 0; m && i < MEMOS; i++) {
        free(m->slot[i].name);
        free(m->slot[i].text);
    }
    free(m);
}

static int place_of(const struct memos *m, struct str name)
{
    for (int i = 0; i < MEMOS; i++) {
        if (m->slot[i].name && str_is(name, m->slot[i].name))
            return i;
    }
    return -1;
}

struct str memo_find(const struct memos *m, struct str name)
{
    int i = place_of(m, name);
    return i < 0 ? (struct str){NULL, 0} : (struct str){m->slot[i].text, m->slot[i].text_n};
}

void memo_keep(struct memos *m, struct str name, struct str text)
{
    int i = place_of(m, name);
    if (i < 0) {
        i = m->oldest;
        m->oldest = (m->oldest + 1) % MEMOS;
        free(m->slot[i].name);
        m->slot[i].name = strndup(name.p, name.n);
    }
    free(m->slot[i].text);
    m->slot[i].text = strndup(text.p, text.n);
    m->slot[i].text_n = text.n;
    MUST(m->slot[i].name && m->slot[i].text);
}
