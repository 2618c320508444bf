"""Organisations, persons and tokens as records: power is given by two persons and taken away by one, at once."""
import hashlib

from fund_case import FundCase
from harness import loan, numbers


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
        self.assertEqual(self.d.call("GET", "/v1/me", token=token).status, status)

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
        self.assertEqual(self.d.cli("verify", check=False).stdout.strip(), "no defects")

    def test_one_person_alone_gives_nobody_power(self):
        made = self.org()
        self.assertEqual(self.agree(made, self.admin, 409).codes(), [("", "E_SAME_PERSON")])
        self.assertEqual(self.agree(made, self.finance, 404).codes(), [("", "E_NOT_FOUND")])
        self.assertNotIn(self.code, [x["code"] for x in self.listed("organisations")])
        self.assertEqual(self.ask("persons", 422, organisation=self.code, name="新人").codes(), [("/organisation", "E_NO_ORG")])
        plain = self.d.cli("token", "add", "--org", "IP-OFFICE", "--person", "经办", "--duties", "submit,decide").stdout.strip()
        self.assertEqual(self.ask("persons", 403, plain, organisation="BANK-A", name="新人").codes(), [("", "E_DUTY")])
        self.agree(made)

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
        self.assertNotIn("token_second", self.post(step, body, self.admin, 200).json())
        self.assertEqual(self.post(step, body, self.other, 200).json()["token_second"], second)  # he had no answer
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

    def test_what_is_no_organisation(self):
        for over, problem in (({"code": "A@B"}, ("/code", "E_ORG_CODE")), ({"kind": "ministry"}, ("/kind", "E_CHOICE")),
                              ({"kind": "district"}, ("/district", "E_NEED")), ({"district": "310115"}, ("/district", "E_UNWANTED")),
                              ({"code": "bank-a"}, ("/code", "E_TAKEN"))):
            self.assertEqual(self.org(None, **over).codes(), [problem], over)
        me = self.get("/v1/me", self.admin)["person_id"]
        self.assertEqual(self.ask("persons/%s/disable" % me, 409, reason="x").codes(), [("", "E_SAME_PERSON")])
