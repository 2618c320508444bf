/*
 * standing.h - how a unit stands among others, and examples, as pages to be printed.
 */
#ifndef PLEDGED_STANDING_H
#define PLEDGED_STANDING_H
#include "json.h"

/* A whole HTML page, A4, in Chinese, of one unit: doc is what the ranking answers of it. */
void standing_write(const struct json *doc, struct buf *out);
/* The page of a unit or a case that is named as an example. */
void benchmark_write(const struct json *doc, struct buf *out);
#endif
