/*
 * sql.h - statements, migrations and pages that the build embeds (see embed() in CMakeLists.txt).
 */
#ifndef PLEDGED_SQL_H
#define PLEDGED_SQL_H
#include <stddef.h>

struct embedded {
    const char *name;          /* file name without folder; statements also without ".sql" */
    const unsigned char *text; /* NUL after length */
    size_t length;
};
extern const struct embedded ledger_sql[];
extern const size_t ledger_sql_count;
extern const struct embedded reports_sql[];
extern const size_t reports_sql_count;
extern const struct embedded migrations[]; /* numbered, forward only */
extern const size_t migrations_count;
extern const struct embedded functions[]; /* of the database, their current text, by subject */
extern const size_t functions_count;
#endif
