"""What a crooked bank tried to make the fund pay, and what honest banks lost by it: each with its right value."""
from fund_case import FundCase, ago
from harness import loan, numbers


class Faults(FundCase):
    conf = {"readers": "6"}

    def codes(self, r):
        return sorted({code for _, code in r.codes()})

    def test_a1_a_loan_that_was_settled_is_no_loss(self):
        for name in ("cd-2008", "zs", "sz", "gz-2023", "hk-2023"):
            code = self.scheme(name, effective_from="2008-01-01", effective_to=None)
            contract = self.lent(code)
            self.event(self.where(contract), "settled", ago(100))
            r = self.claim(contract, loss_principal="3000000.00")
            self.assertEqual(r.status, 422, r.body)
            self.assertIn("E_NO_LOSS", self.codes(r))
            self.assertEqual(self.fund(code)[0], "40000000.00")

    def test_a2_interest_runs_on_the_balance_by_day(self):
        code = self.scheme("cd-2008", loss_base="principal_and_interest")
        made = self.booked(None, drawn=727, disbursed_on=None, amount="100000000.00")
        contract, where = made.json()["contract_no"], made.headers["location"]
        self.event(where, "disbursed", ago(727), principal="1000000.00")
        self.on_paper(contract, code, ago(727))
        self.event(where, "overdue", ago(300))
        r = self.claim(contract, loss_interest="7370972.23")
        self.assertEqual(r.codes(), [("/loss_interest", "E_EXCEEDS")])
        self.assertIn("73709.72", r.json()["detail"])  # 1,000,000 × 3.65 % × 727 / 360
        said = self.get(self.claimed(contract))
        self.assertEqual((said["net_loss"], said["fund"]), ("1073709.72", "966338.75"))

    def test_a4_not_registered_is_not_covered_whatever_is_told_later(self):
        code = self.scheme()
        made = self.booked(code, registered_on=None).json()
        self.assertEqual(made["coverage"]["state"], "refused")
        contract = made["contract_no"]
        self.event(self.where(contract), "overdue", ago(100))
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_NO_COVER")])
        self.correct(contract, registered_on=ago(400))
        self.assertEqual([c["state"] for c in self.cover_of(contract)], ["refused", "refused"])
        self.assertIn("E_NO_COVER", self.codes(self.claim(contract)))

    def test_a5_a_change_after_the_default_never_helps(self):
        code = self.scheme("cd-2008")
        contract = self.lent(code, overdue=None, amount="300000.00")
        self.correct(contract, amount="3000000.00")
        self.event(self.where(contract), "overdue", ago(200))
        self.assertIn("E_SUSPENDED", self.codes(self.claim(contract)))
        cover = self.cover_of(contract)[0]
        self.assertEqual(cover["state"], "suspended")
        self.cover_step(cover["id"], "confirm", self.finance)  # counts not: the default is older
        said = self.get(self.claimed(contract))
        self.assertEqual((said["net_loss"], said["fund"]), ("300000.00", "270000.00"))

    def test_a5_a_change_that_was_confirmed_before_the_default_was_told_never_helps_either(self):
        """The default had happened when the correction was sent; its bank tells of it only when finance has confirmed that."""
        code = self.scheme("cd-2008")
        contract = self.lent(code, overdue=None, amount="300000.00")
        self.correct(contract, amount="3000000.00")
        self.cover_step(self.cover_of(contract)[0]["id"], "confirm", self.finance)
        self.assertEqual(self.cover_of(contract)[0]["state"], "covered")
        self.event(self.where(contract), "overdue", ago(200))
        said = self.get(self.claimed(contract))
        self.assertEqual((said["net_loss"], said["fund"]), ("300000.00", "270000.00"))

    def test_a5_a_default_told_late_takes_back_what_a_request_took_over_after_it(self):
        """Corrected and confirmed first, the default of an earlier day told then; before any default it counts."""
        code = self.scheme("cd-2008")
        for later, loss in ((False, "300000.00"), (True, "3000000.00")):
            made = self.booked(None, amount="300000.00").json()
            contract = made["contract_no"]
            cover = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": contract, "scheme": code,
                                                "on": ago(400), "evidence": "备案表"}, self.bank, 201).json()["id"]
            self.correct(contract, amount="3000000.00", ip_amount="3000000.00")
            self.assertEqual([(c["state"], c["amount"]) for c in self.cover_of(contract)], [("requested", "3000000.00")])
            for token in (self.finance, self.second):
                self.cover_step(cover, "confirm", token)
            if later:  # as if the correction had come before the default
                self.d.sql("alter table loan disable trigger user; update loan set recorded_at = recorded_at - interval"
                           " '300 days' where id = '%s'; alter table loan enable trigger user" % made["id"])
            self.event("/v1/loans/" + made["id"], "overdue", ago(200))
            self.event("/v1/loans/" + made["id"], "classified", ago(200), grade="substandard")
            self.assertEqual(self.get(self.claimed(contract))["net_loss"], loss)

    def test_a5_honest_a_correction_before_any_default_counts_when_finance_has_confirmed_it(self):
        code = self.scheme("cd-2008")
        contract = self.lent(code, overdue=None, amount="300000.00")
        self.correct(contract, registered_on=ago(399))
        cover = self.cover_of(contract)[0]
        self.assertEqual(cover["state"], "suspended")
        self.cover_step(cover["id"], "confirm", self.finance)
        cover = self.cover_of(contract)[0]
        self.assertEqual((cover["state"], cover["terms"]["registered_on"]), ("covered", ago(399)))

    def test_a5_honest_a_correction_to_the_banks_disadvantage_suspends_nothing(self):
        code = self.scheme("cd-2008")
        contract = self.lent(code, overdue=None)
        self.correct(contract, amount="2000000.00", ip_amount="2000000.00")
        self.assertEqual(self.cover_of(contract)[0]["state"], "covered")
        self.event(self.where(contract), "overdue", ago(200))
        self.assertEqual(self.get(self.claimed(contract))["net_loss"], "2000000.00")

    def test_a6_a_loan_recorded_afterwards_does_not_mend_the_breaker(self):
        code = self.scheme("cd-2008", npl_breaker="10.00")
        bank = self.d.token("bank", "BANK-B")
        firms = ["91310115QX0115114N", "91310104QX0104028H", "91310109QX0109064M"]
        self.lent(code, overdue=None, token=bank, borrower_uscc=firms[1])
        bad = self.lent(code, token=bank, borrower_uscc=firms[0])
        self.assertIn("E_BREAKER", self.codes(self.claim(bad, token=bank)))
        self.booked(code, token=bank, amount="900000000.00", borrower_uscc=firms[2])
        self.assertIn("E_BREAKER", self.codes(self.claim(bad, token=bank)))

    def test_a7_what_the_insurer_pays_later_is_owed_back(self):
        code = self.scheme("cd-2008")
        insurer = self.d.token("insurer")
        contract = self.lent(code, insurer_uscc="91310115QX0115114N")
        where = self.paid(contract)
        self.event(self.where(contract), "repaid", ago(0), principal="3000000.00", payer="insurer")
        self.assertEqual(self.get(where)["recovery_untold"], "3000000.00")
        r = self.step(where, "close", self.finance, status=None)
        self.assertEqual(r.codes(), [("", "E_UNTOLD")])
        self.recover(where, "3000000.00")
        self.step(where, "close", self.finance)
        self.assertEqual(self.fund(code)[0], "40000000.00")
        self.assertIsNotNone(insurer)

    def test_a8_costs_count_when_finance_has_accepted_them(self):
        code = self.scheme("cd-2008", costs_max_share="20.00")
        where = self.paid(self.lent(code))
        costs = [{"what": "诉讼费", "amount": "3000000.00", "evidence": "票据 1"}]
        self.recover(where, "3000000.00", costs=costs)
        self.assertEqual(self.fund(code)[0], "40000000.00")  # the fund gets its share of all that came back
        r = self.step(where, "accept_costs", self.finance, status=None, costs_accepted="600000.01")
        self.assertEqual(r.codes(), [("/costs_accepted", "E_EXCEEDS")])
        self.step(where, "accept_costs", self.finance, costs_accepted="600000.00")
        self.assertEqual(self.fund(code)[0], "39460000.00")  # 90 % of 600,000 back to the bank
        self.assertEqual([(x["party"], x["amount"]) for x in self.get(where)["steps"][-1]["layers"]],
                         [("fund", "-540000.00"), ("bank", "-60000.00")])

    def test_a9_money_that_comes_back_after_close_is_shared(self):
        code = self.scheme("cd-2008")
        contract = self.lent(code)
        where = self.paid(contract)
        self.step(where, "close", self.finance)
        self.recover(where, "1000000.00")
        self.assertEqual((self.get(where)["state"], self.fund(code)[0]), ("closed", "38200000.00"))

    def test_a11_arrears_of_interest_that_were_paid_are_no_default(self):
        code = self.scheme("cd-2008")
        contract = self.lent(code, overdue=None)
        where = self.where(contract)
        self.event(where, "overdue", ago(130), interest="8000.00")
        self.event(where, "repaid", ago(123), interest="8000.00")
        self.assertEqual(self.codes(self.claim(contract)), ["E_TRIGGER"])

    def test_a12_a_repayment_of_one_yuan_lowers_the_figure_by_its_share(self):
        code = self.scheme("cd-2008")
        contract = self.lent(code)
        where = self.claimed(contract)
        self.step(where, "accept", self.finance)
        seen = self.get(where)["seen"]
        self.event(self.where(contract), "repaid", ago(0), principal="1.00")
        r = self.step(where, "approve", self.second, status=None, seen=seen)
        self.assertEqual((r.status, r.codes()), (409, [("/net_loss", "E_SEEN"), ("/fund", "E_SEEN")]))
        self.assertIn("2700000.00 → 2699999.10", r.json()["errors"][1]["title"])
        self.assertEqual([(x["pointer"], x["seen"], x["now"]) for x in r.json()["difference"]],
                         [("/net_loss", "3000000.00", "2999999.00"), ("/fund", "2700000.00", "2699999.10")])
        self.step(where, "approve", self.second)
        self.step(where, "pay", self.finance)
        self.assertEqual(self.fund(code)[0], "37300000.90")

    def test_a15_and_a17_names_are_told_at_once(self):
        made = self.booked("NOSUCH").json()
        self.assertEqual([e["code"] for e in made["coverage"]["errors"]], ["E_NOT_IN_SCHEME"])

    def test_a16_a_duty_of_the_bank_is_no_limit(self):
        code = self.scheme("zs")
        for amount in ("200000000.00", "203000000.00"):
            self.lent(code, overdue=None, amount=amount, borrower_uscc="91310104QX0104028H")
        self.assertEqual(self.claim(self.lent(code)).status, 201)

    def test_a_claim_without_cover_says_what_would_have_been_needed(self):
        code = self.scheme()
        contract = self.lent(code, paper=False)
        r = self.claim(contract)
        self.assertEqual(r.codes(), [("/loan", "E_NO_COVER")])
        self.assertIn(ago(300), r.json()["title"])
        self.assertIn("/v1/coverages", r.json()["detail"])
