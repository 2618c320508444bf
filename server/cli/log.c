/*
 * log.c - how the log of the database stands to what was signed here, and going on when an older
 * state was restored.
 */
#include "backup.h"
#include "head_file.h"
#include "session.h"
#include <stdlib.h>

enum { ACCEPT, PERSON, REASON };
static const struct cli_option options[] = {
    [ACCEPT] = {"--accept-restore", NULL, OPTIONAL,
        "go on from the log as the database has it now: an older state was restored, and what it "
        "lacks is lost"},
    [PERSON] = {"--person", "NAME", OPTIONAL, "with --accept-restore: who says so"},
    [REASON] = {"--reason", "TEXT", OPTIONAL,
        "with --accept-restore: why; a record of the log, for everybody to see"},
    {0},
};

struct state {
    bool kept;
    struct restore r; /* lost: what was signed here; the other: what the database has */
    bool begins;      /* the database knows the signed head */
};

static bool read_state(struct session *s, struct state *st)
{
    static const char newest[] =
        "select h.size, encode(h.root, 'hex') from log_head h order by h.size desc limit 1";
    static const char known[] =
        "select from log_head where size = $1::bigint and root = decode($2, "
        "'hex')";
    struct frontier none = {0};
    st->kept = head_file_peek(s->conf.data, &st->r.lost_size, &st->r.lost_root);
    PGresult *r = session_ask(s, newest, NULL, 0);
    bool good = r != NULL;
    st->r.root = frontier_root(&none);
    if (r && PQntuples(r) == 1) {
        st->r.size = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
        good = hash_parse(str_of(PQgetvalue(r, 0, 1)), &st->r.root) && good;
    }
    PQclear(r);
    const char *params[] = {arena_printf(s->a, "%llu", (unsigned long long)st->r.lost_size).p,
        hash_hex(s->a, st->r.lost_root).p};
    r = good ? session_ask(s, known, params, 2) : NULL;
    st->begins = r && (st->r.lost_size == 0 || PQntuples(r) == 1);
    PQclear(r);
    return good;
}

static int show(struct session *s, const struct state *st)
{
    printf("database   %llu entries, root %s\n", (unsigned long long)st->r.size,
        hash_hex(s->a, st->r.root).p);
    if (!st->kept) {
        puts("signed     nothing was kept here yet");
        return 0;
    }
    printf("signed     %llu entries, root %s\n", (unsigned long long)st->r.lost_size,
        hash_hex(s->a, st->r.lost_root).p);
    if (st->begins)
        return 0;
    puts(
        st->r.size < st->r.lost_size
            ? "the database lacks records that were signed and acknowledged: they were cut off, or "
              "an older state was restored.\nRestore one that has them (pledged restore), or, when "
              "they are lost, say so with --accept-restore"
            : "the database has another log than the one that was signed: see --accept-restore");
    return 1;
}

static bool is_line(const char *text, size_t most)
{
    return *text && strlen(text) <= most && !strpbrk(text, "\r\n");
}

static int accept_restore(struct session *s, struct state *st, const struct flag *f)
{
    if (!f[PERSON].value || !f[REASON].value)
        return session_complain("--accept-restore goes with --person and --reason");
    if (!is_line(f[PERSON].value, 180) || !is_line(f[REASON].value, 1500))
        return session_complain("--person and --reason are a line each");
    if (!st->kept || st->begins) {
        puts("nothing to accept: the log begins with what was signed here");
        return 0;
    }
    st->r.person = str_of(f[PERSON].value);
    st->r.reason = str_of(f[REASON].value);
    struct str text = restore_text(s->a, &st->r);
    const char *path = arena_printf(s->a, "%s/log.restore", s->conf.data).p;
    if (!backup_write(&s->place, path, text))
        return session_complain("log.restore cannot be written in the data folder");
    printf("accepted: the log goes on from %llu entries; %llu that were signed are given up. A "
           "running daemon takes it within seconds.\nIts checkpoints have another origin from now "
           "on: tell witnesses and auditors, and keep log.checkpoints\n",
        (unsigned long long)st->r.size, (unsigned long long)st->r.lost_size);
    return 0;
}

static int run(int argc, char **argv)
{
    struct flag f[FLAGS_MAX];
    struct session s;
    struct state st = {0};
    if (!session_open(&s, argc, argv, f, option_flags(options, f)) || !read_state(&s, &st))
        return session_close(&s, 2);
    if (s.conf.database && !place_open(s.a, s.conf.data, false, &s.place))
        return session_close(&s, 2);
    return session_close(&s, f[ACCEPT].value ? accept_restore(&s, &st, f) : show(&s, &st));
}

const struct command command_log = {.name = "log",
    .run = run,
    .words = "",
    .help =
        "Say how the log of the database stands to what was signed here: a log that lacks what\n"
        "was signed is not continued. Ends with 1 when the log lacks it.",
    .options = options,
    .settings = CONF_STORE};
