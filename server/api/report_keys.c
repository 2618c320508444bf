/*
 * report_keys.c - the keys that seals are signed with: in the data folder, made on first start.
 *
 * A key that has signed a seal is never replaced by itself: when its file is gone, sealing is
 * refused until it is put back, or until `pledged report-keys --new` says that a new one is wanted.
 * The public keys of all seals are stored with the seals, so that GET /v1/reports/keys lists those
 * of earlier times too.
 */
#include "report_keys.h"
#include "api.h"
#include "keyfile.h"
#include "shapes.h"

static const char *const files[SIGNING_KIND_COUNT] = {
    [SIGNING_ED25519] = "report-ed25519.key", [SIGNING_SM2] = "report-sm2.key"};

const char *report_key_file(enum signing_kind kind)
{
    return files[kind];
}

struct report_keys {
    struct signing_key *key[SIGNING_KIND_COUNT];
    bool asked, known;
    struct arena *a;
};

struct report_keys *report_keys_new(void)
{
    struct report_keys *k = calloc(1, sizeof *k);
    MUST(k);
    k->a = arena_new();
    return k;
}

void report_keys_free(struct report_keys *k)
{
    for (int i = 0; i < SIGNING_KIND_COUNT; i++)
        signing_free(k->key[i]);
    arena_free(k->a);
    free(k);
}

static const struct signing_key *report_keys_current(
    const struct report_keys *k, enum signing_kind kind)
{
    return k->key[kind];
}

/* ---- reading and making ---------------------------------------------------------------------- */

static bool has_signed(const struct rows *rows, enum signing_kind kind)
{
    for (int i = 0; i < rows->n; i++) {
        if (str_is(rows_at(rows, i, REPORT_SEAL_KEYS_ALGORITHM), signing_name(kind)))
            return true;
    }
    return false;
}

static void on_signers(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct server *s = arg;
    struct report_keys *k = s->report_keys;
    k->asked = false;
    for (int i = 0; i < SIGNING_KIND_COUNT && !fail; i++) {
        enum signing_kind kind = (enum signing_kind)i;
        bool before = has_signed(rows, kind);
        if (!k->key[i] && signing_offered(kind))
            k->key[i] = keyfile_open(s->process.conf.data, files[i], kind, !before);
        if (!k->key[i] && before)
            log_event(LOG_ERROR, SAY_SEAL_FAILED, "key", files[i], "why",
                "seals are signed with it: put it back, or run pledged report-keys --new", NULL);
    }
    k->known = !fail;
    arena_reset(k->a);
}

bool report_keys_ready(struct server *s)
{
    struct report_keys *k = s->report_keys;
    if (!k->known && !k->asked) {
        k->asked = true;
        db_query(s->db, k->a, NULL, SQL_REPORT_SEAL_KEYS, NULL, 0, on_signers, s);
    }
    return k->known;
}

bool report_keys_sign(
    const struct report_keys *k, struct str text, struct buf *out, const char **missing)
{
    json_open(out, '[');
    for (int i = 0; i < SIGNING_KIND_COUNT; i++) {
        const struct signing_key *key = k->key[i];
        if (!key && !signing_offered((enum signing_kind)i))
            continue;
        *missing = files[i];
        if (!key)
            return false;
        json_open(out, '{');
        json_member_text(out, "algorithm", signing_name((enum signing_kind)i));
        json_member_str(out, "fingerprint", signing_fingerprint(out->a, key));
        json_member_str(out, "public_key", signing_public(out->a, key));
        json_member_str(out, "signature", base64(out->a, signing_sign(out->a, key, text)));
        json_close(out, '}');
    }
    json_close(out, ']');
    return true;
}

/* ---- GET /v1/reports/keys -------------------------------------------------------------------- */

static void write_key(struct buf *out, struct str algorithm, struct str fingerprint, struct str pem,
    bool current, const struct rows *rows, int row)
{
    json_open(out, '{');
    json_member_str(out, "algorithm", algorithm);
    json_member_str(out, "fingerprint", fingerprint);
    json_member_str(out, "public_key", pem);
    json_member_bool(out, "current", current);
    json_member_raw(out, "seals", row < 0 ? STR("0") : rows_at(rows, row, REPORT_SEAL_KEYS_SEALS));
    if (row >= 0) {
        json_member_str(out, "first_seal", rows_at(rows, row, REPORT_SEAL_KEYS_FIRST_SEAL));
        json_member_str(out, "last_seal", rows_at(rows, row, REPORT_SEAL_KEYS_LAST_SEAL));
    }
    json_close(out, '}');
}

static int row_of(const struct rows *rows, struct str fingerprint)
{
    for (int i = 0; i < rows->n; i++) {
        if (str_eq(rows_at(rows, i, REPORT_SEAL_KEYS_FINGERPRINT), fingerprint))
            return i;
    }
    return -1;
}

static bool is_current(const struct req *r, struct str fingerprint)
{
    for (int i = 0; i < SIGNING_KIND_COUNT; i++) {
        const struct signing_key *k =
            report_keys_current(r->server->report_keys, (enum signing_kind)i);
        if (k && str_eq(signing_fingerprint(r->a, k), fingerprint))
            return true;
    }
    return false;
}

/* The keys in use, then those of seals before them. */
static void on_keys(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out, pems;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    buf_init(&out, r->a);
    buf_init(&pems, r->a);
    json_open(&out, '{');
    json_member_list(&out, "keys");
    for (int i = 0; i < SIGNING_KIND_COUNT; i++) {
        const struct signing_key *k =
            report_keys_current(r->server->report_keys, (enum signing_kind)i);
        if (!k)
            continue;
        struct str fingerprint = signing_fingerprint(r->a, k), pem = signing_public(r->a, k);
        write_key(&out, str_of(signing_name((enum signing_kind)i)), fingerprint, pem, true, rows,
            row_of(rows, fingerprint));
        buf_str(&pems, pem);
    }
    for (int i = 0; i < rows->n; i++) {
        struct str fingerprint = rows_at(rows, i, REPORT_SEAL_KEYS_FINGERPRINT);
        if (is_current(r, fingerprint))
            continue;
        write_key(&out, rows_at(rows, i, REPORT_SEAL_KEYS_ALGORITHM), fingerprint,
            rows_at(rows, i, REPORT_SEAL_KEYS_PUBLIC_KEY), false, rows, i);
        buf_str(&pems, rows_at(rows, i, REPORT_SEAL_KEYS_PUBLIC_KEY));
    }
    json_close(&out, ']');
    json_close(&out, '}');
    if (str_is(req_param(r, "format"), "pem"))
        reply_bytes(r, 200, "application/x-pem-file", buf_view(&pems));
    else
        reply_json(r, 200, buf_view(&out));
}

static void report_keys_get(struct req *r)
{
    struct str format = req_param(r, "format");
    if (format.p && !str_is(format, "json") && !str_is(format, "pem"))
        reply_refuse(r, E_CHOICE, "?format", "json, pem");
    else if (!report_keys_ready(r->server))
        reply_refuse(r, E_BUSY, "", "report keys");
    else
        db_query(r->server->db, r->a, NULL, SQL_REPORT_SEAL_KEYS, NULL, 0, on_keys, r);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_format = {"format", Q_WORD, .zh = "格式", .words = "json pem"};

const struct route report_key_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/reports/keys",
        .handle = report_keys_get,
        .query = {&q_format},
        .answers = ANSWERS(JSON_OF(keys_shape), BYTES_OF("application/x-pem-file")),
        .zh = "报告封存公钥",
        .en = "Public keys that sealed reports are signed with"},
    {.path = NULL},
};
