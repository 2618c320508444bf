/*
 * witness.c - others who sign the log's checkpoints.
 *
 * A round: the newest checkpoint goes to every witness, with the proof that it grows out of what
 * this witness has signed last; what comes back is appended to the note and kept. Each witness is
 * asked by a thread of its own, so that one that is away keeps nobody waiting, the least a submit.
 */
#include "witness.h"
#include "api.h"
#include "head_file.h"
#include "tlog.h"
#include "tree.h"
#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { WITNESSES_MAX = 16, ANSWER_MAX = 64 << 10, TIMEOUT_S = 10, NOTES_TAIL = 1 << 20 };

/* One question; the thread touches nothing else. */
struct post {
    char *url, *body;
    char answer[ANSWER_MAX];
    size_t n;
    long status;
    char error[CURL_ERROR_SIZE];
    int told; /* written to when it is done */
    int number;
    atomic_bool *ended;
};

struct witness {
    struct witnesses *all;
    struct str url;
    struct note_key key;
    struct signing_key *of_key;
    uint64_t signed_size; /* that it has signed last, as far as is known */
    struct str trouble;   /* p == NULL: none */
    int64_t signed_us;
    bool busy, asking, again; /* asking: its thread runs; again: its answer named another size,
                                 asked a second time in this round */
    pthread_t thread;
    struct post *post;
    struct arena *a; /* of the question */
    struct tree_rows tree;
    struct tlog_step step;
};

struct witnesses {
    struct server *s;
    struct arena *a, *of_round;
    int n;
    struct witness of[WITNESSES_MAX];
    struct event *timer, *told;
    int pipe[2];
    atomic_bool ended;
    uint64_t size;          /* of the round */
    struct str plain, note; /* as the log signs it; with what witnesses have signed */
    bool recalled;          /* what was signed before this start has been read */
};

/* ---- the thread ------------------------------------------------------------------------------ */

static size_t on_bytes(char *p, size_t size, size_t n, void *arg)
{
    struct post *post = arg;
    size_t room = sizeof post->answer - post->n, bytes = size * n;
    if (bytes > room)
        return 0;
    memcpy(post->answer + post->n, p, bytes);
    post->n += bytes;
    return bytes;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct post *post = arg;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return atomic_load(post->ended);
}

static void *ask(void *arg)
{
    struct post *post = arg;
    CURL *c = curl_easy_init();
    MUST(c);
    curl_easy_setopt(c, CURLOPT_URL, post->url);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, post->body);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, post);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, post->error);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, post);
    if (curl_easy_perform(c) == CURLE_OK)
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &post->status);
    curl_easy_cleanup(c);
    if (write(post->told, &post->number, sizeof post->number) < 0)
        post->status = 0; /* the pipe is gone: so is everything */
    return NULL;
}

static void post_free(struct post *post)
{
    if (!post)
        return;
    free(post->url);
    free(post->body);
    free(post);
}

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
        lane_note(all->s->lane, all->note, true, all->size);
        return true;
    }
    return false;
}

static void question(struct witness *w);

static void answered(struct witness *w, struct str answer)
{
    const struct post *post = w->post;
    uint64_t size = 0;
    struct str line = answer;
    if (post->status == 200 && countersigned(w, answer)) {
        w->signed_size = w->all->size;
        w->signed_us = clock_us();
        if (w->trouble.p)
            log_event(LOG_INFO, SAY_WITNESS, "name", w->key.name.p, "what", "signs again", NULL);
        w->trouble = (struct str){NULL, 0};
    } else if (post->status == 200) {
        trouble(w, "its answer is not a signature of its key", "");
    } else if (post->status == 409 && line_next(&answer, &line) && note_number(line, &size) &&
               size <= w->all->size && !w->again) {
        w->again = true;
        w->signed_size = size;
        question(w);
    } else if (post->status == 409) {
        trouble(w,
            "it has signed another log of this name, or a longer one: this one was cut or "
            "restored",
            "");
    } else {
        trouble(w, "no signature",
            post->status ? arena_printf(w->a, "status %ld", post->status).p : post->error);
    }
}

static void on_told(evutil_socket_t fd, short what, void *arg)
{
    struct witnesses *all = arg;
    int number;
    (void)what;
    if (read(fd, &number, sizeof number) != (ssize_t)sizeof number)
        return;
    struct witness *w = &all->of[number];
    pthread_join(w->thread, NULL);
    w->asking = false;
    struct str answer = arena_str(w->a, w->post->answer, w->post->n);
    w->busy = false;
    if (!all->s->draining)
        answered(w, answer);
}

/* ---- questions ------------------------------------------------------------------------------- */

static char *copy(struct str s)
{
    char *p = malloc(s.n + 1);
    MUST(p);
    return memcpy(p, s.p, s.n + 1);
}

static void post(struct witness *w)
{
    struct post *p = calloc(1, sizeof *p);
    MUST(p);
    p->url = copy(arena_printf(w->a, "%s/add-checkpoint", w->url.p));
    p->body = copy(tlog_step_text(w->a, &w->step));
    p->told = w->all->pipe[1];
    p->number = (int)(w - w->all->of);
    p->ended = &w->all->ended;
    post_free(w->post);
    w->post = p;
    w->busy = w->asking = pthread_create(&w->thread, NULL, ask, p) == 0;
    if (!w->busy)
        trouble(w, "no thread", strerror(errno));
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
            lane_recall(all->s->lane, text, c.size);
        }
    }
    arena_free(a);
}

/* A round over a log that did not grow goes on with the note that it has. */
static bool next_round(struct witnesses *all)
{
    uint64_t size;
    struct arena *a = arena_new();
    struct str note = lane_checkpoint(all->s->lane, a, &size);
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
        w->again = false;
        arena_reset(w->a);
        question(w);
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
    atomic_init(&all->ended, false);
    MUST(pipe(all->pipe) == 0 && evutil_make_socket_closeonexec(all->pipe[0]) == 0 &&
         evutil_make_socket_closeonexec(all->pipe[1]) == 0);
    all->timer = event_new(s->process.base, -1, EV_PERSIST, on_timer, all);
    all->told = event_new(s->process.base, all->pipe[0], EV_READ | EV_PERSIST, on_told, all);
    MUST(all->timer && all->told && event_add(all->told, NULL) == 0);
    if (!add_all(all, s->process.conf.witness)) {
        log_event(LOG_ERROR, SAY_WITNESS, "what",
            "witness is \"URL VKEY\", several with commas between", NULL);
        witnesses_close(all);
        return NULL;
    }
    if (all->n)
        MUST(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
             event_add(all->timer, &every) == 0);
    return all;
}

void witnesses_close(struct witnesses *all)
{
    if (!all)
        return;
    atomic_store(&all->ended, true);
    for (int i = 0; i < all->n; i++) {
        struct witness *w = &all->of[i];
        if (w->asking)
            pthread_join(w->thread, NULL);
        post_free(w->post);
        signing_free(w->of_key);
        arena_free(w->a);
    }
    event_free(all->timer);
    event_free(all->told);
    close(all->pipe[0]);
    close(all->pipe[1]);
    arena_free(all->of_round);
    arena_free(all->a);
    free(all);
}
