"""A claim from receipt to close: who takes which step, what is held, paid and comes back, and a figure that follows."""
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from fund_case import TODAY, FundCase, ago
from harness import numbers

COSTS = [{"what": "诉讼费", "amount": "100000.00", "evidence": "票据 1"}]


class ClaimLife(FundCase):
    conf = {"readers": "6"}  # a ledger of its own

    def back(self, where, amount, **over):
        """What the fund gets of a recovery, in fen."""
        code = self.get(where)["scheme"]
        before = self.fund(code)[0]
        self.recover(where, amount, **over)
        return self.fen(self.fund(code)[0]) - self.fen(before)

    def fen(self, yuan):
        return int(yuan.replace(".", ""))

    # ---- steps -----------------------------------------------------------------------------------

    def many(self, name, lines, token, path="/v1/claims/"):
        r = self.post(path + name, [dict({"reason": "材料齐全"}, **x) for x in lines], token, 200)
        return [x for x in r.lines() if "outcome" in x]

    def test_many_claims_are_taken_on_in_one_request(self):
        code = self.scheme(money="2000000.00")  # enough for one of 1,620,000.00
        claims = [self.claimed(self.lent(code)) for _ in range(3)]
        seen = lambda: [{"id": x.split("/")[-1], "seen": self.get(x)["seen"]} for x in claims]
        first = seen()
        said = self.many("accept", [first[0], dict(first[1], seen="0" * 64), first[2]], self.finance)
        self.assertEqual([x["outcome"] for x in said], ["created", "refused", "created"])
        self.assertEqual([e["code"] for e in said[1]["errors"]], ["E_SEEN"])
        self.assertEqual(said[1]["difference"][0]["pointer"], "/seen")
        again = self.many("accept", first, self.finance)  # whoever got no answer sends the same again
        self.assertEqual([x["outcome"] for x in again], ["replay", "created", "replay"])
        self.assertEqual({x["errors"][0]["code"] for x in self.many("approve", seen(), self.finance)}, {"E_SAME_PERSON"})
        said = self.many("approve", seen(), self.second)
        self.assertEqual([(x["outcome"], [e["code"] for e in x["errors"]]) for x in said], [
            ("created", []), ("refused", ["E_OVERDRAFT"]), ("refused", ["E_OVERDRAFT"])])
        self.assertEqual(self.fund(code), ("2000000.00", "1620000.00", "380000.00"))
        paid = self.many("pay", seen()[:1], self.finance)
        self.assertEqual((paid[0]["outcome"], self.fund(code)[0]), ("created", "380000.00"))
        (late,) = self.many("pay", [dict(seen()[1])], self.finance)
        self.assertEqual((late["errors"][0]["code"], late["errors"][0]["title"]), (
            "E_STEP", "此步骤现在不能办理:已受理,可办:批准、退回补正"))
        self.assertEqual(self.d.call("POST", "/v1/claims/pay", [], self.bank).status, 403)

    def test_maker_is_not_checker_and_what_was_seen_is_what_is_approved(self):
        code = self.scheme()
        where = self.claimed(self.lent(code))
        seen = self.get(where)["seen"]
        self.assertEqual(self.step(where, "accept", self.bank, status=None).status, 403)
        self.step(where, "accept", self.finance)
        r = self.step(where, "approve", self.second, status=409, seen=seen)
        self.assertEqual(r.codes(), [("/state", "E_SEEN")])
        self.assertIn("submitted → accepted", r.json()["title"])
        self.assertEqual(r.json()["difference"], [{"pointer": "/state", "title": "状态", "seen": "submitted", "now": "accepted"}])
        self.assertEqual(self.get("/v1/claims?total=true&scheme=" + code)["total_amount"], "1620000.00")  # 54 % of 3,000,000.00
        r = self.step(where, "approve", self.second, status=409, seen="0" * 64)  # what nobody saw
        self.assertEqual(r.codes(), [("/seen", "E_SEEN")])
        self.assertIn("1 accept 王敏@FINANCE", r.json()["title"])
        self.assertEqual(r.json()["difference"], [{"pointer": "/seen", "title": "所见版本", "seen": "0" * 64,
                                                   "now": self.get(where)["seen"]}])
        r = self.step(where, "approve", self.finance, status=409)
        self.assertEqual(r.codes(), [("", "E_SAME_PERSON")])
        r = self.step(where, "approve", self.second, status=422, on=ago(1))
        self.assertEqual(r.codes(), [("/on", "E_TODAY")])
        left = lambda: self.get(where)["headroom"]["fund_balance"]
        self.assertEqual(left(), "38380000.00")  # 40,000,000.00 without the 1,620,000.00 of this claim
        self.step(where, "approve", self.second, on=ago(0))
        self.assertEqual(self.fund(code), ("40000000.00", "1620000.00", "38380000.00"))
        self.assertEqual(left(), "38380000.00")  # what is held is held for it, and goes off once
        self.assertEqual(self.step(where, "pay", self.second, status=409).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "pay", self.finance)
        self.assertEqual((*self.fund(code), left()), ("38380000.00", "0.00", "38380000.00", "38380000.00"))
        again = self.step(where, "pay", self.second, status=None)
        self.assertEqual((again.status, again.codes()), (409, [("", "E_STEP")]))

    def test_what_stops_payments_for_the_firm_is_told_before_one_is_tried(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.claimed(contract)
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        task = lambda: [x for x in self.get("/v1/tasks?limit=1000", self.finance)["items"] if x["path"] == where][0]
        self.assertNotIn("blocked_by", task())
        firm = self.loan_of(contract)
        place = "上海市示例路 %d 号 5 室" % next(numbers)
        self.booked(None, borrower_uscc=firm["borrower_uscc"], borrower_name=firm["borrower_name"],
                    borrower_address=place, drawn=100, amount="9000000.00")
        for _ in range(2):  # three firms at one address: RF13, on another loan of this one
            self.booked(None, borrower_address=place)
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF13"}, self.office, 201)
        self.assertEqual(task()["blocked_by"], "flag")
        self.assertEqual(self.step(where, "pay", self.finance, status=None).codes(), [("", "E_FLAGGED")])

    def test_a_step_sent_twice_happens_once(self):
        where = self.claimed(self.lent(self.scheme()))
        body = {"reason": "材料齐全", "seen": self.get(where)["seen"]}
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.post(where + "/accept", body, self.finance), range(16)))
        self.assertEqual(sorted(r.status for r in answers), [200] * 15 + [201])
        self.assertEqual(len(self.get(where)["steps"]), 1)

    def aged(self, where, days):
        """As if a claim had been returned, and its deadline set, so many days earlier."""
        one = where.split("/")[-1]
        self.d.sql("alter table claim_step disable trigger user; update claim_step set on_day = on_day - {1},"
                   " due_on = due_on - {1} where claim = '{0}'; alter table claim_step enable trigger user; update claim_now set due_on ="
                   " due_on - {1} where claim = '{0}'".format(one, days))

    def test_a_returned_claim_has_an_owner_a_deadline_and_an_age(self):
        contract = self.lent(self.scheme())
        where = self.claimed(contract)
        r = self.step(where, "return", self.finance, status=422)
        self.assertEqual(r.codes(), [("/owner", "E_NEED"), ("/due_on", "E_NEED")])
        r = self.step(where, "return", self.finance, status=None, owner="赵强", due_on=ago(1))
        self.assertEqual((r.status, r.codes()), (422, [("/due_on", "E_ORDER")]))
        self.step(where, "return", self.finance, owner="赵强", due_on=ago(-20))
        self.aged(where, 20)  # the last day
        mine = [x for x in self.get("/v1/claims?state=returned&limit=1000", self.bank)["items"] if x["loan"] == contract]
        self.assertEqual([(x["owner"], x["due_on"], x["days_returned"], x["days_over"]) for x in mine],
                         [("赵强", ago(0), 20, 0)])
        self.step(where, "resubmit", self.bank)
        self.assertEqual(self.get(where)["state"], "submitted")

    def test_a_page_goes_on_behind_what_is_no_hit_any_more(self):
        code = self.scheme()
        made = sorted(self.claimed(self.lent(code)) for _ in range(3))
        every = [x["id"] for x in self.get("/v1/claims?order=on&scheme=" + code)["items"]]
        self.assertEqual(sorted("/v1/claims/" + x for x in every), made)
        page = "/v1/claims?state=submitted&order=on&scheme=%s" % code
        first = self.get(page + "&limit=1")["next"]
        self.step("/v1/claims/" + first, "return", self.finance, owner="赵强", due_on=ago(-20))
        self.assertEqual([x["id"] for x in self.get(page + "&after=" + first)["items"]], every[1:])

        title = "方案第%d号" % next(numbers)
        drafts = [self.draft(title=title).json() for _ in range(3)]
        page = "/v1/schemes?order=key&q=" + quote(title)
        every = [x["id"] for x in self.get(page)["items"]]
        self.assertEqual(sorted(every), sorted(x["id"] for x in drafts))
        first = self.get(page + "&limit=1")["next"]
        r = self.d.call("PUT", "/v1/schemes/" + first, dict(self.get("/v1/schemes/" + first), title="别的", reason="更正"), self.office,
                        {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        self.assertEqual([x["id"] for x in self.get(page + "&after=" + first)["items"]], every[1:])

    def test_a_claim_that_does_not_come_back_in_time_has_lapsed(self):
        contract = self.lent(self.scheme())
        where = self.claimed(contract)
        self.step(where, "return", self.finance, owner="赵强", due_on=ago(-20))
        self.aged(where, 21)
        said = self.get(where)
        self.assertEqual((said["state"], said["owner"], said["days_over"]), ("lapsed", "赵强", 1))
        metric = lambda: int(self.d.call("GET", "/metrics").body.decode().split("\npledged_claims_lapsed ")[1].split()[0])
        lapsed = metric()  # also before anybody noted it
        self.assertGreaterEqual(lapsed, 1)
        self.assertEqual(self.step(where, "resubmit", self.bank, status=None).codes(), [("", "E_STEP")])
        self.claimed(contract)  # it is in nobody's way
        self.assertEqual(metric(), lapsed)
        self.assertEqual([(s["step"], s["by"]) for s in self.get(where)["steps"][-1:]], [("lapse", "pledged")])
        self.assertEqual([x["reference"] for x in self.get("/v1/claims?state=lapsed&loan=" + contract)["items"]],
                         [said["reference"]])

    def test_the_states_that_lists_know_are_those_of_the_database(self):
        states = self.d.sql("select string_agg(distinct s, ',' order by s) from claim_transition,"
                            " unnest(array[state, next]) s").split(",")
        for state in states:
            self.assertEqual(self.d.call("GET", "/v1/claims?state=" + state, token=self.bank).status, 200)
        r = self.d.call("GET", "/v1/claims?state=lost", token=self.bank)
        self.assertEqual(r.codes(), [("?state", "E_CHOICE")])
        for state in states:
            self.assertIn(state, r.json()["errors"][0]["cure"])

    def approved(self, contract):
        where = self.claimed(contract)
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        return where

    def test_returning_an_approved_claim_frees_the_money(self):
        code = self.scheme()
        self.step(self.approved(self.lent(code)), "return", self.finance, owner="赵强", due_on=ago(-20))
        self.assertEqual(self.fund(code), ("40000000.00", "0.00", "40000000.00"))

    def test_approved_money_is_not_there_for_anything_else(self):
        code = self.scheme(money="2000000.00")
        first, second = [self.claimed(self.lent(code)) for _ in range(2)]
        for where in (first, second):
            self.step(where, "accept", self.finance)
        self.step(first, "approve", self.second)
        self.assertEqual(self.step(second, "approve", self.second, status=409).codes(), [("", "E_OVERDRAFT")])
        r = self.post("/v1/transfers", {"reference": "X-" + code, "debit": "appropriation:" + code,
                                        "credit": "fund:" + code, "amount": "380000.01", "on": ago(0),
                                        "cause": "adjustment"}, self.finance)
        self.assertEqual(r.codes(), [("/amount", "E_OVERDRAFT")])
        self.step(first, "pay", self.finance)

    def expire(self, code):
        self.d.sql("alter table hold disable trigger user; update hold set until_day = '2023-01-01' where"
                   " account = 'fund:%s'; alter table hold enable trigger user" % code)

    def test_a_hold_that_expired_frees_the_money_and_an_uncovered_payment_moves_nothing(self):
        code = self.scheme(money="2000000.00")
        where = self.approved(self.lent(code))
        self.expire(code)
        other = self.approved(self.lent(code))  # the expired hold no longer stands in its way
        self.assertEqual(self.step(where, "pay", self.finance, status=409).codes(), [("", "E_OVERDRAFT")])
        self.assertEqual(self.fund(code), ("2000000.00", "1620000.00", "380000.00"))
        self.step(other, "pay", self.finance)

    def test_a_hold_is_renewed_or_given_back(self):
        code = self.scheme(money="2000000.00")
        where = self.approved(self.lent(code))
        self.assertEqual(self.get(where)["hold_until"], ago(-30))
        self.expire(code)
        self.assertEqual(self.fund(code)[1], "0.00")
        self.step(where, "renew", self.second)
        self.assertEqual(self.fund(code), ("2000000.00", "1620000.00", "380000.00"))
        self.assertEqual(self.get(where)["hold_until"], ago(-30))
        self.step(where, "release", self.finance)
        self.assertEqual((self.get(where)["state"], self.fund(code)[1]), ("accepted", "0.00"))
        other = self.approved(self.lent(code))
        accepted_by = self.step(where, "approve", self.finance, status=None)  # also when he gave the hold back himself
        self.assertIn(("", "E_SAME_PERSON"), accepted_by.codes())
        self.assertEqual(self.step(where, "approve", self.second, status=None).codes(), [("", "E_OVERDRAFT")])
        self.step(other, "release", self.finance)
        self.step(where, "approve", self.second)
        self.expire(code)
        self.step(self.approved(self.lent(code)), "pay", self.finance)
        self.assertEqual(self.step(where, "renew", self.finance, status=None).codes(), [("", "E_OVERDRAFT")])

    def test_a_payment_is_what_is_owed_when_it_is_made(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.approved(contract)
        seen = self.get(where)["seen"]
        self.event(self.where(contract), "repaid", ago(0), principal="1000000.00")
        r = self.step(where, "pay", self.finance, status=None, seen=seen)
        self.assertEqual((r.status, r.codes()), (409, [("/net_loss", "E_SEEN"), ("/fund", "E_SEEN")]))
        self.assertEqual(self.fund(code), ("40000000.00", "1620000.00", "38380000.00"))
        self.step(where, "pay", self.finance)  # 54 % of 2,000,000; the rest of what was held is free
        self.assertEqual(self.fund(code), ("38920000.00", "0.00", "38920000.00"))

    def test_more_than_was_approved_is_neither_paid_nor_promised_until_it_is_approved(self):
        """A repayment that is taken back behind the approval: 54 % of 100,000.00 was approved, 54 % of 3,000,000.00 is asked."""
        code = self.scheme()
        contract = self.lent(code)
        said = self.event(self.where(contract), "repaid", ago(0), principal="2900000.00").json()["reference"]
        where = self.approved(contract)
        self.assertEqual(self.fund(code), ("40000000.00", "54000.00", "39946000.00"))
        self.event(self.where(contract), "reversed", ago(0), reverses=said)
        for name in ("pay", "renew"):
            r = self.step(where, name, self.finance, status=409)
            self.assertEqual(r.codes(), [("", "E_UNAPPROVED")])
            self.assertIn("1620000.00 > 54000.00", r.json()["title"])
            self.assertIn("release", r.json()["detail"])
        self.assertEqual(self.fund(code), ("40000000.00", "54000.00", "39946000.00"))
        self.step(where, "release", self.finance)
        self.step(where, "approve", self.second)
        self.step(where, "pay", self.finance)
        self.assertEqual(self.fund(code), ("38380000.00", "0.00", "38380000.00"))

    def test_what_a_stolen_token_or_who_left_approved_is_not_paid_until_it_is_approved_anew(self):
        n = next(numbers)
        (stolen, caught), (own, _) = self.another("FINANCE", "李华"), self.another("FINANCE", "李华")
        gone, name = self.person("FINANCE", "离岗%d" % n), "离岗%d" % n
        one, two, good = (self.claimed(self.lent(self.scheme())) for _ in range(3))
        for where, token in ((one, stolen), (two, gone), (good, own)):
            self.step(where, "accept", self.finance)
            self.step(where, "approve", token)
        caught()
        self.d.cli("person", "disable", "--org", "FINANCE", "--name", name)
        task = lambda where: [x["steps"] for x in self.get("/v1/tasks?limit=1000")["items"] if x["path"] == where]
        for where, who in ((one, "李华@FINANCE"), (two, name + "@FINANCE")):
            for step in ("pay", "renew"):
                r = self.step(where, step, self.finance, status=409)
                self.assertEqual(r.codes(), [("", "E_APPROVER_LEFT")])
                self.assertIn(who, r.json()["title"])
                self.assertIn("release", r.json()["detail"])
            self.assertEqual(task(where), [["release"]])
            self.step(where, "release", self.finance)
            self.step(where, "approve", self.second)  # also whose token it was
        for where in (one, two, good):  # what was approved by a token beside the stolen one stands
            self.assertEqual(task(where), [["pay"]])
            self.step(where, "pay", self.finance)
            self.assertEqual(self.get(where)["state"], "paid")

    def test_what_a_stolen_token_confirmed_or_told_is_confirmed_or_told_anew(self):
        (thief, caught), (spare, taken) = self.another("FINANCE", "李华"), self.another("FINANCE", "王敏")
        where = self.claimed(self.lent(self.scheme()), received_on=ago(10), evidence="收文登记")
        self.step(where, "confirm", thief)
        caught()
        self.assertEqual(self.step(where, "accept", self.finance, status=409).codes(), [("", "E_SECOND_PERSON")])
        self.step(where, "confirm", self.second)
        self.to_pay(where)
        self.told_back(where, "1000000.00", spare)
        taken()
        self.assertEqual(self.step(where, "receive", self.second, status=409).codes(), [("", "E_PROPOSER_LEFT")])
        self.step(where, "refuse", self.second)
        self.recover(where, "1000000.00")
        self.assertEqual(self.get(where)["paid"], "1080000.00")

    def test_a_hold_that_was_renewed_at_less_pays_up_to_what_was_approved(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.approved(contract)
        said = self.event(self.where(contract), "repaid", ago(0), principal="1000000.00").json()["reference"]
        self.step(where, "renew", self.second)
        self.assertEqual(self.fund(code)[1], "1080000.00")
        self.event(self.where(contract), "reversed", ago(0), reverses=said)
        self.step(where, "pay", self.finance)  # 1,620,000.00 was approved
        self.assertEqual(self.fund(code), ("38380000.00", "0.00", "38380000.00"))

    def test_what_is_no_longer_owed_is_not_paid(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.approved(contract)
        self.event(self.where(contract), "settled", ago(0))
        r = self.step(where, "pay", self.finance, status=None)
        self.assertEqual(r.codes(), [("/loan", "E_TRIGGER"), ("/loan", "E_NO_LOSS")])
        self.assertEqual(self.fund(code)[0], "40000000.00")

    def test_interest_paid_after_the_claim_is_a_loss_no_more(self):
        code = self.scheme(loss_base="principal_and_interest")  # 400 days × 304.1666…: the most is 121,666.67
        contract = self.lent(code)
        where = self.claimed(contract, loss_interest="100000.00")
        self.step(where, "accept", self.finance)
        self.event(self.where(contract), "repaid", ago(5), interest="21666.68")
        said = self.get(where)
        self.assertEqual((said["net_loss"], said["fund"]), ("3099999.99", "1673999.99"))
        contract = self.lent(code)
        where = self.paid(contract, loss_interest="100000.00")
        self.event(self.where(contract), "repaid", ago(4), interest="60000.00")
        self.event(self.where(contract), "repaid", ago(3), interest="60000.00")
        self.assertEqual(self.untold(where), "100000.00")

    def test_nobody_posts_by_hand_to_what_claims_have_paid(self):
        code = self.scheme()
        self.paid(self.lent(code))
        sent = {"reference": "H-" + code, "debit": "paid:%s:BANK-A" % code, "credit": "fund:" + code, "amount": "1.00",
                "on": ago(0), "cause": "adjustment"}
        self.assertEqual(self.post("/v1/transfers", sent, self.finance).codes(), [("/debit", "E_ACCOUNT_CLAIMS")])

    def test_a_kill_between_approval_and_payment_loses_and_doubles_nothing(self):
        code = self.scheme()
        where = self.approved(self.lent(code))
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
        self.assertEqual(self.post(where + "/withdraw", {"reason": "x", "seen": "0" * 64}, other).status, 404)
        mine = [a["code"] for a in self.get("/v1/accounts?limit=1000", self.bank)["items"]]
        self.assertIn("paid:%s:BANK-A" % code, mine)
        self.assertEqual([a for a in mine if a.startswith("fund:")], [])

    def test_the_statement_of_a_fund_equals_its_entries(self):
        code = self.scheme()
        self.recover(self.paid(self.lent(code)), "1000000.00")
        self.approved(self.lent(code))
        s = self.get("/v1/schemes/%s/statement?from=2023-01-01&to=%s" % (code, TODAY))
        self.assertEqual([s[k] for k in ("opening", "appropriations", "compensation", "recoveries", "returns",
                                         "adjustments", "closing", "held")],
                         ["40000000.00", "0.00", "-1620000.00", "540000.00", "0.00", "0.00", "38920000.00", "1620000.00"])
        s = self.get("/v1/schemes/%s/statement?to=%s" % (code, ago(1)))
        self.assertEqual((s["closing"], s["held"]), ("40000000.00", "0.00"))  # the day before all steps
        s = self.get("/v1/schemes/%s/statement" % code)
        self.assertEqual((s["opening"], s["appropriations"], s["recoveries"], s["closing"]),
                         ("0.00", "40000000.00", "540000.00", "38920000.00"))

    # ---- what comes back -------------------------------------------------------------------------

    def test_recoveries_never_give_back_more_than_was_paid_in_any_order(self):
        for order, back in (("pro_rata", 54), ("fund_first", 100), ("bank_first", 0)):
            code = self.scheme(recovery_order=order)
            where = self.paid(self.lent(code))
            self.assertEqual(self.back(where, "1.00"), back)
            self.assertEqual(self.recover(where, "2999999.01", status=None).codes(), [("/amount", "E_EXCEEDS")])
            self.recover(where, "2999999.00")
            self.assertEqual((self.fund(code)[0], self.get(where)["paid"]), ("40000000.00", "0.00"))

    def test_costs_are_accepted_up_to_what_was_told_and_what_came_back(self):
        code = self.scheme()
        where = self.paid(self.lent(code))
        accept = lambda amount, status=201: self.step(where, "accept_costs", self.finance, status, costs_accepted=amount)
        self.assertEqual(self.back(where, "10.00", costs=COSTS), 540)
        self.assertEqual(accept("10.01", None).codes(), [("/costs_accepted", "E_EXCEEDS")])  # no more came back
        accept("10.00")
        self.assertEqual(self.fund(code)[0], "38380000.00")
        self.assertEqual(self.back(where, "200000.00"), 10800000)
        self.assertEqual(accept("99990.01", None).codes(), [("/costs_accepted", "E_EXCEEDS")])  # no more was told
        accept("99990.00")
        self.assertEqual(self.fund(code)[0], "38434005.40")  # 54 % of 100,010

    def test_where_only_the_ip_part_is_covered_recoveries_count_by_that_part(self):
        where = self.paid(self.lent(self.scheme("wh-2024"), ip_amount="2000000.00"))  # of 3,000,000, half of it
        self.assertEqual(self.back(where, "900000.00"), 30000000)
        self.assertEqual(self.recover(where, "2100000.01", status=None).codes(), [("/amount", "E_EXCEEDS")])
        self.recover(where, "2100000.00")
        self.assertEqual(self.get(where)["paid"], "0.00")

    def untold(self, where):
        """What came back and was not shared; while there is any, the claim does not close."""
        left = self.get(where).get("recovery_untold")
        r = self.step(where, "close", self.finance, status=None)
        self.assertEqual(r.codes() if left else r.status, [("", "E_UNTOLD")] if left else 201)
        return left

    def test_a_claim_is_not_closed_while_money_that_came_back_is_untold(self):
        contract = self.lent(self.scheme())
        where = self.paid(contract)
        self.event(self.where(contract), "repaid", ago(0), principal="1000000.00")
        self.assertEqual(self.untold(where), "1000000.00")
        self.recover(where, "1000000.00")
        self.assertIsNone(self.untold(where))

    def test_what_came_back_is_shared_whatever_its_day_and_after_a_write_off(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.paid(contract)
        self.event(self.where(contract), "repaid", ago(10), principal="1000000.00")  # told late: before the claim's day
        self.assertEqual(self.untold(where), "1000000.00")
        for more, left in (({"principal": "2500000.00"}, "3000000.00"), ({}, "500000.00")):
            contract = self.lent(code)
            where = self.paid(contract)
            self.event(self.where(contract), "written_off", ago(11))
            self.event(self.where(contract), "recovered", ago(11), principal="500000.00")
            self.event(self.where(contract), "settled", ago(10), **more)
            self.assertEqual(self.untold(where), left)

    def test_a_loan_that_is_good_again_gives_the_share_back_before_its_claim_closes(self):
        code = self.scheme()
        contract = self.lent(code, grade=None)
        where = self.paid(contract)
        told = self.get(self.where(contract) + "/events", self.bank)["items"]
        self.event(self.where(contract), "reversed", ago(0), reverses=told[0]["reference"])
        self.assertEqual(self.untold(where), "3000000.00")
        self.step(where, "cure", self.bank)
        self.step(where, "close", self.finance)
        self.assertEqual(self.fund(code)[0], "40000000.00")

    def test_interest_on_what_had_been_repaid_goes_back_with_it(self):
        code = self.scheme(loss_base="principal_and_interest")
        contract = self.lent(code)
        where = self.paid(contract)  # 121,666.67 of interest
        self.event(self.where(contract), "repaid", ago(36), principal="1000000.00")  # told late: × 3.65 % × 36 / 360 = 3,650.00
        self.assertEqual(self.untold(where), "1003650.00")

    def test_a_claim_that_was_never_due_gives_all_of_it_back(self):
        """The bank told only after it was paid that the arrears had been made good, or the loan settled, before it claimed."""
        for kind, more, grade in (("repaid", {"principal": "300000.00"}, None), ("settled", {}, None),
                                  ("repaid", {"principal": "300000.00"}, "substandard")):
            code = self.scheme(loss_base="principal_and_interest")
            contract = self.lent(code, overdue=None)
            self.event(self.where(contract), "overdue", ago(300), principal="300000.00")
            where = self.paid(contract)
            self.assertEqual(self.fund(code)[0], "38314300.00")  # 54 % of 3,000,000 and 121,666.67 of interest
            if grade:  # bad by its grade, but not overdue for ninety days, which this scheme asks
                self.event(self.where(contract), "classified", ago(200), grade=grade)
            self.event(self.where(contract), kind, ago(100), **more)
            self.assertEqual(self.untold(where), "3121666.67")
            self.recover(where, "3121666.67")
            self.assertIsNone(self.untold(where))
            self.assertEqual(self.fund(code)[0], "40000000.00")

    def test_a_release_that_was_told_only_after_the_payment_gives_all_of_it_back(self):
        code = self.scheme()
        for day, left in ((1, "3000000.00"), (0, None)):
            contract = self.lent(code)
            where = self.paid(contract)
            self.event(self.where(contract), "pledge_released", ago(day))
            self.assertEqual(self.untold(where), left)

    def test_a_loan_that_is_corrected_after_its_claim_was_paid_makes_no_finding(self):
        """The default was told of the wrong contract, whose amount was a slip as well; all of the claim comes back."""
        contract = self.lent(self.scheme(loss_base="principal_and_interest"))
        where = self.paid(contract)
        for e in self.get(self.where(contract) + "/events", self.bank)["items"]:
            self.event(self.where(contract), "reversed", e["on"], reverses=e["reference"])
        self.step(where, "cure", self.bank)
        self.step(where, "close", self.finance)
        self.correct(contract, amount="2000000.00", ip_amount="2000000.00", rate="3.00")
        self.assertNotIn("interest", self.d.verify().stdout)

    def test_no_more_need_come_back_than_was_claimed(self):
        contract = self.lent(self.scheme())
        where = self.paid(contract, loss_principal="1000000.00")
        self.event(self.where(contract), "settled", ago(0))
        self.assertEqual(self.untold(where), "1000000.00")
        self.recover(where, "1000000.00")
        self.assertIsNone(self.untold(where))

    def cured(self, contract, where):
        """The arrears of 300,000.00 are made good, the bank gives the share back; the reference of the payment."""
        said = self.event(self.where(contract), "repaid", ago(0), principal="300000.00").json()["reference"]
        self.step(where, "cure", self.bank)
        return said

    def failed(self, code):
        contract = self.lent(code, overdue=None, matures_on=ago(-30))
        self.event(self.where(contract), "overdue", ago(300), principal="300000.00")
        return contract

    def test_a_cured_loan_returns_the_share_of_the_fund_and_may_fail_again_once_finance_has_seen_the_money(self):
        code = self.scheme(cap_per_loan="1620000.00")
        contract = self.failed(code)
        where = self.paid(contract)
        said = self.cured(contract, where)
        self.assertEqual((self.fund(code)[0], self.get(where)["state"]), ("38380000.00", "recovering"))
        self.assertEqual(self.get(where)["legal_steps"], ["close", "refuse"])
        for name in ("cure", "recover"):
            more = {"reference": "RC-%d" % next(numbers), "amount": "1.00"} if name == "recover" else {}
            self.assertEqual(self.step(where, name, self.bank, status=None, **more).codes(), [("", "E_STEP")])
        self.event(self.where(contract), "reversed", ago(0), reverses=said)
        self.assertEqual(sorted(self.claim(contract).codes()), [("/loan", "E_CAP"), ("/loan", "E_COMPENSATED")])
        self.step(where, "close", self.finance)
        self.assertEqual((self.fund(code)[0], self.get(where)["state"]), ("40000000.00", "closed"))
        self.assertEqual(self.recover(where, "1.00", status=None).codes(), [("", "E_STEP")])  # nothing is owed any more
        self.paid(contract)
        self.assertEqual(self.fund(code)[0], "38380000.00")

    def test_a_bank_cures_no_loan_that_is_bad_and_nobody_closes_his_own_cure(self):
        code = self.scheme()
        for contract in (self.lent(code, grade=None), self.lent(code)):
            where = self.paid(contract)
            before = self.fund(code)[0]
            r = self.step(where, "cure", self.bank, status=409)
            self.assertEqual((r.codes(), self.fund(code)[0]), ([("", "E_STILL_BAD")], before))
        self.step(where, "cure", self.finance)  # paid wrongly: finance gives it back
        self.assertEqual(self.step(where, "close", self.finance, status=None).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "close", self.second)

    # ---- one party's word moves nothing ------------------------------------------------------------

    def test_a_recovery_moves_money_when_another_person_of_finance_has_received_it(self):
        """54 % of 1,000,000.00, 500,000.00 and 200,000.00: the second was never paid in."""
        code = self.scheme()
        where = self.paid(self.lent(code))
        before = self.get("/v1/schemes/%s/statement" % code)
        for amount in ("1000000.00", "500000.00"):
            self.told_back(where, amount)
        self.assertEqual(self.told_back(where, "1500000.01", status=None).codes(), [("/amount", "E_EXCEEDS")])
        self.told_back(where, "200000.00", self.finance)
        said = self.get(where)
        self.assertEqual((self.fund(code)[0], said["paid"], said["state"]), ("38380000.00", "1620000.00", "recovering"))
        self.assertEqual(self.get("/v1/schemes/%s/statement" % code), before)
        self.assertEqual(said["legal_steps"], ["accept_costs", "receive", "recover", "refuse"])  # neither closed nor cured
        self.assertEqual([("layers" in s, "fund" in s) for s in said["steps"][-3:]], [(False, False)] * 3)
        self.assertEqual(self.step(where, "receive", self.bank, status=None).status, 403)
        for name, token, fund in (("receive", self.second, "38920000.00"), ("refuse", self.second, "38920000.00")):
            self.step(where, name, token)
            self.assertEqual(self.fund(code)[0], fund)
        # one alone makes nothing of what a bank told: it waits, and another receives or refuses it
        self.assertEqual(self.step(where, "refuse", self.second, status=None).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.get(where)["legal_steps"], ["accept_costs", "receive", "recover", "refuse"])
        self.step(where, "refuse", self.finance)
        self.assertEqual(self.fund(code)[0], "38920000.00")
        self.assertEqual(self.step(where, "receive", self.finance, status=None).codes(), [("", "E_SAME_PERSON")])  # he told it
        self.step(where, "receive", self.second)
        self.assertEqual(self.fund(code)[0], "39028000.00")
        steps = self.get(where)["steps"]
        told = [s["id"] for s in steps[-7:-4]]
        self.assertEqual([s["told"] for s in steps[-4:]], [told[0], told[1], told[1], told[2]])
        self.assertEqual([s.get("amount") for s in steps[-4:]], ["1000000.00", None, None, "200000.00"])
        for name in ("receive", "refuse"):
            self.assertEqual(self.step(where, name, self.second, status=None).codes(), [("", "E_STEP")])
        moved = self.get("/v1/accounts/fund:%s/entries" % code)["items"]
        self.assertEqual([x["amount"] for x in moved if x["cause"] == "recovery"], ["540000.00", "108000.00"])
        self.step(where, "close", self.finance)
        self.told_back(where, "1.00")  # also of what came later
        self.assertEqual(self.get(where)["legal_steps"], ["accept_costs", "receive", "recover", "refuse"])
        self.step(where, "receive", self.second)
        self.assertEqual(self.fund(code)[0], "39028000.54")

    def test_in_an_office_of_two_each_receives_and_accepts_what_the_other_told(self):
        where = self.paid(self.lent(self.scheme()))
        refused = lambda name, token, **over: self.assertEqual(
            self.step(where, name, token, status=None, **over).codes(), [("", "E_SAME_PERSON")])
        self.told_back(where, "200000.00", self.finance, costs=COSTS)
        self.told_back(where, "200000.00", self.second, costs=COSTS)
        waits = lambda token: [x["steps"] for x in self.get("/v1/tasks?limit=1000", token)["items"] if x["path"] == where]
        for teller, other in ((self.finance, self.second), (self.second, self.finance)):
            self.assertEqual((waits(teller), waits(other)), ([], [["receive"]]))
            refused("receive", teller)
            self.step(where, "receive", other)
        for accepts in (self.finance, self.second):  # 100,000.00 of the other's, and nothing of his own
            refused("accept_costs", accepts, costs_accepted="100000.01")
            self.step(where, "accept_costs", accepts, costs_accepted="100000.00")
            refused("accept_costs", accepts, costs_accepted="1.00")
        self.step(where, "cure", self.finance)
        self.step(where, "refuse", self.second)
        self.step(where, "cure", self.second)
        refused("close", self.second)
        self.step(where, "close", self.finance)  # though he told one himself, that was refused
        said = self.d.verify().stdout
        self.assertNotIn("claim step by whoever took the one that it checks: ", said)
        self.assertNotIn("costs that were accepted by whoever told them: ", said)

    def test_nobody_accepts_his_own_costs_by_what_others_told_and_a_third_accepted(self):
        """100,000.00 of the second are accepted by a third; then 100,000.00 of the first are left, which he does not accept."""
        where, third = self.paid(self.lent(self.scheme())), self.person("FINANCE", "王五")
        for teller in (self.second, self.finance):
            self.told_back(where, "200000.00", teller, costs=COSTS)
            self.step(where, "receive", third)
            if teller == self.second:
                self.step(where, "accept_costs", third, costs_accepted="100000.00")
        self.assertEqual(self.step(where, "accept_costs", self.finance, status=None, costs_accepted="0.01").codes(),
                         [("", "E_SAME_PERSON")])
        self.step(where, "accept_costs", self.second, costs_accepted="100000.00")
        self.assertNotIn("costs that were accepted by whoever told them: ", self.d.verify().stdout)

    def test_what_was_refused_is_kept_back_still_and_what_waits_stands_in_the_way_of_a_further_claim(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.paid(contract, loss_principal="1000000.00")
        self.event(self.where(contract), "repaid", ago(0), principal="2500000.00")
        self.assertEqual(self.get(where)["recovery_untold"], "500000.00")
        self.told_back(where, "500000.00")
        self.assertNotIn("recovery_untold", self.get(where))
        self.assertIn(("/loan", "E_COMPENSATED"), self.claim(contract).codes())
        task = lambda token: [x["steps"] for x in self.get("/v1/tasks?limit=1000", token)["items"] if x["path"] == where]
        self.assertEqual((task(self.second), task(self.bank)), ([["receive"]], []))
        for token in (self.second, self.finance):
            self.step(where, "refuse", token)
        self.assertEqual((task(self.second), self.get(where)["recovery_untold"]), ([], "500000.00"))
        self.assertEqual(self.step(where, "close", self.second, status=None).codes(), [("", "E_UNTOLD")])
        self.assertEqual(self.fund(code)[0], "39460000.00")
        self.recover(where, "500000.00")
        self.step(where, "close", self.second)
        self.assertEqual(self.fund(code)[0], "39730000.00")

    def test_a_cure_that_was_refused_leaves_no_trace_in_money_and_may_be_told_again(self):
        code = self.scheme(cap_per_loan="1620000.00")
        contract = self.failed(code)
        where = self.paid(contract)
        self.cured(contract, where)
        task = lambda: [x["steps"] for x in self.get("/v1/tasks?limit=1000", self.second)["items"] if x["path"] == where]
        self.assertEqual(task(), [["close"]])
        self.step(where, "refuse", self.second)
        said = self.get(where)
        self.assertEqual((self.fund(code)[0], said["paid"], said["recovery_untold"], task()),
                         ("38380000.00", "1620000.00", "3000000.00", []))
        self.assertEqual(self.step(where, "close", self.finance, status=None).codes(), [("", "E_UNTOLD")])
        self.told_back(where, "100000.00")
        self.assertEqual(self.step(where, "cure", self.bank, status=None).codes(), [("", "E_STEP")])
        self.step(where, "receive", self.second)
        self.step(where, "cure", self.bank)
        self.step(where, "close", self.second)
        self.assertEqual((self.fund(code)[0], self.get(where)["paid"]), ("40000000.00", "0.00"))

    # ---- advances --------------------------------------------------------------------------------

    def advance(self, contract, **over):
        return self.paid(contract, kind="pre_compensation", **over)

    def test_an_advance_is_part_of_what_is_paid_in_the_end(self):
        code = self.scheme("sh-precomp", excludes=None)
        contract = self.lent(code)
        self.advance(contract, loss_principal="1000000.00")
        said = self.get(self.claimed(contract))
        self.assertEqual(said["fund"], "1100000.00")  # 55 % of 3,000,000 less the 550,000 paid

    def test_an_advance_and_the_final_claim_never_make_more_than_the_share(self):
        code = self.scheme(pre_compensation=True)
        contract = self.lent(code)
        advance = self.claimed(contract, kind="pre_compensation")
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_COMPENSATED")])  # not paid yet
        self.step(advance, "withdraw", self.bank)
        final = self.claimed(contract)
        self.assertEqual(self.claim(contract, kind="pre_compensation").codes(), [("/loan", "E_COMPENSATED")])
        self.step(final, "withdraw", self.bank)
        advance = self.advance(contract, loss_principal="2000000.00")
        final = self.paid(contract)
        said = [self.get(w) for w in (advance, final)]
        self.assertEqual([(x["fund"], x["paid"]) for x in said],
                         [("1080000.00", "0.00"), ("540000.00", "1620000.00")])
        self.assertEqual(self.recover(advance, "1.00", status=None).codes(), [("", "E_COMPENSATED")])
        self.assertEqual(self.back(final, "1000000.00"), 54000000)
        self.step(final, "cure", self.finance)
        self.step(final, "close", self.second)
        self.assertEqual(self.fund(code)[0], "40000000.00")
        again = self.get(self.claimed(contract))
        self.assertEqual(again["fund"], "1620000.00")  # nothing is left of the advance

    def test_an_advance_stays_open_while_its_final_claim_may_be_withdrawn(self):
        contract = self.lent(self.scheme(pre_compensation=True))
        advance = self.advance(contract, loss_principal="2000000.00")
        final = self.claimed(contract)
        self.assertEqual(self.step(advance, "close", self.finance, status=None).codes(), [("", "E_COMPENSATED")])
        self.step(final, "withdraw", self.bank)
        self.recover(advance, "1000000.00")

    def test_an_advance_that_went_back_is_in_nobodys_way(self):
        code = self.scheme(pre_compensation=True, cap_per_loan="1620000.00")
        contract = self.lent(code)
        self.advance(contract, loss_principal="2000000.00")
        final = self.paid(contract)
        self.step(final, "cure", self.finance)
        self.step(final, "close", self.second)
        again = self.claimed(contract)
        self.assertEqual(self.get(again)["fund"], "1620000.00")  # all of the cap
        self.step(again, "withdraw", self.bank)
        last = self.advance(contract)
        self.step(last, "cure", self.finance)  # the earlier final claim does not own this one
        self.step(last, "close", self.second)
        self.assertEqual(self.fund(code)[0], "40000000.00")
