/*
 * verdict.c - what the database said of one element, out of a row.
 */
#include "lane.h"

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
    if (!outcome_parse(rows_at(rows, row, c + V_OUTCOME), &v->outcome))
        return false;
    v->id = rows_at(rows, row, c + V_ID);
    v->body = rows_at(rows, row, c + V_BODY);
    v->sha256 = rows_at(rows, row, c + V_SHA256);
    v->recorded_at = rows_at(rows, row, c + V_AT);
    v->recorded_by = rows_at(rows, row, c + V_BY);
    v->flags = rows_at(rows, row, c + V_FLAGS);
    v->leaf_hash = rows_at(rows, row, c + V_LEAF_HASH);
    if (rows->columns >= c + VERDICT_COLUMNS) {
        v->life = rows_at(rows, row, c + V_LIFE);
        v->mark = rows_at(rows, row, c + V_MARK);
    }
    (void)rows_int(rows, row, c + V_VERSION, &v->version); /* absent: a missing record */
    (void)rows_int(rows, row, c + V_LEAF, &v->leaf);
    (void)rows_int(rows, row, c + V_HEAD, &v->head);
    return true;
}
