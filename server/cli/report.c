/*
 * report.c - a quarterly report into a file, or down a pipe.
 *
 * The file appears when it is whole: what comes is written beside it and renamed at the end, so
 * that a broken connection never leaves half a report under the name of one. Exit status: 0 it is
 * there, 1 the daemon refused (and said why), 2 the call is wrong, 3 no answer, 4 the file could
 * not be written. Beside a sealed report its seal is written as FILE.seal.json: what
 * `pledged verify-report FILE` needs.
 */
#include "cli.h"
#include "day.h"
#include "http_get.h"
#include "json.h"
#include "session.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct pull {
    struct arena *a;
    const char *quarter, *url, *token, *token_file, *file, *lang, *part, *plan;
    const char *path; /* of the part */
    struct buf query;
    CURL *curl;
    FILE *out;
    struct str temporary; /* p == NULL: bytes go where they belong at once */
    struct str target;    /* what the temporary file takes the place of at the end */
    mode_t mode;          /* of it */
    struct buf problem;   /* the body of an answer that is no report */
    bool full, shows;
    int64_t shown_ms;
};

/* The first few are ours, the others parameters of the request. */
enum { URL, TOKEN, TOKEN_FILE, FILE_, LANG, PART, PLAN, PARAMS };
static const struct cli_option options[] = {
    [URL] = {"--url", "URL", OPTIONAL, "where the ledger is served (http://127.0.0.1:8420)"},
    [TOKEN] = TOKEN_OPTION,
    [TOKEN_FILE] = TOKEN_FILE_OPTION,
    [FILE_] = {"-o", "FILE", NEEDED, "the file to write, - for standard output"},
    [LANG] = {"--lang", "LANG", OPTIONAL, "zh or en"},
    [PART] = {"--part", "PART", OPTIONAL,
        "report, or as JSON: rows, diff, seal, forecast, measures"},
    [PLAN] = {"--plan", "CODE", OPTIONAL,
        "whose targets, forecast or measures; else those of the quarter"},
    {"--format", "FORMAT", OPTIONAL, "json, csv, xlsx or html"},
    {"--unit", "UNIT", OPTIONAL, "of a page or workbook: yuan, wan (万元) or yi (亿元)"},
    {"--section", "A,B", OPTIONAL, "these sections alone"},
    {"--as-of", "DAY", OPTIONAL, "with what had happened by this day"},
    {"--known-at", "INSTANT", OPTIONAL, "with what was recorded by this instant"},
    {"--basis", "DAY_OF", OPTIONAL, "loans count by signed_on, registered_on or disbursed_on"},
    {"--public", "true", OPTIONAL, "small cells suppressed, as for publication"},
    {"--row", "KEY", OPTIONAL, "of --part rows: the row of the cell"},
    {"--column", "COLUMN", OPTIONAL, "of --part rows: the column of the cell"},
    {"--limit", "N", OPTIONAL, "of rows and diff: at most so many"},
    {"--after", "CURSOR", OPTIONAL, "of rows and diff: from where the last call ended"},
    {0},
};

/* What is pulled of a quarter: the report, or what belongs to it. */
static const char *forecast_path(struct pull *p), *measures_path(struct pull *p);
static const struct part {
    const char *name, *path;
    const char *(*path_of)(struct pull *); /* of what is a plan's */
} parts[] = {
    {"report", "/v1/reports/quarterly/{quarter}", NULL},
    {"rows", "/v1/reports/quarterly/{quarter}/rows", NULL},
    {"diff", "/v1/reports/quarterly/{quarter}/diff", NULL},
    {"seal", "/v1/reports/quarterly/{quarter}/seal", NULL},
    {"forecast", NULL, forecast_path},
    {"measures", NULL, measures_path},
};

static void add_param(struct pull *p, const char *option, const char *value);

/* The plan stands in the address of its forecast; of a report it is a parameter. */
static const char *forecast_path(struct pull *p)
{
    char *plan = curl_easy_escape(p->curl, p->plan ? p->plan : "current", 0);
    MUST(plan);
    struct str path = arena_printf(p->a, "/v1/plans/%s/forecast?quarter={quarter}", plan);
    curl_free(plan);
    return path.p;
}

/* How measures were carried out by the end of the quarter; NULL: it is none. */
static const char *measures_path(struct pull *p)
{
    quarter q;
    if (!quarter_parse(str_of(p->quarter), &q)) {
        fprintf(stderr, "pledged: no quarter, as 2022Q3: %s\n", p->quarter);
        return NULL;
    }
    p->quarter = day_text(p->a, quarter_last(q)).p;
    if (p->plan)
        add_param(p, "--plan", p->plan);
    return "/v1/measures/evaluation?to={quarter}";
}

static bool find_part(struct pull *p)
{
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (strcmp(parts[i].name, p->part) != 0)
            continue;
        p->path = parts[i].path ? parts[i].path : parts[i].path_of(p);
        if (parts[i].path && p->plan)
            add_param(p, "--plan", p->plan);
        return p->path != NULL;
    }
    fprintf(stderr, "pledged: no such part: %s\n", p->part);
    return false;
}

/* ---- arguments ------------------------------------------------------------------------------- */

static void add_param(struct pull *p, const char *option, const char *value)
{
    char *escaped = curl_easy_escape(p->curl, value, 0);
    MUST(escaped);
    if (p->query.n)
        buf_char(&p->query, '&');
    for (const char *c = option + strlen("--"); *c; c++)
        buf_char(&p->query, *c == '-' ? '_' : *c);
    buf_printf(&p->query, "=%s", escaped);
    curl_free(escaped);
}

static bool take(struct pull *p, const char *option, const char *value)
{
    const char **own[PARAMS] = {[URL] = &p->url,
        [TOKEN] = &p->token,
        [TOKEN_FILE] = &p->token_file,
        [FILE_] = &p->file,
        [LANG] = &p->lang,
        [PART] = &p->part,
        [PLAN] = &p->plan};
    int i = option_find(options, option);
    if (i >= PARAMS)
        add_param(p, option, value);
    else if (i >= 0)
        *own[i] = value;
    else
        fprintf(stderr, "pledged: no such option: %s\n", option);
    return i >= 0;
}

static bool read_arguments(struct pull *p, int argc, char **argv)
{
    p->url = "http://127.0.0.1:8420";
    p->part = "report";
    if (argc < 1 || argc % 2 == 0)
        return false;
    p->quarter = argv[0];
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!take(p, argv[i], argv[i + 1]))
            return false;
    }
    return find_part(p) && p->file;
}

/* ---- transfer -------------------------------------------------------------------------------- */

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct pull *p = arg;
    long status = 0;
    curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        buf_add(&p->problem, bytes, size * n);
        return size * n;
    }
    size_t written = fwrite(bytes, 1, size * n, p->out);
    p->full |= written != size * n;
    return written;
}

/* On a terminal only, and not more often than five times a second. */
static int on_progress(void *arg, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up)
{
    struct pull *p = arg;
    struct timespec t;
    (void)up_all;
    (void)up;
    if (!p->shows || now == 0 || clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0;
    int64_t ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    if (ms - p->shown_ms < 200 && now != all)
        return 0;
    p->shown_ms = ms;
    fprintf(stderr, "\r%s  %lld KiB", p->quarter, (long long)(now / 1024));
    if (all > 0)
        fprintf(stderr, "  %lld %%", (long long)(now * 100 / all));
    return 0;
}

static CURLcode transfer(struct pull *p)
{
    struct arena *a = p->a;
    char *escaped = curl_easy_escape(p->curl, p->quarter, 0);
    MUST(escaped);
    struct buf url;
    buf_init(&url, a);
    buf_printf(&url, "%s%.*s%s%s", p->url, (int)strcspn(p->path, "{"), p->path, escaped,
        p->path + strcspn(p->path, "}") + 1);
    if (p->query.n)
        buf_printf(&url, "%c%s", strchr(p->path, '?') ? '&' : '?', buf_view(&p->query).p);
    struct curl_slist *headers =
        curl_slist_append(NULL, arena_printf(a, "Authorization: Bearer %s", p->token).p);
    if (p->lang)
        headers = curl_slist_append(headers, arena_printf(a, "Accept-Language: %s", p->lang).p);
    curl_easy_setopt(p->curl, CURLOPT_URL, buf_view(&url).p);
    curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(p->curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(p->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);  /* a byte a second … */
    curl_easy_setopt(p->curl, CURLOPT_LOW_SPEED_TIME, 120L); /* … or two minutes of nothing */
    curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, p);
    curl_easy_setopt(p->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(p->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(p->curl, CURLOPT_XFERINFODATA, p);
    CURLcode code = curl_easy_perform(p->curl);
    if (p->shown_ms)
        fputc('\n', stderr);
    curl_slist_free_all(headers);
    curl_free(escaped);
    return code;
}

/* ---- the file -------------------------------------------------------------------------------- */

/* Beside the file that it becomes: a symbolic link stays one, and what it names gives way. */
static bool open_temporary(struct pull *p, const char *target)
{
    struct str name = arena_printf(p->a, "%s.XXXXXX", target);
    char *path = arena_alloc(p->a, name.n + 1);
    memcpy(path, name.p, name.n + 1);
    int fd = mkstemp(path);
    p->out = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!p->out) {
        perror(p->file);
        if (fd >= 0)
            close(fd);
        return false;
    }
    p->target = str_of(target);
    p->temporary = str_of(path);
    return true;
}

/* mkstemp makes a file for its owner alone; a report is one like any other. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    (void)umask(mask); /* put back: its old value is the 0 just set */
    return 0666 & ~mask;
}

/* Only a regular file, or none, is replaced; a device or a pipe takes the bytes as they come. */
static bool open_file(struct pull *p)
{
    struct stat st, link;
    if (strcmp(p->file, "-") == 0) {
        p->out = stdout;
        return true;
    }
    bool there = stat(p->file, &st) == 0;
    if (there ? S_ISREG(st.st_mode) : lstat(p->file, &link) != 0) {
        char *whole = there ? realpath(p->file, NULL) : NULL;
        struct str target = whole ? arena_str(p->a, whole, strlen(whole)) : str_of(p->file);
        free(whole);
        p->mode = there ? st.st_mode & 0777 : usual_mode();
        return open_temporary(p, target.p);
    }
    p->out = fopen(p->file, "wbe");
    if (!p->out)
        perror(p->file);
    return p->out != NULL;
}

static bool publish(const struct pull *p)
{
    return chmod(p->temporary.p, p->mode) == 0 && rename(p->temporary.p, p->target.p) == 0;
}

static int close_file(struct pull *p, int status)
{
    bool good = fflush(p->out) == 0 && !p->full;
    if (p->out != stdout)
        good = fclose(p->out) == 0 && good;
    if (p->temporary.p) {
        if (status == ASKED_DONE && good)
            good = publish(p);
        if (status != ASKED_DONE || !good)
            unlink(p->temporary.p);
    }
    if (status == ASKED_DONE && !good) {
        perror(p->file);
        return ASKED_NO_FILE;
    }
    return status;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static int pull(struct pull *p)
{
    long status = 0;
    CURLcode code = transfer(p);
    curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
    if (p->full)
        return ASKED_DONE; /* close_file says what is wrong with it */
    if (code != CURLE_OK) {
        fprintf(stderr, "pledged: %s: %s\n", p->url, curl_easy_strerror(code));
        return ASKED_NO_ANSWER;
    }
    return status == 200
               ? ASKED_DONE
               : http_refused(p->a, p->problem.n ? buf_view(&p->problem) : STR(""), status);
}

/* The seal of a sealed report; any other has none and gets no file. */
static int pull_seal(struct pull *p)
{
    struct curl_header *h;
    struct str doc, path = arena_printf(p->a, "%s.seal.json", p->file);
    if (!p->temporary.p || strcmp(p->part, "report") != 0 ||
        curl_easy_header(p->curl, "X-Seal", 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
        return ASKED_DONE;
    struct str url = arena_printf(p->a, "%s/v1/reports/quarterly/%s/seal", p->url, p->quarter);
    long status;
    if (!http_ask(p->a, url.p, p->token, p->lang, &status, &doc))
        return ASKED_NO_ANSWER;
    if (status != 200)
        return http_refused(p->a, doc, status);
    if (!strstr(doc.p, h->value)) {
        fprintf(stderr, "pledged: %s: not the seal of this report\n", url.p);
        return ASKED_REFUSED;
    }
    FILE *f = fopen(path.p, "we");
    bool good = f && fwrite(doc.p, 1, doc.n, f) == doc.n;
    good = f && fclose(f) == 0 && good;
    if (!good)
        perror(path.p);
    return good ? ASKED_DONE : ASKED_NO_FILE;
}

static int run(int argc, char **argv)
{
    struct pull p = {.a = arena_new(), .curl = curl_easy_init(), .shows = isatty(STDERR_FILENO)};
    int status = ASKED_USAGE;
    MUST(p.curl);
    buf_init(&p.query, p.a);
    buf_init(&p.problem, p.a);
    if (!read_arguments(&p, argc, argv))
        command_usage(stderr, &command_report);
    else if ((p.token = session_token(p.a, p.token, p.token_file)))
        status = open_file(&p) ? close_file(&p, pull(&p)) : ASKED_NO_FILE;
    if (status == ASKED_DONE)
        status = pull_seal(&p);
    curl_easy_cleanup(p.curl);
    arena_free(p.a);
    return status;
}

const struct command command_report = {.name = "report",
    .run = run,
    .words = "2022Q3",
    .help =
        "A quarterly report, or what belongs to it, into a file that appears when it is whole.\n"
        "Beside a sealed report its seal is written as FILE.seal.json. Ends with 0 when it is\n"
        "there, 1 when the daemon refused, 2 when the call is wrong, 3 when there is no answer,\n"
        "4 when the file cannot be written.",
    .options = options};
