/*
 * import_reconcile.c - `pledged import --reconcile`: a bank's portfolio against the ledger.
 *
 * The file goes as one request, because what is missing in it is known at its end alone. Nothing is
 * stored. What is the same is counted, all else is a line on standard output.
 */
#include "import.h"
#include "json.h"
#include <inttypes.h>

struct answer {
    const struct import_slice *slice;
    int first_line;
    int64_t others; /* lines that are not the same */
    const char *name;
};

static const char *text_of(const struct json *object, const char *key, const char *none)
{
    const struct json *j = json_get(object, key);
    return j && j->kind == JSON_STRING ? j->text.p : none;
}

/* The row as a spreadsheet counts it, or nothing for what is on record alone. */
static void print_row(const struct answer *x, const struct json *line)
{
    const struct json *n = json_get(line, "line");
    int64_t i = n && n->whole ? n->n - x->first_line : -1;
    if (i >= 0 && i < x->slice->n)
        (void)printf("row %" PRId64 " ", x->slice->records[i].row);
}

static void on_summary(const struct answer *x, const struct json *counts)
{
    (void)printf("%s:", x->name);
    for (const struct json *c = counts->child; c; c = c->next)
        (void)printf(" %s %" PRId64, c->key.p, c->n);
    (void)printf(" (nothing is stored)\n");
}

static void on_line(void *arg, const struct json *line)
{
    struct answer *x = arg;
    const struct json *counts = json_get(line, "reconciliation"), *list;
    const char *outcome = text_of(line, "outcome", "");
    if (counts) {
        on_summary(x, counts);
        return;
    }
    if (strcmp(outcome, "same") == 0)
        return;
    x->others++;
    print_row(x, line);
    (void)printf("%s %s", text_of(line, "key", "-"), outcome);
    if (json_get(line, "state"))
        (void)printf(" (%s)", text_of(line, "state", ""));
    list = json_get(line, "differences");
    for (const struct json *d = list ? list->child : NULL; d; d = d->next)
        (void)printf("; %s: 本库 %s, 来文 %s", text_of(d, "field", ""), text_of(d, "here", "-"),
            text_of(d, "there", "-"));
    list = json_get(line, "errors");
    for (const struct json *d = list ? list->child : NULL; d; d = d->next)
        (void)printf(
            "; %s: %s", text_of(d, "field", text_of(d, "pointer", "")), text_of(d, "title", ""));
    (void)printf("\n");
}

enum import_end import_reconcile(
    struct import_remote *r, const struct import_options *o, const char *path)
{
    struct arena *a = arena_new();
    struct import_source s;
    struct import_slice slice;
    enum import_end end = IMPORT_FAILED;
    const char *slash = strrchr(path, '/');
    if (import_open(a, o, path, &s) &&
        import_cut(a, &s, s.first_offset, s.first_row, true, &slice)) {
        struct answer x = {&slice, s.is_csv ? 2 : 1, 0, slash ? slash + 1 : path};
        if (import_ask(r, a, &s, &slice, "reconciliation", on_line, &x))
            end = x.others ? IMPORT_REJECTED : IMPORT_STORED;
    }
    (void)fflush(stdout); /* a closed pipe changes nothing */
    import_close(&s);
    arena_free(a);
    return end;
}
