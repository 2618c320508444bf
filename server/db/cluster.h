/*
 * cluster.h - the private cluster: blocking, for start-up and sub-commands only.
 */
#ifndef PLEDGED_CLUSTER_H
#define PLEDGED_CLUSTER_H
#include <stdbool.h>

struct cluster;
/* Make (first time) and start or re-attach the private cluster under data. NULL after logging.
 * exclusive: this process serves; refused while another one does. */
struct cluster *cluster_start(const char *data, bool exclusive);
/* conninfo of the owner; of the serving role. */
const char *cluster_owner(const struct cluster *pg);
const char *cluster_app(const struct cluster *pg);
/* Not blocking: start the postmaster again if it has died. Called while reconnecting. */
void cluster_revive(struct cluster *pg);
/* Did this process start it (false: it was running)? */
bool cluster_started(const struct cluster *pg);
/* Stop the cluster if `stop`; free. */
void cluster_close(struct cluster *pg, bool stop);
#endif
