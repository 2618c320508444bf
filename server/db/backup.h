/*
 * backup.h - the backup of the private cluster, by pgBackRest.
 *
 * Below the backup folder, which belongs on another disk: repo/ is pgBackRest's (base backups and
 * the archive of the write-ahead log), wal/ what pg_receivewal has received of the log since, keys/
 * the private keys and the newest signed head, each encrypted to a certificate.
 */
#ifndef PLEDGED_BACKUP_H
#define PLEDGED_BACKUP_H
#include "conf.h"
#include "place.h"

struct backup {
    const char *folder; /* NULL: none is kept */
    const char *conf;   /* pgBackRest's settings, in the data folder */
    const char *wal;
};

/* Make folders and settings of the backup that conf names, for the user of the place; nothing when
 * it names none. false after logging "backup_failed". */
MUST_USE bool backup_open(struct arena *a, const struct place *p, const struct conf *conf);
/* The one whose settings are in the data folder: whoever starts the cluster keeps its archive
 * whole, also a sub-command that was told nothing of it. folder == NULL: none. */
void backup_find(struct arena *a, const struct place *p, struct backup *out);
/* pgBackRest with these words behind it, which end with NULL; on the first of `argv`. */
enum { BACKUP_WORDS_MAX = 8 };
void backup_command(struct arena *a, const struct backup *b, const char *const *words,
    char *argv[BACKUP_WORDS_MAX + 4]);
/* A file for the user of the place alone. */
MUST_USE bool backup_write(const struct place *p, const char *path, struct str text);
/* What PostgreSQL is started with: options for pg_ctl's shell, "" without a backup. */
struct str backup_options(struct arena *a, const struct backup *b);
/* How recovery fetches a piece of the log. */
struct str backup_fetch(struct arena *a, const struct backup *b);
#endif
