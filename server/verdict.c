/*
 * verdict.c - what the database said of one element, out of a row.
 */
#include "db.h"

static bool outcome_parse(struct str s, enum outcome *out)
{
    static const char *const names[] = {
        "created", "replay", "conflict", "stale", "missing", "key_changed"};
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
    enum { OUTCOME, ID, VERSION, BODY, SHA256, AT, BY, FLAGS, LEAF, LEAF_HASH, HEAD };
    int c = first_column;
    *v = (struct verdict){.leaf = -1};
    if (!outcome_parse(rows_at(rows, row, c + OUTCOME), &v->outcome))
        return false;
    v->id = rows_at(rows, row, c + ID);
    v->body = rows_at(rows, row, c + BODY);
    v->sha256 = rows_at(rows, row, c + SHA256);
    v->recorded_at = rows_at(rows, row, c + AT);
    v->recorded_by = rows_at(rows, row, c + BY);
    v->flags = rows_at(rows, row, c + FLAGS);
    v->leaf_hash = rows_at(rows, row, c + LEAF_HASH);
    (void)rows_int(rows, row, c + VERSION, &v->version); /* absent: a missing record */
    (void)rows_int(rows, row, c + LEAF, &v->leaf);
    (void)rows_int(rows, row, c + HEAD, &v->head);
    return true;
}
