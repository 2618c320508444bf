/*
 * cli.h - sub-commands: a table row each, from which they are found, called and explained.
 */
#ifndef PLEDGED_CLI_H
#define PLEDGED_CLI_H
#include "conf.h"
#include <stdio.h>

/* What may stand behind a command. A list of them ends with an empty one. */
struct cli_option {
    const char *name;  /* "--code" */
    const char *takes; /* "CODE"; NULL: it is a switch */
    enum { OPTIONAL, NEEDED } need;
    const char *help;
};

struct command {
    const char *name;                  /* one word or two: "org add" */
    int (*run)(int argc, char **argv); /* arguments after the name in, exit status out */
    const char *words;                 /* what stands in a call beside options, or "" */
    const char *help;                  /* what it does, a sentence or more */
    const struct cli_option *options;
    enum conf_reach settings; /* which settings are options, too */
};

extern const struct command command_org_add, command_org_list, command_org_rename,
    command_org_disable, command_person_add, command_person_list, command_person_disable,
    command_token_add, command_token_list, command_token_rotate, command_token_revoke,
    command_import, command_report, command_targets, command_verify, command_verify_report,
    command_verify_receipt, command_verify_log, command_log, command_report_keys, command_migrate,
    command_clock, command_backup, command_restore, command_console_link, command_person_same,
    command_person_enable, command_org_enable, command_proposal_list, command_proposal_show,
    command_proposal_approve, command_proposal_refuse, command_token_history,
    command_directory_close, command_directory_list, command_org_propose, command_person_propose,
    command_token_propose, command_token_renew;

/* Do the first words of a call begin the command's name? `used` of them; all if `whole`. */
bool command_begins(const struct command *c, int argc, char *const *argv, int *used, bool *whole);
/* "usage: pledged import --url URL …" */
void command_usage(FILE *out, const struct command *c);
/* All there is to say about it, on standard output. */
void command_help(const struct command *c);
/* The same as a part of the manual page, in roff. */
void command_man(const struct command *c);

/* The place of an option in its list, -1 for none of that name. */
int option_find(const struct cli_option *options, const char *name);
/* For conf_read: the options without values. Gives their number. */
enum { FLAGS_MAX = 8 };
int option_flags(const struct cli_option *options, struct flag flags[FLAGS_MAX]);
#endif
