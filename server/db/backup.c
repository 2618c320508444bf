/*
 * backup.c - the backup of the private cluster, by pgBackRest.
 *
 * A piece of the log that pgBackRest has archived is not needed among the received ones any more.
 * What was not archived yet is there: recovery takes a piece from the archive, else from the
 * received ones, else the one that was being received when the disk was lost.
 */
#include "backup.h"
#include "keyfile.h"
#include "log.h"
#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#define PGBACKREST "/usr/bin/pgbackrest"

static bool failed(const char *what, const char *detail)
{
    log_event(LOG_ERROR, SAY_BACKUP_FAILED, "what", what, "detail", detail, NULL);
    return false;
}

bool backup_write(const struct place *p, const char *path, struct str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n &&
                (geteuid() != 0 || fchown(fd, p->uid, p->gid) == 0);
    if (fd >= 0)
        good = close(fd) == 0 && good;
    return good || failed("cannot write", path);
}

/* The repository's own key: made once, kept in the data folder, and among the keys that are
 * encrypted to the certificate. Without a certificate nobody could read a backup after a loss. */
static bool pass_open(struct arena *a, const struct place *p, struct str *pass)
{
    const char *path = arena_printf(a, "%s/backup.pass", p->data).p;
    unsigned char random[32];
    *pass = file_read(a, path, 256);
    if (pass->p && pass->n)
        return true;
    struct buf b;
    buf_init(&b, a);
    MUST(RAND_bytes(random, sizeof random) == 1);
    for (size_t i = 0; i < sizeof random; i++)
        buf_printf(&b, "%02x", random[i]);
    *pass = buf_view(&b);
    return backup_write(p, path, *pass);
}

static bool write_conf(
    struct arena *a, const struct place *p, const struct conf *conf, const struct backup *b)
{
    struct str pass = STR("");
    struct buf text;
    bool has_pass = access(arena_printf(a, "%s/backup.pass", p->data).p, F_OK) == 0;
    if ((conf->backup_certificate || has_pass) && !pass_open(a, p, &pass))
        return false;
    buf_init(&text, a);
    buf_printf(&text,
        "[global]\nrepo1-path=%s/repo\nrepo1-retention-full=%lld\nrepo1-bundle=y\n"
        "log-path=%s/log\nlock-path=%s/lock\nlog-level-console=warn\nlog-level-file=info\n"
        "compress-type=zst\nstart-fast=y\nstop-auto=y\narchive-timeout=60\n",
        b->folder, (long long)conf->backup_keep, b->folder, b->folder);
    if (pass.n)
        buf_printf(&text, "repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=%s\n", pass.p);
    buf_printf(&text,
        "[pledged]\npg1-path=%s/pg\npg1-socket-path=%s\npg1-user=pledged_owner\n"
        "pg1-database=postgres\npg1-port=5432\n",
        p->data, place_socket(a, p));
    return backup_write(p, b->conf, buf_view(&text));
}

static void name_parts(struct arena *a, const struct place *p, struct backup *b)
{
    b->conf = arena_printf(a, "%s/backup.conf", p->data).p;
    b->wal = arena_printf(a, "%s/wal", b->folder).p;
}

bool backup_open(struct arena *a, const struct place *p, const struct conf *conf)
{
    static const char *const parts[] = {"", "/repo", "/wal", "/keys", "/log", "/lock"};
    struct backup b = {.folder = conf->backup};
    if (!conf->backup)
        return true;
    if (conf->backup[0] != '/' || strpbrk(conf->backup, "'\"\\$`%\n") || strpbrk(p->data, "\"$`%"))
        return failed("a whole path without quotes, $ and % is needed", conf->backup);
    if (access(PGBACKREST, X_OK) != 0)
        return failed("pgBackRest is not installed", "apt-get install pgbackrest");
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!place_folder(p, arena_printf(a, "%s%s", conf->backup, parts[i]).p))
            return false;
    }
    name_parts(a, p, &b);
    return write_conf(a, p, conf, &b);
}

void backup_find(struct arena *a, const struct place *p, struct backup *out)
{
    static const char key[] = "\nlog-path=", tail[] = "/log\n";
    struct str text = file_read(a, arena_printf(a, "%s/backup.conf", p->data).p, 64 << 10);
    const char *from = text.p ? strstr(text.p, key) : NULL;
    const char *to = from ? strstr(from + 1, tail) : NULL;
    *out = (struct backup){0};
    if (!to)
        return;
    from += sizeof key - 1;
    out->folder = arena_str(a, from, (size_t)(to - from)).p;
    name_parts(a, p, out);
}

static char *writable(struct arena *a, const char *s)
{
    size_t n = strlen(s);
    char *copy = arena_alloc(a, n + 1);
    return memcpy(copy, s, n);
}

void backup_command(struct arena *a, const struct backup *b, const char *const *words,
    char *argv[BACKUP_WORDS_MAX + 4])
{
    int n = 0;
    argv[n++] = writable(a, PGBACKREST);
    argv[n++] = writable(a, arena_printf(a, "--config=%s", b->conf).p);
    argv[n++] = writable(a, "--stanza=pledged");
    for (; *words; words++) {
        MUST(n < BACKUP_WORDS_MAX + 3);
        argv[n++] = writable(a, *words);
    }
    argv[n] = NULL;
}

/* synchronous_commit is what the lane sets for itself (backup_wait): nobody else needs to wait,
 * and migrations must not wait for a receiver that cannot begin before them. */
struct str backup_options(struct arena *a, const struct backup *b)
{
    if (!b->folder)
        return STR("");
    return arena_printf(a,
        " -c archive_mode=on -c archive_timeout=60 -c max_slot_wal_keep_size=8GB"
        " -c synchronous_standby_names=pledged_backup -c synchronous_commit=local"
        " -c \"archive_command=" PGBACKREST " --config='%s' --stanza=pledged archive-push '%%p' &&"
        " rm -f '%s/%%f'\"",
        b->conf, b->wal);
}

/* pgBackRest sets it in single quotes without a look at what is in it. */
struct str backup_fetch(struct arena *a, const struct backup *b)
{
    return arena_printf(a,
        PGBACKREST " --config=\"%s\" --stanza=pledged archive-get %%f \"%%p\" ||"
                   " cp \"%s/%%f\" \"%%p\" || cp \"%s/%%f.partial\" \"%%p\"",
        b->conf, b->wal, b->wal);
}
