/*
 * console_link.c - a link that signs a person in to the console: once, within minutes, from this
 * machine.
 */
#include "auth.h"
#include "directory.h"
#include "merkle.h"
#include "secret.h"

enum link_flag { ORG, PERSON, MINUTES };
static const struct cli_option options[] = {
    [ORG] = {"--org", "CODE", NEEDED, "the organisation"},
    [PERSON] = {"--person", "NAME", NEEDED, "who signs in: somebody with a token that counts"},
    [MINUTES] = {"--minutes", "N", OPTIONAL, "so long the link can be used: 1 to 60; else 10"},
    {0},
};

/* Hex of the SHA-256 of the token that the person acts by; p == NULL after saying that he has none.
 */
static struct str token_of(struct session *s, const char *org, const char *person)
{
    static const char sql[] = "select encode(t.sha256, 'hex')"
                              " from token t join org o on o.id = t.org_id"
                              " join post p on p.org_id = o.id and p.person = t.person_id"
                              " where o.code = $1 and p.name_form = text_form($2)"
                              " and t.revoked_at is null and coalesce(t.expires_at > now(), true)"
                              " order by t.expires_at desc nulls first, t.created_at desc limit 1";
    const char *params[] = {org, person};
    struct str token = {NULL, 0};
    PGresult *r = session_ask(s, sql, params, 2);
    if (r && PQntuples(r) == 0)
        (void)session_complain("no live token of this person: pledged token add");
    else if (r)
        token = arena_str(s->a, PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0));
    PQclear(r);
    return token;
}

static int console_link(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "insert into console_link (sha256, token, until_at, mac)"
        " select decode($1, 'hex'), t.sha256, now() + make_interval(mins => $3::int),"
        " decode($4, 'hex') from token t where t.sha256 = decode($2, 'hex')";
    const char *minutes = f[MINUTES].value ? f[MINUTES].value : "10";
    char *end;
    long n = strtol(minutes, &end, 10);
    if (!f[ORG].value || !f[PERSON].value)
        return session_complain("--org and --person are needed");
    if (*end || n < 1 || n > 60)
        return session_complain("--minutes is 1 to 60");
    struct str link = token_make(s->a), hex = hash_hex(s->a, hash_sha256(link.p, link.n));
    struct str token = token_of(s, f[ORG].value, f[PERSON].value), master = directory_master(s);
    if (!token.p)
        return 2;
    if (!master.p)
        return session_complain(SECRET_FILE " cannot be read or made in the data folder");
    const char *params[] = {
        hex.p, token.p, minutes, secret_row(s->a, master, "link", hex, token).p};
    if (!directory_do(s, sql, params, 4, "the token has ended meanwhile"))
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
