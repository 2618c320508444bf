"""A million loan events as one file: events a second, memory and disk by their course, and whether what is asked of them is right.

    python3 tests/bench/million.py [EVENTS] [LOANS]           (1,000,000 of 20,000 loans by default)

The file is sorted by loan, as a bank exports it: repayments with interest, every day of a loan another. Afterwards the
interest of some loans is held against one that is added up here from what was sent, in whole fen, and `pledged verify`
goes through all. The data lies in the folder of TMPDIR. Release build, fsync on.
"""
import datetime
import json
import os
import random
import subprocess
import sys
import threading
import time

import account
import harness
from long import line

FIRST, LAST = datetime.date(2022, 7, 5), datetime.date(2031, 7, 5)
AMOUNT, RATE = 100000000, 34500  # fen, ppm


def watched(d, what, done, stored):
    """A line each half minute; the most that the daemon, PostgreSQL and the disk took is in them."""
    began = time.monotonic()
    while not done.wait(30):
        line(d, "%s, %4.0f s" % (what, time.monotonic() - began), "%s stored" % stored())


def post(d, path, token, name):
    """curl reads the answer while it sends; the summary of the answer, seconds."""
    began = time.monotonic()
    subprocess.run(["curl", "-sS", "--fail-with-body", "-X", "POST", "-T", name, "-o", name + ".said", "-H", "Expect:", "-H",
                    "Content-Type: application/x-ndjson", "-H", "Authorization: Bearer " + token,
                    "http://127.0.0.1:%d%s" % (d.port, path)], check=True)
    with open(name + ".said", encoding="utf-8") as f:
        for last in f:
            pass
    return json.loads(last)["summary"], time.monotonic() - began


def yuan(fen):
    return "%d.%02d" % divmod(fen, 100)


def owed(told):
    """Interest from FIRST to before LAST in fen, half up once: of what was told, one by one."""
    balance, day, whole = AMOUNT, FIRST, 0
    for e in told:
        on = datetime.date.fromisoformat(e["on"])
        whole += balance * RATE * (on - day).days
        balance, day = balance - int(e["principal"].replace(".", "")), on
    whole += balance * RATE * (LAST - day).days
    return (2 * whole + 360000000) // 720000000


def asked(d, bank, contract):
    found = json.loads(account.ask(d, "GET", "/v1/loans?contract_no=" + contract, bank))["items"]
    return json.loads(account.ask(d, "GET", "/v1/loans/%s/interest?from=%s&to=%s" % (found[0]["id"], FIRST, LAST), bank))


def run(n=1000000, loans=20000):
    d = harness.Daemon(safe=True, binary=harness.RELEASE_BIN)
    try:
        bank = d.token("bank")
        print("%d loans: %.0f/s" % (loans, account.send(d, "/v1/loans", bank, [json.dumps(dict(x, amount="1000000.00", rate="3.45"))
                                                                              for x in account.loans(loans)])), flush=True)
        contracts = ["B-%d" % i for i in range(loans)]
        name = os.path.join(d.folder, "events.ndjson")
        with open(name, "w", encoding="ascii") as f:
            for x in account.events(contracts, n, "0.01"):
                f.write(x + "\n")
        done = threading.Event()
        watcher = threading.Thread(target=watched, args=(d, "file", done, lambda: d.sql("select count(*) from loan_event")))
        line(d, "before", "a file of %.0f MiB" % (os.path.getsize(name) / 1048576))
        watcher.start()
        try:
            summary, took = post(d, "/v1/loan-events", bank, name)
        finally:
            done.set()
            watcher.join()
        assert summary["created"] == n == int(d.sql("select count(*) from loan_event")), summary
        line(d, "file, %4.0f s" % took, "%.0f events/s" % (n / took))
        for c in random.Random(15).sample(contracts, 20):
            told = [json.loads(x) for x in account.events([c], n // loans, "0.01")]
            said = asked(d, bank, c)
            assert (said["accrued"], said["paid"]) == (yuan(owed(told)), yuan(len(told))), (c, said["accrued"], said["paid"], owed(told))
        began = time.monotonic()
        verified = subprocess.run([d.binary, "verify"], env=d.env, check=False, capture_output=True, text=True)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        line(d, "verify, %.0f s" % (time.monotonic() - began), verified.stdout.strip().splitlines()[-1][:52])
        return n / took
    finally:
        d.close()


if __name__ == "__main__":
    run(*map(int, sys.argv[1:]))
