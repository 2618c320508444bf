/*
 * suppress.c - what a published report may not show: figures of fewer than three firms, and the
 * figures from which these could be worked out.
 *
 * First every figure behind which one or two firms stand. Then, until nothing changes:
 *  - sums. Where a whole and its parts are all printed, one that is missing is no secret. So at
 *    least two parts are missing, and together they are certain to belong to three firms: a firm
 *    that knows its own figure can not find that of the other. The parts of a whole are the rows of
 *    a table with a total; quarter and quarter before in a second quarter's year to date; the
 *    quarters of the trend in the year to date, that of last year and the whole plan.
 *  - twins. An amount that stands in two places (the only bank of a district, the first quarter of
 *    a year, the total of every breakdown) is missing in both: equal amounts of equally many firms
 *    are taken for the same.
 * Of the parts the smallest goes; nought protects nothing. Numbers of loans and of firms go with
 * their amount, percentages with what they are made of.
 *
 * The whole report is looked at, whatever sections are asked for in the end. Not covered: what
 * reports of different quarters, of different instants or of different scopes say together, and a
 * firm whose figure is by far the largest of three.
 */
#include "form.h"
#include <stdlib.h>
#include <string.h>

enum { FIRMS_MIN = 3 };

/* whole = the sum of its parts. */
struct sum {
    struct report_cell *whole;
    struct report_cell **part;
    int n;
};
struct audit {
    struct arena *a;
    struct report *r;
    struct sum *sum;
    int sums, room;
    struct report_cell **amount; /* that are not nought, by size: twins stand together */
    int amounts;
};

/* ---- what adds up --------------------------------------------------------------------------- */

static struct sum *sum_add(struct audit *u, struct report_cell *whole, int parts)
{
    if (u->sums == u->room) {
        int room = u->room ? u->room * 2 : 64;
        u->sum = arena_grow(
            u->a, u->sum, (size_t)u->room * sizeof *u->sum, (size_t)room * sizeof *u->sum);
        u->room = room;
    }
    struct sum *s = &u->sum[u->sums++];
    *s = (struct sum){
        .whole = whole, .part = arena_alloc(u->a, (size_t)(parts + 1) * sizeof *s->part)};
    return s;
}

/* The amount of the same facts as a number of loans: its column, -1 when there is none. */
static int amount_of(const struct report_section *s, int column)
{
    const struct report_column *c = &s->columns[column];
    char key[64] = "amount";
    if (c->from != FROM_FACTS || c->kind != CELL_COUNT || strncmp(c->key, "count", 5) != 0 ||
        strlen(c->key) >= sizeof key - 1)
        return -1;
    memcpy(key + 6, c->key + 5, strlen(c->key) - 4);
    return report_column(s, str_of(key));
}

static void add_totals(struct audit *u, struct report_table *t)
{
    for (int i = 0; t->total.cell && t->section->columns[i].key; i++) {
        if (t->section->columns[i].from != FROM_FACTS || amount_of(t->section, i) >= 0)
            continue;
        struct sum *s = sum_add(u, &t->total.cell[i], t->n);
        for (int row = 0; row < t->n; row++)
            s->part[s->n++] = &t->row[row].cell[i];
    }
}

/* A second quarter and the one before it are the year to date. */
static void add_half_year(
    struct audit *u, const struct report_table *t, const struct report_row *row)
{
    static const char *const keys[][3] = {
        {"ytd", "quarter", "previous"}, {"amount_ytd", "amount", "amount_previous"}};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        int whole = report_column(t->section, str_of(keys[i][0]));
        int now = report_column(t->section, str_of(keys[i][1]));
        int before = report_column(t->section, str_of(keys[i][2]));
        if (whole < 0 || now < 0 || before < 0 ||
            form_kind(&t->section->columns[whole], row) != CELL_MONEY)
            continue;
        struct sum *s = sum_add(u, &row->cell[whole], 2);
        s->part[s->n++] = &row->cell[now];
        s->part[s->n++] = &row->cell[before];
    }
}

static struct report_table *table_named(const struct report *r, const char *name)
{
    for (int i = 0; i < r->n; i++) {
        if (str_is(str_of(r->table[i].section->name), name))
            return &r->table[i];
    }
    return NULL;
}

static struct report_row *row_named(const struct report_table *t, const char *key)
{
    for (int i = 0; i < t->n; i++) {
        if (str_is(t->row[i].key, key))
            return &t->row[i];
    }
    return NULL;
}

/* The quarters from first to last in the trend as parts of a column of the headline. */
static void add_trend(struct audit *u, const char *column, quarter first, quarter last)
{
    const struct report_table *head = table_named(u->r, "headline");
    const struct report_table *trend = table_named(u->r, "by_quarter");
    struct report_row *amount = head ? row_named(head, "amount") : NULL;
    int whole = head ? report_column(head->section, str_of(column)) : -1;
    int part = trend ? report_column(trend->section, STR("amount")) : -1;
    if (!amount || whole < 0 || part < 0)
        return;
    struct sum *s = sum_add(u, &amount->cell[whole], trend->n);
    for (int i = 0; i < trend->n; i++) {
        quarter q;
        if (quarter_parse(trend->row[i].key, &q) && q.n >= first.n && q.n <= last.n)
            s->part[s->n++] = &trend->row[i].cell[part];
    }
}

static void find_sums(struct audit *u)
{
    quarter now = u->r->quarter;
    int year = quarter_year(now);
    for (int i = 0; i < u->r->n; i++) {
        struct report_table *t = &u->r->table[i];
        add_totals(u, t);
        for (int row = 0; quarter_number(now) == 2 && row < t->n; row++)
            add_half_year(u, t, &t->row[row]);
        if (quarter_number(now) == 2 && t->total.cell)
            add_half_year(u, t, &t->total);
    }
    add_trend(u, "ytd", quarter_make(year, 1), now);
    add_trend(u, "ytd_last_year", quarter_make(year - 1, 1), (quarter){now.n - 4});
    add_trend(u, "total", (quarter){0}, now);
}

/* ---- what is the same ----------------------------------------------------------------------- */

static int by_size(const void *one, const void *two)
{
    const struct report_cell *const *a = one, *const *b = two;
    if ((*a)->n != (*b)->n)
        return (*a)->n < (*b)->n ? -1 : 1;
    return (*a)->firms < (*b)->firms ? -1 : (*a)->firms > (*b)->firms;
}

static void take_amounts(struct audit *u, const struct report_section *s, struct report_row *row)
{
    for (int i = 0; s->columns[i].key; i++) {
        struct report_cell *c = &row->cell[i];
        if (s->columns[i].from == FROM_FACTS && form_kind(&s->columns[i], row) == CELL_MONEY &&
            c->known && c->n != 0 && c->firms > 0)
            u->amount[u->amounts++] = c;
    }
}

static void find_amounts(struct audit *u)
{
    size_t room = 1;
    for (int i = 0; i < u->r->n; i++)
        room += (size_t)(u->r->table[i].n + 1) * (size_t)report_columns(u->r->table[i].section);
    u->amount = arena_alloc(u->a, room * sizeof *u->amount);
    for (int i = 0; i < u->r->n; i++) {
        struct report_table *t = &u->r->table[i];
        for (int row = 0; row < t->n; row++)
            take_amounts(u, t->section, &t->row[row]);
        if (t->total.cell)
            take_amounts(u, t->section, &t->total);
    }
    qsort(u->amount, (size_t)u->amounts, sizeof(struct report_cell *), by_size);
}

static bool hide_twins(struct audit *u)
{
    bool changed = false;
    for (int from = 0, to; from < u->amounts; from = to) {
        bool hidden = false;
        for (to = from; to < u->amounts && by_size(&u->amount[from], &u->amount[to]) == 0; to++)
            hidden |= u->amount[to]->suppressed;
        for (int i = from; hidden && i < to; i++) {
            changed |= !u->amount[i]->suppressed;
            u->amount[i]->suppressed = true;
        }
    }
    return changed;
}

/* ---- what gives a figure away --------------------------------------------------------------- */

static int64_t magnitude(const struct report_cell *c)
{
    return c->n == INT64_MIN ? INT64_MAX : c->n < 0 ? -c->n : c->n;
}

/* The parts of a sum, as they are now. */
struct parts {
    int hidden;
    int64_t firms;                /* that certainly stand behind the hidden ones together */
    struct report_cell *smallest; /* shown, not nought; NULL: none */
};

static struct parts parts_of(const struct sum *s)
{
    struct parts p = {0};
    int64_t shown = 0;
    for (int i = 0; i < s->n; i++) {
        struct report_cell *c = s->part[i];
        if (!c->known || c->n == 0)
            continue;
        if (c->suppressed) {
            p.hidden++;
            p.firms = c->firms > p.firms ? c->firms : p.firms;
            continue;
        }
        shown += c->firms;
        if (!p.smallest || magnitude(c) < magnitude(p.smallest))
            p.smallest = c;
    }
    /* A firm of the whole that stands in no part that is shown stands in one that is hidden. */
    if (s->whole->firms - shown > p.firms)
        p.firms = s->whole->firms - shown;
    return p;
}

static bool gives_away(const struct sum *s, const struct parts *p)
{
    if (s->whole->suppressed)
        return p->hidden == 0; /* all its parts are shown */
    return p->hidden == 1 || (p->hidden > 1 && p->firms < FIRMS_MIN);
}

static bool mend(struct sum *s)
{
    bool changed = false;
    for (;;) {
        struct parts p = parts_of(s);
        if (!gives_away(s, &p) || (s->whole->suppressed && !p.smallest))
            return changed;
        (p.smallest ? p.smallest : s->whole)->suppressed = true;
        changed = true;
    }
}

/* Not a sum after all: a day before the quarter's last cuts last year's figures as well. */
static bool is_sum(const struct sum *s)
{
    int64_t n = 0;
    for (int i = 0; i < s->n; i++) {
        if (!s->part[i]->known || __builtin_add_overflow(n, s->part[i]->n, &n))
            return false;
    }
    return s->n > 0 && s->whole->known && n == s->whole->n;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* After a change of any row: each row, the total too. */
static void each_row(
    struct report *r, void (*fn)(const struct report_table *t, struct report_row *row))
{
    for (int i = 0; i < r->n; i++) {
        struct report_table *t = &r->table[i];
        for (int row = 0; row < t->n; row++)
            fn(t, &t->row[row]);
        if (t->total.cell)
            fn(t, &t->total);
    }
}

static void hide_small(const struct report_table *t, struct report_row *row)
{
    for (int i = 0; t->section->columns[i].key; i++) {
        struct report_cell *c = &row->cell[i];
        enum cell_from from = t->section->columns[i].from;
        if ((from == FROM_FACTS || from == FROM_FIRMS) && c->known && c->firms > 0 &&
            c->firms < FIRMS_MIN)
            c->suppressed = true;
    }
}

/* Numbers of loans and of firms go with the amount of the same facts. */
static void hide_numbers(const struct report_table *t, struct report_row *row)
{
    const struct report_column *c = t->section->columns;
    for (int i = 0; c[i].key; i++) {
        int amount = amount_of(t->section, i);
        if (amount >= 0)
            row->cell[i].suppressed |= row->cell[amount].suppressed;
    }
    for (int i = 0; c[i].key; i++) {
        for (int j = 0; c[i].from == FROM_FIRMS && c[j].key; j++)
            row->cell[i].suppressed |=
                c[j].from == FROM_FACTS && c[j].a == c[i].a && row->cell[j].suppressed;
    }
    const struct report_row *amount = row_named(t, "amount");
    for (int i = 0; amount && c[i].key; i++) {
        if (c[i].kind == CELL_BY_ROW)
            row->cell[i].suppressed |= amount->cell[i].suppressed;
    }
}

static void hide_derived(const struct report_table *t, struct report_row *row)
{
    const struct report_column *c = t->section->columns;
    bool records = false; /* what the plan says of a target would tell them */
    for (int i = 0; c[i].key; i++)
        records |= c[i].from == FROM_FACTS && row->cell[i].suppressed;
    for (int i = 0; c[i].key; i++) {
        if (c[i].from == FROM_PLAN)
            row->cell[i].suppressed = records;
    }
    for (int i = 0; c[i].key; i++) {
        if (c[i].from == FROM_SHARE || c[i].from == FROM_GROWTH)
            row->cell[i].suppressed = row->cell[c[i].a].suppressed || row->cell[c[i].b].suppressed;
        else if (c[i].from == FROM_PART && t->total.cell)
            row->cell[i].suppressed =
                row->cell[c[i].a].suppressed || t->total.cell[c[i].a].suppressed;
    }
}

void report_suppress(struct arena *a, struct report *r)
{
    struct audit u = {.a = a, .r = r};
    find_sums(&u);
    find_amounts(&u);
    each_row(r, hide_small);
    for (bool changed = true; changed;) {
        changed = hide_twins(&u);
        for (int i = 0; i < u.sums; i++)
            changed |= is_sum(&u.sum[i]) && mend(&u.sum[i]);
    }
    each_row(r, hide_numbers);
    each_row(r, hide_derived);
    r->public_only = true;
}
