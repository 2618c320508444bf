/*
 * err.c - the list of problems and its texts in two languages.
 */
#include "err.h"
#include "json.h"
#include "titles.h"

static const struct err_text texts[] = {
#define X(code, status, zh, en, cure_zh, cure_en) {#code, status, zh, en, cure_zh, cure_en},
    ERR_TABLE(X)
#undef X
};

const struct err_text *err_text(enum err_code code)
{
    MUST((unsigned)code < ERR_CODE_COUNT);
    return &texts[code];
}

enum err_code err_by_name(struct str name)
{
    for (int i = 0; i < ERR_CODE_COUNT; i++) {
        if (str_is(name, texts[i].name))
            return (enum err_code)i;
    }
    return E_INTERNAL;
}

void err_init(struct err *e, struct arena *a)
{
    *e = (struct err){.a = a};
}

bool err_add(struct err *e, enum err_code code, struct str pointer, const char *fmt, ...)
{
    if (++e->n > ERR_KEPT_MAX)
        return false;
    struct problem *p = arena_alloc(e->a, sizeof *p);
    p->code = code;
    p->pointer = arena_str(e->a, pointer.p, pointer.n);
    if (fmt) {
        va_list ap;
        va_start(ap, fmt);
        p->arg = arena_vprintf(e->a, fmt, ap);
        va_end(ap);
    }
    if (e->last)
        e->last->next = p;
    else
        e->first = p;
    e->last = p;
    return false;
}

void err_value(struct err *e, const struct problem *before, struct str value)
{
    enum { SHOWN_MAX = 200 };
    size_t n = value.n < SHOWN_MAX ? value.n : SHOWN_MAX;
    while (n < value.n && n > 0 && ((unsigned char)value.p[n] & 0xc0) == 0x80)
        n--; /* whole characters */
    for (struct problem *p = before ? before->next : e->first; p; p = p->next) {
        if (!p->value.p && p->code != E_CARD_NO)
            p->value = arena_str(e->a, value.p, n);
    }
}

void err_drop(struct err *e, const struct problem *p)
{
    struct problem **link = &e->first, *before = NULL;
    while (*link != p) {
        before = *link;
        link = &before->next;
    }
    *link = p->next;
    if (e->last == p)
        e->last = before;
    e->n--;
}

/* The text with arg in place of each {}; without an arg the tail that would hold it goes. */
static struct str fill(struct arena *a, const char *text, struct str arg)
{
    struct buf b;
    buf_init(&b, a);
    if (arg.n == 0) {
        static const char *const tails[] = {":{}", ": {}", "({})", ":{}"};
        size_t n = strlen(text);
        for (size_t i = 0; i < COUNT_OF(tails); i++) {
            const char *at = strstr(text, tails[i]);
            if (at && at + strlen(tails[i]) == text + n)
                n = (size_t)(at - text);
        }
        buf_add(&b, text, n);
        return buf_view(&b);
    }
    for (const char *at; (at = strstr(text, "{}")); text = at + 2) {
        buf_add(&b, text, (size_t)(at - text));
        buf_str(&b, arg);
    }
    buf_text(&b, text);
    return buf_view(&b);
}

/* "claim.accepted: approve, return" in titles: a state, and the steps that it allows. */
static struct str steps_titled(struct arena *a, struct str arg, bool english)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_.";
    struct buf b;
    buf_init(&b, a);
    for (const char *p = arg.p, *end = arg.p + arg.n; p < end;) {
        size_t n = strspn(p, letters);
        const char *title = n ? word_title(p, n, english) : NULL;
        if (title)
            buf_text(&b, title);
        else if (n)
            buf_add(&b, p, n);
        else if (end - p > 2 && p[1] == ' ' && (*p == ':' || *p == ','))
            buf_text(&b, english ? *p == ':' ? "; possible: " : ", " : *p == ':' ? ",可办:" : "、");
        else
            buf_char(&b, *p);
        p += n ? n : end - p > 2 && p[1] == ' ' && (*p == ':' || *p == ',') ? 2 : 1;
    }
    return buf_view(&b);
}

/* Of "loan.active: repaid, settled": where the list of events begins; arg.n: there is none. */
static size_t events_at(struct str arg)
{
    const char *colon = arg.n ? memchr(arg.p, ':', arg.n) : NULL;
    return colon && (size_t)(arg.p + arg.n - colon) >= 2 ? (size_t)(colon - arg.p) + 2 : arg.n;
}

/* Its state in words. */
static struct str state_titled(struct arena *a, struct str arg, bool english)
{
    size_t at = events_at(arg), n = at < arg.n ? at - 2 : 0;
    const char *title = word_title(arg.p, n, english);
    return title ? str_of(title) : arena_str(a, arg.p, n);
}

/* Its events in words. */
static struct str events_titled(struct arena *a, struct str arg, bool english)
{
    size_t at = events_at(arg);
    const char *dot = arg.n ? memchr(arg.p, '.', at) : NULL;
    struct str of = {arg.p, dot ? (size_t)(dot - arg.p) : 0};
    struct buf b;
    buf_init(&b, a);
    for (const char *p = arg.p + at, *end = arg.p + arg.n; p < end;) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        size_t n = (size_t)((comma ? comma : end) - p);
        const char *title = event_title(a, of, p, n, english);
        if (title)
            buf_text(&b, title);
        else
            buf_add(&b, p, n);
        p = comma && comma + 2 <= end ? comma + 2 : end;
        buf_text(&b, p == end ? "" : english ? ", " : "、");
    }
    if (at == arg.n)
        buf_text(&b, english ? "nothing" : "无");
    return buf_view(&b);
}

/* "E-3 (loan.repaid 2022-08-04)": an event that stands, by its number, kind and day. */
static struct str event_titled(struct arena *a, struct str arg, bool english)
{
    size_t open = arg.n;
    while (open > 0 && arg.p[open - 1] != '(')
        open--;
    const char *dot = open ? memchr(arg.p + open, '.', arg.n - open) : NULL;
    const char *space = dot ? memchr(dot, ' ', (size_t)(arg.p + arg.n - dot)) : NULL;
    if (!space)
        return arg;
    struct str of = {arg.p + open, (size_t)(dot - arg.p) - open};
    const char *title = event_title(a, of, dot + 1, (size_t)(space - dot) - 1, english);
    struct buf b;
    buf_init(&b, a);
    buf_add(&b, arg.p, open);
    if (title)
        buf_text(&b, title);
    else
        buf_add(&b, dot + 1, (size_t)(space - dot) - 1);
    buf_add(&b, space, (size_t)(arg.p + arg.n - space));
    return buf_view(&b);
}

/* What kind of value is wanted, in words. */
static struct str kind_titled(struct str arg, bool english)
{
    static const char *const kinds[][3] = {{"integer", "整数", "a whole number"},
        {"boolean", "true(是)或 false(否)", "true or false"},
        {"object", "一组字段({…})", "an object"}, {"array", "列表([…])", "a list"},
        {"string", "文本(加引号)", "text, in quotes"},
        {"array of at most 50 names", "至多 50 个名称的列表", "a list of at most 50 names"}};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (str_is(arg, kinds[i][0]))
            return str_of(kinds[i][english ? 2 : 1]);
    }
    return arg;
}

/* A limit of a scheme, in words. */
static struct str room_titled(struct str arg, bool english)
{
    const struct word *w = word_of("claim.room", arg);
    return w ? str_of(english ? w->en : w->zh) : arg;
}

/* What the argument says, for people: codes of states, steps, events and kinds in their words. */
static struct str arg_titled(
    struct arena *a, enum err_code code, struct str arg, bool cure, bool english)
{
    if (arg.n == 0)
        return arg;
    if (code == E_STATE)
        return (cure ? events_titled : state_titled)(a, arg, english);
    if (code == E_STATE_LATER)
        return event_titled(a, arg, english);
    if (code == E_STEP)
        return steps_titled(a, arg, english);
    if (code == E_CAP)
        return room_titled(arg, english);
    return code == E_TYPE ? kind_titled(arg, english) : arg;
}

struct str err_title(struct arena *a, enum err_code code, struct str arg, bool english)
{
    const struct err_text *t = err_text(code);
    return fill(a, english ? t->en : t->zh, arg_titled(a, code, arg, false, english));
}

struct str err_cure(struct arena *a, enum err_code code, struct str arg, bool english)
{
    const struct err_text *t = err_text(code);
    return fill(a, english ? t->cure_en : t->cure_zh, arg_titled(a, code, arg, true, english));
}

const struct member error_members[] = {
    {"pointer", M_TEXT, "位置", .en = "JSON pointer, ?parameter, or empty"},
    {"code", M_TEXT, "代码", .en = "Code: E_…"},
    {"title", M_TEXT, "问题", .en = "What is wrong"},
    {"cure", M_TEXT, "办法", .en = "What to do"},
    {"field", M_TEXT, "列名", .en = "Chinese title of the field", .maybe = true},
    {"value", M_TEXT, "读到的内容", .en = "What was read there, shortened", .maybe = true},
    {.name = NULL},
};

const struct member seen_members[] = {
    {"pointer", M_TEXT, "位置", .en = "JSON pointer into the record"},
    {"title", M_TEXT, "项目", .en = "What it is"},
    {"seen", M_TEXT, "所见", .en = "What was seen; null: nothing, or nobody knows", .null = true},
    {"now", M_TEXT, "现为", .en = "What stands; null: nothing", .null = true},
    {.name = NULL},
};

void err_write_difference(const struct err *e, struct buf *out)
{
    const struct problem *p = e->first;
    while (p && !p->beside.p)
        p = p->next;
    if (!p)
        return;
    json_member_list(out, "difference");
    for (; p; p = p->next) {
        if (p->beside.p)
            json_raw(out, p->beside);
    }
    json_close(out, ']');
}

void err_write(const struct err *e, bool english, struct buf *out)
{
    json_open(out, '[');
    for (const struct problem *p = e->first; p; p = p->next) {
        json_open(out, '{');
        json_member_str(out, "pointer", p->pointer);
        json_member_text(out, "code", err_text(p->code)->name);
        json_member_str(out, "title", err_title(out->a, p->code, p->arg, english));
        json_member_str(out, "cure", err_cure(out->a, p->code, p->arg, english));
        if (p->field)
            json_member_text(out, "field", p->field);
        if (p->value.p)
            json_member_str(out, "value", p->value);
        json_close(out, '}');
    }
    json_close(out, ']');
}
