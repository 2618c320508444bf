/*
 * log.h - what an operator reads.
 */
#ifndef PLEDGED_LOG_H
#define PLEDGED_LOG_H
#include <stdbool.h>

/* One JSON line on stderr: ts, level, event, then the pairs. Event names are a fixed list in
 * log.c (BUG otherwise). Arguments after `event`: name, value pairs of C strings, then NULL.
 *   log_event(LOG_INFO, "ready", "listen", "127.0.0.1:8420", NULL); */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));
/* Events below this level are dropped. false: no such level. */
bool log_level_set(const char *name);
#endif
