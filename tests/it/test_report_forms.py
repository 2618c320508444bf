"""One report in four forms: what JSON says is what CSV, the page and the workbook say, to the fen."""
import csv
import html.parser
import io
import json
import os
import random
import re
import subprocess
import tempfile
import time
import urllib.parse
import xml.etree.ElementTree
import zipfile
from decimal import ROUND_HALF_UP, Decimal

from harness import Case, loan, patent
from test_reports import firm

PATH = "/v1/reports/quarterly/2022Q3"
HOSTILE = "=HYPERLINK(\"http://x\") & <b onclick='x'>银行</b>, ; 甲"
DISTRICTS = ["310101", "310104", "310112", "310115", "310117"]
NS = {"office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
      "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
      "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0"}


def q(name):
    prefix, local = name.split(":")
    return "{%s}%s" % (NS[prefix], local)


def book():
    """Loans of a dozen firms from two banks over six quarters, to the fen; the same at every run. A
    third bank has one firm. Eleven loans of the largest amount that a loan may have, one firm each."""
    rng = random.Random(2022)
    for i in range(90):
        yield ("FA" if rng.random() < 0.6 else "FB", dict(
            borrower_uscc=firm(rng.randrange(12)), district=rng.choice(DISTRICTS[:4]),
            amount="%d.%02d" % (rng.randrange(10000, 90000000), rng.randrange(100)),
            employees=rng.choice([5, 50, 200]), industry=rng.choice(["C3973", "I6513"]),
            signed_on="%d-%02d-%02d" % (2021 + (i >= 40), rng.randrange(1, 10), rng.randrange(1, 29))))
    yield "FC", dict(borrower_uscc=firm(30), district="310117", amount="1234567.89", signed_on="2022-07-02")
    for i in range(11):
        yield "FB", dict(borrower_uscc=firm(40 + i), district="310115", amount="1000000000000.00",
                         signed_on="2021-12-20")


def wan(yuan):
    """An amount in yuan as a page shows it in 万元."""
    return str((Decimal(yuan) / 10000).quantize(Decimal("0.01"), ROUND_HALF_UP))


class Page(html.parser.HTMLParser):
    """Tables of each section: {name: [rows of cells]}, several of a section side by side; what is in
    a cell without its link, and every tag that was seen."""

    def __init__(self, text):
        super().__init__()
        self.sections, self.tags, self.links, self.cell = {}, set(), [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        assert not any(a.startswith("on") for a in attrs), attrs
        if tag == "section":
            self.tables = self.sections[attrs["id"]] = []
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.cell = ""
        elif tag == "a" and self.cell is not None:
            self.links.append(attrs["href"])

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[-1][-1].append(self.cell)
            self.cell = None

    def rows(self, name):
        first, *others = self.sections[name]
        return [row + [c for t in others for c in t[i][1:]] for i, row in enumerate(first)]


def sheets_of(*workbooks):
    """Workbooks as LibreOffice reads them: {sheet: {(row, column): (value, formula, shown)}}."""
    with tempfile.TemporaryDirectory() as folder:
        names = ["%s/%d.xlsx" % (folder, i) for i in range(len(workbooks))]
        for name, workbook in zip(names, workbooks):
            with open(name, "wb") as f:
                f.write(workbook)
        subprocess.run(["soffice", "-env:UserInstallation=file://%s/profile" % folder, "--headless",
                        "--convert-to", "fods", "--outdir", folder, *names],
                       check=True, capture_output=True, timeout=300)
        trees = [xml.etree.ElementTree.parse(name.replace(".xlsx", ".fods")) for name in names]
    return [{t.get(q("table:name")): cells_of(t) for t in tree.iter(q("table:table"))} for tree in trees]


def cells_of(table):
    cells, y = {}, 0
    for row in table.iter(q("table:table-row")):
        x = 0
        for c in row:
            if c.tag not in (q("table:table-cell"), q("table:covered-table-cell")):
                continue
            shown = "".join("".join(p.itertext()) for p in c.findall(q("text:p")))
            value = c.get(q("office:value"))
            value = Decimal(value) if value else shown
            for i in range(int(c.get(q("table:number-columns-repeated"), 1)) if shown else 0):
                cells[y, x + i] = (value, c.get(q("table:formula")), shown)
            x += int(c.get(q("table:number-columns-repeated"), 1))
        y += int(row.get(q("table:number-rows-repeated"), 1))
    return cells


def at(name):
    """"$C$12" or "C12" as (row, column) from nought."""
    letters, digits = re.fullmatch(r"\.?\$?([A-Z]+)\$?(\d+)", name).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def inked(pdf, page):
    """How many points of a page are of the colour that pictures are drawn in."""
    ppm = subprocess.run(["pdftoppm", "-r", "36", "-f", str(page), "-l", str(page), pdf], check=True,
                         capture_output=True).stdout
    width, height = map(int, ppm.split(b"\n", 3)[1].split())
    return sum(1 for x in zip(*[iter(ppm[-width * height * 3:])] * 3) if x == (0x1d, 0x5f, 0xa7))


class Forms(Case):
    conf = {"readers": "6"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls.d.token("finance")
        tokens = {}
        for bank in ("FA", "FB", "FC"):
            tokens[bank] = cls.d.token("bank", "BANK-" + bank)
        cls.d.sql("update org set name = $h$%s$h$ where code = 'BANK-FA'" % HOSTILE)
        lines = {bank: [] for bank in tokens}
        for i, (bank, over) in enumerate(book()):
            lines[bank].append(json.dumps(loan(ip=[{"number": patent(7000000 + i)}],
                                               matures_on="2030-01-01", **over)))
        for bank, body in lines.items():
            r = cls.d.call("POST", "/v1/loans", "\n".join(body), tokens[bank],
                           {"Content-Type": "application/x-ndjson"})
            assert r.lines()[-1]["summary"]["created"] == len(body), r.body
        cls.now = urllib.parse.quote(cls.report("").json()["known_at"])
        cls.reports = {f: cls.report("format=%s&known_at=%s" % (f, cls.now))
                       for f in ("json", "csv", "html", "xlsx")}
        cls.sheets, = sheets_of(cls.reports["xlsx"].body)

    @classmethod
    def report(cls, query, headers=None, want=200):
        r = cls.d.call("GET", PATH + "?" + query, token=cls.finance, headers=headers)
        assert r.status == want, r.body
        return r

    # ---- what JSON says, as rows of text ----------------------------------------------------

    @staticmethod
    def text(cell):
        if cell.get("suppressed"):
            return "*"
        return "—" if cell["value"] is None else str(cell["value"])

    def rows(self, section):
        keys = [c["key"] for c in section["columns"]]
        rows = section["rows"] + ([section["total"]] if section["total"] else [])
        return [[self.text(row["cells"][k]) for k in keys] for row in rows]

    def units(self, section):
        rows = section["rows"] + ([section["total"]] if section["total"] else [])
        return [[row["unit"] if c["unit"] == "by_row" else c["unit"] for c in section["columns"]]
                for row in rows]

    # ---- the forms ----------------------------------------------------------------------------

    def csv_blocks(self, text):
        self.assertTrue(text.startswith("\ufeff"))
        self.assertEqual(text.count("\n"), text.count("\r\n"))
        blocks = {}
        for block in text[1:].split("\r\n\r\n")[1:]:
            title, head, *rows = csv.reader(io.StringIO(block))
            blocks[title[0]] = rows
        return blocks

    def check_csv(self, reports):
        blocks = self.csv_blocks(reports["csv"].body.decode())
        for s in reports["json"].json()["sections"]:
            rows = [r for r in blocks[s["title"]] if len(r) > 1]
            self.assertEqual([r[1:] for r in rows], self.rows(s), s["name"])

    def rounded(self, section):
        """The rows as a page shows them, amounts in 万元."""
        return [[wan(text) if unit == "yuan" and text not in ("—", "*") else text for text, unit in zip(row, units)]
                for row, units in zip(self.rows(section), self.units(section))]

    def check_html(self, reports):
        page = Page(reports["html"].body.decode())
        self.assertFalse(page.tags & {"script", "b", "link", "img", "iframe", "form"}, page.tags)
        links = []
        for s in reports["json"].json()["sections"]:
            if page.sections[s["name"]]:
                rows = [[c.replace(",", "") for c in r[1:]] for r in page.rows(s["name"])[1:]]
                self.assertEqual(rows, self.rounded(s), s["name"])
            else:
                self.assertEqual(self.rows(s), [], s["name"])
            links += [c["rows"] for row in s["rows"] + [s["total"] or {"cells": {}}]
                      for c in row["cells"].values() if "rows" in c]
        self.assertEqual(sorted(page.links), sorted(links))

    def cell(self, value, unit):
        """What a cell of the workbook holds, as JSON writes it."""
        if not isinstance(value, Decimal):
            return value.replace(",", "")
        if unit == "count":
            return str(int(value))
        return "%.2f" % round(value * {"percent": 100, "yuan": 10000}[unit], 2)

    def check_formula(self, sheet, formula, value, same):
        """The sum of what stands above, worked out here."""
        total = re.fullmatch(r"of:=SUM\(\[(\S+?):(\S+?)\]\)", formula)
        (top, column), bottom = at(total[1]), at(total[2])[0]
        self.assertEqual((at(total[2])[1], bottom), (column, same[0] - 1))
        cells = [sheet[y, column][0] for y in range(top, bottom + 1)]
        self.assertAlmostEqual(sum(cells), value, delta=abs(value) * Decimal("1e-14"), msg=formula)

    def check_sheet(self, s, sheets):
        """The table once, its cells to the fen; its title two rows above its heading, the unit at the right between."""
        rows, units = self.rows(s), self.units(s)
        (name, top), = [(name, y - 2) for name, cells in sheets.items() for (y, x), c in cells.items()
                        if x == 0 and c[2] == s["row_title"] and cells[y, 1][2] == s["columns"][0]["title"]
                        and cells[y - 2, 0][2] == s["title"]]
        sheet = {(y - top, x): c for (y, x), c in sheets[name].items()}
        if any("yuan" in u for u in units[:len(s["rows"])]):
            self.assertEqual(sheet[1, len(s["columns"])][2], "单位：万元")
        gap = 0 if s["rows"] else 1  # a line says that there is nothing
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                value, formula, shown = sheet[3 + gap + y, x + 1]
                unit, where = units[y][x], (s["name"], y, x)
                if unit == "yuan" and not isinstance(value, Decimal) and text not in ("—", "*"):
                    text = wan(text)  # more than fifteen digits: words
                self.assertEqual(self.cell(value, unit), text.replace(",", "") if unit == "text" else text, where)
                self.assertNotIn("#", shown, where)
                if formula:
                    self.check_formula(sheets[name], formula, value, (top + 3 + gap + y, x + 1))
                    self.sums += 1
        self.assertRegex(sheet[4 + gap + len(rows), 0][2], "^口径：.", s["name"])

    def check_xlsx(self, reports, sheets):
        self.sums = 0
        for s in reports["json"].json()["sections"]:
            self.check_sheet(s, sheets)
        self.assertGreater(self.sums, 50)
        self.assertEqual(list(sheets)[:2], ["封面", "图表"])

    # ---- tests --------------------------------------------------------------------------------

    def test_all_forms_agree_to_the_fen(self):
        report = self.reports["json"].json()
        by_bank = next(s for s in report["sections"] if s["name"] == "by_bank")
        self.assertIn(HOSTILE, [row["title"] for row in by_bank["rows"]])
        total = Decimal(by_bank["total"]["cells"]["amount_total"]["value"])
        self.assertGreater(total, Decimal("1e13"))  # more than a spreadsheet's fifteen digits
        self.check_csv(self.reports)
        self.check_html(self.reports)
        sheets = self.sheets
        self.check_xlsx(self.reports, sheets)
        cells = sheets["分区情况等"].values()  # banks stand below districts, as they have the same columns
        self.assertTrue(any(c[:2] == (HOSTILE, None) for c in cells))
        self.assertTrue(any(c[2].replace(",", "") == wan(total) for c in cells))
        cover = [c[2] for c in sheets["封面"].values()]
        for fact in ("2022年第三季度知识产权质押融资报告", "全市", report["as_of"], report["known_at"],
                     "合同签订日" if report["basis"] == "signed_on" else "质押登记日", "未封存"):
            self.assertIn(fact, cover)

    def test_the_same_report_is_the_same_file_a_second_later(self):
        time.sleep(1.1)
        again = self.report("format=xlsx&known_at=" + self.now).body
        self.assertEqual(again, self.reports["xlsx"].body)
        with zipfile.ZipFile(io.BytesIO(again)) as z:
            created = re.search(r"<dcterms:created[^>]*>([^<]*)", z.read("docProps/core.xml").decode())[1]
            names = z.namelist()
        instant = self.reports["json"].json()["known_at"]
        self.assertEqual(created[14:19], instant[14:19])  # minutes and seconds are those of any zone
        self.assertGreaterEqual(len([n for n in names if n.startswith("xl/charts/")]), 4)

    def test_csv_in_gb18030_is_the_same_text(self):
        text = self.reports["csv"].body.decode()
        for r in (self.report("format=csv&charset=gb18030&known_at=" + self.now),
                  self.report("known_at=" + self.now, {"Accept": "image/png, text/csv; charset=\"GB18030\""})):
            self.assertEqual(r.headers["content-type"], "text/csv; charset=gb18030")
            self.assertEqual("\ufeff" + r.body.decode("gb18030"), text)

    def test_formats_and_charsets_that_there_are_not(self):
        self.assertEqual(self.report("format=csv&unit=wan", want=422).codes(), [("?unit", "E_UNWANTED")])
        for query, pointer in (("format=pdf", "?format"), ("format=html&unit=li", "?unit"), ("format=csv&charset=latin1", "?charset"),
                               ("format=json&charset=gb18030", "?charset"), ("public=yes", "?public")):
            self.assertEqual(self.report(query, want=422).codes(), [(pointer, "E_CHOICE")])
        r = self.report("charset=utf-8&format=xlsx")
        self.assertEqual(r.headers["content-type"],
                         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        self.assertIn("default-src 'none'", self.reports["html"].headers["content-security-policy"])

    def test_on_paper_every_figure_is_read_in_every_unit(self):
        """As LibreOffice prints the workbook: no cell too narrow for its figure, one table once, signature lines."""
        with tempfile.TemporaryDirectory() as folder:
            units = {"yuan": "单位：元", "wan": "单位：万元", "yi": "单位：亿元"}
            for unit in units:
                with open("%s/%s.xlsx" % (folder, unit), "wb") as f:
                    f.write(self.report("format=xlsx&unit=%s&known_at=%s" % (unit, self.now)).body)
            subprocess.run(["soffice", "-env:UserInstallation=file://%s/profile" % folder, "--headless", "--convert-to",
                            "pdf", "--outdir", folder, *("%s/%s.xlsx" % (folder, unit) for unit in units)], check=True,
                           capture_output=True, timeout=300)
            for unit, words in units.items():
                text = subprocess.run(["pdftotext", "-layout", "%s/%s.pdf" % (folder, unit), "-"], check=True,
                                      capture_output=True).stdout.decode()
                self.assertNotIn("###", text)
                pages = text.split("\f")[:-1]
                self.assertLessEqual(len(pages), 22, unit)
                self.assertNotRegex(text, "口径：\\s*\n", "every figure is defined")
                district = next(x for x in self.reports["json"].json()["sections"] if x["name"] == "by_district")
                most = max(Decimal(row["cells"]["amount"]["value"]) for row in district["rows"])
                charts = "".join(pages[1:3]).replace(" ", "")
                for title in ("目标进度：完成度", "分季度走势：金额（%s）", "分区情况：金额（%s）", "首贷情况：金额（%s）"):
                    self.assertIn(title.replace("%s", words[3:]), charts, unit)
                self.assertIn({"yuan": "{:,.0f}", "wan": "{:,.0f}", "yi": "{:,.2f}"}[unit].format(
                    (most / {"yuan": 1, "wan": 10 ** 4, "yi": 10 ** 8}[unit]).quantize(
                        Decimal("0.01" if unit == "yi" else "1"), ROUND_HALF_UP)), charts)
                for page in (2, 3):
                    self.assertGreater(inked("%s/%s.pdf" % (folder, unit), page), 500, (unit, page))
                first = pages[0].replace(" ", "")
                for said in (words, "填报单位：", "制表：", "审核：", "签发：", "2022年第3季度,全市知识产权质押融资", "期末贷款余额"):
                    self.assertIn(said, first, unit)
                one = next(page for page in pages if page.strip().split("\n")[0].rstrip().endswith("分区情况等"))
                self.assertIn(words, one.replace(" ", ""))
                self.assertIn("口径", one)

    def test_the_page_prints_with_its_pictures(self):
        """As Chromium prints it."""
        with tempfile.TemporaryDirectory() as folder:
            page, pdf = "%s/q3.html" % folder, "%s/q3.pdf" % folder
            with open(page, "wb") as f:
                f.write(self.reports["html"].body)
            browser = next(x for x in ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium") if os.path.exists(x))
            subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                            "--user-data-dir=%s/profile" % folder, "--no-pdf-header-footer", "--print-to-pdf=" + pdf,
                            "file://" + page], check=True, capture_output=True, timeout=300)
            text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True).stdout.decode()
            pages = text.split("\f")[:-1]
            self.assertLessEqual(len(pages), 22)
            self.assertIn("签发：", pages[0].replace(" ", ""))
            for s in self.reports["json"].json()["sections"]:
                self.assertIn(s["title"].replace(" ", ""), text.replace(" ", ""))
            with_pictures = [n for n in range(1, len(pages) + 1) if inked(pdf, n) > 100]
            self.assertGreaterEqual(len(with_pictures), 4, with_pictures)

    def test_english_is_english(self):
        h = {"Accept-Language": "en"}
        text = self.report("format=html", h).body.decode()
        self.assertIn("<html lang=\"en\">", text)
        self.assertIn("IP pledge financing, quarterly report, Q3 2022", text)
        self.assertIn("By district", self.report("format=csv", h).body.decode())
        with zipfile.ZipFile(io.BytesIO(self.report("format=xlsx", h).body)) as z:
            self.assertIn("name=\"By district etc\"", z.read("xl/workbook.xml").decode())
