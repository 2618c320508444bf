/*
 * log.c - one JSON line an event, on stderr.
 *
 * Event names are a fixed list, so that an operator can grep for any of them. No bodies, no tokens,
 * no identifiers of persons.
 */
#include "log.h"
#include "clock.h"
#include "json.h"
#include <unistd.h>

static const char *const events[] = {"ready", "listen_failed", "tls_failed", "migrate_failed",
    "migrated", "cluster_made", "cluster_started", "cluster_attached", "cluster_failed",
    "cluster_revived", "cluster_stopped", "db_connected", "db_lost", "db_failed", "lane_connected",
    "lane_lost", "lane_failed", "lane_recalled", "request", "drain", "stopped", "seal_failed",
    "bug", "notice", "limit", "report_totals", "flag_scan"};
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

static bool is_known(const char *event)
{
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        if (strcmp(events[i], event) == 0)
            return true;
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

void log_event(enum log_level level, const char *event, ...)
{
    va_list ap;
    struct buf b;
    if (!is_known(event))
        BUG(event);
    if (level < least_level)
        return;
    struct arena *a = arena_new();
    buf_init(&b, a);
    json_open(&b, '{');
    write_time(&b);
    json_member_text(&b, "level", level_names[level]);
    json_member_text(&b, "event", event);
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
