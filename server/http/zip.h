/*
 * zip.h - answers packed by gzip, for clients that take them so.
 */
#ifndef PLEDGED_ZIP_H
#define PLEDGED_ZIP_H
#include "arena.h"

struct evbuffer;
struct zip;

struct zip *zip_new(void);
/* Pack what comes next. Everything handed in so far can be unpacked from what is in out; `end`: and
 * nothing follows. */
void zip_add(struct zip *z, struct str in, bool end, struct evbuffer *out);
void zip_free(struct zip *z); /* NULL is nothing */
/* Text, which shrinks; a workbook is packed already. */
bool zip_shrinks(const char *type);
#endif
