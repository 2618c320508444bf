"""A PostgreSQL that somebody else runs, and a second daemon that waits for the first."""
import os
import signal
import subprocess
import time

from harness import PLEDGED_BIN, Case, Daemon, free_port, loan


class Outside(Daemon):
    """A daemon with --database; it has no cluster of its own."""

    def __init__(self, host, conninfo):
        self.host = host
        super().__init__({"database": conninfo})

    def close(self):
        super().close()


class External(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = os.path.join(cls.d.data, "run")
        cls.d.sql("select 1")
        subprocess.run(["psql", "-qAtX", "-h", cls.host, "-U", "pledged_owner", "pledged", "-c",
                        "create database outside"], check=True)

    @classmethod
    def tearDownClass(cls):
        subprocess.run(["psql", "-qAtX", "-h", cls.host, "-U", "pledged_owner", "pledged", "-c",
                        "drop database outside with (force)"], check=True)

    def test_both_forms_of_conninfo_and_the_serving_role(self):
        pairs = "host=%s dbname=outside user=pledged_owner" % self.host
        uri = "postgresql:///outside?host=%s&user=pledged_owner" % self.host
        for conninfo in (pairs, uri):
            d = Outside(self.host, conninfo)
            try:
                self.assertEqual(d.call("POST", "/v1/loans", loan(), d.token("bank")).status, 201)
                role = self.d.sql("select count(*) from pg_stat_activity where datname = 'outside'"
                                  " and application_name = 'pledged'")
                self.assertGreaterEqual(int(role), 5)
            finally:
                d.close()

    def test_a_second_daemon_waits_and_takes_over(self):
        conninfo = "host=%s dbname=outside user=pledged_owner" % self.host
        first = Outside(self.host, conninfo)
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
            deadline = time.time() + 20
            while time.time() < deadline:
                try:
                    self.assertEqual(ask(), 503)
                    break
                except OSError:
                    time.sleep(0.05)
            got = first.call("GET", made.headers["location"], token=token)
            self.assertEqual((got.status, got.body), (200, made.body))  # reads are served meanwhile
            first.process.send_signal(signal.SIGKILL)
            while ask() != 200 and time.time() < deadline:
                time.sleep(0.05)
            self.assertEqual(first.call("POST", "/v1/loans", loan(), token).status, 201)
            first.port = own
        finally:
            second.send_signal(signal.SIGTERM)
            self.assertEqual(second.wait(timeout=30), 0)
            log.close()
            first.process.wait()
            first.close()
