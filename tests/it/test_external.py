"""A PostgreSQL that somebody else runs, and a second daemon that waits for the first."""
import os
import shutil
import signal
import subprocess
import tempfile
import time

from harness import PLEDGED_BIN, Case, Daemon, free_port, loan, socket_folder, soon


class External(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = socket_folder(cls.d.data)
        cls.d.sql("select 1")

    def host_sql(self, query, database="pledged"):
        return subprocess.run(["psql", "-qAtX", "-h", self.host, "-U", "pledged_owner", database, "-c",
                               query], check=True, capture_output=True, text=True).stdout.strip()

    def setUp(self):
        self.host_sql("create database outside")
        self.folder = tempfile.mkdtemp(prefix="pledged-it-")

    def tearDown(self):
        self.host_sql("drop database outside with (force)")
        shutil.rmtree(self.folder)

    def outside(self, conninfo, key=None):
        """A daemon with --database: no cluster of its own; a log is continued by its key alone."""
        data = tempfile.mkdtemp(dir=self.folder)
        if key:
            shutil.copy(key, data)
        return Daemon({"database": conninfo, "data": data})

    def test_a_log_that_has_heads_is_not_continued_with_another_key(self):
        conninfo = "host=%s dbname=outside user=pledged_owner" % self.host
        d = self.outside(conninfo)
        try:
            self.assertEqual(d.call("POST", "/v1/loans", loan(), d.token("bank")).status, 201)
            token, key = d.token("bank"), os.path.join(d.data, "log.key")
            d.stop()
            os.rename(key, key + ".kept")
            process = subprocess.Popen([PLEDGED_BIN, "serve"], env=d.env, stderr=d.log)
            deadline = time.time() + 60
            while "log.key is missing" not in d.stderr() and time.time() < deadline:
                time.sleep(0.05)
            self.assertIn("log.key is missing", d.stderr())
            self.assertEqual(d.call("GET", "/readyz").status, 503)
            self.assertEqual(d.call("POST", "/v1/loans", loan(), token).status, 503)
            self.assertEqual(d.call("GET", "/v1/log/key", token=token).status, 503)
            self.assertFalse(os.path.exists(key))
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=30), 0)
            os.rename(key + ".kept", key)
            d.start()
            self.assertEqual(d.call("POST", "/v1/loans", loan(), token).status, 201)
        finally:
            d.close()

    def test_both_forms_of_conninfo_and_the_serving_role(self):
        pairs = "host=%s dbname=outside user=pledged_owner" % self.host
        uri = "postgresql:///outside?host=%s&user=pledged_owner" % self.host
        key = None
        for conninfo in (pairs, uri):
            d = self.outside(conninfo, key)
            key = os.path.join(self.folder, "log.key")
            shutil.copy(os.path.join(d.data, "log.key"), key)
            try:
                self.assertEqual(d.call("POST", "/v1/loans", loan(), d.token("bank")).status, 201)
                role = self.d.sql("select count(*) from pg_stat_activity where datname = 'outside'"
                                  " and application_name = 'pledged'")
                self.assertGreaterEqual(int(role), 5)
            finally:
                d.close()

    def test_a_second_daemon_takes_no_log_that_was_cut(self):
        """It has kept what the first one signed: whoever owns the database cuts the end off and has it go on without."""
        first = self.outside("host=%s dbname=outside user=pledged_owner" % self.host)
        data = first.data + "-2"
        os.mkdir(data)
        shutil.copy(os.path.join(first.data, "log.key"), data)
        with open(os.path.join(first.folder, "second"), "wb") as log:
            second = subprocess.Popen([PLEDGED_BIN, "serve"], stderr=log, env=dict(
                first.env, PLEDGED_LISTEN="127.0.0.1:%d" % free_port(), PLEDGED_DATA=data))

        def said():
            with open(os.path.join(first.folder, "second"), encoding="utf-8") as f:
                return f.read()
        try:
            for _ in range(2):
                self.assertEqual(first.call("POST", "/v1/loans", loan(), first.token("bank")).status, 201)
            first.process.send_signal(signal.SIGSTOP)
            now = self.host_sql("select clock_timestamp()", "outside")
            heard = ("select count(*) > 0 from pg_stat_activity where datname = current_database() and query like '%%clock_behind()%%'"
                     " and state = 'idle' and query_start > '%s'" % now)
            self.assertEqual(soon(lambda: self.host_sql(heard, "outside"), "t", 60), "t")  # it asked after the first stood still
            self.host_sql("set session_replication_role = replica; create temp table cut as select record_id from log_leaf where head ="
                      " (select max(size) from log_head); delete from log_leaf l using cut c where c.record_id = l.record_id;"
                      " delete from submission r using cut c where c.record_id = r.id; delete from log_head where size = (select max(size)"
                      " from log_head)", "outside")
            self.host_sql("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
                          " and database = (select oid from pg_database where datname = current_database())", "outside")
            self.assertEqual(soon(lambda: "fork_refused" in said(), True, 60), True, said())
        finally:
            first.process.send_signal(signal.SIGCONT)
            second.send_signal(signal.SIGTERM)
            self.assertEqual(second.wait(timeout=30), 0)
            first.close()

    def hears(self):
        """The second daemon has asked after the newest head once more."""
        now = self.host_sql("select clock_timestamp()", "outside")
        asked = ("select count(*) > 1 from pg_stat_activity where datname = current_database() and query like '%%clock_behind()%%'"
                 " and state = 'idle' and query_start > '%s'" % now)
        self.assertEqual(soon(lambda: self.host_sql(asked, "outside"), "t", 60), "t")

    def restored(self, first, second):
        """The database is put back, which a person accepts, and the log goes on shorter than the second daemon has heard."""
        token, ready = first.token("bank"), lambda: first.call("GET", "/readyz").status
        size = int(self.host_sql("select max(size) from log_head", "outside"))
        for _ in range(12):
            self.assertEqual(first.call("POST", "/v1/loans", loan(), token).status, 201)
        longest = int(self.host_sql("select max(size) from log_head", "outside"))
        self.hears()
        for daemon in (second, first.process):
            daemon.send_signal(signal.SIGSTOP)
        self.host_sql("set session_replication_role = replica; create temp table cut as select record_id from log_leaf where no >= %d;"
                      " delete from log_leaf l using cut c where c.record_id = l.record_id; delete from submission r using cut c"
                      " where c.record_id = r.id; delete from log_head where size > %d" % (size, size), "outside")
        for granted in ("not granted", "granted"):  # the first daemon is to go on, not the one that waits
            self.host_sql("select pg_terminate_backend(pid, 30000) from pg_locks where locktype = 'advisory' and %s"
                          " and database = (select oid from pg_database where datname = current_database())" % granted, "outside")
        first.process.send_signal(signal.SIGCONT)
        self.assertEqual(soon(ready, 503, 60), 503)
        accept = lambda: first.cli("log", "--accept-restore", "--person", "李工", "--reason", "演练", check=False).returncode
        self.assertEqual(soon(accept, 0, 60), 0)
        self.assertEqual(soon(ready, 200, 60), 200)
        self.assertEqual(first.call("POST", "/v1/loans", loan(), token).status, 201)
        self.assertLess(int(self.host_sql("select max(size) from log_head", "outside")), longest)
        second.send_signal(signal.SIGCONT)
        self.hears()

    def test_a_second_daemon_waits_and_takes_over(self):
        conninfo = "host=%s dbname=outside user=pledged_owner" % self.host
        first = self.outside(conninfo)
        os.mkdir(first.data + "-2")  # a standby continues the log with the same key
        shutil.copy(os.path.join(first.data, "log.key"), first.data + "-2")
        port = free_port()
        env = dict(first.env, PLEDGED_LISTEN="127.0.0.1:%d" % port,
                   PLEDGED_DATA=first.data + "-2")
        log = open(os.path.join(first.folder, "second"), "wb")
        second = subprocess.Popen([PLEDGED_BIN, "serve"], env=env, stderr=log)
        ask = lambda: first.__class__.call(first, "GET", "/readyz").status
        try:
            token = first.token("bank")
            made = first.call("POST", "/v1/loans", loan(), token)
            first.port, own = port, first.port
            deadline = time.time() + 60
            while time.time() < deadline:
                try:
                    self.assertEqual(ask(), 503)
                    break
                except OSError:
                    time.sleep(0.05)
            got = first.call("GET", made.headers["location"], token=token)
            self.assertEqual((got.status, got.body), (200, made.body))  # reads are served meanwhile
            first.port = own
            self.restored(first, second)
            first.port = port
            first.process.send_signal(signal.SIGKILL)
            deadline = time.time() + 60
            while ask() != 200 and time.time() < deadline:
                time.sleep(0.05)
            self.assertEqual(first.call("POST", "/v1/loans", loan(), token).status, 201)
            first.port = own
        finally:
            for daemon in (first.process, second):
                daemon.send_signal(signal.SIGCONT)
            second.send_signal(signal.SIGTERM)
            self.assertEqual(second.wait(timeout=30), 0)
            log.close()
            first.process.wait()
            first.close()
