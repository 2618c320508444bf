"""Subsidies in bulk: which policies fit a loan, steps on many, what waits for whom, and who may look."""
import hashlib
import json
import unittest

from harness import ORGS, firm, numbers
from subsidy_case import SubsidyCase, YEAR


class Work(SubsidyCase):
    def awarded(self, share="1", **over):
        code = "A-%d" % next(numbers)
        self.in_force(dict({"code": code, "title": "测试奖励", "district": "310116", "effective_from": "2020-01-01",
                            "legal_ref": "测试", "eligible": {"clause": "any", "text": "有企业", "fact": "borrower.uscc",
                                                            "op": "exists", "value": True},
                            "items": [{"item": "principal_award", "share": share}]}, **over))
        self.budget(code, "10000000.00")
        return code

    def test_which_policies_fit_a_loan(self):
        js, small, large = self.policy(), self.awarded("1"), self.awarded("2")
        later = self.awarded("3", effective_from="2099-01-01")
        ended = self.awarded("3")
        found = self.get("/v1/policies?code=" + ended)["items"][0]
        self.post("/v1/policies/%s/end" % found["id"], {"seen": found["seen"], "reason": "停止", "on": "2024-01-01"},
                  self.district)
        contract = self.lent()
        items = self.get("/v1/eligibility-checks?loan=" + contract, self.bank)["items"]
        mine = [(x["policy"], x["eligible"], x["amount"]) for x in items if x["policy"] in (js, small, large, later, ended)]
        self.assertEqual(mine, [(large, True, "60000.00"), (small, True, "30000.00"), (js, False, "0.00")])
        case = next(x for x in items if x["policy"] == js)
        self.assertEqual([(x["kind"], x["title"]) for x in case["cures"]], [("supply", "三年内有严重失信或违法")])
        self.assertEqual(case["amount_if_cured"], "25875.00")
        r = self.d.call("GET", "/v1/eligibility-checks", token=self.bank)
        self.assertEqual((r.status, r.codes()), (422, [("?loan", "E_NEED")]))
        other = self.d.token("bank", "BANK-Z")
        r = self.d.call("GET", "/v1/eligibility-checks?loan=" + contract, token=other)
        self.assertEqual(r.codes(), [("/loan", "E_LOAN")])
        self.assertEqual(self.d.call("GET", "/v1/eligibility-checks?loan=" + contract, token=self.d.token("insurer")).status,
                         403)

    def test_texts_that_the_ledger_writes_for_its_rules_are_not_supposed(self):
        code = self.awarded()
        for fact in ("loan.stretches", "loan.paid_for"):
            for text in ("x", "2022-07-01 2022-07-02 1 1", ":"):
                facts = {"loan.amount": "1000000.00", "loan.disbursed_on": "2023-01-16", fact: text}
                r = self.d.call("POST", "/v1/eligibility-checks", {"policy": code, "facts": facts}, self.bank)
                self.assertEqual((r.status, r.codes()), (422, [("/facts/" + fact, "E_KNOWN")]))
                r = self.d.call("POST", "/v1/policies/%s/rehearsals" % code,
                                {"from": "2022-01-01", "to": "2022-12-31", "facts": facts}, self.district)
                self.assertIn(("/facts/" + fact, "E_KNOWN"), r.codes())

    def test_applications_as_lines_each_judged_after_those_before(self):
        code = self.awarded(caps=[{"per": "enterprise", "period": "year", "amount": "50000.00"}])
        owner = firm(next(numbers))[0]
        loans = [self.lent(owner=owner, amount=n) for n in ("3000000.00", "4000000.00", "2000000.00")]
        made = lambda contract, **over: dict({"reference": "SQ-%d" % next(numbers), "policy": code, "loan": contract}, **over)
        lines = [made(loans[0]), made("NO-SUCH"), made(loans[1]), made(loans[2], facts={"loan.amount": "1.00"}),
                 made(loans[2]), {"reference": "x"}]
        body = "".join(json.dumps(x) + "\n" for x in lines)
        send = lambda text, kind, query="": self.d.call("POST", "/v1/applications" + query, text, self.district,
                                                        {"Content-Type": kind})
        dry = send(body, "application/x-ndjson", "?dry_run=true")
        self.assertEqual(dry.lines()[-1]["summary"], {"created": 3, "replay": 0, "conflict": 0, "refused": 3})
        r = send(body, "application/x-ndjson")
        said = r.lines()
        self.assertEqual([x.get("outcome") for x in said], ["created", "refused", "created", "refused", "created", "refused", None])
        self.assertEqual([x["errors"][0]["code"] for x in said[:-1] if x["errors"]], ["E_LOAN", "E_KNOWN", "E_NEED"])
        amounts = [self.get("/v1/applications/" + x["id"])["amount"] for x in said[:-1] if x["outcome"] == "created"]
        self.assertEqual(amounts, ["30000.00", "20000.00", "0.00"])
        self.assertEqual(send(body, "application/x-ndjson").lines()[-1]["summary"],
                         {"created": 0, "replay": 3, "conflict": 0, "refused": 3})
        free = self.lent()
        csv = "申请编号,政策代码,贷款合同编号或记录\r\nSQ-%d,%s,%s\r\n" % (next(numbers), code, free)
        self.assertEqual(send(csv, "text/csv").lines()[0]["outcome"], "created")
        many = "".join(json.dumps(made("NO-SUCH-%d" % i)) + "\n" for i in range(300))
        self.assertEqual(send(many, "application/x-ndjson").lines()[-1]["summary"]["refused"], 300)

    def test_steps_on_many_as_a_list_and_as_lines(self):
        code = self.awarded()
        wheres = [self.apply(code, self.lent()).headers["location"] for _ in range(3)]
        step = lambda where, **over: dict({"id": where.split("/")[-1], "seen": self.get(where)["seen"],
                                           "reason": "材料齐全, \"无误\"]"}, **over)
        body = [step(wheres[0]), step(wheres[1], seen="0" * 64), step(wheres[2])]
        r = self.d.call("POST", "/v1/applications/approve", body, self.checker)
        self.assertEqual(r.status, 200, r.body)
        self.assertEqual([x.get("outcome") for x in r.lines()], ["created", "refused", "created", None])
        self.assertEqual(r.lines()[-1]["summary"], {"created": 2, "replay": 0, "conflict": 0, "refused": 1})
        self.assertEqual([self.state(w) for w in wheres], ["approved", "reserved", "approved"])
        again = self.d.call("POST", "/v1/applications/approve", body, self.checker)
        self.assertEqual(again.lines()[-1]["summary"], {"created": 0, "replay": 2, "conflict": 0, "refused": 1})
        lines = "".join(json.dumps(step(w)) + "\n" for w in (wheres[0], wheres[2]))
        r = self.d.call("POST", "/v1/applications/pay", lines, self.payer, {"Content-Type": "application/x-ndjson"})
        self.assertEqual([x.get("outcome") for x in r.lines()], ["created", "created", None])
        self.assertEqual(self.step(wheres[1], "approve", self.district, 409).codes(), [("", "E_SAME_PERSON")])
        r = self.d.call("POST", "/v1/applications/approve", {"id": "x"}, self.checker)
        self.assertEqual((r.status, r.codes()), (422, [("", "E_TYPE")]))

    def test_what_waits_for_me(self):
        code = self.awarded()
        first, second = (self.apply(code, self.lent()).headers["location"].split("/")[-1] for _ in range(2))
        waits = lambda token: [x["id"] for x in self.get("/v1/applications?waiting=true&code=" + code, token)["items"]]
        self.assertEqual(waits(self.checker), [first, second])
        self.assertEqual(waits(self.district), [])  # who applied does not approve
        self.step("/v1/applications/" + first, "approve", self.checker)
        self.assertEqual((waits(self.checker), waits(self.payer), waits(self.district)), ([second], [first, second], [first]))
        self.step("/v1/applications/" + first, "pay", self.payer)
        self.assertEqual(waits(self.payer), [second])
        self.assertEqual(waits(self.d.token("district", "DIST-310115")), [])

    def test_what_a_stolen_token_approved_or_asked_back_is_done_anew(self):
        code = self.awarded()
        where, good = (self.apply(code, self.lent()).headers["location"] for _ in range(2))
        revoke = lambda token: self.d.cli("token", "revoke", "--id", hashlib.sha256(token.encode()).hexdigest()[:8])
        thief = self.person("DIST-310116", "李复核")
        self.step(where, "approve", thief)
        self.step(good, "approve", self.checker)
        self.assertEqual(self.step(where, "approve", self.payer, 409).codes(), [("", "E_STEP")])
        revoke(thief)
        r = self.step(where, "pay", self.payer, 409)
        self.assertEqual(r.codes(), [("", "E_APPROVER_LEFT")])
        self.assertEqual([self.get(x)["legal_steps"] for x in (where, good)], [["approve", "refuse"], ["pay", "refuse"]])
        task = lambda token: [x["steps"] for x in self.get("/v1/tasks?limit=1000", token)["items"] if x["path"] == where]
        self.assertEqual((task(self.payer), task(self.district)), ([["approve", "refuse"]], []))
        self.assertEqual(self.step(where, "approve", self.district, 409).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "approve", self.checker)  # also whose token it was
        self.assertEqual((task(self.payer), self.get(where)["legal_steps"]), ([["pay"]], ["pay", "refuse"]))
        for x in (where, good):
            self.step(x, "pay", self.payer)
        thief = self.person("DIST-310116", "赵支付")
        self.step(where, "clawback", thief, amount="10000.00")
        revoke(thief)
        self.assertEqual(self.back(where, self.checker, 409).codes(), [("", "E_PROPOSER_LEFT")])
        self.step(where, "refuse", self.checker)
        self.step(where, "clawback", self.payer, amount="10000.00")
        self.back(where, self.checker)
        self.assertEqual(self.state(where), "paid")

    def test_the_bank_and_the_insurer_concerned_see_the_application(self):
        code = self.awarded()
        insurer, guarantor = self.d.token("insurer"), self.d.token("guarantor")
        where = self.apply(code, self.lent(insurer_uscc=ORGS["insurer"])).headers["location"]
        said = self.get(where, self.bank)
        self.assertEqual((said["amount"], said["state"]), ("30000.00", "reserved"))
        self.assertEqual(self.get(where, insurer)["amount"], "30000.00")
        self.assertIn(said["id"], [x["id"] for x in self.get("/v1/applications?code=" + code, self.bank)["items"]])
        for token in (guarantor, self.d.token("bank", "BANK-Z"), self.d.token("district", "DIST-310115")):
            self.assertEqual(self.d.call("GET", where, token=token).status, 404)
            self.assertEqual(self.get("/v1/applications?code=" + code, token)["items"], [])
        self.assertEqual(self.d.call("POST", where + "/approve", {"seen": said["seen"], "reason": "x"}, self.bank).status, 403)

    def test_a_years_budget_is_carried_over_or_returned(self):
        stands, ends = self.awarded(), self.awarded(effective_to="%d-12-31" % YEAR)
        waits = self.awarded(effective_to="%d-12-31" % YEAR)
        self.apply(stands, self.lent())
        self.apply(waits, self.lent(amount="3000000000.00"))  # 30,000,000.00 are more than there is
        rows = {x["policy"]: x for x in self.get("/v1/budget-closings?year=%d" % YEAR)["items"]}
        told = lambda code: (rows[code]["available"], rows[code].get("proposal"), rows[code]["because"])
        self.assertEqual(told(stands), ("9970000.00", "carry_over", "政策在次年仍有效"))
        self.assertEqual(told(ends), ("10000000.00", "return", "政策在次年已失效"))
        self.assertEqual(told(waits), ("10000000.00", None, "尚有排队申请,先拨付或不予补贴"))
        other = self.get("/v1/budget-closings?year=%d" % YEAR, self.d.token("district", "DIST-310115"))["items"]
        self.assertNotIn(stands, [x["policy"] for x in other])

    def test_a_rehearsal_says_what_is_not_known_of_how_many_loans(self):
        code = self.policy()
        self.lent(settled="2023-08-08")
        self.lent(settled="2023-08-08", told=None)
        ask = lambda **facts: self.post("/v1/policies/%s/rehearsals" % code, {
            "from": "2023-08-08", "to": "2023-08-08", "facts": facts}, self.district, 200).json()["result"]
        self.assertEqual([(x["title"], x["loans"]) for x in ask()["missing"]], [("三年内有严重失信或违法", 2)])
        said = ask(**{"borrower.bad_record": False})
        self.assertEqual((said["winners"], [(x["title"], x["loans"]) for x in said["missing"] if x["title"] == "实付利息"]),
                         (1, [("实付利息", 1)]))

    def letter(self, where, token=None, status=200):
        r = self.d.call("GET", where + "/letter?format=html", token=token or self.district)
        self.assertEqual(r.status, status, r.body)
        return r.body.decode() if status == 200 else r

    def test_letters_say_clause_by_clause_why(self):
        code = self.policy()
        self.budget(code, "100000.00")
        where = self.apply(code, self.lent(borrower_name="上海<示例>半导体有限公司")).headers["location"]
        self.assertEqual(self.letter(where, status=422).codes(), [("", "E_NO_LETTER")])
        self.step(where, "approve", self.checker, reason="材料齐全")
        page = self.letter(where)
        for said in ("<h1>补贴决定书</h1>", "补决字〔%d〕" % YEAR, "上海&lt;示例&gt;半导体有限公司", "金经委规〔2023〕2号",
                     "¥25875.00(人民币贰万伍仟捌佰柒拾伍元整)", "知识产权担保占比:100.00%", "企业在金山区", "51750.00 × 50.00%"):
            self.assertIn(said, page)
        self.assertEqual(page, self.letter(where))  # printed twice, the same
        self.assertEqual(page, self.letter(where, self.bank))
        lacking = self.letter(self.apply(code, self.lent(settled=None)).headers["location"])
        for said in ("<h1>一次性告知单</h1>", "补告字〔%d〕" % YEAR, "<li>企业:企业按期还清贷款,银行报送结清事件</li>"):
            self.assertIn(said, lacking)
        late = self.letter(self.apply(code, self.lent(settled="2024-07-01", matures_on="2024-07-01")).headers["location"])
        for said in ("<h1>不予补贴告知书</h1>", "<li>还款日在申报期内(还清日:2024-07-01)</li>"):
            self.assertIn(said, late)
        refused = self.apply(code, self.lent()).headers["location"]
        self.step(refused, "refuse", self.checker, reason="材料不实")
        self.assertIn("理由:材料不实", self.letter(refused))
        for page in (page, lacking, late):
            self.assertNotRegex(page, r"(loan|borrower|lpr|used|fee|aid)\.[a-z]")
        self.assertEqual(self.d.call("GET", where + "/letter", token=self.d.token("bank", "BANK-Z")).status, 404)


if __name__ == "__main__":
    unittest.main()
