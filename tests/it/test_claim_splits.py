"""Each shipped scheme over one life: part drawn, part repaid, the guarantor paid half, costs, odd fen, three recoveries.

2,000,000.01 of 3,000,000 drawn, 500,000.00 repaid; of the 1,500,000.01 owed at the default a guarantor pays 750,000.00; costs
of 1,000.00 are accepted: the net loss is 750,000.01 + 1,000.00 = 751,000.01.
"""
from fractions import Fraction

from fund_case import FundCase, ago

SHARES = {"cd-2008": [90, 10], "zs": [54, 26, 16, 4], "sz": [50, 50], "gz-2023": [50, 50], "hk-2023": [50, 50],
          "wh-2024": [50, 50], "sh-credit": [55, 45], "sh-precomp": [55, 45], "sh-deposit": [80, 20], "ah": [35, 65]}
SPLITS = {  # of 751,000.01, by hand: odd fen to the largest remainder, ties to the earlier layer
    (90, 10): ["675900.01", "75100.00"], (54, 26, 16, 4): ["405540.01", "195260.00", "120160.00", "30040.00"],
    (50, 50): ["375500.01", "375500.00"], (55, 45): ["413050.01", "337950.00"], (80, 20): ["600800.01", "150200.00"],
    (35, 65): ["262850.00", "488150.01"]}
PARTS = ("100000.01", "200000.02", "300000.03")


def fen(yuan):
    return int(yuan.replace(".", ""))


def shared(total, weights):
    """An amount by weights, exact; the odd fen to the largest remainder, ties to the earlier."""
    exact = [Fraction(total * w, sum(weights)) for w in weights]
    parts = [int(x) for x in exact]
    for i in sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))[:total - sum(parts)]:
        parts[i] += 1
    return parts


class Splits(FundCase):
    conf = {"readers": "6"}

    def life(self, code, **over):
        made = self.booked(None, disbursed_on=None, **over)
        contract, where = made.json()["contract_no"], made.headers["location"]
        self.event(where, "disbursed", ago(400), principal="2000000.01")
        self.on_paper(contract, code, ago(400))
        self.event(where, "repaid", ago(350), principal="500000.00")
        self.event(where, "overdue", ago(300))
        self.event(where, "classified", ago(300), grade="substandard")
        self.event(where, "repaid", ago(200), principal="750000.00", payer="guarantor")
        return contract

    def settled(self, contract, before="750000.01"):
        where = self.claimed(contract, costs=[{"what": "诉讼费", "amount": "1000.00", "evidence": "票据 7"}])
        self.assertEqual(self.get(where)["net_loss"], before)  # costs count when finance has accepted them
        self.step(where, "accept", self.finance, costs_accepted="1000.00")
        self.step(where, "approve", self.second)
        self.step(where, "pay", self.finance)
        return where

    def test_every_shipped_scheme_to_the_fen(self):
        for name, shares in SHARES.items():
            with self.subTest(name):
                code = self.scheme(name, effective_from="2019-01-01", effective_to=None, excludes=None)
                where = self.settled(self.life(code))
                said = self.get(where)
                self.assertEqual(said["net_loss"], "751000.01")
                self.assertEqual([x["amount"] for x in said["split"]], SPLITS[tuple(shares)])
                bore = [fen(x["amount"]) for x in said["split"]]
                back, before = 0, [0] * len(bore)
                for part in PARTS:
                    self.recover(where, part)
                    back += fen(part)
                    now = shared(back, bore)
                    told = [fen(x["amount"]) for x in self.get(where)["steps"][-1]["layers"]]
                    self.assertEqual(told, [a - b for a, b in zip(now, before)])
                    before = now
                self.assertEqual(fen(self.fund(code)[0]), 4000000000 - bore[0] + before[0])

    def test_only_the_covered_part_counts(self):
        code = self.scheme("wh-2024", effective_from="2019-01-01")
        where = self.settled(self.life(code, ip_amount="2000000.00"), "500000.01")
        said = self.get(where)  # 751,000.01 × 2/3 = 500,666.67333…
        self.assertEqual((said["net_loss"], [x["amount"] for x in said["split"]]),
                         ("500666.67", ["250333.34", "250333.33"]))

    def test_floor_deductible_and_cap_of_a_layer(self):
        layers = [{"party": "fund", "share": "80.00", "deductible": "100000.00", "cap": "500000.00"},
                  {"party": "insurer", "share": "10.00", "floor": "751000.02"}, {"party": "bank", "share": "10.00"}]
        code = self.scheme("cd-2008", layers=layers)
        said = self.get(self.settled(self.life(code)))
        # (751,000.01 - 100,000) × 80 % = 520,800.008, at most 500,000; the insurer's floor is a fen above the loss
        self.assertEqual([x["amount"] for x in said["split"]], ["500000.00", "0.00", "251000.01"])

    def test_two_funds_in_one_loss_each_pay_and_get_back_from_their_own_account(self):
        city = self.scheme("cd-2008")
        code = self.scheme("cd-2008", layers=[{"party": "fund", "share": "50.00"}, {"party": "bank", "share": "20.00"},
                                              {"party": "fund", "share": "30.00", "account": city}])
        where = self.settled(self.life(code))
        self.assertEqual([self.fund(x)[0] for x in (code, city)], ["39624499.99", "39774700.00"])
        self.recover(where, "751000.01")
        self.assertEqual([self.fund(x)[0] for x in (code, city)], ["40000000.00", "40000000.00"])

    def test_a_guarantor_that_paid_claims_its_part(self):
        code = self.scheme("ah")
        guarantor = self.d.token("guarantor")
        contract = self.life(code, guarantor_uscc="91310101QX0101011R")
        loan = self.loan_of(contract)["id"]
        where = self.claim(loan, token=guarantor, status=201).headers["location"]
        said = self.get(where)
        self.assertEqual((said["net_loss"], [(x["party"], x["amount"]) for x in said["split"]]),
                         ("750000.00", [("fund", "150000.00"), ("guarantor", "600000.00")]))
        self.to_pay(where)
        self.assertEqual(self.fund(code)[0], "39850000.00")
        self.assertEqual(self.claim(loan, token=self.d.token("guarantor", "91310115QX0115114N")).status, 422)

    def test_others_payments_stand_in_their_layer_where_the_scheme_says_so(self):
        layers = [{"party": "fund", "share": "40.00"}, {"party": "guarantor", "share": "40.00"},
                  {"party": "bank", "share": "20.00"}]
        code = self.scheme("cd-2008", layers=layers, other_compensation="layered")
        said = self.get(self.settled(self.life(code), "1500000.01"))
        # 750,000.01 + 1,000.00 + 750,000.00 = 1,501,000.01: 600,400.004 : 600,400.004 : 300,200.002; the guarantor paid
        # 149,600 more than its layer, which the bank's part is lowered by
        self.assertEqual([x["amount"] for x in said["split"]], ["600400.01", "750000.00", "150600.00"])
