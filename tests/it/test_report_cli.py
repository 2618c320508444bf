"""`pledged report`: what lands in the file, and what is said when nothing does."""
import json
import os
import pty
import stat
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
             *(() if "env" in more else ("--token", self.finance)), *args], capture_output="stderr" not in more,
            timeout=60, check=False, **more)

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

    def whole(self):
        return self.get("section=headline&known_at=" + urllib.parse.quote(self.known_at))

    def pull_to(self, path):
        run = self.run_report("--section", "headline", "--known-at", self.known_at, "-o", path)
        self.assertEqual((run.returncode, run.stderr), (0, b""))

    def test_a_device_and_a_pipe_are_written_to_and_stay_what_they_are(self):
        null = os.path.join(self.folder, "null")
        if os.geteuid() == 0:
            os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
            self.pull_to(null)
            self.assertTrue(stat.S_ISCHR(os.lstat(null).st_mode))
        os.mkfifo(self.file)
        with subprocess.Popen(["cat", self.file], stdout=subprocess.PIPE) as reader:
            self.pull_to(self.file)
            self.assertEqual(reader.stdout.read(), self.whole())
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.file).st_mode))
        self.assertEqual(self.run_report("-o", self.folder).returncode, 4)

    def test_a_link_stays_one_and_what_it_names_is_replaced(self):
        real = os.path.join(self.folder, "real")
        os.symlink("real", self.file)
        for before in (None, b"old"):
            if before:
                with open(real, "wb") as f:
                    f.write(before)
                os.chmod(real, 0o640)
            self.pull_to(self.file)
            self.assertEqual(os.readlink(self.file), "real")
            with open(real, "rb") as f:
                self.assertEqual(f.read(), self.whole())
        self.assertEqual(os.stat(real).st_mode & 0o777, 0o640)  # as closed as it was
        self.assertEqual(sorted(os.listdir(self.folder)), ["real", "report"])

    def test_the_token_comes_from_a_file_or_the_environment(self):
        path = os.path.join(self.folder, "token")
        with open(path, "w", encoding="ascii") as f:
            f.write("  %s \r\nanother line\n" % self.finance)
        os.chmod(path, 0o600)
        plain = {k: v for k, v in os.environ.items() if k != "PLEDGED_TOKEN"}
        ask = lambda *args, **env: self.run_report("--section", "headline", "-o", "-", *args, env={**plain, **env})
        for run in (ask("--token-file", path), ask(PLEDGED_TOKEN=self.finance),
                    ask("--token-file", path, PLEDGED_TOKEN="plg_wrong"),
                    self.run_report("--section", "headline", "-o", "-", "--token-file", "-", env=plain,
                                    input=self.finance.encode())):
            self.assertEqual((run.returncode, run.stderr), (0, b""))
            self.assertEqual(json.loads(run.stdout)["quarter"], "2021Q1")
        os.chmod(path, 0o644)
        self.assertIn(b"chmod 600", ask("--token-file", path).stderr)
        with open(path, "w", encoding="ascii") as f:
            f.write("\n")
        for args, env, said in (((), {}, b"PLEDGED_TOKEN"), ((), {"PLEDGED_TOKEN": ""}, b"a token is needed"),
                                (("--token-file", path), {}, b"holds no token"),
                                (("--token-file", "/nowhere"), {}, b"cannot read a token"),
                                (("--token-file", path, "--token", "plg_x"), {}, b"not both"),
                                ((), {"PLEDGED_TOKEN": "plg_x\r\nX: y"}, b"not a token")):
            run = ask(*args, **env)
            self.assertEqual((run.returncode, run.stdout), (2, b""), args)
            self.assertIn(said, run.stderr)

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
