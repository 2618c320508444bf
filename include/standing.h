/*
 * standing.h - how a unit stands among others, as a page to be printed.
 */
#ifndef PLEDGED_STANDING_H
#define PLEDGED_STANDING_H
#include "json.h"

/* A whole HTML page, A4, in Chinese, of one unit: doc is what the ranking answers of it. */
void standing_write(const struct json *doc, struct buf *out);
#endif
