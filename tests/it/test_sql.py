"""Every statement is prepared on the migrated schema and gives the columns that its header names."""
import glob
import os
import re
import subprocess
import sys
import unittest

from harness import PLEDGED_BIN, ROOT, Case

sys.path.insert(0, os.path.join(ROOT, "tests"))
import lint_sql

BUILT = os.path.join(os.path.dirname(PLEDGED_BIN), "sql")  # their parts put in (cmake/statements.cmake)
NAMES = os.path.join(os.path.dirname(PLEDGED_BIN), "include", "sql_names.h")
TYPES = {"bool": "boolean", "int2": "smallint", "int4": "integer", "int8": "bigint"}
RESULT_UNREAD = {"abort_flight", "identity", "identity_live", "log_write"}


def files():
    names = [os.path.basename(p) for room in ("ledger", "reports") for p in glob.glob(os.path.join(ROOT, room, "sql", "*.sql"))]
    return sorted(os.path.join(BUILT, n) for n in names)


def text(name):
    for path in files():
        if os.path.basename(path) == name + ".sql":
            with open(path, encoding="utf-8") as f:
                return f.read()
    raise KeyError(name)


def promise(name):
    """The '-> …' part of the head, without remarks in parentheses."""
    found = re.search(r"^-- -> .*(?:\n--   .*)*", text(name), re.M)
    return re.sub(r"\([^()]*\)", "", found.group(0)) if found else ""


def promised(name):
    """[(column, type)] of it; 'as X' means those of X first."""
    words = promise(name).replace("\n--", " ")
    start = re.match(r"-- -> as (\w+)", words)
    columns = promised(start.group(1)) if start else []
    for column, kind, many in re.findall(r"(\w+) (text|uuid|int2|int4|int8|bool|date)\b(\[\])?", words):
        columns.append((column, TYPES.get(kind, kind) + many))
    return columns


def kinds(name):
    """{kind: [member]} of a statement whose rows are of several kinds."""
    lines = re.findall(r"^--    (\w+) ?: (.*)$", promise(name), re.M)
    return {kind: re.findall(r"\w+", members) for kind, members in lines}


def generated():
    """{enumerator: number} of the header that the build makes."""
    out = {}
    with open(NAMES, encoding="utf-8") as f:
        for body in re.findall(r"\{([^}]*)\}", f.read()):
            number = 0
            for word in re.findall(r"[^\s,][^,]*", body):
                name, _, value = word.partition("=")
                number = int(value or number)
                out[name.strip()] = number
                number += 1
    return out


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

    def test_every_statement_fits_the_schema_and_its_head(self):
        for path in files():
            name = os.path.basename(path)[:-len(".sql")]
            with self.subTest(name):
                described = self.described(text(name))
                if name not in RESULT_UNREAD:
                    self.assertEqual(described, promised(name))

    def test_lists_are_paged_in_one_way_and_their_rows_begin_alike(self):
        paged = [os.path.basename(p)[:-4] for p in files() if "-- page: the rows of a list" in text(os.path.basename(p)[:-4])]
        self.assertGreater(len(paged), 14)
        for name in paged:
            columns = [c for c, _ in promised(name)]
            self.assertIn(columns[:3] if "record_answer" not in text(name) else columns[-3:],
                          (["cursor", "total", "amount"], ["page", "total", "amount"]), name)

    def test_c_knows_every_statement_and_column_by_the_name_in_the_head(self):
        names = generated()
        for path in files():
            name = os.path.basename(path)[:-len(".sql")]
            with self.subTest(name):
                self.assertIn("SQL_" + name.upper(), names)
                columns = [c for c, _ in promised(name)]
                for i, column in enumerate(columns + ["columns"] if columns else []):
                    self.assertEqual(names["%s_%s" % (name.upper(), column.upper())], i)
        self.assertEqual(names["REPORT_ROWS_FIRM"], 8)

    def test_rows_of_several_kinds_have_the_members_that_the_head_tells(self):
        names = generated()
        several = {os.path.basename(p)[:-len(".sql")] for p in files() if kinds(os.path.basename(p)[:-4])}
        self.assertEqual(several, {"plan_get"})
        for kind, members in kinds("plan_get").items():
            with self.subTest(kind):
                branch = re.search(r"^select '%s'(?: as kind)?,(.*?)^  from" % kind, text("plan_get"),
                                   re.M | re.S).group(1)
                while "(" in branch:  # arguments of calls hold commas, too
                    branch = re.sub(r"\([^()]*\)", "", branch)
                cells = [c.strip() for c in branch.split(",")]
                self.assertEqual(len(cells), 8)
                filled = len([c for c in cells if not c.startswith("null")])
                self.assertEqual(filled, len(members))
                for i, member in enumerate(members):
                    self.assertEqual(names["PLAN_GET_%s_%s" % (kind.upper(), member.upper())], i + 1)


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
        self.assertIn("ledger/sql/verify_lives.sql", lint_sql.files())
        self.assertNotIn("migrations/0001_base.sql", lint_sql.files())
