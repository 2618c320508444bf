/*
 * upload.h - a batch under way: upload_read.c makes lines of bytes, upload.c takes them in,
 * upload_answer.c gives verdicts out.
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
    int element;    /* index in the slice's work; -1: refused here */
    int asked;      /* its turn among the keys that were looked up; 0: none */
    struct str key; /* p == NULL: it could not be read */
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
    const struct rows *rows;       /* what was looked up instead (reconcile) */
    struct line *alone;            /* the line that goes alone now, */
    struct verdict *said;          /* and all verdicts, where some do */
    int tries;
    bool sent, done;
    struct fail fail;
    bool failed;
};

/* What becomes of lines, once there are some: upload.c's, for upload_read.c. */
struct upload_takes {
    /* A line of NDJSON, without its end; a row of a spreadsheet (arg: the upload). */
    void (*line)(struct upload *up, const char *p, size_t n);
    sheet_row_fn *row;
    /* The rest of the input cannot be read: a last line, or the answer, says why. */
    void (*halt)(struct upload *up, const struct err *why);
    /* No more input. complete: it had all come. */
    void (*end)(struct upload *up, bool complete);
    /* Whatever happened: write what is ready, in order; go on reading; finish. May free the
     * upload. */
    void (*advance)(struct upload *up);
};

struct upload {
    struct req *r;
    const struct upload_takes *to;
    const struct record *rec;
    bool dry_run, atomic;
    line_judge_fn *judge;        /* lines go one by one and are judged so; NULL: in slices */
    line_alone_fn *alone;        /* what a slice refused with E_ALONE goes so; or NULL */
    struct reconcile *reconcile; /* lines are compared, not stored; or NULL */
    bool started;                /* the reply has begun: no problem document any more */
    bool finished;               /* no more input */
    bool halted;                 /* the input turned out unreadable: what follows is dropped */
    bool broken;                 /* a slice could not be stored */
    bool draining;               /* the client reads slowly: verdicts go to the spill */
    struct spill spill;
    struct arena *scratch; /* of the line being decoded */
    bool busy;             /* inside the input: advance() waits until it is left */
    struct source *source; /* of the lines: upload_read.c; NULL: a list that has come whole */
    struct csv_map map;
    bool is_rows; /* of a spreadsheet: the first is the header */
    bool has_header;
    int64_t number; /* of the line now read */
    struct slice *filling;
    struct slice *queue, **queue_last; /* under way, in order */
    int under_way;
    int64_t count[4]; /* created, replay, conflict, refused */
};

/* ---- upload_read.c: bytes in ------------------------------------------------------------------
 */

/* false: the request says wrongly what it sends; the problem is in r->err. */
MUST_USE bool source_open(struct upload *up);
/* There is room for more lines. */
void source_read_on(struct upload *up);
void source_pause(struct upload *up);
/* What the file turned out to be, for the summary; members into the open object. */
void source_told(const struct upload *up, struct buf *out);
void source_close(struct upload *up);
extern const struct member read_members[];

/* ---- upload_answer.c: verdicts out ------------------------------------------------------------
 */

/* The verdict lines of a slice that is done; the summary, which ends the answer. */
void upload_answer(struct upload *up, struct slice *s);
void upload_summary(struct upload *up);
/* All lines of an atomic batch that failed, as problems of /lines/<number>/<field>. */
void upload_refuse(struct upload *up, struct slice *s);
/* Text of the answer, whole lines. */
void upload_say(struct upload *up, struct str text);
/* So much waits for a client that does not read that it must read first. */
bool upload_is_full(const struct upload *up);
/* Append problems, their pointers behind a prefix. */
void upload_problems(const struct err *from, struct str prefix, struct err *to);
#endif
