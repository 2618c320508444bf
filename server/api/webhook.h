/*
 * webhook.h - the feed, sent to those who have subscribed to it.
 */
#ifndef PLEDGED_WEBHOOK_H
#define PLEDGED_WEBHOOK_H
#include "server.h"

struct database;
struct webhooks;
struct webhooks *webhooks_open(struct server *s, const struct database *d);
void webhooks_close(struct webhooks *w);
#endif
