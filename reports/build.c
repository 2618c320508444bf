/*
 * build.c - a section's table out of the sums that the database made.
 *
 * Rows that the catalogue lists are there whether anything stands in them or not. The total comes
 * from the database, which adds up the facts themselves; here the rows are added up once more, and
 * a table whose two totals differ is not made.
 */
#include "city.h"
#include "ident.h"
#include "report.h"

__extension__ typedef __int128 wide;

struct build {
    struct arena *a;
    const struct report_section *s;
    const struct report_figures *found;
    int n, columns;
    const struct report_plan *plan;
    bool english;
    bool *taken; /* found rows that stand in the table */
    struct report_table *out;
};

/* ---- percentages ---------------------------------------------------------------------------- */

/* Hundredths of a percent, half up, away from zero for negatives. Not known without a base above
 * nought: growth from nothing has no figure. */
static struct report_cell percent(wide part, int64_t whole)
{
    struct report_cell c = {0};
    if (whole <= 0)
        return c;
    wide n = part < 0 ? -part : part;
    n = (n * 20000 + whole) / ((wide)whole * 2);
    c.known = n <= INT64_MAX;
    c.n = c.known ? (int64_t)(part < 0 ? -n : n) : 0;
    return c;
}

static struct report_cell share(const struct report_cell *part, const struct report_cell *whole)
{
    struct report_cell none = {0};
    return part->known && whole->known ? percent(part->n, whole->n) : none;
}

static struct report_cell growth(const struct report_cell *now, const struct report_cell *before)
{
    struct report_cell none = {0};
    return now->known && before->known ? percent((wide)now->n - before->n, before->n) : none;
}

/* ---- what the plan says --------------------------------------------------------------------- */

static const struct report_target *target_of(const struct build *b, struct str key)
{
    for (int i = 0; b->s->rows == ROWS_TARGETS && b->plan && i < b->plan->n; i++) {
        if (str_eq(b->plan->target[i].key, key))
            return &b->plan->target[i];
    }
    return NULL;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const struct report_figures *find(const struct build *b, struct str key)
{
    for (int i = 0; i < b->n; i++) {
        if (str_eq(b->found[i].key, key)) {
            b->taken[i] = true;
            return &b->found[i];
        }
    }
    return NULL;
}

/* One column of the facts. Nothing was counted: nought. */
static struct report_cell sum_of(const struct report_figures *f, int index)
{
    struct report_cell nought = {.known = true};
    return f && f->facts ? f->v[index - 1] : nought;
}

static struct report_cell firms_of(const struct report_figures *f, int index)
{
    struct report_cell c = sum_of(f, index);
    c.n = c.firms;
    return c;
}

/* counts_firms: the row tells how many firms stand behind each figure. */
static void fill(const struct build *b, struct report_row *row, const struct report_figures *f,
    bool counts_firms)
{
    const struct report_column *c = b->s->columns;
    const struct report_target *target = target_of(b, row->key);
    row->cell = arena_alloc(b->a, (size_t)b->columns * sizeof *row->cell);
    for (int i = 0; i < b->columns; i++) {
        if (target && c[i].from == FROM_PLAN)
            row->cell[i] = target->cell[c[i].a];
        else if (target && !target->loans)
            continue; /* no loan counts for it */
        else if (c[i].from == FROM_FIRMS || (c[i].from == FROM_FACTS && counts_firms))
            row->cell[i] = firms_of(f, c[i].a);
        else if (c[i].from == FROM_FACTS)
            row->cell[i] = sum_of(f, c[i].a);
        else if (c[i].from == FROM_TEXT && f && f->note.p)
            row->cell[i] = (struct report_cell){.known = true, .text = f->note};
    }
    for (int i = 0; i < b->columns; i++) {
        if (c[i].from == FROM_SHARE)
            row->cell[i] = share(&row->cell[c[i].a], &row->cell[c[i].b]);
        else if (c[i].from == FROM_GROWTH)
            row->cell[i] = growth(&row->cell[c[i].a], &row->cell[c[i].b]);
    }
}

static void part_of_total(const struct build *b, struct report_row *row)
{
    const struct report_column *c = b->s->columns;
    for (int i = 0; b->out->total.cell && i < b->columns; i++) {
        if (c[i].from == FROM_PART)
            row->cell[i] = share(&row->cell[c[i].a], &b->out->total.cell[c[i].a]);
    }
}

static struct report_row *add(struct build *b, struct str key, struct str title)
{
    struct report_row *row = &b->out->row[b->out->n++];
    const struct report_figures *f = find(b, key);
    *row = (struct report_row){.key = key, .title = title};
    fill(b, row, f, false);
    return row;
}

static void add_listed(struct build *b)
{
    for (const struct report_key *k = b->s->keys; k->key; k++) {
        struct report_row *row = add(b, str_of(k->key), str_of(b->english ? k->en : k->zh));
        row->kind = k->kind;
        if (k->firms_of)
            fill(b, row, find(b, str_of(k->firms_of)), true);
    }
}

static void add_districts(struct build *b, struct str own)
{
    for (int i = 0; i < city_here()->n; i++) {
        const struct district *d = &city_here()->district[i];
        if (!own.p || str_is(own, d->code))
            add(b, str_of(d->code), str_of(b->english ? d->en : d->zh));
    }
}

static int quarters_of_plan(const struct build *b, quarter last)
{
    int n = b->plan ? last.n - quarter_make(b->plan->first_year, 1).n + 1 : 0;
    return n > 0 ? n : 0;
}

static void add_quarters(struct build *b, quarter last)
{
    for (int i = quarters_of_plan(b, last) - 1; i >= 0; i--) {
        struct str key = quarter_text(b->a, (quarter){last.n - i});
        add(b, key, key);
    }
}

static void add_targets(struct build *b)
{
    for (int i = 0; b->plan && i < b->plan->n; i++) {
        const struct report_target *t = &b->plan->target[i];
        struct report_row *row = add(b, t->key, t->title);
        row->kind = t->money ? CELL_MONEY : CELL_COUNT;
    }
}

/* As the database calls it, or the catalogue; else by its key. */
static struct str title_of(const struct build *b, const struct report_figures *f)
{
    const struct report_key *k = report_listed(b->s, f->key);
    if (f->title.p)
        return f->title;
    return k ? str_of(b->english ? k->en : k->zh) : f->key;
}

/* Banks and schemes, industries that have any, and what the catalogue should have listed. */
static void add_found(struct build *b)
{
    for (int i = 0; i < b->n; i++) {
        if (!b->taken[i])
            add(b, b->found[i].key, title_of(b, &b->found[i]));
    }
}

static int listed_max(const struct build *b, quarter last)
{
    int n = 0;
    while (b->s->keys && b->s->keys[n].key)
        n++;
    return n + city_here()->n + quarters_of_plan(b, last) + (b->plan ? b->plan->n : 0);
}

/* ---- totals ---------------------------------------------------------------------------------- */

static bool adds_up(const struct build *b, int column)
{
    const struct report_cell *whole = &b->out->total.cell[column];
    wide sum = 0;
    bool known = true;
    for (int i = 0; i < b->out->n; i++) {
        const struct report_cell *c = &b->out->row[i].cell[column];
        known = known && c->known;
        sum += c->known ? c->n : 0;
    }
    return known ? whole->known && sum == whole->n : !whole->known || sum == whole->n;
}

static bool totals_agree(const struct build *b)
{
    for (int i = 0; i < b->columns; i++) {
        if (b->s->columns[i].from == FROM_FACTS && !adds_up(b, i))
            return false;
    }
    return true;
}

bool report_table_make(struct arena *a, quarter q, const struct report_section *s,
    const struct report_figures *row, int n, const struct report_figures *whole,
    const struct report_plan *plan, struct str district, bool english, struct report_table *out)
{
    struct build b = {.a = a,
        .s = s,
        .found = row,
        .n = n,
        .columns = report_columns(s),
        .plan = plan,
        .english = english,
        .taken = arena_alloc(a, (size_t)n + 1),
        .out = out};
    *out = (struct report_table){.section = s};
    out->row = arena_alloc(a, (size_t)(listed_max(&b, q) + n) * sizeof *out->row + 1);
    switch (s->rows) {
    case ROWS_FOUND: break;
    case ROWS_LISTED: add_listed(&b); break;
    case ROWS_DISTRICTS: add_districts(&b, district); break;
    case ROWS_QUARTERS: add_quarters(&b, q); break;
    case ROWS_TARGETS: add_targets(&b); break;
    default: BUG("rows of a section");
    }
    add_found(&b);
    if (!s->total)
        return true;
    out->total.key = STR("");
    out->total.title = english ? STR("Total") : STR("合计");
    fill(&b, &out->total, whole, false);
    for (int i = 0; i < out->n; i++)
        part_of_total(&b, &out->row[i]);
    part_of_total(&b, &out->total);
    return totals_agree(&b);
}
