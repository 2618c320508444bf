"""A person is one however the name is written and whatever the office; what a token may be used for, and when it ends."""
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from fund_case import FundCase
from harness import elsewhere, loan, numbers


class Persons(FundCase):
    def setUp(self):
        super().setUp()
        self.d.org("auditor")
        self.n = next(numbers)

    def add(self, org, name, number=None, *more, check=True):
        args = [self.d.binary, "person", "add", "--org", org, "--name", name, *more]
        out = subprocess.run(args + (["--id-hash"] if number else []), env=self.d.env, input=number, text=True,
                             capture_output=True, check=check, timeout=60)
        return out.stdout.strip() if check else out.stderr

    def fresh(self, org, name, *more):
        return self.d.given("token", "add", "--org", org, "--person", name, *more)

    def works(self, token, status=200):
        """What ends a token reaches the daemon a moment after the command is done."""
        ask = lambda: self.d.call("GET", "/v1/loans?limit=1", token=token, peer=elsewhere()).status
        deadline = time.time() + 5
        while ask() != status and time.time() < deadline:
            time.sleep(0.01)
        self.assertEqual(ask(), status)

    # ---- one person ------------------------------------------------------------------------------------

    def test_a_clerk_with_two_labels_is_one_person(self):
        where = self.claimed(self.lent(self.scheme()))
        name = "财一%d" % self.n
        self.step(where, "accept", self.fresh("FINANCE", name))
        for label in (name + "\u3000\u3000", " " + name, name[:1] + "\u200b" + name[1:], name.translate(
                {c: c + 0xfee0 for c in range(0x30, 0x3a)})):
            r = self.step(where, "approve", self.fresh("FINANCE", label), 409)
            self.assertEqual(r.codes(), [("", "E_SAME_PERSON")])
            self.assertIn(name + "@FINANCE", r.json()["errors"][0]["title"])
        self.step(where, "approve", self.fresh("FINANCE", "财二%d" % self.n))

    def test_a_person_of_two_offices_checks_in_neither_what_he_made_in_the_other(self):
        name, number = "钱进%d" % self.n, "31011519900101%04dx" % (self.n % 10000)
        first = self.add("IP-OFFICE", name, number)
        self.assertEqual(self.add("FINANCE", "老钱%d" % self.n, number.upper() + " "), first)
        office, finance = self.fresh("IP-OFFICE", name), self.fresh("FINANCE", "老钱%d" % self.n)
        self.office = office
        draft = self.draft().headers["location"]
        body = {"seen": self.get(draft)["seen"], "reason": "经核准", "on": "2022-01-01"}
        self.assertEqual(self.post(draft + "/approve", body, finance, 409).codes(), [("", "E_SAME_PERSON")])
        # Nor what another has touched up since: the text is still his.
        other = self.fresh("IP-OFFICE", "别人%d" % self.n)
        r = self.d.call("PUT", draft, dict(self.get(draft), title="改了一字", reason="更正"), other, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body.decode())
        body["seen"] = self.get(draft)["seen"]
        self.assertEqual(self.post(draft + "/approve", body, finance, 409).codes(), [("", "E_SAME_PERSON")])
        self.post(draft + "/approve", body, self.finance, 201)  # another of that name's office

    def test_who_told_the_banks_side_of_a_cover_or_claim_checks_it_in_no_office(self):
        """A clerk who sits in the bank and in the bureau; his colleagues of either house are not he."""
        name = "双职%d" % self.n
        who = self.add("BANK-A", name)
        self.assertEqual(self.add("FINANCE", name, None, "--same-as", who), who)
        bank, finance = self.fresh("BANK-A", name), self.fresh("FINANCE", name)
        scheme = self.scheme()
        made = self.booked(scheme, bank).json()["coverage"]
        cover = self.cover_of(self.get(made["href"])["loan"])[0]["id"] if "href" in made else made["id"]
        self.assertEqual(self.cover_step(cover, "confirm", finance, 409).codes(), [("", "E_SAME_PERSON")])
        self.cover_step(cover, "confirm", self.finance)
        asked = self.booked(scheme).json()["coverage"]["id"]  # what a colleague at the bank asked for is not his
        self.cover_step(asked, "confirm", finance)
        where = self.claim(self.lent(scheme), bank, 201).headers["location"]
        self.assertEqual(self.step(where, "accept", finance, 409).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "accept", self.finance)
        self.assertEqual(self.step(where, "approve", finance, 409).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "approve", self.second)
        self.assertEqual(self.step(where, "pay", finance, 409).codes(), [("", "E_SAME_PERSON")])
        self.step(where, "pay", self.finance)
        self.step(self.claimed(self.lent(scheme)), "accept", finance)
        sent_in = [x["record"] for x in self.get("/v1/tasks", finance)["items"] if x.get("href") == where]
        self.assertEqual(sent_in, [])

    def test_the_same_name_in_two_offices_is_two_persons_unless_somebody_says_so(self):
        name = "王五%d" % self.n
        one, two = self.add("IP-OFFICE", name), self.add("FINANCE", name)
        self.assertNotEqual(one, two)
        self.assertEqual(self.add("AUDITOR", name, None, "--same-as", two), two)
        listed = self.d.cli("person", "list").stdout
        self.assertEqual(sum(line.startswith(two) for line in listed.splitlines()), 2)

    def test_what_is_taken_is_named(self):
        name, number = "赵六%d" % self.n, "3101151991%d" % self.n
        self.d.org("finance")
        self.add("FINANCE", name, number, "--staff-no", "F-%d" % self.n)
        for args, what in ((("FINANCE", name + " "), "/name E_TAKEN"), (("FINANCE", "另名%d" % self.n, number), "/id_hash E_TAKEN"),
                           (("FINANCE", "又%d" % self.n, None, "--staff-no", "F-%d" % self.n), "/staff_no E_TAKEN"),
                           (("FINANCE", "\u200b"), "/name E_NEED"), (("NOSUCH", "甲"), "no such organisation")):
            with self.subTest(args):
                self.assertIn(what, self.add(*args, check=False))
        self.assertNotIn(number, self.d.sql("select string_agg(p::text, '') from person p"))

    # ---- what a token may be used for, and when it ends ------------------------------------------------

    def test_a_token_does_what_it_was_made_for_and_reads(self):
        scheme = self.scheme()
        where = self.claimed(self.lent(scheme))
        decide = self.fresh("FINANCE", "复核%d" % self.n, "--duties", "decide")
        pay = self.fresh("FINANCE", "出纳%d" % self.n, "--duties", "pay")
        reads = self.fresh("BANK-A", "查询%d" % self.n, "--read-only")
        self.assertEqual(self.step(where, "accept", pay, 403).codes(), [("", "E_DUTY")])
        self.step(where, "accept", decide)
        self.step(where, "approve", self.second)
        self.assertEqual(self.step(where, "pay", decide, 403).codes(), [("", "E_DUTY")])
        self.step(where, "pay", pay)
        self.assertEqual(self.post("/v1/loans", loan(), reads, 403).codes(), [("", "E_DUTY")])
        self.works(reads)
        self.assertEqual(self.d.call("POST", "/v1/eligibility-checks", {}, reads).status, 422)  # a question is no act
        self.post("/v1/loans", loan(), self.fresh("BANK-A", "报送%d" % self.n, "--duties", "submit"), 201)
        clerk, publish = self.fresh("FINANCE", "经办%d" % self.n, "--duties", "submit"), "/v1/reports/quarterly/2019Q3/publish"
        self.assertEqual(self.post(publish, {"reason": "公布"}, clerk, 403).codes(), [("", "E_DUTY")])
        self.assertEqual(self.post(publish, {"reason": "公布"}, decide, 404).codes(), [("", "E_NOT_SEALED")])
        tells = self.fresh("IP-OFFICE", "登记%d" % self.n, "--duties", "submit")  # an open licence taken is told, as others are
        self.assertNotIn("E_DUTY", self.post("/v1/catalogue-offers/00000000-0000-7000-8000-000000000000/accept", {}, tells).body.decode())
        # who may only submit proposes and takes back, and says nothing of what others propose
        ask = lambda token: self.post("/v1/transfers", {
            "reference": "TR-%d" % next(numbers), "debit": "fund:" + scheme, "credit": "appropriation:" + scheme, "amount": "1.00",
            "on": "2022-01-05", "cause": "appropriation"}, token, 202).headers["location"]
        own, others = ask(clerk), ask(self.finance)
        step = lambda where, name, status: self.post(where + name, {"seen": self.get(where)["seen"], "reason": "撤回"}, clerk, status)
        for where, name in ((others, "/refuse"), (others, "/approve")):
            self.assertEqual(step(where, name, 403).codes(), [("", "E_DUTY")])
        step(own, "/refuse", 201)
        wrong = self.d.cli("token", "add", "--org", "BANK-A", "--person", "甲", "--duties", "submit,rule", check=False)
        self.assertIn("rule is none of", wrong.stderr)

    def test_a_disabled_person_with_a_live_token_is_out_at_once(self):
        name = "离职%d" % self.n
        self.add("FINANCE", name, "3101151992%d" % self.n)
        self.add("AUDITOR", name, "3101151992%d" % self.n)
        finance, auditor = self.fresh("FINANCE", name), self.fresh("AUDITOR", name)
        self.works(finance)
        self.works(auditor)
        self.d.cli("person", "disable", "--org", "FINANCE", "--name", name + " ")
        self.works(finance, 401)
        self.works(auditor)
        self.works(self.fresh("FINANCE", name), 401)  # a new token does not bring him back
        self.d.cli("person", "disable", "--org", "AUDITOR", "--name", name, "--everywhere")
        self.works(auditor, 401)
        self.assertEqual(self.d.cli("person", "disable", "--org", "AUDITOR", "--name", name, check=False).returncode, 2)

    def test_tokens_are_rotated_without_a_gap(self):
        name = "轮换%d" % self.n
        rotate = lambda *more: self.d.cli("token", "rotate", "--org", "BANK-A", "--person", name, *more).stdout.strip()
        old = self.fresh("BANK-A", name, "--duties", "submit")
        new = rotate()
        self.works(old)
        self.works(new)
        self.assertEqual([x.split("\t")[-1] for x in self.d.cli("token", "list", "--org", "BANK-A").stdout.splitlines()
                          if name in x], ["submit", "submit"])
        third = rotate("--overlap-hours", "0")  # in the place of the newest; the first is on its way out
        self.works(new, 401)
        self.works(old)
        self.works(third)
        self.d.cli("token", "revoke", "--org", "BANK-A", "--person", name + "\u3000")
        for token in (old, third):
            self.works(token, 401)

    def test_of_several_tokens_one_is_rotated_for_its_own_duties(self):
        """A key that submits does not become one that decides, and what is beside it goes on."""
        name = "多令牌%d" % self.n
        rotate = lambda *more: self.d.cli("token", "rotate", "--org", "FINANCE", "--person", name, *more, check=False)
        listed = lambda: [x.split("\t") for x in self.d.cli("token", "list", "--org", "FINANCE").stdout.splitlines() if name in x]
        full = self.fresh("FINANCE", name)
        self.fresh("FINANCE", name, "--duties", "submit", "--hmac", "sha256")
        ids = {x[-1]: x[0] for x in listed()}
        said = rotate("--hmac", "sha256")
        self.assertEqual((said.returncode, said.stdout, "--id" in said.stderr), (2, "", True))
        self.assertEqual({x[4] for x in listed()}, {"never"})  # nothing was done
        for wrong in ("00000000", self.d.cli("token", "list", "--org", "BANK-A").stdout.splitlines()[1].split("\t")[0]):
            self.assertIn("no such live token", rotate("--id", wrong).stderr)
        self.assertEqual(rotate("--hmac", "sha256", "--id", ids["submit"], "--overlap-hours", "0").returncode, 0)
        after = listed()
        self.assertEqual([x[-1] for x in after], ["submit,decide,pay,administer", "submit", "submit"])
        self.assertEqual([x[4] == "never" for x in after], [True, False, True])
        self.works(full)
        self.assertIn("no such live token", rotate("--id", ids["submit"]).stderr)  # it has ended
        self.d.cli("token", "revoke", "--id", after[2][0])
        self.works(rotate().stdout.strip())  # one is left: it needs no naming

    def test_an_organisation_is_renamed_and_ended(self):
        code = "BANK-%d" % self.n
        token = self.d.token("bank", code)
        self.works(token)
        self.d.cli("org", "rename", "--code", code, "--name", "新名银行")
        self.assertIn(code + "\tbank\t新名银行\t-\t-", self.d.cli("org", "list").stdout)
        self.d.cli("org", "disable", "--code", code)
        self.works(token, 401)
        self.assertEqual(self.d.cli("org", "disable", "--code", code, check=False).returncode, 2)
        self.works(self.bank)

    def waiting(self, *acts):
        """What came of requests that had been let in and waited in the lane while something was done."""
        pipe = self.d.psql()
        pipe.stdin.write("begin; lock table submission in share row exclusive mode; select 'held';\n")
        pipe.stdin.flush()
        self.assertEqual(pipe.stdout.readline().strip(), "held")
        with ThreadPoolExecutor(len(acts)) as pool:
            flies = pool.submit(acts[0])
            self.until("select count(*) from pg_stat_activity where usename = 'pledged_lane' and wait_event_type = 'Lock'", "1")
            wait = [pool.submit(act) for act in acts[1:-1]]
            time.sleep(0.3)  # they are let in; nothing tells when
            acts[-1]()
            pipe.stdin.close()
            self.assertEqual(pipe.wait(), 0)
            pipe.stdout.close()
            return [x.result() for x in [flies] + wait]

    def until(self, sql, found):
        deadline = time.time() + 10
        while self.d.sql(sql) != found and time.time() < deadline:
            time.sleep(0.01)
        self.assertEqual(self.d.sql(sql), found)

    def test_what_waits_while_its_token_ends_takes_no_step(self):
        """A loan, an approval of a claim, a line of a batch; and what waited beside them is done."""
        name = "途中%d" % self.n
        where = self.claimed(self.lent(self.scheme()))
        self.step(where, "accept", self.finance)
        gone, left = self.fresh("BANK-A", name), self.fresh("FINANCE", name)
        for token in (gone, left):
            self.works(token)
        post = lambda token, body: lambda: self.d.call("POST", "/v1/loans", body, token)
        seen = {"seen": self.get(where)["seen"], "reason": "核对无误"}
        mine, other, late = loan(), loan(), loan()
        batch = lambda: self.d.call("POST", "/v1/loans", (json.dumps(late) + "\n").encode(), gone, {"Content-Type": "application/x-ndjson"})
        ends = lambda: (self.d.cli("token", "revoke", "--org", "BANK-A", "--person", name),
                        self.d.cli("person", "disable", "--org", "FINANCE", "--name", name))
        flies, refused, approve, line, beside = self.waiting(
            post(self.bank, loan()), post(gone, mine), lambda: self.d.call("POST", where + "/approve", seen, left), batch,
            post(self.bank, other), ends)
        self.assertEqual((flies.status, beside.status), (201, 201))
        self.assertEqual([(x.status, x.codes()) for x in (refused, approve)], [(401, [("", "E_AUTH")])] * 2)
        self.assertIn("E_AUTH", line.body.decode())
        self.assertEqual(self.d.sql("select count(*) from submission where key in ('%s', '%s')" % (
            mine["contract_no"], late["contract_no"])), "0")
        self.assertEqual(self.get(where)["state"], "accepted")
        self.step(where, "approve", self.second)  # who is there still, may

    def test_what_waits_while_its_organisation_ends_is_not_recorded(self):
        code = "BANK-W%d" % self.n
        token = self.d.token("bank", code)
        self.works(token)
        flies, refused = self.waiting(lambda: self.d.call("POST", "/v1/loans", loan(), self.bank),
                                      lambda: self.d.call("POST", "/v1/loans", loan(), token),
                                      lambda: self.d.cli("org", "disable", "--code", code))
        self.assertEqual((flies.status, refused.status), (201, 401))

    def test_a_token_that_is_revoked_stops_at_the_next_request(self):
        token = self.fresh("BANK-A", "途中%d" % self.n)
        where = self.post("/v1/loans", loan(), token, 201).headers["location"]
        self.d.cli("token", "revoke", "--org", "BANK-A", "--person", "途中%d" % self.n)
        self.works(token, 401)
        self.assertEqual(self.get(where, self.bank)["recorded_by"], "途中%d@BANK-A" % self.n)
