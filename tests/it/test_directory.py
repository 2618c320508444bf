"""Organisations, persons and tokens as records: power is given by two persons and taken away by one, at once."""
import datetime
import hashlib
import json
import os
import pwd
import sys

from fund_case import FundCase
from harness import ROOT, TODAY, Daemon, elsewhere, firm, loan, numbers, soon

sys.path.insert(0, os.path.join(ROOT, "tests", "clients"))
from signed_request import signed  # noqa: E402

DAY = datetime.timedelta(days=1)

# What the owner of the database has a trigger write into the very flight in which two persons let something else of its
# kind take effect, and how `verify` names it.
BESIDE = {
    "organisation": ("insert into org (code, kind, name) values ('PLANTED', 'bank', 'x');", "organisation that differs from its record: PLANTED"),
    "organisation_rename": ("update org set kind = 'finance' where code = 'PLANTED';", "organisation that differs from its record: PLANTED"),
    "person": ("insert into person (id, name, created_at) values ('{one}', 'x', now()); insert into post (org_id, name, person, created_at)"
               " select id, 'x', '{one}', now() from org where code = 'PLANTED';", "person that differs from his record: {one}",
               "post that differs from its record: PLANTED x"),
    "token": ("insert into token (sha256, org_id, person, person_id, duties, id) select sha256('x'), o.id, 'x', '{one}', '{{pay}}',"
              " '{one}' from org o where o.code = 'PLANTED';", "token that differs from its record: PLANTED x"),
    "token_revoke": ("update token set duties = '{{pay,administer}}' where id = '{one}';", "token that differs from its record: PLANTED x"),
    "lpr": ("insert into lpr values ('2001-01-02', 1, 1);", "rate that differs from its record: 2001-01-02"),
    "baseline": ("insert into baseline select plan, 2019, 1, 1, 1, 'x', false, now(), 'x@FINANCE' from baseline limit 1;",
                 "base of a plan that differs from its record: sh-2021-2023 2019 1"),
    "approval_tier": ("insert into approval_tier values ('transfer', 0, 1, '{one}', now(), 'x@FINANCE');",
                      "tier that differs from its record: {one}"),
    "district": ("insert into city_district values ('310199', 'x', 'x'); insert into department values ('310199', 9, 'x', 'x',"
                 " 'district', '310199');", "district that differs from its record: 310199", "department that is not that of a district: 310199"),
}


class Directory(FundCase):
    def setUp(self):
        super().setUp()
        self.n = next(numbers)
        self.admin, self.other = self.person("IP-OFFICE", "管一"), self.person("IP-OFFICE", "管二")

    def ask(self, path, status=202, token=None, **body):
        body.setdefault("reference", "D-%d" % next(numbers))
        return self.post("/v1/" + path, {k: v for k, v in body.items() if v is not None}, token or self.admin, status)

    def agree(self, made, token=None, status=201):
        where = made.headers["location"]
        seen = self.get(where, self.other)["seen"]
        return self.post(where + "/approve", {"seen": seen, "reason": "已核实"}, token or self.other, status)

    def org(self, status=202, **over):
        self.code = "BANK-D%d" % self.n
        body = dict({"code": self.code, "kind": "bank", "name": "新银行"}, **over)
        return self.post("/v1/organisations", body, self.admin, status)

    def works(self, token, status=200):
        self.assertEqual(self.d.call("GET", "/v1/me", token=token, peer=elsewhere()).status, status)

    def entered(self):
        """An organisation, a person in it and a token, all by record."""
        self.agree(self.org())
        self.agree(self.ask("persons", organisation=self.code, name="新人"))
        made = self.ask("tokens", organisation=self.code, person="新人", duties=["submit"])
        self.works(made.json()["token_first"], 401)  # nothing takes effect before
        return self.given(made)

    def given(self, made, first=None):
        """The token, of the half that its proposer was told and of that which its approver is told."""
        return (first or made.json()["token_first"]) + self.agree(made).json()["token_second"]

    def listed(self, what, query=""):
        return self.get("/v1/%s?limit=1000%s" % (what, query), self.admin)["items"]

    def test_an_organisation_its_person_and_its_token_come_by_two_persons(self):
        token = self.entered()
        me = self.get("/v1/me", token)
        self.assertEqual((me["organisation"], me["organisation_name"], me["person"], me["duties"]),
                         (self.code, "新银行", "新人", ["submit"]))
        self.assertEqual(self.post("/v1/loans", loan(), token, 201).json()["recorded_by"], "新人@" + self.code)
        shown = self.listed("tokens", "&organisation=" + self.code)
        self.assertEqual([(x["person"], x["duties"], x.get("revoked_at")) for x in shown], [("新人", ["submit"], None)])
        self.assertEqual([x["posts"][0]["name"] for x in self.listed("persons", "&organisation=" + self.code)], ["新人"])
        self.assertIn(self.code, [x["code"] for x in self.listed("organisations")])
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")

    def test_a_bank_learns_of_the_offices_and_of_no_other_bank(self):
        self.agree(self.org())
        bank, finance = self.d.token("bank"), self.d.token("finance")
        seen = lambda token, query="": {x["code"]: x for x in self.get("/v1/organisations?limit=1000" + query, token)["items"]}
        self.assertEqual({x["kind"] for x in seen(bank).values()} - {"bank"}, {"finance", "ip_office"} | {
            x["kind"] for x in seen(finance).values()} & {"district", "auditor"})
        self.assertEqual([c for c, x in seen(bank).items() if x["kind"] == "bank"], ["BANK-A"])
        self.assertEqual(seen(finance, "&kind=bank")[self.code], {"code": self.code, "kind": "bank", "name": "新银行"})
        uscc, _ = firm(next(numbers))
        other = self.d.token("guarantor", "GUARANTOR-D%d" % self.n)
        self.assertNotIn(self.code, seen(other))
        named = self.d.token("bank", "BANK-N%d" % self.n)
        self.post("/v1/loans", loan(guarantor_uscc=uscc), named, 201)
        self.assertNotIn("BANK-N%d" % self.n, seen(other))  # another guarantor is named
        self.agree(self.ask("organisations/GUARANTOR-D%d/rename" % self.n, name="担保", uscc=uscc, reason="补登"))
        self.assertIn("BANK-N%d" % self.n, seen(other))

    def history(self, where, *names):
        items = self.get("/v1/%s/history" % where, self.admin)["items"]
        self.assertEqual([x["version"] for x in items], list(range(1, len(items) + 1)))
        self.assertEqual(sorted(x["recorded_at"] for x in items), [x["recorded_at"] for x in items])
        return [tuple(x.get(n) for n in names) for x in items]

    def test_an_organisation_and_a_person_have_a_history(self):
        """Each version with the record that made it so, who told it, who agreed; others do not learn of it."""
        self.entered()
        self.agree(self.ask("organisations/%s/rename" % self.code, name="更名银行", reason="改制"))
        self.ask("organisations/%s/disable" % self.code, 201, reason="撤销")
        one, two = "管一@IP-OFFICE", "管二@IP-OFFICE"
        at = "organisations/" + self.code
        self.assertEqual(self.history(at, "act", "name", "recorded_by", "approved_by", "reason"), [
            ("organisation", "新银行", one, two, "已核实"), ("organisation_rename", "更名银行", one, two, "改制"),
            ("organisation_disable", "更名银行", one, None, "撤销")])
        self.assertEqual([x is None for x, in self.history(at, "disabled_at")], [True, True, False])
        who = self.listed("persons", "&organisation=" + self.code)[0]["id"]
        number = hashlib.sha256(b"%d" % self.n).hexdigest()
        self.agree(self.ask("persons", organisation="BANK-A", name="新人%d" % self.n, same_as=who, id_hash=number))
        self.agree(self.ask("persons", organisation="FINANCE", name="又名%d" % self.n, id_hash=number))  # known by it
        self.ask("persons/%s/disable" % who, 201, organisation=self.code, reason="离职")
        self.assertEqual(self.history("persons/" + who, "act", "recorded_by", "approved_by", "known_by_number"), [
            ("person", one, two, False), ("person", one, two, True), ("person", one, two, True),
            ("person_disable", one, None, True)])
        self.assertEqual([[(s["organisation"], "ended_at" in s and s["ended_at"] is not None) for s in x]
                          for x, in self.history("persons/" + who, "posts")], [
            [(self.code, False)], [("BANK-A", False), (self.code, False)],
            [("BANK-A", False), (self.code, False), ("FINANCE", False)],
            [("BANK-A", False), (self.code, True), ("FINANCE", False)]])
        self.assertEqual(self.history("organisations/IP-OFFICE", "act", "recorded_by"), [
            ("bootstrap", "%s (pledged org add)" % self.sits)])  # before there were two who could propose and approve it
        for path in ("organisations/NOSUCH", "persons/" + self.zero, "persons/x"):
            self.assertEqual(self.d.call("GET", "/v1/%s/history" % path, token=self.admin).codes(), [("", "E_NOT_FOUND")])
        self.assertEqual(self.d.call("GET", "/v1/%s/history" % at, token=self.finance).status, 403)

    def test_a_token_has_a_history_that_the_log_proves(self):
        """Made, ended with its holder's post, begun again with another, revoked: by whom and why; its own bank reads it too."""
        self.entered()
        at = self.listed("tokens", "&organisation=" + self.code)[0]["id"]
        one, two = "管一@IP-OFFICE", "管二@IP-OFFICE"
        told = ("act", "state", "recorded_by", "approved_by", "reason")
        self.assertEqual(self.history("tokens/" + at, *told), [("token", "live", one, two, "已核实")])
        who = self.listed("persons", "&organisation=" + self.code)[0]["id"]
        self.ask("persons/%s/disable" % who, 201, organisation=self.code, reason="借调")
        self.agree(self.ask("persons/%s/enable" % who, organisation=self.code, reason="返岗"))
        self.assertEqual(self.history("tokens/" + at, *told)[1:], [
            ("person_disable", "ended", one, None, "借调"), ("person_enable", "ended", one, two, "返岗")])
        made = self.ask("tokens", organisation=self.code, person="新人", duties=["submit"])
        mine = self.given(made)
        later = made.json()["id"]
        self.ask("tokens/%s/revoke" % later, 201, reason="遗失")
        self.assertEqual(self.history("tokens/" + later, *told)[1:], [("token_revoke", "revoked", one, None, "遗失")])
        self.works(mine, 401)
        # The leaf that it names is that of the rows themselves.
        leaf = self.get("/v1/tokens/%s/history" % at, self.admin)["items"][0]["leaf"]
        kept = self.d.sql("select count(*) from log_leaf l join log_row r on r.flight = l.record_id where l.no = %d and l.version = 0"
                          " and r.tab = 'token' and r.content ->> 'id' = '%s'" % (leaf, at))
        self.assertEqual(kept, "1")
        told = [x.split("\t") for x in self.d.cli("token", "history", "--id", at).stdout.splitlines()[1:]]
        self.assertEqual([(x[1], x[3], x[4], x[5], x[7]) for x in told], [
            ("live", "token", one, two, "已核实"), ("ended", "person_disable", one, "-", "借调"),
            ("ended", "person_enable", one, two, "返岗")])
        own, other = (self.d.token("bank", c) for c in (self.code, "BANK-B"))
        states = lambda token, query="": {x["id"]: x["state"] for x in self.get("/v1/tokens?limit=1000" + query, token)["items"]}
        self.assertEqual((states(own)[at], states(own)[later]), ("ended", "revoked"))
        self.assertEqual(len(self.get("/v1/tokens/%s/history" % at, own)["items"]), 3)
        self.assertEqual(states(other).keys() & {at, later}, set())
        self.assertEqual(states(other, "&organisation=" + self.code), {})
        for token, path in ((other, at), (own, self.zero), (own, "x")):
            self.assertEqual(self.d.call("GET", "/v1/tokens/%s/history" % path, token=token).codes(), [("", "E_NOT_FOUND")])

    # ---- one in the place of another -------------------------------------------------------------------

    def clerk(self, name, *more, org=None):
        return self.d.cli("token", "add", "--org", org or self.code, "--person", name, *more).stdout.strip()

    def rotate(self, which, token, status=202, **over):
        return self.ask("tokens/%s/rotate" % which, status, token, **dict({"reason": "定期轮换"}, **over))

    def newest(self, person="新人"):
        """The last token that a person was given: those of a command have ids in no order."""
        return max((x for x in self.listed("tokens", "&organisation=" + self.code) if x["person"] == person),
                   key=lambda x: x["created_at"])

    def test_a_rotation_gives_the_same_power_and_the_old_one_goes_on_for_a_while(self):
        old = self.entered()
        boss = self.clerk("主管", "--duties", "administer")
        first = self.newest()
        made = self.rotate(first["id"], boss, overlap_hours=1)
        self.works(made.json()["token_first"], 401)  # nothing takes effect before
        where = made.headers["location"]
        self.assertEqual((self.get(where, boss)["state"], self.get(where, boss)["legal_steps"]), ("waiting", ["refuse"]))
        self.assertEqual(self.get(where, self.other)["before"]["state"], "live")
        self.assertEqual(self.agree(made, boss, 403).codes(), [("", "E_ROLE")])
        new = self.given(made)
        for token in (old, new):
            self.assertEqual(self.get("/v1/me", token)["duties"], ["submit"])
        shown = {x["id"]: x for x in self.listed("tokens", "&organisation=" + self.code)}
        later = shown[made.json()["id"]]
        self.assertEqual((shown[first["id"]]["state"], later["state"], later["follows"]), ("rotated", "live", first["id"]))
        self.assertIn("expires_at", shown[first["id"]])
        self.assertNotIn("expires_at", later)
        self.assertEqual(self.history("tokens/" + first["id"], "act", "state", "recorded_by", "approved_by", "reason")[1:],
                         [("token_rotate", "rotated", "主管@" + self.code, "管二@IP-OFFICE", "定期轮换")])
        self.assertEqual(self.history("tokens/" + later["id"], "act", "follows"), [("token_rotate", first["id"])])
        # It is followed once, and the overlap ends by itself: within the hour.
        self.assertEqual(self.rotate(first["id"], boss, 409).codes(), [("", "E_STEP")])
        ends = self.d.sql("select expires_at - now() between '50 minutes' and '1 hour' from token where id = '%s'" % first["id"])
        self.assertEqual(ends, "t")
        self.works(new)
        # At once, and with less: no duty comes back that was left out.
        wide = self.ask("tokens", organisation=self.code, person="新人", duties=["submit", "pay"])
        token = self.given(wide)
        last = self.rotate(wide.json()["id"], boss, overlap_hours=0, duties=["submit"])
        end = self.given(last)
        self.works(token, 401)
        self.assertEqual(self.get("/v1/me", end)["duties"], ["submit"])
        self.assertEqual(self.rotate(last.json()["id"], boss, 422, duties=["pay"]).codes(), [("/duties", "E_CHOICE")])
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")

    def test_a_rotation_gives_no_more_and_only_of_ones_own(self):
        self.entered()
        boss, reader = self.clerk("主管", "--duties", "administer"), self.clerk("查询", "--read-only")
        at = self.newest()["id"]
        self.assertEqual(self.rotate(at, reader, 403).codes(), [("", "E_DUTY")])
        other = self.d.token("bank", "BANK-B")
        for token, which in ((other, at), (self.finance, at), (boss, self.zero), (boss, "x")):  # not there, for them
            self.assertEqual(self.rotate(which, token, 404).codes(), [("", "E_NOT_FOUND")])
            self.assertEqual(self.ask("tokens/%s/revoke" % which, 404, token, reason="x").codes(), [("", "E_NOT_FOUND")])
        self.agree(self.ask("tokens", organisation=self.code, person="新人", duties=["submit"], expires_on=str(TODAY + DAY * 30)))
        dated = self.newest()["id"]
        for over, problem in (({"duties": ["submit", "pay"]}, ("/duties", "E_CHOICE")), ({"overlap_hours": 721}, ("/overlap_hours", "E_RANGE")),
                              ({"expires_on": str(TODAY + DAY * 31)}, ("/expires_on", "E_RANGE")),
                              ({"expires_on": str(TODAY)}, ("/expires_on", "E_ORDER")), ({"reason": None}, ("/reason", "E_NEED"))):
            self.assertEqual(self.rotate(dated, boss, 422, **over).codes(), [problem])
        # What ended while it waited does not go on by it: revoked, or its holder has left.
        made = self.rotate(dated, boss, expires_on=str(TODAY + DAY * 30))
        self.ask("tokens/%s/revoke" % dated, 201, boss, reason="遗失")
        self.assertEqual(self.agree(made, status=409).codes(), [("", "E_STEP")])
        self.assertEqual(self.post(made.headers["location"] + "/refuse", {
            "seen": self.get(made.headers["location"], boss)["seen"], "reason": "已吊销"}, boss, 201).json()["state"], "refused")
        made = self.rotate(at, boss)
        who = [x["id"] for x in self.listed("persons", "&organisation=" + self.code) if x["name"] == "新人"][0]
        self.ask("persons/%s/disable" % who, 201, organisation=self.code, reason="离职")
        self.assertEqual(self.agree(made, status=409).codes(), [("", "E_STEP")])
        self.works(made.json()["token_first"], 401)

    def test_who_sits_in_the_bank_and_in_the_office_does_not_agree_with_himself(self):
        self.entered()
        at, name = self.newest()["id"], "双职%d" % self.n
        bank = self.clerk(name, "--duties", "administer")
        who = [x["id"] for x in self.listed("persons", "&organisation=" + self.code) if x["name"] == name][0]
        self.d.cli("person", "add", "--org", "IP-OFFICE", "--name", name, "--same-as", who)
        made = self.rotate(at, bank)
        self.assertEqual(self.agree(made, self.clerk(name, org="IP-OFFICE"), 409).codes(), [("", "E_SAME_PERSON")])
        self.works(self.given(made))

    def sends(self, key, status=201):
        raw = json.dumps(loan(), ensure_ascii=False).encode()
        headers = signed(*key, "POST", "/v1/loans", {"content-type": "application/json"}, raw)
        self.assertEqual(self.d.call("POST", "/v1/loans", raw.decode(), headers=headers, peer=elsewhere()).status, status)

    def test_a_key_that_signs_requests_comes_in_halves_and_is_followed(self):
        self.entered()
        boss = self.clerk("主管", "--duties", "administer")
        keys = []
        for digest in ("sha256", "sm3"):
            body = {"reference": "K-%s-%d" % (digest, self.n), "organisation": self.code, "person": "新人", "duties": ["submit"],
                    "hmac": digest}
            made = self.ask("tokens", **body)
            self.assertEqual(made.json()["key_id"][:5], {"sha256": "plk_.", "sm3": "plm_."}[digest])
            step = self.agree(made)
            keys.append((made.json()["key_id"], made.json()["token_first"] + step.json()["token_second"]))
            self.sends(keys[-1])
            self.works(keys[-1][1], 401)  # it is never sent
            for part in (made.json()["token_first"], step.json()["token_second"], step.json()["token_second"][1:]):
                self.sends((keys[-1][0], part), 401)
            # Sent again it is known, and shows nothing; nor does another proposal that names its id.
            same = {k: v for k, v in made.json().items() if k in body or k in ("key_id", "sha256")}
            again = self.ask("tokens", 200, **same)
            self.assertNotIn("token_first", again.json())
            self.assertEqual(self.ask("tokens", 409, **dict(same, reference="K2-%s-%d" % (digest, self.n))).codes(), [("/key_id", "E_TAKEN")])
        stored = self.d.sql("select string_agg(x::text, '') from (select s::text from submission s union all select t::text from token t) x")
        for _, key in keys:
            for part in (key, key[:-44], key[-44:]):
                self.assertNotIn(part, stored)
        at = [x["id"] for x in self.listed("tokens", "&organisation=" + self.code) if x.get("key_id") == keys[0][0]][0]
        self.assertEqual(self.rotate(at, boss, 422).codes(), [("/hmac", "E_NEED")])
        waits = self.rotate(at, boss, hmac="sha256")
        other = self.ask("tokens", organisation=self.code, person="新人", hmac="sha256", key_id=waits.json()["key_id"])
        self.assertNotIn("token_first", other.json())  # who approves the one must not learn the other half by another
        new = (waits.json()["key_id"], self.given(waits))
        for key in (keys[0], new):
            self.sends(key)
        self.ask("tokens/%s/revoke" % at, 201, boss, reason="遗失")
        self.sends(keys[0], 401)
        self.sends(new)
        for over, problem in (({"hmac": "md5"}, ("/hmac", "E_CHOICE")), ({"key_id": "plk_.x"}, ("/hmac", "E_NEED")),
                              ({"hmac": "sm3", "key_id": "plk_.x"}, ("/key_id", "E_TYPE")),
                              ({"hmac": "sha256", "sha256": "0" * 64}, ("/sha256", "E_UNWANTED")),
                              ({"hmac": "sha256", "sha256": "0" * 64, "key_id": "plk_.x"}, ("/sha256", "E_UNWANTED"))):
            self.assertEqual(self.ask("tokens", 422, organisation=self.code, person="新人", **over).codes(), [problem], over)

    def test_a_certificate_is_bound_and_followed_by_another(self):
        self.entered()
        boss = self.clerk("主管", "--duties", "administer")
        prints = [hashlib.sha256(b"certificate %d %d" % (self.n, k)).hexdigest() for k in (0, 1)]
        made = self.ask("tokens", organisation=self.code, person="新人", duties=["submit"], certificate=prints[0])
        self.assertNotIn("token_first", made.json())
        self.assertNotIn("token_second", self.agree(made).json())
        self.assertEqual((self.newest()["certificate"], self.newest()["id"]), (True, made.json()["id"]))
        self.assertEqual(self.ask("tokens", 409, organisation=self.code, person="新人", certificate=prints[0]).codes(), [("/certificate", "E_TAKEN")])
        self.assertEqual(self.rotate(made.json()["id"], boss, 422).codes(), [("/certificate", "E_NEED")])
        self.agree(self.rotate(made.json()["id"], boss, certificate=prints[1]))
        self.assertEqual((self.newest()["certificate"], self.newest()["follows"]), (True, made.json()["id"]))
        for over, problem in (({"hmac": "sha256"}, ("/hmac", "E_UNWANTED")), ({"sha256": "0" * 64}, ("/sha256", "E_UNWANTED")),
                              ({"certificate": "AB" * 32}, ("/certificate", "E_HASH"))):
            body = dict({"certificate": hashlib.sha256(prints[0].encode()).hexdigest()}, **over)
            self.assertEqual(self.ask("tokens", 422, organisation=self.code, person="新人", **body).codes(), [problem])

    # ---- from the machine ------------------------------------------------------------------------------

    sits = os.environ.get("SUDO_USER") or pwd.getpwuid(os.geteuid()).pw_name

    def test_a_command_says_who_sat_at_the_machine_and_why(self):
        self.code = "BANK-M%d" % self.n
        self.d.cli("org", "add", "--code", self.code, "--kind", "bank", "--name", "新银行", "--reason", "开业批复")
        self.d.cli("org", "add", "--code", self.code, "--kind", "bank", "--name", "新银行")  # it is there: nothing happens
        self.d.cli("org", "rename", "--code", self.code, "--name", "更名银行")
        self.d.cli("token", "add", "--org", self.code, "--person", "新人", "--reason", "试运行")
        self.d.cli("token", "rotate", "--org", self.code, "--person", "新人", "--reason", "换机")
        self.d.cli("token", "revoke", "--org", self.code, "--person", "新人", "--reason", "试运行结束")
        self.d.cli("person", "disable", "--org", self.code, "--name", "新人", "--reason", "离职")
        self.d.cli("org", "disable", "--code", self.code, "--reason", "撤销")
        told = ("act", "recorded_by", "approved_by", "reason")
        by = lambda command, reason: ("command", "%s (pledged %s)" % (self.sits, command), None, reason)
        self.post("/v1/loans", loan(), self.bank, 201)  # what the commands wrote enters the log before it
        self.assertEqual(self.history("organisations/" + self.code, *told), [
            by("org add", "开业批复"), by("org rename", "命令行办理,未说明理由:" + self.sits), by("org disable", "撤销")])
        old, new = sorted(self.listed("tokens", "&organisation=" + self.code), key=lambda x: x["created_at"])
        self.assertEqual(self.history("tokens/" + old["id"], "state", *told), [
            ("live", *by("token add", "试运行")), ("rotated", *by("token rotate", "换机")), ("revoked", *by("token revoke", "试运行结束"))])
        self.assertEqual((new["follows"], new["state"]), (old["id"], "revoked"))
        who = self.listed("persons", "&organisation=" + self.code)[0]["id"]
        self.assertEqual(self.history("persons/" + who, *told)[-1], by("person disable", "离职"))
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")

    def test_a_closed_directory_leaves_power_to_two_persons(self):
        d = Daemon()
        self.addCleanup(d.close)
        token = lambda person, *more: d.cli("token", "add", "--org", "IP-OFFICE", "--person", person, *more, check=False)
        d.org("ip_office")
        token("管一")
        self.assertIn("two persons of the IP office", d.cli("directory", "close", check=False).stderr)
        alone = "one person's act, where two of the IP office could have agreed"
        self.assertNotIn(alone, token("管二", "--duties", "administer").stderr)
        self.assertNotIn("as one person's act", d.verify().stderr)
        self.assertIn(alone, d.cli("org", "add", "--code", "BANK-Q", "--kind", "bank", "--name", "甲行", "--reason", "急").stderr)
        self.assertNotIn(alone, d.cli("org", "disable", "--code", "BANK-Q").stderr)
        self.assertEqual([x.split("\t")[1::2] for x in d.cli("directory", "list").stdout.splitlines()[1:]], [
            ["org add", "bootstrap"], ["token add", "bootstrap"], ["token add", "bootstrap"], ["org add", "alone"], ["org disable", "ends"]])
        self.assertIn("1 commands gave power as one person's act", d.verify().stderr)
        self.assertEqual(d.cli("directory", "close", "--reason", "验收").stdout, "closed\n")
        for args in (("org", "add", "--code", "X", "--kind", "bank", "--name", "x"), ("org", "rename", "--code", "IP-OFFICE", "--name", "x"),
                     ("person", "add", "--org", "IP-OFFICE", "--name", "x"), ("token", "add", "--org", "IP-OFFICE", "--person", "x"),
                     ("token", "rotate", "--org", "IP-OFFICE", "--person", "管一"), ("directory", "close")):
            out = d.cli(*args, check=False)
            self.assertEqual((out.returncode, "the directory is closed" in out.stderr), (2, args[0] != "directory"), args)
        d.cli("token", "revoke", "--org", "IP-OFFICE", "--person", "管二", "--reason", "遗失")  # what takes it away still does
        self.assertEqual(token("管三").returncode, 0)  # one alone could give none: it begins again
        self.assertEqual(token("管四").returncode, 2)

    def test_one_person_alone_gives_nobody_power(self):
        made = self.org()
        self.assertEqual(self.agree(made, self.admin, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.agree(made, self.finance, 404).codes(), [("", "E_NOT_FOUND")])
        self.assertNotIn(self.code, [x["code"] for x in self.listed("organisations")])
        self.assertEqual(self.ask("persons", 422, organisation=self.code, name="新人").codes(), [("/organisation", "E_NO_ORG")])
        plain = self.d.cli("token", "add", "--org", "IP-OFFICE", "--person", "经办", "--duties", "submit,decide").stdout.strip()
        self.assertEqual(self.ask("persons", 403, plain, organisation="BANK-A", name="新人").codes(), [("", "E_DUTY")])
        # Nor who decides alone: one by one, in a list, tried; it waits for him in no list.
        where = made.headers["location"]
        step = {"seen": self.get(where, plain)["seen"], "reason": "已核实"}
        for path in ("/approve", "/refuse", "/approve?dry_run=true"):
            self.assertEqual(self.post(where + path, step, plain, 403).codes(), [("", "E_DUTY")], path)
        (line, _) = self.d.call("POST", "/v1/proposals/approve", [dict(step, id=made.json()["id"])], plain).lines()
        self.assertEqual((line["outcome"], line["errors"][0]["code"]), ("refused", "E_DUTY"))
        self.assertEqual(self.get(where, plain)["legal_steps"], [])
        self.assertNotIn(where, [x["path"] for x in self.get("/v1/tasks?limit=1000", plain)["items"]])
        # Who administers alone does, and decides nothing else.
        boss = self.d.cli("token", "add", "--org", "IP-OFFICE", "--person", "主任%d" % self.n, "--duties", "administer").stdout.strip()
        rate = self.post("/v1/flag-thresholds", {
            "reference": "Y-%d" % self.n, "rule": "RF15", "threshold": "warn", "value": "64.00", "reason": "试点",
            "effective_from": str(TODAY)}, self.admin, 202).headers["location"]
        no = self.post(rate + "/approve", {"seen": self.get(rate, boss)["seen"], "reason": "同意"}, boss, 403)
        self.assertEqual(no.codes(), [("", "E_DUTY")])
        self.assertEqual(self.post(where + "/approve?dry_run=true", dict(step, seen=self.get(where, boss)["seen"]), boss, 200).json()["dry_run"], True)
        self.post(rate + "/refuse", {"seen": self.get(rate, plain)["seen"], "reason": "不同意"}, plain, 201)
        self.agree(made, boss)

    def test_who_approves_a_person_is_told_who_bears_the_name_elsewhere(self):
        """Not of himself under a further post, nor of who has left; what comes after he looked is another thing to see."""
        self.agree(self.org())
        for kind in ("auditor", "district"):
            self.d.org(kind)
        name, number = "同名%d" % self.n, hashlib.sha256(b"same %d" % self.n).hexdigest()
        before = lambda made: self.get(made.headers["location"], self.other).get("before_now")
        self.assertIsNone(before(self.ask("persons", organisation=self.code, name="独名%d" % self.n)))
        first = self.d.cli("person", "add", "--org", "FINANCE", "--name", name)
        who = first.stdout.strip()
        self.assertNotIn("bears the same name", first.stderr)
        made = self.ask("persons", organisation=self.code, name=name[:1] + " " + name[1:])
        self.assertEqual(before(made), {"same_name": [{"organisation": "FINANCE", "name": name, "person": who}]})
        seen = self.get(made.headers["location"], self.other)["seen"]
        said = self.d.cli("token", "add", "--org", "BANK-A", "--person", name)  # his first token makes him
        self.assertIn("%s@FINANCE bears the same name" % name, said.stderr)
        self.assertNotIn("bears the same name", self.d.cli("token", "add", "--org", "BANK-A", "--person", name).stderr)
        r = self.post(made.headers["location"] + "/approve", {"seen": seen, "reason": "已核实"}, self.other, 409)
        self.assertEqual(r.codes(), [("/seen", "E_SEEN")])
        self.agree(made)
        self.assertEqual([x["organisation"] for x in before(self.ask("persons", organisation="AUDITOR", name=name, same_as=who))["same_name"]],
                         ["BANK-A", self.code])
        self.assertIn("--same-as " + who, self.d.cli("person", "add", "--org", "DIST-310115", "--name", name).stderr)
        one = self.d.cli("person", "add", "--org", "IP-OFFICE", "--name", name, "--same-as", who)
        self.assertNotIn("@FINANCE", one.stderr)
        for org in ("FINANCE", "BANK-A", "DIST-310115", "IP-OFFICE", self.code):
            self.d.cli("person", "disable", "--org", org, "--name", name)
        self.assertIsNone(before(self.ask("persons", organisation="BANK-A", name="又%d" % self.n, id_hash=number)))
        other = self.d.org("guarantor", "GUARANTOR-Y%d" % self.n)
        self.assertIsNone(before(self.ask("persons", organisation=other, name=name)))

    def test_a_token_is_told_in_halves_to_two_persons_and_stored_nowhere(self):
        token = self.entered()
        stored = self.d.sql("select string_agg(x::text, '') from (select s::text from submission s union all select t::text from token t) x")
        first, second = token[:-44], token[-44:]
        for part in (token, first, second):
            self.assertNotIn(part, stored)
        self.assertIn(hashlib.sha256(first.encode()).hexdigest(), stored)
        for part in (first, second, second[1:], second + first, first + second[:-1] + "~"):
            self.works(part, 401)
        self.works(token)

    def test_neither_who_proposed_nor_who_approved_a_token_can_act_by_it(self):
        self.entered()
        made = self.ask("tokens", organisation=self.code, person="新人")
        body = {"seen": self.get(made.headers["location"], self.other)["seen"], "reason": "已核实"}
        step = made.headers["location"] + "/approve"
        agreed = self.post(step, body, self.other, 201)
        first, second = made.json()["token_first"], agreed.json()["token_second"]
        again = self.ask("tokens", 200, **{k: v for k, v in made.json().items() if k in ("reference", "organisation", "person", "sha256")})
        self.assertNotIn("token_first", again.json())
        for where in (made.headers["location"], "/v1/tokens?organisation=" + self.code):
            for who in (self.admin, self.person("IP-OFFICE", "管三")):  # who proposed it, and somebody else of the office
                self.assertNotIn(second, self.d.call("GET", where, token=who).body.decode())
            self.assertNotIn(first, self.d.call("GET", where, token=self.other).body.decode())
        self.assertNotIn(second, self.post(step, body, self.admin, 409).body.decode())  # it was another's word
        self.assertEqual(self.post(step, body, self.other, 200).json()["token_second"], second)  # he had no answer
        decides = self.d.cli("token", "add", "--org", "IP-OFFICE", "--person", "管二", "--duties", "decide").stdout.strip()
        self.assertNotIn("token_second", self.post(step, body, decides, 200).json())  # nor by a token that gives none
        self.works(first + second)
        self.assertNotIn("token_second", self.agree(self.ask("persons", organisation=self.code, name="又一人")).json())

    def test_a_first_half_of_ones_own(self):
        self.entered()
        own = "plg_my-own-%d" % self.n
        body = {"reference": "OWN-%d" % self.n, "organisation": self.code, "person": "新人",
                "sha256": hashlib.sha256(own.encode()).hexdigest()}
        made = self.ask("tokens", **body)
        self.assertNotIn("token_first", made.json())
        self.assertEqual(self.ask("tokens", 200, **body).body, made.body)  # sent again whenever in doubt
        whole = self.given(made, own)
        self.works(own, 401)
        self.assertEqual(self.get("/v1/me", whole)["duties"], [])  # it reads
        self.assertEqual(self.post("/v1/loans", loan(), whole, 403).codes(), [("", "E_DUTY")])
        for over, problem in (({"person": "别人"}, ("/person", "E_NO_PERSON")), ({"organisation": "NOSUCH"}, ("/organisation", "E_NO_ORG")),
                              ({"sha256": "Z" * 64}, ("/sha256", "E_HASH")),
                              ({"expires_on": "2020-01-01"}, ("/expires_on", "E_ORDER")), ({"duties": ["rule"]}, ("/duties/0", "E_CHOICE"))):
            r = self.d.call("POST", "/v1/tokens", dict({"reference": "X-%d" % next(numbers), "organisation": self.code,
                                                        "person": "新人"}, **over), self.admin)
            self.assertEqual(r.codes(), [problem])

    def test_power_is_taken_away_by_one_person_at_once(self):
        token = self.entered()
        at = self.listed("tokens", "&organisation=" + self.code)[0]["id"]
        self.ask("tokens/%s/revoke" % at, 201, reason="遗失")
        self.works(token, 401)  # the very next request
        self.assertEqual(self.ask("tokens/%s/revoke" % at, 409, reason="遗失").codes(), [("", "E_STEP")])
        token = self.given(self.ask("tokens", organisation=self.code, person="新人"))
        self.works(token)
        who = self.listed("persons", "&organisation=" + self.code)[0]["id"]
        self.ask("persons/%s/disable" % who, 201, organisation=self.code, reason="离职")
        self.works(token, 401)
        self.assertEqual(self.ask("tokens", 422, organisation=self.code, person="新人").codes(), [("/person", "E_NO_PERSON")])

    def test_a_token_that_waits_for_a_person_who_left_is_not_given(self):
        self.agree(self.org())
        self.agree(self.ask("persons", organisation=self.code, name="新人"))
        made = self.ask("tokens", organisation=self.code, person="新人")
        who = self.listed("persons", "&organisation=" + self.code)[0]["id"]
        self.ask("persons/%s/disable" % who, 201, reason="离职")
        self.assertEqual(self.agree(made, status=422).codes(), [("/person", "E_NO_PERSON")])
        self.works(made.json()["token_first"], 401)

    def test_an_organisation_is_renamed_by_two_and_ended_by_one(self):
        token = self.entered()
        made = self.ask("organisations/%s/rename" % self.code, name="更名银行", reason="改制")
        self.assertEqual(self.get("/v1/me", token)["organisation_name"], "新银行")
        self.assertEqual(self.get(made.headers["location"], self.other)["before"], {"name": "新银行"})
        self.agree(made)
        self.assertEqual(self.get("/v1/me", token)["organisation_name"], "更名银行")
        self.ask("organisations/%s/disable" % self.code, 201, reason="撤销")
        self.works(token, 401)
        self.assertEqual(self.ask("organisations/IP-OFFICE/disable", 409, reason="x").codes(), [("", "E_STEP")])  # nobody is left
        self.assertEqual(self.ask("organisations/NOSUCH/disable", 404, reason="x").codes(), [("", "E_NOT_FOUND")])

    # ---- by which code it is known (D12) ---------------------------------------------------------------

    def test_an_insurer_sees_what_names_it_by_its_credit_code(self):
        """Loans, their events and lists; before it is entered and for another insurer they do not exist."""
        uscc = {kind: firm(next(numbers))[0] for kind in ("insurer", "guarantor")}
        made = self.post("/v1/loans", loan(insurer_uscc=uscc["insurer"], guarantor_uscc=uscc["guarantor"], disbursed_on="2022-07-05"),
                         self.bank, 201)
        where = made.headers["location"]
        event = self.post(where + "/events", {"reference": "E-%d" % self.n, "kind": "repaid", "on": "2022-09-01", "principal": "1.00"},
                          self.bank, 201).headers["location"]
        for kind in uscc:
            other = self.d.token(kind, "%s-X%d" % (kind.upper()[:4], self.n))
            code = "%s-%d" % (kind.upper()[:4], self.n)
            token = self.d.token(kind, code)
            sees = lambda t: [self.d.call("GET", at, token=t).status for at in (where, event)] + [
                len(self.get("/v1/loans?limit=1000", t)["items"]), sum(q["loans"] for q in self.get("/v1/quarters", t)["items"])]
            self.assertEqual(sees(token), [404, 404, 0, 0])
            self.agree(self.ask("organisations/%s/rename" % code, name="更名", uscc=uscc[kind], reason="补登统一社会信用代码"))
            self.assertEqual(sees(token), [200, 200, 1, 1])
            self.assertEqual(sees(other), [404, 404, 0, 0])
            taken = {"code": code + "-B", "kind": kind, "name": "冒名", "uscc": uscc[kind]}
            self.assertEqual(self.post("/v1/organisations", taken, self.admin, 409).codes(), [("/uscc", "E_TAKEN")])
            add = lambda name, code: self.d.cli("org", "add", "--code", name, "--kind", kind, "--name", "x", "--uscc", code, check=False)
            self.assertIn("another organisation has this credit code", add(code + "-C", uscc[kind]).stderr)
            self.assertIn("credit code of 18 signs", add(code + "-C", "91310115QX0115114X").stderr)
            self.assertEqual(add(code + "-C", firm(next(numbers))[0]).returncode, 0)

    # ---- what ended goes on ----------------------------------------------------------------------------

    def test_what_one_ended_two_begin_again_with_new_tokens(self):
        token = self.entered()
        again = "organisations/%s/enable" % self.code
        self.assertEqual(self.ask(again, 409, reason="x").codes(), [("", "E_STEP")])  # it is not disabled
        full = lambda: self.d.cli("token", "add", "--org", self.code, "--person", "新人").stdout.strip()
        hook = lambda: self.post("/v1/webhooks", {"reference": "H-%d" % next(numbers), "url": "https://hooks.invalid/x"}, full(), 201)
        hook()
        self.ask("organisations/%s/disable" % self.code, 201, reason="整改")
        made = self.ask(again, reason="整改完成")
        self.assertEqual(self.agree(made, self.admin, 409).codes(), [("", "E_SAME_PERSON")])
        self.agree(made)
        self.works(token, 401)  # power is given anew
        token = self.given(self.ask("tokens", organisation=self.code, person="新人", duties=["submit"]))
        self.works(token)
        self.assertEqual([x["state"] for x in self.get("/v1/webhooks", token)["items"]], ["disabled"])  # and so are they
        hook()
        who = self.listed("persons", "&organisation=" + self.code)[0]["id"]
        self.ask("persons/%s/disable" % who, 201, reason="借调")
        self.works(token, 401)
        self.assertEqual(self.ask("tokens", 422, organisation=self.code, person="新人").codes(), [("/person", "E_NO_PERSON")])
        self.assertEqual(self.ask("persons/%s/enable" % who, 404, organisation="BANK-A", reason="返岗").codes(), [("", "E_NOT_FOUND")])
        self.agree(self.ask("persons/%s/enable" % who, organisation=self.code, reason="返岗"))
        self.works(token, 401)
        token = self.given(self.ask("tokens", organisation=self.code, person="新人"))
        self.assertEqual([x["state"] for x in self.get("/v1/webhooks", token)["items"]], ["disabled"] * 2)
        self.assertEqual(self.ask("persons/%s/enable" % who, 409, reason="返岗").codes(), [("", "E_STEP")])
        self.assertEqual(self.ask("organisations/NOSUCH/enable", 404, reason="x").codes(), [("", "E_NOT_FOUND")])
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")

    def test_what_a_thief_said_is_disowned_also_when_its_holder_goes_on(self):
        """He leaves before anybody knows that a token of his was stolen, and comes back: what waits is shown, and disowned."""
        name = "旧员%d" % self.n
        who = self.d.cli("person", "add", "--org", "IP-OFFICE", "--name", name).stdout.strip()
        (thief, _), (own, _), (spare, taken) = (self.another("IP-OFFICE", name) for _ in range(3))
        made = [self.post("/v1/organisations", {"code": "BANK-%s%d" % (c, self.n), "kind": "bank", "name": "某行"}, x, 202)
                for c, x in (("T", thief), ("O", own), ("S", spare))]
        ids = [self.d.sql("select id from token where encode(sha256, 'hex') = '%s'" % hashlib.sha256(x.encode()).hexdigest())
               for x in (thief, own, spare)]
        self.ask("persons/%s/disable" % who, 201, reason="借调")
        self.assertEqual(self.agree(made[0], status=409).codes(), [("", "E_PROPOSER_LEFT")])
        again = self.ask("persons/%s/enable" % who, reason="返岗")
        shown = lambda: self.get(again.headers["location"], self.other)["before_now"]["waiting"]
        self.assertEqual([(x["kind"], x["id"], x["step"], x["by"], x["token"]) for x in shown()],
                         [("organisation", m.json()["id"], "propose", name + "@IP-OFFICE", at) for m, at in zip(made, ids)])
        self.agree(again)
        self.ask("tokens/%s/revoke" % ids[0], 201, reason="早已遗失")
        self.assertEqual(self.ask("tokens/%s/revoke" % ids[0], 409, reason="再次").codes(), [("", "E_STEP")])
        taken()
        for m in (made[0], made[2]):
            self.assertEqual(self.agree(m, status=409).codes(), [("", "E_PROPOSER_LEFT")])
        self.agree(made[1])  # what he did by another token goes on
        code = "BANK-O%d" % self.n
        self.ask("organisations/%s/disable" % code, 201, reason="整改")
        self.assertNotIn("before_now", self.get(self.ask("organisations/%s/enable" % code, reason="完成").headers["location"], self.other))
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")

    def test_a_token_in_whose_place_another_came_takes_nothing_back(self):
        name = "换证%d" % self.n
        (old, _), (late, lost), (new, _) = (self.another("IP-OFFICE", name) for _ in range(3))
        digest = lambda token: hashlib.sha256(token.encode()).hexdigest()
        at = lambda token: self.d.sql("select id from token where encode(sha256, 'hex') = '%s'" % digest(token))
        made = [self.post("/v1/organisations", {"code": "BANK-%s%d" % (c, self.n), "kind": "bank", "name": "某行"}, x, 202)
                for c, x in (("V", old), ("W", late), ("X", late))]
        ends = lambda of, by, status, **over: self.ask("tokens/%s/revoke" % at(of), status, by, reason="换发", **over)
        for by, other, code in ((new, new, ("", "E_SAME_PERSON")), (self.admin, old, ("/replaced_by", "E_CHOICE")),
                                (self.admin, self.other, ("/replaced_by", "E_CHOICE"))):
            self.assertEqual(self.ask("tokens/%s/revoke" % at(old), None, by, reason="换发", replaced_by=at(other)).codes(), [code])
        ends(old, self.admin, 201, replaced_by=at(new))
        self.works(old, 401)
        self.assertEqual(ends(old, self.admin, 409, replaced_by=at(new)).codes(), [("", "E_STEP")])
        self.agree(made[0])
        # The same from a shell; and whoever learns later that it was stolen says so, and nothing by it counts.
        cli = lambda *args: self.d.cli("token", "revoke", *args, "--followed-by", digest(new)[:8], check=False)
        self.assertIn("goes with --id", cli("--org", "IP-OFFICE", "--person", name).stderr)
        self.assertEqual((cli("--id", digest(self.other)[:8]).returncode, cli("--id", digest(new)[:8]).returncode), (2, 2))
        self.assertEqual(cli("--id", digest(late)[:8]).stdout, "revoked\n")
        self.works(late, 401)
        self.agree(made[1])
        lost()
        self.assertEqual(self.agree(made[2], status=409).codes(), [("", "E_PROPOSER_LEFT")])
        self.assertEqual(cli("--id", digest(late)[:8]).returncode, 2)
        self.works(new)

    # ---- the same from a shell -------------------------------------------------------------------------

    def shell(self, token, *args, status=0):
        out = self.d.cli(*args, "--url", "http://127.0.0.1:%d" % self.d.port, "--token", token, check=False)
        self.assertEqual(out.returncode, status, out.stderr)
        return out.stderr if status else out.stdout

    def approved(self, proposed, token, status=0):
        """What one person proposed is shown to another, who agrees to it, each from his shell."""
        where = proposed.split(" ")[0]
        self.assertIn(where + "\t", self.shell(self.other, "proposal", "list"))
        seen = json.loads(self.shell(token, "proposal", "show", "--id", where))["seen"]
        return self.shell(token, "proposal", "approve", "--id", where, "--seen", seen, "--reason", "已核实", status=status)

    def test_two_persons_join_and_enable_from_a_shell(self):
        self.entered()
        paper = lambda: ("--reference", "S-%d" % next(numbers), "--reason", "核对花名册")
        self.ask("organisations/%s/disable" % self.code, 201, reason="整改")
        made = self.shell(self.admin, "org", "enable", "--code", self.code, *paper())
        self.assertIn("E_SAME_PERSON", self.approved(made, self.admin, 1))
        self.assertEqual(self.approved(made, self.other), "approved\n")
        said = self.post("/v1/organisations/%s/disable" % self.code, {"reference": "D-%d" % next(numbers), "reason": "再查"}, self.admin)
        self.assertEqual(said.status, 201)
        again = paper()
        made = self.shell(self.admin, "org", "enable", "--code", self.code, *again)
        self.approved(made, self.other)
        self.assertEqual(self.shell(self.admin, "org", "enable", "--code", self.code, *again),
                         made.replace("waits for a second person", "was proposed before"))
        who = self.listed("persons", "&organisation=" + self.code)[0]["id"]
        self.ask("persons/%s/disable" % who, 201, reason="借调")
        self.assertIn("E_NOT_FOUND", self.shell(self.admin, "person", "enable", "--id", who, "--org", "BANK-A", *paper(), status=1))
        self.approved(self.shell(self.admin, "person", "enable", "--id", who, "--org", self.code, *paper()), self.other)
        self.works(self.given(self.ask("tokens", organisation=self.code, person="新人")))
        self.agree(self.ask("persons", organisation="FINANCE", name="新人%d" % self.n))
        two = [x["id"] for x in self.listed("persons", "&organisation=FINANCE") if x["name"] == "新人%d" % self.n][0]
        args = ("person", "same-as", "--id", two, "--same-as", who)
        self.assertIn("--reference is needed", self.shell(self.admin, *args, status=2))
        self.assertIn("E_ROLE", self.shell(self.finance, *args, *paper(), status=1))
        made = self.shell(self.admin, *args, *paper())
        self.assertIn("E_SEEN", self.shell(self.other, "proposal", "approve", "--id", made.split(" ")[0], "--seen", "0" * 64,
                                           "--reason", "x", status=1))
        self.shell(self.other, "proposal", "refuse", "--id", made.split(" ")[0], "--seen", json.loads(
            self.shell(self.other, "proposal", "show", "--id", made.split(" ")[0]))["seen"], "--reason", "先核对")
        self.assertNotIn("same_as", [x for x in self.listed("persons", "&organisation=FINANCE") if x["id"] == two][0])
        self.approved(self.shell(self.admin, *args, *paper()), self.other)
        self.assertEqual([x["same_as"] for x in self.listed("persons", "&organisation=FINANCE") if x["id"] == two], [who])
        self.assertIn("propose", self.d.cli("person", "same-as", "--help").stdout.lower())

    def test_an_organisation_its_person_and_its_token_come_from_a_shell(self):
        self.code = "BANK-S%d" % self.n
        paper = lambda: ("--reference", "S-%d" % next(numbers))
        half = lambda said: said.split("half of the token: ")[1].split("\n")[0]
        self.approved(self.shell(self.admin, "org", "propose", "--code", self.code, "--kind", "bank", "--name", "新银行"), self.other)
        self.approved(self.shell(self.admin, "person", "propose", "--org", self.code, "--name", "新人", *paper()), self.other)
        give = ("token", "propose", "--org", self.code, "--person", "新人", "--duties", "submit,administer")
        self.assertIn("E_ROLE", self.shell(self.finance, *give, *paper(), status=1))
        said = self.shell(self.admin, *give, *paper())
        token = half(said) + half(self.approved(said.split("\n")[-2], self.other))
        self.assertEqual(self.get("/v1/me", token)["duties"], ["submit", "administer"])
        renew = ("token", "renew", "--id", self.newest()["id"], "--reason", "换机", "--duties", "submit", "--overlap-hours")
        self.assertIn("/overlap_hours", self.shell(token, *renew, "x", *paper(), status=1))
        said = self.shell(token, *renew, "0", *paper())
        new = half(said) + half(self.approved(said.split("\n")[-2], self.other))
        self.works(token, 401)
        self.assertEqual(self.get("/v1/me", new)["duties"], ["submit"])
        said = self.shell(self.admin, "token", "propose", "--org", self.code, "--person", "新人", "--hmac", "sm3", *paper())
        self.assertRegex(said, r"^id of the key: plm_\.")

    def test_a_proposal_and_a_step_on_it_come_with_their_proofs(self):
        made = self.d.call("POST", "/v1/organisations?receipt=full", {"code": "BANK-R%d" % self.n, "kind": "bank", "name": "丙"}, self.admin)
        self.assertEqual(made.status, 202)
        where = made.headers["location"]
        step = self.d.call("POST", where + "/approve?receipt=full", {"seen": self.get(where, self.other)["seen"], "reason": "已核实"}, self.other)
        self.assertEqual((step.status, step.json()["state"]), (201, "approved"))
        for answer in (made, step):
            self.assertIn("c2sp.org/tlog-proof", answer.json()["receipt"]["proof"])

    # ---- two persons that are one ----------------------------------------------------------------------

    def moved(self, by):
        return self.post("/v1/transfers", {"reference": "T-%d" % next(numbers), "debit": "fund:" + self.scheme_code,
                                           "credit": "appropriation:" + self.scheme_code, "amount": "1.00", "on": "2022-01-05",
                                           "cause": "appropriation"}, by, 202)

    def agree_by(self, made, by, status=201):
        where = made.headers["location"]
        return self.post(where + "/approve", {"seen": self.get(where, by)["seen"], "reason": "核对无误"}, by, status)

    def test_two_persons_that_are_one_human_being(self):
        self.scheme_code = self.scheme()
        one, two, third = (self.person("FINANCE", "%s%d" % (x, self.n)) for x in ("甲", "乙", "丙"))
        ids = {x["posts"][0]["name"]: x["id"] for x in self.listed("persons", "&organisation=FINANCE")}
        a, b = ids["甲%d" % self.n], ids["乙%d" % self.n]
        claim = self.claimed(self.lent(self.scheme_code))
        self.step(claim, "accept", one)
        self.step(claim, "approve", two)  # nobody knows yet
        early, waits, kept = self.moved(one), self.moved(one), self.moved(one)
        self.agree_by(early, two)
        self.agree_by(kept, third)
        made = self.ask("persons/%s/same-as" % a, same_as=b, reason="同一身份证件")
        self.assertEqual(self.agree(made, self.admin, 409).codes(), [("", "E_SAME_PERSON")])
        shown = self.get(made.headers["location"], self.other)["before"]
        self.assertEqual({(x["kind"], x["id"], tuple(x["by"])) for x in shown["both_decided"]}, {
            (kind, where.split("/")[-1], ("乙%d@FINANCE" % self.n, "甲%d@FINANCE" % self.n))
            for kind, where in (("claim", claim), ("transfer", "/" + early.json()["id"]))})
        self.assertEqual(self.step(claim, "pay", third).status, 201)
        self.agree(made)
        self.assertEqual(self.agree_by(waits, two, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.agree_by(self.moved(two), one, 409).codes(), [("", "E_SAME_PERSON")])
        self.agree_by(waits, third)
        self.agree_by(self.moved(third), two)  # with another he is two, under either name
        self.agree_by(self.moved(third), one)
        self.assertEqual((self.get("/v1/me", one)["person_id"], self.get("/v1/me", two)["person_id"]), (b, b))
        self.assertEqual({x["id"]: x.get("same_as") for x in self.listed("persons", "&organisation=FINANCE")}[a], b)
        self.assertEqual(self.ask("persons/%s/same-as" % b, 409, same_as=a, reason="x").codes(), [("/same_as", "E_TAKEN")])
        self.assertEqual(self.d.verify().stdout.strip(), "no defects")  # what both decided is on record
        self.ask("persons/%s/disable" % a, 201, reason="离职")
        for token in (one, two):
            self.works(token, 401)
        self.works(third)

    def test_numbers_that_differ_tell_two_persons(self):
        self.agree(self.org())
        number = lambda x: hashlib.sha256(("%s %d" % (x, self.n)).encode()).hexdigest()
        for name in ("赵", "钱", "孙"):
            self.agree(self.ask("persons", organisation=self.code, name=name, id_hash=number(name) if name != "孙" else None))
        ids = {x["posts"][0]["name"]: x["id"] for x in self.listed("persons", "&organisation=" + self.code)}
        self.assertEqual(self.ask("persons/%s/same-as" % ids["赵"], 409, same_as=ids["钱"], reason="x").codes(),
                         [("/same_as", "E_OTHER_PERSON")])
        for over, codes in (({"id_hash": number("李")}, [("/id_hash", "E_OTHER_PERSON")]), ({"id_hash": number("钱")}, [("/id_hash", "E_TAKEN")])):
            self.assertEqual(self.ask("persons", None, organisation="BANK-A", name="赵%d" % self.n, same_as=ids["赵"], **over).codes(), codes)
        for wrong, status, code in ((self.zero, 422, ("/same_as", "E_NO_PERSON")), (ids["孙"], 409, ("/same_as", "E_TAKEN"))):
            self.assertEqual(self.ask("persons/%s/same-as" % ids["孙"], status, same_as=wrong, reason="x").codes(), [code])
        self.assertEqual(self.ask("persons/%s/same-as" % self.zero, 404, same_as=ids["孙"], reason="x").codes(), [("", "E_NOT_FOUND")])
        self.agree(self.ask("persons/%s/same-as" % ids["孙"], same_as=ids["赵"], reason="同一人"))
        # Known by his number in another office, whichever of his names it was given with.
        self.agree(self.ask("persons", organisation="BANK-A", name="孙%d" % self.n, same_as=ids["孙"], id_hash=number("赵")))
        self.assertEqual([x["id"] for x in self.listed("persons", "&organisation=BANK-A") if x["posts"][-1]["name"] == "孙%d" % self.n
                          or x["posts"][0]["name"] == "孙%d" % self.n], [ids["赵"]])

    zero = "01a20acb-f7bf-73f4-a445-6219f936f824"

    def test_what_is_no_organisation(self):
        for over, problem in (({"code": "A@B"}, ("/code", "E_ORG_CODE")), ({"kind": "ministry"}, ("/kind", "E_CHOICE")),
                              ({"kind": "district"}, ("/district", "E_NEED")), ({"district": "310115"}, ("/district", "E_UNWANTED")),
                              ({"code": "bank-a"}, ("/code", "E_TAKEN"))):
            self.assertEqual(self.org(None, **over).codes(), [problem], over)
        me = self.get("/v1/me", self.admin)["person_id"]
        self.assertEqual(self.ask("persons/%s/disable" % me, 409, reason="x").codes(), [("", "E_SAME_PERSON")])

    def test_written_beside_what_two_agreed_on_is_named(self):
        """All that the tests above did is found as it was told; what comes for a moment beside one of its kind is not."""
        self.assertEqual(self.d.verify().stdout, "no defects\n")
        one = "00000000-0000-7000-8000-00000000beef"
        branches = "".join("when '%s' then %s " % (kind, said[0].format(one=one)) for kind, said in BESIDE.items())
        self.d.sql("create function beside() returns trigger language plpgsql security definer as $$ begin"
                   " case coalesce((select p.type from proposal p where p.id::text = new.body ->> 'proposal'), new.type) "
                   + branches + " else null; end case; return null; end $$; create trigger beside after insert on submission for each"
                   " row when (new.type in ('proposal_step', 'token_revoke')) execute function beside()")
        self.addCleanup(self.d.sql, "drop function if exists beside() cascade")
        self.entered()
        self.agree(self.ask("organisations/%s/rename" % self.code, name="更名银行", reason="改制"))
        self.ask("tokens/%s/revoke" % self.listed("tokens", "&organisation=" + self.code)[0]["id"], 201, reason="遗失")
        yesterday = str(TODAY - datetime.timedelta(days=1))
        self.d.agreed(self.d.call("PUT", "/v1/plans/sh-2021-2023/baselines", {"years": [
            {"year": 2020, "amount": "4800000000.00", "count": 160, "source": "假定", "assumed": True}]}, self.d.token("ip_office")))
        for path, body, token in (
                ("lpr", {"on": yesterday, "one_year": "3.00", "five_year": "3.50"}, self.finance),
                ("approval-tiers", {"act": "lpr", "from": "0.00", "persons": 1, "reason": "x"}, self.finance),
                ("districts", {"reference": None, "code": "310198", "title": "示例新区", "reason": "国务院批复"}, self.admin)):
            self.d.agreed(self.ask(path, token=token, **body))
        self.d.sql("drop function beside() cascade")
        lines = self.d.verify().stdout.splitlines()
        self.assertEqual(sorted(set(lines[:-1])), sorted({x.format(one=one) for said in BESIDE.values() for x in said[1:]}))
