/*
 * form.h - what the writers of a report share.
 */
#ifndef PLEDGED_FORM_H
#define PLEDGED_FORM_H
#include "report.h"

struct str form_pick(bool english, const char *zh, const char *en);
/* "知识产权质押融资季度报告 2022年第三季度" and the lines below it: whose, when, by which date. */
struct str form_title(struct arena *a, const struct report *r, bool english);
struct form_fact {
    struct str name, value;
};
enum { FORM_FACTS_MAX = 6 };
int form_facts(struct arena *a, const struct report *r, bool english, struct form_fact *out);

struct str form_section_title(const struct report_section *s, bool english);
struct str form_row_head(const struct report_section *s, bool english);
/* With the unit of its figures: "金额（元）", "同比（%）". */
struct str form_column_title(struct arena *a, const struct report_column *c, bool english);
/* The same where a line above tells the unit of money. */
struct str form_head(struct arena *a, const struct report_column *c, bool english);
/* With the unit of its figures when that is the row's business. */
struct str form_row_title(struct arena *a, const struct report_section *s,
    const struct report_row *row, int unit, bool english);
/* Of the unit of money: "万元"; "单位：万元" of a table. */
struct form_unit {
    int64_t fen;                         /* of one unit */
    const char *name, *zh, *en, *number; /* number: its format in a workbook */
    int decimals;
};
extern const struct form_unit form_units[];
struct str form_unit_line(struct arena *a, const struct report *r, bool english);
/* Fen in a unit, half up, thousands set apart: "1,234.56". */
struct str form_money(struct arena *a, int unit, int64_t fen);
bool form_has_money(const struct report_table *t);
/* The three sentences that a report begins with; absent ones have p == NULL. */
enum { FORM_SENTENCES = 3 };
void form_sentences(
    struct arena *a, const struct report *r, bool english, struct str out[FORM_SENTENCES]);
/* The four figures beside them. */
struct form_figure {
    struct str name, value, more;
};
enum { FORM_FIGURES = 4 };
int form_figures(
    struct arena *a, const struct report *r, bool english, struct form_figure out[FORM_FIGURES]);
/* What each section counts (reports/notes.c). */
struct str form_note(const struct report_section *s, bool english);
struct str form_total_title(bool english);
struct str form_nothing(bool english); /* said in place of a table without rows */
/* Escaped, for text and attributes of a page. */
void html_text(struct buf *out, struct str s);

/* What a cell holds, CELL_BY_ROW resolved. */
enum cell_kind form_kind(const struct report_column *c, const struct report_row *row);
bool form_shown(const struct report_cell *c); /* known and not suppressed */

/* Columns that a text takes up on the screen, a Chinese character two; and what fits into so many,
 * with "…" for the rest. */
int form_width(struct str s);
struct str form_cut(struct arena *a, struct str s, int width);

/* The section's picture as SVG with its figures in words; nothing when it has none to show. */
void chart_svg(const struct report_table *t, bool english, struct buf *out);
#endif
