"""A daemon on a moving clock, with the banks and offices that histories are played by."""
import atexit
import datetime
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it"))
import harness  # noqa: E402
from clock import Clock  # noqa: E402

START = datetime.date(2022, 1, 4)  # the LPR of all days of a history is known to the ledger
BANKS = ["BANK-1", "BANK-2", "BANK-3", "BANK-4"]
INSURER, GUARANTOR = harness.ORGS["insurer"], harness.ORGS["guarantor"]
DISTRICTS = ["DIST-310116", "DIST-310115"]
KINDS = {"FINANCE": "finance", "IP-OFFICE": "ip_office", INSURER: "insurer", GUARANTOR: "guarantor",
         **dict.fromkeys(DISTRICTS, "district")}
PERSONS = [("FINANCE", "王敏"), ("FINANCE", "李华"), ("FINANCE", "复核"), ("FINANCE", "清查"), ("IP-OFFICE", "王敏"), (INSURER, "王敏"),
           (GUARANTOR, "王敏")] + [(b, "王敏") for b in BANKS] + [(d, x) for d in DISTRICTS for x in ("王敏", "李复核", "赵支付")]


def day_of(n):
    return START + datetime.timedelta(days=n)


class Faked(harness.Daemon):
    """A daemon whose time, and whose cluster's, is a Clock's."""

    def __init__(self, binary, data, clock):
        self.clock = clock
        super().__init__({"data": data, "readers": "2"}, binary=binary)

    def start(self):
        self.env.update(self.clock.environment())
        super().start()


class Town:
    """Made once a process and copied for each batch of histories: all begin on the same day with the same people."""
    made = {}  # binary: (folder, tokens)

    def __init__(self, binary):
        self.binary = binary
        self.folder = tempfile.mkdtemp(prefix="pledged-model-")
        os.chmod(self.folder, 0o755)
        atexit.register(self.close)
        self.data = os.path.join(self.folder, "data")
        self.clock = Clock(os.path.join(self.folder, "clock"), START)
        self.daemon, self.scanned = None, None  # scanned: the last day on which flags were looked for
        if binary not in Town.made:
            Town.made[binary] = self.first_data()
        template, self.tokens = Town.made[binary]
        subprocess.run(["cp", "-a", "--reflink=auto", template, self.data], check=True)
        self.clock.to(START + datetime.timedelta(days=1))
        self.daemon = Faked(binary, self.data, self.clock)
        self.line, self.lines = threading.local(), []

    def first_data(self):
        """An empty ledger that knows its people, made on the first day."""
        template = os.path.join(tempfile.mkdtemp(prefix="pledged-model-"), "data")
        os.chmod(os.path.dirname(template), 0o755)
        atexit.register(shutil.rmtree, os.path.dirname(template), ignore_errors=True)
        d = Faked(self.binary, template, self.clock)
        tokens = {}
        for org in dict.fromkeys(org for org, _ in PERSONS):
            d.org(KINDS.get(org, "bank"), org)
        for org, name in PERSONS:
            tokens[org, name] = d.cli("token", "add", "--org", org, "--person", name).stdout.strip()
        # tables without statistics make plans look dear: compiling them would take four fifths of the time
        d.sql("alter database pledged set jit = off")
        d.stop()
        d.log.close()
        shutil.rmtree(d.folder, ignore_errors=True)
        return template, tokens

    def call(self, who, method, path, body=None, headers=None):
        """Status, answer and headers. A connection a thread, kept."""
        h = dict(headers or {}, Authorization="Bearer " + self.tokens[who])
        if body is not None:
            body = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
            h.setdefault("Content-Type", "application/json")
        for again in (False, True):
            if getattr(self.line, "to", None) is None:
                self.line.to = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=120)
                self.lines.append(self.line.to)
            try:
                self.line.to.request(method, path, body, h)
                r = self.line.to.getresponse()
                said = r.read()
                break
            except (http.client.HTTPException, OSError):  # an idle connection was closed: a replay is the same record
                self.line.to.close()
                self.line.to = None
                if again:
                    raise
        if r.headers.get_content_type() == "application/x-ndjson":
            return r.status, [json.loads(line) for line in said.splitlines()], r.headers
        return r.status, json.loads(said) if said else None, r.headers

    def close(self):
        for line in self.lines if self.daemon else ():
            line.close()
        if self.daemon is not None:
            self.daemon.close()
            self.daemon = None
        shutil.rmtree(self.folder, ignore_errors=True)
