"""How well banks report, on a ledger of its own: every count is planted."""
import json
import time

from harness import TODAY, Case, loan, numbers

NOW = "%dQ%d" % (TODAY.year, (TODAY.month + 2) // 3)


class Quality(Case):
    conf = {"readers": "6"}  # a daemon and ledger of its own

    def setUp(self):
        self.finance = self.d.token("finance")

    def post(self, bank, path="/v1/loans", body=None, want=201):
        r = self.d.call("POST", path, body, self.d.token("bank", bank))
        self.assertEqual(r.status, want, r.body)
        return r

    def event(self, bank, of, kind, on, **over):
        return self.post(bank, "/v1/loan-events", dict(
            {"reference": "E-%d" % next(numbers), "contract_no": of["contract_no"], "kind": kind, "on": on}, **over))

    def row(self, quarter, section, bank, token=None):
        r = self.d.call("GET", "/v1/reports/quarterly/%s?section=%s" % (quarter, section), token=token or self.finance)
        self.assertEqual(r.status, 200, r.body)
        rows = {x["key"]: {k: c["value"] for k, c in x["cells"].items()} for x in r.json()["sections"][0]["rows"]}
        return rows.get(bank)

    def check(self, cells, **want):
        self.assertEqual({k: cells[k] for k in want}, want)

    def behind(self, quarter, section, bank, column):
        r = self.d.call("GET", "/v1/reports/quarterly/%s/rows?section=%s&row=%s&column=%s"
                        % (quarter, section, bank, column), token=self.finance)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def test_what_comes_fifteen_days_after_the_quarter_is_late(self):
        bank = "BANK-LATE"
        old = loan(disbursed_on="2022-07-08", registered_on="2022-07-05")
        self.post(bank, body=old)
        self.event(bank, old, "repaid", "2022-08-01", principal="1000000.00")
        self.event(bank, old, "classified", "2022-09-01", grade="special_mention")
        self.check(self.row("2022Q3", "reporters", bank), loans=1, loans_late=1, loans_late_share="100.00",
                   events=2, events_late=2, silent=0)
        fresh = loan(signed_on=TODAY.isoformat(), matures_on="2099-01-01")
        self.post(bank, body=fresh)
        self.check(self.row(NOW, "reporters", bank), loans=1, loans_late=0, loans_late_share="0.00", events=0)
        self.assertEqual([x["reference"] for x in self.behind("2022Q3", "reporters", bank, "loans_late")["items"]],
                         [old["contract_no"]])

    def test_a_loan_whose_term_ends_without_a_word_is_missing(self):
        bank = "BANK-MISS"
        silent = loan(disbursed_on="2022-07-01", matures_on="2023-02-10", amount="4000000.00")
        told = loan(disbursed_on="2022-07-01", matures_on="2023-02-10")
        longer = loan(disbursed_on="2022-07-01", matures_on="2023-02-10")
        for body in (silent, told, longer):
            self.post(bank, body=body)
        self.event(bank, told, "settled", "2023-02-10")
        self.event(bank, longer, "extended", "2023-02-01", matures_on="2023-08-10")
        self.check(self.row("2023Q1", "reporters", bank), missing=1, missing_amount="4000000.00")
        # The extended one is missing when its longer term has ended; the other one was before.
        self.check(self.row("2023Q3", "reporters", bank), missing=1, missing_amount="5000000.00")

    def test_a_term_that_ends_with_the_quarter_is_missing_in_the_next(self):
        bank = "BANK-EDGE"
        self.post(bank, body=loan(disbursed_on="2022-07-01", matures_on="2023-03-31"))  # in time until the day is over
        self.check(self.row("2023Q1", "reporters", bank), missing=0, silent=1)
        self.check(self.row("2023Q2", "reporters", bank), missing=1)
        self.check(self.row("2023Q3", "reporters", bank), missing=0, silent=1)

    def test_a_bank_with_loans_that_tells_nothing_is_silent(self):
        bank = "BANK-MUTE"
        self.post(bank, body=loan(signed_on="2022-01-10", disbursed_on="2022-01-10", matures_on="2030-01-01"))
        self.check(self.row("2022Q3", "reporters", bank), loans=0, events=0, silent=1, loans_late_share=None)
        self.assertEqual(self.row("2022Q1", "reporters", bank)["silent"], 0)

    def test_contradictions_of_repayments_and_the_pledge_register(self):
        bank = "BANK-ODD"
        q3 = dict(disbursed_on="2022-07-08", registered_on="2022-07-05", matures_on="2030-01-01")
        released, settled = loan(**q3), loan(**q3)
        twins = [loan(pledge_no="Y2022310000777", **q3) for _ in range(2)]
        other_year, unregistered, good = (loan(pledge_no="Y2021310000778", **q3), loan(disbursed_on="2022-07-08"),
                                          loan(pledge_no="Y2022310000779", **q3))
        for body in (released, settled, *twins, other_year, unregistered, good):
            self.post(bank, body=body)
        self.event(bank, released, "pledge_released", "2022-08-01")
        self.event(bank, settled, "settled", "2022-07-31")  # 61 days before the end of the quarter
        self.check(self.row("2022Q3", "quality", bank), released_owing=1, settled_pledged=1, pledge_no_twice=2,
                   pledge_no_year=1, unregistered=1)
        for column, want in (("released_owing", [released]), ("settled_pledged", [settled]), ("pledge_no_twice", twins),
                             ("pledge_no_year", [other_year]), ("unregistered", [unregistered])):
            self.assertEqual(sorted(x["reference"] for x in self.behind("2022Q3", "quality", bank, column)["items"]),
                             sorted(x["contract_no"] for x in want), column)
        self.event(bank, settled, "pledge_released", "2022-09-01")
        self.check(self.row("2022Q3", "quality", bank), settled_pledged=0)

    def test_refused_lines_reused_numbers_and_corrections_count_by_the_clock(self):
        bank = "BANK-QUAL"
        token = self.d.token("bank", bank)
        good = [loan() for _ in range(4)]
        bad = [dict(loan(), rate=3), dict(loan(), district="999999")]
        r = self.d.call("POST", "/v1/loans", "\n".join(map(json.dumps, good + bad + [dict(good[0], rate="4.00")])),
                        token, {"Content-Type": "application/x-ndjson"})
        self.assertEqual(r.lines()[-1]["summary"], {"created": 4, "replay": 0, "conflict": 1, "refused": 2})
        one = self.d.call("POST", "/v1/loans", good[0], token).json()
        r = self.d.call("PUT", "/v1/loans/" + one["id"], dict(one, rate="4.00", reason="录入错误"), token,
                        {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        for _ in range(100):
            cells = self.row(NOW, "quality", bank)
            if cells and cells["refused"]:
                break
            time.sleep(0.05)
        # 4 loans and a correction came in, 2 lines did not: 2 of 7 refused, 1 of 5 a correction.
        self.check(cells, received=5, refused=2, lines=7, refused_share="28.57", reused=1, corrections=1,
                   corrections_share="20.00")
        behind = self.behind(NOW, "quality", bank, "received")
        self.assertEqual((behind["value"], sum(x["value"] for x in behind["items"])), (5, 5))

    def test_a_bank_reads_its_own_quality_and_no_others(self):
        self.post("BANK-ONE", body=loan(disbursed_on="2022-07-08"))
        self.post("BANK-TWO", body=loan(disbursed_on="2022-07-08"))
        token = self.d.token("bank", "BANK-ONE")
        self.assertEqual(self.row("2022Q3", "quality", "BANK-ONE", token)["unregistered"], 1)
        self.assertIsNone(self.row("2022Q3", "quality", "BANK-TWO", token))
        self.assertIsNone(self.row("2022Q3", "reporters", "BANK-TWO", token))
