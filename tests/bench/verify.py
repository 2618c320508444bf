"""How long `pledged verify` takes over N loans with an event each and N transfers, and what of it which table.

    python3 tests/bench/verify.py [N]        (10,000; needs build/release)
"""
import json
import os
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
os.environ.setdefault("PLEDGED_BIN", os.path.join(ROOT, "build", "release", "pledged"))
sys.path.insert(0, os.path.join(ROOT, "tests", "it"))
from harness import Daemon, loan

SLICE = 5000


def send(d, path, rows, token):
    for i in range(0, len(rows), SLICE):
        body = "\n".join(json.dumps(x, ensure_ascii=False) for x in rows[i:i + SLICE])
        r = d.call("POST", path, body, token, {"Content-Type": "application/x-ndjson"}, timeout=600)
        assert r.lines()[-1]["summary"]["created"] == len(rows[i:i + SLICE]), r.lines()[:2]


def main(n):
    d = Daemon({"verify_at": "off"})
    try:
        bank, finance = d.token("bank"), d.token("finance")
        loans = [loan(disbursed_on="2022-07-05", industry="C3973", employees=20 + i % 500, revenue="%d.00" % (1000000 + i),
                      assets="%d.00" % (2000000 + i)) for i in range(n)]
        send(d, "/v1/loans", loans, bank)
        send(d, "/v1/loan-events", [{"reference": "E%d" % i, "contract_no": x["contract_no"], "kind": "overdue",
                                     "on": "2023-06-21", "interest": "8000.00"} for i, x in enumerate(loans)], bank)
        for code, kind in (("pool:X", "asset"), ("grant:X", "income")):
            d.call("POST", "/v1/accounts", {"code": code, "kind": kind, "title": "t", "opened_on": "2020-01-01",
                                            "no_overdraft": False}, finance)
        send(d, "/v1/transfers", [{"reference": "T%d" % i, "debit": "pool:X", "credit": "grant:X", "amount": "1.00",
                                   "on": "2022-01-05", "cause": "appropriation"} for i in range(n)], finance)
        d.sql("analyze")
        for args in ((), ("--since-last",)):
            begun = time.time()
            out = subprocess.run([d.binary, "verify", *args], env=d.env, check=True, capture_output=True, text=True).stdout
            print("verify %-12s %8.1f s   %s" % (" ".join(args), time.time() - begun, out.strip()))
        tables = d.sql("select tab, proof from log_table() where proof in ('kept', 'record', 'made')").splitlines()
        spent = []
        for tab, proof in (x.split("|") for x in tables):
            begun = time.time()
            d.sql("select count(*) from verify_table('%s', '%s', '{}', 0, 0)" % (tab, proof))
            spent.append((time.time() - begun, tab, proof))
        for seconds, tab, proof in sorted(spent, reverse=True)[:10]:
            print("%8.2f s  %s (%s)" % (seconds, tab, proof))
    finally:
        d.close()


main(int(sys.argv[1]) if len(sys.argv) > 1 else 10000)
