"""What a fund or a district pays follows the account: a loss is what is owed, interest is what accrued and was paid."""
import unittest

import test_subsidies
from fund_case import FundCase, ago
from harness import firm, loan, numbers
from loan_examples import life


class Fund(FundCase):
    """The account decides what a loss is. That interest runs on the balance of each day and that arrears of interest which were
    paid trigger nothing: test_claim_faults."""

    def test_arrears_of_interest_that_are_unpaid_trigger_by_their_own_day(self):
        code = self.scheme()
        for days, said in ((89, [("/loan", "E_TRIGGER")]), (90, None)):
            contract = self.lent(code, overdue=None)
            self.event(self.where(contract), "overdue", ago(days), interest="8000.00")
            r = self.claim(contract)
            self.assertEqual(r.codes() if said else r.status, said or 201)

    def test_a_loan_on_which_the_fund_has_paid_is_not_voided(self):
        code = self.scheme()
        contract, other = self.lent(code), self.lent(code)
        self.paid(contract)
        for loan_of, want in ((contract, 409), (other, 201)):
            self.event(self.where(loan_of), "voided", ago(0), status=want, reason="合同未生效")


class Subsidy(test_subsidies.Subsidies):
    """The account decides what interest was."""

    def account(self, events, **over):
        """A loan drawn on 2023-01-16 with its life; its contract number."""
        owner = firm(next(numbers))[0]
        record = loan(**dict({"district": "310116", "borrower_uscc": owner, "amount": "3000000.00",
                              "rate": "3.45", "signed_on": "2023-01-16", "matures_on": "2024-01-16"}, **over))
        for right in record["ip"]:
            right["owner_uscc"] = owner
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
        code = self.policy()
        self.budget(code, "100000.00")
        paid, other = (self.lent() for _ in range(2))
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
