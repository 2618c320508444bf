"""The honest table: how fast the daemon is beside peers that do the same work on the same machine, fsync on.

    sh tests/bench/run.sh [--quick] [PART …]        parts: see PARTS; JSON goes to build/bench.json

Both sides run by turns, three times each (once with --quick); the median is shown with its range. The client is on the same
processors. The book is of many firms with a history. The lean peer is pgbench at its best number of clients: one statement
that writes the same five tables with the same indexes and checks, without rollups, flags, row-level security or a log that
is signed. Nothing here is asserted: a goal that is not reached keeps its figure.
"""
import argparse
import datetime
import glob
import http.client
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "it"))
import harness  # noqa: E402
from fund_case import FundCase, ago  # noqa: E402
from harness import RELEASE_BIN, Daemon, firm, loan, numbers  # noqa: E402
from test_tls import TlsDaemon, certificates  # noqa: E402

BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
NDJSON = {"Content-Type": "application/x-ndjson"}
rows = []


class Setting:
    """How long and how often; the book that all parts share."""

    def __init__(self, quick):
        self.quick, self.runs, self.seconds = quick, 1 if quick else 3, 3 if quick else 8
        self.firms, self.book = (2000, 6000) if quick else (20000, 60000)
        self.d = Daemon({"readers": "2"}, safe=True, binary=RELEASE_BIN)
        self.bank = self.d.token("bank", "BENCH")
        self.finance = self.d.token("finance")
        send(self.d, "/v1/loans", self.bank, [loan(
            borrower_uscc=firm(k % self.firms)[0], borrower_name="示例企业%d" % (k % self.firms),
            signed_on="20%d-0%d-1%d" % (20 + k % 3, 1 + k % 9, k % 9)) for k in range(self.book)])
        self.d.sql("vacuum analyze")
        self.peer = Lean(self.d)


def show(goal, what, ours, target=None, peer=None, unit="", ratio=None, most=False):
    """ours, peer: figures of the runs. ratio: of the medians, or given; target: what it, or the figure itself, should be."""
    median = statistics.median(ours)
    if peer and ratio is None:
        ratio = median / statistics.median(peer)
    judged = median if ratio is None else ratio
    met = None if target is None else judged <= target if most else judged >= target
    one = lambda v: "%.3g" % statistics.median(v) + (" (%.3g–%.3g)" % (min(v), max(v)) if len(v) > 1 else "")
    print("%-4s %-58s %22s %-6s %22s %8s %8s  %s" % (
        goal, what, one(ours), unit, one(peer) if peer else "", "" if ratio is None else "%.2f" % ratio,
        "" if target is None else "%s %g" % ("≤" if most else "≥", target),
        "" if met is None else "met" if met else "not met"), flush=True)
    rows.append({"goal": goal, "what": what, "ours": ours, "peer": peer, "unit": unit, "ratio": ratio, "target": target,
                 "at_most": most, "met": met})


def ask(d, method, path, token, body=None, headers=None):
    """As Daemon.call, without holding the answer against its description: that would be what is measured."""
    c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=600)
    c.request(method, path, body, dict(headers or {}, Authorization="Bearer " + token))
    answer = c.getresponse()
    said = answer.read()
    c.close()
    assert answer.status < 300, said[:600]
    return said


def send(d, path, token, records, step=5000):
    began = time.monotonic()
    for i in range(0, len(records), step):
        part = records[i:i + step]
        said = ask(d, "POST", path, token, "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in part).encode(), NDJSON)
        summary = json.loads(said.splitlines()[-1])["summary"]
        assert summary["created"] == len(part), said[:600]
    return len(records) / (time.monotonic() - began)


def wrk(url, script, seconds, connections, *args):
    """Requests a second, p50 and p99 in ms, as submit.lua tells them."""
    out = subprocess.run(["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--timeout", "10s", "-s",
                          os.path.join(HERE, script), url, "--", *args], capture_output=True, text=True, check=True).stdout
    return [float(x) for x in re.search(r"([\d.]+) submits/s, p50 ([\d.]+) ms, p99 ([\d.]+) ms", out).groups()]


# ---- the lean peer -----------------------------------------------------------------------------

class Lean:
    """One statement for five tables, made of a row that the daemon has stored: what differs by loan is put in its place."""
    TABLES = {"submission": {"id": "n.id", "key": "{key}", "key_form": "lower({key})", "body": "{body}"},
              "log_leaf": {"no": "n.no", "record_id": "n.id", "head": "n.no + 1"},
              "log_head": {"size": "n.no + 1"},
              "loan": {"id": "n.id", "borrower": "{firm}"},
              "loan_ip": {"record_id": "n.id", "number": "{right}"}}

    def __init__(self, d):
        self.d = d
        d.sql("drop schema if exists peer cascade; create schema peer; create sequence peer.no start 1000000000 cache 1000;" +
              "".join("create table peer.%s (like public.%s including all);" % (t, t) for t in self.TABLES) +
              "create table peer.sample as select body as b from submission where type = 'loan' limit 1")
        known = d.sql("select id from loan limit 1")
        at = {"submission": "id = '%s'" % known, "loan": "id = '%s'" % known, "loan_ip": "record_id = '%s'" % known,
              "log_leaf": "record_id = '%s'" % known, "log_head": "true"}
        self.parts = [(t, self.row(t, at[t], places)) for t, places in self.TABLES.items()]

    def row(self, table, where, places):
        """[(column, literal or the place of what differs)]"""
        columns = self.d.sql("select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'public.%s'::"
                             "regclass and attnum > 0 and not attisdropped and attgenerated = ''" % table).splitlines()
        names = [c.split("|") for c in columns]
        said = json.loads(self.d.sql("select to_json(array[%s]) from public.%s where %s limit 1" % (
            ", ".join("quote_nullable(%s::text)" % n for n, _ in names), table, where)))
        return [(n, places.get(n, "%s::%s" % (v, t))) for (n, t), v in zip(names, said)]

    def statement(self, **places):
        inserts = ["%s as (insert into peer.%s (%s) select %s from n)" % (
            "w%d" % i, t, ", ".join(n for n, _ in row), ", ".join(v for _, v in row)) for i, (t, row) in enumerate(self.parts)]
        text = "with n as (select gen_random_uuid() as id, nextval('peer.no') as no), %s select id from n" % ", ".join(inserts)
        return re.sub(r"\{(key|body|firm|right)\}", lambda m: places[m[1]], text)

    def pgbench(self, seconds, clients, script=None):
        """Transactions a second. A colon before a letter is a variable of its own: the text comes from a table."""
        script = script or "\\set f random(1, 20000)\n%s;\n" % self.statement(
            key="('P' || n.no)", body="(select b from peer.sample)", firm="lpad(:f::text, 18, '9')", right="('N' || n.no)")
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as f:
            f.write(script)
            f.flush()
            out = subprocess.run([os.path.join(BIN, "pgbench"), "-n", "-M", "prepared", "-T", str(seconds), "-c", str(clients),
                                  "-j", "2", "-f", f.name, "-h", harness.socket_folder(self.d.data), "-U", "pledged_owner",
                                  "pledged"], capture_output=True, text=True, check=True).stdout
        return float(re.search(r"tps = ([\d.]+)", out)[1])

    def own(self):
        """A script of our own statements, as the lane sends them for a loan of a new firm: all but the leaf that the daemon signs."""
        self.d.sql("""create or replace function peer.element() returns text language plpgsql as $$
            declare
                n text := nextval('peer.no');
                firm text := (select (x.body::jsonb) ->> 'borrower_uscc' from submission x where x.type = 'loan' limit 1);
                doc text := (select s.b::text from peer.sample s);
            begin
                doc := regexp_replace(doc, '"contract_no":"[^"]*"', '"contract_no":"O' || n || '"');
                doc := regexp_replace(doc, '"borrower_uscc":"[^"]*"', '"borrower_uscc":"' || lpad(n, 18, '9') || '"');
                doc := regexp_replace(doc, '"number":"[^"]*"', '"number":"N' || n || '"');
                return '[{"id":"' || gen_random_uuid() || '","key":"O' || n || '","subject":"' || lpad(n, 18, '9')
                       || '","district":"310115","on":"2022-07-01","parties":[],"warnings":[],"derived":{"size":"small"},"sha256":"'
                       || encode(sha256(convert_to(doc, 'UTF8')), 'hex') || '","body":' || doc || '}]';
            end $$""")
        org = self.d.sql("select o.id, o.code from org o where o.kind = 'bank' order by o.id limit 1").split("|")
        who = {"$1": "'%s'" % org[0], "$2": "'bank'", "$3": "'%s'" % org[1], "$4": "''", "$5": "'王敏'", "$6": "''", "$7": "''"}
        texts = []
        for name in ("identity", "record_write", "loan_project"):
            with open(os.path.join(harness.ROOT, "ledger", "sql", name + ".sql"), encoding="utf-8") as f:
                text = "".join(x for x in f if not x.startswith("--"))
            texts.append(re.sub(r"--[^\n]*", "", text))
        put = lambda text, to: re.sub(r"\$\d", lambda m: to[m[0]], text)
        return ("select peer.element() as e \\gset\nbegin;\nselect set_config('pledged.secret', wall_secret(), true);\n%s;\n%s;\n%s;\ncommit;\n"
                % (put(texts[0], who), put(texts[1], {"$1": "'loan'", "$2": ":e"}), put(texts[2], {"$1": ":e"})))

    def best_clients(self):
        return max((4, 8, 16, 32), key=lambda n: self.pgbench(2, n))


# ---- the parts ---------------------------------------------------------------------------------

def submits(s):
    """G1, G2, G4, G5: single durable submits of many firms."""
    url = "http://127.0.0.1:%d" % s.d.port
    clients = s.peer.best_clients()
    ours, lean = {1: [], 64: [], 256: []}, []
    for _ in range(s.runs):
        lean.append(s.peer.pgbench(s.seconds, clients))
        for n, got in ours.items():
            got.append(wrk(url, "submit.lua", s.seconds, n, s.bank))
    rate = lambda n: [x[0] for x in ours[n]]
    show("G1", "submits at 64 connections ÷ lean peer (%d clients)" % clients, rate(64), 1.5, lean, "/s")
    show("G2", "submits at 256 connections ÷ lean peer", rate(256), 2.5, lean, "/s")
    own = self_written(s)
    show("G1b", "the same ÷ our own statements by pgbench, which rewards slowness", rate(64), None, own, "/s")
    show("G5", "p99 ÷ p50 at 64 connections", [x[2] / x[1] for x in ours[64]], 2, most=True)
    show("G4", "p50 at 1 connection ÷ one fdatasync", [x[1] for x in ours[1]], 8, fdatasync(s), "ms", most=True)


def self_written(s):
    script = s.peer.own()
    most = max((1, 4, 16), key=lambda n: s.peer.pgbench(2, n, script))
    return [s.peer.pgbench(s.seconds, most, script) for _ in range(s.runs)]


def fdatasync(s):
    out = subprocess.run([os.path.join(BIN, "pg_test_fsync"), "-s", "1", "-f", os.path.join(s.d.data, "fsync.bench")],
                         capture_output=True, text=True, check=True).stdout
    return [float(re.search(r"fdatasync\s+[\d.]+ ops/sec\s+(\d+) usecs/op", out)[1]) / 1000]


def fastify(s):
    """G3: a web service in Node that stores the same by the lean peer's statement, with the best of its pools."""
    folder = os.path.join(HERE, "peer")
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
    statement = s.peer.statement(key="$1", body="$3::json", firm="$2", right="$4")
    port = harness.free_port()
    best = (0, 0)
    for pool in (2, 4, 16):
        with node(folder, port, pool, statement, s):
            best = max(best, (wrk("http://127.0.0.1:%d" % port, "submit.lua", 2, 64, "-")[0], pool))
    ours, peer = [], []
    with node(folder, port, best[1], statement, s):
        for _ in range(s.runs):
            peer.append(wrk("http://127.0.0.1:%d" % port, "submit.lua", s.seconds, 64, "-")[0])
            ours.append(wrk("http://127.0.0.1:%d" % s.d.port, "submit.lua", s.seconds, 64, s.bank)[0])
    show("G3", "submits at 64 connections ÷ Fastify with %d connections" % best[1], ours, 10, peer, "/s")


class node:
    """A server of the peer for a while."""

    def __init__(self, folder, port, pool, statement, s):
        self.process = subprocess.Popen(["node", "server.js", str(port), str(pool), harness.socket_folder(s.d.data)], cwd=folder,
                                        stdin=subprocess.PIPE, text=True)
        self.process.stdin.write(statement)
        self.process.stdin.close()
        self.port = port

    def __enter__(self):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as c:
                if c.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError("the peer does not listen")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def bulk(s):
    """G7, G7b, G14: files of loans beside a copy of the same rows into the same tables, events, and what is written."""
    n = 4000 if s.quick else 20000
    # No loan of a firm looks like another: what may be one credit entered twice is flagged, and that is another matter.
    day = lambda first, run: str(datetime.date.fromisoformat(first) + datetime.timedelta(days=20 * run))
    old = lambda k, run, amount, **more: {"borrower_uscc": firm(k % s.firms)[0], "amount": "%d.00" % (amount + 250000 * run), **more}
    kinds = {"new firms": lambda k, run: {},
             "old firms": lambda k, run: old(k, run, 6000000, signed_on=day("2021-03-11", run)),
             "old firms, new quarters": lambda k, run: old(k, run, 8000000, signed_on=day("2023-10-20", run), matures_on="2024-12-20")}
    rates = {kind: [] for kind in kinds}
    copied, wal = [], []
    for run in range(s.runs):
        copied.append(copy(s, n))
        for kind, over in kinds.items():
            records = [loan(**over(k, run)) for k in range(n)]
            before = s.d.sql("select pg_current_wal_lsn()")
            rates[kind].append(send(s.d, "/v1/loans", s.bank, records))
            if kind == "new firms":
                wal.append(float(s.d.sql("select pg_wal_lsn_diff(pg_current_wal_lsn(), '%s')" % before)) / n / 1024)
    show("G7", "loans of new firms as a file ÷ copy of the same rows", rates["new firms"], 0.5, copied, "/s")
    medians = [statistics.median(x) for x in rates.values()]
    show("G7", "the slowest kind of file: the fastest ÷ it", [max(medians)], 1.5, [min(medians)], "/s", most=True)
    show("G14", "WAL of a loan in a file", wal, 2, unit="KiB", most=True)
    contracts = [loan(disbursed_on="2022-07-05", matures_on="2042-07-01") for _ in range(n // 10)]
    send(s.d, "/v1/loans", s.bank, contracts)
    got = []
    for run in range(s.runs):
        day = datetime.date(2022, 8, 5)
        got.append(send(s.d, "/v1/loan-events", s.bank, [
            {"reference": "R%d-%d/%s" % (run, k, c["contract_no"]), "contract_no": c["contract_no"], "kind": "repaid", "principal": "100.00",
             "on": str(day + datetime.timedelta(days=run * 40 + 3 * k))} for c in contracts for k in range(10)]))
    show("G7b", "loan events as a file", got, 5000, unit="/s")


def copy(s, n):
    """The peer's own rows out to files and in again by COPY, durably."""
    while int(s.d.sql("select count(*) from peer.loan")) < n:
        s.peer.pgbench(2, 16)
    where = "(select * from peer.%s limit %d)"
    files, spent = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for t in ("submission", "log_leaf", "loan", "loan_ip"):
            files.append((t, os.path.join(folder, t)))
            subprocess.run(s.d.psql_command() + ["-c", "\\copy %s to '%s'" % (where % (t, n), files[-1][1])], check=True)
        s.d.sql("create schema if not exists peer2;" + "".join(
            "drop table if exists peer2.%s; create table peer2.%s (like public.%s including all);" % (t, t, t) for t, _ in files))
        for t, path in files:
            began = time.monotonic()
            subprocess.run(s.d.psql_command() + ["-c", "\\copy peer2.%s from '%s'" % (t, path)], check=True)
            spent += time.monotonic() - began
    return n / spent


def idle(s):
    """G15: what connections that wait cost."""
    n = 2000 if s.quick else 10000
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    size = lambda: int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%d/status" % s.d.process.pid, encoding="ascii").read())[1]) / 1024
    before, open_ones = size(), []
    try:
        for _ in range(n):
            open_ones.append(socket.create_connection(("127.0.0.1", s.d.port)))
    except OSError as e:
        print("     only %d connections: %s" % (len(open_ones), e))
    time.sleep(1)
    show("G15", "%d idle connections" % len(open_ones), [size() - before], 64 * len(open_ones) / 10000, unit="MiB", most=True)
    for c in open_ones:
        c.close()


class Sealed(TlsDaemon):
    def __init__(self, folder):
        self.ca, cert, key = certificates(folder)
        Daemon.__init__(self, {"tls_cert": cert, "tls_key": key, "readers": "2"}, binary=RELEASE_BIN)


def https(s):
    """G9: what TLS takes of small answers over connections that stay, beside nginx with the same certificate."""
    rate = lambda url: float(re.search(r"Requests/sec:\s+([\d.]+)", subprocess.run(
        ["wrk", "-t1", "-c64", "-d%ds" % min(s.seconds, 5), url], capture_output=True, text=True, check=True).stdout)[1])
    ports = harness.free_port(), harness.free_port()
    with tempfile.TemporaryDirectory() as folder:
        d = Sealed(folder)
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="ascii") as f:
            f.write("daemon off; worker_processes 1; pid %s/pid; error_log %s/error; events { worker_connections 1024; } http { access_log off;"
                    " keepalive_requests 100000000; server { listen 127.0.0.1:%d; listen 127.0.0.1:%d ssl; ssl_certificate %s/server.pem;"
                    " ssl_certificate_key %s/server.key; location / { default_type application/json; return 200 '{\"status\":\"ok\"}'; } } }"
                    % (folder, folder, *ports, folder, folder))
        peer = subprocess.Popen(["nginx", "-p", folder, "-c", os.path.join(folder, "nginx.conf")])
        try:
            ours, theirs = [], []
            time.sleep(1)
            for _ in range(s.runs):
                ours.append(rate("https://127.0.0.1:%d/healthz" % d.port) / rate("http://127.0.0.1:%d/healthz" % s.d.port))
                theirs.append(rate("https://127.0.0.1:%d/" % ports[1]) / rate("http://127.0.0.1:%d/" % ports[0]))
        finally:
            peer.terminate()
            peer.wait()
            d.close()
    show("G9", "HTTPS ÷ HTTP, beside that of nginx", ours, 0.6, theirs, ratio=statistics.median(ours))


def lists(s):
    """L1: a page of loans by each filter and in each order; counting all, and a text that none holds, look at every loan."""
    slow = lambda queries: max(((q, page(s, q)) for q in queries), key=lambda x: x[1])
    loans = s.d.sql("select count(*) from loan")
    pages = slow(("", "&state=active", "&state=overdue", "&state=settled", "&district=310115", "&borrower=" + firm(7)[0],
                  "&quarter=2021Q3", "&q=" + "示例企业77", "&order=-amount", "&order=signed_on", "&order=-matures_on",
                  "&order=borrower_name", "&order=contract_no", "&order=-amount&state=signed"))
    show("L1", "slowest page of 100 of %s loans: %s" % (loans, pages[0] or "no filter"), [pages[1]], 100, unit="ms", most=True)
    for q, what in (("&total=true", "that counts all"), ("&q=nichts", "by a text that none holds")):
        show("L1", "a page %s" % what, [page(s, q)], 100, unit="ms", most=True)


def page(s, q):
    """How long it takes, in ms."""
    path = "/v1/loans?limit=100" + "".join(c if ord(c) < 128 else "".join("%%%02X" % b for b in c.encode()) for c in q)
    spent = []
    for _ in range(6):
        began = time.monotonic()
        ask(s.d, "GET", path, s.bank)
        spent.append((time.monotonic() - began) * 1000)
    return statistics.median(spent[1:])


def transfers(s):
    """T1, T2: one hot account, a thousand transfers a call, beside pgbench that posts one a transaction (tests/bench/fund.py)."""
    out = printed("fund.py")
    approved = [float(x) for x in re.findall(r"(\d+) seen and approved/s", out)]
    posted = max(([float(x) for x in re.findall(r"\d+", one)] for one in re.findall(r"clients: +\[(.*?)\] transfers", out)), key=statistics.median)
    show("T1", "transfers seen and approved, 1,000 a call", approved, 30000, unit="/s")
    show("T2", "the same ÷ one a transaction by pgbench", approved, 20, posted, "/s")


def printed(name, *args):
    """What another bench of this folder prints."""
    out = subprocess.run([sys.executable, os.path.join(HERE, name), *args], check=True, capture_output=True, text=True).stdout
    print(out, end="")
    return out


def claims(s):
    """C1: what a claim takes in the lane, in a scheme of ten thousand covered loans (tests/bench/claims.py)."""
    said = re.search(r"in the database: median +([\d.]+) ms", printed("claims.py", "10000"))
    show("C1", "a claim in a scheme of 10,000 covered loans", [float(said[1])], 10, unit="ms", most=True)


def applications(s):
    """C2: applications for a subsidy at 64 connections, of 100,000 loans (tests/bench/subsidy.py)."""
    rates = re.findall(r"(\d+) applications/s.*, 0 refused", printed("subsidy.py"))
    show("C2", "applications for a subsidy at 64 connections", [float(x) for x in rates], 1000, unit="/s")


def million(s):
    """A million loan events as one file, on a ledger of its own (tests/bench/million.py)."""
    rate = re.search(r"file, +\d+ s +(\d+) events/s", printed("million.py", *(["20000", "400"] if s.quick else [])))
    show("G7b", "a million loan events as one file", [float(rate[1])], 5000, unit="/s")


def reports(s):
    """G12 at the size of this book; at 1 and 10 million loans: tests/bench/report.py."""
    spent = []
    for _ in range(3 if s.quick else 10):
        began = time.monotonic()
        ask(s.d, "GET", "/v1/reports/quarterly/2021Q3?format=json", s.finance)
        spent.append((time.monotonic() - began) * 1000)
    show("G12", "the whole default report of %s loans" % s.d.sql("select count(*) from loan"), spent, 300, unit="ms", most=True)


def lane(s):
    """F1: the slowest of ten submits a second while something else runs; F2, V1: how long that takes."""
    def beside(what, body):
        done, worst = threading.Event(), [0.0]

        def submitter():
            while not done.is_set():
                began = time.monotonic()
                ask(s.d, "POST", "/v1/loans", s.bank, json.dumps(loan()).encode(), {"Content-Type": "application/json"})
                worst[0] = max(worst[0], (time.monotonic() - began) * 1000)
                done.wait(0.1)
        t = threading.Thread(target=submitter)
        t.start()
        began = time.monotonic()
        try:
            body()
            took = time.monotonic() - began
        finally:
            done.set()
            t.join()
        show("F1", "slowest submit beside " + what, [worst[0]], 100, unit="ms", most=True)
        return [took]
    loans = s.d.sql("select count(*) from loan")
    show("F2", "that scan (RF03, RF05, RF23), of %s loans" % loans, beside("a scan for red flags", lambda: scan(s)), 30, unit="s", most=True)
    beside("a seal", lambda: seal(s))
    show("V1", "that verify, of %s loans" % loans, beside("verify", lambda: s.d.cli("verify", check=False)), 60, unit="s", most=True)
    beside("a whole report", lambda: ask(s.d, "GET", "/v1/reports/quarterly/2021Q3?format=xlsx", s.finance))
    policy, district = drafted(s)
    beside("a rehearsal", lambda: ask(s.d, "POST", policy, district, REHEARSED, {"Content-Type": "application/json"}))
    covered = Covered(s, 64)
    beside("64 claims at once", covered.claim_all)
    show("C1", "64 claims at once, the last answer", [covered.spent], unit="ms")
    n = 5000 if s.quick else 100000
    beside("a file of %d loans" % n, lambda: send(s.d, "/v1/loans", s.d.token("bank", "BENCH-2"), [loan() for _ in range(n)], n))


def scan(s):
    for rule in ("RF03", "RF05", "RF23"):
        ask(s.d, "POST", "/v1/flag-scans", s.d.token("ip_office"), json.dumps({"reference": "S-%d" % next(numbers), "rule": rule}).encode(),
            {"Content-Type": "application/json"})


def seal(s):
    quarters = s.d.call("GET", "/v1/quarters", token=s.finance).json()["items"]
    first = next(q["quarter"] for q in quarters if q["complete"] and not q.get("sealed_at"))
    s.d.agreed(s.d.call("POST", "/v1/reports/quarterly/%s/seal" % first, None, s.finance, timeout=600))


REHEARSED = json.dumps({"from": "2020-01-01", "to": "2026-06-30", "facts": {"borrower.bad_record": False}}).encode()


def drafted(s):
    """A policy to rehearse, and its district."""
    district = s.d.token("district", "DIST-310116")
    with open(os.path.join(harness.ROOT, "tests", "data", "policies", "js-2023.json"), encoding="utf-8") as f:
        r = s.d.call("POST", "/v1/policies", json.load(f), district)
    assert r.status == 201, r.body
    return "/v1/policies/JS-2023/rehearsals", district


class Covered(FundCase):
    """Loans under a scheme that went bad, to be claimed all at once."""

    def __init__(self, s, n):
        super().__init__("claim_all")
        self.d = s.d
        self.setUp()
        code = self.scheme(money="1000000000.00", leverage_limit=None, confirmation="automatic", trigger={"min_grade": "substandard"},
                           npl_breaker="100.00")
        made = [self.booked(code, drawn=30, registered_on=ago(30), matures_on=ago(-300)).json()["contract_no"] for _ in range(n)]
        while self.d.sql("select count(*) from coverage where state = 'pending'") != "0":
            time.sleep(0.2)
        for contract in made:
            self.event("/v1/loans/" + self.loan_of(contract)["id"], "classified", ago(0), grade="substandard")
        self.contracts, self.spent = made, 0.0

    def claim_all(self):
        began = time.monotonic()
        threads = [threading.Thread(target=self.claim, args=(c,)) for c in self.contracts]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.spent = (time.monotonic() - began) * 1000


PARTS = {"submits": submits, "fastify": fastify, "bulk": bulk, "lists": lists, "reports": reports, "lane": lane, "idle": idle,
         "https": https, "transfers": transfers, "claims": claims, "applications": applications,
         "million": million}
BY_NAME, SLOW = ("million",), ("transfers", "claims", "applications")  # asked for by name alone; not for a quick look


def machine():
    cpu = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo", encoding="utf-8").read())
    memory = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo", encoding="ascii").read())[1]) // 1048576
    return "%s × %d, %d GiB, %s, load %.1f" % (cpu[1] if cpu else "?", len(os.sched_getaffinity(0)), memory, subprocess.run(
        [os.path.join(BIN, "postgres"), "--version"], capture_output=True, text=True, check=True).stdout.strip(), os.getloadavg()[0])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--quick", action="store_true", help="one run of each, a small book: under three minutes")
    p.add_argument("part", nargs="*", choices=[*PARTS, []], help="all of them unless named")
    args = p.parse_args()
    print(machine())
    print("%-4s %-58s %22s %-6s %22s %8s %8s" % ("goal", "what", "ours", "", "peer", "ratio", "goal"))
    s = Setting(args.quick)
    try:
        for name in args.part or [n for n in PARTS if n not in BY_NAME + (SLOW if args.quick else ())]:
            PARTS[name](s)
    finally:
        s.d.close()
    os.makedirs("build", exist_ok=True)
    with open("build/bench.json", "w", encoding="utf-8") as f:
        json.dump({"machine": machine(), "quick": args.quick, "rows": rows}, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
