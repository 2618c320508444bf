/*
 * log_end.h - the end of the log: taken from the database or refused, grown by each flight, told as
 * signed notes. Of the write lane, which asks for it whenever its connection is up.
 */
#ifndef PLEDGED_LOG_END_H
#define PLEDGED_LOG_END_H
#include "db.h"
#include "merkle.h"

struct link;
struct log_end;
struct work;
typedef void log_end_fn(void *arg);

/* told: called whenever the log of the database is one that may be continued. */
struct log_end *log_end_new(struct process *process, log_end_fn *told, void *arg);
void log_end_link(struct log_end *e, struct link *link);
void log_end_free(struct log_end *e);
/* Take the log that the database has, if it is the one that was signed here; else look again. */
void log_end_ask(struct log_end *e);
void log_end_lost(struct log_end *e);
/* While another daemon writes the log: what it has signed (rows of the statement `pulse`) is
 * remembered, so that a log that is cut behind that is not continued when this one takes over.
 * Only what the database tells is heard. */
void log_end_heard(struct log_end *e, const struct rows *rows);
bool log_end_taken(const struct log_end *e);
/* Send what is in the log once these works and rows have their leaves. false: nothing is to be
 * signed. */
bool log_end_write(
    struct log_end *e, struct arena *a, struct work *flying, const struct rows *rows_beside);
/* What was sent has been committed: kept before anybody hears of what it covers. */
void log_end_advance(struct log_end *e);
/* The key that verifies signed heads, PEM; {NULL,0} until the log was taken once. */
struct str log_end_public_key(const struct log_end *e, struct arena *a);
/* The log as it stands, all of it acknowledged, as a signed note (p == NULL: this daemon does not
 * write it), and the vkeys that check it. */
struct str log_end_checkpoint(struct log_end *e, struct arena *a, uint64_t *size);
struct str log_end_vkeys(const struct log_end *e, struct arena *a);
/* Why nothing is written although the database is there; absent: nothing is known to stand against
 * it. */
struct str log_end_trouble(const struct log_end *e, struct arena *a, bool english);
/* Append a note of this log to log.checkpoints (head_file.h). cosigned: by witnesses, of that size.
 */
void log_end_note(struct log_end *e, struct str note, bool cosigned, uint64_t size);
/* One of them that was kept before this start. */
void log_end_recall(struct log_end *e, struct str note, uint64_t size);
/* The newest of those, when it covers that leaf. */
struct str log_end_cosigned(
    const struct log_end *e, struct arena *a, uint64_t leaf, uint64_t *size);
#endif
