/*
 * writer.c - a connection for what is written beside the lane.
 */
#include "writer.h"
#include "link.h"
#include <stdlib.h>

struct writer {
    struct link *link;
};

struct writer *writer_open(
    const struct database *d, const char *name, void (*up)(void *arg), void *arg)
{
    static const char *const settings[] = {"set jit = off", NULL};
    struct writer *w = calloc(1, sizeof *w);
    MUST(w);
    const struct link_setup setup = {
        .name = name, .writes = true, .first = settings, .up = up, .arg = arg};
    w->link = link_open(d, &setup);
    return w;
}

bool writer_is_up(const struct writer *w)
{
    return link_is_up(w->link);
}

void writer_send(struct writer *w, enum sql_id sql, const struct str *params, int n,
    writer_done_fn *done, void *arg)
{
    link_prepare(w->link, sql);
    link_send(w->link, sql, params, n, NULL, NULL);
    link_sync(w->link, done, arg);
}

void writer_close(struct writer *w)
{
    if (!w)
        return;
    link_close(w->link);
    free(w);
}
