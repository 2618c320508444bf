/*
 * records.h - the field order of records whose fields are named in code (see ledger/records.c).
 *
 * A static_assert there ties each list to its table.
 */
#ifndef PLEDGED_RECORDS_H
#define PLEDGED_RECORDS_H
#include "schema.h"

extern const struct record loan_record, loan_event_record;
extern const struct record account_record, transfer_record;
extern const struct record proposal_step_record, approval_tier_record;
extern const struct record organisation_record, organisation_rename_record;
extern const struct record organisation_disable_record, person_record, person_disable_record;
extern const struct record organisation_enable_record, person_enable_record, person_same_record;
extern const struct record token_record, token_revoke_record, district_record;
enum token_field {
    TOKEN_REFERENCE,
    TOKEN_ORGANISATION,
    TOKEN_PERSON,
    TOKEN_DUTIES,
    TOKEN_EXPIRES_ON,
    TOKEN_MEANS,
};
extern const struct record token_rotate_record;
enum token_rotate_field {
    ROTATE_REFERENCE,
    ROTATE_TOKEN,
    ROTATE_OVERLAP_HOURS,
    ROTATE_DUTIES,
    ROTATE_EXPIRES_ON,
    ROTATE_REASON,
    ROTATE_MEANS,
};
/* What whoever has the token shows: from the field on that is named so. */
enum token_means { MEANS_SHA256, MEANS_CERTIFICATE, MEANS_HMAC, MEANS_KEY_ID, MEANS_WIDTH };
extern const char *const token_digests[]; /* of MEANS_HMAC: "sha256", "sm3" */
extern const struct record webhook_record, webhook_disable_record;
enum webhook_field { WEBHOOK_REFERENCE, WEBHOOK_URL, WEBHOOK_AFTER, WEBHOOK_WIDTH };
extern const struct record flag_clearing_record, flag_scan_record, flag_threshold_record;
extern const struct record policy_record, policy_step_record, budget_record, lpr_record;
extern const struct record budget_closing_record;
extern const struct record application_record, application_step_record;
/* Requests with fields that are not stored. */
extern const struct record eligibility_record, rehearsal_record;
extern const struct record seal_record;
enum seal_field { SEAL_REFERENCE, SEAL_QUARTER, SEAL_REASON, SEAL_SEEN, SEAL_WIDTH };
extern const struct record scheme_record, scheme_approval_record, claim_record, claim_step_record;
extern const struct record coverage_record, coverage_step_record, coverage_judgement_record;
/* What every answer tells of a cover; all that its own address tells; the states it can be in. */
extern const struct member coverage_told[], coverage_members[];
extern const char *const coverage_states[];
extern const struct record insurance_policy_record, insurance_claim_record;
extern const struct record securitisation_record, securitisation_event_record;
extern const struct record plan_record, plan_approval_record, publication_record;
extern const struct record indicator_record, enterprise_profile_record;
extern const struct record measure_report_record, measure_rhythm_record;
extern const struct record ip_event_record;
extern const struct record ip_deal_record, ip_deal_payment_record, product_filing_record;
extern const struct record confirmation_record, catalogue_offer_record, catalogue_need_record;
extern const struct record catalogue_followup_record, offer_acceptance_record;
extern const struct record matching_event_record, operation_centre_record, portfolio_record;
extern const struct record alliance_record, cluster_record, service_agency_record;
extern const struct record agency_service_record, training_record, ranking_weight_record;
extern const struct record benchmark_record;
extern const struct record operator_act_record;

enum operator_field {
    OPERATOR_REFERENCE,
    OPERATOR_ACT,
    OPERATOR_PERSON,
    OPERATOR_REASON,
    OPERATOR_DETAIL,
    OPERATOR_FIELD_COUNT
};
enum operator_act { ACT_CLOCK, ACT_RESTORE };

/* Figures of a plan's years from outside. */
extern const struct record baseline_record;
enum baselines_field { BASELINES_REFERENCE, BASELINES_PLAN, BASELINES_YEARS, BASELINES_WIDTH };
enum baseline_field {
    BASELINE_YEAR,
    BASELINE_AMOUNT,
    BASELINE_COUNT,
    BASELINE_SOURCE,
    BASELINE_ASSUMED,
    BASELINE_WIDTH
};

enum loan_field {
    LOAN_CONTRACT_NO,
    LOAN_PRODUCT,
    LOAN_BORROWER_USCC,
    LOAN_BORROWER_NAME,
    LOAN_DISTRICT,
    LOAN_INDUSTRY,
    LOAN_EMPLOYEES,
    LOAN_REVENUE,
    LOAN_ASSETS,
    LOAN_FIRST_LOAN,
    LOAN_AMOUNT,
    LOAN_IP_AMOUNT,
    LOAN_RATE,
    LOAN_SIGNED_ON,
    LOAN_DISBURSED_ON,
    LOAN_MATURES_ON,
    LOAN_PURPOSE,
    LOAN_PLEDGE_NO,
    LOAN_REGISTERED_ON,
    LOAN_SCHEME,
    LOAN_GUARANTOR_USCC,
    LOAN_INSURER_USCC,
    LOAN_FACILITY_NO,
    LOAN_FACILITY_AMOUNT,
    LOAN_EQUITY_AMOUNT,
    LOAN_EQUITY_INVESTOR,
    LOAN_TRUST_PLAN,
    LOAN_TRUSTEE,
    LOAN_BORROWER_ADDRESS,
    LOAN_BORROWER_CONTACT,
    LOAN_CONTROLLER,
    LOAN_ACCOUNT_MANAGER,
    LOAN_BRANCH,
    LOAN_REGISTERED_AMOUNT,
    LOAN_REVOLVING,
    LOAN_DAY_COUNT,
    LOAN_PLEDGEE,
    LOAN_PLEDGORS,
    LOAN_INSTALMENTS,
    LOAN_CONFIRMED,
    LOAN_IP,
    LOAN_FIELD_COUNT
};
enum loan_ip_field {
    LOAN_IP_NUMBER,
    LOAN_IP_KIND,
    LOAN_IP_OWNER_USCC,
    LOAN_IP_FILED_ON,
    LOAN_IP_EXPIRES_ON,
    LOAN_IP_VALUATION,
    LOAN_IP_APPRAISER,
    LOAN_IP_SHARE,
    LOAN_IP_OWNERS,
    LOAN_IP_FIELD_COUNT
};

/* The states that loan_fold (migrations) tells, with NULL behind. signed: not yet disbursed;
 * matured: the term has ended and no event tells what became of the loan. */
extern const char *const loan_states[];

enum loan_event_field {
    EVENT_REFERENCE,
    EVENT_CONTRACT_NO,
    EVENT_KIND,
    EVENT_ON,
    EVENT_PRINCIPAL,
    EVENT_INTEREST,
    EVENT_GRADE,
    EVENT_MATURES_ON,
    EVENT_REVERSES,
    EVENT_RATE,
    EVENT_PAYER,
    EVENT_FOR_FROM,
    EVENT_FOR_TO,
    EVENT_REASON,
    EVENT_FIELD_COUNT
};

/* Subsidy policies; rule.c reads them by these. */
enum policy_field {
    POLICY_CODE,
    POLICY_TITLE,
    POLICY_DISTRICT,
    POLICY_FROM,
    POLICY_TO,
    POLICY_APPLY_UNTIL,
    POLICY_LEGAL_REF,
    POLICY_SOURCE,
    POLICY_ELIGIBLE,
    POLICY_ITEMS,
    POLICY_CAPS,
    POLICY_BUDGET,
    POLICY_EXCLUDES,
    POLICY_VERSION_BY,
    POLICY_DECLARED,
    POLICY_FIELD_COUNT
};
enum policy_item_field {
    ITEM_NAME,
    ITEM_SHARE,
    ITEM_POINTS,
    ITEM_OF_LOAN,
    ITEM_RATE_BASIS,
    ITEM_CEILING,
    ITEM_IP_PART_ONLY,
    ITEM_MONTHS,
    ITEM_YEARS,
    ITEM_DAY_COUNT,
    ITEM_CAP,
    ITEM_MAX_OF_LOAN,
    ITEM_WHEN,
    ITEM_UPLIFTS,
    ITEM_AMOUNT,
    ITEM_TIERS,
    ITEM_PAYEE,
    ITEM_SHARE_RANGE,
    ITEM_WIDTH
};
enum policy_tier_field { TIER_FROM, TIER_SHARE, TIER_AMOUNT, TIER_WIDTH };
enum policy_uplift_field { UPLIFT_SHARE, UPLIFT_WHEN, UPLIFT_WIDTH };
enum policy_cap_field {
    CAP_PER,
    CAP_PERIOD,
    CAP_AMOUNT,
    CAP_ITEM,
    CAP_BY_KIND,
    CAP_WHEN,
    CAP_WIDTH
};
extern const struct choice policy_items[];
enum application_field {
    APPLICATION_REFERENCE,
    APPLICATION_POLICY,
    APPLICATION_LOAN,
    APPLICATION_INSURANCE,
    APPLICATION_ON,
    APPLICATION_FACTS,
    APPLICATION_EVIDENCE,
    APPLICATION_INVOICES,
    APPLICATION_SHARES,
    APPLICATION_FIELD_COUNT
};
enum evidence_field { EVIDENCE_FACT, EVIDENCE_DOCUMENT, EVIDENCE_SHA256, EVIDENCE_WIDTH };
enum share_field { SHARE_ITEM, SHARE_SHARE, SHARE_REASON, SHARE_WIDTH };
enum range_field { RANGE_MIN, RANGE_MAX, RANGE_WIDTH };
enum invoice_field {
    INVOICE_ITEM,
    INVOICE_NO,
    INVOICE_SELLER,
    INVOICE_AMOUNT,
    INVOICE_PAID_ON,
    INVOICE_WIDTH
};
/* The day by whose version of a policy a case is judged. */
enum version_by { BY_APPLICATION, BY_SETTLEMENT, BY_DRAW_DOWN };
enum check_field {
    CHECK_POLICY,
    CHECK_POLICY_FROM,
    CHECK_LOAN,
    CHECK_INSURANCE,
    CHECK_ON,
    CHECK_FACTS,
    CHECK_INVOICES,
    CHECK_SHARES,
    CHECK_FIELD_COUNT
};
enum rehearsal_field {
    REHEARSAL_POLICY_FROM,
    REHEARSAL_FROM,
    REHEARSAL_TO,
    REHEARSAL_BY,
    REHEARSAL_BUDGET,
    REHEARSAL_AGAINST,
    REHEARSAL_AGAINST_FROM,
    REHEARSAL_FACTS,
    REHEARSAL_LIST,
    REHEARSAL_FIELD_COUNT
};
#endif
