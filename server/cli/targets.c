/*
 * targets.c - the target report as a table a person reads in a terminal.
 */
#include "cli.h"
#include "columns.h"
#include "http_get.h"
#include "json.h"
#include "session.h"
#include <stdio.h>

static struct str member(const struct json *o, const char *key)
{
    const struct json *m = json_get(o, key);
    return m && m->kind == JSON_STRING ? m->text : STR("—");
}

/* Yuan to 亿元 with two decimals, half up; below a million as they are, and so are counts. */
static struct str shown(struct arena *a, const struct json *o, const char *key)
{
    const struct json *m = json_get(o, key);
    money yuan;
    if (!m || m->kind == JSON_NUMBER)
        return m ? arena_printf(a, "%lld", (long long)m->n) : STR("—");
    if (m->kind != JSON_STRING || !money_parse(m->text, &yuan))
        return STR("—");
    if (yuan.fen > 0 && yuan.fen < 100000000)
        return arena_printf(a, "%s 元", m->text.p);
    int64_t hundredths = (yuan.fen + 50000000) / 100000000;
    return arena_printf(
        a, "%lld.%02lld 亿元", (long long)(hundredths / 100), (long long)(hundredths % 100));
}

static void print_growth(const struct json *t, struct str threshold)
{
    printf("   年均增幅 compound %s %% / mean %s %%   目标 threshold %s %%",
        member(t, "growth_compound").p, member(t, "growth_mean").p, threshold.p);
}

/* How it stands: what this year, or the plan, needs, and how much of that is there. */
static void print_now(struct arena *a, const struct json *t, const char *indent)
{
    const struct json *now = json_get(t, "now");
    if (!now || member(now, "progress").n == 0 || str_is(member(now, "progress"), "—"))
        return;
    printf("%s须达 required %s   完成度 progress %s %%\n", indent, shown(a, now, "required").p,
        member(now, "progress").p);
}

static void print_target(struct arena *a, const struct json *t)
{
    const struct str heads[] = {
        STR("年度 year"), STR("数值 value"), STR("同比 yoy %"), STR("来源 from")};
    bool growth = str_is(member(t, "kind"), "growth");
    struct table years;
    table_init(&years, a);
    table_row(&years, heads, COUNT_OF(heads));
    for (const struct json *y = json_get(t, "years")->child; y; y = y->next) {
        struct str cell[] = {arena_printf(a, "%lld", (long long)json_get(y, "year")->n),
            shown(a, y, "value"), member(y, "yoy"), member(y, "from")};
        table_row(&years, cell, COUNT_OF(cell));
    }
    table_print(&years, "    ");
    printf("    合计 total %s   状态 status %s", shown(a, t, "total").p, member(t, "status").p);
    if (growth)
        print_growth(t, member(t, "threshold"));
    else
        printf("   目标 threshold %s", shown(a, t, "threshold").p);
    puts("");
    print_now(a, t, "    ");
}

/* "≥ 120": not all of it is known. */
static struct str shown_year(struct arena *a, const struct json *y)
{
    struct str value = shown(a, y, "value");
    return str_is(value, "—") || json_get(y, "complete")->yes ? value
                                                              : arena_printf(a, "≥ %s", value.p);
}

/* Of a year: all together, then way by way. */
static void measure_year(
    struct table *years, const struct json *m, const struct json *y, bool with_yoy)
{
    struct arena *a = years->a;
    struct str cell[COLUMNS_MAX] = {arena_printf(a, "%lld", (long long)json_get(y, "year")->n),
        shown_year(a, y), with_yoy ? member(y, "yoy") : STR("")};
    int n = 3;
    const struct json *ways = json_get(m, "ways");
    for (const struct json *w = ways ? ways->child : NULL; w && n < COLUMNS_MAX; w = w->next) {
        const struct json *of = json_get(w, with_yoy ? "years" : "base");
        for (of = with_yoy ? of->child : of; of && of->kind == JSON_OBJECT; of = of->next) {
            if (json_get(of, "year")->n == json_get(y, "year")->n)
                cell[n++] = arena_printf(a, "%s %s", member(w, "title").p, shown_year(a, of).p);
            if (!with_yoy)
                break;
        }
    }
    table_row(years, cell, n);
}

static void print_missing(const struct json *missing)
{
    for (const struct json *x = missing->child; x; x = x->next)
        printf("%s%s", x == missing->child ? "      缺 missing: " : "; ", member(x, "text").p);
    if (missing->child)
        puts("");
}

static bool anything_told(const struct json *m)
{
    bool any = json_get(m, "base")->kind == JSON_OBJECT;
    for (const struct json *y = json_get(m, "years")->child; y && !any; y = y->next)
        any = json_get(y, "value")->kind != JSON_NULL;
    return any;
}

/* One of several measures of a target: a line a year, what is missing below. */
static void print_measure(struct arena *a, const struct json *m, struct str threshold)
{
    const struct json *base = json_get(m, "base");
    struct table years;
    printf("    %s %s   状态 status %s", member(m, "title").p, member(m, "title_en").p,
        member(m, "status").p);
    if (json_get(m, "status_known"))
        printf(" (按已知数 by known figures %s)", member(m, "status_known").p);
    print_growth(m, threshold);
    puts("");
    if (!anything_told(m)) {
        printf("      缺 missing: 全部 %d 项 all figures\n", json_get(m, "missing")->count);
        return;
    }
    table_init(&years, a);
    if (base->kind == JSON_OBJECT)
        measure_year(&years, m, base, false);
    for (const struct json *y = json_get(m, "years")->child; y; y = y->next)
        measure_year(&years, m, y, true);
    table_print(&years, "      ");
    print_now(a, m, "      ");
    print_missing(json_get(m, "missing"));
}

static void print_goal(struct arena *a, const struct json *t)
{
    for (const struct json *m = json_get(t, "measures")->child; m; m = m->next)
        print_measure(a, m, member(t, "threshold"));
}

static struct str title_of(const struct json *o, bool english)
{
    struct str title = english ? member(o, "title_en") : STR("—");
    return str_is(title, "—") ? member(o, "title") : title;
}

static int print_report(struct arena *a, struct str body, bool english)
{
    struct err e;
    err_init(&e, a);
    const struct json *in = json_parse(a, body, &e);
    const struct json *targets = in ? json_get(in, "targets") : NULL;
    if (!targets) {
        fprintf(stderr, "pledged: %s\n", body.p);
        return ASKED_REFUSED;
    }
    printf("%s  截至 %s  按 %s\n", member(in, "title").p, member(in, "quarter").p,
        member(in, "basis").p);
    for (const struct json *t = targets->child; t; t = t->next) {
        bool goal = json_get(t, "measures") != NULL;
        printf("\n%s  %s", member(t, "id").p, title_of(t, english).p);
        printf(goal ? "   状态 status %s\n" : "\n", member(t, "status").p);
        if (goal)
            print_goal(a, t);
        else
            print_target(a, t);
    }
    return ASKED_DONE;
}

enum { URL, TOKEN, TOKEN_FILE, PLAN, QUARTER, AS_OF, KNOWN_AT, BASIS, LANG, FORMAT, OPTIONS };
static const struct cli_option options[] = {
    [URL] = {"--url", "URL", OPTIONAL, "where the ledger is served (http://127.0.0.1:8420)"},
    [TOKEN] = TOKEN_OPTION,
    [TOKEN_FILE] = TOKEN_FILE_OPTION,
    [PLAN] = {"--plan", "CODE", OPTIONAL, "whose targets; else those of the quarter's plan"},
    [QUARTER] = {"--quarter", "2023Q4", OPTIONAL, "as the quarter stood; else as of today"},
    [AS_OF] = {"--as-of", "DAY", OPTIONAL, "with what had happened by this day"},
    [KNOWN_AT] = {"--known-at", "INSTANT", OPTIONAL, "with what was recorded by this instant"},
    [BASIS] = {"--basis", "DAY_OF", OPTIONAL,
        "loans count by signed_on, registered_on, disbursed_on or registered_amount"},
    [LANG] = {"--lang", "LANG", OPTIONAL, "zh or en: titles, and what is refused"},
    [FORMAT] = {"--format", "FORMAT", OPTIONAL, "text, or json: the daemon's answer as it is"},
    [OPTIONS] = {0},
};

static int show(struct arena *a, const char *const given[OPTIONS], struct str body)
{
    bool json = given[FORMAT] && strcmp(given[FORMAT], "json") == 0;
    int status = ASKED_DONE;
    if (json)
        fwrite(body.p, 1, body.n, stdout);
    else
        status = print_report(a, body, given[LANG] && strcmp(given[LANG], "en") == 0);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("pledged: standard output");
    return ASKED_NO_FILE;
}

static int ask(struct arena *a, const char *const given[OPTIONS])
{
    const char *token = session_token(a, given[TOKEN], given[TOKEN_FILE]);
    struct buf path, query;
    struct str body;
    long status;
    if (!token)
        return ASKED_USAGE;
    buf_init(&query, a);
    http_get_escape(&query, given[PLAN] ? given[PLAN] : "current");
    buf_init(&path, a);
    buf_printf(&path, "%s/v1/plans/%s/targets", given[URL], buf_view(&query).p);
    http_get_param(&path, "quarter", given[QUARTER]);
    http_get_param(&path, "as_of", given[AS_OF]);
    http_get_param(&path, "known_at", given[KNOWN_AT]);
    http_get_param(&path, "basis", given[BASIS]);
    if (!http_ask(a, buf_view(&path).p, token, given[LANG], &status, &body))
        return ASKED_NO_ANSWER;
    return status == 200 ? show(a, given, body) : http_refused(a, body, status);
}

static bool one_of(const char *option, const char *value, const char *first, const char *second)
{
    if (!value || strcmp(value, first) == 0 || strcmp(value, second) == 0)
        return true;
    fprintf(stderr, "pledged: %s: %s or %s, not %s\n", option, first, second, value);
    return false;
}

static bool read_arguments(const char *given[OPTIONS], int argc, char **argv)
{
    for (int i = 0; i < argc; i += 2) {
        int option = option_find(options, argv[i]);
        if (option < 0 || i + 1 == argc) {
            fprintf(stderr,
                option < 0 ? "pledged: no such option: %s\n" : "pledged: %s: a value is needed\n",
                argv[i]);
            return false;
        }
        given[option] = argv[i + 1];
    }
    return one_of("--format", given[FORMAT], "text", "json") &&
           one_of("--lang", given[LANG], "zh", "en");
}

static int run(int argc, char **argv)
{
    const char *given[OPTIONS] = {[URL] = "http://127.0.0.1:8420"};
    if (!read_arguments(given, argc, argv)) {
        command_usage(stderr, &command_targets);
        return ASKED_USAGE;
    }
    struct arena *a = arena_new();
    int status = ask(a, given);
    arena_free(a);
    return status;
}

const struct command command_targets = {.name = "targets",
    .run = run,
    .words = "",
    .help =
        "Print how far the targets of a plan are reached. Ends with 0, with 1 when the daemon\n"
        "refused, 2 when the call is wrong, 3 when there is no answer, 4 when the output could\n"
        "not be written.",
    .options = options};
