"""The sample book: made again byte for byte, and its totals are the published ones of Shanghai."""
import filecmp
import glob
import os
import subprocess
import sys
import tempfile
import unittest

from harness import Case, PLEDGED_BIN

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
SAMPLE = os.path.join(DATA, "sample")


class Generator(unittest.TestCase):
    def test_the_same_seed_writes_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, os.path.join(DATA, "make_book.py"), folder], check=True)
            names = sorted(os.listdir(folder))
            self.assertEqual(names, sorted(n for n in os.listdir(SAMPLE) if n != "README.md"))
            same, _, _ = filecmp.cmpfiles(folder, SAMPLE, names, shallow=False)
            self.assertEqual(same, names)


class SampleBook(Case):
    conf = {"readers": 2}  # a ledger that no other test writes to

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for path in sorted(glob.glob(os.path.join(SAMPLE, "*.csv"))):
            code = os.path.basename(path)[:-len(".csv")]
            run = subprocess.run(
                [PLEDGED_BIN, "import", "--url", "http://127.0.0.1:%d" % cls.d.port,
                 "--token", cls.d.token("bank", code), path],
                capture_output=True, text=True, timeout=120, check=False)
            assert run.returncode == 0, (path, run.stdout, run.stderr)

    def target(self, name, query="quarter=2023Q4"):
        answer = self.d.call("GET", "/v1/plans/sh-2021-2023/targets?" + query,
                             token=self.d.token("finance")).json()
        return next(t for t in answer["targets"] if t["id"] == name)

    def table(self):
        run = self.d.cli("targets", "--url", "http://127.0.0.1:%d" % self.d.port, "--token",
                         self.d.token("finance"), "--quarter", "2023Q4")
        return run.stdout

    def test_every_row_is_stored(self):
        self.assertEqual(int(self.d.sql("select count(*) from loan")), 2079)

    def test_yearly_sums_are_the_published_ones_to_the_fen(self):
        rows = self.d.sql("select extract(year from signed_on)::int || ' ' || count(*) || ' ' ||"
                          " sum(amount_fen) from loan group by extract(year from signed_on)"
                          " order by 1")
        self.assertEqual(rows.split("\n"), ["2021 190 763570000000", "2022 519 1215300000000",
                                            "2023 1370 2276000000000"])

    def test_2022_splits_into_patents_and_trademarks_as_published(self):
        rows = self.d.sql("select (trademarks > 0)::int || ' ' || count(*) || ' ' ||"
                          " sum(amount_fen) from loan where extract(year from signed_on) = 2022"
                          " group by trademarks > 0 order by 1")
        self.assertEqual(rows.split("\n"), ["0 489 944300000000", "1 30 271000000000"])

    def test_no_right_is_in_two_live_pledges(self):
        self.assertEqual(int(self.d.sql(
            "select count(*) from loan_ip a join loan_ip b on a.number = b.number"
            " and a.record_id < b.record_id"
            " and a.from_day <= b.until_day and b.from_day <= a.until_day")), 0)

    def test_targets_show_the_published_years_and_growth_whichever_date_counts(self):
        for basis in ("registered_on", "signed_on", "disbursed_on"):
            with self.subTest(basis):
                amount = self.target("T1", "quarter=2023Q4&basis=" + basis)
                self.assertEqual([y["value"] for y in amount["years"]],
                                 ["7635700000.00", "12153000000.00", "22760000000.00"])
                self.assertEqual([y["yoy"] for y in amount["years"]], [None, "59.16", "87.28"])
                count = self.target("T2", "quarter=2023Q4&basis=" + basis)
                self.assertEqual([y["value"] for y in count["years"]], [190, 519, 1370])
                # 519 / 190 = 2.731578…; 1370 / 519 = 2.639691…
                self.assertEqual([y["yoy"] for y in count["years"]], [None, "173.16", "163.97"])

    def test_growth_has_no_base_while_2020_is_not_entered(self):
        amount = self.target("T1")
        self.assertIsNone(amount["base"])
        self.assertEqual(amount["status"], "no_base")

    def test_the_three_year_total_is_met(self):
        total = self.target("T3")
        self.assertEqual((total["total"], total["status"]), ("42548700000.00", "met"))

    def test_the_table_prints_totals_in_yi_and_growth(self):
        table = self.table()
        for figure in ("76.36", "121.53", "227.60", "425.49", "59.16", "87.28", "1370"):
            self.assertIn(figure, table)

    def test_a_guarantor_named_in_loans_reads_those_and_a_district_its_own_firms(self):
        named = self.d.sql("select count(*) from loan where '91310115QX90000225' = any (parties)")
        self.assertGreater(int(named), 100)
        self.assertEqual(self.pages("guarantor", "91310115QX90000225"), int(named))
        own = self.d.sql("select count(*) from loan where district = '310115'")
        self.assertEqual(self.pages("district", "DIST-310115"), int(own))

    def pages(self, kind, code):
        """How many loans an organisation can list."""
        token, after, n = self.d.token(kind, code), "", 0
        while after is not None:
            page = self.d.call("GET", "/v1/loans?limit=1000" + after, token=token).json()
            n += len(page["items"])
            after = "&after=" + page["next"] if page["next"] else None
        return n
