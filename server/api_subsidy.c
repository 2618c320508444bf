/*
 * api_subsidy.c - eligibility checks, applications, budgets.
 *
 * Facts come out of the database in one row with the policy, the rule is judged here, and an
 * application goes to the lane with the mark of the facts it was judged by. When they moved
 * meanwhile - another application took the same days - it is judged again.
 */
#include "api.h"
#include "case.h"
#include "records.h"

/* ---- eligibility ----------------------------------------------------------------------------- */

struct check {
    struct req *r;
    const struct value *v; /* of the request */
    struct str policy_code;
    day on;
    int tries;
};

static void write_case(struct buf *out, const struct check *c, const struct policy_case *k)
{
    json_key(out, "policy");
    json_str(out, c->policy_code);
    json_key(out, "policy_version");
    json_str(out, k->effective_from);
    json_key(out, "policy_state");
    json_str(out, k->state);
    json_key(out, "rule");
    json_str(out, k->sha256);
    json_key(out, "on");
    json_str(out, day_text(out->a, c->on));
    if (k->loan.p) {
        json_key(out, "loan");
        json_str(out, k->loan);
    }
    rule_explain(k->rule, k->facts, out);
    json_key(out, "facts_used");
    facts_write(k->facts, out);
    json_key(out, "budget_left");
    if (k->available.p)
        json_str(out, k->available);
    else
        json_null(out);
    json_key(out, "queue");
    json_i64(out, k->queue);
}

static bool loan_found(struct req *r, const struct policy_case *k, const struct value *asked)
{
    return !asked->present || k->loan.p || err_add(&r->err, E_LOAN, STR("/loan"), "%s", asked->s.p);
}

static void on_case_for_check(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct check *c = arg;
    struct req *r = c->r;
    struct policy_case k;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (!case_read(r, rows, c->policy_code, &c->v[CHECK_FACTS], &k) ||
        !loan_found(r, &k, &c->v[CHECK_LOAN])) {
        reply_problem(r);
        return;
    }
    buf_init(&out, r->a);
    json_open(&out, '{');
    write_case(&out, c, &k);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void ask_case(
    struct check *c, struct value policy, struct value from, struct value loan, db_rows_fn *done)
{
    struct req *r = c->r;
    struct str p[] = {policy.s, {NULL, 0}, {NULL, 0}, day_text(r->a, c->on)};
    c->policy_code = policy.s;
    if (from.present)
        p[1] = day_text(r->a, (day){(int32_t)from.n});
    if (loan.present)
        p[2] = loan.s;
    db_query(r->server->db, r->a, r->actor, "policy_case", p, COUNT_OF(p), done, c);
}

static struct value *decode(struct req *r)
{
    const struct record *rec = r->route->record;
    const struct json *in = json_parse(r->a, r->body, &r->err);
    struct value *v = arena_alloc(r->a, (size_t)field_count(rec->fields) * sizeof *v);
    bool good = in && schema_decode(r->a, rec, in, v, &r->err);
    if (!good || r->err.n) {
        reply_problem(r);
        return NULL;
    }
    return v;
}

void eligibility_post(struct req *r)
{
    struct check *c = arena_alloc(r->a, sizeof *c);
    *c = (struct check){.r = r, .v = decode(r), .on = today_shanghai()};
    if (!c->v)
        return;
    if (c->v[CHECK_ON].present)
        c->on = (day){(int32_t)c->v[CHECK_ON].n};
    ask_case(c, c->v[CHECK_POLICY], c->v[CHECK_POLICY_FROM], c->v[CHECK_LOAN], on_case_for_check);
}

/* ---- applications -----------------------------------------------------------------------------
 */

/* Of many that apply for one firm at once, each round lets one through. */
enum { TRIES = 500 };

/* What the database stores of the decision beside the record. */
static struct str decision_of(struct arena *a, const struct policy_case *k)
{
    struct subsidy o;
    struct buf out;
    rule_judge(k->rule, k->facts, &o);
    buf_init(&out, a);
    json_open(&out, '{');
    json_key(&out, "loan");
    json_str(&out, k->loan);
    json_key(&out, "policy");
    json_str(&out, k->id);
    json_key(&out, "guard");
    json_str(&out, k->guard);
    json_key(&out, "eligible");
    json_bool(&out, o.eligible);
    json_key(&out, "amount");
    json_i64(&out, o.amount);
    json_key(&out, "from");
    json_str(&out, day_text(a, o.interest_from));
    json_key(&out, "until");
    json_str(&out, day_text(a, o.interest_until));
    json_key(&out, "items");
    json_open(&out, '[');
    for (int i = 0; i < o.n; i++) {
        json_open(&out, '[');
        json_text(&out, rule_item_name(k->rule, i));
        json_i64(&out, o.item[i]);
        json_close(&out, ']');
    }
    json_close(&out, ']');
    json_key(&out, "facts");
    facts_write(k->facts, &out);
    json_key(&out, "decision");
    decision_write(k->rule, k->facts, &out);
    json_close(&out, '}');
    return buf_view(&out);
}

static void apply(struct req *r);

static void on_case_for_application(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct check *c = arg;
    struct req *r = c->r;
    struct policy_case k;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (!case_read(r, rows, c->policy_code, &c->v[APPLICATION_FACTS], &k) ||
        !loan_found(r, &k, &c->v[APPLICATION_LOAN])) {
        reply_problem(r);
        return;
    }
    if (str_is(k.state, "draft")) {
        reply_refuse(r, E_NO_POLICY, "/policy", "%s", k.state.p);
        return;
    }
    record_decided(r, c->v, decision_of(r->a, &k), c->tries++ < TRIES ? apply : NULL);
}

/* Also again, when the facts moved between judging and storing. */
static void apply(struct req *r)
{
    struct check *c = r->state;
    ask_case(c, c->v[APPLICATION_POLICY], c->v[APPLICATION_POLICY_FROM], c->v[APPLICATION_LOAN],
        on_case_for_application);
}

void application_post(struct req *r)
{
    struct check *c = arena_alloc(r->a, sizeof *c);
    *c = (struct check){.r = r, .v = decode(r)};
    if (!c->v)
        return;
    c->on = (day){(int32_t)c->v[APPLICATION_ON].n};
    r->state = c;
    apply(r);
}

/* ---- budgets ----------------------------------------------------------------------------------
 */

static void on_budget(void *arg, const struct rows *rows, const struct fail *fail)
{
    static const char *const names[] = {"account", "appropriated", "carried_in", "carried_out",
        "returned", "paid", "clawed_back", "balance", "held", "available", "queued"};
    struct req *r = arg;
    struct buf out;
    int64_t queue = 0;
    if (!rows_found(r, rows, fail))
        return;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_key(&out, "policy");
    json_str(&out, r->capture[0]);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        json_key(&out, names[i]);
        json_str(&out, rows_at(rows, 0, (int)i));
    }
    MUST(rows_int(rows, 0, COUNT_OF(names), &queue));
    json_key(&out, "queue");
    json_i64(&out, queue);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

void budget_get(struct req *r)
{
    int64_t year;
    int y, m, d;
    day_split(today_shanghai(), &y, &m, &d);
    if (!param_count(r, "year", 2000, 2199, y, &year)) {
        reply_problem(r);
        return;
    }
    struct str p[] = {r->capture[0], arena_printf(r->a, "%lld", (long long)year)};
    db_query(r->server->db, r->a, r->actor, "budget_statement", p, COUNT_OF(p), on_budget, r);
}

/* ---- loan prime rates --------------------------------------------------------------------------
 */

static void on_lpr(void *arg, const struct rows *rows, const struct fail *fail)
{
    static const char *const names[] = {"on", "one_year", "five_year"};
    struct req *r = arg;
    struct buf out;
    if (!rows_found(r, rows, fail))
        return;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_key(&out, "items");
    json_open(&out, '[');
    for (int i = 0; i < rows->n; i++) {
        json_open(&out, '{');
        for (int k = 0; k < 3; k++) {
            json_key(&out, names[k]);
            json_str(&out, rows_at(rows, i, k));
        }
        json_close(&out, '}');
    }
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

void lpr_list(struct req *r)
{
    db_query(r->server->db, r->a, r->actor, "lpr_list", NULL, 0, on_lpr, r);
}
