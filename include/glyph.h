/*
 * glyph.h - the code points of a text (UTF-8): which are seen, which are spaces, printed forms.
 */
#ifndef PLEDGED_GLYPH_H
#define PLEDGED_GLYPH_H
#include "arena.h"

/* A code point that nobody sees: control and format characters, bidi marks, fillers, line and
 * paragraph separators. -1 when the text holds none. */
int32_t glyph_unseen(struct str s);
/* Whether the text begins or ends with a space of any kind; *which is that space. */
bool glyph_outer_space(struct str s, int32_t *which);
/* As a keyboard writes it: signs of full width become ASCII, spaces of any kind go. */
struct str glyph_plain(struct arena *a, struct str s);
/* Without the code points that nobody sees. */
struct str glyph_seen(struct arena *a, struct str s);
#endif
