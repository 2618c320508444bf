"""The functions of the database: one address each, run again when their text changed; advisory locks."""
import collections
import glob
import hashlib
import os
import re
import unittest

from harness import ROOT, Case, Daemon

MIGRATIONS = os.path.join(ROOT, "migrations")
MADE = re.compile(r"^create (or replace )?(?:function|procedure|aggregate) ([a-z_0-9]+)", re.M | re.I)


def text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def functions():
    """name -> the files that make it"""
    made = collections.defaultdict(list)
    for path in sorted(glob.glob(os.path.join(MIGRATIONS, "functions", "*.sql"))):
        for _, name in MADE.findall(text(path)):
            made[name].append(os.path.basename(path))
    return made


class Addresses(Case):
    def test_every_function_stands_once_in_functions(self):
        made = functions()
        self.assertEqual({n: files for n, files in made.items() if len(files) > 1}, {})
        # What the database has, less what extensions brought.
        have = self.d.sql("select proname from pg_proc p where pronamespace = 'public'::regnamespace and not exists ("
                          "select from pg_depend d where d.objid = p.oid and d.deptype = 'e')").split()
        self.assertEqual(sorted(have), sorted(made))

    def test_numbered_files_after_0025_make_no_function(self):
        for path in glob.glob(os.path.join(MIGRATIONS, "[0-9]*.sql")):
            if os.path.basename(path) > "0026":
                self.assertEqual(MADE.findall(text(path)), [], path)

    def test_what_was_released_stays_the_beginning(self):
        """A ledger applies what is new after what it has, so nothing is put between: at a release its files join the list
        (cd migrations && sha256sum [0-9]*.sql | awk '{print $2, $1}')."""
        with open(os.path.join(ROOT, "tests", "data", "upgrade", "released", "migrations.txt"), encoding="ascii") as f:
            released = [line.split() for line in f]
        paths = sorted(glob.glob(os.path.join(MIGRATIONS, "[0-9]*.sql")))[:len(released)]
        self.assertEqual([[os.path.basename(p), hashlib.sha256(text(p).encode()).hexdigest()] for p in paths], released)

    def test_nothing_is_made_behind_the_walls(self):
        """wall.sql says who may call what stands by then."""
        self.assertEqual(max(os.listdir(os.path.join(MIGRATIONS, "functions"))), "wall.sql")

    def test_every_function_says_above_it_what_it_decides(self):
        for path in glob.glob(os.path.join(MIGRATIONS, "functions", "*.sql")):
            lines = text(path).split("\n")
            for before, line in zip(lines, lines[1:]):
                if made := MADE.match(line):
                    self.assertTrue(before.startswith("-- ") and len(before) > 15, made.group())

    def test_functions_can_be_made_again(self):
        for path in glob.glob(os.path.join(MIGRATIONS, "functions", "*.sql")):
            for replaces, name in MADE.findall(text(path)):
                self.assertEqual(replaces, "or replace ", name)

    def test_rows_are_inserted_by_the_names_of_their_columns(self):
        """A column that is added in the wrong place would be no error."""
        seen = 0
        for folder in ("migrations/functions", "ledger/sql", "reports/sql"):
            for path in glob.glob(os.path.join(ROOT, folder, "*.sql")):
                for table, follows in re.findall(r"insert into (\w+)(?: as \w+)?\s+((?:select )?\S+)", text(path)):
                    if follows != "select (m.%s_row).*" % table: # a row of the table's own type has no order to mistake
                        self.assertEqual(follows[0], "(", "%s: %s" % (path, table))
                    seen += 1
        self.assertGreater(seen, 40)

    def test_a_rule_of_red_flags_says_what_it_looks_for(self):
        rules = self.d.sql("select code || ' ' || judge from flag_rule where judge is not null order by 1").splitlines()
        self.assertEqual(len(rules), 38)
        for rule in rules:
            code, judge = rule.split()
            self.assertRegex(judge, "^flag_%s_[a-z_]{6,}$" % code.lower())
            self.assertIn(judge, functions())


class Map(unittest.TestCase):
    def test_no_chapter_of_the_readme_stands_twice(self):
        lines = text(os.path.join(ROOT, "README.md")).splitlines()
        heads = [x for x in lines if x.startswith("## ")] + [x for x in lines if x.startswith("| `") and len(x) > 40]
        self.assertEqual([x for x in heads if heads.count(x) > 1], [])

    def test_readme_names_every_file_and_no_function_that_is_gone(self):
        readme = text(os.path.join(ROOT, "README.md"))
        table = readme[readme.index("| `migrations/functions/` |"):readme.index("**C or SQL?**")]
        self.assertEqual(sorted(re.findall(r"`(\w+\.sql)`", table)), sorted(os.listdir(os.path.join(MIGRATIONS, "functions"))))
        rule = readme[readme.index("**C or SQL?**"):readme.index("**Names of statements")]
        called = re.findall(r"`([a-z_]+)`", rule)
        self.assertGreaterEqual(len(called), 5)
        self.assertEqual([f for f in called if f not in functions()], [])


class Changed(unittest.TestCase):
    def test_functions_run_again_only_when_their_text_changed(self):
        d = Daemon()
        self.addCleanup(d.close)
        d.stop()
        digest = "select sha256 || applied_at from schema_migration where version = 0"
        d.start()
        first = d.sql(digest)
        d.restart()
        self.assertEqual(d.sql(digest), first)  # nothing to do, nothing done
        told = d.stderr().count('"name":"functions"')
        # An older program's function: its digest is another, so the current text comes back.
        d.sql("create or replace function year_start(d date) returns date language sql immutable parallel safe as"
              " 'select null::date'; update schema_migration set sha256 = 'older' where version = 0")
        d.restart()
        self.assertEqual(d.sql("select year_start('2022-07-01')"), "2022-01-01")
        self.assertNotEqual(d.sql(digest), first)
        self.assertEqual(d.stderr().count('"name":"functions"'), told + 1)


class Locks(Case):
    def test_numbers_of_locks_differ_and_stand_in_one_place(self):
        names = re.findall(r"when '(\w+)' then (\d+)", text(os.path.join(MIGRATIONS, "functions", "base.sql")))
        self.assertGreaterEqual(len(names), 4)
        self.assertEqual(len({n for _, n in names}), len(names))
        header = dict(re.findall(r'LOCK_(\w+)\s+"(\d+)"', text(glob.glob(
            os.path.join(ROOT, "server", "**", "locks.h"), recursive=True)[0])))
        self.assertEqual({k.lower(): v for k, v in header.items()},
                         {k: v for k, v in names if k in ("lane", "migrate")})
        for folder in ("server", "ledger", "reports", "include", "migrations/functions"):
            for path in glob.glob(os.path.join(ROOT, folder, "**", "*.*"), recursive=True):
                if os.path.basename(path) not in ("locks.h", "base.sql"):
                    self.assertNotRegex(text(path), r"20210000\d\d|advisory\w*lock\([0-9]", path)

    def test_a_lock_that_nobody_knows_is_an_error(self):
        with self.assertRaises(Exception):
            self.d.sql("select lock_no('clams')")
        self.assertEqual(self.d.sql("select lock_no('claims')"), "2021000020")


if __name__ == "__main__":
    unittest.main()
