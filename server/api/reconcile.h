/*
 * reconcile.h - a bank's own list of its loans, held against what is on record.
 */
#ifndef PLEDGED_RECONCILE_H
#define PLEDGED_RECONCILE_H
#include "upload.h"

struct reconcile *reconcile_new(void);
void reconcile_free(struct reconcile *x);
/* Look up the loans of a slice; done as upload.c's when it was stored. */
void reconcile_ask(struct upload *up, struct slice *s, db_rows_fn *done);
/* The verdict of a line: same, different field by field, missing here, refused. */
void reconcile_line(struct upload *up, struct slice *s, struct line *l, struct buf *out);
/* Whether all loans have been found that the list did not hold. If not, the next of them are asked
 * for; upload_takes.advance is called when they have come. */
bool reconcile_rest(struct upload *up);
/* What is to be said of those that came; valid until the next ones are asked for. */
struct str reconcile_take(struct upload *up);
/* The members of the summary, into the open object. */
void reconcile_summary(const struct upload *up, struct buf *out);
extern const struct shape reconcile_shape, reconcile_summary_shape;
#endif
