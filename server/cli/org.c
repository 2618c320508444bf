/*
 * org.c - organisations, directly in the database as its owner.
 */
#include "city.h"
#include "directory.h"
#include "ident.h"
#include "role.h"

/* ---- org ------------------------------------------------------------------------------------ */

static bool refuse(const char *what)
{
    (void)session_complain(what); /* its status is the caller's to give */
    return false;
}

enum org_flag { CODE, KIND, NAME, DISTRICT_, USCC, ORG_REASON };
static const struct cli_option org_options[] = {
    [CODE] = {"--code", "CODE", NEEDED, "its code, by which it is known ever after"},
    [KIND] = {"--kind", "KIND", NEEDED,
        "bank, insurer, guarantor, district, finance, ip_office or auditor"},
    [NAME] = {"--name", "NAME", NEEDED, "its name"},
    [DISTRICT_] = {"--district", "CODE", OPTIONAL,
        "of a district only: its code of six digits, as 310115 for Pudong"},
    [USCC] = {"--uscc", "CODE", OPTIONAL,
        "its credit code, by which records name an insurer or guarantor, where --code is another"},
    [ORG_REASON] = REASON_OPTION,
    {0},
};

static bool uscc_fits(const char *text)
{
    struct str code, hint;
    enum err_code wrong;
    struct arena *a = arena_new();
    bool fits = ident_uscc(a, str_of(text), &code, &wrong, &hint) && str_is(code, text);
    arena_free(a);
    return fits || refuse("--uscc is a credit code of 18 signs in capitals (GB 32100)");
}

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
        return refuse(
            "--district with the code of a district of the city goes with --kind district, "
            "and only with it");
    if (f[USCC].value && !uscc_fits(f[USCC].value))
        return false;
    return true;
}

/* Adding the same again is fine; another kind or district under the code is not. */
static int org_add(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "with added as (insert into org (code, kind, name, district, uscc)"
        " select $1, $2, $3, $4, $5 where cardinality(org_uscc_problems($1, $5)) = 0"
        " on conflict (code) do nothing returning kind, district)"
        " select kind, district from added"
        " union all select kind, district from org where code = $1 limit 1";
    const char *params[] = {
        f[CODE].value, f[KIND].value, f[NAME].value, f[DISTRICT_].value, f[USCC].value};
    if (!org_arguments(f) || !directory_gives(s, "org add", f[ORG_REASON].value))
        return 2;
    PGresult *r = session_write(s, sql, params, 5);
    if (!r)
        return 2;
    if (PQntuples(r) == 0) {
        PQclear(r);
        return session_complain("another organisation has this credit code");
    }
    bool same = strcmp(PQgetvalue(r, 0, 0), f[KIND].value) == 0 &&
                (!f[DISTRICT_].value || strcmp(PQgetvalue(r, 0, 1), f[DISTRICT_].value) == 0);
    PQclear(r);
    if (!same)
        return session_complain("this code is registered with another kind or district");
    printf("%s %s %s\n", f[CODE].value, f[KIND].value, f[NAME].value);
    return 0;
}

static int run_org_add(int argc, char **argv)
{
    return directory_run(argc, argv, org_options, org_add);
}

const struct command command_org_add = {.name = "org add",
    .run = run_org_add,
    .words = "",
    .help =
        "Register an organisation that reports to the ledger or reads it. Registering it again\n"
        "as the same changes nothing.",
    .options = org_options,
    .settings = CONF_STORE};

static const struct cli_option no_options[] = {{0}};

static int org_list(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "select o.code, o.kind, o.name, coalesce(o.district, '-'),"
        " coalesce(instant_text(o.disabled_at), '-') from org o order by o.code";
    (void)f;
    return directory_print(s, "code\tkind\tname\tdistrict\tdisabled", sql, NULL, 0);
}

enum org_rename_flag { RENAME_CODE, RENAME_NAME, RENAME_REASON };
static const struct cli_option rename_options[] = {
    [RENAME_CODE] = {"--code", "CODE", NEEDED, "the organisation"},
    [RENAME_NAME] = {"--name", "NAME", NEEDED, "its new name"},
    [RENAME_REASON] = REASON_OPTION,
    {0},
};

static int org_rename(struct session *s, const struct flag *f)
{
    static const char sql[] = "update org set name = $2 where code = $1";
    const char *params[] = {f[RENAME_CODE].value, f[RENAME_NAME].value};
    if (!params[0] || !params[1])
        return session_complain("--code and --name are needed");
    if (!directory_gives(s, "org rename", f[RENAME_REASON].value) ||
        !directory_do(s, sql, params, 2, "no such organisation"))
        return 2;
    directory_changed(s);
    puts("renamed");
    return 0;
}

static const struct cli_option disable_options[] = {
    {"--code", "CODE", NEEDED, "the organisation"},
    REASON_OPTION,
    {0},
};

static int org_disable(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "update org set disabled_at = now() where code = $1 and disabled_at is null";
    if (!f[0].value)
        return session_complain("--code is needed");
    directory_says(s, "org disable", f[1].value);
    if (!directory_do(s, sql, &f[0].value, 1, "no such organisation that is not disabled"))
        return 2;
    directory_changed(s);
    puts("disabled");
    return 0;
}

static int run_org_list(int argc, char **argv)
{
    return directory_run(argc, argv, no_options, org_list);
}

static int run_org_rename(int argc, char **argv)
{
    return directory_run(argc, argv, rename_options, org_rename);
}

static int run_org_disable(int argc, char **argv)
{
    return directory_run(argc, argv, disable_options, org_disable);
}

const struct command command_org_list = {.name = "org list",
    .run = run_org_list,
    .words = "",
    .help = "Print the organisations, one a line: code, kind, name, district, when disabled.",
    .options = no_options,
    .settings = CONF_STORE};
const struct command command_org_rename = {.name = "org rename",
    .run = run_org_rename,
    .words = "",
    .help = "Give an organisation another name. Its code stays, and what it recorded.",
    .options = rename_options,
    .settings = CONF_STORE};
const struct command command_org_disable = {.name = "org disable",
    .run = run_org_disable,
    .words = "",
    .help = "End all tokens of an organisation at once. What it recorded stays.",
    .options = disable_options,
    .settings = CONF_STORE};
