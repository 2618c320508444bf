/*
 * leaves.h - the places in the log of what a flight created.
 */
#ifndef PLEDGED_LEAVES_H
#define PLEDGED_LEAVES_H
#include "lane.h"
#include "log_head.h"
#include "merkle.h"

enum { LOG_WRITE_PARAMS = 9 };

int created_of(const struct verdict *v, int n);
/* Number every created verdict of the works, in their order, as leaves behind *f, which grows;
 * lines that repeat one of them share its receipt. Fills the parameters of the statement log_write,
 * in a. false: nothing was created, nothing is to be signed. */
bool leaves_number(struct arena *a, struct work *flying, struct frontier *f,
    const struct head_signer *signer, struct str params[LOG_WRITE_PARAMS]);
#endif
