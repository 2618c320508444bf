"""Loans as accounts: a batch of loans, a batch of events, a page of loans, one loan, and interest over 500 events.

    python3 tests/bench/account.py [LOANS] [EVENTS]          (20,000 and 100,000 by default)

PLEDGED_RELEASE_BIN names another binary to compare with; what it does not know is left out. Release build, fsync on.
"""
import datetime
import http.client
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it"))
import harness  # noqa: E402  (the path comes first)

NDJSON = {"Content-Type": "application/x-ndjson"}
SLICE = 5000


def told(what, figure):
    print("%-52s %s" % (what, figure), flush=True)


def ask(d, method, path, token, body=None, headers=None):
    """As Daemon.call, but without holding the answer against its description: that would be what is measured."""
    connection = http.client.HTTPConnection("127.0.0.1", d.port, timeout=600)
    connection.request(method, path, body, dict(headers or {}, Authorization="Bearer " + token))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status < 300, body[:600]
    return body


def send(d, path, token, lines):
    started = time.monotonic()
    for i in range(0, len(lines), SLICE):
        body = ask(d, "POST", path, token, "\n".join(lines[i:i + SLICE]), NDJSON)
        summary = json.loads(body.splitlines()[-1])["summary"]
        assert summary["created"] == len(lines[i:i + SLICE]), body[:600]
    return len(lines) / (time.monotonic() - started)


def loans(n):
    return [dict(harness.loan(), contract_no="B-%d" % i, disbursed_on="2022-07-05", matures_on="2042-07-01") for i in range(n)]


def events(contracts, n, interest=None):
    """Drawn, then repaid in small pieces; sorted by loan, as a bank exports it."""
    more = {"interest": interest} if interest else {}
    each = max(1, n // len(contracts))
    day = datetime.date(2022, 8, 5)
    return [json.dumps({"reference": "%s/%d" % (c, k), "contract_no": c, "kind": "repaid", "principal": "100.00",
                        "on": str(day + datetime.timedelta(days=3 * k)), **more}) for c in contracts for k in range(each)][:n]


def median_ms(call, times):
    spent = []
    for _ in range(times):
        started = time.monotonic()
        call()
        spent.append((time.monotonic() - started) * 1000)
    return statistics.median(spent)


def main(n_loans=20000, n_events=100000):
    d = harness.Daemon(safe=True, binary=harness.RELEASE_BIN)
    try:
        bank = d.token("bank")
        book = loans(n_loans)
        told("loans a second, batch of %d" % n_loans, "%.0f" % send(d, "/v1/loans", bank, [json.dumps(x) for x in book]))
        told("events a second, batch of %d" % n_events,
             "%.0f" % send(d, "/v1/loan-events", bank, events([x["contract_no"] for x in book], n_events)))
        page = d.call("GET", "/v1/loans?limit=100", token=bank).json()
        where = "/v1/loans/" + page["items"][0]["id"]
        told("a page of 100 loans, p50", "%.1f ms" % median_ms(lambda: ask(d, "GET", "/v1/loans?limit=100", bank), 30))
        told("one loan, p50", "%.2f ms" % median_ms(lambda: ask(d, "GET", where, bank), 200))
        if d.call("GET", where + "/interest?from=2022-07-05&to=2023-01-05", token=bank).status != 200:
            return
        for what, interest in (("principal", None), ("principal and interest", "0.01")):
            contract = "MANY-" + str(interest)
            r = d.call("POST", "/v1/loans", dict(book[0], contract_no=contract, amount="5000000.00"), bank)
            send(d, "/v1/loan-events", bank, events([contract], 500, interest))
            asked = "select loan_interest('%s', '2022-07-05', '2031-07-05', null)" % r.json()["id"]
            run = "explain (analyze, timing off, summary on) " + asked
            spent = d.sql("set role pledged_owner; %s; %s" % (asked, "; ".join([run] * 9))).splitlines()
            took = sorted(float(x.split()[2]) for x in spent if x.startswith("Execution Time"))
            told("interest over 500 events of " + what + ", in the database", "%.2f ms (%.2f-%.2f)" % (took[4], took[0], took[-1]))
    finally:
        d.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
