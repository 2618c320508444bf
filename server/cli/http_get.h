/*
 * http_get.h - one request for sub-commands, by libcurl, and what such a command ends with.
 */
#ifndef PLEDGED_HTTP_GET_H
#define PLEDGED_HTTP_GET_H
#include "arena.h"

/* false after a message on stderr; any status gives a body. */
MUST_USE bool http_get(struct arena *a, const char *url, const char *token, struct str *body);
/* The same, and the status of the answer; token NULL: none is sent. */
MUST_USE bool http_fetch(
    struct arena *a, const char *url, const char *token, struct str *body, long *status);
/* The exit status of a command that asks a daemon. */
enum asked { ASKED_DONE, ASKED_REFUSED, ASKED_USAGE, ASKED_NO_ANSWER, ASKED_NO_FILE };

/* false after a message on stderr; any status gives a body. language: of problems, NULL: the
 * daemon's own. */
MUST_USE bool http_ask(struct arena *a, const char *url, const char *token, const char *language,
    long *status, struct str *body);
/* The same with a body of JSON that is posted; posted NULL: it is a GET. */
MUST_USE bool http_post(struct arena *a, const char *url, const char *token, const char *posted,
    long *status, struct str *body);
/* Append text as a part of an address. */
void http_get_escape(struct buf *url, const char *text);
/* Add ?name=value, or &name=value where the URL has a query, escaped. NULL: nothing. */
void http_get_param(struct buf *url, const char *name, const char *value);
/* What the daemon said, each problem on a line of its own; ASKED_REFUSED. */
int http_refused(struct arena *a, struct str body, long status);
#endif
