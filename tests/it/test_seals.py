"""Sealed reports: keys, seals, what changed since, and the check of a file without database or network."""
import base64
import hashlib
import json
import os
import shutil
import stat
import subprocess
import tempfile

from harness import PLEDGED_BIN, Case


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, capture_output=True).stdout


class VerifyReport(Case):
    """`pledged verify-report` against seals that were made by the openssl command alone."""

    SIGN = {"Ed25519": [], "SM2-SM3": ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="pledged-seal-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for kind in cls.SIGN:
            for name in (kind, kind + "-other"):
                openssl("genpkey", "-algorithm", kind.split("-", maxsplit=1)[0], "-out", cls.path(name + ".pem"))
                openssl("pkey", "-in", cls.path(name + ".pem"), "-pubout", "-out", cls.path(name + ".pub"))

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def signature(self, kind, text, key=None):
        self.write("m", text)
        openssl("pkeyutl", "-sign", "-rawin", *self.SIGN[kind], "-inkey", self.path((key or kind) + ".pem"), "-in",
                self.path("m"), "-out", self.path("sig"))
        der = openssl("pkey", "-in", self.path((key or kind) + ".pem"), "-pubout", "-outform", "DER")
        return {"algorithm": kind, "fingerprint": hashlib.sha256(der).hexdigest(),
                "public_key": self.read((key or kind) + ".pub").decode(),
                "signature": base64.b64encode(self.read("sig")).decode()}

    def manifest(self, forms):
        lines = ["pledged-report-seal-1", "quarter 2022Q3", "as_of 2022-09-30", "basis signed_on",
                 "known_at 2022-10-12T09:30:00.123456+08:00", "log_size 12", "log_root " + "0" * 64,
                 "sealed_at 2022-10-12T09:31:00.000000+08:00", "sealed_by 王敏@FINANCE", "previous none",
                 "cells 0 " + hashlib.sha256(b"").hexdigest()]
        for name, data in forms.items():
            sm3 = openssl("dgst", "-sm3", self.write("d", data)).split()[-1].decode()
            lines.append("form %s zh %d %s %s" % (name, len(data), hashlib.sha256(data).hexdigest(), sm3))
        return "\n".join(lines) + "\n"

    def sealed(self, **over):
        """report.xlsx and its seal document; over replaces members of the document."""
        self.report = b"PK\x03\x04" + bytes(range(256))
        text = self.manifest({"json": b"{}", "xlsx": self.report})
        doc = {"quarter": "2022Q3", "manifest": text,
               "signatures": [self.signature(kind, text) for kind in self.SIGN]}
        doc.update(over)
        self.write("report.xlsx.seal.json", json.dumps(doc, ensure_ascii=False))
        return self.write("report.xlsx", self.report), doc

    def run_cli(self, *args):
        out = subprocess.run([PLEDGED_BIN, "verify-report", *args], capture_output=True, text=True, check=False,
                             env={"PATH": os.environ["PATH"]})
        return out.returncode, out.stdout, out.stderr

    def refused(self, *args, says):
        status, _, err = self.run_cli(*args)
        self.assertEqual(status, 1, err)
        self.assertIn(says, err)
        self.assertEqual(err.count("\n"), 1, err)

    def test_a_sealed_file_is_known_again(self):
        file, doc = self.sealed()
        status, out, err = self.run_cli(file)
        self.assertEqual((status, err), (0, ""))
        for word in ("2022Q3, xlsx (zh), 260 bytes", "by 王敏@FINANCE", "the file is as it was sealed",
                     "compare their fingerprints", *(s["fingerprint"] for s in doc["signatures"])):
            self.assertIn(word, out)
        both = ["--key", self.path("Ed25519.pub"), "--key", self.path("SM2-SM3.pub")]
        status, out, err = self.run_cli(file, *both)
        self.assertEqual((status, err, "compare" in out), (0, "", False))
        one = self.write("both.pem", self.read("Ed25519.pub") + self.read("SM2-SM3.pub") + self.read("Ed25519-other.pub"))
        self.assertEqual(self.run_cli(file, "--key", one)[0], 0)
        status, out, _ = self.run_cli(file, "--key", self.path("SM2-SM3.pub"))
        self.assertEqual(status, 0)
        self.assertIn("Ed25519    not checked", out)

    def test_a_manifest_kept_elsewhere_is_named(self):
        file, _ = self.sealed()
        os.rename(self.path("report.xlsx.seal.json"), self.path("elsewhere.json"))
        self.refused(file, says="report.xlsx.seal.json cannot be read")
        self.assertEqual(self.run_cli(file, "--manifest", self.path("elsewhere.json"))[0], 0)
        self.assertEqual(self.run_cli("--manifest")[0], 2)
        self.assertEqual(self.run_cli()[0], 2)

    def test_any_altered_byte_of_the_file_is_noticed(self):
        file, _ = self.sealed()
        for at in (0, 4, 100, len(self.report) - 1):
            data = bytearray(self.report)
            data[at] ^= 1
            self.write("report.xlsx", bytes(data))
            self.refused(file, says="is not the sealed xlsx of 2022Q3")
        self.write("report.xlsx", self.report + b"\n")
        self.refused(file, says="it has 261 bytes")
        self.refused(self.write("other.txt", b"x"), "--manifest", file + ".seal.json", says="none of the 2 files")

    def test_any_altered_line_of_the_manifest_is_noticed(self):
        _, doc = self.sealed()
        for old, new in (("2022-09-30", "2022-09-29"), ("王敏", "李华"), ("previous none", "previous " + "1" * 64),
                         ("form xlsx zh 260", "form xlsx zh 261"), ("log_size 12", "log_size 13")):
            file, _ = self.sealed(manifest=doc["manifest"].replace(old, new))
            self.refused(file, says="the manifest, the signature or the key was altered")
        for bad in (doc["manifest"] + "\n", doc["manifest"].replace("basis ", "bases "), doc["manifest"][:-40], ""):
            file, _ = self.sealed(manifest=bad)
            self.refused(file, says="the manifest in it was altered")

    def test_another_key_is_not_the_bureaus(self):
        file, doc = self.sealed()
        for kind in self.SIGN:
            self.refused(file, "--key", self.path(kind + "-other.pub"), says="is by another key")
        forged = [self.signature(kind, doc["manifest"], kind + "-other") for kind in self.SIGN]
        file, _ = self.sealed(signatures=forged)
        self.assertEqual(self.run_cli(file)[0], 0)  # consistent in itself: only a trusted key tells
        for kind in self.SIGN:
            self.refused(file, "--key", self.path(kind + ".pub"), says="is by another key")
        lying = [dict(forged[0], fingerprint=doc["signatures"][0]["fingerprint"])]
        file, _ = self.sealed(signatures=lying)
        self.refused(file, "--key", self.path("Ed25519.pub"), says="was altered")

    def test_a_document_that_is_no_seal_is_refused_with_a_sentence(self):
        _, doc = self.sealed()
        sigs = doc["signatures"]
        for over, says in (({"signatures": []}, "nothing in it is signed"), ({"signatures": "x"}, "nothing in it"),
                           ({"signatures": [1]}, "cannot be read"), ({"manifest": 7}, "not a seal document"),
                           ({"signatures": [dict(sigs[0], algorithm="RSA")]}, "cannot be read"),
                           ({"signatures": [dict(sigs[0], signature="!")]}, "cannot be read"),
                           ({"signatures": [dict(sigs[0], public_key=sigs[1]["public_key"])]}, "not a public key of kind"),
                           ({"signatures": [dict(sigs[0], signature=sigs[1]["signature"])]}, "was altered")):
            file, _ = self.sealed(**over)
            self.refused(file, says=says)
        file, _ = self.sealed(signatures=sigs[:1])
        self.refused(file, "--key", self.path("SM2-SM3.pub"), says="carries no SM2-SM3 signature")
        self.write("report.xlsx.seal.json", b"\xff{")
        self.refused(file, says="not a seal document")
        self.write("report.xlsx.seal.json", b"[]")
        self.refused(file, says="not a seal document")
        self.assertEqual(self.run_cli(file, "--key", self.write("junk.pem", b"junk"))[0], 2)
        self.assertEqual(self.run_cli(file, "--key", self.path("no.pem"))[0], 2)


class Keys(Case):
    conf = {"readers": "9"}  # restarted; nobody else's

    def keys(self):
        r = self.d.call("GET", "/v1/reports/keys")
        self.assertEqual(r.status, 200, r.body)
        return {k["algorithm"]: k for k in r.json()["keys"]}

    def test_keys_are_made_once_and_published(self):
        keys = self.keys()
        self.assertEqual(sorted(keys), ["Ed25519", "SM2-SM3"])
        for name, file in (("Ed25519", "report-ed25519.key"), ("SM2-SM3", "report-sm2.key")):
            path = os.path.join(self.d.data, file)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            self.assertEqual(openssl("pkey", "-in", path, "-pubout").decode(), keys[name]["public_key"])
            der = openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
            self.assertEqual(hashlib.sha256(der).hexdigest(), keys[name]["fingerprint"])
            self.assertEqual((keys[name]["current"], keys[name]["seals"]), (True, 0))
        self.d.restart()
        self.assertEqual(self.keys(), keys)
        pem = self.d.call("GET", "/v1/reports/keys?format=pem").body.decode()
        self.assertEqual(pem, keys["Ed25519"]["public_key"] + keys["SM2-SM3"]["public_key"])
        r = self.d.call("GET", "/v1/reports/keys?format=der")
        self.assertEqual((r.status, r.codes()), (422, [("?format", "E_CHOICE")]))
