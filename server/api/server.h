/*
 * server.h - the services that handlers call.
 */
#ifndef PLEDGED_SERVER_H
#define PLEDGED_SERVER_H
#include "process.h"
#include "role.h"

struct record;
struct server {
    struct process process;
    struct http *http;
    struct db *db;
    struct lane *lane;
    struct pulse *pulse;
    struct intake *intake;
    struct access *access;
    struct auth *auth;
    struct case_cache *cases;
    struct loan_lane *loans;
    struct report_keys *report_keys;
    struct desk *desk;
    struct limits *limits;
    struct outgoing *outgoing;
    struct witnesses *witnesses;
    struct webhooks *webhooks;
    struct nonces *nonces;
    struct memos *memos, *shown; /* shown: figures of reports */
    int rehearsals;              /* under way: they share the readers */
    struct writer
        *sessions; /* of the console; also keeps files of reports before they are sealed */
    /* openapi_write: main.c names it, for it reads the routes, one of which leads to the handler
     * that answers with it. */
    void (*describe)(struct buf *out);
    /* rights_write, for the same reason: what whoever asks may do, as a list of routes. */
    void (*rights)(struct buf *out, const struct actor *me);
    /* rights_page, as well: can a record of this type be read at an address of its own? */
    bool (*has_page)(const struct record *rec);
    bool ready, draining;
};
#endif
