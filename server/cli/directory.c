/*
 * directory.c - what the commands about organisations, persons and tokens share, and how they end.
 *
 * They write directly into the database as its owner: one person's acts, without whom no directory
 * could begin. Each says who did it and why, in the flight of the rows that it writes, so that the
 * history tells it (migrations/functions/directory.sql). Once the directory is closed what gives
 * power is left to two persons.
 */
#include "directory.h"
#include "backup.h"
#include "secret.h"
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int directory_run(int argc, char **argv, const struct cli_option *options,
    int (*work)(struct session *s, const struct flag *f))
{
    struct flag f[FLAGS_MAX];
    struct session s;
    if (!session_open(&s, argc, argv, f, option_flags(options, f)))
        return session_close(&s, 2);
    return session_close(&s, work(&s, f));
}

bool directory_do(
    struct session *s, const char *sql, const char *const *params, int n, const char *nothing)
{
    PGresult *r = session_write(s, sql, params, n);
    bool any = r && (PQntuples(r) > 0 || strtol(PQcmdTuples(r), NULL, 10) > 0);
    if (r && !any)
        (void)session_complain(nothing); /* its status is the caller's to give */
    PQclear(r);
    return any;
}

int directory_print(
    struct session *s, const char *titles, const char *sql, const char *const *params, int n)
{
    PGresult *r = session_ask(s, sql, params, n);
    if (!r)
        return 2;
    puts(titles);
    for (int i = 0; i < PQntuples(r); i++) {
        for (int j = 0; j < PQnfields(r); j++)
            printf("%s%c", PQgetvalue(r, i, j), j + 1 < PQnfields(r) ? '\t' : '\n');
    }
    PQclear(r);
    return 0;
}

struct str directory_master(struct session *s)
{
    const char *path = arena_printf(s->a, "%s/" SECRET_FILE, s->conf.data).p;
    if (s->conf.database && !place_open(s->a, s->conf.data, true, &s->place))
        return (struct str){NULL, 0};
    if (access(path, F_OK) != 0 && !backup_write(&s->place, path, secret_master_make(s->a)))
        return (struct str){NULL, 0};
    return secret_master(s->a, s->conf.data);
}

/* A daemon hears of it while the command still waits, so that what was ended is ended with it. */
void directory_changed(struct session *s)
{
    static const struct timespec heard = {0, 50000000};
    PGresult *r = session_ask(s, "select pg_notify('pledged_token', '')", NULL, 0);
    PQclear(r);
    (void)nanosleep(&heard, NULL); /* cut short by a signal: the command ends anyway */
}

/* Who sits at the machine: behind sudo whoever called it. */
static const char *operator_name(struct arena *a)
{
    const char *sudo = getenv("SUDO_USER");
    const struct passwd *user = getpwuid(geteuid());
    if (sudo && *sudo)
        return arena_text(a, sudo).p;
    return user ? arena_text(a, user->pw_name).p : arena_printf(a, "uid %u", geteuid()).p;
}

void directory_says(struct session *s, const char *command, const char *reason)
{
    const char *person = operator_name(s->a);
    s->note = (struct session_note){command, person,
        reason ? reason : arena_printf(s->a, "命令行办理,未说明理由:%s", person).p};
}

static bool is_closed(struct session *s)
{
    PGresult *r = session_ask(s, "select directory_closed()", NULL, 0);
    bool closed = !r || strcmp(PQgetvalue(r, 0, 0), "t") == 0;
    PQclear(r);
    return closed;
}

/* What two could have agreed on is one person's act all the same, and is told for good. */
static void say_alone(struct session *s)
{
    PGresult *r = session_ask(s, "select directory_begun()", NULL, 0);
    if (r && strcmp(PQgetvalue(r, 0, 0), "t") == 0)
        fputs("pledged: one person's act, where two of the IP office could have agreed: "
              "`pledged directory list` tells it from now on (pledged directory close leaves such "
              "acts to two)\n",
            stderr);
    PQclear(r);
}

bool directory_gives(struct session *s, const char *command, const char *reason)
{
    if (is_closed(s)) {
        (void)session_complain(
            "the directory is closed: what gives power is proposed by one person of the IP office "
            "and approved by another (pledged org propose, person propose, token propose, token "
            "renew, "
            "proposal approve; or the same by the interface)");
        return false;
    }
    say_alone(s);
    directory_says(s, command, reason);
    return true;
}

/* ---- directory list -------------------------------------------------------------------------- */

static const struct cli_option no_options[] = {{0}};

static int directory_list(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "select coalesce(instant_text(h.signed_at), '-'), c.command, c.person, x.act, c.reason"
        " from directory_acts() x join directory_command c on c.id = x.id"
        " left join log_row r on r.tab = 'directory_command' and r.content ->> 'id' = c.id::text"
        " left join log_leaf l on l.record_id = r.flight and l.version = 0"
        " left join log_head h on h.size = l.head order by c.id";
    (void)f;
    return directory_print(s, "recorded\tcommand\tperson\tact\treason", sql, NULL, 0);
}

static int run_directory_list(int argc, char **argv)
{
    return directory_run(argc, argv, no_options, directory_list);
}

const struct command command_directory_list = {.name = "directory list",
    .run = run_directory_list,
    .words = "",
    .help =
        "Print what commands did to organisations, persons and tokens, one a line: when, which,\n"
        "who sat there, and how many could have done it: `bootstrap`, no two persons could yet;\n"
        "`alone`, two of the IP office could have agreed on it; `ends`, it gives no power.",
    .options = no_options,
    .settings = CONF_STORE};

/* ---- directory close ------------------------------------------------------------------------- */

static const struct cli_option close_options[] = {REASON_OPTION, {0}};

static int directory_close(struct session *s, const struct flag *f)
{
    static const char begun[] = "select directory_begun()";
    static const char sql[] = "insert into directory_command (command, person, reason, bootstrap)"
                              " values ($1, $2, $3, false)";
    PGresult *r = session_ask(s, begun, NULL, 0);
    bool can = r && strcmp(PQgetvalue(r, 0, 0), "t") == 0;
    PQclear(r);
    if (can && is_closed(s))
        return session_complain("it is closed already");
    if (!can)
        return r ? session_complain("two persons of the IP office with tokens that administer are "
                                    "needed first: nobody else could give power then")
                 : 2;
    directory_says(s, "directory close", f[0].value);
    const char *params[] = {s->note.command, s->note.person, s->note.reason};
    s->note.command = NULL; /* it is what is written */
    r = session_write(s, sql, params, COUNT_OF(params));
    if (!r)
        return 2;
    PQclear(r);
    puts("closed");
    return 0;
}

static int run_directory_close(int argc, char **argv)
{
    return directory_run(argc, argv, close_options, directory_close);
}

const struct command command_directory_close = {.name = "directory close",
    .run = run_directory_close,
    .words = "",
    .help =
        "From now on what gives power takes two persons of the IP office: org add and rename,\n"
        "person add, token add and rotate are refused here. What takes power away still works.\n"
        "It opens by itself when fewer than two persons are left who could give any.",
    .options = close_options,
    .settings = CONF_STORE};
