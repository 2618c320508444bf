"""Batches as NDJSON and as the CSV that staff export: a verdict for every line, in order."""
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from harness import RELEASE_BIN, Case, firm, loan, numbers, patent

EN = ["contract_no", "product", "borrower_uscc", "borrower_name", "district", "amount", "rate",
      "signed_on", "matures_on", "ip"]
ZH = ["贷款合同编号", "贷款产品", "借款企业统一社会信用代码", "借款企业名称", "所在区代码", "贷款金额",
      "年利率", "合同签订日", "到期日", "质押知识产权"]


def cells(**over):
    r = loan(**over)
    r["ip"] = ";".join(x["number"] for x in r["ip"])
    return [r[k] for k in EN]


def sheet(header, rows, end="\r\n"):
    return end.join(",".join(r) for r in [header] + rows) + end


class Sender(Case):
    def setUp(self):
        self.bank = self.d.token("bank")

    def send(self, body, kind="text/csv", query=""):
        if isinstance(body, str):
            body = body.encode()
        return self.d.call("POST", "/v1/loans" + query, body, self.bank, {"Content-Type": kind},
                           timeout=300)

    def ndjson(self, records, query=""):
        return self.send("".join(json.dumps(r) + "\n" for r in records), "application/x-ndjson",
                         query)

    def stored(self, *keys):
        return int(self.d.sql("select count(*) from submission where version = 1 and key in (%s)"
                              % ",".join("'%s'" % k for k in keys)))


class Batches(Sender):
    def test_every_line_has_its_verdict_in_order(self):
        known = loan()
        self.d.call("POST", "/v1/loans", known, self.bank)
        fresh = loan()
        r = self.ndjson([known, fresh, dict(known, rate="9"), loan(amount=5), fresh,
                         dict(fresh, rate="8")])
        lines = r.lines()
        self.assertEqual((r.status, r.headers["content-type"]), (200, "application/x-ndjson"))
        self.assertEqual([(x["line"], x["outcome"]) for x in lines[:-1]],
                         [(1, "replay"), (2, "created"), (3, "conflict"), (4, "refused"),
                          (5, "replay"), (6, "conflict")])
        self.assertEqual(lines[1]["id"], lines[4]["id"])
        self.assertEqual([e["pointer"] for e in lines[2]["errors"]], ["/rate"])
        self.assertEqual([e["code"] for e in lines[3]["errors"]], ["E_TEXT_NUMBER"])
        self.assertEqual(lines[-1], {"summary": {"created": 1, "replay": 2, "conflict": 2,
                                                 "refused": 1}})

    def test_a_broken_line_does_not_harm_its_neighbours(self):
        a, b = loan(), loan()
        r = self.send(json.dumps(a) + "\n{\n\n" + json.dumps(b), "application/x-ndjson")
        self.assertEqual([(x["line"], x["outcome"]) for x in r.lines()[:-1]],
                         [(1, "created"), (2, "refused"), (4, "created")])

    def test_csv_with_chinese_or_english_headers_in_any_order(self):
        for header in (EN, ZH):
            row = cells()
            r = self.send(sheet(list(reversed(header)), [list(reversed(row))]))
            self.assertEqual([(x["line"], x["outcome"]) for x in r.lines()[:-1]], [(2, "created")])
            self.assertEqual(self.stored(row[0]), 1)

    def test_csv_from_excel_in_gbk(self):
        row = cells(borrower_name="上海镕垚示例有限公司")
        r = self.send(sheet(ZH, [row]).encode("gb18030"), "text/csv; charset=gb18030")
        self.assertEqual(r.lines()[0]["outcome"], "created")
        self.assertEqual(self.d.sql("select borrower_name from loan join submission using (id, version)"
                                    " where key = '%s'" % row[0]), "上海镕垚示例有限公司")

    def test_csv_with_bom_quotes_and_line_breaks_inside_cells(self):
        row = cells()
        row[3] = '"上海""示例"",\r\n有限公司"'
        r = self.send("\ufeff" + sheet(ZH, [row]))
        self.assertEqual(r.lines()[0]["errors"][0]["code"], "E_CHARS")
        row[3] = '"上海""示例"",有限公司"'
        r = self.send("\ufeff" + sheet(ZH, [row, cells()]))
        self.assertEqual([x["outcome"] for x in r.lines()[:-1]], ["created", "created"])

    def test_amounts_in_ten_thousands_convert_exactly(self):
        header = [h.replace("贷款金额", "贷款金额(万元)") for h in ZH]
        row = cells(amount="520.000001")
        r = self.send(sheet(header, [row, cells(amount="520.0000001")]))
        self.assertEqual([x["outcome"] for x in r.lines()[:-1]], ["created", "refused"])
        self.assertEqual(self.d.sql("select amount_fen from loan join submission using (id, version)"
                                    " where key = '%s'" % row[0]), "520000001")

    def test_several_rights_in_one_cell(self):
        row = cells()
        row[9] = "ZL202119999001.9;%s;12345678" % patent(next(numbers) % 10000000)
        self.send(sheet(ZH, [row]))
        self.assertEqual(self.d.sql("select patents || ' ' || trademarks from loan join submission"
                                    " using (id, version) where key = '%s'" % row[0]), "2 1")

    def test_header_problems_come_before_any_line(self):
        row = cells()
        r = self.send(sheet(["合同号"] + ZH[1:] + ["贷款金额"], [row + ["1"]]))
        self.assertEqual(r.status, 422)
        self.assertEqual([c for _, c in r.codes()], ["E_HEADER"] * 3)  # unknown, twice, missing
        self.assertEqual(self.stored(row[0]), 0)

    def test_trailing_empty_rows_of_excel_are_no_lines(self):
        r = self.send(sheet(ZH, [cells(), [""] * 10, [""] * 10]))
        self.assertEqual(r.lines()[-1]["summary"],
                         {"created": 1, "replay": 0, "conflict": 0, "refused": 0})

    def test_columns_beginning_with_a_hash_are_remarks(self):
        r = self.send(sheet(ZH + ["#原因"], [cells() + ["已改"]]))
        self.assertEqual(r.lines()[0]["outcome"], "created")

    def test_a_row_with_too_many_cells_or_a_stray_quote_is_refused(self):
        r = self.send(sheet(ZH, [cells() + ["x"], cells()]))
        self.assertEqual([x["outcome"] for x in r.lines()[:-1]], ["refused", "created"])
        r = self.send(sheet(ZH, [cells()]) + 'a"b,c\r\n')
        self.assertEqual([x["outcome"] for x in r.lines()[:-1]], ["created", "refused"])

    def test_an_atomic_batch_lands_whole_or_not_at_all(self):
        good = [loan() for _ in range(3)]
        bad = loan(amount="-5")
        r = self.ndjson(good + [bad], "?atomic=true")
        self.assertEqual(r.status, 422)
        self.assertIn(("/lines/4/amount", "E_RANGE"), r.codes())
        self.assertEqual(self.stored(*[x["contract_no"] for x in good]), 0)
        r = self.ndjson(good, "?atomic=true")
        self.assertEqual(r.lines()[-1]["summary"]["created"], 3)
        r = self.ndjson([loan(contract_no="A-%d" % next(numbers)), dict(good[0], rate="9")],
                        "?atomic=true")
        self.assertEqual((r.status, r.codes()[1]), (422, ("/lines/2/rate", "E_KEY_REUSED")))
        self.assertEqual(self.d.sql("select count(*) from submission where key like 'A-%'"), "0")

    def test_dry_run_stores_nothing(self):
        records = [loan() for _ in range(3)] + [loan(amount="x")]
        r = self.ndjson(records, "?dry_run=true")
        self.assertEqual(r.lines()[-1]["summary"],
                         {"created": 3, "replay": 0, "conflict": 0, "refused": 1})
        self.assertEqual(self.stored(*[x["contract_no"] for x in records]), 0)

    def test_a_dry_run_tells_the_warnings_that_storing_would(self):
        plain = loan()
        pledged = loan()  # by another bank
        self.d.call("POST", "/v1/loans", pledged, self.d.token("bank", "BANK-B"))
        odd = loan(rate="35.00", ip=[dict(pledged["ip"][0], owner_uscc="91310115QX0115114N")], matures_on="2045-07-01")
        told = [[(w["code"], w["pointer"]) for w in x.get("warnings", [])]
                for q in ("?dry_run=true", "") for x in self.ndjson([plain, odd], q).lines()[:-1]]
        self.assertEqual(told[:2], told[2:])
        self.assertEqual(told[0], [])
        self.assertEqual([c for c, _ in told[1]], ["RF01", "RF03", "RF04", "RF22"])
        self.assertIn(("RF04", "/ip/0/owner_uscc"), told[1])

    def test_an_empty_batch_is_refused(self):
        for body, kind in ((b"", "application/x-ndjson"), (b"", "text/csv"),
                           (",".join(EN).encode() + b"\r\n", "text/csv")):
            self.assertEqual(self.send(body, kind).status, 422)

    def test_an_unknown_charset_is_415(self):
        self.assertEqual(self.send(b"x", "text/csv; charset=koi8-r").status, 415)

    def test_the_template_is_the_header_row(self):
        r = self.d.call("GET", "/v1/loans/template.csv", token=self.bank)
        header = r.body.decode("utf-8-sig").strip().split(",")
        self.assertEqual(header[0], "贷款合同编号")
        self.assertLessEqual(set(ZH), set(header))


class Large(Sender):
    binary = RELEASE_BIN

    def peak(self):
        with open("/proc/%d/status" % self.d.process.pid, encoding="ascii") as f:
            return int(next(x for x in f if x.startswith("VmHWM")).split()[1])

    def test_long_lines_do_not_pile_up_in_memory(self):
        self.send(json.dumps(loan()) + "\n", "application/x-ndjson")
        before = self.peak()
        line = b'{"x":[' + b"1," * 400000 + b"1]}\n"
        r = self.send(line * 40, "application/x-ndjson")
        self.assertEqual(r.lines()[-1]["summary"]["refused"], 40)
        self.assertLess(self.peak() - before, 200 * 1024)

    def test_an_atomic_batch_is_bounded_in_bytes_too(self):
        line = b'{"x":"' + b"y" * 1000000 + b'"}\n'
        r = self.send(line * 70, "application/x-ndjson", "?atomic=true")
        self.assertEqual((r.status, r.codes()[0][1]), (413, "E_TOO_LARGE"))

    def test_an_atomic_batch_of_the_largest_size_lands(self):
        line = cells()
        base = next(numbers)
        rows = [["X-%d-%d" % (base, i), line[1], *firm(i), *line[4:9], patent(i, 2011)] for i in range(50000)]
        start = time.time()
        r = self.send(sheet(ZH, rows), query="?atomic=true")
        self.assertEqual(r.lines()[-1]["summary"]["created"], 50000)
        print("\n50,000 lines atomically in %.1f s" % (time.time() - start))
        r = self.send(sheet(ZH, rows + rows[:1]), query="?atomic=true")
        self.assertEqual((r.status, r.codes()[0][1]), (413, "E_LINES"))

    def test_100000_lines_pass_with_flat_memory(self):
        def rss():
            with open("/proc/%d/status" % self.d.process.pid, encoding="ascii") as f:
                return int(next(x for x in f if x.startswith("VmRSS")).split()[1])
        line = cells()
        base = next(numbers) * 1000
        rows = []
        for i in range(100000):
            row = list(line)
            row[0] = "L-%d-%d" % (base, i)
            row[2:4] = firm(100000 + i)
            row[9] = patent(i, 2012 + base // 1000 % 8)
            rows.append(row)
        self.send(sheet(ZH, rows[:2000]))
        before, start = rss(), time.time()
        r = self.send(sheet(ZH, rows))
        self.assertEqual(r.lines()[-1]["summary"],
                         {"created": 98000, "replay": 2000, "conflict": 0, "refused": 0})
        self.assertEqual(len(r.lines()), 100001)
        print("\n100,000 CSV lines in %.1f s, resident +%d KiB" % (time.time() - start,
                                                                   rss() - before))
        self.assertLess(rss() - before, 64 * 1024)


class Unread(Sender):
    conf = {"body_deadline_ms": "2000"}
    binary = RELEASE_BIN

    def test_a_client_that_never_reads_is_cut_before_its_answers_fill_the_disk(self):
        with socket.create_connection(("127.0.0.1", self.d.port), timeout=30) as s:
            s.sendall(("POST /v1/loans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                       "Content-Type: application/x-ndjson\r\nContent-Length: 40000000\r\n\r\n"
                       % self.bank).encode())
            sent = 0
            with self.assertRaises((BrokenPipeError, ConnectionResetError)):
                while sent < 40000000:
                    s.sendall(b"x\n" * 5000)
                    sent += 10000
        self.assertLess(sent, 5000000)  # of some 80 bytes of answer to one of question
        self.assertTrue(self.d.alive())


class Crowd(Sender):
    conf = {"queue_max": "400"}

    def test_batches_wait_for_room_and_leave_some_to_single_requests(self):
        files = [[loan() for _ in range(900)] for _ in range(8)]
        with ThreadPoolExecutor(9) as pool:
            told = [pool.submit(self.ndjson, f) for f in files]
            singles = []
            while not all(t.done() for t in told):
                singles.append(self.d.call("POST", "/v1/loans", loan(), self.bank).status)
        self.assertEqual([t.result().lines()[-1]["summary"]["created"] for t in told], [900] * 8)
        self.assertEqual(set(singles), {201})
        self.assertGreater(len(singles), 5)  # while 7,200 lines waited for one queue
        self.assertEqual(self.d.verify().stdout, "no defects\n")
