"""The console in Debian's Chromium: stories from sign-in to outcome, every page of every role, on the sample book."""
import os
import re
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from console_case import FOLDER, OUT, installed, told_seconds
from harness import RELEASE_BIN, ROOT, Case

DATA = os.path.join(ROOT, "tests", "data")


class Units(unittest.TestCase):
    def test_what_needs_no_browser(self):
        run = subprocess.run(["node", "--test", "unit.mjs"], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(run.returncode, 0, run.stdout[-4000:])


class Pages(Case):
    conf = {"readers": 3, "rate_address": "0", "rate_org": "0"}  # a ledger that no other test writes to
    binary = RELEASE_BIN

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed()
        cls.began = time.monotonic()
        cls.url = "http://127.0.0.1:%d" % cls.d.port
        cls.tokens = os.path.join(cls.d.folder, "tokens")
        with open(os.path.join(DATA, "sample", "orgs.tsv"), encoding="utf-8") as f:
            orgs = [(line.rstrip("\n").split("\t") + ["", ""])[:4] for line in f]
        books = sorted(n for n in os.listdir(os.path.join(DATA, "sample")) if n.endswith(".csv"))
        with ThreadPoolExecutor(4) as hands:  # most of it is waiting for programs to start
            cls.token_of = dict(hands.map(cls.org, orgs))
            list(hands.map(cls.book, books))
        with open(cls.tokens, "w", encoding="utf-8") as out:
            out.writelines("%s\t%s\t%s\n" % (code, kind, cls.token_of[code]) for code, kind, _, _ in orgs)
        subprocess.run([sys.executable, os.path.join(DATA, "load_half.py"), cls.url, cls.tokens, cls.d.binary, "1"], check=True,
                       env=cls.d.env, stdout=subprocess.DEVNULL, timeout=300)
        cls.base_year()
        with open(cls.tokens, "a", encoding="utf-8") as out:  # who looks a second time
            out.write("FINANCE-2\tfinance\t%s\n" % cls.d.cli("token", "add", "--org", "FINANCE-SH", "--person", "复核二").stdout.strip())

    @classmethod
    def tearDownClass(cls):
        told_seconds("pages and stories", cls.began)
        super().tearDownClass()

    @classmethod
    def org(cls, row):
        code, kind, name, district = row
        cls.d.cli("org", "add", "--code", code, "--kind", kind, "--name", name, *(["--district", district] if district else []))
        return code, cls.d.cli("token", "add", "--org", code, "--person", "王敏").stdout.strip()

    @classmethod
    def book(cls, name):
        cls.d.cli("import", "--url", cls.url, "--token", cls.token_of[name[:-4]], os.path.join(DATA, "sample", name))

    @classmethod
    def base_year(cls):
        office = cls.token_of["IPO-SH"]
        second = cls.d.cli("token", "add", "--org", "IPO-SH", "--person", "复核二").stdout.strip()
        at = cls.d.call("PUT", "/v1/plans/sh-2021-2023/baselines", {"years": [
            {"year": 2020, "amount": "4800000000.00", "count": 160, "source": "假定", "assumed": True}]}, office).headers["location"]
        seen = cls.d.call("GET", at, token=second).json()["seen"]
        assert cls.d.call("POST", at + "/approve", {"seen": seen, "reason": "核对无误"}, second).status == 201

    def browser(self, script, *more):
        run = subprocess.run(["node", script, self.url, self.tokens, OUT, *more], cwd=FOLDER, capture_output=True, text=True,
                             check=False, timeout=600)
        for figure in re.findall("^figure: .*", run.stdout, re.M):
            print(figure)
        self.assertEqual(run.returncode, 0, run.stdout[-6000:] + run.stderr[-2000:])

    def test_every_page_of_every_role(self):
        self.browser("pages.mjs")


def story(name):
    return lambda self: self.browser(name)


for file in sorted(os.listdir(FOLDER)):
    if file.startswith("story_"):
        setattr(Pages, "test_" + file[:-len(".mjs")], story(file))
