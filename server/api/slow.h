/*
 * slow.h - whoever tries keys is answered later and later.
 */
#ifndef PLEDGED_SLOW_H
#define PLEDGED_SLOW_H
#include "http.h"

/* Answers with the problems of the request: at once to those who mistyped, later each time to an
 * address that goes on. */
void reply_slowly(struct req *r);
#endif
