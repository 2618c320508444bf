/*
 * verify_leaves.c - the log: every leaf, subtree and signed head made again from the rows.
 */
#include "day.h"
#include "leaves.h"
#include "link.h"
#include "signing.h"
#include "verify.h"
#include <stdlib.h>
#include <string.h>

/* As they come, in the binary format. */
enum {
    NO,
    HASH,
    NODES,
    FORM,
    WHOSE,
    VERSION,
    HEAD,
    TOKEN,
    TEXT, /* of a record; of rows that of their leaf */
    SHA256,
    RECORDED_AT,
    RECORDED_BY,
    ENVELOPE,
    ROOT,
    SIGNATURE,
    SIGNED_AT,
    FRONTIER,
    WRITER /* of rows that were not the flight's own */
};
/* Leaves a turn, so that memory stays small whatever the log's length. */
enum { TURN = 10000, ODD_MAX = 1000, AT_MAX = 48 };

/* A leaf that is not the hash of what it stands for. */
struct odd_leaf {
    const char *no, *where;
    bool of_rows;
};

struct log_check {
    struct look *l;
    struct frontier f;       /* of what the leaves stand for */
    struct frontier written; /* once some are odd, of the leaves as they are written: which is
                              * right the head tells */
    struct odd_leaf odd[ODD_MAX];
    int odds;       /* since the last head */
    bool broken;    /* a leaf is missing: what follows is no tree any more */
    int64_t form;   /* of the last record's leaf */
    uint64_t under; /* the head of the leaves since the last one; 0: none yet */
    int64_t at_us;  /* when the last record was recorded, and its text */
    char at[AT_MAX];
};

static int64_t whole(const PGresult *r, int row, int column)
{
    uint64_t n = 0;
    for (int i = 0; i < PQgetlength(r, row, column); i++)
        n = n << 8 | (unsigned char)PQgetvalue(r, row, column)[i];
    return (int64_t)n;
}

static struct str bytes(const PGresult *r, int row, int column)
{
    return (struct str){PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column)};
}

/* As instant_text tells one, of microseconds since 2000. */
static struct str instant(struct arena *a, int64_t us)
{
    const int64_t second = 1000000, whole_day = 86400 * second;
    int64_t days = us / whole_day - (us % whole_day < 0), of_day = us - days * whole_day;
    of_day += 8 * 3600 * second;
    if (of_day >= whole_day) {
        days++;
        of_day -= whole_day;
    }
    int seconds = (int)(of_day / second);
    return arena_printf(a, "%sT%02d:%02d:%02d.%06d+08:00",
        day_text(a, (day){(int32_t)(days + 10957)}).p, seconds / 3600, seconds / 60 % 60,
        seconds % 60, (int)(of_day % second));
}

/* When a record was recorded: of one flight all at once. */
static struct str recorded_at(struct log_check *c, const PGresult *r, int i)
{
    int64_t us = whole(r, i, RECORDED_AT);
    if (!*c->at || us != c->at_us)
        (void)snprintf(c->at, sizeof c->at, "%s", instant(c->l->a, us).p);
    c->at_us = us;
    return str_of(c->at);
}

/* A record, as it is told where something is wrong with it; of rows their flight. */
static struct str where(struct arena *a, const PGresult *r, int i)
{
    struct str id = arena_keep(a, bytes(r, i, WHOSE));
    return whole(r, i, FORM) == LEAF_ROWS
               ? id
               : arena_printf(a, "%s v%lld", id.p, (long long)whole(r, i, VERSION));
}

static bool is_hashes(struct str told, const hash *list, int n)
{
    return told.n == (size_t)n * sizeof *list && memcmp(told.p, list, told.n) == 0;
}

/* Which column of the record it is that the leaf does not bear out. */
static void name_column(struct look *l, const struct odd_leaf *odd)
{
    static const char ask[] = "select verify_record_column(l) from log_leaf l where l.no = $1";
    PGresult *r = verify_ask(l, ask, &odd->no, 1);
    if (r && PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), "token") == 0)
        finding(l, "log_leaf %s token: not as it is in the log", odd->no);
    else if (r && PQntuples(r) == 1 && !PQgetisnull(r, 0, 0))
        finding(l, "submission %s %s: not as it is in the log", odd->where, PQgetvalue(r, 0, 0));
    PQclear(r);
}

/* The head covers the leaves as they are written: then what they stand for was changed. */
static void say_odd(struct log_check *c, bool leaves_hold)
{
    for (int i = 0; i < c->odds; i++) {
        const struct odd_leaf *odd = &c->odd[i];
        finding(c->l, "log leaf does not match %s: %s",
            odd->of_rows ? "the rows of its flight" : "its record", odd->no);
        if (!leaves_hold)
            finding(c->l, "log_leaf %s hash: not as its head covers it", odd->no);
        else if (odd->of_rows)
            finding(c->l, "log_row %s: not as it is in the log", odd->where);
        else
            name_column(c->l, odd);
    }
    c->odds = 0;
}

/* The frontier that the head bears out; where it bears out none, that of the leaves as written. */
static hash settle(struct log_check *c, struct str root_told)
{
    hash root = frontier_root(&c->f);
    if (c->odds == 0)
        return root;
    hash other = frontier_root(&c->written);
    if (is_hashes(root_told, &root, 1)) {
        say_odd(c, false);
        return root;
    }
    say_odd(c, is_hashes(root_told, &other, 1));
    c->f = c->written;
    return other;
}

static void check_head(struct log_check *c, const PGresult *r, int i)
{
    struct look *l = c->l;
    if (PQgetisnull(r, i, ROOT))
        return; /* no head ends with this leaf */
    struct str told = bytes(r, i, ROOT), signature = bytes(r, i, SIGNATURE);
    hash root = settle(c, told);
    unsigned long long size = c->f.size;
    if (!is_hashes(told, &root, 1))
        finding(l, "log head does not match its leaves: %llu", size);
    else if (!is_hashes(bytes(r, i, FRONTIER), c->f.node, __builtin_popcountll(size)))
        finding(l, "log_head %llu frontier: not that of its leaves", size);
    if (!l->v->signer)
        return;
    struct str again =
        head_signer_sign(l->a, l->v->signer, size, root, instant(l->a, whole(r, i, SIGNED_AT)));
    if (!str_eq(hex_text(l->a, (const unsigned char *)signature.p, signature.n), again))
        finding(
            l, "log head is not signed by this installation: %llu", size); /* Ed25519 signs
                                                                            * alike every time */
}

/* Records from the time before leaves covered their envelopes, and tokens, come before all others.
 */
static void check_form(struct log_check *c, int64_t form, long long no)
{
    if (form != LEAF_ROWS && form < c->form)
        finding(c->l, "log leaf of an older form than those before it: %lld", no);
    c->form = form == LEAF_ROWS ? c->form : form;
}

/* Leaves name the head that covers them: the first behind them. */
static void check_under(struct log_check *c, const PGresult *r, int i)
{
    uint64_t under = (uint64_t)whole(r, i, HEAD);
    bool ends = !PQgetisnull(r, i, ROOT);
    if (under < c->f.size || (c->under && under != c->under) || (ends && under != c->f.size))
        finding(c->l, "log leaf is not under the head behind it: %lld", (long long)whole(r, i, NO));
    c->under = ends ? 0 : under;
}

static void note_odd(struct log_check *c, const PGresult *r, int i)
{
    if (c->odds == 0)
        c->written = c->f;
    if (c->odds == ODD_MAX)
        say_odd(c, true);
    c->odd[c->odds++] = (struct odd_leaf){
        .no = arena_printf(c->l->a, "%lld", (long long)whole(r, i, NO)).p,
        .where = where(c->l->a, r, i).p,
        .of_rows = whole(r, i, FORM) == LEAF_ROWS,
    };
}

static struct str token_text(struct arena *a, const PGresult *r, int i)
{
    struct str token = bytes(r, i, TOKEN);
    return PQgetisnull(r, i, TOKEN) ? STR(LEAF_NO_TOKEN)
                                    : hex_text(a, (const unsigned char *)token.p, token.n);
}

/* Rows of a command or of an upgrade: the daemon that took them has signed that they are. */
static void check_writer(struct log_check *c, const PGresult *r, int i)
{
    struct look *l = c->l;
    struct str told = bytes(r, i, WRITER);
    if (PQgetisnull(r, i, WRITER) || told.n == 0 || !l->v->signer)
        return;
    struct str again =
        rows_writer(l->a, l->v->signer, (enum rows_writer)told.p[0], bytes(r, i, TEXT));
    if (!str_eq(hex_text(l->a, (const unsigned char *)told.p, told.n), again))
        finding(l, "log_leaf %lld writer: not as it was signed", (long long)whole(r, i, NO));
}

/* The text of a record's leaf, made again from the row. */
static struct str record_text(struct log_check *c, const PGresult *r, int i)
{
    struct arena *a = c->l->a;
    struct str text = bytes(r, i, TEXT), beside = bytes(r, i, ENVELOPE), absent = {NULL, 0};
    int64_t form = whole(r, i, FORM);
    hash digest = hash_sha256(text.p, text.n), envelope = hash_sha256(beside.p, beside.n);
    if (PQgetisnull(r, i, SHA256))
        finding(c->l, "leaf without a record: %lld", (long long)whole(r, i, NO));
    else if (!is_hashes(bytes(r, i, SHA256), &digest, 1))
        finding(c->l, "record body does not match its hash: %s", where(a, r, i).p);
    return leaf_text(a, bytes(r, i, WHOSE), whole(r, i, VERSION), hash_hex(a, digest),
        recorded_at(c, r, i), bytes(r, i, RECORDED_BY),
        form == LEAF_RECORD_1 ? absent : hash_hex(a, envelope),
        form == LEAF_RECORD ? token_text(a, r, i) : absent);
}

static void check_leaf(struct log_check *c, const PGresult *r, int i)
{
    hash ends[64], ends_written[64], written;
    long long no = whole(r, i, NO);
    struct str told = bytes(r, i, NODES), leaf = bytes(r, i, HASH);
    if ((uint64_t)no != c->f.size && !c->broken) {
        finding(c->l, "log leaf is missing before %lld", no);
        say_odd(c, true);
        c->broken = true;
    }
    hash made =
        merkle_leaf(whole(r, i, FORM) == LEAF_ROWS ? bytes(r, i, TEXT) : record_text(c, r, i));
    written = made;
    if (leaf.n == sizeof written)
        memcpy(&written, leaf.p, sizeof written);
    if (!is_hashes(leaf, &made, 1))
        note_odd(c, r, i);
    if (c->broken) {
        say_odd(c, true);
        return;
    }
    int n = frontier_add(&c->f, made, ends);
    if (c->odds)
        (void)frontier_add(&c->written, written, ends_written); /* as many */
    if (!is_hashes(told, ends, n) && (c->odds == 0 || !is_hashes(told, ends_written, n)))
        finding(c->l, "log_leaf %lld nodes: not the subtrees that it ends", no);
    check_form(c, whole(r, i, FORM), no);
    check_under(c, r, i);
    check_writer(c, r, i);
    check_head(c, r, i);
}

/* The frontier of the log that was found clean: a log that is another one by now differs from its
 * next head on. */
static bool begin_since(struct log_check *c)
{
    static const char ask[] = "select encode(frontier, 'hex') from log_head where size = $1";
    struct look *l = c->l;
    uint64_t since = l->v->since;
    const char *size = arena_printf(l->a, "%llu", (unsigned long long)since).p;
    PGresult *r = since ? verify_ask(l, ask, &size, 1) : NULL;
    int n = __builtin_popcountll(since);
    bool there = r && PQntuples(r) == 1 && PQgetlength(r, 0, 0) == n * 64;
    for (int i = 0; there && i < n; i++)
        there = hash_parse((struct str){PQgetvalue(r, 0, 0) + i * 64, 64}, &c->f.node[i]);
    c->f.size = there ? since : 0;
    if (!there && since)
        finding(l, "log head that was found clean is no more: %s", size);
    PQclear(r);
    return there || !since;
}

static void check_leafless(struct look *l)
{
    static const char ask[] =
        "select r.id || ' v' || r.version from submission r where not exists"
        " (select from log_leaf l where l.record_id = r.id and l.version = r.version)";
    PGresult *r = verify_ask(l, ask, NULL, 0);
    for (int i = 0; r && i < PQntuples(r); i++)
        finding(l, "record without a leaf in the log: %s", PQgetvalue(r, i, 0));
    PQclear(r);
}

/* How many leaves there are to look at, by the number of the last one. */
static int64_t leaves_end(struct look *l)
{
    PGresult *r = verify_ask(l, "select coalesce(max(no) + 1, 0) from log_leaf", NULL, 0);
    int64_t end = r ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
    if (!r)
        finding(l, "log that cannot be read");
    PQclear(r);
    return end;
}

/* The rows of a turn, as the enum says. */
static void check_turn(struct log_check *c, int64_t from)
{
    static const char ask[] =
        "select l.no, l.hash, l.nodes, l.form, l.record_id::text, l.version, l.head, l.token,"
        " case when l.form = 3 then log_flight_text(l.record_id) else r.body::text end,"
        " r.sha256, r.recorded_at, r.recorded_by, record_envelope_text(r), h.root, h.signature,"
        " h.signed_at, h.frontier, l.writer from log_leaf l"
        " left join submission r on r.id = l.record_id and r.version = l.version"
        " left join log_head h on h.size = l.no + 1"
        " where l.no >= $1 and l.no < $2 order by l.no";
    struct look *l = c->l;
    const char *range[] = {arena_printf(l->a, "%lld", (long long)from).p,
        arena_printf(l->a, "%lld", (long long)from + TURN).p};
    PGresult *r = verify_ask_binary(l, ask, range, COUNT_OF(range));
    if (!r)
        finding(l, "log that cannot be read");
    for (int i = 0; r && i < PQntuples(r); i++) {
        check_leaf(c, r, i);
        if (c->odds == 0)
            arena_reset(l->a); /* what is used again is near at hand */
    }
    PQclear(r);
}

/* Each record is found by its index. To read them all for each turn looks cheaper to the planner
 * until there are more than a million. */
static void by_index(struct look *l, bool alone)
{
    static const char *const others[] = {"enable_hashjoin", "enable_mergejoin", "enable_seqscan"};
    for (size_t i = 0; i < COUNT_OF(others); i++)
        PQclear(verify_ask(l,
            arena_printf(l->a, "set local %s = %s", others[i], alone ? "off" : "on").p, NULL, 0));
}

static void check_log(struct look *l)
{
    struct log_check *c = calloc(1, sizeof *c);
    MUST(c);
    c->l = l;
    int64_t end = begin_since(c) ? leaves_end(l) : 0;
    by_index(l, true);
    for (int64_t no = (int64_t)l->v->since; no < end; no += TURN)
        check_turn(c, no);
    by_index(l, false);
    say_odd(c, true);
    if (c->under)
        finding(l, "log leaf is not under the head behind it: the last");
    l->v->size = c->f.size;
    free(c);
}

void verify_log(struct verify *v)
{
    verify_part(v, check_log, "log")->weight = INT64_MAX;
    if (!v->since)
        (void)verify_part(v, check_leafless, "records without a leaf");
}
