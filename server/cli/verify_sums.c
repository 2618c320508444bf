/*
 * verify_sums.c - the sums of loans that the report is made of, in one pass over the loans.
 *
 * A statement for each table of sums would sort ten rows a loan. Here loans come once, in the order
 * of their firms; of each class of them the database says once in which rows of the report it
 * stands. Only how they are counted is done here. Of a table that holds just that nothing more is
 * asked; of another the statement that makes it again (verify_tables.c) says what differs.
 */
#include "link.h"
#include "sums.h"
#include "turns.h"
#include <stdlib.h>
#include <string.h>

enum { NO_QUARTER = INT32_MIN /* -infinity, as it comes */ };

/* What loans of a class are counted in. */
struct class
{
    int32_t place; /* office and district */
    int n;
    struct class_row {
        int32_t row;
        bool by_day;
    } * list;
};

/* Where a firm stands in a row of the report: its newest quarter, the one before, and the first day
 * in it. */
struct chain {
    uint32_t firm;
    int32_t quarter, before, first;
};

enum { BY_PLACE, BY_QUARTER, BY_FIRMS, BY_DAY, MAPS };

struct pass {
    struct look *l;
    struct names classes, rows, places;
    struct class *class;
    struct chain *counting, *known; /* by row */
    struct sums map[MAPS];
    struct arena *of_firm;
    struct arena *of_classes;
    struct buf borrower, taken; /* of the firm and quarter that loans are of now: its classes */
    int32_t quarter, last_class;
    uint32_t firm;  /* the number of firms so far */
    PGresult *held; /* rows of firm_quarter */
    int held_at;
    bool firms_differ;
};

/* A table, and the sums that it is to hold: name of the row, day, day before, numbers. */
static const struct {
    const char *tab, *sql;
} held[MAPS] = {
    [BY_PLACE] = {"loan_rollup",
        "select concat(org_id, ' ', district), quarter, date '2000-01-01', loans, 0::bigint,"
        " 0::bigint, 0::bigint, 0::bigint, 0::bigint from loan_rollup"},
    [BY_QUARTER] = {"city_rollup",
        "select concat(section, ' ', row_key), quarter, date '2000-01-01', loans, amount_fen,"
        " registered_fen, patents, trademarks, 0::bigint from city_rollup"},
    [BY_FIRMS] = {"city_firms",
        "select concat(section, ' ', row_key), quarter, before, firms, 0::bigint, 0::bigint,"
        " 0::bigint, 0::bigint, 0::bigint from city_firms"},
    [BY_DAY] = {"city_days",
        "select concat(section, ' ', row_key), day, before, loans, amount_fen, registered_fen,"
        " patents, trademarks, firms from city_days"},
};
static const char firm_tab[] = "firm_quarter";

bool verify_is_sum(const char *tab)
{
    for (size_t i = 0; i < COUNT_OF(held); i++) {
        if (strcmp(tab, held[i].tab) == 0)
            return true;
    }
    return strcmp(tab, firm_tab) == 0;
}

/* ---- classes --------------------------------------------------------------------------------- */

static void *longer(void *list, size_t was, size_t is, size_t size)
{
    char *more = realloc(list, is * size);
    MUST(more || is == 0);
    if (is > was)
        memset(more + was * size, 0, (is - was) * size);
    return more;
}

static void class_add(struct pass *p, const PGresult *r, int i)
{
    enum { CLASS, PLACE, ROW, BY_DAYS };
    int32_t at = names_find(&p->classes, turn_text(r, i, CLASS));
    struct class *c = &p->class[at];
    c->list = arena_grow(p->of_classes, c->list, (size_t)c->n * sizeof *c->list,
        (size_t)(c->n + 1) * sizeof *c->list);
    c->place = names_at(&p->places, turn_text(r, i, PLACE));
    c->list[c->n++] =
        (struct class_row){names_at(&p->rows, turn_text(r, i, ROW)), turn_is_true(r, i, BY_DAYS)};
}

/* Asks of the classes that have come up in these loans, all at once. */
static void classes_ask(struct pass *p, const PGresult *loans, int column)
{
    static const char sql[] =
        "select k.class, concat(c.org_id, ' ', c.district), concat(r.section, ' ', r.row_key),"
        " r.section in (select e.section from rollup_row_expression(null) e)"
        " from unnest($1::text[]) k(class) cross join loan_class_named(k.class) c"
        " cross join rollup_class_rows(k.class) r";
    struct buf list;
    size_t known = p->classes.n, rows = p->rows.n;
    arena_reset(p->l->a);
    buf_init(&list, p->l->a);
    for (int i = 0; i < PQntuples(loans); i++) {
        size_t n = p->classes.n;
        if ((size_t)names_at(&p->classes, turn_text(loans, i, column)) == n)
            buf_printf(&list, "%c\"%s\"", list.n ? ',' : '{', PQgetvalue(loans, i, column));
    }
    if (p->classes.n == known)
        return;
    buf_char(&list, '}');
    p->class = longer(p->class, known, p->classes.n, sizeof *p->class);
    const char *asked = buf_view(&list).p;
    PGresult *r = verify_ask_binary(p->l, sql, &asked, 1);
    for (int i = 0; r && i < PQntuples(r); i++)
        class_add(p, r, i);
    PQclear(r);
    p->counting = longer(p->counting, rows, p->rows.n, sizeof *p->counting);
    p->known = longer(p->known, rows, p->rows.n, sizeof *p->known);
}

/* ---- what firms took ------------------------------------------------------------------------- */

/* The firm and quarter that are through hold what stands next in the table. */
static void firm_held(struct pass *p)
{
    enum { BORROWER, QUARTER, CLASSES };
    if (p->taken.n == 0 || p->firms_differ)
        return;
    buf_char(&p->taken, '}');
    if (p->held && p->held_at == PQntuples(p->held)) {
        PQclear(p->held);
        p->held = turns_next(p->l, firm_tab);
        p->held_at = 0;
    }
    int i = p->held_at++;
    p->firms_differ =
        !p->held || !str_eq(turn_text(p->held, i, BORROWER), buf_view(&p->borrower)) ||
        PQgetisnull(p->held, i, QUARTER) || turn_day(p->held, i, QUARTER) != p->quarter ||
        !str_eq(turn_text(p->held, i, CLASSES), buf_view(&p->taken));
}

static void firms_end(struct pass *p)
{
    firm_held(p);
    if (!p->firms_differ && p->held && p->held_at == PQntuples(p->held)) {
        PQclear(p->held);
        p->held = turns_next(p->l, firm_tab);
        p->held_at = 0;
    }
    p->firms_differ = p->firms_differ || p->held != NULL;
    PQclear(p->held);
    p->held = NULL;
}

static void firm_at(struct pass *p, struct str borrower, int32_t quarter)
{
    bool same = p->firm && str_eq(borrower, buf_view(&p->borrower));
    if (same && quarter == p->quarter)
        return;
    firm_held(p);
    arena_reset(p->of_firm);
    buf_init(&p->taken, p->of_firm);
    buf_init(&p->borrower, p->of_firm);
    buf_str(&p->borrower, borrower);
    p->quarter = quarter;
    p->last_class = -1;
    p->firm += !same;
}

/* Classes come in their order. */
static void firm_takes(struct pass *p, int32_t class)
{
    if (class == p->last_class)
        return;
    buf_text(&p->taken, p->taken.n ? ",\"" : "{\"");
    buf_str(&p->taken, p->classes.text[class]);
    buf_char(&p->taken, '"');
    p->last_class = class;
}

/* ---- loans ----------------------------------------------------------------------------------- */

enum { BORROWER, QUARTER, DAY, CLASS, FEN, REGISTERED, PATENTS, TRADEMARKS, COUNTS, KNOWN };
enum { LOANS, FIRMS = SUM_COLUMNS - 1 };

/* Does the firm come into this row in this quarter? */
static bool chain_moves(struct chain *c, uint32_t firm, int32_t quarter)
{
    if (c->firm == firm && c->quarter == quarter)
        return false;
    c->before = c->firm == firm ? c->quarter : NO_QUARTER;
    c->firm = firm;
    c->quarter = quarter;
    return true;
}

static void add(struct sums *s, int32_t row, int32_t day, int32_t before, const int64_t *n)
{
    struct sum *x = sums_at(s, row, day, before);
    for (int i = 0; i < FIRMS; i++)
        x->n[i] += n[i];
}

static void add_counting(struct pass *p, const struct class *c, const int64_t *n)
{
    sums_at(&p->map[BY_PLACE], c->place, p->quarter, 0)->n[LOANS]++;
    for (int i = 0; i < c->n; i++) {
        int32_t row = c->list[i].row;
        add(&p->map[BY_QUARTER], row, p->quarter, 0, n);
        if (chain_moves(&p->counting[row], p->firm, p->quarter))
            sums_at(&p->map[BY_FIRMS], row, p->quarter, p->counting[row].before)->n[LOANS]++;
    }
}

/* The firm counts on the first of its days. */
static void add_known(struct pass *p, const struct class *c, int32_t day, const int64_t *n)
{
    struct sums *s = &p->map[BY_DAY];
    for (int i = 0; i < c->n; i++) {
        int32_t row = c->list[i].row;
        struct chain *firm = &p->known[row];
        if (!c->list[i].by_day)
            continue;
        bool moves = chain_moves(firm, p->firm, p->quarter);
        if (!moves && day < firm->first)
            sums_at(s, row, firm->first, firm->before)->n[FIRMS]--;
        if (moves || day < firm->first) {
            sums_at(s, row, day, firm->before)->n[FIRMS]++;
            firm->first = day;
        }
        add(s, row, day, firm->before, n);
    }
}

static void add_loan(struct pass *p, const PGresult *r, int i)
{
    int32_t class = names_find(&p->classes, turn_text(r, i, CLASS));
    const struct class *c = &p->class[class];
    const int64_t n[FIRMS] = {1, turn_number(r, i, FEN), turn_number(r, i, REGISTERED),
        turn_number(r, i, PATENTS), turn_number(r, i, TRADEMARKS)};
    firm_at(p, turn_text(r, i, BORROWER), turn_day(r, i, QUARTER));
    if (turn_is_true(r, i, COUNTS)) {
        firm_takes(p, class);
        add_counting(p, c, n);
    }
    if (turn_is_true(r, i, KNOWN))
        add_known(p, c, turn_day(r, i, DAY), n);
}

/* ---- what the tables hold -------------------------------------------------------------------- */

/* Takes a row off; false: it is of nothing that was counted. */
static bool take_off(void *of, int map, const PGresult *r, int i)
{
    struct pass *p = of;
    enum { NAME, OF_DAY, BEFORE, NUMBERS };
    const struct names *names = map == BY_PLACE ? &p->places : &p->rows;
    int64_t n[SUM_COLUMNS], any = 0;
    for (int k = 0; k < NUMBERS + SUM_COLUMNS; k++) {
        if (PQgetisnull(r, i, k))
            return false;
    }
    for (int k = 0; k < SUM_COLUMNS; k++) {
        n[k] = turn_number(r, i, NUMBERS + k);
        any |= n[k];
    }
    if (!any)
        return true; /* nought is none */
    int32_t row = names_find(names, turn_text(r, i, NAME));
    if (row < 0)
        return false;
    struct sum *x = sums_at(&p->map[map], row, turn_day(r, i, OF_DAY), turn_day(r, i, BEFORE));
    bool again = x->told;
    x->told = true;
    for (int k = 0; k < SUM_COLUMNS; k++)
        x->n[k] -= n[k];
    return !again;
}

static bool holds(struct pass *p, int map)
{
    return turns_taken(p->l, held[map].tab, held[map].sql, take_off, p, map) &&
           sums_are_none(&p->map[map]);
}

static void pass_free(struct pass *p)
{
    for (int i = 0; i < MAPS; i++)
        sums_free(&p->map[i]);
    names_free(&p->classes);
    names_free(&p->rows);
    names_free(&p->places);
    arena_free(p->of_firm);
    arena_free(p->of_classes);
    free(p->class);
    free(p->counting);
    free(p->known);
}

void verify_sums(struct look *l)
{
    struct pass p = {.l = l, .of_firm = arena_new(), .of_classes = arena_new()};
    PGresult *r;
    buf_init(&p.borrower, p.of_firm);
    buf_init(&p.taken, p.of_firm);
    p.firms_differ = !turns_begin(l, firm_tab,
        "select borrower, quarter, classes::text from firm_quarter order by borrower, quarter");
    p.held = p.firms_differ ? NULL : turns_next(l, firm_tab);
    if (turns_begin(l, "loans", (const char *)statements[SQL_VERIFY_SUMS - 1].text)) {
        while (!l->failed && (r = turns_next(l, "loans"))) {
            classes_ask(&p, r, CLASS);
            for (int i = 0; !l->failed && i < PQntuples(r); i++)
                add_loan(&p, r, i);
            PQclear(r);
        }
    }
    firms_end(&p);
    for (int i = 0; i < MAPS; i++) {
        if (l->failed || !holds(&p, i))
            verify_compare(l, held[i].tab, "made");
    }
    if (l->failed || p.firms_differ)
        verify_compare(l, firm_tab, "made");
    pass_free(&p);
}
