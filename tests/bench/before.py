"""What a submit, a file of loans, a file of events, a page and one loan cost beside another release, by turns in one run.

    python3 tests/bench/before.py NAME=BINARY … [LOANS]      (the last is what the others are held against; 5,000 loans)

CPU of the daemon and of all of its PostgreSQL, which a busy machine moves less than the clock; of it the least and the
median of the turns. Loans are of new firms; what a release does not know is left out. Release builds, fsync on.
"""
import glob
import http.client
import json
import os
import statistics
import sys
import time

import account
import harness

SLICE = 2500


def spent(process):
    try:
        with open("/proc/%d/schedstat" % process, encoding="ascii") as f:
            return int(f.read().split()[0]) / 1e6
    except OSError:
        return 0.0


class Side:
    def __init__(self, binary):
        self.d = harness.Daemon(safe=True, binary=binary)
        self.bank = self.d.token("bank")
        with open(glob.glob(self.d.data + "/**/postmaster.pid", recursive=True)[0], encoding="ascii") as f:
            self.postmaster = int(f.readline())
        self.connection = http.client.HTTPConnection("127.0.0.1", self.d.port)
        self.last = {}
        self.gone = 0.0

    def cpu(self):
        """Of backends that ended in between the last known counts."""
        found = {}
        for stat in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(stat, encoding="utf-8", errors="replace") as f:
                    head, tail = f.read().rsplit(")", 1)
            except OSError:
                continue
            if int(tail.split()[1]) == self.postmaster:
                found[int(head.split()[0])] = spent(int(head.split()[0]))
        self.gone += sum(ms for process, ms in self.last.items() if process not in found)
        self.last = found
        return self.gone + sum(found.values()) + spent(self.d.process.pid)

    def ask(self, method, path, body=None):
        self.connection.request(method, path, body,
                                {"Authorization": "Bearer " + self.bank, "Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 201), text[:300]
        return text


def turns(sides, what, rounds, many, act):
    """act(side, round) does many of something; each side at its turn, in changing order."""
    cost = {name: [] for name in sides}
    for i in range(rounds):
        for name in list(sides)[::1 if i % 2 else -1]:
            before, begun = sides[name].cpu(), time.monotonic()
            act(sides[name], i)
            cost[name].append(((sides[name].cpu() - before) / many, (time.monotonic() - begun) * 1000 / many))
    base = list(sides)[-1]
    for name, took in cost.items():
        ms, clock = zip(*took)
        held = [x for x, _ in cost[base]]
        print("%-28s %-8s CPU %.3f ms (least %.3f)  ÷ %s %.2f (least %.2f)  clock %.2f ms" % (
            what, name, statistics.median(ms), min(ms), base, statistics.median(ms) / statistics.median(held),
            min(ms) / min(held), statistics.median(clock)), flush=True)


def loans(first, many):
    return [dict(harness.loan(), contract_no="B-%d" % i, borrower_uscc=harness.firm(i)[0], borrower_name="示例企业%d" % i,
                 disbursed_on="2022-07-05") for i in range(first, first + many)]


def main(*words):
    sides = {name: Side(binary) for name, binary in (w.split("=", 1) for w in words if "=" in w)}
    n = max(SLICE, sum(int(w) for w in words if "=" not in w) or 5000) // SLICE * SLICE
    book = [json.dumps(x) for x in loans(0, n)]
    told = account.events(["B-%d" % i for i in range(n // 10)], n)
    single = [json.dumps(x) for x in loans(n, 1800)]
    try:
        turns(sides, "loans as a file", n // SLICE, SLICE,
              lambda s, i: account.send(s.d, "/v1/loans", s.bank, book[i * SLICE:(i + 1) * SLICE]))
        turns(sides, "events as a file", n // SLICE, SLICE,
              lambda s, i: account.send(s.d, "/v1/loan-events", s.bank, told[i * SLICE:(i + 1) * SLICE]))
        turns(sides, "one submit", 6, 300,
              lambda s, i: [s.ask("POST", "/v1/loans", x) for x in single[i * 300:(i + 1) * 300]])
        for s in sides.values():
            s.d.sql("vacuum analyze")
            s.ids = [x["id"] for x in json.loads(s.ask("GET", "/v1/loans?limit=100"))["items"]]
        turns(sides, "one loan", 5, 100, lambda s, i: [s.ask("GET", "/v1/loans/" + x) for x in s.ids])
        for query in ("", "&district=310115", "&quarter=2022Q3", "&borrower=" + harness.firm(7)[0]):
            turns(sides, "a page of 100 " + query, 5, 10,
                  lambda s, i, q=query: [s.ask("GET", "/v1/loans?limit=100" + q) for _ in range(10)])
    finally:
        for s in sides.values():
            s.d.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
