/*
 * fact_titles.c - what facts are called in English, what is done about them, of which others one
 * follows.
 */
#include "facts.h"

static const char *const english[FACT_COUNT] = {
    [FACT_BORROWER_USCC] = "Borrower",
    [FACT_BORROWER_DISTRICT] = "District of registration",
    [FACT_BORROWER_SIZE] = "Size of the firm",
    [FACT_BORROWER_SME] = "Small, medium or micro firm",
    [FACT_BORROWER_INDUSTRY] = "Industry",
    [FACT_BORROWER_EMPLOYEES] = "Employees",
    [FACT_BORROWER_REVENUE] = "Revenue",
    [FACT_BORROWER_ASSETS] = "Assets",
    [FACT_BORROWER_SIZE_TOLD] = "Size of the firm, as each tells it",
    [FACT_LOAN_PRODUCT] = "Product",
    [FACT_LOAN_AMOUNT] = "Amount of the loan",
    [FACT_LOAN_IP_AMOUNT] = "Amount that IP secures",
    [FACT_LOAN_IP_SHARE] = "Share that IP secures",
    [FACT_LOAN_RATE] = "Annual rate of the loan",
    [FACT_LOAN_SIGNED_ON] = "Day of signing",
    [FACT_LOAN_DISBURSED_ON] = "Day of drawing",
    [FACT_LOAN_REGISTERED_ON] = "Day of registration of the pledge",
    [FACT_LOAN_MATURES_ON] = "Day of maturity",
    [FACT_LOAN_TERM_DAYS] = "Term in days",
    [FACT_LOAN_SETTLED_ON] = "Day of settlement",
    [FACT_LOAN_SETTLED_ON_TIME] = "Repaid on time",
    [FACT_LOAN_OVERDUE_EVER] = "Ever overdue",
    [FACT_LOAN_FIRST_LOAN] = "First loan of the firm",
    [FACT_LOAN_GUARANTEED] = "Guaranteed",
    [FACT_LOAN_INSURED] = "Insured",
    [FACT_LOAN_SCHEME] = "Scheme of risk sharing",
    [FACT_LOAN_UNDER_SCHEME] = "Under a scheme of risk sharing",
    [FACT_LOAN_COMPENSATED] = "Compensation was claimed",
    [FACT_LOAN_PATENTS] = "Patents pledged",
    [FACT_LOAN_TRADEMARKS] = "Trademarks pledged",
    [FACT_LOAN_OWNER_IS_BORROWER] = "Borrower, pledgor and owner are one",
    [FACT_LOAN_INTEREST_PAID] = "Interest paid",
    [FACT_LOAN_DRAWN] = "Amount drawn",
    [FACT_LOAN_DAY_COUNT] = "Day count of the loan",
    [FACT_LOAN_PLEDGEE] = "Pledgee",
    [FACT_LOAN_FIRST_PLEDGE] = "First pledge",
    [FACT_LOAN_STRETCHES] = "Balances and rates by stretch",
    [FACT_LOAN_PAID_FOR] = "Interest paid, by period",
    [FACT_BORROWER_OPERATING_DISTRICT] = "District of operation",
    [FACT_BORROWER_TAX_DISTRICT] = "District of taxation",
    [FACT_BORROWER_REGISTERED_ON] = "Day of registration of the firm",
    [FACT_BORROWER_BAD_RECORD] = "Serious breach within three years",
    [FACT_BORROWER_HIGH_TECH] = "High-tech firm",
    [FACT_BORROWER_TECH_SME] = "Small or medium technology firm",
    [FACT_BORROWER_KIND] = "Kind of applicant",
    [FACT_INSURANCE_HIGH_VALUE] = "High-value patents are insured",
    [FACT_INSURANCE_BELT_AND_ROAD] = "Markets are Belt and Road countries",
    [FACT_INSURANCE_DOMESTIC] = "Domestic patents only",
    [FACT_OFFICE_SHARES] = "Shares decided by the office",
    [FACT_AID_INTEREST] = "Other aid for interest",
    [FACT_AID_INSURANCE_FEE] = "Other aid for the insurance fee",
    [FACT_AID_GUARANTEE_FEE] = "Other aid for the guarantee fee",
    [FACT_AID_VALUATION_FEE] = "Other aid for the valuation fee",
    [FACT_AID_PREMIUM] = "Other aid for the premium",
    [FACT_FEE_INSURANCE] = "Insurance fee paid",
    [FACT_FEE_GUARANTEE] = "Guarantee fee paid",
    [FACT_FEE_VALUATION] = "Valuation fee paid",
    [FACT_INSURANCE_KIND] = "Kind of insurance",
    [FACT_INSURANCE_PREMIUM] = "Premium paid",
    [FACT_INSURANCE_SUM] = "Sum insured",
    [FACT_INSURANCE_STARTS_ON] = "First day of insurance",
    [FACT_INSURANCE_ENDS_ON] = "Last day of insurance",
    [FACT_LPR_1Y_DISBURSED] = "One-year LPR of the day of drawing",
    [FACT_LPR_5Y_DISBURSED] = "Five-year LPR of the day of drawing",
    [FACT_LPR_1Y_SIGNED] = "One-year LPR of the day of signing",
    [FACT_LPR_5Y_SIGNED] = "Five-year LPR of the day of signing",
    [FACT_LPR_1Y_SIGNED_MONTH] = "One-year LPR of the month of signing",
    [FACT_LPR_5Y_SIGNED_MONTH] = "Five-year LPR of the month of signing",
    [FACT_LPR_1Y_SETTLED] = "One-year LPR of the day of settlement",
    [FACT_LPR_5Y_SETTLED] = "Five-year LPR of the day of settlement",
    [FACT_LPR_1Y_BEFORE_SIGNED] = "One-year LPR of the month before signing",
    [FACT_LPR_5Y_BEFORE_SIGNED] = "Five-year LPR of the month before signing",
    [FACT_LPR_1Y_SETTLED_MONTH] = "One-year LPR of the month of settlement",
    [FACT_LPR_5Y_SETTLED_MONTH] = "Five-year LPR of the month of settlement",
    [FACT_LPR_1Y_DECEMBER] = "One-year LPR of the December after settlement",
    [FACT_LPR_5Y_DECEMBER] = "Five-year LPR of the December after settlement",
    [FACT_USED_CITY] = "Has a subsidy of the city",
    [FACT_USED_DISTRICT] = "Has a subsidy of a district",
    [FACT_USED_APPLICATIONS] = "Applications for the loan so far",
    [FACT_USED_POLICIES] = "Policies used for the loan",
    [FACT_USED_INTEREST_DAYS] = "Days whose interest was subsidised",
    [FACT_USED_ITEMS] = "Fees that were subsidised",
    [FACT_USED_INTEREST] = "Interest subsidy of the loan so far",
    [FACT_USED_ENTERPRISE_YEAR] = "Under this policy, the firm this year",
    [FACT_USED_ENTERPRISE_LIFETIME] = "Under this policy, the firm in all",
    [FACT_USED_ITEMS_YEAR] = "Under this policy, the firm this year, by item",
    [FACT_USED_ITEMS_LIFETIME] = "Under this policy, the firm in all, by item",
    [FACT_USED_BANK_YEAR] = "Under this policy, the bank this year",
    [FACT_USED_LOAN_ITEMS] = "Under this policy, the loan, by item",
};

/* Those that fact_natures.c names, by which a fact is made another. */
static const char *const acts[FACT_COUNT] = {
    [FACT_BORROWER_DISTRICT] =
        "The firm moves its registration to the district; the bank corrects the loan's record",
    [FACT_LOAN_IP_AMOUNT] =
        "Both parties change the amount that IP secures; the bank corrects the loan's record",
    [FACT_LOAN_IP_SHARE] =
        "Both parties change the amount that IP secures; the bank corrects the loan's record",
    [FACT_LOAN_REGISTERED_ON] = "The pledge is registered; the bank tells the day",
    [FACT_LOAN_SETTLED_ON] = "The firm repays the loan; the bank tells that it is settled",
    [FACT_LOAN_SETTLED_ON_TIME] =
        "The firm repays the loan on time; the bank tells that it is settled",
    [FACT_LOAN_GUARANTEED] = "A guarantee is added; the bank corrects the loan's record",
    [FACT_LOAN_INSURED] = "The loan is insured; the bank corrects its record",
    [FACT_LOAN_PATENTS] =
        "More patents are pledged and registered; the bank corrects the loan's record",
    [FACT_LOAN_TRADEMARKS] =
        "More trademarks are pledged and registered; the bank corrects the loan's record",
    [FACT_LOAN_OWNER_IS_BORROWER] =
        "The rights are made over to the borrower; the bank corrects the loan's record",
    [FACT_BORROWER_OPERATING_DISTRICT] = "The firm moves its business to the district",
    [FACT_BORROWER_TAX_DISTRICT] = "The firm moves its tax registration to the district",
    [FACT_BORROWER_HIGH_TECH] = "The firm is recognised as a high-tech firm",
    [FACT_BORROWER_TECH_SME] = "The firm is listed as a small or medium technology firm",
};

const char *fact_act_english(struct arena *a, enum fact fact, bool supply)
{
    if (!supply && acts[fact])
        return acts[fact];
    return arena_printf(a, "To be told: %s", english[fact]).p;
}

const char *fact_english(enum fact fact)
{
    return english[fact];
}

int fact_sources_of(enum fact fact, enum fact of[FACT_SOURCES_MAX])
{
    static const struct {
        enum fact fact, of[FACT_SOURCES_MAX];
        int n;
    } list[] = {
        {FACT_BORROWER_SIZE,
            {FACT_BORROWER_INDUSTRY, FACT_BORROWER_EMPLOYEES, FACT_BORROWER_REVENUE,
                FACT_BORROWER_ASSETS},
            4},
        {FACT_BORROWER_SME, {FACT_BORROWER_SIZE}, 1},
        {FACT_LOAN_IP_SHARE, {FACT_LOAN_IP_AMOUNT, FACT_LOAN_AMOUNT}, 2},
        {FACT_LOAN_TERM_DAYS, {FACT_LOAN_DISBURSED_ON, FACT_LOAN_MATURES_ON}, 2},
        {FACT_LOAN_SETTLED_ON_TIME, {FACT_LOAN_SETTLED_ON, FACT_LOAN_MATURES_ON}, 2},
        {FACT_LOAN_UNDER_SCHEME, {FACT_LOAN_SCHEME}, 1},
    };
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        if (list[i].fact != fact)
            continue;
        for (int k = 0; k < list[i].n; k++)
            of[k] = list[i].of[k];
        return list[i].n;
    }
    if (fact >= FACT_LPR_1Y_DISBURSED && fact < FACT_USED_CITY) {
        of[0] = facts_lpr_day(fact);
        return 1;
    }
    return 0;
}
