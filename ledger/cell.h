/*
 * cell.h - what a clerk typed into a cell, as the text that a field takes.
 *
 * Forgiven is what has one reading: full-width digits, thousands separators, a % behind a rate, a
 * day with its year first. What has two is refused and both are named; what a spreadsheet made of a
 * value (formulas, errors, long numbers in E-notation, serials of days) is refused by name.
 */
#ifndef PLEDGED_CELL_H
#define PLEDGED_CELL_H
#include "err.h"

/* Nothing that a spreadsheet put in place of the value. */
MUST_USE bool cell_is_plain(struct arena *a, struct str cell, struct str pointer, struct err *e);
/* Digits, at most one '.', no separators; wrong: the code of what cannot be read. */
MUST_USE bool cell_number(struct arena *a, struct str cell, enum err_code wrong, struct str pointer,
    struct str *out, struct err *e);
/* Percent. said: the header says that it is. */
MUST_USE bool cell_rate(struct arena *a, struct str cell, bool said, struct str pointer,
    struct str *out, struct err *e);
/* YYYY-MM-DD, not yet known to be a day of the calendar. */
MUST_USE bool cell_day(
    struct arena *a, struct str cell, struct str pointer, struct str *out, struct err *e);
MUST_USE bool cell_bool(struct arena *a, struct str cell, bool *yes);
/* Two texts that a reader takes for one: width, case, spaces and signs of emphasis apart. */
struct str cell_form(struct arena *a, struct str s);
#endif
