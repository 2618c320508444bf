/*
 * letter.c - the letter of an application: which one it is follows from where it stands.
 */
#include "letter.h"
#include "api.h"

/* Approved: the grant. Refused by a person, or for what cannot be cured: the refusal. Else what is
 * missing. While it waits there is none. */
static bool kind_of(
    struct str state, const struct json *decision, bool by_person, enum letter_kind *k)
{
    const struct json *cures = json_get(decision, "cures");
    const struct json *incurable = json_get(decision, "incurable");
    bool can = cures && cures->count > 0 && incurable && incurable->count == 0;
    if (str_is(state, "approved") || str_is(state, "paid") || str_is(state, "demanded") ||
        str_is(state, "clawed_back"))
        *k = LETTER_GRANT;
    else if (str_is(state, "refused"))
        *k = can && !by_person ? LETTER_SUPPLY : LETTER_REFUSE;
    else
        return false;
    return true;
}

static struct str subject_of(struct arena *a, const struct rows *rows)
{
    struct str loan = rows_at(rows, 0, APPLICATION_LETTER_LOAN);
    struct str insurance = rows_at(rows, 0, APPLICATION_LETTER_INSURANCE);
    return loan.p ? arena_printf(a, "贷款合同 %s ", loan.p)
                  : arena_printf(a, "保单 %s ", insurance.p ? insurance.p : "");
}

static void write_letter(struct req *r, const struct rows *rows)
{
    struct err e;
    struct buf out;
    err_init(&e, r->a);
    buf_init(&out, r->a);
    struct str state = rows_at(rows, 0, APPLICATION_LETTER_STATE);
    struct letter l = {.office = rows_at(rows, 0, APPLICATION_LETTER_OFFICE),
        .policy = rows_at(rows, 0, APPLICATION_LETTER_POLICY),
        .legal_ref = rows_at(rows, 0, APPLICATION_LETTER_LEGAL_REF),
        .firm = rows_at(rows, 0, APPLICATION_LETTER_FIRM),
        .subject = subject_of(r->a, rows),
        .reference = rows_at(rows, 0, APPLICATION_LETTER_REFERENCE),
        .budget = rows_at(rows, 0, APPLICATION_LETTER_BUDGET),
        .reason = rows_at(rows, 0, APPLICATION_LETTER_REASON),
        .decision = json_parse(r->a, rows_at(rows, 0, APPLICATION_LETTER_DECISION), &e)};
    MUST(l.decision && rows_int(rows, 0, APPLICATION_LETTER_NO, &l.no) &&
         rows_int(rows, 0, APPLICATION_LETTER_AMOUNT, &l.amount.fen));
    MUST(day_parse(rows_at(rows, 0, APPLICATION_LETTER_APPLIED_ON), &l.applied_on) &&
         day_parse(rows_at(rows, 0, APPLICATION_LETTER_DECIDED_ON), &l.decided_on));
    if (!kind_of(state, l.decision, l.reason.p != NULL, &l.kind)) {
        reply_refuse(r, E_NO_LETTER, "", "%s", state.p);
        return;
    }
    letter_write(&l, &out);
    reply_bytes(r, 200, "text/html; charset=utf-8", buf_view(&out));
}

static void on_letter(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    if (rows_found(r, rows, fail))
        write_letter(r, rows);
}

static void letter_get(struct req *r)
{
    struct str format = req_param(r, "format");
    if (!uuid_is(r->capture[0])) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
        return;
    }
    if (format.p && !str_is(format, "html")) {
        reply_refuse(r, E_CHOICE, "?format", "html");
        return;
    }
    db_query(
        r->server->db, r->a, r->actor, SQL_APPLICATION_LETTER, &r->capture[0], 1, on_letter, r);
}

static const struct query q_format = {"format", Q_TEXT, .zh = "格式(html)"};

const struct route letter_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/applications/{id}/letter",
        .roles = BANK | INSURER | GUARANTOR | DISTRICT | FINANCE | IP_OFFICE | AUDITOR,
        .handle = letter_get,
        .query = {&q_format},
        .answers = ANSWERS(BYTES_OF("text/html")),
        .zh = "补贴决定书、不予补贴告知书、一次性告知单",
        .en = "The letter of an application, as a page to be printed"},
    {.path = NULL},
};
