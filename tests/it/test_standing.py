"""The standing of units, its weights, examples; deals that are abnormal and stop payments; the plan's own figures."""
from half_case import HalfCase
from harness import firm, loan, numbers, patent
from test_deals import deal, filing

RANKING = "/v1/plans/sh-2021-2023/ranking"


class Standing(HalfCase):
    conf = {"readers": "7"}  # a ledger of its own: what is ranked is all there is

    def test_1_a_score_is_explained_and_weights_need_two_offices(self):
        a, b = firm(next(numbers)), firm(next(numbers))
        self.told("/v1/ip-deals", deal(signed_on="2022-02-01", contract_value="300.00", acquirer_uscc=a[0], acquirer_name=a[1]))
        self.told("/v1/ip-deals", deal(signed_on="2022-02-02", contract_value="100.00", acquirer_uscc=b[0], acquirer_name=b[1]))
        self.told("/v1/product-filings", filing(uscc=b[0], name=b[1], filed_on="2022-03-01", used_on="2022-03-02", sales=[
            {"year": 2021, "revenue": "40.00", "employees": 9}, {"year": 2022, "revenue": "60.00", "employees": 7}]))
        self.post("/v1/loans", loan(borrower_uscc=a[0], borrower_name=a[1], amount="900.00", signed_on="2022-05-01"), self.d.token("bank"))
        got = self.get(RANKING + "?as_of=2022-12-31")
        self.assertIsNone(got["weights"])
        self.assertNotIn("score", got["items"][0])
        weights = {"reference": "QZ-%d" % next(numbers), "effective_from": "2022-01-01", "deals": "50", "product_revenue": "30",
                   "jobs": "10", "loans": "10"}
        r = self.d.call("POST", "/v1/ranking-weights", dict(weights, loans="9.9999"), self.office)
        self.assertEqual(r.codes(), [("/deals", "E_SHARE_SUM")])
        made = self.post("/v1/ranking-weights", weights)
        self.assertIsNone(self.get(RANKING)["weights"])
        seen = {"record": made.json()["id"], "seen": self.get(made.headers["location"])["seen"], "reason": "x"}
        for path in ("/v1/confirmations", "/v1/ip-deals/%s/confirm" % made.json()["id"]):  # finance alone, by whatever address
            body = seen if path.endswith("ations") else {k: v for k, v in seen.items() if k != "record"}
            r = self.d.call("POST", path, body, self.d.token("district"))
            self.assertEqual((r.status, r.codes()), (403, [("/record", "E_ROLE")]), r.body)
        self.assertIsNone(self.get(RANKING)["weights"])
        self.post(made.headers["location"] + "/confirm", {"seen": self.get(made.headers["location"])["seen"], "reason": "x"}, self.finance)
        got = self.get(RANKING + "?as_of=2022-12-31")
        self.assertEqual(got["weights"]["deals"], "50.00")
        # The university gave 400.00, the most: 50. a: 50 x 300/400 = 37.50, loans 10 = 47.50.
        # b: 50 x 100/400 = 12.50, revenue 30, jobs 10 (7, of the last year) = 52.50.
        self.assertEqual([(x["key"], x["score"], x["rank"]) for x in got["items"]],
                         [(b[0], "52.50", 1), ("示例大学", "50.00", 2), (a[0], "47.50", 3)])
        jobs = [p for p in got["items"][0]["parts"] if p["by"] == "jobs"][0]
        self.assertEqual((jobs["value"], jobs["best"], jobs["weight"], jobs["points"]), (7, 7, "10.00", "10.00"))
        self.assertEqual([x["key"] for x in self.get(RANKING + "?by=loans&as_of=2022-12-31")["items"]], [a[0]])
        self.assertEqual([x["key"] for x in self.get(RANKING + "?kind=unit&as_of=2022-12-31")["items"]], ["示例大学"])
        one = self.get(RANKING + "?as_of=2022-12-31&unit=" + a[0])
        self.assertEqual([(f["by"], f["value"]) for f in one["items"][0]["facts"]], [("deals", "300.00"), ("loans", "900.00")])
        page = self.d.call("GET", RANKING + "?as_of=2022-12-31&format=html&unit=" + a[0], None, self.office)
        self.assertEqual((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"))
        for text in ("47.50", "300.00", a[1]):
            self.assertIn(text, page.body.decode())
        self.assertEqual(self.d.call("GET", RANKING + "?format=html", None, self.office).status, 422)
        self.assertEqual(self.d.call("GET", RANKING + "?unit=nobody", None, self.office).status, 404)
        self.assertEqual(self.d.call("GET", "/v1/plans/none/ranking", None, self.office).status, 404)

    def test_1b_sections_of_the_report_follow_from_the_records(self):
        a = firm(next(numbers))
        self.post("/v1/matching-events", {
            "reference": "HD-%d" % next(numbers), "kind": "auction", "title": "拍卖会", "district": "310116", "held_on": "2022-01-10",
            "organiser": "o", "attended": 30, "participants": [{"name": a[1], "kind": "firm", "uscc": a[0]}]})
        self.post("/v1/loans", loan(borrower_uscc=a[0], borrower_name=a[1], amount="70.00", signed_on="2022-01-11", district="310116"),
                  self.d.token("bank"))
        self.post("/v1/ip-deals", deal(signed_on="2022-03-03"))  # waits for its second look
        sections = {s["name"]: {r["key"]: r["cells"] for r in s["rows"]}
                    for s in self.get("/v1/reports/quarterly/2022Q1?as_of=2022-03-31", self.finance)["sections"]}
        cells = lambda section, row, *columns: [sections[section][row][c]["value"] for c in columns]
        # Those of the test before: 300.00 and 100.00 from one university to two small firms.
        self.assertEqual(cells("ip_deals", "licence", "deals", "patents", "firms", "value", "to_smes", "of_universities", "untold"),
                         [2, 2, 2, "400.00", 2, 2, 1])
        self.assertEqual(cells("events", "auction", "events", "attended", "units", "loans", "loan_amount"), [1, 30, 1, 1, "70.00"])
        self.assertEqual(cells("events_by_district", "310116", "events", "loan_amount"), [1, "70.00"])
        rows = self.get(sections["ip_deals"]["licence"]["value"]["rows"], self.finance)
        self.assertEqual((rows["value"], sorted(x["value"] for x in rows["items"])), ("400.00", ["100.00", "300.00"]))
        # Nobody's bank sees deals; a district its own.
        bank = self.d.call("GET", "/v1/reports/quarterly/2022Q1?as_of=2022-03-31&section=ip_deals", None, self.d.token("bank", "BANK-Z"))
        self.assertEqual([r["cells"]["deals"]["value"] for r in bank.json()["sections"][0]["rows"]], [0, 0, 0])

    def test_2_an_example_is_one_when_two_offices_say_so(self):
        made = self.post("/v1/benchmarks", {"reference": "BG-1", "kind": "unit", "name": "示例大学", "named_on": "2022-12-20", "text": "事迹<b>"})
        self.assertEqual(self.get("/v1/benchmarks?state=confirmed")["items"], [])
        page = self.d.call("GET", made.headers["location"] + "/page", None, self.office)
        self.assertIn("尚待确认", page.body.decode())
        self.post(made.headers["location"] + "/confirm", {"seen": self.get(made.headers["location"])["seen"], "reason": "x"}, self.d.token("district"))
        self.assertEqual([x["name"] for x in self.get("/v1/benchmarks?state=confirmed", self.d.token("bank"))["items"]], ["示例大学"])
        page = self.d.call("GET", made.headers["location"] + "/page", None, self.d.token("bank"))
        self.assertEqual(page.headers["content-type"], "text/html; charset=utf-8")
        self.assertIn("经两个机构确认", page.body.decode())
        self.assertIn("事迹&lt;b&gt;", page.body.decode())

    def test_3_each_measure_shows_the_plans_own_figures(self):
        for path, body in (
                ("/v1/trainings", {"kind": "course", "title": "培训", "organiser": "服务中心", "on": "2022-03-01", "attended": 80}),
                ("/v1/operation-centres", {"kind": "operation", "name": "中心", "host": "park", "host_name": "园区", "founded_on": "2022-01-01"})):
            self.post(path, dict(body, reference="R1", district="310115"))
        said = {x["measure"]: {y["name"]: (y["count"], y["amount"]) for y in x["ledger"]}
                for x in self.get("/v1/measures/evaluation?from=2022-01-01&to=2022-12-31")["measures"]}
        self.assertEqual((said[23]["trainings"], said[23]["attended"], said[15]["operation_centres"]),
                         ((1, "0.00"), (80, "0.00"), (1, "0.00")))
        self.assertEqual(said[25]["filings"][0], 1)
        one = {x["name"]: x["count"] for x in self.get("/v1/measures/23?as_of=2022-12-31")["ledger"]}
        self.assertEqual(one, {"trainings": 1, "attended": 80})
        # Of a ledger that nobody reported to, what is overdue is a line a department; by name it is told in full.
        late = self.get("/v1/measures/overdue?as_of=2023-06-30")
        self.assertEqual((late["items"], len(late["groups"])), ([], 24))
        self.assertTrue(all(g["never"] for g in late["groups"]))
        full = self.get("/v1/measures/overdue?as_of=2023-06-30&department=310151")
        self.assertEqual((len(full["groups"]), full["groups"][0]["measures"]), (1, [x["measure"] for x in sorted(
            full["items"], key=lambda x: x["measure"])]))
        for no in list(range(1, 10)) + [11] + list(range(12, 24)) + [25]:
            self.assertTrue(said[no], no)

    def found(self, rule):
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": rule}, self.finance)
        return self.get("/v1/flags?code=%s&limit=1000" % rule)["items"]

    def test_4_abnormal_deals_raise_flags_that_stop_the_firm(self):
        same = deal(provider_controller="张三", acquirer_controller="张 三")
        # The answer says so at once, and names the rule alone.
        said = self.post("/v1/ip-deals", same).json()["warnings"]
        self.assertEqual([(w["code"], w["severity"], w["pointer"]) for w in said], [("RF32", "high", "/acquirer_controller")])
        fine = self.post("/v1/ip-deals", deal(provider_controller="李四", acquirer_controller="王五"))
        self.assertEqual(fine.json()["warnings"], [])
        lent = self.post("/v1/loans", loan(borrower_uscc=same["acquirer_uscc"], borrower_name=same["acquirer_name"]), self.d.token("bank"))
        flags = self.found("RF32")
        self.assertEqual(len(flags), 1)
        stops = self.d.sql("select flag_payment_stops('%s', '%s', false)" % (lent.json()["id"], lent.json()["id"]))
        self.assertIn("RF32", stops)
        # Thrice in a year, and back to where it came from; another patent twice, and onwards.
        no, calm = patent(next(numbers) % 10000000), patent(next(numbers) % 10000000)
        a, b, c = (firm(next(numbers)) for _ in range(3))
        for n, (giver, taker, month) in enumerate(((a, b, "01"), (b, c, "03"), (c, a, "05"))):
            self.post("/v1/ip-deals", deal(kind="transfer", licence=None, provider_kind="other", provider_name=giver[1], provider_uscc=giver[0],
                                           acquirer_name=taker[1], acquirer_uscc=taker[0], signed_on="2019-%s-01" % month, ip=[{"number": no}]))
            if n < 2:
                self.post("/v1/ip-deals", deal(kind="transfer", licence=None, provider_kind="other", provider_name=giver[1], provider_uscc=giver[0],
                                               acquirer_name=taker[1], acquirer_uscc=taker[0], signed_on="2019-%s-02" % month, ip=[{"number": calm}]))
        self.assertEqual(len(self.found("RF34")), 1)
        self.assertEqual(len(self.found("RF35")), 1)
        # Ten deals of 60,000.00 a patent: twenty times the median is no outlier, a fen more is one.
        for _ in range(10):
            self.post("/v1/ip-deals", deal(kind="contribution", licence=None, share="10", contract_value="60000.00"))
        self.post("/v1/ip-deals", deal(kind="contribution", licence=None, share="10", contract_value="1200000.00"))
        self.assertEqual(self.found("RF33"), [])
        self.post("/v1/ip-deals", deal(kind="contribution", licence=None, share="10", contract_value="1200000.01"))
        self.assertEqual(len(self.found("RF33")), 1)
