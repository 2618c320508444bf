"""How far the plan can come, on a ledger of its own, with the figures worked by hand."""
from decimal import Decimal

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
        self.assertEqual((t["so_far"], t["quarters_known"], t["remaining_quarters"]), ("250000000.00", 8, 4))
        low, point, high = (Decimal(t["total"][k]) for k in ("low", "point", "high"))
        # 150 million came in 2022, half as much again as in 2021: the range has such a year in it, on both sides
        self.assertTrue(Decimal(250000000) < low < Decimal(400000000) < high, t["total"])
        self.assertTrue(low < point < high)
        self.assertEqual(t["status"], {"low": "missed", "point": "missed", "high": "missed"})
        self.assertEqual((t["chance"], t["backtest"]["held_out"], t["backtest"]["nominal_coverage"]), (1, 0, None))

    def test_it_is_said_in_one_sentence(self):
        t = self.target("T3")
        self.assertRegex(t["sentence"], r"^按近 8 个季度推算,到 2023 年末累计约 [0-9.]+亿元,八成把握在 [0-9.]+亿元 至 [0-9.]+亿元 之间;"
                                        r"达到目标的可能约为 1%。")
        self.assertRegex(t["sentence_en"], r"^By the last 8 quarters .* The chance to reach the target is about 1 %\.")
        self.assertIn("只有 4 个季度的数据,不足 8 个季度,不作推算", self.target("T3", "2021Q4")["sentence"])
        self.assertIn("计划已结束:2.50亿元,未达成。", self.target("T3", "2023Q4")["sentence"])

    def test_growth_follows_from_the_last_year_of_the_plan(self):
        t = self.target("T1")
        low, point, high = (Decimal(t["last_year"][k]) for k in ("low", "point", "high"))
        self.assertTrue(low < point < high)
        # (point/100)^(1/3) - 1, to two decimals
        self.assertAlmostEqual(float(t["growth_compound"]["point"]), ((float(point) / 1e8) ** (1 / 3) - 1) * 100, 2)
        # 219.7 million are asked for: likelier than not exactly when the point is beyond
        self.assertEqual(t["chance"] >= 50, point >= Decimal(219700000))
        self.assertTrue(1 < t["chance"] < 99)

    def test_the_back_test_is_behind_a_link(self):
        rows = self.target("T1", "2022Q4")["backtest"]["rows"]
        r = self.d.call("GET", rows, token=self.bank).json()
        self.assertEqual([(t["id"], t.get("tests")) for t in r["targets"]][:3], [("T1", []), ("T2", []), ("T3", [])])
        # One quarter is to come at the end of 2023Q3: three earlier forecasts of one quarter met what came, nothing.
        r = self.d.call("GET", "/v1/plans/sh-2021-2023/backtest?quarter=2023Q3", token=self.bank).json()
        tests = r["targets"][2]["tests"]
        self.assertEqual([x["quarter"] for x in tests], ["2022Q4", "2023Q1", "2023Q2"])
        self.assertEqual((tests[0]["came"], tests[0]["within"]), ("0.00", False))

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

    def test_nothing_is_said_of_less_than_two_years(self):
        for quarter in ("2021Q3", "2021Q4", "2022Q3"):
            t = self.target("T3", quarter)
            self.assertEqual((t["total"], t["chance"]), (None, None))

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
            self.d.confirmed(r)
        filed, used = self.target("T6")["measures"]
        self.assertTrue(filed["last_year"]["low"] < filed["last_year"]["point"] < filed["last_year"]["high"])
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
        self.assertEqual(t["total"], self.target("T3")["total"])
        self.assertNotIn("districts", t)
