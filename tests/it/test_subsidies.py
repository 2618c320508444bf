"""Subsidies as a district lives them: a rule, a budget, applications, money, and what stops it."""
import json
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from harness import TODAY, firm, loan, numbers
from subsidy_case import SubsidyCase, YEAR, fixture


class Subsidies(SubsidyCase):
    # ---- policies -------------------------------------------------------------------------------

    def test_policies_are_approved_after_the_records_were_analysed(self):
        self.policy()
        self.d.sql("analyze submission")
        self.policy()

    def test_a_policy_is_drafted_by_one_and_approved_by_another(self):
        code = "JS-%d" % next(numbers)
        where = self.post("/v1/policies", fixture("js-2023", code=code), self.district).headers["location"]
        draft = self.get(where)
        step = {"seen": draft["seen"], "reason": "自批", "on": "2023-06-20"}
        self.assertEqual(self.post(where + "/approve", step, self.district, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.d.call("GET", where, token=self.bank).status, 404)
        body = dict(fixture("js-2023", code=code, title="更名"), reason="改名")
        r = self.d.call("PUT", where, body, self.district, {"If-Match": '"1"', "Content-Type": "application/json"})
        self.assertEqual(r.status, 200, r.body)
        stale = self.post(where + "/approve", step, self.checker, 409)
        self.assertEqual(stale.codes(), [("/seen", "E_SEEN")])
        self.assertEqual([(x["pointer"], x["title"], x["seen"], x["now"]) for x in stale.json()["difference"]],
                         [("/title", "名称", draft["title"], "更名")])
        self.post(where + "/approve", dict(step, seen=self.get(where)["seen"]), self.checker)
        said = self.d.call("GET", where, token=self.bank).json()
        self.assertEqual((said["state"], said["title"]), ("in_force", "更名"))
        r = self.d.call("PUT", where, dict(body, title="再改"), self.district,
                        {"If-Match": '"2"', "Content-Type": "application/json"})
        self.assertEqual(r.codes(), [("", "E_STEP")])
        self.post(where + "/end", {"seen": said["seen"], "reason": "期满", "on": "2024-06-30"}, self.district)
        self.assertEqual(self.get(where)["state"], "ended")

    def test_whoever_wrote_a_version_of_a_policy_does_not_approve_it(self):
        where = self.post("/v1/policies", fixture("js-2023", code="JS-%d" % next(numbers)), self.district).headers["location"]
        body = {k: v for k, v in self.get(where).items() if k not in ("id", "version", "state", "seen")}
        r = self.d.call("PUT", where, dict(body, title="改了一字", reason="更正"), self.checker, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body.decode())
        step = {"seen": self.get(where)["seen"], "reason": "经批准", "on": "2023-06-20"}
        for who in (self.district, self.checker):
            self.assertEqual(self.post(where + "/approve", step, who, 409).codes(), [("", "E_SAME_PERSON")])
        self.post(where + "/approve", step, self.payer)

    def test_a_district_writes_only_its_own_policies_and_no_version_overlaps(self):
        code = self.policy()
        r = self.post("/v1/policies", fixture("js-2023", code="X-%d" % next(numbers), district="310115"),
                      self.district, 422)
        self.assertEqual(r.codes(), [("/district", "E_OWN_DISTRICT")])
        r = self.post("/v1/policies", fixture("js-2023", code=code, effective_from="2024-01-01",
                                              effective_to="2024-12-31"), self.district, 409)
        self.assertEqual(r.codes(), [("/effective_from", "E_OVERLAP")])
        city = fixture("js-2023", code=code)
        del city["district"]
        self.assertEqual(self.post("/v1/policies", city, self.finance, 409).codes(), [("/code", "E_TAKEN")])

    def test_every_published_rule_set_loads_and_pays_what_it_says(self):
        checker = self.person("FINANCE", "李复核")
        facts = {"borrower.sme": True, "borrower.bad_record": False, "borrower.high_tech": True,
                 "borrower.tech_sme": True, "borrower.revenue": "150000000.00", "loan.amount": "5000000.00",
                 "loan.ip_amount": "2000000.00", "loan.rate": "4.00", "loan.signed_on": "2023-01-16",
                 "loan.disbursed_on": "2023-01-16", "loan.matures_on": "2024-01-16", "loan.settled_on": "2024-01-16",
                 "loan.registered_on": "2023-01-20", "loan.guaranteed": True, "loan.insured": False,
                 "fee.guarantee": "20000.00", "fee.valuation": "30000.00", "loan.owner_is_borrower": True, "fee.insurance": "1000.00"}
        want = {  # by hand; 365 days from 2023-01-16 to 2024-01-16, 360 by 30/360
            "lingang": ("310115", "65000.00"),     # 2,000,000 × 4 % × 50 % + 10,000 + 15,000
            "jiading": ("310114", "20000.00"),     # 0.5 % are 25,000: the fee was 20,000
            "zhongguancun": (None, "81111.11"),    # 5,000,000 × 4 % × 365/360 = 202,777.78 × 40 %
            "nansha": (None, "125000.00"),         # 100,000 + 15,000 + 10,000
            "hangzhou": (None, "50000.00"),
            "shandong": (None, "124500.00"),       # 3.65 % × 5,000,000 × 60 % + 15,000
            "sichuan": (None, "75000.00"),
            "shuangliu": (None, "150000.00"),
            "huangpu": (None, "110000.00"),        # 200,000 × 50 % + 10,000
        }
        for name, (district, amount) in want.items():
            with self.subTest(name):
                body = fixture(name, code="%s-%d" % (name, next(numbers)))
                told = dict(facts)
                if district:
                    told.update({"borrower.district": district, "borrower.operating_district": district,
                                 "borrower.tax_district": district})
                    org = "DIST-" + district
                    self.in_force(body, self.d.token("district", org), self.person(org, "李复核"))
                else:
                    self.in_force(body, self.finance, checker)
                if name == "lingang":
                    told["fee.insurance"] = "0.00"
                if name == "shandong":
                    del told["borrower.sme"]
                    told["borrower.size"] = "small"
                said = self.post("/v1/eligibility-checks", {"policy": body["code"], "facts": told}, self.finance, 200)
                self.assertEqual((said.json()["eligible"], said.json()["amount"]), (True, amount), said.body.decode())

    # ---- eligibility ----------------------------------------------------------------------------

    def test_the_worked_examples_from_facts_and_from_records(self):
        code = self.policy()
        facts = {"borrower.district": "310116", "borrower.bad_record": False, "loan.amount": "3000000.00",
                 "loan.ip_amount": "3000000.00", "loan.rate": "3.45", "loan.disbursed_on": "2023-01-16",
                 "loan.matures_on": "2024-01-15", "loan.settled_on": "2024-01-15", "loan.owner_is_borrower": True}
        check = lambda **over: self.post("/v1/eligibility-checks", {
            "policy": code, "facts": dict(facts, **over)}, self.bank, 200).json()
        self.assertEqual(check()["amount"], "25875.00")
        self.assertEqual(check(**{"loan.amount": "10000000.00", "loan.ip_amount": "10000000.00",
                                  "loan.rate": "4.35"})["amount"], "50000.00")
        said = check(**{"loan.amount": "5000000.00", "loan.ip_amount": "1499500.00", "loan.rate": "3.65"})
        self.assertEqual((said["eligible"], said["amount"]), (False, "0.00"))
        self.assertEqual([x["clause"] for x in said["trace"] if not x["passed"]], ["ip-share"])
        self.assertEqual([(x["fact"], x["from"], x["to"]) for x in said["cures"] if x["clause"]],
                         [("loan.ip_share", "29.99", "30.00")])
        amount = ("知识产权担保金额", "Amount that IP secures", "1,499,500.00 元 → 1,500,000.00 元")
        share = ("知识产权担保占比", "Share that IP secures", "29.99% → 30.00%")
        self.assertEqual({x["fact"]: [(m["title"], m["title_en"], m["text"]) for m in x["means"]] for x in said["cures"]},
                         {"loan.ip_share": [share, amount], "loan.ip_amount": [amount, share]})
        self.assertEqual(next(x["said"] for x in said["trace"] if x["clause"] == "ip-share"), [
            {"fact": "loan.ip_share", "title": "知识产权担保占比", "title_en": "Share that IP secures", "text": "29.99%",
             "text_en": "29.99%"}])
        said = check(**{"loan.amount": "5000000.00", "loan.ip_amount": "1500000.00", "loan.rate": "4.00",
                        "loan.disbursed_on": "2023-09-01", "loan.matures_on": "2024-06-01",
                        "loan.settled_on": "2024-06-01"})
        self.assertEqual(said["amount"], "12937.50")
        contract = self.lent()
        said = self.post("/v1/eligibility-checks", {"policy": code, "loan": contract,
                                                    "facts": {"borrower.bad_record": False}}, self.bank, 200).json()
        self.assertEqual((said["eligible"], said["amount"]), (True, "25875.00"))
        self.assertEqual(said["facts_used"]["lpr.1y.disbursed_on"], "3.65")

    def test_bad_questions_are_refused_with_pointer_and_cure(self):
        code = self.policy()
        ask = lambda status=422, **body: self.post("/v1/eligibility-checks", body, self.district, status).codes()
        self.assertEqual(ask(policy="NO-SUCH", facts={}), [("/policy", "E_NO_POLICY")])
        self.assertEqual(ask(policy=code, loan="NO-SUCH"), [("/loan", "E_LOAN")])
        self.assertEqual(ask(policy=code), [("/loan", "E_NEED")])
        self.assertEqual(ask(policy=code, facts={"loan.amout": "1.00"}), [("/facts/loan.amout", "E_UNKNOWN")])
        self.assertEqual(ask(policy=code, facts={"loan.amount": 1}), [("/facts/loan.amount", "E_TEXT_NUMBER")])
        self.assertEqual(ask(policy=code, facts={"used.city": True}), [("/facts/used.city", "E_KNOWN")])
        self.assertEqual(ask(policy=code, facts={"loan.disbursed_on": "2019-08-19"}),
                         [("/facts/loan.disbursed_on", "E_NO_LPR")])
        self.assertEqual(ask(policy=code, loan=self.lent(), facts={"loan.amount": "9.00"}),
                         [("/facts/loan.amount", "E_KNOWN")])
        other = self.d.token("bank", "BANK-Z")
        self.assertEqual(self.post("/v1/eligibility-checks", {"policy": code, "loan": self.lent()}, other,
                                   422).codes(), [("/loan", "E_LOAN")])

    def test_lpr_is_extended_and_never_changed(self):
        n = next(numbers)
        self.post("/v1/lpr", {"reference": "L-%d" % n, "on": "2024-12-20", "one_year": "3.00",
                              "five_year": "3.50"}, self.finance, 422)
        self.d.agreed(self.post("/v1/lpr", {"reference": "L2-%d" % n, "on": "2025-05-20", "one_year": "3.00",
                                            "five_year": "3.50"}, self.finance, 202))
        self.assertEqual(self.get("/v1/lpr")["items"][-1],
                         {"on": "2025-05-20", "one_year": "3.00", "five_year": "3.50"})

    # ---- applications and money -----------------------------------------------------------------

    def test_an_application_is_held_approved_paid_and_clawed_back(self):
        code = self.policy()
        self.budget(code, "100000.00")
        contract = self.lent()
        r = self.apply(code, contract)
        where, said = r.headers["location"], r.json()
        self.assertEqual((said["eligible"], said["amount"], said["state"]), (True, "25875.00", "reserved"))
        left = lambda: {k: v for k, v in self.get("/v1/policies/%s/budget?year=%d" % (code, YEAR)).items()
                        if k in ("appropriated", "paid", "clawed_back", "balance", "held", "available")}
        self.assertEqual(left(), {"appropriated": "100000.00", "paid": "0.00", "clawed_back": "0.00",
                                  "balance": "100000.00", "held": "25875.00", "available": "74125.00"})
        self.assertEqual(self.step(where, "approve", self.district, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.step(where, "pay", self.checker, 409).codes(), [("", "E_STEP")])
        reserved = self.get(where)["seen"]
        self.step(where, "approve", self.checker)
        self.assertEqual(self.step(where, "pay", self.checker, 409).codes(), [("", "E_SAME_PERSON")])
        stale = self.post(where + "/refuse", {"seen": reserved, "reason": "x"}, self.payer, 409).json()["difference"]
        self.assertEqual([(x["pointer"], x["seen"], x["now"]) for x in stale if x["pointer"] == "/state"], [("/state", None, "approved")])
        self.assertIn("1 approve", stale[1]["now"])
        stale = self.post(where + "/pay", {"seen": "0" * 64, "reason": "x"}, self.payer, 409)
        self.assertEqual(stale.codes(), [("/seen", "E_SEEN")])
        self.step(where, "pay", self.payer)
        self.assertEqual(left(), {"appropriated": "100000.00", "paid": "25875.00", "clawed_back": "0.00",
                                  "balance": "74125.00", "held": "0.00", "available": "74125.00"})
        over = self.step(where, "clawback", self.district, 422, amount="25875.01")
        self.assertEqual(over.codes(), [("/amount", "E_EXCEEDS")])
        self.step(where, "clawback", self.district, amount="875.00")
        self.back(where, self.checker)
        self.assertEqual(self.state(where), "paid")
        self.step(where, "clawback", self.checker, reason="骗补")
        self.back(where, self.district)
        self.assertEqual(self.state(where), "clawed_back")
        self.assertEqual(left(), {"appropriated": "100000.00", "paid": "25875.00", "clawed_back": "25875.00",
                                  "balance": "100000.00", "held": "0.00", "available": "100000.00"})
        self.assertEqual(self.get("/v1/accounts/granted:310116:%s" % code)["balance"], "0.00")
        again = self.apply(code, contract)  # what was taken is free again
        self.assertEqual(again.json()["amount"], "25875.00")

    def test_what_is_asked_back_counts_when_another_has_seen_it_come(self):
        """Nothing is free by the word of one: units, limits, the budget and the loan stay as they are until it is confirmed."""
        code = self.policy()
        self.budget(code, "100000.00")
        contract = self.lent()
        where = self.apply(code, contract).headers["location"]
        self.step(where, "approve", self.checker)
        self.step(where, "pay", self.payer)
        left = lambda: [self.get("/v1/policies/%s/budget?year=%d" % (code, YEAR))[k] for k in ("clawed_back", "available")]
        free = lambda: self.post("/v1/eligibility-checks", {
            "policy": code, "loan": contract, "facts": {"borrower.bad_record": False}}, self.bank, 200).json()["amount"]
        waits = lambda token: [x["reference"] for x in self.get("/v1/applications?waiting=true&code=" + code, token)["items"]]
        tasks = lambda token: [(x["steps"], x["amount"]) for x in self.get("/v1/tasks?limit=500", token)["items"]
                               if x["path"] == where]
        self.assertEqual(self.step(where, "confirm", self.checker, 409, evidence="回单").codes(), [("", "E_STEP")])
        self.step(where, "clawback", self.district, amount="1000.00")
        said = self.get(where)
        self.assertEqual((said["state"], said["demanded"], said["legal_steps"]), ("demanded", "1000.00", ["confirm", "refuse"]))
        self.assertEqual((left(), free()), (["0.00", "74125.00"], "0.00"))
        self.assertIn("补贴决定书", self.d.call("GET", where + "/letter", token=self.district).body.decode())
        voided = {"reference": "V-%d" % next(numbers), "contract_no": contract, "kind": "voided", "on": str(TODAY), "reason": "重复"}
        self.assertEqual(self.post("/v1/loan-events", voided, self.bank, 409).codes(), [("/kind", "E_PAID_UPON")])
        self.assertEqual(self.step(where, "clawback", self.checker, 409).codes(), [("", "E_STEP")])
        self.assertEqual((waits(self.district), waits(self.checker)), ([], [said["reference"]]))
        self.assertEqual((tasks(self.district), tasks(self.payer)), ([], [(["confirm", "refuse"], "1000.00")]))
        # whoever asked, under whatever name; without paper; more than was asked for
        twin = "换名%d" % next(numbers)
        other = self.person("DIST-310116", twin)
        ids = {x["name"]: x["id"] for x in self.get("/v1/persons?organisation=DIST-310116", self.d.token("ip_office"))["items"]}
        self.d.agreed(self.post("/v1/persons/%s/same-as" % ids[twin], {
            "reference": twin, "same_as": ids["王敏"], "reason": "核对"}, self.d.token("ip_office"), 202))
        for token in (self.district, other):
            self.assertEqual(self.back(where, token, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.step(where, "confirm", self.checker, 422).codes(), [("/evidence", "E_NEED")])
        self.assertEqual(self.back(where, self.checker, 422, amount="1000.01").codes(), [("/amount", "E_EXCEEDS")])
        self.assertEqual(self.back(where, self.d.token("district", "DIST-310115"), 404).codes(), [("", "E_NOT_FOUND")])
        self.assertEqual(left(), ["0.00", "74125.00"])
        # a part has come; the rest is still asked for, until the demand is taken back
        self.back(where, self.checker, amount="400.00")
        self.assertEqual((self.state(where), self.get(where)["demanded"], left()), ("demanded", "600.00", ["400.00", "74525.00"]))
        self.assertEqual(self.back(where, self.checker, 422, amount="600.01").codes(), [("/amount", "E_EXCEEDS")])
        self.assertEqual(self.step(where, "refuse", self.district, 422, evidence="x").codes(), [("/evidence", "E_UNWANTED")])
        self.step(where, "refuse", self.district, reason="企业申诉成立")
        self.assertEqual((self.state(where), left(), free()), ("paid", ["400.00", "74525.00"], "0.00"))
        self.assertEqual(self.back(where, self.checker, 409).codes(), [("", "E_STEP")])
        self.assertNotIn("企业申诉成立", self.d.call("GET", where + "/letter", token=self.district).body.decode())
        # all that is left, and no more than that
        over = self.step(where, "clawback", self.payer, 422, amount="25475.01")
        self.assertEqual(over.codes(), [("/amount", "E_EXCEEDS")])
        self.step(where, "clawback", self.payer)
        self.assertEqual(self.back(where, self.payer, 409).codes(), [("", "E_SAME_PERSON")])
        self.back(where, self.district)
        said = self.get(where)
        self.assertEqual((said["state"], left(), free()), ("clawed_back", ["25875.00", "100000.00"], "25875.00"))
        self.assertNotIn("demanded", said)
        self.assertEqual([(x["step"], x["state"], x.get("amount"), x.get("evidence")) for x in said["steps"][2:]],
                         [("clawback", "demanded", "1000.00", None), ("confirm", "demanded", "400.00", "国库收款回单 1"),
                          ("refuse", "paid", None, None), ("clawback", "demanded", "25475.00", None),
                          ("confirm", "clawed_back", "25475.00", "国库收款回单 1")])
        self.assertEqual(self.back(where, self.checker, 409).codes(), [("", "E_STEP")])

    def test_a_repeated_application_is_answered_byte_for_byte(self):
        code = self.policy()
        self.budget(code, "100000.00")
        body = {"reference": "R-%d" % next(numbers), "policy": code, "loan": self.lent(),
                "facts": {"borrower.bad_record": False}}
        first = self.post("/v1/applications", body, self.district)
        self.step(first.headers["location"], "approve", self.checker)
        second = self.post("/v1/applications", body, self.district, 200)
        self.assertEqual((second.body, second.headers["idempotent-replay"]), (first.body, "true"))
        other = self.post("/v1/applications", dict(body, facts={"borrower.bad_record": True}), self.district, 409)
        self.assertEqual([code for _, code in other.codes()], ["E_KEY_REUSED"])

    def test_who_does_not_qualify_is_refused_with_reasons(self):
        code = self.policy()
        said = self.apply(code, self.lent(settled=None)).json()
        self.assertEqual((said["eligible"], said["state"], said["amount"]), (False, "refused", "0.00"))
        self.assertEqual([x["clause"] for x in said["trace"] if not x["passed"]], ["repaid", "window"])
        # 20,000.00 paid for 364 days: 9,945.05 for the 181 of the six months, and half of that
        said = self.apply(code, self.lent(told="20000.00")).json()
        self.assertEqual(said["amount"], "4972.53")

    def test_two_subsidies_of_one_loan_stay_within_the_interest_paid(self):
        first, second = self.policy(), self.policy(items=[
            {"item": "interest", "share": "100", "months": 12, "day_count": "30/360"}])
        self.budget(first, "100000.00")
        contract = self.lent(told="30000.00")
        self.assertEqual(self.apply(first, contract).json()["amount"], "7458.79")  # 14,917.58 for the six months
        said = self.apply(second, contract).json()  # overlaps the first six months
        self.assertEqual(said["amount"], "0.00")
        check = lambda policy, **over: self.post("/v1/eligibility-checks", dict({
            "policy": policy, "loan": contract, "facts": {"borrower.bad_record": False}}, **over),
            self.district, 200).json()
        self.assertEqual(check(second)["facts_used"]["used.interest"], "7458.79")

    def test_a_changed_loan_is_not_approved(self):
        code = self.policy()
        self.budget(code, "100000.00")
        contract = self.lent()
        where = self.apply(code, contract).headers["location"]
        self.post("/v1/loan-events", {"reference": "REV-" + contract, "contract_no": contract, "kind": "reversed",
                                      "on": "2024-01-20", "reverses": "E-" + contract}, self.bank)
        self.assertEqual(self.step(where, "approve", self.checker, 409).codes(), [("", "E_FACTS_CHANGED")])
        self.step(where, "refuse", self.checker)
        self.assertEqual(self.get("/v1/policies/%s/budget?year=%d" % (code, YEAR))["held"], "0.00")

    def test_a_spent_budget_queues_and_releases_in_order_also_after_a_crash(self):
        code = self.policy()
        self.budget(code, "60000.00")
        wheres = [self.apply(code, self.lent()).headers["location"] for _ in range(5)]
        said = [self.get(w) for w in wheres]
        self.assertEqual([(x["state"], x.get("queue")) for x in said],
                         [("reserved", None), ("reserved", None), ("queued", 1), ("queued", 2), ("queued", 3)])
        small = self.apply(code, self.lent(amount="100000.00")).headers["location"]
        self.assertEqual(self.get(small)["queue"], 4)  # though 8,250.00 are left: nobody overtakes
        self.step(wheres[3], "withdraw", self.district)
        self.d.kill9()
        self.d.start()
        self.budget(code, "45000.00")
        self.assertEqual([self.state(w) for w in wheres], ["reserved", "reserved", "reserved", "withdrawn", "reserved"])
        self.assertEqual(self.state(small), "reserved")
        self.step(wheres[0], "refuse", self.checker)
        b = self.get("/v1/policies/%s/budget?year=%d" % (code, YEAR))
        self.assertEqual((b["held"], b["queue"], b["queued"]), ("78487.50", 0, "0.00"))

    def test_what_is_left_is_carried_over_or_returned(self):
        code = self.policy()
        self.budget(code, "100000.00", year=2023, on="2023-07-03")
        over = self.post("/v1/budgets", {"reference": "B-%d" % next(numbers), "policy": code, "year": 2023,
                                         "kind": "carry_over", "amount": "100000.01", "on": "2023-12-31"},
                         self.district, 409)
        self.assertEqual(over.codes(), [("/amount", "E_OVERDRAFT")])
        r = self.d.call("GET", "/v1/accounts/subsidy:310116:%s:2024" % code, token=self.district)
        self.assertEqual(r.status, 404)  # what is refused opens nothing
        self.budget(code, "60000.00", year=2023, kind="carry_over", on="2023-12-31")
        self.budget(code, "40000.00", year=2023, kind="return", on="2023-12-31")
        b = self.get("/v1/policies/%s/budget?year=2023" % code)
        self.assertEqual((b["appropriated"], b["carried_out"], b["returned"], b["balance"]),
                         ("100000.00", "60000.00", "40000.00", "0.00"))
        self.assertEqual(self.get("/v1/policies/%s/budget?year=2024" % code)["carried_in"], "60000.00")
        r = self.post("/v1/budgets", {"reference": "B-%d" % next(numbers), "policy": code, "year": 2020,
                                      "kind": "return", "amount": "1.00", "on": "2023-12-31"}, self.district, 422)
        self.assertEqual(r.codes(), [("/year", "E_NO_BUDGET")])

    def test_64_applications_over_two_levels_take_each_day_once(self):
        mine = self.policy()
        city = fixture("js-2023", code="CITY-%d" % next(numbers))
        del city["district"]
        checker = self.person("FINANCE", "李复核")
        self.in_force(city, self.finance, checker)
        self.budget(mine, "10000000.00")
        self.budget(city["code"], "10000000.00", token=self.finance)
        contract = self.lent()
        answers = []

        def one(i):
            answers.append(self.apply(*((mine, contract) if i % 2 else (city["code"], contract)),
                                      token=self.district if i % 2 else self.finance).json())
        threads = [threading.Thread(target=one, args=(i,)) for i in range(64)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(answers), 64)
        won = [x for x in answers if x["state"] != "refused"]
        self.assertEqual([(x["amount"], x["state"]) for x in won], [("25875.00", "reserved")])
        lost = next(x for x in answers if x["state"] == "refused")
        self.assertEqual(lost["items"][0]["arithmetic"][-1]["line"], "这些天的利息已获贴息")

    def test_a_loan_that_moves_to_another_district_takes_its_days_along(self):
        first = self.policy()
        body = fixture("js-2023", code="PD-%d" % next(numbers), district="310115")
        body["eligible"]["all"][0]["value"] = "310115"
        office = self.d.token("district", "DIST-310115")
        self.in_force(body, office, self.person("DIST-310115", "李复核"))
        contract = self.lent()
        self.apply(first, contract)
        found = self.d.call("GET", "/v1/loans?contract_no=" + contract, token=self.bank).json()["items"][0]
        moved = {k: v for k, v in found.items() if k in (
            "contract_no", "product", "borrower_uscc", "borrower_name", "amount", "ip_amount", "rate", "signed_on",
            "disbursed_on", "matures_on", "ip")}
        r = self.d.call("PUT", "/v1/loans/" + found["id"], dict(moved, district="310115", reason="迁入浦东"), self.bank,
                        {"If-Match": '"1"', "Content-Type": "application/json"})
        self.assertEqual(r.status, 200, r.body)
        said = self.apply(body["code"], contract, token=office).json()
        self.assertEqual((said["eligible"], said["amount"], said["state"]), (True, "0.00", "refused"))
        self.assertEqual(said["facts_used"]["used.interest_days"], "2023-01-16/2023-07-16")

    def test_64_payouts_never_overdraw_a_budget(self):
        code = self.policy()
        self.budget(code, "300000.00")  # 11 of them, and 15,375.00 are left
        contracts = [self.lent() for _ in range(16)]
        threads = [threading.Thread(target=self.apply, args=(code, c)) for c in contracts]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        b = self.get("/v1/policies/%s/budget?year=%d" % (code, YEAR))
        self.assertEqual((b["held"], b["available"], b["queue"]), ("284625.00", "15375.00", 5))

    def test_caps_of_a_firm_hold_over_its_applications(self):
        code = self.policy(caps=[{"per": "enterprise", "period": "year", "amount": "40000.00"}])
        self.budget(code, "1000000.00")
        owner = firm(next(numbers))[0]
        amounts = [self.apply(code, self.lent(owner=owner, amount=amount)).json()["amount"]
                   for amount in ("3000000.00", "3200000.00", "2800000.00")]
        self.assertEqual(amounts, ["25875.00", "14125.00", "0.00"])

    def test_caps_of_a_firm_hold_over_its_codes(self):
        limits = {"amount": "40000.00", "per": "enterprise"}
        for cap in (dict(limits, period="year"), dict(limits, period="lifetime"),
                    dict(limits, period="year", item="interest")):
            code = self.policy(caps=[cap])
            self.budget(code, "1000000.00")
            name = "示例多码(上海)%d有限公司" % next(numbers)
            first = self.lent(borrower_name=name)
            second = self.lent(borrower_name=name.replace("(", "\uff08").replace(")", "\uff09"), amount="3200000.00")
            other = self.lent(amount="2800000.00")
            self.assertEqual([self.apply(code, c).json()["amount"] for c in (first, second, other)],
                             ["25875.00", "14125.00", "24150.00"])

    def test_a_loan_that_moves_to_another_firm_is_not_paid_as_before(self):
        code = self.policy(caps=[{"per": "enterprise", "period": "year", "amount": "40000.00"}])
        self.budget(code, "1000000.00")
        moved, renamed = self.lent(), self.lent()
        where = {c: self.apply(code, c).headers["location"] for c in (moved, renamed)}
        for contract, change in ((moved, {"borrower_uscc": firm(next(numbers))[0]}), (renamed, {"borrower_name": "示例新名"})):
            found = self.d.call("GET", "/v1/loans?contract_no=" + contract, token=self.bank).json()["items"][0]
            body = {k: found[k] for k in ("contract_no", "product", "borrower_uscc", "borrower_name", "district", "amount",
                                          "rate", "signed_on", "disbursed_on", "matures_on", "ip")}
            body = dict(body, reason="更正", **change)
            for right in body["ip"]:
                right["owner_uscc"] = body["borrower_uscc"]
            r = self.d.call("PUT", "/v1/loans/" + found["id"], body, self.bank,
                            {"If-Match": '"1"', "Content-Type": "application/json"})
            self.assertEqual(r.status, 200, r.body)
        r = self.step(where[moved], "approve", self.checker, 409)
        self.assertEqual([c for _, c in r.codes()], ["E_FACTS_CHANGED"])
        self.step(where[renamed], "approve", self.checker)

    def test_a_policy_can_exclude_what_the_city_pays(self):
        city = fixture("js-2023", code="CITY-%d" % next(numbers))
        del city["district"]
        self.in_force(city, self.finance, self.person("FINANCE", "李复核"))
        self.budget(city["code"], "1000000.00", token=self.finance)
        code = self.policy(excludes=["city_policy"])
        contract = self.lent()
        self.apply(city["code"], contract, token=self.finance)
        said = self.apply(code, contract).json()
        self.assertEqual([x["clause"] for x in said["trace"] if not x["passed"]], ["excludes:city_policy"])

    def test_another_office_sees_nothing(self):
        code = self.policy()
        where = self.apply(code, self.lent()).headers["location"]
        other = self.d.token("district", "DIST-310115")
        self.assertEqual(self.d.call("GET", where, token=other).status, 404)
        self.assertEqual(self.d.call("GET", where, token=self.d.token("bank", "BANK-Z")).status, 404)
        self.assertEqual(self.d.call("GET", "/v1/policies/%s/budget" % code, token=other).status, 404)
        self.post(where + "/withdraw", {"seen": "0" * 64, "reason": "x"}, other, 404)

    # ---- rehearsal ------------------------------------------------------------------------------

    def test_a_rehearsal_equals_really_applying(self):
        draft = fixture("js-2023", code="DR-%d" % next(numbers),
                        caps=[{"per": "enterprise", "period": "year", "amount": "60000.00"}])
        draft["eligible"]["all"].append({"clause": "scheme", "text": "本试点", "fact": "loan.scheme", "op": "eq",
                                         "value": draft["code"]})
        where = self.post("/v1/policies", draft, self.district).headers["location"]
        lent, owner = {}, firm(next(numbers))[0]
        for i, (amount, settled) in enumerate([("3000000.00", "2023-08-01"), ("1000000.00", "2023-09-01"),
                                               ("4000000.00", "2023-10-01"), ("2000000.00", None)]):
            lent[settled or "open"] = self.lent(amount=amount, settled=settled, owner=owner, scheme=draft["code"])
        ask = {"from": "2023-07-01", "to": "2023-12-31", "budget": "30000.00",
               "facts": {"borrower.bad_record": False}}
        tried = self.post("/v1/policies/%s/rehearsals" % draft["code"], ask, self.district, 200).json()["result"]
        # 25,875.00 + 8,625.00 + min(34,500.00, 60,000.00 - 34,500.00)
        self.assertEqual((tried["winners"], tried["cost"], tried["policy_state"]), (3, "60000.00", "draft"))
        self.assertEqual([(x["key"], x["count"], x["amount"]) for x in tried["by_month"]],
                         [("2023-08", 1, "25875.00"), ("2023-09", 1, "8625.00"), ("2023-10", 1, "25500.00")])
        self.assertEqual([(x["key"], x["count"], x["amount"]) for x in tried["by_district"]],
                         [("310116", 3, "60000.00")])
        self.assertEqual(sum(x["losers"] for x in tried["by_bank"]), tried["losers"])
        self.assertEqual(sum(tried["losers_by_clause"].values()), tried["cases"] - tried["eligible"])
        self.assertEqual((tried["budget"]["runs_out_in"], tried["budget"]["queued"]), ("2023-09", 2))
        self.post(where + "/approve", {"seen": self.get(where)["seen"], "reason": "x", "on": "2023-06-20"},
                  self.checker)
        self.budget(draft["code"], "30000.00")
        real = [self.apply(draft["code"], lent[day]).json() for day in sorted(lent)[:3]]
        self.assertEqual([(x["amount"], x["state"]) for x in real],
                         [("25875.00", "reserved"), ("8625.00", "queued"), ("25500.00", "queued")])

    def test_a_long_rehearsal_tells_its_progress_and_others_are_served(self):
        firm, n = "91310114QX0114103W", next(numbers)
        lines = "".join(json.dumps(dict(loan(contract_no="L-%d-%d" % (n, i), district="310114", borrower_uscc=firm,
                                             signed_on="2023-03-01", disbursed_on="2023-03-01",
                                             matures_on="2024-03-01"))) + "\n" for i in range(2100))
        r = self.d.call("POST", "/v1/loans", lines, self.bank, {"Content-Type": "application/x-ndjson"})
        self.assertEqual(r.lines()[-1]["summary"]["created"], 2100)
        office, checker = self.d.token("district", "DIST-310114"), self.person("DIST-310114", "李复核")
        body = fixture("jiading", code="LONG-%d" % n)
        self.in_force(body, office, checker)
        alive = []
        pinger = threading.Thread(target=lambda: alive.extend(
            self.d.call("GET", "/healthz").status for _ in range(20)))
        pinger.start()
        r = self.d.call("POST", "/v1/policies/%s/rehearsals" % body["code"], {
            "from": "2023-03-01", "to": "2023-03-01", "by": "disbursed_on", "list": True,
            "facts": {"fee.guarantee": "100.00"}}, office)
        pinger.join()
        self.assertEqual(alive, [200] * 20)
        said = r.lines()
        self.assertEqual(said[:2], [{"progress": 1000}, {"progress": 2000}])
        result = next(x for x in said if "result" in x)
        self.assertEqual((result["loans"] >= 2100, result["result"]["losers_by_clause"]), (True, {"guarantee": 2100}))
        cases = [x["loan"] for x in said[said.index(result) + 1:]]  # each once, in their order, whatever page came first
        self.assertEqual((len(set(cases)), cases), (2100, sorted(cases)))
        self.two_at_once_leave_a_reader(body["code"], office)

    def two_at_once_leave_a_reader(self, code, office):
        """Of four readers the first took two, as it was alone; a second beside it takes one: somebody else is served."""
        pipe, done = self.d.psql(), []
        pipe.stdin.write("begin; lock table subsidy_unit in access exclusive mode; select 'held';\n")
        pipe.stdin.flush()
        while pipe.stdout.readline() != "held\n":
            self.assertIsNone(pipe.poll())
        ask = {"from": "2023-03-01", "to": "2023-03-01", "by": "disbursed_on", "facts": {"fee.guarantee": "100.00"}}
        tries = [threading.Thread(target=lambda: done.append(
            self.d.call("POST", "/v1/policies/%s/rehearsals" % code, ask, office).status)) for _ in range(2)]
        waiting = "select count(*) from pg_locks where relation = 'subsidy_unit'::regclass and not granted"
        try:
            for n, one in enumerate(tries):
                one.start()
                while int(self.d.sql(waiting)) < n + 2:
                    self.assertEqual(done, [])
            with ThreadPoolExecutor(6) as pool:  # at once: none is sent behind those that wait, by statements new to the reader
                served = list(pool.map(lambda path: self.d.call("GET", path, token=office, timeout=20).status,
                                       ["/v1/lpr", "/v1/me", "/v1/flag-rules", "/v1/districts", "/v1/loans", "/v1/lpr"] * 5))
            self.assertEqual((served, self.d.sql(waiting)), ([200] * 30, "3"))
        finally:
            pipe.stdin.close()
            pipe.wait()
            pipe.stdout.close()
            for one in tries:
                one.join()
        self.assertEqual(done, [200, 200])

    def test_two_drafts_side_by_side_and_every_case(self):
        first, second = self.policy(), self.policy(caps=[{"per": "loan", "amount": "10000.00"}])
        contract = self.lent(settled="2023-11-11")
        r = self.d.call("POST", "/v1/policies/%s/rehearsals" % first, {
            "from": "2023-11-11", "to": "2023-11-11", "against": second, "list": True,
            "facts": {"borrower.bad_record": False}}, self.district)
        lines = r.lines()
        odd = self.post("/v1/policies/%s/rehearsals" % first, {
            "from": "2023-11-11", "to": "2023-11-11", "facts": {"borrower.size": "large", "borrower.sme": True}},
            self.district, 200).json()["result"]
        self.assertEqual((odd["cases"], odd["losers_by_clause"]), (1, {"facts": 1}))  # they contradict each other
        self.assertEqual((lines[0]["result"]["cost"], lines[0]["against"]["cost"]), ("25875.00", "10000.00"))
        self.assertEqual(lines[0]["difference"], {"both": 1, "only_first": 0, "only_second": 0, "cost": "-15875.00"})
        self.assertEqual([(x["contract_no"], x["result"]["amount"], x["against"]["amount"]) for x in lines[1:]],
                         [(contract, "25875.00", "10000.00")])

    def test_what_a_firm_has_had_counts_in_a_rehearsal_under_each_of_its_codes(self):
        """40,000.00 for good, of which 25,875.00 are taken under the first policy and nothing under the second."""
        first, second = (self.policy(caps=[{"per": "enterprise", "period": "lifetime", "amount": "40000.00"}]) for _ in range(2))
        name = "示例多码(试算)%d有限公司" % next(numbers)
        self.assertEqual(self.apply(first, self.lent(borrower_name=name)).json()["amount"], "25875.00")
        again = self.lent(borrower_name=name.replace("(", "\uff08").replace(")", "\uff09"), amount="3200000.00")
        other = self.lent(amount="2800000.00")
        r = self.d.call("POST", "/v1/policies/%s/rehearsals" % first, {
            "from": "2024-01-15", "to": "2024-01-15", "against": second, "list": True,
            "facts": {"borrower.bad_record": False}}, self.district)
        told = {x["contract_no"]: (x["result"]["amount"], x["against"]["amount"]) for x in r.lines() if "contract_no" in x}
        self.assertEqual((told[again], told[other]), (("14125.00", "27600.00"), ("24150.00", "24150.00")))


if __name__ == "__main__":
    unittest.main()
