/*
 * import_send.c - one slice to the service and its verdicts back.
 *
 * A slice is done when the summary line has come and does not say "incomplete"; anything less
 * (connection lost, 429, 5xx) is tried again, which is safe because a contract number is booked
 * once for ever. What the service refuses as a whole (a
 * wrong token, a header it cannot read) is told with its cure and ends the import.
 */
#include "clock.h"
#include "import.h"
#include "json.h"
#include <curl/curl.h>
#include <unistd.h>

enum {
    CONNECT_SECONDS = 10,
    STALL_SECONDS = 60,
    WAIT_FIRST_MS = 500,
    WAIT_MOST_MS = 15000,
    RETRY_MS = 120000,
    PROBLEM_BYTES = 1 << 20
};

struct import_remote {
    struct arena *a;
    CURL *curl;
    struct curl_slist *headers[3]; /* by content */
    char reason[CURL_ERROR_SIZE];
    enum import_trouble trouble; /* of the last slice that could not be sent */
};

/* One try at one slice. */
struct attempt {
    struct import_remote *remote;
    struct arena *a;
    int first_line; /* the service's number of the first record */
    int n, judged;
    struct import_verdict *verdicts;
    struct buf text;     /* an unfinished line, or the whole of an answer that is not verdicts */
    import_line_fn *one; /* instead of verdicts: each line is for this, the last is the summary */
    void *arg;
    const char *summary;
    bool is_complete, is_garbled;
};

static const char *const outcome_names[] = {"created", "replay", "conflict", "refused"};

const char *import_outcome_name(enum import_outcome o)
{
    return outcome_names[o];
}

/* ---- reasons -------------------------------------------------------------------------------- */

static struct str text_of(const struct json *object, const char *key)
{
    const struct json *j = json_get(object, key);
    return j && j->kind == JSON_STRING ? j->text : STR("");
}

/* "贷款金额：金额格式不对（写成元…）；…" */
static void add_reason(const struct json *problem, struct buf *b)
{
    struct str title = text_of(problem, "field");
    struct str cure = text_of(problem, "cure");
    if (b->n)
        buf_text(b, "；");
    if (title.n) {
        buf_str(b, title);
        buf_text(b, "：");
    }
    buf_str(b, text_of(problem, "title"));
    if (cure.n)
        buf_printf(b, "（%s）", cure.p);
}

static struct str reason_of(struct arena *a, const struct json *errors)
{
    struct buf b;
    buf_init(&b, a);
    for (const struct json *x = errors ? errors->child : NULL; x; x = x->next)
        add_reason(x, &b);
    return buf_view(&b);
}

static void print_problem(struct arena *a, struct str body, long status)
{
    struct err e;
    err_init(&e, a);
    const struct json *doc = json_parse(a, body, &e);
    if (!doc || doc->kind != JSON_OBJECT) {
        (void)fprintf(stderr, "pledged import: the service answered %ld\n", status);
        return;
    }
    (void)fprintf(stderr, "pledged import: %ld %s\n", status, text_of(doc, "title").p);
    const struct json *errors = json_get(doc, "errors");
    if (!errors && text_of(doc, "detail").n)
        (void)fprintf(stderr, "  %s\n", text_of(doc, "detail").p);
    for (const struct json *x = errors ? errors->child : NULL; x; x = x->next)
        (void)fprintf(stderr, "  %s %s\n    %s\n", text_of(x, "pointer").p, text_of(x, "title").p,
            text_of(x, "cure").p);
}

/* ---- verdicts ------------------------------------------------------------------------------- */

static enum import_outcome outcome_of(struct str s)
{
    for (int i = 0; i < IMPORT_OUTCOMES; i++) {
        if (str_is(s, outcome_names[i]))
            return (enum import_outcome)i;
    }
    return IMPORT_UNKNOWN;
}

static void keep_problem(struct import_verdict *v, const struct json *x)
{
    if (v->problems < IMPORT_PROBLEMS_MAX)
        v->problem[v->problems++] = x;
}

static void take_verdict(struct attempt *t, const struct json *doc)
{
    const struct json *line = json_get(doc, "line");
    const struct json *errors = json_get(doc, "errors");
    enum import_outcome outcome = outcome_of(text_of(doc, "outcome"));
    int64_t i = line && line->whole ? line->n - t->first_line : -1;
    if (i != t->judged || i >= t->n || outcome == IMPORT_UNKNOWN) {
        t->is_garbled = true;
        return;
    }
    struct import_verdict *v = &t->verdicts[i];
    v->outcome = outcome;
    v->warnings = json_get(doc, "warnings");
    t->judged++;
    for (const struct json *x = errors ? errors->child : NULL; x; x = x->next)
        keep_problem(v, x);
    if (errors)
        v->reason = reason_of(t->a, errors);
}

static void take_line(struct attempt *t, struct str line)
{
    struct err e;
    err_init(&e, t->a);
    const struct json *doc = json_parse(t->a, line, &e);
    if (!doc || doc->kind != JSON_OBJECT) {
        t->is_garbled = true;
        return;
    }
    if (json_get(doc, t->one ? t->summary : "summary"))
        t->is_complete = !json_get(doc, "incomplete");
    else if (!t->one)
        take_verdict(t, doc);
    if (t->one)
        t->one(t->arg, doc);
}

static bool is_verdicts(CURL *curl)
{
    char *type = NULL;
    return curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type &&
           str_starts(str_of(type), "application/x-ndjson");
}

static void take_lines(struct attempt *t)
{
    size_t at = 0;
    for (const char *end; (end = memchr(t->text.p + at, '\n', t->text.n - at));) {
        size_t n = (size_t)(end - (t->text.p + at));
        take_line(t, arena_str(t->a, t->text.p + at, n));
        at += n + 1;
    }
    t->text.n -= at;
    memmove(t->text.p, t->text.p + at, t->text.n);
}

static size_t on_data(char *p, size_t size, size_t count, void *arg)
{
    struct attempt *t = arg;
    size_t n = size * count;
    if (t->text.n + n > PROBLEM_BYTES)
        return 0; /* curl ends the transfer */
    buf_add(&t->text, p, n);
    if (is_verdicts(t->remote->curl))
        take_lines(t);
    return n;
}

/* ---- an atomic slice that failed ------------------------------------------------------------- */

/* "/lines/12/amount" -> 12; -1 when it is about no line. */
static int64_t line_of(struct str pointer)
{
    static const char prefix[] = "/lines/";
    size_t at = sizeof prefix - 1;
    int64_t line = 0;
    if (!str_starts(pointer, prefix))
        return -1;
    for (; at < pointer.n && pointer.p[at] >= '0' && pointer.p[at] <= '9'; at++)
        line = line < INT32_MAX ? line * 10 + (pointer.p[at] - '0') : line;
    return line;
}

/* Reasons out of the problem document; false when it names no line. */
static bool take_failed_batch(struct attempt *t)
{
    struct err e;
    err_init(&e, t->a);
    const struct json *doc = json_parse(t->a, buf_view(&t->text), &e);
    const struct json *errors = doc && doc->kind == JSON_OBJECT ? json_get(doc, "errors") : NULL;
    for (const struct json *x = errors ? errors->child : NULL; x; x = x->next) {
        int64_t i = line_of(text_of(x, "pointer")) - t->first_line;
        if (i < 0 || i >= t->n)
            continue;
        struct import_verdict *v = &t->verdicts[i];
        t->judged += v->outcome == IMPORT_UNKNOWN;
        v->outcome = str_is(text_of(x, "code"), "E_KEY_REUSED") ? IMPORT_CONFLICT : IMPORT_REFUSED;
        struct buf b;
        buf_init(&b, t->a);
        buf_str(&b, v->reason);
        add_reason(x, &b);
        keep_problem(v, x);
        v->reason = buf_view(&b);
    }
    return t->judged > 0;
}

/* ---- one slice ------------------------------------------------------------------------------ */

static struct curl_slist *content_headers(
    const struct import_remote *r, const struct import_source *s)
{
    return r->headers[!s->is_csv ? 2 : s->charset == SHEET_UTF8 ? 0 : 1];
}

static void attempt_begin(struct attempt *t)
{
    for (int i = 0; i < t->n; i++)
        t->verdicts[i] = (struct import_verdict){.outcome = IMPORT_UNKNOWN, .reason = STR("")};
    t->judged = 0;
    t->is_complete = t->is_garbled = false;
    buf_init(&t->text, t->a);
}

enum result { WORKED, AGAIN, FINAL };

static enum result attempt_judge(const struct attempt *t, CURLcode code, long status)
{
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_URL_MALFORMAT ||
        code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_SSL_CACERT_BADFILE)
        return FINAL;
    if (code != CURLE_OK || status == 429 || status == 408 || status >= 500)
        return AGAIN;
    if (!is_verdicts(t->remote->curl) || t->is_garbled)
        return FINAL;
    return t->is_complete && t->judged == t->n ? WORKED : AGAIN;
}

static void tell(const struct attempt *t, CURLcode code, long status)
{
    if (isatty(STDERR_FILENO))
        (void)fputc('\n', stderr); /* leave the line of the progress bar */
    if (code != CURLE_OK)
        (void)fprintf(stderr, "pledged import: %s\n",
            t->remote->reason[0] ? t->remote->reason : curl_easy_strerror(code));
    else if (is_verdicts(t->remote->curl))
        (void)fprintf(stderr, "pledged import: the answer does not cover the slice (%d of %d)\n",
            t->judged, t->n);
    else
        print_problem(t->a, buf_view(&t->text), status);
}

/* Sleep before the next try; false when the time for this slice is used up. */
static bool wait_again(struct import_remote *r, int64_t began_us, int64_t *wait_ms)
{
    curl_off_t asked = 0;
    int64_t ms = *wait_ms;
    if (curl_easy_getinfo(r->curl, CURLINFO_RETRY_AFTER, &asked) == CURLE_OK && asked > 0 &&
        asked * 1000 > ms)
        ms = asked * 1000;
    if ((monotonic_us() - began_us) / 1000 + ms > RETRY_MS)
        return false;
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL); /* a shorter pause does no harm */
    *wait_ms = *wait_ms * 2 < WAIT_MOST_MS ? *wait_ms * 2 : WAIT_MOST_MS;
    return true;
}

static void prepare(struct import_remote *r, const struct import_source *s,
    const struct import_slice *slice, struct attempt *t)
{
    r->reason[0] = '\0';
    MUST(curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, content_headers(r, s)) == CURLE_OK);
    MUST(curl_easy_setopt(r->curl, CURLOPT_POSTFIELDS, slice->body.p) == CURLE_OK);
    MUST(curl_easy_setopt(r->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)slice->body.n) ==
         CURLE_OK);
    MUST(curl_easy_setopt(r->curl, CURLOPT_WRITEDATA, t) == CURLE_OK);
}

bool import_send(struct import_remote *r, struct arena *a, const struct import_source *s,
    const struct import_slice *slice, struct import_verdict *verdicts)
{
    struct attempt t = {
        .remote = r, .a = a, .first_line = s->is_csv ? 2 : 1, .n = slice->n, .verdicts = verdicts};
    int64_t began_us = monotonic_us(), wait_ms = WAIT_FIRST_MS;
    for (bool first = true;; first = false) {
        long status = 0;
        attempt_begin(&t);
        prepare(r, s, slice, &t);
        CURLcode code = curl_easy_perform(r->curl);
        (void)curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status); /* 0 when none came */
        enum result result = attempt_judge(&t, code, status);
        if (result == FINAL && status == 422 && take_failed_batch(&t))
            return true;
        if (result == WORKED)
            return true;
        if (first || result == FINAL)
            tell(&t, code, status);
        r->trouble = result != FINAL ? TROUBLE_LATER
                     : code != CURLE_OK || status == 401 || status == 403 || status == 404
                         ? TROUBLE_CALLER
                         : TROUBLE_FILE;
        if (result == FINAL)
            return false;
        if (first)
            (void)fprintf(stderr, "pledged import: trying again for two minutes\n");
        if (!wait_again(r, began_us, &wait_ms)) {
            tell(&t, code, status);
            (void)fprintf(stderr, "pledged import: given up; run it again to go on from here\n");
            return false;
        }
    }
}

bool import_ask(struct import_remote *r, struct arena *a, const struct import_source *s,
    const struct import_slice *slice, const char *summary, import_line_fn *one, void *arg)
{
    struct attempt t = {.remote = r, .a = a, .one = one, .arg = arg, .summary = summary};
    long status = 0;
    attempt_begin(&t);
    prepare(r, s, slice, &t);
    CURLcode code = curl_easy_perform(r->curl);
    (void)curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status); /* 0 when none came */
    if (attempt_judge(&t, code, status) == WORKED)
        return true;
    tell(&t, code, status);
    return false;
}

/* ---- connection ----------------------------------------------------------------------------- */

static void make_headers(struct import_remote *r, const char *token)
{
    static const char *const types[] = {
        "text/csv; charset=utf-8", "text/csv; charset=gb18030", "application/x-ndjson"};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const char *lines[] = {arena_printf(r->a, "Content-Type: %s", types[i]).p,
            arena_printf(r->a, "Authorization: Bearer %s", token).p, "Expect:"};
        for (size_t j = 0; j < COUNT_OF(lines); j++) {
            struct curl_slist *longer = curl_slist_append(r->headers[i], lines[j]);
            MUST(longer);
            r->headers[i] = longer;
        }
    }
}

static struct str address(struct arena *a, const struct import_options *o)
{
    size_t n = strlen(o->url);
    while (n && o->url[n - 1] == '/')
        n--;
    struct buf b;
    buf_init(&b, a);
    buf_add(&b, o->url, n);
    buf_printf(&b, "/v1/%s", o->type);
    if (o->reconcile)
        buf_text(&b, "?reconcile=true");
    else if (o->dry_run) /* stores nothing, so atomic would add nothing */
        buf_text(&b, "?dry_run=true");
    else if (o->atomic)
        buf_text(&b, "?atomic=true");
    return buf_view(&b);
}

struct import_remote *import_connect(const struct import_options *o)
{
    struct arena *a = arena_new();
    struct import_remote *r = arena_alloc(a, sizeof *r);
    r->a = a;
    MUST(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    r->curl = curl_easy_init();
    MUST(r->curl);
    make_headers(r, o->token);
    CURLcode bad = curl_easy_setopt(r->curl, CURLOPT_URL, address(a, o).p);
    bad |= curl_easy_setopt(r->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= curl_easy_setopt(r->curl, CURLOPT_POST, 1L);
    bad |= curl_easy_setopt(r->curl, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(r->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    bad |= curl_easy_setopt(r->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    bad |= curl_easy_setopt(r->curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
    bad |= curl_easy_setopt(r->curl, CURLOPT_ERRORBUFFER, r->reason);
    bad |= curl_easy_setopt(r->curl, CURLOPT_WRITEFUNCTION, on_data);
    if (o->cacert)
        bad |= curl_easy_setopt(r->curl, CURLOPT_CAINFO, o->cacert);
    MUST(bad == CURLE_OK);
    return r;
}

enum import_trouble import_trouble(const struct import_remote *r)
{
    return r->trouble;
}

void import_disconnect(struct import_remote *r)
{
    for (size_t i = 0; i < COUNT_OF(r->headers); i++)
        curl_slist_free_all(r->headers[i]);
    curl_easy_cleanup(r->curl);
    curl_global_cleanup();
    arena_free(r->a);
}
