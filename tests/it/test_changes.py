"""The feed: in the order of the log, without gaps, as far as its reader sees; and a copy that survives kill -9."""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from harness import ROOT, Case, loan, numbers

FOLLOW = os.path.join(ROOT, "tests", "clients", "follow.py")


class Feed(Case):
    conf = {"readers": "3"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank, cls.other = cls.d.token("bank"), cls.d.token("bank", "BANK-FEED-B")
        cls.finance, cls.district = cls.d.token("finance"), cls.d.token("district")

    def get(self, query, token=None, want=200):
        r = self.d.call("GET", "/v1/changes?" + query, token=token or self.bank, timeout=90)
        self.assertEqual(r.status, want, r.body)
        return r.json()

    def post(self, token, **over):
        r = self.d.call("POST", "/v1/loans", loan(**over), token)
        self.assertEqual(r.status, 201, r.body)
        return r.json()

    def end(self, token=None):
        return self.get("after=0&limit=1", token)["head"]

    def all_of(self, token, after, limit=7):
        items = []
        while True:
            page = self.get("after=%d&limit=%d" % (after, limit), token)
            self.assertLessEqual(len(page["items"]), limit)
            items += page["items"]
            after = page["next"]
            if not page["items"]:
                self.assertEqual(page["next"], page["head"])
                return items

    def test_each_sees_his_own_in_the_order_of_the_log(self):
        start = self.end()
        mine = [self.post(self.bank) for _ in range(9)]
        theirs = [self.post(self.other, district="310101") for _ in range(8)]
        body = {k: v for k, v in mine[0].items() if k in loan()}
        r = self.d.call("PUT", "/v1/loans/" + mine[0]["id"], dict(body, rate="3.75", reason="更正利率"), self.bank,
                        {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        got = self.all_of(self.bank, start)
        self.assertEqual([c["id"] for c in got], [m["id"] for m in mine] + [mine[0]["id"]])
        self.assertEqual([c["version"] for c in got], [1] * 9 + [2])
        self.assertEqual((got[-1]["reason"], got[-1]["record"]["rate"]), ("更正利率", "3.75"))
        seqs = [c["seq"] for c in self.all_of(self.finance, start, 1000)]
        self.assertEqual((seqs, len(seqs)), (sorted(set(seqs)), 18))  # other numbers are of leaves that are no records
        self.assertEqual([c["id"] for c in self.all_of(self.other, start)], [t["id"] for t in theirs])

    def test_what_leaves_a_readers_scope_is_told_as_gone(self):
        start = self.end()
        made = self.post(self.bank, district="310115")
        self.assertEqual([c["id"] for c in self.all_of(self.district, start)], [made["id"]])
        body = {k: v for k, v in made.items() if k in loan()}
        r = self.d.call("PUT", "/v1/loans/" + made["id"], dict(body, district="310101", reason="区更正"), self.bank,
                        {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        last = self.all_of(self.district, start)[-1]
        self.assertEqual((last["id"], last["version"], last["gone"], "record" in last), (made["id"], 2, True, False))

    def test_who_waits_is_answered_when_something_comes(self):
        start = self.end()
        threading.Timer(0.7, lambda: self.post(self.bank)).start()
        page = self.get("after=%d&wait=20" % start)
        self.assertEqual(len(page["items"]), 1)
        threading.Timer(0.3, lambda: self.post(self.other)).start()
        page = self.get("after=%d&wait=1" % page["next"])  # not his: an empty page after a second, further on
        self.assertEqual((page["items"], page["next"]), ([], page["head"]))

    def test_odd_questions_are_refused(self):
        for query, pointer in (("after=-1", "?after"), ("after=x", "?after"), ("wait=61", "?wait"), ("limit=0", "?limit"),
                               ("since=0", "?since")):
            r = self.d.call("GET", "/v1/changes?" + query, token=self.bank)
            self.assertEqual((r.status, r.codes()[0][0]), (422, pointer))
        self.get("after=999999999", want=422)  # of a log that was longer once: silence would hide what is recorded anew
        self.assertEqual(self.d.call("GET", "/v1/changes").status, 401)


class Copy(Case):
    """A bank's copy through kill -9 of either side."""
    conf = {"readers": "4"}

    def start(self, *args):
        return subprocess.Popen([sys.executable, FOLLOW, "--url", "http://127.0.0.1:%d" % self.d.port, "--token-file",
                                 self.token_file, "--copy", self.copy, "--wait", "5", *args])

    def test_the_copy_is_equal_whatever_dies(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy, self.token_file = (os.path.join(folder.name, n) for n in ("copy.sqlite", "token"))
        bank, other = self.d.token("bank"), self.d.token("bank", "BANK-COPY-B")
        with open(self.token_file, "w", encoding="ascii") as f:
            f.write(bank + "\n")
        follower = self.start()
        try:
            for turn in range(4):
                for token in (bank, other):
                    lines = "\n".join(json.dumps(loan()) for _ in range(60))
                    r = self.d.call("POST", "/v1/loans", lines, token, {"Content-Type": "application/x-ndjson"})
                    self.assertEqual(r.lines()[-1]["summary"]["created"], 60, r.body)
                follower.send_signal(signal.SIGKILL)
                follower.wait()
                follower = self.start()
                if turn == 1:
                    self.d.kill9()
                    self.d.start()
        finally:
            follower.kill()
            follower.wait()
        self.assertEqual(self.start("--until-head").wait(60), 0)
        copy = sqlite3.connect(self.copy)
        got = {i: (v, json.loads(b)) for i, v, b in copy.execute("select id, version, body from record where type = 'loan'")}
        after, want = "", {}
        while after is not None:
            page = self.d.call("GET", "/v1/loans?limit=1000" + after, token=bank).json()
            for x in page["items"]:
                want[x["id"]] = (x["version"], x["contract_no"])
            after = "&after=" + page["next"] if page["next"] else None
        self.assertEqual({i: (v, b["contract_no"]) for i, (v, b) in got.items()}, want)
        self.assertEqual(len(got), 240)
