/*
 * form_xlsx.c - a report as a workbook: a cover, the pictures, a sheet a section. Sections of the
 * same columns stand on one sheet below each other, so that they are read, and printed, together.
 *
 * The library writes to a file by name: a memory file of the kernel has one. Its dates are fixed
 * (the archive's in the library, the document's here), so that one report is one sequence of bytes.
 */
#include "form_xlsx.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COVER_NAME = 30, COVER_VALUE = 92 }; /* widths, in characters */

/* ---- the cover ------------------------------------------------------------------------------ */

/* A line over both columns, as high as its text asks for. */
static lxw_row_t put_words(struct workbook *w, lxw_worksheet *sheet, lxw_row_t at, struct str text)
{
    int lines = form_width(text) / (COVER_NAME + COVER_VALUE - 4) + 1;
    xlsx_must(worksheet_set_row(sheet, at, xlsx_number(18 * lines, 1), NULL));
    xlsx_must(worksheet_merge_range(sheet, at, 0, at, 1, text.p, w->look[LOOK_WORDS][0]));
    return at + 1;
}

static lxw_row_t put_brief(struct workbook *w, lxw_worksheet *sheet, lxw_row_t at)
{
    struct str sentence[FORM_SENTENCES];
    struct form_figure figure[FORM_FIGURES];
    int n = form_figures(w->a, w->r, w->english, figure);
    form_sentences(w->a, w->r, w->english, sentence);
    for (int i = 0; i < FORM_SENTENCES; i++) {
        if (sentence[i].p)
            at = put_words(w, sheet, at, sentence[i]);
    }
    at++;
    for (int i = 0; i < n; i++, at++) {
        xlsx_must(worksheet_write_string(sheet, at, 0, figure[i].name.p, w->look[LOOK_NAME][0]));
        xlsx_must(worksheet_write_string(sheet, at, 1,
            arena_printf(w->a, "%s　%s", figure[i].value.p, figure[i].more.p).p,
            w->look[LOOK_TITLE][0]));
    }
    return at + 1;
}

static lxw_row_t put_notes(struct workbook *w, lxw_worksheet *sheet, lxw_row_t at)
{
    static const char *const notes[][2] = {
        {"金额按所示单位显示,单元格内精确到分;合计为上方单元格之和(SUM)。各表口径见表下。",
            "Amounts are shown in the unit that is named, cells hold them to the fen; totals are "
            "sums "
            "of the cells above them. What a table counts is said below it."},
        {"同比、环比由未经舍入的数值计算，保留两位小数；“—”表示无可比数据，“*”表示不公开。",
            "Growth comes from unrounded figures, two decimals; — nothing to compare with, * not "
            "published."},
    };
    for (size_t i = 0; i < COUNT_OF(notes); i++)
        at = put_words(w, sheet, at, str_of(notes[i][w->english]));
    return at + 1;
}

static void put_contents(struct workbook *w, lxw_worksheet *sheet, lxw_row_t at)
{
    xlsx_must(worksheet_write_string(
        sheet, at, 0, form_pick(w->english, "目录", "Contents").p, w->look[LOOK_NAME][0]));
    for (int i = 0; i < w->r->n; i++) { /* in two columns */
        const char *url = arena_printf(w->a, "internal:'%s'!A%u", w->sheet[i], w->top[i] + 1).p;
        lxw_col_t column = (lxw_col_t)(i % 2);
        at += column == 0;
        xlsx_must(worksheet_write_url(sheet, at, column, url, w->look[LOOK_LINK][0]));
        xlsx_must(worksheet_write_string(sheet, at, column,
            form_section_title(w->r->table[i].section, w->english).p, w->look[LOOK_LINK][0]));
    }
}

static void put_cover(struct workbook *w)
{
    struct form_fact facts[FORM_FACTS_MAX];
    int n = form_facts(w->a, w->r, w->english, facts);
    lxw_worksheet *sheet =
        workbook_add_worksheet(w->book, form_pick(w->english, "封面", "Cover").p);
    lxw_row_t at = 0;
    MUST(sheet);
    xlsx_must(worksheet_set_column(sheet, 0, 0, COVER_NAME, NULL));
    xlsx_must(worksheet_set_column(sheet, 1, 1, COVER_VALUE, NULL));
    xlsx_must(worksheet_set_row(sheet, 0, 30, NULL));
    xlsx_must(worksheet_write_string(
        sheet, at, 0, form_title(w->a, w->r, w->english).p, w->look[LOOK_TITLE][0]));
    xlsx_must(worksheet_write_string(
        sheet, 1, 1, form_unit_line(w->a, w->r, w->english).p, w->look[LOOK_UNIT][0]));
    at = put_brief(w, sheet, 2);
    for (int i = 0; i < n; i++, at++) {
        xlsx_must(worksheet_write_string(sheet, at, 0, facts[i].name.p, w->look[LOOK_NAME][0]));
        xlsx_must(worksheet_write_string(sheet, at, 1, facts[i].value.p, w->look[LOOK_NOTE][0]));
    }
    at = put_notes(w, sheet, at + 1);
    put_contents(w, sheet, at);
    xlsx_page(w, sheet, 0);
    worksheet_fit_to_pages(sheet, 1, 1);
}

/* ---- the workbook --------------------------------------------------------------------------- */

/* At most 31 characters, none of []:*?/\; the section's own name when its title will not do. more:
 * others stand on it. */
static const char *sheet_name(struct workbook *w, const struct report_section *s, bool more)
{
    enum { MAX = 31 };
    struct str title = form_section_title(s, w->english);
    if (more)
        title = arena_printf(w->a, w->english ? "%s etc" : "%s等", title.p);
    size_t n = 0;
    for (int characters = 0; n < title.n; n++) {
        bool begins = ((unsigned char)title.p[n] & 0xC0) != 0x80;
        if (begins && characters++ == MAX)
            break;
    }
    const char *name = arena_str(w->a, title.p, n).p;
    return strpbrk(name, "[]:*?/\\'") ? s->name : name;
}

static void set_properties(struct workbook *w)
{
    int64_t us = 0;
    struct str title = form_title(w->a, w->r, w->english);
    lxw_doc_properties p = {0};
    char title_copy[128], author[] = "pledged";
    if (!instant_parse(w->r->known_at, &us))
        us = (int64_t)w->r->as_of.n * 86400 * 1000000;
    (void)snprintf(title_copy, sizeof title_copy, "%s", title.p); /* far shorter than that */
    p.title = title_copy;
    p.author = author;
    p.created = (time_t)(us / 1000000); /* the snapshot's, so that the bytes depend on it alone */
    xlsx_must(workbook_set_properties(w->book, &p));
}

static void put_workbook(struct workbook *w)
{
    const struct report *r = w->r;
    w->sheet = arena_alloc(w->a, (size_t)r->n * sizeof *w->sheet);
    w->top = arena_alloc(w->a, (size_t)r->n * sizeof *w->top);
    for (int i = 0; i < r->n; i++) {
        bool follows = xlsx_follows(w, i);
        w->sheet[i] =
            follows ? w->sheet[i - 1] : sheet_name(w, r->table[i].section, xlsx_follows(w, i + 1));
        w->top[i] = follows ? w->top[i - 1] + xlsx_rows(&r->table[i - 1]) : 0;
    }
    set_properties(w);
    xlsx_looks(w);
    put_cover(w);
    xlsx_charts(w);
    for (int i = 0; i < r->n; i++)
        xlsx_section(w, i);
}

static bool take_file(int fd, struct buf *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_size <= 0)
        return false;
    char *p = arena_alloc(out->a, (size_t)st.st_size);
    ssize_t n = pread(fd, p, (size_t)st.st_size, 0);
    if (n == st.st_size)
        buf_add(out, p, (size_t)n);
    return n == st.st_size;
}

bool report_xlsx(const struct report *r, bool english, struct buf *out)
{
    int fd = memfd_create("report.xlsx", MFD_CLOEXEC);
    if (fd < 0)
        return false;
    struct workbook w = {.r = r, .a = out->a, .english = english};
    w.book = workbook_new(arena_printf(out->a, "/proc/self/fd/%d", fd).p);
    MUST(w.book);
    put_workbook(&w);
    /* Frees the workbook in any case. */
    bool done = workbook_close(w.book) == LXW_NO_ERROR && take_file(fd, out);
    (void)close(fd);
    return done;
}
