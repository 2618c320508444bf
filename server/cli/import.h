/*
 * import.h - the rooms of `pledged import`: cut a file, send a slice, remember what became of
 * it.
 *
 * A file is cut into slices that are sent one after another. What happened to a slice is applied
 * only when its whole answer has come; until then the slice can be sent again at no harm, since a
 * contract number is booked once for ever.
 */
#ifndef PLEDGED_IMPORT_H
#define PLEDGED_IMPORT_H
#include "arena.h"
#include "schema.h"
#include "sheet.h"

struct import_options {
    const char *url, *token, *token_file, *type, *cacert;
    const char *sheet; /* of a workbook; NULL: the first visible one */
    const char *watch; /* a folder whose files are imported as they come; NULL: none */
    bool atomic, dry_run, reconcile;
};

/* How an import ended. */
enum import_end {
    IMPORT_STORED,   /* all of it */
    IMPORT_REJECTED, /* but for some rows */
    IMPORT_FAILED    /* it could not go on */
};
/* Why it could not: the file will never do, nobody may send like this, or later will be better. */
enum import_trouble { TROUBLE_FILE, TROUBLE_CALLER, TROUBLE_LATER };

/* ---- import_slice.c: a file as slices ---------------------------------------------------- */
struct import_source {
    const char *path;
    int fd;
    int64_t size;
    struct str stamp; /* size and time of change: is it still the same file? */
    bool is_csv;      /* NDJSON otherwise */
    bool is_book;     /* the CSV was made of a workbook */
    enum sheet_charset charset;
    struct str header; /* CSV: the first row as it stands, with its mark, without line end */
    int64_t first_offset, first_row; /* of the first record */
};
struct import_record {
    struct str bytes; /* without its line end */
    int64_t offset;
    int64_t row; /* as a spreadsheet counts: the header is 1, empty rows count */
};
struct import_slice {
    struct str body;
    struct import_record *records;
    int n;
    int64_t next_offset, next_row;
};
/* Texts live in a; false after a message on stderr. A workbook becomes a CSV, row by row. */
MUST_USE bool import_open(
    struct arena *a, const struct import_options *o, const char *path, struct import_source *s);
void import_close(struct import_source *s);
/* The records from offset on; n == 0 at the end of the file. whole: all that are left. */
MUST_USE bool import_cut(struct arena *a, const struct import_source *s, int64_t offset,
    int64_t row, bool whole, struct import_slice *out);

/* ---- import_book.c: a workbook as the CSV that says the same ------------------------------- */
/* The rows of the workbook that s->fd is open on; s->fd and s->size are then those of the CSV.
 * false after a message. */
MUST_USE bool import_book(struct import_source *s, const char *sheet);

/* ---- import_send.c: a slice and its verdicts --------------------------------------------- */
enum import_outcome {
    IMPORT_CREATED,
    IMPORT_REPLAY,
    IMPORT_CONFLICT,
    IMPORT_REFUSED,
    IMPORT_OUTCOMES,
    IMPORT_UNKNOWN = IMPORT_OUTCOMES /* not stored, and no reason to do with this record */
};
const char *import_outcome_name(enum import_outcome o);
enum { IMPORT_PROBLEMS_MAX = 8 };
struct json;
struct import_verdict {
    enum import_outcome outcome;
    struct str reason;                               /* why it was not stored; UTF-8 */
    const struct json *problem[IMPORT_PROBLEMS_MAX]; /* the first of them, in JSON */
    int problems;
    const struct json *warnings; /* a list; or NULL */
};
struct import_remote;
struct import_remote *import_connect(const struct import_options *o); /* NULL: message given */
void import_disconnect(struct import_remote *r);
/* Once, and each line of the answer but the summary that has such a member, in its order; it all
 * came. false after a message. */
struct json;
typedef void import_line_fn(void *arg, const struct json *line);
MUST_USE bool import_ask(struct import_remote *r, struct arena *a, const struct import_source *s,
    const struct import_slice *slice, const char *summary, import_line_fn *one, void *arg);
enum import_trouble import_trouble(const struct import_remote *r); /* of the last import_send */
/* One verdict for each record of the slice. An atomic slice that fails has verdicts only where
 * the service named a reason. Tries again while the service is away, for about two minutes. false
 * after a message: nothing is known of this slice. */
MUST_USE bool import_send(struct import_remote *r, struct arena *a, const struct import_source *s,
    const struct import_slice *slice, struct import_verdict *verdicts);

/* ---- import_reconcile.c: a portfolio against the ledger ------------------------------------ */
/* Prints what differs; IMPORT_STORED: nothing does. */
enum import_end import_reconcile(
    struct import_remote *r, const struct import_options *o, const char *path);

/* ---- import_report.c: what was wrong, counted ---------------------------------------------- */
enum { IMPORT_REASONS_MAX = 50 };
struct import_reason {
    struct str code, field, title; /* field: its Chinese title, or "" */
    bool warning;
    int64_t n;
};
struct import_tally {
    struct import_reason reason[IMPORT_REASONS_MAX];
    int n;
};
/* Add the problems and warnings of a slice; texts are kept in a. */
void import_count(
    struct arena *a, const struct import_verdict *v, int n, struct import_tally *tally);
void import_reason_add(struct arena *a, struct import_reason r, struct import_tally *tally);
/* The lines below the counts, on standard output. */
void import_report(const struct import_source *s, const struct import_tally *tally);

/* ---- import_watch.c: a folder ---------------------------------------------------------------- */
/* Hand each file to `one` that has come into the folder and changes no more; then move it into
 * done/ or refused/ there. Ends, with the exit status, at SIGTERM or SIGINT, or when the caller
 * is refused. */
int import_watch(const char *folder,
    enum import_end (*one)(void *arg, const char *path, enum import_trouble *t), void *arg);
/* A signal asked to end: after the slice under way. */
bool import_is_stopped(void);

/* ---- import_state.c: what outlives the process ------------------------------------------- */
struct import_state {
    struct str job; /* file, address and way of import that the counts belong to */
    int64_t offset, row;
    int64_t count[IMPORT_OUTCOMES];
    int64_t rejected_bytes; /* of FILE.rejected.csv that belong to slices before offset */
    struct import_tally tally;
};
/* true: state holds where an earlier run of the same job stopped. */
bool import_state_load(struct arena *a, const char *path, struct str job, struct import_state *st);
MUST_USE bool import_state_save(struct arena *a, const char *path, const struct import_state *st);
void import_state_remove(struct arena *a, const char *path);

/* Add the records of a slice that were not stored to FILE.rejected.csv and set
 * st->rejected_bytes. */
MUST_USE bool import_reject(struct arena *a, const struct import_source *s,
    const struct import_slice *slice, const struct import_verdict *verdicts,
    struct import_state *st);
/* Nothing was rejected: no such file may stay from an earlier run. */
void import_reject_none(struct arena *a, const char *path);
struct str import_reject_path(struct arena *a, const char *path);
#endif
