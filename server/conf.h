/*
 * conf.h - reading the configuration.
 */
#ifndef PLEDGED_CONF_H
#define PLEDGED_CONF_H
#include "server.h"

/* Fill conf from flags, environment, file and defaults (in that order of precedence). Flags that
 * belong to the sub-command are left: `extra` names them, values land in extra_value. false after
 * printing what is wrong. Texts live in the arena. */
struct flag {
    const char *name; /* "--code" */
    const char *value;
    bool is_switch; /* takes no value */
};
MUST_USE bool conf_read(
    struct arena *a, struct conf *conf, int argc, char **argv, struct flag *extra, int extras);
void conf_show(struct arena *a, const struct conf *conf);
#endif
