"""The console's pages that act, told as stories in a browser on a real daemon: tests/console/act_*.mjs."""
import datetime
import json
import os
import re
import subprocess
import tempfile
import time

from console_case import FOLDER, OUT, installed, told_seconds
from fund_case import TODAY, FundCase
from harness import RELEASE_BIN, ROOT, Case, firm, loan, numbers
from subsidy_case import SubsidyCase, fixture
from workbook import Book, inline


def tell(name, d, tokens, **more):
    installed()
    began = time.monotonic()
    given = dict(more, url="http://127.0.0.1:%d" % d.port, out=OUT, tokens=tokens)
    out = subprocess.run(["node", os.path.join(FOLDER, "act_%s.mjs" % name), json.dumps(given)], check=False, timeout=400,
                         capture_output=True, text=True)
    for figure in re.findall("^figure: .*", out.stdout, re.M):
        print(figure)
    told_seconds("acts: " + name, began)
    if out.returncode != 0:
        raise AssertionError(out.stdout[-2000:] + out.stderr[-6000:])


def large_book(head, first, n):
    """A workbook of n rows that say the same, each under its number."""
    book = Book()
    shared = [book.cell(x, "{at}") if x else "" for x in first[1:]]
    return book.sheet("贷款", [head, *([inline("X-%d" % i), *shared] for i in range(n))]).bytes()


class Subsidies(SubsidyCase):
    conf, binary = {"rate_address": "0"}, RELEASE_BIN

    def test_a_district_checks_applies_approves_and_pays(self):
        self.in_force(fixture("js-2023"))
        self.budget("JS-2023", "100000.00")
        owner = firm(next(numbers))[0]
        self.in_force(fixture("shandong-insurance"), self.finance, self.person("FINANCE", "李华"))
        self.post("/v1/insurance-policies", {
            "policy_no": "BX-ACT", "kind": "enforcement", "insured_uscc": owner, "district": "310116", "sum_insured": "9000000.00",
            "premium": "100000.00", "starts_on": "2023-01-01", "ends_on": "2023-12-31"}, self.d.token("insurer"))
        tell("subsidy", self.d, {"district": self.district, "checker": self.checker, "payer": self.payer, "finance": self.finance},
             insurance="BX-ACT",
             never=self.lent("5000000.00", ip_amount="1499500.00", rate="3.65", owner=owner),
             good=self.lent(borrower_name="上海示例半导体有限公司"), third=self.lent(),
             odd=self.lent("9000000.00", borrower_name="上海" + "W" * 73 + "<script>alert(1)</script>"))


    def test_many_are_approved_and_paid_at_once(self):
        code = self.policy()
        self.budget(code, "100000.00")
        for n in range(3):
            self.apply(code, self.lent(), reference="PL-%d" % n)
        budgets = [self.post("/v1/budgets", {"reference": "PY-%d" % n, "policy": code, "year": TODAY.year, "kind": "appropriation",
                                             "amount": "%d000.00" % n, "on": str(TODAY)}, self.district, 202) for n in (1, 2)]
        tell("bulk", self.d, {"district": self.district, "checker": self.checker, "payer": self.payer}, code=code,
             withdrawn=self.get("/v1/applications?code=%s&limit=1&order=key" % code)["items"][0]["id"], budgets=len(budgets))


class Files(Case):
    conf, binary = {"rate_address": "0"}, RELEASE_BIN

    def test_a_bank_sends_a_file(self):
        with open(os.path.join(ROOT, "tests", "data", "sample", "BANK-YL.csv"), encoding="utf-8-sig") as f:
            head, first = f.read().splitlines()[:2]
        key = first.split(",")[0]
        lines = [first.replace(key, "T-%03d" % i) for i in range(200)]
        amount, rate = head.split(",").index("贷款金额"), head.split(",").index("年利率")
        for i, (column, value) in zip((10, 99, 199), ((amount, "一百万"), (rate, "3.65.1"), (amount, "-5"))):
            lines[i] = ",".join(value if n == column else x for n, x in enumerate(lines[i].split(",")))
        with tempfile.TemporaryDirectory() as folder:
            def put(name, content):
                with open(os.path.join(folder, name), "wb") as f:
                    f.write(content if isinstance(content, bytes) else content.encode())
            put("gbk.csv", "\r\n".join([head, *lines, ""]).encode("gb18030"))
            put("titles.csv", "\n".join([head.replace("合同编号", "合同 No").replace("年利率", "利率百分"), *lines[:5]]))
            put("many.csv", "\n".join([head, *(lines[10].replace("T-010", "M-%d" % i) for i in range(10000))]))
            put("good.csv", "\n".join([head, *(first.replace(key, "G-%d" % i) for i in range(10000))]))
            put("head.csv", head + "\n")
            put("empty.csv", b"")
            put("a.pdf", b"%PDF-1.7\n")
            put("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600)
            put("a.bin", b"ab\0\0cd")
            put("large.xlsx", large_book(head.split(","), lines[10].split(","), 20000))
            put("book.xlsx", Book().sheet("贷款", [head.split(","), *(x.split(",") for x in lines[:2])]).bytes())
            tell("upload", self.d, {"bank": self.d.token("bank")}, files=folder,
                 bad=[lines[i].split(",")[0] for i in (10, 99, 199)])


class Claims(FundCase):
    conf, binary = {"rate_address": "0"}, RELEASE_BIN

    def test_two_persons_pay_a_claim_and_a_bank_mends_another(self):
        code, due = self.scheme(), str(TODAY + datetime.timedelta(days=3))
        claim, *returned = (self.claimed(self.lent(code)) for _ in range(3))
        for one in returned:
            self.step(one, "return", self.finance, owner="BANK-A", due_on=due, reason="缺少逾期证明")
        self.post("/v1/transfers", {"reference": "AP-%d" % next(numbers), "debit": "fund:" + code, "credit": "appropriation:" + code,
                                    "amount": "5000000.00", "on": "2022-01-05", "cause": "appropriation"}, self.finance, 202)
        self.booked(code)
        tell("claims", self.d, {"finance": self.finance, "second": self.second, "bank": self.bank}, claim=claim, returned=returned[0],
             scheme=code, due=due, cover=self.get("/v1/coverages?scheme=" + code)["items"][0]["id"])


class Covers(FundCase):
    conf, binary = {"rate_address": "0"}, RELEASE_BIN

    def test_a_suspended_cover_a_loan_by_day_and_a_claim_on_paper(self):
        code = self.scheme(conditions={"all": [{"clause": "staff", "text": "从业人员不超过 300 人", "fact": "borrower.employees", "op": "le",
                                                "value": 300}]})
        suspended = self.lent(code, overdue=None, employees=120)
        self.correct(suspended, employees=5000)
        daily = self.post("/v1/loans", loan(amount="3000000.00", rate="3.60", signed_on="2022-07-01", disbursed_on="2022-07-05",
                                            matures_on="2023-07-07"), self.bank, 201).json()
        for kind, on, more in (("repaid", "2022-10-05", {"principal": "1000000.00"}), ("repriced", "2023-01-05", {"rate": "3.00"}),
                               ("repriced", "2023-04-06", {"rate": "3.30"}), ("settled", "2023-07-07", {"interest": "78033.33"})):
            self.event("/v1/loans/" + daily["id"], kind, on, **more)
        bad = self.lent(code, employees=120)
        tell("cover", self.d, {"finance": self.finance, "bank": self.bank}, suspended=suspended, daily=daily["contract_no"], bad=bad,
             cover=self.cover_of(suspended)[0]["id"], claim=self.paid(bad))


class Policies(SubsidyCase):
    conf, binary = {"rate_address": "0", "readers": "5"}, RELEASE_BIN  # a ledger of its own

    def test_a_draft_is_written_rehearsed_and_approved(self):
        self.in_force(fixture("js-2023"))
        self.lent("5000000.00", ip_amount="1499500.00")
        self.lent()
        self.lent("9000000.00")
        folder = os.path.join(ROOT, "tests", "data", "policies")
        tell("policy", self.d, {"district": self.district, "checker": self.checker},
             policies=sorted(os.path.join(folder, n) for n in os.listdir(folder) if n.endswith(".json")))


class Published(FundCase):
    conf, binary = {"rate_address": "0", "readers": "4"}, RELEASE_BIN  # a ledger of its own

    def test_a_plan_is_approved_and_a_quarter_published(self):
        with open(os.path.join(ROOT, "tests", "data", "plans", "gz-2022-2024.json"), encoding="utf-8") as f:
            self.post("/v1/plans", json.load(f), self.office, 201)
        with open(os.path.join(ROOT, "tests", "data", "half", "07.IPO-SH.matching-events.ndjson"), encoding="utf-8") as f:
            self.post("/v1/matching-events", json.loads(f.readline()), self.office, 201)
        self.d.agreed(self.post("/v1/reports/quarterly/2023Q1/seal", {"reason": "季度结账"}, self.finance, 202))
        tell("forms", self.d, {"finance": self.finance, "second": self.second, "ip_office": self.office})
        tell("publish", self.d, {"finance": self.finance, "second": self.second, "ip_office": self.office})
