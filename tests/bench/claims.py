"""A claim in a scheme of many covered loans: what the decision takes in the database, and a claim over HTTP.

    python3 tests/bench/claims.py [COVERED]          (10,000 by default)

The loans are of one bank, one in a hundred is bad, a hundred are claimed before the clock runs. Release build, fsync on.
"""
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it"))
import harness  # noqa: E402  (the path comes first)
from fund_case import FundCase, ago  # noqa: E402

NDJSON = {"Content-Type": "application/x-ndjson"}
SLICE = 5000


class Bench(FundCase):
    binary = harness.RELEASE_BIN
    conf = {"readers": "2"}

    def batch(self, path, records):
        started = time.monotonic()
        for i in range(0, len(records), SLICE):
            r = self.d.call("POST", path, "\n".join(json.dumps(x) for x in records[i:i + SLICE]), self.bank, NDJSON, timeout=600)
            assert r.lines()[-1]["summary"]["created"] == len(records[i:i + SLICE]), r.body[:600]
        return len(records) / (time.monotonic() - started)

    def covered(self, code, n):
        loans = [harness.loan(scheme=code, amount="3000000.00", signed_on=ago(40), disbursed_on=ago(30),
                              registered_on=ago(30), matures_on=ago(-300)) for _ in range(n)]
        print("loans that ask for cover, as a batch                 %.0f/s" % self.batch("/v1/loans", loans))
        until = time.monotonic() + 600
        while self.d.sql("select count(*) from coverage where state = 'pending'") != "0" and time.monotonic() < until:
            time.sleep(0.5)
        assert self.d.sql("select count(*) from coverage where state = 'covered'") == str(n)
        return [x["contract_no"] for x in loans]

    def spent(self, contract):
        """Milliseconds of the decision alone, as a dry run of the function that the lane calls."""
        doc = json.dumps({"reference": "X-%d" % next(harness.numbers), "loan": contract, "kind": "compensation"})
        out = self.d.sql(
            "begin; set local jit = off; set local enable_seqscan = off; set local plan_cache_mode = force_generic_plan;"
            " select set_config('pledged.org', (select id::text from org where code = 'BANK-A'), true),"
            " set_config('pledged.kind', 'bank', true), set_config('pledged.code', 'BANK-A', true),"
            " set_config('pledged.person', 'b', true), set_config('pledged.secret', wall_secret(), true);" + (
                " explain (analyze, timing off) select claim_decide(gen_random_uuid(), '%s', null, false);" % doc) * 12 + " rollback")
        return sorted(float(x.split()[2]) for x in out.splitlines() if x.startswith("Execution Time"))

    def test_it(self):
        n = int(os.environ.get("COVERED", "10000"))
        code = self.scheme(money="1000000000.00", leverage_limit=None, confirmation="automatic", trigger={"min_grade": "substandard"},
                           npl_breaker="50.00")
        contracts = self.covered(code, n)
        bad = contracts[::max(n // 100, 1)]
        for told in ({"kind": "overdue"}, {"kind": "classified", "grade": "substandard"}):  # a grade alone is no loss
            self.batch("/v1/loan-events", [dict(told, reference="E-%d" % next(harness.numbers), contract_no=c, on=ago(0)) for c in bad])
        spent, whole = self.spent(bad.pop()), []
        print("the decision on a claim, in the database: median     %.1f ms (least %.1f, most %.1f)"
              % (statistics.median(spent), spent[0], spent[-1]))
        for contract in bad:
            started = time.monotonic()
            r = self.claim(contract)
            whole.append((time.monotonic() - started) * 1000)
            assert r.status == 201, r.body
        print("a claim over HTTP, one client: median                %.1f ms (99 %% within %.1f)"
              % (statistics.median(whole), sorted(whole)[int(len(whole) * .99)]))


if __name__ == "__main__":
    import unittest
    if len(sys.argv) > 1:
        os.environ["COVERED"] = sys.argv.pop(1)
    unittest.main()
