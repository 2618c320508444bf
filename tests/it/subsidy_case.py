"""What tests of subsidies share: policies in force with a budget, loans that are settled, applications and steps."""
import datetime
import decimal
import json
import os

from harness import ROOT, TODAY, Case, firm, loan, numbers

# The day of an application is the ledger's, and so is the year of its budget and caps.
YEAR = TODAY.year


def interest(amount, rate, first, last):
    """All interest of a loan whose days are alike, actual/360, as its bank tells it."""
    days = (datetime.date.fromisoformat(last) - datetime.date.fromisoformat(first)).days
    fen = decimal.Decimal(amount) * decimal.Decimal(rate) * days / 36000
    return str(fen.quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_UP))


def fixture(name, **over):
    with open(os.path.join(ROOT, "tests", "data", "policies", name + ".json"), encoding="utf-8") as f:
        return dict(json.load(f), **over)


class SubsidyCase(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        d = cls.d
        cls.bank = d.token("bank")
        cls.finance = d.token("finance")
        cls.district = d.token("district", "DIST-310116")
        cls.checker = cls.person("DIST-310116", "李复核")
        cls.payer = cls.person("DIST-310116", "赵支付")

    @classmethod
    def person(cls, org, name):
        return cls.d.given("token", "add", "--org", org, "--person", name)

    def post(self, path, body, token, status=201):
        r = self.d.call("POST", path, body, token)
        self.assertEqual(r.status, status, r.body.decode())
        return r

    def get(self, path, token=None):
        r = self.d.call("GET", path, token=token or self.district)
        self.assertEqual(r.status, 200, r.body.decode())
        return r.json()

    def in_force(self, body, drafter=None, approver=None):
        body = {k: v for k, v in body.items() if v is not None}
        where = self.post("/v1/policies", body, drafter or self.district).headers["location"]
        draft = self.get(where, drafter)
        self.assertEqual(draft["state"], "draft")
        self.post(where + "/approve", {"seen": draft["seen"], "reason": "经批准", "on": "2023-06-20"},
                  approver or self.checker)
        return where

    def policy(self, code=None, name="js-2023", **over):
        code = code or "JS-%d" % next(numbers)
        self.in_force(fixture(name, code=code, **over))
        return code

    def budget(self, code, amount, year=YEAR, token=None, **over):
        made = self.post("/v1/budgets", dict({
            "reference": "YS-%d" % next(numbers), "policy": code, "year": year, "kind": "appropriation",
            "amount": amount, "on": str(TODAY)}, **over), token or self.district, 202)
        self.d.agreed(made)
        return made

    def lent(self, amount="3000000.00", drawn="2023-01-16", settled="2024-01-15", told="all", **over):
        """told: the interest that is told with the settlement; all of it, or None."""
        owner = over.pop("owner", None) or firm(next(numbers))[0]
        record = loan(**dict({"district": "310116", "borrower_uscc": owner, "amount": amount, "rate": "3.45",
                              "signed_on": drawn, "disbursed_on": drawn, "matures_on": "2024-01-15"}, **over))
        record = {k: v for k, v in record.items() if v is not None}
        for right in record["ip"]:
            right["owner_uscc"] = owner
        self.post("/v1/loans", record, self.bank)
        if settled:
            event = {"reference": "E-" + record["contract_no"], "contract_no": record["contract_no"],
                     "kind": "settled", "on": settled}
            if told:
                event["interest"] = interest(amount, record["rate"], drawn, settled) if told == "all" else told
            self.post("/v1/loan-events", event, self.bank)
        return record["contract_no"]

    def apply(self, code, contract, status=201, token=None, **over):
        body = dict({"reference": "SQ-%d" % next(numbers), "policy": code, "loan": contract,
                     "facts": {"borrower.bad_record": False}}, **over)
        return self.post("/v1/applications", {k: v for k, v in body.items() if v is not None}, token or self.district,
                         status)

    def step(self, where, name, token, status=201, **over):
        return self.post(where + "/" + name, dict({"seen": self.get(where)["seen"], "reason": "按规定"}, **over),
                         token, status)

    def back(self, where, token, status=201, **over):
        """Somebody says that what was asked back has come, or a part of it."""
        return self.step(where, "confirm", token, status, **dict({"evidence": "国库收款回单 1"}, **over))

    def state(self, where):
        return self.get(where)["state"]
