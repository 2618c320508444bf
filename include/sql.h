/*
 * sql.h - statements, migrations and pages that the build embeds (see embed() in CMakeLists.txt).
 */
#ifndef PLEDGED_SQL_H
#define PLEDGED_SQL_H
#include "sql_names.h" /* enum sql_id and the columns of each, made by cmake/statements.cmake */
#include <stddef.h>

struct embedded {
    const char *name;          /* file name without folder; statements also without ".sql" */
    const unsigned char *text; /* NUL after length */
    size_t length;
};
extern const struct embedded
    statements[]; /* of ledger/sql and reports/sql: SQL_X is no. SQL_X - 1 */
extern const size_t statements_count;
extern const struct embedded migrations[]; /* numbered, forward only */
extern const size_t migrations_count;
extern const struct embedded functions[]; /* of the database, their current text, by subject */
extern const size_t functions_count;
extern const struct embedded places[]; /* the list of cities and districts, one file */
extern const size_t places_count;
#endif
