/*
 * records.c - THE table of record types.
 *
 * A new record type is one row here with its fields (records_*.c), one migration with its tables
 * and its row of record_type, and the functions named after it that the row says it has
 * (migrations/functions/record.sql).
 */
#include "records.h"

const struct record *const records[] = {&flag_clearing_record, &flag_scan_record,
    &flag_threshold_record, &loan_record, &loan_event_record, &account_record, &transfer_record,
    &plan_record, &plan_approval_record, &publication_record, &scheme_record,
    &scheme_approval_record, &coverage_record, &coverage_step_record, &coverage_judgement_record,
    &claim_record, &claim_step_record, &policy_record, &policy_step_record, &budget_record,
    &lpr_record, &application_record, &application_step_record, &insurance_policy_record,
    &insurance_claim_record, &securitisation_record, &securitisation_event_record,
    &indicator_record, &ip_event_record, &enterprise_profile_record, &measure_report_record,
    &measure_rhythm_record, &ip_deal_record, &ip_deal_payment_record, &product_filing_record,
    &confirmation_record, &catalogue_offer_record, &catalogue_need_record,
    &catalogue_followup_record, &offer_acceptance_record, &matching_event_record,
    &operation_centre_record, &portfolio_record, &alliance_record, &cluster_record,
    &service_agency_record, &agency_service_record, &training_record, &ranking_weight_record,
    &benchmark_record, &baseline_record, &budget_closing_record, &proposal_step_record,
    &approval_tier_record, &organisation_record, &organisation_rename_record,
    &organisation_disable_record, &person_record, &person_disable_record, &person_same_record,
    &organisation_enable_record, &person_enable_record, &token_record, &token_rotate_record,
    &token_revoke_record, &district_record, &webhook_record, &webhook_disable_record, &seal_record,
    &operator_act_record};
const int record_count = COUNT_OF(records);
const struct record *const request_records[] = {&eligibility_record, &rehearsal_record, NULL};
