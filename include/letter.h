/*
 * letter.h - what an office sends of an application, as a page to be printed.
 */
#ifndef PLEDGED_LETTER_H
#define PLEDGED_LETTER_H
#include "day.h"
#include "json.h"
#include "money.h"

enum letter_kind {
    LETTER_GRANT,  /* 补贴决定书 */
    LETTER_REFUSE, /* 不予补贴告知书 */
    LETTER_SUPPLY, /* 一次性告知单: all that is missing, told at once */
};

struct letter {
    enum letter_kind kind;
    int64_t no; /* of the office in the year */
    struct str office, policy, legal_ref, firm, subject, reference, budget;
    struct str reason; /* of the step that refused or approved; or {NULL,0} */
    day applied_on, decided_on;
    money amount;
    const struct json *decision; /* as the application stores it */
};

/* A whole HTML page, A4, in Chinese: number, clause by clause with its basis, the arithmetic, the
 * amount in figures and capital numerals, what can be supplied and what cannot. */
void letter_write(const struct letter *l, struct buf *out);
#endif
