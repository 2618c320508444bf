/*
 * verify_balances.c - the sums of balances and of the firms behind them, in one pass over what
 * loans stand at, firm by firm.
 *
 * As verify_sums.c: of tables that hold just that nothing more is asked. What loans stand at is as
 * loan_balance has it, which is compared with their events (verify_tables.c).
 */
#include "link.h"
#include "sums.h"
#include "turns.h"
#include <stdlib.h>
#include <string.h>

enum { WHATS = 64, LEVELS = 10, NUMBERS_MAX = 16, ORG_MAX = 1 << 24 };

/* What a firm has more, or less, from a quarter on; of numbers of one quarter alone what it has. */
struct change {
    int32_t what, org, quarter;
    int64_t n;
};

struct changes {
    struct change *list;
    size_t n, cap;
};

enum { BY_BANK, FIRMS, MAPS };

struct pass {
    struct look *l;
    struct sums map[MAPS];
    struct arena *of_firm;
    struct buf borrower;
    bool begun;
    struct changes now, held; /* of this firm, and as firm_balance has them */
    char loan[16];
    bool of_loan; /* the row before was of a loan with events: that one */
    int64_t stood[LEVELS];
    PGresult *rows; /* of firm_balance */
    int at;
    bool odd, differs; /* what cannot be counted here; firm_balance */
};

static const char firm_tab[] = "firm_balance";
static const struct {
    const char *tab, *sql;
} held[MAPS] = {
    [BY_BANK] = {"balance_rollup", "select org_id, what, quarter, n from balance_rollup"},
    [FIRMS] = {"balance_firms", "select org_id, what, quarter, firms from balance_firms"},
};

bool verify_is_balance(const char *tab)
{
    return strcmp(tab, held[BY_BANK].tab) == 0 || strcmp(tab, held[FIRMS].tab) == 0 ||
           strcmp(tab, firm_tab) == 0;
}

static bool is_of_one_quarter(int32_t what)
{
    return what > LEVELS;
}

/* Numbers of which it is kept what each firm has. */
static bool is_of_firms(int32_t what)
{
    return what > 12 || (what % 2 == 1 && what <= 11);
}

static int64_t *sum_at(struct pass *p, int map, int32_t org, int32_t what, int32_t quarter)
{
    return &sums_at(&p->map[map], org * WHATS + what, quarter, 0)->n[0];
}

static void push(struct changes *x, struct change c)
{
    if (x->n == x->cap) {
        x->cap = x->cap ? x->cap * 2 : 64;
        x->list = realloc(x->list, x->cap * sizeof *x->list);
        MUST(x->list);
    }
    x->list[x->n++] = c;
}

static int compare(int32_t a, int32_t b)
{
    return (a > b) - (a < b);
}

/* By what, office and quarter. */
static int by_org(const void *x, const void *y)
{
    const struct change *a = x, *b = y;
    int c = compare(a->what, b->what);
    c = c ? c : compare(a->org, b->org);
    return c ? c : compare(a->quarter, b->quarter);
}

static void sort(struct changes *x)
{
    if (x->n)
        qsort(x->list, x->n, sizeof *x->list, by_org);
}

/* One row for each key, none of nought. */
static void merge(struct changes *x)
{
    size_t n = 0;
    sort(x);
    for (size_t i = 0; i < x->n; i++) {
        if (n && by_org(&x->list[n - 1], &x->list[i]) == 0)
            x->list[n - 1].n += x->list[i].n;
        else if (n && x->list[n - 1].n == 0)
            x->list[n - 1] = x->list[i];
        else
            x->list[n++] = x->list[i];
    }
    x->n = n && x->list[n - 1].n == 0 ? n - 1 : n;
}

/* ---- a firm ---------------------------------------------------------------------------------- */

/* In which quarters it comes to each number of each office, and goes. */
static void count(struct pass *p)
{
    int64_t level = 0;
    for (size_t i = 0; i < p->now.n; i++) {
        const struct change *c = &p->now.list[i];
        if (is_of_one_quarter(c->what)) {
            *sum_at(p, FIRMS, c->org, c->what, c->quarter) += c->n > 0;
            continue;
        }
        if (i == 0 || c[-1].what != c->what || c[-1].org != c->org)
            level = 0;
        int moved = (level + c->n > 0) - (level > 0);
        level += c->n;
        *sum_at(p, FIRMS, c->org, c->what, c->quarter) += moved;
    }
}

static bool holds_more(struct pass *p)
{
    if (p->rows && p->at == PQntuples(p->rows)) {
        PQclear(p->rows);
        p->rows = turns_next(p->l, firm_tab);
        p->at = 0;
    }
    return p->rows != NULL;
}

/* Its rows in the table, which stand in the order of firms. */
static void hold(struct pass *p)
{
    enum { BORROWER, ORG, WHAT, QUARTER, N };
    p->held.n = 0;
    while (holds_more(p) && str_eq(turn_text(p->rows, p->at, BORROWER), buf_view(&p->borrower))) {
        int64_t org = turn_number(p->rows, p->at, ORG);
        for (int k = BORROWER; k <= N; k++)
            p->odd = p->odd || PQgetisnull(p->rows, p->at, k);
        p->odd = p->odd || org <= 0 || org >= ORG_MAX;
        int64_t n = turn_number(p->rows, p->at, N);
        if (n != 0) /* nought is none */
            push(&p->held, (struct change){(int32_t)turn_number(p->rows, p->at, WHAT), (int32_t)org,
                               turn_day(p->rows, p->at, QUARTER), n});
        p->at++;
    }
}

static bool are_same(const struct changes *a, const struct changes *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = by_org(&a->list[i], &b->list[i]) == 0 && a->list[i].n == b->list[i].n;
    return same;
}

static void firm_end(struct pass *p)
{
    if (!p->begun || p->odd)
        return;
    merge(&p->now);
    if (!p->differs) {
        hold(p);
        sort(&p->held);
        p->differs = !are_same(&p->now, &p->held);
    }
    count(p);
    for (size_t i = 0; i < p->now.n; i++)
        p->now.list[i].org = 0; /* and of all together */
    merge(&p->now);
    count(p);
}

static void firm_at(struct pass *p, struct str borrower)
{
    if (p->begun && str_eq(borrower, buf_view(&p->borrower)))
        return;
    firm_end(p);
    arena_reset(p->of_firm);
    buf_init(&p->borrower, p->of_firm);
    buf_str(&p->borrower, borrower);
    p->now.n = 0;
    p->begun = true;
    p->of_loan = false;
}

/* ---- loans ----------------------------------------------------------------------------------- */

enum { BORROWER, LOAN, ORG, QUARTER, V, WHAT, N };

static void add(struct pass *p, struct change c)
{
    *sum_at(p, BY_BANK, c.org, c.what, c.quarter) += c.n;
    if (is_of_firms(c.what))
        push(&p->now, c);
}

static int64_t big_endian(const char *p, int n)
{
    uint64_t x = 0;
    for (int i = 0; i < n; i++)
        x = x << 8 | (unsigned char)p[i];
    return n == 4 ? (int32_t)(uint32_t)x : (int64_t)x;
}

/* The numbers of an array as it comes: dimensions, flags, type, length, first place, then each
 * with its length. -1: it is none of so many at most. */
static int numbers(const PGresult *r, int i, int64_t out[NUMBERS_MAX])
{
    enum { HEAD = 20, EACH = 12 };
    const char *p = PQgetvalue(r, i, V);
    int length = PQgetlength(r, i, V), n = length >= HEAD ? (int)big_endian(p + 12, 4) : -1;
    if (n < 0 || n > NUMBERS_MAX || big_endian(p, 4) != 1 || big_endian(p + 16, 4) != 1 ||
        length != HEAD + n * EACH)
        return -1;
    for (int k = 0; k < n; k++)
        out[k] = big_endian(p + HEAD + k * EACH + 4, 8);
    return n;
}

/* What a loan stands at from this quarter on, beside what it stood at. */
static void add_levels(struct pass *p, const PGresult *r, int i, struct change c)
{
    int64_t v[NUMBERS_MAX];
    int n = numbers(r, i, v);
    const char *loan = PQgetvalue(r, i, LOAN);
    if (n < LEVELS) {
        p->odd = true;
        return;
    }
    if (!p->of_loan || memcmp(loan, p->loan, sizeof p->loan) != 0)
        memset(p->stood, 0, sizeof p->stood);
    memcpy(p->loan, loan, sizeof p->loan);
    p->of_loan = true;
    for (int k = 0; k < n; k++) {
        c.what = k + 1;
        c.n = v[k] - (k < LEVELS ? p->stood[k] : 0);
        if (c.n != 0)
            add(p, c);
        if (k < LEVELS)
            p->stood[k] = v[k];
    }
}

static void add_row(struct pass *p, const PGresult *r, int i)
{
    int64_t org = turn_number(r, i, ORG);
    struct change c = {.org = (int32_t)org, .quarter = turn_day(r, i, QUARTER)};
    if (org <= 0 || org >= ORG_MAX || PQgetisnull(r, i, QUARTER) || PQgetisnull(r, i, BORROWER)) {
        p->odd = true;
        return;
    }
    firm_at(p, turn_text(r, i, BORROWER));
    if (!PQgetisnull(r, i, LOAN)) {
        add_levels(p, r, i, c);
        return;
    }
    c.what = (int32_t)turn_number(r, i, WHAT);
    c.n = turn_number(r, i, N);
    add(p, c);
}

static void add_all(struct pass *p)
{
    PGresult *r;
    if (!turns_begin(p->l, firm_tab,
            "select borrower, org_id, what, quarter, n from firm_balance"
            " order by borrower, what, org_id, quarter") ||
        !turns_begin(p->l, "balances", (const char *)statements[SQL_VERIFY_BALANCES - 1].text))
        return;
    p->rows = turns_next(p->l, firm_tab);
    while (!p->l->failed && !p->odd && (r = turns_next(p->l, "balances"))) {
        for (int i = 0; !p->odd && i < PQntuples(r); i++)
            add_row(p, r, i);
        PQclear(r);
    }
    firm_end(p);
    p->differs = p->differs || holds_more(p);
    PQclear(p->rows);
}

/* ---- what the tables hold -------------------------------------------------------------------- */

static bool take_off(void *of, int map, const PGresult *r, int i)
{
    struct pass *p = of;
    enum { OF_ORG, OF_WHAT, OF_QUARTER, OF_N };
    int64_t org = turn_number(r, i, OF_ORG), what = turn_number(r, i, OF_WHAT);
    if (org < 0 || org >= ORG_MAX || what < 0 || what >= WHATS || PQgetisnull(r, i, OF_QUARTER))
        return false;
    if (turn_number(r, i, OF_N) == 0)
        return true; /* nought is none */
    struct sum *x =
        sums_at(&p->map[map], (int32_t)(org * WHATS + what), turn_day(r, i, OF_QUARTER), 0);
    bool again = x->told;
    x->told = true;
    x->n[0] -= turn_number(r, i, OF_N);
    return !again;
}

static bool holds(struct pass *p, int map)
{
    return turns_taken(p->l, held[map].tab, held[map].sql, take_off, p, map) &&
           sums_are_none(&p->map[map]);
}

void verify_balances(struct look *l)
{
    struct pass p = {.l = l, .of_firm = arena_new()};
    add_all(&p);
    for (int i = 0; i < MAPS; i++) {
        if (p.odd || l->failed || !holds(&p, i))
            verify_compare(l, held[i].tab, "made");
        sums_free(&p.map[i]);
    }
    if (p.odd || l->failed || p.differs)
        verify_compare(l, firm_tab, "made");
    free(p.now.list);
    free(p.held.list);
    arena_free(p.of_firm);
}
