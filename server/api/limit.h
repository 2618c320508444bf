/*
 * limit.h - how often one organisation or one address may ask, and how long a wrong sign-in waits.
 */
#ifndef PLEDGED_LIMIT_H
#define PLEDGED_LIMIT_H
#include "arena.h"

struct limits;
struct limits *limits_new(void);
void limits_free(struct limits *l);

/* One request of whoever the key names, of per_s in a second (0: as many as it likes). false: it
 * comes too soon, by *wait_s seconds. */
MUST_USE bool limit_take(struct limits *l, struct str key, int64_t per_s, int64_t *wait_s);
/* One more that waits for its answer, unless so many of whoever the key names do; and that it has
 * been answered, once for each that was taken. */
MUST_USE bool limit_enter(struct limits *l, struct str key, int64_t most);
void limit_leave(struct limits *l, struct str key);
/* How many were wrong, the last of them within so many seconds. */
int64_t limit_struck(struct limits *l, struct str key, int64_t within_s);
/* A sign-in from this address was wrong: how long its answer waits, longer each time. */
int64_t limit_strike(struct limits *l, struct str key);
#endif
