/*
 * What a sender hears when a constraint speaks: every one of the schema, by hand.
 *
 * tests/it/test_process.py compares this list with the database: a new constraint needs its row.
 */
#include "api.h"
#include "unit.h"

static struct arena *a;

static const struct {
    const char *constraint;
    enum err_code code;
    const char *pointer;
} constraints[] = {
    {"person_name_form", E_INTERNAL, ""},
    {"person_id_hash_unique", E_INTERNAL, ""},
    {"person_id_hash_length", E_INTERNAL, ""},
    {"post_name_length", E_INTERNAL, ""},
    {"post_name_seen", E_INTERNAL, ""},
    {"post_person_unique", E_INTERNAL, ""},
    {"post_staff_no_length", E_INTERNAL, ""},
    {"post_staff_no_unique", E_INTERNAL, ""},
    {"installation_once", E_INTERNAL, ""},
    {"approval_tier_from_range", E_RANGE, "/from"},
    {"approval_tier_persons_range", E_RANGE, "/persons"},
    {"approval_tier_record_once", E_INTERNAL, ""},
    {"proposal_no_unique", E_INTERNAL, ""},
    {"proposal_step_known", E_INTERNAL, ""},
    {"proposal_step_state_known", E_INTERNAL, ""},
    {"proposal_step_once", E_INTERNAL, ""},
    {"proposal_state_known", E_INTERNAL, ""},
    {"loan_product_known", E_CHOICE, "/product"},
    {"loan_size_known", E_INTERNAL, ""},
    {"loan_employees_range", E_RANGE, "/employees"},
    {"loan_revenue_range", E_RANGE, "/revenue"},
    {"loan_assets_range", E_RANGE, "/assets"},
    {"loan_amount_range", E_RANGE, "/amount"},
    {"loan_ip_amount_range", E_EXCEEDS, "/ip_amount"},
    {"loan_rate_range", E_RANGE, "/rate"},
    {"loan_disbursed_order", E_ORDER, "/disbursed_on"},
    {"loan_matures_order", E_ORDER, "/matures_on"},
    {"loan_has_ip", E_NEED, "/ip"},
    {"loan_ip_kind_known", E_CHOICE, "/ip"},
    {"loan_event_kind_known", E_CHOICE, "/kind"},
    {"loan_event_principal_range", E_RANGE, "/principal"},
    {"loan_event_interest_range", E_RANGE, "/interest"},
    {"loan_event_grade_known", E_CHOICE, "/grade"},
    {"loan_event_rate_range", E_RANGE, "/rate"},
    {"loan_event_payer_known", E_CHOICE, "/payer"},
    {"loan_event_for_order", E_ORDER, "/for_to"},
    {"loan_event_reason_length", E_LENGTH, "/reason"},
    {"loan_day_count_known", E_CHOICE, "/day_count"},
    {"loan_registered_range", E_RANGE, "/registered_amount"},
    {"loan_ip_share_range", E_RANGE, "/ip"},
    {"log_leaf_form_known", E_INTERNAL, ""},
    {"log_row_op_known", E_INTERNAL, ""},
    {"report_seal_once", E_SEALED, ""},
    {"report_seal_previous_once", E_FACTS_MOVED, ""},
    {"report_seal_quarter_form", E_INTERNAL, ""},
    {"report_seal_basis_known", E_INTERNAL, ""},
    {"report_seal_sealed_order", E_INTERNAL, ""},
    {"report_seal_whole", E_INTERNAL, ""},
    {"scheme_version_unique", E_OVERLAP, "/effective_from"},
    {"claim_kind_known", E_CHOICE, "/kind"},
    {"claim_net_loss_range", E_INTERNAL, ""},
    {"claim_fund_range", E_INTERNAL, ""},
    {"claim_step_fund_range", E_INTERNAL, ""},
    {"claim_step_amount_range", E_RANGE, "/amount"},
    {"claim_step_costs_range", E_RANGE, "/costs"},
    {"claim_step_order", E_INTERNAL, ""},
    {"claim_step_two_persons", E_SAME_PERSON, ""},
    {"coverage_amount_range", E_RANGE, "/amount"},
    {"coverage_state_known", E_INTERNAL, ""},
    {"coverage_evidence_needed", E_NEED, "/evidence"},
    {"coverage_live", E_COVERED, "/loan"},
    {"policy_version_unique", E_OVERLAP, "/effective_from"},
    {"application_amount_range", E_INTERNAL, ""},
    {"application_subject", E_INTERNAL, ""},
    {"application_refused_is_nought", E_INTERNAL, ""},
    {"application_state_known", E_INTERNAL, ""},
    {"application_queue_place", E_INTERNAL, ""},
    {"application_step_amount_range", E_RANGE, "/amount"},
    {"application_step_order", E_INTERNAL, ""},
    {"application_step_two_persons", E_SAME_PERSON, ""},
    {"insurance_policy_kind_known", E_CHOICE, "/kind"},
    {"insurance_policy_sum_range", E_RANGE, "/sum_insured"},
    {"insurance_policy_premium_range", E_RANGE, "/premium"},
    {"insurance_policy_ends_order", E_ORDER, "/ends_on"},
    {"insurance_policy_cancelled_order", E_ORDER, "/cancelled_on"},
    {"insurance_policy_share_range", E_RANGE, "/cover_share"},
    {"insurance_policy_loan_needed", E_LOAN, "/loan_contract_no"},
    {"insurance_policy_overlap", E_COVER_OVERLAP, "/starts_on"},
    {"insurance_claim_filed_order", E_ORDER, "/filed_on"},
    {"insurance_claim_claimed_range", E_RANGE, "/claimed"},
    {"insurance_claim_outcome_known", E_CHOICE, "/outcome"},
    {"insurance_claim_decided_order", E_ORDER, "/decided_on"},
    {"insurance_claim_paid_range", E_EXCEEDS, "/paid"},
    {"insurance_claim_decided_needed", E_NEED, "/decided_on"},
    {"insurance_claim_paid_needed", E_NEED, "/paid"},
    {"insurance_claim_covered", E_COVER, "/loss_on"},
    {"securitisation_event_fits", E_EXCEEDS, "/amount"},
    {"loan_facility_range", E_RANGE, "/facility_amount"},
    {"loan_equity_range", E_RANGE, "/equity_amount"},
    {"reporting_deadline_range", E_INTERNAL, ""},
    {"intake_refused_range", E_INTERNAL, ""},
    {"intake_conflicts_range", E_INTERNAL, ""},
    {"enterprise_profile_size_known", E_CHOICE, "/size"},
    {"enterprise_profile_employees_range", E_RANGE, "/employees"},
    {"enterprise_profile_revenue_range", E_RANGE, "/revenue"},
    {"enterprise_profile_assets_range", E_RANGE, "/assets"},
    {"enterprise_profile_has_figure", E_NEED, "/employees"},
    {"enterprise_profile_once", E_REPORTED_TWICE, "/year"},
    {"measure_report_measure_range", E_RANGE, "/measure"},
    {"measure_report_on_order", E_ORDER, "/on"},
    {"measure_report_figure_range", E_DECIMAL, "/figure"},
    {"measure_report_unit_needed", E_NEED, "/unit"},
    {"measure_report_evidence_needed", E_NEED, "/evidence"},
    {"measure_report_once", E_REPORTED_TWICE, "/period"},
    {"measure_rhythm_measure_range", E_RANGE, "/measure"},
    {"measure_rhythm_every_known", E_CHOICE, "/every"},
    {"measure_rhythm_due_range", E_RANGE, "/due_days"},
    {"measure_rhythm_due_needed", E_NEED, "/due_days"},
    {"indicator_side_known", E_CHOICE, "/side"},
    {"indicator_way_known", E_CHOICE, "/way"},
    {"indicator_quarter_range", E_PERIOD, "/period"},
    {"indicator_count_range", E_RANGE, "/count"},
    {"indicator_contract_value_range", E_RANGE, "/contract_value"},
    {"indicator_cash_received_range", E_RANGE, "/cash_received"},
    {"indicator_revenue_range", E_RANGE, "/revenue"},
    {"indicator_employees_range", E_RANGE, "/employees"},
    {"indicator_way_needed", E_NEED, "/way"},
    {"indicator_whole_year", E_WHOLE_YEAR, "/period"},
    {"indicator_has_figure", E_NEED, "/count"},
    {"indicator_told_once", E_REPORTED_TWICE, "/period"},
    {"ip_event_kind_known", E_CHOICE, "/kind"},
    {"ip_event_expires_order", E_ORDER, "/expires_on"},
    {"ip_event_owner_needed", E_NEED, "/owner_uscc"},
    {"ip_event_fits", E_STATE, "/kind"},
    {"ip_deal_kind_known", E_CHOICE, "/kind"},
    {"ip_deal_licence_known", E_CHOICE, "/licence"},
    {"ip_deal_licence_needed", E_NEED, "/licence"},
    {"ip_deal_ends_order", E_ORDER, "/ends_on"},
    {"ip_deal_contract_range", E_RANGE, "/contract_value"},
    {"ip_deal_fits", E_TOLD_ALREADY, "/reference"},
    {"ip_deal_payment_amount_range", E_RANGE, "/amount"},
    {"ip_deal_payment_fits", E_EXCEEDS, "/amount"},
    {"catalogue_offer_way_known", E_CHOICE, "/way"},
    {"catalogue_offer_licence_known", E_CHOICE, "/licence"},
    {"catalogue_offer_valid_order", E_ORDER, "/valid_until"},
    {"catalogue_need_way_known", E_CHOICE, "/way"},
    {"catalogue_need_valid_order", E_ORDER, "/valid_until"},
    {"catalogue_followup_kind_known", E_CHOICE, "/kind"},
    {"offer_acceptance_fits", E_OFFER, "/offer"},
    {"ranking_weight_whole", E_SHARE_SUM, "/deals"},
    {"register_entry_fits", E_TOLD_ALREADY, ""},
    {"industry_ipc_division_form", E_INTERNAL, ""},
    {"industry_ipc_ipc_form", E_INTERNAL, ""},
    {"product_filing_fits", E_TOLD_ALREADY, "/filing_no"},
    {"transfer_not_flagged", E_FLAGGED, ""},
    {"flag_rule_code_form", E_INTERNAL, ""},
    {"flag_rule_severity_known", E_INTERNAL, ""},
    {"flag_rule_supported", E_INTERNAL, ""},
    {"flag_threshold_unit_known", E_INTERNAL, ""},
    {"flag_severity_known", E_INTERNAL, ""},
    {"flag_origin_known", E_INTERNAL, ""},
    {"subsidy_unit_amount_range", E_INTERNAL, ""},
    {"subsidy_unit_taken_once", E_FACTS_MOVED, ""},
    {"account_code_form", E_ACCOUNT_CODE, "/code"},
    {"account_kind_known", E_CHOICE, "/kind"},
    {"account_held_range", E_INTERNAL, ""},
    {"transfer_amount_range", E_RANGE, "/amount"},
    {"transfer_cause_known", E_CHOICE, "/cause"},
    {"transfer_reversed_once", E_REVERSED, "/reverses"},
    {"transfer_two_accounts", E_SAME, "/credit"},
    {"transfer_debit_version", E_INTERNAL, ""},
    {"transfer_credit_version", E_INTERNAL, ""},
    {"hold_amount_range", E_INTERNAL, ""},
    {"hold_end_known", E_INTERNAL, ""},
    {"record_reason_length", E_LENGTH, "/reason"},
    {"record_reason_needed", E_NEED, "/reason"},
    {"baseline_amount_range", E_RANGE, "/years"},
    {"baseline_count_range", E_RANGE, "/years"},
    {"baseline_has_figure", E_NEED, "/years"},
    {"record_key_unique", E_INTERNAL, ""},
    {"record_version_positive", E_INTERNAL, ""},
    {"record_sha256_length", E_INTERNAL, ""},
    {"log_leaf_hash_length", E_INTERNAL, ""},
    {"log_leaf_nodes_length", E_INTERNAL, ""},
    {"log_leaf_record_unique", E_INTERNAL, ""},
    {"log_head_root_length", E_INTERNAL, ""},
    {"request_nonce_key_length", E_INTERNAL, ""},
    {"console_session_sha256_length", E_INTERNAL, ""},
    {"console_link_sha256_length", E_INTERNAL, ""},
};

static void test_every_constraint_has_the_answer_that_is_written_here(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(constraints); i++) {
        struct str pointer;
        enum err_code code = constraint_answer(a, constraints[i].constraint, &pointer);
        if (code != constraints[i].code || !str_is(pointer, constraints[i].pointer))
            fail_msg("%s: %s %s", constraints[i].constraint, err_text(code)->name, pointer.p);
    }
}

static void test_an_unknown_constraint_is_a_fault_of_ours(void **state)
{
    static const char *const names[] = {"", "_range", "loan", "loan_range", "loan__range",
        "loan_amount", "loan_amountx_range", "x_amount_range", "loan_event_nothing_known"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct str pointer;
        assert_int_equal(constraint_answer(a, names[i], &pointer), E_INTERNAL);
        assert_string_equal(pointer.p, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_constraint_has_the_answer_that_is_written_here),
        cmocka_unit_test(test_an_unknown_constraint_is_a_fault_of_ours),
    };
    return unit_run(&a, tests);
}
