"""Claims beside claims: a guarantor and its bank, two funds and an advance, one firm under two codes, draws after the default,
what came back before the payment, and which of two records is the double."""
from concurrent.futures import ThreadPoolExecutor

from fund_case import FundCase, ago
from harness import firm, numbers

GUARANTOR = "91310101QX0101011R"
TWO = {"layers": [{"party": "fund", "share": "50.00"}, {"party": "bank", "share": "50.00"},
                  {"party": "fund", "share": "20.00", "claimant": "guarantor"},
                  {"party": "guarantor", "share": "80.00", "claimant": "guarantor"}],
       "claimants": ["bank", "guarantor"], "public_max_share": None, "uplifts": None}


class Guarantors(FundCase):
    def setUp(self):
        super().setUp()
        self.guarantor = self.d.token("guarantor")

    def half_paid(self, code, paid=200, **more):
        """3,000,000.00 bad for 300 days, of which the guarantor paid half; contract and the payment's reference."""
        contract = self.lent(code, guarantor_uscc=GUARANTOR)
        said = self.event(self.where(contract), "repaid", ago(paid), principal="1500000.00", payer="guarantor", **more)
        return contract, said.json()["reference"]

    def test_a_payment_that_is_taken_back_is_owed_to_the_fund(self):
        code = self.scheme("ah")
        contract, payment = self.half_paid(code)
        where = self.to_pay(self.claim(self.loan_of(contract)["id"], token=self.guarantor, status=201).headers["location"])
        self.assertEqual(self.fund(code)[0], "39700000.00")  # 20 % of 1,500,000.00
        self.event(self.where(contract), "reversed", ago(0), reverses=payment)
        r = self.step(where, "close", self.finance, 409)
        self.assertEqual(r.codes(), [("", "E_UNTOLD")])
        self.assertIn("1500000.00", r.body.decode())
        self.recover(where, "1500000.00", self.guarantor)
        self.assertEqual(self.fund(code)[0], "40000000.00")
        self.step(where, "close", self.finance)

    def test_one_that_stands_closes_as_it_is(self):
        contract, _ = self.half_paid(self.scheme("ah"))
        where = self.to_pay(self.claim(self.loan_of(contract)["id"], token=self.guarantor, status=201).headers["location"])
        self.step(where, "close", self.finance)

    def test_its_window_counts_from_its_last_payment(self):
        code = self.scheme("ah", claim_window_days=60, **TWO)
        late, _ = self.half_paid(code, paid=61)
        self.assertEqual(self.claim(self.loan_of(late)["id"], token=self.guarantor).codes(),
                         [("/loan", "E_WINDOW"), ("/loan", "E_NO_LOSS")])
        fine, _ = self.half_paid(code, paid=60)
        self.claim(self.loan_of(fine)["id"], token=self.guarantor, status=201)

    def test_a_small_late_payment_brings_no_old_one_back(self):
        contract, _ = self.half_paid(self.scheme("ah", claim_window_days=60, **TWO), paid=61)
        self.event(self.where(contract), "repaid", ago(1), principal="1.00", payer="guarantor")
        said = self.claim(self.loan_of(contract)["id"], token=self.guarantor, status=201).headers["location"]
        self.assertEqual(self.get(said)["net_loss"], "1.00")

    def test_what_it_paid_and_what_the_bank_is_owed_are_two_losses(self):
        """50 % of the bank's 1,500,000.00 and 20 % of the guarantor's; neither claims the same again."""
        code = self.scheme("ah", **TWO)
        contract, _ = self.half_paid(code)
        loan = self.loan_of(contract)["id"]
        for token, fund in ((self.bank, "750000.00"), (self.guarantor, "300000.00")):
            where = self.to_pay(self.claim(loan, token=token, status=201).headers["location"])
            self.assertEqual(self.get(where)["fund"], fund)
            self.assertIn(("/loan", "E_COMPENSATED"), self.claim(loan, token=token).codes())
        self.assertEqual(self.fund(code)[0], "38950000.00")

    def its_claim(self, contract, **over):
        return self.claim(self.loan_of(contract)["id"], token=self.guarantor, **over)

    def paid_to_it(self, contract):
        """Net loss and the fund's part of a claim that is paid; its address."""
        where = self.to_pay(self.its_claim(contract, status=201).headers["location"])
        said = self.get(where)
        return where, said["net_loss"], said["fund"]

    def test_it_claims_each_of_its_instalments_and_none_of_them_twice(self):
        """20 % of 1,500,000.00, of 500,000.00 more, and of 400,000.00 after 300,000.00 came back."""
        code = self.scheme("ah", **TWO)
        contract, _ = self.half_paid(code)
        first, *said = self.paid_to_it(contract)
        self.assertEqual(said, ["1500000.00", "300000.00"])
        self.assertEqual(self.its_claim(contract).codes(), [("/loan", "E_COMPENSATED")])
        self.event(self.where(contract), "repaid", ago(100), principal="500000.00", payer="guarantor")
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.its_claim(contract), range(8)))
        self.assertEqual(sorted(r.status for r in answers), [201] + [422] * 7)
        self.assertEqual({tuple(r.codes()) for r in answers if r.status == 422}, {(("/loan", "E_COMPENSATED"),)})
        (second,) = [r.headers["location"] for r in answers if r.status == 201]
        self.recover(first, "100000.00", self.guarantor)  # while the other may still be withdrawn
        self.assertEqual(self.step(first, "close", self.finance, None).codes(), [("", "E_COMPENSATED")])
        self.to_pay(second)
        said = self.get(second)
        self.assertEqual((said["net_loss"], said["fund"], said["paid"]), ("1900000.00", "100000.00", "380000.00"))
        self.assertEqual(self.fund(code)[0], "39620000.00")
        self.assertEqual(self.recover(first, "1.00", self.guarantor, status=None).codes(), [("", "E_COMPENSATED")])
        self.assertEqual(self.recover(second, "1900000.01", self.guarantor, status=None).codes(), [("/amount", "E_EXCEEDS")])
        self.recover(second, "200000.00", self.guarantor)
        self.event(self.where(contract), "repaid", ago(90), principal="400000.00", payer="guarantor")
        third, *said = self.paid_to_it(contract)
        self.assertEqual(said, ["2100000.00", "80000.00"])
        self.assertEqual(self.fund(code)[0], "39580000.00")  # 20 % of 2,100,000.00 are out
        self.recover(third, "2100000.00", self.guarantor)
        self.assertEqual(self.fund(code)[0], "40000000.00")
        for where in (first, second, third):
            self.step(where, "close", self.finance)

    def test_a_payment_that_is_told_anew_is_no_second_loss(self):
        code = self.scheme("ah", **TWO)
        contract, payment = self.half_paid(code)
        where = self.paid_to_it(contract)[0]
        self.event(self.where(contract), "reversed", ago(0), reverses=payment)
        for kind in ({}, {"principal": "500000.00"}):
            self.event(self.where(contract), "repaid", ago(150), **dict({"principal": "1000000.00", "payer": "guarantor"}, **kind))
            self.assertEqual(self.its_claim(contract).codes(), [("/loan", "E_COMPENSATED")])
        said = self.event(self.where(contract), "repaid", ago(140), principal="0.05", payer="guarantor").json()["reference"]
        last, net_loss, fund = self.paid_to_it(contract)
        self.assertEqual((net_loss, fund), ("1500000.05", "0.01"))
        self.event(self.where(contract), "reversed", ago(0), reverses=said)
        self.assertEqual(self.step(last, "close", self.finance, 409).codes(), [("", "E_UNTOLD")])
        self.assertEqual(self.get(last)["recovery_untold"], "0.05")
        self.assertNotIn("recovery_untold", self.get(where))

    def test_where_its_payment_stands_in_the_banks_layers_only_one_claims(self):
        layers = [{"party": "fund", "share": "40.00"}, {"party": "guarantor", "share": "40.00"}, {"party": "bank", "share": "20.00"},
                  *TWO["layers"][2:]]
        code = self.scheme("ah", **dict(TWO, layers=layers, other_compensation="layered"))
        contract, _ = self.half_paid(code)
        self.paid(contract)
        self.assertIn(("/loan", "E_COMPENSATED"),
                      self.claim(self.loan_of(contract)["id"], token=self.guarantor).codes())


class Funds(FundCase):
    def test_an_advance_of_another_fund_is_not_paid_again(self):
        """50 % own, 30 % the city's: the advance paid both, the final claim pays neither twice."""
        city = self.scheme("cd-2008")
        code = self.scheme("cd-2008", pre_compensation=True, layers=[
            {"party": "fund", "share": "50.00"}, {"party": "bank", "share": "20.00"},
            {"party": "fund", "share": "30.00", "account": city}])
        contract = self.lent(code)
        self.paid(contract, kind="pre_compensation", loss_principal="1000000.00")
        self.assertEqual([self.fund(x)[0] for x in (code, city)], ["39500000.00", "39700000.00"])
        where = self.paid(contract)
        self.assertEqual([self.fund(x)[0] for x in (code, city)], ["38500000.00", "39100000.00"])
        self.recover(where, "3000000.00")
        self.assertEqual([self.fund(x)[0] for x in (code, city)], ["40000000.00", "40000000.00"])

    def test_no_other_fund_pays_more_than_was_approved(self):
        """50 % own, 30 % the city's, of 1,000,000.00 when it was approved."""
        city = self.scheme("cd-2008")
        code = self.scheme("cd-2008", layers=[
            {"party": "fund", "share": "50.00"}, {"party": "bank", "share": "20.00"},
            {"party": "fund", "share": "30.00", "account": city}])
        contract = self.lent(code)
        said = self.event(self.where(contract), "repaid", ago(0), principal="2000000.00").json()["reference"]
        where = self.claimed(contract)
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        self.event(self.where(contract), "reversed", ago(0), reverses=said)
        r = self.step(where, "pay", self.finance, 409)
        self.assertEqual([e["title"].split(":", 1)[1] for e in r.json()["errors"]], [
            "fund:%s 1500000.00 > 500000.00" % code, "fund:%s 900000.00 > 300000.00" % city])
        self.assertEqual([self.fund(x)[0] for x in (code, city)], ["40000000.00", "40000000.00"])

    def test_a_fund_stands_once_among_the_layers(self):
        """What two layers of one account got back could not be told apart; two funds beside the own one can be."""
        city, other = self.scheme("cd-2008"), self.scheme("cd-2008")
        code = "TWICE-%d" % next(numbers)
        layers = lambda a, b: [{"party": "fund", "share": "40.00"}, {"party": "fund", "share": "20.00", "account": a},
                               {"party": "fund", "share": "20.00", "account": b}, {"party": "bank", "share": "20.00"}]
        refused = lambda a, b: self.draft("cd-2008", 422, code=code, layers=layers(a, b)).codes()
        self.assertEqual(refused(city, city), [("/layers/2/account", "E_REPEATED")])
        self.assertEqual(refused(code, city), [("/layers/1/account", "E_REPEATED")])
        self.draft("cd-2008", code=code, layers=layers(city, other))

    def test_the_own_fund_may_stand_behind_the_others(self):
        city = self.scheme("cd-2008")
        code = self.scheme("cd-2008", layers=[
            {"party": "fund", "share": "30.00", "account": city}, {"party": "fund", "share": "50.00"},
            {"party": "bank", "share": "20.00"}])
        where = self.paid(self.lent(code))
        self.assertEqual([self.fund(x)[0] for x in (code, city)], ["38500000.00", "39100000.00"])
        self.recover(where, "1000000.00")
        self.assertEqual([self.fund(x)[0] for x in (code, city)], ["39000000.00", "39400000.00"])

    def test_what_came_back_before_the_payment_is_shared_as_the_loss_is_whoever_goes_first(self):
        """1,000,000.00 of before the payment, told after it: half each. Of 1,600,000.00 more the first takes its fill."""
        for order, own in (("bank_first", "39600000.00"), ("fund_first", "40000000.00")):
            with self.subTest(order):
                code = self.scheme("sz", recovery_order=order, loss_base="principal", claim_window_days=None, excludes=None)
                contract = self.lent(code)
                where = self.paid(contract)
                self.assertEqual(self.fund(code)[0], "38500000.00")
                self.event(self.where(contract), "repaid", ago(1), principal="1000000.00")
                self.recover(where, "1000000.00")
                self.assertEqual(self.fund(code)[0], "39000000.00")
                self.recover(where, "1600000.00")
                self.assertEqual(self.fund(code)[0], own)


class Further(FundCase):
    """A further claim is for what was not claimed before, and takes over what was."""

    def again(self, contract, **over):
        self.assertEqual(self.claim(contract, **over).codes(), [("/loan", "E_COMPENSATED")])

    def bad(self, code):
        """3,000,000.00 of which 500,000.00 were repaid, bad for 300 days; the repayment's reference."""
        contract = self.lent(code, overdue=None)
        said = self.event(self.where(contract), "repaid", ago(350), principal="500000.00").json()["reference"]
        self.event(self.where(contract), "overdue", ago(300), principal="2500000.00")
        return contract, said

    def more(self, contract, payment):
        """500,000.00 more are owed than was claimed: what had been repaid was not."""
        self.event(self.where(contract), "reversed", ago(0), reverses=payment)

    def test_who_asked_for_less_may_ask_for_the_rest_and_then_for_nothing(self):
        code = self.scheme(pre_compensation=True)
        contract = self.lent(code)
        self.paid(contract, loss_principal="1000000.00")
        self.assertEqual(self.fund(code)[0], "39460000.00")
        self.again(contract, loss_principal="1000000.00")
        self.assertEqual(self.claim(contract, loss_principal="3000000.01").codes(), [("/loss_principal", "E_EXCEEDS")])
        said = self.get(self.paid(contract, kind="pre_compensation", loss_principal="2000000.00"))
        self.assertEqual((said["net_loss"], said["fund"]), ("2000000.00", "540000.00"))
        self.assertEqual({k: said["arithmetic"][1][k] for k in ("line", "title", "amount")},
                         {"line": "claimed_before", "title": "其中此前理赔已计入、尚未收回", "amount": "1000000.00"})
        self.paid(contract)
        self.assertEqual(self.fund(code)[0], "38380000.00")  # 54 % of 3,000,000.00
        for kind in ("compensation", "pre_compensation"):
            self.again(contract, kind=kind)

    def test_what_came_back_is_not_claimed_again_by_whatever_order_it_came(self):
        """Of 2,500,000.00 came 1,500,000.00 back; owed are 1,000,000.00, then 500,000.00 more: 54 % of those."""
        for order, back, fund, left in (("pro_rata", "39460000.00", "270000.00", "39190000.00"),
                                        ("fund_first", "40000000.00", "270000.00", "39730000.00"),
                                        # 650,000.00 went to the bank, of 850,000.00 the fund got 1,350 of 1,850
                                        ("bank_first", "39270270.27", "80270.27", "39190000.00")):
            with self.subTest(order):
                code = self.scheme(recovery_order=order)
                contract, payment = self.bad(code)
                where = self.paid(contract)
                self.assertEqual(self.fund(code)[0], "38650000.00")  # 54 % of 2,500,000.00
                self.recover(where, "1500000.00")  # by no event: one of today would have come before the payment
                self.assertEqual(self.fund(code)[0], back)
                self.again(contract)
                self.more(contract, payment)
                last = self.paid(contract)
                said = self.get(last)
                self.assertEqual((said["net_loss"], said["fund"], self.fund(code)[0]), ("1500000.00", fund, left))
                self.recover(last, "1500000.00")
                self.assertEqual(self.fund(code)[0], "40000000.00")

    def test_what_came_back_past_the_loans_account_is_not_lost(self):
        code = self.scheme()
        contract, payment = self.bad(code)
        where = self.paid(contract)
        self.recover(where, "1000000.00")  # no event tells of it
        self.again(contract)
        self.more(contract, payment)
        said = self.get(self.paid(contract))
        self.assertEqual((said["net_loss"], said["fund"], self.fund(code)[0]), ("2000000.00", "270000.00", "38920000.00"))
        self.event(self.where(contract), "repaid", ago(0), principal="1000000.00")  # told late: it is that money
        self.assertNotIn("recovery_untold", self.get("/v1/claims/" + said["id"]))

    def test_a_line_that_fails_again_is_claimed_again(self):
        code = self.scheme()
        made = self.booked(None, disbursed_on=None, revolving=True)
        contract, where = made.json()["contract_no"], made.headers["location"]
        self.event(where, "disbursed", ago(400), principal="2500000.00")
        self.on_paper(contract, code, ago(400))
        self.event(where, "overdue", ago(300))
        claim = self.paid(contract)
        self.event(where, "repaid", ago(200), principal="2500000.00")
        self.recover(claim, "2500000.00")
        self.assertEqual(self.fund(code)[0], "40000000.00")
        self.step(claim, "close", self.finance)
        self.event(where, "disbursed", ago(190), principal="1000000.00")
        self.event(where, "overdue", ago(100))
        self.assertEqual(self.claim(contract, loss_principal="1000000.01").codes(), [("/loss_principal", "E_EXCEEDS")])
        again = self.paid(contract)
        self.assertEqual((self.get(again)["net_loss"], self.fund(code)[0]), ("1000000.00", "39460000.00"))
        self.again(contract)

    def test_what_a_limit_kept_is_not_asked_for_by_a_further_claim(self):
        code = self.scheme(cap_per_loan="1000000.00")
        contract = self.lent(code)
        self.paid(contract)
        self.assertEqual(self.fund(code)[0], "39000000.00")
        r = self.claim(contract)
        self.assertEqual(sorted(r.codes()), [("/loan", "E_CAP"), ("/loan", "E_COMPENSATED")])

    def test_a_cure_gives_back_what_all_of_them_were_paid_from_every_fund(self):
        city = self.scheme("cd-2008")
        code = self.scheme("cd-2008", layers=[
            {"party": "fund", "share": "50.00"}, {"party": "bank", "share": "20.00"},
            {"party": "fund", "share": "30.00", "account": city}])
        contract = self.lent(code)
        funds = lambda: [self.fund(x)[0] for x in (code, city)]
        first = self.paid(contract, loss_principal="1000000.00")
        last = self.paid(contract)
        self.assertEqual(funds(), ["38500000.00", "39100000.00"])
        self.assertEqual(self.step(first, "cure", self.finance, status=None).codes(), [("", "E_COMPENSATED")])
        self.step(last, "cure", self.finance)
        self.again(contract)
        self.step(last, "close", self.second)
        self.assertEqual(funds(), ["40000000.00", "40000000.00"])
        self.paid(contract)
        self.assertEqual(funds(), ["38500000.00", "39100000.00"])


class OneFirm(FundCase):
    def test_a_firm_with_two_codes_has_one_cap_and_is_lent_to_for_the_first_time_once(self):
        code = self.scheme("zs", cap_per_enterprise="2000000.00", first_loan_uplift="5.00")
        one, two = firm(next(numbers)), firm(next(numbers))
        lent = [self.lent(code, drawn=400 - 20 * k, borrower_uscc=u, borrower_name=name, amount=amount, first_loan=True)
                for k, (u, name, amount) in enumerate((
                    (one[0], "示例双码科技有限公司", "3000000.00"), (two[0], "示例双码科技 有限公司", "2100000.00")))]
        first, second = (self.cover_of(x)[0] for x in lent)
        self.assertEqual([self.get("/v1/coverages/" + x["id"])["terms"]["first_loan"] for x in (first, second)], [True, False])
        self.paid(lent[0])
        before = self.fund(code)[0]
        where = self.claimed(lent[1])
        self.assertEqual(self.get(where)["fund"], "%.2f" % (2000000 - (40000000 - float(before))))


class Draws(FundCase):
    def line(self, code):
        """A revolving line of 3,000,000.00, all of it drawn; contract and address."""
        made = self.booked(None, disbursed_on=None, revolving=True)
        contract, where = made.json()["contract_no"], made.headers["location"]
        self.event(where, "disbursed", ago(400), principal="3000000.00")
        self.on_paper(contract, code, ago(400))
        self.event(where, "repaid", ago(350), principal="500000.00")
        return contract, where

    def refused(self, where, day):
        self.assertEqual(self.event(where, "disbursed", day, status=409, principal="500000.00").codes(), [("/kind", "E_REDRAW")])

    def test_nothing_is_drawn_while_a_loan_is_bad(self):
        _, where = self.line(self.scheme())
        self.event(where, "classified", ago(300), grade="substandard")
        self.refused(where, ago(290))
        self.event(where, "disbursed", ago(310), principal="400000.00")  # told late, of before it was bad
        self.event(where, "classified", ago(200), grade="special_mention")
        self.event(where, "disbursed", ago(190), principal="100000.00")

    def test_nothing_is_drawn_while_a_claim_stands(self):
        """Else what was paid back would be owed again, and nothing would seem to have come back."""
        contract, where = self.line(self.scheme("zs", trigger={"days_overdue": 60}))
        self.event(where, "overdue", ago(300), principal="2500000.00")
        claim = self.claimed(contract)
        self.event(where, "repaid", ago(1), principal="2500000.00")
        self.refused(where, ago(0))
        self.step(claim, "withdraw", self.bank)
        self.event(where, "disbursed", ago(0), principal="500000.00")

    def redrawn(self, code, look=None, early=False, **over):
        """A covered loan of 3,000,000.00 repaid but for 100,000.00, then corrected to be a line (early: before its cover),
        drawn again and not paid."""
        made = self.booked(None, disbursed_on=None, **over)
        contract, where = made.json()["contract_no"], made.headers["location"]
        self.event(where, "disbursed", ago(400), principal="3000000.00")
        if early:
            self.correct(contract, revolving=True)
        self.on_paper(contract, code, ago(400))
        self.event(where, "repaid", ago(350), principal="2900000.00")
        if not early and not over:
            self.correct(contract, revolving=True)
            self.assertEqual(self.cover_of(contract)[0]["state"], "suspended")
            if look:
                self.cover_step(self.cover_of(contract)[0]["id"], look, self.finance)
        self.event(where, "disbursed", ago(340), principal="2900000.00")
        self.event(where, "overdue", ago(300))
        self.event(where, "classified", ago(300), grade="substandard")
        return contract

    def test_a_covered_term_loan_is_no_line_because_its_bank_says_so(self):
        """What was repaid of it and drawn again is lent outside its cover, principal and interest, whatever is corrected."""
        code = self.scheme("zs", loss_base="principal_and_interest")
        contract = self.redrawn(code)
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_SUSPENDED")])
        cover = self.cover_of(contract)[0]["id"]
        self.cover_step(cover, "refuse", self.finance)
        # 3,000,000.00 for 50 days and 100,000.00 for 350 at 3.65 % of 360: 15,208.33 + 3,548.61
        said = self.get(self.claimed(contract))
        self.assertEqual(said["arithmetic"][0]["formula"], "100000.00 + 18756.94 + 0.00 + 0.00")
        for honest in (self.redrawn(code, early=True), self.redrawn(code, revolving=True)):
            self.assertEqual(self.get(self.claimed(honest))["arithmetic"][0]["formula"].split(" + ")[0], "3000000.00")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_what_comes_back_of_a_loan_that_was_drawn_again_pays_the_covered_part_first(self):
        contract = self.redrawn(self.scheme("cd-2008"), "refuse")
        claim = self.paid(contract)
        self.assertEqual(self.get(claim)["net_loss"], "100000.00")
        self.event(self.where(contract), "repaid", ago(0), principal="60000.00")
        self.assertEqual(self.get(claim)["recovery_untold"], "60000.00")

    def test_nothing_is_drawn_after_the_term(self):
        made = self.booked(None, disbursed_on=None, revolving=True, matures_on=ago(200))
        where = made.headers["location"]
        self.event(where, "disbursed", ago(400), principal="1000000.00")
        r = self.event(where, "disbursed", ago(199), status=409, principal="500000.00")
        self.assertEqual(r.codes(), [("/on", "E_MATURED")])
        self.event(where, "disbursed", ago(200), principal="500000.00")  # on its last day
        told = self.event(where, "extended", ago(200), matures_on=ago(-100)).json()["reference"]
        self.event(where, "disbursed", ago(199), principal="500000.00")
        r = self.event(where, "reversed", ago(0), status=409, reverses=told)
        self.assertEqual(r.codes(), [("/reverses", "E_STATE_LATER")])


class Doubles(FundCase):
    """Another bank records an honest one's credit: which of the two is the double is decided, not only that they differ."""

    def pair(self, code):
        uscc, name = firm(next(numbers))
        other = self.d.token("bank", "BANK-B")
        both = [self.booked(code if token == self.bank else None, token, borrower_uscc=uscc, borrower_name=name).json()
                for token in (other, self.bank)]
        (flag,) = [f for f in self.get("/v1/flags?code=RF29&limit=1000")["items"]
                   if any(x["id"] == both[1]["id"] for x in f["records"])]
        return both, flag

    def clear(self, flag, status=201, **over):
        return self.post("/v1/flags/%s/clear" % flag["id"], dict(reason="已函询两家银行", seen=flag["seen"], **over),
                         self.finance, status)

    def asked(self, contract, code, token):
        said = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": contract, "scheme": code}, token, 201)
        return [e["code"] for e in said.json().get("errors", [])]

    def test_the_honest_one_is_free_and_the_double_stays_out(self):
        code = self.scheme("zs", file_within_days=None)
        (theirs, mine), flag = self.pair(None)
        self.assertIn("E_SAME_CREDIT", self.asked(mine["contract_no"], code, self.bank))
        r = self.clear(flag, 422, double="01a20acb-f7bf-73f4-a445-6219f936f824")
        self.assertEqual(r.codes(), [("/double", "E_CHOICE")])
        self.clear(flag, double=theirs["id"])
        self.assertEqual(self.get("/v1/flags/" + flag["id"])["double"], theirs["id"])
        self.assertNotIn("E_SAME_CREDIT", self.asked(mine["contract_no"], code, self.bank))
        other = self.d.token("bank", "BANK-B")
        self.assertIn("E_SAME_CREDIT", self.asked(theirs["contract_no"], code, other))
        # what the other bank changes of it disturbs the honest one no more
        record = self.get("/v1/loans/" + theirs["id"], other)
        r = self.d.call("PUT", "/v1/loans/" + theirs["id"], dict(record, reason="更正", amount="2999999.00", ip_amount="2999999.00"),
                        other, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        self.assertNotIn("E_SAME_CREDIT", self.asked(mine["contract_no"], code, self.bank))

    def test_only_one_credit_has_a_double(self):
        uscc, name = firm(next(numbers))
        said = self.booked(None, borrower_uscc=uscc, borrower_name=name, confirmed=None, revenue="1000000.00").json()
        flags = [f for f in self.get("/v1/flags?severity=high&limit=1000")["items"]
                 if any(x["id"] == said["id"] for x in f["records"]) and f["code"] != "RF29"]
        self.assertTrue(flags, "capital of three times the revenue")
        r = self.post("/v1/flags/%s/clear" % flags[0]["id"], dict(reason="核对", seen=flags[0]["seen"], double=said["id"]),
                      self.finance, 422)
        self.assertEqual(r.codes(), [("/double", "E_UNWANTED")])

    def test_a_case_that_the_records_no_longer_show_stops_no_cover(self):
        """RF01: a right pledged twice; the other pledge is voided, the flag still open."""
        from harness import patent
        number = patent(next(numbers) % 10000000)
        code = self.scheme("zs", file_within_days=None)
        other = self.d.token("bank", "BANK-B")
        theirs = self.booked(None, other, ip=[{"number": number}])
        mine = self.booked(None, ip=[{"number": number}]).json()
        self.assertIn("E_FLAGGED", self.asked(mine["contract_no"], code, self.bank))
        self.event(theirs.headers["location"], "voided", ago(0), other, reason="合同未履行")
        self.assertNotIn("E_FLAGGED", self.asked(mine["contract_no"], code, self.bank))
