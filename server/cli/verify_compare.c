/*
 * verify_compare.c - one table with what the log says it holds, and what differs told.
 */
#include "link.h"
#include "verify.h"
#include <string.h>

static const char *value_or(const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? "nothing" : PQgetvalue(r, row, column);
}

void verify_differences(struct look *l, const char *table, const PGresult *r)
{
    enum { KEY, COLUMN, TOLD, FOUND };
    if (!r)
        finding(l, "table that cannot be compared: %s", table);
    for (int i = 0; r && i < PQntuples(r); i++)
        finding(l, "%s %s %s: %s in the log, %s in the table", table, PQgetvalue(r, i, KEY),
            PQgetvalue(r, i, COLUMN), value_or(r, i, TOLD), value_or(r, i, FOUND));
}

/* Loans whose balances differ may be those whose events cannot be: then it is said which. */
static void name_events(struct look *l, const PGresult *balances)
{
    enum { DEFECT, PLACE, KEY = 0, ID_BYTES = 36, LOANS_MAX = 1000 };
    struct buf loans;
    const char *list;
    buf_init(&loans, l->a);
    for (int i = 0; i < PQntuples(balances) && i < LOANS_MAX; i++)
        buf_printf(&loans, "%c%.*s", i ? ',' : '{', ID_BYTES, PQgetvalue(balances, i, KEY));
    buf_char(&loans, '}');
    list = buf_view(&loans).p;
    PGresult *r = verify_ask(l, (const char *)statements[SQL_VERIFY_LIVES - 1].text, &list, 1);
    for (int i = 0; r && i < PQntuples(r); i++)
        finding(l, "%s: %s", PQgetvalue(r, i, DEFECT), PQgetvalue(r, i, PLACE));
    PQclear(r);
}

/* What one table holds can make its comparison fail; that of the others goes on. */
void verify_compare(struct look *l, const char *tab, const char *proof)
{
    static const char ask[] = "select * from verify_table($1::regclass, $2, $3, $4, $5)";
    const struct verify *v = l->v;
    const char *params[] = {tab, proof, v->past,
        arena_printf(l->a, "%lld", (long long)v->since_row).p,
        arena_printf(l->a, "%llu", (unsigned long long)v->since).p};
    PGresult *r = verify_ask(l, ask, params, COUNT_OF(params));
    verify_differences(l, tab, r);
    if (r && PQntuples(r) > 0 && strcmp(tab, "loan_balance") == 0)
        name_events(l, r);
    PQclear(r);
}
