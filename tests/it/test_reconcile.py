"""A bank holds its own portfolio against the ledger: what is missing here, missing there, and different,
field by field. Nothing is stored."""
import json

from harness import Case, loan, numbers
from test_batches import ZH, cells, sheet
from workbook import Book

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Reconcile(Case):
    def setUp(self):
        self.token = self.d.token("bank", "BANK-R%d" % next(numbers))  # with a portfolio of its own

    def send(self, body, kind="text/csv", query="?reconcile=true"):
        before = self.d.sql("select count(*) from submission")
        r = self.d.call("POST", "/v1/loans" + query, body, self.token, {"Content-Type": kind}, timeout=120)
        self.assertEqual(self.d.sql("select count(*) from submission"), before)
        return r

    def book(self, n):
        rows = [cells() for _ in range(n)]
        r = self.d.call("POST", "/v1/loans", sheet(ZH, rows), self.token, {"Content-Type": "text/csv"}, timeout=120)
        self.assertEqual(r.lines()[-1]["summary"]["created"], n, r.body[:500])
        return rows

    def test_all_or_nothing_means_nothing_where_nothing_is_stored(self):
        r = self.send(sheet(ZH, [cells()]), query="?reconcile=true&atomic=true")
        self.assertEqual((r.status, r.codes()), (422, [("?atomic", "E_UNWANTED")]))

    def test_what_is_missing_on_either_side_and_what_differs(self):
        rows = self.book(5)
        other = self.d.token("bank", "BANK-A")  # another bank's loans are nobody's business here
        self.d.call("POST", "/v1/loans", loan(), other)
        rows[1][5:8] = ["5100000.00", "3.65", "2022-07-02"]
        rows[2][9] = rows[3][9]
        strange = cells()
        broken = list(rows[4])
        broken[5] = "x"
        r = self.send(sheet(ZH, [rows[0], rows[1], rows[2], strange, broken, rows[0]]))
        lines = r.lines()
        self.assertEqual([(x.get("line"), x["key"], x["outcome"]) for x in lines[:-1]],
                         [(2, rows[0][0], "same"), (3, rows[1][0], "different"), (4, rows[2][0], "different"), (5, strange[0], "missing_here"),
                          (6, rows[4][0], "refused"), (7, rows[0][0], "refused"), (None, rows[3][0], "missing_there")])
        self.assertEqual(lines[1]["differences"], [
            {"pointer": "/amount", "field": "贷款金额", "here": "5000000.00", "there": "5100000.00"},
            {"pointer": "/signed_on", "field": "合同签订日", "here": "2022-07-01", "there": "2022-07-02"}])
        self.assertEqual(lines[2]["differences"][0]["there"], rows[3][9])
        self.assertEqual(lines[1]["state"], "signed")
        self.assertEqual([lines[i]["errors"][0]["code"] for i in (4, 5)], ["E_MONEY", "E_REPEATED"])
        self.assertEqual(lines[-1]["reconciliation"], {"same": 1, "different": 2, "missing_here": 1, "missing_there": 1, "refused": 2})
        self.assertEqual(lines[-1]["read"]["charset"], "utf-8")

    def test_the_same_number_written_otherwise_and_columns_that_are_not_there(self):
        rows = self.book(1)
        record = loan(contract_no="r-%d" % next(numbers), employees=86, ip_amount="4000000.00")
        self.assertEqual(self.d.call("POST", "/v1/loans", record, self.token).status, 201)
        row = cells()
        row[0] = record["contract_no"].upper().replace("-", "\uff0d")
        row[2:4] = [record["borrower_uscc"], record["borrower_name"]]
        row[9] = record["ip"][0]["number"]
        r = self.send(Book().sheet("x", [ZH, rows[0], row]).bytes(), XLSX)
        self.assertEqual([x["outcome"] for x in r.lines()[:-1]], ["same", "same"], r.body.decode())
        r = self.send(json.dumps({k: v for k, v in record.items() if k != "employees"}), "application/x-ndjson")
        self.assertEqual([(x["outcome"], x["differences"]) for x in r.lines()[:-1]][0],
                         ("different", [{"pointer": "/employees", "field": "从业人员数", "here": "86", "there": None}]))

    def test_a_whole_portfolio_of_several_slices(self):
        rows = self.book(2300)
        r = self.send(sheet(ZH, rows[:2100]), query="?reconcile=true")
        self.assertEqual(r.lines()[-1]["reconciliation"], {"same": 2100, "different": 0, "missing_here": 0, "missing_there": 200, "refused": 0})
        self.assertEqual({x["key"] for x in r.lines()[2100:-1]}, {x[0] for x in rows[2100:]})

    def test_a_voided_loan_is_not_missed_and_one_record_is_no_list(self):
        rows = self.book(2)
        found = self.d.call("GET", "/v1/loans?contract_no=" + rows[1][0], token=self.token).json()["items"][0]
        r = self.d.call("POST", "/v1/loans/%s/events" % found["id"], {"reference": "V-%d" % next(numbers), "kind": "voided", "on": "2022-08-01", "reason": "重复录入"}, self.token)
        self.assertEqual(r.status, 201, r.body)
        r = self.send(sheet(ZH, rows[:1]))
        self.assertEqual(r.lines()[-1]["reconciliation"]["missing_there"], 0)
        r = self.send(sheet(ZH, rows))
        self.assertEqual(r.lines()[1]["state"], "voided")
        r = self.send(json.dumps(loan()), "application/json")
        self.assertEqual((r.status, r.codes()[0][1] if "errors" in r.json() else r.json()["title"][:2]), (415, "E_MEDIA_TYPE"))
        self.assertEqual(self.send("", "text/csv").status, 422)
        insurer = self.d.token("insurer")
        self.assertEqual(self.d.call("POST", "/v1/loans?reconcile=true", b"x", insurer, {"Content-Type": "text/csv"}).status, 403)
