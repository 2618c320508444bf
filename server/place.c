/*
 * place.c - the data folder, and the user who works there.
 */
#include "place.h"
#include "log.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool refuse(const char *what, const char *detail)
{
    log_event(LOG_ERROR, SAY_PLACE_REFUSED, "what", what, "detail", detail, NULL);
    return false;
}

/* ---- the folder ------------------------------------------------------------------------------ */

/* Folders above it that are missing, then itself. */
static bool make_folder(struct arena *a, const char *data)
{
    for (const char *p = strchr(data + 1, '/'); p; p = strchr(p + 1, '/')) {
        struct str part = arena_str(a, data, (size_t)(p - data));
        if (mkdir(part.p, 0755) != 0 && errno != EEXIST)
            return refuse("cannot make the folder", part.p);
    }
    return mkdir(data, 0700) == 0 || errno == EEXIST || refuse("cannot make the folder", data);
}

static bool resolve(struct arena *a, const char *data, bool make, struct place *p)
{
    char here[4096];
    struct stat st;
    size_t n = strlen(data);
    while (n > 1 && data[n - 1] == '/')
        n--;
    p->data = data[0] == '/'              ? arena_str(a, data, n).p
              : getcwd(here, sizeof here) ? arena_printf(a, "%s/%.*s", here, (int)n, data).p
                                          : data;
    if (strpbrk(p->data, "'\\\n"))
        return refuse("no quotes and backslashes in the path of the data folder", p->data);
    if (stat(p->data, &st) != 0 && !make)
        return refuse("no ledger is there: `pledged serve` makes one, --data or PLEDGED_DATA "
                      "names another folder",
            p->data);
    if (stat(p->data, &st) != 0 && !make_folder(a, p->data))
        return false;
    char *whole = realpath(p->data, NULL);
    if (!whole)
        return refuse("cannot enter the data folder", p->data);
    p->data = arena_str(a, whole, strlen(whole)).p;
    free(whole);
    return true;
}

/* What this program and the quickstart put into a data folder, and what a volume comes with. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {".", "..", "pg", "run", "lock", "pg.log", "lost+found"};
    static const char *const beginnings[] = {
        "log.", "log-", "signing.", "report-", "backup.", "pledged.", "quickstart.", "catalogue-"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    for (size_t i = 0; i < COUNT_OF(beginnings); i++) {
        if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    }
    return false;
}

static bool holds_only_ours(struct arena *a, const char *data)
{
    DIR *d = opendir(data);
    const char *other = d ? NULL : "(cannot be read)";
    for (struct dirent *e; d && !other && (e = readdir(d));) {
        if (!is_ours(e->d_name))
            other = arena_str(a, e->d_name, strlen(e->d_name)).p;
    }
    if (d)
        closedir(d);
    return !other || refuse("the data folder must be the ledger's own, this one holds other things",
                         arena_printf(a, "%s/%s", data, other).p);
}

/* Others who may write there could put their own files under our names. */
static bool is_private(const struct place *p, const struct stat *st)
{
    mode_t open = geteuid() == 0 ? 022 : 002;
    if (!S_ISDIR(st->st_mode))
        return refuse("the data folder must be a folder", p->data);
    if (st->st_mode & open)
        return refuse("others may write to this folder: give the ledger one of its own", p->data);
    return true;
}

/* ---- the user -------------------------------------------------------------------------------- */

static bool user_is(struct arena *a, const struct passwd *u, struct place *p)
{
    if (!u)
        return false;
    p->user = arena_str(a, u->pw_name, strlen(u->pw_name)).p;
    p->uid = u->pw_uid;
    p->gid = u->pw_gid;
    return true;
}

/* Who owns the cluster, else the folder; of root's own, the first of three that there is. */
static bool find_user(struct arena *a, const struct stat *folder, struct place *p)
{
    static const char *const names[] = {"pledged", "postgres", "nobody"};
    struct stat pg;
    uid_t owner = geteuid() != 0 ? geteuid() : folder->st_uid;
    if (owner == 0 && lstat(arena_printf(a, "%s/pg", p->data).p, &pg) == 0)
        owner = pg.st_uid;
    if (owner != 0)
        return user_is(a, getpwuid(owner), p) ||
               refuse("the user with this number has no entry in /etc/passwd",
                   arena_printf(a, "%u", (unsigned)owner).p);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (user_is(a, getpwnam(names[i]), p))
            return true;
    }
    return refuse("no unprivileged user", "create a user named pledged");
}

/* Is a folder above data closed to that user (as those of mktemp -d are)? */
static bool path_is_closed(struct arena *a, const struct place *p)
{
    struct stat st;
    for (const char *q = strchr(p->data + 1, '/'); q; q = strchr(q + 1, '/')) {
        struct str part = arena_str(a, p->data, (size_t)(q - p->data));
        if (stat(part.p, &st) == 0 && !(st.st_mode & S_IXOTH) && st.st_uid != p->uid)
            return true;
    }
    return false;
}

/* What root made there before it worked for another user: the folder, the lock, the keys. */
static bool give_away(const struct place *p)
{
    DIR *d = opendir(p->data);
    bool good = d && fchown(dirfd(d), p->uid, p->gid) == 0;
    for (struct dirent *e; good && (e = readdir(d));) {
        struct stat st;
        if (is_ours(e->d_name) && strncmp(e->d_name, "quickstart.", 11) != 0 &&
            fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
            st.st_uid == 0)
            good = fchownat(dirfd(d), e->d_name, p->uid, p->gid, AT_SYMLINK_NOFOLLOW) == 0;
    }
    if (d)
        closedir(d);
    return good || refuse("cannot give the folder to the user it is served by", p->data);
}

bool place_open(struct arena *a, const char *data, bool make, struct place *out)
{
    struct stat st;
    *out = (struct place){0};
    if (!resolve(a, data, make, out))
        return false;
    if (stat(out->data, &st) != 0 || !is_private(out, &st))
        return false;
    if (!find_user(a, &st, out))
        return false;
    if (geteuid() != 0 && access(out->data, R_OK | W_OK | X_OK) != 0)
        return refuse(
            "the data folder is somebody else's: run this as its owner or as root", out->data);
    out->is_closed = path_is_closed(a, out);
    if (geteuid() != 0 || !make)
        return true;
    bool ledger = access(arena_printf(a, "%s/pg/PG_VERSION", out->data).p, F_OK) == 0;
    if (!ledger && !holds_only_ours(a, out->data))
        return false;
    return st.st_uid != 0 || give_away(out);
}

enum { SOCKET_PATH_MAX = 90 };

const char *place_socket(struct arena *a, const struct place *p)
{
    struct str below = arena_printf(a, "%s/run", p->data);
    unsigned long sum = 5381;
    if (below.n <= SOCKET_PATH_MAX)
        return below.p;
    for (const char *c = p->data; *c; c++)
        sum = sum * 33 + (unsigned char)*c;
    return arena_printf(a, "/tmp/pledged-%08lx", sum & 0xffffffff).p;
}

bool place_folder(const struct place *p, const char *path)
{
    struct stat st;
    bool made = mkdir(path, 0700) == 0;
    if (!made && errno != EEXIST)
        return refuse("cannot make the folder", path);
    if (made && geteuid() == 0 && lchown(path, p->uid, p->gid) != 0)
        return refuse("cannot give the folder away", path);
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 022) == 0 &&
        st.st_uid == p->uid)
        return true;
    return refuse(
        "this folder is open to others or not the service user's (chown it to him)", path);
}

/* ---- becoming him ---------------------------------------------------------------------------- */

/* Exactly one capability: to pass through folders and to read files. */
static bool set_capability(bool effective, bool permitted)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct caps[2] = {{0}};
    caps[0].effective = effective ? 1u << CAP_DAC_READ_SEARCH : 0;
    caps[0].permitted = permitted ? 1u << CAP_DAC_READ_SEARCH : 0;
    caps[0].inheritable = caps[0].effective;
    return syscall(SYS_capset, &head, caps) == 0;
}

bool place_become(const struct place *p, bool aside)
{
    bool keeps = p->is_closed || aside;
    if (geteuid() != 0)
        return true;
    if (keeps && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
        return false;
    if (initgroups(p->user, p->gid) != 0 || setgid(p->gid) != 0 || setuid(p->uid) != 0)
        return false;
    if (keeps && !set_capability(p->is_closed, true))
        return false;
    /* Ambient, so that it outlives the exec of the cluster's programs. */
    if (p->is_closed && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0) != 0)
        return false;
#ifdef __SANITIZE_ADDRESS__
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) /* or LeakSanitizer may not look */
        return false;
#endif
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

void place_reading(const struct place *p, enum reading r)
{
    if (!p->is_closed && !set_capability(r == READING_NOW, r != READING_NEVER))
        return; /* who has not kept it is refused it */
}
