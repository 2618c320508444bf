/*
 * verify_leaves.c - the log: every leaf, subtree and signed head made again from the rows.
 */
#include "leaves.h"
#include "link.h"
#include "verify.h"
#include <stdlib.h>

/* Rows a fetch, so that memory stays small whatever the log's length. */
#define FETCH "fetch 10000 from leaves"

enum { NO, HASHES, TEXT, ROOT, SIGNATURE, SIGNED_AT, FORM, WHERE, HEAD, FRONTIER, FAITHFUL };
enum { HEX = 64, ODD_MAX = 1000 };

/* A leaf that is not the hash of what it stands for. */
struct odd_leaf {
    struct str no, where;
    bool of_rows;
};

struct log_check {
    struct verify *v;
    struct frontier f;       /* of what the leaves stand for */
    struct frontier written; /* of the leaves as they are written: which is right the head tells */
    struct odd_leaf odd[ODD_MAX];
    int odds;       /* since the last head */
    bool broken;    /* a leaf is missing: what follows is no tree any more */
    char form;      /* of the last record's leaf */
    uint64_t under; /* the head of the leaves since the last one; 0: none yet */
};

/* Which column of the record it is that the leaf does not bear out. */
static void name_column(struct verify *v, const struct odd_leaf *odd)
{
    static const char ask[] = "select verify_record_column(l) from log_leaf l where l.no = $1";
    PGresult *r = verify_ask(v, ask, &odd->no.p, 1);
    if (r && PQntuples(r) == 1 && !PQgetisnull(r, 0, 0))
        finding(&v->found, "submission %s %s: not as it is in the log", odd->where.p,
            PQgetvalue(r, 0, 0));
    PQclear(r);
}

/* The head covers the leaves as they are written: then what they stand for was changed. */
static void say_odd(struct log_check *c, bool leaves_hold)
{
    for (int i = 0; i < c->odds; i++) {
        const struct odd_leaf *odd = &c->odd[i];
        finding(&c->v->found, "log leaf does not match %s: %s",
            odd->of_rows ? "the rows of its flight" : "its record", odd->no.p);
        if (!leaves_hold)
            finding(&c->v->found, "log_leaf %s hash: not as its head covers it", odd->no.p);
        else if (odd->of_rows)
            finding(&c->v->found, "log_row %s: not as it is in the log", odd->where.p);
        else
            name_column(c->v, odd);
    }
    c->odds = 0;
}

/* The frontier that the head bears out; where it bears out none, that of the leaves as written. */
static hash settle(struct log_check *c, const char *root_told)
{
    struct arena *a = c->v->a;
    hash root = frontier_root(&c->f), other = frontier_root(&c->written);
    bool holds = strcmp(root_told, hash_hex(a, root).p) == 0;
    if (c->odds == 0 || holds) {
        say_odd(c, false);
        c->written = c->f;
        return root;
    }
    say_odd(c, strcmp(root_told, hash_hex(a, other).p) == 0);
    c->f = c->written;
    return other;
}

static void check_head(struct log_check *c, const PGresult *r, int i)
{
    struct verify *v = c->v;
    if (PQgetisnull(r, i, ROOT))
        return; /* no head ends with this leaf */
    hash root = settle(c, PQgetvalue(r, i, ROOT));
    unsigned long long size = c->f.size;
    struct str nodes = hashes_hex(v->a, c->f.node, __builtin_popcountll(c->f.size));
    if (strcmp(PQgetvalue(r, i, ROOT), hash_hex(v->a, root).p) != 0)
        finding(&v->found, "log head does not match its leaves: %llu", size);
    else if (strcmp(PQgetvalue(r, i, FRONTIER), nodes.p) != 0)
        finding(&v->found, "log_head %llu frontier: not that of its leaves", size);
    if (!v->signer)
        return;
    struct str again =
        head_signer_sign(v->a, v->signer, c->f.size, root, str_of(PQgetvalue(r, i, SIGNED_AT)));
    if (strcmp(PQgetvalue(r, i, SIGNATURE), again.p) != 0) /* Ed25519 signs alike every time */
        finding(&v->found, "log head is not signed by this installation: %llu", size);
}

/* Records from the time before leaves covered their envelopes come before all others. */
static void check_form(struct log_check *c, const char *form, const char *no)
{
    if (*form == '1' && c->form == '2')
        finding(&c->v->found, "log leaf of an older form than those before it: %s", no);
    c->form = *form == '3' ? c->form : *form;
}

/* Leaves name the head that covers them: the first behind them. */
static void check_under(struct log_check *c, const PGresult *r, int i)
{
    uint64_t under = strtoull(PQgetvalue(r, i, HEAD), NULL, 10);
    bool ends = !PQgetisnull(r, i, ROOT);
    if (under < c->f.size || (c->under && under != c->under) || (ends && under != c->f.size))
        finding(&c->v->found, "log leaf is not under the head behind it: %s", PQgetvalue(r, i, NO));
    c->under = ends ? 0 : under;
}

static void note_odd(struct log_check *c, const PGresult *r, int i)
{
    if (c->odds == ODD_MAX)
        say_odd(c, true);
    c->odd[c->odds++] = (struct odd_leaf){
        .no = arena_text(c->v->a, PQgetvalue(r, i, NO)),
        .where = arena_text(c->v->a, PQgetvalue(r, i, WHERE)),
        .of_rows = *PQgetvalue(r, i, FORM) == '3',
    };
}

static void check_record(struct log_check *c, const PGresult *r, int i)
{
    bool of_rows = *PQgetvalue(r, i, FORM) == '3';
    if (!of_rows && PQgetisnull(r, i, FAITHFUL))
        finding(&c->v->found, "leaf without a record: %s", PQgetvalue(r, i, NO));
    else if (!of_rows && *PQgetvalue(r, i, FAITHFUL) != 't')
        finding(&c->v->found, "record body does not match its hash: %s", PQgetvalue(r, i, WHERE));
}

static void check_leaf(struct log_check *c, const PGresult *r, int i)
{
    struct arena *a = c->v->a;
    hash ends[64], ends_written[64], written;
    const char *no = PQgetvalue(r, i, NO), *told = PQgetvalue(r, i, HASHES);
    if (strtoull(no, NULL, 10) != c->f.size && !c->broken) {
        finding(&c->v->found, "log leaf is missing before %s", no);
        say_odd(c, true);
        c->broken = true;
    }
    check_record(c, r, i);
    hash made = merkle_leaf(str_of(PQgetvalue(r, i, TEXT)));
    if (!hash_parse((struct str){told, HEX}, &written))
        written = made;
    if (memcmp(&made, &written, sizeof made) != 0)
        note_odd(c, r, i);
    if (c->broken) {
        say_odd(c, true);
        return;
    }
    int n = frontier_add(&c->f, made, ends);
    (void)frontier_add(&c->written, written, ends_written); /* as many */
    if (strcmp(told + HEX, hashes_hex(a, ends, n).p) != 0 &&
        strcmp(told + HEX, hashes_hex(a, ends_written, n).p) != 0)
        finding(&c->v->found, "log_leaf %s nodes: not the subtrees that it ends", no);
    check_form(c, PQgetvalue(r, i, FORM), no);
    check_under(c, r, i);
    check_head(c, r, i);
}

/* The frontier of the log that was found clean: a log that is another one by now differs from its
 * next head on. */
static bool begin_since(struct log_check *c)
{
    static const char ask[] = "select encode(frontier, 'hex') from log_head where size = $1";
    const char *size = arena_printf(c->v->a, "%llu", (unsigned long long)c->v->since).p;
    PGresult *r = c->v->since ? verify_ask(c->v, ask, &size, 1) : NULL;
    int n = __builtin_popcountll(c->v->since);
    bool there = r && PQntuples(r) == 1 && PQgetlength(r, 0, 0) == n * 64;
    for (int i = 0; there && i < n; i++)
        there = hash_parse((struct str){PQgetvalue(r, 0, 0) + i * 64, 64}, &c->f.node[i]);
    c->f.size = there ? c->v->since : 0;
    c->written = c->f;
    if (!there && c->v->since)
        finding(&c->v->found, "log head that was found clean is no more: %s", size);
    PQclear(r);
    return there || !c->v->since;
}

static void check_leafless(struct verify *v)
{
    static const char ask[] =
        "select r.id || ' v' || r.version from submission r where not exists"
        " (select from log_leaf l where l.record_id = r.id and l.version = r.version)";
    PGresult *r = verify_ask(v, ask, NULL, 0);
    for (int i = 0; r && i < PQntuples(r); i++)
        finding(&v->found, "record without a leaf in the log: %s", PQgetvalue(r, i, 0));
    PQclear(r);
}

void verify_log(struct verify *v)
{
    static const char declare[] =
        "declare leaves no scroll cursor for"
        " select l.no, encode(l.hash || l.nodes, 'hex'), case when l.form = 3"
        " then log_rows_text(l.record_id, coalesce(x.n, 0), coalesce(x.digest, ''))"
        " else log_record_text(r, l.form, encode(text_sha256(r.body::text), 'hex')) end,"
        " encode(h.root, 'hex'), encode(h.signature, 'hex'), instant_text(h.signed_at), l.form,"
        " l.record_id || case when l.form = 3 then '' else ' v' || l.version end, l.head,"
        " encode(h.frontier, 'hex'), r.sha256 = text_sha256(r.body::text)"
        " from log_leaf l left join submission r on r.id = l.record_id and r.version = l.version"
        " left join (select w.flight, count(*) as n, encode(sha256(string_agg(log_row_digest(w),"
        " ''::bytea order by w.no)), 'hex') as digest from log_row w where w.no > $2"
        " group by w.flight) x on l.form = 3 and x.flight = l.record_id"
        " left join log_head h on h.size = l.no + 1 where l.no >= $1 order by l.no";
    struct log_check *c = arena_alloc(v->s->a, sizeof *c);
    const char *from[] = {arena_printf(v->s->a, "%llu", (unsigned long long)v->since).p,
        arena_printf(v->s->a, "%lld", (long long)v->since_row).p};
    *c = (struct log_check){.v = v};
    if (!begin_since(c))
        return;
    PQclear(verify_ask(v, declare, from, COUNT_OF(from)));
    for (int n = 1; n > 0;) {
        PGresult *r = verify_ask(v, FETCH, NULL, 0);
        n = r ? PQntuples(r) : 0;
        if (!r)
            finding(&v->found, "log that cannot be read");
        for (int i = 0; i < n; i++)
            check_leaf(c, r, i);
        PQclear(r);
        if (c->odds == 0)
            arena_reset(v->a);
    }
    say_odd(c, true);
    if (c->under)
        finding(&v->found, "log leaf is not under the head behind it: the last");
    v->size = c->f.size;
    if (!v->since)
        check_leafless(v);
}
