"""The runner of all tests: nothing is passed over, counted wrong, printed out of turn or left running."""
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from harness import ROOT

sys.path.insert(0, os.path.join(ROOT, "tests"))
import parts


class Parts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def part(self, name, script, kind=parts.Part, after=None):
        made = kind(name, ["sh", "-c", script], after)
        made.log = os.path.join(self.folder, name)
        return made

    def report(self, made, jobs):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            parts.Queue(made, jobs).run()
        return [line for line in out.getvalue().splitlines() if line]

    def test_parts_of_a_generator_run_at_once_and_are_told_in_its_order(self):
        wait = "until [ -e %s/go ]; do sleep 0.05; done; echo figure: a" % self.folder
        scripts = (("a", wait), ("b", "echo figure: b; touch %s/go" % self.folder))
        lines = self.report((self.part(name, script) for name, script in scripts), 2)
        self.assertEqual([x.split(" (")[0] for x in lines],
                         ["-- a: 1 passed, 0 failed", "   a", "-- b: 1 passed, 0 failed", "   b"])

    def test_what_waits_for_a_part_that_fails_is_not_tried(self):
        first = self.part("first", "echo why; exit 3")
        lines = self.report([self.part("second", "echo tried", after=first), first], 1)
        self.assertEqual([x.split(" (")[0] for x in lines], ["not tried: first", "-- second: 0 passed, 1 failed",
                                                             "why", "-- first: 0 passed, 1 failed"])

    def test_a_figure_is_told_and_summed_whatever_stands_before_it(self):
        made = self.part("x", r"printf 'figure: a in the browser: 13 s\n..Ffigure: b in the browser: 40 s (bar 60)\nno figure: c\n'")
        self.assertEqual([x.split(" (")[0] for x in self.report([made], 1)],
                         ["-- x: 1 passed, 0 failed", "   a in the browser: 13 s", "   b in the browser: 40 s"])
        self.assertEqual(made.in_browser, 53)

    def test_tests_are_counted_and_a_crash_is_a_failure(self):
        unit, it = parts.Unit, parts.Integration
        for kind, script, counts in (
                (unit, "echo '[       OK ] x'; echo '[  FAILED  ] y'; exit 1", (1, 1)),
                (unit, "echo '[       OK ] x'; exit 139", (1, 1)),
                (it, "echo 'FAIL: x'; echo 'Ran 3 tests in 1s'; exit 1", (2, 1)),
                (it, "echo 'Ran 1 test in 1s'", (1, 0)), (it, "exit 1", (0, 1))):
            with self.subTest(script):
                made = self.part("x", script, kind)
                self.report([made], 1)
                self.assertEqual((made.passed, made.failed), counts)


class Midnight(unittest.TestCase):
    def test_no_test_begins_one_day_and_ends_another(self):
        day = 20000 * 86400 - 8 * 3600  # midnight in Shanghai
        for late, waits in ((0, 0), (5, 0), (-601, 0), (-599, 604), (-1, 6)):
            self.assertEqual(parts.midnight(day + late), waits, late)


class Whole(unittest.TestCase):
    """parts.py as run.sh starts it, with the tables of parts replaced."""

    def start(self, code, **env):
        program = "import sys; sys.path[:0] = ['tests']; import parts\n%s\nsys.exit(parts.main())" % code
        return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                                env=dict(os.environ, PARTS_TMP=self.folder, **env))

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=True)

    def test_without_a_cluster_nothing_more_is_tried(self):
        out, _ = (p := self.start("parts.FIRST = []", PLEDGED_BIN="/bin/false")).communicate(timeout=60)
        self.assertEqual(p.returncode, 1)
        self.assertIn("no cluster can be made", out)
        self.assertNotIn("-- test_", out)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "run")))

    def test_a_run_that_is_broken_off_leaves_neither_files_nor_processes(self):
        p = self.start("parts.FIRST = [parts.Part('sleep', ['sh', '-c', 'echo $$ >$TMPDIR/../pid; sleep 1000'])]")
        pid = os.path.join(self.folder, "pid")
        until = time.time() + 30
        while not (os.path.exists(pid) and os.path.getsize(pid)) and time.time() < until:
            time.sleep(0.05)
        with open(pid, encoding="ascii") as f:
            child = int(f.read())
        p.send_signal(signal.SIGTERM)
        out, _ = p.communicate(timeout=60)
        self.assertEqual((p.returncode, out), (128 + signal.SIGTERM, ""))
        self.assertFalse(os.path.exists("/proc/%d" % child))
        self.assertEqual(os.listdir(self.folder), ["pid"])
