"""Who read what: entries come in batches, the auditor reads them, and the log covers them."""
import json
import time

from harness import Case, loan, numbers
from subsidy_case import fixture


class AccessLog(Case):
    conf = {"readers": "3"}

    def entries(self, **query):
        auditor = self.d.token("auditor")
        path = "/v1/access-log?" + "&".join("%s=%s" % x for x in query.items())
        r = self.d.call("GET", path, token=auditor)
        self.assertEqual(r.status, 200, r.body)
        return r.json()["items"]

    def awaited(self, n, **query):
        for _ in range(100):
            found = self.entries(**query)
            if len(found) >= n:
                return found
            time.sleep(0.1)
        self.fail(found)

    def test_reads_are_told_with_who_what_and_how_many(self):
        bank, finance = self.d.token("bank"), self.d.token("finance")
        made = self.d.call("POST", "/v1/loans", loan(), bank)
        self.d.call("POST", "/v1/loans", loan(), bank)
        where = made.headers["location"]
        mark = "BANKLIST%d" % next(numbers)
        for path, token in ((where, bank), ("/v1/loans?limit=1", bank), ("/v1/loans?format=csv&q=T-", bank), ("/v1/loans?q=" + mark, finance),
                            ("/v1/reports/quarterly/2022Q3", finance)):
            self.assertEqual(self.d.call("GET", path, token=token).status, 200, path)
        told = {x["what"]: x for x in self.awaited(5, limit=1000) if x["route"] != "/v1/access-log"}
        one = told[where]
        self.assertEqual((one["org"], one["person"], one["route"], one["shown"]), ("BANK-A", "王敏", "/v1/loans/{id}", 1))
        self.assertEqual(told["/v1/loans?limit=1"]["shown"], 1)
        self.assertEqual(told["/v1/loans?format=csv&q=T-"]["shown"], 2)
        self.assertEqual((told["/v1/loans?q=" + mark]["org"], told["/v1/loans?q=" + mark]["shown"]), ("FINANCE", 0))
        self.assertIn("/v1/reports/quarterly/2022Q3", told)
        # What was refused gave nothing.
        self.assertEqual(self.d.call("GET", where.replace("0", "1"), token=bank).status, 404)
        self.assertEqual([x["what"] for x in self.entries(org="FINANCE", q=mark)], ["/v1/loans?q=" + mark])
        self.assertEqual(self.entries(org="FINANCE", q=mark, to="2020-01-01"), [])
        page = self.d.call("GET", "/v1/access-log?limit=2", token=self.d.token("auditor")).json()
        rest = self.entries(limit=1000, after=page["next"])
        self.assertEqual([x["id"] for x in page["items"] + rest][:5], [x["id"] for x in self.entries(limit=1000)][:5])

    def test_what_is_asked_by_post_is_told_as_well(self):
        bank, district, code = self.d.token("bank"), self.d.token("district", "DIST-310116"), "AL-%d" % next(numbers)
        self.assertEqual(self.d.call("POST", "/v1/policies", fixture("js-2023", code=code), district).status, 201)
        one = loan(district="310116", signed_on="2023-01-16", disbursed_on="2023-01-16", matures_on="2024-01-15")
        self.assertEqual(self.d.call("POST", "/v1/loans", one, bank).status, 201)
        lines = {"Content-Type": "application/x-ndjson"}
        self.assertEqual(self.d.call("POST", "/v1/loans?dry_run=true", loan(), bank).status, 200)  # reads nothing
        said = self.d.call("POST", "/v1/loans?reconcile=true", json.dumps(one) + "\n", bank, lines).lines()
        there = len(said) - 1  # a line for each loan that is there
        asks = {"from": "2023-01-01", "to": "2023-12-31", "list": True, "by": "disbursed_on", "facts": {"borrower.bad_record": False}}
        r = self.d.call("POST", "/v1/policies/%s/rehearsals" % code, asks, district)
        cases = len([x for x in r.lines() if "loan" in x])
        self.assertGreaterEqual(cases, 1, r.body)
        check = {"policy": code, "loan": one["contract_no"], "facts": {"borrower.bad_record": False}}
        r = self.d.call("POST", "/v1/eligibility-checks", check, bank)
        told = {x["route"]: x for x in self.awaited(2, q=code)}
        self.assertEqual(told["/v1/policies/{code}/rehearsals"]["shown"], cases)
        self.assertIn('"list": true', told["/v1/policies/{code}/rehearsals"]["what"])
        self.assertEqual("/v1/eligibility-checks" in told, r.status == 200)
        (compared,) = self.awaited(1, q="reconcile")
        self.assertEqual((compared["route"], compared["org"], compared["shown"]), ("/v1/loans", "BANK-A", there))
        self.assertEqual(self.entries(q="dry_run"), [])

    def test_nobody_but_the_auditor_reads_it(self):
        for role in ("bank", "finance", "ip_office", "district"):
            self.assertEqual(self.d.call("GET", "/v1/access-log", token=self.d.token(role)).status, 403)
        r = self.d.call("GET", "/v1/access-log?after=7", token=self.d.token("auditor"))
        self.assertEqual(r.codes(), [("?after", "E_CURSOR")])

    def test_what_was_read_can_not_be_unsaid(self):
        bank = self.d.token("bank")
        for _ in range(3):
            self.d.call("GET", "/v1/loans", token=bank)
        self.awaited(3)
        self.d.restart()  # all that was noted is stored
        self.assertEqual(self.d.verify().stdout, "no defects\n")
        with self.assertRaises(Exception):
            self.d.sql("delete from access_log")
        off = "set session_replication_role = replica;"
        batch = self.d.sql("select batch from access_log order by batch limit 1")
        for column, value in (("person", "'某人'"), ("what", "'/v1/x'"), ("shown", "shown + 1"), ("at", "at + interval '1 us'"),
                              ("org_id", "org_id + 1"), ("route", "'/v1/x'"), ("n", "n + 1000")):
            with self.subTest(column):
                was = self.d.sql("select %s from access_log where batch = '%s' and n = 1" % (column, batch))
                self.d.sql(off + "update access_log set %s = %s where batch = '%s' and n = 1" % (column, value, batch))
                self.assertIn("access_log that is not as its batch was taken: " + batch, self.d.verify().stdout)
                self.d.sql(off + "update access_log set %s = '%s' where batch = '%s' and n = %s" % (
                    column, was, batch, "1001" if column == "n" else "1"))
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def sealed_next(self, was, n):
        """Batches that were taken since, when there are so many."""
        for _ in range(200):
            new = set(self.d.sql("select batch from access_batch").split()) - was
            if len(new) >= n:
                return new
            time.sleep(0.1)
        self.fail(new)

    def test_what_was_swallowed_before_it_was_stored_shows(self):
        """The owner swallows an entry, or all of a batch, before its digest is taken: the daemon has told what it was."""
        bank, batches = self.d.token("bank"), lambda: set(self.d.sql("select batch from access_batch").split())
        look = lambda q: self.assertEqual(self.d.call("GET", "/v1/loans?q=" + q, token=bank).status, 200)
        self.d.restart()
        was = batches()
        look("SHOWN")
        (kept,) = self.sealed_next(was, 1)
        self.d.sql("create function swallow() returns trigger language plpgsql as $$ begin return case when new.what like '%HIDE%'"
                   " then null else new end; end $$; create trigger swallow before insert on access_log for each row"
                   " execute function swallow()")
        try:
            was = batches()
            for q in ("SHOWN", "HIDE", "SHOWN"):
                look(q)
            (thinned,) = self.sealed_next(was, 1)
            look("HIDE")
            (empty,) = self.sealed_next(was | {thinned}, 1)
        finally:
            self.d.sql("drop trigger swallow on access_log; drop function swallow()")
        said = self.d.verify().stdout
        for batch in (thinned, empty):
            self.assertIn("access_log that is not as its batch was taken: %s\n" % batch, said)
            self.assertIn('"event":"access_changed","batch":"%s"' % batch, self.d.stderr())
        self.assertNotIn(kept, said + self.d.stderr())
        # Those of before, whose digest the database took: as they were, and with a hole in them.
        row = "('%s', %d, now(), 1, 'x', '/v1/x', '/v1/x', 1)"
        old, holed = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"
        self.d.sql("insert into access_log values " + ", ".join(row % x for x in ((old, 1), (old, 2), (holed, 1), (holed, 3))))
        self.d.lawful("insert into access_batch (batch, n, digest, form) select batch, count(*), sha256(string_agg(access_digest(a, 1),"
                      " ''::bytea order by n)), 1 from access_log a where batch in ('%s', '%s') group by batch;" % (old, holed), ["access_batch"])
        said = self.d.verify().stdout
        self.assertNotIn(old, said)
        self.assertIn("access_log that is not as its batch was taken: " + holed, said)
