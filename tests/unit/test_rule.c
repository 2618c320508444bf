/* Subsidy rules: amounts by hand, every refusal with a cure that works, nothing guessed. */
#include "records.h"
#include "rule.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *a;

static const struct lpr rates[] = {{{18128}, {42500, 48500}}, /* 2019-08-20 */
    {{19226}, {36500, 43000}},                                /* 2022-08-22 */
    {{19590}, {34500, 42000}}};                               /* 2023-08-21 */

static const struct json *parse(struct str text)
{
    struct err e;
    err_init(&e, a);
    const struct json *in = json_parse(a, text, &e);
    if (!in)
        fail_msg("not JSON: %s", text.p);
    return in;
}

static const struct rule *load(struct str text, struct err *e)
{
    struct value *v = arena_alloc(a, POLICY_FIELD_COUNT * sizeof *v);
    err_init(e, a);
    const struct json *in = parse(text);
    return schema_decode(a, &policy_record, in, v, e) ? rule_load(a, v, e) : NULL;
}

static const struct rule *load_file(const char *path)
{
    char text[16384];
    struct err e;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    assert_int_equal(fclose(f), 0);
    const struct rule *rule = load(arena_str(a, text, n), &e);
    if (!rule)
        fail_msg("%s: %s %s", path, e.first->pointer.p, e.first->arg.p);
    return rule;
}

static struct value *facts(const char *text)
{
    struct err e;
    struct value *f = arena_alloc(a, FACT_COUNT * sizeof *f);
    err_init(&e, a);
    if (!facts_read(a, parse(arena_text(a, text)), f, &e) || !facts_derive(f, "", &e))
        fail_msg("facts: %s %s", e.first->pointer.p, e.first->arg.p);
    facts_lpr(f, rates, COUNT_OF(rates));
    return f;
}

static const char *explain(const struct rule *rule, const struct value *f)
{
    struct buf out;
    buf_init(&out, a);
    json_open(&out, '{');
    rule_explain(rule, f, &out);
    json_close(&out, '}');
    (void)parse(buf_view(&out));
    return buf_view(&out).p;
}

/* A Jinshan loan, repaid on time; the four worked examples differ in a few facts. */
static struct value *jinshan(
    const char *amount, const char *ip_amount, const char *percent, const char *drawn)
{
    return facts(arena_printf(a,
        "{\"borrower.district\":\"310116\",\"borrower.bad_record\":false,\"loan.amount\":\"%s\","
        "\"loan.ip_amount\":\"%s\",\"loan.rate\":\"%s\",\"loan.disbursed_on\":\"%s\","
        "\"loan.matures_on\":\"2024-05-15\",\"loan.settled_on\":\"2024-05-15\","
        "\"loan.owner_is_borrower\":true}",
        amount, ip_amount, percent, drawn)
                     .p);
}

static void test_the_worked_examples_of_jinshan_come_out_to_the_fen(void **state)
{
    (void)state;
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    struct subsidy o;
    rule_judge(rule, jinshan("3000000.00", "3000000.00", "3.45", "2023-01-16"), &o);
    assert_true(o.eligible);
    assert_int_equal(o.amount, 2587500);
    rule_judge(rule, jinshan("10000000.00", "10000000.00", "4.35", "2023-01-16"), &o);
    assert_int_equal(o.amount, 5000000);
    rule_judge(rule, jinshan("5000000.00", "1499500.00", "3.65", "2023-01-16"), &o);
    assert_false(o.eligible);
    assert_string_equal(o.failed, "ip-share");
    assert_int_equal(o.amount, 0);
    rule_judge(rule, jinshan("5000000.00", "1500000.00", "4.00", "2023-09-01"), &o);
    assert_int_equal(o.amount, 1293750);
    assert_int_equal(o.interest_from.n, 19601);  /* 2023-09-01 */
    assert_int_equal(o.interest_until.n, 19783); /* 2024-03-01 */
}

static void test_a_share_just_below_the_threshold_says_what_would_reach_it(void **state)
{
    (void)state;
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    const char *text = explain(rule, jinshan("5000000.00", "1499500.00", "3.65", "2023-01-16"));
    assert_non_null(
        strstr(text, "{\"clause\":\"ip-share\",\"legal_ref\":\"金经委规〔2023〕2号\",\"text\":"
                     "\"知识产权担保部分不低于授信 "
                     "30%\",\"facts\":{\"loan.ip_share\":\"29.99\"},\"passed\":false}"));
    assert_non_null(
        strstr(text, "{\"clause\":\"ip-share\",\"kind\":\"do\",\"who\":\"bank\",\"act\":"
                     "\"借贷双方变更合同的知识产权担保金额,银行更正贷款记录\","
                     "\"fact\":\"loan.ip_share\",\"title\":"
                     "\"知识产权担保占比\",\"from\":\"29.99\",\"to\":\"30.00\"}"));
    assert_non_null(
        strstr(text, "\"fact\":\"loan.ip_amount\",\"title\":\"知识产权担保金额\",\"from\":"
                     "\"1499500.00\",\"to\":\"1500000.00\""));
    /* 1,500,000 × 3.65 % ÷ 2 = 27,375.00, half of it */
    assert_non_null(strstr(text, "\"amount_if_cured\":\"13687.50\""));
}

/* What is stored, with the words that come to it when it is read. */
static const char *told(const char *text)
{
    struct buf out;
    buf_init(&out, a);
    json_open(&out, '{');
    for (const struct json *m = parse(arena_text(a, text))->child; m; m = m->next) {
        if (rule_told(m, &out))
            continue;
        json_key(&out, m->key.p);
        json_tree(&out, m);
    }
    json_close(&out, '}');
    (void)parse(buf_view(&out));
    return buf_view(&out).p;
}

static void test_a_decision_is_told_in_words_of_both_languages(void **state)
{
    (void)state;
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    const char *text =
        told(explain(rule, jinshan("5000000.00", "1499500.00", "3.65", "2023-01-16")));
    assert_non_null(strstr(text,
        "\"said\":[{\"fact\":\"loan.ip_share\",\"title\":\"知识产权担保占比\",\"title_en\":"
        "\"Share that IP secures\",\"text\":\"29.99%\",\"text_en\":\"29.99%\"}]"));
    assert_non_null(strstr(text, "\"said\":[{\"fact\":\"borrower.bad_record\",\"title\":"));
    assert_non_null(strstr(text, "\"text\":\"否\",\"text_en\":\"no\"}"));
    /* the share that the clause asks for, then the amount that makes it */
    assert_non_null(strstr(text,
        "\"means\":[{\"fact\":\"loan.ip_share\",\"title\":\"知识产权担保占比\",\"title_en\":"
        "\"Share that IP secures\",\"text\":\"29.99% → 30.00%\",\"text_en\":\"29.99% → 30.00%\"},"
        "{\"fact\":\"loan.ip_amount\",\"title\":\"知识产权担保金额\",\"title_en\":"
        "\"Amount that IP secures\",\"text\":\"1,499,500.00 元 → 1,500,000.00 元\",\"text_en\":"
        "\"1,499,500.00 CNY → 1,500,000.00 CNY\"}]"));
    assert_non_null(strstr(text, "\"act_en\":\"Both parties change the amount that IP secures; "));
    text = told(explain(rule, jinshan("3000000.00", "3000000.00", "3.45", "2023-01-16")));
    assert_non_null(
        strstr(text, "{\"line\":\"补贴比例\",\"formula\":\"51750.00 × "
                     "50.00%\",\"amount\":\"25875.00\",\"title\":"
                     "\"补贴比例\",\"title_en\":\"Share\",\"formula_en\":\"51750.00 × 50.00%\"}"));
    assert_non_null(
        strstr(text, "\"formula_en\":\"One-year LPR of the day of drawing 3.65% × 1.00 + 0.00 → "));
    assert_non_null(
        strstr(text, "\"title_en\":\"A fact is missing\",\"formula_en\":\"Insurance fee paid\""));
    /* what was stored is told as it is otherwise */
    assert_non_null(strstr(
        text, "\"eligible\":true,\"amount\":\"25875.00\",\"items\":[{\"item\":\"interest\""));
}

static void test_what_is_not_known_does_not_pass_not_even_negated(void **state)
{
    (void)state;
    struct err e;
    struct subsidy o;
    const struct rule *rule = load(
        STR("{\"code\":\"X\",\"title\":\"x\",\"effective_from\":\"2023-01-01\","
            "\"legal_ref\":\"x\",\"eligible\":{\"not\":{\"clause\":\"bad\",\"text\":\"x\",\"fact\":"
            "\"borrower.bad_record\",\"op\":\"eq\",\"value\":true}},"
            "\"items\":[{\"item\":\"principal_award\",\"share\":\"1\"}]}"),
        &e);
    assert_non_null(rule);
    rule_judge(rule, facts("{\"loan.amount\":\"100.00\"}"), &o);
    assert_false(o.eligible);
    assert_non_null(
        strstr(explain(rule, facts("{\"loan.amount\":\"100.00\"}")), "\"unknown\":true"));
    rule_judge(rule, facts("{\"loan.amount\":\"100.00\",\"borrower.bad_record\":false}"), &o);
    assert_true(o.eligible);
    assert_int_equal(o.amount, 100);
}

static struct value text_value(const char *text)
{
    return (struct value){.present = true, .s = arena_text(a, text)};
}

static void test_a_subsidy_never_exceeds_what_was_paid_less_other_aid(void **state)
{
    (void)state;
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    struct subsidy o;
    struct value *f = jinshan("3000000.00", "3000000.00", "3.45", "2023-01-16");
    f[FACT_LOAN_PAID_FOR] = text_value("6:30000.00");
    f[FACT_AID_INTEREST] = (struct value){.present = true, .n = 1000000};
    f[FACT_FEE_GUARANTEE] = (struct value){.present = true, .n = 4000000};
    rule_judge(rule, f, &o);
    assert_int_equal(o.item[0], 1500000); /* half of the 30,000.00 paid, not of 51,750.00 */
    assert_int_equal(o.item[1], 0);       /* no insurance fee is known */
    assert_int_equal(o.item[2], 2000000);
    assert_int_equal(o.amount, 3500000);
    f[FACT_AID_INTEREST].n = 2000000; /* 20,000.00 had elsewhere: 10,000.00 are left */
    rule_judge(rule, f, &o);
    assert_int_equal(o.item[0], 1000000);
    f[FACT_USED_INTEREST_DAYS] = text_value("2023-07-15/2023-08-01");
    rule_judge(rule, f, &o);
    assert_int_equal(o.item[0], 0); /* the sixth month has been subsidised */
    f[FACT_USED_INTEREST_DAYS] = text_value("2022-01-01/2023-01-16 2023-07-16/2023-08-01");
    rule_judge(rule, f, &o);
    assert_int_equal(o.item[0], 1000000);
}

/* Year by year: of 3 million at 3.45 % by 30/360 the six months to come are 51,750.00, and a cap of
 * the loan leaves of them what the first days have not had. */
static void test_days_that_were_taken_are_skipped_and_caps_hold_over_all(void **state)
{
    (void)state;
    struct err e;
    struct subsidy o;
    err_init(&e, a);
    const struct rule *rule = load(
        STR("{\"code\":\"T-1\",\"title\":\"x\",\"effective_from\":\"2023-01-01\","
            "\"legal_ref\":\"x\",\"eligible\":{\"clause\":\"any\",\"text\":\"x\",\"fact\":"
            "\"loan.amount\",\"op\":\"exists\",\"value\":true},\"items\":[{\"item\":\"interest\","
            "\"share\":\"100\",\"months\":12,\"day_count\":\"30/360\",\"cap\":\"60000.00\"}]}"),
        &e);
    assert_non_null(rule);
    struct value *f = jinshan("3000000.00", "3000000.00", "3.45", "2023-01-16");
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 6000000);
    f[FACT_USED_INTEREST_DAYS] =
        text_value("2023-01-16/2023-04-16 2023-04-16/2023-07-16 2024-01-16/2024-02-16");
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 5175000);
    f[FACT_USED_LOAN_ITEMS] = text_value("guarantee_fee 900.00; interest 51750.00");
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 825000); /* 60,000.00 - 51,750.00 */
    f[FACT_USED_INTEREST_DAYS] = text_value("2023-01-16/2023-04-16 2023-07-16/2023-08-16");
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 0); /* a hole: no one piece is left */
}

/* Six calendar months are 180 days of 30/360 wherever they end: 3,000,000 × 3 % ÷ 2, half of it. */
static void test_six_months_that_end_in_february_are_half_a_year(void **state)
{
    (void)state;
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    struct subsidy o;
    rule_judge(rule, jinshan("3000000.00", "3000000.00", "3.00", "2022-08-31"), &o);
    assert_int_equal(o.amount, 2250000);
}

/* 2.7 of 3 million came back after one month: 3,000,000 × 3.45 % ÷ 12 + 300,000 × 3.45 % × 5 ÷ 12 =
 * 12,937.50. Of a loan in the ledger interest that nobody told is not known. */
static void test_interest_follows_the_balance_and_what_was_paid(void **state)
{
    (void)state;
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    struct subsidy o;
    struct value *f = jinshan("3000000.00", "3000000.00", "3.45", "2023-01-16");
    f[FACT_LOAN_DRAWN] = (struct value){.present = true, .n = 300000000};
    f[FACT_LOAN_STRETCHES] =
        text_value("2023-01-16/2023-02-16 3000000.00 3.45; 2023-02-16/2023-07-16 300000.00 3.45");
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 0);
    assert_int_equal(o.missing[0].fact, FACT_LOAN_INTEREST_PAID);
    assert_non_null(strstr(explain(rule, f),
        "{\"clause\":null,\"item\":\"interest\",\"kind\":\"supply\",\"who\":\"bank\","
        "\"act\":\"银行补报付息事件\",\"fact\":\"loan.interest_paid\""));
    f[FACT_LOAN_INTEREST_PAID] = (struct value){.present = true, .n = 1848625};
    f[FACT_LOAN_PAID_FOR] = text_value("6:13225.00");
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 646875);
    f[FACT_LOAN_PAID_FOR] = text_value("12:99999.00 6:8912.50");
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 445625);
    /* a rise from 3.45 % to 3.65 % is bound by the LPR of the draw, a fall is not */
    f[FACT_LOAN_PAID_FOR] = text_value("6:60000.00");
    f[FACT_LOAN_STRETCHES] =
        text_value("2023-01-16/2023-04-16 3000000.00 3.95; 2023-04-16/2023-07-16 3000000.00 3.25");
    rule_judge(rule, f, &o); /* (27,375.00 + 24,375.00) ÷ 2 */
    assert_int_equal(o.amount, 2587500);
}

/* A third was drawn: 2.5 % of a million, not of the contract; never drawn, nothing. */
static void test_awards_are_on_what_was_drawn(void **state)
{
    (void)state;
    struct err e;
    struct subsidy o;
    const struct rule *rule = load(STR("{\"code\":\"X\",\"title\":\"x\",\"effective_from\":"
                                       "\"2023-01-01\",\"legal_ref\":\"x\",\"eligible\":"
                                       "{\"clause\":\"a\",\"text\":\"a\",\"fact\":"
                                       "\"loan.amount\",\"op\":\"exists\"},\"items\":[{\"item\":"
                                       "\"principal_award\",\"share\":\"2.5\"}]}"),
        &e);
    struct value *f = facts("{\"loan.amount\":\"3000000.00\",\"loan.drawn\":\"1000000.00\"}");
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 2500000);
    f[FACT_LOAN_DRAWN].n = 0;
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 0);
}

/* What happened stands under incurable, and hides no cure of another clause. */
static void test_the_past_is_not_cured(void **state)
{
    (void)state;
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    const struct value *f =
        facts("{\"borrower.district\":\"310116\",\"loan.amount\":\"3000000.00\",\"loan.ip_amount\":"
              "\"3000000.00\",\"loan.rate\":\"3.45\",\"loan.disbursed_on\":\"2023-01-16\","
              "\"loan.matures_on\":\"2024-07-01\",\"loan.settled_on\":\"2024-07-01\","
              "\"loan.owner_is_borrower\":true}"); /* the window ended the day before */
    const char *text = explain(rule, f);
    assert_non_null(strstr(text, "\"incurable\":[{\"clause\":\"window\",\"text\":"
                                 "\"还款日在申报期内\",\"facts\":{\"还清日\":\"2024-07-01\"}}]"));
    assert_null(strstr(text, "\"to\":\"2024-06-30\""));
    assert_non_null(strstr(text, "\"cures\":[{\"clause\":\"credit\",\"kind\":\"supply\",\"who\":"
                                 "\"office\",\"act\":\"受理部门填报信用情况并附凭证\""));
    assert_null(strstr(text, "amount_if_cured"));
}

/* Newest row 2023-08-21: it holds for 35 days. */
static void test_an_lpr_that_must_have_been_followed_is_not_known(void **state)
{
    (void)state;
    struct err e;
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    err_init(&e, a);
    assert_true(
        rule_has_lpr(rule, jinshan("3000000.00", "3000000.00", "3.45", "2023-09-25"), "", &e));
    assert_false(
        rule_has_lpr(rule, jinshan("3000000.00", "3000000.00", "3.45", "2023-09-26"), "", &e));
    assert_int_equal(e.first->code, E_NO_LPR);
}

#define POLICY(eligible, items)                                                                    \
    "{\"code\":\"X\",\"title\":\"x\",\"effective_from\":\"2023-01-01\","                           \
    "\"legal_ref\":\"x\",\"eligible\":" eligible ",\"items\":[" items "]}"
#define ALWAYS "{\"clause\":\"a\",\"text\":\"a\",\"fact\":\"loan.amount\",\"op\":\"exists\"}"
#define AWARD  "{\"item\":\"principal_award\",\"share\":\"1\"}"

/* Jinshan's terms but for the day count: 150 × 3.45 % × 182 ÷ 360 and ÷ 365, half of each. */
static void test_the_day_count_is_a_parameter(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t fen;
    } counts[] = {{"30/360", 1293750}, {"actual/360", 1308125}, {"actual/365", 1290206}};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct err e;
        struct subsidy o;
        const struct rule *rule =
            load(arena_printf(a,
                     POLICY(ALWAYS, "{\"item\":\"interest\",\"share\":\"50\",\"rate_ceiling\":{"
                                    "\"lpr\":\"1y\",\"at\":\"disbursed_on\"},"
                                    "\"ip_part_only\":true,\"months\":6,\"day_count\":\"%s\"}"),
                     counts[i].name),
                &e);
        assert_non_null(rule);
        rule_judge(rule, jinshan("5000000.00", "1500000.00", "4.00", "2023-09-01"), &o);
        assert_int_equal(o.amount, counts[i].fen);
    }
}

static void test_other_patterns_of_district_rules(void **state)
{
    (void)state;
    struct err e;
    struct subsidy o;
    struct value *f = facts(
        "{\"loan.amount\":\"10000000.00\",\"loan.rate\":\"5.11\",\"loan.signed_on\":"
        "\"2022-08-21\",\"loan.disbursed_on\":\"2022-08-25\",\"loan.matures_on\":\"2024-08-25\","
        "\"fee.guarantee\":\"40000.00\",\"borrower.revenue\":\"200000000.00\"}");
    /* the rate as a test: at most the LPR of the contract's month (3.65, published on the 22nd)
     * × 1.40 */
    const struct rule *zgc = load(
        STR(POLICY(
            "{\"clause\":\"rate\",\"text\":\"x\",\"fact\":\"loan.rate\",\"op\":"
            "\"le\",\"value\":{\"lpr\":\"1y\",\"at\":\"signed_month\",\"multiplier\":\"1.40\"}}",
            "{\"item\":\"interest\",\"share\":\"40\",\"years\":1,\"cap\":\"500000.00\"}")),
        &e);
    assert_non_null(zgc);
    rule_judge(zgc, f, &o);
    assert_true(o.eligible);
    assert_int_equal(o.amount, 20440000); /* 1,000 × 5.11 % × 40 % = 20.44 万 */
    f[FACT_LOAN_RATE].n = 51101;
    rule_judge(zgc, f, &o);
    assert_false(o.eligible);
    /* percentage points a year; 60 % of the LPR for two years; a refund in percent of the loan */
    const struct rule *points =
        load(STR(POLICY(ALWAYS, "{\"item\":\"interest\",\"points\":\"1.50\",\"years\":1}")), &e);
    rule_judge(points, f, &o);
    assert_int_equal(o.amount, 15000000);
    const struct rule *lpr =
        load(STR(POLICY(ALWAYS, "{\"item\":\"interest\",\"share\":\"60\",\"rate_basis\":"
                                "\"lpr\",\"rate_ceiling\":{\"lpr\":\"1y\",\"at\":\"disbursed_on\"},"
                                "\"years\":2,\"cap\":\"200000.00\"}")),
            &e);
    rule_judge(lpr, f, &o);
    assert_int_equal(o.amount, 20000000); /* 1,000 × 3.65 % × 2 × 60 % = 43.8 万, capped */
    const struct rule *refund =
        load(STR(POLICY(ALWAYS, "{\"item\":\"guarantee_fee\",\"of_loan\":\"0.50\"}")), &e);
    rule_judge(refund, f, &o);
    assert_int_equal(o.amount, 4000000); /* 0.5 % are 50,000.00; 40,000.00 were paid */
    const struct rule *uplift =
        load(STR(POLICY(ALWAYS, "{\"item\":\"guarantee_fee\",\"share\":\"50\",\"uplifts\":"
                                "[{\"share\":\"10\",\"when\":{\"clause\":\"u\",\"text\":\"x\","
                                "\"fact\":\"borrower.revenue\",\"op\":\"le\","
                                "\"value\":\"200000000.00\"}}]}")),
            &e);
    rule_judge(uplift, f, &o);
    assert_int_equal(o.amount, 2400000);
}

static void test_caps_of_firm_and_loan_leave_what_is_left(void **state)
{
    (void)state;
    struct err e;
    struct subsidy o;
    const struct rule *rule =
        load(STR("{\"code\":\"X\",\"title\":\"x\",\"effective_from\":\"2023-01-01\","
                 "\"legal_ref\":\"x\",\"eligible\":" ALWAYS
                 ",\"items\":[{\"item\":\"principal_award\",\"share\":\"2\"},"
                 "{\"item\":\"lender_award\",\"share\":\"1\"}],\"caps\":[{\"per\":\"enterprise\","
                 "\"period\":\"year\","
                 "\"amount\":\"100000.00\"},{\"per\":\"enterprise\",\"period\":\"lifetime\","
                 "\"amount\":\"250000.00\"},"
                 "{\"per\":\"loan\",\"amount\":\"25000.00\"}]}"),
            &e);
    assert_non_null(rule);
    struct value *f = facts("{\"loan.amount\":\"1000000.00\"}");
    rule_judge(rule, f, &o);
    assert_int_equal(o.item[0], 2000000);
    assert_int_equal(o.item[1], 500000); /* of the loan's 25,000.00 */
    f[FACT_USED_ENTERPRISE_YEAR] = (struct value){.present = true, .n = 9900000};
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 100000);
    f[FACT_USED_ENTERPRISE_LIFETIME] = (struct value){.present = true, .n = 25000000};
    rule_judge(rule, f, &o);
    assert_int_equal(o.amount, 0);
    assert_true(o.eligible);
}

/* One problem each: where, and which. */
static void test_bad_rules_are_refused_with_pointer_and_cure(void **state)
{
    (void)state;
#define TEST(fact, op, value)                                                                      \
    "{\"clause\":\"c\",\"text\":\"t\",\"fact\":\"" fact "\",\"op\":\"" op "\",\"value\":" value "}"
    static const struct {
        const char *policy, *pointer;
        enum err_code code;
        const char *arg;
    } bad[] = {
        {POLICY(TEST("loan.ip_shar", "ge", "\"30\""), AWARD), "/eligible/fact", E_FACT,
            "loan.ip_share"},
        {POLICY(TEST("loan.ip_share", "ge", "30"), AWARD), "/eligible/value", E_TYPE, "string"},
        {POLICY(TEST("loan.ip_share", "ge", "\"130\""), AWARD), "/eligible/value", E_RANGE,
            "0.00–100.00"},
        {POLICY(TEST("borrower.district", "eq", "\"310999\""), AWARD), "/eligible/value",
            E_DISTRICT, NULL},
        {POLICY(TEST("borrower.size", "ge", "\"small\""), AWARD), "/eligible/op", E_CHOICE, NULL},
        {POLICY(TEST("borrower.size", "in", "[\"small\",\"tiny\"]"), AWARD), "/eligible/value/1",
            E_CHOICE, NULL},
        {POLICY(TEST("loan.settled_on", "between", "[\"2024-06-30\",\"2023-07-01\"]"), AWARD),
            "/eligible/value", E_WINDOW_EMPTY, NULL},
        {POLICY(TEST("loan.settled_on", "between", "[\"2024-06-30\"]"), AWARD), "/eligible/value",
            E_LENGTH, NULL},
        {POLICY("{\"all\":[" ALWAYS
                "," TEST("loan.rate", "le", "{\"lpr\":\"2y\",\"at\":\"signed_on\"}") "]}",
             AWARD),
            "/eligible/all/1/value/lpr", E_CHOICE, "1y 一年期, 5y 五年期"},
        {POLICY("{\"all\":[],\"any\":[]}", AWARD), "/eligible", E_CONDITION, "all"},
        {POLICY("{\"any\":[]}", AWARD), "/eligible/any", E_LENGTH, NULL},
        {POLICY("{\"clause\":\"c\",\"fact\":\"loan.amount\",\"op\":\"exists\"}", AWARD),
            "/eligible/text", E_NEED, NULL},
        {POLICY(ALWAYS, "{\"item\":\"interest\",\"share\":\"100.0001\"}"), "/items/0/share",
            E_RANGE, NULL},
        {POLICY(ALWAYS, "{\"item\":\"interest\"}"), "/items/0", E_ITEM, "interest"},
        {POLICY(ALWAYS, "{\"item\":\"guarantee_fee\",\"points\":\"1\"}"), "/items/0", E_ITEM,
            "guarantee_fee"},
        {POLICY(ALWAYS, AWARD "," AWARD), "/items/1", E_TWO_ANSWERS, "*"},
        {POLICY(ALWAYS,
             "{\"item\":\"principal_award\",\"share\":\"1\",\"when\":" TEST("borrower.employees",
                 "le", "300") "},"
                              "{\"item\":\"principal_award\",\"share\":\"2\",\"when\":" TEST(
                                  "borrower.employees", "ge", "300") "}"),
            "/items/1", E_TWO_ANSWERS, "borrower.employees=300"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct err e;
        assert_null(load(str_of(bad[i].policy), &e));
        assert_string_equal(e.first->pointer.p, bad[i].pointer);
        assert_string_equal(err_text(e.first->code)->name, err_text(bad[i].code)->name);
        if (bad[i].arg)
            assert_string_equal(e.first->arg.p, bad[i].arg);
    }
    struct err e;
    assert_non_null(load(
        STR(POLICY(ALWAYS,
            "{\"item\":\"principal_award\",\"share\":\"1\",\"when\":" TEST("borrower.employees",
                "lt", "300") "},{\"item\":\"principal_award\",\"share\":\"2\","
                             "\"when\":" TEST("borrower.employees", "ge", "300") "}")),
        &e));
}

static void test_facts_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    struct err e;
    struct value *f = arena_alloc(a, FACT_COUNT * sizeof *f);
    err_init(&e, a);
    assert_true(facts_read(a,
        parse(STR("{\"loan.amount\":\"100.00\",\"loan.ip_amount\":\"30.00\","
                  "\"loan.ip_share\":\"31\"}")),
        f, &e));
    assert_false(facts_derive(f, "/facts", &e));
    assert_string_equal(e.first->pointer.p, "/facts/loan.ip_share");
    assert_int_equal(e.first->code, E_CONTRADICTS);
    assert_string_equal(e.first->arg.p, "\"30.00\"");
}

static void test_a_day_without_a_known_lpr_is_refused_not_guessed(void **state)
{
    (void)state;
    struct err e;
    err_init(&e, a);
    const struct rule *rule = load_file("tests/data/policies/js-2023.json");
    struct value *f = jinshan("3000000.00", "3000000.00", "3.45", "2019-08-19");
    assert_false(rule_has_lpr(rule, f, "/facts", &e));
    assert_int_equal(e.first->code, E_NO_LPR);
    assert_string_equal(e.first->pointer.p, "/facts/loan.disbursed_on");
    assert_true(
        rule_has_lpr(rule, jinshan("3000000.00", "3000000.00", "3.45", "2019-08-20"), "", &e));
}

static void test_a_bound_below_nought_gives_nothing(void **state)
{
    (void)state;
    struct err e;
    struct subsidy o;
    const struct rule *rule =
        load(STR(POLICY(ALWAYS, "{\"item\":\"interest\",\"share\":\"50\",\"rate_ceiling\":"
                                "{\"lpr\":\"1y\",\"at\":\"disbursed_on\",\"spread\":\"-9.00\"}}")),
            &e);
    assert_non_null(rule);
    rule_judge(rule, jinshan("3000000.00", "3000000.00", "3.45", "2023-01-16"), &o);
    assert_true(o.eligible);
    assert_int_equal(o.amount, 0);
}

static void test_the_lpr_of_an_uplift_must_be_known_too(void **state)
{
    (void)state;
    struct err e;
    const struct rule *rule =
        load(STR(POLICY(ALWAYS, "{\"item\":\"interest\",\"share\":\"50\",\"uplifts\":[{"
                                "\"share\":\"5\",\"when\":" TEST("loan.rate", "le",
                                    "{\"lpr\":\"1y\",\"at\":\"disbursed_on\"}") "}]}")),
            &e);
    assert_non_null(rule);
    err_init(&e, a);
    assert_false(
        rule_has_lpr(rule, jinshan("3000000.00", "3000000.00", "3.45", "2019-08-19"), "", &e));
    assert_int_equal(e.first->code, E_NO_LPR);
}

/* What is asked, what is, and the one fact that a cure changes to what. */
static void test_a_cure_is_the_nearest_value_that_passes(void **state)
{
    (void)state;
    static const struct {
        const char *eligible, *facts, *cure;
    } cases[] = {
        {TEST("loan.ip_amount", "ne", "\"1000.00\""), "{\"loan.ip_amount\":\"1000.00\"}",
            "\"to\":\"1000.01\"}"},
        {TEST("loan.ip_amount", "lt", "\"1000.00\""), "{\"loan.ip_amount\":\"5000.00\"}",
            "\"to\":\"999.99\"}"},
        {TEST("loan.patents", "in", "[10,20,90]"), "{\"loan.patents\":70}", "\"to\":90}"},
        {TEST("loan.settled_on", "exists", "true"), "{\"loan.matures_on\":\"2024-01-15\"}",
            "\"to\":\"2024-01-15\",\"any\":true}"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err e;
        const struct rule *rule = load(arena_printf(a, POLICY("%s", AWARD), cases[i].eligible), &e);
        assert_non_null(rule);
        const char *text = explain(rule, facts(cases[i].facts));
        if (!strstr(text, cases[i].cure))
            fail_msg("%s not in %s", cases[i].cure, text);
    }
}

/* ---- property: a cure that is offered works ------------------------------------------------- */

static uint64_t seed = 20231101;
static int pick(int n)
{
    return (int)(unit_random(&seed) % (uint64_t)n);
}

static struct str random_test(void)
{
    static const char *const amounts[] = {"loan.amount", "borrower.revenue", "loan.ip_amount"};
    static const char *const days[] = {"loan.settled_on", "loan.matures_on", "loan.disbursed_on"};
    static const char *const yes[] = {"loan.settled_on_time", "borrower.sme", "loan.first_loan",
        "borrower.bad_record", "loan.under_scheme"};
    static const char *const ordered[] = {"lt", "le", "gt", "ge", "eq", "ne"};
    struct str head = arena_printf(a, "{\"clause\":\"c%d\",\"text\":\"t\",", pick(1000));
    switch (pick(7)) {
    case 0:
        return arena_printf(a, "%s\"fact\":\"%s\",\"op\":\"%s\",\"value\":\"%d.00\"}", head.p,
            amounts[pick(3)], ordered[pick(6)], 1000 + pick(9000));
    case 1:
        return arena_printf(a, "%s\"fact\":\"%s\",\"op\":\"%s\",\"value\":\"2023-%02d-%02d\"}",
            head.p, days[pick(3)], ordered[pick(6)], 1 + pick(12), 1 + pick(28));
    case 2:
        return arena_printf(a, "%s\"fact\":\"%s\",\"op\":\"eq\",\"value\":%s}", head.p,
            yes[pick(5)], pick(2) ? "true" : "false");
    case 3:
        return arena_printf(a, "%s\"fact\":\"loan.ip_share\",\"op\":\"%s\",\"value\":\"%d.5\"}",
            head.p, ordered[pick(6)], pick(99));
    case 4:
        return arena_printf(a,
            "%s\"fact\":\"borrower.size\",\"op\":\"in\",\"value\":[\"%s\",\"medium\"]}", head.p,
            pick(2) ? "micro" : "small");
    case 5:
        return arena_printf(a,
            "%s\"fact\":\"loan.rate\",\"op\":\"le\",\"value\":{\"lpr\":\"1y\",\"at\":"
            "\"disbursed_on\",\"multiplier\":\"1.%d\"}}",
            head.p, pick(90) + 10);
    default:
        return arena_printf(a,
            "%s\"fact\":\"loan.settled_on\",\"op\":\"between\",\"value\":[\"2023-%02d-01\","
            "\"2023-12-31\"]}",
            head.p, 1 + pick(12));
    }
}

static struct str random_cond(int depth)
{
    if (depth == 0 || pick(3) == 0)
        return random_test();
    if (pick(6) == 0)
        return arena_printf(a, "{\"not\":%s}", random_cond(depth - 1).p);
    return arena_printf(a, "{\"%s\":[%s,%s]}", pick(2) ? "all" : "any", random_cond(depth - 1).p,
        random_cond(depth - 1).p);
}

static struct value *random_facts(void)
{
    struct buf b;
    buf_init(&b, a);
    buf_printf(&b, "{\"loan.rate\":\"%d.%d\",\"borrower.bad_record\":%s", 2 + pick(5), pick(10),
        pick(2) ? "true" : "false");
    int amount = 1000 + pick(9000);
    if (pick(4))
        buf_printf(&b, ",\"loan.amount\":\"%d.00\",\"loan.ip_amount\":\"%d.00\"", amount,
            pick(amount + 1));
    if (pick(4))
        buf_printf(&b, ",\"loan.disbursed_on\":\"2023-%02d-%02d\"", 1 + pick(12), 1 + pick(28));
    if (pick(4))
        buf_printf(&b, ",\"loan.matures_on\":\"2024-%02d-%02d\"", 1 + pick(12), 1 + pick(28));
    if (pick(4))
        buf_printf(&b, ",\"loan.settled_on\":\"2023-%02d-%02d\"", 1 + pick(12), 1 + pick(28));
    if (pick(3))
        buf_printf(&b, ",\"borrower.size\":\"%s\"", pick(2) ? "large" : "small");
    buf_char(&b, '}');
    return facts(buf_view(&b).p);
}

static void test_every_cure_that_is_offered_passes(void **state)
{
    (void)state;
    int failed = 0, cured = 0;
    for (int i = 0; i < 20000; i++) {
        arena_reset(a);
        struct err e;
        struct subsidy o;
        const struct rule *rule = load(arena_printf(a, POLICY("%s", AWARD), random_cond(3).p), &e);
        assert_non_null(rule);
        struct value *f = random_facts();
        rule_judge(rule, f, &o);
        if (o.eligible)
            continue;
        failed++;
        struct value *after = arena_alloc(a, FACT_COUNT * sizeof *after);
        memcpy(after, f, FACT_COUNT * sizeof *after);
        if (!rule_cure(rule, a, after))
            continue;
        cured++;
        rule_judge(rule, after, &o);
        assert_true(o.eligible);
        err_init(&e, a);
        assert_true(facts_derive(after, "", &e)); /* and they are facts that can be */
    }
    print_message("cures: %d cases failed, %d with a cure, seed 20231101\n", failed, cured);
    assert_true(cured * 100 > failed * 80); /* the rest contradict themselves, or seem to */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_worked_examples_of_jinshan_come_out_to_the_fen),
        cmocka_unit_test(test_a_share_just_below_the_threshold_says_what_would_reach_it),
        cmocka_unit_test(test_what_is_not_known_does_not_pass_not_even_negated),
        cmocka_unit_test(test_a_subsidy_never_exceeds_what_was_paid_less_other_aid),
        cmocka_unit_test(test_days_that_were_taken_are_skipped_and_caps_hold_over_all),
        cmocka_unit_test(test_six_months_that_end_in_february_are_half_a_year),
        cmocka_unit_test(test_interest_follows_the_balance_and_what_was_paid),
        cmocka_unit_test(test_awards_are_on_what_was_drawn),
        cmocka_unit_test(test_the_past_is_not_cured),
        cmocka_unit_test(test_an_lpr_that_must_have_been_followed_is_not_known),
        cmocka_unit_test(test_the_day_count_is_a_parameter),
        cmocka_unit_test(test_other_patterns_of_district_rules),
        cmocka_unit_test(test_caps_of_firm_and_loan_leave_what_is_left),
        cmocka_unit_test(test_bad_rules_are_refused_with_pointer_and_cure),
        cmocka_unit_test(test_facts_that_contradict_each_other_are_refused),
        cmocka_unit_test(test_a_day_without_a_known_lpr_is_refused_not_guessed),
        cmocka_unit_test(test_a_bound_below_nought_gives_nothing),
        cmocka_unit_test(test_the_lpr_of_an_uplift_must_be_known_too),
        cmocka_unit_test(test_a_decision_is_told_in_words_of_both_languages),
        cmocka_unit_test(test_a_cure_is_the_nearest_value_that_passes),
        cmocka_unit_test(test_every_cure_that_is_offered_passes),
    };
    return unit_run(&a, tests);
}
