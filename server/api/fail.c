/*
 * fail.c - failures of the environment as answers.
 *
 * The checks in C refuse what a constraint would; a constraint that speaks all the same shows a gap
 * between the two. Its sender still gets the field, the operator finds it in the log.
 */
#include "api.h"

/* What the end of a constraint's name says. Between the name of the record's type and this stands
 * the field, its first words at least: loan_disbursed_order speaks of /disbursed_on of a loan. */
static const struct {
    const char *suffix;
    enum err_code code;
} suffixes[] = {
    {"_range", E_RANGE},
    {"_known", E_CHOICE},
    {"_order", E_ORDER},
    {"_needed", E_NEED},
};

/* What does not follow from the name. Constraints that neither stand here nor name a field of a
 * record speak of what no sender writes: they are faults of this program. */
static const struct {
    const char *constraint;
    enum err_code code;
    const char *pointer;
} exceptions[] = {
    {"loan_ip_amount_range", E_EXCEEDS, "/ip_amount"},
    {"loan_has_ip", E_NEED, "/ip"},
    {"loan_ip_kind_known", E_CHOICE, "/ip"},
    {"loan_ip_share_range", E_RANGE, "/ip"},
    {"report_seal_once", E_SEALED, ""},
    {"report_seal_previous_once", E_FACTS_MOVED, ""},
    {"scheme_version_unique", E_OVERLAP, "/effective_from"},
    {"claim_step_two_persons", E_SAME_PERSON, ""},
    {"coverage_live", E_COVERED, "/loan"},
    {"policy_version_unique", E_OVERLAP, "/effective_from"},
    {"application_step_two_persons", E_SAME_PERSON, ""},
    {"insurance_policy_share_range", E_RANGE, "/cover_share"},
    {"insurance_policy_loan_needed", E_LOAN, "/loan_contract_no"},
    {"insurance_policy_overlap", E_COVER_OVERLAP, "/starts_on"},
    {"insurance_claim_paid_range", E_EXCEEDS, "/paid"},
    {"insurance_claim_covered", E_COVER, "/loss_on"},
    {"securitisation_event_fits", E_EXCEEDS, "/amount"},
    {"loan_facility_range", E_RANGE, "/facility_amount"},
    {"enterprise_profile_has_figure", E_NEED, "/employees"},
    {"enterprise_profile_once", E_REPORTED_TWICE, "/year"},
    {"measure_report_figure_range", E_DECIMAL, "/figure"},
    {"measure_report_once", E_REPORTED_TWICE, "/period"},
    {"indicator_quarter_range", E_PERIOD, "/period"},
    {"indicator_whole_year", E_WHOLE_YEAR, "/period"},
    {"indicator_has_figure", E_NEED, "/count"},
    {"indicator_told_once", E_REPORTED_TWICE, "/period"},
    {"ip_event_fits", E_STATE, "/kind"},
    {"ip_deal_fits", E_TOLD_ALREADY, "/reference"},
    {"ip_deal_payment_fits", E_EXCEEDS, "/amount"},
    {"offer_acceptance_fits", E_OFFER, "/offer"},
    {"ranking_weight_whole", E_SHARE_SUM, "/deals"},
    {"register_entry_fits", E_TOLD_ALREADY, ""},
    {"product_filing_fits", E_TOLD_ALREADY, "/filing_no"},
    /* Steps ask for flags before they pay: this is whoever did not. */
    {"transfer_not_flagged", E_FLAGGED, ""},
    {"subsidy_unit_taken_once", E_FACTS_MOVED, ""},
    {"account_code_form", E_ACCOUNT_CODE, "/code"},
    {"transfer_reversed_once", E_REVERSED, "/reverses"},
    {"transfer_two_accounts", E_SAME, "/credit"},
    {"loan_event_for_order", E_ORDER, "/for_to"},
    {"loan_event_reason_length", E_LENGTH, "/reason"},
    {"loan_registered_range", E_RANGE, "/registered_amount"},
    {"record_reason_length", E_LENGTH, "/reason"},
    {"record_reason_needed", E_NEED, "/reason"},
    {"baseline_amount_range", E_RANGE, "/years"},
    {"baseline_count_range", E_RANGE, "/years"},
    {"baseline_has_figure", E_NEED, "/years"},
};

/* The type whose name the constraint begins with: of several the longest. */
static const struct record *record_of(const char *constraint, size_t n)
{
    const struct record *found = NULL;
    size_t longest = 0;
    for (int i = 0; i < record_count; i++) {
        size_t length = strlen(records[i]->name);
        if (length > longest && length < n && constraint[length] == '_' &&
            memcmp(constraint, records[i]->name, length) == 0) {
            found = records[i];
            longest = length;
        }
    }
    return found;
}

/* The field called so, else the first that begins so and goes on with another word. */
static const struct field *field_of(const struct record *rec, const char *stem, size_t n)
{
    const struct field *begins = NULL;
    for (const struct field *f = rec->fields; f->name; f++) {
        if (strncmp(f->name, stem, n) != 0)
            continue;
        if (!f->name[n])
            return f;
        if (!begins && f->name[n] == '_')
            begins = f;
    }
    return begins;
}

enum err_code constraint_answer(struct arena *a, const char *constraint, struct str *pointer)
{
    size_t n = strlen(constraint);
    *pointer = STR("");
    for (size_t i = 0; i < COUNT_OF(exceptions); i++) {
        if (strcmp(constraint, exceptions[i].constraint) == 0) {
            *pointer = str_of(exceptions[i].pointer);
            return exceptions[i].code;
        }
    }
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        size_t end = strlen(suffixes[i].suffix);
        if (n <= end || strcmp(constraint + n - end, suffixes[i].suffix) != 0)
            continue;
        const struct record *rec = record_of(constraint, n - end);
        size_t skip = rec ? strlen(rec->name) + 1 : 0;
        const struct field *f = rec ? field_of(rec, constraint + skip, n - end - skip) : NULL;
        if (f) {
            *pointer = arena_printf(a, "/%s", f->name);
            return suffixes[i].code;
        }
    }
    return E_INTERNAL;
}

/* record_now() of the database ends its message with how far. */
static bool is_clock(const struct fail *fail)
{
    return strcmp(fail->constraint, "clock_behind") == 0;
}

/* Connection, shutdown, resources, serialisation, object not in the right state: it passes. */
static bool is_passing(const char *sqlstate)
{
    static const char *const classes[] = {"08", "57", "53", "40", "55"};
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        if (memcmp(sqlstate, classes[i], 2) == 0)
            return true;
    }
    return false;
}

void fail_problem(struct req *r, const struct fail *fail)
{
    const char *last = strrchr(fail->text, ' ');
    if (is_clock(fail)) {
        err_add(&r->err, E_CLOCK, STR(""), "%s", last ? last + 1 : "?");
        return;
    }
    if (strcmp(fail->constraint, "token_ended") == 0) { /* token_stands() of the database */
        err_add(&r->err, E_AUTH, STR(""), "%s",
            r->english ? "the token ended meanwhile" : "令牌在等待期间已失效");
        return;
    }
    if (is_passing(fail->sqlstate)) {
        err_add(&r->err, E_BUSY, STR(""), "%s", r->english ? "database" : "数据库");
        return;
    }
    if (strcmp(fail->sqlstate, "22003") == 0) { /* numeric value out of range: only sums can be */
        err_add(&r->err, E_SUM, STR(""), NULL);
        return;
    }
    struct str pointer;
    enum err_code code = constraint_answer(r->a, fail->constraint, &pointer);
    err_add(&r->err, code, pointer, "%s", "-");
}

void reply_fail(struct req *r, const struct fail *fail)
{
    if (list_failed(r))
        return;
    fail_problem(r, fail);
    reply_problem(r);
}
