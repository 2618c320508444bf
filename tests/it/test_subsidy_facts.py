"""Subsidies are judged by what the ledger knows: each kind of fault that paid too much, beside an honest case that is
paid in full."""
import datetime
import os
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from harness import ORGS, ROOT, firm, numbers
from subsidy_case import SubsidyCase, TODAY, interest

ALWAYS = {"clause": "any", "text": "有借款或投保企业", "fact": "borrower.uscc", "op": "exists", "value": True}


class Facts(SubsidyCase):
    def drafted(self, items, eligible=ALWAYS, **over):
        code = "F-%d" % next(numbers)
        self.in_force(dict({"code": code, "title": "测试补贴", "district": "310116", "effective_from": "2020-01-01",
                            "legal_ref": "测试", "eligible": eligible, "items": items}, **over))
        self.budget(code, "10000000.00")
        return code

    def event(self, contract, kind, on, status=201, **over):
        return self.post("/v1/loan-events", dict({
            "reference": "EV-%d" % next(numbers), "contract_no": contract, "kind": kind, "on": on}, **over), self.bank,
            status)

    def amount(self, code, contract, **over):
        said = self.apply(code, contract, **over).json()
        return said["eligible"], said["amount"], said["state"]

    def asked(self, code, contract=None, status=200, **facts):
        body = {"policy": code, "facts": facts}
        if contract:
            body["loan"] = contract
        return self.post("/v1/eligibility-checks", body, self.district, status)

    # ---- who tells a fact -----------------------------------------------------------------------

    def test_the_ledgers_facts_are_not_told_by_who_gains(self):
        code = self.drafted([{"item": "principal_award", "share": "2"}], {
            "clause": "pledged", "text": "已办理质押登记", "fact": "loan.registered_on", "op": "exists", "value": True})
        contract = self.lent(settled=None)
        told = {"loan.registered_on": "2023-02-01"}
        for r in (self.apply(code, contract, 422, facts=told), self.asked(code, contract, 422, **told)):
            self.assertEqual(r.codes(), [("/facts/loan.registered_on", "E_KNOWN")])
        self.assertIn("银行补报质权登记日", r.json()["errors"][0]["cure"])
        said = self.apply(code, contract, facts={}).json()
        self.assertEqual((said["eligible"], said["amount"]), (False, "0.00"))
        self.assertEqual([(x["kind"], x["who"], x["title"]) for x in said["cures"]], [("supply", "bank", "质权登记日")])
        registered = self.lent(settled=None, registered_on="2023-01-20")
        self.assertEqual(self.amount(code, registered, facts={}), (True, "60000.00", "reserved"))

    def test_what_the_office_states_has_a_document(self):
        code = self.drafted([{"item": "principal_award", "share": "1"}], {
            "clause": "tech", "text": "高新技术企业", "fact": "borrower.high_tech", "op": "eq", "value": True})
        contract = self.lent(settled=None)
        facts = {"borrower.high_tech": True}
        r = self.apply(code, contract, 422, facts=facts)
        self.assertEqual(r.codes(), [("/facts/borrower.high_tech", "E_EVIDENCE")])
        paper = {"fact": "borrower.high_tech", "document": "高企证书.pdf", "sha256": "ab" * 32}
        for wrong, codes in ((dict(paper, sha256="zz" * 32), [("/evidence/0/sha256", "E_HASH")]),
                             (dict(paper, fact="borrower.kind"), [("/evidence/0", "E_UNWANTED")]),
                             (dict(paper, fact="borrower.hightech"), [("/evidence/0/fact", "E_FACT")])):
            self.assertEqual(self.apply(code, contract, 422, facts=facts, evidence=[wrong]).codes(), codes)
        self.assertEqual(self.amount(code, contract, facts=facts, evidence=[paper]), (True, "30000.00", "reserved"))

    def test_the_database_takes_no_fact_that_the_program_let_through(self):
        problems = lambda doc: self.d.sql(
            "select (application_fact_problems('%s', '[\"borrower.kind\"]', array['borrower.kind', 'borrower.high_tech']))::text"
            % doc)
        self.assertIn("E_KNOWN", problems('{"facts":{"loan.registered_on":"2023-02-01"}}'))
        self.assertIn("E_EVIDENCE", problems('{"facts":{"borrower.high_tech":true}}'))
        self.assertEqual(problems('{"facts":{"borrower.tech_sme":true}}').strip(), "{}")  # nothing asks for it
        self.assertEqual(problems('{"facts":{"borrower.kind":"enterprise"}}').strip(), "{}")
        office = {x["name"]: x["title"] for x in self.get("/v1/facts")["items"] if x["from"] == "office"}
        rows = self.d.sql("select name || '=' || title from office_fact order by 1").split("\n")
        self.assertEqual(sorted("%s=%s" % x for x in office.items()), sorted(x for x in rows if x))

    def test_a_size_that_bank_and_office_tell_differently_is_not_known_and_both_are_shown(self):
        """By 工信部联企业〔2011〕300号 an industrial firm of 100 and 50 million a year is small, one of 1,500 and 900 million large."""
        sme = self.drafted([{"item": "principal_award", "share": "1"}], {
            "clause": "sme", "text": "中小微企业", "fact": "borrower.sme", "op": "eq", "value": True})
        small = self.drafted([{"item": "principal_award", "share": "1"}], {
            "clause": "small", "text": "小微企业", "fact": "borrower.size", "op": "in", "value": ["micro", "small"]})
        owner = firm(next(numbers))[0]
        contract = self.lent(settled=None, owner=owner, industry="C3973", employees=100, revenue="50000000.00", assets=None)
        office = self.d.token("ip_office")

        def profile(year, employees, revenue, token=office):
            return self.post("/v1/enterprise-profiles", {
                "reference": "P-%d" % next(numbers), "uscc": owner, "year": year, "district": "310116", "name": "某企业",
                "industry": "C3973", "employees": employees, "revenue": revenue, "source": "年报"}, token)
        judged = lambda code: (lambda x: (x["eligible"], x["trace"][0]["facts"], x["cures"]))(
            self.asked(code, contract, 200).json())
        profile(2023, 1500, "900000000.00", self.bank)  # no office says so
        profile(2021, 1500, "900000000.00")              # of another year
        self.assertEqual(judged(small), (True, {"borrower.size": "small"}, []))
        profile(2023, 500, "300000000.00")               # medium: of another size, and one of the three all the same
        eligible, facts, cures = judged(small)
        said = "BANK-A small; IP-OFFICE 2023 medium"
        self.assertEqual((eligible, facts), (False, {"borrower.size": None, "borrower.size_told": said}))
        self.assertEqual([(c["kind"], c["who"], c["act"]) for c in cures], [
            ("supply", "bank", "银行与报送企业年度档案的部门核对企业规模,更正有误的一处")])
        self.assertEqual(judged(sme)[:2], (True, {"borrower.sme": True}))
        profile(2022, 1500, "900000000.00")              # large the year before
        self.assertEqual(judged(sme)[:2], (False, {
            "borrower.sme": None, "borrower.size_told": "BANK-A small; IP-OFFICE 2022 large; IP-OFFICE 2023 medium"}))
        self.assertEqual(self.apply(sme, contract, facts={}).json()["amount"], "0.00")
        told = [f for f in self.get("/v1/facts")["items"] if f["name"] == "borrower.size_told"]
        self.assertEqual([f["title"] for f in told], ["各方报送的企业规模"])
        profile(2023, 90, "40000000.00", self.district)  # one of those who know it says what the bank says
        self.assertEqual(judged(small)[:2], (True, {"borrower.size": "small"}))

    def test_the_catalogue_has_titles(self):
        items = {x["name"]: x for x in self.get("/v1/facts", self.bank)["items"]}
        self.assertEqual(items["loan.registered_on"], {
            "name": "loan.registered_on", "title": "质权登记日", "title_en": "Day of registration of the pledge", "kind": "date", "from": "ledger",
            "supply": "银行补报质权登记日;未登记的先办理登记"})
        self.assertEqual(items["borrower.kind"]["choices"]["cooperative"], "合作社")
        self.assertEqual(len({x["title_en"] for x in items.values()}), len(items))
        self.assertEqual([items[x].get("unit") for x in ("loan.amount", "loan.rate", "loan.term_days", "loan.patents")], ["元", "%", "天", None])
        self.assertEqual({k: items[k].get("derived_from") for k in ("loan.ip_share", "lpr.5y.settled_month", "loan.rate")}, {
            "loan.ip_share": ["loan.ip_amount", "loan.amount"], "lpr.5y.settled_month": ["loan.settled_on"], "loan.rate": None})

    # ---- interest -------------------------------------------------------------------------------

    def test_half_of_the_interest_paid_is_half_of_it(self):
        code = self.drafted([{"item": "interest", "share": "50"}])
        contract = self.lent(settled=None, rate="4.35", matures_on="2024-01-16")
        # twelve instalments of 250,000.00; interest of each month actual/360, rounded
        days = ["2023-%02d-16" % m for m in range(2, 13)] + ["2024-01-16"]
        balance, paid, first = 300000000, 0, "2023-01-16"
        for i, day in enumerate(days):
            fen = interest("%d.00" % (balance // 100), "4.35", first, day)
            more = {"principal": "250000.00", "interest": fen}
            self.event(contract, "settled" if i == 11 else "repaid", day, **more)
            paid += round(float(fen) * 100)
            balance, first = balance - 25000000, day
        self.assertEqual(paid, 7138230)
        self.assertEqual(self.amount(code, contract), (True, "35691.15", "reserved"))

    def test_a_loan_prepaid_after_a_month_is_subsidised_on_what_was_owed(self):
        code = self.policy()
        self.budget(code, "100000.00")
        contract = self.lent(settled=None)
        self.event(contract, "repaid", "2023-02-16", principal="2700000.00", interest="8912.50")
        self.event(contract, "settled", "2024-01-15", interest="9545.00")
        # 3,000,000 x 3.45 % / 12 + 300,000 x 3.45 % x 5 / 12 = 12,937.50
        self.assertEqual(self.amount(code, contract), (True, "6468.75", "reserved"))

    def test_interest_that_nobody_paid_is_not_subsidised(self):
        code = self.drafted([{"item": "interest", "share": "100"}])
        due = self.lent(settled=None)
        self.event(due, "overdue", "2023-06-21", interest="40000.00")
        said = self.apply(code, due).json()
        self.assertEqual((said["amount"], said["state"]), ("0.00", "refused"))
        self.assertIn(("supply", "bank", "实付利息"), [(x["kind"], x["who"], x["title"]) for x in said["cures"]])
        other = self.lent(settled=None)
        self.event(other, "repaid", "2023-06-21", interest="40000.00", payer="guarantor")
        self.assertEqual(self.amount(code, other), (True, "0.00", "refused"))
        honest = self.lent(settled=None)
        self.event(honest, "repaid", "2023-06-21", interest="40000.00")
        self.assertEqual(self.amount(code, honest), (True, "40000.00", "reserved"))

    def test_the_days_after_those_that_were_subsidised_are_left(self):
        """3,000,000.00 at 3.60 % is 300.00 a day: 54,300.00 for the 181 days of six months, 54,900.00 for the rest."""
        half = self.drafted([{"item": "interest", "share": "50", "months": 6}])
        year = self.drafted([{"item": "interest", "share": "50", "months": 12}])
        honest = self.lent(rate="3.60")
        self.assertEqual(self.amount(half, honest), (True, "27150.00", "reserved"))
        said = self.apply(year, honest).json()
        self.assertEqual((said["amount"], said["state"]), ("27450.00", "reserved"))
        self.assertIn(("此前的利息已获贴息", "2023-01-16–2023-07-16"),
                      [(x["line"], x["formula"]) for x in said["items"][0]["arithmetic"]])
        for code in (half, year):  # nothing is left, in whichever order
            self.assertEqual(self.amount(code, honest), (True, "0.00", "refused"))
        other = self.lent(rate="3.60")
        self.assertEqual(self.amount(year, other), (True, "54600.00", "reserved"))
        self.assertEqual(self.amount(half, other), (True, "0.00", "refused"))
        # of 60,000.00 paid 29,835.16 are for the six months; for the days after, what is beyond their 54,300.00
        behind = self.lent(rate="3.60", told="60000.00")
        self.assertEqual(self.amount(half, behind), (True, "14917.58", "reserved"))
        self.assertEqual(self.amount(year, behind), (True, "2850.00", "reserved"))

    def test_six_months_from_the_end_of_august_are_half_a_year(self):
        code = self.policy()
        contract = self.lent(drawn="2022-08-31", rate="3.00", settled=None, matures_on="2023-08-31")
        self.event(contract, "settled", "2023-08-31", interest="91250.00")  # 365 days
        self.assertEqual(self.asked(code, contract, **{"borrower.bad_record": False}).json()["amount"], "22500.00")

    def test_a_loan_that_its_guarantor_repaid_was_not_repaid_on_time(self):
        code = self.policy()
        contract = self.lent(settled=None)
        self.event(contract, "settled", "2024-01-15", interest="104650.00", payer="guarantor")
        said = self.apply(code, contract).json()
        self.assertEqual([x["clause"] for x in said["trace"] if not x["passed"]], ["repaid"])
        self.assertEqual([x["clause"] for x in said["incurable"]], ["repaid"])

    def test_an_award_is_on_what_was_drawn(self):
        code = self.drafted([{"item": "principal_award", "share": "2.5"}])
        contract = self.lent(settled=None)
        part = self.lent(settled=None, disbursed_on=None)
        self.event(part, "disbursed", "2023-01-16", principal="1000000.00")
        never = self.lent(settled=None, disbursed_on=None)
        self.assertEqual(self.amount(code, part), (True, "25000.00", "reserved"))
        self.assertEqual(self.amount(code, never), (True, "0.00", "refused"))
        self.assertEqual(self.amount(code, contract), (True, "75000.00", "reserved"))

    # ---- day and version ------------------------------------------------------------------------

    def test_nobody_picks_the_day_or_the_version(self):
        code = "V-%d" % next(numbers)
        old = {"code": code, "title": "旧办法", "district": "310116", "effective_from": "2023-01-01",
               "effective_to": "2023-12-31", "legal_ref": "测试", "eligible": ALWAYS,
               "items": [{"item": "interest", "share": "100"}]}
        self.in_force(old)
        self.in_force(dict(old, effective_from="2024-01-01", effective_to=None, items=[
            {"item": "interest", "share": "50", "months": 6, "day_count": "30/360"}]))
        contract = self.lent()
        r = self.apply(code, contract, 422, policy_from="2023-01-01")
        self.assertEqual(r.codes(), [("/policy_from", "E_UNKNOWN")])
        r = self.apply(code, contract, 422, on="2023-06-01")
        self.assertEqual(r.codes(), [("/on", "E_TODAY")])
        said = self.apply(code, contract, on=str(TODAY)).json()
        self.assertEqual((said["policy_version"], said["amount"]), ("2024-01-01", "25875.00"))

    def test_the_policy_says_which_day_governs(self):
        code = "W-%d" % next(numbers)
        old = {"code": code, "title": "旧办法", "district": "310116", "effective_from": "2023-01-01",
               "effective_to": "2023-12-31", "legal_ref": "测试", "eligible": ALWAYS, "version_by": "settlement",
               "items": [{"item": "principal_award", "share": "2"}]}
        self.in_force(old)
        self.in_force(dict(old, effective_from="2024-01-01", effective_to=None, version_by="draw_down",
                           items=[{"item": "principal_award", "share": "1"}]))
        # drawn in 2023: judged by the first, whose own rule of versions is not asked again
        said = self.apply(code, self.lent()).json()
        self.assertEqual((said["policy_version"], said["amount"]), ("2023-01-01", "60000.00"))
        said = self.apply(code, self.lent(drawn="2024-01-02", settled=None, matures_on="2025-01-01")).json()
        self.assertEqual((said["policy_version"], said["amount"]), ("2024-01-01", "30000.00"))

    def test_a_version_that_was_just_asked_for_answers_its_own_days_alone(self):
        code = "X-%d" % next(numbers)
        old = {"code": code, "title": "旧办法", "district": "310116", "effective_from": "2022-01-01",
               "effective_to": "2022-12-31", "legal_ref": "测试", "eligible": ALWAYS, "version_by": "draw_down",
               "items": [{"item": "principal_award", "share": "2"}]}
        self.in_force(old)
        self.in_force(dict(old, effective_from="2023-02-01", effective_to="2023-12-31",
                           items=[{"item": "principal_award", "share": "1"}]))
        # by the version of its day; in a gap, before all and after all by the newest: today's question had that answer
        days = [("2022-12-31", "2022-01-01"), ("2023-02-01", "2023-02-01"), ("2023-01-15", "2023-02-01"),
                ("2022-01-01", "2022-01-01"), ("2021-12-31", "2023-02-01"), ("2024-03-01", "2023-02-01")]
        loans = [(self.lent(drawn=day, settled=None, signed_on=day, registered_on=None,
                            matures_on=str(int(day[:4]) + 1) + day[4:]), version) for day, version in days]
        for contract, version in loans + loans[::-1]:
            self.assertEqual(self.asked(code, contract).json()["policy_version"], version, contract)

    def test_a_version_that_is_approved_while_an_application_waits_governs_it(self):
        """The lane is held; the approval waits in it, and behind it an application that was judged by what stood."""
        code, day = "Y-%d" % next(numbers), datetime.timedelta(1)
        old = {"code": code, "title": "旧办法", "district": "310116", "effective_from": "2022-01-01",
               "effective_to": str(TODAY - day), "legal_ref": "测试", "eligible": ALWAYS,
               "items": [{"item": "principal_award", "share": "2"}]}
        self.in_force(old)
        contract, beside = self.lent(), self.lent()
        self.assertEqual(self.apply(code, beside).json()["amount"], "60000.00")
        new = {k: v for k, v in dict(old, effective_from=str(TODAY), items=[{"item": "principal_award", "share": "1"}]).items()
               if k != "effective_to"}
        where = self.post("/v1/policies", new, self.district).headers["location"]
        seen = {"seen": self.get(where)["seen"], "reason": "经批准", "on": str(TODAY)}
        pipe = self.d.psql()
        pipe.stdin.write("begin; lock table submission in share row exclusive mode; select 'held';\n")
        pipe.stdin.flush()
        self.assertEqual(pipe.stdout.readline().strip(), "held")
        with ThreadPoolExecutor(2) as pool:
            approved = pool.submit(self.d.call, "POST", where + "/approve", seen, self.checker)
            for _ in range(1000):
                if self.d.sql("select count(*) from pg_stat_activity where usename = 'pledged_lane' and wait_event_type = 'Lock'") == "1":
                    break
            said = pool.submit(self.apply, code, contract)
            time.sleep(0.4)  # it is judged and waits; nothing tells when
            pipe.stdin.close()
            self.assertEqual(pipe.wait(), 0)
            pipe.stdout.close()
            self.assertEqual(approved.result().status, 201)
            said = said.result().json()
        self.assertEqual((said["policy_version"], said["amount"]), (str(TODAY), "30000.00"))

    def test_a_rate_that_is_not_known_is_asked_for(self):
        code = self.drafted([{"item": "interest", "share": "50", "rate_ceiling": {"lpr": "1y", "at": "disbursed_on"}}])
        contract = self.lent(drawn="2026-10-09", settled=None, matures_on="2027-10-08")
        r = self.apply(code, contract, 422)
        self.assertEqual(r.codes(), [("/facts/loan.disbursed_on", "E_NO_LPR")])
        self.assertIn("POST /v1/lpr", r.json()["errors"][0]["cure"])

    # ---- once ------------------------------------------------------------------------------------

    def test_an_invoice_is_subsidised_once_whoever_writes_it(self):
        code = self.drafted([{"item": "guarantee_fee", "share": "50"}])
        bill = {"item": "guarantee_fee", "invoice_no": "24312-%d" % next(numbers), "seller": "上海示例担保(集团)有限公司",
                "amount": "20000.00", "paid_on": "2023-01-20"}
        first, second = self.lent(settled=None), self.lent(settled=None)
        self.assertEqual(self.amount(code, first), (True, "0.00", "refused"))  # a fee without an invoice is none
        r = self.apply(code, first, 422, facts={"fee.guarantee": "20000.00"})
        self.assertEqual(r.codes(), [("/facts/fee.guarantee", "E_KNOWN")])
        twice = self.apply(code, first, 422, invoices=[bill, dict(bill, amount="20000.01")])
        self.assertEqual(twice.codes(), [("/invoices/1/invoice_no", "E_INVOICE_TAKEN")])
        self.assertEqual(self.amount(code, first, invoices=[bill]), (True, "10000.00", "reserved"))
        again = dict(bill, seller="上海示例担保\uff08集团\uff09有限公司", item="guarantee_fee")
        r = self.apply(code, second, 422, invoices=[again])
        self.assertEqual(r.codes(), [("/invoices/0/invoice_no", "E_INVOICE_TAKEN")])
        other = dict(bill, invoice_no="24313-%d" % next(numbers))
        self.assertEqual(self.amount(code, second, invoices=[other]), (True, "10000.00", "reserved"))

    def test_an_invoice_is_the_same_whichever_signs_it_is_written_with(self):
        code = self.drafted([{"item": "guarantee_fee", "share": "50"}])
        n = next(numbers)
        paper = self.bill(invoice_no="NO-%d" % n, seller="上海示例担保(集团)有限公司")
        digital = self.bill(invoice_no="2431%016d" % n)
        first, second = self.lent(settled=None), self.lent(settled=None)
        for bill in (paper, digital):
            self.assertEqual(self.amount(code, first, invoices=[bill]), (True, "10000.00", "reserved"))
        for again in (dict(paper, invoice_no="No.%d" % n), dict(paper, invoice_no="no %d" % n),
                      dict(paper, seller="上海示例担保集团有限公司"), dict(paper, seller="上海示例担保（集团）有限公司。"),
                      dict(digital, invoice_no="2431-%016d" % n), dict(digital, seller="示例担保"),
                      dict(digital, invoice_no="发票号 2431%016d" % n)):
            with self.subTest(again=again):
                r = self.apply(code, second, 422, invoices=[again])
                self.assertEqual(r.codes(), [("/invoices/0/invoice_no", "E_INVOICE_TAKEN")])
        # another seller has the same number, the same seller the next one
        for honest in (dict(paper, seller="上海示例融资担保有限公司"), dict(paper, invoice_no="NO-%d9" % n),
                       dict(digital, invoice_no="2432%016d" % n)):
            self.assertEqual(self.amount(code, second, invoices=[honest]), (True, "10000.00", "reserved"))

    def test_units_of_earlier_versions_are_written_anew(self):
        code = self.drafted([{"item": "guarantee_fee", "share": "50"}])
        n = next(numbers)
        bills = [self.bill(invoice_no="NO-%d" % n), self.bill(invoice_no="2431-%016d" % n)]
        for bill in bills:
            self.amount(code, self.lent(settled=None), invoices=[bill])
        units = lambda: self.d.sql("select unit from subsidy_unit where unit ~ '%d' order by 1" % n).split("\n")
        now = units()
        self.assertEqual(now, ["invoice 2431%016d" % n, "invoice 上海示例担保有限公司 no%d" % n])
        self.d.sql("update subsidy_unit set unit = case when unit ~ 'no' then replace(unit, 'no', 'no-') else "
                   "'invoice 上海示例担保有限公司 2431-%016d' end where unit ~ '%d'" % (n, n))
        self.assertNotEqual(units(), now)
        with open(os.path.join(ROOT, "migrations", "0055_invoice_units.sql"), encoding="utf-8") as f:
            self.d.sql(f.read())
        self.assertEqual(units(), now)

    def bill(self, item="guarantee_fee", amount="20000.00", **over):
        return dict({"item": item, "invoice_no": "24-%d" % next(numbers), "seller": "上海示例担保有限公司",
                     "amount": amount, "paid_on": "2023-01-20"}, **over)

    def test_limits_of_a_loan_hold_over_its_applications(self):
        """3,000,000.00 × 0.50 % = 15,000.00 a loan, or a cap of it, is left once however many invoices there are."""
        fee = {"item": "guarantee_fee"}
        limited = [dict(fee, of_loan="0.50"), dict(fee, share="100", cap="15000.00"), dict(fee, amount="15000.00"),
                   dict(fee, share="100", max_of_loan="0.50"),
                   dict(fee, tiers=[{"from": "0.00", "amount": "15000.00"}])]
        codes = [self.drafted([item]) for item in limited]
        codes.append(self.drafted([dict(fee, share="100")], caps=[{"per": "loan", "amount": "15000.00"}]))
        codes.append(self.drafted([dict(fee, share="100")],
                                  caps=[{"per": "loan", "item": "guarantee_fee", "amount": "15000.00"}]))
        for code in codes:
            with self.subTest(code=code, item=codes.index(code)):
                contract = self.lent(settled=None)
                for paid, amount, state in (("10000.00", "10000.00", "reserved"), ("20000.00", "5000.00", "reserved"),
                                            ("20000.00", "0.00", "refused")):
                    self.assertEqual(self.amount(code, contract, invoices=[self.bill(amount=paid)]),
                                     (True, amount, state))
                self.assertEqual(self.amount(code, self.lent(settled=None), invoices=[self.bill()]),
                                 (True, "15000.00", "reserved"))
        # what another policy gave, and what was withdrawn, takes nothing of the limit
        contract = self.lent(settled=None)
        for code in codes[:2]:
            self.assertEqual(self.amount(code, contract, invoices=[self.bill()]), (True, "15000.00", "reserved"))
        where = self.apply(codes[2], contract, invoices=[self.bill()]).headers["location"]
        self.step(where, "withdraw", self.district)
        self.assertEqual(self.amount(codes[2], contract, invoices=[self.bill()]), (True, "15000.00", "reserved"))

    def insured(self, owner, **over):
        insurer = self.d.token("insurer")
        no = "BX-%d" % next(numbers)
        self.post("/v1/insurance-policies", dict({
            "policy_no": no, "kind": "enforcement", "insured_uscc": owner, "district": "310116",
            "sum_insured": "1000000.00", "premium": "100000.00", "starts_on": "2023-01-01", "ends_on": "2023-12-31"},
            **over), insurer)
        return no

    def premium(self, code, no, **over):
        said = self.apply(code, None, loan=None, insurance_policy=no, **over).json()
        return said["eligible"], said["amount"], said["state"]

    def test_a_premium_is_subsidised_once_on_its_insurance_policy(self):
        items = [{"item": "premium", "share": "60"}]
        code, other = self.drafted(items), self.drafted(items)
        owner = firm(next(numbers))[0]
        no = self.insured(owner)
        loans = [self.lent(owner=owner, amount=amount) for amount in ("3000000.00", "2000000.00", "1000000.00")]
        for contract in loans:  # a loan has no premium
            self.assertEqual(self.amount(code, contract), (True, "0.00", "refused"))
        where = self.apply(code, None, loan=None, insurance_policy=no).headers["location"]
        self.assertEqual(self.get(where)["amount"], "60000.00")
        self.assertEqual(self.premium(code, no), (True, "0.00", "refused"))
        self.assertEqual(self.premium(other, no), (True, "0.00", "refused"))
        self.step(where, "approve", self.checker)
        self.step(where, "pay", self.payer)
        self.assertEqual(self.state(where), "paid")
        renewed = self.insured(owner, starts_on="2024-01-01", ends_on="2024-12-31")
        self.assertEqual(self.premium(code, renewed), (True, "60000.00", "reserved"))
        r = self.apply(code, None, 422, loan=None, insurance_policy="NO-SUCH")
        self.assertEqual(r.codes(), [("/insurance_policy", "E_INSURANCE")])
        r = self.apply(code, loans[0], 422, insurance_policy=no)
        self.assertEqual(r.codes(), [("/insurance_policy", "E_UNWANTED")])
        told = self.apply(code, None, 422, loan=None, insurance_policy=no, facts={"insurance.premium": "900000.00"})
        self.assertEqual(told.codes(), [("/facts/insurance.premium", "E_KNOWN")])

    def test_one_insurance_under_two_numbers_is_subsidised_once(self):
        """100,000.00 at 60 %: under a second number, a day later or a fen more, nothing until finance says that it is another."""
        code = self.drafted([{"item": "premium", "share": "60"}])
        owner = firm(next(numbers))[0]
        first = self.insured(owner)
        self.assertEqual(self.premium(code, first), (True, "60000.00", "reserved"))
        said = lambda no: self.d.call("GET", "/v1/insurance-policies?q=" + no, None, self.d.token("insurer")).json()["items"][0]
        self.assertEqual(said(first)["warnings"], [])
        for over in ({}, {"starts_on": "2023-01-02"}, {"sum_insured": "1000000.01"}):
            again = self.insured(owner, **over)
            self.assertEqual([(w["code"], w["pointer"]) for w in said(again)["warnings"]], [("RF38", "/policy_no")])
            self.assertEqual(self.premium(code, again), (True, "0.00", "refused"))
        # Honest ones: another kind, another sum, the next year, another firm.
        for who, over in ((owner, {"kind": "infringement_liability"}), (owner, {"sum_insured": "2000000.00"}),
                          (owner, {"starts_on": "2024-01-01", "ends_on": "2024-12-31"}), (firm(next(numbers))[0], {})):
            self.assertEqual(self.premium(code, self.insured(who, **over)), (True, "60000.00", "reserved"), over)
        flag = [f for f in self.get("/v1/flags?code=RF38&record=" + said(again)["id"])["items"]
                if f["id"] and said(again)["id"] == max(x["id"] for x in f["records"])][0]
        self.assertEqual(flag["stops_payment"], False)
        before = self.get("/v1/flags?code=RF38&total=true&limit=1")["total"]
        scan = self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF38"}, self.finance).json()
        self.assertEqual(self.get("/v1/flags?code=RF38&total=true&limit=1")["total"], before, scan)  # finds what was found
        self.assertGreaterEqual(scan["cases"], 3)
        self.post("/v1/flags/%s/clear" % flag["id"], {"seen": self.get("/v1/flags/" + flag["id"], self.finance)["seen"],
                                                      "reason": "两份保险,标的不同"}, self.finance)
        self.assertEqual(self.premium(code, again), (True, "60000.00", "reserved"))

    def test_the_fee_of_a_guarantee_under_two_numbers_is_paid_once(self):
        fees = self.drafted([{"item": "insurance_fee", "share": "50"}])
        owner = firm(next(numbers))[0]
        contract = self.lent(owner=owner, insurer_uscc=ORGS["insurer"])
        for _ in range(2):
            self.guaranteed(owner, contract)
        self.assertEqual(self.amount(fees, contract, invoices=[self.bill("insurance_fee")]), (True, "10000.00", "reserved"))
        r = self.apply(fees, contract, 422, invoices=[self.bill("insurance_fee")])
        self.assertEqual(r.codes(), [("/invoices/0/invoice_no", "E_INVOICE_TAKEN")])

    def test_limits_of_a_firm_count_the_codes_that_its_insurers_write(self):
        """60,000.00 a firm and year of 40 % of 100,000.00 each: under another code of one name nothing is left; a loan of that
        name has its part; a firm of another name has its own."""
        code = self.drafted([{"item": "premium", "share": "40"}], caps=[
            {"per": "enterprise", "period": "year", "amount": "60000.00"}])
        name = "示例双码(上海)%d有限公司" % next(numbers)
        first, second = (self.insured(firm(next(numbers))[0], insured_name=x, sum_insured=sum_insured) for x, sum_insured in (
            (name, "1000000.00"), (name.replace("(", "\uff08").replace(")", "\uff09"), "2000000.00")))
        owner = firm(next(numbers))[0]
        self.lent(owner=owner, borrower_name=name)
        third, other = self.insured(owner), self.insured(firm(next(numbers))[0], insured_name="另一家")
        self.assertEqual([self.premium(code, x)[1] for x in (first, second, third, other)],
                         ["40000.00", "20000.00", "0.00", "40000.00"])

    def test_of_a_cancelled_policy_the_premium_of_its_days_counts(self):
        """100,000.00 for 365 days: 27,397.26 for the hundred that were covered, 60 % of it; whenever it was cancelled."""
        code = self.drafted([{"item": "premium", "share": "60"}])
        insurer = self.d.token("insurer")
        cancelled = lambda no, day="2023-04-11": self.d.call("PUT", "/v1/insurance-policies/" + self.get(
            "/v1/insurance-policies?q=" + no, insurer)["items"][0]["id"], dict(self.bodies[no], cancelled_on=day, reason="退保"),
            insurer, {"If-Match": '"1"'})
        self.bodies = {}
        for _ in range(4):
            no = self.insured(firm(next(numbers))[0])
            found = self.get("/v1/insurance-policies?q=" + no, insurer)["items"][0]
            self.bodies[no] = {k: v for k, v in found.items() if k in (
                "policy_no", "kind", "insured_uscc", "district", "sum_insured", "premium", "starts_on", "ends_on")}
        before, between, after, whole = self.bodies
        self.assertEqual(cancelled(before).status, 200)
        self.assertEqual(self.premium(code, before), (True, "16438.36", "reserved"))
        where = {no: self.apply(code, None, loan=None, insurance_policy=no).headers["location"] for no in (between, after, whole)}
        for no in (between, after, whole):
            self.step(where[no], "approve", self.checker)
        self.assertEqual(cancelled(between).status, 200)
        self.assertEqual(self.step(where[between], "pay", self.payer, 409).codes(), [("", "E_FACTS_CHANGED")])
        for no in (after, whole):
            self.step(where[no], "pay", self.payer)
        self.assertEqual(self.get(where[whole])["amount"], "60000.00")
        self.assertEqual(cancelled(after).status, 200)
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF36"}, self.finance)
        flagged = lambda no: [f["code"] for f in self.get("/v1/flags?state=open&record=" + where[no].split("/")[-1])["items"]]
        self.assertEqual((flagged(after), flagged(whole)), (["RF36"], []))

    def test_the_premium_of_a_guarantee_is_not_paid_as_a_fee_again(self):
        code = self.drafted([{"item": "premium", "share": "50"}, ])
        fees = self.drafted([{"item": "insurance_fee", "share": "50"}])
        owner = firm(next(numbers))[0]
        contract = self.lent(owner=owner, insurer_uscc=ORGS["insurer"])
        no = self.insured(owner, kind="loan_guarantee", loan_contract_no=contract, cover_share="80.00",
                          starts_on="2023-01-16", ends_on="2024-01-15", premium="20000.00")
        bill = {"item": "insurance_fee", "invoice_no": "BF-%d" % next(numbers), "seller": "上海示例保险有限公司",
                "amount": "20000.00", "paid_on": "2023-01-20"}
        self.assertEqual(self.premium(code, no), (True, "10000.00", "reserved"))
        r = self.apply(fees, contract, 422, invoices=[bill])
        self.assertEqual(r.codes(), [("/invoices/0/invoice_no", "E_INVOICE_TAKEN")])
        free = self.lent()
        self.assertEqual(self.amount(fees, free, invoices=[dict(bill, invoice_no="BF-%d" % next(numbers))]),
                         (True, "10000.00", "reserved"))

    def guaranteed(self, owner, contract, **over):
        return self.insured(owner, **dict({
            "kind": "loan_guarantee", "loan_contract_no": contract, "cover_share": "80.00", "premium": "20000.00",
            "starts_on": "2023-01-16", "ends_on": "2023-07-15"}, **over))

    def test_a_fee_that_came_before_its_policy_is_not_paid_as_a_premium_again(self):
        premiums = self.drafted([{"item": "premium", "share": "50"}])
        fees = self.drafted([{"item": "insurance_fee", "share": "50"}])
        owner = firm(next(numbers))[0]
        contract = self.lent(owner=owner, insurer_uscc=ORGS["insurer"])
        paid = self.apply(fees, contract, invoices=[self.bill("insurance_fee")]).headers["location"]
        self.assertEqual(self.get(paid)["amount"], "10000.00")
        no = self.guaranteed(owner, contract)
        r = self.apply(premiums, None, 422, loan=None, insurance_policy=no)
        self.assertEqual(r.codes(), [("/insurance_policy", "E_INVOICE_TAKEN")])
        other = self.insured(owner)  # of no loan
        self.assertEqual(self.premium(premiums, other), (True, "50000.00", "reserved"))
        self.step(paid, "withdraw", self.district)
        self.assertEqual(self.premium(premiums, no), (True, "10000.00", "reserved"))

    def test_the_fee_of_a_renewed_guarantee_takes_the_next_policy(self):
        premiums = self.drafted([{"item": "premium", "share": "50"}])
        fees = self.drafted([{"item": "insurance_fee", "share": "50"}])
        owner = firm(next(numbers))[0]
        contract = self.lent(owner=owner, insurer_uscc=ORGS["insurer"])
        first = self.guaranteed(owner, contract)
        self.assertEqual(self.amount(fees, contract, invoices=[self.bill("insurance_fee")]),
                         (True, "10000.00", "reserved"))
        r = self.apply(fees, contract, 422, invoices=[self.bill("insurance_fee")])
        self.assertEqual(r.codes(), [("/invoices/0/invoice_no", "E_INVOICE_TAKEN")])
        renewed = self.guaranteed(owner, contract, starts_on="2023-07-16", ends_on="2024-01-15")
        self.assertEqual(self.premium(premiums, first), (True, "0.00", "refused"))
        two = self.apply(fees, contract, 422, invoices=[self.bill("insurance_fee"), self.bill("insurance_fee")])
        self.assertEqual(two.codes(), [("/invoices/1/invoice_no", "E_INVOICE_TAKEN")])
        self.assertEqual(self.amount(fees, contract, invoices=[self.bill("insurance_fee")]),
                         (True, "10000.00", "reserved"))
        self.assertEqual(self.premium(premiums, renewed), (True, "0.00", "refused"))
        # two bills of one premium that nobody subsidised are one application
        owner = firm(next(numbers))[0]
        contract = self.lent(owner=owner, insurer_uscc=ORGS["insurer"])
        self.guaranteed(owner, contract)
        parts = [self.bill("insurance_fee", "12000.00"), self.bill("insurance_fee", "8000.00")]
        self.assertEqual(self.amount(fees, contract, invoices=parts), (True, "10000.00", "reserved"))

    def test_one_credit_is_not_subsidised_under_two_contract_numbers(self):
        code = self.drafted([{"item": "interest", "share": "50"}])
        owner = firm(next(numbers))[0]
        first = self.lent(owner=owner)
        self.assertEqual(self.amount(code, first), (True, "52325.00", "reserved"))
        double = self.lent(owner=owner, amount="2999999.99")
        r = self.apply(code, double, 422)
        self.assertEqual([x[1] for x in r.codes()], ["E_SAME_CREDIT"])
        # voided and entered anew: the days stay taken
        other = firm(next(numbers))[0]
        wrong = self.lent(owner=other)
        self.assertEqual(self.amount(code, wrong), (True, "52325.00", "reserved"))
        self.event(wrong, "voided", str(TODAY), reason="合同号录错")
        anew = self.lent(owner=other)
        said = self.apply(code, anew).json()
        self.assertEqual((said["amount"], said["state"]), ("0.00", "refused"))
        larger = self.lent(owner=owner, amount="5000000.00", drawn="2023-03-01")
        self.assertEqual(self.amount(code, larger)[2], "reserved")

    def test_nothing_is_paid_for_a_loan_that_was_voided(self):
        code = self.drafted([{"item": "guarantee_fee", "share": "50"}])
        first, second, sound = self.lent(settled=None), self.lent(settled=None), self.lent(settled=None)
        where = {c: self.apply(code, c, invoices=[self.bill()]).headers["location"] for c in (first, second, sound)}
        self.step(where[second], "approve", self.checker)
        for contract in (first, second):
            self.event(contract, "voided", str(TODAY), reason="重复录入")
        self.assertEqual(self.step(where[first], "approve", self.checker, 409).codes(), [("", "E_FACTS_CHANGED")])
        self.assertEqual(self.step(where[second], "pay", self.payer, 409).codes(), [("", "E_FACTS_CHANGED")])
        self.step(where[first], "refuse", self.checker)
        self.step(where[sound], "approve", self.checker)
        self.step(where[sound], "pay", self.payer)
        self.assertEqual(self.state(where[sound]), "paid")

    # ---- money -----------------------------------------------------------------------------------

    def test_two_policies_pay_out_of_one_budget_account(self):
        account = {"account": "subsidy:310116:S-%d" % next(numbers)}
        first = self.drafted([{"item": "principal_award", "share": "1"}], budget=account)
        second = "F-%d" % next(numbers)
        self.in_force({"code": second, "title": "测试补贴", "district": "310116", "effective_from": "2020-01-01",
                       "legal_ref": "测试", "eligible": ALWAYS, "items": [{"item": "lender_award", "share": "1"}],
                       "budget": account})
        for code in (first, second):
            where = self.apply(code, self.lent()).headers["location"]
            self.step(where, "approve", self.checker)
            self.step(where, "pay", self.payer)
            self.assertEqual(self.state(where), "paid")

    def corrected(self, contract, **over):
        found = self.d.call("GET", "/v1/loans?contract_no=" + contract, token=self.bank).json()["items"][0]
        body = {k: v for k, v in found.items() if k in (
            "contract_no", "product", "borrower_uscc", "borrower_name", "district", "amount", "ip_amount", "rate",
            "signed_on", "disbursed_on", "matures_on", "ip")}
        r = self.d.call("PUT", "/v1/loans/" + found["id"], dict(body, reason="更正", **over), self.bank,
                        {"If-Match": '"1"', "Content-Type": "application/json"})
        self.assertEqual(r.status, 200, r.body)

    def test_a_correction_that_decides_nothing_stops_nothing(self):
        code = self.policy()
        self.budget(code, "100000.00")
        contract = self.lent()
        where = self.apply(code, contract).headers["location"]
        self.corrected(contract, borrower_name="更名后的上海示例半导体有限公司")
        self.step(where, "approve", self.checker)
        self.step(where, "pay", self.payer)
        decisive = self.lent()
        where = self.apply(code, decisive).headers["location"]
        self.corrected(decisive, ip_amount="2000000.00")
        self.assertEqual(self.step(where, "approve", self.checker, 409).codes(), [("", "E_FACTS_CHANGED")])

    def test_interest_paid_outside_the_window_stops_nothing(self):
        code = self.drafted([{"item": "interest", "share": "50", "months": 6}])
        contract = self.lent(settled=None)
        self.event(contract, "repaid", "2023-07-16", interest="52037.50")  # 181 days
        where = self.apply(code, contract).headers["location"]
        self.assertEqual(self.get(where)["amount"], "26018.75")
        self.event(contract, "repaid", "2023-08-16", interest="8000.00")
        self.step(where, "approve", self.checker)
        self.step(where, "pay", self.payer)

    def test_what_was_paid_on_facts_that_were_corrected_since_is_flagged(self):
        """Interest that another had paid, a smaller part and a smaller premium, told after the money was paid; each beside one
        where what came later decides nothing."""
        half = self.drafted([{"item": "interest", "share": "50", "ip_part_only": True}], {
            "clause": "place", "text": "企业在本区", "fact": "borrower.district", "op": "eq", "value": "310116"})
        premiums = self.drafted([{"item": "premium", "share": "60"}])

        def paid(where):
            self.step(where, "approve", self.checker)
            self.step(where, "pay", self.payer)
            return where.split("/")[-1]
        lent = [self.lent() for _ in range(4)]
        ids = [paid(self.apply(half, c).headers["location"]) for c in lent]
        numbers_of = [self.insured(firm(next(numbers))[0]) for _ in range(2)]
        covers = [paid(self.apply(premiums, None, loan=None, insurance_policy=no).headers["location"]) for no in numbers_of]
        self.event(lent[0], "reversed", "2024-01-15", reverses="E-" + lent[0])
        self.event(lent[0], "settled", "2024-01-15", interest="104650.00", payer="guarantor")
        self.corrected(lent[1], ip_amount="2000000.00")
        self.corrected(lent[2], borrower_name="更名后的上海示例半导体有限公司")
        self.corrected(lent[3], district="310115")  # moved when all was paid
        insurer = self.d.token("insurer")
        for no, over in zip(numbers_of, ({"premium": "50000.00"}, {"insured_name": "上海示例半导体有限公司"})):
            found = self.get("/v1/insurance-policies?q=" + no, insurer)["items"][0]
            body = {k: v for k, v in found.items() if k in ("policy_no", "kind", "insured_uscc", "district", "sum_insured",
                                                            "premium", "starts_on", "ends_on")}
            r = self.d.call("PUT", "/v1/insurance-policies/" + found["id"], dict(body, reason="更正", **over), insurer,
                            {"If-Match": '"1"'})
            self.assertEqual(r.status, 200, r.body)
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF36"}, self.finance)
        flagged = [[f["code"] for f in self.get("/v1/flags?state=open&code=RF36&record=" + x)["items"]] for x in ids + covers]
        self.assertEqual(flagged, [["RF36"], ["RF36"], [], [], ["RF36"], []])

    def test_an_end_is_an_end(self):
        code = self.drafted([{"item": "principal_award", "share": "1"}])
        found = [x for x in self.get("/v1/policies?code=" + code)["items"]][0]
        self.post("/v1/policies/%s/end" % found["id"], {"seen": self.get("/v1/policies/" + found["id"])["seen"],
                                                        "reason": "停止", "on": str(TODAY)}, self.district)
        self.assertEqual(self.apply(code, self.lent(), 422).codes(), [("/policy", "E_WINDOW")])

    def test_no_end_takes_from_under_an_application_what_it_was_judged_by(self):
        code = self.drafted([{"item": "principal_award", "share": "1"}])
        self.apply(code, self.lent(), 201)
        found = self.get("/v1/policies?code=" + code)["items"][0]
        body = {"seen": self.get("/v1/policies/" + found["id"])["seen"], "reason": "停止", "on": str(TODAY)}
        for day in ("2024-06-30", str(TODAY)):
            said = self.post("/v1/policies/%s/end" % found["id"], dict(body, on=day), self.district, 422)
            self.assertEqual(said.codes(), [("/on", "E_ORDER")])
        self.post("/v1/policies/%s/end" % found["id"], dict(body, on=str(TODAY + datetime.timedelta(days=1))), self.district)


if __name__ == "__main__":
    unittest.main()
