"""The sample book: made again byte for byte, and its totals are the published ones of Shanghai."""
import filecmp
import glob
import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.request

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

    def targets(self, query="quarter=2023Q4"):
        request = urllib.request.Request(
            "http://127.0.0.1:%d/v1/plans/sh-2021-2023/targets?%s" % (self.d.port, query),
            headers={"Authorization": "Bearer " + self.d.token("finance")})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

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
