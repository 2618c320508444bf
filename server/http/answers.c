/*
 * answers.c - how long answers took, by method, route and status.
 *
 * Only what has been answered has a row: a hash table of routes times the few statuses that each
 * knows. Addresses that lead nowhere are one row, or a stranger could make any number of them.
 */
#include "answers.h"
#include "clock.h"
#include <stdlib.h>

enum { ROOMS = 512 };

struct row {
    struct row *next;
    const char *method, *route; /* static texts */
    int status;
    struct histogram h;
};

struct answers {
    struct row *room[ROOMS];
};

struct answers *answers_new(void)
{
    struct answers *a = calloc(1, sizeof *a);
    MUST(a);
    return a;
}

static struct row *row_of(struct answers *a, const char *method, const char *route, int status)
{
    /* The texts are those of the route table: the same text is the same address. */
    size_t key = ((size_t)route >> 3) * 31 + ((size_t)method >> 3) * 7 + (size_t)status;
    struct row **at = &a->room[key % ROOMS];
    while (*at && ((*at)->method != method || (*at)->route != route || (*at)->status != status))
        at = &(*at)->next;
    if (!*at) {
        *at = calloc(1, sizeof **at);
        MUST(*at);
        **at = (struct row){.method = method, .route = route, .status = status};
    }
    return *at;
}

void answers_note(struct answers *a, const struct req *r, int status)
{
    static const char *const methods[] = {[METHOD_GET] = "GET",
        [METHOD_HEAD] = "HEAD",
        [METHOD_POST] = "POST",
        [METHOD_PUT] = "PUT",
        [METHOD_DELETE] = "DELETE",
        [METHOD_OTHER] = "other"};
    static const char nowhere[] = "none";
    const char *route = r->route_path ? r->route_path : nowhere;
    histogram_note(&row_of(a, methods[r->method], route, status)->h, &meter_seconds,
        monotonic_us() - r->started_us);
}

void answers_write(const struct answers *a, struct buf *out)
{
    static const char name[] = "pledged_request_seconds";
    meter_family(out, name, "histogram", "From the head of a request to the end of its answer.");
    for (int i = 0; i < ROOMS; i++) {
        for (const struct row *x = a->room[i]; x; x = x->next)
            meter_histogram(out, name,
                arena_printf(out->a, "method=\"%s\",route=\"%s\",status=\"%d\"", x->method,
                    x->route, x->status)
                    .p,
                &x->h, &meter_seconds);
    }
}

void answers_free(struct answers *a)
{
    for (int i = 0; a && i < ROOMS; i++) {
        while (a->room[i]) {
            struct row *x = a->room[i];
            a->room[i] = x->next;
            free(x);
        }
    }
    free(a);
}
