"""Red flags: who sees which, who may clear one, and that no money is paid past one, whoever asks and however."""
import datetime
import json
import subprocess
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import test_subsidies
import test_verify
from fund_case import FundCase, ago
from harness import ORGS, Case, firm, loan, numbers, patent


class Flags(Case):
    conf = {"readers": "3"}  # a ledger of its own

    def setUp(self):
        self.bank, self.other = self.d.token("bank"), self.d.token("bank", "BANK-B")
        self.finance, self.office = self.d.token("finance"), self.d.token("ip_office")
        self.firms = [firm(next(numbers))[0] for _ in range(5)]

    def post(self, path, body, token, status=201):
        r = self.d.call("POST", path, body, token)
        self.assertEqual(r.status, status, r.body.decode())
        return r.json() if status < 400 else r

    def get(self, path, token=None, status=200):
        r = self.d.call("GET", path, token=token or self.finance)
        self.assertEqual(r.status, status, r.body.decode())
        return r.json()

    def flags(self, record, token=None, more=""):
        return self.get("/v1/flags?record=%s%s" % (record, more), token)["items"]

    def codes(self, record, more="&state=open"):
        return sorted(x["code"] for x in self.flags(record, more=more))

    def scan(self, rule=None):
        body = {"reference": "SM-%d" % next(numbers)}
        if rule:
            body["rule"] = rule
        return self.post("/v1/flag-scans", body, self.office)

    def clear(self, flag, token=None, status=201, **over):
        return self.post("/v1/flags/%s/clear" % flag, dict({"reason": "已核对原件"}, **over), token or self.finance, status)

    # ---- at submission and by a scan -------------------------------------------------------------

    def test_what_a_loan_shows_by_itself_stands_in_its_answer_and_in_every_replay(self):
        n = patent(next(numbers) % 10000000, 2003)  # 20 years from the end of 2003: 2023-12-31
        body = loan(matures_on="2024-01-01", disbursed_on="2022-07-01", registered_on="2022-08-01", revenue="8000000.00",
                    rate="5.26", signed_on="2022-07-01", ip=[{"number": n, "owner_uscc": self.firms[1]}])
        first = self.d.call("POST", "/v1/loans", body, self.bank)
        self.assertEqual([(w["code"], w["severity"], w["pointer"]) for w in first.json()["warnings"]], [
            ("RF03", "high", "/ip/0/number"), ("RF04", "high", "/ip/0/owner_uscc"), ("RF15", "med", "/amount"),
            ("RF21", "med", "/registered_on"), ("RF22", "low", "/rate")])
        again = self.d.call("POST", "/v1/loans", body, self.bank)
        self.assertEqual((again.status, again.body), (200, first.body))
        self.scan()  # finds the same cases: nothing new, and the answer stays as it was
        self.assertEqual(self.d.call("POST", "/v1/loans", body, self.bank).body, first.body)
        self.assertEqual(self.codes(first.json()["id"]), ["RF03", "RF04", "RF15", "RF21", "RF22"])
        self.assertEqual(self.d.call("GET", first.headers["location"], token=self.bank).json()["warnings"],
                         first.json()["warnings"])

    def test_just_inside_each_limit_nothing_is_raised(self):
        n = patent(next(numbers) % 10000000, 2003)
        # LPR on 2022-07-01 is 3.70: 1.40 × 3.70 = 5.18 is the lower of the two bounds
        body = loan(matures_on="2023-12-30", disbursed_on="2022-07-01", registered_on="2022-07-31", revenue="10000000.00",
                    rate="5.18", borrower_uscc=self.firms[0], ip=[{"number": n, "owner_uscc": self.firms[0]}])
        self.assertEqual(self.post("/v1/loans", body, self.bank)["warnings"], [])

    def test_a_scan_raises_once_and_again_only_on_new_evidence(self):
        def at(address, firm):
            return self.post("/v1/loans", loan(borrower_uscc=firm, borrower_address=address), self.bank)["id"]
        place = "示例路 %d 号" % next(numbers)
        ids = [at(place, self.firms[0]), at(place.replace(" ", ""), self.firms[1])]
        self.assertEqual(self.scan("RF13")["raised"], 0)  # two firms: one too few
        ids.append(at(place, self.firms[2]))
        said = self.scan("RF13")
        self.assertEqual((said["cases"], said["raised"]), (1, 1))
        flag = self.flags(ids[0])[0]
        self.assertEqual((flag["raised_by"], sorted(r["id"] for r in flag["records"])), ("scan", sorted(ids)))
        self.assertEqual(flag["figures"], {"shared": "address", "borrowers": 3})
        ids.append(at(place, self.firms[3]))  # while it is open, evidence gathers
        self.assertEqual(self.scan("RF13")["raised"], 0)
        self.assertEqual(len(self.flags(ids[0])[0]["records"]), 4)
        self.clear(flag["id"])
        self.assertEqual(self.scan("RF13")["raised"], 0)  # the same case, as cleared
        ids.append(at(place, self.firms[4]))
        self.assertEqual(self.scan("RF13")["raised"], 1)
        states = [(x["state"], len(x["records"])) for x in self.flags(ids[0])]
        self.assertEqual(states, [("cleared", 4), ("open", 5)])

    def test_a_due_day_that_passed_in_silence_is_seen_and_one_that_was_told_of_is_not(self):
        """5,000,000 in instalments of 2,000,000, 2,000,000 and 1,000,000; all three are due, the last a few days ago."""
        plan = [{"due_on": on, "principal": fen} for on, fen in (
            ("2023-01-05", "2000000.00"), ("2023-04-05", "2000000.00"), (ago(20), "1000000.00"))]
        paid = lambda on, fen: ("repaid", on, {"principal": fen})
        drawn = ("disbursed", "2022-07-05", {"principal": "5000000.00"})

        def lent(*events):
            made = self.d.call("POST", "/v1/loans", loan(matures_on=ago(-400), instalments=plan), self.bank)
            for kind, on, more in events:
                self.post(made.headers["location"] + "/events", dict(
                    more, reference="E-%d" % next(numbers), kind=kind, on=on), self.bank)
            return made.json()["id"]
        silent, late = lent(drawn), lent(drawn, paid("2023-01-05", "2000000.00"), paid("2023-04-05", "1999999.99"))
        honest = [
            lent(drawn, paid("2023-01-07", "2000000.00"), ("overdue", "2023-04-05", {"principal": "2000000.00"})),
            lent(drawn, paid("2022-12-01", "4000000.00")),  # ahead of the plan
            lent(("disbursed", "2022-07-05", {"principal": "1000000.00"})),  # 4,000,000 were never drawn
            lent(drawn, ("settled", "2023-02-01", {})), lent(drawn, ("extended", "2023-01-04", {"matures_on": ago(-500)})),
            lent()]
        self.scan("RF41")
        for record, place, told in ((silent, 0, "0.00"), (late, 1, "3999999.99")):
            (flag,) = [f for f in self.flags(record) if f["code"] == "RF41"]
            (shown,) = flag["records"]
            self.assertEqual((flag["severity"], shown["pointer"], shown["facts"]), ("low", "/instalments/%d/due_on" % place, {
                "due_on": plan[place]["due_on"], "planned": "%d000000.00" % (2 * place + 2), "told": told}))
        self.assertEqual([c for record in honest for c in self.codes(record) if c == "RF41"], [])

    def test_a_correction_shows_that_the_cause_is_gone_but_clears_nothing(self):
        body = loan(ip=[{"number": patent(next(numbers) % 10000000), "owner_uscc": self.firms[1]}])
        made = self.post("/v1/loans", body, self.bank)
        flag = self.flags(made["id"])[0]
        self.assertTrue(self.get("/v1/flags/" + flag["id"])["standing"])
        body["ip"][0]["owner_uscc"] = body["borrower_uscc"]
        r = self.d.call("PUT", "/v1/loans/" + made["id"], dict(body, reason="录入错误"), self.bank, {"If-Match": '"1"'})
        self.assertEqual((r.status, r.json()["warnings"]), (200, []))
        said = self.get("/v1/flags/" + flag["id"])
        self.assertEqual((said["state"], said["standing"], said["stops_payment"]), ("open", False, True))
        body["ip"][0]["owner_uscc"] = self.firms[2]  # another owner again: the case is still open and gathers it
        r = self.d.call("PUT", "/v1/loans/" + made["id"], dict(body, reason="再改"), self.bank, {"If-Match": '"2"'})
        self.assertEqual([w["code"] for w in r.json()["warnings"]], ["RF04"])
        self.assertEqual([r["version"] for r in self.flags(made["id"])[0]["records"]], [1, 3])

    def test_a_cleared_case_comes_back_when_its_facts_change_and_not_otherwise(self):
        body = loan(ip=[{"number": patent(next(numbers) % 10000000), "owner_uscc": self.firms[1]}])
        made = self.post("/v1/loans", body, self.bank)
        self.clear(self.flags(made["id"])[0]["id"])
        put = lambda v, **over: self.d.call("PUT", "/v1/loans/" + made["id"], dict(body, reason="改", **over), self.bank,
                                            {"If-Match": '"%d"' % v})
        self.assertEqual(put(1, employees=9).status, 200)  # says nothing new of the owner
        self.assertEqual(self.codes(made["id"]), [])
        body["ip"][0]["owner_uscc"] = self.firms[2]
        self.assertEqual(put(2, employees=9).status, 200)
        self.assertEqual(self.codes(made["id"]), ["RF04"])

    # ---- clearing --------------------------------------------------------------------------------

    def flagged(self, token=None):
        made = self.post("/v1/loans", loan(ip=[{"number": patent(next(numbers) % 10000000), "owner_uscc": self.firms[1]}]),
                         token or self.bank)
        return self.flags(made["id"])[0]

    def test_clearing_is_signed_has_a_reason_and_happens_once(self):
        flag = self.flagged()
        r = self.d.call("POST", "/v1/flags/%s/clear" % flag["id"], {}, self.finance)
        self.assertEqual((r.status, r.codes()), (422, [("/reason", "E_NEED")]))
        r = self.clear(flag["id"], status=409, seen="0" * 64)
        self.assertEqual(r.codes(), [("/seen", "E_SEEN")])
        made = self.clear(flag["id"], seen=flag["seen"])
        self.assertIn("receipt", made)
        self.assertEqual(self.clear(flag["id"], status=200, seen=flag["seen"]), made)
        self.assertEqual(self.clear(flag["id"], self.office, 409).codes(), [("", "E_CLEARED")])
        said = self.get("/v1/flags/" + flag["id"])
        self.assertEqual((said["state"], said["cleared_by"], said["cleared_because"], said["stops_payment"]),
                         ("cleared", "王敏@FINANCE", "已核对原件", False))
        self.assertEqual(self.clear("00000000-0000-7000-8000-000000000000", status=404).codes(), [("", "E_NOT_FOUND")])

    def test_whoever_recorded_the_evidence_does_not_clear_it(self):
        number = patent(next(numbers) % 10000000)
        event = {"reference": "Z-%d" % next(numbers), "number": number, "kind": "lapsed", "on": "2022-01-05"}
        self.post("/v1/ip/%s/events" % number, event, self.office)
        owned = [{"reference": "Z-%d" % next(numbers), "number": number, "kind": "transferred", "on": day, "owner_uscc": owner}
                 for day, owner in (("2022-02-01", self.firms[0]), ("2022-03-01", self.firms[1]), ("2022-04-02", self.firms[0]))]
        for x in owned:
            self.post("/v1/ip/%s/events" % number, x, self.office)
        made = self.post("/v1/loans", loan(borrower_uscc=self.firms[0], disbursed_on="2022-07-01", ip=[{"number": number}]), self.bank)
        self.scan()
        found = {x["code"]: x for x in self.flags(made["id"])}
        self.assertEqual(sorted(found), ["RF02", "RF09", "RF10"])
        self.assertEqual(self.clear(found["RF09"]["id"], self.office, 409).codes(), [("", "E_SAME_PERSON")])
        second = self.d.given("token", "add", "--org", "IP-OFFICE", "--person", "钱二")
        self.clear(found["RF09"]["id"], second)
        self.clear(found["RF02"]["id"], self.office)  # rests on the bank's loan alone

    # ---- nothing leaks ---------------------------------------------------------------------------

    def test_a_bank_sees_its_own_flags_without_others_names_firms_or_amounts(self):
        number = patent(next(numbers) % 10000000)
        mine = self.post("/v1/loans", loan(borrower_uscc=self.firms[0], borrower_name="甲方公司", amount="1234567.00",
                                           ip=[{"number": number}]), self.bank)
        yours = self.post("/v1/loans", loan(borrower_uscc=self.firms[1], borrower_name="乙方公司", amount="7654321.00", district="310116",
                                            insurer_uscc=ORGS["insurer"], ip=[{"number": number}]), self.other)
        self.assertEqual([w["code"] for w in yours["warnings"]], ["RF01"])
        for token, own, secret in ((self.bank, mine, yours), (self.other, yours, mine)):
            flag = self.flags(own["id"], token)[0]
            text = json.dumps(self.get("/v1/flags/" + flag["id"], token), ensure_ascii=False)
            for word in ("id", "contract_no", "borrower_uscc", "borrower_name", "amount"):
                self.assertNotIn(secret[word], text)
            self.assertEqual(([r["id"] for r in flag["records"]], flag["records_of_others"]), ([own["id"]], 1))
            self.assertEqual(self.flags(secret["id"], token), [])
            self.clear(flag["id"], status=201 if token is self.bank else 200)
            said = self.get("/v1/flags/" + flag["id"], token)
            self.assertEqual((said["state"], "cleared_by" in said, "cleared_because" in said, "seen" in said),
                             ("cleared", False, False, False))
        flag = self.flags(mine["id"])[0]
        self.assertEqual((len(flag["records"]), flag["records_of_others"]), (2, 0))  # finance sees both
        # a district that has one of the two borrowers; the insurer named in a loan; a bank with none of them
        district = self.d.token("district", "DIST-310116")
        self.assertEqual([r["reference"] for r in self.flags(yours["id"], district)[0]["records"]], [yours["contract_no"]])
        self.assertEqual(self.flags(mine["id"], district), [])
        for token in (self.d.token("insurer"), self.d.token("bank", "BANK-C")):
            self.assertEqual(self.flags(yours["id"], token), [])
            self.get("/v1/flags/" + flag["id"], token, 404)

    def test_figures_made_of_others_records_are_for_the_offices(self):
        place = "共用路 %d 号" % next(numbers)
        ids = [self.post("/v1/loans", loan(borrower_uscc=f, borrower_address=place), t)["id"]
               for f, t in zip(self.firms, (self.bank, self.other, self.other))]
        self.scan("RF13")
        self.assertNotIn("figures", self.flags(ids[0], self.bank)[0])
        self.assertEqual(self.flags(ids[0])[0]["figures"]["borrowers"], 3)

    def test_lists_page_and_filter(self):
        made = [self.flagged()["id"] for _ in range(3)]
        self.clear(made[0])
        page, after, seen = None, "", []
        while page is None or page["next"]:
            page = self.get("/v1/flags?code=RF04&limit=2&state=open" + after)
            seen += [x["id"] for x in page["items"]]
            after = "&after=%s" % page["next"]
        self.assertEqual(seen, sorted(set(seen)))
        self.assertTrue(set(made[1:]) <= set(seen) and made[0] not in seen)
        self.assertEqual({x["severity"] for x in self.get("/v1/flags?severity=high")["items"]}, {"high"})
        for query, code in (("state=x", "E_CHOICE"), ("severity=x", "E_CHOICE"), ("record=x", "E_ID"), ("after=x", "E_CURSOR"),
                            ("limit=0", "E_RANGE")):
            self.assertEqual(self.d.call("GET", "/v1/flags?" + query, token=self.finance).codes()[0][1], code, query)

    # ---- rules as data ---------------------------------------------------------------------------

    def test_rules_name_thresholds_and_what_the_records_cannot_tell(self):
        rules = {x["code"]: x for x in self.get("/v1/flag-rules", self.bank)["items"]}
        self.assertEqual(sorted(rules), ["RF%02d" % n for n in range(1, 42)])
        self.assertEqual(sorted(c for c in rules if not rules[c]["supported"]), ["RF12", "RF14", "RF27"])
        self.assertTrue(all(rules[c]["why_not"] for c in ("RF12", "RF14", "RF27")))
        self.assertEqual({t["threshold"]: t["value"] for t in rules["RF15"]["thresholds"]}, {"stop": "90.00", "warn": "50.00"})

    def test_a_threshold_is_changed_by_a_signed_dated_record_and_counts_from_its_day(self):
        today = self.d.sql("select today()")
        lent = lambda: [w["code"] for w in self.post("/v1/loans", loan(revenue="8000000.00"), self.bank)["warnings"]]
        change = lambda value, **over: self.d.call("POST", "/v1/flag-thresholds", dict({
            "reference": "Y-%d" % next(numbers), "rule": "RF15", "threshold": "warn", "value": value, "effective_from": today,
            "reason": "试点"}, **over), self.office)
        self.assertEqual(lent(), ["RF15"])  # 62.5 %
        proposed = change("62.50")
        self.assertIn("receipt", proposed.json())
        self.assertEqual(lent(), ["RF15"])  # one person's word
        self.d.agreed(proposed)
        self.assertEqual(lent(), [])
        self.d.agreed(change("50", effective_from="2099-01-01"))  # not yet
        self.assertEqual(lent(), [])
        self.d.agreed(change("50.00"))
        self.assertEqual(lent(), ["RF15"])
        for value, over, pointer in (("0.99", {}, "/value"), ("x", {}, "/value"), ("1", {"threshold": "y"}, "/threshold"),
                                     ("60", {"effective_from": "2020-01-01"}, "/effective_from"), ("60", {"rule": "RF99"}, "/threshold")):
            self.assertEqual(change(value, **over).codes()[0][0], pointer)
        rules = {x["code"]: x for x in self.get("/v1/flag-rules")["items"]}
        history = [t for t in rules["RF15"]["thresholds"] if t["threshold"] == "warn"][0]["history"]
        self.assertEqual([(h["value"], h.get("by")) for h in history], [
            ("50.00", None), ("62.50", "王敏@IP-OFFICE"), ("50.00", "王敏@IP-OFFICE"), ("50.00", "王敏@IP-OFFICE")])

    def test_a_scan_of_a_rule_that_cannot_be_judged_is_refused(self):
        for rule in ("RF12", "RF99"):
            r = self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": rule}, self.office, 422)
            self.assertEqual(r.codes(), [("/rule", "E_CHOICE")])


class Stops(FundCase):
    """An open high flag and money: claims."""

    conf = {"readers": "8"}

    def approved(self, **over):
        self.code = self.scheme()
        contract = self.lent(self.code, **over)
        self.loan_id = self.loan_of(contract)["id"]
        where = self.claimed(contract)
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        return where

    def pledged_again(self, number):
        """The right of a loan that is covered is pledged to another bank: RF01 on both."""
        self.post("/v1/loans", loan(borrower_uscc="91310104QX0104028H", signed_on=ago(200), matures_on=ago(-100),
                                    ip=[{"number": number}]), self.d.token("bank", "BANK-B"), 201)
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF01"}, self.office, 201)
        return self.flags(self.loan_id)[0]

    def flags(self, record):
        return self.get("/v1/flags?state=open&record=" + record)["items"]

    def app(self, sql, who=("FINANCE", "finance", "王敏")):
        setup = "begin; " + self.d.identity(*who)
        return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", self.d.data + "/run", "-U", "pledged_lane", "pledged",
                               "-c", setup + sql + "; commit"], capture_output=True, text=True, check=False)

    def test_an_open_high_flag_stops_the_payment_until_another_clears_it(self):
        firm = "91310101QX0101011R"
        where = self.approved(borrower_uscc=firm, ip=[{"number": patent(1)}])
        flag = self.pledged_again(patent(1))
        before = self.fund(self.code)
        r = self.step(where, "pay", self.finance, status=409)
        self.assertEqual(r.codes(), [("", "E_FLAGGED")])
        self.assertIn("RF01 " + flag["id"], r.json()["errors"][0]["title"])
        self.assertIn("/v1/flags/{id}/clear", r.json()["errors"][0]["cure"])
        dry = self.d.call("POST", where + "/pay?dry_run=true", {"reason": "x", "seen": self.get(where)["seen"]}, self.finance)
        self.assertEqual(dry.codes(), [("", "E_FLAGGED")])
        self.assertEqual((self.fund(self.code), self.get(where)["state"]), (before, "approved"))
        # who clears does not pay
        self.post("/v1/flags/%s/clear" % flag["id"], {"reason": "权属已核"}, self.finance, 201)
        self.assertEqual(self.step(where, "pay", self.finance, status=409).codes(), [("", "E_CLEARER")])
        self.step(where, "pay", self.person("FINANCE", "吴三"))
        self.assertEqual(self.get(where)["state"], "paid")

    def test_a_case_that_no_scan_has_seen_is_found_in_the_paying_statement(self):
        firms = ("91310105QX0105039B", "91310106QX010604X0", "91310107QX0107050W")
        where = self.approved(borrower_uscc=firms[0], borrower_address="未扫描路 1 号")
        for firm in firms[1:]:
            self.post("/v1/loans", loan(borrower_uscc=firm, borrower_address="未扫描路1号"), self.bank, 201)
        self.assertEqual(self.get("/v1/flags?code=RF13")["items"], [])
        r = self.step(where, "pay", self.finance, status=409)
        self.assertEqual(r.codes(), [("", "E_FLAGGED")])
        raised = self.get("/v1/flags?code=RF13")["items"]
        self.assertEqual([(x["raised_by"], len(x["records"])) for x in raised], [("payment", 3)])
        self.assertIn(raised[0]["id"], r.json()["errors"][0]["title"])

    def test_claims_that_come_together_are_each_looked_at(self):
        """One of a shared controller between two honest ones, in one batch: found of it alone, each line in its place."""
        code, firms = self.scheme(), [firm(next(numbers))[0] for _ in range(5)]
        at = lambda n: {"borrower_uscc": firms[n], "borrower_address": "同批路%d号" % n}
        lent = [self.lent(code, **at(n)) for n in range(3)]
        for n in (3, 4):
            self.post("/v1/loans", loan(**dict(at(n), borrower_address="同批路 1 号")), self.bank, 201)
        rows = [json.dumps({"reference": "CL-%d" % next(numbers), "loan": c, "kind": "compensation"}) for c in lent]
        rows.insert(1, json.dumps({"reference": "CL-%d" % next(numbers), "loan": "no such", "kind": "compensation"}))
        r = self.d.call("POST", "/v1/claims", "\n".join(rows), self.bank, {"Content-Type": "application/x-ndjson"})
        self.assertEqual([x.get("outcome") for x in r.lines()[:4]], ["created", "refused", "created", "created"], r.body)
        found = [[(x["code"], x["raised_by"]) for x in self.flags(self.loan_of(c)["id"]) if x["code"] == "RF13"] for c in lent]
        self.assertEqual(found, [[], [("RF13", "submission")], []])

    def test_what_cannot_be_judged_is_not_paid(self):
        where = self.approved(borrower_uscc="91310109QX0109064M")
        off = "alter table flag_rule disable trigger user; %s; alter table flag_rule enable trigger user"
        for spoil, mend in (
                (off % "delete from flag_rule where code = 'RF20'", off % "insert into flag_rule select * from kept"),
                ("alter function flag_rf20_registered_too_late(uuid[], boolean) rename to rf_gone", "alter function rf_gone(uuid[], boolean) rename to flag_rf20_registered_too_late"),
                ("alter function flag_rf20_registered_too_late(uuid[], boolean) rename to rf_kept; create function flag_rf20_registered_too_late(loans uuid[], whole boolean) returns setof flag_found"
                 " language plpgsql as 'begin raise exception ''broken''; end'",
                 "drop function flag_rf20_registered_too_late(uuid[], boolean); alter function rf_kept(uuid[], boolean) rename to flag_rf20_registered_too_late")):
            self.d.sql("create table if not exists kept as select * from flag_rule where code = 'RF20'; " + spoil)
            try:
                r = self.step(where, "pay", self.finance, status=503)
                self.assertEqual(r.codes(), [("", "E_FLAGS_UNKNOWN")])
            finally:
                self.d.sql(mend)
            self.assertEqual(self.get(where)["state"], "approved")
        self.step(where, "pay", self.finance)

    def test_direct_sql_as_the_serving_role_pays_nothing_past_a_flag(self):
        where = self.approved(borrower_uscc="91310110QX0110073P", ip=[{"number": patent(2)}])
        self.pledged_again(patent(2))
        claim = where.split("/")[-1]
        fund, paid = "fund:" + self.code, "paid:%s:BANK-A" % self.code
        self.app("select account_open('%s', 'expense', 'x', false, 'BANK-A', '%s', '2022-01-01')" % (paid, self.code))
        post = ("select transfer_post(array[row(gen_random_uuid(), 'X', '%s', '%s', 100, '2023-09-10', 'compensation', %s, null,"
                " null)::posting])")
        for cause in ("'%s'" % claim, "null", "gen_random_uuid()"):
            out = self.app(post % (paid, fund, cause))
            self.assertIn("payment stopped", out.stderr, cause)
        # the decision itself answers with the flag
        doc = json.dumps({"claim": claim, "step": "pay", "reason": "x", "seen": self.get(where)["seen"]})
        out = self.app("select (claim_step_decide(gen_random_uuid(), '%s', null, false)).problems" % doc)
        self.assertIn("E_FLAGGED", out.stdout)
        for sql in ("insert into flag_clearing select id, id, 'x', now(), 'x' from flag", "update flag set severity = 'low'",
                    "delete from flag", "insert into transfer select * from transfer", "select flag_store(null, 'scan')",
                    "select flag_payment_stops(null, null, true)", "alter table transfer disable trigger user"):
            self.assertRegex(self.app(sql).stderr, "permission denied|must be owner")
        self.assertEqual(self.get(where)["state"], "approved")

    def test_a_flag_about_the_firm_stops_its_other_loans_one_about_a_loan_does_not(self):
        firm = "91310112QX0112087G"
        where = self.approved(borrower_uscc=firm)
        other = self.booked(self.code, borrower_uscc=firm, amount="2000000.00",
                            ip=[{"number": patent(3), "owner_uscc": "91310104QX0104028H"}]).json()["id"]  # RF04 on another loan
        for f, place in ((firm, "同址路 9 号"), ("91310113QX0113098A", "同址路 9 号"), ("91310114QX0114103W", "同址路 9 号")):
            last = self.post("/v1/loans", loan(borrower_uscc=f, borrower_address=place), self.bank, 201).json()["id"]
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF13"}, self.office, 201)
        r = self.step(where, "pay", self.finance, status=409)
        self.assertRegex(r.json()["errors"][0]["title"], "RF13 [^,]*$")
        self.assertNotIn("RF04", r.json()["errors"][0]["title"])
        # who clears it does not pay what it stopped, whichever loan it rests on, by whichever of his names
        third, who = self.person("FINANCE", "吴三"), "解除人%d" % next(numbers)
        person = self.d.cli("person", "add", "--org", "FINANCE", "--name", who).stdout.strip()
        self.d.cli("person", "add", "--org", "IP-OFFICE", "--name", who, "--same-as", person)
        clearer, office = self.person("FINANCE", who), self.person("IP-OFFICE", who)
        self.post("/v1/flags/%s/clear" % self.flags(last)[0]["id"], {"reason": "众创空间"}, office, 201)
        self.assertEqual(self.step(where, "pay", clearer, status=409).codes(), [("", "E_CLEARER")])
        # one about another loan alone bars nobody
        (licence,) = [x["id"] for x in self.flags(other) if x["code"] == "RF04"]
        self.post("/v1/flags/%s/clear" % licence, {"reason": "已补授权"}, third, 201)
        self.step(where, "pay", third)


class StopsSubsidies(test_subsidies.Subsidies):
    """The same for subsidies."""

    conf = {"readers": "9"}

    def test_an_open_high_flag_stops_a_subsidy_until_it_is_cleared(self):
        code = self.policy()
        self.budget(code, "100000.00")
        number = patent(next(numbers) % 10000000)
        where = self.apply(code, self.lent(ip=[{"number": number}])).headers["location"]
        self.step(where, "approve", self.checker)
        other = loan(borrower_uscc="91310104QX0104028H", signed_on="2023-03-01", matures_on="2024-03-01", ip=[{"number": number}])
        self.post("/v1/loans", other, self.d.token("bank", "BANK-B"))  # the same right elsewhere: RF01 on both
        r = self.step(where, "pay", self.payer, status=409)
        self.assertEqual(r.codes(), [("", "E_FLAGGED")])
        self.assertEqual(self.state(where), "approved")
        flag = self.get("/v1/flags?code=RF01&state=open", self.finance)["items"][0]["id"]
        self.post("/v1/flags/%s/clear" % flag, {"reason": "已注销前一质押"}, self.finance)
        self.step(where, "pay", self.payer)
        self.assertEqual(self.state(where), "paid")

    def test_city_and_district_for_one_loan_in_a_year_are_flagged_on_both(self):
        code, city = self.policy(), "CITY-%d" % next(numbers)
        body = test_subsidies.fixture("js-2023", code=city, items=[{"item": "guarantee_fee", "share": "50.00", "cap": "50000.00"}])
        del body["district"]
        body["excludes"] = []
        checker = self.person("FINANCE", "孙复核")
        self.in_force(body, self.finance, checker)
        contract = self.lent(borrower_name="两级申请公司")
        one = self.apply(code, contract)
        self.assertEqual(one.json()["warnings"], [])
        two = self.apply(city, contract, token=self.finance, invoices=[
            {"item": "guarantee_fee", "invoice_no": "FP-1", "seller": "上海示例担保有限公司", "amount": "1000.00",
             "paid_on": "2024-01-05"}])
        self.assertIn(("RF06", "/loan"), [(w["code"], w["pointer"]) for w in two.json()["warnings"]])
        again = self.get(two.headers["location"], self.finance)
        self.assertEqual(again["warnings"], two.json()["warnings"])


# Several at once: each is named for itself.
PLANTED = [
    ("a flag that nothing raised, a reason, a threshold, a scan",
     "delete from flag_record where flag = '{open}'; update flag_clearing set reason = 'y';"
     " update flag_threshold_value set value = 70 where record_id is not null; delete from flag_scan",
     ["flag without a record that raised it: {open}", "flag cleared without a clearing on record: {flag}",
      "threshold that differs from its record", "scan without its record"]),
    ("a rule, what a flag rests on", "update flag set code = 'RF99' where id = '{open}';"
     " update flag_record set version = 9 where flag = '{open}'",
     ["flag of a rule that is not there: {open}", "flag that rests on what is not there: {open}"]),
    ("a deleted flag, a payment by the clearer", "delete from flag where id = '{open}';"
     " update claim_step set recorded_by = '王敏@FINANCE' where step = 'pay'",
     ["flag that rests on what is not there: {open}", "payment past an open flag: {pay} {flag}"]),
    ("a payment by who cleared another loan's flag of the firm", "update claim_step set recorded_by = '李 华@FINANCE' where step = 'pay'",
     ["payment past an open flag: {pay} {firm}\n"]),
    ("a clearing by hand, one by the recorder",
     "insert into flag_clearing values ('{open}', gen_random_uuid(), 'x', now(), 'x@FINANCE');"
     " update flag_clearing set cleared_by = '王敏@BANK-A' where flag = '{flag}'",
     ["flag cleared without a clearing on record: {open}", "flag cleared by whoever recorded what raised it: {flag}"]),
    ("a clearing that is gone", "delete from flag_clearing where flag = '{flag}'",
     ["flag cleared without a clearing on record: {flag}", "payment past an open flag"]),
    ("a flag from before a payment", "insert into flag values (gen_random_uuid(), 'RF03', 'x', 'high', 'scan', null,"
     " (select recorded_at - interval '1 second' from claim_step where step = 'pay')); insert into flag_record select id,"
     " '{loan}', 1, '', 'loan', (select id from org where code = 'BANK-A'), '', '{{}}', false, raised_at from flag where"
     " case_key = 'x'", ["payment past an open flag"]),
]


class VerifyFlags(test_verify.VerifyFund):
    """Each planted defect of flags is named by pledged verify."""

    conf = {"readers": "10"}

    def test_each_planted_defect_of_flags_is_named(self):
        Stops.conf = self.conf
        Stops.d = self.d
        case = Stops("setUp")
        case.d = self.d
        case.setUp()
        where = case.approved(borrower_uscc="91310101QX0101011R", ip=[{"number": patent(1)}])
        flag = case.pledged_again(patent(1))["id"]
        case.post("/v1/flags/%s/clear" % flag, {"reason": "权属已核"}, case.finance, 201)
        for f in ("91310101QX0101011R", "91310113QX0113098A", "91310114QX0114103W"):
            last = case.post("/v1/loans", loan(borrower_uscc=f, borrower_address="同址路 9 号"), case.bank, 201).json()["id"]
        case.post("/v1/flag-scans", {"reference": "SF", "rule": "RF13"}, case.office, 201)
        of_firm = case.flags(last)[0]["id"]
        case.post("/v1/flags/%s/clear" % of_firm, {"reason": "众创空间"}, case.second, 201)
        paid = case.step(where, "pay", case.person("FINANCE", "吴三")).json()["id"]
        open_one = case.post("/v1/loans", loan(ip=[{"number": patent(4), "owner_uscc": "91310104QX0104028H"}]), case.bank, 201)
        case.post("/v1/flag-scans", {"reference": "SM"}, case.office, 201)
        self.d.agreed(self.d.call("POST", "/v1/flag-thresholds", {
            "rule": "RF15", "threshold": "warn", "value": "60.00", "reason": "试点",
            "effective_from": self.d.sql("select today()")}, case.office))
        names = {"flag": flag, "pay": paid, "firm": of_firm, "open": case.flags(open_one.json()["id"])[0]["id"], "loan": case.loan_id}
        self.plant_each(PLANTED, names, "claim_step flag flag_record flag_clearing flag_threshold_value flag_scan".split())


class Beside(Case):
    """A scan goes through the book beside the write lane."""
    setUp, post, get = Flags.setUp, Flags.post, Flags.get

    def test_records_are_stored_while_a_scan_reads(self):
        shared = "扫描路 %d 号" % next(numbers)
        for _ in range(3):
            self.post("/v1/loans", loan(borrower_address=shared), self.bank, 201)
        scan = {"reference": "SM-%d" % next(numbers)}
        pipe = self.d.psql()
        pipe.stdin.write("begin; lock table claim in access exclusive mode; select 'held';\n")
        pipe.stdin.flush()
        self.assertEqual(pipe.stdout.readline().strip(), "held")
        with ThreadPoolExecutor(1) as pool:
            reads = pool.submit(self.d.call, "POST", "/v1/flag-scans", scan, self.office)
            until = time.time() + 20
            while self.d.sql("select count(*) from pg_stat_activity where usename = 'pledged_app' and wait_event_type = 'Lock'") != "1":
                self.assertLess(time.time(), until)
            self.post("/v1/loans", loan(), self.bank, 201)  # nobody waits for it
            self.assertFalse(reads.done())
            pipe.stdin.close()
            pipe.wait()
            pipe.stdout.close()
            made = reads.result()
        self.assertEqual(made.status, 201, made.body)
        self.assertGreaterEqual(made.json()["raised"], 1)
        self.assertIn("RF13", [f["code"] for f in self.get("/v1/flags?limit=1000", self.office)["items"]])
        again = self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers)}, self.office, 201)
        self.assertEqual((again["cases"], again["raised"]), (made.json()["cases"], 0))  # what is known is not raised again
        self.assertEqual(self.d.call("POST", "/v1/flag-scans", scan, self.office).json()["raised"], made.json()["raised"])
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")


class Nightly(Case):
    """The program scans by itself, once a day, a record a rule."""

    def test_at_its_time_the_program_scans_and_says_so(self):
        from harness import Daemon
        began = time.monotonic()
        d = Daemon()
        start = time.monotonic() - began  # told twice over: a time that has passed is tomorrow's
        try:
            bank = d.token("bank")
            for code in [firm(next(numbers))[0] for _ in range(3)]:
                r = d.call("POST", "/v1/loans", loan(borrower_uscc=code, borrower_address="夜间路 1 号"), bank)
                self.assertEqual(r.json()["warnings"], [])
            d.stop()
            at = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))) + datetime.timedelta(seconds=3 + 3 * start)
            d.env["PLEDGED_FLAG_SCAN_AT"] = at.strftime("%H:%M:%S")
            d.start()
            until = time.time() + 60 + 4 * start
            while time.time() < until and '"event":"flag_scan"' not in d.stderr():
                time.sleep(0.2)
            rules = int(d.sql("select count(*) from flag_rule where judge is not null"))
            self.assertIn('"event":"flag_scan","rules":"%d"' % rules, d.stderr())
            office = d.token("ip_office")
            scans = d.call("GET", "/v1/flag-scans?limit=100", token=office).json()["items"]
            self.assertEqual((len(scans), {s["recorded_by"] for s in scans}), (rules, {"nightly@SYSTEM"}))
            self.assertEqual(d.call("GET", "/v1/status").json()["scanned_at"], max(s["recorded_at"] for s in scans))
            self.assertEqual([f["code"] for f in d.call("GET", "/v1/flags", token=office).json()["items"]], ["RF13"])
            self.assertEqual(d.verify().stdout, "no defects\n")
        finally:
            d.close()

    def test_the_time_is_checked_at_the_start(self):
        for bad in ("25:00", "2:30", "02:60", "02:30:", "x", "02:30:00:00"):
            out = self.d.cli("show-config", "--flag-scan-at", bad, check=False)
            self.assertIn("flag_scan_at", out.stderr, bad)
        for good in ("off", "00:00", "23:59:59"):
            self.assertEqual(self.d.cli("show-config", "--flag-scan-at", good, check=False).returncode, 0)


def load_tests(loader, standard, pattern):
    """The inherited tests run in their own files."""
    suite = unittest.TestSuite()
    for case in (Flags, Stops, StopsSubsidies, VerifyFlags, Beside, Nightly):
        for name in sorted(n for n in vars(case) if n.startswith("test_")):
            suite.addTest(case(name))
    return suite


if __name__ == "__main__":
    unittest.main()
