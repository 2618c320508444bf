/*
 * receipt.c - the proof that a record is in the log.
 *
 * As JSON against the head that was signed with the record, as tlog-proof against the newest
 * checkpoint. The entry itself travels with a tlog-proof as its extra data, so that the file alone
 * is enough.
 */
#include "receipt.h"
#include "log_end.h"
#include "shapes.h"
#include "tlog.h"
#include "tree.h"

struct receipt {
    struct req *r;
    const struct rows *head; /* of receipt_get */
    struct tree_rows tree;
    struct tlog_proof proof;
    uint64_t size; /* of the tree that is proven against */
    receipt_fn *done;
    void *arg;
};

static void make_path(struct receipt *p)
{
    p->proof.length = merkle_path(tree_find, &p->tree, p->size, p->proof.index, p->proof.path);
}

/* The first round only asks. */
static void ask_nodes(struct receipt *p, db_rows_fn *done)
{
    tree_begin(&p->tree, p->r->a);
    make_path(p);
    struct str wanted = tree_wanted(&p->tree);
    db_query(p->r->server->db, p->r->a, p->r->actor, SQL_LOG_NODES, &wanted, 1, done, p);
}

static bool read_head(struct receipt *p, const struct rows *rows)
{
    int64_t leaf = 0, size = 0;
    p->head = rows;
    MUST(rows_int(rows, 0, RECEIPT_GET_LEAF, &leaf) && rows_int(rows, 0, RECEIPT_GET_SIZE, &size));
    p->proof.index = (uint64_t)leaf;
    p->size = (uint64_t)size;
    return p->proof.index < p->size;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void on_nodes(void *arg, const struct rows *rows, const struct fail *fail)
{
    static const struct {
        const char *key;
        int column;
        bool is_text;
    } members[] = {{"leaf", RECEIPT_GET_LEAF, false}, {"leaf_text", RECEIPT_GET_LEAF_TEXT, true},
        {"record", RECEIPT_GET_RECORD, true}, {"size", RECEIPT_GET_SIZE, false},
        {"root", RECEIPT_GET_ROOT, true}, {"signed_at", RECEIPT_GET_SIGNED_AT, true},
        {"signature", RECEIPT_GET_SIGNATURE, true}};
    struct receipt *p = arg;
    struct buf out;
    if (fail) {
        reply_fail(p->r, fail);
        return;
    }
    p->tree.rows = rows;
    make_path(p);
    buf_init(&out, p->r->a);
    json_open(&out, '{');
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        struct str value = rows_at(p->head, 0, members[i].column);
        json_key(&out, members[i].key);
        if (members[i].is_text)
            json_str(&out, value);
        else
            json_raw(&out, value);
    }
    json_member_list(&out, "path");
    for (int i = 0; i < p->proof.length; i++)
        json_str(&out, hash_hex(p->r->a, p->proof.path[i]));
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(p->r, 200, buf_view(&out));
}

static void on_receipt(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct receipt *p = arg;
    if (!rows_found(p->r, rows, fail))
        return;
    if (read_head(p, rows))
        ask_nodes(p, on_nodes);
    else
        reply_refuse(p->r, E_NOT_FOUND, "", "%s", p->r->capture[0].p);
}

/* ---- tlog-proof ------------------------------------------------------------------------------ */

static void on_proof_nodes(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct receipt *p = arg;
    if (fail) {
        p->done(p->arg, (struct str){NULL, 0});
        return;
    }
    p->tree.rows = rows;
    make_path(p);
    p->done(p->arg, tlog_proof_text(p->r->a, &p->proof));
}

static void on_proof(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct receipt *p = arg;
    struct req *r = p->r;
    bool found = !fail && rows->n > 0 && read_head(p, rows);
    p->proof.checkpoint = log_end_checkpoint(lane_log(r->server->lane), r->a, &p->size);
    if (!found || !p->proof.checkpoint.p || p->proof.index >= p->size) {
        p->done(p->arg, (struct str){NULL, 0});
        return;
    }
    struct str cosigned =
        log_end_cosigned(lane_log(r->server->lane), r->a, p->proof.index, &p->size);
    if (cosigned.p)
        p->proof.checkpoint = cosigned;
    p->proof.extra = rows_at(rows, 0, RECEIPT_GET_LEAF_TEXT);
    ask_nodes(p, on_proof_nodes);
}

void receipt_proof(struct req *r, struct str id, int64_t version, receipt_fn *done, void *arg)
{
    struct receipt *p = arena_alloc(r->a, sizeof *p);
    struct str params[] = {id, {NULL, 0}};
    *p = (struct receipt){.r = r, .done = done, .arg = arg};
    if (version > 0)
        params[1] = arena_printf(r->a, "%lld", (long long)version);
    db_query(r->server->db, r->a, r->actor, SQL_RECEIPT_GET, params, 2, on_proof, p);
}

void receipt_asked(struct req *r, const struct verdict *v, receipt_fn *done, void *arg)
{
    struct str receipt = req_param(r, "receipt");
    if (receipt.p && str_is(receipt, "full"))
        receipt_proof(r, v->id, v->version, done, arg);
    else
        done(arg, (struct str){NULL, 0});
}

static void on_text(void *arg, struct str proof)
{
    struct req *r = arg;
    if (proof.p)
        reply_bytes(r, 200, "text/plain; charset=utf-8", proof);
    else
        reply_refuse(r, E_BUSY, "", "%s", r->english ? "the log's checkpoint" : "日志检查点");
}

/* Whether it is there at all is answered as for JSON; then the proof is made. */
static void on_there(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct receipt *p = arg;
    int64_t version = 0;
    if (!rows_found(p->r, rows, fail))
        return;
    (void)param_count(p->r, "version", 1, INT32_MAX, 0, &version); /* it was read before */
    receipt_proof(p->r, p->r->capture[0], version, on_text, p->r);
}

/* ---- GET /v1/receipts/{id} ------------------------------------------------------------------- */

static bool wants_text(const struct req *r)
{
    struct str format = req_param(r, "format"), accept = req_header(r, "accept");
    return format.p ? str_is(format, "tlog-proof") : accept.p && str_starts(accept, "text/plain");
}

static void receipt_get(struct req *r)
{
    struct str params[] = {r->capture[0], req_param(r, "version")};
    struct receipt *p = arena_alloc(r->a, sizeof *p);
    int64_t version;
    p->r = r;
    if (!uuid_is(params[0]))
        reply_refuse(r, E_NOT_FOUND, "", "%s", params[0].p);
    else if (!param_count(r, "version", 1, INT32_MAX, 0, &version))
        reply_problem(r);
    else
        db_query(r->server->db, r->a, r->actor, SQL_RECEIPT_GET, params, 2,
            wants_text(r) ? on_there : on_receipt, p);
}

static const struct query q_version = {"version", Q_COUNT, .zh = "版本", .min = 1,
                              .max = INT32_MAX},
                          q_format = {"format", Q_WORD, .zh = "格式", .words = "json tlog-proof"};

const struct route receipt_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/receipts/{id}",
        .roles = EVERYBODY,
        .handle = receipt_get,
        .query = {&q_version, &q_format},
        .answers = ANSWERS(JSON_OF(receipt_shape), BYTES_OF("text/plain")),
        .zh = "回执",
        .en = "Proof that a record is in the signed log"},
    {.path = NULL},
};
