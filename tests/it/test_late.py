"""What comes late into a sealed quarter: warned, with a reason, and shown; a diff names every cell that moved."""
import json
import urllib.parse

from harness import Case, loan
from test_reports import firm

REASON = "?reason=" + urllib.parse.quote("支行漏报")


class Late(Case):
    conf = {"readers": "3"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank, cls.finance = cls.d.token("bank"), cls.d.token("finance")
        cls.made = [cls.lend("2021-02-%02d" % (i + 1), borrower_uscc=firm(i), district="310115") for i in range(4)]
        cls.d.agreed(cls.d.call("POST", "/v1/reports/quarterly/2021Q1/seal", {"reason": "会审"}, cls.finance))

    @classmethod
    def lend(cls, day, rest="", want=201, **over):
        r = cls.d.call("POST", "/v1/loans" + rest, loan(signed_on=day, disbursed_on=None, matures_on="2031-01-01", **over),
                       cls.bank)
        assert r.status == want, r.body
        return r.json()

    def put(self, doc, **over):
        body = {k: v for k, v in dict(doc, **over).items() if k in loan(disbursed_on=None) and v is not None}
        r = self.d.call("PUT", "/v1/loans/" + doc["id"], dict(body, reason="迁址更正"), self.bank,
                        {"If-Match": '"%d"' % doc["version"]})
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def get(self, path, want=200):
        r = self.d.call("GET", path, token=self.finance)
        self.assertEqual(r.status, want, r.body)
        return r.json()

    def restated(self):
        s = self.get("/v1/reports/quarterly/2021Q3?section=restatements")["sections"][0]
        return {row["key"]: {k: c["value"] for k, c in row["cells"].items()} for row in s["rows"]}.get("2021Q1")

    def codes(self, doc):
        return [w["code"] for w in doc["warnings"]]

    def test_a_key_that_comes_late_and_then_in_time_is_that_of_the_second(self):
        """The first line stores nothing, so that the second is no conflict with anything; a dry run says the same."""
        one = loan(signed_on="2021-03-03", disbursed_on=None, matures_on="2031-01-01")
        lines = "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in (one, dict(one, signed_on="2021-07-01"), one))
        for rest in ("?dry_run=true", ""):
            r = self.d.call("POST", "/v1/loans" + rest, lines, self.bank, {"Content-Type": "application/x-ndjson"})
            self.assertEqual([x["outcome"] for x in r.lines()[:3]], ["refused", "created", "refused"], rest)
        self.assertEqual(self.get("/v1/loans?contract_no=" + one["contract_no"])["items"][0]["signed_on"], "2021-07-01")
        again = self.d.call("POST", "/v1/loans?atomic=true", lines, self.bank, {"Content-Type": "application/x-ndjson"})
        self.assertEqual((again.status, self.d.call("GET", "/readyz").status), (422, 200))

    def test_a_late_loan_says_why_and_is_shown(self):
        before = self.restated() or {"count_difference": 0}
        late = self.lend("2021-03-03", want=422)
        self.assertEqual([(e["pointer"], e["code"]) for e in late["errors"]], [("/reason", "E_LATE_REASON")])
        self.assertIn("2021Q1", late["errors"][0]["title"])
        r = self.d.call("POST", "/v1/loans?dry_run=true", loan(signed_on="2021-03-03", matures_on="2031-01-01"), self.bank)
        self.assertEqual(r.codes(), [("/reason", "E_LATE_REASON")])
        made = self.lend("2021-03-03", REASON, amount="7000000.00", district="310117")
        self.assertIn("RF37", self.codes(made))
        self.assertIn("RF37", self.codes(self.get("/v1/loans/" + made["id"])))
        row = self.restated()
        self.assertEqual(row["count_difference"], before["count_difference"] + 1)
        self.assertIn("支行漏报", row["reasons"])
        # one of an open quarter needs no reason and raises nothing
        self.assertNotIn("RF37", self.codes(self.lend("2021-05-05")))
        # the same once more is a replay, reason or not
        again = self.d.call("POST", "/v1/loans", {k: made[k] for k in loan() if k in made}, self.bank)
        self.assertEqual((again.status, again.headers.get("idempotent-replay")), (200, "true"))

    def test_a_batch_is_judged_line_by_line(self):
        lines = [loan(signed_on=day, matures_on="2031-01-01", district="310117") for day in ("2021-03-09", "2021-06-09")]
        body, kind = "\n".join(map(json.dumps, lines)), {"Content-Type": "application/x-ndjson"}
        told = self.d.call("POST", "/v1/loans", body, self.bank, kind).lines()
        self.assertEqual([x["outcome"] for x in told[:2]], ["refused", "created"])
        self.assertEqual(told[0]["errors"][0]["code"], "E_LATE_REASON")
        told = self.d.call("POST", "/v1/loans" + REASON, body, self.bank, kind).lines()
        self.assertEqual([x["outcome"] for x in told[:2]], ["created", "replay"])
        r = self.d.call("POST", "/v1/loans?reason=" + "x" * 501, body, self.bank, kind)
        self.assertEqual((r.status, r.codes()[0][0]), (422, "?reason"))

    def test_where_only_a_district_and_a_firm_moved_every_cell_is_named(self):
        before = self.restated() or {"records": 0}
        moved = self.put(self.made[0], district="310104", borrower_uscc=firm(1))
        self.assertIn("RF37", self.codes(moved))
        row = self.restated()
        self.assertEqual(row["records"], before["records"] + 1)
        self.assertIn("迁址更正", row["reasons"])
        diff = self.get("/v1/reports/quarterly/2021Q1/diff?section=by_district,headline")
        cells = {(c["section"], c["row"], c["column"]): c["difference"] for c in diff["cells"]}
        amount = moved["amount"]
        self.assertEqual((cells["by_district", "310115", "count"], cells["by_district", "310104", "count"]), (-1, 1))
        self.assertEqual(cells["by_district", "310104", "amount"], amount)
        self.assertEqual((cells["by_district", "310104", "firms"], cells["by_district", "310115", "firms"]), (1, -1))
        # of the four firms one is gone and others may have come late: in the row that counts them alone, too
        firms = {k[2]: v for k, v in cells.items() if k[:2] == ("headline", "firms")}
        now = {row["key"]: row["cells"]["quarter"]["value"] for row in
               self.get("/v1/reports/quarterly/2021Q1?section=headline&known_at=now")["sections"][0]["rows"]}
        self.assertEqual(firms.get("quarter", 0), now["firms"] - 4)
        self.assertIn(self.made[0]["id"], [i["id"] for i in diff["items"]])
