"""What the program says about itself: version, help, usage; and where `cmake --install` puts it."""
import os
import re
import subprocess
import tempfile
import unittest

from harness import PLEDGED_BIN, ROOT

COMMANDS = ["serve", "org add", "org list", "org rename", "org disable", "org enable", "org propose", "directory close",
            "directory list", "person add", "person list", "person disable", "person enable", "person same-as", "person propose", "proposal list",
            "proposal show", "proposal approve", "proposal refuse", "token add", "token list", "token rotate", "token revoke",
            "token history", "token propose", "token renew", "console-link", "import", "targets", "report", "verify", "verify-report",
            "verify-receipt", "verify-log", "log", "report-keys", "migrate", "clock", "backup", "restore", "show-config", "openapi",
            "man", "help"]


def run(*args):
    """(status, stdout, stderr), far from any ledger: nothing here may need or start one."""
    with tempfile.TemporaryDirectory() as data:
        out = subprocess.run([PLEDGED_BIN, *args], capture_output=True, text=True, check=False, timeout=20,
                             env=dict(os.environ, PLEDGED_DATA=os.path.join(data, "none")))
        assert not os.listdir(data), args
    return out.returncode, out.stdout, out.stderr


class Help(unittest.TestCase):
    def test_the_version_is_that_of_the_project(self):
        with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as f:
            version = re.search(r"project\(pledged VERSION ([\d.]+)", f.read()).group(1)
        self.assertEqual(run("--version"), (0, "pledged %s\n" % version, ""))

    def test_help_lists_every_command_with_a_sentence(self):
        status, text, wrong = run("help")
        self.assertEqual((status, wrong), (0, ""))
        self.assertEqual(re.findall(r"^  pledged ([a-z -]+?)  +\w.{8}", text, re.M), COMMANDS)
        self.assertEqual(run("--help"), (0, text, ""))

    def test_help_on_a_command_and_behind_it_are_the_same(self):
        for name in COMMANDS:
            with self.subTest(name):
                status, text, wrong = run(*name.split(), "--help")
                self.assertEqual((status, wrong), (0, ""))
                self.assertTrue(text.startswith("usage: pledged " + name), text)
                self.assertEqual(run("help", *name.split()), (0, text, ""))

    def test_every_option_of_a_usage_line_is_explained(self):
        for name in COMMANDS:
            text = run("help", *name.split())[1]
            asked = re.findall(r" \[?(-[a-z-]+)", text.split("\n", maxsplit=1)[0])
            told = re.findall(r"^  (-[a-z-]+)(?: \S+)?  +\w.{5}", text, re.M)
            with self.subTest(name):
                self.assertEqual(told[:len(asked)], asked)

    def test_help_on_serve_explains_every_setting(self):
        keys = re.findall(r"^(?:# )?([a-z_]+) =", run("show-config")[1], re.M)
        told = re.findall(r"^  --([a-z-]+)(?: [A-Z]+)? +\w.{8}", run("serve", "--help")[1], re.M)
        self.assertEqual(told, ["config"] + [key.replace("_", "-") for key in keys])
        self.assertIn("tls_cert", keys)

    def test_help_behind_options_and_on_a_first_word_is_given_too(self):
        self.assertEqual(run("org", "add", "--code", "X", "--help")[1], run("help", "org", "add")[1])
        status, text, _ = run("token", "--help")
        self.assertEqual((status, re.findall(r"^usage: pledged (token \w+)", text, re.M)),
                         (0, ["token add", "token list", "token rotate", "token revoke", "token history", "token propose", "token renew"]))

    def test_calls_that_name_no_command_end_with_2_and_say_what_there_is(self):
        for args, words in (((), "a command is needed"), (("sevre",), "no such command: sevre"),
                            (("token",), "usage: pledged token renew"), (("help", "sevre"), "no such command"),
                            (("sevre", "--help"), "no such command"),
                            (("targets", "--colour", "red"), "usage: pledged targets"),
                            (("report", "2022Q3"), "usage: pledged report 2022Q3")):
            with self.subTest(args):
                status, text, wrong = run(*args)
                self.assertEqual((status, text), (2, ""))
                self.assertIn(words, wrong)


class Install(unittest.TestCase):
    def test_program_manual_rules_and_readme_are_installed_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as to:
            subprocess.run(["cmake", "--build", os.path.dirname(PLEDGED_BIN), "--target", "packed"], check=True,
                           capture_output=True)
            subprocess.run(["cmake", "--install", os.path.dirname(PLEDGED_BIN), "--prefix", to], check=True,
                           capture_output=True)
            found = [os.path.relpath(os.path.join(d, n), to) for d, _, names in os.walk(to) for n in names]
            self.assertEqual(sorted(found), [
                "bin/pledged", "share/doc/pledged/README.md", "share/doc/pledged/bom.cdx.json",
                "share/doc/pledged/threats.md", "share/man/man1/pledged.1.gz",
                "share/man/man5/pledged.conf.5.gz", "share/pledged/alerts.yml", "share/pledged/dashboard.json"])
            out = subprocess.run([os.path.join(to, "bin/pledged"), "--version"], check=True, capture_output=True)
            self.assertEqual(out.stdout[:8], b"pledged ")


if __name__ == "__main__":
    unittest.main()
