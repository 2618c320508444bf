"""The quarterly report at 1 and 10 million loans: how long from the rollups, how long from the rows.

Prints the median of 20 pulls of the JSON report over HTTP, three runs at each size, and their ratio (G12); of the quarter
that runs, of restatements and of /diff of a sealed quarter, of a day and of an instant that passed, and of narrower scopes
the seconds of processor that the daemon and its database spend, each alone; then the cells of a closed quarter
from the rows, once, and that ratio (G13); and whether every sum and count of firms is equal.

The loader writes loan, loan_ip and loan_event in slices of 250,000, as loan_project writes them. It goes round HTTP,
the records' texts, the log and the triggers: the rollups are filled by the views that a migration fills them with and
that verify compares them with. 2,000 loans come in over HTTP before, and are kept by the triggers. One loan in fifty
has events. Firms stay at 100,000, banks at 24. fsync is off: only reading is measured.

Run: python3 tests/bench/report.py [folder for the data] ; 10 million loans take about 20 GB. SIZES=20000,80000 PULLS=0: of
these sizes, the seconds of processor alone. Each step says when it begins, and what stops the run stands behind it: an
error, what PostgreSQL said of it, a signal.
"""
import datetime
import json
import os
import shutil
import signal
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it"))
from harness import RELEASE_BIN, Daemon, loan, patent  # noqa: E402

BANKS, SLICE = 24, 250000
PULLS = int(os.environ.get("PULLS", "20"))
DAYS = 1095  # loans are signed on one of as many days before today
TODAY = datetime.date.today()
BEGUN = TODAY - datetime.timedelta(DAYS)


def quarter(day):
    return "%dQ%d" % (day.year, (day.month + 2) // 3)


def first_day(day):
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


CLOSED = first_day(first_day(TODAY) - datetime.timedelta(1))  # the quarter before the one that runs
QUARTER = quarter(CLOSED)
WEEK = first_day(TODAY) - datetime.timedelta(8)
ROLLED = ("headline", "targets", "by_quarter", "by_district", "by_bank", "by_kind", "by_ip_kind", "by_product", "by_size",
          "by_industry", "small_loans", "first_loans", "balances", "reporters", "quality")
OTHERS = ("fund", "claims", "claims_by_scheme", "subsidies", "insurance", "securitisation")
DISTRICTS = "310101,310104,310105,310106,310107,310109,310110,310112,310113,310114,310115,310116,310117,310118,310120,310151"

# Loan number n has the properties that its hash says.
LOADER = """
create unlogged table bench_org as select row_number() over (order by id) - 1 as i, id from org where kind = 'bank';
create function bench_load(first int, last int) returns void language plpgsql as $$
begin
    create temp table slice on commit drop as
    select n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id,
           (select o.id from bench_org o where o.i = (h[1] %% {banks})) as org_id,
           'QX' || lpad((h[2] %% 100000)::text, 16, '0') as borrower,
           (string_to_array('{districts}', ','))[1 + (h[2] %% 16)] as district,
           (array['single_pledge', 'single_pledge', 'single_pledge', 'pooled_credit', 'trust'])[1 + h[3] %% 5] as product,
           (array['C39', 'C27', 'I65', 'M73', null])[1 + h[3] / 5 %% 5] as industry,
           (array['micro', 'small', 'small', 'medium', 'unknown'])[1 + h[3] / 25 %% 5] as size,
           (array[true, false, null])[1 + h[3] / 125 %% 3] as first_loan,
           10000000::bigint + h[4] %% 199999 * 10000 + h[5] %% 100 as fen,
           date '{begun}' + (h[6] %% {days})::int as signed,
           30 + (h[7] %% 700)::int as term,
           (array['invention', 'invention', 'utility_model', 'design', 'trademark'])[1 + h[8] %% 5] as right_kind,
           h[9] as life
      from (select n, array(select (hashint8extended(n, k) & 2147483647) from generate_series(1, 9) as k) as h
              from generate_series(first, last) as n) x;
    insert into loan_ip (record_id, version, number, kind, owner, org_id, parties, district, from_day, until_day)
    select s.id, 1, 'N' || s.n, s.right_kind, s.borrower, s.org_id, '{{}}', s.district, s.signed, s.signed + s.term
      from slice s;
    insert into loan (id, version, org_id, parties, borrower, borrower_name, district, product, industry, size,
           first_loan, amount_fen, ip_amount_fen, rate_ppm, signed_on, disbursed_on, matures_on, patents, trademarks,
           recorded_at)
    select s.id, 1, s.org_id, '{{}}', s.borrower, 'firm', s.district, s.product, s.industry, s.size, s.first_loan,
           s.fen, s.fen, 36500, s.signed, s.signed + 5, s.signed + s.term + 5, (s.right_kind <> 'trademark')::int,
           (s.right_kind = 'trademark')::int, (select min(h.signed_at) from log_head h)
      from slice s;
    insert into loan_event (id, loan_id, org_id, parties, district, reference, kind, on_day, principal_fen, recorded_at)
    select gen_random_uuid(), s.id, s.org_id, '{{}}', s.district, e.kind || s.n, e.kind, s.signed + e.days, e.fen,
           (select min(h.signed_at) from log_head h)
      from slice s
     cross join lateral (values ('repaid', 20, 1000000::bigint), ('overdue', 100, 2000000), ('settled', 200, null))
           as e(kind, days, fen)
     where s.life %% 50 = 0 and (e.kind <> 'settled' or s.life %% 100 = 0) and s.signed + e.days <= date '{today}';
end $$;
create table bench_index as
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made from pg_index i
     where i.indrelid in ('loan'::regclass, 'loan_ip'::regclass, 'loan_event'::regclass) and not i.indisprimary;
""".replace("%%", "%")
FAST = "set synchronous_commit = off; set work_mem = '512MB'; set maintenance_work_mem = '1GB'; set jit = off;"
ROLLUPS = ("loan_rollup", "city_rollup", "firm_quarter", "city_firms", "loan_balance", "balance_rollup", "firm_balance",
           "balance_firms", "event_rollup", "received_rollup", "pledge_no_shared")
APP = "do $$ begin perform set_config('pledged.secret', wall_secret(), false); end $$; set role pledged_app; set pledged.kind = 'finance'; set jit = off; set statement_timeout = 0;"
FIRST, LAST = "date '%s'" % CLOSED, "quarter_end('%s')" % CLOSED


step = "starting"


def begin(what):
    """What is done from now on, told before it is: some steps take many minutes."""
    global step
    step = what
    print("%s  %s" % (time.strftime("%H:%M:%S"), what), flush=True)


def on_signal(number, _):
    raise SystemExit("signal %s" % signal.Signals(number).name)


def told(failure):
    """An error in words, with those of psql, which no traceback shows."""
    said = (getattr(failure, "stderr", None) or "").strip()
    return "%s: %s%s" % (type(failure).__name__, str(failure)[-500:], "\n" + said[-2000:] if said else "")


def sql(d, query):
    """As Daemon.sql, for hours if need be."""
    return d.sql(FAST + query)


def load(d, first, last):
    began = time.time()
    room, need = shutil.disk_usage(d.data).free, (last - first) * 2500
    if room < need:
        raise SystemExit("%d GB are free under %s, about %d are needed" % (room >> 30, d.data, need >> 30))
    begin("loading {:,} loans".format(last - first))
    sql(d, "alter table loan disable trigger user; alter table loan_ip disable trigger user;"
           " alter table loan_event disable trigger user;"
           "do $$ declare i text; begin for i in select name from bench_index loop"
           " execute 'drop index if exists ' || i; end loop; end $$")
    for n in range(first, last, SLICE):
        sql(d, "select bench_load(%d, %d)" % (n + 1, min(n + SLICE, last)))
    stored = time.time()
    begin("making indexes")
    sql(d, "do $$ declare i text; begin for i in select made from bench_index loop execute i; end loop; end $$")
    for t in ("loan", "loan_ip", "loan_event"):
        sql(d, "alter table %s enable trigger user; " % t)
        d.sql("vacuum analyze " + t)
    filled = time.time()
    for t in ROLLUPS:
        begin("filling " + t)
        made = t + "_rows"
        columns = d.sql("select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = '%s'::regclass"
                        " and attnum > 0" % made)
        sql(d, "truncate %s; insert into %s (%s) select %s from %s" % (t, t, columns, columns, made))
        d.sql("vacuum analyze " + t)
    begin("filling what is summed by day")
    sql(d, "update days_mark set leaf = null, ahead = null; select rollup_days_keep(0, 1000000000)")
    d.sql("vacuum analyze city_days")
    d.sql("vacuum analyze balance_ahead")
    print("%s loans: %.0f s to load, %.0f s for indexes, %.0f s to fill the rollups, %s on disk" % (
        sql(d, "select to_char(count(*), 'FM99,999,999') from loan"), stored - began, filled - stored, time.time() - filled,
        d.sql("select pg_size_pretty(pg_database_size('pledged'))")), flush=True)


def pulls(d, token, sections, n):
    return asked(d, token, "/v1/reports/quarterly/%s?section=%s" % (QUARTER, ",".join(sections)), n)


def spent(d):
    """Seconds of processor that the daemon and its database have used so far."""
    with open(os.path.join(d.data, "pg", "postmaster.pid"), encoding="utf-8") as f:
        master = int(f.readline())
    total = 0
    for name in os.listdir("/proc"):
        try:
            with open("/proc/%d/stat" % int(name), encoding="utf-8") as f:
                stat = f.read().rsplit(")", 1)[1].split()
        except (ValueError, OSError):
            continue
        if int(name) in (d.process.pid, master) or int(stat[1]) == master:
            total += sum(int(x) for x in stat[11:15 if int(name) == master else 13])
    return total / os.sysconf("SC_CLK_TCK")


def processor(d, token, path):
    """Seconds of processor of one pull."""
    asked(d, token, path, 1)  # plans, and pages into memory
    before = spent(d)
    asked(d, token, path, 3)
    return (spent(d) - before) / 3


def asked(d, token, path, n):
    took = []
    for _ in range(n):
        began = time.time()
        r = d.call("GET", path, token=token, timeout=600)
        took.append((time.time() - began) * 1000)
        assert r.status == 200, r.body[:500]
    return statistics.median(took)


def runs(d, token, sections, what):
    pulls(d, token, sections, 3)  # plans, and pages into memory
    p50 = [pulls(d, token, sections, PULLS) for _ in range(3)]
    print("%s: p50 %s ms" % (what, ", ".join("%.1f" % x for x in p50)), flush=True)
    return statistics.median(p50)


def by_section(d, token):
    """The median of each section alone, in ms."""
    return {s: pulls(d, token, [s], (PULLS + 2) // 3) for s in ROLLED}


def others(d, token):
    """What is asked for beside a closed quarter, in seconds of processor."""
    sealed = "/v1/reports/quarterly/%s/diff" % quarter(BEGUN)
    whole, told = "/v1/reports/quarterly/" + QUARTER, "balances,reporters,quality"
    known = whole + "?known_at=" + d.sql("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    late(d, 20)
    return {what: processor(d, who, path) for what, who, path in (
        ("the whole of a closed quarter", token, whole),
        ("the quarter that runs", token, "/v1/reports/quarterly/" + quarter(TODAY)),
        ("restatements", token, whole + "?section=restatements"), ("diff", token, sealed),
        ("the whole, as known before 20 loans", token, known),
        ("as of a week before the quarter's end, sections of loans", token,
         whole + "?as_of=%s&section=%s" % (WEEK, ",".join(ROLLED[:12]))),
        ("as of that day, balances and how banks report", token, whole + "?as_of=%s&section=%s" % (WEEK, told)),
        ("of a bank", d.token("bank", "BENCH-1"), whole), ("of a district", d.token("district"), whole))}


def seal(d, finance):
    """The first quarter is sealed; then loans come late into it."""
    d.agreed(d.call("POST", "/v1/reports/quarterly/%s/seal" % quarter(BEGUN), {"reason": "会审"}, finance, timeout=600))
    late(d, 10)


def late(d, n):
    """Loans that come late into the first quarter."""
    bank = d.token("bank", "BENCH-0")
    for _ in range(n):
        r = d.call("POST", "/v1/loans?reason=late", loan(signed_on=str(BEGUN), matures_on=str(TODAY)), bank)
        assert r.status == 201, r.body


def from_rows(d):
    """Each section once from the rows; [section], and how long all took."""
    differ, total = [], 0.0
    d.sql("create table bench_counted (section text, c report_cells_row); grant all on bench_counted to pledged_app")
    for s in ROLLED:
        began = time.time()
        d.sql(APP + "set work_mem = '64MB'; insert into bench_counted select '%s', c from report_cells_of_facts('%s', %s, %s,"
              " null, 'signed_on') c" % (s, s, FIRST, LAST))
        took = time.time() - began
        total += took
        n = d.sql(APP + "with a as (select (c).* from bench_counted where section = '%s'), b as (select * from"
                  " report_cells('%s', %s, %s, null, 'signed_on')) select (select count(*) from (table a except all table"
                  " b) x) + (select count(*) from (table b except all table a) x) || ' of ' || (select count(*) from a)"
                  % (s, s, FIRST, LAST))
        print("  %s from rows: %.1f s, rows that differ: %s" % (s, took, n), flush=True)
        if not n.startswith("0 "):
            differ.append(s)
    return differ, total


def sample(d):
    """2,000 loans through the front door."""
    bank = d.token("bank", "BENCH-0")
    lines = "".join(json.dumps({
        "contract_no": "S-%d" % i, "product": "single_pledge", "borrower_uscc": "91310115QX0115114N",
        "borrower_name": "压测企业", "district": "310115", "amount": "5000000.00", "rate": "3.45",
        "signed_on": str(CLOSED + datetime.timedelta(i % 28)), "disbursed_on": str(CLOSED + datetime.timedelta(40)),
        "matures_on": str(TODAY + datetime.timedelta(200)),
        "ip": [{"number": patent(i)}]}, ensure_ascii=False) + "\n" for i in range(2000))
    r = d.call("POST", "/v1/loans", lines, bank, {"Content-Type": "application/x-ndjson"}, timeout=300)
    assert r.lines()[-1]["summary"]["created"] == 2000, r.lines()[-1]


def main():
    conf = {"data": sys.argv[1]} if len(sys.argv) > 1 else None
    sizes = [int(x) for x in os.environ.get("SIZES", "1000000,10000000").split(",")]
    d = Daemon(conf=conf, binary=RELEASE_BIN)
    try:
        for n in range(BANKS):
            d.org("bank", "BENCH-%d" % n)
        finance = d.token("finance")
        sample(d)
        d.sql(LOADER.format(banks=BANKS, districts=DISTRICTS, begun=BEGUN, days=DAYS,
                            today=TODAY))
        before, p50, each, beside = 0, [], [], []
        for size in sizes:
            load(d, before, size)
            begin("starting the daemon again")
            d.kill9()  # what the daemon counted before did not hear of loans that came past the log
            d.start()
            if not before:
                begin("sealing")
                seal(d, finance)
            before = size
            begin("asking")
            what = "{:,} loans".format(size)
            if PULLS:
                p50.append(runs(d, finance, ROLLED, what + ", sections of loans and balances"))
                runs(d, finance, ROLLED + OTHERS, what + ", and those of money, insurance and securities")
                each.append(by_section(d, finance))
            beside.append(others(d, finance))
            print("%s, seconds of processor: %s" % (what, ", ".join("%s %.2f" % x for x in beside[-1].items())), flush=True)
        for what in beside[0]:
            print("%s: %s s of processor, %.2f times" % (what, " ".join("%.2f" % b[what] for b in beside),
                                                         beside[-1][what] / beside[0][what]))
        if not PULLS:
            return
        print("G12: %.2f" % (p50[-1] / p50[0]))
        for s in ROLLED:
            print("  %s: %s ms, %.2f times" % (s, " ".join("%.1f" % e[s] for e in each), each[-1][s] / each[0][s]))
        begin("counting the rows")
        differ, took = from_rows(d)
        print("G13: from rows %.1f s, %.0f times as long; %s" % (
            took, took * 1000 / p50[-1], "differ: " + ", ".join(differ) if differ else "equal to the fen and the firm"))
    finally:
        d.close()


if __name__ == "__main__":
    for n in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(n, on_signal)
    try:
        main()
    except BaseException as e:
        print("stopped while %s: %s" % (step, told(e)), flush=True)
        raise
