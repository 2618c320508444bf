/*
 * signed.h - is this request signed, and by whom?
 */
#ifndef PLEDGED_SIGNED_H
#define PLEDGED_SIGNED_H
#include "http.h"

enum { SIGNED_PAST_S = 300, SIGNED_AHEAD_S = 60 };

struct signed_request {
    struct str token; /* hex of the SHA-256 of its key, by which it is a token like any other */
    struct str nonce;
    int64_t until_s; /* a nonce that came before this is known until then */
};
bool signed_is(const struct req *r);
/* The signature is good and covers what it must; false after answering what is wrong. Whether the
 * key is still in force and the nonce is new remains to be asked; the body is held against
 * r->content_digest before it is given to anybody. */
MUST_USE bool signed_read(struct req *r, struct signed_request *out);
#endif
