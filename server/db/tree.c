/*
 * tree.c - the hashes of the log's tree as the database stores them.
 */
#include "tree.h"
#include "json.h"

void tree_begin(struct tree_rows *t, struct arena *a)
{
    t->rows = NULL;
    buf_init(&t->wanted, a);
    json_open(&t->wanted, '[');
}

struct str tree_wanted(struct tree_rows *t)
{
    json_close(&t->wanted, ']');
    return buf_view(&t->wanted);
}

hash tree_find(void *arg, int level, uint64_t last)
{
    struct tree_rows *t = arg;
    hash h = {{0}};
    if (!t->rows) {
        json_i64(&t->wanted, (int64_t)last);
        return h;
    }
    for (int i = 0; i < t->rows->n; i++) {
        int64_t no;
        struct str hex = rows_at(t->rows, i, LOG_NODES_HASHES);
        if (!rows_int(t->rows, i, LOG_NODES_NO, &no) || (uint64_t)no != last)
            continue;
        bool found = hex.n >= (size_t)(level + 1) * 64 &&
                     hash_parse((struct str){hex.p + level * 64, 64}, &h);
        return found ? h : (hash){{0}};
    }
    return h;
}
