/*
 * console_link.c - a link that signs a person in to the console: once, within minutes, from this
 * machine.
 */
#include "auth.h"
#include "directory.h"
#include "merkle.h"

enum link_flag { ORG, PERSON, MINUTES };
static const struct cli_option options[] = {
    [ORG] = {"--org", "CODE", NEEDED, "the organisation"},
    [PERSON] = {"--person", "NAME", NEEDED, "who signs in: somebody with a token that counts"},
    [MINUTES] = {"--minutes", "N", OPTIONAL, "so long the link can be used: 1 to 60; else 10"},
    {0},
};

static int console_link(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "insert into console_link (sha256, token, until_at)"
        " select decode($1, 'hex'), t.sha256, now() + make_interval(mins => $4::int)"
        " from token t join org o on o.id = t.org_id"
        " join post p on p.org_id = o.id and p.person = t.person_id"
        " where o.code = $2 and p.name_form = text_form($3) and t.revoked_at is null"
        " and coalesce(t.expires_at > now(), true)"
        " order by t.expires_at desc nulls first, t.created_at desc limit 1";
    const char *minutes = f[MINUTES].value ? f[MINUTES].value : "10";
    char *end;
    long n = strtol(minutes, &end, 10);
    if (!f[ORG].value || !f[PERSON].value)
        return session_complain("--org and --person are needed");
    if (*end || n < 1 || n > 60)
        return session_complain("--minutes is 1 to 60");
    struct str link = token_make(s->a), hex = hash_hex(s->a, hash_sha256(link.p, link.n));
    const char *params[] = {hex.p, f[ORG].value, f[PERSON].value, minutes};
    if (!directory_do(s, sql, params, 4, "no live token of this person: pledged token add"))
        return 2;
    printf(
        "%s://%s/console/enter#%s\n", s->conf.tls_cert ? "https" : "http", s->conf.listen, link.p);
    return 0;
}

static int run_console_link(int argc, char **argv)
{
    return directory_run(argc, argv, options, console_link);
}

const struct command command_console_link = {.name = "console-link",
    .run = run_console_link,
    .words = "",
    .help = "Print a link that signs a person in to the console, without a token to copy: it works "
            "once,\n"
            "within minutes, in a browser on this machine.",
    .options = options,
    .settings = CONF_STORE};
