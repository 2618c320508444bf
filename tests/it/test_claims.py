"""Risk sharing: who bears what to the fen, who may say so, and that no limit is passed by one fen."""
import glob
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

from harness import ROOT, Case, loan, numbers


class Claims(Case):
    conf = {"readers": "6"}  # a ledger of its own

    def setUp(self):
        self.bank, self.office = self.d.token("bank"), self.d.token("ip_office")
        self.finance = self.d.token("finance")
        if not hasattr(Claims, "second"):
            Claims.second = self.d.cli("token", "add", "--org", "FINANCE", "--person", "李华").stdout.strip()

    def post(self, path, body, token, status=None):
        r = self.d.call("POST", path, body, token)
        if status:
            self.assertEqual(r.status, status, r.body)
        return r

    def get(self, path, token=None):
        r = self.d.call("GET", path, token=token or self.finance)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def draft(self, name="zs", **over):
        with open(os.path.join(ROOT, "tests", "data", "schemes", name + ".json"), encoding="utf-8") as f:
            body = json.load(f)
        body["code"] = "%s-%d" % (body["code"], next(numbers))
        body.update(over)
        body = {k: v for k, v in body.items() if v is not None}
        return self.post("/v1/schemes", body, self.office, 201)

    def scheme(self, name="zs", money="40000000.00", **over):
        made = self.draft(name, **over)
        where = made.headers["location"]
        self.post(where + "/approve", {"seen": self.get(where)["seen"], "reason": "经核准",
                                       "on": "2022-01-01"}, self.finance, 201)
        code = made.json()["code"]
        if money:
            self.post("/v1/transfers", {"reference": "AP-" + code, "debit": "fund:" + code,
                                        "credit": "appropriation:" + code, "amount": money,
                                        "on": "2022-01-05", "cause": "appropriation"}, self.finance, 201)
        return code

    def lent(self, scheme, overdue="2023-01-10", grade="substandard", token=None, **over):
        """A registered loan that went bad on a day; its contract number."""
        record = loan(**dict({"scheme": scheme, "amount": "3000000.00", "registered_on": "2022-07-05",
                              "disbursed_on": "2022-07-05"}, **over))
        where = self.post("/v1/loans", record, token or self.bank, 201).headers["location"]
        steps = [("overdue", {})] + ([("classified", {"grade": grade})] if grade else [])
        for kind, more in steps if overdue else []:
            self.post(where + "/events", dict(reference="E-%d" % next(numbers), kind=kind, on=overdue,
                                              **more), token or self.bank, 201)
        return record["contract_no"]

    def claim(self, contract, token=None, status=None, **over):
        body = dict({"reference": "CL-%d" % next(numbers), "loan": contract, "kind": "compensation",
                     "loss_principal": "3000000.00", "on": "2023-09-01"}, **over)
        return self.post("/v1/claims", body, token or self.bank, status)

    def step(self, where, name, token, status=201, **over):
        body = {"on": "2023-09-10", "reason": "材料齐全"}
        if name != "recover":
            body["seen"] = self.get(where)["seen"]
        body.update(over)
        return self.post("%s/%s" % (where, name), body, token, status)

    def paid(self, contract, step_on="2023-09-10", **over):
        where = self.claim(contract, status=201, **over).headers["location"]
        for name, token in (("accept", self.finance), ("approve", self.second), ("pay", self.finance)):
            self.step(where, name, token, on=step_on)
        return where

    def fund(self, code):
        a = self.get("/v1/accounts/fund:" + code)
        return a["balance"], a["held"], a["available"]

    # ---- schemes ---------------------------------------------------------------------------------

    def test_every_scheme_of_the_fixtures_loads_and_is_approved(self):
        files = sorted(glob.glob(os.path.join(ROOT, "tests", "data", "schemes", "*.json")))
        self.assertEqual(len(files), 9)
        for path in files:
            code = self.scheme(os.path.basename(path)[:-5])
            self.assertEqual(self.get("/v1/schemes?code=" + code)["items"][0]["state"], "in_force")

    def test_bad_schemes_are_refused_with_all_that_is_wrong(self):
        with open(os.path.join(ROOT, "tests", "data", "schemes", "zs.json"), encoding="utf-8") as f:
            good = json.load(f)
        layers = good["layers"]
        for over, codes in (
                ({"layers": layers[:3]}, [("/layers", "E_SHARE_SUM")]),
                ({"layers": [{"party": "fund", "share": "50"}] * 2}, [("/layers", "E_LAYERS")]),
                ({"trigger": {}}, [("/trigger/days_overdue", "E_NEED")]),
                ({"trigger": {"written_off": False}}, [("/trigger/days_overdue", "E_NEED")]),
                ({"trigger": {"days": 3}}, [("/trigger/days", "E_UNKNOWN")]),
                ({"npl_breakr": "5.00"}, [("/npl_breakr", "E_UNKNOWN")]), # a misspelt limit is none
                ({"trigger": {"days_overdue": 0}}, [("/trigger/days_overdue", "E_RANGE")]),
                ({"first_loan_uplift": "26.01"}, [("/first_loan_uplift", "E_EXCEEDS")]),
                ({"code": "a:b"}, [("/code", "E_ACCOUNT_CODE")]),
                ({"layers": [layers[0], dict(layers[1], cap="1.00")] + layers[2:]}, [("/layers/1/cap", "E_UNWANTED")]),
                ({"cap_per_loan": "0.00", "effective_to": "2015-01-01"},
                 [("/cap_per_loan", "E_RANGE"), ("/effective_to", "E_ORDER")])):
            with self.subTest(over):
                r = self.post("/v1/schemes", dict(good, **over), self.office)
                self.assertEqual(sorted(r.codes()), sorted(codes))

    def test_versions_do_not_overlap_and_the_one_at_signing_governs(self):
        code = "V-%d" % next(numbers)
        first = self.scheme("zs", code=code, effective_from="2020-01-01", effective_to="2022-06-30")
        self.assertEqual(first, code)
        r = self.post("/v1/schemes", dict(json.load(open(os.path.join(
            ROOT, "tests", "data", "schemes", "sz.json"), encoding="utf-8")), code=code,
            effective_from="2022-06-30"), self.office)
        self.assertEqual((r.status, r.codes()), (409, [("/effective_from", "E_OVERLAP")]))
        self.scheme("cd-2008", money=None, code=code, effective_from="2022-07-01")
        old = self.lent(code, signed_on="2022-06-30", disbursed_on="2022-07-01", registered_on="2022-07-01")
        new = self.lent(code)
        fund = lambda contract: self.get(self.claim(contract, status=201).headers["location"])["fund"]
        self.assertEqual((fund(old), fund(new)), ("1620000.00", "2700000.00"))

    def test_a_draft_governs_nothing_and_approval_needs_what_was_seen(self):
        made = self.draft()
        where = made.headers["location"]
        contract = self.lent(made.json()["code"])
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_NOT_IN_SCHEME")])
        body = {"seen": "0" * 64, "reason": "x", "on": "2022-01-01"}
        r = self.post(where + "/approve", body, self.finance)
        self.assertEqual((r.status, r.codes()), (409, [("/seen", "E_SEEN")]))
        self.assertEqual(self.post(where + "/approve", body, self.office).status, 403)

    def test_a_draft_may_be_corrected_until_it_is_approved_and_is_in_nobodys_way(self):
        made = self.draft()
        where, body = made.headers["location"], made.json()
        old = self.get(where)["seen"]
        r = self.d.call("PUT", where, dict(body, effective_to="2030-12-31", reason="更正"), self.office,
                        {"If-Match": '"1"'})
        self.assertEqual((r.status, r.json()["version"]), (200, 2), r.body)
        self.scheme("sz", money=None, code=body["code"], effective_from="2025-01-01")  # overlaps the draft
        approval = {"seen": old, "reason": "x", "on": "2022-01-01"}
        self.assertEqual(self.post(where + "/approve", approval, self.finance).codes(), [("/seen", "E_SEEN")])
        approval["seen"] = self.get(where)["seen"]
        r = self.post(where + "/approve", approval, self.finance)
        self.assertEqual((r.status, r.codes()), (409, [("/effective_to", "E_OVERLAP")]))
        r = self.d.call("PUT", where, dict(body, effective_to="2024-12-31", reason="更正"), self.office,
                        {"If-Match": '"2"'})
        self.post(where + "/approve", dict(approval, seen=self.get(where)["seen"]), self.finance, 201)
        r = self.d.call("PUT", where, dict(body, title="x", reason="更正"), self.office, {"If-Match": '"3"'})
        self.assertEqual((r.status, r.codes()), (409, [("", "E_STEP")]))

    def test_schemes_are_approved_after_the_records_were_analysed(self):
        self.scheme()  # the function that approves is in use
        self.d.sql("analyze submission")
        self.scheme()

    def test_codes_that_differ_by_case_alone(self):
        code = self.scheme(code="CA-%d" % next(numbers))
        known = self.get("/v1/schemes?code=" + code)["items"][0]
        r = self.post("/v1/schemes", dict(known, code=code.lower()), self.office)
        self.assertEqual((r.status, r.json()["id"]), (200, known["id"]))  # one key by its form
        r = self.post("/v1/schemes", dict(known, code=code.lower(), effective_from="2023-01-01"), self.office)
        self.assertEqual(r.codes(), [("/code", "E_TAKEN")])
        self.paid(self.lent(code))
        other = self.d.token("bank", "bank-a")
        contract = self.lent(code, token=other)
        where = self.claim(contract, token=other, status=201).headers["location"]
        for name, token in (("accept", self.finance), ("approve", self.second), ("pay", self.finance)):
            self.step(where, name, token)
        self.assertEqual(len(self.get("/v1/accounts?limit=1000", other)["items"]), 1)

    # ---- the split -------------------------------------------------------------------------------

    def test_four_parties_share_a_loss_and_what_comes_back(self):
        code = self.scheme()
        where = self.paid(self.lent(code))
        said = self.get(where)
        self.assertEqual([(x["party"], x["amount"]) for x in said["split"]], [
            ("fund", "1620000.00"), ("bank", "780000.00"), ("insurer", "480000.00"),
            ("assessor", "120000.00")])
        self.assertEqual([(x["formula"], x["amount"]) for x in said["arithmetic"]][2:4], [
            ("3000000.00 × 54.00%", "1620000.00"), ("3000000.00 × 26.00%", "780000.00")])
        self.assertEqual(self.fund(code), ("38380000.00", "0.00", "38380000.00"))
        self.step(where, "recover", self.bank, reference="RC-%d" % next(numbers), on="2024-02-01",
                  amount="1000003.00", costs="3.00")
        self.assertEqual(self.fund(code)[0], "38920000.00")  # 540,000 of the net 1,000,000
        self.assertEqual(self.get(where)["paid"], "1080000.00")
        self.assertEqual([self.get(where)["steps"][-1][k] for k in ("amount", "costs", "fund")],
                         ["1000003.00", "3.00", "540000.00"])

    def test_odd_fen_go_to_the_largest_remainder_ties_to_the_earlier_layer(self):
        code = self.scheme()
        for loss, shares in (("0.01", ["0.01", "0.00", "0.00", "0.00"]),
                             ("0.10", ["0.05", "0.03", "0.02", "0.00"]),
                             ("33.33", ["18.00", "8.67", "5.33", "1.33"])):
            contract = self.lent(code)
            said = self.get(self.claim(contract, status=201, loss_principal=loss).headers["location"])
            self.assertEqual([x["amount"] for x in said["split"]], shares)

    def test_parts_always_sum_to_the_whole_and_are_what_exact_fractions_say(self):
        dice = random.Random(2021)
        cases = []
        for _ in range(300):
            cuts = sorted(dice.randrange(1000001) for _ in range(dice.randint(1, 5)))
            shares = [b - a for a, b in zip([0] + cuts, cuts + [1000000])]
            cases.append((dice.choice((1, 7, 99, dice.randrange(10 ** 14))), shares))
        said = self.d.sql("select array_to_string(claim_split_loss(loss, shares), ',') from (values %s) as x(n, loss,"
                          " shares) order by n" % ",".join("(%d, %d::bigint, array%s::bigint[])" % (i, loss, shares)
                                                           for i, (loss, shares) in enumerate(cases)))
        for (loss, shares), line in zip(cases, said.splitlines()):
            exact = [Fraction(loss * s, 1000000) for s in shares]
            want = [int(x) for x in exact]
            order = sorted(range(len(shares)), key=lambda i: (-(exact[i] - want[i]), i))
            for i in order[:loss - sum(want)]:
                want[i] += 1
            self.assertEqual([int(x) for x in line.split(",")], want, (loss, shares))

    def test_a_first_loan_gets_five_points_more(self):
        code = self.scheme("sh-credit")
        firm = {"borrower_uscc": "91310109QX0109064M"}
        told = lambda contract: self.get(self.claim(contract, status=201).headers["location"])
        first = self.lent(code, first_loan=True, **firm)
        self.assertEqual([told(c)["fund"] for c in (self.lent(code, **firm), first)], ["1650000.00", "1800000.00"])
        self.lent(None, overdue=None, disbursed_on=None, signed_on="2022-01-04", **firm)  # never drawn
        self.lent(None, overdue=None, disbursed_on="2022-08-02", **firm)
        second = self.lent(code, first_loan=True, signed_on="2022-08-02", disbursed_on="2022-08-03",
                           registered_on="2022-08-03", **firm)
        said = told(second)  # whatever its bank says, the firm had borrowed before
        self.assertEqual(said["fund"], "1650000.00")
        self.assertIn("first_loan_uplift", [x["line"] for x in said["arithmetic"]])

    def test_only_the_part_secured_by_ip_counts_where_the_scheme_says_so(self):
        code = self.scheme("wh-2024", effective_from="2022-01-01")
        half = self.lent(code, ip_amount="2000000.00")
        said = self.get(self.claim(half, status=201).headers["location"])
        self.assertEqual((said["net_loss"], said["fund"]), ("2000000.00", "1000000.00"))
        less = self.lent(code, ip_amount="1499999.99")
        self.assertEqual(self.claim(less).codes(), [("/loan", "E_IP_SHARE")])

    def test_recoveries_before_the_claim_reduce_the_loss_costs_first(self):
        code = self.scheme()
        said = self.get(self.claim(self.lent(code), status=201, recovered="1000003.00", costs="3.00")
                        .headers["location"])
        self.assertEqual((said["net_loss"], said["fund"]), ("2000000.00", "1080000.00"))

    # ---- defects -----------------------------------------------------------------------------------

    def test_all_defects_of_a_claim_are_named_at_once(self):
        code = self.scheme("sh-credit", ip_share_min="60.00", rate_ceiling={"lpr_spread": "0.50"})
        contract = self.lent(code, overdue="2022-07-20", grade=None, registered_on="2022-08-01",
                             guarantor_uscc="91310101QX0101011R", ip_amount="1000000.00", rate="4.21")
        r = self.claim(contract, loss_principal="3000000.01", loss_interest="1.00",
                       kind="pre_compensation")
        self.assertEqual(set(r.codes()), {
            ("/kind", "E_CLAIM_KIND"), ("/loss_principal", "E_EXCEEDS"),
            ("/loss_interest", "E_UNWANTED"), ("/on", "E_TRIGGER"), ("/loan", "E_UNREGISTERED"),
            ("/loan", "E_EXCLUDED"), ("/loan", "E_IP_SHARE"), ("/loan", "E_RATE_CEILING")})
        self.assertIn("4.20", next(e["cure"] for e in r.json()["errors"]  # 3.70 + 0.50
                                   if e["code"] == "E_RATE_CEILING"))
        self.assertEqual(self.get("/v1/claims?loan=" + contract)["items"], [])

    def test_trigger_and_window_by_the_day(self):
        code = self.scheme(claim_window_days=30)
        contract = self.lent(code, overdue="2023-01-10")
        for on, said in (("2023-04-09", [("/on", "E_TRIGGER")]), ("2023-05-11", [("/on", "E_WINDOW")])):
            self.assertEqual(self.claim(contract, on=on).codes(), said)
        self.claim(contract, on="2023-04-10", status=201)  # the 90th day

    def test_two_months_non_performing_without_write_off(self):
        code = self.scheme("sh-deposit", effective_from="2022-01-01", excludes=None)
        contract = self.lent(code, overdue="2023-01-31")
        self.assertEqual(self.claim(contract, on="2023-03-30").codes(), [("/on", "E_TRIGGER")])
        said = self.get(self.claim(contract, on="2023-03-31", status=201).headers["location"])
        self.assertEqual(said["fund"], "2400000.00")

    def test_no_loss_is_compensated_twice(self):
        one = self.scheme()
        contract = self.lent(one)
        self.claim(contract, status=201)
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_COMPENSATED")])
        other = self.scheme(excludes=[{"scheme": one}])
        where = self.get("/v1/loans?contract_no=" + contract, self.bank)["items"][0]
        moved = {k: v for k, v in where.items() if k not in ("scheme",)}
        r = self.d.call("PUT", "/v1/loans/" + where["id"], dict(moved, scheme=other, reason="改方案"),
                        self.bank, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        self.assertEqual(self.claim(contract).codes(),
                         [("/loan", "E_LATE_CHANGE"), ("/loan", "E_COMPENSATED")])

    # ---- a bank that wants more than it lost -----------------------------------------------------

    def loan_of(self, contract):
        return self.get("/v1/loans?contract_no=" + contract, self.bank)["items"][0]

    def correct(self, contract, status=200, **over):
        old = self.loan_of(contract)
        body = {k: v for k, v in dict(old, reason="更正", **over).items() if v is not None}
        r = self.d.call("PUT", "/v1/loans/" + old["id"], body, self.bank,
                        {"If-Match": '"%d"' % old["version"]})
        self.assertEqual(r.status, status, r.body)
        return r

    def test_recovered_and_costs_of_ones_own_making_raise_no_loss(self):
        code = self.scheme()
        contract = self.lent(code)
        for over, field in (
                ({"loss_principal": "1000000000.00", "recovered": "997000000.00", "costs": "997000000.00"},
                 "/loss_principal"),
                ({"loss_principal": "3000000.01", "recovered": "0.01", "costs": "0.01"}, "/loss_principal"),
                ({"loss_principal": "2000000.00", "recovered": "2000000.01"}, "/recovered"),
                ({"recovered": "1.00", "costs": "1.01"}, "/costs")):
            self.assertIn((field, "E_EXCEEDS"), self.claim(contract, **over).codes(), over)
        where = "/v1/loans/%s/events" % self.loan_of(contract)["id"]
        for kind, more in (("written_off", {}), ("recovered", {"principal": "1000000.00"})):
            self.post(where, dict(more, reference="E-%d" % next(numbers), kind=kind, on="2023-05-01"),
                      self.bank, 201)
        self.assertEqual(self.claim(contract).codes(), [("/loss_principal", "E_EXCEEDS")])
        said = self.get(self.claim(contract, recovered="1000000.00", costs="3.00", status=201)
                        .headers["location"])
        self.assertEqual(said["net_loss"], "2000003.00")

    def test_interest_is_bounded_by_the_rate_and_what_was_paid(self):
        code = self.scheme(loss_base="principal_and_interest")
        contract = self.lent(code)  # 3,000,000 × 3.65 % × 423 days / 360 = 128,662.50
        where = "/v1/loans/%s/events" % self.loan_of(contract)["id"]
        self.post(where, {"reference": "E-%d" % next(numbers), "kind": "repaid", "on": "2023-02-01",
                          "interest": "8662.50"}, self.bank, 201)
        r = self.claim(contract, loss_interest="120000.01")
        self.assertEqual(r.codes(), [("/loss_interest", "E_EXCEEDS")])
        self.assertIn("120000.00", r.json()["detail"])
        self.claim(contract, loss_interest="120000.00", status=201)

    def test_an_advance_and_the_final_claim_never_make_more_than_the_share(self):
        code = self.scheme(pre_compensation=True)
        contract = self.lent(code)
        advance = self.claim(contract, kind="pre_compensation", status=201).headers["location"]
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_COMPENSATED")])  # not paid yet
        self.step(advance, "withdraw", self.bank)
        final = self.claim(contract, status=201).headers["location"]
        self.assertEqual(self.claim(contract, kind="pre_compensation").codes(), [("/loan", "E_COMPENSATED")])
        self.step(final, "withdraw", self.bank)
        advance = self.paid(contract, kind="pre_compensation", loss_principal="2000000.00")
        final = self.paid(contract, on="2023-10-01", step_on="2023-10-02")
        said = [self.get(w) for w in (advance, final)]
        self.assertEqual([(x["fund"], x["paid"]) for x in said],
                         [("1080000.00", "0.00"), ("540000.00", "1620000.00")])
        r = self.step(advance, "recover", self.bank, reference="R-%d" % next(numbers), amount="1.00",
                      on="2024-01-01", status=None)
        self.assertEqual(r.codes(), [("", "E_COMPENSATED")])
        before = float(self.fund(code)[0])
        self.step(final, "recover", self.bank, reference="R-%d" % next(numbers), amount="1000000.00",
                  on="2024-01-01")
        self.assertEqual(float(self.fund(code)[0]) - before, 540000.0)
        self.step(final, "cure", self.bank, on="2024-02-01")
        self.assertEqual(self.fund(code)[0], "40000000.00")
        again = self.get(self.claim(contract, on="2024-03-01", status=201).headers["location"])
        self.assertEqual(again["fund"], "1620000.00")  # nothing is left of the advance

    def test_two_schemes_together_pay_no_more_than_the_loss(self):
        one, other = self.scheme(), self.scheme("sz")
        contract = self.lent(one, borrower_uscc="91310104QX0104028H")  # RF07 stops the payments of its firm
        self.claim(contract, status=201)
        self.correct(contract, scheme=other)
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_LATE_CHANGE")])
        self.d.sql("alter table loan_event disable trigger user; update loan_event set recorded_at = now() where"
                   " loan_id = '%s'; alter table loan_event enable trigger user" % self.loan_of(contract)["id"])
        said = self.get(self.claim(contract, status=201).headers["location"])  # as if changed in time
        self.assertEqual((said["net_loss"], said["fund"]), ("1380000.00", "690000.00"))

    def test_one_credit_under_two_contract_numbers_is_paid_once(self):
        code = self.scheme()
        first = self.lent(code)
        ip = self.loan_of(first)["ip"]
        self.claim(first, status=201)
        r = self.claim(self.lent(code, ip=ip))
        self.assertEqual(r.codes(), [("/loan", "E_SAME_CREDIT")])
        self.assertIn(first, r.json()["title"])
        self.claim(self.lent(code, ip=ip, amount="3000000.01"), status=201)

    def test_the_window_is_kept_by_the_day_of_receipt_that_finance_enters(self):
        code = self.scheme(claim_window_days=30)
        where = self.claim(self.lent(code, overdue="2023-01-10"), on="2023-04-10", status=201).headers["location"]
        r = self.step(where, "accept", self.finance, on="2023-05-11", status=None)
        self.assertEqual(r.codes(), [("/on", "E_WINDOW")])
        self.step(where, "accept", self.finance, on="2023-05-10")
        self.step(where, "approve", self.second, on="2023-06-30")

    def test_a_claim_that_was_returned_is_in_time_if_it_comes_back_by_its_deadline(self):
        code = self.scheme(claim_window_days=30)  # until 2023-05-10
        for due_on, received in (("2099-12-31", True), ("2023-05-20", False)):
            where = self.claim(self.lent(code, overdue="2023-01-10"), on="2023-04-10",
                               status=201).headers["location"]
            self.step(where, "return", self.finance, on="2023-05-08", owner="赵强", due_on=due_on)
            self.step(where, "resubmit", self.bank, on="2023-05-15")  # today, by the clock of the ledger
            r = self.step(where, "accept", self.finance, on="2023-05-16", status=None)
            self.assertEqual(r.status if received else r.codes(), 201 if received else [("/on", "E_WINDOW")])

    def test_a_year_whose_cap_is_used_up_is_not_passed_by_dating_back(self):
        code = self.scheme("sz", cap_fund_year="1500000.00")
        where = self.claim(self.lent(code, overdue="2022-07-10"), on="2022-12-31", status=201).headers["location"]
        self.paid(self.lent(code, overdue="2022-07-10"))  # takes 1,500,000 of 2023
        r = self.step(where, "accept", self.finance, on="2023-01-01", status=None)
        self.assertEqual(r.codes(), [("/loss_principal", "E_CAP")])
        self.step(where, "accept", self.finance, on="2022-12-31")
        late = self.claim(self.lent(code, overdue="2022-07-10"), on="2023-12-31")
        self.assertEqual(late.codes(), [("/loss_principal", "E_CAP")])
        where = self.claim(self.lent(code, overdue="2022-07-10"), on="2024-01-01", status=201).headers["location"]
        self.step(where, "accept", self.finance, on="2024-01-02")

    def test_two_claims_dated_in_a_year_with_room_do_not_share_the_room_of_the_next(self):
        code = self.scheme("sz", cap_fund_year="1500000.00", cap_bank_year="1500000.00")
        waiting = [self.claim(self.lent(code, overdue="2022-07-10"), on=on, status=201).headers["location"]
                   for on in ("2022-12-31", "2023-12-31")]
        self.step(waiting[0], "accept", self.finance, on="2024-01-05")
        r = self.step(waiting[1], "accept", self.finance, on="2024-01-05", status=None)
        self.assertEqual(r.codes(), [("/loss_principal", "E_CAP")] * 2)  # of the bank and of the fund
        self.step(waiting[1], "accept", self.finance, on="2023-12-31")

    def test_a_window_after_write_off_counts_from_it(self):
        code = self.scheme(trigger={"written_off": True}, claim_window_days=30)
        contract = self.lent(code)
        where = "/v1/loans/%s/events" % self.loan_of(contract)["id"]
        self.post(where, {"reference": "E-%d" % next(numbers), "kind": "written_off", "on": "2023-02-01"},
                  self.bank, 201)
        self.assertEqual(self.claim(contract, on="2023-03-04").codes(), [("/on", "E_WINDOW")])
        self.claim(contract, on="2023-03-03", status=201)

    def test_what_decides_the_payment_cannot_change_after_the_default(self):
        code = self.scheme()
        for over in ({"scheme": code}, {"borrower_uscc": "91310104QX0104028H"}, {"first_loan": True},
                     {"registered_on": "2022-07-04"}, {"rate": "3.00"}):
            contract = self.lent(None if "scheme" in over else code)
            self.correct(contract, **over)
            self.assertEqual(self.claim(contract).codes(), [("/loan", "E_LATE_CHANGE")], over)
        contract = self.lent(code, signed_on="2022-02-01")
        self.correct(contract, disbursed_on="2022-02-01")  # interest would run longer
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_LATE_CHANGE")])
        contract = self.lent(code)
        self.correct(contract, purpose="补充流动资金")
        self.claim(contract, status=201)

    def test_a_correction_that_was_taken_back_or_came_before_the_default_does_no_harm(self):
        code = self.scheme(trigger={"days_overdue": 1})
        contract = self.lent(code)
        self.correct(contract, rate="3.00")
        self.correct(contract, rate="3.65")
        self.claim(contract, status=201)
        today = self.d.sql("select today()")
        contract = self.lent(code)  # a default told by mistake; the real one comes the day after the correction
        told = self.get("/v1/loans/%s/events" % self.loan_of(contract)["id"], self.bank)["items"]
        for e in reversed(told):
            self.event(contract, "reversed", "2023-02-01", reverses=e["reference"])
        self.correct(contract, rate="3.00")
        self.event(contract, "overdue", today)
        self.assertIn(("/loan", "E_LATE_CHANGE"), self.claim(contract, on=today).codes())
        self.d.sql("alter table submission disable trigger user; update submission set recorded_at = recorded_at - interval"
                   " '25 hours' where id = '%s'; alter table submission enable trigger user" % self.loan_of(contract)["id"])
        self.assertEqual(self.claim(contract, on=today).codes(), [("/on", "E_TRIGGER")])

    def test_what_was_paid_upon_does_not_change_until_it_is_given_back(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.paid(contract)
        for over in ({"scheme": None}, {"amount": "3000000.01"}, {"registered_on": "2022-07-04"}):
            self.assertEqual(self.correct(contract, status=409, **over).codes(), [("", "E_PAID_UPON")], over)
        self.correct(contract, purpose="补充流动资金")
        self.step(where, "cure", self.bank)
        self.correct(contract, scheme=None)

    def test_a_correction_may_not_contradict_the_events_of_the_loan(self):
        contract = self.lent(self.scheme())
        self.post("/v1/loans/%s/events" % self.loan_of(contract)["id"], {
            "reference": "E-%d" % next(numbers), "kind": "repaid", "on": "2023-02-01",
            "principal": "1000000.00"}, self.bank, 201)
        for over in ({"disbursed_on": "2023-03-01"}, {"amount": "999999.99", "ip_amount": "1.00"},
                     {"signed_on": "2023-01-11", "registered_on": None, "disbursed_on": None}):
            r = self.correct(contract, status=409, **over)
            self.assertEqual(r.codes(), [("", "E_STATE_LATER")], over)
        self.assertEqual(self.loan_of(contract)["version"], 1)

    def test_costs_beyond_one_recovery_come_off_the_next(self):
        code = self.scheme()
        where = self.paid(self.lent(code))
        before = float(self.fund(code)[0])
        for amount, costs in (("10.00", "100000.00"), ("200000.00", "0.00")):
            self.step(where, "recover", self.bank, reference="R-%d" % next(numbers), amount=amount, costs=costs)
        self.assertAlmostEqual(float(self.fund(code)[0]) - before, 54005.40, 2)  # 54 % of 100,010

    def test_where_only_the_ip_part_is_covered_recoveries_count_by_that_part(self):
        code = self.scheme("wh-2024", effective_from="2022-01-01")
        where = self.paid(self.lent(code, ip_amount="2000000.00"))  # 2,000,000 of 3,000,000, half of it
        before = float(self.fund(code)[0])
        self.step(where, "recover", self.bank, reference="R-%d" % next(numbers), amount="900000.00")
        self.assertEqual(float(self.fund(code)[0]) - before, 300000.0)
        r = self.step(where, "recover", self.bank, reference="R-%d" % next(numbers), amount="2100000.01",
                      status=None)
        self.assertEqual(r.codes(), [("/amount", "E_EXCEEDS")])
        self.step(where, "recover", self.bank, reference="R-%d" % next(numbers), amount="2100000.00")
        self.assertEqual(self.get(where)["paid"], "0.00")

    def test_a_cured_loan_may_fail_again(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.paid(contract)
        self.step(where, "cure", self.bank)
        self.paid(contract, on="2023-10-01", step_on="2023-10-02")
        self.assertEqual(self.fund(code)[0], "38380000.00")

    def test_a_claim_is_not_closed_while_money_that_came_back_is_untold(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.paid(contract)
        self.post("/v1/loans/%s/events" % self.loan_of(contract)["id"], {
            "reference": "E-%d" % next(numbers), "kind": "repaid", "on": "2023-12-01",
            "principal": "1000000.00"}, self.bank, 201)
        self.assertEqual(self.get(where)["recovery_untold"], "1000000.00")
        r = self.step(where, "close", self.finance, on="2024-01-01", status=None)
        self.assertEqual((r.status, r.codes()), (409, [("", "E_UNTOLD")]))
        self.step(where, "recover", self.bank, reference="R-%d" % next(numbers), amount="1000000.00",
                  on="2024-01-01")
        self.assertNotIn("recovery_untold", self.get(where))
        self.step(where, "close", self.finance, on="2024-01-01")

    def event(self, contract, kind, on, status=201, **more):
        return self.post("/v1/loans/%s/events" % self.loan_of(contract)["id"], dict(
            more, reference="E-%d" % next(numbers), kind=kind, on=on), self.bank, status)

    def untold(self, where):
        """What came back and was not shared; while there is any, the claim does not close."""
        left = self.get(where).get("recovery_untold")
        r = self.step(where, "close", self.finance, on="2024-06-01", status=None)
        self.assertEqual(r.codes() if left else r.status, [("", "E_UNTOLD")] if left else 201)
        return left

    def test_what_came_back_is_shared_whatever_its_day_and_after_a_write_off(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.paid(contract)
        self.event(contract, "repaid", "2023-08-31", principal="1000000.00")  # told late: before the claim's day
        self.assertEqual(self.untold(where), "1000000.00")
        for more, left in (({"principal": "2500000.00"}, "3000000.00"), ({}, "500000.00")):
            contract = self.lent(code)
            where = self.paid(contract)
            self.event(contract, "written_off", "2023-08-30")
            self.event(contract, "recovered", "2023-08-30", principal="500000.00")
            self.event(contract, "settled", "2023-08-31", **more)
            self.assertEqual(self.untold(where), left)

    def test_a_loan_that_is_good_again_gives_the_share_back_before_its_claim_closes(self):
        code = self.scheme()
        contract = self.lent(code, grade=None)
        where = self.paid(contract)
        told = self.get("/v1/loans/%s/events" % self.loan_of(contract)["id"], self.bank)["items"]
        self.event(contract, "reversed", "2023-12-01", reverses=told[0]["reference"])
        self.assertEqual(self.untold(where), "3000000.00")
        self.step(where, "cure", self.bank, on="2024-06-02")
        self.assertEqual(self.fund(code)[0], "40000000.00")

    def test_no_more_need_come_back_than_was_claimed(self):
        contract = self.lent(self.scheme())
        where = self.paid(contract, loss_principal="1000000.00")
        self.event(contract, "settled", "2023-12-01")
        self.assertEqual(self.untold(where), "1000000.00")
        self.step(where, "recover", self.bank, reference="R-%d" % next(numbers), on="2023-12-02", amount="1000000.00")
        self.assertIsNone(self.untold(where))

    def test_interest_paid_after_the_claim_is_a_loss_no_more(self):
        code = self.scheme(loss_base="principal_and_interest")  # the most is 128,662.50
        contract = self.lent(code)
        where = self.claim(contract, status=201, loss_interest="100000.00").headers["location"]
        self.step(where, "accept", self.finance)
        self.event(contract, "repaid", "2023-09-05", interest="28662.51")
        r = self.step(where, "approve", self.second, status=None)
        self.assertEqual(r.codes(), [("/loss_interest", "E_EXCEEDS")])
        self.assertIn("99999.99", r.json()["detail"])
        contract = self.lent(code)
        where = self.paid(contract, loss_interest="100000.00")
        self.event(contract, "repaid", "2023-10-05", interest="60000.00")
        self.event(contract, "repaid", "2023-11-05", interest="60000.00")
        self.assertEqual(self.untold(where), "100000.00")

    def test_a_drawdown_told_after_the_default_makes_no_interest(self):
        code = self.scheme(loss_base="principal_and_interest")
        contract = self.lent(code, signed_on="2022-02-01")
        self.event(contract, "disbursed", "2022-02-01")
        r = self.claim(contract, loss_interest="128662.51")
        self.assertEqual(r.codes(), [("/loss_interest", "E_EXCEEDS")])

    def test_an_advance_stays_open_while_its_final_claim_may_be_withdrawn(self):
        code = self.scheme(pre_compensation=True)
        contract = self.lent(code)
        advance = self.paid(contract, kind="pre_compensation", loss_principal="2000000.00")
        final = self.claim(contract, on="2023-10-01", status=201).headers["location"]
        r = self.step(advance, "close", self.finance, on="2023-11-01", status=None)
        self.assertEqual(r.codes(), [("", "E_COMPENSATED")])
        self.step(final, "withdraw", self.bank, on="2023-11-02")
        self.step(advance, "recover", self.bank, reference="R-%d" % next(numbers), on="2023-11-03", amount="1000000.00")

    def test_an_advance_that_went_back_is_in_nobodys_way(self):
        code = self.scheme(pre_compensation=True, cap_per_loan="1620000.00")
        contract = self.lent(code)
        self.paid(contract, kind="pre_compensation", loss_principal="2000000.00")
        final = self.paid(contract, on="2023-10-01", step_on="2023-10-02")
        self.step(final, "cure", self.bank, on="2024-02-01")
        again = self.claim(contract, on="2024-03-01", status=201).headers["location"]
        self.assertEqual(self.get(again)["fund"], "1620000.00")  # all of the cap
        self.step(again, "withdraw", self.bank, on="2024-03-02")
        advance = self.paid(contract, kind="pre_compensation", on="2024-03-01", step_on="2024-03-03")
        self.step(advance, "cure", self.bank, on="2024-04-01")  # the earlier final claim does not own this one
        self.assertEqual(self.fund(code)[0], "40000000.00")

    def test_costs_do_not_swallow_what_comes_back_for_ever(self):
        where = self.paid(self.lent(self.scheme()))
        tell = lambda status=None, **over: self.step(where, "recover", self.bank, status, reference="R-%d" % next(
            numbers), **over)
        self.assertEqual(tell(amount="1.00", costs="3000000.01").codes(), [("/costs", "E_EXCEEDS")])
        tell(201, amount="1.00", costs="2999999.00")
        self.assertEqual(tell(amount="1.00", costs="1.01").codes(), [("/costs", "E_EXCEEDS")])

    # ---- limits ------------------------------------------------------------------------------------

    def test_caps_per_loan_and_firm_leave_the_rest_to_the_bank(self):
        code = self.scheme("gz-2023", money="100000000.00", effective_from="2022-01-01")
        firm = {"amount": "30000000.00", "borrower_uscc": "91310104QX0104028H"}
        fund = []
        for _ in range(2):
            said = self.get(self.claim(self.lent(code, **firm), loss_principal="30000000.00", status=201)
                            .headers["location"])
            fund.append((said["fund"], said["split"][1]["amount"], said["headroom"]["cap_per_enterprise"]))
        self.assertEqual(fund, [("10000000.00", "20000000.00", "10000000.00"),
                                ("10000000.00", "20000000.00", "0.00")])
        r = self.claim(self.lent(code, **firm), loss_principal="30000000.00")
        self.assertEqual(r.codes(), [("/loss_principal", "E_CAP")])

    def test_64_claims_at_once_never_pass_the_cap_of_the_year(self):
        code = self.scheme("sz", cap_fund_year="1000000.00")
        contracts = [self.lent(code, amount="100000.01") for _ in range(64)]
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda c: self.claim(c, loss_principal="100000.01"), contracts))
        kept = [self.get(r.headers["location"]) for r in answers if r.status == 201]
        total = sum(round(float(x["fund"]) * 100) for x in kept)
        self.assertEqual((len(kept), total), (20, 100000000))
        self.assertEqual({tuple(r.codes()) for r in answers if r.status != 201},
                         {(("/loss_principal", "E_CAP"),)})

    def test_a_pool_pays_no_more_than_it_holds(self):
        code = self.scheme("hk-2023", money="1000000.00", leverage_limit=None, effective_from="2022-01-01")
        first = self.get(self.claim(self.lent(code), status=201, loss_principal="1800000.00")
                         .headers["location"])
        second = self.get(self.claim(self.lent(code), status=201).headers["location"])
        self.assertEqual((first["fund"], second["fund"]), ("900000.00", "100000.00"))
        self.assertEqual(self.claim(self.lent(code)).codes(), [("/loss_principal", "E_CAP")])

    def test_leverage_and_the_bad_loan_breaker(self):
        code = self.scheme(money="400000.00")  # ten times is 4 million
        self.claim(self.lent(code), status=201)
        self.assertEqual(self.claim(self.lent(code)).codes(), [("/loan", "E_LEVERAGE")])
        code = self.scheme(leverage_limit=None, npl_breaker="50.00")
        bad = self.lent(code)
        self.assertEqual(self.claim(bad).codes(), [("/loan", "E_BREAKER")])
        self.lent(code, overdue=None)
        made = self.claim(bad, status=201)  # one of two loans: exactly 50 %
        self.assertEqual(made.json()["headroom"], {"fund_balance": "38380000.00", "npl_breaker": "0.00"})

    def test_an_answer_says_what_is_left_under_each_limit(self):
        code = self.scheme(money="500000.00", npl_breaker="90.00", cap_fund_year="2000000.00")
        self.lent(code, overdue=None, amount="1000000.01")
        said = self.claim(self.lent(code, amount="3000000.00"), loss_principal="500000.00", status=201).json()
        self.assertEqual(said["headroom"], {  # 54 % of 500,000 is 270,000; 10 × 500,000 less 4,000,000.01
            "cap_fund_year": "1730000.00", "fund_balance": "230000.00", "leverage": "999999.99",
            "npl_breaker": "600000.00"})  # 90 % of 4,000,000.01 is 3,600,000.00(9), of which 3,000,000 are bad

    def test_the_breaker_counts_what_is_unpaid_whatever_the_bank_says_of_it(self):
        code = self.scheme(leverage_limit=None, npl_breaker="70.00", trigger={"days_overdue": 90})
        claimed = self.lent(code, overdue="2023-06-01", grade=None)
        self.lent(code, overdue="2023-06-01", grade=None)
        self.lent(code, overdue=None, matures_on="2024-07-01")
        self.claim(claimed, on="2023-08-30", status=201)  # the 90th day: not yet bad
        claimed = self.lent(code, overdue="2023-06-01", grade=None)  # 3 of 4, from the 91st day on
        where = self.claim(claimed, on="2023-08-30", status=201).headers["location"]
        r = self.step(where, "accept", self.finance, on="2023-08-31", status=None)  # no day of the bank's choice
        self.assertEqual(r.codes(), [("/loan", "E_BREAKER")])
        self.assertIn("75.00 > 70.00", r.json()["title"])
        self.step(where, "accept", self.finance, on="2023-08-30")
        code = self.scheme(leverage_limit=None, npl_breaker="50.00")
        claimed = self.lent(code, overdue="2023-06-01")
        self.lent(code, overdue=None)  # ends 2023-07-01, nothing told since: unpaid for 91 days on 2023-09-30
        self.claim(claimed, on="2023-09-29", status=201)
        claimed = self.lent(code, overdue="2023-06-01")
        self.assertEqual(self.claim(claimed, on="2023-09-30").codes(), [("/loan", "E_BREAKER")])

    def test_loans_moved_out_of_the_scheme_after_the_default_still_count(self):
        code = self.scheme(money="600000.00", npl_breaker="70.00")  # ten times is 6 million
        others = [self.lent(code), self.lent(code, overdue=None, amount="3000000.01")]
        claimed = self.lent(code, amount="4000000.00")
        said = [("/loan", "E_LEVERAGE")]
        self.assertEqual(self.claim(claimed).codes(), said)  # 10 > 6; bad are 7 of 10: not more than 70 %
        for contract in others:
            self.correct(contract, scheme=None)
        self.assertEqual(self.claim(claimed).codes(), said)
        self.correct(others[1], scheme=code)
        self.correct(others[0], amount="4000000.00", ip_amount="4000000.00")
        self.assertEqual(self.claim(claimed).codes(), said + [("/loan", "E_BREAKER")])  # 8 of 11

    # ---- workflow ----------------------------------------------------------------------------------

    def test_maker_is_not_checker_and_what_was_seen_is_what_is_approved(self):
        code = self.scheme()
        where = self.claim(self.lent(code), status=201).headers["location"]
        seen = self.get(where)["seen"]
        self.assertEqual(self.step(where, "accept", self.bank, status=None).status, 403)
        self.step(where, "accept", self.finance)
        r = self.step(where, "approve", self.second, status=409, seen=seen)
        self.assertEqual(r.codes(), [("/seen", "E_SEEN")])
        self.assertIn("1 accept 王敏@FINANCE", r.json()["title"])
        r = self.step(where, "approve", self.finance, status=409)
        self.assertEqual(r.codes(), [("", "E_SAME_PERSON")])
        r = self.step(where, "approve", self.second, status=422, on="2023-09-09")
        self.assertEqual(r.codes(), [("/on", "E_ORDER")])  # before it was accepted
        self.step(where, "approve", self.second)
        self.assertEqual(self.fund(code), ("40000000.00", "1620000.00", "38380000.00"))
        self.assertEqual(self.step(where, "pay", self.second, status=409).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "pay", self.finance)
        self.assertEqual(self.fund(code), ("38380000.00", "0.00", "38380000.00"))
        again = self.post(where + "/pay", {"on": "2023-09-10", "reason": "x", "seen": self.get(where)["seen"]},
                          self.second)
        self.assertEqual((again.status, again.codes()), (409, [("", "E_STEP")]))

    def test_a_step_sent_twice_happens_once(self):
        code = self.scheme()
        where = self.claim(self.lent(code), status=201).headers["location"]
        body = {"on": "2023-09-10", "reason": "材料齐全", "seen": self.get(where)["seen"]}
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.post(where + "/accept", body, self.finance), range(16)))
        self.assertEqual(sorted(r.status for r in answers), [200] * 15 + [201])
        self.assertEqual(len(self.get(where)["steps"]), 1)

    def test_a_returned_claim_has_an_owner_a_deadline_and_an_age(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.claim(contract, status=201).headers["location"]
        r = self.step(where, "return", self.finance, status=422)
        self.assertEqual(r.codes(), [("/owner", "E_NEED"), ("/due_on", "E_NEED")])
        self.step(where, "return", self.finance, owner="赵强", due_on="2023-09-30")
        mine = [x for x in self.get("/v1/claims?state=returned&limit=1000", self.bank)["items"]
                if x["loan"] == contract]
        self.assertEqual([(x["owner"], x["due_on"], x["days_over"] > 1000) for x in mine],
                         [("赵强", "2023-09-30", True)])
        self.assertEqual(mine[0]["days_returned"] - mine[0]["days_over"], 20)  # since 2023-09-10
        self.step(where, "resubmit", self.bank)
        self.assertEqual(self.get(where)["state"], "submitted")

    def test_the_states_that_lists_know_are_those_of_the_database(self):
        states = self.d.sql("select string_agg(distinct s, ',' order by s) from claim_transition,"
                            " unnest(array[state, next]) s").split(",")
        for state in states:
            self.assertEqual(self.d.call("GET", "/v1/claims?state=" + state, token=self.bank).status, 200)
        r = self.d.call("GET", "/v1/claims?state=lost", token=self.bank)
        self.assertEqual(r.codes(), [("?state", "E_CHOICE")])
        for state in states:
            self.assertIn(state, r.json()["errors"][0]["cure"])

    def test_returning_an_approved_claim_frees_the_money(self):
        code = self.scheme()
        where = self.claim(self.lent(code), status=201).headers["location"]
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        self.step(where, "return", self.finance, owner="赵强", due_on="2023-09-30")
        self.assertEqual(self.fund(code), ("40000000.00", "0.00", "40000000.00"))

    def test_approved_money_is_not_there_for_anything_else(self):
        code = self.scheme(money="2000000.00", leverage_limit=None)
        first = self.claim(self.lent(code), status=201).headers["location"]
        second = self.claim(self.lent(code), status=201).headers["location"]
        for where in (first, second):
            self.step(where, "accept", self.finance)
        self.step(first, "approve", self.second)
        self.assertEqual(self.step(second, "approve", self.second, status=409).codes(), [("", "E_OVERDRAFT")])
        r = self.post("/v1/transfers", {"reference": "X-" + code, "debit": "appropriation:" + code,
                                        "credit": "fund:" + code, "amount": "380000.01", "on": "2023-09-11",
                                        "cause": "adjustment"}, self.finance)
        self.assertEqual(r.codes(), [("/amount", "E_OVERDRAFT")])
        self.step(first, "pay", self.finance)

    def test_a_hold_that_expired_frees_the_money_and_an_uncovered_payment_moves_nothing(self):
        code = self.scheme(money="2000000.00", leverage_limit=None)
        where = self.claim(self.lent(code), status=201).headers["location"]
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        self.d.sql("alter table hold disable trigger user; update hold set until_day = '2023-01-01' where"
                   " account = 'fund:%s'; alter table hold enable trigger user" % code)
        other = self.claim(self.lent(code), status=201).headers["location"]
        self.step(other, "accept", self.finance)
        self.step(other, "approve", self.second)  # the expired hold no longer stands in its way
        self.assertEqual(self.step(where, "pay", self.finance, status=409).codes(), [("", "E_OVERDRAFT")])
        self.assertEqual(self.fund(code), ("2000000.00", "1620000.00", "380000.00"))
        self.step(other, "pay", self.finance)

    def test_facts_that_changed_since_stop_the_approval(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.claim(contract, status=201).headers["location"]
        self.step(where, "accept", self.finance)
        l = self.get("/v1/loans?contract_no=" + contract, self.bank)["items"][0]
        self.post("/v1/loans/%s/events" % l["id"], {"reference": "E-%d" % next(numbers), "kind": "repaid",
                                                    "on": "2023-08-01", "principal": "1.00"}, self.bank, 201)
        r = self.step(where, "approve", self.second, status=None)
        self.assertEqual(r.codes(), [("/loss_principal", "E_EXCEEDS")])

    def test_what_is_no_longer_owed_is_not_paid(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.claim(contract, status=201).headers["location"]
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        l = self.get("/v1/loans?contract_no=" + contract, self.bank)["items"][0]
        self.post("/v1/loans/%s/events" % l["id"], {"reference": "E-%d" % next(numbers), "kind": "settled",
                                                    "on": "2023-10-01"}, self.bank, 201)
        r = self.step(where, "pay", self.finance, status=None)
        self.assertEqual(r.codes(), [("/loss_principal", "E_EXCEEDS")])
        self.assertEqual(self.fund(code)[0], "40000000.00")

    def test_a_pledge_released_before_the_default_covers_nothing(self):
        code = self.scheme()
        contract = self.lent(code)
        l = self.get("/v1/loans?contract_no=" + contract, self.bank)["items"][0]
        self.post("/v1/loans/%s/events" % l["id"], {"reference": "E-%d" % next(numbers), "on": "2023-01-05",
                                                    "kind": "pledge_released"}, self.bank, 201)
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_RELEASED")])

    def test_nobody_posts_by_hand_to_what_claims_have_paid(self):
        code = self.scheme()
        self.paid(self.lent(code))
        sent = {"reference": "H-" + code, "debit": "paid:%s:BANK-A" % code, "credit": "fund:" + code, "amount":
                "1.00", "on": "2023-09-11", "cause": "adjustment"}
        self.assertEqual(self.post("/v1/transfers", sent, self.finance).codes(),
                         [("/debit", "E_ACCOUNT_CLAIMS")])

    def test_recoveries_never_give_back_more_than_was_paid_in_any_order(self):
        for order, back in (("pro_rata", "0.54"), ("fund_first", "1.00"), ("bank_first", "0.00")):
            code = self.scheme(recovery_order=order)
            where = self.paid(self.lent(code))
            before = self.fund(code)[0]
            self.step(where, "recover", self.bank, reference="RC-%d" % next(numbers), amount="1.00")
            self.assertAlmostEqual(float(self.fund(code)[0]) - float(before), float(back), 2)
            r = self.step(where, "recover", self.bank, status=None,
                          reference="RC-%d" % next(numbers), amount="2999999.01")
            self.assertEqual(r.codes(), [("/amount", "E_EXCEEDS")])
            self.step(where, "recover", self.bank, reference="RC-%d" % next(numbers), amount="2999999.00")
            self.assertEqual((self.fund(code)[0], self.get(where)["paid"]), ("40000000.00", "0.00"))

    def test_a_cured_loan_returns_the_share_of_the_fund(self):
        code = self.scheme()
        where = self.paid(self.lent(code))
        self.step(where, "cure", self.bank)
        self.assertEqual((self.fund(code)[0], self.get(where)["state"]), ("40000000.00", "closed"))

    def test_an_advance_is_part_of_what_is_paid_in_the_end(self):
        code = self.scheme("sh-precomp", effective_from="2022-01-01", excludes=None)
        contract = self.lent(code)
        self.paid(contract, kind="pre_compensation", loss_principal="1000000.00")
        said = self.get(self.claim(contract, status=201, on="2023-10-01").headers["location"])
        self.assertEqual(said["fund"], "1100000.00")  # 55 % of 3,000,000 less the 550,000 paid

    def test_a_kill_between_approval_and_payment_loses_and_doubles_nothing(self):
        code = self.scheme()
        where = self.claim(self.lent(code), status=201).headers["location"]
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        self.d.kill9()
        self.d.start()
        self.assertEqual(self.fund(code), ("40000000.00", "1620000.00", "38380000.00"))
        self.step(where, "pay", self.finance)
        self.assertEqual(self.fund(code), ("38380000.00", "0.00", "38380000.00"))

    def test_another_bank_sees_no_claim_and_the_bank_sees_its_own_account(self):
        code = self.scheme()
        where = self.paid(self.lent(code))
        other = self.d.token("bank", "BANK-B")
        self.assertEqual(self.d.call("GET", where, token=other).status, 404)
        self.assertEqual(self.post(where + "/withdraw", {"on": "2023-09-10", "reason": "x", "seen": "0" * 64},
                                   other).status, 404)
        mine = [a["code"] for a in self.get("/v1/accounts?limit=1000", self.bank)["items"]]
        self.assertIn("paid:%s:BANK-A" % code, mine)
        self.assertEqual([a for a in mine if a.startswith("fund:")], [])

    def test_the_statement_of_a_fund_equals_its_entries(self):
        code = self.scheme()
        where = self.paid(self.lent(code))
        self.step(where, "recover", self.bank, reference="RC-%d" % next(numbers), on="2024-02-01",
                  amount="1000000.00")
        held = self.claim(self.lent(code), status=201).headers["location"]
        self.step(held, "accept", self.finance)
        self.step(held, "approve", self.second)
        s = self.get("/v1/schemes/%s/statement?from=2023-01-01&to=2023-12-31" % code)
        self.assertEqual([s[k] for k in ("opening", "appropriations", "compensation", "recoveries",
                                         "returns", "adjustments", "closing", "held")],
                         ["40000000.00", "0.00", "-1620000.00", "0.00", "0.00", "0.00", "38380000.00",
                          "1620000.00"])
        s = self.get("/v1/schemes/%s/statement?to=2023-09-09" % code)
        self.assertEqual((s["closing"], s["held"]), ("40000000.00", "0.00"))  # the day before both steps
        s = self.get("/v1/schemes/%s/statement" % code)
        self.assertEqual((s["opening"], s["appropriations"], s["recoveries"], s["closing"]),
                         ("0.00", "40000000.00", "540000.00", "38920000.00"))
