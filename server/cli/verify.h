/*
 * verify.h - parts of `pledged verify`: each says the defects that it finds.
 *
 * Parts are looked at side by side, on connections of their own that read one snapshot
 * (verify_work.c): what one part keeps is its own.
 */
#ifndef PLEDGED_VERIFY_H
#define PLEDGED_VERIFY_H
#include "merkle.h"
#include "session.h"

struct head_signer;
struct look;

/* What is the same for all parts. */
struct verify {
    struct session *s;
    struct head_signer *signer; /* NULL: signatures are not checked */
    uint64_t since;     /* leaves before this one were found clean, with their head; 0: none */
    int64_t since_row;  /* so were rows of log_row up to this one */
    uint64_t size;      /* of the log as it was looked at */
    uint64_t kept_size; /* of the head that this daemon keeps beside its key; 0: none */
    hash kept_root;
    int64_t row;
    struct str catalogue;     /* what this program makes of a database; p == NULL: not known */
    const char *no_catalogue; /* why */
    const char *past;         /* flights that no leaf covers, as an array; NULL: nobody knows */
    struct part *first, **last;
    int jobs;
    bool steps; /* say what each part took, and what it cost the processors */
};

/* Something to look at, and what was found wrong with it. */
struct part {
    void (*run)(struct look *l);
    const char *name;
    const char *proof; /* of a table */
    struct str sql;    /* of a statement */
    int64_t weight;    /* the heaviest are begun first */
    bool begun;
    struct arena *a; /* of its lines */
    struct line *line, **next_line;
    int64_t took_us, cost_us;
    struct part *next;
};

/* One connection at work. */
struct look {
    struct verify *v;
    struct part *part;
    struct arena *a; /* of a step: reset by whoever begins one */
    PGconn *c;
    bool failed; /* something could not be asked */
};

/* A line of what is wrong. */
void finding(struct look *l, const char *format, ...) PRINTF(2, 3);
/* The result, to be cleared; NULL after saying why there is none: what follows is looked at anyway.
 */
PGresult *verify_ask(struct look *l, const char *sql, const char *const *params, int n);
/* The same in the binary format. */
PGresult *verify_ask_binary(struct look *l, const char *sql, const char *const *params, int n);
/* Something more to look at. */
struct part *verify_part(struct verify *v, void (*run)(struct look *l), const char *name);
/* Looks at all parts; how many lines were found, the first of which are in `kept`, a JSON list that
 * is still open. */
int verify_work(struct verify *v, struct buf *kept);

/* Hashes, subtrees, heads and signatures of the log, and that leaves hash what they stand for. */
void verify_log(struct verify *v);
/* Flights that wait for a leaf, and were signed by an operator of this installation, as an array.
 */
const char *verify_waiting(struct verify *v);
/* What the database is made of with what this program makes; before the snapshot is taken. */
void verify_catalogue(struct verify *v);
/* Every table with what the log says it holds. */
void verify_tables(struct verify *v);
/* A table with what it says it holds, by its proof (log_table): each difference is told. */
void verify_compare(struct look *l, const char *tab, const char *proof);
/* Each row of key, column, what the log says and what stands; NULL: nothing could be compared. */
void verify_differences(struct look *l, const char *tab, const PGresult *r);
/* Tables of sums of loans, in one pass; is a table one of them? */
void verify_sums(struct look *l);
bool verify_is_sum(const char *tab);
void verify_balances(struct look *l);
bool verify_is_balance(const char *tab);
/* Seals of reports: signatures, the chain from each to the one before, SM3 of the files. */
void verify_seals(struct look *l);
#endif
