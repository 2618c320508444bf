/*
 * verify_log.c - is the log one that only grew? Without a database; without a network unless the
 * log is to be fetched first.
 *
 * The folder holds what lies below /v1/log: checkpoint, tile/entries/…, tile/0/…. The tree is made
 * again from the entries (from the hashes of level 0 where no entries are), so that nothing else
 * needs to be believed. Checkpoints that were kept earlier must be heads of that same tree.
 */
#include "cli.h"
#include "http_get.h"
#include "keyfile.h"
#include "session.h"
#include "tlog.h"
#include "watch_keys.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TILE_BYTES_MAX = 64 << 20, NOTES_BYTES_MAX = 1 << 30, OLD_MAX = 32 };

struct mirror {
    struct arena *a, *of_tile;
    const char *folder, *url, *token, *token_file;
    const char *old[OLD_MAX];
    int olds;
    struct watch_keys keys, witnesses;
    struct checkpoint head;
    struct frontier f;
    uint64_t entries, kept; /* made from entries; earlier heads found */
    struct checkpoint *past;
    size_t pasts, next;
};

/* ---- fetching -------------------------------------------------------------------------------- */

static bool put_file(struct mirror *m, const char *path, struct str bytes)
{
    for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
        struct str part = arena_str(m->of_tile, path, (size_t)(p - path));
        if (mkdir(part.p, 0755) != 0 && errno != EEXIST)
            return watch_wrong("cannot make the folder %s", part.p);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n;
    if (fd >= 0)
        good = close(fd) == 0 && good;
    return good || watch_wrong("cannot write %s", path);
}

/* From the folder, else from the daemon, and kept. What can change is fetched each time. */
static bool get(struct mirror *m, const char *name, bool again, struct str *out)
{
    const char *path = arena_printf(m->of_tile, "%s/%s", m->folder, name).p;
    long status = 0;
    *out = again && m->url ? (struct str){NULL, 0} : file_read(m->of_tile, path, TILE_BYTES_MAX);
    if (out->p || !m->url)
        return out->p != NULL;
    const char *url = arena_printf(m->of_tile, "%s/v1/log/%s", m->url, name).p;
    if (!http_fetch(m->of_tile, url, m->token, out, &status) || status != 200)
        return false;
    return put_file(m, path, *out);
}

/* ---- leaves ---------------------------------------------------------------------------------- */

static bool at_head(struct mirror *m)
{
    for (; m->next < m->pasts && m->past[m->next].size == m->f.size; m->next++) {
        if (!hash_eq(m->past[m->next].root, frontier_root(&m->f)))
            return watch_wrong("a FORK: the log does not begin with the %llu entries of a "
                               "checkpoint that was kept: keep it",
                (unsigned long long)m->f.size);
        m->kept++;
    }
    return true;
}

static bool add(struct mirror *m, hash leaf)
{
    hash completed[64];
    (void)frontier_add(&m->f, leaf, completed);
    return at_head(m);
}

static bool add_entries(struct mirror *m, const char *name, struct str bytes, int width)
{
    for (int i = 0; i < width; i++) {
        size_t n =
            bytes.n < 2 ? 0 : (size_t)(unsigned char)bytes.p[0] << 8 | (unsigned char)bytes.p[1];
        if (bytes.n < 2 || bytes.n - 2 < n)
            return watch_wrong("%s: cut short", name);
        if (!add(m, merkle_leaf(arena_str(m->of_tile, bytes.p + 2, n))))
            return false;
        bytes.p += n + 2;
        bytes.n -= n + 2;
    }
    m->entries += (uint64_t)width;
    return bytes.n == 0 || watch_wrong("%s: more in it than the log has", name);
}

static bool add_hashes(struct mirror *m, const char *name, struct str bytes, int width)
{
    if (bytes.n != (size_t)width * sizeof(hash))
        return watch_wrong("%s: not %d hashes", name, width);
    for (int i = 0; i < width; i++) {
        hash leaf;
        memcpy(leaf.b, bytes.p + (size_t)i * sizeof leaf.b, sizeof leaf.b);
        if (!add(m, leaf))
            return false;
    }
    return true;
}

static bool add_tile(struct mirror *m, uint64_t n, int width)
{
    struct str bytes;
    const struct tlog_tile entries = {TLOG_ENTRIES, n, width}, hashes = {0, n, width};
    const char *name = tlog_tile_path(m->of_tile, &entries).p;
    if (get(m, name, false, &bytes))
        return add_entries(m, name, bytes, width);
    name = tlog_tile_path(m->of_tile, &hashes).p;
    return get(m, name, false, &bytes) ? add_hashes(m, name, bytes, width)
                                       : watch_wrong("%s/%s is missing", m->folder, name);
}

static bool add_all(struct mirror *m)
{
    if (!at_head(m))
        return false;
    for (uint64_t n = 0; n * TLOG_TILE < m->head.size; n++) {
        uint64_t left = m->head.size - n * TLOG_TILE;
        if (!add_tile(m, n, left < TLOG_TILE ? (int)left : TLOG_TILE))
            return false;
        arena_reset(m->of_tile);
    }
    return true;
}

/* ---- checkpoints that were kept -------------------------------------------------------------- */

static bool read_old(struct mirror *m, const char *path)
{
    struct str text = file_read(m->a, path, NOTES_BYTES_MAX), note;
    size_t room = m->pasts;
    if (!text.p)
        return watch_wrong("%s cannot be read", path);
    for (note = (struct str){NULL, 0}; text.n;) {
        if (m->pasts >= room) {
            size_t more = m->pasts + 1024;
            m->past = arena_grow(m->a, m->past, m->pasts * sizeof *m->past, more * sizeof *m->past);
            room = more;
        }
        if (!note_next(m->a, &text, &note) ||
            !watch_checkpoint(&m->keys, path, note, &m->past[m->pasts], true))
            return note.p ? false : watch_wrong("%s: not a checkpoint", path);
        if (!str_eq(m->past[m->pasts].origin, m->head.origin))
            return watch_wrong(
                "%s: a checkpoint of another log: %s", path, m->past[m->pasts].origin.p);
        m->pasts++;
    }
    return true;
}

static int by_size(const void *x, const void *y)
{
    const struct checkpoint *a = x, *b = y;
    return (a->size > b->size) - (a->size < b->size);
}

static bool read_olds(struct mirror *m)
{
    for (int i = 0; i < m->olds; i++) {
        if (!read_old(m, m->old[i]))
            return false;
    }
    if (m->pasts)
        qsort(m->past, m->pasts, sizeof *m->past, by_size);
    if (m->pasts && m->past[m->pasts - 1].size > m->head.size)
        return watch_wrong("the log was CUT: it has %llu entries, a checkpoint that was kept has "
                           "%llu: keep it",
            (unsigned long long)m->head.size, (unsigned long long)m->past[m->pasts - 1].size);
    return true;
}

/* ---- the call -------------------------------------------------------------------------------- */

static bool check_all(struct mirror *m)
{
    struct str note;
    struct checkpoint same;
    if (!get(m, "checkpoint", true, &note))
        return watch_wrong("%s/checkpoint is missing", m->folder);
    note = arena_keep(m->a, note);
    if (!watch_checkpoint(&m->keys, "checkpoint", note, &m->head, false) ||
        !watch_checkpoint(&m->witnesses, "checkpoint", note, &same, false) || !read_olds(m) ||
        !add_all(m))
        return false;
    if (!hash_eq(frontier_root(&m->f), m->head.root))
        return watch_wrong("the entries that the log gives are not those that it has signed");
    printf("%-10s %llu of %s, %llu read\n", "entries", (unsigned long long)m->head.size,
        m->head.origin.p, (unsigned long long)m->entries);
    if (m->pasts)
        printf("%-10s %llu\n", "kept heads", (unsigned long long)m->kept);
    puts("the log is what was signed");
    return true;
}

enum { KEY, WITNESS, OLD, URL, TOKEN_FILE };
static const struct cli_option options[] = {
    [KEY] = {"--key", "FILE", NEEDED,
        "the log's public keys to trust, PEM or vkeys (GET /v1/log/key), as published"},
    [WITNESS] = {"--witness", "FILE", OPTIONAL, "vkeys of witnesses that must have signed as well"},
    [OLD] = {"--old", "FILE", OPTIONAL,
        "checkpoints that were kept, as log.checkpoints of the data folder; may be given again"},
    [URL] = {"--url", "URL", OPTIONAL, "fetch into the folder first what is new of this daemon"},
    [TOKEN_FILE] = {"--token-file", "FILE", OPTIONAL,
        "with --url: a token of finance, IP office or auditor; without it only hashes are read"},
    {0},
};

static bool read_call(struct mirror *m, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        int option = i + 1 < argc ? option_find(options, argv[i]) : -1;
        bool good = true;
        if (option == KEY)
            good = watch_keys_read(&m->keys, argv[++i]);
        else if (option == WITNESS)
            good = watch_keys_read(&m->witnesses, argv[++i]);
        else if (option == OLD && m->olds < OLD_MAX)
            m->old[m->olds++] = argv[++i];
        else if (option == URL)
            m->url = argv[++i];
        else if (option == TOKEN_FILE)
            m->token_file = argv[++i];
        else if (!m->folder && argv[i][0] != '-')
            m->folder = argv[i];
        else
            good = false;
        if (!good)
            return false;
    }
    if (m->url && m->token_file && !(m->token = session_token(m->a, NULL, m->token_file)))
        return false;
    return m->folder && m->keys.n > 0;
}

static int run(int argc, char **argv)
{
    struct mirror m = {.a = arena_new(), .of_tile = arena_new()};
    m.keys.a = m.witnesses.a = m.a;
    int status = 2;
    if (read_call(&m, argc, argv))
        status = check_all(&m) ? 0 : 1;
    else
        (void)watch_wrong("verify-log FOLDER --key PUB [--old CHECKPOINTS] [--url URL]");
    watch_keys_free(&m.keys);
    watch_keys_free(&m.witnesses);
    arena_free(m.of_tile);
    arena_free(m.a);
    return status;
}

const struct command command_verify_log = {.name = "verify-log",
    .run = run,
    .words = "FOLDER",
    .help = "Is the log that a folder holds what its checkpoint says?\n"
            "The folder is a copy of what lies below /v1/log; it must begin with every checkpoint\n"
            "that was kept as well. No database is needed, and no network without --url. Ends with "
            "0 when it is, with 1 when it is not, with 2 when the call is\n"
            "wrong.",
    .options = options};
