/*
 * log.c - one JSON line an event, on stderr.
 *
 * No bodies, no tokens, no identifiers of persons.
 */
#include "log.h"
#include "clock.h"
#include "json.h"
#include <unistd.h>

static const char *const events[] = {
#define X(id, name) [id] = name,
    SAY_LIST(X)
#undef X
};
static const char *const level_names[] = {"debug", "info", "warn", "error"};

static enum log_level least_level = LOG_INFO;

bool log_level_set(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(level_names); i++) {
        if (strcmp(level_names[i], name) == 0) {
            least_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static void write_time(struct buf *b)
{
    int64_t us = clock_us();
    int64_t local = us / 1000000 + 8 * 3600;
    int s = (int)(local % 86400);
    struct str d = day_text(b->a, (day){(int32_t)(local / 86400)});
    json_member_str(b, "ts",
        arena_printf(b->a, "%sT%02d:%02d:%02d.%03d+08:00", d.p, s / 3600, s / 60 % 60, s % 60,
            (int)(us / 1000 % 1000)));
}

void log_event(enum log_level level, enum say event, ...)
{
    va_list ap;
    struct buf b;
    if (level < least_level)
        return;
    struct arena *a = arena_new();
    buf_init(&b, a);
    json_open(&b, '{');
    write_time(&b);
    json_member_text(&b, "level", level_names[level]);
    json_member_text(&b, "event", events[event]);
    va_start(ap, event);
    for (const char *name; (name = va_arg(ap, const char *));) {
        const char *value = va_arg(ap, const char *);
        json_member_text(&b, name, value ? value : "");
    }
    va_end(ap);
    json_close(&b, '}');
    buf_char(&b, '\n');
    /* One write a line, so that lines of several processes do not mix; nobody to tell if it fails.
     */
    if (write(STDERR_FILENO, b.p, b.n) < 0)
        least_level = LOG_ERROR;
    arena_free(a);
}
