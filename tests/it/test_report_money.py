"""The report's sections on what is outstanding and on money: each figure worked by hand and, where an endpoint tells
the same, equal to what it tells."""
import random
import urllib.parse
from datetime import date, timedelta
from decimal import Decimal

import test_insurance
import test_products
import test_subsidies
from fund_case import TODAY, FundCase, ago
from harness import loan, numbers


def this_quarter():
    """Its code, first and last day."""
    n = TODAY.year * 4 + (TODAY.month - 1) // 3
    first, after = (date(m // 4, m % 4 * 3 + 1, 1) for m in (n, n + 1))
    return "%dQ%d" % (n // 4, n % 4 + 1), first, after - timedelta(days=1)


class Money(FundCase):
    conf = {"readers": "7"}  # a daemon and ledger of its own

    def cells(self, quarter, section, query="", token=None):
        """{row: {column: value}}, the total under None."""
        s = self.get("/v1/reports/quarterly/%s?section=%s%s" % (quarter, section, query), token)["sections"][0]
        rows = {row["key"]: {k: c["value"] for k, c in row["cells"].items()} for row in s["rows"]}
        rows[None] = {k: c["value"] for k, c in s["total"]["cells"].items()}
        return rows

    def check(self, cells, **want):
        self.assertEqual({k: cells[k] for k in want}, want)

    def behind(self, quarter, section, row, column, query="", token=None):
        """The records behind a figure: [(type, reference, value)], after they came to it."""
        page = self.get("/v1/reports/quarterly/%s/rows?section=%s&row=%s&column=%s&limit=1000%s" % (
            quarter, section, urllib.parse.quote(row), column, query), token)
        value = self.cells(quarter, section, query, token)[row][column]
        self.assertEqual((page["value"], page["next"]), (value, None))
        self.assertEqual(sum(Decimal(i["value"]) for i in page["items"]), Decimal(value))
        for item in page["items"]:
            self.get(item["href"], token)
        return sorted((i["type"], i["reference"], i["value"]) for i in page["items"])

    # ---- balances --------------------------------------------------------------------------------

    def test_what_is_outstanding_overdue_and_bad_on_a_day(self):
        bank = self.d.token("bank", "BANK-BAL")
        events = {}

        def lend(name, amount, *told, **over):
            r = self.post("/v1/loans", loan(contract_no=name, amount=amount, signed_on="2022-07-01", disbursed_on=over.get(
                "drawn", "2022-07-05"), matures_on="2023-07-05"), bank, 201)
            for kind, day, more in told:
                events[name, kind] = self.post(r.headers["location"] + "/events", dict(
                    reference="%s-%s" % (name, kind), kind=kind, on=day, **more), bank, 201)

        lend("BAL-quiet", "1000000.00")
        lend("BAL-partly", "4000000.00", ("repaid", "2023-03-31", {"principal": "1000000.00"}))
        lend("BAL-bad", "3000000.00", ("overdue", "2023-01-10", {"principal": "500000.00"}),
             ("classified", "2023-01-10", {"grade": "substandard"}), ("written_off", "2023-11-01", {}))
        lend("BAL-paid", "2000000.00", ("settled", "2023-06-30", {}))
        lend("BAL-undrawn", "9000000.00", drawn=None)
        row = lambda quarter, **q: self.cells(quarter, "balances", **q)["BANK-BAL"]
        # end of 2022: 1 + 4 + 3 + 2 million, all well
        self.check(row("2022Q4"), count=4, firms=4, outstanding="10000000.00", overdue_count=0, npl="0.00",
                   npl_rate="0.00", silent_count=0)
        # end of March: one million came back that day; half a million of three is overdue, all three are bad:
        # 500,000 / 9,000,000 = 5.56 %, 3,000,000 / 9,000,000 = 33.33 %
        self.check(row("2023Q1"), count=4, outstanding="9000000.00", overdue_count=1, overdue="500000.00",
                   overdue_rate="5.56", npl_count=1, npl="3000000.00", npl_rate="33.33")
        self.check(row("2023Q1", query="&as_of=2023-03-30"), outstanding="10000000.00", npl_rate="30.00")
        # end of September: one is settled, two are past their term without a word: 1 + 3 million
        self.check(row("2023Q3"), count=3, outstanding="7000000.00", npl="3000000.00", silent_count=2,
                   silent="4000000.00", written_off="0.00")
        # end of the year: the bad one is written off and stands beside what is outstanding
        self.check(row("2023Q4"), count=2, outstanding="4000000.00", npl="0.00", npl_rate="0.00",
                   written_off_count=1, written_off="3000000.00")
        self.assertEqual(self.behind("2023Q1", "balances", "BANK-BAL", "outstanding"), [
            ("loan", "BAL-bad", "3000000.00"), ("loan", "BAL-paid", "2000000.00"),
            ("loan", "BAL-partly", "3000000.00"), ("loan", "BAL-quiet", "1000000.00")])
        # what was known before the last event: it was not written off yet
        known = self.get("/v1/loan-events/" + events["BAL-bad", "classified"].json()["id"])["recorded_at"]
        self.check(row("2023Q4", query="&known_at=" + urllib.parse.quote(known)), npl="3000000.00", written_off="0.00")

    def test_balances_of_random_stories_are_those_that_loan_fold_tells(self):
        seed = random.randrange(10 ** 9)
        print("figure: balances of random stories: seed %d" % seed)
        rng = random.Random(seed)
        bank = self.d.token("bank", "BANK-RND")
        day = lambda: (date(2022, 1, 1) + timedelta(days=rng.randrange(900))).isoformat()
        taken = 0
        for _ in range(50):
            made = loan(amount="1000.00", signed_on="2022-01-01", matures_on=day(),
                        disbursed_on=rng.choice((None, "2022-01-05", "2022-01-05", day())))
            where = self.post("/v1/loans", made, bank, 201).headers["location"] + "/events"
            told = []
            for _ in range(rng.randrange(10)):
                kind = rng.choice(("disbursed", "repaid", "repaid", "extended", "overdue", "classified", "settled",
                                   "written_off", "recovered", "reversed"))
                event = {"reference": "R-%d" % next(numbers), "kind": kind, "on": day()}
                if kind in ("disbursed", "repaid", "recovered", "overdue") and rng.random() < 0.8:
                    event["principal"] = "%d.00" % rng.randrange(1, 700)
                if kind == "extended":
                    event["matures_on"] = day()
                if kind == "classified":
                    event["grade"] = rng.choice(("normal", "substandard", "loss"))
                if kind == "reversed":
                    event["reverses"] = rng.choice(told or ["none"])
                if self.post(where, event, bank).status == 201:  # what is not possible is refused
                    told.append(event["reference"])
            taken += len(told)
        self.assertGreater(taken, 20)
        for cut in ("2022-03-31", "2022-12-31", "2023-05-05", "2024-06-30"):
            folded = {}
            for line in self.d.sql(
                    "select l.id, f.state, f.outstanding_fen, f.overdue_fen, f.bad_since is not null from loan l join org o"
                    " on o.id = l.org_id cross join lateral loan_fold(l, '%s', null, null) f where o.code = 'BANK-RND'"
                    " and f.outstanding_fen > 0" % cut).splitlines():
                key, state, left, overdue, bad = line.split("|")
                n, left, bad = 1, int(left), int(bad == "t")
                gone = state == "written_off"
                folded[key] = [0, 0, 0, 0, 0, 0, n, left, 0, 0] if gone else [
                    n, left, int(state == "overdue"), int(overdue), bad, bad * left, 0, 0,
                    int(state == "matured"), left if state == "matured" else 0]
            facts = dict(line.split("|") for line in self.d.sql(
                "select id, array_to_string(v, ',') from report_facts_balances('%s', '%s', null, 'signed_on')"
                " where row_key = 'BANK-RND'" % (cut, cut)).splitlines())
            self.assertEqual({k: [int(x) for x in v.split(",")] for k, v in facts.items()}, folded, (cut, seed))

    # ---- funds and claims ------------------------------------------------------------------------

    def test_a_fund_from_opening_to_closing_and_the_claims_on_it(self):
        code = self.scheme("zs")  # 40,000,000.00 on 2022-01-05
        now, first_day, last_day = this_quarter()
        first = self.claimed(self.lent(code), reference="CL-%s-1" % code)
        second = self.claimed(self.lent(code), reference="CL-%s-2" % code)
        submitted = urllib.parse.quote(self.get("/v1/reports/quarterly/%s?section=fund" % now)["known_at"])
        for name, token, where in (("accept", self.finance, first), ("approve", self.second, first),
                                   ("accept", self.finance, second), ("approve", self.second, second)):
            self.step(where, name, token)
        before = urllib.parse.quote(self.get("/v1/reports/quarterly/%s?section=fund" % now)["known_at"])
        self.step(first, "pay", self.finance)  # 54 % of 3,000,000.00
        unshared = urllib.parse.quote(self.get("/v1/reports/quarterly/%s?section=fund" % now)["known_at"])
        self.recover(first, "500010.00", costs=[{"what": "诉讼费", "amount": "10.00", "evidence": "票据"}])
        self.step(first, "accept_costs", self.finance, costs_accepted="10.00")
        fund = lambda quarter, **q: self.cells(quarter, "fund", **q)[code]
        self.assertEqual(fund("2022Q1"), {
            "opening": "0.00", "appropriations": "40000000.00", "compensation": "0.00", "recoveries": "0.00",
            "returns": "0.00", "adjustments": "0.00", "closing": "40000000.00", "held": "0.00"})
        self.assertEqual(fund(now), {  # 54 % of 500,000.00 came back after costs
            "opening": "40000000.00", "appropriations": "0.00", "compensation": "-1620000.00", "recoveries": "270000.00",
            "returns": "0.00", "adjustments": "0.00", "closing": "38650000.00", "held": "1620000.00"})
        self.check(fund(now, query="&known_at=" + unshared), recoveries="0.00", closing="38380000.00")
        self.check(fund(now, query="&known_at=" + before), compensation="0.00", held="3240000.00")
        for name, start, end in (("2022Q1", "2022-01-01", "2022-03-31"), (now, first_day, last_day)):
            told = self.get("/v1/schemes/%s/statement?from=%s&to=%s" % (code, start, end))
            self.assertEqual({k: told[k] for k in fund(name)}, fund(name))
        self.assertEqual(self.behind(now, "fund", code, "held"), [("claim", "CL-%s-2" % code, "1620000.00")])
        self.assertEqual(sorted(x[::2] for x in self.behind(now, "fund", code, "closing")),
                         [("transfer", "-1620000.00"), ("transfer", "-5.40"), ("transfer", "270005.40"),
                          ("transfer", "40000000.00")])

        of_scheme = lambda quarter, **q: self.cells(quarter, "claims_by_scheme", **q)[code]
        self.check(of_scheme(now), count=2, net_loss="6000000.00", fund="3240000.00", count_total=2, paid="1620000.00",
                   paid_total="1620000.00", back="270000.00", back_total="270000.00")
        self.check(of_scheme(now, query="&known_at=" + unshared), paid_total="1620000.00", back_total="0.00")
        states = lambda quarter, **q: {k: v["count_total"] for k, v in self.cells(quarter, "claims", **q).items()
                                       if v["count_total"]}
        self.assertEqual(states(now), {"approved": 1, "recovering": 1, None: 2})
        for known, said in ((submitted, {"submitted": 2, None: 2}), (before, {"approved": 2, None: 2}),
                            (unshared, {"approved": 1, "paid": 1, None: 2})):
            self.assertEqual(states(now, query="&known_at=" + known), said)
        self.assertEqual(states("2022Q1"), {})
        self.assertEqual(self.behind(now, "claims", "recovering", "back"), [("claim", "CL-%s-1" % code, "270000.00")])

        # the bank: what it was paid and gave back; opening and closing are the fund's, not its
        own = self.cells(now, "fund", token=self.bank)[code]
        self.check(own, opening=None, closing=None, appropriations="0.00", compensation="-1620000.00", held="1620000.00")
        self.assertNotIn(code, self.cells(now, "fund", token=self.d.token("bank", "BANK-OTHER")))
        self.assertEqual(self.cells(now, "claims", token=self.d.token("bank", "BANK-OTHER"))[None]["count_total"], 0)

    def test_a_loss_that_is_claimed_in_two_parts_counts_once(self):
        code = self.scheme("zs")
        contract = self.lent(code)
        self.paid(contract, loss_principal="1000000.00")
        self.paid(contract)
        self.check(self.cells(this_quarter()[0], "claims_by_scheme")[code], count=2, net_loss="3000000.00",
                   fund="1620000.00", paid="1620000.00")

    # ---- cover -----------------------------------------------------------------------------------

    def test_cover_as_it_stood_and_was_known(self):
        code = self.scheme("hk-2023", money="1000000.00")  # ten times is 10,000,000.00
        now = this_quarter()[0]
        known = lambda: "&known_at=" + urllib.parse.quote(self.get("/v1/reports/quarterly/%s?section=fund" % now)["known_at"])
        row, bank = lambda more="": self.cells(now, "coverage", more), code + " BANK-A"
        none = known()
        good, bad = self.lent(code, overdue=None), self.lent(code, overdue=None)
        before = known()
        self.event(self.where(bad), "repaid", ago(200), principal="1000000.00")
        self.event(self.where(bad), "overdue", ago(100))
        self.event(self.where(good), "settled", ago(1))
        self.check(row()[bank], count=1, covered="3000000.00", outstanding="2000000.00", bad="2000000.00", ratio="100.00")
        self.check(row(before)[bank], count=2, covered="6000000.00", outstanding="6000000.00", bad="0.00", ratio="0.00")
        self.assertNotIn(bank, row(none))
        self.assertEqual([row(x)[code]["room"] for x in ("", before, none)], ["7000000.00", "4000000.00", "10000000.00"])
        self.assertNotIn(code, self.cells("2022Q4", "coverage"))  # the scheme is of 2023

    # ---- subsidies -------------------------------------------------------------------------------

    def test_a_policy_with_its_applications_and_budget(self):
        help_with = test_subsidies.Subsidies("test_an_application_is_held_approved_paid_and_clawed_back")
        help_with.d, help_with.bank, help_with.finance = self.d, self.bank, self.finance
        help_with.district = self.d.token("district", "DIST-310116")
        help_with.checker, help_with.payer = (self.d.cli("token", "add", "--org", "DIST-310116", "--person", name)
                                              .stdout.strip() for name in ("李复核", "赵支付"))
        code = help_with.policy()
        help_with.budget(code, "60000.00")
        # 25,875.00 each (test_subsidies): two are held, the third waits; 8,250.00 are left
        wheres = [help_with.apply(code, help_with.lent()).headers["location"] for _ in range(3)]
        help_with.step(wheres[0], "approve", help_with.checker)
        help_with.step(wheres[0], "pay", help_with.payer)
        now = "%dQ%d" % (TODAY.year, (TODAY.month + 2) // 3)
        row = lambda quarter, **q: self.cells(quarter, "subsidies", **q)[code]
        first = {"applied_count": 3, "applied": "77625.00", "promised": "25875.00", "queued": "25875.00",
                 "approved": "25875.00", "paid": "25875.00", "clawed_back": "0.00", "budget": "60000.00",
                 "left": "8250.00", "left_share": "13.75"}
        self.assertEqual(row(now), first)
        told = self.get("/v1/policies/%s/budget?year=%d" % (code, TODAY.year), help_with.district)
        self.assertEqual((told["available"], told["held"], told["queued"]), ("8250.00", "25875.00", "25875.00"))
        before = urllib.parse.quote(self.get("/v1/reports/quarterly/%s?section=subsidies" % now)["known_at"])
        help_with.step(wheres[0], "clawback", help_with.district, amount="875.00")
        self.assertEqual(row(now), first)  # it was asked back, and has not come
        help_with.back(wheres[0], help_with.checker)
        help_with.budget(code, "40000.00")  # the third gets its money
        self.check(row(now), applied_count=3, clawed_back="875.00", paid="25875.00", budget="100000.00",
                   # 100,000 - 25,875 + 875 - 2 × 25,875
                   promised="51750.00", queued="0.00", left="23250.00")
        self.assertEqual(row(now, query="&known_at=" + before), first)
        self.assertEqual(len(self.behind(now, "subsidies", code, "left")), 6)
        self.assertEqual(self.behind(now, "subsidies", code, "clawed_back", token=help_with.district)[0][2], "875.00")
        self.assertEqual(self.cells(now, "subsidies", token=self.d.token("district"))[None]["applied_count"], 0)

    # ---- insurance, securitisation ---------------------------------------------------------------

    def test_policies_and_claims_of_insurers(self):
        insurer = self.d.token("insurer")
        for over in ({"starts_on": "2022-08-01", "ends_on": "2023-07-31", "sum_insured": "2000000.00"},
                     {"starts_on": "2021-09-30", "ends_on": "2022-09-29", "sum_insured": "500000.00"},
                     {"starts_on": "2022-02-01", "ends_on": "2023-01-31", "sum_insured": "1000000.00", "premium": "10000.00"}):
            last = test_insurance.policy(kind="trademark", **over)
            self.post("/v1/insurance-policies", last, insurer, 201)
        self.post("/v1/insurance-claims", test_insurance.claim(
            last["policy_no"], loss_on="2022-07-02", filed_on="2022-07-09", claimed="300000.00", outcome="paid",
            decided_on="2022-10-10", paid="200000.00"), insurer, 201)
        rows = self.cells("2022Q3", "insurance")
        self.check(rows["trademark"], policies=1, firms=1, sum_insured="2000000.00", premium="40000.00",
                   policies_last_year=1, policies_yoy="0.00", sum_insured_last_year="500000.00",
                   sum_insured_yoy="300.00", policies_ytd=2, sum_insured_ytd="3000000.00", premium_ytd="50000.00",
                   claims=1, claimed="300000.00", claims_paid="0.00")
        self.check(rows["enforcement"], policies=0, policies_yoy=None)
        self.check(self.cells("2022Q4", "insurance")["trademark"], claims=0, claims_paid="200000.00")
        told = self.get("/v1/insurance-totals?from=2022-07-01&to=2022-09-30")["kinds"]
        told = next(k for k in told if k["kind"] == "trademark")
        self.assertEqual((told["policies"], told["sum_insured"], told["premium"], told["claims"]),
                         tuple(rows["trademark"][k] for k in ("policies", "sum_insured", "premium", "claims")))
        self.assertEqual([x[0] for x in self.behind("2022Q4", "insurance", "trademark", "claims_paid", token=insurer)],
                         ["insurance_claim"])
        self.check(self.cells("2022Q3", "insurance", token=self.bank)[None], policies=0)

    def test_issues_and_what_is_repaid_of_them(self):
        bank = self.d.token("bank", "BANK-ABS")
        issue = test_products.issue()  # 200,000,000.00 on 2022-06-30 in two tranches
        self.post("/v1/securitisations", issue, bank, 201)
        self.post("/v1/securitisation-events", test_products.payment(issue["reference"]), bank, 201)
        self.check(self.cells("2022Q2", "securitisation")["abs"], issues=1, amount="200000000.00", tranches=2,
                   amount_last_year="0.00", amount_yoy=None, issues_total=1, repaid_total="0.00",
                   outstanding="200000000.00")
        # 95,000,000.00 came back on 2023-06-30
        self.check(self.cells("2023Q2", "securitisation")["abs"], issues=0, amount="0.00",
                   amount_last_year="200000000.00", amount_yoy="-100.00", repaid="95000000.00",
                   repaid_total="95000000.00", outstanding="105000000.00")
        self.assertEqual([(x[0], x[2]) for x in self.behind("2023Q2", "securitisation", "abs", "outstanding")],
                         [("securitisation", "200000000.00"), ("securitisation_event", "-95000000.00")])
        self.check(self.cells("2022Q2", "securitisation", token=self.bank)[None], issues=0)
