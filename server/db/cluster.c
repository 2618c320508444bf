/*
 * cluster.c - a private PostgreSQL cluster under the data folder.
 *
 * Unix socket only, data checksums and fsync on. PostgreSQL refuses to run as root: then its
 * programs run as the user postgres (or nobody). The cluster outlives a kill -9 of the daemon and
 * is taken up again; if the postmaster itself died it is started anew while the connections retry.
 */
#include "cluster.h"
#include "arena.h"
#include "clock.h"
#include "log.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_TRIES = 60, SOCKET_PATH_MAX = 90, REVIVE_EVERY_US = 500000 };

struct cluster {
    struct arena *a;
    const char *data, *cluster, *socket, *bin, *log;
    const char *owner, *app;
    char **start; /* argv that starts the cluster */
    uid_t uid;
    gid_t gid;
    bool as_user;      /* root: programs run as uid */
    bool started;      /* by this process */
    bool needs_search; /* a folder above data is closed to that user */
    pid_t reviving;
    int64_t revived_us;
};

static bool failed(const char *what, const char *detail)
{
    log_event(LOG_ERROR, SAY_CLUSTER_FAILED, "what", what, "detail", detail, NULL);
    return false;
}

/* ---- folders and user ----------------------------------------------------------------------- */

static const char *newest_bin(struct arena *a)
{
    const char *best = NULL;
    long most = 0;
    DIR *d = opendir("/usr/lib/postgresql");
    for (struct dirent *e; d && (e = readdir(d));) {
        long version = strtol(e->d_name, NULL, 10);
        struct str path = arena_printf(a, "/usr/lib/postgresql/%s/bin", e->d_name);
        if (version > most && access(arena_printf(a, "%s/initdb", path.p).p, X_OK) == 0) {
            most = version;
            best = path.p;
        }
    }
    if (d)
        closedir(d);
    return best;
}

static bool find_user(struct cluster *pg)
{
    pg->as_user = geteuid() == 0;
    if (!pg->as_user)
        return true;
    const struct passwd *p = getpwnam("postgres");
    if (!p)
        p = getpwnam("nobody");
    if (!p)
        return failed("no unprivileged user", "create a user named postgres");
    pg->uid = p->pw_uid;
    pg->gid = p->pw_gid;
    return true;
}

/* A folder that only the cluster's user enters. One that is there already must be ours and closed:
 * whoever can enter the socket folder is the database's owner. */
static bool private_folder(const struct cluster *pg, const char *path)
{
    struct stat st;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return failed("cannot make the folder", path);
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || (st.st_mode & 077) != 0 ||
        (st.st_uid != geteuid() && !(pg->as_user && st.st_uid == pg->uid)))
        return failed("this folder is open to others or somebody else's", path);
    if (pg->as_user && lchown(path, pg->uid, pg->gid) != 0)
        return failed("cannot give the folder away", path);
    return true;
}

/* Every folder of the path, then the data folder itself, which others may pass through. */
static bool data_folder(const struct cluster *pg)
{
    for (char *p = strchr(pg->data + 1, '/'); p; p = strchr(p + 1, '/')) {
        struct str part = arena_str(pg->a, pg->data, (size_t)(p - pg->data));
        if (mkdir(part.p, 0755) != 0 && errno != EEXIST)
            return failed("cannot make the folder", part.p);
    }
    if (mkdir(pg->data, 0711) != 0 && errno != EEXIST)
        return failed("cannot make the folder", pg->data);
    return !pg->as_user || chmod(pg->data, 0711) == 0 || failed("cannot open the folder", pg->data);
}

/* Is a folder above data closed to others (as those of mktemp -d are)? */
static bool path_is_closed(const struct cluster *pg)
{
    struct stat st;
    for (char *p = strchr(pg->data + 1, '/'); p; p = strchr(p + 1, '/')) {
        struct str part = arena_str(pg->a, pg->data, (size_t)(p - pg->data));
        if (stat(part.p, &st) == 0 && !(st.st_mode & S_IXOTH))
            return true;
    }
    return false;
}

/* Let the user pass through closed folders, and nothing else: exactly one capability, kept over
 * exec as ambient. Only used when data lies below such a folder. */
static bool keep_search(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct caps[2] = {{0}};
    caps[0].effective = caps[0].permitted = caps[0].inheritable = 1u << CAP_DAC_READ_SEARCH;
    return syscall(SYS_capset, &head, caps) == 0 &&
           prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0) == 0;
}

static void become_user(const struct cluster *pg)
{
    if (!pg->as_user)
        return;
    if (pg->needs_search && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
        _exit(126);
    if (setgroups(0, NULL) != 0 || setgid(pg->gid) != 0 || setuid(pg->uid) != 0)
        _exit(126);
    if (pg->needs_search && !keep_search())
        _exit(126);
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
        setsid(); /* a Ctrl-C at the terminal is the daemon's business alone */
        signal(SIGPIPE, SIG_DFL);
        int null = open("/dev/null", O_RDONLY);
        if (null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 ||
            chdir("/") != 0)
            _exit(126);
        if (close_range(3, ~0u, 0) != 0)
            _exit(126);
        become_user(pg);
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
        " -c shared_buffers=256MB -c max_wal_size=2GB -c wal_compression=on"
        " -c timezone=Asia/Shanghai -c log_timezone=Asia/Shanghai -c fsync=%s",
        pg->socket, unsafe_fast() ? "off" : "on");
    char *argv[] = {program(pg, "pg_ctl"), W("start"), W("-D"), W(pg->cluster), W("-w"), W("-t"),
        W("60"), W("-l"), W(pg->log), W("-o"), W(options.p), NULL};
    char **copy = arena_alloc(pg->a, sizeof argv);
    return memcpy(copy, argv, sizeof argv);
}

/* ---- life ----------------------------------------------------------------------------------- */

static bool accepts(const struct cluster *pg)
{
    const struct str any = arena_printf(
        pg->a, "host='%s' dbname=postgres user=pledged_owner connect_timeout=5", pg->socket);
    return PQping(any.p) == PQPING_OK;
}

/* After a kill -9 old backends hold the shared memory for a moment, so starting is tried again. */
static bool start_cluster(struct cluster *pg)
{
    for (int i = 0; i < START_TRIES; i++) {
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
    PGconn *c = PQconnectdb(any.p);
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

static bool choose_socket(struct cluster *pg)
{
    pg->socket = arena_printf(pg->a, "%s/run", pg->data).p;
    if (strlen(pg->socket) > SOCKET_PATH_MAX) {
        unsigned long sum = 5381;
        for (const char *p = pg->data; *p; p++)
            sum = sum * 33 + (unsigned char)*p;
        pg->socket = arena_printf(pg->a, "/tmp/pledged-%08lx", sum & 0xffffffff).p;
    }
    return private_folder(pg, pg->socket);
}

static bool prepare(struct cluster *pg, const char *data)
{
    char here[4096];
    pg->data = data[0] == '/'              ? data
               : getcwd(here, sizeof here) ? arena_printf(pg->a, "%s/%s", here, data).p
                                           : data;
    if (strpbrk(pg->data, "'\\\n"))
        return failed("no quotes and backslashes in the path of", pg->data);
    pg->cluster = arena_printf(pg->a, "%s/pg", pg->data).p;
    pg->log = arena_printf(pg->a, "%s/pg.log", pg->data).p;
    pg->bin = newest_bin(pg->a);
    if (!pg->bin)
        return failed("PostgreSQL is not installed", "apt-get install postgresql");
    if (!find_user(pg) || !data_folder(pg) || !choose_socket(pg))
        return false;
    int log = open(pg->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (log < 0)
        return failed("cannot write", pg->log);
    close(log);
    if (pg->as_user && chown(pg->log, pg->uid, pg->gid) != 0)
        return failed("cannot give away", pg->log);
    pg->needs_search = pg->as_user && path_is_closed(pg);
    pg->start = start_argv(pg);
    return private_folder(pg, pg->cluster);
}

/* Two daemons on one data folder would fight over the cluster. Held until the process ends. */
static bool lock_data(const struct cluster *pg)
{
    int fd = open(arena_printf(pg->a, "%s/lock", pg->data).p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) ||
           failed("another pledged serves this data folder", pg->data);
}

struct cluster *cluster_start(const char *data, bool exclusive)
{
    struct arena *a = arena_new();
    struct cluster *pg = arena_alloc(a, sizeof *pg);
    pg->a = a;
    bool good = prepare(pg, data) && (!exclusive || lock_data(pg));
    if (good && access(arena_printf(a, "%s/PG_VERSION", pg->cluster).p, F_OK) != 0)
        good = init_cluster(pg);
    if (!good || !start_cluster(pg) || !make_database(pg)) {
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
    char *argv[] = {program(pg, "pg_ctl"), W("stop"), W("-D"), W(pg->cluster), W("-m"), W("fast"),
        W("-w"), NULL};
    if (stop && run(pg, argv)) {
        log_event(LOG_INFO, SAY_CLUSTER_STOPPED, "folder", pg->cluster, NULL);
        (void)rmdir(pg->socket); /* made again at the next start; a stray file in it keeps it */
    }
    arena_free(pg->a);
}
