/*
 * role.c - names of the kinds of organisations and of duties, as the contract and the database
 * write them.
 */
#include "role.h"
#include <stdio.h>

static const char *const names[ORG_KIND_COUNT] = {
    "bank", "insurer", "guarantor", "district", "finance", "ip_office", "auditor"};

const char *org_kind_name(enum org_kind k)
{
    MUST((unsigned)k < ORG_KIND_COUNT);
    return names[k];
}

bool org_kind_parse(struct str s, enum org_kind *k)
{
    for (int i = 0; i < ORG_KIND_COUNT; i++) {
        if (str_is(s, names[i])) {
            *k = (enum org_kind)i;
            return true;
        }
    }
    return false;
}

static const char *const duty_names[DUTY_COUNT] = {"submit", "decide", "pay", "administer"};

const char *duty_name(enum duty d)
{
    MUST((unsigned)d < DUTY_COUNT);
    return duty_names[d];
}

unsigned duties_parse(struct str words)
{
    unsigned bits = 0;
    for (const char *p = words.p; p && *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        for (unsigned d = 0; d < DUTY_COUNT; d++) {
            if (strlen(duty_names[d]) == n && memcmp(p, duty_names[d], n) == 0)
                bits |= 1u << d;
        }
        p += n;
    }
    return bits;
}

const char *duties_text(unsigned duties, const char *between, char text[DUTIES_TEXT_MAX])
{
    size_t n = 0;
    text[0] = '\0';
    for (unsigned d = 0; d < DUTY_COUNT; d++) {
        if (!(duties & (1u << d)))
            continue;
        int wrote =
            snprintf(text + n, DUTIES_TEXT_MAX - n, "%s%s", n ? between : "", duty_names[d]);
        MUST(wrote > 0 && n + (size_t)wrote < DUTIES_TEXT_MAX);
        n += (size_t)wrote;
    }
    return text;
}

struct actor actor_keep(struct arena *a, const struct actor *from)
{
    struct actor to = *from;
    to.code = arena_keep(a, from->code);
    to.name = arena_keep(a, from->name);
    to.district = arena_keep(a, from->district);
    to.person = arena_keep(a, from->person);
    to.person_id = arena_keep(a, from->person_id);
    to.token = arena_keep(a, from->token);
    return to;
}
