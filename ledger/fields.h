/*
 * fields.h - what schema.c (JSON) and schema_csv.c share: one value out of one text.
 */
#ifndef PLEDGED_FIELDS_H
#define PLEDGED_FIELDS_H
#include "schema.h"
#include "size.h"

#define HASH_EXAMPLE "4f1a2c5e7b9d08364c1e5a7f9b2d4c6e8a0c1e3f5b7d9f1a2c4e6b8d0f2a4c6e"

/* Ranges of a number that was read: INT, MONEY, RATE. */
bool field_in_range(
    struct arena *a, const struct field *f, int64_t n, struct str pointer, struct err *e);
/* An object that is part of a document: base is its pointer. */
MUST_USE bool fields_decode(struct arena *a, const struct field *fields, const struct json *in,
    struct str base, struct value *v, struct err *e);
/* Needs, orders, defaults, cross-field rules: everything after the single fields. */
bool record_finish(struct arena *a, const struct record *r, struct value *v, struct err *e);
/* The nearest name in a list of fields, for "use … instead". */
const char *field_nearest(const struct field *f, struct str name);
int choices_count(const struct choice *c);
/* F_WORDS: one word, its bit. E_CHOICE, E_REPEATED. */
MUST_USE bool words_add(struct arena *a, const struct field *f, struct str text, struct str pointer,
    struct value *v, struct err *e);
/* Some licences show a code whose check digit is off. Its problem goes when the record confirms
 * the field by name, else it says how; E_UNWANTED: confirmed without need. */
void codes_confirm(const struct record *r, const struct value *v, struct err *e);
/* Shared by records_*.c: the five classes of a loan, its products; a type whose answers add
 * nothing. */
extern const struct choice grades[], loan_products[];
/* The form of a condition, for the description of fields that hold one. */
extern const char condition_help[];
/* Elements of a list that repeat the first value of an earlier one are problems. */
void list_unlike(const struct value *list, const struct field *f, struct err *e);
/* The key of a step that has none of its own: its name and what was seen. */
void step_key(struct arena *a, struct value *key, const struct value *seen, const char *step);
extern const struct member no_read_only[];
/* The names of enum firm_size; kinds of parties to a deal. */
extern const struct choice firm_sizes[], deal_parties[];
/* What every answer tells of a deal, however it came about; the states of what another organisation
 * confirms. */
extern const struct member deal_told[], told_read_only[];
extern const char *const told_states[];
/* By the fields industry, employees, revenue and assets, one after the other from `industry` on. */
enum firm_size firm_size_of(const struct value *v, int industry);
/* Of a type whose records wait for a second person. */
extern const struct member proposed_read_only[];
#endif
