/*
 * route.c - the route table and the steps from a head to a handler.
 *
 * Path, method, actor, role, parameters, body, handler: each step answers by itself when it
 * refuses.
 */
#include "api.h"
#include "auth.h"
#include "records.h"

enum { SEGMENTS_MAX = 8 };

#define LOANS        (&loan_record)
#define LOAN_EVENTS  (&loan_event_record)
#define ACCOUNTS     (&account_record)
#define TRANSFERS    (&transfer_record)
#define SCHEMES      (&scheme_record)
#define APPROVALS    (&scheme_approval_record)
#define CLAIMS       (&claim_record)
#define STEPS        (&claim_step_record)
#define POLICIES     (&policy_record)
#define BUDGETS      (&budget_record)
#define APPLICATIONS (&application_record)
#define IP_EVENTS    (&ip_event_record)
#define OFFICES      (DISTRICT | FINANCE)
#define READERS      (DISTRICT | FINANCE | IP_OFFICE | AUDITOR)
#define ISSUERS      (BANK | INSURER | GUARANTOR | IP_OFFICE)
/* clang-format would lay out the rows in these macros backwards. */
// clang-format off
#define POLICY_STEP(name, zh, en) \
    {METHOD_POST, "/v1/policies/{id}/" name, OFFICES, record_step, true, &policy_step_record, \
        "dry_run", zh, en}
#define APPLICATION_STEP(name, zh, en) \
    {METHOD_POST, "/v1/applications/{id}/" name, OFFICES, record_step, true, \
        &application_step_record, "dry_run", zh, en}
/* What every type that is submitted, listed and corrected has. */
#define RECORD_ROUTES(base, writers, readers, filters, rec, name_zh, name_en) \
    {METHOD_POST, base, writers, record_post, true, rec, "atomic,dry_run", "报送" name_zh, \
        "Record one " name_en " or a batch"}, \
    {METHOD_GET, base, readers, record_list, false, rec, "limit,after" filters, name_zh "列表", \
        "List: " name_en}, \
    {METHOD_GET, base "/template.csv", readers, record_template, false, rec, "", \
        name_zh " CSV 模板", "Header row of a CSV batch: " name_en}, \
    {METHOD_GET, base "/{id}", readers, record_get, false, rec, "as_of,known_at", name_zh, \
        "One " name_en}, \
    {METHOD_PUT, base "/{id}", writers, record_put, true, rec, "reason", "更正" name_zh, \
        "Correct one " name_en}, \
    {METHOD_GET, base "/{id}/history", readers, record_history, false, rec, "after", \
        name_zh "更正历史", "All versions of one " name_en}
#define STEP(name, roles, zh, en) \
    {METHOD_POST, "/v1/claims/{id}/" name, roles, record_step, true, STEPS, "dry_run", zh, en}
// clang-format on

const struct route routes[] = {
    {METHOD_GET, "/healthz", 0, health_get, false, NULL, "", "存活检查", "Is the process alive"},
    {METHOD_GET, "/readyz", 0, ready_get, false, NULL, "", "就绪检查", "Can it serve"},
    {METHOD_GET, "/metrics", 0, metrics_get, false, NULL, "", "运行指标", "Prometheus metrics"},
    {METHOD_GET, "/openapi.json", 0, openapi_get, false, NULL, "", "接口说明", "This description"},
    {METHOD_GET, "/v1/log/key", 0, log_key_get, false, NULL, "", "日志签名公钥",
        "Public key of the log's heads"},
    {METHOD_GET, "/v1/reports/keys", 0, report_keys_get, false, NULL, "format", "报告封存公钥",
        "Public keys that sealed reports are signed with"},
    {METHOD_POST, "/v1/loans", BANK, record_post, true, LOANS, "atomic,dry_run", "报送贷款",
        "Record one loan or a batch"},
    {METHOD_GET, "/v1/loans", EVERYBODY, loan_list, false, LOANS,
        "limit,after,district,quarter,borrower,state,as_of,known_at,contract_no", "贷款列表",
        "List loans"},
    {METHOD_GET, "/v1/loans/template.csv", EVERYBODY, record_template, false, LOANS, "", "CSV 模板",
        "Header row of a CSV batch"},
    {METHOD_GET, "/v1/loans/{id}", EVERYBODY, record_get, false, LOANS, "as_of,known_at", "贷款",
        "One loan"},
    {METHOD_PUT, "/v1/loans/{id}", BANK, record_put, true, LOANS, "reason", "更正贷款",
        "Correct a loan"},
    {METHOD_GET, "/v1/loans/{id}/history", EVERYBODY, record_history, false, LOANS, "after",
        "更正历史", "All versions of a loan"},
    {METHOD_POST, "/v1/loans/{id}/events", BANK, loan_events_post, true, LOAN_EVENTS,
        "atomic,dry_run", "报送该贷款的事件", "Record events of a loan"},
    {METHOD_GET, "/v1/loans/{id}/events", EVERYBODY, loan_events_get, false, LOAN_EVENTS,
        "limit,after,known_at", "该贷款的事件", "Events of a loan"},
    {METHOD_GET, "/v1/loans/{id}/interest", EVERYBODY, loan_interest, false, NULL,
        "from,to,known_at", "贷款利息:分段计算", "Interest of a loan, stretch by stretch"},
    {METHOD_POST, "/v1/loan-events", BANK, record_post, true, LOAN_EVENTS, "atomic,dry_run",
        "报送贷款事件", "Record one loan event or a batch over many loans"},
    {METHOD_GET, "/v1/loan-events", EVERYBODY, loan_event_list, false, LOAN_EVENTS,
        "limit,after,contract_no,known_at", "贷款事件列表", "List loan events"},
    {METHOD_GET, "/v1/loan-events/template.csv", EVERYBODY, record_template, false, LOAN_EVENTS, "",
        "CSV 模板", "Header row of a CSV batch of events"},
    {METHOD_GET, "/v1/loan-events/{id}", EVERYBODY, record_get, false, LOAN_EVENTS,
        "as_of,known_at", "贷款事件", "One loan event"},
    {METHOD_POST, "/v1/accounts", FINANCE, record_post, true, ACCOUNTS, "atomic,dry_run",
        "开设账户", "Open an account"},
    {METHOD_GET, "/v1/accounts", EVERYBODY, account_list, false, NULL, "limit,after,as_of,known_at",
        "账户与余额", "Accounts with their balances"},
    {METHOD_GET, "/v1/accounts/{code}", EVERYBODY, account_get, false, NULL, "as_of,known_at",
        "账户余额", "One account and its balance"},
    {METHOD_GET, "/v1/accounts/{code}/entries", EVERYBODY, account_entries, false, NULL,
        "from,to,known_at,limit,after", "账户明细", "Why a balance is what it is"},
    {METHOD_POST, "/v1/transfers", FINANCE, record_post, true, TRANSFERS, "atomic,dry_run",
        "记一笔转账", "Post one transfer or a batch"},
    {METHOD_GET, "/v1/transfers", EVERYBODY, transfer_list, false, NULL, "limit,after,account",
        "转账列表", "List transfers"},
    {METHOD_GET, "/v1/transfers/{id}", EVERYBODY, transfer_get, false, NULL, "", "转账",
        "One transfer"},
    {METHOD_POST, "/v1/transfers/{id}/reverse", FINANCE, record_step, true, TRANSFERS, "dry_run",
        "冲销转账", "Reverse a transfer"},
    {METHOD_GET, "/v1/journal", EVERYBODY, journal_get, false, NULL, "format",
        "日记账(hledger、ledger、beancount、csv、json)",
        "The journal for other accounting programs"},
    {METHOD_POST, "/v1/schemes", IP_OFFICE, record_post_one, true, SCHEMES, "dry_run",
        "起草风险分担方案", "Draft a version of a scheme"},
    {METHOD_GET, "/v1/schemes", EVERYBODY, record_list, false, SCHEMES, "limit,after,code",
        "风险分担方案列表", "List schemes"},
    {METHOD_GET, "/v1/schemes/{id}", EVERYBODY, record_get, false, SCHEMES, "", "风险分担方案",
        "One version of a scheme"},
    {METHOD_PUT, "/v1/schemes/{id}", IP_OFFICE, record_put, true, SCHEMES, "reason", "更正方案草稿",
        "Correct a draft of a scheme"},
    {METHOD_GET, "/v1/schemes/{id}/history", EVERYBODY, record_history, false, SCHEMES, "after",
        "方案更正历史", "All versions of a draft"},
    {METHOD_POST, "/v1/schemes/{id}/approve", FINANCE, record_step, true, APPROVALS, "dry_run",
        "批准方案", "Approve a scheme: it is in force from its day"},
    {METHOD_GET, "/v1/schemes/{code}/statement", FINANCE | IP_OFFICE | AUDITOR, scheme_statement,
        false, NULL, "from,to,known_at", "补偿资金收支表", "Statement of a fund"},
    {METHOD_POST, "/v1/claims", BANK, record_post, true, CLAIMS, "atomic,dry_run", "申请风险补偿",
        "Claim compensation"},
    {METHOD_GET, "/v1/claims", EVERYBODY, record_list, false, CLAIMS, "limit,after,loan,state",
        "理赔列表", "List claims"},
    {METHOD_GET, "/v1/claims/{id}", EVERYBODY, record_get, false, CLAIMS, "", "理赔", "One claim"},
    STEP("accept", FINANCE, "受理理赔", "Accept a claim"),
    STEP("return", FINANCE, "退回理赔", "Return a claim to its owner with a deadline"),
    STEP("resubmit", BANK, "重新提交理赔", "Submit a returned claim again"),
    STEP("withdraw", BANK, "撤回理赔", "Withdraw a claim"),
    STEP("approve", FINANCE, "批准理赔", "Approve a claim: the money is held"),
    STEP("pay", FINANCE, "支付理赔", "Pay a claim"),
    STEP("recover", BANK | FINANCE, "追偿分配", "Money came back: share it"),
    STEP("cure", BANK | FINANCE, "恢复正常", "The loan is cured: the fund gets its share back"),
    STEP("close", FINANCE, "结案", "Close a claim"),
    {METHOD_POST, "/v1/policies", OFFICES, record_post_one, true, POLICIES, "dry_run",
        "起草补贴政策", "Draft a version of a subsidy policy"},
    {METHOD_GET, "/v1/policies", BANK | READERS, record_list, false, POLICIES, "limit,after,code",
        "补贴政策列表", "List policies"},
    {METHOD_GET, "/v1/policies/{id}", BANK | READERS, record_get, false, POLICIES, "", "补贴政策",
        "One version of a policy"},
    {METHOD_PUT, "/v1/policies/{id}", OFFICES, record_put, true, POLICIES, "reason", "更正政策草稿",
        "Correct a draft of a policy"},
    {METHOD_GET, "/v1/policies/{id}/history", READERS, record_history, false, POLICIES, "after",
        "政策更正历史", "All versions of a draft"},
    POLICY_STEP("approve", "批准政策", "Approve a policy: it is in force from its day"),
    POLICY_STEP("end", "终止政策", "End a policy"),
    {METHOD_GET, "/v1/policies/{code}/budget", READERS, budget_get, false, NULL, "year", "政策预算",
        "Budget of a policy in a year"},
    {METHOD_POST, "/v1/policies/{code}/rehearsals", OFFICES, rehearsal_post, false,
        &rehearsal_record, "", "试算政策", "Run a policy over the recorded loans"},
    {METHOD_POST, "/v1/eligibility-checks", BANK | READERS, eligibility_post, false,
        &eligibility_record, "", "查询资格",
        "Is it eligible, for how much, and if not, why and what would change it"},
    {METHOD_POST, "/v1/budgets", OFFICES, record_post, true, BUDGETS, "atomic,dry_run", "登记预算",
        "Appropriate, carry over or return a budget"},
    {METHOD_GET, "/v1/budgets", READERS, record_list, false, BUDGETS, "limit,after,code",
        "预算登记列表", "List budget entries"},
    {METHOD_GET, "/v1/budgets/{id}", READERS, record_get, false, BUDGETS, "", "预算登记",
        "One budget entry"},
    {METHOD_POST, "/v1/applications", OFFICES, application_post, false, APPLICATIONS, "dry_run",
        "申请补贴", "Apply for a subsidy"},
    {METHOD_GET, "/v1/applications", READERS, record_list, false, APPLICATIONS,
        "limit,after,code,state", "补贴申请列表", "List applications"},
    {METHOD_GET, "/v1/applications/{id}", READERS, record_get, false, APPLICATIONS, "", "补贴申请",
        "One application"},
    APPLICATION_STEP("approve", "批准补贴", "Approve an application"),
    APPLICATION_STEP("pay", "支付补贴", "Pay a subsidy"),
    APPLICATION_STEP("refuse", "不予补贴", "Refuse an application"),
    APPLICATION_STEP("withdraw", "撤回申请", "Withdraw an application"),
    APPLICATION_STEP("clawback", "追回补贴", "Claw a subsidy back"),
    RECORD_ROUTES("/v1/insurance-policies", INSURER, EVERYBODY, ",insured",
        &insurance_policy_record, "知识产权保险单", "insurance policy"),
    RECORD_ROUTES("/v1/insurance-claims", INSURER, EVERYBODY, ",policy_no", &insurance_claim_record,
        "知识产权保险赔案", "insurance claim"),
    RECORD_ROUTES("/v1/securitisations", ISSUERS, EVERYBODY, ",reference", &securitisation_record,
        "知识产权证券化产品", "issue"),
    RECORD_ROUTES("/v1/securitisation-events", ISSUERS, EVERYBODY, ",securitisation",
        &securitisation_event_record, "证券化兑付", "payment on an issue"),
    {METHOD_GET, "/v1/insurance-totals", EVERYBODY, insurance_totals, false, NULL, "from,to",
        "保险汇总", "Policies, premiums and claims by kind"},
    RECORD_ROUTES("/v1/enterprise-profiles", BANK | DISTRICT | IP_OFFICE, EVERYBODY, ",uscc",
        &enterprise_profile_record, "企业年度情况", "yearly profile of a firm"),
    {METHOD_GET, "/v1/measures", EVERYBODY, measure_list, false, NULL, "overdue,as_of,known_at",
        "计划举措", "The plan's measures with their departments and what is overdue"},
    {METHOD_GET, "/v1/measures/overdue", EVERYBODY, measure_overdue, false, NULL,
        "department,as_of,known_at", "逾期未报", "Reports on measures that are overdue"},
    {METHOD_GET, "/v1/measures/evaluation", EVERYBODY, measure_evaluation, false, NULL,
        "from,to,known_at", "举措评估", "How the measures were carried out over a time"},
    {METHOD_GET, "/v1/measures/{no}", EVERYBODY, measure_get, false, NULL, "as_of,known_at",
        "举措及进展", "One measure with its reports"},
    RECORD_ROUTES("/v1/measure-reports", DISTRICT | FINANCE | IP_OFFICE, EVERYBODY, ",department",
        &measure_report_record, "举措进展", "report on a measure"),
    RECORD_ROUTES("/v1/measure-rhythms", IP_OFFICE, EVERYBODY, "", &measure_rhythm_record,
        "举措报送频率", "rhythm of reports on measures"),
    RECORD_ROUTES("/v1/indicators", IP_OFFICE, EVERYBODY, ",period", &indicator_record, "计划指标",
        "indicator of the plan's goals"),
    {METHOD_GET, "/v1/flag-rules", EVERYBODY, flag_rules, false, NULL, "", "预警规则",
        "Rules of red flags with their thresholds"},
    {METHOD_POST, "/v1/flag-thresholds", FINANCE | IP_OFFICE, record_post_one, true,
        &flag_threshold_record, "dry_run", "调整预警阈值", "Change a threshold from a day on"},
    {METHOD_GET, "/v1/flag-thresholds", FINANCE | IP_OFFICE | AUDITOR, record_list, false,
        &flag_threshold_record, "limit,after", "预警阈值调整", "Changes of thresholds"},
    {METHOD_POST, "/v1/flag-scans", FINANCE | IP_OFFICE, record_post_one, true, &flag_scan_record,
        "dry_run", "扫描预警", "Look for red flags in the whole book"},
    {METHOD_GET, "/v1/flag-scans", FINANCE | IP_OFFICE | AUDITOR, record_list, false,
        &flag_scan_record, "limit,after", "预警扫描列表", "List scans"},
    {METHOD_GET, "/v1/flag-scans/{id}", FINANCE | IP_OFFICE | AUDITOR, record_get, false,
        &flag_scan_record, "", "预警扫描", "One scan and what it raised"},
    {METHOD_GET, "/v1/flags", EVERYBODY, flag_list, false, NULL,
        "limit,after,state,severity,code,record", "预警列表", "List red flags"},
    {METHOD_GET, "/v1/flags/{id}", EVERYBODY, flag_get, false, NULL, "", "预警",
        "One red flag and the records that raised it"},
    {METHOD_POST, "/v1/flags/{id}/clear", FINANCE | IP_OFFICE, record_step, true,
        &flag_clearing_record, "dry_run", "解除预警", "Clear a red flag, with the reason"},
    {METHOD_POST, "/v1/lpr", FINANCE | IP_OFFICE, record_post, true, &lpr_record, "atomic,dry_run",
        "补录 LPR", "Record a loan prime rate"},
    {METHOD_GET, "/v1/lpr", EVERYBODY, lpr_list, false, NULL, "", "LPR 历史", "Loan prime rates"},
    {METHOD_GET, "/v1/facilities/{no}", EVERYBODY, facility_get, false, NULL, "", "集合授信",
        "Pooled credit: the loans of a facility"},
    {METHOD_GET, "/v1/enterprises/{uscc}", EVERYBODY, enterprise_get, false, NULL, "", "企业",
        "A firm as its submissions show it"},
    {METHOD_GET, "/v1/ip/{number}", EVERYBODY, ip_get, false, NULL,
        "as_of,known_at,registered_on,matures_on,pledgor", "知识产权",
        "A right: its status on a day, owners, events, pledges, and what speaks against a pledge"},
    {METHOD_POST, "/v1/ip/{number}/events", IP_OFFICE, ip_events_post, true, IP_EVENTS,
        "atomic,dry_run", "登记该权利的事项", "Record events of a right"},
    {METHOD_GET, "/v1/ip/{number}/events", EVERYBODY, ip_events_get, false, IP_EVENTS,
        "limit,after", "该权利的登记簿事项", "Events of a right"},
    {METHOD_POST, "/v1/ip-events", IP_OFFICE, record_post, true, IP_EVENTS, "atomic,dry_run",
        "登记知识产权事项", "Record one event of a right or a batch over many rights"},
    {METHOD_GET, "/v1/ip-events", EVERYBODY, record_list, false, IP_EVENTS, "limit,after,number",
        "知识产权登记簿事项列表", "List events of rights"},
    {METHOD_GET, "/v1/ip-events/template.csv", EVERYBODY, record_template, false, IP_EVENTS, "",
        "CSV 模板", "Header row of a CSV batch of events of rights"},
    {METHOD_GET, "/v1/ip-events/{id}", EVERYBODY, record_get, false, IP_EVENTS, "",
        "知识产权登记簿事项", "One event of a right"},
    {METHOD_GET, "/v1/receipts/{id}", EVERYBODY, receipt_get, false, NULL, "version", "回执",
        "Proof that a record is in the signed log"},
    {METHOD_GET, "/v1/plans/{code}/targets", EVERYBODY, targets_get, false, NULL,
        "quarter,basis,as_of,known_at", "计划目标", "Targets of a plan"},
    {METHOD_GET, "/v1/plans/{code}/forecast", EVERYBODY, forecast_get, false, NULL,
        "quarter,basis,as_of,known_at", "目标预测", "How far the plan can come, as a range"},
    {METHOD_GET, "/v1/plans/{code}/baselines", EVERYBODY, baselines_get, false, NULL, "", "基数",
        "Figures from outside the ledger"},
    {METHOD_PUT, "/v1/plans/{code}/baselines", IP_OFFICE, baselines_put, false, NULL, "",
        "录入基数", "Enter figures from outside the ledger"},
    {METHOD_GET, "/v1/reports/quarterly/{quarter}", EVERYBODY, report_get, false, NULL,
        "format,charset,section,as_of,known_at,basis,public", "季度报告", "The quarterly report"},
    {METHOD_POST, "/v1/reports/quarterly/{quarter}/seal", FINANCE, report_seal_post, false,
        &seal_request_record, "", "封存季度报告", "Seal the report of a quarter"},
    {METHOD_GET, "/v1/reports/quarterly/{quarter}/seal", EVERYBODY, report_seal_get, false, NULL,
        "part", "季度报告的封存", "The seal of a quarter: manifest and signatures"},
    {METHOD_GET, "/v1/reports/quarterly/{quarter}/diff", EVERYBODY, report_diff_get, false, NULL,
        "section,limit,after", "封存后的变化",
        "What changed since the quarter was sealed, record by record"},
    {METHOD_GET, "/v1/reports/quarterly/{quarter}/rows", EVERYBODY, report_rows, false, NULL,
        "section,row,column,after,limit,as_of,known_at,basis", "报告数字背后的记录",
        "The records behind one figure of the report"},
    {METHOD_OTHER, NULL, 0, NULL, false, NULL, NULL, NULL, NULL},
};

/* ---- path ----------------------------------------------------------------------------------- */

static struct str segment(const char **p, const char *end)
{
    const char *from = *p + 1, *to = from;
    while (to < end && *to != '/')
        to++;
    *p = to;
    return (struct str){from, (size_t)(to - from)};
}

/* {x} takes one segment that is not empty. */
static bool path_matches(struct arena *a, const char *pattern, struct str path, struct str *capture)
{
    const char *p = pattern, *pe = p + strlen(p), *q = path.p, *qe = q + path.n;
    int n = 0;
    while (p < pe && q < qe) {
        struct str want = segment(&p, pe), got = segment(&q, qe);
        if (want.n && want.p[0] == '{') {
            if (got.n == 0)
                return false;
            capture[n++] = arena_str(a, got.p, got.n);
        } else if (!str_eq(want, got)) {
            return false;
        }
    }
    return p == pe && q == qe;
}

/* The route; or NULL with the methods that the path knows. Literal paths stand before {x}. */
static const struct route *find(struct req *r, struct buf *allow)
{
    enum http_method want = r->method == METHOD_HEAD ? METHOD_GET : r->method;
    for (const struct route *t = routes; t->path; t++) {
        static const char *const names[] = {
            [METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_PUT] = "PUT"};
        struct str capture[3] = {{NULL, 0}};
        if (!path_matches(r->a, t->path, r->path, capture))
            continue;
        if (t->method == want) {
            memcpy(r->capture, capture, sizeof capture);
            return t;
        }
        if (allow->n && strstr(buf_view(allow).p, names[t->method]))
            continue; /* two patterns fit this path */
        if (allow->n)
            buf_text(allow, ", ");
        buf_text(allow, names[t->method]);
    }
    return NULL;
}

/* ---- parameters ----------------------------------------------------------------------------- */

static bool is_listed(const char *list, struct str name)
{
    while (*list) {
        size_t n = strcspn(list, ",");
        if (n == name.n && memcmp(list, name.p, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

static bool params_known(struct req *r)
{
    for (const struct param *p = r->params; p; p = p->next) {
        if (!is_listed(r->route->params, p->name))
            err_add(&r->err, E_PARAM, arena_printf(r->a, "?%s", p->name.p), "%s",
                *r->route->params ? r->route->params : "-");
    }
    return r->err.n == 0;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void with_actor(struct req *r)
{
    const struct route *t = r->route;
    if (t->roles && !(t->roles & (1u << r->actor->kind))) {
        reply_refuse(r, E_ROLE, "", "%s", org_kind_name(r->actor->kind));
        return;
    }
    if (!params_known(r)) {
        reply_problem(r);
        return;
    }
    if (t->stream || (r->method != METHOD_POST && r->method != METHOD_PUT))
        t->handle(r);
    else
        http_read_whole(r, (size_t)r->server->process.conf.json_limit_bytes, t->handle);
}

void route_dispatch(struct req *r)
{
    struct buf allow;
    buf_init(&allow, r->a);
    r->route = find(r, &allow);
    r->route_path = r->route ? r->route->path : NULL;
    if (!r->route && allow.n) {
        reply_header(r, "Allow", buf_view(&allow));
        reply_refuse(r, E_METHOD, "", "%s", r->method_name.p);
    } else if (!r->route) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->path.p);
    } else if (r->route->roles) {
        auth_actor(r, with_actor);
    } else {
        with_actor(r);
    }
}
