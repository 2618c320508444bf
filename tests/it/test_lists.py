"""Lists: searched, ordered, counted, and all of them as a spreadsheet that a batch takes again."""
import csv
import io
import itertools
import json
import os
import re
import socket
import struct
import time
import unicodedata
import zipfile
from urllib.parse import quote

from harness import ORGS, ROOT, Case, firm, loan, numbers
from test_batches import ZH, cells, sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ListCase(Case):
    def setUp(self):
        self.token = self.d.token("bank", "BANK-L%d" % next(numbers))  # with loans of its own

    def get(self, path, token=None):
        return self.d.call("GET", path, token=token or self.token, timeout=120)

    def keys(self, query):
        r = self.get("/v1/loans?" + query)
        self.assertEqual(r.status, 200, r.body)
        return [x["contract_no"] for x in r.json()["items"]]

    def book(self, n, **over):
        rows = [cells(**over) for _ in range(n)]
        r = self.d.call("POST", "/v1/loans", sheet(ZH, rows), self.token, {"Content-Type": "text/csv"}, timeout=120)
        self.assertEqual(r.lines()[-1]["summary"]["created"], n, r.body[:800])
        return rows

    def csv(self, path, token=None):
        r = self.get(path, token)
        self.assertEqual((r.status, r.headers["content-type"]), (200, "text/csv; charset=utf-8"), r.body[:300])
        self.assertTrue(r.body.startswith("\ufeff".encode()))
        return list(csv.DictReader(io.StringIO(r.body.decode("utf-8-sig"), newline="")))


class Lists(ListCase):
    def test_a_part_of_number_name_or_code_finds_a_loan(self):
        n = next(numbers)
        code, _ = firm(n)
        record = loan(contract_no="Q-%d/甲" % n, borrower_uscc=code, borrower_name="上海寻找%d有限公司" % n)
        self.assertEqual(self.d.call("POST", "/v1/loans", record, self.token).status, 201)
        self.book(3)
        for q in ("q-%d" % n, "寻找%d" % n, code[8:16].lower(), code, "\uff31-%d" % n):
            self.assertEqual(self.keys("q=" + quote(q)), [record["contract_no"]], q)
        self.assertEqual(self.keys("q=" + quote("没有这样的")), [])
        self.assertEqual(self.get("/v1/loans?total=true&q=" + quote("没有")).json(), {"items": [], "next": None, "total": 0})
        other = self.d.token("bank", "BANK-A")
        self.assertEqual(self.get("/v1/loans?q=" + quote("寻找%d" % n), other).json()["items"], [])

    def test_pages_in_any_order_hold_every_loan_once(self):
        amounts = ["%d.00" % (1000000 + 1000 * (i * 7 % 5)) for i in range(12)]
        for amount in amounts:
            self.assertEqual(self.d.call("POST", "/v1/loans", loan(amount=amount), self.token).status, 201)
        every = self.keys("limit=100")
        for order in ("recorded", "amount", "signed_on", "contract_no", "borrower_name", "matures_on"):
            for sign in ("", "-"):
                found, after = [], ""
                while True:
                    page = self.get("/v1/loans?limit=5&total=true&order=%s%s%s" % (sign, order, after)).json()
                    self.assertEqual(page["total"], 12)
                    found += page["items"]
                    if not page["next"]:
                        break
                    after = "&after=" + page["next"]
                self.assertEqual(sorted(x["contract_no"] for x in found), sorted(every), order)
                if order == "amount":
                    self.assertEqual([x["amount"] for x in found], sorted(amounts, reverse=sign == "-"))
                if order == "recorded":
                    self.assertEqual([x["contract_no"] for x in found], every[::-1] if sign else every)
        self.assertNotIn("total", self.get("/v1/loans").json())

    def test_pages_in_an_order_are_the_parts_of_the_sorted_whole(self):
        """Of every reader and filter, held against all that he is shown, in the order of recording, sorted here."""
        mark, near, far = "分页%d" % next(numbers), "310151", "310120"
        banks = [self.token, self.d.token("bank", "BANK-P%d" % next(numbers))]
        made = [[], []]
        for i in range(26):
            code, _ = firm(next(numbers))
            made[i % 2].append(loan(
                contract_no="%s-%d%s" % ("Ab"[i % 3 > 0], i * 7 % 5, mark), borrower_uscc=code, amount="%d.00" % (1000000 + 1000 * (i * 7 % 5)),
                borrower_name=("甲乙\uff21bｃD"[i * 5 % 6]) + mark + "司" * (i % 3), district=(near, far)[i % 5 > 0],
                signed_on="2022-0%d-01" % (1 + i % 7), matures_on="2023-0%d-01" % (2 + i % 4), disbursed_on=("2022-07-05", None)[i % 4 > 0],
                insurer_uscc=(None, ORGS["insurer"])[i % 3 > 1]))
            made[i % 2][-1]["contract_no"] += "-%d" % next(numbers)
        for token, records in zip(banks, made):
            for record in records:
                self.assertEqual(self.d.call("POST", "/v1/loans", record, token).status, 201)
        before = self.d.call("GET", "/v1/loans?limit=1&order=-recorded", token=banks[1]).json()["items"][0]["recorded_at"]
        for token, records in zip(banks, made):  # what moves to another place in an order, or out of a district
            old = self.get("/v1/loans?contract_no=" + quote(records[3]["contract_no"]), token).json()["items"][0]
            r = self.d.call("PUT", "/v1/loans/" + old["id"], dict(records[3], amount="999000.00", district=near, reason="更正"), token, {"If-Match": '"1"'})
            self.assertEqual(r.status, 200, r.body)
            old = self.get("/v1/loans?contract_no=" + quote(records[5]["contract_no"]), token).json()["items"][0]
            r = self.d.call("PUT", "/v1/loans/" + old["id"], dict(records[5], borrower_name="戊" + mark, district=far, reason="更正"), token, {"If-Match": '"1"'})
            self.assertEqual(r.status, 200, r.body)
        form = lambda text: unicodedata.normalize("NFKC", text).lower().encode()
        by = {"amount": lambda x: int(x["amount"].replace(".", "")), "signed_on": lambda x: x["signed_on"], "matures_on": lambda x: x["matures_on"],
              "borrower_name": lambda x: form(x["borrower_name"]), "contract_no": lambda x: form(x["contract_no"])}
        filters = ["", "&district=" + near, "&quarter=2022Q2", "&state=signed", "&state=matured&as_of=2023-03-15", "&q=b",
                   "&known_at=" + quote(before), "&state=matured&district=%s&q=%s" % (far, quote("司"))]
        readers = {"bank": banks[0], "other": banks[1], "finance": self.d.token("finance"), "district": self.d.token("district", "DIST-" + near),
                   "insurer": self.d.token("insurer")}
        met = 0
        for n, (who, token) in enumerate(readers.items()):
            for more in filters:
                more += "&q=" + quote(mark) if who not in ("bank", "other") and "&q=" not in more else ""
                whole = [x for x in self.get("/v1/loans?limit=1000" + more, token).json()["items"] if mark in x["contract_no"]]
                ids = {x["contract_no"]: k for k, x in enumerate(whole)}  # the order of recording is that of the ids
                for m, (order, key) in enumerate(by.items()):
                    if (n + m + len(more)) % 2:
                        continue
                    sign = "-" if (n + m + len(more)) % 4 else ""
                    found, after = [], ""
                    while True:
                        page = self.get("/v1/loans?limit=9&order=%s%s%s%s" % (sign, order, more, after), token).json()
                        found += [x["contract_no"] for x in page["items"] if mark in x["contract_no"]]
                        if not page["next"]:
                            break
                        after = "&after=" + page["next"]
                    told = sorted(whole, key=lambda x: (key(x), ids[x["contract_no"]]), reverse=sign == "-")
                    self.assertEqual(found, [x["contract_no"] for x in told], (who, more, sign + order))
                    met += len(found) > 9
        self.assertGreater(met, 20)

    def test_every_list_that_promises_a_total_gives_it_in_every_order(self):
        paths = self.d.call("GET", "/openapi.json").json()["paths"]
        lists = {p: {x["name"]: x["schema"] for x in of["get"].get("parameters", [])} for p, of in paths.items() if "get" in of}
        counted = {p: x.get("order", {}).get("enum", ()) for p, x in lists.items() if "{" not in p and "total" in x and "limit" in x}
        self.assertIn("/v1/applications", counted)
        readers = [self.d.token(kind) for kind in ("finance", "auditor")]
        for path, orders in counted.items():
            finance = next(x for x in readers if self.get(path, x).status != 403)
            for more in ("", *("&order=" + x for x in orders)):
                if "q" in lists[path] and path != "/v1/access-log":  # which holds what was looked for
                    said = self.get(path + "?total=true&limit=2&q=" + quote("没有这样的") + more, finance).json()
                    self.assertEqual((said["items"], said["total"]), ([], 0), (path, more))
                self.assertEqual(type(self.get(path + "?total=true&limit=2" + more, finance).json()["total"]), int, (path, more))
        r = self.get("/v1/loans?order=colour")
        self.assertEqual((r.status, r.codes()), (422, [("?order", "E_CHOICE")]))

    def test_a_page_goes_on_behind_a_loan_that_is_no_hit_any_more(self):
        rows = self.book(3)
        for order, left in (("contract_no", [rows[1][0], rows[2][0]]), ("-contract_no", [rows[1][0]])):
            first = self.get("/v1/loans?state=signed&limit=1&order=" + order).json()
            event = {"reference": "EV-%d" % next(numbers), "kind": "disbursed", "on": "2022-07-05", "principal": "1000000.00"}
            r = self.d.call("POST", "/v1/loans/%s/events" % first["next"], event, self.token)
            self.assertEqual(r.status, 201, r.body)
            self.assertEqual(self.keys("state=signed&order=%s&after=%s" % (order, first["next"])), left)

    def walk(self, path, order, limit=2):
        """All items of a list, page by page, and what it says that there are."""
        found, after = [], ""
        while True:
            r = self.get("%s?limit=%d&total=true&order=%s%s" % (path, limit, order, after), self.finance)
            self.assertEqual(r.status, 200, r.body)
            found += r.json()["items"]
            if not r.json()["next"]:
                return found, r.json()
            after = "&after=" + quote(r.json()["next"])

    def test_every_list_of_any_kind_is_searched_ordered_counted_and_walked(self):
        """Twins of every kind: two covers, two flags, two transfers, two firms."""
        n, self.finance = next(numbers), self.d.token("finance")
        for i in (1, 2):
            code, _ = firm(n * 10 + i)
            r = self.d.call("POST", "/v1/loans", loan(contract_no="TW-%d-%d" % (n, i), borrower_uscc=code, amount="%d000000.00" % (4 - i),
                                                      borrower_name="上海双生%d号%d有限公司" % (i, n)), self.token)
            self.assertEqual(r.status, 201, r.body)
            r = self.d.call("POST", "/v1/loans/%s/events" % r.json()["id"], {
                "reference": "TE-%d-%d" % (n, i), "kind": "disbursed", "on": "2022-07-0%d" % (7 - i), "principal": "%d000000.00" % (4 - i)}, self.token)
            self.assertEqual(r.status, 201, r.body)
            r = self.d.call("POST", "/v1/accounts", {"code": "equity:TW-%d-%d" % (n, i), "kind": "equity", "title": "双生账户%d" % i, "no_overdraft": False,
                                                     "opened_on": "2022-01-01"}, self.finance)
            self.assertEqual(r.status, 201, r.body)
        for i, amount in ((1, "20.00"), (2, "10.00")):
            r = self.d.call("POST", "/v1/transfers", {"reference": "TT-%d-%d" % (n, i), "debit": "equity:TW-%d-1" % n, "credit": "equity:TW-%d-2" % n,
                                                      "amount": amount, "on": "2022-01-0%d" % (4 - i), "cause": "adjustment", "memo": "双生"}, self.finance)
            self.assertEqual(self.d.agreed(r).status, 201)
        mine = "TW-%d" % n
        for path, q, key, orders in (
                ("/v1/loans", mine, "contract_no", {"amount": (2, 1), "signed_on": (1, 2), "contract_no": (1, 2)}),
                ("/v1/loan-events", "TE-%d" % n, "reference", {"on": (2, 1), "key": (1, 2), "recorded": (1, 2)}),
                ("/v1/transfers", "TT-%d" % n, "reference", {"on": (2, 1), "amount": (2, 1), "key": (1, 2), "recorded": (1, 2)}),
                ("/v1/accounts", mine.lower(), "code", {"balance": (1, 2), "code": (1, 2)}),
                ("/v1/enterprises", "%d有限" % n, "name", {"name": (1, 2)}),
                ("/v1/proposals", "TT-%d" % n, None, {"amount": (2, 1), "key": (1, 2), "recorded": (1, 2)})):
            for order, expected in orders.items():
                for sign in ("", "-"):
                    with self.subTest(path=path, order=sign + order):
                        r = self.get("%s?total=true&q=%s&order=%s%s" % (path, quote(q), sign, order), self.finance)
                        items = r.json()["items"]
                        self.assertEqual((len(items), r.json()["total"]), (2, 2), r.body)
                        names = [x["act"]["reference"] if key is None else x[key] for x in items]
                        first, last = names if not sign else names[::-1]
                        self.assertLess(first, last) if expected == (1, 2) else self.assertGreater(first, last)
        money = lambda path, q: self.get("%s?total=true&limit=1&q=%s" % (path, q), self.finance).json()["total_amount"]
        self.assertEqual(money("/v1/loans", mine), "5000000.00")
        self.assertEqual(money("/v1/loan-events", "TE-%d" % n), "5000000.00")
        self.assertEqual(money("/v1/transfers", "TT-%d" % n), "30.00")
        self.assertEqual(money("/v1/proposals", "TT-%d" % n), "30.00")
        paths = self.d.call("GET", "/openapi.json").json()["paths"]
        for path, of in paths.items():
            asked = {x["name"]: x["schema"] for x in of.get("get", {}).get("parameters", [])}
            if "{" in path or not {"order", "total", "limit"} <= set(asked) or path == "/v1/access-log":
                continue  # each look makes an entry of that one
            whole = None
            for order in asked["order"]["enum"]:
                r = self.get(path + "?limit=1&total=true&order=" + order, self.finance)
                if r.status == 403 or r.json()["total"] > 40:  # those of other tests
                    break
                items, last = self.walk(path, order, max(2, r.json()["total"] // 5))
                said = sorted(str(x) for x in items)
                self.assertEqual(last["total"], len(items), (path, order))
                self.assertEqual(whole or said, said, (path, order))
                whole = said

    def hostile(self, value):
        """The same record in words that a spreadsheet would run."""
        if isinstance(value, str) and re.search("[\u4e00-\u9fff]", value):
            return next(self.heads) + value
        if isinstance(value, list):
            return [self.hostile(x) for x in value]
        return {k: v if k in ("reference", "deal", "offer", "receipt_no", "registration_no", "filing_no") else self.hostile(v)
                for k, v in value.items()} if isinstance(value, dict) else value

    def hostile_book(self):
        """One of every kind of record that an office tells, and what banks and finance write beside."""
        self.heads = itertools.cycle(("=cmd|'/c calc'!A0 ", "+1 ", "-1 ", "@SUM(1) ", '"=1", '))
        office, finance, folder = self.d.token("ip_office"), self.d.token("finance"), os.path.join(ROOT, "tests", "data", "half")
        told = 0
        for name in sorted(x for x in os.listdir(folder) if x.endswith(".ndjson")):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                r = self.d.call("POST", "/v1/" + name.split(".")[2], self.hostile(json.loads(f.readline())), office)
            self.assertIn(r.status, (201, 202, 409, 422), (name, r.body))
            told += r.status < 300
        self.assertGreater(told, 12)  # a few need others before them
        self.assertEqual(self.d.call("POST", "/v1/loans", loan(borrower_name="@SUM(1)公司", purpose="+1 周转"), self.token).status, 201)
        code = "equity:HB-%d" % next(numbers)
        for x in (code, code + "-2"):
            r = self.d.call("POST", "/v1/accounts", {"code": x, "kind": "equity", "title": "-1 账户", "no_overdraft": False, "opened_on": "2022-01-01"}, finance)
            self.assertEqual(r.status, 201, r.body)
        r = self.d.call("POST", "/v1/transfers", {"reference": "=HB-%d" % next(numbers), "debit": code, "credit": code + "-2", "amount": "1.00",
                                                  "on": "2022-01-02", "cause": "adjustment", "memo": "=1+1 摘要"}, finance)
        self.d.agreed(r)

    def runs_nothing(self, path, book, sheet):
        """No cell of a list begins what a spreadsheet computes; a number may begin with its sign. Gives how many would have."""
        rows = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))
        for row in rows[1:]:
            for x in row:
                self.assertFalse(re.match(r"[=+@\t\r]|-(?!\d+(\.\d+)?$)", x), (path, x))
        with zipfile.ZipFile(io.BytesIO(book)) as z:
            text = z.read("xl/worksheets/sheet1.xml").decode()
        self.assertNotIn("<f", text, path)
        return sum(x[:2] in ("'=", "'+", "'-", "'@") for row in rows for x in row)

    def test_every_list_has_these_forms_and_runs_nothing(self):
        self.hostile_book()
        defused = {}
        readers = [self.d.token(kind) for kind in ("finance", "ip_office", "auditor")]
        listed = [(p, o) for p, ways in self.get("/openapi.json").json()["paths"].items() for m, o in ways.items()
                  if m == "get" and "{" not in p and any(x["name"] == "format" and "xlsx" in str(x) for x in o["parameters"])
                  and not p.startswith("/v1/reports") and not any(x.get("required") for x in o["parameters"])]
        self.assertGreater(len(listed), 20)
        for path, _ in listed:
            with self.subTest(path=path):
                reader = next(x for x in readers if self.get(path, x).status != 403)
                sheet_ = self.get(path + "?format=csv", reader)
                self.assertEqual(sheet_.status, 200, sheet_.body[:300])
                self.assertTrue(sheet_.body.startswith("\ufeff".encode()))
                r = self.get(path + "?format=xlsx", reader)
                self.assertEqual((r.status, r.body[:2]), (200, b"PK"), r.body[:300])
                defused[path] = self.runs_nothing(path, r.body, sheet_.body)
        self.assertGreater(sum(n > 0 for n in defused.values()), 12, defused)
        self.assertEqual(self.get("/v1/loans?format=pdf").status, 422)

    def test_lists_that_go_out_whole_are_searched_ordered_and_exported(self):
        said = self.get("/v1/facts?total=true").json()
        self.assertEqual((said["total"], said["next"]), (len(said["items"]), None))
        rate = [x["name"] for x in said["items"] if "\u5229\u7387" in str(x)]
        found = self.get("/v1/facts?total=true&q=" + quote("\u5229\u7387")).json()
        self.assertEqual(([x["name"] for x in found["items"]], found["total"]), (rate, len(rate)))
        self.assertGreater(len(rate), 0)
        self.assertEqual([x["name"] for x in self.get("/v1/facts?q=LOAN.rate").json()["items"]][:1], ["loan.rate"])
        names = sorted(x["name"] for x in said["items"])
        self.assertEqual([x["name"] for x in self.get("/v1/facts?order=-name").json()["items"]], names[::-1])
        rows = self.csv("/v1/facts?format=csv&order=name&q=" + quote("\u5229\u7387"))
        self.assertEqual(len(rows), len(rate))
        days = [x["on"] for x in self.get("/v1/lpr?order=-on").json()["items"]]
        self.assertEqual(days, sorted(days, reverse=True))
        self.assertEqual(self.get("/v1/lpr?order=rate").status, 422)

    def test_what_holds_a_list_goes_out_as_one(self):
        finance = self.d.token("finance")
        self.book(2)
        behind = "/v1/reports/quarterly/2022Q3/rows?section=by_district&row=310115&column=count"
        self.assertEqual(len(self.csv(behind + "&format=csv", finance)), self.get(behind, finance).json()["count"])
        self.assertEqual(len(self.csv("/v1/districts?format=csv&q=" + quote("浦东"))), 1)
        code = "equity:EX-%d" % next(numbers)
        for x in (code, code + "-2"):
            self.d.call("POST", "/v1/accounts", {"code": x, "kind": "equity", "title": "\u6d4b\u8bd5", "no_overdraft": False, "opened_on": "2022-01-01"}, finance)
        for n in range(3):
            r = self.d.call("POST", "/v1/transfers", {"reference": "EX-%d" % next(numbers), "debit": code, "credit": code + "-2", "amount": "%d.00" % (n + 1),
                                                      "on": "2022-01-0%d" % (n + 2), "cause": "adjustment"}, finance)
            self.d.agreed(r)
        rows = self.csv("/v1/accounts/%s-2/entries?format=csv" % code, finance)
        self.assertEqual([(x["\u91d1\u989d"], x["\u4f59\u989d"]) for x in rows], [("1.00", "1.00"), ("2.00", "3.00"), ("3.00", "6.00")])
        self.assertEqual(len(self.csv("/v1/accounts/%s-2/entries?format=csv&limit=2" % code, finance)), 2)
        paths = self.d.call("GET", "/openapi.json").json()["paths"]
        for path, of in paths.items():
            words = [x["schema"].get("enum", []) for x in of.get("get", {}).get("parameters", []) if x["name"] == "format"]
            given = "{" in path or any(x.get("required") for x in of.get("get", {}).get("parameters", []))
            if not words or "xlsx" not in words[0] or "/reports/" in path or path == "/v1/journal" or not given:
                continue  # without anything given: test_every_list_has_these_forms
            at = path.replace("{number}", "ZL202119999001.9").replace("{no}", "1")
            at = at.replace("{code}", "sh-2021-2023" if "/plans/" in path else code) if "{id}" not in at else at.replace("{id}", "0" * 8 + "-0000-7000-8000-" + "0" * 12)
            need = {"/v1/plans/{code}/figures": "&side=sme_acquisition&figure=count&period=2022", "/v1/eligibility-checks": "&loan=X"}.get(path, "")
            for form in ("csv", "xlsx"):
                r = self.get(at + "?format=" + form + need, finance)
                self.assertIn(r.status, (200, 403, 404), (path, r.body[:300]))

    def test_firms_are_found_by_name_and_code(self):
        n = next(numbers)
        code, _ = firm(n)
        self.d.call("POST", "/v1/loans", loan(borrower_uscc=code, borrower_name="上海企业%d有限公司" % n), self.token)
        for q in ("企业%d" % n, code[8:]):
            r = self.get("/v1/enterprises?total=true&q=" + quote(q))
            self.assertEqual([(x["uscc"], x["name"]) for x in r.json()["items"]], [(code, "上海企业%d有限公司" % n)], r.body)
            self.assertEqual(r.json()["total"], 1)
        self.assertEqual(self.get("/v1/enterprises?q=" + code, self.d.token("bank", "BANK-A")).json()["items"], [])

    def test_head_and_what_cannot_be(self):
        self.book(3)
        r = self.d.call("HEAD", "/v1/loans?format=csv", token=self.token)
        self.assertEqual((r.status, r.body), (200, b""))
        self.assertEqual(self.get("/v1/loans?format=csv&limit=0").status, 422)
        self.assertTrue(self.d.alive())


class LongLists(ListCase):
    """Apart, so that the lists which go out whole above are short."""

    def waits(self, what, ask, value):
        for _ in range(100):
            found = ask()
            if found == value:
                return
            time.sleep(0.1)
        self.fail("%s: %s" % (what, found))

    def figure(self, name):
        return int(re.search("^%s ([0-9]+)$" % name, self.d.call("GET", "/metrics").body.decode(), re.M)[1])

    def lock(self):
        """A session that holds loans, or will when those who asked before are through."""
        session = self.d.psql()
        session.stdin.write("begin; lock table loan; select 1;\n")
        session.stdin.flush()
        return session

    def awaited(self, mode):
        return int(self.d.sql("select count(*) from pg_locks where not granted and relation = 'loan'::regclass and mode = '%s'" % mode))

    def test_an_export_ends_with_its_client(self):
        self.book(2001)  # three pages; a lock holds up each
        first = self.lock()
        first.stdout.readline()
        client = socket.create_connection(("127.0.0.1", self.d.port))
        client.sendall(("GET /v1/loans?format=csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % self.token).encode())
        self.waits("page 1", lambda: self.awaited("AccessShareLock"), 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, as by a crash
        client.close()
        second = self.lock()
        self.waits("second", lambda: self.awaited("AccessExclusiveLock"), 1)
        first.communicate()  # page 1 is written, and finds nobody
        second.stdout.readline()
        self.waits("connections", lambda: self.figure("pledged_connections"), 1)
        third = self.lock()  # behind page 2, should that have been asked for by then
        self.waits("third", lambda: self.awaited("AccessExclusiveLock"), 1)
        second.communicate()
        third.stdout.readline()
        self.waits("requests", lambda: self.figure("pledged_requests_active"), 1)  # that which asks
        third.communicate()
        self.assertEqual(len(self.csv("/v1/loans?format=csv")), 2001)

    def files(self):
        """Deleted files that the daemon holds open: workbooks under way."""
        folder, n = "/proc/%d/fd" % self.d.process.pid, 0
        for fd in os.listdir(folder):
            try:
                n += os.readlink(os.path.join(folder, fd)).endswith(" (deleted)")
            except FileNotFoundError:
                pass
        return n

    def test_a_workbook_ends_with_its_client_wherever_it_is(self):
        """Gone while pages are asked for, gone while the file goes out: neither file nor connection is left."""
        self.book(2001)
        before = self.files()
        ask = ("GET /v1/loans?format=xlsx HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % self.token).encode()
        first = self.lock()
        first.stdout.readline()
        for part in ("pages", "file"):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", self.d.port))
            client.sendall(ask)
            if part == "pages":
                self.waits("page 1", lambda: self.awaited("AccessShareLock"), 1)
            else:
                self.assertTrue(client.recv(16).startswith(b"HTTP/1.1 200"))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            if part == "pages":
                first.communicate()
            self.waits("connections", lambda: self.figure("pledged_connections"), 1)
            self.waits("requests", lambda: self.figure("pledged_requests_active"), 1)
            self.waits("files", self.files, before)
        r = self.get("/v1/loans?format=xlsx")
        self.assertEqual((r.status, r.body[:2]), (200, b"PK"))
        self.assertEqual(self.files(), before)

    def test_a_list_goes_out_as_csv_and_comes_in_again(self):
        rows = self.book(2050)
        odd = loan(borrower_name="=1+1 有限公司", rate="0.5")
        self.assertEqual(self.d.call("POST", "/v1/loans", odd, self.token).status, 201)
        told = self.csv("/v1/loans?format=csv")
        self.assertEqual([x["贷款合同编号"] for x in told], [r[0] for r in rows] + [odd["contract_no"]])
        self.assertEqual((told[0]["贷款金额"], told[0]["年利率(%)"], told[0]["贷款产品"], told[-1]["借款企业名称"], told[0]["#状态"]),
                         ("5000000.00", "3.65", "单一质押", "'=1+1 有限公司", "signed"))
        self.assertEqual(len(self.csv("/v1/loans?format=csv&limit=7")), 7)
        self.assertEqual(len(self.csv("/v1/loans?format=csv&q=" + rows[5][0])), 1)
        r = self.d.call("POST", "/v1/loans", self.get("/v1/loans?format=csv").body, self.token, {"Content-Type": "text/csv"}, timeout=120)
        self.assertEqual(r.lines()[-1]["summary"], {"created": 0, "replay": 2050, "conflict": 0, "refused": 1})
        self.assertEqual([e["code"] for e in r.lines()[-2]["errors"]], ["E_APOSTROPHE"])

    def test_a_list_goes_out_as_a_workbook_and_comes_in_again(self):
        rows = self.book(1100)
        r = self.get("/v1/loans?format=xlsx")
        self.assertEqual((r.status, r.headers["content-type"]), (200, XLSX))
        self.assertIn("loans.xlsx", r.headers["content-disposition"])
        with zipfile.ZipFile(io.BytesIO(r.body)) as z:
            text = z.read("xl/worksheets/sheet1.xml").decode()
        self.assertEqual(len(re.findall("<row ", text)), 1101)
        self.assertIn("<v>5000000</v>", text)
        again = self.d.call("POST", "/v1/loans", r.body, self.token, {"Content-Type": XLSX}, timeout=120)
        self.assertEqual(again.lines()[-1]["summary"], {"created": 0, "replay": 1100, "conflict": 0, "refused": 0}, again.body[:600])
        self.assertEqual(len(rows), 1100)
