"""How long `pledged verify` takes over N loans with their events and N entries, step by step.

    python3 tests/bench/verify.py [N]       (10,000; needs build/release)

Loans are of N / 3 firms, in all districts and several banks, over twelve quarters; three events for two loans. Each
transfer (two entries) was proposed by one person and approved by another. Tells seconds for all, and for 100,000 loans,
and of each part what it cost the processors: on a machine that others use that is the figure to compare. Then a bank that
submits one loan after another, alone and beside a whole look: the p99 of both, and how many times the one is the other
(goal: at most 2).
"""
import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
os.environ.setdefault("PLEDGED_BIN", os.path.join(ROOT, "build", "release", "pledged"))
sys.path.insert(0, os.path.join(ROOT, "tests", "it"))
from harness import Daemon, firm, loan  # noqa: E402

SLICE, BANKS = 5000, 3
PAUSE_S, QUIET_S = 0.005, 10
NDJSON = {"Content-Type": "application/x-ndjson"}
DISTRICTS = ("310101 310104 310105 310106 310107 310109 310110 310112 310113 310114 310115 310116 310117 310118 310120"
             " 310151").split()
LIVES = (  # days after the draw, kind, what is told of it
    [(330, "overdue", {"interest": "8000.00"})],
    [(92, "repaid", {"principal": "100000.00", "interest": "9000.00"})],
    [(92, "repaid", {"interest": "9000.00"}), (200, "settled", {})],
    [(200, "overdue", {"principal": "50000.00"}), (260, "repaid", {"principal": "50000.00"})],
)


def send(d, path, rows, token):
    made = []
    for i in range(0, len(rows), SLICE):
        body = "\n".join(json.dumps(x, ensure_ascii=False) for x in rows[i:i + SLICE])
        lines = d.call("POST", path, body, token, NDJSON, timeout=600).lines()
        assert lines[-1]["summary"]["created"] == len(rows[i:i + SLICE]), lines[:2]
        made += lines[:-1]
    return made


def day(first, days):
    return time.strftime("%Y-%m-%d", time.gmtime(first + days * 86400))


def book(d, n):
    dice = random.Random(1)
    firms = [firm(1000000 + i) for i in range(max(n // 3, 1))]
    for b in range(BANKS):
        loans, events = [], []
        for i in range(b, n, BANKS):
            code, name = dice.choice(firms)
            signed = 1609459200 + dice.randrange(1095) * 86400  # 2021 to 2023
            amount = "%d.%02d" % (1000000 + dice.randrange(20000000), dice.randrange(100))
            x = loan(borrower_uscc=code, borrower_name=name, district=dice.choice(DISTRICTS), amount=amount,
                     signed_on=day(signed, 0), disbursed_on=day(signed, 4), matures_on=day(signed, 369),
                     industry=dice.choice(("C3973", "I6513", "M7320", "C2710")), employees=20 + i % 500,
                     revenue="%d.00" % (100000000 + i), assets="%d.00" % (200000000 + i), first_loan=dice.random() < 0.3)
            loans.append(x)
            events += [dict(more, reference="E%d-%d" % (i, k), contract_no=x["contract_no"], kind=kind, on=day(signed, 4 + after))
                       for k, (after, kind, more) in enumerate(LIVES[i % 4])]
        token = d.token("bank", "BANK-%s" % "ABC"[b])
        send(d, "/v1/loans", loans, token)
        send(d, "/v1/loan-events", events, token)


def entries(d, n):
    finance = d.token("finance")
    second = d.cli("token", "add", "--org", "FINANCE", "--person", "复核").stdout.strip()
    for code, kind in (("pool:X", "asset"), ("grant:X", "income")):
        d.call("POST", "/v1/accounts", {"code": code, "kind": kind, "title": "t", "opened_on": "2020-01-01",
                                        "no_overdraft": False}, finance)
    made = send(d, "/v1/transfers", [{"reference": "T%d" % i, "debit": "pool:X", "credit": "grant:X", "amount": "1.00",
                                      "on": "2022-01-05", "cause": "appropriation"} for i in range(n // 2)], finance)
    seen = d.sql("select string_agg(p.id || ' ' || proposal_seen(p), E'\\n' order by p.no) from proposal p").splitlines()
    assert len(seen) == len(made), (len(seen), made[:1])
    send(d, "/v1/proposals/approve", [dict(zip(("id", "seen"), x.split()), reason="核对无误") for x in seen], second)


def look(d, n, *args):
    begun = time.time()
    out = subprocess.run([d.binary, "verify", "--steps", *args], env=d.env, check=True, capture_output=True, text=True).stdout
    took = time.time() - begun
    print("verify %-12s %8.2f s, %.2f s for 100,000 loans" % (" ".join(args), took, took * 100000 / n))
    print("\n".join("    " + x for x in out.strip().splitlines()))


def submits(d, token, go_on):
    """p99 in ms of single submits, a few ms apart, as long as go_on(); and how many they were."""
    link = http.client.HTTPConnection("127.0.0.1", d.port)
    took = []
    while go_on():
        body = json.dumps(loan(disbursed_on="2022-07-05"))
        begun = time.perf_counter()
        link.request("POST", "/v1/loans", body, {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
        answer = link.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
        took.append((time.perf_counter() - begun) * 1000)
        time.sleep(PAUSE_S)
    link.close()
    return sorted(took)[len(took) * 99 // 100], len(took)


def beside(d):
    """Without, beside a whole look, and without again: other users of the machine come and go."""
    token, quiet = d.token("bank"), []
    for beside_verify in (False, True, False):
        if beside_verify:
            verify = subprocess.Popen([d.binary, "verify"], env=d.env, stdout=subprocess.DEVNULL)
            busy = submits(d, token, lambda: verify.poll() is None)
            assert verify.returncode == 0
        else:
            until = time.time() + QUIET_S
            quiet.append(submits(d, token, lambda: time.time() < until))
    p99 = sum(x[0] for x in quiet) / len(quiet)
    print("submits      p99 %.1f ms beside verify (of %d), %.1f ms without (%s): %.2f times" % (
        *busy, p99, ", ".join("%.1f of %d" % x for x in quiet), busy[0] / p99))


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("n", type=int, nargs="?", default=10000)
    n = asked.parse_args().n
    d = Daemon({"verify_at": "off"})
    try:
        begun = time.time()
        book(d, n)
        entries(d, n)
        d.sql("vacuum analyze")
        print("%d loans, %s events, %s transfers, %s leaves in %.0f s" % (n, *d.sql(
            "select (select count(*) from loan_event), (select count(*) from transfer), (select count(*) from log_leaf)").split("|"),
            time.time() - begun))
        look(d, n)
        look(d, n, "--since-last")
        beside(d)
    finally:
        d.close()


main()
