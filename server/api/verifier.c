/*
 * verifier.c - `pledged verify` by the daemon, each night: a process of its own, of low priority,
 * so that nobody waits for it and a fault of one is none of the other.
 *
 * On Sundays it looks through everything, on other days at what came since the last clean look. It
 * keeps its result itself (GET /v1/verifications, metrics). Only the daemon that writes asks for
 * it.
 */
#include "verifier.h"
#include "clock.h"
#include "day.h"
#include "lane.h"
#include "log.h"
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DAY_S = 86400, SHANGHAI_S = 8 * 3600, LOOK_S = 1, SUNDAY = 3 /* 1970-01-04 */ };

struct verifier {
    struct server *s;
    struct event *timer, *look;
    pid_t child; /* 0: none */
};

static void arm(struct verifier *v)
{
    int at;
    if (!time_of_day_parse(str_of(v->s->process.conf.verify_at), &at))
        return; /* off: conf.c takes nothing else */
    int64_t now = (clock_us() / 1000000 + SHANGHAI_S) % DAY_S;
    struct timeval wait = {at > now ? at - now : at - now + DAY_S, 0};
    evtimer_add(v->timer, &wait);
}

/* Never returns. */
static void become(const struct conf *conf, bool all)
{
    int null = open("/dev/null", O_RDWR);
    sigset_t none;
    /* It may hold a password: arguments are read by everybody on the machine. */
    if (conf->database && setenv("PLEDGED_DATABASE", conf->database, 1) != 0)
        _exit(126);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* the daemon holds some back */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    (void)unsetenv("NOTIFY_SOCKET");
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || close_range(3, ~0u, 0) != 0)
        _exit(126);
    errno = 0;
    if (nice(10) == -1 && errno != 0)
        _exit(126);
    char *args[] = {strdup("pledged"), strdup("verify"), strdup("--data"), strdup(conf->data),
        all ? NULL : strdup("--since-last"), NULL};
    execv("/proc/self/exe", args);
    _exit(127);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    static const struct timeval soon = {LOOK_S, 0};
    struct verifier *v = arg;
    (void)fd;
    (void)what;
    arm(v);
    if (v->child > 0 || v->s->draining || !lane_ready(v->s->lane))
        return;
    bool all = (day_today().n - SUNDAY) % 7 == 0;
    pid_t pid = fork();
    if (pid == 0)
        become(&v->s->process.conf, all);
    if (pid < 0) {
        log_event(LOG_ERROR, SAY_VERIFIED, "text", "cannot be started", NULL);
        return;
    }
    v->child = pid;
    evtimer_add(v->look, &soon);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    static const struct timeval soon = {LOOK_S, 0};
    struct verifier *v = arg;
    int status = 0;
    (void)fd;
    (void)what;
    if (waitpid(v->child, &status, WNOHANG) == 0) {
        evtimer_add(v->look, &soon);
        return;
    }
    v->child = 0;
    bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool told = WIFEXITED(status) && WEXITSTATUS(status) == 1;
    log_event(clean ? LOG_INFO : LOG_ERROR, SAY_VERIFIED, "text",
        clean  ? "no defects"
        : told ? "defects: GET /v1/verifications"
               : "it could not look",
        NULL);
}

struct verifier *verifier_open(struct server *s)
{
    struct verifier *v = calloc(1, sizeof *v);
    MUST(v);
    v->s = s;
    v->timer = evtimer_new(s->process.base, on_time, v);
    v->look = evtimer_new(s->process.base, on_look, v);
    MUST(v->timer && v->look);
    arm(v);
    return v;
}

void verifier_close(struct verifier *v)
{
    if (!v)
        return;
    if (v->child > 0) { /* it reads, and keeps what it found at its end: nothing is lost */
        (void)kill(v->child, SIGTERM);
        (void)waitpid(v->child, NULL, 0);
    }
    event_free(v->timer);
    event_free(v->look);
    free(v);
}
