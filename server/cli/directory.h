/*
 * directory.h - what the commands about organisations, persons and tokens share.
 */
#ifndef PLEDGED_DIRECTORY_H
#define PLEDGED_DIRECTORY_H
#include "session.h"

/* Opens a session with the command's flags, does the work, closes it. Gives the exit status. */
int directory_run(int argc, char **argv, const struct cli_option *options,
    int (*work)(struct session *s, const struct flag *f));
/* A statement without an answer; false after printing what is wrong, or that nothing was there. */
MUST_USE bool directory_do(
    struct session *s, const char *sql, const char *const *params, int n, const char *nothing);
/* A table: the titles (with tabs between), then a row a line. Gives the exit status. */
int directory_print(
    struct session *s, const char *titles, const char *sql, const char *const *params, int n);
/* The secret of the data folder, made where it is not there; p == NULL: it cannot be. */
struct str directory_master(struct session *s);
/* Says on standard error who bears a name in other organisations, and is another person so far. */
void directory_namesakes(struct session *s, const char *org, const char *name);
/* Who does this, and why, is written beside the rows that the session writes next. */
void directory_says(struct session *s, const char *command, const char *reason);
/* The same of what gives power; false after saying that it takes two persons by now. */
MUST_USE bool directory_gives(struct session *s, const char *command, const char *reason);
// clang-format off
#define REASON_OPTION                                                                              \
    {"--reason", "TEXT", OPTIONAL, "why, as the history tells it beside whoever sits at the machine"}
// clang-format on
/* Running daemons look tokens up anew. */
void directory_changed(struct session *s);
#endif
