/*
 * turns.c - many rows of a statement, some thousands a turn, in the binary format.
 */
#include "turns.h"

enum { TURN = 20000 };

bool turns_begin(struct look *l, const char *name, const char *sql)
{
    arena_reset(l->a);
    PQclear(verify_ask(l, "set local cursor_tuple_fraction = 1", NULL, 0)); /* all will be read */
    PGresult *r = verify_ask(
        l, arena_printf(l->a, "declare %s no scroll cursor for %s", name, sql).p, NULL, 0);
    PQclear(r);
    return r != NULL;
}

PGresult *turns_next(struct look *l, const char *name)
{
    arena_reset(l->a);
    PGresult *r =
        verify_ask_binary(l, arena_printf(l->a, "fetch %d from %s", TURN, name).p, NULL, 0);
    if (!r || PQntuples(r) > 0)
        return r;
    PQclear(r);
    PQclear(verify_ask(l, arena_printf(l->a, "close %s", name).p, NULL, 0));
    return NULL;
}

bool turns_taken(struct look *l, const char *name, const char *sql,
    bool (*takes)(void *of, int which, const PGresult *r, int row), void *of, int which)
{
    PGresult *r;
    bool all = turns_begin(l, name, sql);
    while (all && (r = turns_next(l, name))) {
        for (int i = 0; all && i < PQntuples(r); i++)
            all = takes(of, which, r, i);
        PQclear(r);
    }
    return all && !l->failed;
}

int64_t turn_number(const PGresult *r, int row, int column)
{
    const char *p = PQgetvalue(r, row, column);
    uint64_t n = 0;
    int length = PQgetlength(r, row, column);
    for (int i = 0; i < length; i++)
        n = n << 8 | (unsigned char)p[i];
    return length == 2 ? (int16_t)(uint16_t)n : length == 4 ? (int32_t)(uint32_t)n : (int64_t)n;
}

int32_t turn_day(const PGresult *r, int row, int column)
{
    return (int32_t)turn_number(r, row, column);
}

bool turn_is_true(const PGresult *r, int row, int column)
{
    return PQgetlength(r, row, column) == 1 && *PQgetvalue(r, row, column) == 1;
}

struct str turn_text(const PGresult *r, int row, int column)
{
    return (struct str){PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column)};
}
