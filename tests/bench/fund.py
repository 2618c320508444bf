"""Postings: proposed and approved through the daemon a thousand a call, against pgbench posting one row a transaction.

Both sides post to one hot fund account of the same private cluster, fsync on. Prints three runs of each side and
the ratio of the medians; then how long a balance takes at a million entries. Run: python3 tests/bench/fund.py
"""
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it"))
from harness import RELEASE_BIN, Daemon  # noqa: E402

# As the daemon's own connection has it: the peers' side gets the same plans.
SETTINGS = "-c jit=off -c enable_seqscan=off -c plan_cache_mode=force_generic_plan"
# chr(58): pgbench takes a colon before a letter for a variable of its own
ONE_ROW = """
select transfer_post(array[row(gen_random_uuid(), 'x', 'pool' || chr(58) || 'X', 'grant' || chr(58) || 'X', 100,
  '2022-01-05', 'appropriation', null, null, null)::posting]);
"""


def transfer(i):
    return {"reference": "B-%d" % i, "debit": "pool:X", "credit": "grant:X", "amount": "1.00",
            "on": "2022-01-%02d" % (1 + i % 28), "cause": "appropriation"}


def approved(d, second):
    """Everything that waits, a thousand a call; how many a second."""
    start, n = time.time(), 0
    while True:
        page = d.call("GET", "/v1/proposals?waiting=true&limit=1000", token=second).json()["items"]
        if not page:
            return n / (time.time() - start)
        r = d.call("POST", "/v1/proposals/approve", [{"id": x["id"], "seen": x["seen"], "reason": "核对无误"} for x in page], second)
        assert r.lines()[-1]["summary"]["created"] == len(page), r.lines()[-1]
        n += len(page)


def batches(d, token, second):
    rates = []
    for run in range(3):
        body = "".join(json.dumps(transfer(run * 10000 + i)) + "\n" for i in range(10000))
        start = time.time()
        r = d.call("POST", "/v1/transfers", body, token, {"Content-Type": "application/x-ndjson"})
        asked = 10000 / (time.time() - start)
        assert r.lines()[-1]["summary"]["created"] == 10000, r.lines()[-1]
        rates.append(approved(d, second))
        print("daemon, 1,000 a call:      %7.0f proposed/s, %7.0f seen and approved/s" % (asked, rates[-1]))
    return statistics.median(rates)


def singles(d, token):
    start = time.time()
    with ThreadPoolExecutor(64) as pool:
        status = list(pool.map(lambda i: d.call("POST", "/v1/transfers", transfer(10 ** 6 + i),
                                                token).status, range(4000)))
    assert status == [202] * 4000
    print("daemon, 64 clients singly: %7.0f proposed/s (the Python clients are the limit)"
          % (4000 / (time.time() - start)))


def pgbench(d):
    program = sorted(glob.glob("/usr/lib/postgresql/*/bin/pgbench"))[-1]
    rates = []
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as f:
        f.write("begin;\n" + ONE_ROW + "end;\n")
        f.flush()
        for clients in ("1", "8", "16"):
            best = []
            for _ in range(3):
                out = subprocess.run([program, "-n", "-M", "prepared", "-T", "4", "-c", clients, "-j", "2", "-f",
                                      f.name, "-h", os.path.join(d.data, "run"), "-U", "pledged_owner",
                                      "pledged"], stdout=subprocess.PIPE, text=True, check=True,
                                     env=dict(os.environ, PGOPTIONS=SETTINGS)).stdout
                best.append(float(out.split("tps = ")[1].split()[0]))
            print("pgbench, %2s clients:       %s transfers/s" % (clients, ["%.0f" % b for b in best]))
            rates.append(statistics.median(best))
    return max(rates)


def balances(d):
    call = ("select transfer_post((select array_agg(row(gen_random_uuid(), 'M', 'pool:X', 'grant:X', 100,"
            " date '2022-01-01' + (i * %d %% 900), 'appropriation', null, null, null)::posting)"
            " from generate_series(1, 1000) i));\n")
    subprocess.run(["psql", "-qAtX", "-h", os.path.join(d.data, "run"), "-U", "pledged_owner", "pledged"],
                   input="".join(call % k for k in range(1, 1001)), text=True, check=True,
                   stdout=subprocess.DEVNULL)
    at = d.sql("select recorded_at from transfer where debit = 'pool:X' and debit_version = 150000")
    for what, query in (("now", "null, null"), ("as of a day", "'2023-01-01', null"),
                        ("known at an instant", "null, '%s'" % at),
                        ("both", "'2022-01-15', '%s'" % at)):
        out = d.sql("explain (analyze, timing off, summary on) select account_balance_fen('pool:X', %s)" % query)
        print("balance %-20s %s" % (what + ":", out.splitlines()[-1]))
    print("entries of the account:", d.sql("select version from account_balance where account = 'pool:X'"))


def main():
    d = Daemon(safe=True, binary=RELEASE_BIN)
    try:
        token = d.token("finance")
        for code, kind in (("pool:X", "asset"), ("grant:X", "income")):
            r = d.call("POST", "/v1/accounts", {"code": code, "kind": kind, "title": "t", "opened_on":
                                                "2022-01-01", "no_overdraft": kind == "asset"}, token)
            assert r.status == 201, r.body
        second = d.cli("token", "add", "--org", "FINANCE", "--person", "复核").stdout.strip()
        ours = batches(d, token, second)
        singles(d, token)
        theirs = pgbench(d)
        print("ratio: %.1f" % (ours / theirs))
        balances(d)
    finally:
        d.close()


main()
