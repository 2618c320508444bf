"""The measures of the plan that came with the program: who answers for them, who reports, what is overdue, how they are evaluated.

Each test takes measures or departments of its own: the ledger is shared.
"""
import datetime
import urllib.parse

from harness import TODAY, Case, loan
from test_odd_values import ODD, as_text

DISTRICTS = ("310101", "310104", "310105", "310106", "310107", "310109", "310110", "310112", "310113", "310114",
             "310115", "310116", "310117", "310118", "310120", "310151")
CITY = ["ip_office", "economy", "education", "science", "health", "sasac"]
FINANCE = ["ip_office", "financial_regulator", "banking_regulator"]


def report(measure, department="ip_office", period="2022Q1", on="2022-04-10", **over):
    record = {"measure": measure, "department": department, "period": period, "on": on, "text": "按计划推进"}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


class Measures(Case):
    conf = {"readers": "6"}

    def setUp(self):
        self.office = self.d.token("ip_office")
        self.finance = self.d.token("finance")

    def district(self, code):
        return self.d.token("district", "DIST-" + code)

    def post(self, body, token=None, want=201, path="/v1/measure-reports"):
        r = self.d.call("POST", path, body, token or self.office)
        self.assertEqual(r.status, want, r.body)
        return r

    def get(self, path, token=None):
        r = self.d.call("GET", path, token=token or self.d.token("guarantor"))
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def refused(self, body, *problems, token=None, path="/v1/measure-reports"):
        count = "select (select count(*) from submission), (select count(*) from measure_report)"
        before = self.d.sql(count)
        r = self.d.call("POST", path, body, token or self.office)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems), r.body)
        self.assertEqual(self.d.sql(count), before)
        return r

    def line(self, measure, department, query=""):
        lines = self.get("/v1/measures/%d%s" % (measure, query))["departments"]
        return next(x for x in lines if x["department"] == department)

    # ---- the register ---------------------------------------------------------------------------

    def test_all_25_measures_with_the_departments_of_the_plan(self):
        measures = self.get("/v1/measures")["measures"]
        self.assertEqual([m["measure"] for m in measures], list(range(1, 26)))
        districts = list(DISTRICTS)
        want = {1: CITY, 2: CITY, 3: FINANCE + districts, 4: CITY + districts, 5: ["ip_office"]}
        chapters = [1] * 3 + [2] * 5 + [3] * 6 + [4] * 5 + [5] * 6  # (1)-(3), (4)-(8), (9)-(14), (15)-(19), (20)-(25)
        for m, chapter in zip(measures, chapters):
            self.assertEqual((m["chapter"], [d["department"] for d in m["departments"]]), (chapter, want[chapter]))
        self.assertEqual((measures[8]["chapter_title"], measures[8]["title"]),
                         ("强化金融服务", "完善知识产权质押融资风险分担机制，探索建立知识产权质押融资风险补偿基金。"))
        self.assertEqual(measures[24]["title"], "引导企业进行专利产品备案，并做好专利技术交易备案登记工作。")
        recorders = {d["department"]: d["recorder"] for m in measures for d in m["departments"]}
        self.assertEqual({k: v for k, v in recorders.items() if k not in districts}, dict(
            {c: "ip_office" for c in CITY}, financial_regulator="finance", banking_regulator="finance"))
        self.assertEqual({recorders[c] for c in districts}, {"district"})
        self.assertEqual(self.d.call("GET", "/v1/measures/26", token=self.office).status, 404)

    def test_a_measure_has_figures_that_the_ledger_knows(self):
        measure = self.get("/openapi.json")["components"]["schemas"]["plan"]["properties"]["measures"]["items"]
        words = measure["properties"]["figures"]["items"]["enum"]
        known = self.d.sql("set pledged.kind = 'finance'; select name from measure_ledger('2021-01-01', '2021-12-31', null)")
        self.assertEqual(sorted(words), sorted(known.split()))

    def test_a_report_is_stored_shown_sent_again_and_corrected(self):
        body = report(12, figure="37", unit="单", evidence="保险机构报表", text="三家机构推出专利技术交易保险")
        made = self.post(body)
        self.assertEqual(made.json()["reference"], "12 ip_office 2022Q1")
        again = self.d.call("POST", "/v1/measure-reports", body, self.office)
        self.assertEqual((again.status, again.headers["idempotent-replay"]), (200, "true"))
        shown = next(x for x in self.get("/v1/measures/12")["items"] if x["department"] == "ip_office")
        self.assertEqual((shown["figure"], shown["unit"], shown["late"], shown["evidence"], shown["id"]),
                         ("37", "单", False, "保险机构报表", made.json()["id"]))
        before = self.d.sql("select clock_timestamp()").replace(" ", "T").replace("+", "%2B") + ":00"
        fixed = self.d.call("PUT", made.headers["location"], dict(made.json(), figure="36.5", on="2022-04-20", reason="更正"),
                            self.office, {"If-Match": '"1"'})
        self.assertEqual(fixed.status, 200, fixed.body)
        items = lambda query: [(x["figure"], x["late"]) for x in self.get("/v1/measures/12" + query)["items"]
                               if x["department"] == "ip_office"]
        self.assertEqual(items(""), [("36.5", True)])  # due on 2022-04-15
        self.assertEqual(items("?known_at=" + before), [("37", False)])
        self.assertEqual(items("?as_of=2022-04-19"), [])
        self.assertEqual(self.line(12, "ip_office")["last_report"]["period"], "2022Q1")
        found = self.get("/v1/measure-reports?department=ip_office&limit=1000")["items"]
        self.assertIn("36.5", [x.get("figure") for x in found])

    def test_who_records_for_whom(self):
        self.post(report(13, "financial_regulator"), self.finance)
        self.post(report(13, "banking_regulator"), self.finance)
        self.post(report(13, "310115"), self.district("310115"))
        self.post(report(15, "health"))
        self.refused(report(14, "financial_regulator"), ("/department", "E_RECORDER"))
        r = self.refused(report(14, "310116"), ("/department", "E_RECORDER"), token=self.district("310115"))
        self.assertIn("district 310116", r.body.decode())
        self.refused(report(14, "310116"), ("/department", "E_RECORDER"))
        self.refused(report(16, "health"), ("/department", "E_RECORDER"), token=self.finance)
        # A department that is not responsible: health has no part in finance, districts none in chapter one.
        r = self.refused(report(14, "health"), ("/department", "E_NOT_RESPONSIBLE"))
        self.assertIn("ip_office, financial_regulator, banking_regulator, 3101xx", r.body.decode())
        self.refused(report(1, "310115"), ("/department", "E_NOT_RESPONSIBLE"), token=self.district("310115"))
        self.refused(report(25, "education"), ("/department", "E_NOT_RESPONSIBLE"))

    def test_bad_reports_are_refused(self):
        self.refused(report(26), ("/measure", "E_RANGE"))
        self.refused(report(0), ("/measure", "E_RANGE"))
        self.refused(report(2, "parks"), ("/department", "E_CHOICE"))
        for period in ("2024Q1", "2020Q4", "2024"):
            self.refused(report(2, period=period, on="2025-01-01"), ("/period", "E_PLAN"))
        r = self.refused(report(2, period="2022"), ("/period", "E_RHYTHM"))
        self.assertIn("2022Q1, 2022Q2, 2022Q3, 2022Q4", r.body.decode())
        self.refused(report(2, on="2021-12-31"), ("/on", "E_ORDER"))
        tomorrow = (TODAY + datetime.timedelta(days=2)).isoformat()
        self.refused(report(2, on=tomorrow), ("/on", "E_FUTURE"))
        self.refused(report(2, figure="1"), ("/unit", "E_NEED"), ("/evidence", "E_NEED"))
        self.refused(report(2, unit="件"), ("/figure", "E_NEED"))
        for figure in ("-1", "1e3", "01", "1.", ".5", "1,000", "1.00001", "1234567890123456"):
            self.refused(report(2, figure=figure, unit="件", evidence="表"), ("/figure", "E_DECIMAL"))
        self.refused(report(2, figure=37, unit="件", evidence="表"), ("/figure", "E_TYPE"))
        self.refused(report(2, text=None), ("/text", "E_NEED"))
        self.post(report(2))
        self.refused(report(2, reference="再报一次"), ("/period", "E_REPORTED_TWICE"))
        r = self.d.call("POST", "/v1/measure-reports", report(2, text="改了"), self.office)
        self.assertEqual((r.status, r.codes()), (409, [("/text", "E_KEY_REUSED")]))

    def test_a_district_sends_a_csv(self):
        text = ("举措序号,责任部门,期间,报送日,进展情况,成效数值,单位,佐证材料\r\n"
                "9,杨浦区政府,2021Q3,2021-10-08,设立风险补偿资金,2000,万元,区财政文件\r\n"
                "9,杨浦区政府,2021Q4,2022-01-08,补偿 2 笔,2,笔,台账\r\n"
                "9,徐汇区政府,2021Q4,2022-01-08,越权,,,\r\n")
        r = self.d.call("POST", "/v1/measure-reports", text, self.district("310110"), {"Content-Type": "text/csv"})
        self.assertEqual([x.get("outcome") for x in r.lines()], ["created", "created", "refused", None], r.body)
        self.assertEqual(self.line(9, "310110")["reports"], 2)

    # ---- what is due ----------------------------------------------------------------------------

    def test_overdue_begins_the_day_after_it_was_due(self):
        # Quarters of 2021 are due on 04-15, 07-15, 10-15 and 2022-01-15; Chongming reports nothing at all. It
        # answers for measures 9 to 19.
        path = "/v1/measures/overdue?department=310151&as_of="
        for day, quarters in (("2021-04-15", 0), ("2021-04-16", 1), ("2022-01-15", 3), ("2022-01-16", 4),
                              ("2030-01-01", 12)):
            said = self.get(path + day)
            self.assertEqual((said["overdue"], len(said["items"])), (11 * quarters, 11 if quarters else 0), day)
        item = self.get(path + "2022-01-15")["items"][0]
        self.assertEqual((item["measure"], item["since"], item["days"], item["recorder"]),
                         (9, "2021-04-15", 275, "district"))  # 15 + 31 + 30 + 31 + 31 + 30 + 31 + 30 + 31 + 15
        self.assertEqual(item["periods"], [{"period": "2021Q1", "due_on": "2021-04-15"},
                                           {"period": "2021Q2", "due_on": "2021-07-15"},
                                           {"period": "2021Q3", "due_on": "2021-10-15"}])
        self.assertEqual(self.line(9, "310151", "?as_of=2022-01-15")["next_due"], {"period": "2021Q4", "due_on": "2022-01-15"})

    def test_a_report_ends_what_is_overdue_from_its_day(self):
        self.post(report(3, "science", "2021Q1", "2021-06-01"))
        overdue = lambda day: self.line(3, "science", "?as_of=" + day)["overdue"]
        self.assertEqual([overdue(d) for d in ("2021-04-15", "2021-05-31", "2021-06-01", "2021-07-16")], [0, 1, 0, 1])
        only = self.get("/v1/measures?overdue=true&as_of=2021-06-01")["measures"]
        third = next(m for m in only if m["measure"] == 3)
        self.assertEqual(sorted(d["department"] for d in third["departments"]),
                         ["economy", "education", "health", "ip_office", "sasac"])
        self.assertEqual(self.get("/v1/measures?overdue=true&as_of=2021-04-15")["measures"], [])

    def test_the_rhythm_is_data(self):
        path = "/v1/measure-rhythms"
        # Measure 20 by years from 2022 on, within 30 days; none of measure 21 from the third quarter of 2021.
        self.post({"reference": "JZ-1", "measure": 20, "effective_from": "2022-01-01", "every": "year", "due_days": 30},
                  path=path)
        self.post({"reference": "JZ-2", "measure": 21, "department": "ip_office", "effective_from": "2021-07-01",
                   "every": "none"}, path=path)
        periods = lambda measure, day: [x["period"] for i in self.get("/v1/measures/overdue?department=ip_office&as_of=" + day)
                                        ["items"] if i["measure"] == measure for x in i["periods"]]
        self.assertEqual(periods(20, "2023-01-30"), ["2021Q1", "2021Q2", "2021Q3", "2021Q4"])
        self.assertEqual(periods(20, "2023-01-31"), ["2021Q1", "2021Q2", "2021Q3", "2021Q4", "2022"])
        self.assertEqual(periods(21, "2030-01-01"), ["2021Q1", "2021Q2"])
        r = self.refused(report(20, period="2022Q2", on="2022-07-01"), ("/period", "E_RHYTHM"))
        self.assertIn("2022", r.json()["errors"][0]["cure"])
        self.post(report(20, period="2022", on="2023-01-20"))
        self.assertEqual(periods(20, "2030-01-01"), ["2021Q1", "2021Q2", "2021Q3", "2021Q4", "2023"])
        self.post(report(21, period="2023Q1", on="2023-04-01"))  # nobody asked
        self.refused({"reference": "JZ-3", "measure": 21, "department": "health", "effective_from": "2022-01-01",
                      "every": "none"}, ("/department", "E_NOT_RESPONSIBLE"), path=path)
        self.refused({"reference": "JZ-3", "effective_from": "2022-01-01", "every": "year"}, ("/due_days", "E_NEED"), path=path)
        self.refused({"reference": "JZ-3", "effective_from": "2022-01-01", "every": "month", "due_days": 5},
                     ("/every", "E_CHOICE"), path=path)

    # ---- evaluation -----------------------------------------------------------------------------

    def test_an_evaluation_counts_and_sums(self):
        for code, period, on, figure, unit in (("310104", "2021Q1", "2021-04-10", "120.5", "万元"),
                                               ("310105", "2021Q1", "2021-05-01", "79.25", "万元"),
                                               ("310104", "2021Q2", "2021-06-30", None, None),
                                               ("310106", "2021Q1", "2021-07-01", "1000", "万元")):
            self.post(report(10, code, period, on, figure=figure, unit=unit, evidence=figure and "区财政文件"),
                      self.district(code))
        self.post(report(10, "financial_regulator", "2021Q1", "2021-04-15", figure="3", unit="项", evidence="文件"),
                  self.finance)
        said = self.get("/v1/measures/evaluation?from=2021-01-01&to=2021-06-30")
        tenth = said["measures"][9]
        # 19 departments owe the first quarter; the second is not due yet. In time: Xuhui and the regulator on the
        # last day; late: Changning; Jing'an reported after the end of what is looked at. (2 + 1) / 19 = 15.79 %.
        self.assertEqual({k: tenth[k] for k in ("due", "reported", "on_time", "late", "missing", "rate")},
                         {"due": 19, "reported": 4, "on_time": 2, "late": 1, "missing": 16, "rate": "15.79"})
        self.assertEqual([(f["unit"], f["total"], f["reports"]) for f in tenth["figures"]],
                         [("万元", "199.75", 2), ("项", "3", 1)])
        xuhui = next(d for d in tenth["departments"] if d["department"] == "310104")
        self.assertEqual((xuhui["due"], xuhui["reported"], xuhui["on_time"]), (1, 2, 1))
        # Two weeks on the second quarter is due as well: 38, of which Q1 has four and Q2 one.
        tenth = self.get("/v1/measures/evaluation?from=2021-01-01&to=2021-07-16")["measures"][9]
        self.assertEqual({k: tenth[k] for k in ("due", "on_time", "late", "missing", "rate")},
                         {"due": 38, "on_time": 3, "late": 2, "missing": 33, "rate": "13.16"})  # 5 / 38 = 13.158
        self.assertEqual([(f["unit"], f["total"]) for f in tenth["figures"]], [("万元", "1199.75"), ("项", "3")])
        # Before anything was due there is no rate.
        early = self.get("/v1/measures/evaluation?from=2021-01-01&to=2021-03-30")
        self.assertEqual((early["total"]["due"], early["measures"][9]["rate"], len(early["measures"])), (0, None, 25))
        for query in ("from=2022-01-01&to=2021-01-01", "from=x", "to=2022-13-01", "known_at=x"):
            r = self.d.call("GET", "/v1/measures/evaluation?" + query, token=self.office)
            self.assertEqual(r.status, 422, query)

    def test_an_evaluation_shows_what_the_ledger_itself_holds(self):
        bank, insurer = self.d.token("bank"), self.d.token("insurer")
        for product, amount, day in (("trust", "3000000.00", "2021-02-01"), ("trust", "2000000.50", "2021-03-31"),
                                     ("trust", "9000000.00", "2021-04-01"), ("single_pledge", "1000000.00", "2021-02-01")):
            self.post(loan(product=product, amount=amount, signed_on=day), bank, path="/v1/loans")
        for n, kind in enumerate(("trademark", "patent_transaction")):
            self.post({"policy_no": "BX-%d" % n, "kind": kind, "insured_uscc": "91310115QX0115114N", "district": "310115",
                       "sum_insured": "%d00.00" % (n + 1), "premium": "1.00", "starts_on": "2021-01-01",
                       "ends_on": "2021-12-31"}, insurer, path="/v1/insurance-policies")
        def ledger(token):
            said = self.get("/v1/measures/evaluation?from=2021-01-01&to=2021-03-31", token)["measures"]
            return {x["name"]: (m["measure"], x["count"], x["amount"]) for m in said for x in m["ledger"]}
        said = ledger(self.finance)
        self.assertEqual({k: v for k, v in said.items() if v[0] in (9, 10, 12, 13, 14)}, {
            "compensation": (9, 0, "0.00"), "subsidies": (10, 0, "0.00"), "insurance": (12, 2, "300.00"),
            "patent_transaction": (12, 1, "200.00"), "securitisations": (13, 0, "0.00"), "pooled_credit": (14, 0, "0.00"),
            "invest_loan_linkage": (14, 0, "0.00"), "trust": (14, 2, "5000000.50")})
        # A bank sees its own loans and nobody's insurance.
        self.assertEqual([ledger(bank)[k][1] for k in ("trust", "insurance")], [2, 0])
        self.assertEqual(ledger(self.d.token("bank", "BANK-B"))["trust"], (14, 0, "0.00"))

    def test_odd_questions_are_refused_or_answered(self):
        for name in ("as_of", "known_at", "from", "to", "department", "overdue", "colour"):
            for odd in ODD:
                for path in ("/v1/measures", "/v1/measures/1", "/v1/measures/overdue", "/v1/measures/evaluation"):
                    r = self.d.call("GET", "%s?%s=%s" % (path, name, urllib.parse.quote(as_text(odd))), token=self.office)
                    self.assertIn(r.status, (200, 400, 422), (path, name, odd))

    def test_bad_questions_are_refused(self):
        for path, status in (("/v1/measures?as_of=x", 422), ("/v1/measures?overdue=maybe", 422), ("/v1/measures/0", 404),
                             ("/v1/measures/x", 404), ("/v1/measures/99999999999999999999", 404),
                             ("/v1/measures/1?known_at=x", 422), ("/v1/measures/overdue?as_of=2022-02-30", 422),
                             ("/v1/measures?colour=red", 422)):
            self.assertEqual(self.d.call("GET", path, token=self.office).status, status, path)
        self.assertEqual(self.get("/v1/measures/overdue?department=none")["items"], [])

    def test_tampering_is_found(self):
        made = self.post(report(24, period="2021Q1", on="2021-04-01")).json()["id"]
        kept = self.post({"reference": "JZ-9", "measure": 24, "effective_from": "2199-01-01", "every": "none"},
                         path="/v1/measure-rhythms").json()["id"]
        for change, undo, defect in (
                ("update measure_report set text = '改' where id = '%s'" % made,
                 "update measure_report set text = '按计划推进' where id = '%s'" % made,
                 "report on a measure that differs from its record"),
                ("insert into measure_report select gen_random_uuid(), version, org_id, 'x', measure, department, period,"
                 " first_day, last_day, on_day, text, figure, unit, evidence, recorded_at, recorded_by, plan from measure_report"
                 " where id = '%s'" % made,
                 "delete from measure_report where reference = 'x'", "measure reported twice for one period"),
                ("update measure_rhythm set effective_from = '2021-01-01' where id = '%s'" % kept,
                 "update measure_rhythm set effective_from = '2199-01-01' where id = '%s'" % kept,
                 "rhythm of reports that differs from its record")):
            self.d.sql("set session_replication_role = replica; " + change)
            self.assertIn(defect, self.d.verify().stdout)
            self.d.sql("set session_replication_role = replica; " + undo)
        out = self.d.verify()
        self.assertEqual((out.returncode, out.stdout.strip()), (0, "no defects"))
