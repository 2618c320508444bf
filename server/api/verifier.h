/*
 * verifier.h - `pledged verify` by the daemon, each night.
 */
#ifndef PLEDGED_VERIFIER_H
#define PLEDGED_VERIFIER_H
#include "server.h"

struct verifier;
struct verifier *verifier_open(struct server *s);
void verifier_close(struct verifier *v);
#endif
