"""The daemon verifies by night; what was found is read by whoever watches, and told by metrics."""
import datetime
import os
import time

from harness import Case, loan, soon

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


class Verifications(Case):
    def found(self):
        r = self.d.call("GET", "/v1/verifications", token=self.d.token("auditor"))
        self.assertEqual(r.status, 200, r.body)
        return r.json()["items"]

    def stranger_told(self):
        """What runs here is told to anybody; of what was found only when it was looked."""
        r = self.d.call("GET", "/v1/status")
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def test_by_night_and_by_hand(self):
        bank = self.d.token("bank")
        told = self.stranger_told()
        self.assertEqual(sorted(told), ["schema_version", "uptime_s", "version"])
        self.assertEqual(str(told["schema_version"]), self.d.sql("select max(version) from schema_migration"))
        self.assertEqual("pledged %s\n" % told["version"], self.d.cli("--version").stdout)
        self.assertLess(told["uptime_s"], 600)
        self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank)
        began = time.monotonic()
        self.d.restart()
        start = time.monotonic() - began  # a time that has passed is tomorrow's
        self.d.stop()
        self.d.env["PLEDGED_VERIFY_AT"] = (datetime.datetime.now(SHANGHAI) + datetime.timedelta(seconds=3 + 3 * start)).strftime("%H:%M:%S")
        self.d.start()
        until = time.time() + 150
        while time.time() < until and '"event":"verified"' not in self.d.stderr():
            time.sleep(0.2)
        self.assertIn('"event":"verified","text":"no defects"', self.d.stderr())
        night = self.found()[0]
        self.assertEqual((night["since"], night["defects"], night["findings"]), (0, 0, []))
        told = self.stranger_told()
        self.assertEqual((told["verified_at"], "defects" in told), (night["ended_at"], False))
        self.assertIn("pledged_verify_defects 0", self.d.call("GET", "/metrics").body.decode())
        # Since then: only what came, and what is wrong with it.
        made = self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank).json()
        self.assertEqual(self.d.cli("verify", "--since-last").stdout, "no defects\n")
        self.assertEqual(self.found()[0]["since"], night["log_size"])
        made = self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank).json()
        off = "set session_replication_role = replica; update loan set %s where id = '" + made["id"] + "'"
        self.d.sql(off % "rate_ppm = rate_ppm + 1")
        out = self.d.cli("verify", "--since-last", check=False)
        line = "loan %s 1 rate_ppm: 36500 in the log, 36501 in the table" % made["id"]
        self.assertEqual((out.returncode, out.stdout), (1, line + "\n1 defects\n"))
        last = self.found()[0]
        self.assertEqual((last["defects"], last["findings"]), (1, [line]))
        self.assertIn("pledged_verify_defects 1", self.d.call("GET", "/metrics").body.decode())
        self.d.sql(off % "rate_ppm = rate_ppm - 1")
        self.assertEqual(self.d.cli("verify").stdout, "no defects\n")
        # Who owns the database says that a look found nothing, behind all that there is: nobody looked.
        late = self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank).json()["id"]
        planted = ("set session_replication_role = replica; insert into verification (started_at, since, log_size, row_no, defects,"
                   " findings) select now(), 0, max(size), 1000000000, 0, '[]' from log_head;")
        self.d.sql(planted + "update loan set rate_ppm = 1 where id = '%s'" % late)
        out = self.d.cli("verify", "--since-last", check=False).stdout
        self.assertIn("loan %s 1 rate_ppm: 36500 in the log, 1 in the table" % late, out)
        self.d.sql("set session_replication_role = replica; delete from verification where row_no = 1000000000;"
                   "update loan set rate_ppm = 36500 where id = '%s'" % late)
        self.assertEqual(self.d.cli("verify", "--since-last").stdout, "no defects\n")
        # What could not be looked at was not found whole.
        self.d.sql("alter function log_flights_leafless(bigint) rename to gone")
        out = self.d.cli("verify", check=False)
        self.d.sql("alter function gone(bigint) rename to log_flights_leafless")
        self.assertEqual((out.returncode, "flights that cannot be looked through" in out.stdout), (1, True))
        self.assertEqual(self.d.call("GET", "/v1/verifications", token=bank).status, 403)

    def test_the_list_goes_on_and_out(self):
        auditor = self.d.token("auditor")
        for _ in range(2):
            self.d.cli("verify")
        page = self.d.call("GET", "/v1/verifications?limit=1", token=auditor).json()
        rest = self.d.call("GET", "/v1/verifications?after=" + page["next"], token=auditor).json()
        self.assertEqual([x["id"] for x in page["items"] + rest["items"]], [x["id"] for x in self.found()])
        r = self.d.call("GET", "/v1/verifications?format=csv", token=auditor)
        self.assertEqual(r.status, 200)
        self.assertTrue(r.body.decode("utf-8-sig").startswith("核验,"))

    def test_the_time_is_checked_at_the_start(self):
        out = self.d.cli("show-config", "--verify-at", "25:00", check=False)
        self.assertIn("verify_at", out.stderr)
        self.assertEqual(self.d.cli("show-config", "--verify-at", "off", check=False).returncode, 0)

    def test_names_are_looked_up_where_they_were_made(self):
        """Whoever owns the server puts functions of the same names in front of ours, or has it do by its settings what blinds."""
        made = self.d.call("POST", "/v1/loans", loan(), self.d.token("bank")).json()["id"]
        wrong = "set session_replication_role = replica; update loan set rate_ppm = rate_ppm %s 1 where id = '" + made + "'"
        line = "loan %s 1 rate_ppm: 36500 in the log, 36501 in the table" % made
        self.addCleanup(self.d.sql, "select pg_reload_conf()")
        for name in ("search_path", "row_security", "allow_system_table_mods"):
            self.addCleanup(self.d.sql, "alter system reset " + name)
        self.addCleanup(self.d.sql, "drop schema if exists evil cascade")
        self.d.sql("create schema evil; create function evil.verify_table(regclass, text, uuid[], bigint, bigint) returns table (key text,"
                   " col text, told text, found text) language sql as 'select null::text, null::text, null::text, null::text where false'")
        self.d.sql(wrong % "+")
        self.d.sql("alter system set search_path = evil, public")
        self.d.sql("alter system set row_security = off")
        self.d.sql("alter system set allow_system_table_mods = on")
        self.d.sql("select pg_reload_conf()")
        show = lambda: self.d.sql("select concat_ws(' ', current_setting('search_path'), current_setting('allow_system_table_mods'))")
        self.assertEqual(soon(show, "evil, public on"), "evil, public on")
        found = self.d.cli("verify", check=False).stdout.splitlines()
        self.assertIn(line, found)
        self.assertIn("setting allow_system_table_mods: 'on', where 'off' is meant", found)
        self.assertEqual(self.d.call("GET", "/v1/loans/" + made, token=self.d.token("bank")).status, 200)
        self.d.sql(wrong % "-")
        self.doCleanups()
        self.assertIn("public off", soon(show, '"$user", public off'))
        self.assertEqual(self.d.cli("verify").stdout, "no defects\n")

    def test_what_the_database_is_made_of_is_what_the_program_makes(self):
        """Whoever owns the database makes the functions blind that look for what he did, or adds something that does it for him."""
        is_so = self.d.sql("select pg_get_functiondef('verify_columns'::regproc)")
        said = lambda *more: self.d.cli("verify", *more, check=False).stdout.splitlines()
        self.assertEqual(said(), ["no defects"])
        digest = self.d.sql("select pg_get_functiondef('wall_digest'::regproc)")
        acts = (
                ("create or replace function verify_columns(was json, stands json) returns table (col text, told text, found text)"
                 " language sql stable as 'select null::text, null::text, null::text where false'", is_so,
                 "function verify_columns(was json, stands json): not as this program makes it"),
                ("alter function today() security definer", "alter function today() security invoker",
                 "function today(): not as this program makes it"),
                ("create function helps() returns trigger language plpgsql as 'begin return null; end'", "drop function helps()",
                 "function helps(): none that this program makes"),
                ("create trigger helps after insert on submission for each row execute function log_row_keep()",
                 "drop trigger helps on submission", "trigger submission.helps: none that this program makes"),
                ("alter table claim disable row level security", "alter table claim enable row level security",
                 "relation claim: not as this program makes it"),
                ("grant update on lpr to pledged_app", "revoke update on lpr from pledged_app", "relation lpr: not as this program makes it"),
                ("alter table token drop constraint token_person_form",
                 "alter table token add constraint token_person_form check (person ~ '^[^[:cntrl:]]{1,60}$')",
                 "constraint token.token_person_form: gone, though this program makes it"),
                ("create schema evil", "drop schema evil cascade", "schema evil: none that this program makes"),
                ("create function evil.today() returns date language sql as 'select null::date'", "",
                 "function evil.today(): none that this program makes"),
                ("create function pg_catalog.helps(int) returns int language sql as 'select 1'", "drop function pg_catalog.helps(int)",
                 "function pg_catalog.helps(integer): none that this program makes"),
                ("alter function pg_catalog.shobj_description(oid, name) volatile",
                 "alter function pg_catalog.shobj_description(oid, name) stable", "built in functions: not as this program makes it"),
                (digest.replace("select decode", "select /* or none */ decode"), digest, "function wall_digest(): not as this program makes it"),
                ("alter function int4_dist(int, int) volatile", "alter function int4_dist(int, int) immutable",
                 "function int4_dist(integer, integer): not as this program makes it"),
                ("alter role pledged_app bypassrls", "alter role pledged_app nobypassrls", "role pledged_app: not as this program makes it"),
                ("grant create on schema public to pledged_app", "revoke create on schema public from pledged_app",
                 "schema public: not as this program makes it"),
                ("alter role pledged_lane set search_path = evil", "alter role pledged_lane reset search_path",
                 "setting pledged_lane search_path: none that this program makes"))
        self.d.sql(";".join(act for act, _, _ in acts))
        found = said()
        self.d.sql(";".join(back for _, back, _ in reversed(acts) if back))
        self.assertEqual(sorted(found), sorted([line for _, _, line in acts] + ["%d defects" % len(acts)]))
        self.assertEqual(said("--since-last"), ["no defects"])
        # Without what was kept when the ledger was made it is made again: in a cluster that goes again, else in a database beside.
        kept = [os.path.join(self.d.data, x) for x in os.listdir(self.d.data) if x.startswith("catalogue-")]
        self.addCleanup(self.d.env.pop, "TMPDIR", None)
        for folder in (self.d.folder, "/nowhere"):
            self.d.env["TMPDIR"] = folder
            for path in kept:
                os.remove(path)
            self.assertEqual(said(), ["no defects"], folder)
            self.assertEqual([x for x in os.listdir(self.d.folder) if x.startswith("pledged-apart")], [])
        self.assertEqual(self.d.sql("select count(*) from pg_database where datname like 'pledged_beside%'"), "0")
