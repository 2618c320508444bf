/*
 * http_get.c - one request for sub-commands, by libcurl.
 */
#include "http_get.h"
#include "json.h"
#include <curl/curl.h>

static size_t on_bytes(char *p, size_t size, size_t n, void *arg)
{
    buf_add(arg, p, size * n);
    return size * n;
}

static bool exchange(struct arena *a, const char *url, const char *token, const char *language,
    const char *posted, long *status, struct str *body)
{
    struct buf out;
    buf_init(&out, a);
    CURL *c = curl_easy_init();
    MUST(c);
    struct curl_slist *headers = NULL;
    if (token)
        headers = curl_slist_append(NULL, arena_printf(a, "Authorization: Bearer %s", token).p);
    if (language)
        headers = curl_slist_append(headers, arena_printf(a, "Accept-Language: %s", language).p);
    if (posted) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, posted);
    }
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &out);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, 60L);
    CURLcode code = curl_easy_perform(c);
    *status = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
    if (code != CURLE_OK)
        fprintf(stderr, "pledged: %s: %s\n", url, curl_easy_strerror(code));
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    *body = buf_view(&out);
    return code == CURLE_OK;
}

bool http_get(struct arena *a, const char *url, const char *token, struct str *body)
{
    long status;
    return http_fetch(a, url, token, body, &status);
}

bool http_fetch(struct arena *a, const char *url, const char *token, struct str *body, long *status)
{
    return http_ask(a, url, token, NULL, status, body);
}

bool http_ask(struct arena *a, const char *url, const char *token, const char *language,
    long *status, struct str *body)
{
    return exchange(a, url, token, language, NULL, status, body);
}

bool http_post(struct arena *a, const char *url, const char *token, const char *posted,
    long *status, struct str *body)
{
    return exchange(a, url, token, NULL, posted, status, body);
}

void http_get_escape(struct buf *url, const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);
    MUST(escaped);
    buf_text(url, escaped);
    curl_free(escaped);
}

void http_get_param(struct buf *url, const char *name, const char *value)
{
    if (!value)
        return;
    bool first = !strchr(buf_view(url).p, '?');
    buf_printf(url, "%c%s=", first ? '?' : '&', name);
    http_get_escape(url, value);
}

static const char *member(const struct json *o, const char *key)
{
    const struct json *m = json_get(o, key);
    return m && m->kind == JSON_STRING ? m->text.p : "";
}

int http_refused(struct arena *a, struct str body, long status)
{
    struct err e;
    err_init(&e, a);
    const struct json *in = json_parse(a, body, &e);
    const struct json *errors = in && in->kind == JSON_OBJECT ? json_get(in, "errors") : NULL;
    if (!errors || errors->kind != JSON_LIST) {
        fprintf(
            stderr, "pledged: HTTP %ld %.*s\n", status, (int)(body.n > 300 ? 300 : body.n), body.p);
        return ASKED_REFUSED;
    }
    for (const struct json *x = errors->child; x; x = x->next)
        fprintf(stderr, "pledged: %s %s %s: %s\n", member(x, "code"), member(x, "pointer"),
            member(x, "title"), member(x, "cure"));
    return ASKED_REFUSED;
}
