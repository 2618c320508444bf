/*
 * role.c - names of the kinds of organisations, as the contract and the database write them.
 */
#include "role.h"

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
