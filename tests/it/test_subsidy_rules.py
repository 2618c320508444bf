"""Published rule sets as data: each threshold at, just under and just over, worked by hand."""
import unittest

from harness import firm, numbers
from subsidy_case import SubsidyCase, fixture

REPAID = {"loan.amount": "10000000.00", "loan.rate": "4.00", "loan.signed_on": "2023-09-05",
          "loan.disbursed_on": "2023-09-10", "loan.matures_on": "2024-09-10", "loan.settled_on": "2024-09-10",
          "loan.registered_on": "2023-09-09"}


class Rules(SubsidyCase):
    def city(self, name, **over):
        if not hasattr(Rules, "second"):
            Rules.second = self.person("FINANCE", "李复核")
        body = fixture(name, code="%s-%d" % (name.upper(), next(numbers)), **over)
        self.in_force(body, self.finance, Rules.second)
        return body["code"]

    def given(self, code, facts, **more):
        """The amount, or the clause that fails first."""
        told = {k: v for k, v in dict(facts, **more).items() if v is not None}
        said = self.post("/v1/eligibility-checks", {"policy": code, "facts": told}, self.finance, 200).json()
        return said["amount"] if said["eligible"] else next(x["clause"] for x in said["trace"] if not x["passed"])

    def test_beijing(self):
        code = self.city("beijing")
        facts = {"borrower.kind": "enterprise", "loan.amount": "5000000.00", "loan.ip_amount": "3000000.00",
                 "loan.rate": "4.00", "loan.disbursed_on": "2023-07-01", "loan.matures_on": "2024-07-01",
                 "loan.settled_on": "2024-06-30", "loan.registered_on": "2024-06-30", "loan.pledgee": "bank"}
        ask = lambda **over: self.given(code, facts, **{k.replace("_", ".", 1): v for k, v in over.items()})
        # 3,000,000 x 4 % x 359/360 = 119,666.67; LPR of June 2024 3.45 x 1.40 = 4.83
        self.assertEqual(ask(), "59833.34")
        self.assertEqual([ask(loan_rate=r) for r in ("4.82", "4.83", "4.84", "9.00")],
                         ["72099.17", "72248.75", "72248.75", "72248.75"])
        self.assertEqual(ask(loan_registered_on="2024-07-01"), "registered")
        self.assertEqual(ask(loan_registered_on=None), "registered")
        self.assertEqual(ask(loan_settled_on="2023-12-31", loan_registered_on="2023-12-31"), "repaid")
        self.assertEqual(ask(loan_settled_on="2024-01-01", loan_registered_on="2024-01-01"), "30000.00")  # 180 days
        self.assertEqual(ask(loan_settled_on="2024-12-31", loan_matures_on="2024-12-31"), "89833.34")  # 539 days
        self.assertEqual([ask(loan_pledgee=p) for p in ("guarantor", "other")], ["59833.34", "pledgee"])
        self.assertEqual(ask(borrower_kind="cooperative"), "legal-person")
        # 10,018,552.00 x 4 % x 539/360 = 599,999.95, half of it; a yuan more is 600,000.01
        year = {"loan_settled_on": "2024-12-31", "loan_matures_on": "2024-12-31", "loan_amount": "20000000.00"}
        self.assertEqual([ask(loan_ip_amount=n, **year) for n in ("10018552.00", "10018553.00", "10100000.00")],
                         ["299999.98", "300000.00", "300000.00"])

    def test_x1(self):
        code = self.city("x1")
        ask = lambda **over: self.given(code, dict(REPAID, **{"loan.amount": "1000000.00"}), **{
            k.replace("_", ".", 1): v for k, v in over.items()})
        # a year of 30/360: at most 3 % of the loan, and no more than was paid
        self.assertEqual([ask(loan_rate=r) for r in ("2.99", "3.00", "3.01")], ["29900.00", "30000.00", "30000.00"])
        self.assertEqual(ask(loan_rate="3.00", loan_interest_paid="20000.00"), "20000.00")
        fee = lambda n: ask(loan_rate="3.00", fee_guarantee=n)
        self.assertEqual([fee(n) for n in ("11999.99", "12000.00", "12000.01")], ["41999.99", "42000.00", "42000.00"])
        value = lambda n: ask(loan_rate="3.00", fee_valuation=n)
        self.assertEqual([value(n) for n in ("4999.99", "5000.00", "5000.01")], ["34999.99", "35000.00", "35000.00"])
        # while it is not repaid only the valuation
        self.assertEqual(ask(loan_settled_on=None, fee_guarantee="12000.00", fee_valuation="5000.00"), "5000.00")
        # 36, 15, 6 万 a firm and year, item by item
        big = {"loan_rate": "3.00"}
        self.assertEqual([ask(loan_amount=n, **big) for n in ("11999999.00", "12000000.00", "12000001.00")],
                         ["359999.97", "360000.00", "360000.00"])
        self.assertEqual([ask(loan_amount=n, fee_guarantee="900000.00", **big) for n in ("12499999.00", "12500001.00")],
                         ["509999.99", "510000.00"])
        self.assertEqual([ask(loan_amount=n, fee_valuation="900000.00", **big) for n in ("11999998.00", "12000001.00")],
                         ["419999.93", "420000.00"])

    def test_qingdao(self):
        code = self.city("qingdao")
        facts = dict(REPAID, **{"loan.first_pledge": True})
        ask = lambda **over: self.given(code, facts, **{k.replace("_", ".", 1): v for k, v in over.items()})
        # LPR of August 2023, the month before signing: 3.45; of July: 3.55
        self.assertEqual(ask(), "207000.00")
        self.assertEqual(ask(loan_signed_on="2023-08-31"), "213000.00")
        self.assertEqual(ask(loan_signed_on="2023-09-01"), "207000.00")
        self.assertEqual([ask(loan_registered_on=d) for d in ("2023-09-09", "2023-09-10", "2023-09-11")],
                         ["207000.00", "registered", "registered"])
        self.assertEqual(ask(loan_first_pledge=False), "first")
        # 60 % of 3.45 % are 2.07 %; 500,000.00 are 24,154,589.37
        self.assertEqual([ask(loan_amount=n) for n in ("24154589.00", "24154589.37", "24154590.00")],
                         ["499999.99", "500000.00", "500000.00"])
        # a right that was pledged before is known from the records
        office = self.lent(drawn="2023-01-16", registered_on="2023-01-15")
        said = self.post("/v1/eligibility-checks", {"policy": code, "loan": office}, self.finance, 200).json()
        self.assertEqual((said["eligible"], said["facts_used"]["loan.first_pledge"]), (True, True))
        right = self.get("/v1/loans?contract_no=" + office, self.finance)["items"][0]["ip"][0]["number"]
        second = self.lent(drawn="2023-02-16", registered_on="2023-02-15", ip=[{"number": right}])
        said = self.post("/v1/eligibility-checks", {"policy": code, "loan": second}, self.finance, 200).json()
        self.assertEqual([x["clause"] for x in said["trace"] if not x["passed"]], ["first"])
        self.assertEqual([x["clause"] for x in said["incurable"]], ["first"])

    def test_suzhou(self):
        code = self.city("suzhou")
        self.assertEqual(self.given(code, REPAID, **{"loan.drawn": "1000000.00", "loan.amount": "3000000.00"}), "25000.00")
        self.assertEqual(self.given(code, REPAID, **{"loan.drawn": "0.00"}), "0.00")
        self.assertEqual(self.given(code, REPAID, **{"loan.settled_on": None}), "repaid")
        contract = self.lent()
        said = self.post("/v1/eligibility-checks", {"policy": code, "loan": contract}, self.finance, 200).json()
        self.assertEqual((said["amount"], said["items"][0]["payee"]), ("75000.00", "bank"))

    def test_insurance_of_shandong(self):
        code = self.city("shandong-insurance")

        def ask(premium, kind="enforcement", **over):
            return self.given(code, {"insurance.kind": kind, "insurance.premium": premium, "insurance.domestic_only": False,
                                     "insurance.high_value_patents": False, "insurance.belt_and_road": False},
                              **{"insurance." + k: v for k, v in over.items()})
        self.assertEqual(ask("100000.00"), "60000.00")
        self.assertEqual(ask("100000.00", high_value_patents=True), "70000.00")
        self.assertEqual(ask("100000.00", belt_and_road=True), "70000.00")
        self.assertEqual(ask("100000.00", high_value_patents=True, belt_and_road=True), "70000.00")  # once
        self.assertEqual([ask(n) for n in ("333333.31", "333333.33", "333333.35")],
                         ["199999.99", "200000.00", "200000.00"])
        self.assertEqual([ask(n, domestic_only=True) for n in ("99999.98", "100000.00", "100000.02")],
                         ["59999.99", "60000.00", "60000.00"])
        self.assertEqual(ask("333333.33", domestic_only=None), "60000.00")  # not stated: the lower limit
        self.assertEqual([ask(n, high_value_patents=True) for n in ("428571.41", "428571.43", "428571.45")],
                         ["299999.99", "300000.00", "300000.00"])
        self.assertEqual([ask(n, "overseas_liability") for n in ("666666.65", "666666.67", "666666.69")],
                         ["399999.99", "400000.00", "400000.00"])
        self.assertEqual([ask(n, "overseas_liability", belt_and_road=True) for n in ("714285.70", "714285.72", "714285.74")],
                         ["499999.99", "500000.00", "500000.00"])
        self.assertEqual(ask("100000.00", "trademark"), "kind")

    def test_limits_are_of_a_firm_a_kind_and_a_year(self):
        code = self.city("shandong-insurance", declared=["insurance.domestic_only", "insurance.high_value_patents",
                                                         "insurance.belt_and_road"])
        self.budget(code, "10000000.00", token=self.finance)
        facts = {"insurance.domestic_only": False, "insurance.high_value_patents": False, "insurance.belt_and_road": False}
        owner, got = firm(next(numbers))[0], []
        for kind in ("enforcement", "enforcement", "infringement_liability", "overseas_liability"):
            no = "BX-%d" % next(numbers)
            self.post("/v1/insurance-policies", {
                "policy_no": no, "kind": kind, "insured_uscc": owner, "district": "310116", "sum_insured": "%d000000.00" % (9 + len(got)),
                "premium": "250000.00", "starts_on": "2023-01-01", "ends_on": "2023-12-31"}, self.d.token("insurer"))
            got.append(self.apply(code, None, token=self.finance, insurance_policy=no, facts=facts).json()["amount"])
        self.assertEqual(got, ["150000.00", "50000.00", "150000.00", "150000.00"])

    def test_a_cap_of_a_bank_counts_its_loans(self):
        code = self.city("suzhou", caps=[{"per": "bank", "period": "year", "amount": "100000.00"}])
        self.budget(code, "10000000.00", token=self.finance)
        contracts = [self.lent(), self.lent()]
        self.assertEqual([self.apply(code, c, token=self.finance).json()["amount"] for c in contracts],
                         ["75000.00", "25000.00"])

    def test_fixed_amounts_and_tiers(self):
        tiers = self.city("suzhou", items=[{"item": "principal_award", "tiers": [
            {"from": "1000000.00", "share": "1"}, {"from": "5000000.00", "amount": "60000.00"}]}])
        ask = lambda drawn: self.given(tiers, REPAID, **{"loan.drawn": drawn})
        self.assertEqual([ask(n) for n in ("999999.99", "1000000.00", "4999999.00", "5000000.00")],
                         ["0.00", "10000.00", "49999.99", "60000.00"])
        fixed = self.city("suzhou", items=[{"item": "valuation_fee", "amount": "20000.00"}])
        ask = lambda paid: self.given(fixed, REPAID, **{"fee.valuation": paid})
        self.assertEqual([ask(n) for n in ("19999.99", "20000.00", "20000.01")], ["19999.99", "20000.00", "20000.00"])

    def test_a_term_in_months_is_a_day_against_a_day(self):
        code = self.city("suzhou", eligible={"clause": "term", "text": "期限不超过一年", "fact": "loan.matures_on",
                                             "op": "le", "than": "loan.disbursed_on", "months": 12})
        ask = lambda day: self.given(code, REPAID, **{"loan.matures_on": day, "loan.settled_on": None})
        self.assertEqual([ask(d) for d in ("2024-09-09", "2024-09-10", "2024-09-11")],
                         ["250000.00", "250000.00", "term"])

    def test_a_share_within_a_range_is_decided_by_the_office_with_a_reason(self):
        code = self.city("suzhou", items=[{"item": "principal_award", "share_range": {"min": "1", "max": "2"}}])
        self.budget(code, "10000000.00", token=self.finance)
        share = lambda n, **over: [dict({"item": "principal_award", "share": n, "reason": "重点产业"}, **over)]
        contract = self.lent()
        said = self.apply(code, contract, token=self.finance).json()
        self.assertEqual((said["amount"], [(x["who"], x["title"]) for x in said["cures"]]), ("0.00", [("office", "核定比例")]))
        for n, want in (("0.9999", "E_RANGE"), ("2.0001", "E_RANGE")):
            self.assertEqual(self.apply(code, contract, 422, token=self.finance, shares=share(n)).codes(),
                             [("/shares/0/share", want)])
        r = self.apply(code, contract, 422, token=self.finance, shares=share("1.50", item="interest"))
        self.assertEqual(r.codes(), [("/shares/0", "E_UNWANTED")])
        r = self.apply(code, contract, 422, token=self.finance, shares=share("1.50", reason=""))
        self.assertEqual([x[0] for x in r.codes()], ["/shares/0/reason"])
        r = self.apply(code, contract, 422, token=self.finance, facts={"office.shares": "principal_award 2.00"})
        self.assertEqual(r.codes(), [("/facts/office.shares", "E_KNOWN")])
        got = [self.apply(code, self.lent(), token=self.finance, shares=share(n)).json()["amount"] for n in ("1", "1.50", "2")]
        self.assertEqual(got, ["30000.00", "45000.00", "60000.00"])

    def test_bad_rules_are_refused(self):
        def refused(**over):
            return self.post("/v1/policies", fixture("suzhou", code="BAD-%d" % next(numbers), **over), self.finance,
                             422).codes()
        test = {"clause": "c", "text": "t", "fact": "loan.registered_on", "op": "le"}
        self.assertEqual(refused(eligible=dict(test, than="loan.amount")), [("/eligible/than", "E_TYPE")])
        self.assertEqual(refused(eligible=dict(test, than="loan.settld_on")), [("/eligible/than", "E_FACT")])
        self.assertEqual(refused(eligible=dict(test, than="loan.settled_on", value="2023-01-01")),
                         [("/eligible/value", "E_UNWANTED")])
        self.assertEqual(refused(eligible=dict(test, value="2023-01-01", months=3)), [("/eligible/than", "E_NEED")])
        self.assertEqual(refused(declared=["loan.amount"]), [("/declared/0", "E_KNOWN")])
        self.assertEqual(refused(caps=[{"per": "enterprise", "period": "year", "by_kind": True, "amount": "1.00"}]),
                         [("/caps/0/item", "E_NEED")])
        self.assertEqual(refused(items=[{"item": "principal_award", "tiers": [
            {"from": "5.00", "share": "1"}, {"from": "5.00", "share": "2"}]}]), [("/items/0/tiers/1/from", "E_ORDER")])


if __name__ == "__main__":
    unittest.main()
