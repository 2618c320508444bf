/*
 * metrics.c - how the daemon and its ledger are doing, for Prometheus.
 *
 * What the daemon counts itself is always told; what only the database knows is left out while it
 * does not answer. Nothing here names a firm or a person.
 */
#include "api.h"
#include "pulse.h"
#include "witness.h"
#include <sys/resource.h>
#include <sys/statvfs.h>

/* ---- of the daemon --------------------------------------------------------------------------- */

static void one(struct buf *b, const char *name, const char *kind, const char *help, int64_t n)
{
    meter_family(b, name, kind, help);
    meter_sample(b, name, "", n);
}

static void write_requests(const struct server *s, struct buf *b)
{
    const struct counters *c = &s->process.count;
    static const char refusals[] = "pledged_refusals_total";
    one(b, "pledged_requests_total", "counter", "Requests whose head was read.", c->requests);
    one(b, "pledged_connections", "gauge", "Connections of clients.", http_connections(s->http));
    one(b, "pledged_connections_max", "gauge", "Connections that are served at once.",
        s->process.conf.connections_max);
    one(b, "pledged_requests_active", "gauge", "Requests whose answer is owed.",
        http_active(s->http));
    http_answers_write(s->http, b);
    meter_family(b, refusals, "counter", "Problems told in answers, by their code.");
    for (int i = 0; i < ERR_CODE_COUNT; i++) {
        if (c->problems[i])
            meter_sample(b, refusals,
                arena_printf(b->a, "code=\"%s\"", err_text((enum err_code)i)->name).p,
                c->problems[i]);
    }
}

static void write_lane(const struct server *s, struct buf *b)
{
    const struct counters *c = &s->process.count;
    struct lane_figures f = lane_figures(s->lane);
    static const char queue[] = "pledged_queue_records", flight[] = "pledged_flight_records",
                      commit[] = "pledged_commit_seconds";
    one(b, "pledged_records_total", "counter", "Record versions stored.", c->records);
    one(b, "pledged_refused_total", "counter", "Records refused, lines of batches included.",
        c->refused);
    one(b, "pledged_flights_total", "counter", "Transactions of the write lane.", c->flights);
    one(b, "pledged_flights_resent_total", "counter",
        "Flights rolled back whose members were tried alone.", c->resent);
    meter_family(b, queue, "gauge", "Records on their way to be durable, by where they are.");
    meter_sample(b, queue, "where=\"waiting\"", f.waiting);
    meter_sample(b, queue, "where=\"held\"", f.held);
    meter_sample(b, queue, "where=\"flying\"", f.flying);
    one(b, "pledged_queue_records_max", "gauge", "Single records that may wait.",
        s->process.conf.queue_max);
    meter_family(b, flight, "histogram", "Records a flight that was committed.");
    meter_histogram(b, flight, "", &c->flight_records, &meter_sizes);
    meter_family(b, commit, "histogram", "From a record's being handed in to its being durable.");
    meter_histogram(b, commit, "", &c->commit, &meter_seconds);
}

static void write_pool(const struct server *s, struct buf *b)
{
    struct db_figures f = db_figures(s->db);
    bool sound = !pulse_trouble(s->pulse, b->a, true).p;
    static const char links[] = "pledged_database_links", took[] = "pledged_database_pulse_seconds";
    meter_family(b, links, "gauge", "Connections that read, by state.");
    meter_sample(b, links, "state=\"open\"", f.up);
    meter_sample(b, links, "state=\"busy\"", f.busy);
    meter_sample(b, links, "state=\"lost\"", f.links - f.up);
    one(b, "pledged_database_queries_pending", "gauge", "Questions sent and not yet answered.",
        f.pending);
    one(b, "pledged_database_lost_total", "counter", "Connections to the database that broke.",
        s->process.count.db_lost);
    if (pulse_took_us(s->pulse) >= 0) {
        meter_family(b, took, "gauge",
            "How long the database took to answer last, asked twice a "
            "second.");
        buf_printf(b, "%s ", took);
        meter_number(b, pulse_took_us(s->pulse), 1000000);
        buf_char(b, '\n');
    }
    one(b, "pledged_ready", "gauge", "1 while /readyz says so.",
        s->ready && !s->draining && sound && db_ready(s->db) && lane_ready(s->lane));
}

static void write_machine(const struct server *s, struct buf *b)
{
    struct rusage used;
    struct statvfs disk;
    if (getrusage(RUSAGE_SELF, &used) == 0)
        one(b, "pledged_memory_peak_bytes", "gauge", "Most memory that was resident.",
            (int64_t)used.ru_maxrss * 1024);
    if (statvfs(s->process.conf.data, &disk) == 0)
        one(b, "pledged_disk_free_bytes", "gauge", "Room left where the data folder is.",
            (int64_t)disk.f_bavail * (int64_t)disk.f_frsize);
    if (http_tls_ends_s(s->http))
        one(b, "pledged_certificate_end_timestamp_seconds", "gauge",
            "When the certificate of the server ends.", http_tls_ends_s(s->http));
}

static void write_witnesses(const struct server *s, struct buf *b)
{
    static const char behind[] = "pledged_witness_behind_seconds";
    struct str name;
    int64_t seconds;
    meter_family(b, behind, "gauge", "For how long a witness has not signed what was recorded.");
    for (int i = 0; (seconds = witnesses_behind(s->witnesses, i, &name)) >= 0; i++)
        meter_sample(
            b, behind, arena_printf(b->a, "witness=\"%s\"", meter_label(b->a, name).p).p, seconds);
}

/* ---- of the database ------------------------------------------------------------------------- */

static const struct family {
    const char *name, *kind, *help;
} families[] = {
    {"pledged_budget_available_yuan", "gauge", "What a subsidy budget may still promise."},
    {"pledged_budget_received_yuan", "gauge", "What came into a subsidy budget."},
    {"pledged_checkpoint_age_seconds", "gauge", "Since the last checkpoint."},
    {"pledged_claims_lapsed", "gauge", "Returned claims that did not come back in time."},
    {"pledged_claims_returned", "gauge", "Returned claims, by how long ago."},
    {"pledged_clock_behind_seconds", "gauge", "By how much the clock is behind the newest record."},
    {"pledged_database_bytes", "gauge", "Size of the database."},
    {"pledged_database_connections", "gauge", "Connections of all clients of PostgreSQL."},
    {"pledged_database_connections_max", "gauge", "How many PostgreSQL takes."},
    {"pledged_database_deadlocks_total", "counter", "Deadlocks."},
    {"pledged_database_rollbacks_total", "counter", "Transactions rolled back."},
    {"pledged_database_temporary_bytes_total", "counter", "Written to temporary files."},
    {"pledged_fund_available_yuan", "gauge", "What a fund may still pay."},
    {"pledged_fund_received_yuan", "gauge", "What came into a fund."},
    {"pledged_head_age_seconds", "gauge", "Since the newest signed head of the log."},
    {"pledged_log_records", "gauge", "Leaves of the log."},
    {"pledged_replica_age_seconds", "gauge", "On a replica: since the last transaction replayed."},
    {"pledged_replication_lag_bytes", "gauge", "Write-ahead log that a replica has not replayed."},
    {"pledged_replication_lag_seconds", "gauge", "How far a replica is behind."},
    {"pledged_seal_age_seconds", "gauge", "Since a quarter was sealed last."},
    {"pledged_transaction_age", "gauge", "Transactions since the oldest that is not frozen."},
    {"pledged_verify_age_seconds", "gauge", "Since `pledged verify` ended last."},
    {"pledged_verify_defects", "gauge", "What it found then."},
    {"pledged_wal_archive_age_seconds", "gauge", "Since a piece of the log was archived last."},
    {"pledged_wal_archive_failed_total", "counter", "Pieces that could not be archived."},
    {"pledged_wal_archived_total", "counter", "Pieces of the write-ahead log archived."},
    {"pledged_wal_bytes_total", "counter", "Write-ahead log written."},
};

static const struct family *family_of(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        if (str_is(name, families[i].name))
            return &families[i];
    }
    BUG("operator_figures tells a figure that has no words");
}

/* The rows are in the order of their families. */
static void write_figures(struct buf *b, const struct rows *rows)
{
    const struct family *last = NULL;
    for (int i = 0; i < rows->n; i++) {
        const struct family *f = family_of(rows_at(rows, i, OPERATOR_FIGURES_NAME));
        struct str label = rows_at(rows, i, OPERATOR_FIGURES_LABEL);
        if (f != last)
            meter_family(b, f->name, f->kind, f->help);
        last = f;
        buf_text(b, f->name);
        if (label.p)
            buf_printf(b, "{%s=\"%s\"}", label.p,
                meter_label(b->a, rows_at(rows, i, OPERATOR_FIGURES_WORD)).p);
        buf_printf(b, " %s\n", rows_at(rows, i, OPERATOR_FIGURES_VALUE).p);
    }
}

static void on_figures(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf b;
    buf_init(&b, r->a);
    write_requests(r->server, &b);
    write_lane(r->server, &b);
    write_pool(r->server, &b);
    write_machine(r->server, &b);
    write_witnesses(r->server, &b);
    if (!fail && rows)
        write_figures(&b, rows);
    reply_bytes(r, 200, "text/plain; version=0.0.4; charset=utf-8", buf_view(&b));
}

void metrics_get(struct req *r)
{
    static const struct fail away = {.sqlstate = "08006"};
    if (db_ready(r->server->db) && !pulse_trouble(r->server->pulse, r->a, true).p)
        db_query(r->server->db, r->a, NULL, SQL_OPERATOR_FIGURES, NULL, 0, on_figures, r);
    else
        on_figures(r, NULL, &away);
}
