/*
 * forecast.h - how far a quarterly series can come, said as a range that its own past bears out.
 *
 * Method "seasonal growth with the range of past errors" (按季同比外推,误差分位区间):
 *   point   a quarter is the same quarter a year before times the growth of the last four quarters
 *           over the four before them; with fewer than eight quarters, the mean of the last four
 *   range   the same forecast is made from every earlier quarter and set against what came; low and
 *           high are the point times the 10 % and 90 % quantile of actual / forecast (quantiles of
 * a sample of n at rank (n + 1) × p, outwards; the least and the greatest when n is small, as split
 * conformal prediction does: Vovk et al., Algorithmic Learning in a Random World) backtest  each
 * held-out quarter is asked whether what came lay in the range that the errors known by then had
 * given Whole numbers only; each product is rounded half up.
 */
#ifndef PLEDGED_FORECAST_H
#define PLEDGED_FORECAST_H
#include "arena.h"

enum { FORECAST_QUARTERS_MAX = 80, FORECAST_NOMINAL_PERCENT = 80 };

struct forecast {
    bool known;  /* false: fewer than four quarters, nothing is said */
    bool growth; /* false: the mean of the last quarters */
    int64_t low, point, high;
    int errors;         /* past forecasts behind the range; 0: low and high are the least and the
                           greatest of the last quarters, as often as quarters are asked for */
    int tested, within; /* of the back-test */
};

/*
 * The sum of quarters n + skip + 1 … n + skip + ahead of a series of n complete quarters.
 *   value  n values >= 0, the oldest first; n <= FORECAST_QUARTERS_MAX, each <= 10^17
 *   ahead  0 .. 12; 0 gives a known sum of nought
 * Products that leave 64 bits stay at INT64_MAX.
 */
struct forecast forecast_sum(const int64_t *value, int n, int skip, int ahead);
#endif
