/*
 * head_file.h - what this daemon has signed, beside the key and outside the database.
 *
 * log.head holds the newest head whose records were acknowledged. It is written before they are, so
 * that neither kill -9 nor a database that was put back to an earlier state makes the daemon sign a
 * second head over as many records. It is not flushed each time: a loss of power may set it back to
 * what log.checkpoints was flushed with, a minute at most.
 *
 * log.checkpoints is only appended to: signed notes (note.h), each followed by an empty line, once
 * a minute in which something was recorded, and again when a witness has signed one.
 */
#ifndef PLEDGED_HEAD_FILE_H
#define PLEDGED_HEAD_FILE_H
#include "merkle.h"
#include <sys/types.h>

struct head_file;

/* NULL after logging: the folder cannot be written to. */
struct head_file *head_file_open(const char *folder);
void head_file_close(struct head_file *f); /* NULL is nothing */
/* Root gives the files to whom the folder is served by. */
void head_file_give(const char *folder, uid_t uid, gid_t gid);
/* The head that was kept last; false: none is. */
bool head_file_known(const struct head_file *f, uint64_t *size, hash *root);
/* The same of a folder, without taking anything up there. */
bool head_file_peek(const char *folder, uint64_t *size, hash *root);
/* Was it kept by a release that signs what an upgrade writes (migrate.c)? */
bool head_file_signs_upgrades(const char *folder);
void head_file_put(struct head_file *f, uint64_t size, hash root);
/* Append a note, and have both files flushed by and by, without waiting. */
void head_file_note(struct head_file *f, struct str note);
/* The end of log.checkpoints, at most `most` bytes. */
struct str head_file_notes(struct arena *a, const char *folder, size_t most);

/* What the operator has accepted, in log.restore: that the log goes on from an earlier state than
 * this daemon has signed. */
struct restore {
    uint64_t lost_size, size;
    hash lost_root, root;
    struct str person, reason;
};
struct str restore_text(struct arena *a, const struct restore *r);
MUST_USE bool restore_read(struct arena *a, const char *folder, struct restore *out);
struct str restore_reference(struct arena *a, const struct restore *r);
void restore_forget(const char *folder);
#endif
