/*
 * indicators.c - which figures each goal of the plan has, and what a year's figures tell.
 *
 * 沪知局〔2021〕17号, part three: acquisitions of small and medium firms and outflows of
 * universities by three ways and three figures; filings and implementation; firms that benefit.
 */
#include "indicators.h"

const struct side_rule side_rules[SIDE_COUNT] = {
    {"sme_acquisition", true, false, {true, true, true, false, false}},
    {"university_outflow", true, false, {true, true, true, false, false}},
    {"product_filing", false, false, {true, false, false, false, false}},
    {"implementation", false, false, {true, false, false, false, false}},
    {"benefiting_firm", false, true, {true, false, false, true, true}},
};

const struct figure_rule figure_rules[FIGURE_KINDS] = {
    {"count", "数量", "number", false},
    {"contract_value", "成交金额", "contract value", true},
    {"cash_received", "实际到账金额", "cash received", true},
    {"revenue", "营业收入", "revenue", true},
    {"employees", "就业人数", "employment", false},
};

const struct way_rule way_rules[WAY_COUNT] = {
    {"transfer", "转让", "transfer"},
    {"licence", "许可", "licence"},
    {"contribution", "作价入股", "contribution"},
};

static void add(int64_t value, int64_t *sum, bool *fits)
{
    *fits &= !__builtin_add_overflow(*sum, value, sum);
}

bool told_sum(const struct told_year *y, int n, int64_t *sum, bool *fits)
{
    bool all = true;
    if (n == 4 && y->whole.known) {
        add(y->whole.value, sum, fits);
        return true;
    }
    for (int q = 0; q < n; q++) {
        if (y->quarter[q].known)
            add(y->quarter[q].value, sum, fits);
        all &= y->quarter[q].known;
    }
    return all;
}

bool told_missing(const struct told_year *y, int n, int q)
{
    bool none = true;
    for (int i = 0; i < 4; i++)
        none &= !y->quarter[i].known;
    if (n == 4 && (y->whole.known || none))
        return q == 0 && !y->whole.known;
    return q >= 1 && q <= n && !y->quarter[q - 1].known;
}
