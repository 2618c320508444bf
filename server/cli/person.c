/*
 * person.c - persons and their posts, directly in the database as its owner.
 *
 * A person is one over all offices: who may not check what he made in one office may not do so in
 * another either.
 */
#include "directory.h"

enum person_add_flag { ORG, NAME, STAFF_NO, ID_HASH, SAME_AS, REASON };
static const struct cli_option add_options[] = {
    [ORG] = {"--org", "CODE", NEEDED, "the organisation that he sits in"},
    [NAME] = {"--name", "NAME", NEEDED, "his name there, as it stands beside what he does"},
    [STAFF_NO] = {"--staff-no", "NO", OPTIONAL, "his number there"},
    [ID_HASH] = {"--id-hash", NULL, OPTIONAL,
        "read his identity number from standard input: the ledger keeps a hash of it, keyed by\n"
        "this installation, and knows him by it in every office"},
    [SAME_AS] = {"--same-as", "ID", OPTIONAL,
        "he is the person of this id in `pledged person list`, in a further office"},
    [REASON] = REASON_OPTION,
    {0},
};

void directory_namesakes(struct session *s, const char *org, const char *name)
{
    static const char sql[] =
        "select n.name || '@' || o.code, person_root(n.person)"
        " from person_namesakes($2, $1) n join org o on o.id = n.org_id"
        " where not exists (select from post p join org x on x.id = p.org_id where x.code = $1"
        " and p.name_form = text_form($2) and person_root(p.person) = person_root(n.person))";
    const char *params[] = {org, name};
    PGresult *r = session_ask(s, sql, params, COUNT_OF(params));
    for (int i = 0; r && i < PQntuples(r); i++)
        fprintf(stderr,
            "pledged: %s bears the same name; if it is the same human being, say so: else he can "
            "check himself (person add --same-as %s, or POST /v1/persons/{id}/same-as)\n",
            PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
    PQclear(r);
}

/* A line of standard input, without its end; NULL: none. */
static const char *line_read(struct arena *a)
{
    char line[128];
    if (!fgets(line, sizeof line, stdin))
        return NULL;
    return arena_str(a, line, strcspn(line, "\r\n")).p;
}

static int person_add(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "select person_add(uuid_v7(), o.id, $2, $3, person_id_hash($4), $5::uuid)"
        " from org o where o.code = $1";
    if (!f[ORG].value || !f[NAME].value)
        return session_complain("--org and --name are needed");
    const char *number = f[ID_HASH].value ? line_read(s->a) : NULL;
    if (f[ID_HASH].value && !number)
        return session_complain("--id-hash reads the identity number from standard input");
    const char *params[] = {
        f[ORG].value, f[NAME].value, f[STAFF_NO].value, number, f[SAME_AS].value};
    if (!directory_gives(s, "person add", f[REASON].value))
        return 2;
    PGresult *r = session_write(s, sql, params, 5);
    if (r && PQntuples(r) == 0)
        (void)session_complain("no such organisation: register it with pledged org add");
    bool added = r && PQntuples(r) == 1;
    if (added) {
        puts(PQgetvalue(r, 0, 0));
        directory_namesakes(s, f[ORG].value, f[NAME].value);
    }
    PQclear(r);
    return added ? 0 : 2;
}

static const struct cli_option list_options[] = {
    {"--org", "CODE", OPTIONAL, "of this organisation alone"},
    {0},
};

static int person_list(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "select coalesce(x.same_as, p.person), o.code, p.name, coalesce(p.staff_no, '-'),"
        " coalesce(instant_text(least(p.ended_at, x.disabled_at)), '-')"
        " from post p join org o on o.id = p.org_id join person x on x.id = p.person"
        " where $1::text is null or o.code = $1 order by 1, o.code";
    return directory_print(s, "id\torg\tname\tstaff_no\tended", sql, &f[0].value, 1);
}

enum person_disable_flag { END_ORG, END_NAME, EVERYWHERE, END_REASON };
static const struct cli_option disable_options[] = {
    [END_ORG] = {"--org", "CODE", NEEDED, "the organisation that he sits in"},
    [END_NAME] = {"--name", "NAME", NEEDED, "his name there"},
    [EVERYWHERE] = {"--everywhere", NULL, OPTIONAL, "in all his offices, and for good"},
    [END_REASON] = REASON_OPTION,
    {0},
};

static int person_disable(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "select 1 from org o where o.code = $1 and person_disable(o.id, $2, $3::boolean) > 0";
    const char *params[] = {
        f[END_ORG].value, f[END_NAME].value, f[EVERYWHERE].value ? "true" : "false"};
    if (!params[0] || !params[1])
        return session_complain("--org and --name are needed");
    directory_says(s, "person disable", f[END_REASON].value);
    if (!directory_do(s, sql, params, 3, "no such person who is not disabled"))
        return 2;
    directory_changed(s);
    puts("disabled");
    return 0;
}

static int run_person_add(int argc, char **argv)
{
    return directory_run(argc, argv, add_options, person_add);
}

static int run_person_list(int argc, char **argv)
{
    return directory_run(argc, argv, list_options, person_list);
}

static int run_person_disable(int argc, char **argv)
{
    return directory_run(argc, argv, disable_options, person_disable);
}

const struct command command_person_add = {.name = "person add",
    .run = run_person_add,
    .words = "",
    .help = "Register a person in an organisation and print his id.",
    .options = add_options,
    .settings = CONF_STORE};
const struct command command_person_list = {.name = "person list",
    .run = run_person_list,
    .words = "",
    .help = "Print the persons, a post a line: id, organisation, name, staff number, when ended.",
    .options = list_options,
    .settings = CONF_STORE};
const struct command command_person_disable = {.name = "person disable",
    .run = run_person_disable,
    .words = "",
    .help = "End a person's post at once, and with it his tokens there. What he did stays.",
    .options = disable_options,
    .settings = CONF_STORE};
