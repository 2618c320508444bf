/*
 * shapes.h - answers that a statement builds whole, or several files together, as their readers
 * see them.
 */
#ifndef PLEDGED_SHAPES_H
#define PLEDGED_SHAPES_H
#include "schema.h"

/* shapes_lookup.c */
extern const struct shape enterprise_shape, facility_shape, interest_shape, receipt_shape, ip_shape;
/* shapes_measure.c */
extern const struct shape measures_shape, measure_shape, overdue_shape, evaluation_shape;
/* shapes_plan.c */
extern const struct shape plan_text_shape, targets_shape, forecast_shape, backtest_shape,
    baselines_shape;
/* shapes_report.c */
extern const struct shape rows_shape, seal_shape, diff_shape, keys_shape;
#endif
