/* Any bytes: no crash; what is accepted is written and read again as the same. */
#include "json.h"
#include "schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct arena *a, const struct record *r, const struct json *in)
{
    struct value *v = arena_alloc(a, (size_t)field_count(r->fields) * sizeof *v);
    struct buf first, second;
    struct err e;
    err_init(&e, a);
    buf_init(&first, a);
    buf_init(&second, a);
    if (!schema_decode(a, r, in, v, &e))
        return;
    schema_canonical(r, v, &first);
    struct value *again = arena_alloc(a, (size_t)field_count(r->fields) * sizeof *v);
    in = json_parse(a, buf_view(&first), &e);
    MUST(in && schema_decode(a, r, in, again, &e));
    schema_canonical(r, again, &second);
    MUST(str_eq(buf_view(&first), buf_view(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a);
    const struct json *in = json_parse(a, arena_str(a, (const char *)data, size), &e);
    MUST((in == NULL) == (e.n > 0));
    for (int i = 0; in && in->kind == JSON_OBJECT && i < record_count; i++)
        round_trip(a, records[i], in);
    arena_free(a);
    return 0;
}
