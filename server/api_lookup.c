/*
 * api_lookup.c - an enterprise, a right, a receipt: what the records add up to for this reader.
 *
 * The statements build the JSON; row-level security decides which rows are in it.
 */
#include "api.h"
#include "ident.h"
#include "merkle.h"

static void on_document(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    if (fail)
        reply_fail(r, fail);
    else if (rows->n == 0 || !rows_at(rows, 0, 0).p)
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
    else
        reply_json(r, 200, rows_at(rows, 0, 0));
}

static void look_up(struct req *r, ident_fn *check, const char *statement)
{
    enum err_code code = E_TYPE;
    struct str hint = STR(""), key;
    if (!check(r->a, r->capture[0], &key, &code, &hint)) {
        reply_refuse(r, code, "", "%s", hint.p);
        return;
    }
    db_query(r->server->db, r->a, r->actor, statement, &key, 1, on_document, r);
}

void enterprise_get(struct req *r)
{
    look_up(r, ident_uscc, "enterprise_get");
}

void ip_get(struct req *r)
{
    look_up(r, ident_ip, "ip_get");
}

/* ---- receipts ------------------------------------------------------------------------------- */

static void write_path(struct req *r, struct buf *out, struct str leaves_hex, int64_t index)
{
    uint64_t n = leaves_hex.n / 64;
    hash *leaves = arena_alloc(r->a, n * sizeof *leaves + 1);
    hash path[64];
    for (uint64_t i = 0; i < n; i++)
        MUST(hash_parse((struct str){leaves_hex.p + i * 64, 64}, &leaves[i]));
    int length = merkle_path(leaves, n, (uint64_t)index, path);
    json_key(out, "path");
    json_open(out, '[');
    for (int i = 0; i < length; i++)
        json_str(out, hash_hex(r->a, path[i]));
    json_close(out, ']');
}

static void on_receipt(void *arg, const struct rows *rows, const struct fail *fail)
{
    enum { LEAF, SIZE, ROOT, SIGNATURE, SIGNED_AT, LEAF_TEXT, LEAVES };
    struct req *r = arg;
    int64_t leaf, size;
    if (fail || rows->n == 0) {
        on_document(r, rows, fail);
        return;
    }
    MUST(rows_int(rows, 0, LEAF, &leaf) && rows_int(rows, 0, SIZE, &size));
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_key(&out, "leaf");
    json_i64(&out, leaf);
    json_key(&out, "leaf_text");
    json_str(&out, rows_at(rows, 0, LEAF_TEXT));
    json_key(&out, "size");
    json_i64(&out, size);
    json_key(&out, "root");
    json_str(&out, rows_at(rows, 0, ROOT));
    json_key(&out, "signed_at");
    json_str(&out, rows_at(rows, 0, SIGNED_AT));
    json_key(&out, "signature");
    json_str(&out, rows_at(rows, 0, SIGNATURE));
    write_path(r, &out, rows_at(rows, 0, LEAVES), leaf);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

void receipt_get(struct req *r)
{
    struct str params[] = {r->capture[0], req_param(r, "version")};
    money version;
    bool good = !params[1].p || (params[1].n < 9 && !memchr(params[1].p, '.', params[1].n) &&
                                    money_parse(params[1], &version) && version.fen >= 100);
    if (!uuid_is(params[0]))
        reply_refuse(r, E_NOT_FOUND, "", "%s", params[0].p);
    else if (!good)
        reply_refuse(r, E_RANGE, "?version", "1–");
    else
        db_query(r->server->db, r->a, r->actor, "receipt_get", params, 2, on_receipt, r);
}
