/*
 * lane.h - the write lane: works in, verdicts out, many in one commit.
 */
#ifndef PLEDGED_LANE_H
#define PLEDGED_LANE_H
#include "db.h"
#include "merkle.h"

/* REFUSED: body holds the problems, [[code, pointer, argument], ...]. */
enum outcome {
    OUT_CREATED,
    OUT_REPLAY,
    OUT_CONFLICT,
    OUT_REFUSED,
    OUT_STALE,
    OUT_MISSING,
    OUT_KEY_CHANGED
};

/* What the database said of one element; texts live in the work's arena. */
struct verdict {
    enum outcome outcome;
    struct str id;
    int64_t version;
    struct str body; /* canonical text now stored under that key (conflict: the other one) */
    struct str recorded_at, recorded_by, flags;
    struct str sha256;    /* hex of body */
    int64_t leaf, head;   /* place in the log and the size of the signed head that covers it */
    struct str leaf_hash; /* hex */
    struct str life;      /* an object: what follows from other records; p == NULL: unknown here */
    struct str proof;     /* that it is in the log; p == NULL: not asked for */
    struct str mark;      /* tells answers of one version apart; p == NULL: nothing to tell */
};
/* A verdict out of a row of record_write, record_get …: from `outcome`, which is column
 * first_column, it has the columns of record_get or (up to `head`) those of record_write. */
bool verdict_read(const struct rows *rows, int row, int first_column, struct verdict *v);
/* Exactly once. fail != NULL: nothing of this work was stored. */
typedef void lane_done_fn(void *arg, const struct verdict *v, int n, const struct fail *fail);

struct work {
    struct arena *a; /* of the verdicts; lives until done */
    const struct actor *actor;
    enum sql_id write;   /* statement that returns verdict rows: ($1 type, $2 elements) */
    const char *type;    /* record type */
    enum sql_id project; /* statement ($1 elements) that writes typed rows of what was created and
                            returns (ord, flags); may be none */
    struct str elements; /* JSON objects separated by commas, without brackets */
    int n;
    int weight; /* of each element; 0: 1. Heavy ones fly a few at a time, light ones beside them */
    lane_done_fn *done;
    void *arg;
    bool patient; /* part of a batch: boards behind single requests and is not turned away */
    bool own;     /* the daemon's: no sign that others are about */
    /* lane.c's own */
    bool atomic; /* a conflict among the elements rolls all of them back; verdicts still arrive */
    struct work *next;
    struct verdict *verdict;
    bool alone; /* its flight failed: it travels by itself */
    int losses; /* flights that went down with the connection */
    int64_t submitted_us;
};
/* Move the texts of its verdicts from the flight's arena to the work's, which outlives it. */
void verdicts_keep(struct work *w);
struct lane *lane_open(const struct database *d);
bool lane_ready(const struct lane *l);
/* false: the queue is full or the database away (answer 503). w stays in place until done. */
MUST_USE bool lane_submit(struct lane *l, struct work *w);
/* How many records of a weight a part of a batch should carry now: fewer while single requests are
 * about. */
int lane_slice(const struct lane *l, int weight);
/* How many records wait, are held back (parts of batches), fly. */
struct lane_figures {
    int waiting, held, flying;
};
struct lane_figures lane_figures(const struct lane *l);
/* Did a part of a batch come within seconds, or does one wait? Most likely more is to come. */
bool lane_takes_file(const struct lane *l);
/* Nothing waiting or flying. */
bool lane_idle(const struct lane *l);
/* The end of the log that it writes. */
struct log_end *lane_log(struct lane *l);
void lane_close(struct lane *l);
#endif
