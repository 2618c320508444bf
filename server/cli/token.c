/*
 * token.c - tokens, directly in the database as its owner.
 */
#include "auth.h"
#include "backup.h"
#include "directory.h"
#include "merkle.h"
#include "role.h"
#include "secret.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

enum token_add_flag { ORG, PERSON, DAYS, CERT, DUTIES, READ_ONLY, HMAC, REASON };
#define HMAC_HELP                                                                                  \
    "a key that signs requests (RFC 9421) instead, by sha256 or sm3: its id and the key"
static const struct cli_option add_options[] = {
    [ORG] = {"--org", "CODE", NEEDED, "the organisation, as given to `pledged org add`"},
    [PERSON] = {"--person", "NAME", NEEDED,
        "who acts by this token: the name is kept with each act"},
    [DAYS] = {"--expires-days", "N", OPTIONAL,
        "it ends after so many days; else only when it is revoked"},
    [CERT] = {"--cert", "FILE", OPTIONAL, "a client certificate (PEM) that stands for the token"},
    [DUTIES] = {"--duties", "LIST", OPTIONAL,
        "what it may be used for beside reading, with commas between: submit, decide, pay,\n"
        "administer; else all of them"},
    [READ_ONLY] = {"--read-only", NULL, OPTIONAL, "it reads and does nothing else"},
    [HMAC] = {"--hmac", "DIGEST", OPTIONAL, HMAC_HELP},
    [REASON] = REASON_OPTION,
    {0},
};
enum token_list_flag { LIST_ORG };
static const struct cli_option list_options[] = {
    [LIST_ORG] = {"--org", "CODE", OPTIONAL, "of this organisation alone"},
    {0},
};
static const struct cli_option history_options[] = {
    {"--id", "ID", NEEDED, "the token of this id in `pledged token list`, or in GET /v1/tokens"},
    {0},
};
enum token_rotate_flag {
    ROTATE_ORG,
    ROTATE_PERSON,
    ROTATE_ID,
    OVERLAP,
    ROTATE_DAYS,
    ROTATE_HMAC,
    ROTATE_REASON
};
static const struct cli_option rotate_options[] = {
    [ROTATE_ORG] = {"--org", "CODE", NEEDED, "the organisation"},
    [ROTATE_PERSON] = {"--person", "NAME", NEEDED, "the person whose token is renewed"},
    [ROTATE_ID] = {"--id", "HEX", OPTIONAL,
        "the token of this id in `pledged token list`; needed where the person has several"},
    [OVERLAP] = {"--overlap-hours", "N", OPTIONAL,
        "so long the earlier token goes on; 24 if nothing is said, 0 ends it at once"},
    [ROTATE_DAYS] = {"--expires-days", "N", OPTIONAL,
        "the new one ends after so many days; else when the earlier one would have ended"},
    [ROTATE_HMAC] = {"--hmac", "DIGEST", OPTIONAL, HMAC_HELP},
    [ROTATE_REASON] = REASON_OPTION,
    {0},
};
enum token_revoke_flag { ID, FOLLOWED_BY, REVOKE_ORG, REVOKE_PERSON, REVOKE_REASON };
static const struct cli_option revoke_options[] = {
    [ID] = {"--id", "HEX", OPTIONAL,
        "the token of this id in `pledged token list`, also one that ended before"},
    [FOLLOWED_BY] = {"--followed-by", "HEX", OPTIONAL,
        "with --id: the person's token that takes its place; without this the token is taken as "
        "one\n"
        "that somebody else may have had, and what was said by it and waits counts no more"},
    [REVOKE_ORG] = {"--org", "CODE", OPTIONAL, "with --person: all of this organisation"},
    [REVOKE_PERSON] = {"--person", "NAME", OPTIONAL, "that this person acts by"},
    [REVOKE_REASON] = REASON_OPTION,
    {0},
};

/* What is printed, and what is hashed of it: a token, or the id of a key that signs requests and
 * the key. false after saying why. */
static bool secret_make(struct session *s, const char *digest, struct str *shown,
    struct str *hashed, const char **key_id)
{
    *key_id = NULL;
    if (!digest) {
        *shown = *hashed = token_make(s->a);
        return true;
    }
    const struct secret_kind *kind = secret_kind_named(digest);
    struct str master = kind ? directory_master(s) : (struct str){NULL, 0};
    if (!master.p) {
        (void)session_complain(kind ? SECRET_FILE " cannot be read or made in the data folder"
                                    : "--hmac is sha256 or sm3");
        return false;
    }
    struct str id = secret_id_make(s->a, kind);
    *key_id = id.p;
    *hashed = secret_of(s->a, master, id);
    *shown = arena_printf(s->a, "%s %s", id.p, hashed->p);
    return true;
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

/* "submit,pay" as an array; NULL after saying which word is no duty. */
static const char *duties_array(struct arena *a, const struct flag *f)
{
    struct buf b;
    unsigned bits = (1u << DUTY_COUNT) - 1;
    buf_init(&b, a);
    for (const char *p = f[DUTIES].value; p && *p; p += strspn(p, ",")) {
        struct str word = arena_str(a, p, strcspn(p, ","));
        unsigned bit = duties_parse(word);
        if (!bit) {
            fprintf(stderr, "pledged: %s is none of submit, decide, pay, administer\n", word.p);
            return NULL;
        }
        bits = p == f[DUTIES].value ? bit : bits | bit;
        p += word.n;
    }
    if (f[READ_ONLY].value)
        bits = 0;
    buf_char(&b, '{');
    for (int d = 0; d < DUTY_COUNT; d++) {
        if (bits & (1u << d)) {
            buf_text(&b, b.n > 1 ? "," : "");
            buf_text(&b, duty_name((enum duty)d));
        }
    }
    buf_char(&b, '}');
    return buf_view(&b).p;
}

/* Has this organisation somebody of that name? The first token makes him. */
static bool person_is_known(struct session *s, const char *const *post)
{
    static const char sql[] = "select from post p join org o on o.id = p.org_id"
                              " where o.code = $1 and p.name_form = text_form($2)";
    PGresult *r = session_ask(s, sql, post, 2);
    bool is_known = r && PQntuples(r) > 0;
    PQclear(r);
    return is_known;
}

static int token_add(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "insert into token"
        " (sha256, org_id, person, person_id, expires_at, is_certificate, duties, key_id)"
        " select decode($1, 'hex'), o.id, $3, person_named(o.id, $3),"
        " now() + make_interval(days => $4::int), $5::boolean, $6::text[], $7"
        " from org o where o.code = $2";
    if (!f[ORG].value || !f[PERSON].value)
        return session_complain("--org and --person are needed");
    if (f[DUTIES].value && f[READ_ONLY].value)
        return session_complain("--duties or --read-only, not both");
    if (f[CERT].value && f[HMAC].value)
        return session_complain("--cert or --hmac, not both");
    struct str token = STR("certificate bound"), key, hex;
    const char *key_id = NULL;
    if (!f[CERT].value && !secret_make(s, f[HMAC].value, &token, &key, &key_id))
        return 2;
    if (!f[CERT].value)
        hex = hash_hex(s->a, hash_sha256(key.p, key.n));
    else if (!certificate_print(s->a, f[CERT].value, &hex))
        return session_complain("--cert must name a certificate in PEM form");
    const char *params[] = {hex.p, f[ORG].value, f[PERSON].value, f[DAYS].value,
        f[CERT].value ? "true" : "false", duties_array(s->a, f), key_id};
    static const char nobody[] = "no such organisation: register it with pledged org add";
    if (!params[5] || !directory_gives(s, "token add", f[REASON].value))
        return 2;
    bool is_known = person_is_known(s, params + 1);
    if (!directory_do(s, sql, params, COUNT_OF(params), nobody))
        return 2;
    directory_changed(s);
    puts(token.p);
    if (!is_known)
        directory_namesakes(s, f[ORG].value, f[PERSON].value);
    return 0;
}

/* Why there is nothing to renew. */
static int rotate_complain(struct session *s, const char *const *whose)
{
    static const char sql[] = "select count(*) > 1 from token_rotating($1, $2, $3)";
    PGresult *r = session_ask(s, sql, whose, 3);
    bool several = r && strcmp(PQgetvalue(r, 0, 0), "t") == 0;
    PQclear(r);
    return session_complain(
        several ? "this person has several: say which by --id, of pledged token list"
                : "no such live token of this person: pledged token list, pledged token add");
}

/* A new token with the duties of the one that it follows; that goes on for a while, so that what
 * uses it can be given the new one without a gap. The person's others are left as they are. */
static int token_rotate(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "with old as (select t.* from token_rotating($2, $3, $4) t"
        " where (select count(*) from token_rotating($2, $3, $4)) = 1),"
        " ended as (update token t set closed = 'rotated', expires_at ="
        " least(t.expires_at, now() + make_interval(hours => coalesce($5::int, 24)))"
        " from old where t.sha256 = old.sha256)"
        " insert into token (sha256, org_id, person, person_id, expires_at, duties, follows, "
        "key_id)"
        " select decode($1, 'hex'), x.org_id, x.person, x.person_id,"
        " coalesce(now() + make_interval(days => $6::int), x.expires_at), x.duties, x.id, $7"
        " from old x";
    if (!f[ROTATE_ORG].value || !f[ROTATE_PERSON].value)
        return session_complain("--org and --person are needed");
    struct str token, key;
    const char *key_id;
    if (!secret_make(s, f[ROTATE_HMAC].value, &token, &key, &key_id))
        return 2;
    struct str hex = hash_hex(s->a, hash_sha256(key.p, key.n));
    const char *params[] = {hex.p, f[ROTATE_ORG].value, f[ROTATE_PERSON].value, f[ROTATE_ID].value,
        f[OVERLAP].value, f[ROTATE_DAYS].value, key_id};
    if (!directory_gives(s, "token rotate", f[ROTATE_REASON].value))
        return 2;
    PGresult *r = session_write(s, sql, params, COUNT_OF(params));
    bool done = r && strtol(PQcmdTuples(r), NULL, 10) > 0;
    PQclear(r);
    if (!done)
        return r ? rotate_complain(s, params + 1) : 2;
    directory_changed(s);
    puts(token.p);
    return 0;
}

static int token_list(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "select left(encode(t.sha256, 'hex'), 8), o.code, t.person, instant_text(t.created_at),"
        " coalesce(instant_text(t.expires_at), 'never'), coalesce(instant_text(t.revoked_at), '-'),"
        " coalesce(nullif(array_to_string(t.duties, ','), ''), 'read')"
        " from token t join org o on o.id = t.org_id where $1::text is null or o.code = $1"
        " order by t.created_at";
    return directory_print(
        s, "id\torg\tperson\tcreated\texpires\trevoked\tduties", sql, &f[LIST_ORG].value, 1);
}

/* Made, followed, ended: what GET /v1/tokens/{id}/history tells. */
static int token_history(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "select l.item ->> 'recorded_at', l.item ->> 'state', coalesce(l.item ->> 'expires_at',"
        " 'never'), coalesce(l.item ->> 'act', '-'), coalesce(l.item ->> 'recorded_by', '-'),"
        " coalesce(l.item ->> 'approved_by', '-'), coalesce(l.item ->> 'leaf', '-'),"
        " coalesce(l.item ->> 'reason', '-')"
        " from token t cross join lateral token_life(t.id::text) l"
        " where t.id::text = $1 or left(encode(t.sha256, 'hex'), 8) = $1 order by t.id, l.version";
    if (!f[0].value)
        return session_complain("--id is needed");
    return directory_print(s,
        "recorded\tstate\texpires\tact\trecorded_by\tapproved_by\tleaf\treason", sql, &f[0].value,
        1);
}

static int token_revoke(struct session *s, const struct flag *f)
{
    static const char sql[] =
        "update token t set revoked_at = coalesce(t.revoked_at, now()),"
        " closed = case when $4::text is not null then 'rotated' end"
        " from org o where o.id = t.org_id and"
        " case when $4::text is not null then left(encode(t.sha256, 'hex'), 8) = $1"
        " and t.revoked_at is null and exists (select from token_others(t) x"
        " where left(encode(x.sha256, 'hex'), 8) = $4)"
        " when $1::text is not null then left(encode(t.sha256, 'hex'), 8) = $1"
        " and (t.revoked_at is null or t.closed is not null)"
        " else t.revoked_at is null and o.code = $2 and t.person_id = (select p.person from post p"
        " where p.org_id = o.id and p.name_form = text_form($3)) end";
    const char *params[] = {
        f[ID].value, f[REVOKE_ORG].value, f[REVOKE_PERSON].value, f[FOLLOWED_BY].value};
    if (!f[ID].value && !(f[REVOKE_ORG].value && f[REVOKE_PERSON].value))
        return session_complain("--id HEX of token list, or --org and --person are needed");
    if (f[FOLLOWED_BY].value && !f[ID].value)
        return session_complain("--followed-by goes with --id");
    directory_says(s, "token revoke", f[REVOKE_REASON].value);
    if (!directory_do(s, sql, params, COUNT_OF(params),
            f[FOLLOWED_BY].value ? "no such live token, or none of the same person in its place"
                                 : "no such live token"))
        return 2;
    directory_changed(s);
    puts("revoked");
    return 0;
}

static int run_token_add(int argc, char **argv)
{
    return directory_run(argc, argv, add_options, token_add);
}

static int run_token_list(int argc, char **argv)
{
    return directory_run(argc, argv, list_options, token_list);
}

static int run_token_history(int argc, char **argv)
{
    return directory_run(argc, argv, history_options, token_history);
}

static int run_token_rotate(int argc, char **argv)
{
    return directory_run(argc, argv, rotate_options, token_rotate);
}

static int run_token_revoke(int argc, char **argv)
{
    return directory_run(argc, argv, revoke_options, token_revoke);
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
    .help = "Print the tokens, one a line: id, organisation, person, when made, ended, revoked,\n"
            "and what they may be used for.",
    .options = list_options,
    .settings = CONF_STORE};
const struct command command_token_history = {.name = "token history",
    .run = run_token_history,
    .words = "",
    .help =
        "Print the life of a token, one change a line: when, how it stood then and until when, by\n"
        "which record of whom, who approved it, the leaf of the log that proves it, and why.",
    .options = history_options,
    .settings = CONF_STORE};
const struct command command_token_revoke = {.name = "token revoke",
    .run = run_token_revoke,
    .words = "",
    .help = "End tokens at once.",
    .options = revoke_options,
    .settings = CONF_STORE};
const struct command command_token_rotate = {.name = "token rotate",
    .run = run_token_rotate,
    .words = "",
    .help = "Make a new token in the place of one of a person, for the same duties, and print it\n"
            "once; the earlier one goes on for a while.",
    .options = rotate_options,
    .settings = CONF_STORE};
