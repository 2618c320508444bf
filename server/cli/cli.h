/*
 * cli.h - sub-commands: arguments after the command's name in, exit status out.
 */
#ifndef PLEDGED_CLI_H
#define PLEDGED_CLI_H

int cli_org(int argc, char **argv);
int cli_token(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_targets(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_report_keys(int argc, char **argv);
int cli_verify_report(int argc, char **argv);
int cli_migrate(int argc, char **argv);
#endif
