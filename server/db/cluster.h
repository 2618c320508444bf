/*
 * cluster.h - the private cluster: blocking, for start-up and sub-commands only.
 */
#ifndef PLEDGED_CLUSTER_H
#define PLEDGED_CLUSTER_H
#include "backup.h"

struct cluster;
enum cluster_use {
    CLUSTER_USE,   /* one that is there */
    CLUSTER_MAKE,  /* made the first time */
    CLUSTER_SERVE, /* the same, and refused while another process serves */
};
/* Start or re-attach the private cluster of the place, which is copied; its texts stay the
 * caller's. NULL after logging. Takes PG* out of the environment. */
struct cluster *cluster_start(const struct place *place, enum cluster_use use);
/* Would a new cluster be of this release of PostgreSQL? */
bool cluster_would_be(int release);
/* conninfo of the owner; of the serving role. */
const char *cluster_owner(const struct cluster *pg);
const char *cluster_app(const struct cluster *pg);
/* The backup that is kept of it; folder == NULL: none. */
const struct backup *cluster_backup(const struct cluster *pg);
/* Run pgBackRest, blocking, its output to pg.log. words end with NULL. */
bool cluster_backup_run(const struct cluster *pg, const char *const *words);
/* pgBackRest fills the empty cluster folder of the place. */
bool cluster_restore(const struct place *place, const char *const *words);
/* Not blocking: see that the log is being received, where a backup is kept. Called often. */
void cluster_watch(struct cluster *pg);
/* Not blocking: start the postmaster again if it has died. Called while reconnecting. */
void cluster_revive(struct cluster *pg);
/* Did this process start it (false: it was running)? */
bool cluster_started(const struct cluster *pg);
/* Stop the cluster if `stop`; free. */
void cluster_close(struct cluster *pg, bool stop);
#endif
