"""The daemon verifies by night; what was found is read by whoever watches, and told by metrics."""
import datetime
import time

from harness import Case, loan

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


class Verifications(Case):
    def found(self):
        r = self.d.call("GET", "/v1/verifications", token=self.d.token("auditor"))
        self.assertEqual(r.status, 200, r.body)
        return r.json()["items"]

    def test_by_night_and_by_hand(self):
        bank = self.d.token("bank")
        self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank)
        began = time.monotonic()
        self.d.restart()
        start = time.monotonic() - began  # a time that has passed is tomorrow's
        self.d.stop()
        self.d.env["PLEDGED_VERIFY_AT"] = (datetime.datetime.now(SHANGHAI) + datetime.timedelta(seconds=3 + 3 * start)).strftime("%H:%M:%S")
        self.d.start()
        until = time.time() + 150
        while time.time() < until and '"event":"verified"' not in self.d.stderr():
            time.sleep(0.2)
        self.assertIn('"event":"verified","text":"no defects"', self.d.stderr())
        night = self.found()[0]
        self.assertEqual((night["since"], night["defects"], night["findings"]), (0, 0, []))
        self.assertIn("pledged_verify_defects 0", self.d.call("GET", "/metrics").body.decode())
        # Since then: only what came, and what is wrong with it.
        made = self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank).json()
        self.assertEqual(self.d.cli("verify", "--since-last").stdout, "no defects\n")
        self.assertEqual(self.found()[0]["since"], night["log_size"])
        made = self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank).json()
        off = "set session_replication_role = replica; update loan set %s where id = '" + made["id"] + "'"
        self.d.sql(off % "rate_ppm = rate_ppm + 1")
        out = self.d.cli("verify", "--since-last", check=False)
        line = "loan %s 1 rate_ppm: 36500 in the log, 36501 in the table" % made["id"]
        self.assertEqual((out.returncode, out.stdout), (1, line + "\n1 defects\n"))
        last = self.found()[0]
        self.assertEqual((last["defects"], last["findings"]), (1, [line]))
        self.assertIn("pledged_verify_defects 1", self.d.call("GET", "/metrics").body.decode())
        self.d.sql(off % "rate_ppm = rate_ppm - 1")
        self.assertEqual(self.d.cli("verify").stdout, "no defects\n")
        # Who owns the database says that a look found nothing, behind all that there is: nobody looked.
        late = self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"), bank).json()["id"]
        planted = ("set session_replication_role = replica; insert into verification (started_at, since, log_size, row_no, defects,"
                   " findings) select now(), 0, max(size), 1000000000, 0, '[]' from log_head;")
        self.d.sql(planted + "update loan set rate_ppm = 1 where id = '%s'" % late)
        out = self.d.cli("verify", "--since-last", check=False).stdout
        self.assertIn("loan %s 1 rate_ppm: 36500 in the log, 1 in the table" % late, out)
        self.d.sql("set session_replication_role = replica; delete from verification where row_no = 1000000000;"
                   "update loan set rate_ppm = 36500 where id = '%s'" % late)
        self.assertEqual(self.d.cli("verify", "--since-last").stdout, "no defects\n")
        # What could not be looked at was not found whole.
        self.d.sql("alter function log_flights_leafless(bigint) rename to gone")
        out = self.d.cli("verify", check=False)
        self.d.sql("alter function gone(bigint) rename to log_flights_leafless")
        self.assertEqual((out.returncode, "flights that cannot be looked through" in out.stdout), (1, True))
        self.assertEqual(self.d.call("GET", "/v1/verifications", token=bank).status, 403)

    def test_the_list_goes_on_and_out(self):
        auditor = self.d.token("auditor")
        for _ in range(2):
            self.d.cli("verify")
        page = self.d.call("GET", "/v1/verifications?limit=1", token=auditor).json()
        rest = self.d.call("GET", "/v1/verifications?after=" + page["next"], token=auditor).json()
        self.assertEqual([x["id"] for x in page["items"] + rest["items"]], [x["id"] for x in self.found()])
        r = self.d.call("GET", "/v1/verifications?format=csv", token=auditor)
        self.assertEqual(r.status, 200)
        self.assertTrue(r.body.decode("utf-8-sig").startswith("核验,"))

    def test_the_time_is_checked_at_the_start(self):
        out = self.d.cli("show-config", "--verify-at", "25:00", check=False)
        self.assertIn("verify_at", out.stderr)
        self.assertEqual(self.d.cli("show-config", "--verify-at", "off", check=False).returncode, 0)
