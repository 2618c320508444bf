/*
 * records.c - THE table of record types.
 *
 * A new record type is one row here with its fields (records_*.c), one SQL file or function that
 * writes its typed rows, one migration.
 */
#include "records.h"
#include "fields.h"

const struct record *const records[] = {&loan_record, &loan_event_record, &account_record,
    &transfer_record, &scheme_record, &scheme_approval_record, &claim_record, &claim_step_record,
    &policy_record, &policy_step_record, &budget_record, &lpr_record, &application_record,
    &application_step_record, &insurance_policy_record, &insurance_claim_record};
const int record_count = COUNT_OF(records);
const struct record *const request_records[] = {&eligibility_record, &rehearsal_record, NULL};

void step_key(struct arena *a, struct value *key, const struct value *seen, const char *step)
{
    if (!key->present && seen->present)
        *key = (struct value){.present = true, .s = arena_printf(a, "%s %s", step, seen->s.p)};
}
