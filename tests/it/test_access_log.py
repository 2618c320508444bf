"""Who read what: entries come in batches, the auditor reads them, and the log covers them."""
import time

from harness import Case, loan, numbers


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
        self.assertEqual(self.d.cli("verify", check=False).stdout, "no defects\n")
        with self.assertRaises(Exception):
            self.d.sql("delete from access_log")
        off = "set session_replication_role = replica;"
        batch = self.d.sql("select batch from access_log order by batch limit 1")
        for column, value in (("person", "'某人'"), ("what", "'/v1/x'"), ("shown", "shown + 1"), ("at", "at + interval '1 us'"),
                              ("org_id", "org_id + 1"), ("route", "'/v1/x'"), ("n", "n + 1000")):
            with self.subTest(column):
                was = self.d.sql("select %s from access_log where batch = '%s' and n = 1" % (column, batch))
                self.d.sql(off + "update access_log set %s = %s where batch = '%s' and n = 1" % (column, value, batch))
                self.assertIn("access_log that is not as its batch was taken: " + batch, self.d.cli("verify", check=False).stdout)
                self.d.sql(off + "update access_log set %s = '%s' where batch = '%s' and n = %s" % (
                    column, was, batch, "1001" if column == "n" else "1"))
        self.assertEqual(self.d.cli("verify", check=False).stdout, "no defects\n")
