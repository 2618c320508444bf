/*
 * http_get.h - one GET for sub-commands, by libcurl.
 */
#ifndef PLEDGED_HTTP_GET_H
#define PLEDGED_HTTP_GET_H
#include "arena.h"

/* false after a message on stderr; any status gives a body. */
MUST_USE bool http_get(struct arena *a, const char *url, const char *token, struct str *body);
/* The same, and the status of the answer; token NULL: none is sent. */
MUST_USE bool http_fetch(
    struct arena *a, const char *url, const char *token, struct str *body, long *status);
/* Add ?name=value, or &name=value where the URL has a query, escaped. NULL: nothing. */
void http_get_param(struct buf *url, const char *name, const char *value);
#endif
