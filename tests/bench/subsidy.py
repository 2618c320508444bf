"""Subsidies: the rule function alone, checks and applications over HTTP at 64 connections, a rehearsal over 100,000 loans.

The daemon runs on a private cluster with fsync on; wrk and the daemon share the machine. Three runs of each.
Run: python3 tests/bench/subsidy.py
"""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it"))
from harness import RELEASE_BIN, ROOT, Daemon, firm, patent  # noqa: E402

LOANS, FIRMS = 100000, 20000


def loans(first, n):
    for i in range(first, first + n):
        day = "2023-%02d-%02d" % (1 + i % 6, 1 + i % 28)
        code, name = firm(i % FIRMS)
        yield json.dumps({
            "contract_no": "B-%d" % i, "product": "single_pledge", "borrower_uscc": code,
            "borrower_name": name, "district": "310116", "amount": "%d00.00" % (10000 + i % 40000),
            "rate": "3.45", "signed_on": day, "disbursed_on": day, "matures_on": "2024-01-15",
            "ip": [{"number": patent(i), "owner_uscc": code}]}, ensure_ascii=False) + "\n"


def fill(d, bank):
    for first in range(0, LOANS, 25000):
        r = d.call("POST", "/v1/loans", "".join(loans(first, 25000)), bank,
                   {"Content-Type": "application/x-ndjson"}, timeout=300)
        assert r.lines()[-1]["summary"]["created"] == 25000, r.lines()[-1]
    # settled, as events would tell; straight into the table, because only reading is measured here
    d.sql("insert into loan_event (id, loan_id, org_id, parties, district, reference, kind, on_day, interest_fen, recorded_at)"
          " select gen_random_uuid(), id, org_id, parties, district, 'S', 'settled', day,"
          " amount_fen * rate_ppm / 1000000 * (day - disbursed_on) / 360, now()"
          " from (select l.*, date '2023-07-01' + (hashtext(l.id::text) & 65535) % 180 as day from loan l) l; analyze")


def policy(d, district, checker):
    with open(os.path.join(ROOT, "tests", "data", "policies", "js-2023.json"), encoding="utf-8") as f:
        where = d.call("POST", "/v1/policies", json.load(f), district).headers["location"]
    seen = d.call("GET", where, token=district).json()["seen"]
    r = d.call("POST", where + "/approve", {"seen": seen, "reason": "x", "on": "2023-06-20"}, checker)
    assert r.status == 201, r.body


def main():
    subprocess.run(["ninja", "-C", "build/release", "pledged", "bench_rule"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    subprocess.run([os.path.join(ROOT, "build", "release", "bench_rule")], check=True, cwd=ROOT)
    d = Daemon(safe=True, binary=RELEASE_BIN)
    try:
        bank, district = d.token("bank"), d.token("district", "DIST-310116")
        checker = d.cli("token", "add", "--org", "DIST-310116", "--person", "李复核").stdout.strip()
        policy(d, district, checker)
        fill(d, bank)
        for what, contract, pause in (("full load, by facts", "", "0"), ("full load, by loan", "random", "0"),
                                      ("paced, by loan", "random", "20")):
            for _ in range(3):
                out = subprocess.run(["wrk", "-t1", "-c64", "-d5s", "-s", "tests/bench/check.lua",
                                      "http://127.0.0.1:%d" % d.port, "--", bank, "JS-2023", contract, pause, str(LOANS)],
                                     check=True, capture_output=True, text=True, cwd=ROOT).stdout
                print("64 connections, %s: %s" % (what, out.strip().splitlines()[-1]), flush=True)
        for run in range(3):
            out = subprocess.run(["wrk", "-t1", "-c64", "-d5s", "-s", "tests/bench/apply.lua",
                                  "http://127.0.0.1:%d" % d.port, "--", district, "JS-2023", str(LOANS), str(run * LOANS // 3)],
                                 check=True, capture_output=True, text=True, cwd=ROOT).stdout
            print("64 connections: %s" % out.strip().splitlines()[-1], flush=True)
        print("applications that stand: %s" % d.sql("select count(*) from application"))
        for _ in range(3):
            start = time.time()
            r = d.call("POST", "/v1/policies/JS-2023/rehearsals", {
                "from": "2023-07-01", "to": "2024-06-30", "facts": {"borrower.bad_record": False}}, district,
                timeout=120)
            took = time.time() - start
            said = r.json()
            print("rehearsal: %d loans in %.2f s, %d winners, cost %s" % (
                said["loans"], took, said["result"]["winners"], said["result"]["cost"]))
    finally:
        d.close()


if __name__ == "__main__":
    main()
