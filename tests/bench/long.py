"""What lasts: an hour of submits at 64 connections, and the years of a city. Throughput, memory and disk by their course.

    python3 tests/bench/long.py [--minutes 60] [--pause 0] [--years 10] [--loans 20000]

The hour goes over several checkpoints; each minute is a line. With a pause each connection waits so long after each
answer: the hour of a busy city rather than of the machine's limit, on a disk that does not hold five million loans.

A year is its loans from files of five banks, of firms that come back, each with a payment, an interest payment and a
settlement, one in fifty overdue and classified instead; twenty covers on paper that are claimed and paid; and subsidies
for a tenth of the settled loans of one district. At the end `pledged verify` and a quarterly report say what such a book
costs to read. Release build, fsync on. Nothing is asserted but that all was taken and that verify finds nothing.
"""
import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "it"), HERE]
from fund_case import FundCase, ago  # noqa: E402  (the path comes first)
from harness import RELEASE_BIN, Daemon, firm, loan, numbers  # noqa: E402
from subsidy_case import SubsidyCase, interest  # noqa: E402
from table import machine, send, wrk  # noqa: E402

FIRMS, NDJSON = 20000, {"Content-Type": "application/x-ndjson"}


def memory(d):
    """MiB of the daemon (resident) and of PostgreSQL (each its share of what they have in common)."""
    def field(pid, file, name):
        try:
            with open("/proc/%s/%s" % (pid, file), encoding="ascii") as f:
                return int(re.search(name + r":\s+(\d+)", f.read())[1]) / 1024
        except (OSError, TypeError):  # it has ended meanwhile
            return 0.0
    with open(os.path.join(d.data, "pg", "postmaster.pid"), encoding="utf-8") as f:
        master = f.readline().strip()
    workers = subprocess.run(["pgrep", "-P", master], capture_output=True, text=True, check=False).stdout.split()
    return field(d.process.pid, "status", "VmRSS"), sum(field(p, "smaps_rollup", "Pss") for p in [master, *workers])


def disk(d):
    said = subprocess.run(["du", "-sm", d.data], capture_output=True, text=True, check=False).stdout
    return int(said.split()[0])


def line(d, what, figure):
    daemon, postgres = memory(d)
    print("%-22s %-52s daemon %5.0f MiB, PostgreSQL %5.0f MiB, disk %6d MiB" % (what, figure, daemon, postgres, disk(d)),
          flush=True)


def soak(minutes, pause):
    d = Daemon(safe=True, binary=RELEASE_BIN)
    try:
        token = d.token("bank", "BENCH")
        for minute in range(minutes):
            rate, p50, p99 = wrk("http://127.0.0.1:%d" % d.port, "submit.lua", 60, 64, token, str(pause))
            line(d, "minute %d" % (minute + 1), "%.0f submits/s, p50 %.1f ms, p99 %.1f ms" % (rate, p50, p99))
    finally:
        d.close()


class Fund(FundCase):
    safe, binary = True, RELEASE_BIN


class Aid(SubsidyCase):
    safe, binary = True, RELEASE_BIN


class Years:
    """What the cases of tests/it do, for years, with one daemon."""

    def __init__(self):
        Fund.setUpClass()
        Aid.setUpClass()
        self.fund, self.aid, self.d = Fund(), Aid(), Fund.d
        self.fund.setUp()

    def book(self, year, n):
        """The loans and events of a year; how many of each a second, and the contracts of a district that were settled."""
        loans, events, settled = {}, {}, []
        for k in range(n):
            bank, day = "BANK-%d" % (k % 5), datetime.date(year, 1, 1) + datetime.timedelta(days=k * 365 // n)
            ends, who = day + datetime.timedelta(days=300), firm((k * 7919 + year) % FIRMS)
            made = loan(borrower_uscc=who[0], borrower_name=who[1], signed_on=str(day), disbursed_on=str(day), rate="3.45",
                        amount="%d00.00" % (5000 + k * 37 % 90000), matures_on=str(ends), district="310116" if k % 10 == 0 else "310115")
            for right in made["ip"]:
                right["owner_uscc"] = who[0]
            loans.setdefault(bank, []).append(made)
            told = lambda kind, on, **more: events.setdefault(bank, []).append(dict(
                {"reference": "E%d" % next(numbers), "contract_no": made["contract_no"], "kind": kind, "on": str(on)}, **more))
            if k % 50 == 0:
                told("overdue", ends)
                told("classified", ends + datetime.timedelta(days=20), grade="substandard")
                continue
            told("repaid", day + datetime.timedelta(days=90), interest=interest(made["amount"], "3.45", str(day), str(
                day + datetime.timedelta(days=90))))
            told("settled", ends, interest=interest(made["amount"], "3.45", str(day + datetime.timedelta(days=90)), str(ends)))
            if made["district"] == "310116":
                settled.append(made["contract_no"])
        return (self.rate("/v1/loans", loans), self.rate("/v1/loan-events", events), settled)

    def rate(self, path, by_bank):
        began = time.monotonic()
        for bank, records in by_bank.items():
            send(self.d, path, self.d.token("bank", bank), records)
        return sum(len(x) for x in by_bank.values()) / (time.monotonic() - began)

    def claims(self, scheme, n):
        began = time.monotonic()
        for _ in range(n):
            self.fund.paid(self.fund.lent(scheme))
        return n / (time.monotonic() - began)

    def subsidies(self, policy, contracts):
        """Applications as lines, each judged after those before."""
        began = time.monotonic()
        said = self.d.call("POST", "/v1/applications", "".join(json.dumps({
            "reference": "SQ-%d" % next(numbers), "policy": policy, "loan": c, "facts": {"borrower.bad_record": False}}) + "\n"
            for c in contracts), self.aid.district, NDJSON, timeout=600).lines()[-1]["summary"]
        return "%d of %d subsidies, %.0f/s" % (said["created"], len(contracts), len(contracts) / (time.monotonic() - began))

    def run(self, years, n):
        scheme, policy = self.fund.scheme(money="4000000000.00"), self.aid.policy()
        self.aid.budget(policy, "900000000.00")
        last = int(ago(0)[:4]) - 1
        for year in range(last - years + 1, last + 1):
            loans, events, settled = self.book(year, n)
            claims = self.claims(scheme, 20)
            line(self.d, str(year), "%.0f loans/s, %.0f events/s, %.1f claims/s, %s" % (
                loans, events, claims, self.subsidies(policy, settled[:len(settled) // 10])))
        for what, call in (("verify", lambda: self.d.cli("verify", check=False).stdout.strip()),
                           ("the whole report", lambda: len(self.d.call("GET", "/v1/reports/quarterly/%dQ4" % last, token=self.fund.finance,
                                                                        timeout=600).body))):
            began = time.monotonic()
            said = call()
            print("%-22s %.1f s: %s" % (what, time.monotonic() - began, said))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--minutes", type=int, default=60)
    p.add_argument("--pause", type=int, default=0, help="milliseconds")
    p.add_argument("--years", type=int, default=10)
    p.add_argument("--loans", type=int, default=20000, help="of a year")
    args = p.parse_args()
    print(machine())
    if args.minutes:
        soak(args.minutes, args.pause)
    if args.years:
        Years().run(args.years, args.loans)


if __name__ == "__main__":
    main()
