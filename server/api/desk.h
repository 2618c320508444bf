/*
 * desk.h - requests for cover are judged, in the order in which they were recorded.
 */
#ifndef PLEDGED_DESK_H
#define PLEDGED_DESK_H
#include "server.h"

/* Whoever waits for the desk; lives until its turn. */
struct desk_seat {
    struct desk_seat *next;
    void (*done)(void *arg);
    void *arg;
};

struct desk *desk_open(struct server *s);
/* done is called, on the loop, when everything that was recorded before this call has been judged,
 * or cannot be now. */
void desk_wait(struct desk *d, struct desk_seat *seat, void (*done)(void *arg), void *arg);
/* The same, and nobody waits. */
void desk_poke(struct desk *d);
void desk_close(struct desk *d);
#endif
