/*
 * titles.h - titles of the words that answers use, in both languages, each once.
 *
 * A word that can be sent has its Chinese title with the field that takes it (struct choice); here
 * is its English one. Words that are only told - states, steps, what became of a target - have both
 * here. GET /v1/words tells all of them.
 */
#ifndef PLEDGED_TITLES_H
#define PLEDGED_TITLES_H

#include "schema.h"

struct word {
    const char *name, *zh, *en;
};
struct word_list {
    const char *of; /* "loan.state" */
    const struct word *words;
};
extern const struct word_list word_lists[]; /* ends with {NULL} */
extern const struct word fact_people[];     /* who supplies a fact */
/* The word of a list; NULL: it has none of that name. */
const struct word *word_of(const char *list, struct str name);
/* The title of a state ("claim.paid", or one that many things have: "disabled") or of a step
 * ("pay"); NULL: it is none. */
const char *word_title(const char *word, size_t n, bool in_english);
/* The English title of a word that a field takes: where the table knows none, the name as it is
 * spelt: "Written off". */
const char *word_english(struct arena *a, const char *name);
/* What happens to loans and to rights: the words of /kind, and of refusals that say what can. */
extern const struct choice loan_event_kinds[14], ip_event_kinds[16];
/* The title of an event of such a kind of thing ("loan", "ip"); NULL: it has none. */
const char *event_title(
    struct arena *a, struct str of, const char *word, size_t n, bool in_english);
#endif
