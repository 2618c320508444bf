/*
 * http_get.c - one GET for sub-commands, by libcurl.
 */
#include "http_get.h"
#include <curl/curl.h>

static size_t on_bytes(char *p, size_t size, size_t n, void *arg)
{
    buf_add(arg, p, size * n);
    return size * n;
}

bool http_get(struct arena *a, const char *url, const char *token, struct str *body)
{
    long status;
    return http_fetch(a, url, token, body, &status);
}

bool http_fetch(struct arena *a, const char *url, const char *token, struct str *body, long *status)
{
    struct buf out;
    buf_init(&out, a);
    CURL *c = curl_easy_init();
    MUST(c);
    struct curl_slist *headers = NULL;
    if (token)
        headers = curl_slist_append(NULL, arena_printf(a, "Authorization: Bearer %s", token).p);
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &out);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, 60L);
    CURLcode code = curl_easy_perform(c);
    if (code != CURLE_OK)
        fprintf(stderr, "pledged: %s: %s\n", url, curl_easy_strerror(code));
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    *body = buf_view(&out);
    return code == CURLE_OK;
}

void http_get_param(struct buf *url, const char *name, const char *value)
{
    if (!value)
        return;
    char *escaped = curl_easy_escape(NULL, value, 0);
    MUST(escaped);
    bool first = !strchr(buf_view(url).p, '?');
    buf_printf(url, "%c%s=%s", first ? '?' : '&', name, escaped);
    curl_free(escaped);
}
