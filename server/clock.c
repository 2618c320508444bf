/*
 * clock.c - the one place where time comes in.
 */
#include "clock.h"
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    MUST(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
