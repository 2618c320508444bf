/* Any bytes as a head: no crash; cut anywhere it is judged alike; llhttp frames what we take as we
 * do, so that nobody can smuggle a request past one of the two. */
#include "conn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum scan scan_in_pieces(const char *p, size_t n, size_t *seen)
{
    struct fault f;
    enum scan scan = SCAN_MORE;
    *seen = 0;
    for (size_t at = 1; at <= n && scan == SCAN_MORE; at++)
        scan = head_scan(p, at, seen, &f);
    return scan;
}

static int on_complete(llhttp_t *parser)
{
    *(bool *)parser->data = true;
    return HPE_PAUSED;
}

/* Framing as llhttp reads it; what it does not take is refused by message.c. */
static void check_framing(const struct exchange *ex, const char *p, size_t n)
{
    llhttp_settings_t settings;
    llhttp_t parser;
    bool complete = false;
    llhttp_settings_init(&settings);
    settings.on_headers_complete = on_complete;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = &complete;
    if (llhttp_execute(&parser, p, n) != HPE_PAUSED || !complete)
        return;
    bool chunked = (parser.flags & F_CHUNKED) != 0;
    MUST(chunked == (ex->length < 0));
    MUST(chunked || parser.content_length == (uint64_t)ex->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct exchange *ex = arena_alloc(a, sizeof *ex);
    struct fault f;
    size_t seen = 0, pieces;
    const char *p = arena_str(a, (const char *)data, size).p;
    enum scan scan = head_scan(p, size, &seen, &f);
    MUST(size == 0 || scan_in_pieces(p, size, &pieces) == scan);
    ex->r.a = a;
    err_init(&ex->r.err, a);
    if (scan == SCAN_DONE) {
        MUST(seen >= 4 && memcmp(p + seen - 4, "\r\n\r\n", 4) == 0 && pieces == seen);
        if (head_parse(ex, p, seen, &f)) {
            MUST(ex->r.path.n > 0 && ex->r.path.p[0] == '/' && !strstr(ex->r.path.p, "/../"));
            MUST(ex->length >= -1 && ex->r.has_body == (ex->length != 0));
            check_framing(ex, p, seen);
        }
    }
    arena_free(a);
    return 0;
}
