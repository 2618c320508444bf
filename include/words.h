/*
 * words.h - the words of a text, as a catalogue is searched by them.
 */
#ifndef PLEDGED_WORDS_H
#define PLEDGED_WORDS_H
#include "arena.h"

/* The words of several texts, each once, in the order in which they first stand, with a space
 * between: folded (NFKC, lower case), cut at ICU's word boundaries. */
struct str words_cut(struct arena *a, const struct str *texts, int n);
/* The first of some words (with a space between) that stands in none of the texts; p == NULL: all
 * of them do. */
struct str words_foreign(struct arena *a, struct str words, const struct str *texts, int n);
#endif
