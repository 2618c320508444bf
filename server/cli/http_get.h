/*
 * http_get.h - one GET for sub-commands, by libcurl.
 */
#ifndef PLEDGED_HTTP_GET_H
#define PLEDGED_HTTP_GET_H
#include "arena.h"

/* false after a message on stderr; any status gives a body. */
MUST_USE bool http_get(struct arena *a, const char *url, const char *token, struct str *body);
#endif
