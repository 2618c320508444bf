/*
 * verify.h - parts of `pledged verify`: each says the defects that it finds.
 */
#ifndef PLEDGED_VERIFY_H
#define PLEDGED_VERIFY_H
#include "session.h"

/* What was found: every line is printed, the first ones are kept with the result. */
struct findings {
    struct buf kept; /* a JSON list of texts, still open */
    int n;
};
void finding(struct findings *f, const char *format, ...) PRINTF(2, 3);

struct head_signer;
struct verify {
    struct session *s;
    struct arena *a;            /* of a step: reset by whoever begins one */
    struct head_signer *signer; /* NULL: signatures are not checked */
    struct findings found;
    uint64_t since;    /* leaves before this one were found clean, with their head; 0: none */
    int64_t since_row; /* so were rows of log_row up to this one */
    uint64_t size;     /* of the log as it was looked at */
    int64_t row;
};

/* The result, to be cleared; NULL after saying why there is none: what follows is looked at anyway.
 */
PGresult *verify_ask(struct verify *v, const char *sql, const char *const *params, int n);

/* Hashes, subtrees, heads and signatures of the log, and that leaves hash what they stand for. */
void verify_log(struct verify *v);
/* Every table with what the log says it holds. */
void verify_tables(struct verify *v);
/* Seals of reports: signatures, the chain from each to the one before, SM3 of the files. */
void verify_seals(struct verify *v);
#endif
