/*
 * link.h - one PostgreSQL connection on the loop, always in pipeline mode.
 *
 * Shared by db.c (readers) and lane.c (writer). Statements queue up, link_sync ends a group; the
 * group's end function hears whether all of it worked, and only after the Sync came back.
 */
#ifndef PLEDGED_LINK_H
#define PLEDGED_LINK_H
#include "db.h"
#include <libpq-fe.h>

struct link;

/* Copy a result into an arena (db.c). */
void rows_copy(struct arena *a, const PGresult *r, struct rows *out);

/* A result of one statement: PGRES_TUPLES_OK or PGRES_COMMAND_OK; NULL when it failed or was
 * skipped (the group's end hears why). Not called when the connection is lost. The rows are
 * provisional until the end function says so. */
typedef void link_result_fn(void *arg, const PGresult *result);
/* fail == NULL: committed. Called exactly once per link_sync, also when the connection is lost. */
typedef void link_end_fn(void *arg, const struct fail *fail);

struct link_setup {
    const char *name;         /* for the log: "reader", "lane" */
    const char *const *first; /* statements sent once after connecting; ends with NULL */
    void (*up)(void *arg);    /* connected, its settings made */
    void (*down)(void *arg);  /* lost; every pending group has been told */
    void (*notified)(void *arg, const char *channel);
    void *arg;
    bool writes;       /* logs in as the role that may write */
    bool patient;      /* `first` may wait for ever: for a lock that another daemon holds */
    bool prepares_all; /* after connecting, not when they are first asked */
};

struct link *link_open(const struct database *d, const struct link_setup *setup);
bool link_is_up(const struct link *l);
/* Groups sent and not yet ended. */
int link_pending(const struct link *l);
/* How long the one in front has waited without any progress; 0: none waits. */
int64_t link_waits_us(const struct link *l);
/* Before the group in which `sql` is sent, where the connection does not prepare all. */
void link_prepare(struct link *l, enum sql_id sql);
/* Parameters are texts; p == NULL is SQL null. They are copied. */
void link_send(struct link *l, enum sql_id sql, const struct str *params, int n,
    link_result_fn *result, void *arg);
/* Run as this actor until the next Sync (row-level security sees it). */
void link_identity(struct link *l, const struct actor *actor);
/* The same of whoever is about to write: fails when his token has ended. */
void link_identity_live(struct link *l, const struct actor *actor);
/* Ask for the results so far without ending the transaction. */
void link_nudge(struct link *l);
void link_sync(struct link *l, link_end_fn *end, void *arg);
/* Drop the connection (a protocol surprise); it comes back by itself. */
void link_reset(struct link *l, const char *why);
void link_close(struct link *l);
#endif
