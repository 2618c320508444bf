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
        r = cls.put(2020, amount="100000000.00", count=1)
        assert r.status == 200, r.body

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
            d.sql("insert into loan select gen_random_uuid(), 1, org_id, parties, borrower,"
                  " borrower_name, district, product, industry, size, employees, revenue_fen,"
                  " assets_fen, first_loan, 100000000000000, 100000000000000, rate_ppm, signed_on,"
                  " disbursed_on, matures_on, registered_on, scheme, patents, trademarks,"
                  " recorded_at from loan, generate_series(1, 92234)")
            r = d.call("GET", "/v1/plans/sh-2021-2023/targets?quarter=2022Q4", token=bank)
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
        self.assertEqual(self.put(2022, amount="12153000000.00").status, 200)
        after = self.target("T1")["years"][1]
        self.assertEqual((before["from"], after["from"]), ("records", "entered"))
        self.assertEqual((after["value"], after["records"]), ("12153000000.00", "144000000.00"))
        self.assertEqual(self.target("T2")["years"][1]["from"], "records")
        self.assertEqual(self.put(2022, amount="144000000.00").status, 200)
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
