/*
 * writer.h - a connection for what is written beside the lane: neither records nor what decides.
 */
#ifndef PLEDGED_WRITER_H
#define PLEDGED_WRITER_H
#include "db.h"

struct writer;
typedef void writer_done_fn(void *arg, const struct fail *fail); /* fail == NULL: committed */

/* up: called whenever it has been connected. */
struct writer *writer_open(
    const struct database *d, const char *name, void (*up)(void *arg), void *arg);
bool writer_is_up(const struct writer *w);
/* One statement, one transaction, as nobody. done is called exactly once. */
void writer_send(struct writer *w, enum sql_id sql, const struct str *params, int n,
    writer_done_fn *done, void *arg);
void writer_close(struct writer *w);
#endif
