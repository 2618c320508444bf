/*
 * propose.c - acts that take two persons, from a shell: each asks a daemon as himself, by a token
 * of his own, as everybody else does. What is proposed here is what the interface and the console
 * propose.
 */
#include "cli.h"
#include "http_get.h"
#include "json.h"
#include "session.h"

enum { URL, TOKEN, TOKEN_FILE, OWN, GIVEN_MAX = 12, HTTP_REPLAY = 200 };
// clang-format off
#define DAEMON_OPTIONS                                                                             \
    [URL] = {"--url", "URL", OPTIONAL, "the daemon's address; else http://127.0.0.1:8420"},        \
    [TOKEN] = TOKEN_OPTION, [TOKEN_FILE] = TOKEN_FILE_OPTION
#define REASON_OPTION                                                                              \
    {"--reason", "TEXT", NEEDED, "why, as it stands on record"}
#define REFERENCE_OPTION                                                                           \
    {"--reference", "TEXT", NEEDED, "the number of the paper, by which saying it again is known"}
// clang-format on

/* What is asked for. Each option of its own is a member of the body, but the first, where something
 * comes after it in the address, stands there. "duties[]": words with commas between;
 * "overlap_hours#": a number. */
struct act {
    const struct command *command;
    const char *before, *after;     /* of the address */
    const char *members[GIVEN_MAX]; /* of the options from OWN on; NULL: it stands in the address */
    int (*said)(const struct json *answer, long status);
};

static const char *text_of(const struct json *o, const char *key)
{
    const struct json *m = json_get(o, key);
    return m && m->kind == JSON_STRING ? m->text.p : NULL;
}

/* ---- arguments ------------------------------------------------------------------------------- */

static bool read_arguments(const struct command *c, int argc, char **argv, const char **given)
{
    for (int i = 0; i < argc; i += 2) {
        int option = option_find(c->options, argv[i]);
        if (option < 0 || i + 1 == argc) {
            fprintf(stderr,
                option < 0 ? "pledged: no such option: %s\n" : "pledged: %s: a value is needed\n",
                argv[i]);
            return false;
        }
        given[option] = argv[i + 1];
    }
    for (int i = 0; c->options[i].name; i++) {
        if (c->options[i].need == NEEDED && !given[i]) {
            fprintf(stderr, "pledged: %s is needed\n", c->options[i].name);
            return false;
        }
    }
    return true;
}

static struct str address(struct arena *a, const struct act *x, const char *const *given)
{
    struct buf url;
    buf_init(&url, a);
    buf_printf(&url, "%s%s", given[URL] ? given[URL] : "http://127.0.0.1:8420", x->before);
    if (x->after) {
        http_get_escape(&url, given[OWN]);
        buf_text(&url, x->after);
    }
    return buf_view(&url);
}

static void member_write(struct buf *body, const char *member, const char *given)
{
    const char *end = strpbrk(member, "[#");
    struct str name = arena_str(body->a, member, end ? (size_t)(end - member) : strlen(member));
    if (!end) {
        json_member_str(body, name.p, str_of(given));
    } else if (*end == '#' && strspn(given, "0123456789") == strlen(given)) {
        json_member_int(body, name.p, strtoll(given, NULL, 10));
    } else if (*end == '#') {
        json_member_str(body, name.p, str_of(given)); /* the daemon says what is wrong with it */
    } else {
        json_member_list(body, name.p);
        for (const char *p = given; *p; p += strspn(p, ",")) {
            struct str word = arena_str(body->a, p, strcspn(p, ","));
            json_str(body, word);
            p += word.n;
        }
        json_close(body, ']');
    }
}

static struct str body_of(struct arena *a, const struct act *x, const char *const *given)
{
    struct buf body;
    buf_init(&body, a);
    json_open(&body, '{');
    for (int i = 0; x->command->options[OWN + i].name; i++) {
        if (x->members[i] && given[OWN + i])
            member_write(&body, x->members[i], given[OWN + i]);
    }
    json_close(&body, '}');
    return buf_view(&body);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static int ask(struct arena *a, const struct act *x, const char *const *given)
{
    const char *token = session_token(a, given[TOKEN], given[TOKEN_FILE]), *posted = NULL;
    struct str answer;
    struct err e;
    long status;
    err_init(&e, a);
    if (!token)
        return ASKED_USAGE;
    if (x->members[0] || x->members[1])
        posted = body_of(a, x, given).p;
    if (!http_post(a, address(a, x, given).p, token, posted, &status, &answer))
        return ASKED_NO_ANSWER;
    if (status / 100 != 2)
        return http_refused(a, answer, status);
    const struct json *in = x->said ? json_parse(a, answer, &e) : NULL;
    if (!in)
        return puts(answer.p) < 0 ? ASKED_NO_FILE : ASKED_DONE;
    return x->said(in, status);
}

static int run(const struct act *x, int argc, char **argv)
{
    const char *given[GIVEN_MAX] = {NULL};
    struct arena *a = arena_new();
    int status = ASKED_USAGE;
    if (read_arguments(x->command, argc, argv, given))
        status = ask(a, x, given);
    else
        command_usage(stderr, x->command);
    arena_free(a);
    return status;
}

/* ---- what came of it ------------------------------------------------------------------------- */

static int say_proposed(const struct json *answer, long status)
{
    static const char *const said[] = {"waits for a second person", "was proposed before"};
    const char *id = text_of(answer, "id");
    id = id ? id : "";
    printf("%s %s: pledged proposal show --id %s\n", id, said[status == HTTP_REPLAY], id);
    return ASKED_DONE;
}

/* A first half is in this answer alone; of a key the id as well. */
static int say_token(const struct json *answer, long status)
{
    const char *half = text_of(answer, "token_first"), *key = text_of(answer, "key_id");
    if (key)
        printf("id of the key: %s\n", key);
    if (half)
        printf("first half of the token: %s\n", half);
    return say_proposed(answer, status);
}

static int say_step(const struct json *answer, long status)
{
    (void)status;
    const char *state = text_of(answer, "state"), *half = text_of(answer, "token_second");
    puts(state ? state : "done");
    if (half)
        printf("second half of the token: %s\n", half);
    return ASKED_DONE;
}

static int say_list(const struct json *answer, long status)
{
    (void)status;
    static const char *const members[] = {"id", "kind", "proposed_by", "proposed_at", "title"};
    const struct json *items = json_get(answer, "items");
    puts("id\tkind\tproposed_by\tproposed_at\ttitle");
    for (const struct json *p = items ? items->child : NULL; p; p = p->next) {
        for (size_t i = 0; i < COUNT_OF(members); i++) {
            const char *text = text_of(p, members[i]);
            printf("%s%c", text ? text : "-", i + 1 < COUNT_OF(members) ? '\t' : '\n');
        }
    }
    return ASKED_DONE;
}

/* ---- commands -------------------------------------------------------------------------------- */

static const struct cli_option same_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--id", "ID", NEEDED, "a person, by `pledged person list` or GET /v1/persons"},
    {"--same-as", "ID", NEEDED, "the person whom he is found to be"},
    REFERENCE_OPTION,
    REASON_OPTION,
    {0},
};
static const struct act same = {.command = &command_person_same,
    .before = "/v1/persons/",
    .after = "/same-as",
    .members = {NULL, "same_as", "reference", "reason"},
    .said = say_proposed};

static const struct cli_option enable_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--id", "ID", NEEDED, "the person, by `pledged person list` or GET /v1/persons"},
    {"--org", "CODE", OPTIONAL, "in this organisation alone; else in all his offices"},
    REFERENCE_OPTION,
    REASON_OPTION,
    {0},
};
static const struct act person_enable = {.command = &command_person_enable,
    .before = "/v1/persons/",
    .after = "/enable",
    .members = {NULL, "organisation", "reference", "reason"},
    .said = say_proposed};

static const struct cli_option org_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--code", "CODE", NEEDED, "the organisation"},
    REFERENCE_OPTION,
    REASON_OPTION,
    {0},
};
static const struct act org_enable = {.command = &command_org_enable,
    .before = "/v1/organisations/",
    .after = "/enable",
    .members = {NULL, "reference", "reason"},
    .said = say_proposed};

static const struct cli_option org_propose_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--code", "CODE", NEEDED, "its code, by which it is known ever after"},
    {"--kind", "KIND", NEEDED, "bank, insurer, guarantor, district, finance, ip_office or auditor"},
    {"--name", "NAME", NEEDED, "its name"},
    {"--district", "CODE", OPTIONAL, "of a district only: its code of six digits"},
    {"--uscc", "CODE", OPTIONAL, "its credit code, where --code is another"},
    {0},
};
static const struct act org_propose = {.command = &command_org_propose,
    .before = "/v1/organisations",
    .members = {"code", "kind", "name", "district", "uscc"},
    .said = say_proposed};

static const struct cli_option person_propose_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--org", "CODE", NEEDED, "the organisation that he is to sit in"},
    {"--name", "NAME", NEEDED, "his name there"},
    {"--staff-no", "NO", OPTIONAL, "his number there"},
    {"--same-as", "ID", OPTIONAL, "the person that he is, in a further office"},
    REFERENCE_OPTION,
    {0},
};
static const struct act person_propose = {.command = &command_person_propose,
    .before = "/v1/persons",
    .members = {"organisation", "name", "staff_no", "same_as", "reference"},
    .said = say_proposed};

#define DUTIES_OPTION "submit, decide, pay, administer, with commas between"
#define HMAC_OPTION                                                                                \
    {                                                                                              \
        "--hmac", "DIGEST", OPTIONAL, "a key that signs requests, by sha256 or sm3"                \
    }
#define CERTIFICATE_OPTION                                                                         \
    {                                                                                              \
        "--certificate", "HEX", OPTIONAL,                                                          \
            "SHA-256 of a client certificate (DER) that stands for it"                             \
    }
static const struct cli_option token_propose_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--org", "CODE", NEEDED, "the organisation"},
    {"--person", "NAME", NEEDED, "a person who sits there"},
    {"--duties", "LIST", OPTIONAL, DUTIES_OPTION "; else it only reads"},
    {"--expires-on", "DAY", OPTIONAL, "the day from which on it counts no more"},
    HMAC_OPTION,
    CERTIFICATE_OPTION,
    REFERENCE_OPTION,
    {0},
};
static const struct act token_propose = {.command = &command_token_propose,
    .before = "/v1/tokens",
    .members = {"organisation", "person", "duties[]", "expires_on", "hmac", "certificate",
        "reference"},
    .said = say_token};

static const struct cli_option token_renew_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--id", "ID", NEEDED, "a token of one's own organisation, by GET /v1/tokens"},
    {"--overlap-hours", "N", OPTIONAL, "so long the earlier one goes on; 24 unless said"},
    {"--duties", "LIST", OPTIONAL, DUTIES_OPTION ": these alone of those that it has"},
    HMAC_OPTION,
    CERTIFICATE_OPTION,
    REFERENCE_OPTION,
    REASON_OPTION,
    {0},
};
static const struct act token_renew = {.command = &command_token_renew,
    .before = "/v1/tokens/",
    .after = "/rotate",
    .members = {NULL, "overlap_hours#", "duties[]", "hmac", "certificate", "reference", "reason"},
    .said = say_token};

static const struct cli_option list_options[] = {DAEMON_OPTIONS, {0}};
static const struct act list = {.command = &command_proposal_list,
    .before = "/v1/proposals?waiting=true&limit=1000",
    .said = say_list};

static const struct cli_option show_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--id", "ID", NEEDED, "what is proposed, by `pledged proposal list`"},
    {0},
};
static const struct act show = {
    .command = &command_proposal_show, .before = "/v1/proposals/", .after = ""};

static const struct cli_option step_options[] = {
    DAEMON_OPTIONS,
    [OWN] = {"--id", "ID", NEEDED, "what is proposed"},
    {"--seen", "DIGEST", NEEDED, "what `pledged proposal show` told as `seen`"},
    REASON_OPTION,
    {0},
};
static const struct act approve = {.command = &command_proposal_approve,
    .before = "/v1/proposals/",
    .after = "/approve",
    .members = {NULL, "seen", "reason"},
    .said = say_step};
static const struct act refuse = {.command = &command_proposal_refuse,
    .before = "/v1/proposals/",
    .after = "/refuse",
    .members = {NULL, "seen", "reason"},
    .said = say_step};

#define RUN(act)                                                                                   \
    static int run_##act(int argc, char **argv)                                                    \
    {                                                                                              \
        return run(&act, argc, argv);                                                              \
    }
RUN(same)
RUN(person_enable)
RUN(org_enable)
RUN(org_propose)
RUN(person_propose)
RUN(token_propose)
RUN(token_renew)
RUN(list)
RUN(show)
RUN(approve)
RUN(refuse)

#define ENDS                                                                                       \
    "\nEnds with 0, with 1 when the daemon refused, 2 when the call is wrong, 3 when there is no " \
    "answer."

const struct command command_person_same = {.name = "person same-as",
    .run = run_same,
    .words = "",
    .help = "Propose that two persons are one: by a person of the IP office, to a second one." ENDS,
    .options = same_options};
const struct command command_person_enable = {.name = "person enable",
    .run = run_person_enable,
    .words = "",
    .help = "Propose that a person who was disabled goes on, with new tokens." ENDS,
    .options = enable_options};
const struct command command_org_enable = {.name = "org enable",
    .run = run_org_enable,
    .words = "",
    .help = "Propose that an organisation which was disabled goes on, with new tokens." ENDS,
    .options = org_options};
const struct command command_org_propose = {.name = "org propose",
    .run = run_org_propose,
    .words = "",
    .help = "Propose an organisation: by a person of the IP office, to a second one." ENDS,
    .options = org_propose_options};
const struct command command_person_propose = {.name = "person propose",
    .run = run_person_propose,
    .words = "",
    .help = "Propose a person in an organisation." ENDS,
    .options = person_propose_options};
const struct command command_token_propose = {.name = "token propose",
    .run = run_token_propose,
    .words = "",
    .help =
        "Propose a token and print its first half, once; the second is told to who approves." ENDS,
    .options = token_propose_options};
const struct command command_token_renew = {.name = "token renew",
    .run = run_token_renew,
    .words = "",
    .help =
        "Propose a token in the place of one of one's own organisation, and print its first half,\n"
        "once; the earlier one goes on for a while." ENDS,
    .options = token_renew_options};
const struct command command_proposal_list = {.name = "proposal list",
    .run = run_list,
    .words = "",
    .help = "Print what waits for whoever asks, one a line: id, kind, by whom, when, title." ENDS,
    .options = list_options};
const struct command command_proposal_show = {.name = "proposal show",
    .run = run_show,
    .words = "",
    .help =
        "Print what is proposed, as JSON: the act, what stands now, `seen`, the steps so far." ENDS,
    .options = show_options};
const struct command command_proposal_approve = {.name = "proposal approve",
    .run = run_approve,
    .words = "",
    .help = "Agree to what another person proposed and `pledged proposal show` told." ENDS,
    .options = step_options};
const struct command command_proposal_refuse = {.name = "proposal refuse",
    .run = run_refuse,
    .words = "",
    .help = "Refuse what is proposed, or take one's own back." ENDS,
    .options = step_options};
