/*
 * report_reply.c - the file of a report on its way out, made now or sealed before.
 */
#include "report_ask.h"

static const char *type_of(const struct report_ask *k)
{
    return k->charset == SHEET_GB18030 ? "text/csv; charset=gb18030" : report_type(k->format);
}

/* The page carries its own styles and pictures, and asks for nothing else. */
void report_reply(const struct report_ask *k, struct str bytes)
{
    struct req *r = k->r;
    reply_header(r, "Content-Language", r->english ? STR("en") : STR("zh-CN"));
    reply_header(r, "Vary", STR("Accept, Accept-Language"));
    reply_header(r, "Content-Disposition",
        arena_printf(r->a, "inline; filename=\"pledged-%s.%s\"", quarter_text(r->a, k->quarter).p,
            report_extension(k->format)));
    if (k->format == REPORT_HTML)
        reply_header(r, "Content-Security-Policy",
            STR("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                "form-action 'none'; frame-ancestors 'none'"));
    reply_bytes(r, 200, type_of(k), bytes);
}
