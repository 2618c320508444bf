/*
 * outgoing.c - requests that the ledger makes of others.
 *
 * The address is looked at when the socket is made, after the name was resolved: a name that leads
 * elsewhere the second time does not get past it.
 */
#include "outgoing.h"
#include <curl/curl.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 << 10, TIMEOUT_S = 10 };

/* One request; its thread touches nothing else. */
struct sending {
    struct outgoing *of;
    struct sending *next;
    char *url, *body;
    struct curl_slist *headers;
    size_t body_n, n;
    bool public_only, refused;
    char answer[ANSWER_MAX + 1], error[CURL_ERROR_SIZE];
    long status;
    pthread_t thread;
    outgoing_fn *done;
    void *arg;
};

struct outgoing {
    struct event *told;
    int pipe[2];
    atomic_bool ended;
    struct sending *first;
};

/* ---- addresses ------------------------------------------------------------------------------- */

struct range {
    uint32_t net;
    int bits;
};

static bool v4_is_public(uint32_t a)
{
    static const struct range closed[] = {{0x00000000, 8}, {0x0A000000, 8}, {0x64400000, 10},
        {0x7F000000, 8}, {0xA9FE0000, 16}, {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24},
        {0xC0586300, 24}, {0xC0A80000, 16}, {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24},
        {0xE0000000, 3}};
    for (size_t i = 0; i < COUNT_OF(closed); i++) {
        if ((a ^ closed[i].net) >> (32 - closed[i].bits) == 0)
            return false;
    }
    return true;
}

/* Of IPv6 what is given out (2000::/3), without examples and without tunnels that carry IPv4. */
static bool v6_is_public(const unsigned char a[16])
{
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    if (memcmp(a, mapped, sizeof mapped) == 0)
        return v4_is_public(
            (uint32_t)a[12] << 24 | (uint32_t)a[13] << 16 | (uint32_t)a[14] << 8 | a[15]);
    unsigned first = (unsigned)a[0] << 8 | a[1], second = (unsigned)a[2] << 8 | a[3];
    bool special = first == 0x2001 && (second < 0x0200 || second == 0x0DB8);
    return first >> 13 == 1 && !special && first != 0x2002 && first != 0x3FFF;
}

bool address_is_public(const struct sockaddr *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof in);
        return v4_is_public(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family != AF_INET6)
        return false;
    memcpy(&in6, address, sizeof in6);
    return v6_is_public(in6.sin6_addr.s6_addr);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static size_t on_bytes(char *p, size_t size, size_t n, void *arg)
{
    struct sending *s = arg;
    size_t bytes = size * n;
    if (bytes > ANSWER_MAX - s->n)
        return 0;
    memcpy(s->answer + s->n, p, bytes);
    s->n += bytes;
    return bytes;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct sending *s = arg;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return atomic_load(&s->of->ended);
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct sending *s = arg;
    (void)purpose;
    s->refused = s->public_only && !address_is_public(&address->addr);
    if (s->refused)
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_up(CURL *c, struct sending *s)
{
    curl_easy_setopt(c, CURLOPT_URL, s->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, s->headers);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->body_n);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, s->body);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, s);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->error);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, s);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, s);
}

static void *post(void *arg)
{
    struct sending *s = arg;
    CURL *c = curl_easy_init();
    MUST(c);
    set_up(c, s);
    if (curl_easy_perform(c) == CURLE_OK)
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &s->status);
    curl_easy_cleanup(c);
    if (write(s->of->pipe[1], &s, sizeof s) < 0)
        s->status = 0; /* the pipe is gone: so is everything */
    return NULL;
}

/* ---- the loop -------------------------------------------------------------------------------- */

static char *copy(struct str s)
{
    char *p = malloc(s.n + 1);
    MUST(p);
    return memcpy(p, s.p, s.n + 1);
}

static void sending_free(struct sending *s)
{
    curl_slist_free_all(s->headers);
    free(s->url);
    free(s->body);
    free(s);
}

static void drop(struct sending *s)
{
    struct sending **at = &s->of->first;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
}

static void on_told(evutil_socket_t fd, short what, void *arg)
{
    struct sending *s;
    (void)what;
    (void)arg;
    if (read(fd, &s, sizeof s) != (ssize_t)sizeof s)
        return;
    pthread_join(s->thread, NULL);
    drop(s);
    s->answer[s->n] = 0;
    const struct outgoing_answer answer = {.status = s->status,
        .bytes = {s->answer, s->n},
        .error = s->refused ? "not an address of the public internet" : s->error};
    s->done(s->arg, &answer);
    sending_free(s);
}

bool outgoing_send(struct outgoing *o, const struct outgoing_post *p, outgoing_fn *done, void *arg)
{
    struct sending *s = calloc(1, sizeof *s);
    MUST(s);
    *s = (struct sending){.of = o, .next = o->first, .body_n = p->body.n, .done = done, .arg = arg};
    s->public_only = p->public_only;
    s->url = copy(p->url);
    s->body = copy(p->body);
    for (int i = 0; i < p->headers; i++) {
        s->headers = curl_slist_append(s->headers, p->header[i].p);
        MUST(s->headers);
    }
    if (pthread_create(&s->thread, NULL, post, s) != 0) {
        sending_free(s);
        return false;
    }
    o->first = s;
    return true;
}

struct outgoing *outgoing_open(struct event_base *base)
{
    struct outgoing *o = calloc(1, sizeof *o);
    MUST(o && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    atomic_init(&o->ended, false);
    MUST(pipe(o->pipe) == 0 && evutil_make_socket_closeonexec(o->pipe[0]) == 0 &&
         evutil_make_socket_closeonexec(o->pipe[1]) == 0);
    o->told = event_new(base, o->pipe[0], EV_READ | EV_PERSIST, on_told, o);
    MUST(o->told && event_add(o->told, NULL) == 0);
    return o;
}

void outgoing_close(struct outgoing *o)
{
    if (!o)
        return;
    atomic_store(&o->ended, true);
    while (o->first) {
        struct sending *s = o->first;
        o->first = s->next;
        pthread_join(s->thread, NULL);
        sending_free(s);
    }
    event_free(o->told);
    close(o->pipe[0]);
    close(o->pipe[1]);
    free(o);
}
