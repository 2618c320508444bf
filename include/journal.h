/*
 * journal.h - the ledger's journal in the words of other people's accounting programs.
 *
 * hledger, Ledger (ledger-cli) and Beancount read their own plain text; CSV and JSON are for
 * everything else. A journal declares its accounts, lists every transfer as one transaction of two
 * postings, and ends with a balance assertion for each account, so that the program that reads it
 * checks our sums with its own arithmetic.
 */
#ifndef PLEDGED_JOURNAL_H
#define PLEDGED_JOURNAL_H
#include "json.h"
#include "shape.h"

enum journal_format {
    JOURNAL_HLEDGER,
    JOURNAL_LEDGER,
    JOURNAL_BEANCOUNT,
    JOURNAL_CSV,
    JOURNAL_JSON,
    JOURNAL_FORMAT_COUNT
};
bool journal_format_parse(struct str s, enum journal_format *out);
const char *journal_type(enum journal_format f); /* the media type */

/* Texts as they come from the database: days YYYY-MM-DD, amounts in yuan with two decimals. */
struct journal_account {
    struct str code, kind, title, opened_on;
    struct str balance; /* debits less credits */
};
struct journal_transfer {
    struct str id, reference, on, debit, debit_kind, credit, credit_kind, amount, cause, memo;
    struct str reverses, recorded_at, recorded_by; /* p == NULL: none */
};

/* In this order: head, accounts, transfers (any number of calls), balances, tail. known_at: what
 * had been recorded by then; closes_on: a day after the last transfer. */
void journal_head(enum journal_format f, struct str known_at, struct buf *out);
void journal_accounts(
    enum journal_format f, const struct journal_account *list, int n, struct buf *out);
void journal_transfer(enum journal_format f, const struct journal_transfer *t, struct buf *out);
void journal_balances(enum journal_format f, const struct journal_account *list, int n,
    struct str closes_on, struct buf *out);
void journal_tail(enum journal_format f, struct buf *out);
extern const struct shape journal_shape; /* of the JSON */
#endif
