/*
 * limit.c - how often one organisation or one address may ask, and how long a wrong sign-in waits.
 *
 * A bucket a key fills at so many requests a second and holds a second's worth, so that what comes
 * evenly is never refused and what comes at once is taken up to that. Beside it stands how many
 * requests wait for their answers: whatever a request costs, nobody has more than so many before
 * those of others. The table has a fixed size: who has been silent for longest makes room, and he
 * would have found his bucket full anyway; whoever waits last of all.
 */
#include "limit.h"
#include "clock.h"
#include <stdlib.h>

enum {
    SLOTS = 1 << 13,
    WAYS = 8, /* slots that a key can stand in */
    SECOND_US = 1000000,
    STRIKES_FREE = 3, /* wrong sign-ins that are answered at once: everybody mistypes */
    STRIKE_MS = 125,  /* what the next one waits; each further one twice as long */
    STRIKE_MS_MAX = 4000,
    FORGIVEN_S = 300 /* without a wrong one they are forgotten */
};

struct bucket {
    uint64_t key;    /* 0: free */
    int64_t used_us; /* of the second that it holds: grows by 1/per_s a request */
    int64_t seen_us; /* when it was asked for last: monotonic */
    int64_t strikes, struck_us;
    int64_t waiting; /* requests that are not answered yet */
};
struct limits {
    struct bucket slot[SLOTS];
};

struct limits *limits_new(void)
{
    struct limits *l = calloc(1, sizeof *l);
    MUST(l);
    return l;
}

void limits_free(struct limits *l)
{
    free(l);
}

/* FNV-1a: keys are addresses and numbers of organisations, which nobody chooses freely. */
static uint64_t key_of(struct str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h ? h : 1;
}

/* Makes a rather room than b? */
static bool gives_way(const struct bucket *a, const struct bucket *b)
{
    if ((a->waiting == 0) != (b->waiting == 0))
        return a->waiting == 0;
    return a->seen_us < b->seen_us;
}

static struct bucket *bucket_of(struct limits *l, struct str key)
{
    uint64_t k = key_of(key);
    struct bucket *oldest = NULL;
    for (int i = 0; i < WAYS; i++) {
        struct bucket *b = &l->slot[(k + (uint64_t)i) % SLOTS];
        if (b->key == k)
            return b;
        if (!oldest || gives_way(b, oldest))
            oldest = b;
    }
    *oldest = (struct bucket){.key = k};
    return oldest;
}

bool limit_take(struct limits *l, struct str key, int64_t per_s, int64_t *wait_s)
{
    if (per_s <= 0)
        return true;
    struct bucket *b = bucket_of(l, key);
    int64_t now = monotonic_us(), passed = now - b->seen_us, one = SECOND_US / per_s;
    b->seen_us = now;
    b->used_us = b->used_us > passed ? b->used_us - passed : 0;
    if (b->used_us + one > SECOND_US) {
        *wait_s = 1;
        return false;
    }
    b->used_us += one;
    return true;
}

bool limit_enter(struct limits *l, struct str key, int64_t most)
{
    struct bucket *b = bucket_of(l, key);
    if (b->waiting >= most)
        return false;
    b->waiting++;
    return true;
}

void limit_leave(struct limits *l, struct str key)
{
    struct bucket *b = bucket_of(l, key);
    b->waiting -= b->waiting > 0; /* 0: it made room meanwhile, among very many */
}

int64_t limit_strike(struct limits *l, struct str key)
{
    struct bucket *b = bucket_of(l, key);
    int64_t now = monotonic_us();
    if (now - b->struck_us > (int64_t)FORGIVEN_S * SECOND_US)
        b->strikes = 0;
    b->seen_us = b->struck_us = now;
    b->strikes++;
    int64_t beyond = b->strikes - STRIKES_FREE - 1;
    if (beyond < 0)
        return 0;
    return beyond > 5 ? STRIKE_MS_MAX : (int64_t)STRIKE_MS << beyond;
}

int64_t limit_struck(struct limits *l, struct str key, int64_t within_s)
{
    const struct bucket *b = bucket_of(l, key);
    return monotonic_us() - b->struck_us < within_s * SECOND_US ? b->strikes : 0;
}
