/*
 * rule_cond.c - conditions of a rule: read from JSON, and whether they hold.
 */
#include "rule_parts.h"

static const struct choice ops[] = {{"eq", ""}, {"ne", ""}, {"lt", ""}, {"le", ""}, {"gt", ""},
    {"ge", ""}, {"in", ""}, {"between", ""}, {"exists", ""}, {NULL, NULL}};
static const struct choice tenors[] = {{"1y", "一年期"}, {"5y", "五年期"}, {NULL, NULL}};
static const struct choice lpr_days[] = {{"disbursed_on", "放款日"}, {"signed_on", "签订日"},
    {"signed_month", "签订当月"}, {"settled_on", "还清日"}, {"month_before_signed", "签订前一月"},
    {"settled_month", "还清当月"}, {"december", "还清当年十二月"}, {NULL, NULL}};
const struct field lpr_fields[] = {
    {"lpr", "LPR 期限", F_ENUM, .need = true, .choices = tenors, .example = "1y"},
    {"at", "取值日", F_ENUM, .need = true, .choices = lpr_days, .example = "disbursed_on"},
    {"multiplier", "倍数", F_RATE, .min = 1, .max = 1000000, .example = "1.00"},
    {"spread", "加点(百分点)", F_RATE, .min = -100000, .max = 100000, .example = "0"},
    {.name = NULL},
};

void lpr_bound_read(const struct value *v, struct lpr_bound *out)
{
    *out = (struct lpr_bound){.present = true,
        .fact = (enum fact)(FACT_LPR_1Y_DISBURSED + 2 * v[1].n + v[0].n),
        .multiplier = v[2].present ? (int32_t)v[2].n : 10000,
        .spread = v[3].present ? (int32_t)v[3].n : 0};
}

/* ---- reading -------------------------------------------------------------------------------- */

static const struct field test_fields[] = {
    {"clause", "条款", F_TEXT, .need = true, .min = 1, .max = 60, .example = "ip-share"},
    {"text", "说明", F_TEXT, .need = true, .min = 1, .max = 300, .example = "占比不低于 30%"},
    {"legal_ref", "依据", F_TEXT, .min = 1, .max = 300, .example = "第六条"},
    {"fact", "事实", F_TEXT, .need = true, .min = 1, .max = 60, .example = "loan.ip_share"},
    {"op", "比较", F_ENUM, .need = true, .choices = ops, .example = "ge"},
    {"value", "值", F_JSON, .example = "30"},
    {"than", "对照事实", F_TEXT, .min = 1, .max = 60, .example = "loan.settled_on"},
    {"months", "对照日加月数", F_INT, .min = -600, .max = 600, .example = "12"},
    {.name = NULL},
};
enum {
    TEST_CLAUSE,
    TEST_TEXT,
    TEST_LEGAL,
    TEST_FACT,
    TEST_OP,
    TEST_VALUE,
    TEST_THAN,
    TEST_MONTHS,
    TEST_WIDTH
};

static bool is_ordered(const struct field *f)
{
    return f->kind == F_INT || f->kind == F_MONEY || f->kind == F_RATE || f->kind == F_DAY;
}

/* One value of the fact's kind. */
static bool read_value(struct arena *a, const struct field *f, const struct json *in,
    struct str pointer, struct value *v, struct err *e)
{
    v->present = true;
    if (f->kind == F_BOOL && in->kind == JSON_BOOL) {
        v->n = in->yes;
        return true;
    }
    if (f->kind == F_INT && in->kind == JSON_NUMBER) {
        v->n = in->n;
        return field_in_range(a, f, v->n, pointer, e);
    }
    if (f->kind != F_BOOL && f->kind != F_INT && in->kind == JSON_STRING)
        return field_from_text(a, f, in->text, pointer, v, e);
    return err_add(e, E_TYPE, pointer, "%s",
        f->kind == F_BOOL  ? "boolean"
        : f->kind == F_INT ? "integer"
                           : "string");
}

static bool read_lpr(
    struct arena *a, struct cond *c, const struct json *in, struct str pointer, struct err *e)
{
    struct value *v = arena_alloc(a, 4 * sizeof *v);
    if (!fields_decode(a, lpr_fields, in, pointer, v, e))
        return false;
    if (fact_fields[c->fact].kind != F_RATE || c->op == OP_IN || c->op == OP_BETWEEN)
        return err_add(e, E_TYPE, pointer, "lt, le, gt, ge, eq %s", "of a rate");
    lpr_bound_read(v, &c->lpr);
    return true;
}

static bool read_values(
    struct arena *a, struct cond *c, const struct json *in, struct str pointer, struct err *e)
{
    const struct field *f = &fact_fields[c->fact];
    bool list = c->op == OP_IN || c->op == OP_BETWEEN, good = true;
    if (!in)
        return c->op == OP_EXISTS || err_add(e, E_NEED, pointer, NULL);
    if (c->op == OP_EXISTS)
        return (in->kind == JSON_BOOL && in->yes) || err_add(e, E_TYPE, pointer, "true");
    if (in->kind == JSON_OBJECT)
        return read_lpr(a, c, in, pointer, e);
    if (list && in->kind != JSON_LIST)
        return err_add(e, E_TYPE, pointer, "array");
    if (list && (in->count < 1 || in->count > 100 || (c->op == OP_BETWEEN && in->count != 2)))
        return err_add(e, E_LENGTH, pointer, "%s", c->op == OP_BETWEEN ? "2" : "1–100");
    c->values = list ? in->count : 1;
    c->value = arena_alloc(a, (size_t)c->values * sizeof *c->value);
    int i = 0;
    for (const struct json *m = list ? in->child : in; m && i < c->values; m = m->next, i++)
        good &= read_value(
            a, f, m, list ? arena_printf(a, "%s/%d", pointer.p, i) : pointer, &c->value[i], e);
    if (good && c->op == OP_BETWEEN && c->value[1].n < c->value[0].n)
        return err_add(e, E_WINDOW_EMPTY, pointer, NULL);
    return good;
}

/* Another fact of the same kind; days may be so many months later. */
static bool read_than(
    struct arena *a, struct cond *c, const struct value *v, struct str base, struct err *e)
{
    int than = field_index(fact_fields, v[TEST_THAN].s);
    struct str pointer = arena_printf(a, "%s/than", base.p);
    if (than < 0)
        return err_add(e, E_FACT, pointer, "%s", field_nearest(fact_fields, v[TEST_THAN].s));
    if (fact_fields[than].kind != fact_fields[c->fact].kind || c->op > OP_GE)
        return err_add(e, E_TYPE, pointer, "eq, ne, lt, le, gt, ge; %s", fact_fields[c->fact].name);
    if (v[TEST_VALUE].present)
        return err_add(e, E_UNWANTED, arena_printf(a, "%s/value", base.p), "than");
    if (v[TEST_MONTHS].present && fact_fields[than].kind != F_DAY)
        return err_add(
            e, E_UNWANTED, arena_printf(a, "%s/months", base.p), "%s", fact_fields[than].name);
    c->has_than = true;
    c->than = (enum fact)than;
    c->months = (int)v[TEST_MONTHS].n;
    return true;
}

static struct cond *read_test(
    struct arena *a, const struct json *in, struct str base, struct str legal_ref, struct err *e)
{
    struct cond *c = arena_alloc(a, sizeof *c);
    struct value *v = arena_alloc(a, TEST_WIDTH * sizeof *v);
    if (!fields_decode(a, test_fields, in, base, v, e))
        return NULL;
    int fact = field_index(fact_fields, v[TEST_FACT].s);
    if (fact < 0) {
        err_add(e, E_FACT, arena_printf(a, "%s/fact", base.p), "%s",
            field_nearest(fact_fields, v[TEST_FACT].s));
        return NULL;
    }
    *c = (struct cond){.kind = COND_TEST,
        .clause = v[TEST_CLAUSE].s,
        .text = v[TEST_TEXT].s,
        .legal_ref = v[TEST_LEGAL].present ? v[TEST_LEGAL].s : legal_ref,
        .fact = (enum fact)fact,
        .op = (enum op)v[TEST_OP].n};
    if (!is_ordered(&fact_fields[fact]) &&
        (c->op == OP_BETWEEN || (c->op >= OP_LT && c->op <= OP_GE))) {
        err_add(e, E_CHOICE, arena_printf(a, "%s/op", base.p), "eq, ne, in, exists");
        return NULL;
    }
    bool good = v[TEST_THAN].present
                    ? read_than(a, c, v, base, e)
                    : read_values(a, c, v[TEST_VALUE].json, arena_printf(a, "%s/value", base.p), e);
    if (v[TEST_MONTHS].present && !v[TEST_THAN].present)
        good = err_add(e, E_NEED, arena_printf(a, "%s/than", base.p), NULL);
    return good ? c : NULL;
}

static bool read_group(struct arena *a, struct cond *c, const struct json *list, struct str base,
    struct str legal_ref, struct err *e)
{
    struct cond **end = &c->child;
    bool good = true;
    int i = 0;
    if (list->kind != JSON_LIST)
        return err_add(e, E_TYPE, base, "array");
    if (list->count < 1 || list->count > 100)
        return err_add(e, E_LENGTH, base, "1–100");
    for (const struct json *m = list->child; m; m = m->next, i++) {
        *end = cond_load(a, m, arena_printf(a, "%s/%d", base.p, i), legal_ref, e);
        good &= *end != NULL;
        if (*end)
            end = &(*end)->next;
    }
    return good;
}

struct cond *cond_load(
    struct arena *a, const struct json *in, struct str base, struct str legal_ref, struct err *e)
{
    static const char *const groups[] = {
        [COND_ALL] = "all", [COND_ANY] = "any", [COND_NOT] = "not"};
    if (in->kind != JSON_OBJECT) {
        err_add(e, E_TYPE, base, "object");
        return NULL;
    }
    for (int kind = COND_ALL; kind <= COND_NOT; kind++) {
        const struct json *m = json_get(in, groups[kind]);
        if (!m)
            continue;
        struct cond *c = arena_alloc(a, sizeof *c);
        struct str pointer = arena_printf(a, "%s/%s", base.p, groups[kind]);
        *c = (struct cond){.kind = (enum cond_kind)kind, .clause = str_of(groups[kind])};
        if (in->count > 1) {
            err_add(e, E_CONDITION, base, "%s", groups[kind]);
            return NULL;
        }
        if (kind == COND_NOT)
            c->child = cond_load(a, m, pointer, legal_ref, e);
        bool good =
            kind == COND_NOT ? c->child != NULL : read_group(a, c, m, pointer, legal_ref, e);
        return good ? c : NULL;
    }
    return read_test(a, in, base, legal_ref, e);
}

struct cond *cond_test(struct arena *a, enum fact fact, enum op op, struct value value,
    struct str clause, struct str text, struct str legal_ref)
{
    struct cond *c = arena_alloc(a, sizeof *c);
    *c = (struct cond){.kind = COND_TEST,
        .clause = clause,
        .text = text,
        .legal_ref = legal_ref,
        .fact = fact,
        .op = op,
        .values = 1,
        .value = arena_alloc(a, sizeof *c->value)};
    c->value[0] = value;
    return c;
}

/* ---- truth ---------------------------------------------------------------------------------- */

bool lpr_bound_of(const struct lpr_bound *b, const struct value *facts, int64_t *ppm)
{
    if (!facts[b->fact].present)
        return false;
    int64_t bound = money_part(facts[b->fact].n, b->multiplier, 10000) + b->spread;
    *ppm = bound < 0 ? 0 : bound; /* a spread may be negative, a rate is not */
    return true;
}

bool cond_bound(const struct cond *c, const struct value *facts, int64_t *bound)
{
    const struct value *than = &facts[c->than];
    if (c->lpr.present)
        return lpr_bound_of(&c->lpr, facts, bound);
    if (!c->has_than) {
        *bound = c->values ? c->value[0].n : 0;
        return true;
    }
    *bound = c->months ? day_add_months((day){(int32_t)than->n}, c->months).n : than->n;
    return than->present;
}

static bool is_text(const struct field *f)
{
    return f->kind == F_TEXT || f->kind == F_IDENT;
}

static bool equal(const struct field *f, const struct value *x, const struct value *y)
{
    return is_text(f) ? str_eq(x->s, y->s) : x->n == y->n;
}

static bool is_among(const struct cond *c, const struct value *v)
{
    for (int i = 0; i < c->values; i++) {
        if (equal(&fact_fields[c->fact], v, &c->value[i]))
            return true;
    }
    return false;
}

static bool is_same(
    const struct cond *c, const struct value *v, const struct value *facts, int64_t bound)
{
    if (c->has_than && is_text(&fact_fields[c->fact]))
        return str_eq(v->s, facts[c->than].s);
    return c->lpr.present || c->has_than ? v->n == bound : is_among(c, v);
}

/* A word in a list of words. */
static bool has_word(struct str list, struct str word)
{
    for (const char *p = list.p; p && (p = strstr(p, word.p)); p++) {
        bool starts = p == list.p || p[-1] == ' ', ends = !p[word.n] || p[word.n] == ' ';
        if (starts && ends)
            return true;
    }
    return false;
}

static enum truth test_truth(const struct cond *c, const struct value *facts)
{
    const struct value *v = &facts[c->fact];
    int64_t bound = 0;
    if (c->op == OP_LACKS)
        return v->present && has_word(v->s, c->value[0].s) ? NO : YES;
    if (c->op == OP_EXISTS)
        return v->present ? YES : NO;
    if (!v->present || !cond_bound(c, facts, &bound))
        return UNKNOWN;
    switch (c->op) {
    case OP_EQ: return is_same(c, v, facts, bound) ? YES : NO;
    case OP_NE: return is_same(c, v, facts, bound) ? NO : YES;
    case OP_LT: return v->n < bound ? YES : NO;
    case OP_LE: return v->n <= bound ? YES : NO;
    case OP_GT: return v->n > bound ? YES : NO;
    case OP_GE: return v->n >= bound ? YES : NO;
    case OP_IN: return is_among(c, v) ? YES : NO;
    case OP_BETWEEN: return v->n >= c->value[0].n && v->n <= c->value[1].n ? YES : NO;
    case OP_EXISTS:
    case OP_LACKS:
    default: BUG("op");
    }
}

enum truth cond_truth(const struct cond *c, const struct value *facts)
{
    enum truth all = YES, any = NO;
    if (c->kind == COND_TEST)
        return test_truth(c, facts);
    for (const struct cond *m = c->child; m; m = m->next) {
        enum truth t = cond_truth(m, facts);
        all = all == NO || t == NO ? NO : all == UNKNOWN || t == UNKNOWN ? UNKNOWN : YES;
        any = any == YES || t == YES ? YES : any == UNKNOWN || t == UNKNOWN ? UNKNOWN : NO;
        if (c->kind == COND_NOT)
            return t == UNKNOWN ? UNKNOWN : t == YES ? NO : YES;
    }
    return c->kind == COND_ALL ? all : any;
}
