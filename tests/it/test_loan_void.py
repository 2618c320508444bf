"""A loan recorded wrongly leaves every figure; a loan that moves takes its events along."""
import unittest

import test_seals
from harness import numbers
from lives import DRAWN, Lives, today
from loan_examples import THREE, WRITTEN_OFF


class Voiding(Lives):
    conf = {"readers": "7"}  # a ledger of its own: its figures are counted

    VOID = ("voided", "2022-09-01", {"reason": "重复录入"})

    def figures(self, quarter="2022Q1"):
        finance = self.d.token("finance")
        report = self.get("/v1/reports/quarterly/%s?section=headline,by_district,by_bank,balances" % quarter, finance)["sections"]
        targets = self.get("/v1/plans/sh-2021-2023/targets?quarter=" + quarter, finance)["targets"]
        cells = {(s["name"], row["key"], name): c["value"] for s in report
                 for row in s["rows"] + ([dict(s["total"], key=None)] if s["total"] else [])
                 for name, c in row["cells"].items()}
        return cells, targets

    def test_a_wrong_loan_leaves_every_figure(self):
        self.make([DRAWN], **THREE)
        before = self.figures()
        where = self.make(WRITTEN_OFF.events, **WRITTEN_OFF.loan)
        self.assertNotEqual(self.figures(), before)
        self.sent(where, ("voided", str(today()), {"reason": "重复录入"}), 201)
        self.assertEqual(self.figures(), before)
        self.assertEqual(self.view(where, str(today())), ("voided", "0.00", "0.00", "0.00", 0, "0.00"))
        # on every day: it never was
        self.assertEqual(self.view(where, "2022-08-01"), ("voided", "0.00", "0.00", "0.00", 0, "0.00"))
        self.assertEqual(self.interest(where, "2022-07-05", "2024-01-10"), ("0.00", "0.00", []))
        verify = self.d.verify()
        self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)

    def test_the_instant_before_it_stays_what_it_was(self):
        where = self.make([DRAWN], **THREE)
        at = self.get(where + "/events")["items"][-1]["recorded_at"].replace("+", "%2B")
        self.sent(where, self.VOID, 201)
        self.assertEqual(self.view(where, "2022-08-04", "&known_at=" + at)[:2], ("active", "3000000.00"))
        self.assertEqual(self.view(where, "2022-08-04")[:2], ("voided", "0.00"))

    def test_nothing_happens_to_it_any_more_and_a_wrong_void_is_reversed(self):
        where = self.make([DRAWN], **THREE)
        made = self.sent(where, self.VOID, 201).json()
        self.assertEqual(made["reason"], "重复录入")
        self.refused(where, ("repaid", "2022-10-01", {"principal": "1.00"}), "/kind", "E_STATE")
        for day in ("2022-10-01", self.VOID[1], "2022-07-05"):  # nor on an earlier day: it would leave every sum once more
            self.refused(where, ("voided", day, {"reason": "again"}), "/kind", "E_STATE")
        self.assertEqual(self.d.verify().stdout, "no defects\n")
        self.sent(where, ("reversed", "2022-10-01", {"reverses": made["reference"]}), 201)
        self.assertEqual(self.view(where, "2022-08-04")[:2], ("active", "3000000.00"))
        self.sent(where, ("repaid", "2022-10-01", {"principal": "1.00"}), 201)

    def test_lists_show_it_under_its_state_alone(self):
        firm = "91310104QX0104028H"
        wheres = [self.make([DRAWN], borrower_uscc=firm, **THREE) for _ in range(2)]
        self.sent(wheres[0], self.VOID, 201)
        for state, want in (("active", 1), ("voided", 1), ("signed", 0)):
            r = self.get("/v1/loans?borrower=%s&state=%s&as_of=2022-09-01" % (firm, state))
            self.assertEqual(len(r["items"]), want, state)

    def test_only_the_bank_of_the_loan_voids_it(self):
        where = self.make([DRAWN], **THREE)
        self.assertEqual(self.sent(where, self.VOID, token=self.d.token("bank", "BANK-B")).status, 404)
        self.assertEqual(self.sent(where, self.VOID, token=self.d.token("finance")).status, 403)


class Restated(test_seals.Ledger):
    conf = {"readers": "9"}  # a ledger of its own, whose quarters are sealed one after the other

    def test_a_sealed_quarter_tells_the_voided_loan_under_restatements(self):
        q = self.quarter
        day = str(test_seals.first_day(q))
        self.lend(day, amount="5000000.00")
        gone = self.lend(day, amount="1000000.00")
        self.seal()
        later = test_seals.after(q)
        self.assertEqual(self.row(later, q), None)
        r = self.d.call("POST", "/v1/loans/%s/events" % gone["id"], {
            "reference": "V-%d" % next(numbers), "kind": "voided", "on": str(today()), "reason": "合同未生效"}, self.bank)
        self.assertEqual(r.status, 201, r.body.decode())
        cells = self.row(later, q)
        self.assertEqual((cells["count_difference"]["value"], cells["amount_difference"]["value"], cells["records"]["value"]),
                         (-1, "-1000000.00", 1))
        self.assertIn("合同未生效", cells["reasons"]["value"])

    def row(self, quarter, restated):
        sections = self.get(quarter, "?section=restatements").json()["sections"]
        return next((row["cells"] for s in sections for row in s["rows"] if row["key"] == restated), None)


class Parties(Lives):
    def test_events_follow_their_loan_when_a_correction_moves_it(self):
        """C9, for every party: districts, guarantors and insurers read them by what the loan says now."""
        guarantor, insurer = self.d.token("guarantor"), self.d.token("insurer")
        old, new = self.d.token("district", "DIST-310112"), self.d.token("district", "DIST-310113")
        where = self.make([DRAWN, ("overdue", "2022-08-04", {"interest": "1.00"})], district="310112", **THREE)
        read = lambda token: self.d.call("GET", where + "/events", token=token).status
        self.assertEqual([read(t) for t in (old, new, guarantor, insurer)], [200, 404, 404, 404])
        event = self.get(where + "/events")["items"][0]["id"]
        body = dict(self.get(where), district="310113", guarantor_uscc="91310101QX0101011R",
                    insurer_uscc="91310115QX0115114N", reason="企业迁址")
        r = self.d.call("PUT", where, body, self.bank, {"If-Match": self.etag(where)})
        self.assertEqual(r.status, 200, r.body.decode())
        self.assertEqual([read(t) for t in (old, new, guarantor, insurer)], [404, 200, 200, 200])
        for token, want in ((old, 0), (new, 2), (guarantor, 2), (insurer, 2)):
            self.assertEqual(self.d.call("GET", "/v1/loan-events/" + event, token=token).status, 200 if want else 404)
            r = self.d.call("GET", where + "/events", token=token)
            self.assertEqual(len(r.json()["items"]) if want else r.status, want or 404)
        self.assertEqual(self.get(where + "?as_of=2022-08-05", new)["state"], "overdue")

    def etag(self, where):
        return self.d.call("GET", where, token=self.bank).headers["etag"]


if __name__ == "__main__":
    unittest.main()
