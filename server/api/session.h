/*
 * session.h - the secret of a session of the console: in its cookie here, as its hash elsewhere.
 */
#ifndef PLEDGED_SESSION_COOKIE_H
#define PLEDGED_SESSION_COOKIE_H
#include "db.h"
#include "http.h"

/* What the cookie of the request holds; p == NULL: none that could be ours. */
struct str session_cookie(struct req *r);
/* The header that gives it to a browser; secret "": that takes it away. */
void session_cookie_set(struct req *r, struct str secret);
/* Its SHA-256 in hex. */
struct str session_hash(struct arena *a, struct str secret);
/* Is the row that console_session_actor told of the session of this digest our own? */
MUST_USE bool session_row_is_ours(struct req *r, struct str digest, const struct rows *rows);
/* What a page of the console sends beside the cookie, which it cannot read. */
struct str session_csrf(struct arena *a, struct str secret);
/* Does this request come from a page of the console? What only reads may come from anywhere. */
bool session_is_own(struct req *r, struct str secret);
/* A browser shows its certificate to us whoever makes it ask, too: not when a page of others did.
 * Who is no browser sends no Origin. */
bool session_is_no_other_site(struct req *r);
#endif
