"""A ledger of another city: Guangzhou from its making on, with its districts, plan, fund and a district's subsidy."""
import json
import os
import subprocess
import time

from fund_case import FundCase, ago
from harness import PLEDGED_BIN, ROOT, loan, numbers
from subsidy_case import YEAR, fixture

GUANGZHOU = {"440103": ("荔湾区", "Liwan"), "440104": ("越秀区", "Yuexiu"), "440105": ("海珠区", "Haizhu"),
             "440106": ("天河区", "Tianhe"), "440111": ("白云区", "Baiyun"), "440112": ("黄埔区", "Huangpu"),
             "440113": ("番禺区", "Panyu"), "440114": ("花都区", "Huadu"), "440115": ("南沙区", "Nansha"),
             "440117": ("从化区", "Conghua"), "440118": ("增城区", "Zengcheng")}


def plan():
    with open(os.path.join(ROOT, "tests", "data", "plans", "gz-2022-2024.json"), encoding="utf-8") as f:
        return json.load(f)


class Guangzhou(FundCase):
    conf = {"city": "440100"}

    def section(self, quarter, name, token=None):
        doc = self.get("/v1/reports/quarterly/%s?section=%s" % (quarter, name), token)
        return doc, {r["key"]: r for r in doc["sections"][0]["rows"]}

    def amounts(self, quarter, token=None):
        return {k: r["cells"]["amount"]["value"] for k, r in self.section(quarter, "by_district", token)[1].items()}

    def lend(self, **over):
        return self.post("/v1/loans", loan(**over), self.bank, 201)

    def test_districts_are_those_of_the_city(self):
        items = self.get("/v1/districts", self.bank)["items"]
        self.assertEqual({i["code"]: (i["title"], i["title_en"]) for i in items if i["code"] != "440119"}, GUANGZHOU)
        self.assertEqual({(i["city"], i["city_title"]) for i in items}, {("440100", "广州市")})
        r = self.post("/v1/loans", loan(district="310115"), self.bank, 422)
        problem = r.json()["errors"][0]
        self.assertEqual((problem["pointer"], problem["code"]), ("/district", "E_DISTRICT"))
        self.assertIn("440103 (荔湾区)", r.body.decode())
        self.assertNotIn("上海", r.body.decode())
        out = self.d.cli("org", "add", "--code", "PUDONG", "--kind", "district", "--name", "浦东", "--district", "310115",
                         check=False)
        self.assertEqual(out.returncode, 2)

    def test_a_district_that_came_to_be_since(self):
        body = {"code": "440119", "title": "示例新区", "title_en": "Example", "reason": "国务院批复"}
        self.post("/v1/loans", loan(district="440119"), self.bank, 422)
        self.post("/v1/districts", body, self.bank, 403)
        r = self.post("/v1/districts", dict(body, code="44011x"), self.office, 422)
        self.assertEqual(r.codes(), [("/code", "E_TYPE")])
        r = self.post("/v1/districts", dict(body, code="440106"), self.office, 409)
        self.assertEqual(r.codes(), [("/code", "E_TAKEN")])
        made = self.post("/v1/districts", body, self.office, 202)
        self.assertNotIn("440119", [i["code"] for i in self.get("/v1/districts", self.bank)["items"]])
        self.d.agreed(made)
        end = time.time() + 10
        while "440119" not in [i["code"] for i in self.get("/v1/districts", self.bank)["items"]]:
            self.assertLess(time.time(), end)
            time.sleep(0.05)
        self.lend(district="440119", amount="7000000.00", signed_on="2023-05-01", matures_on="2030-01-01")
        self.d.restart()
        self.assertEqual(self.amounts("2023Q2")["440119"], "7000000.00")
        body = {"measure": 10, "department": "440119", "period": "2023Q2", "on": "2023-07-05", "text": "出台办法"}
        self.post("/v1/measure-reports", body, self.d.token("district", "DIST-440119"), 201)

    def test_the_city_is_one_for_good(self):
        env = dict(self.d.env, PLEDGED_CITY="310000")
        out = subprocess.run([PLEDGED_BIN, "org", "list"], env=env, capture_output=True, text=True, check=False)
        self.assertEqual(out.returncode, 2)
        self.assertIn("of another city", out.stderr)
        self.assertIn("440100", out.stderr)
        env["PLEDGED_CITY"] = "440100"
        self.assertEqual(subprocess.run([PLEDGED_BIN, "org", "list"], env=env, capture_output=True, check=False).returncode, 0)
        out = subprocess.run([PLEDGED_BIN, "migrate", "--city", "440106", "--data", os.path.join(self.d.folder, "none")],
                             env=dict(env, PLEDGED_UNSAFE_NO_FSYNC="1"), capture_output=True, text=True, check=False)
        self.assertEqual(out.returncode, 2)  # a district is no city
        self.assertIn("no such city", out.stderr)

    def test_reports_plan_and_measures_are_the_city_s(self):
        tianhe = self.d.token("district", "DIST-440106")
        for district, amount, signed in (("440106", "40000000.00", "2021-05-01"), ("440106", "50000000.00", "2022-05-01"),
                                         ("440115", "30000000.00", "2022-06-01")):
            self.lend(district=district, amount=amount, signed_on=signed, matures_on="2030-01-01")
        want = dict.fromkeys(GUANGZHOU, "0.00")
        found = self.amounts("2022Q2")
        found.pop("440119", None)  # of another test
        self.assertEqual(found, dict(want, **{"440106": "50000000.00", "440115": "30000000.00"}))
        self.assertEqual(self.amounts("2022Q2", tianhe), {"440106": "50000000.00"})
        self.assertEqual(self.get("/v1/reports/quarterly/2022Q2", tianhe)["scope"], {"zh": "天河区", "en": "Tianhe"})
        page = self.d.call("GET", "/v1/reports/quarterly/2022Q2?format=html", token=self.finance,
                           headers={"Accept-Language": "en"}).body.decode()
        self.assertIn("All of Guangzhou", page)
        self.assertIn("Tianhe", page)
        self.assertNotIn("Pudong", page)

        where = self.post("/v1/plans", plan(), self.office, 201).headers["location"]
        self.post(where + "/approve", {"seen": self.get(where)["seen"], "reason": "同意"}, self.finance, 201)
        targets = self.get("/v1/plans/gz-2022-2024/targets?quarter=2022Q2", self.bank)["targets"]
        growth = next(t for t in targets if t["id"] == "T1")
        # half of 2022 beside the same half of 2021: 80 million over 40 million
        self.assertEqual([(y["year"], y["value"], y["yoy"]) for y in growth["years"] if y["year"] == 2022],
                         [(2022, "80000000.00", "100.00")])

        # the plan's measures are answered for by the city's districts, and by no other's
        third = self.get("/v1/measures/10", self.office)
        self.assertEqual({d["department"] for d in third["departments"] if d["department"].isdigit()} - {"440119"},
                         set(GUANGZHOU))
        body = {"measure": 10, "department": "440106", "period": "2022Q2", "on": "2022-07-05", "text": "出台质押贷款贴息办法"}
        self.post("/v1/measure-reports", body, tianhe, 201)
        r = self.post("/v1/measure-reports", dict(body, department="310115"), tianhe, 422)
        self.assertEqual(r.json()["errors"][0]["pointer"], "/department")
        r = self.post("/v1/measure-reports", dict(body, measure=14, department="health"), self.office, 422)
        self.assertIn("banking_regulator, 4401xx", r.json()["errors"][0]["cure"])

    def test_a_loss_is_shared_by_the_city_s_fund(self):
        scheme = self.scheme("gz-2023", money="100000000.00", effective_to=None)
        contract = self.lent(scheme, overdue=200, drawn=300, district="440112", amount="3000000.00")
        where = self.claimed(contract)
        self.assertEqual(self.get(where)["fund"], "1500000.00")  # half of what is owed
        self.to_pay(where)
        self.assertEqual(self.fund(scheme), ("98500000.00", "0.00", "98500000.00"))

    def test_a_district_and_the_city_subsidise(self):
        nansha, checker = self.d.token("district", "DIST-440115"), self.person("DIST-440115", "李复核")
        code = "SB-NS-%d" % next(numbers)

        def refused(budget, want):
            r = self.post("/v1/policies", fixture("nansha", code=code, district="440115", budget={"account": budget}),
                          nansha, 422)
            self.assertIn(want, r.body.decode())
        refused("subsidy:310115:" + code, "subsidy:440115:")
        body = fixture("nansha", code=code, district="440115", budget={"account": "subsidy:440115:" + code})
        where = self.post("/v1/policies", body, nansha, 201).headers["location"]
        self.post(where + "/approve", {"seen": self.get(where)["seen"], "reason": "经批准", "on": "2023-06-20"}, checker, 201)
        self.d.agreed(self.post("/v1/budgets", {
            "reference": "YS-%d" % next(numbers), "policy": code, "year": YEAR, "kind": "appropriation",
            "amount": "1000000.00", "on": ago(0)}, nansha, 202))
        made = self.lend(district="440115", amount="3600000.00", rate="5.00", signed_on=ago(400), disbursed_on=ago(400),
                         matures_on=ago(40), employees=20, revenue="8000000.00", assets="9000000.00", industry="C3973")
        contract = made.json()["contract_no"]
        # 360 days: 180,000.00 of interest, half of it is the district's
        self.event(made.headers["location"], "settled", ago(40), interest="180000.00")
        check = self.post("/v1/eligibility-checks", {"policy": code, "loan": contract}, nansha, 200).json()
        self.assertEqual((check["eligible"], check["amount"]), (True, "90000.00"))
        applied = self.post("/v1/applications", {"reference": "SQ-%d" % next(numbers), "policy": code, "loan": contract},
                            nansha, 201).json()
        self.assertEqual((applied["state"], applied["amount"], applied["budget"]),
                         ("reserved", "90000.00", "subsidy:440115:" + code))
        # a policy without a district is the city's: Guangzhou's, which excludes what has the district's
        city = "SB-GZ-%d" % next(numbers)
        body = fixture("nansha", code=city, excludes=["district_policy"], budget={"account": "subsidy:440100:" + city})
        where = self.post("/v1/policies", body, self.finance, 201).headers["location"]
        self.post(where + "/approve", {"seen": self.get(where)["seen"], "reason": "经批准", "on": "2023-06-20"}, self.second,
                  201)
        check = self.post("/v1/eligibility-checks", {"policy": city, "loan": contract}, self.finance, 200).json()
        self.assertFalse(check["eligible"])
        check = self.post("/v1/eligibility-checks", {"policy": city, "loan": self.settled()}, self.finance, 200).json()
        self.assertTrue(check["eligible"], check)

    def settled(self):
        """A loan that nobody has subsidised."""
        made = self.lend(district="440115", amount="3600000.00", rate="5.00", signed_on=ago(400), disbursed_on=ago(400),
                         matures_on=ago(40), employees=20, revenue="8000000.00", assets="9000000.00", industry="C3973")
        self.event(made.headers["location"], "settled", ago(40), interest="180000.00")
        return made.json()["contract_no"]

    def test_zz_all_of_it_is_sound(self):
        out = self.d.verify()
        self.assertEqual((out.returncode, out.stdout), (0, "no defects\n"))
