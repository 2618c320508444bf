"""Deals over patents, payments, product filings, the second look at each, and the goals T4 to T6 that come of them."""
from half_case import HalfCase
from harness import firm, numbers, patent

DEALS, PAYMENTS, FILINGS = "/v1/ip-deals", "/v1/ip-deal-payments", "/v1/product-filings"
TARGETS = "/v1/plans/sh-2021-2023/targets?quarter=2023Q4"


def some_firm():
    return firm(next(numbers))


def some_patent():
    return patent(next(numbers) % 10000000)


def deal(**over):
    code, name = some_firm()
    record = {
        "reference": "XK-%d" % next(numbers), "kind": "licence", "licence": "ordinary", "signed_on": "2019-07-01",
        "provider_name": "示例大学", "provider_kind": "university", "acquirer_name": name, "acquirer_kind": "sme",
        "acquirer_uscc": code, "acquirer_industry": "C3973", "acquirer_employees": 86,
        "acquirer_revenue": "52000000.00", "district": "310115", "contract_value": "300000.00",
        "evidence": "技术合同登记证明", "ip": [{"number": some_patent()}]}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


def filing(**over):
    code, name = some_firm()
    record = {
        "reference": "BA-%d" % next(numbers), "uscc": code, "name": name, "district": "310115", "industry": "C3973",
        "employees": 86, "revenue": "52000000.00", "product": "示例模块", "filing_no": "CP%d" % next(numbers),
        "filed_on": "2019-09-01", "evidence": "备案证明", "ip": [{"number": some_patent()}]}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


class Deals(HalfCase):
    def put(self, path, want=200, **over):
        was = self.get(path)
        r = self.d.call("PUT", path, dict(was, reason="更正", **over), self.office, {"If-Match": '"%d"' % was["version"]})
        self.assertEqual(r.status, want, r.body)
        return r

    def refused(self, path, body, *problems, token=None):
        before = self.d.sql("select count(*) from submission")
        r = self.d.call("POST", path, body, token or self.office)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems))
        self.assertEqual(self.d.sql("select count(*) from submission"), before)
        return r

    def confirm(self, made, token=None, want=201):
        where = made.headers["location"]
        return self.post(where + "/confirm", {"seen": self.get(where)["seen"], "reason": "已核对"},
                         token or self.finance, want)

    def year(self, target, measure, year, token=None):
        for t in self.get(TARGETS, token)["targets"]:
            for m in t.get("measures", ()):
                if (t["id"], m["measure"]) == (target, measure):
                    return [y for y in m["years"] if y["year"] == year][0]
        raise KeyError(target)

    # ---- goals --------------------------------------------------------------------------------

    def test_goals_follow_from_what_a_second_organisation_confirmed(self):
        # Two patents of a university for a small firm: 400,000.00, of which 150,000.00 came in 2022 and 50,000.00 in 2023.
        of = deal(signed_on="2022-02-10", contract_value="400000.00", ip=[{"number": some_patent()}, {"number": some_patent()}])
        made = self.post(DEALS, of)
        got = self.get(made.headers["location"])
        self.assertEqual((got["state"], got["counts_for"]), ("told", ["T4", "T5"]))
        for on, amount in (("2022-03-01", "150000.00"), ("2023-05-05", "50000.00")):
            self.told(PAYMENTS, {"reference": "P-%d" % next(numbers), "deal": of["reference"], "on": on, "amount": amount,
                                 "receipt_no": "R%d" % next(numbers)})
        # Nobody but the office has told of it: nothing counts, nor does a payment that came of it.
        self.assertIsNone(self.year("T4", "count", 2022)["value"])
        self.confirm(made)
        # A state firm transfers one patent to a medium firm; a university one to a large firm.
        self.told(DEALS, deal(kind="transfer", licence=None, signed_on="2022-11-30", provider_kind="state_firm",
                              acquirer_employees=400, acquirer_revenue="60000000.00", contract_value="100000.00"))
        self.told(DEALS, deal(kind="transfer", licence=None, signed_on="2022-12-31", acquirer_kind="other",
                              acquirer_employees=2000, acquirer_revenue="900000000.00", contract_value="70000.55"))
        for target, measure, year, value in (
                ("T4", "count", 2022, 3), ("T4", "contract_value", 2022, "500000.00"),
                ("T4", "cash_received", 2022, "150000.00"), ("T4", "cash_received", 2023, "50000.00"),
                ("T5", "count", 2022, 3), ("T5", "contract_value", 2022, "470000.55"),
                ("T5", "cash_received", 2022, "150000.00")):
            y = self.year(target, measure, year)
            self.assertEqual((y["value"], y["from"], y["complete"]), (value, "records", True), (target, measure, year))
        # The rows behind a figure come to it; everybody knows the sum, and sees what is his.
        y = self.year("T4", "contract_value", 2022)
        rows = self.get(y["rows"])
        self.assertEqual((rows["rows"], rows["total"], [x["value"] for x in rows["items"]]),
                         (2, "500000.00", ["400000.00", "100000.00"]))
        quarter = self.get(y["rows"].replace("period=2022", "period=2022Q1"))
        self.assertEqual((quarter["total"], quarter["items"][0]["reference"]), ("400000.00", of["reference"]))
        page = self.get(y["rows"] + "&limit=1")
        self.assertEqual((len(page["items"]), page["next"]), (1, 1))
        self.assertEqual(self.get(y["rows"] + "&after=1")["items"][0]["value"], "100000.00")
        bank = self.d.token("bank")
        self.assertEqual(self.year("T4", "contract_value", 2022, bank)["value"], "500000.00")
        self.assertEqual(self.get(y["rows"], bank)["items"], [])
        # What the office published stands beside, with the difference.
        self.told("/v1/indicators", {"period": "2022", "side": "sme_acquisition", "way": "licence", "count": 5,
                                     "contract_value": "390000.00", "source": "统计年报", "evidence": "第3页", "assumed": False})
        ways = [m for t in self.get(TARGETS)["targets"] if t["id"] == "T4" for m in t["measures"] if m["measure"] == "count"]
        licence = [w for w in ways[0]["ways"] if w["way"] == "licence"][0]
        y = [y for y in licence["years"] if y["year"] == 2022][0]
        self.assertEqual((y["value"], y["published"], y["difference"]), (2, 5, -3))
        self.assertEqual(self.get(y["rows"])["total"], 2)
        # A year of which the ledger has no deal is told by the indicators alone.
        self.told("/v1/indicators", {"period": "2021", "side": "sme_acquisition", "way": "licence", "count": 4,
                                     "source": "统计年报", "evidence": "第3页", "assumed": False})
        self.assertEqual(self.year("T4", "count", 2021)["from"], "indicators")

    def test_filings_and_what_is_put_to_use_make_goal_six(self):
        shared = some_patent()
        self.told(FILINGS, filing(filed_on="2022-03-01", used_on="2022-06-01", ip=[{"number": shared}, {"number": some_patent()}]))
        self.told(FILINGS, filing(filed_on="2022-10-01", used_on="2023-01-01", ip=[{"number": shared}, {"number": some_patent()}]))
        self.told(FILINGS, filing(filed_on="2022-10-02", employees=2000, revenue="900000000.00"))  # a large firm
        self.post(FILINGS, filing(filed_on="2022-10-03"))  # confirmed by nobody
        self.assertEqual(self.year("T6", "product_filing", 2022)["value"], 2)
        # A patent is put to use once, when it first is.
        self.assertEqual([self.year("T6", "implementation", y)["value"] for y in (2022, 2023)], [2, 1])

    def test_a_size_that_others_tell_otherwise_is_not_proven(self):
        body = deal()
        made = self.told(DEALS, body)
        self.post("/v1/enterprise-profiles", {
            "uscc": body["acquirer_uscc"], "year": 2019, "district": "310115", "industry": "C3973", "employees": 2000,
            "revenue": "900000000.00", "source": "年报"}, self.office)
        got = self.get(made.headers["location"])
        self.assertEqual((got["size_elsewhere"], got["counts_for"]), ("large", ["T5"]))
        # Without figures of its own the profile of the year decides.
        body = deal(acquirer_industry=None, acquirer_employees=None, acquirer_revenue=None)
        made = self.told(DEALS, body)
        self.assertEqual(self.get(made.headers["location"])["counts_for"], ["T5"])
        self.post("/v1/enterprise-profiles", {
            "uscc": body["acquirer_uscc"], "year": 2019, "district": "310115", "industry": "C3973", "employees": 30,
            "revenue": "9000000.00", "source": "年报"})
        self.assertEqual(self.get(made.headers["location"])["counts_for"], ["T4", "T5"])

    # ---- the second look ----------------------------------------------------------------------

    def test_nobody_confirms_his_own_word_nor_what_he_did_not_see(self):
        made = self.post(DEALS, deal(), self.district)
        where = made.headers["location"]
        seen = self.get(where, self.district)["seen"]
        self.refused(where + "/confirm", {"seen": seen, "reason": "x"}, ("/record", "E_OWN_TELLING"), token=self.district)
        self.refused(where + "/confirm", {"seen": "0" * 64, "reason": "x"}, ("/seen", "E_SEEN"), token=self.finance)
        other = self.d.token("district", "DIST-310116")
        self.refused(where + "/confirm", {"seen": seen, "reason": "x"}, ("/record", "E_NO_RECORD"), token=other)
        self.refused("/v1/confirmations", {"record": "00000000-0000-7000-8000-000000000000", "seen": seen, "reason": "x"},
                     ("/record", "E_NO_RECORD"), token=self.finance)
        self.confirm(made)
        got = self.get(where)
        self.assertEqual((got["state"], got["confirmed_by"], got["counted_version"]), ("confirmed", "FINANCE", 1))
        self.assertEqual([x["id"] for x in self.get(DEALS + "?state=confirmed&acquirer_name=nobody")["items"]], [])
        self.assertIn(got["id"], [x["id"] for x in self.get(DEALS + "?state=confirmed&limit=1000")["items"]])

    def test_a_correction_waits_for_the_second_look_and_a_void_does_not(self):
        made = self.told(DEALS, deal(contract_value="300000.00"))
        where = made.headers["location"]
        self.put(where, contract_value="900000.00")
        got = self.get(where)
        self.assertEqual((got["state"], got["counted_version"]), ("told", 1))
        counted = "select value_fen from ip_deal_counted(null) where id = '%s'" % got["id"]
        self.assertEqual(self.d.sql(counted), "30000000")
        self.confirm(made)
        self.assertEqual(self.d.sql(counted), "90000000")
        self.put(where, voided=True)
        self.assertEqual((self.get(where)["state"], self.d.sql(counted)), ("voided", ""))
        self.refused(where + "/confirm", {"seen": self.get(where)["seen"], "reason": "x"}, ("/record", "E_VOIDED"),
                     token=self.finance)

    # ---- deals --------------------------------------------------------------------------------

    def test_a_deal_is_refused_field_by_field(self):
        for over, *problems in (
                ({"licence": None}, ("/licence", "E_NEED")),
                ({"kind": "transfer"}, ("/licence", "E_UNWANTED")),
                ({"kind": "contribution", "licence": None}, ("/share", "E_NEED")),
                ({"voided": True}, ("/voided", "E_UNWANTED")),
                ({"signed_on": "2199-01-01"}, ("/signed_on", "E_FUTURE")),
                ({"ends_on": "2019-06-30"}, ("/ends_on", "E_ORDER")),
                ({"acquirer_kind": "other"}, ("/acquirer_kind", "E_CONTRADICTS")),
                ({"acquirer_size": "micro"}, ("/acquirer_size", "E_CONTRADICTS")),
                ({"acquirer_employees": 2000, "acquirer_revenue": "900000000.00"}, ("/acquirer_kind", "E_CONTRADICTS")),
                ({"acquirer_uscc": None}, ("/acquirer_uscc", "E_NEED")),
                ({"ip": [{"number": "12345678"}]}, ("/ip/0/number", "E_PATENT")),
                ({"registered_on": "2019-08-01"}, ("/registration_no", "E_NEED")),
                ({"dues": [{"due_on": "2019-08-01", "amount": "299999.99"}]}, ("/dues", "E_CONTRADICTS")),
                ({"contract_value": "0.001"}, ("/contract_value", "E_MONEY"))):
            self.refused(DEALS, deal(**over), *problems)
        one = some_patent()
        self.refused(DEALS, deal(ip=[{"number": one}, {"number": "ZL" + one}]), ("/ip/1/number", "E_REPEATED"))
        self.refused(DEALS, deal(district="310116"), ("/district", "E_FIRM_DISTRICT"), token=self.district)
        # What stands near each of them.
        self.post(DEALS, deal(kind="contribution", licence=None, share="12.5"))
        self.post(DEALS, deal(contract_value="0.00", ends_on="2022-06-30"))
        self.post(DEALS, deal(dues=[{"due_on": "2019-08-01", "amount": "100000.00"}, {"due_on": "2020-08-01", "amount": "200000.00"}]))

    def test_a_deal_is_told_once_whoever_tells_it(self):
        body = deal(registration_no="X2019310000%d" % next(numbers))
        made = self.post(DEALS, body, self.district)
        self.refused(DEALS, dict(body, reference="elsewhere"), ("/reference", "E_TOLD_ALREADY"))
        self.refused(DEALS, deal(registration_no=body["registration_no"].lower()), ("/reference", "E_TOLD_ALREADY"))
        self.post(DEALS, dict(body, reference="another day", registration_no="Z%d" % next(numbers), signed_on="2019-07-02"))
        self.assertEqual(self.d.call("POST", DEALS, self.get(made.headers["location"], self.district), self.district).status, 200)

    def test_registers_decide_whose_and_whether_a_patent_is(self):
        owner, stranger = some_firm()[0], some_firm()[0]
        no, dead = some_patent(), some_patent()
        for number in (no, dead):
            self.post("/v1/ip-events", {"reference": "E-%d" % next(numbers), "number": number, "kind": "granted", "on":
                                        "2019-02-01", "owner_uscc": owner, "filed_on": "2019-01-02"})
        self.post("/v1/ip-events", {"reference": "E-%d" % next(numbers), "number": dead, "kind": "lapsed", "on": "2019-06-01"})
        self.refused(DEALS, deal(provider_uscc=owner, ip=[{"number": dead}]), ("/ip/0/number", "E_RIGHT_DEAD"))
        self.refused(DEALS, deal(provider_uscc=stranger, ip=[{"number": no}]), ("/ip/0/number", "E_NOT_OWNER"))
        code = some_firm()[0]
        made = self.post(DEALS, deal(kind="transfer", licence=None, provider_uscc=owner, acquirer_uscc=code, ip=[{"number": no}]))
        self.assertFalse(self.get(made.headers["location"])["on_register"])
        self.post("/v1/ip-events", {"reference": "E-%d" % next(numbers), "number": no, "kind": "transferred", "on": "2019-07-09",
                                    "owner_uscc": code})
        self.assertTrue(self.get(made.headers["location"])["on_register"])
        # A filing by whoever neither owns it nor has it by a deal is refused; the acquirer's is taken.
        self.refused(FILINGS, filing(ip=[{"number": no}]), ("/ip/0/number", "E_NOT_OWNER"))
        self.post(FILINGS, filing(uscc=code, ip=[{"number": no}]))

    def test_payments_fit_their_deal_and_a_receipt_counts_once(self):
        body = deal(contract_value="100000.00", dues=[{"due_on": "2019-09-01", "amount": "60000.00"},
                                                      {"due_on": "2199-01-01", "amount": "40000.00"}])
        made = self.post(DEALS, body)
        self.assertEqual(self.get(made.headers["location"])["overdue"], "60000.00")

        def paid(**over):
            return dict({"reference": "P-%d" % next(numbers), "deal": body["reference"], "on": "2019-08-01", "amount": "60000.00",
                         "receipt_no": "HD-%d" % next(numbers)}, **over)

        self.refused(PAYMENTS, paid(on="2019-06-30"), ("/on", "E_ORDER"))
        self.refused(PAYMENTS, paid(amount="100000.01"), ("/amount", "E_EXCEEDS"))
        self.refused(PAYMENTS, paid(deal="nothing"), ("/deal", "E_NO_RECORD"))
        first = paid()
        got = self.post(PAYMENTS, first)
        self.refused(PAYMENTS, paid(amount="40000.01"), ("/amount", "E_EXCEEDS"))
        other = self.post(DEALS, deal())
        self.refused(PAYMENTS, paid(deal=other.json()["id"], receipt_no=first["receipt_no"].lower()),
                     ("/receipt_no", "E_RECEIPT_TAKEN"))
        self.post(PAYMENTS, paid(amount="40000.00", deal=made.json()["id"]))
        shown = self.get(made.headers["location"])
        self.assertEqual((shown["paid"], shown["paid_told"]), ("0.00", "100000.00"))
        self.assertNotIn("overdue", shown)
        # What was paid keeps the deal from shrinking below it, and from being void.
        for change in ({"contract_value": "99999.99", "dues": [{"due_on": "2019-09-01", "amount": "99999.99"}]}, {"voided": True},
                       {"signed_on": "2019-08-02"}):
            self.put(made.headers["location"], 409, **change)
        self.put(got.headers["location"], voided=True)
        self.post(PAYMENTS, paid(receipt_no=first["receipt_no"], deal=other.json()["id"]))
        self.refused(PAYMENTS, paid(voided=True), ("/voided", "E_UNWANTED"))

    def test_a_void_is_final_and_what_counts_is_reckoned_with_until_it_no_longer_does(self):
        """Receipt HD counts 100.00 of 100.00. Corrected to another number and one yuan, unconfirmed, it still does: neither the
        receipt nor the room is free. Once the correction is confirmed, they are."""
        of = deal(contract_value="100.00", signed_on="2019-07-01")
        self.told(DEALS, of)
        first = {"reference": "P-%d" % next(numbers), "deal": of["reference"], "on": "2019-08-01", "amount": "100.00",
                 "receipt_no": "HD-%d" % next(numbers)}
        made = self.told(PAYMENTS, first)
        where = made.headers["location"]
        self.put(where, receipt_no="HD-%d" % next(numbers), amount="1.00")
        second = dict(first, reference="P-%d" % next(numbers), amount="99.00")
        self.refused(PAYMENTS, second, ("/amount", "E_EXCEEDS"), ("/receipt_no", "E_RECEIPT_TAKEN"))
        self.confirm(made)
        self.post(PAYMENTS, second)
        voided = self.told(DEALS, deal())
        self.put(voided.headers["location"], voided=True)
        r = self.put(voided.headers["location"], 409, voided=False)
        self.assertEqual(r.codes(), [("/voided", "E_VOIDED")])
        self.assertEqual(self.get(voided.headers["location"])["state"], "voided")

    def test_a_district_sees_and_tells_its_own(self):
        here, there = self.post(DEALS, deal()), self.post(DEALS, deal(district="310116"))
        self.assertEqual(self.d.call("GET", here.headers["location"], None, self.district).status, 200)
        self.assertEqual(self.d.call("GET", there.headers["location"], None, self.district).status, 404)
        self.assertEqual(self.d.call("GET", here.headers["location"], None, self.d.token("bank")).status, 404)
        self.refused(PAYMENTS, {"reference": "P-%d" % next(numbers), "deal": there.json()["reference"], "on": "2019-08-01",
                                "amount": "1.00", "receipt_no": "HD-%d" % next(numbers)}, ("/deal", "E_NO_RECORD"), token=self.district)

    def test_files_bring_deals_and_confirmations(self):
        rows = [deal(), deal(contract_value="1200.00")]
        text = "合同编号,交易方式,许可种类,合同签订日,出让方(许可方、出资方)名称,出让方类型,受让方(被许可方、被投资方)名称,受让方类型,受让方统一社会信用代码," \
            "受让方行业代码,受让方从业人员数,受让方营业收入(万元),所在区代码,成交金额(万元),佐证材料,专利\r\n"
        for r in rows:
            text += "%s,许可,普通,2019/7/1,示例大学,高校,%s,中小企业,%s,C3973,86,5200,310115,%s,合同,%s\r\n" % (
                r["reference"], r["acquirer_name"], r["acquirer_uscc"], float(r["contract_value"]) / 10000, r["ip"][0]["number"])
        r = self.d.call("POST", DEALS, text.encode("gb18030"), self.office, {"Content-Type": "text/csv; charset=gb18030"})
        self.assertEqual(r.lines()[-1]["summary"]["created"], 2, r.body)
        seen = [self.get(DEALS + "/" + x["id"]) for x in r.lines()[:-1]]
        text = "所确认的记录,所见版本,理由\r\n" + "".join("%s,%s,已核对\r\n" % (x["id"], x["seen"]) for x in seen)
        r = self.d.call("POST", "/v1/confirmations", text.encode(), self.finance, {"Content-Type": "text/csv"})
        self.assertEqual(r.lines()[-1]["summary"]["created"], 2, r.body)
        self.assertEqual([self.get(DEALS + "/" + x["id"])["state"] for x in seen], ["confirmed"] * 2)

    def test_a_filing_is_told_once(self):
        body = filing(sales=[{"year": 2019, "revenue": "1.00"}], used_on="2019-10-01")
        self.post(FILINGS, body)
        self.refused(FILINGS, filing(filing_no=body["filing_no"].lower()), ("/filing_no", "E_TOLD_ALREADY"))
        self.refused(FILINGS, filing(sales=[{"year": 2019, "revenue": "1.00"}]), ("/used_on", "E_NEED"))
        self.refused(FILINGS, filing(used_on="2019-10-01", sales=[{"year": 2019, "revenue": "1.00"}] * 2), ("/sales/1/year", "E_REPEATED"))
        self.refused(FILINGS, filing(size="large"), ("/size", "E_CONTRADICTS"))
        self.refused(FILINGS, filing(voided=True), ("/voided", "E_UNWANTED"))

    def test_what_was_changed_behind_the_ledger_is_named(self):
        made = self.told(DEALS, deal())
        for change in ("update ip_deal set value_fen = value_fen + 1", "update ip_deal set acquirer_size = 'large'",
                       "update confirmation set org_id = (select org_id from ip_deal limit 1)"):
            table = change.split()[1]
            key = "record_id" if table == "confirmation" else "id"
            self.d.sql("set session_replication_role = replica; create table kept as select * from %s; %s where %s = '%s'"
                       % (table, change, key, made.json()["id"]))
            out = self.d.verify()
            self.d.sql("set session_replication_role = replica; delete from %s; %s drop table kept"
                       % (table, self.d.refill(table, "kept")))
            self.assertEqual(out.returncode, 1, change)
            self.assertIn("differs from its record", out.stdout + out.stderr, change)
        self.assertEqual(self.d.verify().returncode, 0)
