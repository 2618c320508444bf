/*
 * main.c - sub-commands, start order, signals, drain.
 */
#include "access.h"
#include "api.h"
#include "auth.h"
#include "case.h"
#include "catalogue.h"
#include "cli.h"
#include "cluster.h"
#include "conf.h"
#include "days.h"
#include "desk.h"
#include "intake.h"
#include "keeper.h"
#include "lane.h"
#include "limit.h"
#include "log_end.h"
#include "memo.h"
#include "nightly.h"
#include "nonce.h"
#include "notify.h"
#include "openapi.h"
#include "outgoing.h"
#include "pulse.h"
#include "report_keys.h"
#include "rights.h"
#include "verifier.h"
#include "wall.h"
#include "webhook.h"
#include "witness.h"
#include "writer.h"
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DRAIN_MAX_S = 30, POLL_MS = 20 };

struct daemon {
    struct server s;
    struct place place;
    struct database database;
    struct cluster *pg;
    struct nightly *nightly;
    struct days *days;
    struct verifier *verifier;
    struct keeper *keeper;
    int fd;                 /* bound; -1 once http has it */
    struct ssl_ctx_st *tls; /* read; NULL once http has it, or without TLS */
    struct event *poll, *term, *intr, *hup;
    int64_t drain_until_us;
};

/* ---- services -------------------------------------------------------------------------------- */

/* What two persons of the IP office agreed on: who may come in, and which districts there are. */
static void on_directory_changed(void *arg)
{
    struct daemon *p = arg;
    auth_forget(p->s.auth);
    if (p->s.ready && !p->s.draining) /* before that the list was read a moment ago */
        districts_read(&p->s);
}

static bool auth_start(struct daemon *p)
{
    p->s.auth = auth_open();
    p->s.limits = limits_new();
    p->s.memos = memos_new();
    p->s.shown = memos_new();
    return true;
}
static void auth_stop(struct daemon *p)
{
    auth_close(p->s.auth);
    limits_free(p->s.limits);
    memos_free(p->s.memos);
    memos_free(p->s.shown);
}

static bool cases_start(struct daemon *p)
{
    p->s.cases = case_cache_new();
    return true;
}
static void cases_stop(struct daemon *p)
{
    case_cache_free(p->s.cases);
}

static bool loans_start(struct daemon *p)
{
    p->s.loans = loan_lane_new();
    return true;
}
static void loans_stop(struct daemon *p)
{
    free(p->s.loans);
}

static bool lane_start(struct daemon *p)
{
    p->s.lane = lane_open(&p->database);
    return true;
}
static bool lane_is_ready(struct daemon *p)
{
    return lane_ready(p->s.lane);
}
static bool lane_is_idle(struct daemon *p)
{
    return lane_idle(p->s.lane);
}
static void lane_stop(struct daemon *p)
{
    lane_close(p->s.lane);
}

static bool intake_start(struct daemon *p)
{
    p->s.intake = intake_open(&p->s);
    return true;
}
static bool intake_is_idle(struct daemon *p)
{
    return intake_flush(p->s.intake);
}
static void intake_stop(struct daemon *p)
{
    intake_close(p->s.intake);
}

static bool access_start(struct daemon *p)
{
    p->s.access = access_open(&p->s, &p->database);
    return true;
}
static bool access_is_idle(struct daemon *p)
{
    return access_flush(p->s.access);
}
static void access_stop(struct daemon *p)
{
    access_close(p->s.access);
}

static bool db_start(struct daemon *p)
{
    p->s.db = db_open(&p->database, (int)p->s.process.conf.readers, on_directory_changed, p);
    return true;
}
static bool db_is_ready(struct daemon *p)
{
    return db_ready(p->s.db);
}
static void db_stop(struct daemon *p)
{
    db_close(p->s.db);
}

static bool nonces_start(struct daemon *p)
{
    p->s.nonces = nonces_open(&p->database);
    return true;
}
static void nonces_stop(struct daemon *p)
{
    nonces_close(p->s.nonces);
}

static bool sessions_start(struct daemon *p)
{
    p->s.sessions = writer_open(&p->database, "sessions", NULL, NULL);
    return true;
}
static void sessions_stop(struct daemon *p)
{
    writer_close(p->s.sessions);
}

static void on_pulse(void *arg, const struct rows *rows)
{
    struct daemon *p = arg;
    log_end_heard(lane_log(p->s.lane), rows);
}

static bool pulse_start(struct daemon *p)
{
    p->s.pulse = pulse_open(&p->database, on_pulse, p);
    return true;
}
static bool pulse_is_sound(struct daemon *p)
{
    struct arena *a = arena_new();
    bool sound = !pulse_trouble(p->s.pulse, a, true).p;
    arena_free(a);
    return sound;
}
static void pulse_stop(struct daemon *p)
{
    pulse_close(p->s.pulse);
}

static bool keys_start(struct daemon *p)
{
    p->s.report_keys = report_keys_new();
    return true;
}
static bool keys_are_ready(struct daemon *p)
{
    return report_keys_ready(&p->s);
}
static void keys_stop(struct daemon *p)
{
    report_keys_free(p->s.report_keys);
}

static bool http_start(struct daemon *p)
{
    p->s.http = http_listen(&p->s.process, &p->s, p->fd, p->tls, route_dispatch);
    p->fd = -1;
    p->tls = NULL;
    return p->s.http != NULL;
}
static bool http_is_idle(struct daemon *p)
{
    return http_active(p->s.http) == 0;
}
static void http_stop(struct daemon *p)
{
    http_free(p->s.http);
}

static bool nightly_start(struct daemon *p)
{
    p->nightly = nightly_open(&p->s);
    return true;
}
static void nightly_stop(struct daemon *p)
{
    nightly_close(p->nightly);
}

static bool days_start(struct daemon *p)
{
    p->days = days_open(&p->s, &p->database);
    return true;
}
static void days_stop(struct daemon *p)
{
    days_close(p->days);
}

static bool verifier_start(struct daemon *p)
{
    p->verifier = verifier_open(&p->s);
    return true;
}
static void verifier_stop(struct daemon *p)
{
    verifier_close(p->verifier);
}

static bool keeper_start(struct daemon *p)
{
    p->keeper = keeper_open(&p->s);
    return true;
}
static void keeper_stop(struct daemon *p)
{
    keeper_close(p->keeper);
}

static bool witnesses_start(struct daemon *p)
{
    p->s.witnesses = witnesses_open(&p->s);
    return p->s.witnesses != NULL;
}
static void witnesses_stop(struct daemon *p)
{
    witnesses_close(p->s.witnesses);
}

static bool webhooks_start(struct daemon *p)
{
    p->s.webhooks = webhooks_open(&p->s, &p->database);
    return true;
}
static void webhooks_stop(struct daemon *p)
{
    webhooks_close(p->s.webhooks);
}

/* Closed before those who wait for its answers: nobody hears of what is broken off. */
static bool outgoing_start(struct daemon *p)
{
    p->s.outgoing = outgoing_open(p->s.process.base);
    return true;
}
static void outgoing_stop(struct daemon *p)
{
    outgoing_close(p->s.outgoing);
}

static bool desk_start(struct daemon *p)
{
    p->s.desk = desk_open(&p->s);
    return true;
}
static void desk_stop(struct daemon *p)
{
    desk_close(p->s.desk);
}

/* Opened and asked whether they are ready from top to bottom; asked whether they are idle and
 * closed from bottom to top, so that what still comes in goes to what is still there. */
static const struct service {
    bool (*open)(struct daemon *p);
    bool (*ready)(struct daemon *p); /* NULL: always */
    bool (*idle)(struct daemon *p);  /* NULL: always */
    void (*close)(struct daemon *p);
} services[] = {
    {.open = auth_start, .close = auth_stop},
    {.open = cases_start, .close = cases_stop},
    {.open = loans_start, .close = loans_stop},
    {.open = lane_start, .ready = lane_is_ready, .idle = lane_is_idle, .close = lane_stop},
    {.open = intake_start, .idle = intake_is_idle, .close = intake_stop},
    {.open = access_start, .idle = access_is_idle, .close = access_stop},
    {.open = db_start, .ready = db_is_ready, .close = db_stop},
    {.open = nonces_start, .close = nonces_stop},
    {.open = sessions_start, .close = sessions_stop},
    {.open = pulse_start, .ready = pulse_is_sound, .close = pulse_stop},
    {.open = desk_start, .close = desk_stop},
    {.open = keys_start, .ready = keys_are_ready, .close = keys_stop},
    {.open = http_start, .idle = http_is_idle, .close = http_stop},
    {.open = nightly_start, .close = nightly_stop},
    {.open = days_start, .close = days_stop},
    {.open = verifier_start, .close = verifier_stop},
    {.open = keeper_start, .close = keeper_stop},
    {.open = witnesses_start, .close = witnesses_stop},
    {.open = webhooks_start, .close = webhooks_stop},
    {.open = outgoing_start, .close = outgoing_stop},
};
enum { SERVICES = COUNT_OF(services) };

static bool all_ready(struct daemon *p)
{
    for (int i = 0; i < SERVICES; i++) {
        if (services[i].ready && !services[i].ready(p))
            return false;
    }
    return true;
}

static bool all_idle(struct daemon *p)
{
    for (int i = SERVICES - 1; i >= 0; i--) {
        if (services[i].idle && !services[i].idle(p))
            return false;
    }
    return true;
}

/* How many of them are open: all, or those before the one that has failed. */
static int services_open(struct daemon *p)
{
    int n = 0;
    while (n < SERVICES && services[n].open(p))
        n++;
    return n;
}

static void services_close(struct daemon *p, int n)
{
    while (n > 0)
        services[--n].close(p);
}

/* ---- serve ---------------------------------------------------------------------------------- */

static void on_poll(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct daemon *p = arg;
    struct server *s = &p->s;
    cluster_watch(p->pg);
    if (!s->ready && all_ready(p)) {
        char port[16];
        snprintf(port, sizeof port, "%d", http_port(s->http));
        s->ready = true;
        notify("READY=1");
        log_event(LOG_INFO, SAY_READY, "listen", s->process.conf.listen, "port", port, NULL);
    }
    if (s->draining && (all_idle(p) || monotonic_us() > p->drain_until_us))
        event_base_loopbreak(s->process.base);
}

static void on_term(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct daemon *p = arg;
    if (p->s.draining)
        return;
    log_event(LOG_INFO, SAY_DRAIN, NULL);
    notify("STOPPING=1");
    p->s.draining = true;
    p->drain_until_us = monotonic_us() + (int64_t)DRAIN_MAX_S * 1000000;
    http_drain(p->s.http);
}

static struct ssl_ctx_st *read_tls(const struct conf *conf)
{
    return tls_server(conf->tls_cert, conf->tls_key, conf->client_ca);
}

/* Certificate, key and CA are read again. What cannot be read leaves all as it was. */
static void on_hup(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct daemon *p = arg;
    const struct conf *conf = &p->s.process.conf;
    if (!conf->tls_cert || p->s.draining)
        return;
    place_reading(&p->place, READING_NOW);
    struct ssl_ctx_st *tls = read_tls(conf);
    place_reading(&p->place, READING_ASIDE);
    if (!tls)
        return;
    http_tls_replace(p->s.http, tls);
    log_event(LOG_INFO, SAY_TLS_RELOADED, "certificate", conf->tls_cert, NULL);
}

static void watch(struct daemon *p)
{
    static const struct timeval every = {0, POLL_MS * 1000};
    struct event_base *base = p->s.process.base;
    p->poll = event_new(base, -1, EV_PERSIST, on_poll, p);
    p->term = evsignal_new(base, SIGTERM, on_term, p);
    p->intr = evsignal_new(base, SIGINT, on_term, p);
    p->hup = evsignal_new(base, SIGHUP, on_hup, p);
    MUST(p->poll && p->term && p->intr && p->hup && event_add(p->poll, &every) == 0 &&
         event_add(p->term, NULL) == 0 && event_add(p->intr, NULL) == 0 &&
         event_add(p->hup, NULL) == 0);
}

static bool start_database(struct arena *a, struct daemon *p)
{
    const struct conf *conf = &p->s.process.conf;
    const char *owner = conf->database;
    if (owner) {
        p->database.conninfo = conf->database_app ? conf->database_app : owner;
        return catalogue_migrate(owner, conf->city, conf->data) &&
               wall_enter(a, &p->database, owner, !conf->database_app);
    }
    p->pg = cluster_start(&p->place, CLUSTER_SERVE);
    if (!p->pg)
        return false;
    p->database.conninfo = cluster_app(p->pg);
    p->database.cluster = p->pg;
    p->database.writer_password = ""; /* the folder of its socket is the daemon's alone */
    return catalogue_migrate(cluster_owner(p->pg), conf->city, conf->data) &&
           wall_enter(a, &p->database, cluster_owner(p->pg), false);
}

static void raise_file_limit(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return;
    r.rlim_cur = r.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &r) != 0)
        log_event(LOG_WARN, SAY_LIMIT, "what", "open files", NULL);
}

/* SIGTERM and SIGINT wait until the loop can take them: whoever is stopped while it starts stops
 * its cluster, too. */
static void hold_stop(bool hold)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    MUST(sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &stop, NULL) == 0);
}

static void unwatch(struct daemon *p)
{
    event_free(p->poll);
    event_free(p->term);
    event_free(p->intr);
    event_free(p->hup);
}

static bool run(struct daemon *p)
{
    struct event_base *base = event_base_new();
    MUST(base);
    p->s.process.base = base;
    p->s.process.began_us = monotonic_us();
    p->database.process = &p->s.process;
    int n = services_open(p);
    if (n == SERVICES) {
        watch(p);
        hold_stop(false);
        event_base_dispatch(base);
        unwatch(p);
    }
    services_close(p, n);
    event_base_free(base);
    return n == SERVICES;
}

/* Can they be read without root's rights, as at each SIGHUP? */
static bool tls_is_readable(const struct conf *conf)
{
    return access(conf->tls_cert, R_OK) == 0 && access(conf->tls_key, R_OK) == 0 &&
           (!conf->client_ca || access(conf->client_ca, R_OK) == 0);
}

/* Root's work is over: from here on, for good, as the user of the place. */
static bool leave_root(struct daemon *p)
{
    const struct conf *conf = &p->s.process.conf;
    if (geteuid() != 0)
        return true;
    if (!place_become(&p->place, conf->tls_cert != NULL)) {
        log_event(LOG_ERROR, SAY_USER, "what", "cannot become", "user", p->place.user, NULL);
        return false;
    }
    if (conf->tls_cert && tls_is_readable(conf))
        place_reading(&p->place, READING_NEVER);
    log_event(LOG_INFO, SAY_USER, "what", "root's rights given up", "user", p->place.user, NULL);
    return true;
}

/* What needs root, when it is root who starts this: the address, the private key, the folder. */
static bool prepare(struct arena *a, struct daemon *p)
{
    struct conf *conf = &p->s.process.conf;
    p->fd = http_bind(conf->listen, conf->tls_cert || conf->allow_plain);
    if (p->fd < 0)
        return false;
    if (conf->tls_cert && !(p->tls = read_tls(conf)))
        return false;
    if (!place_open(a, conf->data, true, &p->place) || !backup_open(a, &p->place, conf) ||
        !leave_root(p))
        return false;
    conf->data = p->place.data;
    return true;
}

static int serve(struct arena *a, const struct conf *conf)
{
    struct daemon p = {.s = {.process.conf = *conf,
                           .describe = openapi_write,
                           .rights = rights_write,
                           .has_page = rights_page},
        .fd = -1};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* until the loop takes it */
    hold_stop(true);
    (void)umask(077); /* whatever it was: neither open to others nor closed to ourselves */
    raise_file_limit();
    bool begun = prepare(a, &p) && start_database(a, &p);
    bool good = begun && run(&p);
    cluster_close(p.pg, true);
    if (p.fd >= 0)
        close(p.fd);
    tls_free(p.tls);
    if (begun)
        log_event(LOG_INFO, SAY_STOPPED, NULL);
    return good ? 0 : 1;
}

static int cmd_serve(int argc, char **argv)
{
    struct arena *a = arena_new();
    struct conf conf;
    int status = conf_read(a, &conf, argc, argv, NULL, 0) ? serve(a, &conf) : 2;
    arena_free(a);
    return status;
}

/* ---- small ones ------------------------------------------------------------------------------ */

static int cmd_show_config(int argc, char **argv)
{
    struct arena *a = arena_new();
    struct conf conf;
    bool good = conf_read(a, &conf, argc, argv, NULL, 0);
    if (good)
        conf_show(a, &conf);
    arena_free(a);
    return good ? 0 : 2;
}

static int cmd_openapi(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct arena *a = arena_new();
    struct buf out;
    buf_init(&out, a);
    openapi_write(&out);
    buf_char(&out, '\n');
    bool good = fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
    arena_free(a);
    return good ? 0 : 1;
}

static int cmd_help(int argc, char **argv);
static int cmd_man(int argc, char **argv);

/* ---- commands -------------------------------------------------------------------------------- */

static const struct command serve_command = {.name = "serve",
    .run = cmd_serve,
    .words = "",
    .help =
        "Serve the ledger over HTTP until SIGTERM or Ctrl-C. Its log is one JSON object a line on\n"
        "standard error.",
    .settings = CONF_ALL};
static const struct command show_config_command = {.name = "show-config",
    .run = cmd_show_config,
    .words = "",
    .help = "Print every setting as `serve` would have it here, in the form of a settings file.",
    .settings = CONF_ALL};
static const struct command openapi_command = {.name = "openapi",
    .run = cmd_openapi,
    .words = "",
    .help = "Print the description of the HTTP interface (OpenAPI), as /openapi.json tells it."};
static const struct command man_command = {.name = "man",
    .run = cmd_man,
    .words = "[conf]",
    .help = "Print the manual page of this program, or of its settings, as man -l - reads it."};
static const struct command help_command = {.name = "help",
    .run = cmd_help,
    .words = "[COMMAND]",
    .help = "Say what a command does and what its options mean; without one, list them."};

static const struct command *const commands[] = {&serve_command, &command_org_add,
    &command_org_list, &command_org_rename, &command_org_disable, &command_org_enable,
    &command_org_propose, &command_directory_close, &command_directory_list, &command_person_add,
    &command_person_list, &command_person_disable, &command_person_enable, &command_person_same,
    &command_person_propose, &command_proposal_list, &command_proposal_show,
    &command_proposal_approve, &command_proposal_refuse, &command_token_add, &command_token_list,
    &command_token_rotate, &command_token_revoke, &command_token_history, &command_token_propose,
    &command_token_renew, &command_console_link, &command_import, &command_targets, &command_report,
    &command_verify, &command_verify_report, &command_verify_receipt, &command_verify_log,
    &command_log, &command_report_keys, &command_migrate, &command_clock, &command_backup,
    &command_restore, &show_config_command, &openapi_command, &man_command, &help_command};

static void list_commands(FILE *out)
{
    fputs("pledged " PLEDGED_VERSION
          " - the ledger of a city's IP-pledge financing (知识产权质押融资)\n\n",
        out);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(out, "  pledged %-16s  %.*s\n", commands[i]->name,
            (int)strcspn(commands[i]->help, ":.;\n"), commands[i]->help);
    fputs("\npledged help COMMAND, or --help behind one, says more; pledged --version\n", out);
}

static int cmd_man(int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "conf") == 0) {
        conf_man();
        return 0;
    }
    puts(".TH PLEDGED 1\n.SH NAME\npledged \\- the ledger of a city's IP\\-pledge financing\n"
         ".SH SYNOPSIS\n.B pledged\n.I command\n.RI [ options ]\n.SH DESCRIPTION\n"
         "A daemon that records loans on pledged intellectual property in PostgreSQL, and the "
         "commands of who runs it and of who reports to it.\n.SH COMMANDS");
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        command_man(commands[i]);
    puts(".SH ENVIRONMENT\n.TP\n.B PLEDGED_TOKEN\nthe token of commands that ask a daemon\n.TP\n"
         ".B PLEDGED_CONFIG\nthe file of settings\n.PP\nAnd each setting: see\n"
         ".BR pledged.conf (5).\n.SH SEE ALSO\n.BR pledged.conf (5)");
    return 0;
}

/* Help on each command whose name begins with these words. */
static int help_on(int argc, char **argv)
{
    int found = 0, used;
    bool whole;
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (!command_begins(commands[i], argc, argv, &used, &whole))
            continue;
        if (found++)
            puts("\n");
        command_help(commands[i]);
    }
    return found;
}

/* A call that names no command, or only the first word of some. */
static int no_command(int argc, char **argv)
{
    int found = 0, used;
    bool whole;
    for (size_t i = 0; argc && i < COUNT_OF(commands); i++) {
        if (command_begins(commands[i], 1, argv, &used, &whole)) {
            command_usage(stderr, commands[i]);
            found++;
        }
    }
    if (found)
        return 2;
    fprintf(stderr, "pledged: %s%s\n", argc ? "no such command: " : "a command is needed",
        argc ? argv[0] : "");
    list_commands(stderr);
    return 2;
}

static int cmd_help(int argc, char **argv)
{
    if (argc == 0) {
        list_commands(stdout);
        return 0;
    }
    return help_on(argc, argv) ? 0 : no_command(argc, argv);
}

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; argc && i < COUNT_OF(commands); i++) {
        int used;
        bool whole;
        if (command_begins(commands[i], argc, argv, &used, &whole) && whole)
            return commands[i]->run(argc - used, argv + used);
    }
    return no_command(argc, argv);
}

/* Whoever closes 0, 1 or 2 would have the next file or socket take its place, and our words with
 * it. */
static void open_standard_files(void)
{
    int fd = 0;
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO)
        close(fd);
}

int main(int argc, char **argv)
{
    open_standard_files();
    for (int i = 1; i < argc; i++) { /* of anything in front of it; alone, of all */
        if (strcmp(argv[i], "--help") == 0)
            return cmd_help(i - 1 < 2 ? i - 1 : 2, argv + 1);
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("pledged " PLEDGED_VERSION) < 0;
    return run_command(argc - 1, argv + 1);
}
