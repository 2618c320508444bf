"""What a fund or a district pays follows the account: a loss is what is owed, interest is what accrued and was paid."""
import unittest

import test_claims
import test_subsidies
from harness import loan, numbers
from loan_examples import EQUAL_PRINCIPAL, PREPAYMENT, life


class Fund(test_claims.Claims):
    """The account decides what a loss is."""

    def event(self, contract, kind, on, **more):
        return self.post("/v1/loan-events", dict(more, reference="E-%d" % next(numbers), contract_no=contract, kind=kind, on=on),
                         self.bank)

    def test_a_claim_of_interest_is_bounded_by_the_balance_of_each_day(self):
        """A2: 727 days from 2022-07-05 to 2024-07-01 on the million that was drawn: 73,709.72."""
        code = self.scheme(loss_base="principal_and_interest", claim_window_days=None)
        contract = self.lent(code, overdue=None, amount="100000000.00", disbursed_on=None, matures_on="2024-07-01")
        for kind, on, more in (("disbursed", "2022-07-05", {"principal": "1000000.00"}), ("overdue", "2023-01-10", {}),
                               ("classified", "2023-01-10", {"grade": "substandard"})):
            self.assertEqual(self.event(contract, kind, on, **more).status, 201)
        ask = dict(loss_principal="1000000.00", on="2024-07-01")
        for interest in ("7370972.23", "73709.73"):
            r = self.claim(contract, loss_interest=interest, **ask)
            self.assertIn(("/loss_interest", "E_EXCEEDS"), r.codes())
            self.assertIn("73709.72", r.json()["detail"] + r.body.decode())
        self.claim(contract, status=201, loss_interest="73709.72", **ask)

    def test_arrears_of_interest_that_were_paid_trigger_nothing(self):
        """A11: due on 2023-06-21, paid on 2023-06-28; 102 days after the due day nothing is overdue."""
        code = self.scheme()
        paid, unpaid = (self.lent(code, overdue=None) for _ in range(2))
        for contract in (paid, unpaid):
            self.assertEqual(self.event(contract, "overdue", "2023-06-21", interest="8000.00").status, 201)
        self.assertEqual(self.event(paid, "repaid", "2023-06-28", interest="8000.00").status, 201)
        r = self.claim(paid, on="2023-10-01")
        self.assertIn("E_TRIGGER", [c for _, c in r.codes()])
        r = self.claim(unpaid, on="2023-10-01")  # 102 days overdue, of interest
        self.assertNotIn("E_TRIGGER", [c for _, c in r.codes()] if r.status != 201 else [])

    def test_a_loan_on_which_the_fund_has_paid_is_not_voided(self):
        code = self.scheme()
        contract, other = self.lent(code), self.lent(code)
        self.paid(contract)
        void = dict(kind="voided", on="2023-09-20", reason="合同未生效")
        r = self.event(contract, **void)
        self.assertEqual(r.status, 409, r.body.decode())
        self.assertEqual(self.event(other, **void).status, 201)


class Subsidy(test_subsidies.Subsidies):
    """The account decides what interest was."""

    def account(self, events, **over):
        """A loan of OWNER drawn on 2023-01-16 with its life; its contract number."""
        record = loan(**dict({"district": "310116", "borrower_uscc": test_subsidies.OWNER, "amount": "3000000.00",
                              "rate": "3.45", "signed_on": "2023-01-16", "matures_on": "2024-01-16"}, **over))
        for right in record["ip"]:
            right["owner_uscc"] = test_subsidies.OWNER
        self.post("/v1/loans", record, self.bank)
        for e in events:
            self.post("/v1/loan-events", dict(e, reference=record["contract_no"] + e["reference"],
                                              contract_no=record["contract_no"]), self.bank)
        return record["contract_no"]

    def check(self, policy, contract, **facts):
        said = self.post("/v1/eligibility-checks", {"policy": policy, "loan": contract,
                                                    "facts": dict({"borrower.bad_record": False}, **facts)}, self.bank, 200)
        return said.json()

    def city(self, name):
        code = "%s-%d" % (name, next(numbers))
        if not hasattr(Subsidy, "city_checker"):
            Subsidy.city_checker = self.person("FINANCE", "李复核")
        self.in_force(test_subsidies.fixture(name, code=code), self.finance, Subsidy.city_checker)
        return code

    def test_interest_that_was_not_paid_is_not_subsidised(self):
        """B4: 50,000.00 fell due and nobody paid."""
        contract = self.account(life(("disbursed", "2023-01-16", {}), ("overdue", "2023-10-16", {"interest": "50000.00"})))
        self.assertEqual(self.check(self.city("huangpu"), contract)["amount"], "0.00")

    def test_a_loan_on_which_a_subsidy_was_paid_is_not_voided(self):
        """Interest of 364 days: 3,000,000 × 3.45 % × 364 / 360 = 104,650.00."""
        code = self.policy()
        self.budget(code, "100000.00")
        paid, other = (self.lent(interest="104650.00") for _ in range(2))
        where = self.apply(code, paid).headers["location"]
        self.step(where, "approve", self.checker)
        self.step(where, "pay", self.payer)
        for contract, want in ((paid, 409), (other, 201)):
            self.post("/v1/loan-events", {"reference": "V-" + contract, "contract_no": contract, "kind": "voided",
                                          "on": "2024-03-01", "reason": "合同未生效"}, self.bank, want)


def load_tests(loader, standard, pattern):
    """The inherited tests run in their own files."""
    suite = unittest.TestSuite()
    for case in (Fund, Subsidy):
        for name in sorted(n for n in vars(case) if n.startswith("test_")):
            suite.addTest(case(name))
    return suite


if __name__ == "__main__":
    unittest.main()
