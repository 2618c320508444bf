"""What is registered, drawn and outstanding are three figures: in a loan's answer, in lists, reports and targets."""
from harness import Case, loan, numbers

EVENTS = (("disbursed", "2022-07-05", "2000000.00"), ("disbursed", "2022-08-05", "1000000.00"),
          ("repaid", "2022-09-05", "500000.00"))


class Registered(Case):
    conf = {"readers": "6"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls.d.token("finance")
        cls.bank = cls.d.token("bank", "BANK-GA")
        cls.other = cls.d.token("bank", "BANK-GB")

    def lend(self, token, **over):
        r = self.d.call("POST", "/v1/loans", loan(**over), token)
        self.assertEqual(r.status, 201, r.body)
        return r.json()

    def happen(self, where, kind, on, **more):
        event = dict(more, reference="G%d" % next(numbers), kind=kind, on=on)
        r = self.d.call("POST", where + "/events", event, self.bank)
        self.assertEqual(r.status, 201, r.body)

    def correct(self, record, **over):
        body = {k: v for k, v in dict(record, **over).items() if k in loan() or k in ("registered_on", "registered_amount")}
        r = self.d.call("PUT", "/v1/loans/" + record["id"], dict(body, reason="更正"), self.bank, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)

    def get(self, path, token=None):
        r = self.d.call("GET", path, token=token or self.finance)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def registered(self, quarter, section, query=""):
        """{row: (loans, amount, registered)}, the total under None."""
        s = self.get("/v1/reports/quarterly/%s?section=%s%s" % (quarter, section, query))["sections"][0]
        cells = {x["key"]: x["cells"] for x in s["rows"]}
        cells[None] = s["total"]["cells"]
        return {k: tuple(c[m]["value"] for m in ("count", "amount", "registered_amount"))
                for k, c in cells.items() if c["count"]["value"]}

    def year(self, basis, year):
        r = self.get("/v1/plans/sh-2021-2023/targets?quarter=2023Q4&basis=" + basis)
        t = [x for x in r["targets"] if x["id"] == "T1"][0]
        return [y["value"] for y in t["years"] if y["year"] == year][0], r["undated"]

    def test_a_loan_tells_the_three_apart_on_every_day(self):
        made = self.lend(self.bank, signed_on="2021-07-01", matures_on="2024-07-01", registered_amount="8000000.00")
        where = "/v1/loans/" + made["id"]
        self.assertEqual((made["registered_amount"], made["drawn"], made["outstanding"]), ("8000000.00", "0.00", "0.00"))
        for kind, on, sum_ in EVENTS:
            self.happen(where, kind, on, principal=sum_)
        for on, want in (("2022-07-04", ("0.00", "0.00")), ("2022-07-05", ("2000000.00", "2000000.00")),
                         ("2022-08-05", ("3000000.00", "3000000.00")), ("2022-09-05", ("3000000.00", "2500000.00"))):
            said = self.get("%s?as_of=%s" % (where, on), self.bank)
            self.assertEqual((said["registered_amount"], said["drawn"], said["outstanding"]), ("8000000.00",) + want, on)
        said = [x for x in self.get("/v1/loans?as_of=2022-09-05", self.bank)["items"] if x["id"] == made["id"]]
        self.assertEqual([(x["registered_amount"], x["drawn"], x["outstanding"]) for x in said],
                         [("8000000.00", "3000000.00", "2500000.00")])
        self.happen(where, "voided", "2022-10-05", reason="重复录入")
        self.assertEqual(self.get(where, self.bank)["drawn"], "0.00")

    def test_a_loan_whose_contract_is_all_there_is_was_drawn_whole(self):
        made = self.lend(self.bank, signed_on="2021-07-01", disbursed_on="2021-07-05")
        self.assertEqual((made["drawn"], made["outstanding"]), ("5000000.00", "5000000.00"))
        said = self.get("/v1/loans/%s?as_of=2021-07-04" % made["id"], self.bank)
        self.assertEqual((said["drawn"], said["outstanding"]), ("0.00", "0.00"))

    def test_districts_and_banks_tell_what_is_registered_beside_what_was_lent(self):
        """Not told: the amount. 8,000,000.00 + 3,000,000.00 of one bank and district, 2,500,000.50 of another."""
        first = self.lend(self.bank, amount="5000000.00", registered_amount="8000000.00", district="310115")
        self.lend(self.bank, amount="3000000.00", district="310115")
        self.lend(self.other, amount="2000000.00", registered_amount="2500000.50", district="310101")
        live = "", "&basis=signed_on", "&as_of=2022-09-30"
        for query in live:  # sums that are kept, and the same from the loans
            self.assertEqual(self.registered("2022Q3", "by_district", query), {
                "310115": (2, "8000000.00", "11000000.00"), "310101": (1, "2000000.00", "2500000.50"),
                None: (3, "10000000.00", "13500000.50")})
            self.assertEqual(self.registered("2022Q3", "by_bank", query), {
                "BANK-GA": (2, "8000000.00", "11000000.00"), "BANK-GB": (1, "2000000.00", "2500000.50"),
                None: (3, "10000000.00", "13500000.50")})
        known = self.get("/v1/reports/quarterly/2022Q3?section=by_bank")["known_at"]
        page = self.get("/v1/reports/quarterly/2022Q3/rows?section=by_district&row=310115&column=registered_amount")
        self.assertEqual((page["value"], sorted(x["value"] for x in page["items"])), ("11000000.00", ["3000000.00", "8000000.00"]))
        self.correct(first, registered_amount="6000000.00")
        self.assertEqual(self.registered("2022Q3", "by_bank")["BANK-GA"], (2, "8000000.00", "9000000.00"))
        then = "&known_at=" + known.replace("+", "%2B")
        self.assertEqual(self.registered("2022Q3", "by_bank", then)["BANK-GA"], (2, "8000000.00", "11000000.00"))
        self.happen("/v1/loans/" + first["id"], "voided", "2022-10-05", reason="重复录入")
        self.assertEqual(self.registered("2022Q3", "by_bank")["BANK-GA"], (1, "3000000.00", "3000000.00"))
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_verify_finds_a_sum_that_is_not_what_is_registered(self):
        self.lend(self.bank, signed_on="2021-01-04", matures_on="2022-01-04", registered_amount="8000000.00")
        change = "update city_rollup set registered_fen = registered_fen + %d where section = 'by_bank' and quarter = '2021-01-01'"
        self.d.sql(change % 1)
        out = self.d.verify()
        self.d.sql(change % -1)
        self.assertIn("city_rollup by_bank ", out.stdout)
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_targets_count_by_what_was_registered_and_when(self):
        """Signed in 2020, registered in 2023: 5,000,000.00 lent, 8,000,000.00 registered; nothing told: the amount."""
        before, undated = self.year("registered_amount", 2023)
        self.assertEqual(before, "0.00")
        self.lend(self.bank, signed_on="2020-12-20", matures_on="2024-01-01", registered_on="2023-01-05",
                  registered_amount="8000000.00")
        self.lend(self.bank, signed_on="2020-12-20", matures_on="2024-01-01", registered_on="2023-01-06", amount="1000000.00")
        self.lend(self.bank, signed_on="2020-12-20", matures_on="2024-01-01", registered_amount="9000000.00")
        self.assertEqual(self.year("registered_amount", 2023), ("9000000.00", undated + 1))
        self.assertEqual(self.year("registered_on", 2023)[0], "6000000.00")
        r = self.d.call("GET", "/v1/plans/sh-2021-2023/forecast?basis=registered_amount", token=self.finance)
        self.assertEqual((r.status, r.json()["basis"]), (200, "registered_amount"))
        for path in ("/v1/plans/sh-2021-2023/targets?basis=drawn", "/v1/reports/quarterly/2022Q3?basis=registered_amount"):
            r = self.d.call("GET", path, token=self.finance)
            self.assertEqual((r.status, r.codes()), (422, [("?basis", "E_CHOICE")]))
