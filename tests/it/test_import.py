"""`pledged import`: files of any size, killed, cut off and refused on the way, end up in the ledger
exactly once, and what was refused comes back with its reason and goes in after mending."""
import csv
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from harness import Case, PLEDGED_BIN
import workbook

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data"))
from make_book import patent, uscc  # noqa: E402

HEADER = ("贷款合同编号,贷款产品,借款企业统一社会信用代码,借款企业名称,所在区代码,贷款金额,年利率,"
          "合同签订日,到期日,质押知识产权")


def row(serial, **changed):
    """One sound loan; every serial has its own contract and patent."""
    cells = {
        "contract": "T-%06d" % serial, "product": "单一质押",
        "borrower": uscc("310115", 300000 + serial), "name": "上海示例%d有限公司" % serial,
        "district": "310115", "amount": "5000000.00", "rate": "3.65",
        "signed": "2022-07-01", "matures": "2023-07-01",
        "ip": patent(2019, 1, 9100000 + serial),
    }
    cells.update(changed)
    return ",".join(cells.values())


def book(serials):
    return [HEADER] + [row(i) for i in serials]


class Import(Case):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory(prefix="pledged-import-")
        self.addCleanup(self.folder.cleanup)
        self.token = self.d.token("bank")
        self.before = self.loans()

    def loans(self):
        return int(self.d.sql("select count(*) from loan"))

    def stored(self):
        return self.loans() - self.before

    def file(self, name, lines, charset="utf-8", end="\n"):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as f:
            f.write((end.join(lines) + end).encode(charset))
        return path

    def command(self, *args, token=None):
        return [PLEDGED_BIN, "import", "--url", "http://127.0.0.1:%d" % self.d.port,
                "--token", token or self.token, *args]

    def run_import(self, *args, token=None):
        return subprocess.run(self.command(*args, token=token), capture_output=True, text=True,
                              timeout=180, check=False)

    def start_and_wait_for_progress(self, path):
        """An import that has stored at least one slice and is not done."""
        run = subprocess.Popen(self.command(path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
        for _ in range(20000):
            if os.path.exists(path + ".pledged-progress"):
                return run
            self.assertIsNone(run.poll(), "ended before it could be interrupted")
            time.sleep(0.001)
        raise AssertionError("no progress file after 20 seconds")

    def rejected(self, path):
        with open(path + ".rejected.csv", "rb") as f:
            text = f.read()
        self.assertTrue(text.startswith("\ufeff".encode()))  # so that Excel opens it as UTF-8
        return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))

    def assertCounts(self, run, **expected):
        counts = {"created": 0, "replay": 0, "conflict": 0, "refused": 0, **expected}
        line = " ".join("%s %d" % item for item in counts.items())
        self.assertIn(line, run.stdout, run.stderr)

    def assertNoTraces(self, path):
        self.assertEqual(sorted(n for n in os.listdir(self.folder.name)
                                if n.startswith(os.path.basename(path) + ".")), [])


class Whole(Import):
    def test_many_slices_are_stored_once_and_a_second_import_is_a_replay(self):
        path = self.file("a.csv", book(range(10000, 12500)))
        run = self.run_import(path)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertCounts(run, created=2500)
        self.assertEqual(self.stored(), 2500)
        again = self.run_import(path)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertCounts(again, replay=2500)
        self.assertEqual(self.stored(), 2500)
        self.assertNoTraces(path)

    def test_gb18030_with_crlf_is_told_apart_from_utf8(self):
        path = self.file("g.csv", [HEADER, row(20000, name="上海䶮示例有限公司")], "gb18030", "\r\n")
        run = self.run_import(path)
        self.assertEqual(run.returncode, 0, run.stderr)
        name = self.d.sql("select borrower_name from loan where borrower = '%s'"
                          % uscc("310115", 320000))
        self.assertEqual(name, "上海䶮示例有限公司")

    def test_byte_order_mark_blank_rows_and_a_missing_last_line_end_do_no_harm(self):
        lines = [HEADER, row(20100), "", ",,,,,,,,,", row(20101)]
        path = self.file("b.csv", lines, "utf-8-sig", "\r\n")
        with open(path, "rb+") as f:
            f.truncate(os.path.getsize(path) - 2)
        run = self.run_import(path)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertCounts(run, created=2)

    def test_ndjson_goes_the_same_way(self):
        loan = {"contract_no": "N-1", "product": "single_pledge",
                "borrower_uscc": uscc("310115", 320200), "borrower_name": "上海示例有限公司",
                "district": "310115", "amount": "5000000.00", "rate": "3.65",
                "signed_on": "2022-07-01", "matures_on": "2023-07-01",
                "ip": [{"number": patent(2019, 1, 9200200)}]}
        bad = dict(loan, contract_no="N-2", amount=5000000)
        path = self.file("n.ndjson", [json.dumps(loan), "", json.dumps(bad)])
        run = self.run_import(path)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertCounts(run, created=1, refused=1)
        (line,) = self.rejected(path)
        self.assertEqual(line["#行"], "3")
        self.assertIn("贷款金额", line["#原因"])
        self.assertEqual(json.loads(line["#原文"]), bad)

    def test_dry_run_judges_and_stores_nothing(self):
        path = self.file("d.csv", book((20300, 20301)) + [row(20302, rate="35")])
        run = self.run_import("--dry-run", path)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("warning 1 × RF22", run.stdout)
        self.assertEqual(self.stored(), 0)
        self.assertNoTraces(path)

    def test_atomic_stores_all_or_nothing(self):
        bad = self.file("bad.csv", book((20400, 20401)) + [row(20402, amount="1.555")])
        run = self.run_import("--atomic", bad)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("nothing was stored", run.stderr)
        self.assertEqual(self.stored(), 0)
        (line,) = self.rejected(bad)
        self.assertEqual((line["#行"], line["贷款合同编号"]), ("4", "T-020402"))
        good = self.file("good.csv", book((20400, 20401, 20402)))
        run = self.run_import("--atomic", good)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.stored(), 3)


class Rejected(Import):
    def test_rejected_rows_come_back_with_reasons_and_go_in_after_mending(self):
        first = self.run_import(self.file("first.csv", [HEADER, row(30000)]))
        self.assertEqual(first.returncode, 0, first.stderr)
        lines = [HEADER, row(30001), row(30002, borrower="91350100M000100Y44"),
                 row(30003, name='"上海示例，含\n换行"', amount="5 万"), row(30004),
                 row(30000, amount="6000000.00")]
        path = self.file("r.csv", lines, "gb18030", "\r\n")
        run = self.run_import(path)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertCounts(run, created=2, conflict=1, refused=2)
        self.assertEqual(self.stored(), 3)

        wrong_code, wrong_amount, reused = self.rejected(path)
        self.assertEqual([r["#行"] for r in (wrong_code, wrong_amount, reused)], ["3", "4", "6"])
        self.assertIn("借款企业统一社会信用代码", wrong_code["#原因"])
        self.assertIn("贷款金额", wrong_amount["#原因"])
        self.assertEqual(wrong_amount["贷款金额"], "5 万")
        self.assertIn("amount", reused["#原因"])

        mended = path + ".rejected.csv"
        with open(mended, encoding="utf-8", newline="") as f:
            text = f.read()
        text = text.replace("91350100M000100Y44", "91350100M000100Y43").replace("5 万", "50000")
        text = text.replace("含\n换行", "一行").replace("6000000.00", "5000000.00")
        with open(mended, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        run = self.run_import(mended)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertCounts(run, created=2, replay=1)
        self.assertEqual(self.stored(), 5)
        self.assertNoTraces(mended)

    def test_a_stray_quote_costs_its_own_row_only(self):
        path = self.file("q.csv", [HEADER, row(30100), row(30101, name='上海"示例'), row(30102),
                                   row(30103)])
        run = self.run_import(path)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertCounts(run, created=3, refused=1)
        with open(path + ".rejected.csv", encoding="utf-8") as f:
            self.assertIn("T-030101", f.read())

    def test_an_unknown_column_stops_before_anything_is_stored_and_names_the_cure(self):
        rows = [row(i) + ",1" for i in range(70000, 72000)]  # more than a socket takes at once
        path = self.file("h.csv", [HEADER + ",贷款金额合计"] + rows)
        run = self.run_import(path)
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn("贷款金额合计", run.stderr)
        self.assertIn("template.csv", run.stderr)
        self.assertEqual(self.stored(), 0)

    def test_a_wrong_token_stops_at_once(self):
        run = self.run_import(self.file("t.csv", book(range(72000, 74000))), token="nobody")
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn("401", run.stderr)

    def test_wrong_usage_ends_with_2(self):
        run = subprocess.run([PLEDGED_BIN, "import", "--url", "http://127.0.0.1:1", "--token", "t"],
                             capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("usage", run.stderr)


class AsTheyCome(Import):
    """Faults of files, by the same reader as over HTTP."""

    def test_one_broken_cell_in_utf8_with_english_headers(self):
        header = "contract_no,product,borrower_uscc,borrower_name,district,amount,rate,signed_on,matures_on,ip"
        path = self.file("c1.csv", [header, row(80000), row(80001, name="BROKEN"), row(80002)])
        with open(path, "rb") as f:
            text = f.read().replace(b"BROKEN", b"\xe6\xb1")
        with open(path, "wb") as f:
            f.write(text)
        run = self.run_import(path)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertCounts(run, created=2, refused=1)
        self.assertIn("read as utf-8", run.stdout)
        self.assertIn("problem 1 × E_BYTES 借款企业名称", run.stdout)
        self.assertEqual(self.d.sql("select borrower_name from loan where borrower = '%s'" % uscc("310115", 380002)), "上海示例80002有限公司")
        (line,) = self.rejected(path)
        self.assertEqual((line["#行"], line["contract_no"]), ("3", "T-080001"))

    def test_open_quotes_blank_rows_and_slices(self):
        lines = book(range(81000, 82200))
        lines[500] = row(81499, name='"open')
        lines[1100:1100] = [""] * 120 + [row(99, name='"x"y')] + [""] * 3
        path = self.file("q.csv", lines)
        run = self.run_import(path)
        self.assertCounts(run, created=1199, refused=2)
        self.assertEqual([r["#行"] for r in self.rejected(path)], ["501", "1221"])

    def test_a_workbook(self):
        rows = [r.split(",") for r in book(range(83000, 84200))]
        rows[5][5] = workbook.number("8.8000000000000007")
        rows[6][7] = workbook.number("44743")
        rows[7:7] = [[]]
        path = os.path.join(self.folder.name, "book.xlsx")
        with open(path, "wb") as f:
            f.write(workbook.Book().sheet("说明", [["x"]], state="hidden").sheet("贷款", rows, hidden=(4,)).sheet("旧", [["y"]]).bytes())
        run = self.run_import("--dry-run", path)
        self.assertCounts(run, created=1199, refused=1)
        self.assertEqual(self.stored(), 0)
        run = self.run_import(path)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertCounts(run, created=1199, refused=1)
        self.assertIn("sheet 贷款; not read: 旧; 1 hidden rows are read, the first is row 4", run.stderr)
        (line,) = self.rejected(path)
        self.assertEqual((line["#行"], line["合同签订日"]), ("7", "44743"))
        self.assertIn("2022-07-01", line["#原因"])
        run = self.run_import("--sheet", "没有", path)
        self.assertEqual(run.returncode, 2)
        self.assertIn("贷款, 旧", run.stderr)

    def test_what_is_no_such_file_is_named(self):
        for start, name in ((b"\xd0\xcf\x11\xe0", "XLS"), ("\ufeffa".encode("utf-16"), "UTF-16"), (b"PK\x03\x04", "E")):
            path = os.path.join(self.folder.name, "z.csv")
            with open(path, "wb") as f:
                f.write(start + b"\0" * 100)
            run = self.run_import(path)
            self.assertEqual(run.returncode, 2)
            self.assertIn(name if name != "E" else "工作簿读不出", run.stderr)

    def test_the_token_may_come_from_a_file_or_the_environment(self):
        path = self.file("t.csv", [HEADER, row(84500)])
        token = self.file("token", [self.token])
        os.chmod(token, 0o600)  # else a word about who can read it
        command = [PLEDGED_BIN, "import", "--url", "http://127.0.0.1:%d" % self.d.port]
        env = {k: v for k, v in os.environ.items() if k != "PLEDGED_TOKEN"}
        for more, extra, expected in ((["--token-file", token], {}, 0), ([], {"PLEDGED_TOKEN": self.token}, 0), ([], {}, 2),
                                      (["--token-file", token + "x"], {}, 2), (["--token-file", "/dev/null"], {}, 2)):
            run = subprocess.run(command + more + [path], env=dict(env, **extra), capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(run.returncode, expected, (more, run.stderr))
            self.assertEqual(bool(run.stderr), expected == 2)


class Watched(Import):
    def wait_for(self, *path):
        where = os.path.join(self.folder.name, *path)
        for _ in range(300):
            if os.path.exists(where):
                return where
            time.sleep(0.1)
        raise AssertionError("%s did not come; %s" % (where, os.listdir(self.folder.name)))

    def test_a_drop_folder_is_emptied_into_done_and_refused(self):
        self.file("good.csv", [HEADER, row(90000)])
        self.file("part.csv", [HEADER, row(90001), row(90002, amount="x")])
        self.file("bad.csv", ["a,b", "1,2"])
        self.file("notes.txt", ["x"])
        command = self.command("--watch", self.folder.name)
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.wait_for("done", "good.csv")
            self.wait_for("refused", "part.csv.rejected.csv")
            self.wait_for("refused", "bad.csv")
            second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual(second.returncode, 2)
            self.assertIn("another import watches", second.stderr)
            self.file("good.csv", [HEADER, row(90003)])  # the next night, under the same name
            self.wait_for("done", "2-good.csv")
        finally:
            run.send_signal(signal.SIGTERM)
            _, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 0, err)
        self.assertEqual(self.stored(), 3)
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["done", "notes.txt", "refused"])

    def test_a_file_that_grows_while_it_is_sent_is_sent_again(self):
        self.file("grows.csv", [HEADER, row(90200)])
        self.file("still.csv", [HEADER, row(90202)])
        holder = self.d.psql()
        holder.stdin.write("begin; lock table loan in exclusive mode; select 1;\n")
        holder.stdin.flush()
        holder.stdout.readline()
        run = subprocess.Popen(self.command("--watch", self.folder.name), stderr=subprocess.PIPE, text=True)
        try:
            for _ in range(300):
                if self.d.sql("select count(*) from pg_locks where not granted and relation = 'loan'::regclass") != "0":
                    break
                time.sleep(0.1)
            self.file("grows.csv", [HEADER, row(90200), row(90201)])
            holder.communicate()  # and with it the lock
            self.wait_for("done", "still.csv")
            self.wait_for("done", "grows.csv")
        finally:
            run.send_signal(signal.SIGTERM)
            _, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 0, err)
        self.assertEqual(self.stored(), 3)
        self.assertEqual(err.count("changed while it was sent"), 1, err)

    def test_a_link_in_the_place_of_our_files_leads_nowhere(self):
        outside = self.file("outside.txt", ["keep"])
        for i, ours in enumerate(("x0.csv.rejected.csv", "x1.csv.pledged-progress.new")):
            path = self.file("x%d.csv" % i, [HEADER, row(90300 + i), row(90310 + i, amount="x")])
            os.symlink(outside, os.path.join(self.folder.name, ours))
            run = self.run_import(path)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertIn(ours, run.stderr)
            with open(outside, encoding="utf-8") as f:
                self.assertEqual(f.read(), "keep\n")
        os.symlink(self.file("y.csv", [HEADER, row(90320)]), os.path.join(self.folder.name, "named.csv"))
        self.assertEqual(self.run_import(os.path.join(self.folder.name, "named.csv")).returncode, 0)

    def test_a_wrong_token_ends_it_and_leaves_the_files(self):
        self.file("good.csv", [HEADER, row(90100)])
        run = subprocess.run(self.command("--watch", self.folder.name, token="plg_x"), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertTrue(os.path.exists(os.path.join(self.folder.name, "good.csv")))


class Reconciled(Import):
    """--reconcile: the ledger against a list, by each form of file; nothing is stored, nothing is left behind."""

    def test_a_portfolio_is_held_against_the_ledger(self):
        self.token = self.d.token("bank", "BANK-RC")
        path = self.file("book.csv", book(range(810, 815)))
        self.assertEqual(self.run_import(path).returncode, 0)
        same = self.run_import("--reconcile", path)
        self.assertEqual((same.returncode, same.stdout), (0, "book.csv: same 5 different 0 missing_here 0 missing_there 0 refused 0 (nothing is stored)\n"),
                         same.stderr)
        lines = [HEADER, row(810), row(811, amount="5100000.00", rate="3.8"), row(812, amount="x"), row(899)]
        told = ("row 3 T-000811 different (signed); 贷款金额: 本库 5000000.00, 来文 5100000.00; 年利率: 本库 3.65, 来文 3.80\n"
                "row 4 T-000812 refused (signed); 贷款金额: 金额格式不对", "row 5 T-000899 missing_here\n", "T-000813 missing_there (signed)\n",
                "same 1 different 1 missing_here 1 missing_there 2 refused 1")
        rows = list(csv.reader(lines))
        made = workbook.Book().sheet("贷款", rows).bytes()
        book_path = os.path.join(self.folder.name, "portfolio.xlsx")
        with open(book_path, "wb") as f:
            f.write(made)
        for at in (self.file("other.csv", lines, "gb18030"), book_path):
            run = self.run_import("--reconcile", at)
            self.assertEqual(run.returncode, 1, run.stderr)
            for text in told:
                self.assertIn(text, run.stdout)
            self.assertNoTraces(at)
        self.assertEqual(self.stored(), 5)

    def test_what_cannot_be_held_against_it(self):
        path = self.file("a.csv", book([820]))
        for args in (("--reconcile", "--dry-run"), ("--reconcile", "--atomic"), ("--reconcile", "--type", "claims"),
                     ("--reconcile", "--watch", self.folder.name)):
            self.assertEqual(self.run_import(*args, *([] if "--watch" in args else [path])).returncode, 2, args)
        run = self.run_import("--reconcile", path, token="plg_wrong")
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("401", run.stderr)
        run = self.run_import("--reconcile", self.file("b.csv", ["什么,都不是", "1,2"]))
        self.assertEqual(run.returncode, 2, run.stdout)


class Interrupted(Import):
    def test_killed_midway_it_goes_on_behind_what_was_answered(self):
        lines = book(range(40000, 48000))
        lines[1500] = row(41499, amount="-1")
        path = self.file("k.csv", lines)
        run = self.start_and_wait_for_progress(path)
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=20)
        run = self.run_import(path)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("going on at row", run.stderr)
        self.assertEqual(self.stored(), 7999)
        self.assertEqual([r["#行"] for r in self.rejected(path)], ["1501"])
        self.assertFalse(os.path.exists(path + ".pledged-progress"))

    def test_a_changed_file_is_not_gone_on_with(self):
        path = self.file("c.csv", book(range(50000, 58000)))
        run = self.start_and_wait_for_progress(path)
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=20)
        self.file("c.csv", book((58000, 58001)))
        run = self.run_import(path)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotIn("going on", run.stderr)
        self.assertCounts(run, created=2)

    def test_it_waits_for_a_restarted_service_and_loses_nothing(self):
        path = self.file("w.csv", book(range(60000, 68000)))
        run = self.start_and_wait_for_progress(path)
        self.d.stop()
        time.sleep(1)
        self.d.start()
        out, err = run.communicate(timeout=150)
        self.assertEqual(run.returncode, 0, err)
        self.assertIn("trying again", err)
        self.assertIn("conflict 0 refused 0", out)
        self.assertEqual(self.stored(), 8000)
        self.assertNoTraces(path)
