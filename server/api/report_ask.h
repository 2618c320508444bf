/*
 * report_ask.h - asking for a quarterly report: what the files that serve and seal it share.
 */
#ifndef PLEDGED_REPORT_ASK_H
#define PLEDGED_REPORT_ASK_H
#include "api.h"
#include "report.h"
#include "sheet.h"

struct report_ask {
    struct req *r;
    quarter quarter;
    day cut;
    struct str known_at, basis; /* p == NULL: now, the plan's */
    struct str plan;            /* whose targets are shown; p == NULL: of the quarter */
    struct str sealed_at;       /* p == NULL: the quarter is not sealed, or shown live */
    enum report_format format;
    enum sheet_charset charset; /* of CSV */
    int unit;                   /* enum report_unit */
    bool public_only;
    bool wanted[REPORT_SECTIONS_MAX];
    const struct report_section *section[REPORT_SECTIONS_MAX]; /* asked of the database */
    int n;
    int before; /* statements of the caller's own in front of those of the report */
    int first;  /* the statement of the first section */
    bool with_targets;
    struct str memo; /* plan_memo */
    struct db_ask *statement;
};

/* ---- report_ask.c: all that is wrong with a question is in r->err ---- */

/* A quarter that has begun. */
void report_ask_quarter(struct report_ask *k);
/* The quarter, as_of, known_at and basis. */
void report_ask_clocks(struct report_ask *k);
void report_ask_sections(struct report_ask *k);
const struct report_section *report_ask_section(struct req *r, struct str name);
/* What every statement of a report takes: section, first day, last day, known_at, basis. */
void report_ask_params(
    const struct report_ask *k, const struct report_section *s, struct str *params);
/* All that it takes in one snapshot; `before` statements, which done finds answered too. */
void report_ask_run(struct report_ask *k, const struct db_ask *before, int n, db_snapshot_fn *done);
/* The report out of the answers; false after adding a problem. */
MUST_USE bool report_ask_make(const struct report_ask *k, bool english, struct report *p);
MUST_USE bool report_write(
    enum report_format f, const struct report *p, bool english, struct buf *out);
/* The summed figures of all sections asked for, as a seal keeps them. */
struct figures {
    struct str json;  /* [{"section", "row_key", "v"}, …] */
    struct str cells; /* "<rows> <SHA-256 of their lines>": the line of a manifest */
    struct str sha256;
};
struct figures figures_of(const struct report_ask *k);

/* ---- report_shown.c ---- */

/* Whoever asks may seal them by their digest. */
void figures_shown(struct req *r, const struct figures *f);
/* What stands now of those that somebody saw, as E_SEEN tells it: members of a list. */
struct str figures_differ(const struct report_ask *k, struct str seen, const struct figures *now);

/* ---- report_reply.c ---- */

/* Headers of a file, then its bytes. */
void report_reply(const struct report_ask *k, struct str bytes);

/* ---- report_sealed.c ---- */

/* Find the seal of the quarter, if any, before a report is made: `then` goes on with known_at,
 * basis and sealed_at of the seal where the request names none; a reader of the whole city who asks
 * for nothing particular is answered with the sealed bytes, and `then` is not called. */
typedef void report_then_fn(struct report_ask *k);
void report_through_seal(struct report_ask *k, bool whole_file, report_then_fn *then);
#endif
