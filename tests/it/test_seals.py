"""Sealed reports: keys, seals, what changed since, and the check of a file without database or network."""
import base64
import hashlib
import datetime
import json
import os
import random
import shutil
import stat
import subprocess
import tempfile
import threading
import urllib.parse

from harness import PLEDGED_BIN, TODAY, Case, loan, numbers, patent


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

FORMATS = ("json", "csv", "html", "xlsx")
DISTRICTS = ("310101", "310104", "310115", "310116", "310117")


def first_day(quarter):
    return datetime.date(int(quarter[:4]), int(quarter[5]) * 3 - 2, 1)


def after(quarter):
    year, n = int(quarter[:4]), int(quarter[5])
    return "%dQ%d" % (year + n // 4, n % 4 + 1)


def fen(text):
    """A figure of an answer: money as text, counts as they are."""
    if isinstance(text, int):
        return text
    yuan, cents = text.lstrip("-").split(".")
    return (int(yuan) * 100 + int(cents)) * (-1 if text[0] == "-" else 1)


class Ledger(Case):
    """A ledger whose quarters are sealed one after the other; each test takes the next."""

    quarter = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance, cls.bank, cls.other = cls.d.token("finance"), cls.d.token("bank"), cls.d.token("bank", "BANK-B")
        cls.quarter = "2021Q1"
        cls.lend("2021-02-01")

    @classmethod
    def lend(cls, day, token=None, **over):
        r = cls.d.call("POST", "/v1/loans?reason=%E8%BF%9F%E6%8A%A5", loan(
            signed_on=str(day), disbursed_on=str(day), matures_on="2031-01-01", **over), token or cls.bank)
        assert r.status == 201, r.body
        return r.json()

    @classmethod
    def correct(cls, record, token=None, reason="录入错误", **over):
        body = {k: v for k, v in dict(record, reason=reason, **over).items() if v is not None}
        r = cls.d.call("PUT", "/v1/loans/" + record["id"], body, token or cls.bank,
                       {"If-Match": '"%d"' % record["version"]})
        assert r.status in (200, 409), r.body  # 409: events on record do not allow it
        return r.json() if r.status == 200 else record

    def path(self, quarter, rest=""):
        return "/v1/reports/quarterly/" + quarter + rest

    def get(self, quarter, rest="", token=None, want=200, headers=None):
        r = self.d.call("GET", self.path(quarter, rest), None, token or self.finance, headers)
        self.assertEqual(r.status, want, r.body[:1000])
        return r

    def seal(self, quarter=None, body=None, want=201):
        """Seal the next quarter, as two persons do; it and its seal."""
        q = quarter or type(self).quarter
        r = self.d.call("POST", self.path(q, "/seal"), body, self.finance)
        if want == 201 and r.status == 202:
            self.d.agreed(r)
            return q, self.sealed_now(q)
        self.assertEqual(r.status, want, r.body[:1000])
        if want == 201:
            type(self).quarter = after(q)
        return q, r

    def sealed_now(self, quarter):
        type(self).quarter = after(quarter)
        return self.get(quarter, "/seal")

    def sections(self, quarter, rest="", token=None):
        """{(section, row, column): figure} of what is summed; the total row is None."""
        found = {}
        for s in self.get(quarter, rest, token).json()["sections"]:
            units = {c["key"]: c["unit"] for c in s["columns"]}
            rows = s["rows"] + ([dict(s["total"], key=None)] if s.get("total") else [])
            for row in rows:
                if row["key"] == "firms" and s["name"] == "headline":
                    continue
                for column, cell in row["cells"].items():
                    if units[column] in ("count", "yuan", "by_row") and column not in ("firms", "required", "value", "base"):
                        found[s["name"], row["key"], column] = fen(cell["value"]) if cell["value"] is not None else 0
        return found

    def changes(self, quarter, rest="", token=None):
        """The diff, all its pages: cells and items."""
        cells, items, cursor = None, [], ""
        while cursor is not None:
            sep = "&" if "?" in rest else "?"
            query = rest + (sep + "limit=37&after=" + urllib.parse.quote(cursor) if cursor else sep + "limit=37")
            page = self.get(quarter, "/diff" + query, token).json()
            self.assertIn(cells, (None, page["cells"]))
            self.assertLessEqual(len(page["items"]), 37)
            cells, cursor = page["cells"], page["next"]
            items += page["items"]
        self.assertEqual(page["count"] if items else 0, len(items))
        return cells, items


class Seals(Ledger):
    conf = {"readers": "8"}

    def test_a_quarter_is_sealed_once_and_in_its_turn(self):
        q, made = self.seal(body={"reason": "季度会审通过"})
        doc = made.json()
        self.assertEqual((doc["quarter"], doc["reason"], doc["sealed_by"]), (q, "季度会审通过", "复核@FINANCE"))
        self.assertIn("\nproposed_by 王敏@FINANCE\nreason 季度会审通过\n", doc["manifest"])  # both are signed
        _, r = self.seal(q, want=409)
        self.assertEqual(r.codes(), [("", "E_SEALED")])
        self.assertIn(doc["id"], r.json()["title"])
        skipped = after(after(after(q)))
        _, r = self.seal(skipped, want=409)
        self.assertEqual(r.codes(), [("", "E_SEAL_OPEN")])
        self.assertIn("%s, %s" % (after(q), after(after(q))), r.json()["title"])
        _, r = self.seal("2020Q4", want=409)
        self.assertEqual(r.codes(), [("", "E_SEAL_ORDER")])
        today = TODAY
        running = "%dQ%d" % (today.year, (today.month + 2) // 3)
        _, r = self.seal(running, want=409)
        self.assertEqual(r.codes(), [("", "E_SEAL_EARLY")])
        self.assertIn(str(first_day(after(running))), r.json()["detail"])
        for bad, code in ((after(running), "E_FUTURE"), ("2021Q5", "E_QUARTER")):
            _, r = self.seal(bad, want=422)
            self.assertEqual(r.codes(), [("{quarter}", code)])
        _, r = self.seal(after(q), {"reason": ""}, want=422)
        self.assertEqual(r.codes(), [("/reason", "E_LENGTH")])
        self.get(after(q), "/seal", want=404)
        self.assertEqual(self.get(after(q), "/diff", want=404).codes(), [("", "E_NOT_SEALED")])

    def test_seen_must_be_what_the_report_shows(self):
        q = self.quarter
        seen = self.get(q).headers["x-figures"]
        self.lend(first_day(q))
        _, r = self.seal(q, {"seen": seen}, want=409)
        self.assertEqual(r.codes(), [("/seen", "E_SEEN")])
        seen = self.get(q).headers["x-figures"]
        self.assertIn(seen, r.json()["title"])
        differ = {x["pointer"]: x for x in r.json()["difference"]}
        self.assertEqual(differ["/seen"]["now"], seen)
        one_more = differ["/headline/count/quarter"]  # which figures, and what they were
        self.assertEqual((one_more["title"], int(one_more["now"]) - int(one_more["seen"])), ("总体情况 · 质押融资笔数 · 本季", 1))
        self.assertNotIn("/headline/count/year", differ)
        _, r = self.seal(q, {"seen": "0" * 64}, want=409)  # that nobody was shown
        self.assertEqual([x["pointer"] for x in r.json()["difference"]], ["/seen"])
        asked = self.d.call("POST", self.path(q, "/seal"), {"seen": seen, "reason": "会审"}, self.finance)
        self.assertEqual(asked.status, 202, asked.body)
        where = asked.headers["location"]
        second = self.d.given("token", "add", "--org", "FINANCE", "--person", "李华")
        agree = lambda token: self.d.call("POST", where + "/approve", {
            "seen": self.d.call("GET", where, token=token).json()["seen"], "reason": "核对无误"}, token)
        self.assertEqual(agree(self.finance).codes(), [("", "E_SAME_PERSON")])
        self.lend(first_day(q))  # what was proposed is no longer what the report shows
        self.assertEqual(agree(second).codes(), [("/seen", "E_SEEN")])
        self.get(q, "/seal", want=404)
        seen = self.get(q).headers["x-figures"]
        _, made = self.seal(q, {"seen": seen})
        self.assertIn(" " + seen + "\n", made.json()["manifest"])

    def test_sealed_files_stay_as_they_were_byte_for_byte(self):
        q = self.quarter
        kept = self.lend(first_day(q), borrower_name="封存前")
        _, made = self.seal()
        files = {(f["format"], f["language"]): f for f in made.json()["files"]}
        before = {}
        for form, language in files:
            r = self.get(q, "?format=" + form, headers={"Accept-Language": language})
            before[form, language] = r.body
            self.assertEqual(hashlib.sha256(r.body).hexdigest(), files[form, language]["sha256"])
            self.assertEqual(r.headers["etag"], '"%s"' % files[form, language]["sha256"])
            self.assertEqual(r.headers["x-seal"], made.json()["manifest_sha256"])
            self.assertEqual(self.get(q, "?format=" + form, want=304, headers={
                "Accept-Language": language, "If-None-Match": r.headers["etag"]}).body, b"")
        self.assertEqual(self.get(q, "?format=csv").body, before["csv", "zh"])
        self.lend(first_day(q), amount="1.23")
        self.correct(kept, amount="7000000.00")
        self.d.call("POST", "/v1/loans/%s/events" % kept["id"], {"reference": "E1", "kind": "repaid", "on": "2022-01-01",
                                                                 "principal": "5.00"}, self.bank)
        self.d.cli("migrate")
        self.d.restart()
        for (form, language), data in before.items():
            for token in (self.finance, self.d.token("auditor"), self.d.token("ip_office")):
                r = self.get(q, "?format=" + form, token, headers={"Accept-Language": language})
                self.assertEqual(r.body, data)
        live = self.sections(q, "?known_at=now")
        self.assertEqual(live["headline", "amount", "quarter"], 700000123)
        self.assertEqual(self.sections(q)["headline", "amount", "quarter"], 500000000)

    def test_parts_of_a_sealed_report_are_made_as_of_the_seal(self):
        q = self.quarter
        self.lend(first_day(q), district="310115")
        self.lend(first_day(q), self.other, district="310101", amount="3000000.00")
        _, made = self.seal()
        self.lend(first_day(q), district="310115", amount="1.00")
        self.lend(first_day(q), self.other, district="310101", amount="2.00")
        one = self.get(q, "?section=headline").json()
        self.assertEqual((one["sealed_at"], one["known_at"]), (made.json()["sealed_at"], made.json()["known_at"]))
        self.assertEqual(self.sections(q, "?section=headline")["headline", "amount", "quarter"], 800000000)
        bank, district = self.other, self.d.token("district")
        for token, sealed, live in ((bank, 300000000, 300000200), (district, 500000000, 500000100)):
            self.assertEqual(self.sections(q, "", token)["headline", "amount", "quarter"], sealed)
            self.assertEqual(self.sections(q, "?known_at=now", token)["headline", "amount", "quarter"], live)
        rows = self.get(q, "/rows?section=headline&row=amount&column=quarter").json()
        self.assertEqual((rows["value"], rows["count"]), ("8000000.00", 2))
        rows = self.get(q, "/rows?section=headline&row=amount&column=quarter&known_at=now").json()
        self.assertEqual((rows["value"], rows["count"]), ("8000003.00", 4))
        link = [r for s in self.get(q).json()["sections"] if s["name"] == "headline" for r in s["rows"]
                if r["key"] == "amount"][0]["cells"]["quarter"]["rows"]
        self.assertEqual(self.d.call("GET", link, None, self.finance).json()["value"], "8000000.00")
        before = made.json()["known_at"].replace("+", "%2B")
        self.assertEqual(self.sections(q, "?known_at=" + before)["headline", "amount", "quarter"], 800000000)

    def test_a_seal_is_checked_with_openssl_and_with_verify_report(self):
        q, made = self.seal()
        with tempfile.TemporaryDirectory() as folder:
            def save(name, data):
                with open(os.path.join(folder, name), "wb") as f:
                    f.write(data)
                return os.path.join(folder, name)
            manifest = save("manifest", self.get(q, "/seal?part=manifest").body)
            sha = hashlib.sha256(made.json()["manifest"].encode()).hexdigest()
            self.assertEqual(made.json()["manifest_sha256"], sha)
            for s, part in zip(made.json()["signatures"], ("ed25519", "sm2")):
                key = save(part + ".pem", s["public_key"].encode())
                sig = save(part, self.get(q, "/seal?part=" + part).body)
                extra = VerifyReport.SIGN[s["algorithm"]]
                out = openssl("pkeyutl", "-verify", "-rawin", *extra, "-pubin", "-inkey", key, "-in", manifest,
                              "-sigfile", sig)
                self.assertIn(b"Signature Verified Successfully", out)
            for f in made.json()["files"]:
                body = self.get(q, "?format=" + f["format"], headers={"Accept-Language": f["language"]}).body
                file = save("r." + f["format"], body)
                self.assertEqual(openssl("dgst", "-sm3", file).split()[-1].decode(), f["sm3"])
                doc = save("seal.json", self.get(q, "/seal", self.d.token("bank")).body)
                keys = save("keys.pem", self.d.call("GET", "/v1/reports/keys?format=pem").body)
                out = self.d.cli("verify-report", file, "--manifest", doc, "--key", keys)
                self.assertIn("%s, %s (%s)" % (q, f["format"], f["language"]), out.stdout)
        receipt = self.d.call("GET", "/v1/receipts/" + made.json()["id"], None, self.finance)
        self.assertEqual(receipt.status, 200)
        self.get(q, "/seal?part=der", want=422)
        keys = self.d.call("GET", "/v1/reports/keys").json()["keys"]
        self.assertEqual([k["last_seal"] for k in keys if k["current"]], [q, q])

    def test_a_report_that_is_pulled_brings_its_seal_along(self):
        q, _ = self.seal()
        self.lend(first_day(q))
        pull = lambda token, file, *args: self.d.cli("report", q, "--url", "http://127.0.0.1:%d" % self.d.port, "--token",
                                                     token, "-o", file, *args)
        with tempfile.TemporaryDirectory() as folder:
            for form in FORMATS:
                file = os.path.join(folder, "q." + form)
                pull(self.finance, file, "--format", form)
                self.assertIn("the file is as it was sealed", self.d.cli("verify-report", file).stdout)
                with open(file, "ab") as f:
                    f.write(b" ")
                out = self.d.cli("verify-report", file, check=False)
                self.assertEqual(out.returncode, 1)
                self.assertIn("is not the sealed " + form, out.stderr)
            for args in (("--known-at", "now"), ("--section", "headline")):
                file = os.path.join(folder, "live.json")
                pull(self.finance, file, "--format", "json", *args)
                self.assertFalse(os.path.exists(file + ".seal.json"))
            pull(self.bank, os.path.join(folder, "own.json"), "--format", "json")
            self.assertFalse(os.path.exists(os.path.join(folder, "own.json.seal.json")))

    def test_seals_are_agreed_to_in_a_list_each_by_itself(self):
        q = self.quarter
        asked = self.d.call("POST", self.path(q, "/seal"), {}, self.finance)
        where, second = asked.headers["location"], self.d.given("token", "add", "--org", "FINANCE", "--person", "李华")
        account = {"kind": "asset", "title": "测试", "opened_on": "2022-01-01", "no_overdraft": False}
        codes = ["list%d:%s" % (n, q) for n in (1, 2)]
        for code in codes:
            self.d.call("POST", "/v1/accounts", dict(account, code=code), self.finance)
        moved = self.d.call("POST", "/v1/transfers", {"reference": "L-" + q, "debit": codes[0], "credit": codes[1], "amount": "1.00",
                                                      "on": "2022-01-05", "cause": "adjustment"}, self.finance)
        self.assertEqual(moved.status, 202, moved.body)
        line = lambda made, **over: dict({"id": made.json()["id"], "reason": "核对无误", "seen": self.d.call(
            "GET", made.headers["location"], token=second).json()["seen"]}, **over)
        many = lambda token, lines, query="": self.d.call("POST", "/v1/proposals/approve" + query, lines, token)
        mine = many(self.finance, [line(asked)]).lines()
        stale = many(second, [line(asked, seen="0" * 64), line(asked, id="00000000-0000-7000-8000-000000000000")]).lines()
        self.assertEqual([[e["code"] for e in x["errors"]] for x in mine[:1] + stale[:2]],
                         [["E_SAME_PERSON"], ["E_SEEN"], ["E_NOT_FOUND"]])
        whole = many(second, [line(asked), line(moved)], "?atomic=true")  # all or nothing: a seal is no part of it
        self.assertEqual([e["code"] for e in whole.json()["errors"]], ["E_BATCH", "E_ALONE"])
        self.assertEqual([self.d.call("GET", x.headers["location"], token=second).json()["state"] for x in (asked, moved)],
                         ["waiting", "waiting"])
        said = many(second, [line(asked), line(moved), line(moved, seen="1" * 64)]).lines()
        self.assertEqual([x["outcome"] for x in said[:3]], ["created", "created", "refused"])
        self.assertEqual(said[3]["summary"]["created"], 2)
        self.assertEqual(self.d.call("GET", where, token=second).json()["state"], "approved")
        self.assertEqual(self.sealed_now(q).json()["sealed_by"], "李华@FINANCE")
        again = many(second, [line(asked)]).lines()
        self.assertEqual([e["code"] for e in again[0]["errors"]], ["E_STEP"])
        later = self.d.call("POST", self.path(self.quarter, "/seal"), {}, self.finance)
        r = self.d.call("POST", later.headers["location"] + "/approve?receipt=full", {k: v for k, v in line(later).items() if k != "id"}, second)
        self.assertEqual((r.status, r.json()["state"]), (201, "approved"))
        self.assertIn("c2sp.org/tlog-proof", r.json()["receipt"]["proof"])  # of his step, as of any record
        self.sealed_now(self.quarter)

    def test_of_two_seals_at_once_one_is_made(self):
        q, answers = self.quarter, []
        asked = [self.d.call("POST", self.path(q, "/seal"), {}, self.finance) for _ in range(2)]
        self.assertEqual([(r.status, r.headers["location"]) for r in asked], [(s, asked[0].headers["location"]) for s in (202, 200)])
        second = self.d.given("token", "add", "--org", "FINANCE", "--person", "李华")
        where = asked[0].headers["location"]
        body = {"seen": self.d.call("GET", where, token=second).json()["seen"], "reason": "核对无误"}
        go = lambda: answers.append(self.d.call("POST", where + "/approve", body, second))
        threads = [threading.Thread(target=go) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        type(self).quarter = after(q)
        self.assertEqual(sum(r.status == 201 for r in answers), 1)  # the others said the same again, or came too late
        self.assertLessEqual({c for r in answers if r.status == 409 for c in r.codes()}, {("", "E_SEALED")})
        self.assertEqual(self.d.sql("select count(*) from report_seal where quarter = '%s'" % q), "1")
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_seals_name_the_one_before(self):
        _, one = self.seal()
        _, two = self.seal()
        self.assertEqual(two.json()["previous"], one.json()["manifest_sha256"])

    def test_nobody_changes_a_seal(self):
        for table in ("report_seal", "report_form", "report_figure", "sealed_change"):
            for sql in ("delete from %s", "truncate %s", "update %s set recorded_at = now()" if table[-4:] != "form"
                        and table != "report_figure" else "update %s set quarter = 'x'"):
                with self.assertRaises(subprocess.CalledProcessError) as failed:
                    self.d.sql(sql % table)
                self.assertIn("append-only", failed.exception.stderr)

    def test_a_missing_key_is_not_replaced(self):
        self.seal()
        path = os.path.join(self.d.data, "report-sm2.key")
        os.rename(path, path + ".away")
        self.d.restart()
        q, r = self.seal(want=202)
        second = self.d.given("token", "add", "--org", "FINANCE", "--person", "李华")
        seen = self.d.call("GET", r.headers["location"], token=second).json()["seen"]
        r = self.d.call("POST", r.headers["location"] + "/approve", {"seen": seen, "reason": "核对无误"}, second)
        self.assertEqual((r.status, r.codes()), (503, [("", "E_SEAL_KEY")]))
        self.assertIn("report-sm2.key", r.json()["title"])
        self.assertFalse(os.path.exists(path))
        old = self.d.call("GET", "/v1/reports/keys").json()["keys"]
        self.assertEqual([k["current"] for k in old], [True, False])
        out = self.d.cli("report-keys", "--new").stdout
        self.d.restart()
        r = self.d.call("POST", self.path(q, "/seal"), None, self.finance)
        self.assertEqual(r.status, 201, r.body)  # it was agreed to; asking again seals
        made = self.sealed_now(q)
        keys = {k["fingerprint"]: k for k in self.d.call("GET", "/v1/reports/keys").json()["keys"]}
        self.assertEqual(len(keys), 4)
        for s in made.json()["signatures"]:
            self.assertIn(s["fingerprint"], out)
            self.assertEqual((keys[s["fingerprint"]]["current"], keys[s["fingerprint"]]["first_seal"]), (True, q))
        self.assertEqual(self.d.verify().stdout, "no defects\n")


class Diff(Ledger):
    conf = {"readers": "10"}

    def check(self, quarter, token=None):
        """The diff against the two reports themselves: every cell that differs is there, no other, and the records'
        differences sum to it."""
        sealed, live = self.sections(quarter, "", token), self.sections(quarter, "?known_at=now", token)
        cells, items = self.changes(quarter, "", token)
        told = {(c["section"], c["row"], c["column"]): c for c in cells if "firms" not in (c["row"], c["column"])}
        differ = {k for k in sealed.keys() | live.keys() if sealed.get(k, 0) != live.get(k, 0)}
        self.assertEqual({k for k, c in told.items() if fen(c["difference"])}, differ)
        sums = {}
        for i in items:
            self.assertTrue(i["values"] or i["section"] == "headline", i)
            for v in i["values"]:
                self.assertEqual(fen(v["difference"]), fen(v["live"]) - fen(v["sealed"]))
                for row in (i["row"], None):
                    key = (i["section"], row, v["column"])
                    sums[key] = sums.get(key, 0) + fen(v["difference"])
        for key, c in told.items():
            self.assertNotIn("unexplained", c)
            self.assertEqual((fen(c["sealed"]), fen(c["live"])), (sealed.get(key, 0), live.get(key, 0)), key)
            self.assertEqual(sums.get(key, 0), fen(c["difference"]), key)
        return cells, items

    def test_random_corrections_sum_to_the_difference_to_the_fen(self):
        seed = random.randrange(1 << 30)
        rng = random.Random(seed)
        q = self.quarter
        day = lambda within: first_day(q) + datetime.timedelta(days=rng.randrange(*within))
        amount = lambda: "%d.%02d" % (rng.randrange(1, 90000000), rng.randrange(100))

        def one(within=(0, 90)):
            token = rng.choice((self.bank, self.other))
            n = next(numbers) % 10000000
            return token, self.lend(day(within), token, district=rng.choice(DISTRICTS), amount=amount(),
                                    product=rng.choice(("single_pledge", "trust")),
                                    industry=rng.choice(("C3973", "I6510", None)),
                                    first_loan=rng.choice((True, False, None)),
                                    ip=[{"number": rng.choice((patent(n), str(n)))}])
        with self.subTest(seed=seed):
            book = [one() for _ in range(12)]
            self.seal()
            self.assertEqual(self.check(q), ([], []))
            for _ in range(25):
                k = rng.randrange(len(book))
                token, record = book[k]
                what = rng.randrange(5)
                if what == 0:
                    book.append(one((-50, 200)))
                elif what == 1:
                    book[k] = (token, self.correct(record, token, amount=amount(), ip_amount=None))
                elif what == 2:
                    moved = str(day((-40, 180)))
                    book[k] = (token, self.correct(record, token, signed_on=moved, disbursed_on=moved))
                elif what == 3:
                    book[k] = (token, self.correct(record, token, district=rng.choice(DISTRICTS),
                                                   product=rng.choice(("single_pledge", "trust"))))
                else:
                    self.d.call("POST", "/v1/loans/%s/events" % record["id"], {
                        "reference": "E%d" % next(numbers), "kind": "repaid", "on": str(day((0, 91))),
                        "principal": "0.%02d" % rng.randrange(1, 100)}, token)
            cells, items = self.check(q)
            self.assertTrue(cells)
            self.assertGreater(len(items), 37)
            self.check(q, self.other)
            self.check(q, self.d.token("district"))
            self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_every_cause_is_named(self):
        q = self.quarter
        day = str(first_day(q))
        moved, kept, repaid = (self.lend(day, district="310101") for _ in range(3))
        self.seal()
        late = self.lend(day, district="310101", amount="1000000.00")
        moved = self.correct(moved, reason="区划有误", district="310104")
        kept = self.correct(kept, reason="金额有误", amount="6000000.00", ip_amount=None)
        kept = self.correct(kept, reason="再次更正", amount="6000001.00", ip_amount=None)
        r = self.d.call("POST", "/v1/loans/%s/events" % repaid["id"],
                        {"reference": "HK-1", "kind": "disbursed", "on": day, "principal": "5000000.00"}, self.bank)
        r = self.d.call("POST", "/v1/loans/%s/events" % repaid["id"],
                        {"reference": "HK-2", "kind": "repaid", "on": day, "principal": "2000000.00"}, self.bank)
        self.assertEqual(r.status, 201, r.body)
        _, items = self.check(q)
        by = {(i["section"], i["row"], i["reference"]): i for i in items}
        i = by["by_district", "310101", late["contract_no"]]
        self.assertEqual((i["cause"], i["version_sealed"], i["version_live"], i["recorded_at"]),
                         ("late", None, 1, late["recorded_at"]))
        i = by["by_district", "310101", moved["contract_no"]]
        self.assertEqual((i["cause"], i["version_sealed"], i["version_live"]), ("corrected", 1, None))
        self.assertEqual([(c["version"], c["reason"], c["recorded_by"]) for c in i["corrections"]],
                         [(2, "区划有误", "王敏@BANK-A")])
        i = by["by_district", "310104", moved["contract_no"]]
        self.assertEqual((i["cause"], i["version_sealed"], i["version_live"]), ("corrected", None, 2))
        i = by["by_district", "310101", kept["contract_no"]]
        self.assertEqual((i["version_sealed"], i["version_live"]), (1, 3))
        self.assertEqual([c["reason"] for c in i["corrections"]], ["金额有误", "再次更正"])
        value = [v for v in i["values"] if v["column"] == "amount"][0]
        self.assertEqual(value, {"column": "amount", "sealed": "5000000.00", "live": "6000001.00",
                                 "difference": "1000001.00"})
        i = by["balances", "BANK-A", repaid["contract_no"]]
        self.assertEqual((i["cause"], [e["reference"] for e in i["events"]]), ("events", ["HK-1", "HK-2"]))
        self.assertEqual([(v["column"], v["difference"]) for v in i["values"]], [("outstanding", "-2000000.00")])
        _, items = self.changes(q, "?section=by_district")
        self.assertEqual({i["section"] for i in items}, {"by_district"})
        for bad, code in (("?section=x", "E_SECTION"), ("?limit=0", "E_RANGE"), ("?after=x", "E_CURSOR"),
                          ("?after=%s/by_bank/" % late["id"], None), ("?as_of=2021-01-01", "E_PARAM")):
            r = self.get(q, "/diff" + bad, want=422 if code else 200)
            if code:
                self.assertEqual(r.codes()[0][1], code)

    def test_late_facts_of_a_sealed_quarter_are_restated_with_their_reasons(self):
        q = self.quarter
        day = str(first_day(q))
        kept = self.lend(day, amount="5000000.00")
        gone = self.lend(day, self.other, amount="1000000.00", district="310101")
        sealed = self.sections(q, "?section=headline")
        self.seal()
        count, amount = sealed["headline", "count", "quarter"], sealed["headline", "amount", "quarter"]
        later = after(q)
        self.assertNotIn(q, self.restated(later))
        self.assertEqual([x["restated"] for x in self.quarters("?restated=true") if x["quarter"] == q], [False])
        self.lend(day, amount="300000.00")
        self.lend(day, self.other, amount="40000.00", district="310101")
        self.correct(kept, amount="5000000.01", ip_amount=None)
        out = str(first_day(later))
        self.correct(gone, self.other, "签订日有误", signed_on=out, disbursed_on=out)
        # +300,000 + 40,000 + 0.01 - 1,000,000 in +1 +1 +0 -1 loans
        row = self.restated(later)[q]
        self.assertEqual(row, {
            "count_sealed": count, "count_difference": 1, "count_now": count + 1, "amount_sealed": amount,
            "amount_difference": -65999999, "amount_now": amount - 65999999, "records": 4})
        listed = self.quarters("?restated=true")
        self.assertEqual([(x["title"], x["restated"]) for x in listed if x["quarter"] == q], [("%s 年第 %s 季度" % (q[:4], q[5]), True)])
        self.assertEqual([x for x in listed if "restated" in x and "sealed_at" not in x], [])  # of open ones there is nothing to say
        self.assertEqual([x["quarter"] for x in listed if x["current"]], [listed[-1]["quarter"]])
        plain = [x for x in self.quarters("", {"Accept-Language": "en"}) if x["quarter"] == q][0]  # unasked it is not looked for
        self.assertEqual((plain["title"], plain["complete"], "restated" in plain), (q[:4] + " " + q[4:], True, False))
        note = [r for s in self.get(later, "?section=restatements").json()["sections"] for r in s["rows"]
                if r["key"] == q][0]["cells"]["reasons"]["value"]
        self.assertEqual(note, "迟报 ×2;录入错误;签订日有误")
        for column in row:
            rows = self.get(later, "/rows?section=restatements&row=%s&column=%s" % (q, column)).json()
            self.assertEqual(fen(rows["value"]), row[column])
            self.assertEqual(sum(fen(i["value"]) for i in rows["items"]), row[column])
        types = [i["type"] for i in self.get(later, "/rows?section=restatements&row=%s&column=amount_now" % q).json()["items"]]
        self.assertEqual(sorted(types), ["loan"] * 4 + ["report_seal"])
        own = self.restated(later, self.other)[q]  # 1,000,000 -> 40,000
        self.assertEqual((own["count_sealed"], own["count_now"], own["amount_difference"], own["records"]), (1, 1, -96000000, 2))
        own = self.restated(later, self.d.token("district", "DIST-310101"))[q]
        self.assertEqual((own["amount_sealed"], own["amount_now"]), (100000000, 4000000))
        # The later report, sealed, keeps the restatement as it was; what comes then is in its own difference.
        self.seal()
        self.lend(day, amount="7.00")
        self.assertEqual(self.restated(later)[q], row)
        self.assertEqual(self.restated(later, rest="&known_at=now")[q]["records"], 5)
        self.check(later)
        self.check(q)

    def quarters(self, query, headers=None):
        return self.d.call("GET", "/v1/quarters" + query, None, self.d.token("finance"), headers).json()["items"]

    def restated(self, quarter, token=None, rest=""):
        found = {}
        for (_, row, column), n in self.sections(quarter, "?section=restatements" + rest, token).items():
            found.setdefault(row, {})[column] = n
        return found


TAMPER = [
    ("a byte of a sealed file", "update report_form set bytes = set_byte(bytes, 100, 1) where format = 'csv' and"
     " language = 'zh' and quarter = '{q}'",
     ["sealed report that does not fit its manifest: {q} csv zh", "sealed file that does not match its SM3: {q} csv"]),
    ("a sealed file that is gone", "delete from report_form where format = 'html' and quarter = '{q}'",
     ["sealed report that does not fit its manifest: {q} html", "sealed file that does not match its SM3: {q} html"]),
    ("a file too many", "insert into report_form values ('{q}', 'txt', 'zh', 'x')",
     ["sealed report that does not fit its manifest: {q} txt zh"]),
    ("a sealed figure", "update report_figure set v[2] = v[2] + 1", ["sealed report that does not fit its manifest: {q} figures",
                                                                    "v[2]: 0 by the ledger of then, 1 in the table"]),
    ("the manifest", "update report_seal set manifest = replace(manifest, 'signed_on', 'disbursed_on') where quarter = '{q}'",
     ["seal that differs from its record: {q}", "seal whose signature does not verify: {q} Ed25519",
      "seal whose signature does not verify: {q} SM2-SM3", "seal that names another one as the one before: {next}"]),
    ("a manifest that is none", "update report_seal set manifest = manifest || 'x' where quarter = '{q}'",
     ["seal whose manifest cannot be read: {q}"]),
    ("a signature", "update report_seal set signatures = (signatures::jsonb #- '{{0}}')::json where quarter = '{q}'",
     ["seal that differs from its record: {q}"]),
    ("all signatures", "update report_seal set signatures = '[]' where quarter = '{q}'",
     ["seal without a signature: {q}"]),
    ("another key in the seal", "update report_seal set signatures = jsonb_set(signatures::jsonb, '{{0,fingerprint}}',"
     " '\"00\"')::json where quarter = '{q}'", ["seal whose signature does not verify: {q} Ed25519"]),
    ("an instant", "update report_seal set known_at = known_at - interval '1 second' where quarter = '{q}'",
     ["seal that differs from its record: {q}"]),
    ("who sealed", "update report_seal set sealed_by = 'x@Y' where quarter = '{q}'",
     ["seal that differs from its record: {q}", "sealed report that does not fit its manifest: {q} author"]),
    ("a seal deleted", "delete from report_seal where quarter = '{q}'",
     ["seal that differs from its record: {q}",
      "seal that names another one as the one before: {next}"]),
    ("the body and the seal together", "update submission set body = replace(body::text, 'signed_on', 'disbursed_on')::json"
     " where type = 'report_seal' and key = '{q}'; update report_seal set manifest = replace(manifest, 'signed_on',"
     " 'disbursed_on'), basis = 'disbursed_on' where quarter = '{q}'",
     ["record body does not match its hash", "log leaf does not match its record",
      "seal whose signature does not verify: {q} Ed25519"]),
    ("the log that was sealed", "update log_head set root = sha256('x') where size = (select max(report_manifest_line(manifest,"
     " 'log_size')::bigint) from report_seal where quarter = '{q}')",
     ["seal over a log head that is not in the log: {q}", "log head does not match its leaves"]),
    ("a clock that went back", "update log_head set signed_at = signed_at - interval '1 day' where size ="
     " (select max(size) from log_head)", ["log head that is no later than the one before"]),
    ("a late loan that nobody is told of", "delete from sealed_change where loan_id = '{late}'",
     ["change to a sealed quarter that is not listed: {late}"]),
]


class VerifySeals(Ledger):
    """`pledged verify` names each planted defect of seals."""

    conf = {"readers": "11"}
    TABLES = "submission log_leaf log_head report_seal report_form report_figure sealed_change".split()

    def test_each_kind_of_tampering_is_named(self):
        q, _ = self.seal()
        late = self.lend(first_day(q))
        self.seal()
        names = {"q": q, "next": after(q), "late": late["id"]}
        self.d.restart()  # what was read is in the log: it stands still
        self.assertEqual(self.d.verify().stdout, "no defects\n")
        self.d.sql("create schema kept;" + "".join("create table kept.%s as table %s;" % (t, t) for t in self.TABLES))
        off = "set session_replication_role = replica;"
        for what, sql, said in TAMPER:
            with self.subTest(what):
                self.d.sql(off + sql.format(**names))
                out = self.d.verify()
                self.d.sql(off + "".join("delete from %s;" % t + self.d.refill(t, "kept." + t) for t in self.TABLES))
                self.assertEqual(out.returncode, 1)
                for name in said:
                    self.assertIn(name.format(**names), out.stdout)
        self.d.sql("drop schema kept cascade")
        self.assertEqual(self.d.verify().stdout, "no defects\n")


class Earlier(Ledger):
    """A quarter that was sealed before the sections by district and bank told what is registered."""

    conf = {"readers": "12"}

    def test_columns_that_were_not_sealed_are_not_compared(self):
        q = self.quarter
        kept = self.lend(first_day(q), registered_amount="8000000.00")
        self.seal()
        self.d.sql("set session_replication_role = replica; update report_figure set v = v[1:12] where quarter = '%s'" % q)
        self.assertEqual(self.changes(q)[0], [])
        self.correct(kept, registered_amount="9000000.00", ip_amount=None)
        self.assertEqual(self.changes(q), ([], []))
        self.lend(first_day(q), amount="300000.00", registered_amount="400000.00")
        cells, items = self.changes(q, "?section=by_bank")
        self.assertEqual({(c["row"], c["column"], c["difference"]) for c in cells if c["column"] in ("amount", "registered_amount")},
                         {("BANK-A", "amount", "300000.00"), (None, "amount", "300000.00")})
        self.assertEqual([v["difference"] for i in items for v in i["values"] if v["column"] in ("amount", "registered_amount")],
                         ["300000.00"])
