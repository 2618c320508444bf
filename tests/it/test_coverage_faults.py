"""Cover as a crooked bank or a tired clerk would have it: a default hidden from who confirms, a pool made good by a word."""
from fund_case import FundCase, ago
from harness import numbers
from test_claim_parties import GUARANTOR, TWO


class Told(FundCase):
    def asked(self, code):
        cover = self.booked(code, amount="100000.00").json()["coverage"]
        return cover["state"], [e["title"].rsplit(":", 1)[1] for e in cover.get("errors", ())]

    def ask(self, contract, code, **over):
        return self.post("/v1/coverages", dict({"reference": "BA-%d" % next(numbers), "loan": contract, "scheme": code}, **over),
                         self.bank, 201).json()

    def told_before(self, made, days):
        """As if all that was told of a loan had been told so many days earlier."""
        self.d.sql("alter table loan_event disable trigger user; update loan_event set recorded_at = recorded_at - interval '%d days'"
                   " where loan_id = '%s'; alter table loan_event enable trigger user" % (days, made["id"]))


class CoverageFaults(Told):
    conf = {"readers": "6"}

    def said(self, cover):
        return cover["state"], sorted({e["code"] for e in cover.get("errors", ())})

    # ---- what a new loan may have refinanced --------------------------------------------------------

    def renewed(self, code, old):
        """A further loan of its firm on its right, signed yesterday: its cover."""
        same = {k: old[k] for k in ("borrower_uscc", "borrower_name")}
        return self.booked(code, drawn=0, signed_on=ago(1), ip=[{"number": old["ip"][0]["number"]}], **same).json()["coverage"]

    def test_a_default_that_a_new_loan_repaid_is_seen_whatever_event_or_day_tells_of_it(self):
        """Each row: the old loan's term, what was told long ago and what now, and whether a person has to see it."""
        code = self.scheme(confirmation="automatic", file_within_days=None)
        whole = {"principal": "3000000.00"}
        for matures, long_ago, now, seen in (
                (ago(-330), [("overdue", ago(100), {})], [("settled", ago(95), {})], True),   # dated back behind the 90 days
                (ago(60), [("overdue", ago(59), {})], [("repaid", ago(1), whole)], True),     # paid in full, not called settled
                (ago(60), [], [("repaid", ago(1), whole)], True),                             # behind its term
                (ago(60), [], [], True),                                                      # owed still, in silence
                (ago(60), [("repaid", ago(60), whole)], [], False),                           # on its last day
                (ago(60), [], [("settled", ago(60), {})], False),
                (ago(-1), [], [("settled", ago(1), {})], False),                              # renewed in time
                (ago(-330), [("overdue", ago(300), {}), ("settled", ago(200), {})], [], False)):  # long before, and told then
            old = self.booked(None, matures_on=matures).json()
            for kind, day, more in long_ago:
                self.event("/v1/loans/" + old["id"], kind, day, **more)
            self.told_before(old, 180 if matures == ago(-330) and not now else 50)
            for kind, day, more in now:
                self.event("/v1/loans/" + old["id"], kind, day, **more)
            with self.subTest(matures=matures, long_ago=long_ago, now=now):
                cover = self.renewed(code, old)
                self.assertEqual(self.said(cover), ("requested", ["E_DEFAULT_TOLD"]) if seen else ("covered", []))
                if seen:
                    self.assertIn(old["contract_no"], cover["errors"][0]["title"])
                    if not long_ago + now:
                        self.assertIn("outstanding 3000000.00", cover["errors"][0]["title"])
                    self.cover_step(cover["id"], "confirm", self.finance)
                    self.assertEqual(self.said(self.get("/v1/coverages/" + cover["id"])), ("covered", []))

    def test_a_fen_that_is_left_owed_hides_no_default(self):
        """On other rights, so that it is no part of one credit; an instalment that was late once is no end."""
        code = self.scheme(confirmation="automatic", file_within_days=None)
        for late, paid, said in (({}, "2999999.99", ("requested", ["E_DEFAULT_TOLD"])),
                                 ({"principal": "1.00", "interest": "0.00"}, "1.00", ("covered", []))):
            old = self.booked(None, matures_on=ago(-330)).json()
            self.event("/v1/loans/" + old["id"], "overdue", ago(100), **late)
            self.told_before(old, 50)
            self.event("/v1/loans/" + old["id"], "repaid", ago(1), principal=paid)
            same = {k: old[k] for k in ("borrower_uscc", "borrower_name")}
            self.assertEqual(self.said(self.booked(code, drawn=0, signed_on=ago(1), **same).json()["coverage"]), said, paid)

    def test_a_firm_in_default_is_seen_whatever_its_new_loan_is_of(self):
        """5,000,000.00 on another right, beside 3,000,000.00 in arrears, of which 49 % were paid, or that matured in silence."""
        code = self.scheme(confirmation="automatic", file_within_days=None)
        for matures, late, paid, seen in ((ago(-330), {}, None, True),
                                          (ago(-330), {"principal": "1470000.00"}, ("repaid", ago(1), "1470000.00"), True),
                                          (ago(60), None, None, True),
                                          (ago(60), None, ("settled", ago(1), "3000000.00"), True),
                                          (ago(-330), {"principal": "200000.00"}, ("repaid", ago(1), "200000.00"), False),
                                          (ago(-330), None, ("repaid", ago(1), "1470000.00"), False),
                                          (ago(60), None, ("settled", ago(60), "3000000.00"), False)):
            old = self.booked(None, matures_on=matures).json()
            where = "/v1/loans/" + old["id"]
            if late is not None:
                self.event(where, "overdue", ago(100), **late)
                self.told_before(old, 50)
            if paid:
                self.event(where, paid[0], paid[1], principal=paid[2])
            same = {k: old[k] for k in ("borrower_uscc", "borrower_name")}
            cover = self.booked(code, drawn=0, signed_on=ago(1), amount="5000000.00", **same).json()["coverage"]
            with self.subTest(matures=matures, late=late, paid=paid):
                self.assertEqual(self.said(cover), ("requested", ["E_DEFAULT_TOLD"]) if seen else ("covered", []))

    def test_a_whole_book_told_on_one_day_waits_for_nobody(self):
        """A loan of years ago with its arrears and its end, told today beside a later one: nothing was hidden from the ledger."""
        code = self.scheme(confirmation="automatic", file_within_days=None)
        old = self.booked(None, matures_on=ago(-330)).json()
        for kind, day in (("overdue", ago(300)), ("settled", ago(200))):
            self.event("/v1/loans/" + old["id"], kind, day)
        self.assertEqual(self.said(self.renewed(code, old)), ("covered", []))

    def test_no_words_about_a_loan_hide_what_was_told_of_another(self):
        """Thirteen words of one loan, of which the last is told with how many it stands for, and then that of another."""
        code = self.scheme(confirmation="automatic", file_within_days=None)
        many, one = (self.booked(None, matures_on=ago(-330)).json() for _ in range(2))
        rights = [{"number": x["ip"][0]["number"]} for x in (many, one)]
        for n in range(13):
            self.event("/v1/loans/" + many["id"], "overdue", ago(100 - n), principal="1.00", interest="0.00")
        self.told_before(many, 60)
        one = self.d.call("PUT", "/v1/loans/" + one["id"], dict(
            {k: v for k, v in self.loan_of(one["contract_no"]).items() if v is not None}, reason="更正",
            **{k: many[k] for k in ("borrower_uscc", "borrower_name")}), self.bank, {"If-Match": '"1"'}).json()
        self.event("/v1/loans/" + one["id"], "overdue", ago(90))
        self.told_before(one, 50)
        for x in (many, one):
            self.event("/v1/loans/" + x["id"], "settled", ago(1))
        same = {k: many[k] for k in ("borrower_uscc", "borrower_name")}
        cover = self.booked(code, drawn=0, signed_on=ago(1), ip=rights, **same).json()["coverage"]
        said = [e["title"] for e in cover["errors"]]
        self.assertEqual(len(said), 13, said)
        self.assertIn("(+1: … ", said[11])
        self.assertIn(one["contract_no"], said[12])

    # ---- what a confirmation is of ------------------------------------------------------------------

    def test_a_correction_that_the_scheme_would_not_cover_is_not_confirmed(self):
        code = self.scheme(confirmation="automatic", rate_ceiling={"lpr_spread": "1.50"}, excludes_guaranteed=True,
                           ip_share_min="60.00", file_within_days=None)
        made = self.booked(code).json()
        contract, cover = made["contract_no"], made["coverage"]["id"]
        for over, why in (({"rate": "24.00"}, "E_RATE_CEILING"), ({"guarantor_uscc": "91310101QX0101011R"}, "E_EXCLUDED"),
                          ({"ip_amount": "1000000.00"}, "E_IP_SHARE")):
            old = {k: self.loan_of(contract).get(k) for k in over}
            self.correct(contract, **over)
            state = "covered" if why == "E_IP_SHARE" else "suspended"  # what is worth less counts at once and suspends nothing
            self.assertEqual(self.cover_of(contract)[0]["state"], state)
            self.assertIn(("/loan", why), self.cover_step(cover, "confirm", self.finance, None).codes())
            self.correct(contract, **old)
            if state == "suspended":
                self.cover_step(cover, "confirm", self.finance)
        self.correct(contract, rate="3.70")  # within it
        self.cover_step(cover, "confirm", self.finance)
        self.assertEqual(self.get("/v1/coverages/" + cover)["terms"]["rate"], "3.70")
        self.correct(contract, rate="24.00")  # who looked at it may say no: it stays covered as it stood
        self.cover_step(cover, "refuse", self.finance)
        told = self.get("/v1/coverages/" + cover)
        self.assertEqual((told["state"], told["terms"]["rate"]), ("covered", "3.70"))

    def test_a_rate_that_was_told_while_a_cover_waited_is_seen_by_who_confirms(self):
        """3,000,000.00 for 400 days of 360 at 24 % are 800,000.00 of interest, at 3.65 % 121,666.67."""
        code = self.scheme(loss_base="principal_and_interest", trigger={"min_grade": "substandard"})
        for waits in ("requested", "suspended"):
            made = self.booked(code).json()
            contract, where, cover = made["contract_no"], "/v1/loans/" + made["id"], made["coverage"]["id"]
            if waits == "suspended":
                self.cover_step(cover, "confirm", self.finance)
                self.correct(contract, registered_on=ago(399))
            seen = self.get("/v1/coverages/" + cover)["seen"]
            told = self.event(where, "repriced", ago(404), rate="24.00").json()["reference"]
            shown = self.get("/v1/coverages/" + cover)
            self.assertEqual(self.said(shown), (waits, ["E_UNCONFIRMED"]))
            self.assertIn("%s %s 24" % (told, ago(404)), shown["errors"][0]["title"])
            self.assertEqual(self.cover_step(cover, "confirm", self.finance, 409, seen=seen).codes()[0][1], "E_SEEN")
            self.event(where, "reversed", ago(0), reverses=told)  # as a clerk asks for it
            self.event(where, "repriced", ago(404), rate="3.60")  # less is nobody's harm
            shown = self.get("/v1/coverages/" + cover)
            self.assertEqual(self.said(shown), (waits, []))
            self.cover_step(cover, "confirm", self.finance)
            for kind, more in (("overdue", {}), ("classified", {"grade": "substandard"})):
                self.event(where, kind, ago(0), **more)
            self.assertEqual(self.get(self.claimed(contract))["arithmetic"][0]["formula"], "3000000.00 + 120000.00 + 0.00 + 0.00")

    def test_points_that_no_terms_name_are_not_paid(self):
        """Of a cover that was frozen before there were any, whatever its loan is corrected to."""
        contract = self.lent(self.scheme(uplifts=[{"share": "5.00", "when": {"all": [
            {"clause": "staff", "text": "从业人员不超过 300 人", "fact": "borrower.employees", "op": "le", "value": 300}]}}]), employees=200)
        self.assertEqual(self.get(self.claimed(contract))["fund"], "1770000.00")
        self.d.sql("update coverage set terms = (terms::jsonb - 'uplift')::json, raised_ppm = 50000 where loan_id = '%s'"
                   % self.where(contract)[10:])
        (claim,) = self.get("/v1/claims?loan=" + contract)["items"]
        self.assertEqual(claim["fund"], "1620000.00")

    # ---- a pool made good by a word -----------------------------------------------------------------

    def test_a_void_of_a_good_loan_leaves_nothing(self):
        """One was told late by a slip once, long ago."""
        code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
        self.booked(code, amount="6000000.00")
        slip, good = (self.booked(code).json() for _ in range(2))
        late = self.event("/v1/loans/" + slip["id"], "overdue", ago(100)).json()["reference"]
        self.event("/v1/loans/" + slip["id"], "reversed", ago(0), reverses=late)
        self.told_before(slip, 91)
        for x in (slip, good):
            self.event("/v1/loans/" + x["id"], "voided", ago(0), reason="重新签订")
            self.assertEqual(self.get("/v1/coverages/" + x["coverage"]["id"])["legal_steps"], [])
            self.assertEqual(self.asked(code), ("covered", []))

    def flags_of(self, contract):
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF40"}, self.finance, 201)
        return {f["severity"] for f in self.get("/v1/flags?code=RF40&record=" + self.where(contract)[10:])["items"]}

    def test_a_bad_loan_that_was_void_while_another_was_claimed_is_flagged(self):
        code = self.scheme()
        back, gone, good, honest = (self.lent(code, overdue=days) for days in (300, 300, None, None))
        where = {x: self.where(x) for x in (back, gone, good, honest)}
        told = {x: self.event(where[x], "voided", ago(0), reason="重新签订").json()["reference"] for x in where}
        claim = self.claimed(self.lent(code))
        self.step(claim, "accept", self.finance)
        self.step(claim, "approve", self.second)
        for x in (back, honest):
            self.event(where[x], "reversed", ago(0), reverses=told[x])
        flags = lambda x: {f["severity"] for f in self.get("/v1/flags?code=RF40&record=" + where[x][10:])["items"]}
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF40"}, self.finance, 201)
        self.event(where[honest], "overdue", ago(0))  # long after it was void by a slip
        self.event(where[honest], "classified", ago(0), grade="substandard")
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF40"}, self.finance, 201)
        self.assertEqual([flags(x) for x in (back, gone, good, honest)], [{"high"}, {"med"}, set(), set()])

    def test_a_word_between_the_approval_and_the_payment_is_flagged(self):
        code = self.scheme()
        later, other = self.lent(code, overdue=None), self.lent(code)
        claim = self.claimed(other)
        self.step(claim, "accept", self.finance)
        self.step(claim, "approve", self.second)
        self.event(self.where(later), "overdue", ago(100))
        told = self.event(self.where(later), "repaid", ago(0), principal="3000000.00").json()["reference"]
        self.step(claim, "pay", self.finance)
        self.event(self.where(later), "reversed", ago(0), reverses=told)
        self.assertEqual(self.flags_of(later), {"high"})

    def test_covers_that_a_word_made_room_for_are_flagged_with_the_loan_that_is_bad_again(self):
        """3,000,000.00 bad beside 6,000,000.00 are 33.33 %, beside 12,000,000.00 they are 20 %: the breaker is at 30 %."""
        for beside, over in (("6000000.00", True), ("12000000.00", False)):
            code = self.scheme("cd-2008", npl_breaker="30.00", leverage_limit=None, file_within_days=None, confirmation="automatic")
            self.lent(code, overdue=None, amount=beside)
            bad = self.lent(code)
            ask = lambda: self.booked(code, amount="100000.00").json()
            self.assertEqual(ask()["coverage"]["state"], "refused" if over else "covered")
            told = self.event(self.where(bad), "repaid", ago(0), principal="3000000.00").json()["reference"]
            new = ask()
            self.assertEqual(new["coverage"]["state"], "covered")
            self.event(self.where(bad), "reversed", ago(0), reverses=told)
            later = ask()
            flags = lambda x: {f["severity"] for f in self.get("/v1/flags?code=RF40&record=" + x)["items"]}
            found = {"high"} if over else set()
            self.assertEqual([flags(x) for x in (self.where(bad)[10:], new["id"], later["id"])], [found, found, set()], beside)
            self.flags_of(bad)  # a scan finds the same, and no more
            self.assertEqual([flags(x) for x in (self.where(bad)[10:], new["id"], later["id"])], [found, found, set()], beside)

    def test_a_default_that_was_taken_back_while_others_were_covered_is_flagged(self):
        """Told again afterwards; what was told by a slip is not."""
        for again in (True, False):
            code = self.scheme("cd-2008", npl_breaker="30.00", leverage_limit=None, file_within_days=None, confirmation="automatic")
            self.lent(code, overdue=None, amount="6000000.00")
            bad = self.lent(code, overdue=None)
            tell = lambda: [self.event(self.where(bad), kind, ago(300), **more).json()["reference"]
                            for kind, more in (("overdue", {}), ("classified", {"grade": "substandard"}))]
            for reference in tell():
                self.event(self.where(bad), "reversed", ago(0), reverses=reference)
            new = self.booked(code, amount="100000.00").json()
            self.assertEqual(new["coverage"]["state"], "covered")
            if again:
                tell()
            self.assertEqual((self.flags_of(bad), self.flags_of(new["contract_no"])), ({"med"}, {"med"}) if again else (set(), set()))

    # ---- honest banks -------------------------------------------------------------------------------

    def test_costs_that_were_accepted_go_back_with_a_loan_that_is_good_again(self):
        """Of 3,000,000.00 the fund bore 1,620,000.00; 54 % of 10,000.00 of costs more; what all came back is owed with them."""
        code = self.scheme()
        contract = self.lent(code, grade=None)
        where = self.paid(contract)
        self.event(self.where(contract), "repaid", ago(0), principal="1000000.00")
        self.recover(where, "1000000.00", costs=[{"what": "诉讼费", "amount": "10000.00", "evidence": "票据"}])
        self.step(where, "accept_costs", self.finance, costs_accepted="10000.00")
        self.assertEqual(self.get(where).get("recovery_untold"), None)  # while it is bad they are costs
        told = self.get(self.where(contract) + "/events", self.bank)["items"]
        self.event(self.where(contract), "reversed", ago(0), reverses=next(e["reference"] for e in told if e["kind"] == "overdue"))
        self.assertEqual(self.get(where)["recovery_untold"], "2010000.00")
        self.assertEqual(self.recover(where, "2010000.01", status=None).codes(), [("/amount", "E_EXCEEDS")])
        self.recover(where, "2010000.00")
        self.assertEqual((self.get(where)["paid"], self.fund(code)[0]), ("0.00", "40000000.00"))
        self.step(where, "close", self.finance)

    def test_a_loan_that_was_drawn_after_its_term_is_corrected_still(self):
        """On record from before that was refused. A correction that makes another draw a late one is refused as ever."""
        made = self.booked(None, disbursed_on=None, revolving=True, matures_on=ago(200)).json()
        where = "/v1/loans/" + made["id"]
        for day in (ago(400), ago(300)):
            self.event(where, "disbursed", day, principal="1000000.00")
        late = self.event(where, "disbursed", ago(200), principal="500000.00").json()["id"]
        self.d.sql("alter table loan_event disable trigger user; update loan_event set on_day = on_day + 1 where id = '%s';"
                   " alter table loan_event enable trigger user" % late)
        self.event(where, "repaid", ago(100), principal="500000.00")
        self.correct(made["contract_no"], rate="3.70")
        self.correct(made["contract_no"], matures_on=ago(190))
        for over in ({"matures_on": ago(310)}, {"amount": "2400000.00", "ip_amount": "2400000.00"}):
            self.assertEqual(self.correct(made["contract_no"], 409, **over).codes()[0][1], "E_STATE_LATER", over)

    # ---- the caps of a year -------------------------------------------------------------------------

    def of_last_year(self, claim):
        self.d.sql("alter table claim disable trigger user; update claim set on_day = on_day - 366, received_on = received_on - 366"
                   " where id = '{0}'; alter table claim enable trigger user; update claim_now set year = year - 1"
                   " where claim = '{0}'".format(claim.split("/")[-1]))

    def test_a_guarantor_does_not_pick_the_year_of_what_it_owed_before(self):
        """20 % of 500,000.00 are all that the fund pays a year. Last year it claimed that; since then it has paid as much of what
        had fallen due before, of what fell due since, of both, or of the latter when the borrower had paid the former."""
        guarantor = self.d.token("guarantor")
        half, whole = "500000.00", "1000000.00"
        for due, own, since, more, told, fund in (({}, None, None, half, {}, None), ({"principal": half}, None, 50, half, {}, "100000.00"),
                                                  ({"principal": whole}, None, 50, whole, {}, None),
                                                  ({"principal": whole}, None, 50, whole, {"loss_principal": whole}, "100000.00"),
                                                  ({"principal": whole}, half, 50, half, {}, "100000.00")):
            with self.subTest(due=due, own=own, told=told):
                code = self.scheme("ah", **dict(TWO, cap_fund_year="100000.00", claim_window_days=None))
                contract = self.lent(code, drawn=500, overdue=None, guarantor_uscc=GUARANTOR)
                where = self.where(contract)
                claim = lambda **over: self.claim(where.split("/")[-1], token=guarantor, **over)
                self.event(where, "overdue", ago(400), **due)
                self.event(where, "repaid", ago(380), principal="500000.00", payer="guarantor")
                self.of_last_year(self.to_pay(claim(status=201).headers["location"]))
                if own:
                    self.event(where, "repaid", ago(100), principal=own)
                if since:
                    self.event(where, "overdue", ago(since), principal=half)
                self.event(where, "repaid", ago(10), principal=more, payer="guarantor")
                if fund:
                    self.assertEqual(self.get(claim(status=201, **told).headers["location"])["fund"], fund)
                else:
                    self.assertEqual(claim(**told).codes(), [("/loan", "E_CAP")])

    def test_a_loss_claimed_in_parts_has_the_caps_of_one_year(self):
        """Half of 3,000,000.00 under a cap of 1,000,000.00 a year: in parts over two years as much as whole."""
        code = self.scheme("sz", cap_fund_year="1000000.00", cap_bank_year="1000000.00")
        contract = self.lent(code, drawn=500, overdue=400)
        first = self.paid(contract, loss_principal="1000000.00")
        self.assertEqual(self.get(first)["fund"], "500000.00")
        self.of_last_year(first)
        rest = self.claimed(contract)
        self.assertEqual(self.get(rest)["fund"], "500000.00")
        self.to_pay(rest)
        other = self.claimed(self.lent(code))  # this year's is all there for another loss
        self.assertEqual(self.get(other)["fund"], "1000000.00")
        self.assertEqual(self.d.sql("select string_agg(year - extract(year from today())::int || '', ' ' order by year)"
                                    " from claim_now where scheme_code = '%s'" % code), "-1 -1 0")



class Pool(Told):
    """A pool that a typing error made bad: its ledger stays whole to the end."""
    conf = {"readers": "5"}

    def waits(self, cover, token):
        return [x["steps"] for x in self.get("/v1/tasks?limit=1000", token)["items"] if x["path"].endswith(cover)]

    def test_two_of_finance_mend_a_pool_by_evidence(self):
        """3,000,000.00 typed as 30,000,000.00 went bad beside 9,000,000.00: 76.92 %, in truth 25 %."""
        code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
        self.booked(code, amount="9000000.00")
        typed = self.booked(code, amount="30000000.00").json()
        contract, where, cover = typed["contract_no"], "/v1/loans/" + typed["id"], typed["coverage"]["id"]
        self.event(where, "overdue", ago(0))
        self.event(where, "classified", ago(0), grade="substandard")
        paused = ("refused", ["76.9231 > 30.00"])
        self.assertEqual(self.asked(code), paused)
        self.assertEqual(self.waits(cover, self.finance), [])
        self.correct(contract, amount="3000000.00", ip_amount="3000000.00")
        self.assertEqual(self.asked(code), paused)
        for step in ("refuse", None):  # who is not convinced says no, and it waits for nobody
            shown = self.get("/v1/coverages/" + cover)
            self.assertEqual((shown["state"], shown["legal_steps"]), ("covered", ["confirm", "end", "refuse"]))
            self.assertIn("30000000.00 %s → 3000000.00 %s" % (ago(0), ago(0)), shown["errors"][0]["title"])
            if step:
                self.assertEqual(self.waits(cover, self.finance), [["confirm", "refuse"]])
                self.cover_step(cover, step, self.finance)
                self.assertEqual((self.waits(cover, self.finance), self.asked(code)), ([], paused))
        paper = {"evidence": "借款合同 2022-07 原件"}
        self.assertEqual(self.cover_step(cover, "confirm", self.finance, 422).codes(), [("/evidence", "E_NEED")])
        begun = lambda: [x["step"] for x in self.get("/v1/coverages/" + cover)["begun"]]
        self.assertEqual(begun(), [])
        self.cover_step(cover, "confirm", self.finance, **paper)
        self.assertEqual((self.asked(code), self.waits(cover, self.second)), (paused, [["confirm", "refuse"]]))
        self.assertEqual(begun(), ["confirm"])  # the first word, which waits for another person's
        self.assertEqual(self.cover_step(cover, "confirm", self.finance, 409, **paper).codes(), [("", "E_SAME_PERSON")])
        self.cover_step(cover, "confirm", self.second, **paper)
        self.assertEqual((self.asked(code), self.waits(cover, self.second)), (("covered", []), []))
        shown = self.get("/v1/coverages/" + cover)
        self.assertEqual((shown["amount"], shown["terms"]["amount"], shown.get("errors")), ("30000000.00", "30000000.00", None))
        self.assertEqual(begun(), [])
        self.correct(contract, amount="1.00", ip_amount="1.00")  # nobody agreed on that
        self.assertEqual(begun(), [])  # who confirmed last may confirm this, too
        self.event(where, "classified", ago(0), grade="doubtful")
        self.assertEqual(self.d.sql("select bad_fen from coverage where id = '%s'" % cover), "300000000")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def mended(self, cover):
        """Two of finance, with evidence."""
        paper = {"evidence": "借款合同 2022-07 原件"}
        self.assertEqual(self.cover_step(cover, "confirm", self.finance, 422).codes(), [("/evidence", "E_NEED")])
        self.cover_step(cover, "confirm", self.finance, **paper)
        self.assertEqual(self.waits(cover, self.second), [["confirm", "refuse"]])
        self.assertEqual(self.cover_step(cover, "confirm", self.finance, 409, **paper).codes(), [("", "E_SAME_PERSON")])
        self.cover_step(cover, "confirm", self.second, **paper)
        self.assertEqual(self.waits(cover, self.second), [])

    def told_bad(self, where):
        return [self.event(where, kind, ago(0), **more).json()["reference"]
                for kind, more in (("overdue", {}), ("classified", {"grade": "substandard"}))]

    def test_an_ended_cover_is_mended_in_its_pool_and_pays_nothing(self):
        """3,000,000.00 typed as 30,000,000.00 went bad beside 9,000,000.00 and was given up: 76.92 %, in truth 25 %."""
        code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
        self.booked(code, amount="9000000.00")
        typed = self.booked(code, amount="30000000.00").json()
        contract, cover = typed["contract_no"], typed["coverage"]["id"]
        self.told_bad("/v1/loans/" + typed["id"])
        self.cover_step(cover, "end", self.bank)
        self.assertEqual(self.get("/v1/coverages/" + cover)["legal_steps"], [])
        self.correct(contract, amount="3000000.00", ip_amount="3000000.00")
        paused = ("refused", ["76.9231 > 30.00"])
        self.assertEqual(self.asked(code), paused)
        shown = self.get("/v1/coverages/" + cover)
        self.assertEqual((shown["state"], shown["legal_steps"]), ("ended", ["confirm", "refuse"]))
        self.assertEqual(self.cover_step(cover, "confirm", self.bank, None, evidence="原件").codes(), [("", "E_ROLE")])
        self.cover_step(cover, "refuse", self.finance)
        self.assertEqual((self.waits(cover, self.second), self.asked(code)), ([], paused))
        self.mended(cover)
        self.assertEqual(self.asked(code), ("covered", []))
        shown = self.get("/v1/coverages/" + cover)
        self.assertEqual((shown["state"], shown["legal_steps"], shown.get("errors")), ("ended", [], None))
        self.assertIn(("/loan", "E_NO_COVER"), self.claim(contract).codes())
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_void_leaves_a_default_in_the_pool(self):
        """3,000,000.00 bad beside 6,000,000.00 are 33.33 %, voided as well, also when the default was taken back just before it."""
        for taken_back in (False, True):
            code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
            self.booked(code, amount="6000000.00")
            bad = self.booked(code).json()
            where, cover = "/v1/loans/" + bad["id"], bad["coverage"]["id"]
            told = self.told_bad(where)
            paused = ("refused", ["33.3333 > 30.00"])
            self.assertEqual(self.asked(code), paused)
            for reference in told if taken_back else ():
                self.event(where, "reversed", ago(0), reverses=reference)
            void = self.event(where, "voided", ago(0), reason="重新签订").json()["reference"]
            self.assertEqual(self.asked(code), paused)
            shown = self.get("/v1/coverages/" + cover)
            self.assertEqual((shown["state"], shown["outstanding"], shown["legal_steps"]), ("ended", "0.00", ["confirm", "refuse"]))
            self.assertIn("voided %s: 3000000.00 %s → 0.00 -" % (ago(0), ago(0)), shown["errors"][0]["title"])
            self.mended(cover)  # it was another's loan
            self.assertEqual(self.asked(code), ("covered", []))
            self.event(where, "reversed", ago(0), reverses=void)
            self.assertEqual(self.asked(code)[0], "covered" if taken_back else "refused")
            if not taken_back:  # whoever agreed on the void agreed on no correction
                self.correct(bad["contract_no"], amount="1.00", ip_amount="1.00")
                void = self.event(where, "voided", ago(0), reason="重新签订").json()["reference"]
                self.mended(cover)
                self.event(where, "reversed", ago(0), reverses=void)
                self.assertEqual(self.d.sql("select bad_fen from coverage where id = '%s'" % cover), "300000000")
            self.event(where, "voided", ago(0), reason="重新签订")  # nobody agreed on that one
            self.assertEqual(self.asked(code)[0], "refused")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_fen_that_was_covered_first_hides_no_loan(self):
        """3,000,000.00 bad beside 6,000,000.00 are 33.33 %, whatever was covered of it before: each fen of it counts once."""
        for first in ("0.01", "2999999.99", "3000000.00"):
            code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
            self.booked(code, amount="6000000.00")
            loan = self.booked(None).json()
            covers = lambda **over: self.get("/v1/coverages/" + self.ask(loan["contract_no"], code, **over)["id"])
            self.cover_step(covers(amount=first)["id"], "end", self.bank)
            again = covers()
            self.assertEqual((again["state"], again["amount"]), ("covered", "3000000.00"))
            weighs = lambda: self.d.sql("select sum(owed_fen), sum(bad_fen) from coverage_sum where scheme_code = '%s'" % code)
            self.assertEqual(weighs(), "900000000|900000000")
            self.told_bad("/v1/loans/" + loan["id"])
            self.assertEqual((weighs(), self.asked(code)), ("900000000|900000000", ("refused", ["33.3333 > 30.00"])))
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_bad_loan_that_was_sold_counts_on(self):
        """3,000,000.00 bad beside 6,100,000.00 are 32.967 %, sold as well; one that was good is off the books."""
        code = self.scheme("cd-2008", confirmation="automatic", npl_breaker="30.00", leverage_limit=None, file_within_days=None)
        self.booked(code, amount="6000000.00")
        good, bad = (self.booked(code).json() for _ in range(2))
        self.event("/v1/loans/" + good["id"], "transferred", ago(0), principal="3000000.00")
        self.assertEqual(self.asked(code), ("covered", []))
        self.told_bad("/v1/loans/" + bad["id"])
        paused = ("refused", ["32.967 > 30.00"])
        self.assertEqual(self.asked(code), paused)
        sold = self.event("/v1/loans/" + bad["id"], "transferred", ago(0), principal="3000000.00").json()["reference"]
        self.assertEqual(self.asked(code), paused)
        self.event("/v1/loans/" + bad["id"], "reversed", ago(0), reverses=sold)
        self.assertEqual(self.asked(code), paused)
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_cover_that_was_mended_while_it_was_over_comes_back_as_it_was(self):
        code = self.scheme("cd-2008", confirmation="automatic", leverage_limit=None, file_within_days=None)
        typed = self.booked(code, amount="27000000.00").json()
        contract, where, cover = typed["contract_no"], "/v1/loans/" + typed["id"], typed["coverage"]["id"]
        released = self.event(where, "pledge_released", ago(0)).json()["reference"]
        self.correct(contract, amount="9000000.00", ip_amount="9000000.00")
        self.mended(cover)
        self.assertEqual(self.d.sql("select state, owed_fen, bad_fen from coverage where id = '%s'" % cover), "ended|900000000|900000000")
        self.event(where, "reversed", ago(0), reverses=released)
        self.assertEqual(self.get("/v1/coverages/" + cover)["state"], "covered")

    def test_the_word_of_one_who_told_the_loan_mends_no_pool(self):
        """Who typed it and who spoke first of it turn out to be one: two others of finance are needed still."""
        n = next(numbers)
        who, twin = (self.d.cli("person", "add", "--org", o, "--name", "%s%d" % (x, n)).stdout.strip()
                     for o, x in (("BANK-A", "报备"), ("FINANCE", "复看")))
        bank, finance = (self.d.given("token", "add", "--org", o, "--person", "%s%d" % (x, n))
                         for o, x in (("BANK-A", "报备"), ("FINANCE", "复看")))
        typed = self.booked(self.scheme("cd-2008", confirmation="automatic", leverage_limit=None, file_within_days=None),
                            token=bank, amount="30000000.00").json()
        cover = typed["coverage"]["id"]
        self.event("/v1/loans/" + typed["id"], "overdue", ago(0))
        self.event("/v1/loans/" + typed["id"], "classified", ago(0), grade="substandard")
        self.correct(typed["contract_no"], amount="3000000.00", ip_amount="3000000.00")
        weighs = lambda: self.d.sql("select bad_fen from coverage where id = '%s'" % cover)
        paper = {"evidence": "借款合同 2022-07 原件"}
        self.cover_step(cover, "confirm", finance, **paper)
        self.d.agreed(self.post("/v1/persons/%s/same-as" % twin, {"reference": "BA-%d" % n, "same_as": who, "reason": "核对"},
                                self.office, 202))
        self.cover_step(cover, "confirm", self.finance, **paper)
        self.assertEqual(weighs(), "3000000000")
        self.cover_step(cover, "confirm", self.second, **paper)
        self.assertEqual(weighs(), "300000000")

    def test_a_cover_that_was_asked_for_with_its_loan_is_on_the_list(self):
        """Nobody sent it in by itself: it waits all the same, and not for who gave it up."""
        made, gone = (self.booked(self.scheme()).json() for _ in range(2))
        self.cover_step(gone["coverage"]["id"], "end", self.bank)
        self.assertEqual([self.waits(x["coverage"]["id"], self.finance) for x in (made, gone)], [[["confirm", "refuse"]], []])
        (told,) = [x for x in self.get("/v1/tasks?limit=1000")["items"] if x["path"].endswith(made["coverage"]["id"])]
        self.assertEqual((told["reference"], told["amount"]), (made["contract_no"], "3000000.00"))

    def test_a_rate_that_waits_is_on_the_list_of_who_confirms_it(self):
        made = self.booked(self.scheme(confirmation="automatic")).json()
        cover = made["coverage"]["id"]
        self.event("/v1/loans/" + made["id"], "repriced", ago(10), rate="3.70")
        self.assertEqual(self.waits(cover, self.finance), [["confirm", "refuse"]])
        self.cover_step(cover, "confirm", self.finance)
        self.assertEqual(self.waits(cover, self.finance), [])
        self.event("/v1/loans/" + made["id"], "repriced", ago(9), rate="3.60")  # a lower one waits for nobody
        self.assertEqual(self.waits(cover, self.finance), [])
