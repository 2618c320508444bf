/*
 * auth.h - the token cache's life.
 */
#ifndef PLEDGED_AUTH_H
#define PLEDGED_AUTH_H
#include "server.h"

struct auth *auth_open(void);
void auth_close(struct server *s);
#endif
