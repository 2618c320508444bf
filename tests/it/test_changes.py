"""The feed: in the order of the log, without gaps, as far as its reader sees; and a copy that survives kill -9."""
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading

from harness import ROOT, Case, loan, numbers, soon
from subsidy_case import fixture

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

    def test_what_hangs_on_another_record_follows_it(self):
        """Copies that four readers keep page by page stay what each may see, while loans, with all that was told of
        them, move between districts and parties, and policies are drafted and approved."""
        dice = random.Random(4)
        parties = {"guarantor": ("91310101QX0101011R", "310115"), "insurer": ("91310104QX0104028H", "310101")}
        readers = {"bank": self.bank, "finance": self.finance, "D-310115": self.d.token("district", "FEED-310115"),
                   "D-310101": self.d.token("district", "FEED-310101")}
        for kind in parties:
            readers[kind] = self.d.token(kind, parties[kind][0])
        copies = {name: [0, {}] for name in readers}
        loans = [self.post(self.bank, disbursed_on="2022-07-01") for _ in range(4)]
        policies = []
        for step in range(60):
            at = dice.randrange(len(loans))
            if step % 3 == 0:
                r = self.d.call("POST", "/v1/loans/%s/events" % loans[at]["id"], {
                    "reference": "E-%d" % next(numbers), "kind": "repaid", "on": "2022-09-01", "principal": "10.00"}, self.bank)
                self.assertEqual(r.status, 201, r.body)
            elif step % 3 == 1:
                body = {k: v for k, v in loans[at].items() if k in loan() or k == "disbursed_on"}
                body.update(district=dice.choice(("310115", "310101", "310104")), reason="更正")
                for kind, (code, _) in parties.items():
                    if dice.random() < 0.5:
                        body[kind + "_uscc"] = code
                r = self.d.call("PUT", "/v1/loans/" + loans[at]["id"], body, self.bank, {"If-Match": '"%d"' % loans[at]["version"]})
                self.assertEqual(r.status, 200, r.body)
                loans[at] = r.json()
            elif step % 15 == 2:
                code = "FEED-%d" % next(numbers)
                body = fixture("js-2023", code=code, district="310115", budget={"account": "subsidy:310115:" + code})
                r = self.d.call("POST", "/v1/policies", body, readers["D-310115"])
                self.assertEqual(r.status, 201, r.body)
                policies.append(r.headers["location"])
            elif policies:
                where = policies.pop()
                seen = self.d.call("GET", where, token=readers["D-310115"]).json()["seen"]
                second = self.d.given("token", "add", "--org", "FEED-310115", "--person", "复核")
                r = self.d.call("POST", where + "/approve", {"seen": seen, "reason": "同意", "on": "2023-06-20"}, second)
                self.assertEqual(r.status, 201, r.body)
            name = dice.choice(sorted(readers))
            copies[name][0] = self.take(readers[name], *copies[name], dice.choice((1, 2, 100)))
        for name, (after, copy) in copies.items():
            self.take(readers[name], after, copy, 3)
            code = {"bank": "BANK-A", "finance": "FINANCE"}.get(name) or (
                parties[name][0] if name in parties else "FEED-" + name[2:])
            self.assertEqual(copy, self.seen_by(code, name if not name.startswith("D-") else "district", name[2:]), name)
            self.assertEqual(copy, self.replayed(readers[name]), name)  # whoever begins now gets the same
        self.assertTrue(any(t == "loan_event" for t, _ in copies["D-310115"][1].values()))
        self.assertTrue(any(t == "policy" for t, _ in copies["D-310101"][1].values()))

    def take(self, token, after, copy, limit):
        while True:
            page = self.get("after=%d&limit=%d" % (after, limit), token)
            for c in page["items"]:
                if c.get("gone"):
                    copy.pop(c["id"], None)
                else:
                    copy[c["id"]] = (c["type"], c["version"])
            after = page["next"]
            if after == page["head"]:
                return after

    def replayed(self, token):
        copy = {}
        self.take(token, 0, copy, 1000)
        return copy

    def seen_by(self, code, kind, district):
        """What a reader sees of the newest versions, asked of the table itself."""
        identity = self.d.identity(code, kind)
        rows = self.d.sql("begin; set local role pledged_app; %s select set_config('pledged.district', '%s', true);"
                          " select id, type, version from submission where not record_has_later(id, version, null)"
                          % (identity, district if kind == "district" else "")).splitlines()
        found = [r.split("|") for r in rows if r.count("|") == 2 and "-" in r]
        return {i: (t, int(v)) for i, t, v in found}

    def test_who_waits_is_answered_when_something_comes(self):
        start = self.end()
        threading.Timer(0.7, lambda: self.post(self.bank)).start()
        page = self.get("after=%d&wait=20" % start)
        self.assertEqual(len(page["items"]), 1)
        threading.Timer(0.3, lambda: self.post(self.other)).start()
        page = self.get("after=%d&wait=1" % page["next"])  # not his: an empty page after a second, further on
        self.assertEqual((page["items"], page["next"]), ([], page["head"]))

    def test_who_waits_and_is_gone_holds_no_place_and_who_is_ended_hears_no_more(self):
        def waiting():
            said = self.d.call("GET", "/metrics").body.decode()
            return int(re.search(r"^pledged_requests_active (\d+)", said, re.M).group(1))
        start, at_rest = self.end(), waiting()
        with socket.create_connection(("127.0.0.1", self.d.port)) as s:
            s.sendall(("GET /v1/changes?after=%d&wait=30 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                       % (start, self.bank)).encode())
            self.assertEqual(soon(waiting, at_rest + 1), at_rest + 1)
        self.assertEqual(soon(waiting, at_rest, 5), at_rest)
        token = self.d.cli("token", "add", "--org", "BANK-A", "--person", "听者").stdout.strip()
        ended = lambda: (self.d.cli("token", "revoke", "--org", "BANK-A", "--person", "听者"), self.post(self.bank))
        threading.Timer(0.7, ended).start()
        page = self.d.call("GET", "/v1/changes?after=%d&wait=20" % start, token=token).json()
        self.assertEqual(page["items"], [])
        self.assertEqual(self.d.call("GET", "/v1/changes?after=%d" % start, token=token).status, 401)
        self.assertEqual(soon(lambda: len(self.get("after=%d" % start)["items"]), 1), 1)

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
