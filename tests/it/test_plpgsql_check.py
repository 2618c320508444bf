"""The functions of the database as plpgsql_check and the checks of PostgreSQL's own read them: all of them, no list.

They are read in a copy of the schema, so that what is shipped knows nothing of the extension.
"""
import glob
import os
import subprocess

from harness import ROOT, Case, socket_folder

# A trigger function is read once for each table that it serves. Left out: what the checker itself says that it cannot
# know (dynamic SQL), casts that only widen, and parameters that a function called by its name has because all
# of its kind have them.
FINDINGS = """
select distinct concat(p.oid::regprocedure, ' ', c.lineno, ': ', c.message, ' (' || c.detail || ')')
  from pg_proc p
  join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
  left join pg_trigger t on t.tgfoid = p.oid and not t.tgisinternal
 cross join lateral plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0), fatal_errors => false,
       other_warnings => true, extra_warnings => true, performance_warnings => true, security_warnings => true,
       oldtable => t.tgoldtable, newtable => t.tgnewtable) c
 where p.pronamespace = 'public'::regnamespace
   and coalesce(c.detail, '') not like '%cannot to determine%'
   and c.message not like 'cannot determinate a result of dynamic SQL%'
   and coalesce(c.detail, '') not in ('cast "integer" value to "bigint" type', 'cast "bigint" value to "numeric" type')
   and not (c.message like 'unused parameter %' and p.proname ~ '_(decide|problems|correction|members)$')
 order by 1
"""
FAULTY = """
create function misspelt(l loan) returns bigint language plpgsql stable as 'begin return (l).amount_fn; end';
create function idle(unused int) returns int language plpgsql immutable as 'begin return 1; end';
create function open_to_all(asked text) returns void language plpgsql as $$
declare
    word text := asked;
begin
    execute 'select ' || word;
end $$;
"""


class Functions(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.d.sql("create database checked")
        cls.addClassCleanup(cls.d.sql, "drop database checked with (force)")
        dump = "".join(subprocess.run(["pg_dump", *what, "-h", socket_folder(cls.d.data), "-U", "pledged_owner", "pledged"],
                                      check=True, capture_output=True, text=True).stdout
                       for what in (["-s"], ["-a", "-t", "record_type", "-t", "loan_transition", "-t", "flag_rule"]))  # functions are made of their rows
        cls.psql(dump + "\nset search_path = public; create extension plpgsql_check;")

    @classmethod
    def psql(cls, text):
        run = subprocess.run(cls.d.psql_command()[:-1] + ["checked"], input=text, capture_output=True, text=True,
                             check=False)
        assert run.returncode == 0, run.stderr[-2000:]
        return run.stdout.strip()

    def test_plpgsql_check_finds_nothing(self):
        self.assertEqual(self.psql(FINDINGS), "")

    def test_plpgsql_check_finds_what_is_wrong(self):
        found = self.psql("begin;" + FAULTY + FINDINGS + ";rollback")
        for what in ('column "amount_fn" not found', 'unused parameter "unused"', "not sanitized"):
            self.assertIn(what, found)

    def test_bodies_hold_when_they_are_checked_and_hide_no_variable(self):
        """A daemon makes them unchecked, as each may name any other; here all are there."""
        text = "set client_min_messages = error; set plpgsql.extra_errors = 'shadowed_variables';\n"
        for path in sorted(glob.glob(os.path.join(ROOT, "migrations", "functions", "*.sql"))):
            with open(path, encoding="utf-8") as f:
                text += f.read()
        self.psql(text)
