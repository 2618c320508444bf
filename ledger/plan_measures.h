/*
 * plan_measures.h - the measures in the text of a plan (records_plan_draft.c).
 */
#ifndef PLEDGED_PLAN_MEASURES_H
#define PLEDGED_PLAN_MEASURES_H
#include "fields.h"

extern const struct field plan_chapter_fields[], plan_measure_fields[];
/* Who answers for measures: the offices of a city, then `district`, which is every district. */
extern const struct choice measure_departments[];
enum { MEASURE_OFFICES = 8 };
/* Numbers rise, and every measure stands in a chapter that there is. */
void plan_measures_check(const struct value *chapters, const struct value *measures, struct err *e);
#endif
