"""`pledged report`: what lands in the file, and what is said when nothing does."""
import json
import os
import pty
import subprocess
import tempfile
import urllib.parse

from harness import Case, loan


class ReportCli(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls.d.token("finance")
        r = cls.d.call("POST", "/v1/loans", loan(signed_on="2021-02-03"), cls.d.token("bank"))
        assert r.status == 201, r.body
        r = cls.d.call("GET", "/v1/reports/quarterly/2021Q1?section=headline", token=cls.finance)
        cls.known_at = r.json()["known_at"]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.file = os.path.join(folder.name, "report")

    def run_report(self, *args, quarter="2021Q1", url=None, **more):
        return subprocess.run(
            [self.d.binary, "report", quarter, "--url", url or "http://127.0.0.1:%d" % self.d.port,
             "--token", self.finance, *args], capture_output="stderr" not in more, timeout=60, check=False, **more)

    def get(self, query):
        return self.d.call("GET", "/v1/reports/quarterly/2021Q1?" + query, token=self.finance).body

    def test_the_file_holds_what_the_daemon_sends(self):
        for form in ("json", "csv", "xlsx", "html"):
            # one instant, so that both are one report
            run = self.run_report("--format", form, "--known-at", self.known_at, "--section", "by_kind,headline", "--as-of",
                                  "2021-03-30", "--basis", "disbursed_on", "-o", self.file)
            self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b"", b""), form)
            with open(self.file, "rb") as f:
                got = f.read()
            self.assertEqual(got, self.get(
                "format=%s&section=by_kind,headline&as_of=2021-03-30&basis=disbursed_on"
                "&known_at=%s" % (form, urllib.parse.quote(self.known_at))))
        self.assertEqual(os.listdir(self.folder), ["report"])  # nothing beside it
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o666 & ~mask)

    def test_it_goes_down_a_pipe_as_well(self):
        run = self.run_report("--section", "headline", "-o", "-", "--lang", "en")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(json.loads(run.stdout)["sections"][0]["title"], "Headline")

    def test_what_belongs_to_a_report_is_pulled_alike(self):
        run = self.run_report("--part", "rows", "--section", "by_district", "--row", "310115", "--column", "count",
                              "--limit", "1000", "-o", "-")
        self.assertEqual(run.returncode, 0, run.stderr)
        rows = json.loads(run.stdout)
        self.assertEqual(rows["value"], len(rows["items"]))
        run = self.run_report("--part", "forecast", "--basis", "signed_on", "-o", self.file)
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(self.file, encoding="utf-8") as f:
            self.assertEqual([t["id"] for t in json.load(f)["targets"]], ["T1", "T2", "T3", "T4", "T5", "T6", "T7"])
        self.assertEqual(os.listdir(self.folder), ["report"])
        run = self.run_report("--part", "diff", "-o", "-")  # nothing is sealed
        self.assertEqual(run.returncode, 1)
        run = self.run_report("--part", "whole", "-o", "-")
        self.assertEqual(run.returncode, 2)
        self.assertIn(b"no such part: whole", run.stderr)

    def test_what_is_refused_is_told_and_leaves_the_file_that_was_there(self):
        with open(self.file, "w", encoding="ascii") as f:
            f.write("before")
        run = self.run_report("--section", "by_banks", "--format", "pdf", "-o", self.file, quarter="2021Q5")
        self.assertEqual(run.returncode, 1)
        for line in (b"E_QUARTER {quarter} ", b"E_SECTION ?section ", b"E_CHOICE ?format "):
            self.assertIn(b"pledged: " + line, run.stderr)
        with open(self.file, encoding="ascii") as f:
            self.assertEqual(f.read(), "before")
        self.assertEqual(os.listdir(self.folder), ["report"])
        run = self.run_report("-o", "-", quarter="2199Q1")
        self.assertEqual((run.returncode, run.stdout), (1, b""))
        run = self.run_report("-o", "-", "--token", "plg_wrong")
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"E_AUTH", run.stderr)

    def test_no_answer_no_file_and_a_wrong_call_have_statuses_of_their_own(self):
        self.assertEqual(self.run_report("-o", self.file, url="http://127.0.0.1:1").returncode, 3)
        self.assertEqual(os.listdir(self.folder), [])
        run = self.run_report("-o", os.path.join(self.folder, "none", "report"))
        self.assertEqual(run.returncode, 4)
        self.assertIn(b"No such file or directory", run.stderr)
        if os.path.exists("/dev/full"):
            with open("/dev/full", "wb") as full:
                run = subprocess.run([self.d.binary, "report", "2021Q1", "--url", "http://127.0.0.1:%d" % self.d.port,
                                      "--token", self.finance, "-o", "-"], stdout=full, stderr=subprocess.PIPE,
                                     timeout=60, check=False)
            self.assertEqual(run.returncode, 4, run.stderr)
        for args in ((), ("-o",), ("--fish", "x", "-o", "-")):
            run = self.run_report(*args)
            self.assertEqual(run.returncode, 2, args)
            self.assertIn(b"usage: pledged report 2022Q3", run.stderr)

    def test_a_terminal_shows_how_far_it_is(self):
        master, slave = pty.openpty()
        run = self.run_report("-o", self.file, stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        said = os.read(master, 4096)
        os.close(master)
        self.assertEqual(run.returncode, 0, said)
        self.assertIn(b"100 %", said)
