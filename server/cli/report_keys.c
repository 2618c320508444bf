/*
 * report_keys.c - the keys of sealed reports on this machine: show them, or take new ones.
 *
 * Old private keys are kept beside the new ones under their fingerprint; what they signed stays
 * verifiable, because every seal is stored with its public keys.
 */
#include "report_keys.h"
#include "cli.h"
#include "conf.h"
#include "keyfile.h"

static bool set_aside(struct arena *a, const struct conf *conf, enum signing_kind kind)
{
    struct signing_key *k = keyfile_open(conf->data, report_key_file(kind), kind, false);
    if (!k)
        return true; /* missing: that is why a new one is wanted */
    struct str from = arena_printf(a, "%s/%s", conf->data, report_key_file(kind));
    struct str to = arena_printf(a, "%s.%.16s", from.p, signing_fingerprint(a, k).p);
    signing_free(k);
    if (rename(from.p, to.p) == 0)
        return true;
    perror(from.p);
    return false;
}

static bool show(struct arena *a, const struct conf *conf, enum signing_kind kind, bool make)
{
    struct signing_key *k = keyfile_open(conf->data, report_key_file(kind), kind, make);
    if (!k) {
        fprintf(stderr, "pledged: %s/%s: no such key\n", conf->data, report_key_file(kind));
        return false;
    }
    printf("%s %s\n%s", signing_name(kind), signing_fingerprint(a, k).p, signing_public(a, k).p);
    signing_free(k);
    return true;
}

static const struct cli_option options[] = {
    {"--new", NULL, OPTIONAL,
        "take new keys; the old ones stay beside them under their fingerprints"},
    {0},
};

static int run(int argc, char **argv)
{
    struct flag f[FLAGS_MAX];
    struct arena *a = arena_new();
    struct conf conf;
    bool good = conf_read(a, &conf, argc, argv, f, option_flags(options, f));
    int status = good ? 0 : 2;
    for (int i = 0; good && i < SIGNING_KIND_COUNT; i++) {
        enum signing_kind kind = (enum signing_kind)i;
        if (!signing_offered(kind))
            continue;
        good = (!f[0].value || set_aside(a, &conf, kind)) && show(a, &conf, kind, f[0].value);
        status = good ? 0 : 1;
    }
    if (good && f[0].value)
        puts("the daemon signs with these from its next start");
    arena_free(a);
    return status;
}

const struct command command_report_keys = {.name = "report-keys",
    .run = run,
    .words = "",
    .help = "Print the public keys that sealed reports are signed with on this machine.",
    .options = options,
    .settings = CONF_STORE};
