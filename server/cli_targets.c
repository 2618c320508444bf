/*
 * cli_targets.c - the target report as a table a person reads in a terminal.
 */
#include "cli.h"
#include "http_get.h"
#include "json.h"
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

/* Yuan to 亿元 with two decimals, half up; counts as they are. */
static struct str shown(struct arena *a, const struct json *o, const char *key)
{
    const struct json *m = json_get(o, key);
    money yuan;
    if (!m || m->kind == JSON_NUMBER)
        return m ? arena_printf(a, "%lld", (long long)m->n) : STR("—");
    if (m->kind != JSON_STRING || !money_parse(m->text, &yuan))
        return STR("—");
    int64_t hundredths = (yuan.fen + 50000000) / 100000000;
    return arena_printf(
        a, "%lld.%02lld 亿元", (long long)(hundredths / 100), (long long)(hundredths % 100));
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
        printf("   年均增幅 compound %s %% / mean %s %%   目标 threshold %s %%",
            member(t, "growth_compound").p, member(t, "growth_mean").p, member(t, "threshold").p);
    else
        printf("   目标 threshold %s", shown(a, t, "threshold").p);
    puts("");
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
    for (const struct json *t = targets->child; t; t = t->next)
        print_target(a, t);
    return 0;
}

int cli_targets(int argc, char **argv)
{
    const char *url = "http://127.0.0.1:8420", *token = NULL, *quarter = NULL;
    for (int i = 0; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--url") == 0)
            url = argv[i + 1];
        else if (strcmp(argv[i], "--token") == 0)
            token = argv[i + 1];
        else if (strcmp(argv[i], "--quarter") == 0)
            quarter = argv[i + 1];
    }
    if (!token || argc % 2) {
        fputs("usage: pledged targets --url URL --token T [--quarter 2023Q4]\n", stderr);
        return 2;
    }
    struct arena *a = arena_new();
    struct str path = arena_printf(a, "%s/v1/plans/sh-2021-2023/targets%s%s", url,
        quarter ? "?quarter=" : "", quarter ? quarter : "");
    struct str body;
    int status = http_get(a, path.p, token, &body) ? print_report(a, body) : 1;
    arena_free(a);
    return status;
}
