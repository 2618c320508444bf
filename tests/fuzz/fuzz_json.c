/* Any bytes: no crash; what is accepted is written and read again as the same. */
#include "json.h"
#include "records.h"
#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A policy that is accepted can be judged and explained, whatever it says. */
static void judge(struct arena *a, const struct value *policy)
{
    static const char told[] = "{\"borrower.district\":\"310116\",\"loan.amount\":\"5000000.00\","
                               "\"loan.ip_amount\":\"1499500.00\","
                               "\"loan.rate\":\"3.65\",\"loan.signed_on\":\"2023-01-16\",\"loan."
                               "disbursed_on\":\"2023-01-16\","
                               "\"loan.matures_on\":\"2024-05-15\",\"loan.settled_on\":\"2024-05-"
                               "15\",\"fee.guarantee\":\"100.00\"}";
    struct value *facts = arena_alloc(a, FACT_COUNT * sizeof *facts);
    struct buf out;
    struct err e;
    err_init(&e, a);
    buf_init(&out, a);
    const struct rule *rule = rule_load(a, policy, &e);
    MUST(rule && facts_read(a, json_parse(a, str_of(told), &e), facts, &e));
    facts_lpr(facts, (struct lpr[]){{{19226}, {36500, 43000}}}, 1);
    MUST(facts_derive(facts, "", &e));
    json_open(&out, '{');
    rule_explain(rule, facts, &out);
    json_close(&out, '}');
    MUST(json_parse(a, buf_view(&out), &e));
}

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
    if (r == &policy_record)
        judge(a, v);
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
