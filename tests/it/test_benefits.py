"""Firms by year, and target T7: micro, small and medium firms that benefit, counted once a year."""

from harness import TODAY, Case, loan, numbers

A, B, C, D, E, F, G, H = (
    "91310101QX0101011R", "91310104QX0104028H", "91310105QX0105039B", "91310106QX010604X0", "91310107QX0107050W",
    "91310109QX0109064M", "91310110QX0110073P", "91310112QX0112087G")
PATH = "/v1/enterprise-profiles"


def profile(firm, year, **over):
    record = {"uscc": firm, "year": year, "district": firm[2:8], "industry": "C3973", "source": "年度财务报表"}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


class Profiles(Case):
    conf = {"readers": "4"}

    def setUp(self):
        self.office = self.d.token("ip_office")

    def post(self, body, token=None, want=201, path=PATH):
        r = self.d.call("POST", path, body, token or self.office)
        self.assertEqual(r.status, want, r.body)
        return r

    def refused(self, body, *problems, token=None):
        before = self.d.sql("select (select count(*) from submission), (select count(*) from enterprise_profile)")
        r = self.d.call("POST", PATH, body, token or self.office)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems), r.body)
        self.assertEqual(self.d.sql("select (select count(*) from submission), (select count(*) from enterprise_profile)"),
                         before)

    def test_a_profile_carries_the_size_that_its_figures_make(self):
        # Industry: 20 employees and 3 million make small; 19 are micro whatever the revenue.
        for year, employees, revenue, size in ((2001, 20, "3000000.00", "small"), (2002, 19, "900000000.00", "micro"),
                                               (2003, 1000, "400000000.00", "large"), (2004, 300, None, "unknown")):
            made = self.post(profile(A, year, employees=employees, revenue=revenue))
            self.assertEqual(made.json()["size"], size, year)
        back = self.d.call("POST", PATH, made.json(), self.office)
        self.assertEqual((back.status, back.headers["idempotent-replay"]), (200, "true"))
        self.refused(profile(A, 2005, employees=20, revenue="3000000.00", size="medium"), ("/size", "E_CONTRADICTS"))
        fixed = self.d.call("PUT", made.headers["location"], dict(made.json(), size="medium", revenue="20000000.00",
                                                                  reason="补报营业收入"), self.office, {"If-Match": '"1"'})
        self.assertEqual((fixed.status, fixed.json().get("size")), (200, "medium"), fixed.body)

    def test_who_may_tell_of_which_firm(self):
        self.post(profile(B, 2001, employees=1), self.d.token("district", "DIST-310104"))
        self.refused(profile(B, 2002, employees=1), ("/district", "E_FIRM_DISTRICT"), token=self.d.token("district"))
        bank = self.d.token("bank")
        self.refused(profile(C, 2002, employees=1), ("/uscc", "E_FIRM_STRANGER"), token=bank)
        self.post(loan(borrower_uscc=C, district=C[2:8]), bank, path="/v1/loans")
        self.post(profile(C, 2002, employees=1), bank)
        self.refused(profile(C, 2003, employees=1), ("/uscc", "E_FIRM_STRANGER"), token=self.d.token("bank", "BANK-B"))

    def test_who_reads_a_profile(self):
        bank = self.d.token("bank")
        self.post(loan(borrower_uscc=D, district=D[2:8]), bank, path="/v1/loans")
        where = self.post(profile(D, 2001, employees=77, name="丁公司"), bank).headers["location"]
        for kind, code, status in (("bank", None, 200), ("bank", "BANK-B", 404), ("district", "DIST-310106", 200),
                                   ("district", "DIST-310115", 404), ("insurer", None, 404), ("finance", None, 200),
                                   ("ip_office", None, 200), ("auditor", None, 200)):
            token = self.d.token(kind, code)
            self.assertEqual(self.d.call("GET", where, token=token).status, status, (kind, code))
            items = self.d.call("GET", PATH + "?uscc=" + D, token=token).json()["items"]
            self.assertEqual(len(items), 1 if status == 200 else 0, (kind, code))
        # The firm's page: the bank's own loan of 2022 and the profile of 2001; for another bank there is none.
        page = self.d.call("GET", "/v1/enterprises/" + D, token=bank).json()
        self.assertEqual([(y["year"], y.get("employees")) for y in page["years"]], [(2001, 77), (2022, None)])
        self.assertEqual(self.d.call("GET", "/v1/enterprises/" + D, token=self.d.token("bank", "BANK-B")).status, 404)

    def test_a_firm_known_by_profile_alone_has_a_page(self):
        self.post(profile(H, 2001, employees=30, revenue="4000000.00", name="辛公司"))
        self.post(profile(H, 2002, employees=31))
        page = self.d.call("GET", "/v1/enterprises/" + H, token=self.office).json()
        self.assertEqual((page["name"], page["size"], page["loans_total"], page["loans"]), ("辛公司", "unknown", 0, []))
        self.assertEqual(page["years"], [{"year": 2001, "employees": 30, "revenue": "4000000.00", "size": "small"},
                                         {"year": 2002, "employees": 31, "size": "unknown"}])

    def test_bad_profiles_are_refused(self):
        year = TODAY.year
        self.refused(profile(E, year, employees=1), ("/year", "E_NOT_ENDED"))
        self.refused(profile(E, 2001), ("/employees", "E_NEED"))
        self.refused(profile(E, 2001, revenue=5), ("/revenue", "E_TEXT_NUMBER"))
        self.refused(profile(E, 2001, employees=-1), ("/employees", "E_RANGE"))
        self.refused(profile(E, "2001", employees=1), ("/year", "E_TYPE"))
        self.refused(profile(E[:-1] + "A", 2001, district="310107", employees=1), ("/uscc", "E_USCC"))
        self.post(profile(E, 2001, employees=1))
        self.refused(profile(E, 2001, employees=2, reference="另一份"), ("/year", "E_REPORTED_TWICE"))
        r = self.d.call("POST", PATH, profile(E, 2001, employees=2), self.office)
        self.assertEqual((r.status, r.codes()), (409, [("/employees", "E_KEY_REUSED")]))

    def test_tampering_is_found(self):
        made = self.post(profile(F, 2001, employees=7)).json()["id"]
        change = "set session_replication_role = replica; update enterprise_profile set employees = %d where id = '%s'"
        self.d.sql(change % (8, made))
        self.assertIn("enterprise profile that differs from its record", self.d.verify().stdout)
        self.d.sql(change % (7, made))
        out = self.d.verify()
        self.assertEqual((out.returncode, out.stdout.strip()), (0, "no defects"))


class Benefits(Case):
    conf = {"readers": "5"}  # city sums over a ledger of its own

    def post(self, path, body, token, want=201):
        r = self.d.call("POST", path, body, token)
        self.assertEqual(r.status, want, r.body)
        return r

    def lend(self, firm, day, employees=None, revenue=None):
        body = loan(borrower_uscc=firm, district=firm[2:8], signed_on=day, disbursed_on=day, matures_on="2024-12-31",
                    industry="C3973", employees=employees, revenue=revenue)
        self.post("/v1/loans", body, self.bank)
        return body["contract_no"]

    def insure(self, firm, day, **over):
        self.post("/v1/insurance-policies", dict({
            "policy_no": "BX-%d" % next(numbers), "kind": "trademark", "insured_uscc": firm, "district": firm[2:8],
            "sum_insured": "1000.00", "premium": "1.00", "starts_on": day, "ends_on": day[:4] + "-12-31"}, **over),
            self.insurer)

    def subsidise(self, contract, day):
        """The city approves a subsidy; returns its address."""
        checker = self.d.given("token", "add", "--org", "FINANCE", "--person", "李复核")
        where = self.post("/v1/policies", {
            "code": "BEN", "effective_from": "2022-01-01", "title": "测试补贴", "legal_ref": "测试",
            "eligible": {"all": [{"clause": "c", "text": "t", "fact": "loan.amount", "op": "exists"}]},
            "items": [{"item": "principal_award", "share": "1.00", "cap": "1000.00"}],
            "budget": {"account": "subsidy:310000:BEN"}}, self.finance).headers["location"]
        seen = self.d.call("GET", where, token=checker).json()["seen"]
        self.post(where + "/approve", {"seen": seen, "reason": "经批准", "on": "2022-01-01"}, checker)
        self.d.agreed(self.post("/v1/budgets", {"reference": "YS", "policy": "BEN", "year": 2022, "kind": "appropriation",
                                                "amount": "100000.00", "on": "2022-01-05"}, self.finance, 202))
        where = self.post("/v1/applications", {"reference": "SQ", "policy": "BEN", "loan": contract},
                          self.finance).headers["location"]
        self.step(where, "approve", checker, day)
        return where

    def step(self, where, name, token, day):
        seen = self.d.call("GET", where, token=token).json()["seen"]
        self.post(where + "/" + name, {"seen": seen, "reason": "按规定"}, token)
        self.date("'%s'" % day, "where application = '%s' and step = '%s'" % (where.split("/")[-1], name))

    def date(self, day, which=""):
        """The ledger's day is today: what happened years ago is put there, and taken back before it is verified."""
        self.d.sql("set session_replication_role = replica; update application_step set on_day = %s %s" % (day, which))

    def goal(self, query="quarter=2023Q4", token=None):
        r = self.d.call("GET", "/v1/plans/sh-2021-2023/targets?" + query, token=token or self.bank)
        self.assertEqual(r.status, 200, r.body)
        goal = next(t for t in r.json()["targets"] if t["id"] == "T7")
        return goal["status"], {m["measure"]: m for m in goal["measures"]}

    def values(self, measure, *more):
        return [tuple(y[k] for k in ("value", "complete") + more) for y in measure["years"]]

    def test_firms_count_once_a_year_and_what_is_missing_is_named(self):
        self.bank, self.insurer = self.d.token("bank"), self.d.token("insurer")
        self.finance, self.office = self.d.token("finance"), self.d.token("ip_office")
        # 2021: A twice by loans (the later submission counts), B insured, C large, D of unknown size.
        self.lend(A, "2021-03-01", 25, "4000000.00")
        self.lend(A, "2021-06-01", 26, "5000000.00")
        self.insure(B, "2021-05-01")
        self.lend(C, "2021-09-01", 1000, "400000000.00")
        self.lend(D, "2021-10-01")
        # 2022: A, B; E by a subsidy of an old loan; F insured and cancelled on the same day: never.
        self.lend(A, "2022-02-01", 30, "6000000.00")
        self.insure(B, "2022-05-01")
        self.insure(F, "2022-01-01", cancelled_on="2022-01-01")
        subsidy = self.subsidise(self.lend(E, "2019-12-01", 25, "5000000.00"), "2022-08-10")
        self.post(PATH, profile(B, 2022, employees=40, revenue="9000000.00"), self.office)
        self.post(PATH, profile(E, 2022, employees=10, revenue="2000000.00"), self.office)
        # 2023: A, B, G, H.
        self.lend(A, "2023-01-15", 31, "7000000.00")
        self.insure(B, "2023-05-01")
        self.lend(G, "2023-07-01", 22, "3000000.00")
        self.lend(H, "2023-12-31", 30, "6000000.00")
        self.post(PATH, profile(B, 2023, employees=35, revenue="8000000.00"), self.office)
        # The year before the plan is not in the ledger.
        status, m = self.goal()
        self.assertEqual((status, m["count"]["base"]), ("no_base", None))
        self.assertEqual(m["count"]["missing"][0]["text_en"], "2020: no firm on record and no number reported")
        self.d.confirmed(self.post("/v1/indicators", {
            "period": "2020", "side": "benefiting_firm", "count": 1, "revenue": "10000000.00", "source": "年报",
            "evidence": "第 2 页", "assumed": False}, self.office))

        status, m = self.goal()
        # 2021: A and B (small by its profile of 2022); D may be one more. 2022: A, B, E. 2023: A, B, G, H.
        self.assertEqual(self.values(m["count"], "firms", "unknown_size"), [
            (2, False, 2, 1), (3, True, 3, 0), (4, True, 4, 0)])
        self.assertEqual(m["count"]["years"][1]["by"], {"loans": 1, "insurance": 1, "subsidies": 1})
        # 5 of A and what B had; 6 + 9 + 2; 7 + 8 + 3 + 6 million.
        self.assertEqual(self.values(m["revenue"], "without"), [
            ("5000000.00", False, 1), ("17000000.00", True, 0), ("24000000.00", True, 0)])
        # 26; 30 + 40 + 10; 31 + 35 + 22 + 30.
        self.assertEqual(self.values(m["employees"]), [(26, False), (80, True), (118, True)])
        self.assertEqual([x["text_en"] for x in m["revenue"]["missing"]], [
            "1 of 2 firms have no revenue figure for 2021", "1 more firms of 2021 are of unknown size and not counted"])
        self.assertEqual([x["text"] for x in m["employees"]["missing"]], [
            "2020 台账无惠及企业,也未报送就业人数", "2021 2 户惠及企业中 1 户无就业人数", "2021 另有 1 户规模不明,未计入"])
        # Whether 2022 rises on 2021 hangs on D: 3 on 2, or 3 on 3. By what is known the revenue fell to 5 million,
        # but B had some.
        self.assertEqual((status, m["count"]["status"], m["revenue"]["status"]), ("no_base", "no_base", "no_base"))
        self.assertEqual((m["count"]["status_known"], m["revenue"]["status_known"]), ("met", "missed"))
        self.assertEqual([y["yoy"] for y in m["revenue"]["years"]], ["-50.00", "240.00", "41.18"])
        # The first two quarters: A and B in 2021 as in 2022, which is no rise; 2021 itself rose on 1.
        status, half = self.goal("quarter=2022Q2")
        self.assertEqual((half["count"]["years"][1]["value"], half["count"]["years"][1]["to_date"]), (2, True))
        self.assertEqual((half["count"]["years"][2]["value"], half["count"]["status"]), (None, "at_risk"))

        before = self.d.sql("select clock_timestamp()").replace(" ", "T").replace("+", "%2B") + ":00"
        self.post(PATH, profile(D, 2021, employees=2000, revenue="900000000.00"), self.office)  # large
        self.post(PATH, profile(B, 2021, employees=12, revenue="6000000.00"), self.office)  # micro
        status, m = self.goal()
        # 1, 2, 3, 4: + 100, + 50, + 33.33 %; the cube root of 4 is 1.587401; the mean is 183.33 / 3 = 61.11.
        self.assertEqual([y["yoy"] for y in m["count"]["years"]], ["100.00", "50.00", "33.33"])
        self.assertEqual((m["count"]["growth_compound"], m["count"]["growth_mean"], m["count"]["status"]),
                         ("58.74", "61.11", "met"))
        # 10, 11, 17, 24 million: + 10, + 54.55, + 41.18 %; 2.4^(1/3) = 1.338866; the mean is 105.7219 / 3 = 35.24.
        self.assertEqual([y["yoy"] for y in m["revenue"]["years"]], ["10.00", "54.55", "41.18"])
        self.assertEqual((m["revenue"]["growth_compound"], m["revenue"]["growth_mean"], m["revenue"]["status"],
                          m["revenue"]["missing"]), ("33.89", "35.24", "met", []))
        # 38, 80, 118 rise, but nobody knows from what.
        self.assertEqual((self.values(m["employees"]), m["employees"]["status"], status),
                         ([(38, True), (80, True), (118, True)], "no_base", "no_base"))
        self.assertEqual(self.goal("quarter=2023Q4&known_at=" + before)[1]["count"]["years"][0]["unknown_size"], 1)
        status, m = self.goal("quarter=2022Q4")
        self.assertEqual((m["count"]["status"], m["count"]["required"]), ("on_track", {"year": 2023, "more_than": 3}))

        # The subsidy of E is withdrawn in 2023: then 2022 had but 2 firms, as many as 2021.
        self.step(subsidy, "refuse", self.finance, "2023-01-05")
        self.assertEqual(self.goal("quarter=2022Q4")[1]["count"]["years"][1]["value"], 3)
        status, m = self.goal()
        self.assertEqual((self.values(m["count"]), m["count"]["status"], status),
                         ([(2, True), (2, True), (4, True)], "missed", "missed"))
        # A year that the office reports takes the place of the ledger's own.
        self.d.confirmed(self.post("/v1/indicators", {"period": "2022", "side": "benefiting_firm", "count": 3, "source": "年报",
                                                      "evidence": "第 2 页", "assumed": True}, self.office))
        year = self.goal()[1]["count"]["years"][1]
        self.assertEqual((year["value"], year["from"], year["records"], year["assumed"]), (3, "indicators", 2, True))
        # Sums are the city's, for everybody.
        for token in (self.insurer, self.d.token("guarantor"), self.d.token("district")):
            self.assertEqual(self.goal(token=token)[1]["revenue"]["years"][2]["value"], "24000000.00")
        run = self.d.cli("targets", "--url", "http://127.0.0.1:%d" % self.d.port, "--token", self.bank,
                         "--quarter", "2023Q4")
        for words in ("T7  政策惠及的中小微企业", "惠及中小微企业数量 Firms that benefit   状态 status met (按已知数 by known figures met)",
                      "缺 missing: 2020 台账无惠及企业,也未报送就业人数"):
            self.assertIn(words, run.stdout)
        self.date("(recorded_at at time zone 'Asia/Shanghai')::date")
        out = self.d.verify()
        self.assertEqual((out.returncode, out.stdout.strip()), (0, "no defects"))

    def test_later_counts_go_on_from_the_last_and_come_to_the_same(self):
        """Known at an instant it is counted from the start, over all loans; as of now from what was counted before."""
        bank, other = self.d.token("bank"), self.d.token("bank", "BANK-B")
        self.bank, self.insurer, self.office = bank, self.d.token("insurer"), self.d.token("ip_office")

        def same(what):
            for quarter in ("2022Q2", "2022Q4", "2023Q3"):
                now = self.d.sql("select instant_text(clock_timestamp())").replace("+", "%2B")
                query = "quarter=" + quarter
                self.assertEqual(self.goal(query), self.goal(query + "&known_at=" + now), (what, quarter))

        def made(firm, day, token=bank, **over):
            r = self.post("/v1/loans", loan(borrower_uscc=firm, district=firm[2:8], signed_on=day, disbursed_on=day,
                                            matures_on="2024-12-31", industry="C3973", **over), token)
            return r.headers["location"], r.json()

        def put(where, doc, token=bank, **over):
            body = {k: v for k, v in dict(doc, **over).items() if k in loan() or k in ("industry", "employees", "revenue",
                                                                                       "disbursed_on")}
            r = self.d.call("PUT", where, dict(body, reason="更正"), token, {"If-Match": '"%d"' % doc["version"]})
            self.assertEqual(r.status, 200, r.body)
            return r.json()

        def event(where, token=bank, **over):
            self.post(where + "/events", dict({"reference": "V-%d" % next(numbers)}, **over), token)
        self.d.kill9()  # what the test before wrote past the log is counted, too
        self.d.start()
        same("by a daemon that remembers nothing")
        where, doc = made(A, "2022-03-01", employees=25, revenue="4000000.00")
        same("a firm's first loan")
        made(A, "2022-08-01", other, employees=600, revenue="30000000.00")
        same("told again by another bank")
        doc = put(where, doc, borrower_uscc=B, district=B[2:8], borrower_name="乙公司")
        same("the loan was another firm's")
        doc = put(where, doc, signed_on="2023-09-30", disbursed_on="2023-09-30")
        same("and of another year")
        event(where, kind="voided", on="2023-10-01", reason="重复录入")
        same("and of none")
        with_reference = self.d.call("GET", where + "/events", token=bank).json()["items"][0]["reference"]
        event(where, kind="reversed", on="2023-10-02", reverses=with_reference)
        same("and stands after all")
        event(where, kind="repaid", on="2023-10-03", principal="1.00")
        self.insure(G, "2022-06-30")
        same("insured on the last day of a quarter")
        self.post(PATH, profile(G, 2022, employees=12, revenue="6000000.00"), self.office)
        same("a profile says how large it is")
        self.post(PATH, profile(G, 2021, employees=900), self.office)
        same("and how large it was")
        made(H, "2024-06-01", employees=3)
        same("a loan that is of no year of the plan")
        # It is remembered, not counted: what is written past the log is not seen.
        before = self.goal("quarter=2022Q4")
        past = "set session_replication_role = replica; update loan set size = '%s' where size = '%s'"
        self.d.sql(past % ("large", "medium"))
        self.assertEqual(self.goal("quarter=2022Q4"), before)
        self.assertRaises(AssertionError, same, "past the log")
        self.d.sql(past % ("medium", "large"))
