/*
 * subsidy.c - subsidy policies, eligibility checks, applications.
 *
 * A policy is asked for and kept for a moment, the facts of loans come for many checks at once, the
 * rule is judged here. An application goes to the lane with the mark of the facts it was judged by;
 * when they moved meanwhile - another application took the same days - it is judged again.
 */
#include "api.h"
#include "case.h"
#include "records.h"
#include <stdlib.h>

/* ---- eligibility ----------------------------------------------------------------------------- */

struct check {
    struct req *r;
    const struct value *v; /* of the request */
    struct value policy, from, loan, insurance, told, invoices, shares;
    struct str key;
    day on, version_day; /* of the case; by which the version of the policy is found */
    bool governed;       /* that day is the one which the policy names */
    int tries;
    bool guard;    /* tell the mark of the facts: they will be stored */
    int64_t asked; /* of case_fresh */
    struct check *next;
    void (*judge)(struct check *c, struct policy_case *k);
    void (*refuse)(struct check *c, const struct fail *fail); /* fail NULL: problems in r->err */
    line_judged_fn *tell;                                     /* of a line of a batch */
    void *arg;
};

static const struct member check_members[] = {
    {"policy", M_TEXT, "政策", .en = "Code of the policy"},
    {"policy_version", M_DAY, "政策版本", .en = "The day from which it is in force"},
    {"policy_state", M_WORD, "政策状态", .en = "State of the policy",
        .words = "draft in_force ended"},
    {"rule", M_HASH, "规则哈希", .en = "Hash of the rule"},
    {"on", M_DAY, "办理日", .en = "The day of the case"},
    {"loan", M_ID, "贷款", .en = "Loan", .maybe = true},
    {"insurance_policy", M_ID, "保单", .en = "Insurance policy", .maybe = true},
    {"", M_ALSO, .of = rule_members},
    {"facts_used", M_FIELDS, "所用事实", .en = "What is known of the case", .fields = fact_fields},
    {"budget_left", M_YUAN, "预算余额", .en = "Null: no budget", .null = true},
    {"queue", M_COUNT, "排队件数", .en = "How many wait for the budget"},
    {.name = NULL},
};
static const struct shape check_shape = {"eligibility", check_members};

static void write_case(struct buf *out, const struct check *c, const struct policy_case *k)
{
    struct buf decided;
    buf_init(&decided, out->a);
    decision_write(k->rule, k->facts, &decided);
    json_member_str(out, "policy", c->policy.s);
    json_member_str(out, "policy_version", k->effective_from);
    json_member_str(out, "policy_state", k->state);
    json_member_str(out, "rule", k->sha256);
    json_member_str(out, "on", day_text(out->a, c->on));
    if (k->loan.p)
        json_member_str(out, "loan", k->loan);
    if (k->insurance.p)
        json_member_str(out, "insurance_policy", k->insurance);
    life_members(out, rule_told, buf_view(&decided));
    json_key(out, "facts_used");
    facts_write(k->facts, out);
    json_member_known(out, "budget_left", k->available);
    json_member_int(out, "queue", k->queue);
}

static void answer_refusal(struct check *c, const struct fail *fail)
{
    if (fail)
        reply_fail(c->r, fail);
    else
        reply_problem(c->r);
}

/* Policy and loan are there: what was told comes to the facts, then the answer. */
static void judge(struct check *c, struct policy_case *k)
{
    struct req *r = c->r;
    case_invoices(k->facts, &c->invoices);
    if (!case_tell(k->facts, &c->told, &r->err) ||
        !rule_shares(k->rule, &c->shares, k->facts, r->a, &r->err) ||
        !case_complete(k, k->facts, &r->err))
        c->refuse(c, NULL);
    else
        c->judge(c, k);
}

static struct policy_case *case_of(struct check *c, const struct policy_case *policy)
{
    struct policy_case *k = arena_alloc(c->r->a, sizeof *k);
    *k = *policy;
    k->facts = arena_alloc(c->r->a, FACT_COUNT * sizeof *k->facts);
    return k;
}

static void ask(struct check *c);

/* ---- loans, many at once --------------------------------------------------------------------- */

/* Like the write lane: what is asked while the readers are busy goes together in the next
 * statement. One organisation a flight, because what it may see is decided once a statement. */
enum { FLIGHTS_MAX = 2, FLIGHT_MAX = 64 };

struct loan_lane {
    struct check *first, *last;
    int flights;
};
struct flight {
    struct server *server;
    struct arena *a;
    struct check *first;
};

struct loan_lane *loan_lane_new(void)
{
    return calloc(1, sizeof(struct loan_lane));
}

/* Nobody picks a version: the day of the case that the policy names says which governs. When it is
 * another one the check begins again, once: it may look at other facts. */
static bool another_version(struct check *c, const struct policy_case *k, const struct value *facts)
{
    day governs = case_version_day(k->version_by, facts, c->on);
    if (c->from.present || c->governed ||
        (k->governs_from.n <= governs.n && governs.n <= k->governs_until.n))
        return false;
    c->version_day = governs;
    c->governed = true;
    ask(c);
    return true;
}

/* The policy may have made room for others since; then the check begins again. */
static void with_loan(struct check *c, const struct rows *rows, int row)
{
    struct req *r = c->r;
    const struct policy_case *policy =
        case_cached(r->server->cases, c->key, c->version_day, c->asked);
    if (!policy) {
        ask(c);
        return;
    }
    struct policy_case *k = case_of(c, policy);
    if (!case_loan(r, rows, row, c->loan.s, k)) {
        c->refuse(c, NULL);
        return;
    }
    if (!another_version(c, k, k->facts))
        judge(c, k);
}

static void loans_launch(struct server *s);

static void on_loans(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct flight *f = arg;
    struct server *s = f->server;
    struct arena *a = f->a;
    int row = 0;
    for (struct check *c = f->first, *next; c; c = next, row++) {
        next = c->next; /* the request goes with its reply */
        if (fail)
            c->refuse(c, fail);
        else
            with_loan(c, rows, row);
    }
    arena_free(a);
    s->loans->flights--;
    loans_launch(s);
}

static void write_asked(struct buf *out, const struct check *c)
{
    const struct policy_case *policy =
        case_cached(c->r->server->cases, c->key, c->version_day, c->asked);
    /* when it was forgotten since, the check begins again (with_loan) */
    json_open(out, '{');
    json_member_str(out, "loan", c->loan.s);
    json_member_str(out, "code", c->policy.s);
    json_member_str(out, "on", day_text(out->a, c->on));
    json_member_bool(out, "guard", c->guard);
    json_member_raw(out, "asks", policy ? policy->asks : STR("[]"));
    json_member_raw(out, "months", policy ? policy->months : STR("[]"));
    json_close(out, '}');
}

/* Take the checks of one organisation out of the line, in their order. */
static struct check *take(struct loan_lane *l, int64_t org, struct buf *out)
{
    struct check *first = NULL, **end = &first, **at = &l->first;
    int n = 0;
    l->last = NULL;
    while (*at) {
        struct check *c = *at;
        if (c->r->actor->org == org && n < FLIGHT_MAX) {
            *at = c->next;
            c->next = NULL;
            *end = c;
            end = &c->next;
            write_asked(out, c);
            n++;
        } else {
            l->last = c;
            at = &c->next;
        }
    }
    return first;
}

static void loans_launch(struct server *s)
{
    struct loan_lane *l = s->loans;
    while (l->first && l->flights < FLIGHTS_MAX) {
        struct arena *a = arena_new();
        struct flight *f = arena_alloc(a, sizeof *f);
        const struct actor *actor = l->first->r->actor;
        struct buf out;
        buf_init(&out, a);
        json_open(&out, '[');
        *f = (struct flight){.server = s, .a = a, .first = take(l, actor->org, &out)};
        json_close(&out, ']');
        struct str p[] = {buf_view(&out)};
        l->flights++;
        db_query(s->db, a, actor, SQL_LOAN_CASE, p, COUNT_OF(p), on_loans, f);
    }
}

/* ---- insurance policies, one by one ---------------------------------------------------------- */

static void on_insurance(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct check *c = arg;
    struct req *r = c->r;
    const struct policy_case *policy =
        case_cached(r->server->cases, c->key, c->version_day, c->asked);
    if (fail) {
        c->refuse(c, fail);
        return;
    }
    if (!policy) {
        ask(c);
        return;
    }
    struct policy_case *k = case_of(c, policy);
    if (case_insurance(r, rows, c->insurance.s, k))
        judge(c, k);
    else
        c->refuse(c, NULL);
}

static void insurance_ask(struct check *c, const struct policy_case *policy)
{
    struct req *r = c->r;
    struct str p[] = {c->insurance.s, c->policy.s, day_text(r->a, c->on),
        arena_keep(r->a, policy->asks), c->guard ? STR("true") : STR("false")};
    db_query(r->server->db, r->a, r->actor, SQL_INSURANCE_CASE, p, COUNT_OF(p), on_insurance, c);
}

static void with_policy(struct check *c, const struct policy_case *policy)
{
    struct loan_lane *l = c->r->server->loans;
    if (c->insurance.present) {
        insurance_ask(c, policy);
        return;
    }
    if (!c->loan.present) {
        if (!another_version(c, policy, c->told.row))
            judge(c, case_of(c, policy));
        return;
    }
    c->next = NULL;
    if (l->last)
        l->last->next = c;
    else
        l->first = c;
    l->last = c;
    loans_launch(c->r->server);
}

static void on_policy_case(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct check *c = arg;
    struct req *r = c->r;
    if (fail) {
        c->refuse(c, fail);
        return;
    }
    const struct policy_case *k =
        case_keep(r->server->cases, c->key, c->asked, rows, c->policy.s, &r->err);
    if (k)
        with_policy(c, k);
    else
        c->refuse(c, NULL);
}

static void ask(struct check *c)
{
    struct req *r = c->r;
    struct str p[] = {
        c->policy.s, {NULL, 0}, day_text(r->a, c->on), day_text(r->a, c->version_day)};
    if (c->from.present)
        p[1] = day_text(r->a, (day){(int32_t)c->from.n});
    c->key = arena_printf(r->a, "%lld %s %s %s", (long long)r->actor->org, c->policy.s.p,
        c->from.present ? p[1].p : "-", p[2].p);
    const struct policy_case *known =
        case_fresh(r->server->cases, c->key, c->version_day, &c->asked);
    if (known)
        with_policy(c, known);
    else
        db_query(r->server->db, r->a, r->actor, SQL_POLICY_CASE, p, COUNT_OF(p), on_policy_case, c);
}

static void answer_check(struct check *c, struct policy_case *k)
{
    struct buf out;
    buf_init(&out, c->r->a);
    json_open(&out, '{');
    write_case(&out, c, k);
    json_close(&out, '}');
    reply_json(c->r, 200, buf_view(&out));
}

static void eligibility_post(struct req *r)
{
    struct check *c = arena_alloc(r->a, sizeof *c);
    const struct value *v = request_values(r);
    if (!v)
        return;
    *c = (struct check){.r = r,
        .v = v,
        .policy = v[CHECK_POLICY],
        .from = v[CHECK_POLICY_FROM],
        .loan = v[CHECK_LOAN],
        .insurance = v[CHECK_INSURANCE],
        .told = v[CHECK_FACTS],
        .invoices = v[CHECK_INVOICES],
        .shares = v[CHECK_SHARES],
        .on = day_today(),
        .judge = answer_check,
        .refuse = answer_refusal};
    if (v[CHECK_ON].present)
        c->on = (day){(int32_t)v[CHECK_ON].n};
    c->version_day = c->on;
    ask(c);
}

/* ---- applications ---------------------------------------------------------------------------- */

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
    json_member_known(&out, "loan", k->loan);
    json_member_known(&out, "insurance_policy", k->insurance);
    json_member_str(&out, "policy", k->id);
    json_member_str(&out, "guard", k->guard);
    if (k->lprs)
        json_member_str(&out, "lpr", day_text(a, k->lpr[k->lprs - 1].on));
    json_member_raw(&out, "asks", k->asks);
    json_member_raw(&out, "months", k->months);
    json_member_bool(&out, "eligible", o.eligible);
    json_member_int(&out, "amount", o.amount);
    json_member_str(&out, "from", day_text(a, o.interest_from));
    json_member_str(&out, "until", day_text(a, o.interest_until));
    json_member_list(&out, "items");
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

/* Also again, when the facts moved between judging and storing. The day is the ledger's. */
static void apply(struct req *r)
{
    struct check *c = r->state;
    c->on = c->version_day = day_today();
    c->governed = false;
    ask(c);
}

static void answer_application(struct check *c, struct policy_case *k)
{
    if (str_is(k->state, "draft"))
        reply_refuse(c->r, E_NO_POLICY, "/policy", "%s", k->state.p);
    else
        record_decided(c->r, c->v, decision_of(c->r->a, k), c->tries++ < TRIES ? apply : NULL);
}

static void application_one(struct req *r)
{
    struct check *c = arena_alloc(r->a, sizeof *c);
    const struct value *v = request_values(r);
    if (!v)
        return;
    *c = (struct check){.r = r,
        .v = v,
        .policy = v[APPLICATION_POLICY],
        .loan = v[APPLICATION_LOAN],
        .insurance = v[APPLICATION_INSURANCE],
        .told = v[APPLICATION_FACTS],
        .invoices = v[APPLICATION_INVOICES],
        .shares = v[APPLICATION_SHARES],
        .guard = true,
        .judge = answer_application,
        .refuse = answer_refusal};
    r->state = c;
    apply(r);
}

/* ---- applications of a batch ----------------------------------------------------------------- */

static void tell_decision(struct check *c, struct policy_case *k)
{
    if (str_is(k->state, "draft")) {
        err_add(&c->r->err, E_NO_POLICY, STR("/policy"), "%s", k->state.p);
        c->refuse(c, NULL);
        return;
    }
    c->tell(c->arg, decision_of(c->r->a, k), NULL, NULL);
}

static void tell_refusal(struct check *c, const struct fail *fail)
{
    c->tell(c->arg, (struct str){NULL, 0}, &c->r->err, fail);
}

static void application_judge(
    struct req *r, struct arena *a, const struct value *v, line_judged_fn *tell, void *arg)
{
    struct req *line = arena_alloc(a, sizeof *line); /* problems and memory are the line's own */
    struct check *c = arena_alloc(a, sizeof *c);
    *line = *r;
    line->a = a;
    err_init(&line->err, a);
    *c = (struct check){.r = line,
        .v = v,
        .policy = v[APPLICATION_POLICY],
        .loan = v[APPLICATION_LOAN],
        .insurance = v[APPLICATION_INSURANCE],
        .told = v[APPLICATION_FACTS],
        .invoices = v[APPLICATION_INVOICES],
        .shares = v[APPLICATION_SHARES],
        .guard = true,
        .judge = tell_decision,
        .refuse = tell_refusal,
        .tell = tell,
        .arg = arg};
    line->state = c;
    apply(line);
}

static void application_post(struct req *r)
{
    if (body_is(r, "application/json"))
        http_read_whole(r, (size_t)r->server->process.conf.json_limit_bytes, application_one);
    else
        upload_judged(r, application_judge);
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define OFFICES   (DISTRICT | FINANCE)
#define READERS   (DISTRICT | FINANCE | IP_OFFICE | AUDITOR)
#define CONCERNED (BANK | INSURER | GUARANTOR)

static const struct query q_waiting = {"waiting", Q_BOOL, .zh = "只列等我办理的"};

// clang-format off
#define POLICY_STEP(step, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/policies/{id}/" step, .roles = OFFICES, .handle = record_step, \
        .takes = TAKES_JSON, .record = &policy_step_record, .query = {&q_dry_run, &q_receipt}, \
        .answers = record_made, .zh = name_zh, .en = name_en}
#define APPLICATION_STEP(step, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/applications/{id}/" step, .roles = OFFICES, .handle = record_step, \
        .takes = TAKES_JSON, .record = &application_step_record, .query = {&q_dry_run, &q_receipt}, \
        .answers = record_made, .zh = name_zh, .en = name_en}
#define APPLICATION_STEPS(step, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/applications/" step, .roles = OFFICES, .handle = upload_list, \
        .takes = TAKES_BATCH, .record = &application_step_record, .query = {&q_atomic, &q_dry_run}, \
        .answers = record_batch, .zh = name_zh, .en = name_en}
// clang-format on

static const struct list application_list = {.sql = SQL_APPLICATION_LIST};

const struct route policy_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/policies",
        .roles = OFFICES,
        .handle = record_post_one,
        .takes = TAKES_JSON,
        .record = &policy_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "起草补贴政策",
        .en = "Draft a version of a subsidy policy"},
    {.method = METHOD_GET,
        .path = "/v1/policies",
        .roles = BANK | READERS,
        .handle = list_get,
        .list = &record_list,
        .record = &policy_record,
        .query = {&q_limit, &q_after, &q_code, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "补贴政策列表",
        .en = "List policies"},
    {.method = METHOD_GET,
        .path = "/v1/policies/{id}",
        .roles = BANK | READERS,
        .handle = record_get,
        .record = &policy_record,
        .answers = record_one,
        .zh = "补贴政策",
        .en = "One version of a policy"},
    CORRECTION_ROUTES(
        "/v1/policies", &policy_record, OFFICES, READERS, "政策草稿", "draft of a policy"),
    POLICY_STEP("approve", "批准政策", "Approve a policy: it is in force from its day"),
    POLICY_STEP("end", "终止政策", "End a policy"),
    {.method = METHOD_POST,
        .path = "/v1/eligibility-checks",
        .roles = BANK | READERS,
        .handle = eligibility_post,
        .takes = TAKES_JSON,
        .record = &eligibility_record,
        .asks = true,
        .answers = ANSWERS(JSON_OF(check_shape)),
        .zh = "查询资格",
        .en = "Is it eligible, for how much, and if not, why and what would change it"},
    {.method = METHOD_POST,
        .path = "/v1/applications",
        .roles = OFFICES,
        .handle = application_post,
        .takes = TAKES_BATCH,
        .record = &application_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_batch,
        .zh = "申请补贴",
        .en = "Apply for a subsidy"},
    {.method = METHOD_GET,
        .path = "/v1/applications",
        .roles = CONCERNED | READERS,
        .handle = list_get,
        .list = &application_list,
        .record = &application_record,
        .query = {&q_limit, &q_after, &q_code, &q_state, &q_waiting, &q_q, &q_order_amount,
            &q_total, &q_list_format},
        .answers = record_page,
        .zh = "补贴申请列表",
        .en = "List applications"},
    TEMPLATE_ROUTE(
        "/v1/applications", &application_record, CONCERNED | READERS, "补贴申请", "application"),
    {.method = METHOD_GET,
        .path = "/v1/applications/{id}",
        .roles = CONCERNED | READERS,
        .handle = record_get,
        .record = &application_record,
        .answers = record_one,
        .zh = "补贴申请",
        .en = "One application"},
    APPLICATION_STEPS("approve", "批准多件", "Approve many"),
    APPLICATION_STEPS("pay", "支付多件", "Pay many"),
    APPLICATION_STEPS("refuse", "不予补贴多件", "Refuse many"),
    APPLICATION_STEP("approve", "批准补贴", "Approve an application"),
    APPLICATION_STEP("pay", "支付补贴", "Pay a subsidy"),
    APPLICATION_STEP("refuse", "不予补贴", "Refuse an application"),
    APPLICATION_STEP("withdraw", "撤回申请", "Withdraw an application"),
    APPLICATION_STEP("clawback", "追回补贴", "Ask a subsidy back"),
    APPLICATION_STEP("confirm", "确认补贴已收回", "Confirm that a subsidy came back"),
    {.path = NULL},
};
