/*
 * clock.c - how the machine's clock stands to the newest record, and going on when it was wrong.
 */
#include "session.h"

enum { ACCEPT, PERSON, REASON };
static const struct cli_option options[] = {
    [ACCEPT] = {"--accept", NULL, OPTIONAL,
        "go on writing: the clock is right now, and was ahead when the newest record was made"},
    [PERSON] = {"--person", "NAME", OPTIONAL, "with --accept: who says so"},
    [REASON] = {"--reason", "TEXT", OPTIONAL, "with --accept: why, as it is kept"},
    {0},
};

static int show(struct session *s)
{
    static const char sql[] =
        "select instant_text(now()), coalesce(instant_text(now() + clock_behind()), '-'),"
        " coalesce(greatest(0, extract(epoch from clock_behind()))::bigint, 0),"
        " clock_stops(clock_behind())";
    PGresult *r = session_ask(s, sql, NULL, 0);
    if (!r)
        return 2;
    bool stops = *PQgetvalue(r, 0, 3) == 't';
    printf("clock          %s\nnewest record  %s\nbehind by      %s s\n", PQgetvalue(r, 0, 0),
        PQgetvalue(r, 0, 1), PQgetvalue(r, 0, 2));
    if (stops)
        puts("nothing is written: set the clock right, or, if it is right, say so with --accept");
    PQclear(r);
    return stops ? 1 : 0;
}

static int accept_clock(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "insert into clock_acceptance (until_at, reason, accepted_by)"
        " select now() + clock_behind(), $1, $2 where clock_stops(clock_behind())";
    if (!f[PERSON].value || !f[REASON].value)
        return session_complain("--accept goes with --person and --reason");
    const char *params[] = {f[REASON].value, f[PERSON].value};
    PGresult *r = session_write(s, sql, params, 2);
    bool done = r && strcmp(PQcmdTuples(r), "1") == 0;
    PQclear(r);
    if (!r)
        return 2;
    puts(done ? "accepted: until the clock has caught up, each record is dated a microsecond after "
                "the one before"
              : "nothing to accept: the clock keeps nobody from writing");
    return 0;
}

static int run(int argc, char **argv)
{
    struct flag f[FLAGS_MAX];
    struct session s;
    if (!session_open(&s, argc, argv, f, option_flags(options, f)))
        return session_close(&s, 2);
    return session_close(&s, f[ACCEPT].value ? accept_clock(&s, f) : show(&s));
}

const struct command command_clock = {.name = "clock",
    .run = run,
    .words = "",
    .help =
        "Say how the machine's clock stands to the newest record: record time never goes back, so\n"
        "a clock that is far behind stops all writing. Ends with 1 when it is.",
    .options = options,
    .settings = CONF_STORE};
