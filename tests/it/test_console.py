"""The console's server side: files and their headers, sessions, what a browser may send along, links that sign in once."""
import gzip
import json
import os
import re
import time

from harness import ROOT, Case, Daemon, Response, elsewhere, loan, soon
import http.client

FOLDER = os.path.join(ROOT, "server", "console")
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
          "trusted-types pledged")
GUARDS = {"content-security-policy": POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
          "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin"}


class Browser:
    """Cookies kept, the other headers as a page of the console sends them. Pages are no part of the described interface."""

    def __init__(self, d):
        self.d, self.cookie, self.csrf = d, None, None

    def call(self, method, path, body=None, headers=None):
        h = {"Cookie": self.cookie} if self.cookie else {}
        h.update(headers or {})
        if body is not None:
            h["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        c = http.client.HTTPConnection("127.0.0.1", self.d.port, timeout=30)
        try:
            c.request(method, path, body, h)
            return Response(c.getresponse())
        finally:
            c.close()

    def sign_in(self, **how):
        r = self.call("POST", "/console/session", how)
        if r.status == 200:
            self.cookie = r.headers["set-cookie"].split(";")[0]
            self.csrf = r.json()["csrf"]
        return r


ONE = {"rate_address": "0"}  # daemon is enough for all of them


class Words(Case):
    conf = ONE

    def test_every_word_has_its_titles_and_the_pages_ask_for_no_other(self):
        words = self.d.call("GET", "/v1/words").json()["words"]
        self.assertEqual(words["loan.state"]["settled"], {"zh": "已结清", "en": "Settled"})
        self.assertEqual(words["loan_event.kind"]["written_off"], {"zh": "核销", "en": "Written off"})
        self.assertEqual(words["section"]["by_district"]["en"], "By district")
        for of, told in words.items():
            for word, titles in told.items():
                self.assertTrue(titles["zh"].strip() and titles["en"].strip(), (of, word))
        asked = set()
        for folder, _, names in os.walk(FOLDER):
            for name in (n for n in names if n.endswith(".js")):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    asked |= set(re.findall(r"(?<!\w)(?:title|badge|words_of|all_of)\('([a-z._]+)'", f.read()))
        self.assertGreater(len(asked), 12)
        self.assertEqual(asked - set(words), set())

    def test_what_a_flag_shows_and_steps_of_the_arithmetic_have_titles(self):
        def text(*path):
            with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
                return f.read()
        words = self.d.call("GET", "/v1/words").json()["words"]
        told = set()
        for made in re.findall(r"jsonb_build_object\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)",
                               text("migrations", "functions", "flag_rules.sql") + text("migrations", "functions", "flag.sql")):
            told |= set(re.findall(r"(?:^|,)\s*'(\w+)',", made))
        self.assertGreater(len(told), 35)
        self.assertEqual(told - set(words["flag.fact"]), set())
        judge, said = text("ledger", "rule_judge.c"), text("ledger", "rule_told.c")
        steps = set(re.findall(r'(?:LINE\(\s*out, |rule_line\(out, |\? |: |, )"([\u4e00-\u9fff]+)"', judge))
        self.assertGreater(len(steps), 20)
        self.assertEqual(steps - set(re.findall(r'\{"([\u4e00-\u9fff]+)", "', said)), set())


class Files(Case):
    conf = ONE

    def setUp(self):
        self.b = Browser(self.d)
        self.version = re.search("/console/-/([0-9a-f]{12})/", self.b.call("GET", "/console/").body.decode()).group(1)

    def assert_guarded(self, r):
        self.assertEqual({k: r.headers.get(k) for k in GUARDS}, GUARDS)

    def test_every_page_is_the_one_document_and_is_asked_for_again(self):
        for path in ("/console/", "/console/loans", "/console/cockpit?quarter=2022Q3&unit=wan", "/console/ip/ZL202119999001.9",
                     "/console/a/b/c/d"):
            r = self.b.call("GET", path)
            self.assertEqual((r.status, r.headers["content-type"], r.headers["cache-control"]),
                             (200, "text/html; charset=utf-8", "no-cache"), path)
            self.assert_guarded(r)
        said = self.b.call("GET", "/console/cockpit").headers["link"]
        self.assertEqual(re.findall(r"<([^>]+)>; rel=modulepreload", said),
                         ["/console/-/%s/%s.js" % (self.version, x) for x in ("page/cockpit", "chart", "targets")])
        for path in ("/console/", "/console/none", "/console/loans/1"):
            self.assertEqual(self.b.call("GET", path).headers["link"], ", ".join(
                "<%s>; rel=preload; as=fetch; crossorigin" % at for at in ("/console/session", "/v1/words")))
        for path in ("/console/enter", "/console/..%2fapp"):  # nobody is there yet; no page
            self.assertNotIn("link", self.b.call("GET", path).headers)
        tag = r.headers["etag"]
        self.assertEqual(tag, '"%s"' % self.version)
        for known in (tag, 'W/' + tag):
            again = self.b.call("GET", "/console/", headers={"If-None-Match": known})
            self.assertEqual((again.status, again.body), (304, b""))
        self.assertEqual(self.b.call("GET", "/console/", headers={"If-None-Match": '"000000000000"'}).status, 200)
        self.assertEqual(self.b.call("HEAD", "/console/loans").status, 200)
        self.assertEqual((self.b.call("GET", "/console").status, self.b.call("GET", "/console").headers["location"]),
                         (303, "/console/"))

    def test_files_lie_under_their_version_for_good(self):
        js = "text/javascript; charset=utf-8"
        for name, kind in (("base.js", js), ("page/cockpit.js", js), ("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml")):
            r = self.b.call("GET", "/console/-/%s/%s" % (self.version, name))
            self.assertEqual((r.status, r.headers["content-type"], r.headers["cache-control"]),
                             (200, kind, "public, max-age=31536000, immutable"), name)
            self.assert_guarded(r)
            if kind != js:
                with open(os.path.join(FOLDER, name), "rb") as f:
                    self.assertEqual(r.body, f.read())
        packed = self.b.call("GET", "/console/-/%s/style.css" % self.version, headers={"Accept-Encoding": "gzip"})
        with open(os.path.join(FOLDER, "style.css"), "rb") as f:
            self.assertEqual((packed.headers["content-encoding"], gzip.decompress(packed.body)), ("gzip", f.read()))
        self.assertIn("Accept-Encoding", packed.headers["vary"])

    def test_modules_that_are_asked_for_together_are_one_file(self):
        def served(name):
            return self.b.call("GET", "/console/-/%s/%s.js" % (self.version, name))
        lines = set()
        for name in ("base", "edit", "act"):
            text = served(name).body.decode()
            lines |= set(text.split("\n"))
            self.assertEqual(re.findall("^export \\{.*|^import .*/%s.js.*" % name, text, re.M), [])
        for folder, _, names in os.walk(FOLDER):
            for name in (os.path.relpath(os.path.join(folder, n), FOLDER) for n in names if n.endswith(".js")):
                with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
                    text = f.read()
                r = served(name[:-3])
                if r.status == 404:  # it is in one of them, all of it but what they import of one another
                    own = set(re.sub(r"import \{[^}]*\} from .*\n|export \{.*\n|.*'\./\w+\.js'.*\n", "", text).split("\n"))
                    self.assertEqual(own - lines, set(), name)
                else:
                    asked = re.findall(r"(?:from |import\()'([./]+[\w/]+)\.js'", r.body.decode())
                    for at in asked:
                        self.assertEqual(served(os.path.normpath(os.path.join(os.path.dirname(name), at))).status, 200, (name, at))
                    self.assertEqual(len(asked), len(re.findall(r"(?:from |import\()'[./]", text)), name)

    def test_what_is_not_there_is_404_and_what_is_wrong_405(self):
        for path in ("/console/-/000000000000/base.js", "/console/-/%s/none.js" % self.version, "/console/-/%s/" % self.version,
                     "/console/-/%s/../../../etc/passwd" % self.version, "/console/favicon.ico", "/console/page/cockpit.js"):
            r = self.b.call("GET", path)
            self.assertIn(r.status, (400, 404), path)
        self.assert_guarded(self.b.call("GET", "/console/favicon.ico"))
        self.assertEqual(self.b.call("POST", "/console/loans", {}).status, 405)
        self.assertEqual(self.b.call("PUT", "/console/session", {}).status, 405)
        self.assertEqual(self.b.call("GET", "/console/sign-out").status, 200)  # a page's address: nothing is done by GET

    def test_no_file_asks_for_what_the_policy_refuses(self):
        for folder, _, names in os.walk(FOLDER):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    text = f.read()
                found = re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage"
                                   r"|https?://(?!www\.w3\.org/2000/svg)\S+", text)
                self.assertEqual(found, [], name)


class Sessions(Case):
    conf = ONE

    def setUp(self):
        self.b = Browser(self.d)
        self.bank = self.d.token("bank")

    def test_without_a_session_the_answer_says_so_and_is_no_refusal(self):
        for cookie in (None, "pledged=", "pledged=plg_short", "other=1; pledged=" + "x" * 47, "pledged=plg_" + "A" * 43):
            r = self.b.call("GET", "/console/session", headers={"Cookie": cookie} if cookie else {})
            self.assertEqual((r.status, r.json()), (200, {"signed_in": False}), cookie)

    def test_a_token_signs_in_and_the_cookie_acts_for_it(self):
        r = self.b.sign_in(token=self.bank)
        self.assertEqual(r.status, 200)
        self.assertRegex(r.headers["set-cookie"], r"\Apledged=plg_[\w-]{43}; Path=/; HttpOnly; SameSite=Strict\Z")
        self.assertEqual((r.json()["me"]["organisation"], r.json()["me"]["person"]), ("BANK-A", "王敏"))
        self.assertRegex(r.json()["csrf"], r"\A[0-9a-f]{64}\Z")
        known = self.b.call("GET", "/console/session").json()
        self.assertEqual((known["signed_in"], known["csrf"]), (True, self.b.csrf))
        me = self.b.call("GET", "/v1/me").json()
        self.assertEqual((me["kind"], me["kind_title"]), ("bank", "银行"))
        self.assertIn("POST /v1/loans", me["may"])
        self.assertNotIn("POST /v1/claims/{id}/pay", me["may"])
        r = self.b.call("POST", "/v1/loans", loan(), {"X-Csrf": self.b.csrf})
        self.assertEqual((r.status, r.json()["recorded_by"]), (201, "王敏@BANK-A"))

    def test_what_changes_something_must_come_from_a_page_of_ours(self):
        self.b.sign_in(token=self.bank)
        own = "http://127.0.0.1:%d" % self.d.port
        for headers in ({}, {"X-Csrf": ""}, {"X-Csrf": "0" * 64}, {"X-Csrf": self.b.csrf[:-1]},
                        {"X-Csrf": self.b.csrf, "Origin": "http://evil.example"}, {"X-Csrf": self.b.csrf, "Origin": "null"},
                        {"X-Csrf": self.b.csrf, "Origin": own + "1"}):
            r = self.b.call("POST", "/v1/loans", loan(), headers)
            self.assertEqual((r.status, r.codes()), (403, [("", "E_CSRF")]), headers)
            self.assertEqual(self.b.call("POST", "/console/sign-out", None, headers).status, 403, headers)
        self.assertEqual(self.b.call("POST", "/v1/loans", loan(), {"X-Csrf": self.b.csrf, "Origin": own}).status, 201)
        self.assertEqual(self.b.call("GET", "/v1/loans", headers={"Origin": "http://evil.example"}).status, 200)

    def test_a_token_beside_the_cookie_counts_alone(self):
        self.b.sign_in(token=self.bank)
        finance = self.d.token("finance")
        r = self.b.call("GET", "/v1/me", headers={"Authorization": "Bearer " + finance})
        self.assertEqual(r.json()["kind"], "finance")
        r = self.b.call("GET", "/v1/me", headers={"Authorization": "Bearer plg_wrong"})
        self.assertEqual(r.status, 401)
        r = self.b.call("POST", "/v1/loans", loan(), {"Authorization": "Bearer " + self.bank})
        self.assertEqual(r.status, 201)  # needs no X-Csrf

    def test_signing_out_ends_it_for_good(self):
        self.b.sign_in(token=self.bank)
        other = Browser(self.d)
        other.sign_in(token=self.bank)
        r = self.b.call("POST", "/console/sign-out", None, {"X-Csrf": self.b.csrf})
        self.assertEqual((r.status, r.json()), (200, {"signed_in": False}))
        self.assertIn("Max-Age=0", r.headers["set-cookie"])
        self.assertEqual(self.b.call("GET", "/v1/me").status, 401)
        self.assertEqual(self.b.call("GET", "/console/session").json(), {"signed_in": False})
        self.assertEqual(other.call("GET", "/v1/me").status, 200)

    def test_a_revoked_token_ends_its_sessions_at_once(self):
        self.d.org("bank", "BANK-R")
        token = self.d.cli("token", "add", "--org", "BANK-R", "--person", "李雷").stdout.strip()
        self.b.sign_in(token=token)
        self.assertEqual(self.b.call("GET", "/v1/me").status, 200)
        self.d.cli("token", "revoke", "--org", "BANK-R", "--person", "李雷")
        self.assertEqual(soon(lambda: self.b.call("GET", "/v1/me").status, 401), 401)
        r = self.b.call("GET", "/v1/me")
        self.assertEqual((r.status, r.codes()), (401, [("", "E_AUTH")]))
        self.assertIn("登录已过期", r.json()["title"])
        self.assertEqual(self.b.call("GET", "/console/session").json(), {"signed_in": False})

    def test_a_session_ends_when_it_is_idle_or_old(self):
        for change, ended in (("seen_at = now() - interval '29 minutes'", False), ("seen_at = now() - interval '31 minutes'", True),
                              ("opened_at = now() - interval '11 hours'", False), ("opened_at = now() - interval '13 hours'", True)):
            b = Browser(self.d)
            b.sign_in(token=self.bank)
            self.d.sql("update console_session set %s where sha256 = sha256('%s'); select pg_notify('pledged_token', '')"
                       % (change, b.cookie.split("=", 1)[1]))
            self.assertEqual(soon(lambda: b.call("GET", "/console/session").json()["signed_in"], not ended), not ended, change)
        self.assertGreaterEqual(int(self.d.sql("select count(*) from console_session")), 2)  # those that ended go with the next

    def test_use_is_noted(self):
        self.b.sign_in(token=self.bank)
        at = "from console_session where sha256 = sha256('%s')" % self.b.cookie.split("=", 1)[1]
        self.d.sql("update console_session set seen_at = now() - interval '20 minutes' where sha256 = (select sha256 %s)" % at)
        self.assertEqual(self.b.call("GET", "/v1/me").status, 200)
        for _ in range(100):
            if self.d.sql("select seen_at > now() - interval '1 minute' " + at) == "t":
                return
            time.sleep(0.05)
        self.fail("the session is not said to be used")

    def test_a_wrong_token_is_told_as_such_and_the_eleventh_waits(self):
        d = Daemon()
        try:
            b, good = Browser(d), d.token("bank")
            for how in ({"token": "plg_wrong"}, {"token": ""}, {"link": "plg_" + "A" * 43}, {}):
                r = b.sign_in(**how)
                self.assertEqual((r.status, r.codes()), (401, [("", "E_AUTH")]), how)
                self.assertNotIn("set-cookie", r.headers)
            self.assertEqual(b.sign_in(token=good).status, 200)
            for _ in range(6):
                self.assertEqual(b.sign_in(token="plg_wrong").status, 401)
            r = b.sign_in(token=good)
            self.assertEqual((r.status, r.headers["retry-after"]), (429, "60"))
            self.assertEqual(d.call("GET", "/v1/me", token=good).status, 200)  # who has a token goes on
        finally:
            d.close()

    def test_a_body_that_is_none_is_refused(self):
        for body in ([], "x", 7):
            self.assertEqual(self.b.call("POST", "/console/session", body).status, 422, body)
        r = self.b.call("POST", "/console/session", None, {"Content-Type": "text/plain"})
        self.assertEqual(r.status, 415)

    def test_a_link_signs_in_once_and_soon(self):
        def link(*more):
            out = self.d.cli("console-link", "--org", "BANK-A", "--person", "王敏", *more).stdout.strip()
            self.assertRegex(out, r"\Ahttp://127\.0\.0\.1:%d/console/enter#plg_[\w-]{43}\Z" % self.d.port)
            return out.split("#")[1]
        one, late = link(), link("--minutes", "1")
        self.assertEqual(self.b.sign_in(link=one).json()["me"]["person"], "王敏")
        self.assertEqual(Browser(self.d).sign_in(link=one).status, 401)
        self.d.sql("update console_link set until_at = now() - interval '1 second'")
        self.assertEqual(Browser(self.d).sign_in(link=late).status, 401)
        for wrong in (("--org", "BANK-A"), ("--org", "BANK-A", "--person", "无此人"), ("--org", "NONE", "--person", "王敏"),
                      ("--org", "BANK-A", "--person", "王敏", "--minutes", "61"), ("--org", "BANK-A", "--person", "王敏", "--minutes", "x")):
            out = self.d.cli("console-link", *wrong, check=False)
            self.assertEqual((out.returncode, out.stdout), (2, ""), wrong)

    def test_behind_a_proxy_the_cookie_is_for_tls_and_a_link_for_the_machine(self):
        host = "ledger.example:8443"
        r = self.b.call("POST", "/console/session", {"token": self.bank}, {"Origin": "https://" + host, "Host": host})
        self.assertRegex(r.headers["set-cookie"], r"\Apledged=plg_[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict\Z")
        r = self.b.call("POST", "/console/session", {"token": self.bank}, {"Origin": "http://127.0.0.1:%d" % self.d.port})
        self.assertNotIn("Secure", r.headers["set-cookie"])
        link = self.d.cli("console-link", "--org", "BANK-A", "--person", "王敏").stdout.strip().split("#")[1]
        for header in ("X-Forwarded-For", "Via"):
            r = self.b.call("POST", "/console/session", {"link": link}, {header: "203.0.113.7"})
            self.assertEqual((r.status, r.codes()), (401, [("", "E_AUTH")]), header)
        self.assertEqual(self.b.sign_in(link=link).status, 200)  # at the machine it still does

    def test_a_session_or_link_that_the_databases_owner_wrote_lets_nobody_in(self):
        finance, b = self.d.token("finance"), Browser(self.d)
        b.sign_in(token=self.bank)
        cookie = b.cookie.split("=", 1)[1]
        whose = "(select sha256 from token where sha256 = sha256('%s'))"
        turn = ("update console_session set token = %s where sha256 = sha256('%s'); select pg_notify('pledged_token', '')")
        self.d.sql(turn % (whose % finance, cookie))  # his own session, turned to the token of another
        self.assertEqual(soon(lambda: b.call("GET", "/v1/me").status, 401), 401)
        self.assertEqual(b.call("GET", "/console/session").json(), {"signed_in": False})
        self.d.sql(turn % (whose % self.bank, cookie))  # and as it was made it goes on
        self.assertEqual(soon(lambda: b.call("GET", "/v1/me").status, 200), 200)
        planted = "plg_" + "B" * 43
        self.d.sql("insert into console_session (sha256, token, opened_at, seen_at, mac)"
                   " select sha256('%s'), %s, now(), now(), s.mac from console_session s where s.sha256 = sha256('%s')"
                   % (planted, whose % finance, cookie))
        thief = Browser(self.d)
        thief.cookie = "pledged=" + planted
        self.assertEqual(thief.call("GET", "/v1/me").status, 401)
        link = self.d.cli("console-link", "--org", "BANK-A", "--person", "王敏").stdout.strip().split("#")[1]
        self.d.sql("insert into console_link select sha256('%s'), l.token, l.until_at, l.mac from console_link l"
                   " where l.sha256 = sha256('%s')" % (planted, link))
        self.d.sql("update console_link set token = %s where sha256 = sha256('%s')" % (whose % finance, link))
        for one in (planted, link):
            self.assertEqual(Browser(self.d).sign_in(link=one).status, 401)
        self.d.sql("update console_link set token = %s where sha256 = sha256('%s')" % (whose % self.bank, link))
        self.assertEqual(Browser(self.d).sign_in(link=link).json()["me"]["organisation"], "BANK-A")

    def test_what_was_done_by_a_token_that_is_no_more_is_named_by_verify(self):
        """Whoever owns the database puts a token of another person beside, acts by it, and takes it out again; or turns his own."""
        unseen, heard = "set session_replication_role = replica; ", "; select pg_notify('pledged_token', '')"
        planted, own = "plg_" + "P" * 43, self.d.token("bank", "BANK-OWN")
        of = "from token t where t.sha256 = sha256('%s')"
        turn = unseen + "update token set (org_id, person, person_id) = (%s) where sha256 = sha256('" + own + "')" + heard
        lend = lambda token: self.d.call("POST", "/v1/loans", loan(), token).json()
        looked = lambda: {tuple(x.split(": ")) for x in self.d.verify().stdout.splitlines() if " by a token " in x}
        before = looked()  # what another case has planted stays in the log
        found = lambda: looked() - before
        self.assertEqual(lend(own)["recorded_by"], "王敏@BANK-OWN")
        early = "plg_" + "E" * 43  # one that was given while the clock was ahead
        self.d.lawful("insert into token (sha256, org_id, person, person_id, created_at, duties) select sha256('%s'), t.org_id,"
                      " t.person, t.person_id, now() + interval '1 day', t.duties %s;" % (early, of % own), ["token"])
        lend(early)
        self.assertEqual(found(), set())
        self.d.sql(unseen + "insert into token (sha256, org_id, person, person_id, created_at, duties)"
                   " select sha256('%s'), t.org_id, t.person, t.person_id, t.created_at, t.duties %s" % (planted, of % self.bank) + heard)
        one = lend(planted)
        self.d.sql(unseen + "delete from token where sha256 = sha256('%s')" % planted + heard)
        was = self.d.sql("select format('%s, %L, %L::uuid', t.org_id, t.person, t.person_id) " + of % own)
        self.d.sql(turn % ("select t.org_id, t.person, t.person_id " + of % self.bank))
        self.assertEqual(soon(lambda: self.d.call("GET", "/v1/me", token=own).json()["organisation"], "BANK-A"), "BANK-A")
        two = lend(own)
        self.d.sql(turn % ("select " + was))
        self.assertEqual((one["recorded_by"], two["recorded_by"]), ("王敏@BANK-A",) * 2)
        self.assertEqual(found(), {("record by a token that the ledger does not know", one["id"] + " v1"),
                                   ("record by a token of somebody else", two["id"] + " v1")})

    def test_what_an_office_or_a_token_was_not_for_is_named_by_verify(self):
        """A token that reads is let write for a moment, a bank decides as finance, a district is another: none is so afterwards."""
        heard, unseen = "; select pg_notify('pledged_token', '')", "set session_replication_role = replica; "
        self.d.org("bank", "BANK-OWN")
        reads = self.d.cli("token", "add", "--org", "BANK-OWN", "--person", "查询", "--read-only").stdout.strip()
        clerk = self.d.cli("token", "add", "--org", "BANK-OWN", "--person", "经办", "--duties", "submit").stdout.strip()
        district, code = self.d.token("district"), "district = '%s'"
        book = lambda n: ("/v1/accounts", {"code": "test:%d" % n, "kind": "asset", "title": "试", "no_overdraft": True, "opened_on": "2022-01-01"})
        of = lambda d: ("/v1/enterprise-profiles", {"uscc": "91310115QX0115114N", "year": 2000 + int(d[-1]), "district": d, "industry": "C3973",
                                                    "employees": 2000, "revenue": "900000000.00", "source": "年报"})
        lend = lambda: ("/v1/loans", loan())
        found = lambda: sorted(x for x in self.d.verify().stdout.splitlines() if x.startswith("record "))

        def planted(table, told, stood, where, status, act, token):
            for value, want in ((told, status), (stood, None)):
                self.d.sql(unseen + "update %s set %s where %s" % (table, value, where) + heard)
                if want:
                    made = soon(lambda: self.d.call("POST", *act, token, peer=elsewhere()), want, same=lambda r: r.status)
                    self.assertEqual(made.status, want, made.body)
            return made.json()["id"] + " v1"

        for act, token, status in ((lend(), clerk, 201), (book(1), self.d.token("finance"), 201), (of("310115"), district, 201)):
            r = self.d.call("POST", *act, token)
            self.assertEqual(r.status, status, r.body.decode())
        self.assertEqual(found(), [])
        for act, token in ((lend(), reads), (book(2), clerk), (of("310101"), district)):
            self.assertIn(self.d.call("POST", *act, token).status, (403, 422))
        one = planted("token", "duties = '{submit}'", "duties = '{}'", "sha256 = sha256('%s')" % reads, 201, lend(), reads)
        two = planted("org", "kind = 'finance'", "kind = 'bank'", "code = 'BANK-OWN'", 201, book(2), clerk)
        three = planted("org", code % "310101", code % "310115", "code = 'DIST-310115'", 201, of("310101"), district)
        self.assertEqual(found(), sorted(("record by a token that is not for it: " + one,
                                          "record of an organisation that does not write its like: " + two,
                                          "record of another district than its author's: " + three)))

    def test_what_was_done_by_the_token_of_one_who_had_left_is_named_by_verify(self):
        """A post that ended is opened for a moment; what its holder does by a new token when he is back in office is his own."""
        self.d.org("bank", "BANK-OWN")
        left = self.d.cli("token", "add", "--org", "BANK-OWN", "--person", "离任").stdout.strip()
        post = "from token t where t.sha256 = sha256('%s') and (t.org_id, t.person_id) = (s.org_id, s.person)" % left
        end = "set session_replication_role = replica; update post s set ended_at = %s " + post + "; select pg_notify('pledged_token', '')"
        status = lambda token: self.d.call("GET", "/v1/me", token=token, peer=elsewhere()).status
        lend = lambda token: "record by a token that was not in force: %s v1" % self.d.call("POST", "/v1/loans", loan(), token).json()["id"]
        found = lambda: [x for x in self.d.verify().stdout.splitlines() if "not in force" in x]
        self.d.cli("person", "disable", "--org", "BANK-OWN", "--name", "离任")
        self.d.sql(end % "now() - interval '1 hour'")
        self.assertEqual(soon(lambda: status(left), 401), 401)
        self.d.sql(end % "null")
        self.assertEqual(soon(lambda: status(left), 200), 200)
        line = lend(left)
        self.d.sql(end % "now() - interval '1 hour'")
        self.assertEqual(found(), [line])
        who = self.d.sql("select s.person from post s, token t " + post[len("from token t "):])
        self.d.agreed(self.d.call("POST", "/v1/persons/%s/enable" % who, {"reference": "HR-1", "organisation": "BANK-OWN", "reason": "回任"},
                                  self.d.token("ip_office")))
        back = self.d.cli("token", "add", "--org", "BANK-OWN", "--person", "离任").stdout.strip()
        self.assertNotIn("None", lend(back))
        self.assertEqual(found(), [line])

    def test_of_one_token_the_newest_twenty_sessions_go_on(self):
        token = self.d.token("bank", "BANK-MANY")
        made = [Browser(self.d) for _ in range(21)]
        for b in made:
            self.assertEqual(b.sign_in(token=token).status, 200)
        self.assertEqual([b.call("GET", "/console/session").json()["signed_in"] for b in made], [False] + [True] * 20)

    def test_neither_cookie_nor_token_is_logged(self):
        self.b.sign_in(token=self.bank)
        self.b.call("GET", "/console/loans?q=secret")
        self.assertNotIn(self.b.cookie.split("=", 1)[1], self.d.stderr())
        self.assertNotIn(self.bank, self.d.stderr())
