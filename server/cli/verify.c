/*
 * verify.c - trust nothing: every hash, leaf, subtree and signed head made again from the rows.
 */
#include "verify.h"
#include "case.h"
#include "log_head.h"
#include "merkle.h"
#include "session.h"
#include <stdlib.h>

/* Rows a fetch, so that memory stays small whatever the log's length. */
#define FETCH "fetch 10000 from leaves"

struct log_check {
    struct session *s;
    struct head_signer *signer;
    struct arena *a; /* of one fetch */
    struct frontier f;
    int defects;
};

static void defect(struct log_check *c, const char *what, const char *where)
{
    printf("%s %s\n", what, where);
    c->defects++;
}

static void check_head(struct log_check *c, const PGresult *r, int i)
{
    enum { ROOT = 3, SIGNATURE, SIGNED_AT };
    if (PQgetisnull(r, i, ROOT))
        return; /* no head ends with this leaf */
    hash root = frontier_root(&c->f);
    struct str size = arena_printf(c->a, "%llu", (unsigned long long)c->f.size);
    if (strcmp(PQgetvalue(r, i, ROOT), hash_hex(c->a, root).p) != 0)
        defect(c, "log head does not match its leaves:", size.p);
    if (!c->signer)
        return;
    struct str again =
        head_signer_sign(c->a, c->signer, c->f.size, root, str_of(PQgetvalue(r, i, SIGNED_AT)));
    if (strcmp(PQgetvalue(r, i, SIGNATURE), again.p) != 0) /* Ed25519 signs alike every time */
        defect(c, "log head is not signed by this installation:", size.p);
}

static void check_leaf(struct log_check *c, const PGresult *r, int i)
{
    enum { NO, HASHES, TEXT };
    hash completed[64], leaf = merkle_leaf(str_of(PQgetvalue(r, i, TEXT)));
    const char *no = PQgetvalue(r, i, NO);
    struct buf hashes;
    if (strtoull(no, NULL, 10) != c->f.size)
        defect(c, "log leaf is missing before", no);
    int n = frontier_add(&c->f, leaf, completed);
    buf_init(&hashes, c->a);
    buf_str(&hashes, hash_hex(c->a, leaf));
    for (int k = 0; k < n; k++)
        buf_str(&hashes, hash_hex(c->a, completed[k]));
    if (strcmp(PQgetvalue(r, i, HASHES), hashes.p) != 0)
        defect(c, "log leaf does not match its record:", no);
    check_head(c, r, i);
}

static void check_log(struct log_check *c)
{
    static const char declare[] =
        "declare leaves no scroll cursor for"
        " select l.no, encode(l.hash || l.nodes, 'hex'), 'pledged-leaf-1' || E'\\n' || r.id || "
        "E'\\n' ||"
        " r.version || E'\\n' || encode(sha256(convert_to(r.body::text, 'UTF8')), 'hex') || E'\\n' "
        "||"
        " instant_text(r.recorded_at) || E'\\n' || r.recorded_by || E'\\n', encode(h.root, 'hex'),"
        " encode(h.signature, 'hex'), instant_text(h.signed_at)"
        " from log_leaf l join submission r on r.id = l.record_id and r.version = l.version"
        " left join log_head h on h.size = l.no + 1 order by l.no";
    PQclear(session_ask(c->s, "begin isolation level repeatable read read only", NULL, 0));
    PQclear(session_ask(c->s, declare, NULL, 0));
    for (int n = 1; n > 0;) {
        PGresult *r = session_ask(c->s, FETCH, NULL, 0);
        n = r ? PQntuples(r) : 0;
        c->defects += !r;
        for (int i = 0; i < n; i++)
            check_leaf(c, r, i);
        PQclear(r);
        arena_reset(c->a);
    }
    PQclear(session_ask(c->s, "commit", NULL, 0));
}

static int check_rows(struct session *s)
{
    PGresult *r = session_ask(s, (const char *)statements[SQL_VERIFY - 1].text, NULL, 0);
    int defects = r ? PQntuples(r) : 1;
    for (int i = 0; r && i < defects; i++)
        printf("%s: %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
    PQclear(r);
    return defects;
}

/* Every stored decision, judged again by the rule and the facts that are stored with it. */
static int check_decisions(struct session *s, struct arena *a)
{
    enum { ID, FACTS, DECISION, BODY, AMOUNT };
    static const char ask[] = "select a.id, a.facts, a.decision, p.body, a.amount_fen"
                              " from application a join policy p on p.id = a.policy"
                              " where a.asks is not null" /* else by rules that are no more */
                              " order by a.id";
    PGresult *r = session_ask(s, ask, NULL, 0);
    int n = r ? PQntuples(r) : 0, defects = !r;
    for (int i = 0; i < n; i++) {
        struct buf again;
        int64_t amount = 0;
        arena_reset(a);
        buf_init(&again, a);
        bool judged = decision_again(
            a, str_of(PQgetvalue(r, i, BODY)), str_of(PQgetvalue(r, i, FACTS)), &again, &amount);
        if (judged && strcmp(buf_view(&again).p, PQgetvalue(r, i, DECISION)) == 0 &&
            amount == strtoll(PQgetvalue(r, i, AMOUNT), NULL, 10))
            continue;
        printf("decision that its rule and facts do not give: %s\n", PQgetvalue(r, i, ID));
        defects++;
    }
    PQclear(r);
    return defects;
}

/* The operator's metrics tell how long ago that was. Only told when it cannot be kept: a replica
 * can be verified as well. */
static void keep_result(struct log_check *c)
{
    static const char sql[] = "insert into verification (log_size, defects) values ($1, $2)";
    const char *params[] = {arena_printf(c->a, "%llu", (unsigned long long)c->f.size).p,
        arena_printf(c->a, "%d", c->defects).p};
    PQclear(session_ask(c->s, sql, params, 2));
}

static int run(int argc, char **argv)
{
    struct session s;
    if (!session_open(&s, argc, argv, NULL, 0))
        return session_close(&s, 2);
    struct log_check c = {
        .s = &s, .signer = head_signer_open(s.conf.data, false), .a = arena_new()};
    if (!c.signer)
        puts("log.key is not in the data folder: signatures are not checked");
    check_log(&c);
    c.defects += check_rows(&s);
    c.defects += check_decisions(&s, c.a);
    c.defects += verify_seals(&s, c.a);
    if (c.defects)
        printf("%d defects\n", c.defects);
    else
        puts("no defects");
    keep_result(&c);
    head_signer_free(c.signer);
    arena_free(c.a);
    return session_close(&s, c.defects ? 1 : 0);
}

const struct command command_verify = {.name = "verify",
    .run = run,
    .words = "",
    .help =
        "Check that all that was recorded is whole: the log's hashes and signed heads, what is\n"
        "derived from records, stored decisions and seals. Ends with 0 when nothing is wrong,\n"
        "with 1 and a line for each defect, with 2 when it could not look.",
    .settings = CONF_STORE};
