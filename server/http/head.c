/*
 * head.c - the head of a request, more strictly than its parser.
 *
 * llhttp decides where a message ends, but lets pass what other servers in a chain read in another
 * way: folded lines, a space before the colon, two Hosts. Whoever can make two servers disagree
 * can smuggle a request past one of them, so everything doubtful is refused here: RFC 9112 read
 * without its "a recipient MAY". Bytes are checked as they arrive, words when the head is whole.
 */
#include "conn.h"
#include <strings.h>

static bool refuse(struct fault *f, int status, enum err_code code, const char *what)
{
    *f = (struct fault){status, code, what};
    return false;
}

static bool malformed(struct fault *f, const char *what)
{
    return refuse(f, 400, E_HTTP, what);
}

/* What is wrong with byte i, given those before it; NULL when nothing is. */
static const char *byte_fault(const char *p, size_t i)
{
    unsigned char b = (unsigned char)p[i];
    char before = i > 0 ? p[i - 1] : '\n';

    if ((b == '\n') != (before == '\r'))
        return "CR LF";
    if ((b < 0x20 && b != '\t' && b != '\r' && b != '\n') || b == 0x7f)
        return "control character";
    if (before == '\n' && (b == ' ' || b == '\t'))
        return "folded header line";
    return NULL;
}

static bool ends_head(const char *p, size_t i)
{
    return i >= 3 && p[i] == '\n' && p[i - 2] == '\n';
}

enum scan head_scan(const char *p, size_t n, size_t *seen, struct fault *f)
{
    size_t most = n < HEAD_BYTES_MAX ? n : HEAD_BYTES_MAX;
    size_t line = TARGET_BYTES_MAX + sizeof "DELETE  HTTP/1.1\r\n";

    for (size_t i = *seen; i < most; i++) {
        const char *what = byte_fault(p, i);
        if (what) {
            (void)malformed(f, what); /* always false */
            return SCAN_BAD;
        }
        if (ends_head(p, i)) {
            *seen = i + 1;
            return SCAN_DONE;
        }
    }
    *seen = most;
    if (n >= line && !memchr(p, '\n', line))
        *f = (struct fault){414, E_HTTP, "target > 8 KiB"};
    else if (n >= HEAD_BYTES_MAX)
        *f = (struct fault){431, E_HTTP, "head > 16 KiB"};
    else
        return SCAN_MORE;
    return SCAN_BAD;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* tchar of RFC 9110 5.6.2 */
static bool is_token(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_alpha(p[i]) && !is_digit(p[i]) && (!p[i] || !strchr("!#$%&'*+-.^_`|~", p[i])))
            return false;
    return n > 0;
}

static void lower(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] - 'A' + 'a');
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent-decode; in a query '+' is a space, as forms send it. */
static bool decode(
    struct arena *a, const char *p, size_t n, bool query, struct str *out, struct fault *f)
{
    char *to = arena_alloc(a, n + 1);
    size_t made = 0;
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        char c = query && p[i] == '+' ? ' ' : p[i];
        if (c == '%') {
            int high = i + 2 < n ? hex_digit(p[i + 1]) : -1;
            int low = i + 2 < n ? hex_digit(p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return malformed(f, "% in target");
            c = (char)(high << 4 | low);
            i += 2;
        }
        to[made++] = c;
    }
    *out = (struct str){to, made};
    if (!utf8_check(*out, &at))
        return malformed(f, "UTF-8 in target");
    return true;
}

/* After decoding, so that %2e%2e is seen for what it is. */
static bool path_is_plain(struct str path, struct fault *f)
{
    const char *end = path.p + path.n;

    for (const char *p = path.p; p < end; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return malformed(f, "control character");
    for (const char *segment = path.p + 1; segment <= end;) {
        const char *slash = memchr(segment, '/', (size_t)(end - segment));
        size_t n = (size_t)((slash ? slash : end) - segment);
        if ((n == 1 && segment[0] == '.') || (n == 2 && segment[0] == '.' && segment[1] == '.'))
            return malformed(f, "dot segment in target");
        segment += n + 1;
    }
    return true;
}

static bool parse_query(struct req *r, const char *p, size_t n, struct fault *f)
{
    struct param **tail = &r->params;

    while (n > 0) {
        const char *amp = memchr(p, '&', n);
        size_t length = amp ? (size_t)(amp - p) : n;
        const char *equals = memchr(p, '=', length);
        size_t name = equals ? (size_t)(equals - p) : length;
        size_t skip = equals ? name + 1 : length;
        if (length > 0) {
            struct param *param = arena_alloc(r->a, sizeof *param);
            if (!decode(r->a, p, name, true, &param->name, f) ||
                !decode(r->a, p + skip, length - skip, true, &param->value, f))
                return false;
            *tail = param;
            tail = &param->next;
        }
        p += amp ? length + 1 : length;
        n -= amp ? length + 1 : length;
    }
    return true;
}

static bool parse_target(struct req *r, const char *p, size_t n, struct fault *f)
{
    const char *question = memchr(p, '?', n);
    size_t path = question ? (size_t)(question - p) : n;

    r->target = arena_str(r->a, p, n);
    if (n > TARGET_BYTES_MAX)
        return refuse(f, 414, E_HTTP, "target > 8 KiB");
    if (n == 0 || p[0] != '/')
        return malformed(f, "target must begin with /");
    for (size_t i = 0; i < n; i++)
        if (p[i] <= 0x20 || p[i] == '#' || (unsigned char)p[i] >= 0x7f)
            return malformed(f, "byte in target");
    if (!decode(r->a, p, path, false, &r->path, f) || !path_is_plain(r->path, f))
        return false;
    return !question || parse_query(r, question + 1, n - path - 1, f);
}

static enum http_method method_of(struct str name)
{
    static const struct {
        const char *name;
        enum http_method method;
    } known[] = {{"GET", METHOD_GET}, {"HEAD", METHOD_HEAD}, {"POST", METHOD_POST},
        {"PUT", METHOD_PUT}, {"DELETE", METHOD_DELETE}};

    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_is(name, known[i].name))
            return known[i].method;
    return METHOD_OTHER;
}

/* "GET /path HTTP/1.1" */
static bool parse_request_line(struct exchange *ex, const char *p, size_t n, struct fault *f)
{
    const char *space = memchr(p, ' ', n);
    size_t method = space ? (size_t)(space - p) : 0;
    const char *target = p + method + 1;
    const char *version = space ? memchr(target, ' ', n - method - 1) : NULL;

    if (!is_token(p, method) || method > 32)
        return malformed(f, "method");
    ex->r.method_name = arena_str(ex->r.a, p, method);
    ex->r.method = method_of(ex->r.method_name);
    if (str_is(ex->r.method_name, "CONNECT"))
        return malformed(f, "CONNECT");
    if (!version)
        return malformed(f, "request line");
    if (p + n - version != 9 || memcmp(version, " HTTP/1.", 8) != 0 ||
        (version[8] != '0' && version[8] != '1'))
        return malformed(f, "version");
    ex->minor = version[8] - '0';
    return parse_target(&ex->r, target, (size_t)(version - target), f);
}

/* "Name: value"; line is ours to write to, with a byte to spare behind it. */
static bool parse_header(struct exchange *ex, char *line, size_t n, struct fault *f)
{
    char *colon = memchr(line, ':', n);
    size_t name = colon ? (size_t)(colon - line) : 0;
    char *from = line + name + 1, *to = line + n;

    if (!is_token(line, name))
        return malformed(f, "header name");
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    lower(line, name);
    line[name] = '\0';
    *to = '\0';
    struct header *header = arena_alloc(ex->r.a, sizeof *header);
    header->name = (struct str){line, name};
    header->value = (struct str){from, (size_t)(to - from)};
    /* In order of arrival: the list is short, and joining repeated headers needs the order. */
    struct header **tail = &ex->headers;
    while (*tail)
        tail = &(*tail)->next;
    *tail = header;
    return true;
}

static bool parse_lines(struct exchange *ex, const char *p, size_t n, struct fault *f)
{
    char *text = arena_alloc(ex->r.a, n + 1);
    size_t at = 0;
    int count = -1; /* the request line is not a header */

    memcpy(text, p, n);
    if (!utf8_check((struct str){text, n}, &at))
        return malformed(f, "UTF-8 in head");
    /* The scan has found that lines end in CR LF and that an empty one is last. */
    for (char *line = text; line[0] != '\r'; count++) {
        size_t length = (size_t)((char *)memchr(line, '\r', n - (size_t)(line - text)) - line);
        bool ok =
            count < 0 ? parse_request_line(ex, line, length, f) : parse_header(ex, line, length, f);
        if (!ok)
            return false;
        if (count == HEADERS_MAX)
            return refuse(f, 431, E_HTTP, "headers > 100");
        line += length + 2;
    }
    return count >= 0 || malformed(f, "request line");
}

/* How many headers have this name; *value is the first one's. */
static int header_count(const struct exchange *ex, const char *name, struct str *value)
{
    int n = 0;

    *value = (struct str){NULL, 0};
    for (const struct header *h = ex->headers; h; h = h->next)
        if (str_is(h->name, name) && n++ == 0)
            *value = h->value;
    return n;
}

/* host [":" port], the host a name, an IPv4 address or [IPv6]. */
static bool host_is_valid(struct str s)
{
    const char *p = s.p, *end = s.p + s.n;
    const char *host = p;

    if (p < end && *p == '[') {
        for (p++; p < end && (hex_digit(*p) >= 0 || *p == ':' || *p == '.');)
            p++;
        if (p - host < 3 || p == end || *p++ != ']')
            return false;
    } else {
        while (p < end && (is_alpha(*p) || is_digit(*p) || strchr("-._~", *p)))
            p++;
    }
    if (p == host)
        return false;
    if (p < end && *p == ':') {
        const char *port = ++p;
        while (p < end && is_digit(*p))
            p++;
        if (p - port > 5)
            return false;
    }
    return p == end;
}

static bool check_host(const struct exchange *ex, struct fault *f)
{
    struct str host;
    int n = header_count(ex, "host", &host);

    if (n > 1 || (n == 0 && ex->minor == 1))
        return malformed(f, n > 1 ? "Host repeated" : "Host missing");
    return n == 0 || host_is_valid(host) || malformed(f, "Host");
}

static bool parse_length(struct str s, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
        *out = *out * 10 + (s.p[i] - '0');
    }
    return s.n > 0;
}

static bool check_framing(struct exchange *ex, struct fault *f)
{
    struct str length, encoding;
    int lengths = header_count(ex, "content-length", &length);
    int encodings = header_count(ex, "transfer-encoding", &encoding);

    if (lengths > 1 || encodings > 1)
        return malformed(f, lengths > 1 ? "Content-Length repeated" : "Transfer-Encoding repeated");
    if (lengths > 0 && encodings > 0)
        return malformed(f, "Content-Length and Transfer-Encoding");
    /* Eighteen digits fit 64 bits; no body of ours is longer. */
    if (lengths > 0 && (length.n > 18 || !parse_length(length, &ex->length)))
        return malformed(f, "Content-Length");
    if (encodings > 0 && (ex->minor == 0 || !str_is(encoding, "chunked")))
        return malformed(f, "Transfer-Encoding");
    if (encodings > 0)
        ex->length = -1;
    ex->r.content_length = ex->length;
    ex->r.has_body = ex->length != 0;
    return true;
}

static bool same_word(const char *p, size_t n, const char *lower_case)
{
    return n == strlen(lower_case) && strncasecmp(p, lower_case, n) == 0;
}

/* Cut the next item, trimmed, off a comma-separated list. */
static bool list_next(struct str *rest, struct str *item)
{
    if (rest->n == 0)
        return false;
    const char *comma = memchr(rest->p, ',', rest->n);
    size_t n = comma ? (size_t)(comma - rest->p) : rest->n;
    const char *from = rest->p, *to = rest->p + n;
    rest->p += comma ? n + 1 : n;
    rest->n -= comma ? n + 1 : n;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    *item = (struct str){from, (size_t)(to - from)};
    return true;
}

static void read_connection(struct exchange *ex)
{
    struct str rest = req_header(&ex->r, "connection"), word;

    ex->wants_keep_alive = ex->minor == 1;
    while (list_next(&rest, &word)) {
        if (same_word(word.p, word.n, "keep-alive") && ex->minor == 0)
            ex->wants_keep_alive = true;
        if (same_word(word.p, word.n, "close")) {
            ex->wants_keep_alive = false;
            return;
        }
    }
}

/* "0.8" of ";q=0.8" in thousandths; 1000 when there is none or it is not understood. */
static int quality(struct str item)
{
    const char *q = memmem(item.p, item.n, "q=", 2);
    int value = 0, scale = 1000;

    if (!q)
        return 1000;
    for (const char *p = q + 2; p < item.p + item.n && scale > 0; p++) {
        if (*p == '.')
            continue;
        if (!is_digit(*p))
            return 1000;
        value += (*p - '0') * scale;
        scale /= 10;
    }
    return value;
}

static bool prefers_english(const struct req *r)
{
    struct str rest = req_header(r, "accept-language"), item;
    int english = 0, chinese = 0;

    while (list_next(&rest, &item)) {
        int q = quality(item);
        if (item.n >= 2 && same_word(item.p, 2, "en") && q > english)
            english = q;
        if (item.n >= 2 && same_word(item.p, 2, "zh") && q > chinese)
            chinese = q;
    }
    return english > chinese;
}

/* RFC 9110 12.5.3: named, or meant by "*", with a quality above nought. */
bool takes_gzip(const struct req *r)
{
    struct str rest = req_header(r, "accept-encoding"), item;
    int named = -1, any = 0;

    while (list_next(&rest, &item)) {
        size_t n = strcspn(item.p, " \t;,");
        if (same_word(item.p, n < item.n ? n : item.n, "gzip"))
            named = quality(item);
        else if (item.n && item.p[0] == '*')
            any = quality(item);
    }
    return named >= 0 ? named > 0 : any > 0;
}

static bool check_expect(struct exchange *ex, struct fault *f)
{
    struct str expect = req_header(&ex->r, "expect");

    if (!expect.p)
        return true;
    if (!same_word(expect.p, expect.n, "100-continue"))
        return refuse(f, 417, E_EXPECT, expect.p);
    ex->expects_continue = ex->minor == 1 && ex->r.has_body;
    return true;
}

bool head_parse(struct exchange *ex, const char *p, size_t n, struct fault *f)
{
    if (!parse_lines(ex, p, n, f))
        return false;
    ex->r.english = prefers_english(&ex->r);
    if (!check_host(ex, f) || !check_framing(ex, f) || !check_expect(ex, f))
        return false;
    read_connection(ex);
    return true;
}

struct str req_header(const struct req *r, const char *name)
{
    const struct exchange *ex = (const struct exchange *)r;
    struct str first;
    int n = header_count(ex, name, &first);

    if (n <= 1)
        return first;
    struct buf joined;
    buf_init(&joined, r->a);
    for (const struct header *h = ex->headers; h; h = h->next) {
        if (!str_is(h->name, name))
            continue;
        if (joined.n > 0)
            buf_text(&joined, ", ");
        buf_str(&joined, h->value);
    }
    return buf_view(&joined);
}

struct str req_param(const struct req *r, const char *name)
{
    for (const struct param *p = r->params; p; p = p->next)
        if (str_is(p->name, name))
            return p->value;
    return (struct str){NULL, 0};
}
