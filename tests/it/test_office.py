"""The way of a clerk: the template is opened in an office program, filled by typing, saved as a CSV and
as a workbook, and imported without a hand laid on either.

LibreOffice reads a typed cell as a day, a number or a percentage when it looks like one ("detect
special numbers"), keeps that as a number with a format, and writes what it shows.
"""
import csv
import io
import os
import subprocess
import tempfile

from harness import Case, PLEDGED_BIN, firm, numbers, patent

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHINESE = 2052
TYPED = "44,34,76,1,,%d,false,true" % CHINESE  # from CSV: UTF-8, all cells general, special numbers detected
SHOWN = "44,34,%d,1,,%d,false,true,false"  # to CSV: charset, cells as they are shown
UTF8, GB18030 = 76, 85
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>zh-CN</value></prop></item>
</oor:items>
"""


class Clerk(Case):
    def setUp(self):
        self.bank = self.d.token("bank")
        self.folder = tempfile.TemporaryDirectory(prefix="pledged-office-")
        self.addCleanup(self.folder.cleanup)
        os.makedirs(os.path.join(self.folder.name, "profile", "user"))
        with open(os.path.join(self.folder.name, "profile", "user", "registrymodifications.xcu"), "w", encoding="utf-8") as f:
            f.write(PROFILE)

    def office(self, name, to, filters, infilter=None):
        """Open a file in the office program and save it as another kind."""
        folder = self.folder.name
        command = ["soffice", "-env:UserInstallation=file://%s/profile" % folder, "--headless"]
        if infilter:
            command.append("--infilter=CSV:" + infilter)
        subprocess.run(command + ["--convert-to", to + filters, "--outdir", folder, os.path.join(folder, name)],
                       check=True, capture_output=True, timeout=300)
        return os.path.join(folder, name.rsplit(".", 1)[0] + "." + to)

    def template(self, path):
        r = self.d.call("GET", path + "/template.csv", token=self.bank)
        return next(csv.reader(io.StringIO(r.body.decode("utf-8-sig"))))

    def filled(self, name, titles, rows):
        """The template with rows typed below it; rows are dicts by title."""
        with open(os.path.join(self.folder.name, name), "w", encoding="utf-8", newline="") as f:
            out = csv.writer(f)
            out.writerow(titles)
            for r in rows:
                self.assertLessEqual(set(r), set(titles))
                out.writerow([r.get(t, "") for t in titles])
        return self.office(name, "xlsx", "", TYPED)

    def loan_row(self, **typed):
        code, name = firm(next(numbers))
        row = {"贷款合同编号": "沪质-%d" % next(numbers), "贷款产品": "单一质押", "借款企业统一社会信用代码": code, "借款企业名称": name,
               "所在区代码": "310115", "贷款金额": "5,000,000.00", "年利率": "3.65%", "合同签订日": "2022/7/1", "放款日": "2022-7-5",
               "到期日": "2023年7月1日", "是否首贷": "是", "质押知识产权": "%s;%s" % (patent(next(numbers) % 10000000), patent(next(numbers) % 10000000))}
        return dict(row, **typed)

    def run_import(self, path, *more):
        return subprocess.run([PLEDGED_BIN, "import", "--url", "http://127.0.0.1:%d" % self.d.port, "--token", self.bank, *more, path],
                              capture_output=True, text=True, timeout=120, check=False)

    def assertImported(self, path, n, *more, outcome="created"):
        run = self.run_import(path, *more)
        with open(path, "rb") as f:
            start = f.read(600)
        self.assertEqual(run.returncode, 0, (run.stdout, run.stderr, start))
        self.assertIn("%s %d" % (outcome, n), run.stdout)

    def test_loans_saved_as_a_workbook_and_as_csv(self):
        titles = self.template("/v1/loans")
        rows = [self.loan_row(), self.loan_row(贷款金额="1234567.89", 年利率="4.35%"), self.loan_row(营业收入="52,000,000", 从业人员数="86")]
        book = self.filled("loans.csv", titles, rows)
        self.assertImported(book, 3)
        for charset, name in ((UTF8, "utf-8"), (GB18030, "gb18030")):
            text = self.office("loans.xlsx", "csv", ":Text - txt - csv (StarCalc):" + SHOWN % (charset, CHINESE))
            with open(text, "rb") as f:
                self.assertIn("贷款合同编号", f.read().decode(name))
            self.assertImported(text, 3, outcome="replay")
        key = rows[1]["贷款合同编号"]
        self.assertEqual(self.d.sql("select amount_fen || ' ' || rate_ppm || ' ' || signed_on || ' ' || matures_on || ' ' || patents from loan"
                                    " join submission using (id, version) where key = '%s'" % key), "123456789 43500 2022-07-01 2023-07-01 2")
        with open(book, "rb") as f:
            r = self.d.call("POST", "/v1/loans", f.read(), self.bank, {"Content-Type": XLSX})
        self.assertEqual(r.lines()[-1]["summary"]["replay"], 3, r.body)

    def test_events_in_units_and_words(self):
        loan = self.loan_row()
        self.assertImported(self.filled("one.csv", self.template("/v1/loans"), [loan]), 1)
        titles = [t + "(万元)" if t == "本金" else t for t in self.template("/v1/loan-events")]
        event = {"事件编号": "E-%d" % next(numbers), "贷款合同编号": loan["贷款合同编号"], "事件种类": "还款", "发生日": "2022/12/1", "本金(万元)": "100.5", "付款人": "借款人"}
        self.assertImported(self.filled("events.csv", titles, [event]), 1, "--type", "loan-events")
        text = self.office("events.xlsx", "csv", ":Text - txt - csv (StarCalc):" + SHOWN % (UTF8, CHINESE))
        self.assertImported(text, 1, "--type", "loan-events", outcome="replay")

    def test_a_long_number_typed_as_a_number_is_refused_in_both(self):
        row = self.loan_row(贷款合同编号="20220701000123456789")
        book = self.filled("long.csv", self.template("/v1/loans"), [row])
        text = self.office("long.xlsx", "csv", ":Text - txt - csv (StarCalc):" + SHOWN % (UTF8, CHINESE))
        for path in (book, text):
            run = self.run_import(path)
            self.assertEqual(run.returncode, 1, (run.stdout, run.stderr))
            self.assertIn("E_DIGITS_LOST 贷款合同编号", run.stdout)
