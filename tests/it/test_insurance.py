"""Insurance of intellectual property: what an insurer, the bank it names and the offices may rely on."""
from harness import ORGS, Case, firm, loan, numbers

INSURER_2 = "91310104QX0104028H"
FIRM = "91310115QX0115114N"


def policy(**over):
    record = {
        "policy_no": "BX-%d" % next(numbers), "kind": "infringement_liability", "insured_uscc": FIRM,
        "district": "310115", "sum_insured": "2000000.00", "premium": "40000.00",
        "starts_on": "2022-07-08", "ends_on": "2023-07-07"}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


def claim(policy_no, **over):
    record = {"claim_no": "PA-%d" % next(numbers), "policy_no": policy_no, "loss_on": "2022-11-02",
              "filed_on": "2022-11-09", "claimed": "300000.00"}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


class Insurance(Case):
    conf = {"readers": "2"}  # totals over a ledger of its own

    def setUp(self):
        self.insurer = self.d.token("insurer")
        self.bank = self.d.token("bank")

    def post(self, path, body, token=None, want=201):
        r = self.d.call("POST", path, body, token or self.insurer)
        self.assertEqual(r.status, want, r.body)
        return r

    def put(self, path, was, want=200, **over):
        body = {k: v for k, v in was.json().items()}
        body.update(over, reason="更正")
        r = self.d.call("PUT", path + "/" + body["id"], body, self.insurer,
                        {"If-Match": '"%d"' % body["version"]})
        self.assertEqual(r.status, want, r.body)
        return r

    def refused(self, path, body, *problems):
        before = self.d.sql("select count(*) from submission")
        r = self.d.call("POST", path, body, self.insurer)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems))
        self.assertEqual(self.d.sql("select count(*) from submission"), before)
        return r

    def test_a_policy_is_stored_found_corrected_and_sent_again(self):
        body = policy(ip=[{"number": "2021199990019"}])
        made = self.post("/v1/insurance-policies", body)
        again = self.d.call("POST", "/v1/insurance-policies", body, self.insurer)
        self.assertEqual((again.status, again.headers["idempotent-replay"]), (200, "true"))
        got = self.d.call("GET", made.headers["location"], None, self.insurer)
        self.assertEqual(got.json()["state"], "expired")
        self.assertEqual(got.json()["ip"], [{"number": "2021199990019"}])
        back = self.d.call("POST", "/v1/insurance-policies", got.json(), self.insurer)
        self.assertEqual(back.status, 200, back.body)
        fixed = self.put("/v1/insurance-policies", got, premium="41000.00")
        self.assertEqual((fixed.json()["version"], fixed.json()["premium"]), (2, "41000.00"))
        found = self.d.call("GET", "/v1/insurance-policies?insured=%s&limit=500" % FIRM, None, self.insurer)
        self.assertIn("41000.00", [x["premium"] for x in found.json()["items"]])

    def test_a_firm_is_known_by_its_insurance_to_whoever_sees_that(self):
        code = firm(next(numbers))[0]
        at = "/v1/enterprises/" + code
        self.assertEqual(self.d.call("GET", at, token=self.insurer).status, 404)
        self.post("/v1/insurance-policies", policy(insured_uscc=code, insured_name="上海示例保险企业有限公司", district="310104"))
        self.post("/v1/insurance-policies", policy(insured_uscc=code, insured_name="上海示例投保企业有限公司", district="310115",
                                                   starts_on="2023-07-08", ends_on="2024-07-07"))
        for who in (self.insurer, self.d.token("finance"), self.d.token("auditor")):
            self.assertEqual(self.d.call("GET", at, token=who).json(), {
                "uscc": code, "name": "上海示例投保企业有限公司", "district": "310115", "industry": None, "size": "unknown",
                "years": [], "loans_total": 0, "loans": []})
            held = self.d.call("GET", "/v1/insurance-policies?insured=" + code, token=who).json()["items"]
            self.assertEqual(len(held), 2)
        for who in (self.bank, self.d.token("insurer", INSURER_2)):  # of whom neither policy says anything
            self.assertEqual(self.d.call("GET", at, token=who).status, 404)
            self.assertEqual(self.d.call("GET", "/v1/insurance-policies?insured=" + code, token=who).json()["items"], [])

    def test_every_kind_of_the_contract_is_taken_and_no_other(self):
        for kind in ("enforcement", "infringement_liability", "overseas_liability", "trademark",
                     "patent_transaction"):
            self.post("/v1/insurance-policies", policy(kind=kind))
        self.refused("/v1/insurance-policies", policy(kind="fire"), ("/kind", "E_CHOICE"))

    def test_two_policies_of_one_number_may_follow_but_not_overlap(self):
        first = policy(ends_on="2022-12-31")
        made = self.post("/v1/insurance-policies", first)
        no = first["policy_no"]
        self.refused("/v1/insurance-policies", policy(policy_no=no, starts_on="2022-12-31"),
                     ("/starts_on", "E_COVER_OVERLAP"))
        self.post("/v1/insurance-policies", policy(policy_no=no, starts_on="2023-01-01"))
        r = self.put("/v1/insurance-policies", made, want=409, ends_on="2023-01-01")
        self.assertEqual(r.codes(), [("/starts_on", "E_COVER_OVERLAP")])

    def test_cancelling_a_policy_ends_its_cover_the_day_before(self):
        first = policy()
        made = self.post("/v1/insurance-policies", first)
        self.put("/v1/insurance-policies", made, cancelled_on="2022-10-01")
        no = first["policy_no"]
        self.refused("/v1/insurance-claims", claim(no, loss_on="2022-10-01"), ("/loss_on", "E_COVER"))
        self.post("/v1/insurance-claims", claim(no, loss_on="2022-09-30"))
        self.post("/v1/insurance-policies", policy(policy_no=no, starts_on="2022-10-01"))

    def test_days_out_of_order_are_refused(self):
        self.refused("/v1/insurance-policies", policy(ends_on="2022-07-07"), ("/ends_on", "E_ORDER"))
        self.refused("/v1/insurance-policies", policy(cancelled_on="2023-07-08"), ("/cancelled_on", "E_LATER"))

    def test_a_loss_before_inception_or_of_no_policy_is_refused(self):
        first = policy()
        self.post("/v1/insurance-policies", first)
        r = self.refused("/v1/insurance-claims", claim(first["policy_no"], loss_on="2022-07-07"),
                         ("/loss_on", "E_COVER"))
        self.assertIn("2022-07-08..2023-07-07", r.body.decode())
        self.refused("/v1/insurance-claims", claim("BX-none"), ("/policy_no", "E_NO_INSURANCE"))

    def test_claims_paid_never_exceed_the_sum_insured(self):
        first = policy(sum_insured="500000.00")
        made = self.post("/v1/insurance-policies", first)
        paid = dict(outcome="paid", decided_on="2022-12-20", paid="300000.00")
        one = self.post("/v1/insurance-claims", claim(first["policy_no"], **paid))
        two = self.post("/v1/insurance-claims", claim(first["policy_no"]))
        r = self.put("/v1/insurance-claims", two, want=422, **paid)
        self.assertEqual(r.codes(), [("/paid", "E_EXCEEDS")])
        self.put("/v1/insurance-claims", two, **dict(paid, paid="200000.00"))
        r = self.put("/v1/insurance-policies", made, want=409, sum_insured="499999.99")
        self.assertEqual(r.codes(), [("/sum_insured", "E_STATE_LATER")])
        r = self.put("/v1/insurance-policies", made, want=409, ends_on="2022-11-01")
        self.assertEqual(r.codes(), [("/ends_on", "E_STATE_LATER")])
        got = self.d.call("GET", made.headers["location"], None, self.insurer).json()
        self.assertEqual(got["claims"], {"count": 2, "claimed": "600000.00", "paid": "500000.00"})
        self.assertEqual(one.json()["outcome"], "paid")

    def test_an_outcome_needs_its_day_and_amount(self):
        first = policy()
        self.post("/v1/insurance-policies", first)
        no = first["policy_no"]
        self.refused("/v1/insurance-claims", claim(no, outcome="paid"),
                     ("/decided_on", "E_NEED"), ("/paid", "E_NEED"))
        self.refused("/v1/insurance-claims", claim(no, outcome="refused", decided_on="2022-12-01",
                                                   paid="1.00"), ("/paid", "E_UNWANTED"))
        self.refused("/v1/insurance-claims", claim(no, outcome="paid", decided_on="2022-12-01",
                                                   paid="300000.01"), ("/paid", "E_EXCEEDS"))

    def guaranteed(self, **over):
        body = loan(insurer_uscc=ORGS["insurer"], disbursed_on="2022-07-08", **over)
        return body, self.post("/v1/loans", body, self.bank)

    def test_guarantee_insurance_is_bound_to_a_loan_and_tells_the_days_it_leaves_open(self):
        body, made = self.guaranteed(matures_on="2023-07-07")
        # The term runs 2022-07-08 … 2023-07-07, 365 days; cover 2022-08-01 … 2023-06-30 leaves
        # 24 days of July 2022 and 7 of July 2023.
        p = policy(kind="loan_guarantee", loan_contract_no=body["contract_no"], cover_share="80.00",
                   insured_uscc=body["borrower_uscc"], sum_insured="4000000.00", starts_on="2022-08-01", ends_on="2023-06-30")
        r = self.post("/v1/insurance-policies", p)
        got = self.d.call("GET", r.headers["location"] + "?as_of=2022-09-01", None, self.insurer).json()
        self.assertEqual(got.get("state"), "in_force", got)
        self.assertEqual(got["cover"], {
            "loan": made.json()["id"], "from": "2022-07-08", "to": "2023-07-07", "gap_days": 31,
            "first_gap": "2022-07-08", "covered": "4000000.00", "uncovered": "1000000.00"})
        # The bank that lent sees the policy, another bank does not.
        self.assertEqual(self.d.call("GET", r.headers["location"], None, self.bank).status, 200)
        other = self.d.token("bank", "BANK-B")
        self.assertEqual(self.d.call("GET", r.headers["location"], None, other).status, 404)
        self.assertEqual(self.d.call("GET", r.headers["location"], None,
                                     self.d.token("insurer", INSURER_2)).status, 404)

    def test_guarantee_insurance_that_does_not_fit_its_loan_is_refused(self):
        body, _ = self.guaranteed()
        good = dict(kind="loan_guarantee", loan_contract_no=body["contract_no"], cover_share="80.00",
                    insured_uscc=body["borrower_uscc"], sum_insured="4000000.00")
        path = "/v1/insurance-policies"
        self.refused(path, policy(**dict(good, sum_insured="4000000.01")), ("/sum_insured", "E_EXCEEDS"))
        self.refused(path, policy(**dict(good, insured_uscc="91310101QX0101011R")),
                     ("/insured_uscc", "E_CONTRADICTS"))
        self.refused(path, policy(**dict(good, starts_on="2022-06-30")), ("/starts_on", "E_COVER"))
        self.refused(path, policy(**dict(good, loan_contract_no="T-none")), ("/loan_contract_no", "E_LOAN"))
        self.refused(path, policy(kind="loan_guarantee"), ("/loan_contract_no", "E_NEED"),
                     ("/cover_share", "E_NEED"))
        self.refused(path, policy(cover_share="80.00"), ("/cover_share", "E_UNWANTED"))
        # A loan that does not name this insurer does not exist for it.
        stranger = loan()
        self.post("/v1/loans", stranger, self.bank)
        self.refused(path, policy(**dict(good, loan_contract_no=stranger["contract_no"])),
                     ("/loan_contract_no", "E_LOAN"))

    def test_totals_by_kind(self):
        insurer = self.d.token("insurer", INSURER_2)
        for sum_insured, premium, day in (("1000000.00", "20000.00", "2021-03-01"),
                                          ("500000.00", "7500.50", "2021-05-01")):
            p = policy(kind="overseas_liability", sum_insured=sum_insured, premium=premium,
                       starts_on=day, ends_on="2022-02-28")
            self.post("/v1/insurance-policies", p, insurer)
        self.post("/v1/insurance-claims", claim(p["policy_no"], loss_on="2021-06-01", filed_on="2021-06-02",
                                                outcome="paid", decided_on="2021-07-01", paid="1000.00"), insurer)
        # Cancelled on its first day: it never covered anything.
        self.post("/v1/insurance-policies", policy(kind="overseas_liability", starts_on="2021-04-01",
                                                   ends_on="2022-03-31", cancelled_on="2021-04-01"), insurer)
        path = "/v1/insurance-totals?from=2021-01-01&to=2021-12-31"
        kinds = self.d.call("GET", path, None, insurer).json()["kinds"]
        want = {"policies": 2, "firms": 1, "sum_insured": "1500000.00", "premium": "27500.50", "claims": 1,
                "claimed": "300000.00", "paid": "1000.00", "open": "0.00"}
        self.assertEqual([k for k in kinds if k["policies"]],
                         [dict(want, kind="overseas_liability"), dict(want, kind="all")])
        self.assertEqual(len(kinds), 7)
        # Another insurer's book does not exist; the finance bureau sees it.
        self.assertEqual(self.d.call("GET", path, None, self.insurer).json()["kinds"][-1]["policies"], 0)
        self.assertEqual(self.d.call("GET", path, None, self.d.token("finance")).json()["kinds"][-1]["policies"], 2)

    def test_tampering_with_a_policy_or_a_claim_is_found(self):
        first = policy()
        made = self.post("/v1/insurance-policies", first).json()["id"]
        claimed = self.post("/v1/insurance-claims", claim(first["policy_no"])).json()["id"]
        for change, undo, defect in (
                ("update insurance_policy set sum_insured_fen = sum_insured_fen + 1 where id = '%s'" % made,
                 "update insurance_policy set sum_insured_fen = sum_insured_fen - 1 where id = '%s'" % made,
                 "insurance policy that differs from its record"),
                ("update insurance_claim set paid_fen = 30000000, outcome = 'paid', decided_on = '2023-01-01'"
                 " where id = '%s'" % claimed,
                 "update insurance_claim set paid_fen = 0, outcome = 'open', decided_on = null where id = '%s'" % claimed,
                 "insurance claim that differs from its record")):
            self.d.sql("set session_replication_role = replica; " + change)
            self.assertIn(defect, self.d.verify().stdout)
            self.d.sql("set session_replication_role = replica; " + undo)
        self.assertEqual(self.d.verify().returncode, 0)

    def test_a_csv_of_policies(self):
        head = self.d.call("GET", "/v1/insurance-policies/template.csv", None, self.insurer).body.decode("utf-8-sig")
        cells = {"保险单号": "BX-CSV-%d" % next(numbers), "险种": "商标", "投保企业统一社会信用代码": FIRM,
                 "所在区代码": "310115", "保险金额": "100000.00", "保险费": "1000.00", "保险起期": "2022-01-01",
                 "保险止期": "2022-12-31"}
        row = ",".join(cells.get(c, "") for c in head.strip().split(","))
        text = (head.strip() + "\r\n" + row + "\r\n").encode("gb18030")
        r = self.d.call("POST", "/v1/insurance-policies", text, self.insurer,
                        {"Content-Type": "text/csv; charset=gb18030"})
        self.assertEqual([x["outcome"] for x in r.lines()[:1]], ["created"], r.body)
