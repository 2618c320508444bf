/*
 * conf.h - the configuration.
 */
#ifndef PLEDGED_CONF_H
#define PLEDGED_CONF_H
#include "arena.h"

struct conf {
    const char *listen;       /* "127.0.0.1:8420" */
    const char *data;         /* folder of the private cluster, keys, spool */
    bool data_told;           /* it was named; false: where it lies by default */
    bool allow_plain;         /* HTTP without TLS may leave this machine */
    const char *database;     /* conninfo of the owner; NULL = private cluster under data */
    const char *database_app; /* conninfo to serve with; NULL = as pledged_app, by its password */
    const char *tls_cert, *tls_key, *client_ca;
    const char *backup;             /* folder of the private cluster's backup; NULL: none */
    const char *backup_certificate; /* to whom its keys are encrypted; NULL: they are not in it */
    bool backup_wait;               /* a record is acknowledged when the backup has it, too */
    int64_t backup_keep;            /* full backups */
    const char *log_level;
    const char *log_origin;   /* name of the log in its checkpoints; NULL: made of its key */
    const char *witness;      /* "URL VKEY, URL VKEY"; NULL: none */
    int64_t witness_every_s;  /* seconds between two checkpoints that are sent there */
    bool webhook_private;     /* deliveries may go to private addresses and without TLS */
    int64_t webhook_retry_s;  /* until a failed one is tried again, at first */
    const char *city;         /* of a ledger that is made; of one that is, the same or NULL */
    int64_t witness_late_s;   /* after so many without its signature a witness is told of */
    const char *flag_scan_at; /* Shanghai time of the nightly scan; "off" */
    const char *verify_at;    /* likewise of `pledged verify` */
    int64_t readers;          /* read connections */
    int64_t header_deadline_ms, body_deadline_ms, idle_deadline_ms, db_deadline_ms;
    int64_t body_floor_bytes; /* a body's deadline grows by a second for each of these */
    int64_t json_limit_bytes;
    int64_t connections_max;
    int64_t queue_max;              /* single records waiting in the lane */
    int64_t rate_org, rate_address; /* requests a second of one; 0: as many as it likes */
    int64_t waiting_org;            /* that are not answered yet; 0: as many */
};

/* Fill conf from flags, environment, file and defaults (in that order of precedence). Flags that
 * belong to the sub-command are left: `extra` names them, values land in extra_value. false after
 * printing what is wrong. Texts live in the arena. */
struct flag {
    const char *name; /* "--code" */
    const char *value;
    bool is_switch; /* takes no value */
};
MUST_USE bool conf_read(
    struct arena *a, struct conf *conf, int argc, char **argv, struct flag *extra, int extras);
void conf_show(struct arena *a, const struct conf *conf);

/* The settings as options of a command: all, or those that say where the ledger is. */
enum conf_reach { CONF_NOTHING, CONF_STORE, CONF_ALL };
enum { CONF_HELP_AT = 26 }; /* the column where words about an option begin */
void conf_help(enum conf_reach reach);
/* The manual page of the settings file, in roff; and a text in it. */
void conf_man(void);
void roff_text(const char *text);
#endif
