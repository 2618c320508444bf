/*
 * outgoing.h - requests that the ledger makes of others: witnesses, subscribers.
 *
 * Each is a POST on a thread of its own, so that one who is away keeps nobody waiting. The answer
 * comes on the loop. Nothing is followed: no redirect, no proxy of the environment.
 */
#ifndef PLEDGED_OUTGOING_H
#define PLEDGED_OUTGOING_H
#include "arena.h"
#include <netinet/in.h>

struct event_base;
struct outgoing;

struct outgoing_post {
    struct str url, body;
    const struct str *header; /* "Name: value" */
    int headers;
    bool public_only; /* to an address of the public internet, or not at all */
};
struct outgoing_answer {
    long status;      /* 0: none came, error says why */
    struct str bytes; /* at most 64 KiB: longer ones are errors */
    const char *error;
};
typedef void outgoing_fn(void *arg, const struct outgoing_answer *answer);

struct outgoing *outgoing_open(struct event_base *base);
/* done is called once, unless everything is closed before; false: no thread, it will not be. */
MUST_USE bool outgoing_send(
    struct outgoing *o, const struct outgoing_post *p, outgoing_fn *done, void *arg);
/* Breaks off what is under way; nobody is told. */
void outgoing_close(struct outgoing *o);

/* Is it an address that anybody on the internet has: not this machine, a private network, a link,
 * or a way into one of these? */
bool address_is_public(const struct sockaddr *address);
#endif
