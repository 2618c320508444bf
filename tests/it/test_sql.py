"""Every statement is prepared on the migrated schema and gives the columns that its header names."""
import glob
import os
import re
import subprocess
import sys
import unittest

from harness import ROOT, Case

sys.path.insert(0, os.path.join(ROOT, "tests"))
import lint_sql

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


class Lint(unittest.TestCase):
    def found(self, text, path="ledger/sql/x.sql"):
        return lint_sql.faults(path, text)

    def test_each_fault_of_layout_is_found_where_it_stands(self):
        head = "-- x: why\n"
        for text, line, what in ((head + "select\t1\n", 2, "a tab"), (head + "select 1 \n", 2, "space at the end"),
                                 (head + "SELECT 1\n", 2, "upper case: SELECT"),
                                 (head + "select '\n', Upper('A')\n", 3, "upper case: Upper"),
                                 (head + "-- " + "借" * 59 + "\n", 2, "121 columns"),
                                 ("-- y: why\n", 1, "the first line is not `-- x: …`"),
                                 (head + "select 1", 1, "not exactly one line end at the end")):
            with self.subTest(text):
                self.assertEqual(self.found(text), [(line, what)])

    def test_strings_comments_and_names_in_quotes_are_not_code(self):
        self.assertEqual(self.found("""-- x: Why A
/* B */ select 'C', e'D\\'E', "F", $1 -- G
"""), [])

    def test_frozen_migrations_are_not_looked_at_later_ones_are(self):
        self.assertEqual([lint_sql.is_frozen("migrations/" + n) for n in ("0001_base.sql", "0025_x.sql", "0026_x.sql")],
                         [True, True, False])
        self.assertIn("ledger/sql/verify.sql", lint_sql.files())
        self.assertNotIn("migrations/0001_base.sql", lint_sql.files())
