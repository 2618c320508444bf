"""Plans as data: drafted by one, put in force by another, revised; reports, targets and command on each of them."""
import copy
import hashlib
import json
import os
import subprocess

from harness import ROOT, Case, loan


def plan(name):
    with open(os.path.join(ROOT, "tests", "data", "plans", name + ".json"), encoding="utf-8") as f:
        return json.load(f)


class Plans(Case):
    conf = {"readers": "2"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.d.token("bank")
        cls.office = cls.d.token("ip_office")
        cls.finance = cls.d.token("finance")
        for amount, signed in (("100000000.00", "2022-02-01"), ("180000000.00", "2023-11-01"),
                               ("250000000.00", "2024-05-01"), ("300000000.00", "2025-03-01")):
            r = cls.d.call("POST", "/v1/loans", loan(amount=amount, signed_on=signed, matures_on="2027-12-31"), cls.bank)
            assert r.status == 201, r.body

    def draft(self, body, token=None, want=201):
        r = self.d.call("POST", "/v1/plans", body, token or self.office)
        self.assertEqual(r.status, want, r.body)
        return r

    def approve(self, doc, token=None, want=201, **over):
        r = self.d.call("POST", "/v1/plans/%s/approve" % doc["id"], dict({"seen": doc["seen"], "reason": "同意"}, **over),
                        token or self.finance)
        self.assertEqual(r.status, want, r.body)
        return r

    def get(self, path, token=None, want=200):
        r = self.d.call("GET", path, token=token or self.bank)
        self.assertEqual(r.status, want, r.body)
        return r.json()

    def put(self, doc, want=200, **over):
        body = {k: v for k, v in doc.items() if k in plan("sh-2024-2026")}
        r = self.d.call("PUT", "/v1/plans/" + doc["id"], dict(copy.deepcopy(body), reason="修订", **over), self.office,
                        {"If-Match": '"%d"' % doc["version"]})
        self.assertEqual(r.status, want, r.body)
        return r

    def test_the_plan_that_came_with_the_program_is_the_fixture(self):
        told = self.get("/v1/plans/sh-2021-2023/text")
        fixture = plan("sh-2021-2023")
        self.assertEqual({k: told[k] for k in fixture if k != "targets"}, {k: v for k, v in fixture.items() if k != "targets"})
        self.assertEqual(told["targets"], fixture["targets"])
        self.assertEqual((told["version"], told["approved_at"]), (1, None))

    def test_whoever_wrote_a_plan_puts_it_in_force_in_no_office(self):
        body = dict(plan("sh-2024-2026"), code="one-person", title="一人之计划")
        person = self.d.cli("person", "add", "--org", "IP-OFFICE", "--name", "钱进").stdout.split()[0]
        self.d.cli("person", "add", "--org", "FINANCE", "--name", "老钱", "--same-as", person)
        office, finance = (self.d.given("token", "add", "--org", o, "--person", n)
                           for o, n in (("IP-OFFICE", "钱进"), ("FINANCE", "老钱")))
        made = self.get(self.draft(body, office).headers["location"])
        self.assertEqual(self.approve(made, finance, 409).codes(), [("", "E_SAME_PERSON")])
        self.approve(made)  # another person of that office

    def test_tiers_say_how_many_persons_put_a_plan_in_force(self):
        """From 1,500 亿 on two persons of finance; the fixture aims at 1,000, for which one does."""
        two, three = (self.d.given("token", "add", "--org", "FINANCE", "--person", n) for n in ("孙平", "李安"))
        r = self.d.call("POST", "/v1/approval-tiers", {"reference": "DC-JH", "act": "plan", "from": "150000000000.00",
                                                       "persons": 2, "reason": "大计划两人"}, self.finance)
        self.assertEqual(self.d.agreed(r).status, 201)
        body = dict(copy.deepcopy(plan("sh-2024-2026")), code="grand", first_year=2046, last_year=2048)
        total = next(t for t in body["targets"] if t["kind"] == "total" and t["measure"] == "amount")
        self.assertEqual(total["threshold"], "100000000000.00")
        total["threshold"] = "150000000000.00"
        doc = self.get(self.draft(body).headers["location"])
        self.assertEqual((doc["needs"], doc["assents"], doc["state"]), (2, [], "draft"))
        made = self.approve(doc)
        self.assertEqual(made.json()["state"], "waiting")
        again = self.approve(doc, want=200)  # sent once more: the same word, not a second
        self.assertEqual((again.headers["idempotent-replay"], again.json()["state"]), ("true", "waiting"))
        self.get("/v1/plans/grand/targets?quarter=2024Q4", want=404)  # nothing takes effect before
        seen = self.get("/v1/plans/" + doc["id"])
        self.assertEqual((seen["state"], len(seen["assents"]), seen["seen"] == doc["seen"]), ("draft", 1, False))
        self.assertEqual(self.approve(seen, want=409).codes(), [("", "E_SAME_PERSON")])
        self.approve(doc, two, 409, reason="没看到前一位")  # what the first has seen is no longer what stands
        self.put(seen, title="更大的计划")  # another text: what was agreed to is not this one
        seen = self.get("/v1/plans/" + doc["id"])
        self.assertEqual((seen["assents"], self.approve(seen, two).json()["state"]), ([], "waiting"))
        seen = self.get("/v1/plans/" + doc["id"])
        self.assertEqual(self.approve(seen, three).json()["state"], "in_force")
        self.assertEqual(self.get("/v1/plans/grand/text")["title"], "更大的计划")
        # A small aim puts no large one aside, neither as its next text nor as another plan for its years.
        seen = self.get("/v1/plans/" + doc["id"])
        total["threshold"] = "1.00"
        self.put(seen, targets=body["targets"])
        self.assertEqual(self.get("/v1/plans/" + doc["id"])["needs"], 2)
        beside = dict(plan("sh-2024-2026"), code="small", first_year=2048, last_year=2050)
        self.assertEqual(self.get(self.draft(beside).headers["location"])["needs"], 2)
        alone = dict(plan("sh-2024-2026"), code="later", first_year=2049, last_year=2050)
        small = self.get(self.draft(alone).headers["location"])
        self.assertEqual((small["needs"], self.approve(small).json()["state"]), (1, "in_force"))

    def test_assents_count_while_their_givers_are_in_office(self):
        """Two persons of finance; one is disabled, another turns out to have written the plan."""
        r = self.d.call("POST", "/v1/approval-tiers", {"reference": "DC-ZG", "act": "plan", "from": "160000000000.00",
                                                       "persons": 2, "reason": "大计划两人"}, self.finance)
        add = lambda org, name: (self.d.cli("person", "add", "--org", org, "--name", name).stdout.strip(),
                                 self.d.given("token", "add", "--org", org, "--person", name))
        self.d.agreed(r)
        (left, gone), (writer, pen), (twin, double) = (add(*x) for x in (
            ("FINANCE", "将离"), ("IP-OFFICE", "执笔"), ("FINANCE", "执笔人")))
        body = dict(copy.deepcopy(plan("sh-2024-2026")), code="in-office", first_year=2037, last_year=2039)
        next(t for t in body["targets"] if t["kind"] == "total" and t["measure"] == "amount")["threshold"] = "160000000000.00"
        doc = self.get(self.draft(body, pen).headers["location"])
        at = lambda: self.get("/v1/plans/" + doc["id"])
        self.assertEqual(self.approve(doc, gone).json()["state"], "waiting")
        self.assertEqual(self.approve(at(), double).json()["state"], "in_force")  # two by two: as far as anybody knows
        body = dict(body, code="in-office-2", first_year=2040, last_year=2042)
        doc = self.get(self.draft(body, pen).headers["location"])
        self.assertEqual(self.approve(doc, gone).json()["state"], "waiting")
        self.d.cli("person", "disable", "--org", "FINANCE", "--name", "将离")
        self.assertEqual((at()["assents"], at()["needs"]), ([], 2))
        self.assertEqual(self.approve(at(), double).json()["state"], "waiting")
        office, other = self.office, add("IP-OFFICE", "又一人")[1]
        made = self.d.call("POST", "/v1/persons/%s/same-as" % twin,
                           {"same_as": writer, "reference": "TR-1", "reason": "同一人"}, office)
        seen = self.d.call("GET", made.headers["location"], token=other).json()["seen"]
        self.d.call("POST", made.headers["location"] + "/approve", {"seen": seen, "reason": "核对无误"}, other)
        self.assertEqual(at()["assents"], [])
        self.assertEqual(self.approve(at(), double, 409).codes(), [("", "E_SAME_PERSON")])
        guard, stolen = add("FINANCE", "在岗")[1], self.person("在岗")
        self.assertEqual(self.approve(at(), stolen).json()["state"], "waiting")
        self.assertEqual(at()["assents"], ["在岗@FINANCE"])
        self.d.cli("token", "revoke", "--id", hashlib.sha256(stolen.encode()).hexdigest()[:8])
        self.assertEqual(at()["assents"], [])  # by whom it was is not known; whose token it was says it anew
        self.assertEqual(self.approve(at(), self.finance).json()["state"], "waiting")
        self.assertEqual(at()["assents"], ["王敏@FINANCE"])
        self.assertEqual(self.approve(at(), guard).json()["state"], "in_force")
        # One more stands in the place of a writer who left.
        body = dict(plan("sh-2024-2026"), code="in-office-3", first_year=2043, last_year=2045)
        doc = self.get(self.draft(body, pen).headers["location"])
        self.assertEqual(doc["needs"], 1)
        self.d.cli("person", "disable", "--org", "IP-OFFICE", "--name", "执笔")
        self.assertEqual((at()["needs"], self.approve(at(), self.finance).json()["state"]), (2, "waiting"))
        self.assertEqual(self.approve(at(), self.person("又在岗")).json()["state"], "in_force")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_a_correction_stays_in_the_plan_of_what_it_corrects(self):
        """A report that names no plan is of the plan of its day; a later plan over the same years takes neither it nor what
        corrects it, though it has only two measures."""
        text = dict(plan("sh-2024-2026"), code="of-its-day", first_year=2018, last_year=2020)
        self.approve(self.get(self.draft(text).headers["location"]))
        pudong = self.d.token("district")
        body = {"measure": 4, "department": "310115", "period": "2019Q2", "on": "2019-07-05", "text": "已公布(示例)"}
        made = self.d.call("POST", "/v1/measure-reports", body, pudong)
        self.assertEqual(made.status, 201, made.body)
        self.approve(self.get(self.draft(dict(text, code="later-on", first_year=2019,
                                              measures=text["measures"][:2])).headers["location"]))
        self.assertEqual(self.get("/v1/measures?as_of=2019-07-05")["plan"], "later-on")
        r = self.d.call("PUT", made.headers["location"], dict(made.json(), text="已公布并核对", reason="更正"), pudong,
                        {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        self.assertEqual([x["text"] for x in self.get("/v1/measures/4?plan=of-its-day")["items"]], ["已公布并核对"])
        r = self.d.call("POST", "/v1/measure-reports", dict(body, period="2019Q3", on="2019-10-05"), pudong)
        self.assertEqual(r.codes(), [("/measure", "E_RANGE")])  # what is told anew is of the plan of now

    def person(self, name):
        return self.d.given("token", "add", "--org", "FINANCE", "--person", name)

    def test_when_a_plan_is_long_nothing_is_foretold_beyond_what_one_can_say(self):
        """From 2022Q4 a plan until 2033 has 44 quarters left: nothing is foretold, and nobody's daemon ends."""
        body = dict(plan("sh-2024-2026"), code="long", title="十二年规划", first_year=2022, last_year=2033)
        self.approve(self.get(self.draft(body).headers["location"]))
        for amount, day in (("1000000.00", "2020-%02d-01"), ("2000000.00", "2021-%02d-01")):
            for month in (2, 5, 8, 11):
                self.d.call("POST", "/v1/loans", loan(amount=amount, signed_on=day % month, matures_on="2027-12-31"), self.bank)
        for path in ("forecast", "backtest"):
            for quarter in ("2022Q4", "2030Q4", "2033Q4"):
                r = self.d.call("GET", "/v1/plans/long/%s?quarter=%s" % (path, quarter), token=self.bank)
                self.assertIn(r.status, (200, 422), r.body)  # a quarter that has not come is a problem
        told = json.dumps(self.get("/v1/plans/long/forecast?quarter=2022Q4"), ensure_ascii=False)
        self.assertIn("超过可推算的 24 个季度", told)

    def test_a_plan_is_drafted_approved_and_revised(self):
        code = "sh-2024-2026"
        doc = self.get("/v1/plans/" + self.draft(plan(code)).json()["id"])
        self.assertEqual((doc["state"], self.get("/v1/plans/%s/targets?quarter=2024Q4" % code, want=404)["status"]),
                         ("draft", 404))
        before = self.d.sql("select instant_text(clock_timestamp())")
        self.get("/v1/measures?plan=" + code, want=404)  # nor measures
        self.assertEqual(self.get("/v1/measures?as_of=2025-06-30")["plan"], "sh-2021-2023")
        # 2024Q4 is counted for the plan that is over, with its final figures
        self.assertEqual(self.get("/v1/reports/quarterly/2024Q4?section=targets", self.finance)["plan"], "sh-2021-2023")
        self.assertEqual(self.approve(doc, seen="0" * 64, want=409).codes(), [("/seen", "E_SEEN")])
        self.approve(doc, token=self.office, want=403)
        self.approve(doc)
        self.assertEqual(self.approve(doc, want=409, reason="again").codes(), [("/reason", "E_KEY_REUSED")])
        self.assertEqual(self.get("/v1/plans/" + doc["id"])["state"], "in_force")
        t = {x["id"]: x for x in self.get("/v1/plans/%s/targets?quarter=2025Q4" % code)["targets"]}
        # base 2023: 180; 250, 300: (300/180)^(1/2) - 1 = 29.10 %; yoy 38.89 and 20.00
        self.assertEqual((t["T1"]["base"]["value"], t["T1"]["growth_compound"]), ("180000000.00", "29.10"))
        self.assertEqual([y["yoy"] for y in t["T1"]["years"]], ["38.89", "20.00", None])
        self.assertEqual((t["T1"]["threshold"], t["T1"]["status"], t["T3"]["total"]), ("20.00", "on_track", "550000000.00"))
        # a loan counts in every plan whose years hold it; the other plan is as it was
        old = {x["id"]: x for x in self.get("/v1/plans/sh-2021-2023/targets?quarter=2025Q4")["targets"]}
        self.assertEqual(old["T3"]["total"], "280000000.00")
        self.reports(code)
        self.forecasts(code)
        self.measures(code)
        self.command(code)
        # as known before the approval there was no such plan
        self.get("/v1/plans/%s/targets?quarter=2024Q4&known_at=%s" % (code, before.replace("+", "%2B")), want=404)
        self.revise(self.get("/v1/plans/" + doc["id"]), code)

    def reports(self, code):
        r = self.get("/v1/reports/quarterly/2024Q4", self.finance)
        self.assertEqual(r["plan"], code)
        s = {x["name"]: {row["key"]: {k: c["value"] for k, c in row["cells"].items()} for row in x["rows"]}
             for x in r["sections"]}
        self.assertEqual((s["targets"]["T1"]["value"], s["targets"]["T1"]["growth"]), ("250000000.00", "38.89"))
        self.assertEqual(s["targets"]["T3"]["records"], "250000000.00")
        # since the plan began: 2024, not 2021
        self.assertEqual(s["headline"]["amount"]["total"], "250000000.00")
        self.assertEqual(list(s["by_quarter"]), ["2024Q1", "2024Q2", "2024Q3", "2024Q4"])
        other = self.get("/v1/reports/quarterly/2024Q4?section=targets&plan=sh-2021-2023", self.finance)
        rows = {row["key"]: row["cells"] for row in other["sections"][0]["rows"]}
        self.assertEqual((other["plan"], rows["T3"]["value"]["value"], rows["T3"]["records"]["value"]),
                         ("sh-2021-2023", "280000000.00", None))
        link = r["sections"][1]["rows"][0]["cells"]["records"]["rows"]
        self.assertEqual(self.get(link, self.finance)["value"], "250000000.00")
        # of a quarter that the older plan holds nothing has changed
        r = self.get("/v1/reports/quarterly/2023Q4?section=targets,headline", self.finance)
        self.assertEqual(r["plan"], "sh-2021-2023")

    def forecasts(self, code):
        f = self.get("/v1/plans/%s/forecast?quarter=2024Q4" % code, self.finance)
        self.assertEqual([t["id"] for t in f["targets"]], ["T1", "T2", "T3", "T4", "T5"])

    def measures(self, code):
        fixture = plan(code)
        self.assertEqual({k: self.get("/v1/plans/%s/text" % code)[k] for k in ("chapters", "measures")},
                         {k: fixture[k] for k in ("chapters", "measures")})
        lists = {q: self.get("/v1/measures?" + q) for q in ("as_of=2025-06-30", "as_of=2023-06-30", "plan=sh-2021-2023")}
        self.assertEqual([(x["plan"], len(x["measures"])) for x in lists.values()],
                         [(code, 10), ("sh-2021-2023", 25), ("sh-2021-2023", 25)])
        fourth = lists["as_of=2025-06-30"]["measures"][3]
        self.assertEqual((fourth["title"], fourth["chapter_title"], {d["recorder"] for d in fourth["departments"]}),
                         ("各区贴息贴费政策按季公布兑付情况(假定)", "做强质押融资(假定)", {"district"}))
        for path in ("", "/1", "/overdue", "/evaluation"):
            self.get("/v1/measures%s?plan=none" % path, want=404)
        self.get("/v1/measures/11?plan=" + code, want=404)
        self.get("/v1/measures/11?plan=sh-2021-2023")
        # a report is of the plan that its period lies in; of another that it names
        pudong = self.d.token("district")
        body = {"measure": 4, "department": "310115", "period": "2024Q2", "on": "2024-07-05", "text": "已公布(示例)"}
        made = self.d.call("POST", "/v1/measure-reports", body, pudong)
        self.assertEqual(made.status, 201, made.body)
        told = lambda of: [i["id"] for i in self.get("/v1/measures/4?plan=" + of)["items"]]
        self.assertEqual((told(code), told("sh-2021-2023")), ([made.json()["id"]], []))
        for over, pointer, problem in (({"period": "2024Q3", "plan": "sh-2021-2023", "measure": 10}, "/period", "E_PLAN"),
                                       ({"period": "2023Q2", "plan": code}, "/period", "E_PLAN"),
                                       ({"measure": 12}, "/measure", "E_RANGE"), ({"plan": "none"}, "/plan", "E_CHOICE"),
                                       ({"measure": 10}, "/department", "E_NOT_RESPONSIBLE")):
            r = self.d.call("POST", "/v1/measure-reports", dict(body, **over), pudong)
            self.assertEqual((r.status, r.codes()), (422, [(pointer, problem)]), over)
        # Pudong answers for 4, 5 and 9, by quarters, due 20 days after their end: two each, of which one is told
        late = lambda day: self.get("/v1/measures/overdue?department=310115&as_of=" + day)
        self.assertEqual([(late(d)["plan"], late(d)["overdue"]) for d in ("2024-07-20", "2024-07-21")], [(code, 3), (code, 5)])
        year = self.get("/v1/measures/1?as_of=2025-03-01&plan=" + code)["departments"][0]
        self.assertEqual((year["overdue"], year["next_due"]), (0, {"period": "2024", "due_on": "2025-03-01"}))
        # the rhythm of one plan is not that of the other
        r = self.d.call("POST", "/v1/measure-rhythms", {"reference": "JZ-24", "effective_from": "2024-01-01", "measure": 5,
                                                        "every": "none"}, self.office)
        self.assertEqual(r.status, 201, r.body)
        self.assertEqual(late("2024-07-21")["overdue"], 3)
        old = self.get("/v1/measures/overdue?department=ip_office&plan=sh-2021-2023&as_of=2022-01-20")["groups"][0]
        self.assertIn(5, old["measures"])
        said = self.get("/v1/measures/evaluation?from=2024-01-01&to=2024-12-31", self.finance)
        self.assertEqual((said["plan"], [[x["name"] for x in m["ledger"]] for m in said["measures"]][3:5]),
                         (code, [["subsidies", "policies"], ["bank_enterprise", "bank_park", "loans", "park_visit"]]))

    def command(self, code):
        url = "http://127.0.0.1:%d" % self.d.port
        run = subprocess.run([self.d.binary, "targets", "--url", url, "--token", self.bank, "--quarter", "2025Q4"],
                             capture_output=True, timeout=60, check=False)
        self.assertIn("2024—2026", run.stdout.decode())  # that of the quarter
        run = subprocess.run([self.d.binary, "report", "2024Q4", "--url", url, "--token", self.finance, "--plan",
                              "sh-2021-2023", "--part", "forecast", "-o", "-"], capture_output=True, timeout=60,
                             check=False)
        self.assertEqual(json.loads(run.stdout)["plan"], "sh-2021-2023")
        for named, of in (([], code), (["--plan", "sh-2021-2023"], "sh-2021-2023")):
            run = subprocess.run([self.d.binary, "report", "2024Q4", "--url", url, "--token", self.finance, "--part",
                                  "measures", "-o", "-"] + named, capture_output=True, timeout=60, check=False)
            told = json.loads(run.stdout)
            self.assertEqual((told["plan"], told["to"], len(told["measures"])), (of, "2024-12-31", {code: 10}.get(of, 25)))
        run = subprocess.run([self.d.binary, "report", "2024Q9", "--url", url, "--token", self.finance, "--part",
                              "measures", "-o", "-"], capture_output=True, timeout=60, check=False)
        self.assertEqual((run.returncode, run.stdout), (2, b""))
        self.assertIn("no quarter, as 2022Q3: 2024Q9", run.stderr.decode())

    def revise(self, doc, code):
        targets = copy.deepcopy(plan(code)["targets"])
        targets[0]["threshold"] = "35.00"
        targets[0]["reading"] = "mean"
        self.put({k: v for k, v in doc.items() if k not in ("chapters", "measures")}, targets=targets)
        revised = self.get("/v1/plans/" + doc["id"])
        self.assertEqual(revised["state"], "revised")
        self.assertEqual(self.get("/v1/plans/%s/text" % code)["targets"][0]["threshold"], "20.00")
        self.approve(revised, reason="调整")
        text = self.get("/v1/plans/%s/text" % code)
        self.assertEqual((text["version"], text["targets"][0]["threshold"], text["reason"]), (2, "35.00", "调整"))
        self.assertEqual(text["measures"], plan(code)["measures"])  # a text that says nothing of them keeps them
        t1 = self.get("/v1/plans/%s/targets?quarter=2025Q4" % code)["targets"][0]
        # the mean of 38.89 and 20.00 is 29.44: below 35
        self.assertEqual((t1["growth_mean"], t1["status"]), ("29.44", "at_risk"))
        # another with two of them: what was reported on a third stays with those who knew it
        before = self.d.sql("select instant_text(clock_timestamp())").replace("+", "%2B")
        self.put(self.get("/v1/plans/" + doc["id"]), chapters=plan(code)["chapters"], measures=plan(code)["measures"][:2])
        self.approve(self.get("/v1/plans/" + doc["id"]), reason="精简")
        self.assertEqual(len(self.get("/v1/measures?plan=" + code)["measures"]), 2)
        self.assertEqual(len(self.get("/v1/measures/4?plan=%s&known_at=%s" % (code, before))["items"]), 1)
        self.get("/v1/measures/4?plan=" + code, want=404)
        self.put(self.get("/v1/plans/" + doc["id"]), want=422, code="other")

    def test_what_no_plan_may_say_is_refused_by_name(self):
        good = dict(plan("sh-2024-2026"), code="x-2024")
        target = lambda i, **over: [dict(t, **over) if n == i else t for n, t in enumerate(good["targets"])]
        measure = lambda i, **over: [dict(m, **over) if n == i else m for n, m in enumerate(good["measures"])]
        for change, pointer, code in (
                ({"code": "current"}, "/code", "E_ACCOUNT_CODE"), ({"code": "a b"}, "/code", "E_ACCOUNT_CODE"),
                ({"last_year": 2023}, "/last_year", "E_RANGE"), ({"last_year": 2040}, "/last_year", "E_RANGE"),
                ({"targets": []}, "/targets", "E_LENGTH"), ({"chapters": None}, "/chapters", None),
                ({"measures": measure(1, no=1)}, "/measures/1/no", "E_ORDER"),
                ({"measures": measure(1, chapter=4)}, "/measures/1/chapter", "E_RANGE"),
                ({"measures": measure(1, departments=["parks"])}, "/measures/1/departments/0", "E_CHOICE"),
                ({"measures": measure(1, figures=["offers", "offers"])}, "/measures/1/figures/1", "E_REPEATED"),
                ({"measures": measure(1, every="month")}, "/measures/1/every", "E_CHOICE"),
                ({"targets": good["targets"] + good["targets"][:1]}, "/targets/5/code", "E_REPEATED"),
                ({"targets": target(0, threshold=20)}, "/targets/0/threshold", None),
                ({"targets": target(0, threshold="20%!")}, "/targets/0/threshold", "E_RATE"),
                ({"targets": target(0, threshold="20.00000")}, "/targets/0/threshold", "E_RATE"),
                ({"targets": target(2, threshold="1e9")}, "/targets/2/threshold", "E_MONEY"),
                ({"targets": target(2, reading="mean")}, "/targets/2/reading", "E_UNWANTED"),
                ({"targets": target(4, threshold="5.00")}, "/targets/4/threshold", "E_UNWANTED"),
                ({"targets": target(0, metrics=good["targets"][3]["metrics"])}, "/targets/0/metrics", "E_UNWANTED"),
                ({"targets": target(3, metrics=good["targets"][4]["metrics"])}, "/targets/3/metrics/0/side", "E_CHOICE"),
                ({"targets": [{k: v for k, v in good["targets"][0].items() if k != "threshold"}]},
                 "/targets/0/threshold", "E_NEED")):
            r = self.draft(dict(good, **change), want=422)
            self.assertIn(pointer, [p for p, c in r.codes() if code in (None, c)], (change, r.codes()))
        self.assertEqual(self.draft(good, token=self.bank, want=403).status, 403)
        r = self.d.call("POST", "/v1/plans?dry_run=true", good, self.office)
        self.assertEqual(r.status, 200, r.body)


class Bases(Plans):
    """Targets of one plan that count by other days and amounts than the plan does."""
    conf = {"readers": "3"}

    @classmethod
    def setUpClass(cls):
        Case.setUpClass.__func__(cls)
        cls.bank, cls.office, cls.finance = (cls.d.token(k) for k in ("bank", "ip_office", "finance"))

    def lend(self, *events, **over):
        r = self.d.call("POST", "/v1/loans", loan(matures_on="2027-12-31", **over), self.bank)
        self.assertEqual(r.status, 201, r.body)
        for n, e in enumerate(events):
            body = dict(e, reference="%s-%d" % (r.json()["contract_no"], n))
            if "reverses" in e:
                body["reverses"] = "%s-%d" % (r.json()["contract_no"], e["reverses"])
            made = self.d.call("POST", r.headers["location"] + "/events", body, self.bank)
            self.assertEqual(made.status, 201, made.body)

    def test_each_target_by_its_own_day_and_amount(self):
        target = {"kind": "total", "measure": "amount", "threshold": "100000000.00"}
        titles = {"T1": {}, "T2": {"basis": "drawn"}, "T3": {"basis": "registered_on", "measure": "count", "threshold": "10"},
                  "T4": {"basis": "registered_amount"}}
        body = dict(plan("sh-2024-2026"), code="by-basis", targets=[
            dict(target, code=c, title=c, **over) for c, over in titles.items()])
        made = self.get(self.draft(body).headers["location"])
        self.approve(made)
        self.assertEqual([t.get("basis") for t in self.get("/v1/plans/by-basis/text")["targets"]],
                         [None, "drawn", "registered_on", "registered_amount"])
        self.lend({"kind": "disbursed", "on": "2024-03-01", "principal": "3000000.00"},
                  {"kind": "disbursed", "on": "2024-07-15", "principal": "4000000.00"},
                  {"kind": "disbursed", "on": "2024-08-01", "principal": "1000000.00"},
                  {"kind": "reversed", "on": "2024-08-01", "reverses": 2},
                  amount="10000000.00", signed_on="2024-02-01", registered_on="2024-05-10", registered_amount="8000000.00")
        self.lend(amount="5000000.00", signed_on="2024-03-20", disbursed_on="2024-04-02")
        self.lend({"kind": "voided", "on": "2024-06-02", "reason": "误报"}, amount="2000000.00", signed_on="2024-06-01")
        self.lend(amount="1000000.00", signed_on="2024-06-20", registered_on="2024-06-25")

        def totals(query):
            return {t["id"]: (t["basis"], t["total"]) for t in self.get("/v1/plans/by-basis/targets?" + query)["targets"]}
        # signed: 10 + 5 + 1 million; drawn: 3, and 5 whole on its day; registered: two loans, of 8 and of 1 million
        want = {"T1": ("signed_on", "16000000.00"), "T2": ("drawn", "8000000.00"), "T3": ("registered_on", 2),
                "T4": ("registered_amount", "9000000.00")}
        self.assertEqual(totals("quarter=2024Q2"), want)
        # the second draw came in the third quarter, the one that was reversed never did
        self.assertEqual(totals("quarter=2024Q3"), dict(want, T2=("drawn", "12000000.00")))
        self.assertEqual(totals("quarter=2024Q1"), {"T1": ("signed_on", "15000000.00"), "T2": ("drawn", "3000000.00"),
                                                    "T3": ("registered_on", 0), "T4": ("registered_amount", "0.00")})
        # who asks for one basis has all by it
        self.assertEqual({b for b, _ in totals("quarter=2024Q2&basis=disbursed_on").values()}, {"disbursed_on"})
        # the report's targets are these
        doc = self.get("/v1/reports/quarterly/2024Q2?section=targets&plan=by-basis", self.finance)
        rows = {r["key"]: r["cells"]["value"]["value"] for r in doc["sections"][0]["rows"]}
        self.assertEqual(rows, {"T1": "16000000.00", "T2": "8000000.00", "T3": 2, "T4": "9000000.00"})
        self.get("/v1/plans/by-basis/forecast?quarter=2024Q2", self.finance)

    def test_a_basis_goes_with_loans(self):
        goal = {"code": "T5", "title": "输出", "kind": "growth", "threshold": "20.00", "basis": "drawn",
                "metrics": [{"metric": "count", "side": "university_outflow", "figure": "count", "title": "数量"}]}
        r = self.draft(dict(plan("sh-2024-2026"), code="odd-basis", targets=[goal]), want=422)
        self.assertEqual(r.codes(), [("/targets/0/basis", "E_UNWANTED")])


for name in [n for n in dir(Plans) if n.startswith("test_")]:
    setattr(Bases, name, None)  # the helpers alone
