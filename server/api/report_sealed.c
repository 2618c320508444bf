/*
 * report_sealed.c - a report of a quarter that is sealed: the sealed bytes, or the seal's clocks.
 */
#include "merkle.h"
#include "report_ask.h"
#include "signing.h"

struct through {
    struct report_ask *k;
    report_then_fn *then;
    bool whole_file;
    struct str seal; /* SHA-256 of the manifest */
};

static void on_form(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct through *t = arg;
    struct req *r = t->k->r;
    if (!rows_found(r, rows, fail))
        return;
    struct str bytes = base64_read(r->a, rows_at(rows, 0, REPORT_FORM_GET_BASE64)),
               sha256 = rows_at(rows, 0, REPORT_FORM_GET_SHA256);
    hash h;
    MUST(bytes.p && hash_parse(sha256, &h));
    struct str digest = base64(r->a, (struct str){(const char *)h.b, sizeof h.b});
    struct str tag = arena_printf(r->a, "\"%s\"", sha256.p), seen = req_header(r, "if-none-match");
    reply_header(r, "ETag", tag);
    reply_header(r, "Repr-Digest", arena_printf(r->a, "sha-256=:%s:", digest.p));
    reply_header(r, "X-Seal", t->seal);
    reply_header(r, "X-Sealed-At", t->k->sealed_at);
    if (seen.p && str_eq(seen, tag))
        reply_bytes(r, 304, NULL, STR(""));
    else
        report_reply(t->k, bytes);
}

static bool sees_all(const struct actor *who)
{
    return who->kind == ORG_FINANCE || who->kind == ORG_IP_OFFICE || who->kind == ORG_AUDITOR;
}

/* Nothing is asked for but the format. */
static bool asks_plainly(const struct report_ask *k)
{
    for (const struct param *p = k->r->params; p; p = p->next) {
        if (!str_is(p->name, "format") && !str_is(p->name, "charset"))
            return false;
    }
    return k->charset == SHEET_UTF8;
}

static void on_seal_of(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct through *t = arg;
    struct report_ask *k = t->k;
    struct req *r = k->r;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (rows->n) {
        k->known_at = rows_at(rows, 0, REPORT_SEAL_GET_KNOWN_AT);
        k->sealed_at = rows_at(rows, 0, REPORT_SEAL_GET_SEALED_AT);
        t->seal = rows_at(rows, 0, REPORT_SEAL_GET_MANIFEST_SHA256);
        if (!k->basis.p)
            k->basis = rows_at(rows, 0, REPORT_SEAL_GET_BASIS);
    }
    if (rows->n && t->whole_file && sees_all(r->actor) && asks_plainly(k)) {
        struct str params[] = {
            r->capture[0], str_of(report_extension(k->format)), r->english ? STR("en") : STR("zh")};
        db_query(r->server->db, r->a, r->actor, SQL_REPORT_FORM_GET, params, 3, on_form, t);
        return;
    }
    t->then(k);
}

void report_through_seal(struct report_ask *k, bool whole_file, report_then_fn *then)
{
    struct req *r = k->r;
    struct through *t = arena_alloc(r->a, sizeof *t);
    *t = (struct through){.k = k, .then = then, .whole_file = whole_file};
    if (req_param(r, "known_at").p) /* an instant, or "now" for the live figures */
        then(k);
    else
        db_query(r->server->db, r->a, r->actor, SQL_REPORT_SEAL_GET, r->capture, 1, on_seal_of, t);
}
