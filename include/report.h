/*
 * report.h - a report as data: what its sections are (the catalogue) and what is in them (tables).
 *
 * A section is a table of rows and columns. Figures come from the database as whole numbers
 * (counts, fen); every percentage is made here from two of them, so that rows, totals and formats
 * can not differ: two decimals, half up, away from zero for negatives, from unrounded values
 * (domain rule: publications round half up; growth without a base is not known, never infinite).
 */
#ifndef PLEDGED_REPORT_H
#define PLEDGED_REPORT_H
#include "day.h"
#include "json.h"
#include "shape.h"

enum cell_kind {
    CELL_COUNT,   /* whole number */
    CELL_MONEY,   /* fen */
    CELL_BY_ROW,  /* count or money, as the row says: tables whose rows are measures */
    CELL_PERCENT, /* hundredths of a percent */
    CELL_TEXT,
};
/* Where a column's figure comes from. */
enum cell_from {
    FROM_FACTS,  /* v[index] of the section's facts, summed */
    FROM_FIRMS,  /* distinct firms among the facts: does not add up over rows */
    FROM_SHARE,  /* column a in percent of column b */
    FROM_GROWTH, /* column a over column b, less one, in percent */
    FROM_PART,   /* column a in percent of the same column of the total row */
    FROM_PLAN,   /* what the plan's own computation says of the row's target */
    FROM_TEXT,   /* a text that the row carries */
};

struct report_column {
    const char *key; /* "amount_last_year" */
    const char *zh, *en;
    enum cell_kind kind;
    enum cell_from from;
    /* FROM_FACTS, FROM_FIRMS: a = index into v, from 1; FROM_SHARE, FROM_GROWTH, FROM_PART:
     * columns, from 0; FROM_PLAN: a = which of plan_cell */
    int a, b;
};

/* What a picture of the section shows, when there is one. */
enum report_chart {
    CHART_NONE,
    CHART_LINE,     /* a line over the rows in their order */
    CHART_BARS,     /* one bar a row, the largest first */
    CHART_PROGRESS, /* how far each row has come towards its threshold */
};

/* Which rows a section shows: an empty quarter has them all the same, with nought in them. What the
 * facts know beside these follows in the order of its keys. */
enum report_rows {
    ROWS_FOUND,     /* those of the facts */
    ROWS_LISTED,    /* keys */
    ROWS_DISTRICTS, /* all of the city; for a district its own */
    ROWS_QUARTERS,  /* of the plan, up to the report's */
    ROWS_TARGETS,   /* of the plan */
};
struct report_key {
    const char *key, *zh, *en;
    enum cell_kind kind;  /* of CELL_BY_ROW columns */
    const char *firms_of; /* the row counts the distinct firms behind that row's facts */
};

struct report_section {
    const char *name; /* "by_district": in ?section=, of the facts in the database */
    const char *zh, *en;
    const char *row_zh, *row_en;         /* head of the first column: "区", "District" */
    const struct report_column *columns; /* ends with {NULL} */
    bool total;                          /* has a total row */
    enum report_chart chart;
    int chart_column; /* whose figures the picture shows */
    enum report_rows rows;
    const struct report_key *keys; /* titles; ROWS_LISTED: all of them. Ends with {NULL} */
};
enum { REPORT_SECTIONS_MAX = 40 };
extern const struct report_section report_sections[];         /* ends with {NULL} */
const struct report_section *report_section(struct str name); /* NULL when there is none */
struct str report_section_nearest(struct str name);
/* The listed row of this key; NULL when there is none. */
const struct report_key *report_listed(const struct report_section *s, struct str key);
int report_columns(const struct report_section *s);
int report_column(const struct report_section *s, struct str key); /* -1 when there is none */

struct report_cell {
    bool known;      /* false: shown as "—" */
    bool suppressed; /* fewer than three firms stand behind it, or it would give such a cell away */
    int64_t n;       /* by kind */
    int64_t firms;   /* distinct firms among the facts with v[a] <> 0; 0: nobody's own figure */
    struct str text; /* CELL_TEXT */
};
struct report_row {
    struct str key;           /* "310115"; "" of the total */
    struct str title;         /* "浦东新区" */
    enum cell_kind kind;      /* of CELL_BY_ROW columns */
    struct report_cell *cell; /* as many as the section has columns */
};
struct report_table {
    const struct report_section *section;
    int n;
    struct report_row *row;
    struct report_row total; /* cell == NULL: none */
};
struct report {
    int unit;            /* enum report_unit */
    struct str reporter; /* the organisation that it is made for */
    quarter quarter;
    day as_of;                                     /* the last day that counts */
    struct str known_at;                           /* instant of the snapshot, RFC 3339 */
    struct str basis;                              /* signed_on, registered_on, disbursed_on */
    struct str plan_code, plan_title;              /* whose targets, and since when totals count */
    bool as_of_asked, known_at_asked, basis_asked; /* links to rows carry on what is set */
    struct str scope_zh, scope_en;                 /* whose figures: 全市, a district, a bank */
    struct str sealed_at;                          /* p == NULL: live */
    bool public_only;                              /* small cells are suppressed */
    int n;
    struct report_table *table;
};

/* The unit that a page or a workbook shows money in; programs are told yuan. */
enum report_unit { UNIT_YUAN, UNIT_WAN, UNIT_YI, UNIT_COUNT };
MUST_USE bool report_unit_parse(struct str s, int *out); /* "wan", "万元" */

/* ---- out of the database's figures (reports/build.c) ----------------------------------------- */

enum { REPORT_WIDTH = 13 }; /* columns that a fact may have */
/* One row of report_cells. */
struct report_figures {
    struct str key;   /* p == NULL: of the whole section */
    struct str title; /* p == NULL: the catalogue's, or the key */
    struct str note;  /* of FROM_TEXT columns; p == NULL: none */
    int64_t facts;
    struct report_cell v[REPORT_WIDTH]; /* known, n, firms */
};
/* What the plan says of a target, or of one of its metrics: the figures of /v1/plans/…/targets. */
enum plan_cell {
    PLAN_VALUE,
    PLAN_BASE,
    PLAN_GROWTH,
    PLAN_REQUIRED,
    PLAN_PROGRESS,
    PLAN_COMPOUND,
    PLAN_MEAN,
    PLAN_STATUS,
    PLAN_CELLS
};
struct report_target {
    struct str key, title;
    bool money;
    bool loans; /* loans count for it: its facts are those of the section */
    struct report_cell cell[PLAN_CELLS];
};
struct report_plan {
    struct str code, title;
    int first_year;
    int n; /* 0: targets are not asked for */
    const struct report_target *target;
};
/* whole: the database's own total. district: whose report it is; p == NULL: not a district's.
 * false: the rows do not add up to it. */
MUST_USE bool report_table_make(struct arena *a, quarter q, const struct report_section *s,
    const struct report_figures *row, int n, const struct report_figures *whole,
    const struct report_plan *plan, struct str district, bool english, struct report_table *out);

/* ---- writers: one report, four forms that agree to the fen ----------------------------------- */
enum report_format { REPORT_JSON, REPORT_CSV, REPORT_XLSX, REPORT_HTML, REPORT_FORMAT_COUNT };
bool report_format_parse(struct str s, enum report_format *out);
const char *report_type(enum report_format f);      /* Content-Type */
const char *report_extension(enum report_format f); /* "xlsx" */

void report_json(const struct report *r, bool english, struct buf *out);
extern const struct shape report_shape;                                  /* what that writes */
void report_csv(const struct report *r, bool english, struct buf *out);  /* UTF-8 with BOM */
void report_html(const struct report *r, bool english, struct buf *out); /* one page, no script */
/* The workbook's bytes; the same report gives the same bytes. false: no room for its parts, which
 * libxlsxwriter keeps in files of the temporary folder. */
MUST_USE bool report_xlsx(const struct report *r, bool english, struct buf *out);

/* How a cell is written: "121530000.00", "519", "59.16", "—", "*" when suppressed. */
struct str report_cell_text(
    struct arena *a, const struct report_column *c, const struct report_row *row, int column);
/* Fen for reading: "121.53亿元", "56.00万元", "0.50元", "12.15 bn yuan". Two decimals, half up away
 * from zero. */
struct str form_amount(struct arena *a, int64_t fen, bool english);
/* Where the records behind a cell are listed; absent for what no records add up to (percentages,
 * texts) and for what is not shown. */
struct str report_link(struct arena *a, const struct report *r, const struct report_table *t,
    const struct report_row *row, int column);

/* Of a report made of published cells: hides what is derived from hidden figures
 * (reports/suppress.c).
 */
void report_publish(struct report *r);
/* Is it among the sections that are published? */
bool report_is_public(const struct report_section *s);
#endif
