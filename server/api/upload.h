/*
 * upload.h - a batch under way: upload.c takes lines in, upload_answer.c gives verdicts out.
 */
#ifndef PLEDGED_UPLOAD_H
#define PLEDGED_UPLOAD_H
#include "api.h"
#include "desk.h"
#include "sheet.h"
#include "spill.h"

enum {
    SLICES_UNDER_WAY = 2,
    UPLOAD_LINE_MAX = 1 << 20,
    SLICE_INPUT_MAX = 1 << 20, /* bytes of input; few lines may be long */
    ATOMIC_LINES_MAX = 50000,
    ATOMIC_INPUT_MAX = 64 << 20,
    UNREAD_MAX = 64 << 20, /* bytes of verdicts kept for a client that does not read yet */
};

struct line {
    int64_t number;
    int element; /* index in the slice's work; -1: refused here */
    struct str canonical;
    struct err err; /* of this line alone; in the slice's arena */
    struct line *next;
};

struct slice {
    struct desk_seat seat;
    struct slice *next;
    struct upload *up;
    struct arena *a;
    struct line *first, **last;
    int lines;
    size_t bytes; /* of input */
    struct buf elements;
    struct work work;
    const struct verdict *verdict; /* of the work, once done */
    const struct value *values;    /* of the line, when lines go one by one */
    int tries;
    bool sent, done;
    struct fail fail;
    bool failed;
};

struct upload {
    struct req *r;
    const struct record *rec;
    bool dry_run, atomic, csv;
    line_judge_fn *judge; /* lines go one by one and are judged so; NULL: in slices */
    bool started;         /* the reply has begun: no problem document any more */
    bool finished;        /* no more input */
    bool halted;          /* the input turned out unreadable: what follows is dropped */
    bool broken;          /* a slice could not be stored */
    bool draining;        /* the client reads slowly: verdicts go to the spill */
    void (*drained)(struct upload *up); /* it has read what was written; may free the upload */
    struct spill spill;
    struct arena *scratch; /* of the line being decoded */
    bool busy;             /* inside the input: advance() waits until it is left */
    struct sheet *sheet;
    struct csv_map map;
    bool has_header;
    struct buf tail; /* NDJSON: the incomplete last line; in an arena of its own */
    int64_t number;  /* of the line now read */
    struct slice *filling;
    struct slice *queue, **queue_last; /* under way, in order */
    int under_way;
    int64_t count[4]; /* created, replay, conflict, refused */
};

/* The verdict lines of a slice that is done; the summary, which ends the answer. */
void upload_answer(struct upload *up, struct slice *s);
void upload_summary(struct upload *up);
/* All lines of an atomic batch that failed, as problems of /lines/<number>/<field>. */
void upload_refuse(struct upload *up, struct slice *s);
/* So much waits for a client that does not read that it must read first. */
bool upload_is_full(const struct upload *up);
/* Append problems, their pointers behind a prefix. */
void upload_problems(const struct err *from, struct str prefix, struct err *to);
#endif
