/*
 * answers.h - how long answers took, by method, route and status.
 */
#ifndef PLEDGED_ANSWERS_H
#define PLEDGED_ANSWERS_H
#include "http.h"

struct answers;

struct answers *answers_new(void);
/* Of the request's beginning to now. */
void answers_note(struct answers *a, const struct req *r, int status);
void answers_write(const struct answers *a, struct buf *out);
void answers_free(struct answers *a);
#endif
