"""The program as an operator meets it: sub-commands, settings, a second daemon, migrations."""
import glob
import json
import os
import re
import subprocess

from harness import PLEDGED_BIN, ROOT, Case, Daemon, socket_folder


def run(*args, **env):
    return subprocess.run([PLEDGED_BIN, *args], capture_output=True, text=True, check=False,
                          env=dict(os.environ, **env), timeout=60)


class Process(Case):
    def test_the_log_is_one_json_object_a_line_with_one_ready(self):
        events = [json.loads(x)["event"] for x in self.d.stderr().splitlines()]
        self.assertEqual(events.count("ready"), 1)

    def test_a_second_daemon_on_the_same_data_is_refused(self):
        out = run("serve", "--listen", "127.0.0.1:0", PLEDGED_DATA=self.d.data)
        self.assertEqual(out.returncode, 1)
        self.assertIn("another pledged serves this data folder", out.stderr)

    def test_a_path_too_long_for_sockets_leaves_nothing_in_tmp(self):
        d = Daemon()
        try:
            d.stop()
            long = os.path.join(d.folder, "x" * 100)
            os.rename(d.data, long)
            d.data = d.env["PLEDGED_DATA"] = long
            d.start()
            self.assertEqual(os.path.dirname(socket_folder(long)), "/tmp")
            self.assertEqual(d.sql("select 1"), "1")
            d.stop()
            self.assertFalse(os.path.exists(socket_folder(long)))
        finally:
            d.close()

    def test_unknown_commands_flags_and_values_are_explained(self):
        for args, words in ((("sevre",), "no such command: sevre"),
                            (("serve", "--lisen", "x"), "unknown flag --lisen"),
                            (("serve", "--readers", "0"), "a whole number from 1 to 32"),
                            (("serve", "--readers"), "--readers needs a value")):
            out = run(*args)
            self.assertEqual(out.returncode, 2)
            self.assertIn(words, out.stderr)

    def test_settings_that_do_not_fit_together_are_explained(self):
        for args, word in ((["--log-level", "loud"], "log_level"),
                           (["--client-ca", "/x"], "client_ca"), (["--tls-key", "/x"], "tls_cert")):
            out = self.d.cli("serve", *args, check=False)
            self.assertEqual(out.returncode, 2, args)
            self.assertIn(word, out.stderr)

    def test_settings_come_from_flag_then_environment_then_file(self):
        path = os.path.join(self.d.folder, "conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write("# comment\nreaders = 5\nqueue_max = 100\nlog_level = warn\n")
        out = run("show-config", "--config", path, "--readers", "7", PLEDGED_QUEUE_MAX="200").stdout
        for line in ("readers = 7", "queue_max = 200", "log_level = warn"):
            self.assertIn(line + "\n", out)
        with open(path, "w", encoding="utf-8") as f:
            f.write("colour = red\n")
        self.assertEqual(run("show-config", "--config", path).returncode, 2)

    def test_adding_an_organisation_again_is_fine_unless_it_differs(self):
        add = lambda kind: self.d.cli("org", "add", "--code", "ORG-X", "--kind", kind, "--name", "甲",
                                      check=False).returncode
        self.assertEqual([add("bank"), add("bank"), add("auditor")], [0, 0, 2])

    def test_metrics_and_description_need_no_token(self):
        self.assertIn(b"pledged_ready 1", self.d.call("GET", "/metrics").body)
        self.assertEqual(self.d.call("GET", "/openapi.json").json()["openapi"], "3.1.0")

    def test_every_constraint_and_policy_has_a_name_of_its_own(self):
        unnamed = self.d.sql("select conname from pg_constraint c join pg_class t on t.oid = conrelid"
                             " where t.relnamespace = 'public'::regnamespace and contype = 'c'"
                             " and conname ~ '_check[0-9]*$'")
        self.assertEqual(unnamed, "")

    def test_every_constraint_that_a_request_can_meet_has_its_answer(self):
        with open(os.path.join(ROOT, "tests", "unit", "test_fail.c"), encoding="utf-8") as f:
            known = set(re.findall(r'\{"(\w+)", E_', f.read()))
        in_database = set(self.d.sql(
            "select conname from pg_constraint c join pg_class t on t.oid = conrelid where"
            " t.relnamespace = 'public'::regnamespace and contype in ('c', 'u', 'x')"
            " and t.relname not in ('org', 'token', 'plan_version', 'plan_version_target', 'plan_version_measure', 'publication', 'record_type',"
            " 'clock_acceptance')"
            " union all select indexrelid::regclass::text from pg_index where indisunique and"
            " indpred is not null").split())
        raised = set()  # by triggers, under a name of their own
        for name in glob.glob(os.path.join(ROOT, "migrations", "**", "*.sql"), recursive=True):
            with open(name, encoding="utf-8") as f:
                raised |= set(re.findall(r"constraint = '(\w+)'", f.read()))
        self.assertEqual(in_database | raised - {"clock_behind", "token_ended"}, known)  # these have answers of their own

    def test_a_changed_migration_is_refused_by_name(self):
        self.d.sql("update schema_migration set sha256 = 'x' || sha256 where version = 2")
        try:
            out = self.d.cli("migrate", check=False)
            self.assertEqual(out.returncode, 2)
            self.assertIn("0002_loan", out.stderr)
        finally:
            self.d.sql("update schema_migration set sha256 = substr(sha256, 2) where version = 2")
