/*
 * notify.h - what the service manager is told.
 */
#ifndef PLEDGED_NOTIFY_H
#define PLEDGED_NOTIFY_H

/* "READY=1", "STOPPING=1", … by the protocol of sd_notify(3); nothing where nobody listens. */
void notify(const char *state);
#endif
