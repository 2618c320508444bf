/*
 * verify_receipt.c - is this record in the log? Without a database and without a network.
 *
 * A receipt is a tlog-proof with the entry as its extra data; that of the older form is JSON with a
 * head of its own. --checkpoint holds it against a later checkpoint: what GET /v1/log/consistency
 * ?from=SIZE&format=text answers, or a checkpoint of the same size.
 */
#include "cli.h"
#include "json.h"
#include "keyfile.h"
#include "tlog.h"
#include "watch_keys.h"

enum { FILE_BYTES_MAX = 1 << 20 };

struct proof_check {
    struct arena *a;
    const char *file, *later, *record;
    struct watch_keys keys, witnesses;
    struct str entry;
    struct checkpoint head;
};

/* ---- the entry ------------------------------------------------------------------------------- */

static struct str entry_line(struct proof_check *c, int n)
{
    struct str rest = c->entry, line = {NULL, 0};
    for (int i = 0; i <= n; i++) {
        if (!line_next(&rest, &line))
            return STR("?");
    }
    return arena_str(c->a, line.p, line.n);
}

static bool check_entry(struct proof_check *c)
{
    enum { ID = 1, VERSION, SHA256, RECORDED_AT, RECORDED_BY };
    if (!str_starts(c->entry, "pledged-leaf-"))
        return watch_wrong("%s: the entry in it is not one of a record", c->file);
    printf("%-10s %s version %s\n%-10s %s by %s\n%-10s %s\n", "record", entry_line(c, ID).p,
        entry_line(c, VERSION).p, "recorded", entry_line(c, RECORDED_AT).p,
        entry_line(c, RECORDED_BY).p, "sha256", entry_line(c, SHA256).p);
    if (!c->record)
        return true;
    struct str bytes = file_read(c->a, c->record, FILE_BYTES_MAX);
    if (!bytes.p)
        return watch_wrong("%s cannot be read", c->record);
    struct str is = hash_hex(c->a, hash_sha256(bytes.p, bytes.n));
    return str_eq(is, entry_line(c, SHA256)) ||
           watch_wrong("%s is not what was recorded: its SHA-256 is %s", c->record, is.p);
}

/* ---- the older form -------------------------------------------------------------------------- */

static struct str text_of(const struct json *doc, const char *name)
{
    const struct json *m = json_get(doc, name);
    return m && m->kind == JSON_STRING ? m->text : STR("");
}

static bool count_of(const struct json *doc, const char *name, uint64_t *out)
{
    const struct json *m = json_get(doc, name);
    *out = m && m->kind == JSON_NUMBER && m->whole && m->n >= 0 ? (uint64_t)m->n : 0;
    return m && m->kind == JSON_NUMBER && m->whole && m->n >= 0;
}

static bool hex_read(struct arena *a, struct str hex, struct str *out)
{
    char *bytes = arena_alloc(a, hex.n / 2 + 1);
    for (size_t i = 0; i + 1 < hex.n; i += 2) {
        static const char digits[] = "0123456789abcdef";
        const char *high = hex.p[i] ? strchr(digits, hex.p[i]) : NULL;
        const char *low = hex.p[i + 1] ? strchr(digits, hex.p[i + 1]) : NULL;
        if (!high || !low)
            return false;
        bytes[i / 2] = (char)((high - digits) << 4 | (low - digits));
    }
    *out = (struct str){bytes, hex.n / 2};
    return hex.n % 2 == 0 && hex.n > 0;
}

static bool read_hashes(const struct json *list, hash *path, int *length)
{
    *length = 0;
    for (const struct json *x = list && list->kind == JSON_LIST ? list->child : NULL; x;
         x = x->next) {
        if (*length == TLOG_PATH_MAX || x->kind != JSON_STRING ||
            !hash_parse(x->text, &path[(*length)++]))
            return false;
    }
    return list && list->kind == JSON_LIST;
}

static bool check_json(struct proof_check *c, struct str text)
{
    struct err e;
    uint64_t leaf;
    int length;
    hash path[TLOG_PATH_MAX];
    struct str signature;
    err_init(&e, c->a);
    const struct json *doc = json_parse(c->a, text, &e);
    const struct signing_key *key = watch_pem(&c->keys);
    if (!doc || doc->kind != JSON_OBJECT || !count_of(doc, "leaf", &leaf) ||
        !count_of(doc, "size", &c->head.size) || !hash_parse(text_of(doc, "root"), &c->head.root) ||
        !hex_read(c->a, text_of(doc, "signature"), &signature) ||
        !read_hashes(json_get(doc, "path"), path, &length))
        return watch_wrong("%s: not a receipt", c->file);
    if (!key)
        return watch_wrong("a receipt in JSON is checked by the log's Ed25519 key");
    c->entry = text_of(doc, "leaf_text");
    struct str head =
        arena_printf(c->a, "pledged-head-1\n%llu\n%s\n%s\n", (unsigned long long)c->head.size,
            hash_hex(c->a, c->head.root).p, text_of(doc, "signed_at").p);
    if (!signing_verify(key, head, signature))
        return watch_wrong("%s: the signature of its head is wrong", c->file);
    printf("%-10s good, of the head at %s\n", "Ed25519", text_of(doc, "signed_at").p);
    return merkle_verify(merkle_leaf(c->entry), leaf, c->head.size, path, length, c->head.root) ||
           watch_wrong("%s: its path does not lead from the entry to the root", c->file);
}

/* ---- tlog-proof ------------------------------------------------------------------------------ */

static bool check_text(struct proof_check *c, struct str text)
{
    struct tlog_proof p;
    struct checkpoint same;
    if (!tlog_proof_read(c->a, text, &p))
        return watch_wrong("%s: not a receipt", c->file);
    if (!p.extra.p)
        return watch_wrong("%s: the entry is not in it", c->file);
    c->entry = p.extra;
    if (!watch_checkpoint(&c->keys, c->file, p.checkpoint, &c->head, false) ||
        !watch_checkpoint(&c->witnesses, c->file, p.checkpoint, &same, false))
        return false;
    return merkle_verify(
               merkle_leaf(c->entry), p.index, c->head.size, p.path, p.length, c->head.root) ||
           watch_wrong("%s: its path does not lead from the entry to the root", c->file);
}

/* ---- a later checkpoint ---------------------------------------------------------------------- */

static bool check_later(struct proof_check *c)
{
    struct checkpoint later;
    struct tlog_step step = {.old = c->head.size};
    struct str text = file_read(c->a, c->later, FILE_BYTES_MAX);
    if (!text.p)
        return watch_wrong("%s cannot be read", c->later);
    bool proven = tlog_step_read(c->a, text, &step);
    if (!watch_checkpoint(&c->keys, c->later, proven ? step.checkpoint : text, &later, true))
        return false;
    if (later.size == c->head.size && !hash_eq(later.root, c->head.root))
        return watch_wrong("a FORK: two heads over %llu entries, both signed, with other roots: "
                           "keep both files",
            (unsigned long long)later.size);
    if (later.size == c->head.size)
        return true;
    if (!proven || step.old != c->head.size)
        return watch_wrong("%s: a proof from %llu entries on is needed: GET /v1/log/consistency"
                           "?from=%llu&format=text",
            c->later, (unsigned long long)c->head.size, (unsigned long long)c->head.size);
    return merkle_consistent(
               step.old, c->head.root, later.size, later.root, step.path, step.length) ||
           watch_wrong("%s: the log of %llu entries does not begin with that of the receipt, or "
                       "the proof was altered",
               c->later, (unsigned long long)later.size);
}

static bool check_all(struct proof_check *c)
{
    struct str text = file_read(c->a, c->file, FILE_BYTES_MAX);
    if (!text.p)
        return watch_wrong("%s cannot be read", c->file);
    bool json = text.n && text.p[0] == '{';
    if (!(json ? check_json(c, text) : check_text(c, text)) || !check_entry(c) ||
        (c->later && !check_later(c)))
        return false;
    printf("%-10s %llu entries%s%s\nthe record is in the log\n", "head",
        (unsigned long long)c->head.size, c->head.origin.p ? " of " : "",
        c->head.origin.p ? c->head.origin.p : "");
    return true;
}

/* ---- the call -------------------------------------------------------------------------------- */

enum { KEY, WITNESS, CHECKPOINT, RECORD };
static const struct cli_option options[] = {
    [KEY] = {"--key", "FILE", NEEDED,
        "the log's public keys to trust, PEM or vkeys (GET /v1/log/key), as published"},
    [WITNESS] = {"--witness", "FILE", OPTIONAL, "vkeys of witnesses that must have signed as well"},
    [CHECKPOINT] = {"--checkpoint", "FILE", OPTIONAL,
        "a later checkpoint with its proof (GET /v1/log/consistency?from=SIZE&format=text)"},
    [RECORD] = {"--record", "FILE", OPTIONAL,
        "the record's text (`record` of the receipt in JSON), to be compared as well"},
    {0},
};

static bool read_call(struct proof_check *c, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        int option = i + 1 < argc ? option_find(options, argv[i]) : -1;
        bool good = true;
        if (option == KEY)
            good = watch_keys_read(&c->keys, argv[++i]);
        else if (option == WITNESS)
            good = watch_keys_read(&c->witnesses, argv[++i]);
        else if (option == CHECKPOINT)
            c->later = argv[++i];
        else if (option == RECORD)
            c->record = argv[++i];
        else if (!c->file && argv[i][0] != '-')
            c->file = argv[i];
        else
            good = false;
        if (!good)
            return false;
    }
    return c->file && c->keys.n > 0;
}

static int run(int argc, char **argv)
{
    struct proof_check c = {.a = arena_new()};
    c.keys.a = c.witnesses.a = c.a;
    int status = 2;
    if (read_call(&c, argc, argv))
        status = check_all(&c) ? 0 : 1;
    else
        (void)watch_wrong("verify-receipt FILE --key PUB [--checkpoint LATER]");
    watch_keys_free(&c.keys);
    watch_keys_free(&c.witnesses);
    arena_free(c.a);
    return status;
}

const struct command command_verify_receipt = {.name = "verify-receipt",
    .run = run,
    .words = "FILE",
    .help =
        "Is the record of this receipt in the log? Neither database nor network is needed. Ends\n"
        "with 0 when it is, with 1 when it is not or anything was altered, with 2 when the call\n"
        "is wrong.",
    .options = options};
