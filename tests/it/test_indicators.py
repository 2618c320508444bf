"""Figures of the plan's other goals: what the IP office reports, what is refused, who reads."""

from harness import TODAY, Case

THIS_YEAR = TODAY.year


def indicator(period="2021", side="sme_acquisition", way="transfer", **over):
    record = {"period": period, "side": side, "way": way, "source": "技术合同登记统计",
              "evidence": "统计表第 3 页", "assumed": False}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


class Indicators(Case):
    conf = {"readers": "2"}  # periods of a ledger of its own

    def setUp(self):
        self.office = self.d.token("ip_office")

    def post(self, body, want=201):
        r = self.d.call("POST", "/v1/indicators", body, self.office)
        self.assertEqual(r.status, want, r.body)
        return r

    def put(self, was, want=200, **over):
        body = dict(was.json(), reason="更正", **over)
        r = self.d.call("PUT", "/v1/indicators/" + body["id"], body, self.office,
                        {"If-Match": '"%d"' % body["version"]})
        self.assertEqual(r.status, want, r.body)
        return r

    def refused(self, body, *problems):
        before = self.d.sql("select (select count(*) from submission), (select count(*) from indicator)")
        r = self.d.call("POST", "/v1/indicators", body, self.office)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems), r.body)
        self.assertEqual(self.d.sql("select (select count(*) from submission), (select count(*) from indicator)"),
                         before)
        return r

    def test_a_figure_is_stored_found_sent_again_and_corrected(self):
        body = indicator("2001", count=120, contract_value="36000000.00")
        made = self.post(body)
        self.assertEqual(made.json()["reference"], "2001 sme_acquisition transfer")
        again = self.d.call("POST", "/v1/indicators", body, self.office)
        self.assertEqual((again.status, again.headers["idempotent-replay"]), (200, "true"))
        got = self.d.call("GET", made.headers["location"], token=self.d.token("bank"))
        back = self.d.call("POST", "/v1/indicators", got.json(), self.office)
        self.assertEqual(back.status, 200, back.body)
        fixed = self.put(got, count=121)
        self.assertEqual((fixed.json()["version"], fixed.json()["count"]), (2, 121))
        history = self.d.call("GET", made.headers["location"] + "/history", token=self.d.token("auditor"))
        self.assertEqual([x["count"] for x in history.json()["items"]], [120, 121])
        found = self.d.call("GET", "/v1/indicators?period=2001", token=self.d.token("guarantor")).json()
        self.assertEqual([(x["side"], x["count"]) for x in found["items"]], [("sme_acquisition", 121)])

    def published(self, year=2022):
        """What the plan counts as this year's acquisitions, and what it was told."""
        told = self.d.call("GET", "/v1/plans/sh-2021-2023/targets?quarter=2023Q4", token=self.office).json()
        t4 = next(t for t in told["targets"] if t["id"] == "T4")["measures"][0]
        return next((y["value"], y["complete"]) for y in t4["years"] if y["year"] == year)

    def test_what_the_office_tells_of_itself_counts_when_finance_has_confirmed_it(self):
        for way in ("licence", "contribution"):
            self.d.confirmed(self.post(indicator("2022", way=way, count=1)))
        made = self.post(indicator("2022", count=98))
        self.assertEqual((self.get(made)["state"], self.published()), ("told", (2, False)))
        seen = {"seen": self.get(made)["seen"], "reason": "核对无误"}
        for token, code in ((self.office, "E_ROLE"), (self.d.token("district"), "E_ROLE")):
            for path in (made.headers["location"] + "/confirm", "/v1/confirmations"):
                r = self.d.call("POST", path, dict(seen, record=made.json()["id"]), token)
                self.assertIn(code, r.body.decode(), (path, r.status))
        person = self.d.cli("person", "add", "--org", "IP-OFFICE", "--name", "统计").stdout.strip()
        self.d.cli("person", "add", "--org", "FINANCE", "--name", "统计二", "--same-as", person)
        own, twin = (self.d.given("token", "add", "--org", o, "--person", n)
                     for o, n in (("IP-OFFICE", "统计"), ("FINANCE", "统计二")))
        mine = self.d.call("POST", "/v1/indicators", indicator("2021", count=1), own)
        r = self.d.call("POST", mine.headers["location"] + "/confirm", {"seen": self.get(mine)["seen"], "reason": "核对"}, twin)
        self.assertEqual((r.status, r.codes()), (409, [("/record", "E_SAME_PERSON")]))
        self.d.confirmed(made)
        self.assertEqual((self.get(made)["state"], self.get(made)["confirmed_by"], self.published()),
                         ("confirmed", "FINANCE", (100, True)))
        better = self.put(made, count=198)  # a correction counts when it is confirmed; until then what was
        self.assertEqual((self.get(made)["state"], self.get(made)["counted_version"], self.published()), ("told", 1, (100, True)))
        before = self.d.sql("select instant_text(clock_timestamp())")
        r = self.d.call("POST", made.headers["location"] + "/confirm", dict(seen, seen="0" * 64), self.d.token("finance"))
        self.assertEqual(r.codes(), [("/seen", "E_SEEN")])
        self.d.confirmed(made)
        self.assertEqual((better.json()["version"], self.published()), (2, (200, True)))
        told = self.d.call("GET", "/v1/plans/sh-2021-2023/targets?quarter=2023Q4&known_at=" + before.replace("+", "%2B"),
                           token=self.office).json()
        t4 = next(t for t in told["targets"] if t["id"] == "T4")["measures"][0]
        self.assertEqual([y["value"] for y in t4["years"] if y["year"] == 2022], [100])
        waits = self.d.call("GET", "/v1/indicators?state=told&limit=100", token=self.office).json()["items"]
        self.assertEqual([x["id"] for x in waits if x["period"][:4] in ("2021", "2022")], [mine.json()["id"]])
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def get(self, made):
        return self.d.call("GET", made.headers["location"], token=self.office).json()

    def test_the_same_period_twice_is_refused_and_a_further_figure_of_it_is_not(self):
        self.post(indicator("2002", count=10))
        r = self.d.call("POST", "/v1/indicators", indicator("2002", count=11), self.office)
        self.assertEqual((r.status, r.codes()), (409, [("/count", "E_KEY_REUSED")]))
        self.refused(indicator("2002", count=11, reference="另一份表"), ("/count", "E_REPORTED_TWICE"))
        self.post(indicator("2002", cash_received="5.00", reference="另一份表"))
        self.post(indicator("2002", way="licence", count=11))
        self.post(indicator("2002", side="university_outflow", count=11))

    def test_what_counts_while_its_correction_waits_is_told_by_no_other(self):
        made = self.post(indicator("2009", count=10))
        self.d.confirmed(made)
        self.put(made, period="2010")  # told, and not confirmed: 2009 counts still
        self.refused(indicator("2009", count=11, reference="又一份表"), ("/count", "E_REPORTED_TWICE"))
        self.d.confirmed(made)
        self.post(indicator("2009", count=11, reference="又一份表"))

    def test_quarters_and_their_year_must_agree(self):
        self.post(indicator("2003", count=100))
        self.post(indicator("2003Q1", count=60))
        r = self.refused(indicator("2003Q2", count=41), ("/count", "E_PERIOD_SUM"))  # 101 of 100
        self.assertIn("2 × Q = 101, 2003 = 100", r.body.decode())
        second = self.post(indicator("2003Q2", count=40))
        self.post(indicator("2003Q3", count=0))
        self.refused(indicator("2003Q4", count=1), ("/count", "E_PERIOD_SUM"))
        self.assertEqual(self.put(second, want=409, count=41).codes(), [("/count", "E_PERIOD_SUM")])
        self.put(second, count=30)
        self.refused(indicator("2003Q4", count=9), ("/count", "E_PERIOD_SUM"))  # four of them make 99
        self.post(indicator("2003Q4", count=10))
        # The other way round: quarters first, then a year that is less.
        for quarter, value in (("2004Q1", "10.00"), ("2004Q2", "20.50")):
            self.post(indicator(quarter, contract_value=value))
        self.refused(indicator("2004", contract_value="30.49"), ("/contract_value", "E_PERIOD_SUM"))
        self.post(indicator("2004", contract_value="30.50"))

    def test_a_period_that_has_not_ended_is_refused(self):
        for period in (THIS_YEAR + 1, THIS_YEAR):
            r = self.refused(indicator(str(period), count=1), ("/period", "E_NOT_ENDED"))
            self.assertIn(str(THIS_YEAR - 1), r.body.decode())
        today = TODAY
        quarter = (today.month + 2) // 3
        self.refused(indicator("%dQ%d" % (THIS_YEAR, quarter), count=1), ("/period", "E_NOT_ENDED"))
        last = "%dQ%d" % ((THIS_YEAR - 1, 4) if quarter == 1 else (THIS_YEAR, quarter - 1))
        self.assertIn(last, self.refused(indicator("2199Q4", count=1), ("/period", "E_NOT_ENDED")).body.decode())
        self.post(indicator(last, count=1))

    def test_what_is_no_figure_of_a_side_is_refused(self):
        self.refused(indicator("2005", way="gift", count=1), ("/way", "E_CHOICE"))
        self.refused(indicator("2005", side="exports", count=1), ("/side", "E_CHOICE"))
        self.refused(indicator("2005", way=None, count=1), ("/way", "E_NEED"))
        self.refused(indicator("2005"), ("/count", "E_NEED"))
        self.refused(indicator("2005", side="product_filing", count=1), ("/way", "E_UNWANTED"))
        self.refused(indicator("2005", side="product_filing", way=None, contract_value="1.00"),
                     ("/contract_value", "E_UNWANTED"), ("/count", "E_NEED"))
        self.refused(indicator("2005", employees=3), ("/employees", "E_UNWANTED"), ("/count", "E_NEED"))
        self.refused(indicator("2005Q1", side="benefiting_firm", way=None, count=3), ("/period", "E_WHOLE_YEAR"))

    def test_odd_figures_and_periods_are_refused(self):
        self.refused(indicator("2005", contract_value=1000), ("/contract_value", "E_TEXT_NUMBER"))
        self.refused(indicator("2005", count="12"), ("/count", "E_TYPE"))
        self.refused(indicator("2005", count=-1), ("/count", "E_RANGE"))
        self.refused(indicator("2005", cash_received="-1.00"), ("/cash_received", "E_RANGE"))
        for period in ("2005Q5", "2005-Q1", "205", "2005Q", "20051"):
            self.refused(indicator(period, count=1), ("/period", "E_PERIOD"))
        self.refused(indicator("2005", count=1, source=None, evidence=None, assumed=None),
                     ("/source", "E_NEED"), ("/evidence", "E_NEED"), ("/assumed", "E_NEED"))

    def test_a_csv_in_ten_thousands_with_one_bad_line(self):
        text = ("期间,指标,方式,数量,成交金额(万元),来源,佐证说明,是否假定\r\n"
                "2006,高校院所输出,转让,300,1250.5,登记统计,第 1 页,否\r\n"
                "2006,高校院所输出,许可,40,,登记统计,第 1 页,否\r\n"
                "2006,高校院所输出,出租,1,,登记统计,第 1 页,否\r\n")
        r = self.d.call("POST", "/v1/indicators", text, self.office, {"Content-Type": "text/csv"})
        self.assertEqual([x.get("outcome") for x in r.lines()], ["created", "created", "refused", None], r.body)
        found = self.d.call("GET", "/v1/indicators?period=2006", token=self.office).json()["items"]
        self.assertEqual([(x["way"], x.get("contract_value")) for x in found],
                         [("transfer", "12505000.00"), ("licence", None)])

    def test_tampering_is_found(self):
        made = self.post(indicator("2007", count=7)).json()["id"]
        for change, undo, defect in (
                ("update indicator set count = 8 where id = '%s'", "update indicator set count = 7 where id = '%s'",
                 "indicator that differs from its record"),
                ("insert into indicator select gen_random_uuid(), version, org_id, reference, side, way, year, quarter,"
                 " count, null, null, null, null, source, evidence, assumed, recorded_at from indicator where id = '%s'",
                 "delete from indicator where year = 2007 and id <> '%s'", "indicator told twice for one period"),
                ("insert into indicator select gen_random_uuid(), version, org_id, reference, side, way, year, 1,"
                 " count + 1, null, null, null, null, source, evidence, assumed, recorded_at from indicator where id = '%s'",
                 "delete from indicator where year = 2007 and id <> '%s'", "quarters that disagree with their year")):
            self.d.sql("set session_replication_role = replica; " + change % made)
            self.assertIn(defect, self.d.verify().stdout)
            self.d.sql("set session_replication_role = replica; " + undo % made)
        out = self.d.verify()
        self.assertEqual((out.returncode, out.stdout.strip()), (0, "no defects"))
