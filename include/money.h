/*
 * money.h - yuan as whole fen, rates as parts per million. No floating point anywhere.
 *
 * Both are structs so that `a + b` does not compile by accident.
 */
#ifndef PLEDGED_MONEY_H
#define PLEDGED_MONEY_H
#include "arena.h"

typedef struct {
    int64_t fen;
} money;
typedef struct {
    int32_t ppm; /* 3.65 % = 36500 */
} rate;

/* The largest amount of one record: 1,000,000,000,000.00 yuan. Sums of 90,000 of them fit. */
#define MONEY_RECORD_MAX INT64_C(100000000000000)

/* "1234567.89", "-3.5": optional minus, digits without leading zeros, at most two decimals. */
MUST_USE bool money_parse(struct str s, money *out);
/* The same for a figure in units of 10^shift yuan (万元: shift 4): at most 2 + shift decimals,
 * converted exactly. */
MUST_USE bool money_parse_scaled(struct str s, int shift, money *out);
/* Always two decimals. */
struct str money_text(struct arena *a, money m);
/* Thousands set apart: "12,153,000.00". */
struct str digits_grouped(struct arena *a, struct str digits);

/* "人民币贰万伍仟捌佰柒拾伍元整": an amount of a record in capital numerals; not negative. */
struct str money_capital(struct arena *a, money m);

/* n × num ÷ den, half a fen up; n and num >= 0, den > 0. The product of three factors fits 128 bits
 * as long as n is an amount and num below 10^18. */
int64_t money_part(int64_t n, int64_t num, int64_t den);

/*
 * Share out a total by weights, exactly: each part rounded down, what is left goes one by one to
 * the largest remainders, ties to the earlier. weight  n of them >= 0, not all nought, their sum
 * within 64 bits; total >= 0
 */
void money_allocate(int64_t total, const int64_t *weight, int n, int64_t *out);

/* "3.65", "-0.5": percent with at most four decimals. */
MUST_USE bool rate_parse(struct str s, rate *out);
/* At least two decimals, further ones only when they are not zero: "3.65", "4.00", "3.4375". */
struct str rate_text(struct arena *a, rate r);
#endif
