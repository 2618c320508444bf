/* How long the rule function takes: one check with trace and cures, facts and rule in memory. */
#include "rule.h"
#include "records.h"
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 200000 };

static struct arena *a;

static const struct json *parse(struct str text)
{
    struct err e;
    err_init(&e, a);
    const struct json *in = json_parse(a, text, &e);
    MUST(in);
    return in;
}

static double run(const struct rule *rule, const struct value *facts, bool explain)
{
    struct timespec from, to;
    struct arena *each = arena_new();
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < ROUNDS; i++) {
        struct subsidy s;
        struct buf out;
        arena_reset(each);
        buf_init(&out, each);
        if (explain)
            rule_explain(rule, facts, &out);
        else
            rule_judge(rule, facts, &s);
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    arena_free(each);
    return ((double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3) /
           ROUNDS;
}

int main(void)
{
    char text[16384];
    struct err e;
    a = arena_new();
    FILE *f = fopen("tests/data/policies/js-2023.json", "rb");
    MUST(f);
    size_t n = fread(text, 1, sizeof text, f);
    MUST(fclose(f) == 0);
    struct value *v = arena_alloc(a, POLICY_FIELD_COUNT * sizeof *v);
    struct value *facts = arena_alloc(a, FACT_COUNT * sizeof *facts);
    err_init(&e, a);
    MUST(schema_decode(a, &policy_record, parse(arena_str(a, text, n)), v, &e));
    const struct rule *rule = rule_load(a, v, &e);
    MUST(facts_read(a,
        parse(STR("{\"borrower.district\":\"310116\",\"borrower.bad_record\":false,\"loan.amount\":"
                  "\"5000000.00\",\"loan.ip_amount\":\"1499500.00\",\"loan.rate\":\"3.65\","
                  "\"loan.disbursed_on\":\"2023-01-16\",\"loan.matures_on\":\"2024-05-15\","
                  "\"loan.settled_on\":\"2024-05-15\",\"loan.owner_is_borrower\":true}")),
        facts, &e));
    facts_lpr(facts, (struct lpr[]){{{19226}, {36500, 43000}}}, 1);
    MUST(facts_derive(facts, "", &e));
    for (int i = 0; i < 3; i++) {
        double judged = run(rule, facts, false), refused = run(rule, facts, true);
        facts[FACT_LOAN_IP_SHARE].n = 300000;
        double granted = run(rule, facts, true);
        facts[FACT_LOAN_IP_SHARE].n = 299900;
        printf("rule: judged %.2f us, granted with trace %.2f us, refused with trace and cures "
               "%.2f us\n",
            judged, granted, refused);
    }
    arena_free(a);
    return 0;
}
