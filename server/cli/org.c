/*
 * org.c - organisations and tokens, directly in the database as its owner.
 */
#include "cli.h"
#include "ident.h"
#include "merkle.h"
#include "role.h"
#include "session.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

/* ---- org ------------------------------------------------------------------------------------ */

static bool refuse(const char *what)
{
    (void)session_complain(what); /* its status is the caller's to give */
    return false;
}

enum org_flag { CODE, KIND, NAME, DISTRICT_ };
static const struct cli_option org_options[] = {
    [CODE] = {"--code", "CODE", NEEDED, "its code, by which it is known ever after"},
    [KIND] = {"--kind", "KIND", NEEDED,
        "bank, insurer, guarantor, district, finance, ip_office or auditor"},
    [NAME] = {"--name", "NAME", NEEDED, "its name"},
    [DISTRICT_] = {"--district", "CODE", OPTIONAL,
        "of a district only: its code of six digits, as 310115 for Pudong"},
    {0},
};

static bool org_arguments(const struct flag *f)
{
    enum org_kind kind;
    if (!f[CODE].value || !f[KIND].value || !f[NAME].value)
        return refuse("--code, --kind and --name are needed");
    if (!org_kind_parse(str_of(f[KIND].value), &kind))
        return refuse("--kind is one of bank, insurer, guarantor, district, finance, ip_office, "
                      "auditor");
    bool has_district = f[DISTRICT_].value && district_find(str_of(f[DISTRICT_].value));
    if (kind == ORG_DISTRICT ? !has_district : f[DISTRICT_].value != NULL)
        return refuse("--district with one of Shanghai's district codes goes with --kind district, "
                      "and only with it");
    return true;
}

/* Adding the same again is fine; another kind or district under the code is not. */
static int org_add(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "with added as (insert into org (code, kind, name, district) values ($1, $2, $3, $4)"
        " on conflict (code) do nothing returning kind, district)"
        " select kind, district from added"
        " union all select kind, district from org where code = $1 limit 1";
    const char *params[] = {f[CODE].value, f[KIND].value, f[NAME].value, f[DISTRICT_].value};
    PGresult *r = org_arguments(f) ? session_ask(s, sql, params, 4) : NULL;
    if (!r)
        return 2;
    bool same = strcmp(PQgetvalue(r, 0, 0), f[KIND].value) == 0 &&
                (!f[DISTRICT_].value || strcmp(PQgetvalue(r, 0, 1), f[DISTRICT_].value) == 0);
    PQclear(r);
    if (!same)
        return session_complain("this code is registered with another kind or district");
    printf("%s %s %s\n", f[CODE].value, f[KIND].value, f[NAME].value);
    return 0;
}

static int run(int argc, char **argv, const struct cli_option *options,
    int (*work)(struct session *s, const struct flag *f))
{
    struct flag f[FLAGS_MAX];
    struct session s;
    if (!session_open(&s, argc, argv, f, option_flags(options, f)))
        return session_close(&s, 2);
    return session_close(&s, work(&s, f));
}

static int run_org_add(int argc, char **argv)
{
    return run(argc, argv, org_options, org_add);
}

const struct command command_org_add = {.name = "org add",
    .run = run_org_add,
    .words = "",
    .help =
        "Register an organisation that reports to the ledger or reads it. Registering it again\n"
        "as the same changes nothing.",
    .options = org_options,
    .settings = CONF_STORE};

/* ---- token ---------------------------------------------------------------------------------- */

enum token_add_flag { ORG, PERSON, DAYS, CERT };
static const struct cli_option add_options[] = {
    [ORG] = {"--org", "CODE", NEEDED, "the organisation, as given to `pledged org add`"},
    [PERSON] = {"--person", "NAME", NEEDED,
        "who acts by this token: the name is kept with each act"},
    [DAYS] = {"--expires-days", "N", OPTIONAL,
        "it ends after so many days; else only when it is revoked"},
    [CERT] = {"--cert", "FILE", OPTIONAL, "a client certificate (PEM) that stands for the token"},
    {0},
};
enum token_list_flag { LIST_ORG };
static const struct cli_option list_options[] = {
    [LIST_ORG] = {"--org", "CODE", OPTIONAL, "of this organisation alone"},
    {0},
};
enum token_revoke_flag { ID, REVOKE_ORG, REVOKE_PERSON };
static const struct cli_option revoke_options[] = {
    [ID] = {"--id", "HEX", OPTIONAL, "the token of this id in `pledged token list`"},
    [REVOKE_ORG] = {"--org", "CODE", OPTIONAL, "with --person: all of this organisation"},
    [REVOKE_PERSON] = {"--person", "NAME", OPTIONAL, "that this person acts by"},
    {0},
};

/* 256 random bits, printed once; only the hash is kept. */
static struct str token_make(struct arena *a)
{
    unsigned char random[32], text[64];
    MUST(RAND_bytes(random, sizeof random) == 1);
    int n = EVP_EncodeBlock(text, random, sizeof random);
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, "plg_");
    for (int i = 0; i < n && text[i] != '='; i++)
        buf_char(&b, text[i] == '+' ? '-' : text[i] == '/' ? '_' : (char)text[i]);
    return buf_view(&b);
}

/* SHA-256 of a client certificate, as its holder presents it in the TLS handshake. */
static bool certificate_print(struct arena *a, const char *path, struct str *hex)
{
    hash h;
    unsigned n = 0;
    FILE *file = fopen(path, "re");
    X509 *x = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    bool good = x && X509_digest(x, EVP_sha256(), h.b, &n) == 1 && n == sizeof h.b;
    if (file)
        (void)fclose(file); /* only read */
    X509_free(x);
    if (good)
        *hex = hash_hex(a, h);
    return good;
}

static void tokens_changed(struct session *s)
{
    PGresult *r = session_ask(s, "select pg_notify('pledged_token', '')", NULL, 0);
    PQclear(r);
}

static int token_add(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "insert into token (sha256, org_id, person, expires_at, is_certificate)"
        " select decode($1, 'hex'), id, $3, now() + make_interval(days => $4::int), $5::boolean"
        " from org where code = $2";
    if (!f[ORG].value || !f[PERSON].value)
        return session_complain("--org and --person are needed");
    struct str token = f[CERT].value ? STR("certificate bound") : token_make(s->a), hex;
    if (!f[CERT].value)
        hex = hash_hex(s->a, hash_sha256(token.p, token.n));
    else if (!certificate_print(s->a, f[CERT].value, &hex))
        return session_complain("--cert must name a certificate in PEM form");
    const char *params[] = {
        hex.p, f[ORG].value, f[PERSON].value, f[DAYS].value, f[CERT].value ? "true" : "false"};
    PGresult *r = session_ask(s, sql, params, 5);
    bool added = r && strcmp(PQcmdTuples(r), "1") == 0;
    PQclear(r);
    if (!added)
        return session_complain("no such organisation: register it with pledged org add");
    tokens_changed(s);
    puts(token.p);
    return 0;
}

static int token_list(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "select left(encode(t.sha256, 'hex'), 8), o.code, t.person, instant_text(t.created_at),"
        " coalesce(instant_text(t.expires_at), 'never'), coalesce(instant_text(t.revoked_at), '-')"
        " from token t join org o on o.id = t.org_id where $1::text is null or o.code = $1"
        " order by t.created_at";
    const char *params[] = {f[LIST_ORG].value};
    PGresult *r = session_ask(s, sql, params, 1);
    if (!r)
        return 2;
    puts("id\torg\tperson\tcreated\texpires\trevoked");
    for (int i = 0; i < PQntuples(r); i++) {
        for (int j = 0; j < 6; j++)
            printf("%s%c", PQgetvalue(r, i, j), j < 5 ? '\t' : '\n');
    }
    PQclear(r);
    return 0;
}

static int token_revoke(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "update token t set revoked_at = now() from org o where o.id = t.org_id and"
        " t.revoked_at is null and (left(encode(t.sha256, 'hex'), 8) = $1 or"
        " ($1 is null and o.code = $2 and t.person = $3))";
    const char *params[] = {f[ID].value, f[REVOKE_ORG].value, f[REVOKE_PERSON].value};
    if (!f[ID].value && !(f[REVOKE_ORG].value && f[REVOKE_PERSON].value))
        return session_complain("--id HEX of token list, or --org and --person are needed");
    PGresult *r = session_ask(s, sql, params, 3);
    bool any = r && strcmp(PQcmdTuples(r), "0") != 0;
    PQclear(r);
    if (!any)
        return session_complain("no such live token");
    tokens_changed(s);
    puts("revoked");
    return 0;
}

static int run_token_add(int argc, char **argv)
{
    return run(argc, argv, add_options, token_add);
}

static int run_token_list(int argc, char **argv)
{
    return run(argc, argv, list_options, token_list);
}

static int run_token_revoke(int argc, char **argv)
{
    return run(argc, argv, revoke_options, token_revoke);
}

const struct command command_token_add = {.name = "token add",
    .run = run_token_add,
    .words = "",
    .help = "Make a token and print it: once, as only its hash is kept.",
    .options = add_options,
    .settings = CONF_STORE};
const struct command command_token_list = {.name = "token list",
    .run = run_token_list,
    .words = "",
    .help = "Print the tokens, one a line: id, organisation, person, when made, ended, revoked.",
    .options = list_options,
    .settings = CONF_STORE};
const struct command command_token_revoke = {.name = "token revoke",
    .run = run_token_revoke,
    .words = "",
    .help = "End tokens at once.",
    .options = revoke_options,
    .settings = CONF_STORE};
