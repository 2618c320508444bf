"""A real daemon on a real private PostgreSQL for each configuration that the tests ask for.

Case.d is the daemon. Classes of a file with the same `conf` share one. Its cluster is a copy of one
that is made and migrated once a run (tests/parts.py) or once a file that is run by hand; only a
daemon that is `safe` makes its own, as it does at a user's. Tests choose fresh contract numbers and
firms and never rely on an empty ledger.
"""
import atexit
import contextlib
import datetime
import glob
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import openapi_check  # before any other atexit: it tells last

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PLEDGED_BIN = os.environ.get("PLEDGED_BIN", os.path.join(ROOT, "build", "dev", "pledged"))
RELEASE_BIN = os.environ.get("PLEDGED_RELEASE_BIN",
                             os.path.join(ROOT, "build", "release", "pledged"))
ORGS = {
    "bank": "BANK-A", "insurer": "91310115QX0115114N", "guarantor": "91310101QX0101011R",
    "district": "DIST-310115", "finance": "FINANCE", "ip_office": "IP-OFFICE",
    "auditor": "AUDITOR",
}
# Debian's psql and pg_dump are found through a script that takes six times as long as they do.
os.environ["PATH"] = ":".join([*sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)[:1], os.environ["PATH"]])
TODAY = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()  # of the ledger: Shanghai's
numbers = itertools.count(int(time.time()) % 1000000 * 1000)


def elsewhere():
    """An address of this machine that has not failed to sign in before: whoever has waits longer each time."""
    n = next(numbers)
    return "127.%d.%d.%d" % (1 + n // 65536 % 250, n // 256 % 256, n % 256)


class Response:
    def __init__(self, r):
        self.status = r.status
        self.headers = {k.lower(): v for k, v in r.getheaders()}
        self.body = r.read()

    def json(self):
        return json.loads(self.body)

    def lines(self):
        return [json.loads(x) for x in self.body.decode().splitlines()]

    def codes(self):
        return [(e["pointer"], e["code"]) for e in self.json()["errors"]]


READY = '"event":"ready"'


def free_port():
    """One that the system gives to nobody by itself while the daemon starts, or starts again."""
    for _ in range(200):
        port = random.SystemRandom().randrange(12000, 32000)
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


def soon(ask, want, within=10, same=lambda said: said):
    """What `ask` answers when it is `want`, or at last: the daemon hears of what was done past it a moment later."""
    end = time.monotonic() + within
    while same(said := ask()) != want and time.monotonic() < end:
        time.sleep(0.05)
    return said


def make_cluster(binary, folder):
    """An empty ledger under folder, its cluster stopped."""
    env = dict(os.environ, PLEDGED_DATA=folder, PLEDGED_UNSAFE_NO_FSYNC="1")
    out = subprocess.run([binary, "migrate"], env=env, check=False, capture_output=True, text=True)
    if out.returncode != 0:
        log = os.path.join(folder, "pg.log")
        if os.path.exists(log):
            with open(log, encoding="utf-8", errors="replace") as f:
                out.stderr += f.read()[-4000:]
        raise RuntimeError("no cluster can be made:\n" + out.stderr)


templates = {}  # binary: a folder that make_cluster has filled
if "PLEDGED_TEMPLATE" in os.environ:  # made for the whole run, from the sources of both
    templates = dict.fromkeys((PLEDGED_BIN, RELEASE_BIN), os.environ["PLEDGED_TEMPLATE"])


def copy_cluster(binary, data):
    if binary not in templates:
        folder = templates[binary] = tempfile.mkdtemp(prefix="pledged-it-")
        atexit.register(shutil.rmtree, folder)
        make_cluster(binary, folder)
    os.mkdir(data)
    parts = [os.path.join(templates[binary], "pg"), *glob.glob(os.path.join(templates[binary], "catalogue-*"))]
    subprocess.run(["cp", "-a", "--reflink=auto", *parts, data], check=True)


def socket_folder(data):
    """Where the cluster of this data folder listens: as server/db/cluster.c chooses."""
    run = os.path.join(data, "run")
    if len(run.encode()) <= 90:
        return run
    total = 5381
    for byte in data.encode():
        total = total * 33 + byte
    return "/tmp/pledged-%08x" % (total & 0xffffffff)


class Daemon:
    def __init__(self, conf=None, safe=False, binary=None):
        self.binary = binary or PLEDGED_BIN
        self.folder = tempfile.mkdtemp(prefix="pledged-it-")
        os.chmod(self.folder, 0o711)  # what a daemon starts works as another user where this is root
        self.data = (conf or {}).get("data") or os.path.join(self.folder, "data")
        self.port = int((conf or {}).get("listen", ":0").rsplit(":", 1)[1]) or free_port()
        self.env = dict(os.environ, PLEDGED_DATA=self.data)
        self.env["PLEDGED_LISTEN"] = "127.0.0.1:%d" % self.port
        if not safe:
            self.env["PLEDGED_UNSAFE_NO_FSYNC"] = "1"
        for key, value in (conf or {}).items():
            self.env["PLEDGED_" + key.upper()] = str(value)
        if not safe and not {"data", "database", "city"} & set(conf or {}):
            copy_cluster(self.binary, self.data)
        self.tokens = {}
        self.log = open(os.path.join(self.folder, "stderr"), "ab")
        self.process = None
        self.start()

    def start(self):
        begun = self.stderr().count(READY)
        self.process = subprocess.Popen([self.binary, "serve"], env=self.env, stderr=self.log,
                                        stdin=subprocess.DEVNULL)
        deadline = time.time() + 60
        while time.time() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if self.stderr().count(READY) > begun and self.call("GET", "/readyz").status == 200:
                    return  # and it is this one that is asked, not another that has its address meanwhile
            except OSError:
                pass
            time.sleep(0.05)
        self.kill9()
        raise RuntimeError("the daemon does not start:\n" + self.stderr())

    def stderr(self):
        with open(os.path.join(self.folder, "stderr"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def cli(self, *args, check=True, binary=None):
        """A command. What it leaves behind the system takes back with it: leaks are looked for in the daemon."""
        return subprocess.run([binary or self.binary, *args], env=dict(self.env, ASAN_OPTIONS="detect_leaks=0"), check=check,
                              timeout=120, capture_output=True, text=True)

    def given(self, *args):
        """What a command prints that only prepares a test."""
        return self.cli(*args, binary=self.quick()).stdout.strip()

    def verify(self):
        """The findings of `pledged verify`, for tests that ask many times."""
        return self.cli("verify", check=False, binary=self.quick())

    def quick(self):
        """In a whole run the program without sanitizers, which is as new."""
        return os.environ.get("PLEDGED_RELEASE_BIN", self.binary) if self.binary == PLEDGED_BIN else self.binary

    def org(self, kind, code=None, district=None):
        code = code or ORGS[kind]
        args = ["org", "add", "--code", code, "--kind", kind, "--name", "测试" + code]
        if kind == "district":
            args += ["--district", district or code[-6:]]
        self.given(*args)
        return code

    def token(self, kind, code=None):
        key = (kind, code or ORGS[kind])
        if key not in self.tokens:
            org = self.org(kind, code)
            self.tokens[key] = self.given("token", "add", "--org", org, "--person", "王敏")
        return self.tokens[key]

    def agreed(self, proposed):
        """What one person proposed (202) is approved by another of his office; the answer to the approval."""
        assert proposed.status == 202, (proposed.status, proposed.body)
        who, code = proposed.json()["recorded_by"].rsplit("@", 1)
        name = "复核" if who != "复核" else "王敏"
        if (code, name) not in self.tokens:
            self.tokens[code, name] = self.given("token", "add", "--org", code, "--person", name)
        where, token = proposed.headers["location"], self.tokens[code, name]
        seen = self.call("GET", where, token=token).json()["seen"]
        r = self.call("POST", where + "/approve", {"seen": seen, "reason": "核对无误"}, token)
        assert r.status == 201 and r.json()["state"] == "approved", (r.status, r.body)
        return r

    def confirmed(self, told):
        """What an office told (201) is confirmed by finance, so that it counts."""
        assert told.status == 201, (told.status, told.body)
        where, token = told.headers["location"], self.token("finance")
        seen = self.call("GET", where, token=token).json()["seen"]
        r = self.call("POST", where + "/confirm", {"seen": seen, "reason": "核对无误"}, token)
        assert r.status == 201, (r.status, r.body)
        return told

    def call(self, method, path, body=None, token=None, headers=None, timeout=60, peer=None):
        h = dict(headers or {})
        if token:
            h["Authorization"] = "Bearer " + token
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False)
            h.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        return self.exchange(self.connection(timeout, peer), method, path, body, h)

    def connection(self, timeout, peer):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=peer and (peer, 0))

    def exchange(self, connection, method, path, body, headers):
        """One request and its answer, which is held against the description."""
        try:
            connection.request(method, path, body, headers)
            response = Response(connection.getresponse())
        finally:
            connection.close()
        openapi_check.seen(self.binary, method, path, body, headers, response)
        return response

    def psql_command(self):
        return ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", socket_folder(self.data), "-U",
                "pledged_owner", "pledged"]

    def sql(self, query):
        return subprocess.run(self.psql_command() + ["-c", query], check=True, capture_output=True,
                              text=True).stdout.strip()

    def lawful(self, query, tables):
        """Writes into these tables as a command of the operator does: what the key of the log has signed enters it."""
        kept = "alter table %s enable %strigger log_kept;"
        pipe = self.psql()
        pipe.stdin.write("begin;" + "".join(kept % (t, "always ") for t in tables) + "set local session_replication_role ="
                         " replica;" + query + "set local session_replication_role = origin;"
                         + "".join(kept % (t, "") for t in tables)
                         + "select concat_ws(E'\\n', flight, n, digest) from log_flight_rows();\\echo\n")
        pipe.stdin.flush()
        lines = list(iter(lambda: pipe.stdout.readline().strip(), ""))
        text = os.path.join(self.folder, "rows")
        with open(text, "w", encoding="ascii") as f:
            f.write("\n".join(["pledged-rows-1"] + lines) + "\n")
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-in", text, "-inkey",
                                    os.path.join(self.data, "log.key")], check=True, capture_output=True).stdout
        pipe.communicate("insert into log_pending (flight, signature) values ('%s', '\\x%s'); commit;"
                         % (lines[0], signature.hex()))
        assert pipe.returncode == 0

    def identity(self, code, kind, person="甲"):
        """SQL by which a connection that knows the secret says who acts, until its transaction ends."""
        secret = self.sql("select wall_secret()")
        org = self.sql("select coalesce((select id::text from org where code = '%s'), '')" % code)
        said = {"secret": secret, "org": org, "kind": kind, "code": code, "person": person}
        return "select %s;" % ", ".join("set_config('pledged.%s', '%s', true)" % x for x in said.items())

    def refill(self, table, copy):
        """The statement that puts the rows of a copy back; a generated column makes itself."""
        columns = self.sql("select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = '%s'"
                           "::regclass and attnum > 0 and not attisdropped and attgenerated = ''" % table)
        return "insert into %s (%s) overriding system value select %s from %s;" % (table, columns, columns, copy)

    def psql(self):
        """A session that stays open; statements go to its stdin."""
        return subprocess.Popen(self.psql_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def alive(self):
        return self.process.poll() is None and self.call("GET", "/healthz").status == 200

    def kill9(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def restart(self):
        self.stop()
        self.start()

    def postmaster(self):
        with open(os.path.join(self.data, "pg", "postmaster.pid"), encoding="ascii") as f:
            return int(f.readline())

    def kill_postmaster(self):
        os.kill(self.postmaster(), signal.SIGKILL)

    def close(self):
        try:
            status = self.stop()
            if status != 0:
                print("daemon ended with %s\n%s" % (status, self.stderr()[-4000:]))
        finally:
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)


running = {}


def daemon(conf=None, safe=False, binary=None):
    key = (json.dumps(conf or {}, sort_keys=True), safe, binary)
    if key not in running:
        running[key] = Daemon(conf, safe, binary)
        atexit.register(running[key].close)
    return running[key]


class Case(unittest.TestCase):
    conf = None
    safe = False
    binary = None  # RELEASE_BIN where sanitizers would change what is measured

    @classmethod
    def setUpClass(cls):
        cls.d = daemon(cls.conf, cls.safe, cls.binary)


def patent(serial, year=2019, kind=1):
    """A patent number with its check digit: weights 2..9, 2..5, sum mod 11, 10 is X."""
    body = "%04d%d%07d" % (year, kind, serial)
    total = sum(int(c) * (i % 8 + 2) for i, c in enumerate(body))
    return body + "0123456789X"[total % 11]


def firm(n):
    """A firm of its own: its credit code (GB 32100) and its name."""
    body = "QX%06d" % (n % 1000000)
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    check = 11 - sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    code = "91310115" + body + "0123456789X0"[check]
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return code + alphabet[-total % 31], "示例企业%06d" % (n % 1000000)


def loan(**over):
    """A loan to a firm of its own, unless another is named: one firm's loans may be one credit."""
    n = next(numbers)
    code, name = firm(n)
    record = {
        "contract_no": "T-%d" % n, "product": "single_pledge",
        "borrower_uscc": code, "borrower_name": name,
        "district": "310115", "amount": "5000000.00", "rate": "3.65", "signed_on": "2022-07-01",
        "matures_on": "2023-07-01", "ip": [{"number": patent(n % 10000000)}],
    }
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}
