"""Requests that are signed (RFC 9421, hmac-sha256 and HMAC-SM3) instead of carrying a token."""
import base64
import glob
import hashlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from harness import PLEDGED_BIN, ROOT, Case, elsewhere, free_port, loan

CLIENTS = os.path.join(ROOT, "tests", "clients")
sys.path.insert(0, CLIENTS)
from signed_request import signed  # noqa: E402


class Signed(Case):
    conf = {"readers": "2"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.d.org("bank")
        cls.key = cls.make(cls.d)

    @classmethod
    def make(cls, d, digest="sha256", *more):
        out = d.cli("token", "add", "--org", "BANK-A", "--person", "前置机", "--hmac", digest, *more).stdout
        return tuple(out.split())

    def send(self, method, target, body=None, headers=None, key=None, d=None, change=None, peer=None, **how):
        """A signed request, changed on its way if `change` says so; from an address that has not failed before."""
        d = d or self.d
        body = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, (dict, list)) else body or b""
        headers = dict(headers or {})
        if body:
            headers.setdefault("content-type", "application/json")
        sent = [method, target, body, signed(*(key or self.key), method, target, headers, body, **how)]
        if change:
            change(sent)
        c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=30, source_address=(peer or elsewhere(), 0))
        return d.exchange(c, sent[0], sent[1], sent[2] or None, sent[3])

    def test_what_is_signed_is_done_as_by_a_token(self):
        made = self.send("POST", "/v1/loans", loan())
        self.assertEqual(made.status, 201, made.body)
        self.assertEqual(made.json()["recorded_by"], "前置机@BANK-A")
        got = self.send("GET", made.headers["location"] + "?as_of=2023-01-01")
        self.assertEqual(got.status, 200)
        self.assertEqual(self.send("GET", "/v1/loans?limit=1&q=%E7%A4%BA").status, 200)
        record = loan(contract_no=made.json()["contract_no"], amount="4000000.00",
                      borrower_uscc=made.json()["borrower_uscc"], borrower_name=made.json()["borrower_name"])
        r = self.send("PUT", made.headers["location"] + "?reason=x", record, {"if-match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        lines = "".join(json.dumps(loan(), ensure_ascii=False) + "\n" for _ in range(300)).encode()
        r = self.send("POST", "/v1/loans", lines, {"content-type": "application/x-ndjson"})
        self.assertEqual(r.lines()[-1]["summary"]["created"], 300)
        self.assertEqual(self.send("POST", "/v1/claims", {}).status, 422)  # other refusals are as ever
        self.assertEqual(self.send("GET", "/v1/flag-scans").status, 403)

    def test_sm3_beside_sha256(self):
        key = self.make(self.d, "sm3")
        self.assertTrue(key[0].startswith("plm_"))
        self.assertEqual(self.send("POST", "/v1/loans", loan(), key=key).status, 201)
        wrong = ("plk_" + key[0][4:], key[1])
        self.assertEqual(self.send("POST", "/v1/loans", loan(), key=wrong).codes(), [("", "E_SIGNATURE")])

    def test_everything_that_changes_on_the_way_is_refused(self):
        def header(name, value):
            def change(sent):
                if value is None:
                    del sent[3][name]
                else:
                    sent[3][name] = value(sent[3][name]) if callable(value) else value
            return change

        def put(at, value):
            return lambda sent: sent.__setitem__(at, value(sent[at]))

        other = loan()
        raw = json.dumps(other, ensure_ascii=False).encode()
        digest = "sha-256=:%s:" % base64.b64encode(hashlib.sha256(raw).digest()).decode()

        def other_body(sent):
            sent[2] = raw
            sent[3]["content-digest"] = digest
        changes = {
            "method": put(0, lambda m: "GET"), "path": put(1, lambda t: t.replace("loans", "claims")),
            "query added": put(1, lambda t: t + "?dry_run=true"), "body": put(2, lambda b: b.replace(b"5000000", b"9000000")),
            "body and digest": other_body, "digest": header("content-digest", digest),
            "no digest": header("content-digest", None), "type": header("content-type", "application/x-ndjson"),
            "if-match added": header("if-match", "") if False else lambda s: s[3].__setitem__("if-match", '"1"'),
            "no signature": header("signature", None), "no input": header("signature-input", None),
            "mac": header("signature", lambda v: v.replace("sig=:", "sig=:AAAA")[:-5] + ":"),
            "label": header("signature", lambda v: v.replace("sig=", "other=")),
            "nonce": header("signature-input", lambda v: v.replace('nonce="', 'nonce="x')),
            "created": header("signature-input", lambda v: re.sub("created=.", "created=9", v)),
            "key": header("signature-input", lambda v: v.replace('keyid="plk_', 'keyid="plk_A')),
            "algorithm": header("signature-input", lambda v: v.replace("hmac-sha256", "hmac-sm3")),
            "not covered": header("signature-input", lambda v: v.replace(' "content-digest"', "")),
            "method not covered": header("signature-input", lambda v: v.replace('"@method" ', "")),
            "parameters": header("signature-input", lambda v: v.replace('"@path"', '"@path";req')),
            "rubbish": header("signature-input", "x"),
            "a token beside": lambda s: s[3].__setitem__("authorization", "Bearer " + self.d.token("bank")),
        }
        for what, change in changes.items():
            with self.subTest(what):
                record = loan()
                r = self.send("POST", "/v1/loans", record, change=change)
                self.assertEqual((r.status, r.codes()), (401, [("", "E_SIGNATURE")]), r.body)
                self.assertIn("www-authenticate", r.headers)
                self.assertEqual(self.d.sql("select count(*) from submission where key = '%s'" % record["contract_no"]), "0")
        r = self.send("GET", "/v1/loans?limit=1", change=put(1, lambda t: t.replace("=1", "=2")))
        self.assertEqual(r.codes(), [("", "E_SIGNATURE")])

    def test_wrong_signatures_are_answered_later_and_later_and_right_ones_are_not(self):
        peer, began = elsewhere(), time.monotonic()
        spoil = lambda s: s[3].__setitem__("signature", s[3]["signature"].replace("sig=:", "sig=:AAAA")[:-5] + ":")
        said = [self.send("GET", "/v1/me", change=spoil, peer=peer) for _ in range(6)]
        said.append(self.d.call("GET", "/v1/me", token="plg_guess", peer=peer))  # by whichever means he tries
        self.assertEqual([r.codes() for r in said], [[("", "E_SIGNATURE")]] * 6 + [[("", "E_AUTH")]])
        # Three at once, then an eighth of a second, a quarter, a half and one: more than the machine can add.
        self.assertGreaterEqual(time.monotonic() - began, 1.875)
        self.assertEqual(self.send("GET", "/v1/me", peer=peer).status, 200)

    def test_old_and_future_signatures_and_nonces_that_are_none(self):
        now = int(time.time())
        for created, status in ((now - 290, 200), (now - 320, 401), (now + 40, 200), (now + 90, 401)):
            self.assertEqual(self.send("GET", "/v1/loans?limit=1", created=created).status, status, created - now)
        for nonce in ("short", "x" * 129):
            self.assertEqual(self.send("GET", "/v1/loans?limit=1", nonce=nonce).status, 401)

    def test_a_replay_is_refused_after_a_restart_and_by_another_daemon(self):
        body = loan()
        once = {"nonce": "once-and-never-again", "created": int(time.time())}
        first = self.send("POST", "/v1/loans", body, **once)
        self.assertEqual(first.status, 201)
        again = self.send("POST", "/v1/loans", body, **once)
        self.assertEqual((again.status, again.codes()), (401, [("", "E_SIGNATURE")]))
        self.assertIn("nonce", again.json()["title"])
        port, folder = free_port(), tempfile.mkdtemp(dir=self.d.folder)
        env = dict(self.d.env, PLEDGED_LISTEN="127.0.0.1:%d" % port, PLEDGED_DATA=folder, PLEDGED_DATABASE="host=%s"
                   " user=pledged_owner dbname=pledged" % os.path.join(self.d.data, "run"))
        for name in ("log.key", "signing.key"):
            with open(os.path.join(self.d.data, name), "rb") as f, open(os.path.join(folder, name), "wb") as g:
                g.write(f.read())
        second = subprocess.Popen([PLEDGED_BIN, "serve"], env=env, stderr=self.d.log)
        own, self.d.port = self.d.port, port
        try:
            get = {"nonce": "one-of-two-daemons", "created": int(time.time())}
            deadline = time.time() + 60
            while True:
                try:
                    r = self.send("GET", "/v1/loans?limit=1", **get)
                    if r.status != 503:
                        break
                except OSError:
                    pass
                self.assertLess(time.time(), deadline)
                time.sleep(0.1)
            self.assertEqual(r.status, 200, r.body)
            self.assertEqual(self.send("POST", "/v1/loans", body, **once).status, 401)
        finally:
            self.d.port = own
            second.terminate()
            self.assertEqual(second.wait(timeout=60), 0)  # who read what there waits for no lane
        self.assertEqual(self.send("GET", "/v1/loans?limit=1", **get).status, 401)
        self.d.restart()
        self.assertEqual(self.send("POST", "/v1/loans", body, **once).status, 401)
        self.assertEqual(self.send("POST", "/v1/loans", body).status, 200)  # signed anew it is a replay of the record

    def test_keys_are_changed_with_overlap_and_revoked_at_once(self):
        old, new = self.make(self.d), self.make(self.d)
        for key in (old, new):
            self.assertEqual(self.send("GET", "/v1/loans?limit=1", key=key).status, 200)
        digest = hashlib.sha256(old[1].encode()).hexdigest()[:8]
        self.assertIn(digest, self.d.cli("token", "list").stdout)
        self.d.cli("token", "revoke", "--id", digest)
        deadline = time.time() + 10  # until the daemon has heard of it
        while self.send("GET", "/v1/loans?limit=1", key=old).status == 200 and time.time() < deadline:
            time.sleep(0.02)
        self.assertEqual(self.send("GET", "/v1/loans?limit=1", key=old).status, 401)
        self.assertEqual(self.send("GET", "/v1/loans?limit=1", key=new).status, 200)
        self.assertEqual(self.make(self.d, "sha256", "--expires-days", "1")[0][:4], "plk_")
        rotated = tuple(self.d.cli("token", "rotate", "--org", "BANK-A", "--person", "前置机", "--hmac", "sha256", "--id",
                                      hashlib.sha256(new[1].encode()).hexdigest()[:8]).stdout.split())
        for key in (new, rotated):  # the ones before go on for a day
            self.assertEqual(self.send("GET", "/v1/loans?limit=1", key=key).status, 200)
        reads = self.make(self.d, "sha256", "--read-only")
        self.assertEqual(self.send("GET", "/v1/loans?limit=1", key=reads).status, 200)
        self.assertEqual(self.send("POST", "/v1/loans", loan(), key=reads).status, 403)
        self.assertEqual(self.d.cli("token", "add", "--org", "BANK-A", "--person", "x", "--hmac", "md5",
                                    check=False).returncode, 2)

    def test_the_key_is_nowhere_and_is_no_token(self):
        key = self.make(self.d)
        self.assertEqual(self.send("GET", "/v1/loans?limit=1", key=key).status, 200)
        self.assertEqual(self.d.call("GET", "/v1/loans?limit=1", token=key[1]).status, 401)
        for path in glob.glob(os.path.join(self.d.data, "*")):
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    self.assertNotIn(key[1].encode(), f.read(), path)
        self.assertEqual(os.stat(os.path.join(self.d.data, "signing.key")).st_mode & 0o777, 0o600)
        self.assertNotIn(key[1], self.d.stderr())

    def test_both_clients(self):
        url = "http://127.0.0.1:%d/v1/loans" % self.d.port
        for digest in ("sha256", "sm3"):
            path = os.path.join(self.d.folder, "key-" + digest)
            with open(path, "w", encoding="ascii") as f:
                f.write(" ".join(self.make(self.d, digest)) + "\n")
            for client in ([sys.executable, "signed_request.py"], ["sh", "signed_request.sh"]):
                body = os.path.join(self.d.folder, "body.json")
                with open(body, "w", encoding="utf-8") as f:
                    json.dump(loan(), f, ensure_ascii=False)
                run = lambda *args: subprocess.run(client[:1] + [os.path.join(CLIENTS, client[1]), path, *args],
                                                   capture_output=True, text=True, check=False)
                out = run("POST", url, body)
                self.assertIn("201", out.stdout, out.stderr)
                self.assertIn("前置机@BANK-A", out.stdout)
                self.assertIn("200", run("GET", url + "?limit=1&order=-recorded").stdout)
