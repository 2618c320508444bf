"""Products of their own (集合授信, 投贷联动, 信托) and securitisation: what their submitters may rely on."""
import json

from harness import Case, loan, numbers, patent

FIRMS = ("91310115QX0115114N", "91310116QX0116125G", "91310104QX0104028H")


def issue(**over):
    record = {
        "reference": "ABS-%d" % next(numbers), "kind": "abs", "issued_on": "2022-06-30",
        "amount": "200000000.00", "originator": "示例融资租赁有限公司", "district": "310115",
        "tranches": [
            {"name": "优先级", "amount": "190000000.00", "rate": "3.20", "matures_on": "2024-06-30"},
            {"name": "次级", "amount": "10000000.00", "matures_on": "2024-06-30"}],
        "enterprises": [{"uscc": FIRMS[0], "amount": "120000000.00"}, {"uscc": FIRMS[1]}],
        "ip": [{"number": patent(77)}]}
    record.update(over)
    return record


def payment(of, **over):
    record = {"reference": "DF-%d" % next(numbers), "securitisation": of, "tranche": "优先级",
              "kind": "principal", "on": "2023-06-30", "amount": "95000000.00"}
    record.update(over)
    return record


class Products(Case):
    def setUp(self):
        self.bank = self.d.token("bank")

    def post(self, path, body, token=None, want=201):
        r = self.d.call("POST", path, body, token or self.bank)
        self.assertEqual(r.status, want, r.body)
        return r

    def put(self, path, was, want=200, **over):
        body = dict(was.json(), reason="更正", **over)
        r = self.d.call("PUT", path + "/" + body["id"], body, self.bank,
                        {"If-Match": '"%d"' % body["version"]})
        self.assertEqual(r.status, want, r.body)
        return r

    def refused(self, path, body, *problems):
        before = self.d.sql("select count(*) from submission")
        r = self.d.call("POST", path, body, self.bank)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems))
        self.assertEqual(self.d.sql("select count(*) from submission"), before)
        return r

    # ---- loans ------------------------------------------------------------------------------

    def test_each_product_has_fields_of_its_own_and_no_others(self):
        self.post("/v1/loans", loan(product="invest_loan_linkage", equity_amount="3000000.00",
                                    equity_investor="示例创投"))
        self.post("/v1/loans", loan(product="trust", trust_plan="一号", trustee="示例信托"))
        self.refused("/v1/loans", loan(trust_plan="一号", equity_amount="1.00"),
                     ("/equity_amount", "E_UNWANTED"), ("/trust_plan", "E_UNWANTED"))
        self.refused("/v1/loans", loan(product="trust", trustee="示例信托"), ("/trust_plan", "E_NEED"))
        self.refused("/v1/loans", loan(product="invest_loan_linkage", equity_amount=3000000),
                     ("/equity_amount", "E_TEXT_NUMBER"))

    def test_the_equity_part_stands_beside_the_loan_and_is_corrected_with_it(self):
        made = self.post("/v1/loans", loan(product="invest_loan_linkage", equity_amount="3000000.00"))
        fixed = self.put("/v1/loans", made, equity_amount="2500000.00")
        self.assertEqual((fixed.json()["version"], fixed.json()["equity_amount"]), (2, "2500000.00"))
        self.assertEqual(self.d.sql("select string_agg(equity_fen::text, ' ' order by version) from loan"
                                    " where id = '%s'" % made.json()["id"]), "300000000 250000000")

    def test_a_facility_shows_its_borrowers_and_what_is_left(self):
        no = "SX-%d" % next(numbers)
        for firm, amount in zip(FIRMS, ("5000000.00", "8000000.00", "2000000.00")):
            self.post("/v1/loans", loan(product="pooled_credit", facility_no=no, borrower_uscc=firm,
                                        facility_amount="50000000.00", amount=amount))
        got = self.d.call("GET", "/v1/facilities/" + no, None, self.bank).json()
        # 5 + 8 + 2 million of 50 million are granted.
        f = got["facilities"][0]
        self.assertEqual((f["bank"], f["facility_amount"], f["granted"], f["left"], f["loans"], f["borrowers"],
                          f["stated_alike"]),
                         ("BANK-A", "50000000.00", "15000000.00", "35000000.00", 3, 3, True))
        self.assertEqual({x["borrower_uscc"] for x in f["items"]}, set(FIRMS))
        other = self.d.token("bank", "BANK-B")
        self.assertEqual(self.d.call("GET", "/v1/facilities/" + no, None, other).status, 404)

    def test_a_facility_needs_its_amount_and_holds_the_loan(self):
        self.refused("/v1/loans", loan(product="pooled_credit", facility_no="SX-1"),
                     ("/facility_amount", "E_NEED"))
        self.refused("/v1/loans", loan(product="pooled_credit", facility_no="SX-1",
                                       facility_amount="4999999.99"), ("/amount", "E_EXCEEDS"))

    def test_products_travel_as_csv_with_chinese_titles(self):
        n = next(numbers)
        text = ("贷款合同编号,贷款产品,借款企业统一社会信用代码,借款企业名称,所在区代码,贷款金额(万元),年利率,"
                "合同签订日,到期日,授信编号,授信总额(万元),质押知识产权\r\n"
                "C-%d,集合授信,%s,甲公司,310115,500,3.65,2022-07-01,2023-07-01,SX-%d,5000,%s\r\n"
                % (n, FIRMS[0], n, patent(n % 10000000)))
        r = self.d.call("POST", "/v1/loans", text.encode("gb18030"), self.bank,
                        {"Content-Type": "text/csv; charset=gb18030"})
        self.assertEqual(r.lines()[-1]["summary"]["created"], 1, r.body)
        got = self.d.call("GET", "/v1/facilities/SX-%d" % n, None, self.bank).json()["facilities"][0]
        self.assertEqual((got["facility_amount"], got["granted"]), ("50000000.00", "5000000.00"))

    # ---- securitisation ----------------------------------------------------------------------

    def test_an_issue_is_stored_found_and_sent_again(self):
        body = issue()
        made = self.post("/v1/securitisations", body)
        again = self.d.call("POST", "/v1/securitisations", body, self.bank)
        self.assertEqual((again.status, again.headers["idempotent-replay"]), (200, "true"))
        got = self.d.call("GET", made.headers["location"], None, self.bank)
        self.assertEqual(got.json()["outstanding"], "200000000.00")
        self.assertEqual(self.d.call("POST", "/v1/securitisations", got.json(), self.bank).status, 200)
        other = self.d.token("bank", "BANK-B")
        self.assertEqual(self.d.call("GET", made.headers["location"], None, other).status, 404)
        district = self.d.token("district")
        self.assertEqual(self.d.call("GET", made.headers["location"], None, district).status, 200)

    def test_tranches_that_do_not_add_up_are_refused(self):
        r = self.refused("/v1/securitisations", issue(amount="200000000.01"), ("/tranches", "E_TRANCHES"))
        self.assertIn("200000000.00", r.body.decode())
        twice = issue()
        twice["tranches"][1]["name"] = "优先级"
        self.refused("/v1/securitisations", twice, ("/tranches/1/name", "E_REPEATED"))
        early = issue()
        early["tranches"][0]["matures_on"] = "2022-06-29"
        self.refused("/v1/securitisations", early, ("/tranches/0/matures_on", "E_ORDER"))
        self.refused("/v1/securitisations", issue(kind="abx"), ("/kind", "E_CHOICE"))
        self.refused("/v1/securitisations", issue(tranches=[]), ("/tranches", "E_LENGTH"))

    def test_payments_bring_a_tranche_down_and_never_below_nought(self):
        body = issue()
        made = self.post("/v1/securitisations", body)
        of = body["reference"]
        self.post("/v1/securitisation-events", payment(of))
        self.post("/v1/securitisation-events", payment(of, kind="interest", amount="6080000.00"))
        r = self.refused("/v1/securitisation-events", payment(of, amount="95000000.01"), ("/amount", "E_EXCEEDS"))
        self.assertIn("95000000.00", r.body.decode())
        got = self.d.call("GET", made.headers["location"], None, self.bank).json()
        # 200 less 95 million of the senior tranche.
        self.assertEqual(got["outstanding"], "105000000.00")
        self.assertEqual(got["tranches_now"][0], {
            "name": "优先级", "repaid": "95000000.00", "interest": "6080000.00",
            "outstanding": "95000000.00", "last_on": "2023-06-30"})

    def test_a_payment_fits_its_issue(self):
        body = issue()
        self.post("/v1/securitisations", body)
        of, path = body["reference"], "/v1/securitisation-events"
        self.refused(path, payment("ABS-none"), ("/securitisation", "E_NO_ISSUE"))
        r = self.refused(path, payment(of, tranche="夹层"), ("/tranche", "E_CHOICE"))
        self.assertIn("优先级, 次级", r.body.decode())
        self.refused(path, payment(of, on="2022-06-29"), ("/on", "E_ORDER"))
        other = self.d.token("bank", "BANK-B")
        r = self.d.call("POST", path, payment(of), other)
        self.assertEqual(r.codes(), [("/securitisation", "E_NO_ISSUE")])

    def test_corrections_stay_within_what_was_paid(self):
        body = issue()
        made = self.post("/v1/securitisations", body)
        paid = self.post("/v1/securitisation-events", payment(body["reference"]))
        smaller = [dict(body["tranches"][0], amount="94999999.99"), dict(body["tranches"][1], amount="105000000.01")]
        r = self.put("/v1/securitisations", made, want=409, tranches=smaller)
        self.assertEqual(r.codes(), [("/tranches", "E_STATE_LATER")])
        r = self.put("/v1/securitisation-events", paid, want=422, amount="190000000.01")
        self.assertEqual(r.codes(), [("/amount", "E_EXCEEDS")])
        self.put("/v1/securitisation-events", paid, amount="190000000.00")

    def test_two_lines_of_one_batch_do_not_pay_a_tranche_twice(self):
        body = issue()
        self.post("/v1/securitisations", body)
        lines = [payment(body["reference"], amount="100000000.00") for _ in range(2)]
        text = "\n".join(json.dumps(x) for x in lines)
        r = self.d.call("POST", "/v1/securitisation-events", text, self.bank,
                        {"Content-Type": "application/x-ndjson"})
        self.assertEqual([x.get("outcome") for x in r.lines()[:-1]], ["created", "refused"])
