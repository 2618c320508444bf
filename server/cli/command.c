/*
 * command.c - what a command's row says about itself: its name in a call, usage, help.
 */
#include "cli.h"
#include <string.h>

static const struct cli_option no_options[] = {{0}};

static const struct cli_option *options_of(const struct command *c)
{
    return c->options ? c->options : no_options;
}

bool command_begins(const struct command *c, int argc, char *const *argv, int *used, bool *whole)
{
    const char *name = c->name;
    *used = 0;
    for (; *used < argc && *name; (*used)++) {
        size_t n = strcspn(name, " ");
        if (strlen(argv[*used]) != n || strncmp(argv[*used], name, n) != 0)
            return false;
        name += n + (name[n] == ' ');
    }
    *whole = !*name;
    return true;
}

/* ---- help ------------------------------------------------------------------------------------ */

void command_usage(FILE *out, const struct command *c)
{
    fprintf(out, "usage: pledged %s%s%s", c->name, *c->words ? " " : "", c->words);
    for (const struct cli_option *o = options_of(c); o->name; o++)
        fprintf(out, " %s%s%s%s%s", o->need == NEEDED ? "" : "[", o->name, o->takes ? " " : "",
            o->takes ? o->takes : "", o->need == NEEDED ? "" : "]");
    fprintf(out, "%s\n", c->settings == CONF_NOTHING ? "" : " [settings]");
}

/* What goes on in another line stands below where it began. */
static void put_below(const char *text)
{
    for (; *text; text++)
        printf("%c%*s", *text, *text == '\n' ? CONF_HELP_AT + 2 : 0, "");
    putchar('\n');
}

void command_help(const struct command *c)
{
    command_usage(stdout, c);
    printf("\n%s\n", c->help);
    if (options_of(c)->name)
        puts("\nOptions");
    for (const struct cli_option *o = options_of(c); o->name; o++) {
        int n = printf("  %s%s%s", o->name, o->takes ? " " : "", o->takes ? o->takes : "");
        printf("%*s  ", n < CONF_HELP_AT ? CONF_HELP_AT - n : 0, "");
        put_below(o->help);
    }
    if (c->settings != CONF_NOTHING)
        conf_help(c->settings);
}

/* ---- the manual page ------------------------------------------------------------------------- */

void command_man(const struct command *c)
{
    printf(".SS ");
    roff_text(c->name);
    printf("\n.B pledged ");
    roff_text(c->name);
    if (*c->words) {
        putchar(' ');
        roff_text(c->words);
    }
    printf("\n.RI [ options ]\n.PP\n");
    roff_text(c->help);
    putchar('\n');
    for (const struct cli_option *o = options_of(c); o->name; o++) {
        printf(".TP\n.B ");
        roff_text(o->name);
        if (o->takes)
            printf(" \\fI%s\\fR", o->takes);
        putchar('\n');
        roff_text(o->help);
        putchar('\n');
    }
}

/* ---- options --------------------------------------------------------------------------------- */

int option_find(const struct cli_option *options, const char *name)
{
    for (int i = 0; options[i].name; i++) {
        if (strcmp(options[i].name, name) == 0)
            return i;
    }
    return -1;
}

int option_flags(const struct cli_option *options, struct flag flags[FLAGS_MAX])
{
    int n = 0;
    for (; options[n].name; n++) {
        MUST(n < FLAGS_MAX);
        flags[n] = (struct flag){.name = options[n].name, .is_switch = !options[n].takes};
    }
    return n;
}
