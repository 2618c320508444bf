"""One computation of a plan's targets: report, address and command line say the same, whatever was entered."""
import json
import subprocess
import unicodedata

from harness import Case, loan

PLAN = "/v1/plans/sh-2021-2023/"


class OneTarget(Case):
    conf = {"readers": "2"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank, cls.office, cls.finance = (cls.d.token(kind) for kind in ("bank", "ip_office", "finance"))
        for amount, signed in (("100000000.00", "2021-02-01"), ("80000000.00", "2021-11-01"),
                               ("144000000.00", "2022-05-01"), ("216000000.00", "2023-03-01"),
                               ("900000000.00", "2024-01-15")):
            r = cls.d.call("POST", "/v1/loans", loan(amount=amount, signed_on=signed, matures_on="2025-12-31"), cls.bank)
            assert r.status == 201, r.body
        years = [{"year": 2020, "amount": "100000000.00", "count": 1}, {"year": 2021, "amount": "200000000.00"}]
        r = cls.d.call("PUT", PLAN + "baselines", {"years": [dict(y, source="测试假定", assumed=True) for y in years]},
                       cls.office)
        cls.d.agreed(r)
        for period, n in (("2020", 10), ("2021", 12), ("2022Q1", 4), ("2022Q2", 4)):
            r = cls.d.call("POST", "/v1/indicators", {"period": period, "side": "product_filing", "count": n,
                           "source": "备案登记", "evidence": "表 1", "assumed": False}, cls.office)
            cls.d.confirmed(r)

    def told(self, query, token=None):
        """Of each target or metric what the address tells: key -> now."""
        r = self.d.call("GET", PLAN + "targets?" + query, token=token or self.bank)
        self.assertEqual(r.status, 200, r.body)
        out = {}
        for t in r.json()["targets"]:
            for m in t.get("measures", [t]):
                key = t["id"] if m is t else t["id"] + "." + m["measure"]
                out[key] = dict(m["now"], compound=m["growth_compound"] if t["kind"] != "total" else None)
        return out

    def shown(self, quarter, query="", token=None):
        r = self.d.call("GET", "/v1/reports/quarterly/%s?section=targets%s" % (quarter, query),
                        token=token or self.finance)
        self.assertEqual(r.status, 200, r.body)
        return {row["key"]: {k: c["value"] for k, c in row["cells"].items()} for row in r.json()["sections"][0]["rows"]}

    def test_report_and_address_agree_for_every_quarter_and_reader(self):
        for quarter in ("2020Q4", "2021Q1", "2021Q4", "2022Q2", "2022Q4", "2023Q1", "2023Q4", "2024Q1"):
            for basis in ("", "&basis=disbursed_on"):
                told = self.told("quarter=" + quarter + basis)
                for token in (self.finance, self.bank):
                    shown = self.shown(quarter, basis, token)
                    self.assertEqual(sorted(shown), sorted(told))
                    for key, now in told.items():
                        self.assertEqual({k: shown[key][k] for k in ("value", "base", "growth", "required", "progress",
                                                                     "compound")},
                                         {k: now[k] for k in ("value", "base", "growth", "required", "progress",
                                                              "compound")}, (quarter, basis, key))

    def test_what_was_entered_counts_in_the_report_too(self):
        # 2022: 144 after the 200 entered for 2021, not after the 180 on record: -28.00 %, not -20.00.
        t1 = self.shown("2022Q4")["T1"]
        self.assertEqual((t1["value"], t1["base"], t1["growth"]), ("144000000.00", "200000000.00", "-28.00"))
        self.assertEqual((t1["records"], t1["records_last_year"]), ("144000000.00", "180000000.00"))
        # 200 × 1.3 = 260; 144/260 = 55.38 %
        self.assertEqual((t1["required"], t1["progress"]), ("260000000.00", "55.38"))
        # (144/100)^(1/2) - 1
        self.assertEqual((t1["compound"], t1["status"]), ("20.00", "落后于进度"))
        filed = self.shown("2022Q2")["T6.product_filing"]
        self.assertEqual((filed["value"], filed["base"], filed["records"]), (8, None, None))

    def test_a_plan_that_is_over_keeps_its_final_figures(self):
        final = self.shown("2023Q4")
        self.assertEqual(final["T1"]["value"], "216000000.00")  # the 900 million of 2024 are none of its
        for quarter in ("2024Q1", "2024Q4", "2026Q1"):
            after = self.shown(quarter)
            for key, row in final.items():
                self.assertEqual({k: v for k, v in after[key].items() if not k.startswith("records")},
                                 {k: v for k, v in row.items() if not k.startswith("records")}, (quarter, key))
        self.assertEqual((final["T1"]["status"], final["T3"]["status"]), ("未达成", "未达成"))

    def test_an_unknown_plan_is_told(self):
        r = self.d.call("GET", "/v1/reports/quarterly/2022Q4?section=targets&plan=nowhere", token=self.finance)
        self.assertEqual((r.status, r.codes()), (404, [("?plan", "E_NOT_FOUND")]))
        r = self.d.call("GET", "/v1/plans/current/targets?quarter=2022Q4", token=self.bank)
        self.assertEqual((r.status, r.json()["plan"]), (200, "sh-2021-2023"))

    # ---- the command ----

    def targets(self, *args, url=None):
        return subprocess.run([self.d.binary, "targets", "--url", url or "http://127.0.0.1:%d" % self.d.port,
                               "--token", self.bank, *args], capture_output=True, timeout=60, check=False)

    def test_the_command_says_the_same(self):
        run = self.targets("--quarter", "2022Q4", "--format", "json", "--plan", "sh-2021-2023")
        self.assertEqual(run.returncode, 0, run.stderr)
        told = self.d.call("GET", PLAN + "targets?quarter=2022Q4", token=self.bank).json()
        self.assertEqual(json.loads(run.stdout), told)
        text = self.targets("--quarter", "2022Q4").stdout.decode()
        for words in ("-28.00", "须达 required 2.60 亿元   完成度 progress 55.38 %"):
            self.assertIn(words, text)
        self.assertIn("Pledge financing amount grows 30 % a year", self.targets("--lang", "en", "--quarter",
                                                                                "2022Q4").stdout.decode())

    def test_columns_align_under_wide_characters(self):
        wide = lambda s: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)
        lines = self.targets("--quarter", "2023Q4").stdout.decode().split("\n")
        at = next(i for i, line in enumerate(lines) if "来源 from" in line)
        ends = {wide(line[:line.index(word)]) for line, word in ((lines[at], "来源"), (lines[at + 1], "entered"),
                                                                 (lines[at + 2], "records"))}
        self.assertEqual(len(ends), 1, lines[at:at + 3])

    def test_every_option_is_honoured_or_refused(self):
        for args, status, words in ((("--format", "xml"), 2, "text or json"), (("--lang", "fr"), 2, "zh or en"),
                                    (("--quarter",), 2, "a value is needed"), (("--colour", "red"), 2, "no such option"),
                                    (("--quarter", "2022Q5"), 1, "E_QUARTER ?quarter"),
                                    (("--plan", "nowhere"), 1, "E_NOT_FOUND"),
                                    (("--basis", "paid_on", "--as-of", "soon"), 1, "E_DAY ?as_of"),
                                    (("--known-at", "never"), 1, "E_INSTANT ?known_at")):
            run = self.targets(*args)
            self.assertEqual((run.returncode, run.stdout), (status, b""), (args, run.stderr))
            self.assertIn(words, run.stderr.decode())
        self.assertEqual(self.targets(url="http://127.0.0.1:1").returncode, 3)
        run = self.targets("--as-of", "2022-08-15", "--format", "json")
        self.assertEqual(json.loads(run.stdout)["quarter"], "2022Q2")
        run = self.targets("--known-at", "2020-01-01T00:00:00Z", "--quarter", "2023Q4", "--format", "json")
        self.assertEqual(json.loads(run.stdout)["targets"][0]["total"], "0.00")
        with open("/dev/full", "wb") as full:
            run = subprocess.run([self.d.binary, "targets", "--url", "http://127.0.0.1:%d" % self.d.port, "--token",
                                  self.bank, "--format", "json"], stdout=full, stderr=subprocess.PIPE, timeout=60,
                                 check=False)
        self.assertEqual(run.returncode, 4)
