/* The field engine: what is decoded, written and decoded again stays the same; states by dates. */
#include "records.h"
#include "unit.h"
#include <string.h>

static struct arena *a;

static const char full[] =
    "{\"contract_no\":\"PJ-1\",\"product\":\"single_pledge\",\"borrower_uscc\":"
    "\"91310115QX0115114N\",\"borrower_name\":\"上海示例有限公司\",\"district\":\"310115\","
    "\"industry\":\"C3973\",\"employees\":86,\"revenue\":\"52000000.00\",\"assets\":\"1.00\","
    "\"first_loan\":true,\"amount\":\"5000000.00\",\"ip_amount\":\"4000000.00\",\"rate\":\"3.65\","
    "\"signed_on\":\"2022-07-01\",\"disbursed_on\":\"2022-07-08\",\"matures_on\":\"2023-07-07\","
    "\"purpose\":\"流动资金\",\"pledge_no\":\"Y2022310000123\",\"registered_on\":\"2022-07-05\","
    "\"scheme\":\"SH-DEPOSIT\",\"guarantor_uscc\":\"91310101QX0101011R\",\"insurer_uscc\":"
    "\"91310104QX0104028H\",\"facility_no\":\"SX-1\",\"facility_amount\":\"50000000.00\","
    "\"equity_amount\":\"3000000.00\",\"equity_investor\":\"示例创投\",\"trust_plan\":\"一号\","
    "\"trustee\":\"示例信托\",\"borrower_address\":\"示例路 1 号\",\"borrower_contact\":\"021-1\","
    "\"controller\":\"张三\",\"account_manager\":\"李四\",\"branch\":\"张江支行\",\"registered_"
    "amount\":\"6000000.00\","
    "\"revolving\":false,\"day_count\":\"30/360\",\"pledgee\":{\"name\":\"示例担保\"},"
    "\"pledgors\":[{\"name\":\"王某\",\"kind\":\"person\"}],\"instalments\":[{\"due_on\":"
    "\"2023-01-08\",\"principal\":\"1000000.00\",\"interest\":\"0.00\"}],"
    "\"confirmed\":[\"owner_uscc\"],\"ip\":[{\"number\":\"2021199990019\","
    "\"kind\":\"invention\","
    "\"owner_uscc\":\"91310115QX0115114A\",\"filed_on\":\"2021-03-01\",\"expires_on\":"
    "\"2041-03-01\",\"valuation\":\"8000000.00\",\"appraiser\":\"示例评估\",\"share\":\"100.00\"},"
    "{\"number\":\"12345678\",\"kind\":\"trademark\"}]}";

static struct value *decode(struct str text, struct err *e)
{
    const struct record *r = &loan_record;
    struct value *v = arena_alloc(a, (size_t)field_count(r->fields) * sizeof *v);
    err_init(e, a);
    const struct json *in = json_parse(a, text, e);
    return in && schema_decode(a, r, in, v, e) ? v : NULL;
}

/* `full` holds the fields of every product; here without the members from one to another. */
static struct str without(struct str text, const char *first, const char *next)
{
    const char *from = strstr(text.p, first), *to = strstr(text.p, next);
    return arena_printf(a, "%.*s%s", (int)(from - text.p), text.p, to);
}

static void test_a_canonical_text_is_its_own_canonical_text(void **state)
{
    (void)state;
    static const char facility[] = "\"facility_no\"", equity[] = "\"equity_amount\"",
                      trust[] = "\"trust_plan\"", rest[] = "\"borrower_address\"";
    struct str whole = arena_printf(
        a, "{\"contract_no\":\"PJ-1\",\"product\":\"%%s\",%s", strstr(full, "\"borrower_uscc\""));
    const struct {
        const char *product;
        struct str text;
    } cases[] = {
        {"single_pledge", without(whole, facility, rest)},
        {"pooled_credit", without(whole, equity, rest)},
        {"invest_loan_linkage", without(without(whole, facility, equity), trust, rest)},
        {"trust", without(whole, facility, trust)},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err e;
        struct buf out;
        const char *at = strstr(cases[i].text.p, "%s");
        struct str text = arena_printf(
            a, "%.*s%s%s", (int)(at - cases[i].text.p), cases[i].text.p, cases[i].product, at + 2);
        const struct value *v = decode(text, &e);
        assert_non_null(v);
        buf_init(&out, a);
        schema_canonical(&loan_record, v, &out);
        assert_string_equal(out.p, text.p);
    }
}

static void test_a_field_of_another_product_is_refused(void **state)
{
    (void)state;
    struct err e;
    assert_null(decode(str_of(full), &e)); /* a single pledge with the fields of the other three */
    assert_int_equal(e.n, 6);
    for (const struct problem *p = e.first; p; p = p->next)
        assert_int_equal(p->code, E_UNWANTED);
}

static void test_every_field_left_out_or_spoilt_is_named(void **state)
{
    (void)state;
    const struct record *r = &loan_record;
    for (int i = 0; r->fields[i].name; i++) {
        struct err e;
        /* the same record with this field as an empty object, or list: neither is of its kind */
        struct str key = arena_printf(a, "\"%s\":", r->fields[i].name);
        const char *at = strstr(full, key.p);
        struct str spoilt = arena_printf(a, "%.*s\"%s\":%s,\"x%s", (int)(at - full), full,
            r->fields[i].name, r->fields[i].kind == F_OBJECT ? "[]" : "{}", at + 1);
        assert_null(decode(spoilt, &e));
        assert_string_equal(e.first->pointer.p, arena_printf(a, "/%s", r->fields[i].name).p);
        assert_int_equal(e.first->code, E_TYPE);
    }
}

static void test_the_table_is_complete(void **state)
{
    (void)state;
    for (int n = 0; n < record_count; n++) {
        const struct record *r = records[n];
        assert_true(field_count(r->fields) <= RECORD_FIELDS_MAX);
        for (int i = 0; r->fields[i].name; i++) {
            assert_non_null(r->fields[i].zh);
            assert_int_equal(field_index(r->fields, str_of(r->fields[i].name)), i);
            assert_true(
                !r->fields[i].after || field_index(r->fields, str_of(r->fields[i].after)) < i);
        }
    }
}

static void test_differences_name_the_members(void **state)
{
    (void)state;
    assert_string_equal(schema_diff(a, STR("{\"a\":1,\"b\":[1,{\"c\":2}],\"d\":3}"),
                            STR("{\"a\":1,\"b\":[1,{\"c\":3}],\"e\":3}"))
                            .p,
        "/b, /d, /e");
}

static void test_the_nearest_name_is_offered(void **state)
{
    (void)state;
    struct err e;
    assert_null(decode(STR("{\"ammount\":\"1\"}"), &e));
    assert_string_equal(e.first->arg.p, "amount");
    assert_null(decode(STR("{\"borower_name\":\"1\"}"), &e));
    assert_string_equal(e.first->arg.p, "borrower_name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_canonical_text_is_its_own_canonical_text),
        cmocka_unit_test(test_a_field_of_another_product_is_refused),
        cmocka_unit_test(test_every_field_left_out_or_spoilt_is_named),
        cmocka_unit_test(test_the_table_is_complete),
        cmocka_unit_test(test_differences_name_the_members),
        cmocka_unit_test(test_the_nearest_name_is_offered),
    };
    return unit_run(&a, tests);
}
