/*
 * verdict.c - what the database said of one element, out of a row.
 */
#include "lane.h"
#include <assert.h>

/* Rows of record_write have the same columns after their ord, up to head. */
static_assert((int)RECORD_WRITE_HEAD - (int)RECORD_WRITE_OUTCOME == (int)RECORD_GET_HEAD,
    "verdicts have one shape");

static bool outcome_parse(struct str s, enum outcome *out)
{
    static const char *const names[] = {
        "created", "replay", "conflict", "refused", "stale", "missing", "key_changed"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_is(s, names[i])) {
            *out = (enum outcome)i;
            return true;
        }
    }
    return false;
}

bool verdict_read(const struct rows *rows, int row, int first_column, struct verdict *v)
{
    int c = first_column;
    *v = (struct verdict){.leaf = -1};
    if (!outcome_parse(rows_at(rows, row, c + RECORD_GET_OUTCOME), &v->outcome))
        return false;
    v->id = rows_at(rows, row, c + RECORD_GET_ID);
    v->body = rows_at(rows, row, c + RECORD_GET_BODY);
    v->sha256 = rows_at(rows, row, c + RECORD_GET_SHA256);
    v->recorded_at = rows_at(rows, row, c + RECORD_GET_RECORDED_AT);
    v->recorded_by = rows_at(rows, row, c + RECORD_GET_RECORDED_BY);
    v->flags = rows_at(rows, row, c + RECORD_GET_FLAGS);
    v->leaf_hash = rows_at(rows, row, c + RECORD_GET_LEAF_HASH);
    if (rows->columns >= c + RECORD_GET_COLUMNS) {
        v->life = rows_at(rows, row, c + RECORD_GET_LIFE);
        v->mark = rows_at(rows, row, c + RECORD_GET_MARK);
    }
    (void)rows_int(rows, row, c + RECORD_GET_VERSION, &v->version); /* absent: a missing record */
    (void)rows_int(rows, row, c + RECORD_GET_LEAF, &v->leaf);
    (void)rows_int(rows, row, c + RECORD_GET_HEAD, &v->head);
    return true;
}

void verdicts_keep(struct work *w)
{
    struct verdict *kept = arena_alloc(w->a, (size_t)w->n * sizeof *kept);
    for (int i = 0; i < w->n; i++) {
        kept[i] = w->verdict[i];
        kept[i].id = arena_keep(w->a, kept[i].id);
        kept[i].body = arena_keep(w->a, kept[i].body);
        kept[i].recorded_at = arena_keep(w->a, kept[i].recorded_at);
        kept[i].recorded_by = arena_keep(w->a, kept[i].recorded_by);
        kept[i].flags = arena_keep(w->a, kept[i].flags);
        kept[i].sha256 = arena_keep(w->a, kept[i].sha256);
        kept[i].leaf_hash = arena_keep(w->a, kept[i].leaf_hash);
    }
    w->verdict = kept;
}
