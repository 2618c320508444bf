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

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* arguments after the name */
    const char *usage;
} commands[] = {
    {"serve", cmd_serve,
        "serve [--listen 127.0.0.1:8420] [--data DIR] [--database CONNINFO] "
        "[--tls-cert F --tls-key F [--client-ca F]]"},
    {"org", cli_org, "org add --code CODE --kind KIND --name NAME [--district 310115]"},
    {"token", cli_token,
        "token add --org CODE --person NAME [--expires-days N] [--cert F] | token list "
        "[--org CODE] | token revoke --id HEX"},
    {"import", cli_import, "import --url URL --token T [--type loans] FILE…"},
    {"targets", cli_targets, "targets --url URL --token T [--quarter 2023Q4]"},
    {"report", cli_report,
        "report 2022Q3 --url URL --token T --format json|csv|xlsx|html -o FILE|- [--section a,b] "
        "[--as-of DAY] [--known-at INSTANT] [--basis B] [--public true] [--lang en]"},
    {"verify", cli_verify, "verify [--data DIR | --database CONNINFO]"},
    {"verify-report", cli_verify_report,
        "verify-report FILE [--manifest FILE.seal.json] [--key PEM]…"},
    {"report-keys", cli_report_keys, "report-keys [--data DIR] [--new]"},
    {"migrate", cli_migrate, "migrate [--data DIR | --database CONNINFO]"},
    {"show-config", cmd_show_config, "show-config"},
    {"openapi", cmd_openapi, "openapi"},
    {"help", cmd_help, "help"},
};

static int cmd_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("pledged - the ledger of a city's IP-pledge financing (知识产权质押融资)\n");
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        printf("  pledged %s\n", commands[i].usage);
    return 0;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < COUNT_OF(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    }
    fprintf(stderr, "pledged: %s%s\n", argc > 1 ? "no such command: " : "a command is needed",
        argc > 1 ? argv[1] : "");
    cmd_help(0, NULL);
    return 2;
}
