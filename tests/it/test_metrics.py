"""What an operator watches: every figure is well-formed, counts what happened, and is known to the rules and the dashboard."""
import json
import os
import re
import subprocess
import tempfile
import unittest

from harness import ROOT, Case, Daemon, loan

OPERATE = os.path.join(ROOT, "server", "operate")
SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\\\n]|\\\\.)*",?)+)\})? (-?[0-9.]+)$')


def read(name):
    with open(os.path.join(OPERATE, name), encoding="utf-8") as f:
        return f.read()


def promtool(*args, text=None):
    return subprocess.run(["promtool", *args], input=text, capture_output=True, text=True, check=False, timeout=60)


class Metrics(Case):
    def scrape(self):
        r = self.d.call("GET", "/metrics")
        self.assertEqual((r.status, r.headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        return r.body.decode()

    def samples(self):
        """{(name, labels): value}; each has its family's head above it."""
        found, family = {}, None
        for line in self.scrape().splitlines():
            if line.startswith("# TYPE "):
                family = line.split()[2]
            elif not line.startswith("# HELP "):
                name, labels, value = SAMPLE.match(line).groups()
                self.assertRegex(name, "^%s(_bucket|_sum|_count)?$" % family)
                self.assertNotIn((name, labels), found)
                found[name, labels] = float(value)
        return found

    def test_promtool_finds_nothing_to_say(self):
        self.d.call("POST", "/v1/loans", loan(), self.d.token("bank"))
        out = promtool("check", "metrics", text=self.scrape())
        self.assertEqual((out.returncode, out.stdout, out.stderr), (0, "", ""))

    def test_answers_are_counted_by_route_and_status(self):
        token = self.d.token("bank")
        before = self.samples()
        self.assertEqual(self.d.call("POST", "/v1/loans", loan(), token).status, 201)
        self.assertEqual(self.d.call("POST", "/v1/loans", loan(colour="x", shape="y"), token).status, 422)
        self.assertEqual(self.d.call("GET", "/no/such/%22\\place").status, 404)
        after = self.samples()
        grown = lambda name, labels=None: after[name, labels] - before.get((name, labels), 0)
        post = 'method="POST",route="/v1/loans",status="%d"'
        self.assertEqual(grown("pledged_request_seconds_count", post % 201), 1)
        self.assertEqual(grown("pledged_request_seconds_count", post % 422), 1)
        self.assertEqual(grown("pledged_request_seconds_bucket", post % 201 + ',le="+Inf"'), 1)
        self.assertEqual(grown("pledged_request_seconds_count", 'method="GET",route="none",status="404"'), 1)
        self.assertEqual(grown("pledged_refusals_total", 'code="E_UNKNOWN"'), 2)
        self.assertEqual(grown("pledged_records_total"), 1)
        self.assertIn(grown("pledged_commit_seconds_count"), (1, 2))  # that something was refused is noted within a second
        self.assertIn(grown("pledged_flight_records_sum"), (1, 2))
        self.assertGreaterEqual(grown("pledged_log_records"), 1)  # its own, and of rows beside it

    def test_buckets_only_grow_towards_their_count(self):
        series = {}
        for (name, labels), value in self.samples().items():
            if name.endswith("_bucket"):
                series.setdefault((name, re.sub(r',?le="[^"]*"', "", labels)), []).append(value)
        self.assertGreater(len(series), 3)
        for key, values in series.items():
            self.assertEqual(values, sorted(values), key)

    def test_what_the_ledger_knows_is_told(self):
        got = {name for name, _ in self.samples()}
        for name in ("claims_lapsed", "claims_returned", "checkpoint_age_seconds", "wal_bytes_total", "database_bytes",
                     "queue_records", "disk_free_bytes", "database_links", "transaction_age", "ready"):
            self.assertIn("pledged_" + name, got)
        self.d.cli("verify")
        again = self.samples()
        self.assertEqual(again["pledged_verify_defects", None], 0)
        self.assertLess(again["pledged_verify_age_seconds", None], 600)


class Files(unittest.TestCase):
    def known(self):
        with open(os.path.join(ROOT, "server", "api", "metrics.c"), encoding="utf-8") as f:
            names = set(re.findall(r'"(pledged_[a-z_]+)"', f.read()))
        return names | {"pledged_request_seconds"}

    def unknown(self, expressions):
        asked = {n for e in expressions for n in re.findall(r"pledged_[a-z_]+", e)}
        self.assertTrue(asked)
        return {n for n in asked if re.sub("_(bucket|sum|count)$", "", n) not in self.known() and n not in self.known()}

    def test_the_rules_are_sound_and_ask_for_figures_that_there_are(self):
        out = promtool("check", "rules", os.path.join(OPERATE, "alerts.yml"))
        self.assertEqual(out.returncode, 0, out.stderr)
        text = read("alerts.yml")
        self.assertEqual(self.unknown(re.findall(r"^ +expr: (.*)$", text, re.M)), set())
        alerts = len(re.findall("- alert:", text))
        self.assertEqual(len(re.findall(r'annotations: \{summary: ".+", cure: ".+"\}', text)), alerts)

    def fired(self, series, at="30m"):
        """The names of the alerts that these series fire, as promtool judges the rules themselves."""
        rules = os.path.join(OPERATE, "alerts.yml")
        names = re.findall("- alert: (.*)", read("alerts.yml"))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.yml")
            found = []
            with open(path, "w", encoding="utf-8") as f:
                json.dump({"rule_files": [rules], "evaluation_interval": "1m", "tests": [
                    {"interval": "1m", "input_series": [{"series": k, "values": v} for k, v in series.items()], "alert_rule_test": [
                        {"eval_time": at, "alertname": n, "exp_alerts": []} for n in names]}]}, f)
            out = promtool("test", "rules", path)
            for name in names:
                if re.search(r"alertname: ?%s\b" % name, out.stdout + out.stderr):
                    found.append(name)
        return found

    def test_each_rule_wakes_somebody_and_none_without_cause(self):
        well = {'up{job="pledged"}': "1x60", "pledged_ready": "1x60", 'pledged_queue_records{where="waiting"}': "10x60",
                "pledged_queue_records_max": "100000x60", "pledged_verify_defects": "0x60", "pledged_verify_age_seconds": "3600x60",
                'pledged_fund_available_yuan{account="fund:A"}': "50x60", 'pledged_fund_received_yuan{account="fund:A"}': "100x60",
                "pledged_connections": "5x60", "pledged_connections_max": "1000x60", 'pledged_database_links{state="lost"}': "0x60",
                'pledged_refusals_total{code="E_MONEY"}': "0+1x60", 'pledged_refusals_total{code="E_AUTH"}': "0+1x60",
                "pledged_seal_age_seconds": "86400x60", "pledged_replication_lag_bytes": "0x60", "pledged_disk_free_bytes": "1e11x60",
                "pledged_clock_behind_seconds": "0x60", "pledged_claims_lapsed": "0x60", "pledged_wal_archive_failed_total": "0x60",
                'pledged_request_seconds_count{status="201"}': "0+9x60", 'pledged_budget_received_yuan{account="b"}': "100x60",
                'pledged_budget_available_yuan{account="b"}': "90x60", "pledged_transaction_age": "1000x60"}
        self.assertEqual(self.fired(well), [])
        for name, ill in (("PledgedDown", {'up{job="pledged"}': "0x60"}), ("PledgedNotReady", {"pledged_ready": "0x60"}),
                          ("PledgedQueueFull", {'pledged_queue_records{where="waiting"}': "90000x60"}),
                          ("PledgedDefects", {"pledged_verify_defects": "1x60"}), ("PledgedNotVerified", {"pledged_verify_age_seconds": "400000x200"}),
                          ("PledgedFundLow", {'pledged_fund_available_yuan{account="fund:A"}': "9x200"}),
                          ("PledgedBudgetLow", {'pledged_budget_available_yuan{account="b"}': "9x200"}),
                          ("PledgedConnectionsFull", {"pledged_connections": "950x60"}), ("PledgedDatabaseLinkLost", {'pledged_database_links{state="lost"}': "1x60"}),
                          ("PledgedManyRefusals", {'pledged_refusals_total{code="E_MONEY"}': "0+100x60"}),
                          ("PledgedSignInsRefused", {'pledged_refusals_total{code="E_AUTH"}': "0+20x60"}),
                          ("PledgedSealLate", {"pledged_seal_age_seconds": "12000000x200"}), ("PledgedReplicaLags", {"pledged_replication_lag_bytes": "1e9x60"}),
                          ("PledgedDiskFull", {"pledged_disk_free_bytes": "1e9x60"}), ("PledgedClockBehind", {"pledged_clock_behind_seconds": "9x60"}),
                          ("PledgedClaimsLapsed", {"pledged_claims_lapsed": "1x60"}), ("PledgedArchiveFails", {"pledged_wal_archive_failed_total": "0+1x60"}),
                          ("PledgedServerErrors", {'pledged_request_seconds_count{status="500"}': "0+1x60"}),
                          ("PledgedTransactionAge", {"pledged_transaction_age": "2e9x60"})):
            with self.subTest(name):
                self.assertIn(name, self.fired({k: re.sub("x60$", "x200", v) for k, v in {**well, **ill}.items()}, "150m" if "x200" in str(ill) else "55m"))

    def test_every_figure_that_an_operator_was_promised_is_there(self):
        """Issue by issue: latency by route and status, refusals by code, queue and flights, time to commit, pool, checkpoint and WAL,
        age of seals and of verify, headroom of funds and budgets, returned claims by age, replicas."""
        for name in ("request_seconds", "refusals_total", "queue_records", "flight_records", "commit_seconds", "database_links", "checkpoint_age_seconds",
                     "wal_bytes_total", "wal_archived_total", "seal_age_seconds", "verify_age_seconds", "fund_available_yuan", "budget_available_yuan",
                     "claims_returned", "claims_lapsed", "replication_lag_seconds", "replication_lag_bytes"):
            self.assertIn("pledged_" + name, self.known())

    def test_the_dashboard_asks_for_figures_that_there_are(self):
        board = json.loads(read("dashboard.json"))
        asked = [t["expr"] for p in board["panels"] for t in p["targets"]]
        self.assertEqual(self.unknown(asked), set())
        self.assertEqual(len({p["id"] for p in board["panels"]}), len(board["panels"]))
        for expr in asked:  # as a rule, so that promtool reads it
            out = promtool("check", "rules", "/dev/stdin", text=json.dumps({"groups": [{"name": "x", "rules": [
                {"record": "x:y", "expr": expr}]}]}))
            self.assertEqual(out.returncode, 0, expr + out.stderr)


class Away(unittest.TestCase):
    def test_without_the_database_the_daemon_still_counts(self):
        d = Daemon()
        try:
            d.kill_postmaster()
            text = d.call("GET", "/metrics").body.decode()
            self.assertIn("pledged_requests_total ", text)
            d.stop()  # also while it starts the cluster again
            stale = os.path.join(d.data, "pg", "postmaster.pid")
            self.assertFalse(os.path.exists(stale) and os.path.exists("/proc/%d" % d.postmaster()))
        finally:
            d.close()


if __name__ == "__main__":
    unittest.main()
