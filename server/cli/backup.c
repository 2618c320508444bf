/*
 * backup.c - a backup of the private cluster, and back out of it.
 *
 * pgBackRest does the work; what is ours is that nothing is left out: the private keys, without
 * which the log cannot go on, and the newest signed head, by which it is seen after a restore
 * whether anything is missing.
 */
#include "backup.h"
#include "head_file.h"
#include "keyfile.h"
#include "migrate.h"
#include "note.h"
#include "seal_keys.h"
#include "session.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RECEIVED_KEPT_S = 3600, PROMOTE_TRIES = 36000 };

/* ---- backup ---------------------------------------------------------------------------------- */

enum { TYPE };
static const struct cli_option make_options[] = {
    [TYPE] = {"--type", "TYPE", OPTIONAL, "full, diff or incr (incr; the first is always full)"},
    {0},
};

/* "pledged-checkpoint", size, root, signed_at, signature: a line each. */
static struct str checkpoint(struct session *s)
{
    static const char sql[] =
        "select 'pledged-checkpoint' || E'\\n' || h.size || E'\\n' || encode(h.root, 'hex') ||"
        " E'\\n' || instant_text(h.signed_at) || E'\\n' || encode(h.signature, 'hex') || E'\\n'"
        " from log_head h order by h.size desc limit 1";
    PGresult *r = session_ask(s, sql, NULL, 0);
    const char *text = r && PQntuples(r) ? PQgetvalue(r, 0, 0) : "";
    struct str copy = arena_str(s->a, text, strlen(text));
    PQclear(r);
    return copy;
}

static bool put_keys(struct session *s, const struct backup *b)
{
    const char *certificate = s->conf.backup_certificate;
    const char *folder = arena_printf(s->a, "%s/keys", b->folder).p;
    if (!certificate) {
        fprintf(stderr,
            "pledged: without --backup-certificate the private keys are not in it: keep "
            "*.key of the data folder elsewhere\n");
        return true;
    }
    struct str sealed = envelope_close(s->a, certificate, checkpoint(s));
    return sealed.p && keys_put(s->a, &s->place, folder, certificate) &&
           backup_write(&s->place, arena_printf(s->a, "%s/checkpoint.cms", folder).p, sealed);
}

/* Received pieces of the log that were archived before they were whole stay behind. */
static void prune(const struct backup *b)
{
    DIR *d = opendir(b->wal);
    for (struct dirent *e; d && (e = readdir(d));) {
        struct stat st;
        if (strlen(e->d_name) == 24 &&
            fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            time(NULL) - st.st_mtime > RECEIVED_KEPT_S)
            (void)unlinkat(dirfd(d), e->d_name, 0); /* only room */
    }
    if (d)
        closedir(d);
}

static int backup(struct session *s, const struct flag *f)
{
    const struct backup *b = s->pg ? cluster_backup(s->pg) : NULL;
    const char *type = f[TYPE].value ? f[TYPE].value : "incr";
    const char *const words[] = {arena_printf(s->a, "--type=%s", type).p, "backup", NULL};
    if (!b || !b->folder)
        return session_complain("no backup is set up: start `pledged serve` with --backup FOLDER");
    if (strcmp(type, "full") != 0 && strcmp(type, "diff") != 0 && strcmp(type, "incr") != 0)
        return session_complain("--type is full, diff or incr");
    if (!put_keys(s, b))
        return 1;
    if (!cluster_backup_run(s->pg, words)) {
        fprintf(stderr, "pledged: pgBackRest failed: see %s/log and %s/pg.log\n", b->folder,
            s->place.data);
        return 1;
    }
    prune(b);
    printf("backed up to %s\n", b->folder);
    return 0;
}

static int run_backup(int argc, char **argv)
{
    struct flag f[FLAGS_MAX];
    struct session s;
    if (!session_open(&s, argc, argv, f, option_flags(make_options, f)))
        return session_close(&s, 2);
    return session_close(&s, backup(&s, f));
}

const struct command command_backup = {.name = "backup",
    .run = run_backup,
    .words = "",
    .help =
        "Make a backup of the private database into the folder that `pledged serve --backup` has\n"
        "set up, while it is being served; with --backup-certificate the private keys as well,\n"
        "encrypted to it. In between the write-ahead log is archived all the time.",
    .options = make_options,
    .settings = CONF_STORE};

/* ---- restore --------------------------------------------------------------------------------- */

enum { TO, KEY };
static const struct cli_option restore_options[] = {
    [TO] = {"--to", "INSTANT", OPTIONAL,
        "as it was then, as '2026-11-29 18:00:00+08'; else all that was kept"},
    [KEY] = {"--key", "FILE", OPTIONAL,
        "private key (PEM) of the backup's certificate: opens the keys in the backup"},
    {0},
};

static bool take_keys(struct session *s, const char *key)
{
    const char *folder = arena_printf(s->a, "%s/keys", s->conf.backup).p;
    int n = key ? keys_take(s->a, &s->place, folder, key) : 0;
    if (n > 0)
        printf("%d keys\n", n);
    return n >= 0;
}

/* An empty folder for the cluster; pgBackRest fills it. */
static bool make_room(struct session *s)
{
    const char *pg = arena_printf(s->a, "%s/pg", s->place.data).p;
    if (rmdir(pg) == 0 || access(pg, F_OK) != 0)
        return place_folder(&s->place, pg);
    (void)session_complain("a ledger is there: restore into an empty --data folder");
    return false;
}

/* Ends when it has come to the end of the log, or to the instant, and takes writes. */
static bool await_promotion(struct session *s)
{
    for (int i = 0; i < PROMOTE_TRIES; i++) {
        PGresult *r = session_ask(s, "select pg_is_in_recovery()", NULL, 0);
        bool still = !r || *PQgetvalue(r, 0, 0) == 't';
        PQclear(r);
        if (!r || !still)
            return r != NULL;
        usleep(100000);
    }
    return false;
}

/* What was signed before is known to the restored folder as it was to the one that was lost. */
static void keep_head(struct session *s, const char *size, const char *root)
{
    hash h;
    uint64_t n;
    struct head_file *f = head_file_open(s->place.data);
    if (f && note_number(str_of(size), &n) && hash_parse(str_of(root), &h))
        head_file_put(f, n, h);
    head_file_close(f);
    head_file_give(s->place.data, s->place.uid, s->place.gid);
}

/* Is the head that was kept beside the backup in the log that came back? */
static int compare(struct session *s, const char *key, bool whole)
{
    const char *path = arena_printf(s->a, "%s/keys/checkpoint.cms", s->conf.backup).p;
    struct str sealed = key ? file_read(s->a, path, 1 << 20) : (struct str){NULL, 0};
    struct str text = sealed.p ? envelope_open(s->a, key, sealed) : sealed;
    char size[24] = "", root[65] = "";
    if (!text.n)
        return 0;
    if (sscanf(text.p, "pledged-checkpoint %23s %64s", size, root) != 2)
        return session_complain("the checkpoint of the backup cannot be read");
    const char *params[] = {size, root};
    PGresult *r = session_ask(
        s, "select root = decode($2, 'hex') from log_head where size = $1::bigint", params, 2);
    bool found = r && PQntuples(r) == 1, same = found && *PQgetvalue(r, 0, 0) == 't';
    PQclear(r);
    if (same)
        return 0;
    keep_head(s, size, root); /* or the daemon would sign a second log from here on */
    if (!found && !whole) {
        puts("an earlier state than was signed: `pledged log --accept-restore`, then it is served");
        return 0;
    }
    fprintf(stderr,
        found ? "pledged: this is not the log that was backed up: head %s differs\n"
              : "pledged: records are missing: the backup knew %s\n",
        size);
    return 1;
}

static int tell(struct session *s)
{
    PGresult *r = session_ask(s,
        "select (select count(*) from submission), coalesce(instant_text(max(signed_at)), '-')"
        " from log_head",
        NULL, 0);
    if (!r)
        return 1;
    printf("restored: %s records, the newest of %s\n", PQgetvalue(r, 0, 0), PQgetvalue(r, 0, 1));
    PQclear(r);
    return 0;
}

static bool run_pgbackrest(struct session *s, const struct flag *f)
{
    struct backup b;
    backup_find(s->a, &s->place, &b);
    const char *to = f[TO].value ? arena_printf(s->a, "--target=%s", f[TO].value).p : NULL;
    const char *fetch =
        arena_printf(s->a, "--recovery-option=restore_command=%s", backup_fetch(s->a, &b).p).p;
    const char *const whole[] = {fetch, "restore", NULL};
    const char *const then[] = {
        fetch, "--type=time", to, "--target-action=promote", "restore", NULL};
    return cluster_restore(&s->place, to ? then : whole);
}

static int restore(struct session *s, const struct flag *f)
{
    if (!s->conf.backup)
        return session_complain("--backup names the folder of the backup");
    if (!place_open(s->a, s->conf.data, true, &s->place) || !make_room(s))
        return 2;
    if (!take_keys(s, f[KEY].value) || !backup_open(s->a, &s->place, &s->conf))
        return 2;
    if (!run_pgbackrest(s, f)) {
        fprintf(stderr, "pledged: pgBackRest failed: see %s/log and %s/pg.log\n", s->conf.backup,
            s->place.data);
        return 1;
    }
    s->pg = cluster_start(&s->place, CLUSTER_USE);
    s->c = s->pg ? sql_connect(cluster_owner(s->pg)) : NULL;
    if (!s->c || !await_promotion(s))
        return 1;
    int status = compare(s, f[KEY].value, !f[TO].value);
    return tell(s) ? 1 : status;
}

static int run_restore(int argc, char **argv)
{
    struct flag f[FLAGS_MAX];
    struct session s;
    if (!session_begin(&s, argc, argv, f, option_flags(restore_options, f)))
        return session_close(&s, 2);
    return session_close(&s, restore(&s, f));
}

const struct command command_restore = {.name = "restore",
    .run = run_restore,
    .words = "",
    .help =
        "Bring a private database back out of its backup into an empty --data folder: all that\n"
        "was archived or received, or with --to what there was at an instant. Ends with 1 when\n"
        "records are missing that the backup knew. Then: pledged verify, pledged serve.",
    .options = restore_options,
    .settings = CONF_STORE};
