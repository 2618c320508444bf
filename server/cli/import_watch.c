/*
 * import_watch.c - a bank's drop folder: what arrives is imported and moved aside.
 *
 * A file is taken when it has not changed from one look to the next; one that changed while it was
 * sent stays for a further look. What was stored goes to done/,
 * what was refused in whole or in part to refused/, with the rows and reasons beside it; what could
 * not be sent stays and is tried again. One watcher a folder: it holds a lock.
 */
#include "import.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_SECONDS = 2, NAMES_MAX = 1000 };

static volatile sig_atomic_t stopped;

static void on_signal(int no)
{
    (void)no;
    stopped = 1;
}

bool import_is_stopped(void)
{
    return stopped != 0;
}

struct seen {
    struct str name;
    struct stat st;
};
struct look {
    struct arena *a;
    struct seen file[NAMES_MAX];
    int n;
};

static bool ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n > m && strcasecmp(s + n - m, tail) == 0;
}

static bool is_ours(const char *name)
{
    static const char *const tails[] = {".csv", ".xlsx", ".ndjson", ".jsonl"};
    if (name[0] == '.' || name[0] == '~' || ends_with(name, ".rejected.csv"))
        return false;
    for (size_t i = 0; i < COUNT_OF(tails); i++) {
        if (ends_with(name, tails[i]))
            return true;
    }
    return false;
}

static int by_name(const void *x, const void *y)
{
    return strcmp(((const struct seen *)x)->name.p, ((const struct seen *)y)->name.p);
}

/* The files of the folder, in the order of their names; of a link to elsewhere nothing is taken. */
static bool look_in(int folder, struct look *out)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    arena_reset(out->a);
    out->n = 0;
    for (const struct dirent *d; dir && out->n < NAMES_MAX && (d = readdir(dir));) {
        struct seen *x = &out->file[out->n];
        if (!is_ours(d->d_name) || fstatat(folder, d->d_name, &x->st, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(x->st.st_mode) || x->st.st_size == 0)
            continue;
        x->name = arena_text(out->a, d->d_name);
        out->n++;
    }
    if (dir)
        (void)closedir(dir); /* read only */
    qsort(out->file, (size_t)out->n, sizeof out->file[0], by_name);
    return dir != NULL;
}

static bool is_same(const struct stat *x, const struct stat *y)
{
    return x->st_size == y->st_size && x->st_ino == y->st_ino &&
           x->st_mtim.tv_sec == y->st_mtim.tv_sec && x->st_mtim.tv_nsec == y->st_mtim.tv_nsec;
}

static bool is_settled(const struct look *before, const struct seen *x)
{
    for (int i = 0; i < before->n; i++) {
        const struct seen *y = &before->file[i];
        if (str_eq(y->name, x->name))
            return is_same(&y->st, &x->st);
    }
    return false;
}

/* What was sent is what lies there now. */
static bool is_unchanged(int folder, const struct seen *x)
{
    struct stat now;
    if (fstatat(folder, x->name.p, &now, AT_SYMLINK_NOFOLLOW) == 0 && is_same(&x->st, &now))
        return true;
    (void)fprintf(stderr, "%s: changed while it was sent; it is looked at again\n", x->name.p);
    return false;
}

/* Into the sub-folder, under a name that is free there. */
static bool move_aside(struct arena *a, int folder, const char *name, const char *into)
{
    struct str to = arena_printf(a, "%s/%s", into, name);
    for (int i = 2; faccessat(folder, to.p, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && i < 10000; i++)
        to = arena_printf(a, "%s/%d-%s", into, i, name);
    if (renameat(folder, name, folder, to.p) == 0)
        return true;
    (void)fprintf(stderr, "pledged import: %s: %s\n", to.p, strerror(errno));
    return false;
}

static bool put_away(struct arena *a, int folder, const char *name, enum import_end end)
{
    const char *into = end == IMPORT_STORED ? "done" : "refused";
    const char *rejected = arena_printf(a, "%s.rejected.csv", name).p;
    bool good = move_aside(a, folder, name, into);
    if (good && faccessat(folder, rejected, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        good = move_aside(a, folder, rejected, into);
    (void)fprintf(stderr, "%s: moved to %s/\n", name, into);
    return good;
}

static int open_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
                (mkdirat(fd, "done", 0770) == 0 || errno == EEXIST) &&
                (mkdirat(fd, "refused", 0770) == 0 || errno == EEXIST);
    if (good)
        return fd;
    (void)fprintf(stderr, "pledged import: %s: %s\n", folder,
        errno == EWOULDBLOCK ? "another import watches this folder" : strerror(errno));
    if (fd >= 0)
        (void)close(fd); /* opened for reading only */
    return -1;
}

/* One look and what it finds; false: there is no going on. */
static bool take_files(const char *path, int folder, const struct look *before, struct look *now,
    enum import_end (*one)(void *arg, const char *path, enum import_trouble *t), void *arg)
{
    if (!look_in(folder, now)) {
        (void)fprintf(stderr, "pledged import: %s: %s\n", path, strerror(errno));
        return false;
    }
    for (int i = 0; i < now->n && !stopped; i++) {
        enum import_trouble trouble = TROUBLE_LATER;
        if (!is_settled(before, &now->file[i]))
            continue;
        const char *name = now->file[i].name.p;
        enum import_end end = one(arg, arena_printf(now->a, "%s/%s", path, name).p, &trouble);
        if (end == IMPORT_FAILED && trouble == TROUBLE_CALLER)
            return false;
        if (end == IMPORT_FAILED && trouble == TROUBLE_LATER)
            continue;
        if (is_unchanged(folder, &now->file[i]) && !put_away(now->a, folder, name, end))
            return false;
    }
    return true;
}

int import_watch(const char *path,
    enum import_end (*one)(void *arg, const char *path, enum import_trouble *t), void *arg)
{
    static const struct sigaction end = {.sa_handler = on_signal}; /* no SA_RESTART: it wakes us */
    struct look *looks = calloc(2, sizeof *looks);
    int folder = open_folder(path);
    bool good = folder >= 0;
    MUST(looks && sigaction(SIGTERM, &end, NULL) == 0 && sigaction(SIGINT, &end, NULL) == 0);
    looks[0].a = arena_new();
    looks[1].a = arena_new();
    for (int turn = 0; good && !stopped; turn ^= 1) {
        good = take_files(path, folder, &looks[turn ^ 1], &looks[turn], one, arg);
        if (good && !stopped)
            (void)sleep(LOOK_SECONDS); /* a signal ends it */
    }
    arena_free(looks[0].a);
    arena_free(looks[1].a);
    free(looks);
    if (folder >= 0)
        (void)close(folder); /* and with it the lock */
    return good ? IMPORT_STORED : IMPORT_FAILED;
}
