/*
 * cluster.h - the private cluster: blocking, for start-up and sub-commands only.
 */
#ifndef PLEDGED_CLUSTER_H
#define PLEDGED_CLUSTER_H
#include <stdbool.h>

struct embedded_pg;
/* Make (first time) and start or re-attach the private cluster under data. NULL after logging.
 * exclusive: this process serves; refused while another one does. */
struct embedded_pg *embedded_start(const char *data, bool exclusive);
/* conninfo of the owner; of the serving role. */
const char *embedded_owner(const struct embedded_pg *pg);
const char *embedded_app(const struct embedded_pg *pg);
/* Not blocking: start the postmaster again if it has died. Called while reconnecting. */
void embedded_revive(struct embedded_pg *pg);
/* Did this process start it (false: it was running)? */
bool embedded_started(const struct embedded_pg *pg);
/* Stop the cluster if `stop`; free. */
void embedded_close(struct embedded_pg *pg, bool stop);
#endif
