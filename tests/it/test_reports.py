"""The quarterly report on a small book whose every figure is worked by hand."""
import threading
import time
import urllib.parse

from harness import Case, loan, numbers, patent



def uscc(body):
    """An 18-character code (GB 32100): weights 3^i mod 31, check character 31 - sum mod 31."""
    chars = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = [pow(3, i, 31) for i in range(17)]
    return body + chars[(31 - sum(chars.index(c) * w for c, w in zip(body, weights)) % 31) % 31]


def firm(n):
    body = "0%07d" % n
    chars = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    check = (11 - sum(chars.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11) % 11
    return uscc("91310115" + body + "0123456789X"[check])


def rights(kind):
    n = next(numbers) % 10000000
    return {"patent": [{"number": patent(n)}], "trademark": [{"number": str(n)}],
            "mixed": [{"number": patent(n)}, {"number": str(n)}]}[kind]


# bank, firm, district, secured by, amount, signed on
BOOK = [
    ("RA", 5, "310117", "patent", "4000000.00", "2020-09-15"),  # before the plan
    ("RA", 1, "310115", "patent", "10000000.00", "2021-08-10"),
    ("RB", 2, "310101", "trademark", "6000000.00", "2021-11-30"),
    ("RA", 1, "310115", "patent", "8000000.50", "2022-02-01"),
    ("RB", 3, "310115", "mixed", "20000000.00", "2022-06-30"),  # last day of a quarter
    ("RA", 1, "310115", "patent", "12000000.00", "2022-07-01"),  # first day of one
    ("RA", 2, "310101", "patent", "3000000.00", "2022-08-15"),
    ("RB", 3, "310115", "trademark", "9999999.99", "2022-09-30"),
    ("RB", 4, "310116", "patent", "1000000.00", "2022-10-01"),
]


class Reports(Case):
    conf = {"readers": "5"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls.d.token("finance")
        for bank, who, district, kind, amount, day in BOOK:
            cls.post(bank, borrower_uscc=firm(who), district=district, ip=rights(kind), amount=amount,
                     signed_on=day, disbursed_on=day, matures_on="2030-12-31", first_loan=who == 2)

    @classmethod
    def post(cls, bank, **over):
        r = cls.d.call("POST", "/v1/loans", loan(**over), cls.d.token("bank", "BANK-" + bank))
        assert r.status == 201, r.body
        return r

    def get(self, quarter, query="", token=None, want=200):
        r = self.d.call("GET", "/v1/reports/quarterly/%s%s" % (quarter, query), token=token or self.finance)
        self.assertEqual(r.status, want, r.body)
        return r.json()

    def cells(self, quarter, section, query="", token=None):
        """{row: {column: value}}, the total under None."""
        s = self.get(quarter, "?section=%s%s" % (section, query), token)["sections"][0]
        rows = {row["key"]: {k: c["value"] for k, c in row["cells"].items()} for row in s["rows"]}
        if s["total"]:
            rows[None] = {k: c["value"] for k, c in s["total"]["cells"].items()}
        return rows

    def check(self, cells, **want):
        self.assertEqual({k: cells[k] for k in want}, want)

    # 2022Q3 holds 12,000,000.00 + 3,000,000.00 + 9,999,999.99 = 24,999,999.99 of firms 1, 2, 3;
    # 2021Q3 10,000,000.00 of firm 1; 2022Q2 20,000,000.00 of firm 3;
    # 2022 to date 8,000,000.50 + 20,000,000.00 + 24,999,999.99 = 53,000,000.49 in 5 loans;
    # 2021 to September 10,000,000.00; since 2021 all but the first and the last of the book.
    def test_the_headline_is_the_one_worked_by_hand(self):
        rows = self.cells("2022Q3", "headline")
        self.assertEqual(rows["count"], {
            "quarter": 3, "last_year": 1, "yoy": "200.00", "previous": 1, "qoq": "200.00", "ytd": 5,
            "ytd_last_year": 1, "ytd_yoy": "400.00", "total": 7})
        self.assertEqual(rows["amount"], {
            # 24,999,999.99 / 10,000,000 - 1 = 149.9999999 %; / 20,000,000 - 1 = 24.99999995 %
            "quarter": "24999999.99", "last_year": "10000000.00", "yoy": "150.00",
            "previous": "20000000.00", "qoq": "25.00", "ytd": "53000000.49",
            "ytd_last_year": "10000000.00", "ytd_yoy": "430.00", "total": "69000000.49"})
        self.assertEqual(rows["firms"], {
            "quarter": 3, "last_year": 1, "yoy": "200.00", "previous": 1, "qoq": "200.00", "ytd": 3,
            "ytd_last_year": 1, "ytd_yoy": "200.00", "total": 3})

    def test_districts_add_up_and_those_without_loans_stand_there_with_nought(self):
        rows = self.cells("2022Q3", "by_district")
        self.assertEqual(len(rows), 17)
        self.check(rows["310115"], count=2, firms=2, amount="21999999.99", count_share="66.67",
                   amount_share="88.00", count_last_year=1, count_yoy="100.00", count_previous=1,
                   amount_qoq="10.00", count_ytd=4, amount_ytd="50000000.49", count_total=5)
        self.check(rows["310101"], count=1, amount="3000000.00", amount_share="12.00", count_last_year=0,
                   count_yoy=None, amount_yoy=None, count_total=2)
        self.check(rows["310116"], count=0, firms=0, amount="0.00", amount_share="0.00", amount_yoy=None,
                   count_total=0)
        self.check(rows[None], count=3, firms=3, amount="24999999.99", amount_share="100.00",
                   count_total=7, amount_total="69000000.49")

    def test_banks_kinds_and_sizes_of_loans(self):
        rows = self.cells("2022Q3", "by_bank")
        self.check(rows["BANK-RA"], count=2, firms=2, amount="15000000.00", count_last_year=1)
        self.check(rows["BANK-RB"], count=1, firms=1, amount="9999999.99", count_last_year=0)
        rows = self.cells("2022Q3", "by_kind")
        self.check(rows["patent"], count=2, amount="15000000.00")
        self.check(rows["trademark"], count=1, amount="9999999.99")
        self.check(rows["mixed"], count=0, amount="0.00", count_previous=1, amount_qoq="-100.00")
        rows = self.cells("2022Q3", "by_ip_kind")
        self.check(rows["invention"], count=2, count_previous=0)
        self.check(rows["several"], count=0, count_previous=1)
        rows = self.cells("2022Q3", "small_loans")
        # exactly 10,000,000.00 counts as small: the one of 2021Q3
        self.check(rows["small"], count=2, amount="12999999.99", count_share="66.67", count_last_year=1)
        self.check(rows["larger"], count=1, amount="12000000.00", count_last_year=0)
        rows = self.cells("2022Q3", "first_loans")
        self.check(rows["first"], count=1, amount="3000000.00")
        self.check(rows["further"], count=2)

    def test_the_trend_runs_over_the_plan_so_far(self):
        rows = self.cells("2022Q3", "by_quarter")
        self.assertEqual(list(rows), ["2021Q1", "2021Q2", "2021Q3", "2021Q4", "2022Q1", "2022Q2", "2022Q3"])
        self.check(rows["2021Q1"], count=0, amount="0.00", amount_yoy=None)
        self.check(rows["2021Q3"], count=1, amount="10000000.00", count_last_year=1,
                   amount_last_year="4000000.00", amount_yoy="150.00", count_previous=0, count_qoq=None)
        self.check(rows["2022Q2"], count=1, amount="20000000.00", amount_previous="8000000.50")
        self.check(rows["2022Q3"], count=3, firms=3, amount_yoy="150.00", amount_qoq="25.00")

    def test_progress_to_the_targets(self):
        rows = self.cells("2022Q3", "targets")
        # 30 % on 10,000,000.00 are 13,000,000.00; 53,000,000.49 are 407.69 % of them
        self.check(rows["T1"], value="53000000.49", base="10000000.00", growth="430.00", required="13000000.00",
                   progress="407.69", records="53000000.49", records_last_year="10000000.00", status="符合进度")
        # 20 % on 1 rounds up to 2
        self.check(rows["T2"], value=5, base=1, growth="400.00", required=2, progress="250.00")
        # 69,000,000.49 of 15,000,000,000.00
        self.check(rows["T3"], value="69000000.49", required="15000000000.00", progress="0.46")
        self.assertEqual(sorted({key.split(".")[0] for key in rows}), ["T1", "T2", "T3", "T4", "T5", "T6", "T7"])
        self.check(rows["T4.cash_received"], value=None, records=None, status="缺基数")

    def test_as_of_a_day_compares_with_the_same_days(self):
        # to 15 August: 12,000,000.00 + 3,000,000.00; last year to 15 August the one of the 10th; the
        # quarter before to 15 May nothing
        rows = self.cells("2022Q3", "headline", "&as_of=2022-08-15")
        self.check(rows["amount"], quarter="15000000.00", last_year="10000000.00", yoy="50.00",
                   previous="0.00", qoq=None, ytd="43000000.50")
        rows = self.cells("2022Q3", "headline", "&as_of=2022-08-09")
        self.check(rows["amount"], quarter="12000000.00", last_year="0.00", yoy=None, ytd_last_year="0.00")

    def test_an_empty_quarter_is_shown_as_such(self):
        r = self.get("2020Q2")
        for s in r["sections"]:
            for row in s["rows"] + [s["total"]] * (s["total"] is not None):
                for key, cell in row["cells"].items():
                    if key != "status":
                        self.assertIn(cell["value"], (0, "0.00", None, "15000000000.00"),
                                      (s["name"], row["title"], key))
        self.assertIsNone(r["sections"][0]["rows"][0]["cells"]["yoy"]["value"])

    def test_the_database_knows_every_section_of_the_catalogue(self):
        known = self.d.sql("select section from report_sections()").split()
        self.assertEqual(known, [s["name"] for s in self.get("2020Q2")["sections"]])

    def test_balances_count_what_is_outstanding_on_the_day(self):
        # by the end of 2022Q2: 4,000,000.00 + 10,000,000.00 + 8,000,000.50 of RA
        rows = self.cells("2022Q2", "balances")
        self.check(rows["BANK-RA"], count=3, firms=2, outstanding="22000000.50", overdue="0.00", npl_rate="0.00")
        self.check(rows[None], count=5, outstanding="48000000.50")

    def test_a_bank_sees_its_own_and_a_district_its_own(self):
        bank = self.d.token("bank", "BANK-RB")
        self.check(self.cells("2022Q3", "headline", token=bank)["amount"], quarter="9999999.99", total="35999999.99")
        self.assertEqual(sorted(self.cells("2022Q3", "by_bank", token=bank), key=str), ["BANK-RB", None])
        self.assertEqual(self.get("2022Q3", token=bank)["scope"]["zh"], "测试BANK-RB")
        district = self.d.token("district", "DIST-310101")
        rows = self.cells("2022Q3", "by_district", token=district)
        self.assertEqual(sorted(rows, key=str), ["310101", None])
        self.check(rows[None], count=1, amount="3000000.00", amount_share="100.00")
        self.assertEqual(self.get("2022Q3", token=district)["scope"], {"zh": "黄浦区", "en": "Huangpu"})
        self.assertEqual(self.get("2022Q3")["scope"]["zh"], "全市")
        insurer = self.d.token("insurer")
        self.check(self.cells("2022Q3", "headline", token=insurer)["count"], quarter=0, total=0)

    def rows(self, link, token=None):
        """Every page of a link: the value it tells and the items."""
        items, after = [], ""
        while after is not None:
            r = self.d.call("GET", link + "&limit=2" + after, token=token or self.finance)
            self.assertEqual(r.status, 200, r.body)
            page = r.json()
            items += page["items"]
            after = "&after=" + urllib.parse.quote(page["next"]) if page["next"] else None
        return page, items

    def test_every_figure_lists_the_records_that_sum_to_it(self):
        s = self.get("2022Q3", "?section=by_district")["sections"][0]
        cells = s["total"]["cells"]
        page, items = self.rows(cells["amount_total"]["rows"])
        self.assertEqual((page["value"], page["count"]), ("69000000.49", 7))
        self.assertEqual(sorted(i["value"] for i in items), sorted([
            "10000000.00", "6000000.00", "8000000.50", "20000000.00", "12000000.00", "3000000.00", "9999999.99"]))
        got = self.d.call("GET", items[0]["href"], token=self.finance).json()
        self.assertEqual((got["contract_no"], got["amount"]), (items[0]["reference"], items[0]["value"]))
        self.assertEqual([items[0][k] for k in ("title", "firm_name", "on")],
                         ["知识产权质押贷款", got["borrower_name"], got["signed_on"]])
        page, items = self.rows(cells["firms"]["rows"])
        self.assertEqual((page["value"], page["count"], len({i["firm"] for i in items})), (3, 3, 3))
        self.assertNotIn("rows", cells["amount_yoy"])
        self.assertEqual(cells["amount_yoy"]["of"], ["amount", "amount_last_year"])
        page, items = self.rows("/v1/reports/quarterly/2022Q3/rows?section=headline&row=firms&column=ytd")
        self.assertEqual((page["value"], page["count"]), (3, 5))
        page, items = self.rows("/v1/reports/quarterly/2022Q3/rows?section=by_district&column=amount_yoy")
        self.assertEqual((page["of"], items), (["amount", "amount_last_year"], []))

    def test_a_correction_moves_the_figure_and_the_instant_before_it_stays(self):
        made = self.post("RA", district="310104", borrower_uscc=firm(5), amount="500000.00", signed_on="2023-01-10",
                         matures_on="2024-01-10").json()
        before = self.get("2023Q1", "?section=by_district")
        known = urllib.parse.quote(before["known_at"])
        body = dict(made, district="310107", amount="700000.00", reason="录入错误")
        r = self.d.call("PUT", "/v1/loans/" + made["id"], body, self.d.token("bank", "BANK-RA"), {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        now = self.cells("2023Q1", "by_district")
        self.assertEqual((now["310104"]["count"], now["310107"]["amount"]), (0, "700000.00"))
        then = self.get("2023Q1", "?section=by_district&known_at=" + known)
        self.assertEqual([s["rows"] and r["cells"]["amount"]["value"] for s in then["sections"] for r in s["rows"]
                          if r["key"] in ("310104", "310107")], ["500000.00", "0.00"])
        link = next(r["cells"]["amount"]["rows"] for r in then["sections"][0]["rows"] if r["key"] == "310104")
        page, items = self.rows(link)
        self.assertEqual([(i["id"], i["version"], i["value"]) for i in items], [(made["id"], 1, "500000.00")])
        # whoever the correction took the loan away from does not see the earlier version as if it stood
        lost = self.d.token("district", "DIST-310104")
        self.assertEqual(self.cells("2023Q1", "by_district", token=lost)["310104"]["count"], 0)

    def test_a_report_is_of_one_instant_whatever_is_recorded_meanwhile(self):
        stop = threading.Event()

        def write():
            while not stop.is_set():
                self.post("RC", district="310112", borrower_uscc=firm(4), signed_on="2024-02-01",
                          matures_on="2025-02-01")

        sections = "by_district,by_bank,by_kind,by_product,by_size,first_loans"
        self.get("2024Q1", "?section=" + sections)
        writer = threading.Thread(target=write)
        writer.start()
        seen = set()
        try:
            began = time.time()
            while time.time() < began + 3 or (len(seen) < 4 and time.time() < began + 60):
                r = self.get("2024Q1", "?section=headline," + sections)
                counts = [s["total"]["cells"]["count"]["value"] for s in r["sections"] if s["total"]]
                counts.append(r["sections"][0]["rows"][0]["cells"]["quarter"]["value"])
                self.assertEqual(len(set(counts)), 1, counts)
                seen.add(counts[0])
        finally:
            stop.set()
            writer.join()
        self.assertGreater(len(seen), 3)

    def test_the_day_that_counts_can_be_another_one(self):
        rows = self.cells("2022Q3", "headline", "&basis=registered_on")
        self.check(rows["count"], quarter=0, total=0)  # nobody told of a registration
        self.check(self.cells("2022Q3", "targets", "&basis=registered_on")["T2"], value=0, base=None, growth=None)
        self.check(self.cells("2022Q3", "headline", "&basis=disbursed_on")["count"], quarter=3)
        r = self.get("2022Q3", "?section=by_kind&basis=disbursed_on&as_of=2022-09-30")
        self.assertIn("&as_of=2022-09-30&basis=disbursed_on", r["sections"][0]["total"]["cells"]["count"]["rows"])

    def test_totals_that_differ_are_no_report(self):
        whole = self.d.sql("select pg_get_functiondef('report_cells_of_facts'::regproc)")
        self.d.sql("alter function report_cells_of_facts rename to kept")
        try:
            self.d.sql("create function report_cells_of_facts(section text, first date, cut date, known_at timestamptz,"
                       " basis text) returns setof report_cells_row language sql as $$ select row_key, case when row_key"
                       " is null then array_append(array[v[1] + 1], v[2]) || v[3:] else v end, firms, facts from"
                       " kept(section, first, cut, known_at, basis) $$")
            r = self.get("2022Q3", "?section=by_kind&basis=disbursed_on", want=500)  # from rows
            self.assertEqual(r["errors"][0]["code"], "E_INTERNAL")
            self.assertIn('"event":"report_totals"', self.d.stderr())
            self.assertIn('"section":"by_kind"', self.d.stderr())
        finally:
            self.d.sql("drop function report_cells_of_facts(text, date, date, timestamptz, text)")
            self.d.sql("alter function kept rename to report_cells_of_facts")
        self.assertEqual(self.d.sql("select pg_get_functiondef('report_cells_of_facts'::regproc)"), whole)
        self.get("2022Q3", "?section=by_kind")

    def test_a_failing_section_leaves_the_connection_usable(self):
        self.d.sql("alter function report_facts_by_kind rename to kept")
        try:
            self.get("2022Q3", "?section=headline,by_kind,by_bank&basis=disbursed_on", want=500)  # from rows
            self.get("2022Q3", "?section=headline,by_bank&basis=disbursed_on")
        finally:
            self.d.sql("alter function kept rename to report_facts_by_kind")
        self.get("2022Q3")

    def test_every_form_by_name_and_by_accept(self):
        excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        known = urllib.parse.quote(self.get("2022Q3")["known_at"])
        path = "/v1/reports/quarterly/2022Q3?section=by_bank&known_at=" + known
        for form, kind, begin in (("json", "application/json", b'{"quarter":"2022Q3"'),
                                  ("csv", "text/csv; charset=utf-8", "\ufeff".encode()), ("xlsx", excel, b"PK\x03\x04"),
                                  ("html", "text/html; charset=utf-8", b"<!doctype html>")):
            named = self.d.call("GET", path + "&format=" + form, token=self.finance)
            asked = self.d.call("GET", path, token=self.finance, headers={
                "Accept": "image/png, %s;q=0.9, */*;q=0.1" % kind.split(";")[0]})
            for r in (named, asked):
                self.assertEqual((r.status, r.headers["content-type"]), (200, kind))
                self.assertTrue(r.body.startswith(begin), r.body[:40])
            self.assertEqual(named.body, asked.body)
            self.assertIn('filename="pledged-2022Q3.%s"' % form, named.headers["content-disposition"])
            if form != "xlsx":
                self.assertIn(b"24999999.99" if form != "html" else b"24,999,999.99", named.body)
        self.assertIn("style-src 'unsafe-inline'", named.headers["content-security-policy"])
        r = self.d.call("GET", path, token=self.finance, headers={"Accept": "*/*", "Accept-Language": "en"})
        self.assertEqual((r.json()["sections"][0]["title"], r.headers["content-language"]), ("By bank", "en"))

    def codes(self, path):
        r = self.d.call("GET", path, token=self.finance)
        self.assertIn(r.status, (422, 404), r.body)
        return r.codes()

    def test_what_cannot_be_asked_is_told_precisely(self):
        base = "/v1/reports/quarterly/"
        self.assertEqual(self.codes(base + "2022Q5"), [("{quarter}", "E_QUARTER")])
        self.assertEqual(self.codes(base + "2199Q4"), [("{quarter}", "E_FUTURE")])
        self.assertEqual(self.codes(base + "2022Q3?section=by_banks"), [("?section", "E_SECTION")])
        r = self.d.call("GET", base + "2022Q3?section=by_banks", token=self.finance,
                        headers={"Accept-Language": "en"})
        self.assertIn("The nearest is by_bank (headline, ", r.json()["detail"])
        self.assertEqual(self.codes(base + "2022Q3?section="), [("?section", "E_SECTION")])
        self.assertEqual(self.codes(base + "2022Q3?format=pdf"), [("?format", "E_CHOICE")])
        for day in ("2022-06-30", "2022-10-01"):
            self.assertEqual(self.codes(base + "2022Q3?as_of=" + day), [("?as_of", "E_RANGE")])
        self.assertEqual(self.codes(base + "2022Q3?as_of=2022-09-31&known_at=x&basis=y"),
                         [("?as_of", "E_DAY"), ("?known_at", "E_INSTANT"), ("?basis", "E_CHOICE")])
        self.assertEqual(self.codes(base + "2022Q3?known_at=2199-01-01T00:00:00Z"), [("?known_at", "E_FUTURE")])
        self.assertEqual(self.codes(base + "2022Q3?sections=by_bank"), [("?sections", "E_PARAM")])
        rows = base + "2022Q3/rows?"
        self.assertEqual(self.codes(rows), [("?section", "E_NEED"), ("?column", "E_NEED")])
        self.assertEqual(self.codes(rows + "section=by_kind&column=x&row=fire"),
                         [("?column", "E_CHOICE"), ("?row", "E_CHOICE")])
        self.assertEqual(self.codes(rows + "section=headline&column=quarter"), [("?row", "E_NEED")])
        self.assertEqual(self.codes(rows + "section=by_kind&column=count&after=x&limit=0"),
                         [("?after", "E_CURSOR"), ("?limit", "E_RANGE")])
