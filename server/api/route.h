/*
 * route.h - what a path and a method lead to.
 */
#ifndef PLEDGED_ROUTE_H
#define PLEDGED_ROUTE_H
#include "http.h"
#include "schema.h"

struct route {
    enum http_method method;
    const char *path; /* "/v1/loans/{id}" */
    unsigned roles;   /* bits of role.h; 0 = no token needed */
    req_fn *handle;   /* body read whole unless stream */
    bool stream;      /* the handler reads the body itself */
    const struct record *record;
    const char *params;  /* query parameters it knows: "limit,after" */
    const char *zh, *en; /* summary for OpenAPI */
};
extern const struct route routes[]; /* ends with path NULL */
void route_dispatch(struct req *r); /* the on_head of http_listen */
#endif
