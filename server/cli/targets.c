/*
 * targets.c - the target report as a table a person reads in a terminal.
 */
#include "cli.h"
#include "http_get.h"
#include "json.h"
#include "session.h"
#include <stdio.h>

/* Columns a text takes in a terminal: East Asian characters take two. */
static int width(struct str s)
{
    int n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        n += (c & 0xc0) != 0x80;
        n += c >= 0xe3 && c < 0xf0;
    }
    return n;
}

static void cell(struct str s, int columns)
{
    printf("%s%*s", s.p, columns > width(s) ? columns - width(s) : 1, "");
}

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

static void print_target(struct arena *a, const struct json *t)
{
    bool growth = str_is(member(t, "kind"), "growth");
    printf("\n%s  %s\n", member(t, "id").p, member(t, "title").p);
    printf("    ");
    cell(STR("年度 year"), 14);
    cell(STR("数值 value"), 20);
    cell(STR("同比 yoy %"), 14);
    puts("来源 from");
    for (const struct json *y = json_get(t, "years")->child; y; y = y->next) {
        printf("    ");
        cell(arena_printf(a, "%lld", (long long)json_get(y, "year")->n), 14);
        cell(shown(a, y, "value"), 20);
        cell(member(y, "yoy"), 14);
        puts(member(y, "from").p);
    }
    printf("    合计 total %s   状态 status %s", shown(a, t, "total").p, member(t, "status").p);
    if (growth)
        print_growth(t, member(t, "threshold"));
    else
        printf("   目标 threshold %s", shown(a, t, "threshold").p);
    puts("");
}

/* "≥ 120": not all of it is known. */
static struct str shown_year(struct arena *a, const struct json *y)
{
    struct str value = shown(a, y, "value");
    return str_is(value, "—") || json_get(y, "complete")->yes ? value
                                                              : arena_printf(a, "≥ %s", value.p);
}

static void print_measure_year(
    struct arena *a, const struct json *m, const struct json *y, bool with_yoy)
{
    printf("      ");
    cell(arena_printf(a, "%lld", (long long)json_get(y, "year")->n), 10);
    cell(shown_year(a, y), 18);
    cell(with_yoy ? member(y, "yoy") : STR(""), 10);
    const struct json *ways = json_get(m, "ways");
    for (const struct json *w = ways ? ways->child : NULL; w; w = w->next) {
        const struct json *of = json_get(w, with_yoy ? "years" : "base");
        for (of = with_yoy ? of->child : of; of && of->kind == JSON_OBJECT; of = of->next) {
            if (json_get(of, "year")->n == json_get(y, "year")->n) {
                printf("%s ", member(w, "title").p);
                cell(shown_year(a, of), 16);
            }
            if (!with_yoy)
                break;
        }
    }
    puts("");
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
    if (base->kind == JSON_OBJECT)
        print_measure_year(a, m, base, false);
    for (const struct json *y = json_get(m, "years")->child; y; y = y->next)
        print_measure_year(a, m, y, true);
    print_missing(json_get(m, "missing"));
}

static void print_goal(struct arena *a, const struct json *t)
{
    printf("\n%s  %s   状态 status %s\n", member(t, "id").p, member(t, "title").p,
        member(t, "status").p);
    for (const struct json *m = json_get(t, "measures")->child; m; m = m->next)
        print_measure(a, m, member(t, "threshold"));
}

static int print_report(struct arena *a, struct str body)
{
    struct err e;
    err_init(&e, a);
    const struct json *in = json_parse(a, body, &e);
    const struct json *targets = in ? json_get(in, "targets") : NULL;
    if (!targets) {
        fprintf(stderr, "pledged: %s\n", body.p);
        return 1;
    }
    printf("%s  截至 %s  按 %s\n", member(in, "title").p, member(in, "quarter").p,
        member(in, "basis").p);
    for (const struct json *t = targets->child; t; t = t->next) {
        if (json_get(t, "measures"))
            print_goal(a, t);
        else
            print_target(a, t);
    }
    return 0;
}

enum { URL, TOKEN, TOKEN_FILE, QUARTER, BASIS, OPTIONS };
static const struct cli_option options[] = {
    [URL] = {"--url", "URL", OPTIONAL, "where the ledger is served (http://127.0.0.1:8420)"},
    [TOKEN] = TOKEN_OPTION,
    [TOKEN_FILE] = TOKEN_FILE_OPTION,
    [QUARTER] = {"--quarter", "2023Q4", OPTIONAL, "as the quarter stood; else as of today"},
    [BASIS] = {"--basis", "DAY_OF", OPTIONAL,
        "loans count by signed_on, registered_on, disbursed_on or registered_amount"},
    [OPTIONS] = {0},
};

static int ask(struct arena *a, const char *const given[OPTIONS])
{
    const char *token = session_token(a, given[TOKEN], given[TOKEN_FILE]);
    struct buf path;
    struct str body;
    if (!token)
        return 2;
    buf_init(&path, a);
    buf_printf(&path, "%s/v1/plans/sh-2021-2023/targets", given[URL]);
    http_get_param(&path, "quarter", given[QUARTER]);
    http_get_param(&path, "basis", given[BASIS]);
    return http_get(a, buf_view(&path).p, token, &body) ? print_report(a, body) : 1;
}

static int run(int argc, char **argv)
{
    const char *given[OPTIONS] = {[URL] = "http://127.0.0.1:8420"};
    for (int i = 0; i < argc; i += 2) {
        int option = i + 1 < argc ? option_find(options, argv[i]) : -1;
        if (option < 0) {
            command_usage(stderr, &command_targets);
            return 2;
        }
        given[option] = argv[i + 1];
    }
    struct arena *a = arena_new();
    int status = ask(a, given);
    arena_free(a);
    return status;
}

const struct command command_targets = {.name = "targets",
    .run = run,
    .words = "",
    .help = "Print how far the goals of the plan are reached.",
    .options = options};
