/*
 * log.h - what an operator reads.
 */
#ifndef PLEDGED_LOG_H
#define PLEDGED_LOG_H
#include <stdbool.h>

/* A fixed list, so that an operator can grep for any of them; one that is not in it does not
 * compile. */
#define SAY_LIST(X)                                                                                \
    X(SAY_READY, "ready")                                                                          \
    X(SAY_LISTEN_FAILED, "listen_failed")                                                          \
    X(SAY_PLACE_REFUSED, "place_refused")                                                          \
    X(SAY_BACKUP_FAILED, "backup_failed")                                                          \
    X(SAY_USER, "user")                                                                            \
    X(SAY_PLAIN, "plain")                                                                          \
    X(SAY_TLS_RELOADED, "tls_reloaded")                                                            \
    X(SAY_TLS_FAILED, "tls_failed")                                                                \
    X(SAY_MIGRATE_FAILED, "migrate_failed")                                                        \
    X(SAY_MIGRATED, "migrated")                                                                    \
    X(SAY_ADOPTED, "upgrade_found")                                                                \
    X(SAY_CLUSTER_MADE, "cluster_made")                                                            \
    X(SAY_CLUSTER_STARTED, "cluster_started")                                                      \
    X(SAY_CLUSTER_ATTACHED, "cluster_attached")                                                    \
    X(SAY_CLUSTER_FAILED, "cluster_failed")                                                        \
    X(SAY_CLUSTER_REVIVED, "cluster_revived")                                                      \
    X(SAY_CLUSTER_STOPPED, "cluster_stopped")                                                      \
    X(SAY_DB_CONNECTED, "db_connected")                                                            \
    X(SAY_DB_LOST, "db_lost")                                                                      \
    X(SAY_DB_FAILED, "db_failed")                                                                  \
    X(SAY_LANE_CONNECTED, "lane_connected")                                                        \
    X(SAY_LANE_LOST, "lane_lost")                                                                  \
    X(SAY_LANE_FAILED, "lane_failed")                                                              \
    X(SAY_LANE_RECALLED, "lane_recalled")                                                          \
    X(SAY_REQUEST, "request")                                                                      \
    X(SAY_DRAIN, "drain")                                                                          \
    X(SAY_STOPPED, "stopped")                                                                      \
    X(SAY_SEAL_FAILED, "seal_failed")                                                              \
    X(SAY_HEAD_FILE, "head_file")                                                                  \
    X(SAY_FORK_REFUSED, "fork_refused")                                                            \
    X(SAY_RESTORE, "restore")                                                                      \
    X(SAY_WEBHOOK, "webhook")                                                                      \
    X(SAY_WITNESS, "witness")                                                                      \
    X(SAY_BUG, "bug")                                                                              \
    X(SAY_NOTICE, "notice")                                                                        \
    X(SAY_LIMIT, "limit")                                                                          \
    X(SAY_REPORT_TOTALS, "report_totals")                                                          \
    X(SAY_FLAG_SCAN, "flag_scan")                                                                  \
    X(SAY_DAYS, "days")                                                                            \
    X(SAY_COVERAGE_FAILED, "coverage_failed")                                                      \
    X(SAY_REPORT_FAILED, "report_failed")                                                          \
    X(SAY_ACCESS_LOST, "access_lost")                                                              \
    X(SAY_ACCESS_CHANGED, "access_changed")                                                        \
    X(SAY_VERIFIED, "verified")                                                                    \
    X(SAY_WALL, "wall")
enum say {
#define X(id, name) id,
    SAY_LIST(X)
#undef X
};

/* One JSON line on stderr: ts, level, event, then the pairs: name, value as C strings, then NULL.
 *   log_event(LOG_INFO, SAY_READY, "listen", "127.0.0.1:8420", NULL); */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_event(enum log_level level, enum say event, ...) __attribute__((sentinel));
/* Events below this level are dropped. false: no such level. */
bool log_level_set(const char *name);
#endif
