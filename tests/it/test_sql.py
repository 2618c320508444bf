"""Every statement is prepared on the migrated schema and gives the columns that its header names."""
import glob
import os
import re
import subprocess

from harness import ROOT, Case

TYPES = {"bool": "boolean", "int2": "smallint", "int4": "integer", "int8": "bigint"}


def files():
    return sorted(glob.glob(os.path.join(ROOT, "ledger", "sql", "*.sql")) +
                  glob.glob(os.path.join(ROOT, "reports", "sql", "*.sql")))


def text(name):
    for path in files():
        if os.path.basename(path) == name + ".sql":
            with open(path, encoding="utf-8") as f:
                return f.read()
    raise KeyError(name)


def promised(name):
    """[(column, type)] of the '-> …' part of the header; 'as X' means those of X."""
    header = re.search(r"-- -> (.*?)(?:\n-- (?:\S+:|Verdicts|Locks|Look-ups)|\n[^-])", text(name), re.S)
    if not header:
        return None
    words = re.sub(r"\([^)]*\)", "", header.group(1).replace("\n--", " "))
    start = re.match(r"\s*as (\w+)(.*)", words, re.S)
    columns = promised(start.group(1)) if start else []
    for column, kind in re.findall(r"(\w+) (text|uuid|int2|int4|int8|bool|date)\b",
                                   start.group(2) if start else words):
        columns.append((column, TYPES.get(kind, kind)))
    return columns


class Sql(Case):
    def described(self, body):
        out = subprocess.run(self.d.psql_command(), input=body.rstrip() + "\n\\gdesc\n", text=True,
                             capture_output=True, check=False)
        self.assertEqual(out.returncode, 0, out.stderr)
        return [tuple(x.split("|")) for x in out.stdout.splitlines()]

    def test_every_statement_says_its_purpose(self):
        for path in files():
            name = os.path.basename(path)[:-len(".sql")]
            with self.subTest(name):
                self.assertTrue(text(name).startswith("-- %s: " % name))

    def test_every_statement_fits_the_schema_and_its_header(self):
        checked = 0
        for path in files():
            name = os.path.basename(path)[:-len(".sql")]
            with self.subTest(name):
                columns = self.described(text(name))
                if promised(name):
                    self.assertEqual([(c, t) for c, t in columns], promised(name))
                    checked += 1
        self.assertGreaterEqual(checked, 10)
