/*
 * import.c - `pledged import`: files of any size into the ledger, a slice at a time.
 *
 * Killed at any moment, the next run goes on behind the last slice that was answered; a slice sent
 * twice is answered with "replay". What was not stored waits in FILE.rejected.csv, with the reason
 * beside each row. An atomic import is one request: all of the file or nothing.
 */
#include "import.h"
#include "cli.h"
#include "clock.h"
#include "session.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

enum { URL, TOKEN, TOKEN_FILE, TYPE, SHEET, CACERT, ATOMIC, DRY_RUN, RECONCILE, WATCH, OPTIONS };
static const struct cli_option options[] = {
    [URL] = {"--url", "URL", NEEDED, "where the ledger is served"},
    [TOKEN] = TOKEN_OPTION,
    [TOKEN_FILE] = TOKEN_FILE_OPTION,
    [TYPE] = {"--type", "TYPE", OPTIONAL,
        "what a row is, as in the paths of the interface (loans)"},
    [SHEET] = {"--sheet", "NAME", OPTIONAL,
        "of a workbook: this sheet instead of the first visible one"},
    [CACERT] = {"--cacert", "FILE", OPTIONAL, "who issued the server's certificate (PEM)"},
    [ATOMIC] = {"--atomic", NULL, OPTIONAL, "all of a file or nothing"},
    [DRY_RUN] = {"--dry-run", NULL, OPTIONAL, "judge the rows, store nothing"},
    [RECONCILE] = {"--reconcile", NULL, OPTIONAL,
        "hold a whole portfolio of loans against the ledger, store nothing"},
    [WATCH] = {"--watch", "DIR", OPTIONAL,
        "import what comes into this folder, and move it to done/ or refused/ there"},
    [OPTIONS] = {0},
};

/* ---- progress bar --------------------------------------------------------------------------- */

enum { BAR_WIDTH = 28, TTY_EVERY_US = 100000, LINE_EVERY_US = 3000000 };

struct meter {
    const char *name;
    int64_t size, shown_us;
    bool is_tty;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int64_t rejected(const struct import_state *st)
{
    return st->count[IMPORT_CONFLICT] + st->count[IMPORT_REFUSED];
}

static void draw_bar(const struct meter *m, const struct import_state *st, int64_t percent)
{
    static const char full[] = "############################";
    static const char none[] = "............................";
    int filled = (int)(percent * BAR_WIDTH / 100);
    (void)fprintf(stderr, "\r%-16s [%.*s%.*s] %3" PRId64 " %%  %" PRId64 " stored", m->name, filled,
        full, BAR_WIDTH - filled, none, percent,
        st->count[IMPORT_CREATED] + st->count[IMPORT_REPLAY]);
    if (rejected(st))
        (void)fprintf(stderr, ", %" PRId64 " rejected", rejected(st));
}

static void meter_show(struct meter *m, const struct import_state *st, bool now)
{
    int64_t us = monotonic_us();
    if (!now && us - m->shown_us < (m->is_tty ? TTY_EVERY_US : LINE_EVERY_US))
        return;
    m->shown_us = us;
    int64_t percent = st->offset * 100 / m->size;
    if (m->is_tty)
        draw_bar(m, st, percent);
    else
        (void)fprintf(stderr, "%s: %" PRId64 " %%, row %" PRId64 ", %" PRId64 " rejected\n",
            m->name, percent, st->row - 1, rejected(st));
}

/* ---- one file ------------------------------------------------------------------------------- */

/* The counts of a dry run, of another address or of another file must not be gone on with. */
static struct str job_name(
    struct arena *a, const struct import_options *o, const struct import_source *s)
{
    return arena_printf(
        a, "%s %s %s %s", o->url, o->type, o->dry_run ? "dry-run" : "store", s->stamp.p);
}

static void count_slice(struct arena *keep, const struct import_slice *slice,
    const struct import_verdict *v, struct import_state *st)
{
    import_count(keep, v, slice->n, &st->tally);
    for (int i = 0; i < slice->n; i++) {
        if (v[i].outcome != IMPORT_UNKNOWN)
            st->count[v[i].outcome]++;
    }
    st->offset = slice->next_offset;
    st->row = slice->next_row;
}

/* One slice there and back; *end once nothing is left. */
static bool step(struct arena *keep, struct import_remote *r, const struct import_options *o,
    const struct import_source *s, struct import_state *st, bool *end)
{
    struct arena *a = arena_new();
    struct import_slice slice;
    bool good = import_cut(a, s, st->offset, st->row, o->atomic, &slice);
    *end = good && slice.n == 0;
    if (good && slice.n) {
        struct import_verdict *v = arena_alloc(a, (size_t)slice.n * sizeof *v);
        good = import_send(r, a, s, &slice, v) && import_reject(a, s, &slice, v, st);
        if (good) {
            count_slice(keep, &slice, v, st);
            good = import_state_save(a, s->path, st);
        }
    }
    arena_free(a);
    return good;
}

static void resume(struct arena *a, const struct import_options *o, const struct import_source *s,
    struct import_state *st)
{
    struct str job = job_name(a, o, s);
    *st = (struct import_state){.job = job, .offset = s->first_offset, .row = s->first_row};
    if (!o->atomic && import_state_load(a, s->path, job, st))
        (void)fprintf(stderr, "%s: going on at row %" PRId64 "\n", base_name(s->path), st->row);
}

static bool send_all(struct arena *keep, struct import_remote *r, const struct import_options *o,
    const struct import_source *s, struct import_state *st)
{
    struct meter m = {.name = base_name(s->path), .size = s->size, .is_tty = isatty(2)};
    m.shown_us = m.is_tty ? 0 : monotonic_us();
    bool good = true;
    for (bool end = false; good && !end;) {
        good = !import_is_stopped() && step(keep, r, o, s, st, &end);
        if (good && !end)
            meter_show(&m, st, false);
    }
    if (m.is_tty) {
        meter_show(&m, st, true);
        (void)fputc('\n', stderr);
    }
    return good;
}

static enum import_end finish(struct arena *a, const struct import_options *o,
    const struct import_source *s, const struct import_state *st)
{
    import_state_remove(a, s->path);
    if (printf("%s:", base_name(s->path)) < 0)
        return IMPORT_FAILED;
    for (int i = 0; i < IMPORT_OUTCOMES; i++)
        (void)printf(" %s %" PRId64, import_outcome_name((enum import_outcome)i), st->count[i]);
    (void)printf("%s\n", o->dry_run ? " (dry run: nothing is stored)" : "");
    import_report(s, &st->tally);
    (void)fflush(stdout); /* a closed pipe does not undo the import */
    if (rejected(st) == 0) {
        import_reject_none(a, s->path);
        return IMPORT_STORED;
    }
    (void)fprintf(stderr, "%s: %srejected rows and reasons are in %s\n", base_name(s->path),
        o->atomic ? "nothing was stored; " : "", import_reject_path(a, s->path).p);
    return IMPORT_REJECTED;
}

struct import_call {
    struct import_remote *remote;
    const struct import_options *options;
};

static enum import_end import_file(void *arg, const char *path, enum import_trouble *trouble)
{
    const struct import_call *c = arg;
    struct arena *a = arena_new();
    struct import_source s;
    struct import_state st;
    enum import_end result = IMPORT_FAILED;
    *trouble = TROUBLE_FILE;
    if (import_open(a, c->options, path, &s)) {
        resume(a, c->options, &s, &st);
        if (send_all(a, c->remote, c->options, &s, &st))
            result = finish(a, c->options, &s, &st);
        else
            *trouble = import_is_stopped() ? TROUBLE_LATER : import_trouble(c->remote);
    }
    import_close(&s);
    arena_free(a);
    return result;
}

/* ---- arguments ------------------------------------------------------------------------------ */

static void take_option(struct import_options *o, int option)
{
    switch (option) {
    case URL: o->url = optarg; break;
    case TOKEN: o->token = optarg; break;
    case TOKEN_FILE: o->token_file = optarg; break;
    case TYPE: o->type = optarg; break;
    case SHEET: o->sheet = optarg; break;
    case WATCH: o->watch = optarg; break;
    case CACERT: o->cacert = optarg; break;
    case ATOMIC: o->atomic = true; break;
    case DRY_RUN: o->dry_run = true; break;
    case RECONCILE: o->reconcile = true; break;
    default: break;
    }
}

static bool read_options(int argc, char **argv, struct import_options *o)
{
    struct option known[OPTIONS + 1] = {{0}};
    for (int i = 0; i < OPTIONS; i++)
        known[i] = (struct option){options[i].name + strlen("--"),
            options[i].takes ? required_argument : no_argument, NULL, i};
    *o = (struct import_options){.type = "loans"};
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c == '?')
            return false;
        take_option(o, c);
    }
    size_t plain = strspn(o->type, "abcdefghijklmnopqrstuvwxyz-");
    bool named = o->watch ? optind == argc && !o->dry_run && !o->reconcile : optind < argc;
    if (o->reconcile && (o->dry_run || o->atomic || strcmp(o->type, "loans") != 0))
        return false;
    return o->url && named && plain && o->type[plain] == '\0';
}

static enum import_end import_files(struct import_call *c, char *const *paths)
{
    enum import_end worst = IMPORT_STORED;
    enum import_trouble trouble;
    for (; *paths && worst != IMPORT_FAILED; paths++) {
        enum import_end end = c->options->reconcile
                                  ? import_reconcile(c->remote, c->options, *paths)
                                  : import_file(c, *paths, &trouble);
        worst = end > worst ? end : worst;
    }
    return worst;
}

static int import_all(struct arena *a, struct import_options *o, char *const *paths)
{
    o->token = session_token(a, o->token, o->token_file);
    if (!o->token)
        return IMPORT_FAILED;
    struct import_call c = {import_connect(o), o};
    int result = o->watch ? import_watch(o->watch, import_file, &c) : (int)import_files(&c, paths);
    import_disconnect(c.remote);
    return result;
}

static int run(int argc, char **argv)
{
    struct import_options o;
    struct arena *a = arena_new();
    /* getopt passes over the first word and moves the others: a list of our own, ended by NULL. */
    char **words = arena_alloc(a, ((size_t)argc + 2) * sizeof *words);
    words[0] = program_invocation_short_name;
    memcpy(words + 1, argv, (size_t)argc * sizeof *words);
    int result = IMPORT_FAILED;
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
    if (read_options(argc + 1, words, &o))
        result = import_all(a, &o, words + optind);
    else
        command_usage(stderr, &command_import);
    arena_free(a);
    return result;
}

const struct command command_import = {.name = "import",
    .run = run,
    .words = "FILE…",
    .help =
        "Put files of records into the ledger: CSV in UTF-8 or GB18030, .xlsx, or NDJSON. Rows\n"
        "that were not stored are in FILE.rejected.csv with the reason: mend them there and import "
        "that\n"
        "file. A file whose import was broken off goes on where it stood. Ends with 0 when all\n"
        "is stored, 1 when rows were rejected, 2 when it could not go on. With --reconcile each\n"
        "difference is a line; 0: there is none.",
    .options = options};
