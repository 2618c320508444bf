/*
 * facts.h - the facts that a subsidy rule may ask about: one table, for rules, requests and rows.
 *
 * A case is an array of struct value in the order of the table. What records tell stands first;
 * what only the applicant can tell, and what other applications have used, behind it.
 */
#ifndef PLEDGED_FACTS_H
#define PLEDGED_FACTS_H
#include "schema.h"

/* In the order of fact_fields (ledger/facts.c). */
enum fact {
    FACT_BORROWER_USCC,
    FACT_BORROWER_DISTRICT,
    FACT_BORROWER_SIZE,
    FACT_BORROWER_SME,
    FACT_BORROWER_INDUSTRY,
    FACT_BORROWER_EMPLOYEES,
    FACT_BORROWER_REVENUE,
    FACT_BORROWER_ASSETS,
    FACT_BORROWER_SIZE_TOLD,
    FACT_LOAN_PRODUCT,
    FACT_LOAN_AMOUNT,
    FACT_LOAN_IP_AMOUNT,
    FACT_LOAN_IP_SHARE,
    FACT_LOAN_RATE,
    FACT_LOAN_SIGNED_ON,
    FACT_LOAN_DISBURSED_ON,
    FACT_LOAN_REGISTERED_ON,
    FACT_LOAN_MATURES_ON,
    FACT_LOAN_TERM_DAYS,
    FACT_LOAN_SETTLED_ON,
    FACT_LOAN_SETTLED_ON_TIME,
    FACT_LOAN_OVERDUE_EVER,
    FACT_LOAN_FIRST_LOAN,
    FACT_LOAN_GUARANTEED,
    FACT_LOAN_INSURED,
    FACT_LOAN_SCHEME,
    FACT_LOAN_UNDER_SCHEME,
    FACT_LOAN_COMPENSATED,
    FACT_LOAN_PATENTS,
    FACT_LOAN_TRADEMARKS,
    FACT_LOAN_OWNER_IS_BORROWER,
    FACT_LOAN_INTEREST_PAID,
    FACT_LOAN_DRAWN,
    FACT_LOAN_DAY_COUNT,
    /* told of a loan when a rule asks for them */
    FACT_LOAN_PLEDGEE,
    FACT_LOAN_FIRST_PLEDGE,
    /* the account by day, of loans whose days are not all alike (rule_judge.c) */
    FACT_LOAN_STRETCHES,
    FACT_LOAN_PAID_FOR,
    /* stated by the office that decides, with evidence */
    FACT_BORROWER_OPERATING_DISTRICT,
    FACT_BORROWER_TAX_DISTRICT,
    FACT_BORROWER_REGISTERED_ON,
    FACT_BORROWER_BAD_RECORD,
    FACT_BORROWER_HIGH_TECH,
    FACT_BORROWER_TECH_SME,
    FACT_BORROWER_KIND,
    FACT_INSURANCE_HIGH_VALUE,
    FACT_INSURANCE_BELT_AND_ROAD,
    FACT_INSURANCE_DOMESTIC,
    FACT_OFFICE_SHARES,
    FACT_AID_INTEREST,
    FACT_AID_INSURANCE_FEE,
    FACT_AID_GUARANTEE_FEE,
    FACT_AID_VALUATION_FEE,
    FACT_AID_PREMIUM,
    /* invoices of the case, and the insurance policy that it is about */
    FACT_FEE_INSURANCE,
    FACT_FEE_GUARANTEE,
    FACT_FEE_VALUATION,
    FACT_INSURANCE_KIND,
    FACT_INSURANCE_PREMIUM,
    FACT_INSURANCE_SUM,
    FACT_INSURANCE_STARTS_ON,
    FACT_INSURANCE_ENDS_ON,
    /* the loan prime rates of the case's days */
    FACT_LPR_1Y_DISBURSED,
    FACT_LPR_5Y_DISBURSED,
    FACT_LPR_1Y_SIGNED,
    FACT_LPR_5Y_SIGNED,
    FACT_LPR_1Y_SIGNED_MONTH,
    FACT_LPR_5Y_SIGNED_MONTH,
    FACT_LPR_1Y_SETTLED,
    FACT_LPR_5Y_SETTLED,
    FACT_LPR_1Y_BEFORE_SIGNED,
    FACT_LPR_5Y_BEFORE_SIGNED,
    FACT_LPR_1Y_SETTLED_MONTH,
    FACT_LPR_5Y_SETTLED_MONTH,
    FACT_LPR_1Y_DECEMBER,
    FACT_LPR_5Y_DECEMBER,
    /* what other applications have taken */
    FACT_USED_CITY,
    FACT_USED_DISTRICT,
    FACT_USED_APPLICATIONS,
    FACT_USED_POLICIES,
    FACT_USED_INTEREST_DAYS,
    FACT_USED_ITEMS,
    FACT_USED_INTEREST,
    FACT_USED_ENTERPRISE_YEAR,
    FACT_USED_ENTERPRISE_LIFETIME,
    /* told when a limit asks for them */
    FACT_USED_ITEMS_YEAR,
    FACT_USED_ITEMS_LIFETIME,
    FACT_USED_BANK_YEAR,
    FACT_USED_LOAN_ITEMS,
    FACT_COUNT
};

extern const struct field fact_fields[]; /* ends with {NULL} */
enum {
    FACT_LOAN_LAST = FACT_LOAN_PAID_FOR, /* rows of cases tell the facts up to this one */
    FACT_TOLD = FACT_LPR_1Y_DISBURSED /* a case that is only supposed tells the facts before it */
};

/* Who tells a fact. What the ledger tells nobody else does: absent, it is not known. */
enum fact_from { FROM_LEDGER, FROM_OFFICE };
/* Whether it can still be made another: never; while the loan is open; at any time. */
enum fact_change { CHANGE_NEVER, CHANGE_WHILE_OPEN, CHANGE_ALWAYS };

struct fact_nature {
    enum fact_from from;
    const char *who; /* who tells it, or makes it another: bank, insurer, office, firm, finance */
    const char *supply; /* what that person does when it is not known */
    enum fact_change change;
    const char *act; /* what is done to make it another; NULL: nothing can be */
};
extern const struct fact_nature fact_natures[]; /* FACT_COUNT */
extern const struct choice fact_sources[];
const char *fact_english(enum fact fact); /* its title in English */
/* What is done about it, in English: it is supplied, or made another. */
const char *fact_act_english(struct arena *a, enum fact fact, bool supply);
enum { FACT_SOURCES_MAX = 4 };
/* The facts that one follows from; how many. */
int fact_sources_of(enum fact fact, enum fact of[FACT_SOURCES_MAX]);
const char *fact_person(const char *who); /* its title */
/* The fact that a decision names, by its name or its Chinese title; -1: there is none any more. */
int fact_named(struct str name);
/* The value that a decision tells of it, in words: "1,499,500.00 元", "是". */
struct str fact_said(struct arena *a, int fact, const struct json *v, bool english);
/* The fact that tells what its sources say of one which is not known because they differ;
 * FACT_COUNT: they do not. */
enum fact fact_disputed(enum fact fact, const struct value *facts);
extern const char fact_settle[]; /* what is done then */

/* A loan prime rate from the day of its publication. */
struct lpr {
    day on;
    int32_t ppm[2]; /* one year, five years */
};

/* Fill what follows from other facts: shares, terms, "on time", size classes. What is told and
 * contradicts it is a problem at base/name. */
MUST_USE bool facts_derive(struct value *f, const char *base, struct err *e);
/* Fill the loan prime rates of the days that are known: none is before the first row, nor when the
 * newest one is so old that another must have been published since. */
void facts_lpr(struct value *f, const struct lpr *rates, int n);
/* The day of the case that the fact of a rate is made of. */
enum fact facts_lpr_day(enum fact lpr);
/* {"borrower.district":"310116",…}: present facts in the order of the table. */
void facts_write(const struct value *f, struct buf *out);
/* One fact as the JSON that it would be told in; null when it is absent. */
void fact_write(enum fact fact, const struct value *v, struct buf *out);
/* The same as facts_write in reverse, for decisions that were stored. */
MUST_USE bool facts_read(struct arena *a, const struct json *in, struct value *f, struct err *e);
#endif
