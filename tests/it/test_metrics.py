"""What an operator watches: every figure is well-formed, counts what happened, and is known to the rules and the dashboard."""
import json
import os
import re
import subprocess
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
        self.assertEqual(grown("pledged_commit_seconds_count"), 1)
        self.assertEqual(grown("pledged_flight_records_sum"), 1)
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
        finally:
            d.close()


if __name__ == "__main__":
    unittest.main()
