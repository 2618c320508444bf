"""A daemon on any machine: what stands where the data should be, who starts it, what is in the environment, on the port,
in the clock."""
import contextlib
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from unittest.mock import patch

from harness import PLEDGED_BIN, RELEASE_BIN, ROOT, Daemon, copy_cluster, free_port, loan

sys.path.insert(0, os.path.join(ROOT, "tests", "model"))
from clock import library

IS_ROOT = os.geteuid() == 0


def run(*args, **env):
    return subprocess.run([PLEDGED_BIN, *args], capture_output=True, text=True, check=False, timeout=60,
                          env={**os.environ, "PLEDGED_UNSAFE_NO_FSYNC": "1", **env})


def until(what, patience=30):
    """Its first value that is true."""
    deadline = time.monotonic() + patience
    while not (value := what()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return value


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir="/tmp")  # the tree may stand below a folder that is root's alone
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.data = os.path.join(self.folder, "data")

    @contextlib.contextmanager
    def daemon(self, binary=None, copied=False, **conf):
        """copied: of a cluster that was made before, where how one is made is not what is looked at."""
        if copied:
            copy_cluster(PLEDGED_BIN, self.data)
        d = Daemon({"data": self.data, **conf}, binary=binary)
        try:
            yield d
        finally:
            d.close()


def state(path):
    """What a program could have changed of it."""
    s = os.lstat(path)
    return stat.filemode(s.st_mode), s.st_uid, s.st_gid, sorted(os.listdir(path)) if stat.S_ISDIR(s.st_mode) else None


class Data(Folder):
    def place(self, kind):
        getattr(self, "place_" + kind)()

    def place_device(self):
        os.mknod(self.data, 0o666 | stat.S_IFCHR, os.makedev(1, 3))

    def place_file(self):
        with open(self.data, "w", encoding="ascii") as f:
            f.write("mine")

    def place_fifo(self):
        os.mkfifo(self.data)

    def place_socket(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(self.data)

    def place_shared(self):
        os.mkdir(self.data)
        os.chmod(self.data, 0o1777)

    def place_group(self):
        os.mkdir(self.data)
        os.chmod(self.data, 0o2775)

    def place_foreign(self):
        os.mkdir(self.data)
        with open(os.path.join(self.data, "passwd"), "w", encoding="ascii") as f:
            f.write("root")

    def place_dangling(self):
        os.symlink("/nowhere/at/all", self.data)

    @unittest.skipUnless(IS_ROOT, "as root")
    def test_what_is_no_folder_of_the_ledgers_own_is_refused_and_left_as_it_is(self):
        for kind in "device file fifo socket shared group foreign dangling".split():
            with self.subTest(kind):
                self.place(kind)
                before = state(self.data)
                out = run("serve", "--listen", "127.0.0.1:0", "--data", self.data)
                self.assertEqual(out.returncode, 1, out.stderr)
                said = json.loads(out.stderr.splitlines()[-1])
                self.assertEqual(said["event"], "place_refused")
                self.assertIn(self.data, said["detail"])
                self.assertEqual(state(self.data), before)
                for command in (("migrate",), ("org", "list"), ("verify",)):
                    run(*command, "--data", self.data)
                    self.assertEqual(state(self.data), before, command)
                (shutil.rmtree if kind in ("shared", "group", "foreign") else os.unlink)(self.data)

    def test_an_empty_folder_a_volume_and_a_link_to_one_will_do(self):
        real = os.path.join(self.folder, "volume")
        os.makedirs(os.path.join(real, "lost+found"))
        os.symlink(real, self.data)
        with self.daemon() as d:
            self.assertEqual(d.call("POST", "/v1/loans", loan(), d.token("bank")).status, 201)
            self.assertTrue(os.path.islink(self.data))
            self.assertIn("pg", os.listdir(real))
            d.restart()
            self.assertTrue(d.alive())

    def test_only_serve_makes_a_ledger(self):
        for command in (("org", "add", "--code", "A", "--kind", "bank", "--name", "A"), ("token", "list"), ("verify",),
                        ("clock",)):
            out = run(*command, PLEDGED_DATA=self.data)
            self.assertEqual(out.returncode, 2, command)
            self.assertIn("no ledger is there", out.stderr)
        home = {"HOME": self.folder}
        with patch.dict(os.environ):
            os.environ.pop("PLEDGED_DATA", None)
            if not IS_ROOT:
                self.assertIn("no ledger is there", run("migrate", **home).stderr)
        self.assertEqual(os.listdir(self.folder), [])


@unittest.skipUnless(IS_ROOT, "as root")
class Root(Folder):
    def of_process(self, d, name):
        with open("/proc/%d/status" % d.process.pid, encoding="ascii") as f:
            return next(line.split()[1:] for line in f if line.startswith(name + ":"))

    def test_root_is_given_up_and_nothing_of_it_kept(self):
        os.chmod(self.folder, 0o755)
        with self.daemon() as d:
            owner = os.stat(os.path.join(self.data, "pg")).st_uid
            self.assertNotEqual(owner, 0)
            self.assertEqual(self.of_process(d, "Uid"), [str(owner)] * 4)
            self.assertEqual([int(self.of_process(d, "Cap" + x)[0], 16) for x in ("Eff", "Prm", "Inh", "Amb")], [0] * 4)
            self.assertEqual(self.of_process(d, "NoNewPrivs"), ["1"])
            self.assertEqual(d.call("POST", "/v1/loans", loan(), d.token("bank")).status, 201)
            self.assertEqual({os.stat(os.path.join(self.data, n)).st_uid for n in os.listdir(self.data)}, {owner})

    def test_below_a_closed_folder_it_may_search_and_nothing_else(self):
        with self.daemon() as d:
            self.assertEqual([int(self.of_process(d, "Cap" + x)[0], 16) for x in ("Eff", "Prm")], [4, 4])
            d.restart()
            self.assertTrue(d.alive())

    def test_a_ledger_that_root_has_served_before_is_taken_over(self):
        with self.daemon() as d:
            self.assertEqual(d.call("POST", "/v1/loans", loan(), d.token("bank")).status, 201)
            d.stop()
            os.chown(self.data, 0, 0)
            os.chmod(self.data, 0o711)
            for name in ("log.key", "report-ed25519.key", "report-sm2.key", "lock"):
                os.chown(os.path.join(self.data, name), 0, 0)
            d.start()
            self.assertEqual(d.call("POST", "/v1/loans", loan(), d.token("bank")).status, 201)
            self.assertEqual(d.cli("verify").stdout, "no defects\n")
            out = d.cli("report-keys", "--new")
            self.assertIn("from its next start", out.stdout)
            d.restart()  # it reads the keys that root has made
            self.assertEqual(d.call("GET", "/v1/reports/keys", token=d.token("finance")).status, 200)

    def test_the_owner_of_the_folder_serves(self):
        os.chmod(self.folder, 0o755)
        os.mkdir(self.data)
        os.chown(self.data, 1, 1)  # daemon, on every Debian
        with self.daemon() as d:
            self.assertEqual(self.of_process(d, "Uid"), ["1"] * 4)
            self.assertEqual(os.stat(os.path.join(self.data, "pg")).st_uid, 1)


class Environment(Folder):
    def test_what_is_meant_for_other_clusters_does_not_reach_ours(self):
        other = {"PGOPTIONS": "-c search_path=nowhere -c default_transaction_read_only=on", "PGSERVICE": "elsewhere",
                 "PGCLIENTENCODING": "LATIN1", "PGPORT": "65000", "PGHOST": "192.0.2.1", "PGDATABASE": "x", "PGUSER": "x",
                 "PGSSLMODE": "verify-full", "PGDATA": "/nowhere", "PGTZ": "America/Lima", "PGAPPNAME": "x", "TZ": "UTC",
                 "LC_ALL": "zh_CN.GBK", "LANG": "de_DE"}
        with patch.dict(os.environ, other), self.daemon() as d:
            made = d.call("POST", "/v1/loans", loan(borrower_name="上海示例半导体有限公司"), d.token("bank"))
            self.assertEqual(made.status, 201, made.body)
            self.assertEqual(made.json()["borrower_name"], "上海示例半导体有限公司")
            self.assertIn("测试BANK-A", d.cli("token", "list").stdout + d.cli("org", "add", "--code", "BANK-A", "--kind",
                                                                            "bank", "--name", "测试BANK-A").stdout)
            d.restart()
        with patch.dict(os.environ), self.daemon() as d:
            self.assertEqual(d.sql("select name from org where code = 'BANK-A'"), "测试BANK-A")
            self.assertEqual(d.sql("select borrower_name from loan_latest"), "上海示例半导体有限公司")

    @unittest.skipUnless(IS_ROOT, "as root")
    def test_the_version_that_made_the_cluster_runs_it(self):
        with self.daemon(copied=True) as d:
            d.stop()
            with open(os.path.join(self.data, "pg", "PG_VERSION"), encoding="ascii") as f:
                version = int(f.read())
            newer, real = os.path.join(self.folder, "v"), "/usr/lib/postgresql"
            os.makedirs(os.path.join(newer, str(version)))
            os.makedirs(os.path.join(newer, "97", "bin"))
            for name in ("initdb", "pg_ctl", "postgres"):
                path = os.path.join(newer, "97", "bin", name)
                with open(path, "w", encoding="ascii") as f:
                    f.write("#!/bin/sh\necho newer >&2\nexit 1\n")
                os.chmod(path, 0o755)
            mount = ("mount --bind %s/%d %s/%d && mount --rbind %s %s" % (real, version, newer, version, newer, real))
            begin = lambda before: subprocess.run(["unshare", "-m", "sh", "-c", before + ' && exec "$0" verify', PLEDGED_BIN],
                                                  env=d.env, capture_output=True, text=True, check=False, timeout=60)
            if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
                self.skipTest("no mount namespaces here")
            out = begin(mount)
            self.assertEqual((out.returncode, out.stdout), (0, "no defects\n"), out.stderr)
            out = begin("mount --rbind %s %s" % (newer, real))
            self.assertEqual(out.returncode, 2)
            self.assertIn("apt-get install postgresql-%d" % version, out.stderr)
            d.start()


class Listening(Folder):
    def test_what_is_no_address_is_refused_with_the_form_of_one(self):
        for address in ("127.0.0.1:99999", "127.0.0.1:65536", "127.0.0.1", "::1", "[::1]", "[::1]:", ":", "x:-1", "x:+1",
                        "127.0.0.1:0x50", "127.0.0.1: 80", "[127.0.0.1:80", "a" * 300 + ":80"):
            out = run("serve", "--listen", address, PLEDGED_DATA=self.data)
            self.assertEqual(out.returncode, 2, address)
            self.assertIn("[::1]:8420", out.stderr)
        out = run("serve", "--listen", "no.such.host.invalid:80", PLEDGED_DATA=self.data)
        self.assertEqual(out.returncode, 1)
        self.assertFalse(os.path.exists(self.data))

    def test_an_address_that_is_taken_ends_it_before_anything_is_begun(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            out = run("serve", "--listen", "127.0.0.1:%d" % s.getsockname()[1], PLEDGED_DATA=self.data)
        self.assertEqual(out.returncode, 1)
        self.assertEqual(json.loads(out.stderr)["event"], "listen_failed")
        self.assertFalse(os.path.exists(self.data))

    def test_plain_http_leaves_the_machine_only_when_told(self):
        for address in ("0.0.0.0:0", ":0", "[::]:0"):
            out = run("serve", "--listen", address, PLEDGED_DATA=self.data)
            self.assertEqual(out.returncode, 1, address)
            self.assertIn("--allow-plain", out.stderr)
        self.assertFalse(os.path.exists(self.data))
        with self.daemon(copied=True, listen="0.0.0.0:%d" % free_port(), allow_plain="true") as d:
            self.assertTrue(d.alive())
        self.assertEqual(run("serve", "--listen", ":0", PLEDGED_ALLOW_PLAIN="perhaps").returncode, 2)

    def test_the_service_manager_is_told(self):
        name = "pledged-test-%d" % os.getpid()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind("\0" + name)
            s.settimeout(60)
            with patch.dict(os.environ, {"NOTIFY_SOCKET": "@" + name}), self.daemon(copied=True) as d:
                self.assertEqual(s.recv(100), b"READY=1")
                d.stop()
                self.assertEqual(s.recv(100), b"STOPPING=1")


class Signals(Folder):
    def certificate(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", os.path.join(self.folder, "key.new"), "-out", os.path.join(self.folder, "cert.new"),
                        "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1"], check=True,
                       capture_output=True)

    def put(self, *names):
        for name in names:
            os.replace(os.path.join(self.folder, name + ".new"), os.path.join(self.folder, name))

    def dial(self, d):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        c = http.client.HTTPSConnection("127.0.0.1", d.port, context=context, timeout=20)
        c.connect()
        return c

    def shown(self, d):
        c = self.dial(d)
        der = c.sock.getpeercert(binary_form=True)
        c.close()
        return subprocess.run(["openssl", "x509", "-inform", "der", "-noout", "-subject"], input=der, check=True,
                              capture_output=True).stdout.decode().strip()

    def test_sighup_takes_a_new_certificate_and_drops_nobody(self):
        os.chmod(self.folder, 0o755)
        self.certificate("first")
        self.put("key", "cert")  # openssl makes the key for its owner alone: root's, when root tests
        path = lambda name: os.path.join(self.folder, name)

        class Tls(Daemon):
            def exchange(self, connection, method, path, body, headers):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                return super().exchange(http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20),
                                        method, path, body, headers)
        copy_cluster(PLEDGED_BIN, self.data)
        d = Tls({"data": self.data, "tls_cert": path("cert"), "tls_key": path("key")})
        try:
            self.assertEqual(self.shown(d), "subject=CN = first")
            old = self.dial(d)
            self.certificate("second")
            self.put("cert")  # the key does not fit yet: nothing is taken
            d.process.send_signal(signal.SIGHUP)
            self.assertTrue(until(lambda: "tls_failed" in d.stderr()))
            self.assertEqual(self.shown(d), "subject=CN = first")
            self.put("key")
            d.process.send_signal(signal.SIGHUP)
            self.assertTrue(until(lambda: "tls_reloaded" in d.stderr()))
            self.assertEqual(self.shown(d), "subject=CN = second")
            if IS_ROOT:  # the right to read root's key was kept, and is put away again
                with open("/proc/%d/status" % d.process.pid, encoding="ascii") as f:
                    self.assertRegex(f.read(), r"CapPrm:\t0{15}4\nCapEff:\t0{16}\n")
            for _ in range(2):
                old.request("GET", "/healthz")
                answer = old.getresponse()
                self.assertEqual((answer.status, answer.read()), (200, b'{"status":"alive"}'))
                self.assertEqual(answer.getheader("Strict-Transport-Security"), "max-age=31536000")
            old.close()
        finally:
            d.close()

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8") as f:
            return f.read()

    def test_sigterm_while_it_starts_stops_what_it_has_started(self):
        for after in ("cluster_made", "cluster_started", "migrated"):
            with self.subTest(after), open(os.path.join(self.folder, "log"), "wb") as log:
                env = {**os.environ, "PLEDGED_DATA": self.data, "PLEDGED_UNSAFE_NO_FSYNC": "1"}
                with subprocess.Popen([PLEDGED_BIN, "serve", "--listen", "127.0.0.1:0"], env=env, stderr=log) as p:
                    until(lambda: after in self.read(log.name) or p.poll() is not None)
                    p.send_signal(signal.SIGTERM)
                    self.assertEqual(p.wait(timeout=60), 0)
                self.assertFalse(os.path.exists(os.path.join(self.data, "pg", "postmaster.pid")))
            shutil.rmtree(self.data)

    def test_closed_files_and_a_strange_umask_do_no_harm(self):
        command = 'umask 777; exec "$0" serve <&- >&- 2>&-'
        with patch.dict(os.environ, {"PLEDGED_UNSAFE_NO_FSYNC": "1"}):
            d = Daemon.__new__(Daemon)
            d.binary, d.data, d.port, d.folder, d.tokens = PLEDGED_BIN, self.data, free_port(), self.folder, {}
            env = {**os.environ, "PLEDGED_DATA": self.data, "PLEDGED_LISTEN": "127.0.0.1:%d" % d.port}
            d.env = env
            with subprocess.Popen(["sh", "-c", command, PLEDGED_BIN], env=env) as p:
                def ready():
                    with contextlib.suppress(OSError):
                        return d.call("GET", "/readyz").status == 200
                self.assertTrue(until(ready))
                self.assertEqual(d.call("POST", "/v1/loans", loan(), d.token("bank")).status, 201)
                p.send_signal(signal.SIGTERM)
                self.assertEqual(p.wait(timeout=60), 0)

    def test_sighup_without_tls_changes_nothing(self):
        with self.daemon(copied=True) as d:
            for _ in range(3):
                d.process.send_signal(signal.SIGHUP)
            self.assertTrue(d.alive())
            self.assertNotIn("strict-transport-security", d.call("GET", "/healthz").headers)


class Frozen(Folder):
    def processes(self, d):
        first = d.postmaster()
        out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(first)], check=True, capture_output=True, text=True).stdout
        return [first] + [int(x) for x in out.split()]

    def test_a_database_that_does_not_answer_is_told(self):
        with self.daemon(copied=True) as d:
            frozen = self.processes(d)
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            try:
                self.assertTrue(until(lambda: d.call("GET", "/readyz").status == 503))
                said = d.call("GET", "/readyz", headers={"Accept-Language": "en"})
                self.assertIn("no answer from the database for", said.json()["title"])
                self.assertEqual(d.call("GET", "/healthz").status, 200)
            finally:
                for pid in frozen:
                    os.kill(pid, signal.SIGCONT)
            self.assertTrue(until(lambda: d.call("GET", "/readyz").status == 200))


@unittest.skipUnless(library(), "libfaketime is not installed")
class Clock(Folder):
    def set(self, ahead_s):
        path = os.path.join(self.folder, "clock")
        with open(path + ".new", "w", encoding="ascii") as f:
            f.write("%+.3f" % ahead_s)
        os.chmod(path + ".new", 0o644)
        os.replace(path + ".new", path)
        return path

    def post(self, d):
        return d.call("POST", "/v1/loans", loan(), d.token("bank"))

    def test_a_clock_that_was_ahead_stops_writing_until_somebody_accepts_it(self):
        os.chmod(self.folder, 0o755)
        copy_cluster(PLEDGED_BIN, self.data)
        env = {"LD_PRELOAD": library(), "FAKETIME_TIMESTAMP_FILE": self.set(0), "FAKETIME_NO_CACHE": "1",
               "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}
        with patch.dict(os.environ, env), self.daemon(RELEASE_BIN) as d:  # no preloading beside sanitizers
            d.token("bank")
            self.assertEqual(d.cli("clock").returncode, 0)
            self.set(120)  # a step of time synchronisation is no more than a remark
            self.assertEqual(self.post(d).status, 201)
            self.set(0)
            instants = [self.post(d).json()["recorded_at"] for _ in range(2)]
            self.assertLess(*instants)
            self.assertTrue(until(lambda: d.call("GET", "/readyz").status == 200))
            self.set(86400)
            ahead = self.post(d)
            self.assertEqual(ahead.status, 201)
            self.set(0)
            refused = self.post(d)
            self.assertEqual((refused.status, refused.codes()), (503, [("", "E_CLOCK")]))
            self.assertRegex(refused.json()["title"], r"落后 23:5\d:\d\d")
            self.assertTrue(until(lambda: d.call("GET", "/readyz").status == 503))
            self.assertIn("pledged clock --accept", d.call("GET", "/readyz").json()["title"])
            self.assertEqual(d.call("GET", ahead.headers["location"], token=d.token("bank")).status, 200)
            self.assertEqual(d.cli("clock", check=False).returncode, 1)
            self.assertEqual(d.cli("clock", "--accept", check=False).returncode, 2)
            self.assertIn("accepted", d.cli("clock", "--accept", "--person", "李工", "--reason", "校时服务器故障").stdout)
            after = self.post(d)
            self.assertEqual(after.status, 201)
            self.assertLess(ahead.json()["recorded_at"], after.json()["recorded_at"])
            self.assertTrue(until(lambda: d.call("GET", "/readyz").status == 200))
            self.assertEqual(d.cli("verify").stdout, "no defects\n")
            acts = lambda: d.call("GET", "/v1/operator-acts", token=d.token("auditor")).json()["items"]
            self.assertTrue(until(acts))  # who said so is in the log
            self.assertEqual((acts()[0]["act"], acts()[0]["person"], acts()[0]["reason"]),
                             ("clock", "李工", "校时服务器故障"))
            self.assertIn("nothing to accept", d.cli("clock", "--accept", "--person", "李工", "--reason", "再次").stdout)
            self.assertEqual(self.post(d).status, 201)
            self.tokens_end_while_it_is_behind(d)

    def tokens_end_while_it_is_behind(self, d):
        """What was done by them before is dated a day later than their end; what is done after it is named."""
        add = lambda name: d.given("token", "add", "--org", "BANK-A", "--person", name)
        digest = lambda token: hashlib.sha256(token.encode()).hexdigest()
        old, lost, gone = add("轮换"), add("遗失"), add("离岗")
        for token in (old, lost, gone):
            self.assertEqual(d.call("POST", "/v1/loans", loan(), token).status, 201)
        d.cli("token", "rotate", "--org", "BANK-A", "--person", "轮换", "--overlap-hours", "0")
        d.cli("token", "revoke", "--id", digest(lost)[:8])
        d.cli("person", "disable", "--org", "BANK-A", "--name", "离岗")
        self.assertEqual(self.post(d).status, 201)
        self.assertEqual(d.cli("verify", check=False).stdout, "no defects\n")
        d.sql("set session_replication_role = replica; create table kept as table token;"
              " update token set revoked_at = null where person = '遗失'; notify pledged_token")
        made = d.call("POST", "/v1/loans", loan(), lost)
        self.assertEqual(made.status, 201)
        d.sql("set session_replication_role = replica; delete from token; %s; drop table kept; notify pledged_token"
              % d.refill("token", "kept").rstrip(";"))
        self.assertIn("record by a token that was not in force: %s v1" % made.json()["id"], d.cli("verify", check=False).stdout)


if __name__ == "__main__":
    unittest.main()
