/*
 * verify.h - parts of `pledged verify`: each prints the defects it finds and returns how many.
 */
#ifndef PLEDGED_VERIFY_H
#define PLEDGED_VERIFY_H
#include "session.h"

/* Seals of reports: signatures, the chain from each to the one before, SM3 of the files. */
int verify_seals(struct session *s, struct arena *a);
#endif
