/*
 * address.c - where to listen, as it is written in the settings.
 */
#include "address.h"
#include <stdlib.h>

static bool port_is(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n >= 1 && n <= 5 && !text[n] && strtol(text, NULL, 10) <= 65535;
}

bool address_parse(const char *text, struct address *out)
{
    const char *colon = strrchr(text, ':');
    size_t n = colon ? (size_t)(colon - text) : 0;
    bool bracketed = n > 2 && text[0] == '[' && text[n - 1] == ']';
    *out = (struct address){.host = ""};
    if (!colon || n >= sizeof out->host || !port_is(colon + 1))
        return false;
    if (!bracketed && memchr(text, ':', n))
        return false;
    if (!bracketed && (memchr(text, '[', n) || memchr(text, ']', n)))
        return false;
    memcpy(out->host, text + bracketed, n - 2 * bracketed);
    memcpy(out->port, colon + 1, strlen(colon + 1) + 1);
    return true;
}
