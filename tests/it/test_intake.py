"""Refused lines leave no trace but a count, for the report on reporting quality."""
import json
import time

from harness import Case, loan


class Intake(Case):
    def counts(self, code, type_="loan"):
        return self.d.sql("select coalesce(sum(i.refused), 0) || ' ' || coalesce(sum(i.conflicts), 0) from intake i"
                          " join org o on o.id = i.org_id where o.code = '%s' and i.type = '%s'" % (code, type_))

    def settles(self, code, want):
        for _ in range(100):
            if self.counts(code) == want:
                return
            time.sleep(0.05)
        self.assertEqual(self.counts(code), want)

    def test_refused_and_reused_lines_are_counted_once_each(self):
        bank = self.d.token("bank", "BANK-INTAKE")
        good = loan()
        bad = [dict(loan(), rate=3), dict(loan(), district="999999")]
        self.assertEqual(self.d.call("POST", "/v1/loans", good, bank).status, 201)
        self.assertEqual(self.d.call("POST", "/v1/loans", good, bank).status, 200)
        self.assertEqual(self.d.call("POST", "/v1/loans", dict(good, rate="4.00"), bank).status, 409)
        self.assertEqual(self.d.call("POST", "/v1/loans", bad[0], bank).status, 422)
        lines = [loan(), *bad, dict(good, rate="4.10")]
        r = self.d.call("POST", "/v1/loans", "\n".join(json.dumps(x) for x in lines), bank,
                        {"Content-Type": "application/x-ndjson"})
        self.assertEqual(r.lines()[-1]["summary"], {"created": 1, "replay": 0, "conflict": 1, "refused": 2})
        # One refused alone and two in the batch; one number used again alone and one in the batch.
        self.settles("BANK-INTAKE", "3 2")

    def test_a_dry_run_and_a_replay_count_nothing(self):
        bank = self.d.token("bank", "BANK-DRY")
        self.assertEqual(self.d.call("POST", "/v1/loans?dry_run=true", dict(loan(), rate=3), bank).status, 422)
        good = loan()
        self.d.call("POST", "/v1/loans", good, bank)
        self.d.call("POST", "/v1/loans", good, bank)
        self.d.call("POST", "/v1/loans", dict(loan(), rate=3), bank)
        self.settles("BANK-DRY", "1 0")

    def test_counts_wait_for_nobody_and_are_there_after_a_stop(self):
        bank = self.d.token("bank", "BANK-STOP")
        self.d.call("POST", "/v1/loans", dict(loan(), rate=3), bank)
        self.d.restart()
        self.assertEqual(self.counts("BANK-STOP"), "1 0")

    def test_counts_only_grow(self):
        bank = self.d.token("bank", "BANK-GROW")
        self.d.call("POST", "/v1/loans", dict(loan(), rate=3), bank)
        self.settles("BANK-GROW", "1 0")
        for change in ("update intake set refused = refused - 1", "delete from intake", "truncate intake"):
            with self.assertRaises(Exception):
                self.d.sql(change)
