"""The disk is lost under load: what was acknowledged comes back out of the backup, and the log is whole."""
import http.client
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from harness import PLEDGED_BIN, Daemon, loan


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, capture_output=True)


class Backup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.data, self.backup = os.path.join(self.folder, "data"), os.path.join(self.folder, "backup")
        self.key, self.cert = os.path.join(self.folder, "office.key"), os.path.join(self.folder, "office.pem")

    def certificate(self, *kind):
        openssl("req", "-x509", *kind, "-nodes", "-keyout", self.key, "-out", self.cert, "-subj", "/CN=office")

    def serve(self, **more):
        d = Daemon({"data": self.data, "backup": self.backup, "backup_certificate": self.cert, **more})
        self.addCleanup(d.close)
        return d

    def lose_the_disk(self, d):
        """Nothing of it is left, and nobody had time to say good-bye."""
        d.process.send_signal(signal.SIGSTOP)
        postmaster = d.postmaster()
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], check=True, capture_output=True,
                                  text=True).stdout.split()
        d.kill9()
        for pid in [postmaster, *map(int, children)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        until = time.monotonic() + 30  # where nobody reaps, it is dead all the same
        while os.path.exists("/proc/%d" % postmaster) and time.monotonic() < until:
            time.sleep(0.05)
        shutil.rmtree(self.data)

    def restore(self, *args, check=True):
        out = subprocess.run([PLEDGED_BIN, "restore", "--data", self.data, "--backup", self.backup, *args],
                             capture_output=True, text=True, check=False, timeout=120,
                             env=dict(os.environ, PLEDGED_UNSAFE_NO_FSYNC="1"))
        log = os.path.join(self.data, "pg.log")
        if check and out.returncode:
            with open(log, encoding="utf-8", errors="replace") as f:
                self.fail(out.stdout + out.stderr + f.read()[-3000:])
        return out

    def keys_in(self, d):
        return set(d.sql("select key from submission").split())

    def test_a_disk_lost_under_load_costs_nothing_that_was_acknowledged(self):
        self.certificate("-newkey", "rsa:2048")
        d = self.serve(backup_wait="true")
        token = d.token("bank")
        acknowledged, lock, stop = set(), threading.Lock(), threading.Event()

        def client():
            while not stop.is_set():
                record = loan()
                try:
                    if d.call("POST", "/v1/loans", record, token, timeout=10).status == 201:
                        with lock:
                            acknowledged.add(record["contract_no"])
                except (OSError, http.client.HTTPException):
                    time.sleep(0.1)
        clients = [threading.Thread(target=client) for _ in range(16)]
        for c in clients:
            c.start()
        out = d.cli("backup", "--type", "full", check=False)  # while they write
        self.assertEqual((out.returncode, out.stderr), (0, ""), out.stdout)
        before = len(acknowledged)
        until = time.monotonic() + 120
        while len(acknowledged) < before + 200 and time.monotonic() < until:
            time.sleep(0.05)
        self.assertGreaterEqual(len(acknowledged), before + 200)
        self.lose_the_disk(d)
        stop.set()
        for c in clients:
            c.join()
        out = self.restore("--key", self.key)
        self.assertIn("5 keys", out.stdout)
        d.start()
        self.assertEqual(acknowledged - self.keys_in(d), set())
        self.assertEqual(d.verify().stdout, "no defects\n")
        self.assertEqual(d.call("POST", "/v1/loans", loan(), token).status, 201)  # the log goes on with its key
        again = d.cli("backup", check=False)  # and so does the archive, on a new timeline
        self.assertEqual((again.returncode, again.stderr), (0, ""))
        print("figure: %d acknowledged, none missing" % len(acknowledged))

    def test_a_backup_that_does_not_answer_is_told_and_nothing_is_acknowledged_without_it(self):
        self.certificate("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        d = self.serve(backup_wait="true")
        token, answers = d.token("bank"), []
        self.assertEqual(d.call("POST", "/v1/loans", loan(), token).status, 201)
        receiver = int(subprocess.run(["pgrep", "-f", "pg_receivewal --directory=%s/wal" % self.backup], check=True,
                                      capture_output=True, text=True).stdout.split()[0])
        os.kill(receiver, signal.SIGSTOP)
        try:
            post = threading.Thread(target=lambda: answers.append(d.call("POST", "/v1/loans", loan(), token).status))
            post.start()
            until = time.monotonic() + 30
            while (told := d.call("GET", "/readyz")).status == 200 and time.monotonic() < until:
                time.sleep(0.05)
            self.assertIn("等待备份", told.json()["title"])
            self.assertEqual(answers, [])
        finally:
            os.kill(receiver, signal.SIGCONT)
        post.join()
        self.assertEqual(answers, [201])
        os.kill(receiver, signal.SIGKILL)  # another one takes its place
        self.assertEqual(d.call("POST", "/v1/loans", loan(), token).status, 201)

    def test_to_an_instant_and_what_is_refused(self):
        self.certificate("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        d = self.serve()
        token = d.token("bank")
        post = lambda: d.call("POST", "/v1/loans", loan(), token).json()
        kept = post()
        self.assertEqual(d.cli("backup").returncode, 0)
        self.assertEqual(d.cli("backup", "--type", "half", check=False).returncode, 2)
        time.sleep(2)  # pgBackRest knows the end of a backup to the second
        between = d.sql("select clock_timestamp()")
        time.sleep(0.1)
        late = post()
        self.assertEqual(d.cli("backup", "--type", "diff").returncode, 0)  # its checkpoint knows the late one
        with open(os.path.join(self.backup, "keys", "log.key.cms"), "rb") as f:
            self.assertNotIn(b"PRIVATE KEY", f.read())
        opened = openssl("cms", "-decrypt", "-inform", "PEM", "-in", os.path.join(self.backup, "keys", "log.key.cms"),
                         "-inkey", self.key, "-recip", self.cert).stdout
        with open(os.path.join(self.data, "log.key"), "rb") as f:
            self.assertEqual(f.read(), opened.replace(b"\r\n", b"\n"))
        self.assertIn("a ledger is there", self.restore(check=False).stderr)
        self.lose_the_disk(d)
        stranger = os.path.join(self.folder, "stranger.key")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", stranger)
        out = self.restore("--key", stranger, check=False)
        self.assertEqual(out.returncode, 2)
        self.assertIn("does not open the keys", out.stderr)
        out = self.restore("--key", self.key, "--to", between)
        self.assertRegex(out.stdout, r"restored: \d+ records")
        self.assertIn("an earlier state than was signed", out.stdout)
        self.assertEqual(d.cli("log", check=False).returncode, 1)
        d.cli("log", "--accept-restore", "--person", "李工", "--reason", "演练")
        d.start()
        keys = self.keys_in(d)
        self.assertIn(kept["contract_no"], keys)
        self.assertNotIn(late["contract_no"], keys)
        self.assertEqual(d.verify().stdout, "no defects\n")

    def test_settings_that_do_not_fit_are_refused(self):
        self.certificate("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        run = lambda *args: subprocess.run([PLEDGED_BIN, *args, "--data", self.data], capture_output=True, text=True,
                                           check=False, timeout=60)
        self.assertIn("go with backup", run("serve", "--backup-wait").stderr)
        self.assertIn("private database", run("serve", "--backup", "/x", "--database", "host=/nowhere").stderr)
        self.assertIn("whole path", run("serve", "--listen", "127.0.0.1:0", "--backup", "relative").stderr)
        self.assertIn("--backup names", run("restore").stderr)
        os.mkdir(self.backup, 0o777)
        os.chmod(self.backup, 0o777)
        self.assertIn("open to others", run("serve", "--listen", "127.0.0.1:0", "--backup", self.backup).stderr)


if __name__ == "__main__":
    unittest.main()
