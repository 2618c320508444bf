/*
 * cluster.c - a private PostgreSQL cluster under the data folder.
 *
 * Unix socket only, data checksums and fsync on. PostgreSQL refuses to run as root: its programs
 * run as the user of the place. The cluster outlives a kill -9 of the daemon and is taken up again;
 * if the postmaster itself died it is started anew while the connections retry.
 *
 * Nothing in the environment that is meant for other clusters reaches this one.
 */
#include "cluster.h"
#include "clock.h"
#include "keyfile.h"
#include "log.h"
#include "migrate.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIN_FOLDER "/usr/lib/postgresql"

enum {
    VERSION_MIN = 15,
    START_TRIES = 60,
    REVIVE_EVERY_US = 500000,
};

struct cluster {
    struct arena *a;
    struct place place;
    struct backup backup;
    const char *data, *cluster, *socket, *bin, *log;
    const char *owner, *app;
    char **start; /* argv that starts the cluster */
    bool started; /* by this process */
    pid_t reviving, receiving;
    int64_t revived_us, received_us;
};

static bool failed(const char *what, const char *detail)
{
    log_event(LOG_ERROR, SAY_CLUSTER_FAILED, "what", what, "detail", detail, NULL);
    return false;
}

/* ---- version and environment ----------------------------------------------------------------- */

static bool has_programs(struct arena *a, const char *bin)
{
    static const char *const names[] = {"initdb", "pg_ctl", "postgres"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (access(arena_printf(a, "%s/%s", bin, names[i]).p, X_OK) != 0)
            return false;
    }
    return true;
}

static long newest_version(struct arena *a)
{
    long most = 0;
    DIR *d = opendir(BIN_FOLDER);
    for (struct dirent *e; d && (e = readdir(d));) {
        long version = strtol(e->d_name, NULL, 10);
        if (version > most && has_programs(a, arena_printf(a, BIN_FOLDER "/%ld/bin", version).p))
            most = version;
    }
    if (d)
        closedir(d);
    return most;
}

bool cluster_would_be(int release)
{
    struct arena *a = arena_new();
    bool is_so = newest_version(a) == release;
    arena_free(a);
    return is_so;
}

/* A cluster is run by the version that made it, whatever else is installed; a new one is made by
 * the newest. */
static bool find_programs(struct cluster *pg)
{
    struct str made = file_read(pg->a, arena_printf(pg->a, "%s/PG_VERSION", pg->cluster).p, 16);
    long version = made.p ? strtol(made.p, NULL, 10) : newest_version(pg->a);
    pg->bin = arena_printf(pg->a, BIN_FOLDER "/%ld/bin", version).p;
    if (version >= VERSION_MIN && has_programs(pg->a, pg->bin))
        return true;
    if (made.p && version >= VERSION_MIN)
        return failed("this cluster was made by a PostgreSQL that is not installed",
            arena_printf(pg->a, "apt-get install postgresql-%ld", version).p);
    return failed(
        "no PostgreSQL of version 15 or later is installed", "apt-get install postgresql");
}

/* Servers, services, options, passwords, encodings: all of it is meant for other clusters. */
static void forget_environment(struct arena *a)
{
    extern char **environ;
    for (char **e = environ; *e;) {
        size_t n = strcspn(*e, "=");
        if (strncmp(*e, "PG", 2) == 0 && unsetenv(arena_str(a, *e, n).p) == 0)
            e = environ;
        else
            e++;
    }
}

/* ---- folders --------------------------------------------------------------------------------- */

/* A folder that only the cluster's user enters. One that is there already must be ours and closed:
 * whoever can enter the socket folder is the database's owner. */
static bool private_folder(const struct cluster *pg, const char *path)
{
    struct stat st;
    bool root = geteuid() == 0;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return failed("cannot make the folder", path);
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || (st.st_mode & 077) != 0 ||
        (st.st_uid != geteuid() && !(root && st.st_uid == pg->place.uid)))
        return failed("this folder is open to others or somebody else's", path);
    if (root && lchown(path, pg->place.uid, pg->place.gid) != 0)
        return failed("cannot give the folder away", path);
    return true;
}

/* ---- programs ------------------------------------------------------------------------------- */

static char *writable(const struct cluster *pg, const char *s)
{
    size_t n = strlen(s);
    char *copy = arena_alloc(pg->a, n + 1);
    return memcpy(copy, s, n);
}
#define W(s) writable(pg, (s))

/* By its whole path: PostgreSQL's programs look for each other beside it, else along PATH. */
static char *program(const struct cluster *pg, const char *name)
{
    return W(arena_printf(pg->a, "%s/%s", pg->bin, name).p);
}

/* Run a program of PostgreSQL, its output to the log file. Not waited for. */
static pid_t spawn(const struct cluster *pg, char **argv)
{
    int log = open(pg->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    pid_t pid = log < 0 ? -1 : fork();
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL); /* the daemon holds some back */
        setsid(); /* a Ctrl-C at the terminal is the daemon's business alone */
        signal(SIGPIPE, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        (void)unsetenv("NOTIFY_SOCKET"); /* PostgreSQL would speak for us there */
        int null = open("/dev/null", O_RDONLY);
        if (null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 ||
            chdir("/") != 0)
            _exit(126);
        if (close_range(3, ~0u, 0) != 0)
            _exit(126);
        if (!place_become(&pg->place, false))
            _exit(126);
        execv(argv[0], argv);
        _exit(127);
    }
    if (log >= 0)
        close(log);
    return pid;
}

static bool run(const struct cluster *pg, char **argv)
{
    int status = 0;
    pid_t pid = spawn(pg, argv);
    while (pid > 0 && waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return false;
    }
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* For tests alone: a cluster that may be lost with the machine. */
static bool unsafe_fast(void)
{
    const char *s = getenv("PLEDGED_UNSAFE_NO_FSYNC");
    return s && strcmp(s, "1") == 0;
}

static bool init_cluster(const struct cluster *pg)
{
    char *argv[] = {program(pg, "initdb"), W("-D"), W(pg->cluster), W("-U"), W("pledged_owner"),
        W("-E"), W("UTF8"), W("--locale=C"), W("-k"), W("--auth=trust"), W("-N"), NULL};
    if (!unsafe_fast())
        argv[10] = NULL;
    if (!run(pg, argv))
        return failed("initdb failed", pg->log);
    log_event(LOG_INFO, SAY_CLUSTER_MADE, "folder", pg->cluster, NULL);
    return true;
}

static char **start_argv(const struct cluster *pg)
{
    const struct str options = arena_printf(pg->a,
        "-c listen_addresses= -c unix_socket_directories='%s' -c max_connections=60"
        " -c shared_buffers=256MB -c max_wal_size=2GB -c wal_compression=lz4"
        " -c jit=off -c timezone=Asia/Shanghai -c log_timezone=Asia/Shanghai -c fsync=%s%s",
        pg->socket, unsafe_fast() ? "off -c full_page_writes=off" : "on",
        backup_options(pg->a, &pg->backup).p);
    char *argv[] = {program(pg, "pg_ctl"), W("start"), W("-D"), W(pg->cluster), W("-w"), W("-t"),
        W("60"), W("-l"), W(pg->log), W("-o"), W(options.p), NULL};
    char **copy = arena_alloc(pg->a, sizeof argv);
    return memcpy(copy, argv, sizeof argv);
}

/* ---- is it there ----------------------------------------------------------------------------- */

static bool accepts(const struct cluster *pg)
{
    const struct str any = arena_printf(
        pg->a, "host='%s' dbname=postgres user=pledged_owner connect_timeout=5", pg->socket);
    return PQping(any.p) == PQPING_OK;
}

/* Opened once as ourselves, so that it is the user's before his programs append to it. */
static bool make_log(const struct cluster *pg)
{
    int log = open(pg->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    bool good = log >= 0 && (geteuid() != 0 || fchown(log, pg->place.uid, pg->place.gid) == 0);
    if (log >= 0)
        close(log);
    return good || failed("cannot write", pg->log);
}

/* ---- backup ---------------------------------------------------------------------------------- */

const struct backup *cluster_backup(const struct cluster *pg)
{
    return &pg->backup;
}

bool cluster_backup_run(const struct cluster *pg, const char *const *words)
{
    char *argv[BACKUP_WORDS_MAX + 4];
    backup_command(pg->a, &pg->backup, words, argv);
    return run(pg, argv);
}

bool cluster_restore(const struct place *place, const char *const *words)
{
    struct arena *a = arena_new();
    struct cluster *pg = arena_alloc(a, sizeof *pg);
    pg->a = a;
    pg->place = *place;
    pg->log = arena_printf(a, "%s/pg.log", place->data).p;
    backup_find(a, place, &pg->backup);
    forget_environment(a);
    bool good = make_log(pg) && cluster_backup_run(pg, words);
    arena_free(a);
    return good;
}

static char **receive_argv(const struct cluster *pg, char *argv[8], const char *how)
{
    const struct str to = arena_printf(pg->a,
        "host='%s' user=pledged_owner dbname=postgres application_name=pledged_backup", pg->socket);
    argv[0] = program(pg, "pg_receivewal");
    argv[1] = W(arena_printf(pg->a, "--directory=%s", pg->backup.wal).p);
    argv[2] = W(arena_printf(pg->a, "--dbname=%s", to.p).p);
    argv[3] = W("--slot=pledged_backup");
    argv[4] = W("--no-loop");
    argv[5] = W(how);
    argv[6] = strcmp(how, "--create-slot") == 0 ? W("--if-not-exists") : NULL;
    argv[7] = NULL;
    return argv;
}

/* A repository that is there is left as it is, a slot as well. */
static bool begin_backup(const struct cluster *pg)
{
    static const char *const make[] = {"stanza-create", NULL};
    char *argv[8];
    if (!pg->backup.folder)
        return true;
    if (!run(pg, receive_argv(pg, argv, "--create-slot")))
        return failed("the log cannot be received for the backup, see", pg->log);
    return cluster_backup_run(pg, make) || failed("pgBackRest cannot use its folder, see", pg->log);
}

void cluster_watch(struct cluster *pg)
{
    char *argv[8];
    int status;
    if (!pg || !pg->backup.folder)
        return;
    if (pg->receiving > 0 && waitpid(pg->receiving, &status, WNOHANG) == 0)
        return;
    pg->receiving = 0;
    if (monotonic_us() - pg->received_us < REVIVE_EVERY_US)
        return;
    pg->received_us = monotonic_us();
    pg->receiving = spawn(pg, receive_argv(pg, argv, "--synchronous"));
}

/* A cluster that was left running may have been started before there was a backup. */
static bool archives(const struct cluster *pg)
{
    const struct str any =
        arena_printf(pg->a, "host='%s' dbname=postgres user=pledged_owner", pg->socket);
    if (!pg->backup.folder)
        return true;
    PGconn *c = sql_connect(any.p);
    PGresult *r = PQexec(c, "show archive_command");
    bool does = PQresultStatus(r) == PGRES_TUPLES_OK &&
                strstr(PQgetvalue(r, 0, 0), pg->backup.conf) != NULL;
    PQclear(r);
    PQfinish(c);
    return does;
}

static bool stop_cluster(const struct cluster *pg)
{
    char *argv[] = {program(pg, "pg_ctl"), W("stop"), W("-D"), W(pg->cluster), W("-m"), W("fast"),
        W("-w"), NULL};
    return run(pg, argv);
}

/* ---- life ------------------------------------------------------------------------------------ */

/* SIGTERM or SIGINT waits to be taken (hold_stop in main.c). */
static bool is_told_to_stop(void)
{
    sigset_t waiting;
    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

/* After a kill -9 old backends hold the shared memory for a moment, so starting is tried again. */
static bool start_cluster(struct cluster *pg, enum cluster_use use)
{
    for (int i = 0; i < START_TRIES; i++) {
        if (i == 0 && use == CLUSTER_SERVE && accepts(pg) && !archives(pg) && !stop_cluster(pg))
            return failed(
                "the running cluster archives nothing and cannot be stopped, see", pg->log);
        if (i > 0 && is_told_to_stop() && !accepts(pg))
            return failed("told to stop before the cluster had started", pg->cluster);
        if (accepts(pg)) {
            pg->started = i > 0;
            log_event(LOG_INFO, i ? SAY_CLUSTER_STARTED : SAY_CLUSTER_ATTACHED, "folder",
                pg->cluster, NULL);
            return true;
        }
        if (!run(pg, pg->start))
            usleep(500000);
    }
    return failed("the cluster does not start, see", pg->log);
}

static bool make_database(const struct cluster *pg)
{
    const struct str any =
        arena_printf(pg->a, "host='%s' dbname=postgres user=pledged_owner", pg->socket);
    PGconn *c = sql_connect(any.p);
    PGresult *there = PQexec(c, "select 1 from pg_database where datname = 'pledged'");
    bool good = PQresultStatus(there) == PGRES_TUPLES_OK;
    if (good && PQntuples(there) == 0) {
        PGresult *made = PQexec(c, "create database pledged");
        good = PQresultStatus(made) == PGRES_COMMAND_OK;
        PQclear(made);
    }
    PQclear(there);
    if (!good)
        failed("cannot make the database", PQerrorMessage(c));
    PQfinish(c);
    return good;
}

static bool prepare(struct cluster *pg)
{
    pg->data = pg->place.data;
    pg->cluster = arena_printf(pg->a, "%s/pg", pg->data).p;
    pg->log = arena_printf(pg->a, "%s/pg.log", pg->data).p;
    forget_environment(pg->a);
    pg->socket = place_socket(pg->a, &pg->place);
    backup_find(pg->a, &pg->place, &pg->backup);
    if (!find_programs(pg) || !private_folder(pg, pg->socket) || !make_log(pg))
        return false;
    pg->start = start_argv(pg);
    return private_folder(pg, pg->cluster);
}

static bool is_made(const struct cluster *pg)
{
    struct stat st; /* access() would ask without the right to pass through closed folders */
    return stat(arena_printf(pg->a, "%s/pg/PG_VERSION", pg->place.data).p, &st) == 0;
}

/* Two daemons on one data folder would fight over the cluster. Held until the process ends. */
static bool lock_data(const struct cluster *pg)
{
    int fd = open(arena_printf(pg->a, "%s/lock", pg->data).p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) ||
           failed("another pledged serves this data folder", pg->data);
}

struct cluster *cluster_start(const struct place *place, enum cluster_use use)
{
    struct arena *a = arena_new();
    struct cluster *pg = arena_alloc(a, sizeof *pg);
    pg->a = a;
    pg->place = *place;
    bool good = is_made(pg) || use != CLUSTER_USE ||
                failed("no ledger is there: `pledged serve` makes one, --data or PLEDGED_DATA "
                       "names another folder",
                    place->data);
    good = good && prepare(pg) && (use != CLUSTER_SERVE || lock_data(pg));
    if (good && !is_made(pg))
        good = init_cluster(pg);
    good = good && start_cluster(pg, use) && (use == CLUSTER_USE || make_database(pg));
    if (!good || (use == CLUSTER_SERVE && !begin_backup(pg))) {
        arena_free(a);
        return NULL;
    }
    pg->owner = arena_printf(a, "host='%s' dbname=pledged user=pledged_owner", pg->socket).p;
    pg->app = arena_printf(a, "host='%s' dbname=pledged user=pledged_app", pg->socket).p;
    return pg;
}

const char *cluster_owner(const struct cluster *pg)
{
    return pg->owner;
}

const char *cluster_app(const struct cluster *pg)
{
    return pg->app;
}

bool cluster_started(const struct cluster *pg)
{
    return pg->started;
}

void cluster_revive(struct cluster *pg)
{
    int status;
    if (pg->reviving > 0 && waitpid(pg->reviving, &status, WNOHANG) == 0)
        return; /* still starting */
    pg->reviving = 0;
    /* Not asked whether it runs, which could block: starting a running cluster does nothing. */
    if (monotonic_us() - pg->revived_us < REVIVE_EVERY_US)
        return;
    pg->revived_us = monotonic_us();
    log_event(LOG_WARN, SAY_CLUSTER_REVIVED, "folder", pg->cluster, NULL);
    pg->reviving = spawn(pg, pg->start);
}

void cluster_close(struct cluster *pg, bool stop)
{
    if (!pg)
        return;
    int status;
    if (stop && pg->reviving > 0) /* or it would stand up behind who stops it */
        (void)waitpid(pg->reviving, &status, 0);
    if (stop && stop_cluster(pg)) {
        log_event(LOG_INFO, SAY_CLUSTER_STOPPED, "folder", pg->cluster, NULL);
        (void)rmdir(pg->socket); /* made again at the next start; a stray file in it keeps it */
        if (pg->receiving > 0)   /* ends with the cluster, when it has everything */
            (void)waitpid(pg->receiving, &status, 0);
    }
    arena_free(pg->a);
}
