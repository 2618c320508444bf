"""Proof outside: checkpoints, receipts, tiles and witnesses in public formats, checked by a second reader; forks."""
import base64
import hashlib
import json
import os
import subprocess
import tempfile
import time

import tlog
from harness import PLEDGED_BIN, Case, Daemon, loan
from witness import Witness


def until(condition, seconds=20):
    deadline = time.time() + seconds
    while time.time() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def put(folder, name, content):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content)
    return path


class Log(Case):
    """Helpers over self.d."""
    def keys(self, d=None):
        return (d or self.d).call("GET", "/v1/log/key?format=vkey").body.decode().split()

    def get(self, path, token=None, status=200, d=None):
        r = (d or self.d).call("GET", path, token=token)
        self.assertEqual(r.status, status, r.body)
        return r.body

    def post(self, n=1, d=None):
        d = d or self.d
        body = "".join(json.dumps(loan(), ensure_ascii=False) + "\n" for _ in range(n))
        r = d.call("POST", "/v1/loans", body, d.token("bank"), {"Content-Type": "application/x-ndjson"})
        lines = r.lines()
        self.assertEqual(lines[-1]["summary"]["created"], n)
        return [x["id"] for x in lines[:-1]]

    def verify(self, *args):
        """A command far from any ledger."""
        with tempfile.TemporaryDirectory() as away:
            out = subprocess.run([PLEDGED_BIN, *args], check=False, capture_output=True, text=True, timeout=60,
                                 env={"PATH": os.environ["PATH"], "PLEDGED_DATA": os.path.join(away, "none")})
            self.assertEqual(os.listdir(away), [])
        return out


class Proof(Log):
    conf = {"readers": "2", "log_origin": "ledger.example/log"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(dir=cls.d.folder)
        cls.vkeys = cls.d.call("GET", "/v1/log/key?format=vkey").body.decode().split()
        cls.key = put(cls.folder, "vkeys", "\n".join(cls.vkeys).encode())
        cls.pem = put(cls.folder, "log.pem", cls.d.call("GET", "/v1/log/key").body)

    def test_the_checkpoint_is_a_note_that_both_keys_have_signed(self):
        self.post()
        self.assertEqual(len(self.vkeys), 2)
        note = self.get("/v1/log/checkpoint")
        origin, size, root = tlog.checkpoint(note, self.vkeys)
        self.assertEqual(origin, "ledger.example/log")
        self.assertEqual((str(size), root.hex()), tuple(self.d.sql(
            "select size, encode(root, 'hex') from log_head where size = %d" % size).split("|")))
        for i in range(0, len(note), 7):  # every byte class: origin, size, root, dash, name, both signatures
            bad = note[:i] + bytes([note[i] ^ 1]) + note[i + 1:]
            with self.assertRaises(tlog.Bad):
                tlog.checkpoint(bad, self.vkeys)

    def test_a_receipt_is_enough_by_itself_and_every_change_to_it_is_refused(self):
        self.post(5)
        made = self.post()[0]
        self.post(3)
        text = self.get("/v1/receipts/%s?format=tlog-proof" % made, self.d.token("bank"))
        by_header = self.d.call("GET", "/v1/receipts/" + made, token=self.d.token("bank"),
                                headers={"Accept": "text/plain"})
        self.assertEqual(by_header.body, text)
        entry, size, root = tlog.receipt(text, self.vkeys)
        self.assertEqual(entry.split(b"\n")[1].decode(), made)
        body = self.d.sql("select body::text from submission where id = '%s'" % made)
        self.assertEqual(entry.split(b"\n")[3].decode(), hashlib.sha256(body.encode()).hexdigest())
        path, record = put(self.folder, "r.tlog-proof", text), put(self.folder, "record", body.encode())
        out = self.verify("verify-receipt", path, "--key", self.key, "--record", record)
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        self.assertIn("the record is in the log", out.stdout)
        self.assertEqual(self.verify("verify-receipt", path, "--key", self.pem).returncode, 0)
        put(self.folder, "record", body.encode() + b" ")
        self.assertEqual(self.verify("verify-receipt", path, "--key", self.key, "--record", record).returncode, 1)
        lines = text.split(b"\n")
        changes = [b"\n".join(lines[:i] + [line[:at] + bytes([line[at] ^ 1]) + line[at + 1:]] + lines[i + 1:])
                   for i, line in enumerate(lines) if line for at in (0, len(line) // 2, len(line) - 1)]
        changes += [b"\n".join(lines[:i] + lines[i + 1:]) for i in range(len(lines))]
        changes += [text + b"x", text[:-1], b"\n".join([lines[0], lines[2], lines[1]] + lines[3:])]
        for bad in changes:
            with self.assertRaises(tlog.Bad, msg=bad):
                tlog.receipt(bad, self.vkeys)
            out = self.verify("verify-receipt", put(self.folder, "bad", bad), "--key", self.key)
            self.assertEqual(out.returncode, 1, bad)
        self.assertEqual(self.verify("verify-receipt", path).returncode, 2)

    def test_the_older_receipt_stays_checkable(self):
        made = self.post()[0]
        receipt = json.loads(self.get("/v1/receipts/" + made, self.d.token("bank")))
        self.assertEqual(hashlib.sha256(receipt["record"].encode()).hexdigest(), receipt["leaf_text"].split("\n")[3])
        path = put(self.folder, "r.json", json.dumps(receipt).encode())
        self.assertEqual(self.verify("verify-receipt", path, "--key", self.pem).returncode, 0)
        for member, value in (("leaf", receipt["leaf"] + 1), ("size", receipt["size"] + 1), ("root", "0" * 64),
                              ("leaf_text", receipt["leaf_text"].replace("王", "李")), ("signed_at", "2022-01-01"),
                              ("signature", receipt["signature"][:-1] + "01"[receipt["signature"][-1] == "0"]), ("path", receipt["path"][:-1])):
            bad = put(self.folder, "bad.json", json.dumps(dict(receipt, **{member: value})).encode())
            self.assertEqual(self.verify("verify-receipt", bad, "--key", self.pem).returncode, 1, member)

    def test_a_receipt_comes_with_the_answer_and_is_held_against_a_later_checkpoint(self):
        r = self.d.call("POST", "/v1/loans?receipt=full", loan(), self.d.token("bank"))
        self.assertEqual(r.status, 201)
        proof = r.json()["receipt"]["proof"].encode()
        _, size, root = tlog.receipt(proof, self.vkeys)
        path = put(self.folder, "then.tlog-proof", proof)
        same = put(self.folder, "same", self.get("/v1/log/checkpoint"))
        self.assertEqual(self.verify("verify-receipt", path, "--key", self.key, "--checkpoint", same).returncode, 0)
        self.post(7)
        later = self.get("/v1/log/consistency?from=%d&format=text" % size)
        self.assertEqual(tlog.step(later, self.vkeys, root)[0], size)
        file = put(self.folder, "later", later)
        self.assertEqual(self.verify("verify-receipt", path, "--key", self.key, "--checkpoint", file).returncode, 0)
        bare = put(self.folder, "bare", self.get("/v1/log/checkpoint"))
        out = self.verify("verify-receipt", path, "--key", self.key, "--checkpoint", bare)
        self.assertEqual(out.returncode, 1)
        self.assertIn("/v1/log/consistency?from=%d" % size, out.stderr)
        lines = later.split(b"\n")
        lines[1] = base64.b64encode(bytes(32))
        bad = put(self.folder, "bad", b"\n".join(lines))
        self.assertEqual(self.verify("verify-receipt", path, "--key", self.key, "--checkpoint", bad).returncode, 1)
        got = json.loads(self.get("/v1/log/consistency?from=%d" % size))
        tlog.check_consistency(size, root, got["to"], tlog.checkpoint(self.get("/v1/log/checkpoint"), self.vkeys)[2],
                               [base64.b64decode(x) for x in got["consistency"]])
        for query in ("", "?from=0", "?from=%d" % (got["to"] + 1), "?from=9&to=8", "?from=2&to=3&format=text"):
            self.assertEqual(self.d.call("GET", "/v1/log/consistency" + query).status, 422, query)

    def test_tiles_and_entries_give_the_tree_again(self):
        self.post(600)
        note = self.get("/v1/log/checkpoint")
        _, size, root = tlog.checkpoint(note, self.vkeys)
        finance = self.d.token("finance")
        leaves, mirror = [], tempfile.mkdtemp(dir=self.folder)
        put(mirror, "checkpoint", note)
        for n in range(-(-size // 256)):
            width = min(256, size - n * 256)
            for level in ("entries", 0):
                name = tlog.tile_path(level, n, width)
                r = self.d.call("GET", "/v1/log/" + name, token=finance if level == "entries" else None)
                self.assertEqual((r.status, r.headers["content-type"]), (200, "application/octet-stream"))
                self.assertIn("immutable", r.headers["cache-control"])
                put(mirror, name, r.body)
                if level == "entries":
                    entries = [tlog.leaf_hash(e) for e in tlog.bundle(r.body)]
                else:
                    self.assertEqual(b"".join(entries), r.body)
            leaves += entries
        self.assertEqual(tlog.tree(leaves), root)
        above = self.get("/v1/log/tile/1/000.p/%d" % (size // 256))
        self.assertEqual(above, b"".join(tlog.tree(leaves[i:i + 256]) for i in range(0, size // 256 * 256, 256)))
        for path in ("0/000.p/0", "0/%03d" % (size // 256), "0/0", "0/x000/000", "9/000", "63/000", "64/000", "data/000",
                     "0/x999/x999/x999/999", "0/000.p/256"):
            self.get("/v1/log/tile/" + path, status=404)
        self.get("/v1/log/tile/entries/000", self.d.token("bank"), 403)
        self.get("/v1/log/tile/entries/000", None, 401)
        out = self.verify("verify-log", mirror, "--key", self.key)
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        old = put(self.folder, "old", note)
        self.assertEqual(self.verify("verify-log", mirror, "--key", self.key, "--old", old).returncode, 0)
        last = os.path.join(mirror, tlog.tile_path("entries", size // 256, size % 256))
        with open(last, "rb") as f:
            whole = f.read()
        put(mirror, os.path.relpath(last, mirror), whole[:-2] + b"X\n")
        self.assertEqual(self.verify("verify-log", mirror, "--key", self.key).returncode, 1)
        os.remove(last)  # hashes alone are enough for the tree
        self.assertIn("%d read" % (size // 256 * 256), self.verify("verify-log", mirror, "--key", self.key).stdout)

    def test_a_watcher_fetches_what_is_new_and_knows_what_it_had(self):
        self.post(3)
        mirror = os.path.join(self.folder, "mirror")
        os.mkdir(mirror)
        token = put(self.folder, "token", self.d.token("auditor").encode())
        os.chmod(token, 0o600)
        fetch = ("verify-log", mirror, "--key", self.key, "--url", "http://127.0.0.1:%d" % self.d.port, "--token-file", token)
        self.assertEqual(self.verify(*fetch).returncode, 0)
        had = put(self.folder, "had", self.get("/v1/log/checkpoint"))
        self.post(3)
        out = self.verify(*fetch, "--old", had)
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        self.assertIn("kept heads 1", " ".join(out.stdout.split()))


class Witnesses(Log):
    """Two witnesses: one signs, one goes away and comes back."""
    def test_witnesses_sign_and_none_keeps_a_submit_waiting(self):
        folder = tempfile.mkdtemp(dir=self.d.folder)
        one, two = Witness(folder, "witness.example/w1"), Witness(folder, "witness.example/w2")
        two.answers_wrongly = True
        setting = ", ".join("%s %s" % (w.url, w.vkey) for w in (one, two)) + ", http://127.0.0.1:9/ " + \
            Witness(folder, "gone.example/w").vkey
        d = Daemon({"witness": setting, "witness_every_s": "1", "witness_late_s": "2", "readers": "2"})
        try:
            one.log_keys = two.log_keys = self.keys(d)
            made = self.post(3, d)[0]
            self.assertTrue(until(lambda: d.call("GET", "/v1/log/checkpoint?format=cosigned").status == 200))
            note = self.get("/v1/log/checkpoint?format=cosigned", d=d)
            _, first, _ = tlog.checkpoint(note, one.log_keys + [one.vkey])
            self.post(4, d)
            size = lambda: tlog.checkpoint(self.get("/v1/log/checkpoint", d=d), one.log_keys)[1]
            self.assertTrue(until(lambda: one.size == size() > first))
            self.assertTrue(all(a in [0] + [z for _, z in one.asked] for a, _ in one.asked), one.asked)
            self.assertTrue(any(0 < a < z for a, z in one.asked), one.asked)  # by proof, from what it had signed
            items = lambda: {x["name"]: x for x in d.call("GET", "/v1/log/witnesses", token=d.token("bank")).json()["items"]}
            self.assertTrue(until(lambda: items()[one.name]["signed"] == size()))
            self.assertIsNone(items()[one.name]["trouble"])
            self.assertIn("not a signature", items()[two.name]["trouble"])
            self.assertTrue(until(lambda: items()["gone.example/w"]["trouble"]))
            late = lambda: " ".join(d.call("GET", "/readyz").json()["warnings"])
            self.assertTrue(until(lambda: all(x in late() for x in (two.name, "gone.example/w", "秒未签"))), late())
            self.assertNotIn(one.name, late())
            age = lambda name: [float(x.split()[-1]) for x in d.call("GET", "/metrics").body.decode().splitlines()
                                if x.startswith('pledged_witness_behind_seconds{witness="%s"}' % name)]
            self.assertGreaterEqual(age(two.name)[0], 2)
            two.answers_wrongly, two.size, two.root = False, 0, None
            self.assertTrue(until(lambda: items()[two.name]["trouble"] is None))
            self.assertTrue(until(lambda: two.name not in late() and age(two.name) == [0]))
            receipt = d.call("GET", "/v1/receipts/%s?format=tlog-proof" % made, token=d.token("bank")).body
            tlog.receipt(receipt, one.log_keys + [one.vkey])
            keys, witness = put(folder, "keys", "\n".join(one.log_keys).encode()), put(folder, "w", one.vkey.encode())
            path = put(folder, "receipt", receipt)
            out = self.verify("verify-receipt", path, "--key", keys, "--witness", witness)
            self.assertEqual((out.returncode, out.stderr), (0, ""))
            self.assertEqual(self.verify("verify-receipt", path, "--key", keys, "--witness",
                                         put(folder, "w", Witness(folder, "x.example/w").vkey.encode())).returncode, 1)
            d.restart()  # what was signed is known again, and where each witness is
            self.assertTrue(until(lambda: d.call("GET", "/v1/log/checkpoint?format=cosigned").status == 200, 5))
            before = one.size
            self.post(1, d)
            self.assertTrue(until(lambda: one.size == size() > before))
            self.assertEqual([a for a, _ in one.asked].count(0), 1)  # it was asked from nothing once
        finally:
            d.close()
            one.close()
            two.close()


class Forks(Log):
    """What was signed is kept outside the database: a log that lacks it is not continued."""
    def refused(self, d, words):
        d.process = subprocess.Popen([d.binary, "serve"], env=d.env, stderr=d.log, stdin=subprocess.DEVNULL)
        told = lambda: self.told(d)
        self.assertTrue(until(lambda: words in told()), told())
        self.assertEqual(d.call("POST", "/v1/loans", loan(), d.tokens[("bank", "BANK-A")]).status, 503)
        self.assertEqual(d.call("GET", "/v1/log/checkpoint").status, 503)

    def told(self, d):
        try:
            r = d.call("GET", "/readyz", headers={"Accept-Language": "en"})
        except OSError:
            return ""
        return r.json()["title"] if r.status == 503 else ""

    CUT = ("delete from log_head where size > {n}; delete from log_leaf where no >= {n}; delete from loan_ip where"
           " record_id not in (select record_id from log_leaf); delete from loan where id not in (select record_id from"
           " log_leaf); delete from submission where id not in (select record_id from log_leaf);")

    def tamper(self, d, sql):
        """By the owner, with triggers off; the rollups are not what is tried here."""
        d.sql("set session_replication_role = replica; " + sql)

    def test_a_log_that_was_cut_is_refused_until_the_operator_accepts_it(self):
        d = Daemon({"readers": "2"})
        try:
            vkeys = self.keys(d)
            ids = [self.post(1, d)[0] for _ in range(5)]
            lost = d.call("GET", "/v1/receipts/%s?format=tlog-proof" % ids[4], token=d.token("bank")).body
            size = tlog.receipt(lost, vkeys)[1]
            cut = d.call("GET", "/v1/receipts/" + ids[3], token=d.token("bank")).json()["leaf"]
            self.assertEqual(d.cli("log").returncode, 0)
            d.kill9()  # the cluster lives on; what was acknowledged is kept all the same
            self.tamper(d, self.CUT.format(n=cut))
            self.refused(d, "shorter than what was signed")
            out = d.cli("log", check=False)
            self.assertEqual(out.returncode, 1)
            self.assertIn("signed     %d entries" % size, out.stdout)
            self.assertIn("--accept-restore", out.stdout)
            self.assertEqual(d.cli("log", "--accept-restore", check=False).returncode, 2)
            out = d.cli("log", "--accept-restore", "--person", "李工", "--reason", "磁盘损坏,从备份恢复")
            self.assertIn("goes on from %d entries" % cut, out.stdout)
            self.assertTrue(until(lambda: d.call("GET", "/readyz").status == 200))
            acts = lambda: d.call("GET", "/v1/operator-acts", token=d.token("auditor")).json()["items"]
            self.assertTrue(until(lambda: acts()))
            act = acts()[0]
            self.assertEqual((act["act"], act["person"], act["reason"]), ("restore", "李工", "磁盘损坏,从备份恢复"))
            self.assertTrue(act["detail"].startswith("%d " % size), act)
            self.assertIn("receipt", act)
            self.assertFalse(os.path.exists(os.path.join(d.data, "log.restore")))
            again = self.keys(d)
            self.assertNotEqual(again, vkeys)  # another log by name: what was signed before stays proof
            origin = tlog.checkpoint(self.get("/v1/log/checkpoint", d=d), again)[0]
            self.assertTrue(origin.endswith("/1"), origin)
            self.post(2, d)
            d.restart()
            self.assertEqual(self.keys(d), again)
            self.assertIn("nothing to accept", d.cli("log", "--accept-restore", "--person", "李工", "--reason", "再次").stdout)
        finally:
            d.close()

    def test_other_leaves_of_the_same_number_and_a_tail_of_somebody_else_are_refused(self):
        d = Daemon({"readers": "2"})
        try:
            self.post(4, d)
            size = tlog.checkpoint(self.get("/v1/log/checkpoint", d=d), self.keys(d))[1]
            d.stop()
            kept = os.path.join(d.data, "log.head")
            with open(kept, "rb") as f:
                good = f.read()
            # as if the daemon had signed another head over as many records
            other = self.slot(99, size, "ab" * 32)
            put(d.data, "log.head", other + other)
            self.refused(d, "does not begin with")
            d.stop()
            put(d.data, "log.head", self.slot(99, size - 1, "ab" * 32) * 2)  # its beginning differs
            self.refused(d, "does not begin with")
            d.stop()
            put(d.data, "log.head", b"")  # a folder that knows nothing yet believes the key
            d.start()
            self.post(1, d)
            d.stop()
            put(d.data, "log.head", good)  # one that knows an earlier head, too
            d.start()
            d.kill9()
            self.tamper(d, "insert into log_head select size + 1, root, frontier, signature, signed_at + interval '1 s'"
                           " from log_head order by size desc limit 1")
            self.refused(d, "not one that log.key has signed")
        finally:
            d.close()

    def slot(self, turn, size, root):
        text = "pledged-head-2 %d %d %s" % (turn, size, root)
        line = "%s %s\n" % (text, hashlib.sha256(text.encode()).hexdigest()[:16])
        return line.encode().ljust(255) + b"\n"
