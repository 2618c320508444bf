"""Files as banks send them, by HTTP: what has one reading is taken, what has two is refused and both
are named, and one broken cell spoils its own line alone."""
import csv
import io
import json
import random
import re
from decimal import Decimal

from harness import Case, firm, loan, numbers, patent
from test_batches import ZH, cells, sheet
import workbook
from workbook import Book, inline, number, raw

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Files(Case):
    def setUp(self):
        self.bank = self.d.token("bank")

    def post(self, body, kind="text/csv", path="/v1/loans", token=None):
        if isinstance(body, str):
            body = body.encode()
        return self.d.call("POST", path, body, token or self.bank, {"Content-Type": kind})

    def outcomes(self, r):
        self.assertEqual(r.status, 200, r.body)
        return [(x["line"], x["outcome"]) for x in r.lines()[:-1]]

    def stored(self, key, column):
        return self.d.sql("select %s from loan join submission using (id, version) where key = '%s'" % (column, key))


class Charsets(Files):
    def test_one_broken_cell_in_utf8_without_a_mark_spoils_its_line_alone(self):
        en = ["contract_no", "product", "borrower_uscc", "borrower_name", "district", "amount", "rate", "signed_on", "matures_on", "ip"]
        rows = [cells(borrower_name="上海示例有限公司%d" % i) for i in range(3)]
        text = sheet(en, rows).encode().replace("上海示例有限公司1".encode(), b"\xe6\xb1")
        r = self.post(text)
        self.assertEqual(self.outcomes(r), [(2, "created"), (3, "refused"), (4, "created")])
        bad = r.lines()[1]
        self.assertEqual((bad["key"], bad["errors"][0]["pointer"], bad["errors"][0]["code"], bad["errors"][0]["field"]),
                         (rows[1][0], "/borrower_name", "E_BYTES", "借款企业名称"))
        self.assertEqual(r.lines()[-1]["read"], {"format": "csv", "charset": "utf-8", "by": "bytes"})
        self.assertEqual(self.stored(rows[0][0], "borrower_name"), "上海示例有限公司0")

    def test_gb18030_is_found_by_its_bytes_and_said(self):
        row = cells(borrower_name="上海镕垚示例有限公司")
        r = self.post(sheet(ZH, [row]).encode("gb18030"))
        self.assertEqual(self.outcomes(r), [(2, "created")])
        self.assertEqual(r.lines()[-1]["read"], {"format": "csv", "charset": "gb18030", "by": "bytes"})
        self.assertEqual(self.stored(row[0], "borrower_name"), "上海镕垚示例有限公司")

    def test_lines_of_another_charset_are_never_stored_as_gibberish(self):
        rows = [cells(borrower_name="上海示例有限公司") for _ in range(4)]
        text = sheet(ZH, rows[:3]).encode("gb18030") + sheet(ZH, rows[3:]).split("\r\n", 1)[1].encode()
        r = self.post(text, "text/csv; charset=gb18030")
        self.assertEqual([o for _, o in self.outcomes(r)], ["created"] * 3 + ["refused"])
        problem = r.lines()[3]["errors"][0]
        self.assertEqual(problem["code"], "E_TWO_READINGS")
        self.assertIn("上海示例有限公司", problem["title"])
        r = self.post(sheet(ZH, rows[:1]).encode() + sheet(ZH, rows[1:]).split("\r\n", 1)[1].encode("gb18030"))
        self.assertEqual((r.status, r.codes()), (422, [("", "E_CHARSET")]))

    def test_a_declared_charset_is_believed_and_a_wrong_one_is_told_at_the_header(self):
        r = self.post(sheet(ZH, [cells()]).encode("gb18030"), "text/csv; charset=utf-8")
        self.assertEqual((r.status, r.codes()), (422, [("", "E_CHARSET")]))

    def test_what_is_no_csv_is_named(self):
        for start, name in ((b"PK\x03\x04", "XLSX"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"), ("\ufeffa,b".encode("utf-16"), "UTF-16"),
                            (b"<html><table>", "HTML")):
            for kind in ("text/csv", "text/csv; charset=utf-8", "text/csv; charset=gb18030"):
                r = self.post(start + b"\0" * 400, kind)
                self.assertEqual((r.status, r.codes()), (415, [("", "E_WORKBOOK")]), (name, kind))
                self.assertIn(name, r.json()["title"])


class Lines(Files):
    def test_every_line_has_a_verdict_whatever_its_quotes(self):
        for spoilt in ('x"y', '"x"y', '"open', '="310115"'):
            rows = [cells() for _ in range(4)]
            rows[1][4] = spoilt
            for kind in ("text/csv", "text/csv; charset=utf-8"):
                r = self.post(sheet(ZH, rows), kind)
                self.assertEqual([(n, o in ("created", "replay")) for n, o in self.outcomes(r)],
                                 [(2, True), (3, False), (4, True), (5, True)], spoilt)
                self.assertEqual(r.lines()[1]["key"], rows[1][0])
        self.assertEqual(r.lines()[1]["errors"][0]["code"], "E_FORMULA")
        self.assertIn("310115", r.lines()[1]["errors"][0]["title"])

    def test_a_verdict_says_key_field_and_what_was_read(self):
        row = cells(amount="5,00,000", rate="x")
        r = self.post(sheet(ZH, [[c if "," not in c else '"%s"' % c for c in row]]))
        line = r.lines()[0]
        self.assertEqual(line["key"], row[0])
        self.assertEqual([(e["field"], e["value"]) for e in line["errors"]], [("贷款金额", "5,00,000"), ("年利率", "x")])
        known = loan()
        self.d.call("POST", "/v1/loans", known, self.bank)
        r = self.post(json.dumps(dict(known, rate="9")) + "\n" + json.dumps(dict(loan(), rate=9)), "application/x-ndjson")
        self.assertEqual([(x["errors"][0]["field"], x["errors"][0].get("value")) for x in r.lines()[:2]], [("年利率", "9.00"), ("年利率", "9")])
        self.assertEqual(r.lines()[0]["key"], known["contract_no"])


class Cells(Files):
    def one(self, header=None, **over):
        row = cells(**over)
        r = self.post(sheet(header or ZH, [['"%s"' % c if set(c) & set(',\n') else c for c in row]]))
        return row[0], r

    def test_what_excel_and_wps_save_is_taken(self):
        wide = [h.replace("贷款金额", "*贷款 金额\uff08万元\uff09").replace("年利率", '"年利率\n(%)"') for h in ZH]
        key, r = self.one(wide + ["", "", ""], amount="1,500", rate="3.65%", signed_on="2022/7/1", matures_on="2023年7月1日")
        self.assertEqual(self.outcomes(r), [(2, "created")], r.body)
        self.assertEqual(self.stored(key, "amount_fen || ' ' || rate_ppm || ' ' || signed_on"), "1500000000 36500 2022-07-01")
        for mark in ("\uff1b", "\u3001", "\n"):
            row = cells()
            row[9] = mark.join((patent(next(numbers) % 10000000), patent(next(numbers) % 10000000)))
            r = self.post(sheet(ZH, [row[:9] + ['"%s"' % row[9]]]))
            self.assertEqual(self.outcomes(r), [(2, "created")], r.body)
            self.assertEqual(self.stored(row[0], "patents"), "2")

    def test_what_has_two_readings_is_refused_and_both_are_named(self):
        for over, both in ((dict(signed_on="5/1/2022"), "2022-05-01 / 2022-01-05"), (dict(rate="0.0365"), "0.0365% / 3.65%")):
            _, r = self.one(**over)
            self.assertEqual(r.lines()[0]["errors"][0]["code"], "E_TWO_READINGS")
            self.assertIn(both, r.lines()[0]["errors"][0]["title"])

    def test_serials_are_refused_with_the_day_they_mean(self):
        _, r = self.one(signed_on="44743")
        self.assertEqual(r.lines()[0]["errors"][0]["code"], "E_SERIAL")
        self.assertIn("2022-07-01", r.lines()[0]["errors"][0]["title"])

    def test_no_trace_of_a_spreadsheet_becomes_a_key(self):
        for key in ("'C-1", '="C-1"', "2.02201E+15", "#N/A"):
            _, r = self.one(contract_no=key)
            self.assertEqual(self.outcomes(r), [(2, "refused")], key)
            self.assertEqual(r.lines()[0]["errors"][0]["value"], key)

    def example(self, of, title):
        """What a clerk writes below a title: words for choices, 是 and 否, the first example else."""
        if of["type"] == "array":
            inner = of["items"].get("properties")
            one = "|".join(self.example(x, title) for x in inner.values()) if "|" in title else self.example(
                next(iter(inner.values())) if inner else of["items"], title)
            return ";".join([one] * of.get("minItems", 1))
        value = of.get("examples", [""])[0]
        if "x-titles" in of:
            return of["x-titles"][value or of["enum"][0]]
        return {True: "是", False: "否"}[value] if of["type"] == "boolean" else str(value)

    def test_every_batch_type_reads_its_own_template_in_words_and_units(self):
        """Of each type: the titles of its template, once as they are and once as people write them, words for choices,
        amounts in 万元; as CSV and as a workbook. What is refused is refused for what it says, never for how it is written."""
        doc = self.d.call("GET", "/openapi.json").json()
        unread = {"E_TYPE", "E_TEXT_NUMBER", "E_MONEY", "E_RATE", "E_DAY", "E_INSTANT", "E_QUARTER", "E_CHOICE", "E_CHARS", "E_CSV", "E_QUOTE",
                  "E_BYTES", "E_CHARSET", "E_WORKBOOK", "E_BOOK", "E_TWO_READINGS", "E_FORMULA", "E_APOSTROPHE", "E_CELL_ERROR", "E_DIGITS_LOST",
                  "E_CELL_FORMAT", "E_SERIAL", "E_DAY_ORDER", "E_CELL_UNIT", "E_NO_TITLE", "E_HEADER", "E_EMPTY", "E_UNKNOWN", "E_LENGTH"}
        seen = 0
        for path, ways in doc["paths"].items():
            said = ways.get("post", {}).get("requestBody", {"content": {}})["content"]
            if path + "/template.csv" not in doc["paths"] or "text/csv" not in said:
                continue
            seen += 1
            of = said["application/json"]["schema"]
            while "$ref" in of:
                of = doc["components"]["schemas"][of["$ref"].rsplit("/", 1)[1]]
            token = next(t for t in (self.d.token(k) for k in ("bank", "insurer", "ip_office", "district", "finance"))
                         if self.d.call("POST", path + "?dry_run=true", b"", t, {"Content-Type": "text/csv"}).status != 403)
            titles = self.d.call("GET", path + "/template.csv", token=token).body.decode("utf-8-sig").strip().split(",")
            fields = {x["title"]: x for x in of["properties"].values()}
            told = [fields[re.sub(r"\([^()]*\|.*\)$", "", t)] for t in titles]
            cells = [self.example(x, t) for x, t in zip(told, titles)]
            money = [x.get("pattern", "").startswith("^(0|[1-9][0-9]{0,12})") for x in told]
            written = ["*" + t.replace("(", "（ ").replace(")", "）") + ("（万元）" if m else " ") for t, m in zip(titles, money)]
            amounts = [("{:f}".format((Decimal(c) / 10000).normalize()) if m and c else c) for c, m in zip(cells, money)]
            for head, row in ((titles, cells), (written, amounts)):
                text = io.StringIO(newline="")
                csv.writer(text).writerows([head, row])
                for kind, body in (("text/csv", text.getvalue().encode()), (XLSX, Book().sheet("x", [head, row]).bytes())):
                    with self.subTest(path=path, kind=kind, head=head[0]):
                        r = self.d.call("POST", path + "?dry_run=true", body, token, {"Content-Type": kind})
                        self.assertEqual(r.status, 200, r.body.decode()[:600])
                        line = r.lines()[0]
                        self.assertEqual([e for e in line.get("errors", []) if e["code"] in unread], [])
                        self.assertEqual(line["line"], 2)
        self.assertGreater(seen, 35)

    def test_an_unknown_title_names_the_nearest(self):
        _, r = self.one([h.replace("贷款金额", "贷款总金额") for h in ZH])
        self.assertEqual(r.status, 422)
        self.assertIn("→ 贷款金额 (amount)", r.json()["errors"][0]["title"])

    def test_events_take_chinese_words_as_well(self):
        row = cells()
        self.post(sheet(ZH, [row]))
        r = self.post("事件编号,贷款合同编号,事件 种类,发生日,本金\r\nE-%s,%s,放款,2022.7.5,\"3,000,000\"\r\n" % (row[0], row[0]), path="/v1/loan-events")
        self.assertEqual(self.outcomes(r), [(2, "created")], r.body)


class Workbooks(Files):
    def book(self, rows, **more):
        return Book(**more).sheet("贷款", rows)

    def send(self, book, query=""):
        return self.post(book if isinstance(book, bytes) else book.bytes(), XLSX, "/v1/loans" + query)

    def test_numbers_days_and_percentages_as_they_are_shown(self):
        row = cells()
        code, name = firm(next(numbers))
        typed = [row[0], inline("单一质押"), code, name, number("310115"), number("8.8000000000000007", workbook.THOUSANDS), number("3.6499999999999998E-2", workbook.PERCENT),
                 number("44743", workbook.DAY), number("45108", workbook.DAY_ZH), row[9]]
        r = self.send(self.book([[h if h != "贷款金额" else "贷款金额(万元)" for h in ZH], typed]))
        self.assertEqual(self.outcomes(r), [(2, "created")], r.body)
        self.assertEqual(self.stored(row[0], "amount_fen || ' ' || rate_ppm || ' ' || signed_on || ' ' || matures_on"), "8800000 36500 2022-07-01 2023-07-01")
        self.assertEqual(r.lines()[-1]["read"], {"format": "xlsx", "sheet": "贷款", "hidden_rows": [], "hidden_row_count": 0, "hidden_column_count": 0})

    def test_the_days_of_1904(self):
        row = cells()
        row[7] = number("43281", workbook.DAY)
        r = self.send(self.book([ZH, row], date1904=True))
        self.assertEqual(self.outcomes(r), [(2, "created")], r.body)
        self.assertEqual(self.stored(row[0], "signed_on"), "2022-07-01")

    def test_what_lost_its_digits_or_was_never_computed_is_refused(self):
        rows = [cells() for _ in range(5)]
        rows[0][0] = number("2.0220101123456701E+16")
        rows[1][0] = raw("e", "<v>#N/A</v>")
        rows[2][5] = raw("n", "<f>A1*2</f>")
        rows[3][7] = number("44743")
        rows[4][5] = raw("n", "<f>A1*2</f><v>5000000</v>")
        r = self.send(self.book([ZH] + rows))
        self.assertEqual([x["errors"][0]["code"] if x["errors"] else "-" for x in r.lines()[:-1]],
                         ["E_DIGITS_LOST", "E_CELL_ERROR", "E_FORMULA", "E_SERIAL", "-"])

    def test_what_a_format_shows_beside_the_number_is_never_dropped(self):
        rows = [cells() for _ in range(4)]
        rows[0][0] = number("12", 1)
        rows[1][5] = number("5000000", 2)
        rows[2][5] = number("5000000", 3)
        book = self.book([ZH] + rows)
        book.parts["xl/styles.xml"] = ('<styleSheet><numFmts><numFmt numFmtId="164" formatCode="&quot;PJ-&quot;0000"/>'
            '<numFmt numFmtId="165" formatCode="[$$-409]#,##0.00"/><numFmt numFmtId="166" formatCode="[$¥-804]#,##0.00&quot;元&quot;"/></numFmts>'
            '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>')
        r = self.send(book)
        self.assertEqual([[(e["pointer"], e["code"]) for e in x.get("errors", [])] for x in r.lines()[:-1]],
                         [[("/contract_no", "E_CELL_FORMAT")], [("/amount", "E_CELL_FORMAT")], [], []], r.body)
        self.assertIn("12 另有显示“PJ-”", r.lines()[0]["errors"][0]["title"])
        self.assertEqual(self.stored(rows[2][0], "amount_fen"), "500000000")

    def test_the_first_visible_sheet_or_the_one_asked_for(self):
        one, two, three = cells(), cells(), cells()
        book = Book().sheet("旧", [ZH, one], state="hidden").sheet("新", [ZH, [], two], hidden=(3,)).sheet("另一张", [ZH, three])
        r = self.send(book, "?dry_run=true")
        self.assertEqual((r.lines()[0]["line"], r.lines()[0]["key"]), (3, two[0]))
        self.assertEqual(r.lines()[-1]["read"], {"format": "xlsx", "sheet": "新", "other_sheets": "另一张", "hidden_rows": [3],
                                                 "hidden_row_count": 1, "hidden_column_count": 0})
        self.assertEqual(self.send(book, "?sheet=%E6%97%A7&dry_run=true").lines()[0]["key"], one[0])
        r = self.send(book, "?sheet=x")
        self.assertEqual((r.status, r.codes()), (422, [("?sheet", "E_SHEET")]))
        self.assertIn("新, 另一张", r.json()["cure"] if "cure" in r.json() else r.json()["errors"][0]["cure"])

    def test_bombs_and_broken_packages_are_refused(self):
        lol = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        def with_part(name, text):
            book = self.book([ZH, cells()])
            book.parts[name] = text
            return book.bytes()
        sheet_xml = "xl/worksheets/sheet1.xml"
        good = self.book([ZH, cells()]).bytes()
        cases = [
            (b"", 422), (b"PK\x03\x04", 422), (good[:len(good) // 2], 422), (b"\xd0\xcf\x11\xe0" * 100, 422),
            (with_part(sheet_xml, None), 422), (with_part("xl/workbook.xml", None), 422),
            (with_part("xl/workbook.xml", lol + "<workbook>&b;</workbook>"), 422),
            (with_part(sheet_xml, lol + "<worksheet>&b;</worksheet>"), 422),
            (with_part(sheet_xml, "<worksheet>" + "<a>" * 100 + "</a>" * 100 + "</worksheet>"), 422),
            (with_part(sheet_xml, "<worksheet><sheetData>" + " " * (20 << 20) + "</sheetData></worksheet>"), 413),
            (with_part(sheet_xml, "<worksheet a='" + "x" * (2 << 20) + "'/>"), 413),
            (with_part(sheet_xml, '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData></worksheet>'), 422),
            (with_part(sheet_xml, '<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>'), 422),
        ]
        for i, (body, status) in enumerate(cases):
            r = self.send(body)
            self.assertEqual(r.status, status, (i, r.body[:300]))
            self.assertIn(r.codes()[0][1], ("E_BOOK", "E_TOO_LARGE", "E_SHEET", "E_EMPTY", "E_HEADER"), i)
        self.assertTrue(self.d.alive())
        self.assertEqual(self.outcomes(self.send(good)), [(2, "created")])

    def test_what_a_workbook_repeats_without_end_is_counted(self):
        def sheets(n):
            return {"xl/workbook.xml": '<workbook xmlns:r="%s"><sheets>%s</sheets></workbook>' % (
                workbook.REL, "".join('<sheet name="%d" r:id="s%d"/>' % (i, i) for i in range(1, n + 1)))}
        def sheet_relations(n):
            return {"xl/_rels/workbook.xml.rels": "<Relationships>%s</Relationships>" % "".join(
                '<Relationship Id="s%d" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>' % (i, workbook.REL) for i in range(1, n + 1))}
        def styles(formats, xfs):
            return {"xl/styles.xml": "<styleSheet><numFmts>%s</numFmts><cellXfs>%s</cellXfs></styleSheet>" % (
                "".join('<numFmt numFmtId="%d" formatCode="0.00"/>' % (200 + i) for i in range(formats)), '<xf numFmtId="200"/>' * xfs)}
        def texts(n): # so much may be unpacked of a file of this size
            return {"xl/sharedStrings.xml": "<sst>%s</sst>" % ("<si/>" * n), "noise": random.Random(1).randbytes(120000)}
        def row(cells):
            return {"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row>%s</row></sheetData></worksheet>" % cells}
        def sent(parts):
            book = self.book([[inline(h) for h in ZH], [inline(c) for c in cells()]])
            book.parts.update(parts)
            return self.send(book)
        for what, good, bad in (("sheet > 1000", sheets(1000), sheets(1001)), ("worksheet > 1000", sheet_relations(1000), sheet_relations(1001)),
                                ("numFmt > 5000", styles(5000, 1), styles(5001, 1)), ("xf > 65536", styles(1, 65536), styles(1, 65537)),
                                ("si > 4000000", texts(4000000), texts(4000001))):
            with self.subTest(what=what):
                self.assertEqual(self.outcomes(sent(good)), [(2, "created")])
                r = sent(bad)
                self.assertEqual((r.status, r.codes()), (422, [("", "E_BOOK")]), r.body[:300])
                self.assertIn(what, r.body.decode())
        for bad in (row("<c/>" * 16385), row('<c r="XFE1"/>')):
            r = sent(bad)
            self.assertEqual((r.status, r.codes()[0][1]), (422, "E_BOOK"), r.body[:300])
        for good in (row("<c/>" * 16384), row('<c r="XFD1"/>')): # no row with content
            r = sent(good)
            self.assertEqual((r.status, r.codes()[0][1]), (422, "E_EMPTY"), r.body[:300])

    def test_many_rows_in_slices_and_atomically(self):
        rows = [cells() for _ in range(2500)]
        r = self.send(self.book([ZH] + rows), "?atomic=true")
        self.assertEqual(r.lines()[-1]["summary"]["created"], 2500)
        r = self.send(self.book([ZH] + rows))
        self.assertEqual(r.lines()[-1]["summary"]["replay"], 2500)
        self.assertEqual([x["line"] for x in r.lines()[:-1]], list(range(2, 2502)))
