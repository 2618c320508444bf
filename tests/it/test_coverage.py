"""Cover: asked for with the loan or by itself, judged at once, frozen, reserved in order; a correction suspends it."""
import json
from concurrent.futures import ThreadPoolExecutor

from fund_case import FundCase, ago
from harness import firm, loan, numbers


class Coverage(FundCase):
    conf = {"readers": "6"}

    def test_a_loan_that_names_a_scheme_asks_for_cover_and_is_told(self):
        code = self.scheme()
        made = self.booked(code).json()
        self.assertEqual((made["coverage"]["state"], made["coverage"]["scheme"]), ("requested", code))
        self.assertEqual(made["coverage"]["terms"]["amount"], "3000000.00")
        cover = made["coverage"]["id"]
        self.assertEqual(self.cover_step(cover, "confirm", self.finance).status, 201)
        self.assertEqual(self.loan_of(made["contract_no"])["coverage"]["state"], "covered")

    def test_a_replay_tells_what_was_decided_the_same_bytes(self):
        code = self.scheme()
        record = loan(scheme=code, registered_on="2022-07-05", disbursed_on="2022-07-05", matures_on=ago(-100))
        first = self.post("/v1/loans", record, self.bank, 201)
        self.cover_step(first.json()["coverage"]["id"], "refuse", self.finance)
        again = self.post("/v1/loans", record, self.bank, 200)
        self.assertEqual(first.body, again.body)

    def test_automatic_confirmation_covers_at_once(self):
        made = self.booked(self.scheme(confirmation="automatic")).json()
        self.assertEqual(made["coverage"]["state"], "covered")

    def test_what_is_owed_after_its_term_is_in_default(self):
        """Nothing fell due by its bank's word; on the last day, extended, or asked for in time it is none."""
        code = self.scheme("sh-deposit", excludes=None, confirmation="automatic", file_within_days=None, claim_window_days=None)
        said = lambda made: (made["state"], [(e["code"], e["title"].rsplit(":", 1)[1]) for e in made.get("errors", ())])
        ask = lambda contract: self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": contract,
                                                           "scheme": code}, self.bank, 201).json()
        late = self.booked(code, matures_on=ago(10)).json()
        self.assertEqual(said(late["coverage"]), ("refused", [("E_DEFAULTED", ago(9))]))
        self.assertEqual(self.booked(code, matures_on=ago(0)).json()["coverage"]["state"], "covered")
        where = self.where(late["contract_no"])
        told = self.event(where, "extended", ago(11), matures_on=ago(-50)).json()["reference"]
        waits = ask(late["contract_no"])  # whether it was agreed before the term ended, nobody but its bank can tell
        self.assertEqual((waits["state"], [e["code"] for e in waits["errors"]]), ("requested", ["E_DEFAULT_TOLD"]))
        self.assertIn("%s %s matures_on %s" % (told, ago(11), ago(10)), waits["errors"][0]["title"])
        self.cover_step(waits["id"], "confirm", self.finance)
        self.event(where, "reversed", ago(0), reverses=told)
        self.event(where, "classified", ago(0), grade="substandard")
        self.assertEqual(self.claim(late["contract_no"]).codes()[0], ("/loan", "E_NO_COVER"))
        honest = self.booked(None, matures_on=ago(10)).json()["contract_no"]
        cover = self.on_paper(honest, code, ago(400))
        self.correct(honest, rate="3.70", matures_on=ago(-300))  # after the default
        self.cover_step(cover, "confirm", self.finance)
        self.assertEqual(self.get("/v1/coverages/" + cover)["terms"]["rate"], "3.65")
        self.correct(honest, rate="3.65", matures_on=ago(10))
        self.event(self.where(honest), "classified", ago(100), grade="substandard")
        self.claimed(honest)
        paid = self.booked(None, matures_on=ago(10)).json()["contract_no"]
        self.event(self.where(paid), "repaid", ago(10), principal="2999000.00")
        self.event(self.where(paid), "extended", ago(10), matures_on=ago(-50))
        self.assertEqual(ask(paid)["state"], "requested")
        soon = self.booked(None, matures_on=ago(-1)).json()["contract_no"]  # extended in time
        self.event(self.where(soon), "extended", ago(0), matures_on=ago(-50))
        self.assertEqual(ask(soon)["state"], "covered")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_default_that_was_told_once_is_seen_by_finance(self):
        """Taken back, or told of a contract that is void by now: no scheme covers it by itself."""
        code = self.scheme(confirmation="automatic", file_within_days=None)
        ask = lambda contract: self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": contract,
                                                           "scheme": code}, self.bank, 201).json()
        said = lambda made: (made["state"], [e["code"] for e in made.get("errors", ())])
        made = self.booked(None).json()
        contract, where = made["contract_no"], "/v1/loans/" + made["id"]
        told = self.event(where, "overdue", ago(300)).json()["reference"]
        self.assertEqual(said(ask(contract)), ("refused", ["E_DEFAULTED"]))
        self.event(where, "reversed", ago(0), reverses=told)
        again = ask(contract)
        self.assertEqual(said(again), ("requested", ["E_DEFAULT_TOLD"]))
        self.assertIn("%s %s %s" % (contract, told, ago(300)), again["errors"][0]["title"])
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_NO_COVER")])
        self.cover_step(again["id"], "confirm", self.finance)
        self.assertEqual(said(self.get("/v1/coverages/" + again["id"])), ("covered", []))
        # what finance did not see it did not confirm
        waits = ask(self.booked(None).json()["contract_no"])
        self.assertEqual(waits["state"], "covered")
        slow = self.booked(self.scheme()).json()
        seen = self.get("/v1/coverages/" + slow["coverage"]["id"])["seen"]
        told = self.event("/v1/loans/" + slow["id"], "overdue", ago(1)).json()["reference"]
        self.event("/v1/loans/" + slow["id"], "reversed", ago(0), reverses=told)
        self.cover_step(slow["coverage"]["id"], "confirm", self.finance, 409, seen=seen)
        self.cover_step(slow["coverage"]["id"], "confirm", self.finance)

    def test_a_default_told_of_a_contract_that_is_void_is_not_forgotten(self):
        code = self.scheme(confirmation="automatic")
        said = lambda made: (made["state"], [e["code"] for e in made.get("errors", ())])
        void = lambda made: self.event("/v1/loans/" + made["id"], "voided", ago(0), reason="重新签订")
        another = dict(zip(("borrower_uscc", "borrower_name"), firm(next(numbers))))
        for bad, hide in ((True, {}), (True, another), (False, {})):
            first = self.booked(None).json()
            if bad:
                self.event("/v1/loans/" + first["id"], "overdue", ago(300))
            if hide:  # said to be of another firm before it is given up
                self.correct(first["contract_no"], **hide)
            void(first)
            same = {k: first[k] for k in ("borrower_uscc", "borrower_name")}
            insurer = "91310115QX0115114N"
            second = self.booked(code, ip=[{"number": first["ip"][0]["number"]}], amount="2000000.00", insurer_uscc=insurer,
                                 **same).json()["coverage"]
            third = self.booked(None, amount="900000.00", signed_on=ago(300), disbursed_on=ago(290), registered_on=ago(290),
                                **same).json()["contract_no"]  # another credit of that firm
            third = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": third, "scheme": code}, self.bank, 201).json()
            self.assertEqual(said(second), ("requested", ["E_DEFAULT_TOLD"]) if bad else ("covered", []))
            self.assertEqual(said(third), ("covered", []))
            if bad:
                self.assertIn(first["contract_no"], second["errors"][0]["title"])
                shown = self.get("/v1/coverages/" + second["id"], self.d.token("insurer", insurer))  # no party of the void one
                self.assertEqual([(e["code"], first["contract_no"] in json.dumps(e)) for e in shown["errors"]],
                                 [("E_DEFAULT_TOLD", False)])
        for events, doubts in (
                ([("overdue", ago(60), {}), ("settled", ago(6), {})], 1), ([("settled", ago(6), {})], 0),
                ([("settled", ago(6), {"matures": ago(40)})], 1), ([("overdue", ago(200), {}), ("settled", ago(150), {})], 0)):
            old = self.booked(None, matures_on=events[-1][2].pop("matures", ago(-330))).json()  # what the new one repaid
            for kind, on, _ in events:
                self.event("/v1/loans/" + old["id"], kind, on)
            new = self.booked(code, drawn=5, signed_on=ago(6), ip=[{"number": old["ip"][0]["number"]}],
                              **{k: old[k] for k in ("borrower_uscc", "borrower_name")}).json()["coverage"]
            self.assertEqual((said(new)[0], {e["code"] for e in new.get("errors", ())}),
                             ("requested", {"E_DEFAULT_TOLD"}) if doubts else ("covered", set()))
        short = self.booked(None, matures_on=ago(10)).json()["contract_no"]  # a typing error, or a term that had ended
        self.correct(short, matures_on=ago(-300), scheme=code)
        self.assertEqual([(c["state"], [e["code"] for e in c["errors"]]) for c in self.cover_of(short)],
                         [("requested", ["E_DEFAULT_TOLD"])])

    def test_a_cover_is_read_by_whom_the_loan_names_now(self):
        """The insurer by the version that finance confirmed, the district at once."""
        first, second = "91310115QX0115114N", firm(next(numbers))[0]
        tokens = [self.d.token("insurer", x) for x in (first, second)]
        near, far = self.d.token("district", "DIST-310115"), self.d.token("district", "DIST-310116")
        made = self.booked(self.scheme(confirmation="automatic"), insurer_uscc=first).json()
        where = "/v1/coverages/" + made["coverage"]["id"]
        reads = lambda *of: [self.d.call("GET", where, token=t).status for t in of]
        self.assertEqual(reads(*tokens, near, far), [200, 404, 200, 404])
        self.correct(made["contract_no"], insurer_uscc=second, district="310116")
        self.assertEqual(reads(*tokens, near, far), [200, 404, 404, 200])
        self.cover_step(made["coverage"]["id"], "confirm", self.finance)
        self.assertEqual(reads(*tokens, near, far), [404, 200, 404, 200])

    # ---- what its bank tells since counts when finance has confirmed it ------------------------------

    def asked(self, code, **over):
        cover = self.booked(code, **dict({"amount": "100000.00"}, **over)).json()["coverage"]
        return cover["state"], [(e["code"], e["title"].rsplit(":", 1)[1]) for e in cover.get("errors", ())]

    def test_a_pool_follows_no_correction_that_nobody_confirmed(self):
        """1,000,000.00 of 2,000,000.00 are bad, 50 %, whether a bank makes the good one a hundredfold or the bad one a yuan."""
        code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
        good, bad = (self.booked(code, amount="1000000.00").json() for _ in range(2))
        self.event("/v1/loans/" + bad["id"], "classified", ago(0), grade="substandard")
        paused = ("refused", [("E_BREAKER", "50.00 > 30.00")])
        self.assertEqual(self.asked(code), paused)
        self.correct(good["contract_no"], amount="100000000.00", ip_amount="100000000.00")
        self.assertEqual(self.asked(code), paused)
        self.correct(bad["contract_no"], amount="1.00", ip_amount="1.00")
        self.assertEqual(self.asked(code), paused)
        self.cover_step(self.cover_of(good["contract_no"])[0]["id"], "confirm", self.finance)
        self.assertEqual(self.asked(code), paused)  # of what is covered there is no more
        self.event("/v1/loans/" + bad["id"], "classified", ago(0), grade="normal")
        self.assertEqual(self.asked(code), ("covered", []))
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_loan_that_was_mistyped_is_put_right_before_it_is_bad(self):
        """3,000,000.00 was 1,000,000.00: once confirmed it is bad by 1,000,000.00 of 4,000,000.00."""
        code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
        good, typed = (self.booked(code).json() for _ in range(2))
        self.correct(typed["contract_no"], amount="1000000.00", ip_amount="1000000.00")
        (cover,) = self.cover_of(typed["contract_no"])
        self.assertEqual([(e["code"], e["title"].rsplit(":", 1)[1]) for e in cover["errors"]], [("E_UNCONFIRMED", "version 2")])
        self.assertEqual(self.d.call("GET", "/v1/coverages/" + cover["id"], token=self.finance).json()["legal_steps"], ["confirm", "end", "refuse"])
        self.cover_step(cover["id"], "confirm", self.finance)
        (cover,) = self.cover_of(typed["contract_no"])
        self.assertEqual((cover["state"], cover["amount"], cover.get("errors")), ("covered", "1000000.00", None))
        self.cover_step(cover["id"], "confirm", self.finance, 409)
        self.event("/v1/loans/" + typed["id"], "classified", ago(0), grade="substandard")
        self.assertEqual(self.asked(code), ("covered", []))

    def test_a_rate_is_what_was_told_of_it(self):
        """Repriced on the day of signing: the ceiling is asked of the highest rate, and a claim counts what cover was given on."""
        code = self.scheme(confirmation="automatic", rate_ceiling={"lpr_spread": "1.50"}, file_within_days=None)
        for rate, state in (("24.00", "refused"), ("3.70", "covered")):
            made = self.booked(None).json()
            self.event("/v1/loans/" + made["id"], "repriced", ago(404), rate=rate)
            said = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": made["contract_no"], "scheme": code},
                             self.bank, 201).json()
            self.assertEqual((said["state"], [e["code"] for e in said.get("errors", ())]),
                             (state, ["E_RATE_CEILING"] if state == "refused" else []))
        made = self.booked(None).json()["contract_no"]
        self.on_paper(made, code, ago(400))
        self.event(self.where(made), "repriced", ago(404), rate="24.00")
        self.event(self.where(made), "overdue", ago(300))
        self.assertEqual(self.claim(made).codes(), [("/loan", "E_RATE_CEILING")])
        penalty = self.booked(None).json()["contract_no"]  # what is charged on arrears is no price of the credit
        self.on_paper(penalty, code, ago(400))
        for kind, on, more in (("overdue", ago(300), {}), ("repriced", ago(299), {"rate": "24.00"})):
            self.event(self.where(penalty), kind, on, **more)
        self.event(self.where(penalty), "classified", ago(300), grade="substandard")
        self.paid(penalty)

    def test_interest_is_claimed_by_the_rate_that_cover_was_given_on(self):
        code = self.scheme(loss_base="principal_and_interest", trigger={"min_grade": "substandard"})
        # 3,000,000.00 for 400 days of 360, at 3.65 %: 121,666.67; at 4.20 %, which finance confirmed: 140,000.00, unless
        # the default, told after it, was before it
        for look, rate, interest, days in ((False, "24.00", "121666.67", 300), (True, "4.20", "140000.00", 0),
                                           (True, "4.20", "121666.67", 1), (False, "3.00", "100000.00", 300)):
            contract = self.lent(code, overdue=None)
            cover = self.cover_of(contract)[0]["id"]
            self.event(self.where(contract), "repriced", ago(400), rate=rate)
            if look:
                self.assertEqual([e["code"] for e in self.get("/v1/coverages/" + cover)["errors"]], ["E_UNCONFIRMED"])
                self.cover_step(cover, "confirm", self.finance)
            self.event(self.where(contract), "overdue", ago(days))
            self.event(self.where(contract), "classified", ago(days), grade="substandard")
            said = self.get(self.claimed(contract))
            self.assertEqual(said["arithmetic"][0]["formula"], "3000000.00 + %s + 0.00 + 0.00" % interest)

    def test_what_is_bad_again_after_another_claim_was_approved_is_flagged(self):
        code = self.scheme()
        bad, quiet, other = (self.lent(code) for _ in range(3))
        told = {x: self.event(self.where(x), "repaid", ago(1), principal="3000000.00").json()["reference"] for x in (bad, quiet)}
        self.event(self.where(quiet), "reversed", ago(0), reverses=told[quiet])
        claim = self.claimed(other)
        self.step(claim, "accept", self.finance)
        self.step(claim, "approve", self.second)
        self.event(self.where(bad), "reversed", ago(0), reverses=told[bad])
        flags = lambda x: [f["severity"] for f in self.get("/v1/flags?code=RF40&record=" + self.loan_of(x)["id"])["items"]]
        self.assertEqual((flags(bad), flags(quiet)), (["high"], []))

    def test_a_word_that_made_a_loan_good_while_another_was_claimed_is_flagged(self):
        """A better grade, or a longer term behind which it is bad again; not one that stayed good, nor bad all along."""
        code = self.scheme()
        worded, ended, better, bad, other = (self.lent(code, matures_on=ago(days)) for days in (-330, 200, -330, -330, -330))
        for contract in (worded, better):
            self.event(self.where(contract), "repaid", ago(1), principal="1.00")
            self.event(self.where(contract), "extended", ago(1), matures_on=ago(-400))
            self.event(self.where(contract), "classified", ago(1), grade="normal")
        long = self.event(self.where(ended), "extended", ago(1), matures_on=ago(-330)).json()["reference"]
        self.event(self.where(ended), "classified", ago(1), grade="normal")
        claim = self.claimed(other)
        self.step(claim, "accept", self.finance)
        self.step(claim, "approve", self.second)
        self.event(self.where(worded), "classified", ago(0), grade="substandard")
        self.event(self.where(ended), "reversed", ago(0), reverses=long)
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF40"}, self.finance, 201)
        flags = lambda x: {f["severity"] for f in self.get("/v1/flags?code=RF40&record=" + self.loan_of(x)["id"])["items"]}
        self.assertEqual([flags(x) for x in (worded, ended, better, bad)], [{"med"}, {"high", "med"}, set(), set()])

    def test_a_scheme_that_does_not_exist_is_told_at_once(self):
        made = self.booked("NOSUCH").json()
        self.assertEqual(made["coverage"]["state"], "refused")
        self.assertEqual([e["code"] for e in made["coverage"]["errors"]], ["E_NOT_IN_SCHEME"])

    def test_all_defects_at_once_with_cures(self):
        code = self.scheme("sh-credit", ip_share_min="60.00", rate_ceiling={"lpr_spread": "0.50"}, file_within_days=30,
                           conditions={"all": [{"clause": "sme", "text": "中小微企业", "fact": "borrower.sme",
                                                "op": "eq", "value": True},
                                               {"clause": "patent", "text": "质押含专利", "fact": "loan.patents",
                                                "op": "ge", "value": 1}]})
        made = self.booked(code, drawn=500, registered_on=None, guarantor_uscc="91310101QX0101011R",
                           ip_amount="1000000.00", rate="9.99").json()
        errors = made["coverage"]["errors"]
        self.assertEqual(sorted(e["code"] for e in errors), sorted([
            "E_CONDITIONS", "E_EXCLUDED", "E_FILED_LATE", "E_FLAGGED", "E_IP_SHARE", "E_RATE_CEILING", "E_UNREGISTERED"]))
        told = next(e for e in errors if e["code"] == "E_CONDITIONS")
        self.assertIn("中小微企业", told["title"])
        self.assertTrue(all(e["cure"] for e in errors))

    def test_requests_that_were_given_up_pad_no_pool(self):
        """One bad loan of ten is beyond 5 %; loans that were asked for and ended before anybody confirmed do not thin it."""
        code = self.scheme(confirmation="finance", pause={"npl_ratio": "5.00"}, leverage_limit=None)
        lent = [self.booked(code).json() for _ in range(10)]
        for made in lent:
            self.cover_step(made["coverage"]["id"], "confirm", self.finance)
        for _ in range(3):
            made = self.booked(code, amount="90000000.00").json()
            self.cover_step(made["coverage"]["id"], "end", self.bank)
        self.event("/v1/loans/" + lent[0]["id"], "classified", ago(0), grade="substandard")
        self.assertEqual([e["code"] for e in self.booked(code).json()["coverage"]["errors"]], ["E_PAUSED"])

    # ---- many at once ----------------------------------------------------------------------------

    def test_64_clients_never_pass_the_leverage_limit(self):
        """2 × 10 million hold twenty loans of one million: twenty are covered, whoever comes first, and none besides."""
        code = self.scheme(money="10000000.00", leverage_limit=2, confirmation="automatic")
        with ThreadPoolExecutor(64) as pool:
            made = list(pool.map(lambda _: self.booked(code, amount="1000000.00").json()["coverage"], range(64)))
        states = [c["state"] for c in made]
        self.assertEqual((states.count("covered"), states.count("refused")), (20, 44))
        self.assertEqual({e["code"] for c in made for e in c.get("errors", ())}, {"E_LEVERAGE"})
        self.assertEqual(sorted(float(c["room"]["leverage"]) for c in made if c["state"] == "covered"),
                         [1000000.0 * n for n in range(20)])
        # an end gives its room back, to one
        self.cover_step(next(c["id"] for c in made if c["state"] == "covered"), "end", self.bank)
        with ThreadPoolExecutor(8) as pool:
            more = list(pool.map(lambda _: self.booked(code, amount="1000000.00").json()["coverage"]["state"], range(8)))
        self.assertEqual(more.count("covered"), 1)

    def test_a_loan_counts_once_in_its_pool_however_often_it_is_covered(self):
        """500,000.00 of 3,500,000.00 are bad, 14.28 %; the good loan given up and covered anew makes it no 7.69 %."""
        code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="10.00", leverage_limit=None, file_within_days=None)
        good = self.booked(code).json()
        bad = self.booked(code, amount="500000.00").json()
        self.assertEqual([x["coverage"]["state"] for x in (good, bad)], ["covered"] * 2)
        self.event("/v1/loans/" + bad["id"], "classified", ago(0), grade="substandard")
        cover = self.cover_of(good["contract_no"])[0]["id"]
        self.cover_step(cover, "end", self.bank)
        for _ in range(2):
            made = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": good["contract_no"],
                                               "scheme": code}, self.bank, 201).json()
            self.assertEqual([(made["state"], e["code"], e["title"].rsplit(":", 1)[1]) for e in made["errors"]],
                             [("refused", "E_BREAKER", "14.2857 > 10.00")])
        self.event("/v1/loans/" + bad["id"], "classified", ago(0), grade="normal")
        made = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": good["contract_no"],
                                           "scheme": code}, self.bank, 201).json()
        self.assertEqual(made["state"], "covered")  # and once its cause is gone, the honest bank has its cover again
        self.cover_step(made["id"], "end", self.bank)
        self.event("/v1/loans/" + bad["id"], "classified", ago(0), grade="doubtful")
        last = self.booked(code, amount="100000.00").json()["coverage"]
        self.assertEqual((last["state"], [e["code"] for e in last["errors"]]), ("refused", ["E_BREAKER"]))
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_pool_weighs_what_is_covered_not_what_was_lent(self):
        """One fen of a good 3,000,000.00 thins nothing: 500,000.00 bad of 1,000,000.00 covered are 50 %, not 12.5 %."""
        code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
        large, good, bad = (self.booked(None if n == 0 else code, amount=a).json()
                            for n, a in enumerate(("3000000.00", "500000.00", "500000.00")))
        ask = lambda **over: self.post("/v1/coverages", dict({
            "reference": "BA-%d" % next(numbers), "loan": large["contract_no"], "scheme": code}, **over), self.bank, 201).json()
        self.assertEqual(ask(amount="0.01")["state"], "covered")
        self.event("/v1/loans/" + bad["id"], "classified", ago(0), grade="substandard")
        last = self.booked(code, amount="100000.00").json()["coverage"]
        self.assertEqual([(e["code"], e["title"].rsplit(":", 1)[1]) for e in last["errors"]], [("E_BREAKER", "50.00 > 30.00")])
        self.cover_step(self.cover_of(large["contract_no"])[0]["id"], "end", self.bank)
        self.event("/v1/loans/" + bad["id"], "classified", ago(0), grade="normal")
        self.assertEqual(self.booked(code, amount="100000.00").json()["coverage"]["state"], "covered")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_confirmation_is_of_what_was_seen_also_the_first_of_two(self):
        """Paper cover needs two: the first look at what a correction has changed since is no look."""
        code = self.scheme()
        contract = self.booked(None).json()["contract_no"]
        made = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": contract, "scheme": code,
                                           "on": ago(400), "evidence": "备案表"}, self.bank, 201).json()
        state = lambda: self.get("/v1/coverages/" + made["id"])["state"]
        self.cover_step(made["id"], "confirm", self.finance)
        self.correct(contract, amount="2900000.00", ip_amount="2900000.00")
        self.assertEqual(state(), "requested")  # judged anew before the correction is answered
        self.cover_step(made["id"], "confirm", self.second)
        self.assertEqual(state(), "requested")
        self.cover_step(made["id"], "confirm", self.second, 409)
        self.cover_step(made["id"], "confirm", self.finance)
        self.assertEqual(state(), "covered")

    def test_the_word_of_a_teller_who_is_found_out_counts_no_more(self):
        """Who told the bank's side and who confirmed first turn out to be one; beside him two of finance are two."""
        n = next(numbers)
        who, twin = (self.d.cli("person", "add", "--org", o, "--name", "%s%d" % (x, n)).stdout.strip()
                     for o, x in (("BANK-A", "报备"), ("FINANCE", "复看")))
        bank, finance = (self.d.given("token", "add", "--org", o, "--person", "%s%d" % (x, n))
                         for o, x in (("BANK-A", "报备"), ("FINANCE", "复看")))
        made = self.post("/v1/coverages", {"reference": "BA-%d" % n, "loan": self.booked(None).json()["contract_no"],
                                           "scheme": self.scheme(), "on": ago(400), "evidence": "备案表"}, bank, 201).json()
        state = lambda: self.get("/v1/coverages/" + made["id"])["state"]
        self.cover_step(made["id"], "confirm", finance)
        self.d.agreed(self.post("/v1/persons/%s/same-as" % twin, {"reference": "BA-%d" % n, "same_as": who, "reason": "核对"},
                                self.d.token("ip_office"), 202))
        self.cover_step(made["id"], "confirm", self.finance)
        self.assertEqual(state(), "requested")
        self.cover_step(made["id"], "confirm", self.second)
        self.assertEqual(state(), "covered")

    def test_a_request_for_all_of_a_loan_follows_its_correction(self):
        """An amount that was mistyped, by the loan and by itself: corrected before anybody confirmed, it is asked for anew."""
        code = self.scheme()
        for made in (self.booked(code), self.booked(None)):
            contract = made.json()["contract_no"]
            if not self.cover_of(contract):
                self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": contract, "scheme": code}, self.bank, 201)
            self.correct(contract, amount="2500000.00", ip_amount="2500000.00")
            self.assertEqual([(c["state"], c["amount"]) for c in self.cover_of(contract)], [("requested", "2500000.00")])

    def test_64_clients_are_all_told_that_the_bank_is_paused(self):
        """One bad loan of ten is beyond 5 %; another bank's cover goes on, and the pause ends with its cause."""
        code = self.scheme(confirmation="automatic", pause={"npl_ratio": "5.00"}, leverage_limit=None)
        lent = [self.booked(code).json() for _ in range(10)]
        where = "/v1/loans/" + lent[0]["id"]
        self.event(where, "classified", ago(0), grade="substandard")
        with ThreadPoolExecutor(64) as pool:
            made = list(pool.map(lambda _: self.booked(code).json()["coverage"], range(64)))
        self.assertEqual({(c["state"], *(e["code"] for e in c.get("errors", ()))) for c in made}, {("refused", "E_PAUSED")})
        other = self.booked(code, token=self.d.token("bank", "BANK-B")).json()["coverage"]
        self.assertEqual(other["state"], "covered")
        self.event(where, "classified", ago(0), grade="normal")
        self.assertEqual(self.booked(code).json()["coverage"]["state"], "covered")

    # ---- requests that wait, and what comes back ---------------------------------------------------

    def test_a_request_that_waits_takes_nothing_over_that_was_corrected_after_the_default(self):
        """Ten times the amount, told after the default, is confirmed as nothing and paid as nothing."""
        code = self.scheme("cd-2008")
        made = self.booked(None, amount="300000.00").json()
        contract = made["contract_no"]
        cover = self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": contract, "scheme": code,
                                            "on": ago(400), "evidence": "备案表"}, self.bank, 201).json()["id"]
        self.event("/v1/loans/" + made["id"], "overdue", ago(200))
        self.event("/v1/loans/" + made["id"], "classified", ago(200), grade="substandard")
        self.correct(contract, amount="3000000.00", ip_amount="3000000.00", borrower_contact="021-50001234")
        self.assertEqual([(c["state"], c["amount"]) for c in self.cover_of(contract)], [("requested", "300000.00")])
        for token in (self.finance, self.second):
            self.cover_step(cover, "confirm", token)
        self.assertEqual(self.get(self.claimed(contract))["net_loss"], "300000.00")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_request_that_grows_stands_in_the_queue_anew(self):
        """One yuan asked first, 20,000,000.00 filled by others: grown by correction there is no room for it."""
        code = self.scheme(money="10000000.00", leverage_limit=2)
        first = self.booked(code, amount="1.00").json()
        other = self.booked(code, amount="19000000.00").json()
        self.correct(first["contract_no"], amount="1000000.00", ip_amount="1000000.00")
        self.assertEqual([(c["state"], c["amount"]) for c in self.cover_of(first["contract_no"])],
                         [("requested", "1000000.00")])  # there was room behind the other
        self.correct(first["contract_no"], amount="20000000.00", ip_amount="20000000.00")
        self.assertEqual([(c["state"], [e["code"] for e in c["errors"]]) for c in self.cover_of(first["contract_no"])],
                         [("refused", ["E_LEVERAGE"])])
        self.cover_step(other["coverage"]["id"], "confirm", self.finance)

    def test_a_cover_that_comes_back_takes_no_room_that_others_were_given(self):
        """20,000,000.00 covered, told settled, given to another: taken back, it is suspended until there is room again."""
        code = self.scheme(money="10000000.00", leverage_limit=2, confirmation="automatic")
        first, second = self.booked(code, amount="12000000.00").json(), self.booked(code, amount="8000000.00").json()
        settled = {}
        for made in (first, second):
            settled[made["id"]] = self.event("/v1/loans/" + made["id"], "settled", ago(1)).json()["reference"]
        between = self.booked(code, amount="12000000.00").json()
        self.assertEqual(between["coverage"]["state"], "covered")
        back = lambda made: self.event("/v1/loans/" + made["id"], "reversed", ago(1), reverses=settled[made["id"]])
        state = lambda made: self.loan_of(made["contract_no"])["coverage"]["state"]
        back(second)  # 12 + 8 of 20 millions
        self.assertEqual(state(second), "covered")
        back(first)
        self.assertEqual(state(first), "suspended")
        cover = self.cover_of(first["contract_no"])[0]["id"]
        for step in ("confirm", "refuse"):
            self.assertEqual(self.cover_step(cover, step, self.finance, 422).codes(), [("/scheme", "E_LEVERAGE")])
        self.assertEqual([e["code"] for e in self.booked(code, amount="1.00").json()["coverage"]["errors"]], ["E_LEVERAGE"])
        self.cover_step(self.cover_of(between["contract_no"])[0]["id"], "end", self.bank)
        self.cover_step(cover, "confirm", self.finance)
        self.assertEqual(state(first), "covered")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    # ---- conditions, once the loan is corrected ----------------------------------------------------

    STAFF = {"all": [{"clause": "staff", "text": "从业人员不超过 300 人", "fact": "borrower.employees", "op": "le", "value": 300},
                     {"any": [{"clause": "good", "text": "未曾逾期", "fact": "loan.overdue_ever", "op": "eq", "value": False},
                              {"clause": "few", "text": "从业人员不超过 100 人", "fact": "borrower.employees", "op": "le",
                               "value": 100}]},
                     {"clause": "holder", "text": "质权人为银行", "fact": "loan.pledgee", "op": "eq", "value": "bank"}]}

    def state(self, contract):
        """Of its cover: the state, and what stands against it."""
        told = self.loan_of(contract)["coverage"]
        return told["state"], [e["code"] for e in told.get("errors", ())]

    def test_a_correction_beyond_the_conditions_suspends_the_cover(self):
        """120 persons, told as 5,000 before the default or after it: nothing is paid, whoever confirms, until it is taken back."""
        code = self.scheme(conditions=self.STAFF)
        for late in (False, True):
            contract = self.lent(code, overdue=300 if late else None, employees=120)
            self.correct(contract, employees=5000)
            self.assertEqual(self.state(contract), ("suspended", ["E_UNMET"]))
            if not late:
                self.event(self.where(contract), "overdue", ago(300))
                self.event(self.where(contract), "classified", ago(300), grade="substandard")
            said = self.claim(contract)
            self.assertEqual(said.codes(), [("/loan", "E_UNMET")])
            self.assertIn("从业人员数 5,000 → 300", said.json()["errors"][0]["title"])
            cover = self.cover_of(contract)[0]
            self.assertEqual(cover["legal_steps"], ["end"])
            for step in ("confirm", "refuse"):
                self.assertEqual(self.cover_step(cover["id"], step, self.finance, 409).codes(), [("", "E_UNMET")])
            self.correct(contract, employees=None)  # nor when it is not told at all
            self.assertEqual(self.state(contract), ("suspended", ["E_UNMET"]))
            self.correct(contract, employees=120, pledgee={"name": "某公司", "uscc": "91310104QX0104028H"})
            self.assertEqual(self.state(contract), ("suspended", ["E_UNMET"]))
            self.correct(contract, pledgee=None)
            self.assertEqual(self.state(contract), ("covered", []))
            self.paid(contract)
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_claim_on_its_way_is_not_paid_past_the_conditions(self):
        code = self.scheme(conditions=self.STAFF)
        contract = self.lent(code, employees=120)
        where = self.claimed(contract)
        self.step(where, "accept", self.finance)
        self.step(where, "approve", self.second)
        self.correct(contract, employees=5000)
        self.assertEqual(self.step(where, "pay", self.finance, status=409).codes(), [("/loan", "E_UNMET")])
        self.assertEqual(self.fund(code)[0], "40000000.00")
        self.correct(contract, employees=300)
        self.step(where, "pay", self.finance)
        self.assertEqual(self.fund(code)[0], "38380000.00")

    def test_what_the_correction_did_not_change_costs_no_honest_bank_its_cover(self):
        """Overdue since, of 99 persons told as 150: then it would have been covered as never overdue."""
        code = self.scheme(conditions=self.STAFF)
        for over in ({"borrower_contact": "021-50001234"}, {"employees": 150}, {"employees": 300}, {"rate": "3.60"}):
            contract = self.lent(code, employees=99)
            self.correct(contract, **over)
            self.assertEqual(self.state(contract), ("covered", []), over)
            self.assertEqual([s["step"] for s in self.cover_of(contract)[0]["steps"]], ["judge", "confirm", "confirm"])
            self.paid(contract)
        waits = self.booked(None, employees=120).json()  # and a request that waits is not refused for what came after it
        self.post("/v1/coverages", {"reference": "BA-%d" % next(numbers), "loan": waits["contract_no"], "scheme": code,
                                    "on": ago(400), "evidence": "备案表"}, self.bank, 201)
        self.event("/v1/loans/" + waits["id"], "overdue", ago(200))
        for over, told in (({"borrower_contact": "021-50001234"}, ("requested", ["E_DEFAULT_TOLD"])),
                           ({"employees": 110}, ("requested", ["E_DEFAULT_TOLD"])),
                           ({"employees": 5000}, ("refused", ["E_CONDITIONS"]))):
            self.correct(waits["contract_no"], **over)
            self.assertEqual(self.state(waits["contract_no"]), told)

    def test_what_finance_has_to_confirm_it_confirms_when_the_conditions_hold(self):
        code = self.scheme(conditions=self.STAFF)
        contract = self.lent(code, overdue=None, employees=120)
        self.correct(contract, employees=5000, registered_on=ago(399))
        cover = self.cover_of(contract)[0]["id"]
        self.assertEqual(self.cover_step(cover, "confirm", self.finance, 409).codes(), [("", "E_UNMET")])
        self.correct(contract, employees=120)
        self.assertEqual(self.state(contract), ("suspended", []))  # by what decides a payment still
        self.cover_step(cover, "confirm", self.finance)
        self.assertEqual(self.state(contract), ("covered", []))
        self.correct(contract, employees=5000)
        self.assertEqual(self.state(contract), ("suspended", ["E_UNMET"]))
        self.correct(contract, employees=120, registered_on=ago(398))  # what decides, told together with the cure
        self.assertEqual(self.state(contract), ("suspended", []))
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_SUSPENDED"), ("/loan", "E_TRIGGER")])
        self.cover_step(cover, "confirm", self.finance)
        self.correct(contract, employees=5000)
        self.cover_step(cover, "end", self.finance)  # a first word of two, which stops nothing by itself
        self.correct(contract, employees=120)
        self.assertEqual(self.state(contract), ("covered", []))

    def test_what_raises_the_share_of_the_fund_is_judged_again_too(self):
        """Five points more for a firm of at most 300; 3,000,000 by 54 % are 1,620,000, by 59 % 1,770,000."""
        code = self.scheme(confirmation="automatic", first_loan_uplift="2.00",
                           uplifts=[{"share": "5.00", "when": {"all": self.STAFF["all"]}}])
        made = self.booked(code, employees=200, first_loan=True).json()
        contract, where = made["contract_no"], "/v1/loans/" + made["id"]
        self.assertEqual((made["coverage"]["state"], made["coverage"]["terms"]["uplift"]), ("covered", "5.00"))
        self.event(where, "overdue", ago(0))
        claims = lambda: self.d.sql("select claim_uplift_ppm(claim_case_of(c.org_id, '{}', null, today(), l, c, null))"
                                    " from coverage c join loan l on l.id = c.loan_id where l.id = '%s' order by l.version desc limit 1"
                                    % made["id"])
        self.assertEqual(claims(), "70000")
        for over, raised in (({"borrower_contact": "021-6%07d" % next(numbers)}, "70000"), ({"employees": 5000}, "20000"),
                             ({"employees": 300}, "70000"), ({"employees": 300, "first_loan": False}, "50000"),
                             ({"first_loan": True}, "70000")):
            self.correct(contract, **over)
            self.assertEqual(claims(), raised, over)
        late = self.booked(code, employees=5000).json()  # and what was not promised does not come later
        self.assertEqual(late["coverage"]["terms"]["uplift"], "0.00")
        self.correct(late["contract_no"], employees=200)
        self.assertEqual(self.d.sql("select terms ->> 'uplift', raised_ppm from coverage where loan_id = '%s'" % late["id"]),
                         "0.00|50000")

    def test_while_nobody_has_judged_nothing_is_decided(self):
        """The mark stands for a moment: neither a claim nor a person passes it."""
        contract = self.lent(self.scheme(conditions=self.STAFF), employees=120)
        cover = self.cover_of(contract)[0]["id"]
        found = self.d.sql("begin; update coverage set rejudge = true, state = 'suspended' where id = '%s';"
                           " select p ->> 0 from coverage c, loan l, unnest(claim_judge_cover(claim_case_of(c.org_id, '{}', null, today(), l, c, null))) p"
                           " where c.id = '%s' and l.id = c.loan_id; select (coverage_step_refusal(c, json_build_object('step', s,"
                           " 'seen', '-'), '-'))[1] ->> 0 from coverage c, unnest(array['confirm', 'end']) s"
                           " where c.id = '%s'; rollback" % (cover, cover, cover))
        self.assertEqual(found.split(), ["E_SUSPENDED", "E_REJUDGE", "E_REJUDGE"])  # an end needs no judgement

    def test_a_cover_that_is_whole_again_stands_last(self):
        """12 of 20 millions: suspended, settled, given to another; taken back and put right it waits for room."""
        code = self.scheme(money="10000000.00", leverage_limit=2, confirmation="automatic", conditions=self.STAFF)
        for while_ended in (False, True):
            first = self.booked(code, amount="12000000.00", employees=120).json()
            contract, where = first["contract_no"], "/v1/loans/" + first["id"]
            steps = [lambda: self.correct(contract, employees=5000), lambda: self.event(where, "settled", ago(1)).json()]
            said = [step() for step in (steps[::-1] if while_ended else steps)][0 if while_ended else 1]
            self.assertEqual(self.state(contract), ("ended", ["E_UNMET"]))
            between = self.booked(code, amount="12000000.00", employees=120).json()["coverage"]
            self.assertEqual(between["state"], "covered")
            self.event(where, "reversed", ago(1), reverses=said["reference"])
            self.assertEqual(self.state(contract), ("suspended", ["E_UNMET"]))
            self.correct(contract, employees=120)
            self.assertEqual(self.state(contract), ("suspended", []))
            cover = self.cover_of(contract)[0]["id"]
            self.assertEqual(self.cover_step(cover, "confirm", self.finance, 422).codes(), [("/scheme", "E_LEVERAGE")])
            self.cover_step(between["id"], "end", self.bank)
            self.cover_step(cover, "confirm", self.finance)
            self.assertEqual(self.state(contract), ("covered", []))
            self.cover_step(cover, "end", self.bank)
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_two_of_finance_end_a_cover(self):
        """One cannot keep a bank from its claim; what happens in between makes the first word none."""
        contract = self.lent(self.scheme(), overdue=300)
        cover = self.cover_of(contract)[0]["id"]
        ends = lambda token: [x["path"] for x in self.get("/v1/tasks?limit=1000", token)["items"] if x["steps"] == ["end"]
                              and x["path"].endswith(cover)]
        self.cover_step(cover, "end", self.finance)
        self.assertEqual(self.state(contract), ("covered", []))
        self.assertEqual(self.cover_step(cover, "end", self.finance, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual((ends(self.finance), ends(self.second)), ([], ["/v1/coverages/" + cover]))
        self.correct(contract, registered_on=ago(399))
        self.cover_step(cover, "confirm", self.second)
        self.cover_step(cover, "end", self.second)
        self.assertEqual((self.state(contract), ends(self.second)), (("covered", []), []))
        where = self.claimed(contract)
        self.assertEqual(self.cover_step(cover, "end", self.finance, 422).codes(), [("", "E_COMPENSATED")])
        self.step(where, "withdraw", self.bank)
        self.cover_step(cover, "end", self.finance)
        self.assertEqual(self.state(contract), ("ended", []))
        self.assertEqual(self.claim(contract).codes(), [("/loan", "E_NO_COVER")])
        mine = self.lent(self.scheme(), overdue=300)  # a bank gives up its own alone
        self.cover_step(self.cover_of(mine)[0]["id"], "end", self.bank)
        self.assertEqual(self.state(mine), ("ended", []))
        stolen, caught = self.another("FINANCE", "王敏")  # what he said by it is no first word; its holder says his own
        gone = self.lent(self.scheme(), overdue=300)
        cover = self.cover_of(gone)[0]["id"]
        self.cover_step(cover, "end", stolen)
        caught()
        self.assertEqual(ends(self.second), [])
        self.cover_step(cover, "end", self.second)
        self.assertEqual(self.state(gone), ("covered", []))
        self.cover_step(cover, "end", self.finance)
        self.assertEqual(self.state(gone), ("ended", []))
        good = self.lent(self.scheme(), overdue=None, matures_on=ago(-100))  # a default may be there and not be told yet
        for token, state in ((self.finance, "covered"), (self.second, "ended")):
            self.cover_step(self.cover_of(good)[0]["id"], "end", token)
            self.assertEqual(self.state(good), (state, []))
        self.assertEqual(self.d.verify().stdout, "no defects\n")
        self.d.sql("set session_replication_role = replica; create table kept as table coverage_step; update coverage_step set"
                   " recorded_by = '王 敏@FINANCE' where coverage = '%s' and recorded_by = '李华@FINANCE'" % cover)
        said = self.d.verify().stdout
        self.d.sql("set session_replication_role = replica; delete from coverage_step; %s; drop table kept"
                   % self.d.refill("coverage_step", "kept").rstrip(";"))
        self.assertIn("cover that could be claimed on and that two persons of finance did not end: " + cover, said)

    def test_who_may_only_submit_ends_no_cover(self):
        made = self.booked(self.scheme(confirmation="automatic")).json()
        cover = made["coverage"]["id"]
        clerk, head = (self.d.cli("token", "add", "--org", "BANK-A", "--person", "%s%d" % (duty, next(numbers)), "--duties",
                                  duty).stdout.strip() for duty in ("submit", "decide"))
        self.assertEqual(self.cover_step(cover, "end", clerk, 403).codes(), [("", "E_DUTY")])
        self.cover_step(cover, "end", head)
        self.assertEqual(self.loan_of(made["contract_no"])["coverage"]["state"], "ended")
