/*
 * openapi.h - the service's description, made from the route and record tables.
 */
#ifndef PLEDGED_OPENAPI_H
#define PLEDGED_OPENAPI_H
#include "arena.h"

/* OpenAPI 3.1, JSON. */
void openapi_write(struct buf *out);
#endif
