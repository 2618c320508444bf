"""Risk sharing: who bears what to the fen, what is a loss and what is none, that no limit is passed by one fen."""
import calendar
import datetime
import glob
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

from fund_case import TODAY, FundCase, ago
from harness import ROOT, loan, numbers, patent
from harness import firm as a_firm


def months_later(day, months):
    """The same day of a later month; its last where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Claims(FundCase):
    conf = {"readers": "6"}  # a ledger of its own

    # ---- schemes ---------------------------------------------------------------------------------

    def test_every_scheme_of_the_fixtures_loads_and_is_approved(self):
        files = sorted(glob.glob(os.path.join(ROOT, "tests", "data", "schemes", "*.json")))
        self.assertEqual(len(files), 10)
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
        first = self.scheme("zs", code=code, effective_from="2020-01-01", effective_to=ago(405))
        self.assertEqual(first, code)
        with open(os.path.join(ROOT, "tests", "data", "schemes", "sz.json"), encoding="utf-8") as f:
            r = self.post("/v1/schemes", dict(json.load(f), code=code, effective_from=ago(405)), self.office)
        self.assertEqual((r.status, r.codes()), (409, [("/effective_from", "E_OVERLAP")]))
        self.scheme("cd-2008", money=None, code=code, effective_from=ago(404))
        old, new = self.lent(code, signed_on=ago(405)), self.lent(code)
        self.assertEqual([self.told(x)["fund"] for x in (old, new)], ["1620000.00", "2700000.00"])

    def test_a_draft_governs_nothing_and_approval_needs_what_was_seen(self):
        made = self.draft()
        where = made.headers["location"]
        booked = self.booked(made.json()["code"]).json()
        self.assertEqual([e["code"] for e in booked["coverage"]["errors"]], ["E_NOT_IN_SCHEME"])
        self.event(self.where(booked["contract_no"]), "overdue", ago(300))
        self.assertEqual(self.claim(booked["contract_no"]).codes(), [("/loan", "E_NO_COVER")])
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
        self.paid(self.lent(code, token=other, borrower_uscc="91310104QX0104028H"), token=other)
        self.assertEqual(len(self.get("/v1/accounts?limit=1000", other)["items"]), 1)

    # ---- the split -------------------------------------------------------------------------------

    def told(self, contract, **over):
        return self.get(self.claimed(contract, **over))

    def test_four_parties_share_a_loss_and_what_comes_back(self):
        code = self.scheme()
        where = self.paid(self.lent(code))
        said = self.get(where)
        self.assertEqual([(x["party"], x["amount"]) for x in said["split"]], [
            ("fund", "1620000.00"), ("bank", "780000.00"), ("insurer", "480000.00"),
            ("assessor", "120000.00")])
        self.assertEqual([(x["formula"], x["amount"]) for x in said["arithmetic"]][1:3], [
            ("3000000.00 × 54.00%", "1620000.00"), ("3000000.00 × 26.00%", "780000.00")])
        self.assertEqual([(x["title"], x["title_en"]) for x in said["arithmetic"]][:2], [
            ("净损失 = 未偿还本金 + 未付利息 + 认可的追偿费用 + 他方已赔付",
             "Net loss = principal owed + interest unpaid + costs accepted + what others paid"),
            ("补偿资金分担", "Fund: its share")])
        self.assertEqual(self.fund(code), ("38380000.00", "0.00", "38380000.00"))
        self.recover(where, "1000003.00", costs=[{"what": "诉讼费", "amount": "3.00", "evidence": "票据 1"}])
        self.assertEqual(self.fund(code)[0], "38920001.62")  # 54 % of 1,000,003
        self.step(where, "accept_costs", self.finance, costs_accepted="3.00")
        self.assertEqual(self.fund(code)[0], "38920000.00")  # of the net 1,000,000
        self.assertEqual(self.get(where)["paid"], "1080000.00")
        back, costs = self.get(where)["steps"][-2:]
        self.assertEqual([back[k] for k in ("amount", "costs", "fund")], ["1000003.00", "3.00", "540001.62"])
        self.assertEqual([(x["party"], x["amount"]) for x in back["layers"]], [  # of 1,000,003.00
            ("fund", "540001.62"), ("bank", "260000.78"), ("insurer", "160000.48"), ("assessor", "40000.12")])
        self.assertEqual([(x["party"], x["amount"]) for x in costs["layers"]], [
            ("fund", "-1.62"), ("bank", "-0.78"), ("insurer", "-0.48"), ("assessor", "-0.12")])

    def test_odd_fen_go_to_the_largest_remainder_ties_to_the_earlier_layer(self):
        code = self.scheme()
        for loss, shares in (("0.01", ["0.01", "0.00", "0.00", "0.00"]),
                             ("0.10", ["0.05", "0.03", "0.02", "0.00"]),
                             ("33.33", ["18.00", "8.67", "5.33", "1.33"])):
            said = self.told(self.lent(code), loss_principal=loss)
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
        firm = {"borrower_uscc": a_firm(next(numbers))[0]}
        self.booked(None, disbursed_on=None, signed_on=ago(600), **firm)  # never drawn
        first = self.lent(code, first_loan=True, **firm)
        self.assertEqual([self.told(c)["fund"] for c in (self.lent(code, drawn=370, **firm), first)], ["1650000.00", "1800000.00"])
        second = self.lent(code, first_loan=True, drawn=390, **firm)
        self.assertIs(self.cover_of(second)[0]["terms"]["first_loan"], False)
        self.assertEqual(self.told(second)["fund"], "1650000.00")  # the firm had borrowed before, whatever its bank says

    def test_only_the_part_secured_by_ip_counts_where_the_scheme_says_so(self):
        code = self.scheme("wh-2024")
        said = self.told(self.lent(code, ip_amount="2000000.00"))
        self.assertEqual((said["net_loss"], said["fund"]), ("2000000.00", "1000000.00"))
        less = self.booked(code, ip_amount="1499999.99").json()["coverage"]
        self.assertEqual((less["state"], [e["code"] for e in less["errors"]]), ("refused", ["E_IP_SHARE", "E_FLAGGED"]))

    def test_recoveries_before_the_claim_reduce_the_loss_costs_first(self):
        code = self.scheme()
        contract = self.lent(code)
        self.event(self.where(contract), "written_off", ago(100))
        self.event(self.where(contract), "recovered", ago(90), principal="1000003.00")
        where = self.claimed(contract, costs=[{"what": "诉讼费", "amount": "3.00", "evidence": "票据 1"}])
        self.assertEqual(self.get(where)["net_loss"], "1999997.00")  # costs count when finance has accepted them
        self.step(where, "accept", self.finance, costs_accepted="3.00")
        said = self.get(where)
        self.assertEqual((said["net_loss"], said["fund"]), ("2000000.00", "1080000.00"))

    # ---- defects -----------------------------------------------------------------------------------

    def test_all_defects_of_a_claim_are_named_at_once(self):
        code = self.scheme("sh-credit", npl_breaker="50.00")
        contract = self.lent(code, overdue=100, grade=None)
        r = self.claim(contract, loss_principal="3000000.01", loss_interest="1.00", kind="pre_compensation", on=ago(1),
                       received_on=ago(31), evidence="收文 118")
        self.assertEqual(sorted(r.codes()), [
            ("/kind", "E_CLAIM_KIND"), ("/loan", "E_BREAKER"), ("/loan", "E_TRIGGER"), ("/loss_interest", "E_UNWANTED"),
            ("/loss_principal", "E_EXCEEDS"), ("/on", "E_TODAY"), ("/received_on", "E_ORDER")])
        self.assertEqual(self.get("/v1/claims?loan=" + contract)["items"], [])

    def test_what_excludes_a_loan_is_told_when_it_is_booked_and_its_claim_says_so(self):
        code = self.scheme("sh-credit", ip_share_min="60.00", rate_ceiling={"lpr_spread": "0.50"})
        made = self.booked(code, guarantor_uscc="91310101QX0101011R", ip_amount="1000000.00", rate="4.21",
                           signed_on="2022-07-01", registered_on="2022-08-01").json()
        told = {e["code"]: e for e in made["coverage"]["errors"]}
        self.assertEqual(sorted(told), ["E_EXCLUDED", "E_FLAGGED", "E_IP_SHARE", "E_RATE_CEILING"])
        self.assertIn("RF26", told["E_FLAGGED"]["title"])
        self.assertIn("4.20", told["E_RATE_CEILING"]["cure"])  # 3.70 + 0.50
        self.event(self.where(made["contract_no"]), "overdue", ago(300))
        r = self.claim(made["contract_no"])
        self.assertEqual(r.codes(), [("/loan", "E_NO_COVER")])
        self.assertIn("E_EXCLUDED, E_FLAGGED, E_IP_SHARE, E_RATE_CEILING", r.json()["title"])

    def test_trigger_and_window_by_the_day(self):
        code = self.scheme(claim_window_days=30)
        for overdue, said in ((89, "E_TRIGGER"), (121, "E_WINDOW")):
            self.assertEqual(self.claim(self.lent(code, overdue=overdue)).codes(), [("/loan", said)])
        for overdue in (90, 120):  # the first day and the last
            self.claimed(self.lent(code, overdue=overdue))

    def test_two_months_non_performing_without_write_off(self):
        code = self.scheme("sh-deposit", excludes=None)
        days = next(n for n in range(56, 64) if months_later(TODAY - datetime.timedelta(days=n), 2) <= TODAY)
        self.assertEqual(self.claim(self.lent(code, overdue=days - 1)).codes(), [("/loan", "E_TRIGGER")])
        self.assertEqual(self.told(self.lent(code, overdue=days))["fund"], "2400000.00")

    def moved(self, contract, scheme):
        """Cover under another scheme after the claim under the first was closed: for a loss that is not all paid."""
        for token in (self.finance, self.second):
            self.cover_step(self.cover_of(contract)[0]["id"], "end", token)
        self.on_paper(contract, scheme, ago(400))

    def test_no_loss_is_compensated_twice(self):
        one = self.scheme()
        contract = self.lent(one)
        where = self.claimed(contract)
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_COMPENSATED")])
        other = self.scheme(excludes=[{"scheme": one}])
        self.correct(contract, scheme=other)
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_SUSPENDED"), ("/loan", "E_COMPENSATED")])
        cover = self.cover_of(contract)[0]["id"]
        self.assertEqual(self.cover_step(cover, "end", self.bank, None).codes(), [("", "E_COMPENSATED")])
        self.cover_step(cover, "refuse", self.finance)
        self.to_pay(where)
        self.step(where, "close", self.finance)
        self.moved(contract, other)
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_COMPENSATED")])

    # ---- a bank that wants more than it lost -----------------------------------------------------

    def test_recovered_and_costs_of_ones_own_making_raise_no_loss(self):
        code = self.scheme()
        contract = self.lent(code)
        costs = [{"what": "诉讼费", "amount": "997000000.00", "evidence": "票据 1"}]
        for over in ({"loss_principal": "1000000000.00", "recovered": "997000000.00", "costs": costs},
                     {"loss_principal": "3000000.01", "recovered": "0.01"}):
            self.assertEqual(self.claim(contract, **over).codes(), [("/loss_principal", "E_EXCEEDS")], over)
        where = self.claimed(contract, costs=costs, recovered="1.00")
        r = self.step(where, "accept", self.finance, status=None, costs_accepted="997000000.01")
        self.assertEqual(r.codes(), [("/costs_accepted", "E_EXCEEDS")])
        self.step(where, "accept", self.finance, costs_accepted="997000000.00")
        self.assertEqual(self.get(where)["net_loss"], "3000000.00")  # nothing came back that costs could come off
        contract = self.lent(code)
        self.event(self.where(contract), "written_off", ago(100))
        self.event(self.where(contract), "recovered", ago(100), principal="1000000.00")
        self.assertEqual(self.claim(contract, loss_principal="3000000.00").codes(), [("/loss_principal", "E_EXCEEDS")])
        where = self.claimed(contract, costs=costs)
        self.step(where, "accept", self.finance, costs_accepted="3.00")
        self.assertEqual(self.get(where)["net_loss"], "2000003.00")

    def test_interest_is_bounded_by_the_rate_and_what_was_paid(self):
        code = self.scheme(loss_base="principal_and_interest")
        contract = self.lent(code)  # 3,000,000 × 3.65 % × 400 days / 360 = 121,666.67
        self.event(self.where(contract), "repaid", ago(280), interest="1666.67")
        r = self.claim(contract, loss_interest="120000.01")
        self.assertEqual(r.codes(), [("/loss_interest", "E_EXCEEDS")])
        self.assertIn("120000.00", r.json()["detail"])
        self.assertEqual(self.told(contract, loss_interest="120000.00")["net_loss"], "3120000.00")

    def test_two_schemes_together_pay_no_more_than_the_loss(self):
        one, other = self.scheme(), self.scheme("sz")
        contract = self.lent(one)
        where = self.paid(contract)
        self.step(where, "close", self.finance)
        self.moved(contract, other)
        said = self.told(contract)
        self.assertEqual((said["net_loss"], said["fund"]), ("1380000.00", "690000.00"))
        self.assertIn("3000000.00 - 1620000.00", [x["formula"] for x in said["arithmetic"]])

    def test_one_credit_under_two_contract_numbers_is_paid_once(self):
        """A3: the paid loan again under another number, a fen less, the same right."""
        code = self.scheme()
        firm, ip = a_firm(next(numbers))[0], [{"number": patent(next(numbers) % 10000000)}]
        first = self.lent(code, borrower_uscc=firm, ip=ip)
        self.paid(first)
        again = self.booked(code, borrower_uscc=firm, ip=ip, amount="2999999.99").json()
        self.assertIn("RF29", [w["code"] for w in again["warnings"]])
        self.assertEqual((again["coverage"]["state"], [e["code"] for e in again["coverage"]["errors"]]), ("refused", ["E_SAME_CREDIT"]))
        self.assertIn(first, again["coverage"]["errors"][0]["title"])
        self.event(self.where(again["contract_no"]), "overdue", ago(300))
        self.assertEqual(self.claim(again["contract_no"]).codes(), [("/loan", "E_NO_COVER")])
        r = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": again["contract_no"], "scheme": code,
                                        "on": ago(400), "evidence": "备案表"}, self.bank, 201)
        self.assertIn("E_SAME_CREDIT", [e["code"] for e in r.json()["errors"]])

    def test_a_second_tranche_is_covered_and_claimed_when_a_second_person_has_cleared_it(self):
        """The honest case: until then neither is claimed, whichever was covered first."""
        code = self.scheme()
        firm, ip = a_firm(next(numbers))[0], [{"number": patent(next(numbers) % 10000000)}]
        first = self.lent(code, borrower_uscc=firm, ip=ip)
        second = self.lent(code, paper=False, drawn=350, borrower_uscc=firm, ip=ip, amount="1000000.00")
        r = self.claim(first)
        self.assertEqual(r.codes(), [("/loan", "E_SAME_CREDIT")])
        self.assertIn(second, r.json()["title"])
        where = self.where(second)
        (flag,) = [f for f in self.get("/v1/flags?record=" + where.split("/")[-1])["items"] if f["code"] == "RF29"]
        self.post("/v1/flags/%s/clear" % flag["id"], {"reason": "同一授信的第二次放款"}, self.person("FINANCE", "复核"), 201)
        self.on_paper(second, code, ago(350))
        for contract in (first, second):
            self.paid(contract)

    def test_no_correction_hides_a_double_from_the_cover_that_stands(self):
        """The covered loan is corrected to look like another; finance refuses that, and its cover stands as it was frozen."""
        code = self.scheme()
        firm, ip = a_firm(next(numbers))[0], [{"number": patent(next(numbers) % 10000000)}]
        first = self.lent(code, overdue=None, borrower_uscc=firm, ip=ip)
        self.correct(first, amount="3100000.00", ip_amount="3100000.00", ip=[{"number": patent(next(numbers) % 10000000)}])
        self.cover_step(self.cover_of(first)[0]["id"], "refuse", self.finance)
        again = self.booked(code, borrower_uscc=firm, ip=ip).json()
        self.assertIn("RF29", [w["code"] for w in again["warnings"]])
        self.assertIn("E_SAME_CREDIT", [e["code"] for e in again["coverage"]["errors"]])

    def test_many_corrections_of_another_loan_hide_no_double(self):
        firm = a_firm(next(numbers))[0]
        first = self.booked(None, borrower_uscc=firm).json()
        decoy = self.booked(None, borrower_uscc=firm, amount="300000.00", signed_on=ago(300), drawn=290).json()["contract_no"]
        for k in range(201):
            self.correct(decoy, borrower_contact="021-%08d" % k)
        twice = self.booked(None, borrower_uscc=firm).json()
        self.assertEqual(self.loan_of(twice["contract_no"])["same_credit"], [first["contract_no"]])

    def test_a_clearing_ends_when_the_settlement_that_it_saw_is_taken_back(self):
        """A refinancing: cleared while the first was settled; honest as long as it stays so."""
        code = self.scheme()
        firm, ip = a_firm(next(numbers))[0], [{"number": patent(next(numbers) % 10000000)}]
        first = self.booked(None, borrower_uscc=firm, ip=ip)
        second = self.booked(None, drawn=350, borrower_uscc=firm, ip=ip, amount="1000000.00").json()["contract_no"]
        settled = self.event(first.headers["location"], "settled", ago(340)).json()["reference"]
        (flag,) = [f for f in self.get("/v1/flags?record=" + self.loan_of(second)["id"])["items"] if f["code"] == "RF29"]
        self.post("/v1/flags/%s/clear" % flag["id"], {"reason": "借新还旧"}, self.person("FINANCE", "复核"), 201)
        self.on_paper(second, code, ago(350))
        self.event(self.where(second), "overdue", ago(300))
        self.event(self.where(second), "classified", ago(300), grade="substandard")
        self.event(first.headers["location"], "reversed", ago(339), reverses=settled)
        self.assertEqual(self.claim(second).codes(), [("/loan", "E_SAME_CREDIT")])
        self.event(first.headers["location"], "settled", ago(340))
        self.event(first.headers["location"], "pledge_released", ago(340))

    def test_beyond_many_cleared_tranches_a_copy_is_still_found(self):
        """More than a case looks at (two dozen), so that the copied loan is not among those that it names."""
        code = self.scheme()
        firm, ip = a_firm(next(numbers))[0], [{"number": patent(next(numbers) % 10000000)}]
        first = self.lent(code, overdue=None, borrower_uscc=firm, ip=ip)
        for k in range(26):
            self.booked(None, drawn=380 - 10 * k, borrower_uscc=firm, ip=ip, amount="%d0000.00" % (10 + k))
        person = self.person("FINANCE", "复核")
        twin = self.booked(None, borrower_uscc=firm, ip=ip).json()["contract_no"]
        for flag in self.get("/v1/flags?code=RF29&state=open&limit=1000")["items"]:
            if any(r["facts"].get("rights") == [ip[0]["number"]] for r in flag["records"]):
                self.post("/v1/flags/%s/clear" % flag["id"], {"reason": "分笔放款", "seen": flag["seen"]}, person, 201)
        self.assertIn(first, self.loan_of(twin)["same_credit"])
        r = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": twin, "scheme": code}, self.bank, 201)
        self.assertIn("E_SAME_CREDIT", [e["code"] for e in r.json()["errors"]])

    def test_a_smaller_part_secured_by_ip_counts_at_once(self):
        code = self.scheme("cd-2008")
        contract = self.lent(code)
        self.correct(contract, ip_amount="900000.00")  # of 3,000,000.00
        self.assertEqual(self.told(contract)["net_loss"], "900000.00")

    def test_a_second_request_that_is_refused_does_not_stand_in_for_the_cover(self):
        code = self.scheme()
        contract = self.lent(code, overdue=None)
        again = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": contract, "scheme": code}, self.bank, 201)
        self.assertEqual([e["code"] for e in again.json()["errors"]], ["E_COVERED"])
        self.assertEqual(self.loan_of(contract)["coverage"]["state"], "covered")
        self.correct(contract, registered_on=ago(399))
        self.assertEqual(self.loan_of(contract)["coverage"]["state"], "suspended")
        self.event(self.where(contract), "settled", ago(1))
        self.assertEqual(self.loan_of(contract)["coverage"]["state"], "ended")

    def test_of_two_that_are_one_the_other_is_voided(self):
        code = self.scheme()
        firm = a_firm(next(numbers))[0]
        first = self.lent(code, borrower_uscc=firm)
        twice = self.booked(None, borrower_uscc=firm).headers["location"]
        self.assertEqual(self.claim(first).codes(), [("/loan", "E_SAME_CREDIT")])
        self.event(twice, "voided", ago(1), reason="重复录入")
        self.paid(first)

    def test_the_day_is_that_of_the_ledger_and_an_earlier_paper_is_confirmed_by_two(self):
        code = self.scheme(claim_window_days=30)
        contract = self.lent(code, overdue=130)  # the window ended ten days ago
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_WINDOW")])
        self.assertEqual(self.claim(contract, on=ago(10)).codes(), [("/on", "E_TODAY"), ("/loan", "E_WINDOW")])
        self.assertEqual(self.claim(contract, received_on=ago(10)).codes(), [("/evidence", "E_NEED")])
        where = self.claimed(contract, received_on=ago(10), evidence="收文 118")
        r = self.step(where, "accept", self.finance, status=None)
        self.assertEqual(r.codes(), [("", "E_SECOND_PERSON")])
        r = self.step(where, "confirm", self.finance, status=None, on=ago(10))
        self.assertEqual(r.codes(), [("/on", "E_TODAY")])
        self.step(where, "confirm", self.finance)
        self.assertEqual(self.step(where, "accept", self.finance, status=None).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "accept", self.second)
        late = self.lent(code, overdue=130)
        r = self.claim(late, received_on=ago(9), evidence="收文 119")
        self.assertEqual(r.codes(), [("/loan", "E_WINDOW")])

    def test_a_claim_that_was_returned_keeps_its_window_by_the_first_receipt(self):
        code = self.scheme(claim_window_days=30)
        where = self.claimed(self.lent(code, overdue=130), received_on=ago(10), evidence="收文 118")
        self.step(where, "confirm", self.finance)
        self.step(where, "return", self.finance, owner="赵强", due_on=ago(-20))
        self.step(where, "resubmit", self.bank)  # the window ended ten days ago
        self.step(where, "accept", self.second)

    def test_each_year_has_its_own_cap_and_nobody_picks_the_year(self):
        code = self.scheme("sz", cap_fund_year="1500000.00", cap_bank_year="1500000.00")
        waiting = self.claimed(self.lent(code, drawn=500, overdue=400))
        late = self.lent(code)
        self.assertEqual(self.claim(late).codes(), [("/loan", "E_CAP")] * 2)  # of the bank and of the fund
        self.assertEqual(self.claim(late, on=ago(365)).codes(), [("/on", "E_TODAY")] + [("/loan", "E_CAP")] * 2)
        self.received_in_the_year_before(waiting)
        where = self.claimed(late)  # this year has all of its room
        self.assertEqual(self.get(where)["fund"], "1500000.00")
        for one in (waiting, where):  # each in its own
            self.step(one, "accept", self.finance)
            self.assertEqual(self.get(one)["fund"], "1500000.00")
        self.assertEqual(self.claim(self.lent(code)).codes(), [("/loan", "E_CAP")] * 2)

    def received_in_the_year_before(self, where):
        """As if the claim had been filed a year earlier; its loan was bad then as well."""
        self.d.sql("alter table claim disable trigger user; update claim set on_day = on_day - 366, received_on ="
                   " received_on - 366 where id = '{0}'; alter table claim enable trigger user; update claim_now set"
                   " year = year - 1 where claim = '{0}'".format(where.split("/")[-1]))

    def test_a_window_after_write_off_counts_from_it(self):
        code = self.scheme(trigger={"written_off": True}, claim_window_days=30)
        for days, said in ((31, [("/loan", "E_WINDOW")]), (30, None)):
            contract = self.lent(code)
            self.event(self.where(contract), "written_off", ago(days))
            r = self.claim(contract)
            self.assertEqual(r.codes() if said else r.status, said or 201)

    def test_what_decides_the_payment_cannot_change_after_the_default(self):
        code = self.scheme()
        contract = self.lent(code, paper=False)
        self.correct(contract, scheme=code)
        self.assertEqual([e["code"] for e in self.cover_of(contract)[0]["errors"]], ["E_DEFAULTED"])
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_NO_COVER")])
        for over in ({"borrower_uscc": a_firm(next(numbers))[0]}, {"first_loan": True}, {"registered_on": ago(401)},
                     {"rate": "3.70"}, {"disbursed_on": ago(402)}):  # interest would run longer
            contract = self.lent(code)
            frozen = self.cover_of(contract)[0]["terms"]
            self.correct(contract, **over)
            self.assertEqual(self.claim(contract).codes(), [("/loan", "E_SUSPENDED")], over)
            self.cover_step(self.cover_of(contract)[0]["id"], "confirm", self.finance)
            self.assertEqual(self.cover_of(contract)[0]["terms"], frozen)  # counts not: the default is older
            self.assertEqual(self.told(contract)["fund"], "1620000.00")
        for over in ({"purpose": "补充流动资金"}, {"rate": "3.60"}):  # decides nothing, or less
            contract = self.lent(code)
            self.correct(contract, **over)
            self.claimed(contract)

    def test_a_correction_that_was_taken_back_or_came_before_the_default_does_no_harm(self):
        code = self.scheme(trigger={"days_overdue": 1})
        contract = self.lent(code)
        self.correct(contract, rate="3.70")
        self.correct(contract, rate="3.65")
        self.cover_step(self.cover_of(contract)[0]["id"], "confirm", self.finance)
        self.claimed(contract)
        contract = self.lent(code, grade=None)
        told = self.get(self.where(contract) + "/events", self.bank)["items"]
        self.event(self.where(contract), "reversed", ago(200), reverses=told[0]["reference"])
        self.assertEqual(self.rate_after(contract), "3.65")  # told once is told
        for before, rate in (("0 hours", "3.65"), ("25 hours", "3.70")):  # on the day of the default; before it
            contract = self.lent(code, overdue=None)
            self.assertEqual(self.rate_after(contract, before), rate)
            self.assertEqual(self.claim(contract).codes(), [("/loan", "E_TRIGGER")])

    def rate_after(self, contract, before=None):
        """What a cover says after a correction so long before a default of today, confirmed after it."""
        self.correct(contract, rate="3.70")
        if before:
            self.d.sql("alter table loan disable trigger user; update loan set recorded_at = recorded_at - interval '%s' where"
                       " id = '%s'; alter table loan enable trigger user" % (before, self.loan_of(contract)["id"]))
            self.event(self.where(contract), "overdue", ago(0))
        self.cover_step(self.cover_of(contract)[0]["id"], "confirm", self.finance)
        return self.cover_of(contract)[0]["terms"]["rate"]

    def test_what_was_paid_upon_does_not_change_until_it_is_given_back(self):
        code = self.scheme()
        contract = self.lent(code)
        where = self.paid(contract)
        for over in ({"scheme": code}, {"amount": "3000000.01"}, {"registered_on": ago(401)}):
            self.assertEqual(self.correct(contract, status=409, **over).codes(), [("", "E_PAID_UPON")], over)
        self.correct(contract, purpose="补充流动资金")
        self.step(where, "cure", self.finance)  # the loan is bad still: not by its bank
        self.assertEqual(self.correct(contract, status=409, registered_on=ago(401)).codes(), [("", "E_PAID_UPON")])
        self.assertEqual(self.step(where, "close", self.finance, status=None).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "close", self.second)
        self.correct(contract, scheme=code)

    def test_a_correction_may_not_contradict_the_events_of_the_loan(self):
        contract = self.lent(self.scheme())
        self.event(self.where(contract), "repaid", ago(280), principal="1000000.00")
        for over in ({"disbursed_on": ago(250)}, {"amount": "999999.99", "ip_amount": "1.00"},
                     {"signed_on": ago(299), "registered_on": None, "disbursed_on": None}):
            r = self.correct(contract, status=409, **over)
            self.assertEqual(r.codes(), [("", "E_STATE_LATER")], over)
        self.assertEqual(self.loan_of(contract)["version"], 1)

    def test_a_drawdown_told_after_the_default_makes_no_interest(self):
        code = self.scheme(loss_base="principal_and_interest")
        contract = self.lent(code, signed_on=ago(600))
        self.event(self.where(contract), "disbursed", ago(600))
        r = self.claim(contract, loss_interest="121666.68")  # of 400 days, see above
        self.assertEqual(r.codes(), [("/loss_interest", "E_EXCEEDS")])
        self.claimed(contract, loss_interest="121666.67")

    def test_a_pledge_that_was_released_covers_nothing(self):
        code = self.scheme()
        for day in (305, 300, 10):  # before the default, on its day, after it
            contract = self.lent(code)
            self.event(self.where(contract), "pledge_released", ago(day))
            self.assertEqual(self.claim(contract).codes(), [("/loan", "E_RELEASED")], day)
        contract = self.lent(code)
        where = self.claimed(contract)
        self.step(where, "accept", self.finance)
        said = self.event(self.where(contract), "pledge_released", ago(0)).json()["reference"]
        self.assertEqual(self.step(where, "approve", self.second, status=None).codes(), [("/loan", "E_RELEASED")])
        self.event(self.where(contract), "reversed", ago(0), reverses=said)
        self.step(where, "approve", self.second)

    # ---- a grade alone is its bank's own word ------------------------------------------------------

    def graded(self, code, **over):
        """A covered loan that its bank calls substandard for 100 days, of which nothing fell due unpaid."""
        contract = self.lent(code, overdue=None, **dict({"matures_on": ago(-30)}, **over))
        self.event(self.where(contract), "classified", ago(100), grade="substandard")
        return contract

    def test_what_is_current_or_was_extended_is_no_loss_whatever_its_grade(self):
        for name in ("gz-2023", "sh-credit", "sh-deposit", "sz"):
            code = self.scheme(name, excludes=None)
            current = self.graded(code, matures_on=ago(-1))
            r = self.claim(current)
            self.assertEqual(r.codes(), [("/loan", "E_TRIGGER")], name)
            self.assertIn(ago(-1), r.json()["title"])
            extended = self.graded(code, matures_on=ago(50))
            self.event(self.where(extended), "overdue", ago(49), principal="3000000.00")
            self.event(self.where(extended), "extended", ago(40), matures_on=ago(0))
            self.assertEqual(self.claim(extended).codes(), [("/loan", "E_TRIGGER")], name)

    def test_arrears_the_end_of_the_term_or_a_write_off_make_a_graded_loan_a_loss(self):
        code = self.scheme("sh-deposit", excludes=None, claim_window_days=20)
        interest, ended, written_off = [self.graded(code, **x) for x in ({}, {"matures_on": ago(10)}, {})]
        self.event(self.where(interest), "overdue", ago(20), interest="1000.00")
        self.event(self.where(written_off), "written_off", ago(5))
        for contract in (interest, ended, written_off):  # its window counts from the last condition, not from the grade
            self.assertEqual(self.told(contract)["fund"], "2400000.00")
        late = self.graded(code)
        self.event(self.where(late), "overdue", ago(21), interest="1000.00")
        self.assertEqual(self.claim(late).codes(), [("/loan", "E_WINDOW")])

    def test_arrears_that_were_paid_before_the_payment_stop_it(self):
        code = self.scheme("gz-2023")
        contract = self.graded(code)
        self.event(self.where(contract), "overdue", ago(20), interest="1000.00")
        where = self.claimed(contract)
        self.step(where, "accept", self.finance)
        self.event(self.where(contract), "repaid", ago(0), interest="1000.00")
        self.assertEqual(self.step(where, "approve", self.second, status=None).codes(), [("/loan", "E_TRIGGER")])

    # ---- limits ------------------------------------------------------------------------------------

    def test_caps_per_loan_and_firm_leave_the_rest_to_the_bank(self):
        code = self.scheme("gz-2023", money="100000000.00", effective_to=None)
        firm = {"amount": "30000000.00", "borrower_uscc": a_firm(next(numbers))[0]}
        fund = []
        for drawn in (400, 390):
            said = self.told(self.lent(code, drawn=drawn, **firm))
            fund.append((said["fund"], said["split"][1]["amount"], said["headroom"]["cap_per_enterprise"]))
        self.assertEqual(fund, [("10000000.00", "20000000.00", "10000000.00"),
                                ("10000000.00", "20000000.00", "0.00")])
        self.assertEqual(self.claim(self.lent(code, drawn=380, **firm)).codes(), [("/loan", "E_CAP")])

    def test_64_claims_at_once_never_pass_the_cap_of_the_year(self):
        code = self.scheme("sz", cap_fund_year="1000000.00")
        with ThreadPoolExecutor(8) as pool:
            contracts = list(pool.map(lambda _: self.lent(code, amount="100000.01"), range(64)))
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(self.claim, contracts))
        kept = [self.get(r.headers["location"]) for r in answers if r.status == 201]
        total = sum(round(float(x["fund"]) * 100) for x in kept)
        self.assertEqual((len(kept), total), (20, 100000000))
        self.assertEqual({tuple(r.codes()) for r in answers if r.status != 201}, {(("/loan", "E_CAP"),)})

    def test_a_pool_pays_no_more_than_it_holds(self):
        code = self.scheme("hk-2023", money="1000000.00", leverage_limit=None)
        first = self.told(self.lent(code), loss_principal="1800000.00")
        second = self.told(self.lent(code))
        self.assertEqual((first["fund"], second["fund"]), ("900000.00", "100000.00"))
        self.assertEqual(self.claim(self.lent(code)).codes(), [("/loan", "E_CAP")])

    def test_leverage_is_reserved_by_cover_in_the_order_of_recording(self):
        code = self.scheme(money="400000.00", leverage_limit=10)  # ten times is 4 million
        first = self.lent(code)
        second = self.booked(code).json()["coverage"]
        self.assertEqual((second["state"], [e["code"] for e in second["errors"]]), ("refused", ["E_LEVERAGE"]))
        said = self.told(first)  # whatever was asked for after it
        self.assertEqual((said["fund"], said["headroom"]["leverage"]), ("1620000.00", "1000000.00"))

    def test_the_bad_loan_breaker(self):
        code = self.scheme(npl_breaker="50.00")
        good, bad, worse = [self.lent(code, overdue=None) for _ in range(3)]
        self.event(self.where(bad), "overdue", ago(300))
        self.event(self.where(good), "repaid", ago(299), principal="0.01")
        self.event(self.where(worse), "settled", ago(299))
        self.assertEqual(self.claim(bad).codes(), [("/loan", "E_BREAKER")])  # 3,000,000 of 5,999,999.99
        self.event(self.where(bad), "repaid", ago(0), principal="0.01")
        said = self.told(bad)  # one of two loans: exactly 50 %
        self.assertEqual(said["headroom"], {"fund_balance": "38380000.01", "npl_breaker": "0.00"})

    def test_an_answer_says_what_is_left_under_each_limit(self):
        code = self.scheme(money="500000.00", leverage_limit=10, npl_breaker="90.00", cap_fund_year="2000000.00")
        self.lent(code, overdue=None, amount="1000000.01")
        r = self.claim(self.lent(code), loss_principal="500000.00", status=201)
        self.assertEqual(r.json()["headroom"], {  # 54 % of 500,000 is 270,000; 10 × 500,000 less 4,000,000.01
            "cap_fund_year": "1730000.00", "fund_balance": "230000.00", "leverage": "999999.99",
            "npl_breaker": "600000.00"})  # 90 % of 4,000,000.01 is 3,600,000.00(9), of which 3,000,000 are bad
        told = r.json()["headroom"]
        self.lent(code, overdue=None, amount="500000.00", token=self.d.token("bank", "BANK-B"))
        again = self.get(r.headers["location"], self.bank)
        self.assertEqual(again["headroom"], told)  # no ticker of other banks' covers
        now = self.get(r.headers["location"])["headroom"]
        self.assertEqual((now["leverage"], now["fund_balance"]), ("499999.99", "230000.00"))

    def test_the_breaker_counts_what_is_unpaid_whatever_the_bank_says_of_it(self):
        code = self.scheme(npl_breaker="70.00")
        loans = [self.lent(code, overdue=None, matures_on=ago(-30)) for _ in range(4)]
        for contract in loans[:3]:
            self.event(self.where(contract), "overdue", ago(90))
        self.claimed(loans[0])  # the 90th day: not yet bad
        code = self.scheme(npl_breaker="70.00")
        loans = [self.lent(code, overdue=None, matures_on=ago(-30)) for _ in range(4)]
        for contract in loans[:3]:
            self.event(self.where(contract), "overdue", ago(91))
        r = self.claim(loans[0])  # 3 of 4, from the 91st day on
        self.assertEqual(r.codes(), [("/loan", "E_BREAKER")])
        self.assertIn("75.00 > 70.00", r.json()["title"])
        for ended, said in ((90, None), (91, [("/loan", "E_BREAKER")])):  # nothing told since its end
            code = self.scheme(npl_breaker="50.00")
            bad = self.lent(code, overdue=None)
            self.lent(code, overdue=None, matures_on=ago(ended))
            self.event(self.where(bad), "overdue", ago(200))
            r = self.claim(bad)
            self.assertEqual(r.codes() if said else r.status, said or 201)

    def test_loans_moved_out_of_the_scheme_after_the_default_still_count(self):
        code = self.scheme(npl_breaker="70.00")
        self.lent(code, overdue=None)
        other, claimed = [self.lent(code, overdue=None, amount="4000000.00") for _ in range(2)]
        for contract in (other, claimed):
            self.event(self.where(contract), "overdue", ago(200))
        said = [("/loan", "E_BREAKER")]
        self.assertEqual(self.claim(claimed).codes(), said)  # 8 of 11
        self.correct(other, scheme=self.scheme())
        self.assertEqual(self.cover_of(other)[0]["state"], "suspended")
        self.assertEqual(self.claim(claimed).codes(), said)
        self.cover_step(self.cover_of(other)[0]["id"], "end", self.bank)
        self.assertEqual(self.claim(claimed).codes(), said)
