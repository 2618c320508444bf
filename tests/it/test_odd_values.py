"""Odd values in every field, path, query and header: a refusal or a record, never a 5xx, never a crash,
and the same judgement singly and in a batch."""
import json
import random
import urllib.parse

from harness import Case, loan, numbers, patent

ODD = [None, True, 0, -1, 1.5, 1e308, 2**53, 2**63, "", " ", "x" * 5000, "\u0000", "\ud7ff",
       "💥" * 100, "'; drop table submission;--", "{}", [], {}, [None], [[1]], {"a": 1}, "1",
       "91310115QX0115114N", "9999-99-99", "2022-07-01", "NaN", "1e5", "-0", "00", "१२", "3.65%",
       "2021199990019", "G1234567", "Y2021310000123", "\x7f", "a\nb", "\u202e", "310115", "true",
       "0.005", "99999999999999999999", "2147483648", "2022-07-01T00:00:00+99:99",
       "2022-07-01T00:00:00.--Z", "9999-12-31T00:00:00Z", "00000000-0000-7000-8000-000000000000"]
FIELDS = ["contract_no", "product", "borrower_uscc", "borrower_name", "district", "industry",
          "employees", "revenue", "assets", "first_loan", "amount", "ip_amount", "rate", "signed_on",
          "disbursed_on", "matures_on", "purpose", "pledge_no", "registered_on", "scheme",
          "guarantor_uscc", "insurer_uscc", "ip"]
IP_FIELDS = ["number", "kind", "owner_uscc", "filed_on", "expires_on", "valuation", "appraiser",
             "share"]
TEST = {"clause": "c", "text": "t", "fact": "loan.amount", "op": "exists"}
CSV = ["贷款合同编号", "贷款产品", "借款企业统一社会信用代码", "借款企业名称", "所在区代码", "贷款金额", "年利率",
       "合同签订日", "到期日", "质押知识产权"]


def as_text(odd):
    text = odd if isinstance(odd, str) else json.dumps(odd)
    return text.encode("utf-8", "surrogatepass")


class OddValues(Case):
    def setUp(self):
        self.bank = self.d.token("bank")

    def tearDown(self):
        self.assertTrue(self.d.alive())

    def post(self, body, kind, query=""):
        return self.d.call("POST", "/v1/loans" + query, body, self.bank, {"Content-Type": kind})

    def test_in_every_field_singly_and_in_a_batch(self):
        for field in FIELDS + ["ip/" + f for f in IP_FIELDS]:
            for odd in ODD:
                record = loan()
                if field.startswith("ip/"):
                    record["ip"][0][field[3:]] = odd
                else:
                    record[field] = odd
                body = json.dumps(record).encode()
                alone = self.post(body, "application/json")
                batch = self.post(body + b"\n", "application/x-ndjson")
                with self.subTest(field=field, odd=repr(odd)[:50]):
                    self.assertIn(alone.status, (201, 200, 400, 409, 422))
                    self.assertEqual(batch.status, 200)
                    outcome = batch.lines()[0]["outcome"]
                    self.assertEqual(outcome in ("refused", "conflict"), alone.status >= 400)

    def test_in_every_query_parameter_and_path(self):
        paths = ["/v1/loans", "/v1/loans/00000000-0000-7000-8000-000000000000",
                 "/v1/plans/sh-2021-2023/targets", "/v1/receipts/00000000-0000-7000-8000-000000000000",
                 "/v1/ip/2021199990019", "/v1/ip-events"]
        names = ["limit", "after", "district", "quarter", "borrower", "state", "as_of", "known_at",
                 "contract_no", "basis", "version", "colour", "number", "registered_on", "matures_on", "pledgor"]
        asked = ["%s?%s=%s" % (p, n, urllib.parse.quote(as_text(o)))
                 for p in paths for n in names for o in ODD]
        asked += [p % urllib.parse.quote(as_text(o), safe="") for o in ODD for p in (
            "/v1/loans/%s", "/v1/loans/%s/history", "/v1/enterprises/%s", "/v1/ip/%s", "/v1/ip/%s/events",
            "/v1/receipts/%s", "/v1/plans/%s/targets", "/v1/plans/%s/baselines", "/v1/%s")]
        for path in asked:
            status = self.d.call("GET", path, token=self.bank).status
            with self.subTest(path[:120]):
                self.assertLess(status, 500)

    def test_in_every_baseline_field_and_header(self):
        office = self.d.token("ip_office")
        for odd in ODD:
            for field in ("year", "amount", "count", "source", "assumed"):
                year = {"year": 2019, "amount": "1.00", "count": 1, "source": "s", "assumed": True}
                year[field] = odd
                r = self.d.call("PUT", "/v1/plans/sh-2021-2023/baselines",
                                json.dumps({"years": [year]}).encode(), office,
                                {"Content-Type": "application/json"})
                self.assertIn(r.status, (400, 422), (field, odd))
            text = as_text(odd)
            if not text.isascii() or not text.decode().isprintable():
                continue
            for header in ("If-Match", "If-None-Match", "Accept-Language", "Content-Type",
                           "Authorization", "Accept"):
                r = self.d.call("PUT", "/v1/loans/00000000-0000-7000-8000-000000000000", "{}",
                                None, {"Authorization": "Bearer " + self.bank,
                                       header: text.decode()})
                self.assertLess(r.status, 500, (header, odd))

    def test_in_csv_cells(self):
        dice = random.Random(5)
        for i in range(400):
            cells = ["C%d" % next(numbers), "单一质押", "91310115QX0115114N", "甲", "310115", "1.00", "3",
                     "2022-01-01", "2023-01-01", patent(i)]
            for _ in range(dice.randint(1, 3)):
                cells[dice.randrange(10)] = as_text(dice.choice(ODD)).decode("utf-8", "replace")
            row = ",".join('"%s"' % c.replace('"', '""') if dice.random() < 0.8 else c for c in cells)
            query = dice.choice(["", "?atomic=true", "?dry_run=true", "?atomic=true&dry_run=true"])
            r = self.post((",".join(CSV) + "\r\n" + row + "\r\n").encode(), "text/csv", query)
            self.assertIn(r.status, (200, 422), row)

    SOUND = {
        "/v1/loan-events": ("bank", {"reference": "r", "contract_no": "c", "kind": "extended", "on":
                                     "2022-08-01", "matures_on": "2024-01-01"},
                            ("principal", "interest", "grade", "reverses")),
        "/v1/insurance-policies": ("insurer", {
            "policy_no": "p", "kind": "trademark", "insured_uscc": "91310115QX0115114N", "district": "310115",
            "sum_insured": "1.00", "premium": "0.00", "starts_on": "2022-01-01", "ends_on": "2022-12-31",
            "ip": [{"number": "2021199990019"}]},
            ("insured_name", "cancelled_on", "loan_contract_no", "cover_share", "ip/number")),
        "/v1/insurance-claims": ("insurer", {
            "claim_no": "c", "policy_no": "p", "loss_on": "2022-02-01", "filed_on": "2022-02-02", "claimed": "1.00"},
            ("outcome", "decided_on", "paid")),
        "/v1/enterprise-profiles": ("ip_office", {"reference": "r", "uscc": "91310115QX0115114N", "year": 2001, "district":
                                                  "310115", "employees": 1, "source": "s"},
                                    ("name", "industry", "revenue", "assets", "size")),
        "/v1/measure-reports": ("ip_office", {"reference": "r", "measure": 1, "department": "ip_office", "period": "2022Q3",
                                              "on": "2022-10-01", "text": "t"}, ("plan", "figure", "unit", "evidence")),
        "/v1/measure-rhythms": ("ip_office", {"reference": "r", "effective_from": "2199-01-01", "every": "quarter",
                                              "due_days": 15}, ("plan", "measure", "department")),
        "/v1/indicators": ("ip_office", {"reference": "r", "period": "2001", "side": "sme_acquisition", "way": "transfer",
                                         "count": 1, "source": "s", "evidence": "e", "assumed": False},
                           ("contract_value", "cash_received", "revenue", "employees")),
        "/v1/accounts": ("finance", {"code": "a:b", "kind": "asset", "title": "t", "no_overdraft": True,
                                     "opened_on": "2022-01-01"}, ()),
        "/v1/transfers": ("finance", {"reference": "r", "debit": "a:b", "credit": "a:c", "amount": "1.00",
                                      "on": "2022-01-01", "cause": "adjustment"}, ("memo", "reverses")),
        "/v1/ip-events": ("ip_office", {"reference": "r", "number": "2021199990019", "kind": "granted", "on": "2022-02-01",
                                        "owner_uscc": "91310115QX0115114N", "filed_on": "2021-03-01",
                                        "co_owners": [{"uscc": "91310101QX0101011R"}]},
                          ("document_no", "owner_name", "expires_on", "twin", "reverses", "co_owners/uscc")),
        "/v1/ip/2021199990019/events": ("ip_office", {"reference": "r", "kind": "lapsed", "on": "2022-02-01"}, ("number",)),
        "/v1/coverages": ("bank", {"reference": "r", "loan": "c", "scheme": "S", "on": "2022-01-01", "evidence": "e"}, ("amount",)),
        "/v1/coverages/00000000-0000-7000-8000-000000000000/confirm": ("finance", {"seen": "0" * 64, "reason": "x"},
                                                                       ("coverage", "step", "reference")),
        "/v1/claims": ("bank", {"reference": "r", "loan": "c", "kind": "compensation", "loss_principal": "1.00",
                                "on": "2023-01-01", "costs": [{"what": "w", "amount": "1.00", "evidence": "e"}]},
                       ("loss_interest", "recovered", "received_on", "evidence", "costs/what", "costs/amount", "costs/evidence")),
        "/v1/plans": ("ip_office", {
            "code": "ODD-1", "title": "计划", "source": "示例", "assumed": True, "first_year": 2024, "last_year": 2026,
            "basis": "signed_on", "targets": [{"code": "T1", "title": "目标", "kind": "growth", "measure": "amount",
                                              "threshold": "20.00"}]},
            ("title_en", "targets/code", "targets/title_en", "targets/kind", "targets/measure", "targets/threshold",
             "targets/reading", "targets/assumed", "targets/metrics", "targets/metrics/metric", "targets/metrics/side")),
        "/v1/plans/00000000-0000-7000-8000-000000000000/approve": ("finance", {"seen": "0" * 64, "reason": "x"}, ("plan",)),
        "/v1/schemes": ("ip_office", {
            "code": "S", "effective_from": "2022-01-01", "title": "t", "legal_ref": "l", "loss_base":
            "principal", "trigger": {"days_overdue": 90}, "layers": [
                {"party": "fund", "share": "50"}, {"party": "bank", "share": "50"}]},
            ("effective_to", "ip_part_only", "ip_share_min", "first_loan_uplift", "cap_per_loan",
             "cap_fund_year", "leverage_limit", "npl_breaker", "claim_window_days", "recovery_order",
             "pre_compensation", "excludes", "rate_ceiling", "trigger/days_overdue", "trigger/min_grade",
             "trigger/written_off", "layers/party", "layers/share", "layers/cap", "layers/deductible", "layers/floor",
             "layers/account", "layers/claimant", "conditions", "file_within_days", "confirmation", "pause", "leverage_duty",
             "claimants", "other_compensation", "costs_max_share", "public_max_share", "uplifts")),
        "/v1/claims/00000000-0000-7000-8000-000000000000/return": ("finance", {
            "on": "2023-01-01", "seen": "0" * 64, "reason": "x", "owner": "o", "due_on": "2023-02-01"},
            ("claim", "step", "reference", "amount", "costs", "costs_accepted")),
        "/v1/claims/00000000-0000-7000-8000-000000000000/recover": ("bank", {
            "reference": "r", "amount": "1.00", "costs": [{"what": "w", "amount": "1.00", "evidence": "e"}]},
            ("costs/what", "costs/amount", "costs/evidence", "costs_accepted", "seen", "reason")),
        "/v1/schemes/00000000-0000-7000-8000-000000000000/approve": ("finance", {
            "on": "2023-01-01", "seen": "0" * 64, "reason": "x"}, ("scheme",)),
        "/v1/transfers/00000000-0000-7000-8000-000000000000/reverse": ("finance", {
            "on": "2023-01-01", "reference": "r"}, ("memo", "reverses", "debit")),
        "/v1/policies": ("finance", {
            "code": "P", "effective_from": "2022-01-01", "title": "t", "legal_ref": "l", "eligible": {"all": [TEST]},
            "items": [{"item": "interest", "share": "50", "when": TEST, "uplifts": [{"share": "1", "when": TEST}]}],
            "caps": [{"per": "loan", "amount": "1.00"}], "budget": {"account": "subsidy:310000:P"},
            "excludes": ["city_policy"]},
            ("district", "effective_to", "apply_until", "source", "eligible/all", "eligible/any", "eligible/not",
             "eligible/fact", "items/item", "items/share", "items/points", "items/of_loan", "items/rate_basis",
             "items/rate_ceiling", "items/months", "items/years", "items/day_count", "items/cap", "items/when",
             "items/uplifts", "caps/per", "caps/period", "caps/amount", "budget/account")),
        "/v1/policies/00000000-0000-7000-8000-000000000000/approve": ("finance", {
            "on": "2023-01-01", "seen": "0" * 64, "reason": "x"}, ("policy", "step", "reference")),
        "/v1/policies/ODD/rehearsals": ("finance", {"from": "2023-01-01", "to": "2023-12-31"},
                                        ("by", "budget", "against", "against_from", "policy_from", "facts", "list")),
        "/v1/eligibility-checks": ("finance", {"policy": "ODD", "facts": {"loan.amount": "1.00"}},
                                   ("policy_from", "loan", "on", "facts/loan.rate", "facts/loan.amount",
                                    "facts/borrower.size", "facts/loan.disbursed_on", "facts/loan.settled_on",
                                    "facts/loan.term_days", "facts/borrower.uscc", "facts/used.city", "facts/x")),
        "/v1/applications": ("finance", {"reference": "r", "policy": "ODD", "loan": "c", "on": "2023-01-01"},
                             ("policy_from", "facts")),
        "/v1/applications/00000000-0000-7000-8000-000000000000/clawback": ("finance", {
            "on": "2023-01-01", "seen": "0" * 64, "reason": "x"}, ("application", "step", "amount", "evidence")),
        "/v1/budgets": ("finance", {"reference": "r", "policy": "ODD", "year": 2023, "kind": "appropriation",
                                    "amount": "1.00", "on": "2023-01-01"}, ("memo",)),
        "/v1/lpr": ("finance", {"reference": "r", "on": "2020-01-01", "one_year": "3.00", "five_year": "3.00"}, ()),
        "/v1/budget-closings": ("finance", {"reference": "r", "policy": "ODD", "year": 2023}, ()),
        "/v1/approval-tiers": ("finance", {"reference": "r", "act": "lpr", "from": "0.00", "persons": 1, "reason": "x"}, ()),
        "/v1/proposals/00000000-0000-7000-8000-000000000000/approve": ("finance", {"seen": "0" * 64, "reason": "x"},
                                                                       ("proposal", "step", "reference")),
    }

    # The plan's other half: a third of the odd values in each field.
    OTHER_HALF = {
        "/v1/ip-deals": ({
            "reference": "r", "kind": "licence", "licence": "open", "signed_on": "2022-01-01", "provider_name": "p",
            "provider_kind": "university", "acquirer_name": "a", "acquirer_kind": "sme", "acquirer_uscc": "91310115QX0115114N",
            "district": "310115", "contract_value": "1.00", "evidence": "e", "ip": [{"number": "2021199990019"}],
            "dues": [{"due_on": "2022-02-01", "amount": "1.00"}]},
            ("ends_on", "provider_uscc", "provider_controller", "acquirer_controller", "acquirer_industry",
             "acquirer_employees", "acquirer_revenue", "acquirer_assets", "acquirer_size", "registration_no",
             "registered_on", "share", "voided", "ip/number", "dues/due_on", "dues/amount")),
        "/v1/ip-deal-payments": ({"reference": "r", "deal": "d", "on": "2022-01-01", "amount": "1.00", "receipt_no": "x"},
                                 ("voided",)),
        "/v1/product-filings": ({
            "reference": "r", "uscc": "91310115QX0115114N", "name": "n", "district": "310115", "product": "p",
            "filing_no": "f", "filed_on": "2022-01-01", "used_on": "2022-01-01", "evidence": "e", "ip": [
                {"number": "2021199990019"}], "sales": [{"year": 2022, "revenue": "1.00"}]},
            ("industry", "employees", "revenue", "assets", "size", "voided", "sales/year", "sales/revenue", "sales/employees")),
        "/v1/confirmations": ({"record": "00000000-0000-7000-8000-000000000000", "seen": "0" * 64, "reason": "x"}, ("reference",)),
        "/v1/ip-deals/00000000-0000-7000-8000-000000000000/confirm": ({"seen": "0" * 64, "reason": "x"}, ("record",)),
        "/v1/catalogue-offers": ({
            "reference": "r", "number": "2021199990019", "title": "封装技术", "summary": "低温封装", "holder_name": "h",
            "holder_kind": "university", "district": "310115", "way": "licence", "licence": "open", "price_from": "1.00",
            "licence_years": 3, "listed_on": "2022-01-01", "ipc": [{"code": "H01L"}]},
            ("patent_title", "field", "team", "holder_uscc", "price_to", "pay_after_days", "free_days", "support",
             "dormant_since", "valid_until", "withdrawn", "words", "ipc/code")),
        "/v1/catalogue-needs": ({
            "reference": "r", "uscc": "91310115QX0115114N", "name": "n", "district": "310115", "industry": "C3973",
            "title": "封装需求", "summary": "需要封装", "listed_on": "2022-01-01", "ipc": [{"code": "H01L"}]},
            ("size", "way", "budget", "valid_until", "withdrawn", "words", "ipc/code")),
        "/v1/catalogue-followups": ({"reference": "r", "offer": "o", "kind": "visit", "on": "2022-01-01"},
                                    ("need", "deal", "loan", "note")),
        "/v1/offer-acceptances": ({"reference": "r", "offer": "o", "on": "2022-01-01", "acquirer_name": "a",
                                   "acquirer_uscc": "91310115QX0115114N", "district": "310115", "evidence": "e"}, ("size", "voided")),
        "/v1/matching-events": ({
            "reference": "r", "kind": "auction", "title": "t", "district": "310115", "held_on": "2022-01-01", "organiser": "o",
            "participants": [{"name": "n", "kind": "firm", "uscc": "91310115QX0115114N"}],
            "intents": [{"uscc": "91310115QX0115114N", "kind": "loan"}]},
            ("place", "attended", "evidence", "voided", "participants/kind", "participants/uscc", "intents/uscc", "intents/amount")),
        "/v1/portfolios": ({"reference": "r", "name": "n", "holder_name": "h", "district": "310115", "formed_on": "2022-01-01",
                            "ip": [{"number": "2021199990019"}, {"number": "12345678"}]}, ("bottleneck", "field", "ip/number")),
        "/v1/service-agencies": ({"reference": "r", "name": "n", "uscc": "91310115QX0115114N", "brand": True, "district": "310115",
                                  "chosen_on": "2022-01-01", "specialists": [{"name": "n", "since": "2022-01-01"}]},
                                 ("closed_on", "specialists/name", "specialists/since")),
        "/v1/ranking-weights": ({"reference": "r", "effective_from": "2199-01-01", "deals": "40", "product_revenue": "30",
                                 "jobs": "15", "loans": "15"}, ()),
    }

    def test_in_every_field_of_the_other_half(self):
        token, n = self.d.token("ip_office"), 0
        for path, (sound, more) in self.OTHER_HALF.items():
            for field in list(sound) + list(more):
                n += 1
                for odd in ODD[n % 3::3]:
                    record = json.loads(json.dumps(sound))
                    record.update({k: "O-%d" % next(numbers) for k in ("reference", "filing_no", "receipt_no") if k in record})
                    outer, _, inner = field.partition("/")
                    if inner:
                        record[outer][0][inner] = odd
                    else:
                        record[field] = odd
                    r = self.d.call("POST", path, json.dumps(record).encode(), token, {"Content-Type": "application/json"})
                    with self.subTest(path=path, field=field, odd=repr(odd)[:50]):
                        self.assertIn(r.status, (201, 200, 400, 404, 409, 422), r.body)
            for odd in ODD:
                r = self.d.call("GET", path + "?q=" + urllib.parse.quote(as_text(odd)), None, token)
                self.assertLess(r.status, 500)
        for odd in ODD:
            for asked in ("/v1/catalogue-offers/%s/matches", "/v1/plans/%s/ranking", "/v1/plans/sh-2021-2023/ranking?unit=%s",
                          "/v1/plans/sh-2021-2023/figures?side=sme_acquisition&figure=count&period=2022&after=%s"):
                self.assertLess(self.d.call("GET", asked % urllib.parse.quote(as_text(odd), safe=""), None, token).status, 500, odd)

    def odd_policy(self):
        """A policy in force that everything odd may be asked of."""
        body = dict(self.SOUND["/v1/policies"][1], code="ODD", budget={"account": "subsidy:310000:ODD"})
        r = self.d.call("POST", "/v1/policies", body, self.d.token("finance"))
        if r.status == 201:
            second = self.d.given("token", "add", "--org", "FINANCE", "--person", "李复核")
            seen = self.d.call("GET", r.headers["location"], token=second).json()["seen"]
            r = self.d.call("POST", r.headers["location"] + "/approve", {
                "seen": seen, "reason": "x", "on": "2022-01-01"}, second)
            self.assertEqual(r.status, 201, r.body)

    def test_in_every_field_of_the_other_records(self):
        self.odd_policy()
        for path, (kind, sound, more) in self.SOUND.items():
            token = self.d.token(kind)
            for field in list(sound) + list(more):
                for odd in ODD:
                    record = json.loads(json.dumps(sound))
                    record.update({k: "O-%d" % next(numbers) for k in ("reference", "code") if k in record})
                    outer, _, inner = field.partition("/")
                    if inner:
                        place = record[outer][0] if isinstance(record[outer], list) else record[outer]
                        place[inner] = odd
                    else:
                        record[field] = odd
                    r = self.d.call("POST", path, json.dumps(record).encode(), token,
                                    {"Content-Type": "application/json"})
                    with self.subTest(path=path, field=field, odd=repr(odd)[:50]):
                        self.assertIn(r.status, (202, 201, 200, 400, 404, 409, 422), r.body)
            for odd in ODD:
                for kind_of in ("application/x-ndjson", "text/csv"):
                    r = self.d.call("POST", path, as_text(odd), token, {"Content-Type": kind_of})
                    self.assertIn(r.status, (200, 400, 404, 409, 415, 422), r.body)

    def test_in_the_queries_of_the_fund(self):
        token = self.d.token("finance")
        names = ["limit", "after", "year", "as_of", "known_at", "from", "to", "account", "format", "code", "state",
                 "loan", "contract_no", "scheme", "bank"]
        for path in ("/v1/accounts", "/v1/accounts/fund:X", "/v1/accounts/fund:X/entries", "/v1/transfers",
                     "/v1/journal", "/v1/schemes", "/v1/schemes/X/statement", "/v1/claims", "/v1/coverages", "/v1/loan-events",
                     "/v1/loans/00000000-0000-7000-8000-000000000000/events", "/v1/policies", "/v1/applications",
                     "/v1/budgets", "/v1/policies/ODD/budget", "/v1/policies/ODD/budget?year=2023"):
            for name in names:
                for odd in ODD:
                    asked = "%s%s%s=%s" % (path, "&" if "?" in path else "?", name, urllib.parse.quote(as_text(odd)))
                    with self.subTest(asked[:120]):
                        self.assertLess(self.d.call("GET", asked, token=token).status, 500)
        for odd in ODD:
            part = urllib.parse.quote(as_text(odd), safe="")
            for path in ("/v1/accounts/%s", "/v1/accounts/%s/entries", "/v1/transfers/%s", "/v1/schemes/%s",
                         "/v1/schemes/%s/statement", "/v1/claims/%s", "/v1/coverages/%s", "/v1/loan-events/%s", "/v1/policies/%s",
                         "/v1/policies/%s/budget", "/v1/applications/%s", "/v1/budgets/%s"):
                self.assertLess(self.d.call("GET", path % part, token=token).status, 500, path % part)
