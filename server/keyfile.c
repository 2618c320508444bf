/*
 * keyfile.c - private keys in the data folder.
 */
#include "keyfile.h"
#include "log.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES_MAX = 16 << 10 };

struct str file_read(struct arena *a, const char *path, size_t most)
{
    char piece[16 << 10];
    struct buf b;
    FILE *f = fopen(path, "re");
    if (!f)
        return (struct str){NULL, 0};
    buf_init(&b, a);
    for (size_t n; b.n <= most && (n = fread(piece, 1, sizeof piece, f)) > 0;)
        buf_add(&b, piece, n);
    bool good = !ferror(f) && b.n <= most;
    (void)fclose(f); /* only read */
    return good ? buf_view(&b) : (struct str){NULL, 0};
}

/* Root makes it for whom the folder belongs to. */
static bool key_give(int fd, int folder)
{
    struct stat st;
    return geteuid() != 0 || (fstat(folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

/* O_EXCL: two daemons that start together do not share a draft. link, not rename: whoever comes
 * second finds the first one's key in place and leaves it there. */
static bool key_write(struct arena *a, const char *folder, const char *path, struct str pem)
{
    struct str draft = arena_printf(a, "%s.%ld.new", path, (long)getpid());
    (void)unlink(draft.p); /* of a process of this number that crashed */
    int fd = open(draft.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = write(fd, pem.p, pem.n) == (ssize_t)pem.n && key_give(fd, dir) && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    good = good && link(draft.p, path) == 0 && dir >= 0 && fsync(dir) == 0;
    if (dir >= 0)
        close(dir);
    return unlink(draft.p) == 0 && good;
}

bool keyfile_write(const char *folder, const char *name, struct str text)
{
    struct arena *a = arena_new();
    bool good = key_write(a, folder, arena_printf(a, "%s/%s", folder, name).p, text);
    arena_free(a);
    return good;
}

static struct signing_key *key_make(
    struct arena *a, const char *folder, const char *path, enum signing_kind kind)
{
    struct signing_key *k = signing_make(kind);
    if (k && key_write(a, folder, path, signing_private(a, k)))
        return k;
    signing_free(k);
    return NULL;
}

struct signing_key *keyfile_open(
    const char *folder, const char *name, enum signing_kind kind, bool make)
{
    struct arena *a = arena_new();
    struct str path = arena_printf(a, "%s/%s", folder, name);
    struct signing_key *k = signing_read(file_read(a, path.p, KEY_BYTES_MAX));
    struct stat st; /* access() would ask without the right to pass through closed folders */
    bool there = stat(path.p, &st) == 0;
    if (!there && make && (mkdir(folder, 0711) == 0 || errno == EEXIST))
        k = key_make(a, folder, path.p, kind);
    if (k && signing_kind_of(k) != kind) {
        signing_free(k);
        k = NULL;
    }
    if (!k && (make || there))
        log_event(LOG_ERROR, SAY_SEAL_FAILED, "key", path.p, "why", "cannot read or make it", NULL);
    arena_free(a);
    return k;
}
