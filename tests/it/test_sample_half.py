"""The sample of the plan's other half: made again byte for byte, loaded whole, and every section has something in it."""
import contextlib
import filecmp
import io
import os
import subprocess
import sys
import tempfile
import unittest

from harness import Case

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
HALF = os.path.join(DATA, "half")
sys.path.insert(0, DATA)
import load_half


class Generator(unittest.TestCase):
    def test_the_same_seed_writes_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, os.path.join(DATA, "make_half.py"), folder], check=True)
            names = sorted(os.listdir(folder))
            self.assertEqual(names, sorted(n for n in os.listdir(HALF) if n != "README.md"))
            same, _, _ = filecmp.cmpfiles(folder, HALF, names, shallow=False)
            self.assertEqual(same, names)


class SampleHalf(Case):
    conf = {"readers": 2}  # a ledger that no other test writes to

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(os.path.join(DATA, "sample", "orgs.tsv"), encoding="utf-8") as f, \
                tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as tokens:
            for line in f:
                code, kind, _, district = (line.rstrip("\n").split("\t") + ["", ""])[:4]
                cls.d.org(kind, code, district or None)
                tokens.write("%s\t%s\t%s\n" % (code, kind, cls.d.token(kind, code)))
            tokens.flush()
            os.environ["PLEDGED_DATA"] = cls.d.data  # of the persons that the loader adds
            ledger = load_half.Ledger("http://127.0.0.1:%d" % cls.d.port, tokens.name, cls.d.binary)
            with contextlib.redirect_stdout(io.StringIO()):
                for part in (load_half.half, load_half.insurance, load_half.issue, load_half.fund, load_half.subsidy):
                    part(ledger)
            load_half.seal(ledger, (2021,), (1,))  # the others take their time, and are the same
            del os.environ["PLEDGED_DATA"]
        cls.finance = cls.d.token("finance", "FINANCE-SH")

    def get(self, path):
        r = self.d.call("GET", path, token=self.finance)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def test_goals_come_of_the_records(self):
        told = {(t["id"], m["measure"]): [y["value"] for y in m["years"]]
                for t in self.get("/v1/plans/sh-2021-2023/targets?quarter=2023Q4")["targets"] for m in t.get("measures", ())}
        # Twenty filings of 2020, then as many as tests/data/half/README.md says; all of small and medium firms.
        self.assertEqual(told["T6", "product_filing"], [26, 33, 42])
        for target in ("T4", "T5"):
            for measure in ("count", "contract_value", "cash_received"):
                values = [float(v) for v in told[target, measure]]
                self.assertEqual(values, sorted(values), (target, measure))
                self.assertGreater(values[0], 0)

    def test_sections_of_the_report_are_filled(self):
        self.assertEqual(self.d.call("GET", "/v1/reports/quarterly/2021Q1/seal", token=self.finance).status, 200)
        sections = {s["name"]: s["rows"] for s in self.get("/v1/reports/quarterly/2023Q4")["sections"]}
        for name, column in (("ip_deals", "value"), ("catalogue", "live"), ("events", "units"), ("events_by_district", "events"),
                             ("registers", "standing"), ("insurance", "sum_insured"), ("securitisation", "amount")):
            filled = [r for r in sections[name] if r["cells"][column]["value"] not in (None, 0, "0.00")]
            self.assertGreater(len(filled), name != "securitisation", name)
        # 36 + 46 + 58 + 75 deals told and ten open licences; all but five were confirmed.
        self.assertEqual(self.d.sql("select count(*) from ip_deal_counted(null)"), "220")
        self.assertEqual(len(self.get("/v1/ip-deals?state=told&limit=1000")["items"]), 5)
        way = {r["key"]: r["cells"]["value"] for r in sections["ip_deals"]}
        rows = self.get(way["licence"]["rows"])
        self.assertEqual(rows["value"], way["licence"]["value"])

    def test_money_was_paid_once_each(self):
        self.assertEqual(self.get("/v1/accounts/fund:ZS")["balance"], "38380000.00")  # 40,000,000.00 less 54 % of 3,000,000.00
        self.assertEqual([a["state"] for a in self.get("/v1/applications")["items"]], ["paid"])
        # No loan beside the sample book in the years of the plan, nor in its base: the published totals stay.
        self.assertEqual(self.d.sql("select count(*) from loan where signed_on between '2020-01-01' and '2023-12-31'"), "0")
        self.assertEqual(self.d.verify().stdout, "no defects\n")
