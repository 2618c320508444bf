"""How a type of records joins the engine: a row in ledger/records.c, a row of record_type and functions named after it."""
import os
import re
import subprocess

from harness import ROOT, Case

KINDS = {  # a column of record_type: what it says that the type has
    "decides": ("decide", "uuid, json, json, boolean", "decision"),
    "judged": ("problems", "uuid, json", "json[]"),
    "corrected": ("correction", "uuid, json", "json[]"),
    "told": ("members", "uuid, integer, date, timestamp with time zone", "json"),
    "followed": ("followed", "uuid[]", "void"),
    "answered": ("decided", "uuid", "json"),
    "stated": ("state", "uuid", "text"),
    "marked": ("mark", "uuid, json", "text"),
}


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


class Engine(Case):
    def types(self):
        return set(self.d.sql("select name from record_type").split())

    def app(self, query):
        """As the serving role, in the name of an IP office; nothing of it stays."""
        run = subprocess.run(self.d.psql_command(), input="begin;" + query + ";rollback", capture_output=True, text=True,
                             check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout.strip()

    def test_the_engine_names_no_type(self):
        for path in (("migrations", "functions", "record.sql"), ("ledger", "sql", "record_write.sql"),
                     ("ledger", "sql", "record_get.sql"), ("ledger", "sql", "record_correct.sql")):
            # what is read out of a body by name is a field
            named = {x for x in re.findall(r"(?<!->> )'(\w+)'", text(*path)) if x in self.types()}
            self.assertEqual(named, set(), path)
        self.assertEqual(re.findall(r"\b(%s)_(?:%s)\b" % ("|".join(self.types()), "|".join(k[0] for k in KINDS.values())),
                                    text("migrations", "functions", "record.sql")), [])

    def test_a_type_has_the_functions_that_its_row_says(self):
        for column, (verb, takes, gives) in KINDS.items():
            said = self.d.sql("select name from record_type where %s order by 1" % column).split()
            have = self.d.sql(
                "select t.name from record_type t join pg_proc p on p.proname = t.name || '_%s'"
                " where oidvectortypes(p.proargtypes) = '%s' and format_type(p.prorettype, null) = '%s'"
                " order by 1" % (verb, takes, gives)).split()
            self.assertGreater(len(said), 0, column)
            self.assertEqual(have, said, column)

    def test_typed_rows_are_written_by_the_functions_that_the_rows_of_types_name(self):
        said = self.d.sql("select distinct row_by from record_type where row_by is not null order by 1").split()
        have = self.d.sql("select proname from pg_proc where oidvectortypes(proargtypes) = 'submission'"
                          " and prorettype = 'submission'::regtype order by 1").split()
        self.assertEqual(have, said)
        self.assertEqual(self.d.sql("select count(*) from record_type where row_by is not null and not judged"), "0")

    def test_the_program_and_the_database_know_the_same_types(self):
        rows = re.search(r"records\[\] = \{(.*?)\}", text("ledger", "records.c"), re.S).group(1)
        self.assertEqual({x for x in re.findall(r"&(\w+)_record", rows)} | {"report_seal"}, self.types())

    def test_a_row_and_functions_are_all_that_a_new_type_needs(self):
        out = self.app("""
            insert into record_type (name, writers, judged, told, answered, stated) values
                ('chattel', '{ip_office}', true, true, true, true);
            create function chattel_problems(id uuid, doc json) returns json[] language sql stable as $$
                select case when doc ->> 'colour' = 'red' then array[problem('E_CHOICE', '/colour', 'blue')] else '{}' end $$;
            create function chattel_members(id uuid, version int, as_of date, known_at timestamptz) returns json
                language sql stable as $$ select json_build_object('age', version) $$;
            create function chattel_decided(id uuid) returns json language sql as $$ select '{"worth":"1.00"}'::json $$;
            create function chattel_state(id uuid) returns text language sql as $$ select 'kept' $$;
            select set_config('pledged.org', (select id::text from org limit 1), true),
                   set_config('pledged.kind', 'ip_office', true), set_config('pledged.code', 'IP', true),
                   set_config('pledged.secret', wall_secret(), true);
            set local role pledged_lane;
            select d.outcome, d.version, d.body
              from record_decide('chattel', json_build_array(
                   json_build_object('id', '00000000-0000-7000-8000-000000000001', 'key', 'A', 'subject', 'S', 'on', '2022-01-01',
                                     'sha256', repeat('ab', 32), 'body', '{"colour":"blue"}'::json),
                   json_build_object('id', '00000000-0000-7000-8000-000000000002', 'key', 'B', 'subject', 'S', 'on', '2022-01-01',
                                     'sha256', repeat('cd', 32), 'body', '{"colour":"red"}'::json)), false) d
             order by d.ord;
            select record_life_members('chattel', '00000000-0000-7000-8000-000000000001', 1, null, null)::text,
                   record_decided('chattel', '00000000-0000-7000-8000-000000000001')::text,
                   record_state('chattel', '00000000-0000-7000-8000-000000000001'),
                   record_correction_refusal('chattel', '00000000-0000-7000-8000-000000000001', '{"colour":"red"}')::text
            """).splitlines()
        self.assertEqual(out[1:], ['created|1|{"colour":"blue"}', 'refused||[["E_CHOICE", "/colour", "blue"]]',
                                   '{"age" : 1}|{"worth":"1.00"}|kept|[["E_CHOICE", "/colour", "blue"]]'])

    def test_a_type_that_nobody_judges_is_an_error_not_a_record(self):
        run = subprocess.run(self.d.psql_command() + ["-c", "select * from record_decide('loan', '[{\"key\":\"K\"}]', true)"],
                             capture_output=True, text=True, check=False)
        self.assertIn("type loan has no judge", run.stderr)
