"""Two pairs of eyes: what moves money or a figure waits for another person, who sees what it does and what changed since."""
import datetime
import hashlib
from concurrent.futures import ThreadPoolExecutor

from fund_case import TODAY, FundCase
from harness import numbers
from subsidy_case import fixture


class Proposals(FundCase):
    conf = {"readers": "6"}  # a ledger of its own: thresholds and tiers change

    def setUp(self):
        super().setUp()
        self.n = next(numbers)
        self.third = self.person("FINANCE", "吴三")
        self.pool, self.grant = "pool:P%d" % self.n, "grant:P%d" % self.n
        for code, kind, guarded in ((self.pool, "asset", True), (self.grant, "income", False)):
            self.post("/v1/accounts", {"code": code, "kind": kind, "title": "测试", "no_overdraft": guarded,
                                       "opened_on": "2022-01-01"}, self.finance, 201)

    def transfer(self, amount, token=None, out=False, status=202, **over):
        pair = (self.grant, self.pool) if out else (self.pool, self.grant)
        return self.post("/v1/transfers", dict({
            "reference": "TR-%d" % next(numbers), "debit": pair[0], "credit": pair[1], "amount": amount, "on": "2022-01-05",
            "cause": "adjustment" if out else "appropriation"}, **over), token or self.finance, status)

    def shown(self, made, token=None):
        return self.get(made.headers["location"], token or self.second)

    def decide(self, made, token, status=201, step="approve", **over):
        where = made.headers["location"]
        body = dict({"seen": self.shown(made)["seen"], "reason": "核对无误"}, **over)
        return self.post("%s/%s" % (where, step), body, token, status)

    def balance(self):
        return self.get("/v1/accounts/" + self.pool)["balance"]

    def add(self, org, name, same=None):
        more = ["--same-as", same] if same else []
        who = self.d.cli("person", "add", "--org", org, "--name", name, *more).stdout.strip()
        return who, self.d.given("token", "add", "--org", org, "--person", name)

    # ---- transfers (A10) -------------------------------------------------------------------------------

    def test_a_transfer_moves_nothing_until_another_person_has_seen_it(self):
        made = self.transfer("20000000.00")
        said = made.json()
        self.assertEqual(self.balance(), "0.00")
        self.assertIn("receipt", said)  # the asking is in the log
        self.assertEqual(self.d.call("GET", "/v1/transfers/" + said["id"], token=self.finance).status, 404)
        shown = self.shown(made)
        self.assertEqual((shown["kind"], shown["amount"], shown["needs"], shown["proposed_by"], shown["act"]["amount"]),
                         ("transfer", "20000000.00", 1, "王敏@FINANCE", "20000000.00"))
        self.assertEqual((shown["legal_steps"], self.shown(made, self.finance)["legal_steps"]),
                         (["approve", "refuse"], ["refuse"]))
        self.assertEqual(self.decide(made, self.finance, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.balance(), "0.00")
        self.assertEqual(self.decide(made, self.second).json()["state"], "approved")
        self.assertEqual(self.balance(), "20000000.00")
        posted = self.get("/v1/transfers/" + said["id"])
        self.assertEqual((posted["recorded_by"], posted["recorded_at"] > said["recorded_at"]), ("王敏@FINANCE", True))
        self.assertEqual(self.decide(made, self.third, 409).codes(), [("", "E_STEP")])  # once
        self.assertEqual(self.balance(), "20000000.00")

    def test_what_is_refused_or_taken_back_never_moves(self):
        for token in (self.second, self.finance):
            made = self.transfer("1.00")
            self.assertEqual(self.decide(made, token, step="refuse").json()["state"], "refused")
            self.assertEqual(self.decide(made, self.third, 409).codes(), [("", "E_STEP")])
        self.assertEqual(self.balance(), "0.00")
        again = self.post("/v1/transfers", {k: made.json()[k] for k in (
            "reference", "debit", "credit", "amount", "on", "cause")}, self.finance, 200)
        self.assertEqual(again.headers["location"], made.headers["location"])  # the key is taken, for ever

    def test_a_reversal_waits_as_well(self):
        made = self.transfer("5.00")
        self.decide(made, self.second)
        back = self.post("/v1/transfers/%s/reverse" % made.json()["id"],
                         {"reference": "RV-%d" % self.n, "on": "2022-02-01"}, self.second, 202)
        self.assertEqual((self.shown(back)["amount"], self.balance()), ("5.00", "5.00"))
        self.assertEqual(self.decide(back, self.second, 409).codes(), [("", "E_SAME_PERSON")])
        self.decide(back, self.finance)
        self.assertEqual(self.balance(), "0.00")

    def test_what_changed_in_between_is_told_and_moves_nothing(self):
        self.decide(self.transfer("10.00"), self.second)
        one, two = self.transfer("8.00", out=True), self.transfer("8.00", out=True)
        self.decide(one, self.second)
        self.assertEqual(self.decide(two, self.second, 409).codes(), [("/amount", "E_OVERDRAFT")])
        self.assertEqual((self.balance(), self.shown(two)["state"]), ("2.00", "waiting"))
        self.decide(self.transfer("6.00"), self.second)  # there is money again, and the honest one passes
        self.decide(two, self.second)
        self.assertEqual(self.balance(), "0.00")

    def test_an_old_seen_is_answered_with_the_difference(self):
        ask = lambda value: self.d.call("POST", "/v1/flag-thresholds", {
            "reference": "Y-%d" % next(numbers), "rule": "RF15", "threshold": "warn", "value": value, "reason": "试点",
            "effective_from": str(TODAY)}, self.office)
        one, two = ask("61.00"), ask("62.00")
        seen = self.shown(two)["seen"]
        stood = self.shown(two)["before"]["value"]
        self.decide(one, self.second)
        r = self.decide(two, self.second, 409, seen=seen)
        self.assertEqual(r.codes(), [("/seen", "E_SEEN")])
        self.assertIn("/before/value %s → 61.00" % stood, r.json()["errors"][0]["title"])
        self.assertEqual([(x["pointer"], x["seen"], x["now"]) for x in r.json()["difference"] if x["pointer"] == "/before/value"],
                         [("/before/value", stood, "61.00")])
        self.assertEqual(self.shown(two)["before_now"]["value"], "61.00")
        self.decide(two, self.second)
        self.assertEqual(self.decide(two, self.third, 409, seen="0" * 64).codes(), [("", "E_STEP")])

    # ---- persons ---------------------------------------------------------------------------------------

    def test_another_office_or_another_spelling_is_no_second_person(self):
        who, mine = self.add("FINANCE", "双岗%d" % self.n)
        office = self.add("IP-OFFICE", "双岗外%d" % self.n, who)[1]
        spelt = self.d.given("token", "add", "--org", "FINANCE", "--person", " 双岗%d\u3000" % self.n)
        rate = self.post("/v1/flag-thresholds", {
            "reference": "Y-%d" % self.n, "rule": "RF15", "threshold": "warn", "value": "63.00", "reason": "试点",
            "effective_from": str(TODAY)}, mine, 202)
        for token in (mine, office, spelt):
            self.assertEqual(self.decide(rate, token, 409).codes(), [("", "E_SAME_PERSON")])
        self.decide(rate, self.office)  # another person of another office that may

    def test_who_may_not_decide(self):
        made = self.transfer("1.00")
        district = self.d.token("district")
        self.assertEqual(self.decide(made, district, 404).codes(), [("", "E_NOT_FOUND")])
        self.assertEqual(self.d.call("GET", made.headers["location"], token=district).status, 404)
        self.assertEqual(self.decide(made, self.office, 404).codes(), [("", "E_NOT_FOUND")])
        self.assertEqual(self.decide(made, self.bank, 403).codes(), [("", "E_ROLE")])
        self.assertEqual(self.shown(made, self.d.token("auditor"))["legal_steps"], [])
        name = "离岗%d" % self.n
        gone = self.add("FINANCE", name)[1]
        self.d.cli("person", "disable", "--org", "FINANCE", "--name", name)
        self.decide(made, gone, 401)
        self.decide(made, self.second)

    def test_what_somebody_left_waiting_is_proposed_anew(self):
        """It would take effect as his act. Whoever is there still may refuse it; when he comes back it is as before."""
        name = "提后离岗%d" % self.n
        who, mine = self.add("FINANCE", name)
        made, kept = self.transfer("1.00", mine), self.transfer("2.00", mine)
        beside = self.transfer("4.00")
        self.d.cli("person", "disable", "--org", "FINANCE", "--name", name)
        self.assertEqual(self.decide(made, self.second, 409).codes(), [("", "E_PROPOSER_LEFT")])
        listed = self.post("/v1/proposals/approve", [
            {"id": x.json()["id"], "seen": self.shown(x)["seen"], "reason": "核对无误"} for x in (made, beside)], self.second).lines()
        self.assertEqual([x["outcome"] for x in listed[:2]], ["refused", "created"])
        self.assertIn(name + "@FINANCE", listed[0]["errors"][0]["title"])
        self.assertEqual((self.balance(), self.shown(made)["state"], self.shown(made)["legal_steps"]), ("4.00", "waiting", ["refuse"]))
        tasks = {x["path"]: x["steps"] for x in self.get("/v1/tasks?limit=1000", self.second)["items"]}
        self.assertEqual(tasks[made.headers["location"]], ["refuse"])
        self.decide(made, self.second, step="refuse")
        self.decide(self.transfer("1.00"), self.second)
        back = self.post("/v1/persons/%s/enable" % who, {"reference": "FG-%d" % self.n, "reason": "返岗"}, self.office, 202)
        self.decide(back, self.person("IP-OFFICE", "管二"), seen=self.shown(back, self.office)["seen"])
        self.decide(kept, self.second)
        self.assertEqual(self.balance(), "7.00")

    def test_a_hundred_approvals_at_once_are_one(self):
        made = self.transfer("1.00")
        body = {"seen": self.shown(made)["seen"], "reason": "核对无误"}
        tokens = [self.second, self.third, self.person("FINANCE", "赵四"), self.person("FINANCE", "孙五")] * 8
        with ThreadPoolExecutor(32) as pool:
            said = list(pool.map(lambda t: self.post(made.headers["location"] + "/approve", body, t), tokens))
        # The same person says the same again: a replay. Everybody else comes too late, and is told so.
        self.assertEqual(sum(r.status == 201 for r in said), 1)
        first = next(t for t, r in zip(tokens, said) if r.status == 201)
        self.assertEqual({(t == first, r.status) for t, r in zip(tokens, said) if r.status != 201}, {(True, 200), (False, 409)})
        self.assertEqual({tuple(r.codes()) for r in said if r.status == 409}, {(("", "E_STEP"),)})
        self.assertEqual(self.balance(), "1.00")

    def test_two_lists_at_once_approve_each_once(self):
        """With a line twice, one that was looked at before, one of nothing; and the list of another office."""
        made = [self.transfer("1.00") for _ in range(12)]
        lines = [{"id": x.json()["id"], "seen": self.shown(x)["seen"], "reason": "核对无误"} for x in made]
        odd = [dict(lines[1]), dict(lines[2], seen="0" * 64, reason="未看"), dict(lines[3], id="01a20acb-f7bf-73f4-a445-6219f936f824", seen="1" * 64)]
        say = lambda token: self.d.call("POST", "/v1/proposals/approve", lines + odd, token).lines()
        self.assertEqual([x["errors"][0]["code"] for x in say(self.d.token("district"))[:-1]], ["E_NOT_FOUND"] * 15)
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(say, (self.second, self.third)))
        for n in range(12):
            self.assertEqual(sorted(x[n]["outcome"] for x in both), ["created", "refused"], n)
        twice = sorted((x[1]["outcome"], x[12]["outcome"]) for x in both)
        self.assertEqual(twice, [("created", "replay"), ("refused", "refused")])
        self.assertEqual([(x["outcome"], x["errors"][0]["code"]) for x in both[0][14:15] + both[1][14:15]], [("refused", "E_NOT_FOUND")] * 2)
        self.assertEqual({x[13]["errors"][0]["code"] for x in both} <= {"E_SEEN", "E_STEP"}, True)
        self.assertEqual(self.balance(), "12.00")

    # ---- tiers -----------------------------------------------------------------------------------------

    def tier(self, persons, amount, **over):
        return self.d.call("POST", "/v1/approval-tiers", dict({
            "reference": "T-%d" % next(numbers), "act": "transfer", "from": amount, "persons": persons, "reason": "大额"},
            **over), self.finance)

    def test_large_amounts_need_more_persons(self):
        made = self.tier(2, "1000000.00")
        early = self.transfer("1000000.00")
        self.assertEqual(self.shown(early)["needs"], 1)  # nothing takes effect before
        self.decide(early, self.second, step="refuse")
        self.decide(made, self.second)
        large, small = self.transfer("1000000.00"), self.transfer("999999.99")
        self.assertEqual((self.shown(large)["needs"], self.shown(small)["needs"]), (2, 2))  # one sum, so far
        self.assertEqual(self.decide(large, self.second).json()["state"], "waiting")
        self.assertEqual(self.balance(), "0.00")
        self.assertEqual(self.decide(large, self.second, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.decide(large, self.third).json()["state"], "approved")
        self.assertEqual(self.shown(small)["needs"], 1)  # what two have seen is not counted again
        self.decide(small, self.second)
        self.assertEqual(self.balance(), "1999999.99")
        for persons, amount, over, pointer in ((0, "0.00", {}, "/persons"), (1, "2000000.00", {}, "/persons"),
                                               (2, "5.00", {"act": "lpr"}, "/from"), (2, "0.00", {"act": "nosuch"}, "/act")):
            self.assertEqual(self.tier(persons, amount, **over).codes()[0][0], pointer)
        self.assertEqual(self.tier(3, "500000.00").codes(), [("/persons", "E_EXCEEDS")])  # a larger sum needs two
        self.assertEqual(self.tier(1, "2000000.00").codes(), [("/persons", "E_RANGE")])
        self.assertEqual(self.tier(2, "500000.00").status, 202)
        tiers = [(x["from"], x["persons"]) for x in self.get("/v1/approval-tiers")["items"] if x["act"] == "transfer"]
        self.assertEqual(tiers, [("0.00", 1), ("1000000.00", 2)])
        self.assertEqual(self.lowered("1000000.00"), [(2, "waiting"), (2, "approved")])
        self.assertNotIn("tier_sum", self.shown(small))
        small = self.transfer("1000000.00")
        self.assertEqual(self.decide(small, self.second).json()["state"], "approved")

    def test_a_sum_in_pieces_needs_as_many_as_the_sum(self):
        """By the same person, to the same account, within 30 days; what another proposes, or elsewhere, or was refused is apart."""
        self.decide(self.tier(2, "1000000.00"), self.second)
        pool = "pool:Q%d" % self.n
        self.post("/v1/accounts", {"code": pool, "kind": "asset", "title": "测试", "no_overdraft": True, "opened_on": "2022-01-01"},
                  self.finance, 201)
        made = [self.transfer(x) for x in ("600000.00", "399999.99", "0.01")]
        others = [self.transfer("600000.00", self.second), self.transfer("600000.00", debit=pool)]
        needs = lambda *of: [self.shown(x)["needs"] for x in of]
        self.assertEqual(needs(*made, *others), [1, 1, 2, 1, 1])
        self.assertEqual((self.shown(made[2])["tier_sum"], "tier_sum" in self.shown(made[1])), ("1000000.00", False))
        self.assertEqual(self.decide(made[2], self.second).json()["state"], "waiting")
        self.assertEqual(self.decide(made[2], self.third).json()["state"], "approved")
        for one in made[:2]:
            self.assertEqual(self.decide(one, self.second).json()["state"], "approved")
        self.assertEqual(self.balance(), "1000000.00")
        more = self.transfer("0.01")  # with the two that one person has seen
        self.assertEqual((needs(more), self.shown(more)["tier_sum"]), ([2], "1000000.00"))
        later = ("set session_replication_role = replica; update proposal set recorded_at = recorded_at %s interval '31 days'"
                 " where id = '" + made[0].json()["id"] + "'")
        self.d.sql(later % "-")
        self.assertEqual(needs(more), [1])
        self.d.sql(later % "+")
        apart = self.transfer("400000.00", debit=pool)
        self.assertEqual(needs(apart), [2])
        self.decide(others[1], self.second, step="refuse")
        self.assertEqual(needs(apart), [1])
        self.decide(apart, self.second)
        self.lowered("1000000.00")

    def lowered(self, amount):
        """One person does from this amount on again: said by as many as it needed so far."""
        made = self.tier(1, amount)
        return [(self.shown(made)["needs"], self.decide(made, t).json()["state"]) for t in (self.second, self.third)]

    def test_two_who_agree_to_the_same_at_one_moment_are_two(self):
        """Of one tier with two persons, in the same words of what both saw: the second is told of the first."""
        self.decide(self.tier(2, "1000000.00"), self.second)
        made = self.transfer("1000000.00")
        body = {"seen": self.shown(made)["seen"], "reason": "核对无误"}
        say = lambda token, **over: self.post(made.headers["location"] + "/approve", dict(body, **over), token)
        self.assertEqual((say(self.second).json()["state"], say(self.second).status), ("waiting", 200))
        late = say(self.third)
        self.assertEqual((late.status, late.codes()), (409, [("/seen", "E_SEEN")]))
        self.assertIn("李华@FINANCE", late.body.decode())
        self.assertEqual(self.balance(), "0.00")
        self.assertEqual(say(self.third, seen=self.shown(made)["seen"]).json()["state"], "approved")
        self.lowered("1000000.00")

    def test_an_approval_counts_while_its_giver_is_in_office_and_once_a_person(self):
        self.decide(self.tier(2, "1000000.00"), self.second)
        office, manager = self.office, self.person("IP-OFFICE", "管二")
        gone, twin = "先批%d" % self.n, "又名%d" % self.n
        who, mine = self.add("FINANCE", gone)
        large, kept = self.transfer("1000000.00"), self.transfer("1000001.00")
        for made in (large, kept):
            self.assertEqual(self.decide(made, mine).json()["state"], "waiting")
        self.d.cli("person", "disable", "--org", "FINANCE", "--name", gone)
        self.assertEqual([x["counts"] for x in self.shown(large)["steps"]], [False])
        self.assertEqual(self.decide(large, self.second).json()["state"], "waiting")  # he is the first again
        self.assertEqual(self.balance(), "0.00")
        self.assertEqual(self.decide(large, self.second, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual([x["counts"] for x in self.shown(large)["steps"]], [False, True])
        self.assertEqual(self.decide(large, self.third).json()["state"], "approved")
        self.assertEqual(self.balance(), "1000000.00")
        ask = lambda path, **body: self.post("/v1/persons/%s/%s" % (who, path), dict(
            body, reference="FG-%d" % next(numbers), reason="核对"), office, 202)
        agree = lambda made: self.decide(made, manager, seen=self.shown(made, office)["seen"])
        agree(ask("enable"))
        self.assertEqual(self.decide(kept, self.second).json()["state"], "approved")  # in office again: it counts
        # Who proposed and who approved turn out to be one human being: that approval is none.
        other, token = self.add("FINANCE", twin)
        both = self.transfer("1000002.00", token)
        fresh = self.d.given("token", "add", "--org", "FINANCE", "--person", gone)
        self.assertEqual(self.decide(both, fresh).json()["state"], "waiting")
        agree(ask("same-as", same_as=other))
        self.assertEqual(self.decide(both, self.second).json()["state"], "waiting")
        self.assertEqual(self.decide(both, self.third).json()["state"], "approved")
        self.assertEqual(self.d.verify().stdout, "no defects\n")
        self.lowered("1000000.00")

    def test_what_was_said_by_a_stolen_token_counts_no_more_and_is_said_anew(self):
        """A proposal, an approval: not by a token that was revoked; by one that another follows they go on."""
        self.decide(self.tier(2, "1000000.00"), self.second)
        (thief, caught), (own, _) = self.another("FINANCE", "王敏"), self.another("FINANCE", "王敏")
        (spare, taken), (older, _) = self.another("FINANCE", "李华"), self.another("FINANCE", "吴三")
        small, kept, large, waits = self.transfer("1.00", thief), self.transfer("2.00", own), self.transfer("1000000.00"), self.transfer("1000001.00")
        for made, token in ((large, spare), (waits, older)):
            self.assertEqual(self.decide(made, token).json()["state"], "waiting")
        caught()
        taken()
        rotated = self.d.cli("token", "rotate", "--org", "FINANCE", "--person", "吴三", "--overlap-hours", "0", "--id",
                             hashlib.sha256(older.encode()).hexdigest()[:8])
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        # What the thief proposed is refused; its holder proposes it himself, and what he did by another token goes on.
        self.assertEqual(self.decide(small, self.second, 409).codes(), [("", "E_PROPOSER_LEFT")])
        self.assertEqual(self.shown(small)["legal_steps"], ["refuse"])
        self.decide(small, self.finance, step="refuse")
        self.decide(kept, self.second)
        # What he approved does not count; the one whose token it was says it anew, and another is still needed.
        self.assertEqual([x["counts"] for x in self.shown(large)["steps"]], [False])
        self.assertEqual(self.shown(large)["legal_steps"], ["approve", "refuse"])
        self.assertEqual(self.decide(large, self.second).json()["state"], "waiting")
        self.assertEqual(self.decide(large, self.second, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.balance(), "2.00")
        self.assertEqual(self.decide(large, self.third).json()["state"], "approved")
        # A token that another followed, and that has ended, was its holder's.
        self.assertEqual([x["counts"] for x in self.shown(waits)["steps"]], [True])
        self.assertEqual(self.decide(waits, self.third, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.decide(waits, self.second).json()["state"], "approved")
        self.assertEqual(self.balance(), "2000003.00")
        self.lowered("1000000.00")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_cover_on_paper_is_not_confirmed_by_a_stolen_token(self):
        scheme, made = self.scheme(), self.booked(None).json()
        body = {"reference": "BA-%d" % self.n, "loan": made["contract_no"], "scheme": scheme, "on": made["disbursed_on"], "evidence": "备案表"}
        cover = self.post("/v1/coverages", body, self.bank, 201).json()["id"]
        stolen, caught = self.another("FINANCE", "王敏")
        state = lambda: self.get("/v1/coverages/" + cover)["state"]
        self.cover_step(cover, "confirm", stolen)
        caught()
        self.cover_step(cover, "confirm", self.second)
        self.assertEqual(state(), "requested")
        self.cover_step(cover, "confirm", self.finance)  # the holder himself
        self.assertEqual(state(), "covered")

    # ---- the other acts --------------------------------------------------------------------------------

    def test_figures_of_a_plan_count_when_two_have_seen_them(self):
        path, year = "/v1/plans/sh-2021-2023/baselines", {"year": 2020, "amount": "1.00", "source": "公报", "assumed": False}
        put = lambda **over: self.d.call("PUT", path, {"years": [dict(year, **over)]}, self.office)
        stood = self.get(path)["years"]
        made = put()
        self.assertEqual((made.status, self.get(path)["years"]), (202, stood))
        self.assertEqual(put().headers["location"], made.headers["location"])  # the same again is the same proposal
        self.decide(made, self.second)  # finance sees what the IP office enters
        self.assertEqual([(y["year"], y["amount"], y["recorded_by"]) for y in self.get(path)["years"]],
                         [(2020, "1.00", "王敏@IP-OFFICE")])
        self.assertEqual(put().status, 200)  # it stands already
        other = put(amount="2.00")
        self.assertEqual(self.shown(other)["before"], {"2020": "1.00 公报"})
        self.decide(other, self.person("IP-OFFICE", "李研"))
        back = put()  # to what it was: another proposal
        self.assertNotEqual(back.headers["location"], made.headers["location"])
        self.decide(back, self.second)
        self.assertEqual(self.get(path)["years"][0]["version"], 3)

    def test_a_year_of_a_budget_is_closed_as_the_ledger_proposes(self):
        finance = self.finance
        body = fixture("js-2023", code="JZ-%d" % self.n)
        del body["district"]
        where = self.post("/v1/policies", body, finance, 201).headers["location"]
        self.post(where + "/approve", {"seen": self.get(where)["seen"], "reason": "经批准", "on": "2023-06-20"}, self.second, 201)
        budget = {"reference": "YS-%d" % self.n, "policy": body["code"], "year": 2023, "kind": "appropriation",
                  "amount": "100.00", "on": "2023-07-03"}
        closing = {"reference": "JZ-%d" % self.n, "policy": body["code"], "year": 2023}
        left = lambda: self.get("/v1/policies/%s/budget?year=2023" % body["code"])["available"]
        first = self.post("/v1/budgets", budget, finance, 202)
        self.assertEqual(self.post("/v1/budget-closings", closing, finance, 409).codes(), [("/policy", "E_STEP")])
        self.decide(first, self.second)
        self.assertEqual(left(), "100.00")
        made = self.post("/v1/budget-closings", closing, finance, 202)
        seen = self.shown(made)
        self.assertEqual((seen["amount"], seen["before"]["amount"]), ("100.00", "100.00"))
        self.decide(self.post("/v1/budgets", dict(budget, reference="YS2-%d" % self.n, amount="1.00"), finance, 202), self.second)
        r = self.decide(made, self.second, 409, seen=seen["seen"])  # what is left is no longer what was proposed
        self.assertIn("/before/amount 100.00 → 101.00", r.json()["errors"][0]["title"])
        # What has become more since than one person moves is moved by two.
        self.decide(self.tier(2, "5000.00", act="budget_closing"), self.second)
        self.assertEqual(self.shown(made)["needs"], 1)
        self.decide(self.post("/v1/budgets", dict(budget, reference="YS3-%d" % self.n, amount="4899.00"), finance, 202), self.second)
        self.assertEqual((self.shown(made)["amount"], self.shown(made)["needs"]), ("100.00", 2))
        self.assertEqual(self.decide(made, self.second).json()["state"], "waiting")
        self.assertEqual(left(), "5000.00")
        self.assertEqual(self.decide(made, self.third).json()["state"], "approved")
        self.assertEqual(left(), "0.00")
        self.assertEqual(self.post("/v1/budget-closings", dict(closing, reference="x%d" % self.n, year=2198), finance, 422).codes(),
                         [("/year", "E_FUTURE")])
        self.decide(self.tier(2, "10000.00", act="budget"), self.second)  # 5,000.00 came as three; and 4,999.99, then a fen
        pieces = [self.post("/v1/budgets", dict(budget, reference="YS4-%d" % next(numbers), year=year, amount=amount), finance, 202)
                  for year, amount in ((2024, "4999.99"), (2025, "0.01"))]
        self.assertEqual([self.shown(x)["needs"] for x in pieces], [1, 2])

    # ---- lists -----------------------------------------------------------------------------------------

    def test_lists_say_what_waits_for_whom(self):
        made = self.transfer("3.00")
        claim = self.claimed(self.lent(self.scheme()))
        mine = lambda token: {x["path"] for x in self.get("/v1/tasks?limit=1000", token)["items"]}
        self.assertLessEqual({made.headers["location"], claim}, mine(self.second))
        self.assertNotIn(made.headers["location"], mine(self.finance))
        self.step(claim, "accept", self.second)
        self.assertNotIn(claim, mine(self.second))
        self.assertIn(claim, mine(self.finance))
        told = {x["path"]: x for x in self.get("/v1/tasks?limit=1000&own=true", self.finance)["items"]}
        own = told[made.headers["location"]]
        self.assertEqual((own["blocked_by"], own["amount"], own["title"], own["by"]), ("same_person", "3.00", "手工转账与冲销", "王敏@FINANCE"))
        self.assertEqual((told[claim]["amount"], "blocked_by" in told[claim]), ("1620000.00", False))
        counts = self.get("/v1/tasks?limit=1&total=true&q=nothing-of-that-name", self.second)
        self.assertEqual((counts["items"], counts["total"]), ([], 0))
        self.assertGreaterEqual(counts["counts"]["look"], 1)  # whatever is searched for
        self.step(claim, "return", self.finance, owner="BANK-A", due_on=str(TODAY + datetime.timedelta(days=3)))
        (mine_back,) = [x for x in self.get("/v1/tasks?limit=1000", self.bank)["items"] if x["path"] == claim]
        self.assertEqual((mine_back["steps"], mine_back["due_on"], mine_back["days_left"]),
                         (["resubmit"], str(TODAY + datetime.timedelta(days=3)), 3))
        self.assertGreaterEqual(self.get("/v1/tasks?total=true", self.bank)["counts"]["returned"], 1)
        waiting = lambda token: {x["id"] for x in self.get("/v1/proposals?waiting=true&limit=1000", token)["items"]}
        self.assertIn(made.json()["id"], waiting(self.second))
        self.assertNotIn(made.json()["id"], waiting(self.finance))
        page = self.get("/v1/proposals?state=waiting&kind=transfer&limit=1", self.second)
        self.assertEqual((len(page["items"]), page["items"][0]["kind"]), (1, "transfer"))
        me = self.get("/v1/me", self.second)
        self.assertEqual((me["organisation"], me["person"], me["duties"]),
                         ("FINANCE", "李华", ["submit", "decide", "pay", "administer"]))
        self.decide(made, self.second)
        self.assertNotIn(made.headers["location"], mine(self.second))

    def test_drafts_wait_for_whoever_puts_them_in_force(self):
        mine = lambda token, own="false": {x["path"]: x for x in self.get("/v1/tasks?limit=1000&own=" + own, token)["items"]}
        body = fixture("js-2023", code="CA-%d" % self.n)
        del body["district"]
        policy = self.post("/v1/policies", body, self.finance, 201).headers["location"]
        scheme = self.draft().headers["location"]
        waits = mine(self.second)
        self.assertEqual([(waits[x]["kind"], waits[x]["steps"], waits[x]["title"]) for x in (policy, scheme)], [
            ("policy", ["approve"], body["title"]), ("scheme", ["approve"], self.get(scheme)["title"])])
        self.assertNotIn(policy, mine(self.finance))  # he wrote it
        self.assertEqual(mine(self.finance, "true")[policy]["blocked_by"], "same_person")
        self.assertIn(scheme, mine(self.finance))
        self.assertFalse({policy, scheme} & set(mine(self.office)))
        overlaps = self.post("/v1/policies", dict(body, effective_from="2023-08-01"), self.finance, 201).headers["location"]
        self.assertIn(overlaps, mine(self.second))
        nobodys = "00000000-0000-7000-8000-000000000000"
        later = dict(body, effective_from="2024-08-01", items=body["items"][:1] + [dict(body["items"][1], share="40.00")])
        del later["effective_to"]
        other = self.post("/v1/policies", later, self.finance, 201).headers["location"]
        told = self.get(other + "/diff?against=" + policy.split("/")[-1])["difference"]
        self.assertEqual([(x["pointer"], x["title"], x["seen"], x["now"]) for x in told], [
            ("/effective_from", "生效日", "2023-07-01", "2024-08-01"), ("/effective_to", "失效日", "2024-06-30", None),
            ("/items/1/share", "补贴项目", "50.00", "40.00"), ("/items/2/item", "补贴项目", "guarantee_fee", None),
            ("/items/2/share", "补贴项目", "50.00", None), ("/items/2/cap", "补贴项目", "50000.00", None)])
        self.assertEqual(self.get(policy + "/diff?against=" + policy.split("/")[-1])["difference"], [])
        # A condition put in at the top, the others behind it turned round: it alone is told, and one that says another value.
        tests = [dict(x) for x in body["eligible"]["all"]]
        tests[2]["value"] = "40"
        top = dict(later, effective_from="2025-08-01", items=body["items"], eligible={"all": [
            {"clause": "top", "text": "无贷款保证保险", "fact": "loan.insured", "op": "eq", "value": False}] + tests[::-1]})
        topped = self.post("/v1/policies", top, self.finance, 201).headers["location"]
        told = {x["pointer"]: (x["seen"], x["now"]) for x in self.get(topped + "/diff?against=" + policy.split("/")[-1])["difference"]}
        self.assertEqual(told.pop("/eligible/all/4/value"), ("30", "40"))  # the third of six, from behind, below the new one
        self.assertEqual(sorted(told), ["/effective_from", "/effective_to"] + ["/eligible/all/0/" + k for k in ("clause", "fact", "op", "text", "value")])
        for path in (policy + "/diff?against=" + nobodys, "/v1/policies/%s/diff?against=%s" % (nobodys, nobodys)):
            self.assertEqual(self.d.call("GET", path, token=self.bank).status, 404)
        self.assertEqual(self.d.call("GET", policy + "/diff", token=self.bank).codes(), [("?against", "E_NEED")])
        self.post(policy + "/approve", {"seen": self.get(policy)["seen"], "reason": "经批准", "on": "2023-06-20"}, self.second, 201)
        self.assertFalse({policy, overlaps} & set(mine(self.second)))  # and what cannot be approved any more waits for nobody

    def test_verify_finds_the_ledger_sound_and_a_planted_approval(self):
        made = self.transfer("3.00")
        waiting = self.transfer("4.00")
        self.decide(made, self.second)
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")
        plant = lambda sql: self.d.sql("set session_replication_role = replica; " + sql)
        plant("update proposal_now set state = 'approved' where proposal = '%s'" % waiting.json()["id"])
        self.assertIn("proposal whose state", self.d.verify().stdout)
        plant("update proposal_now set state = 'waiting' where proposal = '%s'" % waiting.json()["id"])
        plant("update proposal_step set recorded_by = '王 敏@FINANCE' where proposal = '%s'" % made.json()["id"])
        said = self.d.verify().stdout
        self.assertIn("proposal that one person approved", said)
        plant("update proposal_step set recorded_by = '李华@FINANCE' where proposal = '%s'" % made.json()["id"])
        # Approvals are counted again, by the tiers and persons of then: what was found out, or set, later takes nothing back.
        self.decide(self.tier(2, "1000000.00"), self.second)
        large = self.transfer("1000000.00")
        for token in (self.second, self.third):
            self.decide(large, token)
        self.lowered("1000000.00")
        self.decide(self.transfer("1000000.00"), self.second)
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")
        short = "proposal in force without the approvals that it needed: %s 1 < 2\n" % large.json()["id"]
        for gone in ("recorded_by = '吴 三@FINANCE'", "recorded_by = '王 敏@FINANCE'", "step = 'refuse'"):
            plant("create table kept as table proposal_step; update proposal_step set %s where proposal = '%s' and n = 1" % (gone, large.json()["id"]))
            self.assertIn(short, self.d.verify().stdout, gone)
            plant("delete from proposal_step; %s; drop table kept" % self.d.refill("proposal_step", "kept").rstrip(";"))
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")
