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
    const char *url, *token, *type, *cacert;
    bool atomic, dry_run;
};

/* ---- import_slice.c: a file as slices ---------------------------------------------------- */
struct import_source {
    const char *path;
    int fd;
    int64_t size;
    struct str stamp; /* size and time of change: is it still the same file? */
    bool is_csv;      /* NDJSON otherwise */
    enum sheet_charset charset;
    struct str header; /* CSV: the first row as it stands, with its mark, without line end */
    int64_t first_offset, first_row; /* of the first record */
};
struct import_record {
    struct str bytes; /* without its line end */
    int64_t offset;
    int64_t row; /* as a spreadsheet counts: the header is 1, empty rows count */
    bool spoilt; /* by a quote */
};
struct import_slice {
    struct str body;
    struct import_record *records;
    int n;
    int64_t next_offset, next_row;
};
/* Texts live in a; false after a message on stderr. */
MUST_USE bool import_open(struct arena *a, const char *path, struct import_source *s);
void import_close(struct import_source *s);
/* The records from offset on; n == 0 at the end of the file. whole: all that are left. */
MUST_USE bool import_cut(struct arena *a, const struct import_source *s, int64_t offset,
    int64_t row, bool whole, struct import_slice *out);

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
struct import_verdict {
    enum import_outcome outcome;
    struct str reason; /* why it was not stored; UTF-8 */
};
struct import_remote;
struct import_remote *import_connect(const struct import_options *o); /* NULL: message given */
void import_disconnect(struct import_remote *r);
/* One verdict for each record of the slice. An atomic slice that fails has verdicts only where
 * the service named a reason. Tries again while the service is away, for about two minutes. false
 * after a message: nothing is known of this slice. */
MUST_USE bool import_send(struct import_remote *r, struct arena *a, const struct import_source *s,
    const struct import_slice *slice, struct import_verdict *verdicts);

/* ---- import_state.c: what outlives the process ------------------------------------------- */
struct import_state {
    struct str job; /* file, address and way of import that the counts belong to */
    int64_t offset, row;
    int64_t count[IMPORT_OUTCOMES];
    bool nothing_stored;    /* an atomic import that failed */
    int64_t rejected_bytes; /* of FILE.rejected.csv that belong to slices before offset */
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
