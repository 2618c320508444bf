/*
 * log.c - the log for whoever watches it: key, checkpoint, tiles, entries, consistency.
 *
 * By C2SP tlog-tiles below the prefix /v1/log. Hashes tell nothing of records, so that anybody may
 * read them; entries name who recorded and when, and go to those who see all records.
 */
#include "api.h"
#include "log_end.h"
#include "records.h"
#include "tlog.h"
#include "tree.h"

#define TEXT_TYPE  "text/plain; charset=utf-8"
#define BYTES_TYPE "application/octet-stream"

/* ---- key and checkpoint ---------------------------------------------------------------------- */

static void refuse_busy(struct req *r)
{
    reply_refuse(r, E_BUSY, "", "%s",
        r->english ? "another daemon writes the log, or none" : "本进程未在写入日志");
}

static void key_get(struct req *r)
{
    struct str format = req_param(r, "format");
    bool vkey = format.p && str_is(format, "vkey");
    struct str key = vkey ? log_end_vkeys(lane_log(r->server->lane), r->a)
                          : log_end_public_key(lane_log(r->server->lane), r->a);
    if (key.p)
        reply_bytes(r, 200, vkey ? TEXT_TYPE : "application/x-pem-file", key);
    else
        reply_refuse(r, E_BUSY, "", "log.key");
}

static void checkpoint_get(struct req *r)
{
    uint64_t size;
    struct str note = log_end_checkpoint(lane_log(r->server->lane), r->a, &size);
    struct str format = req_param(r, "format");
    bool cosigned = format.p && str_is(format, "cosigned");
    if (note.p && cosigned)
        note = log_end_cosigned(lane_log(r->server->lane), r->a, 0, &size);
    if (note.p)
        reply_bytes(r, 200, TEXT_TYPE, note);
    else if (cosigned)
        reply_refuse(
            r, E_BUSY, "", "%s", r->english ? "no witness has signed yet" : "尚无见证方签名");
    else
        refuse_busy(r);
}

/* ---- tiles ----------------------------------------------------------------------------------- */

static void not_there(struct req *r)
{
    reply_refuse(r, E_NOT_FOUND, "", "%s", r->path.p);
}

static void for_ever(struct req *r, const char *who)
{
    reply_header(r, "Cache-Control", arena_printf(r->a, "%s, max-age=31536000, immutable", who));
}

/* The tile of the address; false: none can have it. */
static bool tile_of(struct req *r, struct tlog_tile *t)
{
    static const char prefix[] = "/v1/log/tile/";
    size_t skip = sizeof prefix - 1;
    if (!tlog_tile_read((struct str){r->path.p + skip, r->path.n - skip}, t))
        return false;
    int level = t->level == TLOG_ENTRIES ? 0 : t->level;
    return level < 8 && (t->n + 1) * TLOG_TILE <= (uint64_t)(INT64_MAX >> (8 * level));
}

static void on_tile(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    const struct tlog_tile *t = r->state;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    buf_init(&out, r->a);
    for (int i = 0; i < rows->n; i++) {
        hash h;
        if (hash_parse(rows_at(rows, i, LOG_TILE_HASH), &h))
            buf_add(&out, (const char *)h.b, sizeof h.b);
    }
    if (out.n != (size_t)t->width * sizeof(hash)) {
        not_there(r);
        return;
    }
    for_ever(r, "public");
    reply_bytes(r, 200, BYTES_TYPE, buf_view(&out));
}

static struct str number(struct req *r, uint64_t n)
{
    return arena_printf(r->a, "%llu", (unsigned long long)n);
}

static void tile_get(struct req *r)
{
    struct tlog_tile *t = arena_alloc(r->a, sizeof *t);
    r->state = t;
    if (!tile_of(r, t)) {
        not_there(r);
        return;
    }
    int bits = 8 * t->level;
    struct str p[] = {number(r, ((t->n * TLOG_TILE + 1) << bits) - 1),
        number(r, UINT64_C(1) << bits), number(r, (uint64_t)t->width), number(r, (uint64_t)bits)};
    db_query(r->server->db, r->a, NULL, SQL_LOG_TILE, p, COUNT_OF(p), on_tile, r);
}

/* Each behind its length, two bytes. */
static void on_entries(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    const struct tlog_tile *t = r->state;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (rows->n != t->width) {
        not_there(r);
        return;
    }
    buf_init(&out, r->a);
    for (int i = 0; i < rows->n; i++) {
        struct str entry = rows_at(rows, i, LOG_ENTRIES_ENTRY);
        MUST(entry.n <= UINT16_MAX);
        buf_char(&out, (char)(entry.n >> 8));
        buf_char(&out, (char)entry.n);
        buf_str(&out, entry);
    }
    for_ever(r, "private");
    reply_bytes(r, 200, BYTES_TYPE, buf_view(&out));
}

static void entries_get(struct req *r)
{
    struct tlog_tile *t = arena_alloc(r->a, sizeof *t);
    r->state = t;
    if (!tile_of(r, t)) {
        not_there(r);
        return;
    }
    struct str p[] = {number(r, t->n * TLOG_TILE), number(r, (uint64_t)t->width)};
    db_query(r->server->db, r->a, r->actor, SQL_LOG_ENTRIES, p, COUNT_OF(p), on_entries, r);
}

/* ---- consistency ----------------------------------------------------------------------------- */

struct step {
    struct req *r;
    struct tree_rows tree;
    struct tlog_step proof;
    uint64_t size;
};

static void make_path(struct step *s)
{
    s->proof.length = merkle_consistency(tree_find, &s->tree, s->size, s->proof.old, s->proof.path);
}

static void on_nodes(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct step *s = arg;
    struct req *r = s->r;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    s->tree.rows = rows;
    make_path(s);
    if (s->proof.checkpoint.p) {
        reply_bytes(r, 200, TEXT_TYPE, tlog_step_text(r->a, &s->proof));
        return;
    }
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_int(&out, "from", (int64_t)s->proof.old);
    json_member_int(&out, "to", (int64_t)s->size);
    json_member_list(&out, "consistency");
    for (int i = 0; i < s->proof.length; i++)
        json_str(&out, hash_base64(r->a, s->proof.path[i]));
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void consistency_get(struct req *r)
{
    struct step *s = arena_alloc(r->a, sizeof *s);
    struct str format = req_param(r, "format");
    int64_t from = 0, to = 0;
    struct str note = log_end_checkpoint(lane_log(r->server->lane), r->a, &s->size);
    s->r = r;
    if (!note.p) {
        refuse_busy(r);
        return;
    }
    bool good = param_count(r, "to", 1, (int64_t)s->size, (int64_t)s->size, &to);
    good = param_count(r, "from", 1, to, 0, &from) && good;
    if (good && format.p && str_is(format, "text")) {
        s->proof.checkpoint = note;
        if ((uint64_t)to != s->size) /* there is a checkpoint of the newest alone */
            good = err_add(&r->err, E_RANGE, STR("?to"), "%lld", (long long)s->size);
    }
    if (!good) {
        reply_problem(r);
        return;
    }
    s->proof.old = (uint64_t)from;
    s->size = (uint64_t)to;
    tree_begin(&s->tree, r->a);
    make_path(s);
    struct str wanted = tree_wanted(&s->tree);
    db_query(r->server->db, r->a, NULL, SQL_LOG_NODES, &wanted, 1, on_nodes, s);
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define WATCHERS (FINANCE | IP_OFFICE | AUDITOR)

static const struct query q_key_format = {"format", Q_WORD, .zh = "格式", .words = "pem vkey"},
                          q_note_format = {"format", Q_WORD, .zh = "最新,或见证方已签的最新",
                              .words = "newest cosigned"},
                          q_step_format = {"format", Q_WORD, .zh = "格式", .words = "json text"},
                          q_old = {"from", Q_COUNT, .zh = "原长度", .min = 1, .max = INT64_MAX,
                              .need = true},
                          q_size = {"to", Q_COUNT, .zh = "新长度;不写则为最新", .min = 1,
                              .max = INT64_MAX};

static const struct member consistency_members[] = {
    {"from", M_COUNT, "原长度", .en = "Size of the earlier tree"},
    {"to", M_COUNT, "新长度", .en = "Size of the later tree"},
    {"consistency", M_TEXT, "一致性证明", .en = "Hashes of RFC 6962 section 2.1.2, in base64",
        .list = true},
    {.name = NULL},
};
static const struct shape consistency_shape = {"consistency_proof", consistency_members};

// clang-format off
#define ENTRIES(rest) \
    {.method = METHOD_GET, .path = "/v1/log/tile/entries/" rest, .roles = WATCHERS, \
        .handle = entries_get, .answers = ANSWERS(BYTES_OF(BYTES_TYPE)), \
        .zh = "日志条目", .en = "Entries of the log, as C2SP tlog-tiles bundles them"}
#define TILE(rest) \
    {.method = METHOD_GET, .path = "/v1/log/tile/{level}/" rest, .handle = tile_get, \
        .answers = ANSWERS(BYTES_OF(BYTES_TYPE)), \
        .zh = "日志哈希", .en = "Hashes of the log's tree, as C2SP tlog-tiles tiles them"}
// clang-format on

/* Nobody sends them: keeper.c records them. */
const struct route log_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/operator-acts",
        .roles = WATCHERS,
        .handle = list_get,
        .list = &record_list,
        .record = &operator_act_record,
        .query = {&q_limit, &q_after, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "运维事项列表",
        .en = "List: what the operator decided against the rule"},
    {.method = METHOD_GET,
        .path = "/v1/operator-acts/{id}",
        .roles = WATCHERS,
        .handle = record_get,
        .record = &operator_act_record,
        .query = {&q_as_of, &q_known_at},
        .answers = record_one,
        .zh = "运维事项",
        .en = "One act of the operator"},
    {.method = METHOD_GET,
        .path = "/v1/log/key",
        .handle = key_get,
        .query = {&q_key_format},
        .answers = ANSWERS(BYTES_OF("application/x-pem-file"), BYTES_OF("text/plain")),
        .zh = "日志签名公钥",
        .en = "Public key of the log's heads and checkpoints"},
    {.method = METHOD_GET,
        .path = "/v1/log/checkpoint",
        .handle = checkpoint_get,
        .query = {&q_note_format},
        .answers = ANSWERS(BYTES_OF("text/plain")),
        .zh = "日志检查点",
        .en = "The log's checkpoint, a signed note"},
    {.method = METHOD_GET,
        .path = "/v1/log/consistency",
        .handle = consistency_get,
        .query = {&q_old, &q_size, &q_step_format},
        .answers = ANSWERS(JSON_OF(consistency_shape), BYTES_OF("text/plain")),
        .zh = "日志一致性证明",
        .en = "Proof that the log of one size begins with that of another"},
    ENTRIES("{n}"),
    ENTRIES("{n}/{m}"),
    ENTRIES("{n}/{m}/{k}"),
    ENTRIES("{n}/{m}/{k}/{j}"),
    TILE("{n}"),
    TILE("{n}/{m}"),
    TILE("{n}/{m}/{k}"),
    TILE("{n}/{m}/{k}/{j}"),
    {.path = NULL},
};
