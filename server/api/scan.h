/*
 * scan.h - one rule of red flags over the whole book.
 *
 * It is read on a connection that reads, beside the write lane; only what is new goes through the
 * lane, a slice of whole cases at a time, so that whatever else waits there goes in between.
 */
#ifndef PLEDGED_SCAN_H
#define PLEDGED_SCAN_H
#include "db.h"
#include "lane.h"
#include "server.h"

enum { SCAN_REFERENCE, SCAN_RULE, SCAN_WIDTH }; /* fields of flag_scan_record */

struct scan {
    struct server *s;
    struct arena *a; /* lives until done */
    const struct actor *actor;
    struct str rule;
    void (*done)(void *arg, const struct fail *fail);
    void *arg;
    /* what came of it */
    int64_t cases, raised, ms;
    /* scan.c's own */
    struct db_ask ask;
    int next;
    int64_t since_us;
    struct work work;
};
void scan_begin(struct scan *scan);
/* {"rule":…,"cases":…,"raised":…,"ms":…} */
void scan_write(struct buf *out, const struct scan *scan);
#endif
