"""Recall and precision of the red-flag rules over a seeded book of 30,000 loans with planted cases and near misses;
PLEDGED_FLAG_LOANS asks for another size."""
import collections
import json
import os
import time

import test_insurance
import test_subsidies
from flag_book import Book
from fund_case import FundCase, ago
from harness import ORGS, RELEASE_BIN, Case, loan, numbers, patent

SIZE, SEED = int(os.environ.get("PLEDGED_FLAG_LOANS", "30000")), 20211130  # 100,000: two minutes more
CITY_ITEM = [{"item": "guarantee_fee", "share": "50.00", "cap": "50000.00"}]


class Recall(Case):
    conf = {"readers": "2"}
    binary = RELEASE_BIN  # sanitizers would change what is measured

    def send(self, path, lines, token):
        r = self.d.call("POST", path, lines, token, {"Content-Type": "application/x-ndjson"}, timeout=300)
        refused = [x for x in r.lines() if x.get("outcome") not in (None, "created")]
        self.assertEqual((r.status, refused[:3]), (200, []))

    def load(self, book):
        tokens = {bank: self.d.token("bank", bank) for bank in book.banks()}
        since = time.time()
        for bank, token in tokens.items():
            self.send("/v1/loans", book.lines(bank), token)
            if book.event_lines(bank):
                self.send("/v1/loan-events", book.event_lines(bank), token)
        took = time.time() - since
        self.send("/v1/ip-events", "\n".join(json.dumps(e) for e in book.registers), self.d.token("ip_office"))
        return took

    # ---- what only claims and subsidies can show ---------------------------------------------------

    def claims(self):
        case = FundCase("setUp")
        case.d = self.d
        case.setUp()
        return case

    def earlier(self, where, days):
        """As if a claim had been filed so many days ago."""
        self.d.sql("alter table claim disable trigger user; update claim set on_day = on_day - {1}, received_on = received_on - {1}"
                   " where id = '{0}'; alter table claim enable trigger user".format(where.split("/")[-1], days))

    def plant_claims(self, book):
        case = self.claims()
        mine = lambda **over: dict(over, borrower_uscc=book.firm())
        code, share = case.scheme(), case.scheme("wh-2024")
        guaranteed = case.scheme("cd-2008")
        for _ in range(3):
            late = case.lent(code, **mine())  # the default of a claim is reversed afterwards
            case.claimed(late)
            overdue = [e for e in case.get(case.where(late) + "/events", case.bank)["items"] if e["kind"] == "overdue"][0]
            case.event(case.where(late), "reversed", overdue["on"], reverses=overdue["reference"])
            book.case("RF24", "high", late)
            case.claimed(case.lent(code, overdue=90, **mine()))  # the ninetieth day
            for told, day, fires in ((False, ago(31), True), (True, ago(31), False), (False, ago(30), False)):
                back = case.lent(code, **mine())
                where = case.paid(back)
                self.earlier(where, 100)
                case.event(case.where(back), "written_off", ago(60))
                case.event(case.where(back), "recovered", day, principal="100000.00")
                if told:
                    case.recover(where, "100000.00")
                if fires:
                    book.case("RF25", "high", back)
            for amount, fires in (("1499999.99", True), ("1500000.00", False)):  # of 3,000,000.00, half of it at least
                part = case.booked(share, ip_amount=amount, matures_on=ago(-100), **mine()).json()["contract_no"]
                if fires:
                    book.case("RF26", "high", part)
            for scheme, fires in ((guaranteed, True), (code, False)):  # of the second, an insurer bears a layer
                over = mine(insurer_uscc=ORGS["insurer"])
                both = case.lent(scheme, **over)
                p = test_insurance.policy(kind="loan_guarantee", insured_uscc=over["borrower_uscc"], loan_contract_no=both,
                                          cover_share="80.00", sum_insured="2400000.00", starts_on=ago(399), ends_on=ago(40))
                case.post("/v1/insurance-policies", p, self.d.token("insurer"), 201)
                case.post("/v1/insurance-claims", test_insurance.claim(p["policy_no"], outcome="paid", decided_on=ago(100),
                          loss_on=ago(300), filed_on=ago(290), paid="300000.00"), self.d.token("insurer"), 201)
                case.claimed(both)
                if fires:
                    book.case("RF07", "high", both)

    def plant_subsidies(self, book):
        test_subsidies.Subsidies.conf, test_subsidies.Subsidies.binary = self.conf, self.binary
        test_subsidies.Subsidies.setUpClass()
        case = test_subsidies.Subsidies("setUp")
        checker = case.person("FINANCE", "孙复核")
        code, city = case.policy(), "CITY-%d" % next(numbers)
        body = test_subsidies.fixture("js-2023", code=city, items=CITY_ITEM, excludes=[])
        del body["district"]
        case.in_force(body, case.finance, checker)
        at_city = lambda contract: case.apply(city, contract, token=case.finance, invoices=[
            {"item": "guarantee_fee", "invoice_no": "FP-%d" % next(numbers), "seller": "上海示例担保有限公司",
             "amount": "1000.00", "paid_on": "2024-01-05"}]).headers["location"]
        for _ in range(3):
            both = case.lent()  # one loan at the district and at the city in a year
            case.apply(code, both)
            at_city(both)
            book.case("RF06", "high", both)
            apart = case.lent()  # in two years
            self.d.sql("update application_now set on_day = on_day - 366 where application = '%s'"
                       % case.apply(code, apart).headers["location"].split("/")[-1])
            at_city(apart)
            number = patent(next(numbers) % 10000000)  # one right under two loans that follow each other
            first = case.lent(drawn="2022-10-10", settled="2023-07-10", ip=[{"number": number}])
            second = case.lent(drawn="2023-07-11", ip=[{"number": number}])
            case.apply(code, first)
            at_city(second)
            book.case("RF06", "high", first, second)
            for interest, fires in (("25874.99", True), ("25875.00", False)):  # granted: half of 51,750.00
                paid = case.lent(settled=None)
                settled = {"contract_no": paid, "kind": "settled", "on": "2024-01-15"}
                case.post("/v1/loan-events", dict(settled, reference="A-" + paid, interest="104650.00"), case.bank)
                self.assertEqual(case.apply(code, paid).json()["amount"], "25875.00")
                case.post("/v1/loan-events", {"reference": "B-" + paid, "contract_no": paid, "kind": "reversed", "on": "2024-01-15",
                                              "reverses": "A-" + paid}, case.bank)
                case.post("/v1/loan-events", dict(settled, reference="C-" + paid, interest=interest), case.bank)
                if fires:
                    book.case("RF08", "high", paid)
            for amount, fires in (("899999.99", True), ("900000.00", False)):  # of 3,000,000.00, 30 % at least
                part = case.lent(ip_amount="900000.01")
                case.apply(code, part)
                self.claims().correct(part, ip_amount=amount)
                if fires:
                    book.case("RF26", "high", part)

    # ---- the measure -------------------------------------------------------------------------------

    def found(self, finance):
        """(rule, severity, contract numbers) of every flag."""
        flags, after = [], ""
        while after is not None:
            page = self.d.call("GET", "/v1/flags?limit=1000" + after, token=finance).json()
            flags += page["items"]
            after = "&after=" + page["next"] if page["next"] else None
        return [(f["code"], f["severity"], frozenset(r["reference"] for r in f["records"] if r["type"] == "loan")) for f in flags]

    def test_no_planted_case_is_missed_and_none_is_made_up(self):
        book = Book(SIZE, SEED)
        took = self.load(book)
        self.plant_claims(book)
        self.plant_subsidies(book)
        finance = self.d.token("finance")
        since = time.time()
        scan = self.d.call("POST", "/v1/flag-scans", {"reference": "SM-1"}, finance, timeout=120).json()
        scanned = time.time() - since
        again = self.d.call("POST", "/v1/flag-scans", {"reference": "SM-2"}, finance, timeout=120).json()
        flags = self.found(finance)
        planted = set(book.cases)
        self.assertEqual(len(planted), len(book.cases))
        found = collections.Counter(flags)
        print("\nfigure: red flags: %d loans, seed %d, loaded in %.1f s, scanned in %.1f s" % (len(book.loans), SEED, took, scanned))
        print("figure: rule severity planted found missed false recall precision")
        for rule, severity in sorted({(r, s) for r, s, _ in planted | set(flags)}):
            of = lambda cases: {c for c in cases if c[:2] == (rule, severity)}
            hit, all_found = of(planted) & set(found), sum(n for c, n in found.items() if c[:2] == (rule, severity))
            print("figure: %s %-4s %4d %4d %4d %4d  %s  %s" % (
                rule, severity, len(of(planted)), len(hit), len(of(planted)) - len(hit), all_found - len(hit),
                share(len(hit), len(of(planted))), share(len(hit), all_found)))
        missed, made_up = planted - set(found), found - collections.Counter(planted)
        print("figure: all      %4d %4d %4d %4d  %s  %s" % (len(planted), len(planted) - len(missed), len(missed),
              sum(made_up.values()), share(len(planted) - len(missed), len(planted)),
              share(len(planted) - len(missed), sum(found.values()))))
        slow = sorted(scan["rules"], key=lambda r: -r["ms"])[:3]
        print("figure: slowest rules: " + ", ".join("%s %d ms" % (r["rule"], r["ms"]) for r in slow))
        self.assertEqual(sorted(c for c in missed if c[1] == "high"), [])
        self.assertEqual((sorted(missed), sorted(made_up)), ([], []))  # recall and precision 1 on this book
        self.assertEqual(again["raised"], 0)


def share(part, whole):
    return "%.4f" % (part / whole) if whole else "-"
