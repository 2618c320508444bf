/*
 * witness.c - others who sign the log's checkpoints.
 *
 * A round: the newest checkpoint goes to every witness, with the proof that it grows out of what
 * this witness has signed last; what comes back is appended to the note and kept. Each witness is
 * asked by a thread of its own (outgoing.c).
 */
#include "witness.h"
#include "api.h"
#include "head_file.h"
#include "log_end.h"
#include "outgoing.h"
#include "tlog.h"
#include "tree.h"
#include <event2/event.h>
#include <stdlib.h>

enum { WITNESSES_MAX = 16, NOTES_TAIL = 1 << 20 };

struct witness {
    struct witnesses *all;
    struct str url;
    struct note_key key;
    struct signing_key *of_key;
    uint64_t signed_size; /* that it has signed last, as far as is known */
    struct str trouble;   /* p == NULL: none */
    int64_t behind_us;    /* since when it has not signed all that was recorded; 0: it has */
    bool busy, again; /* again: its answer named another size, asked a second time in this round */
    struct arena *a;  /* of the question */
    struct tree_rows tree;
    struct tlog_step step;
};

struct witnesses {
    struct server *s;
    struct arena *a, *of_round;
    int n;
    struct witness of[WITNESSES_MAX];
    struct event *timer;
    uint64_t size;          /* of the round */
    struct str plain, note; /* as the log signs it; with what witnesses have signed */
    bool recalled;          /* what was signed before this start has been read */
};

/* ---- answers --------------------------------------------------------------------------------- */

static void trouble(struct witness *w, const char *what, const char *detail)
{
    struct str text = arena_printf(w->a, "%s%s%s", what, *detail ? ": " : "", detail);
    if (w->trouble.p && str_eq(w->trouble, text))
        return; /* told once */
    log_event(LOG_WARN, SAY_WITNESS, "name", w->key.name.p, "what", text.p, NULL);
    w->trouble = arena_keep(w->all->a, text);
}

/* The lines of this witness that are good, onto the note of the round. */
static bool countersigned(struct witness *w, struct str answer)
{
    struct witnesses *all = w->all;
    struct note *lines = arena_alloc(w->a, sizeof *lines),
                *whole = arena_alloc(w->a, sizeof *whole);
    if (!note_lines_read(w->a, answer, lines) || !note_read(w->a, all->note, whole))
        return false;
    for (int i = 0; i < lines->n; i++) {
        struct note one = {.text = whole->text, .n = 1, .line = {lines->line[i]}};
        if (note_check(w->a, &one, &w->key) != NOTE_GOOD)
            continue;
        all->note = arena_printf(all->of_round, "%s%s", all->note.p, lines->line[i].text.p);
        log_end_note(lane_log(all->s->lane), all->note, true, all->size);
        return true;
    }
    return false;
}

static void question(struct witness *w);

static void answered(struct witness *w, const struct outgoing_answer *got)
{
    struct str answer = got->bytes;
    uint64_t size = 0;
    struct str line = answer;
    if (got->status == 200 && countersigned(w, answer)) {
        w->signed_size = w->all->size;
        w->behind_us = 0;
        if (w->trouble.p)
            log_event(LOG_INFO, SAY_WITNESS, "name", w->key.name.p, "what", "signs again", NULL);
        w->trouble = (struct str){NULL, 0};
    } else if (got->status == 200) {
        trouble(w, "its answer is not a signature of its key", "");
    } else if (got->status == 409 && line_next(&answer, &line) && note_number(line, &size) &&
               size <= w->all->size && !w->again) {
        w->again = true;
        w->signed_size = size;
        question(w);
    } else if (got->status == 409) {
        trouble(w,
            "it has signed another log of this name, or a longer one: this one was cut or "
            "restored",
            "");
    } else {
        trouble(w, "no signature",
            got->status ? arena_printf(w->a, "status %ld", got->status).p : got->error);
    }
}

static void on_answer(void *arg, const struct outgoing_answer *answer)
{
    struct witness *w = arg;
    struct outgoing_answer kept = *answer;
    kept.bytes = arena_keep(w->a, answer->bytes);
    w->busy = false;
    if (!w->all->s->draining)
        answered(w, &kept);
}

/* ---- questions ------------------------------------------------------------------------------- */

static void post(struct witness *w)
{
    const struct outgoing_post p = {.url = arena_printf(w->a, "%s/add-checkpoint", w->url.p),
        .body = tlog_step_text(w->a, &w->step)};
    w->busy = outgoing_send(w->all->s->outgoing, &p, on_answer, w);
    if (!w->busy)
        trouble(w, "no thread", "");
}

static void make_path(struct witness *w)
{
    w->step.length = w->step.old ? merkle_consistency(
                                       tree_find, &w->tree, w->all->size, w->step.old, w->step.path)
                                 : 0;
}

static void on_nodes(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct witness *w = arg;
    w->busy = false;
    if (fail || w->all->s->draining)
        return; /* the next round asks again */
    w->tree.rows = rows;
    make_path(w);
    post(w);
}

/* What this witness has signed may have been longer than the log is now. */
static void question(struct witness *w)
{
    struct witnesses *all = w->all;
    w->step = (struct tlog_step){.checkpoint = all->note};
    w->step.old = w->signed_size <= all->size ? w->signed_size : 0;
    tree_begin(&w->tree, w->a);
    make_path(w);
    struct str wanted = tree_wanted(&w->tree);
    w->busy = true;
    db_query(all->s->db, w->a, NULL, SQL_LOG_NODES, &wanted, 1, on_nodes, w);
}

static bool is_busy(const struct witnesses *all)
{
    for (int i = 0; i < all->n; i++) {
        if (all->of[i].busy)
            return true;
    }
    return false;
}

/* The newest note that a witness has signed, of those that were kept. */
static void recall(struct witnesses *all)
{
    struct arena *a = arena_new();
    struct str rest = head_file_notes(a, all->s->process.conf.data, NOTES_TAIL), text;
    struct note *note = arena_alloc(a, sizeof *note), *own = arena_alloc(a, sizeof *own);
    struct checkpoint c, now;
    bool good = note_read(a, all->note, own) && checkpoint_read(a, own->text, &now);
    while (good && note_next(a, &rest, &text)) {
        if (!note_read(a, text, note) || !checkpoint_read(a, note->text, &c) ||
            !str_eq(c.origin, now.origin) || c.size > now.size)
            continue; /* the first may be the end of one */
        for (int i = 0; i < all->n; i++) {
            if (note_check(a, note, &all->of[i].key) != NOTE_GOOD)
                continue;
            all->of[i].signed_size = c.size;
            log_end_recall(lane_log(all->s->lane), text, c.size);
        }
    }
    arena_free(a);
}

/* A round over a log that did not grow goes on with the note that it has. */
static bool next_round(struct witnesses *all)
{
    uint64_t size;
    struct arena *a = arena_new();
    struct str note = log_end_checkpoint(lane_log(all->s->lane), a, &size);
    if (note.p && !(all->plain.p && str_eq(all->plain, note))) {
        arena_reset(all->of_round);
        all->plain = all->note = arena_keep(all->of_round, note);
        all->size = size;
    }
    arena_free(a);
    return note.p != NULL;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct witnesses *all = arg;
    uint64_t before = all->size;
    if (is_busy(all) || all->s->draining || !lane_ready(all->s->lane))
        return;
    if (!next_round(all))
        return;
    if (!all->recalled)
        recall(all);
    all->recalled = true;
    for (int i = 0; i < all->n && all->size > 0; i++) {
        struct witness *w = &all->of[i];
        if (w->signed_size == all->size && before == all->size && !w->trouble.p)
            continue; /* nothing was recorded since */
        if (!w->behind_us)
            w->behind_us = monotonic_us();
        w->again = false;
        arena_reset(w->a);
        question(w);
    }
}

/* ---- who is late ----------------------------------------------------------------------------- */

static int64_t behind_s(const struct witness *w)
{
    return w->behind_us ? (monotonic_us() - w->behind_us) / 1000000 : 0;
}

int64_t witnesses_behind(const struct witnesses *all, int i, struct str *name)
{
    if (!all || i >= all->n)
        return -1;
    *name = all->of[i].key.name;
    return behind_s(&all->of[i]);
}

void witnesses_late(const struct witnesses *all, struct buf *b, bool english)
{
    for (int i = 0; all && i < all->n; i++) {
        const struct witness *w = &all->of[i];
        int64_t s = behind_s(w);
        if (s < all->s->process.conf.witness_late_s)
            continue;
        json_str(b, arena_printf(b->a,
                        english ? "witness %s has not signed for %lld s: %s"
                                : "见证方 %s 已有 %lld 秒未签:%s",
                        w->key.name.p, (long long)s, w->trouble.p ? w->trouble.p : "-"));
    }
}

/* ---- GET /v1/log/witnesses ------------------------------------------------------------------- */

static void witnesses_get(struct req *r)
{
    const struct witnesses *all = r->server->witnesses;
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < all->n; i++) {
        const struct witness *w = &all->of[i];
        json_open(&out, '{');
        json_member_str(&out, "name", w->key.name);
        json_member_int(&out, "signed", (int64_t)w->signed_size);
        json_member_known(&out, "trouble", w->trouble);
        json_member_str(&out, "vkey", note_vkey(r->a, &w->key));
        json_close(&out, '}');
    }
    json_close(&out, ']');
    json_close(&out, '}');
    reply_list(r, buf_view(&out), all->n);
}

static const struct member witness_members[] = {
    {"name", M_TEXT, "见证方", .en = "Its name"},
    {"signed", M_COUNT, "已签长度", .en = "Size of the log that it has signed last"},
    {"trouble", M_TEXT, "问题", .en = "Why it has not signed; null: nothing is known",
        .null = true},
    {"vkey", M_TEXT, "公钥", .en = "Its key"},
    {.name = NULL},
};
static const struct member list_members[] = {
    {"items", M_OBJECT, "见证方", .en = "Witnesses", .of = witness_members, .list = true},
    {.name = NULL},
};
static const struct shape list_shape = {"witnesses", list_members};

const struct route witness_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/log/witnesses",
        .roles = EVERYBODY,
        .handle = witnesses_get,
        .query = {&q_list_format},
        .answers = ANSWERS(ROWS_OF(list_shape)),
        .zh = "日志见证方",
        .en = "Who countersigns the log's checkpoints, and how far"},
    {.path = NULL},
};

/* ---- open and close -------------------------------------------------------------------------- */

/* "URL VKEY" */
static bool add(struct witnesses *all, struct str entry)
{
    struct witness *w = &all->of[all->n];
    const char *space = entry.n ? memchr(entry.p, ' ', entry.n) : NULL;
    size_t n = space ? (size_t)(space - entry.p) : 0;
    if (!space || all->n == WITNESSES_MAX)
        return false;
    while (n && entry.p[n - 1] == '/')
        n--;
    w->all = all;
    w->url = arena_str(all->a, entry.p, n);
    space += strspn(space, " ");
    struct str vkey = arena_str(all->a, space, entry.n - (size_t)(space - entry.p));
    if (!note_vkey_read(all->a, vkey, &w->key, &w->of_key))
        return false;
    w->a = arena_new();
    all->n++;
    return w->key.kind == NOTE_COSIGNATURE && str_starts(w->url, "http");
}

static bool add_all(struct witnesses *all, const char *told)
{
    for (const char *p = told; p && *p;) {
        p += strspn(p, " ,");
        size_t n = strcspn(p, ",");
        size_t length = n;
        while (length && p[length - 1] == ' ')
            length--;
        if (length && !add(all, arena_str(all->a, p, length)))
            return false;
        p += n;
    }
    return true;
}

struct witnesses *witnesses_open(struct server *s)
{
    struct witnesses *all = calloc(1, sizeof *all);
    struct timeval every = {s->process.conf.witness_every_s, 0};
    MUST(all);
    all->s = s;
    all->a = arena_new();
    all->of_round = arena_new();
    all->timer = event_new(s->process.base, -1, EV_PERSIST, on_timer, all);
    MUST(all->timer);
    if (!add_all(all, s->process.conf.witness)) {
        log_event(LOG_ERROR, SAY_WITNESS, "what",
            "witness is \"URL VKEY\", several with commas between", NULL);
        witnesses_close(all);
        return NULL;
    }
    if (all->n)
        MUST(event_add(all->timer, &every) == 0);
    return all;
}

void witnesses_close(struct witnesses *all)
{
    if (!all)
        return;
    for (int i = 0; i < all->n; i++) {
        struct witness *w = &all->of[i];
        signing_free(w->of_key);
        arena_free(w->a);
    }
    event_free(all->timer);
    arena_free(all->of_round);
    arena_free(all->a);
    free(all);
}
