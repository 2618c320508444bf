/*
 * main.c - sub-commands, start order, signals, drain.
 */
#include "api.h"
#include "auth.h"
#include "case.h"
#include "cli.h"
#include "cluster.h"
#include "conf.h"
#include "intake.h"
#include "lane.h"
#include "migrate.h"
#include "nightly.h"
#include "openapi.h"
#include "report_keys.h"
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DRAIN_MAX_S = 30, POLL_MS = 20 };

/* ---- serve ---------------------------------------------------------------------------------- */

struct daemon {
    struct server s;
    struct embedded_pg *pg;
    struct event *poll, *term, *intr;
    struct nightly *nightly;
    int64_t drain_until_us;
};

static void on_poll(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct daemon *p = arg;
    struct server *s = &p->s;
    if (!s->ready && db_ready(s->db) && lane_ready(s->lane) && report_keys_ready(s)) {
        char port[16];
        snprintf(port, sizeof port, "%d", http_port(s->http));
        s->ready = true;
        log_event(LOG_INFO, "ready", "listen", s->process.conf.listen, "port", port, NULL);
    }
    bool over = monotonic_us() > p->drain_until_us;
    bool quiet =
        s->draining && http_active(s->http) == 0 && intake_flush(s->intake) && lane_idle(s->lane);
    if (quiet || (s->draining && over))
        event_base_loopbreak(s->process.base);
}

static void on_term(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct daemon *p = arg;
    if (p->s.draining)
        return;
    log_event(LOG_INFO, "drain", NULL);
    p->s.draining = true;
    p->drain_until_us = monotonic_us() + (int64_t)DRAIN_MAX_S * 1000000;
    http_drain(p->s.http);
}

static void watch(struct daemon *p)
{
    static const struct timeval every = {0, POLL_MS * 1000};
    p->poll = event_new(p->s.process.base, -1, EV_PERSIST, on_poll, p);
    p->term = evsignal_new(p->s.process.base, SIGTERM, on_term, p);
    p->intr = evsignal_new(p->s.process.base, SIGINT, on_term, p);
    MUST(p->poll && p->term && p->intr && event_add(p->poll, &every) == 0 &&
         event_add(p->term, NULL) == 0 && event_add(p->intr, NULL) == 0);
}

/* The owner's conninfo (key = value, or a URI), serving as the role that owns nothing. */
static const char *as_app(struct arena *a, const char *owner)
{
    bool is_uri =
        strncmp(owner, "postgresql://", 13) == 0 || strncmp(owner, "postgres://", 11) == 0;
    if (!is_uri)
        return arena_printf(a, "%s options='-c role=pledged_app'", owner).p;
    return arena_printf(
        a, "%s%coptions=-c%%20role%%3Dpledged_app", owner, strchr(owner, '?') ? '&' : '?')
        .p;
}

static bool start_database(struct arena *a, struct daemon *p, const char **app)
{
    const struct conf *conf = &p->s.process.conf;
    const char *owner = conf->database;
    if (owner) {
        *app = conf->database_app ? conf->database_app : as_app(a, owner);
        return migrate_apply(owner);
    }
    p->pg = embedded_start(conf->data, true);
    if (!p->pg)
        return false;
    *app = embedded_app(p->pg);
    return migrate_apply(embedded_owner(p->pg));
}

static bool start_http(struct server *s)
{
    struct ssl_ctx_st *tls = NULL;
    if (s->process.conf.tls_cert) {
        tls = tls_server(
            s->process.conf.tls_cert, s->process.conf.tls_key, s->process.conf.client_ca);
        if (!tls)
            return false;
    }
    s->http = http_listen(&s->process, s, s->process.conf.listen, tls, route_dispatch);
    return s->http != NULL;
}

static void on_tokens_changed(void *arg)
{
    auth_forget(arg);
}

static void raise_file_limit(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return;
    r.rlim_cur = r.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &r) != 0)
        log_event(LOG_WARN, "limit", "what", "open files", NULL);
}

static void stop(struct daemon *p)
{
    struct server *s = &p->s;
    http_free(s->http);
    lane_close(s->lane);
    intake_close(s->intake);
    db_close(s->db);
    nightly_close(p->nightly);
    auth_close(s->auth);
    case_cache_free(s->cases);
    free(s->loans);
    report_keys_free(s->report_keys);
    event_free(p->poll);
    event_free(p->term);
    event_free(p->intr);
    event_base_free(s->process.base);
}

static int serve(struct arena *a, const struct conf *conf)
{
    struct daemon p = {.s.process.conf = *conf};
    struct server *s = &p.s;
    const char *app = NULL;
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    if (!start_database(a, &p, &app)) {
        embedded_close(p.pg, true);
        return 1;
    }
    s->process.base = event_base_new();
    MUST(s->process.base);
    const struct database d = {&s->process, app, p.pg};
    s->auth = auth_open();
    s->cases = case_cache_new();
    s->loans = loan_lane_new();
    s->report_keys = report_keys_new();
    s->lane = lane_open(&d);
    s->intake = intake_open(s);
    s->db = db_open(&d, (int)conf->readers, on_tokens_changed, s->auth);
    bool good = s->lane && start_http(s);
    if (good) {
        watch(&p);
        p.nightly = nightly_open(s);
        event_base_dispatch(s->process.base);
        stop(&p);
    }
    embedded_close(p.pg, true);
    log_event(LOG_INFO, "stopped", NULL);
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
static const struct command help_command = {.name = "help",
    .run = cmd_help,
    .words = "[COMMAND]",
    .help = "Say what a command does and what its options mean; without one, list them."};

static const struct command *const commands[] = {&serve_command, &command_org_add,
    &command_token_add, &command_token_list, &command_token_revoke, &command_import,
    &command_targets, &command_report, &command_verify, &command_verify_report,
    &command_report_keys, &command_migrate, &show_config_command, &openapi_command, &help_command};

static void list_commands(FILE *out)
{
    fputs("pledged " PLEDGED_VERSION
          " - the ledger of a city's IP-pledge financing (知识产权质押融资)\n\n",
        out);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(out, "  pledged %-14s  %.*s\n", commands[i]->name,
            (int)strcspn(commands[i]->help, ":.;\n"), commands[i]->help);
    fputs("\npledged help COMMAND, or --help behind one, says more; pledged --version\n", out);
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

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) { /* of anything in front of it; alone, of all */
        if (strcmp(argv[i], "--help") == 0)
            return cmd_help(i - 1 < 2 ? i - 1 : 2, argv + 1);
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("pledged " PLEDGED_VERSION) < 0;
    return run_command(argc - 1, argv + 1);
}
