/*
 * clock.h - the one place where time comes in.
 */
#ifndef PLEDGED_CLOCK_H
#define PLEDGED_CLOCK_H
#include "day.h"

int64_t clock_us(void); /* wall clock, microseconds since 1970 */
int64_t monotonic_us(void);
#endif
