"""Targets of the plan on a ledger of its own, with the figures worked by hand."""
from harness import Case, Daemon, loan


class Targets(Case):
    conf = {"readers": "2"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank, cls.office = cls.d.token("bank"), cls.d.token("ip_office")
        for amount, signed, registered in (("100000000.00", "2021-02-01", "2021-02-10"),
                                           ("80000000.00", "2021-11-01", None),
                                           ("144000000.00", "2022-05-01", "2022-05-09"),
                                           ("216000000.00", "2023-03-01", "2023-03-09")):
            r = cls.d.call("POST", "/v1/loans", loan(
                amount=amount, signed_on=signed, registered_on=registered, matures_on="2024-12-31"),
                cls.bank)
            assert r.status == 201, r.body
        cls.d.agreed(cls.put(2020, amount="100000000.00", count=1))

    @classmethod
    def put(cls, year, **figures):
        return cls.d.call("PUT", "/v1/plans/sh-2021-2023/baselines", {"years": [
            dict(figures, year=year, source="测试假定", assumed=True)]}, cls.office)

    def target(self, name, query="quarter=2023Q4"):
        r = self.d.call("GET", "/v1/plans/sh-2021-2023/targets?" + query, token=self.bank)
        self.assertEqual(r.status, 200, r.body)
        return next(t for t in r.json()["targets"] if t["id"] == name)

    def test_growth_passes_one_reading_and_fails_the_other(self):
        t = self.target("T1")  # +80 %, -20 %, +50 %
        self.assertEqual([y["yoy"] for y in t["years"]], ["80.00", "-20.00", "50.00"])
        self.assertEqual((t["growth_compound"], t["growth_mean"]), ("29.27", "36.67"))
        self.assertEqual((t["status_compound"], t["status_mean"], t["status"]),
                         ("missed", "met", "missed"))
        self.assertEqual(t["base"]["assumed"], True)
        self.assertEqual(t["required"]["missing_compound"], "3700000.00")  # 219.7 - 216 million

    def test_as_of_an_earlier_quarter_later_loans_do_not_count(self):
        t = self.target("T1", "quarter=2022Q1")
        self.assertEqual([y["value"] for y in t["years"]], ["180000000.00", "0.00", "0.00"])
        self.assertEqual(t["years"][1]["yoy"], "-100.00")
        self.assertEqual(t["remaining_quarters"], 7)
        self.assertEqual(t["status"], "at_risk")

    def test_without_a_quarter_the_last_complete_one_answers(self):
        path = "/v1/plans/sh-2021-2023/targets"
        for as_of, quarter in (("2022-08-15", "2022Q2"), ("2022-09-29", "2022Q2"),
                               ("2022-09-30", "2022Q3"), ("2023-01-01", "2022Q4")):
            r = self.d.call("GET", path + "?as_of=" + as_of, token=self.bank).json()
            self.assertEqual((r["quarter"], r["complete"]), (quarter, True), as_of)
        r = self.d.call("GET", path, token=self.bank).json()
        self.assertTrue(r["complete"])
        r = self.d.call("GET", path + "?quarter=2199Q4", token=self.bank).json()
        self.assertFalse(r["complete"])

    def test_sums_beyond_64_bits_are_a_problem_with_a_name(self):
        d = Daemon({"readers": "1"})
        try:
            bank = d.token("bank")
            self.assertEqual(d.call("POST", "/v1/loans", loan(), bank).status, 201)
            # Past the rollups, which would refuse the sum first.
            d.sql("set session_replication_role = replica; insert into loan select gen_random_uuid(), 1, org_id, parties, borrower,"
                  " borrower_name, district, product, industry, size, employees, revenue_fen,"
                  " assets_fen, first_loan, 100000000000000, 100000000000000, rate_ppm, signed_on,"
                  " disbursed_on, matures_on, registered_on, scheme, patents, trademarks,"
                  " recorded_at from loan, generate_series(1, 92234)")
            r = d.call("GET", "/v1/plans/sh-2021-2023/targets?quarter=2022Q4&as_of=2022-12-30", token=bank)
            self.assertEqual((r.status, r.codes()), (422, [("", "E_SUM")]))
        finally:
            d.close()

    def test_total_says_what_is_still_required_per_quarter(self):
        t = self.target("T3", "quarter=2022Q2")
        self.assertEqual(t["total"], "324000000.00")
        self.assertEqual(t["required"], {"missing": "14676000000.00", "per_quarter": "2446000000.00"})
        self.assertEqual(self.target("T3")["status"], "missed")

    def test_the_basis_decides_which_day_counts(self):
        r = self.d.call("GET", "/v1/plans/sh-2021-2023/targets?basis=registered_on&quarter=2023Q4",
                        token=self.bank).json()
        self.assertEqual((r["basis"], r["undated"]), ("registered_on", 1))
        self.assertEqual(r["targets"][0]["years"][0]["value"], "100000000.00")

    def test_a_year_entered_from_outside_takes_the_place_of_the_rows_and_says_so(self):
        before = self.target("T1")["years"][1]
        self.d.agreed(self.put(2022, amount="12153000000.00"))
        after = self.target("T1")["years"][1]
        self.assertEqual((before["from"], after["from"]), ("records", "entered"))
        self.assertEqual((after["value"], after["records"]), ("12153000000.00", "144000000.00"))
        self.assertEqual(self.target("T2")["years"][1]["from"], "records")
        self.d.agreed(self.put(2022, amount="144000000.00"))
        years = self.d.call("GET", "/v1/plans/sh-2021-2023/baselines", token=self.bank).json()
        self.assertEqual([(y["year"], y["version"]) for y in years["years"]], [(2020, 1), (2022, 2)])

    def test_known_at_shows_the_figures_of_that_time(self):
        t = self.target("T1", "quarter=2023Q4&known_at=2020-01-01T00:00:00Z")
        self.assertEqual((t["status"], t["base"], t["total"]), ("no_base", None, "0.00"))
        self.assertEqual((t["growth_compound"], t["required"]), (None, None))

    def test_bad_baselines_and_questions_are_refused(self):
        self.assertEqual(self.put(2019, count=1).codes(), [("/years/0/year", "E_PLAN")])
        self.assertEqual(self.put(2020).codes(), [("/years/0/amount", "E_NEED")])
        self.assertEqual(self.put(2020, amount=5).codes(), [("/years/0/amount", "E_TEXT_NUMBER")])
        for query in ("quarter=2022Q5", "basis=paid_on", "quarter=2022"):
            r = self.d.call("GET", "/v1/plans/sh-2021-2023/targets?" + query, token=self.bank)
            self.assertEqual(r.status, 422, query)
        self.assertEqual(self.d.call("GET", "/v1/plans/none/targets", token=self.bank).status, 404)


class Goals(Case):
    """T4 to T6: what the IP office reports."""
    conf = {"readers": "3"}

    # By transfer, licence and contribution, in patents; 2020 is the base.
    #         2020    2021              2022    2023
    # transfer  60    72                90      108
    # licence   30    30 = 5+5+10+10    45       60
    # contrib.  10    18                15       12
    # all      100    120 (+20.00)      150 (+25.00)   180 (+20.00)
    # compound (180/100)^(1/3) - 1 = 1.216440... - 1 = 21.64 %; mean (20 + 25 + 20) / 3 = 21.67 %
    COUNTS = {"transfer": {"2020": 60, "2021": 72, "2022": 90, "2023": 108},
              "licence": {"2020": 30, "2021Q1": 5, "2021Q2": 5, "2021Q3": 10, "2021Q4": 10,
                          "2022Q1": 10, "2022Q2": 8, "2022Q3": 12, "2022Q4": 15, "2023": 60},
              "contribution": {"2020": 10, "2021": 18, "2022": 15, "2023": 12}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office, cls.bank = cls.d.token("ip_office"), cls.d.token("bank")
        cls.started = cls.d.sql("select now()").replace(" ", "T") + ":00"
        for way, values in cls.COUNTS.items():
            for period, count in values.items():
                cls.tell("sme_acquisition", period, way, count=count)
        # Contract value: licences of 2022 are not reported.
        for period, ways in (("2020", ("100.00", "50.00", "50.00")), ("2021", ("150.00", "60.00", "30.00")),
                             ("2022", ("200.00", None, "50.00")), ("2023", ("500.00", "200.00", "100.00"))):
            for way, value in zip(cls.COUNTS, ways):
                if value:
                    cls.tell("sme_acquisition", period, way, "v", contract_value=value)
        # Filings: the year 2022 is told by quarters, 2023 by two of them.
        for period, count in (("2020", 1000), ("2021", 1100), ("2022Q1", 200), ("2022Q2", 300), ("2022Q3", 400),
                              ("2022Q4", 420), ("2023Q1", 350), ("2023Q2", 400)):
            cls.tell("product_filing", period, None, count=count)
        # Implementation falls: 50, 40, 30, 20.
        for year, count in ((2020, 50), (2021, 40), (2022, 30), (2023, 20)):
            cls.tell("implementation", str(year), None, count=count)

    @classmethod
    def tell(cls, side, period, way, reference="n", **figures):
        body = dict(figures, side=side, period=period, source="统计表", evidence="第 3 页", assumed=period == "2020",
                    reference=" ".join((reference, side, period, way or "-")))
        if way:
            body["way"] = way
        return cls.d.confirmed(cls.d.call("POST", "/v1/indicators", body, cls.office))

    def goals(self, query="quarter=2023Q4"):
        r = self.d.call("GET", "/v1/plans/sh-2021-2023/targets?" + query, token=self.bank)
        self.assertEqual(r.status, 200, r.body)
        return {t["id"]: t for t in r.json()["targets"]}

    def measure(self, target, name, query="quarter=2023Q4"):
        return next(m for m in self.goals(query)[target]["measures"] if m["measure"] == name)

    def test_all_targets_are_there(self):
        goals = self.goals()
        self.assertEqual([(t, [m["measure"] for m in goals[t].get("measures", [])]) for t in sorted(goals)], [
            ("T1", []), ("T2", []), ("T3", []), ("T4", ["count", "contract_value", "cash_received"]),
            ("T5", ["count", "contract_value", "cash_received"]), ("T6", ["product_filing", "implementation"]),
            ("T7", ["count", "revenue", "employees"])])
        self.assertEqual([goals[t]["threshold"] for t in ("T4", "T5", "T6")], ["20.00"] * 3)

    def test_without_any_firm_on_record_there_is_nothing_to_judge(self):
        m = self.goals()["T7"]["measures"][0]
        self.assertEqual((m["status"], m["status_known"], len(m["missing"])), ("no_base", "no_base", 4))

    def test_the_sum_of_all_ways_grows_and_each_way_is_shown(self):
        m = self.measure("T4", "count")
        self.assertEqual((m["base"]["value"], m["base"]["assumed"]), (100, True))
        self.assertEqual([(y["value"], y["yoy"], y["complete"], y["from"]) for y in m["years"]], [
            (120, "20.00", True, "indicators"), (150, "25.00", True, "indicators"), (180, "20.00", True, "indicators")])
        self.assertEqual((m["growth_compound"], m["growth_mean"], m["status"], m["status_mean"], m["total"]),
                         ("21.64", "21.67", "met", "met", 450))
        self.assertEqual((m["missing"], m["judged_through"]), ([], 2023))
        ways = {w["way"]: w for w in m["ways"]}
        self.assertEqual([y["value"] for y in ways["licence"]["years"]], [30, 45, 60])
        self.assertEqual([y["yoy"] for y in ways["contribution"]["years"]], ["80.00", "-16.67", "-20.00"])
        self.assertEqual(ways["transfer"]["years"][0]["source"], "统计表")

    def test_a_year_with_a_hole_is_named_and_gives_no_rate(self):
        m = self.measure("T4", "contract_value")
        # 200, 240, at least 250, 800: the second year is 250 and something, so that it and the third have no
        # rate; from the base to the end (800/200)^(1/3) - 1 = 58.74 %.
        self.assertEqual([(y["value"], y["complete"], y["yoy"]) for y in m["years"]], [
            ("240.00", True, "20.00"), ("250.00", False, None), ("800.00", True, None)])
        self.assertEqual((m["growth_compound"], m["growth_mean"], m["status"], m["status_mean"]),
                         ("58.74", None, "met", "no_base"))
        self.assertEqual([(x["period"], x["way"], x["text"]) for x in m["missing"]],
                         [("2022", "licence", "2022 未报送许可的成交金额")])
        # As of the end of 2022 only 2021 is told: + 20 %, just what is asked for.
        m = self.measure("T4", "contract_value", "quarter=2022Q4")
        self.assertEqual((m["judged_through"], m["growth_compound"], m["status"]), (2021, "20.00", "on_track"))

    def test_a_target_is_no_better_than_its_worst_measure(self):
        goals = self.goals()
        self.assertEqual([m["status"] for m in goals["T4"]["measures"]], ["met", "met", "no_base"])
        self.assertEqual(goals["T4"]["status"], "no_base")  # nobody reported what was paid
        self.assertEqual(goals["T6"]["status"], "missed")
        m = goals["T4"]["measures"][2]
        self.assertEqual((m["base"], m["required"], len(m["missing"])), (None, None, 12))  # four years, three ways

    def test_a_year_that_is_not_over_compares_with_the_same_quarters(self):
        m = self.measure("T6", "product_filing", "quarter=2023Q2")
        # 2022: 1320, + 20 % on 1100; 2023 so far 750 against 500: + 50 %.
        self.assertEqual([(y["value"], y["yoy"], y["to_date"]) for y in m["years"]], [
            (1100, "10.00", False), (1320, "20.00", False), (750, "50.00", True)])
        # (1320/1000) x 1.5 = 1.98 in three years is 25.57 % a year
        self.assertEqual((m["status"], m["growth_compound"]), ("on_track", "14.89"))  # sqrt(1.32) = 1.148913
        # 1000 x 1.2^3 = 1728: 978 are missing, 489 in each of two quarters.
        self.assertEqual((m["required"]["last_year_compound"], m["required"]["missing_compound"],
                          m["required"]["per_quarter_compound"]), (1728, 978, 489))
        # One quarter later nothing is told of 2023Q3.
        m = self.measure("T6", "product_filing", "quarter=2023Q3")
        self.assertEqual([x["period"] for x in m["missing"]], ["2023Q3"])
        self.assertEqual((m["years"][2]["value"], m["years"][2]["complete"], m["years"][2]["yoy"]), (750, False, None))
        # By the two years that are told 14.89 % is less than 20 %.
        self.assertEqual(m["status"], "at_risk")

    def test_before_the_figures_were_known_nothing_is_told(self):
        m = self.measure("T4", "count", "quarter=2023Q4&known_at=" + self.started.replace("+", "%2B"))
        self.assertEqual((m["status"], m["base"], m["years"][0]["value"], len(m["missing"])), ("no_base", None, None, 12))

    def test_a_correction_counts_from_when_it_was_made(self):
        made = self.tell("university_outflow", "2021", "transfer", count=5)
        before = self.d.sql("select clock_timestamp()").replace(" ", "T") + ":00"
        body = dict(made.json(), count=7, reason="更正")
        r = self.d.call("PUT", made.headers["location"], body, self.office, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        self.d.confirmed(made)
        way = lambda query: self.measure("T5", "count", query)["ways"][0]["years"][0]["value"]
        self.assertEqual((way("quarter=2023Q4"), way("quarter=2023Q4&known_at=" + before.replace("+", "%2B"))), (7, 5))

    def test_the_terminal_shows_all_targets(self):
        run = self.d.cli("targets", "--url", "http://127.0.0.1:%d" % self.d.port, "--token", self.bank,
                         "--quarter", "2023Q4")
        for words in ("T4  中小企业", "T6  相关中小微企业", "专利数量 Number of patents   状态 status met",
                      "转让 108", "≥ 250.00 元", "全部 12 项", "缺 missing: 2022 未报送许可的成交金额"):
            self.assertIn(words, run.stdout)
