/*
 * address.h - where to listen, as it is written in the settings.
 */
#ifndef PLEDGED_ADDRESS_H
#define PLEDGED_ADDRESS_H
#include "arena.h"

struct address {
    char host[256]; /* "" for all; an IPv6 address without its brackets */
    char port[6];   /* "0" to "65535" */
};

/* "127.0.0.1:8420", "[::1]:8420", "localhost:8420", ":8420". An IPv6 address without brackets is
 * refused: its last group would be taken for the port. */
MUST_USE bool address_parse(const char *text, struct address *out);
#endif
