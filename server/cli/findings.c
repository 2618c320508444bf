/*
 * findings.c - what `pledged verify` says of what it finds, and how it asks.
 */
#include "json.h"
#include "verify.h"
#include <stdarg.h>

enum { KEPT_MAX = 100, LINE_MAX_BYTES = 2000 };

void finding(struct findings *f, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    MUST(n >= 0);
    puts(line);
    if (f->n++ < KEPT_MAX) {
        buf_text(&f->kept, f->n > 1 ? "," : "");
        json_text(&f->kept, line);
    }
}

PGresult *verify_ask(struct verify *v, const char *sql, const char *const *params, int n)
{
    PQclear(session_ask(v->s, "savepoint asked", NULL, 0));
    PGresult *r = session_ask(v->s, sql, params, n);
    PQclear(session_ask(v->s, r ? "release asked" : "rollback to asked", NULL, 0));
    return r;
}
