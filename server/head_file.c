/*
 * head_file.c - what this daemon has signed, beside the key and outside the database.
 */
#include "head_file.h"
#include "keyfile.h"
#include "log.h"
#include "note.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two slots are written in turn, so that one is whole whatever happens to the other. */
enum { SLOT = 256, SUM = 16, PERSON_MAX = 60, REASON_MAX = 1000 };

/* The form of a slot: 2 of releases that left unsigned what an upgrade wrote, too. */
enum { FORM = 3, FORM_FIRST = 2 };

struct head_file {
    int head, notes, form;
    uint64_t turn, size; /* turn 0: nothing is kept */
    hash root;
    bool failed; /* told once */
};

static void failed(struct head_file *f, const char *file)
{
    if (!f->failed)
        log_event(LOG_ERROR, SAY_HEAD_FILE, "file", file, "why", strerror(errno), NULL);
    f->failed = true;
}

/* ---- log.head -------------------------------------------------------------------------------- */

static struct str slot_text(struct arena *a, int form, uint64_t turn, uint64_t size, hash root)
{
    struct str text = arena_printf(a, "pledged-head-%d %llu %llu %s", form,
        (unsigned long long)turn, (unsigned long long)size, hash_hex(a, root).p);
    return arena_printf(a, "%s %.*s\n", text.p, SUM, hash_hex(a, hash_sha256(text.p, text.n)).p);
}

static struct str word_next(struct str *rest)
{
    const char *space = rest->n ? memchr(rest->p, ' ', rest->n) : NULL;
    struct str word = {rest->p, space ? (size_t)(space - rest->p) : rest->n};
    rest->p += word.n + (space != NULL);
    rest->n -= word.n + (space != NULL);
    return word;
}

/* What a slot says is taken when it says it as we would. */
static void slot_read(struct arena *a, struct head_file *f, struct str slot)
{
    struct str line, rest, is = slot;
    uint64_t turn, size;
    hash root;
    if (!line_next(&slot, &line))
        return;
    rest = line;
    /* compared with all else below */
    int form = str_is(word_next(&rest), "pledged-head-2") ? FORM_FIRST : FORM;
    if (!note_number(word_next(&rest), &turn) || !note_number(word_next(&rest), &size) ||
        !hash_parse(word_next(&rest), &root) || turn <= f->turn)
        return;
    struct str would = slot_text(a, form, turn, size, root);
    if (is.n < would.n || memcmp(is.p, would.p, would.n) != 0)
        return;
    f->form = form;
    f->turn = turn;
    f->size = size;
    f->root = root;
}

static void slots_read(struct head_file *f)
{
    struct arena *a = arena_new();
    for (int i = 0; i < 2; i++) {
        char bytes[SLOT];
        ssize_t n = pread(f->head, bytes, sizeof bytes, (off_t)i * SLOT);
        if (n > 0)
            slot_read(a, f, arena_str(a, bytes, (size_t)n));
    }
    arena_free(a);
}

bool head_file_known(const struct head_file *f, uint64_t *size, hash *root)
{
    *size = f->size;
    *root = f->root;
    return f->turn > 0;
}

static struct head_file peek(const char *folder)
{
    struct arena *a = arena_new();
    struct head_file f = {
        .head = open(arena_printf(a, "%s/log.head", folder).p, O_RDONLY | O_CLOEXEC)};
    arena_free(a);
    if (f.head >= 0) {
        slots_read(&f);
        close(f.head);
    }
    return f;
}

bool head_file_peek(const char *folder, uint64_t *size, hash *root)
{
    struct head_file f = peek(folder);
    return head_file_known(&f, size, root);
}

bool head_file_signs_upgrades(const char *folder)
{
    return peek(folder).form >= FORM;
}

void head_file_put(struct head_file *f, uint64_t size, hash root)
{
    char slot[SLOT];
    struct arena *a = arena_new();
    struct str text = slot_text(a, FORM, ++f->turn, size, root);
    memset(slot, ' ', sizeof slot);
    memcpy(slot, text.p, text.n);
    slot[SLOT - 1] = '\n';
    f->size = size;
    f->root = root;
    if (pwrite(f->head, slot, sizeof slot, (off_t)(f->turn % 2) * SLOT) != SLOT)
        failed(f, "log.head");
    arena_free(a);
}

/* ---- log.checkpoints ------------------------------------------------------------------------- */

/* To the disk, away from the loop: what waits for a disk must not keep requests waiting. */
static void *flush(void *arg)
{
    const int *fd = arg;
    for (int i = 0; i < 2; i++) {
        (void)fdatasync(fd[i]); /* what cannot be flushed cannot be written either: told there */
        close(fd[i]);
    }
    free(arg);
    return NULL;
}

static void flush_aside(const struct head_file *f)
{
    pthread_t thread;
    int *fd = calloc(2, sizeof *fd);
    MUST(fd);
    fd[0] = dup(f->head);
    fd[1] = dup(f->notes);
    if (pthread_create(&thread, NULL, flush, fd) == 0)
        pthread_detach(thread);
    else
        flush(fd);
}

void head_file_note(struct head_file *f, struct str note)
{
    struct arena *a = arena_new();
    struct str entry = arena_printf(a, "%s\n", note.p);
    if (write(f->notes, entry.p, entry.n) != (ssize_t)entry.n)
        failed(f, "log.checkpoints");
    arena_free(a);
    flush_aside(f);
}

struct str head_file_notes(struct arena *a, const char *folder, size_t most)
{
    struct stat st;
    int fd = open(arena_printf(a, "%s/log.checkpoints", folder).p, O_RDONLY | O_CLOEXEC);
    bool there = fd >= 0 && fstat(fd, &st) == 0;
    size_t n = there && (size_t)st.st_size < most ? (size_t)st.st_size : most;
    char *bytes = arena_alloc(a, n + 1);
    ssize_t got = there ? pread(fd, bytes, n, st.st_size - (off_t)n) : 0;
    if (fd >= 0)
        close(fd);
    return (struct str){bytes, got > 0 ? (size_t)got : 0};
}

struct head_file *head_file_open(const char *folder)
{
    struct arena *a = arena_new();
    struct head_file *f = calloc(1, sizeof *f);
    MUST(f);
    f->head = open(arena_printf(a, "%s/log.head", folder).p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    f->notes = open(arena_printf(a, "%s/log.checkpoints", folder).p,
        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    arena_free(a);
    if (f->head >= 0 && f->notes >= 0) {
        slots_read(f);
        return f;
    }
    failed(f, f->head < 0 ? "log.head" : "log.checkpoints");
    head_file_close(f);
    return NULL;
}

void head_file_close(struct head_file *f)
{
    if (!f)
        return;
    if (f->head >= 0)
        close(f->head);
    if (f->notes >= 0)
        close(f->notes);
    free(f);
}

void head_file_give(const char *folder, uid_t uid, gid_t gid)
{
    static const char *const names[] = {"log.head", "log.checkpoints"};
    struct arena *a = arena_new();
    for (size_t i = 0; i < COUNT_OF(names) && geteuid() == 0; i++) {
        if (lchown(arena_printf(a, "%s/%s", folder, names[i]).p, uid, gid) != 0)
            log_event(LOG_ERROR, SAY_HEAD_FILE, "file", names[i], "why", strerror(errno), NULL);
    }
    arena_free(a);
}

/* ---- log.restore ----------------------------------------------------------------------------- */

#define RESTORE_HEAD "pledged-restore-1"

static struct str restore_path(struct arena *a, const char *folder)
{
    return arena_printf(a, "%s/log.restore", folder);
}

struct str restore_text(struct arena *a, const struct restore *r)
{
    return arena_printf(a, RESTORE_HEAD "\n%llu\n%s\n%llu\n%s\n%s\n%s\n",
        (unsigned long long)r->lost_size, hash_hex(a, r->lost_root).p, (unsigned long long)r->size,
        hash_hex(a, r->root).p, r->person.p, r->reason.p);
}

bool restore_read(struct arena *a, const char *folder, struct restore *out)
{
    struct str text = file_read(a, restore_path(a, folder).p, 16 << 10), line[7];
    if (!text.p)
        return false;
    for (size_t i = 0; i < COUNT_OF(line); i++) {
        if (!line_next(&text, &line[i]))
            return false;
        line[i] = arena_str(a, line[i].p, line[i].n);
    }
    out->person = line[5];
    out->reason = line[6];
    return str_is(line[0], RESTORE_HEAD) && note_number(line[1], &out->lost_size) &&
           hash_parse(line[2], &out->lost_root) && note_number(line[3], &out->size) &&
           hash_parse(line[4], &out->root) && out->person.n > 0 &&
           out->person.n <= PERSON_MAX * 4 && out->reason.n > 0 &&
           out->reason.n <= REASON_MAX * 4 && text.n == 0;
}

struct str restore_reference(struct arena *a, const struct restore *r)
{
    return arena_printf(
        a, "restore %llu %.16s", (unsigned long long)r->lost_size, hash_hex(a, r->lost_root).p);
}

void restore_forget(const char *folder)
{
    struct arena *a = arena_new();
    (void)unlink(restore_path(a, folder).p); /* what stays is found done again */
    arena_free(a);
}
