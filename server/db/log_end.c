/*
 * log_end.c - the end of the log: taken from the database or refused, grown by each flight, told as
 * signed notes.
 *
 * The newest head is kept outside the database as well (head_file.h): a log that does not begin
 * with it is not continued. What is refused is looked at again, since a restore may have been
 * accepted.
 */
#include "log_end.h"
#include "head_file.h"
#include "leaves.h"
#include "link.h"
#include "log.h"
#include "migrate.h"
#include "sql.h"
#include "tree.h"
#include <event2/event.h>

enum { AGAIN_S = 2 }; /* a log that was not taken is looked at again */
enum { INSTANT_SIZE = 40 };

/* Why the log of the database is not continued. */
enum refusal { LOG_TAKEN, LOG_NO_KEY, LOG_NO_FILE, LOG_STRANGE, LOG_CUT, LOG_FORK };
static const struct {
    const char *zh, *en;
} refusals[] = {
    [LOG_TAKEN] = {NULL, NULL},
    [LOG_NO_KEY] = {"日志已有签名头,但缺少 log.key", "the log has heads but log.key is missing"},
    [LOG_NO_FILE] = {"无法写入数据目录中的 log.head",
        "log.head cannot be written in the data folder"},
    [LOG_STRANGE] = {"最新的日志头不是本机密钥所签",
        "the newest head of the log is not one that log.key has signed"},
    [LOG_CUT] = {"日志短于本机已签名的长度:记录被删去,或恢复了旧库;见 pledged log",
        "the log is shorter than what was signed here: records were cut off, or an older database "
        "was restored; see `pledged log`"},
    [LOG_FORK] = {"日志与本机已签名的日志头不符;见 pledged log",
        "the log does not begin with what was signed here; see `pledged log`"},
};

/* The end of the log as the database tells it, before it is taken. */
struct tail {
    struct frontier frontier;
    hash root;
    struct str signature, signed_at;
    int64_t restores;
    bool sound; /* what was read is a tail */
    uint64_t kept_size;
    hash kept_root, path[64];
    struct tree_rows tree;
    struct rows nodes;
};

struct log_end {
    struct process *process;
    struct link *link;
    log_end_fn *told; /* that it is taken */
    void *arg;
    struct head_signer *signer;
    struct head_file *kept;
    struct event *again;
    struct arena *a;     /* of the tail, at connecting */
    struct rows pending; /* rows that wait for a leaf, at connecting */
    struct frontier frontier, next;
    hash root, next_root;
    char schema_text[SCHEMA_DIGEST_SIZE]; /* of what this program makes of a database */
    struct str schema;
    bool taken;
    enum refusal refusal;
    struct tail tail;
    int64_t epoch;         /* how often the log went on from an earlier state than was signed */
    struct arena *of_note; /* the newest checkpoint, made when it was asked for */
    struct str note;
    uint64_t note_size;
    struct arena *of_cosigned;
    struct str cosigned; /* the newest that witnesses have signed; p == NULL: none */
    uint64_t cosigned_size;
    uint64_t heard_size; /* of what another daemon has signed meanwhile; 0: nothing was heard of */
    hash heard_root;
    char heard_at[INSTANT_SIZE]; /* when the latest of them was signed */
};

/* ---- growing --------------------------------------------------------------------------------- */

bool log_end_write(
    struct log_end *e, struct arena *a, struct work *flying, const struct rows *rows_beside)
{
    struct str params[LOG_WRITE_PARAMS];
    struct row_leaves beside =
        leaves_beside(a, rows_beside, e->signer, e->schema, e->frontier.size == 0);
    e->next = e->frontier;
    e->next_root = e->root;
    if (!leaves_number(a, flying, &beside, &e->next, e->signer, params, &e->next_root))
        return false;
    link_send(e->link, SQL_LOG_WRITE, params, LOG_WRITE_PARAMS, NULL, NULL);
    return true;
}

/* The head is kept before anybody hears of what it covers. */
void log_end_advance(struct log_end *e)
{
    bool grown = e->next.size > e->frontier.size;
    e->frontier = e->next;
    e->root = e->next_root;
    if (grown)
        head_file_put(e->kept, e->frontier.size, e->root);
}

/* ---- taking it --------------------------------------------------------------------------------
 */

static bool tail_read(struct arena *a, const struct rows *rows, struct tail *t)
{
    int64_t size = 0;
    struct str hex = rows_at(rows, 0, LOG_TAIL_FRONTIER);
    if (!rows_int(rows, 0, LOG_TAIL_SIZE, &size) || size < 1 ||
        !rows_int(rows, 0, LOG_TAIL_RESTORES, &t->restores) ||
        !hash_parse(rows_at(rows, 0, LOG_TAIL_ROOT), &t->root))
        return false;
    t->frontier.size = (uint64_t)size;
    t->signature = arena_keep(a, rows_at(rows, 0, LOG_TAIL_SIGNATURE));
    t->signed_at = arena_keep(a, rows_at(rows, 0, LOG_TAIL_SIGNED_AT));
    int n = __builtin_popcountll(t->frontier.size);
    if (hex.n != (size_t)n * 64)
        return false;
    for (int i = 0; i < n; i++) {
        if (!hash_parse((struct str){hex.p + i * 64, 64}, &t->frontier.node[i]))
            return false;
    }
    return hash_eq(frontier_root(&t->frontier), t->root);
}

static void on_tail(void *arg, const PGresult *r)
{
    struct log_end *e = arg;
    struct rows rows = {0};
    e->tail = (struct tail){.sound = true};
    e->tail.root = frontier_root(&e->tail.frontier);
    if (r)
        rows_copy(e->a, r, &rows);
    if (rows.n > 0)
        e->tail.sound = tail_read(e->a, &rows, &e->tail);
}

static void on_pending(void *arg, const PGresult *r)
{
    struct log_end *e = arg;
    e->pending = (struct rows){0};
    if (r)
        rows_copy(e->a, r, &e->pending);
}

static void begin(struct log_end *e)
{
    e->taken = true;
    arena_reset(e->a);
    e->told(e->arg);
}

static void on_taken(void *arg, const struct fail *fail)
{
    struct log_end *e = arg;
    if (fail) {
        link_reset(e->link, fail->text);
        return;
    }
    log_end_advance(e);
    begin(e);
}

static void take(struct log_end *e)
{
    struct restore accepted;
    uint64_t size;
    hash root;
    const char *folder = e->process->conf.data;
    e->frontier = e->next = e->tail.frontier;
    e->root = e->tail.root;
    if (e->frontier.size == 0 && restore_read(e->a, folder, &accepted))
        e->tail.restores = 1; /* nothing is on record that would tell */
    e->epoch = e->tail.restores;
    e->note_size = UINT64_MAX;
    e->refusal = LOG_TAKEN;
    e->heard_size = 0;
    e->heard_at[0] = '\0';
    if (!head_file_known(e->kept, &size, &root) || size != e->frontier.size ||
        !hash_eq(root, e->root))
        head_file_put(e->kept, e->frontier.size, e->root);
    if (log_end_write(e, e->a, NULL, &e->pending)) /* an upgrade's rows, an operator's */
        link_sync(e->link, on_taken, e);
    else
        begin(e);
}

/* Has the operator said that the log goes on from here all the same? */
static bool is_accepted(struct log_end *e)
{
    struct restore r;
    return restore_read(e->a, e->process->conf.data, &r) && r.lost_size == e->tail.kept_size &&
           hash_eq(r.lost_root, e->tail.kept_root) && r.size == e->tail.frontier.size &&
           hash_eq(r.root, e->tail.root);
}

static void refuse(struct log_end *e, enum refusal why)
{
    static const struct timeval again = {AGAIN_S, 0};
    if ((why == LOG_CUT || why == LOG_FORK) && is_accepted(e)) {
        log_event(LOG_WARN, SAY_RESTORE, "what", "the log goes on from an earlier state", NULL);
        take(e);
        return;
    }
    if (e->refusal != why) {
        log_event(LOG_ERROR, why == LOG_NO_KEY ? SAY_SEAL_FAILED : SAY_FORK_REFUSED, "why",
            refusals[why].en, "size",
            arena_printf(e->a, "%llu", (unsigned long long)e->tail.frontier.size).p, "signed",
            arena_printf(e->a, "%llu", (unsigned long long)e->tail.kept_size).p, NULL);
    }
    e->refusal = why;
    arena_reset(e->a);
    evtimer_add(e->again, &again);
}

/* The log has less than another daemon was heard to sign: that is kept, as an operator is told of
 * it and may accept it. */
static void refuse_less(struct log_end *e, bool kept)
{
    struct tail *t = &e->tail;
    if (!kept || t->kept_size < e->heard_size) {
        head_file_put(e->kept, e->heard_size, e->heard_root);
        t->kept_size = e->heard_size;
        t->kept_root = e->heard_root;
    }
    refuse(e, LOG_CUT);
}

static void on_nodes(void *arg, const PGresult *r)
{
    struct log_end *e = arg;
    if (r)
        rows_copy(e->a, r, &e->tail.nodes);
}

/* The tail grows out of the head that was kept: by the leaves between them, not by what the
 * database says of its heads. */
static void on_proven(void *arg, const struct fail *fail)
{
    struct log_end *e = arg;
    struct tail *t = &e->tail;
    if (fail) {
        link_reset(e->link, fail->text);
        return;
    }
    t->tree.rows = &t->nodes;
    int n = merkle_consistency(tree_find, &t->tree, t->frontier.size, t->kept_size, t->path);
    if (merkle_consistent(t->kept_size, t->kept_root, t->frontier.size, t->root, t->path, n))
        take(e);
    else
        refuse(e, LOG_FORK);
}

static void prove(struct log_end *e)
{
    struct tail *t = &e->tail;
    tree_begin(&t->tree, e->a);
    (void)merkle_consistency(tree_find, &t->tree, t->frontier.size, t->kept_size, t->path);
    struct str wanted = tree_wanted(&t->tree);
    link_send(e->link, SQL_LOG_NODES, &wanted, 1, on_nodes, e);
    link_sync(e->link, on_proven, e);
}

/* The key and the file that a log is continued with. */
static enum refusal tools_missing(struct log_end *e)
{
    const char *folder = e->process->conf.data;
    if (!e->signer)
        e->signer = head_signer_open(folder, e->tail.sound && e->tail.frontier.size == 0);
    if (!e->signer)
        return LOG_NO_KEY;
    head_signer_complete(e->signer, folder);
    if (!e->kept)
        e->kept = head_file_open(folder);
    return e->kept ? LOG_TAKEN : LOG_NO_FILE;
}

static void on_loaded(void *arg, const struct fail *fail)
{
    struct log_end *e = arg;
    struct tail *t = &e->tail;
    if (fail) {
        link_reset(e->link, fail->text);
        return;
    }
    enum refusal missing = tools_missing(e);
    bool kept = missing == LOG_TAKEN && head_file_known(e->kept, &t->kept_size, &t->kept_root);
    if (missing != LOG_TAKEN)
        refuse(e, missing);
    else if (!t->sound ||
             (t->frontier.size && !head_signer_signed(e->a, e->signer, t->frontier.size, t->root,
                                      t->signed_at, t->signature)))
        refuse(e, LOG_STRANGE);
    else if (e->heard_size > t->frontier.size)
        refuse_less(e, kept);
    else if (!kept || (t->kept_size == t->frontier.size && hash_eq(t->kept_root, t->root)))
        take(e);
    else if (t->frontier.size < t->kept_size)
        refuse(e, LOG_CUT);
    else if (t->kept_size == 0)
        take(e);
    else
        prove(e);
}

void log_end_ask(struct log_end *e)
{
    struct restore r;
    struct str pending = {NULL, 0};
    if (restore_read(e->a, e->process->conf.data, &r))
        pending = restore_reference(e->a, &r);
    link_send(e->link, SQL_LOG_TAIL, &pending, 1, on_tail, e);
    link_send(e->link, SQL_LOG_ROWS, NULL, 0, on_pending, e);
    link_sync(e->link, on_loaded, e);
}

/* A shorter log that was signed later went on from an earlier state because a person accepted that,
 * where the other daemon is: nobody else has the key. Instants are texts of one form. */
void log_end_heard(struct log_end *e, const struct rows *rows)
{
    int64_t size;
    hash root;
    struct str at = rows_at(rows, 0, PULSE_SIGNED_AT);
    if (e->taken || !e->signer || !rows_int(rows, 0, PULSE_SIZE, &size) || !at.p ||
        at.n >= sizeof e->heard_at || !hash_parse(rows_at(rows, 0, PULSE_ROOT), &root))
        return;
    bool later = strcmp(at.p, e->heard_at) > 0;
    if ((uint64_t)size <= e->heard_size && !later)
        return;
    struct arena *a = arena_new();
    if (head_signer_signed(
            a, e->signer, (uint64_t)size, root, at, rows_at(rows, 0, PULSE_SIGNATURE))) {
        e->heard_size = (uint64_t)size;
        e->heard_root = root;
        if (later)
            memcpy(e->heard_at, at.p, at.n + 1);
    }
    arena_free(a);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct log_end *e = arg;
    if (!e->taken && link_is_up(e->link) && link_pending(e->link) == 0)
        log_end_ask(e);
}

void log_end_lost(struct log_end *e)
{
    e->taken = false;
}

bool log_end_taken(const struct log_end *e)
{
    return e->taken;
}

struct log_end *log_end_new(struct process *process, log_end_fn *told, void *arg)
{
    struct log_end *e = calloc(1, sizeof *e);
    MUST(e);
    e->process = process;
    e->told = told;
    e->arg = arg;
    e->a = arena_new();
    e->of_note = arena_new();
    e->of_cosigned = arena_new();
    e->schema = str_of(migrate_schema(e->schema_text));
    e->signer = head_signer_open(process->conf.data, false);
    e->again = evtimer_new(process->base, on_again, e);
    MUST(e->again);
    return e;
}

void log_end_link(struct log_end *e, struct link *link)
{
    e->link = link;
}

void log_end_free(struct log_end *e)
{
    event_free(e->again);
    head_file_close(e->kept);
    head_signer_free(e->signer);
    arena_free(e->of_note);
    arena_free(e->of_cosigned);
    arena_free(e->a);
    free(e);
}

/* ---- what is told of it ------------------------------------------------------------------------
 */

struct str log_end_public_key(const struct log_end *e, struct arena *a)
{
    return e->signer ? head_signer_public(a, e->signer) : (struct str){NULL, 0};
}

static struct str origin(const struct log_end *e, struct arena *a)
{
    return log_origin(a, e->signer, e->process->conf.log_origin, e->epoch);
}

/* Only of what this process knows itself: a root that the database tells could be another one. */
struct str log_end_checkpoint(struct log_end *e, struct arena *a, uint64_t *size)
{
    if (!e->taken)
        return (struct str){NULL, 0};
    if (e->note_size != e->frontier.size) {
        arena_reset(e->of_note);
        e->note = head_signer_checkpoint(
            e->of_note, e->signer, origin(e, e->of_note), e->frontier.size, e->root);
        e->note_size = e->frontier.size;
    }
    *size = e->note_size;
    return arena_keep(a, e->note);
}

struct str log_end_vkeys(const struct log_end *e, struct arena *a)
{
    return e->taken ? head_signer_vkeys(a, e->signer, origin(e, a)) : (struct str){NULL, 0};
}

struct str log_end_trouble(const struct log_end *e, struct arena *a, bool english)
{
    const char *why = english ? refusals[e->refusal].en : refusals[e->refusal].zh;
    return why ? arena_text(a, why) : (struct str){NULL, 0};
}

void log_end_recall(struct log_end *e, struct str note, uint64_t size)
{
    arena_reset(e->of_cosigned);
    e->cosigned = arena_keep(e->of_cosigned, note);
    e->cosigned_size = size;
}

void log_end_note(struct log_end *e, struct str note, bool cosigned, uint64_t size)
{
    if (e->kept)
        head_file_note(e->kept, note);
    if (cosigned)
        log_end_recall(e, note, size);
}

struct str log_end_cosigned(const struct log_end *e, struct arena *a, uint64_t leaf, uint64_t *size)
{
    if (!e->cosigned.p || leaf >= e->cosigned_size || e->cosigned_size > e->frontier.size)
        return (struct str){NULL, 0};
    *size = e->cosigned_size;
    return arena_keep(a, e->cosigned);
}
