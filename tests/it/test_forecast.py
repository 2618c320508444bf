"""How far the plan can come, on a ledger of its own, with the figures worked by hand."""
from harness import Case, loan

PATH = "/v1/plans/sh-2021-2023/forecast?quarter="


class Forecast(Case):
    conf = {"readers": "3"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.d.token("bank")
        # Million yuan a quarter: 10, 20, 30, 40 in 2021, all in Pudong; half as much again in 2022, a
        # third of it in Jinshan.
        for i, amount in enumerate((10, 20, 30, 40, 15, 30, 45, 60)):
            parts = {"310115": amount} if i < 4 else {"310115": amount * 2 // 3, "310116": amount // 3}
            for district, part in parts.items():
                day = "%d-%02d-15" % (2021 + i // 4, i % 4 * 3 + 1)
                r = cls.d.call("POST", "/v1/loans", loan(district=district, amount="%d000000.00" % part,
                               signed_on=day, matures_on="2024-12-31"), cls.bank)
                assert r.status == 201, r.body
        r = cls.d.call("PUT", "/v1/plans/sh-2021-2023/baselines", {"years": [
            {"year": 2020, "amount": "100000000.00", "count": 4, "source": "测试假定", "assumed": True}]},
            cls.d.token("ip_office"))
        cls.d.agreed(r)

    def target(self, name, quarter="2022Q4", kind="finance"):
        r = self.d.call("GET", PATH + quarter, token=self.d.token(kind))
        self.assertEqual(r.status, 200, r.body)
        return next(t for t in r.json()["targets"] if t["id"] == name)

    def test_the_total_is_what_is_there_and_the_range_of_what_may_come(self):
        t = self.target("T3")
        # 2023 = 2022 × 150/100 = 225 million. The one forecast that can be set against what came: from
        # the end of 2021, 4 × 25 = 100 million for 2022, which brought 150: half as much again. So high
        # is 225 × 1.5 = 337.5, low the point itself. With the 250 million that are there:
        self.assertEqual(t["so_far"], "250000000.00")
        self.assertEqual(t["total"], {"low": "475000000.00", "point": "475000000.00", "high": "587500000.00"})
        self.assertEqual(t["status"], {"low": "missed", "point": "missed", "high": "missed"})
        self.assertEqual(t["point_from"], "seasonal_growth")
        self.assertEqual(t["backtest"], {"errors": 1, "held_out": 0, "within": 0, "coverage": None})

    def test_growth_follows_from_the_last_year_of_the_plan(self):
        t = self.target("T1")
        # (225/100)^(1/3) - 1 = 31.04 %, (337.5/100)^(1/3) - 1 = 50 %; 30 % are asked for.
        self.assertEqual(t["last_year"], {"low": "225000000.00", "point": "225000000.00", "high": "337500000.00"})
        self.assertEqual(t["growth_compound"], {"low": "31.04", "point": "31.04", "high": "50.00"})
        self.assertEqual(t["status"], {"low": "met", "point": "met", "high": "met"})

    def test_districts_share_what_is_missing_by_what_they_brought(self):
        t = self.target("T1")
        # 100 × 1.3³ = 219.7 million are missing from 2023; Pudong brought 100, Jinshan 50 of the last 150.
        # 2/3 of 21,970,000,000 fen are 14,646,666,666.67; a twelfth of that, up: 1,220,555,556 fen.
        self.assertEqual(t["missing"], "219700000.00")
        self.assertEqual(t["districts"], [
            {"district": "310115", "last_four_quarters": "100000000.00", "share": "66.67",
             "missing": "146466666.67", "per_month": "12205555.56"},
            {"district": "310116", "last_four_quarters": "50000000.00", "share": "33.33",
             "missing": "73233333.33", "per_month": "6102777.78"}])
        # Counts go up to whole loans: 4 × 1.2³ = 6.912, so 7; 4 and 4 loans brought, 4 and 3 missing.
        t = self.target("T2")
        self.assertEqual([(d["missing"], d["per_month"]) for d in t["districts"]], [(4, 1), (3, 1)])

    def test_with_two_years_to_go_the_growth_of_the_last_quarters_is_used_twice(self):
        # At the end of 2021 four quarters are known: the mean, 25 a quarter, for both years.
        t = self.target("T3", "2021Q4")
        self.assertEqual((t["point_from"], t["remaining_quarters"]), ("mean_of_last_year", 8))
        # 100 + 8 × 25; no outcome is known yet, so 8 times the least and the greatest quarter.
        self.assertEqual(t["total"], {"low": "180000000.00", "point": "300000000.00", "high": "420000000.00"})
        self.assertEqual(self.target("T1", "2021Q4")["last_year"]["point"], "100000000.00")

    def test_nothing_is_said_of_less_than_a_year(self):
        t = self.target("T3", "2021Q3")
        self.assertIsNone(t["total"])
        self.assertIsNone(t["point_from"])

    def test_when_the_plan_is_over_the_forecast_is_what_came(self):
        t = self.target("T3", "2023Q4")
        self.assertEqual(t["total"], {"low": "250000000.00", "point": "250000000.00", "high": "250000000.00"})
        self.assertEqual(t["districts"], [])

    def test_goals_that_are_told_by_quarters_are_foretold_alike(self):
        office = self.d.token("ip_office")
        told = {"2020": 40}
        told.update({"%dQ%d" % (y, q): n for y, n in ((2021, 10), (2022, 15)) for q in (1, 2, 3, 4)})
        for period, n in told.items():
            r = self.d.call("POST", "/v1/indicators", {
                "period": period, "side": "product_filing", "count": n, "source": "备案登记", "evidence": "表 1",
                "assumed": False}, office)
            self.assertEqual(r.status, 201, r.body)
        filed, used = self.target("T6")["measures"]
        # 15 × 60/40 = 22.5, so 23 a quarter and 92 a year; 2.3^(1/3) = 1.32. The one earlier forecast said
        # 4 × 10 for 2022, and 60 came: high is 92 × 1.5 = 138, 3.45^(1/3) = 1.51103.
        self.assertEqual(filed["last_year"], {"low": 92, "point": 92, "high": 138})
        self.assertEqual(filed["growth_compound"], {"low": "32.00", "point": "32.00", "high": "51.10"})
        self.assertEqual(filed["quarters_known"], 8)
        # 40 × 1.2³ = 69.12: 70 are asked of 2023
        self.assertEqual(filed["missing"], 70)
        self.assertEqual((used["quarters_known"], used["last_year"]), (0, None))

    def test_a_running_quarter_and_odd_ones_are_refused(self):
        finance = self.d.token("finance")
        for quarter, code in (("2199Q4", "E_RUNNING"), ("2022Q5", "E_QUARTER")):
            r = self.d.call("GET", PATH + quarter, token=finance)
            self.assertEqual((r.status, r.codes()), (422, [("?quarter", code)]))
        r = self.d.call("GET", "/v1/plans/none/forecast", token=finance)
        self.assertEqual(r.status, 404)

    def test_a_bank_sees_the_citys_range_and_no_districts(self):
        t = self.target("T3", kind="bank")
        self.assertEqual(t["total"]["point"], "475000000.00")
        self.assertNotIn("districts", t)
