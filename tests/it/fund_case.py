"""What tests of cover and claims share: schemes with money, loans that are covered, claims and their steps.

The ledger's day is today, so lives are told as days before today; cover of an old loan is cover on paper.
"""
import datetime
import hashlib
import json
import os

from harness import ROOT, TODAY, Case, loan, numbers


def ago(days):
    return str(TODAY - datetime.timedelta(days=days))


class FundCase(Case):
    def setUp(self):
        self.bank, self.office = self.d.token("bank"), self.d.token("ip_office")
        self.finance, self.second = self.d.token("finance"), self.person("FINANCE", "李华")

    def person(self, org, name):
        key = (org, name)
        if key not in self.d.tokens:
            self.d.tokens[key] = self.d.given("token", "add", "--org", org, "--person", name)
        return self.d.tokens[key]

    def another(self, org, name):
        """A further token of a person, which nobody else here has, and what ends it as one that was stolen."""
        token = self.d.given("token", "add", "--org", org, "--person", name)
        return token, lambda: self.d.cli("token", "revoke", "--id", hashlib.sha256(token.encode()).hexdigest()[:8])

    def post(self, path, body, token, status=None):
        r = self.d.call("POST", path, body, token)
        if status:
            self.assertEqual(r.status, status, r.body)
        return r

    def get(self, path, token=None):
        r = self.d.call("GET", path, token=token or self.finance)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    # ---- schemes ---------------------------------------------------------------------------------

    def draft(self, name="zs", status=201, **over):
        with open(os.path.join(ROOT, "tests", "data", "schemes", name + ".json"), encoding="utf-8") as f:
            body = json.load(f)
        body["code"] = "%s-%d" % (body["code"], next(numbers))
        body.update(over)
        return self.post("/v1/schemes", {k: v for k, v in body.items() if v is not None}, self.office, status)

    def scheme(self, name="zs", money="40000000.00", **over):
        made = self.draft(name, **over)
        where = made.headers["location"]
        self.post(where + "/approve", {"seen": self.get(where)["seen"], "reason": "经核准", "on": "2022-01-01"},
                  self.finance, 201)
        code = made.json()["code"]
        if money:
            self.appropriate(code, money)
        return code

    def appropriate(self, code, money):
        self.d.agreed(self.post("/v1/transfers", {
            "reference": "AP-%d" % next(numbers), "debit": "fund:" + code, "credit": "appropriation:" + code, "amount": money,
            "on": "2022-01-05", "cause": "appropriation"}, self.finance, 202))

    def fund(self, code):
        a = self.get("/v1/accounts/fund:" + code)
        return a["balance"], a["held"], a["available"]

    # ---- loans and cover -------------------------------------------------------------------------

    def booked(self, scheme, token=None, drawn=400, **over):
        """A loan of two years that names a scheme, drawn and registered so many days ago; the answer."""
        record = loan(**dict({"scheme": scheme, "amount": "3000000.00", "signed_on": ago(drawn + 4),
                              "matures_on": ago(drawn - 730), "disbursed_on": ago(drawn), "registered_on": ago(drawn)},
                             **over))
        return self.post("/v1/loans", record, token or self.bank, 201)

    def cover_of(self, contract):
        return self.get("/v1/coverages?loan=" + contract)["items"]

    def cover_step(self, cover, name, token, status=201, **over):
        where = "/v1/coverages/" + cover
        body = dict({"seen": self.get(where)["seen"], "reason": "材料齐全"}, **over)
        return self.post("%s/%s" % (where, name), body, token, status)

    def on_paper(self, contract, scheme, day, token=None, **over):
        """Cover of an old loan: asked for with its paper, confirmed by two persons of finance."""
        body = dict({"reference": "BA-%d" % next(numbers), "loan": contract, "scheme": scheme, "on": day,
                     "evidence": "备案表"}, **over)
        made = self.post("/v1/coverages", body, token or self.bank, 201).json()
        self.assertEqual(made["state"], "requested", made)
        for token in (self.finance, self.second):
            self.cover_step(made["id"], "confirm", token)
        self.assertEqual(self.get("/v1/coverages/" + made["id"])["state"], "covered")
        return made["id"]

    def event(self, where, kind, day, token=None, status=201, **more):
        return self.post(where + "/events", dict(reference="E-%d" % next(numbers), kind=kind, on=day, **more),
                         token or self.bank, status)

    def lent(self, scheme, overdue=300, grade="substandard", token=None, drawn=400, paper=True, **over):
        """A covered loan that went bad so many days ago (None: never); its contract number."""
        made = self.booked(None, token, drawn, **over)
        contract, where = made.json()["contract_no"], made.headers["location"]
        if paper:
            self.on_paper(contract, scheme, ago(drawn), token)
        if overdue is not None:
            self.event(where, "overdue", ago(overdue), token)
            if grade:
                self.event(where, "classified", ago(overdue), token, grade=grade)
        return contract

    def loan_of(self, contract, token=None):
        return self.get("/v1/loans?contract_no=" + contract, token or self.bank)["items"][0]

    def where(self, contract):
        return "/v1/loans/" + self.loan_of(contract)["id"]

    def correct(self, contract, status=200, **over):
        old = self.loan_of(contract)
        body = {k: v for k, v in dict(old, reason="更正", **over).items() if v is not None}
        r = self.d.call("PUT", "/v1/loans/" + old["id"], body, self.bank, {"If-Match": '"%d"' % old["version"]})
        self.assertEqual(r.status, status, r.body)
        return r

    # ---- claims ----------------------------------------------------------------------------------

    def claim(self, contract, token=None, status=None, **over):
        body = dict({"reference": "CL-%d" % next(numbers), "loan": contract, "kind": "compensation"}, **over)
        return self.post("/v1/claims", body, token or self.bank, status)

    def claimed(self, contract, **over):
        return self.claim(contract, status=201, **over).headers["location"]

    def step(self, where, name, token, status=201, **over):
        body = {"reason": "材料齐全"}
        if name != "recover":
            body["seen"] = self.get(where)["seen"]
        body.update(over)
        made = self.post("%s/%s" % (where, name), body, token, status)
        if made.status == 201:
            self.assertEqual(made.headers["location"], where)
        return made

    def to_pay(self, where, finance=None, second=None):
        for name, token in (("accept", finance or self.finance), ("approve", second or self.second),
                            ("pay", finance or self.finance)):
            self.step(where, name, token)
        return where

    def paid(self, contract, **over):
        return self.to_pay(self.claimed(contract, **over))

    def told_back(self, where, amount, token=None, **over):
        """Money is told to have come back: nothing moves yet."""
        return self.step(where, "recover", token or self.bank, reference="RC-%d" % next(numbers), amount=amount, **over)

    def recover(self, where, amount, token=None, **over):
        """Money is told to have come back, and finance has received it."""
        r = self.told_back(where, amount, token, **over)
        if r.status == 201:
            self.step(where, "receive", self.second if token != self.second else self.finance)
        return r
