/* Any bytes as CSV in either charset, cut at any place: no crash, cells are valid UTF-8. */
#include "json.h"
#include "records.h"
#include "schema.h"
#include "sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reader {
    struct arena *a;
    struct csv_map map;
    bool header;
};

static void on_row(void *arg, const struct sheet_row *row)
{
    struct reader *r = arg;
    struct err e;
    size_t at;
    err_init(&e, r->a);
    for (int i = 0; i < row->n; i++)
        MUST(utf8_check(row->cell[i], &at));
    if (!r->header) {
        (void)schema_csv_header(&loan_record, row, NO_FIELD, &r->map, &e); /* any answer will do */
        r->header = e.n == 0;
        return;
    }
    struct value *v = arena_alloc(r->a, (size_t)field_count(loan_record.fields) * sizeof *v);
    bool good = schema_csv_row(r->a, &loan_record, &r->map, row, v, &e);
    MUST(good == (e.n == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = {.a = arena_new()};
    struct sheet_look look = {0};
    struct err e;
    err_init(&e, r.a);
    enum sheet_charset charset = size && data[size - 1] & 1 ? SHEET_GB18030 : SHEET_UTF8;
    sheet_look(&look, (const char *)data, size);
    (void)sheet_look_decide(&look, &charset); /* it may leave both possible */
    struct sheet *s = sheet_new(charset, on_row, &r);
    size_t cut = size ? data[0] % size : 0;
    bool good = sheet_feed(s, (const char *)data, cut, &e) &&
                sheet_feed(s, (const char *)data + cut, size - cut, &e) && sheet_end(s, &e);
    MUST(good == (e.n == 0));
    sheet_free(s);
    arena_free(r.a);
    return 0;
}
