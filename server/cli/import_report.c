/*
 * import_report.c - what was wrong with the rows of a file, counted by column and code.
 */
#include "import.h"
#include "json.h"
#include <inttypes.h>

void import_reason_add(struct arena *a, struct import_reason r, struct import_tally *tally)
{
    for (int i = 0; i < tally->n; i++) {
        struct import_reason *x = &tally->reason[i];
        if (str_eq(x->code, r.code) && str_eq(x->field, r.field) && x->warning == r.warning) {
            x->n += r.n;
            return;
        }
    }
    if (tally->n == IMPORT_REASONS_MAX)
        return; /* the rejected rows tell the rest */
    r.code = arena_keep(a, r.code);
    r.field = arena_keep(a, r.field);
    r.title = arena_keep(a, r.title);
    tally->reason[tally->n++] = r;
}

static struct str text_of(const struct json *object, const char *key)
{
    const struct json *j = json_get(object, key);
    return j && j->kind == JSON_STRING ? j->text : STR("");
}

static void count_one(
    struct arena *a, const struct json *x, bool warning, struct import_tally *tally)
{
    struct import_reason r = {
        text_of(x, "code"), text_of(x, "field"), text_of(x, "title"), warning, 1};
    import_reason_add(a, r, tally);
}

void import_count(
    struct arena *a, const struct import_verdict *v, int n, struct import_tally *tally)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < v[i].problems; k++)
            count_one(a, v[i].problem[k], false, tally);
        for (const struct json *x = v[i].warnings ? v[i].warnings->child : NULL; x; x = x->next)
            count_one(a, x, true, tally);
    }
}

static void print_reasons(const struct import_tally *tally, bool warnings, const char *head)
{
    for (int i = 0; i < tally->n; i++) {
        const struct import_reason *r = &tally->reason[i];
        if (r->warning == warnings)
            (void)printf("  %s %" PRId64 " × %s %s%s%s\n", head, r->n, r->code.p, r->field.p,
                r->field.n ? ": " : "", r->title.p);
    }
}

void import_report(const struct import_source *s, const struct import_tally *tally)
{
    if (s->is_csv)
        (void)printf("  read as %s\n", s->is_book ? "xlsx" : sheet_charset_name(s->charset));
    print_reasons(tally, false, "problem");
    print_reasons(tally, true, "warning");
}
